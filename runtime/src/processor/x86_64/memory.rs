//! `memcpy`, `memmove`, `memset`, `memcmp` and `bcmp`, which compiled code calls.
//!
//! Small blocks go through overlapping moves of 16 bytes without a loop, as most
//! text and objects are small; long ones through the processor's string
//! instructions, which are fastest from about a kilobyte on (Intel Optimization
//! Reference Manual, 3.7.6). The loops hide behind `asm!`, or the compiler would
//! recognise them and replace them by a call of the function itself.

use core::arch::asm;
use core::arch::x86_64::{
    __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_set1_epi8, _mm_storeu_si128,
};

/// From this size on `rep movsb` and `rep stosb` are used.
const STRING_INSTRUCTION_MIN: usize = 1024;

#[inline(always)]
unsafe fn load16(from: *const u8) -> __m128i {
    // SAFETY: the caller has 16 bytes there.
    unsafe { _mm_loadu_si128(from.cast()) }
}

#[inline(always)]
unsafe fn store16(to: *mut u8, value: __m128i) {
    // SAFETY: the caller has 16 bytes there.
    unsafe { _mm_storeu_si128(to.cast(), value) };
}

/// Keeps the loop around it from being recognised.
#[inline(always)]
fn opaque() {
    // SAFETY: no instruction at all.
    unsafe { asm!("", options(nostack, preserves_flags)) };
}

/// Up to 64 bytes; everything is read before anything is written, so that the
/// blocks may overlap.
#[inline(always)]
unsafe fn move_short(to: *mut u8, from: *const u8, size: usize) {
    // SAFETY: each branch reads and writes within `size` bytes.
    unsafe {
        if size >= 16 {
            let first = load16(from);
            let last = load16(from.add(size - 16));
            if size > 32 {
                let second = load16(from.add(16));
                let third = load16(from.add(size - 32));
                store16(to.add(16), second);
                store16(to.add(size - 32), third);
            }
            store16(to, first);
            store16(to.add(size - 16), last);
        } else if size >= 8 {
            let first = from.cast::<u64>().read_unaligned();
            let last = from.add(size - 8).cast::<u64>().read_unaligned();
            to.cast::<u64>().write_unaligned(first);
            to.add(size - 8).cast::<u64>().write_unaligned(last);
        } else if size >= 4 {
            let first = from.cast::<u32>().read_unaligned();
            let last = from.add(size - 4).cast::<u32>().read_unaligned();
            to.cast::<u32>().write_unaligned(first);
            to.add(size - 4).cast::<u32>().write_unaligned(last);
        } else if size > 0 {
            let first = from.read();
            let middle = from.add(size / 2).read();
            let last = from.add(size - 1).read();
            to.write(first);
            to.add(size / 2).write(middle);
            to.add(size - 1).write(last);
        }
    }
}

/// More than 64 bytes, from low to high addresses.
#[inline(always)]
unsafe fn move_up_long(to: *mut u8, from: *const u8, size: usize) {
    // SAFETY: the loop stays below `size - 16`, the rest is the last 16 bytes,
    // read before they could be overwritten.
    unsafe {
        let last = load16(from.add(size - 16));
        let mut at = 0;
        while at + 64 <= size {
            opaque();
            let (a, b) = (load16(from.add(at)), load16(from.add(at + 16)));
            let (c, d) = (load16(from.add(at + 32)), load16(from.add(at + 48)));
            store16(to.add(at), a);
            store16(to.add(at + 16), b);
            store16(to.add(at + 32), c);
            store16(to.add(at + 48), d);
            at += 64;
        }
        while at + 16 < size {
            opaque();
            let block = load16(from.add(at));
            store16(to.add(at), block);
            at += 16;
        }
        store16(to.add(size - 16), last);
    }
}

/// More than 64 bytes, from high to low addresses.
#[inline(always)]
unsafe fn move_down_long(to: *mut u8, from: *const u8, size: usize) {
    // SAFETY: the loop stays above 16, the rest is the first 16 bytes, read
    // before they could be overwritten.
    unsafe {
        let first = load16(from);
        let mut left = size;
        while left >= 64 {
            opaque();
            let (a, b) = (load16(from.add(left - 16)), load16(from.add(left - 32)));
            let (c, d) = (load16(from.add(left - 48)), load16(from.add(left - 64)));
            store16(to.add(left - 16), a);
            store16(to.add(left - 32), b);
            store16(to.add(left - 48), c);
            store16(to.add(left - 64), d);
            left -= 64;
        }
        while left > 16 {
            opaque();
            let block = load16(from.add(left - 16));
            store16(to.add(left - 16), block);
            left -= 16;
        }
        store16(to, first);
    }
}

#[cfg_attr(not(test), unsafe(export_name = "memcpy"))]
pub(crate) unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, size: usize) -> *mut u8 {
    // SAFETY: passed on.
    unsafe {
        if size <= 64 {
            move_short(to, from, size);
        } else if size < STRING_INSTRUCTION_MIN {
            move_up_long(to, from, size);
        } else {
            asm!("rep movsb", inout("rcx") size => _, inout("rdi") to => _, inout("rsi") from => _,
                options(nostack, preserves_flags));
        }
    }
    to
}

#[cfg_attr(not(test), unsafe(export_name = "memmove"))]
pub(crate) unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, size: usize) -> *mut u8 {
    // SAFETY: passed on; a copy upwards may read what it has not written yet only.
    unsafe {
        if size <= 64 {
            move_short(to, from, size);
        } else if to.addr().wrapping_sub(from.addr()) >= size {
            // Not into the source's own rest: upwards is right. The string
            // instruction is slow when the blocks are close to each other.
            if size >= STRING_INSTRUCTION_MIN
                && from.addr().wrapping_sub(to.addr()) >= STRING_INSTRUCTION_MIN
            {
                asm!("rep movsb", inout("rcx") size => _, inout("rdi") to => _,
                    inout("rsi") from => _, options(nostack, preserves_flags));
            } else {
                move_up_long(to, from, size);
            }
        } else {
            move_down_long(to, from, size);
        }
    }
    to
}

#[cfg_attr(not(test), unsafe(export_name = "memset"))]
pub(crate) unsafe extern "C" fn memset(to: *mut u8, value: i32, size: usize) -> *mut u8 {
    // SAFETY: each branch writes within `size` bytes.
    unsafe {
        if size >= STRING_INSTRUCTION_MIN {
            asm!("rep stosb", inout("rcx") size => _, inout("rdi") to => _, in("al") value as u8,
                options(nostack, preserves_flags));
        } else if size >= 16 {
            let block = _mm_set1_epi8(value as i8);
            let mut at = 0;
            while at + 16 < size {
                opaque();
                store16(to.add(at), block);
                at += 16;
            }
            store16(to.add(size - 16), block);
        } else {
            let block = u64::from(value as u8).wrapping_mul(0x0101_0101_0101_0101);
            if size >= 8 {
                to.cast::<u64>().write_unaligned(block);
                to.add(size - 8).cast::<u64>().write_unaligned(block);
            } else if size >= 4 {
                to.cast::<u32>().write_unaligned(block as u32);
                to.add(size - 4).cast::<u32>().write_unaligned(block as u32);
            } else if size > 0 {
                to.write(value as u8);
                to.add(size / 2).write(value as u8);
                to.add(size - 1).write(value as u8);
            }
        }
    }
    to
}

/// Difference of the first unequal bytes at `at`, which may be beyond it.
#[inline(always)]
unsafe fn difference(a: *const u8, b: *const u8, mask: u32) -> i32 {
    // SAFETY: the mask has a bit for an unequal byte within the blocks.
    unsafe {
        let at = mask.trailing_zeros() as usize;
        i32::from(a.add(at).read()) - i32::from(b.add(at).read())
    }
}

/// A bit for each of 16 bytes that differs.
#[inline(always)]
unsafe fn unequal16(a: *const u8, b: *const u8) -> u32 {
    // SAFETY: the caller has 16 bytes in both.
    unsafe { !_mm_movemask_epi8(_mm_cmpeq_epi8(load16(a), load16(b))) as u32 & 0xffff }
}

#[cfg_attr(not(test), unsafe(export_name = "memcmp"))]
pub(crate) unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, size: usize) -> i32 {
    // SAFETY: all reads are within `size` bytes of both blocks.
    unsafe {
        if size >= 16 {
            let mut at = 0;
            while at + 16 < size {
                let mask = unequal16(a.add(at), b.add(at));
                if mask != 0 {
                    return difference(a.add(at), b.add(at), mask);
                }
                at += 16;
            }
            let (a, b) = (a.add(size - 16), b.add(size - 16));
            let mask = unequal16(a, b);
            return if mask == 0 { 0 } else { difference(a, b, mask) };
        }
        if size >= 8 {
            let order = compare8(a, b);
            return if order == 0 { compare8(a.add(size - 8), b.add(size - 8)) } else { order };
        }
        let mut at = 0;
        while at < size {
            opaque();
            let order = i32::from(a.add(at).read()) - i32::from(b.add(at).read());
            if order != 0 {
                return order;
            }
            at += 1;
        }
        0
    }
}

#[inline(always)]
unsafe fn compare8(a: *const u8, b: *const u8) -> i32 {
    // SAFETY: the caller has 8 bytes in both.
    let (a, b) = unsafe { (a.cast::<u64>().read_unaligned(), b.cast::<u64>().read_unaligned()) };
    let (a, b) = (a.swap_bytes(), b.swap_bytes());
    i32::from(a > b) - i32::from(a < b)
}

#[cfg_attr(not(test), unsafe(export_name = "bcmp"))]
pub(crate) unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, size: usize) -> i32 {
    // SAFETY: all reads are within `size` bytes of both blocks.
    unsafe {
        if size >= 16 {
            let mut at = 0;
            while at + 16 < size {
                if unequal16(a.add(at), b.add(at)) != 0 {
                    return 1;
                }
                at += 16;
            }
            return i32::from(unequal16(a.add(size - 16), b.add(size - 16)) != 0);
        }
        if size >= 8 {
            let first = read8(a) ^ read8(b);
            let last = read8(a.add(size - 8)) ^ read8(b.add(size - 8));
            return i32::from(first | last != 0);
        }
        if size >= 4 {
            let first = read4(a) ^ read4(b);
            let last = read4(a.add(size - 4)) ^ read4(b.add(size - 4));
            return i32::from(first | last != 0);
        }
        if size == 0 {
            return 0;
        }
        let first = a.read() ^ b.read();
        let middle = a.add(size / 2).read() ^ b.add(size / 2).read();
        let last = a.add(size - 1).read() ^ b.add(size - 1).read();
        i32::from(first | middle | last != 0)
    }
}

#[inline(always)]
unsafe fn read8(from: *const u8) -> u64 {
    // SAFETY: the caller has 8 bytes there.
    unsafe { from.cast::<u64>().read_unaligned() }
}

#[inline(always)]
unsafe fn read4(from: *const u8) -> u32 {
    // SAFETY: the caller has 4 bytes there.
    unsafe { from.cast::<u32>().read_unaligned() }
}

/// Compilers turn loops that look for a NUL into calls of this.
#[cfg(not(test))]
#[unsafe(export_name = "strlen")]
pub(crate) unsafe extern "C" fn strlen(text: *const u8) -> usize {
    let mut at = 0;
    // SAFETY: the caller's text ends with a NUL, which the loop does not pass.
    while unsafe { text.add(at).read() } != 0 {
        opaque();
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::vec::Vec;

    use super::*;

    proptest! {
        #[test]
        fn memory_functions(
            from in 0usize..2600, to in 0usize..2600, size in 0usize..2600, byte: u8, differ in 0usize..2600,
        ) {
            let mut bytes: Vec<u8> = (0..5200usize).map(|at| (at * 7 % 251) as u8).collect();
            let mut expected = bytes.clone();
            expected.copy_within(from..from + size, to);
            let start = bytes.as_mut_ptr();
            // SAFETY: all ranges lie in the vectors.
            unsafe {
                memmove(start.add(to), start.add(from), size);
                prop_assert_eq!(&bytes, &expected);
                let mut copy = std::vec![0u8; 5200];
                memcpy(copy.as_mut_ptr().add(to), bytes.as_ptr().add(from), size);
                prop_assert_eq!(&copy[to..to + size], &bytes[from..from + size]);
                prop_assert!(copy[..to].iter().chain(&copy[to + size..]).all(|&byte| byte == 0));
                let (a, b) = (bytes.as_ptr().add(from), copy.as_mut_ptr().add(to));
                prop_assert_eq!(memcmp(a, b, size), 0);
                prop_assert_eq!(bcmp(a, b, size), 0);
                if differ < size {
                    *b.add(differ) ^= byte | 1;
                    let order = (*a.add(differ)).cmp(&*b.add(differ)) as i32;
                    prop_assert_eq!(memcmp(a, b, size).signum(), order);
                    prop_assert_ne!(bcmp(a, b, size), 0);
                }
                memset(copy.as_mut_ptr().add(to), byte.into(), size);
                prop_assert!(copy[to..to + size].iter().all(|&other| other == byte));
                prop_assert!(copy[..to].iter().chain(&copy[to + size..]).all(|&byte| byte == 0));
            }
        }
    }
}
