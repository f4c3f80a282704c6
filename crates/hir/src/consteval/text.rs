//! Text of values, as interpolation and `print` write it.

use simple_source::Span;

use super::frame::Frame;
use super::{BYTES_OF_A_STEP, Exit, Flow, Machine};
use crate::body::*;
use crate::def::ConstValue;
use crate::ty::{Ty, TyKind};

impl Machine<'_> {
    /// What a function of the runtime gives, as far as the compiler does the
    /// same; the rest is deferred.
    pub(super) fn runtime(&mut self, name: &str, values: &[ConstValue], span: Span) -> Flow {
        let interner = self.context.interner;
        match (name, values) {
            ("rt_str_repeat", [ConstValue::Str(text), ConstValue::Int(count)]) => {
                let text = interner.resolve(*text);
                // Negative ones are the runtime's to refuse.
                let Ok(count) = usize::try_from(*count as i64) else { return Self::defer() };
                self.spend(text.len().saturating_mul(count) / BYTES_OF_A_STEP, span)?;
                Ok(ConstValue::Str(interner.intern(&text.repeat(count))))
            }
            _ => Self::defer(),
        }
    }

    pub(super) fn interpolate(&mut self, frame: &mut Frame<'_>, parts: List<Part>) -> Flow {
        let body = frame.body;
        let mut text = String::new();
        for part in body.list(parts) {
            match part {
                Part::Text(symbol) => text.push_str(self.context.interner.resolve(*symbol)),
                Part::Value { value, spec: None } => {
                    let ty = frame.ty(self.context.types, body.exprs[*value].ty);
                    let value = self.expr(frame, *value)?;
                    self.show(ty, &value, true, &mut text)?;
                }
                Part::Value { spec: Some(_), .. } => return Self::defer(),
            }
        }
        Ok(ConstValue::Str(self.context.interner.intern(&text)))
    }

    /// Appends a value's text; `top` for one that does not stand in another.
    pub(super) fn show(
        &mut self,
        ty: Ty,
        value: &ConstValue,
        top: bool,
        out: &mut String,
    ) -> Result<(), Exit> {
        match (value, self.context.types.kind(ty)) {
            (ConstValue::Unit, _) => out.push_str("()"),
            (ConstValue::Bool(value), _) => out.push_str(if *value { "true" } else { "false" }),
            (ConstValue::Char(value), _) if top => out.push(*value),
            (ConstValue::Str(text), _) if top => out.push_str(self.context.interner.resolve(*text)),
            (ConstValue::Int(bits), TyKind::Int(int)) => {
                use crate::ty::IntTy::{I8, I16, I32, I64};
                if matches!(int, I8 | I16 | I32 | I64) {
                    out.push_str(&(*bits as i64).to_string());
                } else {
                    out.push_str(&bits.to_string());
                }
            }
            (ConstValue::List(elements), TyKind::List(element)) => {
                out.push('[');
                for (index, value) in elements.iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    self.show(element, value, false, out)?;
                }
                out.push(']');
            }
            _ => return Self::defer(),
        }
        Ok(())
    }
}
