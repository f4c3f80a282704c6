//! Buffered writing to a file.

use core::mem::MaybeUninit;

use crate::platform::{self, Errno, File};

/// When a stream is written out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// Nobody has asked yet whether the file is a terminal.
    Unknown,
    /// At each line end: somebody watches.
    Line,
    /// When the buffer is full.
    Full,
}

/// A file and what is still to be written to it. The small fields come first, so
/// that they share a page with the first bytes.
#[repr(C)]
pub(super) struct Stream<const N: usize> {
    file: File,
    pub(super) mode: Mode,
    len: usize,
    buffer: [MaybeUninit<u8>; N],
}

impl<const N: usize> Stream<N> {
    pub(super) const fn new(file: File, mode: Mode) -> Self {
        Self { file, mode, len: 0, buffer: [MaybeUninit::zeroed(); N] }
    }

    /// Whether something is still to be written.
    pub(super) fn is_pending(&self) -> bool {
        self.len > 0
    }

    /// Takes bytes; those that do not fit are written.
    #[inline]
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        if bytes.len() > N - self.len {
            return self.push_large(bytes);
        }
        // SAFETY: there is room, and the bytes are not the buffer's own.
        unsafe {
            let end = self.buffer.as_mut_ptr().add(self.len).cast::<u8>();
            end.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        }
        self.len += bytes.len();
        Ok(())
    }

    #[inline(never)]
    fn push_large(&mut self, bytes: &[u8]) -> Result<(), Errno> {
        self.flush()?;
        if bytes.len() >= N {
            return platform::write(self.file, bytes);
        }
        self.push(bytes)
    }

    /// Writes what is still to be written. It is forgotten in any case.
    pub(super) fn flush(&mut self) -> Result<(), Errno> {
        let len = core::mem::take(&mut self.len);
        if len == 0 {
            return Ok(());
        }
        // SAFETY: the first `len` bytes were written.
        let bytes = unsafe { core::slice::from_raw_parts(self.buffer.as_ptr().cast(), len) };
        platform::write(self.file, bytes)
    }

    /// Whether bytes that were taken end a line that must be seen now.
    pub(super) fn wants_flush_after(&mut self, bytes: &[u8]) -> bool {
        if memchr::memchr(b'\n', bytes).is_none() {
            return false;
        }
        if self.mode == Mode::Unknown {
            let watched = platform::is_terminal(self.file);
            self.mode = if watched { Mode::Line } else { Mode::Full };
        }
        self.mode == Mode::Line
    }
}
