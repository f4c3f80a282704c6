use std::fs;
use std::time::{Duration, Instant};

use object::{Object, ObjectSymbol};
use simple_record::{AtStop, Error, Exit, Options, Stop, record};

use crate::build::{MODES, build_bare, command, fresh, run, run_with, touched};

#[test]
fn statuses_are_kept() {
    for status in [0, 1, 101, 255] {
        let (recording, _) = run(&MODES, &["status", &status.to_string()]);
        assert_eq!(recording.exit, Exit::Code(status));
    }
}

#[test]
fn deaths_are_kept() {
    // Hang-up, abort, kill, segment, user, terminate, and a trap of its own.
    for number in [1, 6, 9, 11, 10, 15, 5] {
        let (recording, _) = run(&MODES, &["die", &number.to_string()]);
        let Exit::Signal { signal, .. } = recording.exit else {
            panic!("{:?} by signal {number}", recording.exit)
        };
        assert_eq!(signal, number);
        assert!(!recording.timed_out);
        assert!(touched(&recording, "main").len() == 1);
    }
}

#[test]
fn time_runs_out() {
    let options = Options { timeout: Some(Duration::from_millis(300)), ..Options::default() };
    let start = Instant::now();
    let (recording, _) = run_with(&MODES, &["forever"], &options);
    assert!(start.elapsed() < Duration::from_secs(30));
    assert!(recording.timed_out);
    assert_eq!(recording.exit, Exit::Signal { signal: 9, core: false });
    assert_eq!(touched(&recording, "t_"), ["t_first"]);
}

#[test]
fn a_program_can_be_killed_at_its_stop() {
    let stop = Some(Stop::Function("t_first".to_owned()));
    let options = Options { stop, at_stop: AtStop::Kill, ..Options::default() };
    let (recording, _) = run_with(&MODES, &["forever"], &options);
    assert_eq!(recording.exit, Exit::Signal { signal: 9, core: false });
    assert!(!recording.timed_out);
    assert_eq!(recording.stop, Some(0));
}

#[test]
fn a_program_without_names_is_refused() {
    let program = build_bare("bare", "stripped", &["-Cstrip=symbols"]);
    let error = record(command(&program, &[]), &Options::default()).expect_err("it has no names");
    let Error::Program { path, source } = &error else { panic!("{error}") };
    assert_eq!(path, &fs::canonicalize(&program).expect("the program is there"));
    assert!(matches!(**source, Error::NoSymbols), "{error}");
    assert!(error.to_string().ends_with("it was stripped, or linked without one"), "{error}");
}

#[test]
fn what_cannot_start_is_refused() {
    let missing = fresh("missing");
    let error = record(command(&missing, &[]), &Options::default()).expect_err("it is not there");
    assert!(matches!(error, Error::Start { .. }), "{error}");
    let text = fresh("text");
    fs::write(&text, "no program").expect("it can be written");
    let error = record(command(&text, &[]), &Options::default()).expect_err("it cannot run");
    assert!(matches!(error, Error::Start { .. }), "{error}");
}

/// A program whose first instruction is no code ends by a signal, as it does without a
/// recorder, and so does one that begins where nothing is.
#[test]
fn what_cannot_execute_dies() {
    const ENTRY: std::ops::Range<usize> = 24..32;
    let program = build_bare("bare", "entryless", &[]);
    let bytes = std::fs::read(&program).expect("it was built");
    let file = object::File::parse(&*bytes).expect("it is an executable");
    let data = file.symbols().find(|symbol| symbol.name() == Ok("data_page"));
    let data = data.expect("the symbol is there").address();
    for entry in [data, 0x10] {
        let mut bytes = bytes.clone();
        bytes[ENTRY].copy_from_slice(&entry.to_le_bytes());
        let path = fresh("entry_elsewhere");
        std::fs::copy(&program, &path).expect("it can be copied");
        std::fs::write(&path, &bytes).expect("it can be written");
        let (recording, _) = run(&path, &[]);
        assert_eq!(recording.exit, Exit::Signal { signal: 11, core: false }, "{entry:#x}");
        assert_eq!(recording.touches.len(), 0, "{entry:#x}");
    }
}
