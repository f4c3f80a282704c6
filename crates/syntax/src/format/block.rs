//! The file, blocks and their statements.

use super::group::Layout;
use super::measure::is_opener;
use super::{Printer, STEP, WIDTH};
use crate::token::TokenKind;
use simple_source::sym;

/// What a block's lines are.
#[derive(Clone, Copy, PartialEq)]
enum BlockKind {
    File,
    /// Fields or variants, which commas may separate.
    Members,
    Statements,
}

/// What stands above a line.
#[derive(Clone, Copy, Default)]
struct Above {
    /// Nothing of the same block.
    is_first: bool,
    /// An attribute of the same declaration.
    after_attribute: bool,
    /// In the file: a declaration with a block.
    after_declaration: bool,
    /// The line itself begins such a declaration.
    is_declaration: bool,
}

impl Printer<'_> {
    /// The whole file.
    pub(super) fn file(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.last_end = '\u{feff}'.len_utf8();
        }
        let end = self.tokens.len() - 1;
        self.block(0, end, 0, BlockKind::File, "");
        let offset = self.text.len() + 1;
        self.own_line_comments(offset, 0);
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    /// A block inside brackets, from its `Indent`.
    pub(super) fn nested_block(&mut self, indent_token: usize, suffix: &str) {
        let first = self.tokens.range(indent_token + 1).start;
        self.trailing_comment(first);
        let indent = self.line_indent + STEP;
        let end = self.measure.partner(indent_token);
        self.block(indent_token + 1, end, indent, BlockKind::Statements, suffix);
    }

    /// The lines of a block, tokens `from..to`, indented by `indent`.
    /// `suffix` is to stand after the last line's tokens.
    fn block(&mut self, from: usize, to: usize, indent: usize, kind: BlockKind, suffix: &str) {
        let width = self.source_column(self.tokens.range(from).start);
        let mut at = from;
        let mut above = Above { is_first: true, ..Above::default() };
        while at < to {
            if self.tokens.kind(at) == TokenKind::Newline {
                at += 1;
                continue;
            }
            let end = self.line_end(at, to, kind);
            let header = self.block_after(end, to);
            let next = match header {
                Some(open) => self.measure.partner(open) + 1,
                None => end,
            };
            let is_last = (next..to).all(|token| {
                matches!(self.tokens.kind(token), TokenKind::Newline | TokenKind::Comma)
            });
            let is_attribute =
                matches!(self.tokens.kind(at), TokenKind::At | TokenKind::HashBracket);
            // Between two attributes nobody asks, and the answer is far away.
            let is_asked = kind == BlockKind::File && !(above.after_attribute && is_attribute);
            let is_declaration = is_asked && self.is_declaration(at, to);
            above.is_declaration = is_declaration && !above.after_attribute;
            self.above_line(at, indent, above);
            let suffix = if is_last { suffix } else { "" };
            let own_suffix = if header.is_none() { suffix } else { "" };
            self.statement(at, end, to, own_suffix);
            let after = self.next_start(end);
            self.trailing_comment(after);
            if let Some(open) = header {
                let inner = self.member_kind(at);
                let close = self.measure.partner(open);
                let indent = self.line_indent + STEP;
                self.block(open + 1, close, indent, inner, suffix);
            }
            above = Above {
                after_declaration: is_declaration && !is_attribute,
                after_attribute: is_attribute,
                ..Above::default()
            };
            at = next;
            if kind == BlockKind::Members && at < to && self.tokens.kind(at) == TokenKind::Comma {
                // Each member has its line, so that no comma is needed.
                self.last_end = self.last_end.max(self.tokens.range(at).end);
                at += 1;
                let after = self.next_start(at);
                self.trailing_comment(after);
            }
        }
        // Comments at the block's end that are indented like it.
        let after = self.next_start(to);
        while let Some((start, _)) = self.comment_before(after) {
            if kind == BlockKind::File || self.source_column(start) < width {
                break;
            }
            self.own_line_comments(start + 1, indent);
        }
    }

    /// Comments and blank lines above the line that begins with token `at`.
    fn above_line(&mut self, at: usize, indent: usize, above: Above) {
        let start = self.tokens.range(at).start;
        // Declarations with a block stand apart, with the comments above them.
        let apart = above.is_declaration.then(|| self.attached_comments(at));
        let mut is_first = above.is_first;
        let mut after_declaration = above.after_declaration;
        loop {
            let comment = self.comment_before(start);
            let thing = comment.map_or(start, |comment| comment.0);
            let is_blank = self.breaks_between(self.last_end, thing) > 1
                || after_declaration
                || apart == Some(thing);
            if is_blank && !is_first && !(above.after_attribute && comment.is_none()) {
                self.blank_line();
            }
            self.new_line(indent);
            let Some((from, to)) = comment else { return };
            self.print_comment(from, to);
            is_first = false;
            after_declaration = false;
        }
    }

    /// Where the comments begin that stand right above the line of token `at`,
    /// or that line if there are none.
    fn attached_comments(&self, at: usize) -> usize {
        let mut below = self.tokens.range(at).start;
        let comments = &self.tokens.comments[self.comment..];
        let before = comments.iter().take_while(|comment| (comment.start as usize) < below).count();
        for comment in comments[..before].iter().rev() {
            if self.breaks_between(comment.end as usize, below) > 1 {
                break;
            }
            below = comment.start as usize;
        }
        below
    }

    /// Where the line that begins with token `at` ends: at a line end, after
    /// an attribute, or between members.
    fn line_end(&self, at: usize, to: usize, kind: BlockKind) -> usize {
        let tokens = self.tokens;
        let attribute = match tokens.kind(at) {
            TokenKind::HashBracket => Some(self.measure.partner(at) + 1),
            TokenKind::At if tokens.kind(at + 2) == TokenKind::LParen => {
                Some(self.measure.partner(at + 2) + 1)
            }
            TokenKind::At => Some(at + 2),
            _ => None,
        };
        if let Some(end) = attribute {
            return end.min(to);
        }
        let mut token = at;
        while token < to {
            token = match tokens.kind(token) {
                TokenKind::Newline => return token,
                TokenKind::Comma if kind == BlockKind::Members && self.ends_line(token) => {
                    return token;
                }
                TokenKind::StrStart => self.measure.partner(token) + 1,
                kind if is_opener(kind) => self.measure.partner(token) + 1,
                _ => token + 1,
            };
        }
        to
    }

    /// Whether the text's line ends after `token`.
    fn ends_line(&self, token: usize) -> bool {
        let next = self.tokens.range(token + 1).start;
        matches!(
            self.tokens.kind(token + 1),
            TokenKind::Newline | TokenKind::Dedent | TokenKind::Eof
        ) || self.breaks_between(self.tokens.range(token).end, next) > 0
    }

    /// The line of tokens `at..end`, from the current position. If it is too
    /// wide, what follows its header gets lines of its own.
    fn statement(&mut self, at: usize, end: usize, to: usize, suffix: &str) {
        let indent = self.line_indent;
        let layout = Layout::statement(indent);
        let Some(body) = self.body_to_move(at, end, to, indent) else {
            let layout = layout.with_chain(self.breaks_chain(at, end, false));
            return self.run(at, end, layout, suffix);
        };
        self.run(at, body, layout, "");
        self.new_line(indent + STEP);
        if self.member_kind(at) == BlockKind::Statements {
            return self.statement(body, end, to, suffix);
        }
        let commas: Vec<usize> = self.commas(body, end).collect();
        let mut from = body;
        for comma in commas.into_iter().chain([end]) {
            if from < comma {
                self.run(from, comma, Layout::statement(indent + STEP), "");
                if comma < end {
                    self.last_end = self.tokens.range(comma).end;
                }
                if comma + 1 < end {
                    self.new_line(indent + STEP);
                }
            }
            from = comma + 1;
        }
    }

    /// If the line of tokens `at..end` is too wide and has a block of one
    /// statement, where that begins.
    fn body_to_move(&self, at: usize, end: usize, to: usize, indent: usize) -> Option<usize> {
        use TokenKind::*;
        let is_wide = indent + self.measure.width(at, end) > WIDTH;
        let ends_in_block = self.block_after(end, to).is_some();
        if !is_wide || ends_in_block || self.measure.must_break(at, end) {
            return None;
        }
        let word = self.declaration_word(at, end);
        let head = self.tokens.kind(word);
        let is_record = matches!(head, Struct | Class | Enum) || self.is_data(word);
        if !is_record && !matches!(head, If | Elif | Else | For | While | Loop | Case | Fn | Test) {
            return None;
        }
        let mut colon = None;
        let mut token = at;
        while token < end {
            match self.tokens.kind(token) {
                Colon => colon = colon.or(Some(token)),
                // The body of a one-line `if … else …` cannot move alone.
                Else | Elif if token > at => return None,
                _ => {}
            }
            token = match self.tokens.kind(token) {
                StrStart => self.measure.partner(token) + 1,
                kind if is_opener(kind) => self.measure.partner(token) + 1,
                _ => token + 1,
            };
        }
        // An `else` below belongs to an `if` in this line, wherever it stands.
        let next = (end + 1 < to).then(|| self.tokens.kind(end + 1));
        if matches!(next, Some(Else | Elif)) && !matches!(head, If | Elif) {
            return None;
        }
        colon.map(|colon| colon + 1).filter(|body| *body < end)
    }

    /// The `Indent` of the block that follows a line that ends at `end`.
    fn block_after(&self, end: usize, to: usize) -> Option<usize> {
        let is_block = end + 1 < to
            && self.tokens.kind(end) == TokenKind::Newline
            && self.tokens.kind(end + 1) == TokenKind::Indent;
        is_block.then_some(end + 1)
    }

    /// Where the first token from `token` on that has text begins.
    fn next_start(&self, token: usize) -> usize {
        let mut at = token;
        while at < self.tokens.len() {
            use TokenKind::*;
            match self.tokens.kind(at) {
                Newline | Indent | Dedent => at += 1,
                Eof => return self.text.len() + 1,
                _ => return self.tokens.range(at).start,
            }
        }
        self.text.len() + 1
    }

    /// The column of `offset` in the text, from 0.
    fn source_column(&self, offset: usize) -> usize {
        let before = &self.text[..offset.min(self.text.len())];
        before.len() - before.rfind('\n').map_or(0, |end| end + 1)
    }

    /// The first token of the line's own, after attributes and `pub`.
    fn declaration_word(&self, at: usize, to: usize) -> usize {
        let mut token = at;
        loop {
            token = match self.tokens.kind(token) {
                TokenKind::At | TokenKind::HashBracket => {
                    self.line_end(token, to, BlockKind::Statements)
                }
                TokenKind::Newline | TokenKind::Pub => token + 1,
                _ => return token,
            };
            if token >= to {
                return at;
            }
        }
    }

    /// Whether a declaration with an indented block begins with token `at`.
    fn is_declaration(&self, at: usize, to: usize) -> bool {
        use TokenKind::*;
        let word = self.declaration_word(at, to);
        let declares = match self.tokens.kind(word) {
            Fn | Struct | Class | Enum | Trait | Impl | Test => true,
            Ident => self.is_data(word),
            _ => false,
        };
        let end = self.line_end(word, to, BlockKind::Statements);
        declares
            && (self.block_after(end, to).is_some()
                || self.body_to_move(word, end, to, 0).is_some())
    }

    fn is_data(&self, word: usize) -> bool {
        self.tokens.kind(word) == TokenKind::Ident
            && self.tokens.symbol(word) == sym::DATA
            && self.tokens.kind(word + 1) == TokenKind::Ident
    }

    /// What the block below the line that begins with token `at` holds.
    fn member_kind(&self, at: usize) -> BlockKind {
        use TokenKind::*;
        let word = self.declaration_word(at, self.tokens.len());
        match self.tokens.kind(word) {
            Struct | Class | Enum => BlockKind::Members,
            Ident if self.is_data(word) => BlockKind::Members,
            _ => BlockKind::Statements,
        }
    }
}
