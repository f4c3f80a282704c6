//! Blocks of up to 64 KiB.
//!
//! Memory is divided into *segments* of 1 MiB, aligned to their size. A segment
//! is one medium *span* or sixteen small ones; a span holds blocks of one size
//! class and begins with a header that is found from a block's address by
//! masking. A header has an intrusive list of the span's free blocks, so that
//! taking and giving back are a handful of instructions, and freed blocks are
//! used again first. This is the shape of mimalloc (Leijen, Zorn, de Moura:
//! "Mimalloc: Free List Sharding in Action", 2019) for one thread.
//!
//! Blocks are carved from a span a page at a time, so memory that was never
//! used is never touched. A span whose last block is freed goes back to its
//! segment, and a segment whose last span is free serves other sizes; when many
//! segments are free, they go back to the system.

use core::ptr::null_mut;

use super::class::{
    CLASSES, MEDIUM_MAX, SEGMENT, SMALL_CLASSES, SMALL_MAX, SMALL_SPAN, block_size, class_of,
};
use super::{exhausted, large};
use crate::platform;

/// A free block: the link to the next one.
struct Block {
    next: *mut Block,
}

/// The head of a span. One cache line.
#[repr(C)]
struct Span {
    /// Free blocks.
    free: *mut Block,
    /// When this many more blocks are freed than taken, something happens: the
    /// span is empty, or no longer full.
    until_event: u32,
    state: State,
    class: u8,
    /// Of a segment's first span: its small spans that are not in use.
    idle_spans: u16,
    /// Number of blocks that fit.
    capacity: u32,
    /// Number of blocks that were carved.
    carved: u32,
    /// Neighbours in the class's list of spans with free blocks.
    next: *mut Span,
    previous: *mut Span,
    /// Of a segment's first span: neighbours in the heap's list of segments
    /// with idle small spans, or the next free segment.
    next_segment: *mut Span,
    previous_segment: *mut Span,
}

/// Where a span is in its life; decides what [`Span::until_event`] counts.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum State {
    /// In the class's list; the event is that the last block is freed.
    Open,
    /// In the class's list; no event: it was kept although it was empty, so
    /// that a class whose only block comes and goes stays fast.
    Kept,
    /// In no list; the event is that a first block is freed.
    Full,
}

/// What `until_event` has on top for a [`State::Kept`] span.
const KEPT: u32 = 1 << 30;

/// Where a span's first block begins.
const HEADER: usize = 64;
const _: () = assert!(size_of::<Span>() <= HEADER);

/// All small spans of a segment idle.
const ALL_IDLE: u16 = u16::MAX;
const _: () = assert!(SEGMENT / SMALL_SPAN == 16);

/// Free segments that are kept whatever the size of the heap.
const SPARE_SEGMENTS: usize = 8;
/// Segments that are asked of the system at first, and at most.
const FIRST_CHUNK: usize = 1;
const LARGEST_CHUNK: usize = 64;
/// Chunks from this many segments on may use large pages.
const LARGE_PAGE_CHUNK: usize = 8;

struct Heap {
    /// For a size, rounded up to 8 and divided by 8, the span to take from:
    /// the head of its class's list.
    direct: [*mut Span; SMALL_MAX / 8 + 1],
    /// Per class, the spans with free blocks.
    open: [*mut Span; CLASSES],
    /// Segments with idle small spans.
    partial: *mut Span,
    /// Segments that nobody uses.
    free_segments: *mut Span,
    free_segment_count: usize,
    /// Segments in use.
    used_segments: usize,
    /// Memory from the system that was not yet divided.
    fresh: *mut u8,
    fresh_segments: usize,
    /// Size of the next chunk.
    next_chunk: usize,
}

global! {
    static HEAP: Heap = Heap {
        direct: [null_mut(); SMALL_MAX / 8 + 1],
        open: [null_mut(); CLASSES],
        partial: null_mut(),
        free_segments: null_mut(),
        free_segment_count: 0,
        used_segments: 0,
        fresh: null_mut(),
        fresh_segments: 0,
        next_chunk: 0,
    };
}

/// A block for `size` bytes.
#[inline(always)]
pub(crate) fn allocate(size: usize) -> *mut u8 {
    let heap = HEAP.get();
    if size <= SMALL_MAX {
        // SAFETY: the heap's spans are alive, and blocks in a span's list are
        // free memory of that span.
        unsafe {
            let span = (*heap).direct[(size + 7) >> 3];
            if !span.is_null() {
                let block = (*span).free;
                if !block.is_null() {
                    (*span).free = (*block).next;
                    (*span).until_event += 1;
                    return block.cast();
                }
            }
        }
    }
    // SAFETY: one thread, and no reference into the heap is alive.
    unsafe { (*heap).allocate_slow(size) }
}

/// Gives a block back.
///
/// # Safety
/// It came from [`allocate`] with that size, and nothing uses it any more.
#[inline(always)]
pub(crate) unsafe fn free(block: *mut u8, size: usize) {
    if size <= SMALL_MAX {
        let offset = block.addr() & (SMALL_SPAN - 1);
        // SAFETY: a small block lies in a small span, whose header is at the
        // multiple of the span's size below it.
        unsafe { give_back(block.sub(offset).cast(), block.cast()) };
    } else {
        // SAFETY: passed on.
        unsafe { free_slow(block, size) };
    }
}

/// Puts a block into the list of its span.
#[inline(always)]
unsafe fn give_back(span: *mut Span, block: *mut Block) {
    // SAFETY: the caller found the span's header, and nobody uses the block.
    unsafe {
        (*block).next = (*span).free;
        (*span).free = block;
        (*span).until_event -= 1;
        if (*span).until_event == 0 {
            (*HEAP.get()).on_event(span);
        }
    }
}

#[inline(never)]
unsafe fn free_slow(block: *mut u8, size: usize) {
    if size <= MEDIUM_MAX {
        let offset = block.addr() & (SEGMENT - 1);
        // SAFETY: a medium span is a whole segment.
        unsafe { give_back(block.sub(offset).cast(), block.cast()) };
    } else {
        // SAFETY: passed on.
        unsafe { large::free(block, size) };
    }
}

/// Changes the size of a block.
///
/// # Safety
/// As for [`free`].
pub(crate) unsafe fn reallocate(block: *mut u8, old: usize, new: usize) -> *mut u8 {
    if old > MEDIUM_MAX && new > MEDIUM_MAX {
        // SAFETY: passed on.
        return unsafe { large::reallocate(block, old, new) };
    }
    if old <= MEDIUM_MAX && new <= MEDIUM_MAX && class_of(old) == class_of(new) {
        return block;
    }
    let moved = allocate(new);
    // SAFETY: both blocks are at least as large as the smaller size, and differ.
    unsafe {
        moved.copy_from_nonoverlapping(block, old.min(new));
        free(block, old);
    }
    moved
}

impl Heap {
    #[cold]
    #[inline(never)]
    fn allocate_slow(&mut self, size: usize) -> *mut u8 {
        if size > MEDIUM_MAX {
            return large::allocate(size);
        }
        let class = class_of(size);
        loop {
            let span = self.open[class];
            if span.is_null() {
                self.open_span(class);
                continue;
            }
            // SAFETY: spans in the list are alive; `carve` and `close` keep them so.
            unsafe {
                if (*span).free.is_null() && !Self::carve(span) {
                    self.close(span);
                    continue;
                }
                let block = (*span).free;
                (*span).free = (*block).next;
                (*span).until_event += 1;
                return block.cast();
            }
        }
    }

    /// Makes free blocks from a page's worth of the span's untouched rest.
    /// False if there is none.
    unsafe fn carve(span: *mut Span) -> bool {
        // SAFETY: the blocks carved lie within the span, beyond those carved
        // before, so nobody uses them.
        unsafe {
            let carved = (*span).carved;
            let left = (*span).capacity - carved;
            if left == 0 {
                return false;
            }
            let size = block_size((*span).class.into());
            let count = ((platform::PAGE_SIZE / size) as u32).clamp(1, left);
            let first = span.cast::<u8>().add(HEADER + carved as usize * size);
            let mut block = first.cast::<Block>();
            for _ in 1..count {
                let next = block.cast::<u8>().add(size).cast::<Block>();
                (*block).next = next;
                block = next;
            }
            (*block).next = null_mut();
            (*span).free = first.cast();
            (*span).carved = carved + count;
        }
        true
    }

    /// Takes a full span, the head of its class's list, out of it.
    unsafe fn close(&mut self, span: *mut Span) {
        // SAFETY: the span is in the list of its class.
        unsafe {
            self.unlink(span);
            (*span).state = State::Full;
            (*span).until_event = 1;
        }
    }

    /// A block of a full span was freed, or the last one of an open span.
    #[cold]
    #[inline(never)]
    unsafe fn on_event(&mut self, span: *mut Span) {
        // SAFETY: the caller's span is alive.
        unsafe {
            let class = usize::from((*span).class);
            match (*span).state {
                State::Full => {
                    (*span).state = State::Open;
                    (*span).until_event = (*span).capacity - 1;
                    self.link(span);
                }
                State::Open if self.open[class] == span => {
                    (*span).state = State::Kept;
                    (*span).until_event = KEPT;
                }
                State::Open => {
                    self.unlink(span);
                    self.retire(span);
                }
                State::Kept => unreachable!("a kept span has no events"),
            }
        }
    }

    /// Puts a span with free blocks into its class's list: second, so that the
    /// head changes only when it is used up.
    unsafe fn link(&mut self, span: *mut Span) {
        // SAFETY: spans in the list are alive.
        unsafe {
            let class = usize::from((*span).class);
            let head = self.open[class];
            if head.is_null() {
                (*span).previous = null_mut();
                (*span).next = null_mut();
                self.set_head(class, span);
            } else {
                let next = (*head).next;
                (*span).previous = head;
                (*span).next = next;
                (*head).next = span;
                if !next.is_null() {
                    (*next).previous = span;
                }
            }
        }
    }

    unsafe fn unlink(&mut self, span: *mut Span) {
        // SAFETY: the span is in the list of its class, whose spans are alive.
        unsafe {
            let (previous, next) = ((*span).previous, (*span).next);
            if !next.is_null() {
                (*next).previous = previous;
            }
            if previous.is_null() {
                self.set_head((*span).class.into(), next);
            } else {
                (*previous).next = next;
            }
        }
    }

    fn set_head(&mut self, class: usize, span: *mut Span) {
        self.open[class] = span;
        if class < SMALL_CLASSES {
            let first = if class == 0 { 0 } else { block_size(class - 1) / 8 + 1 };
            self.direct[first..=block_size(class) / 8].fill(span);
        }
    }

    /// Finds memory for a new span of the class, and makes it the list's head.
    fn open_span(&mut self, class: usize) {
        let size = block_size(class);
        let (span, span_size) = if size <= SMALL_MAX {
            (self.take_small_span(), SMALL_SPAN)
        } else {
            (self.take_segment(), SEGMENT)
        };
        // SAFETY: the span's memory is ours and nobody else uses it; a small
        // span may be the first of its segment, whose segment fields stay.
        unsafe {
            (*span).free = null_mut();
            (*span).until_event = 0;
            (*span).state = State::Open;
            (*span).class = class as u8;
            (*span).capacity = ((span_size - HEADER) / size) as u32;
            (*span).carved = 0;
            self.link(span);
        }
    }

    fn take_small_span(&mut self) -> *mut Span {
        if self.partial.is_null() {
            let segment = self.take_segment();
            // SAFETY: the segment is ours.
            unsafe {
                (*segment).idle_spans = ALL_IDLE;
                self.link_partial(segment);
            }
        }
        let segment = self.partial;
        // SAFETY: segments in the list are alive and have idle spans.
        unsafe {
            let number = (*segment).idle_spans.trailing_zeros() as usize;
            (*segment).idle_spans &= (*segment).idle_spans - 1;
            if (*segment).idle_spans == 0 {
                self.unlink_partial(segment);
            }
            segment.cast::<u8>().add(number * SMALL_SPAN).cast()
        }
    }

    /// Takes back an empty span that is in no list.
    unsafe fn retire(&mut self, span: *mut Span) {
        // SAFETY: nobody uses the span; its segment's head is at the multiple
        // of the segment's size below.
        unsafe {
            if usize::from((*span).class) >= SMALL_CLASSES {
                self.retire_segment(span);
                return;
            }
            let offset = span.addr() & (SEGMENT - 1);
            let segment = span.cast::<u8>().sub(offset).cast::<Span>();
            let before = (*segment).idle_spans;
            (*segment).idle_spans = before | 1 << (offset / SMALL_SPAN);
            if (*segment).idle_spans == ALL_IDLE {
                // It had an idle span before this one, so it is in the list.
                self.unlink_partial(segment);
                self.retire_segment(segment);
            } else if before == 0 {
                self.link_partial(segment);
            }
        }
    }

    unsafe fn link_partial(&mut self, segment: *mut Span) {
        // SAFETY: segments in the list are alive.
        unsafe {
            let next = self.partial;
            (*segment).previous_segment = null_mut();
            (*segment).next_segment = next;
            if !next.is_null() {
                (*next).previous_segment = segment;
            }
        }
        self.partial = segment;
    }

    unsafe fn unlink_partial(&mut self, segment: *mut Span) {
        // SAFETY: the segment is in the list, and segments in it are alive.
        unsafe {
            let (previous, next) = ((*segment).previous_segment, (*segment).next_segment);
            if !next.is_null() {
                (*next).previous_segment = previous;
            }
            if previous.is_null() {
                self.partial = next;
            } else {
                (*previous).next_segment = next;
            }
        }
    }

    fn take_segment(&mut self) -> *mut Span {
        let segment = self.free_segments;
        self.used_segments += 1;
        if !segment.is_null() {
            // SAFETY: free segments are alive.
            self.free_segments = unsafe { (*segment).next_segment };
            self.free_segment_count -= 1;
            return segment;
        }
        if self.fresh_segments == 0 {
            self.map_chunk();
        }
        let segment = self.fresh.cast();
        // SAFETY: the chunk has this many segments left.
        self.fresh = unsafe { self.fresh.add(SEGMENT) };
        self.fresh_segments -= 1;
        segment
    }

    unsafe fn retire_segment(&mut self, segment: *mut Span) {
        self.used_segments -= 1;
        if self.free_segment_count >= SPARE_SEGMENTS + self.used_segments / 4 {
            // SAFETY: nobody uses it, and it is a whole number of pages of a mapping.
            unsafe { platform::unmap(segment.cast(), SEGMENT) };
            return;
        }
        // SAFETY: nobody else uses it.
        unsafe { (*segment).next_segment = self.free_segments };
        self.free_segments = segment;
        self.free_segment_count += 1;
    }

    /// Asks the system for segments; each time for more, so that it is seldom.
    fn map_chunk(&mut self) {
        let mut count = self.next_chunk.clamp(FIRST_CHUNK, LARGEST_CHUNK);
        self.next_chunk = count * 2;
        loop {
            // One more for alignment: pages that nobody touches cost nothing.
            let start = platform::map((count + 1) * SEGMENT);
            if !start.is_null() {
                let aligned = start.map_addr(|address| address.next_multiple_of(SEGMENT));
                if count >= LARGE_PAGE_CHUNK {
                    platform::prefer_large_pages(aligned, count * SEGMENT);
                }
                self.fresh = aligned;
                self.fresh_segments = count;
                return;
            }
            if count == 1 {
                exhausted();
            }
            count = 1;
        }
    }
}
