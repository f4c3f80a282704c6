//! `base[i]` and slices.

use simple_source::{Applicability, Diagnostic, Span, sym};
use simple_syntax::ast::{self, Expr as Tree, UnaryOp};

use super::arguments::{CallSite, Given};
use super::bounds::Cause;
use super::expect::{Expect, Why};
use super::obligation::Obligation;
use super::{Infer, table::VarKind};
use crate::body::*;
use crate::codes;
use crate::ty::{Ty, TyKind};

/// What stands between the brackets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Between {
    /// Not looked at yet.
    Tree(ast::ExprId),
    /// Checked already.
    Value(ExprId),
}

impl Infer<'_> {
    /// `base[args]`
    pub(crate) fn index_expr(
        &mut self,
        id: ast::ExprId,
        base: ast::ExprId,
        args: ast::List<ast::ExprId>,
        hint: Option<Ty>,
    ) -> ExprId {
        let span = self.f.ast.span(id);
        if let Tree::Name(name) = *self.f.ast.expr(base)
            && self.scopes.find(name).is_none()
            && self.program.built_in_function(self.f.module, name).is_some()
        {
            let text = self.text(name);
            let inner = self.snippet(span);
            let inner = inner.strip_prefix(text).map_or("", str::trim_start);
            let diag = Diagnostic::error(
                &codes::NOT_INDEXABLE,
                span,
                format!("`{text}` is a function: this is read as an index into it"),
            )
            .label("a list as argument needs parentheses: `(` after the name")
            .suggest(
                "write the parentheses",
                span,
                format!("{text}({inner})"),
                Applicability::Certain,
            );
            self.error(diag);
            return self.error_expr(span);
        }
        if let Some(found) = self.resolve_static(id, hint) {
            return self.static_value(found, hint, false, span);
        }
        let base = self.expr(base, Expect::Any);
        self.index_value(base, args, hint, span)
    }

    /// An index into a value.
    pub(crate) fn index_value(
        &mut self,
        base: ExprId,
        args: ast::List<ast::ExprId>,
        _hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        let ast = self.f.ast;
        let list = ast.list(args);
        let [arg] = list else {
            for arg in list {
                self.expr(*arg, Expect::Any);
            }
            let diag = Diagnostic::error(
                &codes::NOT_INDEXABLE,
                span,
                format!("an index is one value, and {} are given", list.len()),
            )
            .label("write a tuple for several: `[(a, b)]`");
            self.error(diag);
            return self.error_expr(span);
        };
        let arg = *arg;
        let mut ty = self.ty(base);
        if self.table.as_var(ty).is_some() {
            self.solve_ready();
            ty = self.ty(base);
        }
        if let Tree::Range { low, high, inclusive } = *ast.expr(self.unwrapped(arg)) {
            let is_adt = match self.table.kind(ty) {
                TyKind::Adt(adt, _) => {
                    adt != self.program.lang.dict && adt != self.program.lang.option
                }
                _ => false,
            };
            if !is_adt {
                return self.slice(base, low, high, inclusive, span);
            }
        }
        if let Some(var) = self.table.as_var(ty)
            && self.table.var_kind(var) != VarKind::Rigid
        {
            let index = self.expr(arg, Expect::Any);
            let result = self.fresh(span);
            let expr = self.push(ExprKind::Error, result, span);
            self.wait_for(var, Obligation::Index { expr, base, index });
            return expr;
        }
        match self.index_kind(base, ty, Between::Tree(arg), span) {
            Some((kind, ty)) => self.push(kind, ty, span),
            None => self.error_expr(span),
        }
    }

    fn between(&mut self, between: Between, expect: Expect) -> ExprId {
        match between {
            Between::Tree(tree) => self.expr(tree, expect),
            Between::Value(value) => self.fit(value, expect),
        }
    }

    /// The element of a value whose type is known.
    pub(crate) fn index_kind(
        &mut self,
        base: ExprId,
        ty: Ty,
        between: Between,
        span: Span,
    ) -> Option<(ExprKind, Ty)> {
        let lang = &self.program.lang;
        match self.table.kind(ty) {
            TyKind::List(element) => {
                let index = self.between(between, Expect::Need(Ty::I64, Why::Plain));
                if let Between::Tree(tree) = between {
                    self.negative_index(base, tree);
                }
                Some((ExprKind::ListIndex { base, index }, element))
            }
            TyKind::Adt(adt, args) if adt == lang.dict => {
                let (key, value) = (self.table.part(args, 0), self.table.part(args, 1));
                let key = self.between(between, Expect::Need(key, Why::Plain));
                Some((ExprKind::DictIndex { base, key }, value))
            }
            TyKind::Error => {
                self.between(between, Expect::Any);
                None
            }
            TyKind::Never => {
                let index = self.between(between, Expect::Any);
                Some((ExprKind::ListIndex { base, index }, Ty::NEVER))
            }
            _ => self.index_by_trait(base, ty, between, span),
        }
    }

    /// `xs[-1]` is always wrong.
    fn negative_index(&mut self, base: ExprId, index: ast::ExprId) {
        let index = self.unwrapped(index);
        let Tree::Unary { op: UnaryOp::Neg, operand } = *self.f.ast.expr(index) else { return };
        let Tree::Int { value, .. } = *self.f.ast.expr(operand) else { return };
        if value == 0 {
            return;
        }
        let list = self.operand_text(base);
        let span = self.f.ast.span(index);
        let diag = Diagnostic::warning(
            &codes::NEGATIVE_INDEX,
            span,
            "an index below zero is always out of range",
        )
        .label("panics")
        .suggest(
            "count from the end yourself",
            span,
            format!("{list}.len() - {value}"),
            Applicability::Maybe,
        )
        .note("indexes count from 0 and nothing counts from the end; `.last()` is the last element as an option");
        self.warn(diag);
    }

    /// An element by a user's impl of `Index`.
    fn index_by_trait(
        &mut self,
        base: ExprId,
        ty: Ty,
        between: Between,
        span: Span,
    ) -> Option<(ExprKind, Ty)> {
        let trait_ = self.program.lang.index;
        let method = self.program.traits[trait_]
            .methods
            .iter()
            .copied()
            .find(|method| self.program.functions[*method].name == sym::INDEX);
        let found = self.operator_args(trait_, ty);
        let (Some(method), Some(candidates)) = (method, found) else {
            self.between(between, Expect::Any);
            self.not_indexable(base, ty, span);
            return None;
        };
        let (index, args) = match candidates {
            // One way to index it: its type is expected of the index.
            Some(args) => {
                let want = self.table.part(args, 0);
                (self.between(between, Expect::Need(want, Why::Plain)), args)
            }
            None => {
                let index = self.between(between, Expect::Any);
                let element = self.fresh(span);
                let args = self.table.make_list(&[self.ty(index), element]);
                (index, args)
            }
        };
        self.require(trait_, ty, args, span, Cause::Operator);
        let result = self.table.part(args, 1);
        let mut all = vec![ty];
        all.extend_from_slice(self.table.list(args));
        let all = self.table.make_list(&all);
        let callee = Callee::Method(MethodRef { trait_, method, args: all });
        let made = [
            Arg { param: 0, mutable: false, value: base },
            Arg { param: 1, mutable: false, value: index },
        ];
        let args = self.f.body.add_list(&made);
        Some((ExprKind::Call { callee, args }, result))
    }

    fn not_indexable(&mut self, base: ExprId, ty: Ty, span: Span) {
        let shown = self.show(ty);
        let text = self.operand_text(base);
        if self.as_option(ty).is_some() {
            let diag = Diagnostic::error(
                &codes::OPTION_AS_VALUE,
                self.span(base),
                format!("the option `{shown}` has no elements; the value in it may"),
            )
            .label("this may be `None`")
            .note("`??`, `?`, `match` and `.unwrap()` are ways to the value");
            self.error(diag);
            return;
        }
        let is_iterator = matches!(self.table.kind(ty), TyKind::Adt(..))
            && self.holds(self.program.lang.iter, ty, crate::ty::Tys::EMPTY)
                == super::select::Holds::Yes;
        let mut diag =
            Diagnostic::error(&codes::NOT_INDEXABLE, span, format!("`{shown}` cannot be indexed"));
        diag = match self.table.kind(ty) {
            TyKind::Str => diag
                .label("text has slices only: its characters differ in length")
                .suggest("a slice by bytes", span, format!("{text}[0..1]"), Applicability::Maybe)
                .note(format!("`{text}.chars()` gives the characters, `{text}.bytes()` the bytes")),
            TyKind::Tuple(_) => diag.label("a tuple's elements have different types").suggest(
                "its elements are",
                span,
                format!("{text}.0"),
                Applicability::Maybe,
            ),
            TyKind::Adt(adt, _) if adt == self.program.lang.set => diag
                .label("a set has no positions")
                .note("`x in s` tells whether it has an element"),
            TyKind::Adt(..) if is_iterator => diag
                .label("gives its elements one by one")
                .note(format!("`{text}.to_list()` makes a list of them")),
            _ => diag.label("no list, dict or type that implements `Index`"),
        };
        self.error(diag);
    }

    /// `base[a..b]`: a call of the library's `slice` and its kind.
    fn slice(
        &mut self,
        base: ExprId,
        low: Option<ast::ExprId>,
        high: Option<ast::ExprId>,
        inclusive: bool,
        span: Span,
    ) -> ExprId {
        let bound = |this: &mut Self, id: Option<ast::ExprId>| {
            id.map(|id| this.expr(id, Expect::Need(Ty::I64, Why::Plain)))
        };
        let low = bound(self, low);
        let high = bound(self, high);
        let (name, bounds) = match (low, high) {
            (None, None) => return base,
            (Some(low), None) => ("slice_from", vec![low]),
            (low, Some(high)) if inclusive => {
                let low = match low {
                    Some(low) => low,
                    None => self.push(ExprKind::Int(0), Ty::I64, span),
                };
                ("slice_inclusive", vec![low, high])
            }
            (Some(low), Some(high)) => ("slice", vec![low, high]),
            (None, Some(high)) => ("slice_to", vec![high]),
        };
        let symbol = self.program.intern(name);
        let ty = self.ty(base);
        if ty == Ty::ERROR {
            return self.error_expr(span);
        }
        let slices =
            matches!(self.table.kind(ty), TyKind::List(_) | TyKind::Str | TyKind::Infer(_));
        if !slices {
            let shown = self.show(ty);
            let diag =
                Diagnostic::error(&codes::NOT_INDEXABLE, span, format!("`{shown}` has no slices"))
                    .label("only lists and text have");
            self.error(diag);
            return self.error_expr(span);
        }
        let given: Vec<Given> = bounds
            .into_iter()
            .map(|value| Given {
                name: None,
                mutable: None,
                tree: ast::ExprId(0),
                value: Some(value),
            })
            .collect();
        let name = ast::Name { symbol, span };
        let site = CallSite { span, name: span };
        self.method_call(base, name, &given, &[], site, Expect::Any)
    }

    /// The arguments of a trait of operators for a type: none if it has not
    /// the trait; `Some(None)` if it has it in several ways.
    pub(crate) fn operator_args(
        &mut self,
        trait_: crate::def::TraitId,
        ty: Ty,
    ) -> Option<Option<crate::ty::Tys>> {
        let program = self.program;
        let any = crate::ty::Tys::EMPTY;
        let bounds = match self.table.kind(ty) {
            TyKind::Param(index, _) => self.param_bounds(index),
            TyKind::Infer(var) => self.rigid_bounds_of(super::table::Var(var)),
            _ => Vec::new(),
        };
        let matching = bounds.iter().filter(|bound| bound.trait_ == trait_).count();
        if matching > 1 {
            return Some(None);
        }
        if let Some(args) = self.bound_args(&bounds, ty, trait_, None) {
            return Some(Some(args));
        }
        if let TyKind::Dyn(own, own_args) = self.table.kind(ty)
            && let Some(args) = self.dyn_args(own, own_args, trait_)
        {
            return Some(Some(args));
        }
        let found = self.find_impls(trait_, ty, any, 0);
        match found.as_slice() {
            [] => None,
            [one] => {
                let def = &program.impls[one.impl_];
                let reference = def.trait_?;
                let args: Vec<Ty> =
                    def.generics.params.iter().map(|_| self.fresh(Span::NONE)).collect();
                let self_ty = self.table.substitute(def.self_ty, &args);
                self.table.unify(self_ty, ty);
                Some(Some(self.table.substitute_list(reference.args, &args)))
            }
            _ => Some(None),
        }
    }
}
