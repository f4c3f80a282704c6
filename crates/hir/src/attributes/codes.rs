//! The codes of attributes.

use simple_source::Code;

macro_rules! codes {
    ($($name:ident $id:literal $title:literal;)*) => {
        $(
            #[doc = $id]
            pub(crate) static $name: Code = Code {
                id: $id,
                title: $title,
                explanation: include_str!(concat!("codes/", $id, ".md")),
            };
        )*
        /// All of them.
        pub static CODES: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    UNKNOWN_ATTRIBUTE "E0701" "an unknown attribute";
    MISPLACED_ATTRIBUTE "E0702" "an attribute where it means nothing";
    BAD_ARGUMENT "E0703" "an unknown, missing or repeated argument of an attribute";
    BAD_VALUE "E0704" "an unknown value of an attribute";
    CONTRADICTION "E0705" "attributes that repeat or contradict";
}
