//! Expressions: who handles which.

use simple_source::Diagnostic;
use simple_syntax::ast::{self, Expr as Tree};

use super::Infer;
use super::expect::{Expect, Why};
use crate::body::*;
use crate::codes;
use crate::ty::{Ty, TyKind};

impl Infer<'_> {
    /// Checks an expression of the tree. With [`Expect::Need`] the result has
    /// that type, or something was reported.
    pub(crate) fn expr(&mut self, id: ast::ExprId, expect: Expect) -> ExprId {
        match *self.f.ast.expr(id) {
            Tree::Paren(inner) => self.expr(inner, expect),
            Tree::Block(stmts) => self.block(id, stmts, expect),
            Tree::If { .. } => self.if_expr(id, expect),
            Tree::Match { .. } => self.match_expr(id, expect),
            Tree::Loop { .. } => self.loop_expr(id, expect),
            Tree::Tuple(parts) => self.tuple_expr(id, parts, expect),
            Tree::While { .. } | Tree::For { .. } => {
                let value = self.value(id, expect);
                if let Expect::Need(want, why) = expect
                    && !self.table.unify(want, Ty::UNIT)
                {
                    self.loop_without_value(self.span(value), want, why);
                    return self.error_expr(self.span(value));
                }
                value
            }
            _ => {
                let value = self.value(id, expect);
                self.fit(value, expect)
            }
        }
    }

    /// Checks an expression whose parts do not share its expectation. The
    /// expectation only guides.
    fn value(&mut self, id: ast::ExprId, expect: Expect) -> ExprId {
        let span = self.f.ast.span(id);
        let hint = expect.hint();
        match *self.f.ast.expr(id) {
            Tree::Error => self.error_expr(span),
            Tree::Unit => self.push(ExprKind::Unit, Ty::UNIT, span),
            Tree::Bool(value) => self.push(ExprKind::Bool(value), Ty::BOOL, span),
            Tree::Int { value, suffix } => self.int_literal(value, suffix, false, hint, span),
            Tree::Float { value, suffix } => self.float_literal(value, suffix, false, hint, span),
            Tree::Str(symbol) => self.str_literal(symbol, hint, span),
            Tree::Nil => self.none_value(hint, span),
            Tree::Interpolated(parts) => self.interpolated(parts, span),
            Tree::Name(_) => self.name_expr(id, hint, expect == Expect::Drop),
            Tree::Field { base, name } => self.field_expr(id, base, name, expect),
            Tree::OptionField { base, name } => self.option_field(id, base, name),
            Tree::Call { callee, args } => self.call_expr(id, callee, args, expect),
            Tree::Index { base, args } => self.index_expr(id, base, args, hint),
            Tree::Type(_) => self.type_as_value(span),
            Tree::Try(value) => self.try_expr(value, hint, span),
            Tree::Unary { op, operand } => self.unary(op, operand, hint, span),
            Tree::Binary { op, left, right } => self.binary(id, op, left, right, hint, span),
            Tree::Cast { value, ty } => self.cast(value, ty, span),
            Tree::Range { low, high, inclusive } => self.range(low, high, inclusive, hint, span),
            Tree::List(elements) => self.list(elements, hint, span),
            Tree::Repeat { value, count } => self.repeat(value, count, hint, span),
            Tree::Dict(pairs) => self.dict(pairs, hint, span),
            Tree::Set(elements) => self.set(elements, hint, span),
            Tree::ListComp { element, clauses } => self.list_comp(element, clauses, hint, span),
            Tree::SetComp { element, clauses } => self.set_comp(element, clauses, hint, span),
            Tree::DictComp { pair, clauses } => self.dict_comp(pair, clauses, hint, span),
            Tree::Lambda { params, result, body } => {
                let lambda = self.lambda(params, result, body, hint, span);
                self.with_global_copies(lambda)
            }
            Tree::While { condition, body } => self.while_expr(condition, body, span),
            Tree::For { pat, iterable, body } => self.for_expr(pat, iterable, body, span),
            Tree::Break(value) => self.break_expr(value, span),
            Tree::Continue => self.continue_expr(span),
            Tree::Return(value) => self.return_expr(value, span),
            Tree::Paren(_)
            | Tree::Block(_)
            | Tree::If { .. }
            | Tree::Match { .. }
            | Tree::Loop { .. }
            | Tree::Tuple(_) => self.expr(id, expect),
        }
    }

    /// The expression without its parentheses.
    pub(crate) fn unwrapped(&self, id: ast::ExprId) -> ast::ExprId {
        let mut id = id;
        while let Tree::Paren(inner) = *self.f.ast.expr(id) {
            id = inner;
        }
        id
    }

    fn type_as_value(&mut self, span: simple_source::Span) -> ExprId {
        let text = self.snippet(span);
        let diag = Diagnostic::error(
            &codes::NOT_A_VALUE,
            span,
            format!("`{text}` is a type, not a value"),
        )
        .label("a value is expected here");
        self.error(diag);
        self.error_expr(span)
    }

    /// `(a, b)`: each part against its part of what is expected.
    fn tuple_expr(
        &mut self,
        id: ast::ExprId,
        parts: ast::List<ast::ExprId>,
        expect: Expect,
    ) -> ExprId {
        let span = self.f.ast.span(id);
        let ast = self.f.ast;
        let parts = ast.list(parts);
        let hints = expect.hint().and_then(|hint| match self.table.kind(hint) {
            TyKind::Tuple(hints) if self.table.list(hints).len() == parts.len() => Some(hints),
            _ => None,
        });
        let start = self.exprs.len();
        let mut types = Vec::with_capacity(parts.len());
        for (index, part) in parts.iter().enumerate() {
            let expect = match (hints, expect) {
                (Some(hints), Expect::Need(_, why)) => {
                    Expect::Need(self.table.part(hints, index), why)
                }
                (Some(hints), _) => Expect::Hint(self.table.part(hints, index)),
                (None, _) => Expect::Any,
            };
            let part = self.expr(*part, expect);
            self.exprs.push(part);
            // A part that was put behind a trait has the expected type.
            types.push(match expect {
                Expect::Need(ty, _) => ty,
                _ => self.ty(part),
            });
        }
        let list = self.take_exprs(start);
        let ty = self.table.tuple(&types);
        let value = self.push(ExprKind::Tuple(list), ty, span);
        self.fit(value, expect)
    }

    /// Stores the expressions that were collected since `start` as a list.
    pub(crate) fn take_exprs(&mut self, start: usize) -> List<ExprId> {
        let list = self.f.body.add_list(&self.exprs[start..]);
        self.exprs.truncate(start);
        list
    }

    /// `x as T`
    fn cast(&mut self, value: ast::ExprId, ty: ast::TypeId, span: simple_source::Span) -> ExprId {
        let value = self.expr(value, Expect::Any);
        let ty = self.written(ty);
        let cast = self.push(ExprKind::Cast(value), ty, span);
        self.oblige(super::obligation::Obligation::Cast { cast, value });
        cast
    }

    /// `a..b`
    fn range(
        &mut self,
        low: Option<ast::ExprId>,
        high: Option<ast::ExprId>,
        inclusive: bool,
        hint: Option<Ty>,
        span: simple_source::Span,
    ) -> ExprId {
        let (Some(low), Some(high)) = (low, high) else {
            let diag =
                Diagnostic::error(&codes::MISSING_VALUE, span, "a range needs both ends here")
                    .label("one end is missing")
                    .note("without an end they stand in slices and patterns only");
            self.error(diag);
            return self.error_expr(span);
        };
        let lang_range = self.program.lang.range;
        let hint = hint.and_then(|hint| match self.table.kind(hint) {
            TyKind::Adt(adt, args) if adt == lang_range => Some(self.table.part(args, 0)),
            _ => None,
        });
        let hint = match hint {
            None if self.is_short_str(low) && self.is_short_str(high) => Some(Ty::CHAR),
            hint => hint,
        };
        let expect = hint.map_or(Expect::Any, Expect::Hint);
        let (start, end) = if self.is_short_str(low) && hint.is_none() {
            // `"a"..c`: the other end tells whether it is a char.
            let end = self.expr(high, expect);
            let ty = self.ty(end);
            let start = self.expr(low, Expect::Need(ty, Why::Like(self.span(end))));
            (start, end)
        } else {
            let start = self.expr(low, expect);
            let ty = self.ty(start);
            let end = self.expr(high, Expect::Need(ty, Why::Like(self.span(start))));
            (start, end)
        };
        let mut element = self.ty(start);
        if element == Ty::NEVER {
            element = self.ty(end);
        }
        self.oblige(super::obligation::Obligation::RangeElement { element, span });
        let step = self.push(ExprKind::Int(1), Ty::I64, span);
        let flag = self.push(ExprKind::Bool(inclusive), Ty::BOOL, span);
        let fields: Vec<Arg> = [start, end, step, flag]
            .into_iter()
            .enumerate()
            .map(|(param, value)| Arg { param: param as u32, mutable: false, value })
            .collect();
        let fields = self.f.body.add_list(&fields);
        let ty = self.adt_of(lang_range, &[element]);
        self.push(ExprKind::Construct { variant: 0, fields }, ty, span)
    }
}
