//! Files that commands read and write themselves.

use std::io::{Error, Read};
use std::path::Path;
use std::process::ExitCode;

use crate::report;

/// Reports that a file cannot be read.
pub(crate) fn cannot_read(path: &Path, error: &Error) -> ExitCode {
    let cause = simple_driver::load::error_text(error);
    report::fail(&format!("cannot read `{}`: {cause}", path.display()))
}

/// What messages call a file.
pub(crate) fn shown(path: &Path) -> String {
    if is_standard(path) { "<stdin>".to_owned() } else { path.display().to_string() }
}

/// Whether the path stands for standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// The bytes of a file; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, ExitCode> {
    if !is_standard(path) {
        return std::fs::read(path).map_err(|error| cannot_read(path, &error));
    }
    let mut bytes = Vec::new();
    match std::io::stdin().read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(cannot_read(path, &error)),
    }
}

/// Writes a file, whole or not at all; `-` is standard output.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), ExitCode> {
    if is_standard(path) { report::print(bytes) } else { replace(path, bytes) }
}

/// Writes a file beside its place and moves it there, so that a full disk
/// loses nothing. A link stays one: the file that it leads to is replaced.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), ExitCode> {
    let fail = |error: Error| {
        let cause = simple_driver::load::error_text(&error);
        report::fail(&format!("cannot write `{}`: {cause}", path.display()))
    };
    // One that is not there yet has neither links nor permissions to keep.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let metadata = std::fs::metadata(&target).ok();
    if metadata.as_ref().is_some_and(|metadata| !metadata.is_file()) {
        // Such as /dev/stdout: nothing can be moved there.
        return std::fs::write(&target, bytes).map_err(fail);
    }
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = target.with_file_name(name);
    let written = std::fs::write(&temporary, bytes)
        .and_then(|()| match metadata {
            Some(metadata) => std::fs::set_permissions(&temporary, metadata.permissions()),
            None => Ok(()),
        })
        .and_then(|()| std::fs::rename(&temporary, &target));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&temporary);
        fail(error)
    })
}
