//! Written types become types.

use simple_source::{Applicability, Diagnostic, Idx, Span, Symbol, sym};
use simple_syntax::ast::{self, Ast, TypeKind};
use simple_syntax::foreign::{generic_type, plain_type};

use crate::codes;
use crate::def::*;
use crate::infer::table::{MAX_TYPE_DEPTH, MAX_TYPE_SIZE, Table};
use crate::names::{Def, built_in_type, suggest};
use crate::session::AliasId;
use crate::ty::{Ty, TyInterner, TyKind, Tys};

/// Aliases may refer to aliases this often before the chain is refused.
const MAX_ALIASES: usize = 100;

/// Where types are made: in the shared interner for declarations, in a
/// function's own table while it is being inferred.
pub(crate) trait TypeSink {
    fn make(&mut self, kind: TyKind) -> Ty;
    fn make_list(&mut self, types: &[Ty]) -> Tys;
    fn substitute(&mut self, ty: Ty, args: &[Ty]) -> Ty;
    /// What `_` stands for, if types may be left out here.
    fn hole(&mut self, span: Span) -> Option<Ty>;
}

/// Types of declarations.
pub(crate) struct Shared<'p>(pub(crate) &'p TyInterner);

impl TypeSink for Shared<'_> {
    fn make(&mut self, kind: TyKind) -> Ty {
        let ty = self.0.intern(kind);
        if self.0.depth(ty) > MAX_TYPE_DEPTH || self.0.size(ty) > MAX_TYPE_SIZE {
            return Ty::ERROR;
        }
        ty
    }
    fn make_list(&mut self, types: &[Ty]) -> Tys {
        self.0.intern_list(types)
    }
    fn substitute(&mut self, ty: Ty, args: &[Ty]) -> Ty {
        self.0.substitute(ty, args)
    }
    fn hole(&mut self, _span: Span) -> Option<Ty> {
        None
    }
}

impl TypeSink for &mut Table<'_> {
    fn make(&mut self, kind: TyKind) -> Ty {
        Table::make(self, kind)
    }
    fn make_list(&mut self, types: &[Ty]) -> Tys {
        Table::make_list(self, types)
    }
    fn substitute(&mut self, ty: Ty, args: &[Ty]) -> Ty {
        Table::substitute(self, ty, args)
    }
    fn hole(&mut self, span: Span) -> Option<Ty> {
        Some(self.fresh(crate::infer::table::VarKind::General, span))
    }
}

/// What has to hold for a written type, once all declarations are known.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TypeCheck {
    /// The trait can be `dyn`.
    Dyn(TraitId, Span),
    /// The bounds of the type's declaration hold for its arguments.
    Bounds(Ty, Span),
}

/// Reads written types in one place of one module.
pub(crate) struct Written<'a, S> {
    pub(crate) program: &'a Program,
    pub(crate) ast: &'a Ast,
    pub(crate) module: ModuleId,
    /// The parameters in scope, by position.
    pub(crate) generics: &'a [GenericParam],
    pub(crate) self_ty: Option<Ty>,
    pub(crate) sink: S,
    pub(crate) diags: &'a mut Vec<Diagnostic>,
    pub(crate) checks: &'a mut Vec<TypeCheck>,
    /// The aliases whose targets are being read.
    pub(crate) aliases: Vec<AliasId>,
}

impl<S: TypeSink> Written<'_, S> {
    /// The type that was written.
    pub(crate) fn ty(&mut self, id: ast::TypeId) -> Ty {
        let ast::Type { kind, span } = *self.ast.ty(id);
        match kind {
            TypeKind::Error => Ty::ERROR,
            TypeKind::Path { path, args } => {
                let args: Vec<ast::TypeId> = self.ast.list(args).to_vec();
                let path: Vec<ast::Name> = self.ast.list(path).to_vec();
                self.path(&path, &args, span)
            }
            TypeKind::List(element) => {
                let element = self.ty(element);
                self.sink.make(TyKind::List(element))
            }
            TypeKind::Dict(key, value) => {
                let args = [self.ty(key), self.ty(value)];
                self.adt(self.program.lang.dict, &args, span)
            }
            TypeKind::Set(element) => {
                let args = [self.ty(element)];
                self.adt(self.program.lang.set, &args, span)
            }
            TypeKind::Tuple(parts) => {
                let parts: Vec<Ty> =
                    self.ast.list(parts).to_vec().into_iter().map(|part| self.ty(part)).collect();
                if parts.is_empty() {
                    return Ty::UNIT;
                }
                let parts = self.sink.make_list(&parts);
                self.sink.make(TyKind::Tuple(parts))
            }
            TypeKind::Option(inner) => {
                let args = [self.ty(inner)];
                self.adt(self.program.lang.option, &args, span)
            }
            TypeKind::Function { params, result } => {
                let params: Vec<Ty> = self
                    .ast
                    .list(params)
                    .to_vec()
                    .into_iter()
                    .map(|param| self.ty(param))
                    .collect();
                let params = self.sink.make_list(&params);
                let result = result.map_or(Ty::UNIT, |result| self.ty(result));
                self.sink.make(TyKind::Fn(params, result))
            }
            TypeKind::Dyn(inner) => self.dyn_type(inner, span),
            TypeKind::Weak(inner) => {
                self.diags.push(misplaced_weak(self.ast, self.program, inner, span));
                self.ty(inner)
            }
            TypeKind::Infer => match self.sink.hole(span) {
                Some(ty) => ty,
                None => {
                    self.diags.push(
                        Diagnostic::error(&codes::UNDECIDED, span, "a type is needed here")
                            .label("nothing decides what `_` stands for")
                            .note("`_` stands for a type only inside function bodies"),
                    );
                    Ty::ERROR
                }
            },
        }
    }

    fn adt(&mut self, adt: AdtId, args: &[Ty], span: Span) -> Ty {
        let list = self.sink.make_list(args);
        let ty = self.sink.make(TyKind::Adt(adt, list));
        let lang = &self.program.lang;
        let keys = (adt == lang.dict || adt == lang.set) && !self.program.is_library(self.module);
        let bounded =
            self.program.adts.get(adt).is_some_and(|def| {
                def.generics.params.iter().any(|param| !param.bounds.is_empty())
            });
        if keys || bounded {
            self.checks.push(TypeCheck::Bounds(ty, span));
        }
        ty
    }

    fn args(&mut self, args: &[ast::TypeId]) -> Vec<Ty> {
        args.iter().map(|arg| self.ty(*arg)).collect()
    }

    fn path(&mut self, path: &[ast::Name], args: &[ast::TypeId], span: Span) -> Ty {
        let Some(first) = path.first().copied() else { return Ty::ERROR };
        if path.len() == 1 {
            if let Some(index) = self.generics.iter().rposition(|param| param.name == first.symbol)
            {
                self.no_args(first, args, span);
                return self.sink.make(TyKind::Param(index as u32, first.symbol));
            }
            if first.symbol == sym::SELF_TYPE {
                self.no_args(first, args, span);
                return self.self_type(first.span);
            }
            if let Some(ty) = built_in_type(first.symbol) {
                if self.program.is_redeclared(self.module, first.symbol) {
                    self.args(args);
                    return Ty::ERROR;
                }
                self.no_args(first, args, span);
                return ty;
            }
            if first.symbol == sym::LIST && self.program.lookup(self.module, first.symbol).is_none()
            {
                if args.len() != 1 {
                    self.args(args);
                    self.diags.push(wrong_count("List", 1, args.len(), span, "List[T]"));
                    return Ty::ERROR;
                }
                let element = self.ty(args[0]);
                return self.sink.make(TyKind::List(element));
            }
        }
        if path.len() == 1
            && self.program.lookup(self.module, first.symbol).is_none()
            && self.is_never(first)
        {
            return Ty::NEVER;
        }
        match self.def(path, args, span) {
            Some(Def::Adt(adt)) => {
                let args = self.args(args);
                let def = &self.program.adts[adt];
                let wanted = def.generics.params.len();
                if args.len() != wanted {
                    let diag = self.wrong_type_args(def.name, &def.generics, args.len(), span);
                    self.diags.push(diag.also(def.span, "declared here"));
                    return Ty::ERROR;
                }
                self.adt(adt, &args, span)
            }
            Some(Def::Alias(alias)) => {
                let args = self.args(args);
                self.alias(alias, &args, span)
            }
            Some(Def::Trait(trait_)) => {
                let name = self.program.text(self.program.traits[trait_].name);
                let text = self.program.snippet(span);
                let text = if text.is_empty() { name } else { text };
                self.diags.push(
                    Diagnostic::error(
                        &codes::TRAIT_EXPECTED,
                        span,
                        format!("`{name}` is a trait, not a type"),
                    )
                    .label("a type is expected here")
                    .suggest(
                        format!("a value of any type that implements it is `dyn {text}`"),
                        span,
                        format!("dyn {text}"),
                        Applicability::Maybe,
                    )
                    .note(format!(
                        "or make the function generic: `[T: {text}]`, and write `T` here"
                    )),
                );
                self.args(args);
                Ty::ERROR
            }
            _ => {
                self.args(args);
                Ty::ERROR
            }
        }
    }

    /// What the path names; reports it if that is nothing that a type can be.
    fn def(&mut self, path: &[ast::Name], args: &[ast::TypeId], span: Span) -> Option<Def> {
        let (last, modules) = path.split_last()?;
        let mut at = self.module;
        for (index, name) in modules.iter().enumerate() {
            let def = if index == 0 {
                self.program.lookup(at, name.symbol)
            } else {
                match self.program.lookup_member(self.module, at, *name) {
                    Ok(def) => Some(def),
                    Err(diag) => {
                        self.diags.push(*diag);
                        return None;
                    }
                }
            };
            match def {
                Some(Def::Module(module)) => at = module,
                Some(Def::Unresolved) => return None,
                Some(other) => {
                    let text = self.program.text(name.symbol);
                    self.diags.push(
                        Diagnostic::error(
                            &codes::UNKNOWN_TYPE,
                            name.span,
                            format!("`{text}` is {}, not a module", other.describe()),
                        )
                        .label("a module is expected before the dot"),
                    );
                    return None;
                }
                None => {
                    let text = self.program.text(name.symbol);
                    let diag = Diagnostic::error(
                        &codes::UNKNOWN_NAME,
                        name.span,
                        format!("there is no module `{text}` here"),
                    )
                    .label("not found");
                    self.diags.push(self.offer_module(diag, *name));
                    return None;
                }
            }
        }
        let def = if modules.is_empty() {
            self.program.lookup(at, last.symbol)
        } else {
            match self.program.lookup_member(self.module, at, *last) {
                Ok(def) => Some(def),
                Err(diag) => {
                    self.diags.push(*diag);
                    return None;
                }
            }
        };
        match def {
            Some(Def::Adt(_) | Def::Alias(_) | Def::Trait(_)) => def,
            Some(Def::Unresolved) => None,
            Some(other) => {
                let text = self.program.text(last.symbol);
                self.diags.push(
                    Diagnostic::error(
                        &codes::UNKNOWN_TYPE,
                        last.span,
                        format!("`{text}` is {}, not a type", other.describe()),
                    )
                    .label("a type is expected here"),
                );
                None
            }
            // That is what is wrong, and it is told there.
            None if modules.is_empty() && self.is_declared_in_block(last.symbol) => None,
            None => {
                let diag = self.unknown_type(*last, args, span);
                self.diags.push(diag);
                None
            }
        }
    }

    /// Whether a block has the declaration of a type of this name, where none can stand.
    fn is_declared_in_block(&self, name: Symbol) -> bool {
        use ast::ItemKind::{Class, Enum, Struct, Trait, TypeAlias};
        (0..self.ast.item_count()).map(ast::ItemId::from_usize).any(|id| {
            let item = self.ast.item(id);
            let is_type = matches!(
                item.kind,
                Struct { .. } | Class { .. } | Enum { .. } | Trait { .. } | TypeAlias { .. }
            );
            is_type && item.name.symbol == name && !self.ast.items.contains(&id)
        })
    }

    fn offer_module(&self, diag: Diagnostic, name: ast::Name) -> Diagnostic {
        let text = self.program.text(name.symbol);
        let suffix = format!(".{text}");
        let mut paths: Vec<&str> = self
            .program
            .modules
            .iter()
            .map(|module| self.program.text(module.path))
            .filter(|path| path.ends_with(&suffix))
            .collect();
        paths.sort_unstable();
        match paths.first() {
            Some(path) => {
                let message = format!("there is the module `{path}`");
                self.program.offer_use(diag, self.module, message, &format!("use {path}"))
            }
            None => diag,
        }
    }

    /// The type of functions that do not return, which only the library names.
    fn is_never(&self, name: ast::Name) -> bool {
        self.program.is_library(self.module) && self.program.text(name.symbol) == "Never"
    }

    fn unknown_type(&self, name: ast::Name, args: &[ast::TypeId], span: Span) -> Diagnostic {
        let text = self.program.text(name.symbol);
        if let Some(ours) = generic_type(text) {
            let inner: Vec<&str> =
                args.iter().map(|arg| self.program.snippet(self.ast.ty(*arg).span)).collect();
            let ours = match inner.as_slice() {
                [] => ours.example(),
                inner => ours.written(inner),
            };
            return Diagnostic::error(
                &codes::UNKNOWN_TYPE,
                span,
                format!("there is no type `{text}`"),
            )
            .label("not found")
            .suggest(
                format!("this is written `{ours}`"),
                span,
                ours,
                Applicability::Maybe,
            );
        }
        let diag = Diagnostic::error(
            &codes::UNKNOWN_TYPE,
            name.span,
            format!("there is no type `{text}`"),
        )
        .label("not found");
        if let Some(ours) = plain_type(text) {
            return diag.suggest(
                format!("this type is called `{ours}` here"),
                name.span,
                ours,
                Applicability::Certain,
            );
        }
        if text.chars().count() == 1 && text.chars().all(char::is_uppercase) {
            return diag.note(format!(
                "if it stands for any type, declare it: `[{text}]` after the name of the function \
                 or type, `impl[{text}]` for an impl"
            ));
        }
        let types = self
            .program
            .visible_names(self.module)
            .filter(|(_, def)| matches!(def, Def::Adt(_) | Def::Alias(_)))
            .map(|(text, _)| text)
            .chain(["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "bool"])
            .chain(["char", "str"])
            .chain(self.generics.iter().map(|param| self.program.text(param.name)));
        match suggest::nearest(text, types) {
            Some(near) => {
                diag.suggest(format!("there is `{near}`"), name.span, near, Applicability::Maybe)
            }
            None => self.program.offer_import(diag, self.module, name),
        }
    }

    fn self_type(&mut self, span: Span) -> Ty {
        match self.self_ty {
            Some(ty) => ty,
            None => {
                self.diags.push(
                    Diagnostic::error(&codes::MISPLACED_SELF, span, "there is no `Self` here")
                        .label("`Self` is the type that an impl, type or trait is about"),
                );
                Ty::ERROR
            }
        }
    }

    fn no_args(&mut self, name: ast::Name, args: &[ast::TypeId], span: Span) {
        if !args.is_empty() {
            self.args(args);
            let text = self.program.text(name.symbol).to_owned();
            self.diags.push(not_generic(&text, span));
        }
    }

    fn wrong_type_args(
        &self,
        name: Symbol,
        generics: &Generics,
        found: usize,
        span: Span,
    ) -> Diagnostic {
        let diag = self.type_arg_count(name, generics, found, span);
        let written = self.program.snippet(span);
        if found >= generics.params.len() {
            return diag;
        }
        // Those that are there, and an example for each of the others.
        let (head, inner) = match written.split_once('[') {
            Some((head, inner)) => (head, inner.strip_suffix(']').unwrap_or(inner)),
            None => (written, ""),
        };
        let mut args: Vec<&str> = if inner.is_empty() { Vec::new() } else { vec![inner] };
        args.extend(std::iter::repeat_n("i64", generics.params.len() - found));
        diag.suggest(
            "give all of them, for example",
            span,
            format!("{head}[{}]", args.join(", ")),
            Applicability::Maybe,
        )
    }

    fn type_arg_count(
        &self,
        name: Symbol,
        generics: &Generics,
        found: usize,
        span: Span,
    ) -> Diagnostic {
        let text = self.program.text(name);
        if generics.params.is_empty() {
            return not_generic(text, span);
        }
        let names: Vec<&str> =
            generics.params.iter().map(|param| self.program.text(param.name)).collect();
        let shown = format!("{text}[{}]", names.join(", "));
        wrong_count(text, names.len(), found, span, &shown)
    }

    /// The target of an alias for these arguments.
    fn alias(&mut self, alias: AliasId, args: &[Ty], span: Span) -> Ty {
        let program = self.program;
        let def = &program.session.aliases[alias];
        if args.len() != def.generics.params.len() {
            let diag = self.wrong_type_args(def.name, &def.generics, args.len(), span);
            self.diags.push(diag.also(def.span, "declared here"));
            return Ty::ERROR;
        }
        let target = self.alias_target(alias);
        self.sink.substitute(target, args)
    }

    /// What an alias stands for, in terms of its parameters.
    pub(crate) fn alias_target(&mut self, alias: AliasId) -> Ty {
        let program = self.program;
        let def = &program.session.aliases[alias];
        if let Some(target) = def.target.get() {
            return *target;
        }
        if let Some(start) = self.aliases.iter().position(|open| *open == alias) {
            let circle = self.aliases[start..].to_vec();
            self.alias_circle(&circle);
            return Ty::ERROR;
        }
        if self.aliases.len() >= MAX_ALIASES {
            self.diags.push(
                Diagnostic::error(
                    &codes::ALIAS_CIRCLE,
                    def.span,
                    "aliases stand for aliases too many times",
                )
                .label(format!("more than {MAX_ALIASES} steps from here")),
            );
            return Ty::ERROR;
        }
        let ast = program.ast(def.module);
        let ast::ItemKind::TypeAlias { ty, .. } = ast.item(def.item).kind else { return Ty::ERROR };
        let mut aliases = std::mem::take(&mut self.aliases);
        aliases.push(alias);
        let mut inner = Written {
            program,
            ast,
            module: def.module,
            generics: &def.generics.params,
            self_ty: None,
            sink: Shared(&program.types),
            diags: self.diags,
            checks: self.checks,
            aliases,
        };
        let target = inner.ty(ty);
        let mut aliases = inner.aliases;
        aliases.pop();
        self.aliases = aliases;
        // Whoever is part of a circle was set to an error already.
        *def.target.get_or_init(|| target)
    }

    /// Says that aliases go in a circle, at the one that comes first in the
    /// source, and settles them all.
    fn alias_circle(&mut self, circle: &[AliasId]) {
        let aliases = &self.program.session.aliases;
        let first = (0..circle.len()).min_by_key(|index| aliases[circle[*index]].span).unwrap_or(0);
        let mut names: Vec<&str> = (0..circle.len())
            .map(|step| aliases[circle[(first + step) % circle.len()]].name)
            .map(|name| self.program.text(name))
            .collect();
        names.push(names[0]);
        self.diags.push(
            Diagnostic::error(
                &codes::ALIAS_CIRCLE,
                aliases[circle[first]].span,
                format!("the alias `{}` stands for itself", names[0]),
            )
            .label(names.join(" = ")),
        );
        for alias in circle {
            let _ = aliases[*alias].target.set(Ty::ERROR);
        }
    }

    fn dyn_type(&mut self, inner: ast::TypeId, span: Span) -> Ty {
        let Some(reference) = self.trait_ref(inner, None) else { return Ty::ERROR };
        self.checks.push(TypeCheck::Dyn(reference.trait_, span));
        self.sink.make(TyKind::Dyn(reference.trait_, reference.args))
    }

    /// The trait that a path type names. `Add` alone is `Add[Self, Self]`,
    /// where `Self` is `for_ty`.
    pub(crate) fn trait_ref(&mut self, id: ast::TypeId, for_ty: Option<Ty>) -> Option<TraitRef> {
        let ast::Type { kind, span } = *self.ast.ty(id);
        let TypeKind::Path { path, args } = kind else {
            if kind != TypeKind::Error {
                self.diags.push(
                    Diagnostic::error(
                        &codes::TRAIT_EXPECTED,
                        span,
                        format!("`{}` is not a trait", self.program.snippet(span)),
                    )
                    .label("a trait is expected here"),
                );
            }
            return None;
        };
        let path: Vec<ast::Name> = self.ast.list(path).to_vec();
        let args: Vec<ast::TypeId> = self.ast.list(args).to_vec();
        let last = *path.last()?;
        let def = match path.as_slice() {
            [name] => {
                let is_param = self.generics.iter().any(|param| param.name == name.symbol);
                if is_param || built_in_type(name.symbol).is_some() {
                    self.diags.push(self.not_a_trait(*name, "a type", span));
                    return None;
                }
                match self.program.lookup(self.module, name.symbol) {
                    Some(def) => def,
                    None => {
                        let diag = self.program.unknown_trait(self.module, *name);
                        self.diags.push(diag);
                        return None;
                    }
                }
            }
            _ => self.def(&path, &args, span)?,
        };
        match def {
            Def::Trait(trait_) => {
                let args = self.args(&args);
                self.trait_args(trait_, &args, for_ty, span)
            }
            Def::Unresolved => None,
            other => {
                self.diags.push(self.not_a_trait(last, other.describe(), span));
                None
            }
        }
    }

    fn not_a_trait(&self, name: ast::Name, what: &str, span: Span) -> Diagnostic {
        let text = self.program.text(name.symbol);
        Diagnostic::error(&codes::TRAIT_EXPECTED, span, format!("`{text}` is {what}, not a trait"))
            .label("a trait is expected here")
    }

    fn trait_args(
        &mut self,
        trait_: TraitId,
        args: &[Ty],
        for_ty: Option<Ty>,
        span: Span,
    ) -> Option<TraitRef> {
        let def = &self.program.traits[trait_];
        let wanted = def.generics.params.len().saturating_sub(1);
        let lang = &self.program.lang;
        let operator =
            [lang.add, lang.sub, lang.mul, lang.div, lang.rem, lang.neg].contains(&trait_);
        if args.is_empty()
            && wanted > 0
            && operator
            && let Some(for_ty) = for_ty
        {
            let args = self.sink.make_list(&vec![for_ty; wanted]);
            return Some(TraitRef { trait_, args });
        }
        if args.len() != wanted {
            let text = self.program.text(def.name);
            let diag = if wanted == 0 {
                not_generic(text, span)
            } else {
                let names: Vec<&str> = def.generics.params[1..]
                    .iter()
                    .map(|param| self.program.text(param.name))
                    .collect();
                let shown = format!("{text}[{}]", names.join(", "));
                wrong_count(text, wanted, args.len(), span, &shown)
            };
            self.diags.push(diag.also(def.span, "declared here"));
            return None;
        }
        Some(TraitRef { trait_, args: self.sink.make_list(args) })
    }
}

fn not_generic(text: &str, span: Span) -> Diagnostic {
    Diagnostic::error(&codes::TYPE_ARGUMENTS, span, format!("`{text}` is not generic"))
        .label("it takes no type arguments")
        .suggest("leave them out", span, text, Applicability::Certain)
}

fn wrong_count(text: &str, wanted: usize, found: usize, span: Span, shown: &str) -> Diagnostic {
    let plural = if wanted == 1 { "" } else { "s" };
    let label = match found {
        0 => "none here".to_owned(),
        1 => "one here".to_owned(),
        _ => format!("{found} here"),
    };
    Diagnostic::error(
        &codes::TYPE_ARGUMENTS,
        span,
        format!("`{text}` takes {wanted} type argument{plural}: `{shown}`"),
    )
    .label(label)
}

/// `weak` before a type that is no field's.
pub(crate) fn misplaced_weak(
    ast: &Ast,
    program: &Program,
    inner: ast::TypeId,
    span: Span,
) -> Diagnostic {
    Diagnostic::error(&codes::WEAK, span, "`weak` stands only before the type of a field")
        .label("not the type of a field of a class or struct")
        .suggest("leave it out", span, program.snippet(ast.ty(inner).span), Applicability::Maybe)
}
