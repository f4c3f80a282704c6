//! Finding the method that a name means for a type.

use simple_source::{Diagnostic, Span, Symbol};
use simple_syntax::ast;

use super::Infer;
use super::select::Holds;
use super::table::{NumberClass, Var, VarKind};
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::select::Head;
use crate::ty::{Ty, TyKind, Tys};

/// A method or function of a type that was found.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// A function of an impl without a trait.
    Inherent { function: FnId, self_ty: Ty },
    /// A trait's method, with the trait's arguments.
    Trait { trait_: TraitId, method: FnId, self_ty: Ty, args: Tys },
    /// `to_str`, which every type with text has.
    Text { self_ty: Ty },
}

/// The answer to which method a name means.
pub(crate) enum Lookup {
    Found(Target),
    /// Several traits have it.
    Ambiguous(Vec<TraitId>),
    Missing,
    /// It depends on what this variable stands for.
    Stuck(Var),
}

impl<'p> Infer<'p> {
    /// The method `name` of a type.
    pub(crate) fn lookup_method(&mut self, ty: Ty, name: Symbol) -> Lookup {
        let ty = self.table.shallow(ty);
        let kind = self.table.kind(ty);
        if let TyKind::Infer(var) = kind {
            match self.table.var_kind(Var(var)) {
                VarKind::General => return Lookup::Stuck(Var(var)),
                VarKind::Int | VarKind::Float => {
                    return match self.number_method(ty, name) {
                        Some(function) => Lookup::Found(Target::Inherent { function, self_ty: ty }),
                        None => Lookup::Stuck(Var(var)),
                    };
                }
                VarKind::Rigid => {}
            }
        }
        if let Some(function) = self.inherent_method(ty, kind, name) {
            return Lookup::Found(Target::Inherent { function, self_ty: ty });
        }
        match self.trait_method(ty, name) {
            Lookup::Missing if self.text(name) == "to_str" => {
                Lookup::Found(Target::Text { self_ty: ty })
            }
            found => found,
        }
    }

    /// A function of an impl without a trait.
    fn inherent_method(&mut self, ty: Ty, kind: TyKind, name: Symbol) -> Option<FnId> {
        let program = self.program;
        let inherent = &program.session.tables.inherent;
        if let Some(head) = Head::of(kind)
            && let Some(candidates) = inherent.get(&(head, name))
        {
            if let [one] = candidates.as_slice()
                && self.is_general(*one)
            {
                return Some(*one);
            }
            let fits = candidates.iter().find(|candidate| self.impl_fits(**candidate, ty));
            if fits.is_some() {
                return fits.copied();
            }
        }
        let numbers = matches!(
            kind,
            TyKind::Int(_) | TyKind::Float(_) | TyKind::Param(..) | TyKind::Infer(_)
        );
        if !numbers {
            return None;
        }
        let candidates = inherent.get(&(Head::Any, name))?;
        candidates.iter().find(|&&candidate| self.blanket_fits(candidate, ty)).copied()
    }

    /// Whether a method's impl is for all instances of its type.
    fn is_general(&self, function: FnId) -> bool {
        let Parent::Impl(impl_) = self.program.functions[function].parent else { return false };
        let def = &self.program.impls[impl_];
        match self.program.types.kind(def.self_ty) {
            TyKind::Adt(_, args) => {
                let mut seen = Vec::new();
                self.program.types.list(args).iter().all(|arg| {
                    let fresh = !seen.contains(arg);
                    seen.push(*arg);
                    fresh && matches!(self.program.types.kind(*arg), TyKind::Param(..))
                })
            }
            TyKind::List(element) => {
                matches!(self.program.types.kind(element), TyKind::Param(..))
            }
            _ => false,
        }
    }

    /// Whether the type that a method's impl is for may be `ty`.
    fn impl_fits(&mut self, function: FnId, ty: Ty) -> bool {
        let Parent::Impl(impl_) = self.program.functions[function].parent else { return false };
        let def = &self.program.impls[impl_];
        let args: Vec<Ty> = def.generics.params.iter().map(|_| self.fresh(Span::NONE)).collect();
        let self_ty = self.table.substitute(def.self_ty, &args);
        self.table.compatible(self_ty, ty)
    }

    /// Whether an impl for a parameter is for `ty`: by its bounds.
    fn blanket_fits(&mut self, function: FnId, ty: Ty) -> bool {
        let Parent::Impl(impl_) = self.program.functions[function].parent else { return false };
        let def = &self.program.impls[impl_];
        let Some(param) = def.generics.params.first() else { return false };
        param.bounds.iter().all(|bound| self.holds(bound.trait_, ty, bound.args) == Holds::Yes)
    }

    /// The method of a number literal whose type is still open, if all types
    /// that it may become have the same one.
    fn number_method(&mut self, ty: Ty, name: Symbol) -> Option<FnId> {
        let program = self.program;
        let candidates = program.session.tables.inherent.get(&(Head::Any, name))?;
        match candidates.as_slice() {
            [one] if self.blanket_fits(*one, ty) => Some(*one),
            _ => None,
        }
    }

    /// A method of a trait that the type has.
    fn trait_method(&mut self, ty: Ty, name: Symbol) -> Lookup {
        let program = self.program;
        let Some(candidates) = program.session.tables.trait_methods.get(&name) else {
            return Lookup::Missing;
        };
        let mut found: Vec<(TraitId, FnId)> = Vec::new();
        let lang = &program.lang;
        let operators = [lang.add, lang.sub, lang.mul, lang.div, lang.rem, lang.neg, lang.index];
        let declared = matches!(
            self.table.kind(ty),
            TyKind::Adt(..) | TyKind::Param(..) | TyKind::Dyn(..) | TyKind::Infer(_)
        );
        for &(trait_, method) in candidates {
            // That `+` on text is an impl of `Add` gives text no method `add`.
            if !declared && operators.contains(&trait_) {
                continue;
            }
            if self.has_trait(trait_, ty) {
                found.push((trait_, method));
            }
        }
        match found.as_slice() {
            [] => Lookup::Missing,
            [(trait_, method)] => {
                let args = self.open_trait_args(*trait_, ty);
                Lookup::Found(Target::Trait { trait_: *trait_, method: *method, self_ty: ty, args })
            }
            _ => Lookup::Ambiguous(found.into_iter().map(|(trait_, _)| trait_).collect()),
        }
    }

    /// Whether a type has a trait with whatever arguments. That a type has
    /// text, which nearly all have, is no reason to find `show` in it unless
    /// it is said.
    fn has_trait(&mut self, trait_: TraitId, ty: Ty) -> bool {
        !matches!(self.holds(trait_, ty, Tys::EMPTY), Holds::No(_))
    }

    /// The arguments of a trait that a type has: what its bounds say, else
    /// variables to be found out.
    fn open_trait_args(&mut self, trait_: TraitId, ty: Ty) -> Tys {
        let count = self.program.traits[trait_].generics.params.len().saturating_sub(1);
        if count == 0 {
            return Tys::EMPTY;
        }
        let known = match self.table.kind(ty) {
            TyKind::Param(index, _) => {
                let bounds = self.param_bounds(index);
                self.single_bound(&bounds, ty, trait_)
            }
            TyKind::Infer(var) => {
                let bounds = self.rigid_bounds_of(Var(var));
                self.single_bound(&bounds, ty, trait_)
            }
            TyKind::Dyn(own, args) => self.dyn_args(own, args, trait_),
            _ => None,
        };
        match known {
            Some(args) => args,
            None => {
                let args: Vec<Ty> = (0..count).map(|_| self.fresh(Span::NONE)).collect();
                self.table.make_list(&args)
            }
        }
    }

    /// The arguments of a bound, if only one bound is of the trait.
    fn single_bound(&mut self, bounds: &[TraitRef], ty: Ty, trait_: TraitId) -> Option<Tys> {
        if bounds.iter().filter(|bound| bound.trait_ == trait_).count() > 1 {
            return None;
        }
        self.bound_args(bounds, ty, trait_, None)
    }

    /// The method or function `name` of a type, for a path. Reports what is
    /// ambiguous or private; none if there is no such method.
    pub(crate) fn find_method(&mut self, ty: Ty, name: ast::Name, _path: bool) -> Option<Target> {
        match self.lookup_method(ty, name.symbol) {
            Lookup::Found(target) => {
                self.check_visible(&target, name);
                Some(target)
            }
            Lookup::Ambiguous(traits) => {
                self.ambiguous_method(&traits, ty, name);
                None
            }
            Lookup::Missing | Lookup::Stuck(_) => None,
        }
    }

    /// A method that several traits of a type have.
    pub(crate) fn ambiguous_method(&mut self, traits: &[TraitId], ty: Ty, name: ast::Name) {
        let text = self.text(name.symbol);
        let ty = self.show(ty);
        let names: Vec<&str> =
            traits.iter().map(|trait_| self.text(self.program.traits[*trait_].name)).collect();
        let mut diag = Diagnostic::error(
            &codes::AMBIGUOUS_METHOD,
            name.span,
            format!("`{ty}` has a method `{text}` from several traits"),
        )
        .label(format!("from `{}`", names.join("` or `")));
        for trait_ in traits {
            let method = self.program.traits[*trait_]
                .methods
                .iter()
                .find(|method| self.program.functions[**method].name == name.symbol);
            if let Some(method) = method {
                let owner = self.text(self.program.traits[*trait_].name);
                diag = diag
                    .also(self.program.functions[*method].span, format!("the one of `{owner}`"));
            }
        }
        let calls: Vec<String> = names.iter().map(|name| format!("`{name}.{text}(..)`")).collect();
        let diag = diag.note(format!("say which one is meant: {}", calls.join(" or ")));
        self.error(diag);
    }

    /// Reports a method that is private to another file.
    pub(crate) fn check_visible(&mut self, target: &Target, name: ast::Name) {
        let function = match *target {
            Target::Inherent { function, .. } => function,
            Target::Trait { .. } | Target::Text { .. } => return,
        };
        let def = &self.program.functions[function];
        if self.text(def.name).starts_with('_') && !self.sees_private(def.module) {
            self.private_member("method", name, def.module, def.span);
            return;
        }
        // The methods of a private type that came along are out of reach too.
        let Parent::Impl(impl_) = def.parent else { return };
        if let TyKind::Adt(adt, _) = self.program.types.kind(self.program.impls[impl_].self_ty) {
            self.check_type_visible(adt, name);
        }
    }

    /// Whether the function at hand may use what begins with `_` in another
    /// module.
    pub(crate) fn sees_private(&self, module: ModuleId) -> bool {
        module == self.f.module
            || (self.program.is_library(module) && self.program.is_library(self.f.module))
    }

    /// Reports a member of a type that is private to another file.
    pub(crate) fn check_type_visible(&mut self, adt: AdtId, name: ast::Name) {
        let def = &self.program.adts[adt];
        if def.public || self.sees_private(def.module) {
            return;
        }
        let owner = self.text(def.name);
        let path = self.text(self.program.modules[def.module].path);
        let diag = Diagnostic::error(
            &codes::PRIVATE_MEMBER,
            name.span,
            format!("the type `{owner}` is private to the module `{path}`, and so are its members"),
        )
        .label("cannot be used here")
        .also(def.span, "declared here without `pub`");
        self.error(diag);
    }

    /// Reports a variant that is private to another file.
    pub(crate) fn check_variant_visible(&mut self, adt: AdtId, variant: u32, span: Span) {
        let def = &self.program.adts[adt];
        if def.kind != AdtKind::Enum {
            return;
        }
        let variant = &def.variants[variant as usize];
        let (symbol, declared, module) = (variant.name, variant.span, def.module);
        if self.text(symbol).starts_with('_') && !self.sees_private(module) {
            self.private_member("variant", ast::Name { symbol, span }, module, declared);
        }
    }

    /// A field, method or variant that begins with `_`, seen from another file.
    pub(crate) fn private_member(
        &mut self,
        what: &str,
        name: ast::Name,
        module: ModuleId,
        declared: Span,
    ) {
        let text = self.text(name.symbol);
        let path = self.text(self.program.modules[module].path);
        let diag = Diagnostic::error(
            &codes::PRIVATE_MEMBER,
            name.span,
            format!("the {what} `{text}` is private to the module `{path}`"),
        )
        .label("cannot be used here")
        .also(declared, "declared here")
        .note("members whose names begin with `_` belong to their type's file");
        self.error(diag);
    }

    /// What class of numbers the bounds of a parameter make it.
    pub(crate) fn class_of(program: &Program, bounds: &[TraitRef]) -> NumberClass {
        let lang = &program.lang;
        let mut class = NumberClass::None;
        for bound in bounds {
            if bound.trait_ == lang.integer {
                return NumberClass::Integer;
            }
            if bound.trait_ == lang.float {
                return NumberClass::Float;
            }
            if bound.trait_ == lang.number {
                class = NumberClass::Number;
            }
        }
        class
    }

    /// How a method is called, and with which type arguments: the signature,
    /// the arguments to put into it, and the callee.
    pub(crate) fn prepare(
        &mut self,
        target: &Target,
        explicit: &[Ty],
        span: Span,
    ) -> Option<Prepared<'p>> {
        let program = self.program;
        match *target {
            Target::Text { .. } => None,
            Target::Inherent { function, self_ty } => {
                let mut sig = self.sig(function, span);
                let args = self.instantiate(&mut sig, span);
                if let Parent::Impl(impl_) = program.functions[function].parent {
                    let pattern = program.impls[impl_].self_ty;
                    let known = self.table.substitute(pattern, &args);
                    self.table.unify(known, self_ty);
                }
                self.explicit_args(&sig, &args, explicit, span);
                let list = self.arg_list(&args);
                let callee = Callee::Fn(FnRef { function, args: list });
                Some(Prepared { sig, args, callee })
            }
            Target::Trait { trait_, method, self_ty, args: trait_args } => {
                let sig = self.sig(method, span);
                let mut args = vec![self_ty];
                args.extend_from_slice(self.table.list(trait_args));
                while args.len() < sig.generics.len() {
                    args.push(self.fresh(span));
                }
                self.explicit_args(&sig, &args, explicit, span);
                let list = self.arg_list(&args);
                let reference = MethodRef { trait_, method, args: list };
                let through_table = matches!(self.table.kind(self_ty), TyKind::Dyn(..))
                    && program.is_dyn_method(method)
                    && self.dyn_has_trait(self_ty, trait_);
                let callee =
                    if through_table { Callee::Dyn(reference) } else { Callee::Method(reference) };
                self.require(trait_, self_ty, trait_args, span, super::bounds::Cause::Method);
                Some(Prepared { sig, args, callee })
            }
        }
    }

    fn dyn_has_trait(&mut self, ty: Ty, trait_: TraitId) -> bool {
        match self.table.kind(ty) {
            TyKind::Dyn(own, args) => self.dyn_args(own, args, trait_).is_some(),
            _ => false,
        }
    }

    /// A method as a value: `str.len`, `Point.origin`.
    pub(crate) fn method_value(&mut self, target: &Target, explicit: &[Ty], span: Span) -> ExprId {
        if let Target::Text { self_ty } = *target {
            return self.text_value(self_ty, span);
        }
        let Some(Prepared { sig, args, callee }) = self.prepare(target, explicit, span) else {
            return self.error_expr(span);
        };
        if let Some(param) = sig.params.iter().find(|param| param.mutable) {
            let name = self.text(self.program.functions[sig.function].name);
            let diag = Diagnostic::error(
                &codes::NOT_CALLED,
                span,
                format!("`{name}` changes its argument and so is no value"),
            )
            .label("cannot be handed on")
            .also(param.span, "this parameter is `mut`");
            self.error(diag);
            return self.error_expr(span);
        }
        self.require_bounds(&sig, &args, span, super::bounds::Cause::Bound);
        let ty = self.fn_type(&sig, &args);
        let kind = match callee {
            Callee::Fn(function) => ExprKind::Fn(function),
            Callee::Method(method) | Callee::Dyn(method) => ExprKind::Method(method),
            _ => ExprKind::Error,
        };
        self.push(kind, ty, span)
    }

    /// `i64.to_str` as a value: a lambda that makes the text.
    fn text_value(&mut self, self_ty: Ty, span: Span) -> ExprId {
        self.synthetic_lambda(&[self_ty], span, |this, params| {
            let arg = Arg { param: 0, mutable: false, value: params[0] };
            let args = this.f.body.add_list(&[arg]);
            let callee = Callee::Builtin(Builtin::ToStr);
            this.push(ExprKind::Call { callee, args }, Ty::STR, span)
        })
    }
}

/// A method about to be called.
pub(crate) struct Prepared<'p> {
    pub(crate) sig: super::signature::Sig<'p>,
    pub(crate) args: Vec<Ty>,
    pub(crate) callee: Callee,
}
