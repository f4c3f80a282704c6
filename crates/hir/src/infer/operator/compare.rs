//! Comparisons and `is`.

use simple_source::{Applicability, Diagnostic, Span};
use simple_syntax::ast::{self, BinaryOp, Expr as Tree};

use super::arithmetic::Operand;
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::infer::Infer;
use crate::infer::bounds::Cause;
use crate::infer::expect::Expect;
use crate::infer::obligation::Obligation;
use crate::ty::{Ty, TyKind};

impl<'p> Infer<'p> {
    pub(super) fn comparison(
        &mut self,
        op: BinaryOp,
        left: ast::ExprId,
        right: ast::ExprId,
        span: Span,
    ) -> ExprId {
        let (l, r) = self.two_operands(left, right);
        let (left_ty, right_ty) = (self.ty(l), self.ty(r));
        let made = self.push(ExprKind::Binary { op, left: l, right: r }, Ty::BOOL, span);
        if left_ty == Ty::ERROR || right_ty == Ty::ERROR {
            return made;
        }
        if left_ty == Ty::NEVER || right_ty == Ty::NEVER {
            return made;
        }
        if !self.table.unify(left_ty, right_ty) {
            if !self.infinite_or_large(span, left_ty, right_ty) {
                self.not_comparable(op, l, r, span);
            }
            return made;
        }
        let lang = &self.program.lang;
        let trait_ = if matches!(op, BinaryOp::Eq | BinaryOp::Ne) { lang.eq } else { lang.ord };
        self.require(trait_, left_ty, crate::ty::Tys::EMPTY, span, Cause::Comparison);
        made
    }

    /// Two operands of one type; a one-character literal takes the other's.
    fn two_operands(&mut self, left: ast::ExprId, right: ast::ExprId) -> (ExprId, ExprId) {
        let right_first =
            (self.is_short_str(left) && !self.is_short_str(right)) || self.is_open_literal(left);
        if right_first {
            let r = self.expr(right, Expect::Any);
            let ty = self.ty(r);
            let l = self.expr(left, Expect::Hint(ty));
            (l, r)
        } else {
            let l = self.expr(left, Expect::Any);
            let ty = self.ty(l);
            let r = self.expr(right, Expect::Hint(ty));
            (l, r)
        }
    }

    /// Literals that take their type from the other side.
    fn is_open_literal(&self, id: ast::ExprId) -> bool {
        matches!(self.f.ast.expr(self.unwrapped(id)), Tree::Nil)
    }

    fn not_comparable(&mut self, op: BinaryOp, left: ExprId, right: ExprId, span: Span) {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let (a, b) = (self.show(left_ty), self.show(right_ty));
        let mut diag = Diagnostic::error(
            &codes::COMPARISON,
            span,
            format!("`{a}` and `{b}` cannot be compared"),
        )
        .label(format!("`{a}` {} `{b}`", op.text()));
        let option_of = |this: &Self, option: Ty, other: Ty| {
            this.as_option(option).is_some_and(|inner| this.table.compatible(inner, other))
        };
        if option_of(self, left_ty, right_ty) && !self.is_none(left) {
            let text = self.snippet(self.span(right)).to_owned();
            diag = diag.suggest(
                "compare with an option",
                self.span(right),
                format!("Some({text})"),
                Applicability::Maybe,
            );
        } else if option_of(self, right_ty, left_ty) && !self.is_none(right) {
            let text = self.snippet(self.span(left)).to_owned();
            diag = diag.suggest(
                "compare with an option",
                self.span(left),
                format!("Some({text})"),
                Applicability::Maybe,
            );
        } else if self.is_none(right) || self.is_none(left) {
            diag = diag.note(format!(
                "only options can be `None`, and `{}` is none",
                if self.is_none(right) { &a } else { &b }
            ));
        } else if self.is_number(left_ty) && self.is_number(right_ty) {
            let float =
                |ty: Ty| matches!(self.operand(ty), Operand::Float | Operand::FloatLiteral(_));
            let (side, ty, to) =
                if float(left_ty) { (right, left_ty, &a) } else { (left, right_ty, &b) };
            // A literal has no type of its own yet.
            let to = if matches!(self.table.kind(ty), TyKind::Float(_) | TyKind::Int(_)) {
                to.as_str()
            } else if float(ty) {
                "f64"
            } else {
                "i64"
            };
            let text = format!("{} as {to}", self.operand_text(side));
            let span = self.span(side);
            diag = diag.suggest("convert one side", span, text, Applicability::Maybe);
        } else {
            let sides = [(left, right_ty), (right, left_ty)];
            let quoted = sides.into_iter().find_map(|(side, other)| {
                let ExprKind::Str(text) = self.f.body.exprs[side].kind else { return None };
                let text = self.text(text);
                let fits = self.is_number(other) && text.parse::<f64>().is_ok();
                fits.then(|| (self.span(side), text))
            });
            let shown = sides.into_iter().find(|(side, other)| {
                self.is_number(self.ty(*side)) && self.table.kind(*other) == TyKind::Str
            });
            if let Some((span, text)) = quoted {
                let message = "write the number without quotes";
                diag = diag.suggest(message, span, text, Applicability::Maybe);
            } else if let Some((side, _)) = shown {
                let text = format!("{}.to_str()", self.operand_text(side));
                let span = self.span(side);
                diag = diag.suggest("make text of it", span, text, Applicability::Maybe);
            }
        }
        self.error(diag);
    }

    pub(super) fn is_none(&self, id: ExprId) -> bool {
        let expr = &self.f.body.exprs[id];
        matches!(expr.kind, ExprKind::Construct { fields, .. } if fields.len == 0)
            && self.as_option(expr.ty).is_some()
    }

    pub(crate) fn is_number(&self, ty: Ty) -> bool {
        matches!(
            self.operand(ty),
            Operand::Int | Operand::Float | Operand::IntLiteral(_) | Operand::FloatLiteral(_)
        )
    }

    /// `a is b`
    pub(super) fn identity(&mut self, left: ast::ExprId, right: ast::ExprId, span: Span) -> ExprId {
        let (l, r) = self.two_operands(left, right);
        let (left_ty, right_ty) = (self.ty(l), self.ty(r));
        let op = BinaryOp::Is;
        let made = self.push(ExprKind::Binary { op, left: l, right: r }, Ty::BOOL, span);
        if left_ty == Ty::ERROR || right_ty == Ty::ERROR {
            return made;
        }
        if !self.table.unify(left_ty, right_ty) {
            self.not_comparable(op, l, r, span);
            return made;
        }
        self.oblige(Obligation::Identity { ty: left_ty, left: l, right: r, span });
        made
    }

    /// Checks the operands' type of an `is`.
    pub(crate) fn settle_identity(&mut self, ty: Ty, left: ExprId, right: ExprId, span: Span) {
        let inner = self.as_option(ty).unwrap_or(ty);
        let class = match self.table.kind(inner) {
            TyKind::Adt(adt, _) => self.program.adts[adt].kind == AdtKind::Class,
            TyKind::Error | TyKind::Never => true,
            _ => false,
        };
        if class {
            return;
        }
        let shown = self.show(ty);
        let text =
            format!("{} == {}", self.snippet(self.span(left)), self.snippet(self.span(right)));
        let diag = Diagnostic::error(
            &codes::IDENTITY,
            span,
            format!("`is` compares instances of classes, and `{shown}` is a value"),
        )
        .label("values have no identity")
        .suggest("values are compared by `==`", span, text, Applicability::Certain);
        self.error(diag);
    }
}
