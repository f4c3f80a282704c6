//! Processes, what they cost, and limits on them.
//!
//! `std` tells neither the peak memory nor the page faults of one child, so
//! children are waited for with `wait4`.

use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// What a process and the children that it waited for cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// From before it was started until after it was waited for.
    pub wall: Duration,
    /// Processor time in the program and in the system.
    pub cpu: Duration,
    /// The most memory that one of its processes held at a time, in bytes. It
    /// is never below what this process held when it started them.
    pub peak_memory: u64,
    /// Pages that were mapped without reading from a disk.
    pub minor_faults: u64,
}

/// A process that has ended.
#[derive(Clone, Copy, Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// Whether it was ended because it took too long.
    pub timed_out: bool,
    /// What it cost.
    pub cost: Cost,
}

/// A process that has ended, and what it wrote.
#[derive(Clone, Debug)]
pub struct Output {
    /// How it ended and what it cost.
    pub finished: Finished,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
}

/// What a process may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Time that passes.
    pub time: Duration,
    /// Address space, in bytes.
    pub address_space: u64,
}

/// How often a process with a time limit is looked at.
const POLL: Duration = Duration::from_millis(2);

/// Runs a command to its end, as fast as the system allows: what `bench start`
/// measures are microseconds.
///
/// # Errors
/// If it cannot be started.
pub fn measure(command: &mut Command) -> io::Result<Finished> {
    let start = Instant::now();
    let child = command.spawn()?;
    wait(&child, start)
}

/// Runs a command to its end and keeps what it writes.
///
/// # Errors
/// If it cannot be started or read from.
pub fn output(command: &mut Command) -> io::Result<Output> {
    command.stdin(Stdio::null());
    collect(command, None)
}

/// Like [`output`], under limits.
///
/// # Errors
/// If it cannot be started or read from.
pub fn output_within(command: &mut Command, limits: Limits) -> io::Result<Output> {
    let bytes = limits.address_space;
    // SAFETY: between fork and exec only `setrlimit` is called, which is safe
    // in a signal handler, and nothing is allocated.
    unsafe {
        command.pre_exec(move || {
            set_limit(libc::RLIMIT_AS, bytes)?;
            // A crash is reported by its signal; its memory is not wanted.
            set_limit(libc::RLIMIT_CORE, 0)
        });
    }
    command.stdin(Stdio::null());
    collect(command, Some(limits.time))
}

fn set_limit(resource: libc::__rlimit_resource_t, bytes: u64) -> io::Result<()> {
    let limit = libc::rlimit { rlim_cur: bytes, rlim_max: bytes };
    // SAFETY: `limit` lives across the call.
    if unsafe { libc::setrlimit(resource, &raw const limit) } == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

fn collect(command: &mut Command, time: Option<Duration>) -> io::Result<Output> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let start = Instant::now();
    let mut child = command.spawn()?;
    let stdout = child.stdout.take().expect("it was piped");
    let stderr = child.stderr.take().expect("it was piped");
    std::thread::scope(|scope| {
        let stdout = scope.spawn(|| read(stdout));
        let stderr = scope.spawn(|| read(stderr));
        let finished = match time {
            None => wait(&child, start)?,
            Some(time) => wait_at_most(&mut child, start, time)?,
        };
        let joined = "reading does not panic";
        let stdout = stdout.join().expect(joined)?;
        let stderr = stderr.join().expect(joined)?;
        Ok(Output { finished, stdout, stderr })
    })
}

fn read(mut pipe: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn wait(child: &Child, start: Instant) -> io::Result<Finished> {
    let ended = wait4(child, 0)?;
    let (status, usage) = ended.ok_or_else(|| io::Error::other("the process did not end"))?;
    Ok(finish(status, &usage, start, false))
}

fn wait_at_most(child: &mut Child, start: Instant, time: Duration) -> io::Result<Finished> {
    let mut timed_out = false;
    loop {
        if let Some((status, usage)) = wait4(child, libc::WNOHANG)? {
            return Ok(finish(status, &usage, start, timed_out));
        }
        if !timed_out && start.elapsed() > time {
            child.kill()?;
            timed_out = true;
        }
        std::thread::sleep(POLL);
    }
}

/// The status and the use of resources of a child; none if it still runs.
fn wait4(child: &Child, options: libc::c_int) -> io::Result<Option<(ExitStatus, libc::rusage)>> {
    let id = libc::pid_t::try_from(child.id()).map_err(io::Error::other)?;
    let mut status = 0;
    // SAFETY: all zeros is a valid `rusage`.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: both places live across the call.
        let ended = unsafe { libc::wait4(id, &raw mut status, options, &raw mut usage) };
        if ended == id {
            return Ok(Some((ExitStatus::from_raw(status), usage)));
        }
        if ended == 0 {
            return Ok(None);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

fn finish(status: ExitStatus, usage: &libc::rusage, start: Instant, timed_out: bool) -> Finished {
    let wall = start.elapsed();
    let time = |time: libc::timeval| {
        let seconds = Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or(0));
        seconds + Duration::from_micros(u64::try_from(time.tv_usec).unwrap_or(0))
    };
    let cost = Cost {
        wall,
        cpu: time(usage.ru_utime) + time(usage.ru_stime),
        // Linux counts in kilobytes.
        peak_memory: u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024,
        minor_faults: u64::try_from(usage.ru_minflt).unwrap_or(0),
    };
    Finished { status, timed_out, cost }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { time: Duration::from_millis(300), address_space: 200 << 20 };

    #[test]
    fn output_and_cost_are_those_of_the_process() {
        let output = output(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]))
            .expect("there is a shell");
        assert_eq!(output.finished.status.code(), Some(3));
        assert_eq!((output.stdout, output.stderr), (b"out\n".to_vec(), b"err\n".to_vec()));
        assert!(output.finished.cost.minor_faults > 0);
        assert!(output.finished.cost.peak_memory > 100_000);
    }

    #[test]
    fn a_process_that_takes_too_long_is_ended() {
        let output =
            output_within(Command::new("sleep").arg("60"), LIMITS).expect("there is `sleep`");
        assert!(output.finished.timed_out);
        assert!(output.finished.cost.wall < Duration::from_secs(20));
    }

    #[test]
    fn a_process_has_no_more_memory_than_allowed() {
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -v"]);
        let output = output_within(&mut command, LIMITS).expect("there is a shell");
        assert_eq!(output.stdout, b"204800\n");
    }
}
