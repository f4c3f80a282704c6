//! The calls into the system that Rust has no safe names for; all of this
//! crate's `unsafe` is below here, in one file a subject.

pub(crate) mod cache;
pub(crate) mod debug_registers;
pub(crate) mod end;
pub(crate) mod launch;
pub(crate) mod pad_code;
pub(crate) mod ptrace;
pub(crate) mod shared;
pub(crate) mod signals;
pub(crate) mod ticks;
pub(crate) mod wait;

use std::io;

/// The result of a C function that returns a negative number on failure.
fn check(result: libc::c_long) -> io::Result<libc::c_long> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}
