//! The end of this process.

use std::ptr;

use crate::Exit;

/// What shells add to the number of a signal that ended a program.
const SIGNAL_STATUS: i32 = 128;

/// Ends this process as another one ended, so that whoever waits for this one
/// sees what it would have seen of the other; but for the core file, of which
/// one is enough.
pub fn end_as(exit: Exit) -> ! {
    let signal = match exit {
        Exit::Code(status) => std::process::exit(status),
        Exit::Signal { signal, .. } => signal,
    };
    let no_core = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: zeros are an empty set of signals, and all pointers are to
    // variables of the right type.
    unsafe {
        libc::setrlimit(libc::RLIMIT_CORE, &raw const no_core);
        libc::signal(signal, libc::SIG_DFL);
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const set, ptr::null_mut());
        libc::raise(signal);
    }
    // One that does not end processes, or that this one may not send itself.
    std::process::exit(SIGNAL_STATUS + signal)
}
