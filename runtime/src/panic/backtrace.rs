//! The frames of the stack, by frame pointer, which all code keeps: at a frame
//! pointer lie the caller's frame pointer and the return address.

use super::image::Address;
use crate::platform;
#[cfg(feature = "image")]
use crate::platform::Fault;
#[cfg(any(not(test), feature = "check"))]
use crate::processor::current_frame;

/// Addresses in the functions that are running, innermost first.
#[derive(Clone, Copy)]
pub(crate) struct Frames {
    /// The instruction that went wrong, if there is one.
    fault: Option<usize>,
    /// The innermost frame not yet looked at.
    frame: usize,
    /// Frames lie above this address.
    low: usize,
}

impl Frames {
    /// The callers of the function that this is inlined into.
    #[cfg(any(not(test), feature = "check"))]
    #[inline(always)]
    pub(crate) fn from_here() -> Self {
        let frame = current_frame();
        Self { fault: None, frame, low: frame }
    }

    /// The function that went wrong, and its callers.
    #[cfg(feature = "image")]
    pub(crate) fn from_fault(fault: &Fault) -> Self {
        Self { fault: Some(fault.pc), frame: fault.frame, low: fault.stack }
    }
}

impl Iterator for Frames {
    type Item = Address;

    fn next(&mut self) -> Option<Address> {
        if let Some(pc) = self.fault.take() {
            return Some(Address::Instruction(pc));
        }
        let frame = self.frame;
        // Frames lie above each other, in the stack; the outermost one is at 0.
        if frame < self.low || frame >= platform::stack_top() || !frame.is_multiple_of(8) {
            return None;
        }
        let words = core::ptr::with_exposed_provenance::<usize>(frame);
        // SAFETY: both words lie in the stack, below its top.
        let (caller, address) = unsafe { (words.read(), words.add(1).read()) };
        self.low = frame + 16;
        self.frame = caller;
        Some(Address::Return(address))
    }
}
