//! Characters that look like others, from word processors and web pages.

/// The ASCII text that `character` is often typed or pasted for, and what the
/// character is called.
pub(super) fn lookalike(character: char) -> Option<(&'static str, &'static str)> {
    Some(match character {
        '\u{a0}' => (" ", "a no-break space"),
        '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{1680}' => {
            (" ", "a wide or narrow space")
        }
        '\u{200b}' | '\u{2060}' | '\u{feff}' => ("", "a space of no width"),
        '\u{200c}' | '\u{200d}' => ("", "an invisible joiner"),
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            ("", "an invisible mark for the direction of writing")
        }
        '\u{0c}' => (" ", "a form feed"),
        '\u{0b}' => (" ", "a vertical tab"),
        '\u{85}' | '\u{2028}' | '\u{2029}' => ("\n", "a line separator other than a line feed"),
        '“' | '”' | '„' | '‟' | '«' | '»' | '＂' | '″' => {
            ("\"", "a typographic quotation mark")
        }
        '‘' | '’' | '‚' | '‛' | '＇' | '′' | '´' => ("'", "a typographic apostrophe"),
        '–' | '—' | '‐' | '‑' | '−' | '－' => ("-", "a dash"),
        '×' | '✕' | '∗' | '·' | '＊' => ("*", "a multiplication sign"),
        '÷' | '∕' | '／' => ("/", "a division sign"),
        '≤' | '⩽' => ("<=", "a less-or-equal sign"),
        '≥' | '⩾' => (">=", "a greater-or-equal sign"),
        '≠' => ("!=", "a not-equal sign"),
        '＝' => ("=", "a wide equals sign"),
        '＋' => ("+", "a wide plus sign"),
        '→' | '⟶' | '⇒' => ("->", "an arrow"),
        '…' => ("..", "an ellipsis"),
        '（' => ("(", "a wide parenthesis"),
        '）' => (")", "a wide parenthesis"),
        '［' => ("[", "a wide bracket"),
        '］' => ("]", "a wide bracket"),
        '｛' => ("{", "a wide brace"),
        '｝' => ("}", "a wide brace"),
        '：' => (":", "a wide colon"),
        '，' | '、' => (",", "a wide comma"),
        '；' | '\u{37e}' => (";", "a character that looks like a semicolon"),
        '．' | '。' => (".", "a wide full stop"),
        '＜' => ("<", "a wide less-than sign"),
        '＞' => (">", "a wide greater-than sign"),
        '！' => ("!", "a wide exclamation mark"),
        '？' => ("?", "a wide question mark"),
        '＃' => ("#", "a wide number sign"),
        '＼' => ("\\", "a wide backslash"),
        '∧' => ("and", "a logical and"),
        '∨' => ("or", "a logical or"),
        '¬' => ("not", "a logical not"),
        '∈' => ("in", "an element-of sign"),
        _ => return None,
    })
}
