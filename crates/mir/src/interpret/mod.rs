//! Runs MIR as it stands, in either dialect.
//!
//! In goes a valid module and a function to call; out comes what it printed and
//! how it ended, or the [`Fault`] that shows it was not valid after all. In the
//! value dialect a copy really is one: nothing is shared but class instances.
//! In the counted dialect the machine keeps the counts that the module asks
//! for and watches them: a use of something freed, a store into something
//! shared, a count too many or too few are faults. So the two dialects of one
//! program can be compared, which is how the ownership pass is tested; and any
//! other tier can be compared with this one.
//!
//! The machine has no stack of its own language's: frames are data, so a
//! program's recursion is limited by [`Limits`] alone.

mod arithmetic;
mod heap;
mod intrinsics;
mod machine;
mod places;
mod runtime;
mod rvalues;
mod value;

pub use heap::{Heap, Kind, Statistics};
pub use machine::{Limits, Machine, Outcome};
pub use value::{Base, Location, ObjectId, Value};

/// Why a program cannot be run on: it (or the pass that made it) is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An object was used after it was freed.
    UseAfterFree,
    /// A reference was given back that nobody had.
    ReleasedTwice,
    /// Objects were left at the end: how many.
    Leak(usize),
    /// Something shared or static was changed in place.
    SharedWrite,
    /// A value was read that was never stored, or was moved out of a list.
    Uninitialised,
    /// Fields of a variant were used that the enum is not.
    WrongVariant,
    /// An element was used that the list does not have.
    OutOfBounds,
    /// A value is not of the kind that the operation needs.
    Mismatch(&'static str),
    /// The runtime has no such function, or not for the interpreter.
    UnknownExtern(String),
    /// `unreachable` was reached.
    ReachedUnreachable,
    /// More steps, frames or memory than the limits allow.
    Limit(&'static str),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UseAfterFree => f.write_str("use after free"),
            Self::ReleasedTwice => f.write_str("released twice"),
            Self::Leak(count) => write!(f, "{count} objects were not freed"),
            Self::SharedWrite => f.write_str("a shared object was changed in place"),
            Self::Uninitialised => f.write_str("use of a value that is not there"),
            Self::WrongVariant => f.write_str("use of another variant's field"),
            Self::OutOfBounds => f.write_str("index out of bounds"),
            Self::Mismatch(what) => write!(f, "not {what}"),
            Self::UnknownExtern(name) => write!(f, "unknown runtime function `{name}`"),
            Self::ReachedUnreachable => f.write_str("reached `unreachable`"),
            Self::Limit(what) => write!(f, "too many {what}"),
        }
    }
}

impl std::error::Error for Fault {}

type Result<T> = std::result::Result<T, Fault>;
