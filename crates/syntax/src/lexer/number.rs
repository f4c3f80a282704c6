//! Numbers.

use simple_source::{Applicability, Diagnostic};

use super::{IS_NAME, Lexer};
use crate::ast::NumberSuffix;
use crate::codes;
use crate::token::{Number, TokenKind};

const SUFFIXES: [(&str, NumberSuffix); 10] = [
    ("i64", NumberSuffix::I64),
    ("i32", NumberSuffix::I32),
    ("u8", NumberSuffix::U8),
    ("u32", NumberSuffix::U32),
    ("u64", NumberSuffix::U64),
    ("f64", NumberSuffix::F64),
    ("f32", NumberSuffix::F32),
    ("i8", NumberSuffix::I8),
    ("i16", NumberSuffix::I16),
    ("u16", NumberSuffix::U16),
];

impl Lexer<'_> {
    /// A number from its first digit.
    pub(super) fn number(&mut self) {
        let start = self.pos;
        // `pair.0.1` is two fields, not a float.
        if self.last_kind() == Some(TokenKind::Dot)
            || self.last_kind() == Some(TokenKind::QuestionDot)
        {
            let end = self.digits_end(start);
            return self.finish_int(start, end, start, 10);
        }
        if self.bytes[start] == b'0' && matches!(self.byte(1), b'X' | b'B' | b'O') {
            let span = self.span(start, start + 2);
            let lower = self.text[start..start + 2].to_ascii_lowercase();
            let diagnostic =
                Diagnostic::error(&codes::NUMBER, span, "the prefix of a number is lower case")
                    .label(format!("expected `{lower}`"))
                    .suggest(format!("write `{lower}`"), span, lower, Applicability::Certain);
            self.report(diagnostic);
        }
        let radix = match (self.bytes[start], self.byte(1)) {
            (b'0', b'x' | b'X') => 16,
            (b'0', b'b' | b'B') => 2,
            (b'0', b'o' | b'O') => 8,
            _ => 10,
        };
        if radix != 10 {
            let digits = start + 2;
            let mut end = digits;
            while end < self.bytes.len()
                && (self.bytes[end] == b'_'
                    || if radix == 16 {
                        self.bytes[end].is_ascii_hexdigit()
                    } else {
                        self.bytes[end].is_ascii_digit()
                    })
            {
                end += 1;
            }
            return self.finish_int(start, end, digits, radix);
        }
        let mut end = self.digits_end(start);
        let mut is_float = false;
        self.check_leading_zero(start, end);
        if self.bytes.get(end) == Some(&b'.')
            && self.bytes.get(end + 1).is_some_and(u8::is_ascii_digit)
        {
            is_float = true;
            end = self.digits_end(end + 1);
        }
        if matches!(self.bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.bytes.get(end + 1), Some(b'+' | b'-')));
            if self.bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
                is_float = true;
                end = self.digits_end(end + 1 + sign);
            } else if sign == 1 || self.bytes.get(end + 1).is_none_or(|b| !IS_NAME[*b as usize]) {
                let span = self.span(start, end + 1 + sign);
                let diagnostic =
                    Diagnostic::error(&codes::NUMBER, span, "this exponent has no digits")
                        .label("expected digits after this");
                self.report(diagnostic);
                return self.push_number(TokenKind::Float, start, end + 1 + sign, 0, 0.0, None);
            }
        }
        if is_float {
            self.finish_float(start, end);
        } else if self.is_bare_point(end) {
            let diagnostic = self.fraction_error(start, end + 1).suggest(
                format!("write `{}.0`", &self.text[start..end]),
                self.span(start, end + 1),
                format!("{}.0", &self.text[start..end]),
                Applicability::Certain,
            );
            self.report(diagnostic);
            let float = self.float_value(start, end);
            self.push_number(TokenKind::Float, start, end + 1, 0, float, None);
        } else {
            self.finish_int(start, end, start, 10);
        }
    }

    /// Whether the `.` at `at` belongs to a float that has no fraction: neither
    /// a range nor a method follows.
    fn is_bare_point(&self, at: usize) -> bool {
        if self.bytes.get(at) != Some(&b'.') {
            return false;
        }
        match self.bytes.get(at + 1) {
            None => true,
            Some(next) => *next != b'.' && !IS_NAME[*next as usize] && *next < 0x80,
        }
    }

    fn fraction_error(&self, start: usize, end: usize) -> Diagnostic {
        Diagnostic::error(
            &codes::NUMBER,
            self.span(start, end),
            "a float has digits on both sides of its point",
        )
        .label("digits are missing")
    }

    /// `.5`
    pub(super) fn bare_fraction(&mut self) {
        let start = self.pos;
        let end = self.digits_end(start + 1);
        let diagnostic = self.fraction_error(start, end).suggest(
            format!("write `0{}`", &self.text[start..end]),
            self.span(start, end),
            format!("0{}", &self.text[start..end]),
            Applicability::Certain,
        );
        self.report(diagnostic);
        self.finish_float(start, end);
    }

    fn check_leading_zero(&mut self, start: usize, end: usize) {
        let digits = &self.text[start..end];
        if !digits.starts_with('0') || digits.len() == 1 {
            return;
        }
        let rest = digits.trim_start_matches(['0', '_']);
        let decimal = if rest.is_empty() { "0" } else { rest };
        let span = self.span(start, end);
        let mut diagnostic =
            Diagnostic::error(&codes::NUMBER, span, "a decimal number does not begin with `0`")
                .label("is this decimal or octal?")
                .suggest(format!("write `{decimal}`"), span, decimal, Applicability::Maybe);
        if rest.bytes().all(|b| b.is_ascii_digit() && b < b'8') && !rest.is_empty() {
            let octal = format!("0o{rest}");
            let message = format!("write `{octal}` if it is octal");
            diagnostic = diagnostic.suggest(message, span, octal, Applicability::Maybe);
        }
        self.report(diagnostic);
    }

    /// Underscores stand one by one: between digits, after a prefix and
    /// before a suffix.
    fn check_underscores(&mut self, digits: usize, end: usize) {
        let text = &self.bytes[digits..end];
        let double =
            text.windows(2).position(|pair| pair == b"__" || pair == b"_.").map(|at| digits + at);
        let leads_nowhere = (text.ends_with(b"_") && !self.has_suffix_at(end)).then_some(end - 1);
        let Some(at) = double.or(leads_nowhere) else { return };
        let span = self.span(at, at + 1);
        let diagnostic = Diagnostic::error(&codes::NUMBER, span, "a misplaced `_` in a number")
            .label("expected a digit")
            .note("a single `_` may stand between digits, and before a suffix")
            .suggest("remove it", span, "", Applicability::Certain);
        self.report(diagnostic);
    }

    fn has_suffix_at(&self, at: usize) -> bool {
        self.bytes.get(at).is_some_and(u8::is_ascii_alphabetic)
    }

    fn digits_end(&self, from: usize) -> usize {
        let rest = &self.bytes[from..];
        let len = rest.iter().position(|b| !(b.is_ascii_digit() || *b == b'_'));
        from + len.unwrap_or(rest.len())
    }

    /// The suffix at `from` and where it ends. Reports one that is none.
    fn suffix(&mut self, start: usize, from: usize) -> (Option<NumberSuffix>, usize) {
        if !self.bytes.get(from).is_some_and(|b| IS_NAME[*b as usize] || *b >= 0x80) {
            return (None, from);
        }
        let rest = &self.text[from..];
        let len = rest.find(|c: char| !unicode_ident::is_xid_continue(c)).unwrap_or(rest.len());
        if len == 0 {
            return (None, from);
        }
        let text = &rest[..len];
        let end = from + len;
        if let Some((_, suffix)) = SUFFIXES.iter().find(|(name, _)| *name == text) {
            return (Some(*suffix), end);
        }
        let span = self.span(from, end);
        let number = self.span(start, from);
        let close = match text {
            "u" | "U" | "usize" | "u128" | "ul" | "UL" | "ull" => Some("u64"),
            "l" | "L" | "ll" | "LL" | "i" | "isize" | "i128" => Some("i64"),
            "f" | "F" => Some("f32"),
            "d" | "D" => Some("f64"),
            _ => None,
        };
        let mut diagnostic = Diagnostic::error(
            &codes::NUMBER_SUFFIX,
            span,
            format!("a number cannot end in `{text}`"),
        )
        .label("not the name of a number type")
        .also(number, "the number")
        .note("the suffixes are `i8 i16 i32 i64 u8 u16 u32 u64 f32 f64`");
        if let Some(close) = close {
            let message = format!("write `{close}`");
            diagnostic = diagnostic.suggest(message, span, close, Applicability::Maybe);
        }
        self.report(diagnostic);
        (None, end)
    }

    fn finish_int(&mut self, start: usize, end: usize, digits: usize, radix: u32) {
        let mut value: u64 = 0;
        let mut overflow = false;
        let mut bad_digit = None;
        let mut count = 0;
        for at in digits..end {
            let byte = self.bytes[at];
            if byte == b'_' {
                continue;
            }
            count += 1;
            let digit = (byte as char).to_digit(16).unwrap_or(0);
            if digit >= radix {
                bad_digit = bad_digit.or(Some(at));
            }
            let next =
                value.checked_mul(u64::from(radix)).and_then(|v| v.checked_add(digit.into()));
            overflow |= next.is_none();
            value = next.unwrap_or(0);
        }
        self.check_underscores(digits, end);
        let (suffix, whole) = self.suffix(start, end);
        let span = self.span(start, end);
        if count == 0 {
            let diagnostic = Diagnostic::error(&codes::NUMBER, span, "this number has no digits")
                .label(format!("expected digits of base {radix} after this"));
            self.report(diagnostic);
        } else if let Some(at) = bad_digit {
            let digit = self.bytes[at] as char;
            let diagnostic = Diagnostic::error(
                &codes::NUMBER,
                self.span(at, at + 1),
                format!("`{digit}` is no digit in base {radix}"),
            )
            .label(format!("the digits of this base are below {radix}"));
            self.report(diagnostic);
            value = 0;
        } else if overflow && !matches!(suffix, Some(NumberSuffix::F32 | NumberSuffix::F64)) {
            let diagnostic =
                Diagnostic::error(&codes::NUMBER_TOO_LARGE, span, "this integer is too large")
                    .label(format!("the largest `u64` is {}", u64::MAX))
                    .note("write it as a float, such as `1e30`, if it need not be exact");
            self.report(diagnostic);
            value = 0;
        }
        if matches!(suffix, Some(NumberSuffix::F32 | NumberSuffix::F64)) {
            if radix != 10 {
                let diagnostic = Diagnostic::error(
                    &codes::NUMBER_SUFFIX,
                    self.span(end, whole),
                    "a float is written in decimal",
                )
                .label(format!("the number has base {radix}"));
                self.report(diagnostic);
                return self.push_number(TokenKind::Float, start, whole, 0, value as f64, suffix);
            }
            let float = self.float_value(start, end);
            return self.push_number(TokenKind::Float, start, whole, 0, float, suffix);
        }
        self.push_number(TokenKind::Int, start, whole, value, 0.0, suffix);
    }

    fn finish_float(&mut self, start: usize, end: usize) {
        self.check_underscores(start, end);
        let (suffix, whole) = self.suffix(start, end);
        if let Some(integer) =
            suffix.filter(|s| !matches!(s, NumberSuffix::F32 | NumberSuffix::F64))
        {
            let name = SUFFIXES.iter().find(|(_, s)| *s == integer).map_or("", |(name, _)| name);
            let diagnostic = Diagnostic::error(
                &codes::NUMBER_SUFFIX,
                self.span(end, whole),
                format!("a number with a fraction cannot be an `{name}`"),
            )
            .label("an integer type")
            .note("the types of floats are `f32` and `f64`");
            self.report(diagnostic);
            let float = self.float_value(start, end);
            return self.push_number(TokenKind::Float, start, whole, 0, float, None);
        }
        let float = self.float_value(start, end);
        self.push_number(TokenKind::Float, start, whole, 0, float, suffix);
    }

    /// The nearest `f64` to the digits between `start` and `end`.
    fn float_value(&mut self, start: usize, end: usize) -> f64 {
        let digits = &self.text[start..end];
        let parsed = if digits.contains('_') {
            digits.replace('_', "").parse::<f64>()
        } else {
            digits.parse::<f64>()
        };
        // What was scanned is a float's grammar once underscores are gone.
        let value = parsed.unwrap_or(0.0);
        if value.is_infinite() {
            let span = self.span(start, end);
            let diagnostic =
                Diagnostic::error(&codes::NUMBER_TOO_LARGE, span, "this float is too large")
                    .label("beyond the largest `f64`, about 1.8e308")
                    .note("infinity is `f64.INF`");
            self.report(diagnostic);
        }
        value
    }

    fn push_number(
        &mut self,
        kind: TokenKind,
        start: usize,
        end: usize,
        int: u64,
        float: f64,
        suffix: Option<NumberSuffix>,
    ) {
        self.pos = end;
        let index = self.tokens.numbers.len() as u32;
        self.tokens.numbers.push(Number { int, float, suffix });
        self.tokens.push(kind, start as u32, end as u32, index);
    }
}
