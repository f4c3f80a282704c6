//! The library's bodyless functions: each becomes an operation of MIR.

use simple_hir::{FnRef, Ty, TyKind};
use simple_source::Symbol;
use simple_syntax::ast::BinaryOp;

use super::function::FunctionLowerer;
use super::operators::LESS;
use crate::function::*;

impl FunctionLowerer<'_, '_, '_> {
    /// Lowers a call of the intrinsic `name`. Which names there are is the
    /// library's agreement with this function; its tests use each.
    pub(crate) fn lower_intrinsic(
        &mut self,
        name: Symbol,
        function: FnRef,
        args: &[Arg],
        dest: Option<Place>,
    ) {
        let interner = self.types.interner;
        let name = interner.resolve(name);
        if let Some(op) = list_operation(name) {
            self.b.intrinsic(dest, op, args);
            return;
        }
        let values: Vec<Operand> = args
            .iter()
            .map(|arg| match arg {
                Arg::Value(value) => *value,
                Arg::Address(place) => Operand::Copy(*place),
            })
            .collect();
        let type_args = self.program.types.list(function.args);
        let ty = type_args.first().copied().unwrap_or(Ty::UNIT);
        if let ("append_text", [Arg::Address(out), Arg::Value(value)]) = (name, args) {
            self.append_plain(*out, ty, *value);
            return;
        }
        let rvalue = match (name, values.as_slice()) {
            ("len", [value]) => {
                let place = self.operand_place(*value, ty);
                Rvalue::Len(place)
            }
            ("hash", [value]) => Rvalue::Use(self.hash(ty, *value)),
            ("text", [value]) => Rvalue::Use(self.text(ty, *value)),
            ("debug_text", [value]) => {
                let out = self.new_text();
                self.append_nested(out, ty, *value);
                Rvalue::Use(Operand::Copy(out))
            }
            ("bits", []) => Rvalue::Use(Self::i64_const(self.bits(ty))),
            ("is_signed", []) => {
                let signed = matches!(self.program.types.kind(ty), TyKind::Int(int)
                    if super::types::int_type(int).is_signed());
                Rvalue::Use(Operand::Const(Const::Bool(signed)))
            }
            ("is_float", []) => {
                let float = matches!(self.program.types.kind(ty), TyKind::Float(_));
                Rvalue::Use(Operand::Const(Const::Bool(float)))
            }
            ("is_char", []) => Rvalue::Use(Operand::Const(Const::Bool(ty == Ty::CHAR))),
            ("sort_kind", []) => Rvalue::Use(Self::i64_const(Self::sort_kind(ty))),
            ("min_value", []) => Rvalue::Use(Operand::Const(self.limit(ty, false))),
            ("max_value", []) => Rvalue::Use(Operand::Const(self.limit(ty, true))),
            ("to_f64", [value]) => match self.program.types.kind(ty) {
                TyKind::Int(_) => Rvalue::Cast(CastKind::IntToFloat, *value),
                _ => Rvalue::Use(self.widen_float(ty, *value)),
            },
            ("from_f64", [value]) => match self.program.types.kind(ty) {
                TyKind::Int(_) => Rvalue::Cast(CastKind::FloatToInt, *value),
                _ if ty == Ty::F32 => Rvalue::Cast(CastKind::Float, *value),
                _ => Rvalue::Use(*value),
            },
            ("cast", [value]) => {
                let to = type_args.get(1).copied().unwrap_or(ty);
                match (self.program.types.kind(ty), self.program.types.kind(to)) {
                    (TyKind::Float(_), TyKind::Float(_)) if ty == to => Rvalue::Use(*value),
                    (TyKind::Float(_), TyKind::Float(_)) => Rvalue::Cast(CastKind::Float, *value),
                    (TyKind::Float(_), _) => Rvalue::Cast(CastKind::FloatToInt, *value),
                    (_, TyKind::Float(_)) => Rvalue::Cast(CastKind::IntToFloat, *value),
                    _ if ty == to => Rvalue::Use(*value),
                    _ => Rvalue::Cast(CastKind::Int, *value),
                }
            }
            ("order", [left, right]) => Rvalue::Use(self.order(ty, *left, *right)),
            ("precedes", [left, right]) => Rvalue::Use(self.precedes(ty, *left, *right)),
            ("equal", [left, right]) => Rvalue::Use(self.equal(ty, *left, *right)),
            (_, [value]) if unary(name).is_some() => {
                let op = unary(name).expect("the guard has found it");
                match op {
                    // Counts are `i64` in the language.
                    UnOp::CountOnes | UnOp::LeadingZeros | UnOp::TrailingZeros => {
                        let memory = self.types.get(ty);
                        let count = self.b.temp_from(memory, Rvalue::Unary(op, *value));
                        Rvalue::Cast(CastKind::Int, count)
                    }
                    _ => Rvalue::Unary(op, *value),
                }
            }
            (_, [left, right]) if overflowing(name).is_some() => {
                let op = overflowing(name).expect("the guard has found it");
                Rvalue::Overflowing(op, *left, *right)
            }
            (_, [left, right]) if binary(name).is_some() => {
                let op = binary(name).expect("the guard has found it");
                Rvalue::Binary(op, *left, *right)
            }
            _ => {
                debug_assert!(false, "the library names an unknown intrinsic: {name}");
                return;
            }
        };
        if let Some(dest) = dest {
            self.b.assign(dest, rvalue);
        }
    }

    /// Which of the runtime's sorts is for elements of a type.
    fn sort_kind(ty: Ty) -> i64 {
        match ty {
            Ty::I64 => 1,
            Ty::U64 => 2,
            Ty::F64 => 3,
            Ty::STR => 4,
            _ => 0,
        }
    }

    /// Whether `left` comes before `right` by `Ord`. What has no order of its
    /// own but the operator's needs no `Ordering` on the way.
    fn precedes(&mut self, ty: Ty, left: Operand, right: Operand) -> Operand {
        match self.program.types.kind(ty) {
            TyKind::Int(_) | TyKind::Bool | TyKind::Char | TyKind::Str => {
                self.compare(BinaryOp::Lt, ty, left, right)
            }
            _ => {
                let order = self.order(ty, left, right);
                let place = self.operand_place(order, self.ordering_ty());
                let tag = self.b.temp_from(self.types.i64_, Rvalue::Discriminant(place));
                let less = Self::i64_const(LESS as i64);
                self.b.temp_from(self.types.bool_, Rvalue::Binary(BinOp::Eq, tag, less))
            }
        }
    }

    fn bits(&self, ty: Ty) -> i64 {
        match self.program.types.kind(ty) {
            TyKind::Int(int) => super::types::int_type(int).bits() as i64,
            TyKind::Float(simple_hir::FloatTy::F32) => 32,
            TyKind::Bool => 1,
            TyKind::Char => 32,
            _ => 64,
        }
    }

    fn limit(&self, ty: Ty, max: bool) -> Const {
        let TyKind::Int(int) = self.program.types.kind(ty) else {
            let limit = if max { f64::INFINITY } else { f64::NEG_INFINITY };
            return self.float_const(ty, limit);
        };
        let int = super::types::int_type(int);
        let bits = int.bits();
        let value = match (int.is_signed(), max) {
            (true, true) => (1u64 << (bits - 1)) - 1,
            (true, false) => (-1i64 << (bits - 1)) as u64,
            (false, true) => u64::MAX >> (64 - bits),
            (false, false) => 0,
        };
        Const::Int(int, value)
    }
}

fn list_operation(name: &str) -> Option<Intrinsic> {
    Some(match name {
        "list_push" => Intrinsic::ListPush,
        "list_pop" => Intrinsic::ListPop,
        "list_reserve" => Intrinsic::ListReserve,
        "list_with_capacity" => Intrinsic::ListWithCapacity,
        "list_take" => Intrinsic::ListTake,
        "list_put" => Intrinsic::ListPut,
        "list_set_len" => Intrinsic::ListSetLen,
        "list_move" => Intrinsic::ListMove,
        "list_get" => Intrinsic::ListGet,
        "list_capacity" => Intrinsic::ListCapacity,
        "list_swap" => Intrinsic::ListSwap,
        "str_byte" => Intrinsic::StrByte,
        "unlikely" => Intrinsic::Unlikely,
        _ => return None,
    })
}

fn unary(name: &str) -> Option<UnOp> {
    Some(match name {
        "neg_wrap" => UnOp::Neg(Overflow::Wrap),
        "bit_not" => UnOp::Not,
        "sqrt" => UnOp::Sqrt,
        "floor" => UnOp::Floor,
        "ceil" => UnOp::Ceil,
        "trunc" => UnOp::Trunc,
        "abs" => UnOp::Abs,
        "count_ones" => UnOp::CountOnes,
        "leading_zeros" => UnOp::LeadingZeros,
        "trailing_zeros" => UnOp::TrailingZeros,
        "to_bits" => UnOp::ToBits,
        "from_bits" => UnOp::FromBits,
        _ => return None,
    })
}

fn overflowing(name: &str) -> Option<BinOp> {
    Some(match name {
        "add_overflowing" => BinOp::Add(Overflow::Wrap),
        "sub_overflowing" => BinOp::Sub(Overflow::Wrap),
        "mul_overflowing" => BinOp::Mul(Overflow::Wrap),
        _ => return None,
    })
}

fn binary(name: &str) -> Option<BinOp> {
    Some(match name {
        "add_wrap" => BinOp::Add(Overflow::Wrap),
        "sub_wrap" => BinOp::Sub(Overflow::Wrap),
        "mul_wrap" => BinOp::Mul(Overflow::Wrap),
        "shl_wrap" => BinOp::Shl(Overflow::Wrap),
        "shr_wrap" => BinOp::Shr(Overflow::Wrap),
        "bit_and" => BinOp::BitAnd,
        "bit_or" => BinOp::BitOr,
        "bit_xor" => BinOp::BitXor,
        "min" => BinOp::Min,
        "max" => BinOp::Max,
        _ => return None,
    })
}
