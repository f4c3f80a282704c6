//! A breakpoint that leaves memory alone: the processor compares addresses.

use std::io;
use std::mem::offset_of;

use libc::pid_t;

use super::ptrace::set_user;

const REGISTERS: usize = offset_of!(libc::user, u_debugreg);
const CONTROL: usize = REGISTERS + 7 * size_of::<u64>();

/// Makes a stopped thread trap before it executes an address. Threads do not
/// inherit it, and executing another program clears it.
///
/// # Errors
///
/// Where a virtual machine or a sandbox has no debug registers.
pub(crate) fn trap_at(tid: pid_t, address: u64) -> io::Result<()> {
    /// Register 0, for this thread; the fields for kind and length are 0:
    /// execution, one byte (Intel SDM, volume 3, 19.2.4).
    const ENABLE: usize = 1;
    set_user(tid, REGISTERS, address as usize)?;
    set_user(tid, CONTROL, ENABLE)
}

/// Takes the trap away from a stopped thread.
pub(crate) fn clear(tid: pid_t) -> io::Result<()> {
    set_user(tid, CONTROL, 0)
}
