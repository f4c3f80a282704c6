//! Counts by key, in memory that is shared with whoever reads them.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Places that are looked at for a key.
const PROBES: usize = 16;

/// A place in a table.
#[repr(C)]
pub(crate) struct Entry {
    /// 0: not used yet.
    key: AtomicU64,
    count: AtomicU64,
}

// The toolchain counts on it.
const _: () = assert!(size_of::<Entry>() == 16);

/// Adds to the count of a key, which is not 0; false if it finds no place. Threads
/// and signals may add at the same time.
pub(crate) fn add<const ENTRIES: usize>(entries: &[Entry; ENTRIES], key: u64, count: u64) -> bool {
    const { assert!(ENTRIES.is_power_of_two()) };
    let mut place = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize;
    for _ in 0..PROBES {
        let entry = &entries[place % ENTRIES];
        let mut found = entry.key.load(Relaxed);
        if found == 0 {
            found = match entry.key.compare_exchange(0, key, Relaxed, Relaxed) {
                Ok(_) => key,
                Err(other) => other,
            };
        }
        if found == key {
            entry.count.fetch_add(count, Relaxed);
            return true;
        }
        place += 1;
    }
    false
}
