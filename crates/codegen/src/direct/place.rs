//! Places of MIR: from a local and a way into it to a register or memory.

use simple_mir::{BOX_OFFSET, DATA_OFFSET, LocalId, Place, Projection, Shape, Type, TypeId};
use simple_source::Idx;

use super::Unsupported;
use super::analysis::{Held, Home};
use super::assembler::{Gpr, Mem, RAX, RCX, RDX, Rm, XMM0};
use super::function::Translator;
use super::operand::Value;
use super::registers::Where;
use crate::mentions::projections;
use crate::steps::{Route, Step};

/// Copies up to this size are single moves, larger ones are a loop.
const MAX_INLINE_COPY: u32 = 128;

/// Where a place was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum At {
    /// A local that is one scalar, or the scalar in it.
    Local(LocalId),
    Memory(Mem),
    /// It has no bytes.
    Nothing,
}

/// A place with its type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolved {
    pub(super) at: At,
    pub(super) ty: TypeId,
    pub(super) held: Held,
    pub(super) route: Route,
    pub(super) local: LocalId,
}

impl Translator<'_, '_> {
    /// Finds a place; reads the pointers on the way.
    pub(super) fn place(&mut self, place: Place) -> Result<Resolved, Unsupported> {
        let local = place.local;
        if place.len == 0 {
            let at = self.home(local)?;
            let (ty, held) = (self.mir.locals[local].ty, self.analysis.held[local.index()]);
            return Ok(Resolved { at, ty, held, route: Route::Own, local });
        }
        let types = self.types;
        let mut at = self.home(local)?;
        let mut step = Step::Value(self.mir.locals[local].ty);
        let mut route = Route::Own;
        for projection in projections(self.mir, place) {
            route = route.max(Route::across(types, self.mir, local, step, projection));
            let next = step.next(types, projection);
            at = match (projection, step) {
                (Projection::Deref, Step::Value(ty)) => {
                    let offset = match types.get(ty) {
                        Type::Box(_) => BOX_OFFSET,
                        _ => 0,
                    };
                    At::Memory(Mem::at(self.pointer_at(at)?, offset as i32))
                }
                (Projection::Index(index), _) => {
                    let list = self.pointer_at(at)?;
                    let index = self.home(*index)?;
                    let size = types.layout(next.ty(types)).size;
                    At::Memory(self.element(list, index, size)?)
                }
                (Projection::Field(field), _) => self.field(at, step, *field),
                _ => at,
            };
            step = next;
        }
        let ty = step.ty(types);
        let held = self.analysis_held(ty);
        let at = if held == Held::Nothing { At::Nothing } else { at };
        Ok(Resolved { at, ty, held, route, local })
    }

    fn field(&mut self, at: At, step: Step, field: u32) -> At {
        // What is one scalar has no other part than that.
        let At::Memory(memory) = at else { return at };
        let types = self.types;
        let offset = match step {
            Step::Instance(class) => {
                self.shared.classes.class_fields(class).offsets[field as usize]
            }
            Step::Variant(ty, variant) => match &types.layout(ty).shape {
                Shape::Tagged { variants, .. } => variants[variant as usize][field as usize],
                _ => 0,
            },
            Step::Value(ty) => match &types.layout(ty).shape {
                Shape::Fields(offsets) => offsets[field as usize],
                _ => 0,
            },
        };
        At::Memory(memory.plus(offset))
    }

    /// Where a local is; gives it memory if it needs some and has none yet.
    fn home(&mut self, local: LocalId) -> Result<At, Unsupported> {
        match self.analysis.held[local.index()] {
            Held::Nothing => Ok(At::Nothing),
            Held::Scalar(_) => Ok(At::Local(local)),
            Held::Memory(_) => match self.places[local.index()] {
                Where::Frame(offset) => Ok(At::Memory(Mem::frame(offset))),
                Where::Behind(offset) => {
                    let pointer = self.scratch_gpr()?;
                    self.asm.load(8, pointer, Mem::frame(offset));
                    Ok(At::Memory(Mem::at(pointer, 0)))
                }
                _ => Ok(At::Memory(self.make_slot(local))),
            },
        }
    }

    /// Gives a local memory in the frame.
    pub(super) fn make_slot(&mut self, local: LocalId) -> Mem {
        let size = match self.analysis.held[local.index()] {
            Held::Memory(size) => size,
            Held::Scalar(_) | Held::Nothing => 8,
        };
        let offset = match self.analysis.homes[local.index()] {
            Home::SharedSlot | Home::Temporary => {
                self.live.push(local);
                self.frame.take(size)
            }
            _ => self.frame.take_lasting(size),
        };
        self.places[local.index()] = Where::Frame(offset);
        Mem::frame(offset)
    }

    /// The pointer at a place, in a register that stays until the end of the
    /// statement.
    fn pointer_at(&mut self, at: At) -> Result<Gpr, Unsupported> {
        let value = self.read_at(at);
        self.in_gpr(value)
    }

    /// The element with the number in `index` of a list of elements of `size`
    /// bytes.
    fn element(&mut self, list: Gpr, index: At, size: u32) -> Result<Mem, Unsupported> {
        let value = self.read_at(index);
        self.element_at(list, value, size)
    }

    pub(super) fn element_at(
        &mut self,
        list: Gpr,
        index: Value,
        size: u32,
    ) -> Result<Mem, Unsupported> {
        let offset = DATA_OFFSET as i32;
        if let Value::Constant(index) = index
            && let Ok(offset) = i32::try_from(u128::from(index) * u128::from(size) + offset as u128)
        {
            return Ok(Mem::at(list, offset));
        }
        if matches!(size, 1 | 2 | 4 | 8) {
            let index = self.in_gpr(index)?;
            let scale = size.trailing_zeros() as u8;
            return Ok(Mem { base: list, index: Some((index, scale)), offset });
        }
        let scaled = self.scratch_gpr()?;
        let size = i32::try_from(size).map_err(|_| Unsupported)?;
        match index {
            Value::Gpr(gpr) => self.asm.multiply_constant(8, scaled, Rm::Gpr(gpr), size),
            Value::Mem(mem) => self.asm.multiply_constant(8, scaled, Rm::Mem(mem), size),
            other => {
                self.load_gpr(8, scaled, other);
                self.asm.multiply_constant(8, scaled, Rm::Gpr(scaled), size);
            }
        }
        Ok(Mem { base: list, index: Some((scaled, 0)), offset })
    }

    /// What lies at a place.
    pub(super) fn read_at(&mut self, at: At) -> Value {
        match at {
            At::Nothing => Value::Nothing,
            At::Memory(memory) => Value::Mem(memory),
            At::Local(local) => match self.places[local.index()] {
                Where::Gpr(gpr) => {
                    self.gprs.locked |= 1 << gpr.0;
                    Value::Gpr(gpr)
                }
                Where::Xmm(xmm) => {
                    self.xmms.locked |= 1 << xmm.0;
                    Value::Xmm(xmm)
                }
                Where::Frame(offset) => Value::Mem(Mem::frame(offset)),
                // Not set on this way, so that nobody will look at it.
                Where::Nowhere => Value::Mem(self.make_slot(local)),
                Where::Flags | Where::Behind(_) => {
                    unreachable!("flags become a register before any other statement")
                }
            },
        }
    }

    /// The address of a place; scalars are put into the frame.
    pub(super) fn memory_at(&mut self, at: At) -> Result<Mem, Unsupported> {
        match at {
            At::Memory(memory) => Ok(memory),
            // Nobody looks at what is there.
            At::Nothing => Ok(self.scratch(8)),
            At::Local(local) => match self.places[local.index()] {
                Where::Frame(offset) => Ok(Mem::frame(offset)),
                Where::Nowhere => Ok(self.make_slot(local)),
                Where::Gpr(_) | Where::Xmm(_)
                    if self.analysis.homes[local.index()] == Home::Temporary =>
                {
                    self.spill(local);
                    self.memory_at(at)
                }
                // A register that only reads lead to.
                _ => Err(Unsupported),
            },
        }
    }

    /// Copies `size` bytes between places that are the same or do not overlap.
    pub(super) fn copy(&mut self, to: Mem, from: Mem, size: u32) {
        if to == from {
            return;
        }
        let mut done = 0;
        let single = if size > MAX_INLINE_COPY { size % 16 } else { size };
        while done < single {
            let (to, from) = (to.plus(done), from.plus(done));
            match single - done {
                16.. => {
                    self.asm.load_vector(XMM0, from);
                    self.asm.store_vector(to, XMM0);
                    done += 16;
                }
                rest => {
                    let step = 1 << rest.min(8).ilog2();
                    self.asm.load(step, RAX, from);
                    self.asm.store(step, to, RAX);
                    done += step;
                }
            }
        }
        if size > single {
            self.copy_loop(to.plus(single), from.plus(single), size - single);
        }
    }

    /// Copies a multiple of 16 bytes, from the end to the start.
    fn copy_loop(&mut self, to: Mem, from: Mem, size: u32) {
        self.asm.lea(RDX, to);
        self.asm.lea(RCX, from);
        self.asm.constant(RAX, u64::from(size));
        let again = self.asm.label();
        self.asm.bind(again);
        let indexed = |base| Mem { base, index: Some((RAX, 0)), offset: -16 };
        self.asm.load_vector(XMM0, indexed(RCX));
        self.asm.store_vector(indexed(RDX), XMM0);
        self.asm.alu_constant(super::assembler::Alu::Sub, 8, Rm::Gpr(RAX), 16);
        self.asm.jump_if(super::assembler::Cond::NotEqual, again);
    }
}
