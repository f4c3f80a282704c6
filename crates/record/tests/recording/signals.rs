use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use simple_record::Exit;

use crate::build::{MODES, fresh, plain_output, run, touched};

/// Waits until something is the case, and not for ever.
fn wait_for<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < end, "{what} did not happen");
        thread::sleep(Duration::from_millis(5));
    }
}

fn send(process: i32, signal: rustix::process::Signal) {
    let process = rustix::process::Pid::from_raw(process).expect("a process has a number");
    rustix::process::kill_process(process, signal).expect("the process is there");
}

/// Signals that it sends to itself, a timer's, and breakpoints of its own.
#[test]
fn the_program_gets_its_signals() {
    let (recording, output) = run(&MODES, &["signals"]);
    assert_eq!(output, plain_output(&MODES, &["signals"]));
    assert!(output.starts_with("1 1\n1\ndone"), "{output}");
    assert_eq!(recording.exit, Exit::Code(0));
    assert_eq!(touched(&recording, "t_"), ["t_handler", "t_first"]);
}

/// Even SIGTRAP.
#[test]
fn functions_are_seen_while_all_signals_are_blocked() {
    let (recording, output) = run(&MODES, &["blocked"]);
    assert_eq!(output, plain_output(&MODES, &["blocked"]));
    assert_eq!(recording.exit, Exit::Code(0));
    assert_eq!(touched(&recording, "t_"), ["t_blocked"]);
}

#[test]
fn a_stopped_program_waits_until_it_is_continued() {
    let file = fresh("stopped");
    let path = file.to_str().expect("the path is text").to_owned();
    let recorder = thread::spawn(move || run(&MODES, &["stop", &path]));
    let process: i32 = wait_for("the program's number", || {
        fs::read_to_string(&file).ok().and_then(|text| text.parse().ok())
    });
    // Stopped for a tracer that listens is `t` to the kernel.
    wait_for("the stop", || {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        stat.rsplit_once(") ").filter(|(_, state)| state.starts_with(['t', 'T'])).map(|_| ())
    });
    thread::sleep(Duration::from_millis(100));
    assert!(!recorder.is_finished(), "the program ran on although it was stopped");
    send(process, rustix::process::Signal::CONT);
    let (recording, output) = recorder.join().expect("the recording works");
    assert_eq!(output, "continued\n");
    assert_eq!(recording.exit, Exit::Code(0));
    assert_eq!(touched(&recording, "t_"), ["t_first", "t_second"]);
}

/// In a process of its own, which the signal is sent to.
#[test]
fn a_signal_to_the_recorder_goes_to_the_program() {
    let mut recorder = Command::new(recorder())
        .arg(&*MODES)
        .arg("wait")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the recorder runs");
    let mut output = BufReader::new(recorder.stdout.take().expect("it is a pipe"));
    let mut line = String::new();
    output.read_line(&mut line).expect("the program writes");
    assert_eq!(line, "ready\n");
    send(recorder.id() as i32, rustix::process::Signal::TERM);
    let mut report = String::new();
    let mut errors = recorder.stderr.take().expect("it is a pipe");
    errors.read_to_string(&mut report).expect("the recorder writes text");
    let status = recorder.wait().expect("it is a child");
    assert_eq!(status.code(), Some(7), "{report}");
    assert!(report.contains(" t_terminated\n"), "{report}");
}

/// The example beside the tests.
fn recorder() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.parent().and_then(|folder| folder.parent()).expect("it lies in `deps`");
    profile.join("examples/record")
}
