//! What every stage shares: source positions, interned symbols, typed
//! indexes and diagnostics.
//!
//! In goes text that somebody else read from disk; out come [`Span`]s that
//! name a place in it, [`Symbol`]s that stand for its words, and
//! [`Diagnostic`]s that say what is wrong with it. This crate never touches
//! the file system, never prints and holds no global state: everything hangs
//! off an [`Interner`] and a [`SourceMap`] that the driver owns.

pub mod diagnostic;
pub mod index;
pub mod interner;
pub mod source_map;
pub mod symbols;

pub use diagnostic::{Applicability, Code, Diagnostic, Label, Severity, Suggestion};
pub use index::{Idx, IndexVec};
pub use interner::{Interner, Symbol};
pub use source_map::{FileId, LineColumn, SourceFile, SourceMap, Span};
pub use symbols as sym;
