//! Calls: who is called, how arguments are passed.

use simple_hir as hir;
use simple_hir::{Builtin, Callee as HirCallee, FnKind, FnRef, MethodRef, Resolved, Ty, TyKind};

use super::function::FunctionLowerer;
use super::instance::{Instance, Owner, Structural};
use super::operators::{EQUAL, GREATER, LESS};
use super::places::{Access, Plan};
use crate::function::*;

/// An argument that is evaluated but not yet passed.
enum Pending {
    Value(Operand),
    Place(Plan),
}

impl<'a> FunctionLowerer<'_, '_, 'a> {
    /// Lowers a call. Its result goes to `dest`; `ty` is the call's type.
    pub(crate) fn call(
        &mut self,
        callee: HirCallee,
        args: hir::List<hir::Arg>,
        ty: Ty,
        dest: Option<Place>,
    ) {
        let args = self.body().list(args).to_vec();
        match callee {
            HirCallee::Builtin(builtin) => self.builtin(builtin, &args, dest),
            _ => {
                let callee = self.resolve(callee);
                if let Target::Structural(trait_, self_ty) = callee {
                    let ids: Vec<hir::ExprId> = args.iter().map(|arg| arg.value).collect();
                    let values = self.operands(&ids);
                    self.structural_call(trait_, self_ty, &values, dest);
                    return;
                }
                let closure = match callee {
                    Target::Closure(value) => {
                        let (place, _) = self.value_place(value);
                        Some(place)
                    }
                    _ => None,
                };
                let pending = self.evaluate_args(&callee, &args);
                self.pass(callee, closure, pending, dest);
            }
        }
        if self.kind(ty) == TyKind::Never {
            self.b.terminate(Terminator::Unreachable);
        }
    }

    /// Lowers a call with values that are evaluated already. A first argument
    /// that the callee takes `mut` must be a place.
    pub(crate) fn call_values(
        &mut self,
        callee: HirCallee,
        values: &[Operand],
        dest: Option<Place>,
    ) {
        let target = self.resolve(callee);
        if let Target::Structural(trait_, ty) = target {
            self.structural_call(trait_, ty, values, dest);
            return;
        }
        let args: Vec<Arg> = values
            .iter()
            .enumerate()
            .map(|(index, value)| match value {
                Operand::Copy(place) if self.is_mut_param(&target, index) => Arg::Address(*place),
                _ => Arg::Value(*value),
            })
            .collect();
        self.emit(target, None, args, dest);
    }

    /// Evaluates arguments in written order; the result is in the order of the
    /// parameters.
    fn evaluate_args(&mut self, target: &Target, args: &[hir::Arg]) -> Vec<Pending> {
        let mut pending: Vec<Option<Pending>> = args.iter().map(|_| None).collect();
        for (position, arg) in args.iter().enumerate() {
            let value = if self.is_mut_param(target, arg.param as usize) {
                Pending::Place(self.plan(arg.value))
            } else {
                let later_may_change =
                    args[position + 1..].iter().any(|later| !self.is_pure(later.value, 0))
                        || self.passes_mut_place(target, args);
                Pending::Value(if later_may_change {
                    self.stable_operand(arg.value)
                } else {
                    self.operand(arg.value)
                })
            };
            let slot = &mut pending[arg.param as usize];
            *slot = Some(value);
        }
        pending.into_iter().flatten().collect()
    }

    /// Whether one of the arguments is a `mut` place: making it unique happens
    /// after the others are evaluated, so they must not read it later.
    fn passes_mut_place(&self, target: &Target, args: &[hir::Arg]) -> bool {
        args.iter().any(|arg| self.is_mut_param(target, arg.param as usize))
    }

    fn pass(
        &mut self,
        target: Target,
        closure: Option<Place>,
        pending: Vec<Pending>,
        dest: Option<Place>,
    ) {
        let args = pending
            .into_iter()
            .map(|pending| match pending {
                Pending::Value(value) => Arg::Value(value),
                Pending::Place(plan) => Arg::Address(self.realise(&plan, Access::Write)),
            })
            .collect();
        self.emit(target, closure, args, dest);
    }

    fn emit(
        &mut self,
        target: Target,
        closure: Option<Place>,
        mut args: Vec<Arg>,
        dest: Option<Place>,
    ) {
        match target {
            Target::Fn(function) => {
                let def = &self.program.functions[function.function];
                match &def.kind {
                    FnKind::Extern(symbol) => self.b.call(dest, Callee::Extern(*symbol), &args),
                    FnKind::Intrinsic(name) => {
                        self.lower_intrinsic(*name, function, &args, dest);
                    }
                    FnKind::Body(_) | FnKind::Required => {
                        let captures = self.captured_values(function.function);
                        if !captures.is_empty() {
                            args.splice(0..0, captures);
                        }
                        let id = self.request(Instance::Fn(function.function, function.args));
                        self.b.call(dest, Callee::Function(id), &args);
                    }
                }
                if def.result == Ty::NEVER {
                    self.b.terminate(Terminator::Unreachable);
                }
            }
            Target::Dyn(method) => {
                let slot = self.dyn_slot(method);
                let receiver = match args.remove(0) {
                    Arg::Address(place) => {
                        self.b.push(StatementKind::Unshare(place));
                        place
                    }
                    Arg::Value(value) => {
                        let ty = self.program.types.list(method.args)[0];
                        self.operand_place(value, ty)
                    }
                };
                let signature = self.method_signature(method);
                self.b.call(dest, Callee::Method(receiver, slot, signature), &args);
            }
            Target::Closure(_) => {
                if let Some(place) = closure {
                    self.b.call(dest, Callee::Closure(place), &args);
                }
            }
            Target::Structural(..) => {}
        }
    }

    /// The values that a nested function captures, from where it is called.
    pub(crate) fn captured_values(&mut self, function: hir::FnId) -> Vec<Arg> {
        let def = &self.program.functions[function];
        if def.captures.is_empty() {
            return Vec::new();
        }
        let captures = def.captures.clone();
        // A call from the function itself or from a sibling passes its own
        // copies on; they stand at the start of the caller's parameters under
        // the outer function's ids.
        let outer_locals_are_ours = match def.parent {
            hir::Parent::Function(outer) => Owner::Fn(outer) == self.owner,
            _ => true,
        };
        let own_captures = match self.owner {
            Owner::Fn(own) => self.program.functions[own].captures.clone(),
            Owner::Const(_) => Vec::new(),
        };
        captures
            .into_iter()
            .map(|local| {
                let place = if outer_locals_are_ours {
                    self.place_of(local)
                } else {
                    let position = own_captures.iter().position(|own| *own == local).unwrap_or(0);
                    let local = self.body().params[position];
                    self.place_of(local)
                };
                Arg::Value(Operand::Copy(place))
            })
            .collect()
    }

    fn resolve(&mut self, callee: HirCallee) -> Target {
        match callee {
            HirCallee::Fn(function) => Target::Fn(self.subst_fn(function)),
            HirCallee::Value(value) => Target::Closure(value),
            HirCallee::Dyn(method) => Target::Dyn(self.subst_method(method)),
            HirCallee::Method(method) => {
                let method = self.subst_method(method);
                match self.program.resolve_method(method) {
                    Some(Resolved::Fn(function)) => Target::Fn(function),
                    Some(Resolved::Dyn(method)) => Target::Dyn(method),
                    Some(Resolved::Structural(trait_)) => {
                        Target::Structural(trait_, self.program.types.list(method.args)[0])
                    }
                    None => Target::Fn(FnRef { function: method.method, args: method.args }),
                }
            }
            HirCallee::Builtin(_) => {
                unreachable!("built-in calls are lowered before callees are resolved")
            }
        }
    }

    pub(crate) fn subst_fn(&self, function: FnRef) -> FnRef {
        let args = self.program.types.substitute_list(function.args, self.substitution);
        FnRef { args, ..function }
    }

    pub(crate) fn subst_method(&self, method: MethodRef) -> MethodRef {
        let args = self.program.types.substitute_list(method.args, self.substitution);
        MethodRef { args, ..method }
    }

    fn is_mut_param(&self, target: &Target, index: usize) -> bool {
        let function = match target {
            Target::Fn(function) => function.function,
            Target::Dyn(method) => method.method,
            Target::Closure(_) | Target::Structural(..) => return false,
        };
        let params = &self.program.functions[function].params;
        params.get(index).is_some_and(|param| param.mutable)
    }

    /// What calling `callee` gives, with the instance's types put in.
    pub(crate) fn callee_result(&mut self, callee: HirCallee) -> Ty {
        match self.resolve(callee) {
            Target::Fn(function) => self.result_of(function),
            Target::Dyn(method) => {
                self.result_of(FnRef { function: method.method, args: method.args })
            }
            Target::Closure(value) => match self.kind(self.expr_of(value).ty) {
                TyKind::Fn(_, result) => result,
                _ => Ty::UNIT,
            },
            Target::Structural(..) => Ty::UNIT,
        }
    }

    fn result_of(&self, function: FnRef) -> Ty {
        let types = &self.program.types;
        let result = self.program.functions[function.function].result;
        types.substitute(result, types.list(function.args))
    }

    /// The user's method that replaces a structural operation on `ty`: from an
    /// impl of `Eq`, `Ord`, `Hash` or `Show`.
    pub(crate) fn user_method(&self, trait_: hir::TraitId, ty: Ty) -> Option<HirCallee> {
        let method = *self.program.traits[trait_].methods.first()?;
        let args = self.program.types.intern_list(&[ty]);
        let method = MethodRef { trait_, method, args };
        match self.program.resolve_method(method)? {
            Resolved::Fn(function) => Some(HirCallee::Fn(function)),
            Resolved::Dyn(method) => Some(HirCallee::Dyn(method)),
            Resolved::Structural(_) => None,
        }
    }

    /// `eq`, `cmp`, `hash` or `show` of a type that has no impl of its own.
    fn structural_call(
        &mut self,
        trait_: hir::TraitId,
        ty: Ty,
        values: &[Operand],
        dest: Option<Place>,
    ) {
        let lang = &self.program.lang;
        let value = if trait_ == lang.eq {
            self.equal(ty, values[0], values[1])
        } else if trait_ == lang.ord {
            let order = Place::local({
                let memory = self.ordering_ty();
                let memory = self.types.get(memory);
                self.b.temp(memory)
            });
            let cmp = self.request(Instance::Structural(Structural::Cmp, ty));
            let args = [Arg::Value(values[0]), Arg::Value(values[1])];
            self.b.call(Some(order), Callee::Function(cmp), &args);
            Operand::Copy(order)
        } else if trait_ == lang.hash {
            self.hash(ty, values[0])
        } else {
            self.text(ty, values[0])
        };
        if let Some(dest) = dest {
            self.b.assign(dest, Rvalue::Use(value));
        }
    }

    fn builtin(&mut self, builtin: Builtin, args: &[hir::Arg], dest: Option<Place>) {
        match builtin {
            Builtin::Print => self.print(args, "rt_out"),
            Builtin::Eprint => self.print(args, "rt_err"),
            Builtin::Panic => {
                let message = match args.first() {
                    Some(arg) => {
                        let ty = self.subst(self.expr_of(arg.value).ty);
                        let value = self.operand(arg.value);
                        self.text(ty, value)
                    }
                    None => Operand::Const(Const::Str(simple_source::sym::EMPTY)),
                };
                self.panic_with(message);
            }
            Builtin::ToStr => {
                if let Some(arg) = args.first() {
                    let ty = self.subst(self.expr_of(arg.value).ty);
                    let value = self.operand(arg.value);
                    let text = self.text(ty, value);
                    if let Some(dest) = dest {
                        self.b.assign(dest, Rvalue::Use(text));
                    }
                }
            }
        }
    }

    /// The constant `Ordering` that says less, equal or greater.
    pub(crate) fn ordering_const(&mut self, variant: u32) -> Operand {
        debug_assert!([LESS, EQUAL, GREATER].contains(&variant));
        let ty = self.ordering_ty();
        let memory = self.types.get(ty);
        match self.types.table.get(memory) {
            crate::Type::Enum(id) => Operand::Const(Const::Variant(id, variant)),
            _ => unreachable!("Ordering is an enum"),
        }
    }

    /// The number of a method of a `dyn` type.
    fn dyn_slot(&self, method: MethodRef) -> u32 {
        let program = self.program;
        let args = program.types.list(method.args);
        let TyKind::Dyn(trait_, trait_args) = program.types.kind(args[0]) else {
            unreachable!("methods of `dyn` types have one as their `Self`")
        };
        let methods = program.dyn_methods(trait_, trait_args);
        let wanted = |(reference, candidate): &(hir::TraitRef, hir::FnId)| {
            *candidate == method.method && args[1..].starts_with(program.types.list(reference.args))
        };
        let slot = methods.iter().position(wanted);
        slot.expect("the method was found by its `dyn` type's traits") as u32
    }

    /// The signature of a trait's method as a vtable has it, without the
    /// receiver.
    pub(crate) fn method_signature(&mut self, method: MethodRef) -> crate::SignatureId {
        let program: &'a hir::Program = self.program;
        let types = &program.types;
        let def = &program.functions[method.method];
        let args = types.list(method.args);
        let params = def.params[1..]
            .iter()
            .map(|param| {
                let ty = types.substitute(param.ty, args);
                let memory = self.types.get(ty);
                if param.mutable { self.intern(crate::Type::Address(memory)) } else { memory }
            })
            .collect();
        let result = types.substitute(def.result, args);
        let result = self.types.get(result);
        self.types.table.intern_signature(crate::Signature { params, result })
    }
}

/// A callee whose types are known.
enum Target {
    Fn(FnRef),
    Dyn(MethodRef),
    Closure(hir::ExprId),
    Structural(hir::TraitId, Ty),
}
