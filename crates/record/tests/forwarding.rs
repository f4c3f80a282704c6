//! Signals to the recorder. They are sent to this test's own process, so it has no
//! other tests.

#[path = "recording/build.rs"]
#[allow(dead_code)]
mod build;

use std::fs::{self, File};
use std::thread;

use build::{MODES, command, fresh, send, touched, wait_for};
use rustix::process::Signal;
use simple_record::{Exit, Options, record};

/// The program ends as it likes, and the recorder lives on; again and again.
#[test]
fn signals_to_the_recorder_go_to_the_program() {
    for round in 0..2 {
        let file = fresh(&format!("ready{round}"));
        let output = File::create(&file).expect("it can be written");
        let recorder = thread::spawn(move || {
            let mut command = command(&MODES, &["wait"]);
            command.stdout(output);
            record(command, &Options::default()).expect("the program can be recorded")
        });
        // Its handler is there once it says so.
        wait_for("the program's word", || {
            let text = fs::read_to_string(&file).ok()?;
            (text == "ready\n").then_some(())
        });
        send(std::process::id() as i32, Signal::TERM);
        let recording = recorder.join().expect("the recording works");
        assert_eq!(recording.exit, Exit::Code(7));
        assert!(!recording.timed_out);
        assert_eq!(touched(&recording, "t_"), ["t_terminated"]);
    }
}
