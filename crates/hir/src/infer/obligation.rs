//! What could not be decided where it stands, and is looked at again when a
//! type that it waits for is known.

use simple_source::{Diagnostic, Span};
use simple_syntax::ast::{self, BinaryOp, UnaryOp};

use super::arguments::{CallSite, Given};
use super::bounds::Cause;
use super::expect::{Expect, Why};
use super::index::Between;
use super::method::Lookup;
use super::operator::Resolution;
use super::table::{Table, Var, VarKind};
use super::{Infer, LambdaId};
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::ty::{FloatTy, IntTy, Ty, TyKind, Tys};

/// Something that is looked at again later.
#[derive(Debug)]
pub(crate) enum Obligation {
    /// A type has a trait.
    Bound { trait_: TraitId, ty: Ty, args: Tys, span: Span, cause: Cause },
    /// `receiver.name(args)`
    Method {
        call: ExprId,
        receiver: ExprId,
        name: ast::Name,
        given: Vec<Given>,
        explicit: Vec<Ty>,
        site: CallSite,
    },
    /// `base.name`
    Field { field: ExprId, base: ExprId, name: ast::Name },
    /// `base[index]`
    Index { expr: ExprId, base: ExprId, index: ExprId },
    /// `left op right`
    Operator { op: BinaryOp, expr: ExprId, left: ExprId, right: ExprId },
    /// `-x`, `~x`
    Unary { op: UnaryOp, expr: ExprId, operand: ExprId },
    /// `x in xs`
    Membership { expr: ExprId, value: ExprId, container: ExprId },
    /// `for … in value`
    Iterate { value: ExprId, element: Ty },
    /// `x?`
    Try { expr: ExprId, value: ExprId, result: Ty },
    /// `x?.step`
    Chain { chain: ExprId, step: ExprId },
    /// `value as T`
    Cast { cast: ExprId, value: ExprId },
    /// The ends of a range are integers or chars.
    RangeElement { element: Ty, span: Span },
    /// `a is b`
    Identity { ty: Ty, left: ExprId, right: ExprId, span: Span },
    /// A format spec fits the type of its value.
    Format { value: ExprId, spec: super::format::Spec },
}

/// An obligation, with the function and lambda that it stands in.
#[derive(Debug)]
pub(crate) struct Pending {
    obligation: Obligation,
    number: usize,
    lambda: Option<LambdaId>,
}

impl Infer<'_> {
    /// Looks at an obligation now, and again later if that is too early.
    pub(crate) fn oblige(&mut self, obligation: Obligation) {
        if let Some((var, obligation)) = self.attempt(obligation) {
            self.wait_for(var, obligation);
        }
    }

    /// Looks at an obligation when a variable is bound.
    pub(crate) fn wait_for(&mut self, var: Var, obligation: Obligation) {
        let lambda = self.f.frames.last().and_then(|frame| frame.lambda);
        let id = self.obligations.len() as u32;
        let number = self.f.number;
        self.obligations.push(Some(Pending { obligation, number, lambda }));
        self.table.wait(var, id);
    }

    /// Looks at the obligations whose variables were bound since.
    pub(crate) fn solve_ready(&mut self) {
        if self.table.ready.is_empty() {
            return;
        }
        let here = self.f.number;
        while let Some(id) = self.table.ready.pop() {
            self.retry(id);
        }
        self.enter(here);
    }

    fn retry(&mut self, id: u32) {
        let Some(Pending { obligation, number, lambda }) = self.obligations[id as usize].take()
        else {
            return;
        };
        self.enter(number);
        let again = self.attempt_in(lambda, obligation);
        if let Some((var, obligation)) = again {
            self.obligations[id as usize] = Some(Pending { obligation, number, lambda });
            self.table.wait(var, id);
        }
    }

    /// Attempts an obligation as if at its place: uses of places remember the
    /// lambda that they stand in.
    fn attempt_in(
        &mut self,
        lambda: Option<LambdaId>,
        obligation: Obligation,
    ) -> Option<(Var, Obligation)> {
        let uses = self.f.place_uses.len();
        let again = self.attempt(obligation);
        for place_use in &mut self.f.place_uses[uses..] {
            place_use.lambda = lambda;
        }
        again
    }

    /// Tries to settle an obligation; gives it back with what it waits for if
    /// that is too early.
    fn attempt(&mut self, obligation: Obligation) -> Option<(Var, Obligation)> {
        match obligation {
            Obligation::Bound { trait_, ty, args, span, cause } => {
                let var = self.try_require(trait_, ty, args, span, cause)?;
                Some((var, Obligation::Bound { trait_, ty, args, span, cause }))
            }
            Obligation::Method { call, receiver, name, given, explicit, site } => {
                let ty = self.ty(receiver);
                if ty == Ty::ERROR || ty == Ty::NEVER {
                    self.give_up(call);
                    return None;
                }
                match self.lookup_method(ty, name.symbol) {
                    Lookup::Stuck(var) => Some((
                        var,
                        Obligation::Method { call, receiver, name, given, explicit, site },
                    )),
                    Lookup::Found(target) => {
                        self.check_visible(&target, name);
                        let made = self.target_call(
                            &target,
                            receiver,
                            name,
                            &given,
                            &explicit,
                            site,
                            Expect::Any,
                            Some(call),
                        );
                        if made != call {
                            self.give_up(call);
                        }
                        None
                    }
                    Lookup::Ambiguous(traits) => {
                        self.ambiguous_method(&traits, ty, name);
                        self.give_up(call);
                        None
                    }
                    Lookup::Missing => {
                        self.unknown_method(receiver, name, &given, site);
                        self.give_up(call);
                        None
                    }
                }
            }
            Obligation::Field { field, base, name } => {
                let ty = self.ty(base);
                if let Some(var) = self.open(ty) {
                    return Some((var, Obligation::Field { field, base, name }));
                }
                let span = self.span(field);
                let found = self.field_kind(base, ty, name, span);
                self.fill(field, found);
                None
            }
            Obligation::Index { expr, base, index } => {
                let ty = self.ty(base);
                if let Some(var) = self.open(ty) {
                    return Some((var, Obligation::Index { expr, base, index }));
                }
                let span = self.span(expr);
                let found = self.index_kind(base, ty, Between::Value(index), span);
                self.fill(expr, found);
                None
            }
            Obligation::Operator { op, expr, left, right } => {
                match self.resolve_operator(op, expr, left, right) {
                    Resolution::Done => None,
                    Resolution::Stuck(var) => {
                        Some((var, Obligation::Operator { op, expr, left, right }))
                    }
                }
            }
            Obligation::Unary { op, expr, operand } => {
                match self.resolve_unary(op, expr, operand) {
                    Resolution::Done => None,
                    Resolution::Stuck(var) => Some((var, Obligation::Unary { op, expr, operand })),
                }
            }
            Obligation::Membership { expr, value, container } => {
                let ty = self.ty(container);
                if let Some(var) = self.open(ty) {
                    return Some((var, Obligation::Membership { expr, value, container }));
                }
                self.settle_membership(expr, value, container);
                None
            }
            Obligation::Iterate { value, element } => match self.try_iterate(value) {
                Some((kind, found)) => {
                    self.f.late_loops.push((value, kind));
                    if !self.table.unify(element, found) {
                        self.mismatch(value, element, found, Why::Plain);
                    }
                    None
                }
                None => {
                    let ty = self.ty(value);
                    let var = self.open(ty)?;
                    Some((var, Obligation::Iterate { value, element }))
                }
            },
            Obligation::Try { expr, value, result } => {
                let ty = self.ty(value);
                if let Some(var) = self.open(ty) {
                    return Some((var, Obligation::Try { expr, value, result }));
                }
                self.settle_try(expr, value, result);
                None
            }
            Obligation::Chain { chain, step } => {
                let ty = self.ty(step);
                if let Some(var) = self.open(ty) {
                    return Some((var, Obligation::Chain { chain, step }));
                }
                self.settle_chain(chain, step);
                None
            }
            Obligation::Cast { cast, value } => {
                let (from, to) = (self.ty(value), self.ty(cast));
                for ty in [from, to] {
                    if let Some(var) = self.open(ty) {
                        return Some((var, Obligation::Cast { cast, value }));
                    }
                }
                self.settle_cast(cast, value, from, to);
                None
            }
            Obligation::RangeElement { element, span } => {
                if let Some(var) = self.table.as_var(element)
                    && self.table.var_kind(var) == VarKind::General
                {
                    return Some((var, Obligation::RangeElement { element, span }));
                }
                if let Some(var) = self.table.as_var(element)
                    && self.table.var_kind(var) == VarKind::Int
                {
                    return Some((var, Obligation::RangeElement { element, span }));
                }
                self.settle_range(element, span);
                None
            }
            Obligation::Identity { ty, left, right, span } => {
                let inner = self.as_option(ty).unwrap_or(ty);
                if let Some(var) = self.open(inner) {
                    return Some((var, Obligation::Identity { ty, left, right, span }));
                }
                self.settle_identity(ty, left, right, span);
                None
            }
            Obligation::Format { value, spec } => {
                let ty = self.ty(value);
                if let Some(var) = self.open(ty) {
                    return Some((var, Obligation::Format { value, spec }));
                }
                self.settle_format(value, spec);
                None
            }
        }
    }

    /// The variable that a type is, unless that stands for a parameter.
    fn open(&self, ty: Ty) -> Option<Var> {
        self.table.as_var(ty).filter(|var| self.table.var_kind(*var) != VarKind::Rigid)
    }

    /// An expression that waited is refused.
    fn give_up(&mut self, expr: ExprId) {
        let ty = self.f.body.exprs[expr].ty;
        self.table.unify(ty, Ty::ERROR);
        self.f.failed = true;
    }

    /// An expression that waited becomes what was found.
    fn fill(&mut self, expr: ExprId, found: Option<(ExprKind, Ty)>) {
        match found {
            Some((kind, ty)) => {
                let want = self.f.body.exprs[expr].ty;
                self.f.body.exprs[expr].kind = kind;
                if !self.table.unify(want, ty) {
                    self.mismatch(expr, want, ty, Why::Plain);
                }
            }
            None => self.give_up(expr),
        }
    }

    // ---- what obligations are about

    /// How a `for` runs over a value, and what its elements are. None if that
    /// is not known yet; what cannot be run over is reported.
    pub(crate) fn try_iterate(&mut self, value: ExprId) -> Option<(ForKind, Ty)> {
        let ty = self.ty(value);
        let lang = &self.program.lang;
        match self.table.kind(ty) {
            TyKind::List(element) => return Some((ForKind::List, element)),
            TyKind::Adt(adt, args) if adt == lang.range => {
                return Some((ForKind::Range, self.table.part(args, 0)));
            }
            TyKind::Adt(adt, args) if adt == lang.dict => {
                let pair = self.list_vec(args);
                return Some((ForKind::Dict, self.table.tuple(&pair)));
            }
            TyKind::Adt(adt, args) if adt == lang.set => {
                return Some((ForKind::Set, self.table.part(args, 0)));
            }
            TyKind::Error | TyKind::Never => {
                self.f.failed |= ty == Ty::ERROR;
                return Some((ForKind::List, Ty::ERROR));
            }
            TyKind::Infer(var) if self.table.var_kind(Var(var)) == VarKind::General => {
                return None;
            }
            _ => {}
        }
        let iter = self.program.lang.iter;
        let method = self.program.traits[iter]
            .methods
            .iter()
            .copied()
            .find(|method| self.program.functions[*method].name == simple_source::sym::NEXT);
        if let (Some(method), Some(candidates)) = (method, self.operator_args(iter, ty))
            && self.table.as_var(ty).is_none_or(|var| self.table.var_kind(var) == VarKind::Rigid)
        {
            let span = self.span(value);
            let args = match candidates {
                Some(args) => args,
                None => {
                    let element = self.fresh(span);
                    self.table.make_list(&[element])
                }
            };
            self.require(iter, ty, args, span, Cause::Bound);
            let element = self.table.part(args, 0);
            let all = self.table.make_list(&[ty, element]);
            let reference = MethodRef { trait_: iter, method, args: all };
            let callee = if matches!(self.table.kind(ty), TyKind::Dyn(..)) {
                Callee::Dyn(reference)
            } else {
                Callee::Method(reference)
            };
            return Some((ForKind::Iter(callee), element));
        }
        self.not_iterable(value, ty);
        Some((ForKind::List, Ty::ERROR))
    }

    fn not_iterable(&mut self, value: ExprId, ty: Ty) {
        let shown = self.show(ty);
        let span = self.span(value);
        let text = self.operand_text(value);
        let mut diag = Diagnostic::error(
            &codes::NOT_ITERABLE,
            span,
            format!("`for` cannot run over a value of type `{shown}`"),
        )
        .label("nothing to run over");
        use simple_source::Applicability::Maybe;
        diag = match self.table.kind(ty) {
            TyKind::Str => diag
                .suggest("its characters are", span, format!("{text}.chars()"), Maybe)
                .note(format!("its bytes are `{text}.bytes()`, its lines `{text}.lines()`")),
            TyKind::Int(_) => {
                diag.suggest("to count up to it, write a range", span, format!("0..{text}"), Maybe)
            }
            TyKind::Infer(var) if self.table.var_kind(Var(var)) == VarKind::Int => {
                diag.suggest("to count up to it, write a range", span, format!("0..{text}"), Maybe)
            }
            TyKind::Adt(adt, _) if adt == self.program.lang.option => {
                diag.note("the value in an option is reached by `match`, `??` or `.unwrap()`")
            }
            TyKind::Param(_, name) => {
                let name = self.text(name);
                diag.note(format!("write `[{name}: Iter[T]]` to run over its values"))
            }
            TyKind::Adt(..) => {
                diag.note(format!("`impl Iter[T] for {shown}:` would make it possible"))
            }
            _ => diag,
        };
        self.error(diag);
    }

    fn settle_range(&mut self, element: Ty, span: Span) {
        let fits = match self.table.kind(element) {
            TyKind::Int(_) | TyKind::Char | TyKind::Error | TyKind::Never => true,
            TyKind::Param(index, _) => {
                self.table.class(index) == super::table::NumberClass::Integer
            }
            _ => false,
        };
        if !fits {
            let shown = self.show(element);
            let diag = Diagnostic::error(
                &codes::MISMATCH,
                span,
                format!("a range is of integers or chars, and these are `{shown}`"),
            )
            .label(format!("a range of `{shown}`"));
            self.error(diag);
        }
    }

    fn settle_cast(&mut self, cast: ExprId, value: ExprId, from: Ty, to: Ty) {
        let (a, b) = (self.table.kind(from), self.table.kind(to));
        let number = |kind: TyKind| {
            matches!(kind, TyKind::Int(_) | TyKind::Float(_))
                || matches!(kind, TyKind::Param(index, _)
                    if self.table.class(index) != super::table::NumberClass::None)
        };
        let integer = |kind: TyKind| {
            matches!(kind, TyKind::Int(_))
                || matches!(kind, TyKind::Param(index, _)
                    if self.table.class(index) == super::table::NumberClass::Integer)
        };
        let fits = match (a, b) {
            (TyKind::Error, _) | (_, TyKind::Error) | (TyKind::Never, _) => true,
            _ if from == to => true,
            (a, b) if number(a) && number(b) => true,
            (TyKind::Bool, b) | (TyKind::Char, b) if integer(b) => true,
            (TyKind::Int(IntTy::U8), TyKind::Char) => true,
            _ => false,
        };
        if !fits {
            self.bad_cast(cast, value, from, to);
        }
    }

    fn bad_cast(&mut self, cast: ExprId, value: ExprId, from: Ty, to: Ty) {
        use simple_source::Applicability::Maybe;
        let span = self.span(cast);
        let (a, b) = (self.show(from), self.show(to));
        let text = self.operand_text(value);
        let mut diag = Diagnostic::error(
            &codes::CAST,
            span,
            format!("`{a}` cannot be converted to `{b}` by `as`"),
        )
        .label("no such conversion");
        let float = matches!(self.table.kind(to), TyKind::Float(FloatTy::F32 | FloatTy::F64));
        diag = match (self.table.kind(from), self.table.kind(to)) {
            (TyKind::Str, TyKind::Int(_)) => diag
                .suggest("read the number", span, format!("{text}.to_int()"), Maybe)
                .note("this gives an option: the text may be no number"),
            (TyKind::Str, _) if float => diag
                .suggest("read the number", span, format!("{text}.to_float()"), Maybe)
                .note("this gives an option: the text may be no number"),
            (_, TyKind::Str) => {
                diag.suggest("make text of it", span, format!("{text}.to_str()"), Maybe)
            }
            (TyKind::Int(_), TyKind::Bool) => {
                diag.suggest("compare it", span, format!("{text} != 0"), Maybe)
            }
            (TyKind::Float(_), TyKind::Bool) => {
                diag.suggest("compare it", span, format!("{text} != 0.0"), Maybe)
            }
            (TyKind::Int(_), TyKind::Char) => diag.note(format!(
                "only a `u8` is always a character: `{text} as u8 as char`, \
                 or `char.from_u32({text} as u32)`, which gives an option"
            )),
            (_, TyKind::Adt(adt, _)) if self.program.adts[adt].kind != AdtKind::Enum => {
                let name = self.text(self.program.adts[adt].name);
                let value = self.snippet(self.span(value));
                diag.suggest("to make one, call it", span, format!("{name}({value})"), Maybe)
            }
            _ => diag.note(
                "`as` converts between numbers, `bool` and `char` to integers, `u8` to `char`",
            ),
        };
        self.error(diag);
    }

    // ---- the end of a group

    /// Whether nothing but bounds waits for a variable.
    pub(crate) fn only_bounds_wait(&self, var: Var) -> bool {
        self.obligations.iter().flatten().all(|pending| match &pending.obligation {
            Obligation::Bound { ty, .. } => {
                self.table.as_var(*ty) == Some(var) || !self.mentions_var(*ty, var)
            }
            other => !self.waits_on(other, var),
        })
    }

    fn mentions_var(&self, ty: Ty, var: Var) -> bool {
        let mut open = Vec::new();
        self.table.open_vars(ty, &mut open);
        open.contains(&var)
    }

    fn waits_on(&self, obligation: &Obligation, var: Var) -> bool {
        let is = |ty: Ty| self.table.as_var(ty) == Some(var);
        let of = |pending: ExprId| {
            // Expressions are numbered per function; only those of the one at
            // hand and its siblings can mention the variable.
            self.bodies
                .iter()
                .flatten()
                .chain(std::iter::once(&self.f))
                .any(|body| body.body.exprs.get(pending).is_some_and(|expr| is(expr.ty)))
        };
        match obligation {
            Obligation::Bound { ty, .. } => is(*ty),
            Obligation::Method { receiver, .. } => of(*receiver),
            Obligation::Field { base, .. } | Obligation::Index { base, .. } => of(*base),
            Obligation::Operator { left, right, .. } => of(*left) || of(*right),
            Obligation::Unary { operand, .. } => of(*operand),
            Obligation::Membership { container, .. } => of(*container),
            Obligation::Iterate { value, .. }
            | Obligation::Try { value, .. }
            | Obligation::Cast { value, .. }
            | Obligation::Format { value, .. } => of(*value),
            Obligation::Chain { step, .. } => of(*step),
            Obligation::RangeElement { element, .. } => is(*element),
            Obligation::Identity { ty, .. } => is(*ty),
        }
    }

    /// Takes the bounds that wait for a variable: they become those of a
    /// generic parameter.
    pub(crate) fn take_bounds_of(&mut self, var: Var) -> Vec<TraitRef> {
        let mut bounds: Vec<TraitRef> = Vec::new();
        for slot in 0..self.obligations.len() {
            let Some(pending) = &self.obligations[slot] else { continue };
            let Obligation::Bound { trait_, ty, args, .. } = pending.obligation else { continue };
            if self.table.as_var(ty) != Some(var) {
                continue;
            }
            let reference = TraitRef { trait_, args };
            if !bounds.contains(&reference) {
                bounds.push(reference);
            }
            self.obligations[slot] = None;
        }
        bounds
    }

    /// Gives operators on types that nothing decides their usual meaning: both
    /// sides and the result have one type.
    pub(crate) fn default_operators_of(&mut self, numbers: &[usize]) {
        let here = self.f.number;
        for slot in 0..self.obligations.len() {
            let Some(pending) = &self.obligations[slot] else { continue };
            let number = pending.number;
            if !numbers.contains(&number) {
                continue;
            }
            match pending.obligation {
                Obligation::Operator { op, expr, left, right } => {
                    self.obligations[slot] = None;
                    self.enter(number);
                    self.default_operator(op, expr, left, right);
                }
                Obligation::Unary { op, expr, operand } => {
                    let ty = self.in_body(number, |this| this.ty(operand));
                    if self.table.as_var(ty).map(|var| self.table.var_kind(var))
                        != Some(VarKind::General)
                    {
                        continue;
                    }
                    self.obligations[slot] = None;
                    self.enter(number);
                    self.default_unary(op, expr, operand, ty);
                }
                _ => continue,
            }
            self.enter(here);
            self.solve_ready();
        }
    }

    fn default_operator(&mut self, op: BinaryOp, expr: ExprId, left: ExprId, right: ExprId) {
        let (left_ty, right_ty) = (self.ty(left), self.ty(right));
        let open = |this: &Self, ty: Ty| {
            this.table.as_var(ty).is_some_and(|var| this.table.var_kind(var) == VarKind::General)
        };
        let shift = matches!(op, BinaryOp::Shl | BinaryOp::Shr);
        if open(self, left_ty) || open(self, right_ty) {
            if shift {
                for ty in [left_ty, right_ty] {
                    if open(self, ty) {
                        self.table.unify(ty, Ty::I64);
                    }
                }
            } else if !self.table.unify(left_ty, right_ty) {
                self.resolve_operator(op, expr, left, right);
                return;
            }
        }
        let ty = self.ty(left);
        if !open(self, ty) {
            if let Resolution::Stuck(var) = self.resolve_operator(op, expr, left, right) {
                self.wait_for(var, Obligation::Operator { op, expr, left, right });
            }
            return;
        }
        let lang = &self.program.lang;
        let (trait_, name) = match op {
            BinaryOp::Add => (lang.add, simple_source::sym::ADD),
            BinaryOp::Sub => (lang.sub, simple_source::sym::SUB),
            BinaryOp::Mul => (lang.mul, simple_source::sym::MUL),
            BinaryOp::Div => (lang.div, simple_source::sym::DIV),
            BinaryOp::Rem => (lang.rem, simple_source::sym::REM),
            _ => {
                // Bits and powers are of integers.
                self.table.unify(ty, Ty::I64);
                self.resolve_operator(op, expr, left, right);
                return;
            }
        };
        let result = self.f.body.exprs[expr].ty;
        self.table.unify(result, ty);
        let span = self.span(expr);
        let args = self.table.make_list(&[ty, ty]);
        let kind = self.trait_call(trait_, name, ty, args, &[left, right]);
        self.f.body.exprs[expr].kind = kind;
        self.require(trait_, ty, args, span, Cause::Operator);
    }

    fn default_unary(&mut self, op: UnaryOp, expr: ExprId, operand: ExprId, ty: Ty) {
        let result = self.f.body.exprs[expr].ty;
        if op == UnaryOp::BitNot {
            self.table.unify(ty, Ty::I64);
            self.table.unify(result, ty);
            return;
        }
        let trait_ = self.program.lang.neg;
        self.table.unify(result, ty);
        let span = self.span(expr);
        let args = self.table.make_list(&[ty]);
        let kind = self.trait_call(trait_, simple_source::sym::NEG, ty, args, &[operand]);
        self.f.body.exprs[expr].kind = kind;
        self.require(trait_, ty, args, span, Cause::Operator);
    }

    /// Gives open number literals the type that they have where nothing
    /// decides.
    pub(crate) fn default_literals(&mut self, from: u32) {
        for number in from..self.table.var_count() {
            let var = Table::var_ty(Var(number));
            match self.table.as_var(var) {
                Some(open) if open == Var(number) => {}
                _ => continue,
            }
            match self.table.var_kind(Var(number)) {
                VarKind::Int => self.table.unify(var, Ty::I64),
                VarKind::Float => self.table.unify(var, Ty::F64),
                VarKind::General | VarKind::Rigid => continue,
            };
        }
        self.solve_ready();
    }

    /// Settles what can still be settled when all bodies of the group were
    /// looked at.
    pub(crate) fn settle_group(&mut self) {
        self.solve_ready();
        // Literals that receivers, operands and casts wait for.
        self.default_literals(0);
        let all: Vec<usize> = (0..self.bodies.len()).collect();
        // Each operator may decide types that others wait for.
        for _ in 0..4 {
            self.default_operators_of(&all);
            self.default_literals(0);
        }
        // A result that is one of the parameters is decided by what is passed.
        let mut passed: Vec<Var> = Vec::new();
        if !self.unit_unless_decided.is_empty() {
            for number in all {
                let params: Vec<Ty> =
                    self.body_numbered(number).params.iter().map(|param| param.ty).collect();
                params.into_iter().for_each(|ty| self.table.open_vars(ty, &mut passed));
            }
        }
        for ty in std::mem::take(&mut self.unit_unless_decided) {
            if let Some(var) = self.table.as_var(ty)
                && self.table.var_kind(var) == VarKind::General
                && !passed.contains(&var)
            {
                self.table.unify(ty, Ty::UNIT);
            }
        }
        self.solve_ready();
    }

    /// Reports what is still undecided at the end, at the values whose types
    /// were needed; bounds alone are no mistake of their own.
    pub(crate) fn report_undecided(&mut self) {
        let here = self.f.number;
        for slot in 0..self.obligations.len() {
            let Some(pending) = self.obligations[slot].take() else { continue };
            self.enter(pending.number);
            match pending.obligation {
                Obligation::Bound { .. } => {}
                Obligation::Method { call, receiver, name, .. } => {
                    let text = self.text(name.symbol);
                    self.undecided(receiver, &format!("whose method `{text}` is called"));
                    self.give_up(call);
                }
                Obligation::Field { field, base, name } => {
                    let text = self.text(name.symbol);
                    self.undecided(base, &format!("whose field `{text}` is used"));
                    self.give_up(field);
                }
                Obligation::Index { expr, base, .. } => {
                    self.undecided(base, "that is indexed");
                    self.give_up(expr);
                }
                Obligation::Operator { expr, left, .. } => {
                    self.undecided(left, "that an operator is used on");
                    self.give_up(expr);
                }
                Obligation::Unary { expr, operand, .. } => {
                    self.undecided(operand, "that an operator is used on");
                    self.give_up(expr);
                }
                Obligation::Membership { expr, container, .. } => {
                    self.undecided(container, "that is looked into");
                    self.give_up(expr);
                }
                Obligation::Iterate { value, element } => {
                    self.undecided(value, "that `for` runs over");
                    self.table.unify(element, Ty::ERROR);
                }
                Obligation::Try { expr, value, .. } => {
                    self.undecided(value, "before `?`");
                    self.give_up(expr);
                }
                Obligation::Chain { chain, step } => {
                    self.undecided(step, "after `?.`");
                    self.give_up(chain);
                }
                Obligation::Cast { value, .. } => self.undecided(value, "that is converted"),
                Obligation::Identity { left, .. } => self.undecided(left, "that is compared"),
                Obligation::Format { value, .. } => self.undecided(value, "that is formatted"),
                Obligation::RangeElement { .. } => {}
            }
        }
        self.enter(here);
    }

    /// A value whose type nothing decides.
    fn undecided(&mut self, value: ExprId, what: &str) {
        let ty = self.ty(value);
        let Some(var) = self.table.as_var(ty) else { return };
        // A parameter is where a type can be written.
        let params = &self.f.params;
        let param = params.iter().find(|param| self.table.as_var(param.ty) == Some(var));
        let origin = param.map_or_else(|| self.table.origin(var), |param| param.span);
        self.undecided_at(origin, self.span(value), what);
        self.table.unify(ty, Ty::ERROR);
    }

    /// A type that nothing decides, first needed at `origin`.
    pub(crate) fn undecided_at(&mut self, origin: Span, used: Span, what: &str) {
        let origin = if origin.is_none() { used } else { origin };
        let text = self.snippet(origin);
        let is_name = text.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !text.is_empty()
            && !text.starts_with(|c: char| c.is_ascii_digit())
            && text != "None"
            && text != "nil";
        let mut diag = Diagnostic::error(
            &codes::UNDECIDED,
            origin,
            if is_name {
                format!("nothing decides the type of `{text}`")
            } else {
                format!("nothing decides the type of `{text}` here")
            },
        )
        .label(if what.is_empty() {
            "its type needs to be written".to_owned()
        } else {
            format!("a value {what}")
        });
        if used != origin && !used.is_none() && !what.is_empty() {
            diag = diag.also(used, "its type is needed here");
        }
        diag = self.how_to_decide(diag, origin, text, is_name, what);
        self.error(diag);
    }

    fn how_to_decide(
        &self,
        diag: Diagnostic,
        origin: Span,
        text: &str,
        is_name: bool,
        what: &str,
    ) -> Diagnostic {
        use simple_source::Applicability::Maybe;
        // What only lists have.
        const OF_LISTS: &[&str] = &[
            "append",
            "push",
            "pop",
            "extend",
            "insert",
            "sort",
            "reverse",
            "map",
            "filter",
            "sum",
            "first",
            "last",
            "enumerate",
            "zip",
            "indexed",
        ];
        let is_list = what.split([' ', '`']).any(|word| OF_LISTS.contains(&word));
        let param = self.f.params.iter().any(|param| param.span == origin);
        if param && is_name {
            return diag.suggest(
                "write its type, for example",
                origin,
                format!("{text}: {}", if is_list { "[i64]" } else { "str" }),
                Maybe,
            );
        }
        match text {
            "[]" => diag.note("write the type where it is declared: `val xs: [i64] = []`"),
            "{}" => diag.note("write the type where it is declared: `val d: {str: i64} = {}`"),
            "None" | "nil" => {
                diag.note("write the type where it is declared: `val x: i64? = None`")
            }
            _ if text.ends_with(')') => {
                let name = text.split('(').next().unwrap_or("");
                let plain = !name.is_empty()
                    && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
                if !plain {
                    return diag;
                }
                let rest = &text[name.len()..];
                diag.suggest(
                    "write the type argument, for example",
                    origin,
                    format!("{name}[i64]{rest}"),
                    Maybe,
                )
            }
            _ if is_name => diag.note(format!("write it: `{text}: i64`, for example")),
            _ => diag,
        }
    }
}
