//! Lists, dicts, sets and comprehensions.

use simple_source::Span;
use simple_syntax::ast;

use super::expect::{Expect, Why};
use super::{Infer, LocalKind, bounds::Cause};
use crate::body::*;
use crate::def::AdtId;
use crate::ty::{Ty, TyKind, Tys};

impl Infer<'_> {
    /// The element type that is expected of a list.
    fn list_hint(&self, hint: Option<Ty>) -> Option<Ty> {
        match self.table.kind(hint?) {
            TyKind::List(element) => Some(element),
            _ => None,
        }
    }

    /// The type arguments that are expected of a dict or set.
    fn adt_hint(&self, adt: AdtId, hint: Option<Ty>) -> Option<Tys> {
        match self.table.kind(hint?) {
            TyKind::Adt(found, args) if found == adt => Some(args),
            _ => None,
        }
    }

    /// Checks elements that all have one type, which is `expected` if that is
    /// known; gives the type.
    fn elements(
        &mut self,
        elements: ast::List<ast::ExprId>,
        expected: Option<Ty>,
        origin: Span,
    ) -> (List<ExprId>, Ty) {
        let ast = self.f.ast;
        let start = self.exprs.len();
        let around = std::mem::replace(&mut self.around, origin);
        let mut element = expected;
        let mut why = Why::Plain;
        for id in ast.list(elements) {
            let value = match element {
                Some(ty) => self.expr(*id, Expect::Need(ty, why)),
                None => {
                    let value = self.expr(*id, Expect::Any);
                    let ty = self.ty(value);
                    if ty != Ty::NEVER {
                        element = Some(ty);
                        why = Why::Like(self.span(value));
                    }
                    value
                }
            };
            self.exprs.push(value);
        }
        let element = match element {
            Some(element) => element,
            None => self.fresh(origin),
        };
        self.around = around;
        (self.take_exprs(start), element)
    }

    /// `[a, b]`
    pub(crate) fn list(
        &mut self,
        elements: ast::List<ast::ExprId>,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        let expected = self.list_hint(hint);
        let (list, element) = self.elements(elements, expected, span);
        let ty = self.table.list_of(element);
        self.push(ExprKind::List(list), ty, span)
    }

    /// `[v; n]`
    pub(crate) fn repeat(
        &mut self,
        value: ast::ExprId,
        count: ast::ExprId,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        let expected = self.list_hint(hint);
        let value =
            self.expr(value, expected.map_or(Expect::Any, |ty| Expect::Need(ty, Why::Plain)));
        let element = expected.unwrap_or_else(|| self.ty(value));
        let count = self.expr(count, Expect::Need(Ty::I64, Why::Plain));
        let ty = self.table.list_of(element);
        self.push(ExprKind::Repeat { value, count }, ty, span)
    }

    /// `{a, b}`
    pub(crate) fn set(
        &mut self,
        elements: ast::List<ast::ExprId>,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        let expected =
            self.adt_hint(self.program.lang.set, hint).map(|args| self.table.part(args, 0));
        let (list, element) = self.elements(elements, expected, span);
        let element = self.key(element, span);
        let ty = self.adt_of(self.program.lang.set, &[element]);
        self.push(ExprKind::Set(list), ty, span)
    }

    /// `{k: v}`
    pub(crate) fn dict(
        &mut self,
        pairs: ast::List<ast::Pair>,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        let ast = self.f.ast;
        let dict = self.program.lang.dict;
        let expected = self.adt_hint(dict, hint);
        let mut key = expected.map(|args| self.table.part(args, 0));
        let mut value = expected.map(|args| self.table.part(args, 1));
        let (mut key_why, mut value_why) = (Why::Plain, Why::Plain);
        let mut made = Vec::with_capacity(pairs.len());
        for pair in ast.list(pairs) {
            let k = self.expr(pair.key, key.map_or(Expect::Any, |ty| Expect::Need(ty, key_why)));
            if key.is_none() && self.ty(k) != Ty::NEVER {
                key = Some(self.ty(k));
                key_why = Why::Like(self.span(k));
            }
            let v =
                self.expr(pair.value, value.map_or(Expect::Any, |ty| Expect::Need(ty, value_why)));
            if value.is_none() && self.ty(v) != Ty::NEVER {
                value = Some(self.ty(v));
                value_why = Why::Like(self.span(v));
            }
            made.push(Pair { key: k, value: v });
        }
        let key = match key {
            Some(key) => key,
            None => self.fresh(span),
        };
        let value = match value {
            Some(value) => value,
            None => self.fresh(span),
        };
        let key = self.key(key, span);
        let ty = self.adt_of(dict, &[key, value]);
        let list = self.f.body.add_list(&made);
        self.push(ExprKind::Dict(list), ty, span)
    }

    /// A type that is a key has to have a hash; one that has none is reported
    /// and becomes unknown.
    pub(crate) fn key(&mut self, key: Ty, span: Span) -> Ty {
        let hash = self.program.lang.hash;
        let errors = self.diags.len();
        self.require(hash, key, Tys::EMPTY, span, Cause::Key);
        if self.diags.len() > errors { Ty::ERROR } else { key }
    }

    /// `[e for p in xs if c]`
    pub(crate) fn list_comp(
        &mut self,
        element: ast::ExprId,
        clauses: ast::List<ast::Clause>,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        let expected = self.list_hint(hint);
        let (clauses, element, ty) = self.comprehension(clauses, element, expected);
        let ty = self.table.list_of(ty);
        self.push(ExprKind::Comprehension { clauses, element, value: None }, ty, span)
    }

    /// `{e for p in xs if c}`
    pub(crate) fn set_comp(
        &mut self,
        element: ast::ExprId,
        clauses: ast::List<ast::Clause>,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        let set = self.program.lang.set;
        let expected = self.adt_hint(set, hint).map(|args| self.table.part(args, 0));
        let (clauses, element, ty) = self.comprehension(clauses, element, expected);
        let ty = self.key(ty, span);
        let ty = self.adt_of(set, &[ty]);
        self.push(ExprKind::Comprehension { clauses, element, value: None }, ty, span)
    }

    /// `{k: v for p in xs if c}`
    pub(crate) fn dict_comp(
        &mut self,
        pair: ast::List<ast::Pair>,
        clauses: ast::List<ast::Clause>,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        let ast = self.f.ast;
        let dict = self.program.lang.dict;
        let expected = self.adt_hint(dict, hint);
        let Some(pair) = ast.list(pair).first().copied() else { return self.error_expr(span) };
        let opened = self.open_clauses(clauses);
        let key = expected.map(|args| self.table.part(args, 0));
        let value = expected.map(|args| self.table.part(args, 1));
        let need = |ty: Option<Ty>| ty.map_or(Expect::Any, |ty| Expect::Need(ty, Why::Plain));
        let k = self.expr(pair.key, need(key));
        let v = self.expr(pair.value, need(value));
        let key = key.unwrap_or_else(|| self.ty(k));
        let value = value.unwrap_or_else(|| self.ty(v));
        let clauses = self.close_clauses(opened);
        let key = self.key(key, span);
        let ty = self.adt_of(dict, &[key, value]);
        self.push(ExprKind::Comprehension { clauses, element: k, value: Some(v) }, ty, span)
    }

    fn comprehension(
        &mut self,
        clauses: ast::List<ast::Clause>,
        element: ast::ExprId,
        expected: Option<Ty>,
    ) -> (List<Clause>, ExprId, Ty) {
        let opened = self.open_clauses(clauses);
        let expect = expected.map_or(Expect::Any, |ty| Expect::Need(ty, Why::Plain));
        let element = self.expr(element, expect);
        let ty = expected.unwrap_or_else(|| self.ty(element));
        (self.close_clauses(opened), element, ty)
    }

    /// Checks the clauses; what they bind is in scope until they are closed.
    fn open_clauses(&mut self, clauses: ast::List<ast::Clause>) -> Vec<Clause> {
        let ast = self.f.ast;
        let mut made = Vec::with_capacity(clauses.len());
        for clause in ast.list(clauses) {
            match *clause {
                ast::Clause::For { pat, iterable } => {
                    let (iterable, kind, element) = self.iterable(iterable);
                    self.scopes.open();
                    let pat = self.binding_pattern(pat, element, LocalKind::Loop);
                    made.push(Clause::For { pat, iterable, kind });
                }
                ast::Clause::If(condition) => {
                    let condition = self.condition(condition);
                    made.push(Clause::If(condition));
                }
            }
        }
        made
    }

    fn close_clauses(&mut self, clauses: Vec<Clause>) -> List<Clause> {
        for clause in &clauses {
            if matches!(clause, Clause::For { .. }) {
                self.scopes.close();
            }
        }
        self.f.body.add_list(&clauses)
    }
}
