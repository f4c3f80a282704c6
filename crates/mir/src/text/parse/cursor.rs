//! A position in the text and the small steps over it.

use super::super::names::{continues_word, plain_word_len};
use super::{ParseError, Result};

/// A position in the text. Never stands inside a character.
pub(super) struct Cursor<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, position: 0 }
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// Goes back (or forward) to what [`Cursor::position`] gave.
    pub(super) fn seek(&mut self, position: usize) {
        self.position = position;
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.position..]
    }

    /// Steps over `len` bytes, which end a character.
    pub(super) fn advance(&mut self, len: usize) -> &'a str {
        let taken = &self.text[self.position..self.position + len];
        self.position += len;
        taken
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes().first().copied()
    }

    pub(super) fn next_char(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.position += c.len_utf8();
        Some(c)
    }

    /// Steps over spaces and a comment, within the line.
    pub(super) fn skip_spaces(&mut self) {
        let bytes = self.bytes();
        let mut len = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        if bytes.get(len) == Some(&b'#') {
            len += bytes[len..].iter().take_while(|&&byte| byte != b'\n').count();
        }
        self.position += len;
    }

    /// Steps over spaces, line ends and comments.
    pub(super) fn skip_lines(&mut self) {
        loop {
            self.skip_spaces();
            if self.peek() != Some(b'\n') {
                return;
            }
            self.position += 1;
        }
    }

    /// Steps over the rest of the line and its end.
    pub(super) fn skip_line(&mut self) {
        let len = self.bytes().iter().take_while(|&&byte| byte != b'\n').count();
        self.position = (self.position + len + 1).min(self.text.len());
    }

    pub(super) fn at_end(&self) -> bool {
        self.position == self.text.len()
    }

    /// Steps over `token` and spaces behind it if it stands here. A token that
    /// ends like a word is only found as a whole word.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let bytes = self.bytes();
        if !bytes.starts_with(token.as_bytes()) {
            return false;
        }
        let word_end = token.bytes().last().is_some_and(continues_word);
        if word_end && bytes.get(token.len()).is_some_and(|&byte| continues_word(byte)) {
            return false;
        }
        self.position += token.len();
        self.skip_spaces();
        true
    }

    pub(super) fn expect(&mut self, token: &str) -> Result<()> {
        if self.eat(token) { Ok(()) } else { Err(self.error(format!("expected `{token}`"))) }
    }

    /// The plain word that stands here, not stepped over.
    pub(super) fn peek_word(&self) -> &'a str {
        &self.rest()[..plain_word_len(self.bytes())]
    }

    /// Steps over digits and gives their value.
    pub(super) fn decimal(&mut self) -> Result<u64> {
        let len = self.bytes().iter().take_while(|byte| byte.is_ascii_digit()).count();
        if len == 0 {
            return Err(self.error("expected a number"));
        }
        let digits = &self.rest()[..len];
        let value = digits.parse().map_err(|_| self.error("this number is too large"))?;
        self.advance(len);
        Ok(value)
    }

    /// [`Cursor::decimal`] for what is kept in 32 bits, and spaces behind it.
    pub(super) fn index(&mut self) -> Result<u32> {
        let start = self.position;
        let value = self.decimal()?;
        let index = u32::try_from(value);
        index
            .inspect(|_| self.skip_spaces())
            .map_err(|_| self.error_at(start, "this number is too large"))
    }

    /// Text between quotes, with escapes; spaces behind it are stepped over.
    pub(super) fn quoted(&mut self, quote: char) -> Result<String> {
        let start = self.position;
        if self.next_char() != Some(quote) {
            return Err(self.error_at(start, format!("expected `{quote}`")));
        }
        let mut text = String::new();
        loop {
            let at = self.position;
            match self.next_char() {
                None | Some('\n') => {
                    return Err(self.error_at(start, "the closing quote is missing"));
                }
                Some('\\') => text.push(self.escape(at)?),
                Some(c) if c == quote => {
                    self.skip_spaces();
                    return Ok(text);
                }
                Some(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self, start: usize) -> Result<char> {
        Ok(match self.next_char() {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('0') => '\0',
            Some(c @ ('\\' | '"' | '\'')) => c,
            Some('u') if self.peek() == Some(b'{') => {
                let digits = &self.bytes()[1..];
                let len = digits.iter().take(7).take_while(|b| b.is_ascii_hexdigit()).count();
                let value = u32::from_str_radix(&self.rest()[1..1 + len], 16);
                let c = value.ok().and_then(char::from_u32);
                match (c, digits.get(len)) {
                    (Some(c), Some(b'}')) => {
                        self.advance(len + 2);
                        c
                    }
                    _ => return Err(self.error_at(start, "no such character")),
                }
            }
            _ => return Err(self.error_at(start, "unknown escape")),
        })
    }

    pub(super) fn error(&self, message: impl Into<String>) -> ParseError {
        self.error_at(self.position, message)
    }

    pub(super) fn error_at(&self, position: usize, message: impl Into<String>) -> ParseError {
        let before = &self.text[..position];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        ParseError {
            line: before.bytes().filter(|&byte| byte == b'\n').count() as u32 + 1,
            column: before[line_start..].chars().count() as u32 + 1,
            message: message.into(),
        }
    }
}
