//! The textual form of MIR, for tests and for `--emit mir`.
//!
//! [`print_module`] and [`print_function`] write it, [`parse_module`] reads it
//! back to an equal module. The grammar is in `docs/design/mir.md`. Printing
//! never panics, not even on a module that the validator would reject (its
//! messages quote statements); what lies outside a table prints as `?` and its
//! number, which reads back as well.

mod names;
mod parse;
mod print;

pub use parse::{ParseError, parse_module};
pub use print::{Context, print_function, print_module, print_place, print_statement, print_type};
