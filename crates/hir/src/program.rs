//! What later stages ask of a program.

use simple_source::Diagnostic;

use crate::body::{Body, FnRef, MethodRef};
use crate::def::{ConstId, FnId, FnKind, ImplId, Program, TraitId};
use crate::infer::{BodyOwner, Infer};
use crate::ty::{Ty, Tys};

/// An impl that was found for a type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ImplMatch {
    /// The impl.
    pub impl_: ImplId,
    /// A type for each of the impl's own generic parameters.
    pub impl_args: Tys,
    /// The trait's arguments, without `Self`.
    pub trait_args: Tys,
}

/// What a trait's method is for a known type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resolved {
    /// This function: an impl's method, or the trait's default with `Self` and
    /// the trait's arguments before the method's own.
    Fn(FnRef),
    /// There is no impl: equality, order, hash or text by structure, or
    /// identity for classes. The trait is `Eq`, `Ord`, `Hash` or `Show`.
    Structural(TraitId),
    /// The type is a `dyn` of this trait or of one that requires it: through
    /// the vtable.
    Dyn(MethodRef),
}

impl Program {
    /// The body of a function. A library function's is checked when it is
    /// first asked for. None for functions without one and for those with
    /// errors in it.
    pub fn body(&self, function: FnId) -> Option<&Body> {
        let FnKind::Body(cell) = &self.functions[function].kind else { return None };
        cell.get_or_init(|| self.late_body(function).map(Box::new)).as_deref()
    }

    /// Checks a body that nobody asked for during the analysis.
    fn late_body(&self, function: FnId) -> Option<Body> {
        let mut infer = Infer::new(self);
        let mut outcome = infer.check_group(&[BodyOwner::Fn(function)]);
        if !outcome.diags.is_empty() {
            let mut late =
                self.session.late.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            late.append(&mut outcome.diags);
        }
        let found = outcome.bodies.into_iter().find(|(owner, _)| *owner == BodyOwner::Fn(function));
        found.and_then(|(_, body)| body)
    }

    /// The checked value of a constant, as an expression. None if errors were
    /// found in it.
    pub fn const_body(&self, constant: ConstId) -> Option<&Body> {
        self.session.consts[constant].body.get()?.as_ref()
    }

    /// What was found in library bodies since the analysis; empties the list.
    pub fn take_late_diagnostics(&self) -> Vec<Diagnostic> {
        let mut late = self.session.late.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        std::mem::take(&mut *late)
    }

    /// The impl of `trait_` for the type `self_ty`, which has no parameters.
    /// `args` are the trait's arguments as far as they are known: none of
    /// them, or all.
    pub fn find_impl(&self, trait_: TraitId, self_ty: Ty, args: &[Ty]) -> Option<ImplMatch> {
        self.ground_impl(trait_, self_ty, args, 0)
    }

    /// What `method` is for types without parameters. None only if the type
    /// does not implement the trait, which checking excludes.
    pub fn resolve_method(&self, method: MethodRef) -> Option<Resolved> {
        self.ground_method(method)
    }

    /// Whether the type `ty`, which has no parameters, implements a trait, by
    /// an impl or by structure.
    pub fn implements(&self, ty: Ty, trait_: TraitId) -> bool {
        self.ground_holds(trait_, ty, &[], 0)
    }
}
