//! Page layout end to end: a program is recorded, a plan is solved, a build
//! applies it, and the start touches as few pages as it can.

mod support;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use simple_layout::{Profile, ScenarioIndex};
use support::folders::{self, run_refused, succeed};

/// Functions of the program, of which a start touches every seventh.
const FUNCTIONS: usize = 420;

fn folder(name: &str) -> PathBuf {
    folders::folder("layout", name)
}

fn program() -> String {
    let mut text = "use std.layout\n".to_owned();
    for n in 0..FUNCTIONS {
        let _ = write!(
            text,
            "\n@noinline\nfn work{n}(x: i64) -> i64:\n    var a = x + {n}\n    \
             for k in 0..3: a = (a * {} + k) % 1000003\n    a\n",
            n + 3
        );
    }
    text.push_str("\nfn start(x: i64) -> i64:\n    var t = x\n");
    for n in (0..FUNCTIONS).step_by(7) {
        let _ = writeln!(text, "    t = (t + work{n}(t)) % 1000003");
    }
    text.push_str("    t\n\nfn all(x: i64) -> i64:\n    var t = x\n");
    for n in 0..FUNCTIONS {
        let _ = writeln!(text, "    t = (t + work{n}(t)) % 1000003");
    }
    text.push_str(
        "    t\n\nfn main(args: [str]):\n    val t = start(1)\n    layout.mark(\"ready\")\n    \
         print(if args.is_empty(): t else: all(t))\n",
    );
    text
}

/// Pages of text that a recorded start touches, and the fewest that would do.
fn pages(path: &Path) -> (usize, u64) {
    let text = std::fs::read_to_string(path).expect("the profile is there");
    let profile = Profile::from_sdn(&text).expect("the profile reads");
    let stop = profile.stop_order(ScenarioIndex(0)).expect("the mark was reached");
    let mut pages = std::collections::BTreeSet::new();
    let mut bytes = 0;
    for touch in profile.touches.iter().filter(|touch| touch.order < stop) {
        let symbol = &profile.symbols[touch.symbol.index()];
        bytes += symbol.size;
        pages.extend(symbol.address / 4096..=(symbol.address + symbol.size.max(1) - 1) / 4096);
    }
    (pages.len(), bytes.div_ceil(4096))
}

/// A folder with `app.spl`, the program `app` and its profile.
fn recorded(name: &str) -> PathBuf {
    let folder = folder(name);
    std::fs::write(folder.join("app.spl"), program()).expect("the target folder can be written");
    succeed(&folder, &["build", "--release", "app.spl", "-o", "app"]);
    let record = ["layout", "record", "--stop", "ready", "-o", "p.sdn", "--", "./app"];
    let (printed, said) = succeed(&folder, &record);
    assert!(printed.trim().parse::<i64>().is_ok(), "the program's output: {printed}");
    assert!(said.starts_with("recorded ") && said.ends_with(" in p.sdn\n"), "{said}");
    folder
}

#[test]
fn a_planned_start_touches_the_fewest_pages() {
    let folder = recorded("planned");
    let (before, bound) = pages(&folder.join("p.sdn"));
    let (table, warnings) = succeed(&folder, &["layout", "solve", "p.sdn"]);
    assert_eq!(warnings, "");
    assert!(table.ends_with("pages of text touched before the stop mark\n"), "{table}");
    let planned = ["build", "--release", "--layout", "layout.sdn", "app.spl", "-o", "planned"];
    let (_, said) = succeed(&folder, &planned);
    assert_eq!(said, "", "the plan fits the program that it was made for");
    let record = ["layout", "record", "--stop", "ready", "-o", "q.sdn", "--", "./planned"];
    let (after_text, _) = succeed(&folder, &record);
    let (after, _) = pages(&folder.join("q.sdn"));
    assert!(after as u64 <= bound + 1, "{after} pages, where {bound} would do");
    assert!(after * 2 < before, "{before} pages before, {after} after");

    // It does the same, on both of its ways.
    for arguments in [&[][..], &["everything"]] {
        let outputs = ["./app", "./planned"].map(|program| {
            let mut command = std::process::Command::new(folder.join(program));
            support::run(command.args(arguments), b"").expect("it runs").stdout
        });
        assert_eq!(outputs[0], outputs[1]);
        assert!(arguments.len() == 1 || outputs[1] == after_text.as_bytes());
    }

    // Solving again changes nothing; neither does a build.
    let plan = std::fs::read(folder.join("layout.sdn")).expect("the plan is there");
    succeed(&folder, &["layout", "solve", "p.sdn"]);
    assert_eq!(plan, std::fs::read(folder.join("layout.sdn")).expect("the plan is there"));
    let planned_bytes = std::fs::read(folder.join("planned")).expect("it was built");
    let again = ["build", "-j1", "--release", "--layout", "layout.sdn", "app.spl", "-o", "planned"];
    succeed(&folder, &again);
    assert_eq!(planned_bytes, std::fs::read(folder.join("planned")).expect("it was built"));
}

#[test]
fn a_plan_of_another_program_warns_and_does_no_harm() {
    let folder = recorded("stale");
    succeed(&folder, &["layout", "solve", "p.sdn"]);
    let changed = program().replace("fn work7(", "fn other7(").replace(" work7(", " other7(");
    std::fs::write(folder.join("app.spl"), changed).expect("the target folder can be written");
    let build = |more: &[&str]| {
        let mut args = vec!["build", "--layout", "layout.sdn", "app.spl", "-o", "changed"];
        args.extend(more);
        succeed(&folder, &args).1
    };
    let warning = build(&["--release"]);
    assert!(warning.starts_with("warning: the plan `layout.sdn` was made for another build: "));
    assert!(warning.contains(" functions of the plan are in the program"), "{warning}");
    let run = |name: &str| {
        let mut command = std::process::Command::new(folder.join(name));
        support::run(&mut command, b"").expect("it runs").stdout
    };
    assert_eq!(run("changed"), run("app"));
    // A debug build ignores it, and so has nothing to say.
    assert_eq!(build(&[]), "");
    // What is no plan is refused.
    std::fs::write(folder.join("layout.sdn"), "plan:\n    version: x\n")
        .expect("it can be written");
    let refused =
        run_refused(&folder, &["build", "--release", "--layout", "layout.sdn", "app.spl"]);
    assert!(refused.starts_with("error: in `layout.sdn`: 2:"), "{refused}");
}

#[test]
fn a_package_names_its_plan() {
    let folder = recorded("package");
    std::fs::create_dir_all(folder.join("src")).expect("the target folder can be written");
    std::fs::rename(folder.join("app.spl"), folder.join("src/main.spl")).expect("it is there");
    let manifest = "name: package\nversion: 0.1.0\nlayout: layout.sdn\n";
    std::fs::write(folder.join("simple.sdn"), manifest).expect("it can be written");
    succeed(&folder, &["layout", "solve", "p.sdn"]);
    succeed(&folder, &["build", "--release", "-o", "planned"]);
    // Another program beside the package's is none of the plan's business.
    std::fs::write(folder.join("src/tool.spl"), "print \"tool\"\n").expect("it can be written");
    let (_, said) = succeed(&folder, &["build", "--release", "src/tool.spl", "-o", "tool"]);
    assert_eq!(said, "");
    succeed(&folder, &["layout", "record", "--stop", "ready", "-o", "q.sdn", "--", "./planned"]);
    let (after, bound) = pages(&folder.join("q.sdn"));
    assert!(after as u64 <= bound + 1, "{after} pages, where {bound} would do");
}

#[test]
fn scenarios_gather_in_a_profile() {
    let folder = recorded("scenarios");
    let all = ["layout", "record", "--scenario", "all", "--weight", "0.5", "-o", "p.sdn"];
    succeed(&folder, &[&all[..], &["--", "./app", "everything"]].concat());
    let (table, _) = succeed(&folder, &["layout", "solve", "p.sdn", "-o", "plan.sdn"]);
    let names: Vec<&str> =
        table.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["run", "all", "pages"]);
    for (format, start) in
        [("lld", "work"), ("gold", ".text"), ("msvc", "work"), ("gnu", "SECTIONS")]
    {
        let (text, _) = succeed(&folder, &["layout", "order", "--format", format, "plan.sdn"]);
        assert!(text.contains(start), "{format}: {text}");
    }
}

#[test]
fn pages_are_shown() {
    let folder = recorded("shown");
    let (text, _) = succeed(&folder, &["layout", "show", "app", "--profile", "p.sdn"]);
    let (before, _) = pages(&folder.join("p.sdn"));
    assert!(text.contains(&format!("a start touches {before} pages")), "{text}");
    let pictures = ["--before", "app", "--svg", "map.svg", "--html", "map.html"];
    let show = [&["layout", "show", "app", "--profile", "p.sdn"], &pictures[..]].concat();
    assert_eq!(succeed(&folder, &show), (String::new(), String::new()));
    for file in ["map.svg", "map.html"] {
        let text = std::fs::read_to_string(folder.join(file)).expect("it was drawn");
        assert_eq!(text.matches(">main.work7 (").count(), 2, "{file}");
    }
}

#[test]
fn what_cannot_be_recorded_is_said() {
    let folder = folder("refused");
    std::fs::write(folder.join("app.spl"), "print \"hi\"\n").expect("it can be written");
    succeed(&folder, &["build", "--release", "--strip", "app.spl", "-o", "app"]);
    let refused = run_refused(&folder, &["layout", "record", "--", "./app"]);
    assert!(refused.contains("symbol"), "{refused}");
    let refused = run_refused(&folder, &["layout", "record", "--", "./nothing"]);
    assert!(refused.contains("`./nothing`"), "{refused}");
    let refused = run_refused(&folder, &["layout", "record", "--weight=-1", "--", "./app"]);
    assert!(refused.contains("--weight"), "{refused}");
    let refused = run_refused(&folder, &["layout", "solve", "app.spl"]);
    assert!(refused.starts_with("error: in `app.spl`: "), "{refused}");
}

/// Pages pay where there are many of them.
#[test]
fn a_small_program_does_not_grow_for_its_plan() {
    let folder = folder("small");
    std::fs::write(folder.join("app.spl"), "print \"hi\"\n").expect("it can be written");
    succeed(&folder, &["build", "--release", "app.spl", "-o", "app"]);
    succeed(&folder, &["run", "--layout-record=p.sdn", "app.spl"]);
    succeed(&folder, &["layout", "solve", "p.sdn"]);
    succeed(&folder, &["build", "--release", "--layout", "layout.sdn", "app.spl", "-o", "planned"]);
    let size = |name: &str| std::fs::metadata(folder.join(name)).expect("it was built").len();
    assert_eq!(size("app"), size("planned"));
}
