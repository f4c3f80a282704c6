//! Signals to this process that are meant for the program.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

use libc::{c_int, c_void, siginfo_t};

/// Those that ask a program to end.
const FORWARDED: [c_int; 4] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT];

/// Where the handler writes the numbers of signals; -1 while nobody listens.
static LISTENER: AtomicI32 = AtomicI32::new(-1);

/// While this lives, these signals are written to a pipe, a byte each.
pub(crate) struct Forwarding {
    before: Vec<(c_int, libc::sigaction)>,
}

impl Forwarding {
    /// Begins, if no other is alive. The pipe has to be open until it ends.
    pub(crate) fn begin(pipe: impl AsFd) -> Option<Self> {
        let descriptor = pipe.as_fd().as_raw_fd();
        LISTENER.compare_exchange(-1, descriptor, Ordering::AcqRel, Ordering::Acquire).ok()?;
        let mut forwarding = Self { before: Vec::new() };
        for signal in FORWARDED {
            // SAFETY: zeros are a `sigaction`: no flags, and an empty mask.
            let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
            action.sa_sigaction = handle as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
            let mut before = MaybeUninit::<libc::sigaction>::zeroed();
            // SAFETY: the handler does only what a signal handler may, and both
            // pointers are to variables of the right type.
            if unsafe { libc::sigaction(signal, &raw const action, before.as_mut_ptr()) } != 0 {
                continue;
            }
            // SAFETY: the call succeeded, so it is written.
            let before = unsafe { before.assume_init() };
            forwarding.before.push((signal, before));
            if before.sa_sigaction == libc::SIG_IGN {
                // As under nohup: it stays ignored here and in the program.
                forwarding.restore_last();
            }
        }
        Some(forwarding)
    }

    fn restore_last(&mut self) {
        if let Some((signal, before)) = self.before.pop() {
            // SAFETY: `before` is what the same call returned.
            unsafe { libc::sigaction(signal, &raw const before, ptr::null_mut()) };
        }
    }
}

impl Drop for Forwarding {
    fn drop(&mut self) {
        while !self.before.is_empty() {
            self.restore_last();
        }
        LISTENER.store(-1, Ordering::Release);
    }
}

/// Passes on what a process sent. What the terminal sends (Ctrl-C) comes from the
/// kernel and goes to every process in the foreground, so the program has it.
extern "C" fn handle(signal: c_int, info: *mut siginfo_t, _context: *mut c_void) {
    // SAFETY: the kernel passes a valid `siginfo_t` to handlers with SA_SIGINFO.
    if unsafe { (*info).si_code } > 0 {
        return;
    }
    let listener = LISTENER.load(Ordering::Acquire);
    if listener < 0 {
        return;
    }
    let number = signal as u8;
    // SAFETY: `errno` is this thread's, and the interrupted code may be about to
    // read it.
    let errno = unsafe { *libc::__errno_location() };
    // SAFETY: write is allowed in handlers. The pipe is open as long as there is a
    // listener; at worst, at its end, the byte is lost.
    unsafe { libc::write(listener, (&raw const number).cast(), 1) };
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

/// Sends a signal to the process that a descriptor stands for.
pub(crate) fn send(process: impl AsFd, signal: c_int) -> io::Result<()> {
    // SAFETY: without a `siginfo_t` the kernel touches no memory.
    super::check(unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            process.as_fd().as_raw_fd(),
            signal,
            ptr::null::<siginfo_t>(),
            0,
        )
    })?;
    Ok(())
}
