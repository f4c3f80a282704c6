//! Constants of the program: built where they are used.

use simple_hir as hir;
use simple_hir::{ConstValue, FnRef, Ty, TyKind, Tys};

use super::function::FunctionLowerer;
use crate::function::*;

impl FunctionLowerer<'_, '_, '_> {
    /// The value of a constant.
    pub(crate) fn const_value(&mut self, id: hir::ConstId) -> Rvalue {
        let program = self.program;
        let def = &program.consts[id];
        match &def.value {
            Some(value) => self.build(def.ty, value),
            // It was diagnosed; such programs are not lowered.
            None => Rvalue::Use(Operand::Const(Const::Unit)),
        }
    }

    fn build_operand(&mut self, ty: Ty, value: &ConstValue) -> Operand {
        match self.build(ty, value) {
            Rvalue::Use(operand) => operand,
            rvalue => {
                let memory = self.types.get(ty);
                self.b.temp_from(memory, rvalue)
            }
        }
    }

    fn build(&mut self, ty: Ty, value: &ConstValue) -> Rvalue {
        let constant = |constant| Rvalue::Use(Operand::Const(constant));
        match value {
            ConstValue::Unit => constant(Const::Unit),
            ConstValue::Bool(value) => constant(Const::Bool(*value)),
            ConstValue::Char(value) => constant(Const::Char(*value)),
            ConstValue::Int(bits) => constant(self.int_const(ty, *bits)),
            ConstValue::Float(value) => constant(self.float_const(ty, *value)),
            ConstValue::Str(text) => constant(Const::Str(*text)),
            ConstValue::List(elements) if elements.is_empty() => {
                constant(Const::EmptyList(self.types.get(ty)))
            }
            ConstValue::List(elements) => {
                let element_ty = self.list_element(ty);
                let values: Vec<Operand> =
                    elements.iter().map(|value| self.build_operand(element_ty, value)).collect();
                Rvalue::List(self.b.values(&values))
            }
            ConstValue::Tuple(elements) => {
                let values: Vec<Operand> = elements
                    .iter()
                    .enumerate()
                    .map(|(index, value)| {
                        let ty = self.field_ty(ty, index as u32);
                        self.build_operand(ty, value)
                    })
                    .collect();
                Rvalue::Struct(self.b.values(&values))
            }
            ConstValue::Adt(variant, fields) => {
                let values: Vec<Operand> = fields
                    .iter()
                    .enumerate()
                    .map(|(index, value)| {
                        let ty = self.variant_field_ty(ty, *variant, index as u32);
                        self.build_operand(ty, value)
                    })
                    .collect();
                self.construct_values(ty, *variant, values)
            }
            ConstValue::Dict(pairs) => {
                let dict = self.empty_collection(ty);
                let (key_ty, value_ty) = self.type_args2(ty);
                for (key, value) in pairs {
                    let key = self.build_operand(key_ty, key);
                    let value = self.build_operand(value_ty, value);
                    self.dict_insert(dict, ty, key, value);
                }
                Rvalue::Use(Operand::Copy(dict))
            }
            ConstValue::Set(elements) => {
                let set = self.empty_collection(ty);
                let (element_ty, _) = self.type_args2(ty);
                for value in elements {
                    let value = self.build_operand(element_ty, value);
                    self.set_insert(set, ty, value);
                }
                Rvalue::Use(Operand::Copy(set))
            }
            ConstValue::Fn(function) => {
                let function = FnRef { function: *function, args: Tys::EMPTY };
                self.function_value(function)
            }
        }
    }

    /// The first two type arguments of a library type; the second repeats the
    /// first if there is only one.
    fn type_args2(&self, ty: Ty) -> (Ty, Ty) {
        match self.program.types.kind(ty) {
            TyKind::Adt(_, args) => match *self.program.types.list(args) {
                [key, value] => (key, value),
                [one] => (one, one),
                _ => (Ty::ERROR, Ty::ERROR),
            },
            _ => (Ty::ERROR, Ty::ERROR),
        }
    }
}
