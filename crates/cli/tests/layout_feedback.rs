//! Programs in use note where their time goes, and a plan learns from it.

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use simple_layout::samples::SampleFile;
use simple_layout::{Phase, Plan};
use support::folders::{self, run};

fn folder(name: &str, program: &str) -> PathBuf {
    folders::with_program("layout_feedback", name, program)
}

fn succeed(folder: &Path, args: &[&str]) -> String {
    folders::succeed(folder, args).0
}

/// Runs the program `app`, which notes samples in `file`.
fn sampled(folder: &Path, arguments: &[&str], file: &str) -> Output {
    let mut command = Command::new(folder.join("app"));
    command.args(arguments).env("SIMPLE_LAYOUT_SAMPLES", folder.join(file));
    support::run(&mut command, b"").expect("it runs")
}

fn samples(path: &Path) -> SampleFile {
    SampleFile::parse(&std::fs::read(path).expect("there are samples")).expect("they read")
}

/// Spends time before its mark, and after it in code that small runs do not come to.
const PROGRAM: &str = "\
use std.layout
use std.process

@noinline
fn load(n: i64) -> i64:
    var t = 0
    for k in 0..n: t = (t * 31 + k) % 1000003
    t

@noinline
fn rounds(n: i64) -> i64:
    var t = 1
    for k in 0..n: t = (t * 13 + k) % 1000003
    t

@noinline
fn deep(n: i64) -> i64: if n == 0: rounds(1000) else: deep(n - 1) + 1

@noinline
fn idle(n: i64) -> i64: n * 2

fn main(args: [str]):
    val n = args.first().and_then(str.to_int) ?? 10
    if n > 1000: print load(n)
    layout.mark(\"ready\")
    print idle(n)
    if n > 1000:
        print rounds(2 * n)
        for k in 0..n / 100000: deep(3000)
    if args.len() > 1: process.exit(3)
    if n == 77: panic(\"as told\")
";

#[test]
fn a_plan_learns_what_runs() {
    let folder = folder("learns", PROGRAM);
    succeed(&folder, &["build", "--release", "--layout-sample", "app.spl"]);
    succeed(&folder, &["run", "--layout-record", "--stop", "ready", "app.spl", "10"]);
    succeed(&folder, &["layout", "solve", "app.profile.sdn"]);
    let plan = || {
        let text = std::fs::read_to_string(folder.join("layout.sdn")).expect("it was solved");
        Plan::from_sdn(&text).expect("it reads")
    };
    let phase = |name: &str| {
        let plan = plan();
        plan.symbols.iter().find(|symbol| symbol.name == name).expect("it is planned").phase
    };
    assert_eq!((phase("main.load"), phase("main.rounds")), (Phase::Cold, Phase::Cold));

    // Runs add up, however they end.
    let long = sampled(&folder, &["40000000"], "app.samples");
    assert!(long.status.success());
    assert_eq!(sampled(&folder, &["40000000", "x"], "app.samples").status.code(), Some(3));
    assert_eq!(sampled(&folder, &["77"], "app.samples").status.code(), Some(101));
    let seen = samples(&folder.join("app.samples"));
    assert_eq!((seen.runs, seen.marked, seen.lost), (3, 3, 0));
    assert!(seen.counts.iter().any(|count| count.after_mark));
    assert!(seen.counts.iter().any(|count| !count.after_mark));

    let before = plan();
    let told = succeed(&folder, &["layout", "feedback", "--dry-run", "app", "app.samples"]);
    assert_eq!(plan(), before);
    assert_eq!(told, succeed(&folder, &["layout", "feedback", "app", "app.samples"]));
    assert!(told.starts_with("3 runs, "), "{told}");
    for line in [
        "cold to startup        main.load: it ran before the first mark: ",
        "cold to steady         main.rounds: it runs: ",
    ] {
        assert!(told.lines().any(|told| told.starts_with(line)), "{line:?} in\n{told}");
    }
    assert_eq!((phase("main.load"), phase("main.rounds")), (Phase::Startup, Phase::Steady));
    assert_eq!(
        phase("main.idle"),
        before.symbols.iter().find(|s| s.name == "main.idle").expect("planned").phase
    );
    let again = succeed(&folder, &["layout", "feedback", "app", "app.samples"]);
    assert!(again.ends_with("the plan stays as it is\n"), "{again}");

    // The plan still builds a program that does the same.
    let build = ["build", "--release", "--layout", "layout.sdn", "app.spl", "-o", "planned"];
    assert_eq!(run(&folder, &build).stderr, b"");
    let planned = support::run(Command::new(folder.join("planned")).arg("40000000"), b"");
    assert_eq!(planned.expect("it runs").stdout, long.stdout);

    // Samples of another build say nothing about this one.
    std::fs::write(folder.join("app.spl"), PROGRAM.replace("n * 2", "n * 3")).expect("written");
    succeed(&folder, &["build", "--release", "--layout-sample", "app.spl"]);
    let refused = run(&folder, &["layout", "feedback", "app", "app.samples"]);
    assert_eq!(
        String::from_utf8_lossy(&refused.stderr),
        "error: `app.samples` has samples of another build than `app`\n"
    );
    assert!(sampled(&folder, &["5"], "app.samples").status.success());
    assert_eq!(samples(&folder.join("app.samples")), seen, "another build leaves them alone");
    let refused = run(&folder, &["layout", "feedback", "app", "app.spl"]);
    assert_eq!(
        String::from_utf8_lossy(&refused.stderr),
        "error: in `app.spl`: not a file of samples\n"
    );
}

/// What is in the way of samples is not in the way of the program, and a program
/// that is not asked to does not sample.
#[test]
fn sampling_is_never_in_the_way() {
    let folder = folder("quiet", PROGRAM);
    succeed(&folder, &["build", "--release", "app.spl", "-o", "plain"]);
    succeed(&folder, &["build", "--release", "--layout-sample", "app.spl"]);
    let plain = support::run(Command::new(folder.join("plain")).arg("2000"), b"").expect("it runs");
    let unasked = support::run(Command::new(folder.join("app")).arg("2000"), b"").expect("it runs");
    assert_eq!(unasked.stdout, plain.stdout);
    for file in ["", "missing/app.samples", "app.spl"] {
        let output = sampled(&folder, &["2000"], file);
        assert!(output.status.success() && output.stdout == plain.stdout, "{file}");
    }
    let text = std::fs::read(folder.join("app.spl")).expect("it is there");
    assert!(text == PROGRAM.as_bytes(), "a file that is something else stays as it is");
    // It costs nothing in programs that were not built with it.
    let size = |name: &str| std::fs::metadata(folder.join(name)).expect("it was built").len();
    assert!(size("plain") < size("app"));
}
