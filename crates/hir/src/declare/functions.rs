//! Signatures: generics, parameters, results.

use simple_source::{Applicability, Diagnostic, Span, Symbol, sym};
use simple_syntax::ast::{self, Ast, ItemKind};

use super::{Declarer, ItemIn, Owner};
use crate::codes;
use crate::def::*;
use crate::names::Def;
use crate::session::{FnSource, ItemDef};
use crate::ty::{Ty, TyKind};
use crate::walk;

impl Declarer<'_> {
    /// The signatures of a trait's methods.
    pub(super) fn trait_methods(&mut self, item: ItemIn<'_>) {
        if let (ItemDef::Trait(trait_), ItemKind::Trait { .. }) = (item.def, item.item.kind) {
            for index in 0..self.program.traits[trait_].methods.len() {
                let method = self.program.traits[trait_].methods[index];
                self.signature(item.module, item.ast, method);
            }
        }
    }

    /// The signatures of all other functions at top level, and of methods.
    pub(super) fn functions(&mut self, item: ItemIn<'_>) {
        let ItemIn { ast, module, .. } = item;
        let methods = match item.item.kind {
            ItemKind::Struct { methods, .. }
            | ItemKind::Class { methods, .. }
            | ItemKind::Enum { methods, .. }
            | ItemKind::Impl { methods, .. } => methods,
            ItemKind::Function(_) => {
                if let ItemDef::Fn(function) = item.def {
                    self.signature(module, ast, function);
                    if item.item.name.symbol == sym::MAIN {
                        self.main_form(module, ast, function);
                    }
                }
                return;
            }
            ItemKind::Test { .. } => {
                if let ItemDef::Fn(function) = item.def {
                    let name = self.program.text(item.item.name.symbol);
                    let path = self.program.text(self.program.modules[module].path);
                    let path = self.program.intern(&format!("{path}.test {name:?}"));
                    self.program.functions[function].path = path;
                }
                return;
            }
            ItemKind::Const { ty, .. } => {
                if let ItemDef::Const(constant) = item.def {
                    self.const_type(module, ast, constant, ty);
                }
                return;
            }
            ItemKind::Stmt(_) => {
                if let Some(script) = self.program.session.files[module].script
                    && self.program.functions[script].path == sym::EMPTY
                {
                    let name = self.program.functions[script].name;
                    self.program.functions[script].path = self.path_in(module, name);
                }
                return;
            }
            _ => return,
        };
        for &method in ast.list(methods) {
            if let ItemDef::Fn(function) =
                self.program.session.files[module].items[method.0 as usize]
            {
                self.signature(module, ast, function);
            }
        }
    }

    fn const_type(
        &mut self,
        module: ModuleId,
        ast: &Ast,
        constant: ConstId,
        ty: Option<ast::TypeId>,
    ) {
        if let Some(ty) = ty {
            let ty = self.read(module, ast, &[], None, Owner::None, |written| written.ty(ty));
            self.program.consts[constant].ty = ty;
            let _ = self.program.session.consts[constant].ty.set(ty);
        }
    }

    /// What `function` belongs to: its parameters, `Self` and a path for it.
    fn surroundings(&self, module: ModuleId, function: FnId) -> (Generics, Option<Ty>, Symbol) {
        let program = &*self.program;
        let def = &program.functions[function];
        let name = program.text(def.name);
        match def.parent {
            Parent::Module | Parent::Function(_) => {
                (Generics::default(), None, self.path_in(module, def.name))
            }
            Parent::Trait(trait_) => {
                let def = &program.traits[trait_];
                let self_ty = program.types.intern(TyKind::Param(0, sym::SELF_TYPE));
                let path = program.intern(&format!("{}.{name}", program.text(def.path)));
                (def.generics.clone(), Some(self_ty), path)
            }
            Parent::Impl(impl_) => {
                let def = &program.impls[impl_];
                let module = program.text(program.modules[module].path);
                let ty = program.type_text(def.self_ty);
                let path = match def.trait_ {
                    None => format!("{module}.{ty}.{name}"),
                    Some(reference) => {
                        format!("{module}.{ty}.{}.{name}", program.trait_text(reference))
                    }
                };
                (def.generics.clone(), Some(def.self_ty), program.intern(&path))
            }
        }
    }

    /// The signature of a function that is declared by an item.
    fn signature(&mut self, module: ModuleId, ast: &Ast, function: FnId) {
        let FnSource::Function(item_id) = self.program.session.functions[function].source else {
            return;
        };
        let item = ast.item(item_id);
        let ItemKind::Function(written) = item.kind else { return };
        let (mut generics, self_ty, path) = self.surroundings(module, function);
        let inherited = generics.params.len();
        generics.inherited = inherited as u32;
        let own = self.param_names(ast, written.generics);
        generics.params.extend(own);
        let owner = Owner::Fn(function);
        self.param_bounds(
            module,
            ast,
            written.generics,
            &mut generics.params,
            inherited,
            self_ty,
            owner,
        );
        let def = &self.program.functions[function];
        let (parent, public) = (def.parent, def.public);
        let is_main = item.name.symbol == sym::MAIN && parent == Parent::Module;
        // What a method of an impl may leave out.
        let trait_method = self.trait_method_for(function, &generics);
        let must_state = public || written.is_extern || matches!(parent, Parent::Trait(_));
        let is_intrinsic = matches!(def.kind, FnKind::Intrinsic(_));
        let mut stated = true;
        let mut result_in_doubt = false;
        let mut params: Vec<ParamDef> = Vec::new();
        for (position, param) in ast.list(written.params).iter().enumerate() {
            let ty = if position == 0 && param.name.symbol == sym::SELF {
                self.receiver_type(function, self_ty, param)
            } else if let Some(ty) = param.ty {
                self.read(module, ast, &generics.params, self_ty, owner, |w| w.ty(ty))
            } else if let Some(expected) =
                trait_method.as_ref().and_then(|(types, _)| types.get(position))
            {
                *expected
            } else if must_state || is_main || is_intrinsic {
                self.unstated_parameter(param, public);
                Ty::ERROR
            } else {
                stated = false;
                Ty::ERROR
            };
            self.duplicate_parameter(ast, written.params, position);
            let default = param.default.map(|value| {
                self.default(
                    module,
                    param.name.symbol,
                    value,
                    parent,
                    &generics,
                    ty,
                    param.span,
                    self_ty,
                )
            });
            params.push(ParamDef {
                name: param.name.symbol,
                ty,
                mutable: param.mutable.is_some(),
                default,
                span: param.name.span,
            });
        }
        let result = if let Some(result) = written.result {
            self.read(module, ast, &generics.params, self_ty, owner, |w| w.ty(result))
        } else if let Some((_, result)) = trait_method {
            result
        } else {
            let plain = written.body.is_none_or(|body| self.returns_nothing(module, ast, body));
            let must_state = must_state || is_main || is_intrinsic;
            result_in_doubt = public
                && !plain
                && !self.program.is_library(module)
                && written.body.is_some_and(|body| walk::seems_to_return(ast, body));
            stated &= !result_in_doubt && (must_state || plain);
            let lacks_type = public
                && ast
                    .list(written.params)
                    .iter()
                    .zip(&params)
                    .any(|(written, param)| written.ty.is_none() && param.ty == Ty::ERROR);
            // A `pub` function that lacks types may lack this one too.
            if lacks_type && !plain { Ty::ERROR } else { Ty::UNIT }
        };
        for param in &params {
            if let Some(default) = param.default {
                let text = self.program.text(param.name);
                let text = format!("{}.default {text}", self.program.text(path));
                self.program.functions[default].path = self.program.intern(&text);
                self.program.functions[default].result = param.ty;
            }
        }
        if let Parent::Impl(impl_) = parent {
            self.add_method(impl_, function, item.name);
        }
        let def = &mut self.program.functions[function];
        def.path = path;
        def.generics = generics;
        def.params = params;
        def.result = result;
        let info = &mut self.program.session.functions[function];
        info.stated = stated;
        info.result_in_doubt = result_in_doubt;
        info.self_ty = self_ty;
        self.body_is_there(ast, item, &written, function);
    }

    /// A function needs a body, unless it is a trait's or the runtime's.
    fn body_is_there(
        &mut self,
        _ast: &Ast,
        item: &ast::Item,
        written: &ast::Function,
        function: FnId,
    ) {
        let def = &self.program.functions[function];
        if written.body.is_none()
            && matches!(def.kind, FnKind::Required)
            && !matches!(def.parent, Parent::Trait(_))
        {
            let text = self.program.text(item.name.symbol);
            self.diags.push(
                Diagnostic::error(
                    &codes::MISSING_VALUE,
                    item.name.span,
                    format!("the function `{text}` has no body"),
                )
                .label("a `:` and a block belong after its head")
                .note("only methods of a trait may leave it out"),
            );
        }
    }

    /// The parameter and result types that a method of an impl has by its
    /// trait, in terms of the impl's and its own parameters.
    fn trait_method_for(&self, function: FnId, generics: &Generics) -> Option<(Vec<Ty>, Ty)> {
        let program = &*self.program;
        let def = &program.functions[function];
        let Parent::Impl(impl_) = def.parent else { return None };
        let impl_def = &program.impls[impl_];
        let reference = impl_def.trait_?;
        let (method, args) = program.trait_method_args(impl_def, reference, def.name, generics)?;
        let method = &program.functions[method];
        let types = &program.types;
        let params = method.params.iter().map(|param| types.substitute(param.ty, &args)).collect();
        Some((params, types.substitute(method.result, &args)))
    }

    fn receiver_type(&mut self, function: FnId, self_ty: Option<Ty>, param: &ast::Param) -> Ty {
        let Some(ty) = self_ty else {
            self.diags.push(
                Diagnostic::error(
                    &codes::MISPLACED_SELF,
                    param.name.span,
                    "`self` is the first parameter of a method, and this function is none",
                )
                .label("not inside a type, an impl or a trait"),
            );
            return Ty::ERROR;
        };
        if let (Some(mutable), TyKind::Adt(adt, _)) = (param.mutable, self.program.types.kind(ty))
            && self.program.adts[adt].kind == AdtKind::Class
            && let Parent::Impl(impl_) = self.program.functions[function].parent
            && self.program.impls[impl_].trait_.is_none()
        {
            self.diags.push(
                Diagnostic::error(
                    &codes::CLASS_MUT_SELF,
                    mutable.to(param.name.span),
                    "a method of a class takes `self` without `mut`",
                )
                .label("instances are shared; their fields can always be assigned")
                .suggest(
                    "write `self`",
                    mutable.to(param.name.span),
                    "self",
                    Applicability::Certain,
                ),
            );
        }
        ty
    }

    fn unstated_parameter(&mut self, param: &ast::Param, public: bool) {
        let text = self.program.text(param.name.symbol);
        let why = if public { "a `pub` function" } else { "this function" };
        self.diags.push(
            Diagnostic::error(
                &codes::UNSTATED_PARAMETER,
                param.name.span,
                format!("the parameter `{text}` needs a type"),
            )
            .label(format!("{why} states the types of its parameters"))
            .suggest(
                "write its type, for example",
                param.name.span,
                format!("{text}: i64"),
                Applicability::Maybe,
            ),
        );
    }

    fn duplicate_parameter(&mut self, ast: &Ast, params: ast::List<ast::Param>, position: usize) {
        let list = ast.list(params);
        let param = &list[position];
        if param.name.symbol == sym::UNDERSCORE {
            return;
        }
        if let Some(first) = list[..position].iter().find(|p| p.name.symbol == param.name.symbol) {
            let text = self.program.text(param.name.symbol);
            self.diags.push(
                Diagnostic::error(
                    &codes::DUPLICATE_PARAMETER,
                    param.name.span,
                    format!("the parameter `{text}` is declared twice"),
                )
                .label("declared again here")
                .also(first.name.span, "first declared here"),
            );
        }
    }

    /// Whether a function without `->` plainly returns nothing, so that its
    /// callers need not wait for its body.
    fn returns_nothing(&self, module: ModuleId, ast: &Ast, body: ast::ExprId) -> bool {
        let prints = |name: Symbol| {
            (name == sym::PRINT || name == sym::EPRINT)
                && self.program.lookup(module, name).is_none()
        };
        walk::ends_in_unit(ast, body, &prints) && !walk::leaves_with_value(ast, body)
    }

    /// `main` of the entry takes nothing or `[str]` and returns nothing or an
    /// exit status.
    fn main_form(&mut self, module: ModuleId, ast: &Ast, function: FnId) {
        if !self.program.session.files[module].is_entry {
            return;
        }
        let program = &*self.program;
        let def = &program.functions[function];
        let arguments = program.types.list_of(Ty::STR);
        let params_fit = match def.params.as_slice() {
            [] => true,
            [param] => {
                (param.ty == arguments || program.types.has_error(param.ty))
                    && !param.mutable
                    && param.default.is_none()
            }
            _ => false,
        };
        let result_fits =
            [Ty::UNIT, Ty::I64].contains(&def.result) || program.types.has_error(def.result);
        if params_fit && result_fits && def.generics.params.is_empty() {
            return;
        }
        let FnSource::Function(item) = program.session.functions[function].source else { return };
        let ItemKind::Function(written) = ast.item(item).kind else { return };
        let span = if !params_fit {
            self.parentheses(def.span, ast.list(written.params))
        } else if let Some(result) = written.result.filter(|_| !result_fits) {
            ast.ty(result).span
        } else {
            def.span
        };
        self.diags.push(
            Diagnostic::error(&codes::MAIN_FORM, span, "`main` cannot have this form")
                .label("not a form of `main`")
                .note(
                    "it is `fn main()`, `fn main() -> i64` for an exit status, \
                     `fn main(args: [str])`, or `fn main(args: [str]) -> i64`",
                ),
        );
    }

    /// The span from the opening to the closing parenthesis of parameters.
    fn parentheses(&self, name: Span, params: &[ast::Param]) -> Span {
        let Some(last) = params.last() else { return name };
        let sources = &self.program.session.sources;
        let Some(file) = sources.file_of(name) else { return name };
        let file = sources.file(file);
        let at = |position: u32| (position - file.base) as usize;
        let text = file.text();
        let open = text.get(at(name.hi)..).and_then(|rest| rest.find('('));
        let close = text.get(at(last.span.hi)..).and_then(|rest| rest.find(')'));
        match (open, close) {
            (Some(open), Some(close)) => {
                Span::new(name.hi + open as u32, last.span.hi + close as u32 + 1)
            }
            _ => name,
        }
    }

    /// Enters a method into its impl; a second one of a name is reported.
    fn add_method(&mut self, impl_: ImplId, function: FnId, name: ast::Name) {
        if let Some(first) = self.program.impls[impl_].methods.get(&name.symbol).copied() {
            let first = self.program.functions[first].span;
            self.duplicate_method(name.symbol, name.span, first);
        } else {
            self.program.impls[impl_].methods.insert(name.symbol, function);
        }
    }

    pub(super) fn duplicate_method(&mut self, name: Symbol, span: Span, first: Span) {
        let text = self.program.text(name);
        self.diags.push(
            Diagnostic::error(
                &codes::DUPLICATE_MEMBER,
                span,
                format!("the method `{text}` is declared twice for this type"),
            )
            .label("declared again here")
            .also(first, "first declared here"),
        );
    }
}

impl Program {
    /// The declaration of the method `name` in a trait, and what its
    /// parameters stand for in an impl whose method has these generics.
    pub(crate) fn trait_method_args(
        &self,
        impl_: &ImplDef,
        reference: TraitRef,
        name: Symbol,
        generics: &Generics,
    ) -> Option<(FnId, Vec<Ty>)> {
        let trait_ = &self.traits[reference.trait_];
        let method = *trait_.methods.iter().find(|method| self.functions[**method].name == name)?;
        let mut args = vec![impl_.self_ty];
        args.extend_from_slice(self.types.list(reference.args));
        let own = self.functions[method].generics.params.len().saturating_sub(args.len());
        for index in 0..own {
            let position = generics.inherited as usize + index;
            let param = generics.params.get(position);
            args.push(param.map_or(Ty::ERROR, |param| {
                self.types.intern(TyKind::Param(position as u32, param.name))
            }));
        }
        Some((method, args))
    }

    /// Whether a name of a module is that of a function that the compiler
    /// itself provides.
    pub(crate) fn built_in_function(
        &self,
        module: ModuleId,
        name: Symbol,
    ) -> Option<crate::body::Builtin> {
        use crate::body::Builtin;
        let builtin = match name {
            sym::PRINT => Builtin::Print,
            sym::EPRINT => Builtin::Eprint,
            sym::PANIC => Builtin::Panic,
            _ => return None,
        };
        match self.lookup(module, name) {
            None => Some(builtin),
            Some(Def::Unresolved | _) => None,
        }
    }
}
