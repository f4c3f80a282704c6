//! Functions that begin in every way that matters to who replaces their first bytes.
//! Each is entered with values in all registers, flags and below the stack, and with
//! none of them lost. The status is 7, or 1 if something was. With `--cfg readonly`
//! the program takes away the right to write to its text, with `--cfg clockless`
//! that to read the clock.
#![no_std]
#![no_main]

use core::arch::global_asm;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

global_asm!(
    r#"
    .macro function name, alignment=16
    .balign \alignment
    .type \name, @function
    .globl \name
    \name:
    .endm
    .macro end name
    .size \name, . - \name
    .endm

    .text
    .balign 4096
    text:
    function _start
    "#
);
// mprotect(text, length, PROT_READ | PROT_EXEC)
#[cfg(readonly)]
global_asm!(
    "mov eax, 10",
    "lea rdi, [rip + text]",
    "mov esi, 4096",
    "mov edx, 5",
    "syscall",
    "test eax, eax",
    "jnz lost",
);
// prctl(PR_SET_TSC, PR_TSC_SIGSEGV)
#[cfg(clockless)]
global_asm!(
    "mov eax, 157",
    "mov edi, 26",
    "mov esi, 2",
    "syscall",
    "test eax, eax",
    "jnz lost"
);
global_asm!(
    r#"
        mov r12d, 2
    again:
        call e_plain
        xor edx, edx
        call e_loop
        cmp edx, 3
        jne lost
        call e_short
        cmp eax, 5
        jne lost
        call e_odd
        cmp eax, 6
        jne lost
        // Into the middle, and only then from the beginning.
        lea rbx, [rip + 0f]
        jmp inside
    0:  cmp eax, 8
        jne lost
        xor eax, eax
        call e_inside
        cmp eax, 9
        jne lost
        // From behind what it is a part of, and to a second place in it.
        lea rbx, [rip + 1f]
        jmp second
    1:  lea rbx, [rip + 2f]
        jmp e_host.cold
    2:  call e_aliased
        call e_label
        dec r12d
        jne again
        // All registers, flags, and what is below the stack, at a function that is
        // jumped to.
        mov rax, 0x1111
        mov rcx, 0x2222
        mov rdx, 0x3333
        mov rsi, 0x4444
        mov rdi, 0x5555
        mov r8, 0x6666
        mov [rsp - 8], rdx
        mov [rsp - 128], rcx
        std
        stc
        jmp e_all
    end _start

    lost:
        mov edi, 1
        mov eax, 60
        syscall

    function e_plain
        xor ecx, ecx
        mov eax, 1
        ret
    end e_plain

    // Goes back to its own third byte.
    function e_loop
        nop
        nop
    0:  inc edx
        cmp edx, 3
        jb 0b
        ret
    end e_loop

    function e_short
        mov al, [rip + five]
        jmp e_short_end
    end e_short
    // Shorter than a jump, with data behind.
    .balign 16
    function e_tiny
        nop
        ret
    end e_tiny
    five: .byte 5
    e_short_end:
        movzx eax, byte ptr [rip + five]
        push rax
        call e_tiny
        pop rax
        ret

    .balign 16
    nop
    nop
    nop
    nop
    function e_odd, 1
        mov eax, 6
        ret
    end e_odd

    inside:
        mov eax, 8
        jmp e_inside + 2
    function e_inside
        nop
        nop
        nop
        nop
        jmp 0f
        nop
        nop
    0:  cmp r12b, 0
        jmp inside_end
    end e_inside
    inside_end:
        cmp eax, 8
        mov eax, 9
        jne 0f
        mov eax, 8
        jmp rbx
    0:  ret

    function e_host.cold
        xor eax, eax
        xor ecx, ecx
        xor edx, edx
        jmp rbx
    end e_host.cold
    second:
        lea rax, [rip + e_host.cold]
        add rax, 2
        jmp rax

    function e_aliased
    .type e_alias, @function
    .globl e_alias
    e_alias:
        mov eax, 1
        ret
    end e_aliased

    // A symbol that is no function in its first bytes.
    function e_label
        nop
    .globl label
    label:
        mov eax, 1
        ret
    end e_label

    function e_never
        mov eax, 1
        ret
    end e_never

    function e_all
        jnc lost
        pushfq
        pop rbx
        cld
        test ebx, 0x400
        jz lost
        cmp rax, 0x1111
        jne lost
        cmp rcx, 0x2222
        jne lost
        cmp rdx, 0x3333
        jne lost
        cmp rsi, 0x4444
        jne lost
        cmp rdi, 0x5555
        jne lost
        cmp r8, 0x6666
        jne lost
        cmp [rsp - 128], rcx
        jne lost
        mov edi, 7
        mov eax, 60
        syscall
    end e_all
    .balign 4096
    "#
);
