//! Lambdas, and what they capture.

use simple_source::{Applicability, Diagnostic, Span};
use simple_syntax::ast::{self, Expr as Tree};

use super::expect::{Expect, Why};
use super::scope::{Binding, Bound};
use super::stmt::Dropped;
use super::{Frame, Function, Infer, LocalKind, Returns};
use crate::body::*;
use crate::codes;
use crate::def::GlobalId;
use crate::ty::{Ty, TyKind, Tys};

impl Function<'_> {
    /// Notes that a local of this function is used where the function is at:
    /// the lambdas between its declaration and there capture it.
    pub(crate) fn capture_in_lambdas(&mut self, local: LocalId) {
        let owner = self.locals[local.0 as usize].lambda;
        let frames = self.frames.iter().rev().map(|frame| frame.lambda);
        for lambda in frames.take_while(|lambda| *lambda != owner).flatten() {
            capture(&mut self.body, lambda, local);
        }
    }

    /// See [`Function::capture_in_lambdas`], for a place that was left.
    pub(crate) fn capture_at(&mut self, place: &LambdaStack, local: LocalId) {
        let owner = self.locals[local.0 as usize].lambda;
        let lambdas = place.iter().rev().copied();
        for lambda in lambdas.take_while(|lambda| *lambda != owner).flatten() {
            capture(&mut self.body, lambda, local);
        }
    }

    /// The lambdas around where the function is at.
    pub(crate) fn lambda_stack(&self) -> LambdaStack {
        self.frames.iter().map(|frame| frame.lambda).collect()
    }
}

/// The lambdas around a place in a function, outermost first; none for the
/// function itself.
pub(crate) type LambdaStack = Box<[Option<LambdaId>]>;

fn capture(body: &mut Body, lambda: LambdaId, local: LocalId) {
    let captures = &mut body.lambdas[lambda].captures;
    if !captures.contains(&local) {
        captures.push(local);
    }
}

impl Infer<'_> {
    /// The local of the function at hand that a binding stands for; what
    /// belongs to a function around it is captured.
    pub(crate) fn use_binding(&mut self, binding: Binding) -> LocalId {
        let Bound::Local(number, local) = binding.bound else { return LocalId(0) };
        let local = if number == self.f.number {
            local
        } else {
            self.captured_copy(self.f.number, number, local)
        };
        self.f.capture_in_lambdas(local);
        local
    }

    /// Begins a lambda: what follows is in its body.
    pub(crate) fn begin_lambda(
        &mut self,
        result: Ty,
        returns: Returns,
        result_span: Span,
    ) -> LambdaId {
        let id = self.f.body.lambdas.push(Lambda {
            params: Vec::new(),
            captures: Vec::new(),
            body: ExprId(0),
        });
        let loops = self.f.loops.len();
        self.f.frames.push(Frame { lambda: Some(id), result, result_span, returns, loops });
        id
    }

    /// Ends the innermost lambda.
    pub(crate) fn end_lambda(&mut self, id: LambdaId, params: Vec<LocalId>, body: ExprId) {
        self.f.frames.pop();
        let lambda = &mut self.f.body.lambdas[id];
        lambda.params = params;
        lambda.body = body;
    }

    /// `\x: e`
    pub(crate) fn lambda(
        &mut self,
        params: ast::List<ast::Param>,
        result: Option<ast::TypeId>,
        body: ast::ExprId,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        let ast = self.f.ast;
        let list = ast.list(params);
        let mut refused = false;
        let mut hints: Option<(Tys, Ty)> = match hint.map(|hint| self.table.kind(hint)) {
            Some(TyKind::Fn(params, result)) => Some((params, result)),
            _ => None,
        };
        if let Some((expected, _)) = hints
            && self.table.list(expected).len() != list.len()
        {
            self.wrong_lambda_params(list, body, expected, span);
            hints = None;
            refused = true;
        }
        let mut types = Vec::with_capacity(list.len());
        for (index, param) in list.iter().enumerate() {
            let expected = match hints {
                Some((params, _)) => Some(self.table.part(params, index)),
                None => refused.then_some(Ty::ERROR),
            };
            let ty = match (param.ty, expected) {
                (Some(written), expected) => {
                    let ty = self.written(written);
                    if let Some(expected) = expected
                        && !self.table.unify(ty, expected)
                    {
                        let (have, want) = (self.show(ty), self.show(expected));
                        let at = ast.ty(written).span;
                        let diag = Diagnostic::error(
                            &codes::MISMATCH,
                            at,
                            format!(
                                "this parameter is `{have}`, but the lambda is given a `{want}`"
                            ),
                        )
                        .label(format!("expected `{want}`"));
                        self.error(diag);
                    }
                    ty
                }
                (None, Some(expected)) => expected,
                (None, None) => self.fresh(param.name.span),
            };
            if let Some(mutable) = param.mutable {
                let diag = Diagnostic::error(
                    &codes::MUT_SUPERFLUOUS,
                    mutable,
                    "the parameters of a lambda cannot be `mut`",
                )
                .label("a function value takes its arguments by value")
                .suggest("leave it out", mutable, "", Applicability::Certain);
                self.error(diag);
            }
            if let Some(default) = param.default {
                let diag = Diagnostic::error(
                    &codes::NAMED_ARGUMENT,
                    ast.span(default),
                    "the parameters of a lambda have no defaults",
                )
                .label("a function value takes all its arguments");
                self.error(diag);
            }
            types.push(ty);
        }
        let written = result.map(|result| (self.written(result), ast.ty(result).span));
        let (result_ty, result_span) = match (written, hints) {
            (Some((ty, at)), Some((_, expected))) => {
                if !self.table.unify(ty, expected) && self.table.shallow(expected) != Ty::UNIT {
                    let (have, want) = (self.show(ty), self.show(expected));
                    let diag = Diagnostic::error(
                        &codes::MISMATCH,
                        at,
                        format!("this lambda returns `{have}`, but `{want}` is expected"),
                    )
                    .label(format!("expected `{want}`"));
                    self.error(diag);
                }
                (ty, at)
            }
            (Some((ty, at)), None) => (ty, at),
            (None, Some((_, expected))) => (expected, Span::NONE),
            (None, None) => (self.fresh(span), Span::NONE),
        };
        let nothing = self.table.shallow(result_ty) == Ty::UNIT;
        let returns = if nothing { Returns::Nothing } else { Returns::Value };
        let id = self.begin_lambda(result_ty, returns, result_span);
        self.scopes.open();
        let mut locals = Vec::with_capacity(list.len());
        for (param, ty) in list.iter().zip(&types) {
            locals.push(self.declare(param.name.symbol, *ty, LocalKind::Param, param.name.span));
        }
        let made = if nothing {
            self.dropped_body(body)
        } else {
            let why = if result_span.is_none() { Why::Plain } else { Why::Result(result_span) };
            let made = self.expr(body, Expect::Need(result_ty, why));
            if self.ty(made) == Ty::NEVER {
                self.unit_unless_decided.push(result_ty);
            }
            made
        };
        self.scopes.close();
        self.end_lambda(id, locals, made);
        if refused {
            return self.error_expr(span);
        }
        let params = self.table.make_list(&types);
        let ty = self.table.make(TyKind::Fn(params, result_ty));
        self.push(ExprKind::Lambda(id), ty, span)
    }

    /// A body whose value is dropped.
    pub(crate) fn dropped_body(&mut self, body: ast::ExprId) -> ExprId {
        let made = self.expr(body, Expect::Drop);
        let ty = self.ty(made);
        if matches!(self.f.ast.expr(body), Tree::Block(_)) {
            return made;
        }
        self.f.dropped.push(Dropped { value: made, tree: body });
        if ty == Ty::UNIT || ty == Ty::NEVER {
            return made;
        }
        let span = self.span(made);
        let stmt = Stmt { kind: StmtKind::Expr(made), span };
        let stmts = self.f.body.add_list(&[stmt]);
        self.push(ExprKind::Block { stmts, tail: None }, Ty::UNIT, span)
    }

    fn wrong_lambda_params(
        &mut self,
        params: &[ast::Param],
        body: ast::ExprId,
        expected: Tys,
        span: Span,
    ) {
        let types = self.list_vec(expected);
        let count = types.len();
        let plural = if count == 1 { "" } else { "s" };
        let shown: Vec<String> = types.iter().map(|ty| self.show(*ty)).collect();
        let mut diag = Diagnostic::error(
            &codes::LAMBDA_PARAMETERS,
            span,
            format!(
                "a function of {count} parameter{plural} is expected here, and this lambda has {}",
                params.len()
            ),
        )
        .label(format!(
            "it is given {}",
            if count == 0 { "nothing".to_owned() } else { format!("`{}`", shown.join("`, `")) }
        ));
        if let [only] = types.as_slice()
            && let TyKind::Tuple(parts) = self.table.kind(*only)
            && self.table.list(parts).len() == params.len()
        {
            let text = self.ast_text(body);
            let names: Vec<&str> =
                params.iter().map(|param| self.text(param.name.symbol)).collect();
            let better = format!("\\p: {}", replace_words(text, &names));
            diag = diag.suggest(
                "a tuple is one parameter; its elements are `.0`, `.1`",
                span,
                better,
                Applicability::Maybe,
            );
        }
        self.error(diag);
    }

    /// A variable of the script in a lambda of the script: the lambda captures
    /// the value that the variable has where the lambda stands.
    pub(crate) fn captured_global(
        &mut self,
        global: GlobalId,
        ty: Ty,
        _value: ExprId,
        span: Span,
    ) -> ExprId {
        let outermost = self.f.frames.iter().find_map(|frame| frame.lambda);
        let known = self
            .f
            .global_copies
            .iter()
            .find(|copy| copy.global == global && Some(copy.lambda) == outermost)
            .map(|copy| copy.local);
        let local = match (known, outermost) {
            (Some(local), _) => local,
            (None, Some(lambda)) => {
                let name = self.program.globals[global].name;
                let local = self.new_local(name, ty, LocalKind::Val, span);
                // It belongs to the script itself: the lambdas capture it.
                self.f.locals[local.0 as usize].lambda = None;
                self.f.global_copies.push(super::GlobalCopy { global, lambda, local });
                local
            }
            (None, None) => return self.error_expr(span),
        };
        self.f.capture_in_lambdas(local);
        self.push(ExprKind::Local(local), ty, span)
    }

    /// Puts declarations of the copies of script variables that a lambda
    /// captures before it.
    pub(crate) fn with_global_copies(&mut self, lambda: ExprId) -> ExprId {
        let ExprKind::Lambda(id) = self.f.body.exprs[lambda].kind else { return lambda };
        if self.f.frames.len() > 1 {
            return lambda;
        }
        let copies: Vec<super::GlobalCopy> =
            self.f.global_copies.iter().filter(|copy| copy.lambda == id).copied().collect();
        if copies.is_empty() {
            return lambda;
        }
        let Expr { ty, span, .. } = self.f.body.exprs[lambda];
        let mut stmts = Vec::with_capacity(copies.len());
        for copy in copies {
            let copy_ty = self.f.body.locals[copy.local].ty;
            let value = self.push(ExprKind::Global(copy.global), copy_ty, span);
            let pat =
                self.f.body.pats.push(Pat { kind: PatKind::Bind(copy.local), ty: copy_ty, span });
            stmts.push(Stmt { kind: StmtKind::Let { pat, value }, span });
        }
        let stmts = self.f.body.add_list(&stmts);
        self.push(ExprKind::Block { stmts, tail: Some(lambda) }, ty, span)
    }
}

/// A text in which the words `names` are replaced by the elements of `p`.
fn replace_words(text: &str, names: &[&str]) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut word = String::new();
    let flush = |word: &mut String, out: &mut String| {
        match names.iter().position(|name| *name == word.as_str()) {
            Some(index) => out.push_str(&format!("p.{index}")),
            None => out.push_str(word),
        }
        word.clear();
    };
    for c in text.chars() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
        } else {
            flush(&mut word, &mut out);
            out.push(c);
        }
    }
    flush(&mut word, &mut out);
    out
}
