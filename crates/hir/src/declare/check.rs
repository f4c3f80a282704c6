//! What has to hold between declarations, now that all are known.

use simple_source::Diagnostic;

use super::written::TypeCheck;
use super::{Deferred, Owner};
use crate::def::*;
use crate::infer::Infer;
use crate::ty::TyKind;

/// Checks written types, impls and the sizes of types.
pub(crate) fn check(program: &Program, deferred: Deferred, diags: &mut Vec<Diagnostic>) {
    let mut infer = Infer::new(program);
    for (check, owner) in deferred.types {
        match check {
            TypeCheck::Dyn(trait_, span) => diags.extend(program.dyn_problem(trait_, span)),
            TypeCheck::Bounds(ty, span) => {
                // What a type holds need not be usable as a key yet: its
                // methods say when it is.
                let is_key = match program.types.kind(ty) {
                    TyKind::Adt(adt, _) => adt == program.lang.dict || adt == program.lang.set,
                    _ => false,
                };
                if is_key && matches!(owner, Owner::Adt(_) | Owner::Impl(_)) {
                    continue;
                }
                let module = program.module_of(owner);
                infer.environment(module, program.generics_of(owner));
                infer.check_type_bounds(ty, span);
            }
        }
    }
    super::impls::check(program, &mut infer, diags);
    super::infinite::check(program, diags);
    diags.append(&mut infer.diags);
}

impl Program {
    fn module_of(&self, owner: Owner) -> ModuleId {
        match owner {
            Owner::None => ModuleId(0),
            Owner::Adt(adt) => self.adts[adt].module,
            Owner::Trait(trait_) => self.traits[trait_].module,
            Owner::Impl(impl_) => self.impls[impl_].module,
            Owner::Fn(function) => self.functions[function].module,
        }
    }
}
