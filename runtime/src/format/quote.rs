//! Text and characters in quotes, escaped as source would be.

use crate::object::{Text, TextRef};

/// How a character stands in quotes.
enum Escape {
    /// As itself.
    Plain,
    /// A backslash and this letter.
    Letter(u8),
    /// `\u{...}`.
    Code,
}

fn escape(character: char, quote: char) -> Escape {
    match character {
        '\n' => Escape::Letter(b'n'),
        '\t' => Escape::Letter(b't'),
        '\r' => Escape::Letter(b'r'),
        '\0' => Escape::Letter(b'0'),
        '\\' => Escape::Letter(b'\\'),
        _ if character == quote => Escape::Letter(quote as u8),
        // Braces begin an interpolation in `"` only.
        '{' | '}' if quote == '"' => Escape::Letter(character as u8),
        _ if is_invisible(character) => Escape::Code,
        _ => Escape::Plain,
    }
}

/// Control characters, line and paragraph separators, and format characters
/// that change what is seen without being seen.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{feff}')
}

fn push_escaped(out: &mut Text, character: char, quote: char) {
    match escape(character, quote) {
        Escape::Plain => out.push_char(character),
        Escape::Letter(letter) => out.push_ascii(&[b'\\', letter]),
        Escape::Code => {
            out.push_ascii(b"\\u{");
            let code = character as u32;
            let digits = (code | 1).ilog2() / 4 + 1;
            for at in (0..digits).rev() {
                out.push_ascii(&[b"0123456789abcdef"[(code >> (4 * at)) as usize & 15]]);
            }
            out.push_ascii(b"}");
        }
    }
}

#[unsafe(export_name = "rt_show_str_quoted")]
extern "C" fn show_str_quoted(out: &mut Text, text: TextRef<'_>) {
    // The text may be the one that is appended to, and that may move.
    let keep = text.retain();
    let text = keep.as_str();
    out.reserve(text.len() + 2);
    out.push_ascii(b"\"");
    let mut plain = 0;
    for (at, character) in text.char_indices() {
        if !matches!(escape(character, '"'), Escape::Plain) {
            out.push_str(&text[plain..at]);
            push_escaped(out, character, '"');
            plain = at + character.len_utf8();
        }
    }
    out.push_str(&text[plain..]);
    out.push_ascii(b"\"");
}

#[unsafe(export_name = "rt_show_char_quoted")]
extern "C" fn show_char_quoted(out: &mut Text, character: char) {
    out.push_ascii(b"'");
    push_escaped(out, character, '\'');
    out.push_ascii(b"'");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text() {
        let mut out = Text::new("a: ");
        let text = Text::new("tab\t\"q\" 'é' {x} \\ \0\r\n\u{1b}\u{200b}\u{10ffff}");
        show_str_quoted(&mut out, text.as_ref());
        assert_eq!(
            out.as_str(),
            "a: \"tab\\t\\\"q\\\" 'é' \\{x\\} \\\\ \\0\\r\\n\\u{1b}\\u{200b}\u{10ffff}\""
        );
        let mut empty = Text::empty();
        show_str_quoted(&mut empty, Text::empty().as_ref());
        assert_eq!(empty.as_str(), "\"\"");
    }

    #[test]
    fn characters() {
        let mut out = Text::empty();
        for character in ['a', '\'', '"', '{', '\n', '\u{7f}'] {
            show_char_quoted(&mut out, character);
        }
        assert_eq!(out.as_str(), "'a''\\'''\"''{''\\n''\\u{7f}'");
    }
}
