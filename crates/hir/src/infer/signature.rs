//! The types of functions that are called or used as values.

use std::borrow::Cow;

use simple_source::{Diagnostic, Span};

use super::table::{Table, Var};
use super::{BodyOwner, Infer};
use crate::codes;
use crate::def::*;
use crate::ty::{Ty, TyKind, Tys};

/// A function's type as its callers see it. For a function of the group at
/// hand the types may be local.
#[derive(Clone)]
pub(crate) struct Sig<'p> {
    pub(crate) function: FnId,
    pub(crate) generics: Cow<'p, [GenericParam]>,
    pub(crate) params: Cow<'p, [ParamDef]>,
    pub(crate) result: Ty,
    pub(crate) origin: Origin,
}

/// Where a signature comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    /// It is stated, or was inferred before.
    Known,
    /// A function of the group at hand, by number.
    Group(usize),
    /// A nested function of the group at hand, by number.
    Nested(usize),
    /// It is not known; that was said.
    Unknown,
}

/// A use of a function of the group at hand by one with other generic
/// parameters: what is inferred of the function is put in afterwards.
#[derive(Debug)]
pub(crate) struct Delayed {
    number: usize,
    args: Vec<Ty>,
    /// Variables for the parts that are inferred; the last is the result.
    parts: Vec<Ty>,
    span: Span,
    user: usize,
}

impl<'p> Infer<'p> {
    /// The signature of a function.
    pub(crate) fn sig(&mut self, function: FnId, span: Span) -> Sig<'p> {
        let program = self.program;
        let info = &program.session.functions[function];
        if !info.nested
            && let Some(known) = program.signature(function)
        {
            return Sig {
                function,
                generics: Cow::Borrowed(&known.generics.params),
                params: Cow::Borrowed(known.params),
                result: known.result,
                origin: Origin::Known,
            };
        }
        let number = if self.f.owner == BodyOwner::Fn(function) {
            Some(self.f.number)
        } else {
            self.bodies
                .iter()
                .flatten()
                .find(|body| body.owner == BodyOwner::Fn(function))
                .map(|body| body.number)
        };
        if let Some(number) = number {
            let body = self.body_numbered(number);
            return Sig {
                function,
                generics: Cow::Owned(body.generics.clone()),
                params: Cow::Owned(body.params.clone()),
                result: body.result,
                origin: if info.nested { Origin::Nested(number) } else { Origin::Group(number) },
            };
        }
        let def = &program.functions[function];
        let name = self.text(def.name);
        let diag = Diagnostic::error(
            &codes::UNDECIDED,
            span,
            format!("the type of `{name}` is not known here"),
        )
        .label("its parameter and result types need to be written")
        .also(def.span, "declared here");
        self.error(diag);
        Sig {
            function,
            generics: Cow::Borrowed(&[]),
            params: Cow::Borrowed(&[]),
            result: Ty::ERROR,
            origin: Origin::Unknown,
        }
    }

    /// Types for the parameters of a function, to be found out from its use;
    /// for uses within a circle of inferred functions the parameters
    /// themselves. A nested function's list holds only what it declares itself.
    pub(crate) fn instantiate(&mut self, sig: &mut Sig<'p>, span: Span) -> Vec<Ty> {
        match sig.origin {
            Origin::Known => {
                let args: Vec<Ty> = (0..sig.generics.len()).map(|_| self.fresh(span)).collect();
                let loose = &self.program.session.loose_params;
                if !loose.is_empty()
                    && let Parent::Impl(impl_) = self.program.functions[sig.function].parent
                {
                    for (index, arg) in args.iter().enumerate() {
                        if loose.contains(&(impl_, index as u32)) {
                            self.table.unify(*arg, Ty::ERROR);
                        }
                    }
                }
                args
            }
            Origin::Unknown => Vec::new(),
            Origin::Group(number) => {
                if sig.generics.is_empty() {
                    return Vec::new();
                }
                if self.shares_generics(number) {
                    return self.identity_args();
                }
                let args: Vec<Ty> = (0..sig.generics.len()).map(|_| self.fresh(span)).collect();
                self.delay(sig, number, &args, span);
                args
            }
            Origin::Nested(number) => {
                let vars = self.body_numbered(number).quantified.clone();
                if !self.body_numbered(number).settled {
                    return Vec::new();
                }
                let args: Vec<Ty> = vars.iter().map(|_| self.fresh(span)).collect();
                let map: Vec<(Var, Ty)> = vars.iter().copied().zip(args.iter().copied()).collect();
                if !map.is_empty() {
                    for param in sig.params.to_mut() {
                        param.ty = self.table.replace(param.ty, &map);
                    }
                    sig.result = self.table.replace(sig.result, &map);
                    self.require_quantified(&map, span);
                }
                args
            }
        }
    }

    /// Whether the function at hand and another one of the group have the
    /// same generic parameters: it is the same, or a method of the same impl,
    /// and neither has parameters of its own.
    fn shares_generics(&self, number: usize) -> bool {
        if number == self.f.number {
            return true;
        }
        let other = self.body_numbered(number);
        let parent = |owner: BodyOwner| match owner {
            BodyOwner::Fn(function) => {
                let def = &self.program.functions[function];
                Some((def.parent, def.generics.inherited as usize, def.generics.params.len()))
            }
            BodyOwner::Const(_) => None,
        };
        match (parent(self.f.owner), parent(other.owner)) {
            (Some((mine, inherited, all)), Some((theirs, _, their_all))) => {
                mine == theirs
                    && matches!(mine, Parent::Impl(_))
                    && inherited == all
                    && all == their_all
            }
            _ => false,
        }
    }

    /// Puts variables in the place of what is still being inferred of a
    /// function with other generic parameters.
    fn delay(&mut self, sig: &mut Sig<'p>, number: usize, args: &[Ty], span: Span) {
        let mut parts = Vec::with_capacity(sig.params.len() + 1);
        for param in sig.params.to_mut() {
            if !Table::is_ground(param.ty) {
                param.ty = self.fresh(span);
            }
            parts.push(param.ty);
        }
        if !Table::is_ground(sig.result) {
            sig.result = self.fresh(span);
        }
        parts.push(sig.result);
        let user = self.f.number;
        self.delayed.push(Delayed { number, args: args.to_vec(), parts, span, user });
    }

    /// Puts what was inferred of the group's functions into the uses that
    /// were waiting for it.
    pub(crate) fn settle_delayed(&mut self) {
        for delayed in std::mem::take(&mut self.delayed) {
            let body = self.body_numbered(delayed.number);
            let mut inferred: Vec<Ty> = body.params.iter().map(|param| param.ty).collect();
            inferred.push(body.result);
            for (part, inferred) in delayed.parts.iter().zip(inferred) {
                let mut open = false;
                let finished = self.table.finish_if_closed(inferred, &mut open);
                let ty =
                    if open { inferred } else { self.table.substitute(finished, &delayed.args) };
                if Table::is_ground(*part) {
                    continue;
                }
                if !self.table.unify(*part, ty) {
                    let (want, have) = (self.show(ty), self.show(*part));
                    let diag = Diagnostic::error(
                        &codes::MISMATCH,
                        delayed.span,
                        format!("expected `{want}`, found `{have}`"),
                    )
                    .label("does not fit what was inferred of the function");
                    let user = delayed.user;
                    self.in_body(user, |this| this.error(diag));
                }
            }
        }
    }

    /// The types of a signature's parameters and its result, with `args` put in.
    pub(crate) fn param_ty(&mut self, sig: &Sig<'p>, index: usize, args: &[Ty]) -> Ty {
        let ty = sig.params[index].ty;
        match sig.origin {
            Origin::Nested(_) => ty,
            _ => self.table.substitute(ty, args),
        }
    }

    /// See [`Infer::param_ty`].
    pub(crate) fn result_ty(&mut self, sig: &Sig<'p>, args: &[Ty]) -> Ty {
        match sig.origin {
            Origin::Nested(_) => sig.result,
            _ => self.table.substitute(sig.result, args),
        }
    }

    /// The type of a function as a value.
    pub(crate) fn fn_type(&mut self, sig: &Sig<'p>, args: &[Ty]) -> Ty {
        let params: Vec<Ty> =
            (0..sig.params.len()).map(|index| self.param_ty(sig, index, args)).collect();
        let result = self.result_ty(sig, args);
        let params = self.table.make_list(&params);
        self.table.make(TyKind::Fn(params, result))
    }

    /// Requires the bounds of a function's generic parameters of its type
    /// arguments.
    pub(crate) fn require_bounds(
        &mut self,
        sig: &Sig<'p>,
        args: &[Ty],
        span: Span,
        at: super::bounds::Cause,
    ) {
        if matches!(sig.origin, Origin::Nested(_)) {
            return;
        }
        for (index, param) in sig.generics.iter().enumerate() {
            for bound in &param.bounds {
                // `Self` of a trait's method is required by whoever found it.
                if index == 0 && self.is_trait_self(sig.function, *bound) {
                    continue;
                }
                let bound_args = self.table.substitute_list(bound.args, args);
                let ty = args.get(index).copied().unwrap_or(Ty::ERROR);
                self.require(bound.trait_, ty, bound_args, span, at);
            }
        }
    }

    fn is_trait_self(&self, function: FnId, bound: TraitRef) -> bool {
        self.program.functions[function].parent == Parent::Trait(bound.trait_)
    }

    /// Type arguments that were written at a use, in place of the function's
    /// own parameters.
    pub(crate) fn explicit_args(
        &mut self,
        sig: &Sig<'p>,
        args: &[Ty],
        explicit: &[Ty],
        span: Span,
    ) {
        if explicit.is_empty() {
            return;
        }
        let def = &self.program.functions[sig.function];
        let inherited = def.generics.inherited as usize;
        let own = match sig.origin {
            Origin::Nested(_) => args.len(),
            _ => sig.generics.len().saturating_sub(inherited),
        };
        if explicit.len() != own {
            let name = self.text(def.name);
            let message = if own == 0 {
                format!("`{name}` takes no type arguments")
            } else {
                let plural = if own == 1 { "" } else { "s" };
                format!("`{name}` takes {own} type argument{plural}")
            };
            let diag = Diagnostic::error(&codes::TYPE_ARGUMENTS, span, message)
                .label(format!("{} here", explicit.len()))
                .also(def.span, "declared here");
            self.error(diag);
            return;
        }
        let start = args.len() - own;
        for (arg, explicit) in args[start..].iter().zip(explicit) {
            self.table.unify(*arg, *explicit);
        }
    }

    /// The list of a function's type arguments, as a body has it.
    pub(crate) fn arg_list(&mut self, args: &[Ty]) -> Tys {
        self.table.make_list(args)
    }
}
