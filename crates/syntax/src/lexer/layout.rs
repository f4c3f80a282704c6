//! Lines, indentation and brackets.

use simple_source::{Applicability, Diagnostic};

use super::Lexer;
use super::string::Resume;
use crate::codes;
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

    #[inline]
    pub(super) fn is_indent(self) -> bool {
        self.kind == FrameKind::Indent
    }

    fn is_interp(self) -> bool {
        matches!(self.kind, FrameKind::Interp | FrameKind::InterpInSpec)
    }

    /// Offset of the opening bracket.
    pub(super) fn opened_at(self) -> usize {
        self.value as usize
    }
}

/// How many brackets of each kind are open since the innermost interpolation
/// began; answers at once whether a closing bracket has a partner.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct OpenBrackets {
    counts: [u32; 3],
    /// Indented blocks inside those brackets need a bracket around them.
    pub(super) total: u32,
}

impl FrameKind {
    fn of(bracket: TokenKind) -> Self {
        match bracket {
            TokenKind::LParen | TokenKind::RParen => Self::Paren,
            TokenKind::LBracket | TokenKind::RBracket => Self::Bracket,
            _ => Self::Brace,
        }
    }

    fn opener(self) -> TokenKind {
        match self {
            Self::Paren => TokenKind::LParen,
            Self::Bracket => TokenKind::LBracket,
            _ => TokenKind::LBrace,
        }
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
        // A tab may have been meant wider than it is counted.
        let expects_block = self.last_kind() == Some(TokenKind::Colon);
        let meant = if expects_block { width.max(self.indent + 1) } else { width };
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
            return !is_glob && !self.at_statement_keyword();
        }
        match self.byte(0) {
            b'.' => self.byte(1) != b'.',
            b'?' => self.byte(1) == b'.',
            // A comma may also end the last line of a block of variants.
            _ => last == TokenKind::Comma && width >= self.indent && !self.at_statement_keyword(),
        }
    }

    /// Length of the ASCII name at the current position.
    fn word_len(&self) -> usize {
        let rest = &self.bytes[self.pos..];
        rest.iter().position(|b| !super::IS_NAME[*b as usize]).unwrap_or(rest.len())
    }

    /// Whether a word stands here that only begins a statement or declaration.
    fn at_statement_keyword(&self) -> bool {
        let len = self.word_len();
        match &self.bytes[self.pos..self.pos + len] {
            // `var(…)` is a function of the library.
            b"var" => self.byte(len) != b'(',
            b"val" | b"const" | b"struct" | b"class" | b"enum" | b"impl" | b"trait"
            | b"use" | b"pub" | b"test" | b"extern" | b"static" | b"type" | b"assert" | b"case" => true,
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

    fn remove_last(&mut self) -> (usize, usize) {
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
        self.frames.push(Frame { kind: FrameKind::Indent, pending: 0, head_width: 0, value: width, outer });
    }

    fn pop_indent(&mut self) {
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

    // ---- brackets ----------------------------------------------------------

    #[inline]
    pub(super) fn open(&mut self, kind: TokenKind) {
        let frame = FrameKind::of(kind);
        self.push_frame(frame);
        self.open.counts[frame as usize - FrameKind::Paren as usize] += 1;
        self.open.total += 1;
        self.punct(kind, 1);
    }

    pub(super) fn push_frame(&mut self, kind: FrameKind) {
        let value = self.pos as u32;
        self.frames.push(Frame { kind, pending: 0, head_width: 0, value, outer: 0 });
    }

    #[inline]
    pub(super) fn close(&mut self, kind: TokenKind) {
        let wanted = FrameKind::of(kind);
        let top = self.top();
        if top.kind == wanted {
            self.pop_bracket();
            self.punct(kind, 1);
        } else if kind == TokenKind::RBrace && top.is_interp() {
            self.close_interp();
        } else {
            self.close_unusual(kind, wanted);
        }
    }

    /// A closing bracket that does not simply close the innermost frame.
    fn close_unusual(&mut self, kind: TokenKind, wanted: FrameKind) {
        let is_brace = kind == TokenKind::RBrace;
        let has_partner = self.open.counts[wanted as usize - FrameKind::Paren as usize] > 0
            || is_brace && self.open_interps > 0;
        if is_brace && self.brace_blocks > 0 && !has_partner {
            // The end of a block in braces: reported where it began.
            self.brace_blocks -= 1;
            self.pos += 1;
            return;
        }
        if has_partner {
            while self.top().is_indent() {
                self.push_newline();
                self.pop_indent();
            }
            let top = self.top();
            let closes = |frame: Frame| frame.kind == wanted || is_brace && frame.is_interp();
            if !closes(top) {
                self.report_unclosed(Some(self.pos));
                while !closes(self.top()) {
                    self.pop_frame();
                }
            }
            return self.close(kind);
        }
        let span = self.span(self.pos, self.pos + 1);
        let text = kind.text();
        if self.open.total == 0 {
            let mut diagnostic =
                Diagnostic::error(&codes::UNMATCHED_BRACKET, span, format!("unmatched `{text}`"))
                    .label("no bracket is open here");
            if is_brace {
                diagnostic =
                    diagnostic.note("a block is written with `:` and indentation, without braces");
            }
            self.report(diagnostic.suggest("remove it", span, "", Applicability::Maybe));
            self.pos += 1;
            return;
        }
        while self.top().is_indent() {
            self.push_newline();
            self.pop_indent();
        }
        let top = self.top();
        let opener = top.kind.opener();
        let right = opener.closer();
        let opened = self.span(top.opened_at(), top.opened_at() + 1);
        let diagnostic = Diagnostic::error(
            &codes::UNMATCHED_BRACKET,
            span,
            format!("`{}` is closed by `{text}`", opener.text()),
        )
        .label(format!("expected `{}`", right.text()))
        .also(opened, "opened here")
        .suggest(format!("write `{}`", right.text()), span, right.text(), Applicability::Maybe);
        self.report(diagnostic);
        self.pop_bracket();
        self.punct(right, 1);
    }

    fn pop_bracket(&mut self) {
        let frame = self.frames.pop().expect("the caller saw a bracket");
        self.open.counts[frame.kind as usize - FrameKind::Paren as usize] -= 1;
        self.open.total -= 1;
    }

    /// Ends the innermost frame, whatever it is, with tokens of no length.
    pub(super) fn pop_frame(&mut self) {
        let top = self.top();
        match top.kind {
            FrameKind::Indent => {
                self.push_newline();
                self.pop_indent();
            }
            FrameKind::Interp | FrameKind::InterpInSpec => self.pop_interp(),
            _ => {
                self.pop_bracket();
                let end = self.last_end();
                self.push(top.kind.opener().closer(), end, end);
            }
        }
    }

    /// Says that the innermost bracket is never closed; `found` is where that
    /// became clear.
    fn report_unclosed(&mut self, found: Option<usize>) {
        let Some(frame) = self.frames.iter().rev().find(|f| !f.is_indent() && !f.is_interp())
        else {
            return;
        };
        let opener = frame.kind.opener();
        let closer = opener.closer().text();
        let at = frame.opened_at();
        let mut diagnostic = Diagnostic::error(
            &codes::UNCLOSED_BRACKET,
            self.span(at, at + 1),
            format!("`{}` is never closed", opener.text()),
        )
        .label("opened here");
        if let Some(found) = found {
            let len = self.char_at(found).map_or(0, char::len_utf8);
            diagnostic = diagnostic
                .also(self.span(found, found + len), format!("expected `{closer}` before this"));
        }
        self.report(diagnostic);
    }

    /// Whether a line inside brackets can only be the next statement, because
    /// a closing bracket was forgotten.
    fn is_new_statement(&self, width: u32) -> bool {
        let Some(last) = self.last_kind() else { return false };
        let first = self.byte(0);
        if !(first.is_ascii_alphabetic() || first == b'_' || matches!(first, b'"' | b'\'' | b'@'))
            && !first.is_ascii_digit()
        {
            return false;
        }
        if self.at_statement_keyword() {
            return true;
        }
        let line = &self.bytes[self.pos..];
        let len = self.word_len();
        let outside = width <= self.indent;
        match &line[..len] {
            b"return" | b"break" | b"continue" | b"pass" => {
                return last.ends_operand() || outside && last == TokenKind::Comma;
            }
            b"if" | b"for" | b"while" | b"loop" | b"match" => {
                return outside && last.ends_operand() && self.line_ends_with_colon();
            }
            b"elif" | b"else" => return outside && last.ends_operand() && self.line_ends_with_colon(),
            b"and" | b"or" | b"in" | b"is" | b"as" | b"not" => return false,
            _ => {}
        }
        if !outside {
            return false;
        }
        if matches!(first, b'"' | b'\'') && matches!(last, TokenKind::Str | TokenKind::StrEnd) {
            // Texts side by side: a forgotten `+`, not a forgotten bracket.
            return false;
        }
        if last.ends_operand() {
            return true;
        }
        // `name = …` below an open list.
        let after = line[len..].iter().position(|b| *b != b' ').map_or(0, |skip| len + skip);
        last == TokenKind::Comma
            && len > 0
            && after > len
            && line.get(after) == Some(&b'=')
            && line.get(after + 1) != Some(&b'=')
    }

    fn line_ends_with_colon(&self) -> bool {
        let line = &self.bytes[self.pos..];
        let line = line.split(|b| *b == b'\n').next().unwrap_or(line);
        let line = line.split(|b| *b == b'#').next().unwrap_or(line);
        line.trim_ascii_end().ends_with(b":")
    }

    fn close_forgotten_brackets(&mut self) {
        self.report_unclosed(Some(self.pos));
        while !self.top().is_indent() {
            self.pop_frame();
        }
    }

    /// After a string without an end, which swallowed the rest of its line,
    /// the brackets opened on that line count as closed.
    fn close_damaged_line(&mut self) {
        self.string_damaged = false;
        while !self.top().is_indent()
            && !self.top().is_interp()
            && self.top().opened_at() >= self.damaged_line
        {
            self.pop_frame();
        }
    }

    /// `{`: a dict or set, or a habit from languages with braces.
    pub(super) fn open_brace(&mut self) {
        let top = self.top();
        let after_head = match self.last_kind() {
            Some(TokenKind::Else | TokenKind::Loop) => true,
            Some(last) => last.ends_operand(),
            None => false,
        };
        if after_head && top.is_indent() && top.pending > 0 {
            let rest = &self.bytes[self.pos + 1..];
            let next = rest.iter().find(|b| !matches!(b, b' ' | b'\t' | b'\r'));
            if matches!(next, None | Some(b'\n' | b'#')) {
                return self.brace_block();
            }
        }
        self.open(TokenKind::LBrace);
    }

    // ---- interpolation frames ----------------------------------------------

    fn close_interp(&mut self) {
        let resume = match self.top().kind {
            FrameKind::Interp => Resume::Text,
            _ => Resume::Spec,
        };
        let (start, end) = (self.pos, self.pos + 1);
        self.frames.pop();
        self.leave_interp();
        self.push(TokenKind::InterpClose, start, end);
        self.pos = end;
        self.resume_string(resume);
    }

    /// Whether a `:` here begins a format spec.
    #[inline]
    pub(super) fn at_spec(&self) -> bool {
        self.open_interps > 0 && self.top().is_interp()
    }
}
