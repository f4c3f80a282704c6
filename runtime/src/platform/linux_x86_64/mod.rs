//! Linux on x86-64, by system calls.
//!
//! The numbers and structures of the kernel's interface come from
//! `linux-raw-sys`. A layer such as `rustix` is not used: it keeps signal
//! handling to itself, and the dozen calls needed here are a line each.

mod call;
mod entry;
#[cfg(feature = "image")]
mod sample;
#[cfg(feature = "image")]
mod signal;
#[cfg(feature = "image")]
mod stack;

use core::ffi::CStr;

use linux_raw_sys::{errno, general, ioctl};

use super::{Errno, File, OpenMode};
#[cfg(feature = "image")]
use call::syscall5;
use call::{Result, syscall1, syscall2, syscall3, syscall4, syscall6};

#[cfg(feature = "image")]
pub(super) use entry::build_id;
pub(super) use entry::stack_top;
pub(crate) use entry::{Arguments, Environment, InitialStack};
#[cfg(feature = "image")]
pub(super) use sample::sample;
#[cfg(feature = "image")]
pub(super) use signal::catch_faults;
#[cfg(feature = "image")]
pub(super) use stack::raise_stack_limit;

pub(super) const PATH_MAX: usize = general::PATH_MAX as usize;

/// Error numbers that the runtime itself tells apart.
pub(super) mod errors {
    use linux_raw_sys::errno;

    pub(crate) const BROKEN_PIPE: i32 = errno::EPIPE as i32;
    pub(crate) const BAD_FILE: i32 = errno::EBADF as i32;
    pub(crate) const INVALID: i32 = errno::EINVAL as i32;
    pub(crate) const NO_SPACE: i32 = errno::ENOSPC as i32;
    pub(crate) const NAME_TOO_LONG: i32 = errno::ENAMETOOLONG as i32;
}

const INTERRUPTED: Errno = Errno(errno::EINTR as i32);
const TRY_AGAIN: Errno = Errno(errno::EAGAIN as i32);

/// How long to wait before a non-blocking file is tried again.
const RETRY_NANOSECONDS: i64 = 1_000_000;

#[cold]
#[inline(never)]
fn wait() {
    sleep(RETRY_NANOSECONDS);
}

/// Runs a call until it is neither interrupted nor told to wait.
fn retry(mut call: impl FnMut() -> Result<usize>) -> Result<usize> {
    loop {
        match call() {
            Err(INTERRUPTED) => {}
            // Somebody else made our terminal or pipe non-blocking.
            Err(TRY_AGAIN) => wait(),
            done => return done,
        }
    }
}

pub(super) fn open(path: &CStr, mode: OpenMode) -> Result<File> {
    let flags = general::O_CLOEXEC
        | match mode {
            OpenMode::Read => general::O_RDONLY,
            OpenMode::Write => general::O_WRONLY | general::O_CREAT | general::O_TRUNC,
            OpenMode::Append => general::O_WRONLY | general::O_CREAT | general::O_APPEND,
            #[cfg(feature = "image")]
            OpenMode::Share => general::O_RDWR | general::O_CREAT,
        };
    retry(|| {
        // SAFETY: the path is terminated; the call reads nothing else.
        unsafe { syscall3(general::__NR_open, path.as_ptr().addr(), flags as usize, 0o666) }
    })
    .map(|file| File(file as i32))
}

pub(super) fn close(file: File) {
    // SAFETY: touches no memory.
    let _ = unsafe { syscall1(general::__NR_close, file.0 as usize) };
}

pub(super) fn read(file: File, buffer: &mut [u8]) -> Result<usize> {
    retry(|| {
        // SAFETY: the kernel writes at most the buffer's length.
        unsafe {
            syscall3(
                general::__NR_read,
                file.0 as usize,
                buffer.as_mut_ptr().expose_provenance(),
                buffer.len(),
            )
        }
    })
}

pub(super) fn write(file: File, bytes: &[u8]) -> Result<usize> {
    retry(|| {
        // SAFETY: the kernel reads at most the slice's length.
        unsafe {
            syscall3(
                general::__NR_write,
                file.0 as usize,
                bytes.as_ptr().expose_provenance(),
                bytes.len(),
            )
        }
    })
}

pub(super) fn file_size(file: File) -> usize {
    let mut status = core::mem::MaybeUninit::<general::stat>::zeroed();
    // SAFETY: the kernel writes one `stat`.
    let done = unsafe {
        syscall2(general::__NR_fstat, file.0 as usize, status.as_mut_ptr().expose_provenance())
    };
    // SAFETY: zeros are a valid `stat`.
    let status = unsafe { status.assume_init() };
    if done.is_ok() { usize::try_from(status.st_size).unwrap_or(0) } else { 0 }
}

pub(super) fn is_terminal(file: File) -> bool {
    // Larger than the kernel's `termios` (36 bytes).
    let mut settings = [0u64; 16];
    // SAFETY: the kernel writes one `termios`, which fits.
    unsafe {
        syscall3(
            general::__NR_ioctl,
            file.0 as usize,
            ioctl::TCGETS as usize,
            settings.as_mut_ptr().expose_provenance(),
        )
    }
    .is_ok()
}

pub(super) fn map(size: usize) -> *mut u8 {
    let protection = general::PROT_READ | general::PROT_WRITE;
    let flags = general::MAP_PRIVATE | general::MAP_ANONYMOUS;
    // SAFETY: a new mapping at an address that the kernel chooses.
    let start = unsafe {
        syscall6(general::__NR_mmap, [0, size, protection as usize, flags as usize, usize::MAX, 0])
    };
    start.map_or(core::ptr::null_mut(), core::ptr::with_exposed_provenance_mut)
}

#[cfg(feature = "image")]
pub(super) fn map_file(file: File, size: usize) -> *mut u8 {
    if file_size(file) == 0 {
        // SAFETY: touches no memory of ours.
        let _ = unsafe { syscall2(general::__NR_ftruncate, file.0 as usize, size) };
    }
    if file_size(file) != size {
        return core::ptr::null_mut();
    }
    let protection = general::PROT_READ | general::PROT_WRITE;
    // SAFETY: a new mapping at an address that the kernel chooses.
    let start = unsafe {
        syscall6(
            general::__NR_mmap,
            [0, size, protection as usize, general::MAP_SHARED as usize, file.0 as usize, 0],
        )
    };
    start.map_or(core::ptr::null_mut(), core::ptr::with_exposed_provenance_mut)
}

pub(super) unsafe fn unmap(start: *mut u8, size: usize) {
    // SAFETY: the caller owns the pages. The call can fail when the kernel has
    // no room to note the hole; then the pages stay, unused.
    let _ = unsafe { syscall2(general::__NR_munmap, start.expose_provenance(), size) };
}

pub(super) unsafe fn remap(start: *mut u8, old: usize, new: usize) -> *mut u8 {
    let flags = general::MREMAP_MAYMOVE as usize;
    // SAFETY: the caller owns the pages.
    unsafe { syscall4(general::__NR_mremap, start.expose_provenance(), old, new, flags) }
        .map_or(core::ptr::null_mut(), core::ptr::with_exposed_provenance_mut)
}

pub(super) fn prefer_large_pages(start: *mut u8, size: usize) {
    // SAFETY: advice changes no contents.
    let _ = unsafe {
        syscall3(general::__NR_madvise, start.addr(), size, general::MADV_HUGEPAGE as usize)
    };
}

fn clock(which: u32) -> i64 {
    let mut time = general::__kernel_timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one `timespec`.
    let done = unsafe {
        syscall2(general::__NR_clock_gettime, which as usize, (&raw mut time).expose_provenance())
    };
    debug_assert!(done.is_ok(), "both clocks exist in every kernel");
    time.tv_sec.wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec)
}

pub(super) fn wall_clock() -> i64 {
    clock(general::CLOCK_REALTIME)
}

pub(super) fn monotonic_clock() -> i64 {
    clock(general::CLOCK_MONOTONIC)
}

pub(super) fn sleep(nanoseconds: i64) {
    // An absolute end, so that interruptions do not add up.
    let end = monotonic_clock().saturating_add(nanoseconds);
    let time =
        general::__kernel_timespec { tv_sec: end / 1_000_000_000, tv_nsec: end % 1_000_000_000 };
    // SAFETY: the kernel reads one `timespec`.
    while let Err(INTERRUPTED) = unsafe {
        syscall4(
            general::__NR_clock_nanosleep,
            general::CLOCK_MONOTONIC as usize,
            general::TIMER_ABSTIME as usize,
            (&raw const time).expose_provenance(),
            0,
        )
    } {}
}

pub(super) fn exit(status: i32) -> ! {
    loop {
        // SAFETY: the process ends here.
        let _ = unsafe { syscall1(general::__NR_exit_group, status as usize) };
    }
}

/// `prlimit64` of this process. Null pointers are left out.
#[cfg(feature = "image")]
unsafe fn resource_limit(
    resource: u32,
    new: *const general::rlimit64,
    old: *mut general::rlimit64,
) -> Result<usize> {
    // SAFETY: the caller passes null or one limit each.
    unsafe {
        syscall5(
            general::__NR_prlimit64,
            [0, resource as usize, new.expose_provenance(), old.expose_provenance(), 0],
        )
    }
}
