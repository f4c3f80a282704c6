//! Splitting and trimming.

use super::search::Needle;
use crate::object::{List, Text, TextRef};
use crate::panic;
use crate::processor::find_byte;

#[unsafe(export_name = "rt_str_split")]
extern "C" fn split_text(text: TextRef<'_>, separator: TextRef<'_>) -> List {
    split(text, separator)
}

fn split(text: TextRef<'_>, separator: TextRef<'_>) -> List {
    if separator.len() == 0 {
        panic::fail(&[panic::Part::Text("empty separator")]);
    }
    let bytes = text.bytes();
    let mut parts = List::empty();
    let mut start = 0;
    let needle = Needle::new(separator.bytes());
    while let Some(end) = needle.find(bytes, start) {
        parts.push_text(Text::from_utf8_bytes(&bytes[start..end]));
        start = end + separator.len();
    }
    if start == 0 {
        parts.push_text(text.retain());
    } else {
        parts.push_text(Text::from_utf8_bytes(&bytes[start..]));
    }
    parts
}

#[unsafe(export_name = "rt_str_split_whitespace")]
extern "C" fn split_whitespace(text: TextRef<'_>) -> List {
    let mut parts = List::empty();
    for part in text.as_str().split_whitespace() {
        parts.push_text(Text::new(part));
    }
    parts
}

#[unsafe(export_name = "rt_str_lines")]
extern "C" fn lines(text: TextRef<'_>) -> List {
    let bytes = text.bytes();
    let mut parts = List::empty();
    let mut start = 0;
    while start < bytes.len() {
        let rest = &bytes[start..];
        let end = start + find_byte(rest, b'\n').unwrap_or(rest.len());
        let line = &bytes[start..end];
        let ended = end < bytes.len();
        let line = if ended { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
        parts.push_text(Text::from_utf8_bytes(line));
        start = end + 1;
    }
    parts
}

/// The part that trimming leaves, as the same object if that is everything.
fn trimmed(text: TextRef<'_>, part: &str) -> Text {
    if part.len() == text.len() { text.retain() } else { Text::new(part) }
}

#[unsafe(export_name = "rt_str_trim")]
extern "C" fn trim(text: TextRef<'_>) -> Text {
    trimmed(text, text.as_str().trim())
}

#[unsafe(export_name = "rt_str_trim_start")]
extern "C" fn trim_start(text: TextRef<'_>) -> Text {
    trimmed(text, text.as_str().trim_start())
}

#[unsafe(export_name = "rt_str_trim_end")]
extern "C" fn trim_end(text: TextRef<'_>) -> Text {
    trimmed(text, text.as_str().trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::string::String;
    use std::vec::Vec;

    use super::*;
    use crate::object::static_text;

    fn strings(list: &List) -> Vec<String> {
        list.as_ref().texts().iter().map(|text| text.as_str().into()).collect()
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(
            text in "[ab,\r\n \t\u{a0}\u{3000}é]{0,40}", separator in "[ab,é]{1,2}",
        ) {
            let object = Text::new(&text);
            let t = object.as_ref();
            let s = Text::new(&separator);
            let expected: Vec<&str> = text.split(&separator).collect();
            prop_assert_eq!(strings(&split(t, s.as_ref())), expected);
            let expected: Vec<&str> = text.split_whitespace().collect();
            prop_assert_eq!(strings(&split_whitespace(t)), expected);
            let expected: Vec<&str> = text.lines().collect();
            prop_assert_eq!(strings(&lines(t)), expected);
            prop_assert!(trim(t).as_str() == text.trim());
            prop_assert!(trim_start(t).as_str() == text.trim_start());
            prop_assert!(trim_end(t).as_str() == text.trim_end());
        }
    }

    #[test]
    fn edges() {
        assert_eq!(strings(&split(static_text!(""), static_text!(","))), [""]);
        assert_eq!(strings(&split(static_text!("a,,b"), static_text!(","))), ["a", "", "b"]);
        assert_eq!(strings(&lines(static_text!("a\r\n\nb\r"))), ["a", "", "b\r"]);
        assert_eq!(lines(static_text!("")).len(), 0);
    }

    #[test]
    #[should_panic(expected = "empty separator")]
    fn empty_separator() {
        split(static_text!("a"), static_text!(""));
    }
}
