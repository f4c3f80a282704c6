//! Operators on numbers.

use super::value::Value;
use super::{Fault, Result};
use crate::{BinOp, CastKind, IntType, Overflow, Type, UnOp};

/// What an operator gives: a value, or the panic's message.
pub(super) type Computed = std::result::Result<Value, &'static str>;

fn signed(value: Value) -> Result<i128> {
    match value {
        Value::Int(bits) => Ok(i128::from(bits as i64)),
        _ => Err(Fault::Mismatch("an integer")),
    }
}

fn unsigned(value: Value) -> Result<i128> {
    match value {
        Value::Int(bits) => Ok(i128::from(bits)),
        _ => Err(Fault::Mismatch("an integer")),
    }
}

fn integer(ty: IntType, value: Value) -> Result<i128> {
    if ty.is_signed() { signed(value) } else { unsigned(value) }
}

/// `value` cut to the type, and whether it fitted.
fn cut(ty: IntType, value: i128) -> (Value, bool) {
    let bits = ty.canonical(value as u64);
    let back = if ty.is_signed() { i128::from(bits as i64) } else { i128::from(bits) };
    (Value::Int(bits), back == value)
}

fn fitting(ty: IntType, value: i128, overflow: Overflow, what: &'static str) -> Computed {
    match (cut(ty, value), overflow) {
        ((value, _), Overflow::Wrap) | ((value, true), Overflow::Panic) => Ok(value),
        ((_, false), Overflow::Panic) => Err(what),
    }
}

/// The result cut to the type and whether it did not fit.
pub(super) fn overflowing(op: BinOp, ty: Type, a: Value, b: Value) -> Result<(Value, bool)> {
    let Type::Int(ty) = ty else { return Err(Fault::Mismatch("an integer")) };
    let (a, b) = (integer(ty, a)?, integer(ty, b)?);
    let exact = match op {
        BinOp::Add(_) => a + b,
        BinOp::Sub(_) => a - b,
        // Two 64-bit factors: the product of unsigned ones may not fit either.
        BinOp::Mul(_) => match a.checked_mul(b) {
            Some(product) => product,
            None => {
                let low = (a as u64).wrapping_mul(b as u64);
                return Ok((Value::Int(ty.canonical(low)), true));
            }
        },
        _ => return Err(Fault::Mismatch("an operator that can overflow")),
    };
    let (value, fits) = cut(ty, exact);
    Ok((value, !fits))
}

/// `a op b`, both of type `ty` (but for the count of shifts, whose type is
/// `right`).
pub(super) fn binary(op: BinOp, ty: Type, right: Type, a: Value, b: Value) -> Result<Computed> {
    if let BinOp::Same = op {
        return match (a, b) {
            (Value::Object(a), Value::Object(b)) => Ok(Ok(Value::Bool(a == b))),
            (Value::Weak(a), Value::Weak(b)) => Ok(Ok(Value::Bool(a == b))),
            _ => Err(Fault::Mismatch("references")),
        };
    }
    match ty {
        Type::Int(ty) => {
            let Type::Int(right) = right else { return Err(Fault::Mismatch("an integer")) };
            binary_int(op, ty, integer(ty, a)?, integer(right, b)?)
        }
        Type::F64 => match (a, b) {
            (Value::F64(a), Value::F64(b)) => {
                let (a, b) = (f64::from_bits(a), f64::from_bits(b));
                let computed = match op {
                    BinOp::Add(_) => a + b,
                    BinOp::Sub(_) => a - b,
                    BinOp::Mul(_) => a * b,
                    BinOp::Div => a / b,
                    BinOp::Rem => a % b,
                    _ => return compare(op, a.partial_cmp(&b)),
                };
                Ok(Ok(Value::F64(computed.to_bits())))
            }
            _ => Err(Fault::Mismatch("floats")),
        },
        Type::F32 => match (a, b) {
            (Value::F32(a), Value::F32(b)) => {
                let (a, b) = (f32::from_bits(a), f32::from_bits(b));
                let computed = match op {
                    BinOp::Add(_) => a + b,
                    BinOp::Sub(_) => a - b,
                    BinOp::Mul(_) => a * b,
                    BinOp::Div => a / b,
                    BinOp::Rem => a % b,
                    _ => return compare(op, a.partial_cmp(&b)),
                };
                Ok(Ok(Value::F32(computed.to_bits())))
            }
            _ => Err(Fault::Mismatch("floats")),
        },
        _ => {
            let ordinal = |value: Value| match value {
                Value::Bool(value) => Ok(u32::from(value)),
                Value::Char(value) => Ok(value as u32),
                Value::Enum(variant, _) => Ok(variant),
                _ => Err(Fault::Mismatch("comparable values")),
            };
            let (a, b) = (ordinal(a)?, ordinal(b)?);
            let truth = |bits: u32| Ok(Ok(Value::Bool(bits & 1 != 0)));
            match op {
                BinOp::BitAnd if ty == Type::Bool => truth(a & b),
                BinOp::BitOr if ty == Type::Bool => truth(a | b),
                BinOp::BitXor if ty == Type::Bool => truth(a ^ b),
                _ => compare(op, Some(a.cmp(&b))),
            }
        }
    }
}

fn compare(op: BinOp, ordering: Option<std::cmp::Ordering>) -> Result<Computed> {
    let holds = match op {
        BinOp::Eq => ordering.is_some_and(|found| found.is_eq()),
        BinOp::Ne => !ordering.is_some_and(|found| found.is_eq()),
        BinOp::Lt => ordering.is_some_and(|found| found.is_lt()),
        BinOp::Le => ordering.is_some_and(|found| found.is_le()),
        BinOp::Gt => ordering.is_some_and(|found| found.is_gt()),
        BinOp::Ge => ordering.is_some_and(|found| found.is_ge()),
        _ => return Err(Fault::Mismatch("an operator for these values")),
    };
    Ok(Ok(Value::Bool(holds)))
}

fn binary_int(op: BinOp, ty: IntType, a: i128, b: i128) -> Result<Computed> {
    let bits = i128::from(ty.bits());
    let min = ty.is_signed() && a == -(1i128 << (bits - 1));
    let shift = |overflow: Overflow| match overflow {
        Overflow::Panic if !(0..bits).contains(&b) => Err("shift count out of range"),
        _ => Ok(b.rem_euclid(bits) as u32),
    };
    Ok(match op {
        BinOp::Add(overflow) => fitting(ty, a + b, overflow, "integer overflow in `+`"),
        BinOp::Sub(overflow) => fitting(ty, a - b, overflow, "integer overflow in `-`"),
        BinOp::Mul(overflow) => match (a.checked_mul(b), overflow) {
            (Some(product), _) => fitting(ty, product, overflow, "integer overflow in `*`"),
            (None, Overflow::Panic) => Err("integer overflow in `*`"),
            (None, Overflow::Wrap) => {
                Ok(Value::Int(ty.canonical((a as u64).wrapping_mul(b as u64))))
            }
        },
        BinOp::Div if b == 0 => Err("division by zero"),
        BinOp::Div if min && b == -1 => Err("integer overflow in `/`"),
        BinOp::Div => Ok(cut(ty, a / b).0),
        BinOp::Rem if b == 0 => Err("remainder by zero"),
        BinOp::Rem => Ok(cut(ty, a % b).0),
        BinOp::Shl(overflow) => shift(overflow).map(|count| cut(ty, a << count).0),
        BinOp::Shr(overflow) => shift(overflow).map(|count| cut(ty, a >> count).0),
        BinOp::BitAnd => Ok(cut(ty, a & b).0),
        BinOp::BitOr => Ok(cut(ty, a | b).0),
        BinOp::BitXor => Ok(cut(ty, a ^ b).0),
        BinOp::Min => Ok(cut(ty, a.min(b)).0),
        BinOp::Max => Ok(cut(ty, a.max(b)).0),
        _ => return compare(op, Some(a.cmp(&b))),
    })
}

/// `op a`; `ty` is the operand's type, `result` the result's.
pub(super) fn unary(op: UnOp, ty: Type, result: Type, a: Value) -> Result<Computed> {
    let computed = match (ty, a) {
        (Type::Int(int), Value::Int(bits)) => {
            let value = integer(int, Value::Int(bits))?;
            let unused = 64 - int.bits();
            let count = |count: u32| Value::Int(u64::from(count));
            match (op, result) {
                (UnOp::Neg(overflow), _) => {
                    return Ok(fitting(int, -value, overflow, "integer overflow in negation"));
                }
                (UnOp::Not, _) => cut(int, !value).0,
                (UnOp::Abs, _) => cut(int, value.abs()).0,
                (UnOp::CountOnes, _) => count((bits << unused).count_ones()),
                (UnOp::LeadingZeros, _) => count((bits << unused).leading_zeros().min(int.bits())),
                (UnOp::TrailingZeros, _) => count(bits.trailing_zeros().min(int.bits())),
                (UnOp::FromBits, Type::F32) => Value::F32(bits as u32),
                (UnOp::FromBits, _) => Value::F64(bits),
                _ => return Err(Fault::Mismatch("an operator for integers")),
            }
        }
        (Type::Bool, Value::Bool(value)) if op == UnOp::Not => Value::Bool(!value),
        (Type::F64, Value::F64(bits)) => {
            let value = f64::from_bits(bits);
            let computed = match op {
                UnOp::Neg(_) => -value,
                UnOp::Sqrt => value.sqrt(),
                UnOp::Floor => value.floor(),
                UnOp::Ceil => value.ceil(),
                UnOp::Trunc => value.trunc(),
                UnOp::Abs => value.abs(),
                UnOp::ToBits => return Ok(Ok(Value::Int(bits))),
                _ => return Err(Fault::Mismatch("an operator for floats")),
            };
            Value::F64(computed.to_bits())
        }
        (Type::F32, Value::F32(bits)) => {
            let value = f32::from_bits(bits);
            let computed = match op {
                UnOp::Neg(_) => -value,
                UnOp::Sqrt => value.sqrt(),
                UnOp::Floor => value.floor(),
                UnOp::Ceil => value.ceil(),
                UnOp::Trunc => value.trunc(),
                UnOp::Abs => value.abs(),
                UnOp::ToBits => return Ok(Ok(Value::Int(u64::from(bits)))),
                _ => return Err(Fault::Mismatch("an operator for floats")),
            };
            Value::F32(computed.to_bits())
        }
        (_, Value::Object(id)) if op == UnOp::ToBits => Value::Int(u64::from(id.0)),
        _ => return Err(Fault::Mismatch("an operand of this operator")),
    };
    Ok(Ok(computed))
}

/// `a` of type `from` as a value of type `to`.
pub(super) fn cast(kind: CastKind, from: Type, to: Type, a: Value) -> Result<Value> {
    let float = |value: &Value| match value {
        Value::F64(bits) => Some(f64::from_bits(*bits)),
        Value::F32(bits) => Some(f64::from(f32::from_bits(*bits))),
        _ => None,
    };
    let bits = match (&a, from) {
        (Value::Int(bits), _) => *bits,
        (Value::Bool(value), _) => u64::from(*value),
        (Value::Char(value), _) => u64::from(u32::from(*value)),
        (Value::Enum(variant, _), _) => u64::from(*variant),
        _ => 0,
    };
    let value = match (kind, to) {
        (CastKind::Int, Type::Int(to)) => Some(Value::Int(to.canonical(bits))),
        (CastKind::Int, Type::Bool) => Some(Value::Bool(bits & 1 != 0)),
        (CastKind::Int, Type::Char) => char::from_u32(bits as u32).map(Value::Char),
        (CastKind::Int, Type::Enum(_)) => Some(Value::Enum(bits as u32, Box::new([]))),
        (CastKind::IntToFloat, _) => {
            let signed = matches!(from, Type::Int(from) if from.is_signed());
            match (to, signed) {
                (Type::F32, true) => Some(Value::F32((bits as i64 as f32).to_bits())),
                (Type::F32, false) => Some(Value::F32((bits as f32).to_bits())),
                (Type::F64, true) => Some(Value::F64((bits as i64 as f64).to_bits())),
                (Type::F64, false) => Some(Value::F64((bits as f64).to_bits())),
                _ => None,
            }
        }
        (CastKind::FloatToInt, Type::Int(to)) => float(&a).map(|value| {
            let bits = match to {
                IntType::I8 => value as i8 as u64,
                IntType::I16 => value as i16 as u64,
                IntType::I32 => value as i32 as u64,
                IntType::I64 => value as i64 as u64,
                IntType::U8 => u64::from(value as u8),
                IntType::U16 => u64::from(value as u16),
                IntType::U32 => u64::from(value as u32),
                IntType::U64 => value as u64,
            };
            Value::Int(bits)
        }),
        (CastKind::Float, Type::F32) => float(&a).map(|value| Value::F32((value as f32).to_bits())),
        (CastKind::Float, Type::F64) => float(&a).map(|value| Value::F64(value.to_bits())),
        _ => None,
    };
    value.ok_or(Fault::Mismatch("a value that can be converted"))
}
