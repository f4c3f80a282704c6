//! Operations of the library that only compute.

use std::sync::Arc;

use simple_source::Span;

use super::arithmetic::{narrow, wide, width};
use super::{Exit, Machine};
use crate::def::ConstValue;
use crate::ty::{FloatTy, IntTy, Ty, TyKind};

/// A result, and what `mut` parameters hold afterwards.
type Done = Result<(ConstValue, Vec<(u32, ConstValue)>), Exit>;

impl Machine<'_> {
    /// What `operation` gives for `values`; deferred where the compiler does
    /// not know it.
    pub(super) fn intrinsic(
        &mut self,
        operation: &str,
        type_args: &[Ty],
        mut values: Vec<ConstValue>,
        span: Span,
    ) -> Done {
        let plain = |value| Ok((value, Vec::new()));
        let first = type_args.first().copied().unwrap_or(Ty::UNIT);
        let kind = self.context.types.kind(first);
        match (operation, values.as_mut_slice()) {
            ("len", [ConstValue::Str(text)]) => {
                plain(ConstValue::Int(self.context.interner.resolve(*text).len() as u64))
            }
            ("len", [ConstValue::List(elements)]) => plain(ConstValue::Int(elements.len() as u64)),
            ("str_byte", [ConstValue::Str(text), ConstValue::Int(at)]) => {
                match self.context.interner.resolve(*text).as_bytes().get(*at as usize) {
                    Some(byte) => plain(ConstValue::Int(u64::from(*byte))),
                    None => Self::defer(),
                }
            }
            ("text", [value]) => {
                let mut text = String::new();
                self.show(first, value, true, &mut text)?;
                plain(ConstValue::Str(self.context.interner.intern(&text)))
            }
            ("cast", [value]) => {
                let to = type_args.get(1).copied().unwrap_or(Ty::UNIT);
                let value = std::mem::replace(value, ConstValue::Unit);
                plain(self.cast(first, to, value, span)?)
            }
            ("is_float", []) => plain(ConstValue::Bool(matches!(kind, TyKind::Float(_)))),
            ("is_char", []) => plain(ConstValue::Bool(matches!(kind, TyKind::Char))),
            (_, [ConstValue::Float(value)]) => plain(float(operation, kind, *value)?),
            ("list_with_capacity", _) => plain(ConstValue::List(Arc::default())),
            ("list_get", [ConstValue::List(elements), ConstValue::Int(at)]) => {
                match elements.get(*at as usize) {
                    Some(element) => plain(self.copy(element, span)?),
                    None => Self::defer(),
                }
            }
            ("list_reserve", [list, _]) => {
                let list = std::mem::replace(list, ConstValue::Unit);
                Ok((ConstValue::Unit, vec![(0, list)]))
            }
            ("list_push", [ConstValue::List(elements), value]) => {
                let mut elements = std::mem::take(elements);
                if Arc::strong_count(&elements) > 1 {
                    self.spend(elements.len(), span)?;
                }
                Arc::make_mut(&mut elements).push(std::mem::replace(value, ConstValue::Unit));
                Ok((ConstValue::Unit, vec![(0, ConstValue::List(elements))]))
            }
            (_, values) => match (kind, values) {
                (TyKind::Int(int), []) => plain(of_type(operation, int)?),
                (TyKind::Int(int), [ConstValue::Int(value)]) => {
                    plain(of_integer(operation, int, *value)?)
                }
                (TyKind::Int(int), [ConstValue::Int(left), ConstValue::Int(right)]) => {
                    plain(of_integers(operation, int, *left, *right)?)
                }
                (TyKind::Float(_), []) if operation == "is_signed" => plain(ConstValue::Bool(true)),
                _ => Self::defer(),
            },
        }
    }
}

fn float(operation: &str, kind: TyKind, value: f64) -> Result<ConstValue, Exit> {
    let result = match operation {
        "sqrt" => value.sqrt(),
        "floor" => value.floor(),
        "ceil" => value.ceil(),
        "trunc" => value.trunc(),
        "abs" => value.abs(),
        "to_bits" => return Ok(ConstValue::Int(value.to_bits())),
        _ => return Machine::defer(),
    };
    Ok(ConstValue::Float(match kind {
        TyKind::Float(FloatTy::F32) => f64::from(result as f32),
        _ => result,
    }))
}

/// What is known of a type alone.
fn of_type(operation: &str, int: IntTy) -> Result<ConstValue, Exit> {
    let (bits, signed) = width(int);
    Ok(match operation {
        "bits" => ConstValue::Int(u64::from(bits)),
        "is_signed" => ConstValue::Bool(signed),
        "min_value" => ConstValue::Int(if signed { narrow(int, -(1 << (bits - 1))) } else { 0 }),
        "max_value" => {
            ConstValue::Int(narrow(int, (1 << (if signed { bits - 1 } else { bits })) - 1))
        }
        _ => return Machine::defer(),
    })
}

fn of_integer(operation: &str, int: IntTy, value: u64) -> Result<ConstValue, Exit> {
    let bits = width(int).0;
    let unsigned = value << (64 - bits) >> (64 - bits);
    Ok(ConstValue::Int(match operation {
        "count_ones" => u64::from(unsigned.count_ones()),
        "leading_zeros" => u64::from(unsigned.leading_zeros() - (64 - bits)),
        "trailing_zeros" => u64::from(unsigned.trailing_zeros().min(bits)),
        "from_bits" => return Ok(ConstValue::Float(f64::from_bits(value))),
        _ => return Machine::defer(),
    }))
}

fn of_integers(operation: &str, int: IntTy, left: u64, right: u64) -> Result<ConstValue, Exit> {
    let (a, b) = (wide(int, left), wide(int, right));
    let (name, overflowing) = match operation.strip_suffix("_overflowing") {
        Some(name) => (name, true),
        None => (operation.strip_suffix("_wrap").unwrap_or(operation), false),
    };
    let exact = match name {
        "add" => a + b,
        "sub" => a - b,
        // Two numbers of 64 bits have a product of at most 128, whose low half
        // is right even where the sign is not.
        "mul" => a.wrapping_mul(b),
        "bit_or" => return Ok(ConstValue::Int(left | right)),
        _ => return Machine::defer(),
    };
    let bits = narrow(int, exact);
    if !overflowing {
        return Ok(ConstValue::Int(bits));
    }
    let overflowed = wide(int, bits) != exact || (name == "mul" && a.checked_mul(b).is_none());
    Ok(ConstValue::Tuple(vec![ConstValue::Int(bits), ConstValue::Bool(overflowed)]))
}
