//! The end of a group: what is still open takes its default.

use simple_syntax::ast::{BinaryOp, UnaryOp};

use super::Obligation;
use crate::body::*;
use crate::def::*;
use crate::infer::Infer;
use crate::infer::bounds::Cause;
use crate::infer::operator::Resolution;
use crate::infer::table::{Table, Var, VarKind};
use crate::ty::Ty;

impl Infer<'_> {
    /// Whether nothing but bounds waits for a variable.
    pub(crate) fn only_bounds_wait(&self, var: Var) -> bool {
        self.obligations.iter().flatten().all(|pending| match &pending.obligation {
            Obligation::Bound { ty, .. } => {
                self.table.as_var(*ty) == Some(var) || !self.mentions_var(*ty, var)
            }
            other => !self.waits_on(pending.number, other, var),
        })
    }

    fn mentions_var(&self, ty: Ty, var: Var) -> bool {
        let mut open = Vec::new();
        self.table.open_vars(ty, &mut open);
        open.contains(&var)
    }

    /// Whether an obligation of function `number`, once it is met, may say what
    /// a variable is.
    fn waits_on(&self, number: usize, obligation: &Obligation, var: Var) -> bool {
        let is = |ty: Ty| self.mentions_var(ty, var);
        let body = &self.body_numbered(number).body;
        let of = |exprs: &[ExprId]| exprs.iter().any(|expr| is(body.exprs[*expr].ty));
        match obligation {
            Obligation::Bound { ty, .. } => is(*ty),
            Obligation::Method { call, receiver, given, .. } => {
                of(&[*call, *receiver])
                    || given.iter().filter_map(|arg| arg.value).any(|value| of(&[value]))
            }
            Obligation::Field { field, base, .. } => of(&[*field, *base]),
            Obligation::Index { expr, base, index } => of(&[*expr, *base, *index]),
            Obligation::Operator { expr, left, right, .. } => of(&[*expr, *left, *right]),
            Obligation::Unary { expr, operand, .. } => of(&[*expr, *operand]),
            Obligation::Membership { value, container, .. } => of(&[*value, *container]),
            Obligation::Iterate { value, element } => of(&[*value]) || is(*element),
            Obligation::Try { expr, value, result } => of(&[*expr, *value]) || is(*result),
            Obligation::Cast { value, .. } | Obligation::Format { value, .. } => of(&[*value]),
            Obligation::Chain { chain, step } => of(&[*chain, *step]),
            Obligation::RangeElement { element, .. } => is(*element),
            Obligation::Identity { ty, .. } => is(*ty),
        }
    }

    /// Takes the bounds that wait for a variable: they become those of a
    /// generic parameter.
    pub(crate) fn take_bounds_of(&mut self, var: Var) -> Vec<TraitRef> {
        let mut bounds: Vec<TraitRef> = Vec::new();
        for slot in 0..self.obligations.len() {
            let Some(pending) = &self.obligations[slot] else { continue };
            let Obligation::Bound { trait_, ty, args, .. } = pending.obligation else { continue };
            if self.table.as_var(ty) != Some(var) {
                continue;
            }
            let reference = TraitRef { trait_, args };
            if !bounds.contains(&reference) {
                bounds.push(reference);
            }
            self.obligations[slot] = None;
        }
        bounds
    }

    /// Gives operators on types that nothing decides their usual meaning: both
    /// sides and the result have one type.
    pub(crate) fn default_operators_of(&mut self, numbers: &[usize]) {
        let here = self.f.number;
        for slot in 0..self.obligations.len() {
            let Some(pending) = &self.obligations[slot] else { continue };
            let number = pending.number;
            if !numbers.contains(&number) {
                continue;
            }
            match pending.obligation {
                Obligation::Operator { op, expr, left, right } => {
                    self.obligations[slot] = None;
                    self.enter(number);
                    self.default_operator(op, expr, left, right);
                }
                Obligation::Unary { op, expr, operand } => {
                    let ty = self.in_body(number, |this| this.ty(operand));
                    if self.table.as_var(ty).map(|var| self.table.var_kind(var))
                        != Some(VarKind::General)
                    {
                        continue;
                    }
                    self.obligations[slot] = None;
                    self.enter(number);
                    self.default_unary(op, expr, operand, ty);
                }
                _ => continue,
            }
            self.enter(here);
            self.solve_ready();
        }
    }

    fn default_operator(&mut self, op: BinaryOp, expr: ExprId, left: ExprId, right: ExprId) {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let open = |this: &Self, ty: Ty| {
            this.table.as_var(ty).is_some_and(|var| this.table.var_kind(var) == VarKind::General)
        };
        let shift = matches!(op, BinaryOp::Shl | BinaryOp::Shr);
        if open(self, left_ty) || open(self, right_ty) {
            if shift {
                for ty in [left_ty, right_ty] {
                    if open(self, ty) {
                        self.table.unify(ty, Ty::I64);
                    }
                }
            } else if !self.table.unify(left_ty, right_ty) {
                self.resolve_operator(op, expr, left, right);
                return;
            }
        }
        let ty = self.ty(left);
        if !open(self, ty) {
            if let Resolution::Stuck(var) = self.resolve_operator(op, expr, left, right) {
                self.wait_for(var, Obligation::Operator { op, expr, left, right });
            }
            return;
        }
        let lang = &self.program.lang;
        let (trait_, name) = match op {
            BinaryOp::Add => (lang.add, simple_source::sym::ADD),
            BinaryOp::Sub => (lang.sub, simple_source::sym::SUB),
            BinaryOp::Mul => (lang.mul, simple_source::sym::MUL),
            BinaryOp::Div => (lang.div, simple_source::sym::DIV),
            BinaryOp::Rem => (lang.rem, simple_source::sym::REM),
            _ => {
                // Bits and powers are of integers.
                self.table.unify(ty, Ty::I64);
                self.resolve_operator(op, expr, left, right);
                return;
            }
        };
        let result = self.f.body.exprs[expr].ty;
        self.table.unify(result, ty);
        let span = self.span(expr);
        let args = self.table.make_list(&[ty, ty]);
        let kind = self.trait_call(trait_, name, ty, args, &[left, right]);
        self.f.body.exprs[expr].kind = kind;
        self.require(trait_, ty, args, span, Cause::Operator);
    }

    fn default_unary(&mut self, op: UnaryOp, expr: ExprId, operand: ExprId, ty: Ty) {
        let result = self.f.body.exprs[expr].ty;
        if op == UnaryOp::BitNot {
            self.table.unify(ty, Ty::I64);
            self.table.unify(result, ty);
            return;
        }
        let trait_ = self.program.lang.neg;
        self.table.unify(result, ty);
        let span = self.span(expr);
        let args = self.table.make_list(&[ty]);
        let kind = self.trait_call(trait_, simple_source::sym::NEG, ty, args, &[operand]);
        self.f.body.exprs[expr].kind = kind;
        self.require(trait_, ty, args, span, Cause::Operator);
    }

    /// Gives open number literals the type that they have where nothing
    /// decides.
    pub(crate) fn default_literals(&mut self, from: u32) {
        for number in from..self.table.var_count() {
            let var = Table::var_ty(Var(number));
            match self.table.as_var(var) {
                Some(open) if open == Var(number) => {}
                _ => continue,
            }
            match self.table.var_kind(Var(number)) {
                VarKind::Int => self.table.unify(var, Ty::I64),
                VarKind::Float => self.table.unify(var, Ty::F64),
                VarKind::General | VarKind::Rigid => continue,
            };
        }
        self.solve_ready();
    }

    /// Settles what can still be settled when all bodies of the group were
    /// looked at.
    pub(crate) fn settle_group(&mut self) {
        self.solve_ready();
        // Literals that receivers, operands and casts wait for.
        self.default_literals(0);
        let all: Vec<usize> = (0..self.bodies.len()).collect();
        // Each operator may decide types that others wait for.
        for _ in 0..4 {
            self.default_operators_of(&all);
            self.default_literals(0);
        }
        // A result that is one of the parameters is decided by what is passed.
        let mut passed: Vec<Var> = Vec::new();
        if !self.unit_unless_decided.is_empty() {
            for number in all {
                let params: Vec<Ty> =
                    self.body_numbered(number).params.iter().map(|param| param.ty).collect();
                params.into_iter().for_each(|ty| self.table.open_vars(ty, &mut passed));
            }
        }
        for ty in std::mem::take(&mut self.unit_unless_decided) {
            if let Some(var) = self.table.as_var(ty)
                && self.table.var_kind(var) == VarKind::General
                && !passed.contains(&var)
            {
                self.table.unify(ty, Ty::UNIT);
            }
        }
        self.solve_ready();
    }
}
