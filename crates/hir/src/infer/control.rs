//! Blocks, branches and loops.

use simple_source::{Applicability, Diagnostic, Span};
use simple_syntax::ast::{self, Expr as Tree, StmtKind as TreeStmt};

use super::expect::{Expect, Why};
use super::table::VarKind;
use super::{Infer, LocalKind, LoopFrame, Returns, obligation::Obligation};
use crate::body::*;
use crate::codes;
use crate::ty::{IntTy, Ty, TyKind};

/// The branches of an `if` or `match`, whose values have to agree.
struct Join {
    expect: Expect,
    /// The type that the branches so far have.
    ty: Option<Ty>,
    why: Why,
    branches: Vec<ExprId>,
    all_leave: bool,
    /// What they have to be, where nothing is known of that yet: they agree
    /// among themselves first.
    open: Option<(Ty, Why)>,
}

impl Join {
    fn new(expect: Expect) -> Self {
        let branches = Vec::new();
        Self { expect, ty: None, why: Why::Plain, branches, all_leave: true, open: None }
    }
}

impl Infer<'_> {
    /// Statements, then a value.
    pub(crate) fn block(
        &mut self,
        id: ast::ExprId,
        stmts: ast::List<ast::StmtId>,
        expect: Expect,
    ) -> ExprId {
        let span = self.f.ast.span(id);
        self.scopes.open();
        let block = self.block_here(stmts, expect, span);
        self.scopes.close();
        block
    }

    /// A block whose names go to the scope that is open.
    fn block_here(&mut self, stmts: ast::List<ast::StmtId>, expect: Expect, span: Span) -> ExprId {
        let ast = self.f.ast;
        let list = ast.list(stmts);
        let mark = self.stmts.len();
        let mut leaves = false;
        let mut tail = None;
        let mut position = 0;
        while position < list.len() {
            let stmt = *ast.stmt(list[position]);
            let last = position + 1 == list.len();
            match stmt.kind {
                TreeStmt::Expr(value) if last && expect != Expect::Drop => {
                    tail = Some(self.expr(value, expect));
                    position += 1;
                }
                TreeStmt::Error if last && expect != Expect::Drop => {
                    // It may have been the block's value.
                    self.stmt(&stmt);
                    tail = Some(self.error_expr(stmt.span));
                    position += 1;
                }
                TreeStmt::Item(item) if self.is_nested_function(item) => {
                    let run = list[position..]
                        .iter()
                        .map_while(|stmt| match ast.stmt(*stmt).kind {
                            TreeStmt::Item(item) if self.is_nested_function(item) => Some(item),
                            _ => None,
                        })
                        .collect::<Vec<_>>();
                    position += run.len();
                    self.nested_functions(&run);
                }
                _ => {
                    leaves |= self.stmt(&stmt);
                    position += 1;
                }
            }
        }
        let made = self.f.body.add_list(&self.stmts[mark..]);
        self.stmts.truncate(mark);
        let ty = match tail {
            Some(tail) if self.ty(tail) == Ty::NEVER => Ty::NEVER,
            Some(tail) => match expect {
                Expect::Need(want, _) => want,
                _ => self.ty(tail),
            },
            None if leaves => Ty::NEVER,
            None => {
                if let Expect::Need(want, why) = expect
                    && !self.table.unify(want, Ty::UNIT)
                {
                    self.missing_value(list.last().copied(), span, want, why);
                    Ty::ERROR
                } else {
                    Ty::UNIT
                }
            }
        };
        self.push(ExprKind::Block { stmts: made, tail }, ty, span)
    }

    /// A block ends without the value that is needed.
    fn missing_value(&mut self, last: Option<ast::StmtId>, block: Span, want: Ty, why: Why) {
        let want_text = self.show(want);
        let stmt = last.map(|last| *self.f.ast.stmt(last));
        let span = stmt.map_or(block, |stmt| stmt.span);
        let message = match why {
            Why::Result(_) => {
                format!("the function returns `{want_text}`, and its body ends without a value")
            }
            _ => format!("a value of type `{want_text}` is needed at the end of this block"),
        };
        let mut diag = Diagnostic::error(&codes::MISSING_VALUE, span, message);
        diag = match stmt.map(|stmt| stmt.kind) {
            Some(TreeStmt::Let { value, .. }) => {
                let text = self.ast_text(value).to_owned();
                diag.label("a declaration has no value").suggest(
                    "end with the value itself",
                    span,
                    text,
                    Applicability::Maybe,
                )
            }
            Some(TreeStmt::Assign { .. } | TreeStmt::AssignOp { .. }) => {
                diag.label("an assignment has no value")
            }
            Some(TreeStmt::Pass) => diag.label("`pass` has no value"),
            Some(TreeStmt::Assert { .. }) => diag.label("`assert` has no value"),
            _ => diag.label("there is no value here"),
        };
        let diag = match why {
            Why::Result(place) if !place.is_none() => diag.also(place, "the function returns this"),
            Why::Annotation(place) => diag.also(place, "expected because of this type"),
            _ => diag,
        };
        self.error(diag);
    }

    /// A loop ends a body that needs a value.
    pub(crate) fn loop_without_value(&mut self, span: Span, want: Ty, why: Why) {
        let want_text = self.show(want);
        let diag = Diagnostic::error(
            &codes::MISSING_VALUE,
            span,
            format!("a value of type `{want_text}` is needed, and a loop has none"),
        )
        .label("when the loop ends there is no value")
        .note("add a last line with the value for that case");
        let diag = match why {
            Why::Result(place) if !place.is_none() => diag.also(place, "the function returns this"),
            _ => diag,
        };
        self.error(diag);
    }

    // ---- branches

    fn join(&self, expect: Expect) -> Join {
        if let Expect::Need(want, why) = expect
            && let Some(var) = self.table.as_var(self.table.shallow(want))
            && self.table.var_kind(var) == VarKind::General
        {
            return Join { open: Some((want, why)), ..Join::new(Expect::Any) };
        }
        Join::new(expect)
    }

    /// One branch of several.
    fn branch(&mut self, join: &mut Join, id: ast::ExprId) -> ExprId {
        let expect = match (join.expect, join.ty) {
            // Characters so far are what the next branch makes them.
            (Expect::Any | Expect::Hint(_), Some(Ty::STR)) => Expect::Hint(Ty::STR),
            (Expect::Any | Expect::Hint(_), Some(ty)) => Expect::Need(ty, join.why),
            (expect, _) => expect,
        };
        let branch = self.expr(id, expect);
        let ty = self.ty(branch);
        if join.ty == Some(Ty::STR) && expect == Expect::Hint(Ty::STR) {
            if self.all_retyped(&join.branches, ty) {
                join.ty = Some(ty);
            } else {
                self.coerce_tail(branch, Ty::STR, join.why);
            }
        }
        if ty != Ty::NEVER {
            join.all_leave = false;
            if join.ty.is_none() {
                join.ty = Some(ty);
                join.why = Why::Like(self.span(self.tail_of(branch)));
            }
        }
        join.branches.push(branch);
        branch
    }

    /// Whether branches that are text have become the `char` or `u8` that
    /// another one is.
    fn all_retyped(&mut self, branches: &[ExprId], want: Ty) -> bool {
        let can = |kind| matches!(kind, TyKind::Char | TyKind::Int(IntTy::U8));
        can(self.table.kind(want))
            && branches.iter().all(|branch| {
                self.ty(*branch) == Ty::NEVER
                    || self.ty(*branch) == want
                    || self.retype_short_text(*branch, want)
            })
    }

    /// The expression that gives a block its value.
    pub(crate) fn tail_of(&self, id: ExprId) -> ExprId {
        let mut id = id;
        while let ExprKind::Block { tail: Some(tail), .. } = self.f.body.exprs[id].kind {
            id = tail;
        }
        id
    }

    /// The type of branches taken together.
    fn joined(&mut self, join: &Join) -> Ty {
        if join.all_leave {
            return Ty::NEVER;
        }
        match join.expect {
            Expect::Need(want, _) => want,
            Expect::Drop => Ty::UNIT,
            Expect::Any | Expect::Hint(_) => {
                let ty = join.ty.unwrap_or(Ty::UNIT);
                if let (Some((want, why)), Some(last)) = (join.open, join.branches.last()) {
                    let last = self.tail_of(*last);
                    if !self.table.unify(ty, want) {
                        self.mismatch(last, want, ty, why);
                    }
                }
                ty
            }
            Expect::Tail => {
                let unit = join.branches.iter().any(|branch| self.ty(*branch) == Ty::UNIT);
                if unit {
                    return Ty::UNIT;
                }
                let mut want = join.ty.unwrap_or(Ty::UNIT);
                let mut types = join.branches.iter().map(|branch| self.ty(*branch));
                let other = types.find(|ty| *ty != Ty::STR && *ty != Ty::NEVER);
                if want == Ty::STR
                    && let Some(other) = other
                    && self.all_retyped(&join.branches, other)
                {
                    want = other;
                }
                for branch in join.branches.clone() {
                    self.coerce_tail(branch, want, join.why);
                }
                want
            }
        }
    }

    /// Checks the value at the end of a block against a type.
    pub(crate) fn coerce_tail(&mut self, id: ExprId, want: Ty, why: Why) {
        let have = self.ty(id);
        if have == Ty::NEVER || self.table.unify(have, want) {
            return;
        }
        let tail = self.tail_of(id);
        self.mismatch(tail, want, have, why);
    }

    /// `if`, with all its `elif`s: a chain of thousands is walked in a loop.
    pub(crate) fn if_expr(&mut self, id: ast::ExprId, expect: Expect) -> ExprId {
        let ast = self.f.ast;
        let span = ast.span(id);
        let has_else = self.has_else(id);
        let mut missing = None;
        let expect = match expect {
            Expect::Need(want, why) if !has_else => {
                if self.table.unify(want, Ty::UNIT) {
                    Expect::Drop
                } else {
                    missing = Some((want, why));
                    Expect::Hint(want)
                }
            }
            Expect::Tail if !has_else => Expect::Drop,
            expect => expect,
        };
        let mut join = self.join(expect);
        let mut made = Vec::new();
        let mut at = id;
        let mut last = None;
        while let Tree::If { condition, then, otherwise } = *ast.expr(at) {
            let place = ast.span(at);
            let condition = self.condition(condition);
            if missing.is_some() {
                // Without an `else` nothing is wrong with the values as such.
                join.ty = None;
            }
            let then = self.branch(&mut join, then);
            made.push((condition, then, place));
            match otherwise {
                None => break,
                Some(next) if matches!(ast.expr(next), Tree::If { .. }) => at = next,
                Some(next) => {
                    last = Some(self.branch(&mut join, next));
                    break;
                }
            }
        }
        let mut ty = if has_else { self.joined(&join) } else { Ty::UNIT };
        if let Some((want, why)) = missing {
            self.missing_else(span, want, why);
            ty = Ty::ERROR;
        } else if !has_else
            && matches!(expect, Expect::Any | Expect::Hint(_))
            && let Some(found) = join.ty
            && !self.table.unify(found, Ty::UNIT)
        {
            self.missing_else(span, found, Why::Plain);
            ty = Ty::ERROR;
        }
        for (condition, then, place) in made.into_iter().rev() {
            let kind = ExprKind::If { condition, then, otherwise: last };
            last = Some(self.push(kind, ty, place));
        }
        match last {
            Some(last) => last,
            None => self.error_expr(span),
        }
    }

    fn has_else(&self, id: ast::ExprId) -> bool {
        let mut at = id;
        while let Tree::If { otherwise, .. } = *self.f.ast.expr(at) {
            match otherwise {
                None => return false,
                Some(next) => at = next,
            }
        }
        true
    }

    fn missing_else(&mut self, span: Span, want: Ty, why: Why) {
        let want_text = self.show(want);
        let mut diag = Diagnostic::error(
            &codes::MISSING_VALUE,
            span,
            format!(
                "this `if` has no `else`, so it does not always have a value of type `{want_text}`"
            ),
        )
        .label("no value if the condition is false")
        .note("add an `else` branch with the value for that case");
        if let Why::Result(place) = why
            && !place.is_none()
        {
            diag = diag.also(place, "the function returns this");
        }
        self.error(diag);
    }

    /// `match`
    pub(crate) fn match_expr(&mut self, id: ast::ExprId, expect: Expect) -> ExprId {
        let ast = self.f.ast;
        let span = ast.span(id);
        let Tree::Match { value, arms } = *ast.expr(id) else { return self.error_expr(span) };
        let value = self.expr(value, Expect::Any);
        let ty = self.ty(value);
        let mut join = self.join(expect);
        let mut made = Vec::with_capacity(arms.len());
        for arm in ast.list(arms) {
            self.scopes.open();
            let pat = self.pattern(arm.pat, ty, LocalKind::Case);
            let guard = arm.guard.map(|guard| self.condition(guard));
            let body = self.branch(&mut join, arm.body);
            self.scopes.close();
            made.push(Arm { pat, guard, body });
        }
        let ty = self.joined(&join);
        let arms = self.f.body.add_list(&made);
        self.push(ExprKind::Match { value, arms }, ty, span)
    }

    // ---- loops

    /// `loop`
    pub(crate) fn loop_expr(&mut self, id: ast::ExprId, expect: Expect) -> ExprId {
        let span = self.f.ast.span(id);
        let Tree::Loop { body } = *self.f.ast.expr(id) else { return self.error_expr(span) };
        self.f.loops.push(LoopFrame { is_loop: true, expect, ty: None });
        let body = self.expr(body, Expect::Drop);
        let frame = self.f.loops.pop();
        let ty = match (frame.and_then(|frame| frame.ty), expect) {
            (None, _) => Ty::NEVER,
            (Some(_), Expect::Need(want, _)) => want,
            (Some(_), Expect::Drop) => Ty::UNIT,
            (Some(ty), _) => ty,
        };
        self.push(ExprKind::Loop { body }, ty, span)
    }

    /// `while`
    pub(crate) fn while_expr(
        &mut self,
        condition: ast::ExprId,
        body: ast::ExprId,
        span: Span,
    ) -> ExprId {
        let condition = self.condition(condition);
        self.f.loops.push(LoopFrame { is_loop: false, expect: Expect::Drop, ty: None });
        let body = self.expr(body, Expect::Drop);
        self.f.loops.pop();
        self.push(ExprKind::While { condition, body }, Ty::UNIT, span)
    }

    /// `for`
    pub(crate) fn for_expr(
        &mut self,
        pat: ast::PatId,
        iterable: ast::ExprId,
        body: ast::ExprId,
        span: Span,
    ) -> ExprId {
        let (iterable, kind, element) = self.iterable(iterable);
        self.scopes.open();
        let pat = self.binding_pattern(pat, element, LocalKind::Loop);
        self.f.loops.push(LoopFrame { is_loop: false, expect: Expect::Drop, ty: None });
        let body = self.expr(body, Expect::Drop);
        self.f.loops.pop();
        self.scopes.close();
        self.push(ExprKind::For { pat, iterable, kind, body }, Ty::UNIT, span)
    }

    /// What a `for` runs over: how it does so, and the type of its elements.
    pub(crate) fn iterable(&mut self, id: ast::ExprId) -> (ExprId, ForKind, Ty) {
        let value = self.expr(id, Expect::Any);
        let span = self.span(value);
        match self.try_iterate(value) {
            Some((kind, element)) => (value, kind, element),
            None => {
                let element = self.fresh(span);
                self.oblige(Obligation::Iterate { value, element });
                (value, ForKind::List, element)
            }
        }
    }

    /// `break`
    pub(crate) fn break_expr(&mut self, value: Option<ast::ExprId>, span: Span) -> ExprId {
        let first = self.f.frames.last().map_or(0, |frame| frame.loops);
        if self.f.loops.len() <= first {
            self.outside_loop("break", span);
            if let Some(value) = value {
                self.expr(value, Expect::Any);
            }
            return self.push(ExprKind::Error, Ty::NEVER, span);
        }
        let index = self.f.loops.len() - 1;
        let frame = self.f.loops[index];
        let value = match value {
            Some(value) if !frame.is_loop => {
                let value = self.expr(value, Expect::Any);
                let at = self.span(value);
                let diag = Diagnostic::error(
                    &codes::BREAK_VALUE,
                    at,
                    "`break` has a value only in a `loop`",
                )
                .label("a `while` or `for` has no value")
                .suggest(
                    "leave the value out",
                    Span::new(span.lo + "break".len() as u32, at.hi),
                    "",
                    Applicability::Maybe,
                );
                self.error(diag);
                None
            }
            Some(value) => {
                let expect = match (frame.expect, frame.ty) {
                    (Expect::Any | Expect::Hint(_) | Expect::Tail, Some(ty)) => {
                        Expect::Need(ty, Why::Plain)
                    }
                    (Expect::Drop | Expect::Tail, None) => Expect::Any,
                    (Expect::Drop, _) => Expect::Any,
                    (expect, _) => expect,
                };
                let value = self.expr(value, expect);
                let ty = self.ty(value);
                if ty != Ty::NEVER {
                    let ty = frame.ty.unwrap_or(ty);
                    self.f.loops[index].ty = Some(ty);
                }
                Some(value)
            }
            None => {
                if frame.is_loop {
                    let ty = frame.ty.or(frame.expect.hint()).unwrap_or(Ty::UNIT);
                    let needed = matches!(frame.expect, Expect::Need(..)) || frame.ty.is_some();
                    if needed && frame.expect != Expect::Drop && !self.table.unify(ty, Ty::UNIT) {
                        let text = self.show(ty);
                        let diag = Diagnostic::error(
                            &codes::MISSING_VALUE,
                            span,
                            format!("this loop has a value of type `{text}`"),
                        )
                        .label("this `break` has none");
                        self.error(diag);
                    }
                    self.f.loops[index].ty = Some(frame.ty.unwrap_or(Ty::UNIT));
                }
                None
            }
        };
        self.push(ExprKind::Break(value), Ty::NEVER, span)
    }

    /// `continue`
    pub(crate) fn continue_expr(&mut self, span: Span) -> ExprId {
        let first = self.f.frames.last().map_or(0, |frame| frame.loops);
        if self.f.loops.len() <= first {
            self.outside_loop("continue", span);
            return self.push(ExprKind::Error, Ty::NEVER, span);
        }
        self.push(ExprKind::Continue, Ty::NEVER, span)
    }

    fn outside_loop(&mut self, word: &str, span: Span) {
        let in_lambda = self.f.frames.len() > 1 && !self.f.loops.is_empty();
        let mut diag =
            Diagnostic::error(&codes::OUTSIDE_LOOP, span, format!("`{word}` outside a loop"))
                .label("there is no loop to act on");
        if in_lambda {
            diag = diag.note("the loop outside does not reach into the lambda");
        }
        if self.f.frames.last().is_some_and(|frame| frame.returns != Returns::Never) {
            let what = if in_lambda { "end this call of the lambda" } else { "leave the function" };
            diag = diag.suggest(what, span, "return", Applicability::Maybe);
        }
        self.error(diag);
    }

    /// `return`
    pub(crate) fn return_expr(&mut self, value: Option<ast::ExprId>, span: Span) -> ExprId {
        let Some(frame) = self.f.frames.last().copied() else { return self.error_expr(span) };
        if frame.returns == Returns::Never {
            let what = if self.f.is_script {
                "a script's statements are in no function"
            } else {
                "this is no function"
            };
            let word = Span::new(span.lo, (span.lo + 6).min(span.hi));
            let diag =
                Diagnostic::error(&codes::OUTSIDE_FUNCTION, word, "`return` outside a function")
                    .label(what);
            let diag = match self.f.is_script {
                true => diag.note("`exit(0)` of `std.process` ends the program"),
                false => diag,
            };
            self.error(diag);
            if let Some(value) = value {
                self.expr(value, Expect::Any);
            }
            return self.push(ExprKind::Error, Ty::NEVER, span);
        }
        let value = match value {
            Some(value) if frame.returns == Returns::Nothing => {
                let value = self.expr(value, Expect::Any);
                let ty = self.ty(value);
                if ty != Ty::NEVER && !self.table.unify(ty, Ty::UNIT) {
                    self.undeclared_result(self.span(value), ty);
                }
                Some(value)
            }
            Some(value) => {
                let why = if frame.result_span.is_none() {
                    Why::Plain
                } else {
                    Why::Result(frame.result_span)
                };
                Some(self.expr(value, Expect::Need(frame.result, why)))
            }
            None => {
                if !self.table.unify(frame.result, Ty::UNIT) {
                    let text = self.show(frame.result);
                    let mut diag = Diagnostic::error(
                        &codes::MISSING_VALUE,
                        span,
                        format!("the function returns `{text}`, and this `return` has no value"),
                    )
                    .label("a value is needed");
                    if !frame.result_span.is_none() {
                        diag = diag.also(frame.result_span, "the function returns this");
                    }
                    if let Some(default) = self.default_text(frame.result) {
                        diag = diag.suggest(
                            "return a value, for example",
                            span,
                            format!("return {default}"),
                            Applicability::Maybe,
                        );
                    }
                    self.error(diag);
                }
                None
            }
        };
        self.push(ExprKind::Return(value), Ty::NEVER, span)
    }
}
