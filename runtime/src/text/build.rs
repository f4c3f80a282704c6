//! Text that is made, joined and grown.

use crate::object::{List, ListRef, Text, TextRef};
use crate::panic;

#[unsafe(export_name = "rt_str_with_capacity")]
extern "C" fn with_capacity(cap: i64) -> Text {
    Text::with_capacity(usize::try_from(cap).unwrap_or(0))
}

#[unsafe(export_name = "rt_str_from_char")]
extern "C" fn from_char(character: char) -> Text {
    Text::new(character.encode_utf8(&mut [0; 4]))
}

#[unsafe(export_name = "rt_str_concat")]
extern "C" fn concat(left: TextRef<'_>, right: TextRef<'_>) -> Text {
    if left.len() == 0 {
        return right.retain();
    }
    if right.len() == 0 {
        return left.retain();
    }
    let mut text = Text::with_capacity(left.len() + right.len());
    // SAFETY: there is room for both.
    unsafe {
        text.push_within_capacity(left.bytes());
        text.push_within_capacity(right.bytes());
    }
    text
}

#[unsafe(export_name = "rt_str_append")]
extern "C" fn append(slot: &mut Text, other: TextRef<'_>) {
    slot.push_text(other);
}

#[unsafe(export_name = "rt_str_append_char")]
extern "C" fn append_char(slot: &mut Text, character: char) {
    slot.push_char(character);
}

#[unsafe(export_name = "rt_str_reserve")]
extern "C" fn reserve(slot: &mut Text, additional: i64) {
    slot.reserve(usize::try_from(additional).unwrap_or(0));
}

#[unsafe(export_name = "rt_str_unshare")]
extern "C" fn unshare(slot: &mut Text) {
    // The empty text has nothing that could be changed in place.
    if slot.len() > 0 {
        slot.reserve(0);
    }
}

#[unsafe(export_name = "rt_str_repeat")]
extern "C" fn repeat_text(text: TextRef<'_>, times: i64) -> Text {
    repeat(text, times)
}

fn repeat(text: TextRef<'_>, times: i64) -> Text {
    let times = count_or_panic(times);
    let mut repeated = Text::with_capacity(text.len().saturating_mul(times));
    if text.len() > 0 {
        for _ in 0..times {
            // SAFETY: there is room for all repetitions.
            unsafe { repeated.push_within_capacity(text.bytes()) };
        }
    }
    repeated
}

/// A count that the program gave.
pub(super) fn count_or_panic(count: i64) -> usize {
    usize::try_from(count).unwrap_or_else(|_| panic::negative_count(count))
}

#[unsafe(export_name = "rt_str_join")]
extern "C" fn join(parts: ListRef<'_>, separator: TextRef<'_>) -> Text {
    let parts = parts.texts();
    let Some((first, rest)) = parts.split_first() else { return Text::empty() };
    if rest.is_empty() {
        return first.retain();
    }
    let bytes: usize = parts.iter().map(|part| part.len()).sum();
    let mut text = Text::with_capacity(bytes + separator.len() * rest.len());
    // SAFETY: there is room for all.
    unsafe {
        text.push_within_capacity(first.bytes());
        for part in rest {
            text.push_within_capacity(separator.bytes());
            text.push_within_capacity(part.bytes());
        }
    }
    text
}

#[unsafe(export_name = "rt_str_pad_left")]
extern "C" fn pad_left(text: TextRef<'_>, width: i64, fill: char) -> Text {
    pad(text, width, fill, true)
}

#[unsafe(export_name = "rt_str_pad_right")]
extern "C" fn pad_right(text: TextRef<'_>, width: i64, fill: char) -> Text {
    pad(text, width, fill, false)
}

fn pad(text: TextRef<'_>, width: i64, fill: char, left: bool) -> Text {
    let missing = count_or_panic(width).saturating_sub(text.as_str().chars().count());
    if missing == 0 {
        return text.retain();
    }
    let fill_bytes = missing.saturating_mul(fill.len_utf8());
    let mut padded = Text::with_capacity(text.len().saturating_add(fill_bytes));
    if left {
        padded.push_repeated(fill, missing);
    }
    padded.push_text(text);
    if !left {
        padded.push_repeated(fill, missing);
    }
    padded
}

#[unsafe(export_name = "rt_str_bytes")]
extern "C" fn bytes(text: TextRef<'_>) -> List {
    List::from_bytes(text.bytes())
}

#[unsafe(export_name = "rt_str_from_utf8")]
extern "C" fn from_utf8(bytes: ListRef<'_>, out: &mut Text) -> bool {
    match core::str::from_utf8(bytes.bytes()) {
        Ok(text) => {
            *out = Text::new(text);
            true
        }
        Err(_) => false,
    }
}

#[unsafe(export_name = "rt_str_from_utf8_lossy")]
extern "C" fn from_utf8_lossy(bytes: ListRef<'_>) -> Text {
    lossy(bytes.bytes())
}

/// A text of bytes that may not be UTF-8: U+FFFD stands for what is not.
pub(crate) fn lossy(bytes: &[u8]) -> Text {
    let mut text = Text::with_capacity(bytes.len());
    push_lossy(&mut text, bytes);
    text
}

/// Appends bytes that may not be UTF-8: U+FFFD stands for what is not.
pub(crate) fn push_lossy(text: &mut Text, bytes: &[u8]) {
    if let Ok(valid) = core::str::from_utf8(bytes) {
        text.push_str(valid);
        return;
    }
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push_char(char::REPLACEMENT_CHARACTER);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::static_text;

    #[test]
    fn concatenation() {
        let (a, b) = (Text::new("ab"), Text::new("cdé"));
        assert_eq!(concat(a.as_ref(), b.as_ref()).as_str(), "abcdé");
        let same = concat(a.as_ref(), Text::empty().as_ref());
        assert_eq!(same.as_ref().address(), a.as_ref().address());
        assert_eq!(concat(Text::empty().as_ref(), Text::empty().as_ref()).as_str(), "");
    }

    #[test]
    fn appending_changes_a_unique_text_in_place_only() {
        let mut text = Text::new("x");
        let before = text.as_ref().retain();
        append(&mut text, static_text!("yz"));
        assert_eq!((text.as_str(), before.as_str()), ("xyz", "x"));
        let place = text.as_ref().address();
        append(&mut text, static_text!("!"));
        assert_eq!(text.as_ref().address(), place, "there was room");
        let mut from_static = static_text!("static").retain();
        append(&mut from_static, static_text!("ally"));
        assert_eq!(from_static.as_str(), "statically");
        append_char(&mut from_static, '€');
        assert_eq!(from_static.as_str(), "statically€");
    }

    #[test]
    fn appending_a_text_to_itself() {
        let mut text = Text::new("0123456789012345678901234567890123456789");
        for _ in 0..12 {
            let doubled = text.as_str().repeat(2);
            // The same object with one reference, as a slot and as an argument.
            // SAFETY: the object is alive; a slot may hold the argument.
            let other = unsafe { core::mem::transmute::<TextRef<'_>, TextRef<'_>>(text.as_ref()) };
            append(&mut text, other);
            assert_eq!(text.as_str(), doubled);
        }
    }

    #[test]
    fn growth_is_amortised() {
        let mut text = Text::empty();
        let mut moves = 0;
        for _ in 0..1_000_000 {
            moves += usize::from(!text.has_room(1));
            text.push_ascii(b"x");
        }
        assert_eq!(text.len(), 1_000_000);
        assert!(moves < 30, "{moves}");
    }

    #[test]
    fn repeating() {
        assert_eq!(repeat(static_text!("ab"), 3).as_str(), "ababab");
        assert_eq!(repeat(static_text!("ab"), 0).as_str(), "");
        assert_eq!(repeat(static_text!(""), i64::MAX).as_str(), "");
    }

    #[test]
    #[should_panic(expected = "negative count -1")]
    fn repeating_less_than_never() {
        repeat(static_text!("ab"), -1);
    }

    #[test]
    #[should_panic(expected = "out of memory")]
    fn repeating_too_often() {
        repeat(static_text!("ab"), i64::MAX);
    }

    #[test]
    fn joining() {
        let mut parts = List::empty();
        assert_eq!(join(parts.as_ref(), static_text!(", ")).as_str(), "");
        parts.push_text(Text::new("a"));
        assert_eq!(join(parts.as_ref(), static_text!(", ")).as_str(), "a");
        parts.push_text(Text::new(""));
        parts.push_text(Text::new("c"));
        assert_eq!(join(parts.as_ref(), static_text!(", ")).as_str(), "a, , c");
    }

    #[test]
    fn padding_counts_characters() {
        assert_eq!(pad_left(static_text!("é"), 3, '·').as_str(), "··é");
        assert_eq!(pad_right(static_text!("é"), 3, ' ').as_str(), "é  ");
        let text = static_text!("long");
        assert_eq!(pad_left(text, 3, ' ').as_ref().address(), text.address());
    }

    #[test]
    fn bytes_and_back() {
        let list = bytes(static_text!("aé"));
        assert_eq!(list.as_ref().bytes(), "aé".as_bytes());
        let mut out = Text::new("before");
        assert!(from_utf8(list.as_ref(), &mut out));
        assert_eq!(out.as_str(), "aé");
        let bad = List::from_bytes(b"a\xff\xe2\x82b");
        assert!(!from_utf8(bad.as_ref(), &mut out));
        assert_eq!(out.as_str(), "aé");
        assert_eq!(from_utf8_lossy(bad.as_ref()).as_str(), "a\u{fffd}\u{fffd}b");
    }
}
