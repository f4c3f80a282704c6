//! The code that runs in a traced program when a function is entered whose first
//! bytes are a jump to its pad. `trace::pads` says where all of it lies.
//!
//! A pad is four instructions and the function's number:
//!
//! ```text
//!  0  lea rsp, [rsp - 128]     what lies below the stack may be in use
//!  5  call common
//! 10  lea rsp, [rsp + 128]
//! 18  jmp function
//! 23  (unused)
//! 24  number, 4 bytes
//! ```

use std::arch::global_asm;
use std::slice;

/// The bytes that `common` puts back: a function's first word.
pub(crate) const WORD: usize = 8;
/// The bytes from one pad to the next.
pub(crate) const PAD: usize = 32;

/// What `common` has to know, eight bytes each, at its beginning. Distances are
/// from that place, [`CONSTANTS`] long before the code.
#[derive(Clone, Copy)]
pub(crate) struct Constants {
    /// To the functions' first eight bytes, as they were.
    pub(crate) originals: u64,
    /// To the log's memory, which begins with the number of its entries.
    pub(crate) log: u64,
    /// From there to the bytes that say which functions were entered.
    pub(crate) claims: u64,
    /// From there to the entries.
    pub(crate) entries: u64,
    /// To the number of the memory that the program runs in.
    pub(crate) space: u64,
}

/// The length of the constants.
const CONSTANTS: usize = 40;

// Registers at `common`: nothing may change but the instruction pointer. It runs on
// the stack of whoever entered the function; the word above what a pad left free is
// where the function will return to, if it was called.
global_asm!(
    ".pushsection .rodata.simple_record_pads, \"a\", @progbits",
    ".balign 8",
    ".hidden simple_record_pad_code",
    ".globl simple_record_pad_code",
    "simple_record_pad_code:",
    "    .quad 0, 0, 0, 0, 0",
    "    pushfq",
    "    push rax",
    "    push rcx",
    "    push rdx",
    "    push rsi",
    "    push rdi",
    "    mov rax, [rsp + 48]", // The pad, 10 bytes in.
    "    mov ecx, [rax + 14]", // The function's number.
    "    lea rdx, [rip + simple_record_pad_code]",
    // The function gets its first bytes back, by one store: they lie in one aligned
    // word, so that no other thread sees a part of it.
    "    mov rsi, [rdx]",
    "    add rsi, rdx",
    "    mov rsi, [rsi + 8 * rcx]",
    "    movsxd rdi, dword ptr [rax + 9]",
    "    lea rdi, [rax + rdi + 13]",
    ".hidden simple_record_pad_restore",
    ".globl simple_record_pad_restore",
    "simple_record_pad_restore:",
    "    mov [rdi], rsi",
    // Who is the first to enter it makes an entry.
    "    mov rdi, [rdx + 8]",
    "    add rdi, rdx", // The log.
    "    mov rsi, [rdx + 16]",
    "    add rsi, rdi",
    "    mov al, 1",
    "    xchg [rsi + rcx], al",
    "    test al, al",
    "    jnz 2f",
    "    mov esi, 1",
    "    lock xadd [rdi], rsi",
    "    shl rsi, 5",
    "    add rsi, rdi",
    "    add rsi, [rdx + 24]", // The entry.
    "    mov rax, [rdx + 32]",
    "    mov eax, [rax + rdx]", // The memory's number.
    "    mov [rsi + 4], eax",
    "    rdfsbase rax", // Tells the threads of one memory apart.
    "    mov [rsi + 24], rax",
    "    mov rax, [rsp + 48 + 8 + 128]", // Where the function will return to.
    "    mov [rsi + 16], rax",
    ".hidden simple_record_pad_clock",
    ".globl simple_record_pad_clock",
    "simple_record_pad_clock:",
    "    rdtsc",
    "    shl rdx, 32",
    "    or rax, rdx",
    "    mov [rsi + 8], rax",
    // The entry is whole once it has its function.
    "    inc ecx",
    "    mov [rsi], ecx",
    "2:",
    "    pop rdi",
    "    pop rsi",
    "    pop rdx",
    "    pop rcx",
    "    pop rax",
    "    popfq",
    "    ret",
    ".hidden simple_record_pad_end",
    ".globl simple_record_pad_end",
    "simple_record_pad_end:",
    ".popsection",
);

unsafe extern "C" {
    static simple_record_pad_code: u8;
    static simple_record_pad_restore: u8;
    static simple_record_pad_clock: u8;
    static simple_record_pad_end: u8;
}

/// An instruction of `common` that can fail: a distance from its beginning, and a
/// length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    pub(crate) offset: u64,
    pub(crate) length: u64,
}

/// Stores RSI at RDI, where a function begins.
pub(crate) fn restore() -> Instruction {
    Instruction { offset: offset(&raw const simple_record_pad_restore), length: 3 }
}

/// Reads the clock into RDX and RAX.
pub(crate) fn clock() -> Instruction {
    Instruction { offset: offset(&raw const simple_record_pad_clock), length: 2 }
}

fn offset(symbol: *const u8) -> u64 {
    symbol as u64 - (&raw const simple_record_pad_code) as u64
}

/// Where pads call, from the beginning of [`common`].
pub(crate) const ENTRY: usize = CONSTANTS;

/// The constants, and the code behind them.
pub(crate) fn common(constants: &Constants) -> Vec<u8> {
    // SAFETY: the assembler put all bytes from the first symbol to the last one
    // into one section of this program.
    let code = unsafe {
        let start = &raw const simple_record_pad_code;
        slice::from_raw_parts(start, offset(&raw const simple_record_pad_end) as usize)
    };
    let Constants { originals, log, claims, entries, space } = *constants;
    let words = [originals, log, claims, entries, space].map(u64::to_le_bytes);
    [words.as_flattened(), &code[CONSTANTS..]].concat()
}

/// A function's pad. The distances are from the pad's beginning.
pub(crate) fn pad(number: u32, to_common: i32, to_function: i32) -> [u8; PAD] {
    let mut bytes = [0; PAD];
    bytes[..5].copy_from_slice(&[0x48, 0x8d, 0x64, 0x24, 0x80]);
    bytes[5] = 0xe8;
    bytes[6..10].copy_from_slice(&(to_common + ENTRY as i32 - 10).to_le_bytes());
    bytes[10..18].copy_from_slice(&[0x48, 0x8d, 0xa4, 0x24, 0x80, 0, 0, 0]);
    bytes[18..23].copy_from_slice(&jump(to_function - 18));
    bytes[24..28].copy_from_slice(&number.to_le_bytes());
    bytes
}

/// The length of a jump.
pub(crate) const JUMP: usize = 5;

/// A jump over a distance from its beginning.
pub(crate) fn jump(distance: i32) -> [u8; JUMP] {
    let mut bytes = [0xe9; JUMP];
    bytes[1..].copy_from_slice(&(distance - JUMP as i32).to_le_bytes());
    bytes
}

/// Whether a program may ask which thread it is without the system
/// (`HWCAP2_FSGSBASE`, x86/asm/hwcap2.h).
pub(crate) fn can_run() -> bool {
    const FSGSBASE: u64 = 1 << 1;
    // SAFETY: no memory is involved.
    unsafe { libc::getauxval(libc::AT_HWCAP2) & FSGSBASE != 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_where_they_are_said_to_be() {
        let code = common(&Constants { originals: 1, log: 2, claims: 3, entries: 4, space: 5 });
        let at = |Instruction { offset, length }: Instruction| {
            &code[offset as usize..(offset + length) as usize]
        };
        assert_eq!(at(restore()), [0x48, 0x89, 0x37]);
        assert_eq!(at(clock()), [0x0f, 0x31]);
        assert_eq!(code[ENTRY], 0x9c, "pushfq");
        assert_eq!(code[code.len() - 1], 0xc3, "ret");
        assert_eq!(code[..16], [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn jumps_are_from_their_end() {
        assert_eq!(jump(5), [0xe9, 0, 0, 0, 0]);
        assert_eq!(jump(0), [0xe9, 0xfb, 0xff, 0xff, 0xff]);
        let pad = pad(7, -64, 0x1000);
        assert_eq!(pad[18..23], [0xe9, 0xe9, 0x0f, 0, 0]);
    }
}
