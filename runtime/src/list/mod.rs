//! The slow paths of lists, for elements of any type.

mod sort;

use crate::memory;
use crate::object::{List, ListRef, Retain, list_size};
use crate::panic;

/// An element size as the compiler passes it.
fn size_of_elem(elem: i64) -> usize {
    debug_assert!(elem >= 0);
    elem as usize
}

/// A count, negative ones as 0.
fn count(count: i64) -> usize {
    usize::try_from(count).unwrap_or(0)
}

#[unsafe(export_name = "rt_list_with_capacity")]
extern "C" fn with_capacity(cap: i64, elem: i64) -> List {
    List::with_capacity(count(cap), size_of_elem(elem))
}

#[unsafe(export_name = "rt_list_reserve")]
extern "C" fn reserve(slot: &mut List, additional: i64, elem: i64, retain: Retain) {
    slot.reserve(count(additional), size_of_elem(elem), retain);
}

#[unsafe(export_name = "rt_list_unshare")]
extern "C" fn unshare(slot: &mut List, elem: i64, retain: Retain) {
    slot.unshare(size_of_elem(elem), retain);
}

#[unsafe(export_name = "rt_list_free")]
unsafe extern "C" fn free(list: ListRef<'_>, elem: i64) {
    let size = list_size(list.capacity(), size_of_elem(elem));
    // SAFETY: the caller's list is dead, so nobody else refers to it.
    unsafe { memory::free(list.address().cast(), size) };
}

#[unsafe(export_name = "rt_list_slice")]
extern "C" fn slice_list(list: ListRef<'_>, lo: i64, hi: i64, elem: i64, retain: Retain) -> List {
    slice(list, lo, hi, size_of_elem(elem), retain)
}

fn slice(list: ListRef<'_>, lo: i64, hi: i64, elem: usize, retain: Retain) -> List {
    if lo < 0 || lo > hi || hi as usize > list.len() {
        panic::slice_out_of_range(lo, hi, list.len());
    }
    let (from, len) = (lo as usize, (hi - lo) as usize);
    if len == list.len() {
        return list.retain();
    }
    let mut part = List::with_capacity(len, elem);
    // SAFETY: the range lies within the list.
    let start = unsafe { list.start().add(from * elem) };
    part.append_copies(start, len, elem, retain);
    part
}

#[unsafe(export_name = "rt_list_concat")]
extern "C" fn concat(left: ListRef<'_>, right: ListRef<'_>, elem: i64, retain: Retain) -> List {
    if left.len() == 0 {
        return right.retain();
    }
    if right.len() == 0 {
        return left.retain();
    }
    let elem = size_of_elem(elem);
    let mut list = List::with_capacity(left.len().saturating_add(right.len()), elem);
    list.append_copies(left.start(), left.len(), elem, retain);
    list.append_copies(right.start(), right.len(), elem, retain);
    list
}

#[unsafe(export_name = "rt_list_extend")]
extern "C" fn extend(slot: &mut List, other: ListRef<'_>, elem: i64, retain: Retain) {
    let elem = size_of_elem(elem);
    let len = other.len();
    if len == 0 {
        return;
    }
    let same = slot.as_ref().address() == other.address();
    slot.reserve(len, elem, retain);
    // The object may have moved.
    let from = if same { slot.start() } else { other.start() };
    slot.append_copies(from, len, elem, retain);
}

#[unsafe(export_name = "rt_list_open_gap")]
extern "C" fn open_gap_in(slot: &mut List, at: i64, count: i64, elem: i64, retain: Retain) {
    open_gap(slot, at, count, size_of_elem(elem), retain);
}

fn open_gap(slot: &mut List, at: i64, gap: i64, elem: usize, retain: Retain) {
    let len = slot.len();
    let at = match usize::try_from(at) {
        Ok(from) if from <= len => from,
        _ => panic::index_out_of_range(at, len),
    };
    let gap = count(gap);
    slot.reserve(gap, elem, retain);
    if gap == 0 {
        return;
    }
    // SAFETY: the list is unique with room for the gap.
    unsafe {
        let from = slot.start().add(at * elem);
        from.add(gap * elem).copy_from(from, (len - at) * elem);
        slot.set_len(len + gap);
    }
}

#[unsafe(export_name = "rt_list_close_gap")]
extern "C" fn close_gap_in(slot: &mut List, at: i64, gap: i64, elem: i64) {
    let (len, at, elem) = (slot.len(), count(at), size_of_elem(elem));
    let gap = count(gap).min(len.saturating_sub(at));
    debug_assert!(slot.is_unique() || gap == 0);
    if gap == 0 {
        return;
    }
    // SAFETY: the list is unique, and the gap lies within it.
    unsafe {
        let to = slot.start().add(at * elem);
        to.copy_from(to.add(gap * elem), (len - at - gap) * elem);
        slot.set_len(len - gap);
    }
}

#[cfg(test)]
mod tests;
