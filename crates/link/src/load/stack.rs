//! The state in which the kernel starts a process: stack, signals, registers.
//!
//! System V ABI, x86-64 supplement 1.0, section 3.4.1.

use std::ffi::CStr;
use std::mem::MaybeUninit;

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect};

use crate::error::LinkError;
use crate::layout::PAGE;

/// Address space for the stack. Only what is touched costs memory.
const STACK_SIZE: usize = 256 << 20;
/// Room for arguments and environment, as much as the kernel would allow.
const MAX_STRINGS: usize = STACK_SIZE / 4;

/// A prepared stack: the pointer at which `argc` lies.
pub(super) struct StackPointer(u64);

/// Maps a stack and puts on it what the kernel puts there.
pub(super) fn prepare(
    arguments: &[&CStr],
    environment: &[&CStr],
    entry: u64,
) -> Result<StackPointer, LinkError> {
    let random: [u8; 16] = random_bytes();
    let length = |strings: &[&CStr]| {
        strings.iter().map(|string| string.to_bytes_with_nul().len() + 8).sum::<usize>()
    };
    if length(arguments) + length(environment) > MAX_STRINGS {
        return Err(rustix::io::Errno::TOOBIG.into());
    }
    let flags = MapFlags::PRIVATE | MapFlags::NORESERVE | MapFlags::STACK;
    // SAFETY: without a fixed address no memory in use is replaced.
    let bottom = unsafe {
        mmap_anonymous(std::ptr::null_mut(), STACK_SIZE, ProtFlags::READ | ProtFlags::WRITE, flags)
    }?;
    // SAFETY: the page belongs to the fresh mapping, which nobody uses yet.
    unsafe { mprotect(bottom, PAGE as usize, MprotectFlags::empty())? };
    // SAFETY: as long as the mapping; the lowest page, to which access is not
    // allowed, is left out. The mapping is never given back.
    let usable = unsafe {
        let start = bottom.cast::<u8>().add(PAGE as usize);
        std::slice::from_raw_parts_mut(start, STACK_SIZE - PAGE as usize)
    };
    let base = usable.as_ptr() as u64;
    let mut stack = StackWriter { memory: usable, base, top: STACK_SIZE - PAGE as usize };

    let random_at = stack.push_bytes(&random);
    let environment: Vec<u64> =
        environment.iter().map(|string| stack.push_bytes(string.to_bytes_with_nul())).collect();
    let arguments: Vec<u64> =
        arguments.iter().map(|string| stack.push_bytes(string.to_bytes_with_nul())).collect();

    let mut words = vec![arguments.len() as u64];
    words.extend_from_slice(&arguments);
    words.push(0);
    words.extend_from_slice(&environment);
    words.push(0);
    for (kind, value) in auxiliary_vector(entry, random_at) {
        words.extend([kind, value]);
    }
    Ok(StackPointer(stack.push_words(&words)))
}

/// What the kernel tells a process about the system: as much of it as this
/// process was told and is true for the image too.
fn auxiliary_vector(entry: u64, random_at: u64) -> impl Iterator<Item = (u64, u64)> {
    const INHERITED: [u64; 10] = [
        libc::AT_PAGESZ,
        libc::AT_CLKTCK,
        libc::AT_HWCAP,
        libc::AT_HWCAP2,
        libc::AT_UID,
        libc::AT_EUID,
        libc::AT_GID,
        libc::AT_EGID,
        libc::AT_SECURE,
        libc::AT_SYSINFO_EHDR,
    ];
    let inherited = INHERITED.into_iter().map(|kind| {
        // SAFETY: the function only reads the vector that the process got.
        (kind, unsafe { libc::getauxval(kind) })
    });
    let own = [(libc::AT_ENTRY, entry), (libc::AT_RANDOM, random_at), (libc::AT_NULL, 0)];
    inherited.chain(own)
}

/// Bytes that differ from run to run: those that this process was given.
fn random_bytes() -> [u8; 16] {
    // SAFETY: the function only reads the vector that the process got.
    let address = unsafe { libc::getauxval(libc::AT_RANDOM) };
    if address == 0 {
        return [0; 16];
    }
    // SAFETY: the kernel put 16 bytes there for the life of the process.
    unsafe { std::ptr::with_exposed_provenance::<[u8; 16]>(address as usize).read_unaligned() }
}

/// Memory that is filled from its end.
struct StackWriter {
    memory: &'static mut [u8],
    /// Address of the first byte.
    base: u64,
    /// Bytes from here on are taken.
    top: usize,
}

impl StackWriter {
    /// Puts `bytes` below what is there and returns their address. The caller
    /// has checked that everything fits.
    fn push_bytes(&mut self, bytes: &[u8]) -> u64 {
        self.top -= bytes.len();
        self.memory[self.top..][..bytes.len()].copy_from_slice(bytes);
        self.base + self.top as u64
    }

    /// Puts `words` below what is there so that the first has an address
    /// divisible by 16, and returns it.
    fn push_words(&mut self, words: &[u64]) -> u64 {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let start = self.base + (self.top - bytes.len()) as u64;
        self.top -= (start % 16) as usize;
        self.push_bytes(&bytes)
    }
}

/// Undoes what this process did to signals, as starting a program does: what it
/// handles is left to the system again, what it ignores stays ignored. Rust's
/// runtime ignores one, though.
pub(super) fn reset_signals() {
    // SAFETY: the default action needs no handler.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    for signal in 1..=libc::SIGRTMAX() {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: the action is only asked for, into a variable of its type;
        // zeros are one, if the call fails.
        let handler = unsafe {
            libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr());
            action.assume_init().sa_sigaction
        };
        if handler != libc::SIG_DFL && handler != libc::SIG_IGN {
            // SAFETY: as above.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
    }
    let none =
        libc::stack_t { ss_sp: std::ptr::null_mut(), ss_flags: libc::SS_DISABLE, ss_size: 0 };
    // SAFETY: no handler is left that would run on the alternate stack.
    unsafe { libc::sigaltstack(&none, std::ptr::null_mut()) };
}

/// Goes to `entry` with the registers that a new process has.
///
/// # Safety
/// There must be code at `entry` that never returns.
pub(super) unsafe fn jump(entry: u64, stack: StackPointer) -> ! {
    // SAFETY: the caller vouches for the code, and nothing of this program
    // runs afterwards. rdx is 0: there is nothing to register for exit. rbp is
    // 0: the outermost frame.
    unsafe {
        std::arch::asm!(
            "mov rsp, rsi",
            "xor edx, edx",
            "xor ebp, ebp",
            "jmp rdi",
            in("rsi") stack.0,
            in("rdi") entry,
            options(noreturn),
        )
    }
}
