//! How long variables live.
//!
//! A value is given back after its last use, which nobody can see, except
//! through a weak reference to an instance: that reads as `None` from then on.
//! So where a program has weak fields, variables that may keep one of their
//! targets alive live to the end of their block, as everybody expects.

use simple_hir::{AdtId, ExprId, ExprKind, LocalId, PatId, PatKind, Program, Ty, TyKind};
use simple_source::interner::FxHashSet;

use super::function::FunctionLowerer;
use crate::function::*;

/// The classes that weak fields of the program refer to.
pub(crate) fn weak_targets(program: &Program) -> FxHashSet<AdtId> {
    let fields = program.adts.iter().flat_map(|adt| &adt.variants).flat_map(|v| &v.fields);
    fields
        .filter(|field| field.weak)
        .filter_map(|field| match program.types.kind(field.ty) {
            TyKind::Adt(_, args) => program.types.list(args).first().copied(),
            _ => None,
        })
        .filter_map(|target| match program.types.kind(target) {
            TyKind::Adt(class, _) => Some(class),
            _ => None,
        })
        .collect()
}

impl FunctionLowerer<'_, '_, '_> {
    /// Notes that a variable has come into scope.
    pub(crate) fn begin_life(&mut self, local: LocalId) {
        if self.shared.weak_targets.is_empty() {
            return;
        }
        let ty = self.subst(self.body().locals[local].ty);
        if self.may_keep_target(ty, &mut FxHashSet::default()) {
            self.living.push(local);
        }
    }

    /// Notes the variables that a pattern binds.
    pub(crate) fn begin_lives_of(&mut self, pat: PatId) {
        if self.shared.weak_targets.is_empty() {
            return;
        }
        let body = self.body();
        match body.pats[pat].kind {
            PatKind::Bind(local) => self.begin_life(local),
            PatKind::Tuple(parts) | PatKind::Or(parts) => {
                body.list(parts).iter().for_each(|part| self.begin_lives_of(*part));
            }
            PatKind::Variant { fields, .. } => {
                body.list(fields).iter().for_each(|field| self.begin_lives_of(field.pat));
            }
            PatKind::List { prefix, rest_binding, suffix, .. } => {
                body.list(prefix).iter().for_each(|part| self.begin_lives_of(*part));
                rest_binding.iter().for_each(|local| self.begin_life(*local));
                body.list(suffix).iter().for_each(|part| self.begin_lives_of(*part));
            }
            PatKind::Wildcard | PatKind::Literal(_) | PatKind::Range { .. } => {}
        }
    }

    /// The variables that came into scope since there were `from` end here.
    pub(crate) fn end_lives(&mut self, from: usize) {
        self.keep_lives(from);
        self.living.truncate(from);
    }

    /// Variables of the scopes that are left early live until here.
    pub(crate) fn keep_lives(&mut self, from: usize) {
        for index in (from..self.living.len()).rev() {
            let place = self.place_of(self.living[index]);
            self.b.push(StatementKind::Keep(place));
        }
    }

    /// Variables that are about to be assigned live until here, though nobody may look
    /// at what they have any more. The new value may still be made of the old one.
    pub(crate) fn keep_overwritten(&mut self, target: ExprId) {
        if self.living.is_empty() {
            return;
        }
        match self.expr_of(target).kind {
            ExprKind::Local(local) if self.living.contains(&local) => {
                let place = self.place_of(local);
                self.b.push(StatementKind::Keep(place));
            }
            ExprKind::Tuple(elements) => {
                let elements = self.body().list(elements).to_vec();
                elements.into_iter().for_each(|element| self.keep_overwritten(element));
            }
            _ => {}
        }
    }

    /// Whether a value of the type may be what keeps a weak reference's target
    /// alive.
    fn may_keep_target(&self, ty: Ty, seen: &mut FxHashSet<Ty>) -> bool {
        let types = &self.program.types;
        match types.kind(ty) {
            TyKind::List(element) => self.may_keep_target(element, seen),
            TyKind::Tuple(parts) => {
                types.list(parts).iter().any(|part| self.may_keep_target(*part, seen))
            }
            TyKind::Adt(adt, args) => {
                if !seen.insert(ty) {
                    return false;
                }
                let args = types.list(args);
                self.shared.weak_targets.contains(&adt)
                    || self.program.adts[adt]
                        .variants
                        .iter()
                        .flat_map(|variant| &variant.fields)
                        .filter(|field| !field.weak)
                        .any(|field| self.may_keep_target(types.substitute(field.ty, args), seen))
            }
            // What is behind these nobody knows.
            TyKind::Fn(..) | TyKind::Dyn(..) => true,
            _ => false,
        }
    }
}
