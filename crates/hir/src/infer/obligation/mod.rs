//! What could not be decided where it stands, and is looked at again when a
//! type that it waits for is known.

mod settle;
mod undecided;

use simple_source::{Diagnostic, Span};
use simple_syntax::ast::{self, BinaryOp, UnaryOp};

use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::infer::arguments::{CallSite, Given};
use crate::infer::bounds::Cause;
use crate::infer::expect::{Expect, Why};
use crate::infer::index::Between;
use crate::infer::method::Lookup;
use crate::infer::operator::Resolution;
use crate::infer::table::{Var, VarKind};
use crate::infer::{Infer, LambdaId};
use crate::ty::{FloatTy, IntTy, Ty, TyKind, Tys};

pub(crate) use undecided::Need;

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
    Format { value: ExprId, spec: crate::infer::format::Spec },
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
                self.table.class(index) == crate::infer::table::NumberClass::Integer
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
                    if self.table.class(index) != crate::infer::table::NumberClass::None)
        };
        let integer = |kind: TyKind| {
            matches!(kind, TyKind::Int(_))
                || matches!(kind, TyKind::Param(index, _)
                    if self.table.class(index) == crate::infer::table::NumberClass::Integer)
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
            (TyKind::Str, TyKind::Int(_))
                if matches!(self.f.body.exprs[value].kind, ExprKind::Str(symbol)
                    if self.text(symbol).chars().count() == 1
                        && self.text(symbol).parse::<u8>().is_err()) =>
            {
                diag.note(format!(
                    "for the number of a character: `val c: char = {text}`, then `c as {b}`"
                ))
            }
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
}
