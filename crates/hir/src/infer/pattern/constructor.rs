//! Patterns of structs and variants: what they name, and their fields.

use simple_source::{Applicability, Diagnostic, Span, sym};
use simple_syntax::ast::{self, PatKind as Tree};

use super::{Names, Shape};
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::infer::Infer;
use crate::names::{Def, suggest};
use crate::ty::{Ty, TyKind};

impl Infer<'_> {
    /// A variant without parentheses.
    pub(super) fn fieldless_pattern(&mut self, shape: Shape, ty: Ty, span: Span) -> PatKind {
        if !self.shape_type(&shape, ty, span) {
            return PatKind::Wildcard;
        }
        let variant = &self.program.adts[shape.adt].variants[shape.variant as usize];
        if !variant.fields.is_empty() {
            let text = self.snippet(span);
            let diag =
                Diagnostic::error(&codes::PATTERN_FIELDS, span, format!("`{text}` has fields"))
                    .label("a pattern for the fields is missing")
                    .suggest(
                        "`..` stands for all of them",
                        span,
                        format!("{text}(..)"),
                        Applicability::Certain,
                    );
            self.error(diag);
        }
        let fields = self.f.body.add_list::<FieldPat>(&[]);
        PatKind::Variant { variant: shape.variant, fields }
    }

    /// Makes the type of what is matched that of the pattern's shape.
    fn shape_type(&mut self, shape: &Shape, ty: Ty, span: Span) -> bool {
        self.check_variant_visible(shape.adt, shape.variant, span);
        if let TyKind::Adt(adt, _) = self.table.kind(ty)
            && adt == shape.adt
        {
            return true;
        }
        let count = self.program.adts[shape.adt].generics.params.len();
        let args: Vec<Ty> = (0..count).map(|_| self.fresh(span)).collect();
        let pattern_ty = self.adt_of(shape.adt, &args);
        if self.table.unify(pattern_ty, ty) {
            return true;
        }
        let is_option = shape.adt == self.program.lang.option;
        if is_option {
            let want = self.show(ty);
            let text = self.snippet(span);
            let inner = text.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
            let mut diag = Diagnostic::error(
                &codes::PATTERN_TYPE,
                span,
                format!("this pattern is for an option, but the value is `{want}`"),
            )
            .label("not an option");
            if let Some(inner) = inner {
                diag = diag.suggest("match the value itself", span, inner, Applicability::Maybe);
            }
            self.error(diag);
            return false;
        }
        self.pattern_type(span, pattern_ty, ty)
    }

    pub(super) fn constructor_pattern(
        &mut self,
        path: &[ast::Name],
        fields: Option<ast::List<ast::FieldPat>>,
        ty: Ty,
        span: Span,
        names: &mut Names,
    ) -> PatKind {
        let Some(shape) = self.pattern_shape(path, ty) else {
            // What the fields bind is known all the same, to say no more.
            for field in fields.iter().flat_map(|fields| self.f.ast.list(*fields)) {
                self.pat(field.pat, Ty::ERROR, names);
            }
            return PatKind::Wildcard;
        };
        let Some(fields) = fields else { return self.fieldless_pattern(shape, ty, span) };
        if !self.shape_type(&shape, ty, span) {
            for field in self.f.ast.list(fields) {
                self.pat(field.pat, Ty::ERROR, names);
            }
            return PatKind::Wildcard;
        }
        let fields = self.field_patterns(&shape, fields, ty, span, names);
        PatKind::Variant { variant: shape.variant, fields }
    }

    /// What the path of a constructor pattern names.
    fn pattern_shape(&mut self, path: &[ast::Name], ty: Ty) -> Option<Shape> {
        let (last, owner) = path.split_last()?;
        if owner.is_empty() {
            if let Some((adt, variant)) = self.variant_of(ty, last.symbol) {
                return Some(Shape { adt, variant });
            }
            if last.symbol == sym::SELF_TYPE {
                let ty = self.f.self_ty?;
                let TyKind::Adt(adt, _) = self.program.types.kind(ty) else { return None };
                return Some(Shape { adt, variant: 0 });
            }
            let own = self.program.scope(self.f.module).names.get(&last.symbol);
            let def = match own {
                Some(entry) => Some(entry.def),
                None => match self.program.short_variants(self.f.module, last.symbol) {
                    [] => self.program.lookup_prelude(last.symbol),
                    [(adt, variant)] => return Some(Shape { adt: *adt, variant: *variant }),
                    _ => {
                        self.ambiguous_variant(last.symbol, last.span);
                        return None;
                    }
                },
            };
            return match def {
                Some(Def::Unresolved) => {
                    self.f.failed = true;
                    None
                }
                Some(def) => self.shape_of(def, *last),
                None => {
                    self.unknown_pattern_name(*last, ty);
                    None
                }
            };
        }
        // `Shape.Circle`, `shapes.Circle`, `shapes.Shape.Circle`.
        let mut at = self.f.module;
        let mut def: Option<Def> = None;
        for (index, name) in path.iter().enumerate() {
            let next = match def {
                None => match self.program.lookup(at, name.symbol) {
                    Some(def) => def,
                    None => {
                        self.unknown_pattern_name(*name, Ty::ERROR);
                        return None;
                    }
                },
                Some(Def::Module(module)) => {
                    at = module;
                    let variants = self.program.scope(module).variants.get(&name.symbol);
                    match (self.program.lookup_member(self.f.module, module, *name), variants) {
                        (Ok(def), _) => def,
                        (Err(_), Some(found)) if found.len() == 1 && index + 1 == path.len() => {
                            let (adt, variant) = found[0];
                            return Some(Shape { adt, variant });
                        }
                        (Err(diag), _) => {
                            self.error(*diag);
                            return None;
                        }
                    }
                }
                Some(def) => {
                    let adt = self.adt_of_def(def)?;
                    let found =
                        self.program.adts[adt].variants.iter().position(|v| v.name == name.symbol);
                    let is_enum = self.program.adts[adt].kind == AdtKind::Enum;
                    return match found {
                        Some(variant) if is_enum => Some(Shape { adt, variant: variant as u32 }),
                        _ => {
                            self.unknown_variant(adt, *name);
                            None
                        }
                    };
                }
            };
            if next == Def::Unresolved {
                self.f.failed = true;
                return None;
            }
            def = Some(next);
        }
        self.shape_of(def?, *last)
    }

    /// The type that a definition or the target of an alias is.
    pub(crate) fn adt_of_def(&self, def: Def) -> Option<AdtId> {
        match def {
            Def::Adt(adt) => Some(adt),
            Def::Alias(alias) => {
                let target = *self.program.session.aliases[alias].target.get()?;
                match self.program.types.kind(target) {
                    TyKind::Adt(adt, _) => Some(adt),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn shape_of(&mut self, def: Def, name: ast::Name) -> Option<Shape> {
        match self.adt_of_def(def) {
            Some(adt) if self.program.adts[adt].kind != AdtKind::Enum => {
                Some(Shape { adt, variant: 0 })
            }
            _ => {
                let text = self.text(name.symbol);
                let what = def.describe();
                let diag = Diagnostic::error(
                    &codes::UNKNOWN_PATTERN_NAME,
                    name.span,
                    format!("`{text}` is {what} and cannot be matched"),
                )
                .label("a variant, struct or class is expected");
                self.error(diag);
                None
            }
        }
    }

    fn field_patterns(
        &mut self,
        shape: &Shape,
        fields: ast::List<ast::FieldPat>,
        ty: Ty,
        span: Span,
        names: &mut Names,
    ) -> List<FieldPat> {
        let program = self.program;
        let ast = self.f.ast;
        let def = &program.adts[shape.adt];
        let variant = &def.variants[shape.variant as usize];
        let args = match self.table.kind(ty) {
            TyKind::Adt(_, args) => self.list_vec(args),
            _ => Vec::new(),
        };
        let list = ast.list(fields);
        let name = self.text(variant.name);
        if list.is_empty() && variant.fields.is_empty() && def.kind == AdtKind::Enum {
            let owner = self.snippet(span);
            let bare = owner.trim_end_matches(')').trim_end_matches('(');
            let diag =
                Diagnostic::error(&codes::PATTERN_FIELDS, span, format!("`{name}` has no fields"))
                    .label("so it has no parentheses")
                    .suggest("leave them out", span, bare, Applicability::Certain);
            self.error(diag);
        }
        let mut made: Vec<FieldPat> = Vec::new();
        let mut rest = false;
        let mut named = false;
        let mut positional = 0usize;
        let mut refused = false;
        for field in list {
            let pat = *ast.pat(field.pat);
            let (index, pat_id) = if matches!(pat.kind, Tree::Rest(_)) {
                rest = true;
                continue;
            } else if let Some(field_name) = field.name {
                named = true;
                (self.pattern_field(variant, def, field_name), field.pat)
            } else if named && let Tree::Name(symbol) = pat.kind {
                let name = ast::Name { symbol, span: pat.span };
                (self.pattern_field(variant, def, name), field.pat)
            } else {
                positional += 1;
                if let Some(found) = variant.fields.get(positional - 1)
                    && !matches!(pat.kind, Tree::Wildcard)
                {
                    self.check_field_set(def, found, pat.span);
                }
                (Some(positional - 1).filter(|index| *index < variant.fields.len()), field.pat)
            };
            let Some(index) = index else {
                refused |= named;
                self.pat(pat_id, Ty::ERROR, names);
                continue;
            };
            if made.iter().any(|other| other.index == index as u32) {
                let text = self.text(variant.fields[index].name);
                let diag = Diagnostic::error(
                    &codes::PATTERN_FIELDS,
                    pat.span,
                    format!("the field `{text}` is matched twice"),
                )
                .label("matched again here");
                self.error(diag);
            }
            let field_ty = self.table.substitute(variant.fields[index].ty, &args);
            let bare = field.name.is_none() && named;
            let pat = if let (true, Tree::Name(symbol)) = (bare, pat.kind) {
                let local = self.bind(symbol, field_ty, pat.span, names);
                self.push_pat(PatKind::Bind(local), field_ty, pat.span)
            } else {
                self.pat(pat_id, field_ty, names)
            };
            made.push(FieldPat { index: index as u32, pat });
        }
        let too_many = positional > variant.fields.len();
        let too_few = !named && !rest && positional < variant.fields.len();
        if (too_many || too_few) && !refused && !(list.is_empty() && variant.fields.is_empty()) {
            let count = variant.fields.len();
            let mut texts: Vec<&str> =
                list.iter().map(|field| self.snippet(ast.pat(field.pat).span)).collect();
            texts.resize(count, "_");
            let prefix = self.snippet(span);
            let prefix = prefix.split('(').next().unwrap_or(name);
            let plural = if count == 1 { "field" } else { "fields" };
            let better = if count == 0 {
                prefix.to_owned()
            } else {
                format!("{prefix}({})", texts.join(", "))
            };
            let diag = Diagnostic::error(
                &codes::PATTERN_FIELDS,
                span,
                format!("`{name}` has {count} {plural}, and this pattern has {positional}"),
            )
            .label(format!("{count} {plural} expected"))
            .also(variant.span, "declared here")
            .suggest("match all of them", span, better, Applicability::Maybe)
            .note("`..` stands for all further fields");
            self.error(diag);
        }
        self.f.body.add_list(&made)
    }

    fn pattern_field(
        &mut self,
        variant: &VariantDef,
        def: &AdtDef,
        name: ast::Name,
    ) -> Option<usize> {
        let found = variant.fields.iter().position(|field| field.name == name.symbol);
        let text = self.text(name.symbol);
        match found {
            Some(index) => {
                if text.starts_with('_') && !self.sees_private(def.module) {
                    self.private_member("field", name, def.module, variant.fields[index].span);
                }
                Some(index)
            }
            None => {
                let owner = self.text(variant.name);
                let diag = Diagnostic::error(
                    &codes::PATTERN_FIELDS,
                    name.span,
                    format!("`{owner}` has no field `{text}`"),
                )
                .label("not found")
                .also(variant.span, "declared here");
                let fields = variant.fields.iter().map(|field| self.program.text(field.name));
                let near = suggest::nearest(text, fields)
                    .or_else(|| variant.fields.first().map(|field| self.text(field.name)));
                let diag = match near {
                    Some(near) => diag.suggest(
                        format!("there is `{near}`"),
                        name.span,
                        near,
                        Applicability::Maybe,
                    ),
                    None => diag,
                };
                self.error(diag);
                None
            }
        }
    }
}
