//! All objects by their address: a hash table with linear probing.

use core::ptr::null_mut;

use super::{Kind, Trace};
use crate::memory::{allocate_internal, free_internal};

/// Whether an object is in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    Live,
    /// Freed, but held back.
    Freed,
}

/// What is known of an object.
#[derive(Clone, Copy)]
pub(super) struct Record {
    /// Never 0, which stands for a free place of the table.
    pub(super) address: usize,
    pub(super) size: usize,
    pub(super) state: State,
    pub(super) kind: Kind,
    /// Objects are numbered as they are made.
    pub(super) serial: u64,
    /// Who made it, and who freed it.
    pub(super) allocated: Trace,
    pub(super) freed: Trace,
}

pub(super) struct Table {
    places: *mut Record,
    /// A power of two, or 0.
    capacity: usize,
    len: usize,
}

const FIRST_CAPACITY: usize = 256;

impl Table {
    pub(super) const fn new() -> Self {
        Self { places: null_mut(), capacity: 0, len: 0 }
    }

    fn places(&mut self) -> &mut [Record] {
        if self.capacity == 0 {
            return &mut [];
        }
        // SAFETY: so many places were initialised.
        unsafe { core::slice::from_raw_parts_mut(self.places, self.capacity) }
    }

    /// Where the search for an address begins.
    fn home(&self, address: usize) -> usize {
        let mixed = (address as u64 >> 3).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) as usize & (self.capacity - 1)
    }

    /// The place of an address, or the free one where it would be.
    fn place(&mut self, address: usize) -> usize {
        let mask = self.capacity - 1;
        let mut at = self.home(address);
        loop {
            let there = self.places()[at].address;
            if there == address || there == 0 {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    pub(super) fn find(&mut self, address: usize) -> Option<&mut Record> {
        if self.capacity == 0 || address == 0 {
            return None;
        }
        let at = self.place(address);
        let record = &mut self.places()[at];
        (record.address == address).then_some(record)
    }

    pub(super) fn insert(&mut self, record: Record) {
        if self.len * 2 >= self.capacity {
            self.grow();
        }
        let at = self.place(record.address);
        let place = &mut self.places()[at];
        let new = place.address == 0;
        *place = record;
        self.len += usize::from(new);
    }

    fn grow(&mut self) {
        let capacity = (2 * self.capacity).max(FIRST_CAPACITY);
        let size = |capacity: usize| capacity * size_of::<Record>();
        let places = allocate_internal(size(capacity)).cast::<Record>();
        // SAFETY: the memory is ours, and zeros are free places: the address
        // says so, and the first variant of each enum is 0.
        unsafe { places.write_bytes(0, capacity) };
        let mut old = core::mem::replace(self, Self { places, capacity, len: 0 });
        for record in old.places() {
            if record.address != 0 {
                self.insert(*record);
            }
        }
        if old.capacity > 0 {
            // SAFETY: nothing refers to the old places any more.
            unsafe { free_internal(old.places.cast(), size(old.capacity)) };
        }
    }

    /// Removes an address; what was pushed on by it moves back.
    pub(super) fn remove(&mut self, address: usize) {
        if self.find(address).is_none() {
            return;
        }
        let mask = self.capacity - 1;
        let mut hole = self.place(address);
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let record = self.places()[at];
            if record.address == 0 {
                break;
            }
            // It may move if its home does not lie between the hole and it.
            let home = self.home(record.address);
            if at.wrapping_sub(home) & mask >= at.wrapping_sub(hole) & mask {
                self.places()[hole] = record;
                hole = at;
            }
        }
        self.places()[hole].address = 0;
        self.len -= 1;
    }

    /// The live object that was made first after the one with a number.
    pub(super) fn next_live(&mut self, after: u64) -> Option<Record> {
        let live = |record: &&mut Record| {
            record.address != 0 && record.state == State::Live && record.serial > after
        };
        self.places().iter_mut().filter(live).min_by_key(|record| record.serial).map(|r| *r)
    }

    /// Number and total size of the live objects.
    pub(super) fn live(&mut self) -> (usize, usize) {
        let live = |record: &&mut Record| record.address != 0 && record.state == State::Live;
        self.places()
            .iter_mut()
            .filter(live)
            .fold((0, 0), |(count, bytes), record| (count + 1, bytes + record.size))
    }
}
