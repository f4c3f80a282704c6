//! The executable and linkable format: writing executables, reading objects.

mod headers;
pub mod read;
mod symbols;
pub(crate) mod write;
