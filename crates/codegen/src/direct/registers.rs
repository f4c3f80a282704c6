//! Which register holds which temporary, and memory of the frame.

use simple_mir::LocalId;
use simple_source::Idx;

use super::Unsupported;
use super::analysis::{Held, Home};
use super::assembler::{Gpr, Mem, RDI, RSI, Xmm};
use super::function::Translator;
use crate::abi::Scalar;

/// Registers for temporaries, none of which a call keeps. `rax`, `rcx` and
/// `rdx` are for the instructions of one statement.
const POOL: [Gpr; 6] = [RSI, RDI, Gpr(8), Gpr(9), Gpr(10), Gpr(11)];
/// Registers for temporary floats. `xmm0` and `xmm1` are for one statement,
/// `xmm15` for exchanging others, those from 9 on may belong to locals.
const FLOAT_POOL: [Xmm; 7] = [Xmm(2), Xmm(3), Xmm(4), Xmm(5), Xmm(6), Xmm(7), Xmm(8)];

/// Where a local is at the moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Where {
    /// It holds nothing yet, or nothing any more.
    Nowhere,
    /// In a register.
    Gpr(Gpr),
    /// Likewise.
    Xmm(Xmm),
    /// In the frame, at this offset from `rbp`.
    Frame(i32),
    /// Behind a pointer that lies in the frame.
    Behind(i32),
    /// A bool, in the flags of the last comparison.
    Flags,
}

/// A kind of registers, as sets of bits by number.
#[derive(Clone, Copy, Default)]
pub(super) struct Bank {
    /// They hold temporaries, or parts of the statement at hand.
    pub(super) used: u16,
    /// The statement at hand looks at them or changes them.
    pub(super) locked: u16,
}

impl Bank {
    fn is_free(self, number: u8) -> bool {
        (self.used | self.locked) >> number & 1 == 0
    }
}

/// The frame's memory.
#[derive(Default)]
pub(super) struct Frame {
    /// Bytes below `rbp` that are in use.
    pub(super) size: u32,
    /// Offsets and sizes that nobody uses at the moment.
    free: Vec<(i32, u32)>,
    /// Memory of the statement at hand.
    scratch: Vec<(i32, u32)>,
    /// Bytes at the bottom for arguments.
    pub(super) outgoing: u32,
}

impl Frame {
    pub(super) fn clear(&mut self) {
        self.size = 0;
        self.free.clear();
        self.scratch.clear();
        self.outgoing = 0;
    }

    /// Memory for `size` bytes.
    pub(super) fn take(&mut self, size: u32) -> i32 {
        let size = size.next_multiple_of(8);
        if let Some(index) = self.free.iter().position(|(_, room)| *room == size) {
            return self.free.swap_remove(index).0;
        }
        self.take_lasting(size)
    }

    /// Memory for `size` bytes that stays its user's: code that was written
    /// before may run again after it was set.
    pub(super) fn take_lasting(&mut self, size: u32) -> i32 {
        self.size = self.size.saturating_add(size.next_multiple_of(8));
        // Frames beyond a page are refused at the end, so that the largest
        // number stands for all that do not fit.
        i32::try_from(self.size).map_or(i32::MIN, |size| -size)
    }

    /// Gives memory back.
    pub(super) fn give(&mut self, offset: i32, size: u32) {
        self.free.push((offset, size.next_multiple_of(8)));
    }
}

impl Translator<'_, '_> {
    /// Memory until the end of the statement.
    pub(super) fn scratch(&mut self, size: u32) -> Mem {
        let offset = self.frame.take(size);
        self.frame.scratch.push((offset, size));
        Mem::frame(offset)
    }

    /// A register until the end of the statement.
    pub(super) fn scratch_gpr(&mut self) -> Result<Gpr, Unsupported> {
        let gpr = self.free_gpr()?;
        self.gprs.locked |= 1 << gpr.0;
        Ok(gpr)
    }

    pub(super) fn scratch_xmm(&mut self) -> Result<Xmm, Unsupported> {
        let xmm = self.free_xmm()?;
        self.xmms.locked |= 1 << xmm.0;
        Ok(xmm)
    }

    fn free_gpr(&mut self) -> Result<Gpr, Unsupported> {
        let gprs = self.gprs;
        if let Some(gpr) = POOL.iter().find(|gpr| gprs.is_free(gpr.0)) {
            return Ok(*gpr);
        }
        let evicted = self.furthest(|place| match place {
            Where::Gpr(gpr) if gprs.locked >> gpr.0 & 1 == 0 => Some(gpr),
            _ => None,
        });
        let (local, gpr) = evicted.ok_or(Unsupported)?;
        self.spill(local);
        Ok(gpr)
    }

    fn free_xmm(&mut self) -> Result<Xmm, Unsupported> {
        let xmms = self.xmms;
        if let Some(xmm) = FLOAT_POOL.iter().find(|xmm| xmms.is_free(xmm.0)) {
            return Ok(*xmm);
        }
        let evicted = self.furthest(|place| match place {
            Where::Xmm(xmm) if xmms.locked >> xmm.0 & 1 == 0 => Some(xmm),
            _ => None,
        });
        let (local, xmm) = evicted.ok_or(Unsupported)?;
        self.spill(local);
        Ok(xmm)
    }

    /// The temporary that is needed last, among those that `wanted` accepts.
    fn furthest<T>(&self, wanted: impl Fn(Where) -> Option<T>) -> Option<(LocalId, T)> {
        let candidates = self.live.iter().filter_map(|local| {
            let found = wanted(self.places[local.index()])?;
            Some((*local, found))
        });
        candidates.max_by_key(|(local, _)| (self.analysis.last_mention[local.index()], local.0))
    }

    /// Puts a temporary into the frame. Its register keeps the value.
    pub(super) fn spill(&mut self, local: LocalId) {
        match self.places[local.index()] {
            Where::Gpr(gpr) => {
                let offset = self.frame.take(8);
                self.asm.store(self.scalar_of(local).size(), Mem::frame(offset), gpr);
                self.gprs.used &= !(1 << gpr.0);
                self.places[local.index()] = Where::Frame(offset);
            }
            Where::Xmm(xmm) => {
                let offset = self.frame.take(8);
                self.asm.store_float(self.scalar_of(local).size(), Mem::frame(offset), xmm);
                self.xmms.used &= !(1 << xmm.0);
                self.places[local.index()] = Where::Frame(offset);
            }
            _ => {}
        }
    }

    /// Before a call: puts temporaries into the frame that are needed after
    /// it, or all of them. Registers keep their values, for arguments.
    pub(super) fn spill_temporaries(&mut self, all: bool) {
        let mut index = 0;
        while let Some(local) = self.live.get(index).copied() {
            index += 1;
            if all || self.analysis.last_mention[local.index()] > self.number {
                self.spill(local);
            }
        }
    }

    /// The scalar that a local is.
    pub(super) fn scalar_of(&self, local: LocalId) -> Scalar {
        match self.analysis.held[local.index()] {
            Held::Scalar(scalar) => scalar,
            other => unreachable!("only scalars are in registers, this is {other:?}"),
        }
    }

    /// Whether a temporary is not mentioned after the statement at hand.
    pub(super) fn dies(&self, local: LocalId) -> bool {
        self.analysis.homes[local.index()] == Home::Temporary
            && self.analysis.last_mention[local.index()] == self.number
    }

    /// Forgets what a temporary holds, which is set anew.
    fn forget(&mut self, local: LocalId) {
        match self.places[local.index()] {
            Where::Gpr(gpr) => self.gprs.used &= !(1 << gpr.0),
            Where::Xmm(xmm) => self.xmms.used &= !(1 << xmm.0),
            Where::Frame(offset) => self.frame.give(offset, 8),
            Where::Nowhere => self.live.push(local),
            Where::Flags => {}
            Where::Behind(_) => unreachable!("a temporary is a scalar"),
        }
    }

    /// A temporary is in `gpr` from now on.
    pub(super) fn settle_gpr(&mut self, local: LocalId, gpr: Gpr) {
        self.forget(local);
        self.gprs.used |= 1 << gpr.0;
        self.gprs.locked |= 1 << gpr.0;
        self.places[local.index()] = Where::Gpr(gpr);
    }

    pub(super) fn settle_xmm(&mut self, local: LocalId, xmm: Xmm) {
        self.forget(local);
        self.xmms.used |= 1 << xmm.0;
        self.xmms.locked |= 1 << xmm.0;
        self.places[local.index()] = Where::Xmm(xmm);
    }

    pub(super) fn settle_flags(&mut self, local: LocalId) {
        self.forget(local);
        self.places[local.index()] = Where::Flags;
    }

    /// Takes a register from a temporary that ends here, for a result.
    pub(super) fn take_over(&mut self, local: LocalId) {
        match self.places[local.index()] {
            Where::Gpr(gpr) => self.gprs.used &= !(1 << gpr.0),
            Where::Xmm(xmm) => self.xmms.used &= !(1 << xmm.0),
            _ => {}
        }
        self.places[local.index()] = Where::Nowhere;
        self.live.retain(|other| *other != local);
    }

    /// Frees what only the statement at hand and those before needed.
    pub(super) fn end_statement(&mut self) {
        self.gprs.locked = 0;
        self.xmms.locked = 0;
        let frame = &mut *self.frame;
        while let Some((offset, size)) = frame.scratch.pop() {
            frame.give(offset, size);
        }
        let number = self.number;
        let (places, analysis) = (&mut *self.places, &*self.analysis);
        let (gprs, xmms) = (&mut self.gprs, &mut self.xmms);
        self.live.retain(|local| {
            let index = local.index();
            if analysis.last_mention[index] > number {
                return true;
            }
            match places[index] {
                Where::Gpr(gpr) => gprs.used &= !(1 << gpr.0),
                Where::Xmm(xmm) => xmms.used &= !(1 << xmm.0),
                Where::Frame(offset) => match analysis.held[index] {
                    Held::Memory(size) => frame.give(offset, size),
                    _ => frame.give(offset, 8),
                },
                Where::Nowhere | Where::Flags | Where::Behind(_) => {}
            }
            places[index] = Where::Nowhere;
            false
        });
        self.number += 1;
    }
}
