//! What the start of every program writes to, in one place.
//!
//! A page that is touched costs a page fault, half a microsecond and four
//! kilobytes. These variables lie next to each other, the larger ones last and
//! with what is used of them first, so that a program that prints a line
//! touches one page of all that the runtime may write to. They start as zeros,
//! which take no room in the image.

use crate::io::{StreamBuffer, StreamState};
use crate::platform::InitialStack;

/// See above.
#[repr(C)]
pub(crate) struct Startup {
    /// Where the arguments and the environment are.
    pub(crate) stack: InitialStack,
    /// Standard output.
    pub(crate) output: StreamState,
    /// Standard error.
    pub(crate) error: StreamState,
    pub(crate) output_buffer: StreamBuffer,
    pub(crate) error_buffer: StreamBuffer,
}

global! {
    pub(crate) static STARTUP: Startup = Startup {
        stack: InitialStack::NONE,
        output: StreamState::NEW,
        error: StreamState::NEW,
        output_buffer: StreamBuffer::NEW,
        error_buffer: StreamBuffer::NEW,
    };
}
