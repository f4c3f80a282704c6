//! Constant folding: what operators give for constants.

use crate::function::*;
use crate::types::IntType;

/// The value of `op` on constants, if it has one: operations that would panic
/// are left to do so.
pub(crate) fn binary(op: BinOp, left: Const, right: Const) -> Option<Const> {
    match (left, right) {
        (Const::Int(ty, a), Const::Int(_, b)) => integers(op, ty, a, b),
        (Const::F64(a), Const::F64(b)) => {
            let (a, b) = (f64::from_bits(a), f64::from_bits(b));
            let number = |value: f64| Some(Const::F64(value.to_bits()));
            match op {
                BinOp::Add(_) => number(a + b),
                BinOp::Sub(_) => number(a - b),
                BinOp::Mul(_) => number(a * b),
                BinOp::Div => number(a / b),
                _ => comparison(op, a.partial_cmp(&b)),
            }
        }
        (Const::Bool(a), Const::Bool(b)) => match op {
            BinOp::BitAnd => Some(Const::Bool(a & b)),
            BinOp::BitOr => Some(Const::Bool(a | b)),
            BinOp::BitXor => Some(Const::Bool(a ^ b)),
            _ => comparison(op, Some(a.cmp(&b))),
        },
        (Const::Char(a), Const::Char(b)) => comparison(op, Some(a.cmp(&b))),
        _ => None,
    }
}

fn comparison(op: BinOp, order: Option<std::cmp::Ordering>) -> Option<Const> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    Some(Const::Bool(match op {
        BinOp::Eq => order == Some(Equal),
        BinOp::Ne => order != Some(Equal),
        BinOp::Lt => order == Some(Less),
        BinOp::Le => matches!(order, Some(Less | Equal)),
        BinOp::Gt => order == Some(Greater),
        BinOp::Ge => matches!(order, Some(Greater | Equal)),
        _ => return None,
    }))
}

/// `value` as wide as `i128`, by the type's sign.
fn wide(ty: IntType, value: u64) -> i128 {
    if ty.is_signed() { i128::from(value as i64) } else { i128::from(value) }
}

/// The low bits of `value`, extended as constants are.
pub(crate) fn narrow(ty: IntType, value: i128) -> u64 {
    let unused = 64 - ty.bits();
    let bits = value as u64;
    if ty.is_signed() {
        (((bits << unused) as i64) >> unused) as u64
    } else {
        (bits << unused) >> unused
    }
}

fn integers(op: BinOp, ty: IntType, a: u64, b: u64) -> Option<Const> {
    let (x, y) = (wide(ty, a), wide(ty, b));
    let fit = |value: i128, mode: Overflow| {
        let bits = narrow(ty, value);
        (mode == Overflow::Wrap || wide(ty, bits) == value).then_some(Const::Int(ty, bits))
    };
    match op {
        BinOp::Add(mode) => fit(x + y, mode),
        BinOp::Sub(mode) => fit(x - y, mode),
        BinOp::Mul(mode) => fit(x.checked_mul(y)?, mode),
        BinOp::Div if y != 0 => fit(x / y, Overflow::Panic),
        BinOp::Rem if y != 0 => fit(x % y, Overflow::Panic),
        BinOp::BitAnd => Some(Const::Int(ty, a & b)),
        BinOp::BitOr => Some(Const::Int(ty, a | b)),
        BinOp::BitXor => Some(Const::Int(ty, a ^ b)),
        BinOp::Min => fit(x.min(y), Overflow::Wrap),
        BinOp::Max => fit(x.max(y), Overflow::Wrap),
        BinOp::Shl(_) if (b as i64) >= 0 && b < u64::from(ty.bits()) => fit(x << b, Overflow::Wrap),
        BinOp::Shr(_) if (b as i64) >= 0 && b < u64::from(ty.bits()) => fit(x >> b, Overflow::Wrap),
        _ => comparison(op, Some(x.cmp(&y))),
    }
}

/// The value of `op` on a constant.
pub(crate) fn unary(op: UnOp, value: Const) -> Option<Const> {
    Some(match (op, value) {
        (UnOp::Not, Const::Bool(value)) => Const::Bool(!value),
        (UnOp::Not, Const::Int(ty, bits)) => Const::Int(ty, narrow(ty, !wide(ty, bits))),
        (UnOp::Neg(mode), Const::Int(ty, bits)) => {
            let value = -wide(ty, bits);
            let bits = narrow(ty, value);
            if mode == Overflow::Panic && wide(ty, bits) != value {
                return None;
            }
            Const::Int(ty, bits)
        }
        (UnOp::Neg(_), Const::F64(bits)) => Const::F64((-f64::from_bits(bits)).to_bits()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(ty: IntType, value: i64) -> Const {
        Const::Int(ty, narrow(ty, i128::from(value)))
    }

    #[test]
    fn operations_that_panic_stay() {
        let max = int(IntType::I8, 127);
        let one = int(IntType::I8, 1);
        assert_eq!(binary(BinOp::Add(Overflow::Panic), max, one), None);
        assert_eq!(binary(BinOp::Add(Overflow::Wrap), max, one), Some(int(IntType::I8, -128)));
        assert_eq!(binary(BinOp::Div, one, int(IntType::I8, 0)), None);
        assert_eq!(binary(BinOp::Div, int(IntType::I8, -128), int(IntType::I8, -1)), None);
        assert_eq!(binary(BinOp::Shl(Overflow::Panic), one, int(IntType::I8, 8)), None);
        assert_eq!(unary(UnOp::Neg(Overflow::Panic), int(IntType::I8, -128)), None);
    }

    #[test]
    fn unsigned_values_compare_unsigned() {
        let large = Const::Int(IntType::U64, u64::MAX);
        let small = Const::Int(IntType::U64, 1);
        assert_eq!(binary(BinOp::Gt, large, small), Some(Const::Bool(true)));
    }

    #[test]
    fn nan_equals_nothing() {
        let nan = Const::F64(f64::NAN.to_bits());
        assert_eq!(binary(BinOp::Eq, nan, nan), Some(Const::Bool(false)));
        assert_eq!(binary(BinOp::Ne, nan, nan), Some(Const::Bool(true)));
    }
}
