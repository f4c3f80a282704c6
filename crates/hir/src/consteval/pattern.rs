//! Patterns matched and bound; what loops run over.

use std::sync::Arc;

use simple_source::Span;

use super::frame::Frame;
use super::{Exit, Failure, Machine};
use crate::body::*;
use crate::def::ConstValue;
use crate::ty::{Ty, TyKind};

impl Machine<'_> {
    /// Whether `value` matches; its parts are bound on the way.
    pub(super) fn matches(
        &mut self,
        frame: &mut Frame<'_>,
        pat: PatId,
        value: &ConstValue,
    ) -> Result<bool, Exit> {
        let body = frame.body;
        let pattern = &body.pats[pat];
        let ty = frame.ty(self.context.types, pattern.ty);
        Ok(match pattern.kind {
            PatKind::Wildcard => true,
            PatKind::Bind(local) => {
                let copy = self.copy(value, body.pats[pat].span)?;
                frame.set(local, copy);
                true
            }
            PatKind::Literal(literal) => {
                let literal = self.expr(frame, literal)?;
                self.same(&literal, value)
            }
            PatKind::Range { low, high, inclusive } => {
                use std::cmp::Ordering::{Equal, Greater, Less};
                let mut fits = true;
                if let Some(low) = low {
                    let low = self.expr(frame, low)?;
                    fits &= matches!(self.order(ty, value, &low), Some(Greater | Equal));
                }
                if let Some(high) = high {
                    let high = self.expr(frame, high)?;
                    let order = self.order(ty, value, &high);
                    fits &= order == Some(Less) || inclusive && order == Some(Equal);
                }
                fits
            }
            PatKind::Tuple(parts) => {
                let ConstValue::Tuple(values) = value else { return Ok(false) };
                for (part, value) in body.list(parts).iter().zip(values) {
                    if !self.matches(frame, *part, value)? {
                        return Ok(false);
                    }
                }
                true
            }
            PatKind::Variant { variant, fields } => {
                let ConstValue::Adt(found, values) = value else { return Ok(false) };
                if *found != variant {
                    return Ok(false);
                }
                for field in body.list(fields) {
                    let Some(value) = values.get(field.index as usize) else { return Ok(false) };
                    if !self.matches(frame, field.pat, value)? {
                        return Ok(false);
                    }
                }
                true
            }
            PatKind::List { prefix, rest, rest_binding, suffix } => {
                let ConstValue::List(values) = value else { return Ok(false) };
                let (prefix, suffix) = (body.list(prefix), body.list(suffix));
                let least = prefix.len() + suffix.len();
                if values.len() < least || !rest && values.len() > least {
                    return Ok(false);
                }
                let end = values.len() - suffix.len();
                let parts =
                    prefix.iter().zip(values.iter()).chain(suffix.iter().zip(&values[end..]));
                for (part, value) in parts {
                    if !self.matches(frame, *part, value)? {
                        return Ok(false);
                    }
                }
                if let Some(local) = rest_binding {
                    frame
                        .set(local, ConstValue::List(Arc::new(values[prefix.len()..end].to_vec())));
                }
                true
            }
            PatKind::Or(alternatives) => {
                for alternative in body.list(alternatives) {
                    if self.matches(frame, *alternative, value)? {
                        return Ok(true);
                    }
                }
                false
            }
        })
    }

    /// Whether two values are equal: floats by IEEE, all else as it is.
    pub(super) fn same(&self, a: &ConstValue, b: &ConstValue) -> bool {
        let all = |a: &[ConstValue], b: &[ConstValue]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.same(a, b))
        };
        match (a, b) {
            (ConstValue::Float(a), ConstValue::Float(b)) => a == b,
            (ConstValue::List(a), ConstValue::List(b)) => all(a, b),
            (ConstValue::Tuple(a), ConstValue::Tuple(b)) => all(a, b),
            (ConstValue::Adt(i, a), ConstValue::Adt(j, b)) => i == j && all(a, b),
            (ConstValue::Set(a), ConstValue::Set(b)) => {
                a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| self.same(a, b)))
            }
            (ConstValue::Dict(a), ConstValue::Dict(b)) => {
                a.len() == b.len()
                    && a.iter().all(|(key, value)| {
                        b.iter().any(|other| self.same(key, &other.0) && self.same(value, &other.1))
                    })
            }
            _ => a == b,
        }
    }

    /// What a loop over `value` gives.
    pub(super) fn elements(
        &mut self,
        ty: Ty,
        value: ConstValue,
        span: Span,
    ) -> Result<Vec<ConstValue>, Exit> {
        let is_range = matches!(self.context.types.kind(ty), TyKind::Adt(adt, _)
            if adt == self.context.lang.range);
        match value {
            ConstValue::List(elements) | ConstValue::Set(elements) => {
                Ok(Arc::unwrap_or_clone(elements))
            }
            ConstValue::Dict(pairs) => Ok(Arc::unwrap_or_clone(pairs)
                .into_iter()
                .map(|(key, value)| ConstValue::Tuple(vec![key, value]))
                .collect()),
            ConstValue::Adt(_, parts) if is_range => {
                let number = |index: usize| match parts.get(index) {
                    Some(ConstValue::Int(bits)) => Ok(*bits as i64),
                    _ => Err(Exit::Failed(Failure::Diagnosed)),
                };
                let (start, end, step) = (number(0)?, number(1)?, number(2)?);
                let inclusive = parts.get(3) == Some(&ConstValue::Bool(true));
                if step == 0 {
                    return Self::panics(span, "a range's step cannot be 0");
                }
                let mut elements = Vec::new();
                let mut at = i128::from(start);
                let end = i128::from(end);
                while if step > 0 {
                    at < end || inclusive && at == end
                } else {
                    at > end || inclusive && at == end
                } {
                    self.steps += 1;
                    if self.steps > super::MAX_STEPS {
                        return Err(Exit::Failed(Failure::Steps(span)));
                    }
                    elements.push(ConstValue::Int(at as u64));
                    at += i128::from(step);
                }
                Ok(elements)
            }
            _ => Self::defer(),
        }
    }
}
