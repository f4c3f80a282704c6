//! Brackets: balanced, whatever the text has.

use simple_source::{Applicability, Diagnostic};

use super::Lexer;
use super::layout::{Frame, FrameKind};
use super::string::Resume;
use crate::codes;
use crate::token::TokenKind;

/// How many brackets of each kind are open since the innermost interpolation
/// began; answers at once whether a closing bracket has a partner.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct OpenBrackets {
    counts: [u32; 3],
    /// Brackets of all kinds.
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
    pub(super) fn open(&mut self, kind: TokenKind) {
        let frame = FrameKind::of(kind);
        self.push_frame(frame);
        self.open.counts[frame as usize - FrameKind::Paren as usize] += 1;
        self.open.total += 1;
        self.punct(kind, 1);
    }

    pub(super) fn push_frame(&mut self, kind: FrameKind) {
        self.frames.push(Frame::bracket(kind, self.pos));
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
        .suggest(
            format!("write `{}`", right.text()),
            span,
            right.text(),
            Applicability::Maybe,
        );
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
    pub(super) fn report_unclosed(&mut self, found: Option<usize>) {
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
    pub(super) fn is_new_statement(&self, width: u32) -> bool {
        let Some(last) = self.last_kind() else { return false };
        let first = self.byte(0);
        let begins = first.is_ascii_alphanumeric() || matches!(first, b'_' | b'"' | b'\'' | b'@');
        if !begins {
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
            b"elif" | b"else" => {
                return outside && last.ends_operand() && self.line_ends_with_colon();
            }
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

    /// Whether the `:` that ended the line before begins the block of a header
    /// in which a closing bracket was forgotten, as in `if f(a:`. The line that
    /// begins now would be its block.
    pub(super) fn is_header_colon(&self, width: u32) -> bool {
        let header = self.frames[self.indent_frame];
        if self.open_interps > 0 || header.pending == 0 || width <= self.indent {
            return false;
        }
        // A line with the closing bracket continues a named argument.
        let mut depth = 0;
        let line = self.bytes[self.pos..].iter().take_while(|b| **b != b'\n');
        for byte in line {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth -= 1,
                _ => {}
            }
            if depth < 0 {
                return false;
            }
        }
        true
    }

    /// Closes the brackets of such a header before its `:`.
    pub(super) fn close_header(&mut self) {
        let (start, end) = self.remove_last();
        self.report_unclosed(Some(start));
        while !self.top().is_indent() {
            self.pop_frame();
        }
        let header = self.frames.len() - 1;
        self.frames[header].pending -= 1;
        self.block_colon = (self.tokens.len(), self.frames[header].head_width);
        self.push(TokenKind::Colon, start, end);
    }

    pub(super) fn close_forgotten_brackets(&mut self) {
        self.report_unclosed(Some(self.pos));
        while !self.top().is_indent() {
            self.pop_frame();
        }
    }

    /// After a string without an end, which swallowed the rest of its line,
    /// the brackets opened on that line count as closed.
    pub(super) fn close_damaged_line(&mut self) {
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
        if after_head && top.is_indent() && (top.pending > 0 || self.at_foreign_head()) {
            let rest = &self.bytes[self.pos + 1..];
            let next = rest.iter().find(|b| !matches!(b, b' ' | b'\t' | b'\r'));
            if matches!(next, None | Some(b'\n' | b'#')) {
                return self.brace_block();
            }
        }
        self.open(TokenKind::LBrace);
    }

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

    /// Whether a `:` here begins a format spec: not behind an `if` or its kind,
    /// which the parser tells to stand in parentheses.
    #[inline]
    pub(super) fn at_spec(&self) -> bool {
        self.open_interps > 0 && self.top().is_interp() && self.top().pending == 0
    }
}
