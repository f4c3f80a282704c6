//! `simple layout measure`: how long starts take, and what they fault in.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use simple_record::{Measurement, Medians, TouchedPages};

use crate::args::layout::Measure;
use crate::{files, report};

pub(super) fn measure(measure: &Measure) -> Result<ExitCode, ExitCode> {
    let options = measure.stop.options()?;
    let input = measure.input.as_deref();
    if let Some(path) = input {
        // Each run opens it anew; that it cannot be read is said before.
        File::open(path).map_err(|error| files::cannot_read(path, &error))?;
    }
    let command = |program: &Path| {
        let program = if program.components().count() == 1 {
            // A name alone would be looked for in the search path.
            Path::new(".").join(program)
        } else {
            program.to_owned()
        };
        let args = measure.args.clone();
        move || {
            let mut command = Command::new(&program);
            // A program that is timed has nobody to talk to.
            let input = input.and_then(|path| File::open(path).ok());
            command
                .args(&args)
                .stdin(input.map_or_else(Stdio::null, Stdio::from))
                .stdout(Stdio::null());
            command
        }
    };
    let mut first = command(&measure.program);
    let mut second = measure.against.as_deref().map(command);
    let mut commands: Vec<&mut dyn FnMut() -> Command> = vec![&mut first];
    if let Some(second) = &mut second {
        commands.push(second);
    }
    let comparison = simple_record::measure(&mut commands, measure.runs as usize, &options)
        .map_err(|error| report::fail(&error.to_string()))?;
    let names: Vec<&PathBuf> =
        std::iter::once(&measure.program).chain(measure.against.as_ref()).collect();
    report::print(table(&names, &comparison.programs, measure.runs).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn table(names: &[&PathBuf], programs: &[Measurement], runs: u32) -> String {
    let shown: Vec<String> = names.iter().map(|name| name.display().to_string()).collect();
    let width = shown.iter().map(|name| name.chars().count()).max().unwrap_or(0).max(8);
    let mut out =
        format!("{:width$}  {:>6}  {:>10}  {:>8}  {:>8}\n", "", "", "µs", "minor", "major");
    let mut kept = false;
    for (cache, of) in [("warm", warm as fn(&Measurement) -> Option<Medians>), ("cold", cold)] {
        let all: Vec<Option<Medians>> = programs.iter().map(of).collect();
        for (name, medians) in shown.iter().zip(&all) {
            match medians {
                Some(medians) => out.push_str(&row(name, cache, medians, width)),
                None => kept = true,
            }
        }
        if let [Some(first), Some(second)] = all[..] {
            let ratio = first.ratio(&second);
            out.push_str(&format!(
                "{:width$}  {cache:>6}  {:>10.3}  {:>8.3}  {:>8.3}\n",
                "ratio", ratio.time_ns, ratio.minor_faults, ratio.major_faults
            ));
        }
    }
    out.push_str(&format!(
        "{:width$}  {:>6}  {:>10}  {:>8}  {:>8}\n",
        "", "pages", "text", "const", "data"
    ));
    let touched: Vec<TouchedPages> = programs.iter().map(|program| program.touched).collect();
    for (name, pages) in shown.iter().zip(&touched) {
        out.push_str(&format!(
            "{name:width$}  {:>6}  {:>10.1}  {:>8.1}  {:>8.1}\n",
            "", pages.text, pages.read_only, pages.data
        ));
    }
    if let [first, second] = touched[..] {
        let ratio = first.ratio(&second);
        out.push_str(&format!(
            "{:width$}  {:>6}  {:>10.3}  {:>8.3}  {:>8.3}\n",
            "ratio", "", ratio.text, ratio.read_only, ratio.data
        ));
    }
    out.push_str(&format!(
        "medians of {runs} runs, in turns: time, page faults and pages touched to the stop\n"
    ));
    if kept {
        out.push_str("cold runs are left out where the system kept pages of the file in memory\n");
    }
    out
}

fn warm(measurement: &Measurement) -> Option<Medians> {
    Some(measurement.warm)
}

fn cold(measurement: &Measurement) -> Option<Medians> {
    measurement.cold
}

fn row(name: &str, cache: &str, medians: &Medians, width: usize) -> String {
    format!(
        "{name:width$}  {cache:>6}  {:>10.1}  {:>8.1}  {:>8.1}\n",
        medians.time_ns / 1000.0,
        medians.minor_faults,
        medians.major_faults
    )
}
