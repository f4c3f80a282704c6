//! Impls: whether they are complete, fit their traits, belong where they
//! stand and do not overlap.

use simple_source::{Applicability, Diagnostic, Span, Symbol};
use simple_syntax::ast::ItemKind;

use crate::codes;
use crate::def::*;
use crate::infer::Infer;
use crate::infer::table::{Table, VarKind};
use crate::names::suggest;
use crate::select::Head;
use crate::session::FnSource;
use crate::ty::{Ty, TyKind};

/// Checks all impls.
pub(super) fn check(program: &Program, infer: &mut Infer<'_>, diags: &mut Vec<Diagnostic>) {
    for (impl_, def) in program.impls.iter_enumerated() {
        if def.self_ty == Ty::ERROR {
            continue;
        }
        let user = !program.is_library(def.module);
        if user {
            belongs(program, def, diags);
        }
        let Some(reference) = def.trait_ else { continue };
        if user && program.is_sealed(reference.trait_) {
            let name = program.trait_text(reference);
            diags.push(
                Diagnostic::error(
                    &codes::FOREIGN_IMPL,
                    def.span,
                    format!("`{name}` is sealed: only the built-in numbers have it"),
                )
                .label("cannot be implemented"),
            );
            continue;
        }
        methods(program, def, reference, diags);
        supertraits(program, infer, impl_, reference);
    }
    overlaps(program, diags);
}

/// Whether a type is declared in the user's program: then its impls are the
/// user's.
fn is_users(program: &Program, ty: Ty) -> bool {
    match program.types.kind(ty) {
        TyKind::Adt(adt, _) => !program.is_library(program.adts[adt].module),
        TyKind::Dyn(trait_, _) => !program.is_library(program.traits[trait_].module),
        TyKind::Error => true,
        _ => false,
    }
}

fn belongs(program: &Program, def: &ImplDef, diags: &mut Vec<Diagnostic>) {
    let shown = program.type_text(def.self_ty);
    match def.trait_ {
        None => {
            if is_users(program, def.self_ty) {
                return;
            }
            diags.push(
                Diagnostic::error(
                    &codes::FOREIGN_IMPL,
                    def.span,
                    format!(
                        "methods of `{shown}` cannot be added here: the type belongs to the library"
                    ),
                )
                .label("not declared in this package")
                .note(
                    "declare a trait with the methods and implement that: `impl MyTrait for ...`",
                ),
            );
        }
        Some(reference) => {
            let own_trait = !program.is_library(program.traits[reference.trait_].module);
            let own_args =
                program.types.list(reference.args).iter().any(|ty| is_users(program, *ty));
            if own_trait || own_args || is_users(program, def.self_ty) {
                return;
            }
            let name = program.trait_text(reference);
            diags.push(
                Diagnostic::error(
                    &codes::FOREIGN_IMPL,
                    def.span,
                    format!("`{name}` for `{shown}` belongs to the library"),
                )
                .label("neither the trait nor the type is declared in this package")
                .note("wrap the value in a struct of your own and implement the trait for that"),
            );
        }
    }
}

/// Whether an impl has the methods of its trait, and no others.
fn methods(program: &Program, def: &ImplDef, reference: TraitRef, diags: &mut Vec<Diagnostic>) {
    let trait_ = &program.traits[reference.trait_];
    let trait_name = program.text(trait_.name);
    let mut missing: Vec<FnId> = Vec::new();
    for &method in &trait_.methods {
        let wanted = &program.functions[method];
        let required = matches!(wanted.kind, FnKind::Required);
        if required && !def.methods.contains_key(&wanted.name) {
            missing.push(method);
        }
    }
    // A method that was misspelt is told as such, not as missing too.
    let foreign = def.methods.keys().filter(|name| {
        !trait_.methods.iter().any(|method| program.functions[*method].name == **name)
    });
    for name in foreign {
        if let Some(near) = meant_method(program, trait_, *name) {
            missing.retain(|method| program.text(program.functions[*method].name) != near);
        }
    }
    if !missing.is_empty() {
        let names: Vec<String> = missing
            .iter()
            .map(|method| format!("`{}`", program.text(program.functions[*method].name)))
            .collect();
        let mut diag = Diagnostic::error(
            &codes::MISSING_METHODS,
            def.span,
            format!("this impl of `{trait_name}` lacks {}", names.join(" and ")),
        )
        .label(format!("{} missing", if names.len() == 1 { "a method is" } else { "methods are" }));
        for method in &missing {
            diag = diag.also(program.functions[*method].span, "required here");
            diag = diag.note(format!("add `{}`", program.head_text(*method)));
        }
        diags.push(diag);
    }
    let mut own: Vec<FnId> = def.methods.values().copied().collect();
    own.sort_unstable();
    for method in own {
        let found = &program.functions[method];
        let args = program.trait_method_args(def, reference, found.name, &found.generics);
        match args {
            Some((wanted, args)) => differs(program, method, wanted, &args, diags),
            None => foreign_method(program, trait_, method, diags),
        }
    }
}

/// The method of a trait that is spelt much like `name`.
fn meant_method<'p>(program: &'p Program, trait_: &TraitDef, name: Symbol) -> Option<&'p str> {
    let names = trait_.methods.iter().map(|method| program.text(program.functions[*method].name));
    suggest::nearest(program.text(name), names)
}

fn foreign_method(program: &Program, trait_: &TraitDef, method: FnId, diags: &mut Vec<Diagnostic>) {
    let found = &program.functions[method];
    let text = program.text(found.name);
    let trait_name = program.text(trait_.name);
    let mut diag = Diagnostic::error(
        &codes::FOREIGN_METHOD,
        found.span,
        format!("the trait `{trait_name}` has no method `{text}`"),
    )
    .label("not a method of the trait")
    .also(trait_.span, "the trait");
    diag = match meant_method(program, trait_, found.name) {
        Some(near) => {
            diag.suggest(format!("there is `{near}`"), found.span, near, Applicability::Maybe)
        }
        None => diag.note("methods of the type itself stand in an `impl` without a trait"),
    };
    diags.push(diag);
}

/// Whether a method of an impl has the type that the trait says.
fn differs(
    program: &Program,
    method: FnId,
    wanted: FnId,
    args: &[Ty],
    diags: &mut Vec<Diagnostic>,
) {
    let found = &program.functions[method];
    let declared = &program.functions[wanted];
    let name = program.text(found.name);
    let FnSource::Function(item) = program.session.functions[method].source else { return };
    let ast = program.ast(found.module);
    let ItemKind::Function(written) = ast.item(item).kind else { return };
    let params = ast.list(written.params);
    let report = |diags: &mut Vec<Diagnostic>, span: Span, message: String, label: String| {
        diags.push(
            Diagnostic::error(&codes::METHOD_DIFFERS, span, message)
                .label(label)
                .also(declared.span, format!("the trait says `{}`", program.head_text(wanted))),
        );
    };
    let self_class = match found.params.first().map(|param| program.types.kind(param.ty)) {
        Some(TyKind::Adt(adt, _)) => program.adts[adt].kind == AdtKind::Class,
        _ => false,
    };
    if found.receiver != declared.receiver {
        // A class may say `self` where the trait says `mut self`.
        let allowed =
            self_class && found.receiver == Receiver::Value && declared.receiver == Receiver::Mut;
        if !allowed {
            let says = |receiver: Receiver| match receiver {
                Receiver::None => "no `self`",
                Receiver::Value => "`self`",
                Receiver::Mut => "`mut self`",
            };
            let span = match (found.receiver, params.first()) {
                (Receiver::None, _) | (_, None) => found.span,
                (_, Some(param)) => {
                    param.mutable.map_or(param.name.span, |mutable| mutable.to(param.name.span))
                }
            };
            report(
                diags,
                span,
                format!(
                    "`{name}` takes {} here, and {} in the trait",
                    says(found.receiver),
                    says(declared.receiver)
                ),
                format!("the trait's takes {}", says(declared.receiver)),
            );
            return;
        }
    }
    let own = found.generics.params.len() - found.generics.inherited as usize;
    let theirs = declared.generics.params.len() - declared.generics.inherited as usize;
    if found.params.len() != declared.params.len() || own != theirs {
        let (what, a, b) = if own != theirs {
            ("type parameter", own, theirs)
        } else {
            ("parameter", found.params.len(), declared.params.len())
        };
        let plural = if a == 1 { "" } else { "s" };
        let lost: Vec<String> = declared
            .params
            .iter()
            .skip(found.params.len())
            .map(|param| format!("`{}`", program.text(param.name)))
            .collect();
        let label = if lost.is_empty() {
            "differs from the trait's".to_owned()
        } else {
            format!("lacks {}", lost.join(" and "))
        };
        report(
            diags,
            found.span,
            format!("`{name}` has {a} {what}{plural} here, and {b} in the trait"),
            label,
        );
        return;
    }
    for (index, (param, wanted_param)) in found.params.iter().zip(&declared.params).enumerate() {
        let span =
            params.get(index).and_then(|param| param.ty).map_or(param.span, |ty| ast.ty(ty).span);
        if param.mutable != wanted_param.mutable && index > 0 {
            let says = if wanted_param.mutable { "`mut`" } else { "not `mut`" };
            report(
                diags,
                param.span,
                format!("the parameter `{}` is {says} in the trait", program.text(param.name)),
                "differs from the trait's".to_owned(),
            );
            return;
        }
        let want = program.types.substitute(wanted_param.ty, args);
        if want != param.ty && !program.types.has_error(want) && !program.types.has_error(param.ty)
        {
            let (a, b) = (program.type_text(param.ty), program.type_text(want));
            report(
                diags,
                span,
                format!("this parameter is `{a}` here, and `{b}` in the trait"),
                format!("expected `{b}`"),
            );
            return;
        }
    }
    let want = program.types.substitute(declared.result, args);
    if want != found.result
        && !program.types.has_error(want)
        && !program.types.has_error(found.result)
    {
        let (a, b) = (program.type_text(found.result), program.type_text(want));
        let span = written.result.map_or(found.span, |result| ast.ty(result).span);
        report(
            diags,
            span,
            format!("`{name}` returns `{a}` here, and `{b}` in the trait"),
            format!("expected `{b}`"),
        );
    }
}

/// Whether the type has the traits that the trait requires.
fn supertraits(program: &Program, infer: &mut Infer<'_>, impl_: ImplId, reference: TraitRef) {
    let def = &program.impls[impl_];
    let supers = &program.traits[reference.trait_].supertraits;
    if supers.is_empty() {
        return;
    }
    infer.environment(def.module, &def.generics);
    let mut own = vec![def.self_ty];
    own.extend_from_slice(program.types.list(reference.args));
    for super_ in supers {
        let args = program.types.substitute_list(super_.args, &own);
        infer.require(super_.trait_, def.self_ty, args, def.span, crate::infer::Cause::Supertrait);
    }
}

/// Reports impls that could both apply.
fn overlaps(program: &Program, diags: &mut Vec<Diagnostic>) {
    let mut keys: Vec<(&(TraitId, Head), &Vec<ImplId>)> =
        program.session.tables.impls.iter().collect();
    // The map's order is no order.
    keys.sort_by_key(|(_, impls)| impls.first().copied());
    for (&(trait_, head), impls) in keys {
        let blanket: &[ImplId] = if head == Head::Any {
            &[]
        } else {
            program.session.tables.impls.get(&(trait_, Head::Any)).map_or(&[], Vec::as_slice)
        };
        for (index, &second) in impls.iter().enumerate() {
            let others = impls[..index].iter().chain(blanket).copied();
            for first in others {
                if overlap(program, first, second) {
                    report_overlap(program, first, second, diags);
                    break;
                }
            }
        }
    }
}

fn report_overlap(program: &Program, a: ImplId, b: ImplId, diags: &mut Vec<Diagnostic>) {
    // The later one in the source is the one too many.
    let (first, second) = if program.impls[a].span <= program.impls[b].span
        || program.is_library(program.impls[a].module)
    {
        (a, b)
    } else {
        (b, a)
    };
    let (first, second) = (&program.impls[first], &program.impls[second]);
    let Some(reference) = second.trait_ else { return };
    let name = program.trait_text(reference);
    let (one, other) = (program.type_text(first.self_ty), program.type_text(second.self_ty));
    let message = if one == other {
        format!("`{name}` is implemented twice for `{other}`")
    } else {
        format!("`{name}` for `{other}` overlaps with the impl for `{one}`")
    };
    diags.push(
        Diagnostic::error(&codes::OVERLAPPING_IMPLS, second.span, message)
            .label("the second impl")
            .also(first.span, "the first one"),
    );
}

/// Whether two impls of one trait have an instance in common.
fn overlap(program: &Program, a: ImplId, b: ImplId) -> bool {
    let mut table = Table::new(&program.types);
    let mut instance = |impl_: ImplId| {
        let def = &program.impls[impl_];
        let args: Vec<Ty> =
            def.generics.params.iter().map(|_| table.fresh(VarKind::General, Span::NONE)).collect();
        let self_ty = table.substitute(def.self_ty, &args);
        let list = def.trait_.map_or(crate::ty::Tys::EMPTY, |reference| {
            table.substitute_list(reference.args, &args)
        });
        (self_ty, list, args)
    };
    let (self_a, list_a, args_a) = instance(a);
    let (self_b, list_b, args_b) = instance(b);
    if !table.unify(self_a, self_b) {
        return false;
    }
    let len = table.list(list_a).len().min(table.list(list_b).len());
    for index in 0..len {
        let (x, y) = (table.part(list_a, index), table.part(list_b, index));
        if !table.unify(x, y) {
            return false;
        }
    }
    // Bounds that known types do not meet keep impls apart.
    for (impl_, args) in [(a, args_a), (b, args_b)] {
        for (param, arg) in program.impls[impl_].generics.params.iter().zip(&args) {
            let ty = table.shallow(*arg);
            let kind = table.kind(ty);
            let sealed = param.bounds.iter().filter(|bound| program.is_sealed(bound.trait_));
            if sealed
                .into_iter()
                .any(|bound| program.sealed_holds(bound.trait_, kind) == Some(false))
            {
                return false;
            }
            if !Table::is_ground(ty) || program.types.has_params(ty) {
                continue;
            }
            for bound in &param.bounds {
                if !program.ground_holds(bound.trait_, ty, &[], 0) {
                    return false;
                }
            }
        }
    }
    true
}
