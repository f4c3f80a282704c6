//! `-x`, `~x`, `not x`.

use simple_source::{Diagnostic, Span, sym};
use simple_syntax::ast::{self, Expr as Tree, UnaryOp};

use super::Resolution;
use super::arithmetic::Operand;
use crate::body::*;
use crate::codes;
use crate::infer::Infer;
use crate::infer::bounds::Cause;
use crate::infer::expect::Expect;
use crate::infer::obligation::Obligation;
use crate::infer::table::NumberClass;
use crate::ty::{Ty, TyKind};

impl<'p> Infer<'p> {
    /// `-x`, `~x`, `not x`
    pub(crate) fn unary(
        &mut self,
        op: UnaryOp,
        operand: ast::ExprId,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        if op == UnaryOp::Not {
            let errors = self.diags.len();
            let operand = self.condition(operand);
            if self.diags.len() == errors + 1 {
                self.meant_opposite(errors, span);
            }
            return self.push(ExprKind::Unary { op, operand }, Ty::BOOL, span);
        }
        if op == UnaryOp::Neg {
            match *self.f.ast.expr(operand) {
                Tree::Int { value, suffix } => {
                    return self.int_literal(value, suffix, true, hint, span);
                }
                Tree::Float { value, suffix } => {
                    return self.float_literal(value, suffix, true, hint, span);
                }
                _ => {}
            }
        }
        let hint = hint.filter(|hint| self.is_number(*hint));
        let operand = self.expr(operand, hint.map_or(Expect::Any, Expect::Hint));
        let result = self.fresh(span);
        let expr = self.push(ExprKind::Unary { op, operand }, result, span);
        if let Resolution::Stuck(var) = self.resolve_unary(op, expr, operand) {
            self.wait_for(var, Obligation::Unary { op, expr, operand });
        }
        expr
    }

    /// Decides what a unary operator does.
    pub(crate) fn resolve_unary(
        &mut self,
        op: UnaryOp,
        expr: ExprId,
        operand: ExprId,
    ) -> Resolution {
        let ty = self.ty(operand);
        let span = self.span(expr);
        match (op, self.operand(ty)) {
            (_, Operand::Error) => return self.operator_result(expr, Ty::ERROR),
            (_, Operand::Never) => return self.operator_result(expr, Ty::NEVER),
            (_, Operand::Open(var)) => return Resolution::Stuck(var),
            (UnaryOp::BitNot, Operand::Int | Operand::Number(NumberClass::Integer)) => {
                return self.operator_result(expr, ty);
            }
            (UnaryOp::BitNot, Operand::IntLiteral(_)) => {
                self.require_integer(ty, span);
                return self.operator_result(expr, ty);
            }
            (UnaryOp::Neg, Operand::Int) => {
                let unsigned = matches!(self.table.kind(ty), TyKind::Int(int) if crate::infer::literal::int_range(int).0 == 0);
                if !unsigned {
                    return self.operator_result(expr, ty);
                }
                let shown = self.show(ty);
                let diag = Diagnostic::error(
                    &codes::OPERATOR,
                    span,
                    format!("`-` needs a signed number, and this is `{shown}`"),
                )
                .label(format!("`{shown}` has no values below zero"));
                self.error(diag);
                return self.operator_result(expr, Ty::ERROR);
            }
            (UnaryOp::Neg, Operand::IntLiteral(var)) => {
                // Decided when it is known whether the type has a sign.
                let result = self.f.body.exprs[expr].ty;
                self.table.unify(result, ty);
                return Resolution::Stuck(var);
            }
            (UnaryOp::Neg, Operand::Float | Operand::FloatLiteral(_) | Operand::Number(_)) => {
                return self.operator_result(expr, ty);
            }
            _ => {}
        }
        if op == UnaryOp::Neg {
            let trait_ = self.program.lang.neg;
            if let Some(candidates) = self.operator_args(trait_, ty) {
                let args = match candidates {
                    Some(args) => args,
                    None => {
                        let out = self.fresh(span);
                        self.table.make_list(&[out])
                    }
                };
                self.require(trait_, ty, args, span, Cause::Operator);
                let result = self.table.part(args, 0);
                let kind = self.trait_call(trait_, sym::NEG, ty, args, &[operand]);
                self.f.body.exprs[expr].kind = kind;
                return self.operator_result(expr, result);
            }
        }
        let shown = self.show(ty);
        let text = if op == UnaryOp::Neg { "-" } else { "~" };
        let needs = if op == UnaryOp::Neg { "a number" } else { "an integer" };
        let diag = Diagnostic::error(
            &codes::OPERATOR,
            span,
            format!("`{text}` needs {needs}, and this is `{shown}`"),
        )
        .label(format!("`{text}` on `{shown}`"));
        self.error(diag);
        self.operator_result(expr, Ty::ERROR)
    }
}
