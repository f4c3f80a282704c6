//! Fields, and ways into options: `x.f`, `x?.f`, `x?`, `x ?? y`.

use simple_source::{Applicability, Diagnostic, Span, Suggestion, Symbol};
use simple_syntax::ast;

use super::arguments::{CallSite, Given};
use super::expect::{Expect, Why};
use super::method::Lookup;
use super::obligation::Obligation;
use super::{Infer, LocalKind, Returns};
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::names::suggest;
use crate::ty::{Ty, TyKind};

impl Infer<'_> {
    /// `base.name`: a field, or something that a path names.
    pub(crate) fn field_expr(
        &mut self,
        id: ast::ExprId,
        base: ast::ExprId,
        name: ast::Name,
        expect: Expect,
    ) -> ExprId {
        let span = self.f.ast.span(id);
        let hint = expect.hint();
        if let Some(found) = self.resolve_static(id, hint) {
            return self.static_value(found, hint, expect == Expect::Drop, span);
        }
        let base = self.expr(base, Expect::Any);
        self.field_value(base, name, span)
    }

    /// A field of a struct, class or tuple: its position and type.
    pub(crate) fn find_field(&mut self, ty: Ty, name: Symbol) -> Option<(u32, Ty)> {
        match self.table.kind(ty) {
            TyKind::Adt(adt, args) => {
                let program = self.program;
                let def = &program.adts[adt];
                if def.kind == AdtKind::Enum {
                    return None;
                }
                let fields = &def.variants.first()?.fields;
                let index = fields.iter().position(|field| field.name == name)?;
                let args = self.list_vec(args);
                let ty = self.table.substitute(fields[index].ty, &args);
                Some((index as u32, ty))
            }
            TyKind::Tuple(parts) => {
                let index: usize = self.text(name).parse().ok()?;
                let ty = *self.table.list(parts).get(index)?;
                Some((index as u32, ty))
            }
            _ => None,
        }
    }

    /// A field of a value.
    pub(crate) fn field_value(&mut self, base: ExprId, name: ast::Name, span: Span) -> ExprId {
        let mut ty = self.ty(base);
        if self.table.as_var(ty).is_some() {
            self.solve_ready();
            ty = self.ty(base);
        }
        if let Some(var) = self.table.as_var(ty)
            && self.table.var_kind(var) != super::table::VarKind::Rigid
        {
            let result = self.fresh(span);
            let field = self.push(ExprKind::Error, result, span);
            self.wait_for(var, Obligation::Field { field, base, name });
            return field;
        }
        match self.field_kind(base, ty, name, span) {
            Some((kind, ty)) => self.push(kind, ty, span),
            None => self.error_expr(span),
        }
    }

    /// The field of a value whose type is known; reports it if there is none.
    pub(crate) fn field_kind(
        &mut self,
        base: ExprId,
        ty: Ty,
        name: ast::Name,
        span: Span,
    ) -> Option<(ExprKind, Ty)> {
        if ty == Ty::ERROR {
            return None;
        }
        if ty == Ty::NEVER {
            return Some((ExprKind::Field { base, index: 0 }, Ty::NEVER));
        }
        if let Some((index, field_ty)) = self.find_field(ty, name.symbol) {
            if let TyKind::Adt(adt, _) = self.table.kind(ty) {
                let program = self.program;
                let def = &program.adts[adt];
                let field = &def.variants[0].fields[index as usize];
                self.check_field_visible(def, field, name);
            }
            return Some((ExprKind::Field { base, index }, field_ty));
        }
        self.unknown_field(base, ty, name, span);
        None
    }

    /// Whether a field is one of another file that only that file uses.
    fn is_hidden(&self, def: &AdtDef, field: &FieldDef) -> bool {
        self.text(field.name).starts_with('_') && !self.sees_private(def.module)
    }

    /// Reports a field without its name, as an argument or in a pattern, that
    /// is private to another file.
    pub(crate) fn check_field_set(&mut self, def: &AdtDef, field: &FieldDef, span: Span) {
        if self.is_hidden(def, field) {
            let name = ast::Name { symbol: field.name, span };
            self.private_member("field", name, def.module, field.span);
        }
    }

    /// Reports a field that is private to another file.
    pub(crate) fn check_field_visible(&mut self, def: &AdtDef, field: &FieldDef, name: ast::Name) {
        if self.sees_private(def.module) {
            return;
        }
        if self.is_hidden(def, field) {
            self.private_member("field", name, def.module, field.span);
        } else if !def.public {
            let owner = self.text(def.name);
            let path = self.text(self.program.modules[def.module].path);
            let diag = Diagnostic::error(
                &codes::PRIVATE_MEMBER,
                name.span,
                format!(
                    "the type `{owner}` is private to the module `{path}`, and so are its fields"
                ),
            )
            .label("cannot be used here")
            .also(def.span, "declared here without `pub`");
            self.error(diag);
        }
    }

    /// Whether a type was written with a base class, which was refused; then
    /// the function at hand has failed.
    pub(crate) fn may_inherit(&mut self, ty: Ty) -> bool {
        let TyKind::Adt(adt, _) = self.table.kind(ty) else { return false };
        let may_inherit = self.program.has_lost_base(adt);
        self.f.failed |= may_inherit;
        may_inherit
    }

    fn unknown_field(&mut self, base: ExprId, ty: Ty, name: ast::Name, span: Span) {
        if self.may_inherit(ty) {
            return;
        }
        let text = self.text(name.symbol);
        let ty_text = self.show(ty);
        let numeric = text.parse::<usize>().ok();
        if let (TyKind::Tuple(parts), Some(_)) = (self.table.kind(ty), numeric) {
            let count = self.table.list(parts).len();
            let diag = Diagnostic::error(
                &codes::TUPLE_INDEX,
                name.span,
                format!("the tuple has {count} elements, so there is no `.{text}`"),
            )
            .label(format!("it is `{ty_text}`"))
            .suggest(
                "the last one is",
                name.span,
                format!("{}", count - 1),
                Applicability::Maybe,
            );
            self.error(diag);
            return;
        }
        if let Some(inner) = self.as_option(ty)
            && (self.find_field(inner, name.symbol).is_some()
                || matches!(self.lookup_method(inner, name.symbol), Lookup::Found(_)))
        {
            self.option_member(base, ty, name);
            return;
        }
        if let Lookup::Found(_) = self.lookup_method(ty, name.symbol) {
            let whole = self.snippet(span);
            let diag = Diagnostic::error(
                &codes::NOT_CALLED,
                span,
                format!("`{text}` is a method, and it is not called here"),
            )
            .label("no value by itself")
            .suggest("call it", span, format!("{whole}()"), Applicability::Maybe)
            .note(format!("to hand it on as a function, write a lambda: `\\: {whole}()`"));
            self.error(diag);
            return;
        }
        let mut diag = Diagnostic::error(
            &codes::UNKNOWN_FIELD,
            name.span,
            format!("`{ty_text}` has no field `{text}`"),
        )
        .label("not found");
        let mut names: Vec<&str> = Vec::new();
        if let TyKind::Adt(adt, _) = self.table.kind(ty) {
            let def = &self.program.adts[adt];
            if def.kind != AdtKind::Enum {
                let fields = def.variants[0].fields.iter();
                let visible = fields.filter(|field| !self.is_hidden(def, field));
                names = visible.map(|field| self.text(field.name)).collect();
            }
        }
        let symbols = self.method_symbols(ty);
        let methods: Vec<&str> = symbols.iter().map(|name| self.program.text(*name)).collect();
        let foreign = suggest::foreign_method(text)
            .iter()
            .copied()
            .find(|name| methods.contains(name))
            .map(|name| format!("{name}()"));
        if let Some(near) = suggest::nearest(text, names.iter().copied()) {
            diag =
                diag.suggest(format!("there is `{near}`"), name.span, near, Applicability::Maybe);
        } else if let Some(method) = foreign {
            diag = diag.suggest(
                format!("there is the method `{method}`"),
                name.span,
                method.clone(),
                Applicability::Maybe,
            );
        } else if let Some(near) = suggest::nearest(text, methods.iter().copied()) {
            diag = diag.suggest(
                format!("there is the method `{near}`"),
                name.span,
                format!("{near}()"),
                Applicability::Maybe,
            );
        } else if matches!(self.table.kind(ty), TyKind::Adt(adt, _) if adt == self.program.lang.dict)
        {
            let text = format!("{}[\"{text}\"]", self.operand_text(base));
            let whole = self.span(base).to(name.span);
            let message = format!("what stands under a key is `{text}`");
            diag = diag.suggest(message, whole, text, Applicability::Maybe);
        } else if !names.is_empty() {
            diag = diag.note(format!("its fields are `{}`", names.join("`, `")));
        }
        self.error(diag);
    }

    /// A member of what is in an option, without a look inside.
    pub(crate) fn option_member(&mut self, base: ExprId, ty: Ty, name: ast::Name) {
        let text = self.text(name.symbol);
        let ty_text = self.show(ty);
        let span = self.span(base);
        let operand = self.operand_text(base);
        let diag = Diagnostic::error(
            &codes::OPTION_AS_VALUE,
            name.span,
            format!("`{text}` belongs to the value in the option `{ty_text}`, which may be `None`"),
        )
        .label("the value may be missing");
        let diag = if self.is_assigned(name.span) {
            diag.note("`match` tells whether there is one, and its `Some(x)` can be changed if it is a class instance")
        } else {
            diag.suggest(
                "`?.` reaches into it, and gives an option",
                span.to(name.span),
                format!("{operand}?.{text}"),
                Applicability::Maybe,
            )
            .note("`??`, `?`, `match` and `.unwrap()` are other ways to the value")
        };
        self.error(diag);
    }

    /// Whether an assignment follows in the text.
    fn is_assigned(&self, span: Span) -> bool {
        let sources = &self.program.session.sources;
        let Some(file) = sources.file_of(span) else { return false };
        let file = sources.file(file);
        let after = file.text().get((span.hi - file.base) as usize..).unwrap_or("").trim_start();
        let after = after.trim_start_matches(['+', '-', '*', '/', '%', '&', '|', '^']);
        after.starts_with('=') && !after.starts_with("==")
    }

    // ---- options and results

    /// `x?`
    pub(crate) fn try_expr(&mut self, value: ast::ExprId, _hint: Option<Ty>, span: Span) -> ExprId {
        let value = self.expr(value, Expect::Any);
        let ty = self.ty(value);
        let mark = Span::new(span.hi.saturating_sub(1), span.hi);
        if ty == Ty::ERROR {
            return self.error_expr(span);
        }
        if ty == Ty::NEVER {
            return value;
        }
        let Some(frame) = self.f.frames.last().copied() else { return self.error_expr(span) };
        let option = self.as_option(ty);
        let result = self.as_result(ty);
        let open = self.table.as_var(ty);
        if option.is_none() && result.is_none() && open.is_none() {
            let ty = self.show(ty);
            let diag = Diagnostic::error(
                &codes::NOT_AN_OPTION,
                mark,
                format!("`?` needs an option or a result, and this is `{ty}`"),
            )
            .label(format!("after `{ty}`"))
            .suggest("leave it out", mark, "", Applicability::Maybe);
            self.error(diag);
            return self.error_expr(span);
        }
        if frame.returns != Returns::Value {
            let kind = if option.is_some() { "an option" } else { "a `Result`" };
            let place = if self.f.is_script {
                "a script".to_owned()
            } else if frame.returns == Returns::Never {
                "a test or constant".to_owned()
            } else {
                "a function that returns nothing".to_owned()
            };
            let diag = Diagnostic::error(
                &codes::TRY_TARGET,
                mark,
                format!("`?` cannot leave {place}: it needs a function that returns {kind}"),
            )
            .label("nowhere to hand the `None` or error to")
            .suggest(
                "panic if there is no value",
                mark,
                ".unwrap()",
                Applicability::Maybe,
            );
            self.error(diag);
            return self.error_expr(span);
        }
        if let Some(inner) = option {
            let leave = self.fresh(span);
            let leave = self.option_of(leave);
            if !self.table.unify(frame.result, leave) {
                self.try_differs(&frame, ty, mark);
                return self.error_expr(span);
            }
            return self.push(ExprKind::Try(value), inner, span);
        }
        if let Some((inner, error)) = result {
            if !self.leaves_with(&frame, ty, error, mark) {
                return self.error_expr(span);
            }
            return self.push(ExprKind::Try(value), inner, span);
        }
        // What leaves decides what is taken apart.
        let inner = self.fresh(span);
        if self.as_option(frame.result).is_some() {
            let want = self.option_of(inner);
            self.table.unify(ty, want);
        } else if let Some((_, error)) = self.as_result(frame.result) {
            let want = self.adt_of(self.program.lang.result, &[inner, error]);
            self.table.unify(ty, want);
        } else {
            let expr = self.push(ExprKind::Try(value), inner, span);
            if let Some(var) = open {
                self.wait_for(var, Obligation::Try { expr, value, result: frame.result });
            }
            return expr;
        }
        self.push(ExprKind::Try(value), inner, span)
    }

    /// Checks that a function may leave with an error of a type.
    fn leaves_with(&mut self, frame: &super::Frame, ty: Ty, error: Ty, mark: Span) -> bool {
        let value = self.fresh(mark);
        let leave = self.adt_of(self.program.lang.result, &[value, error]);
        if self.table.unify(frame.result, leave) {
            return true;
        }
        self.try_differs(frame, ty, mark);
        false
    }

    fn try_differs(&mut self, frame: &super::Frame, ty: Ty, mark: Span) {
        let have = self.show(ty);
        let want = self.show(frame.result);
        let from_option = self.as_option(ty).is_some();
        let to_result = self.as_result(frame.result).is_some();
        let mut diag = Diagnostic::error(
            &codes::TRY_TARGET,
            mark,
            format!("`?` on `{have}` cannot leave a function that returns `{want}`"),
        )
        .label(format!("would return from a function of `{want}`"));
        if !frame.result_span.is_none() {
            diag = diag.also(frame.result_span, "the function returns this");
        }
        diag = if from_option && to_result {
            diag.suggest(
                "make a result of the option",
                mark,
                ".ok_or(\"no value\")?",
                Applicability::Maybe,
            )
        } else if !from_option && to_result {
            diag.suggest(
                "convert the error",
                mark,
                ".map_err(\\e: e.to_str())?",
                Applicability::Maybe,
            )
        } else if !from_option && self.as_option(frame.result).is_some() {
            diag.suggest("drop the error", mark, ".ok()?", Applicability::Maybe)
        } else {
            diag.suggest("panic if there is no value", mark, ".unwrap()", Applicability::Maybe)
        };
        self.error(diag);
    }

    /// A `?` on what has become known.
    pub(crate) fn settle_try(&mut self, expr: ExprId, value: ExprId, result: Ty) {
        let ty = self.ty(value);
        let inner = self.ty(expr);
        let span = self.span(expr);
        let mark = Span::new(span.hi.saturating_sub(1), span.hi);
        let fits = if let Some(found) = self.as_option(ty) {
            let leave = self.fresh(span);
            let leave = self.option_of(leave);
            self.table.unify(inner, found) && self.table.unify(result, leave)
        } else if let Some((found, error)) = self.as_result(ty) {
            let leave = self.fresh(span);
            let leave = self.adt_of(self.program.lang.result, &[leave, error]);
            self.table.unify(inner, found) && self.table.unify(result, leave)
        } else {
            false
        };
        if !fits && ty != Ty::ERROR {
            let ty = self.show(ty);
            let diag = Diagnostic::error(
                &codes::NOT_AN_OPTION,
                mark,
                format!("`?` does not fit here: this is `{ty}`"),
            )
            .label(format!("after `{ty}`"));
            self.error(diag);
            self.table.unify(inner, Ty::ERROR);
        }
    }

    /// `x ?? y`
    pub(crate) fn coalesce(
        &mut self,
        left: ast::ExprId,
        right: ast::ExprId,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        let expected = hint.map(|hint| self.option_of(hint));
        let value = self.expr(left, expected.map_or(Expect::Any, Expect::Hint));
        let ty = self.ty(value);
        let inner = match self.as_option(ty) {
            Some(inner) => inner,
            None if self.table.as_var(ty).is_some() => {
                let inner = self.fresh(self.span(value));
                let option = self.option_of(inner);
                if !self.table.unify(ty, option) {
                    self.not_an_option(value, "??");
                }
                inner
            }
            None => {
                if ty != Ty::ERROR && ty != Ty::NEVER {
                    self.not_an_option(value, "??");
                }
                self.expr(right, Expect::Any);
                return self.error_expr(span);
            }
        };
        let why = Why::Like(self.span(value));
        let default = self.expr(right, Expect::Need(inner, why));
        self.push(ExprKind::Coalesce { value, default }, inner, span)
    }

    fn not_an_option(&mut self, value: ExprId, operator: &str) {
        let ty = self.ty(value);
        let span = self.span(value);
        let text = self.show(ty);
        let mut diag = Diagnostic::error(
            &codes::NOT_AN_OPTION,
            span,
            format!("`{operator}` needs an option, and this is `{text}`"),
        )
        .label(format!("expected an option, found `{text}`"));
        if self.as_result(ty).is_some() {
            diag = diag.note(
                "for a `Result` there is `.unwrap_or(..)`, or `.ok()` to make an option of it",
            );
        } else {
            diag = diag.note("it is never `None`, so nothing has to stand in for it");
        }
        self.error(diag);
    }

    /// The value in the option before a `?.`, bound to a local: the option,
    /// the local and a use of it.
    fn open_option(
        &mut self,
        base: ast::ExprId,
        name: ast::Name,
    ) -> Option<(ExprId, LocalId, ExprId)> {
        let value = self.expr(base, Expect::Any);
        let mut ty = self.ty(value);
        let span = self.span(value);
        if self.table.as_var(ty).is_some() {
            self.solve_ready();
            ty = self.ty(value);
        }
        let inner = match self.as_option(ty) {
            Some(inner) => inner,
            None if self.table.as_var(ty).is_some() => {
                let inner = self.fresh(span);
                let option = self.option_of(inner);
                if !self.table.unify(ty, option) {
                    self.no_option_before(value, name);
                    return None;
                }
                inner
            }
            None => {
                if ty != Ty::ERROR {
                    self.no_option_before(value, name);
                }
                return None;
            }
        };
        let binding = self.new_local(simple_source::sym::EMPTY, inner, LocalKind::Hidden, span);
        let inside = self.push(ExprKind::Local(binding), inner, span);
        Some((value, binding, inside))
    }

    fn no_option_before(&mut self, value: ExprId, name: ast::Name) {
        let found = self.ty(value);
        let ty = self.show(found);
        let whole = self.span(value);
        let end = whole.hi;
        let between = self.snippet(Span::new(end, name.span.lo));
        let start = end + between.find("?.").unwrap_or(0) as u32;
        let mark = Span::new(start, start + 2);
        let mut diag = Diagnostic::error(
            &codes::NOT_AN_OPTION,
            mark,
            format!("`?.` needs an option, and this is `{ty}`"),
        )
        .label(format!("after `{ty}`"));
        if self.as_result(found).is_none() {
            diag = diag.suggest(
                "a value has its members after `.`",
                mark,
                ".",
                Applicability::Certain,
            );
        } else if self.hands_errors_on() {
            diag.suggestions.push(Suggestion {
                message: "`?` in parentheses hands an error on".into(),
                edits: vec![(whole.start(), "(".into()), (mark, "?).".into())],
                applicability: Applicability::Maybe,
            });
        } else {
            diag = diag
                .suggest(
                    "`.ok()` makes an option of it, without the error",
                    mark,
                    ".ok()?.",
                    Applicability::Maybe,
                )
                .note("`match` looks at the error; `.unwrap()` ends the program if there is one");
        }
        self.error(diag);
    }

    /// Whether `?` after a `Result` can leave the function at hand.
    fn hands_errors_on(&mut self) -> bool {
        self.f.frames.last().copied().is_some_and(|frame| {
            frame.returns == Returns::Value && self.as_result(frame.result).is_some()
        })
    }

    /// `base?.name`
    pub(crate) fn option_field(
        &mut self,
        id: ast::ExprId,
        base: ast::ExprId,
        name: ast::Name,
    ) -> ExprId {
        let span = self.f.ast.span(id);
        let Some((value, binding, inside)) = self.open_option(base, name) else {
            return self.error_expr(span);
        };
        let step = self.field_value(inside, name, span);
        self.close_option(value, binding, step, span)
    }

    /// `base?.name(args)`
    pub(crate) fn option_call(
        &mut self,
        base: ast::ExprId,
        name: ast::Name,
        given: &[Given],
        span: Span,
    ) -> ExprId {
        let Some((value, binding, inside)) = self.open_option(base, name) else {
            self.check_loose(given);
            return self.error_expr(span);
        };
        let site = CallSite { span, name: name.span };
        let step = self.method_call(inside, name, given, &[], site, Expect::Any);
        self.close_option(value, binding, step, span)
    }

    fn close_option(
        &mut self,
        value: ExprId,
        binding: LocalId,
        step: ExprId,
        span: Span,
    ) -> ExprId {
        let ty = self.ty(step);
        if ty == Ty::ERROR {
            return self.error_expr(span);
        }
        if let Some(var) = self.table.as_var(ty)
            && self.table.var_kind(var) == super::table::VarKind::General
        {
            let result = self.fresh(span);
            let kind = ExprKind::OptionChain { value, binding, step, flatten: false };
            let chain = self.push(kind, result, span);
            self.wait_for(var, Obligation::Chain { chain, step });
            return chain;
        }
        let flatten = self.as_option(ty).is_some();
        let ty = if flatten { ty } else { self.option_of(ty) };
        self.push(ExprKind::OptionChain { value, binding, step, flatten }, ty, span)
    }

    /// A `?.` whose step has become known.
    pub(crate) fn settle_chain(&mut self, chain: ExprId, step: ExprId) {
        let step_ty = self.ty(step);
        let is_option = self.as_option(step_ty).is_some();
        let ty = if is_option { step_ty } else { self.option_of(step_ty) };
        if let ExprKind::OptionChain { flatten, .. } = &mut self.f.body.exprs[chain].kind {
            *flatten = is_option;
        }
        let want = self.ty(chain);
        if !self.table.unify(ty, want) {
            self.mismatch(chain, want, ty, Why::Plain);
        }
    }
}
