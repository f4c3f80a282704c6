//! Structs, class instances and variants are made.

use simple_source::{Applicability, Diagnostic, Label, Span};
use simple_syntax::ast::{self, Expr as Tree};

use super::arguments::{CallSite, Given, Slot};
use super::expect::Expect;
use super::{Infer, LocalKind, Returns};
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::ty::{Ty, TyKind};

impl<'p> Infer<'p> {
    /// `Type(args)`
    pub(crate) fn construct_type(
        &mut self,
        ty: Ty,
        given: &[Given],
        site: CallSite,
        expect: Expect,
    ) -> ExprId {
        match self.table.kind(ty) {
            TyKind::Adt(adt, _) if self.program.adts[adt].kind != AdtKind::Enum => {
                self.construct(ty, adt, 0, given, site, expect)
            }
            TyKind::Error => {
                self.check_loose(given);
                self.error_expr(site.span)
            }
            kind => {
                let shown = self.show(ty);
                let mut diag = Diagnostic::error(
                    &codes::NOT_CALLABLE,
                    site.name,
                    format!("the type `{shown}` cannot be called"),
                )
                .label("no function");
                let arg = match given {
                    [arg] => Some(self.ast_text(arg.tree).to_owned()),
                    _ => None,
                };
                diag = match (kind, arg) {
                    (TyKind::Str, Some(arg)) => diag.suggest(
                        "the text of a value is",
                        site.span,
                        format!("{arg}.to_str()"),
                        Applicability::Maybe,
                    ),
                    (TyKind::Int(_) | TyKind::Float(_) | TyKind::Char, Some(arg)) => diag.suggest(
                        "numbers are converted with `as`",
                        site.span,
                        format!("{arg} as {shown}"),
                        Applicability::Maybe,
                    ),
                    (TyKind::Adt(adt, _), _) => {
                        let def = &self.program.adts[adt];
                        let names: Vec<&str> =
                            def.variants.iter().map(|variant| self.text(variant.name)).collect();
                        diag.note(format!(
                            "an enum's values are its variants: `{}`",
                            names.join("`, `")
                        ))
                    }
                    _ => diag,
                };
                // `str(n)` and its kind are unknown functions to their users.
                if matches!(kind, TyKind::Str) {
                    diag.code = &codes::UNKNOWN_NAME;
                    diag.primary.span = site.span;
                }
                self.check_loose(given);
                self.error(diag);
                self.error_expr(site.span)
            }
        }
    }

    /// `Circle(2.0)`
    pub(crate) fn construct_variant(
        &mut self,
        ty: Ty,
        adt: AdtId,
        variant: u32,
        given: &[Given],
        site: CallSite,
        expect: Expect,
    ) -> ExprId {
        let def = &self.program.adts[adt].variants[variant as usize];
        if def.fields.is_empty() {
            let name = self.text(def.name);
            let text = self.snippet(site.name);
            let diag = Diagnostic::error(
                &codes::NOT_CALLABLE,
                site.span,
                format!("the variant `{name}` has no fields, so it has no parentheses"),
            )
            .label("not a function")
            .also(def.span, "declared here")
            .suggest("leave them out", site.span, text, Applicability::Certain);
            self.error(diag);
            self.check_loose(given);
            return self.push(ExprKind::Error, ty, site.span);
        }
        self.construct(ty, adt, variant, given, site, expect)
    }

    fn construct(
        &mut self,
        ty: Ty,
        adt: AdtId,
        variant: u32,
        given: &[Given],
        site: CallSite,
        expect: Expect,
    ) -> ExprId {
        let program = self.program;
        let def = &program.adts[adt];
        let fields = &def.variants[variant as usize].fields;
        // `opt == Some("x")`: the other side says that it is a `char`.
        let likely = match expect {
            Expect::Hint(want) => Expect::Need(want, super::expect::Why::Plain),
            expect => expect,
        };
        self.expect_result(ty, likely);
        let args = match self.table.kind(ty) {
            TyKind::Adt(_, args) => self.list_vec(args),
            _ => Vec::new(),
        };
        let slots: Vec<Slot> = fields
            .iter()
            .map(|field| Slot {
                name: field.name,
                ty: self.table.substitute(field.ty, &args),
                mutable: false,
                has_default: field.default.is_some(),
                span: field.span,
                field: true,
            })
            .collect();
        if let Some(diag) = self.braced_fields(&slots, given, site) {
            self.error(diag);
            self.f.failed = true;
            return self.push(ExprKind::Error, ty, site.span);
        }
        let what = self.text(def.variants[variant as usize].name);
        let errors = self.diags.len();
        let Some(positions) = self.match_slots(&slots, given, site, what) else {
            if slots.is_empty()
                && let Some(said) = self.diags.get_mut(errors)
            {
                let label = Label { span: def.span, message: "has no fields".to_owned() };
                said.secondary.push(label);
            }
            self.check_loose(given);
            self.f.failed = true;
            return self.push(ExprKind::Error, ty, site.span);
        };
        let mut made: Vec<Arg> = Vec::with_capacity(slots.len());
        for (arg, position) in given.iter().zip(&positions) {
            let slot = &slots[*position];
            match arg.name {
                Some(name) => self.check_field_visible(def, &fields[*position], name),
                None => self.check_field_set(def, &fields[*position], self.f.ast.span(arg.tree)),
            }
            let value = self.argument(arg, slot);
            made.push(Arg { param: *position as u32, mutable: false, value });
        }
        for (position, field) in fields.iter().enumerate() {
            if let Some(default) = field.default
                && !positions.contains(&position)
            {
                let value = self.default_call(default, &args, slots[position].ty, site.span);
                made.push(Arg { param: position as u32, mutable: false, value });
            }
        }
        self.check_type_bounds(ty, site.name);
        let fields = self.f.body.add_list(&made);
        self.push(ExprKind::Construct { variant, fields }, ty, site.span)
    }

    /// `Point { x: 1, y }` as a statement of its own: that calls `Point` with a
    /// dict or a set, which cannot be meant if the keys are fields' names.
    fn braced_fields(&self, slots: &[Slot], given: &[Given], site: CallSite) -> Option<Diagnostic> {
        let [Given { name: None, mutable: None, tree, value: None }] = *given else { return None };
        let ast = self.f.ast;
        let span = ast.span(tree);
        if !self.snippet(Span::new(site.name.hi, span.lo)).trim().is_empty() {
            return None;
        }
        let keys: Vec<ast::ExprId> = match *ast.expr(tree) {
            Tree::Dict(pairs) => ast.list(pairs).iter().map(|pair| pair.key).collect(),
            Tree::Set(elements) => ast.list(elements).to_vec(),
            _ => return None,
        };
        let is_field = |key: &ast::ExprId| match *ast.expr(*key) {
            // One argument may be a dict whose key is a variable.
            Tree::Name(name) => {
                slots.iter().any(|slot| slot.name == name)
                    && (slots.len() > 1 || self.is_unknown(name) || !self.takes_braces(slots[0].ty))
            }
            _ => false,
        };
        if keys.is_empty() || !keys.iter().all(is_field) {
            return None;
        }
        let inside = self.snippet(span).trim_matches(['{', '}']).trim();
        let text = format!("{}({inside})", self.snippet(site.name));
        let message = "a value is made by a call, not with braces";
        Some(
            Diagnostic::error(
                &simple_syntax::codes::FOREIGN_EXPRESSION,
                Span::new(span.lo, span.lo + 1),
                message,
            )
            .label("expected `(`")
            .suggest("write parentheses", site.span, text, Applicability::Maybe),
        )
    }

    /// Whether a value of a type may be written in braces.
    fn takes_braces(&self, ty: Ty) -> bool {
        let lang = &self.program.lang;
        match self.table.kind(ty) {
            TyKind::Infer(_) => true,
            TyKind::Adt(adt, _) => adt == lang.dict || adt == lang.set,
            _ => false,
        }
    }

    /// A variant as a value: itself, or the function that makes it.
    pub(crate) fn variant_value(&mut self, ty: Ty, adt: AdtId, variant: u32, span: Span) -> ExprId {
        let fields = &self.program.adts[adt].variants[variant as usize].fields;
        if fields.is_empty() {
            let fields = self.f.body.add_list::<Arg>(&[]);
            return self.push(ExprKind::Construct { variant, fields }, ty, span);
        }
        self.constructor_function(ty, adt, variant, span)
    }

    /// A type's name as a value: for a struct or class the function that
    /// makes one, where a function is expected.
    pub(crate) fn constructor_value(&mut self, ty: Ty, hint: Option<Ty>, span: Span) -> ExprId {
        if let TyKind::Adt(adt, _) = self.table.kind(ty)
            && self.program.adts[adt].kind != AdtKind::Enum
            && hint.is_some_and(|hint| matches!(self.table.kind(hint), TyKind::Fn(..)))
        {
            return self.constructor_function(ty, adt, 0, span);
        }
        if ty == Ty::ERROR {
            return self.error_expr(span);
        }
        let shown = self.snippet(span);
        let mut diag = Diagnostic::error(
            &codes::NOT_A_VALUE,
            span,
            format!("`{shown}` is a type, not a value"),
        )
        .label("a value is expected here");
        if let Some(default) = self.default_text(ty) {
            diag = diag.suggest("a value of it is", span, default, Applicability::Maybe);
        } else if matches!(self.table.kind(ty), TyKind::Adt(..)) {
            diag = diag.note(format!("`{shown}(..)` makes one"));
        }
        self.error(diag);
        self.error_expr(span)
    }

    /// The function that makes a value with fields.
    fn constructor_function(&mut self, ty: Ty, adt: AdtId, variant: u32, span: Span) -> ExprId {
        let args = match self.table.kind(ty) {
            TyKind::Adt(_, args) => self.list_vec(args),
            _ => Vec::new(),
        };
        let program = self.program;
        let def = &program.adts[adt];
        for field in &def.variants[variant as usize].fields {
            self.check_field_set(def, field, span);
        }
        let types: Vec<Ty> = def.variants[variant as usize]
            .fields
            .iter()
            .map(|field| self.table.substitute(field.ty, &args))
            .collect();
        self.synthetic_lambda(&types, span, |this, params| {
            let made: Vec<Arg> = params
                .iter()
                .enumerate()
                .map(|(param, value)| Arg { param: param as u32, mutable: false, value: *value })
                .collect();
            let fields = this.f.body.add_list(&made);
            this.push(ExprKind::Construct { variant, fields }, ty, span)
        })
    }

    /// A lambda that nobody wrote: hands its parameters to what `body` makes.
    pub(crate) fn synthetic_lambda(
        &mut self,
        types: &[Ty],
        span: Span,
        body: impl FnOnce(&mut Self, &[ExprId]) -> ExprId,
    ) -> ExprId {
        let id = self.begin_lambda(Ty::ERROR, Returns::Value, Span::NONE);
        let params: Vec<LocalId> = types
            .iter()
            .map(|ty| self.new_local(simple_source::sym::EMPTY, *ty, LocalKind::Hidden, span))
            .collect();
        let values: Vec<ExprId> = params
            .iter()
            .zip(types)
            .map(|(local, ty)| self.push(ExprKind::Local(*local), *ty, span))
            .collect();
        let body = body(self, &values);
        let result = self.ty(body);
        self.end_lambda(id, params, body);
        let params = self.table.make_list(types);
        let ty = self.table.make(TyKind::Fn(params, result));
        self.push(ExprKind::Lambda(id), ty, span)
    }
}
