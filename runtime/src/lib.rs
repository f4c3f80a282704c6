//! What runs inside Simple programs.
//!
//! In goes a running program's every request that is not plain computation:
//! memory, the slow paths of counting, text, lists, formatting, output and
//! input, panics. The exported functions, their parameters and who owns what
//! are defined in `docs/design/runtime.md`; object layouts in
//! `docs/design/memory.md`; the tables it reads about the program it is part
//! of in `docs/design/objects.md`.
//!
//! The crate is `no_std` and asks the operating system for nothing but what
//! [`platform`] offers. It never formats through `core::fmt`, so that a small
//! program stays small: whatever a program does not reach is not linked.
//!
//! Built three ways: as a Rust library (unit tests, benchmarks), and with the
//! feature `image`, plain and with `check`, as the archive that programs are
//! linked with.

#![cfg_attr(not(test), no_std)]
#![expect(
    improper_ctypes_definitions,
    reason = "`char` is passed as `u32` is: https://doc.rust-lang.org/std/primitive.char.html"
)]

extern crate alloc;

#[macro_use]
mod global;

mod arithmetic;
mod clock;
mod count;
#[cfg(feature = "image")]
mod counters;
mod environment;
mod exponential;
mod format;
mod hash;
mod io;
mod layout;
mod list;
mod memory;
mod object;
mod panic;
mod platform;
mod process;
mod processor;
#[cfg(feature = "image")]
mod samples;
mod startup;
#[cfg(feature = "image")]
mod tally;
mod text;
