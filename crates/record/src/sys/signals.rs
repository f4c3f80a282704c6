//! Signals to this process that are meant for the program.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::thread;

use libc::{c_int, c_void, siginfo_t};

/// Those that ask a program to end.
const FORWARDED: [c_int; 4] = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT];

/// Where the handler writes the numbers of signals; -1 while nobody listens.
static LISTENER: AtomicI32 = AtomicI32::new(-1);
/// How many threads are in the handler, and may still write to the pipe.
static HANDLING: AtomicUsize = AtomicUsize::new(0);

/// While this lives, these signals are written to a pipe, a byte each.
pub(crate) struct Forwarding {
    before: Vec<(c_int, libc::sigaction)>,
}

impl Forwarding {
    /// Begins, if no other is alive. The pipe has to be open until it ends.
    pub(crate) fn begin(pipe: impl AsFd) -> Option<Self> {
        let descriptor = pipe.as_fd().as_raw_fd();
        LISTENER.compare_exchange(-1, descriptor, Ordering::SeqCst, Ordering::SeqCst).ok()?;
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
        LISTENER.store(-1, Ordering::SeqCst);
        // A handler that runs in another thread has a system call to go.
        while HANDLING.load(Ordering::SeqCst) != 0 {
            thread::yield_now();
        }
    }
}

/// Passes on what a process sent. What the terminal sends (Ctrl-C) comes from the
/// kernel and goes to every process in the foreground, so the program has it.
extern "C" fn handle(signal: c_int, info: *mut siginfo_t, _context: *mut c_void) {
    // SAFETY: the kernel passes a valid `siginfo_t` to handlers with SA_SIGINFO.
    if unsafe { (*info).si_code } > 0 {
        return;
    }
    HANDLING.fetch_add(1, Ordering::SeqCst);
    let listener = LISTENER.load(Ordering::SeqCst);
    if listener >= 0 {
        let number = signal as u8;
        // SAFETY: `errno` is this thread's, and the interrupted code may be about to
        // read it.
        let errno = unsafe { *libc::__errno_location() };
        // SAFETY: write is allowed in handlers, and whoever ends the listening waits
        // until this is over before the pipe is closed.
        unsafe { libc::write(listener, (&raw const number).cast(), 1) };
        // SAFETY: as above.
        unsafe { *libc::__errno_location() = errno };
    }
    HANDLING.fetch_sub(1, Ordering::SeqCst);
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
