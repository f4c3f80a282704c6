//! What is said of operands that do not fit their operator.

use simple_source::{Applicability, Diagnostic};
use simple_syntax::ast::BinaryOp;

use super::arithmetic::Operand;
use crate::body::*;
use crate::codes;
use crate::infer::Infer;
use crate::infer::table::{Var, VarKind};
use crate::ty::{Ty, TyKind};

impl<'p> Infer<'p> {
    /// Two numbers of different types.
    pub(super) fn mixed_numbers(
        &mut self,
        op: BinaryOp,
        expr: ExprId,
        left: ExprId,
        right: ExprId,
    ) {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let (a, b) = (self.show(left_ty), self.show(right_ty));
        let span = self.span(expr);
        let mut diag = Diagnostic::error(
            &codes::MISMATCH,
            span,
            format!("`{}` needs two numbers of one type, and these are `{a}` and `{b}`", op.text()),
        )
        .label(format!("`{a}` {} `{b}`", op.text()));
        // The narrower one is converted.
        let wide = |ty: Ty| match self.table.kind(ty) {
            TyKind::Int(int) => crate::infer::literal::int_range(int).1,
            _ if matches!(self.operand(ty), Operand::Float | Operand::FloatLiteral(_)) => i128::MAX,
            _ => 0,
        };
        let (side, to) = if wide(left_ty) < wide(right_ty) { (left, b) } else { (right, a) };
        let text = self.operand_text(side);
        // `as` binds more loosely than `**`.
        let converted = match op {
            BinaryOp::Pow => format!("({text} as {to})"),
            _ => format!("{text} as {to}"),
        };
        diag =
            diag.suggest("convert one of them", self.span(side), converted, Applicability::Maybe);
        self.error(diag);
    }

    /// An operator that the types of its operands do not have.
    pub(super) fn operator_error(
        &mut self,
        op: BinaryOp,
        expr: ExprId,
        left: ExprId,
        right: ExprId,
    ) {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let span = self.span(expr);
        // An option that should have been opened is its own mistake.
        for (side, ty, other) in [(left, left_ty, right_ty), (right, right_ty, left_ty)] {
            if let Some(inner) = self.as_option(ty)
                && (self.table.compatible(inner, other) || self.is_number(inner))
            {
                let shown = self.show(ty);
                let operand = self.operand_text(side);
                let default = self.default_text(inner);
                let mut diag = Diagnostic::error(
                    &codes::OPTION_AS_VALUE,
                    self.span(side),
                    format!("`{}` needs a value, and this is the option `{shown}`", op.text()),
                )
                .label("this may be `None`")
                .note("`??`, `?`, `match` and `.unwrap()` are ways to the value");
                if let Some(default) = default {
                    diag = diag.suggest(
                        "give a value for the case that it is `None`",
                        self.span(side),
                        format!("({operand} ?? {default})"),
                        Applicability::Maybe,
                    );
                }
                self.error(diag);
                return;
            }
        }
        if self.is_number(left_ty) && self.is_number(right_ty) {
            let mixed = !self.table.compatible(left_ty, right_ty);
            if mixed {
                self.mixed_numbers(op, expr, left, right);
                return;
            }
        }
        if self.operator_trait(op).is_some_and(|trait_| self.has_lost_impl(trait_)) {
            self.f.failed = true;
            return;
        }
        let (a, b) = (self.show(left_ty), self.show(right_ty));
        let text = op.text();
        let (left_text, right_text) = (self.operand_text(left), self.operand_text(right));
        let mut diag =
            Diagnostic::error(&codes::OPERATOR, span, format!("`{a}` {text} `{b}` does not exist"))
                .label(format!("`{text}` on `{a}` and `{b}`"));
        let (l, r) = (self.table.kind(left_ty), self.table.kind(right_ty));
        let result = self.program.lang.result;
        let is_result = |kind| matches!(kind, TyKind::Adt(adt, _) if adt == result);
        let whole_left = self.snippet(self.span(left));
        let param = match l {
            TyKind::Param(_, name) => Some(self.text(name).to_owned()),
            TyKind::Infer(var) if self.table.var_kind(Var(var)) == VarKind::Rigid => {
                Some(a.clone())
            }
            _ => None,
        };
        let trait_name =
            self.operator_trait(op).map(|trait_| self.text(self.program.traits[trait_].name));
        diag = match (op, l, r) {
            (BinaryOp::Add, TyKind::Str, _) if r != TyKind::Str => {
                let literal = whole_left.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
                match literal {
                    Some(literal) => diag.suggest(
                        "text takes values in braces",
                        span,
                        format!("\"{literal}{{{}}}\"", self.snippet(self.span(right))),
                        Applicability::Maybe,
                    ),
                    None => diag.suggest(
                        "make text of it",
                        self.span(right),
                        format!("{right_text}.to_str()"),
                        Applicability::Maybe,
                    ),
                }
            }
            (BinaryOp::Add, _, TyKind::Str) => diag.suggest(
                "make text of it",
                self.span(left),
                format!("{left_text}.to_str()"),
                Applicability::Maybe,
            ),
            (BinaryOp::Mul, TyKind::Str, _) => diag.suggest(
                "text is repeated by a method",
                span,
                format!("{left_text}.repeat({})", self.snippet(self.span(right))),
                Applicability::Maybe,
            ),
            (BinaryOp::Mul, TyKind::List(_), _) => {
                let element = whole_left.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
                match element {
                    Some(element) => diag.suggest(
                        "a list of one value many times is",
                        span,
                        format!("[{element}; {}]", self.snippet(self.span(right))),
                        Applicability::Maybe,
                    ),
                    None => diag,
                }
            }
            (BinaryOp::Rem, TyKind::Str, _) => {
                diag.note("text takes values in braces: `\"{name} is {age:.1f}\"`")
            }
            (BinaryOp::BitAnd, TyKind::Bool, TyKind::Bool) => diag.suggest(
                "bools are combined by words",
                span,
                format!("{left_text} and {right_text}"),
                Applicability::Certain,
            ),
            (BinaryOp::BitOr, TyKind::Bool, TyKind::Bool) => diag.suggest(
                "bools are combined by words",
                span,
                format!("{left_text} or {right_text}"),
                Applicability::Certain,
            ),
            (BinaryOp::BitXor, TyKind::Bool, TyKind::Bool) => diag.suggest(
                "bools that differ are",
                span,
                format!("{left_text} != {right_text}"),
                Applicability::Certain,
            ),
            (BinaryOp::Add | BinaryOp::Sub, TyKind::Char, _) => diag.note(format!(
                "a `char` is no number: `({left_text} as u32 {text} ...)` is, \
                 and `char.from_u32(n)` gives the way back"
            )),
            _ => match (&param, trait_name) {
                (Some(param), Some(trait_name)) => {
                    diag.code = &codes::MISSING_BOUND;
                    diag.message = format!(
                        "the type parameter `{param}` needs the bound `{param}: {trait_name}` for `{text}`"
                    );
                    self.offer_bound(diag, param, trait_name)
                }
                (None, _) if is_result(l) || is_result(r) => {
                    diag.note("`?`, `match` and `.unwrap()` are ways to the value of a `Result`")
                }
                (None, Some(trait_name)) if matches!(l, TyKind::Adt(..)) => {
                    diag.note(format!("`impl {trait_name} for {a}:` would define it"))
                }
                _ => diag,
            },
        };
        self.error(diag);
    }
}
