//! Functions as values: lambdas, closures, `dyn` objects.

use simple_hir as hir;
use simple_hir::{FnId, FnRef, MethodRef, Resolved, Ty, TyKind, Tys};
use simple_source::{Span, Symbol};

use super::builder::Builder;
use super::function::FunctionLowerer;
use super::instance::{Instance, Owner};
use super::pool::VtableRequest;
use crate::function::*;
use crate::types::{FieldDef, Type, TypeId};

impl FunctionLowerer<'_, '_, '_> {
    /// The struct of what a closure's code finds behind its first parameter.
    fn environment(&mut self, name: &str, types: &[TypeId]) -> TypeId {
        let name = self.types.interner.intern(name);
        let id = self.types.table.declare_struct(name);
        let fields = types
            .iter()
            .enumerate()
            .map(|(index, ty)| FieldDef {
                name: self.types.interner.intern(&index.to_string()),
                ty: *ty,
            })
            .collect();
        self.types.table.define_struct(id, fields);
        self.intern(Type::Struct(id))
    }

    pub(crate) fn lambda_value(&mut self, id: hir::LambdaId) -> Rvalue {
        let captures = self.body().lambdas[id].captures.clone();
        let values: Vec<Operand> =
            captures.into_iter().map(|local| Operand::Copy(self.place_of(local))).collect();
        let code = self.request(Instance::Lambda(self.owner, self.substitution_list, id));
        Rvalue::Closure { code, drop: None, captures: self.b.values(&values) }
    }

    /// The code of a lambda: captures behind the first parameter, then its own
    /// parameters.
    pub(crate) fn lower_lambda(
        &mut self,
        name: Symbol,
        owner: Owner,
        args: Tys,
        id: hir::LambdaId,
    ) -> Function {
        let mut header = match owner {
            Owner::Fn(function) => {
                self.enter(function, args);
                self.header(name, Some(function))
            }
            Owner::Const(constant) => {
                self.enter_const(constant);
                self.header(name, None)
            }
        };
        // Attributes such as phases are the surrounding function's; an anchor
        // is not.
        header.attributes.anchor = None;
        let body = self.body();
        let lambda = &body.lambdas[id];
        let body_span = body.exprs[lambda.body].span;
        self.b = Builder::new(body_span);
        header.span = body_span;
        let capture_types: Vec<TypeId> =
            lambda.captures.iter().map(|local| self.ty(body.locals[*local].ty)).collect();
        let environment_name = format!("env {}", self.types.interner.resolve(name));
        let environment = self.environment(&environment_name, &capture_types);
        let address = self.intern(Type::Address(environment));
        let environment = self.b.temp(address);
        header.params.push(ParamMode::Borrowed);
        for local in &lambda.params {
            let declared = body.locals[*local];
            let ty = self.ty(declared.ty);
            let place = Place::local(self.b.named(ty, declared.name));
            self.places[local.0 as usize] = Some(place);
            self.begin_life(*local);
            header.params.push(ParamMode::Owned);
        }
        for (index, local) in lambda.captures.iter().enumerate() {
            let inside = self.b.deref(Place::local(environment));
            let field = self.b.field(inside, index as u32);
            let declared = body.locals[*local];
            let own = Place::local(self.b.named(capture_types[index], declared.name));
            self.b.assign(own, Rvalue::Use(Operand::Copy(field)));
            self.places[local.0 as usize] = Some(own);
        }
        self.result_ty = self.lambda_result(id);
        header.result = self.types.get(self.result_ty);
        self.lower_return_value(lambda.body);
        self.finish(header)
    }

    /// What a lambda returns: its expression's type says so.
    fn lambda_result(&self, id: hir::LambdaId) -> Ty {
        let body = self.body();
        let of_expr = body.exprs.iter().find_map(|expr| match expr.kind {
            hir::ExprKind::Lambda(lambda) if lambda == id => Some(expr.ty),
            _ => None,
        });
        match of_expr.map(|ty| self.kind(ty)) {
            Some(TyKind::Fn(_, result)) => result,
            _ => Ty::UNIT,
        }
    }

    /// A function as a value.
    pub(crate) fn function_value(&mut self, function: FnRef) -> Rvalue {
        let function = self.subst_fn(function);
        self.closure_of(function)
    }

    /// A trait's method as a value.
    pub(crate) fn method_value(&mut self, method: MethodRef) -> Rvalue {
        let method = self.subst_method(method);
        let function = match self.program.resolve_method(method) {
            Some(Resolved::Fn(function)) => function,
            // The trait's own declaration dispatches by itself when called:
            // the adaptor lowers a call of it.
            _ => FnRef { function: method.method, args: method.args },
        };
        self.closure_of(function)
    }

    fn closure_of(&mut self, function: FnRef) -> Rvalue {
        let code = self.request(Instance::Value(function.function, function.args));
        let captures: Vec<Operand> = self
            .captured_values(function.function)
            .into_iter()
            .filter_map(|arg| match arg {
                Arg::Value(value) => Some(value),
                Arg::Address(_) => None,
            })
            .collect();
        if captures.is_empty() {
            let signature = self.value_signature(function);
            return Rvalue::Use(Operand::Const(Const::Function(code, signature)));
        }
        Rvalue::Closure { code, drop: None, captures: self.b.values(&captures) }
    }

    fn value_signature(&mut self, function: FnRef) -> crate::SignatureId {
        let types = &self.program.types;
        let def = &self.program.functions[function.function];
        let args = types.list(function.args);
        let params = def
            .params
            .iter()
            .map(|param| {
                let ty = types.substitute(param.ty, args);
                self.types.get(ty)
            })
            .collect();
        let result = types.substitute(def.result, args);
        let result = self.types.get(result);
        self.types.table.intern_signature(crate::Signature { params, result })
    }

    /// The code of a function as a value: takes owned arguments, behind the
    /// captures if there are some, and hands them on.
    pub(crate) fn lower_value(&mut self, name: Symbol, function: FnId, args: Tys) -> Function {
        let mut header = self.header(name, Some(function));
        header.attributes.inline = InlineHint::Auto;
        self.owner = Owner::Fn(function);
        let program = self.program;
        let types = &program.types;
        let def = &program.functions[function];
        self.b = Builder::new(def.span);
        let type_args = types.list(args);
        let mut capture_types = Vec::new();
        if let Some(body) = program.body(function) {
            for local in body.params.iter().take(def.captures.len()) {
                let ty = types.substitute(body.locals[*local].ty, type_args);
                capture_types.push(self.types.get(ty));
            }
        }
        // Without captures it is called without them: see `Const::Function`.
        let environment = if capture_types.is_empty() {
            None
        } else {
            let environment_name = format!("env {}", self.types.interner.resolve(name));
            let environment = self.environment(&environment_name, &capture_types);
            let address = self.intern(Type::Address(environment));
            header.params.push(ParamMode::Borrowed);
            Some(self.b.temp(address))
        };
        let mut values: Vec<Operand> = Vec::new();
        let params: Vec<(TypeId, Symbol)> = def
            .params
            .iter()
            .map(|param| {
                let ty = types.substitute(param.ty, type_args);
                (self.types.get(ty), param.name)
            })
            .collect();
        let locals: Vec<Place> = params
            .iter()
            .map(|(ty, name)| {
                header.params.push(ParamMode::Owned);
                Place::local(self.b.named(*ty, *name))
            })
            .collect();
        for (index, environment) in (0..capture_types.len()).zip(environment.into_iter().cycle()) {
            let inside = self.b.deref(Place::local(environment));
            values.push(Operand::Copy(self.b.field(inside, index as u32)));
        }
        let result_ty = types.substitute(def.result, type_args);
        header.result = self.types.get(result_ty);
        let dest = (!matches!(types.kind(result_ty), TyKind::Unit | TyKind::Never))
            .then(|| Place::local(self.b.temp(header.result)));
        if values.is_empty() {
            let arguments: Vec<Operand> =
                locals.iter().map(|place| Operand::Copy(*place)).collect();
            let callee = match def.parent {
                hir::Parent::Trait(trait_) if matches!(def.kind, hir::FnKind::Required) => {
                    hir::Callee::Method(MethodRef { trait_, method: function, args })
                }
                _ => hir::Callee::Fn(FnRef { function, args }),
            };
            // The callee's types are known: nothing is substituted again.
            self.substitution = &[];
            self.call_values(callee, &arguments, dest);
        } else {
            let id = self.request(Instance::Fn(function, args));
            let arguments: Vec<Arg> = values
                .into_iter()
                .chain(locals.iter().map(|place| Operand::Copy(*place)))
                .map(Arg::Value)
                .collect();
            self.b.call(dest, Callee::Function(id), &arguments);
        }
        let result = dest.map_or(Operand::Const(Const::Unit), Operand::Copy);
        self.b.terminate(Terminator::Return(result));
        self.finish(header)
    }

    /// A value put behind a trait.
    pub(crate) fn put_behind_trait(&mut self, value: hir::ExprId, ty: Ty) -> Rvalue {
        let from = self.subst(self.expr_of(value).ty);
        let to = self.subst(ty);
        let value = self.operand(value);
        let TyKind::Dyn(trait_, trait_args) = self.program.types.kind(to) else {
            return Rvalue::Use(value);
        };
        if from == to {
            return Rvalue::Use(value);
        }
        let program = self.program;
        let types = &program.types;
        let mut methods = Vec::new();
        for (reference, method) in program.dyn_methods(trait_, trait_args) {
            let mut self_args = vec![from];
            self_args.extend_from_slice(types.list(reference.args));
            let args = types.intern_list(&self_args);
            let found = MethodRef { trait_: reference.trait_, method, args };
            let function = match program.resolve_method(found) {
                Some(Resolved::Fn(function)) => function,
                _ => FnRef { function: method, args },
            };
            methods.push(self.request(Instance::Slot(function.function, function.args, from)));
        }
        let memory = self.types.get(from);
        let to_name = self.types.name(to);
        let from_name = self.types.name(from);
        let name = format!(
            "vtable {} {}",
            self.types.interner.resolve(to_name),
            self.types.interner.resolve(from_name)
        );
        let name = self.types.interner.intern(&name);
        let vtable = self.shared.request_vtable(VtableRequest {
            name,
            ty: memory,
            methods,
            behind: to,
            value: from,
            has_text: false,
        });
        Rvalue::Dyn(vtable, value)
    }

    /// A method as a vtable has it: the receiver comes as the address of the
    /// value in the object, the other arguments are owned.
    pub(crate) fn lower_slot(
        &mut self,
        name: Symbol,
        function: FnId,
        args: Tys,
        receiver: Ty,
    ) -> Function {
        let mut header = self.header(name, Some(function));
        self.owner = Owner::Fn(function);
        let program = self.program;
        let types = &program.types;
        let def = &program.functions[function];
        self.b = Builder::new(def.span);
        let type_args = types.list(args);
        let memory = self.types.get(receiver);
        let address = self.intern(Type::Address(memory));
        let object = self.b.temp(address);
        let mutable = def.params.first().is_some_and(|param| param.mutable);
        header.params.push(if mutable { ParamMode::Address } else { ParamMode::Borrowed });
        let value = self.b.deref(Place::local(object));
        let mut arguments =
            vec![if mutable { Arg::Address(value) } else { Arg::Value(Operand::Copy(value)) }];
        for param in def.params.iter().skip(1) {
            let ty = types.substitute(param.ty, type_args);
            let memory = self.types.get(ty);
            if param.mutable {
                let address = self.intern(Type::Address(memory));
                let local = self.b.named(address, param.name);
                header.params.push(ParamMode::Address);
                let place = self.b.deref(Place::local(local));
                arguments.push(Arg::Address(place));
            } else {
                let local = self.b.named(memory, param.name);
                header.params.push(ParamMode::Owned);
                arguments.push(Arg::Value(Operand::Copy(Place::local(local))));
            }
        }
        let result_ty = types.substitute(def.result, type_args);
        header.result = self.types.get(result_ty);
        let dest = (!matches!(types.kind(result_ty), TyKind::Unit | TyKind::Never))
            .then(|| Place::local(self.b.temp(header.result)));
        if let (hir::Parent::Trait(trait_), hir::FnKind::Required) = (def.parent, &def.kind) {
            // `Eq` and its kind without an impl: by structure.
            let values: Vec<Operand> = arguments
                .iter()
                .map(|arg| match arg {
                    Arg::Value(value) => *value,
                    Arg::Address(place) => Operand::Copy(*place),
                })
                .collect();
            self.substitution = &[];
            let callee = hir::Callee::Method(MethodRef { trait_, method: function, args });
            self.call_values(callee, &values, dest);
        } else {
            let id = self.request(Instance::Fn(function, args));
            self.b.call(dest, Callee::Function(id), &arguments);
        }
        let result = dest.map_or(Operand::Const(Const::Unit), Operand::Copy);
        self.b.terminate(Terminator::Return(result));
        self.finish(header)
    }

    /// The text of values of type `ty` as a vtable has it: takes the address of
    /// the value in the object, what to append to, and whether the text stands
    /// inside another value's.
    pub(crate) fn lower_text_slot(&mut self, name: Symbol, ty: Ty) -> Function {
        let mut header = self.header(name, None);
        self.b = Builder::new(Span::NONE);
        let memory = self.types.get(ty);
        let object = self.intern(Type::Address(memory));
        let object = self.b.temp(object);
        let out = self.intern(Type::Address(self.types.str_));
        let out = self.b.temp(out);
        let nested = self.b.temp(self.types.bool_);
        header.params = vec![ParamMode::Borrowed, ParamMode::Address, ParamMode::Owned];
        let value = Operand::Copy(self.b.deref(Place::local(object)));
        let out = self.b.deref(Place::local(out));
        let (inside, alone) = (self.b.new_block(), self.b.new_block());
        self.b.branch(Operand::Copy(Place::local(nested)), inside, alone);
        self.b.switch_to(inside);
        self.append_nested(out, ty, value);
        self.b.terminate(Terminator::Return(Operand::Const(Const::Unit)));
        self.b.switch_to(alone);
        self.append_plain(out, ty, value);
        self.b.terminate(Terminator::Return(Operand::Const(Const::Unit)));
        self.finish(header)
    }
}
