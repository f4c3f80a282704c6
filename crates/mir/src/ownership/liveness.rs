//! Which locals are used later.
//!
//! Only locals that live from one block into another get a column in the
//! blocks' sets; temporaries, by far the most, do not. So the sets stay small
//! in functions with thousands of statements.

use simple_source::Idx;

use super::body::Body;
use crate::analysis::{
    BitMatrix, How, for_each_occurrence, for_each_successor, for_each_terminator_operand,
};
use crate::{BlockId, LocalId};

const NONE: u32 = u32::MAX;

/// The locals that are live at the start of each block: owned ones and
/// aliases. A use of an alias is a use of what keeps it alive.
pub(super) struct Liveness {
    /// The column of each local, [`NONE`] if it lives in one block only.
    column: Vec<u32>,
    /// The local of each column.
    locals: Vec<LocalId>,
    live_in: BitMatrix,
}

impl Liveness {
    pub(super) fn new(body: &Body<'_>) -> Self {
        let (column, locals) = columns(body);
        let blocks = body.function.blocks.len();
        let mut live_in = BitMatrix::new(blocks, locals.len());
        let mut defined = BitMatrix::new(blocks, locals.len());
        for &block in body.cfg.order() {
            let row = block.index();
            for_each_event(body, block, |local, is_use| {
                let column = column[local.index()];
                if column == NONE {
                    return;
                }
                let column = column as usize;
                if is_use {
                    if !defined.contains(row, column) {
                        live_in.insert(row, column);
                    }
                } else {
                    defined.insert(row, column);
                }
            });
        }
        let mut liveness = Self { column, locals, live_in };
        liveness.solve(body, &defined);
        liveness
    }

    fn solve(&mut self, body: &Body<'_>, defined: &BitMatrix) {
        let words = self.locals.len().div_ceil(64);
        let mut queued = vec![true; body.function.blocks.len()];
        // Taken from the end: blocks before their predecessors.
        let mut work: Vec<BlockId> = body.cfg.order().to_vec();
        let mut live = vec![0u64; words];
        while let Some(block) = work.pop() {
            queued[block.index()] = false;
            live.fill(0);
            for_each_successor(&body.function.blocks[block].terminator, |target| {
                for (word, more) in live.iter_mut().zip(self.live_in.row(target.index())) {
                    *word |= more;
                }
            });
            let mut changed = false;
            let defined = defined.row(block.index());
            for ((word, live), defined) in
                self.live_in.row_mut(block.index()).iter_mut().zip(&live).zip(defined)
            {
                let new = *word | (live & !defined);
                changed |= new != *word;
                *word = new;
            }
            if changed {
                for &predecessor in body.cfg.predecessors(block) {
                    if !std::mem::replace(&mut queued[predecessor.index()], true) {
                        work.push(predecessor);
                    }
                }
            }
        }
    }

    /// Whether `local` is live at the start of `block`.
    pub(super) fn is_live_in(&self, block: BlockId, local: LocalId) -> bool {
        let column = self.column[local.index()];
        column != NONE && self.live_in.contains(block.index(), column as usize)
    }

    /// The locals that are live at the start of `block`.
    pub(super) fn live_in(&self, block: BlockId) -> impl Iterator<Item = LocalId> + '_ {
        self.live_in.iter_row(block.index()).map(|column| self.locals[column])
    }
}

/// The locals that are used in a block before they are defined there.
fn columns(body: &Body<'_>) -> (Vec<u32>, Vec<LocalId>) {
    let mut column = vec![NONE; body.function.locals.len()];
    let mut locals = Vec::new();
    let mut defined_in = vec![NONE; body.function.locals.len()];
    for &block in body.cfg.order() {
        for_each_event(body, block, |local, is_use| {
            let index = local.index();
            if !is_use {
                defined_in[index] = block.0;
            } else if defined_in[index] != block.0 && column[index] == NONE {
                column[index] = locals.len() as u32;
                locals.push(local);
            }
        });
    }
    (column, locals)
}

/// Calls `each` for the uses (true) and definitions (false) of a block, in
/// order. Uses include those of the locals that keep an alias alive.
fn for_each_event(body: &Body<'_>, block: BlockId, mut each: impl FnMut(LocalId, bool)) {
    let block = &body.function.blocks[block];
    for statement in &block.statements {
        for_each_occurrence(body.function, statement, |occurrence| {
            if occurrence.how == How::Write
                && let Some(local) = occurrence.place.as_local()
            {
                if body.counted[local] {
                    each(local, false);
                }
            } else {
                body.for_each_kept(occurrence.place.local, |local| each(local, true));
            }
        });
    }
    for_each_terminator_operand(&block.terminator, |occurrence| {
        body.for_each_kept(occurrence.place.local, |local| each(local, true));
    });
}

/// The set of live locals while a block is walked backwards.
pub(super) struct LiveSet {
    /// A local is live if its mark is the current epoch.
    mark: Vec<u32>,
    epoch: u32,
}

impl LiveSet {
    pub(super) fn new(body: &Body<'_>) -> Self {
        Self { mark: vec![0; body.function.locals.len()], epoch: 0 }
    }

    /// Begins at the end of `block`, before its terminator is looked at.
    /// Calls `each` for every local that is live there.
    pub(super) fn start(
        &mut self,
        body: &Body<'_>,
        liveness: &Liveness,
        block: BlockId,
        mut each: impl FnMut(LocalId),
    ) {
        self.epoch += 1;
        for_each_successor(&body.function.blocks[block].terminator, |target| {
            for local in liveness.live_in(target) {
                if self.insert(local) {
                    each(local);
                }
            }
        });
    }

    pub(super) fn contains(&self, local: LocalId) -> bool {
        self.mark[local.index()] == self.epoch
    }

    /// Whether it was not live.
    pub(super) fn insert(&mut self, local: LocalId) -> bool {
        std::mem::replace(&mut self.mark[local.index()], self.epoch) != self.epoch
    }

    pub(super) fn remove(&mut self, local: LocalId) {
        self.mark[local.index()] = 0;
    }
}
