//! The codes of matches and of patterns that can fail.

use simple_source::Code;

/// `E0501`
pub(crate) static NOT_EXHAUSTIVE: Code = Code {
    id: "E0501",
    title: "a `match` that misses a case",
    explanation: include_str!("codes/E0501.md"),
};

/// `E0502`
pub(crate) static REFUTABLE: Code = Code {
    id: "E0502",
    title: "a pattern that can fail where it must not",
    explanation: include_str!("codes/E0502.md"),
};

/// `E0508`
pub(crate) static EMPTY_RANGE: Code = Code {
    id: "E0508",
    title: "a range that matches nothing",
    explanation: include_str!("codes/E0508.md"),
};

/// `W0501`
pub(crate) static UNREACHABLE_ARM: Code = Code {
    id: "W0501",
    title: "an arm that never matches",
    explanation: include_str!("codes/W0501.md"),
};

/// All of them.
pub static CODES: &[&Code] = &[&NOT_EXHAUSTIVE, &REFUTABLE, &EMPTY_RANGE, &UNREACHABLE_ARM];
