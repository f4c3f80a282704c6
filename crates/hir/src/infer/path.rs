//! Names and dotted paths that stand for declarations.

use simple_source::{Applicability, Diagnostic, Span, Symbol, sym};
use simple_syntax::ast::{self, Expr as Tree};

use super::method::Target;
use super::scope::{Binding, Bound};
use super::{Infer, Returns};
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::names::{Def, built_in_type, suggest};
use crate::ty::{Ty, TyKind};

/// What an expression names, if it names something that is no local value.
#[derive(Clone, Debug)]
pub(crate) enum Static {
    Module(ModuleId),
    /// A type; arguments that were not written are open.
    Type(Ty),
    /// A generic type whose arguments were not written.
    Fn(FnId, Vec<Ty>),
    /// A variant of an enum of this type.
    Variant(Ty, AdtId, u32),
    Const(ConstId),
    Global(GlobalId),
    Trait(TraitId),
    /// A method or function of a type or trait, with written type arguments.
    Method(Box<Target>, Vec<Ty>),
    /// A constant of a number type.
    Number(Ty, Number),
    Builtin(Builtin),
    /// Something was wrong with it, which was said.
    Error,
}

/// The value of a number type's constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Int(i128),
    Float(f64),
}

impl<'p> Infer<'p> {
    /// What an expression of the tree names; none if it is a value that has
    /// to be evaluated, such as a local or a field of one.
    pub(crate) fn resolve_static(&mut self, id: ast::ExprId, hint: Option<Ty>) -> Option<Static> {
        if !self.has_static_root(id) {
            return None;
        }
        self.resolve_path(id, hint)
    }

    /// Whether the innermost name of a chain of fields is no local value.
    fn has_static_root(&self, id: ast::ExprId) -> bool {
        let ast = self.f.ast;
        let mut at = id;
        loop {
            match *ast.expr(at) {
                Tree::Field { base, .. } | Tree::Index { base, .. } => at = base,
                Tree::Name(sym::SELF) => return false,
                Tree::Name(name) => {
                    return !matches!(
                        self.scopes.find(name),
                        Some(Binding { bound: Bound::Local(..), .. })
                    );
                }
                // `[i64].new()`, `{str: i64}.new()` are not written so.
                _ => return false,
            }
        }
    }

    fn resolve_path(&mut self, id: ast::ExprId, hint: Option<Ty>) -> Option<Static> {
        let ast = self.f.ast;
        let span = ast.span(id);
        match *ast.expr(id) {
            Tree::Name(name) => Some(self.resolve_name(name, hint, span)),
            Tree::Field { base, name } => {
                let base_static = self.resolve_path(base, None)?;
                self.resolve_member(base_static, name, ast.span(base))
            }
            Tree::Index { base, args } => {
                let base_static = match *ast.expr(base) {
                    Tree::Name(_) | Tree::Field { .. } => self.resolve_path(base, None)?,
                    _ => return None,
                };
                match base_static {
                    Static::Type(_) | Static::Fn(..) | Static::Method(..) => {}
                    // Whether types or an index follow is not known.
                    Static::Error => return Some(Static::Error),
                    _ => return None,
                }
                let mut types = Vec::with_capacity(args.len());
                for arg in ast.list(args) {
                    types.push(self.expr_as_type(*arg));
                }
                Some(self.apply_types(base_static, types, span))
            }
            _ => None,
        }
    }

    /// What a lone name stands for.
    fn resolve_name(&mut self, name: Symbol, hint: Option<Ty>, span: Span) -> Static {
        let binding = self.scopes.find(name);
        if (binding.is_none() || self.starts_upper(name))
            && let Some(hint) = hint
            && let Some((adt, variant)) = self.variant_of(hint, name)
        {
            return self.variant(adt, variant, span);
        }
        match binding.map(|binding| binding.bound) {
            Some(Bound::Fn(function)) => return Static::Fn(function, Vec::new()),
            Some(Bound::Const(constant)) => return Static::Const(constant),
            Some(Bound::Global(global)) => return Static::Global(global),
            Some(Bound::Local(..)) | None => {}
        }
        if let Some(index) = self.f.generics.iter().rposition(|param| param.name == name) {
            let args = self.identity_args();
            return Static::Type(args[index]);
        }
        if name == sym::SELF_TYPE {
            return match self.f.self_ty {
                Some(ty) => {
                    let ty = self.localise(ty);
                    Static::Type(ty)
                }
                None => {
                    let diag =
                        Diagnostic::error(&codes::MISPLACED_SELF, span, "there is no `Self` here")
                            .label("`Self` is the type that an impl, type or trait is about");
                    self.error(diag);
                    Static::Error
                }
            };
        }
        let built_in = built_in_type(name);
        if built_in.is_some() && self.program.is_redeclared(self.f.module, name) {
            self.f.failed = true;
            return Static::Error;
        }
        // A function of such a name was refused where it is declared.
        if let Some(entry) = self.program.scope(self.f.module).names.get(&name) {
            return self.static_of(entry.def, span);
        }
        if let Some(ty) = built_in {
            return Static::Type(ty);
        }
        match self.program.short_variants(self.f.module, name) {
            [(adt, variant)] => return self.variant(*adt, *variant, span),
            [] => {}
            _ => {
                self.ambiguous_variant(name, span);
                return Static::Error;
            }
        }
        if let Some(def) = self.program.lookup_prelude(name) {
            return self.static_of(def, span);
        }
        if let Some(builtin) = self.program.built_in_function(self.f.module, name) {
            return Static::Builtin(builtin);
        }
        if name == sym::LIST {
            let element = self.fresh(span);
            let ty = self.table.list_of(element);
            return Static::Type(ty);
        }
        self.unknown_name(name, span);
        Static::Error
    }

    fn variant(&mut self, adt: AdtId, variant: u32, span: Span) -> Static {
        self.check_variant_visible(adt, variant, span);
        let ty = self.open_adt(adt, span);
        Static::Variant(ty, adt, variant)
    }

    /// A type whose arguments are to be found out.
    fn open_adt(&mut self, adt: AdtId, span: Span) -> Ty {
        let count = self.program.adts[adt].generics.params.len();
        let args: Vec<Ty> = (0..count).map(|_| self.fresh(span)).collect();
        self.adt_of(adt, &args)
    }

    /// What a module's definition is.
    fn static_of(&mut self, def: Def, span: Span) -> Static {
        match def {
            Def::Module(module) => Static::Module(module),
            Def::Fn(function) => Static::Fn(function, Vec::new()),
            Def::Adt(adt) => Static::Type(self.open_adt(adt, span)),
            Def::Alias(alias) => {
                let alias = &self.program.session.aliases[alias];
                let args: Vec<Ty> =
                    alias.generics.params.iter().map(|_| self.fresh(span)).collect();
                let target = alias.target.get().copied().unwrap_or(Ty::ERROR);
                Static::Type(self.table.substitute(target, &args))
            }
            Def::Trait(trait_) => Static::Trait(trait_),
            Def::Const(constant) => Static::Const(constant),
            Def::Global(global) => self.global_static(global, span),
            Def::Unresolved => {
                self.f.failed = true;
                Static::Error
            }
        }
    }

    /// `base.name` where `base` names a declaration; none if it is a value.
    fn resolve_member(&mut self, base: Static, name: ast::Name, base_span: Span) -> Option<Static> {
        let span = base_span.to(name.span);
        Some(match base {
            Static::Module(module) => self.module_member(module, name),
            Static::Type(ty) => self.type_member(ty, name, span),
            Static::Trait(trait_) => self.trait_member(trait_, name, span),
            Static::Error => Static::Error,
            Static::Builtin(_) | Static::Fn(..) | Static::Method(..) => return None,
            Static::Variant(..) | Static::Const(_) | Static::Global(_) | Static::Number(..) => {
                return None;
            }
        })
    }

    fn module_member(&mut self, module: ModuleId, name: ast::Name) -> Static {
        match self.program.lookup_member(self.f.module, module, name) {
            Ok(def) => self.static_of(def, name.span),
            Err(diag) => {
                // `shapes.Circle`: the variants of a module's own enums.
                let found = self.program.scope(module).variants.get(&name.symbol);
                let found: Vec<(AdtId, u32)> = found
                    .into_iter()
                    .flatten()
                    .copied()
                    .filter(|(adt, _)| {
                        let def = &self.program.adts[*adt];
                        def.module == module && (def.public || module == self.f.module)
                    })
                    .collect();
                match found.as_slice() {
                    [(adt, variant)] => self.variant(*adt, *variant, name.span),
                    [] => {
                        self.error(*diag);
                        Static::Error
                    }
                    _ => {
                        self.ambiguous_variant(name.symbol, name.span);
                        Static::Error
                    }
                }
            }
        }
    }

    /// `Type.name`
    fn type_member(&mut self, ty: Ty, name: ast::Name, span: Span) -> Static {
        if let Some((adt, variant)) = self.variant_of(ty, name.symbol) {
            self.check_variant_visible(adt, variant, name.span);
            return Static::Variant(ty, adt, variant);
        }
        if ty == Ty::ERROR {
            return Static::Error;
        }
        if let Some(number) = self.number_constant(ty, name.symbol) {
            return Static::Number(ty, number);
        }
        match self.find_method(ty, name, true) {
            Some(target) => Static::Method(Box::new(target), Vec::new()),
            None => {
                self.unknown_type_member(ty, name, span);
                Static::Error
            }
        }
    }

    /// `Trait.name`: a method whose `Self` is to be found out.
    fn trait_member(&mut self, trait_: TraitId, name: ast::Name, span: Span) -> Static {
        let def = &self.program.traits[trait_];
        let method = def
            .methods
            .iter()
            .find(|method| self.program.functions[**method].name == name.symbol)
            .copied();
        let Some(method) = method else {
            let text = self.text(name.symbol);
            let owner = self.text(def.name);
            let mut diag = Diagnostic::error(
                &codes::UNKNOWN_METHOD,
                name.span,
                format!("the trait `{owner}` has no method `{text}`"),
            )
            .label("not found");
            let names =
                def.methods.iter().map(|method| self.text(self.program.functions[*method].name));
            if let Some(near) = suggest::nearest(text, names) {
                diag = diag.suggest(
                    format!("there is `{near}`"),
                    name.span,
                    near,
                    Applicability::Maybe,
                );
            }
            self.error(diag);
            return Static::Error;
        };
        let self_ty = self.fresh(span);
        let args: Vec<Ty> = def.generics.params.iter().skip(1).map(|_| self.fresh(span)).collect();
        let args = self.table.make_list(&args);
        Static::Method(Box::new(Target::Trait { trait_, method, self_ty, args }), Vec::new())
    }

    /// `i64.MAX` and its kind.
    fn number_constant(&self, ty: Ty, name: Symbol) -> Option<Number> {
        let text = self.text(name);
        match self.table.kind(ty) {
            TyKind::Int(int) => {
                let (low, high) = super::literal::int_range(int);
                match text {
                    "MAX" => Some(Number::Int(high)),
                    "MIN" => Some(Number::Int(low)),
                    "BITS" => {
                        Some(Number::Int(i128::from(64 - ((high - low) as u64).leading_zeros())))
                    }
                    _ => None,
                }
            }
            TyKind::Float(float) => {
                let double = float == crate::ty::FloatTy::F64;
                let pick = |wide: f64, narrow: f32| {
                    Some(Number::Float(if double { wide } else { f64::from(narrow) }))
                };
                match text {
                    "INF" => Some(Number::Float(f64::INFINITY)),
                    "NEG_INF" => Some(Number::Float(f64::NEG_INFINITY)),
                    "NAN" => Some(Number::Float(f64::NAN)),
                    "EPSILON" => pick(f64::EPSILON, f32::EPSILON),
                    "MAX" => pick(f64::MAX, f32::MAX),
                    "MIN" => pick(f64::MIN, f32::MIN),
                    "MIN_POSITIVE" => pick(f64::MIN_POSITIVE, f32::MIN_POSITIVE),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Writes type arguments after a name.
    fn apply_types(&mut self, base: Static, types: Vec<Ty>, span: Span) -> Static {
        match base {
            Static::Type(ty) => {
                let args = match self.table.kind(ty) {
                    TyKind::Adt(_, args) => self.list_vec(args),
                    TyKind::List(element) => vec![element],
                    _ => Vec::new(),
                };
                if args.len() != types.len() {
                    let shown = match self.table.kind(ty) {
                        TyKind::Adt(adt, _) => self.text(self.program.adts[adt].name).to_owned(),
                        _ => self.show(ty),
                    };
                    let plural = if args.len() == 1 { "" } else { "s" };
                    let message = if args.is_empty() {
                        format!("`{shown}` is not generic")
                    } else {
                        format!("`{shown}` takes {} type argument{plural}", args.len())
                    };
                    let diag = Diagnostic::error(&codes::TYPE_ARGUMENTS, span, message)
                        .label(format!("{} here", types.len()));
                    self.error(diag);
                    return Static::Error;
                }
                for (arg, written) in args.iter().zip(&types) {
                    self.table.unify(*arg, *written);
                }
                self.check_type_bounds(ty, span);
                Static::Type(ty)
            }
            Static::Fn(function, _) => Static::Fn(function, types),
            Static::Method(target, _) => Static::Method(target, types),
            other => other,
        }
    }

    /// An expression of the tree read as a type: between brackets.
    pub(crate) fn expr_as_type(&mut self, id: ast::ExprId) -> Ty {
        let ast = self.f.ast;
        let span = ast.span(id);
        match *ast.expr(id) {
            Tree::Error => Ty::ERROR,
            Tree::Type(ty) => self.written(ty),
            Tree::Unit => Ty::UNIT,
            Tree::Paren(inner) => self.expr_as_type(inner),
            Tree::Try(inner) => {
                let inner = self.expr_as_type(inner);
                self.option_of(inner)
            }
            Tree::List(elements) if elements.len() == 1 => {
                let element = self.expr_as_type(ast.list(elements)[0]);
                self.table.list_of(element)
            }
            Tree::Set(elements) if elements.len() == 1 => {
                let element = self.expr_as_type(ast.list(elements)[0]);
                self.adt_of(self.program.lang.set, &[element])
            }
            Tree::Dict(pairs) if pairs.len() == 1 => {
                let pair = ast.list(pairs)[0];
                let args = [self.expr_as_type(pair.key), self.expr_as_type(pair.value)];
                self.adt_of(self.program.lang.dict, &args)
            }
            Tree::Tuple(parts) => {
                let mut types = Vec::with_capacity(parts.len());
                for part in ast.list(parts) {
                    types.push(self.expr_as_type(*part));
                }
                self.table.tuple(&types)
            }
            Tree::Name(sym::UNDERSCORE) => self.fresh(span),
            Tree::Name(_) | Tree::Field { .. } | Tree::Index { .. } => {
                match self.resolve_static(id, None) {
                    Some(Static::Type(ty)) => ty,
                    Some(Static::Error) => Ty::ERROR,
                    _ => self.not_a_type(span),
                }
            }
            _ => self.not_a_type(span),
        }
    }

    fn not_a_type(&mut self, span: Span) -> Ty {
        let text = self.snippet(span);
        let diag = Diagnostic::error(&codes::UNKNOWN_TYPE, span, format!("`{text}` is not a type"))
            .label("a type argument is expected here");
        self.error(diag);
        Ty::ERROR
    }

    /// A variant's name that several enums in scope have.
    pub(crate) fn ambiguous_variant(&mut self, name: Symbol, span: Span) {
        let text = self.text(name);
        let owners: Vec<&str> = self
            .program
            .short_variants(self.f.module, name)
            .iter()
            .map(|(adt, _)| self.program.text(self.program.adts[*adt].name))
            .collect();
        let full: Vec<String> = owners.iter().map(|owner| format!("{owner}.{text}")).collect();
        let diag = Diagnostic::error(
            &codes::AMBIGUOUS_VARIANT,
            span,
            format!("`{text}` is a variant of several enums"),
        )
        .label(format!("could be `{}`", full.join("` or `")))
        .suggest("say which one is meant", span, full[0].clone(), Applicability::Maybe);
        self.error(diag);
    }

    // ---- values

    /// A name as a value.
    pub(crate) fn name_expr(&mut self, id: ast::ExprId, hint: Option<Ty>, dropped: bool) -> ExprId {
        let span = self.f.ast.span(id);
        let Tree::Name(name) = *self.f.ast.expr(id) else { return self.error_expr(span) };
        if let Some(binding) = self.scopes.find(name)
            && let Bound::Local(..) = binding.bound
        {
            let variant_first = self.starts_upper(name)
                && hint.is_some_and(|hint| self.variant_of(hint, name).is_some());
            if !variant_first {
                return self.local_expr(binding, span);
            }
        }
        if name == sym::UNDERSCORE {
            let diag = Diagnostic::error(&codes::UNDERSCORE_READ, span, "`_` is no value")
                .label("`_` stands for a value that is thrown away")
                .note("give it a name to use it");
            self.error(diag);
            return self.error_expr(span);
        }
        if name == sym::SELF && self.scopes.find(name).is_none() {
            return self.missing_self(span);
        }
        let found = self.resolve_name(name, hint, span);
        self.static_value(found, hint, dropped, span)
    }

    /// Something that was named, as a value.
    pub(crate) fn static_value(
        &mut self,
        found: Static,
        hint: Option<Ty>,
        dropped: bool,
        span: Span,
    ) -> ExprId {
        match found {
            Static::Error => self.error_expr(span),
            Static::Module(module) => {
                let path = self.text(self.program.modules[module].path);
                let text = self.snippet(span);
                let mut diag = Diagnostic::error(
                    &codes::NOT_A_VALUE,
                    span,
                    format!("`{path}` is a module, not a value"),
                )
                .label("a value is expected here");
                let mut names: Vec<&str> = self
                    .program
                    .scope(module)
                    .names
                    .iter()
                    .filter(|(_, entry)| {
                        entry.public && matches!(entry.def, Def::Const(_) | Def::Fn(_))
                    })
                    .map(|(name, _)| self.program.text(*name))
                    .collect();
                names.sort_unstable();
                if let Some(first) = names.iter().find(|name| **name == "PI").or(names.first()) {
                    diag = diag.suggest(
                        "use something that is in it",
                        span,
                        format!("{text}.{first}"),
                        Applicability::Maybe,
                    );
                }
                self.error(diag);
                self.error_expr(span)
            }
            Static::Trait(trait_) => {
                let name = self.text(self.program.traits[trait_].name);
                let diag = Diagnostic::error(
                    &codes::NOT_A_VALUE,
                    span,
                    format!("`{name}` is a trait, not a value"),
                )
                .label("a value is expected here");
                self.error(diag);
                self.error_expr(span)
            }
            Static::Type(ty) => self.constructor_value(ty, hint, span),
            Static::Const(constant) => {
                let ty = self.const_type(constant, span);
                self.push(ExprKind::Const(constant), ty, span)
            }
            Static::Global(global) => self.global_expr(global, span),
            Static::Number(ty, Number::Int(value)) => {
                self.push(ExprKind::Int(value as u64), ty, span)
            }
            Static::Number(ty, Number::Float(value)) => self.push(ExprKind::Float(value), ty, span),
            Static::Variant(ty, adt, variant) => self.variant_value(ty, adt, variant, span),
            Static::Builtin(builtin) => self.builtin_value(builtin, dropped, span),
            Static::Fn(function, _) if dropped => {
                let name = self.text(self.program.functions[function].name);
                self.not_called(name, span)
            }
            Static::Fn(function, explicit) => self.function_value(function, &explicit, span),
            Static::Method(target, explicit) => self.method_value(&target, &explicit, span),
        }
    }

    fn not_called(&mut self, name: &str, span: Span) -> ExprId {
        let text = self.snippet(span);
        let diag = Diagnostic::error(
            &codes::NOT_CALLED,
            span,
            format!("`{name}` is only named here, not called"),
        )
        .label("does nothing")
        .suggest("call it", span, format!("{text}()"), Applicability::Maybe);
        self.error(diag);
        self.error_expr(span)
    }

    fn builtin_value(&mut self, builtin: Builtin, dropped: bool, span: Span) -> ExprId {
        let name = match builtin {
            Builtin::Print => "print",
            Builtin::Eprint => "eprint",
            Builtin::Panic => "panic",
            Builtin::ToStr => "to_str",
        };
        if dropped {
            return self.not_called(name, span);
        }
        let diag = Diagnostic::error(
            &codes::NOT_CALLED,
            span,
            format!("`{name}` is built in and no value"),
        )
        .label("cannot be handed on")
        .suggest(
            "write a lambda that calls it",
            span,
            format!("\\x: {name}(x)"),
            Applicability::Maybe,
        );
        self.error(diag);
        self.error_expr(span)
    }

    /// A local variable; inside lambdas and nested functions it is captured.
    pub(crate) fn local_expr(&mut self, binding: Binding, span: Span) -> ExprId {
        let local = self.use_binding(binding);
        let ty = self.f.body.locals[local].ty;
        self.push(ExprKind::Local(local), ty, span)
    }

    /// `self` where there is none.
    fn missing_self(&mut self, span: Span) -> ExprId {
        if !self.f.unknown_names.insert(sym::SELF) {
            return self.error_expr(span);
        }
        let function = match self.f.owner {
            super::BodyOwner::Fn(function) => Some(function),
            super::BodyOwner::Const(_) => None,
        };
        let def = function.map(|function| &self.program.functions[function]);
        let mut diag = Diagnostic::error(&codes::MISPLACED_SELF, span, "there is no `self` here");
        diag = match def {
            Some(def) if matches!(def.parent, Parent::Impl(_) | Parent::Trait(_)) => {
                self.lacks_self(diag.label("this function takes no `self`"))
            }
            _ => diag.label("only methods have `self`").note(
                "a method stands in the body of its type or in an `impl`, \
                 and its first parameter is `self`",
            ),
        };
        self.error(diag);
        self.error_expr(span)
    }

    /// Offers to give the function at hand a `self`. That it is called as if
    /// it had one is then no mistake of its own.
    pub(crate) fn lacks_self(&self, diag: Diagnostic) -> Diagnostic {
        let super::BodyOwner::Fn(function) = self.f.owner else { return diag };
        let def = &self.program.functions[function];
        let mut lacking = self
            .program
            .session
            .lacking_self
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        lacking.insert(function);
        match self.params_start(def.span) {
            Some(at) => diag.suggest(
                "take `self` as the first parameter",
                at,
                if def.params.is_empty() { "self" } else { "self, " },
                Applicability::Maybe,
            ),
            None => diag.also(def.span, "add `self` as its first parameter"),
        }
    }

    /// After the parenthesis that begins the parameters of the function whose
    /// name is at `name`.
    fn params_start(&self, name: Span) -> Option<Span> {
        let sources = &self.program.session.sources;
        let file = sources.file(sources.file_of(name)?);
        let text = file.text().get((name.hi - file.base) as usize..)?;
        let at = name.hi + text.find('(')? as u32 + 1;
        Some(Span::new(at, at))
    }

    /// A function as a value.
    pub(crate) fn function_value(&mut self, function: FnId, explicit: &[Ty], span: Span) -> ExprId {
        let mut sig = self.sig(function, span);
        if let Some(param) = sig.params.iter().find(|param| param.mutable) {
            let name = self.text(self.program.functions[function].name);
            let diag = Diagnostic::error(
                &codes::NOT_CALLED,
                span,
                format!("`{name}` has a `mut` parameter and so is no value"),
            )
            .label("cannot be handed on")
            .also(param.span, "this parameter is `mut`");
            self.error(diag);
            return self.error_expr(span);
        }
        let args = self.instantiate(&mut sig, span);
        self.explicit_args(&sig, &args, explicit, span);
        self.require_bounds(&sig, &args, span, super::bounds::Cause::Bound);
        let ty = self.fn_type(&sig, &args);
        self.refer_to_function(function);
        let args = self.arg_list(&args);
        self.push(ExprKind::Fn(FnRef { function, args }), ty, span)
    }

    /// The type of a constant.
    pub(crate) fn const_type(&mut self, constant: ConstId, span: Span) -> Ty {
        if let Some(ty) = self.program.session.consts[constant].ty.get() {
            return *ty;
        }
        // A constant of the group at hand, or of a block of it.
        if let Some(number) = self.number_of(super::BodyOwner::Const(constant)) {
            return self.body_numbered(number).result;
        }
        let def = &self.program.consts[constant];
        let name = self.text(def.name);
        let diag = Diagnostic::error(
            &codes::UNDECIDED,
            span,
            format!("the type of the constant `{name}` is not known here"),
        )
        .label("its type needs to be written")
        .also(def.span, "declared here");
        self.error(diag);
        Ty::ERROR
    }

    /// A variable of the script, as functions see it.
    fn global_static(&mut self, global: GlobalId, _span: Span) -> Static {
        Static::Global(global)
    }

    /// A variable of the script.
    fn global_expr(&mut self, global: GlobalId, span: Span) -> ExprId {
        let def = &self.program.globals[global];
        let in_script = self.f.is_script;
        if in_script && self.scopes.find(def.name).is_none() {
            let name = self.text(def.name);
            let diag = Diagnostic::error(
                &codes::UNKNOWN_NAME,
                span,
                format!("`{name}` is used before it is declared"),
            )
            .label("not declared yet")
            .also(def.span, "declared here");
            self.error(diag);
            return self.error_expr(span);
        }
        let ty = self.global_type(global, span);
        let value = self.push(ExprKind::Global(global), ty, span);
        let in_lambda = self.f.frames.last().is_some_and(|frame| frame.lambda.is_some());
        if in_script && in_lambda {
            // A lambda of the script captures the value that it has now.
            return self.captured_global(global, ty, value, span);
        }
        value
    }

    /// Whether statements at the script's own level are being checked.
    pub(crate) fn at_script_level(&self) -> bool {
        self.f.is_script
            && self.scopes.depth() == 1
            && self
                .f
                .frames
                .last()
                .is_some_and(|frame| frame.lambda.is_none() && frame.returns == Returns::Never)
    }

    /// The variable of the script that a declaration of `name` here declares,
    /// if functions use it.
    pub(crate) fn global_here(&self, name: Symbol) -> Option<GlobalId> {
        if !self.at_script_level() {
            return None;
        }
        match self.program.scope(self.f.module).names.get(&name)?.def {
            Def::Global(global) => Some(global),
            _ => None,
        }
    }

    /// Makes a name stand for the script's variable from here on, after it
    /// was bound to a local.
    pub(crate) fn rebind_global(&mut self, name: Symbol, global: GlobalId, span: Span) {
        self.scopes.rebind(name, Bound::Global(global), span);
    }
}
