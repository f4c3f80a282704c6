//! Patterns reduced to what usefulness is about.

use simple_source::{Applicability, Diagnostic, Symbol};

use super::View;
use crate::body::*;
use crate::codes;
use crate::def::{AdtKind, ConstValue};
use crate::ty::{FloatTy, IntTy, Ty, TyKind};

/// A pattern without names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Simplified {
    /// Anything.
    Any,
    /// A variant (0 for structs, classes and tuples) with all its fields.
    Variant(u32, Vec<Simplified>),
    /// Integers or chars from one number to another, both included.
    Range(i128, i128),
    /// Exactly this text.
    Text(Symbol),
    /// Exactly this float, by its bits.
    Float(u64),
    /// A list: the first elements, whether more may follow, the last ones.
    List(Vec<Simplified>, bool, Vec<Simplified>),
    /// Any of these.
    Or(Vec<Simplified>),
    /// A value that nothing is known of, equal to no other.
    Opaque,
}

impl View<'_> {
    /// Whether nothing can be said of values of a type.
    pub(crate) fn is_unknown(self, ty: Ty) -> bool {
        matches!(self.types.kind(ty), TyKind::Error | TyKind::Infer(_))
    }

    /// The range of an integer type, char or bool, as numbers.
    pub(crate) fn numbers(self, ty: Ty) -> Option<Vec<(i128, i128)>> {
        Some(match self.types.kind(ty) {
            TyKind::Bool => vec![(0, 1)],
            // Surrogates are no characters.
            TyKind::Char => vec![(0, 0xD7FF), (0xE000, 0x10_FFFF)],
            TyKind::Int(int) => vec![match int {
                IntTy::I8 => (i8::MIN.into(), i8::MAX.into()),
                IntTy::I16 => (i16::MIN.into(), i16::MAX.into()),
                IntTy::I32 => (i32::MIN.into(), i32::MAX.into()),
                IntTy::I64 => (i64::MIN.into(), i64::MAX.into()),
                IntTy::U8 => (0, u8::MAX.into()),
                IntTy::U16 => (0, u16::MAX.into()),
                IntTy::U32 => (0, u32::MAX.into()),
                IntTy::U64 => (0, u64::MAX.into()),
            }],
            _ => return None,
        })
    }

    fn is_signed(self, ty: Ty) -> bool {
        matches!(self.types.kind(ty), TyKind::Int(IntTy::I8 | IntTy::I16 | IntTy::I32 | IntTy::I64))
    }

    fn number(self, ty: Ty, bits: u64) -> i128 {
        if self.is_signed(ty) { i128::from(bits as i64) } else { i128::from(bits) }
    }

    /// The types of a variant's (or tuple's) fields.
    pub(crate) fn fields(self, ty: Ty, variant: u32) -> Vec<Ty> {
        match self.types.kind(ty) {
            TyKind::Tuple(elements) => self.types.list(elements).to_vec(),
            TyKind::Adt(adt, args) => {
                let args = self.types.list(args);
                match self.adts[adt].variants.get(variant as usize) {
                    Some(variant) => variant
                        .fields
                        .iter()
                        .map(|field| self.types.substitute(field.ty, args))
                        .collect(),
                    None => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }

    /// How many variants an enum has; none for other types.
    pub(crate) fn variants(self, ty: Ty) -> Option<u32> {
        match self.types.kind(ty) {
            TyKind::Adt(adt, _) if self.adts[adt].kind == AdtKind::Enum => {
                Some(self.adts[adt].variants.len() as u32)
            }
            TyKind::Adt(..) | TyKind::Tuple(_) => Some(1),
            _ => None,
        }
    }
}

impl Simplified {
    /// `pat` without names; none if it holds something that was diagnosed.
    pub(crate) fn of(
        view: View<'_>,
        body: &Body,
        pat: PatId,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let pattern = &body.pats[pat];
        let ty = pattern.ty;
        let mut list = |pats: List<PatId>| -> Option<Vec<Self>> {
            body.list(pats).iter().map(|pat| Self::of(view, body, *pat, diagnostics)).collect()
        };
        Some(match pattern.kind {
            PatKind::Wildcard | PatKind::Bind(_) => Self::Any,
            PatKind::Literal(literal) => Self::literal(view, body, literal)?,
            PatKind::Range { low, high, inclusive } => {
                return Self::range(view, body, pat, low, high, inclusive, diagnostics);
            }
            PatKind::Tuple(parts) => Self::Variant(0, list(parts)?),
            PatKind::Variant { variant, fields } => {
                let mut parts = vec![Self::Any; view.fields(ty, variant).len()];
                for field in body.list(fields) {
                    let part = Self::of(view, body, field.pat, diagnostics)?;
                    *parts.get_mut(field.index as usize)? = part;
                }
                Self::Variant(variant, parts)
            }
            PatKind::List { prefix, rest, suffix, .. } => {
                let prefix = list(prefix)?;
                Self::List(prefix, rest, list(suffix)?)
            }
            PatKind::Or(parts) => Self::Or(list(parts)?),
        })
    }

    fn literal(view: View<'_>, body: &Body, literal: ExprId) -> Option<Self> {
        let expr = &body.exprs[literal];
        Some(match expr.kind {
            ExprKind::Unit => Self::Variant(0, Vec::new()),
            ExprKind::Bool(value) => Self::Range(value.into(), value.into()),
            ExprKind::Char(value) => {
                Self::Range(i128::from(value as u32), i128::from(value as u32))
            }
            ExprKind::Int(bits) if view.numbers(expr.ty).is_some() => {
                let number = view.number(expr.ty, bits);
                Self::Range(number, number)
            }
            ExprKind::Int(bits) => Self::Float((bits as i64 as f64).to_bits()),
            ExprKind::Float(value) => Self::Float(float_bits(view, expr.ty, value)),
            ExprKind::Str(text) => Self::Text(text),
            ExprKind::Const(id) => match &view.consts[id].value {
                Some(value) => Self::constant(view, expr.ty, value),
                None => Self::Opaque,
            },
            ExprKind::Error => return None,
            _ => Self::Opaque,
        })
    }

    fn constant(view: View<'_>, ty: Ty, value: &ConstValue) -> Self {
        match value {
            ConstValue::Unit => Self::Variant(0, Vec::new()),
            ConstValue::Bool(value) => Self::Range((*value).into(), (*value).into()),
            ConstValue::Char(value) => {
                Self::Range(i128::from(*value as u32), i128::from(*value as u32))
            }
            ConstValue::Int(bits) => {
                let number = view.number(ty, *bits);
                Self::Range(number, number)
            }
            ConstValue::Float(value) => Self::Float(float_bits(view, ty, *value)),
            ConstValue::Str(text) => Self::Text(*text),
            ConstValue::Tuple(parts) | ConstValue::Adt(0, parts)
                if view.variants(ty) == Some(1) =>
            {
                let types = view.fields(ty, 0);
                let parts = parts.iter().zip(types);
                Self::Variant(0, parts.map(|(part, ty)| Self::constant(view, ty, part)).collect())
            }
            ConstValue::Adt(variant, parts) => {
                let types = view.fields(ty, *variant);
                let parts = parts.iter().zip(types);
                let parts = parts.map(|(part, ty)| Self::constant(view, ty, part)).collect();
                Self::Variant(*variant, parts)
            }
            _ => Self::Opaque,
        }
    }

    fn range(
        view: View<'_>,
        body: &Body,
        pat: PatId,
        low: Option<ExprId>,
        high: Option<ExprId>,
        inclusive: bool,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let ty = body.pats[pat].ty;
        let span = body.pats[pat].span;
        let number = |end: Option<ExprId>| -> Option<Option<i128>> {
            let Some(end) = end else { return Some(None) };
            match Self::literal(view, body, end)? {
                Self::Range(number, _) => Some(Some(number)),
                _ => Some(None),
            }
        };
        let Some(all) = view.numbers(ty) else {
            // A range of floats covers what it covers, but no set of them
            // covers everything.
            return Some(Self::Opaque);
        };
        let least = all.first()?.0;
        let most = all.last()?.1;
        let from = number(low)?.unwrap_or(least);
        let to = match number(high)? {
            Some(end) if inclusive => end,
            Some(end) => end - 1,
            None => most,
        };
        if from > to {
            let mut diagnostic =
                Diagnostic::error(&codes::EMPTY_RANGE, span, "this range is empty")
                    .label("no value lies in it");
            if let (Some(low), Some(high)) = (low, high) {
                let text = |end: ExprId| view.sources.snippet(body.exprs[end].span).to_owned();
                if from > to + i128::from(!inclusive) {
                    let dots = if inclusive { "..=" } else { ".." };
                    diagnostic = diagnostic.suggest(
                        "swap the ends",
                        span,
                        format!("{}{dots}{}", text(high), text(low)),
                        Applicability::Maybe,
                    );
                }
            }
            diagnostics.push(diagnostic);
            return None;
        }
        Some(Self::Range(from, to))
    }
}

/// The bits that tell a float from others; -0.0 equals 0.0.
fn float_bits(view: View<'_>, ty: Ty, value: f64) -> u64 {
    let value = match view.types.kind(ty) {
        TyKind::Float(FloatTy::F32) => f64::from(value as f32),
        _ => value,
    };
    (value + 0.0).to_bits()
}
