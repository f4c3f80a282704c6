//! From places to locations, and reading and writing there.

use smallvec::SmallVec;

use super::heap::Kind;
use super::machine::Machine;
use super::value::{Base, Location, ObjectId, Value};
use super::{Fault, Result};
use crate::analysis::{Part, step};
use crate::{Dialect, Place, Projection, Type};

impl Machine<'_> {
    /// Where `place` of the innermost frame lies.
    pub(super) fn locate(&self, place: Place) -> Result<Location> {
        self.locate_for(place, false)
    }

    /// Where `place` lies, for a change of it: boxes and lists on the way must
    /// be unique, as far as the way from the last instance or address goes.
    pub(super) fn locate_mut(&self, place: Place) -> Result<Location> {
        self.locate_for(place, true)
    }

    fn locate_for(&self, place: Place, change: bool) -> Result<Location> {
        let frame = self.frame();
        let function = self.function();
        let mut location = Location {
            base: Base::Local(self.frames.len() as u32 - 1, place.local),
            path: SmallVec::new(),
        };
        let mut part = Part::Value(function.locals[place.local].ty);
        let mut shared = false;
        for projection in function.projections_of(place) {
            match *projection {
                Projection::Field(index) => location.path.push(index),
                Projection::Variant(variant) => match self.read(&location)? {
                    Value::Enum(found, _) if *found == variant => {}
                    Value::Enum(..) => return Err(Fault::WrongVariant),
                    Value::Nothing => return Err(Fault::Uninitialised),
                    _ => return Err(Fault::Mismatch("an enum")),
                },
                Projection::Deref => {
                    let Part::Value(ty) = part else { return Err(Fault::Mismatch("a pointer")) };
                    match (self.types.get(ty), self.read(&location)?) {
                        (Type::Box(_), Value::Object(id)) => {
                            let id = *id;
                            shared |= !self.heap.is_unique(id)?;
                            location = Location {
                                base: Base::Object(id),
                                path: [0].into_iter().collect(),
                            };
                        }
                        (Type::Class(_), Value::Object(id)) => {
                            shared = false;
                            location = Location { base: Base::Object(*id), path: SmallVec::new() };
                        }
                        (Type::Address(_), Value::Address(to)) => {
                            shared = false;
                            location = to.clone();
                        }
                        (_, Value::Nothing) => return Err(Fault::Uninitialised),
                        _ => return Err(Fault::Mismatch("a pointer")),
                    }
                }
                Projection::Index(local) => {
                    let Value::Object(list) = self.read(&location)? else {
                        return Err(Fault::Uninitialised);
                    };
                    let Value::Int(index) = frame.locals[local.0 as usize] else {
                        return Err(Fault::Uninitialised);
                    };
                    if index >= self.heap.values(*list)?.len() as u64 {
                        return Err(Fault::OutOfBounds);
                    }
                    shared |= !self.heap.is_unique(*list)?;
                    let path = [index as u32].into_iter().collect();
                    location = Location { base: Base::Object(*list), path };
                }
            }
            part = step(self.types, part, *projection).ok_or(Fault::Mismatch("such a part"))?;
        }
        if change && shared && self.dialect == Dialect::Counted {
            return Err(Fault::SharedWrite);
        }
        Ok(location)
    }

    /// The value at a location, which may be [`Value::Nothing`].
    pub(super) fn read(&self, location: &Location) -> Result<&Value> {
        let path = &location.path;
        let found = match location.base {
            Base::Local(frame, local) => {
                let frame = self.frames.get(frame as usize).ok_or(Fault::UseAfterFree)?;
                frame.locals[local.0 as usize].part(path)
            }
            Base::Global(index) => self.globals[index as usize].part(path),
            Base::Object(id) => {
                let values = self.heap.values(id)?;
                match path.split_first() {
                    Some((first, rest)) => {
                        values.get(*first as usize).and_then(|value| value.part(rest))
                    }
                    None => return Err(Fault::Mismatch("a value")),
                }
            }
        };
        found.ok_or(Fault::Uninitialised)
    }

    pub(super) fn read_mut(&mut self, location: &Location) -> Result<&mut Value> {
        let path = &location.path;
        let found = match location.base {
            Base::Local(frame, local) => {
                let frame = self.frames.get_mut(frame as usize).ok_or(Fault::UseAfterFree)?;
                frame.locals[local.0 as usize].part_mut(path)
            }
            Base::Global(index) => self.globals[index as usize].part_mut(path),
            Base::Object(id) => {
                let values = self.heap.values_mut(id)?;
                match path.split_first() {
                    Some((first, rest)) => {
                        values.get_mut(*first as usize).and_then(|value| value.part_mut(rest))
                    }
                    None => return Err(Fault::Mismatch("a value")),
                }
            }
        };
        found.ok_or(Fault::Uninitialised)
    }

    pub(super) fn write(&mut self, location: &Location, value: Value) -> Result<()> {
        *self.read_mut(location)? = value;
        Ok(())
    }

    /// Stores to a place of the innermost frame.
    pub(super) fn store(&mut self, place: Place, value: Value) -> Result<()> {
        if let Some(local) = place.as_local() {
            let frame = self.frames.last_mut().ok_or(Fault::Limit("returns"))?;
            frame.locals[local.0 as usize] = value;
            return Ok(());
        }
        let location = self.locate_mut(place)?;
        self.write(&location, value)
    }

    /// The value at a place, as it lies there.
    pub(super) fn load(&self, place: Place) -> Result<Value> {
        match self.read(&self.locate(place)?)? {
            Value::Nothing => Err(Fault::Uninitialised),
            value => Ok(value.clone()),
        }
    }

    /// The object at a place.
    pub(super) fn object_at(&self, place: Place) -> Result<ObjectId> {
        match self.read(&self.locate(place)?)? {
            Value::Object(id) => Ok(*id),
            Value::Nothing => Err(Fault::Uninitialised),
            _ => Err(Fault::Mismatch("an object")),
        }
    }

    /// A copy of `value` that shares nothing with it but class instances and
    /// what never changes.
    pub(super) fn deep_copy(&mut self, value: &Value) -> Result<Value> {
        Ok(match value {
            Value::Object(id) => {
                let id = *id;
                match self.heap.kind(id).ok_or(Fault::UseAfterFree)? {
                    Kind::Class | Kind::Closure => Value::Object(id),
                    Kind::Text => {
                        let text = self.heap.text(id)?.to_owned();
                        Value::Object(self.heap.new_text(text))
                    }
                    kind @ (Kind::List | Kind::Box | Kind::Dyn) => {
                        let values = self.heap.values(id)?.to_vec();
                        let values = self.deep_copies(&values)?;
                        Value::Object(self.heap.new_values(kind, values))
                    }
                }
            }
            Value::Struct(fields) => Value::Struct(self.deep_copies(fields)?.into()),
            Value::Enum(variant, fields) => Value::Enum(*variant, self.deep_copies(fields)?.into()),
            other => other.clone(),
        })
    }

    fn deep_copies(&mut self, values: &[Value]) -> Result<Vec<Value>> {
        if self.heap.size > self.limits.memory {
            return Err(Fault::Limit("values"));
        }
        values.iter().map(|value| self.deep_copy(value)).collect()
    }

    /// A copy of the container `id` whose parts are counted once more, as the
    /// change of a shared one needs it.
    pub(super) fn copy_container(&mut self, id: ObjectId) -> Result<ObjectId> {
        self.heap.statistics.copies += 1;
        let kind = self.heap.kind(id).ok_or(Fault::UseAfterFree)?;
        if kind == Kind::Text {
            let text = self.heap.text(id)?.to_owned();
            return Ok(self.heap.new_text(text));
        }
        let values = self.heap.values(id)?.to_vec();
        for value in &values {
            self.retain_parts(value)?;
        }
        Ok(self.heap.new_values(kind, values))
    }

    /// Counts every reference in a value once more.
    pub(super) fn retain_parts(&mut self, value: &Value) -> Result<()> {
        if self.dialect == Dialect::Values {
            return Ok(());
        }
        match value {
            Value::Object(id) => self.heap.retain(*id),
            Value::Weak(Some(id)) => self.heap.retain_weak(*id),
            Value::Struct(fields) | Value::Enum(_, fields) => {
                fields.iter().try_for_each(|field| self.retain_parts(field))
            }
            _ => Ok(()),
        }
    }

    /// Makes the container in a slot unique; gives the object that is there
    /// then.
    pub(super) fn unshare(&mut self, location: &Location) -> Result<ObjectId> {
        let id = match self.read(location)? {
            Value::Object(id) => *id,
            Value::Nothing => return Err(Fault::Uninitialised),
            _ => return Err(Fault::Mismatch("an object")),
        };
        if self.heap.is_unique(id)? {
            return Ok(id);
        }
        let copy = self.copy_container(id)?;
        self.write(location, Value::Object(copy))?;
        // Others still hold it: this cannot be the last reference.
        self.heap.release(id)?;
        Ok(copy)
    }
}
