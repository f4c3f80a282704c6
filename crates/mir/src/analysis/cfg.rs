//! Control flow between blocks.

use simple_source::{Idx, IndexVec};

use crate::{Block, BlockId, Terminator};

/// Calls `each` for every successor, as often as the terminator names it.
#[inline]
pub fn for_each_successor(terminator: &Terminator, mut each: impl FnMut(BlockId)) {
    match terminator {
        Terminator::Goto(target) => each(*target),
        Terminator::Branch { then, otherwise, .. } => {
            each(*then);
            each(*otherwise);
        }
        Terminator::Switch { cases, otherwise, .. } => {
            for (_, target) in cases {
                each(*target);
            }
            each(*otherwise);
        }
        Terminator::Return(_) | Terminator::Unreachable => {}
    }
}

/// Replaces every successor.
pub fn map_successors(terminator: &mut Terminator, mut map: impl FnMut(BlockId) -> BlockId) {
    match terminator {
        Terminator::Goto(target) => *target = map(*target),
        Terminator::Branch { then, otherwise, .. } => {
            *then = map(*then);
            *otherwise = map(*otherwise);
        }
        Terminator::Switch { cases, otherwise, .. } => {
            for (_, target) in cases {
                *target = map(*target);
            }
            *otherwise = map(*otherwise);
        }
        Terminator::Return(_) | Terminator::Unreachable => {}
    }
}

/// Predecessors, order and reachability of a function's blocks.
pub struct Cfg {
    /// Where each block's predecessors begin in `predecessors`; one more at
    /// the end.
    starts: Vec<u32>,
    /// Each predecessor once.
    predecessors: Vec<BlockId>,
    /// Reachable blocks, each after its predecessors except around loops.
    order: Vec<BlockId>,
}

impl Cfg {
    /// The control flow of `blocks`. Targets must exist.
    pub fn new(blocks: &IndexVec<BlockId, Block>) -> Self {
        let order = reverse_postorder(blocks);
        let mut counts = vec![0u32; blocks.len() + 1];
        let mut edges = Vec::new();
        // A block that names a successor twice is one predecessor of it.
        let mut last = vec![u32::MAX; blocks.len()];
        for &block in &order {
            for_each_successor(&blocks[block].terminator, |target| {
                if last[target.index()] != block.0 {
                    last[target.index()] = block.0;
                    counts[target.index()] += 1;
                    edges.push((block, target));
                }
            });
        }
        let mut sum = 0;
        for count in &mut counts {
            sum += std::mem::replace(count, sum);
        }
        let starts = counts.clone();
        let mut predecessors = vec![BlockId(0); edges.len()];
        for (from, to) in edges {
            let slot = &mut counts[to.index()];
            predecessors[*slot as usize] = from;
            *slot += 1;
        }
        Self { starts, predecessors, order }
    }

    /// The reachable predecessors of `block`, each once.
    pub fn predecessors(&self, block: BlockId) -> &[BlockId] {
        let range = self.starts[block.index()] as usize..self.starts[block.index() + 1] as usize;
        &self.predecessors[range]
    }

    /// The reachable blocks in reverse postorder, the entry first.
    pub fn order(&self) -> &[BlockId] {
        &self.order
    }
}

fn reverse_postorder(blocks: &IndexVec<BlockId, Block>) -> Vec<BlockId> {
    let mut order = Vec::with_capacity(blocks.len());
    if blocks.is_empty() {
        return order;
    }
    let mut seen = vec![false; blocks.len()];
    seen[0] = true;
    // Blocks on the path to the current one, with their unvisited successors.
    let mut stack = vec![(BlockId(0), successors(&blocks[BlockId(0)].terminator))];
    while let Some((block, rest)) = stack.last_mut() {
        match rest.pop() {
            Some(next) if !seen[next.index()] => {
                seen[next.index()] = true;
                stack.push((next, successors(&blocks[next].terminator)));
            }
            Some(_) => {}
            None => {
                order.push(*block);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}

/// The successors, the first one last.
fn successors(terminator: &Terminator) -> smallvec::SmallVec<[BlockId; 4]> {
    let mut all = smallvec::SmallVec::new();
    for_each_successor(terminator, |target| all.push(target));
    all
}
