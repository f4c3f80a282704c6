//! `ptrace(2)`. A tracee is one thread; only the thread that seized it, or that
//! got it since it came from a seized one, may make these calls.

use std::io;
use std::mem::MaybeUninit;
use std::ptr;

use libc::{c_int, c_long, c_void, pid_t, siginfo_t};

use super::check;

pub(crate) type Registers = libc::user_regs_struct;

/// Events to stop for besides signals; and nothing outlives the recorder.
pub(crate) const FOLLOW: c_int = libc::PTRACE_O_EXITKILL
    | libc::PTRACE_O_TRACEEXEC
    | libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACECLONE;

/// Also stop when a child no longer has the memory of a thread that waits for that.
pub(crate) const AFTER_VFORK: c_int = libc::PTRACE_O_TRACEVFORKDONE;

/// Also stop before a thread's memory goes.
pub(crate) const BEFORE_EXIT: c_int = libc::PTRACE_O_TRACEEXIT;

/// Becomes the tracer of a process without stopping it.
pub(crate) fn seize(tid: pid_t, options: c_int) -> io::Result<()> {
    plain(libc::PTRACE_SEIZE, tid, 0, options as usize)
}

/// Lets a tracee run on and delivers a signal, none if 0.
pub(crate) fn resume(tid: pid_t, signal: c_int) -> io::Result<()> {
    plain(libc::PTRACE_CONT, tid, 0, signal as usize)
}

/// The same, up to the next instruction.
pub(crate) fn step(tid: pid_t) -> io::Result<()> {
    plain(libc::PTRACE_SINGLESTEP, tid, 0, 0)
}

/// Lets a process that a signal stopped stay stopped until it is continued.
pub(crate) fn listen(tid: pid_t) -> io::Result<()> {
    plain(libc::PTRACE_LISTEN, tid, 0, 0)
}

/// Lets a tracee go.
pub(crate) fn detach(tid: pid_t) -> io::Result<()> {
    plain(libc::PTRACE_DETACH, tid, 0, 0)
}

pub(crate) fn registers(tid: pid_t) -> io::Result<Registers> {
    let mut registers = MaybeUninit::<Registers>::uninit();
    // SAFETY: the kernel writes one `user_regs_struct` to where `data` points.
    check(unsafe {
        libc::ptrace(libc::PTRACE_GETREGS, tid, ptr::null_mut::<c_void>(), registers.as_mut_ptr())
    })?;
    // SAFETY: the call succeeded, so it is written.
    Ok(unsafe { registers.assume_init() })
}

pub(crate) fn set_registers(tid: pid_t, registers: &Registers) -> io::Result<()> {
    let data = ptr::from_ref(registers).cast_mut();
    // SAFETY: the kernel reads one `user_regs_struct` from where `data` points.
    check(unsafe { libc::ptrace(libc::PTRACE_SETREGS, tid, ptr::null_mut::<c_void>(), data) })?;
    Ok(())
}

/// The signals that a stopped thread blocks, a bit each.
pub(crate) fn blocked_signals(tid: pid_t) -> io::Result<u64> {
    let mut signals = 0_u64;
    let data = (&raw mut signals).cast::<c_void>();
    // SAFETY: the kernel writes as many bytes to where `data` points as the address
    // says.
    check(unsafe { libc::ptrace(libc::PTRACE_GETSIGMASK, tid, size_of::<u64>(), data) })?;
    Ok(signals)
}

/// Lets it block others.
pub(crate) fn block_signals(tid: pid_t, signals: u64) -> io::Result<()> {
    let data = (&raw const signals).cast_mut().cast::<c_void>();
    // SAFETY: the kernel reads as many bytes from there.
    check(unsafe { libc::ptrace(libc::PTRACE_SETSIGMASK, tid, size_of::<u64>(), data) })?;
    Ok(())
}

/// Writes a word of the tracee's `struct user`.
pub(super) fn set_user(tid: pid_t, offset: usize, value: usize) -> io::Result<()> {
    plain(libc::PTRACE_POKEUSER, tid, offset, value)
}

/// The `si_code` of the signal that a tracee stopped for.
pub(crate) fn signal_code(tid: pid_t) -> io::Result<c_int> {
    let mut info = MaybeUninit::<siginfo_t>::zeroed();
    // SAFETY: the kernel writes one `siginfo_t` to where `data` points.
    check(unsafe {
        libc::ptrace(libc::PTRACE_GETSIGINFO, tid, ptr::null_mut::<c_void>(), info.as_mut_ptr())
    })?;
    // SAFETY: zeros are a `siginfo_t`, and the call wrote over them.
    Ok(unsafe { info.assume_init() }.si_code)
}

/// A request whose operands are numbers for the kernel.
fn plain(request: libc::c_uint, tid: pid_t, address: usize, data: usize) -> io::Result<()> {
    // SAFETY: none of the requests above that come here lets the kernel touch
    // this process's memory.
    let result: c_long =
        unsafe { libc::ptrace(request, tid, address as *mut c_void, data as *mut c_void) };
    check(result)?;
    Ok(())
}
