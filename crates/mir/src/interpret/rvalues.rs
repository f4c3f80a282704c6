//! How values are made.

use super::arithmetic::{self, Computed};
use super::heap::Kind;
use super::machine::Machine;
use super::value::{Base, Location, Value};
use super::{Fault, Result};
use crate::{Args, Operand, Place, Rvalue, Shape, Type, TypeId};

impl Machine<'_> {
    /// The value of `rvalue` for the place `dest`, or the message of a panic.
    pub(super) fn rvalue(&mut self, rvalue: Rvalue, dest: Place) -> Result<Computed> {
        Ok(Ok(match rvalue {
            Rvalue::Use(operand) => self.operand(operand, true)?,
            Rvalue::Unary(op, operand) => {
                let ty = self.operand_type(operand)?;
                let result = self.type_of(dest)?;
                let value = self.operand(operand, false)?;
                let (ty, result) = (self.types.get(ty), self.types.get(result));
                return arithmetic::unary(op, ty, result, value);
            }
            Rvalue::Binary(op, a, b) => {
                let (ty, right) = (self.operand_type(a)?, self.operand_type(b)?);
                let (a, b) = (self.operand(a, false)?, self.operand(b, false)?);
                return arithmetic::binary(op, self.types.get(ty), self.types.get(right), a, b);
            }
            Rvalue::Overflowing(op, a, b) => {
                let ty = self.operand_type(a)?;
                let (a, b) = (self.operand(a, false)?, self.operand(b, false)?);
                let (value, overflow) = arithmetic::overflowing(op, self.types.get(ty), a, b)?;
                Value::Struct(Box::new([value, Value::Bool(overflow)]))
            }
            Rvalue::Cast(kind, operand) => {
                let from = self.operand_type(operand)?;
                let to = self.type_of(dest)?;
                let value = self.operand(operand, false)?;
                arithmetic::cast(kind, self.types.get(from), self.types.get(to), value)?
            }
            Rvalue::Discriminant(place) => match self.read(&self.locate(place)?)? {
                Value::Enum(variant, _) => Value::Int(u64::from(*variant)),
                Value::Nothing => return Err(Fault::Uninitialised),
                _ => return Err(Fault::Mismatch("an enum")),
            },
            Rvalue::Len(place) => {
                let object = self.object_at(place)?;
                let len = match self.heap.kind(object) {
                    Some(Kind::Text) => self.heap.text(object)?.len(),
                    _ => self.heap.values(object)?.len(),
                };
                Value::Int(len as u64)
            }
            Rvalue::Struct(args) => Value::Struct(self.values(args)?.into()),
            Rvalue::Variant(variant, args) => Value::Enum(variant, self.values(args)?.into()),
            Rvalue::List(args) => {
                let values = self.values(args)?;
                Value::Object(self.heap.new_values(Kind::List, values))
            }
            Rvalue::Class(args) => {
                let values = self.values(args)?;
                Value::Object(self.heap.new_values(Kind::Class, values))
            }
            Rvalue::Box(operand) => {
                let value = self.operand(operand, true)?;
                Value::Object(self.heap.new_values(Kind::Box, vec![value]))
            }
            Rvalue::Closure { code, drop, captures } => {
                let captures = Value::Struct(self.values(captures)?.into());
                let drop = drop.map_or(0, |drop| u64::from(drop.0) + 1);
                let words = [Value::Int(u64::from(code.0)), Value::Int(drop), captures];
                let words = Value::Struct(Box::new(words));
                Value::Object(self.heap.new_values(Kind::Closure, vec![words]))
            }
            Rvalue::Dyn(vtable, operand) => {
                let value = self.operand(operand, true)?;
                let words = Value::Struct(Box::new([Value::Int(u64::from(vtable)), value]));
                Value::Object(self.heap.new_values(Kind::Dyn, vec![words]))
            }
            Rvalue::Downgrade(operand) => match self.operand(operand, false)? {
                Value::Object(id) => {
                    self.heap.retain_weak(id)?;
                    Value::Weak(Some(id))
                }
                _ => return Err(Fault::Mismatch("an instance")),
            },
            Rvalue::Upgrade(operand) => {
                let ty = self.type_of(dest)?;
                let Value::Weak(target) = self.operand(operand, false)? else {
                    return Err(Fault::Mismatch("a weak reference"));
                };
                return self.upgrade(ty, target).map(Ok);
            }
            Rvalue::GlobalAddress(index) => {
                if index as usize >= self.globals.len() {
                    return Err(Fault::Mismatch("a program-wide variable"));
                }
                let path = smallvec::SmallVec::new();
                Value::Address(Location { base: Base::Global(index), path })
            }
        }))
    }

    /// The option that a weak reference stands for.
    fn upgrade(&mut self, option: TypeId, target: Option<super::ObjectId>) -> Result<Value> {
        let Shape::Nullable { null, some } = self.types.layout(option).shape else {
            return Err(Fault::Mismatch("an option of an instance"));
        };
        match target {
            Some(id) if self.heap.is_alive(id)? => {
                if self.dialect == crate::Dialect::Counted {
                    self.heap.retain(id)?;
                }
                Ok(Value::Enum(some, Box::new([Value::Object(id)])))
            }
            _ => Ok(Value::Enum(null, Box::new([]))),
        }
    }

    fn values(&mut self, args: Args) -> Result<Vec<Value>> {
        let list = self.function().args_of(args);
        list.iter().map(|arg| self.argument(*arg)).collect()
    }

    pub(super) fn operand_type(&self, operand: Operand) -> Result<TypeId> {
        match operand {
            Operand::Copy(place) => self.type_of(place),
            Operand::Const(constant) => Ok(self.types.intern(match constant {
                crate::Const::Unit => Type::Unit,
                crate::Const::Bool(_) => Type::Bool,
                crate::Const::Char(_) => Type::Char,
                crate::Const::Int(int, _) => Type::Int(int),
                crate::Const::F32(_) => Type::F32,
                crate::Const::F64(_) => Type::F64,
                crate::Const::Str(_) => Type::Str,
                crate::Const::EmptyList(ty) => return Ok(ty),
                crate::Const::Variant(id, _) => Type::Enum(id),
                crate::Const::Function(_, signature) => Type::Closure(signature),
                crate::Const::NullWeak(class) => Type::Weak(class),
            })),
        }
    }
}
