//! What brackets make, and scalars.

use super::{Parser, Result};
use crate::error::Error;
use crate::scalar::{self, WordError};
use crate::tree::Kind;

impl Parser<'_> {
    /// A value that begins here.
    pub(super) fn inline(&mut self) -> Result<()> {
        match self.peek() {
            Some(b'[') => self.brackets(Kind::InlineList, b']'),
            Some(b'{') => self.brackets(Kind::InlineMap, b'}'),
            Some(b'"' | b'\'') => self.quoted(),
            _ => {
                let start = self.pos;
                let word = self.word("a value")?;
                let kind = scalar::classify(word)
                    .map_err(|error| error.or_at(self.text, start, self.pos))?;
                self.push(kind, start, self.pos);
                Ok(())
            }
        }
    }

    fn brackets(&mut self, kind: Kind, closing: u8) -> Result<()> {
        self.enter()?;
        let start = self.pos;
        let node = self.open(kind);
        self.pos += 1;
        loop {
            self.gap()?;
            if self.peek() == Some(closing) {
                break;
            }
            self.check_not_at_end(start, closing)?;
            if kind == Kind::InlineMap {
                self.name()?;
                self.colon()?;
            }
            self.inline()?;
            self.gap()?;
            self.check_not_at_end(start, closing)?;
            match self.peek() {
                Some(b',') => self.pos += 1,
                Some(byte) if byte == closing => break,
                _ => return Err(self.no_comma(closing)),
            }
        }
        self.pos += 1;
        self.token_end = self.pos;
        self.close(node);
        self.depth -= 1;
        if kind == Kind::InlineMap { self.check_names(node, 2, "the name") } else { Ok(()) }
    }

    fn check_not_at_end(&self, start: usize, closing: u8) -> Result<()> {
        if self.pos < self.bytes.len() {
            return Ok(());
        }
        let opening = char::from(self.bytes[start]);
        let message = format!("`{opening}` is not closed");
        let hint = format!("a `{}` is missing", char::from(closing));
        Err(self.error_at(start, start + 1, message).with_hint(hint))
    }

    fn no_comma(&self, closing: u8) -> Error {
        let closing = char::from(closing);
        let error = self.error(format!("expected `,` or `{closing}`, found {}", self.found()));
        error.with_hint("text with spaces or brackets stands in quotes")
    }

    /// The colon in braces, and on to the value.
    fn colon(&mut self) -> Result<()> {
        self.gap()?;
        if self.peek() != Some(b':') {
            let error = self.error(format!("expected `:`, found {}", self.found()));
            let name = &self.text[self.start_of_last()..self.token_end];
            if let Some((name, value)) = name.split_once(':') {
                let hint = format!("a space follows a `:`, as in `{name}: {value}`");
                return Err(error.with_hint(hint));
            }
            return Err(error.with_hint("a name, a `:`, a space and a value, as in `{name: 1}`"));
        }
        self.pos += 1;
        self.gap()
    }

    /// A name: words mean nothing but themselves.
    pub(super) fn name(&mut self) -> Result<()> {
        if let Some(b'"' | b'\'') = self.peek() {
            return self.quoted();
        }
        let start = self.pos;
        self.word("a name")?;
        self.push(Kind::Word, start, self.pos);
        Ok(())
    }

    fn word(&mut self, wanted: &str) -> Result<&str> {
        let start = self.pos;
        let end =
            scalar::scan_word(self.text, start).map_err(|error| self.no_word(error, wanted))?;
        let word = &self.text[start..end];
        if word == "-" {
            let message = format!("expected {wanted}, found `-`");
            let hint = "an item of a list begins a line; the text `-` stands in quotes";
            return Err(self.error(message).with_hint(hint));
        }
        self.pos = end;
        self.token_end = end;
        Ok(word)
    }

    fn no_word(&mut self, error: WordError, wanted: &str) -> Error {
        match error {
            WordError::Empty => {
                let error = self.error(format!("expected {wanted}, found {}", self.found()));
                match self.peek() {
                    Some(b'|') => {
                        error.with_hint("a table is `name |column, column|`, without `:`")
                    }
                    _ => error,
                }
            }
            WordError::Open(at) => {
                let bracket = char::from(self.bytes[at]);
                let message = format!("`{bracket}` is not closed in the word");
                let hint = "text with commas, spaces or lone brackets stands in quotes";
                self.error_at(at, at + 1, message).with_hint(hint)
            }
            WordError::Bad(at) => {
                self.pos = at;
                let message = format!("{} outside of quotes", self.found());
                self.error(message).with_hint("text with such characters stands in quotes")
            }
        }
    }

    /// Text in quotes of either kind.
    fn quoted(&mut self) -> Result<()> {
        let start = self.pos;
        let quote = self.bytes[start];
        if quote == b'"' && self.bytes[start..].starts_with(b"\"\"\"") {
            let error = self.error_at(start, start + 3, "text in `\"\"\"`");
            return Err(error.with_hint("a line break is written `\\n` in `\"`"));
        }
        let mut escapes = false;
        self.pos += 1;
        loop {
            match self.peek() {
                None | Some(b'\n') => {
                    let end = self.pos;
                    let error = self.error_at(start, end, "the quote is not closed on its line");
                    return Err(error.with_hint("a line break is written `\\n` in `\"`"));
                }
                Some(byte) if byte == quote => break,
                Some(b'\\') if quote == b'"' => {
                    let Some((_, len)) = scalar::escape(&self.text[self.pos..]) else {
                        let at = self.pos;
                        let next = self.text[at + 1..].chars().next().map_or(0, char::len_utf8);
                        let error = self.error_at(at, at + 1 + next, "there is no such escape");
                        let hint = "the escapes are \\n \\t \\r \\0 \\\\ \\\" \\{ \\} \\u{1F600}; \
                                    in '…' nothing is one";
                        return Err(error.with_hint(hint));
                    };
                    escapes = true;
                    self.pos += len;
                }
                Some(_) => self.pos += 1,
            }
        }
        self.pos += 1;
        self.token_end = self.pos;
        self.push(if escapes { Kind::Escaped } else { Kind::Quoted }, start, self.pos);
        Ok(())
    }
}
