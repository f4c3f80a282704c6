//! Patterns: what they match, and what they bind.

mod constructor;

use simple_source::{Applicability, Diagnostic, Span, Symbol, sym};
use simple_syntax::ast::{self, PatKind as Tree};

use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::infer::{Infer, LocalKind};
use crate::names::{Def, suggest};
use crate::ty::{Ty, TyKind};

/// The names that the pattern at hand binds.
#[derive(Default)]
struct Names {
    kind: Option<LocalKind>,
    /// What was bound so far in this alternative and around it.
    bound: Vec<(Symbol, LocalId, Span)>,
    /// What earlier alternatives bound: the others bind the same locals.
    earlier: Vec<Vec<(Symbol, LocalId, Span)>>,
}

/// A variant, struct or class that a pattern takes apart.
struct Shape {
    adt: AdtId,
    variant: u32,
}

impl Infer<'_> {
    /// A pattern of a declaration or loop, which has to fit every value.
    /// (Whether it does is found out when all types are known.)
    pub(crate) fn binding_pattern(&mut self, id: ast::PatId, ty: Ty, kind: LocalKind) -> PatId {
        self.pattern(id, ty, kind)
    }

    /// Checks a pattern against the type of what it matches, and binds its
    /// names in the innermost block.
    pub(crate) fn pattern(&mut self, id: ast::PatId, ty: Ty, kind: LocalKind) -> PatId {
        // Most patterns are a lone name.
        if let ast::Pat { kind: Tree::Name(name), span } = *self.f.ast.pat(id)
            && kind != LocalKind::Case
            && !self.starts_upper(name)
        {
            let local = self.declare(name, ty, kind, span);
            return self.push_pat(PatKind::Bind(local), ty, span);
        }
        let mut names = Names { kind: Some(kind), ..Names::default() };
        self.pat(id, ty, &mut names)
    }

    fn push_pat(&mut self, kind: PatKind, ty: Ty, span: Span) -> PatId {
        self.f.body.pats.push(Pat { kind, ty, span })
    }

    pub(crate) fn starts_upper(&self, name: Symbol) -> bool {
        self.text(name).chars().next().is_some_and(char::is_uppercase)
    }

    fn pat(&mut self, id: ast::PatId, ty: Ty, names: &mut Names) -> PatId {
        let ast = self.f.ast;
        let ast::Pat { kind, span } = *ast.pat(id);
        let made = match kind {
            Tree::Error => {
                self.f.failed = true;
                self.f.lost_patterns.push(span);
                PatKind::Wildcard
            }
            Tree::Wildcard => PatKind::Wildcard,
            Tree::Name(name) => self.name_pattern(name, ty, span, names),
            Tree::Literal(value) => self.literal_pattern(value, ty, span),
            Tree::Range { low, high, inclusive } => {
                let low = low.map(|low| self.pattern_value(low, ty));
                let high = high.map(|high| self.pattern_value(high, ty));
                PatKind::Range { low, high, inclusive }
            }
            Tree::Tuple(parts) => self.tuple_pattern(parts, ty, span, names),
            Tree::List(parts) => self.list_pattern(parts, ty, span, names),
            Tree::Rest(_) => PatKind::Wildcard,
            Tree::Constructor { path, fields } => {
                let path: Vec<ast::Name> = ast.list(path).to_vec();
                self.constructor_pattern(&path, fields, ty, span, names)
            }
            Tree::Or(alternatives) => self.or_pattern(alternatives, ty, names),
        };
        self.push_pat(made, ty, span)
    }

    fn or_pattern(
        &mut self,
        alternatives: ast::List<ast::PatId>,
        ty: Ty,
        names: &mut Names,
    ) -> PatKind {
        let ast = self.f.ast;
        let start = names.bound.len();
        let mut first: Option<Vec<(Symbol, LocalId, Span)>> = None;
        let mut pats = Vec::new();
        for id in ast.list(alternatives) {
            if let Some(first) = &first {
                names.earlier.push(first.clone());
            }
            pats.push(self.pat(*id, ty, names));
            let bound = names.bound.split_off(start);
            let Some(first) = &first else {
                first = Some(bound);
                continue;
            };
            names.earlier.pop();
            let span = ast.pat(*id).span;
            let missing = first.iter().find(|(name, ..)| !bound.iter().any(|b| b.0 == *name));
            let extra = bound.iter().find(|(name, ..)| !first.iter().any(|b| b.0 == *name));
            if let Some((name, _, place)) = missing {
                let text = self.text(*name);
                let diag = Diagnostic::error(
                    &codes::ALTERNATIVES,
                    span,
                    format!("this alternative does not bind `{text}`"),
                )
                .label(format!("`{text}` has no value here"))
                .also(*place, "bound here")
                .note("each alternative of a pattern binds the same names");
                let diag = match extra {
                    Some((other, ..)) => diag.suggest(
                        "bind the same name",
                        span,
                        rename(self.snippet(span), self.text(*other), text),
                        Applicability::Maybe,
                    ),
                    None => diag,
                };
                self.error(diag);
            } else if let Some((name, _, place)) = extra {
                let text = self.text(*name);
                let diag = Diagnostic::error(
                    &codes::ALTERNATIVES,
                    *place,
                    format!("only this alternative binds `{text}`"),
                )
                .label("the others do not")
                .note("each alternative of a pattern binds the same names");
                self.error(diag);
            }
        }
        names.bound.extend(first.unwrap_or_default());
        PatKind::Or(self.f.body.add_list(&pats))
    }

    /// Binds a name, to what an earlier alternative bound it to if there is one.
    fn bind(&mut self, name: Symbol, ty: Ty, span: Span, names: &mut Names) -> LocalId {
        if let Some((_, _, first)) = names.bound.iter().find(|(bound, ..)| *bound == name) {
            let text = self.text(name);
            let diag = Diagnostic::error(
                &codes::BOUND_TWICE,
                span,
                format!("`{text}` is bound twice in one pattern"),
            )
            .label("bound again here")
            .also(*first, "first bound here")
            .note("to compare the two, give them different names and add a guard: `if a == b`");
            self.error(diag);
            return self.new_local(name, ty, LocalKind::Case, span);
        }
        let earlier = names.earlier.iter().rev().flatten().find(|(bound, ..)| *bound == name);
        let local = match earlier.copied() {
            Some((_, local, place)) => {
                let want = self.f.body.locals[local].ty;
                if !self.table.unify(want, ty) {
                    let (want, have) = (self.show(want), self.show(ty));
                    let text = self.text(name);
                    let diag = Diagnostic::error(
                        &codes::ALTERNATIVES,
                        span,
                        format!("`{text}` is `{have}` here and `{want}` in another alternative"),
                    )
                    .label(format!("this is `{have}`"))
                    .also(place, format!("this is `{want}`"));
                    self.error(diag);
                }
                local
            }
            None => self.declare(name, ty, names.kind.unwrap_or(LocalKind::Case), span),
        };
        names.bound.push((name, local, span));
        local
    }

    /// The variant `name` of the enum that `ty` is.
    pub(crate) fn variant_of(&self, ty: Ty, name: Symbol) -> Option<(AdtId, u32)> {
        let TyKind::Adt(adt, _) = self.table.kind(ty) else { return None };
        let def = &self.program.adts[adt];
        if def.kind != AdtKind::Enum {
            return None;
        }
        let index = def.variants.iter().position(|variant| variant.name == name)?;
        Some((adt, index as u32))
    }

    /// A lone name: a variant without fields or a constant if there is one of
    /// that name, else it binds.
    fn name_pattern(&mut self, name: Symbol, ty: Ty, span: Span, names: &mut Names) -> PatKind {
        let upper = self.starts_upper(name);
        let case = names.kind == Some(LocalKind::Case);
        let mut variant = if case || upper { self.variant_of(ty, name) } else { None };
        if variant.is_none() && case {
            if let Some(constant) = self.constant_named(name) {
                let constant_ty = self.const_type(constant, span);
                let value = self.push(ExprKind::Const(constant), constant_ty, span);
                self.pattern_type(span, constant_ty, ty);
                return PatKind::Literal(value);
            }
            let known = self.table.as_var(ty).is_none() && ty != Ty::ERROR;
            let candidates = self.program.short_variants(self.f.module, name);
            variant = match candidates {
                [one] if !known || upper => Some(*one),
                [_, _, ..] if upper && !known => {
                    self.ambiguous_variant(name, span);
                    return PatKind::Wildcard;
                }
                _ => None,
            };
        }
        if let Some((adt, variant)) = variant {
            return self.fieldless_pattern(Shape { adt, variant }, ty, span);
        }
        if upper && case {
            self.unknown_pattern_name(ast::Name { symbol: name, span }, ty);
            return PatKind::Wildcard;
        }
        PatKind::Bind(self.bind(name, ty, span, names))
    }

    /// A constant that a name stands for in a pattern.
    fn constant_named(&self, name: Symbol) -> Option<ConstId> {
        if let Some(binding) = self.scopes.find(name) {
            return match binding.bound {
                crate::infer::scope::Bound::Const(constant) => Some(constant),
                _ => None,
            };
        }
        match self.program.lookup(self.f.module, name) {
            Some(Def::Const(constant)) => Some(constant),
            _ => None,
        }
    }

    fn unknown_pattern_name(&mut self, name: ast::Name, ty: Ty) {
        if self.f.unknown_names.contains(&name.symbol) {
            // It was said what is wrong with it.
            self.f.failed = true;
            return;
        }
        let text = self.text(name.symbol);
        let mut diag = Diagnostic::error(
            &codes::UNKNOWN_PATTERN_NAME,
            name.span,
            format!("there is no variant or constant `{text}`"),
        )
        .label("not found");
        let variants: Vec<&str> = match self.table.kind(ty) {
            TyKind::Adt(adt, _) => self.program.adts[adt]
                .variants
                .iter()
                .map(|variant| self.program.text(variant.name))
                .collect(),
            _ => Vec::new(),
        };
        let visible = self.program.scope(self.f.module).variants.keys();
        let visible: Vec<&str> = visible.map(|name| self.program.text(*name)).collect();
        match suggest::nearest(text, variants).or_else(|| suggest::nearest(text, visible)) {
            Some(near) => {
                diag = diag.suggest(
                    format!("there is `{near}`"),
                    name.span,
                    near,
                    Applicability::Maybe,
                );
            }
            None if text.starts_with(char::is_uppercase) => {
                diag = diag.note(
                    "a name that begins with an upper-case letter is a variant or a constant; \
                     to bind the value, begin it with a lower-case one",
                );
            }
            None => diag = diag.note("a name with parentheses is a variant or a struct"),
        }
        self.error(diag);
    }

    /// The type of a pattern against the type of what is matched.
    fn pattern_type(&mut self, span: Span, have: Ty, want: Ty) -> bool {
        if self.table.unify(have, want) {
            return true;
        }
        let (have, want_text) = (self.show(have), self.show(want));
        let mut diag = Diagnostic::error(
            &codes::PATTERN_TYPE,
            span,
            format!("this pattern is for `{have}`, but the value is `{want_text}`"),
        )
        .label(format!("matches `{have}` only"));
        if let TyKind::Adt(adt, _) = self.table.kind(want)
            && self.program.adts[adt].kind == AdtKind::Enum
            && let Some(first) = self.program.adts[adt].variants.first()
        {
            let text = self.variant_pattern_text(first);
            diag = diag.suggest(
                format!("a pattern of `{want_text}` is, for example"),
                span,
                text,
                Applicability::Maybe,
            );
        }
        self.error(diag);
        false
    }

    fn variant_pattern_text(&self, variant: &VariantDef) -> String {
        let name = self.text(variant.name);
        if variant.fields.is_empty() { name.to_owned() } else { format!("{name}(..)") }
    }

    /// A literal of a pattern, of the type of what is matched.
    fn pattern_value(&mut self, value: ast::ExprId, ty: Ty) -> ExprId {
        let made = self.expr(value, crate::infer::expect::Expect::Hint(ty));
        let have = self.ty(made);
        let span = self.span(made);
        if !self.table.unify(have, ty) {
            let (have_text, want) = (self.show(have), self.show(ty));
            let mut diag = Diagnostic::error(
                &codes::PATTERN_TYPE,
                span,
                format!("this pattern is `{have_text}`, but the value is `{want}`"),
            )
            .label(format!("expected `{want}`"));
            if let ExprKind::Str(symbol) = self.f.body.exprs[made].kind
                && self.is_number(ty)
                && self.text(symbol).parse::<f64>().is_ok()
            {
                let text = self.text(symbol);
                let message = "write the number without quotes";
                diag = diag.suggest(message, span, text, Applicability::Maybe);
            }
            if let Some(inner) = self.as_option(ty)
                && self.table.compatible(inner, have)
            {
                let text = self.snippet(span);
                diag = diag.suggest(
                    "match the value inside the option",
                    span,
                    format!("Some({text})"),
                    Applicability::Maybe,
                );
            }
            self.error(diag);
        }
        made
    }

    fn literal_pattern(&mut self, value: ast::ExprId, ty: Ty, span: Span) -> PatKind {
        if let ast::Expr::Nil = self.f.ast.expr(value) {
            let adt = self.program.lang.option;
            return self.fieldless_pattern(Shape { adt, variant: 1 }, ty, span);
        }
        PatKind::Literal(self.pattern_value(value, ty))
    }

    fn tuple_pattern(
        &mut self,
        parts: ast::List<ast::PatId>,
        ty: Ty,
        span: Span,
        names: &mut Names,
    ) -> PatKind {
        let ast = self.f.ast;
        let list = ast.list(parts);
        let known = match self.table.kind(ty) {
            TyKind::Tuple(types) => Some(self.list_vec(types)),
            _ => None,
        };
        let types: Vec<Ty> = match known {
            Some(types) if types.len() == list.len() => types,
            Some(types) => {
                let have = self.show(ty);
                let count = types.len();
                let texts: Vec<&str> = (0..count)
                    .map(|index| {
                        list.get(index).map_or("_", |pat| self.snippet(ast.pat(*pat).span))
                    })
                    .collect();
                let diag = Diagnostic::error(
                    &codes::PATTERN_TYPE,
                    span,
                    format!("this pattern has {} parts, but the value has {count}", list.len()),
                )
                .label(format!("the value is `{have}`"))
                .suggest(
                    "match all of its parts",
                    span,
                    format!("({})", texts.join(", ")),
                    Applicability::Maybe,
                );
                self.error(diag);
                vec![Ty::ERROR; list.len()]
            }
            None => {
                let types: Vec<Ty> =
                    list.iter().map(|part| self.fresh(ast.pat(*part).span)).collect();
                let tuple = self.table.tuple(&types);
                if !self.pattern_type(span, tuple, ty) {
                    for ty in &types {
                        self.table.unify(*ty, Ty::ERROR);
                    }
                }
                types
            }
        };
        let mut pats = Vec::with_capacity(list.len());
        for (part, ty) in list.iter().zip(types) {
            pats.push(self.pat(*part, ty, names));
        }
        PatKind::Tuple(self.f.body.add_list(&pats))
    }

    fn list_pattern(
        &mut self,
        parts: ast::List<ast::PatId>,
        ty: Ty,
        span: Span,
        names: &mut Names,
    ) -> PatKind {
        let ast = self.f.ast;
        let element = match self.table.kind(ty) {
            TyKind::List(element) => element,
            _ => {
                let element = self.fresh(span);
                let list = self.table.list_of(element);
                if !self.pattern_type(span, list, ty) {
                    self.table.unify(element, Ty::ERROR);
                }
                element
            }
        };
        let (mut prefix, mut suffix) = (Vec::new(), Vec::new());
        let mut rest = false;
        let mut rest_binding = None;
        for part in ast.list(parts) {
            let ast::Pat { kind, span } = *ast.pat(*part);
            if let Tree::Rest(name) = kind {
                if rest {
                    let diag = Diagnostic::error(
                        &codes::PATTERN_FIELDS,
                        span,
                        "`..` stands twice in one list pattern",
                    )
                    .label("the second one")
                    .note("it could not be decided how many elements each stands for");
                    self.error(diag);
                    continue;
                }
                rest = true;
                if let Some(name) = name.filter(|name| name.symbol != sym::UNDERSCORE) {
                    let list = self.table.list_of(element);
                    rest_binding = Some(self.bind(name.symbol, list, name.span, names));
                }
                continue;
            }
            let pat = self.pat(*part, element, names);
            if rest { suffix.push(pat) } else { prefix.push(pat) }
        }
        let prefix = self.f.body.add_list(&prefix);
        let suffix = self.f.body.add_list(&suffix);
        PatKind::List { prefix, rest, rest_binding, suffix }
    }
}

/// A text with one word replaced by another.
fn rename(text: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        out.push_str(if word == from { to } else { &word });
        word.clear();
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

impl Body {
    /// The locals that a pattern binds, in order.
    pub(crate) fn bound_locals(&self, pat: PatId, found: &mut Vec<LocalId>) {
        match self.pats[pat].kind {
            PatKind::Wildcard | PatKind::Literal(_) | PatKind::Range { .. } => {}
            PatKind::Bind(local) => found.push(local),
            PatKind::Tuple(parts) => {
                for part in self.list(parts) {
                    self.bound_locals(*part, found);
                }
            }
            // All alternatives bind the same ones.
            PatKind::Or(parts) => {
                if let Some(first) = self.list(parts).first() {
                    self.bound_locals(*first, found);
                }
            }
            PatKind::Variant { fields, .. } => {
                for field in self.list(fields) {
                    self.bound_locals(field.pat, found);
                }
            }
            PatKind::List { prefix, rest_binding, suffix, .. } => {
                for part in self.list(prefix).iter().chain(self.list(suffix)) {
                    self.bound_locals(*part, found);
                }
                found.extend(rest_binding);
            }
        }
    }
}
