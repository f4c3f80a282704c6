//! Which variant an enum is known to be at the start of a block, because the
//! only way there is a switch on it. What is given back there needs no look at
//! the tag, and often nothing at all.

use simple_source::Idx;
use smallvec::SmallVec;

use super::body::Body;
use super::count::Fact;
use super::regions::Region;
use crate::analysis::{How, for_each_occurrence, for_each_successor, place_type};
use crate::{BlockId, Operand, Place, Rvalue, StatementKind, Terminator, Type};

/// More facts than this are not carried from block to block.
const MAX_FACTS: usize = 8;

pub(super) type Facts = SmallVec<[Fact; 2]>;

/// The facts at the start of each block.
pub(super) fn solve(body: &Body<'_>) -> Vec<Facts> {
    let mut facts: Vec<Facts> = vec![Facts::new(); body.function.blocks.len()];
    for &id in body.cfg.order() {
        if let &[predecessor] = body.cfg.predecessors(id) {
            facts[id.index()] = on_edge(body, &facts, predecessor, id);
        }
    }
    facts
}

/// The facts on the way from block `from` to block `target`, `facts` being
/// those at the start of each block.
pub(super) fn on_edge(body: &Body<'_>, facts: &[Facts], from: BlockId, target: BlockId) -> Facts {
    let function = body.function;
    let mut known = facts[from.index()].clone();
    if !known.is_empty() {
        for statement in &function.blocks[from].statements {
            for_each_occurrence(function, statement, |occurrence| {
                forget(&mut known, occurrence.place, occurrence.how);
            });
        }
    }
    if let Some(fact) = edge_fact(body, from, target) {
        if known.len() == MAX_FACTS {
            known.remove(0);
        }
        known.push(fact);
    }
    known
}

/// Drops the facts that may not hold after something happened to a place.
pub(super) fn forget(facts: &mut Facts, place: Place, how: How) {
    if !matches!(how, How::Read(_) | How::Inspect | How::Tag | How::Receiver) {
        facts.retain(|(known, _)| known.local != place.local);
    }
}

/// What `target` says about the value that `from` switches on.
fn edge_fact(body: &Body<'_>, from: BlockId, target: BlockId) -> Option<Fact> {
    let block = &body.function.blocks[from];
    let Terminator::Switch { value: Operand::Copy(tag), cases, otherwise } = &block.terminator
    else {
        return None;
    };
    let tag = tag.as_local()?;
    let mut place = None;
    for statement in block.statements.iter().rev() {
        match statement.kind {
            StatementKind::Assign(dest, Rvalue::Discriminant(of))
                if dest.as_local() == Some(tag) =>
            {
                place = Some(of);
                break;
            }
            // Everything between must leave both alone.
            StatementKind::Nop => {}
            _ => return None,
        }
    }
    let place = place?;
    let way = body.way(place);
    let is_own = way.segments.len() == 1
        && way.segments[0].region == Region::Local(place.local)
        && body.is_inline(place);
    if !is_own {
        return None;
    }
    let mut ways = 0;
    for_each_successor(&block.terminator, |successor| ways += u32::from(successor == target));
    if ways != 1 {
        return None;
    }
    if let Some((variant, _)) = cases.iter().find(|(_, block)| *block == target) {
        return Some((place, u32::try_from(*variant).ok()?));
    }
    if *otherwise != target {
        return None;
    }
    // All variants but one have their own way.
    let ty = place_type(body.types, body.function, place)?;
    let Type::Enum(id) = body.types.get(ty) else { return None };
    let count = body.types.enum_variants(id).len();
    if cases.len() + 1 != count {
        return None;
    }
    let rest = (0..count as u32)
        .find(|variant| cases.iter().all(|(case, _)| *case != u64::from(*variant)))?;
    Some((place, rest))
}
