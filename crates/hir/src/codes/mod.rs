//! The codes of this stage: `E02xx` for names, `E03xx` for types, `E04xx` for
//! traits and generics, `E0503` to `E0507` for the names and types of
//! patterns, `E06xx` for places and mutation.
//!
//! A code's page of explanation lies beside this file, under its id.

use simple_source::Code;

macro_rules! codes {
    ($($name:ident $id:literal $title:literal,)*) => {
        $(
            #[doc = concat!($id, ": ", $title)]
            pub static $name: Code = Code {
                id: $id,
                title: $title,
                explanation: include_str!(concat!($id, ".md")),
            };
        )*

        /// The codes of names, types and places, in order.
        pub static CODES: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    UNKNOWN_NAME "E0201" "an unknown name",
    UNKNOWN_TYPE "E0202" "an unknown type",
    UNKNOWN_MODULE "E0203" "an unknown module",
    UNKNOWN_MEMBER "E0204" "an unknown name in a module",
    PRIVATE_NAME "E0205" "a private name of another module",
    PRIVATE_MEMBER "E0206" "a private field or method of another module's type",
    DUPLICATE_NAME "E0207" "a name declared twice in a module",
    DUPLICATE_LOCAL "E0208" "a name declared twice in a block",
    DUPLICATE_PARAMETER "E0209" "a parameter twice",
    DUPLICATE_MEMBER "E0210" "a member twice",
    DUPLICATE_TEST "E0211" "two tests of one name",
    UNKNOWN_FIELD "E0212" "an unknown field",
    UNKNOWN_METHOD "E0213" "an unknown method",
    UNKNOWN_VARIANT "E0214" "an unknown variant",
    AMBIGUOUS_VARIANT "E0215" "a variant's name that several enums have",
    AMBIGUOUS_METHOD "E0216" "a method that several traits have",
    MISPLACED_SELF "E0217" "`self` or `Self` where there is none",
    RECEIVER "E0218" "a method called the wrong way",
    OUTSIDE_LOOP "E0219" "`break` or `continue` outside a loop",
    OUTSIDE_FUNCTION "E0220" "`return` outside a function",
    NOT_A_VALUE "E0221" "a type, trait or module where a value is expected",
    BUILT_IN_NAME "E0222" "a built-in type declared again",
    MAIN_FORM "E0223" "`main` of an unknown form",
    MISPLACED_STATEMENT "E0224" "statements where there is no script",
    UNDERSCORE_READ "E0225" "`_` read",
    MISPLACED_DECLARATION "E0226" "a declaration inside a function",
    LIBRARY_ITEM "E0227" "the library does not fit the compiler",
    MISMATCH "E0301" "a type that does not fit",
    MISSING_SOME "E0302" "a value where an option or result is expected",
    OPTION_AS_VALUE "E0303" "an option where a value is expected",
    CONDITION "E0304" "a condition that is no `bool`",
    ARGUMENT_COUNT "E0305" "the wrong number of arguments",
    NAMED_ARGUMENT "E0306" "an unknown or repeated named argument",
    LAMBDA_PARAMETERS "E0307" "a lambda with the wrong number of parameters",
    NOT_CALLABLE "E0308" "something called that is no function",
    OPERATOR "E0309" "an operator that these types do not have",
    COMPARISON "E0310" "comparing what cannot be compared",
    UNDECIDED "E0311" "a type that nothing decides",
    LITERAL_RANGE "E0312" "a literal outside its type's range",
    CAST "E0313" "an `as` that does not exist",
    TRY_TARGET "E0314" "`?` where it cannot leave",
    NOT_AN_OPTION "E0315" "`?`, `??` or `?.` on what is no option",
    UNSTATED_PARAMETER "E0316" "a `pub` function without its types",
    UNSTATED_RESULT "E0317" "a result that is not declared",
    MISSING_VALUE "E0318" "a body without its value",
    NOT_ITERABLE "E0319" "something that `for` cannot run over",
    NOT_INDEXABLE "E0320" "something that has no index",
    NOT_CALLED "E0321" "a function that is not called",
    INFINITE_TYPE "E0322" "a type that would contain itself",
    ALIAS_CIRCLE "E0323" "an alias that stands for itself",
    TYPE_ARGUMENTS "E0324" "the wrong number of type arguments",
    FORMAT_SPEC_TYPE "E0325" "a format spec that its value's type does not have",
    IDENTITY "E0326" "`is` on values",
    TUPLE_INDEX "E0327" "a tuple without that element",
    BREAK_VALUE "E0328" "`break` with a value outside `loop`",
    WEAK "E0329" "`weak` in the wrong place",
    NO_TEXT "E0330" "a value without text",
    TYPE_TOO_LARGE "E0331" "a type that grows too large",
    UNUSED_VALUE "W0301" "a value that is not used",
    UNUSED_RESULT "W0302" "a `Result` that is not looked at",
    NEGATIVE_INDEX "W0303" "an index that is always below zero",
    UNKNOWN_TRAIT "E0401" "an unknown trait",
    MISSING_METHODS "E0402" "an impl without all methods",
    FOREIGN_METHOD "E0403" "a method that the trait does not have",
    METHOD_DIFFERS "E0404" "a method that differs from the trait's",
    NOT_IMPLEMENTED "E0405" "a type that does not implement a trait",
    MISSING_BOUND "E0406" "a type parameter without the bound that is needed",
    OVERLAPPING_IMPLS "E0407" "two impls for one type",
    FOREIGN_IMPL "E0408" "an impl that belongs elsewhere",
    TRAIT_EXPECTED "E0409" "a trait expected, or a type",
    NOT_DYN "E0410" "a trait that cannot be `dyn`",
    UNUSED_PARAMETER "E0411" "a type parameter of an impl that its type does not use",
    PATTERN_TYPE "E0503" "a pattern of another type",
    PATTERN_FIELDS "E0504" "the wrong fields in a pattern",
    UNKNOWN_PATTERN_NAME "E0505" "an unknown name in a pattern",
    BOUND_TWICE "E0506" "a name bound twice in a pattern",
    ALTERNATIVES "E0507" "alternatives that bind different names",
    ASSIGN_VAL "E0601" "a `val` assigned or changed",
    ASSIGN_PARAMETER "E0602" "a parameter assigned or changed",
    ASSIGN_LOOP_VARIABLE "E0603" "a loop variable assigned",
    ASSIGN_CAPTURED "E0604" "a captured variable changed",
    ASSIGN_DECLARATION "E0605" "a constant or function assigned",
    NOT_A_PLACE "E0606" "something that is no place",
    MUT_MISSING "E0607" "`mut` that is missing at a call",
    MUT_SUPERFLUOUS "E0608" "`mut` where the parameter has none",
    OVERLAPPING_MUT "E0609" "`mut` arguments that overlap",
    CLASS_MUT_SELF "E0610" "`mut self` in a class",
    SOME_NEW "E0611" "an assignment to old and new names at once",
}
