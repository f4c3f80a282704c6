//! Waiting for tracees.

use std::io;
use std::mem::MaybeUninit;
use std::thread;
use std::time::{Duration, Instant};

use libc::{c_int, pid_t};

use super::check;
use crate::{Exit, Faults};

/// What happened to a tracee.
pub(crate) enum Status {
    /// It stopped: for a signal, or (`event` is not 0) for a `PTRACE_EVENT_…`.
    Stopped {
        signal: c_int,
        event: c_int,
    },
    Ended {
        exit: Exit,
        faults: Faults,
    },
}

/// Tracees of this thread, and no other children of the process.
const OURS: c_int = libc::__WALL | libc::__WNOTHREAD;

/// How long a stop is looked for before this thread sleeps. Stops come in swarms,
/// and on virtual machines waking a sleeper takes longer than all else about one:
/// with this a start is recorded in half the time.
const ATTENTION: Duration = Duration::from_micros(300);

/// Whether to look out for stops before sleeping; it takes a processor's time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vigilance {
    Alert,
    Asleep,
}

/// Waits for a tracee of this thread; none if there is none left.
pub(crate) fn any(vigilance: Vigilance) -> io::Result<Option<(pid_t, Status)>> {
    next(-1, vigilance)
}

/// Waits for one tracee of this thread, and leaves what others do for later, and its
/// own end too; none if it has ended.
pub(crate) fn one(tid: pid_t) -> io::Result<Option<Status>> {
    if has_ended(tid)? {
        return Ok(None);
    }
    Ok(next(tid, Vigilance::Alert)?.map(|(_, status)| status))
}

fn next(which: pid_t, vigilance: Vigilance) -> io::Result<Option<(pid_t, Status)>> {
    let begun = Instant::now();
    loop {
        let looks = vigilance == Vigilance::Alert && begun.elapsed() < ATTENTION;
        let flag = if looks { libc::WNOHANG } else { 0 };
        let mut status = 0;
        let mut usage = MaybeUninit::<libc::rusage>::zeroed();
        // SAFETY: the kernel writes a status and a `rusage` to these variables.
        let waited = check(i64::from(unsafe {
            libc::wait4(which, &raw mut status, OURS | flag, usage.as_mut_ptr())
        }));
        let tid = match waited {
            Ok(0) => {
                // The tracee may wait for this very processor.
                thread::yield_now();
                continue;
            }
            Ok(tid) => tid as pid_t,
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if libc::WIFSTOPPED(status) {
            let (signal, event) = (libc::WSTOPSIG(status), status >> 16);
            return Ok(Some((tid, Status::Stopped { signal, event })));
        }
        // SAFETY: zeros are a `rusage`, and the call wrote over them.
        let usage = unsafe { usage.assume_init() };
        let faults = Faults { minor: usage.ru_minflt as u64, major: usage.ru_majflt as u64 };
        return Ok(Some((tid, Status::Ended { exit: exit(status), faults })));
    }
}

/// Waits until a process that this thread traces stops or ends; whether it
/// ended. It can still be waited for afterwards.
pub(crate) fn has_ended(pid: pid_t) -> io::Result<bool> {
    let begun = Instant::now();
    loop {
        let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
        let flag = if begun.elapsed() < ATTENTION { libc::WNOHANG } else { 0 };
        let options = libc::WEXITED | libc::WSTOPPED | libc::WNOWAIT | OURS | flag;
        // SAFETY: the kernel writes a `siginfo_t` to this variable.
        let waited = check(i64::from(unsafe {
            libc::waitid(libc::P_PID, pid as libc::id_t, info.as_mut_ptr(), options)
        }));
        match waited {
            // SAFETY: zeros are a `siginfo_t`, and the call wrote over them.
            Ok(_) => match unsafe { info.assume_init() }.si_code {
                libc::CLD_EXITED | libc::CLD_KILLED | libc::CLD_DUMPED => return Ok(true),
                // Nothing yet.
                0 => thread::yield_now(),
                _ => return Ok(false),
            },
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => return Ok(true),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// How a process with this status ended.
pub(crate) fn exit(status: c_int) -> Exit {
    if libc::WIFEXITED(status) {
        Exit::Code(libc::WEXITSTATUS(status))
    } else {
        Exit::Signal { signal: libc::WTERMSIG(status), core: libc::WCOREDUMP(status) }
    }
}
