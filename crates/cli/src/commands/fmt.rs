//! `simple fmt`: one style for everybody.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use simple_driver::MessageFormat;
use simple_source::{Diagnostic, Interner, SourceMap};

use super::source_files;
use crate::args::Fmt;
use crate::{files, report};

pub(crate) fn fmt(fmt: Fmt) -> ExitCode {
    match try_fmt(&fmt) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(report::REFUSED),
        Err(status) => status,
    }
}

/// Whether all is well: every file could be formatted and, with `--check`, was.
fn try_fmt(fmt: &Fmt) -> Result<bool, ExitCode> {
    if fmt.paths.iter().any(|path| path == Path::new("-")) {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| files::cannot_read(Path::new("-"), &error))?;
        let Some(formatted) = format(fmt, "<stdin>", &text) else { return Ok(false) };
        if fmt.check {
            return Ok(formatted == text);
        }
        let _ = std::io::stdout().write_all(formatted.as_bytes());
        return Ok(true);
    }
    let mut found: Vec<PathBuf> = Vec::new();
    let here = [PathBuf::from(".")];
    let paths = if fmt.paths.is_empty() { &here[..] } else { &fmt.paths };
    for path in paths {
        if path.is_dir() {
            found.extend(source_files(path).map_err(|error| files::cannot_read(path, &error))?);
        } else {
            found.push(path.clone());
        }
    }
    let mut well = true;
    for path in found {
        let text =
            std::fs::read_to_string(&path).map_err(|error| files::cannot_read(&path, &error))?;
        let Some(formatted) = format(fmt, &path.display().to_string(), &text) else {
            well = false;
            continue;
        };
        if formatted == text {
            continue;
        }
        if fmt.check {
            report::say(&format!("{} is not formatted\n", path.display()));
            well = false;
        } else {
            files::replace(&path, formatted.as_bytes())?;
        }
    }
    Ok(well)
}

/// The formatted text; none if it has mistakes, which are reported.
fn format(fmt: &Fmt, name: &str, text: &str) -> Option<String> {
    let interner = Interner::new();
    let mut sources = SourceMap::new();
    let Ok(file) = sources.add_text(name, text) else {
        report::fail(&format!("`{name}` is too large"));
        return None;
    };
    let base = sources.file(file).base;
    match simple_syntax::format(text, base, &interner) {
        Ok(formatted) => Some(formatted),
        Err(diagnostics) => {
            let errors: Vec<Diagnostic> =
                diagnostics.into_iter().filter(Diagnostic::is_error).collect();
            let color = report::use_color(fmt.color);
            let format = MessageFormat::Human;
            report::say(&simple_driver::render(&errors, &sources, format, color));
            None
        }
    }
}
