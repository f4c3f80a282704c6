//! Instrumented runs: what they record, against breakpoints and against what
//! programs are known to do, and that the program is none the wiser.

mod support;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use simple_layout::{Profile, ScenarioIndex, SymbolIndex};
use support::folders::{self, profile, run, text};

fn with_program(name: &str, text: &str) -> PathBuf {
    folders::with_program("layout_record", name, text)
}

/// The functions of the first scenario in the order of their first touches.
fn touched(profile: &Profile) -> Vec<&str> {
    let mut touches: Vec<_> =
        profile.touches.iter().filter(|touch| touch.scenario == ScenarioIndex(0)).collect();
    touches.sort_by_key(|touch| touch.order);
    touches.iter().map(|touch| profile.symbols[touch.symbol.index()].name.as_str()).collect()
}

fn named(profile: &Profile, name: &str) -> SymbolIndex {
    let row = profile.symbols.iter().position(|symbol| symbol.name == name);
    SymbolIndex::from_usize(row.unwrap_or_else(|| panic!("the program has `{name}`")))
}

/// Calls from one function to another.
fn weight(profile: &Profile, caller: &str, callee: &str) -> u64 {
    let (caller, callee) = (named(profile, caller), named(profile, callee));
    let edge = profile.edges.iter().find(|e| (e.caller, e.callee) == (caller, callee));
    edge.map_or(0, |edge| edge.weight)
}

const CALLS: &str = "\
use std.layout

@noinline
fn fib(n: i64) -> i64: if n < 2: n else: fib(n - 1) + fib(n - 2)

@noinline
fn even(n: i64) -> bool: n == 0 or odd(n - 1)

@noinline
fn odd(n: i64) -> bool: n != 0 and even(n - 1)

@noinline
@layout(phase: \"steady\", pin: true)
fn twice(f: fn(i64) -> i64, x: i64) -> i64: f(f(x))

@layout(anchor: \"event_loop\")
fn events(n: i64) -> i64:
    var sum = 0
    for k in 0..n:
        sum += twice(\\x: x + k, k)
        if k % 10 == 0: layout.mark(\"tick\")
    sum

fn main(args: [str]):
    print \"{fib(20)} {even(3000)} {1.5:.3f} {args.len()}\"
    layout.mark(\"ready\")
    print events(100)
    if args.len() == 1: panic(\"as told\")
";

/// Every call passes a counter: of functions of the program and the runtime, by
/// name, through a function value, in tail position.
#[test]
fn calls_are_counted() {
    let folder = with_program("counted", CALLS);
    let output = run(&folder, &["run", "--layout-record", "app.spl"]);
    assert_eq!(text(&output.stdout), "6765 true 1.500 0\n14850\n");
    let said = text(&output.stderr);
    assert!(said.starts_with("recorded ") && said.ends_with(" in app.profile.sdn\n"), "{said}");
    let profile = profile(&folder.join("app.profile.sdn"));
    let calls = |name| profile.symbols[named(&profile, name).index()].calls;
    assert_eq!(calls("main.fib"), 21_891);
    assert_eq!((calls("main.even"), calls("main.odd")), (1501, 1500));
    assert_eq!((calls("main.twice"), calls("main.events"), calls("main.main")), (100, 1, 1));
    assert_eq!((calls("_start"), calls("rt_layout_mark")), (1, 11));
    // Edges are exact to within an interval of at most 1,024 calls.
    assert_eq!(weight(&profile, "main.main", "main.fib"), 1);
    let recursive = weight(&profile, "main.fib", "main.fib");
    assert!((21_890 - 1024..=21_890).contains(&recursive), "{recursive}");
    assert_eq!(weight(&profile, "main.odd", "main.fib"), 0);
    // What the source says of functions is in it.
    let twice = &profile.symbols[named(&profile, "main.twice").index()];
    assert_eq!((twice.attribute, twice.pinned), (Some(simple_layout::Phase::Steady), true));
    assert_eq!(profile.symbols[named(&profile, "main.events").index()].anchor, "event_loop");
    let fib = &profile.symbols[named(&profile, "main.fib").index()];
    assert_eq!((fib.attribute, fib.reachability), (None, Some(simple_layout::Phase::Startup)));
    // Each mark once, in order, with what was touched before it.
    let marks: Vec<&str> = profile.marks.iter().map(|mark| mark.name.as_str()).collect();
    assert_eq!(marks, ["ready", "tick"]);
    let order = |name: &str| touched(&profile).iter().position(|n| *n == name).expect("touched");
    let [ready, tick] = [0, 1].map(|row| profile.marks[row].order as usize);
    assert!(order("main.odd") < ready && ready <= order("main.events"));
    assert!(order("main.twice") < tick);
}

/// Counting in front of functions and breakpoints in them are two ways to the
/// same truth, and the build is the one that breakpoints see.
#[test]
fn instrumented_runs_agree_with_breakpoints() {
    let folder = with_program("agree", CALLS);
    run(&folder, &["run", "--layout-record=counted.sdn", "--stop", "ready", "app.spl", "a", "b"]);
    run(&folder, &["build", "--release", "app.spl"]);
    let record = ["layout", "record", "--stop", "ready", "-o", "seen.sdn", "--", "./app", "a", "b"];
    run(&folder, &record);
    let (counted, seen) = (profile(&folder.join("counted.sdn")), profile(&folder.join("seen.sdn")));
    assert_eq!(counted.build, seen.build);
    assert_eq!(touched(&counted), touched(&seen));
    let place = |profile: &Profile| -> Vec<(String, u64, u64)> {
        profile.symbols.iter().map(|s| (s.name.clone(), s.address, s.size)).collect()
    };
    assert_eq!(place(&counted), place(&seen));
    assert_eq!(
        counted.stop_order(ScenarioIndex(0)).expect("it has the mark") - 1,
        seen.stop_order(ScenarioIndex(0)).expect("it has the mark"),
        "the mark's own function counts as touched before it",
    );
    // What the source says is in the executable, for who records it as it is.
    let said = |profile: &Profile| -> Vec<(String, bool, String)> {
        let symbols = profile.symbols.iter();
        symbols.map(|s| (s.name.clone(), s.pinned, s.anchor.clone())).collect()
    };
    assert_eq!(said(&counted), said(&seen));
    let twice = &seen.symbols[named(&seen, "main.twice").index()];
    assert_eq!((twice.attribute, twice.pinned), (Some(simple_layout::Phase::Steady), true));
    // So both go into one profile, and a plan for the build.
    let again = ["run", "--layout-record=seen.sdn", "--scenario", "more", "app.spl"];
    assert!(text(&run(&folder, &again).stderr).starts_with("recorded "));
    assert_eq!(profile(&folder.join("seen.sdn")).scenarios.len(), 2);
    assert!(run(&folder, &["layout", "solve", "seen.sdn"]).status.success());
    let build = ["build", "--release", "--layout", "layout.sdn", "app.spl"];
    assert_eq!(text(&run(&folder, &build).stderr), "");
}

/// However a program ends, what it did is written, and `simple` ends likewise.
#[test]
fn every_end_is_recorded() {
    let folder = with_program("ends", CALLS);
    let output = run(&folder, &["run", "--layout-record", "app.spl", "x"]);
    assert_eq!(output.status.code(), Some(101));
    let said = text(&output.stderr);
    assert!(said.starts_with("panic: as told at app.spl:28:25\n"), "{said}");
    assert!(said.contains("\nrecorded "), "{said}");
    // The second run joins the first.
    let output = run(&folder, &["run", "--layout-record", "app.spl"]);
    assert!(output.status.success());
    let merged = profile(&folder.join("app.profile.sdn"));
    assert_eq!((merged.scenarios[0].runs, merged.scenarios.len()), (2, 1));
    assert_eq!(merged.symbols[named(&merged, "main.events").index()].calls, 2);

    let exits = "use std.process\nprint 1\nprocess.exit(7)\n";
    let output = run(&with_program("exits", exits), &["run", "--layout-record", "app.spl"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(7), "1\n".to_owned()));
    assert!(text(&output.stderr).starts_with("recorded "));

    let endless = "fn f(n: i64) -> i64: f(n + 1) + 1\nfn main(): print f(0)\n";
    let output = run(&with_program("endless", endless), &["run", "--layout-record", "app.spl"]);
    let said = text(&output.stderr);
    assert!(said.starts_with("panic: stack overflow (endless recursion?)"), "{said}");
    assert!(said.contains("\nrecorded "), "{said}");
}

/// A program that is asked to end, through `simple`, which ends by the signal too.
#[test]
fn a_signal_ends_and_is_recorded() {
    use std::io::{BufRead, BufReader};
    use std::os::unix::process::ExitStatusExt;

    let waits = "use std.time\nprint \"begun\"\nloop: time.sleep(0.01)\n";
    let folder = with_program("signal", waits);
    let mut command = support::simple();
    command.current_dir(&folder).args(["run", "--layout-record", "app.spl"]);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it can be run");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("it is a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("the program prints");
    assert_eq!(line, "begun\n");
    let mut kill = Command::new("kill");
    assert!(kill.arg(child.id().to_string()).status().expect("it can be run").success());
    let begun = Instant::now();
    let output = child.wait_with_output().expect("it ends");
    assert!(begun.elapsed() < Duration::from_secs(20));
    const SIGTERM: i32 = 15;
    assert_eq!(output.status.signal(), Some(SIGTERM), "{}", text(&output.stderr));
    assert!(text(&output.stderr).starts_with("recorded "));
    let profile = profile(&folder.join("app.profile.sdn"));
    assert!(touched(&profile).contains(&"rt_time_sleep"));
}

#[test]
fn scenarios_of_tests_are_recorded() {
    let tests = "\
use std.layout

@noinline
pub fn load(n: i64) -> [i64]: [k * k for k in 0..n]

@noinline
pub fn show(xs: [i64]) -> str: \"{xs.len()} items\"

fn main(): print show(load(3))

@scenario(stop: \"ui.ready\", weight: 2.0)
test \"boot\":
    val xs = load(10)
    layout.mark(\"ui.ready\")
    print show(xs)

@scenario
test \"whole\":
    assert show(load(2)) == \"2 items\"

test \"no scenario\": assert load(1).len() == 1

@scenario(stop: \"nowhere\")
test \"stops nowhere\": assert load(0).is_empty()

@scenario
test \"fails\": assert show(load(2)) == \"3 items\"
";
    let folder = with_program("tests", tests);
    let output = run(&folder, &["test", "--layout-record", "app.spl"]);
    assert_eq!(output.status.code(), Some(1));
    let printed = text(&output.stdout);
    assert!(printed.ends_with("4 passed, 1 failed\n"), "{printed}");
    assert!(printed.contains("left:  \"2 items\"\n"), "{printed}");
    let said = text(&output.stderr);
    let warning =
        "warning: `stops nowhere` ended before the mark `nowhere`: its whole run counts\n";
    assert!(said.starts_with(warning), "{said}");
    let profile = profile(&folder.join("app.profile.sdn"));
    let scenarios: Vec<(&str, &str, f64)> =
        profile.scenarios.iter().map(|s| (s.name.as_str(), s.stop.as_str(), s.weight)).collect();
    assert_eq!(
        scenarios,
        [("boot", "ui.ready", 2.0), ("stops nowhere", "nowhere", 1.0), ("whole", "", 1.0)]
    );
    let early = |scenario: u32, name: &str| {
        let (scenario, symbol) = (ScenarioIndex(scenario), named(&profile, name));
        let stop = profile.stop_order(scenario).unwrap_or(u32::MAX);
        let mut touches = profile.touches.iter();
        touches.any(|t| t.scenario == scenario && t.symbol == symbol && t.order < stop)
    };
    assert!(early(0, "main.load") && !early(0, "main.show"));
    assert!(early(2, "main.load") && early(2, "main.show"));
    // What only tests have is in no plan for the program.
    assert!(profile.symbols.iter().all(|symbol| !symbol.name.contains("test")));

    let none = "fn main(): print 1\ntest \"plain\": assert true\n";
    let output = run(&with_program("none", none), &["test", "--layout-record", "app.spl"]);
    let said = text(&output.stderr);
    assert_eq!(said, "warning: no test with `@scenario` passed: nothing was recorded\n");
}

#[test]
fn wrong_uses_are_refused() {
    let folder = with_program("refused", "print 1\n");
    let refused = |args: &[&str]| {
        let output = run(&folder, args);
        assert!(!output.status.success(), "{args:?}");
        assert_eq!(text(&output.stdout), "", "nothing ran");
        text(&output.stderr)
    };
    let said = refused(&["run", "--layout-record=app.spl", "app.spl"]);
    assert!(said.starts_with("error: in `app.spl`: "), "what is there is no profile: {said}");
    let said = refused(&["run", "--stop", "ready", "app.spl"]);
    assert!(said.contains("--layout-record"), "{said}");
    let said = refused(&["run", "--layout-record", "--weight=0", "app.spl"]);
    assert!(said.contains("`--weight` takes a number above 0"), "{said}");
}
