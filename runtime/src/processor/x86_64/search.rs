//! Finding a byte.

use memchr::arch::x86_64::sse2::memchr::One;

/// The first offset of a byte. SSE2, which all processors have, is asked for by
/// name: the crate's own choice goes through a writable function pointer, which
/// costs a program a page.
#[inline]
pub(crate) fn find_byte(bytes: &[u8], wanted: u8) -> Option<usize> {
    match One::new(wanted) {
        Some(searcher) => searcher.find(bytes),
        // Not reached on this architecture.
        None => bytes.iter().position(|&byte| byte == wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_of_several() {
        let mut bytes = [b'a'; 300];
        assert_eq!(find_byte(&bytes, b'x'), None);
        for at in (0..300).rev() {
            bytes[at] = b'x';
            assert_eq!(find_byte(&bytes, b'x'), Some(at));
            assert_eq!(find_byte(&bytes[at..], b'x'), Some(0));
        }
        assert_eq!(find_byte(&[], b'x'), None);
    }
}
