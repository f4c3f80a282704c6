//! Standing in for a program that runs as a child.

use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::thread;

use crate::Exit;
use crate::sys::signals::Forwarding;
use crate::sys::wait;
use crate::trace::watch::{FINISHED, Watch};

/// Starts a child and waits for its end. Meanwhile SIGINT, SIGTERM, SIGHUP and
/// SIGQUIT that another process sends to this one go to the child, and those of
/// the terminal, which the child gets by itself, end it only.
///
/// # Errors
///
/// What `spawn` returns, or if the system gives no pipe.
pub fn supervise(spawn: impl FnOnce() -> io::Result<Child>) -> io::Result<Exit> {
    let (signals, mut sink) = io::pipe()?;
    let watch = Watch::new();
    thread::scope(|scope| {
        // Before there is a child, so that no signal passes it by.
        let forwarding = Forwarding::begin(&sink);
        let status = spawn().and_then(|mut child| {
            watch.add(child.id() as libc::pid_t);
            scope.spawn(|| watch.run(signals, None));
            child.wait()
        });
        drop(forwarding);
        // Nobody reads if the watch did not begin, which is as good.
        let _ended = sink.write_all(&[FINISHED]);
        status.map(|status| wait::exit(status.into_raw()))
    })
}
