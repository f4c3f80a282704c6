//! `simple layout record`: a run under breakpoints.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use simple_record::Options;

use super::profile::{self, Meaning};
use crate::args::layout::Record;
use crate::report;

pub(super) fn record(record: Record) -> Result<ExitCode, ExitCode> {
    let weight = super::weight(record.weight)?;
    let options = Options { jumps: !record.breakpoints, ..record.stop.options()? };
    let (program, args) = record.command.split_first().expect("the command line demands one");
    // What is there already must be a profile before the program runs.
    let path = record.output.clone().unwrap_or_else(|| default_output(program));
    let earlier = match path.is_file() {
        true => Some(profile::read(&path)?),
        false => None,
    };
    let mut command = Command::new(program);
    command.args(args);
    let recording = simple_record::record(command, &options)
        .map_err(|error| report::fail(&error.to_string()))?;
    if let (Some(_), None) = (&options.stop, recording.stop) {
        report::say(
            "warning: the program ended before the moment to stop at: its whole run counts\n",
        );
    }
    let meaning = Meaning {
        scenario: &record.scenario,
        weight,
        stop: options.stop.as_ref(),
        anchor: record.anchor.as_deref(),
    };
    let touched = recording.touches.len();
    let all = recording.functions.list.len();
    let exit = recording.exit;
    let mut recorded = profile::of_recording(recording, &meaning)?;
    if let Some(earlier) = earlier {
        recorded = profile::merge(&[earlier, recorded])?;
    }
    profile::write(&path, &recorded)?;
    report::say(&format!(
        "recorded {touched} of {all} functions of `{}` in {}\n",
        recorded.program,
        path.display()
    ));
    simple_record::end_as(exit)
}

fn default_output(program: &std::ffi::OsStr) -> PathBuf {
    let mut name = PathBuf::from(program).file_name().unwrap_or(program).to_owned();
    name.push(".profile.sdn");
    name.into()
}
