//! Matches and patterns.
//!
//! Arms are tried in order. Where the arms tell the value's variant or an
//! integer apart, one switch goes to the arms that can still fit; what an arm
//! tests beyond that is tested one by one. Each arm's body is lowered once,
//! however many ways lead to it.

use simple_hir as hir;
use simple_hir::{ExprId, ExprKind, PatId, PatKind, Ty, TyKind};
use simple_syntax::ast::BinaryOp;

use super::function::FunctionLowerer;
use super::instance::Instance;
use crate::function::*;
use crate::types::Type;

/// A switch is worth its table from this many arms on.
const SWITCH_FROM: usize = 2;

impl FunctionLowerer<'_, '_, '_> {
    pub(crate) fn lower_match(
        &mut self,
        value: ExprId,
        arms: hir::List<hir::Arm>,
        dest: Option<Place>,
    ) {
        let arms = self.body().list(arms).to_vec();
        let (place, ty) = self.value_place(value);
        let join = self.b.new_block();
        let bodies: Vec<BlockId> = arms.iter().map(|_| self.b.new_block()).collect();
        let candidates: Vec<usize> = (0..arms.len()).collect();
        match self.switch_values(&arms, ty) {
            Some(values) if arms.len() >= SWITCH_FROM => {
                let subject = self.switch_subject(place, ty);
                let mut cases = Vec::with_capacity(values.len());
                let mut chains = Vec::with_capacity(values.len());
                for value in &values {
                    let block = self.b.new_block();
                    cases.push((*value, block));
                    let fitting: Vec<usize> = candidates
                        .iter()
                        .copied()
                        .filter(|arm| self.may_match(arms[*arm].pat, *value, ty))
                        .collect();
                    chains.push((block, fitting));
                }
                let otherwise = self.b.new_block();
                let open: Vec<usize> =
                    candidates.iter().copied().filter(|arm| self.is_open(arms[*arm].pat)).collect();
                chains.push((otherwise, open));
                self.b.switch(subject, cases, otherwise);
                for (position, (block, fitting)) in chains.into_iter().enumerate() {
                    self.b.switch_to(block);
                    let known = values.get(position).copied();
                    self.chain(&arms, &fitting, &bodies, place, known);
                }
            }
            _ => self.chain(&arms, &candidates, &bodies, place, None),
        }
        for (arm, block) in arms.iter().zip(bodies) {
            self.b.switch_to(block);
            let living = self.living.len();
            self.begin_lives_of(arm.pat);
            self.branch_value(arm.body, dest);
            self.end_lives(living);
            self.b.goto(join);
        }
        self.b.switch_to(join);
    }

    /// Tries `candidates` one after the other. `known` is the value that a
    /// switch has found, so that top-level tests for it are left out.
    fn chain(
        &mut self,
        arms: &[hir::Arm],
        candidates: &[usize],
        bodies: &[BlockId],
        place: Place,
        known: Option<u64>,
    ) {
        for arm in candidates {
            let next = self.b.new_block();
            let pat = arms[*arm].pat;
            self.test(pat, place, next, known);
            self.bind(pat, place);
            if let Some(guard) = arms[*arm].guard {
                self.condition(guard, bodies[*arm], next);
            } else {
                self.b.goto(bodies[*arm]);
            }
            self.b.switch_to(next);
        }
        // The match is exhaustive.
        self.b.terminate(Terminator::Unreachable);
    }

    /// The values that the arms' top-level patterns tell apart, if a switch
    /// can: variants, integers, chars, bools. In order of first mention.
    fn switch_values(&self, arms: &[hir::Arm], ty: Ty) -> Option<Vec<u64>> {
        match self.program.types.kind(ty) {
            TyKind::Int(_) | TyKind::Char | TyKind::Bool => {}
            TyKind::Adt(adt, _) if self.program.adts[adt].kind == hir::AdtKind::Enum => {}
            _ => return None,
        }
        let mut values = Vec::new();
        for arm in arms {
            self.collect_values(arm.pat, &mut values)?;
        }
        (!values.is_empty()).then_some(values)
    }

    fn collect_values(&self, pat: PatId, values: &mut Vec<u64>) -> Option<()> {
        let body = self.body();
        match body.pats[pat].kind {
            PatKind::Wildcard | PatKind::Bind(_) | PatKind::Range { .. } => {}
            PatKind::Variant { variant, .. } => {
                if !values.contains(&(variant as u64)) {
                    values.push(variant as u64);
                }
            }
            PatKind::Literal(literal) => {
                let value = self.literal_bits(literal)?;
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            PatKind::Or(alternatives) => {
                for pat in body.list(alternatives) {
                    self.collect_values(*pat, values)?;
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// The bits of an integer, char or bool literal.
    fn literal_bits(&self, literal: ExprId) -> Option<u64> {
        Some(match self.expr_of(literal).kind {
            ExprKind::Int(bits) => bits,
            ExprKind::Char(value) => value as u64,
            ExprKind::Bool(value) => value as u64,
            _ => return None,
        })
    }

    /// Whether a pattern may match when the switch found `value`.
    fn may_match(&self, pat: PatId, value: u64, ty: Ty) -> bool {
        let body = self.body();
        match body.pats[pat].kind {
            PatKind::Variant { variant, .. } => variant as u64 == value,
            PatKind::Literal(literal) => self.literal_bits(literal) == Some(value),
            PatKind::Or(alternatives) => {
                body.list(alternatives).iter().any(|pat| self.may_match(*pat, value, ty))
            }
            _ => true,
        }
    }

    /// Whether a pattern may match a value that no arm names.
    fn is_open(&self, pat: PatId) -> bool {
        let body = self.body();
        match body.pats[pat].kind {
            PatKind::Variant { .. } | PatKind::Literal(_) => false,
            PatKind::Or(alternatives) => {
                body.list(alternatives).iter().any(|pat| self.is_open(*pat))
            }
            _ => true,
        }
    }

    fn switch_subject(&mut self, place: Place, ty: Ty) -> Operand {
        match self.program.types.kind(ty) {
            TyKind::Adt(..) => self.tag(place),
            _ => Operand::Copy(place),
        }
    }

    /// Goes on if the value at `place` matches, else to `fail`. Binds nothing,
    /// except where alternatives bind.
    pub(crate) fn test(&mut self, pat: PatId, place: Place, fail: BlockId, known: Option<u64>) {
        let body = self.body();
        let pattern = body.pats[pat];
        let ty = self.subst(pattern.ty);
        match pattern.kind {
            PatKind::Wildcard | PatKind::Bind(_) => {}
            PatKind::Literal(literal) => {
                if known.is_some() && known == self.literal_bits(literal) {
                    return;
                }
                let value = self.operand(literal);
                let equal = self.compare(BinaryOp::Eq, ty, Operand::Copy(place), value);
                self.go_on_if(equal, fail);
            }
            PatKind::Range { low, high, inclusive } => {
                if let Some(low) = low {
                    let low = self.operand(low);
                    let fits = self.compare(BinaryOp::Ge, ty, Operand::Copy(place), low);
                    self.go_on_if(fits, fail);
                }
                if let Some(high) = high {
                    let high = self.operand(high);
                    let op = if inclusive { BinaryOp::Le } else { BinaryOp::Lt };
                    let fits = self.compare(op, ty, Operand::Copy(place), high);
                    self.go_on_if(fits, fail);
                }
            }
            PatKind::Tuple(parts) => {
                for (index, part) in body.list(parts).iter().enumerate() {
                    let field = self.b.field(place, index as u32);
                    self.test(*part, field, fail, None);
                }
            }
            PatKind::Variant { variant, fields } => {
                let is_enum = matches!(self.program.types.kind(ty), TyKind::Adt(adt, _)
                    if self.program.adts[adt].kind == hir::AdtKind::Enum);
                if is_enum && known != Some(variant as u64) && !self.is_only_variant(ty) {
                    let tag = self.tag(place);
                    let good = self.b.new_block();
                    self.b.switch(tag, vec![(variant as u64, good)], fail);
                    self.b.switch_to(good);
                }
                for field in body.list(fields) {
                    if matches!(body.pats[field.pat].kind, PatKind::Wildcard | PatKind::Bind(_)) {
                        continue;
                    }
                    let part = self.pattern_field(place, ty, variant, field.index);
                    self.test(field.pat, part, fail, None);
                }
            }
            PatKind::List { prefix, rest, suffix, .. } => {
                let prefix = body.list(prefix);
                let suffix = body.list(suffix);
                let len = self.b.temp_from(self.types.i64_, Rvalue::Len(place));
                let least = Self::i64_const((prefix.len() + suffix.len()) as i64);
                let op = if rest { BinOp::Ge } else { BinOp::Eq };
                let fits = self.b.temp_from(self.types.bool_, Rvalue::Binary(op, len, least));
                self.go_on_if(fits, fail);
                for (index, part) in prefix.iter().enumerate() {
                    if !self.is_trivial(*part) {
                        let element = self.element(place, index as i64, None);
                        self.test(*part, element, fail, None);
                    }
                }
                for (index, part) in suffix.iter().enumerate() {
                    if !self.is_trivial(*part) {
                        let back = (suffix.len() - index) as i64;
                        let element = self.element(place, back, Some(len));
                        self.test(*part, element, fail, None);
                    }
                }
            }
            PatKind::Or(alternatives) => {
                let matched = self.b.new_block();
                for alternative in body.list(alternatives) {
                    let next = self.b.new_block();
                    self.test(*alternative, place, next, known);
                    self.bind(*alternative, place);
                    self.b.goto(matched);
                    self.b.switch_to(next);
                }
                self.b.goto(fail);
                self.b.switch_to(matched);
            }
        }
    }

    fn is_trivial(&self, pat: PatId) -> bool {
        matches!(self.body().pats[pat].kind, PatKind::Wildcard | PatKind::Bind(_))
    }

    fn is_only_variant(&self, ty: Ty) -> bool {
        matches!(self.program.types.kind(ty), TyKind::Adt(adt, _)
            if self.program.adts[adt].variants.len() == 1)
            && !matches!(
                self.program.types.kind(ty),
                TyKind::Adt(adt, _) if self.program.adts[adt].kind == hir::AdtKind::Class
            )
    }

    fn go_on_if(&mut self, condition: Operand, fail: BlockId) {
        let good = self.b.new_block();
        self.b.branch(condition, good, fail);
        self.b.switch_to(good);
    }

    /// Field `index` of what a struct, class or variant pattern matches.
    fn pattern_field(&mut self, place: Place, ty: Ty, variant: u32, index: u32) -> Place {
        let memory = self.types.get(ty);
        match self.types.table.get(memory) {
            Type::Enum(_) => self.variant_field(place, ty, variant, index),
            _ => {
                let weak = matches!(self.program.types.kind(ty), TyKind::Adt(adt, _)
                    if self.program.adts[adt].variants[0].fields[index as usize].weak);
                let field = self.field_of(place, ty, index, super::places::Access::Read);
                if !weak {
                    return field;
                }
                let option = self.field_ty(ty, index);
                let memory = self.types.get(option);
                let temp = Place::local(self.b.temp(memory));
                self.b.assign(temp, Rvalue::Upgrade(Operand::Copy(field)));
                temp
            }
        }
    }

    /// Element `index` of the list at `place`; from the end, if `len` is given.
    fn element(&mut self, place: Place, index: i64, len: Option<Operand>) -> Place {
        let i64_ty = self.types.i64_;
        let local = self.b.temp(i64_ty);
        let value = match len {
            None => Rvalue::Use(Self::i64_const(index)),
            Some(len) => Rvalue::Binary(BinOp::Sub(Overflow::Wrap), len, Self::i64_const(index)),
        };
        self.b.assign(Place::local(local), value);
        self.b.project(place, Projection::Index(local))
    }

    /// Binds the names of a pattern that cannot fail.
    pub(crate) fn bind_irrefutable(&mut self, pat: PatId, place: Place) {
        // Only alternatives need a test, to find out which one it is.
        let fail = self.b.new_block();
        if self.has_alternatives(pat) {
            self.test(pat, place, fail, None);
        }
        self.bind(pat, place);
    }

    fn has_alternatives(&self, pat: PatId) -> bool {
        let body = self.body();
        match body.pats[pat].kind {
            PatKind::Or(_) => true,
            PatKind::Wildcard | PatKind::Bind(_) | PatKind::Literal(_) | PatKind::Range { .. } => {
                false
            }
            PatKind::Tuple(parts) => {
                body.list(parts).iter().any(|part| self.has_alternatives(*part))
            }
            PatKind::Variant { fields, .. } => {
                body.list(fields).iter().any(|field| self.has_alternatives(field.pat))
            }
            PatKind::List { prefix, suffix, .. } => body
                .list(prefix)
                .iter()
                .chain(body.list(suffix))
                .any(|part| self.has_alternatives(*part)),
        }
    }

    /// Binds the names of a pattern that is known to match and, if it has
    /// alternatives, was tested.
    pub(crate) fn bind(&mut self, pat: PatId, place: Place) {
        let body = self.body();
        let pattern = body.pats[pat];
        let ty = self.subst(pattern.ty);
        match pattern.kind {
            // The test of alternatives has bound them: it knows which matched.
            PatKind::Wildcard | PatKind::Literal(_) | PatKind::Range { .. } | PatKind::Or(_) => {}
            PatKind::Bind(local) => {
                let target = self.place_of(local);
                if target != place {
                    self.b.assign(target, Rvalue::Use(Operand::Copy(place)));
                }
            }
            PatKind::Tuple(parts) => {
                for (index, part) in body.list(parts).iter().enumerate() {
                    let field = self.b.field(place, index as u32);
                    self.bind(*part, field);
                }
            }
            PatKind::Variant { variant, fields } => {
                for field in body.list(fields) {
                    if self.binds(field.pat) {
                        let part = self.pattern_field(place, ty, variant, field.index);
                        self.bind(field.pat, part);
                    }
                }
            }
            PatKind::List { prefix, rest_binding, suffix, .. } => {
                let prefix = body.list(prefix);
                let suffix = body.list(suffix);
                for (index, part) in prefix.iter().enumerate() {
                    if self.binds(*part) {
                        let element = self.element(place, index as i64, None);
                        self.bind(*part, element);
                    }
                }
                if suffix.is_empty() && rest_binding.is_none() {
                    return;
                }
                let len = self.b.temp_from(self.types.i64_, Rvalue::Len(place));
                if let Some(rest) = rest_binding {
                    self.bind_rest(rest, place, ty, prefix.len(), suffix.len(), len);
                }
                for (index, part) in suffix.iter().enumerate() {
                    if self.binds(*part) {
                        let back = (suffix.len() - index) as i64;
                        let element = self.element(place, back, Some(len));
                        self.bind(*part, element);
                    }
                }
            }
        }
    }

    fn bind_rest(
        &mut self,
        rest: hir::LocalId,
        place: Place,
        ty: Ty,
        before: usize,
        after: usize,
        len: Operand,
    ) {
        let element = self.list_element(ty);
        let args = self.program.types.intern_list(&[element]);
        let slice = self.request(Instance::Fn(self.shared.library.list_slice, args));
        let low = Self::i64_const(before as i64);
        let high = Rvalue::Binary(BinOp::Sub(Overflow::Wrap), len, Self::i64_const(after as i64));
        let high = self.b.temp_from(self.types.i64_, high);
        let target = self.place_of(rest);
        let args = [Arg::Value(Operand::Copy(place)), Arg::Value(low), Arg::Value(high)];
        self.b.call(Some(target), Callee::Function(slice), &args);
    }

    /// Whether a pattern binds a name.
    fn binds(&self, pat: PatId) -> bool {
        let body = self.body();
        match body.pats[pat].kind {
            PatKind::Wildcard | PatKind::Literal(_) | PatKind::Range { .. } => false,
            PatKind::Bind(_) => true,
            PatKind::Tuple(parts) | PatKind::Or(parts) => {
                body.list(parts).iter().any(|part| self.binds(*part))
            }
            PatKind::Variant { fields, .. } => {
                body.list(fields).iter().any(|field| self.binds(field.pat))
            }
            PatKind::List { prefix, rest_binding, suffix, .. } => {
                rest_binding.is_some()
                    || body
                        .list(prefix)
                        .iter()
                        .chain(body.list(suffix))
                        .any(|part| self.binds(*part))
            }
        }
    }
}
