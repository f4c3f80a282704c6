//! Faults: what the program's own instructions did wrong.

use super::system;

/// What went wrong in the program's own instructions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FaultKind {
    /// An undefined instruction, such as the `ud2` of a trap.
    Instruction,
    /// An arithmetic fault of the processor.
    Arithmetic,
    /// An access to memory that is not there, at this address.
    Memory(usize),
}

/// The state of the program when it went wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    /// What happened.
    pub(crate) kind: FaultKind,
    /// The instruction.
    pub(crate) pc: usize,
    /// The frame pointer.
    pub(crate) frame: usize,
    /// The stack pointer.
    pub(crate) stack: usize,
}

/// Who is told of faults.
pub(crate) trait FaultHandler {
    /// Ends the program.
    fn on_fault(fault: &Fault) -> !;
}

/// Routes faults of the program to a handler, on a stack of its own.
#[cfg(feature = "image")]
pub(crate) fn catch_faults<H: FaultHandler>() {
    system::catch_faults::<H>();
}
