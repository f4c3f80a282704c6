//! Operations of the library's innermost functions.

use super::heap::Kind;
use super::machine::Machine;
use super::value::{Location, ObjectId, Value};
use super::{Fault, Result};
use crate::{Arg, Args, Intrinsic, Operand, Place};

impl Machine<'_> {
    pub(super) fn intrinsic(
        &mut self,
        op: Intrinsic,
        args: Args,
        dest: Option<Place>,
    ) -> Result<Option<Value>> {
        let list = self.function().args_of(args).to_vec();
        let value = match (op, &*list) {
            (Intrinsic::ListPush, [Arg::Address(list), Arg::Value(value)]) => {
                let value = self.operand(*value, true)?;
                let list = self.unique_list(*list)?;
                self.heap.push_value(list, value)?;
                None
            }
            (Intrinsic::ListPop, [Arg::Address(list)]) => {
                let list = self.owned_list(*list)?;
                Some(self.heap.pop_value(list)?)
            }
            (Intrinsic::ListReserve, [Arg::Address(list), Arg::Value(count)]) => {
                self.count(*count)?;
                self.unique_list(*list)?;
                None
            }
            (Intrinsic::ListWithCapacity, [Arg::Value(count)]) => {
                let count = self.count(*count)?;
                let values = Vec::with_capacity(count.min(1 << 16));
                dest.map(|_| Value::Object(self.heap.new_values(Kind::List, values)))
            }
            (Intrinsic::ListTake, [Arg::Address(list), Arg::Value(at)]) => {
                let at = self.count(*at)?;
                let list = self.owned_list(*list)?;
                let slot = self.heap.slots(list, 0)?.get_mut(at).ok_or(Fault::OutOfBounds)?;
                Some(std::mem::take(slot))
            }
            (Intrinsic::ListPut, [Arg::Address(list), Arg::Value(at), Arg::Value(value)]) => {
                let at = self.count(*at)?;
                let value = self.operand(*value, true)?;
                let list = self.owned_list(*list)?;
                self.heap.slots(list, at + 1)?[at] = value;
                None
            }
            (Intrinsic::ListSetLen, [Arg::Address(list), Arg::Value(len)]) => {
                let len = self.count(*len)?;
                let list = self.owned_list(*list)?;
                self.heap.set_len(list, len)?;
                None
            }
            (
                Intrinsic::ListMove,
                [Arg::Address(list), Arg::Value(from), Arg::Value(to), Arg::Value(count)],
            ) => {
                let (from, to) = (self.count(*from)?, self.count(*to)?);
                let count = self.count(*count)?;
                let list = self.owned_list(*list)?;
                let end = from.max(to).saturating_add(count);
                let values = self.heap.slots(list, end)?;
                // Bytes are moved: what lay at the start lies there no more.
                let moved: Vec<Value> =
                    values[from..from + count].iter_mut().map(std::mem::take).collect();
                for (slot, value) in values[to..to + count].iter_mut().zip(moved) {
                    *slot = value;
                }
                None
            }
            (Intrinsic::ListGet, [Arg::Value(Operand::Copy(list)), Arg::Value(at)]) => {
                let at = self.count(*at)?;
                let list = self.object_at(*list)?;
                let value = self.heap.values(list)?.get(at).ok_or(Fault::OutOfBounds)?.clone();
                Some(self.deep_copy(&value)?)
            }
            (Intrinsic::ListCapacity, [Arg::Value(Operand::Copy(list))]) => {
                let list = self.object_at(*list)?;
                Some(Value::Int(self.heap.values(list)?.len() as u64))
            }
            (Intrinsic::ListSwap, [Arg::Address(list), Arg::Value(i), Arg::Value(j)]) => {
                let (i, j) = (self.count(*i)?, self.count(*j)?);
                let list = self.owned_list(*list)?;
                let values = self.heap.values_mut(list)?;
                if i.max(j) >= values.len() {
                    return Err(Fault::OutOfBounds);
                }
                values.swap(i, j);
                None
            }
            (Intrinsic::StrByte, [Arg::Value(text), Arg::Value(at)]) => {
                let at = self.count(*at)?;
                let Value::Object(text) = self.operand(*text, false)? else {
                    return Err(Fault::Mismatch("text"));
                };
                let byte = self.heap.text(text)?.as_bytes().get(at).copied();
                Some(Value::Int(u64::from(byte.ok_or(Fault::OutOfBounds)?)))
            }
            (Intrinsic::Unlikely, [Arg::Value(value)]) => Some(self.operand(*value, false)?),
            _ => return Err(Fault::Mismatch("such arguments")),
        };
        Ok(value)
    }

    fn count(&mut self, operand: Operand) -> Result<usize> {
        match self.operand(operand, false)? {
            Value::Int(bits) => Ok(usize::try_from(bits as i64).unwrap_or(0)),
            _ => Err(Fault::Mismatch("an integer")),
        }
    }

    fn list_location(&self, place: Place) -> Result<Location> {
        let location = self.address(place)?;
        // An address as a value stands for the place itself.
        match self.read(&location)? {
            Value::Address(to) => Ok(to.clone()),
            _ => Ok(location),
        }
    }

    /// The list at a place, made unique.
    fn unique_list(&mut self, place: Place) -> Result<ObjectId> {
        let location = self.list_location(place)?;
        self.unshare(&location)
    }

    /// The list at a place, which the program must have made unique.
    fn owned_list(&mut self, place: Place) -> Result<ObjectId> {
        let location = self.list_location(place)?;
        match self.read(&location)? {
            Value::Object(id) if self.heap.is_unique(*id)? => Ok(*id),
            Value::Object(_) => Err(Fault::SharedWrite),
            _ => Err(Fault::Mismatch("a list")),
        }
    }
}
