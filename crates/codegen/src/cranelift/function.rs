//! One function of MIR: parameters, blocks, statements, terminators.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, SourceLoc, Value, types};
use cranelift_frontend::{FunctionBuilder, Switch, Variable};
use simple_mir::{
    BlockId, Function, LocalId, Operand, Place, StatementKind, Terminator, Type, TypeId, TypeTable,
};
use simple_source::{Idx, Span};
use smallvec::SmallVec;

use super::code::{Code, Imports, Memory, Trap, machine_type};
use super::counting::Counting;
use super::place::{At, Resolved, Route, Val};
use super::plan::{Home, Plan};
use super::shared::Shared;
use crate::OptLevel;
use crate::abi::{Class, MAX_LEAVES};

/// What holds a local while its function is translated.
#[derive(Clone, Copy, Debug)]
pub(super) enum Storage {
    /// It has no leaves, is never mentioned, or has no slot yet.
    Nothing,
    Values([Option<Value>; MAX_LEAVES]),
    Variables([Variable; MAX_LEAVES]),
    Memory(Memory),
}

/// Buffers that are reused from one function to the next.
#[derive(Default)]
pub(super) struct Buffers {
    pub(super) plan: Plan,
    pub(super) imports: Imports,
    locals: Vec<Storage>,
    /// Indexed by block of MIR.
    blocks: Vec<Option<Block>>,
    /// Indexed by block of MIR: edges that are still to be made.
    missing: Vec<u32>,
    /// Indexed by block of MIR: whether its translation has begun.
    begun: Vec<bool>,
    slots: SlotPool,
}

/// Stack slots of locals that live in one block, shared one after the other.
#[derive(Default)]
struct SlotPool {
    free: Vec<(Memory, u32)>,
    /// With the number of the last statement that mentions the local.
    busy: Vec<(u32, Memory, u32)>,
}

/// Translates one function.
pub(super) struct Translator<'f, 'a> {
    pub(super) code: Code<'f, 'a>,
    pub(super) mir: &'a Function,
    plan: &'f Plan,
    pub(super) locals: &'f mut Vec<Storage>,
    blocks: &'f mut Vec<Option<Block>>,
    missing: &'f mut Vec<u32>,
    begun: &'f mut Vec<bool>,
    slots: &'f mut SlotPool,
    /// Where a result goes that does not fit into registers.
    result: Option<Value>,
    /// The local that is built there.
    returned: Option<LocalId>,
    pub(super) counting: Counting,
    /// The number of the statement that is being translated.
    number: u32,
    /// Whether lists are the only way to elements that are not counted: no
    /// `mut` parameter may be such an element.
    pub(super) elements_apart: bool,
    /// The last local that [`simple_mir::Intrinsic::Unlikely`] was stored to in
    /// this block.
    pub(super) unlikely: Option<LocalId>,
}

impl<'f, 'a> Translator<'f, 'a> {
    /// Builds `mir` into an empty function.
    pub(super) fn translate(
        b: FunctionBuilder<'f>,
        shared: &'f mut Shared<'a>,
        buffers: &'f mut Buffers,
        mir: &'a Function,
        level: OptLevel,
    ) -> FunctionBuilder<'f> {
        let Buffers { plan, imports, locals, blocks, missing, begun, slots } = buffers;
        plan.make(mir, &mut shared.classes);
        locals.clear();
        locals.resize(mir.locals.len(), Storage::Nothing);
        blocks.clear();
        blocks.resize(mir.blocks.len(), None);
        missing.clear();
        missing.extend_from_slice(&plan.incoming);
        begun.clear();
        begun.resize(mir.blocks.len(), false);
        slots.free.clear();
        slots.busy.clear();
        let types = shared.program.types;
        let elements_apart = mir.locals.as_slice()[..mir.params.len()].iter().all(|param| {
            !matches!(types.get(param.ty), Type::Address(target) if !types.is_counted(target))
        });
        let code = Code::new(b, shared, imports, level != OptLevel::None);
        let mut translator = Self {
            code,
            mir,
            plan,
            locals,
            blocks,
            missing,
            begun,
            slots,
            result: None,
            returned: None,
            counting: Counting::of(level),
            number: 0,
            elements_apart,
            unlikely: None,
        };
        translator.function();
        translator.code.b
    }

    pub(super) fn types(&self) -> &'a TypeTable {
        self.code.shared.program.types
    }

    pub(super) fn class(&mut self, ty: TypeId) -> Class {
        self.code.shared.classes.class(ty)
    }

    fn function(&mut self) {
        let plan = self.plan;
        for block in &plan.order {
            let data = &self.mir.blocks[*block];
            // What cannot be returned from ends in a panic.
            let cold = matches!(data.terminator, Terminator::Unreachable) && block.0 != 0;
            let block_of = if cold { self.code.cold_block() } else { self.code.block() };
            self.blocks[block.index()] = Some(block_of);
        }
        let entry = self.block_of(BlockId(0));
        self.code.b.append_block_params_for_function_params(entry);
        self.code.enter(entry);
        // Cranelift keeps distances from the first location that it sees, and takes the
        // one just before that for none at all. From zero there is no such one.
        self.code.b.func.params.ensure_base_srcloc(SourceLoc::new(0));
        self.at(self.mir.span);
        self.parameters(entry);
        self.place_locals();
        for block in &plan.order {
            self.block(*block);
        }
    }

    fn block_of(&self, block: BlockId) -> Block {
        self.blocks[block.index()].expect("reachable blocks were made at the start")
    }

    /// Sets the place in the source of what comes next.
    fn at(&mut self, span: Span) {
        let location = if span.is_none() { SourceLoc::default() } else { SourceLoc::new(span.lo) };
        self.code.b.set_srcloc(location);
    }

    fn parameters(&mut self, entry: Block) {
        let values: SmallVec<[Value; 16]> = self.code.b.block_params(entry).into();
        let mut values = values.into_iter();
        let mut next = || values.next().expect("the signature has a value for each leaf");
        if self.class(self.mir.result).is_memory() {
            self.result = Some(next());
        }
        for index in 0..self.mir.params.len() {
            let ty = self.mir.locals.as_slice()[index].ty;
            let home = self.plan.homes[index];
            match self.class(ty) {
                Class::Memory => {
                    let from = Memory::at(next(), 0);
                    match home {
                        Home::Nowhere => {}
                        Home::Caller => self.locals[index] = Storage::Memory(from),
                        _ => {
                            let size = self.types().layout(ty).size;
                            let slot = Memory::slot(self.code.new_slot(size));
                            self.code.copy(slot, from, size);
                            self.locals[index] = Storage::Memory(slot);
                        }
                    }
                }
                Class::Leaves(leaves) => {
                    let leaves = leaves.as_slice();
                    let values: SmallVec<[Value; 2]> = leaves.iter().map(|_| next()).collect();
                    self.make_home(index, home, ty);
                    match &mut self.locals[index] {
                        Storage::Nothing => {}
                        Storage::Values(slots) => {
                            slots
                                .iter_mut()
                                .zip(values)
                                .for_each(|(slot, value)| *slot = Some(value));
                        }
                        Storage::Variables(variables) => {
                            for (variable, value) in variables.iter().zip(values) {
                                self.code.b.def_var(*variable, value);
                            }
                        }
                        Storage::Memory(memory) => {
                            let memory = *memory;
                            self.write_memory(memory, ty, Val::Leaves(values));
                        }
                    }
                }
            }
        }
    }

    /// Gives the locals behind the parameters what holds them.
    fn place_locals(&mut self) {
        self.returned = self.returned_local();
        for index in self.mir.params.len()..self.mir.locals.len() {
            let ty = self.mir.locals.as_slice()[index].ty;
            match (self.returned, self.result) {
                // Built where the caller wants it.
                (Some(local), Some(result)) if local.index() == index => {
                    self.locals[index] = Storage::Memory(Memory::at(result, 0));
                }
                _ => self.make_home(index, self.plan.homes[index], ty),
            }
        }
    }

    fn make_home(&mut self, index: usize, home: Home, ty: TypeId) {
        self.locals[index] = match home {
            Home::Nowhere | Home::SharedSlot | Home::Caller => Storage::Nothing,
            Home::Values => Storage::Values([None; MAX_LEAVES]),
            Home::Variables => {
                let mut variables = [Variable::from_u32(0); MAX_LEAVES];
                let class = self.class(ty);
                for (variable, leaf) in variables.iter_mut().zip(class.leaves()) {
                    *variable = self.code.b.declare_var(machine_type(leaf.scalar));
                }
                Storage::Variables(variables)
            }
            Home::Slot => {
                let size = self.types().layout(ty).size;
                Storage::Memory(Memory::slot(self.code.new_slot(size)))
            }
        };
    }

    /// The local that every return gives, if it lies in memory of its own.
    fn returned_local(&mut self) -> Option<LocalId> {
        self.result?;
        let mut returned = None;
        for block in &self.plan.order {
            let Terminator::Return(value) = &self.mir.blocks[*block].terminator else { continue };
            let Operand::Copy(place) = value else { return None };
            let local = place.as_local()?;
            if returned.is_some_and(|other| other != local) {
                return None;
            }
            returned = Some(local);
        }
        let local = returned?;
        (local.index() >= self.mir.params.len()).then_some(local)
    }

    /// The memory that holds a local, if that is what holds it.
    pub(super) fn memory_of(&mut self, local: LocalId) -> Option<Memory> {
        match self.locals[local.index()] {
            Storage::Memory(memory) => Some(memory),
            Storage::Nothing if self.plan.homes[local.index()] == Home::SharedSlot => {
                let size = self.types().layout(self.mir.locals[local].ty).size;
                let memory = self.shared_slot(size, self.plan.last_mention[local.index()]);
                self.locals[local.index()] = Storage::Memory(memory);
                Some(memory)
            }
            _ => None,
        }
    }

    /// A slot that is free again after statement number `last`.
    fn shared_slot(&mut self, size: u32, last: u32) -> Memory {
        let fits = |(_, (_, room)): &(usize, &(Memory, u32))| *room >= size;
        let best =
            self.slots.free.iter().enumerate().filter(fits).min_by_key(|(_, (_, room))| *room);
        let (memory, room) = match best.map(|(index, _)| index) {
            Some(index) => self.slots.free.swap_remove(index),
            None => (Memory::slot(self.code.new_slot(size)), size),
        };
        self.slots.busy.push((last, memory, room));
        memory
    }

    fn end_statement(&mut self) {
        self.code.release_scratch();
        let (number, SlotPool { free, busy }) = (self.number, &mut *self.slots);
        busy.retain(|&(last, memory, room)| {
            if last <= number {
                free.push((memory, room));
            }
            last > number
        });
        self.number += 1;
    }

    fn block(&mut self, id: BlockId) {
        let block = self.block_of(id);
        self.begun[id.index()] = true;
        if id.0 != 0 {
            self.code.b.switch_to_block(block);
            if self.missing[id.index()] == 0 {
                self.code.b.seal_block(block);
            }
        }
        self.unlikely = None;
        let data = &self.mir.blocks[id];
        for statement in &data.statements {
            self.at(statement.span);
            self.statement(&statement.kind);
            self.end_statement();
        }
        self.at(data.span);
        self.terminator(&data.terminator);
        self.end_statement();
        let mut index = 0;
        while let Some(target) = crate::mentions::successor(&data.terminator, index) {
            index += 1;
            self.missing[target.index()] -= 1;
            // A block before this one in the order waits for this edge.
            if self.missing[target.index()] == 0 && self.begun[target.index()] {
                self.code.b.seal_block(self.block_of(target));
            }
        }
    }

    fn statement(&mut self, statement: &StatementKind) {
        match statement {
            StatementKind::Nop => {}
            StatementKind::Assign(place, value) => self.assign(*place, value),
            StatementKind::Call { dest, callee, args } => self.call(*dest, callee, *args),
            StatementKind::Intrinsic { dest, op, args } => self.intrinsic(*dest, *op, *args),
            StatementKind::Unshare(place) => self.unshare(*place),
            StatementKind::CheckIndex { index, len } => self.check_index(index, len),
            StatementKind::Retain(place) => {
                let place = self.place(*place);
                self.retain_value(place);
            }
            StatementKind::Release(place) => {
                let place = self.place(*place);
                self.release_value(place);
            }
            StatementKind::Free(place) => {
                let place = self.place(*place);
                self.free_object(place);
            }
            StatementKind::Initialise(..) | StatementKind::Discard(_) | StatementKind::Keep(_) => {
                panic!("invalid MIR: a statement from before the ownership pass")
            }
        }
    }

    /// Stores a value to a place.
    pub(super) fn assign_value(&mut self, place: Place, value: Val) {
        let place = self.place(place);
        self.write(place, value);
    }

    /// One comparison for both ends: as unsigned numbers, negative indexes are
    /// above every length.
    fn check_index(&mut self, index: &Operand, len: &Operand) {
        let (index, _) = self.scalar(index);
        let (len, _) = self.scalar(len);
        let (inside, outside) = (self.code.block(), self.code.cold_block());
        let fits = self.code.compare(IntCC::UnsignedLessThan, index, len);
        self.code.branch(fits, inside, outside);
        self.code.enter(outside);
        let panic = self.code.shared.names.panic_index;
        self.code.call_runtime(panic, &[index, len], None);
        self.code.b.ins().trap(Trap::Unreachable);
        self.code.enter(inside);
    }

    fn terminator(&mut self, terminator: &Terminator) {
        match terminator {
            Terminator::Goto(target) => {
                let target = self.block_of(*target);
                self.code.jump(target, &[]);
            }
            Terminator::Branch { condition, then, otherwise } => {
                if let Operand::Copy(place) = condition
                    && place.as_local().is_some_and(|local| self.unlikely == Some(local))
                    && then != otherwise
                {
                    self.code.b.set_cold_block(self.block_of(*then));
                }
                let (condition, _) = self.scalar(condition);
                self.code.branch(condition, self.block_of(*then), self.block_of(*otherwise));
            }
            Terminator::Switch { value, cases, otherwise } => {
                self.switch(value, cases, *otherwise);
            }
            Terminator::Return(value) => self.return_value(value),
            Terminator::Unreachable => {
                self.code.b.ins().trap(Trap::Unreachable);
            }
        }
    }

    fn switch(&mut self, value: &Operand, cases: &[(u64, BlockId)], otherwise: BlockId) {
        /// Up to this many cases are compared one after the other.
        const FEW: usize = 3;
        let (value, _) = self.scalar(value);
        let ty = self.code.b.func.dfg.value_type(value);
        // If nothing else can come, the last case needs no question.
        let data = &self.mir.blocks[otherwise];
        let closed =
            data.statements.is_empty() && matches!(data.terminator, Terminator::Unreachable);
        match cases {
            [] => self.code.jump(self.block_of(otherwise), &[]),
            _ if cases.len() <= FEW => {
                let (rest, asked) = if closed {
                    let (last, asked) = cases.split_last().expect("the list is not empty");
                    (last.1, asked)
                } else {
                    (otherwise, cases)
                };
                let rest = self.block_of(rest);
                let Some((last, others)) = asked.split_last() else {
                    return self.code.jump(rest, &[]);
                };
                for (case, target) in others {
                    let next = self.code.block();
                    let equal = self.code.compare_with(IntCC::Equal, value, *case);
                    self.code.branch(equal, self.block_of(*target), next);
                    self.code.enter(next);
                }
                let equal = self.code.compare_with(IntCC::Equal, value, last.0);
                self.code.branch(equal, self.block_of(last.1), rest);
            }
            _ => {
                let mut switch = Switch::new();
                let unused = 64 - ty.bits();
                for (case, target) in cases {
                    let case = u128::from(case << unused >> unused);
                    switch.set_entry(case, self.block_of(*target));
                }
                let otherwise = self.block_of(otherwise);
                switch.emit(&mut self.code.b, value, otherwise);
            }
        }
    }

    fn return_value(&mut self, value: &Operand) {
        match self.result {
            None => {
                let Val::Leaves(values) = self.value(value) else {
                    panic!("invalid MIR: the result has another type than the function says")
                };
                self.code.b.ins().return_(&values);
            }
            Some(result) => {
                if self.returned.is_none() {
                    let value = self.value(value);
                    self.write_memory(Memory::at(result, 0), self.mir.result, value);
                }
                self.code.b.ins().return_(&[]);
            }
        }
    }

    /// A word at a place, for list and text pointers that may be replaced.
    pub(super) fn word_slot(&mut self, place: Resolved) -> WordSlot {
        match place.at {
            At::Memory(memory) => {
                let value = self.code.load(types::I64, memory);
                WordSlot { value, memory, spilled: None }
            }
            At::Leaves { local, first, .. } => {
                let value = self.leaf(local, first);
                let memory = self.code.scratch(8);
                WordSlot { value, memory, spilled: Some(place) }
            }
        }
    }

    /// Notes the pointer that a [`WordSlot`] holds now.
    pub(super) fn set_word(&mut self, slot: &WordSlot, value: Value) {
        if let Some(place) = slot.spilled {
            self.write(place, Val::leaf(value));
        }
        debug_assert!(slot.spilled.is_none_or(|place| place.route == Route::Own));
    }
}

/// A pointer with memory in which the runtime may replace it.
pub(super) struct WordSlot {
    /// What it holds.
    pub(super) value: Value,
    /// Where a function that replaces it finds it.
    pub(super) memory: Memory,
    /// Set if it is held in a register and has to be put there first.
    pub(super) spilled: Option<Resolved>,
}
