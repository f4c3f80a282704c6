//! Declarations get their types: generics, aliases, fields, impls and
//! signatures, in the order in which they need each other.

mod check;
mod functions;
mod impls;
mod infinite;
mod tables;
mod types;
pub(crate) mod written;

use simple_source::{Diagnostic, Span, Symbol, sym};
use simple_syntax::ast::{self, Ast, ItemKind};

pub(crate) use check::check;

use crate::codes;
use crate::def::*;
use crate::session::ItemDef;
use crate::ty::{Ty, TyKind};
use written::{Shared, TypeCheck, Written};

/// In whose parameters a written type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    None,
    Adt(AdtId),
    Trait(TraitId),
    Impl(ImplId),
    Fn(FnId),
}

impl Program {
    /// The parameters that `owner` declares or inherits.
    pub(crate) fn generics_of(&self, owner: Owner) -> &Generics {
        static NONE: Generics = Generics { params: Vec::new(), inherited: 0 };
        match owner {
            Owner::None => &NONE,
            Owner::Adt(adt) => &self.adts[adt].generics,
            Owner::Trait(trait_) => &self.traits[trait_].generics,
            Owner::Impl(impl_) => &self.impls[impl_].generics,
            Owner::Fn(function) => &self.functions[function].generics,
        }
    }
}

/// What the declarations leave to be checked when all of them are known.
#[derive(Default)]
pub(crate) struct Deferred {
    pub(crate) types: Vec<(TypeCheck, Owner)>,
}

/// Gives every declaration of the program its types.
pub(crate) fn declare(program: &mut Program, diags: &mut Vec<Diagnostic>) -> Deferred {
    let mut declarer = Declarer { program, diags, deferred: Deferred::default() };
    declarer.lang_items();
    if !declarer.program.lang.unset().is_empty() {
        return declarer.deferred;
    }
    declarer.each_item(Declarer::parameter_names);
    declarer.aliases();
    declarer.each_item(Declarer::bounds);
    declarer.each_item(Declarer::fields);
    declarer.each_item(Declarer::impl_head);
    // A method of an impl may leave out what its trait's method says.
    declarer.each_item(Declarer::trait_methods);
    declarer.each_item(Declarer::functions);
    declarer.tables();
    declarer.deferred
}

struct Declarer<'a> {
    program: &'a mut Program,
    diags: &'a mut Vec<Diagnostic>,
    deferred: Deferred,
}

/// An item of a module, as the passes see it.
#[derive(Clone, Copy)]
struct ItemIn<'t> {
    ast: &'t Ast,
    module: ModuleId,
    item: &'t ast::Item,
    def: ItemDef,
}

impl Declarer<'_> {
    /// Runs a pass over all items at top level, in order.
    fn each_item(&mut self, pass: fn(&mut Self, ItemIn<'_>)) {
        for module in self.program.modules.indices() {
            let ast = self.program.session.files[module].ast.clone();
            for &id in &ast.items {
                let def = self.program.session.files[module].items[id.0 as usize];
                pass(self, ItemIn { ast: &ast, module, item: ast.item(id), def });
            }
        }
    }

    /// Reads written types, in terms of the parameters of `owner`.
    fn read<R>(
        &mut self,
        module: ModuleId,
        ast: &Ast,
        generics: &[GenericParam],
        self_ty: Option<Ty>,
        owner: Owner,
        with: impl FnOnce(&mut Written<'_, Shared<'_>>) -> R,
    ) -> R {
        let mut checks = Vec::new();
        let mut written = Written {
            program: self.program,
            ast,
            module,
            generics,
            self_ty,
            sink: Shared(&self.program.types),
            diags: self.diags,
            checks: &mut checks,
            aliases: Vec::new(),
        };
        let result = with(&mut written);
        self.deferred.types.extend(checks.into_iter().map(|check| (check, owner)));
        result
    }

    /// The declared names of parameters, without their bounds; one name twice
    /// is reported.
    fn param_names(&mut self, ast: &Ast, generics: ast::Generics) -> Vec<GenericParam> {
        let mut params: Vec<GenericParam> = Vec::new();
        let list = ast.list(generics);
        for (index, param) in list.iter().enumerate() {
            if let Some(first) = list[..index].iter().find(|p| p.name.symbol == param.name.symbol) {
                let text = self.program.text(param.name.symbol);
                self.diags.push(
                    Diagnostic::error(
                        &codes::DUPLICATE_PARAMETER,
                        param.name.span,
                        format!("the type parameter `{text}` is declared twice"),
                    )
                    .label("declared again here")
                    .also(first.name.span, "first declared here"),
                );
                continue;
            }
            params.push(GenericParam { name: param.name.symbol, bounds: Vec::new() });
        }
        params
    }

    /// The bounds of declared parameters, which start at position `offset` of
    /// `params`.
    #[allow(clippy::too_many_arguments)]
    fn param_bounds(
        &mut self,
        module: ModuleId,
        ast: &Ast,
        generics: ast::Generics,
        params: &mut [GenericParam],
        offset: usize,
        self_ty: Option<Ty>,
        owner: Owner,
    ) {
        for declared in ast.list(generics) {
            if declared.bounds.is_empty() {
                continue;
            }
            let own = params[offset..].iter().position(|p| p.name == declared.name.symbol);
            let Some(position) = own.map(|index| offset + index) else { continue };
            let ty =
                self.program.types.intern(TyKind::Param(position as u32, declared.name.symbol));
            let bounds = self.read(module, ast, params, self_ty, owner, |written| {
                ast.list(declared.bounds)
                    .iter()
                    .filter_map(|bound| written.trait_ref(*bound, Some(ty)))
                    .collect()
            });
            params[position].bounds = bounds;
        }
    }

    /// `module.name`
    fn path_in(&self, module: ModuleId, name: Symbol) -> Symbol {
        let program = &*self.program;
        let path = program.text(program.modules[module].path);
        program.intern(&format!("{path}.{}", program.text(name)))
    }

    fn lang_items(&mut self) {
        let mut wrong: Vec<(Span, String)> = Vec::new();
        let Program { session, lang, .. } = self.program;
        for &(item, name, span) in &session.lang_marks {
            let name = session.interner.resolve(name);
            let kind = LANG_ITEMS.iter().find(|(known, _)| *known == name);
            let id = match (item, kind) {
                (ItemDef::Adt(adt, _), Some((_, "AdtId"))) => adt.0,
                (ItemDef::Trait(trait_), Some((_, "TraitId"))) => trait_.0,
                _ => {
                    wrong.push((span, name.to_owned()));
                    continue;
                }
            };
            lang.set(name, id);
        }
        for (span, name) in wrong {
            self.diags.push(Diagnostic::error(
                &codes::LIBRARY_ITEM,
                span,
                format!("`{name}` is no item of the language, or not one of this kind"),
            ));
        }
        let unset = self.program.lang.unset();
        if !unset.is_empty() {
            self.diags.push(Diagnostic::error(
                &codes::LIBRARY_ITEM,
                Span::NONE,
                format!(
                    "the standard library declares no `@lang(\"{}\")`",
                    unset.join("\")`, `@lang(\"")
                ),
            ));
        }
    }

    fn aliases(&mut self) {
        for alias in self.program.session.aliases.indices() {
            let def = &self.program.session.aliases[alias];
            let module = def.module;
            let ast = self.program.session.files[module].ast.clone();
            self.read(module, &ast, &[], None, Owner::None, |written| {
                written.alias_target(alias);
            });
        }
        for alias in self.program.session.aliases.iter() {
            // Set unless something was wrong with it, which was said.
            let _ = alias.target.set(Ty::ERROR);
        }
    }

    /// How many parameters each type, trait and alias has, and their names.
    fn parameter_names(&mut self, item: ItemIn<'_>) {
        match (item.def, item.item.kind) {
            (ItemDef::Adt(adt, _), ItemKind::Struct { generics, .. })
            | (ItemDef::Adt(adt, _), ItemKind::Class { generics, .. })
            | (ItemDef::Adt(adt, _), ItemKind::Enum { generics, .. }) => {
                self.program.adts[adt].path = self.path_in(item.module, item.item.name.symbol);
                self.program.adts[adt].generics.params = self.param_names(item.ast, generics);
            }
            (ItemDef::Trait(trait_), ItemKind::Trait { generics, .. }) => {
                let mut params = vec![GenericParam { name: sym::SELF_TYPE, bounds: Vec::new() }];
                params.extend(self.param_names(item.ast, generics));
                self.program.traits[trait_].path = self.path_in(item.module, item.item.name.symbol);
                self.program.traits[trait_].generics.params = params;
            }
            (ItemDef::Alias(alias), ItemKind::TypeAlias { generics, .. }) => {
                let params = self.param_names(item.ast, generics);
                self.program.session.aliases[alias].generics.params = params;
            }
            _ => {}
        }
    }
}
