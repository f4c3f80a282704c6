//! What the surroundings expect of an expression, and what is said when it
//! is something else.

use simple_source::{Applicability, Diagnostic, Span};
use simple_syntax::ast;

use super::Infer;
use super::table::VarKind;
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::ty::{Ty, TyKind};

/// What the surroundings expect of an expression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Expect {
    /// Its value is used; the type is free.
    Any,
    /// Its value is used and is likely of this type: a guide for literals,
    /// lambdas and short names of variants.
    Hint(Ty),
    /// It must have this type.
    Need(Ty, Why),
    /// Its value is the result of a function whose result is being inferred.
    Tail,
    /// Its value is not used.
    Drop,
}

impl Expect {
    /// The type that guides, if there is one.
    pub(crate) fn hint(self) -> Option<Ty> {
        match self {
            Expect::Hint(ty) | Expect::Need(ty, _) => Some(ty),
            Expect::Any | Expect::Tail | Expect::Drop => None,
        }
    }
}

/// Why a type is expected, with the place that says so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Why {
    /// There is nothing to say.
    Plain,
    /// A written type.
    Annotation(Span),
    /// The result type of a function.
    Result(Span),
    /// A parameter's declaration.
    Parameter(Span),
    /// A field's declaration.
    Field(Span),
    /// An earlier element, branch or arm.
    Like(Span),
    /// The place that is assigned.
    Place(Span),
}

impl Why {
    fn place(self) -> Option<(Span, &'static str)> {
        Some(match self {
            Why::Plain => return None,
            Why::Annotation(span) => (span, "expected because of this type"),
            Why::Result(span) => (span, "the function returns this"),
            Why::Parameter(span) => (span, "the parameter is declared here"),
            Why::Field(span) => (span, "the field is declared here"),
            Why::Like(span) => (span, "expected because of this"),
            Why::Place(span) => (span, "this has the type that is expected"),
        })
    }
}

impl Infer<'_> {
    /// Makes an expression fit what is expected of it: checks its type, and
    /// puts it behind a trait where a `dyn` is expected.
    pub(crate) fn fit(&mut self, id: ExprId, expect: Expect) -> ExprId {
        match expect {
            Expect::Need(want, why) => self.coerce(id, want, why),
            _ => id,
        }
    }

    /// Checks that an expression has the type `want`, or can be put behind
    /// the trait that `want` is a `dyn` of.
    pub(crate) fn coerce(&mut self, id: ExprId, want: Ty, why: Why) -> ExprId {
        let have = self.ty(id);
        if have == Ty::NEVER || have == want {
            return id;
        }
        if have == Ty::ERROR {
            self.table.unify(want, have);
            return id;
        }
        let want = self.table.shallow(want);
        if let TyKind::Dyn(trait_, args) = self.table.kind(want) {
            let same = match self.table.kind(have) {
                // A number literal that is still open stays a number.
                TyKind::Infer(var) => !matches!(
                    self.table.var_kind(super::table::Var(var)),
                    VarKind::Int | VarKind::Float
                ),
                TyKind::Dyn(other, _) => other == trait_,
                _ => false,
            };
            if !same {
                return self.put_behind_trait(id, want, TraitRef { trait_, args });
            }
        }
        if self.table.unify(have, want) {
            return id;
        }
        self.mismatch(id, want, have, why);
        id
    }

    fn put_behind_trait(&mut self, id: ExprId, want: Ty, reference: TraitRef) -> ExprId {
        let span = self.span(id);
        let have = self.ty(id);
        self.require(reference.trait_, have, reference.args, span, super::bounds::Cause::Dyn(id));
        self.push(ExprKind::ToDyn(id), want, span)
    }

    /// Reports that the type of an expression does not fit.
    pub(crate) fn mismatch(&mut self, id: ExprId, want: Ty, have: Ty, why: Why) {
        if self.infinite_or_large(self.span(id), want, have) {
            return;
        }
        let span = self.span(id);
        let diag = self.mismatch_diag(id, want, have, span);
        let diag = match why.place() {
            Some((place, text)) if place != span && !place.is_none() => diag.also(place, text),
            _ => diag,
        };
        self.error(diag);
    }

    /// Says so if unification failed because of a type that contains itself
    /// or is too large.
    pub(crate) fn infinite_or_large(&mut self, span: Span, want: Ty, have: Ty) -> bool {
        if self.table.infinite {
            self.table.infinite = false;
            let span = if self.around.is_none() { span } else { self.around };
            let (inner, outer) =
                if self.table.as_var(want).is_some() { (want, have) } else { (have, want) };
            let inner = self.show(inner);
            let outer = self.show(outer);
            let shown = if inner == "_" { outer } else { format!("{outer}` in `{inner}") };
            let diag = Diagnostic::error(
                &codes::INFINITE_TYPE,
                span,
                "a type would have to contain itself",
            )
            .label(format!("this would be `{shown}` for the same `_`"))
            .note("a value cannot be an element or part of its own type");
            self.error(diag);
            return true;
        }
        self.table.too_large && self.too_large(span)
    }

    /// Says once that a type grew too large.
    pub(crate) fn too_large(&mut self, span: Span) -> bool {
        if self.too_large_said {
            return true;
        }
        self.too_large_said = true;
        let diag = Diagnostic::error(&codes::TYPE_TOO_LARGE, span, "a type grows too large here")
            .label("the type of this")
            .note("types nest at most 200 deep and consist of at most 20000 parts");
        self.error(diag);
        true
    }

    fn mismatch_diag(&mut self, id: ExprId, want: Ty, have: Ty, span: Span) -> Diagnostic {
        let (want_text, have_text) = (self.show(want), self.show(have));
        let text = self.snippet(span);
        // `None` where no option is expected.
        if let Some(inner) = self.as_option(have) {
            if self.is_none_value(id) {
                return Diagnostic::error(
                    &codes::OPTION_AS_VALUE,
                    span,
                    format!("`{text}` is an option, and `{want_text}` is none"),
                )
                .label(format!("expected `{want_text}`"))
                .note(format!("a value that may be missing has the type `{want_text}?`"));
            }
            if self.table.compatible(inner, want) {
                let diag = Diagnostic::error(
                    &codes::OPTION_AS_VALUE,
                    span,
                    format!("expected `{want_text}`, found the option `{have_text}`"),
                )
                .label("this may be `None`");
                let default = self.default_text(want);
                return match default {
                    Some(default) => diag
                        .suggest(
                            "give a value for the case that it is `None`",
                            span,
                            format!("{} ?? {default}", self.operand_text(id)),
                            Applicability::Maybe,
                        )
                        .note("`match`, `?` and `.unwrap()` are the other ways"),
                    None => diag.note(
                        "`??` gives a value for `None`, `?` leaves the function with it, \
                         `match` decides, `.unwrap()` panics",
                    ),
                };
            }
        }
        if let Some(inner) = self.as_option(want)
            && self.table.compatible(inner, have)
        {
            return Diagnostic::error(
                &codes::MISSING_SOME,
                span,
                format!("expected the option `{want_text}`, found `{have_text}`"),
            )
            .label(format!("expected `{want_text}`"))
            .suggest(
                "wrap the value",
                span,
                format!("Some({text})"),
                Applicability::Certain,
            );
        }
        if let Some((value, error)) = self.as_result(want) {
            let wrap = if self.table.compatible(value, have) {
                Some("Ok")
            } else if self.table.compatible(error, have) {
                Some("Err")
            } else {
                None
            };
            if let Some(wrap) = wrap {
                return Diagnostic::error(
                    &codes::MISSING_SOME,
                    span,
                    format!("expected the result `{want_text}`, found `{have_text}`"),
                )
                .label(format!("expected `{want_text}`"))
                .suggest(
                    "wrap the value",
                    span,
                    format!("{wrap}({text})"),
                    Applicability::Certain,
                );
            }
        }
        let diag = Diagnostic::error(
            &codes::MISMATCH,
            span,
            format!("expected `{want_text}`, found `{have_text}`"),
        )
        .label(format!("this is `{have_text}`"));
        if let Some((value, _)) = self.as_result(have)
            && self.table.compatible(value, want)
        {
            return diag.label("this may be an error").note(
                "`?` hands an error on, `match` looks at it, `.unwrap_or(..)` gives a value for it",
            );
        }
        self.conversion(diag, id, want, have, span)
    }

    /// Offers the conversion from one type to another, if there is one.
    fn conversion(
        &mut self,
        diag: Diagnostic,
        id: ExprId,
        want: Ty,
        have: Ty,
        span: Span,
    ) -> Diagnostic {
        let want_text = self.show(want);
        let operand = self.operand_text(id);
        let (want_kind, have_kind) = (self.likely_kind(want), self.likely_kind(have));
        let number = |kind: TyKind| matches!(kind, TyKind::Int(_) | TyKind::Float(_));
        let literal = matches!(self.f.body.exprs[id].kind, ExprKind::Str(_));
        if number(want_kind) && (number(have_kind) || have_kind == TyKind::Char) {
            return diag.suggest(
                format!("convert it to `{want_text}`"),
                span,
                format!("{operand} as {want_text}"),
                Applicability::Maybe,
            );
        }
        if number(want_kind)
            && let ExprKind::Str(symbol) = self.f.body.exprs[id].kind
            && self.text(symbol).parse::<f64>().is_ok()
        {
            let text = self.text(symbol).to_owned();
            return diag.suggest(
                "write the number without quotes",
                span,
                text,
                Applicability::Maybe,
            );
        }
        if number(want_kind) && have_kind == TyKind::Str && !literal {
            let method = if matches!(want_kind, TyKind::Int(_)) { "to_int" } else { "to_float" };
            return diag
                .note(format!("`.{method}()` reads a number from text and gives an option"));
        }
        if want_kind == TyKind::Str && !matches!(have_kind, TyKind::Fn(..) | TyKind::Unit) {
            let literal = matches!(
                self.f.body.exprs[id].kind,
                ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Bool(_)
            );
            let text = self.snippet(span);
            let (message, text) = if literal {
                ("write it in quotes", format!("\"{text}\""))
            } else {
                ("make text of it", format!("{operand}.to_str()"))
            };
            return diag.suggest(message, span, text, Applicability::Maybe);
        }
        if want_kind == TyKind::Char
            && let ExprKind::Str(symbol) = self.f.body.exprs[id].kind
        {
            let text = self.text(symbol);
            if let Some(first) = text.chars().next() {
                return diag.suggest(
                    "a `char` is one character",
                    span,
                    format!("\"{first}\""),
                    Applicability::Maybe,
                );
            }
            return diag.note("a `char` is exactly one character");
        }
        if want_kind == TyKind::Int(crate::ty::IntTy::U8)
            && let ExprKind::Str(symbol) = self.f.body.exprs[id].kind
            && self.text(symbol).chars().count() == 1
        {
            return diag.note("a `u8` is one byte, so only an ASCII character can be one");
        }
        if have == Ty::UNIT {
            return diag.note("`()` is what a function without `->` returns: nothing");
        }
        if let TyKind::Adt(adt, _) = have_kind
            && adt == self.program.lang.dict
            && matches!(self.f.body.exprs[id].kind, ExprKind::Dict(_))
            && let TyKind::Adt(want_adt, _) = want_kind
            && want_adt == self.program.lang.set
        {
            return diag.suggest(
                "`{}` is an empty dict; an empty set is",
                span,
                "Set.new()",
                Applicability::Certain,
            );
        }
        diag
    }

    /// What a type is, with open literals taken for what they usually become.
    fn likely_kind(&self, ty: Ty) -> TyKind {
        match self.table.kind(ty) {
            TyKind::Infer(var) => match self.table.var_kind(super::table::Var(var)) {
                VarKind::Int => TyKind::Int(crate::ty::IntTy::I64),
                VarKind::Float => TyKind::Float(crate::ty::FloatTy::F64),
                VarKind::General | VarKind::Rigid => TyKind::Infer(var),
            },
            kind => kind,
        }
    }

    /// Whether an expression is a lone `None` or `nil`.
    fn is_none_value(&self, id: ExprId) -> bool {
        let expr = &self.f.body.exprs[id];
        let ExprKind::Construct { fields, .. } = expr.kind else { return false };
        fields.len == 0 && self.as_option(expr.ty).is_some()
    }

    /// A value of a type, for examples.
    pub(crate) fn default_text(&self, ty: Ty) -> Option<String> {
        Some(
            match self.table.kind(ty) {
                TyKind::Int(_) => "0",
                TyKind::Float(_) => "0.0",
                TyKind::Bool => "false",
                TyKind::Str => "\"\"",
                TyKind::Char => "\" \"",
                TyKind::List(_) => "[]",
                TyKind::Infer(var) => match self.table.var_kind(super::table::Var(var)) {
                    VarKind::Int => "0",
                    VarKind::Float => "0.0",
                    _ => return None,
                },
                TyKind::Adt(adt, _) if adt == self.program.lang.dict => "{}",
                TyKind::Adt(adt, _) if adt == self.program.lang.set => "Set.new()",
                TyKind::Adt(adt, _) if adt == self.program.lang.option => "None",
                _ => return None,
            }
            .to_owned(),
        )
    }

    /// The text of an expression as the operand of a postfix or tight
    /// operator: in parentheses unless it is one itself.
    pub(crate) fn operand_text(&self, id: ExprId) -> String {
        let span = self.span(id);
        let text = self.snippet(span);
        let tight = match self.f.body.exprs[id].kind {
            ExprKind::Binary { .. }
            | ExprKind::Unary { .. }
            | ExprKind::Coalesce { .. }
            | ExprKind::Cast(_)
            | ExprKind::Lambda(_)
            | ExprKind::If { .. }
            | ExprKind::Match { .. } => false,
            ExprKind::Int(_) | ExprKind::Float(_) => !text.starts_with('-'),
            _ => true,
        };
        if tight || (text.starts_with('(') && text.ends_with(')')) {
            text.to_owned()
        } else {
            format!("({text})")
        }
    }

    /// What an expression of the tree is in the text.
    pub(crate) fn ast_text(&self, id: ast::ExprId) -> &str {
        self.snippet(self.f.ast.span(id))
    }

    /// Checks that an expression is a `bool` where a condition is needed.
    pub(crate) fn condition(&mut self, id: ast::ExprId) -> ExprId {
        let value = self.expr(id, Expect::Hint(Ty::BOOL));
        self.need_bool(value)
    }

    /// Checks that an expression is a `bool`, and offers the comparison that
    /// was meant if it is not.
    pub(crate) fn need_bool(&mut self, value: ExprId) -> ExprId {
        let have = self.ty(value);
        if have == Ty::BOOL || have == Ty::NEVER || self.table.unify(have, Ty::BOOL) {
            return value;
        }
        let span = self.span(value);
        let text = self.show(have);
        let operand = self.operand_text(value);
        let mut diag = Diagnostic::error(
            &codes::CONDITION,
            span,
            format!("a condition is a `bool`, and this is `{text}`"),
        )
        .label("expected `bool`");
        let lang = &self.program.lang;
        let better = match self.table.kind(have) {
            TyKind::Int(_) => Some(format!("{operand} != 0")),
            TyKind::Float(_) => Some(format!("{operand} != 0.0")),
            TyKind::Infer(var) => match self.table.var_kind(super::table::Var(var)) {
                VarKind::Int => Some(format!("{operand} != 0")),
                VarKind::Float => Some(format!("{operand} != 0.0")),
                _ => None,
            },
            TyKind::Str | TyKind::List(_) => Some(format!("not {operand}.is_empty()")),
            TyKind::Adt(adt, _) if adt == lang.option => Some(format!("{operand}.is_some()")),
            TyKind::Adt(adt, _) if adt == lang.result => Some(format!("{operand}.is_ok()")),
            TyKind::Adt(adt, _) if adt == lang.dict || adt == lang.set => {
                Some(format!("not {operand}.is_empty()"))
            }
            _ => None,
        };
        if let Some(better) = better {
            diag = diag.suggest("say what is meant", span, better, Applicability::Maybe);
        }
        if let ExprKind::Tuple(parts) = self.f.body.exprs[value].kind
            && parts.len == 2
        {
            let inner = self.snippet(span);
            let inner = inner.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
            if let Some(inner) = inner {
                // `assert(a, b)` has no space that would be left.
                let is_apart = !self.follows_word(span);
                let inner = if is_apart { inner.to_owned() } else { format!(" {inner}") };
                diag = diag.suggest(
                    "leave the parentheses out: they make a tuple",
                    span,
                    inner,
                    Applicability::Maybe,
                );
            }
        }
        self.error(diag);
        value
    }
}
