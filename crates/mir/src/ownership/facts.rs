//! Which variant an enum is known to be at the start of a block, because the
//! only way there is a switch on it. What is given back there needs no look at
//! the tag, and often nothing at all.

use simple_source::Idx;
use smallvec::SmallVec;

use super::body::Body;
use super::count::Fact;
use super::regions::Region;
use crate::analysis::{How, for_each_occurrence, known_variant};
use crate::{BlockId, Place};

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

/// What `target` says about the value that `from` switches on, if it is a
/// local's own.
fn edge_fact(body: &Body<'_>, from: BlockId, target: BlockId) -> Option<Fact> {
    let (place, variant) = known_variant(body.types, body.function, from, target)?;
    let way = body.way(place);
    let is_own = way.segments.len() == 1
        && way.segments[0].region == Region::Local(place.local)
        && body.is_inline(place);
    is_own.then_some((place, variant))
}
