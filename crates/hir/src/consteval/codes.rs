//! The codes of constants.

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
    CONST_PANICS "E0801" "a constant whose evaluation panics";
    NOT_CONSTANT "E0802" "a constant that the compiler cannot evaluate";
    CONST_CIRCLE "E0803" "a constant that needs itself";
    CONST_STEPS "E0804" "a constant that takes too many steps";
}
