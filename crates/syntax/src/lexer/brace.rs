//! Braces in strings that were meant as characters.
//!
//! `"{"` begins an interpolation, and what it swallows would be reported as
//! mistakes of their own. So a brace that cannot begin one is found first, told
//! and read as a character.

use simple_source::{Applicability, Diagnostic, Suggestion};

use super::Lexer;
use crate::codes;

/// A string with braces that were told to be characters.
pub(super) struct MeantBraces {
    /// Offset of what the string's text is known by: the first such brace's run.
    string: usize,
    /// Its diagnostic, by its index.
    diagnostic: usize,
}

/// How far the end of an interpolation is looked for.
const MAX_REACH: usize = 4096;

/// In strings that lie within so many interpolations, braces are taken at their
/// word: looking on from each level of a deep nest would read all of it again.
const MAX_LOOKING: usize = 16;

/// Words whose `:` begins a block, not a spec.
const HEADS: &[&str] = &["if", "elif", "else", "match", "for", "while", "loop", "case"];

/// Why a brace begins no interpolation.
#[derive(Clone, Copy, PartialEq)]
enum NoExpression {
    /// No `}` follows where it could.
    Unclosed,
    /// What follows is an escape, or two values side by side.
    Text,
}

/// Where the search for the end of an interpolation is.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Code,
    Text,
}

impl Lexer<'_> {
    /// Whether the `{` at `at`, in the text of the string that begins at
    /// `string`, is a character: then it is reported.
    pub(super) fn is_meant_brace(&mut self, string: usize, at: usize, triple: bool) -> bool {
        if self.strings.len() >= MAX_LOOKING {
            return false;
        }
        let Some(why) = self.no_expression(at, triple) else { return false };
        if !self.join_meant_brace(string, at, "{{") {
            let span = self.span(at, at + 1);
            let (message, label) = match why {
                NoExpression::Unclosed => (
                    "`{` in this string is never closed",
                    "begins an expression, which needs a `}` after it",
                ),
                NoExpression::Text => {
                    ("no expression follows this `{`", "begins an expression in a string")
                }
            };
            let diagnostic = Diagnostic::error(&codes::UNCLOSED_INTERPOLATION, span, message)
                .label(label)
                .note("the characters are written `\\{` and `\\}`, or `{{` and `}}`")
                .suggest("write `{{` for the character", span, "{{", Applicability::Maybe);
            self.meant_braces = Some(MeantBraces { string, diagnostic: self.diagnostics.len() });
            self.report(diagnostic);
        }
        true
    }

    /// Adds the brace at `at` to what was told of its string. False if nothing
    /// was told of it.
    pub(super) fn join_meant_brace(&mut self, string: usize, at: usize, doubled: &str) -> bool {
        let span = self.span(at, at + 1);
        let Some(meant) = self.meant_braces.as_ref().filter(|meant| meant.string == string) else {
            return false;
        };
        if let Some(told) = self.diagnostics.get_mut(meant.diagnostic)
            && let Some(Suggestion { message, edits, .. }) = told.suggestions.last_mut()
        {
            edits.push((span, doubled.into()));
            *message = "double the braces that are characters".into();
        }
        true
    }

    /// Why no interpolation begins at the brace at `open`.
    fn no_expression(&self, open: usize, triple: bool) -> Option<NoExpression> {
        let limit = self.bytes.len().min(open + MAX_REACH);
        let mut around = vec![Within::Code];
        // Brackets open in the outermost code.
        let mut brackets = 0_usize;
        // Whether an expression with blocks, or C's `c ? a : b`, stands there.
        let mut has_blocks = false;
        let mut at = open + 1;
        while at < limit {
            let byte = self.bytes[at];
            match (around.last()?, byte) {
                (_, b'\n') if !triple || around.contains(&Within::Text) => {
                    return Some(NoExpression::Unclosed);
                }
                (Within::Text, b'\\') => at += 1,
                (Within::Text, b'{') if self.bytes.get(at + 1) == Some(&b'{') => at += 1,
                (_, b'{') => around.push(Within::Code),
                (Within::Code, b'}') => {
                    around.pop();
                    if around.is_empty() {
                        return None;
                    }
                }
                (Within::Text, b'"') => {
                    around.pop();
                    if !has_blocks && self.is_side_by_side(at + 1) {
                        return Some(NoExpression::Text);
                    }
                }
                (Within::Code, b'(' | b'[') if around.len() == 1 => brackets += 1,
                (Within::Code, b')' | b']') if around.len() == 1 => {
                    brackets = brackets.saturating_sub(1);
                }
                (Within::Code, b'a'..=b'z')
                    if around.len() == 1 && brackets == 0 && !has_blocks =>
                {
                    let word = self.word_at(at);
                    has_blocks = HEADS.contains(&word);
                    at += word.len() - 1;
                }
                (Within::Code, b'?') if around.len() == 1 && brackets == 0 => {
                    has_blocks |=
                        self.bytes[at - 1] == b' ' && self.bytes.get(at + 1) == Some(&b' ');
                }
                (Within::Code, b':') if around.len() == 1 && brackets == 0 && !has_blocks => {
                    // The rest is a spec, if it ends.
                    let rest = &self.bytes[at..limit];
                    let end = rest.iter().position(|b| matches!(b, b'{' | b'}' | b'"' | b'\n'))?;
                    let is_spec = matches!(rest[end], b'{' | b'}');
                    return (!is_spec).then_some(NoExpression::Unclosed);
                }
                (Within::Code, b'\\') if self.bytes.get(at + 1) == Some(&b'"') => {
                    return Some(NoExpression::Text);
                }
                (Within::Code, b'"') if self.bytes[at..].starts_with(b"\"\"\"") => {
                    // The end of the string, or a string in its code: the lexer finds out.
                    return None;
                }
                (Within::Code, b'"') => {
                    let before = self.bytes[at - 1];
                    if before.is_ascii_alphanumeric() || matches!(before, b'_' | b')' | b']') {
                        return Some(if self.closes_later(at + 1, limit) {
                            NoExpression::Text
                        } else {
                            NoExpression::Unclosed
                        });
                    }
                    around.push(Within::Text);
                }
                (Within::Code, b'\'') => {
                    let rest = &self.bytes[at + 1..limit];
                    let end = rest.iter().position(|b| matches!(b, b'\'' | b'\n'))?;
                    at += 1 + end;
                    if self.bytes[at] == b'\n' {
                        return Some(NoExpression::Unclosed);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        (at == self.bytes.len()).then_some(NoExpression::Unclosed)
    }

    /// The rest of the ASCII word at `at`.
    fn word_at(&self, at: usize) -> &str {
        let rest = &self.text[at..];
        let len = rest.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_');
        &rest[..len.unwrap_or(rest.len())]
    }

    /// Whether a `}` stands in the rest of the string.
    fn closes_later(&self, from: usize, limit: usize) -> bool {
        let rest = &self.bytes[from.min(limit)..limit];
        let end = rest.iter().position(|b| matches!(b, b'"' | b'}' | b'\n'));
        end.is_some_and(|end| rest[end] == b'}')
    }

    /// Whether a value begins at `at`, where one has ended.
    fn is_side_by_side(&self, at: usize) -> bool {
        const AFTER_VALUES: &[&str] =
            &["in", "is", "and", "or", "not", "as", "if", "for", "else", "elif", "case"];
        let rest = self.text[at..].trim_start_matches(' ');
        let word = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
        rest.starts_with(['"', '\\']) || !word.is_empty() && !AFTER_VALUES.contains(&word)
    }
}
