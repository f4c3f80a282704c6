//! Memory for the few parts of Rust's `alloc` that the runtime uses (full
//! Unicode case mapping builds a `String`).

use core::alloc::{GlobalAlloc, Layout};
use core::ptr::null_mut;

struct RuntimeAllocator;

#[global_allocator]
static ALLOCATOR: RuntimeAllocator = RuntimeAllocator;

/// What [`super::allocate`] guarantees.
const ALIGNMENT: usize = 8;

// SAFETY: blocks are as large as asked for and aligned to 8; more is refused.
unsafe impl GlobalAlloc for RuntimeAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > ALIGNMENT { null_mut() } else { super::allocate(layout.size()) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: passed on.
        unsafe { super::free(block, layout.size()) };
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new: usize) -> *mut u8 {
        // SAFETY: passed on.
        unsafe { super::reallocate(block, layout.size(), new) }
    }
}
