//! What every type can do by its structure: equality, order, hash, text.

use simple_hir as hir;
use simple_hir::{FloatTy, Ty, TyKind};
use simple_source::{Span, Symbol};

use super::builder::Builder;
use super::function::FunctionLowerer;
use super::instance::{Instance, Structural};
use super::operators::{EQUAL, GREATER, LESS};
use super::places::Access;
use super::types::int_type;
use crate::function::*;
use crate::types::{IntType, Type};

impl FunctionLowerer<'_, '_, '_> {
    /// The function that does `op` on values of type `ty`.
    pub(crate) fn lower_structural(&mut self, name: Symbol, op: Structural, ty: Ty) -> Function {
        let mut header = self.header(name, None);
        self.b = Builder::new(Span::NONE);
        let memory = self.types.get(ty);
        match op {
            Structural::Eq | Structural::Cmp => {
                let left = Place::local(self.b.temp(memory));
                let right = Place::local(self.b.temp(memory));
                header.params = vec![ParamMode::Undecided; 2];
                if op == Structural::Eq {
                    header.result = self.types.bool_;
                    self.eq_body(ty, left, right);
                } else {
                    let ordering = self.ordering_ty();
                    header.result = self.types.get(ordering);
                    self.cmp_body(ty, left, right);
                }
            }
            Structural::Hash => {
                let value = Place::local(self.b.temp(memory));
                header.params = vec![ParamMode::Undecided];
                header.result = self.types.u64_;
                self.hash_body(ty, value);
            }
            Structural::Text => {
                let address = self.intern(Type::Address(self.types.str_));
                let out = self.b.temp(address);
                let value = Place::local(self.b.temp(memory));
                header.params = vec![ParamMode::Address, ParamMode::Undecided];
                let out = self.b.deref(Place::local(out));
                self.text_body(out, ty, value);
                self.b.terminate(Terminator::Return(Operand::Const(Const::Unit)));
            }
        }
        self.finish(header)
    }

    fn return_bool(&mut self, value: bool) {
        self.b.terminate(Terminator::Return(Operand::Const(Const::Bool(value))));
    }

    /// The fields of a struct, class or tuple: how many there are.
    fn field_count(&self, ty: Ty) -> u32 {
        match self.program.types.kind(ty) {
            TyKind::Tuple(elements) => self.program.types.list(elements).len() as u32,
            TyKind::Adt(adt, _) => self.program.adts[adt].variants[0].fields.len() as u32,
            _ => 0,
        }
    }

    fn is_enum(&self, ty: Ty) -> bool {
        matches!(self.program.types.kind(ty), TyKind::Adt(adt, _)
            if self.program.adts[adt].kind == hir::AdtKind::Enum)
    }

    fn is_option(&self, ty: Ty) -> bool {
        matches!(self.program.types.kind(ty), TyKind::Adt(adt, _) if adt == self.program.lang.option)
    }

    fn variant_field_count(&self, ty: Ty, variant: u32) -> u32 {
        match self.program.types.kind(ty) {
            TyKind::Adt(adt, _) => {
                self.program.adts[adt].variants[variant as usize].fields.len() as u32
            }
            _ => 0,
        }
    }

    fn variant_count(&self, ty: Ty) -> u32 {
        match self.program.types.kind(ty) {
            TyKind::Adt(adt, _) => self.program.adts[adt].variants.len() as u32,
            _ => 0,
        }
    }

    /// Begins an endless walk over two lists' elements; `body` gets the index.
    fn walk(&mut self, limit: Operand, body: &mut dyn FnMut(&mut Self, LocalId)) {
        let i64_ty = self.types.i64_;
        let index = self.b.temp(i64_ty);
        let place = Place::local(index);
        self.b.assign(place, Rvalue::Use(Self::i64_const(0)));
        let (head, inside, done) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        self.b.goto(head);
        self.b.switch_to(head);
        let more = Rvalue::Binary(BinOp::Lt, Operand::Copy(place), limit);
        let more = self.b.temp_from(self.types.bool_, more);
        self.b.branch(more, inside, done);
        self.b.switch_to(inside);
        body(self, index);
        let one = Self::i64_const(1);
        let next = Rvalue::Binary(BinOp::Add(Overflow::Wrap), Operand::Copy(place), one);
        self.b.assign(place, next);
        self.b.goto(head);
        self.b.switch_to(done);
    }

    /// Returns false unless the two parts are equal.
    fn require_equal(&mut self, ty: Ty, left: Place, right: Place) {
        let equal = self.equal(ty, Operand::Copy(left), Operand::Copy(right));
        let (next, differ) = (self.b.new_block(), self.b.new_block());
        self.b.branch(equal, next, differ);
        self.b.switch_to(differ);
        self.return_bool(false);
        self.b.switch_to(next);
    }

    fn eq_body(&mut self, ty: Ty, left: Place, right: Place) {
        match self.program.types.kind(ty) {
            TyKind::List(element) => {
                let len = self.b.temp_from(self.types.i64_, Rvalue::Len(left));
                let other = self.b.temp_from(self.types.i64_, Rvalue::Len(right));
                let same = Rvalue::Binary(BinOp::Eq, len, other);
                let same = self.b.temp_from(self.types.bool_, same);
                let (next, differ) = (self.b.new_block(), self.b.new_block());
                self.b.branch(same, next, differ);
                self.b.switch_to(differ);
                self.return_bool(false);
                self.b.switch_to(next);
                self.walk(len, &mut |this, index| {
                    let a = this.b.project(left, Projection::Index(index));
                    let b = this.b.project(right, Projection::Index(index));
                    this.require_equal(element, a, b);
                });
            }
            _ if self.is_enum(ty) => {
                let tag = self.tag(left);
                let other = self.tag(right);
                let same = Rvalue::Binary(BinOp::Eq, tag, other);
                let same = self.b.temp_from(self.types.bool_, same);
                let (next, differ) = (self.b.new_block(), self.b.new_block());
                self.b.branch(same, next, differ);
                self.b.switch_to(differ);
                self.return_bool(false);
                self.b.switch_to(next);
                self.each_variant(tag, ty, &mut |this, variant| {
                    for index in 0..this.variant_field_count(ty, variant) {
                        let a = this.variant_field(left, ty, variant, index);
                        let b = this.variant_field(right, ty, variant, index);
                        let field = this.variant_field_ty(ty, variant, index);
                        this.require_equal(field, a, b);
                    }
                    this.return_bool(true);
                });
            }
            _ => {
                for index in 0..self.field_count(ty) {
                    let a = self.field_of(left, ty, index, Access::Read);
                    let b = self.field_of(right, ty, index, Access::Read);
                    let field = self.field_ty(ty, index);
                    self.require_equal(field, a, b);
                }
            }
        }
        self.return_bool(true);
    }

    /// Runs `body` for the variant that `tag` says; each must leave the
    /// function. Variants without fields share the way out.
    fn each_variant(&mut self, tag: Operand, ty: Ty, body: &mut dyn FnMut(&mut Self, u32)) {
        let mut cases = Vec::new();
        let otherwise = self.b.new_block();
        for variant in 0..self.variant_count(ty) {
            if self.variant_field_count(ty, variant) > 0 {
                cases.push((variant as u64, self.b.new_block()));
            }
        }
        self.b.switch(tag, cases.clone(), otherwise);
        for (variant, block) in cases {
            self.b.switch_to(block);
            body(self, variant as u32);
        }
        self.b.switch_to(otherwise);
    }

    /// Returns the order of two parts unless they are equal.
    fn require_same_order(&mut self, ty: Ty, left: Place, right: Place) {
        let order = self.order(ty, Operand::Copy(left), Operand::Copy(right));
        let ordering = self.ordering_ty();
        let place = self.operand_place(order, ordering);
        let tag = self.tag(place);
        let (next, differ) = (self.b.new_block(), self.b.new_block());
        self.b.switch(tag, vec![(EQUAL as u64, next)], differ);
        self.b.switch_to(differ);
        self.b.terminate(Terminator::Return(order));
        self.b.switch_to(next);
    }

    fn return_order(&mut self, variant: u32) {
        let value = self.ordering_const(variant);
        self.b.terminate(Terminator::Return(value));
    }

    /// Returns `Less` or `Greater` if two scalars differ.
    fn compare_scalars(&mut self, left: Operand, right: Operand) {
        for (op, variant) in [(BinOp::Lt, LESS), (BinOp::Gt, GREATER)] {
            let holds = self.b.temp_from(self.types.bool_, Rvalue::Binary(op, left, right));
            let (yes, no) = (self.b.new_block(), self.b.new_block());
            self.b.branch(holds, yes, no);
            self.b.switch_to(yes);
            self.return_order(variant);
            self.b.switch_to(no);
        }
    }

    fn cmp_body(&mut self, ty: Ty, left: Place, right: Place) {
        match self.program.types.kind(ty) {
            TyKind::Int(_) | TyKind::Bool | TyKind::Char => {
                self.compare_scalars(Operand::Copy(left), Operand::Copy(right));
            }
            TyKind::Float(float) => {
                // Total order: the bits as signed integers, with all but the
                // sign flipped for negative ones (IEEE 754, 5.10); every NaN
                // counts as the same, above all numbers.
                let left = self.total_order_key(float, left);
                let right = self.total_order_key(float, right);
                self.compare_scalars(left, right);
            }
            TyKind::Str => {
                let i32_ty = self.intern(Type::Int(IntType::I32));
                let order = Place::local(self.b.temp(i32_ty));
                let args = [Arg::Value(Operand::Copy(left)), Arg::Value(Operand::Copy(right))];
                self.extern_call("rt_str_cmp", &args, Some(order));
                let zero = Operand::Const(Const::Int(IntType::I32, 0));
                self.compare_scalars(Operand::Copy(order), zero);
            }
            TyKind::List(element) => {
                let len = self.b.temp_from(self.types.i64_, Rvalue::Len(left));
                let other = self.b.temp_from(self.types.i64_, Rvalue::Len(right));
                let shorter =
                    self.b.temp_from(self.types.i64_, Rvalue::Binary(BinOp::Min, len, other));
                self.walk(shorter, &mut |this, index| {
                    let a = this.b.project(left, Projection::Index(index));
                    let b = this.b.project(right, Projection::Index(index));
                    this.require_same_order(element, a, b);
                });
                self.compare_scalars(len, other);
            }
            _ if self.is_enum(ty) => {
                let tag = self.tag(left);
                let other = self.tag(right);
                // `Some` is declared first, and `None` is the smallest.
                if self.is_option(ty) {
                    self.compare_scalars(other, tag);
                } else {
                    self.compare_scalars(tag, other);
                }
                self.each_variant(tag, ty, &mut |this, variant| {
                    for index in 0..this.variant_field_count(ty, variant) {
                        let a = this.variant_field(left, ty, variant, index);
                        let b = this.variant_field(right, ty, variant, index);
                        let field = this.variant_field_ty(ty, variant, index);
                        this.require_same_order(field, a, b);
                    }
                    this.return_order(EQUAL);
                });
            }
            _ => {
                for index in 0..self.field_count(ty) {
                    let a = self.field_of(left, ty, index, Access::Read);
                    let b = self.field_of(right, ty, index, Access::Read);
                    let field = self.field_ty(ty, index);
                    self.require_same_order(field, a, b);
                }
            }
        }
        self.return_order(EQUAL);
    }

    fn total_order_key(&mut self, float: FloatTy, value: Place) -> Operand {
        let (signed, unsigned, max, shift) = match float {
            FloatTy::F64 => (IntType::I64, IntType::U64, i64::MAX as u64, 63),
            FloatTy::F32 => (IntType::I32, IntType::U32, i32::MAX as u64, 31),
        };
        let signed_ty = self.intern(Type::Int(signed));
        let unsigned_ty = self.intern(Type::Int(unsigned));
        let key = Place::local(self.b.temp(signed_ty));
        let (number, nan, done) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        let value = Operand::Copy(value);
        let is_number = Rvalue::Binary(BinOp::Eq, value, value);
        let is_number = self.b.temp_from(self.types.bool_, is_number);
        self.b.branch(is_number, number, nan);
        self.b.switch_to(nan);
        self.b.assign(key, Rvalue::Use(Operand::Const(Const::Int(signed, max))));
        self.b.goto(done);
        self.b.switch_to(number);
        let bits = self.b.temp_from(unsigned_ty, Rvalue::Unary(UnOp::ToBits, value));
        let bits = self.b.temp_from(signed_ty, Rvalue::Cast(CastKind::Int, bits));
        let shift = Operand::Const(Const::Int(signed, shift));
        let sign = Rvalue::Binary(BinOp::Shr(Overflow::Wrap), bits, shift);
        let sign = self.b.temp_from(signed_ty, sign);
        let max = Operand::Const(Const::Int(signed, max));
        let flip = self.b.temp_from(signed_ty, Rvalue::Binary(BinOp::BitAnd, sign, max));
        self.b.assign(key, Rvalue::Binary(BinOp::BitXor, bits, flip));
        self.b.goto(done);
        self.b.switch_to(done);
        Operand::Copy(key)
    }

    /// The hash of a value.
    pub(crate) fn hash(&mut self, ty: Ty, value: Operand) -> Operand {
        let u64_ty = self.types.u64_;
        let result = Place::local(self.b.temp(u64_ty));
        let bits = match self.program.types.kind(ty) {
            TyKind::Int(int) => {
                let wide = self.widen_int(int, value);
                if int_type(int).is_signed() {
                    self.b.temp_from(u64_ty, Rvalue::Cast(CastKind::Int, wide))
                } else {
                    wide
                }
            }
            TyKind::Bool | TyKind::Char => {
                self.b.temp_from(u64_ty, Rvalue::Cast(CastKind::Int, value))
            }
            TyKind::Unit => Operand::Const(Const::Int(IntType::U64, 0)),
            TyKind::Float(_) => {
                // Adding zero turns -0.0, which equals 0.0, into it.
                let wide = self.widen_float(ty, value);
                let f64_ty = self.intern(Type::F64);
                let zero = Operand::Const(Const::F64(0));
                let sum = Rvalue::Binary(BinOp::Add(Overflow::Wrap), wide, zero);
                let sum = self.b.temp_from(f64_ty, sum);
                self.b.temp_from(u64_ty, Rvalue::Unary(UnOp::ToBits, sum))
            }
            TyKind::Str => {
                self.extern_call("rt_str_hash", &[Arg::Value(value)], Some(result));
                return Operand::Copy(result);
            }
            _ => {
                if let Some(callee) = self.user_method(self.program.lang.hash, ty) {
                    self.call_values(callee, &[value], Some(result));
                } else {
                    let hash = self.request(Instance::Structural(Structural::Hash, ty));
                    self.b.call(Some(result), Callee::Function(hash), &[Arg::Value(value)]);
                }
                return Operand::Copy(result);
            }
        };
        self.extern_call("rt_hash_u64", &[Arg::Value(bits)], Some(result));
        Operand::Copy(result)
    }

    fn hash_part(&mut self, so_far: Place, ty: Ty, part: Place) {
        let hash = self.hash(ty, Operand::Copy(part));
        let args = [Arg::Value(Operand::Copy(so_far)), Arg::Value(hash)];
        self.extern_call("rt_hash_combine", &args, Some(so_far));
    }

    fn hash_body(&mut self, ty: Ty, value: Place) {
        let result = Place::local(self.b.temp(self.types.u64_));
        let seed = |value: u64| Rvalue::Use(Operand::Const(Const::Int(IntType::U64, value)));
        match self.program.types.kind(ty) {
            TyKind::List(element) => {
                let len = self.b.temp_from(self.types.i64_, Rvalue::Len(value));
                self.b.assign(result, Rvalue::Cast(CastKind::Int, len));
                self.walk(len, &mut |this, index| {
                    let part = this.b.project(value, Projection::Index(index));
                    this.hash_part(result, element, part);
                });
            }
            _ if self.is_identity(ty) => {
                // The address: two references to one instance hash alike.
                let bits = self
                    .b
                    .temp_from(self.types.u64_, Rvalue::Unary(UnOp::ToBits, Operand::Copy(value)));
                self.extern_call("rt_hash_u64", &[Arg::Value(bits)], Some(result));
            }
            _ if self.is_enum(ty) => {
                let tag = self.tag(value);
                self.b.assign(result, Rvalue::Cast(CastKind::Int, tag));
                let tag_hash = [Arg::Value(Operand::Copy(result))];
                self.extern_call("rt_hash_u64", &tag_hash, Some(result));
                self.each_variant(tag, ty, &mut |this, variant| {
                    for index in 0..this.variant_field_count(ty, variant) {
                        let part = this.variant_field(value, ty, variant, index);
                        let field = this.variant_field_ty(ty, variant, index);
                        this.hash_part(result, field, part);
                    }
                    this.b.terminate(Terminator::Return(Operand::Copy(result)));
                });
            }
            _ => {
                self.b.assign(result, seed(0));
                for index in 0..self.field_count(ty) {
                    let part = self.field_of(value, ty, index, Access::Read);
                    let field = self.field_ty(ty, index);
                    self.hash_part(result, field, part);
                }
            }
        }
        self.b.terminate(Terminator::Return(Operand::Copy(result)));
    }

    fn text_body(&mut self, out: Place, ty: Ty, value: Place) {
        let program = self.program;
        match program.types.kind(ty) {
            TyKind::List(element) => {
                self.append_literal(out, "[");
                let len = self.b.temp_from(self.types.i64_, Rvalue::Len(value));
                self.walk(len, &mut |this, index| {
                    this.separator(out, index);
                    let part = this.b.project(value, Projection::Index(index));
                    this.append_nested(out, element, Operand::Copy(part));
                });
                self.append_literal(out, "]");
            }
            TyKind::Tuple(elements) => {
                let elements = program.types.list(elements);
                self.append_literal(out, "(");
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        self.append_literal(out, ", ");
                    }
                    let part = self.b.field(value, index as u32);
                    self.append_nested(out, *element, Operand::Copy(part));
                }
                self.append_literal(out, if elements.len() == 1 { ",)" } else { ")" });
            }
            TyKind::Adt(adt, _) if adt == program.lang.dict || adt == program.lang.set => {
                self.dict_text(out, ty, value, adt == program.lang.dict);
            }
            TyKind::Adt(adt, _) if adt == program.lang.range => self.range_text(out, ty, value),
            TyKind::Adt(adt, _) if program.adts[adt].kind == hir::AdtKind::Enum => {
                self.enum_text(out, ty, adt, value);
            }
            TyKind::Adt(adt, _) => {
                let def = &program.adts[adt];
                self.append_symbol(out, def.name);
                let is_class = def.kind == hir::AdtKind::Class;
                if is_class {
                    self.enter_text(out, value);
                }
                self.append_literal(out, "(");
                for (index, field) in def.variants[0].fields.iter().enumerate() {
                    let lead = if index > 0 { ", " } else { "" };
                    let name = self.types.interner.resolve(field.name);
                    self.append_literal(out, &format!("{lead}{name}: "));
                    let mut part = self.field_of(value, ty, index as u32, Access::Read);
                    let field_ty = self.field_ty(ty, index as u32);
                    if field.weak {
                        let memory = self.types.get(field_ty);
                        let target = Place::local(self.b.temp(memory));
                        self.b.assign(target, Rvalue::Upgrade(Operand::Copy(part)));
                        part = target;
                    }
                    self.append_nested(out, field_ty, Operand::Copy(part));
                }
                self.append_literal(out, ")");
                if is_class {
                    self.extern_call("rt_show_leave", &[], None);
                }
            }
            TyKind::Fn(..) => self.append_literal(out, "<fn>"),
            _ => self.append_nested(out, ty, Operand::Copy(value)),
        }
    }

    /// Goes on with the fields of a class instance, unless it is the part of
    /// itself: then `(...)` stands for them.
    fn enter_text(&mut self, out: Place, instance: Place) {
        let fresh = Place::local(self.b.temp(self.types.bool_));
        self.extern_call("rt_show_enter", &[Arg::Value(Operand::Copy(instance))], Some(fresh));
        let (go_on, again) = (self.b.new_block(), self.b.new_block());
        self.b.branch(Operand::Copy(fresh), go_on, again);
        self.b.switch_to(again);
        self.append_literal(out, "(...)");
        self.b.terminate(Terminator::Return(Operand::Const(Const::Unit)));
        self.b.switch_to(go_on);
    }

    /// `, ` before all elements but the first.
    fn separator(&mut self, out: Place, index: LocalId) {
        let (later, join) = (self.b.new_block(), self.b.new_block());
        let place = Operand::Copy(Place::local(index));
        let first = Rvalue::Binary(BinOp::Eq, place, Self::i64_const(0));
        let first = self.b.temp_from(self.types.bool_, first);
        self.b.branch(first, join, later);
        self.b.switch_to(later);
        self.append_literal(out, ", ");
        self.b.goto(join);
        self.b.switch_to(join);
    }

    fn enum_text(&mut self, out: Place, ty: Ty, adt: hir::AdtId, value: Place) {
        let def = &self.program.adts[adt];
        let tag = self.tag(value);
        let join = self.b.new_block();
        let otherwise = self.b.new_block();
        let cases: Vec<(u64, BlockId)> =
            (0..def.variants.len()).map(|index| (index as u64, self.b.new_block())).collect();
        self.b.switch(tag, cases.clone(), otherwise);
        for ((index, block), variant) in cases.into_iter().zip(&def.variants) {
            self.b.switch_to(block);
            self.append_symbol(out, variant.name);
            if !variant.fields.is_empty() {
                self.append_literal(out, "(");
                for field in 0..variant.fields.len() as u32 {
                    if field > 0 {
                        self.append_literal(out, ", ");
                    }
                    let part = self.variant_field(value, ty, index as u32, field);
                    let field_ty = self.variant_field_ty(ty, index as u32, field);
                    self.append_nested(out, field_ty, Operand::Copy(part));
                }
                self.append_literal(out, ")");
            }
            self.b.goto(join);
        }
        self.b.switch_to(otherwise);
        self.b.terminate(Terminator::Unreachable);
        self.b.switch_to(join);
    }

    fn dict_text(&mut self, out: Place, ty: Ty, value: Place, is_dict: bool) {
        let (entries, slot) = self.entries(value, ty);
        let parts = self.shared.library.dict;
        self.append_literal(out, "{");
        let shown = self.b.temp(self.types.i64_);
        let shown_place = Place::local(shown);
        self.b.assign(shown_place, Rvalue::Use(Self::i64_const(0)));
        self.for_elements(entries, &mut |this, place| {
            let tag = this.tag(place);
            let (live, next) = (this.b.new_block(), this.b.new_block());
            this.b.switch(tag, vec![(parts.live_variant as u64, live)], next);
            this.b.switch_to(live);
            this.separator(out, shown);
            let more = Rvalue::Binary(
                BinOp::Add(Overflow::Wrap),
                Operand::Copy(shown_place),
                Self::i64_const(1),
            );
            this.b.assign(shown_place, more);
            let key = this.variant_field(place, slot, parts.live_variant, parts.key_field);
            let key_ty = this.variant_field_ty(slot, parts.live_variant, parts.key_field);
            this.append_nested(out, key_ty, Operand::Copy(key));
            if is_dict {
                this.append_literal(out, ": ");
                let value = this.variant_field(place, slot, parts.live_variant, parts.value_field);
                let value_ty = this.variant_field_ty(slot, parts.live_variant, parts.value_field);
                this.append_nested(out, value_ty, Operand::Copy(value));
            }
            this.b.goto(next);
            this.b.switch_to(next);
        });
        self.append_literal(out, "}");
    }

    /// `0..10`, `0..=10`, and `.step(n)` behind it.
    fn range_text(&mut self, out: Place, ty: Ty, value: Place) {
        let element = self.field_ty(ty, 0);
        let (start, end) = (self.b.field(value, 0), self.b.field(value, 1));
        let (step, inclusive) = (self.b.field(value, 2), self.b.field(value, 3));
        self.append_nested(out, element, Operand::Copy(start));
        self.append_literal(out, "..");
        let (with, without) = (self.b.new_block(), self.b.new_block());
        self.b.branch(Operand::Copy(inclusive), with, without);
        self.b.switch_to(with);
        self.append_literal(out, "=");
        self.b.goto(without);
        self.b.switch_to(without);
        self.append_nested(out, element, Operand::Copy(end));
        let (stepped, done) = (self.b.new_block(), self.b.new_block());
        let plain = Rvalue::Binary(BinOp::Eq, Operand::Copy(step), Self::i64_const(1));
        let plain = self.b.temp_from(self.types.bool_, plain);
        self.b.branch(plain, done, stepped);
        self.b.switch_to(stepped);
        self.append_literal(out, ".step(");
        self.append_nested(out, Ty::I64, Operand::Copy(step));
        self.append_literal(out, ")");
        self.b.goto(done);
        self.b.switch_to(done);
    }
}
