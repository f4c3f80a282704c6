//! Runs a program of any compiler and reports which of its functions were
//! entered, in which order, and which of its pages were touched.
//!
//! In goes a command that starts an x86-64 Linux ELF executable with a symbol
//! table; out come plain values: a [`Recording`], the [`Pages`] that a start
//! touched, or the faults and times of runs ([`measure`]). The program is not
//! changed on disk and does what it does without a recorder: its output, its
//! signals and how it ends stay as they were.
//!
//! This crate is the toolchain's hand in other processes: it is all operating
//! system and knows neither profiles nor plans. It never writes a file.
//! `docs/design/layout.md` says how recording works and where its limits are.

mod error;
mod functions;
mod measure;
mod pages;
mod program;
mod recording;
mod references;
mod supervise;
mod sys;
mod trace;

pub use error::Error;
pub use functions::{Function, FunctionIndex, Functions, functions};
pub use measure::{Comparison, Measurement, Medians, TouchedPages, measure};
pub use pages::{Page, PageKind, Pages, pages};
pub use recording::{AtStop, Edge, Exit, Faults, Mark, Options, Recording, Stop, Touch, record};
pub use references::{Reference, references};
pub use supervise::supervise;
pub use sys::end::end_as;
