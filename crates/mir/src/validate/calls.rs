//! Calls and intrinsics.

use super::Checker;
use crate::{Arg, Args, Callee, Const, Dialect, IntType, Intrinsic, Operand, Place, Type, TypeId};

impl Checker<'_> {
    pub(super) fn call(&mut self, dest: Option<Place>, callee: Callee, args: Args) {
        let types = self.types;
        let (params, result) = match callee {
            Callee::Function(id) => {
                let Some(function) = self.callee(id) else { return };
                (Self::param_types(function), function.result)
            }
            // The runtime's functions are the code generator's business.
            Callee::Extern(_) => {
                for arg in self.function.args_of(args).to_vec() {
                    if let Arg::Value(operand) = arg {
                        self.operand(operand);
                    }
                }
                return;
            }
            Callee::Closure(place) => match types.get(self.type_of(place)) {
                Type::Closure(signature) => {
                    let signature = types.signature(signature);
                    (signature.params.to_vec(), signature.result)
                }
                _ => return self.error("this is no closure"),
            },
            Callee::Method(place, _, signature) => {
                if !matches!(types.get(self.type_of(place)), Type::Dyn(_)) {
                    self.error("this is no `dyn` value");
                }
                let signature = types.signature(signature);
                (signature.params.to_vec(), signature.result)
            }
        };
        let list = self.function.args_of(args).to_vec();
        if list.len() != params.len() {
            let (expected, found) = (params.len(), list.len());
            return self.error(format!("expected {expected} arguments, found {found}"));
        }
        for (position, (arg, param)) in list.into_iter().zip(params).enumerate() {
            let found = self.argument(arg);
            self.expect(param, found, &format!("argument {position}"));
        }
        self.result(dest, result);
    }

    fn argument(&mut self, arg: Arg) -> TypeId {
        match arg {
            Arg::Value(operand) => self.operand(operand),
            Arg::Address(place) => self.types.intern(Type::Address(self.type_of(place))),
        }
    }

    fn result(&mut self, dest: Option<Place>, result: TypeId) {
        match dest {
            Some(dest) => {
                let dest = self.type_of(dest);
                self.expect(dest, result, "result");
            }
            None if self.dialect == Dialect::Counted && self.types.is_counted(result) => {
                self.error("the result is lost");
            }
            None => {}
        }
    }

    pub(super) fn intrinsic(&mut self, dest: Option<Place>, op: Intrinsic, args: Args) {
        let list = self.function.args_of(args).to_vec();
        let i64_ty = self.int(IntType::I64);
        let bool_ty = self.types.intern(Type::Bool);
        let element = match list.first() {
            Some(Arg::Address(place) | Arg::Value(Operand::Copy(place))) => {
                self.element(self.type_of(*place))
            }
            Some(Arg::Value(Operand::Const(Const::EmptyList(ty)))) => self.element(*ty),
            _ => None,
        };
        // What follows the list, and the result.
        let (rest, result): (Vec<TypeId>, Option<TypeId>) = match (op, element) {
            (Intrinsic::ListWithCapacity, _) => {
                let found: Vec<TypeId> = list.iter().map(|arg| self.argument(*arg)).collect();
                let is_list = dest
                    .is_none_or(|dest| matches!(self.types.get(self.type_of(dest)), Type::List(_)));
                if found != [i64_ty] || !is_list {
                    self.error("expected a capacity, and a list for the result");
                }
                return;
            }
            (Intrinsic::StrByte, _) => {
                let str_ty = self.types.intern(Type::Str);
                let found: Vec<TypeId> = list.iter().map(|arg| self.argument(*arg)).collect();
                if found != [str_ty, i64_ty] {
                    self.error("expected a text and an i64");
                }
                let byte = self.int(IntType::U8);
                return self.result(dest, byte);
            }
            (Intrinsic::Unlikely, _) => {
                let found: Vec<TypeId> = list.iter().map(|arg| self.argument(*arg)).collect();
                if found != [bool_ty] {
                    self.error("expected a bool");
                }
                return self.result(dest, bool_ty);
            }
            (_, None) => return self.error("the first argument is no list"),
            (Intrinsic::ListPush, Some(element)) => (vec![element], None),
            (Intrinsic::ListPop, Some(element)) => (vec![], Some(element)),
            (Intrinsic::ListReserve | Intrinsic::ListSetLen, _) => (vec![i64_ty], None),
            (Intrinsic::ListTake | Intrinsic::ListGet, Some(element)) => {
                (vec![i64_ty], Some(element))
            }
            (Intrinsic::ListPut, Some(element)) => (vec![i64_ty, element], None),
            (Intrinsic::ListMove, _) => (vec![i64_ty; 3], None),
            (Intrinsic::ListCapacity, _) => (vec![], Some(i64_ty)),
            (Intrinsic::ListSwap, _) => (vec![i64_ty; 2], None),
        };
        let by_value = matches!(op, Intrinsic::ListGet | Intrinsic::ListCapacity);
        if by_value != matches!(list.first(), Some(Arg::Value(_))) {
            self.error("the list is passed the wrong way");
        }
        let found: Vec<TypeId> = list[1..].iter().map(|arg| self.argument(*arg)).collect();
        if found.len() != rest.len() {
            let (expected, found) = (rest.len() + 1, list.len());
            return self.error(format!("expected {expected} arguments, found {found}"));
        }
        for (position, (expected, found)) in rest.into_iter().zip(found).enumerate() {
            self.expect(expected, found, &format!("argument {}", position + 1));
        }
        match result {
            Some(result) => self.result(dest, result),
            None if dest.is_some() => self.error("there is no result"),
            None => {}
        }
    }

    /// `T` of `[T]`, also behind an address.
    fn element(&self, ty: TypeId) -> Option<TypeId> {
        match self.types.get(ty) {
            Type::List(element) => Some(element),
            _ => None,
        }
    }
}
