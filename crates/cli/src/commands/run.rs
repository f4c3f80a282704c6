//! `simple run`: compile in memory and go.

use std::ffi::{CString, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::process::ExitCode;

use simple_driver::Mode;
use simple_source::Diagnostic;

use super::layout::counted;
use super::{check_target, input, layout, options, program_file, session};
use crate::args::Run;
use crate::args::layout::RecordRun;
use crate::report;

pub(crate) fn run(run: Run) -> ExitCode {
    match try_run(&run) {
        Ok(never) => match never {},
        Err(status) => status,
    }
}

fn try_run(run: &Run) -> Result<std::convert::Infallible, ExitCode> {
    check_target(&run.code)?;
    let file = program_file(run.file.as_ref())?;
    let mut options = options(&run.common, Some(&run.code), Mode::Program);
    if run.record.layout_record.is_some() {
        options.level = counted::level(&run.code, options.level);
    }
    let mut session = session(options)?;
    if run.record.layout_record.is_none() {
        let plan = layout::plan::of_program(run.code.layout.as_deref(), &file, options.level)?;
        session.plan = plan.map(|(_, plan)| plan);
    }
    let checked = session.check(&input(&file));
    if checked.has_errors() {
        return Err(report::refuse(&run.common, &checked.diagnostics, &checked.sources));
    }
    report::diagnostics(&run.common, &checked.diagnostics, &checked.sources);
    let refuse = |list: Vec<Diagnostic>| report::refuse(&run.common, &list, &checked.sources);
    let optimised = session.lower(&checked).map_err(refuse)?;
    let objects = session.compile(&checked, &optimised).map_err(refuse)?;
    let start = Start::new(&file, &run.args)?;
    if let Some(output) = &run.record.layout_record {
        let program = counted::functions(&mut session, &file, &checked, &optimised, &objects)
            .map_err(refuse)?;
        let meaning = run.record.meaning()?;
        let recorder = counted::Recorder::new(output.as_deref(), program)?;
        let image = session.load_counted(&checked, &objects).map_err(refuse)?;
        report::profile(&run.common, &session)?;
        let exit = counted::run(recorder, meaning, &image, start)?;
        simple_record::end_as(exit);
    }
    let image = session.load(&checked, &objects).map_err(refuse)?;
    report::profile(&run.common, &session)?;
    let arguments: Vec<_> = start.arguments.iter().map(CString::as_c_str).collect();
    let environment: Vec<_> = start.environment.iter().map(CString::as_c_str).collect();
    // SAFETY: the entry is the runtime's `_start`, which expects just that and
    // ends the process.
    let result = unsafe { image.enter(&arguments, &environment) };
    result.map_err(|error| report::fail(&format!("cannot start the program: {error}")))
}

impl RecordRun {
    /// What the run stands for.
    fn meaning(&self) -> Result<counted::Meaning, ExitCode> {
        Ok(counted::Meaning {
            scenario: self.scenario.clone(),
            stop: self.stop.clone().unwrap_or_default(),
            weight: layout::weight(self.weight)?,
        })
    }
}

/// What a program gets when it starts.
pub(crate) struct Start {
    /// Its name and its arguments.
    pub(crate) arguments: Vec<CString>,
    /// Each `NAME=value`.
    pub(crate) environment: Vec<CString>,
}

impl Start {
    /// With this process's environment.
    pub(super) fn new(program: &Path, arguments: &[OsString]) -> Result<Self, ExitCode> {
        let arguments = std::iter::once(program.as_os_str().to_owned())
            .chain(arguments.iter().cloned())
            .map(c_string);
        let environment = std::env::vars_os().map(|(mut entry, value)| {
            entry.push("=");
            entry.push(value);
            c_string(entry)
        });
        Ok(Self {
            arguments: arguments.collect::<Result<_, _>>()?,
            environment: environment.collect::<Result<_, _>>()?,
        })
    }
}

fn c_string(text: OsString) -> Result<CString, ExitCode> {
    let shown = String::from_utf8_lossy(text.as_bytes()).into_owned();
    CString::new(text.into_vec())
        .map_err(|_| report::fail(&format!("the argument `{shown}` has a NUL byte in it")))
}
