//! What is wrong with a file, and where.

use simple_sdn::{Document, Path, Step};

/// Why a profile or plan cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct ReadError {
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// What is wrong, and what to do where that is known.
    pub message: String,
}

impl ReadError {
    /// `message`, about the value at `path` of `text`, which is well-formed.
    pub(crate) fn at(text: &str, path: &[At<'_>], message: impl ToString) -> Self {
        let steps = path.iter().map(|step| match *step {
            At::Name(name) => Step::Name(name.to_owned()),
            At::Row(row) => Step::Index(row),
        });
        let mut path = Path { steps: steps.collect() };
        let document = Document::parse(text).ok();
        // The nearest thing that there is.
        let position = document.and_then(|document| {
            loop {
                if let Some(position) = document.position(&path) {
                    return Some(position);
                }
                path.steps.pop()?;
            }
        });
        let (line, column) = position.map_or((1, 1), |at| (at.line, at.column));
        Self { line, column, message: message.to_string() }
    }
}

/// A step on the way to a value.
#[derive(Clone, Copy)]
pub(crate) enum At<'a> {
    /// A name or column.
    Name(&'a str),
    /// A row, from 0.
    Row(usize),
}

impl From<simple_sdn::Error> for ReadError {
    fn from(error: simple_sdn::Error) -> Self {
        let (line, column) = error.position().map_or((1, 1), |at| (at.line, at.column));
        let message = match error.hint() {
            Some(hint) => format!("{} ({hint})", error.message()),
            None => error.message().to_owned(),
        };
        Self { line, column, message }
    }
}

/// The version of the format of profiles and plans that this crate writes.
pub(crate) const VERSION: u32 = 1;

/// Refuses `version` of the map `header` if it is not [`VERSION`].
pub(crate) fn check_version(text: &str, header: &str, version: u32) -> Result<(), ReadError> {
    if version == VERSION {
        return Ok(());
    }
    let message = format!(
        "version {version} of the format is not known, only {VERSION}; make the file again with \
         this toolchain"
    );
    Err(ReadError::at(text, &[At::Name(header), At::Name("version")], message))
}
