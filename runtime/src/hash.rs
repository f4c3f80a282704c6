//! Hashing: the same value has the same hash in every run, on every machine.

use rapidhash::v3::{RapidSecrets, rapidhash_v3_micro_inline};

/// What an integer is mixed with before it is folded (the golden ratio), and
/// what it is folded with (an odd number with well distributed bits).
const OFFSET: u64 = 0x9e37_79b9_7f4a_7c15;
const MULTIPLIER: u64 = 0xd6e8_feb8_6659_fd93;

/// The secrets of the reference implementation, without a seed.
static SECRETS: RapidSecrets = RapidSecrets::seed_cpp(0);

/// Both halves of the product, which mixes every bit of one into the other.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// `rapidhash` version 3, micro: a third faster than SipHash's fastest, and small.
pub(crate) fn hash_bytes(bytes: &[u8]) -> u64 {
    rapidhash_v3_micro_inline::<true, false>(bytes, &SECRETS)
}

#[unsafe(export_name = "rt_hash_bytes")]
unsafe extern "C" fn hash_raw_bytes(start: *const u8, len: i64) -> u64 {
    let len = usize::try_from(len).unwrap_or(0);
    if len == 0 {
        return hash_bytes(&[]);
    }
    // SAFETY: the caller has so many bytes there.
    hash_bytes(unsafe { core::slice::from_raw_parts(start, len) })
}

#[unsafe(export_name = "rt_hash_u64")]
extern "C" fn hash_u64(value: u64) -> u64 {
    fold(value ^ OFFSET, MULTIPLIER)
}

#[unsafe(export_name = "rt_hash_combine")]
extern "C" fn combine(hash: u64, next: u64) -> u64 {
    fold(hash.rotate_left(23) ^ next ^ OFFSET, MULTIPLIER)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn stable() {
        // Programs may keep hashes, so these values never change.
        assert_eq!(hash_bytes(b""), 0x0338_dc4b_e2ce_cdae);
        assert_eq!(hash_bytes(b"a"), 0x599f_47df_33a2_e1eb);
        assert_eq!(hash_u64(0), fold(OFFSET, MULTIPLIER));
        // SAFETY: no bytes at all.
        assert_eq!(unsafe { hash_raw_bytes(core::ptr::null(), 0) }, hash_bytes(b""));
    }

    /// Tables take the low bits, so they must differ for neighbours.
    #[test]
    fn low_bits_spread() {
        for shift in [0, 3, 12, 32, 48] {
            let mut counts = [0u32; 256];
            for value in 0..65_536u64 {
                counts[(hash_u64(value << shift) & 0xff) as usize] += 1;
            }
            assert!(counts.iter().all(|&count| count > 0 && count < 1024), "{shift}");
        }
    }

    #[test]
    fn combining_depends_on_order() {
        let hashes: HashSet<u64> =
            (0..200).flat_map(|a| (0..200).map(move |b| combine(combine(0, a), b))).collect();
        assert_eq!(hashes.len(), 40_000);
        let texts: Vec<u64> = (0..100).map(|len| hash_bytes(&[7; 100][..len])).collect();
        assert_eq!(texts.iter().collect::<HashSet<_>>().len(), 100);
    }
}
