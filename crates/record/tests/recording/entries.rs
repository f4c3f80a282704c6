//! Entries that are noticed without a stop.

use std::collections::BTreeMap;

use simple_record::{Exit, Options, Recording};

use crate::build::{MODES, build_bare, plain_output, run, run_with, touched};

const BREAKPOINTS: Options = Options { jumps: false, ..Options::DEFAULT };

/// The touched functions, in order, and the calls.
fn seen(recording: &Recording) -> (Vec<String>, Vec<(&str, &str)>) {
    let name = |index| recording.functions[index].name.as_str();
    let calls = recording.edges.iter().map(|e| (name(e.caller), name(e.callee)));
    (touched(recording, ""), calls.collect())
}

/// However a function begins, it is seen, and does what it does; what can be noticed
/// without a stop is.
#[test]
fn any_kind_of_function() {
    let program = build_bare("entries", "entries", &[]);
    let (recording, _) = run(&program, &[]);
    assert_eq!(recording.exit, Exit::Code(7));
    let own = [
        "_start",
        "e_plain",
        "e_loop",
        "e_short",
        "e_tiny",
        "e_odd",
        "e_inside",
        "e_host.cold",
        "e_aliased",
        "e_label",
        "e_all",
    ];
    assert_eq!(touched(&recording, ""), own);
    // A loop to the first bytes, a short one, an odd address, an entry from elsewhere,
    // a cold part, a label; and one that bytes behind another function speak against.
    assert!((6..=7).contains(&recording.stops), "{}", recording.stops);
    let (stopped, _) = run_with(&program, &[], &BREAKPOINTS);
    assert_eq!(stopped.exit, Exit::Code(7));
    assert_eq!(stopped.stops as usize, own.len());
    assert_eq!(seen(&stopped), seen(&recording));
}

/// Rights that the program takes from itself are not needed.
#[test]
fn without_rights() {
    for flag in ["readonly", "clockless"] {
        let program = build_bare("entries", flag, &["--cfg", flag]);
        let (recording, _) = run(&program, &[]);
        assert_eq!(recording.exit, Exit::Code(7), "{flag}");
        assert_eq!(recording.touches.len(), 11, "{flag}");
        assert!((6..=7).contains(&recording.stops), "{flag}: {}", recording.stops);
        assert!(recording.touches.is_sorted_by_key(|touch| touch.time_ns), "{flag}");
    }
}

/// A whole run without and with stops, of programs with threads and children.
#[test]
fn stops_make_no_difference() {
    for mode in ["order", "fork", "vfork", "signals"] {
        let (jumped, output) = run(&MODES, &[mode]);
        let (stopped, other) = run_with(&MODES, &[mode], &BREAKPOINTS);
        assert_eq!(output, plain_output(&MODES, &[mode]), "{mode}");
        assert_eq!(other, output, "{mode}");
        assert_eq!(jumped.exit, stopped.exit, "{mode}");
        assert_eq!(seen(&jumped), seen(&stopped), "{mode}");
        let who = |recording: &Recording| -> BTreeMap<String, (u32, u32)> {
            let by = |touch: &simple_record::Touch| {
                let name = recording.functions[touch.function].name.clone();
                (name, (touch.process, touch.thread))
            };
            recording.touches.iter().map(by).collect()
        };
        assert_eq!(who(&jumped), who(&stopped), "{mode}");
        assert_eq!(stopped.stops as usize, stopped.touches.len(), "{mode}");
        // Of compilers' functions few have to stop the program.
        assert!(jumped.stops * 5 < stopped.stops, "{mode}: {}", jumped.stops);
    }
}
