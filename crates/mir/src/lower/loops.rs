//! Loops and comprehensions.

use simple_hir as hir;
use simple_hir::{ExprId, ExprKind, ForKind, PatId, PatKind, Ty, TyKind};

use super::function::{FunctionLowerer, LoopFrame};
use super::instance::Instance;
use super::operators::SOME;
use super::types::int_type;
use crate::function::*;

impl FunctionLowerer<'_, '_, '_> {
    pub(crate) fn lower_while(&mut self, condition: ExprId, body: ExprId) {
        let (head, inside, done) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        self.b.goto(head);
        self.b.switch_to(head);
        self.condition(condition, inside, done);
        self.b.switch_to(inside);
        self.loops.push(LoopFrame {
            continue_to: head,
            break_to: done,
            result: None,
            living: self.living.len(),
        });
        self.effect(body);
        self.loops.pop();
        self.b.goto(head);
        self.b.switch_to(done);
    }

    pub(crate) fn lower_loop(&mut self, body: ExprId, ty: Ty) -> Rvalue {
        let (head, done) = (self.b.new_block(), self.b.new_block());
        let result = match self.kind(ty) {
            TyKind::Never | TyKind::Unit => None,
            _ => {
                let memory = self.ty(ty);
                Some(Place::local(self.b.temp(memory)))
            }
        };
        self.b.goto(head);
        self.b.switch_to(head);
        self.loops.push(LoopFrame {
            continue_to: head,
            break_to: done,
            result,
            living: self.living.len(),
        });
        self.effect(body);
        self.loops.pop();
        self.b.goto(head);
        self.b.switch_to(done);
        if self.kind(ty) == TyKind::Never {
            // Nothing breaks out, so nobody comes here.
            self.b.terminate(Terminator::Unreachable);
        }
        Rvalue::Use(result.map_or(Operand::Const(Const::Unit), Operand::Copy))
    }

    pub(crate) fn lower_break(&mut self, value: Option<ExprId>) {
        let Some(frame) = self.loops.last() else { return };
        let (target, result, living) = (frame.break_to, frame.result, frame.living);
        if let Some(value) = value {
            match result {
                Some(result) => {
                    let value = self.operand(value);
                    self.b.assign(result, Rvalue::Use(value));
                }
                None => self.effect(value),
            }
            self.keep_lives(living);
        }
        self.b.goto(target);
    }

    /// Runs `body` for each element of `iterable`, bound to `pat`.
    pub(crate) fn lower_for(
        &mut self,
        pat: PatId,
        iterable: ExprId,
        kind: ForKind,
        body: &mut dyn FnMut(&mut Self),
    ) {
        let body = &mut |this: &mut Self| {
            let living = this.living.len();
            this.begin_lives_of(pat);
            body(this);
            this.end_lives(living);
        };
        match kind {
            ForKind::Range => self.for_range(pat, iterable, body),
            ForKind::List => {
                let ty = self.subst(self.expr_of(iterable).ty);
                let value = self.operand(iterable);
                // The loop runs over the value as it is now.
                let memory = self.types.get(ty);
                let list = self.b.temp_from(memory, Rvalue::Use(value));
                let Operand::Copy(list) = list else { return };
                let element = self.list_element(ty);
                self.for_elements(list, &mut |this, place| {
                    this.bind_element(pat, place, element);
                    body(this);
                });
            }
            ForKind::Dict | ForKind::Set => {
                let ty = self.subst(self.expr_of(iterable).ty);
                let value = self.operand(iterable);
                let memory = self.types.get(ty);
                let all = self.b.temp_from(memory, Rvalue::Use(value));
                let Operand::Copy(all) = all else { return };
                let (entries, slot) = self.entries(all, ty);
                let parts = self.shared.library.dict;
                self.for_elements(entries, &mut |this, place| {
                    let tag = this.tag(place);
                    let live = this.b.new_block();
                    let next = this.loops.last().map(|frame| frame.continue_to);
                    let next = next.unwrap_or(BlockId(0));
                    this.b.switch(tag, vec![(parts.live_variant as u64, live)], next);
                    this.b.switch_to(live);
                    let key = this.variant_field(place, slot, parts.live_variant, parts.key_field);
                    let key_ty = this.variant_field_ty(slot, parts.live_variant, parts.key_field);
                    if kind == ForKind::Set {
                        this.bind_element(pat, key, key_ty);
                    } else {
                        let value =
                            this.variant_field(place, slot, parts.live_variant, parts.value_field);
                        let value_ty =
                            this.variant_field_ty(slot, parts.live_variant, parts.value_field);
                        this.bind_pair(pat, (key, key_ty), (value, value_ty));
                    }
                    body(this);
                });
            }
            ForKind::Iter(next) => self.for_iterator(pat, iterable, next, body),
        }
    }

    /// Binds a dict's pair, without making the tuple if the pattern takes it
    /// apart anyway.
    fn bind_pair(&mut self, pat: PatId, key: (Place, Ty), value: (Place, Ty)) {
        let body = self.body();
        if let PatKind::Tuple(parts) = body.pats[pat].kind
            && let [first, second] = *body.list(parts)
        {
            self.bind_element(first, key.0, key.1);
            self.bind_element(second, value.0, value.1);
            return;
        }
        let ty = self.program.types.tuple(&[key.1, value.1]);
        let memory = self.types.get(ty);
        let values = self.b.values(&[Operand::Copy(key.0), Operand::Copy(value.0)]);
        let pair = self.b.temp_from(memory, Rvalue::Struct(values));
        if let Operand::Copy(pair) = pair {
            self.bind_irrefutable(pat, pair);
        }
    }

    /// Binds one element at `place` to a pattern that cannot fail.
    pub(crate) fn bind_element(&mut self, pat: PatId, place: Place, ty: Ty) {
        if matches!(self.body().pats[pat].kind, PatKind::Bind(_) | PatKind::Wildcard) {
            self.bind(pat, place);
            return;
        }
        let memory = self.types.get(ty);
        let element = self.b.temp_from(memory, Rvalue::Use(Operand::Copy(place)));
        if let Operand::Copy(place) = element {
            self.bind_irrefutable(pat, place);
        }
    }

    /// Runs `body` with the place of each element of the list at `list`, which
    /// does not change meanwhile.
    pub(crate) fn for_elements(&mut self, list: Place, body: &mut dyn FnMut(&mut Self, Place)) {
        let i64_ty = self.types.i64_;
        let len = self.b.temp_from(i64_ty, Rvalue::Len(list));
        let index = self.b.temp(i64_ty);
        let index_place = Place::local(index);
        self.b.assign(index_place, Rvalue::Use(Self::i64_const(0)));
        let (head, inside, next, done) =
            (self.b.new_block(), self.b.new_block(), self.b.new_block(), self.b.new_block());
        self.b.goto(head);
        self.b.switch_to(head);
        let more = Rvalue::Binary(BinOp::Lt, Operand::Copy(index_place), len);
        let more = self.b.temp_from(self.types.bool_, more);
        self.b.branch(more, inside, done);
        self.b.switch_to(inside);
        let element = self.b.project(list, Projection::Index(index));
        self.loops.push(LoopFrame {
            continue_to: next,
            break_to: done,
            result: None,
            living: self.living.len(),
        });
        body(self, element);
        self.loops.pop();
        self.b.goto(next);
        self.b.switch_to(next);
        let one = Self::i64_const(1);
        let step = Rvalue::Binary(BinOp::Add(Overflow::Wrap), Operand::Copy(index_place), one);
        self.b.assign(index_place, step);
        self.b.goto(head);
        self.b.switch_to(done);
    }

    fn for_range(&mut self, pat: PatId, iterable: ExprId, body: &mut dyn FnMut(&mut Self)) {
        let expr = self.expr_of(iterable);
        let range_ty = self.subst(expr.ty);
        let element = self.field_ty(range_ty, 0);
        if let ExprKind::Construct { fields, .. } = expr.kind {
            let fields = self.body().list(fields).to_vec();
            let part =
                |param: u32| fields.iter().find(|arg| arg.param == param).map(|arg| arg.value);
            if let (Some(start), Some(end), Some(step), Some(inclusive)) =
                (part(0), part(1), part(2), part(3))
                && self.int_literal(step) == Some(1)
                && let ExprKind::Bool(inclusive) = self.expr_of(inclusive).kind
            {
                let bounds = self.operands(&[start, end]);
                self.count_up(pat, element, bounds[0], bounds[1], inclusive, body);
                return;
            }
        }
        // Any other range: so many rounds, each a step further.
        let (range, _) = self.value_place(iterable);
        let TyKind::Adt(_, args) = self.program.types.kind(range_ty) else { return };
        let i64_ty = self.types.i64_;
        let memory = self.types.get(element);
        let left = Place::local(self.b.temp(i64_ty));
        let count = self.request(Instance::Fn(self.shared.library.range_count, args));
        let range_arg = [Arg::Value(Operand::Copy(range))];
        self.b.call(Some(left), Callee::Function(count), &range_arg);
        let start = self.b.field(range, 0);
        let current = Place::local(self.b.temp(memory));
        self.b.assign(current, Rvalue::Use(Operand::Copy(start)));
        let step_field = self.b.field(range, 2);
        let step = self.b.temp_from(memory, Rvalue::Cast(CastKind::Int, Operand::Copy(step_field)));
        let (head, inside, next, done) =
            (self.b.new_block(), self.b.new_block(), self.b.new_block(), self.b.new_block());
        self.b.goto(head);
        self.b.switch_to(head);
        let more = Rvalue::Binary(BinOp::Gt, Operand::Copy(left), Self::i64_const(0));
        let more = self.b.temp_from(self.types.bool_, more);
        self.b.branch(more, inside, done);
        self.b.switch_to(inside);
        self.bind_element(pat, current, element);
        self.loops.push(LoopFrame {
            continue_to: next,
            break_to: done,
            result: None,
            living: self.living.len(),
        });
        body(self);
        self.loops.pop();
        self.b.goto(next);
        self.b.switch_to(next);
        let forward = Rvalue::Binary(BinOp::Add(Overflow::Wrap), Operand::Copy(current), step);
        self.b.assign(current, forward);
        let fewer =
            Rvalue::Binary(BinOp::Sub(Overflow::Wrap), Operand::Copy(left), Self::i64_const(1));
        self.b.assign(left, fewer);
        self.b.goto(head);
        self.b.switch_to(done);
    }

    /// `for pat in start..end` (or `..=`).
    fn count_up(
        &mut self,
        pat: PatId,
        element: Ty,
        start: Operand,
        end: Operand,
        inclusive: bool,
        body: &mut dyn FnMut(&mut Self),
    ) {
        let memory = self.types.get(element);
        let end = self.b.temp_from(memory, Rvalue::Use(end));
        let current = Place::local(self.b.temp(memory));
        self.b.assign(current, Rvalue::Use(start));
        let (head, inside, next, done) =
            (self.b.new_block(), self.b.new_block(), self.b.new_block(), self.b.new_block());
        self.b.goto(head);
        self.b.switch_to(head);
        let below = if inclusive { BinOp::Le } else { BinOp::Lt };
        let more = Rvalue::Binary(below, Operand::Copy(current), end);
        let more = self.b.temp_from(self.types.bool_, more);
        self.b.branch(more, inside, done);
        self.b.switch_to(inside);
        self.bind_element(pat, current, element);
        self.loops.push(LoopFrame {
            continue_to: next,
            break_to: done,
            result: None,
            living: self.living.len(),
        });
        body(self);
        self.loops.pop();
        self.b.goto(next);
        self.b.switch_to(next);
        if inclusive {
            // One more step might not fit: the end is compared before it.
            let at_end = Rvalue::Binary(BinOp::Eq, Operand::Copy(current), end);
            let at_end = self.b.temp_from(self.types.bool_, at_end);
            let step = self.b.new_block();
            self.b.branch(at_end, done, step);
            self.b.switch_to(step);
        }
        let one = match self.program.types.kind(element) {
            TyKind::Int(int) => Const::Int(int_type(int), 1),
            _ => Const::Int(crate::IntType::I64, 1),
        };
        let one = Operand::Const(one);
        let forward = Rvalue::Binary(BinOp::Add(Overflow::Wrap), Operand::Copy(current), one);
        self.b.assign(current, forward);
        self.b.goto(head);
        self.b.switch_to(done);
    }

    fn for_iterator(
        &mut self,
        pat: PatId,
        iterable: ExprId,
        next: hir::Callee,
        body: &mut dyn FnMut(&mut Self),
    ) {
        let ty = self.subst(self.expr_of(iterable).ty);
        let memory = self.types.get(ty);
        let value = self.operand(iterable);
        let iterator = Place::local(self.b.temp(memory));
        self.b.assign(iterator, Rvalue::Use(value));
        let option_ty = self.callee_result(next);
        let option_memory = self.types.get(option_ty);
        let option = Place::local(self.b.temp(option_memory));
        let (head, inside, done) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        self.b.goto(head);
        self.b.switch_to(head);
        self.call_values(next, &[Operand::Copy(iterator)], Some(option));
        let tag = self.tag(option);
        self.b.switch(tag, vec![(SOME as u64, inside)], done);
        self.b.switch_to(inside);
        let element = self.variant_field(option, option_ty, SOME, 0);
        let element_ty = self.variant_field_ty(option_ty, SOME, 0);
        self.bind_element(pat, element, element_ty);
        self.loops.push(LoopFrame {
            continue_to: head,
            break_to: done,
            result: None,
            living: self.living.len(),
        });
        body(self);
        self.loops.pop();
        self.b.goto(head);
        self.b.switch_to(done);
    }

    pub(crate) fn comprehension(
        &mut self,
        clauses: hir::List<hir::Clause>,
        element: ExprId,
        value: Option<ExprId>,
        ty: Ty,
    ) -> Rvalue {
        let ty = self.subst(ty);
        let result = self.empty_collection(ty);
        let clauses = self.body().list(clauses).to_vec();
        self.clauses(&clauses, &mut |this| match value {
            Some(value) => {
                let pair = this.operands(&[element, value]);
                this.dict_insert(result, ty, pair[0], pair[1]);
            }
            None => {
                let item = this.operand(element);
                if matches!(this.program.types.kind(ty), TyKind::List(_)) {
                    let args = [Arg::Address(result), Arg::Value(item)];
                    this.b.intrinsic(None, Intrinsic::ListPush, &args);
                } else {
                    this.set_insert(result, ty, item);
                }
            }
        });
        Rvalue::Use(Operand::Copy(result))
    }

    fn clauses(&mut self, clauses: &[hir::Clause], innermost: &mut dyn FnMut(&mut Self)) {
        match clauses {
            [] => innermost(self),
            [hir::Clause::If(condition), rest @ ..] => {
                let (yes, no) = (self.b.new_block(), self.b.new_block());
                self.condition(*condition, yes, no);
                self.b.switch_to(yes);
                self.clauses(rest, innermost);
                self.b.goto(no);
                self.b.switch_to(no);
            }
            [hir::Clause::For { pat, iterable, kind }, rest @ ..] => {
                self.lower_for(*pat, *iterable, *kind, &mut |this| this.clauses(rest, innermost));
            }
        }
    }
}
