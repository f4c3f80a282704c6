//! Expressions and statements.

use simple_hir as hir;
use simple_hir::{ExprId, ExprKind, FloatTy, StmtKind, Ty, TyKind};

use simple_syntax::ast::BinaryOp;

use super::function::FunctionLowerer;
use super::instance::Instance;
use super::places::Access;
use super::types::int_type;
use crate::function::*;

/// How far [`FunctionLowerer::is_pure`] looks into an expression.
const PURITY_DEPTH: u32 = 8;

impl FunctionLowerer<'_, '_, '_> {
    /// Evaluates an expression for what it does.
    pub(crate) fn effect(&mut self, id: ExprId) {
        let expr = self.expr_of(id);
        match expr.kind {
            ExprKind::Block { stmts, tail } => {
                let living = self.living.len();
                self.statements(stmts);
                if let Some(tail) = tail {
                    self.effect(tail);
                }
                self.end_lives(living);
            }
            ExprKind::If { condition, then, otherwise } => {
                self.lower_if(condition, then, otherwise, None);
            }
            ExprKind::Match { value, arms } => self.lower_match(value, arms, None),
            ExprKind::Local(_) | ExprKind::Unit | ExprKind::Int(_) => {}
            _ => {
                self.operand(id);
            }
        }
    }

    /// Evaluates an expression into `dest`, which nothing in the expression
    /// looks at.
    pub(crate) fn into(&mut self, id: ExprId, dest: Place) {
        let expr = self.expr_of(id);
        match expr.kind {
            ExprKind::Block { stmts, tail } => {
                let living = self.living.len();
                self.statements(stmts);
                match tail {
                    Some(tail) => self.into(tail, dest),
                    None => self.store_unit(dest),
                }
                self.end_lives(living);
            }
            ExprKind::If { condition, then, otherwise } => {
                self.lower_if(condition, then, otherwise, Some(dest));
            }
            ExprKind::Match { value, arms } => self.lower_match(value, arms, Some(dest)),
            ExprKind::Call { callee, args } => {
                let outer = self.b.set_span(expr.span);
                self.call(callee, args, expr.ty, Some(dest));
                self.b.set_span(outer);
            }
            _ => {
                let value = self.rvalue(id);
                let outer = self.b.set_span(expr.span);
                self.b.assign(dest, value);
                self.b.set_span(outer);
            }
        }
    }

    fn store_unit(&mut self, dest: Place) {
        self.b.assign(dest, Rvalue::Use(Operand::Const(Const::Unit)));
    }

    /// Evaluates an expression. If the result is a place, it is read when the
    /// operand is used: see [`FunctionLowerer::operands`].
    pub(crate) fn operand(&mut self, id: ExprId) -> Operand {
        let expr = self.expr_of(id);
        if let Some(constant) = self.constant_operand(&expr) {
            return Operand::Const(constant);
        }
        match expr.kind {
            ExprKind::Local(local) => Operand::Copy(self.place_of(local)),
            ExprKind::Field { base, index } if self.is_weak_field(base, index) => {
                let rvalue = self.rvalue(id);
                let ty = self.ty(expr.ty);
                self.b.temp_from(ty, rvalue)
            }
            ExprKind::Const(constant) if self.shared.const_slots.contains_key(&constant) => {
                let plan = self.plan(id);
                Operand::Copy(self.realise(&plan, Access::Read))
            }
            ExprKind::Global(_)
            | ExprKind::Field { .. }
            | ExprKind::ListIndex { .. }
            | ExprKind::DictIndex { .. } => {
                let plan = self.plan(id);
                Operand::Copy(self.realise(&plan, Access::Read))
            }
            ExprKind::Block { stmts, tail: Some(tail) } => {
                let living = self.living.len();
                self.statements(stmts);
                let value = self.operand(tail);
                self.end_lives(living);
                value
            }
            _ => {
                let outer = self.b.set_span(expr.span);
                let value = match self.kind(expr.ty) {
                    TyKind::Unit | TyKind::Never => {
                        self.unit_effect(id);
                        Operand::Const(Const::Unit)
                    }
                    _ => {
                        let ty = self.ty(expr.ty);
                        let temp = Place::local(self.b.temp(ty));
                        self.into(id, temp);
                        Operand::Copy(temp)
                    }
                };
                self.b.set_span(outer);
                value
            }
        }
    }

    /// Evaluates an expression without a value worth keeping.
    fn unit_effect(&mut self, id: ExprId) {
        let expr = self.expr_of(id);
        match expr.kind {
            ExprKind::Call { callee, args } => self.call(callee, args, expr.ty, None),
            ExprKind::If { .. } | ExprKind::Match { .. } | ExprKind::Block { .. } => {
                self.effect(id);
            }
            _ => {
                // The value is unit; what makes it may still do something.
                let _ = self.rvalue(id);
            }
        }
    }

    fn constant_operand(&mut self, expr: &hir::Expr) -> Option<Const> {
        Some(match expr.kind {
            ExprKind::Unit => Const::Unit,
            ExprKind::Bool(value) => Const::Bool(value),
            ExprKind::Char(value) => Const::Char(value),
            ExprKind::Str(text) => Const::Str(text),
            ExprKind::Int(bits) => self.int_const(self.subst(expr.ty), bits),
            ExprKind::Float(value) => self.float_const(self.subst(expr.ty), value),
            ExprKind::Construct { variant, fields } if fields.len == 0 => {
                let ty = self.ty(expr.ty);
                match self.types.table.get(ty) {
                    crate::Type::Enum(id) => Const::Variant(id, variant),
                    _ => return None,
                }
            }
            ExprKind::List(elements) if elements.len == 0 => Const::EmptyList(self.ty(expr.ty)),
            _ => return None,
        })
    }

    /// An integer (or, where a literal took a float type, a float) constant.
    pub(crate) fn int_const(&self, ty: Ty, bits: u64) -> Const {
        match self.program.types.kind(ty) {
            TyKind::Int(int) => Const::Int(int_type(int), bits),
            TyKind::Float(_) => self.float_const(ty, bits as i64 as f64),
            _ => Const::Int(crate::IntType::I64, bits),
        }
    }

    pub(crate) fn float_const(&self, ty: Ty, value: f64) -> Const {
        match self.program.types.kind(ty) {
            TyKind::Float(FloatTy::F32) => Const::F32((value as f32).to_bits()),
            _ => Const::F64(value.to_bits()),
        }
    }

    pub(crate) fn i64_const(value: i64) -> Operand {
        Operand::Const(Const::Int(crate::IntType::I64, value as u64))
    }

    /// Evaluates several expressions from left to right. A place that a later
    /// one might change is read at once.
    pub(crate) fn operands(&mut self, ids: &[ExprId]) -> Vec<Operand> {
        let mut values = Vec::with_capacity(ids.len());
        for (position, id) in ids.iter().enumerate() {
            let later_may_change = ids[position + 1..].iter().any(|later| !self.is_pure(*later, 0));
            values.push(if later_may_change {
                self.stable_operand(*id)
            } else {
                self.operand(*id)
            });
        }
        values
    }

    /// Evaluates an expression to something that later code cannot change.
    pub(crate) fn stable_operand(&mut self, id: ExprId) -> Operand {
        let value = self.operand(id);
        match value {
            Operand::Copy(_) if !self.is_stable(id) => {
                let ty = self.ty(self.expr_of(id).ty);
                self.b.temp_from(ty, Rvalue::Use(value))
            }
            _ => value,
        }
    }

    /// Whether the operand of this expression is a temporary or a variable
    /// that is never assigned again.
    pub(crate) fn is_stable(&self, id: ExprId) -> bool {
        match self.expr_of(id).kind {
            ExprKind::Local(local) => !self.body().locals[local].mutable,
            ExprKind::Field { base, .. } => {
                !self.is_class(self.expr_of(base).ty) && self.is_stable(base)
            }
            ExprKind::Global(_) | ExprKind::ListIndex { .. } | ExprKind::DictIndex { .. } => false,
            ExprKind::Block { tail: Some(tail), .. } => self.is_stable(tail),
            _ => true,
        }
    }

    /// Whether evaluating an expression changes nothing that another
    /// expression could look at.
    pub(crate) fn is_pure(&self, id: ExprId, depth: u32) -> bool {
        if depth > PURITY_DEPTH {
            return false;
        }
        match self.expr_of(id).kind {
            ExprKind::Unit
            | ExprKind::Bool(_)
            | ExprKind::Char(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Local(_)
            | ExprKind::Const(_)
            | ExprKind::Global(_)
            | ExprKind::Fn(_)
            | ExprKind::Lambda(_) => true,
            ExprKind::Field { base, .. } => self.is_pure(base, depth + 1),
            ExprKind::ListIndex { base, index } => {
                self.is_pure(base, depth + 1) && self.is_pure(index, depth + 1)
            }
            ExprKind::Unary { operand, .. } | ExprKind::Cast(operand) => {
                self.is_pure(operand, depth + 1)
            }
            ExprKind::Binary { op, left, right } => {
                let primitive = !matches!(
                    op,
                    BinaryOp::Eq
                        | BinaryOp::Ne
                        | BinaryOp::Lt
                        | BinaryOp::Le
                        | BinaryOp::Gt
                        | BinaryOp::Ge
                ) || self.is_primitive(self.expr_of(left).ty);
                primitive && self.is_pure(left, depth + 1) && self.is_pure(right, depth + 1)
            }
            _ => false,
        }
    }

    /// Whether a type is a number, bool, char or text: its comparison runs no
    /// code of the user's.
    fn is_primitive(&self, ty: Ty) -> bool {
        matches!(
            self.kind(ty),
            TyKind::Bool
                | TyKind::Char
                | TyKind::Int(_)
                | TyKind::Float(_)
                | TyKind::Str
                | TyKind::Unit
        )
    }

    /// Evaluates an expression whose result is not a plain place or constant.
    fn rvalue(&mut self, id: ExprId) -> Rvalue {
        let expr = self.expr_of(id);
        let outer = self.b.set_span(expr.span);
        let value = self.rvalue_of(id, &expr);
        self.b.set_span(outer);
        value
    }

    fn rvalue_of(&mut self, id: ExprId, expr: &hir::Expr) -> Rvalue {
        match expr.kind {
            ExprKind::Interpolated(parts) => Rvalue::Use(self.interpolate(parts)),
            ExprKind::Const(constant) => self.const_value(constant),
            ExprKind::Fn(function) => self.function_value(function),
            ExprKind::Method(method) => self.method_value(method),
            ExprKind::Lambda(lambda) => self.lambda_value(lambda),
            ExprKind::Construct { variant, fields } => self.construct(expr.ty, variant, fields),
            ExprKind::Field { base, index } if self.is_weak_field(base, index) => {
                let plan = self.plan(base);
                let base_place = self.realise(&plan, Access::Read);
                let base_ty = self.subst(self.expr_of(base).ty);
                let field = self.field_of(base_place, base_ty, index, Access::Read);
                Rvalue::Upgrade(Operand::Copy(field))
            }
            ExprKind::Unary { op, operand } => self.unary(op, operand),
            ExprKind::Binary { op, left, right } => self.binary(op, left, right, expr.ty),
            ExprKind::Coalesce { value, default } => self.coalesce(value, default, expr.ty),
            ExprKind::Try(value) => self.try_(value, expr.ty),
            ExprKind::OptionChain { value, binding, step, flatten } => {
                self.option_chain(value, binding, step, flatten, expr.ty)
            }
            ExprKind::Cast(value) => self.cast(value, expr.ty),
            ExprKind::ToDyn(value) => self.put_behind_trait(value, expr.ty),
            ExprKind::Tuple(elements) => {
                let elements = self.body().list(elements).to_vec();
                let values = self.operands(&elements);
                Rvalue::Struct(self.b.values(&values))
            }
            ExprKind::List(elements) => {
                let elements = self.body().list(elements).to_vec();
                let values = self.operands(&elements);
                Rvalue::List(self.b.values(&values))
            }
            ExprKind::Repeat { value, count } => self.repeat(value, count, expr.ty),
            ExprKind::Dict(pairs) => self.dict_literal(pairs, expr.ty),
            ExprKind::Set(elements) => self.set_literal(elements, expr.ty),
            ExprKind::Comprehension { clauses, element, value } => {
                self.comprehension(clauses, element, value, expr.ty)
            }
            ExprKind::While { condition, body } => {
                self.lower_while(condition, body);
                Rvalue::Use(Operand::Const(Const::Unit))
            }
            ExprKind::Loop { body } => self.lower_loop(body, expr.ty),
            ExprKind::For { pat, iterable, kind, body } => {
                self.lower_for(pat, iterable, kind, &mut |this| this.effect(body));
                Rvalue::Use(Operand::Const(Const::Unit))
            }
            ExprKind::Break(value) => {
                self.lower_break(value);
                Rvalue::Use(Operand::Const(Const::Unit))
            }
            ExprKind::Continue => {
                if let Some(frame) = self.loops.last() {
                    let target = frame.continue_to;
                    self.b.goto(target);
                }
                Rvalue::Use(Operand::Const(Const::Unit))
            }
            ExprKind::Return(value) => {
                match value {
                    Some(value) => self.lower_return_value(value),
                    None => {
                        self.keep_lives(0);
                        self.b.terminate(Terminator::Return(Operand::Const(Const::Unit)));
                    }
                }
                Rvalue::Use(Operand::Const(Const::Unit))
            }
            _ => Rvalue::Use(self.operand(id)),
        }
    }

    fn lower_if(
        &mut self,
        condition: ExprId,
        then: ExprId,
        otherwise: Option<ExprId>,
        dest: Option<Place>,
    ) {
        let then_block = self.b.new_block();
        let else_block = self.b.new_block();
        let join = self.b.new_block();
        self.condition(condition, then_block, else_block);
        self.b.switch_to(then_block);
        self.branch_value(then, dest);
        self.b.goto(join);
        self.b.switch_to(else_block);
        match otherwise {
            Some(otherwise) => self.branch_value(otherwise, dest),
            None => {
                if let Some(dest) = dest {
                    self.store_unit(dest);
                }
            }
        }
        self.b.goto(join);
        self.b.switch_to(join);
    }

    /// Evaluates a branch's value into `dest`, or for its effect.
    pub(crate) fn branch_value(&mut self, id: ExprId, dest: Option<Place>) {
        match dest {
            Some(dest) if self.kind(self.expr_of(id).ty) != TyKind::Never => self.into(id, dest),
            _ => self.effect(id),
        }
    }

    /// Evaluates a condition and goes to one of two blocks; `and`, `or` and
    /// `not` become jumps.
    pub(crate) fn condition(&mut self, id: ExprId, yes: BlockId, no: BlockId) {
        let expr = self.expr_of(id);
        match expr.kind {
            ExprKind::Binary { op: BinaryOp::And, left, right } => {
                let next = self.b.new_block();
                self.condition(left, next, no);
                self.b.switch_to(next);
                self.condition(right, yes, no);
            }
            ExprKind::Binary { op: BinaryOp::Or, left, right } => {
                let next = self.b.new_block();
                self.condition(left, yes, next);
                self.b.switch_to(next);
                self.condition(right, yes, no);
            }
            ExprKind::Unary { op: simple_syntax::ast::UnaryOp::Not, operand } => {
                self.condition(operand, no, yes);
            }
            _ => {
                let value = self.operand(id);
                let outer = self.b.set_span(expr.span);
                self.b.branch(value, yes, no);
                self.b.set_span(outer);
            }
        }
    }

    /// Lowers statements in order.
    pub(crate) fn statements(&mut self, stmts: hir::List<hir::Stmt>) {
        let body = self.body();
        for stmt in body.list(stmts) {
            if self.b.is_terminated() {
                return;
            }
            let outer = self.b.set_span(stmt.span);
            self.statement(stmt);
            self.b.set_span(outer);
        }
    }

    fn statement(&mut self, stmt: &hir::Stmt) {
        match stmt.kind {
            StmtKind::Expr(id) => self.effect(id),
            StmtKind::Let { pat, value } => self.lower_let(pat, value),
            StmtKind::Assign { place, value } => self.lower_assign(place, value),
            StmtKind::AssignOp { op, place, value, call } => {
                self.lower_assign_op(op, place, value, call);
            }
            StmtKind::Assert { condition, message } => self.lower_assert(condition, message),
        }
    }

    fn lower_let(&mut self, pat: hir::PatId, value: ExprId) {
        let body = self.body();
        if let hir::PatKind::Bind(local) = body.pats[pat].kind {
            // Each round of a loop makes the variable anew.
            let place = self.place_of(local);
            self.into(value, place);
            self.begin_life(local);
            return;
        }
        let ty = self.subst(body.pats[pat].ty);
        let value = self.stable_operand(value);
        let place = self.operand_place(value, ty);
        self.bind_irrefutable(pat, place);
        self.begin_lives_of(pat);
    }

    /// A place that holds `value`.
    pub(crate) fn operand_place(&mut self, value: Operand, ty: Ty) -> Place {
        match value {
            Operand::Copy(place) => place,
            Operand::Const(_) => {
                let ty = self.types.get(ty);
                let temp = Place::local(self.b.temp(ty));
                self.b.assign(temp, Rvalue::Use(value));
                temp
            }
        }
    }

    fn lower_assign(&mut self, target: ExprId, value: ExprId) {
        self.keep_overwritten(target);
        let expr = self.expr_of(target);
        match expr.kind {
            ExprKind::Tuple(elements) => {
                let targets = self.body().list(elements).to_vec();
                let plans: Vec<_> = targets.iter().map(|target| self.plan_store(*target)).collect();
                let ty = self.subst(self.expr_of(value).ty);
                let value = self.stable_operand(value);
                let tuple = self.operand_place(value, ty);
                for (index, plan) in plans.into_iter().enumerate() {
                    let part = self.b.field(tuple, index as u32);
                    self.store(plan, Operand::Copy(part));
                }
            }
            ExprKind::Local(local) if self.is_pure(value, 0) => {
                let value = self.operand(value);
                let place = self.place_of(local);
                self.b.assign(place, Rvalue::Use(value));
            }
            _ => {
                let plan = self.plan_store(target);
                let value = self.operand(value);
                self.store(plan, value);
            }
        }
    }
}

/// A place that something will be stored to.
pub(crate) enum Store {
    /// A plain place.
    Place(super::places::Plan),
    /// An entry of a dict, added if it is missing.
    Entry { dict: super::places::Plan, dict_ty: Ty, key: Operand },
    /// A weak field.
    Weak { base: super::places::Plan, base_ty: Ty, index: u32 },
    /// A script's variable.
    Global(hir::GlobalId),
    /// `_`
    Nothing,
    /// A tuple of places, inside a tuple.
    Tuple(Vec<Store>),
}

impl FunctionLowerer<'_, '_, '_> {
    fn plan_store(&mut self, target: ExprId) -> Store {
        let expr = self.expr_of(target);
        match expr.kind {
            ExprKind::DictIndex { base, key } => {
                let dict = self.plan(base);
                let dict_ty = self.subst(self.expr_of(base).ty);
                let key = self.stable_operand(key);
                Store::Entry { dict, dict_ty, key }
            }
            ExprKind::Field { base, index } if self.is_weak_field(base, index) => {
                let base_ty = self.subst(self.expr_of(base).ty);
                Store::Weak { base: self.plan(base), base_ty, index }
            }
            ExprKind::Global(global) => Store::Global(global),
            ExprKind::Tuple(elements) => {
                let elements = self.body().list(elements).to_vec();
                Store::Tuple(elements.iter().map(|element| self.plan_store(*element)).collect())
            }
            ExprKind::Error => Store::Nothing,
            _ => Store::Place(self.plan(target)),
        }
    }

    fn store(&mut self, store: Store, value: Operand) {
        match store {
            Store::Place(plan) => {
                let place = self.realise(&plan, Access::Write);
                self.b.assign(place, Rvalue::Use(value));
            }
            Store::Entry { dict, dict_ty, key } => {
                let TyKind::Adt(_, args) = self.program.types.kind(dict_ty) else { return };
                let set = self.request(Instance::Fn(self.shared.library.dict.set, args));
                let dict = self.realise(&dict, Access::Write);
                let args = [Arg::Address(dict), Arg::Value(key), Arg::Value(value)];
                self.b.call(None, Callee::Function(set), &args);
            }
            Store::Weak { base, base_ty, index } => {
                let base = self.realise(&base, Access::Read);
                let field = self.field_of(base, base_ty, index, Access::Read);
                let ty = self.field_ty(base_ty, index);
                let weak = self.downgrade(value, ty);
                self.b.assign(field, Rvalue::Use(weak));
            }
            Store::Global(global) => self.store_global(global, value),
            Store::Nothing => {}
            Store::Tuple(stores) => {
                if let Operand::Copy(tuple) = value {
                    for (index, store) in stores.into_iter().enumerate() {
                        let part = self.b.field(tuple, index as u32);
                        self.store(store, Operand::Copy(part));
                    }
                }
            }
        }
    }

    /// Sets a script's variable. What it held before is only released if it
    /// was set before.
    fn store_global(&mut self, global: hir::GlobalId, value: Operand) {
        let ty = self.types.get(self.program.globals[global].ty);
        let place = self.global_address(super::entry::value_slot(global), ty);
        let flag = self.global_address(super::entry::set_flag(global), self.types.bool_);
        if !self.types.table.is_counted(ty) {
            self.b.assign(place, Rvalue::Use(value));
            self.b.assign(flag, Rvalue::Use(Operand::Const(Const::Bool(true))));
            return;
        }
        let value = self.b.temp_from(ty, Rvalue::Use(value));
        let (again, first, done) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        self.b.branch(Operand::Copy(flag), again, first);
        self.b.switch_to(again);
        self.b.assign(place, Rvalue::Use(value));
        self.b.goto(done);
        self.b.switch_to(first);
        self.b.push(StatementKind::Initialise(place, value));
        self.b.assign(flag, Rvalue::Use(Operand::Const(Const::Bool(true))));
        self.b.goto(done);
        self.b.switch_to(done);
    }

    /// The weak reference for an option of an instance.
    pub(crate) fn downgrade(&mut self, value: Operand, option_ty: Ty) -> Operand {
        let TyKind::Adt(_, args) = self.program.types.kind(option_ty) else { return value };
        let target = self.program.types.list(args)[0];
        let class = self.types.get(target);
        let crate::Type::Class(class_id) = self.types.table.get(class) else { return value };
        let weak = self.intern(crate::Type::Weak(class_id));
        let result = Place::local(self.b.temp(weak));
        let place = self.operand_place(value, option_ty);
        let tag = self.b.temp_from(self.types.i64_, Rvalue::Discriminant(place));
        let (some, none, join) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        self.b.switch(tag, vec![(0, some)], none);
        self.b.switch_to(some);
        let instance = self.variant_field(place, option_ty, 0, 0);
        self.b.assign(result, Rvalue::Downgrade(Operand::Copy(instance)));
        self.b.goto(join);
        self.b.switch_to(none);
        self.b.assign(result, Rvalue::Use(Operand::Const(Const::NullWeak(class_id))));
        self.b.goto(join);
        self.b.switch_to(join);
        Operand::Copy(result)
    }

    fn lower_assign_op(
        &mut self,
        op: BinaryOp,
        target: ExprId,
        value: ExprId,
        call: Option<hir::Callee>,
    ) {
        let span = self.b.span();
        let ty = self.subst(self.expr_of(target).ty);
        let plan = self.plan(target);
        let right_ty = self.subst(self.expr_of(value).ty);
        let right = self.stable_operand(value);
        self.b.set_span(span);
        // The program's own operator may change what the place lies in, so
        // that the place is looked up again for the result.
        let shared = call.is_some() && self.is_shared(&plan);
        let place = self.realise(&plan, if shared { Access::Read } else { Access::Write });
        match (call, self.program.types.kind(ty)) {
            (Some(callee), _) => {
                let mir_ty = self.types.get(ty);
                let result = Place::local(self.b.temp(mir_ty));
                self.call_values(callee, &[Operand::Copy(place), right], Some(result));
                self.b.set_span(span);
                let place = if shared { self.realise(&plan, Access::Write) } else { place };
                self.b.assign(place, Rvalue::Use(Operand::Copy(result)));
            }
            (None, TyKind::Str) => self.append(place, right),
            (None, TyKind::List(_)) => {
                let element = self.list_element(ty);
                let args = self.program.types.intern_list(&[element]);
                let extend = self.request(Instance::Fn(self.shared.library.list_extend, args));
                let args = [Arg::Address(place), Arg::Value(right)];
                self.b.call(None, Callee::Function(extend), &args);
            }
            (None, _) => {
                let value = self.arithmetic(op, ty, Operand::Copy(place), right, right_ty);
                self.b.assign(place, value);
            }
        }
    }

    fn construct(&mut self, ty: Ty, variant: u32, fields: hir::List<hir::Arg>) -> Rvalue {
        let ty = self.subst(ty);
        let args = self.body().list(fields).to_vec();
        let ids: Vec<ExprId> = args.iter().map(|arg| arg.value).collect();
        let evaluated = self.operands(&ids);
        let mut values = vec![Operand::Const(Const::Unit); args.len()];
        for (arg, value) in args.iter().zip(evaluated) {
            values[arg.param as usize] = value;
        }
        self.construct_values(ty, variant, values)
    }

    /// A struct, class instance or variant of type `ty` from its fields'
    /// values in declared order.
    pub(crate) fn construct_values(
        &mut self,
        ty: Ty,
        variant: u32,
        mut values: Vec<Operand>,
    ) -> Rvalue {
        let TyKind::Adt(adt, _) = self.program.types.kind(ty) else {
            return Rvalue::Struct(self.b.values(&values));
        };
        let def = &self.program.adts[adt];
        for (index, field) in def.variants[variant as usize].fields.iter().enumerate() {
            if field.weak {
                let option = self.field_ty(ty, index as u32);
                values[index] = self.downgrade(values[index], option);
            }
        }
        let memory = self.types.get(ty);
        match def.kind {
            hir::AdtKind::Struct => Rvalue::Struct(self.b.values(&values)),
            hir::AdtKind::Class => Rvalue::Class(self.b.values(&values)),
            hir::AdtKind::BoxedStruct => {
                let crate::Type::Box(inner) = self.types.table.get(memory) else {
                    return Rvalue::Struct(self.b.values(&values));
                };
                let values = self.b.values(&values);
                let inner = self.b.temp_from(inner, Rvalue::Struct(values));
                Rvalue::Box(inner)
            }
            hir::AdtKind::Enum => {
                if let crate::Type::Enum(id) = self.types.table.get(memory) {
                    if values.is_empty() {
                        return Rvalue::Use(Operand::Const(Const::Variant(id, variant)));
                    }
                    for (index, value) in values.iter_mut().enumerate() {
                        if self.is_boxed_field(ty, variant, index as u32) {
                            let boxed = self.types.table.enum_variants(id)[variant as usize].fields
                                [index]
                                .ty;
                            *value = self.b.temp_from(boxed, Rvalue::Box(*value));
                        }
                    }
                }
                Rvalue::Variant(variant, self.b.values(&values))
            }
        }
    }

    /// Panics with a fixed message.
    pub(crate) fn panic_text(&mut self, message: &str) {
        let text = Operand::Const(Const::Str(self.types.interner.intern(message)));
        self.panic_with(text);
    }

    /// Panics with a message.
    pub(crate) fn panic_with(&mut self, message: Operand) {
        self.extern_call("rt_panic_str", &[Arg::Value(message)], None);
        self.b.terminate(Terminator::Unreachable);
    }

    /// A call of the runtime.
    pub(crate) fn extern_call(&mut self, name: &str, args: &[Arg], dest: Option<Place>) {
        let symbol = self.types.interner.intern(name);
        self.b.call(dest, Callee::Extern(symbol), args);
    }

    fn lower_assert(&mut self, condition: ExprId, message: ExprId) {
        let body = self.body();
        let (passed, failed) = (self.b.new_block(), self.b.new_block());
        let compared = match body.exprs[condition].kind {
            ExprKind::Binary {
                op:
                    op @ (BinaryOp::Eq
                    | BinaryOp::Ne
                    | BinaryOp::Lt
                    | BinaryOp::Le
                    | BinaryOp::Gt
                    | BinaryOp::Ge),
                left,
                right,
            } => {
                // Both sides are kept for the message.
                let ty = self.subst(body.exprs[left].ty);
                let left_value = self.stable_operand(left);
                let right_value = self.stable_operand(right);
                let outer = self.b.set_span(body.exprs[condition].span);
                let holds = self.compare(op, ty, left_value, right_value);
                self.b.branch(holds, passed, failed);
                self.b.set_span(outer);
                Some((ty, left_value, right_value))
            }
            _ => {
                self.condition(condition, passed, failed);
                None
            }
        };
        self.b.switch_to(failed);
        let message = self.stable_operand(message);
        match compared {
            Some((ty, left, right)) => {
                let [left, right] = [left, right].map(|value| {
                    let text = self.new_text();
                    self.append_nested(text, ty, value);
                    Operand::Copy(text)
                });
                let args = [message, left, right].map(Arg::Value);
                self.extern_call("rt_panic_assert_compare", &args, None);
            }
            None => self.extern_call("rt_panic_assert", &[Arg::Value(message)], None),
        }
        self.b.terminate(Terminator::Unreachable);
        self.b.switch_to(passed);
    }
}
