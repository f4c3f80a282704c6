//! Names resolved, types inferred and checked.
//!
//! In go the syntax trees of all files; out comes a [`Program`]: every
//! declaration with its types, and for each function a [`Body`] in which every
//! name is an id, every expression has a type, every call knows its callee and
//! all sugar that depends on types is gone. Nothing here knows machines,
//! layouts or instances: generic functions are checked once, as they are.
//!
//! [`analyze`] reads as a table of contents. Nothing here opens a file:
//! [`imports`] tells the driver which modules a file wants.

pub mod analyze;
mod attributes;
pub mod body;
pub mod codes;
mod consteval;
mod declare;
pub mod def;
mod display;
mod dump;
mod effects;
mod endless;
mod exhaustive;
mod groups;
pub mod imports;
mod infer;
mod names;
mod program;
mod select;
mod session;
pub mod ty;
mod walk;

pub use analyze::{MissingModule, Mode, Options, ParsedFile, analyze};
pub use body::*;
pub use codes::CODES;
pub use def::*;
pub use dump::dump;
pub use imports::{Import, imports};
pub use program::{ImplMatch, Resolved};
pub use session::LibrarySearch;
pub use ty::*;
