//! Characters and habits that belong to other languages or editors: what they
//! are told, and what they count as so that the rest of the file is read well.

use simple_source::{Applicability, Diagnostic, Span};

use super::layout::FrameKind;
use super::lookalike::lookalike;
use super::{Lexer, Repeated};
use crate::codes;
use crate::token::TokenKind;

/// Keeps the first diagnostic of its kind and counts the others.
fn repeat(slot: &mut Option<(Diagnostic, usize)>, first: impl FnOnce() -> Diagnostic) {
    match slot {
        Some((_, count)) => *count += 1,
        None => *slot = Some((first(), 0)),
    }
}

impl Lexer<'_> {
    /// Adds the mistakes that were counted.
    pub(super) fn tell_repeated(&mut self) {
        let Repeated { tab, semicolon, brace, carriage_return, lifetime } =
            std::mem::take(&mut self.repeated);
        let all = [tab, semicolon, brace, carriage_return, lifetime];
        for (diagnostic, others) in all.into_iter().flatten() {
            let diagnostic = match others {
                0 => diagnostic,
                1 => diagnostic.note("there is one more like it in this file"),
                _ => diagnostic.note(format!("there are {others} more like it in this file")),
            };
            self.report(diagnostic);
        }
    }

    pub(super) fn tab(&mut self, at: usize) {
        let span = self.span(at, at + 1);
        repeat(&mut self.repeated.tab, || {
            Diagnostic::error(&codes::TAB_IN_INDENTATION, span, "a tab in the indentation")
                .label("indent with spaces only")
                .note("how wide a tab looks depends on the editor; spaces are the same everywhere")
                .suggest("write four spaces", span, "    ", Applicability::Certain)
        });
    }

    pub(super) fn inconsistent_indentation(&mut self, width: u32, outer: u32) {
        let span = self.span(self.pos - width as usize, self.pos);
        let inner = self.indent;
        let spaces =
            |count: u32| if count == 1 { "1 space".into() } else { format!("{count} spaces") };
        let (found, outer_text, inner_text) = (spaces(width), spaces(outer), spaces(inner));
        // A tab's width is a guess, and it was reported.
        if self.text[..self.pos].ends_with('\t')
            || self.bytes[self.line_start..self.pos].contains(&b'\t')
        {
            return;
        }
        let outer_fix = " ".repeat(outer as usize);
        let inner_fix = " ".repeat(inner as usize);
        let diagnostic = Diagnostic::error(
            &codes::INCONSISTENT_INDENTATION,
            span,
            "this indentation matches no enclosing block",
        )
        .label(format!("{found}; the enclosing blocks have {outer_text} and {inner_text}"))
        .suggest("indent like the block above", span, inner_fix, Applicability::Maybe)
        .suggest("indent like the block around it", span, outer_fix, Applicability::Maybe);
        self.report(diagnostic);
    }

    /// A block that is not indented more than the line its header begins on.
    #[cold]
    pub(super) fn shallow_block(&mut self) {
        let span = self.span(self.line_start, self.pos);
        let diagnostic = Diagnostic::error(
            &codes::MISSING_BLOCK,
            span,
            "this block is not indented more than the line it belongs to",
        )
        .label("expected more spaces");
        self.report(diagnostic);
    }

    pub(super) fn carriage_return(&mut self) {
        if self.byte(1) == b'\n' {
            return self.line_end(2);
        }
        let span = self.span(self.pos, self.pos + 1);
        repeat(&mut self.repeated.carriage_return, || {
            Diagnostic::error(
                &codes::CARRIAGE_RETURN,
                span,
                "a carriage return that no line feed follows",
            )
            .label("expected a line feed after this")
            .note("lines end with a line feed, or with a carriage return and a line feed")
        });
        self.line_end(1);
    }

    /// `{` at the end of a line that begins a block: counts as `:`.
    pub(super) fn brace_block(&mut self) {
        let span = self.span(self.pos, self.pos + 1);
        // The space before the brace goes too.
        let before = self.text[..self.pos].trim_end_matches(' ').len();
        let edit = self.span(before, self.pos + 1);
        repeat(&mut self.repeated.brace, || {
            Diagnostic::error(&codes::BRACES_FOR_BLOCK, span, "a block is not written in braces")
                .label("expected `:`")
                .note("a block follows `:` and ends where its indentation does; no `}` is needed")
                .suggest("write `:`", edit, ":", Applicability::Maybe)
        });
        self.brace_blocks += 1;
        if let Some(top) = self.frames.last_mut() {
            top.pending = top.pending.saturating_sub(1);
        }
        self.punct(TokenKind::Colon, 1);
    }

    /// Whether the line so far can only be the head of a block of another
    /// language: `function f(x)`, `int main()`.
    pub(super) fn at_foreign_head(&self) -> bool {
        const WORDS: &[&str] = &[
            "def",
            "func",
            "function",
            "fun",
            "switch",
            "foreach",
            "unless",
            "try",
            "do",
            "interface",
            "namespace",
            "public",
            "private",
            "static",
            "void",
            "int",
        ];
        let line = self.text[self.line_start..self.pos].trim_start();
        let word = line.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
        self.last_kind() == Some(TokenKind::RParen) || WORDS.contains(&word)
    }

    /// `'a` in a type: passes it. False if it is something else.
    pub(super) fn lifetime(&mut self) -> bool {
        let before = self.text[..self.pos].chars().next_back();
        let rest = &self.bytes[self.pos + 1..];
        let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        if !matches!(before, Some('<' | '&')) || len == 0 || rest.get(len) == Some(&b'\'') {
            return false;
        }
        let span = self.span(self.pos, self.pos + 1 + len);
        // After `&` the reference is the mistake.
        if before == Some('<') {
            repeat(&mut self.repeated.lifetime, || {
                Diagnostic::error(&codes::EXPECTED_TYPE, span, "there are no lifetimes")
                    .label("not part of a type")
                    .note("a value lives as long as something needs it")
            });
        }
        self.pos += 1 + len;
        if self.byte(0) == b' ' {
            self.pos += 1;
        }
        true
    }

    /// `;` outside `[value; count]`.
    pub(super) fn semicolon(&mut self) {
        if !self.top().is_indent() {
            if self.top().kind == FrameKind::Bracket {
                return self.punct(TokenKind::Semicolon, 1);
            }
            if self.open.total > 0 {
                return self.punct(TokenKind::Semicolon, 1);
            }
        }
        let span = self.span(self.pos, self.pos + 1);
        let rest = &self.bytes[self.pos..];
        let len = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b';')).count();
        let ends_line = matches!(rest.get(len), None | Some(b'\n' | b'\r' | b'#' | b'}'));
        repeat(&mut self.repeated.semicolon, || {
            let diagnostic =
                Diagnostic::error(&codes::SEMICOLON, span, "a statement does not end with `;`");
            if ends_line {
                diagnostic.label("the line's end is enough").suggest(
                    "remove it",
                    span,
                    "",
                    Applicability::Certain,
                )
            } else {
                diagnostic
                    .label("expected a new line")
                    .note("each statement stands on a line of its own")
            }
        });
        self.pos += len;
        if !ends_line && self.top().is_indent() {
            self.push_newline();
        }
    }

    /// A lambda's `\`, or one at the line's end.
    pub(super) fn backslash(&mut self) {
        let rest = &self.bytes[self.pos + 1..];
        let next = rest.iter().find(|b| !matches!(b, b' ' | b'\t' | b'\r'));
        if matches!(next, None | Some(b'\n')) {
            let span = self.span(self.pos, self.pos + 1);
            let diagnostic = Diagnostic::error(
                &codes::BACKSLASH_AT_LINE_END,
                span,
                "a backslash does not join lines",
            )
            .label("not needed here")
            .note("a line goes on after a binary operator, a comma or inside brackets, and before a `.`")
            .suggest("remove it and end the line with the operator", span, "", Applicability::Maybe);
            self.report(diagnostic);
            self.pos += 1;
            self.line_joined = true;
            return;
        }
        if let Some(top) = self.frames.last_mut() {
            top.pending = top.pending.saturating_add(1);
            top.head_width = self.line_width;
        }
        self.punct(TokenKind::Backslash, 1);
    }

    /// `===` and `!==`.
    pub(super) fn three_equals(&mut self, kind: TokenKind, shown: &str) {
        let span = self.span(self.pos, self.pos + 3);
        let right = kind.text();
        let diagnostic = Diagnostic::error(
            &codes::FOREIGN_OPERATOR,
            span,
            format!("`{shown}` is not an operator"),
        )
        .label(format!("expected `{right}`"))
        .note("operands always have one type, so `==` never converts")
        .suggest(format!("write `{right}`"), span, right, Applicability::Certain);
        self.report(diagnostic);
        self.punct(kind, 3);
    }

    /// `//` and `/*`: a comment of C's, or Python's whole-number division.
    pub(super) fn foreign_comment(&mut self) {
        use TokenKind::*;
        let start = self.pos;
        let is_block = self.byte(1) == b'*';
        let after_operand = self.last_kind().is_some_and(TokenKind::ends_operand);
        let span = self.span(start, start + 2);
        if !is_block && after_operand && !self.reads_like_prose(start + 2) {
            let diagnostic =
                Diagnostic::error(&codes::FOREIGN_OPERATOR, span, "`//` is not an operator")
                    .label("expected `/`")
                    .note("`/` between integers gives an integer, truncated toward zero")
                    .note("a comment begins with `#`")
                    .suggest("write `/`", span, "/", Applicability::Maybe);
            self.report(diagnostic);
            return self.punct(Slash, 2);
        }
        let end = if is_block {
            self.text[start + 2..].find("*/").map(|len| start + 2 + len + 2)
        } else {
            None
        };
        let end = end.unwrap_or_else(|| self.comment_end(start));
        let diagnostic =
            Diagnostic::error(&codes::FOREIGN_COMMENT, span, "a comment begins with `#`")
                .label(if is_block { "there are no block comments" } else { "expected `#`" })
                .suggest("write `#`", span, "#", Applicability::Maybe);
        self.report(diagnostic);
        self.pos = end;
    }

    /// Whether two words or an end of line follow: text rather than code.
    fn reads_like_prose(&self, from: usize) -> bool {
        let line = self.text[from..].lines().next().unwrap_or("");
        let mut words = line.split(' ').filter(|word| !word.is_empty());
        let is_word = |word: Option<&str>| {
            word.is_some_and(|word| {
                word.chars().all(|c| c.is_alphabetic() || matches!(c, ',' | '.'))
            })
        };
        line.trim().is_empty() || is_word(words.next()) && is_word(words.next())
    }

    /// A byte that begins no token of ASCII text.
    pub(super) fn other(&mut self) {
        // `token` is only called before the end, on a character's first byte.
        let Some(character) = self.char_at(self.pos) else { return };
        if unicode_ident::is_xid_start(character) {
            let start = self.pos;
            let end = self.unicode_name_end(start + character.len_utf8());
            return self.finish_name(start, end);
        }
        if character == '\0' {
            let at = self.pos;
            self.nul_byte(at);
            self.pos += 1;
            return;
        }
        self.invalid_character(character);
    }

    pub(super) fn nul_byte(&mut self, at: usize) {
        let span = self.span(at, at + 1);
        let diagnostic = Diagnostic::error(&codes::NUL_BYTE, span, "a NUL byte outside a string")
            .label("not allowed here")
            .note("in a string it is written `\\0`")
            .suggest("remove it", span, "", Applicability::Maybe);
        self.report(diagnostic);
    }

    pub(super) fn invalid_character(&mut self, character: char) {
        let start = self.pos;
        let end = start + character.len_utf8();
        self.pos = end;
        let span = self.span(start, end);
        let shown = shown(character);
        let error = |label: String| {
            Diagnostic::error(
                &codes::INVALID_CHARACTER,
                span,
                format!("{shown} has no meaning here"),
            )
            .label(label)
        };
        let Some((text, name)) = lookalike(character) else {
            let diagnostic = match character {
                '#' => error("a comment cannot stand inside an interpolation".into()),
                '$' => {
                    error("names are written without `$`; a string interpolates `{name}`".into())
                }
                '`' => error("a string stands in `\"` or `'`".into()),
                _ => error("not part of any token".into()),
            };
            self.report(diagnostic);
            self.push(TokenKind::Invalid, start, end);
            return;
        };
        let diagnostic = error(format!("this is {name}"));
        let fix: (Span, &str) = (span, text);
        let diagnostic = match text {
            "" => diagnostic.suggest("remove it", fix.0, "", Applicability::Certain),
            " " => diagnostic.suggest("write a space", fix.0, " ", Applicability::Certain),
            "\n" => diagnostic.suggest("write a line feed", fix.0, "\n", Applicability::Certain),
            _ => diagnostic.suggest(format!("write `{text}`"), fix.0, fix.1, Applicability::Maybe),
        };
        self.report(diagnostic);
        // Spaces separate as if they were ASCII; for the rest the statement
        // is not looked at further.
        if !text.trim().is_empty() {
            self.push(TokenKind::Invalid, start, end);
        }
    }
}

/// A character as a message shows it.
fn shown(character: char) -> String {
    if character.is_control()
        || character.is_whitespace()
        || lookalike(character).is_some_and(|l| l.0.is_empty())
    {
        format!("the character U+{:04X}", character as u32)
    } else {
        format!("`{character}`")
    }
}
