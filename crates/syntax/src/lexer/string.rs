//! Strings: raw, with escapes, with interpolation, over several lines.
//!
//! A string without interpolation is one token. One with interpolation is a
//! run of tokens between `StrStart` and `StrEnd`, the expressions' own tokens
//! among them. The lexer is in a string's text only inside the functions
//! here; between `{` and `}` the ordinary loop runs, with a frame that leads
//! back.

use simple_source::{Applicability, Diagnostic, sym};

use super::Lexer;
use super::layout::FrameKind;
use super::text::Segment;
use crate::codes;
use crate::token::TokenKind;

/// A string whose interpolation the lexer is in.
pub(super) struct OpenString {
    /// Offset of the opening quotes.
    start: usize,
    /// Whether it is in `"""`.
    triple: bool,
    /// How many frames there were before its interpolation's.
    depth: usize,
    /// Text of a `"""` string, to be resolved when its end is known.
    segments: Vec<Segment>,
}

/// Where a `}` leads back to.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Resume {
    Text,
    Spec,
}

/// Why a run of text ends.
#[derive(Clone, Copy, PartialEq)]
enum Stop {
    Quotes,
    Interpolation,
    /// The line's or the file's end, where the string may not go on.
    Unterminated,
}

/// A run of text up to `end`; `plain` if it stands for itself.
struct TextRun {
    end: usize,
    stop: Stop,
    plain: bool,
}

impl Lexer<'_> {
    /// A string from its opening quote.
    pub(super) fn string(&mut self) {
        let start = self.pos;
        if self.bytes[start] == b'\'' {
            if start > 0 && matches!(self.bytes[start - 1], b'<' | b'&') && self.lifetime() {
                return;
            }
            return self.raw_string(start, b'\'');
        }
        let triple = self.bytes[start..].starts_with(b"\"\"\"");
        let content = start + if triple { 3 } else { 1 };
        let run = self.scan_text(start, content, triple);
        self.pos = run.end;
        match run.stop {
            Stop::Quotes | Stop::Unterminated => {
                let terminated = run.stop == Stop::Quotes;
                let end = run.end + if terminated { content - start } else { 0 };
                let symbol = if triple {
                    let segment = Segment { token: 0, start: content, end: run.end };
                    self.resolve_triple(&[segment]).first().copied().unwrap_or(sym::EMPTY)
                } else {
                    self.text_symbol(content, run.end, run.plain)
                };
                self.tokens.push(TokenKind::Str, start as u32, end as u32, symbol.raw());
                self.pos = end;
                if !terminated {
                    self.unterminated_string(start, content);
                }
            }
            Stop::Interpolation => {
                let depth = self.frames.len();
                self.strings.push(OpenString { start, triple, depth, segments: Vec::new() });
                self.line_strings += u32::from(!triple);
                self.push(TokenKind::StrStart, start, content);
                self.text_token(content, &run);
                self.begin_interp(FrameKind::Interp);
            }
        }
    }

    /// A string in which nothing has a meaning but its closing quote.
    fn raw_string(&mut self, start: usize, quote: u8) {
        let content = start + 1;
        let rest = &self.bytes[content..];
        let len = rest.iter().position(|b| *b == quote || *b == b'\n').unwrap_or(rest.len());
        let mut end = content + len;
        let terminated = self.bytes.get(end) == Some(&quote);
        if !terminated && self.bytes[content..end].ends_with(b"\r") {
            end -= 1;
        }
        let symbol = self.names.intern_text(&self.text[content..end]);
        self.pos = end + usize::from(terminated);
        self.tokens.push(TokenKind::Str, start as u32, self.pos as u32, symbol.raw());
        if !terminated {
            self.unterminated_string(start, content);
        }
    }

    /// Finds the end of the text that begins at `from`, in the string that
    /// begins at `start`.
    fn scan_text(&mut self, start: usize, from: usize, triple: bool) -> TextRun {
        let bytes = self.bytes;
        let mut at = from;
        let mut plain = true;
        loop {
            let Some(&byte) = bytes.get(at) else {
                return TextRun { end: bytes.len(), stop: Stop::Unterminated, plain };
            };
            match byte {
                b'"' if !triple || bytes[at..].starts_with(b"\"\"\"") => {
                    return TextRun { end: at, stop: Stop::Quotes, plain };
                }
                b'\n' if !triple || self.line_strings > 0 => {
                    let end = if at > from && bytes[at - 1] == b'\r' { at - 1 } else { at };
                    return TextRun { end, stop: Stop::Unterminated, plain };
                }
                b'\\' => {
                    plain = false;
                    // The escaped character, unless the line ends here.
                    at += match bytes.get(at + 1) {
                        None | Some(b'\n' | b'\r') => 1,
                        Some(b'u') if bytes.get(at + 2) == Some(&b'{') => {
                            let digits = bytes[at + 3..].iter();
                            let len = digits.take_while(|b| b.is_ascii_hexdigit()).count();
                            3 + len + usize::from(bytes.get(at + 3 + len) == Some(&b'}'))
                        }
                        Some(_) => 2,
                    };
                }
                b'{' if bytes.get(at + 1) == Some(&b'{') => {
                    plain = false;
                    at += 2;
                }
                b'{' if self.is_meant_brace(start, at, triple) => {
                    plain = false;
                    at += 1;
                }
                b'{' => return TextRun { end: at, stop: Stop::Interpolation, plain },
                b'}' => {
                    plain = false;
                    if bytes.get(at + 1) != Some(&b'}') {
                        self.lone_brace(start, at);
                        at -= 1;
                    }
                    at += 2;
                }
                _ => at += 1,
            }
        }
    }

    fn lone_brace(&mut self, string: usize, at: usize) {
        if self.join_meant_brace(string, at, "}}") {
            return;
        }
        let span = self.span(at, at + 1);
        let diagnostic =
            Diagnostic::error(&codes::LONE_BRACE, span, "`}` in a string closes nothing")
                .label("no `{` is open here")
                .note("braces in a string hold an expression; the characters are `\\{` and `\\}`, or `{{` and `}}`")
                .suggest("write `}}` for the character", span, "}}", Applicability::Maybe);
        self.report(diagnostic);
    }

    /// Pushes the token of a text between interpolations, if there is text.
    fn text_token(&mut self, start: usize, run: &TextRun) {
        if start == run.end {
            return;
        }
        let token = self.tokens.len();
        let string = self.strings.last_mut().expect("the caller is in a string");
        let value = if string.triple {
            string.segments.push(Segment { token, start, end: run.end });
            sym::EMPTY
        } else {
            self.text_symbol(start, run.end, run.plain)
        };
        self.tokens.push(TokenKind::StrText, start as u32, run.end as u32, value.raw());
    }

    /// Goes on in a string after an interpolation's `}`.
    pub(super) fn resume_string(&mut self, mut resume: Resume) {
        while let Some(next) = match resume {
            Resume::Text => self.resume_text(),
            Resume::Spec => self.spec(),
        } {
            resume = next;
        }
    }

    fn resume_text(&mut self) -> Option<Resume> {
        let string = self.strings.last().expect("an interpolation's string is open");
        let (start, triple) = (string.start, string.triple);
        let from = self.pos;
        let run = self.scan_text(start, from, triple);
        self.text_token(from, &run);
        self.pos = run.end;
        match run.stop {
            Stop::Interpolation => self.begin_interp(FrameKind::Interp),
            Stop::Quotes => {
                self.pos = run.end + if triple { 3 } else { 1 };
                self.end_string(run.end, self.pos);
            }
            Stop::Unterminated => {
                self.end_string(run.end, run.end);
                self.unterminated_string(start, start + if triple { 3 } else { 1 });
            }
        }
        None
    }

    /// Takes the innermost open string off the stack and pushes its end.
    fn end_string(&mut self, start: usize, end: usize) {
        let string = self.strings.pop().expect("the caller is in a string");
        if string.triple {
            let symbols = self.resolve_triple(&string.segments);
            for (segment, symbol) in string.segments.iter().zip(symbols) {
                self.tokens.values[segment.token] = symbol.raw();
            }
        } else {
            self.line_strings -= 1;
        }
        self.push(TokenKind::StrEnd, start, end);
    }

    fn begin_interp(&mut self, kind: FrameKind) {
        self.push_frame(kind);
        self.open_interps += 1;
        self.outer_open.push(std::mem::take(&mut self.open));
        self.punct(TokenKind::InterpOpen, 1);
    }

    /// The bookkeeping of an interpolation whose frame was popped.
    pub(super) fn leave_interp(&mut self) {
        self.open_interps -= 1;
        self.open = self.outer_open.pop().unwrap_or_default();
    }

    /// Ends an interpolation that has no `}`, and its string with it.
    pub(super) fn pop_interp(&mut self) {
        let frame = self.frames.pop().expect("the caller saw an interpolation");
        self.leave_interp();
        let end = self.last_end();
        self.push(TokenKind::InterpClose, end, end);
        if frame.kind == FrameKind::Interp {
            self.end_string(end, end);
        }
    }

    /// `:` after an interpolated expression.
    pub(super) fn start_spec(&mut self) {
        self.punct(TokenKind::SpecStart, 1);
        self.resume_string(Resume::Spec);
    }

    /// A format spec's text up to the `}` that ends it or a nested `{`.
    fn spec(&mut self) -> Option<Resume> {
        let from = self.pos;
        let rest = &self.bytes[from..];
        let len = rest.iter().position(|b| matches!(b, b'{' | b'}' | b'"' | b'\n'));
        let mut end = from + len.unwrap_or(rest.len());
        if self.bytes.get(end) == Some(&b'\n') && self.bytes[from..end].ends_with(b"\r") {
            end -= 1;
        }
        if end > from {
            self.push(TokenKind::SpecText, from, end);
        }
        self.pos = end;
        match self.bytes.get(end) {
            Some(b'{') => {
                self.begin_interp(FrameKind::InterpInSpec);
                None
            }
            Some(b'}') => {
                let kind = self.frames.pop().expect("a spec stands in an interpolation").kind;
                self.leave_interp();
                self.punct(TokenKind::InterpClose, 1);
                Some(if kind == FrameKind::Interp { Resume::Text } else { Resume::Spec })
            }
            _ if self.line_strings > 0 && self.bytes.get(end) != Some(&b'"') => None,
            None => None,
            Some(_) => {
                // A quote or a line's end: the `}` was forgotten.
                let frame = self.top();
                self.unclosed_interpolation(frame.opened_at());
                self.frames.pop();
                self.leave_interp();
                self.push(TokenKind::InterpClose, end, end);
                Some(if frame.kind == FrameKind::Interp { Resume::Text } else { Resume::Spec })
            }
        }
    }

    // ---- ends that are missing ---------------------------------------------

    /// Whether Rust's label of a loop stands at `content`: a word, before it
    /// `break` or `continue`, or after it `:` and a loop.
    fn is_label(&self, content: usize) -> bool {
        let line = self.text[content..].lines().next().unwrap_or("");
        let end = line.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(line.len());
        let before = self.text[self.line_start..content - 1].trim();
        let after = line[end..].trim_end();
        if end == 0 {
            return false;
        }
        match after.strip_prefix(':') {
            Some(looped) => {
                let looped = looped.trim_start();
                before.is_empty()
                    && ["loop", "while", "for"].iter().any(|word| looped.starts_with(word))
            }
            None => after.is_empty() && (before.ends_with("break") || before.ends_with("continue")),
        }
    }

    fn unterminated_string(&mut self, start: usize, content: usize) {
        self.damage_line();
        if self.line_strings > 0 {
            // An enclosing string ends here too, and is the one to blame.
            return;
        }
        let quotes = &self.text[start..content];
        let span = self.span(start, content);
        let where_to = if content - start == 3 { "the file" } else { "the line" };
        let mut diagnostic = Diagnostic::error(
            &codes::UNTERMINATED_STRING,
            span,
            format!("this string does not end before {where_to} does"),
        )
        .label(format!("expected a closing `{quotes}`"));
        if quotes == "'" && self.is_label(content) {
            diagnostic =
                diagnostic.note("loops have no labels: `return` leaves a function made of them");
        } else if content - start == 1 {
            diagnostic = diagnostic.note("a string over several lines stands in `\"\"\"`");
        }
        self.report(diagnostic);
    }

    fn unclosed_interpolation(&mut self, at: usize) {
        let span = self.span(at, at + 1);
        let diagnostic = Diagnostic::error(
            &codes::UNCLOSED_INTERPOLATION,
            span,
            "`{` in this string is never closed",
        )
        .label("expected a `}` after the expression")
        .suggest("write `{{` for the character", span, "{{", Applicability::Maybe);
        self.report(diagnostic);
    }

    /// Notes that the rest of this line was swallowed by a string.
    fn damage_line(&mut self) {
        self.string_damaged = true;
        self.damaged_line = self.line_start;
        let end = self.last_end();
        self.push(TokenKind::Invalid, end, end);
    }

    /// At a line's end: ends the strings that may not cross it.
    pub(super) fn end_line_strings(&mut self) {
        let first = self.strings.iter().position(|string| !string.triple);
        let first = first.expect("the caller saw that there is one");
        self.end_strings(first);
    }

    /// At the file's end.
    pub(super) fn end_all_strings(&mut self) {
        self.end_strings(0);
    }

    fn end_strings(&mut self, first: usize) {
        let depth = self.strings[first].depth;
        self.unclosed_interpolation(self.frames[depth].opened_at());
        while self.frames.len() > depth {
            self.pop_frame();
        }
        self.damage_line();
    }

    /// A name right before a string, as in `f"…"`. Returns whether that was it.
    pub(super) fn string_prefix(&mut self, start: usize, end: usize) -> bool {
        let prefix = &self.text[start..end];
        let lower = prefix.to_ascii_lowercase();
        let advice = match lower.as_str() {
            "f" => "every string in double quotes interpolates `{…}`",
            "r" | "rf" | "fr" => "a string in single quotes has no escapes",
            "b" | "rb" | "br" => "the bytes of a string are `\"…\".bytes()`",
            "u" | "c" => "every string is UTF-8 text",
            _ => return false,
        };
        let span = self.span(start, end);
        let diagnostic = Diagnostic::error(
            &codes::STRING_PREFIX,
            span,
            format!("strings take no prefix `{prefix}`"),
        )
        .label("not needed")
        .note(advice)
        .suggest("remove it", span, "", Applicability::Maybe);
        self.report(diagnostic);
        if lower.contains('r') && !self.bytes[end..].starts_with(b"\"\"\"") {
            self.raw_string(end, self.bytes[end]);
        }
        true
    }
}
