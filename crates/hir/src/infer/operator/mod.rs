//! Operators: `and`, `or` and the way to the others.

mod arithmetic;
mod compare;
mod container;
mod refuse;
mod unary;

use simple_source::{Applicability, Diagnostic, Span, Suggestion};
use simple_syntax::ast::{self, BinaryOp, Expr as Tree};

use crate::body::*;
use crate::codes;
use crate::infer::Infer;
use crate::infer::expect::Expect;
use crate::infer::table::Var;
use crate::names::Def;
use crate::ty::{Ty, TyKind};

/// Whether an operator could be resolved.
pub(crate) enum Resolution {
    Done,
    /// It depends on what this variable stands for.
    Stuck(Var),
}

impl<'p> Infer<'p> {
    /// `left op right`
    pub(crate) fn binary(
        &mut self,
        id: ast::ExprId,
        op: BinaryOp,
        left: ast::ExprId,
        right: ast::ExprId,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        match op {
            BinaryOp::Pipe => self.pipe(left, right, span),
            BinaryOp::Coalesce => self.coalesce(left, right, hint, span),
            BinaryOp::And | BinaryOp::Or => self.logic(op, left, right, span),
            BinaryOp::Eq
            | BinaryOp::Ne
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Gt
            | BinaryOp::Ge => self.comparison(op, left, right, span),
            BinaryOp::In | BinaryOp::NotIn => self.membership(op, left, right, span),
            BinaryOp::Is => self.identity(left, right, span),
            _ => {
                if let Some(made) = self.command_operator(id, op, left, span) {
                    return made;
                }
                self.arithmetic(op, left, right, hint, span)
            }
        }
    }

    /// `show -x`: a subtraction from a function, meant as a call.
    fn command_operator(
        &mut self,
        id: ast::ExprId,
        op: BinaryOp,
        left: ast::ExprId,
        span: Span,
    ) -> Option<ExprId> {
        let Tree::Name(name) = *self.f.ast.expr(left) else { return None };
        if self.scopes.find(name).is_some() {
            return None;
        }
        let is_function = matches!(self.program.lookup(self.f.module, name), Some(Def::Fn(_)))
            || self.program.built_in_function(self.f.module, name).is_some();
        if !is_function {
            return None;
        }
        let text = self.text(name);
        let whole = self.snippet(self.f.ast.span(id));
        let rest = whole.strip_prefix(text).map_or("", str::trim_start);
        let diag = Diagnostic::error(
            &codes::OPERATOR,
            span,
            format!("`{text}` is a function: this is read as `{text} {} ...`", op.text()),
        )
        .label("this argument needs parentheses: `(` after the name")
        .suggest(
            "write the parentheses",
            span,
            format!("{text}({rest})"),
            Applicability::Maybe,
        );
        self.error(diag);
        Some(self.error_expr(span))
    }

    /// `and`, `or`
    fn logic(&mut self, op: BinaryOp, left: ast::ExprId, right: ast::ExprId, span: Span) -> ExprId {
        let errors = self.diags.len();
        let left = self.condition(left);
        let right = if self.diags.len() > errors {
            // One mistake is enough: `name or "default"`.
            let right = self.expr(right, Expect::Any);
            if op == BinaryOp::Or && self.ty(right) != Ty::BOOL {
                self.meant_default(errors, left, right, span);
            }
            right
        } else {
            self.condition(right)
        };
        self.push(ExprKind::Binary { op, left, right }, Ty::BOOL, span)
    }

    /// `name or "nobody"`: the diagnostic `number` says that the left side is
    /// no condition; what is meant is a value for when there is none.
    fn meant_default(&mut self, number: usize, left: ExprId, right: ExprId, span: Span) {
        let ty = self.ty(left);
        let (text, other) = (self.operand_text(left), self.snippet(self.span(right)).to_owned());
        let better = if self.as_option(ty).is_some() {
            Some(format!("{text} ?? {other}"))
        } else if matches!(self.table.kind(ty), TyKind::Str | TyKind::List(_)) {
            Some(format!("if {text}.is_empty(): {other} else: {text}"))
        } else {
            None
        };
        let (Some(better), Some(diag)) = (better, self.diags.get_mut(number)) else { return };
        diag.notes.push("`or` combines conditions; it gives no other value".to_owned());
        diag.suggestions.clear();
        diag.suggestions.push(Suggestion {
            message: "a value for when there is none is".to_owned(),
            edits: vec![(span, better)],
            applicability: Applicability::Maybe,
        });
    }

    /// `not n`: the diagnostic `number` offers a condition for `n`; the whole
    /// is better said by its opposite.
    fn meant_opposite(&mut self, number: usize, span: Span) {
        let Some(diag) = self.diags.get_mut(number) else { return };
        let Some((place, text)) = diag.suggestions.first_mut().and_then(|s| s.edits.first_mut())
        else {
            return;
        };
        let opposite =
            [(" != 0", " == 0"), (".is_some()", ".is_none()"), (".is_ok()", ".is_err()")]
                .iter()
                .find_map(|(end, other)| Some(format!("{}{other}", text.strip_suffix(end)?)))
                .or_else(|| text.strip_prefix("not ").map(str::to_owned));
        if let Some(opposite) = opposite {
            *place = span;
            *text = opposite;
        }
    }
}
