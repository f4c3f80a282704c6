//! What the runtime asks of the system beneath it.
//!
//! One folder per system, each with the same functions; the rest of the runtime
//! knows no other way out. A new system (bare metal among them) is a new folder
//! and one line here.

use core::ffi::CStr;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[path = "linux_x86_64/mod.rs"]
mod system;

#[cfg(feature = "image")]
mod fault;

#[cfg(feature = "image")]
pub(crate) use fault::{Fault, FaultHandler, FaultKind, catch_faults};
pub(crate) use system::{Arguments, Environment, InitialStack};

/// Why a request failed: the system's error number, 1 to 4095.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Errno(pub(crate) i32);

impl Errno {
    /// The reader of a pipe is gone.
    pub(crate) const BROKEN_PIPE: Self = Self(system::errors::BROKEN_PIPE);
    /// The file is not open.
    pub(crate) const BAD_FILE: Self = Self(system::errors::BAD_FILE);
    /// A name with a NUL byte or the like.
    pub(crate) const INVALID: Self = Self(system::errors::INVALID);
    /// The device is full.
    pub(crate) const NO_SPACE: Self = Self(system::errors::NO_SPACE);
    /// A name longer than any path.
    pub(crate) const NAME_TOO_LONG: Self = Self(system::errors::NAME_TOO_LONG);
}

/// An open file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct File(pub(crate) i32);

impl File {
    /// Standard input.
    pub(crate) const INPUT: Self = Self(0);
    /// Standard output.
    pub(crate) const OUTPUT: Self = Self(1);
    /// Standard error.
    pub(crate) const ERROR: Self = Self(2);
}

/// What a file is opened for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OpenMode {
    /// Reading an existing file.
    Read,
    /// Writing: made if missing, emptied if not.
    Write,
    /// Writing at the end: made if missing.
    Append,
    /// Sharing it as memory: made if missing.
    #[cfg(feature = "image")]
    Share,
}

/// The longest path that [`open`] takes, with its terminator.
pub(crate) const PATH_MAX: usize = system::PATH_MAX;

/// Unit of [`map`]; a power of two.
pub(crate) const PAGE_SIZE: usize = 4096;

/// Opens a file.
pub(crate) fn open(path: &CStr, mode: OpenMode) -> Result<File, Errno> {
    system::open(path, mode)
}

/// Closes a file; errors have nobody to go to.
pub(crate) fn close(file: File) {
    system::close(file);
}

/// Reads into `buffer`; 0 at the end. Interruptions are retried.
pub(crate) fn read(file: File, buffer: &mut [u8]) -> Result<usize, Errno> {
    system::read(file, buffer)
}

/// Writes all of `bytes`. Interruptions are retried, a full pipe is waited for.
pub(crate) fn write(file: File, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        let written = system::write(file, bytes)?;
        bytes = bytes.get(written..).unwrap_or_default();
    }
    Ok(())
}

/// The size that a file says it has; 0 if unknown.
pub(crate) fn file_size(file: File) -> usize {
    system::file_size(file)
}

/// Whether somebody watches: the file is a terminal.
pub(crate) fn is_terminal(file: File) -> bool {
    system::is_terminal(file)
}

/// Fresh zeroed pages, or null. `size` is a multiple of [`PAGE_SIZE`].
pub(crate) fn map(size: usize) -> *mut u8 {
    system::map(size)
}

/// Gives pages back.
///
/// # Safety
/// The pages came from [`map`] or [`remap`] and nothing points into them.
pub(crate) unsafe fn unmap(start: *mut u8, size: usize) {
    // SAFETY: passed on.
    unsafe { system::unmap(start, size) }
}

/// Changes the size of a mapping, moving it if need be; null if impossible.
///
/// # Safety
/// As for [`unmap`], unless the result is null.
pub(crate) unsafe fn remap(start: *mut u8, old: usize, new: usize) -> *mut u8 {
    // SAFETY: passed on.
    unsafe { system::remap(start, old, new) }
}

/// Says that large pages are welcome in a range that will be used densely.
pub(crate) fn prefer_large_pages(start: *mut u8, size: usize) {
    system::prefer_large_pages(start, size);
}

/// Nanoseconds since 1970-01-01 UTC.
pub(crate) fn wall_clock() -> i64 {
    system::wall_clock()
}

/// Nanoseconds since some point in the past, never going back.
pub(crate) fn monotonic_clock() -> i64 {
    system::monotonic_clock()
}

/// Returns after at least so many nanoseconds.
pub(crate) fn sleep(nanoseconds: i64) {
    system::sleep(nanoseconds);
}

/// Ends the process.
pub(crate) fn exit(status: i32) -> ! {
    system::exit(status)
}

/// An address above all frames of the program's stack.
pub(crate) fn stack_top() -> usize {
    system::stack_top()
}

/// Lets the stack grow to `size` bytes where the system's limits allow it.
#[cfg(feature = "image")]
pub(crate) fn raise_stack_limit(size: usize) {
    system::raise_stack_limit(size);
}

/// A file of `size` bytes as memory that is the file; null if it has another size.
/// An empty one grows.
#[cfg(feature = "image")]
pub(crate) fn map_file(file: File, size: usize) -> *mut u8 {
    system::map_file(file, size)
}

/// Identifies the build of the program; empty if it says nothing.
#[cfg(feature = "image")]
pub(crate) fn build_id() -> &'static [u8] {
    system::build_id()
}

/// Calls `handler` with the address of the instruction that runs, each time that
/// the process has used so many microseconds of processor time. It interrupts the
/// program anywhere.
#[cfg(feature = "image")]
pub(crate) fn sample(interval: u32, handler: extern "C" fn(pc: usize)) {
    system::sample(interval, handler);
}
