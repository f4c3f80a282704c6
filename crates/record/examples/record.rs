//! Records a program and prints what it did, for trying things and for tests:
//! `record [--stop=FUNCTION | --mark=NAME] [--kill] [--pages | --measure=RUNS] [--quiet]
//! PROGRAM ARGS…`

use std::env;
use std::ffi::OsString;
use std::process::{Command, ExitCode};

use simple_record::{AtStop, Exit, Options, PageKind, Recording, Stop, measure, pages, record};

fn main() -> ExitCode {
    let mut options = Options::default();
    let (mut quiet, mut of_pages, mut runs) = (false, false, 0);
    let mut rest: Vec<OsString> = env::args_os().skip(1).collect();
    while let Some(option) = rest.first().and_then(|word| word.to_str()) {
        match option {
            "--quiet" => quiet = true,
            "--pages" => of_pages = true,
            "--kill" => options.at_stop = AtStop::Kill,
            _ => match option.split_once('=') {
                Some(("--stop", name)) => options.stop = Some(Stop::Function(name.to_owned())),
                Some(("--measure", number)) => runs = number.parse().unwrap_or(1),
                Some(("--mark", name)) => options.stop = Some(Stop::Mark(name.to_owned())),
                _ => break,
            },
        }
        rest.remove(0);
    }
    let Some(program) = rest.first() else {
        eprintln!("usage: record [OPTIONS] PROGRAM ARGS…");
        return ExitCode::FAILURE;
    };
    let mut command = Command::new(program);
    command.args(&rest[1..]);
    let exit = if runs > 0 {
        let mut again = || {
            let mut command = Command::new(program);
            command.args(&rest[1..]);
            command
        };
        measure(&mut [&mut again], runs, &options).map(|comparison| {
            eprintln!("{:#?}", comparison.programs[0]);
            Exit::Code(0)
        })
    } else if of_pages {
        pages(command, &options).map(|pages| {
            for kind in [PageKind::Text, PageKind::ReadOnly, PageKind::Data] {
                let all = pages.pages.iter().filter(|page| page.kind == kind).count();
                eprintln!("{kind:?}: {} of {all} pages", pages.touched(kind));
            }
            if !quiet {
                for page in pages.pages.iter().filter(|page| page.touched) {
                    eprintln!("{:#x}", page.address);
                }
            }
            pages.exit
        })
    } else {
        record(command, &options).map(|recording| {
            if !quiet {
                print(&recording);
            }
            let (touched, all) = (recording.touches.len(), recording.functions.list.len());
            eprintln!("{touched} of {all} functions, {:?}", recording.duration);
            recording.exit
        })
    };
    match exit {
        Ok(Exit::Code(code)) => ExitCode::from(code as u8),
        Ok(Exit::Signal { signal, .. }) => {
            eprintln!("died of signal {signal}");
            ExitCode::from(128 + signal as u8)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(recording: &Recording) {
    let name = |index| &recording.functions[index].name;
    for touch in &recording.touches {
        let place = (touch.process, touch.thread);
        eprintln!("{} {} ns {place:?} {}", touch.order, touch.time_ns, name(touch.function));
    }
    for edge in &recording.edges {
        eprintln!("{} -> {}", name(edge.caller), name(edge.callee));
    }
    for mark in &recording.marks {
        eprintln!("mark {} at {}: {} ns, {:?}", mark.name, mark.order, mark.time_ns, mark.faults);
    }
}
