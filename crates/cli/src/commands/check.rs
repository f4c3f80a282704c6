//! `simple check`: only what is wrong.

use std::mem::ManuallyDrop;
use std::process::ExitCode;

use simple_driver::Mode;

use super::{input, options, program_file, session};
use crate::args::Check;
use crate::report;

pub(crate) fn check(check: Check) -> ExitCode {
    match try_check(&check) {
        Ok(status) | Err(status) => status,
    }
}

fn try_check(check: &Check) -> Result<ExitCode, ExitCode> {
    let files =
        if check.files.is_empty() { vec![program_file(None)?] } else { check.files.clone() };
    let mut status = ExitCode::SUCCESS;
    for file in files {
        let file = program_file(Some(&file))?;
        // There are few files, and then the process ends.
        let mut session = ManuallyDrop::new(session(options(&check.common, None, Mode::Check))?);
        let checked = ManuallyDrop::new(session.check(&input(&file)));
        report::diagnostics(&check.common, &checked.diagnostics, &checked.sources);
        report::profile(&check.common, &session)?;
        if checked.has_errors() {
            status = ExitCode::from(report::REFUSED);
        }
    }
    Ok(status)
}
