//! Which locals are used later.
//!
//! Only locals that live from one block into another get a column in the
//! blocks' sets; temporaries, by far the most, do not. So the sets stay small
//! in functions with thousands of statements.

use simple_source::Idx;

use super::{
    BitMatrix, Cfg, How, for_each_occurrence, for_each_successor, for_each_terminator_operand,
};
use crate::{BlockId, Function, LocalId, Place, Projection};

const NONE: u32 = u32::MAX;

/// What happens to a local, as far as liveness goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// Its value is needed.
    Use,
    /// It is assigned as a whole.
    Definition,
}

/// The locals that are live at the start of each block.
pub struct Liveness {
    /// The column of each local, [`NONE`] if it lives in one block only.
    column: Vec<u32>,
    /// The local of each column.
    locals: Vec<LocalId>,
    live_in: BitMatrix,
}

impl Liveness {
    /// Solves for `function`; `events` calls back for what happens in a block,
    /// in order.
    pub fn new(
        function: &Function,
        cfg: &Cfg,
        events: impl Fn(BlockId, &mut dyn FnMut(LocalId, Event)),
    ) -> Self {
        let (column, locals) = columns(function, cfg, &events);
        let blocks = function.blocks.len();
        let mut live_in = BitMatrix::new(blocks, locals.len());
        let mut defined = BitMatrix::new(blocks, locals.len());
        for &block in cfg.order() {
            let row = block.index();
            events(block, &mut |local, event| {
                let column = column[local.index()];
                if column == NONE {
                    return;
                }
                let column = column as usize;
                match event {
                    Event::Use if defined.contains(row, column) => {}
                    Event::Use => live_in.insert(row, column),
                    Event::Definition => defined.insert(row, column),
                }
            });
        }
        let mut liveness = Self { column, locals, live_in };
        liveness.solve(function, cfg, &defined);
        liveness
    }

    /// Solves for all locals of `function`.
    pub fn of_all(function: &Function, cfg: &Cfg) -> Self {
        Self::new(function, cfg, |block, each| for_each_event(function, block, each))
    }

    fn solve(&mut self, function: &Function, cfg: &Cfg, defined: &BitMatrix) {
        let words = self.locals.len().div_ceil(64);
        let mut queued = vec![true; function.blocks.len()];
        // Taken from the end: blocks before their predecessors.
        let mut work: Vec<BlockId> = cfg.order().to_vec();
        let mut live = vec![0u64; words];
        while let Some(block) = work.pop() {
            queued[block.index()] = false;
            live.fill(0);
            for_each_successor(&function.blocks[block].terminator, |target| {
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
                for &predecessor in cfg.predecessors(block) {
                    if !std::mem::replace(&mut queued[predecessor.index()], true) {
                        work.push(predecessor);
                    }
                }
            }
        }
    }

    /// Whether `local` is live at the start of `block`.
    pub fn is_live_in(&self, block: BlockId, local: LocalId) -> bool {
        let column = self.column[local.index()];
        column != NONE && self.live_in.contains(block.index(), column as usize)
    }

    /// The locals that are live at the start of `block`.
    pub fn live_in(&self, block: BlockId) -> impl Iterator<Item = LocalId> + '_ {
        self.live_in.iter_row(block.index()).map(|column| self.locals[column])
    }
}

/// The locals that are used in a block before they are defined there.
fn columns(
    function: &Function,
    cfg: &Cfg,
    events: &impl Fn(BlockId, &mut dyn FnMut(LocalId, Event)),
) -> (Vec<u32>, Vec<LocalId>) {
    let mut column = vec![NONE; function.locals.len()];
    let mut locals = Vec::new();
    let mut defined_in = vec![NONE; function.locals.len()];
    for &block in cfg.order() {
        events(block, &mut |local, event| {
            let index = local.index();
            if event == Event::Definition {
                defined_in[index] = block.0;
            } else if defined_in[index] != block.0 && column[index] == NONE {
                column[index] = locals.len() as u32;
                locals.push(local);
            }
        });
    }
    (column, locals)
}

/// Calls `each` for what happens to the locals of a block, in order, indexes of
/// elements among them.
pub fn for_each_event(function: &Function, block: BlockId, each: &mut dyn FnMut(LocalId, Event)) {
    let used = |place: Place, each: &mut dyn FnMut(LocalId, Event)| {
        each(place.local, Event::Use);
        for step in function.projections_of(place) {
            if let Projection::Index(index) = step {
                each(*index, Event::Use);
            }
        }
    };
    let block = &function.blocks[block];
    for statement in &block.statements {
        for_each_occurrence(function, statement, |occurrence| match occurrence.how {
            How::Write | How::Initialise if occurrence.place.len == 0 => {
                each(occurrence.place.local, Event::Definition);
            }
            _ => used(occurrence.place, each),
        });
    }
    for_each_terminator_operand(&block.terminator, |occurrence| used(occurrence.place, each));
}

/// The set of live locals while a block is walked backwards.
pub struct LiveSet {
    /// A local is live if its mark is the current epoch.
    mark: Vec<u32>,
    epoch: u32,
}

impl LiveSet {
    /// The empty set of locals of `function`.
    pub fn new(function: &Function) -> Self {
        Self { mark: vec![0; function.locals.len()], epoch: 1 }
    }

    /// Begins at the end of `block`, before its terminator is looked at.
    /// Calls `each` for every local that is live there.
    pub fn start(
        &mut self,
        function: &Function,
        liveness: &Liveness,
        block: BlockId,
        mut each: impl FnMut(LocalId),
    ) {
        self.epoch += 1;
        for_each_successor(&function.blocks[block].terminator, |target| {
            for local in liveness.live_in(target) {
                if self.insert(local) {
                    each(local);
                }
            }
        });
    }

    /// Whether `local` is live.
    pub fn contains(&self, local: LocalId) -> bool {
        self.mark[local.index()] == self.epoch
    }

    /// Makes `local` live; whether it was not.
    pub fn insert(&mut self, local: LocalId) -> bool {
        std::mem::replace(&mut self.mark[local.index()], self.epoch) != self.epoch
    }

    /// Makes `local` not live.
    pub fn remove(&mut self, local: LocalId) {
        self.mark[local.index()] = 0;
    }
}
