//! Types and traits: bounds, fields, supertraits, the heads of impls.

use simple_source::{Applicability, Diagnostic, Symbol};
use simple_syntax::ast::{self, Ast, ItemKind, TypeKind};

use super::{Declarer, ItemIn, Owner};
use crate::codes;
use crate::def::*;
use crate::names::Def;
use crate::session::{FnInfo, FnSource, ItemDef};
use crate::ty::{Ty, TyKind};

impl Declarer<'_> {
    /// The bounds of parameters of types and traits, and supertraits.
    pub(super) fn bounds(&mut self, item: ItemIn<'_>) {
        let ItemIn { ast, module, .. } = item;
        match (item.def, item.item.kind) {
            (ItemDef::Adt(adt, _), ItemKind::Struct { generics, .. })
            | (ItemDef::Adt(adt, _), ItemKind::Class { generics, .. })
            | (ItemDef::Adt(adt, _), ItemKind::Enum { generics, .. }) => {
                let mut params = self.program.adts[adt].generics.params.clone();
                self.param_bounds(module, ast, generics, &mut params, 0, None, Owner::Adt(adt));
                self.program.adts[adt].generics.params = params;
            }
            (ItemDef::Trait(trait_), ItemKind::Trait { generics, supertraits, .. }) => {
                let mut params = self.program.traits[trait_].generics.params.clone();
                let owner = Owner::Trait(trait_);
                let self_ty = self.program.types.intern(TyKind::Param(0, params[0].name));
                self.param_bounds(module, ast, generics, &mut params, 1, Some(self_ty), owner);
                let supertraits =
                    self.read(module, ast, &params, Some(self_ty), owner, |written| {
                        ast.list(supertraits)
                            .iter()
                            .filter_map(|super_| written.trait_ref(*super_, Some(self_ty)))
                            .filter(|reference| reference.trait_ != trait_)
                            .collect::<Vec<_>>()
                    });
                // In a trait's own methods `Self` has the trait.
                let own_args: Vec<Ty> = (1..params.len())
                    .map(|index| {
                        self.program.types.intern(TyKind::Param(index as u32, params[index].name))
                    })
                    .collect();
                let args = self.program.types.intern_list(&own_args);
                params[0].bounds = vec![TraitRef { trait_, args }];
                self.program.traits[trait_].supertraits = supertraits;
                self.program.traits[trait_].generics.params = params;
            }
            _ => {}
        }
    }

    /// The fields and variants of types.
    pub(super) fn fields(&mut self, item: ItemIn<'_>) {
        let ItemIn { ast, module, .. } = item;
        let ItemDef::Adt(adt, _) = item.def else { return };
        let generics = self.program.adts[adt].generics.clone();
        let identity = self.identity(&generics.params);
        let self_ty = self.program.types.intern(TyKind::Adt(adt, identity));
        let variants = match item.item.kind {
            ItemKind::Struct { fields, .. } | ItemKind::Class { fields, .. } => {
                let name = item.item.name;
                let fields = self.field_list(module, ast, adt, &generics, self_ty, fields, true);
                vec![VariantDef { name: name.symbol, fields, span: name.span }]
            }
            ItemKind::Enum { variants, .. } => {
                let list = ast.list(variants);
                let mut made: Vec<VariantDef> = Vec::with_capacity(list.len());
                for variant in list {
                    let fields = self.field_list(
                        module,
                        ast,
                        adt,
                        &generics,
                        self_ty,
                        variant.fields,
                        false,
                    );
                    made.push(VariantDef {
                        name: variant.name.symbol,
                        fields,
                        span: variant.name.span,
                    });
                }
                self.duplicate_members("variant", made.iter().map(|v| (v.name, v.span)));
                made
            }
            _ => return,
        };
        self.name_defaults(adt, &variants);
        self.program.adts[adt].variants = variants;
    }

    /// Names the functions that give the defaults of fields.
    fn name_defaults(&mut self, adt: AdtId, variants: &[VariantDef]) {
        for variant in variants {
            for field in &variant.fields {
                let Some(default) = field.default else { continue };
                let def = &self.program.adts[adt];
                let mut path = self.program.text(def.path).to_owned();
                if def.kind == AdtKind::Enum {
                    path.push('.');
                    path.push_str(self.program.text(variant.name));
                }
                path.push_str(".default ");
                path.push_str(self.program.text(field.name));
                self.program.functions[default].path = self.program.intern(&path);
            }
        }
    }

    fn duplicate_members(
        &mut self,
        what: &str,
        members: impl Iterator<Item = (Symbol, simple_source::Span)>,
    ) {
        let mut seen = simple_source::interner::FxHashMap::default();
        for (name, span) in members {
            if name == simple_source::sym::EMPTY {
                continue;
            }
            if let Some(first) = seen.insert(name, span) {
                let text = self.program.text(name);
                self.diags.push(
                    Diagnostic::error(
                        &codes::DUPLICATE_MEMBER,
                        span,
                        format!("the {what} `{text}` is declared twice"),
                    )
                    .label("declared again here")
                    .also(first, "first declared here"),
                );
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn field_list(
        &mut self,
        module: ModuleId,
        ast: &Ast,
        adt: AdtId,
        generics: &Generics,
        self_ty: Ty,
        fields: ast::List<ast::Field>,
        weak_allowed: bool,
    ) -> Vec<FieldDef> {
        let list = ast.list(fields);
        let mut made = Vec::with_capacity(list.len());
        for (index, field) in list.iter().enumerate() {
            let (inner, weak) = match ast.ty(field.ty).kind {
                TypeKind::Weak(inner) if weak_allowed => (inner, true),
                _ => (field.ty, false),
            };
            let params = &generics.params;
            let mut ty =
                self.read(module, ast, params, Some(self_ty), Owner::Adt(adt), |written| {
                    written.ty(inner)
                });
            if weak && !self.weak_fits(ast, inner, ty) {
                ty = Ty::ERROR;
            }
            let name = if field.name.symbol == simple_source::sym::EMPTY {
                self.program.intern(&index.to_string())
            } else {
                field.name.symbol
            };
            let default = field.default.map(|value| {
                self.default(
                    module,
                    field.name.symbol,
                    value,
                    Parent::Module,
                    generics,
                    ty,
                    field.span,
                    Some(self_ty),
                )
            });
            made.push(FieldDef { name, ty, weak, default, span: field.span });
        }
        let names = list.iter().map(|field| (field.name.symbol, field.name.span));
        self.duplicate_members("field", names);
        made
    }

    /// Whether `ty` may be weak: an option of a class.
    fn weak_fits(&mut self, ast: &Ast, written: ast::TypeId, ty: Ty) -> bool {
        let types = &self.program.types;
        let span = ast.ty(written).span;
        match types.kind(ty) {
            TyKind::Error => true,
            TyKind::Adt(adt, args) if adt == self.program.lang.option => {
                let inner = types.list(args)[0];
                let is_class = match types.kind(inner) {
                    TyKind::Adt(adt, _) => self.program.adts[adt].kind == AdtKind::Class,
                    TyKind::Error => true,
                    _ => false,
                };
                if !is_class {
                    let at = match ast.ty(written).kind {
                        TypeKind::Option(inner) => ast.ty(inner).span,
                        _ => span,
                    };
                    let shown = self.program.snippet(at).to_owned();
                    self.diags.push(
                        Diagnostic::error(
                            &codes::WEAK,
                            at,
                            format!("`weak` needs a class, and `{shown}` is none"),
                        )
                        .label("not a class")
                        .note("only class instances are shared, so only they can be referred to weakly"),
                    );
                }
                is_class
            }
            _ => {
                let shown = self.program.snippet(span).to_owned();
                self.diags.push(
                    Diagnostic::error(
                        &codes::WEAK,
                        span,
                        "a weak reference can be gone, so its type is an option",
                    )
                    .label("no option")
                    .suggest(
                        "make it an option",
                        span,
                        format!("{shown}?"),
                        Applicability::Certain,
                    ),
                );
                false
            }
        }
    }

    /// A function that gives a default value.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn default(
        &mut self,
        module: ModuleId,
        name: Symbol,
        value: ast::ExprId,
        parent: Parent,
        generics: &Generics,
        ty: Ty,
        span: simple_source::Span,
        self_ty: Option<Ty>,
    ) -> FnId {
        let mut info = FnInfo::new(FnSource::Default(value));
        info.self_ty = self_ty;
        self.program.session.functions.push(info);
        let inherited = generics.params.len() as u32;
        self.program.functions.push(FnDef {
            name,
            path: simple_source::sym::EMPTY,
            module,
            parent,
            generics: Generics { params: generics.params.clone(), inherited },
            params: Vec::new(),
            result: ty,
            receiver: Receiver::None,
            attributes: FnAttributes::default(),
            kind: FnKind::Body(Default::default()),
            captures: Vec::new(),
            public: false,
            span,
        })
    }

    /// The parameters as types, each standing for itself.
    pub(super) fn identity(&self, params: &[GenericParam]) -> crate::ty::Tys {
        let list: Vec<Ty> = params
            .iter()
            .enumerate()
            .map(|(index, param)| {
                self.program.types.intern(TyKind::Param(index as u32, param.name))
            })
            .collect();
        self.program.types.intern_list(&list)
    }

    /// What an impl is for.
    pub(super) fn impl_head(&mut self, item: ItemIn<'_>) {
        let ItemIn { ast, module, .. } = item;
        match (item.def, item.item.kind) {
            (ItemDef::Adt(adt, Some(impl_)), _) => {
                let generics = self.program.adts[adt].generics.clone();
                let identity = self.identity(&generics.params);
                self.program.impls[impl_].self_ty =
                    self.program.types.intern(TyKind::Adt(adt, identity));
                self.program.impls[impl_].generics = generics;
            }
            (ItemDef::Impl(impl_), ItemKind::Impl { generics, trait_, target, .. }) => {
                let mut params = self.param_names(ast, generics);
                let owner = Owner::Impl(impl_);
                if let Some(trait_) = trait_
                    && let Some(diag) = self.turned_around(module, ast, trait_, target)
                {
                    self.diags.push(diag);
                    self.program.impls[impl_].generics = Generics { params, inherited: 0 };
                    return;
                }
                let self_ty =
                    self.read(module, ast, &params, None, owner, |written| written.ty(target));
                self.param_bounds(module, ast, generics, &mut params, 0, Some(self_ty), owner);
                let target_span = ast.ty(target).span;
                let mut span = target_span;
                let reference = trait_.and_then(|trait_| {
                    span = ast.ty(trait_).span.to(target_span);
                    self.read(module, ast, &params, Some(self_ty), owner, |written| {
                        written.trait_ref(trait_, Some(self_ty))
                    })
                });
                let refused = trait_.is_some() && reference.is_none();
                let def = &mut self.program.impls[impl_];
                def.self_ty = if refused { Ty::ERROR } else { self_ty };
                def.trait_ = reference;
                def.span = span;
                def.generics = Generics { params, inherited: 0 };
                let (params, self_ty) = (def.generics.params.clone(), def.self_ty);
                let args = reference.map_or(crate::ty::Tys::EMPTY, |reference| reference.args);
                for param in ast.list(generics) {
                    let named = params.iter().position(|p| p.name == param.name.symbol);
                    let Some(index) = named else { continue };
                    let used = self.mentions(self_ty, index as u32)
                        || self
                            .program
                            .types
                            .list(args)
                            .iter()
                            .any(|arg| self.mentions(*arg, index as u32));
                    if !used && !self.program.types.has_error(self_ty) {
                        self.program.session.loose_params.insert((impl_, index as u32));
                        let text = self.program.text(params[index].name);
                        self.diags.push(
                            Diagnostic::error(
                                &codes::UNUSED_PARAMETER,
                                param.name.span,
                                format!("the type parameter `{text}` is not used by what the impl is for"),
                            )
                            .label("nothing decides what it stands for")
                            .note("write it on the methods that need it, or leave it out"),
                        );
                    }
                }
            }
            _ => {}
        }
    }

    /// `impl Type for Trait`
    fn turned_around(
        &self,
        module: ModuleId,
        ast: &Ast,
        trait_: ast::TypeId,
        target: ast::TypeId,
    ) -> Option<Diagnostic> {
        let named = |id: ast::TypeId| match ast.ty(id).kind {
            TypeKind::Path { path, .. } => match ast.list(path) {
                [name] => self.program.lookup(module, name.symbol),
                _ => None,
            },
            _ => None,
        };
        let is_type = matches!(named(trait_), Some(Def::Adt(_) | Def::Alias(_)));
        if !is_type || !matches!(named(target), Some(Def::Trait(_))) {
            return None;
        }
        let span = ast.ty(trait_).span.to(ast.ty(target).span);
        let text = |id: ast::TypeId| self.program.snippet(ast.ty(id).span);
        let better = format!("{} for {}", text(target), text(trait_));
        Some(
            Diagnostic::error(&codes::TRAIT_EXPECTED, span, "an impl names the trait first")
                .label(format!("`{}` is the trait", text(target)))
                .suggest(format!("write `{better}`"), span, better, Applicability::Certain),
        )
    }

    /// Whether parameter `index` occurs in a type.
    fn mentions(&self, ty: Ty, index: u32) -> bool {
        let types = &self.program.types;
        if !types.has_params(ty) {
            return false;
        }
        match types.kind(ty) {
            TyKind::Param(found, _) => found == index,
            TyKind::List(element) => self.mentions(element, index),
            TyKind::Tuple(list) | TyKind::Adt(_, list) | TyKind::Dyn(_, list) => {
                types.list(list).iter().any(|part| self.mentions(*part, index))
            }
            TyKind::Fn(params, result) => {
                self.mentions(result, index)
                    || types.list(params).iter().any(|part| self.mentions(*part, index))
            }
            _ => false,
        }
    }
}
