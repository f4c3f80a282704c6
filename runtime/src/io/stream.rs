//! Buffered writing to a file.

use core::mem::MaybeUninit;

use crate::platform::{self, Errno, File};

/// Large enough that writing costs little per byte, small enough for the
/// processor's first cache.
const SIZE: usize = 16 * 1024;

/// When a stream is written out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Mode {
    /// Nobody has asked yet whether the file is a terminal.
    Unknown = 0,
    /// At each line end: somebody watches.
    Line,
    /// When the buffer is full.
    Full,
}

/// How a stream is, apart from its bytes. Starts as zeros.
pub(crate) struct StreamState {
    /// Bytes that are still to be written.
    len: usize,
    mode: Mode,
}

impl StreamState {
    pub(crate) const NEW: Self = Self { len: 0, mode: Mode::Unknown };
}

/// Bytes that are still to be written.
pub(crate) struct StreamBuffer([MaybeUninit<u8>; SIZE]);

impl StreamBuffer {
    pub(crate) const NEW: Self = Self([MaybeUninit::zeroed(); SIZE]);
}

/// A file and what is still to be written to it.
pub(super) struct Stream<'a> {
    pub(super) file: File,
    pub(super) state: &'a mut StreamState,
    pub(super) buffer: &'a mut StreamBuffer,
}

impl Stream<'_> {
    /// Whether something is still to be written.
    #[inline(always)]
    pub(super) fn is_pending(&self) -> bool {
        self.state.len > 0
    }

    /// When the stream is written out.
    #[inline(always)]
    pub(super) fn mode(&self) -> Mode {
        self.state.mode
    }

    /// Decides when the stream is written out.
    pub(super) fn set_mode(&mut self, mode: Mode) {
        self.state.mode = mode;
    }

    /// Takes bytes if they fit.
    #[inline(always)]
    pub(super) fn push_small(&mut self, bytes: &[u8]) -> bool {
        let len = self.state.len;
        let fits = bytes.len() <= SIZE - len;
        if fits {
            // SAFETY: there is room, and the bytes are not the buffer's own.
            unsafe {
                let end = self.buffer.0.as_mut_ptr().add(len).cast::<u8>();
                end.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            }
            self.state.len = len + bytes.len();
        }
        fits
    }

    /// Takes bytes; when they do not fit, what is there is written before.
    #[inline(never)]
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        if self.push_small(bytes) {
            return Ok(());
        }
        self.flush()?;
        if self.push_small(bytes) { Ok(()) } else { platform::write(self.file, bytes) }
    }

    /// Writes what is still to be written. It is forgotten in any case.
    #[inline(never)]
    pub(super) fn flush(&mut self) -> Result<(), Errno> {
        let len = core::mem::take(&mut self.state.len);
        if len == 0 {
            return Ok(());
        }
        // SAFETY: the first `len` bytes were written.
        let bytes = unsafe { core::slice::from_raw_parts(self.buffer.0.as_ptr().cast(), len) };
        platform::write(self.file, bytes)
    }
}
