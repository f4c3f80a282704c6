//! Which blocks lie on every way to which others (Cooper, Harvey, Kennedy: A
//! Simple, Fast Dominance Algorithm), numbered so that a question costs two
//! comparisons.

use simple_source::Idx;

use super::Cfg;
use crate::BlockId;

const UNKNOWN: u32 = u32::MAX;

/// The dominator tree of the reachable blocks.
pub struct Dominators {
    /// Indexed by block: position in reverse postorder.
    position: Vec<u32>,
    /// Indexed by position: preorder number in the tree.
    first: Vec<u32>,
    /// Indexed by position: blocks in the subtree.
    size: Vec<u32>,
}

impl Dominators {
    /// The tree of a function with `blocks` blocks.
    pub fn new(cfg: &Cfg, blocks: usize) -> Self {
        let order = cfg.order();
        let mut position = vec![UNKNOWN; blocks];
        for (index, block) in order.iter().enumerate() {
            position[block.index()] = index as u32;
        }
        let mut parent = vec![UNKNOWN; order.len()];
        if let Some(entry) = parent.first_mut() {
            *entry = 0;
        }
        let mut changed = true;
        while changed {
            changed = false;
            for (index, block) in order.iter().enumerate().skip(1) {
                let mut best = UNKNOWN;
                for predecessor in cfg.predecessors(*block) {
                    let other = position[predecessor.index()];
                    if parent[other as usize] == UNKNOWN {
                        continue;
                    }
                    best = if best == UNKNOWN { other } else { common(&parent, best, other) };
                }
                if parent[index] != best {
                    parent[index] = best;
                    changed = true;
                }
            }
        }
        let (first, size) = number(&parent);
        Self { position, first, size }
    }

    /// Whether every way to `b` leads over `a`; so does every block dominate
    /// itself. Both are reachable.
    pub fn dominates(&self, a: BlockId, b: BlockId) -> bool {
        let (a, b) = (self.position[a.index()], self.position[b.index()]);
        if a == UNKNOWN || b == UNKNOWN {
            return false;
        }
        let (a, b) = (a as usize, b as usize);
        let range = self.first[a]..self.first[a] + self.size[a];
        range.contains(&self.first[b])
    }
}

fn common(parent: &[u32], mut a: u32, mut b: u32) -> u32 {
    while a != b {
        if a > b {
            a = parent[a as usize];
        } else {
            b = parent[b as usize];
        }
    }
    a
}

fn number(parent: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let blocks = parent.len();
    let mut size = vec![1u32; blocks];
    for position in (1..blocks).rev() {
        size[parent[position] as usize] += size[position];
    }
    // A block's number is the next free one of its parent's range.
    let mut first = vec![0u32; blocks];
    let mut next = vec![1u32; blocks];
    for position in 1..blocks {
        let above = parent[position] as usize;
        first[position] = next[above];
        next[above] += size[position];
        next[position] = first[position] + 1;
    }
    (first, size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Block, Const, Operand, Terminator};
    use simple_source::{IndexVec, Span};

    fn block(terminator: Terminator) -> Block {
        Block { statements: Vec::new(), terminator, span: Span::NONE }
    }

    #[test]
    fn joins_are_dominated_by_where_the_ways_part() {
        let condition = Operand::Const(Const::Bool(true));
        let mut blocks = IndexVec::new();
        blocks.push(block(Terminator::Goto(BlockId(1))));
        let (then, otherwise) = (BlockId(2), BlockId(3));
        blocks.push(block(Terminator::Branch { condition, then, otherwise }));
        blocks.push(block(Terminator::Goto(BlockId(4))));
        blocks.push(block(Terminator::Goto(BlockId(4))));
        let (then, otherwise) = (BlockId(1), BlockId(5));
        blocks.push(block(Terminator::Branch { condition, then, otherwise }));
        blocks.push(block(Terminator::Unreachable));
        let dominators = Dominators::new(&Cfg::new(&blocks), blocks.len());
        assert!(dominators.dominates(BlockId(1), BlockId(4)));
        assert!(dominators.dominates(BlockId(4), BlockId(5)));
        assert!(!dominators.dominates(BlockId(2), BlockId(4)));
        assert!(!dominators.dominates(BlockId(4), BlockId(1)));
    }
}
