//! One function: its frame, parameters, blocks, statements, terminators.

use simple_mir::{
    BlockId, Function, Intrinsic, LocalId, Operand, Place, Rvalue, StatementKind, Terminator,
    TypeId, TypeTable,
};
use simple_source::{Idx, Span};

use super::Unsupported;
use super::analysis::{Analysis, Held, Home};
use super::assembler::{
    Alu, Assembler, Cond, Gpr, Label, Mem, RAX, RBP, RCX, RDX, Rm, XMM0, XMM1, Xmm,
};
use super::call::{ARGUMENTS, FLOAT_ARGUMENTS, Source};
use super::counting::Change;
use super::operand::{Flags, Value};

use super::registers::{Bank, Frame, Where};
use crate::abi::{Class, Scalar};
use crate::cranelift::shared::Shared;
use crate::positions::{NO_POSITION, PositionWriter, Rank, Trap};

/// Frames of a page and more must touch each of their pages in order, so that
/// they cannot step over the guard page below the stack; Cranelift does that.
const MAX_FRAME: u32 = 4096 - 256;

/// Switches with more cases than this are a search by halves.
const FEW_CASES: usize = 8;

/// Buffers that are reused from one function to the next.
#[derive(Default)]
pub(super) struct Buffers {
    places: Vec<Where>,
    live: Vec<LocalId>,
    frame: Frame,
    labels: Vec<Label>,
    traps: Vec<(Label, Trap, u32)>,
    stubs: Vec<Stub>,
}

/// Code behind the function's end that is rarely run.
pub(super) enum Stub {
    /// The rest of a conversion that did not fit.
    FloatToInt { slow: Label, done: Label, from: Xmm, size: u32 },
    /// An index out of range.
    Index { label: Label, index: Value, len: Value, position: u32 },
}

/// Translates one function.
pub(super) struct Translator<'f, 'a> {
    pub(super) asm: &'f mut Assembler,
    pub(super) shared: &'f mut Shared<'a>,
    pub(super) types: &'a TypeTable,
    pub(super) mir: &'a Function,
    pub(super) analysis: &'f mut Analysis,
    /// Indexed by local.
    pub(super) places: &'f mut Vec<Where>,
    /// Temporaries and memory of one block that hold something.
    pub(super) live: &'f mut Vec<LocalId>,
    pub(super) frame: &'f mut Frame,
    pub(super) gprs: Bank,
    pub(super) xmms: Bank,
    /// A bool that only the flags hold.
    pub(super) flags: Option<(LocalId, Flags)>,
    /// The number of the statement at hand.
    pub(super) number: u32,
    /// Its position in the source.
    pub(super) position: u32,
    pub(super) positions: &'f mut PositionWriter,
    statement_rows: bool,
    /// Indexed by block.
    labels: &'f mut Vec<Label>,
    traps: &'f mut Vec<(Label, Trap, u32)>,
    pub(super) stubs: &'f mut Vec<Stub>,
    /// Where the frame keeps the address for a result in memory.
    result: Option<i32>,
}

impl<'f, 'a> Translator<'f, 'a> {
    pub(super) fn new(
        shared: &'f mut Shared<'a>,
        mir: &'a Function,
        analysis: &'f mut Analysis,
        asm: &'f mut Assembler,
        buffers: &'f mut Buffers,
        positions: &'f mut PositionWriter,
        statement_rows: bool,
    ) -> Self {
        let types = shared.program.types;
        analysis.make(mir, types);
        let Buffers { places, live, frame, labels, traps, stubs } = buffers;
        places.clear();
        places.extend(analysis.homes.iter().map(|home| match home {
            Home::Gpr(gpr) => Where::Gpr(*gpr),
            Home::Xmm(xmm) => Where::Xmm(*xmm),
            _ => Where::Nowhere,
        }));
        live.clear();
        frame.clear();
        labels.clear();
        traps.clear();
        stubs.clear();
        asm.clear();
        positions.clear();
        Self {
            asm,
            shared,
            types,
            mir,
            analysis,
            places,
            live,
            frame,
            gprs: Bank::default(),
            xmms: Bank::default(),
            flags: None,
            number: 0,
            position: NO_POSITION,
            positions,
            statement_rows,
            labels,
            traps,
            stubs,
            result: None,
        }
    }

    /// Writes the function's code to the assembler.
    pub(super) fn translate(mut self) -> Result<(), Unsupported> {
        for _ in 0..self.mir.blocks.len() {
            let label = self.asm.label();
            self.labels.push(label);
        }
        let size_at = self.asm.prologue();
        // Registers that the caller wants back lie at the top of the frame.
        for index in 0..self.analysis.saved.len() {
            let offset = self.frame.take_lasting(8);
            self.asm.store(8, Mem::frame(offset), self.analysis.saved[index]);
        }
        self.at(self.mir.span);
        self.parameters()?;
        for index in 0..self.analysis.order.len() {
            let block = self.analysis.order[index];
            let next = self.analysis.order.get(index + 1).copied();
            self.block(block, next)?;
        }
        self.write_stubs();
        self.asm.resolve();
        let size = self.frame.size.saturating_add(self.frame.outgoing).next_multiple_of(16);
        if size > MAX_FRAME {
            return Err(Unsupported);
        }
        self.asm.patch(size_at, size);
        Ok(())
    }

    /// What values of type `ty` are.
    pub(super) fn analysis_held(&mut self, ty: TypeId) -> Held {
        self.analysis.held(self.types, ty)
    }

    /// Sets the place in the source of what comes next.
    fn at(&mut self, span: Span) {
        let position = if span.is_none() { NO_POSITION } else { span.lo };
        if self.statement_rows && position != NO_POSITION && position != self.position {
            self.positions.push_row(self.asm.offset(), position);
        }
        self.position = position;
    }

    // Parameters.

    /// Puts parameters where they live. Nothing is written to a register that
    /// another parameter is still in.
    fn parameters(&mut self) -> Result<(), Unsupported> {
        let mut arrivals = Arrivals::default();
        if self.shared.classes.class(self.mir.result).is_memory() {
            let offset = self.frame.take_lasting(8);
            if let Arrival::Gpr(gpr) = arrivals.next(Scalar::I64) {
                self.asm.store(8, Mem::frame(offset), gpr);
            }
            self.result = Some(offset);
        }
        // First those that leave registers, then those that stay in one.
        let mut staying: smallvec::SmallVec<[(LocalId, Arrival); 8]> = smallvec::SmallVec::new();
        let mut pointed: smallvec::SmallVec<[(LocalId, i32); 4]> = smallvec::SmallVec::new();
        for index in 0..self.mir.params.len() {
            let local = LocalId::from_usize(index);
            let ty = self.mir.locals[local].ty;
            let home = self.analysis.homes[index];
            match (self.analysis.held[index], self.shared.classes.class(ty)) {
                (Held::Nothing, _) => {}
                (Held::Scalar(scalar), _) => {
                    let arrival = arrivals.next(scalar);
                    match home {
                        Home::Nowhere => {}
                        Home::Temporary => staying.push((local, arrival)),
                        _ => self.arrive(local, scalar, arrival),
                    }
                }
                (Held::Memory(_), Class::Memory) => {
                    let offset = self.frame.take_lasting(8);
                    let arrival = arrivals.next(Scalar::I64);
                    self.store_arrival(Mem::frame(offset), 8, arrival);
                    match home {
                        Home::Nowhere => {}
                        Home::Caller => self.places[index] = Where::Behind(offset),
                        _ => pointed.push((local, offset)),
                    }
                }
                (Held::Memory(_), Class::Leaves(leaves)) => {
                    let memory = self.make_slot_lasting(local);
                    for leaf in leaves.as_slice() {
                        let arrival = arrivals.next(leaf.scalar);
                        self.store_arrival(memory.plus(leaf.offset), leaf.scalar.size(), arrival);
                    }
                }
            }
        }
        let mut taken = 0_u16;
        for (_, arrival) in &staying {
            if let Arrival::Gpr(gpr) = arrival {
                taken |= 1 << gpr.0;
            }
        }
        let mut taken_floats = 0_u16;
        for (_, arrival) in &staying {
            if let Arrival::Xmm(xmm) = arrival {
                taken_floats |= 1 << xmm.0;
            }
        }
        self.gprs.locked = taken;
        self.xmms.locked = taken_floats;
        for (local, arrival) in staying {
            self.stay(local, arrival)?;
        }
        self.gprs.locked = 0;
        self.xmms.locked = 0;
        for (local, offset) in pointed {
            let memory = self.make_slot_lasting(local);
            let Held::Memory(size) = self.analysis.held[local.index()] else { continue };
            let pointer = self.scratch_gpr()?;
            self.asm.load(8, pointer, Mem::frame(offset));
            self.copy(memory, Mem::at(pointer, 0), size);
            self.gprs.locked = 0;
        }
        Ok(())
    }

    fn make_slot_lasting(&mut self, local: LocalId) -> Mem {
        if self.analysis.homes[local.index()] == Home::Nowhere {
            // Nobody looks at it, but it arrives.
            return self.scratch(match self.analysis.held[local.index()] {
                Held::Memory(size) => size,
                _ => 8,
            });
        }
        self.make_slot(local)
    }

    /// Moves a parameter to where it lives.
    fn arrive(&mut self, local: LocalId, scalar: Scalar, arrival: Arrival) {
        match (self.analysis.homes[local.index()], arrival) {
            (Home::Gpr(home), Arrival::Gpr(gpr)) => self.asm.mov(home, gpr),
            (Home::Gpr(home), Arrival::Stack(mem)) => self.asm.load(scalar.size(), home, mem),
            (Home::Xmm(home), Arrival::Xmm(xmm)) => self.asm.mov_float(home, xmm),
            (Home::Xmm(home), Arrival::Stack(mem)) => {
                self.asm.load_float(scalar.size(), home, mem);
            }
            (_, arrival) => {
                let memory = self.make_slot(local);
                self.store_arrival(memory, scalar.size(), arrival);
            }
        }
    }

    /// `rax` is free for what arrives on the stack.
    fn store_arrival(&mut self, to: Mem, size: u32, arrival: Arrival) {
        match arrival {
            Arrival::Gpr(gpr) => self.asm.store(size, to, gpr),
            Arrival::Xmm(xmm) => self.asm.store_float(size, to, xmm),
            Arrival::Stack(from) => {
                self.asm.load(size, RAX, from);
                self.asm.store(size, to, RAX);
            }
        }
    }

    /// Leaves a parameter that is a temporary in its register, unless that is
    /// one that statements use.
    fn stay(&mut self, local: LocalId, arrival: Arrival) -> Result<(), Unsupported> {
        match arrival {
            Arrival::Gpr(gpr @ (RCX | RDX)) => {
                let to = self.scratch_gpr()?;
                self.asm.mov(to, gpr);
                self.settle_gpr(local, to);
            }
            Arrival::Gpr(gpr) => self.settle_gpr(local, gpr),
            Arrival::Xmm(xmm @ (XMM0 | XMM1)) => {
                let to = self.scratch_xmm()?;
                self.asm.mov_float(to, xmm);
                self.settle_xmm(local, to);
            }
            Arrival::Xmm(xmm) => self.settle_xmm(local, xmm),
            Arrival::Stack(from) => {
                // The caller's memory is this function's to keep.
                self.places[local.index()] = Where::Frame(from.offset);
            }
        }
        Ok(())
    }

    // Blocks.

    fn block(&mut self, id: BlockId, next: Option<BlockId>) -> Result<(), Unsupported> {
        self.asm.bind(self.labels[id.index()]);
        let data = &self.mir.blocks[id];
        for statement in &data.statements {
            self.settle_pending_flags(Some(&statement.kind))?;
            if !matches!(statement.kind, StatementKind::Nop) {
                self.at(statement.span);
                self.statement(&statement.kind)?;
            }
            self.end_statement();
        }
        self.at(data.span);
        self.terminator(&data.terminator, next)?;
        self.end_statement();
        Ok(())
    }

    fn statement(&mut self, statement: &StatementKind) -> Result<(), Unsupported> {
        match statement {
            StatementKind::Nop => Ok(()),
            StatementKind::Assign(place, value) => {
                if let Some((_, flags)) = self.flags.take() {
                    // A copy of what only the flags hold: a new name for it.
                    let to = self.place(*place)?;
                    if let Rvalue::Use(Operand::Copy(from)) = value {
                        self.take_over(from.local);
                    }
                    self.finish_flags(&to, flags);
                    return Ok(());
                }
                self.assign(*place, value)
            }
            StatementKind::Call { dest, callee, args } => self.call(*dest, callee, *args),
            StatementKind::Intrinsic { dest, op, args } => {
                self.intrinsic(*dest, *op, self.mir.args_of(*args))
            }
            StatementKind::Unshare(place) => self.unshare(*place),
            StatementKind::CheckIndex { index, len } => self.check_index(index, len),
            StatementKind::Retain(place) => self.change_counts(*place, Change::Retain),
            StatementKind::Release(place) => self.change_counts(*place, Change::Release),
            StatementKind::Free(place) => self.free_object(*place),
            StatementKind::Initialise(..) | StatementKind::Discard(_) | StatementKind::Keep(_) => {
                panic!("invalid MIR: a statement from before the ownership pass")
            }
        }
    }

    /// The operations that are a few instructions. The others are in functions
    /// of the library, which Cranelift makes better.
    fn intrinsic(
        &mut self,
        dest: Option<Place>,
        op: Intrinsic,
        args: &[simple_mir::Arg],
    ) -> Result<(), Unsupported> {
        use simple_mir::Arg::Value as Operand;
        let Some(dest) = dest else { return Err(Unsupported) };
        match (op, args) {
            (Intrinsic::Unlikely, [Operand(condition)]) => {
                self.assign(dest, &Rvalue::Use(*condition))
            }
            (Intrinsic::StrByte, [Operand(text), Operand(index)]) => {
                let to = self.place(dest)?;
                let text = self.value(text)?;
                let text = self.in_gpr(text)?;
                let index = self.value(index)?;
                let memory = self.element_at(text, index, 1)?;
                self.write(&to, Value::Mem(memory), None)
            }
            (Intrinsic::ListCapacity, [Operand(list)]) => {
                let to = self.place(dest)?;
                let list = self.value(list)?;
                let list = self.in_gpr(list)?;
                let offset = simple_mir::CAP_OFFSET as i32;
                self.write(&to, Value::Mem(Mem::at(list, offset)), None)
            }
            (Intrinsic::ListGet, [Operand(list), Operand(index)]) => {
                let to = self.place(dest)?;
                let size = self.types.layout(to.ty).size;
                let list = self.value(list)?;
                let list = self.in_gpr(list)?;
                let index = self.value(index)?;
                let memory = self.element_at(list, index, size)?;
                self.write(&to, Value::Mem(memory), None)
            }
            _ => Err(Unsupported),
        }
    }

    /// Jumps to a trap behind the function's end.
    pub(super) fn trap_if(&mut self, cond: Cond, trap: Trap) {
        let same = self.traps.last().filter(|last| last.1 == trap && last.2 == self.position);
        let label = match same {
            Some(last) => last.0,
            None => {
                let label = self.asm.label();
                self.traps.push((label, trap, self.position));
                label
            }
        };
        self.asm.jump_if(cond, label);
    }

    /// One comparison for both ends: as unsigned numbers, negative indexes are
    /// above every length.
    fn check_index(&mut self, index: &Operand, len: &Operand) -> Result<(), Unsupported> {
        let index = self.value(index)?;
        let len = self.value(len)?;
        let x = match index {
            Value::Gpr(gpr) => gpr,
            other => {
                self.load_gpr(8, RAX, other);
                RAX
            }
        };
        let y = self.rm(8, len);
        self.asm.alu(Alu::Cmp, 8, x, y);
        let label = self.asm.label();
        self.asm.jump_if(Cond::AboveEqual, label);
        let position = self.position;
        self.stubs.push(Stub::Index { label, index: Value::Gpr(x), len, position });
        Ok(())
    }

    fn terminator(
        &mut self,
        terminator: &Terminator,
        next: Option<BlockId>,
    ) -> Result<(), Unsupported> {
        if let Terminator::Branch { condition, then, otherwise } = terminator {
            return self.branch(condition, *then, *otherwise, next);
        }
        self.settle_pending_flags(None)?;
        match terminator {
            Terminator::Goto(target) => self.go(*target, next),
            Terminator::Branch { .. } => {}
            Terminator::Switch { value, cases, otherwise } => {
                self.switch(value, cases, *otherwise, next)?;
            }
            Terminator::Return(value) => self.return_value(value)?,
            Terminator::Unreachable => self.trap(Trap::Unreachable),
        }
        Ok(())
    }

    fn trap(&mut self, trap: Trap) {
        self.positions.push(self.asm.offset(), Rank::Trap(trap as u8), self.position);
        self.asm.trap();
    }

    /// Where a jump to `block` ends: blocks that only jump on are passed.
    fn target(&self, mut block: BlockId) -> BlockId {
        for _ in 0..4 {
            let data = &self.mir.blocks[block];
            match data.terminator {
                Terminator::Goto(target) if data.statements.is_empty() => block = target,
                _ => break,
            }
        }
        block
    }

    fn label_of(&self, block: BlockId) -> Label {
        self.labels[self.target(block).index()]
    }

    fn go(&mut self, block: BlockId, next: Option<BlockId>) {
        if Some(block) != next && Some(self.target(block)) != next {
            self.asm.jump(self.label_of(block));
        }
    }

    fn branch(
        &mut self,
        condition: &Operand,
        then: BlockId,
        otherwise: BlockId,
        next: Option<BlockId>,
    ) -> Result<(), Unsupported> {
        let pending = self.flags.filter(|(local, _)| {
            matches!(condition, Operand::Copy(place) if place.as_local() == Some(*local))
        });
        let flags = match pending {
            Some((local, flags)) if self.dies(local) => {
                self.flags = None;
                flags
            }
            _ => {
                self.settle_pending_flags(None)?;
                let condition = self.value(condition)?;
                self.compare_constant(1, condition, 0);
                Flags::Cond(Cond::NotEqual)
            }
        };
        let (yes, no) = (self.label_of(then), self.label_of(otherwise));
        match flags {
            Flags::Cond(cond) if Some(self.target(then)) == next || Some(then) == next => {
                self.asm.jump_if(cond.negated(), no);
                return Ok(());
            }
            Flags::Cond(cond) => self.asm.jump_if(cond, yes),
            Flags::FloatEqual => {
                self.asm.jump_if(Cond::NotEqual, no);
                self.asm.jump_if(Cond::NoParity, yes);
            }
            Flags::FloatNotEqual => {
                self.asm.jump_if(Cond::NotEqual, yes);
                self.asm.jump_if(Cond::Parity, yes);
            }
        }
        self.go(otherwise, next);
        Ok(())
    }

    fn switch(
        &mut self,
        value: &Operand,
        cases: &[(u64, BlockId)],
        otherwise: BlockId,
        next: Option<BlockId>,
    ) -> Result<(), Unsupported> {
        let (value, kind) = self.scalar(value)?;
        let size = kind.scalar.size();
        let value = match value {
            Value::Gpr(gpr) => gpr,
            other => {
                self.load_gpr(size, RAX, other);
                RAX
            }
        };
        // If nothing else can come, the last case needs no question.
        let data = &self.mir.blocks[otherwise];
        let closed =
            data.statements.is_empty() && matches!(data.terminator, Terminator::Unreachable);
        let unused = 64 - 8 * size;
        let mut sorted: smallvec::SmallVec<[(u64, BlockId); 8]> =
            cases.iter().map(|(case, block)| (case << unused >> unused, *block)).collect();
        sorted.sort_unstable_by_key(|(case, _)| *case);
        let mut rest = otherwise;
        if closed
            && sorted.len() <= FEW_CASES
            && let Some((_, last)) = sorted.pop()
        {
            rest = last;
        }
        self.search(value, size, &sorted, rest);
        self.go(rest, next);
        Ok(())
    }

    /// Goes to the case that `value` is, or to `rest`; by what follows if it is
    /// the last thing to ask.
    fn search(&mut self, value: Gpr, size: u32, cases: &[(u64, BlockId)], rest: BlockId) {
        if cases.len() <= FEW_CASES {
            for (case, block) in cases {
                self.compare_case(value, size, *case);
                let label = self.label_of(*block);
                self.asm.jump_if(Cond::Equal, label);
            }
            return;
        }
        let (low, high) = cases.split_at(cases.len() / 2);
        let upper = self.asm.label();
        self.compare_case(value, size, high[0].0);
        self.asm.jump_if(Cond::AboveEqual, upper);
        self.search(value, size, low, rest);
        self.asm.jump(self.label_of(rest));
        self.asm.bind(upper);
        self.search(value, size, high, rest);
    }

    fn compare_case(&mut self, value: Gpr, size: u32, case: u64) {
        let signed = match size {
            1 => i32::from(case as u8 as i8),
            2 => i32::from(case as u16 as i16),
            4 => case as u32 as i32,
            _ => match i32::try_from(case as i64) {
                Ok(case) => case,
                Err(_) => {
                    self.asm.constant(RCX, case);
                    return self.asm.alu(Alu::Cmp, size, value, Rm::Gpr(RCX));
                }
            },
        };
        self.asm.alu_constant(Alu::Cmp, size, Rm::Gpr(value), signed);
    }

    fn return_value(&mut self, value: &Operand) -> Result<(), Unsupported> {
        let ty = self.mir.result;
        let held = self.analysis_held(ty);
        let value = self.value(value)?;
        match (held, self.shared.classes.class(ty)) {
            (Held::Nothing, _) => {}
            (Held::Scalar(scalar), _) if scalar.is_float() => {
                self.load_xmm(scalar.size(), XMM0, value);
            }
            (Held::Scalar(scalar), _) => {
                self.load_gpr(scalar.size(), RAX, value);
                self.extend_result(scalar, ty);
            }
            (Held::Memory(_), Class::Memory) => {
                let offset = self.result.expect("the result's address was passed");
                let pointer = self.scratch_gpr()?;
                self.asm.load(8, pointer, Mem::frame(offset));
                self.write_memory(Mem::at(pointer, 0), held, value);
            }
            (Held::Memory(size), Class::Leaves(leaves)) => {
                let memory = match value {
                    Value::Mem(memory) => memory,
                    value => {
                        let memory = self.scratch(size);
                        self.write_memory(memory, held, value);
                        memory
                    }
                };
                let (mut integers, mut floats) = ([RAX, RDX].iter(), [XMM0, XMM1].iter());
                for leaf in leaves.as_slice() {
                    let from = memory.plus(leaf.offset);
                    let size = leaf.scalar.size();
                    if leaf.scalar.is_float() {
                        let to = floats.next().expect("two registers for two leaves");
                        self.asm.load_float(size, *to, from);
                    } else {
                        let to = integers.next().expect("two registers for two leaves");
                        self.asm.load(size, *to, from);
                    }
                }
                if let [leaf] = leaves.as_slice() {
                    self.extend_result(leaf.scalar, ty);
                }
            }
        }
        for index in 0..self.analysis.saved.len() {
            let offset = -8 * (index as i32 + 1);
            self.asm.load(8, self.analysis.saved[index], Mem::frame(offset));
        }
        self.asm.epilogue();
        Ok(())
    }

    /// A single small integer comes extended, which C callers rely on.
    fn extend_result(&mut self, scalar: Scalar, ty: TypeId) {
        if scalar.is_float() || scalar.size() >= 4 {
            return;
        }
        let signed = matches!(self.types.get(ty), simple_mir::Type::Int(int) if int.is_signed());
        self.asm.extend(scalar.size(), signed, RAX, Rm::Gpr(RAX));
    }

    // Behind the end.

    fn write_stubs(&mut self) {
        for stub in std::mem::take(self.stubs) {
            match stub {
                Stub::FloatToInt { slow, done, from, size } => {
                    self.asm.bind(slow);
                    self.float_to_int_stub(size, from);
                    self.asm.jump(done);
                }
                Stub::Index { label, index, len, position } => {
                    self.asm.bind(label);
                    self.position = position;
                    let word = |value| Source::Value(value, Scalar::I64);
                    let panic = self.shared.names.panic_index;
                    // The length may lie behind a register that the index goes to.
                    if let Value::Mem(mem) = len
                        && mem.base != RBP
                    {
                        self.asm.load(8, RCX, mem);
                        self.call_runtime(panic, &[word(index), word(Value::Gpr(RCX))]);
                    } else {
                        self.call_runtime(panic, &[word(index), word(len)]);
                    }
                    self.trap(Trap::Unreachable);
                }
            }
        }
        for (label, trap, position) in std::mem::take(self.traps) {
            self.asm.bind(label);
            self.position = position;
            self.trap(trap);
        }
    }
}

/// Where a parameter comes in.
#[derive(Clone, Copy, Debug)]
enum Arrival {
    Gpr(Gpr),
    Xmm(Xmm),
    Stack(Mem),
}

/// Counts registers and words of the stack that parameters came in.
#[derive(Default)]
struct Arrivals {
    integers: usize,
    floats: u8,
    stack: i32,
}

impl Arrivals {
    fn next(&mut self, scalar: Scalar) -> Arrival {
        if scalar.is_float() && self.floats < FLOAT_ARGUMENTS {
            self.floats += 1;
            return Arrival::Xmm(Xmm(self.floats - 1));
        }
        if !scalar.is_float()
            && let Some(gpr) = ARGUMENTS.get(self.integers)
        {
            self.integers += 1;
            return Arrival::Gpr(*gpr);
        }
        // Above the return address and the caller's frame pointer.
        self.stack += 8;
        Arrival::Stack(Mem::frame(8 + self.stack))
    }
}
