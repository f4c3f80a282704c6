//! List objects, whatever their elements are.

use core::marker::PhantomData;
use core::ptr::NonNull;

use super::{CONTENTS, Header, Sequence, Text, TextRef, is_unique, release, retain};
use crate::memory;

/// The empty list of every type.
#[unsafe(export_name = "rt_empty_list")]
static EMPTY: Sequence = Sequence::EMPTY;

/// Retains everything counted in the element at an address, which now exists
/// twice; `None` if nothing in it is counted.
pub(crate) type Retain = Option<unsafe extern "C" fn(element: *mut u8)>;

/// A borrowed list.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct ListRef<'a> {
    object: NonNull<Sequence>,
    lifetime: PhantomData<&'a Sequence>,
}

/// An owned reference to a list, or, behind `&mut`, a slot that holds one.
///
/// Nobody here knows how to release elements, so dropping one of these does
/// nothing: whoever replaces a list releases it by hand.
#[repr(transparent)]
pub(crate) struct List {
    object: NonNull<Sequence>,
}

/// The least room that a list which grows gets: a block of 64 bytes.
const LEAST_GROWTH: usize = 64 - CONTENTS;

/// Size of an object with room for `cap` elements.
pub(crate) fn object_size(cap: usize, elem: usize) -> usize {
    cap.saturating_mul(elem).saturating_add(CONTENTS)
}

/// The block for a list of `cap` elements, and how many fit in it.
fn sized_block(cap: usize, elem: usize) -> (usize, usize) {
    let wanted = object_size(cap, elem);
    if elem == 0 {
        return (wanted, cap.min(i64::MAX as usize));
    }
    let fits = (memory::usable_size(wanted) - CONTENTS) / elem;
    (object_size(fits, elem), fits)
}

impl<'a> ListRef<'a> {
    /// Number of elements.
    #[inline]
    pub(crate) fn len(self) -> usize {
        // SAFETY: the object is alive.
        unsafe { (*self.object.as_ptr()).len as usize }
    }

    /// Room in elements.
    #[inline]
    pub(crate) fn capacity(self) -> usize {
        // SAFETY: the object is alive.
        unsafe { (*self.object.as_ptr()).cap as usize }
    }

    /// One more reference to the same object.
    pub(crate) fn retain(self) -> List {
        // SAFETY: the object is alive.
        unsafe { retain(self.address()) };
        List { object: self.object }
    }

    /// The address of the first element.
    #[inline]
    pub(crate) fn start(self) -> *mut u8 {
        // SAFETY: the contents follow.
        unsafe { self.object.as_ptr().cast::<u8>().add(CONTENTS) }
    }

    /// The elements of a `[u8]`.
    pub(crate) fn bytes(self) -> &'a [u8] {
        // SAFETY: the object is alive and unchanged for `'a`; the compiler
        // passes lists of this type only.
        unsafe { core::slice::from_raw_parts(self.start(), self.len()) }
    }

    /// The elements of a `[str]`.
    pub(crate) fn texts(self) -> &'a [TextRef<'a>] {
        // SAFETY: as above; a text is one pointer.
        unsafe { core::slice::from_raw_parts(self.start().cast(), self.len()) }
    }

    /// The object's address.
    pub(crate) fn address(self) -> *mut Header {
        self.object.as_ptr().cast()
    }
}

impl List {
    /// The empty list.
    pub(crate) const fn empty() -> Self {
        Self { object: NonNull::from_ref(&EMPTY) }
    }

    /// An empty list with room for `cap` elements of `elem` bytes, at least.
    pub(crate) fn with_capacity(cap: usize, elem: usize) -> Self {
        if cap == 0 {
            return Self::empty();
        }
        let (size, cap) = sized_block(cap, elem);
        let block = memory::allocate(size);
        memory::label_list(block);
        let object = block.cast::<Sequence>();
        let new = Sequence { header: Header::UNIQUE, len: 0, cap: cap as i64 };
        // SAFETY: the block is ours and large enough; it is never null.
        unsafe {
            object.write(new);
            Self { object: NonNull::new_unchecked(object) }
        }
    }

    /// The list as a borrowed one.
    #[inline]
    pub(crate) fn as_ref(&self) -> ListRef<'_> {
        ListRef { object: self.object, lifetime: PhantomData }
    }

    /// Number of elements.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.as_ref().len()
    }

    /// The address of the first element.
    #[inline]
    pub(crate) fn start(&self) -> *mut u8 {
        self.as_ref().start()
    }

    /// Room in elements.
    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.as_ref().capacity()
    }

    /// Whether this is the only reference.
    #[inline]
    pub(crate) fn is_unique(&self) -> bool {
        // SAFETY: the object is alive.
        unsafe { is_unique(self.object.as_ptr().cast()) }
    }

    /// Declares the number of elements.
    ///
    /// # Safety
    /// The list is unique, and so many elements are initialised.
    #[inline]
    pub(crate) unsafe fn set_len(&mut self, len: usize) {
        // SAFETY: the object is ours.
        unsafe { (*self.object.as_ptr()).len = len as i64 };
    }

    /// Makes the list unique, with room for `additional` more elements. A
    /// unique list is moved as bytes; a shared one is copied.
    pub(crate) fn reserve(&mut self, additional: usize, elem: usize, retain: Retain) {
        let (len, cap) = (self.len(), self.capacity());
        let needed = len.saturating_add(additional);
        if !self.is_unique() {
            // A list that is only unshared gets no room that it may never use;
            // an empty one becomes an object of its own all the same, as its
            // length may be written to.
            let plain = additional == 0 && needed > 0;
            let cap = if plain { needed } else { grown(needed, 0, elem) };
            let mut copy = Self::with_capacity(cap, elem);
            copy.append_copies(self.start(), len, elem, retain);
            self.replace(copy);
            return;
        }
        if cap >= needed {
            return;
        }
        let (size, grown) = sized_block(grown(needed, cap, elem), elem);
        let object = self.object.as_ptr();
        // SAFETY: a unique object is ours to reallocate.
        unsafe {
            let moved = memory::reallocate(object.cast(), object_size(cap, elem), size);
            let object = moved.cast::<Sequence>();
            (*object).cap = grown as i64;
            self.object = NonNull::new_unchecked(object);
        }
    }

    /// Makes the list unique.
    pub(crate) fn unshare(&mut self, elem: usize, retain: Retain) {
        if !self.is_unique() {
            self.reserve(0, elem, retain);
        }
    }

    /// Stores another list; the old one, which has other owners or is static,
    /// loses a reference.
    fn replace(&mut self, with: Self) {
        let old = self.object.as_ptr();
        self.object = with.object;
        // SAFETY: the reference was the slot's. Others hold the object, or it
        // is static, so there is nothing to destroy; a shared object whose
        // other owners let go in this very moment would be one, and is
        // destroyed by no thread of today.
        unsafe {
            let last = release(old.cast());
            debug_assert!(!last, "only shared lists are replaced");
        }
    }

    /// Appends copies of `count` elements. There is room; the list is unique.
    pub(crate) fn append_copies(
        &mut self,
        from: *const u8,
        count: usize,
        elem: usize,
        retain: Retain,
    ) {
        debug_assert!(count == 0 || (self.is_unique() && self.capacity() - self.len() >= count));
        if count == 0 {
            return;
        }
        let len = self.len();
        // SAFETY: there is room behind the elements, where nothing else lies.
        unsafe {
            let end = self.start().add(len * elem);
            end.copy_from_nonoverlapping(from, count * elem);
            self.set_len(len + count);
            if let Some(retain) = retain {
                for at in 0..count {
                    retain(end.add(at * elem));
                }
            }
        }
    }

    /// Appends a text to a `[str]` that is being made.
    pub(crate) fn push_text(&mut self, text: Text) {
        self.reserve(1, size_of::<Text>(), None);
        let len = self.len();
        // SAFETY: there is room; the slot is uninitialised.
        unsafe {
            self.start().cast::<Text>().add(len).write(text);
            self.set_len(len + 1);
        }
    }

    /// A `[u8]` with these elements.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let mut list = Self::with_capacity(bytes.len(), 1);
        list.append_copies(bytes.as_ptr(), bytes.len(), 1, None);
        list
    }
}

/// The capacity that a list with `cap` gets when it needs `needed`.
fn grown(needed: usize, cap: usize, elem: usize) -> usize {
    let least = LEAST_GROWTH.checked_div(elem).unwrap_or(0).max(1);
    needed.max(cap.saturating_mul(2)).max(least)
}
