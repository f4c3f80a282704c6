//! The tables by which methods and impls are found.

use simple_source::Diagnostic;

use super::Declarer;
use crate::codes;
use crate::def::*;
use crate::infer::table::{Table, VarKind};
use crate::select::{Head, ImplTables};
use crate::ty::{Ty, TyKind};

impl Declarer<'_> {
    /// Enters all methods and impls.
    pub(super) fn tables(&mut self) {
        let mut tables = ImplTables::default();
        for (trait_, def) in self.program.traits.iter_enumerated() {
            for &method in &def.methods {
                let name = self.program.functions[method].name;
                tables.trait_methods.entry(name).or_default().push((trait_, method));
            }
        }
        tables.supertraits = self
            .program
            .traits
            .indices()
            .map(|trait_| self.program.all_supertraits(trait_))
            .collect();
        let mut duplicates = Vec::new();
        for (impl_, def) in self.program.impls.iter_enumerated() {
            if def.self_ty == Ty::ERROR {
                continue;
            }
            let kind = self.program.types.kind(def.self_ty);
            let head = match kind {
                TyKind::Param(..) => Head::Any,
                _ => match Head::of(kind) {
                    Some(head) => head,
                    None => continue,
                },
            };
            if let Some(reference) = def.trait_ {
                tables.impls.entry((reference.trait_, head)).or_default().push(impl_);
                self.program.impls_of.entry(reference.trait_).or_default().push(impl_);
                continue;
            }
            let mut methods: Vec<FnId> = def.methods.values().copied().collect();
            methods.sort_unstable();
            for method in methods {
                let name = self.program.functions[method].name;
                let known = tables.inherent.entry((head, name)).or_default();
                for &other in known.iter() {
                    let Parent::Impl(other_impl) = self.program.functions[other].parent else {
                        continue;
                    };
                    if self.may_overlap(def, &self.program.impls[other_impl]) {
                        duplicates.push((name, method, other));
                        break;
                    }
                }
                known.push(method);
            }
        }
        for (name, method, first) in duplicates {
            let span = self.program.functions[method].span;
            let first = self.program.functions[first].span;
            self.duplicate_method(name, span, first);
        }
        self.fields_and_methods(&tables);
        self.program.session.tables = tables;
        self.duplicate_tests();
    }

    /// Whether the types that two impls are for have an instance in common.
    fn may_overlap(&self, a: &ImplDef, b: &ImplDef) -> bool {
        let types = &self.program.types;
        let is_param = |def: &ImplDef| matches!(types.kind(def.self_ty), TyKind::Param(..));
        if is_param(a) && is_param(b) {
            // No number is an integer and a float.
            let has = |def: &ImplDef, trait_: TraitId| {
                def.generics.params[0].bounds.iter().any(|bound| bound.trait_ == trait_)
            };
            let lang = &self.program.lang;
            let apart = |x: &ImplDef, y: &ImplDef| has(x, lang.integer) && has(y, lang.float);
            return !apart(a, b) && !apart(b, a);
        }
        let mut table = Table::new(types);
        let mut instance = |def: &ImplDef| {
            let args: Vec<Ty> = def
                .generics
                .params
                .iter()
                .map(|_| table.fresh(VarKind::General, simple_source::Span::NONE))
                .collect();
            table.substitute(def.self_ty, &args)
        };
        let (a, b) = (instance(a), instance(b));
        table.unify(a, b)
    }

    /// A field and a method of one name are a duplicate.
    fn fields_and_methods(&mut self, tables: &ImplTables) {
        for (adt, def) in self.program.adts.iter_enumerated() {
            if def.kind == AdtKind::Enum {
                continue;
            }
            for field in def.variants.iter().flat_map(|variant| &variant.fields) {
                let Some(methods) = tables.inherent.get(&(Head::Adt(adt), field.name)) else {
                    continue;
                };
                let Some(&method) = methods.first() else { continue };
                let text = self.program.text(field.name);
                self.diags.push(
                    Diagnostic::error(
                        &codes::DUPLICATE_MEMBER,
                        self.program.functions[method].span,
                        format!("`{text}` is a field and a method of this type"),
                    )
                    .label("the method")
                    .also(field.span, "the field"),
                );
            }
        }
    }

    fn duplicate_tests(&mut self) {
        let mut seen = simple_source::interner::FxHashMap::default();
        for &test in &self.program.tests {
            let def = &self.program.functions[test];
            if let Some(first) = seen.insert((def.module, def.name), def.span) {
                let text = self.program.text(def.name);
                self.diags.push(
                    Diagnostic::error(
                        &codes::DUPLICATE_TEST,
                        def.span,
                        format!("there are two tests {text:?} in this file"),
                    )
                    .label("named again here")
                    .also(first, "the first one")
                    .suggest(
                        "give it a name of its own",
                        def.span,
                        format!("\"{text} again\""),
                        simple_source::Applicability::Maybe,
                    ),
                );
            }
        }
    }
}
