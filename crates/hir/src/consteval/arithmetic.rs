//! Operators and conversions on constants.

use std::cmp::Ordering;

use simple_source::Span;
use simple_syntax::ast::{BinaryOp, UnaryOp};

use super::frame::Frame;
use super::{BYTES_OF_A_STEP, Exit, Failure, Flow, Machine, whole};
use crate::body::ExprId;
use crate::def::ConstValue;
use crate::ty::{FloatTy, IntTy, Ty, TyKind};

/// Width in bits, and whether there are negative values.
pub(super) fn width(int: IntTy) -> (u32, bool) {
    match int {
        IntTy::I8 => (8, true),
        IntTy::I16 => (16, true),
        IntTy::I32 => (32, true),
        IntTy::I64 => (64, true),
        IntTy::U8 => (8, false),
        IntTy::U16 => (16, false),
        IntTy::U32 => (32, false),
        IntTy::U64 => (64, false),
    }
}

/// The number that constant bits of a type stand for.
pub(super) fn wide(int: IntTy, bits: u64) -> i128 {
    if width(int).1 { i128::from(bits as i64) } else { i128::from(bits) }
}

/// The low bits of a number, extended as constants are.
pub(super) fn narrow(int: IntTy, value: i128) -> u64 {
    let (bits, signed) = width(int);
    let unused = 64 - bits;
    let low = (value as u64) << unused;
    if signed { ((low as i64) >> unused) as u64 } else { low >> unused }
}

impl Machine<'_> {
    /// An integer literal of its type; where it took a float type, a float.
    pub(super) fn number(&self, ty: Ty, bits: u64) -> ConstValue {
        match self.context.types.kind(ty) {
            TyKind::Float(_) => ConstValue::Float(bits as i64 as f64),
            _ => ConstValue::Int(bits),
        }
    }

    fn float(&self, ty: Ty, value: f64) -> ConstValue {
        match self.context.types.kind(ty) {
            TyKind::Float(FloatTy::F32) => ConstValue::Float(f64::from(value as f32)),
            _ => ConstValue::Float(value),
        }
    }

    fn fit(&self, int: IntTy, value: i128, span: Span, what: &str) -> Flow {
        let bits = narrow(int, value);
        if wide(int, bits) == value {
            Ok(ConstValue::Int(bits))
        } else {
            let name = crate::names::int_name(int);
            let message = format!("integer overflow in {what}");
            let detail = format!("{value} does not fit in `{name}`");
            Err(Exit::Failed(Failure::Panics(span, message, Some(detail))))
        }
    }

    pub(super) fn unary(&self, op: UnaryOp, ty: Ty, value: ConstValue, span: Span) -> Flow {
        match (op, value, self.context.types.kind(ty)) {
            (UnaryOp::Neg, ConstValue::Int(bits), TyKind::Int(int)) => {
                self.fit(int, -wide(int, bits), span, "negation")
            }
            (UnaryOp::Neg, ConstValue::Float(value), _) => Ok(ConstValue::Float(-value)),
            (UnaryOp::BitNot, ConstValue::Int(bits), TyKind::Int(int)) => {
                Ok(ConstValue::Int(narrow(int, !wide(int, bits))))
            }
            (UnaryOp::Not, ConstValue::Bool(value), _) => Ok(ConstValue::Bool(!value)),
            _ => Err(Exit::Failed(Failure::Diagnosed)),
        }
    }

    pub(super) fn binary(
        &mut self,
        frame: &mut Frame<'_>,
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
        span: Span,
    ) -> Flow {
        match op {
            BinaryOp::And => {
                return Ok(ConstValue::Bool(self.bool(frame, left)? && self.bool(frame, right)?));
            }
            BinaryOp::Or => {
                return Ok(ConstValue::Bool(self.bool(frame, left)? || self.bool(frame, right)?));
            }
            _ => {}
        }
        let ty = frame.ty(self.context.types, frame.body.exprs[left].ty);
        let left = self.expr(frame, left)?;
        let right = self.expr(frame, right)?;
        self.operate(op, ty, left, right, span)
    }

    /// `left op right`, both of type `ty` (a count or exponent may be of any
    /// integer type).
    pub(super) fn operate(
        &mut self,
        op: BinaryOp,
        ty: Ty,
        left: ConstValue,
        right: ConstValue,
        span: Span,
    ) -> Flow {
        let kind = self.context.types.kind(ty);
        use BinaryOp::{Eq, Ge, Gt, Le, Lt, Ne};
        if matches!(op, Eq | Ne | Lt | Le | Gt | Ge) {
            self.spend(whole(&left).min(whole(&right)), span)?;
        }
        match op {
            BinaryOp::Eq => return Ok(ConstValue::Bool(self.same(&left, &right))),
            BinaryOp::Ne => return Ok(ConstValue::Bool(!self.same(&left, &right))),
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                let order = self.order(ty, &left, &right);
                return Ok(ConstValue::Bool(match op {
                    BinaryOp::Lt => order == Some(Ordering::Less),
                    BinaryOp::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
                    BinaryOp::Gt => order == Some(Ordering::Greater),
                    _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
                }));
            }
            _ => {}
        }
        match (left, right, kind) {
            (ConstValue::Int(a), ConstValue::Int(b), TyKind::Int(int)) => {
                self.integers(op, int, a, b, span)
            }
            (ConstValue::Float(a), ConstValue::Float(b), _) => {
                let value = match op {
                    BinaryOp::Add => a + b,
                    BinaryOp::Sub => a - b,
                    BinaryOp::Mul => a * b,
                    BinaryOp::Div => a / b,
                    BinaryOp::Rem => a % b,
                    BinaryOp::Pow => a.powf(b),
                    _ => return Err(Exit::Failed(Failure::Diagnosed)),
                };
                Ok(self.float(ty, value))
            }
            (ConstValue::Float(a), ConstValue::Int(b), _) if op == BinaryOp::Pow => {
                Ok(self.float(ty, a.powf(b as i64 as f64)))
            }
            (ConstValue::Str(a), ConstValue::Str(b), _) if op == BinaryOp::Add => {
                let interner = self.context.interner;
                // Texts are kept as long as the compiler runs.
                let len = interner.resolve(a).len() + interner.resolve(b).len();
                self.spend(len / BYTES_OF_A_STEP, span)?;
                let text = [interner.resolve(a), interner.resolve(b)].concat();
                Ok(ConstValue::Str(interner.intern(&text)))
            }
            (ConstValue::List(mut a), ConstValue::List(b), _) if op == BinaryOp::Add => {
                self.spend(a.len() + b.len(), span)?;
                std::sync::Arc::make_mut(&mut a).extend(b.iter().cloned());
                Ok(ConstValue::List(a))
            }
            (ConstValue::Bool(a), ConstValue::Bool(b), _) => match op {
                BinaryOp::BitAnd => Ok(ConstValue::Bool(a & b)),
                BinaryOp::BitOr => Ok(ConstValue::Bool(a | b)),
                BinaryOp::BitXor => Ok(ConstValue::Bool(a ^ b)),
                _ => Err(Exit::Failed(Failure::Diagnosed)),
            },
            _ => Self::defer(),
        }
    }

    fn integers(&self, op: BinaryOp, int: IntTy, a: u64, b: u64, span: Span) -> Flow {
        let (x, y) = (wide(int, a), wide(int, b));
        let bits = width(int).0;
        let count = || {
            if (b as i64) < 0 || b >= u64::from(bits) {
                Self::panics(span, "shift count out of range")
            } else {
                Ok(b as u32)
            }
        };
        match op {
            BinaryOp::Add => self.fit(int, x + y, span, "`+`"),
            BinaryOp::Sub => self.fit(int, x - y, span, "`-`"),
            BinaryOp::Mul => match x.checked_mul(y) {
                Some(product) => self.fit(int, product, span, "`*`"),
                None => Self::panics(span, "integer overflow in `*`"),
            },
            BinaryOp::Div if y == 0 => Self::panics(span, "division by zero"),
            BinaryOp::Rem if y == 0 => Self::panics(span, "remainder by zero"),
            BinaryOp::Div => self.fit(int, x / y, span, "`/`"),
            BinaryOp::Rem => self.fit(int, x % y, span, "`%`"),
            BinaryOp::Pow => self.power(int, x, b as i64, span),
            BinaryOp::Shl => Ok(ConstValue::Int(narrow(int, x << count()?))),
            BinaryOp::Shr => Ok(ConstValue::Int(narrow(int, x >> count()?))),
            BinaryOp::BitAnd => Ok(ConstValue::Int(a & b)),
            BinaryOp::BitOr => Ok(ConstValue::Int(a | b)),
            BinaryOp::BitXor => Ok(ConstValue::Int(a ^ b)),
            _ => Err(Exit::Failed(Failure::Diagnosed)),
        }
    }

    fn power(&self, int: IntTy, base: i128, exponent: i64, span: Span) -> Flow {
        if exponent < 0 {
            return Self::panics(span, "negative exponent");
        }
        let mut result = 1i128;
        match base {
            0 if exponent > 0 => result = 0,
            0 | 1 => {}
            -1 => result = if exponent % 2 == 0 { 1 } else { -1 },
            _ => {
                for _ in 0..exponent {
                    result = match result.checked_mul(base) {
                        Some(product) if wide(int, narrow(int, product)) == product => product,
                        _ => return Self::panics(span, "integer overflow in `**`"),
                    };
                }
            }
        }
        self.fit(int, result, span, "`**`")
    }

    /// How two values of a type stand to each other; none for NaN.
    pub(super) fn order(&self, ty: Ty, a: &ConstValue, b: &ConstValue) -> Option<Ordering> {
        match (a, b) {
            (ConstValue::Int(a), ConstValue::Int(b)) => match self.context.types.kind(ty) {
                TyKind::Int(int) => Some(wide(int, *a).cmp(&wide(int, *b))),
                _ => Some(a.cmp(b)),
            },
            (ConstValue::Float(a), ConstValue::Float(b)) => a.partial_cmp(b),
            (ConstValue::Bool(a), ConstValue::Bool(b)) => Some(a.cmp(b)),
            (ConstValue::Char(a), ConstValue::Char(b)) => Some(a.cmp(b)),
            (ConstValue::Str(a), ConstValue::Str(b)) => {
                let interner = self.context.interner;
                Some(interner.resolve(*a).cmp(interner.resolve(*b)))
            }
            (ConstValue::List(a), ConstValue::List(b)) => {
                let element = match self.context.types.kind(ty) {
                    TyKind::List(element) => element,
                    _ => ty,
                };
                for (a, b) in a.iter().zip(b.iter()) {
                    match self.order(element, a, b)? {
                        Ordering::Equal => {}
                        other => return Some(other),
                    }
                }
                Some(a.len().cmp(&b.len()))
            }
            (ConstValue::Tuple(a), ConstValue::Tuple(b)) => {
                let TyKind::Tuple(types) = self.context.types.kind(ty) else { return None };
                let types = self.context.types.list(types);
                for ((a, b), ty) in a.iter().zip(b).zip(types) {
                    match self.order(*ty, a, b)? {
                        Ordering::Equal => {}
                        other => return Some(other),
                    }
                }
                Some(Ordering::Equal)
            }
            (ConstValue::Adt(variant, a), ConstValue::Adt(other, b)) => {
                let TyKind::Adt(adt, args) = self.context.types.kind(ty) else { return None };
                if variant != other {
                    // The order of declaration, but that `None` comes before `Some`.
                    let order = variant.cmp(other);
                    let option = adt == self.context.lang.option;
                    return Some(if option { order.reverse() } else { order });
                }
                let args = self.context.types.list(args);
                let fields = &self.context.adts[adt].variants[*variant as usize].fields;
                for ((a, b), field) in a.iter().zip(b).zip(fields) {
                    match self.order(self.context.types.substitute(field.ty, args), a, b)? {
                        Ordering::Equal => {}
                        other => return Some(other),
                    }
                }
                Some(Ordering::Equal)
            }
            _ => None,
        }
    }

    pub(super) fn cast(&self, from: Ty, to: Ty, value: ConstValue, span: Span) -> Flow {
        let kind = |ty| self.context.types.kind(ty);
        let number = match (value, kind(from)) {
            (ConstValue::Int(bits), TyKind::Int(int)) => wide(int, bits),
            (ConstValue::Bool(value), _) => i128::from(value),
            (ConstValue::Char(value), _) => i128::from(u32::from(value)),
            (ConstValue::Adt(variant, fields), _) if fields.is_empty() => i128::from(variant),
            (ConstValue::Float(value), _) => {
                return Ok(match kind(to) {
                    TyKind::Int(int) => {
                        let (bits, signed) = width(int);
                        let (least, most) = if signed {
                            (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
                        } else {
                            (0, (1i128 << bits) - 1)
                        };
                        // `as` saturates and turns NaN into 0.
                        ConstValue::Int(narrow(int, (value as i128).clamp(least, most)))
                    }
                    _ => self.float(to, value),
                });
            }
            _ => return Self::defer(),
        };
        Ok(match kind(to) {
            TyKind::Int(int) => ConstValue::Int(narrow(int, number)),
            TyKind::Float(_) => self.float(to, number as f64),
            TyKind::Char => match u32::try_from(number).ok().and_then(char::from_u32) {
                Some(character) => ConstValue::Char(character),
                None => return Self::panics(span, "not a character"),
            },
            TyKind::Bool => ConstValue::Bool(number != 0),
            _ => return Self::defer(),
        })
    }
}
