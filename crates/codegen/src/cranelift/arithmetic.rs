//! Operators and conversions.
//!
//! The patterns for checked operations are those for which Cranelift's x86-64
//! back end makes the least code, found by looking at it: it has no rule that
//! joins `sadd_overflow` and `trapnz` into `add; jo`, but a comparison and a
//! conditional trap become `cmp; jcc`. `docs/design/codegen.md` has the table.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};
use simple_mir::{BinOp, CastKind, Const, IntType, Operand, Overflow, Type, TypeId, UnOp};
use smallvec::SmallVec;

use super::code::{Trap, machine_type};
use super::function::Translator;
use super::value::Kind;
use crate::abi::Scalar;

/// The value of an integer constant.
fn int_constant(operand: &Operand) -> Option<i128> {
    match operand {
        Operand::Const(Const::Int(int, bits)) => {
            Some(if int.is_signed() { i128::from(*bits as i64) } else { i128::from(*bits) })
        }
        _ => None,
    }
}

fn min_of(int: IntType) -> u64 {
    debug_assert!(int.is_signed());
    1 << (int.bits() - 1)
}

impl Translator<'_, '_> {
    pub(super) fn binary(&mut self, op: BinOp, a: &Operand, b: &Operand) -> Value {
        let (x, kind) = self.scalar(a);
        let (y, count_kind) = self.scalar(b);
        match kind {
            Kind::Float => self.float_binary(op, x, y),
            Kind::Int(int) => {
                let (a, b) = (int_constant(a), int_constant(b));
                self.int_binary(op, int, (x, a), (y, b), count_kind)
            }
        }
    }

    fn int_binary(
        &mut self,
        op: BinOp,
        int: IntType,
        (x, x_constant): (Value, Option<i128>),
        (y, y_constant): (Value, Option<i128>),
        count: Kind,
    ) -> Value {
        let signed = int.is_signed();
        let either = |if_signed, if_unsigned| if signed { if_signed } else { if_unsigned };
        let cc = match op {
            BinOp::Add(Overflow::Panic) => match (x_constant, y_constant) {
                (_, Some(constant)) => return self.add_constant(int, x, y, constant),
                (Some(constant), _) => return self.add_constant(int, y, x, constant),
                _ => return self.add(int, x, y),
            },
            BinOp::Sub(Overflow::Panic) => return self.subtract(int, x, y, y_constant),
            BinOp::Mul(Overflow::Panic) => {
                let ins = self.code.b.ins();
                let (result, overflow) =
                    if signed { ins.smul_overflow(x, y) } else { ins.umul_overflow(x, y) };
                self.code.trap_if(overflow, Trap::Mul);
                return result;
            }
            BinOp::Add(Overflow::Wrap) => return self.code.b.ins().iadd(x, y),
            BinOp::Sub(Overflow::Wrap) => return self.code.b.ins().isub(x, y),
            BinOp::Mul(Overflow::Wrap) => return self.code.b.ins().imul(x, y),
            BinOp::Div => return self.divide(int, x, y, y_constant),
            BinOp::Rem => return self.remainder(int, x, y, y_constant),
            BinOp::Shl(overflow) | BinOp::Shr(overflow) => {
                if overflow == Overflow::Panic {
                    self.check_shift(int, y, y_constant, count);
                }
                let ins = self.code.b.ins();
                return match op {
                    BinOp::Shl(_) => ins.ishl(x, y),
                    _ if signed => ins.sshr(x, y),
                    _ => ins.ushr(x, y),
                };
            }
            BinOp::BitAnd => return self.code.b.ins().band(x, y),
            BinOp::BitOr => return self.code.b.ins().bor(x, y),
            BinOp::BitXor => return self.code.b.ins().bxor(x, y),
            BinOp::Min | BinOp::Max => {
                let ins = self.code.b.ins();
                return match (op == BinOp::Min, signed) {
                    (true, true) => ins.smin(x, y),
                    (true, false) => ins.umin(x, y),
                    (false, true) => ins.smax(x, y),
                    (false, false) => ins.umax(x, y),
                };
            }
            BinOp::Eq | BinOp::Same => IntCC::Equal,
            BinOp::Ne => IntCC::NotEqual,
            BinOp::Lt => either(IntCC::SignedLessThan, IntCC::UnsignedLessThan),
            BinOp::Le => either(IntCC::SignedLessThanOrEqual, IntCC::UnsignedLessThanOrEqual),
            BinOp::Gt => either(IntCC::SignedGreaterThan, IntCC::UnsignedGreaterThan),
            BinOp::Ge => either(IntCC::SignedGreaterThanOrEqual, IntCC::UnsignedGreaterThanOrEqual),
        };
        self.code.compare(cc, x, y)
    }

    fn add(&mut self, int: IntType, x: Value, y: Value) -> Value {
        if int.is_signed() {
            let (result, overflow) = self.code.b.ins().sadd_overflow(x, y);
            self.code.trap_if(overflow, Trap::Add);
            result
        } else if int.bits() >= 32 {
            self.code.b.ins().uadd_overflow_trap(x, y, Trap::Add)
        } else {
            let result = self.code.b.ins().iadd(x, y);
            let overflow = self.code.compare(IntCC::UnsignedLessThan, result, x);
            self.code.trap_if(overflow, Trap::Add);
            result
        }
    }

    /// A sum with a constant overflows if it moved to the wrong side.
    fn add_constant(&mut self, int: IntType, x: Value, y: Value, constant: i128) -> Value {
        if !int.is_signed() {
            return self.add(int, x, y);
        }
        let result = self.code.b.ins().iadd(x, y);
        self.check_moved(x, result, constant, Trap::Add);
        result
    }

    fn check_moved(&mut self, from: Value, to: Value, by: i128, trap: Trap) {
        let wrong = match by {
            0 => return,
            1.. => IntCC::SignedLessThan,
            _ => IntCC::SignedGreaterThan,
        };
        let overflow = self.code.compare(wrong, to, from);
        self.code.trap_if(overflow, trap);
    }

    fn subtract(&mut self, int: IntType, x: Value, y: Value, constant: Option<i128>) -> Value {
        match constant {
            _ if !int.is_signed() => {
                let overflow = self.code.compare(IntCC::UnsignedLessThan, x, y);
                self.code.trap_if(overflow, Trap::Sub);
                self.code.b.ins().isub(x, y)
            }
            Some(constant) => {
                let result = self.code.b.ins().isub(x, y);
                self.check_moved(x, result, -constant, Trap::Sub);
                result
            }
            None => {
                let (result, overflow) = self.code.b.ins().ssub_overflow(x, y);
                self.code.trap_if(overflow, Trap::Sub);
                result
            }
        }
    }

    fn divide(&mut self, int: IntType, x: Value, y: Value, constant: Option<i128>) -> Value {
        if !int.is_signed() {
            if constant.is_none_or(|constant| constant == 0) {
                self.code.trap_unless(y, Trap::DivideByZero);
            }
            return self.code.b.ins().udiv(x, y);
        }
        match constant {
            Some(-1) => return self.negate(int, x, Trap::Div),
            // Cranelift's own check traps; see `emit::trap_kind`.
            Some(_) => {}
            None => {
                // Both are zero only for MIN / -1.
                let min = self.code.iconst(machine_type(int_scalar(int)), min_of(int));
                let x_is_not_min = self.code.b.ins().bxor(x, min);
                let y_is_not_minus_one = self.code.b.ins().bnot(y);
                let fits = self.code.b.ins().bor(x_is_not_min, y_is_not_minus_one);
                self.code.trap_unless(fits, Trap::Div);
            }
        }
        self.code.b.ins().sdiv(x, y)
    }

    fn remainder(&mut self, int: IntType, x: Value, y: Value, constant: Option<i128>) -> Value {
        if constant.is_none_or(|constant| constant == 0) {
            self.code.trap_unless(y, Trap::RemainderByZero);
        }
        // Cranelift's `srem` of MIN and -1 is 0.
        let ins = self.code.b.ins();
        if int.is_signed() { ins.srem(x, y) } else { ins.urem(x, y) }
    }

    /// As an unsigned number a negative count is above every width.
    fn check_shift(&mut self, int: IntType, count: Value, constant: Option<i128>, kind: Kind) {
        let width = int.bits();
        if constant.is_some_and(|constant| (0..i128::from(width)).contains(&constant)) {
            return;
        }
        debug_assert!(matches!(kind, Kind::Int(_)));
        let outside = IntCC::UnsignedGreaterThanOrEqual;
        let outside = self.code.compare_with(outside, count, u64::from(width));
        self.code.trap_if(outside, Trap::Shift);
    }

    fn negate(&mut self, int: IntType, x: Value, trap: Trap) -> Value {
        if !int.is_signed() {
            // Only -0 is not below zero.
            self.code.trap_if(x, trap);
            return x;
        }
        let result = self.code.b.ins().ineg(x);
        let overflow = if int.bits() == 64 {
            // MIN does not fit into an instruction, but it is the only number
            // that is negative on both sides.
            let both = self.code.b.ins().band(x, result);
            self.code.compare_with(IntCC::SignedLessThan, both, 0)
        } else {
            self.code.compare_with(IntCC::Equal, x, min_of(int))
        };
        self.code.trap_if(overflow, trap);
        result
    }

    fn float_binary(&mut self, op: BinOp, x: Value, y: Value) -> Value {
        let cc = match op {
            BinOp::Add(_) => return self.code.b.ins().fadd(x, y),
            BinOp::Sub(_) => return self.code.b.ins().fsub(x, y),
            BinOp::Mul(_) => return self.code.b.ins().fmul(x, y),
            BinOp::Div => return self.code.b.ins().fdiv(x, y),
            BinOp::Rem => return self.float_remainder(x, y),
            BinOp::Eq => FloatCC::Equal,
            BinOp::Ne => FloatCC::NotEqual,
            BinOp::Lt => FloatCC::LessThan,
            BinOp::Le => FloatCC::LessThanOrEqual,
            BinOp::Gt => FloatCC::GreaterThan,
            BinOp::Ge => FloatCC::GreaterThanOrEqual,
            BinOp::Shl(_)
            | BinOp::Shr(_)
            | BinOp::BitAnd
            | BinOp::BitOr
            | BinOp::BitXor
            | BinOp::Same
            | BinOp::Min
            | BinOp::Max => panic!("invalid MIR: {op:?} of floats"),
        };
        self.code.b.ins().fcmp(cc, x, y)
    }

    /// The remainder of `f32` is exact in `f64`, so that one function does both.
    fn float_remainder(&mut self, x: Value, y: Value) -> Value {
        let fmod = self.code.shared.names.fmod;
        let narrow = self.code.b.func.dfg.value_type(x) == types::F32;
        let mut wide = |value| match narrow {
            true => self.code.b.ins().fpromote(types::F64, value),
            false => value,
        };
        let args = [wide(x), wide(y)];
        let result = self
            .code
            .call_runtime(fmod, &args, Some(types::F64))
            .expect("the signature has a result");
        if narrow { self.code.b.ins().fdemote(types::F32, result) } else { result }
    }

    /// A result and whether it does not fit.
    pub(super) fn overflowing(
        &mut self,
        op: BinOp,
        a: &Operand,
        b: &Operand,
    ) -> SmallVec<[Value; 2]> {
        let (x, kind) = self.scalar(a);
        let (y, _) = self.scalar(b);
        let Kind::Int(int) = kind else { panic!("invalid MIR: overflow of floats") };
        let ins = self.code.b.ins();
        let (result, overflow) = match (op, int.is_signed()) {
            (BinOp::Add(_), true) => ins.sadd_overflow(x, y),
            (BinOp::Add(_), false) => ins.uadd_overflow(x, y),
            (BinOp::Sub(_), true) => ins.ssub_overflow(x, y),
            (BinOp::Sub(_), false) => ins.usub_overflow(x, y),
            (BinOp::Mul(_), true) => ins.smul_overflow(x, y),
            (BinOp::Mul(_), false) => ins.umul_overflow(x, y),
            _ => panic!("invalid MIR: overflow of {op:?}"),
        };
        SmallVec::from_slice(&[result, overflow])
    }

    pub(super) fn unary(&mut self, op: UnOp, operand: &Operand) -> Value {
        let (x, kind) = self.scalar(operand);
        let ty = self.code.b.func.dfg.value_type(x);
        match (op, kind) {
            (UnOp::Neg(Overflow::Panic), Kind::Int(int)) => self.negate(int, x, Trap::Neg),
            (UnOp::Neg(Overflow::Wrap), Kind::Int(_)) => self.code.b.ins().ineg(x),
            (UnOp::Neg(_), Kind::Float) => self.code.b.ins().fneg(x),
            (UnOp::Not, Kind::Int(_)) => {
                let ty_of_operand = self.operand_type(operand);
                if self.types().get(ty_of_operand) == Type::Bool {
                    let one = self.code.iconst(ty, 1);
                    self.code.b.ins().bxor(x, one)
                } else {
                    self.code.b.ins().bnot(x)
                }
            }
            (UnOp::Sqrt, Kind::Float) => self.code.b.ins().sqrt(x),
            (UnOp::Floor, Kind::Float) => self.code.b.ins().floor(x),
            (UnOp::Ceil, Kind::Float) => self.code.b.ins().ceil(x),
            (UnOp::Trunc, Kind::Float) => self.code.b.ins().trunc(x),
            (UnOp::Abs, Kind::Float) => self.code.b.ins().fabs(x),
            (UnOp::Abs, Kind::Int(int)) if int.is_signed() => self.code.b.ins().iabs(x),
            (UnOp::Abs, Kind::Int(_)) => x,
            (UnOp::CountOnes, Kind::Int(_)) => self.code.b.ins().popcnt(x),
            (UnOp::LeadingZeros, Kind::Int(_)) => self.code.b.ins().clz(x),
            (UnOp::TrailingZeros, Kind::Int(_)) => self.code.b.ins().ctz(x),
            (UnOp::ToBits, Kind::Float) => {
                let int = if ty == types::F32 { types::I32 } else { types::I64 };
                self.code.reinterpret(x, int)
            }
            // A reference is its address.
            (UnOp::ToBits, Kind::Int(_)) => x,
            (UnOp::FromBits, Kind::Int(_)) => {
                let float = if ty == types::I32 { types::F32 } else { types::F64 };
                self.code.reinterpret(x, float)
            }
            (op, kind) => panic!("invalid MIR: {op:?} of {kind:?}"),
        }
    }

    pub(super) fn cast(&mut self, cast: CastKind, operand: &Operand, to: TypeId) -> Value {
        let (x, kind) = self.scalar(operand);
        let from_type = self.code.b.func.dfg.value_type(x);
        let to_type = machine_type(self.class(to).leaves()[0].scalar);
        match (cast, kind) {
            (CastKind::Int, Kind::Int(int)) => {
                let ins = self.code.b.ins();
                match to_type.bits().cmp(&from_type.bits()) {
                    std::cmp::Ordering::Less => ins.ireduce(to_type, x),
                    std::cmp::Ordering::Equal => x,
                    std::cmp::Ordering::Greater if int.is_signed() => ins.sextend(to_type, x),
                    std::cmp::Ordering::Greater => ins.uextend(to_type, x),
                }
            }
            (CastKind::IntToFloat, Kind::Int(int)) => match (int.is_signed(), int.bits()) {
                (true, 32 | 64) => self.code.b.ins().fcvt_from_sint(to_type, x),
                (false, 64) => self.code.b.ins().fcvt_from_uint(to_type, x),
                // Any other number is one of the next larger signed type.
                (true, _) => {
                    let x = self.code.b.ins().sextend(types::I32, x);
                    self.code.b.ins().fcvt_from_sint(to_type, x)
                }
                (false, bits) => {
                    let wide = if bits == 32 { types::I64 } else { types::I32 };
                    let x = self.code.b.ins().uextend(wide, x);
                    self.code.b.ins().fcvt_from_sint(to_type, x)
                }
            },
            (CastKind::FloatToInt, Kind::Float) => {
                let Type::Int(int) = self.types().get(to) else {
                    panic!("invalid MIR: a float is converted to something else than an integer")
                };
                self.float_to_int(x, int)
            }
            (CastKind::Float, Kind::Float) => {
                match (from_type == types::F32, to_type == types::F32) {
                    (true, false) => self.code.b.ins().fpromote(types::F64, x),
                    (false, true) => self.code.b.ins().fdemote(types::F32, x),
                    _ => x,
                }
            }
            (cast, kind) => panic!("invalid MIR: {cast:?} of {kind:?}"),
        }
    }

    /// Saturating, NaN to 0.
    fn float_to_int(&mut self, x: Value, to: IntType) -> Value {
        let result = machine_type(int_scalar(to));
        // Through a wider signed type wherever there is one, whose conversion
        // is the shortest, and from there to the nearest number of this one.
        let wide = match (to.is_signed(), to.bits()) {
            (true, 32 | 64) => return self.code.b.ins().fcvt_to_sint_sat(result, x),
            (false, 64) => return self.code.b.ins().fcvt_to_uint_sat(result, x),
            (false, 32) => types::I64,
            _ => types::I32,
        };
        let (low, high) = match to.is_signed() {
            true => (-1_i64 << (to.bits() - 1), (1_i64 << (to.bits() - 1)) - 1),
            false => (0, (1_i64 << to.bits()) - 1),
        };
        let value = self.code.b.ins().fcvt_to_sint_sat(wide, x);
        let (low, high) = (self.code.iconst(wide, low as u64), self.code.iconst(wide, high as u64));
        let value = self.code.b.ins().smax(value, low);
        let value = self.code.b.ins().smin(value, high);
        self.code.b.ins().ireduce(result, value)
    }
}

fn int_scalar(int: IntType) -> Scalar {
    Scalar::integer(int.bits() / 8)
}
