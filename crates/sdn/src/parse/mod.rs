//! Text to tree: the grammar of `docs/reference/sdn.md`.
//!
//! One pass over the bytes, by recursive descent; the depth limit keeps the
//! recursion in bounds. Here are lines and what stands between tokens, in
//! `block` what indentation makes, in `inline` what brackets make, and scalars.

mod block;
mod inline;

use std::collections::HashSet;

use crate::error::Error;
use crate::tree::{Cursor, Kind, Node, Tree};

/// No text may be longer: 1 GB.
pub const MAX_SIZE: usize = 1 << 30;

/// Maps, lists and tables may be within each other so deep.
pub const MAX_DEPTH: usize = 128;

type Result<T, E = Error> = std::result::Result<T, E>;

/// Reads a text.
pub(crate) fn parse(text: &str) -> Result<Tree> {
    if text.len() > MAX_SIZE {
        return Err(Error::new("the text is longer than 1 GB").or_at(text, 0, 0));
    }
    /// A row of words takes about so many bytes a node; what is reserved and not
    /// touched costs nothing, but there is no need to reserve gigabytes.
    const BYTES_PER_NODE: usize = 8;
    const MOST_RESERVED: usize = 1 << 22;
    let reserved = (text.len() / BYTES_PER_NODE).min(MOST_RESERVED);
    let tree = Tree { nodes: Vec::with_capacity(reserved), comments: Vec::new() };
    let mut parser =
        Parser { text, bytes: text.as_bytes(), pos: 0, token_end: 0, tree, depth: 0, indent: None };
    parser.document()?;
    Ok(parser.tree)
}

/// Bytes as text.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        let at = error.valid_up_to();
        let end = at + error.error_len().unwrap_or(bytes.len() - at);
        Error::new("the text is not UTF-8").or_at(valid, at, end)
    })
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    /// Where the last token ended.
    token_end: usize,
    tree: Tree,
    depth: usize,
    /// The column of the line that begins at `pos`, after [`Parser::next_line`];
    /// none at the text's end.
    indent: Option<usize>,
}

impl<'a> Parser<'a> {
    fn document(&mut self) -> Result<()> {
        if self.text.starts_with('\u{feff}') {
            self.pos = '\u{feff}'.len_utf8();
        }
        self.next_line()?;
        let Some(column) = self.indent else { return Ok(()) };
        self.block(column, true)?;
        match self.indent {
            None => Ok(()),
            Some(_) if self.tree.nodes[0].kind.is_block() => Err(self.bad_indent(column)),
            // One line was taken for a value, but is a name without its value.
            Some(_) if self.tree.nodes[0].kind.is_scalar() => {
                self.pos = self.tree.nodes[0].end as usize;
                Err(self.no_colon())
            }
            Some(_) => {
                let hint = "a text is lines of the form `name: value`, or a single value";
                Err(self.error("something follows the text's value").with_hint(hint))
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.pos).copied()
    }

    fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.pos + ahead).copied()
    }

    /// Whether a line ends here.
    fn at_newline(&self) -> bool {
        match self.peek() {
            None | Some(b'\n') => true,
            Some(b'\r') => self.peek_at(1) == Some(b'\n'),
            _ => false,
        }
    }

    fn spaces(&mut self) -> Result<()> {
        while self.peek() == Some(b' ') {
            self.pos += 1;
        }
        if self.peek() == Some(b'\t') {
            let hint = "spaces indent and separate; inside of quotes a tab is `\\t`";
            return Err(self.error("a tab outside of quotes").with_hint(hint));
        }
        Ok(())
    }

    /// A comment's bytes, if here is one.
    fn comment(&mut self) {
        if self.peek() != Some(b'#') {
            return;
        }
        let rest = &self.bytes[self.pos..];
        let len = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let text = &self.text[self.pos..self.pos + len];
        let len_without_return = text.strip_suffix('\r').unwrap_or(text).len();
        self.tree.comments.push((self.pos as u32, (self.pos + len_without_return) as u32));
        self.pos += len;
    }

    /// Goes on to the next line that is not empty and sets its column. Stands
    /// at a line's end, or at the text's start.
    fn next_line(&mut self) -> Result<()> {
        loop {
            match self.peek() {
                Some(b'\n') => self.pos += 1,
                Some(b'\r') if self.at_newline() => self.pos += 2,
                _ => {}
            }
            let start = self.pos;
            self.spaces()?;
            self.indent = (self.pos < self.bytes.len()).then_some(self.pos - start);
            self.comment();
            if self.indent.is_none() || !self.at_newline() {
                return Ok(());
            }
            self.indent = None;
            if self.pos == self.bytes.len() {
                return Ok(());
            }
        }
    }

    /// Whether only a comment follows on the line; goes to its end then.
    fn rest_is_empty(&mut self) -> Result<bool> {
        self.spaces()?;
        self.comment();
        Ok(self.at_newline())
    }

    /// Spaces, line ends and comments between tokens in brackets.
    fn gap(&mut self) -> Result<()> {
        loop {
            self.spaces()?;
            self.comment();
            match self.peek() {
                Some(b'\n') => self.pos += 1,
                Some(b'\r') if self.peek_at(1) == Some(b'\n') => self.pos += 2,
                _ => return Ok(()),
            }
        }
    }

    /// Begins a node; its descendants follow.
    fn open(&mut self, kind: Kind) -> usize {
        self.push(kind, self.pos, self.pos);
        self.tree.nodes.len() - 1
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.tree.nodes.push(Node { kind, start: start as u32, end: end as u32, size: 1 });
    }

    /// Ends a node where the last token did.
    fn close(&mut self, node: usize) {
        let size = self.tree.nodes.len() - node;
        let node = &mut self.tree.nodes[node];
        node.size = size as u32;
        node.end = self.token_end as u32;
    }

    /// Goes one level deeper; `depth` is given back by hand, as errors end it all.
    fn enter(&mut self) -> Result<()> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        Ok(())
    }

    /// An error about the character here.
    fn error(&self, message: impl Into<String>) -> Error {
        let len = self.text[self.pos..].chars().next().map_or(0, char::len_utf8);
        let len = if self.at_newline() { 0 } else { len };
        Error::new(message).or_at(self.text, self.pos, self.pos + len)
    }

    fn error_at(&self, start: usize, end: usize, message: impl Into<String>) -> Error {
        Error::new(message).or_at(self.text, start, end)
    }

    /// What stands here, for messages.
    fn found(&self) -> String {
        match self.text[self.pos..].chars().next() {
            None => "the text's end".to_owned(),
            Some(_) if self.at_newline() => "the line's end".to_owned(),
            Some(c) if crate::scalar::is_invisible(c) => format!("U+{:04X}", u32::from(c)),
            Some(c) => format!("`{c}`"),
        }
    }

    /// Refuses names that occur twice below `parent`, whose children of every
    /// `step`th place are names.
    fn check_names(&self, parent: usize, step: usize, what: &str) -> Result<()> {
        /// Up to so many names are compared each with each.
        const FEW: usize = 8;
        let names = || {
            let cursor = Cursor { text: self.text, tree: &self.tree, at: parent };
            cursor.children().step_by(step)
        };
        let again = if names().nth(FEW).is_none() {
            names().enumerate().find(|(index, name)| {
                names().take(*index).any(|earlier| earlier.name() == name.name())
            })
        } else {
            let mut seen = HashSet::new();
            names().enumerate().find(|(_, name)| !seen.insert(name.name()))
        };
        let Some((_, again)) = again else { return Ok(()) };
        let text = again.name();
        let mut earlier = names().filter(|name| name.name() == text);
        let first = earlier.next().map_or(again, |first| first);
        let line = crate::Position::of(self.text, first.start()).line;
        let mut shown = String::new();
        crate::print::name(&mut shown, &text);
        Err(again.blame(
            Error::new(format!("{what} `{shown}` occurs twice"))
                .with_hint(format!("the first one is on line {line}")),
        ))
    }
}
