//! `bench layout`: starts of programs as they were linked, beside the same
//! programs with their functions in planned order.
//!
//! Simple's programs are recorded by their own counters and linked by our linker;
//! programs in C, C++ and Rust are recorded as they are and linked by lld with an
//! order file.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use simple_layout::Plan;
use simple_record::{AtStop, Measurement, Stop};

use super::contender::succeed;
use super::table::Table;
use super::{Options, foreign, print_machine};
use crate::generate::grown;
use crate::toolchain::{Tool, cargo_rustc_simple, lld_folder, root, work_folder};

/// A program before and after, and how it is started.
struct Case {
    name: &'static str,
    folder: PathBuf,
    arguments: &'static [&'static str],
    /// A file that it reads from standard input.
    input: Option<PathBuf>,
    /// The mark at which its start is over.
    stop: Option<&'static str>,
}

/// Builds, records, plans, builds again, measures and prints a table.
///
/// # Errors
/// If a program cannot be built or fails. What is needed for the foreign ones may
/// be missing: they are left out then.
pub fn bench(simple: &Path, options: &Options) -> Result<(), String> {
    print_machine();
    let titles = [
        "start of",
        "touched",
        "text pages",
        "planned",
        "fewest",
        "minor",
        "planned",
        "warm",
        "major",
        "planned",
        "cold",
    ];
    let mut table = Table::new(&titles);
    type Prepare = fn(&Path, &Path) -> Result<Option<Case>, String>;
    let cases: [(&str, Prepare); 5] = [
        ("a grown program", grown_program),
        ("the task board", board),
        ("SQLite's shell (C)", sqlite),
        ("simple check (Rust)", simple_itself),
        ("a compiler (C++)", compiler),
    ];
    for (name, prepare) in cases.into_iter().filter(|(name, _)| options.wants(name)) {
        let folder = work_folder(&format!("layout/{}", name.replace([' ', '(', ')', '\''], "_")))?;
        match prepare(simple, &folder)? {
            Some(case) => table.row(measure(name, &case, options.rounds)?),
            None => eprintln!("{name}: left out, see benches/install.sh"),
        }
    }
    println!("{table}");
    let read_ahead = read_ahead(&work_folder("layout")?);
    println!(
        "Pages of text, minor faults and time until the start is over, with the file in memory;\n\
         major faults and time without. Times are parts of what they were without a plan.\n\
         The system reads {read_ahead} ahead."
    );
    Ok(())
}

fn measure(name: &str, case: &Case, rounds: usize) -> Result<[String; 11], String> {
    let command = |program: &str| {
        let program = case.folder.join(program);
        move || {
            let mut command = Command::new(&program);
            command
                .args(case.arguments)
                .current_dir(&case.folder)
                .stdin(case.input().unwrap_or_else(|_| Stdio::null()))
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command
        }
    };
    let record = simple_record::Options {
        stop: case.stop.map(|mark| Stop::Mark(mark.to_owned())),
        at_stop: AtStop::Continue,
        ..simple_record::Options::default()
    };
    let (mut before, mut after) = (command(BEFORE), command(AFTER));
    let measured = simple_record::measure(&mut [&mut before, &mut after], rounds, &record)
        .map_err(|error| format!("{name}: {error}"))?;
    let [before, after] = &measured.programs[..] else { return Err(format!("{name}: two runs")) };
    let plan = std::fs::read_to_string(case.folder.join(PLAN))
        .map_err(|error| format!("cannot read the plan: {error}"))?;
    let plan = Plan::from_sdn(&plan).map_err(|error| format!("{name}: {error}"))?;
    let fewest = plan.statistics.first().map_or(0, |row| row.bound);
    let early =
        |phase| matches!(phase, simple_layout::Phase::Startup | simple_layout::Phase::FirstFrame);
    let touched = plan.symbols.iter().filter(|symbol| early(symbol.phase)).count();
    let ratio = |of: fn(&Measurement) -> Option<f64>| match (of(before), of(after)) {
        (Some(before), Some(after)) => format!("{:.2}", after / before),
        _ => "-".to_owned(),
    };
    let major = |measured: &Measurement| match measured.cold {
        Some(cold) => format!("{:.0}", cold.major_faults),
        None => "-".to_owned(),
    };
    Ok([
        name.to_owned(),
        format!("{touched}/{}", plan.symbols.len()),
        format!("{:.0}", before.touched.text),
        format!("{:.0}", after.touched.text),
        fewest.to_string(),
        format!("{:.0}", before.warm.minor_faults),
        format!("{:.0}", after.warm.minor_faults),
        ratio(|measured| Some(measured.warm.time_ns)),
        major(before),
        major(after),
        ratio(|measured| Some(measured.cold?.time_ns)),
    ])
}

/// How much is read when a page of a file in `folder` is missing: what decides how
/// much cold starts depend on where pages lie.
fn read_ahead(folder: &Path) -> String {
    let device = std::fs::metadata(folder).map(|metadata| metadata.dev()).unwrap_or(0);
    let (major, minor) = (libc::major(device), libc::minor(device));
    let setting = format!("/sys/class/bdi/{major}:{minor}/read_ahead_kb");
    match std::fs::read_to_string(setting) {
        Ok(kilobytes) => format!("{} KB", kilobytes.trim_end()),
        Err(_) => "an unknown amount".to_owned(),
    }
}

const BEFORE: &str = "before";
const AFTER: &str = "after";
const PROFILE: &str = "profile.sdn";
const PLAN: &str = "layout.sdn";
const ORDER: &str = "order.txt";

/// Runs `simple` in a case's folder, with what the case reads.
fn run(simple: &Path, case: &Case, arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new(simple);
    command.args(arguments).current_dir(&case.folder).stdin(case.input()?);
    let output = command.output().map_err(|error| format!("cannot run simple: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}: simple {}\n{said}", case.name, arguments.join(" ")))
}

impl Case {
    fn input(&self) -> Result<Stdio, String> {
        let Some(path) = &self.input else { return Ok(Stdio::null()) };
        File::open(path)
            .map(Stdio::from)
            .map_err(|error| format!("cannot read `{}`: {error}", path.display()))
    }
}

fn forget(folder: &Path) {
    for name in [PROFILE, PLAN] {
        // What is not there need not go.
        let _ = std::fs::remove_file(folder.join(name));
    }
}

/// Both builds of a program of ours; `stop` is the mark at which its start ends.
fn plan_simple(simple: &Path, case: Case, file: &str) -> Result<Option<Case>, String> {
    forget(&case.folder);
    run(simple, &case, &["build", "--release", file, "-o", BEFORE])?;
    let profile = format!("--layout-record={PROFILE}");
    let mut record = vec!["run", &profile];
    record.extend(case.stop.iter().flat_map(|stop| ["--stop", stop]));
    record.push(file);
    record.extend(case.arguments);
    run(simple, &case, &record)?;
    run(simple, &case, &["layout", "solve", PROFILE, "-o", PLAN])?;
    run(simple, &case, &["build", "--release", "--layout", PLAN, file, "-o", AFTER])?;
    Ok(Some(case))
}

fn grown_program(simple: &Path, folder: &Path) -> Result<Option<Case>, String> {
    std::fs::write(folder.join("app.spl"), grown::program())
        .map_err(|error| format!("cannot write the program: {error}"))?;
    let case = Case {
        name: "a grown program",
        folder: folder.to_owned(),
        arguments: &[],
        input: None,
        stop: Some("ready"),
    };
    plan_simple(simple, case, "app.spl")
}

fn board(simple: &Path, folder: &Path) -> Result<Option<Case>, String> {
    let example = root().join("examples/board");
    for name in ["garden.board", "session.txt"] {
        std::fs::copy(example.join(name), folder.join(name))
            .map_err(|error| format!("cannot copy `{name}`: {error}"))?;
    }
    let case = Case {
        name: "the task board",
        folder: folder.to_owned(),
        arguments: &["garden.board"],
        input: Some(folder.join("session.txt")),
        stop: Some("ui.ready"),
    };
    let file = example.join("src/main.spl");
    plan_simple(simple, case, &file.to_string_lossy())
}

/// Records `before`, plans, and writes the order for lld.
fn plan_foreign(simple: &Path, case: &Case) -> Result<(), String> {
    forget(&case.folder);
    let program = format!("./{BEFORE}");
    let mut record = vec!["layout", "record", "-o", PROFILE, "--", &program];
    record.extend(case.arguments);
    run(simple, case, &record)?;
    run(simple, case, &["layout", "solve", PROFILE, "-o", PLAN])?;
    run(simple, case, &["layout", "order", "--format", "lld", PLAN, "-o", ORDER])
}

fn sqlite(simple: &Path, folder: &Path) -> Result<Option<Case>, String> {
    let (Some(gcc), Some(lld)) = (Tool::find("gcc"), lld_folder()) else { return Ok(None) };
    if Tool::find("make").is_none() || Tool::find("tclsh").is_none() {
        return Ok(None);
    }
    let mut script = Command::new("bash");
    script.arg(root().join("benches/sqlite.sh")).arg(folder);
    succeed("benches/sqlite.sh", &mut script)?;
    let sql = "create table t(a, b); insert into t values(1, 'x'), (2, 'y');\n\
               select sum(a), group_concat(b) from t;\n";
    std::fs::write(folder.join("start.sql"), sql)
        .map_err(|error| format!("cannot write `start.sql`: {error}"))?;
    let link = |output: &str, more: &[String]| {
        let mut command = gcc.command(["-no-pie", "-fuse-ld=lld", "-Wl,--gc-sections"]);
        command.arg(format!("-B{}", lld.display())).args(more).current_dir(folder);
        command.args(["shell.o", "sqlite3.o", "-lm", "-ldl", "-o", output]);
        succeed("gcc", &mut command).map(|_| ())
    };
    link(BEFORE, &[])?;
    let case = Case {
        name: "SQLite's shell",
        folder: folder.to_owned(),
        arguments: &[":memory:"],
        input: Some(folder.join("start.sql")),
        stop: None,
    };
    plan_foreign(simple, &case)?;
    link(AFTER, &[format!("-Wl,--symbol-ordering-file={ORDER}")])?;
    Ok(Some(case))
}

/// The toolchain lays out its own start.
fn simple_itself(simple: &Path, folder: &Path) -> Result<Option<Case>, String> {
    let copy = |from: &Path, name: &str| {
        std::fs::copy(from, folder.join(name))
            .map(|_| ())
            .map_err(|error| format!("cannot copy `{}`: {error}", from.display()))
    };
    copy(simple, BEFORE)?;
    std::fs::write(folder.join("hello.spl"), "print \"hello\"\n")
        .map_err(|error| format!("cannot write `hello.spl`: {error}"))?;
    let case = Case {
        name: "simple check",
        folder: folder.to_owned(),
        arguments: &["check", "hello.spl"],
        input: None,
        stop: None,
    };
    plan_foreign(simple, &case)?;
    let order = folder.join(ORDER);
    let planned = cargo_rustc_simple(&[format!(
        "-Clink-arg=-Wl,--symbol-ordering-file={}",
        order.display()
    )])?;
    copy(&planned, AFTER)?;
    // What Cargo has is the plain one again.
    cargo_rustc_simple(&[])?;
    Ok(Some(case))
}

/// The clang that there is, with another order of its functions.
fn compiler(simple: &Path, folder: &Path) -> Result<Option<Case>, String> {
    if !foreign::compiler(folder, BEFORE, &[])? {
        return Ok(None);
    }
    let case = Case {
        name: "a compiler",
        folder: folder.to_owned(),
        arguments: &foreign::COMPILED,
        input: None,
        stop: None,
    };
    plan_foreign(simple, &case)?;
    foreign::compiler(folder, AFTER, &[format!("-Wl,--symbol-ordering-file={ORDER}")])?;
    Ok(Some(case))
}
