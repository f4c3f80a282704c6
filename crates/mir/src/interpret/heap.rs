//! Counted objects and the checks on their counts.

use simple_source::Symbol;
use simple_source::interner::FxHashMap;

use super::value::{ObjectId, Value};
use super::{Fault, Result};
use crate::FuncId;

/// What an object is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Kind {
    Text,
    List,
    Box,
    Class,
    Closure,
    Dyn,
}

/// What lies behind an object's header.
#[derive(Clone, Debug)]
pub(super) enum Contents {
    Text(String),
    /// Elements of a list, fields of an instance, or the one value of a box.
    /// A closure's is a struct of code, drop function and captures, a `dyn`
    /// value's one of vtable and value.
    Values(Vec<Value>),
    /// It was freed.
    Freed,
}

/// More slots than this no list of a test has.
const MAX_SLOTS: usize = 1 << 24;

struct Object {
    kind: Kind,
    /// As in `docs/design/memory.md`: 0 is static.
    count: i64,
    /// Weak references, and one for all strong ones.
    weak: u32,
    /// Its last strong reference is gone.
    dead: bool,
    /// Of a list: how many of its values are elements. Those behind lie in
    /// its spare room, where the library keeps some while it moves them.
    len: usize,
    contents: Contents,
}

/// What a run did to memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Statistics {
    /// Objects that were made.
    pub allocations: u64,
    /// Shared containers that were copied before a change.
    pub copies: u64,
    /// Counts that went up.
    pub retains: u64,
    /// Counts that went down.
    pub releases: u64,
    /// The most frames at one time.
    pub frames: usize,
    /// Statements and terminators.
    pub steps: u64,
}

/// All objects of a run. Numbers are not used again, so that every use of a
/// freed object is found.
#[derive(Default)]
pub struct Heap {
    objects: Vec<Object>,
    texts: FxHashMap<Symbol, ObjectId>,
    functions: FxHashMap<FuncId, ObjectId>,
    empty_list: Option<ObjectId>,
    live: usize,
    /// Values in all objects that were ever made.
    pub(super) size: u64,
    pub(super) statistics: Statistics,
}

impl Heap {
    fn object(&self, id: ObjectId) -> Result<&Object> {
        match self.objects.get(id.0 as usize) {
            Some(object) if !matches!(object.contents, Contents::Freed) => Ok(object),
            _ => Err(Fault::UseAfterFree),
        }
    }

    fn object_mut(&mut self, id: ObjectId) -> Result<&mut Object> {
        match self.objects.get_mut(id.0 as usize) {
            Some(object) if !matches!(object.contents, Contents::Freed) => Ok(object),
            _ => Err(Fault::UseAfterFree),
        }
    }

    fn push(&mut self, kind: Kind, count: i64, contents: Contents) -> ObjectId {
        self.size += match &contents {
            Contents::Text(text) => 1 + text.len() as u64 / 16,
            Contents::Values(values) => 1 + values.len() as u64,
            Contents::Freed => 0,
        };
        let len = match &contents {
            Contents::Values(values) => values.len(),
            _ => 0,
        };
        let id = ObjectId(self.objects.len() as u32);
        self.objects.push(Object { kind, count, weak: 1, dead: false, len, contents });
        if count > 0 {
            self.live += 1;
            self.statistics.allocations += 1;
        }
        id
    }

    pub(super) fn new_values(&mut self, kind: Kind, values: Vec<Value>) -> ObjectId {
        self.push(kind, 1, Contents::Values(values))
    }

    pub(super) fn new_text(&mut self, text: String) -> ObjectId {
        self.push(Kind::Text, 1, Contents::Text(text))
    }

    /// The static text of a literal.
    pub(super) fn literal(&mut self, symbol: Symbol, text: &str) -> ObjectId {
        if let Some(id) = self.texts.get(&symbol) {
            return *id;
        }
        let id = self.push(Kind::Text, 0, Contents::Text(text.to_owned()));
        self.texts.insert(symbol, id);
        id
    }

    /// The static empty list.
    pub(super) fn empty_list(&mut self) -> ObjectId {
        match self.empty_list {
            Some(id) => id,
            None => {
                let id = self.push(Kind::List, 0, Contents::Values(Vec::new()));
                self.empty_list = Some(id);
                id
            }
        }
    }

    /// The static closure of a function.
    pub(super) fn function(&mut self, function: FuncId) -> ObjectId {
        if let Some(id) = self.functions.get(&function) {
            return *id;
        }
        let words = [Value::Int(u64::from(function.0)), Value::Int(0), Value::Struct(Box::new([]))];
        let contents = Contents::Values(vec![Value::Struct(Box::new(words))]);
        let id = self.push(Kind::Closure, 0, contents);
        self.functions.insert(function, id);
        id
    }

    /// What an object is.
    pub fn kind(&self, id: ObjectId) -> Option<Kind> {
        self.object(id).ok().map(|object| object.kind)
    }

    /// The elements, fields or value of an object.
    pub(super) fn values(&self, id: ObjectId) -> Result<&[Value]> {
        let object = self.object(id)?;
        match &object.contents {
            Contents::Values(values) => Ok(&values[..object.len]),
            _ => Err(Fault::Mismatch("an object with values")),
        }
    }

    pub(super) fn values_mut(&mut self, id: ObjectId) -> Result<&mut [Value]> {
        let object = self.object_mut(id)?;
        match &mut object.contents {
            Contents::Values(values) => Ok(&mut values[..object.len]),
            _ => Err(Fault::Mismatch("an object with values")),
        }
    }

    /// The elements of a list with at least `len` slots, spare ones included.
    pub(super) fn slots(&mut self, id: ObjectId, len: usize) -> Result<&mut Vec<Value>> {
        if len > MAX_SLOTS {
            return Err(Fault::Limit("elements"));
        }
        let grown = match &mut self.object_mut(id)?.contents {
            Contents::Values(values) if values.len() < len => {
                let grown = len - values.len();
                values.resize(len, Value::Nothing);
                grown
            }
            _ => 0,
        };
        self.size += grown as u64;
        match &mut self.object_mut(id)?.contents {
            Contents::Values(values) => Ok(values),
            _ => Err(Fault::Mismatch("an object with values")),
        }
    }

    /// Sets the number of a list's elements.
    pub(super) fn set_len(&mut self, id: ObjectId, len: usize) -> Result<()> {
        self.slots(id, len)?;
        self.object_mut(id)?.len = len;
        Ok(())
    }

    pub(super) fn push_value(&mut self, id: ObjectId, value: Value) -> Result<()> {
        let len = self.values(id)?.len();
        self.slots(id, len + 1)?[len] = value;
        self.set_len(id, len + 1)
    }

    pub(super) fn pop_value(&mut self, id: ObjectId) -> Result<Value> {
        let last = self.values(id)?.len().checked_sub(1).ok_or(Fault::OutOfBounds)?;
        let value = std::mem::take(&mut self.values_mut(id)?[last]);
        self.set_len(id, last)?;
        Ok(value)
    }

    /// The text of a text object.
    ///
    /// # Errors
    /// If it is none, or was freed.
    pub fn text(&self, id: ObjectId) -> Result<&str> {
        match &self.object(id)?.contents {
            Contents::Text(text) => Ok(text),
            _ => Err(Fault::Mismatch("text")),
        }
    }

    pub(super) fn text_mut(&mut self, id: ObjectId) -> Result<&mut String> {
        match &mut self.object_mut(id)?.contents {
            Contents::Text(text) => Ok(text),
            _ => Err(Fault::Mismatch("text")),
        }
    }

    /// Whether nobody else can look at an object: it has one reference, or is
    /// being destroyed.
    pub(super) fn is_unique(&self, id: ObjectId) -> Result<bool> {
        let object = self.object(id)?;
        Ok(object.count == 1 || object.dead)
    }

    pub(super) fn retain(&mut self, id: ObjectId) -> Result<()> {
        let object = self.object_mut(id)?;
        if object.dead {
            return Err(Fault::UseAfterFree);
        }
        if object.count > 0 {
            object.count += 1;
            self.statistics.retains += 1;
        }
        Ok(())
    }

    /// Whether the object has to be destroyed now.
    pub(super) fn release(&mut self, id: ObjectId) -> Result<bool> {
        let object = self.object_mut(id)?;
        if object.dead {
            return Err(Fault::ReleasedTwice);
        }
        if object.count == 0 {
            return Ok(false);
        }
        object.count -= 1;
        let last = object.count == 0;
        object.dead = last;
        self.statistics.releases += 1;
        Ok(last)
    }

    /// Gives the memory back. The last reference must be gone.
    pub(super) fn free(&mut self, id: ObjectId) -> Result<()> {
        let object = self.object_mut(id)?;
        if !object.dead {
            return Err(Fault::ReleasedTwice);
        }
        // The strong references' share.
        self.release_weak(id)
    }

    pub(super) fn retain_weak(&mut self, id: ObjectId) -> Result<()> {
        self.object_mut(id)?.weak += 1;
        Ok(())
    }

    pub(super) fn release_weak(&mut self, id: ObjectId) -> Result<()> {
        let object = self.object_mut(id)?;
        object.weak = object.weak.checked_sub(1).ok_or(Fault::ReleasedTwice)?;
        if object.weak == 0 {
            object.contents = Contents::Freed;
            self.live -= 1;
        }
        Ok(())
    }

    /// Whether a weak reference still finds its target.
    pub(super) fn is_alive(&self, id: ObjectId) -> Result<bool> {
        Ok(!self.object(id)?.dead)
    }

    /// Objects that were made and not freed.
    pub fn live(&self) -> usize {
        self.live
    }
}
