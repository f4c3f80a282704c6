//! Equality, order, hashing and slices.

use core::cmp::Ordering;

use crate::object::{Text, TextRef};
use crate::panic;

#[unsafe(export_name = "rt_str_eq")]
extern "C" fn equal(left: TextRef<'_>, right: TextRef<'_>) -> bool {
    // Often it is the same object: keys, literals.
    left.address() == right.address() || left.bytes() == right.bytes()
}

/// UTF-8 sorts as code points do.
#[unsafe(export_name = "rt_str_cmp")]
extern "C" fn compare(left: TextRef<'_>, right: TextRef<'_>) -> i64 {
    match left.bytes().cmp(right.bytes()) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}

#[unsafe(export_name = "rt_str_hash")]
extern "C" fn hash(text: TextRef<'_>) -> u64 {
    crate::hash::hash_bytes(text.bytes())
}

/// Whether a character begins or the text ends at an offset.
#[inline]
fn is_boundary(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        // Continuation bytes are 0x80 to 0xbf.
        Some(&byte) => byte as i8 >= -0x40,
        None => at == bytes.len(),
    }
}

#[unsafe(export_name = "rt_str_is_boundary")]
extern "C" fn is_boundary_at(text: TextRef<'_>, at: i64) -> bool {
    usize::try_from(at).is_ok_and(|at| is_boundary(text.bytes(), at))
}

#[unsafe(export_name = "rt_str_slice")]
extern "C" fn slice_text(text: TextRef<'_>, lo: i64, hi: i64) -> Text {
    slice(text, lo, hi)
}

/// The text from one byte offset to another.
fn slice(text: TextRef<'_>, lo: i64, hi: i64) -> Text {
    let bytes = text.bytes();
    if lo < 0 || lo > hi || hi as usize > bytes.len() {
        panic::slice_out_of_range(lo, hi, bytes.len());
    }
    let (from, to) = (lo as usize, hi as usize);
    for at in [from, to] {
        if !is_boundary(bytes, at) {
            panic::inside_character(at, text);
        }
    }
    if to - from == bytes.len() {
        return text.retain();
    }
    Text::from_utf8_bytes(&bytes[from..to])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::static_text;

    #[test]
    fn order_is_by_code_point() {
        let texts = ["", "a", "ab", "b", "é", "€", "\u{ffff}", "\u{10000}"].map(Text::new);
        for (i, a) in texts.iter().enumerate() {
            for (j, b) in texts.iter().enumerate() {
                assert_eq!(compare(a.as_ref(), b.as_ref()), (i as i64 - j as i64).signum());
                assert_eq!(equal(a.as_ref(), b.as_ref()), i == j);
            }
        }
    }

    #[test]
    fn slices() {
        let text = static_text!("aé€");
        assert_eq!(slice(text, 0, 1).as_str(), "a");
        assert_eq!(slice(text, 1, 3).as_str(), "é");
        assert_eq!(slice(text, 6, 6).as_str(), "");
        assert_eq!(slice(text, 0, 6).as_ref().address(), text.address());
        let boundaries: std::vec::Vec<i64> =
            (-1..8).filter(|&at| is_boundary_at(text, at)).collect();
        assert_eq!(boundaries, [0, 1, 3, 6]);
    }

    #[test]
    #[should_panic(expected = "offset 2 is inside the character 'é' (bytes 1..3)")]
    fn slice_off_a_boundary() {
        slice(static_text!("aé€"), 2, 6);
    }

    #[test]
    #[should_panic(expected = "range 2..7 out of range for length 6")]
    fn slice_too_long() {
        slice(static_text!("aé€"), 2, 7);
    }

    #[test]
    #[should_panic(expected = "range 3..1 ends before it starts")]
    fn slice_backwards() {
        slice(static_text!("aé€"), 3, 1);
    }

    #[test]
    #[should_panic(expected = "range -1..1 out of range for length 6")]
    fn slice_from_below_zero() {
        slice(static_text!("aé€"), -1, 1);
    }
}
