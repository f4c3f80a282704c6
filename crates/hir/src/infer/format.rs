//! Interpolated text, and whether a format spec fits its value.

use simple_source::{Applicability, Diagnostic, Span};
use simple_syntax::ast::{self, FormatCount, StrPart};

use super::Infer;
use super::bounds::Cause;
use super::expect::Expect;
use super::obligation::Obligation;
use crate::body::*;
use crate::codes;
use crate::ty::{Ty, TyKind, Tys};

/// A format spec whose computed parts were checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    written: ast::FormatSpec,
}

impl Infer<'_> {
    /// `"a{b}c"`
    pub(crate) fn interpolated(&mut self, parts: ast::List<StrPart>, span: Span) -> ExprId {
        let ast = self.f.ast;
        let mut made = Vec::with_capacity(parts.len());
        for part in ast.list(parts) {
            match *part {
                StrPart::Text(text) => made.push(Part::Text(text)),
                StrPart::Value { value, spec, .. } => {
                    let value = self.expr(value, Expect::Any);
                    let ty = self.ty(value);
                    let show = self.program.lang.show;
                    self.require(show, ty, Tys::EMPTY, self.span(value), Cause::Text);
                    let spec = spec.map(|spec| self.format_spec(value, spec));
                    made.push(Part::Value { value, spec });
                }
            }
        }
        let list = self.f.body.add_list(&made);
        self.push(ExprKind::Interpolated(list), Ty::STR, span)
    }

    fn format_spec(&mut self, value: ExprId, written: ast::FormatSpec) -> FormatSpec {
        let width = self.format_count(written.width, written.span);
        let precision = self.format_count(written.precision, written.span);
        self.oblige(Obligation::Format { value, spec: Spec { written } });
        FormatSpec { written, width, precision }
    }

    fn format_count(&mut self, count: FormatCount, span: Span) -> Option<ExprId> {
        match count {
            FormatCount::None => None,
            FormatCount::Fixed(count) => {
                Some(self.push(ExprKind::Int(u64::from(count)), Ty::I64, span))
            }
            FormatCount::Computed(id) => {
                let count = self.expr(id, Expect::Hint(Ty::I64));
                let ty = self.ty(count);
                if ty != Ty::NEVER && !self.table.unify(ty, Ty::I64) {
                    let shown = self.show(ty);
                    let diag = Diagnostic::error(
                        &codes::FORMAT_SPEC_TYPE,
                        self.span(count),
                        format!("a width or precision is an `i64`, and this is `{shown}`"),
                    )
                    .label(format!("this is `{shown}`"));
                    self.error(diag);
                }
                Some(count)
            }
        }
    }

    /// Checks a spec against the type of its value.
    pub(crate) fn settle_format(&mut self, value: ExprId, spec: Spec) {
        let ty = self.ty(value);
        let written = spec.written;
        let kind = self.table.kind(ty);
        let shown = self.show(ty);
        let letter = written.kind as char;
        let has_precision = written.precision != FormatCount::None;
        let problem = match kind {
            TyKind::Error | TyKind::Never => None,
            TyKind::Int(_) => match written.kind {
                0 | b'd' | b'b' | b'o' | b'x' | b'X' | b'c' if has_precision => Some((
                    format!("a precision means nothing for `{shown}`"),
                    "an integer has no places after the point",
                    self.without_dot(written.span),
                )),
                0 | b'd' | b'b' | b'o' | b'x' | b'X' | b'c' => None,
                b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'%' => None,
                _ => Some((
                    format!("`{letter}` does not fit a value of type `{shown}`"),
                    "integers take `b c d o x X` and `e E f F g G %`",
                    None,
                )),
            },
            TyKind::Float(_) => match written.kind {
                0 | b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'%' => None,
                _ => Some((
                    format!("`{letter}` does not fit a value of type `{shown}`"),
                    "floats take `e E f F g G %`",
                    Some(".2f".to_owned()),
                )),
            },
            _ => {
                let number =
                    matches!(kind, TyKind::Param(..)) && written.kind != 0 && written.kind != b's';
                if number {
                    Some((
                        format!("`{letter}` needs a known number type, and this is `{shown}`"),
                        "in generic code a value is formatted as its text",
                        None,
                    ))
                } else if !matches!(written.kind, 0 | b's') {
                    Some((
                        format!("`{letter}` does not fit a value of type `{shown}`"),
                        "what is no number is formatted as its text: fill, alignment, width, precision",
                        self.without_letter(written.span),
                    ))
                } else if written.sign != 0 {
                    Some((
                        format!("a sign means nothing for `{shown}`"),
                        "only numbers have one",
                        None,
                    ))
                } else if written.alternate {
                    Some((
                        format!("`#` means nothing for `{shown}`"),
                        "only numbers have another form",
                        None,
                    ))
                } else if written.grouping != 0 {
                    Some((
                        format!("groups of digits mean nothing for `{shown}`"),
                        "only numbers have digits",
                        None,
                    ))
                } else if written.align == b'=' {
                    Some((
                        format!("`=` means nothing for `{shown}`"),
                        "it puts the padding after a number's sign",
                        None,
                    ))
                } else {
                    None
                }
            }
        };
        let Some((message, label, better)) = problem else { return };
        let mut diag =
            Diagnostic::error(&codes::FORMAT_SPEC_TYPE, written.span, message).label(label);
        if let Some(better) = better {
            diag = diag.suggest("a spec that fits", written.span, better, Applicability::Maybe);
        }
        self.error(diag);
    }

    fn without_letter(&self, span: Span) -> Option<String> {
        let text = self.snippet(span);
        let mut chars = text.chars();
        chars.next_back()?;
        let rest = chars.as_str();
        (!rest.is_empty()).then(|| rest.to_owned())
    }

    fn without_dot(&self, span: Span) -> Option<String> {
        let text = self.snippet(span);
        let (before, after) = text.split_once('.')?;
        let better = if before.is_empty() { after } else { before };
        (!better.is_empty()).then(|| better.to_owned())
    }
}
