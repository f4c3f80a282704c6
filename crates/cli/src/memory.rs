//! The command's allocator: made for a process that allocates millions of small
//! pieces on a few threads, and then ends.
//!
//! Each thread cuts pieces from chunks of its own and keeps what was freed in
//! one list for each size; nothing is locked, merged or given back to the
//! system. A piece that another thread frees joins that thread's list. Large
//! pieces are mappings of their own. Both ask for huge pages, since a page fault
//! for each 4 KB of a large build costs more than all else in this module. Measurements are in
//! `docs/design/performance.md`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ptr::{NonNull, null_mut};

use rustix::mm::{
    Advice, MapFlags, MremapFlags, ProtFlags, madvise, mmap_anonymous, mremap, mremap_fixed, munmap,
};

/// See the module.
pub(crate) struct Memory;

/// Every piece begins at a multiple of this.
const ALIGN: usize = 16;
/// Up to this size, sizes are multiples of [`ALIGN`].
const FINE: usize = 512;
/// Above [`FINE`] there are so many sizes to a doubling.
const STEPS: usize = 4;
/// Larger pieces are mappings of their own, which grow without being copied.
const LARGEST: usize = 256 << 10;
const FINE_CLASSES: usize = FINE / ALIGN;
const CLASSES: usize =
    FINE_CLASSES + STEPS * (LARGEST.trailing_zeros() - FINE.trailing_zeros()) as usize;

/// A thread's first chunk: a small program needs no more.
const FIRST_CHUNK: usize = 256 << 10;
/// Chunks double up to this.
const LAST_CHUNK: usize = 4 << 20;
const PAGE: usize = 4 << 10;
const HUGE_PAGE: usize = 2 << 20;

/// What one thread has.
struct Local {
    /// The first free piece of each class; each holds the address of the next.
    free: [*mut u8; CLASSES],
    next: *mut u8,
    end: *mut u8,
    /// Bytes of the next chunk.
    chunk: usize,
}

thread_local! {
    static LOCAL: UnsafeCell<Local> = const {
        UnsafeCell::new(Local {
            free: [null_mut(); CLASSES],
            next: null_mut(),
            end: null_mut(),
            chunk: FIRST_CHUNK,
        })
    };
}

/// Where pieces for a layout come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Origin {
    /// A thread's chunks and lists: the class.
    Class(usize),
    /// A mapping of its own.
    Mapping,
    /// The system's allocator.
    System,
}

/// Where pieces for `layout` come from: nothing else needs to be known to give
/// them back.
fn origin_of(layout: Layout) -> Origin {
    let size = layout.size();
    if layout.align() > ALIGN {
        return Origin::System;
    }
    if size > LARGEST {
        return Origin::Mapping;
    }
    if size <= FINE {
        return Origin::Class(size.saturating_sub(1) / ALIGN);
    }
    // The highest bit of the last byte's number, and the two below it.
    let last = size - 1;
    let doubling = last.ilog2() - FINE.ilog2();
    let step = (last >> (last.ilog2() - STEPS.ilog2())) - STEPS;
    Origin::Class(FINE_CLASSES + doubling as usize * STEPS + step)
}

/// The bytes of pieces of `class`.
fn size_of(class: usize) -> usize {
    if class < FINE_CLASSES {
        return (class + 1) * ALIGN;
    }
    let (doubling, step) = ((class - FINE_CLASSES) / STEPS, (class - FINE_CLASSES) % STEPS);
    (FINE << doubling) / STEPS * (STEPS + step + 1)
}

impl Local {
    fn take(&mut self, class: usize) -> *mut u8 {
        let piece = self.free[class];
        if !piece.is_null() {
            // SAFETY: a free piece has room for an address, and `give` wrote one.
            self.free[class] = unsafe { piece.cast::<*mut u8>().read() };
            return piece;
        }
        let size = size_of(class);
        if (self.end as usize) - (self.next as usize) < size && !self.refill(size) {
            return null_mut();
        }
        let piece = self.next;
        // SAFETY: the chunk has `size` bytes from here.
        self.next = unsafe { piece.add(size) };
        piece
    }

    /// # Safety
    /// `piece` came from [`Local::take`] of some thread with this class, and
    /// nobody uses it any more.
    unsafe fn give(&mut self, piece: *mut u8, class: usize) {
        // SAFETY: every piece has room for an address and is aligned for it.
        unsafe { piece.cast::<*mut u8>().write(self.free[class]) };
        self.free[class] = piece;
    }

    /// Begins a new chunk with at least `size` bytes. What is left of the old
    /// one is lost.
    #[cold]
    fn refill(&mut self, size: usize) -> bool {
        debug_assert!(size <= LARGEST && LARGEST <= FIRST_CHUNK);
        let Some(chunk) = map(self.chunk) else { return false };
        self.next = chunk.as_ptr();
        // SAFETY: the mapping is that long.
        self.end = unsafe { self.next.add(self.chunk) };
        self.chunk = (2 * self.chunk).min(LAST_CHUNK);
        true
    }
}

/// Maps memory; that of huge pages begins where one can.
fn map(size: usize) -> Option<NonNull<u8>> {
    let spare = if size >= HUGE_PAGE { HUGE_PAGE } else { 0 };
    let (protection, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE);
    // SAFETY: a new mapping touches nothing that exists.
    let start = unsafe { mmap_anonymous(null_mut(), size + spare, protection, flags) }.ok()?;
    let start = start.cast::<u8>();
    if spare == 0 {
        return NonNull::new(start);
    }
    let before = start.align_offset(HUGE_PAGE);
    let after = spare - before;
    // SAFETY: `before` and `after` bytes at the mapping's ends are in it, and
    // nobody has seen them. Failing leaves them mapped, which is harmless.
    unsafe {
        if before > 0 {
            let _ = munmap(start.cast(), before);
        }
        let start = start.add(before);
        if after > 0 {
            let _ = munmap(start.add(size).cast(), after);
        }
        let _ = madvise(start.cast(), size, Advice::LinuxHugepage);
        NonNull::new(start)
    }
}

/// The bytes of the mapping for a piece.
fn mapped(size: usize) -> usize {
    size.next_multiple_of(PAGE)
}

/// Changes the size of a mapping; null if that cannot be done.
///
/// # Safety
/// `piece` is a mapping of `old` bytes that nobody else uses. It is gone unless
/// the result is null.
unsafe fn remap(piece: *mut u8, old: usize, new: usize) -> *mut u8 {
    // One that becomes large moves to where huge pages begin, unless it is so
    // already; the pages themselves are not copied.
    if new > old
        && new >= HUGE_PAGE
        && let Some(target) = map(new)
    {
        let flags = MremapFlags::MAYMOVE;
        // SAFETY: the target is a mapping that nobody has seen; both are that long.
        let moved = unsafe { mremap_fixed(piece.cast(), old, new, flags, target.as_ptr().cast()) };
        return match moved {
            Ok(moved) => {
                // SAFETY: as in `map`; the advice went with the old mapping.
                let _ = unsafe { madvise(moved, new, Advice::LinuxHugepage) };
                moved.cast()
            }
            Err(_) => {
                // SAFETY: nobody has seen the target.
                let _ = unsafe { munmap(target.as_ptr().cast(), new) };
                null_mut()
            }
        };
    }
    // SAFETY: the caller's promise.
    let moved = unsafe { mremap(piece.cast(), old, new, MremapFlags::MAYMOVE) };
    moved.map_or(null_mut(), |moved| moved.cast())
}

// SAFETY: pieces of a class have at least the size and alignment of all layouts
// of that class, are never in two hands (a thread's lists and chunks are its
// own, and nothing here calls back while they are changed), and a layout alone
// says where a piece came from.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match origin_of(layout) {
            // SAFETY: no reference to the thread's part exists outside of this
            // call.
            Origin::Class(class) => LOCAL.with(|local| unsafe { (*local.get()).take(class) }),
            Origin::Mapping => map(mapped(layout.size())).map_or(null_mut(), NonNull::as_ptr),
            // SAFETY: the caller's promise.
            Origin::System => unsafe { System.alloc(layout) },
        }
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        match origin_of(layout) {
            // SAFETY: as in `alloc`; the layout is the one that it came with.
            Origin::Class(class) => LOCAL.with(|local| unsafe {
                (*local.get()).give(piece, class);
            }),
            // SAFETY: the mapping is that long and nobody uses it any more. If
            // it fails, it stays, which is harmless.
            Origin::Mapping => drop(unsafe { munmap(piece.cast(), mapped(layout.size())) }),
            // SAFETY: the caller's promise.
            Origin::System => unsafe { System.dealloc(piece, layout) },
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        let piece = unsafe { self.alloc(layout) };
        if !piece.is_null() && origin_of(layout) != Origin::Mapping {
            // SAFETY: the piece has that size.
            unsafe { piece.write_bytes(0, layout.size()) };
        }
        piece
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that the new size with this alignment is
        // a layout.
        let new = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        match (origin_of(layout), origin_of(new)) {
            (Origin::Class(old), Origin::Class(new)) if old == new => piece,
            (Origin::Mapping, Origin::Mapping) => {
                let (old, new) = (mapped(layout.size()), mapped(size));
                if old == new {
                    return piece;
                }
                // SAFETY: the piece is such a mapping.
                unsafe { remap(piece, old, new) }
            }
            // SAFETY: the caller's promise.
            (Origin::System, Origin::System) => unsafe { System.realloc(piece, layout, size) },
            _ => {
                // SAFETY: the caller's promise; both pieces have the bytes that
                // are copied, and they are different.
                unsafe {
                    let moved = self.alloc(new);
                    if !moved.is_null() {
                        moved.copy_from_nonoverlapping(piece, size.min(layout.size()));
                        self.dealloc(piece, layout);
                    }
                    moved
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_cover_all_sizes() {
        let layout = |size| Layout::from_size_align(size, 8).expect("a small layout");
        let mut last = 0;
        for size in 1..=LARGEST {
            let Origin::Class(class) = origin_of(layout(size)) else { panic!("{size} is small") };
            assert!(class == last || class == last + 1, "class {class} at {size}");
            assert!(size_of(class) >= size && size_of(class).is_multiple_of(ALIGN));
            assert!(class == 0 || size_of(class - 1) < size, "{size} would fit below");
            last = class;
        }
        assert_eq!(last, CLASSES - 1);
        assert_eq!(origin_of(layout(LARGEST + 1)), Origin::Mapping);
        let aligned = Layout::from_size_align(8, 64).expect("a layout");
        assert_eq!(origin_of(aligned), Origin::System);
    }

    #[test]
    fn pieces_keep_what_was_written() {
        let memory = Memory;
        let mut pieces: Vec<(*mut u8, Layout, u8)> = Vec::new();
        for round in 0..1000_usize {
            let size = 1 + round * 7919 % 700_000;
            let layout = Layout::from_size_align(size, 1 << (round % 5)).expect("a layout");
            // SAFETY: the layout is not empty, and all bytes are written before
            // they are read.
            let piece = unsafe {
                let piece = memory.alloc(layout);
                piece.write_bytes(round as u8, size);
                piece
            };
            assert_eq!(piece as usize % layout.align(), 0);
            pieces.push((piece, layout, round as u8));
            if round % 3 == 0 {
                let (piece, layout, value) = pieces.swap_remove(round * 31 % pieces.len());
                let grown = layout.size() * 2;
                // SAFETY: the piece was allocated with this layout and is used no more.
                unsafe {
                    let piece = memory.realloc(piece, layout, grown);
                    let bytes = std::slice::from_raw_parts(piece, layout.size());
                    assert!(bytes.iter().all(|byte| *byte == value));
                    let layout = Layout::from_size_align(grown, layout.align()).expect("a layout");
                    memory.dealloc(piece, layout);
                }
            }
        }
        for (piece, layout, value) in pieces {
            // SAFETY: as above.
            unsafe {
                let bytes = std::slice::from_raw_parts(piece, layout.size());
                assert!(bytes.iter().all(|byte| *byte == value));
                memory.dealloc(piece, layout);
            }
        }
    }
}
