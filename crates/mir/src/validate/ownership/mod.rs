//! Every reference is given back exactly once.
//!
//! An abstract run over the blocks. Each pointer that lies in a local stands
//! for an *object* of the run; an object has as many *tokens* as references to
//! it belong to the function's locals. Copies of bytes make other names of the
//! same object, a retain adds a token, a release or an operand that is handed
//! on takes one. What is read from memory has none: the memory owns it. So a
//! token too many or too few shows wherever a way ends, ways meet, or a name is
//! used whose object has none left.
//!
//! What cannot be decided is let pass: objects whose tokens depend on a tag
//! that is not known, or that ways name differently. Glue is not looked at; it
//! works on memory alone.

mod run;
mod state;

use simple_source::Idx;
use simple_source::interner::FxHashSet;

use super::Checker;
use crate::analysis::{Cfg, Liveness, for_each_successor};
use crate::{BlockId, FuncId, Module, Rvalue, StatementKind, Terminator};
use run::Run;
use state::State;

/// A block is not run more often than this; ways that then still differ are not
/// decided.
const MAX_VISITS: u32 = 6;

/// The functions that are glue.
pub(super) fn glue(module: &Module) -> FxHashSet<FuncId> {
    let mut glue: FxHashSet<FuncId> = FxHashSet::default();
    let tables = &module.glue;
    for map in [&tables.destroy, &tables.retain, &tables.release] {
        glue.extend(map.values().copied());
    }
    for vtable in &module.vtables {
        glue.extend([vtable.drop, vtable.clone]);
    }
    for function in &module.functions {
        for block in &function.blocks {
            for statement in &block.statements {
                if let StatementKind::Assign(_, Rvalue::Closure { drop: Some(drop), .. }) =
                    statement.kind
                {
                    glue.insert(drop);
                }
            }
        }
    }
    glue
}

/// Checks a function that is valid otherwise.
pub(super) fn check(checker: &mut Checker<'_>) {
    let function = checker.function;
    let cfg = Cfg::new(&function.blocks);
    let liveness = Liveness::of_all(function, &cfg);
    let doomed = doomed(checker, &cfg);
    let returns = returns(checker, &cfg);
    let mut states: Vec<Option<State>> = vec![None; function.blocks.len()];
    let mut visits = vec![0u32; function.blocks.len()];
    let mut queued = vec![false; function.blocks.len()];
    let mut run = Run::new(checker);
    states[0] = Some(run.start());
    let mut work = vec![BlockId(0)];
    while let Some(block) = work.pop() {
        queued[block.index()] = false;
        visits[block.index()] += 1;
        let Some(state) = states[block.index()].clone() else { continue };
        let complete = returns[block.index()];
        let Some(state) = run.block(block, state, complete) else { return };
        let mut targets = Vec::new();
        for_each_successor(&function.blocks[block].terminator, |target| {
            if !targets.contains(&target) {
                targets.push(target);
            }
        });
        for target in targets {
            if doomed[target.index()] {
                continue;
            }
            let mut arriving = state.clone();
            let complete = returns[target.index()];
            let taken = run.arrive(&mut arriving, block, target, &liveness, complete);
            if run.failed() {
                return;
            }
            if !taken {
                continue;
            }
            let changed = match &mut states[target.index()] {
                none @ None => {
                    *none = Some(arriving);
                    true
                }
                Some(known) => match known.merge(&arriving) {
                    Ok(changed) => changed && visits[target.index()] < MAX_VISITS,
                    Err(message) => return run.fail(target, &message),
                },
            };
            if changed && !std::mem::replace(&mut queued[target.index()], true) {
                work.push(target);
            }
        }
    }
}

/// Blocks from which the function may return. In loops that only a panic ends,
/// what was live before may stay.
fn returns(checker: &Checker<'_>, cfg: &Cfg) -> Vec<bool> {
    let blocks = &checker.function.blocks;
    let mut returns = vec![false; blocks.len()];
    let mut work: Vec<BlockId> = cfg
        .order()
        .iter()
        .copied()
        .filter(|block| matches!(blocks[*block].terminator, Terminator::Return(_)))
        .collect();
    while let Some(block) = work.pop() {
        if !std::mem::replace(&mut returns[block.index()], true) {
            work.extend_from_slice(cfg.predecessors(block));
        }
    }
    returns
}

/// Blocks after which the program certainly panics: there nothing need be given
/// back.
fn doomed(checker: &Checker<'_>, cfg: &Cfg) -> Vec<bool> {
    let blocks = &checker.function.blocks;
    let mut doomed = vec![false; blocks.len()];
    // Postorder settles all but loops, which are not doomed.
    let mut changed = true;
    while changed {
        changed = false;
        for &block in cfg.order().iter().rev() {
            let mut all = matches!(blocks[block].terminator, Terminator::Unreachable);
            let mut any = false;
            let mut every = true;
            for_each_successor(&blocks[block].terminator, |target| {
                any = true;
                every &= doomed[target.index()];
            });
            all |= any && every;
            if all && !doomed[block.index()] {
                doomed[block.index()] = true;
                changed = true;
            }
        }
    }
    doomed
}
