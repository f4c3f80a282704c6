//! Codes of what can go wrong with files, options and output, and the list of
//! all codes.

use simple_source::Code;

macro_rules! codes {
    ($($name:ident $id:literal $title:literal;)*) => {
        $(
            #[doc = $title]
            pub static $name: Code = Code {
                id: $id,
                title: $title,
                explanation: include_str!(concat!("codes/", $id, ".md")),
            };
        )*
        /// The codes of this crate.
        pub static CODES: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    UNREADABLE "E0901" "a file cannot be read";
    NOT_UTF8 "E0902" "a file is not UTF-8";
    TOO_LARGE "E0903" "too much source text";
    NOTHING_TO_RUN "E0904" "no program to run";
    CANNOT_WRITE "E0905" "the output cannot be written";
    CANNOT_LINK "E0906" "the program cannot be linked";
    CANNOT_COMPILE "E0907" "a function cannot be compiled";
    MALFORMED_DATA "E0908" "data that is not SDN";
}

/// Every code that any stage may give, sorted.
pub fn all() -> Vec<&'static Code> {
    let mut all: Vec<&'static Code> = [simple_syntax::CODES, simple_hir::CODES, CODES].concat();
    all.sort_by_key(|code| code.id);
    all
}

/// The code called `id`, in any case.
pub fn find(id: &str) -> Option<&'static Code> {
    all().into_iter().find(|code| code.id.eq_ignore_ascii_case(id))
}
