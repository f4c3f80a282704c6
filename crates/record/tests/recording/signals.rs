use std::fs;
use std::thread;
use std::time::Duration;

use simple_record::Exit;

use crate::build::{MODES, fresh, plain_output, run, send, touched, wait_for};

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
