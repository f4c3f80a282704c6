//! Commands for those who work on Simple: generated programs, benchmarks beside
//! other languages, hostile inputs.
//!
//! Nothing here is part of what users get, and nothing here depends on a crate
//! of the toolchain: `simple` is run as a process, as its users run it.

pub mod bench;
pub mod generate;
pub mod hostile;
pub mod process;
pub mod toolchain;
