//! Operators.

use simple_source::{Applicability, Diagnostic, Span, Suggestion, Symbol, sym};
use simple_syntax::ast::{self, BinaryOp, Expr as Tree, UnaryOp};

use super::Infer;
use super::arguments::{CallSite, Given};
use super::bounds::Cause;
use super::expect::{Expect, Why};
use super::method::{Lookup, Target};
use super::obligation::Obligation;
use super::table::{NumberClass, Var, VarKind};
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::names::Def;
use crate::ty::{Ty, TyKind};

/// What the type of an operand is to arithmetic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Operand {
    Int,
    Float,
    /// A literal whose type is open.
    IntLiteral(Var),
    FloatLiteral(Var),
    /// A parameter bounded by a trait of numbers.
    Number(NumberClass),
    Str,
    List,
    Open(Var),
    Never,
    Error,
    Other,
}

/// Whether an operator could be resolved.
pub(crate) enum Resolution {
    Done,
    /// It depends on what this variable stands for.
    Stuck(Var),
}

/// How an operator is written.
pub(crate) fn op_text(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Pipe => "|>",
        BinaryOp::Coalesce => "??",
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::In => "in",
        BinaryOp::NotIn => "not in",
        BinaryOp::Is => "is",
        BinaryOp::BitOr => "|",
        BinaryOp::BitXor => "^",
        BinaryOp::BitAnd => "&",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
        BinaryOp::Pow => "**",
    }
}

impl<'p> Infer<'p> {
    /// `left op right`
    pub(crate) fn binary(
        &mut self,
        id: ast::ExprId,
        op: BinaryOp,
        left: ast::ExprId,
        right: ast::ExprId,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        match op {
            BinaryOp::Pipe => self.pipe(left, right, span),
            BinaryOp::Coalesce => self.coalesce(left, right, hint, span),
            BinaryOp::And | BinaryOp::Or => self.logic(op, left, right, span),
            BinaryOp::Eq
            | BinaryOp::Ne
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Gt
            | BinaryOp::Ge => self.comparison(op, left, right, span),
            BinaryOp::In | BinaryOp::NotIn => self.membership(op, left, right, span),
            BinaryOp::Is => self.identity(left, right, span),
            _ => {
                if let Some(made) = self.command_operator(id, op, left, span) {
                    return made;
                }
                self.arithmetic(op, left, right, hint, span)
            }
        }
    }

    /// `show -x`: a subtraction from a function, meant as a call.
    fn command_operator(
        &mut self,
        id: ast::ExprId,
        op: BinaryOp,
        left: ast::ExprId,
        span: Span,
    ) -> Option<ExprId> {
        let Tree::Name(name) = *self.f.ast.expr(left) else { return None };
        if self.scopes.find(name).is_some() {
            return None;
        }
        let is_function = matches!(self.program.lookup(self.f.module, name), Some(Def::Fn(_)))
            || self.program.built_in_function(self.f.module, name).is_some();
        if !is_function {
            return None;
        }
        let text = self.text(name);
        let whole = self.snippet(self.f.ast.span(id));
        let rest = whole.strip_prefix(text).map_or("", str::trim_start);
        let diag = Diagnostic::error(
            &codes::OPERATOR,
            span,
            format!("`{text}` is a function: this is read as `{text} {} ...`", op_text(op)),
        )
        .label("this argument needs parentheses: `(` after the name")
        .suggest(
            "write the parentheses",
            span,
            format!("{text}({rest})"),
            Applicability::Maybe,
        );
        self.error(diag);
        Some(self.error_expr(span))
    }

    /// `and`, `or`
    fn logic(&mut self, op: BinaryOp, left: ast::ExprId, right: ast::ExprId, span: Span) -> ExprId {
        let errors = self.diags.len();
        let left = self.condition(left);
        let right = if self.diags.len() > errors {
            // One mistake is enough: `name or "default"`.
            let right = self.expr(right, Expect::Any);
            if op == BinaryOp::Or && self.ty(right) != Ty::BOOL {
                self.meant_default(errors, left, right, span);
            }
            right
        } else {
            self.condition(right)
        };
        self.push(ExprKind::Binary { op, left, right }, Ty::BOOL, span)
    }

    /// `name or "nobody"`: the diagnostic `number` says that the left side is
    /// no condition; what is meant is a value for when there is none.
    fn meant_default(&mut self, number: usize, left: ExprId, right: ExprId, span: Span) {
        let ty = self.ty(left);
        let (text, other) = (self.operand_text(left), self.snippet(self.span(right)).to_owned());
        let better = if self.as_option(ty).is_some() {
            Some(format!("{text} ?? {other}"))
        } else if matches!(self.table.kind(ty), TyKind::Str | TyKind::List(_)) {
            Some(format!("if {text}.is_empty(): {other} else: {text}"))
        } else {
            None
        };
        let (Some(better), Some(diag)) = (better, self.diags.get_mut(number)) else { return };
        diag.notes.push("`or` combines conditions; it gives no other value".to_owned());
        diag.suggestions.clear();
        diag.suggestions.push(Suggestion {
            message: "a value for when there is none is".to_owned(),
            edits: vec![(span, better)],
            applicability: Applicability::Maybe,
        });
    }

    /// `not n`: the diagnostic `number` offers a condition for `n`; the whole
    /// is better said by its opposite.
    fn meant_opposite(&mut self, number: usize, span: Span) {
        let Some(diag) = self.diags.get_mut(number) else { return };
        let Some((place, text)) = diag.suggestions.first_mut().and_then(|s| s.edits.first_mut())
        else {
            return;
        };
        let opposite =
            [(" != 0", " == 0"), (".is_some()", ".is_none()"), (".is_ok()", ".is_err()")]
                .iter()
                .find_map(|(end, other)| Some(format!("{}{other}", text.strip_suffix(end)?)))
                .or_else(|| text.strip_prefix("not ").map(str::to_owned));
        if let Some(opposite) = opposite {
            *place = span;
            *text = opposite;
        }
    }

    // ---- comparison

    fn comparison(
        &mut self,
        op: BinaryOp,
        left: ast::ExprId,
        right: ast::ExprId,
        span: Span,
    ) -> ExprId {
        let (l, r) = self.two_operands(left, right);
        let (left_ty, right_ty) = (self.ty(l), self.ty(r));
        let made = self.push(ExprKind::Binary { op, left: l, right: r }, Ty::BOOL, span);
        if left_ty == Ty::ERROR || right_ty == Ty::ERROR {
            return made;
        }
        if left_ty == Ty::NEVER || right_ty == Ty::NEVER {
            return made;
        }
        if !self.table.unify(left_ty, right_ty) {
            if !self.infinite_or_large(span, left_ty, right_ty) {
                self.not_comparable(op, l, r, span);
            }
            return made;
        }
        let lang = &self.program.lang;
        let trait_ = if matches!(op, BinaryOp::Eq | BinaryOp::Ne) { lang.eq } else { lang.ord };
        self.require(trait_, left_ty, crate::ty::Tys::EMPTY, span, Cause::Comparison);
        made
    }

    /// Two operands of one type; a one-character literal takes the other's.
    fn two_operands(&mut self, left: ast::ExprId, right: ast::ExprId) -> (ExprId, ExprId) {
        let right_first =
            (self.is_short_str(left) && !self.is_short_str(right)) || self.is_open_literal(left);
        if right_first {
            let r = self.expr(right, Expect::Any);
            let ty = self.ty(r);
            let l = self.expr(left, Expect::Hint(ty));
            (l, r)
        } else {
            let l = self.expr(left, Expect::Any);
            let ty = self.ty(l);
            let r = self.expr(right, Expect::Hint(ty));
            (l, r)
        }
    }

    /// Literals that take their type from the other side.
    fn is_open_literal(&self, id: ast::ExprId) -> bool {
        matches!(self.f.ast.expr(self.unwrapped(id)), Tree::Nil)
    }

    fn not_comparable(&mut self, op: BinaryOp, left: ExprId, right: ExprId, span: Span) {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let (a, b) = (self.show(left_ty), self.show(right_ty));
        let mut diag = Diagnostic::error(
            &codes::COMPARISON,
            span,
            format!("`{a}` and `{b}` cannot be compared"),
        )
        .label(format!("`{a}` {} `{b}`", op_text(op)));
        let option_of = |this: &Self, option: Ty, other: Ty| {
            this.as_option(option).is_some_and(|inner| this.table.compatible(inner, other))
        };
        if option_of(self, left_ty, right_ty) && !self.is_none(left) {
            let text = self.snippet(self.span(right)).to_owned();
            diag = diag.suggest(
                "compare with an option",
                self.span(right),
                format!("Some({text})"),
                Applicability::Maybe,
            );
        } else if option_of(self, right_ty, left_ty) && !self.is_none(right) {
            let text = self.snippet(self.span(left)).to_owned();
            diag = diag.suggest(
                "compare with an option",
                self.span(left),
                format!("Some({text})"),
                Applicability::Maybe,
            );
        } else if self.is_none(right) || self.is_none(left) {
            diag = diag.note(format!(
                "only options can be `None`, and `{}` is none",
                if self.is_none(right) { &a } else { &b }
            ));
        } else if self.is_number(left_ty) && self.is_number(right_ty) {
            let float = |ty: Ty| matches!(self.table.kind(ty), TyKind::Float(_));
            let (side, to) = if float(left_ty) { (right, &a) } else { (left, &b) };
            let text = format!("{} as {to}", self.operand_text(side));
            let span = self.span(side);
            diag = diag.suggest("convert one side", span, text, Applicability::Maybe);
        } else {
            let sides = [(left, right_ty), (right, left_ty)];
            let quoted = sides.into_iter().find_map(|(side, other)| {
                let ExprKind::Str(text) = self.f.body.exprs[side].kind else { return None };
                let text = self.text(text);
                let fits = self.is_number(other) && text.parse::<f64>().is_ok();
                fits.then(|| (self.span(side), text))
            });
            let shown = sides.into_iter().find(|(side, other)| {
                self.is_number(self.ty(*side)) && self.table.kind(*other) == TyKind::Str
            });
            if let Some((span, text)) = quoted {
                let message = "write the number without quotes";
                diag = diag.suggest(message, span, text, Applicability::Maybe);
            } else if let Some((side, _)) = shown {
                let text = format!("{}.to_str()", self.operand_text(side));
                let span = self.span(side);
                diag = diag.suggest("make text of it", span, text, Applicability::Maybe);
            }
        }
        self.error(diag);
    }

    fn is_none(&self, id: ExprId) -> bool {
        let expr = &self.f.body.exprs[id];
        matches!(expr.kind, ExprKind::Construct { fields, .. } if fields.len == 0)
            && self.as_option(expr.ty).is_some()
    }

    pub(crate) fn is_number(&self, ty: Ty) -> bool {
        matches!(
            self.operand(ty),
            Operand::Int | Operand::Float | Operand::IntLiteral(_) | Operand::FloatLiteral(_)
        )
    }

    /// `a is b`
    fn identity(&mut self, left: ast::ExprId, right: ast::ExprId, span: Span) -> ExprId {
        let (l, r) = self.two_operands(left, right);
        let (left_ty, right_ty) = (self.ty(l), self.ty(r));
        let op = BinaryOp::Is;
        let made = self.push(ExprKind::Binary { op, left: l, right: r }, Ty::BOOL, span);
        if left_ty == Ty::ERROR || right_ty == Ty::ERROR {
            return made;
        }
        if !self.table.unify(left_ty, right_ty) {
            self.not_comparable(op, l, r, span);
            return made;
        }
        self.oblige(Obligation::Identity { ty: left_ty, left: l, right: r, span });
        made
    }

    /// Checks the operands' type of an `is`.
    pub(crate) fn settle_identity(&mut self, ty: Ty, left: ExprId, right: ExprId, span: Span) {
        let inner = self.as_option(ty).unwrap_or(ty);
        let class = match self.table.kind(inner) {
            TyKind::Adt(adt, _) => self.program.adts[adt].kind == AdtKind::Class,
            TyKind::Error | TyKind::Never => true,
            _ => false,
        };
        if class {
            return;
        }
        let shown = self.show(ty);
        let text =
            format!("{} == {}", self.snippet(self.span(left)), self.snippet(self.span(right)));
        let diag = Diagnostic::error(
            &codes::IDENTITY,
            span,
            format!("`is` compares instances of classes, and `{shown}` is a value"),
        )
        .label("values have no identity")
        .suggest("values are compared by `==`", span, text, Applicability::Certain);
        self.error(diag);
    }

    // ---- membership

    /// `x in xs`: a call of `contains`.
    fn membership(
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
        let element = self.element_of(ty);
        let expect = match element {
            Some(element) => Expect::Need(element, Why::Plain),
            None if self.table.kind(ty) == TyKind::Str => Expect::Hint(Ty::STR),
            None => Expect::Any,
        };
        let value = self.expr(left, expect);
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

    // ---- `|>`

    /// `x |> f`: `f(x)`, with `x` evaluated first.
    fn pipe(&mut self, left: ast::ExprId, right: ast::ExprId, span: Span) -> ExprId {
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
        let local = self.new_local(sym::EMPTY, ty, super::LocalKind::Hidden, self.span(value));
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

    // ---- arithmetic

    fn operand(&self, ty: Ty) -> Operand {
        match self.table.kind(ty) {
            TyKind::Int(_) => Operand::Int,
            TyKind::Float(_) => Operand::Float,
            TyKind::Str => Operand::Str,
            TyKind::List(_) => Operand::List,
            TyKind::Never => Operand::Never,
            TyKind::Error => Operand::Error,
            TyKind::Param(index, _) => match self.table.class(index) {
                NumberClass::None => Operand::Other,
                class => Operand::Number(class),
            },
            TyKind::Infer(var) => match self.table.var_kind(Var(var)) {
                VarKind::General => Operand::Open(Var(var)),
                VarKind::Int => Operand::IntLiteral(Var(var)),
                VarKind::Float => Operand::FloatLiteral(Var(var)),
                VarKind::Rigid => Operand::Other,
            },
            _ => Operand::Other,
        }
    }

    /// Whether the right side of `place op= value` plainly has the place's type.
    pub(crate) fn is_plain_operand(&self, op: BinaryOp, ty: Ty) -> bool {
        match self.operand(ty) {
            Operand::Int | Operand::Float => {
                self.operator_trait(op).is_none_or(|trait_| !self.has_overloads(trait_, ty))
            }
            Operand::Number(_) | Operand::IntLiteral(_) | Operand::FloatLiteral(_) => true,
            Operand::Str | Operand::List => op == BinaryOp::Add,
            _ => false,
        }
    }

    fn operator_trait(&self, op: BinaryOp) -> Option<TraitId> {
        let lang = &self.program.lang;
        Some(match op {
            BinaryOp::Add => lang.add,
            BinaryOp::Sub => lang.sub,
            BinaryOp::Mul => lang.mul,
            BinaryOp::Div => lang.div,
            BinaryOp::Rem => lang.rem,
            _ => return None,
        })
    }

    /// Whether a number type has impls of an operator's trait beside the one
    /// that all numbers have.
    fn has_overloads(&self, trait_: TraitId, ty: Ty) -> bool {
        crate::select::Head::of(self.table.kind(ty)).is_some_and(|head| {
            self.program.session.tables.impls.get(&(trait_, head)).is_some_and(|impls| {
                impls
                    .iter()
                    .any(|impl_| !self.program.is_library(self.program.impls[*impl_].module))
            })
        })
    }

    fn arithmetic(
        &mut self,
        op: BinaryOp,
        left: ast::ExprId,
        right: ast::ExprId,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        let number_hint = hint.filter(|hint| {
            matches!(
                self.operand(*hint),
                Operand::Int
                    | Operand::Float
                    | Operand::IntLiteral(_)
                    | Operand::FloatLiteral(_)
                    | Operand::Number(_)
            ) || (op == BinaryOp::Add && self.operand(*hint) == Operand::List)
        });
        let l = self.expr(left, number_hint.map_or(Expect::Any, Expect::Hint));
        let left_ty = self.ty(l);
        let shift = matches!(op, BinaryOp::Shl | BinaryOp::Shr);
        let expect = match self.operand(left_ty) {
            _ if shift => Expect::Any,
            Operand::Other => self.expected_right(op, left_ty),
            _ => Expect::Hint(left_ty),
        };
        let r = self.expr(right, expect);
        let result = self.fresh(span);
        let expr = self.push(ExprKind::Binary { op, left: l, right: r }, result, span);
        if let Resolution::Stuck(var) = self.resolve_operator(op, expr, l, r) {
            self.wait_for(var, Obligation::Operator { op, expr, left: l, right: r });
        }
        expr
    }

    /// If a type has one impl of an operator's trait, its right type is
    /// expected of the right operand.
    fn expected_right(&mut self, op: BinaryOp, left_ty: Ty) -> Expect {
        let Some(trait_) = self.operator_trait(op) else { return Expect::Hint(left_ty) };
        match self.operator_args(trait_, left_ty) {
            Some(Some(args)) => Expect::Hint(self.table.part(args, 0)),
            _ => Expect::Any,
        }
    }

    /// The operator of `place op= value`.
    pub(crate) fn assign_operator(
        &mut self,
        op: BinaryOp,
        place: ExprId,
        value: ExprId,
        span: Span,
    ) {
        let result = self.fresh(span);
        let expr = self.push(ExprKind::Binary { op, left: place, right: value }, result, span);
        let want = self.ty(place);
        let expr_failed = self.diags.len();
        if let Resolution::Stuck(var) = self.resolve_operator(op, expr, place, value) {
            self.wait_for(var, Obligation::Operator { op, expr, left: place, right: value });
        }
        let have = self.ty(expr);
        if self.diags.len() == expr_failed && !self.table.unify(have, want) {
            let (have, want) = (self.show(have), self.show(want));
            let diag = Diagnostic::error(
                &codes::MISMATCH,
                span,
                format!("the result is `{have}`, and the place holds `{want}`"),
            )
            .label(format!("cannot store a `{have}` there"));
            self.error(diag);
        }
        self.f.assign_ops.push((place, expr));
    }

    /// Decides what an operator does from the types of its operands.
    pub(crate) fn resolve_operator(
        &mut self,
        op: BinaryOp,
        expr: ExprId,
        left: ExprId,
        right: ExprId,
    ) -> Resolution {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let (l, r) = (self.operand(left_ty), self.operand(right_ty));
        if l == Operand::Error || r == Operand::Error {
            self.f.failed = true;
            return self.operator_result(expr, Ty::ERROR);
        }
        if l == Operand::Never || r == Operand::Never {
            return self.operator_result(expr, Ty::NEVER);
        }
        match op {
            BinaryOp::Shl | BinaryOp::Shr => self.shift(op, expr, left, right),
            BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor => {
                self.same_numbers(op, expr, left, right, true)
            }
            BinaryOp::Pow => self.same_numbers(op, expr, left, right, false),
            _ => self.plus_and_kind(op, expr, left, right),
        }
    }

    fn operator_result(&mut self, expr: ExprId, ty: Ty) -> Resolution {
        let result = self.f.body.exprs[expr].ty;
        self.table.unify(result, ty);
        Resolution::Done
    }

    /// An operator on two numbers of one type.
    fn same_numbers(
        &mut self,
        op: BinaryOp,
        expr: ExprId,
        left: ExprId,
        right: ExprId,
        ints: bool,
    ) -> Resolution {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let number = |operand: Operand| match operand {
            Operand::Int | Operand::IntLiteral(_) => true,
            Operand::Number(NumberClass::Integer) => true,
            Operand::Float | Operand::FloatLiteral(_) | Operand::Number(_) => !ints,
            _ => false,
        };
        let (l, r) = (self.operand(left_ty), self.operand(right_ty));
        match (l, r) {
            (Operand::Open(var), Operand::Open(_)) => return Resolution::Stuck(var),
            (Operand::Open(_), other) | (other, Operand::Open(_)) if number(other) => {}
            (a, b) if number(a) && number(b) => {}
            _ => {
                self.operator_error(op, expr, left, right);
                return self.operator_result(expr, Ty::ERROR);
            }
        }
        if op == BinaryOp::Pow
            && l == Operand::Number(NumberClass::Integer)
            && matches!(r, Operand::Int | Operand::IntLiteral(_))
        {
            // In generic code the exponent may be any integer.
            return self.operator_result(expr, left_ty);
        }
        if !self.table.unify(left_ty, right_ty) {
            self.operator_error(op, expr, left, right);
            return self.operator_result(expr, Ty::ERROR);
        }
        if ints && self.table.as_var(left_ty).is_some() {
            // An open literal could still become a float.
            self.require_integer(left_ty, self.span(expr));
        }
        self.operator_result(expr, left_ty)
    }

    /// Requires that an open literal becomes an integer.
    fn require_integer(&mut self, ty: Ty, span: Span) {
        let trait_ = self.program.lang.integer;
        self.require(trait_, ty, crate::ty::Tys::EMPTY, span, Cause::Operator);
    }

    fn shift(&mut self, op: BinaryOp, expr: ExprId, left: ExprId, right: ExprId) -> Resolution {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let whole = |operand: Operand| {
            matches!(
                operand,
                Operand::Int
                    | Operand::IntLiteral(_)
                    | Operand::Number(NumberClass::Integer)
                    | Operand::Open(_)
            )
        };
        let (l, r) = (self.operand(left_ty), self.operand(right_ty));
        if !whole(l) || !whole(r) {
            self.operator_error(op, expr, left, right);
            return self.operator_result(expr, Ty::ERROR);
        }
        if let Operand::Open(var) = l {
            return Resolution::Stuck(var);
        }
        if let Operand::Open(var) = r {
            return Resolution::Stuck(var);
        }
        if matches!(l, Operand::IntLiteral(_)) {
            self.require_integer(left_ty, self.span(left));
        }
        if matches!(r, Operand::IntLiteral(_)) {
            self.require_integer(right_ty, self.span(right));
        }
        self.operator_result(expr, left_ty)
    }

    /// `+ - * / %`
    fn plus_and_kind(
        &mut self,
        op: BinaryOp,
        expr: ExprId,
        left: ExprId,
        right: ExprId,
    ) -> Resolution {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let Some(trait_) = self.operator_trait(op) else {
            return self.operator_result(expr, Ty::ERROR);
        };
        let (l, r) = (self.operand(left_ty), self.operand(right_ty));
        match (l, r) {
            (Operand::Int | Operand::Float, Operand::Open(var)) => {
                if self.has_overloads(trait_, left_ty) {
                    return Resolution::Stuck(var);
                }
                self.table.unify(left_ty, right_ty);
                self.operator_result(expr, left_ty)
            }
            (
                Operand::Int
                | Operand::Float
                | Operand::IntLiteral(_)
                | Operand::FloatLiteral(_)
                | Operand::Number(_),
                Operand::Int
                | Operand::Float
                | Operand::IntLiteral(_)
                | Operand::FloatLiteral(_)
                | Operand::Number(_),
            ) => {
                if self.table.unify(left_ty, right_ty) {
                    return self.operator_result(expr, left_ty);
                }
                if self.has_overloads(trait_, left_ty) {
                    return self.overloaded(op, trait_, expr, left, right);
                }
                self.mixed_numbers(op, expr, left, right);
                self.operator_result(expr, Ty::ERROR)
            }
            (Operand::Number(_), Operand::Open(_)) => {
                self.table.unify(left_ty, right_ty);
                self.operator_result(expr, left_ty)
            }
            (Operand::Open(var), _) => Resolution::Stuck(var),
            (Operand::IntLiteral(_) | Operand::FloatLiteral(_), Operand::Open(var)) => {
                Resolution::Stuck(var)
            }
            (Operand::Str | Operand::List, Operand::Open(_))
            | (Operand::Str, Operand::Str)
            | (Operand::List, Operand::List)
                if op == BinaryOp::Add =>
            {
                if self.table.unify(left_ty, right_ty) {
                    return self.operator_result(expr, left_ty);
                }
                self.operator_error(op, expr, left, right);
                self.operator_result(expr, Ty::ERROR)
            }
            (Operand::IntLiteral(_) | Operand::FloatLiteral(_), Operand::Other) => {
                self.literal_left(op, trait_, expr, left, right)
            }
            _ => self.overloaded(op, trait_, expr, left, right),
        }
    }

    /// `2 * v`: the impl for a number type whose right type is that of `v`
    /// tells what the literal is.
    fn literal_left(
        &mut self,
        op: BinaryOp,
        trait_: TraitId,
        expr: ExprId,
        left: ExprId,
        right: ExprId,
    ) -> Resolution {
        let program = self.program;
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let mut found: Vec<Ty> = Vec::new();
        for &impl_ in program.impls_of.get(&trait_).into_iter().flatten() {
            let def = &program.impls[impl_];
            let is_number =
                matches!(program.types.kind(def.self_ty), TyKind::Int(_) | TyKind::Float(_));
            let Some(reference) = def.trait_.filter(|_| is_number) else { continue };
            if !self.table.compatible(left_ty, def.self_ty) {
                continue;
            }
            let args: Vec<Ty> =
                def.generics.params.iter().map(|_| self.fresh(Span::NONE)).collect();
            let list = self.table.substitute_list(reference.args, &args);
            let rhs = self.table.part(list, 0);
            if self.table.compatible(rhs, right_ty) {
                found.push(def.self_ty);
            }
        }
        let float_first = found.iter().find(|ty| **ty == Ty::F64).copied();
        let pick = match found.as_slice() {
            [one] => Some(*one),
            [] => None,
            many => many.iter().find(|ty| **ty == Ty::I64).copied().or(float_first),
        };
        match pick {
            Some(ty) => {
                self.table.unify(left_ty, ty);
                self.overloaded(op, trait_, expr, left, right)
            }
            None => {
                self.operator_error(op, expr, left, right);
                self.operator_result(expr, Ty::ERROR)
            }
        }
    }

    /// An operator by an impl of its trait.
    fn overloaded(
        &mut self,
        op: BinaryOp,
        trait_: TraitId,
        expr: ExprId,
        left: ExprId,
        right: ExprId,
    ) -> Resolution {
        let span = self.span(expr);
        let left_ty = self.ty(left);
        let Some(candidates) = self.operator_args(trait_, left_ty) else {
            self.operator_error(op, expr, left, right);
            return self.operator_result(expr, Ty::ERROR);
        };
        let (right, args) = match candidates {
            Some(args) => {
                let want = self.table.part(args, 0);
                let have = self.ty(right);
                if !self.table.compatible(have, want) {
                    self.operator_error(op, expr, left, right);
                    return self.operator_result(expr, Ty::ERROR);
                }
                (self.coerce(right, want, Why::Plain), args)
            }
            None => {
                let have = self.ty(right);
                if let Operand::Open(var) = self.operand(have) {
                    return Resolution::Stuck(var);
                }
                let out = self.fresh(span);
                let args = self.table.make_list(&[have, out]);
                let found = self.find_impls(trait_, left_ty, args, 0);
                let by_bound =
                    matches!(self.table.kind(left_ty), TyKind::Param(..) | TyKind::Infer(_));
                if found.is_empty() && !by_bound {
                    self.operator_error(op, expr, left, right);
                    return self.operator_result(expr, Ty::ERROR);
                }
                (right, args)
            }
        };
        self.require(trait_, left_ty, args, span, Cause::Operator);
        let result = self.table.part(args, 1);
        let name = match op {
            BinaryOp::Add => sym::ADD,
            BinaryOp::Sub => sym::SUB,
            BinaryOp::Mul => sym::MUL,
            BinaryOp::Div => sym::DIV,
            _ => sym::REM,
        };
        let kind = self.trait_call(trait_, name, left_ty, args, &[left, right]);
        self.f.body.exprs[expr].kind = kind;
        self.operator_result(expr, result)
    }

    /// A call of a trait's method of a name.
    pub(crate) fn trait_call(
        &mut self,
        trait_: TraitId,
        name: Symbol,
        self_ty: Ty,
        args: crate::ty::Tys,
        values: &[ExprId],
    ) -> ExprKind {
        let program = self.program;
        let method = program.traits[trait_]
            .methods
            .iter()
            .copied()
            .find(|method| program.functions[*method].name == name);
        let Some(method) = method else {
            self.f.failed = true;
            return ExprKind::Error;
        };
        let mut all = vec![self_ty];
        all.extend_from_slice(self.table.list(args));
        let args = self.table.make_list(&all);
        let made: Vec<Arg> = values
            .iter()
            .enumerate()
            .map(|(param, value)| Arg { param: param as u32, mutable: false, value: *value })
            .collect();
        let list = self.f.body.add_list(&made);
        ExprKind::Call { callee: Callee::Method(MethodRef { trait_, method, args }), args: list }
    }

    // ---- messages

    /// Two numbers of different types.
    fn mixed_numbers(&mut self, op: BinaryOp, expr: ExprId, left: ExprId, right: ExprId) {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let (a, b) = (self.show(left_ty), self.show(right_ty));
        let span = self.span(expr);
        let mut diag = Diagnostic::error(
            &codes::MISMATCH,
            span,
            format!(
                "`{}` needs two numbers of one type, and these are `{a}` and `{b}`",
                op_text(op)
            ),
        )
        .label(format!("`{a}` {} `{b}`", op_text(op)));
        // The narrower one is converted.
        let wide = |ty: Ty| match self.table.kind(ty) {
            TyKind::Int(int) => super::literal::int_range(int).1,
            TyKind::Float(_) => i128::MAX,
            _ => 0,
        };
        let (side, to) = if wide(left_ty) < wide(right_ty) { (left, b) } else { (right, a) };
        let text = self.operand_text(side);
        // `as` binds more loosely than `**`.
        let converted = match op {
            BinaryOp::Pow => format!("({text} as {to})"),
            _ => format!("{text} as {to}"),
        };
        diag =
            diag.suggest("convert one of them", self.span(side), converted, Applicability::Maybe);
        self.error(diag);
    }

    /// An operator that the types of its operands do not have.
    fn operator_error(&mut self, op: BinaryOp, expr: ExprId, left: ExprId, right: ExprId) {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let span = self.span(expr);
        // An option that should have been opened is its own mistake.
        for (side, ty, other) in [(left, left_ty, right_ty), (right, right_ty, left_ty)] {
            if let Some(inner) = self.as_option(ty)
                && (self.table.compatible(inner, other) || self.is_number(inner))
            {
                let shown = self.show(ty);
                let operand = self.operand_text(side);
                let default = self.default_text(inner);
                let mut diag = Diagnostic::error(
                    &codes::OPTION_AS_VALUE,
                    self.span(side),
                    format!("`{}` needs a value, and this is the option `{shown}`", op_text(op)),
                )
                .label("this may be `None`")
                .note("`??`, `?`, `match` and `.unwrap()` are ways to the value");
                if let Some(default) = default {
                    diag = diag.suggest(
                        "give a value for the case that it is `None`",
                        self.span(side),
                        format!("({operand} ?? {default})"),
                        Applicability::Maybe,
                    );
                }
                self.error(diag);
                return;
            }
        }
        if self.is_number(left_ty) && self.is_number(right_ty) {
            let mixed = !self.table.compatible(left_ty, right_ty);
            if mixed {
                self.mixed_numbers(op, expr, left, right);
                return;
            }
        }
        let (a, b) = (self.show(left_ty), self.show(right_ty));
        let text = op_text(op);
        let (left_text, right_text) = (self.operand_text(left), self.operand_text(right));
        let mut diag =
            Diagnostic::error(&codes::OPERATOR, span, format!("`{a}` {text} `{b}` does not exist"))
                .label(format!("`{text}` on `{a}` and `{b}`"));
        let (l, r) = (self.table.kind(left_ty), self.table.kind(right_ty));
        let whole_left = self.snippet(self.span(left));
        let param = match l {
            TyKind::Param(_, name) => Some(self.text(name).to_owned()),
            TyKind::Infer(var) if self.table.var_kind(Var(var)) == VarKind::Rigid => {
                Some(a.clone())
            }
            _ => None,
        };
        let trait_name =
            self.operator_trait(op).map(|trait_| self.text(self.program.traits[trait_].name));
        diag = match (op, l, r) {
            (BinaryOp::Add, TyKind::Str, _) if r != TyKind::Str => {
                let literal = whole_left.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
                match literal {
                    Some(literal) => diag.suggest(
                        "text takes values in braces",
                        span,
                        format!("\"{literal}{{{}}}\"", self.snippet(self.span(right))),
                        Applicability::Maybe,
                    ),
                    None => diag.suggest(
                        "make text of it",
                        self.span(right),
                        format!("{right_text}.to_str()"),
                        Applicability::Maybe,
                    ),
                }
            }
            (BinaryOp::Add, _, TyKind::Str) => diag.suggest(
                "make text of it",
                self.span(left),
                format!("{left_text}.to_str()"),
                Applicability::Maybe,
            ),
            (BinaryOp::Mul, TyKind::Str, _) => diag.suggest(
                "text is repeated by a method",
                span,
                format!("{left_text}.repeat({})", self.snippet(self.span(right))),
                Applicability::Maybe,
            ),
            (BinaryOp::Mul, TyKind::List(_), _) => {
                let element = whole_left.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
                match element {
                    Some(element) => diag.suggest(
                        "a list of one value many times is",
                        span,
                        format!("[{element}; {}]", self.snippet(self.span(right))),
                        Applicability::Maybe,
                    ),
                    None => diag,
                }
            }
            (BinaryOp::Rem, TyKind::Str, _) => {
                diag.note("text takes values in braces: `\"{name} is {age:.1f}\"`")
            }
            (BinaryOp::BitAnd, TyKind::Bool, TyKind::Bool) => diag.suggest(
                "bools are combined by words",
                span,
                format!("{left_text} and {right_text}"),
                Applicability::Certain,
            ),
            (BinaryOp::BitOr, TyKind::Bool, TyKind::Bool) => diag.suggest(
                "bools are combined by words",
                span,
                format!("{left_text} or {right_text}"),
                Applicability::Certain,
            ),
            (BinaryOp::BitXor, TyKind::Bool, TyKind::Bool) => diag.suggest(
                "bools that differ are",
                span,
                format!("{left_text} != {right_text}"),
                Applicability::Certain,
            ),
            (BinaryOp::Add | BinaryOp::Sub, TyKind::Char, _) => diag.note(format!(
                "a `char` is no number: `({left_text} as u32 {text} ...)` is, \
                 and `char.from_u32(n)` gives the way back"
            )),
            _ => match (&param, trait_name) {
                (Some(param), Some(trait_name)) => {
                    diag.code = &codes::MISSING_BOUND;
                    diag.message = format!(
                        "the type parameter `{param}` needs the bound `{param}: {trait_name}` for `{text}`"
                    );
                    self.offer_bound(diag, param, trait_name)
                }
                (None, Some(trait_name)) if matches!(l, TyKind::Adt(..)) => {
                    diag.note(format!("`impl {trait_name} for {a}:` would define it"))
                }
                _ => diag,
            },
        };
        self.error(diag);
    }

    // ---- unary

    /// `-x`, `~x`, `not x`
    pub(crate) fn unary(
        &mut self,
        op: UnaryOp,
        operand: ast::ExprId,
        hint: Option<Ty>,
        span: Span,
    ) -> ExprId {
        if op == UnaryOp::Not {
            let errors = self.diags.len();
            let operand = self.condition(operand);
            if self.diags.len() == errors + 1 {
                self.meant_opposite(errors, span);
            }
            return self.push(ExprKind::Unary { op, operand }, Ty::BOOL, span);
        }
        if op == UnaryOp::Neg {
            match *self.f.ast.expr(operand) {
                Tree::Int { value, suffix } => {
                    return self.int_literal(value, suffix, true, hint, span);
                }
                Tree::Float { value, suffix } => {
                    return self.float_literal(value, suffix, true, hint, span);
                }
                _ => {}
            }
        }
        let hint = hint.filter(|hint| self.is_number(*hint));
        let operand = self.expr(operand, hint.map_or(Expect::Any, Expect::Hint));
        let result = self.fresh(span);
        let expr = self.push(ExprKind::Unary { op, operand }, result, span);
        if let Resolution::Stuck(var) = self.resolve_unary(op, expr, operand) {
            self.wait_for(var, Obligation::Unary { op, expr, operand });
        }
        expr
    }

    /// Decides what a unary operator does.
    pub(crate) fn resolve_unary(
        &mut self,
        op: UnaryOp,
        expr: ExprId,
        operand: ExprId,
    ) -> Resolution {
        let ty = self.ty(operand);
        let span = self.span(expr);
        match (op, self.operand(ty)) {
            (_, Operand::Error) => return self.operator_result(expr, Ty::ERROR),
            (_, Operand::Never) => return self.operator_result(expr, Ty::NEVER),
            (_, Operand::Open(var)) => return Resolution::Stuck(var),
            (UnaryOp::BitNot, Operand::Int | Operand::Number(NumberClass::Integer)) => {
                return self.operator_result(expr, ty);
            }
            (UnaryOp::BitNot, Operand::IntLiteral(_)) => {
                self.require_integer(ty, span);
                return self.operator_result(expr, ty);
            }
            (UnaryOp::Neg, Operand::Int) => {
                let unsigned = matches!(self.table.kind(ty), TyKind::Int(int) if super::literal::int_range(int).0 == 0);
                if !unsigned {
                    return self.operator_result(expr, ty);
                }
                let shown = self.show(ty);
                let diag = Diagnostic::error(
                    &codes::OPERATOR,
                    span,
                    format!("`-` needs a signed number, and this is `{shown}`"),
                )
                .label(format!("`{shown}` has no values below zero"));
                self.error(diag);
                return self.operator_result(expr, Ty::ERROR);
            }
            (UnaryOp::Neg, Operand::IntLiteral(var)) => {
                // Decided when it is known whether the type has a sign.
                let result = self.f.body.exprs[expr].ty;
                self.table.unify(result, ty);
                return Resolution::Stuck(var);
            }
            (UnaryOp::Neg, Operand::Float | Operand::FloatLiteral(_) | Operand::Number(_)) => {
                return self.operator_result(expr, ty);
            }
            _ => {}
        }
        if op == UnaryOp::Neg {
            let trait_ = self.program.lang.neg;
            if let Some(candidates) = self.operator_args(trait_, ty) {
                let args = match candidates {
                    Some(args) => args,
                    None => {
                        let out = self.fresh(span);
                        self.table.make_list(&[out])
                    }
                };
                self.require(trait_, ty, args, span, Cause::Operator);
                let result = self.table.part(args, 0);
                let kind = self.trait_call(trait_, sym::NEG, ty, args, &[operand]);
                self.f.body.exprs[expr].kind = kind;
                return self.operator_result(expr, result);
            }
        }
        let shown = self.show(ty);
        let text = if op == UnaryOp::Neg { "-" } else { "~" };
        let needs = if op == UnaryOp::Neg { "a number" } else { "an integer" };
        let diag = Diagnostic::error(
            &codes::OPERATOR,
            span,
            format!("`{text}` needs {needs}, and this is `{shown}`"),
        )
        .label(format!("`{text}` on `{shown}`"));
        self.error(diag);
        self.operator_result(expr, Ty::ERROR)
    }
}
