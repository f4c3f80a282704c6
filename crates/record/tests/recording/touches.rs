use std::collections::HashSet;
use std::time::{Duration, Instant};

use simple_record::{Exit, Options, Recording, Stop, record};

use crate::build::{MODES, build, build_bare, command, plain_output, run, run_with, touched};

/// What holds for every recording.
fn check(recording: &Recording) {
    let mut seen = HashSet::new();
    let mut last = 0;
    for (index, touch) in recording.touches.iter().enumerate() {
        assert_eq!(touch.order as usize, index);
        assert!(seen.insert(touch.function), "{touch:?} is there twice");
        assert!(touch.time_ns >= last, "{touch:?} is before its predecessor");
        last = touch.time_ns;
    }
    assert!(u128::from(last) <= recording.duration.as_nanos());
}

/// Every function of a program that does not use a library, and no other.
#[test]
fn the_order_is_exact() {
    let program = build_bare("bare", "exact", &[]);
    let (recording, output) = run(&program, &[]);
    check(&recording);
    assert_eq!(touched(&recording, ""), ["_start", "one", "two", "twice", "leave"]);
    assert_eq!(output, "hi\nhi\n");
    assert_eq!(recording.exit, Exit::Code(42));
    assert!(!recording.functions.position_independent);
    let name = |index| recording.functions[index].name.as_str();
    let edges: HashSet<_> =
        recording.edges.iter().map(|e| (name(e.caller), name(e.callee))).collect();
    // `leave` was jumped to, `_start` called by nobody.
    assert_eq!(edges, HashSet::from([("_start", "one"), ("_start", "two"), ("two", "twice")]));
    assert!(recording.edges.iter().all(|edge| edge.weight == 1));
}

/// Programs for the dynamic linker and without it, at any address and at a fixed one.
#[test]
fn every_kind_of_executable() {
    let own = ["t_second", "t_caller", "t_third", "t_first"];
    let kinds: [(&str, &[&str], bool); 4] = [
        ("pie", &["-O"], true),
        ("fixed", &["-O", "-Crelocation-model=static"], false),
        ("static_pie", &["-O", "-Ctarget-feature=+crt-static"], true),
        ("static", &["-O", "-Ctarget-feature=+crt-static", "-Crelocation-model=static"], false),
    ];
    for (name, flags, position_independent) in kinds {
        let program = build("modes", name, flags);
        let (recording, output) = run(&program, &["order"]);
        check(&recording);
        assert_eq!(touched(&recording, "t_"), own, "{name}");
        assert_eq!(output, plain_output(&program, &["order"]), "{name}");
        assert_eq!(recording.exit, Exit::Code(0), "{name}");
        assert_eq!(recording.functions.position_independent, position_independent, "{name}");
        let functions = &recording.functions;
        let find = |name| functions.named(name).expect("the function is there");
        let has = |caller, callee| {
            let (caller, callee) = (find(caller), find(callee));
            recording.edges.iter().any(|e| e.caller == caller && e.callee == callee)
        };
        assert!(has("t_caller", "t_third"), "{name}");
    }
}

#[test]
fn threads_that_meet_the_same_breakpoint() {
    let expected = plain_output(&MODES, &["race"]);
    for _ in 0..5 {
        let (recording, output) = run(&MODES, &["race"]);
        check(&recording);
        assert_eq!(output, expected);
        let names = touched(&recording, "t_r");
        // All threads wait for each other before each function.
        let all: Vec<_> = (0..30).map(|number| format!("t_r{number:02}")).collect();
        assert_eq!(names, all);
        let threads: HashSet<_> = recording.touches.iter().map(|touch| touch.thread).collect();
        assert!(threads.len() > 1, "only {threads:?} touched anything");
        assert!(recording.touches.iter().all(|touch| touch.process == 0));
    }
}

/// At most a stop for each function, not for each call: the program calls 20 million
/// times.
#[test]
fn twenty_thousand_functions() {
    let program = build_bare("many", "many", &[]);
    let start = Instant::now();
    let status = command(&program, &[]).status().expect("the program runs");
    let normal = start.elapsed();
    let start = Instant::now();
    let (recording, _) = run(&program, &[]);
    let recorded = start.elapsed();
    check(&recording);
    assert_eq!(recording.touches.len(), 20_001);
    assert_eq!(status.code().map(Exit::Code), Some(recording.exit));
    // All but the few that chance speaks against.
    assert!(recording.stops < 2_000, "{}", recording.stops);
    // A stop takes a tenth of that on a machine that is not busy with other tests;
    // one for each call would take hours.
    let limit = normal * 3 + Duration::from_micros(500) * 20_000;
    assert!(recorded < limit, "{normal:?} became {recorded:?}");
}

#[test]
fn a_function_can_be_the_stop() {
    let options =
        Options { stop: Some(Stop::Function("t_third".to_owned())), ..Options::default() };
    let (recording, _) = run_with(&MODES, &["order"], &options);
    let stop = recording.stop.expect("the function is entered");
    let mark = &recording.marks[stop];
    assert_eq!(mark.name, "t_third");
    let order = mark.order as usize;
    let next = &recording.touches[order];
    assert_eq!(recording.functions[next.function].name, "t_third");
    assert_eq!(recording.marks.len(), 1);

    let options = Options { stop: Some(Stop::Function("t_none".to_owned())), ..Options::default() };
    let error =
        record(command(&MODES, &["order"]), &options).expect_err("there is no such function");
    assert_eq!(error.to_string(), "the program has no function `t_none` to stop at");
}

/// Marks of programs whose mark function begins as a compiler's functions do, and
/// of one whose first instruction has to be stepped over.
#[test]
fn marks_are_seen_each_time() {
    for (name, flag) in [("plain_mark", "plain_mark"), ("odd_mark", "odd_mark")] {
        let program = build_bare("bare", name, &["--cfg", flag]);
        let options = Options { stop: Some(Stop::Mark("done".to_owned())), ..Options::default() };
        let (recording, output) = run_with(&program, &[], &options);
        check(&recording);
        let marks: Vec<_> = recording.marks.iter().map(|m| (m.name.as_str(), m.order)).collect();
        // _start, one | rt_layout_mark, two, twice | and nothing new.
        assert_eq!(marks, [("ui.ready", 2), ("done", 5), ("ui.ready", 5)], "{name}");
        assert_eq!(recording.stop, Some(1));
        assert_eq!((output.as_str(), recording.exit), ("hi\nhi\n", Exit::Code(42)), "{name}");
        let faults: Vec<_> = recording.marks.iter().map(|mark| mark.faults.minor).collect();
        assert!(faults.is_sorted() && faults[0] < faults[1], "{faults:?}");
    }
    let options = Options { stop: Some(Stop::Mark("done".to_owned())), ..Options::default() };
    let error = record(command(&MODES, &["order"]), &options).expect_err("it has no marks");
    assert_eq!(error.to_string(), "the program has no marks: `done` will never be reached");
}
