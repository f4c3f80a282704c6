//! Blocks of more than 64 KiB: pages of their own.
//!
//! The system gives and takes back pages slowly (it clears each one), so a
//! limited number of freed pages is kept for the next request.

use core::ptr::null_mut;

use super::exhausted;
use crate::platform::{self, PAGE_SIZE};

/// A range of pages that nobody uses.
#[derive(Clone, Copy)]
struct Spare {
    start: *mut u8,
    size: usize,
}

/// Ranges that are kept.
const SPARES: usize = 32;
/// Total size of what is kept, whatever the size of the program.
const SPARE_BYTES: usize = 32 * 1024 * 1024;
/// What is left of a range is kept from this size on.
const SPLIT_MIN: usize = 64 * 1024;
/// Blocks from this size on may use large pages.
const LARGE_PAGE_MIN: usize = 4 * 1024 * 1024;

struct Large {
    spares: [Spare; SPARES],
    count: usize,
    /// Total size of the spares.
    bytes: usize,
}

global! {
    static LARGE: Large = Large {
        spares: [Spare { start: null_mut(), size: 0 }; SPARES],
        count: 0,
        bytes: 0,
    };
}

fn pages(size: usize) -> usize {
    match size.checked_next_multiple_of(PAGE_SIZE) {
        Some(pages) => pages,
        None => exhausted(),
    }
}

fn map(size: usize) -> *mut u8 {
    let start = platform::map(size);
    if start.is_null() {
        exhausted();
    }
    if size >= LARGE_PAGE_MIN {
        platform::prefer_large_pages(start, size);
    }
    start
}

pub(super) fn allocate(size: usize) -> *mut u8 {
    let size = pages(size);
    // SAFETY: one thread, and no other reference is alive.
    let large = unsafe { &mut *LARGE.get() };
    large.take(size).unwrap_or_else(|| map(size))
}

/// # Safety
/// The block came from here with that size, and nothing uses it any more.
pub(super) unsafe fn free(block: *mut u8, size: usize) {
    // SAFETY: one thread, and no other reference is alive.
    unsafe { (*LARGE.get()).keep(Spare { start: block, size: pages(size) }) };
}

/// # Safety
/// As for [`free`].
pub(super) unsafe fn reallocate(block: *mut u8, old: usize, new: usize) -> *mut u8 {
    let (old, new) = (pages(old), pages(new));
    if old == new {
        return block;
    }
    // SAFETY: the caller's block is a mapping of that size.
    let moved = unsafe { platform::remap(block, old, new) };
    if moved.is_null() {
        // A block that was joined from several mappings cannot be moved as one.
        let moved = allocate(new);
        // SAFETY: both blocks are at least as large as the smaller size, and differ.
        unsafe {
            moved.copy_from_nonoverlapping(block, old.min(new));
            free(block, old);
        }
        return moved;
    }
    if new >= LARGE_PAGE_MIN && new > old {
        platform::prefer_large_pages(moved, new);
    }
    moved
}

impl Large {
    /// The tightest range that is large enough; what is left over stays.
    fn take(&mut self, size: usize) -> Option<*mut u8> {
        let mut best: Option<usize> = None;
        for (at, spare) in self.spares[..self.count].iter().enumerate() {
            if spare.size >= size && best.is_none_or(|best| spare.size < self.spares[best].size) {
                best = Some(at);
            }
        }
        let Spare { start, size: found } = self.remove(best?);
        if found > size {
            // SAFETY: the rest of the range.
            let rest = Spare { start: unsafe { start.add(size) }, size: found - size };
            if rest.size >= SPLIT_MIN {
                self.insert(rest);
            } else {
                // SAFETY: nobody uses it.
                unsafe { platform::unmap(rest.start, rest.size) };
            }
        }
        Some(start)
    }

    fn remove(&mut self, at: usize) -> Spare {
        let spare = self.spares[at];
        // The order of age stays.
        self.spares.copy_within(at + 1..self.count, at);
        self.count -= 1;
        self.bytes -= spare.size;
        spare
    }

    fn insert(&mut self, spare: Spare) {
        debug_assert!(self.count < SPARES, "callers make room");
        self.spares[self.count] = spare;
        self.count += 1;
        self.bytes += spare.size;
    }

    /// Keeps a range, joined with its neighbours; the oldest ones make room.
    unsafe fn keep(&mut self, mut spare: Spare) {
        let mut at = 0;
        while at < self.count {
            let other = self.spares[at];
            if other.start.addr() + other.size == spare.start.addr() {
                spare = Spare { start: other.start, size: other.size + spare.size };
            } else if spare.start.addr() + spare.size == other.start.addr() {
                spare.size += other.size;
            } else {
                at += 1;
                continue;
            }
            self.remove(at);
        }
        if spare.size > SPARE_BYTES {
            // SAFETY: nobody uses it.
            unsafe { platform::unmap(spare.start, spare.size) };
            return;
        }
        while self.count == SPARES || self.bytes + spare.size > SPARE_BYTES {
            let oldest = self.remove(0);
            // SAFETY: nobody uses it.
            unsafe { platform::unmap(oldest.start, oldest.size) };
        }
        self.insert(spare);
    }
}
