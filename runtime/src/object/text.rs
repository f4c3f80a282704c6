//! Text objects.

use core::marker::PhantomData;
use core::ptr::NonNull;

use super::{CONTENTS, Header, Sequence, is_unique, release, retain};
use crate::memory;

/// The empty text: static, so it costs nothing to hold one.
#[unsafe(export_name = "rt_empty_str")]
static EMPTY: Sequence = Sequence::EMPTY;

/// A borrowed text: somebody keeps the object alive and unchanged for `'a`.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct TextRef<'a> {
    object: NonNull<Sequence>,
    lifetime: PhantomData<&'a Sequence>,
}

/// An owned reference to a text, or, behind `&mut`, a slot that holds one.
#[repr(transparent)]
pub(crate) struct Text {
    object: NonNull<Sequence>,
}

/// The least room that text which grows gets: a block of 64 bytes.
const LEAST_GROWTH: usize = 64 - CONTENTS;

/// Size of an object with room for `cap` bytes.
fn object_size(cap: usize) -> usize {
    cap.saturating_add(CONTENTS)
}

impl<'a> TextRef<'a> {
    /// Text that lies in the image.
    pub(crate) const fn of_static<const N: usize>(
        text: &'static StaticText<N>,
    ) -> TextRef<'static> {
        let object = NonNull::from_ref(text).cast();
        TextRef { object, lifetime: PhantomData }
    }

    /// Length in bytes.
    #[inline]
    pub(crate) fn len(self) -> usize {
        // SAFETY: the object is alive.
        unsafe { (*self.object.as_ptr()).len as usize }
    }

    /// The contents.
    #[inline]
    pub(crate) fn bytes(self) -> &'a [u8] {
        // SAFETY: the object is alive and unchanged for `'a`, and has `len`
        // initialised bytes of contents.
        unsafe {
            let contents = self.object.as_ptr().cast::<u8>().add(CONTENTS);
            core::slice::from_raw_parts(contents, self.len())
        }
    }

    /// The contents.
    #[inline]
    pub(crate) fn as_str(self) -> &'a str {
        // SAFETY: text objects hold UTF-8; whatever makes one sees to it.
        unsafe { core::str::from_utf8_unchecked(self.bytes()) }
    }

    /// One more reference to the same object.
    #[inline]
    pub(crate) fn retain(self) -> Text {
        // SAFETY: the object is alive.
        unsafe { retain(self.object.as_ptr().cast()) };
        Text { object: self.object }
    }

    /// The object's address.
    pub(crate) fn address(self) -> *mut Header {
        self.object.as_ptr().cast()
    }
}

impl Text {
    /// The empty text.
    #[inline]
    pub(crate) const fn empty() -> Self {
        Self { object: NonNull::from_ref(&EMPTY) }
    }

    /// An empty text with room for `cap` bytes, at least.
    pub(crate) fn with_capacity(cap: usize) -> Self {
        if cap == 0 {
            return Self::empty();
        }
        let size = memory::usable_size(object_size(cap));
        let block = memory::allocate(size);
        memory::label_text(block);
        let object = block.cast::<Sequence>();
        let new = Sequence { header: Header::UNIQUE, len: 0, cap: (size - CONTENTS) as i64 };
        // SAFETY: the block is ours and large enough; it is never null.
        unsafe {
            object.write(new);
            Self { object: NonNull::new_unchecked(object) }
        }
    }

    /// A text with these contents, which are UTF-8.
    pub(crate) fn from_utf8_bytes(bytes: &[u8]) -> Self {
        debug_assert!(core::str::from_utf8(bytes).is_ok());
        let mut text = Self::with_capacity(bytes.len());
        // SAFETY: there is room for the bytes.
        unsafe { text.push_within_capacity(bytes) };
        text
    }

    /// A text with these contents.
    pub(crate) fn new(contents: &str) -> Self {
        Self::from_utf8_bytes(contents.as_bytes())
    }

    /// The text as a borrowed one.
    #[inline]
    pub(crate) fn as_ref(&self) -> TextRef<'_> {
        TextRef { object: self.object, lifetime: PhantomData }
    }

    /// The text as a borrowed one that is not bound to the slot: the object
    /// outlives changes of the slot if the caller holds a reference.
    pub(crate) fn as_str(&self) -> &str {
        self.as_ref().as_str()
    }

    /// Length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.as_ref().len()
    }

    #[inline(always)]
    fn sequence(&mut self) -> *mut Sequence {
        self.object.as_ptr()
    }

    /// Whether this is the only reference and there is room for `additional`
    /// bytes.
    #[inline]
    pub(crate) fn has_room(&self, additional: usize) -> bool {
        let object = self.object.as_ptr();
        // SAFETY: the object is alive.
        unsafe {
            is_unique(object.cast()) && ((*object).cap - (*object).len) as usize >= additional
        }
    }

    /// Makes the text unique, with room for `additional` more bytes.
    #[inline]
    pub(crate) fn reserve(&mut self, additional: usize) {
        if !self.has_room(additional) {
            self.grow(additional);
        }
    }

    #[inline(never)]
    fn grow(&mut self, additional: usize) {
        let object = self.sequence();
        // SAFETY: the object is alive; a unique one is ours to reallocate.
        unsafe {
            let (len, cap) = ((*object).len as usize, (*object).cap as usize);
            let needed = len.saturating_add(additional);
            if !is_unique(object.cast()) {
                // Somebody who appends once appends again.
                let mut copy = Self::with_capacity(needed.max(LEAST_GROWTH));
                copy.push_within_capacity(self.as_ref().bytes());
                *self = copy;
                return;
            }
            let wanted = needed.max(cap.saturating_mul(2)).max(LEAST_GROWTH);
            let size = memory::usable_size(object_size(wanted));
            let moved = memory::reallocate(object.cast(), object_size(cap), size);
            let object = moved.cast::<Sequence>();
            (*object).cap = (size - CONTENTS) as i64;
            self.object = NonNull::new_unchecked(object);
        }
    }

    /// Appends bytes.
    ///
    /// # Safety
    /// The text is unique with that much room, and stays UTF-8. The bytes do
    /// not lie in the room.
    #[inline]
    pub(crate) unsafe fn push_within_capacity(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let object = self.sequence();
        // SAFETY: the caller made room.
        unsafe {
            let len = (*object).len as usize;
            let end = object.cast::<u8>().add(CONTENTS + len);
            end.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            (*object).len = (len + bytes.len()) as i64;
        }
    }

    /// Appends text that does not lie in this one.
    #[inline]
    pub(crate) fn push_str(&mut self, text: &str) {
        self.reserve(text.len());
        // SAFETY: there is room now.
        unsafe { self.push_within_capacity(text.as_bytes()) };
    }

    /// Appends ASCII bytes.
    #[inline]
    pub(crate) fn push_ascii(&mut self, bytes: &[u8]) {
        debug_assert!(bytes.is_ascii());
        self.reserve(bytes.len());
        // SAFETY: there is room now, and ASCII is UTF-8.
        unsafe { self.push_within_capacity(bytes) };
    }

    /// Appends a character.
    pub(crate) fn push_char(&mut self, character: char) {
        self.push_str(character.encode_utf8(&mut [0; 4]));
    }

    /// Appends a character so many times.
    pub(crate) fn push_repeated(&mut self, character: char, count: usize) {
        if count == 0 {
            return;
        }
        let mut buffer = [0; 4];
        let text: &str = character.encode_utf8(&mut buffer);
        self.reserve(text.len().saturating_mul(count));
        if let [byte] = *text.as_bytes() {
            for to in &mut self.spare()[..count] {
                to.write(byte);
            }
            // SAFETY: so many bytes more were written, all ASCII.
            unsafe { self.set_len(self.len() + count) };
            return;
        }
        for _ in 0..count {
            // SAFETY: there is room for all.
            unsafe { self.push_within_capacity(text.as_bytes()) };
        }
    }

    /// Appends another text, which may be the same object.
    #[inline]
    pub(crate) fn push_text(&mut self, other: TextRef<'_>) {
        let len = other.len();
        if other.object == self.object {
            // The object may move while it grows, so its bytes are found again.
            self.reserve(len);
            // SAFETY: there is room for as much again behind the first `len`
            // bytes, which are where they were.
            unsafe {
                let start = self.sequence().cast::<u8>().add(CONTENTS);
                start.add(len).copy_from_nonoverlapping(start, len);
                (*self.sequence()).len = 2 * len as i64;
            }
            return;
        }
        self.reserve(len);
        // SAFETY: there is room now.
        unsafe { self.push_within_capacity(other.bytes()) };
    }

    /// The room behind the contents, for somebody else to fill.
    pub(crate) fn spare(&mut self) -> &mut [core::mem::MaybeUninit<u8>] {
        debug_assert!(self.has_room(0));
        let object = self.sequence();
        // SAFETY: a unique object's room is ours.
        unsafe {
            let (len, cap) = ((*object).len as usize, (*object).cap as usize);
            let start = object.cast::<u8>().add(CONTENTS + len);
            core::slice::from_raw_parts_mut(start.cast(), cap - len)
        }
    }

    /// Declares the length.
    ///
    /// # Safety
    /// The text is unique, and so many bytes are initialised UTF-8.
    pub(crate) unsafe fn set_len(&mut self, len: usize) {
        // SAFETY: the object is ours.
        unsafe { (*self.sequence()).len = len as i64 };
    }
}

impl Drop for Text {
    #[inline]
    fn drop(&mut self) {
        let object = self.sequence();
        // SAFETY: the reference is ours, and so is the object if it was the last.
        unsafe {
            if release(object.cast()) {
                let size = object_size((*object).cap as usize);
                memory::free(object.cast(), size);
            }
        }
    }
}

/// Text in the image.
#[repr(C)]
pub(crate) struct StaticText<const N: usize> {
    sequence: Sequence,
    contents: [u8; N],
}

impl<const N: usize> StaticText<N> {
    /// The text; `N` is its length in bytes.
    pub(crate) const fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        assert!(bytes.len() == N);
        let mut contents = [0; N];
        let mut at = 0;
        while at < N {
            contents[at] = bytes[at];
            at += 1;
        }
        let sequence = Sequence { header: Header::STATIC, len: N as i64, cap: N as i64 };
        Self { sequence, contents }
    }
}

/// Text in the image: `static_text!("...")` is a `TextRef<'static>`.
macro_rules! static_text {
    ($text:expr) => {{
        static TEXT: $crate::object::StaticText<{ $text.len() }> =
            $crate::object::StaticText::new($text);
        $crate::object::TextRef::of_static(&TEXT)
    }};
}
pub(crate) use static_text;
