//! `in`, and the pipe `|>`.

use simple_source::{Applicability, Diagnostic, Span, sym};
use simple_syntax::ast::{self, BinaryOp, Expr as Tree, UnaryOp};

use crate::body::*;
use crate::codes;
use crate::infer::Infer;
use crate::infer::arguments::{CallSite, Given};
use crate::infer::bounds::Cause;
use crate::infer::expect::{Expect, Why};
use crate::infer::method::{Lookup, Target};
use crate::infer::obligation::Obligation;
use crate::infer::table::VarKind;
use crate::ty::{Ty, TyKind};

impl<'p> Infer<'p> {
    /// `x in xs`: a call of `contains`.
    pub(super) fn membership(
        &mut self,
        op: BinaryOp,
        left: ast::ExprId,
        right: ast::ExprId,
        span: Span,
    ) -> ExprId {
        // The container tells what its elements are.
        let container = self.expr(right, Expect::Any);
        let mut ty = self.ty(container);
        if self.table.as_var(ty).is_some() {
            self.solve_ready();
            ty = self.ty(container);
        }
        let known = self.literals_of(container).then(|| self.expr(left, Expect::Hint(Ty::STR)));
        if let Some(known) = known {
            let want = self.ty(known);
            self.retype_short_elements(container, want);
            ty = self.ty(container);
        }
        let element = self.element_of(ty);
        let expect = match element {
            Some(element) => Expect::Need(element, Why::Plain),
            None if self.table.kind(ty) == TyKind::Str => Expect::Hint(Ty::STR),
            None => Expect::Any,
        };
        let value = known.unwrap_or_else(|| self.expr(left, expect));
        let made = match self.table.as_var(ty) {
            Some(var) if self.table.var_kind(var) == VarKind::General => {
                let made = self.push(ExprKind::Error, Ty::BOOL, span);
                self.wait_for(var, Obligation::Membership { expr: made, value, container });
                made
            }
            _ => {
                let made = self.push(ExprKind::Error, Ty::BOOL, span);
                self.settle_membership(made, value, container);
                made
            }
        };
        if op == BinaryOp::NotIn {
            let kind = ExprKind::Unary { op: UnaryOp::Not, operand: made };
            return self.push(kind, Ty::BOOL, span);
        }
        made
    }

    /// Whether an expression is a list or a set of text, written out: of
    /// characters if one is looked for in it.
    fn literals_of(&self, container: ExprId) -> bool {
        let (ExprKind::List(elements) | ExprKind::Set(elements)) =
            self.f.body.exprs[container].kind
        else {
            return false;
        };
        self.f
            .body
            .list(elements)
            .iter()
            .all(|element| matches!(self.f.body.exprs[*element].kind, ExprKind::Str(_)))
    }

    /// What the elements of a container are, for `in`.
    fn element_of(&self, ty: Ty) -> Option<Ty> {
        let lang = &self.program.lang;
        match self.table.kind(ty) {
            TyKind::List(element) => Some(element),
            TyKind::Adt(adt, args) if adt == lang.dict || adt == lang.set || adt == lang.range => {
                Some(self.table.part(args, 0))
            }
            _ => None,
        }
    }

    /// Makes the call of an `in` whose container is known.
    pub(crate) fn settle_membership(&mut self, expr: ExprId, value: ExprId, container: ExprId) {
        let ty = self.ty(container);
        let span = self.span(expr);
        if ty == Ty::ERROR || ty == Ty::NEVER {
            self.f.failed = true;
            return;
        }
        let mut value = value;
        if self.table.kind(ty) == TyKind::Str {
            if self.kind_of(value) == TyKind::Char {
                value = self.text_of(value, self.span(value));
            } else {
                value = self.coerce(value, Ty::STR, Why::Plain);
            }
        } else if let Some(element) = self.element_of(ty) {
            value = self.coerce(value, element, Why::Plain);
        } else {
            self.no_container(container, ty);
            return;
        }
        let symbol = self.program.intern("contains");
        let Lookup::Found(target @ Target::Inherent { .. }) = self.lookup_method(ty, symbol) else {
            self.no_container(container, ty);
            return;
        };
        let Some(prepared) = self.prepare(&target, &[], span) else { return };
        self.require_bounds(&prepared.sig, &prepared.args, span, Cause::Operator);
        // The left side is evaluated first.
        let args = [
            Arg { param: 1, mutable: false, value },
            Arg { param: 0, mutable: false, value: container },
        ];
        let args = self.f.body.add_list(&args);
        self.f.body.exprs[expr].kind = ExprKind::Call { callee: prepared.callee, args };
    }

    fn no_container(&mut self, container: ExprId, ty: Ty) {
        let shown = self.show(ty);
        let span = self.span(container);
        let text = self.snippet(span);
        let mut diag = Diagnostic::error(
            &codes::OPERATOR,
            span,
            format!("`in` looks into lists, dicts, sets, ranges and text, and this is `{shown}`"),
        )
        .label("nothing can be in it");
        if self.is_number(ty) {
            diag = diag.suggest(
                "a list of it alone is",
                span,
                format!("[{text}]"),
                Applicability::Maybe,
            );
        }
        self.error(diag);
    }

    /// `x |> f`: `f(x)`, with `x` evaluated first.
    pub(super) fn pipe(&mut self, left: ast::ExprId, right: ast::ExprId, span: Span) -> ExprId {
        let value = self.expr(left, Expect::Any);
        let ast = self.f.ast;
        let right = self.unwrapped(right);
        let given = [Given { name: None, mutable: None, tree: left, value: Some(value) }];
        let site = CallSite { span, name: ast.span(right) };
        if let Some(found) = self.resolve_static(right, None) {
            return self.static_call(found, &given, site, Expect::Any);
        }
        let ty = self.ty(value);
        if let Tree::Lambda { .. } | Tree::Name(_) = *ast.expr(right) {
            let params = self.table.make_list(&[ty]);
            let result = self.fresh(span);
            let hint = self.table.make(TyKind::Fn(params, result));
            let callee = self.expr(right, Expect::Hint(hint));
            return self.value_call(callee, &given, site);
        }
        // What computes the function is evaluated after `x`: keep `x`.
        let local =
            self.new_local(sym::EMPTY, ty, crate::infer::LocalKind::Hidden, self.span(value));
        let pat =
            self.f.body.pats.push(Pat { kind: PatKind::Bind(local), ty, span: self.span(value) });
        let kept = self.push(ExprKind::Local(local), ty, self.span(value));
        let callee = self.expr(right, Expect::Any);
        let given = [Given { value: Some(kept), ..given[0] }];
        let call = self.value_call(callee, &given, site);
        let stmt = Stmt { kind: StmtKind::Let { pat, value }, span };
        let stmts = self.f.body.add_list(&[stmt]);
        let ty = self.ty(call);
        self.push(ExprKind::Block { stmts, tail: Some(call) }, ty, span)
    }
}
