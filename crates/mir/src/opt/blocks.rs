//! The graph made small: known branches taken, empty blocks skipped, chains
//! merged, what cannot be reached removed.

use simple_source::Idx;

use crate::function::*;
use crate::opt::visit::{successors, successors_mut};

/// Cleans the graph; whether anything changed.
pub(crate) fn clean(function: &mut Function) -> bool {
    let mut changed = decide(function);
    changed |= skip_empty(function);
    changed |= merge(function);
    changed |= drop_unreachable(function);
    changed
}

/// Turns branches on constants into jumps.
fn decide(function: &mut Function) -> bool {
    let mut changed = false;
    for block in function.blocks.iter_mut() {
        let target = match &block.terminator {
            Terminator::Branch {
                condition: Operand::Const(Const::Bool(value)),
                then,
                otherwise,
            } => {
                if *value {
                    *then
                } else {
                    *otherwise
                }
            }
            Terminator::Branch { then, otherwise, .. } if then == otherwise => *then,
            Terminator::Switch { value: Operand::Const(constant), cases, otherwise } => {
                let bits = match constant {
                    Const::Int(_, bits) => *bits,
                    Const::Bool(value) => u64::from(*value),
                    Const::Char(value) => u64::from(*value),
                    _ => continue,
                };
                cases.iter().find(|case| case.0 == bits).map_or(*otherwise, |case| case.1)
            }
            _ => continue,
        };
        block.terminator = Terminator::Goto(target);
        changed = true;
    }
    changed
}

/// Leads jumps to empty blocks on to where those lead.
fn skip_empty(function: &mut Function) -> bool {
    let targets: Vec<Option<BlockId>> = function
        .blocks
        .iter_enumerated()
        .map(|(id, block)| match block.terminator {
            Terminator::Goto(target) if block.statements.is_empty() && target != id => Some(target),
            _ => None,
        })
        .collect();
    let mut changed = false;
    let limit = targets.len();
    for block in function.blocks.iter_mut() {
        successors_mut(&mut block.terminator, &mut |target| {
            // Empty blocks in a circle are an endless loop that stays one.
            for _ in 0..limit {
                match targets[target.index()] {
                    Some(next) if next != *target => {
                        *target = next;
                        changed = true;
                    }
                    _ => break,
                }
            }
        });
    }
    changed
}

/// Appends blocks to their only predecessor.
fn merge(function: &mut Function) -> bool {
    let mut predecessors = vec![0u32; function.blocks.len()];
    predecessors[0] = 1;
    for block in &function.blocks {
        successors(&block.terminator, &mut |target| predecessors[target.index()] += 1);
    }
    let mut changed = false;
    for id in function.blocks.indices() {
        while let Terminator::Goto(target) = function.blocks[id].terminator
            && target != id
            && target.index() != 0
            && predecessors[target.index()] == 1
        {
            let taken = std::mem::take(&mut function.blocks[target].statements);
            let terminator =
                std::mem::replace(&mut function.blocks[target].terminator, Terminator::Unreachable);
            let span = function.blocks[target].span;
            predecessors[target.index()] = 0;
            let block = &mut function.blocks[id];
            block.statements.extend(taken);
            block.terminator = terminator;
            block.span = span;
            changed = true;
        }
    }
    changed
}

/// Removes blocks that nothing leads to.
fn drop_unreachable(function: &mut Function) -> bool {
    let mut reached = vec![false; function.blocks.len()];
    let mut work = vec![BlockId(0)];
    reached[0] = true;
    while let Some(id) = work.pop() {
        successors(&function.blocks[id].terminator, &mut |target| {
            if !std::mem::replace(&mut reached[target.index()], true) {
                work.push(target);
            }
        });
    }
    if reached.iter().all(|reached| *reached) {
        return false;
    }
    let mut numbers = vec![BlockId(0); reached.len()];
    let mut next = 0;
    for (index, number) in numbers.iter_mut().enumerate() {
        if reached[index] {
            *number = BlockId(next);
            next += 1;
        }
    }
    let mut keep = reached.iter();
    function.blocks.raw_mut().retain(|_| *keep.next().expect("one for each block"));
    for block in function.blocks.iter_mut() {
        successors_mut(&mut block.terminator, &mut |target| *target = numbers[target.index()]);
    }
    true
}
