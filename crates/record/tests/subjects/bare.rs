//! A program without a library: everything that it does is here. With `--cfg`
//! `plain_mark` or `odd_mark` it has marks, as Simple programs do.
#![no_std]
#![no_main]

use core::arch::global_asm;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

global_asm!(
    r#"
    .macro function name
    .type \name, @function
    .globl \name
    \name:
    .endm

    .text
    .balign 4096
    function _start
        endbr64
        call one
        lea rdi, [rip + ready]
        call rt_layout_mark
        call two
        call two
        lea rdi, [rip + done]
        call rt_layout_mark
        lea rdi, [rip + ready]
        call rt_layout_mark
        mov edi, 42
        jmp leave
        .size _start, . - _start

    .balign 4096
    function one
        mov al, [rip + read_page]
        ret

    .balign 4096
    function never
        ret
        .skip 100

    .balign 4096
    function two
    .globl two_alias
    .type two_alias, @function
    two_alias:
        mov byte ptr [rip + data_page], 1
        push rbx
        mov eax, 1
        mov edi, 1
        lea rsi, [rip + write_page]
        mov edx, 3
        syscall
        call twice
        pop rbx
        ret

    .balign 4096
    .type twice, @function
    twice:
        ret
        .size twice, . - twice

    .balign 4096
    function leave
        mov eax, 60
        syscall
        .size leave, . - leave

    .section .rodata, "a", @progbits
    .balign 4096
    read_page: .byte 1
    .balign 4096
    untouched_page: .byte 1
    .balign 4096
    write_page: .ascii "hi\n"
    .balign 4096
    ready: .quad 0, 8, 8
        .ascii "ui.ready"
        .balign 8
    done: .quad 0, 4, 4
        .ascii "done"

    .data
    .balign 4096
    data_page: .byte 0
    .balign 4096
    other_data_page: .byte 1
    .balign 4096
    end_page: .byte 2
    .text
    .balign 4096
    "#
);

#[cfg(plain_mark)]
global_asm!("function rt_layout_mark", "push rbp", "mov rbp, rsp", "pop rbp", "ret");
#[cfg(odd_mark)]
global_asm!("function rt_layout_mark", "mov eax, [rsp]", "ret");
#[cfg(not(any(plain_mark, odd_mark)))]
global_asm!("rt_layout_mark:", "ret");
