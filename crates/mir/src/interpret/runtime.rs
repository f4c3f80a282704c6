//! The functions of `docs/design/runtime.md` that the interpreter knows: those
//! that texts, lists, output and panics of ordinary programs need.

use simple_source::Symbol;

use super::heap::Kind;
use super::machine::Machine;
use super::value::{Location, ObjectId, Value};
use super::{Fault, Result};
use crate::{Arg, Const, FuncId, Operand};

/// An argument as the runtime sees it.
enum Given {
    Value(Value),
    /// The address of a slot.
    Slot(Location),
    Function(FuncId),
}

impl Given {
    fn object(&self) -> Result<ObjectId> {
        match self {
            Self::Value(Value::Object(id)) => Ok(*id),
            _ => Err(Fault::Mismatch("an object")),
        }
    }

    fn int(&self) -> Result<i64> {
        match self {
            Self::Value(Value::Int(bits)) => Ok(*bits as i64),
            _ => Err(Fault::Mismatch("an integer")),
        }
    }

    fn slot(&self) -> Result<&Location> {
        match self {
            Self::Slot(location) => Ok(location),
            _ => Err(Fault::Mismatch("the address of a slot")),
        }
    }
}

impl Machine<'_> {
    /// Calls the runtime. A panic is left in [`Machine::panic`].
    pub(super) fn call_runtime(&mut self, name: Symbol, args: &[Arg]) -> Result<Option<Value>> {
        let name = self.interner.resolve(name);
        let mut given = Vec::with_capacity(args.len());
        for arg in args {
            given.push(match arg {
                Arg::Value(Operand::Const(Const::Function(id, _))) => Given::Function(*id),
                Arg::Value(operand) => match self.operand(*operand, false)? {
                    Value::Address(location) => Given::Slot(location),
                    value => Given::Value(value),
                },
                Arg::Address(place) => Given::Slot(self.address(*place)?),
            });
        }
        match self.runtime(name, &given) {
            Err(Fault::UnknownExtern(_)) => self.runtime_lists(name, &given),
            other => other,
        }
    }

    fn new_text(&mut self, text: String) -> Option<Value> {
        Some(Value::Object(self.heap.new_text(text)))
    }

    fn runtime(&mut self, name: &str, given: &[Given]) -> Result<Option<Value>> {
        match (name, given) {
            ("rt_str_concat", [a, b]) => {
                let text = [self.heap.text(a.object()?)?, self.heap.text(b.object()?)?].concat();
                Ok(self.new_text(text))
            }
            ("rt_str_append", [slot, piece]) => {
                let piece = self.heap.text(piece.object()?)?.to_owned();
                self.append(slot, &piece)
            }
            ("rt_str_append_char" | "rt_show_char", [slot, Given::Value(Value::Char(c))]) => {
                self.append(slot, c.encode_utf8(&mut [0; 4]))
            }
            ("rt_show_i64", [slot, value]) => {
                let text = value.int()?.to_string();
                self.append(slot, &text)
            }
            ("rt_show_bool", [slot, Given::Value(Value::Bool(value))]) => {
                self.append(slot, if *value { "true" } else { "false" })
            }
            ("rt_show_enter", [object]) => {
                let object = object.object()?;
                let fresh = !self.showing.contains(&object);
                if fresh {
                    self.showing.push(object);
                }
                Ok(Some(Value::Bool(fresh)))
            }
            ("rt_show_leave", []) => {
                self.showing.pop();
                Ok(None)
            }
            ("rt_str_from_char", [Given::Value(Value::Char(c))]) => {
                Ok(self.new_text(c.to_string()))
            }
            ("rt_str_eq", [a, b]) => {
                let equal = self.heap.text(a.object()?)? == self.heap.text(b.object()?)?;
                Ok(Some(Value::Bool(equal)))
            }
            ("rt_str_cmp", [a, b]) => {
                let order = self.heap.text(a.object()?)?.cmp(self.heap.text(b.object()?)?);
                Ok(Some(Value::Int(order as i64 as u64)))
            }
            ("rt_out_str" | "rt_err_str", [text]) => {
                self.output.push_str(self.heap.text(text.object()?)?);
                Ok(None)
            }
            ("rt_out_i64", [value]) => {
                self.output.push_str(&value.int()?.to_string());
                Ok(None)
            }
            ("rt_out_bool", [Given::Value(Value::Bool(value))]) => {
                self.output.push_str(if *value { "true" } else { "false" });
                Ok(None)
            }
            ("rt_out_newline" | "rt_err_newline", []) => {
                self.output.push('\n');
                Ok(None)
            }
            ("rt_panic_str" | "rt_panic_assert", [message])
            | ("rt_panic_assert_compare", [message, _, _]) => {
                self.panic = Some(self.heap.text(message.object()?)?.to_owned());
                Ok(None)
            }
            ("rt_drop_enter", []) => {
                let entered = self.drop_depth < 128;
                self.drop_depth += u32::from(entered);
                Ok(Some(Value::Bool(entered)))
            }
            ("rt_drop_leave", []) => {
                self.drop_depth = self.drop_depth.saturating_sub(1);
                if self.drop_depth == 0 && !self.drop_queue.is_empty() {
                    self.drain()?;
                }
                Ok(None)
            }
            ("rt_defer_drop", [object, Given::Function(destroyer)]) => {
                self.drop_queue.push((object.object()?, *destroyer));
                Ok(None)
            }
            _ => Err(Fault::UnknownExtern(name.to_owned())),
        }
    }

    fn runtime_lists(&mut self, name: &str, given: &[Given]) -> Result<Option<Value>> {
        match (name, given) {
            ("rt_list_concat", [a, b]) => {
                let mut values = self.heap.values(a.object()?)?.to_vec();
                values.extend_from_slice(self.heap.values(b.object()?)?);
                let values = self.kept(values)?;
                Ok(Some(Value::Object(self.heap.new_values(Kind::List, values))))
            }
            ("rt_list_extend", [slot, other]) => {
                let values = self.heap.values(other.object()?)?.to_vec();
                let values = self.kept(values)?;
                let list = self.unshare(slot.slot()?)?;
                for value in values {
                    self.heap.push_value(list, value)?;
                }
                Ok(None)
            }
            ("rt_list_slice", [list, from, to]) => {
                let values = self.heap.values(list.object()?)?;
                let (from, to) = (from.int()?, to.int()?);
                let range = usize::try_from(from).ok().zip(usize::try_from(to).ok());
                match range.and_then(|(from, to)| values.get(from..to)) {
                    Some(part) => {
                        let part = part.to_vec();
                        let values = self.kept(part)?;
                        Ok(Some(Value::Object(self.heap.new_values(Kind::List, values))))
                    }
                    None => {
                        let len = values.len();
                        self.panic =
                            Some(format!("range {from}..{to} out of range for length {len}"));
                        Ok(None)
                    }
                }
            }
            ("rt_list_unshare", [slot]) => {
                self.unshare(slot.slot()?)?;
                Ok(None)
            }
            _ => Err(Fault::UnknownExtern(name.to_owned())),
        }
    }

    /// Values that were copied bitwise and now exist twice.
    fn kept(&mut self, values: Vec<Value>) -> Result<Vec<Value>> {
        values
            .into_iter()
            .map(|value| match self.dialect {
                crate::Dialect::Values => self.deep_copy(&value),
                crate::Dialect::Counted => {
                    self.retain_parts(&value)?;
                    Ok(value)
                }
            })
            .collect()
    }

    fn append(&mut self, slot: &Given, piece: &str) -> Result<Option<Value>> {
        let text = self.unshare(slot.slot()?)?;
        self.heap.size += 1 + piece.len() as u64 / 16;
        self.heap.text_mut(text)?.push_str(piece);
        Ok(None)
    }
}
