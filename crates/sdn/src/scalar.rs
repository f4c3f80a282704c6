//! Scalars: which words need no quotes, what a word means, quotes and escapes.
//!
//! Reader and writer share these functions, so that what is written without
//! quotes is read as the same text.

use std::borrow::Cow;

use crate::error::Error;
use crate::tree::Kind;

/// What a byte means inside of a word.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    Plain,
    /// Ends the word.
    End,
    /// May be a part of the word or end it.
    Colon,
    Open,
    Close,
    /// The first byte of a character that is not ASCII, or a later one.
    Wide,
    /// Has no place in a word.
    Bad,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Plain; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' | b'\n' | b'\r' | b'\t' | b',' | b'|' => Class::End,
            b':' => Class::Colon,
            b'[' | b'{' => Class::Open,
            b']' | b'}' => Class::Close,
            b'"' | b'\'' | 0..=0x1f | 0x7f => Class::Bad,
            0x80.. => Class::Wide,
            _ => Class::Plain,
        };
        byte += 1;
    }
    classes
};

/// So many brackets may be open inside of a word.
const MAX_OPEN: u32 = 64;

/// Why something is no word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum WordError {
    /// Nothing that a word could begin with.
    Empty,
    /// The character at this offset has no place in a word.
    Bad(usize),
    /// The bracket at this offset is not closed in the word.
    Open(usize),
}

/// Where the word that begins at `from` ends. Brackets inside of a word come in
/// pairs; a closing one without its opening one ends the word.
pub(crate) fn scan_word(text: &str, from: usize) -> Result<usize, WordError> {
    let bytes = text.as_bytes();
    if matches!(bytes.get(from), None | Some(b'#' | b'[' | b'{')) {
        return Err(WordError::Empty);
    }
    let mut at = from;
    let mut wide = false;
    // One bit for each open bracket, the innermost lowest: 1 for `{`.
    let (mut open, mut depth, mut first_open) = (0_u64, 0, from);
    loop {
        let rest = &bytes[at..];
        let plain = rest.iter().position(|byte| CLASSES[usize::from(*byte)] != Class::Plain);
        at += plain.unwrap_or(rest.len());
        let Some(&byte) = bytes.get(at) else { break };
        match CLASSES[usize::from(byte)] {
            Class::Plain | Class::End => break,
            Class::Colon => {
                if separates(bytes, at) {
                    break;
                }
            }
            Class::Open => {
                if depth == 0 {
                    first_open = at;
                }
                if depth == MAX_OPEN {
                    return Err(WordError::Bad(at));
                }
                open = open << 1 | u64::from(byte == b'{');
                depth += 1;
            }
            Class::Close => {
                if depth == 0 {
                    break;
                }
                if (open & 1 == 1) != (byte == b'}') {
                    return Err(WordError::Bad(at));
                }
                open >>= 1;
                depth -= 1;
            }
            Class::Wide => wide = true,
            Class::Bad => return Err(WordError::Bad(at)),
        }
        at += 1;
    }
    if at == from {
        return Err(WordError::Empty);
    }
    if wide {
        let bad = text[from..at].char_indices().find(|(_, c)| is_invisible(*c));
        if let Some((bad, _)) = bad {
            return Err(WordError::Bad(from + bad));
        }
    }
    if depth > 0 { Err(WordError::Open(first_open)) } else { Ok(at) }
}

/// Whether the colon at `at` stands between a name and its value.
fn separates(bytes: &[u8], at: usize) -> bool {
    matches!(
        bytes.get(at + 1),
        None | Some(b' ' | b'\n' | b'\r' | b'\t' | b',' | b']' | b'}' | b'|' | b'"' | b'\'')
    )
}

/// Characters that a reader cannot see, or that change how others are shown.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// What the word means as a value.
pub(crate) fn classify(word: &str) -> Result<Kind, Error> {
    match word.as_bytes() {
        [b'0'..=b'9', ..] | [b'-', b'0'..=b'9', ..] => classify_number(word),
        b"true" => Ok(Kind::True),
        b"false" => Ok(Kind::False),
        b"nil" => Ok(Kind::Nil),
        b"nan" | b"inf" | b"-inf" => Ok(Kind::Float),
        _ => Ok(Kind::Word),
    }
}

/// The length of the run of digits that `bytes` begins with; `_` may stand
/// between two of them.
fn digits(bytes: &[u8], is_digit: impl Fn(&u8) -> bool) -> usize {
    let mut len = 0;
    while let Some(byte) = bytes.get(len) {
        let between = *byte == b'_' && len > 0 && bytes.get(len + 1).is_some_and(&is_digit);
        if !is_digit(byte) && !between {
            break;
        }
        len += 1;
    }
    len
}

/// A word that begins like a number: a number if all of it is one, else text.
fn classify_number(word: &str) -> Result<Kind, Error> {
    let bytes = word.strip_prefix('-').unwrap_or(word).as_bytes();
    let based: Option<fn(&u8) -> bool> = match bytes {
        [b'0', b'x', ..] => Some(u8::is_ascii_hexdigit),
        [b'0', b'o', ..] => Some(|digit| (b'0'..=b'7').contains(digit)),
        [b'0', b'b', ..] => Some(|digit| (b'0'..=b'1').contains(digit)),
        _ => None,
    };
    if let Some(is_digit) = based {
        let len = digits(&bytes[2..], is_digit);
        if len == 0 || 2 + len < bytes.len() {
            return Ok(Kind::Word);
        }
        return check_integer(word);
    }
    let whole = digits(bytes, u8::is_ascii_digit);
    if whole > 1 && bytes[0] == b'0' {
        return Ok(Kind::Word);
    }
    let mut at = whole;
    if bytes.get(at) == Some(&b'.') {
        let len = digits(&bytes[at + 1..], u8::is_ascii_digit);
        if len == 0 {
            return Ok(Kind::Word);
        }
        at += 1 + len;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let len = digits(&bytes[at + 1 + sign..], u8::is_ascii_digit);
        if len == 0 {
            return Ok(Kind::Word);
        }
        at += 1 + sign + len;
    }
    if at < bytes.len() {
        return Ok(Kind::Word);
    }
    if at == whole {
        return check_integer(word);
    }
    if parse_float(word).is_infinite() {
        let hint = "the largest is about 1.8e308; `inf` is infinity, and text stands in quotes";
        return Err(Error::new(format!("`{word}` is too large for a float")).with_hint(hint));
    }
    Ok(Kind::Float)
}

/// Words of up to so many bytes fit into an `i128` without a look: 31 hexadecimal
/// digits or 38 decimal ones always do.
const SURELY_FITS: usize = 31;

fn check_integer(word: &str) -> Result<Kind, Error> {
    if word.len() <= SURELY_FITS || parse_integer(word).is_some() {
        return Ok(Kind::Integer);
    }
    Err(Error::new("the integer does not fit into 128 bits").with_hint("text stands in quotes"))
}

/// The value of a word that is an integer; none if it does not fit.
pub(crate) fn parse_integer(word: &str) -> Option<i128> {
    if word.len() <= 18
        && let Ok(number) = word.parse::<i64>()
    {
        // Short, decimal and without underscores, as most are.
        return Some(number.into());
    }
    let without = without_underscores(word);
    let (sign, rest) = match without.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", &*without),
    };
    let radix = match rest.get(..2) {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ => return without.parse().ok(),
    };
    i128::from_str_radix(&format!("{sign}{}", &rest[2..]), radix).ok()
}

/// The value of a word that is a float or an integer.
pub(crate) fn parse_float(word: &str) -> f64 {
    // Not a number is what no word is that was found to be a float.
    without_underscores(word).parse().unwrap_or(f64::NAN)
}

/// The same, rounded once.
pub(crate) fn parse_float32(word: &str) -> f32 {
    without_underscores(word).parse().unwrap_or(f32::NAN)
}

fn without_underscores(word: &str) -> Cow<'_, str> {
    if word.as_bytes().contains(&b'_') { word.replace('_', "").into() } else { word.into() }
}

/// Whether `text` is read as this text without quotes, where a value stands.
pub(crate) fn is_bare_value(text: &str) -> bool {
    is_bare_name(text) && matches!(classify(text), Ok(Kind::Word))
}

/// The same where a name stands: numbers mean nothing there.
pub(crate) fn is_bare_name(text: &str) -> bool {
    text != "-" && scan_word(text, 0) == Ok(text.len())
}

/// Writes `text` in quotes.
pub(crate) fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            c if is_invisible(c) => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// The character of the escape that begins with the backslash at the start of
/// `text`, and the escape's length; none if there is no such escape.
pub(crate) fn escape(text: &str) -> Option<(char, usize)> {
    let c = match text.as_bytes().get(1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'0' => '\0',
        byte @ (b'\\' | b'"' | b'{' | b'}') => char::from(*byte),
        b'u' => {
            let digits = text.get(2..)?.strip_prefix('{')?;
            let len = digits.bytes().take_while(u8::is_ascii_hexdigit).take(7).count();
            let valid = (1..=6).contains(&len) && digits[len..].starts_with('}');
            let code = valid.then(|| u32::from_str_radix(&digits[..len], 16).ok())??;
            return Some((char::from_u32(code)?, len + 4));
        }
        _ => return None,
    };
    Some((c, 2))
}

/// What stands for itself and for escapes in `text`, which holds no wrong ones.
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, len) = escape(rest).unwrap_or(('\\', 1));
        out.push(c);
        rest = &rest[len..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_programs_need_no_quotes() {
        for word in [
            "app.main",
            "geo::List[i64]#3",
            "geo::Map[str,i64]",
            "_ZN4core3fmt9Formatter9write_str17h0123456789abcdefE",
            "_ZN5boost6system14error_category12std_categoryD0Ev",
            "_RNvMsr_NtCs3ssYzQotkvD_3std4pathNtB5_7PathBuf3new",
            "core::ptr::drop_in_place<alloc::string::String>",
            "a::{closure#0}",
            "?foo@@YAXH@Z",
            "operator()",
            "src/main.spl",
            "C:\\Windows",
            "0.1.0",
            "2026-01-31",
            "10:30",
            "x86_64-unknown-linux-gnu",
            "-O2",
            "größe",
            "..",
        ] {
            let plain = !word.contains(',');
            assert_eq!(is_bare_value(word), plain, "{word}");
        }
    }

    #[test]
    fn what_would_be_read_as_something_else_needs_quotes() {
        for text in [
            "",
            "-",
            "true",
            "false",
            "nil",
            "nan",
            "inf",
            "-inf",
            "1",
            "-1",
            "1.5",
            "1e5",
            "0x1f",
            "1_000",
            "a b",
            "a,b",
            "a:",
            "a: b",
            "#a",
            "[a",
            "a]",
            "a[",
            "{a}",
            "a[}",
            "\"",
            "it's",
            "a|b",
            "a\tb",
            "a\nb",
            "a\u{a0}b",
            "\u{feff}a",
            "a\u{202e}b",
        ] {
            assert!(!is_bare_value(text), "{text:?}");
        }
        for name in ["true", "1", "1.5", "nan"] {
            assert!(is_bare_name(name), "{name}");
        }
    }

    #[test]
    fn numbers() {
        for (word, kind) in [
            ("0", Kind::Integer),
            ("-0", Kind::Integer),
            ("18446744073709551615", Kind::Integer),
            ("-9223372036854775808", Kind::Integer),
            ("170141183460469231731687303715884105727", Kind::Integer),
            ("0xff", Kind::Integer),
            ("-0b1_0", Kind::Integer),
            ("1_000", Kind::Integer),
            ("1.0", Kind::Float),
            ("-1.5e-3", Kind::Float),
            ("1e+16", Kind::Float),
            ("1e5", Kind::Float),
            ("007", Kind::Word),
            ("1__0", Kind::Word),
            ("1_", Kind::Word),
            ("1.", Kind::Word),
            (".5", Kind::Word),
            ("+5", Kind::Word),
            ("1e", Kind::Word),
            ("0x", Kind::Word),
            ("0b2", Kind::Word),
            ("4096B", Kind::Word),
            ("1.2.3", Kind::Word),
        ] {
            assert_eq!(classify(word).as_ref(), Ok(&kind), "{word}");
        }
        assert!(classify("170141183460469231731687303715884105728").is_err());
        assert!(classify("1e999").is_err());
        assert_eq!(parse_integer("0xff"), Some(255));
        assert_eq!(parse_integer("-0x8000_0000_0000_0000"), Some(i64::MIN.into()));
        assert_eq!(parse_integer("18446744073709551615"), Some(u64::MAX.into()));
        assert_eq!(parse_float("1_0.5"), 10.5);
    }

    #[test]
    fn escapes() {
        let text = "a\"\\\n\r\t\0{}\u{7f}\u{1F600}é\u{202e}";
        let mut quoted = String::new();
        quote(&mut quoted, text);
        assert_eq!(quoted, "\"a\\\"\\\\\\n\\r\\t\\0{}\\u{7f}😀é\\u{202e}\"");
        assert_eq!(unescape(&quoted[1..quoted.len() - 1]), text);
        assert_eq!(escape("\\u{1F600}"), Some(('😀', 9)));
        assert_eq!(escape("\\{"), Some(('{', 2)));
        for wrong in ["\\", "\\x", "\\u", "\\u{}", "\\u{d800}", "\\u{110000}", "\\u{1", "\\uß"] {
            assert_eq!(escape(wrong), None, "{wrong}");
        }
    }
}
