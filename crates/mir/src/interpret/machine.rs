//! Frames and steps.

use simple_source::Interner;

use super::heap::{Heap, Kind, Statistics};
use super::value::{Base, Location, ObjectId, Value};
use super::{Fault, Result};
use crate::analysis::place_type;
use crate::{
    Arg, Args, BlockId, Callee, Const, Dialect, FuncId, Function, Module, Operand, Place, Shape,
    StatementKind, Terminator, Type, TypeId, TypeTable,
};

/// When a run is given up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Statements and terminators.
    pub steps: u64,
    /// Frames at one time.
    pub frames: usize,
    /// Values in all objects ever made.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 50_000_000, frames: 10_000, memory: 50_000_000 }
    }
}

/// How a run ended.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// The function returned this.
    Returned(Value),
    /// The program panicked with this message.
    Panicked(String),
}

/// What happens when a frame returns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// The caller goes on; its statement's destination gets the result.
    Continue(Option<Place>),
    /// A destroyer that the statement at hand has called.
    Destroyed,
    /// A destroyer from the queue: the next one follows.
    Drain,
}

pub(super) struct Frame {
    function: FuncId,
    block: BlockId,
    /// The next statement.
    next: usize,
    pub(super) locals: Vec<Value>,
    after: After,
}

/// Runs functions of a module.
pub struct Machine<'a> {
    pub(super) module: &'a Module,
    pub(super) types: &'a TypeTable,
    pub(super) interner: &'a Interner,
    pub(super) dialect: Dialect,
    pub(super) limits: Limits,
    pub(super) heap: Heap,
    pub(super) frames: Vec<Frame>,
    pub(super) globals: Vec<Value>,
    /// What the program printed.
    pub(super) output: String,
    /// Destroyers that are running, and objects that wait for one.
    pub(super) drop_depth: u32,
    pub(super) drop_queue: Vec<(ObjectId, FuncId)>,
    /// The class instances whose text is being made, outermost first.
    pub(super) showing: Vec<ObjectId>,
    /// The message of a panic on the way out.
    pub(super) panic: Option<String>,
}

impl<'a> Machine<'a> {
    /// A machine for `module`, which is in the given dialect.
    pub fn new(
        module: &'a Module,
        types: &'a TypeTable,
        interner: &'a Interner,
        dialect: Dialect,
        limits: Limits,
    ) -> Self {
        Self {
            module,
            types,
            interner,
            dialect,
            limits,
            heap: Heap::default(),
            frames: Vec::new(),
            globals: vec![Value::Nothing; module.globals.len()],
            output: String::new(),
            drop_depth: 0,
            drop_queue: Vec::new(),
            showing: Vec::new(),
            panic: None,
        }
    }

    /// What was printed so far.
    pub fn output(&self) -> &str {
        &self.output
    }

    /// All objects.
    pub fn heap(&self) -> &Heap {
        &self.heap
    }

    /// What the run did so far.
    pub fn statistics(&self) -> Statistics {
        self.heap.statistics
    }

    /// Calls `function` and runs until it returns or the program panics. In the
    /// counted dialect it is a fault if objects other than those of the result
    /// are left then.
    ///
    /// # Errors
    /// If the module turns out to be wrong, or a limit is reached.
    pub fn run(&mut self, function: FuncId, args: Vec<Value>) -> Result<Outcome> {
        self.frames.clear();
        self.panic = None;
        self.call(function, args, After::Continue(None))?;
        loop {
            if let Some(value) = self.step()? {
                return Ok(Outcome::Returned(value));
            }
            if let Some(message) = self.panic.take() {
                return Ok(Outcome::Panicked(message));
            }
        }
    }

    /// Gives back a result of [`Machine::run`], then looks whether anything is
    /// left.
    ///
    /// # Errors
    /// If something is.
    pub fn finish(&mut self, value: &Value) -> Result<()> {
        if self.dialect == Dialect::Values {
            return Ok(());
        }
        if *value != Value::Unit && !matches!(value, Value::Int(_) | Value::Bool(_)) {
            return Err(Fault::Mismatch("a result that counts nothing"));
        }
        match self.heap.live() {
            0 => Ok(()),
            left => Err(Fault::Leak(left)),
        }
    }

    pub(super) fn frame(&self) -> &Frame {
        self.frames.last().expect("a step is made in a frame")
    }

    pub(super) fn function(&self) -> &'a Function {
        let module: &'a Module = self.module;
        &module.functions[self.frame().function]
    }

    /// The type of the value at `place`.
    pub(super) fn type_of(&self, place: Place) -> Result<TypeId> {
        place_type(self.types, self.function(), place).ok_or(Fault::Mismatch("a place"))
    }

    fn call(&mut self, id: FuncId, args: Vec<Value>, after: After) -> Result<()> {
        let module: &'a Module = self.module;
        let function = module.functions.get(id).ok_or(Fault::Mismatch("a function"))?;
        if args.len() != function.params.len() || args.len() > function.locals.len() {
            return Err(Fault::Mismatch("as many arguments as parameters"));
        }
        if self.frames.len() >= self.limits.frames {
            return Err(Fault::Limit("frames"));
        }
        let mut locals = args;
        locals.resize(function.locals.len(), Value::Nothing);
        self.frames.push(Frame { function: id, block: BlockId(0), next: 0, locals, after });
        let frames = self.frames.len();
        let statistics = &mut self.heap.statistics;
        statistics.frames = statistics.frames.max(frames);
        Ok(())
    }

    /// One statement or terminator. The result, when the outermost frame
    /// returns.
    fn step(&mut self) -> Result<Option<Value>> {
        let statistics = &mut self.heap.statistics;
        statistics.steps += 1;
        if statistics.steps > self.limits.steps {
            return Err(Fault::Limit("steps"));
        }
        if self.heap.size > self.limits.memory {
            return Err(Fault::Limit("values"));
        }
        let function = self.function();
        let frame = self.frames.last_mut().expect("a step is made in a frame");
        let block = &function.blocks[frame.block];
        if let Some(statement) = block.statements.get(frame.next) {
            frame.next += 1;
            self.statement(&statement.kind)?;
            return Ok(None);
        }
        match &block.terminator {
            Terminator::Goto(target) => self.jump(*target),
            Terminator::Branch { condition, then, otherwise } => {
                match self.operand(*condition, false)? {
                    Value::Bool(true) => self.jump(*then),
                    Value::Bool(false) => self.jump(*otherwise),
                    _ => return Err(Fault::Mismatch("a bool")),
                }
            }
            Terminator::Switch { value, cases, otherwise } => {
                let found = match self.operand(*value, false)? {
                    Value::Int(bits) => bits,
                    Value::Bool(value) => u64::from(value),
                    Value::Char(value) => u64::from(u32::from(value)),
                    Value::Enum(variant, _) => u64::from(variant),
                    _ => return Err(Fault::Mismatch("a value to switch on")),
                };
                let case = cases.iter().find(|(value, _)| *value == found);
                self.jump(case.map_or(*otherwise, |(_, target)| *target));
            }
            Terminator::Return(value) => {
                let value = self.operand(*value, true)?;
                return self.give_back(value);
            }
            Terminator::Unreachable => return Err(Fault::ReachedUnreachable),
        }
        Ok(None)
    }

    fn jump(&mut self, target: BlockId) {
        let frame = self.frames.last_mut().expect("a step is made in a frame");
        frame.block = target;
        frame.next = 0;
    }

    fn give_back(&mut self, value: Value) -> Result<Option<Value>> {
        let frame = self.frames.pop().expect("a step is made in a frame");
        match frame.after {
            After::Continue(dest) => {
                if self.frames.is_empty() {
                    return Ok(Some(value));
                }
                if let Some(dest) = dest {
                    self.store(dest, value)?;
                }
            }
            After::Destroyed => {}
            After::Drain => self.drain()?,
        }
        Ok(None)
    }

    /// Runs the next destroyer from the queue.
    pub(super) fn drain(&mut self) -> Result<()> {
        match self.drop_queue.pop() {
            Some((object, destroyer)) => {
                self.drop_depth = 1;
                self.call(destroyer, vec![Value::Object(object)], After::Drain)
            }
            None => {
                self.drop_depth = 0;
                Ok(())
            }
        }
    }

    fn statement(&mut self, kind: &StatementKind) -> Result<()> {
        match *kind {
            StatementKind::Nop => Ok(()),
            StatementKind::Assign(place, rvalue) => {
                match self.rvalue(rvalue, place)? {
                    Ok(value) => self.store(place, value)?,
                    Err(message) => self.panic = Some(message.to_owned()),
                }
                Ok(())
            }
            StatementKind::Initialise(place, operand) => {
                let value = self.operand(operand, true)?;
                self.store(place, value)
            }
            StatementKind::Call { dest, callee, args } => self.call_statement(dest, callee, args),
            StatementKind::Intrinsic { dest, op, args } => {
                let value = self.intrinsic(op, args, dest)?;
                match (dest, value) {
                    (Some(dest), Some(value)) => self.store(dest, value),
                    _ => Ok(()),
                }
            }
            StatementKind::Unshare(place) => self.unshare_place(place),
            StatementKind::CheckIndex { index, len } => {
                match (self.operand(index, false)?, self.operand(len, false)?) {
                    (Value::Int(index), Value::Int(len)) => {
                        let (index, len) = (index as i64, len as i64);
                        if !(0..len).contains(&index) {
                            let message = format!("index {index} out of range for length {len}");
                            self.panic = Some(message);
                        }
                        Ok(())
                    }
                    _ => Err(Fault::Mismatch("integers")),
                }
            }
            StatementKind::Discard(place) => {
                let location = self.locate_mut(place)?;
                self.write(&location, Value::Nothing)
            }
            StatementKind::Keep(place) => self.load(place).map(|_| ()),
            StatementKind::Retain(place) => {
                let value = self.load(place)?;
                self.retain_parts(&value)
            }
            StatementKind::Release(place) => self.release(place),
            StatementKind::Free(place) => {
                let object = self.object_at(place)?;
                self.heap.free(object)
            }
        }
    }

    fn unshare_place(&mut self, place: Place) -> Result<()> {
        let location = self.locate_mut(place)?;
        let Value::Object(id) = *self.read(&location)? else {
            return Err(Fault::Mismatch("a container"));
        };
        if self.heap.is_unique(id)? || self.heap.kind(id) != Some(Kind::Dyn) {
            return self.unshare(&location).map(drop);
        }
        let copy = match self.dialect {
            Dialect::Values => self.deep_copy(&Value::Object(id))?,
            Dialect::Counted => Value::Object(self.copy_container(id)?),
        };
        self.write(&location, copy)?;
        self.heap.release(id).map(drop)
    }

    fn release(&mut self, place: Place) -> Result<()> {
        let ty = self.type_of(place)?;
        let value = self.load(place)?;
        self.release_value(ty, value)
    }

    /// Gives back a pointer of type `ty`.
    pub(super) fn release_value(&mut self, ty: TypeId, value: Value) -> Result<()> {
        match value {
            Value::Weak(None) => Ok(()),
            Value::Weak(Some(target)) => self.heap.release_weak(target),
            Value::Enum(_, fields) => {
                let (Type::Enum(id), Shape::Nullable { some, .. }) =
                    (self.types.get(ty), &self.types.layout(ty).shape)
                else {
                    return Err(Fault::Mismatch("a pointer"));
                };
                let pointer = self.types.enum_variants(id)[*some as usize].fields[0].ty;
                match <[Value; 1]>::try_from(fields.into_vec()) {
                    Ok([field]) => self.release_value(pointer, field),
                    Err(_) => Ok(()),
                }
            }
            Value::Object(object) => {
                if self.heap.release(object)? {
                    self.destroy(ty, object)
                } else {
                    Ok(())
                }
            }
            _ => Err(Fault::Mismatch("a pointer")),
        }
    }

    /// Destroys an object whose last reference is gone.
    fn destroy(&mut self, ty: TypeId, object: ObjectId) -> Result<()> {
        let destroyer = match self.types.get(ty) {
            Type::Closure(_) => match self.words(object)? {
                [_, Value::Int(0), ..] => None,
                [_, Value::Int(drop), ..] => Some(FuncId(*drop as u32 - 1)),
                _ => return Err(Fault::Mismatch("a closure")),
            },
            Type::Dyn(_) => {
                let vtable = self.vtable_of(object)?;
                Some(self.module.vtables[vtable as usize].drop)
            }
            _ => self.module.glue.destroy.get(&ty).copied(),
        };
        match destroyer {
            Some(destroyer) => self.call(destroyer, vec![Value::Object(object)], After::Destroyed),
            None => self.heap.free(object),
        }
    }

    /// What a closure or `dyn` object holds.
    pub(super) fn words(&self, object: ObjectId) -> Result<&[Value]> {
        match self.heap.values(object)? {
            [Value::Struct(words)] => Ok(words),
            _ => Err(Fault::Mismatch("a closure or `dyn` value")),
        }
    }

    fn vtable_of(&self, object: ObjectId) -> Result<u32> {
        match self.words(object)? {
            [Value::Int(vtable), _] if (*vtable as usize) < self.module.vtables.len() => {
                Ok(*vtable as u32)
            }
            _ => Err(Fault::Mismatch("a `dyn` value")),
        }
    }

    fn call_statement(&mut self, dest: Option<Place>, callee: Callee, args: Args) -> Result<()> {
        let list = self.function().args_of(args);
        let inside = |object, index| {
            let path = [0, index].into_iter().collect();
            Value::Address(Location { base: Base::Object(object), path })
        };
        let (function, mut values) = match callee {
            Callee::Extern(name) => {
                let value = self.call_runtime(name, list)?;
                return match (dest, value) {
                    (Some(dest), Some(value)) if self.panic.is_none() => self.store(dest, value),
                    _ => Ok(()),
                };
            }
            Callee::Function(id) => (id, Vec::with_capacity(list.len())),
            Callee::Closure(place) => {
                let object = self.object_at(place)?;
                let [Value::Int(code), ..] = self.words(object)? else {
                    return Err(Fault::Mismatch("a closure"));
                };
                (FuncId(*code as u32), vec![inside(object, 2)])
            }
            Callee::Method(place, slot, _) => {
                let object = self.object_at(place)?;
                let vtable = &self.module.vtables[self.vtable_of(object)? as usize];
                let method = vtable.methods.get(slot as usize);
                (*method.ok_or(Fault::Mismatch("a method"))?, vec![inside(object, 1)])
            }
        };
        if let Callee::Closure(_) = callee {
            // A function without captures may leave out their address.
            let params = self.module.functions.get(function).map_or(0, |f| f.params.len());
            if params == list.len() {
                values.clear();
            }
        }
        for arg in list {
            values.push(self.argument(*arg)?);
        }
        self.call(function, values, After::Continue(dest))
    }

    pub(super) fn argument(&mut self, arg: Arg) -> Result<Value> {
        match arg {
            Arg::Value(operand) => self.operand(operand, true),
            Arg::Address(place) => Ok(Value::Address(self.address(place)?)),
        }
    }

    /// The address of a place that a callee may change.
    pub(super) fn address(&self, place: Place) -> Result<Location> {
        let location = self.locate(place)?;
        // The value must be there, though it may hold nothing yet.
        self.read(&location)?;
        let through_pointer = self
            .function()
            .projections_of(place)
            .iter()
            .any(|step| matches!(step, crate::Projection::Deref));
        if !through_pointer { self.locate_mut(place) } else { Ok(location) }
    }

    /// The value of an operand. If it is kept, it is a copy of its own in the
    /// value dialect.
    pub(super) fn operand(&mut self, operand: Operand, kept: bool) -> Result<Value> {
        match operand {
            Operand::Const(constant) => Ok(self.constant(constant)),
            Operand::Copy(place) => {
                let value = self.load(place)?;
                match self.dialect {
                    Dialect::Values if kept => self.deep_copy(&value),
                    _ => Ok(value),
                }
            }
        }
    }

    fn constant(&mut self, constant: Const) -> Value {
        match constant {
            Const::Unit => Value::Unit,
            Const::Bool(value) => Value::Bool(value),
            Const::Char(value) => Value::Char(value),
            Const::Int(_, bits) => Value::Int(bits),
            Const::F32(bits) => Value::F32(bits),
            Const::F64(bits) => Value::F64(bits),
            Const::Str(text) => Value::Object(self.heap.literal(text, self.interner.resolve(text))),
            Const::EmptyList(_) => Value::Object(self.heap.empty_list()),
            Const::Variant(_, variant) => Value::Enum(variant, Box::new([])),
            Const::Function(id, _) => Value::Object(self.heap.function(id)),
            Const::NullWeak(_) => Value::Weak(None),
        }
    }
}
