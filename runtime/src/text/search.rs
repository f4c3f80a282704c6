//! Finding and replacing.

use memchr::memmem;

use crate::object::{Text, TextRef};
use crate::processor::find_byte;

/// What is searched for, prepared once for many searches.
#[expect(clippy::large_enum_variant, reason = "lives on the stack, one at a time")]
pub(super) enum Needle<'a> {
    Byte(u8),
    Bytes(memmem::Finder<'a>),
}

impl<'a> Needle<'a> {
    pub(super) fn new(needle: &'a [u8]) -> Self {
        match *needle {
            [byte] => Self::Byte(byte),
            _ => Self::Bytes(memmem::Finder::new(needle)),
        }
    }

    /// The first offset at or after `from`.
    pub(super) fn find(&self, haystack: &[u8], from: usize) -> Option<usize> {
        let rest = haystack.get(from..)?;
        let found = match self {
            Self::Byte(byte) => find_byte(rest, *byte),
            Self::Bytes(finder) => finder.find(rest),
        };
        found.map(|at| from + at)
    }
}

/// The first offset of `needle`, at or after `from`, in a single search.
fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    Needle::new(needle).find(haystack, from)
}

fn offset_or_minus_one(found: Option<usize>) -> i64 {
    found.map_or(-1, |at| at as i64)
}

#[unsafe(export_name = "rt_str_find")]
extern "C" fn find_first(text: TextRef<'_>, needle: TextRef<'_>) -> i64 {
    offset_or_minus_one(find(text.bytes(), needle.bytes(), 0))
}

#[unsafe(export_name = "rt_str_find_from")]
extern "C" fn find_from(text: TextRef<'_>, needle: TextRef<'_>, from: i64) -> i64 {
    let mut from = usize::try_from(from).unwrap_or(0);
    // An empty needle is found at boundaries only.
    while !text.as_str().is_char_boundary(from) && from < text.len() {
        from += 1;
    }
    offset_or_minus_one(find(text.bytes(), needle.bytes(), from))
}

#[unsafe(export_name = "rt_str_rfind")]
extern "C" fn find_last(text: TextRef<'_>, needle: TextRef<'_>) -> i64 {
    offset_or_minus_one(memmem::rfind(text.bytes(), needle.bytes()))
}

#[unsafe(export_name = "rt_str_contains")]
extern "C" fn contains(text: TextRef<'_>, needle: TextRef<'_>) -> bool {
    find(text.bytes(), needle.bytes(), 0).is_some()
}

#[unsafe(export_name = "rt_str_starts_with")]
extern "C" fn starts_with(text: TextRef<'_>, prefix: TextRef<'_>) -> bool {
    text.bytes().starts_with(prefix.bytes())
}

#[unsafe(export_name = "rt_str_ends_with")]
extern "C" fn ends_with(text: TextRef<'_>, suffix: TextRef<'_>) -> bool {
    text.bytes().ends_with(suffix.bytes())
}

#[unsafe(export_name = "rt_str_replace")]
extern "C" fn replace(text: TextRef<'_>, old: TextRef<'_>, new: TextRef<'_>) -> Text {
    if old.len() == 0 {
        return surround(text, new);
    }
    let bytes = text.bytes();
    let needle = Needle::new(old.bytes());
    let Some(mut found) = needle.find(bytes, 0) else { return text.retain() };
    let mut result = Text::with_capacity(bytes.len());
    let mut done = 0;
    loop {
        push_slice(&mut result, text, done, found);
        result.push_text(new);
        done = found + old.len();
        match needle.find(bytes, done) {
            Some(next) => found = next,
            None => break,
        }
    }
    push_slice(&mut result, text, done, bytes.len());
    result
}

/// Appends a part of a text.
fn push_slice(to: &mut Text, text: TextRef<'_>, from: usize, end: usize) {
    let part = &text.bytes()[from..end];
    to.reserve(part.len());
    // SAFETY: there is room; both ends are at matches of whole texts, so at
    // boundaries.
    unsafe { to.push_within_capacity(part) };
}

/// Puts `new` around every character.
fn surround(text: TextRef<'_>, new: TextRef<'_>) -> Text {
    let mut result = Text::with_capacity(text.len());
    result.push_text(new);
    for character in text.as_str().chars() {
        result.push_char(character);
        result.push_text(new);
    }
    result
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::object::static_text;

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(
            text in "[abé]{0,40}", needle in "[abé]{0,3}", new in "[xé]{0,3}", from in 0usize..45,
        ) {
            let (t, n, w) = (Text::new(&text), Text::new(&needle), Text::new(&new));
            let (t, n, w) = (t.as_ref(), n.as_ref(), w.as_ref());
            let expect = |found: Option<usize>| found.map_or(-1, |at| at as i64);
            prop_assert_eq!(find_first(t, n), expect(text.find(&needle)));
            prop_assert_eq!(find_last(t, n), expect(text.rfind(&needle)));
            prop_assert_eq!(contains(t, n), text.contains(&needle));
            prop_assert_eq!(starts_with(t, n), text.starts_with(&needle));
            prop_assert_eq!(ends_with(t, n), text.ends_with(&needle));
            let replaced = replace(t, n, w);
            prop_assert_eq!(replaced.as_str(), text.replace(&needle, &new));
            let first = (from..=text.len())
                .find(|&at| text.is_char_boundary(at) && text[at..].starts_with(&needle));
            prop_assert_eq!(find_from(t, n, from as i64), expect(first));
        }
    }

    #[test]
    fn nothing_to_replace_is_the_same_object() {
        let text = static_text!("abc");
        let same = replace(text, static_text!("x"), static_text!("y"));
        assert_eq!(same.as_ref().address(), text.address());
    }
}
