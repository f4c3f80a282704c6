//! `bench record`: starts of programs by themselves, and under the recorder.
//!
//! The programs are whatever large ones with symbols are there: the recorder does
//! not care who built them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use simple_record::{Exit, Recording};

use super::samples::median;
use super::table::Table;
use super::{Options, foreign, print_machine};
use crate::toolchain::{Tool, work_folder};

const COMPILER: &str = "a compiler (C++)";

/// A program, and what it is started with and where.
struct Case {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    folder: PathBuf,
}

/// Runs each program plainly, recorded, and recorded by breakpoints alone, in turns,
/// and prints a table.
///
/// # Errors
/// If a program cannot be recorded, or ends otherwise than by itself. Programs that
/// are not installed are left out.
pub fn bench(simple: &Path, options: &Options) -> Result<(), String> {
    print_machine();
    let titles = [
        "start of",
        "functions",
        "entered",
        "stops",
        "plain",
        "recorded",
        "in all",
        "by breakpoints",
        "in all",
    ];
    let mut table = Table::new(&titles);
    let folder = work_folder("record")?;
    std::fs::write(folder.join("hello.spl"), "print \"hello\"\n")
        .map_err(|error| format!("cannot write `hello.spl`: {error}"))?;
    let case = |name, program: &Path, arguments: &[&str]| Case {
        name,
        program: program.to_owned(),
        arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
        folder: folder.clone(),
    };
    let simple = std::path::absolute(simple).map_err(|error| format!("no folder: {error}"))?;
    let mut cases = vec![case("simple check", &simple, &["check", "hello.spl"])];
    if let Some(node) = Tool::find("node") {
        cases.push(case("node -e 0", &node.path, &["-e", "0"]));
    }
    if options.wants(COMPILER) && foreign::compiler(&folder, "compiler", &[])? {
        cases.push(case(COMPILER, &folder.join("compiler"), &foreign::COMPILED));
    }
    for case in cases {
        if options.wants(case.name) {
            table.row(measure(&case, options.rounds)?);
        }
    }
    println!("{table}");
    println!(
        "From the program's first instruction to its end, as medians. In all: with reading\n\
         the program before, and without writing a profile."
    );
    Ok(())
}

/// One run: how long the program took, and how long all of it.
#[derive(Default)]
struct Times {
    run: Vec<f64>,
    all: Vec<f64>,
}

fn measure(case: &Case, rounds: usize) -> Result<[String; 9], String> {
    let mut plain = Vec::new();
    let (mut jumps, mut breakpoints) = (Times::default(), Times::default());
    let mut last = None;
    for _ in 0..rounds {
        let start = Instant::now();
        let status = command(case).status().map_err(|error| format!("{}: {error}", case.name))?;
        plain.push(start.elapsed().as_secs_f64());
        let exit = status.code().map(Exit::Code);
        for (times, jumps) in [(&mut jumps, true), (&mut breakpoints, false)] {
            let options = simple_record::Options { jumps, ..simple_record::Options::DEFAULT };
            let start = Instant::now();
            let recording = simple_record::record(command(case), &options)
                .map_err(|error| format!("{}: {error}", case.name))?;
            times.all.push(start.elapsed().as_secs_f64());
            times.run.push(recording.duration.as_secs_f64());
            if Some(recording.exit) != exit {
                return Err(format!("{} ended by {:?} when recorded", case.name, recording.exit));
            }
            if jumps {
                last = Some(recording);
            }
        }
    }
    let recording: Recording = last.ok_or("no rounds")?;
    let plain = median(plain);
    let times = |times: Times| {
        let (run, all) = (median(times.run), median(times.all));
        [run, all].map(|time| format!("{:.0} ms ({:.1})", time * 1e3, time / plain))
    };
    let ([run, all], [stopped_run, stopped_all]) = (times(jumps), times(breakpoints));
    Ok([
        case.name.to_owned(),
        recording.functions.list.len().to_string(),
        recording.touches.len().to_string(),
        recording.stops.to_string(),
        format!("{:.0} ms", plain * 1e3),
        run,
        all,
        stopped_run,
        stopped_all,
    ])
}

fn command(case: &Case) -> Command {
    let mut command = Command::new(&case.program);
    command
        .args(&case.arguments)
        .current_dir(&case.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}
