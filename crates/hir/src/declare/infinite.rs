//! Structs that would contain themselves.

use simple_source::Diagnostic;
use simple_source::interner::{FxHashMap, FxHashSet};

use crate::codes;
use crate::def::*;
use crate::ty::{Ty, TyKind};

/// Nesting at which a generic struct is taken for endless.
const MAX_DEPTH: u32 = 100;

/// Reports structs that contain themselves through structs and tuples alone;
/// gives them.
pub(super) fn check(program: &Program, diags: &mut Vec<Diagnostic>) -> FxHashSet<AdtId> {
    let mut done: FxHashSet<Ty> = FxHashSet::default();
    let mut said: FxHashSet<AdtId> = FxHashSet::default();
    for (adt, def) in program.adts.iter_enumerated() {
        if def.kind != AdtKind::Struct {
            continue;
        }
        let args: Vec<Ty> = def
            .generics
            .params
            .iter()
            .enumerate()
            .map(|(index, param)| program.types.intern(TyKind::Param(index as u32, param.name)))
            .collect();
        let list = program.types.intern_list(&args);
        let start = program.types.intern(TyKind::Adt(adt, list));
        walk(program, start, &mut done, &mut said, diags);
    }
    said
}

/// A type on the way, with the fields that are still to be looked into.
struct Level {
    ty: Ty,
    parts: Vec<(Ty, Option<simple_source::Symbol>)>,
}

fn walk(
    program: &Program,
    start: Ty,
    done: &mut FxHashSet<Ty>,
    said: &mut FxHashSet<AdtId>,
    diags: &mut Vec<Diagnostic>,
) {
    if done.contains(&start) {
        return;
    }
    let mut open: FxHashMap<Ty, usize> = FxHashMap::default();
    let mut path = vec![Level { ty: start, parts: parts(program, start) }];
    // The name of the field by which each level was entered.
    let mut names: Vec<Option<simple_source::Symbol>> = vec![None];
    open.insert(start, 0);
    while let Some(level) = path.last_mut() {
        let Some((part, field)) = level.parts.pop() else {
            let level = path.pop();
            names.pop();
            if let Some(level) = level {
                open.remove(&level.ty);
                done.insert(level.ty);
            }
            continue;
        };
        if done.contains(&part) {
            continue;
        }
        if let Some(&at) = open.get(&part) {
            report(program, &path[at..], &names[at + 1..], field, said, diags);
            continue;
        }
        if program.types.depth(part) > MAX_DEPTH || path.len() > 10_000 {
            report(program, &path[..1], &[], field, said, diags);
            return;
        }
        let inner = parts(program, part);
        if inner.is_empty() {
            done.insert(part);
            continue;
        }
        open.insert(part, path.len());
        path.push(Level { ty: part, parts: inner });
        names.push(field);
    }
}

/// The types that a value of a type directly holds.
fn parts(program: &Program, ty: Ty) -> Vec<(Ty, Option<simple_source::Symbol>)> {
    match program.types.kind(ty) {
        TyKind::Adt(adt, args) if program.adts[adt].kind == AdtKind::Struct => {
            let args = program.types.list(args);
            let fields = program.adts[adt].variants.iter().flat_map(|variant| &variant.fields);
            fields
                .filter(|field| !field.weak)
                .map(|field| (program.types.substitute(field.ty, args), Some(field.name)))
                .collect()
        }
        TyKind::Tuple(list) => program.types.list(list).iter().map(|part| (*part, None)).collect(),
        _ => Vec::new(),
    }
}

fn report(
    program: &Program,
    circle: &[Level],
    names: &[Option<simple_source::Symbol>],
    last: Option<simple_source::Symbol>,
    said: &mut FxHashSet<AdtId>,
    diags: &mut Vec<Diagnostic>,
) {
    let structs: Vec<AdtId> = circle
        .iter()
        .filter_map(|level| match program.types.kind(level.ty) {
            TyKind::Adt(adt, _) => Some(adt),
            _ => None,
        })
        .collect();
    if structs.iter().any(|adt| said.contains(adt)) {
        return;
    }
    said.extend(&structs);
    let Some(&first) = structs.iter().min_by_key(|adt| program.adts[**adt].span) else {
        return;
    };
    let def = &program.adts[first];
    let name = program.text(def.name);
    let mut way: Vec<String> = Vec::new();
    for (index, level) in circle.iter().enumerate() {
        let field = names.get(index).copied().unwrap_or(last);
        let ty = program.type_text(level.ty);
        way.push(match field {
            Some(field) => format!("the field `{}` of `{ty}`", program.text(field)),
            None => format!("`{ty}`"),
        });
    }
    let closing = circle.first().map_or_else(String::new, |level| program.type_text(level.ty));
    let mut diag = Diagnostic::error(
        &codes::INFINITE_TYPE,
        def.span,
        format!("`{name}` would contain itself and never end"),
    )
    .label(format!("holds itself, by {}", way.join(" and ")));
    if let Some(level) = circle.last()
        && let TyKind::Adt(adt, _) = program.types.kind(level.ty)
        && let Some(field) = last
    {
        let owner = &program.adts[adt];
        let place = owner.variants[0].fields.iter().find(|known| known.name == field);
        if let Some(place) = place {
            diag = diag.also(place.span, "this field closes the circle");
        }
    }
    diags.push(diag.note(format!(
        "an option ends it: `{closing}?` may be `None`; so do lists, dicts, enums and classes"
    )));
}
