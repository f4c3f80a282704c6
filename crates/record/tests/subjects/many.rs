//! 20,000 functions, called one after the other, again and again.
#![no_std]
#![no_main]

use core::arch::global_asm;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

global_asm!(
    r#"
    .altmacro
    .macro one number
    .type f\number, @function
    f\number:
        lea rax, [rax + rax * 2 + \number]
        ret
        .size f\number, . - f\number
        .balign 64
    .endm
    .macro one_entry number
    .quad f\number - f0
    .endm

    .text
    .balign 64
    .set n, 0
    .rept 20000
        one %n
        .set n, n + 1
    .endr

    .globl _start
    .type _start, @function
    _start:
        mov r12d, 1000
    0:
        lea rbx, [rip + f0]
        mov ebp, 20000
    1:
        call rbx
        add rbx, 64
        dec ebp
        jne 1b
        dec r12d
        jne 0b
        mov edi, eax
        and edi, 127
        mov eax, 60
        syscall
        .size _start, . - _start
    "#
);
