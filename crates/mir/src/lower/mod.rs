//! HIR to MIR, one instance at a time.
//!
//! In goes a checked program; out comes a [`Module`] in the value dialect with
//! one function for each instance that the entry reaches. Instances are found
//! from a work-list: lowering one finds those that it calls, each is made once,
//! by whichever worker is free. Their final numbers depend on names and
//! declarations alone, never on which worker was first.

mod builder;
mod cached;
mod calls;
mod closures;
mod consts;
mod entry;
mod expr;
mod format;
mod function;
mod instance;
mod intrinsics;
mod library;
mod lifetime;
mod loops;
mod matches;
mod operators;
mod places;
mod pool;
mod structural;
mod types;

pub use entry::{Mode, TEST_PASSED};
pub use pool::{LowerOptions, Lowered, lower};
