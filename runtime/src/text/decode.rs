//! Characters of a text, one after the other.

use crate::object::TextRef;

/// Code point and length of the character that begins with `bytes`, which are
/// not empty.
#[inline]
fn decode(bytes: &[u8]) -> (u32, usize) {
    let first = u32::from(bytes[0]);
    // SAFETY: text objects hold UTF-8, so the bytes that the first one
    // announces follow.
    let continuation = |at: usize| u32::from(unsafe { *bytes.get_unchecked(at) }) & 0x3f;
    if first < 0x80 {
        (first, 1)
    } else if first < 0xe0 {
        ((first & 0x1f) << 6 | continuation(1), 2)
    } else if first < 0xf0 {
        ((first & 0x0f) << 12 | continuation(1) << 6 | continuation(2), 3)
    } else {
        let high = (first & 0x07) << 18 | continuation(1) << 12;
        (high | continuation(2) << 6 | continuation(3), 4)
    }
}

#[unsafe(export_name = "rt_str_next_char")]
extern "C" fn next_char(text: TextRef<'_>, offset: &mut i64) -> i32 {
    let rest = usize::try_from(*offset).ok().and_then(|at| text.bytes().get(at..));
    match rest {
        None | Some([]) => -1,
        Some(rest) => {
            let (character, len) = decode(rest);
            *offset += len as i64;
            character as i32
        }
    }
}

#[unsafe(export_name = "rt_str_prev_char")]
extern "C" fn previous_char(text: TextRef<'_>, offset: &mut i64) -> i32 {
    let bytes = text.bytes();
    let mut at = usize::try_from(*offset).unwrap_or(0).min(bytes.len());
    if at == 0 {
        return -1;
    }
    at -= 1;
    while at > 0 && bytes[at] & 0xc0 == 0x80 {
        at -= 1;
    }
    *offset = at as i64;
    decode(&bytes[at..]).0 as i32
}

#[unsafe(export_name = "rt_str_char_count")]
extern "C" fn char_count(text: TextRef<'_>) -> i64 {
    text.as_str().chars().count() as i64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::string::String;

    use super::*;
    use crate::object::Text;

    proptest! {
        #[test]
        fn forwards_and_backwards(text: String) {
            let object = Text::new(&text);
            prop_assert_eq!(char_count(object.as_ref()), text.chars().count() as i64);
            let mut offset = 0;
            for (at, character) in text.char_indices() {
                prop_assert_eq!(offset, at as i64);
                prop_assert_eq!(next_char(object.as_ref(), &mut offset), character as i32);
            }
            prop_assert_eq!(next_char(object.as_ref(), &mut offset), -1);
            prop_assert_eq!(offset, text.len() as i64);
            for (at, character) in text.char_indices().rev() {
                prop_assert_eq!(previous_char(object.as_ref(), &mut offset), character as i32);
                prop_assert_eq!(offset, at as i64);
            }
            prop_assert_eq!(previous_char(object.as_ref(), &mut offset), -1);
        }
    }

    #[test]
    fn offsets_outside_are_the_end() {
        let text = Text::new("a");
        for mut offset in [-1, 1, 2, i64::MAX, i64::MIN] {
            assert_eq!(next_char(text.as_ref(), &mut offset), -1);
        }
        assert_eq!(previous_char(text.as_ref(), &mut -1), -1);
        assert_eq!(previous_char(text.as_ref(), &mut 9), i32::from(b'a'));
    }
}
