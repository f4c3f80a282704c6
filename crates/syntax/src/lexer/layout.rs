//! Lines, indentation and brackets.

use super::Lexer;
use crate::token::TokenKind;

/// How many indentations with tabs are remembered.
const MAX_TABBED: usize = 16;

/// What surrounds the current position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FrameKind {
    /// A block of lines with the same indentation; the file is the outermost.
    Indent,
    Paren,
    Bracket,
    Brace,
    /// `{…}` in a string's text.
    Interp,
    /// `{…}` in a format spec.
    InterpInSpec,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    /// Words such as `if` and `\` in this frame whose `:` is still to come.
    pub(super) pending: u16,
    /// Width of the line on which the last of those words stands.
    pub(super) head_width: u32,
    /// For an indented block its width, otherwise the opening's offset.
    value: u32,
    /// For an indented block the enclosing one's frame.
    outer: u32,
}

impl Frame {
    /// The outermost frame.
    pub(super) fn file() -> Self {
        Self { kind: FrameKind::Indent, pending: 0, head_width: 0, value: 0, outer: 0 }
    }

    /// A bracket or interpolation that opens at `offset`.
    pub(super) fn bracket(kind: FrameKind, offset: usize) -> Self {
        Self { kind, value: offset as u32, ..Self::file() }
    }

    #[inline]
    pub(super) fn is_indent(self) -> bool {
        self.kind == FrameKind::Indent
    }

    pub(super) fn is_interp(self) -> bool {
        matches!(self.kind, FrameKind::Interp | FrameKind::InterpInSpec)
    }

    /// Offset of the opening bracket.
    pub(super) fn opened_at(self) -> usize {
        self.value as usize
    }
}

impl Lexer<'_> {
    #[inline]
    pub(super) fn top(&self) -> Frame {
        *self.frames.last().expect("the file's frame is never popped")
    }

    fn is_layout(kind: Option<TokenKind>) -> bool {
        use TokenKind::*;
        matches!(kind, None | Some(Newline | Indent | Dedent))
    }

    // ---- lines -------------------------------------------------------------

    pub(super) fn start_of_file(&mut self) {
        let width = self.next_line();
        if self.pos < self.bytes.len() {
            self.begin_line(width);
        }
    }

    /// Passes a line end of `len` bytes and everything up to the next token.
    #[inline]
    pub(super) fn line_end(&mut self, len: usize) {
        if self.line_strings > 0 {
            self.end_line_strings();
        }
        self.pos += len;
        let width = self.next_line();
        if self.pos < self.bytes.len() {
            self.begin_line(width);
        }
    }

    /// Passes empty lines and comments; returns the width of the indentation
    /// of the line that has the next token.
    fn next_line(&mut self) -> u32 {
        loop {
            self.line_start = self.pos;
            let mut width = 0;
            let mut tab = None;
            loop {
                match self.byte(0) {
                    b' ' => width += 1,
                    b'\t' => {
                        tab = tab.or(Some(self.pos));
                        width = width / 4 * 4 + 4;
                    }
                    _ => break,
                }
                self.pos += 1;
            }
            match self.byte(0) {
                b'\n' => self.pos += 1,
                b'\r' if self.byte(1) == b'\n' => self.pos += 2,
                b'#' if !self.at_hash_attribute() => {
                    self.comment();
                    match self.byte(0) {
                        b'\n' => self.pos += 1,
                        b'\r' => self.pos += 2,
                        _ => return width,
                    }
                }
                _ => {
                    self.line_tab = tab;
                    return width;
                }
            }
        }
    }

    /// Whether `#[` stands here, outside brackets: an attribute.
    fn at_hash_attribute(&self) -> bool {
        self.byte(1) == b'[' && self.top().is_indent()
    }

    /// Reports the tab in this line's indentation, where that matters.
    fn tell_tab(&mut self) {
        if let Some(tab) = self.line_tab.take() {
            self.tab(tab);
        }
    }

    fn begin_line(&mut self, width: u32) {
        if self.byte(0) == b'#' && self.at_hash_attribute() {
            self.line_in_block(width);
            let start = self.pos;
            self.pos += 1;
            self.open(TokenKind::LBracket);
            let last = self.tokens.len() - 1;
            self.tokens.kinds[last] = TokenKind::HashBracket;
            self.tokens.starts[last] = start as u32;
            return;
        }
        loop {
            if self.top().is_indent() {
                if self.line_in_block(width) {
                    return;
                }
            } else if !self.line_in_bracket(width) {
                return;
            }
        }
    }

    /// Begins a line in an indented block. False if that block has ended and
    /// a bracket surrounds the line.
    fn line_in_block(&mut self, width: u32) -> bool {
        let last = self.last_kind();
        let joined = std::mem::take(&mut self.line_joined);
        if !Self::is_layout(last) && (joined || self.goes_on(width)) {
            return true;
        }
        let width = self.width_as_meant(width);
        if width >= self.indent {
            self.push_newline();
            if width > self.indent {
                self.push_indent(width);
            }
            return true;
        }
        // A comma before the end of a block inside brackets separates what
        // the brackets hold, not what the block holds.
        let comma = (last == Some(TokenKind::Comma) && self.ends_embedded_block(width))
            .then(|| self.remove_last());
        self.push_newline();
        let inside_bracket = loop {
            let below = self.frames[self.frames.len() - 2];
            if below.is_indent() && below.value < width && width < self.indent {
                self.inconsistent_indentation(width, below.value);
                self.stray_width = Some((self.indent, width));
                break false;
            }
            self.pop_indent();
            if !below.is_indent() {
                break true;
            }
            if width >= self.indent {
                break false;
            }
        };
        if let Some((start, end)) = comma {
            self.push(TokenKind::Comma, start, end);
        }
        !inside_bracket
    }

    /// The width that the indentation of a new line counts as: what was wrong
    /// with an earlier line is not held against those that look the same.
    fn width_as_meant(&mut self, width: u32) -> u32 {
        if let Some((block, stray)) = self.stray_width {
            if block == self.indent && stray == width {
                return self.indent;
            }
            if width < stray {
                self.stray_width = None;
            }
        }
        if self.line_tab.is_none() {
            return width;
        }
        self.tell_tab();
        let written = &self.text[self.line_start..self.pos];
        let known = self.tabbed.iter().rev().find(|(text, _)| *text == written);
        if let Some((_, known)) = known.filter(|(_, width)| *width <= self.indent) {
            return *known;
        }
        // A tab may have been meant wider or narrower than it is counted.
        let expects_block = self.last_kind() == Some(TokenKind::Colon);
        let meant = if expects_block { width.max(self.indent + 1) } else { width.min(self.indent) };
        if meant != width && self.tabbed.len() < MAX_TABBED {
            self.tabbed.push((written, meant));
        }
        meant
    }

    /// Whether the statement of the line before goes on in this one.
    fn goes_on(&self, width: u32) -> bool {
        let Some(last) = self.last_kind() else { return false };
        if last.continues_line() {
            // `use m.*` is no multiplication; the parser says what it is.
            let kinds = &self.tokens.kinds;
            let before = kinds.len().checked_sub(2).map(|index| kinds[index]);
            let is_glob = last == TokenKind::Star && before == Some(TokenKind::Dot);
            let is_type = last == TokenKind::QuestionQuestion && self.ends_in_type();
            return !is_glob && !is_type && !self.at_statement_keyword();
        }
        match self.byte(0) {
            b'.' => self.byte(1) != b'.',
            b'?' => self.byte(1) == b'.',
            // A comma may also end the last line of a block of variants.
            _ => last == TokenKind::Comma && width >= self.indent && !self.at_statement_keyword(),
        }
    }

    /// Whether a `??` at the end of the statement so far is that of a type, the
    /// option of an option: that of a field, of an alias, of a result.
    fn ends_in_type(&self) -> bool {
        use TokenKind::*;
        let kinds = &self.tokens.kinds;
        let before = kinds.iter().rposition(|kind| matches!(kind, Newline | Indent | Dedent));
        let line = &kinds[before.map_or(0, |before| before + 1)..];
        match line.strip_prefix(&[Pub]).unwrap_or(line) {
            [Ident, Colon, rest @ ..] => !rest.contains(&Eq),
            [Type, ..] => true,
            [Fn, rest @ ..] | [Extern, Fn, rest @ ..] => {
                // Behind a colon outside the brackets stands the body.
                let mut depth = 0;
                rest.iter().all(|kind| {
                    match kind {
                        LParen | LBracket | LBrace => depth += 1,
                        RParen | RBracket | RBrace => depth -= 1,
                        _ => {}
                    }
                    depth > 0 || *kind != Colon
                })
            }
            _ => false,
        }
    }

    /// Length of the ASCII name at the current position.
    pub(super) fn word_len(&self) -> usize {
        let rest = &self.bytes[self.pos..];
        rest.iter().position(|b| !super::IS_NAME[*b as usize]).unwrap_or(rest.len())
    }

    /// Whether a word stands here that only begins a statement or declaration.
    pub(super) fn at_statement_keyword(&self) -> bool {
        let len = self.word_len();
        match &self.bytes[self.pos..self.pos + len] {
            // `var(…)` is a function of the library.
            b"var" => self.byte(len) != b'(',
            b"val" | b"const" | b"struct" | b"class" | b"enum" | b"impl" | b"trait" | b"use"
            | b"pub" | b"test" | b"extern" | b"static" | b"type" | b"assert" | b"case" => true,
            // A function's type has no name.
            b"fn" => self.byte(len) == b' ',
            _ => false,
        }
    }

    fn ends_embedded_block(&self, width: u32) -> bool {
        let blocks = self.frames.iter().rev().take_while(|frame| frame.is_indent());
        let mut outermost = None;
        let mut count = 0;
        for block in blocks {
            outermost = Some(block.value);
            count += 1;
        }
        count < self.frames.len() && outermost.is_some_and(|first| width < first)
    }

    pub(super) fn remove_last(&mut self) -> (usize, usize) {
        let tokens = &mut self.tokens;
        tokens.kinds.pop();
        tokens.values.pop();
        let start = tokens.starts.pop().expect("the caller saw a token");
        let end = tokens.ends.pop().expect("the caller saw a token");
        (start as usize, end as usize)
    }

    /// Begins a line inside brackets. True if the brackets had to be closed,
    /// so that the line is to be looked at again.
    fn line_in_bracket(&mut self, width: u32) -> bool {
        let last = self.last_kind();
        if last == Some(TokenKind::Colon)
            && self.block_colon.0 == self.tokens.len() - 1
            && width > self.indent
        {
            self.tell_tab();
            self.push_newline();
            self.push_indent(width);
            return false;
        }
        if last == Some(TokenKind::Colon) && self.is_header_colon(width) {
            self.close_header();
            return true;
        }
        if self.string_damaged {
            self.close_damaged_line();
            return self.top().is_indent();
        }
        if self.open_interps == 0 && self.is_new_statement(width) {
            self.close_forgotten_brackets();
            return true;
        }
        false
    }

    /// Pushes the end of a statement unless there is nothing to end.
    pub(super) fn push_newline(&mut self) {
        self.string_damaged = false;
        if let Some(top) = self.frames.last_mut() {
            top.pending = 0;
        }
        if !Self::is_layout(self.last_kind()) {
            let end = self.last_end();
            self.push(TokenKind::Newline, end, end);
        }
    }

    /// Where the last token ends.
    pub(super) fn last_end(&self) -> usize {
        self.tokens.ends.last().map_or(0, |end| *end as usize)
    }

    fn push_indent(&mut self, width: u32) {
        let (colon, head_width) = self.block_colon;
        // The line end was pushed after the colon.
        if colon + 2 == self.tokens.len() && width <= head_width {
            self.shallow_block();
        }
        self.push(TokenKind::Indent, self.pos, self.pos);
        let outer = self.indent_frame as u32;
        self.indent_frame = self.frames.len();
        self.indent = width;
        self.frames.push(Frame {
            kind: FrameKind::Indent,
            pending: 0,
            head_width: 0,
            value: width,
            outer,
        });
    }

    pub(super) fn pop_indent(&mut self) {
        let frame = self.frames.pop().expect("the caller saw a block");
        self.indent_frame = frame.outer as usize;
        self.indent = self.frames[self.indent_frame].value;
        let end = self.last_end();
        self.push(TokenKind::Dedent, end, end);
    }

    pub(super) fn end_of_file(&mut self) {
        self.pos = self.bytes.len();
        if !self.strings.is_empty() {
            self.end_all_strings();
        }
        if self.open.total > 0 && !self.string_damaged {
            self.report_unclosed(None);
        }
        while self.frames.len() > 1 {
            self.pop_frame();
        }
        self.push_newline();
        self.push(TokenKind::Eof, self.pos, self.pos);
    }
}
