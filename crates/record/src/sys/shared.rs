//! Memory that traced processes can have too.

use std::io;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64};

use super::check;

/// Zeroed memory of this process, which another can attach by a number: System V
/// shared memory, which needs neither a descriptor nor a path there, and goes when
/// the last process that has it ends. Where the system refuses that, it is this
/// process's alone.
pub(crate) struct Shared {
    id: Option<i32>,
    address: NonNull<u8>,
    length: usize,
}

// SAFETY: it is reached through atomics and `fill` only, and `fill` needs it whole.
unsafe impl Send for Shared {}
// SAFETY: likewise.
unsafe impl Sync for Shared {}

impl Shared {
    pub(crate) fn new(length: usize) -> io::Result<Self> {
        Self::attachable(length).or_else(|_| Self::own(length))
    }

    fn attachable(length: usize) -> io::Result<Self> {
        // Readable, writable and executable by who traces, which is who runs it.
        let flags = libc::IPC_CREAT | 0o700;
        // SAFETY: no memory is involved.
        let id = check(unsafe { libc::shmget(libc::IPC_PRIVATE, length.max(1), flags) }.into())?;
        let id = id as i32;
        // SAFETY: the kernel chooses where.
        let address = unsafe { libc::shmat(id, ptr::null(), 0) };
        // On Linux it can still be attached by its number, and goes with the last
        // process that has it, however that ends.
        // SAFETY: the kernel reads and writes nothing for this command.
        let marked = check(unsafe { libc::shmctl(id, libc::IPC_RMID, ptr::null_mut()) }.into());
        if address as isize == -1 {
            return Err(io::Error::last_os_error());
        }
        let address = NonNull::new(address.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        let shared = Self { id: Some(id), address, length };
        marked?;
        Ok(shared)
    }

    fn own(length: usize) -> io::Result<Self> {
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: a new mapping where the kernel chooses.
        let address = unsafe { libc::mmap(ptr::null_mut(), length.max(1), access, flags, -1, 0) };
        if address == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let address = NonNull::new(address.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { id: None, address, length })
    }

    /// What another process attaches it by.
    pub(crate) fn id(&self) -> Option<i32> {
        self.id
    }

    /// In bytes, as was asked for.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    pub(crate) fn byte(&self, offset: usize) -> &AtomicU8 {
        // SAFETY: `place` makes sure that it is inside, and zeros are a number.
        unsafe { self.place::<AtomicU8>(offset).as_ref() }
    }

    pub(crate) fn word(&self, offset: usize) -> &AtomicU32 {
        // SAFETY: likewise.
        unsafe { self.place::<AtomicU32>(offset).as_ref() }
    }

    pub(crate) fn long(&self, offset: usize) -> &AtomicU64 {
        // SAFETY: likewise.
        unsafe { self.place::<AtomicU64>(offset).as_ref() }
    }

    fn place<T>(&self, offset: usize) -> NonNull<T> {
        assert!(offset.is_multiple_of(align_of::<T>()) && offset + size_of::<T>() <= self.length);
        // SAFETY: inside, as was just made sure.
        unsafe { self.address.add(offset) }.cast()
    }

    /// Writes what nobody else has yet.
    pub(crate) fn fill(&mut self, offset: usize, bytes: &[u8]) {
        assert!(offset <= self.length && bytes.len() <= self.length - offset);
        // SAFETY: inside, and this is the only reference.
        unsafe {
            ptr::copy_nonoverlapping(
                bytes.as_ptr(),
                self.address.add(offset).as_ptr(),
                bytes.len(),
            );
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let address = self.address.as_ptr().cast();
        // SAFETY: it is what `new` made, and nobody has a reference any more.
        let _gone = unsafe {
            match self.id {
                Some(_) => libc::shmdt(address),
                None => libc::munmap(address, self.length.max(1)),
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::Relaxed;

    use super::*;

    #[test]
    fn memory_is_zeroed_and_written() {
        for mut shared in [Shared::new(10_000), Shared::own(10_000)].map(|s| s.expect("memory")) {
            assert_eq!(shared.length(), 10_000);
            assert_eq!(shared.long(9_992).load(Relaxed), 0);
            shared.fill(9_996, &7_u32.to_le_bytes());
            assert_eq!(shared.word(9_996).load(Relaxed), 7);
            assert_eq!(shared.byte(9_996).swap(8, Relaxed), 7);
            assert_eq!(shared.long(9_992).load(Relaxed), 8 << 32);
        }
    }

    #[test]
    #[should_panic(expected = "assertion failed")]
    fn nothing_is_outside() {
        let shared = Shared::new(16).expect("memory");
        shared.long(16).load(Relaxed);
    }
}
