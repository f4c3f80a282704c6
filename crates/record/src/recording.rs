//! What a recorded run was.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::trace::{Purpose, trace};
use crate::{Error, FunctionIndex, Functions};

/// How to run the program.
#[derive(Clone, Debug)]
pub struct Options {
    /// The moment that the start is over. Without one the whole run counts.
    pub stop: Option<Stop>,
    /// What becomes of the program at that moment.
    pub at_stop: AtStop,
    /// How long the program may take before it is killed; what was recorded until
    /// then is kept.
    pub timeout: Option<Duration>,
    /// Whether SIGINT, SIGTERM, SIGHUP and SIGQUIT that another process sends to
    /// this one go to the program instead of ending this process. Signal handlers
    /// belong to the whole process: of several runs at a time only the first that
    /// asks for this gets it.
    pub forward_signals: bool,
    /// Whether entries may be noticed without stopping the program, by jumps in place
    /// of functions' first bytes, where that is safe; a hundred times as fast. Without
    /// that every function has a breakpoint, which replaces one byte.
    pub jumps: bool,
}

impl Options {
    /// What holds if nothing else is said.
    pub const DEFAULT: Self = Self {
        stop: None,
        at_stop: AtStop::Continue,
        timeout: None,
        forward_signals: true,
        jumps: true,
    };
}

impl Default for Options {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A moment in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A function is entered for the first time.
    Function(String),
    /// A Simple program calls `std.layout.mark` with this name for the first time.
    Mark(String),
}

/// What becomes of a program at its stop mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtStop {
    /// It runs to its end.
    Continue,
    /// It is killed, with all its processes; for programs that do not end by
    /// themselves.
    Kill,
}

/// A run of a program. Times are in nanoseconds of the monotonic clock since the
/// program began to execute. Some first touches make the program wait for the
/// recorder, so they say in which order things were, and little of how long they
/// take without one.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The executable.
    pub program: PathBuf,
    /// All functions of the program, and its build.
    pub functions: Functions,
    /// The first entry of each function that was entered, in order; that of the
    /// first process to do it.
    pub touches: Vec<Touch>,
    /// How many of them stopped the program.
    pub stops: u32,
    /// The call that was the first touch, where it was a call from a function of
    /// the program; by caller and callee.
    pub edges: Vec<Edge>,
    /// In order: every mark of a Simple program, and the stop function's entry.
    pub marks: Vec<Mark>,
    /// The first mark that was the options' stop, a row of `marks`.
    pub stop: Option<usize>,
    /// How the first process ended.
    pub exit: Exit,
    /// Whether the program was killed since its time was over.
    pub timed_out: bool,
    /// Until the first process ended.
    pub duration: Duration,
    /// Of the first process until its end. A recording copies the pages of text
    /// beforehand, so these are the faults of other memory; [`measure`] counts
    /// those of an unchanged program.
    ///
    /// [`measure`]: crate::measure
    pub faults: Faults,
}

/// The first touch of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Which function.
    pub function: FunctionIndex,
    /// How many functions were touched before it.
    pub order: u32,
    /// When.
    pub time_ns: u64,
    /// By which process, numbered from 0 in the order in which they were seen.
    pub process: u32,
    /// By which thread, numbered likewise over all processes.
    pub thread: u32,
}

/// Calls between two functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// Who called.
    pub caller: FunctionIndex,
    /// Who was called.
    pub callee: FunctionIndex,
    /// How many calls were seen; as only first touches are, 1.
    pub weight: u64,
}

/// A moment in a run that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The mark's, or the stop function's.
    pub name: String,
    /// How many functions were touched before it.
    pub order: u32,
    /// When.
    pub time_ns: u64,
    /// By which process, numbered as in [`Touch`].
    pub process: u32,
    /// That process's until then.
    pub faults: Faults,
}

/// Page faults since a program began to execute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Those that needed no reading.
    pub minor: u64,
    /// Those that waited for a read.
    pub major: u64,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with a status.
    Code(i32),
    /// By a signal.
    Signal {
        /// Its number.
        signal: i32,
        /// Whether it left a core file.
        core: bool,
    },
}

/// Runs a command and records the first touch of each function of the program
/// that it executes. The command's own settings hold: arguments, environment,
/// folder, and where standard input and output go.
///
/// # Errors
///
/// If the command cannot start, is not an executable with a symbol table, or may
/// not be traced; and if the options name a stop that the program has not.
/// Nothing of the program has been executed then.
pub fn record(command: Command, options: &Options) -> Result<Recording, Error> {
    let traced = trace(command, options, Purpose::Touches, None)?;
    Ok(traced.recording())
}
