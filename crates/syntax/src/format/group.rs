//! Lines of tokens and the brackets in them.

use super::measure::{is_opener, opens_lines};
use super::{Printer, STEP, WIDTH};
use crate::token::TokenKind;

/// How a run of tokens is laid out.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// Indentation of lines that begin an element or a statement.
    pub(super) indent: usize,
    /// Indentation of lines that continue one.
    continued: usize,
    /// Whether line breaks of the text are kept.
    keeps_breaks: bool,
    /// Whether a line ends after each comma.
    breaks_at_commas: bool,
    /// Whether a line ends before each further call of a method chain.
    breaks_chains: bool,
    /// Whether the text's line breaks stand between elements of a list.
    in_brackets: bool,
}

impl Layout {
    /// A statement's.
    pub(super) fn statement(indent: usize) -> Self {
        Self {
            indent,
            continued: indent + STEP,
            keeps_breaks: true,
            breaks_at_commas: false,
            breaks_chains: false,
            in_brackets: false,
        }
    }

    /// The same, for a statement whose method chain is broken into lines.
    pub(super) fn with_chain(self, breaks_chains: bool) -> Self {
        Self { breaks_chains, ..self }
    }
}

/// How a bracket is laid out.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// On one line, but for what its last element breaks by itself.
    Inline,
    /// The content on lines of its own.
    Rows {
        /// Whether each element has one.
        one_each: bool,
    },
}

impl Printer<'_> {
    fn kind(&self, token: usize) -> TokenKind {
        self.tokens.kind(token)
    }

    /// How many line breaks the text has before `token`.
    fn breaks_before(&self, token: usize) -> usize {
        self.breaks_between(self.last_end, self.tokens.range(token).start)
    }

    /// Prints a token with the space before it.
    fn token(&mut self, token: usize) {
        if self.measure.space(token) && !self.at_line_start {
            self.write(" ");
        }
        let range = self.tokens.range(token);
        self.write_source(range.start, range.end);
        self.last_end = range.end;
    }

    /// Prints tokens `from..to`, of one statement or between brackets.
    /// `suffix` is to stand after the last one, before comments.
    pub(super) fn run(&mut self, from: usize, to: usize, layout: Layout, suffix: &str) {
        let mut at = from;
        let mut suffix_printed = suffix.is_empty();
        while at < to {
            if at > from {
                self.break_before(at, layout);
            }
            match self.kind(at) {
                TokenKind::StrStart => {
                    let end = self.measure.partner(at);
                    if self.measure.space(at) && !self.at_line_start {
                        self.write(" ");
                    }
                    let range = self.tokens.range(at).start..self.tokens.range(end).end;
                    self.write_source(range.start, range.end);
                    self.last_end = range.end;
                    at = end + 1;
                }
                TokenKind::Newline => {
                    // A block inside brackets, and the comma after it.
                    let end = self.measure.partner(at + 1);
                    let next = end + 1;
                    let has_comma = next < to && self.kind(next) == TokenKind::Comma;
                    let is_last = next == to;
                    let after = if has_comma {
                        ","
                    } else if is_last {
                        suffix_printed = true;
                        suffix
                    } else {
                        ""
                    };
                    self.nested_block(at + 1, after);
                    at = next;
                    if has_comma {
                        self.last_end = self.last_end.max(self.tokens.range(next).end);
                        at += 1;
                    }
                }
                kind if is_opener(kind) => {
                    // The line ends at the comma, as if the text's did.
                    let after = self.measure.partner(at) + 1;
                    let line_end = if layout.breaks_at_commas {
                        self.commas(after, to).next().map_or(to, |comma| comma + 1)
                    } else {
                        to
                    };
                    at = self.bracket(at, line_end);
                }
                _ => {
                    self.token(at);
                    at += 1;
                }
            }
        }
        if !suffix_printed {
            self.write(suffix);
        }
    }

    /// Breaks the line before token `at` if the layout, the text or a comment
    /// asks for it.
    fn break_before(&mut self, at: usize, layout: Layout) {
        use TokenKind::*;
        let start = self.tokens.range(at).start;
        let before = self.kind(at - 1);
        let after_comma = before == Comma && layout.in_brackets;
        let after_block = before == Dedent || before == Comma && self.kind(at - 2) == Dedent;
        if self.kind(at) == Newline {
            return;
        }
        let has_comment = self.comment_before(start).is_some();
        let breaks = self.breaks_before(at);
        let before_clause = layout.breaks_at_commas && layout.in_brackets && self.kind(at) == For;
        let wanted = has_comment
            || after_block
            || before_clause
            || layout.breaks_at_commas && after_comma
            || layout.breaks_chains && self.is_chain_link(at)
            || layout.keeps_breaks && breaks > 0;
        if !wanted {
            return;
        }
        let indent = if matches!(self.kind(at), Dot | QuestionDot) {
            layout.indent + STEP
        } else if after_comma || after_block || before_clause {
            layout.indent
        } else {
            layout.continued
        };
        self.trailing_comment(start);
        self.own_line_comments(start, indent);
        if layout.in_brackets && self.breaks_before(at) > 1 && !after_block {
            self.blank_line();
        }
        self.new_line(indent);
    }

    /// Prints a bracket and what is in it, in a run that ends at `to`.
    /// Returns the token after it.
    fn bracket(&mut self, open: usize, to: usize) -> usize {
        let close = self.measure.partner(open);
        self.token(open);
        let comma = close > open + 1 && self.kind(close - 1) == TokenKind::Comma;
        match self.mode(open, close, to) {
            Mode::Inline => {
                let keeps_comma = comma && self.is_single_tuple(open, close);
                let end = if comma { close - 1 } else { close };
                let layout = Layout {
                    indent: self.line_indent,
                    continued: self.line_indent + STEP,
                    keeps_breaks: false,
                    breaks_at_commas: false,
                    breaks_chains: false,
                    in_brackets: true,
                };
                self.run(open + 1, end, layout, if keeps_comma { "," } else { "" });
                if end > open + 1 && self.kind(end - 1) == TokenKind::Dedent {
                    self.new_line(layout.indent);
                }
            }
            Mode::Rows { one_each } => self.rows(open, close, one_each),
        }
        self.token(close);
        close + 1
    }

    /// The content of a bracket on lines of its own.
    fn rows(&mut self, open: usize, close: usize, one_each: bool) {
        let outer = self.line_indent;
        let indent = outer + STEP;
        let comma = close > open + 1 && self.kind(close - 1) == TokenKind::Comma;
        let has_commas = self.commas(open + 1, close).next().is_some();
        let suffix = if comma || self.takes_comma(open, close, has_commas) { "," } else { "" };
        let end = if comma { close - 1 } else { close };
        if open + 1 < end {
            let first = self.tokens.range(open + 1).start;
            self.trailing_comment(first);
            self.own_line_comments(first, indent);
            self.new_line(indent);
        }
        let layout = Layout {
            indent,
            continued: if has_commas { indent + STEP } else { indent },
            keeps_breaks: true,
            breaks_at_commas: one_each,
            breaks_chains: false,
            in_brackets: true,
        };
        // A row that is too wide is broken at its commas.
        let mut from = open + 1;
        while from < end {
            let row_end = self.row_end(from, end);
            let is_wide = indent + self.measure.width(from, row_end) > WIDTH;
            let layout = Layout {
                breaks_at_commas: one_each || is_wide && !self.measure.must_break(from, row_end),
                ..layout
            };
            if from > open + 1 {
                self.break_before(from, layout);
            }
            let suffix = if row_end == end { suffix } else { "" };
            let layout =
                Layout { breaks_chains: self.breaks_chain(from, row_end, one_each), ..layout };
            self.run(from, row_end, layout, suffix);
            from = row_end;
        }
        if comma {
            self.last_end = self.tokens.range(close - 1).end;
        }
        let closing = self.tokens.range(close).start;
        self.trailing_comment(closing);
        self.own_line_comments(closing, indent);
        self.new_line(outer);
    }

    /// Where the row that begins with token `from` ends: after the first comma
    /// between elements that ends a line of the text.
    fn row_end(&self, from: usize, to: usize) -> usize {
        for comma in self.commas(from, to) {
            let next = comma + 1;
            let range = self.tokens.range(comma).end..self.tokens.range(next).start;
            if self.breaks_between(range.start, range.end) > 0 {
                return next;
            }
        }
        to
    }

    /// The commas between the elements in tokens `from..to`.
    pub(super) fn commas(&self, from: usize, to: usize) -> impl Iterator<Item = usize> + '_ {
        let mut at = from;
        std::iter::from_fn(move || {
            while at < to {
                let token = at;
                at = match self.kind(token) {
                    TokenKind::StrStart | TokenKind::Indent => self.measure.partner(token) + 1,
                    kind if is_opener(kind) => self.measure.partner(token) + 1,
                    _ => token + 1,
                };
                // The commas of `\a, b:` separate too; that does no harm.
                if self.kind(token) == TokenKind::Comma {
                    return Some(token);
                }
            }
            None
        })
    }

    /// `(a,)`, where the comma makes the tuple.
    fn is_single_tuple(&self, open: usize, close: usize) -> bool {
        self.kind(open) == TokenKind::LParen
            && !self.follows_name(open)
            && self.commas(open + 1, close - 1).next().is_none()
    }

    /// Whether the bracket belongs to a call, parameters or the like.
    fn follows_name(&self, open: usize) -> bool {
        let before = open.checked_sub(1).map(|before| self.kind(before));
        before.is_some_and(|kind| {
            kind.ends_operand() || matches!(kind, TokenKind::Fn | TokenKind::Backslash)
        })
    }

    /// Whether a comma may be added after the last element.
    fn takes_comma(&self, open: usize, close: usize, has_commas: bool) -> bool {
        let is_empty = open + 1 == close;
        let is_call = self.kind(open) == TokenKind::LParen && self.follows_name(open);
        // Lambdas' commas, comprehensions and `[v; n]` are no lists.
        !is_empty && (is_call || has_commas) && !self.has_clause(open + 1, close)
    }

    /// Whether a `for` clause or a `;` stands between the brackets.
    fn has_clause(&self, from: usize, to: usize) -> bool {
        let mut at = from;
        while at < to {
            at = match self.kind(at) {
                TokenKind::For | TokenKind::Semicolon => return true,
                TokenKind::StrStart | TokenKind::Indent => self.measure.partner(at) + 1,
                kind if is_opener(kind) => self.measure.partner(at) + 1,
                _ => at + 1,
            };
        }
        false
    }

    fn mode(&self, open: usize, close: usize, to: usize) -> Mode {
        if open + 1 == close && !self.measure.must_break(open, close + 1) {
            return Mode::Inline;
        }
        if self.kind(open) != TokenKind::HashBracket && opens_lines(self.text, self.tokens, open) {
            return Mode::Rows { one_each: false };
        }
        if self.measure.must_break(open + 1, close + 1) {
            let last = self.last_element(open, close);
            let only_last = !self.measure.must_break(open + 1, last);
            let comment_at_end = self.measure.must_break(close, close + 1)
                && self.kind(close - 1) != TokenKind::Dedent;
            if only_last && !comment_at_end && self.breaks_inside(last, close) {
                return Mode::Inline;
            }
            return Mode::Rows { one_each: true };
        }
        let width = self.measure.width(open + 1, close + 1);
        let end = self.column + width;
        if end > WIDTH {
            // A single text that is too wide on its own line too stays here.
            let is_breakable = (open + 1..close)
                .any(|token| self.kind(token) == TokenKind::Comma || is_opener(self.kind(token)));
            if !is_breakable && self.line_indent + STEP + width > WIDTH {
                return Mode::Inline;
            }
            return Mode::Rows { one_each: true };
        }
        // What follows up to the next bracket that could be broken instead.
        let (tail, has_later) = self.tail(close + 1, to);
        if end + tail > WIDTH && !has_later {
            return Mode::Rows { one_each: true };
        }
        Mode::Inline
    }

    /// Whether token `at` is the dot of a call on what a call or index gave.
    fn is_chain_link(&self, at: usize) -> bool {
        use TokenKind::*;
        matches!(self.kind(at), Dot | QuestionDot)
            && matches!(self.kind(at - 1), RParen | RBracket | Question)
            && self.kind(at + 1) == Ident
            && self.kind(at + 2) == LParen
    }

    /// Whether a method chain in tokens `from..to` is to be broken into lines:
    /// it is too wide for one and has several calls. `one_each` says that a
    /// comma ends the line anyway.
    pub(super) fn breaks_chain(&self, from: usize, to: usize, one_each: bool) -> bool {
        let is_wide = self.line_indent + self.measure.width(from, to) > WIDTH;
        if !is_wide || one_each || self.measure.must_break(from, to) {
            return false;
        }
        let mut links = 0;
        // Whether something other than a link has followed the last one.
        let mut has_ended = false;
        let mut at = from;
        while at < to {
            use TokenKind::*;
            if at > from {
                let before = self.tokens.range(at - 1).end;
                if self.breaks_between(before, self.tokens.range(at).start) > 0 {
                    // It is broken as somebody wanted it.
                    return false;
                }
                if self.is_chain_link(at) {
                    if links > 0 && has_ended {
                        return false;
                    }
                    links += 1;
                    has_ended = false;
                }
            }
            at = match self.kind(at) {
                StrStart => self.measure.partner(at) + 1,
                kind if is_opener(kind) => self.measure.partner(at) + 1,
                Dot | QuestionDot | Question | Ident | Int => at + 1,
                _ => {
                    has_ended = true;
                    at + 1
                }
            };
        }
        links >= 2
    }

    /// Whether the breaks in tokens `from..to`, a last element, are those of a
    /// block or a bracket in it rather than comments between its parts.
    fn breaks_inside(&self, from: usize, to: usize) -> bool {
        let mut at = from;
        let mut any = false;
        while at < to {
            // A comment right before this token.
            let gap_start = if at == 0 { 0 } else { self.tokens.range(at - 1).end };
            let gap = &self.text[gap_start..self.tokens.range(at).start];
            let is_layout = matches!(self.kind(at), TokenKind::Newline | TokenKind::Dedent);
            if gap.contains('#') && !is_layout {
                return false;
            }
            at = match self.kind(at) {
                TokenKind::Newline => {
                    any = true;
                    self.measure.partner(at + 1) + 1
                }
                TokenKind::StrStart => self.measure.partner(at) + 1,
                kind if is_opener(kind) => {
                    any |= self.measure.must_break(at, self.measure.partner(at) + 1);
                    self.measure.partner(at) + 1
                }
                _ => at + 1,
            };
        }
        any
    }

    /// Where the last element between the brackets begins.
    fn last_element(&self, open: usize, close: usize) -> usize {
        let mut start = open + 1;
        let mut is_lambda = false;
        let mut at = open + 1;
        while at < close {
            at = match self.kind(at) {
                TokenKind::Backslash => {
                    is_lambda = true;
                    at + 1
                }
                TokenKind::Colon => {
                    is_lambda = false;
                    at + 1
                }
                TokenKind::Comma => {
                    if !is_lambda && at + 1 < close {
                        start = at + 1;
                    }
                    at + 1
                }
                TokenKind::StrStart | TokenKind::Indent => self.measure.partner(at) + 1,
                kind if is_opener(kind) => self.measure.partner(at) + 1,
                _ => at + 1,
            };
        }
        start
    }

    /// The width of tokens from `from` up to the next bracket, and whether
    /// there is one with something in it.
    fn tail(&self, from: usize, to: usize) -> (usize, bool) {
        let mut at = from;
        while at < to {
            match self.kind(at) {
                TokenKind::Newline => break,
                TokenKind::StrStart => at = self.measure.partner(at) + 1,
                kind if is_opener(kind) => {
                    let close = self.measure.partner(at);
                    if close > at + 1 {
                        return (self.measure.width(from, at + 1), true);
                    }
                    at = close + 1;
                }
                _ => at += 1,
            }
        }
        // The comma that may follow in a row.
        (self.measure.width(from, at.max(from)) + usize::from(at == to), false)
    }
}
