//! Operators, conversions, options.

use simple_hir as hir;
use simple_hir::{ExprId, ExprKind, IntTy, LocalId as HirLocal, Ty, TyKind};
use simple_source::sym;
use simple_syntax::ast::{BinaryOp, UnaryOp};

use super::function::FunctionLowerer;
use super::instance::{Instance, Structural};
use super::places::Access;
use super::types::int_type;
use crate::function::*;
use crate::types::Type;

/// `Some` in the library's `Option`.
pub(crate) const SOME: u32 = 0;
/// `None` in the library's `Option`.
pub(crate) const NONE: u32 = 1;
/// `Ok` in the library's `Result`.
const OK: u32 = 0;
/// `Err` in the library's `Result`.
const ERR: u32 = 1;
/// `Less`, `Equal`, `Greater` in the library's `Ordering`.
pub(crate) const LESS: u32 = 0;
pub(crate) const EQUAL: u32 = 1;
pub(crate) const GREATER: u32 = 2;

impl FunctionLowerer<'_, '_, '_> {
    pub(crate) fn unary(&mut self, op: UnaryOp, operand: ExprId) -> Rvalue {
        let float = matches!(self.kind(self.expr_of(operand).ty), TyKind::Float(_));
        let value = self.operand(operand);
        match op {
            UnaryOp::Neg if float => Rvalue::Unary(UnOp::Neg(Overflow::Wrap), value),
            UnaryOp::Neg => Rvalue::Unary(UnOp::Neg(Overflow::Panic), value),
            UnaryOp::BitNot | UnaryOp::Not => Rvalue::Unary(UnOp::Not, value),
        }
    }

    pub(crate) fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId, ty: Ty) -> Rvalue {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                let result = Place::local(self.b.temp(self.types.bool_));
                let (rest, join) = (self.b.new_block(), self.b.new_block());
                let left = self.operand(left);
                self.b.assign(result, Rvalue::Use(left));
                let known = Operand::Copy(result);
                match op {
                    BinaryOp::And => self.b.branch(known, rest, join),
                    _ => self.b.branch(known, join, rest),
                }
                self.b.switch_to(rest);
                let right = self.operand(right);
                self.b.assign(result, Rvalue::Use(right));
                self.b.goto(join);
                self.b.switch_to(join);
                Rvalue::Use(Operand::Copy(result))
            }
            BinaryOp::Is => {
                let values = self.operands(&[left, right]);
                Rvalue::Binary(BinOp::Same, values[0], values[1])
            }
            BinaryOp::Eq
            | BinaryOp::Ne
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Gt
            | BinaryOp::Ge => {
                let operand_ty = self.subst(self.expr_of(left).ty);
                let values = self.operands(&[left, right]);
                Rvalue::Use(self.compare(op, operand_ty, values[0], values[1]))
            }
            _ => {
                let ty = self.subst(ty);
                let right_ty = self.subst(self.expr_of(right).ty);
                let values = self.operands(&[left, right]);
                match self.program.types.kind(ty) {
                    // Appended to the left side, which is in place where that is
                    // not needed any more.
                    TyKind::Str => {
                        let result = Place::local(self.b.temp(self.types.str_));
                        self.b.assign(result, Rvalue::Use(values[0]));
                        let args = [Arg::Address(result), Arg::Value(values[1])];
                        self.extern_call("rt_str_append", &args, None);
                        Rvalue::Use(Operand::Copy(result))
                    }
                    TyKind::List(element) => {
                        let list = self.types.get(ty);
                        let result = Place::local(self.b.temp(list));
                        self.b.assign(result, Rvalue::Use(values[0]));
                        let args = self.program.types.intern_list(&[element]);
                        let extend =
                            self.request(Instance::Fn(self.shared.library.list_extend, args));
                        let args = [Arg::Address(result), Arg::Value(values[1])];
                        self.b.call(None, Callee::Function(extend), &args);
                        Rvalue::Use(Operand::Copy(result))
                    }
                    _ => self.arithmetic(op, ty, values[0], values[1], right_ty),
                }
            }
        }
    }

    /// An operator on numbers of type `ty`.
    pub(crate) fn arithmetic(
        &mut self,
        op: BinaryOp,
        ty: Ty,
        left: Operand,
        right: Operand,
        right_ty: Ty,
    ) -> Rvalue {
        let kind = self.program.types.kind(ty);
        let float = matches!(kind, TyKind::Float(_));
        let mode = if float { Overflow::Wrap } else { Overflow::Panic };
        let op = match op {
            BinaryOp::Add => BinOp::Add(mode),
            BinaryOp::Sub => BinOp::Sub(mode),
            BinaryOp::Mul => BinOp::Mul(mode),
            BinaryOp::Div => BinOp::Div,
            BinaryOp::Rem if float => return self.float_call("rt_math_fmod", ty, left, right),
            BinaryOp::Rem => BinOp::Rem,
            BinaryOp::Shl => BinOp::Shl(Overflow::Panic),
            BinaryOp::Shr => BinOp::Shr(Overflow::Panic),
            BinaryOp::BitAnd => BinOp::BitAnd,
            BinaryOp::BitOr => BinOp::BitOr,
            BinaryOp::BitXor => BinOp::BitXor,
            BinaryOp::Pow if float => {
                let right = match self.program.types.kind(right_ty) {
                    TyKind::Int(_) => {
                        let ty = self.types.get(ty);
                        self.b.temp_from(ty, Rvalue::Cast(CastKind::IntToFloat, right))
                    }
                    _ => right,
                };
                return self.float_call("rt_math_pow", ty, left, right);
            }
            BinaryOp::Pow => return self.int_power(ty, left, right, right_ty),
            // The others are handled before, or elaborated away.
            _ => return Rvalue::Use(left),
        };
        Rvalue::Binary(op, left, right)
    }

    /// A runtime function of two `f64`, for floats of type `ty`.
    fn float_call(&mut self, name: &str, ty: Ty, left: Operand, right: Operand) -> Rvalue {
        let left = self.widen_float(ty, left);
        let right = self.widen_float(ty, right);
        let f64_ty = self.intern(Type::F64);
        let result = Place::local(self.b.temp(f64_ty));
        self.extern_call(name, &[Arg::Value(left), Arg::Value(right)], Some(result));
        if ty == Ty::F32 {
            return Rvalue::Cast(CastKind::Float, Operand::Copy(result));
        }
        Rvalue::Use(Operand::Copy(result))
    }

    /// A float as `f64`.
    pub(crate) fn widen_float(&mut self, ty: Ty, value: Operand) -> Operand {
        if ty != Ty::F32 {
            return value;
        }
        let f64_ty = self.intern(Type::F64);
        self.b.temp_from(f64_ty, Rvalue::Cast(CastKind::Float, value))
    }

    /// An integer as `i64` or `u64`, by its sign.
    pub(crate) fn widen_int(&mut self, int: IntTy, value: Operand) -> Operand {
        match int {
            IntTy::I64 | IntTy::U64 => value,
            _ => {
                let wide =
                    if int_type(int).is_signed() { self.types.i64_ } else { self.types.u64_ };
                self.b.temp_from(wide, Rvalue::Cast(CastKind::Int, value))
            }
        }
    }

    fn int_power(&mut self, ty: Ty, base: Operand, exponent: Operand, exponent_ty: Ty) -> Rvalue {
        let TyKind::Int(int) = self.program.types.kind(ty) else { return Rvalue::Use(base) };
        let memory = int_type(int);
        let base = self.widen_int(int, base);
        let exponent = match self.program.types.kind(exponent_ty) {
            // A count beyond i64 overflows for every base but 0 and 1, as the
            // largest i64 does.
            TyKind::Int(IntTy::U64) => {
                let most = Operand::Const(Const::Int(crate::IntType::U64, i64::MAX as u64));
                let least =
                    self.b.temp_from(self.types.u64_, Rvalue::Binary(BinOp::Min, exponent, most));
                self.b.temp_from(self.types.i64_, Rvalue::Cast(CastKind::Int, least))
            }
            TyKind::Int(IntTy::I64) => exponent,
            _ => self.b.temp_from(self.types.i64_, Rvalue::Cast(CastKind::Int, exponent)),
        };
        let bits = Self::i64_const(memory.bits() as i64);
        let (name, wide) = if memory.is_signed() {
            ("rt_pow_i64", self.types.i64_)
        } else {
            ("rt_pow_u64", self.types.u64_)
        };
        let result = Place::local(self.b.temp(wide));
        let args = [Arg::Value(base), Arg::Value(exponent), Arg::Value(bits)];
        self.extern_call(name, &args, Some(result));
        if memory.bits() == 64 {
            Rvalue::Use(Operand::Copy(result))
        } else {
            Rvalue::Cast(CastKind::Int, Operand::Copy(result))
        }
    }

    /// A comparison of two values of type `ty`, as a bool.
    pub(crate) fn compare(
        &mut self,
        op: BinaryOp,
        ty: Ty,
        left: Operand,
        right: Operand,
    ) -> Operand {
        let bool_ty = self.types.bool_;
        let mir_op = match op {
            BinaryOp::Eq => BinOp::Eq,
            BinaryOp::Ne => BinOp::Ne,
            BinaryOp::Lt => BinOp::Lt,
            BinaryOp::Le => BinOp::Le,
            BinaryOp::Gt => BinOp::Gt,
            _ => BinOp::Ge,
        };
        match self.program.types.kind(ty) {
            TyKind::Bool | TyKind::Char | TyKind::Int(_) | TyKind::Float(_) => {
                return self.b.temp_from(bool_ty, Rvalue::Binary(mir_op, left, right));
            }
            _ => {}
        }
        if matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
            let equal = self.equal(ty, left, right);
            return match op {
                BinaryOp::Eq => equal,
                _ => self.b.temp_from(bool_ty, Rvalue::Unary(UnOp::Not, equal)),
            };
        }
        if ty == Ty::STR {
            let i32_ty = self.intern(Type::Int(crate::IntType::I32));
            let order = Place::local(self.b.temp(i32_ty));
            self.extern_call("rt_str_cmp", &[Arg::Value(left), Arg::Value(right)], Some(order));
            let zero = Operand::Const(Const::Int(crate::IntType::I32, 0));
            return self.b.temp_from(bool_ty, Rvalue::Binary(mir_op, Operand::Copy(order), zero));
        }
        // Less is 0, Equal 1, Greater 2.
        let order = self.order(ty, left, right);
        let place = self.operand_place(order, self.ordering_ty());
        let tag = self.b.temp_from(self.types.i64_, Rvalue::Discriminant(place));
        let equal = Self::i64_const(EQUAL as i64);
        self.b.temp_from(bool_ty, Rvalue::Binary(mir_op, tag, equal))
    }

    /// `left == right`
    pub(crate) fn equal(&mut self, ty: Ty, left: Operand, right: Operand) -> Operand {
        let bool_ty = self.types.bool_;
        let result = Place::local(self.b.temp(bool_ty));
        let args = [Arg::Value(left), Arg::Value(right)];
        match self.program.types.kind(ty) {
            TyKind::Bool | TyKind::Char | TyKind::Int(_) | TyKind::Float(_) => {
                self.b.assign(result, Rvalue::Binary(BinOp::Eq, left, right));
            }
            TyKind::Unit => self.b.assign(result, Rvalue::Use(Operand::Const(Const::Bool(true)))),
            TyKind::Str => self.extern_call("rt_str_eq", &args, Some(result)),
            _ => {
                if let Some(callee) = self.user_method(self.program.lang.eq, ty) {
                    self.call_values(callee, &[left, right], Some(result));
                } else if self.is_identity(ty) {
                    self.b.assign(result, Rvalue::Binary(BinOp::Same, left, right));
                } else {
                    let eq = self.request(Instance::Structural(Structural::Eq, ty));
                    self.b.call(Some(result), Callee::Function(eq), &args);
                }
            }
        }
        Operand::Copy(result)
    }

    /// Whether values of a type are compared by identity.
    pub(crate) fn is_identity(&self, ty: Ty) -> bool {
        match self.program.types.kind(ty) {
            TyKind::Adt(adt, _) => self.program.adts[adt].kind == hir::AdtKind::Class,
            TyKind::Fn(..) | TyKind::Dyn(..) => true,
            _ => false,
        }
    }

    /// `Ordering`
    pub(crate) fn ordering_ty(&self) -> Ty {
        self.program.types.intern(TyKind::Adt(self.program.lang.ordering, hir::Tys::EMPTY))
    }

    /// The `Ordering` of two values by `Ord`: floats by total order.
    pub(crate) fn order(&mut self, ty: Ty, left: Operand, right: Operand) -> Operand {
        let ordering = self.ordering_ty();
        let memory = self.types.get(ordering);
        let result = Place::local(self.b.temp(memory));
        if let Some(callee) = self.user_method(self.program.lang.ord, ty) {
            self.call_values(callee, &[left, right], Some(result));
        } else {
            let cmp = self.request(Instance::Structural(Structural::Cmp, ty));
            let args = [Arg::Value(left), Arg::Value(right)];
            self.b.call(Some(result), Callee::Function(cmp), &args);
        }
        Operand::Copy(result)
    }

    pub(crate) fn cast(&mut self, value: ExprId, to: Ty) -> Rvalue {
        let from = self.kind(self.expr_of(value).ty);
        let to = self.kind(to);
        let value = self.operand(value);
        match (from, to) {
            (TyKind::Float(from), TyKind::Float(to)) if from == to => Rvalue::Use(value),
            (TyKind::Float(_), TyKind::Float(_)) => Rvalue::Cast(CastKind::Float, value),
            (TyKind::Float(_), _) => Rvalue::Cast(CastKind::FloatToInt, value),
            (_, TyKind::Float(_)) => Rvalue::Cast(CastKind::IntToFloat, value),
            (TyKind::Int(from), TyKind::Int(to)) if from == to => Rvalue::Use(value),
            _ => Rvalue::Cast(CastKind::Int, value),
        }
    }

    /// The discriminant of the enum value at `place`.
    pub(crate) fn tag(&mut self, place: Place) -> Operand {
        self.b.temp_from(self.types.i64_, Rvalue::Discriminant(place))
    }

    /// Evaluates `id` and makes sure that it lies at a place which later code
    /// does not change.
    pub(crate) fn value_place(&mut self, id: ExprId) -> (Place, Ty) {
        let ty = self.subst(self.expr_of(id).ty);
        let value = self.stable_operand(id);
        (self.operand_place(value, ty), ty)
    }

    pub(crate) fn coalesce(&mut self, value: ExprId, default: ExprId, ty: Ty) -> Rvalue {
        let (option, option_ty) = self.value_place(value);
        let memory = self.ty(ty);
        let result = Place::local(self.b.temp(memory));
        let tag = self.tag(option);
        let (some, none, join) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        self.b.switch(tag, vec![(SOME as u64, some)], none);
        self.b.switch_to(some);
        let inside = self.variant_field(option, option_ty, SOME, 0);
        self.b.assign(result, Rvalue::Use(Operand::Copy(inside)));
        self.b.goto(join);
        self.b.switch_to(none);
        self.branch_value(default, Some(result));
        self.b.goto(join);
        self.b.switch_to(join);
        Rvalue::Use(Operand::Copy(result))
    }

    pub(crate) fn try_(&mut self, value: ExprId, _ty: Ty) -> Rvalue {
        let (place, value_ty) = self.value_place(value);
        let tag = self.tag(place);
        let (good, bad) = (self.b.new_block(), self.b.new_block());
        // `Some` and `Ok` both come first.
        debug_assert_eq!(SOME, OK);
        self.b.switch(tag, vec![(SOME as u64, good)], bad);
        self.b.switch_to(bad);
        let is_option = matches!(self.program.types.kind(value_ty), TyKind::Adt(adt, _)
            if adt == self.program.lang.option);
        let result_ty = self.result_ty;
        let early = if is_option {
            self.construct_values(result_ty, NONE, Vec::new())
        } else {
            let error = self.variant_field(place, value_ty, ERR, 0);
            self.construct_values(result_ty, ERR, vec![Operand::Copy(error)])
        };
        let memory = self.types.get(result_ty);
        let early = self.b.temp_from(memory, early);
        self.b.terminate(Terminator::Return(early));
        self.b.switch_to(good);
        let inside = self.variant_field(place, value_ty, SOME, 0);
        Rvalue::Use(Operand::Copy(inside))
    }

    pub(crate) fn option_chain(
        &mut self,
        value: ExprId,
        binding: HirLocal,
        step: ExprId,
        flatten: bool,
        ty: Ty,
    ) -> Rvalue {
        let (option, option_ty) = self.value_place(value);
        let ty = self.subst(ty);
        let memory = self.types.get(ty);
        let result = Place::local(self.b.temp(memory));
        let tag = self.tag(option);
        let (some, none, join) = (self.b.new_block(), self.b.new_block(), self.b.new_block());
        self.b.switch(tag, vec![(SOME as u64, some)], none);
        self.b.switch_to(some);
        let inside = self.variant_field(option, option_ty, SOME, 0);
        let bound = self.place_of(binding);
        self.b.assign(bound, Rvalue::Use(Operand::Copy(inside)));
        if flatten {
            self.branch_value(step, Some(result));
        } else {
            let value = self.operand(step);
            let some_value = self.construct_values(ty, SOME, vec![value]);
            self.b.assign(result, some_value);
        }
        self.b.goto(join);
        self.b.switch_to(none);
        let nothing = self.construct_values(ty, NONE, Vec::new());
        self.b.assign(result, nothing);
        self.b.goto(join);
        self.b.switch_to(join);
        Rvalue::Use(Operand::Copy(result))
    }

    pub(crate) fn repeat(&mut self, value: ExprId, count: ExprId, ty: Ty) -> Rvalue {
        let values = self.operands(&[value, count]);
        let memory = self.ty(ty);
        let i64_ty = self.types.i64_;
        let count_ty = self.kind(self.expr_of(count).ty);
        let count = match count_ty {
            TyKind::Int(IntTy::I64) => values[1],
            _ => self.b.temp_from(i64_ty, Rvalue::Cast(CastKind::Int, values[1])),
        };
        let count = self.b.temp_from(i64_ty, Rvalue::Use(count));
        let zero = Self::i64_const(0);
        let (negative, fine) = (self.b.new_block(), self.b.new_block());
        let below = self.b.temp_from(self.types.bool_, Rvalue::Binary(BinOp::Lt, count, zero));
        self.b.branch(below, negative, fine);
        self.b.switch_to(negative);
        self.panic_text("negative count in `[value; count]`");
        self.b.switch_to(fine);
        let list = Place::local(self.b.temp(memory));
        self.b.intrinsic(Some(list), Intrinsic::ListWithCapacity, &[Arg::Value(count)]);
        // A list without elements may be the static empty one, whose length is
        // not written. All others are filled from the start, length first.
        let (fill, body) = (self.b.new_block(), self.b.new_block());
        let done = self.b.new_block();
        let any = Rvalue::Binary(BinOp::Gt, count, zero);
        let any = self.b.temp_from(self.types.bool_, any);
        self.b.branch(any, fill, done);
        self.b.switch_to(fill);
        let args = [Arg::Address(list), Arg::Value(count)];
        self.b.intrinsic(None, Intrinsic::ListSetLen, &args);
        let index = Place::local(self.b.temp(i64_ty));
        self.b.assign(index, Rvalue::Use(zero));
        self.b.goto(body);
        self.b.switch_to(body);
        let args = [Arg::Address(list), Arg::Value(Operand::Copy(index)), Arg::Value(values[0])];
        self.b.intrinsic(None, Intrinsic::ListPut, &args);
        let next =
            Rvalue::Binary(BinOp::Add(Overflow::Wrap), Operand::Copy(index), Self::i64_const(1));
        self.b.assign(index, next);
        let more = Rvalue::Binary(BinOp::Lt, Operand::Copy(index), count);
        let more = self.b.temp_from(self.types.bool_, more);
        self.b.branch(more, body, done);
        self.b.switch_to(done);
        Rvalue::Use(Operand::Copy(list))
    }

    /// A variable that holds an empty list, dict or set of type `ty`.
    pub(crate) fn empty_collection(&mut self, ty: Ty) -> Place {
        let memory = self.types.get(ty);
        let place = Place::local(self.b.temp(memory));
        let value = self.empty_value(ty);
        self.b.assign(place, value);
        place
    }

    /// The empty value of a collection's type: empty lists and zeros all the
    /// way down.
    fn empty_value(&mut self, ty: Ty) -> Rvalue {
        let memory = self.types.get(ty);
        let types = &self.program.types;
        match types.kind(ty) {
            TyKind::List(_) => Rvalue::Use(Operand::Const(Const::EmptyList(memory))),
            TyKind::Str => Rvalue::Use(Operand::Const(Const::Str(sym::EMPTY))),
            TyKind::Adt(adt, _) => {
                let count = self.program.adts[adt].variants[0].fields.len() as u32;
                let values = (0..count)
                    .map(|index| {
                        let field = self.field_ty(ty, index);
                        let memory = self.types.get(field);
                        let value = self.empty_value(field);
                        self.b.temp_from(memory, value)
                    })
                    .collect();
                self.construct_values(ty, 0, values)
            }
            _ => Rvalue::Use(Operand::Const(self.int_const(ty, 0))),
        }
    }

    pub(crate) fn dict_literal(&mut self, pairs: hir::List<hir::Pair>, ty: Ty) -> Rvalue {
        let ty = self.subst(ty);
        let dict = self.empty_collection(ty);
        let pairs = self.body().list(pairs).to_vec();
        for pair in pairs {
            let values = self.operands(&[pair.key, pair.value]);
            self.dict_insert(dict, ty, values[0], values[1]);
        }
        Rvalue::Use(Operand::Copy(dict))
    }

    /// `dict[key] = value`
    pub(crate) fn dict_insert(&mut self, dict: Place, ty: Ty, key: Operand, value: Operand) {
        let TyKind::Adt(_, args) = self.program.types.kind(ty) else { return };
        let set = self.request(Instance::Fn(self.shared.library.dict.set, args));
        let args = [Arg::Address(dict), Arg::Value(key), Arg::Value(value)];
        self.b.call(None, Callee::Function(set), &args);
    }

    pub(crate) fn set_literal(&mut self, elements: hir::List<ExprId>, ty: Ty) -> Rvalue {
        let ty = self.subst(ty);
        let set = self.empty_collection(ty);
        let elements = self.body().list(elements).to_vec();
        for element in elements {
            let value = self.operand(element);
            self.set_insert(set, ty, value);
        }
        Rvalue::Use(Operand::Copy(set))
    }

    /// `set.add(value)`
    pub(crate) fn set_insert(&mut self, set: Place, ty: Ty, value: Operand) {
        let TyKind::Adt(_, args) = self.program.types.kind(ty) else { return };
        let add = self.request(Instance::Fn(self.shared.library.set_add, args));
        let added = Place::local(self.b.temp(self.types.bool_));
        let args = [Arg::Address(set), Arg::Value(value)];
        self.b.call(Some(added), Callee::Function(add), &args);
    }

    /// The entries of the dict (or of the set's dict) at `place`, as the place
    /// of a list, with the type of its elements.
    pub(crate) fn entries(&mut self, place: Place, ty: Ty) -> (Place, Ty) {
        let dict = self.shared.library.dict;
        let (place, ty) = match self.program.types.kind(ty) {
            TyKind::Adt(adt, _) if adt == self.program.lang.set => {
                let field = self.shared.library.set_items_field;
                (self.field_of(place, ty, field, Access::Read), self.field_ty(ty, field))
            }
            _ => (place, ty),
        };
        let entries = self.field_of(place, ty, dict.entries_field, Access::Read);
        (entries, self.list_element(self.field_ty(ty, dict.entries_field)))
    }

    /// Whether the expression is a literal `1`-like constant integer.
    pub(crate) fn int_literal(&self, id: ExprId) -> Option<u64> {
        match self.expr_of(id).kind {
            ExprKind::Int(bits) => Some(bits),
            _ => None,
        }
    }
}
