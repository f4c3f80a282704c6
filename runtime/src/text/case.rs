//! Upper and lower case of whole texts.

use crate::object::{Text, TextRef};

/// ASCII, which most text is, needs no tables and keeps its length.
fn map_ascii(text: TextRef<'_>, map: impl Fn(&u8) -> u8) -> Text {
    let bytes = text.bytes();
    let mut mapped = Text::with_capacity(bytes.len());
    if let Some(spare) = mapped_spare(&mut mapped, bytes.len()) {
        for (to, from) in spare.iter_mut().zip(bytes) {
            to.write(map(from));
        }
        // SAFETY: so many bytes were written, and ASCII maps to ASCII.
        unsafe { mapped.set_len(bytes.len()) };
    }
    mapped
}

/// The room for so many bytes; none if nothing is to be written.
fn mapped_spare(text: &mut Text, len: usize) -> Option<&mut [core::mem::MaybeUninit<u8>]> {
    if len == 0 { None } else { text.spare().get_mut(..len) }
}

#[unsafe(export_name = "rt_str_upper")]
extern "C" fn upper(text: TextRef<'_>) -> Text {
    if text.bytes().is_ascii() {
        return map_ascii(text, u8::to_ascii_uppercase);
    }
    let mut mapped = Text::with_capacity(text.len());
    for character in text.as_str().chars() {
        for upper in character.to_uppercase() {
            mapped.push_char(upper);
        }
    }
    mapped
}

/// `alloc` has the one rule that depends on neighbours: a final sigma.
#[unsafe(export_name = "rt_str_lower")]
extern "C" fn lower(text: TextRef<'_>) -> Text {
    if text.bytes().is_ascii() {
        return map_ascii(text, u8::to_ascii_lowercase);
    }
    Text::new(&text.as_str().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_mappings() {
        let upper_of =
            |text: &str| std::string::String::from(upper(Text::new(text).as_ref()).as_str());
        let lower_of =
            |text: &str| std::string::String::from(lower(Text::new(text).as_ref()).as_str());
        assert_eq!(upper_of(""), "");
        assert_eq!(upper_of("abc XYZ 1"), "ABC XYZ 1");
        assert_eq!(upper_of("straße ŉ ﬁ"), "STRASSE ʼN FI");
        assert_eq!(lower_of("ABC xyz 1"), "abc xyz 1");
        assert_eq!(lower_of("ΟΔΥΣΣΕΥΣ ΑΣ Σ İ"), "οδυσσευς ας σ i̇");
    }
}
