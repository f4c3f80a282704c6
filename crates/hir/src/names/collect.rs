//! Declarations get their numbers, modules their names.

use std::sync::{Arc, OnceLock};

use simple_source::{Diagnostic, Span, Symbol, sym};
use simple_syntax::ast::{self, Ast, ItemKind};

use super::{Def, Entry, Scope, built_in_type};
use crate::analyze::ParsedFile;
use crate::attributes::{self, Attributes, Target, Where};
use crate::codes;
use crate::def::*;
use crate::infer::BodyOwner;
use crate::session::*;
use crate::ty::Ty;

/// Adds the modules to the program, in their order, and numbers everything
/// that they declare.
pub(crate) fn collect(program: &mut Program, files: Vec<ParsedFile>, diags: &mut Vec<Diagnostic>) {
    for file in files {
        let module = program.modules.push(Module {
            path: file.path,
            file: file.file,
            is_library: file.is_library,
        });
        program.session.module_by_path.entry(file.path).or_insert(module);
        let ast = file.ast;
        program.session.files.push(FileInfo {
            scope: Scope::default(),
            items: vec![ItemDef::None; ast.item_count()],
            script: None,
            is_entry: file.is_entry,
            ast: ast.clone(),
        });
        Collector { program, module, ast: &ast, in_blocks: false, diags }.module();
    }
}

struct Collector<'a> {
    program: &'a mut Program,
    module: ModuleId,
    ast: &'a Arc<Ast>,
    /// Whether what is declared stands in a block.
    in_blocks: bool,
    diags: &'a mut Vec<Diagnostic>,
}

impl Collector<'_> {
    fn module(&mut self) {
        let ast = self.ast.clone();
        for &id in &ast.items {
            self.item(&ast, id);
        }
        // What is left are declarations in blocks; only functions and
        // constants may stand there, anything else is refused where it stands.
        self.in_blocks = true;
        for number in 0..ast.item_count() {
            let id = ast::ItemId(number as u32);
            if self.items()[number] != ItemDef::None {
                continue;
            }
            match ast.item(id).kind {
                ItemKind::Function(function) => {
                    let id = self.function(&ast, id, &function, Parent::Module);
                    let info = &mut self.program.session.functions[id];
                    info.nested = true;
                    info.stated = false;
                }
                ItemKind::Const { .. } => {
                    let id = self.constant(&ast, id);
                    self.program.session.consts[id].nested = true;
                }
                _ => {}
            }
        }
    }

    fn items(&mut self) -> &mut Vec<ItemDef> {
        &mut self.program.session.files[self.module].items
    }

    fn item(&mut self, ast: &Ast, id: ast::ItemId) {
        let item = ast.item(id);
        let public = item.public.is_some();
        match item.kind {
            ItemKind::Error => {}
            ItemKind::Use { .. } => {
                self.attributes(ast, id, Target::Use);
            }
            ItemKind::Function(function) => {
                let function = self.function(ast, id, &function, Parent::Module);
                self.declare(item.name, Def::Fn(function), public);
            }
            ItemKind::Struct { methods, .. } => {
                self.adt(ast, id, AdtKind::Struct, methods);
            }
            ItemKind::Class { methods, .. } => self.adt(ast, id, AdtKind::Class, methods),
            ItemKind::Enum { methods, variants, .. } => {
                self.adt(ast, id, AdtKind::Enum, methods);
                if let ItemDef::Adt(adt, _) = self.items()[id.0 as usize] {
                    let names = ast.list(variants).iter().map(|variant| variant.name.symbol);
                    self.program.session.files[self.module].scope.add_variants(adt, names);
                }
            }
            ItemKind::Trait { methods, .. } => {
                let trait_ = self.program.traits.push(TraitDef {
                    name: item.name.symbol,
                    path: sym::EMPTY,
                    module: self.module,
                    generics: Generics::default(),
                    supertraits: Vec::new(),
                    methods: Vec::new(),
                    public,
                    span: item.name.span,
                });
                self.items()[id.0 as usize] = ItemDef::Trait(trait_);
                let said = self.attributes(ast, id, Target::Trait);
                self.lang_mark(ItemDef::Trait(trait_), said.lang);
                for &method in ast.list(methods) {
                    if let ItemKind::Function(function) = ast.item(method).kind {
                        let method = self.function(ast, method, &function, Parent::Trait(trait_));
                        self.program.traits[trait_].methods.push(method);
                    }
                }
                self.declare(item.name, Def::Trait(trait_), public);
            }
            ItemKind::Impl { methods, target, .. } => {
                self.attributes(ast, id, Target::Impl);
                let impl_ = self.impl_block(ast.ty(target).span);
                self.items()[id.0 as usize] = ItemDef::Impl(impl_);
                self.methods(ast, methods, impl_);
            }
            ItemKind::TypeAlias { .. } => {
                self.attributes(ast, id, Target::Alias);
                let alias = self.program.session.aliases.push(AliasDef {
                    name: item.name.symbol,
                    module: self.module,
                    item: id,
                    generics: Generics::default(),
                    target: OnceLock::new(),
                    span: item.name.span,
                });
                self.items()[id.0 as usize] = ItemDef::Alias(alias);
                self.declare(item.name, Def::Alias(alias), public);
            }
            ItemKind::Const { .. } => {
                let constant = self.constant(ast, id);
                self.declare(item.name, Def::Const(constant), public);
            }
            ItemKind::Test { .. } => {
                let test = self.push_function(
                    item.name.symbol,
                    item.name.span,
                    FnSource::Test(id),
                    Parent::Module,
                    false,
                );
                self.items()[id.0 as usize] = ItemDef::Fn(test);
                let said = self.attributes(ast, id, Target::Test);
                self.program.functions[test].attributes = said.function;
                self.program.tests.push(test);
            }
            ItemKind::Stmt(stmt) => {
                self.attributes(ast, id, Target::Statement);
                if self.program.session.files[self.module].script.is_none() {
                    let span = ast.stmt(stmt).span;
                    let name = self.program.intern("script");
                    let script =
                        self.push_function(name, span, FnSource::Script, Parent::Module, false);
                    self.program.session.files[self.module].script = Some(script);
                }
            }
        }
    }

    /// What the attributes of an item say.
    fn attributes(&mut self, ast: &Ast, id: ast::ItemId, target: Target) -> Attributes {
        let list = ast.item(id).attributes;
        if list.is_empty() {
            return Attributes::default();
        }
        let is_script =
            || ast.items.iter().any(|item| matches!(ast.item(*item).kind, ItemKind::Stmt(_)));
        let place = Where {
            target,
            starts_script: ast.items.first() == Some(&id) && is_script(),
            in_library: self.program.is_library(self.module),
        };
        let said = attributes::read(ast, list, place, &self.program.session.interner, self.diags);
        if self.program.session.files[self.module].is_entry
            && (target == Target::Main || place.starts_script)
        {
            self.program.application = said.application;
        }
        said
    }

    fn lang_mark(&mut self, item: ItemDef, mark: Option<(Symbol, Span)>) {
        self.program.session.lang_marks.extend(mark.map(|(name, span)| (item, name, span)));
    }

    fn adt(&mut self, ast: &Ast, id: ast::ItemId, kind: AdtKind, methods: ast::Items) {
        let item = ast.item(id);
        let said = self.attributes(ast, id, Target::Type);
        let kind = if said.boxed { AdtKind::BoxedStruct } else { kind };
        let public = item.public.is_some();
        let adt = self.program.adts.push(AdtDef {
            name: item.name.symbol,
            path: sym::EMPTY,
            module: self.module,
            kind,
            generics: Generics::default(),
            variants: Vec::new(),
            public,
            span: item.name.span,
        });
        let impl_ = if methods.is_empty() {
            None
        } else {
            let impl_ = self.impl_block(item.name.span);
            self.methods(ast, methods, impl_);
            Some(impl_)
        };
        self.items()[id.0 as usize] = ItemDef::Adt(adt, impl_);
        self.lang_mark(ItemDef::Adt(adt, impl_), said.lang);
        let derives = said.derive.into_iter().map(|(trait_, span)| (adt, trait_, span));
        self.program.session.derives.extend(derives);
        self.declare(item.name, Def::Adt(adt), public);
    }

    fn impl_block(&mut self, span: Span) -> ImplId {
        self.program.impls.push(ImplDef {
            module: self.module,
            generics: Generics::default(),
            trait_: None,
            self_ty: Ty::ERROR,
            methods: Default::default(),
            span,
        })
    }

    fn methods(&mut self, ast: &Ast, methods: ast::Items, impl_: ImplId) {
        for &method in ast.list(methods) {
            if let ItemKind::Function(function) = ast.item(method).kind {
                self.function(ast, method, &function, Parent::Impl(impl_));
            }
        }
    }

    fn function(
        &mut self,
        ast: &Ast,
        id: ast::ItemId,
        function: &ast::Function,
        parent: Parent,
    ) -> FnId {
        let item = ast.item(id);
        let new = self.push_function(
            item.name.symbol,
            item.name.span,
            FnSource::Function(id),
            parent,
            item.public.is_some(),
        );
        self.items()[id.0 as usize] = ItemDef::Fn(new);
        let is_required = function.body.is_none() && matches!(parent, Parent::Trait(_));
        let target = match parent {
            _ if is_required => Target::Required,
            Parent::Module if item.name.symbol == sym::MAIN && !self.in_blocks => Target::Main,
            _ => Target::Function,
        };
        let said = self.attributes(ast, id, target);
        let promises = said.promises.into_iter();
        let promises = promises.map(|(promise, span)| (BodyOwner::Fn(new), promise, span));
        self.program.session.promises.extend(promises);
        let def = &mut self.program.functions[new];
        def.attributes = said.function;
        if let Some(first) = ast.list(function.params).first()
            && first.name.symbol == sym::SELF
        {
            def.receiver = if first.mutable.is_some() { Receiver::Mut } else { Receiver::Value };
        }
        if let Some(operation) = said.intrinsic {
            def.kind = FnKind::Intrinsic(operation);
        } else if function.is_extern {
            def.kind = FnKind::Extern(item.name.symbol);
        } else if function.body.is_none() {
            def.kind = FnKind::Required;
        }
        new
    }

    fn push_function(
        &mut self,
        name: Symbol,
        span: Span,
        source: FnSource,
        parent: Parent,
        public: bool,
    ) -> FnId {
        self.program.session.functions.push(FnInfo::new(source));
        self.program.functions.push(FnDef {
            name,
            path: sym::EMPTY,
            module: self.module,
            parent,
            generics: Generics::default(),
            params: Vec::new(),
            result: Ty::UNIT,
            receiver: Receiver::None,
            attributes: FnAttributes::default(),
            kind: FnKind::Body(OnceLock::new()),
            captures: Vec::new(),
            public,
            span,
        })
    }

    fn constant(&mut self, ast: &Ast, id: ast::ItemId) -> ConstId {
        let item = ast.item(id);
        self.program.session.consts.push(ConstInfo {
            item: id,
            nested: false,
            ty: OnceLock::new(),
            body: OnceLock::new(),
        });
        let constant = self.program.consts.push(ConstDef {
            name: item.name.symbol,
            module: self.module,
            ty: Ty::ERROR,
            value: None,
            deferred: false,
            public: item.public.is_some(),
            span: item.name.span,
        });
        self.items()[id.0 as usize] = ItemDef::Const(constant);
        let said = self.attributes(ast, id, Target::Const);
        let promises = said.promises.into_iter();
        let promises = promises.map(|(promise, span)| (BodyOwner::Const(constant), promise, span));
        self.program.session.promises.extend(promises);
        constant
    }

    /// Binds a name of the module.
    fn declare(&mut self, name: ast::Name, def: Def, public: bool) {
        if built_in_type(name.symbol).is_some() || name.symbol == sym::SELF_TYPE {
            let text = self.program.text(name.symbol).to_owned();
            let mut better = text.clone();
            if let Some(first) = better.get_mut(0..1) {
                first.make_ascii_uppercase();
            }
            let better = match text.as_str() {
                "str" => "Text".to_owned(),
                _ if better == text => format!("My{text}"),
                _ => better,
            };
            self.diags.push(
                Diagnostic::error(
                    &codes::BUILT_IN_NAME,
                    name.span,
                    format!("`{text}` is a built-in type and cannot be declared again"),
                )
                .label("this name is built in")
                .suggest(
                    format!("choose another name, such as `{better}`"),
                    name.span,
                    better.clone(),
                    simple_source::Applicability::Maybe,
                ),
            );
            // What it was to be is what it means in this module.
        }
        let entry = Entry { def, public, imported: false, span: name.span };
        let scope = &mut self.program.session.files[self.module].scope;
        match scope.names.entry(name.symbol) {
            hashbrown::hash_map::Entry::Vacant(vacant) => {
                vacant.insert(entry);
            }
            hashbrown::hash_map::Entry::Occupied(first) => {
                let first = *first.get();
                let text = self.program.text(name.symbol);
                let kind = match (first.def, def) {
                    (Def::Fn(_), Def::Fn(_)) => {
                        "functions are not overloaded: one name, one function"
                    }
                    _ => "types, functions, constants and traits of a module share one name space",
                };
                self.diags.push(
                    Diagnostic::error(
                        &codes::DUPLICATE_NAME,
                        name.span,
                        format!("`{text}` is declared twice in this module"),
                    )
                    .label("declared again here")
                    .also(first.span, "first declared here")
                    .note(kind),
                );
            }
        }
    }
}

/// Binds `name` in a scope as an import; an existing name is reported.
pub(crate) fn bind_import(
    program: &mut Program,
    module: ModuleId,
    name: ast::Name,
    entry: Entry,
    diags: &mut Vec<Diagnostic>,
) {
    if let Some(existing) = program.session.files[module].scope.names.get(&name.symbol).copied() {
        let text = program.text(name.symbol);
        let fresh = match (existing.imported, entry.def) {
            (_, Def::Module(other)) => {
                let path = program.text(program.modules[other].path);
                path.rsplit('.').next().unwrap_or(path).to_owned()
            }
            _ => format!("{text}_2"),
        };
        let diag = if existing.imported {
            Diagnostic::error(
                &codes::DUPLICATE_NAME,
                name.span,
                format!("`{text}` is imported twice"),
            )
            .label("bound again here")
            .also(existing.span, "first bound here")
        } else {
            Diagnostic::error(
                &codes::DUPLICATE_NAME,
                name.span,
                format!("`{text}` is imported, but this module declares it itself"),
            )
            .label("bound here")
            .also(existing.span, "declared here")
        };
        let diag = if fresh == text {
            diag.note("`as` gives an import another name")
        } else {
            let edit = if is_alias(program, name) { fresh } else { format!("{text} as {fresh}") };
            diag.suggest(
                "give it another name",
                name.span,
                edit,
                simple_source::Applicability::Maybe,
            )
        };
        diags.push(diag);
        if existing.imported {
            // Which one is meant is not known, so neither is.
            let unknown = Entry { def: Def::Unresolved, ..existing };
            program.session.files[module].scope.names.insert(name.symbol, unknown);
        }
        return;
    }
    program.session.files[module].scope.names.insert(name.symbol, entry);
    if let Def::Adt(adt) = entry.def
        && program.adts[adt].kind == AdtKind::Enum
    {
        // The variants' names are not in the definition yet: ask the tree.
        let names = variant_names(program, adt);
        program.session.files[module].scope.add_variants(adt, names.into_iter());
    }
}

/// Whether a name that a `use` binds stands after `as`.
fn is_alias(program: &Program, name: ast::Name) -> bool {
    let sources = &program.session.sources;
    let Some(file) = sources.file_of(name.span) else { return false };
    let file = sources.file(file);
    let before = file.text().get(..(name.span.lo - file.base) as usize).unwrap_or("");
    before.split_whitespace().next_back() == Some("as")
}

/// The names of an enum's variants, from its declaration.
fn variant_names(program: &Program, adt: AdtId) -> Vec<Symbol> {
    let module = program.adts[adt].module;
    let file = &program.session.files[module];
    file.items
        .iter()
        .position(|item| matches!(item, ItemDef::Adt(id, _) if *id == adt))
        .map(|number| match file.ast.item(ast::ItemId(number as u32)).kind {
            ItemKind::Enum { variants, .. } => {
                file.ast.list(variants).iter().map(|variant| variant.name.symbol).collect()
            }
            _ => Vec::new(),
        })
        .unwrap_or_default()
}
