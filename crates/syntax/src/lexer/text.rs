//! The text of strings: escapes resolved, common indentation removed.

use simple_source::{Applicability, Diagnostic, Symbol};

use super::Lexer;
use crate::codes;

/// A piece of the text of a `"""` string.
pub(super) struct Segment {
    pub(super) token: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Lexer<'_> {
    pub(super) fn text_symbol(&mut self, start: usize, end: usize, plain: bool) -> Symbol {
        if plain {
            return self.names.intern_text(&self.text[start..end]);
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        self.unescape(start, end, &mut buffer);
        let symbol = self.names.intern_text(&buffer);
        self.buffer = buffer;
        symbol
    }

    /// Resolves the text of a `"""` string: without the first line break, the
    /// common indentation and a last line of nothing but spaces.
    pub(super) fn resolve_triple(&mut self, segments: &[Segment]) -> Vec<Symbol> {
        let common = self.common_indentation(segments);
        let mut symbols = Vec::with_capacity(segments.len());
        let mut buffer = std::mem::take(&mut self.buffer);
        for (index, segment) in segments.iter().enumerate() {
            let (is_first, is_last) = (index == 0, index + 1 == segments.len());
            // Only text that borders on the quotes has their line breaks.
            let opens = is_first && self.bytes[..segment.start].ends_with(b"\"\"\"");
            let closes = is_last && self.bytes[segment.end..].starts_with(b"\"\"\"");
            buffer.clear();
            self.dedent(segment, common, opens, closes, &mut buffer);
            symbols.push(self.names.intern_text(&buffer));
        }
        self.buffer = buffer;
        symbols
    }

    fn common_indentation(&self, segments: &[Segment]) -> usize {
        let mut common = usize::MAX;
        for segment in segments {
            let text = &self.bytes[segment.start..segment.end];
            let goes_on = self.bytes.get(segment.end) == Some(&b'{');
            let mut lines = text.split(|b| *b == b'\n');
            lines.next();
            let mut lines = lines.peekable();
            while let Some(line) = lines.next() {
                let width = line.iter().take_while(|b| **b == b' ').count();
                let is_blank = line.trim_ascii().is_empty();
                if !is_blank || lines.peek().is_none() && goes_on {
                    common = common.min(width);
                }
            }
        }
        if common == usize::MAX { 0 } else { common }
    }

    fn dedent(
        &mut self,
        segment: &Segment,
        common: usize,
        opens: bool,
        closes: bool,
        out: &mut String,
    ) {
        let mut at = segment.start;
        let mut is_first_line = true;
        loop {
            let rest = &self.bytes[at..segment.end];
            let len = rest.iter().position(|b| *b == b'\n');
            let mut end = at + len.unwrap_or(rest.len());
            let next = end + 1;
            let has_break = len.is_some();
            if has_break && self.bytes[at..end].ends_with(b"\r") {
                end -= 1;
            }
            let is_blank = self.bytes[at..end].trim_ascii().is_empty();
            let whole_line = has_break || closes;
            let starts_line = !is_first_line || opens;
            if is_blank && whole_line && starts_line {
                if !has_break {
                    // Nothing but spaces before the closing quotes.
                    if !is_first_line && out.ends_with('\n') {
                        out.pop();
                    }
                    return;
                }
                if !is_first_line {
                    out.push('\n');
                }
            } else {
                let start = if is_first_line { at } else { (at + common).min(end) };
                self.unescape(start, end, out);
                if !has_break {
                    return;
                }
                out.push('\n');
            }
            is_first_line = false;
            at = next;
        }
    }

    /// Appends `text[start..end]` with its escapes resolved.
    fn unescape(&mut self, start: usize, end: usize, out: &mut String) {
        let text = self.text;
        let mut at = start;
        while at < end {
            let rest = &self.bytes[at..end];
            let len = rest.iter().position(|b| matches!(b, b'\\' | b'{' | b'}'));
            let stop = at + len.unwrap_or(rest.len());
            out.push_str(&text[at..stop]);
            at = stop;
            match self.bytes.get(at) {
                Some(b'\\') if at < end => at += self.escape(at, end, out),
                Some(brace @ (b'{' | b'}')) if at < end => {
                    out.push(*brace as char);
                    let doubled = at + 1 < end && self.bytes[at + 1] == *brace;
                    at += 1 + usize::from(doubled);
                }
                _ => {}
            }
        }
    }

    /// Resolves the escape at `at`; returns how many bytes it has.
    fn escape(&mut self, at: usize, end: usize, out: &mut String) -> usize {
        let Some(character) = self.text[at + 1..end].chars().next() else {
            self.unknown_escape(at, at + 1, "\\", None);
            return 1;
        };
        let simple = match character {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            '0' => '\0',
            '\\' | '"' | '{' | '}' => character,
            'u' => return self.unicode_escape(at, end, out),
            _ => {
                let len = 1 + character.len_utf8();
                self.other_escape(at, end, character);
                out.push(character);
                return len;
            }
        };
        out.push(simple);
        2
    }

    fn other_escape(&mut self, at: usize, end: usize, character: char) {
        let after = at + 1 + character.len_utf8();
        let text = self.text;
        match character {
            '\'' => self.unknown_escape(at, after, "\\'", Some("'")),
            'x' => {
                let digits = text[after..end].bytes().take(2).take_while(u8::is_ascii_hexdigit);
                let to = after + digits.count();
                let fix = format!("\\u{{{}}}", &text[after..to]);
                self.unknown_escape(at, to, &text[at..to], (to > after).then_some(&fix));
            }
            'a' => self.unknown_escape(at, after, "\\a", Some("\\u{7}")),
            'b' => self.unknown_escape(at, after, "\\b", Some("\\u{8}")),
            'e' => self.unknown_escape(at, after, "\\e", Some("\\u{1b}")),
            'f' => self.unknown_escape(at, after, "\\f", Some("\\u{c}")),
            'v' => self.unknown_escape(at, after, "\\v", Some("\\u{b}")),
            _ => {
                let fix = format!("\\{}", &text[at..after]);
                self.unknown_escape(at, after, &text[at..after], Some(&fix));
            }
        }
    }

    fn unicode_escape(&mut self, at: usize, end: usize, out: &mut String) -> usize {
        let text = &self.text[at..end];
        let digits_at = 3;
        let closing = (text.as_bytes().get(2) == Some(&b'{')).then(|| {
            let digits = text[digits_at..].bytes().take_while(u8::is_ascii_hexdigit).count();
            digits_at + digits
        });
        match closing {
            Some(close) if text.as_bytes().get(close) == Some(&b'}') => {
                let digits = &text[digits_at..close];
                let scalar = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
                match scalar {
                    Some(scalar) if digits.len() <= 6 => out.push(scalar),
                    _ => {
                        self.bad_scalar(at, at + close + 1, digits);
                        out.push(char::REPLACEMENT_CHARACTER);
                    }
                }
                close + 1
            }
            _ => {
                let digits = text[2..].bytes().take(4).take_while(u8::is_ascii_hexdigit).count();
                let fix = (digits > 0).then(|| format!("\\u{{{}}}", &text[2..2 + digits]));
                let shown = &text[..2 + digits];
                self.unknown_escape(at, at + 2 + digits, shown, fix.as_deref());
                out.push(char::REPLACEMENT_CHARACTER);
                2 + digits
            }
        }
    }

    fn bad_scalar(&mut self, start: usize, end: usize, digits: &str) {
        let label = match u32::from_str_radix(digits, 16) {
            _ if digits.is_empty() => "expected one to six hexadecimal digits",
            Ok(0xD800..=0xDFFF) => "this is a surrogate, half of a UTF-16 pair",
            _ => "the largest is `\\u{10FFFF}`",
        };
        let span = self.span(start, end);
        let diagnostic =
            Diagnostic::error(&codes::UNKNOWN_ESCAPE, span, "no character has this number")
                .label(label);
        self.report(diagnostic);
    }

    fn unknown_escape(&mut self, start: usize, end: usize, shown: &str, fix: Option<&str>) {
        let span = self.span(start, end);
        let mut diagnostic =
            Diagnostic::error(&codes::UNKNOWN_ESCAPE, span, format!("unknown escape `{shown}`"))
                .label("not an escape")
                .note(r#"the escapes are `\n \t \r \0 \\ \" \{ \} \u{1F600}`"#)
                .note("a string in single quotes has no escapes: `'\\d+'`");
        if let Some(fix) = fix {
            let message = format!("write `{fix}`");
            diagnostic = diagnostic.suggest(message, span, fix, Applicability::Maybe);
        }
        self.report(diagnostic);
    }
}
