//! Paths to values: `server.ports[0]`, `scenarios[1].weight`, `"a name".x`.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;
use crate::scalar;

/// One step of a [`Path`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// The value of a name in a map, or of a column in a row.
    Name(String),
    /// An item of a list or a row of a table, from 0.
    Index(usize),
}

/// Where in a text a value stands. The empty path is the whole.
///
/// Its text: names with `.` between them, `[N]` for items. A name with `.`,
/// `[`, `]`, quotes or nothing in it stands in quotes as values do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Path {
    /// From the outside in.
    pub steps: Vec<Step>,
}

/// A name as paths show it.
pub(crate) fn shown_name(name: &str) -> String {
    let plain = !name.is_empty() && !name.contains(['.', '[', ']', '"', '\'', '\\']);
    if plain && !name.contains(scalar::is_invisible) {
        return name.to_owned();
    }
    let mut out = String::new();
    scalar::quote(&mut out, name);
    out
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            match step {
                Step::Index(at) => write!(out, "[{at}]")?,
                Step::Name(name) if index == 0 => out.write_str(&shown_name(name))?,
                Step::Name(name) => write!(out, ".{}", shown_name(name))?,
            }
        }
        Ok(())
    }
}

impl FromStr for Path {
    type Err = Error;

    fn from_str(text: &str) -> Result<Path, Error> {
        let wrong = |at: usize, message: &str| {
            let hint = "names with `.` between, `[N]` for items, as in `groups[0].phase`";
            Err(Error::new(format!("in the path: {message}")).with_hint(hint).or_at(text, at, at))
        };
        let bytes = text.as_bytes();
        let mut steps = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] == b'[' {
                let len = text[at + 1..].find(']').unwrap_or(0);
                let digits = &text[at + 1..at + 1 + len];
                let Ok(index) = digits.parse() else { return wrong(at, "expected `[N]`") };
                steps.push(Step::Index(index));
                at += len + 2;
                continue;
            }
            if !steps.is_empty() {
                if bytes[at] != b'.' {
                    return wrong(at, "expected `.` or `[`");
                }
                at += 1;
            }
            let rest = &text[at..];
            let (name, len) = match rest.as_bytes().first() {
                Some(b'"') => match quoted(rest) {
                    Some(found) => found,
                    None => return wrong(at, "the quote is not closed or has a wrong escape"),
                },
                _ => {
                    let len = rest.find(['.', '[', ']', '"']).unwrap_or(rest.len());
                    (rest[..len].to_owned(), len)
                }
            };
            if len == 0 {
                return wrong(at, "expected a name");
            }
            steps.push(Step::Name(name));
            at += len;
        }
        Ok(Path { steps })
    }
}

/// The text in the quotes that `text` begins with, and its length with them.
fn quoted(text: &str) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut at = 1;
    loop {
        let rest = &text[at..];
        let c = rest.chars().next()?;
        match c {
            '"' => return Some((out, at + 1)),
            '\\' => {
                let (c, len) = scalar::escape(rest)?;
                out.push(c);
                at += len;
            }
            c => {
                out.push(c);
                at += c.len_utf8();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<Step> {
        text.parse::<Path>().expect("a path").steps
    }

    #[test]
    fn paths() {
        let name = |text: &str| Step::Name(text.to_owned());
        assert_eq!(path(""), []);
        assert_eq!(path("a"), [name("a")]);
        assert_eq!(path("a.b[2].c"), [name("a"), name("b"), Step::Index(2), name("c")]);
        assert_eq!(path("[0][1]"), [Step::Index(0), Step::Index(1)]);
        assert_eq!(path("\"a.b\\n\".c d"), [name("a.b\n"), name("c d")]);
        assert_eq!(path("geo::x"), [name("geo::x")]);
        for text in ["a.b[2].c", "[0].x", "\"a.b\".c", "\"\"", "a:b"] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn wrong_paths_say_where() {
        for (text, column) in
            [(".a", 1), ("a.", 3), ("a..b", 3), ("a[", 2), ("a[x]", 2), ("a]", 2), ("\"a", 1)]
        {
            let error = text.parse::<Path>().unwrap_err();
            assert_eq!(error.position().unwrap().column, column, "{text}: {error}");
        }
        assert!("a[99999999999999999999]".parse::<Path>().is_err());
        assert!("a[é".parse::<Path>().is_err());
    }
}
