//! Memory: where objects come from and go back to.
//!
//! Small and medium blocks come from [`heap`], large ones from [`large`]. In
//! the debug runtime (`check`) the module [`checked`] stands between.

#[cfg(feature = "check")]
pub(crate) mod checked;
mod class;
#[cfg(feature = "image")]
mod global_alloc;
mod heap;
mod large;
#[cfg(test)]
mod tests;

use crate::panic;

/// Memory of `size` bytes, aligned to 8, with undefined contents.
#[inline]
pub(crate) fn allocate(size: usize) -> *mut u8 {
    #[cfg(feature = "check")]
    return checked::allocate(size);
    #[cfg(not(feature = "check"))]
    heap::allocate(size)
}

/// Gives memory back; `size` is what was asked for.
///
/// # Safety
/// `block` came from [`allocate`] or [`reallocate`] with that size, and nothing
/// uses it any more.
#[inline]
pub(crate) unsafe fn free(block: *mut u8, size: usize) {
    #[cfg(feature = "check")]
    // SAFETY: passed on.
    unsafe {
        checked::free(block, size);
    }
    #[cfg(not(feature = "check"))]
    // SAFETY: passed on.
    unsafe {
        heap::free(block, size);
    }
}

/// Changes the size of a block, which may move.
///
/// # Safety
/// As for [`free`].
pub(crate) unsafe fn reallocate(block: *mut u8, old: usize, new: usize) -> *mut u8 {
    #[cfg(feature = "check")]
    // SAFETY: passed on.
    return unsafe { checked::reallocate(block, old, new) };
    #[cfg(not(feature = "check"))]
    // SAFETY: passed on.
    unsafe {
        heap::reallocate(block, old, new)
    }
}

#[unsafe(export_name = "rt_alloc")]
extern "C" fn exported_allocate(size: usize) -> *mut u8 {
    allocate(size)
}

#[unsafe(export_name = "rt_free")]
unsafe extern "C" fn exported_free(block: *mut u8, size: usize) {
    // SAFETY: passed on.
    unsafe { free(block, size) };
}

#[unsafe(export_name = "rt_realloc")]
unsafe extern "C" fn exported_reallocate(block: *mut u8, old: usize, new: usize) -> *mut u8 {
    // SAFETY: passed on.
    unsafe { reallocate(block, old, new) }
}

/// Tells the debug runtime that a new object is a text.
#[inline(always)]
pub(crate) fn label_text(_block: *mut u8) {
    #[cfg(feature = "check")]
    checked::label(_block, checked::Kind::Text);
}

/// Tells the debug runtime that a new object is a list.
#[inline(always)]
pub(crate) fn label_list(_block: *mut u8) {
    #[cfg(feature = "check")]
    checked::label(_block, checked::Kind::List);
}

/// The size of the block that a request for `size` bytes gives: what is asked
/// for up to this costs nothing more, and may be given to [`free`] as well.
#[inline]
pub(crate) fn usable_size(size: usize) -> usize {
    // The debug runtime is strict, so that it finds what runs over.
    if cfg!(feature = "check") { size.saturating_add(7) & !7 } else { class::usable_size(size) }
}

/// There is no memory left.
#[cold]
#[inline(never)]
pub(crate) fn exhausted() -> ! {
    panic::fail(&[panic::Part::Text("out of memory")])
}

/// Memory for the runtime's own tables, which the debug runtime does not count
/// as the program's.
pub(crate) fn allocate_internal(size: usize) -> *mut u8 {
    heap::allocate(size)
}

/// Gives such memory back.
///
/// # Safety
/// As for [`free`].
#[cfg(feature = "check")]
unsafe fn free_internal(block: *mut u8, size: usize) {
    // SAFETY: passed on.
    unsafe { heap::free(block, size) };
}

/// Changes the size of such memory.
///
/// # Safety
/// As for [`free`].
pub(crate) unsafe fn reallocate_internal(block: *mut u8, old: usize, new: usize) -> *mut u8 {
    // SAFETY: passed on.
    unsafe { heap::reallocate(block, old, new) }
}
