//! The debug runtime's memory: every object is known with the call stack that
//! made it; freed memory is poisoned and held back, so that whoever still uses
//! it is found; what runs over its end is found when it is freed.

mod quarantine;
mod report;
mod table;

use core::slice;

use crate::object::Header;
use crate::panic::{Address, Frames};
use quarantine::{Held, Quarantine};
use report::{Misuse, misused};
use table::{Record, State, Table};

pub(crate) use report::report_leaks;

/// Fills fresh memory: an address made of it is no address.
const FRESH: u8 = 0xcd;
/// Fills freed memory. Counts made of it are negative, so that the slow paths
/// of counting look at them.
const POISON: u8 = 0xde;
/// Fills what lies behind an object.
const GUARD: u8 = 0xfd;
/// How much lies behind an object at least.
const GUARD_SIZE: usize = 16;

/// Return addresses that are kept of a call stack.
const FRAMES: usize = 16;

/// The innermost return addresses of a call stack; 0 where there are no more.
type Trace = [usize; FRAMES];

/// What an object is, as far as the runtime knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Made by compiled code: a box, a class instance, a closure, a `dyn` value.
    Object,
    /// Text.
    Text,
    /// A list.
    List,
}

struct Checked {
    table: Table,
    quarantine: Quarantine,
    /// Number of the next object.
    serial: u64,
}

global! {
    static CHECKED: Checked =
        Checked { table: Table::new(), quarantine: Quarantine::new(), serial: 0 };
}

/// The call stack of the function that this is inlined into.
#[inline(always)]
fn trace_here() -> Trace {
    let mut trace = [0; FRAMES];
    for (place, address) in trace.iter_mut().zip(Frames::from_here()) {
        if let Address::Return(pc) = address {
            *place = pc;
        }
    }
    trace
}

/// The whole block of an object: with its guard.
fn block_size(size: usize) -> usize {
    size.saturating_add(GUARD_SIZE)
}

#[inline(never)]
pub(super) fn allocate(size: usize) -> *mut u8 {
    // As `usable_size` promises.
    let size = size.saturating_add(7) & !7;
    // SAFETY: one thread, and no other reference is alive.
    let checked = unsafe { &mut *CHECKED.get() };
    let block = super::heap::allocate(block_size(size));
    // SAFETY: the block is ours.
    unsafe {
        block.write_bytes(FRESH, size);
        block.add(size).write_bytes(GUARD, block_size(size) - size);
    }
    checked.serial += 1;
    checked.table.insert(Record {
        address: block.addr(),
        size,
        state: State::Live,
        kind: Kind::Object,
        serial: checked.serial,
        allocated: trace_here(),
        freed: [0; FRAMES],
    });
    block
}

/// Says what an object is.
pub(super) fn label(block: *mut u8, kind: Kind) {
    // SAFETY: one thread, and no other reference is alive.
    if let Some(record) = unsafe { (*CHECKED.get()).table.find(block.addr()) } {
        record.kind = kind;
    }
}

/// # Safety
/// None beyond what is checked here, if nobody else took the memory meanwhile.
#[inline(never)]
pub(super) unsafe fn free(block: *mut u8, size: usize) {
    // SAFETY: one thread, and no other reference is alive.
    let checked = unsafe { &mut *CHECKED.get() };
    let Some(record) = checked.table.find(block.addr()) else {
        misused(Misuse::FreedUnknown, None);
    };
    if record.state == State::Freed {
        misused(Misuse::FreedTwice, Some(record));
    }
    if record.size != size.saturating_add(7) & !7 {
        misused(Misuse::FreedWithSize(size), Some(record));
    }
    let whole = block_size(record.size);
    // SAFETY: the table says that the block is ours.
    let guard = unsafe { slice::from_raw_parts(block.add(record.size), whole - record.size) };
    if guard.iter().any(|&byte| byte != GUARD) {
        misused(Misuse::WrittenBeyond, Some(record));
    }
    record.state = State::Freed;
    record.freed = trace_here();
    // SAFETY: the table says that the block is ours.
    unsafe { block.write_bytes(POISON, whole) };
    checked.quarantine.push(Held { block, size: whole });
    while let Some(held) = checked.quarantine.pop_excess() {
        let_go(&mut checked.table, held);
    }
}

/// Memory that was held back long enough serves again.
fn let_go(table: &mut Table, held: Held) {
    // SAFETY: nobody else was given the block.
    let bytes = unsafe { slice::from_raw_parts(held.block, held.size) };
    if bytes.iter().any(|&byte| byte != POISON) {
        misused(Misuse::WrittenAfterFree, table.find(held.block.addr()));
    }
    table.remove(held.block.addr());
    // SAFETY: the block came from the heap with that size.
    unsafe { super::heap::free(held.block, held.size) };
}

/// Always moves, so that old addresses are found.
///
/// # Safety
/// As for [`free`].
#[inline(never)]
pub(super) unsafe fn reallocate(block: *mut u8, old: usize, new: usize) -> *mut u8 {
    // SAFETY: one thread, and no other reference is alive.
    let record = unsafe { (*CHECKED.get()).table.find(block.addr()) };
    let kind = record.as_ref().map_or(Kind::Object, |record| record.kind);
    let live = record.is_some_and(|record| record.state == State::Live);
    let moved = allocate(new);
    label(moved, kind);
    // SAFETY: `free` refuses what is not a live block of the old size.
    unsafe {
        if live {
            moved.copy_from_nonoverlapping(block, old.min(new));
        }
        free(block, old);
    }
    moved
}

/// Ends the program if an object is one that was destroyed. Called by the slow
/// paths of counting, which poisoned and dead objects take.
///
/// # Safety
/// The address may be of anything that was ever mapped.
#[inline(never)]
pub(crate) unsafe fn verify_alive(object: *mut Header, weak: bool) {
    // SAFETY: one thread, and no other reference is alive.
    let record = unsafe { (*CHECKED.get()).table.find(object.addr()) };
    match record {
        Some(record) if record.state == State::Freed => {
            misused(Misuse::UsedAfterFree, Some(record));
        }
        // Only instances that nothing but weak references hold have a count of
        // 0 on the heap.
        // SAFETY: the object is alive.
        Some(record) if !weak && unsafe { (*object).count } == 0 => {
            misused(Misuse::UsedDead, Some(record));
        }
        Some(_) => {}
        None => {
            // SAFETY: the caller's address was mapped, and so it is still.
            let count = unsafe { (*object).count };
            if count == i32::from_ne_bytes([POISON; 4]) {
                misused(Misuse::UsedAfterFree, None);
            }
        }
    }
}

#[cfg(test)]
mod tests;
