//! What has to hold between declarations, now that all are known.

use simple_source::{Applicability, Diagnostic, Span, Symbol, sym};

use super::written::TypeCheck;
use super::{Deferred, Owner};
use crate::codes;
use crate::def::*;
use crate::endless::check_types;
use crate::infer::{BodyOwner, Holds, Infer};
use crate::ty::{Ty, TyKind, Tys};

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
                if let Owner::Fn(function) = owner {
                    infer.f.owner = BodyOwner::Fn(function);
                }
                infer.check_type_bounds(ty, span);
            }
        }
    }
    derives(program, &mut infer, diags);
    super::impls::check(program, &mut infer, diags);
    let infinite = super::infinite::check(program, diags);
    diags.extend(check_types(program, &|adt| infinite.contains(&adt)));
    diags.append(&mut infer.diags);
}

/// `@derive(Eq, Ord, Hash, Show)` states that a type has these traits.
fn derives(program: &Program, infer: &mut Infer<'_>, diags: &mut Vec<Diagnostic>) {
    let lang = &program.lang;
    let known = [
        (sym::EQ_TRAIT, lang.eq),
        (sym::ORD_TRAIT, lang.ord),
        (sym::HASH_TRAIT, lang.hash),
        (sym::SHOW_TRAIT, lang.show),
    ];
    for &(adt, name, span) in &program.session.derives {
        let Some((_, trait_)) = known.iter().find(|(known, _)| *known == name) else { continue };
        let (ty, generics) = derived_type(program, adt, *trait_);
        infer.environment(program.adts[adt].module, &generics);
        let Holds::No(part) = infer.holds(*trait_, ty, Tys::EMPTY) else { continue };
        let mut diag = cannot_derive(program, adt, name, part, span);
        let said = |name| program.session.derives.iter().any(|d| d.0 == adt && d.1 == name);
        let other = known.into_iter().find(|(name, trait_)| {
            let (ty, generics) = derived_type(program, adt, *trait_);
            infer.environment(program.adts[adt].module, &generics);
            !said(*name) && infer.holds(*trait_, ty, Tys::EMPTY) == Holds::Yes
        });
        if let Some((other, _)) = other {
            let other = program.text(other);
            diag = diag.suggest(
                format!("leave it out, or derive what it has, such as `{other}`"),
                span,
                other,
                Applicability::Maybe,
            );
        }
        diags.push(diag);
    }
}

/// A type with its own parameters, which have the trait themselves.
fn derived_type(program: &Program, adt: AdtId, trait_: TraitId) -> (Ty, Generics) {
    let mut generics = program.adts[adt].generics.clone();
    for param in &mut generics.params {
        param.bounds.push(TraitRef { trait_, args: Tys::EMPTY });
    }
    let args: Vec<Ty> = generics
        .params
        .iter()
        .enumerate()
        .map(|(index, param)| program.types.intern(TyKind::Param(index as u32, param.name)))
        .collect();
    let args = program.types.intern_list(&args);
    (program.types.intern(TyKind::Adt(adt, args)), generics)
}

fn cannot_derive(program: &Program, adt: AdtId, name: Symbol, part: Ty, span: Span) -> Diagnostic {
    let def = &program.adts[adt];
    let (owner, trait_) = (program.text(def.name), program.text(name));
    let diag = Diagnostic::error(
        &codes::NOT_IMPLEMENTED,
        span,
        format!("`{owner}` cannot have `{trait_}` by its structure"),
    )
    .label("cannot be derived");
    let field =
        def.variants.iter().flat_map(|variant| &variant.fields).find(|field| field.ty == part);
    let shown = program.type_text(part);
    match field {
        Some(field) => {
            let text = program.text(field.name);
            diag.also(
                field.span,
                format!("the field `{text}` is `{shown}`, which has no `{trait_}`"),
            )
        }
        None => diag.note(format!("because `{shown}` does not have it")),
    }
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
