//! Writes x86-64 instructions: encodings, labels, references to symbols.
//!
//! Encodings are those of the Intel manual, volume 2. Sizes are in bytes: 1, 2,
//! 4 or 8. Jumps forwards are always long, since their distance is not known
//! when they are written.

use simple_object::{Relocation, RelocationKind};
use simple_source::Symbol;

/// A general register by its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Gpr(pub(super) u8);

/// A floating-point register by its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Xmm(pub(super) u8);

pub(super) const RAX: Gpr = Gpr(0);
pub(super) const RCX: Gpr = Gpr(1);
pub(super) const RDX: Gpr = Gpr(2);
pub(super) const RBX: Gpr = Gpr(3);
pub(super) const RSP: Gpr = Gpr(4);
pub(super) const RBP: Gpr = Gpr(5);
pub(super) const RSI: Gpr = Gpr(6);
pub(super) const RDI: Gpr = Gpr(7);
pub(super) const XMM0: Xmm = Xmm(0);
pub(super) const XMM1: Xmm = Xmm(1);

/// A place in memory: `[base + index * 2^scale + offset]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Mem {
    pub(super) base: Gpr,
    pub(super) index: Option<(Gpr, u8)>,
    pub(super) offset: i32,
}

impl Mem {
    pub(super) fn at(base: Gpr, offset: i32) -> Self {
        Self { base, index: None, offset }
    }

    pub(super) fn frame(offset: i32) -> Self {
        Self::at(RBP, offset)
    }

    pub(super) fn plus(self, offset: u32) -> Self {
        Self { offset: self.offset + offset as i32, ..self }
    }
}

/// The operand of an instruction that may be a register or memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rm {
    Gpr(Gpr),
    Xmm(Xmm),
    Mem(Mem),
}

/// Arithmetic with two operands; the number is in the opcode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Alu {
    Add = 0,
    Or = 1,
    And = 4,
    Sub = 5,
    Xor = 6,
    Cmp = 7,
}

/// Shifts; the number is in the ModRM byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Shift {
    Left = 4,
    Right = 5,
    RightSigned = 7,
}

/// Operations with one operand; the number is in the ModRM byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Single {
    Not = 2,
    Neg = 3,
    /// `rdx:rax = rax * operand`
    Mul = 4,
    MulSigned = 5,
    /// `rax, rdx = rdx:rax / operand`
    Div = 6,
    DivSigned = 7,
}

/// Arithmetic of floats; the number is the opcode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum FloatOp {
    Sqrt = 0x51,
    Add = 0x58,
    Mul = 0x59,
    Sub = 0x5c,
    Div = 0x5e,
}

/// A condition; the number is in the opcode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Cond {
    Overflow = 0,
    Below = 2,
    AboveEqual = 3,
    Equal = 4,
    NotEqual = 5,
    BelowEqual = 6,
    Above = 7,
    Sign = 8,
    Parity = 10,
    NoParity = 11,
    Less = 12,
    GreaterEqual = 13,
    LessEqual = 14,
    Greater = 15,
}

impl Cond {
    /// True when this one is not.
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Below => Self::AboveEqual,
            Self::AboveEqual => Self::Below,
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::BelowEqual => Self::Above,
            Self::Above => Self::BelowEqual,
            Self::Parity => Self::NoParity,
            Self::NoParity => Self::Parity,
            Self::Less => Self::GreaterEqual,
            Self::GreaterEqual => Self::Less,
            Self::LessEqual => Self::Greater,
            Self::Greater => Self::LessEqual,
            Self::Overflow | Self::Sign => unreachable!("never asked for"),
        }
    }
}

/// A place in the code that jumps lead to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Label(u32);

const UNBOUND: u32 = u32::MAX;

/// One function's code while it is written. Its buffers are reused.
#[derive(Default)]
pub(super) struct Assembler {
    pub(super) code: Vec<u8>,
    pub(super) relocations: Vec<Relocation>,
    labels: Vec<u32>,
    /// Where the four bytes of a distance are missing.
    fixups: Vec<(u32, Label)>,
}

impl Assembler {
    pub(super) fn clear(&mut self) {
        self.code.clear();
        self.relocations.clear();
        self.labels.clear();
        self.fixups.clear();
    }

    pub(super) fn offset(&self) -> u32 {
        self.code.len() as u32
    }

    pub(super) fn label(&mut self) -> Label {
        self.labels.push(UNBOUND);
        Label(self.labels.len() as u32 - 1)
    }

    pub(super) fn bind(&mut self, label: Label) {
        self.labels[label.0 as usize] = self.offset();
    }

    /// Fills in all distances.
    pub(super) fn resolve(&mut self) {
        for (at, label) in self.fixups.drain(..) {
            let target = self.labels[label.0 as usize];
            debug_assert_ne!(target, UNBOUND);
            let distance = target.wrapping_sub(at + 4);
            self.code[at as usize..][..4].copy_from_slice(&distance.to_le_bytes());
        }
    }

    // Encoding.

    /// An instruction with a ModRM byte. `prefix` is 0 for none, `opcode` has
    /// its bytes from the highest one that is not 0 (none of them is); `reg` and registers in
    /// `rm` are numbers. `byte` asks for the prefix that makes the low bytes of
    /// `rsi` and `rdi` addressable.
    fn modrm(&mut self, prefix: u8, wide: bool, opcode: u32, reg: u8, rm: Rm, byte: bool) {
        let mut out = Bytes::default();
        if prefix != 0 {
            out.push(prefix);
        }
        let (base, index) = match rm {
            Rm::Gpr(Gpr(number)) | Rm::Xmm(Xmm(number)) => (number, 0),
            Rm::Mem(mem) => (mem.base.0, mem.index.map_or(0, |(index, _)| index.0)),
        };
        let rex = u8::from(wide) << 3 | reg >> 3 << 2 | index >> 3 << 1 | base >> 3;
        if rex != 0 || byte {
            out.push(0x40 | rex);
        }
        for byte in opcode.to_be_bytes() {
            if byte != 0 {
                out.push(byte);
            }
        }
        let reg = (reg & 7) << 3;
        match rm {
            Rm::Gpr(Gpr(number)) | Rm::Xmm(Xmm(number)) => out.push(0xc0 | reg | number & 7),
            Rm::Mem(Mem { base, index, offset }) => {
                // A base of rbp or r13 without an offset means something else.
                let mode = match offset {
                    0 if base.0 & 7 != 5 => 0,
                    -128..=127 => 0x40,
                    _ => 0x80,
                };
                match index {
                    None if base.0 & 7 != 4 => out.push(mode | reg | base.0 & 7),
                    None => {
                        out.push(mode | reg | 4);
                        out.push(0x20 | base.0 & 7);
                    }
                    Some((index, scale)) => {
                        debug_assert_ne!(index, RSP);
                        out.push(mode | reg | 4);
                        out.push(scale << 6 | (index.0 & 7) << 3 | base.0 & 7);
                    }
                }
                match mode {
                    0 => {}
                    0x40 => out.push(offset as u8),
                    _ => out.extend(&offset.to_le_bytes()),
                }
            }
        }
        self.code.extend_from_slice(out.as_slice());
    }

    /// An instruction of integers whose opcode for bytes is one less.
    fn sized(&mut self, size: u32, opcode: u32, reg: u8, rm: Rm) {
        let prefix = if size == 2 { 0x66 } else { 0 };
        let opcode = if size == 1 { opcode - 1 } else { opcode };
        let byte = size == 1 && (reg >= 4 || matches!(rm, Rm::Gpr(gpr) if gpr.0 >= 4));
        self.modrm(prefix, size == 8, opcode, reg, rm, byte);
    }

    fn immediate(&mut self, size: u32, value: i32) {
        match size {
            1 => self.code.push(value as u8),
            2 => self.code.extend_from_slice(&(value as u16).to_le_bytes()),
            _ => self.code.extend_from_slice(&value.to_le_bytes()),
        }
    }

    // Moves.

    /// Copies a register. All bits of it: narrower moves would keep the old
    /// upper ones, for which the processor waits.
    pub(super) fn mov(&mut self, to: Gpr, from: Gpr) {
        if to != from {
            self.modrm(0, true, 0x8b, to.0, Rm::Gpr(from), false);
        }
    }

    /// Loads `size` bytes; what is above them in the register becomes 0.
    pub(super) fn load(&mut self, size: u32, to: Gpr, from: Mem) {
        match size {
            1 => self.modrm(0, false, 0x0fb6, to.0, Rm::Mem(from), false),
            2 => self.modrm(0, false, 0x0fb7, to.0, Rm::Mem(from), false),
            _ => self.modrm(0, size == 8, 0x8b, to.0, Rm::Mem(from), false),
        }
    }

    pub(super) fn store(&mut self, size: u32, to: Mem, from: Gpr) {
        self.sized(size, 0x89, from.0, Rm::Mem(to));
    }

    /// Stores a constant that fits into 32 bits with its sign.
    pub(super) fn store_constant(&mut self, size: u32, to: Mem, value: i32) {
        self.sized(size, 0xc7, 0, Rm::Mem(to));
        self.immediate(size, value);
    }

    /// Leaves the flags alone.
    pub(super) fn constant(&mut self, to: Gpr, value: u64) {
        if let Ok(value) = u32::try_from(value) {
            if to.0 >= 8 {
                self.code.push(0x41);
            }
            self.code.push(0xb8 | to.0 & 7);
            self.code.extend_from_slice(&value.to_le_bytes());
        } else if let Ok(value) = i32::try_from(value as i64) {
            self.modrm(0, true, 0xc7, 0, Rm::Gpr(to), false);
            self.code.extend_from_slice(&value.to_le_bytes());
        } else {
            self.code.push(0x48 | to.0 >> 3);
            self.code.push(0xb8 | to.0 & 7);
            self.code.extend_from_slice(&value.to_le_bytes());
        }
    }

    /// Extends `size` bytes to 64 bits.
    pub(super) fn extend(&mut self, size: u32, signed: bool, to: Gpr, from: Rm) {
        let byte = size == 1 && matches!(from, Rm::Gpr(gpr) if gpr.0 >= 4);
        match (size, signed) {
            (1, false) => self.modrm(0, false, 0x0fb6, to.0, from, byte),
            (2, false) => self.modrm(0, false, 0x0fb7, to.0, from, false),
            (4, false) => self.modrm(0, false, 0x8b, to.0, from, false),
            (1, true) => self.modrm(0, true, 0x0fbe, to.0, from, byte),
            (2, true) => self.modrm(0, true, 0x0fbf, to.0, from, false),
            (4, true) => self.modrm(0, true, 0x63, to.0, from, false),
            _ => self.modrm(0, true, 0x8b, to.0, from, false),
        }
    }

    pub(super) fn lea(&mut self, to: Gpr, of: Mem) {
        if of.index.is_none() && of.offset == 0 {
            return self.mov(to, of.base);
        }
        self.modrm(0, true, 0x8d, to.0, Rm::Mem(of), false);
    }

    /// `to = address of symbol`
    pub(super) fn symbol(&mut self, to: Gpr, symbol: Symbol) {
        self.code.push(0x48 | to.0 >> 3 << 2);
        self.code.push(0x8d);
        self.code.push((to.0 & 7) << 3 | 5);
        self.reference(symbol);
    }

    fn reference(&mut self, target: Symbol) {
        let (offset, kind) = (self.offset(), RelocationKind::Relative32);
        self.relocations.push(Relocation { offset, kind, target, addend: -4 });
        self.code.extend_from_slice(&[0; 4]);
    }

    // Integers.

    pub(super) fn alu(&mut self, op: Alu, size: u32, to: Gpr, from: Rm) {
        self.sized(size, (op as u32) << 3 | 3, to.0, from);
    }

    /// With a constant that fits into 32 bits with its sign.
    pub(super) fn alu_constant(&mut self, op: Alu, size: u32, to: Rm, value: i32) {
        if size > 1 && i8::try_from(value).is_ok() {
            let prefix = if size == 2 { 0x66 } else { 0 };
            self.modrm(prefix, size == 8, 0x83, op as u8, to, false);
            self.code.push(value as u8);
        } else {
            self.sized(size, 0x81, op as u8, to);
            self.immediate(size, value);
        }
    }

    /// Compares with itself: the sign and whether it is 0.
    pub(super) fn test(&mut self, size: u32, a: Gpr) {
        self.sized(size, 0x85, a.0, Rm::Gpr(a));
    }

    /// `to *= from`; the flags say whether it fits. Not for bytes.
    pub(super) fn multiply(&mut self, size: u32, to: Gpr, from: Rm) {
        debug_assert!(size > 1);
        let prefix = if size == 2 { 0x66 } else { 0 };
        self.modrm(prefix, size == 8, 0x0faf, to.0, from, false);
    }

    /// `to = from * value`
    pub(super) fn multiply_constant(&mut self, size: u32, to: Gpr, from: Rm, value: i32) {
        debug_assert!(size > 1);
        let prefix = if size == 2 { 0x66 } else { 0 };
        if i8::try_from(value).is_ok() {
            self.modrm(prefix, size == 8, 0x6b, to.0, from, false);
            self.code.push(value as u8);
        } else {
            self.modrm(prefix, size == 8, 0x69, to.0, from, false);
            self.immediate(size, value);
        }
    }

    pub(super) fn single(&mut self, op: Single, size: u32, of: Rm) {
        self.sized(size, 0xf7, op as u8, of);
    }

    /// `rdx` becomes the sign of `rax`.
    pub(super) fn sign_to_rdx(&mut self, size: u32) {
        if size == 8 {
            self.code.push(0x48);
        }
        self.code.push(0x99);
    }

    pub(super) fn shift_constant(&mut self, op: Shift, size: u32, to: Gpr, count: u8) {
        self.sized(size, 0xc1, op as u8, Rm::Gpr(to));
        self.code.push(count);
    }

    /// By the low bits of `rcx`.
    pub(super) fn shift(&mut self, op: Shift, size: u32, to: Gpr) {
        self.sized(size, 0xd3, op as u8, Rm::Gpr(to));
    }

    /// Sets a byte to 0 or 1; leaves the rest of the register and the flags.
    pub(super) fn set(&mut self, cond: Cond, to: Gpr) {
        self.modrm(0, false, 0x0f90 | cond as u32, 0, Rm::Gpr(to), to.0 >= 4);
    }

    pub(super) fn set_memory(&mut self, cond: Cond, to: Mem) {
        self.modrm(0, false, 0x0f90 | cond as u32, 0, Rm::Mem(to), false);
    }

    /// All 32 or 64 bits are copied if the condition is true.
    pub(super) fn move_if(&mut self, cond: Cond, to: Gpr, from: Gpr) {
        self.modrm(0, true, 0x0f40 | cond as u32, to.0, Rm::Gpr(from), false);
    }

    pub(super) fn count_ones(&mut self, to: Gpr, from: Gpr) {
        self.modrm(0xf3, true, 0x0fb8, to.0, Rm::Gpr(from), false);
    }

    /// Complements or clears one bit: `btc`, `btr`.
    pub(super) fn change_bit(&mut self, complement: bool, to: Gpr, bit: u8) {
        let which = if complement { 7 } else { 6 };
        self.modrm(0, true, 0x0fba, which, Rm::Gpr(to), false);
        self.code.push(bit);
    }

    // Floats. `size` is 4 or 8.

    fn float(&mut self, size: u32, opcode: u32, reg: u8, rm: Rm) {
        let prefix = if size == 4 { 0xf3 } else { 0xf2 };
        self.modrm(prefix, false, opcode, reg, rm, false);
    }

    pub(super) fn mov_float(&mut self, to: Xmm, from: Xmm) {
        if to != from {
            self.modrm(0, false, 0x0f28, to.0, Rm::Xmm(from), false);
        }
    }

    pub(super) fn load_float(&mut self, size: u32, to: Xmm, from: Mem) {
        self.float(size, 0x0f10, to.0, Rm::Mem(from));
    }

    pub(super) fn store_float(&mut self, size: u32, to: Mem, from: Xmm) {
        self.float(size, 0x0f11, from.0, Rm::Mem(to));
    }

    pub(super) fn float_op(&mut self, op: FloatOp, size: u32, to: Xmm, from: Rm) {
        self.float(size, 0x0f00 | op as u32, to.0, from);
    }

    pub(super) fn compare_float(&mut self, size: u32, a: Xmm, b: Rm) {
        let prefix = if size == 4 { 0 } else { 0x66 };
        self.modrm(prefix, false, 0x0f2e, a.0, b, false);
    }

    /// `mode`: 1 down, 2 up, 3 toward zero; inexact results are not noted.
    pub(super) fn round(&mut self, size: u32, to: Xmm, from: Rm, mode: u8) {
        let opcode = if size == 4 { 0x0f3a0a } else { 0x0f3a0b };
        self.modrm(0x66, false, opcode, to.0, from, false);
        self.code.push(mode | 8);
    }

    pub(super) fn float_zero(&mut self, to: Xmm) {
        self.modrm(0, false, 0x0f57, to.0, Rm::Xmm(to), false);
    }

    /// 64 bits of an integer to a float, nearest. Clears the register first,
    /// whose old value the processor would wait for.
    pub(super) fn int_to_float(&mut self, size: u32, to: Xmm, from: Gpr) {
        self.float_zero(to);
        let prefix = if size == 4 { 0xf3 } else { 0xf2 };
        self.modrm(prefix, true, 0x0f2a, to.0, Rm::Gpr(from), false);
    }

    /// A float to 64 bits, toward zero; `i64::MIN` if it does not fit.
    pub(super) fn float_to_int(&mut self, size: u32, to: Gpr, from: Xmm) {
        let prefix = if size == 4 { 0xf3 } else { 0xf2 };
        self.modrm(prefix, true, 0x0f2c, to.0, Rm::Xmm(from), false);
    }

    /// From a float of `size` bytes to the other size.
    pub(super) fn convert_float(&mut self, size: u32, to: Xmm, from: Rm) {
        self.float(size, 0x0f5a, to.0, from);
    }

    pub(super) fn float_to_bits(&mut self, size: u32, to: Gpr, from: Xmm) {
        self.modrm(0x66, size == 8, 0x0f7e, from.0, Rm::Gpr(to), false);
    }

    pub(super) fn float_from_bits(&mut self, size: u32, to: Xmm, from: Gpr) {
        self.modrm(0x66, size == 8, 0x0f6e, to.0, Rm::Gpr(from), false);
    }

    /// 16 bytes at any address.
    pub(super) fn load_vector(&mut self, to: Xmm, from: Mem) {
        self.modrm(0, false, 0x0f10, to.0, Rm::Mem(from), false);
    }

    pub(super) fn store_vector(&mut self, to: Mem, from: Xmm) {
        self.modrm(0, false, 0x0f11, from.0, Rm::Mem(to), false);
    }

    // Control flow.

    fn distance_to(&mut self, label: Label) {
        self.fixups.push((self.offset(), label));
        self.code.extend_from_slice(&[0; 4]);
    }

    /// The distance to a label behind, if it fits into a byte.
    fn short_distance(&self, label: Label) -> Option<i8> {
        let target = self.labels[label.0 as usize];
        if target == UNBOUND {
            return None;
        }
        i8::try_from(i64::from(target) - i64::from(self.offset() + 2)).ok()
    }

    pub(super) fn jump(&mut self, to: Label) {
        if let Some(distance) = self.short_distance(to) {
            self.code.extend_from_slice(&[0xeb, distance as u8]);
        } else {
            self.code.push(0xe9);
            self.distance_to(to);
        }
    }

    pub(super) fn jump_if(&mut self, cond: Cond, to: Label) {
        if let Some(distance) = self.short_distance(to) {
            self.code.extend_from_slice(&[0x70 | cond as u8, distance as u8]);
        } else {
            self.code.extend_from_slice(&[0x0f, 0x80 | cond as u8]);
            self.distance_to(to);
        }
    }

    pub(super) fn call(&mut self, symbol: Symbol) {
        self.code.push(0xe8);
        self.reference(symbol);
    }

    pub(super) fn call_register(&mut self, target: Gpr) {
        self.modrm(0, false, 0xff, 2, Rm::Gpr(target), false);
    }

    /// `push rbp; mov rbp, rsp; sub rsp, size`; gives where the size is.
    pub(super) fn prologue(&mut self) -> u32 {
        self.code.extend_from_slice(&[0x55, 0x48, 0x89, 0xe5, 0x48, 0x81, 0xec, 0, 0, 0, 0]);
        self.offset() - 4
    }

    pub(super) fn patch(&mut self, at: u32, value: u32) {
        self.code[at as usize..][..4].copy_from_slice(&value.to_le_bytes());
    }

    /// `leave; ret`
    pub(super) fn epilogue(&mut self) {
        self.code.extend_from_slice(&[0xc9, 0xc3]);
    }

    /// `ud2`
    pub(super) fn trap(&mut self) {
        self.code.extend_from_slice(&[0x0f, 0x0b]);
    }
}

/// The bytes of one instruction.
#[derive(Default)]
struct Bytes {
    bytes: [u8; 16],
    len: usize,
}

impl Bytes {
    fn push(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    fn extend(&mut self, bytes: &[u8]) {
        self.bytes[self.len..][..bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use iced_x86::{Decoder, DecoderOptions, Formatter, IntelFormatter};

    use super::*;

    /// What a disassembler that shares nothing with this module reads.
    fn read(write: impl FnOnce(&mut Assembler)) -> String {
        let mut assembler = Assembler::default();
        write(&mut assembler);
        assembler.resolve();
        let decoder = Decoder::new(64, &assembler.code, DecoderOptions::NONE);
        let mut formatter = IntelFormatter::new();
        formatter.options_mut().set_branch_leading_zeros(false);
        let lines: Vec<String> = decoder
            .into_iter()
            .map(|instruction| {
                let mut text = String::new();
                formatter.format(&instruction, &mut text);
                text
            })
            .collect();
        lines.join("; ")
    }

    #[test]
    fn sizes_and_registers() {
        let far = Gpr(13);
        assert_eq!(read(|a| a.alu(Alu::Add, 8, RAX, Rm::Gpr(far))), "add rax,r13");
        assert_eq!(read(|a| a.alu(Alu::Add, 1, RAX, Rm::Gpr(RDI))), "add al,dil");
        assert_eq!(read(|a| a.alu(Alu::Sub, 2, far, Rm::Gpr(RSI))), "sub r13w,si");
        assert_eq!(read(|a| a.alu(Alu::Cmp, 4, RSI, Rm::Gpr(RCX))), "cmp esi,ecx");
        assert_eq!(read(|a| a.alu_constant(Alu::And, 1, Rm::Gpr(RSI), -1)), "and sil,0FFh");
        assert_eq!(read(|a| a.alu_constant(Alu::Cmp, 2, Rm::Gpr(RSI), 300)), "cmp si,12Ch");
        assert_eq!(read(|a| a.alu_constant(Alu::Add, 8, Rm::Gpr(far), 5)), "add r13,5");
        assert_eq!(read(|a| a.multiply_constant(4, RAX, Rm::Gpr(far), 300)), "imul eax,r13d,12Ch");
        assert_eq!(read(|a| a.single(Single::DivSigned, 8, Rm::Gpr(RCX))), "idiv rcx");
        assert_eq!(read(|a| a.shift_constant(Shift::RightSigned, 1, RDI, 3)), "sar dil,3");
        assert_eq!(read(|a| a.set(Cond::Less, RDI)), "setl dil");
        assert_eq!(read(|a| a.extend(1, true, far, Rm::Gpr(RSI))), "movsx r13,sil");
        assert_eq!(read(|a| a.extend(4, true, RAX, Rm::Gpr(far))), "movsxd rax,r13d");
        assert_eq!(read(|a| a.extend(4, false, RAX, Rm::Gpr(far))), "mov eax,r13d");
        assert_eq!(read(|a| a.test(8, far)), "test r13,r13");
        assert_eq!(read(|a| a.change_bit(true, RAX, 63)), "btc rax,3Fh");
        assert_eq!(read(|a| a.sign_to_rdx(8)), "cqo");
    }

    #[test]
    fn memory() {
        let mem = |base, offset| Mem::at(base, offset);
        assert_eq!(read(|a| a.load(8, RAX, mem(RBP, -8))), "mov rax,[rbp-8]");
        assert_eq!(read(|a| a.load(8, RAX, mem(RBP, 0))), "mov rax,[rbp]");
        assert_eq!(read(|a| a.load(4, RAX, mem(Gpr(13), 0))), "mov eax,[r13]");
        assert_eq!(read(|a| a.load(1, Gpr(9), mem(Gpr(12), 300))), "movzx r9d,byte ptr [r12+12Ch]");
        assert_eq!(read(|a| a.store(1, mem(RSP, 8), RDI)), "mov [rsp+8],dil");
        assert_eq!(read(|a| a.store(2, mem(RBX, 0), Gpr(8))), "mov [rbx],r8w");
        let element = Mem { base: Gpr(8), index: Some((Gpr(9), 3)), offset: 24 };
        assert_eq!(read(|a| a.load(8, RDX, element)), "mov rdx,[r8+r9*8+18h]");
        assert_eq!(read(|a| a.lea(RDX, element)), "lea rdx,[r8+r9*8+18h]");
        let stored = "mov word ptr [rbp-4],7";
        assert_eq!(read(|a| a.store_constant(2, mem(RBP, -4), 7)), stored);
        assert_eq!(read(|a| a.load_vector(Xmm(9), mem(RDI, 0))), "movups xmm9,[rdi]");
    }

    #[test]
    fn constants() {
        assert_eq!(read(|a| a.constant(Gpr(9), 7)), "mov r9d,7");
        assert_eq!(read(|a| a.constant(RAX, u64::MAX)), "mov rax,0FFFFFFFFFFFFFFFFh");
        assert_eq!(read(|a| a.constant(Gpr(9), 1 << 40)), "mov r9,10000000000h");
    }

    #[test]
    fn floats() {
        let far = Rm::Xmm(Xmm(12));
        assert_eq!(read(|a| a.float_op(FloatOp::Add, 8, Xmm(9), far)), "addsd xmm9,xmm12");
        assert_eq!(read(|a| a.float_op(FloatOp::Sqrt, 4, XMM0, far)), "sqrtss xmm0,xmm12");
        assert_eq!(read(|a| a.compare_float(8, XMM0, far)), "ucomisd xmm0,xmm12");
        assert_eq!(read(|a| a.compare_float(4, XMM0, far)), "ucomiss xmm0,xmm12");
        let converted = "xorps xmm3,xmm3; cvtsi2sd xmm3,r9";
        assert_eq!(read(|a| a.int_to_float(8, Xmm(3), Gpr(9))), converted);
        assert_eq!(read(|a| a.float_to_int(8, Gpr(9), Xmm(3))), "cvttsd2si r9,xmm3");
        assert_eq!(read(|a| a.float_to_bits(8, Gpr(9), Xmm(3))), "movq r9,xmm3");
        assert_eq!(read(|a| a.float_from_bits(4, Xmm(3), RAX)), "movd xmm3,eax");
        assert_eq!(read(|a| a.convert_float(4, XMM1, far)), "cvtss2sd xmm1,xmm12");
        assert_eq!(read(|a| a.round(8, XMM1, far, 2)), "roundsd xmm1,xmm12,0Ah");
        assert_eq!(read(|a| a.store_float(8, Mem::frame(-8), XMM1)), "movsd [rbp-8],xmm1");
    }

    #[test]
    fn jumps() {
        let text = read(|a| {
            let (back, ahead) = (a.label(), a.label());
            a.bind(back);
            a.jump_if(Cond::Equal, ahead);
            a.jump(back);
            a.bind(ahead);
            a.trap();
        });
        assert_eq!(text, "je 8; jmp short 0; ud2");
    }
}
