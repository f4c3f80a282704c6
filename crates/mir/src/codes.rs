//! Diagnostics that only instances can show.

use simple_source::Code;

/// A generic function or type that needs endlessly many instances.
pub static ENDLESS_INSTANCES: Code = Code {
    id: "E0805",
    title: "endlessly many instances",
    explanation: include_str!("codes/E0805.md"),
};

/// All codes of this crate.
pub static CODES: &[&Code] = &[&ENDLESS_INSTANCES];
