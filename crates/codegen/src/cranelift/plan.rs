//! Decides, before a function is translated, in which order its blocks come
//! and where each of its locals lives.
//!
//! Most locals of MIR are temporaries: set once, used where that setting is the
//! only one that can have happened. Those need no SSA construction at all, the
//! translator just remembers their value. Cranelift's own construction keeps a
//! table of (variable, block), so it is spared for the rest, and for functions
//! so large that this table would not fit the rest lives in memory.

use std::cell::Cell;

use simple_mir::{BlockId, Function, LocalId};
use simple_source::Idx;

use crate::abi::Classes;
use crate::mentions::{Mention, successor, visit_statement, visit_terminator};

/// Where a local lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Home {
    /// It is never mentioned.
    Nowhere,
    /// Its leaves are known values wherever it is used.
    Values,
    /// Its leaves are variables that SSA construction follows.
    Variables,
    /// A stack slot of its own.
    Slot,
    /// A stack slot that others use before and after: all its uses lie in one
    /// block and it is set there first.
    SharedSlot,
    /// A parameter that is only read, where the caller put it.
    Caller,
}

/// The most pairs of a variable and a block that Cranelift may have to keep,
/// 4 bytes each.
const MAX_VARIABLE_BLOCKS: usize = 8 << 20;

/// What was found out about a function. Reused from one to the next.
#[derive(Default)]
pub(super) struct Plan {
    /// Indexed by local.
    pub(super) homes: Vec<Home>,
    /// Indexed by local: the number of the last statement that mentions it,
    /// counted over blocks in `order`, terminators included.
    pub(super) last_mention: Vec<u32>,
    /// The reachable blocks in reverse postorder.
    pub(super) order: Vec<BlockId>,
    /// Indexed by block: edges from reachable blocks.
    pub(super) incoming: Vec<u32>,
    tracks: Vec<Track>,
    dominators: Dominators,
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
    set_block: u32,
    /// Changed in part, or through its address.
    changed: bool,
    /// Used where its first setting may not have happened.
    undominated: bool,
}

impl Plan {
    /// Looks at `function`.
    pub(super) fn make(&mut self, function: &Function, classes: &mut Classes<'_>) {
        self.order_blocks(function);
        self.dominators.compute(function, &self.order);
        self.track(function);
        self.settle(function, classes);
    }

    fn order_blocks(&mut self, function: &Function) {
        let blocks = function.blocks.len();
        self.order.clear();
        self.incoming.clear();
        self.incoming.resize(blocks, 0);
        let mut visited = vec![false; blocks];
        // Blocks with the successors that are still to be visited.
        let mut stack: Vec<(BlockId, u32)> = vec![(BlockId(0), 0)];
        visited[0] = true;
        while let Some((block, next)) = stack.last_mut() {
            match successor(&function.blocks[*block].terminator, *next) {
                Some(target) => {
                    *next += 1;
                    self.incoming[target.index()] += 1;
                    if !std::mem::replace(&mut visited[target.index()], true) {
                        stack.push((target, 0));
                    }
                }
                None => {
                    self.order.push(*block);
                    stack.pop();
                }
            }
        }
        self.order.reverse();
    }

    fn track(&mut self, function: &Function) {
        self.tracks.clear();
        self.tracks.resize(function.locals.len(), Track::default());
        self.last_mention.clear();
        self.last_mention.resize(function.locals.len(), 0);
        for track in &mut self.tracks[..function.params.len()] {
            *track = Track { seen: true, set_first: true, sets: 1, ..Track::default() };
        }
        let Self { tracks, last_mention, dominators, order, .. } = self;
        let number = Cell::new(0);
        for block in order.iter() {
            let block_number = block.0;
            let mut note = |local: LocalId, mention: Mention| {
                let track = &mut tracks[local.index()];
                last_mention[local.index()] = number.get();
                if !track.seen {
                    track.seen = true;
                    track.set_first = matches!(mention, Mention::Set);
                    track.first_block = block_number;
                }
                track.crosses |= track.first_block != block_number;
                match mention {
                    Mention::Set => {
                        if track.sets == 0 {
                            track.set_block = block_number;
                        }
                        track.sets += 1;
                    }
                    Mention::Use | Mention::Change => {
                        track.changed |= matches!(mention, Mention::Change);
                        track.undominated |=
                            track.sets == 0 || !dominators.dominates(track.set_block, block_number);
                    }
                }
            };
            let data = &function.blocks[*block];
            for statement in &data.statements {
                visit_statement(function, &statement.kind, &mut note);
                number.set(number.get() + 1);
            }
            visit_terminator(function, &data.terminator, &mut note);
            number.set(number.get() + 1);
        }
    }

    fn settle(&mut self, function: &Function, classes: &mut Classes<'_>) {
        self.homes.clear();
        let mut variables = 0;
        for (local, track) in function.locals.iter().zip(&self.tracks) {
            let class = classes.class(local.ty);
            let is_param = self.homes.len() < function.params.len();
            let only_set_first = !track.crosses && track.set_first;
            self.homes.push(if !track.seen {
                Home::Nowhere
            } else if class.is_memory() {
                if is_param && track.sets == 1 && !track.changed {
                    Home::Caller
                } else if only_set_first && !is_param {
                    Home::SharedSlot
                } else {
                    Home::Slot
                }
            } else if only_set_first || (track.sets == 1 && !track.changed && !track.undominated) {
                Home::Values
            } else {
                variables += class.leaves().len();
                Home::Variables
            });
        }
        if variables.saturating_mul(function.blocks.len()) > MAX_VARIABLE_BLOCKS {
            for home in &mut self.homes {
                if *home == Home::Variables {
                    *home = Home::Slot;
                }
            }
        }
    }
}

/// The dominator tree (Cooper, Harvey, Kennedy: A Simple, Fast Dominance
/// Algorithm), numbered so that a question costs two comparisons.
#[derive(Default)]
struct Dominators {
    /// Indexed by block: position in the order.
    position: Vec<u32>,
    /// Indexed by position: the immediate dominator's position.
    parent: Vec<u32>,
    /// Indexed by position: preorder number in the tree.
    first: Vec<u32>,
    /// Indexed by position: blocks in the subtree.
    size: Vec<u32>,
}

const UNKNOWN: u32 = u32::MAX;

impl Dominators {
    fn compute(&mut self, function: &Function, order: &[BlockId]) {
        self.position.clear();
        self.position.resize(function.blocks.len(), UNKNOWN);
        for (position, block) in order.iter().enumerate() {
            self.position[block.index()] = position as u32;
        }
        self.parent.clear();
        self.parent.resize(order.len(), UNKNOWN);
        self.parent[0] = 0;
        // Each round pushes what is known of a block into its successors; in
        // reverse postorder one round is enough unless there are loops.
        let mut changed = true;
        while changed {
            changed = false;
            for (position, block) in order.iter().enumerate() {
                let terminator = &function.blocks[*block].terminator;
                let mut index = 0;
                while let Some(target) = successor(terminator, index) {
                    index += 1;
                    let target = self.position[target.index()] as usize;
                    let old = self.parent[target];
                    let new = match old {
                        UNKNOWN => position as u32,
                        old => self.common(old, position as u32),
                    };
                    if new != old {
                        self.parent[target] = new;
                        changed = true;
                    }
                }
            }
        }
        self.number(order.len());
    }

    fn common(&self, mut a: u32, mut b: u32) -> u32 {
        while a != b {
            if a > b {
                a = self.parent[a as usize];
            } else {
                b = self.parent[b as usize];
            }
        }
        a
    }

    fn number(&mut self, blocks: usize) {
        self.size.clear();
        self.size.resize(blocks, 1);
        for position in (1..blocks).rev() {
            self.size[self.parent[position] as usize] += self.size[position];
        }
        // A block's number is the next free one of its parent's range; `next`
        // is where that is kept.
        self.first.clear();
        self.first.resize(blocks, 0);
        let mut next = vec![1; blocks];
        for position in 1..blocks {
            let parent = self.parent[position] as usize;
            self.first[position] = next[parent];
            next[parent] += self.size[position];
            next[position] = self.first[position] + 1;
        }
    }

    fn dominates(&self, a: u32, b: u32) -> bool {
        if a == b {
            return true;
        }
        let (a, b) = (self.position[a as usize] as usize, self.position[b as usize] as usize);
        let range = self.first[a]..self.first[a] + self.size[a];
        range.contains(&self.first[b])
    }
}
