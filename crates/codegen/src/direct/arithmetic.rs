//! Operators and conversions.

use simple_mir::{BinOp, CastKind, IntType, Operand, Overflow, Place, Type, UnOp};

use super::Unsupported;
use super::analysis::Held;
use super::assembler::{
    Alu, Cond, FloatOp, Gpr, RAX, RCX, RDX, Rm, Shift, Single, XMM0, XMM1, Xmm,
};
use super::function::{Stub, Translator};
use super::operand::{Flags, Kind, Value};
use super::place::Resolved;
use crate::abi::Scalar;
use crate::positions::Trap;

/// A constant that can stand in an instruction of that size.
fn immediate(size: u32, value: Value) -> Option<i32> {
    match value {
        Value::Constant(bits) if size < 8 => Some(bits as i32),
        Value::Constant(bits) => i32::try_from(bits as i64).ok(),
        _ => None,
    }
}

impl Translator<'_, '_> {
    pub(super) fn binary(
        &mut self,
        place: Place,
        op: BinOp,
        a: &Operand,
        b: &Operand,
    ) -> Result<(), Unsupported> {
        let to = self.place(place)?;
        let (x, kind) = self.scalar(a)?;
        let (y, count) = self.scalar(b)?;
        if kind.scalar.is_float() {
            return self.float_binary(&to, op, kind.scalar.size(), (a, x), (b, y));
        }
        let size = kind.scalar.size();
        match op {
            BinOp::Add(overflow) => self.simple(&to, Alu::Add, overflow, kind, (a, x), (b, y)),
            BinOp::Sub(overflow) => self.simple(&to, Alu::Sub, overflow, kind, (a, x), (b, y)),
            BinOp::BitAnd => self.simple(&to, Alu::And, Overflow::Wrap, kind, (a, x), (b, y)),
            BinOp::BitOr => self.simple(&to, Alu::Or, Overflow::Wrap, kind, (a, x), (b, y)),
            BinOp::BitXor => self.simple(&to, Alu::Xor, Overflow::Wrap, kind, (a, x), (b, y)),
            BinOp::Mul(overflow) => self.multiply(&to, overflow, kind, (a, x), (b, y)),
            BinOp::Div => self.divide(&to, kind, x, y, true),
            BinOp::Rem => self.divide(&to, kind, x, y, false),
            BinOp::Shl(overflow) => {
                self.shift(&to, Shift::Left, overflow, kind, (a, x), (y, count))
            }
            BinOp::Shr(overflow) => {
                let shift = match kind.int.is_signed() {
                    true => Shift::RightSigned,
                    false => Shift::Right,
                };
                self.shift(&to, shift, overflow, kind, (a, x), (y, count))
            }
            BinOp::Min | BinOp::Max => self.choose(&to, op, kind, (a, x), y),
            BinOp::Eq | BinOp::Same => self.compare(&to, Cond::Equal, size, x, y),
            BinOp::Ne => self.compare(&to, Cond::NotEqual, size, x, y),
            BinOp::Lt => {
                let cond = either(kind, Cond::Less, Cond::Below);
                self.compare(&to, cond, size, x, y)
            }
            BinOp::Le => {
                let cond = either(kind, Cond::LessEqual, Cond::BelowEqual);
                self.compare(&to, cond, size, x, y)
            }
            BinOp::Gt => {
                let cond = either(kind, Cond::Greater, Cond::Above);
                self.compare(&to, cond, size, x, y)
            }
            BinOp::Ge => {
                let cond = either(kind, Cond::GreaterEqual, Cond::AboveEqual);
                self.compare(&to, cond, size, x, y)
            }
        }
    }

    fn compare(
        &mut self,
        to: &Resolved,
        cond: Cond,
        size: u32,
        x: Value,
        y: Value,
    ) -> Result<(), Unsupported> {
        if let Some(constant) = immediate(size, y) {
            self.compare_constant(size, x, constant);
        } else {
            let y = self.rm(size, y);
            let x = match x {
                Value::Gpr(gpr) => gpr,
                other => {
                    self.load_gpr(size, RAX, other);
                    RAX
                }
            };
            self.asm.alu(Alu::Cmp, size, x, y);
        }
        self.finish_flags(to, Flags::Cond(cond));
        Ok(())
    }

    /// Addition, subtraction and the bits.
    fn simple(
        &mut self,
        to: &Resolved,
        op: Alu,
        overflow: Overflow,
        kind: Kind,
        (a, x): (&Operand, Value),
        (b, y): (&Operand, Value),
    ) -> Result<(), Unsupported> {
        let size = kind.scalar.size();
        // A constant stands better behind.
        let swap = op != Alu::Sub && immediate(size, x).is_some();
        let ((a, x), y) = if swap { ((b, y), x) } else { ((a, x), y) };
        let work = self.work_gpr(to, Some(a), &[y])?;
        self.load_gpr(size, work, x);
        if let Some(constant) = immediate(size, y) {
            self.asm.alu_constant(op, size, Rm::Gpr(work), constant);
        } else {
            let y = self.rm(size, y);
            self.asm.alu(op, size, work, y);
        }
        if overflow == Overflow::Panic {
            let trap = if op == Alu::Sub { Trap::Sub } else { Trap::Add };
            self.trap_if(either(kind, Cond::Overflow, Cond::Below), trap);
        }
        self.finish_gpr(to, work, size);
        Ok(())
    }

    fn multiply(
        &mut self,
        to: &Resolved,
        overflow: Overflow,
        kind: Kind,
        (a, x): (&Operand, Value),
        (b, y): (&Operand, Value),
    ) -> Result<(), Unsupported> {
        let size = kind.scalar.size();
        let wraps = overflow == Overflow::Wrap;
        if size == 1 || !(kind.int.is_signed() || wraps) {
            // The operand's place must not be one that is written first.
            let y = self.rm(size, y);
            self.load_gpr(size, RAX, x);
            let op = if kind.int.is_signed() { Single::MulSigned } else { Single::Mul };
            self.asm.single(op, size, y);
            if !wraps {
                self.trap_if(Cond::Overflow, Trap::Mul);
            }
            return self.write(to, Value::Gpr(RAX), None);
        }
        let swap = immediate(size, x).is_some();
        let ((a, x), y) = if swap { ((b, y), x) } else { ((a, x), y) };
        let work = self.work_gpr(to, Some(a), &[y])?;
        match (immediate(size, y), x) {
            (Some(constant), Value::Gpr(gpr)) => {
                self.asm.multiply_constant(size, work, Rm::Gpr(gpr), constant);
            }
            (Some(constant), Value::Mem(mem)) => {
                self.asm.multiply_constant(size, work, Rm::Mem(mem), constant);
            }
            (Some(constant), other) => {
                self.load_gpr(size, work, other);
                self.asm.multiply_constant(size, work, Rm::Gpr(work), constant);
            }
            (None, _) => {
                self.load_gpr(size, work, x);
                let y = self.rm(size, y);
                self.asm.multiply(size, work, y);
            }
        }
        if !wraps {
            self.trap_if(Cond::Overflow, Trap::Mul);
        }
        self.finish_gpr(to, work, size);
        Ok(())
    }

    /// Division and remainder, in `rax`, `rcx` and `rdx`.
    fn divide(
        &mut self,
        to: &Resolved,
        kind: Kind,
        x: Value,
        y: Value,
        quotient: bool,
    ) -> Result<(), Unsupported> {
        let (size, signed) = (kind.scalar.size(), kind.int.is_signed());
        let constant = match y {
            Value::Constant(bits) => Some(kind.int.canonical(bits)),
            _ => None,
        };
        // Narrow numbers are divided as 32 bits, where nothing overflows.
        let wide = size.max(4);
        self.load_extended(kind, RCX, y);
        self.load_extended(kind, RAX, x);
        if constant.is_none_or(|constant| constant == 0) {
            self.asm.test(wide, RCX);
            let trap = if quotient { Trap::DivideByZero } else { Trap::RemainderByZero };
            self.trap_if(Cond::Equal, trap);
        }
        let minus_one = u64::MAX;
        let result = if quotient { RAX } else { RDX };
        if !signed {
            self.asm.constant(RDX, 0);
            self.asm.single(Single::Div, wide, Rm::Gpr(RCX));
        } else if size >= 4 && constant.is_none_or(|constant| constant == minus_one) {
            let (plain, done) = (self.asm.label(), self.asm.label());
            self.asm.alu_constant(Alu::Cmp, wide, Rm::Gpr(RCX), -1);
            self.asm.jump_if(Cond::NotEqual, plain);
            // The processor refuses MIN / -1, and takes longer for others.
            if quotient {
                self.asm.single(Single::Neg, wide, Rm::Gpr(RAX));
                self.trap_if(Cond::Overflow, Trap::Div);
            } else {
                self.asm.constant(RDX, 0);
            }
            self.asm.jump(done);
            self.asm.bind(plain);
            self.asm.sign_to_rdx(wide);
            self.asm.single(Single::DivSigned, wide, Rm::Gpr(RCX));
            self.asm.bind(done);
        } else {
            self.asm.sign_to_rdx(wide);
            self.asm.single(Single::DivSigned, wide, Rm::Gpr(RCX));
            if size < 4 && quotient {
                self.asm.alu_constant(Alu::Cmp, 4, Rm::Gpr(RAX), 1 << (8 * size - 1));
                self.trap_if(Cond::Equal, Trap::Div);
            }
        }
        self.write(to, Value::Gpr(result), None)
    }

    /// Loads an integer, extended to at least 32 bits.
    fn load_extended(&mut self, kind: Kind, to: Gpr, value: Value) {
        let size = kind.scalar.size();
        match value {
            Value::Gpr(gpr) if size < 4 => {
                self.asm.extend(size, kind.int.is_signed(), to, Rm::Gpr(gpr));
            }
            Value::Mem(mem) if size < 4 => {
                self.asm.extend(size, kind.int.is_signed(), to, Rm::Mem(mem));
            }
            other => self.load_gpr(size, to, other),
        }
    }

    /// Loads an integer, extended to 64 bits.
    fn load_wide(&mut self, kind: Kind, to: Gpr, value: Value) {
        let (size, signed) = (kind.scalar.size(), kind.int.is_signed());
        match value {
            Value::Gpr(gpr) => self.asm.extend(size, signed, to, Rm::Gpr(gpr)),
            Value::Mem(mem) => self.asm.extend(size, signed, to, Rm::Mem(mem)),
            Value::Constant(bits) => self.asm.constant(to, kind.int.canonical(bits)),
            other => self.load_gpr(size, to, other),
        }
    }

    fn shift(
        &mut self,
        to: &Resolved,
        op: Shift,
        overflow: Overflow,
        kind: Kind,
        (a, x): (&Operand, Value),
        (count, count_kind): (Value, Kind),
    ) -> Result<(), Unsupported> {
        let size = kind.scalar.size();
        let bits = kind.int.bits();
        let count_size = count_kind.scalar.size();
        let work = self.work_gpr(to, Some(a), &[count])?;
        match count {
            Value::Constant(count) if overflow == Overflow::Wrap || count < u64::from(bits) => {
                self.load_gpr(size, work, x);
                let count = count as u8 & (bits - 1) as u8;
                self.asm.shift_constant(op, size, work, count);
            }
            count => {
                self.load_gpr(count_size, RCX, count);
                // As an unsigned number a negative count is above every width.
                if overflow == Overflow::Panic {
                    self.asm.alu_constant(Alu::Cmp, count_size, Rm::Gpr(RCX), bits as i32);
                    self.trap_if(Cond::AboveEqual, Trap::Shift);
                } else if size < 4 {
                    self.asm.alu_constant(Alu::And, 4, Rm::Gpr(RCX), bits as i32 - 1);
                }
                self.load_gpr(size, work, x);
                self.asm.shift(op, size, work);
            }
        }
        self.finish_gpr(to, work, size);
        Ok(())
    }

    /// The smaller or larger one.
    fn choose(
        &mut self,
        to: &Resolved,
        op: BinOp,
        kind: Kind,
        (a, x): (&Operand, Value),
        y: Value,
    ) -> Result<(), Unsupported> {
        let size = kind.scalar.size();
        let work = self.work_gpr(to, Some(a), &[y])?;
        self.load_gpr(size, RCX, y);
        self.load_gpr(size, work, x);
        self.asm.alu(Alu::Cmp, size, work, Rm::Gpr(RCX));
        let cond = match op {
            BinOp::Min => either(kind, Cond::Greater, Cond::Above),
            _ => either(kind, Cond::Less, Cond::Below),
        };
        self.asm.move_if(cond, work, RCX);
        self.finish_gpr(to, work, size);
        Ok(())
    }

    fn float_binary(
        &mut self,
        to: &Resolved,
        op: BinOp,
        size: u32,
        (a, x): (&Operand, Value),
        (_, y): (&Operand, Value),
    ) -> Result<(), Unsupported> {
        let op = match op {
            BinOp::Add(_) => FloatOp::Add,
            BinOp::Sub(_) => FloatOp::Sub,
            BinOp::Mul(_) => FloatOp::Mul,
            BinOp::Div => FloatOp::Div,
            BinOp::Rem => return self.float_remainder(to, size, x, y),
            _ => return self.float_compare(to, op, size, x, y),
        };
        let work = self.work_xmm(to, Some(a), &[y])?;
        self.load_xmm(size, work, x);
        let y = self.float_rm(size, y);
        self.asm.float_op(op, size, work, y);
        self.finish_xmm(to, work, size);
        Ok(())
    }

    fn float_compare(
        &mut self,
        to: &Resolved,
        op: BinOp,
        size: u32,
        x: Value,
        y: Value,
    ) -> Result<(), Unsupported> {
        // "Above" is false for what is not ordered, "below" is not.
        let (first, second, flags) = match op {
            BinOp::Eq => (x, y, Flags::FloatEqual),
            BinOp::Ne => (x, y, Flags::FloatNotEqual),
            BinOp::Gt => (x, y, Flags::Cond(Cond::Above)),
            BinOp::Ge => (x, y, Flags::Cond(Cond::AboveEqual)),
            BinOp::Lt => (y, x, Flags::Cond(Cond::Above)),
            BinOp::Le => (y, x, Flags::Cond(Cond::AboveEqual)),
            _ => panic!("invalid MIR: {op:?} of floats"),
        };
        let first = match first {
            Value::Xmm(xmm) => xmm,
            other => {
                self.load_xmm(size, XMM0, other);
                XMM0
            }
        };
        let second = self.float_rm(size, second);
        self.asm.compare_float(size, first, second);
        self.finish_flags(to, flags);
        Ok(())
    }

    /// The remainder of `f32` is exact in `f64`, so that one function does both.
    fn float_remainder(
        &mut self,
        to: &Resolved,
        size: u32,
        x: Value,
        y: Value,
    ) -> Result<(), Unsupported> {
        // Nothing that the place was found through may be needed afterwards.
        let super::place::At::Local(_) = to.at else { return Err(Unsupported) };
        self.load_xmm(size, XMM0, x);
        self.load_xmm(size, XMM1, y);
        if size == 4 {
            self.asm.convert_float(4, XMM0, Rm::Xmm(XMM0));
            self.asm.convert_float(4, XMM1, Rm::Xmm(XMM1));
        }
        self.spill_temporaries(false);
        let fmod = self.shared.names.fmod;
        self.call_symbol(fmod);
        if size == 4 {
            self.asm.convert_float(8, XMM0, Rm::Xmm(XMM0));
        }
        self.write(to, Value::Xmm(XMM0), None)
    }

    /// A result and whether it does not fit.
    pub(super) fn overflowing(
        &mut self,
        place: Place,
        op: BinOp,
        a: &Operand,
        b: &Operand,
    ) -> Result<(), Unsupported> {
        let to = self.place(place)?;
        let (x, kind) = self.scalar(a)?;
        let (y, _) = self.scalar(b)?;
        let super::place::At::Memory(mem) = to.at else { return Err(Unsupported) };
        let simple_mir::Shape::Fields(offsets) = &self.types.layout(to.ty).shape else {
            panic!("invalid MIR: the result and a bool are a struct")
        };
        let (size, signed) = (kind.scalar.size(), kind.int.is_signed());
        let y = self.rm(size, y);
        self.load_gpr(size, RAX, x);
        let cond = match op {
            BinOp::Add(_) | BinOp::Sub(_) => {
                let op = if matches!(op, BinOp::Add(_)) { Alu::Add } else { Alu::Sub };
                self.asm.alu(op, size, RAX, y);
                either(kind, Cond::Overflow, Cond::Below)
            }
            BinOp::Mul(_) => {
                let op = if signed { Single::MulSigned } else { Single::Mul };
                self.asm.single(op, size, y);
                Cond::Overflow
            }
            _ => panic!("invalid MIR: overflow of {op:?}"),
        };
        // Moves leave the flags alone.
        self.asm.store(size, mem.plus(offsets[0]), RAX);
        self.asm.set_memory(cond, mem.plus(offsets[1]));
        Ok(())
    }

    pub(super) fn unary(
        &mut self,
        place: Place,
        op: UnOp,
        operand: &Operand,
    ) -> Result<(), Unsupported> {
        let to = self.place(place)?;
        let (x, kind) = self.scalar(operand)?;
        let size = kind.scalar.size();
        if kind.scalar.is_float() {
            return self.float_unary(&to, op, size, operand, x);
        }
        if op == UnOp::FromBits {
            let work = self.work_xmm(&to, None, &[])?;
            self.load_gpr(size, RAX, x);
            self.asm.float_from_bits(size, work, RAX);
            self.finish_xmm(&to, work, size);
            return Ok(());
        }
        let signed = kind.int.is_signed();
        let work = self.work_gpr(&to, Some(operand), &[])?;
        match op {
            UnOp::Neg(Overflow::Panic) if !signed => {
                // Only -0 is not below zero.
                self.compare_constant(size, x, 0);
                self.trap_if(Cond::NotEqual, Trap::Neg);
                self.load_gpr(size, work, x);
            }
            UnOp::Neg(overflow) => {
                self.load_gpr(size, work, x);
                self.asm.single(Single::Neg, size, Rm::Gpr(work));
                if overflow == Overflow::Panic {
                    self.trap_if(Cond::Overflow, Trap::Neg);
                }
            }
            UnOp::Not => {
                let of_bool = self.types.get(self.operand_type(operand)) == Type::Bool;
                self.load_gpr(size, work, x);
                if of_bool {
                    self.asm.alu_constant(Alu::Xor, 4, Rm::Gpr(work), 1);
                } else {
                    self.asm.single(Single::Not, size, Rm::Gpr(work));
                }
            }
            UnOp::Abs if signed => {
                self.load_gpr(size, RCX, x);
                self.asm.mov(RAX, RCX);
                self.asm.single(Single::Neg, size, Rm::Gpr(RAX));
                // If that is negative, the number was positive, or MIN.
                self.asm.move_if(Cond::Sign, RAX, RCX);
                self.asm.mov(work, RAX);
            }
            UnOp::Abs | UnOp::ToBits => self.load_gpr(size, work, x),
            UnOp::CountOnes => {
                let kind = Kind { int: unsigned(size), ..kind };
                self.load_wide(kind, RAX, x);
                self.asm.count_ones(work, RAX);
            }
            UnOp::LeadingZeros | UnOp::TrailingZeros => return Err(Unsupported),
            UnOp::Sqrt | UnOp::Floor | UnOp::Ceil | UnOp::Trunc | UnOp::FromBits => {
                panic!("invalid MIR: {op:?} of an integer")
            }
        }
        self.finish_gpr(&to, work, size);
        Ok(())
    }

    fn float_unary(
        &mut self,
        to: &Resolved,
        op: UnOp,
        size: u32,
        operand: &Operand,
        x: Value,
    ) -> Result<(), Unsupported> {
        if op == UnOp::ToBits {
            let work = self.work_gpr(to, None, &[])?;
            self.load_gpr(size, work, x);
            self.finish_gpr(to, work, size);
            return Ok(());
        }
        let work = self.work_xmm(to, Some(operand), &[])?;
        let sign = (8 * size - 1) as u8;
        match op {
            UnOp::Neg(_) | UnOp::Abs => {
                self.load_gpr(size, RAX, x);
                self.asm.change_bit(op != UnOp::Abs, RAX, sign);
                self.asm.float_from_bits(size, work, RAX);
            }
            UnOp::Sqrt => {
                let x = self.float_rm(size, x);
                self.asm.float_op(FloatOp::Sqrt, size, work, x);
            }
            UnOp::Floor | UnOp::Ceil | UnOp::Trunc => {
                let mode = match op {
                    UnOp::Floor => 1,
                    UnOp::Ceil => 2,
                    _ => 3,
                };
                let x = self.float_rm(size, x);
                self.asm.round(size, work, x, mode);
            }
            _ => panic!("invalid MIR: {op:?} of a float"),
        }
        self.finish_xmm(to, work, size);
        Ok(())
    }

    pub(super) fn cast(
        &mut self,
        place: Place,
        cast: CastKind,
        operand: &Operand,
    ) -> Result<(), Unsupported> {
        let to = self.place(place)?;
        let (x, kind) = self.scalar(operand)?;
        let Held::Scalar(target) = to.held else { return Err(Unsupported) };
        match cast {
            CastKind::Int => {
                let (from, size) = (kind.scalar.size(), target.size());
                let work = self.work_gpr(&to, Some(operand), &[])?;
                match x {
                    Value::Gpr(_) | Value::Mem(_) if size > from => {
                        let x = self.rm(from, x);
                        self.asm.extend(from, kind.int.is_signed(), work, x);
                    }
                    Value::Constant(bits) => {
                        self.asm.constant(work, kind.int.canonical(bits));
                    }
                    x => self.load_gpr(from, work, x),
                }
                self.finish_gpr(&to, work, size);
                Ok(())
            }
            CastKind::IntToFloat => {
                if kind.int == IntType::U64 {
                    return Err(Unsupported);
                }
                let work = self.work_xmm(&to, None, &[])?;
                let from = match x {
                    Value::Gpr(gpr) if kind.scalar.size() == 8 => gpr,
                    x => {
                        self.load_wide(kind, RAX, x);
                        RAX
                    }
                };
                self.asm.int_to_float(target.size(), work, from);
                self.finish_xmm(&to, work, target.size());
                Ok(())
            }
            CastKind::FloatToInt => self.float_to_int(&to, kind.scalar.size(), x),
            CastKind::Float => {
                let work = self.work_xmm(&to, None, &[])?;
                let size = kind.scalar.size();
                if size == target.size() {
                    self.load_xmm(size, work, x);
                } else {
                    let x = self.float_rm(size, x);
                    self.asm.convert_float(size, work, x);
                }
                self.finish_xmm(&to, work, target.size());
                Ok(())
            }
        }
    }

    /// Saturating, NaN to 0. What does not fit into 64 bits is looked at
    /// behind the function's end.
    fn float_to_int(&mut self, to: &Resolved, size: u32, x: Value) -> Result<(), Unsupported> {
        let Type::Int(int) = self.types.get(to.ty) else {
            panic!("invalid MIR: a float is converted to something else than an integer")
        };
        if int == IntType::U64 {
            return Err(Unsupported);
        }
        let from: Xmm = match x {
            Value::Xmm(xmm) => xmm,
            other => {
                self.load_xmm(size, XMM0, other);
                XMM0
            }
        };
        self.asm.float_to_int(size, RAX, from);
        self.asm.alu_constant(Alu::Cmp, 8, Rm::Gpr(RAX), 1);
        let (slow, done) = (self.asm.label(), self.asm.label());
        self.asm.jump_if(Cond::Overflow, slow);
        self.asm.bind(done);
        self.stubs.push(Stub::FloatToInt { slow, done, from, size });
        if int.bits() < 64 {
            let (low, high) = match int.is_signed() {
                true => (-1_i64 << (int.bits() - 1), (1_i64 << (int.bits() - 1)) - 1),
                false => (0, (1_i64 << int.bits()) - 1),
            };
            for (limit, cond) in [(low, Cond::Less), (high, Cond::Greater)] {
                self.asm.constant(RCX, limit as u64);
                self.asm.alu(Alu::Cmp, 8, RAX, Rm::Gpr(RCX));
                self.asm.move_if(cond, RAX, RCX);
            }
        }
        self.write(to, Value::Gpr(RAX), None)
    }

    /// The rest of a conversion: `rax` is MIN.
    pub(super) fn float_to_int_stub(&mut self, size: u32, from: Xmm) {
        let (low, done) = (self.asm.label(), self.asm.label());
        self.asm.float_zero(XMM1);
        self.asm.compare_float(size, from, Rm::Xmm(XMM1));
        let number = self.asm.label();
        self.asm.jump_if(Cond::NoParity, number);
        self.asm.constant(RAX, 0);
        self.asm.jump(done);
        self.asm.bind(number);
        self.asm.jump_if(Cond::BelowEqual, low);
        self.asm.constant(RAX, i64::MAX as u64);
        self.asm.bind(low);
        self.asm.bind(done);
    }
}

fn either<T>(kind: Kind, if_signed: T, if_unsigned: T) -> T {
    if kind.int.is_signed() { if_signed } else { if_unsigned }
}

fn unsigned(size: u32) -> IntType {
    match Scalar::integer(size) {
        Scalar::I8 => IntType::U8,
        Scalar::I16 => IntType::U16,
        Scalar::I32 => IntType::U32,
        _ => IntType::U64,
    }
}
