//! Which pages of a file the system keeps in memory.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::ptr;

use rustix::fs::Advice;

use super::check;

const PAGE: usize = 4096;

/// Makes the system forget a file's pages, as far as it does: pages that a
/// process has mapped stay, and so do files that live in memory.
pub(crate) fn evict(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    // Pages that are not yet written to the disk cannot go.
    file.sync_all()?;
    rustix::fs::fadvise(&file, 0, None, Advice::DontNeed)?;
    Ok(())
}

/// How many of a file's pages are in memory.
pub(crate) fn resident(path: &Path) -> io::Result<usize> {
    let file = File::open(path)?;
    let length = file.metadata()?.len() as usize;
    if length == 0 {
        return Ok(0);
    }
    let mut states = vec![0_u8; length.div_ceil(PAGE)];
    // SAFETY: a new mapping at an address that the kernel chooses. Nothing reads
    // it, which would bring its pages into memory.
    let mapping = unsafe {
        libc::mmap(ptr::null_mut(), length, libc::PROT_NONE, libc::MAP_PRIVATE, file.as_raw_fd(), 0)
    };
    if mapping == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the range is the mapping's, and there is a byte for each of its pages.
    let counted = check(i64::from(unsafe { libc::mincore(mapping, length, states.as_mut_ptr()) }));
    // SAFETY: the mapping is ours, and nothing refers to it.
    unsafe { libc::munmap(mapping, length) };
    counted?;
    Ok(states.iter().filter(|&&state| state & 1 != 0).count())
}
