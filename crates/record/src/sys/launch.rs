//! Holding a new process before it executes its program.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The tracer's side of a process that is being started.
pub(crate) struct Gate {
    hello: PipeReader,
    go: PipeWriter,
}

const OPEN: u8 = 1;
const CLOSED: u8 = 0;

/// Makes the command's process wait at a gate just before it executes its
/// program. The thread that spawns waits with it, so another has to open it.
pub(crate) fn gate(command: &mut Command) -> io::Result<Gate> {
    let (hello, say_hello) = io::pipe()?;
    let (await_go, go) = io::pipe()?;
    let wait = move || {
        // SAFETY: no memory is involved.
        let own = unsafe { libc::getpid() }.to_ne_bytes();
        // SAFETY: the descriptor is open, as this closure owns the pipe's end.
        let written = unsafe { libc::write(say_hello.as_raw_fd(), own.as_ptr().cast(), own.len()) };
        if written != own.len() as isize {
            return Err(io::Error::last_os_error());
        }
        let mut answer = CLOSED;
        loop {
            // SAFETY: likewise, and the variable has room for one byte.
            let read = unsafe { libc::read(await_go.as_raw_fd(), (&raw mut answer).cast(), 1) };
            match read {
                1 if answer == OPEN => return Ok(()),
                0 | 1 => return Err(io::Error::from_raw_os_error(libc::EPERM)),
                _ if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
                _ => return Err(io::Error::last_os_error()),
            }
        }
    };
    // SAFETY: the closure makes system calls only, and allocates nothing: what a
    // new process may do while its other threads' locks are gone.
    unsafe { command.pre_exec(wait) };
    Ok(Gate { hello, go })
}

impl Gate {
    /// Waits until the new process has come to the gate; its number, or none if
    /// it could not be made.
    pub(crate) fn process(&mut self) -> Option<libc::pid_t> {
        let mut number = [0; size_of::<libc::pid_t>()];
        self.hello.read_exact(&mut number).ok()?;
        Some(libc::pid_t::from_ne_bytes(number))
    }

    /// Lets the process execute its program, or makes it end with an error.
    pub(crate) fn answer(mut self, open: bool) -> io::Result<()> {
        self.go.write_all(&[if open { OPEN } else { CLOSED }])
    }
}
