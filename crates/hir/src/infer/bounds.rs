//! Traits that types are required to have.

use simple_source::{Applicability, Diagnostic, Span, Symbol};
use simple_syntax::ast;

use super::Infer;
use super::obligation::Obligation;
use super::select::Holds;
use super::table::{Table, Var, VarKind};
use crate::body::*;
use crate::codes;
use crate::declare::written::TypeCheck;
use crate::def::*;
use crate::ty::{Ty, TyKind, Tys};

/// Why a type has to have a trait, for messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cause {
    /// A value is put behind the trait.
    Dyn(ExprId),
    /// It is a key of a dict or an element of a set.
    Key,
    /// A bound of a function's or type's parameter.
    Bound,
    /// A method that needs more of its type.
    Method,
    /// An operator.
    Operator,
    /// A comparison.
    Comparison,
    /// It is put into text.
    Text,
    /// A trait requires another one.
    Supertrait,
}

impl Infer<'_> {
    /// Requires that `ty` has a trait; looks again later if that is not known
    /// yet. The trait's arguments are bound if only one impl fits.
    pub(crate) fn require(&mut self, trait_: TraitId, ty: Ty, args: Tys, span: Span, cause: Cause) {
        if let Some(var) = self.try_require(trait_, ty, args, span, cause) {
            self.wait_for(var, Obligation::Bound { trait_, ty, args, span, cause });
        }
    }

    /// The variable that it depends on whether `ty` has a trait. None if it
    /// has, or if it has not and that was reported.
    pub(crate) fn try_require(
        &mut self,
        trait_: TraitId,
        ty: Ty,
        args: Tys,
        span: Span,
        cause: Cause,
    ) -> Option<Var> {
        match self.holds(trait_, ty, args) {
            Holds::Yes => {
                self.bind_trait_args(trait_, ty, args, span, cause);
                None
            }
            Holds::Stuck(var) => Some(var),
            Holds::No(part) => {
                self.not_implemented(trait_, ty, args, part, span, cause);
                None
            }
        }
    }

    /// Binds the arguments of a trait that a type has, by the impl or bound
    /// that gives it.
    fn bind_trait_args(&mut self, trait_: TraitId, ty: Ty, args: Tys, span: Span, cause: Cause) {
        let ty = self.table.shallow(ty);
        let plain = Table::is_ground(ty) && !self.program.types.has_params(ty);
        if args == Tys::EMPTY && plain {
            return;
        }
        match self.table.kind(ty) {
            TyKind::Param(index, _) => {
                let bounds = self.param_bounds(index);
                if let Some(found) = self.bound_args(&bounds, ty, trait_, Some(args)) {
                    self.unify_lists(found, args);
                    return;
                }
            }
            TyKind::Infer(var) => {
                let bounds = self.rigid_bounds_of(Var(var));
                if let Some(found) = self.bound_args(&bounds, ty, trait_, Some(args)) {
                    self.unify_lists(found, args);
                }
                return;
            }
            TyKind::Dyn(own, own_args) => {
                if let Some(found) = self.dyn_args(own, own_args, trait_) {
                    self.unify_lists(found, args);
                    return;
                }
            }
            _ => {}
        }
        if self.program.is_sealed(trait_) {
            return;
        }
        let found = self.find_impls(trait_, ty, args, 0);
        if let [one] = found.as_slice() {
            self.commit_impl(one.impl_, ty, args, span, cause);
        }
    }

    /// Makes a type an instance of what an impl is for.
    fn commit_impl(&mut self, impl_: ImplId, ty: Ty, args: Tys, span: Span, cause: Cause) {
        let program = self.program;
        let def = &program.impls[impl_];
        let Some(reference) = def.trait_ else { return };
        let impl_args: Vec<Ty> = def.generics.params.iter().map(|_| self.fresh(span)).collect();
        let self_ty = self.table.substitute(def.self_ty, &impl_args);
        self.table.unify(self_ty, ty);
        let found = self.table.substitute_list(reference.args, &impl_args);
        self.unify_lists(found, args);
        for (param, arg) in def.generics.params.iter().zip(&impl_args) {
            for bound in &param.bounds {
                let bound_args = self.table.substitute_list(bound.args, &impl_args);
                self.require(bound.trait_, *arg, bound_args, span, cause);
            }
        }
    }

    /// Makes the types of two lists equal, one by one.
    pub(crate) fn unify_lists(&mut self, a: Tys, b: Tys) -> bool {
        let len = self.table.list(a).len().min(self.table.list(b).len());
        (0..len).all(|index| {
            let (x, y) = (self.table.part(a, index), self.table.part(b, index));
            self.table.unify(x, y)
        })
    }

    /// Reports that a type lacks a trait that it has to have.
    fn not_implemented(
        &mut self,
        trait_: TraitId,
        ty: Ty,
        args: Tys,
        part: Ty,
        span: Span,
        cause: Cause,
    ) {
        let reference = TraitRef { trait_, args };
        if self.has_lost_impl(trait_) {
            self.f.failed = true;
            return;
        }
        let trait_text = self.program.trait_shown(&self.table, reference);
        let ty_text = self.show(ty);
        let part_text = self.show(part);
        let param = match self.table.kind(part) {
            TyKind::Param(_, name) => Some(self.text(name).to_owned()),
            TyKind::Infer(var) if self.table.var_kind(Var(var)) == VarKind::Rigid => {
                Some(part_text.clone())
            }
            _ => None,
        };
        let lang = &self.program.lang;
        if trait_ == lang.show {
            let diag =
                Diagnostic::error(&codes::NO_TEXT, span, format!("`{part_text}` has no text"))
                    .label(if part == ty {
                        "a function cannot be shown".to_owned()
                    } else {
                        format!("`{ty_text}` contains a function")
                    });
            let diag = match self.table.kind(part) {
                TyKind::Fn(params, _) => {
                    let params = self.table.list(params);
                    let are_integers =
                        params.iter().all(|ty| matches!(self.table.kind(*ty), TyKind::Int(_)));
                    let examples = ["2", "3", "4"];
                    if are_integers && params.len() <= examples.len() {
                        let text = self.snippet(span);
                        let call = format!("{text}({})", examples[..params.len()].join(", "));
                        let message = "to show its result, call it";
                        diag.suggest(message, span, call, Applicability::Maybe)
                    } else {
                        diag.note("to show its result, call it")
                    }
                }
                _ => diag,
            };
            self.error(diag);
            return;
        }
        if let Some(param) = param {
            if !self.say_missing_bound(part, trait_) {
                return;
            }
            let needs = match cause {
                Cause::Key => "to be a key",
                Cause::Operator | Cause::Comparison => "for this operator",
                _ => "here",
            };
            let diag = Diagnostic::error(
                &codes::MISSING_BOUND,
                span,
                format!(
                    "the type parameter `{param}` needs the bound `{param}: {trait_text}` {needs}"
                ),
            )
            .label(format!("nothing says that `{param}` implements `{trait_text}`"));
            let diag = self.offer_bound(diag, &param, &trait_text);
            self.error(diag);
            return;
        }
        let (code, message) = match cause {
            Cause::Key => (
                &codes::NOT_IMPLEMENTED,
                format!("`{ty_text}` cannot be a key: it does not implement `{trait_text}`"),
            ),
            Cause::Comparison => (
                &codes::COMPARISON,
                format!(
                    "values of type `{ty_text}` cannot be compared like this: it does not implement `{trait_text}`"
                ),
            ),
            _ => {
                (&codes::NOT_IMPLEMENTED, format!("`{ty_text}` does not implement `{trait_text}`"))
            }
        };
        let mut diag = Diagnostic::error(code, span, message);
        diag = diag.label(match cause {
            Cause::Dyn(_) => format!("expected a value of a type that implements `{trait_text}`"),
            Cause::Supertrait => format!("`{trait_text}` is required"),
            _ => format!("`{trait_text}` is needed"),
        });
        if part_text != ty_text {
            diag =
                diag.note(format!("because `{part_text}` in it does not implement `{trait_text}`"));
        }
        diag = self.why_not(diag, trait_, part, &trait_text, &part_text);
        self.error(diag);
    }

    /// Whether an impl whose type or trait was refused may have been one of
    /// `trait_`: it names that, or has a method of it.
    pub(crate) fn has_lost_impl(&self, trait_: TraitId) -> bool {
        let program = self.program;
        let methods = &program.traits[trait_].methods;
        program.lost_impls().any(|def| match def.trait_ {
            Some(reference) => reference.trait_ == trait_,
            None => methods
                .iter()
                .any(|method| def.methods.contains_key(&program.functions[*method].name)),
        })
    }

    /// Whether such an impl may have had a method of this name.
    pub(crate) fn is_lost_method(&self, name: Symbol) -> bool {
        let owners = self.program.session.tables.trait_methods.get(&name);
        self.program.lost_impls().any(|def| def.methods.contains_key(&name))
            || owners.into_iter().flatten().any(|(owner, _)| self.has_lost_impl(*owner))
    }

    /// Offers to write a bound where the parameter `param` is declared.
    pub(crate) fn offer_bound(&self, diag: Diagnostic, param: &str, bound: &str) -> Diagnostic {
        let ast = self.f.ast;
        // The header of a type or an impl is no function's.
        let here = match self.function_at_hand() {
            Some(function) => self.program.functions[function].span,
            None => diag.primary.span,
        };
        // The innermost declaration around this function with such a parameter.
        let mut found: Option<(u32, Span, &str)> = None;
        for number in 0..ast.item_count() {
            let item = ast.item(ast::ItemId(number as u32));
            let (ast::ItemKind::Function(ast::Function { generics, .. })
            | ast::ItemKind::Impl { generics, .. }
            | ast::ItemKind::Trait { generics, .. }
            | ast::ItemKind::Struct { generics, .. }
            | ast::ItemKind::Class { generics, .. }
            | ast::ItemKind::Enum { generics, .. }) = item.kind
            else {
                continue;
            };
            if item.span.lo > here.lo || here.hi > item.span.hi {
                continue;
            }
            let declared =
                ast.list(generics).iter().find(|own| self.text(own.name.symbol) == param);
            if let Some(declared) = declared
                && found.is_none_or(|(lo, ..)| lo <= item.span.lo)
            {
                let (at, sign) = match ast.list(declared.bounds).last() {
                    Some(last) => (ast.ty(*last).span.end(), " + "),
                    None => (declared.name.span.end(), ": "),
                };
                found = Some((item.span.lo, at, sign));
            }
        }
        match found {
            Some((_, at, sign)) => diag.suggest(
                "say so where it is declared",
                at,
                format!("{sign}{bound}"),
                Applicability::Maybe,
            ),
            None => diag.note(format!("write `[{param}: {bound}]` where it is declared")),
        }
    }

    /// The function whose body or signature is being checked, if it is one's.
    fn function_at_hand(&self) -> Option<FnId> {
        match self.f.owner {
            super::BodyOwner::Fn(function) => {
                self.program.functions.get(function).map(|_| function)
            }
            super::BodyOwner::Const(_) => None,
        }
    }

    /// Whether it is still to be said that a parameter lacks a bound: once for
    /// a function and its signature.
    fn say_missing_bound(&mut self, param: Ty, trait_: TraitId) -> bool {
        self.f.failed = true;
        let name = match self.table.kind(param) {
            TyKind::Param(_, name) => name,
            _ => return true,
        };
        let Some(owner) = self.function_at_hand() else { return true };
        let mut said = self
            .program
            .session
            .said_bounds
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        said.insert((owner, name, trait_))
    }

    fn why_not(
        &self,
        diag: Diagnostic,
        trait_: TraitId,
        part: Ty,
        trait_text: &str,
        part_text: &str,
    ) -> Diagnostic {
        let lang = &self.program.lang;
        let kind = self.table.kind(part);
        if matches!(kind, TyKind::Fn(..)) && self.program.is_structural(trait_) {
            return diag.note("functions have no equality, order or hash");
        }
        if let TyKind::Adt(adt, _) = kind {
            if trait_ == lang.ord && (adt == lang.dict || adt == lang.set) {
                return diag.note("dicts and sets have no order");
            }
            let def = &self.program.adts[adt];
            if trait_ == lang.hash
                && self.program.session.tables.has_own_impl(lang.eq, crate::select::Head::Adt(adt))
            {
                return diag.note(format!(
                    "`impl Eq for {part_text}` takes the derived hash away: add `impl Hash for {part_text}`"
                ));
            }
            if trait_ == lang.ord && def.kind == AdtKind::Class {
                return diag
                    .note(format!("a class has an order only by `impl Ord for {part_text}`"));
            }
            if !self.program.is_library(def.module) && !self.program.is_sealed(trait_) {
                return diag
                    .note(format!("add `impl {trait_text} for {part_text}:` to implement it"));
            }
        }
        diag
    }

    /// Checks what has to hold for types that were written in the function at
    /// hand.
    pub(crate) fn check_written(&mut self) {
        for check in std::mem::take(&mut self.checks) {
            match check {
                TypeCheck::Dyn(trait_, span) => {
                    if let Some(diag) = self.program.dyn_problem(trait_, span) {
                        self.error(diag);
                    }
                }
                TypeCheck::Bounds(ty, span) => {
                    let ty = self.localise(ty);
                    self.check_type_bounds(ty, span);
                }
            }
        }
    }

    /// Requires the bounds of a type's declaration of its arguments.
    pub(crate) fn check_type_bounds(&mut self, ty: Ty, span: Span) {
        let program = self.program;
        let TyKind::Adt(adt, args) = self.table.kind(ty) else { return };
        let lang = &program.lang;
        let list = self.list_vec(args);
        if adt == lang.dict || adt == lang.set {
            if program.is_library(self.f.module) {
                // Its methods say what they need of keys.
                return;
            }
            if let Some(key) = list.first() {
                self.require(lang.hash, *key, Tys::EMPTY, span, Cause::Key);
            }
            return;
        }
        for (param, arg) in program.adts[adt].generics.params.iter().zip(&list) {
            for bound in &param.bounds {
                let bound_args = self.table.substitute_list(bound.args, &list);
                self.require(bound.trait_, *arg, bound_args, span, Cause::Bound);
            }
        }
    }
}

impl Program {
    /// The impls whose type or trait was refused, which was said.
    fn lost_impls(&self) -> impl Iterator<Item = &ImplDef> {
        self.impls.iter().filter(|def| def.self_ty == Ty::ERROR)
    }

    /// Why a trait cannot be `dyn`, if it cannot.
    pub(crate) fn dyn_problem(&self, trait_: TraitId, span: Span) -> Option<Diagnostic> {
        let supers = self.session.tables.supertraits(trait_);
        let all = std::iter::once(trait_).chain(supers.iter().map(|super_| super_.trait_));
        for owner in all {
            for &method in &self.traits[owner].methods {
                let def = &self.functions[method];
                if !matches!(def.kind, FnKind::Required) || self.is_dyn_method(method) {
                    continue;
                }
                let name = self.text(def.name);
                let why = if def.receiver == Receiver::None {
                    "takes no `self`"
                } else if def.generics.params.len() > def.generics.inherited as usize {
                    "is generic"
                } else {
                    "mentions `Self`"
                };
                let trait_name = self.text(self.traits[trait_].name);
                return Some(
                    Diagnostic::error(
                        &codes::NOT_DYN,
                        span,
                        format!("`{trait_name}` cannot be `dyn`: its method `{name}` {why}"),
                    )
                    .label("cannot be put behind this trait")
                    .also(def.span, "this method prevents it")
                    .note(format!("a generic function works with it: `[T: {trait_name}]`")),
                );
            }
        }
        None
    }
}
