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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::boxed::Box;
    use std::io::{Read, Seek};
    use std::os::fd::AsRawFd;
    use std::vec::Vec;

    use super::*;

    /// A file without a name.
    fn file() -> std::fs::File {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = std::format!("simple-{}-stream-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let options = std::fs::File::options().read(true).write(true).create_new(true).open(&path);
        std::fs::remove_file(path).expect("the file is there");
        options.expect("the folder is writable")
    }

    fn with_stream(file: &std::fs::File, action: impl FnOnce(&mut Stream<'_>)) {
        let mut buffer = Box::new(StreamBuffer::NEW);
        let mut state = StreamState::NEW;
        let file = File(file.as_raw_fd());
        action(&mut Stream { file, state: &mut state, buffer: &mut buffer });
    }

    proptest! {
        #[test]
        fn all_is_written_in_order(sizes in proptest::collection::vec(0usize..3 * SIZE, 0..12)) {
            let mut file = file();
            let mut expected = Vec::new();
            with_stream(&file, |stream| {
                for (at, &size) in sizes.iter().enumerate() {
                    let piece = std::vec![at as u8; size];
                    stream.push(&piece).expect("files take all");
                    expected.extend(piece);
                }
                stream.flush().expect("files take all");
                assert!(!stream.is_pending());
            });
            let mut written = Vec::new();
            file.rewind().expect("it is a file");
            file.read_to_end(&mut written).expect("it is a file");
            prop_assert_eq!(written, expected);
        }
    }

    #[test]
    fn what_cannot_be_written_is_forgotten() {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
        with_stream(&full, |stream| {
            assert_eq!(stream.push(b"x"), Ok(()));
            assert_eq!(stream.flush(), Err(Errno::NO_SPACE));
            assert_eq!(stream.flush(), Ok(()));
        });
    }
}
