//! Freed memory that is held back, oldest first.

use core::ptr::null_mut;

use crate::memory::{allocate_internal, free_internal};

/// A freed block.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub(super) block: *mut u8,
    pub(super) size: usize,
}

/// How much is held back.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// How many blocks are held back; a power of two.
const MAX_BLOCKS: usize = 1 << 18;
const FIRST_CAPACITY: usize = 1 << 10;

/// A queue in a ring that grows.
pub(super) struct Quarantine {
    ring: *mut Held,
    /// A power of two, or 0.
    capacity: usize,
    first: usize,
    len: usize,
    bytes: usize,
}

impl Quarantine {
    pub(super) const fn new() -> Self {
        Self { ring: null_mut(), capacity: 0, first: 0, len: 0, bytes: 0 }
    }

    fn place(&self, at: usize) -> *mut Held {
        // SAFETY: within the ring.
        unsafe { self.ring.add((self.first + at) & (self.capacity - 1)) }
    }

    pub(super) fn push(&mut self, held: Held) {
        if self.len == self.capacity {
            self.grow();
        }
        // SAFETY: there is a free place.
        unsafe { self.place(self.len).write(held) };
        self.len += 1;
        self.bytes += held.size;
    }

    fn grow(&mut self) {
        let capacity = (2 * self.capacity).max(FIRST_CAPACITY);
        let size = |capacity: usize| capacity * size_of::<Held>();
        let ring = allocate_internal(size(capacity)).cast::<Held>();
        for at in 0..self.len {
            // SAFETY: the new ring has more places than the old one.
            unsafe { ring.add(at).write(self.place(at).read()) };
        }
        if self.capacity > 0 {
            // SAFETY: nothing refers to the old ring any more.
            unsafe { free_internal(self.ring.cast(), size(self.capacity)) };
        }
        (self.ring, self.capacity, self.first) = (ring, capacity, 0);
    }

    /// The oldest block, if too much is held back.
    pub(super) fn pop_excess(&mut self) -> Option<Held> {
        if self.bytes <= MAX_BYTES && self.len <= MAX_BLOCKS {
            return None;
        }
        // SAFETY: there is at least one block, or there would be no bytes.
        let held = unsafe { self.place(0).read() };
        self.first = (self.first + 1) & (self.capacity - 1);
        self.len -= 1;
        self.bytes -= held.size;
        Some(held)
    }
}
