//! `simple run`: compile in memory and go.

use std::ffi::{CString, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::process::ExitCode;

use simple_driver::Mode;
use simple_source::Diagnostic;

use super::{check_target, input, layout, options, program_file, session};
use crate::args::Run;
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
    let options = options(&run.common, Some(&run.code), Mode::Program);
    let mut session = session(options)?;
    let plan = layout::plan::of_program(run.code.layout.as_deref(), &file, options.level)?;
    session.plan = plan.map(|(_, plan)| plan);
    let checked = session.check(&input(&file));
    if checked.has_errors() {
        return Err(report::refuse(&run.common, &checked.diagnostics, &checked.sources));
    }
    report::diagnostics(&run.common, &checked.diagnostics, &checked.sources);
    let refuse = |list: Vec<Diagnostic>| report::refuse(&run.common, &list, &checked.sources);
    let optimised = session.lower(&checked).map_err(refuse)?;
    let objects = session.compile(&checked, &optimised).map_err(refuse)?;
    let image = session.load(&checked, &objects).map_err(refuse)?;
    report::profile(&run.common, &session)?;
    let arguments: Vec<CString> = std::iter::once(file.into_os_string())
        .chain(run.args.iter().cloned())
        .map(c_string)
        .collect::<Result<_, _>>()?;
    let environment: Vec<CString> = std::env::vars_os()
        .map(|(name, value)| {
            let mut entry = name;
            entry.push("=");
            entry.push(value);
            c_string(entry)
        })
        .collect::<Result<_, _>>()?;
    let arguments: Vec<_> = arguments.iter().map(CString::as_c_str).collect();
    let environment: Vec<_> = environment.iter().map(CString::as_c_str).collect();
    // SAFETY: the entry is the runtime's `_start`, which expects just that and
    // ends the process.
    let result = unsafe { image.enter(&arguments, &environment) };
    result.map_err(|error| report::fail(&format!("cannot start the program: {error}")))
}

fn c_string(text: OsString) -> Result<CString, ExitCode> {
    let shown = String::from_utf8_lossy(text.as_bytes()).into_owned();
    CString::new(text.into_vec())
        .map_err(|_| report::fail(&format!("the argument `{shown}` has a NUL byte in it")))
}
