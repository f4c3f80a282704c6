//! What happens to a run from outside: signals for the program, and its time
//! running out.

use std::io::{PipeReader, Read};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use libc::{c_int, pid_t};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::sys::signals;

/// The processes of a run, for whoever sends signals to them. Descriptors stand
/// for processes: a number could be another process's by now.
pub(crate) struct Watch {
    processes: Mutex<Vec<(pid_t, OwnedFd)>>,
    killed: AtomicBool,
    timed_out: AtomicBool,
}

/// What the pipe to a watch says besides numbers of signals.
pub(crate) const FINISHED: u8 = 0;

impl Watch {
    pub(crate) fn new() -> Self {
        Self {
            processes: Mutex::new(Vec::new()),
            killed: AtomicBool::new(false),
            timed_out: AtomicBool::new(false),
        }
    }

    /// Adds a process; the first is the one that the command started.
    pub(crate) fn add(&self, process: pid_t) {
        let opened = Pid::from_raw(process).map(|pid| pidfd_open(pid, PidfdFlags::empty()));
        // One that cannot be opened has already ended.
        let Some(Ok(descriptor)) = opened else { return };
        let mut processes = self.processes();
        if self.killed.load(Ordering::Acquire) {
            let _ended = signals::send(&descriptor, libc::SIGKILL);
        }
        processes.push((process, descriptor));
    }

    pub(crate) fn remove(&self, process: pid_t) {
        self.processes().retain(|&(other, _)| other != process);
    }

    /// Kills all processes, also those that are being made.
    pub(crate) fn kill(&self) {
        let processes = self.processes();
        self.killed.store(true, Ordering::Release);
        for (_, process) in &*processes {
            let _ended = signals::send(process, libc::SIGKILL);
        }
    }

    /// Sends one process a signal.
    pub(crate) fn send(&self, process: pid_t, signal: c_int) {
        if let Some((_, descriptor)) = self.processes().iter().find(|&&(pid, _)| pid == process) {
            let _ended = signals::send(descriptor, signal);
        }
    }

    pub(crate) fn timed_out(&self) -> bool {
        self.timed_out.load(Ordering::Acquire)
    }

    /// Passes signals on until the pipe says that the run is over.
    pub(crate) fn run(&self, mut pipe: PipeReader, timeout: Option<Duration>) {
        // A time that no clock reaches is none.
        let mut deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            match poll(&mut [PollFd::new(&pipe, PollFlags::IN)], left.as_ref()) {
                Ok(0) => {
                    deadline = None;
                    self.timed_out.store(true, Ordering::Release);
                    self.kill();
                }
                Ok(_) => {
                    let mut byte = [FINISHED];
                    match pipe.read(&mut byte) {
                        Ok(1) if byte[0] != FINISHED => self.forward(c_int::from(byte[0])),
                        _ => return,
                    }
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
            }
        }
    }

    /// To the first process; once it has ended, to those that it left.
    fn forward(&self, signal: c_int) {
        let processes = self.processes();
        let mut all = processes.iter();
        let first = all.next();
        if first.is_some_and(|(_, first)| signals::send(first, signal).is_ok()) {
            return;
        }
        for (_, process) in all {
            let _ended = signals::send(process, signal);
        }
    }

    fn processes(&self) -> MutexGuard<'_, Vec<(pid_t, OwnedFd)>> {
        self.processes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
