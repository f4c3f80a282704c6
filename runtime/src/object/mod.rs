//! Counted objects as the runtime's functions see them (`docs/design/memory.md`).
//!
//! A parameter is either *borrowed* ([`TextRef`], [`ListRef`]: a pointer that
//! somebody else keeps alive) or a *slot* (`&mut Text`, `&mut List`: a variable
//! that holds a counted pointer); a result is *owned* ([`Text`], [`List`]). All
//! of these are one pointer for compiled code.

mod list;
mod text;

pub(crate) use list::{List, ListRef, Retain, object_size as list_size};
pub(crate) use text::{StaticText, Text, TextRef, static_text};

/// What every counted object begins with.
#[repr(C)]
pub(crate) struct Header {
    /// > 0: references of one thread; 0: static; < 0: minus the shared ones.
    pub(crate) count: i32,
    /// For class instances: one for all strong references, one per weak one.
    pub(crate) weak: u32,
}

impl Header {
    /// Of a new object.
    pub(crate) const UNIQUE: Self = Self { count: 1, weak: 0 };
    /// Of an object in the image.
    pub(crate) const STATIC: Self = Self { count: 0, weak: 0 };
}

/// What text and lists begin with; their contents follow.
#[repr(C)]
pub(crate) struct Sequence {
    pub(crate) header: Header,
    /// Bytes or elements in use.
    pub(crate) len: i64,
    /// Bytes or elements that there is room for.
    pub(crate) cap: i64,
}

/// Where the contents of text and lists begin.
pub(crate) const CONTENTS: usize = 24;
const _: () = assert!(size_of::<Sequence>() == CONTENTS);

impl Sequence {
    /// A sequence without contents, in the image.
    const EMPTY: Self = Self { header: Header::STATIC, len: 0, cap: 0 };
}

/// One more reference.
///
/// # Safety
/// `object` points to a live counted object.
#[inline(always)]
pub(crate) unsafe fn retain(object: *mut Header) {
    // SAFETY: the caller's object is alive; static objects are not written.
    unsafe {
        if (*object).count > 0 {
            (*object).count += 1;
        } else {
            crate::count::retain_slow(object);
        }
    }
}

/// One reference less; true if it was the last one and the object, whose count
/// no longer matters, must be destroyed.
///
/// # Safety
/// `object` points to a live counted object, and the reference is the caller's.
#[inline(always)]
pub(crate) unsafe fn release(object: *mut Header) -> bool {
    // SAFETY: the caller's object is alive; static objects are not written.
    unsafe {
        if (*object).count > 1 {
            (*object).count -= 1;
            false
        } else if (*object).count == 1 {
            true
        } else {
            crate::count::release_slow(object) != 0
        }
    }
}

/// Whether the object has one owner and so may be changed in place.
///
/// # Safety
/// `object` points to a live counted object.
#[inline(always)]
pub(crate) unsafe fn is_unique(object: *const Header) -> bool {
    // SAFETY: the caller's object is alive.
    unsafe { (*object).count == 1 }
}
