//! `simple sdn`: files in Simple's data notation.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use simple_driver::MessageFormat;
use simple_driver::codes::MALFORMED_DATA;
use simple_sdn::{Document, Error, Value};
use simple_source::{Diagnostic, SourceMap, Span};

use crate::args::{Color, Sdn, SdnCommand};
use crate::{files, report};

pub(crate) fn sdn(sdn: Sdn) -> ExitCode {
    let color = sdn.color;
    let result = match sdn.command {
        SdnCommand::Check { files } => check(&files, color),
        SdnCommand::Fmt { check, files } => fmt(&files, check, color),
        SdnCommand::ToJson { compact, output, file } => {
            to_json(&file, output.as_deref(), compact, color)
        }
        SdnCommand::FromJson { output, file } => from_json(&file, output.as_deref()),
        SdnCommand::Get { json, file, path } => get(&file, &path, json, color),
        SdnCommand::Set { text, remove: _, output, file, path, value } => {
            let value =
                value.map(|value| if text { Ok(Value::Text(value)) } else { given(&value) });
            match value.transpose() {
                Ok(value) => set(&file, output.as_deref(), &path, value.as_ref(), color),
                Err(status) => Err(status),
            }
        }
    };
    result.err().unwrap_or(ExitCode::SUCCESS)
}

/// Refuses a manifest that cannot be read. What is in it is no business of
/// this command.
pub(crate) fn check_manifest(path: &Path) -> Result<(), ExitCode> {
    open(path, Color::Auto).map(drop)
}

/// Shows what is wrong with the file called `name`, with its line.
fn refuse(name: &str, text: &str, error: &Error, color: Color) -> ExitCode {
    let mut sources = SourceMap::new();
    let file = error.span().and_then(|span| Some((span, sources.add_text(name, text).ok()?)));
    let Some((span, file)) = file else {
        return report::fail(&format!("in `{name}`: {error}"));
    };
    let base = sources.file(file).base;
    // A source map holds less than 4 GB, and so does a text in the notation.
    let at = |offset: usize| base + offset as u32;
    let mut diagnostic = Diagnostic::error(
        &MALFORMED_DATA,
        Span::new(at(span.start), at(span.end)),
        error.message(),
    );
    if let Some(hint) = error.hint() {
        diagnostic = diagnostic.note(hint);
    }
    let color = report::use_color(color);
    report::say(&simple_driver::render(&[diagnostic], &sources, MessageFormat::Human, color));
    ExitCode::from(report::REFUSED)
}

/// A file's text.
fn read(path: &Path) -> Result<String, ExitCode> {
    String::from_utf8(files::read(path)?).map_err(|error| {
        let bytes = error.as_bytes();
        let error = Value::parse_bytes(bytes).err().map(|error| error.to_string());
        report::fail(&format!("in `{}`: {}", files::shown(path), error.unwrap_or_default()))
    })
}

fn open(path: &Path, color: Color) -> Result<Document, ExitCode> {
    let text = read(path)?;
    Document::parse(text.as_str())
        .map_err(|error| refuse(&files::shown(path), &text, &error, color))
}

fn fail(error: &Error) -> ExitCode {
    report::fail(&error.to_string())
}

fn check(paths: &[PathBuf], color: Color) -> Result<(), ExitCode> {
    // All files, so that all mistakes are seen at once.
    paths.iter().map(|path| open(path, color).map(drop)).fold(Ok(()), Result::and)
}

fn fmt(paths: &[PathBuf], check: bool, color: Color) -> Result<(), ExitCode> {
    let format = |path: &PathBuf| {
        let text = read(path)?;
        let formatted = simple_sdn::format(&text)
            .map_err(|error| refuse(&files::shown(path), &text, &error, color))?;
        if check {
            if formatted == text {
                return Ok(());
            }
            report::say(&format!("{} is not formatted\n", files::shown(path)));
            return Err(ExitCode::from(report::REFUSED));
        }
        if formatted == text && !files::is_standard(path) {
            return Ok(());
        }
        files::write(path, formatted.as_bytes())
    };
    paths.iter().map(format).fold(Ok(()), Result::and)
}

fn to_json(
    path: &Path,
    output: Option<&Path>,
    compact: bool,
    color: Color,
) -> Result<(), ExitCode> {
    let value = open(path, color)?.value();
    let mut json = simple_sdn::to_json(&value, !compact).map_err(|error| fail(&error))?;
    json.push('\n');
    files::write(output.unwrap_or(Path::new("-")), json.as_bytes())
}

fn from_json(path: &Path, output: Option<&Path>) -> Result<(), ExitCode> {
    let json = read(path)?;
    let value = simple_sdn::from_json(&json).map_err(|error| {
        // It is JSON that is wrong, not what the code's page explains.
        report::fail(&format!("in `{}`: {error}", files::shown(path)))
    })?;
    let text = value.print().map_err(|error| fail(&error))?;
    files::write(output.unwrap_or(Path::new("-")), text.as_bytes())
}

fn parse_path(path: &str) -> Result<simple_sdn::Path, ExitCode> {
    path.parse().map_err(|error: Error| {
        let hint = error.hint().map_or_else(String::new, |hint| format!("\n  {hint}"));
        report::fail(&format!("`{path}`: {}{hint}", error.message()))
    })
}

fn get(file: &Path, path: &str, json: bool, color: Color) -> Result<(), ExitCode> {
    let path = parse_path(path)?;
    let document = open(file, color)?;
    let Some(value) = document.get(&path) else {
        let file = files::shown(file);
        return Err(report::fail(&format!("there is nothing at `{path}` in `{file}`")));
    };
    let text = match value {
        value if json => simple_sdn::to_json(&value, true).map(|json| json + "\n"),
        Value::Text(text) => Ok(text + "\n"),
        value => value.print(),
    };
    report::print(text.map_err(|error| fail(&error))?.as_bytes())
}

/// The value that an argument means.
fn given(argument: &str) -> Result<Value, ExitCode> {
    if argument.trim().is_empty() {
        let message =
            "the value is empty; text without characters is `--text` and an empty argument";
        return Err(report::fail(message));
    }
    Value::parse(argument).map_err(|error| {
        report::fail(&format!(
            "the value is not SDN: {error}\n  text of any kind can be given with `--text`"
        ))
    })
}

/// Sets a value, or takes it away if there is none.
fn set(
    file: &Path,
    output: Option<&Path>,
    path: &str,
    value: Option<&Value>,
    color: Color,
) -> Result<(), ExitCode> {
    let path = parse_path(path)?;
    let mut document = open(file, color)?;
    match value {
        Some(value) => document.set(&path, value).map_err(|error| fail(&error))?,
        None => {
            if document.remove(&path).map_err(|error| fail(&error))?.is_none() {
                let file = files::shown(file);
                return Err(report::fail(&format!("there is nothing at `{path}` in `{file}`")));
            }
        }
    }
    files::write(output.unwrap_or(file), document.text().as_bytes())
}
