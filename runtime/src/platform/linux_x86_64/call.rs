//! System calls (System V ABI, x86-64 supplement, A.2.1): number in `rax`,
//! arguments in `rdi rsi rdx r10 r8 r9`, result in `rax`; `rcx` and `r11` are lost.

use core::arch::asm;

use crate::platform::Errno;

pub(super) type Result<T> = core::result::Result<T, Errno>;

/// A result from -4095 to -1 is an error number.
#[inline(always)]
fn check(result: usize) -> Result<usize> {
    let signed = result as isize;
    if (-4095..0).contains(&signed) { Err(Errno(-signed as i32)) } else { Ok(result) }
}

/// # Safety
/// As the call requires; so for all below.
#[inline(always)]
pub(super) unsafe fn syscall1(number: u32, a: usize) -> Result<usize> {
    let result;
    // SAFETY: the registers are those of the convention.
    unsafe {
        asm!("syscall", inlateout("rax") number as usize => result, in("rdi") a,
            lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    check(result)
}

#[inline(always)]
pub(super) unsafe fn syscall2(number: u32, a: usize, b: usize) -> Result<usize> {
    let result;
    // SAFETY: the registers are those of the convention.
    unsafe {
        asm!("syscall", inlateout("rax") number as usize => result, in("rdi") a, in("rsi") b,
            lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    check(result)
}

#[inline(always)]
pub(super) unsafe fn syscall3(number: u32, a: usize, b: usize, c: usize) -> Result<usize> {
    let result;
    // SAFETY: the registers are those of the convention.
    unsafe {
        asm!("syscall", inlateout("rax") number as usize => result, in("rdi") a, in("rsi") b,
            in("rdx") c, lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    check(result)
}

#[inline(always)]
pub(super) unsafe fn syscall4(
    number: u32,
    a: usize,
    b: usize,
    c: usize,
    d: usize,
) -> Result<usize> {
    // SAFETY: passed on; a superfluous argument does no harm.
    unsafe { syscall5(number, [a, b, c, d, 0]) }
}

#[inline(always)]
pub(super) unsafe fn syscall5(number: u32, arguments: [usize; 5]) -> Result<usize> {
    let [a, b, c, d, e] = arguments;
    let result;
    // SAFETY: the registers are those of the convention.
    unsafe {
        asm!("syscall", inlateout("rax") number as usize => result, in("rdi") a, in("rsi") b,
            in("rdx") c, in("r10") d, in("r8") e, lateout("rcx") _, lateout("r11") _,
            options(nostack));
    }
    check(result)
}

#[inline(always)]
pub(super) unsafe fn syscall6(number: u32, arguments: [usize; 6]) -> Result<usize> {
    let [a, b, c, d, e, f] = arguments;
    let result;
    // SAFETY: the registers are those of the convention.
    unsafe {
        asm!("syscall", inlateout("rax") number as usize => result, in("rdi") a, in("rsi") b,
            in("rdx") c, in("r10") d, in("r8") e, in("r9") f,
            lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    check(result)
}
