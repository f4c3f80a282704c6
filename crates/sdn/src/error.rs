//! What is wrong with a text, and where.

use std::fmt;

/// A place in a text. Both are counted from 1, columns in characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

impl Position {
    /// The place of byte `offset` of `text`. One that is not on a character's
    /// boundary counts as the boundary before it.
    pub(crate) fn of(text: &str, offset: usize) -> Position {
        let before = &text[..text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let newlines = before[..line_start].bytes().filter(|byte| *byte == b'\n').count();
        // A byte order mark has no width.
        let columns = before[line_start..].trim_start_matches('\u{feff}').chars().count();
        let count = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        Position { line: count(newlines), column: count(columns) }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.line, self.column)
    }
}

/// Why a text cannot be read, a value not written or an edit not made.
///
/// Shows itself as `LINE:COLUMN: message`, with the hint in parentheses. Errors
/// of writing have no place.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}", self.describe())]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq, Eq, Debug)]
struct Inner {
    message: String,
    hint: Option<String>,
    place: Option<Place>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place {
    start: usize,
    end: usize,
    position: Position,
}

impl Error {
    /// One without a place.
    pub(crate) fn new(message: impl Into<String>) -> Error {
        Error(Box::new(Inner { message: message.into(), hint: None, place: None }))
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Error {
        self.0.hint = Some(hint.into());
        self
    }

    /// Says that it is about `start..end` of `text`, unless it is known to be
    /// about something more exact.
    pub(crate) fn or_at(mut self, text: &str, start: usize, end: usize) -> Error {
        if self.0.place.is_none() {
            let position = Position::of(text, start);
            self.0.place = Some(Place { start, end: end.max(start), position });
        }
        self
    }

    /// What is wrong, without place and hint.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Where it is wrong.
    pub fn position(&self) -> Option<Position> {
        self.0.place.map(|place| place.position)
    }

    /// Which bytes of the text are wrong; empty where something is missing.
    pub fn span(&self) -> Option<std::ops::Range<usize>> {
        self.0.place.map(|place| place.start..place.end)
    }

    fn describe(&self) -> String {
        let mut text = String::new();
        if let Some(position) = self.position() {
            text += &format!("{position}: ");
        }
        text += self.message();
        if let Some(hint) = self.hint() {
            text += &format!(" ({hint})");
        }
        text
    }
}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Error {
        Error::new(message.to_string())
    }
}

impl serde::ser::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Error {
        Error::new(message.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "a\nβγ: δ\n";
        assert_eq!(Position::of(text, 0), Position { line: 1, column: 1 });
        assert_eq!(Position::of(text, text.find('δ').unwrap()), Position { line: 2, column: 5 });
        assert_eq!(Position::of(text, text.len()), Position { line: 3, column: 1 });
        assert_eq!(Position::of(text, 3), Position::of(text, 2), "inside of a character");
        assert_eq!(Position::of("\u{feff}a", 3), Position { line: 1, column: 1 });
    }
}
