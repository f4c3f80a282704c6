//! Arithmetic, shifts and bits: by the compiler on numbers, by traits on the rest.

use simple_source::{Diagnostic, Span, Symbol, sym};
use simple_syntax::ast::{self, BinaryOp};

use super::Resolution;
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::infer::Infer;
use crate::infer::bounds::Cause;
use crate::infer::expect::{Expect, Why};
use crate::infer::obligation::Obligation;
use crate::infer::table::{NumberClass, Var, VarKind};
use crate::ty::{Ty, TyKind};

/// What the type of an operand is to arithmetic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operand {
    Int,
    Float,
    /// A literal whose type is open.
    IntLiteral(Var),
    FloatLiteral(Var),
    /// A parameter bounded by a trait of numbers.
    Number(NumberClass),
    Str,
    List,
    Open(Var),
    Never,
    Error,
    Other,
}

impl<'p> Infer<'p> {
    pub(super) fn operand(&self, ty: Ty) -> Operand {
        match self.table.kind(ty) {
            TyKind::Int(_) => Operand::Int,
            TyKind::Float(_) => Operand::Float,
            TyKind::Str => Operand::Str,
            TyKind::List(_) => Operand::List,
            TyKind::Never => Operand::Never,
            TyKind::Error => Operand::Error,
            TyKind::Param(index, _) => match self.table.class(index) {
                NumberClass::None => Operand::Other,
                class => Operand::Number(class),
            },
            TyKind::Infer(var) => match self.table.var_kind(Var(var)) {
                VarKind::General => Operand::Open(Var(var)),
                VarKind::Int => Operand::IntLiteral(Var(var)),
                VarKind::Float => Operand::FloatLiteral(Var(var)),
                VarKind::Rigid => Operand::Other,
            },
            _ => Operand::Other,
        }
    }

    /// Whether the right side of `place op= value` plainly has the place's type.
    pub(crate) fn is_plain_operand(&self, op: BinaryOp, ty: Ty) -> bool {
        match self.operand(ty) {
            Operand::Int | Operand::Float => {
                self.operator_trait(op).is_none_or(|trait_| !self.has_overloads(trait_, ty))
            }
            Operand::Number(_) | Operand::IntLiteral(_) | Operand::FloatLiteral(_) => true,
            Operand::Str | Operand::List => op == BinaryOp::Add,
            _ => false,
        }
    }

    pub(super) fn operator_trait(&self, op: BinaryOp) -> Option<TraitId> {
        let lang = &self.program.lang;
        Some(match op {
            BinaryOp::Add => lang.add,
            BinaryOp::Sub => lang.sub,
            BinaryOp::Mul => lang.mul,
            BinaryOp::Div => lang.div,
            BinaryOp::Rem => lang.rem,
            _ => return None,
        })
    }

    /// Whether a number type has impls of an operator's trait beside the one
    /// that all numbers have.
    fn has_overloads(&self, trait_: TraitId, ty: Ty) -> bool {
        crate::select::Head::of(self.table.kind(ty)).is_some_and(|head| {
            self.program.session.tables.impls.get(&(trait_, head)).is_some_and(|impls| {
                impls
                    .iter()
                    .any(|impl_| !self.program.is_library(self.program.impls[*impl_].module))
            })
        })
    }

    pub(super) fn arithmetic(
        &mut self,
        op: BinaryOp,
        left: ast::ExprId,
        right: ast::ExprId,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        let number_hint = hint.filter(|hint| {
            matches!(
                self.operand(*hint),
                Operand::Int
                    | Operand::Float
                    | Operand::IntLiteral(_)
                    | Operand::FloatLiteral(_)
                    | Operand::Number(_)
            ) || (op == BinaryOp::Add && self.operand(*hint) == Operand::List)
        });
        let l = self.expr(left, number_hint.map_or(Expect::Any, Expect::Hint));
        let left_ty = self.ty(l);
        let shift = matches!(op, BinaryOp::Shl | BinaryOp::Shr);
        let expect = match self.operand(left_ty) {
            _ if shift => Expect::Any,
            Operand::Other => self.expected_right(op, left_ty),
            _ => Expect::Hint(left_ty),
        };
        let r = self.expr(right, expect);
        let result = self.fresh(span);
        let expr = self.push(ExprKind::Binary { op, left: l, right: r }, result, span);
        if let Resolution::Stuck(var) = self.resolve_operator(op, expr, l, r) {
            self.wait_for(var, Obligation::Operator { op, expr, left: l, right: r });
        }
        expr
    }

    /// If a type has one impl of an operator's trait, its right type is
    /// expected of the right operand.
    fn expected_right(&mut self, op: BinaryOp, left_ty: Ty) -> Expect {
        let Some(trait_) = self.operator_trait(op) else { return Expect::Hint(left_ty) };
        match self.operator_args(trait_, left_ty) {
            Some(Some(args)) => Expect::Hint(self.table.part(args, 0)),
            _ => Expect::Any,
        }
    }

    /// The operator of `place op= value`.
    pub(crate) fn assign_operator(
        &mut self,
        op: BinaryOp,
        place: ExprId,
        value: ExprId,
        span: Span,
    ) {
        let result = self.fresh(span);
        let expr = self.push(ExprKind::Binary { op, left: place, right: value }, result, span);
        let want = self.ty(place);
        let expr_failed = self.diags.len();
        if let Resolution::Stuck(var) = self.resolve_operator(op, expr, place, value) {
            self.wait_for(var, Obligation::Operator { op, expr, left: place, right: value });
        }
        let have = self.ty(expr);
        if self.diags.len() == expr_failed && !self.table.unify(have, want) {
            let (have, want) = (self.show(have), self.show(want));
            let diag = Diagnostic::error(
                &codes::MISMATCH,
                span,
                format!("the result is `{have}`, and the place holds `{want}`"),
            )
            .label(format!("cannot store a `{have}` there"));
            self.error(diag);
        }
        self.f.assign_ops.push((place, expr));
    }

    /// Decides what an operator does from the types of its operands.
    pub(crate) fn resolve_operator(
        &mut self,
        op: BinaryOp,
        expr: ExprId,
        left: ExprId,
        right: ExprId,
    ) -> Resolution {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let (l, r) = (self.operand(left_ty), self.operand(right_ty));
        if l == Operand::Error || r == Operand::Error {
            self.f.failed = true;
            return self.operator_result(expr, Ty::ERROR);
        }
        if l == Operand::Never || r == Operand::Never {
            return self.operator_result(expr, Ty::NEVER);
        }
        match op {
            BinaryOp::Shl | BinaryOp::Shr => self.shift(op, expr, left, right),
            BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor => {
                self.same_numbers(op, expr, left, right, true)
            }
            BinaryOp::Pow => self.same_numbers(op, expr, left, right, false),
            _ => self.plus_and_kind(op, expr, left, right),
        }
    }

    pub(super) fn operator_result(&mut self, expr: ExprId, ty: Ty) -> Resolution {
        let result = self.f.body.exprs[expr].ty;
        self.table.unify(result, ty);
        Resolution::Done
    }

    /// An operator on two numbers of one type.
    fn same_numbers(
        &mut self,
        op: BinaryOp,
        expr: ExprId,
        left: ExprId,
        right: ExprId,
        ints: bool,
    ) -> Resolution {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let number = |operand: Operand| match operand {
            Operand::Int | Operand::IntLiteral(_) => true,
            Operand::Number(NumberClass::Integer) => true,
            Operand::Float | Operand::FloatLiteral(_) | Operand::Number(_) => !ints,
            _ => false,
        };
        let (l, r) = (self.operand(left_ty), self.operand(right_ty));
        match (l, r) {
            (Operand::Open(var), Operand::Open(_)) => return Resolution::Stuck(var),
            (Operand::Open(_), other) | (other, Operand::Open(_)) if number(other) => {}
            (a, b) if number(a) && number(b) => {}
            _ => {
                self.operator_error(op, expr, left, right);
                return self.operator_result(expr, Ty::ERROR);
            }
        }
        if op == BinaryOp::Pow
            && l == Operand::Number(NumberClass::Integer)
            && matches!(r, Operand::Int | Operand::IntLiteral(_))
        {
            // In generic code the exponent may be any integer.
            return self.operator_result(expr, left_ty);
        }
        if !self.table.unify(left_ty, right_ty) {
            self.operator_error(op, expr, left, right);
            return self.operator_result(expr, Ty::ERROR);
        }
        if ints && self.table.as_var(left_ty).is_some() {
            // An open literal could still become a float.
            self.require_integer(left_ty, self.span(expr));
        }
        self.operator_result(expr, left_ty)
    }

    /// Requires that an open literal becomes an integer.
    pub(super) fn require_integer(&mut self, ty: Ty, span: Span) {
        let trait_ = self.program.lang.integer;
        self.require(trait_, ty, crate::ty::Tys::EMPTY, span, Cause::Operator);
    }

    fn shift(&mut self, op: BinaryOp, expr: ExprId, left: ExprId, right: ExprId) -> Resolution {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let whole = |operand: Operand| {
            matches!(
                operand,
                Operand::Int
                    | Operand::IntLiteral(_)
                    | Operand::Number(NumberClass::Integer)
                    | Operand::Open(_)
            )
        };
        let (l, r) = (self.operand(left_ty), self.operand(right_ty));
        if !whole(l) || !whole(r) {
            self.operator_error(op, expr, left, right);
            return self.operator_result(expr, Ty::ERROR);
        }
        if let Operand::Open(var) = l {
            return Resolution::Stuck(var);
        }
        if let Operand::Open(var) = r {
            return Resolution::Stuck(var);
        }
        if matches!(l, Operand::IntLiteral(_)) {
            self.require_integer(left_ty, self.span(left));
        }
        if matches!(r, Operand::IntLiteral(_)) {
            self.require_integer(right_ty, self.span(right));
        }
        self.operator_result(expr, left_ty)
    }

    /// `+ - * / %`
    fn plus_and_kind(
        &mut self,
        op: BinaryOp,
        expr: ExprId,
        left: ExprId,
        right: ExprId,
    ) -> Resolution {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let Some(trait_) = self.operator_trait(op) else {
            return self.operator_result(expr, Ty::ERROR);
        };
        let (l, r) = (self.operand(left_ty), self.operand(right_ty));
        match (l, r) {
            (Operand::Int | Operand::Float, Operand::Open(var)) => {
                if self.has_overloads(trait_, left_ty) {
                    return Resolution::Stuck(var);
                }
                self.table.unify(left_ty, right_ty);
                self.operator_result(expr, left_ty)
            }
            (
                Operand::Int
                | Operand::Float
                | Operand::IntLiteral(_)
                | Operand::FloatLiteral(_)
                | Operand::Number(_),
                Operand::Int
                | Operand::Float
                | Operand::IntLiteral(_)
                | Operand::FloatLiteral(_)
                | Operand::Number(_),
            ) => {
                if self.table.unify(left_ty, right_ty) {
                    return self.operator_result(expr, left_ty);
                }
                if self.has_overloads(trait_, left_ty) {
                    return self.overloaded(op, trait_, expr, left, right);
                }
                self.mixed_numbers(op, expr, left, right);
                self.operator_result(expr, Ty::ERROR)
            }
            (Operand::Number(_), Operand::Open(_)) => {
                self.table.unify(left_ty, right_ty);
                self.operator_result(expr, left_ty)
            }
            (Operand::Open(var), _) => Resolution::Stuck(var),
            (Operand::IntLiteral(_) | Operand::FloatLiteral(_), Operand::Open(var)) => {
                Resolution::Stuck(var)
            }
            (Operand::Str | Operand::List, Operand::Open(_))
            | (Operand::Str, Operand::Str)
            | (Operand::List, Operand::List)
                if op == BinaryOp::Add =>
            {
                if self.table.unify(left_ty, right_ty) {
                    return self.operator_result(expr, left_ty);
                }
                self.operator_error(op, expr, left, right);
                self.operator_result(expr, Ty::ERROR)
            }
            (Operand::IntLiteral(_) | Operand::FloatLiteral(_), Operand::Other) => {
                self.literal_left(op, trait_, expr, left, right)
            }
            _ => self.overloaded(op, trait_, expr, left, right),
        }
    }

    /// `2 * v`: the impl for a number type whose right type is that of `v`
    /// tells what the literal is.
    fn literal_left(
        &mut self,
        op: BinaryOp,
        trait_: TraitId,
        expr: ExprId,
        left: ExprId,
        right: ExprId,
    ) -> Resolution {
        let program = self.program;
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let mut found: Vec<Ty> = Vec::new();
        for &impl_ in program.impls_of.get(&trait_).into_iter().flatten() {
            let def = &program.impls[impl_];
            let is_number =
                matches!(program.types.kind(def.self_ty), TyKind::Int(_) | TyKind::Float(_));
            let Some(reference) = def.trait_.filter(|_| is_number) else { continue };
            if !self.table.compatible(left_ty, def.self_ty) {
                continue;
            }
            let args: Vec<Ty> =
                def.generics.params.iter().map(|_| self.fresh(Span::NONE)).collect();
            let list = self.table.substitute_list(reference.args, &args);
            let rhs = self.table.part(list, 0);
            if self.table.compatible(rhs, right_ty) {
                found.push(def.self_ty);
            }
        }
        let float_first = found.iter().find(|ty| **ty == Ty::F64).copied();
        let pick = match found.as_slice() {
            [one] => Some(*one),
            [] => None,
            many => many.iter().find(|ty| **ty == Ty::I64).copied().or(float_first),
        };
        match pick {
            Some(ty) => {
                self.table.unify(left_ty, ty);
                self.overloaded(op, trait_, expr, left, right)
            }
            None => {
                self.operator_error(op, expr, left, right);
                self.operator_result(expr, Ty::ERROR)
            }
        }
    }

    /// An operator by an impl of its trait.
    fn overloaded(
        &mut self,
        op: BinaryOp,
        trait_: TraitId,
        expr: ExprId,
        left: ExprId,
        right: ExprId,
    ) -> Resolution {
        let span = self.span(expr);
        let left_ty = self.ty(left);
        let Some(candidates) = self.operator_args(trait_, left_ty) else {
            self.operator_error(op, expr, left, right);
            return self.operator_result(expr, Ty::ERROR);
        };
        let (right, args) = match candidates {
            Some(args) => {
                let want = self.table.part(args, 0);
                let have = self.ty(right);
                if !self.table.compatible(have, want) {
                    self.operator_error(op, expr, left, right);
                    return self.operator_result(expr, Ty::ERROR);
                }
                (self.coerce(right, want, Why::Plain), args)
            }
            None => {
                let have = self.ty(right);
                if let Operand::Open(var) = self.operand(have) {
                    return Resolution::Stuck(var);
                }
                let out = self.fresh(span);
                let args = self.table.make_list(&[have, out]);
                let found = self.find_impls(trait_, left_ty, args, 0);
                let by_bound =
                    matches!(self.table.kind(left_ty), TyKind::Param(..) | TyKind::Infer(_));
                if found.is_empty() && !by_bound {
                    self.operator_error(op, expr, left, right);
                    return self.operator_result(expr, Ty::ERROR);
                }
                (right, args)
            }
        };
        self.require(trait_, left_ty, args, span, Cause::Operator);
        let result = self.table.part(args, 1);
        let name = match op {
            BinaryOp::Add => sym::ADD,
            BinaryOp::Sub => sym::SUB,
            BinaryOp::Mul => sym::MUL,
            BinaryOp::Div => sym::DIV,
            _ => sym::REM,
        };
        let kind = self.trait_call(trait_, name, left_ty, args, &[left, right]);
        self.f.body.exprs[expr].kind = kind;
        self.operator_result(expr, result)
    }

    /// A call of a trait's method of a name.
    pub(crate) fn trait_call(
        &mut self,
        trait_: TraitId,
        name: Symbol,
        self_ty: Ty,
        args: crate::ty::Tys,
        values: &[ExprId],
    ) -> ExprKind {
        let program = self.program;
        let method = program.traits[trait_]
            .methods
            .iter()
            .copied()
            .find(|method| program.functions[*method].name == name);
        let Some(method) = method else {
            self.f.failed = true;
            return ExprKind::Error;
        };
        let mut all = vec![self_ty];
        all.extend_from_slice(self.table.list(args));
        let args = self.table.make_list(&all);
        let made: Vec<Arg> = values
            .iter()
            .enumerate()
            .map(|(param, value)| Arg { param: param as u32, mutable: false, value: *value })
            .collect();
        let list = self.f.body.add_list(&made);
        ExprKind::Call { callee: Callee::Method(MethodRef { trait_, method, args }), args: list }
    }
}
