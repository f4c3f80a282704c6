//! What the command says: diagnostics, profiles, errors of its own.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use simple_driver::{MessageFormat, Session};
use simple_source::{Diagnostic, SourceMap};

use crate::args::{Color, Common, Format};

/// The exit status of a program or build that was refused.
pub(crate) const REFUSED: u8 = 1;

/// Whether to use colours on standard error.
pub(crate) fn use_color(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    }
}

/// Writes to standard error. A closed pipe is nobody's mistake.
pub(crate) fn say(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Writes to standard output. Whoever closes the pipe has read enough.
pub(crate) fn print(bytes: &[u8]) -> Result<(), ExitCode> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            let cause = simple_driver::load::error_text(&error);
            Err(fail(&format!("cannot write the output: {cause}")))
        }
        _ => Ok(()),
    }
}

/// Writes diagnostics as the options say.
pub(crate) fn diagnostics(common: &Common, diagnostics: &[Diagnostic], sources: &SourceMap) {
    let format = match common.message_format {
        Format::Human => MessageFormat::Human,
        Format::Json => MessageFormat::Json,
    };
    say(&simple_driver::render(diagnostics, sources, format, use_color(common.color)));
}

/// Reports diagnostics and refuses.
pub(crate) fn refuse(common: &Common, list: &[Diagnostic], sources: &SourceMap) -> ExitCode {
    diagnostics(common, list, sources);
    ExitCode::from(REFUSED)
}

/// Reports an error that has no place in any source.
pub(crate) fn fail(message: &str) -> ExitCode {
    say(&format!("error: {message}\n"));
    ExitCode::from(REFUSED)
}

/// Prints and writes what `--profile` and `--profile-output` ask for.
pub(crate) fn profile(common: &Common, session: &Session) -> Result<(), ExitCode> {
    if common.profile {
        say(&session.profile.table());
    }
    if let Some(path) = &common.profile_output {
        std::fs::write(path, session.profile.trace()).map_err(|error| {
            let cause = simple_driver::load::error_text(&error);
            fail(&format!("cannot write `{}`: {cause}", path.display()))
        })?;
    }
    Ok(())
}
