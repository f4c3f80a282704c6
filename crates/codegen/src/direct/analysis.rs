//! Decides, before a function is translated, in which order its blocks come
//! and where each of its locals lives.

use simple_mir::{
    BlockId, Function, LocalId, Rvalue, Shape, StatementKind, Terminator, Type, TypeId, TypeTable,
};
use simple_source::Idx;

use super::assembler::{Gpr, RBX, Xmm};
use crate::abi::Scalar;
use crate::mentions::{Mention, successor, visit_statement, visit_terminator};

/// What values of a type are to this back end. Structs and enums with fields
/// always lie in memory; only when they are passed do they travel in registers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Held {
    /// They have no bytes.
    Nothing,
    /// One scalar.
    Scalar(Scalar),
    /// In memory: so many bytes.
    Memory(u32),
}

impl Held {
    pub(super) fn of(types: &TypeTable, ty: TypeId) -> Self {
        let layout = types.layout(ty);
        match (&layout.shape, types.get(ty)) {
            _ if layout.size == 0 => Held::Nothing,
            (Shape::Fields(_) | Shape::Tagged { .. }, _) => Held::Memory(layout.size),
            (_, Type::F32) => Held::Scalar(Scalar::F32),
            (_, Type::F64) => Held::Scalar(Scalar::F64),
            _ => Held::Scalar(Scalar::integer(layout.size)),
        }
    }
}

/// Where a local lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Home {
    /// It is never mentioned or has no bytes.
    Nowhere,
    /// A scalar whose mentions lie in one block, which sets it first: in
    /// whatever register is free then.
    Temporary,
    /// In a register of its own.
    Gpr(Gpr),
    /// Likewise.
    Xmm(Xmm),
    /// In the frame.
    Slot,
    /// In the frame, in memory that others use before and after.
    SharedSlot,
    /// A parameter in memory that is only read, where the caller put it.
    Caller,
}

/// Registers that calls leave alone, for scalars that live in several blocks.
const LASTING: [Gpr; 5] = [RBX, Gpr(12), Gpr(13), Gpr(14), Gpr(15)];
/// Registers for such floats in functions that call nothing.
const LASTING_FLOATS: [Xmm; 6] = [Xmm(9), Xmm(10), Xmm(11), Xmm(12), Xmm(13), Xmm(14)];
/// Fewer mentions do not pay for saving the register.
const WORTH_SAVING: u32 = 3;
/// A mention inside a loop counts as so many outside, to the power of depth.
const LOOP_LOG2: u32 = 3;
/// Deeper loops weigh no more than this.
const MAX_DEPTH: u32 = 6;

/// What was found out about a function. Reused from one to the next.
#[derive(Default)]
pub(super) struct Analysis {
    /// Indexed by local.
    pub(super) held: Vec<Held>,
    /// Indexed by local.
    pub(super) homes: Vec<Home>,
    /// Indexed by local: the number of the last statement that mentions it,
    /// counted over blocks in `order`, terminators included.
    pub(super) last_mention: Vec<u32>,
    /// The reachable blocks as they are written.
    pub(super) order: Vec<BlockId>,
    /// Registers of locals that the caller wants back.
    pub(super) saved: Vec<Gpr>,
    tracks: Vec<Track>,
    depths: Vec<u32>,
    reachable: Vec<bool>,
    work: Vec<BlockId>,
    candidates: Vec<(u32, u32)>,
    /// Indexed by type.
    known: Vec<Option<Held>>,
}

/// What is known of a local while statements are looked at in order.
#[derive(Clone, Copy, Default)]
struct Track {
    seen: bool,
    /// The first mention sets all of it.
    set_first: bool,
    first_block: u32,
    /// Mentioned in more than one block.
    crosses: bool,
    sets: u32,
    /// Changed in part, or through its address.
    changed: bool,
    weight: u32,
}

impl Analysis {
    /// Looks at `function`.
    pub(super) fn make(&mut self, function: &Function, types: &TypeTable) {
        self.order_blocks(function);
        self.held.clear();
        for local in &function.locals {
            let held = self.held(types, local.ty);
            self.held.push(held);
        }
        let calls = self.track(function);
        self.settle(function, calls);
    }

    /// What values of type `ty` are; remembered.
    pub(super) fn held(&mut self, types: &TypeTable, ty: TypeId) -> Held {
        let index = ty.0 as usize;
        if let Some(Some(held)) = self.known.get(index) {
            return *held;
        }
        if self.known.len() <= index {
            self.known.resize(index + 64, None);
        }
        *self.known[index].insert(Held::of(types, ty))
    }

    /// Blocks keep their order, in which lowering has put the likely next one;
    /// those that end in a panic come behind. The depth of loops is the number
    /// of jumps back over a block.
    fn order_blocks(&mut self, function: &Function) {
        let blocks = function.blocks.len();
        self.reachable.clear();
        self.reachable.resize(blocks, false);
        self.depths.clear();
        self.depths.resize(blocks + 1, 0);
        self.reachable[0] = true;
        self.work.clear();
        self.work.push(BlockId(0));
        while let Some(block) = self.work.pop() {
            let mut index = 0;
            while let Some(target) = successor(&function.blocks[block].terminator, index) {
                index += 1;
                if target.0 <= block.0 {
                    let (from, to) = (target.index(), block.index() + 1);
                    self.depths[from] = self.depths[from].wrapping_add(1);
                    self.depths[to] = self.depths[to].wrapping_sub(1);
                }
                if !std::mem::replace(&mut self.reachable[target.index()], true) {
                    self.work.push(target);
                }
            }
        }
        let mut depth = 0_u32;
        for change in &mut self.depths {
            depth = depth.wrapping_add(*change);
            *change = depth;
        }
        let reachable = &self.reachable;
        let blocks = (0..blocks).map(BlockId::from_usize);
        let is_cold = |block: &BlockId| {
            block.0 != 0 && matches!(function.blocks[*block].terminator, Terminator::Unreachable)
        };
        let blocks = blocks.filter(|block| reachable[block.index()]);
        self.order.clear();
        self.order.extend(blocks.clone().filter(|block| !is_cold(block)));
        self.order.extend(blocks.filter(is_cold));
    }

    /// Notes what happens to each local; whether the function calls anything.
    fn track(&mut self, function: &Function) -> bool {
        self.tracks.clear();
        self.tracks.resize(function.locals.len(), Track::default());
        self.last_mention.clear();
        self.last_mention.resize(function.locals.len(), 0);
        for track in &mut self.tracks[..function.params.len()] {
            *track = Track { seen: true, set_first: true, sets: 1, ..Track::default() };
        }
        let mut calls = false;
        let mut number = 0;
        for block in &self.order {
            let weight = 1 << (LOOP_LOG2 * self.depths[block.index()].min(MAX_DEPTH));
            let data = &function.blocks[*block];
            let (tracks, last_mention) = (&mut self.tracks, &mut self.last_mention);
            let mut note = |number: u32, local: LocalId, mention: Mention| {
                let track = &mut tracks[local.index()];
                last_mention[local.index()] = number;
                track.weight = track.weight.saturating_add(weight);
                if !track.seen {
                    track.seen = true;
                    track.set_first = mention == Mention::Set;
                    track.first_block = block.0;
                }
                track.crosses |= track.first_block != block.0;
                track.sets += u32::from(mention == Mention::Set);
                track.changed |= mention == Mention::Change;
            };
            for statement in &data.statements {
                calls |= may_call(&statement.kind);
                let mut note = |local, mention| note(number, local, mention);
                visit_statement(function, &statement.kind, &mut note);
                number += 1;
            }
            let mut note = |local, mention| note(number, local, mention);
            visit_terminator(function, &data.terminator, &mut note);
            number += 1;
        }
        calls
    }

    fn settle(&mut self, function: &Function, calls: bool) {
        self.homes.clear();
        self.saved.clear();
        self.candidates.clear();
        for (index, (held, track)) in self.held.iter().zip(&self.tracks).enumerate() {
            let is_param = index < function.params.len();
            let in_one_block = !track.crosses && track.set_first;
            self.homes.push(match held {
                _ if !track.seen => Home::Nowhere,
                Held::Nothing => Home::Nowhere,
                Held::Memory(_) if is_param && track.sets == 1 && !track.changed => Home::Caller,
                Held::Memory(_) if in_one_block && !is_param => Home::SharedSlot,
                Held::Memory(_) => Home::Slot,
                Held::Scalar(_) if in_one_block => Home::Temporary,
                Held::Scalar(_) => {
                    if !track.changed && track.weight >= WORTH_SAVING {
                        self.candidates.push((track.weight, index as u32));
                    }
                    Home::Slot
                }
            });
        }
        self.candidates.sort_unstable_by_key(|(weight, index)| (u32::MAX - weight, *index));
        let mut free = LASTING.iter();
        let mut free_floats = LASTING_FLOATS.iter().filter(|_| !calls);
        for (_, index) in &self.candidates {
            let index = *index as usize;
            let Held::Scalar(scalar) = self.held[index] else { continue };
            if scalar.is_float() {
                if let Some(xmm) = free_floats.next() {
                    self.homes[index] = Home::Xmm(*xmm);
                }
            } else if let Some(gpr) = free.next() {
                self.homes[index] = Home::Gpr(*gpr);
                self.saved.push(*gpr);
            }
        }
    }
}

/// Whether a statement may become a call that comes back. What counts or makes
/// objects does.
fn may_call(statement: &StatementKind) -> bool {
    match statement {
        StatementKind::Nop | StatementKind::CheckIndex { .. } => false,
        StatementKind::Assign(_, value) => match value {
            Rvalue::Use(_)
            | Rvalue::Unary(..)
            | Rvalue::Cast(..)
            | Rvalue::Overflowing(..)
            | Rvalue::Discriminant(_)
            | Rvalue::Len(_)
            | Rvalue::Struct(_)
            | Rvalue::Variant(..)
            | Rvalue::GlobalAddress(_) => false,
            // The remainder of floats is a call.
            Rvalue::Binary(op, ..) => matches!(op, simple_mir::BinOp::Rem),
            Rvalue::List(_)
            | Rvalue::Box(_)
            | Rvalue::Class(_)
            | Rvalue::Closure { .. }
            | Rvalue::Dyn(..)
            | Rvalue::Downgrade(_)
            | Rvalue::Upgrade(_) => true,
        },
        _ => true,
    }
}
