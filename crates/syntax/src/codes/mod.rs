//! The codes of this stage: `E00xx` for text and tokens, `E01xx` for grammar.
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

        /// Every code of this crate, in order.
        pub static CODES: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    TAB_IN_INDENTATION "E0001" "a tab in the indentation",
    INCONSISTENT_INDENTATION "E0002" "indentation that matches no enclosing block",
    INVALID_CHARACTER "E0003" "a character without a meaning",
    NUL_BYTE "E0004" "a NUL byte outside a string",
    UNTERMINATED_STRING "E0005" "a string without an end",
    UNKNOWN_ESCAPE "E0006" "an unknown escape in a string",
    LONE_BRACE "E0007" "a closing brace in a string that closes nothing",
    UNCLOSED_INTERPOLATION "E0008" "an interpolation without an end",
    FORMAT_SPEC "E0009" "a malformed format spec",
    NUMBER "E0010" "a malformed number",
    NUMBER_SUFFIX "E0011" "an unknown suffix of a number",
    NUMBER_TOO_LARGE "E0012" "a number too large for any type",
    UNCLOSED_BRACKET "E0013" "a bracket that is never closed",
    UNMATCHED_BRACKET "E0014" "a closing bracket without its opening one",
    STRING_PREFIX "E0015" "a prefix before a string",
    CARRIAGE_RETURN "E0016" "a lone carriage return",
    BRACES_FOR_BLOCK "E0017" "a block in braces",
    SEMICOLON "E0018" "a statement that ends in a semicolon",
    BACKSLASH_AT_LINE_END "E0019" "a backslash that joins lines",
    FOREIGN_COMMENT "E0020" "a comment that does not begin with `#`",
    EXPECTED_EXPRESSION "E0101" "an expression is missing",
    EXPECTED_TOKEN "E0102" "something else was expected",
    EXPECTED_NAME "E0103" "a name is missing",
    MISSING_COLON "E0104" "the colon before a block is missing",
    MISSING_BLOCK "E0105" "a block is missing",
    UNEXPECTED_INDENT "E0106" "indentation without a block",
    FOREIGN_KEYWORD "E0107" "a keyword of another language",
    FOREIGN_OPERATOR "E0108" "an operator of another language",
    ASSIGN_IN_CONDITION "E0109" "an assignment where a value is expected",
    CHAINED_OPERATOR "E0110" "operators that do not chain",
    STRAY_BRANCH "E0111" "a branch without its statement",
    ELSE_IF "E0112" "`else if`",
    END_OF_STATEMENT "E0113" "a statement goes on after its end",
    CALL_PARENTHESES "E0114" "a call that needs parentheses",
    EXPECTED_TYPE "E0115" "a type is missing",
    EXPECTED_PATTERN "E0116" "a pattern is missing",
    FOREIGN_EXPRESSION "E0117" "an expression of another language",
    INVALID_TARGET "E0118" "something that cannot be assigned",
    TOO_DEEP "E0119" "code that is nested too deeply",
    MISSING_VALUE "E0120" "a declaration without a value",
    MISPLACED_MEMBER "E0121" "something that a type's body cannot hold",
    MISPLACED_ATTRIBUTE "E0122" "an attribute with nothing to describe",
    RESERVED_WORD "E0123" "a reserved word",
    PARAMETER "E0124" "a malformed parameter list",
    ARGUMENT_ORDER "E0125" "a positional argument after a named one",
    PATTERN_PARENTHESES "E0126" "several names without parentheses",
    INHERITANCE "E0127" "a class or struct with a base class",
    MISPLACED_PUB "E0128" "`pub` where it has no meaning",
    MALFORMED_USE "E0129" "a malformed `use`",
}
