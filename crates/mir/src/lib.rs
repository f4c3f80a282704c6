//! The typed control-flow graph between the checked program and machine code.
//!
//! In goes a checked `hir::Program`; out comes a [`Module`]: one [`Function`]
//! for each instance that the program can reach, its ownership explicit, ready
//! for any back end. MIR has a textual form that prints and reads back, and a
//! validator that runs after each pass in debug builds. The design is in
//! `docs/design/mir.md`.

pub mod analysis;
pub mod function;
pub mod interpret;
pub mod lower;
pub mod opt;
pub mod ownership;
pub mod phase;
pub mod text;
pub mod types;
pub mod validate;

pub use function::*;
pub use types::*;
