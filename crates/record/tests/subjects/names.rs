//! Symbols that are hard to name. With `--cfg inner` a library for it.
#![no_std]
#![cfg_attr(not(inner), no_main)]

use core::arch::global_asm;

#[cfg(not(inner))]
extern crate inner;

#[cfg(not(inner))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

#[cfg(inner)]
pub fn used() {
    unsafe extern "C" {
        fn inner_entry();
    }
    unsafe { inner_entry() }
}

#[cfg(inner)]
global_asm!(
    ".type helper, @function",
    "helper: ret",
    ".size helper, 1",
    ".globl inner_entry",
    ".type inner_entry, @function",
    "inner_entry: jmp helper"
);

#[cfg(not(inner))]
global_asm!(
    ".balign 16",
    ".type helper, @function",
    "helper: ret",
    ".size helper, 1",
    // Local, weak, global: the global name is the name.
    ".type a_local, @function",
    ".type b_weak, @function",
    ".weak b_weak",
    ".type c_global, @function",
    ".globl c_global",
    ".balign 16",
    "a_local:",
    "b_weak:",
    "c_global: nop",
    "ret",
    // Without a size: up to the next symbol, of whatever kind.
    "not_a_function: ret"
);

#[cfg(not(inner))]
#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    inner::used();
    loop {}
}
