//! When is each definition needed?
//!
//! Functions say their phase, or a layout plan does for them, with a place in
//! it. What was said about functions decides about the rest: a constant or a
//! datum is needed when the first function that refers to it is, and so is a
//! function of the runtime that nothing was said about. Where no function is
//! of the startup and there is no plan, all this has no work.

use std::collections::HashMap;

use simple_object::{Kind, Phase};
use simple_source::{Idx, Symbol};

use crate::mark::Live;
use crate::program::{DefinitionId, Program};
use crate::resolve::{Names, Target};
use crate::{PlacedFunction, Plan};

/// The phase of each live definition, and what is known of its place there.
pub(crate) struct Placement {
    /// By definition; empty if each one's own phase holds.
    placed: Vec<Placed>,
    /// Functions of the plan that begin a page.
    page_starts: Vec<DefinitionId>,
}

/// A definition's phase and rank.
#[derive(Clone, Copy, Debug)]
struct Placed {
    phase: Phase,
    rank: u32,
}

/// Behind everything that has a rank.
pub(crate) const NO_RANK: u32 = u32::MAX;

impl Placement {
    /// When `id` is needed.
    pub(crate) fn phase(&self, program: &Program<'_>, id: DefinitionId) -> Phase {
        self.placed.get(id.index()).map_or(program.definition(id).phase, |placed| placed.phase)
    }

    /// Its place among those of its section and phase; [`NO_RANK`] if only the
    /// natural order speaks.
    pub(crate) fn rank(&self, id: DefinitionId) -> u32 {
        self.placed.get(id.index()).map_or(NO_RANK, |placed| placed.rank)
    }

    /// The functions that begin a page, sorted.
    pub(crate) fn page_starts(&self) -> &[DefinitionId] {
        &self.page_starts
    }
}

/// Decides for all live definitions.
pub(crate) fn place(
    program: &Program<'_>,
    names: &Names,
    live: &Live,
    entry: Symbol,
    plan: Option<&Plan<'_>>,
) -> Placement {
    let is_early = |id: &DefinitionId| program.definition(*id).phase < Phase::Steady;
    let none = Placement { placed: Vec::new(), page_starts: Vec::new() };
    if plan.is_none() && !live.definitions.iter().any(is_early) {
        return none;
    }
    let by_name: HashMap<&str, (u32, &PlacedFunction<'_>)> = plan
        .iter()
        .flat_map(|plan| plan.functions)
        .enumerate()
        .map(|(rank, function)| (function.name, (rank as u32, function)))
        .collect();
    let mut placer = Placer {
        program,
        names,
        placed: (0..program.len())
            .map(|index| {
                let phase = program.definition(DefinitionId::from_usize(index)).phase;
                Placed { phase, rank: NO_RANK }
            })
            .collect(),
        said: vec![false; program.len()],
        next_rank: by_name.len() as u32,
    };
    let mut page_starts = Vec::new();
    let mut functions: Vec<DefinitionId> = Vec::new();
    for &id in &live.definitions {
        let definition = program.definition(id);
        if definition.kind != Kind::Function {
            continue;
        }
        functions.push(id);
        let entry = by_name.get(program.name(id)).or_else(|| by_name.get(program.display(id)));
        if let Some((rank, function)) = entry {
            placer.placed[id.index()] = Placed { phase: function.phase, rank: *rank };
            placer.said[id.index()] = true;
            if function.page_start {
                page_starts.push(id);
            }
        } else {
            // The runtime says of nothing that it is needed early, only that
            // it is not needed.
            placer.said[id.index()] = !definition.flags.runtime || definition.phase == Phase::Cold;
        }
    }
    page_starts.sort_unstable();
    // Every run begins there.
    if let Some(Target::Definition(entry)) = names.get(entry)
        && !placer.said[entry.index()]
    {
        placer.said[entry.index()] = true;
        placer.placed[entry.index()].phase = Phase::Startup;
    }
    // Those that are needed first speak first.
    let key = |id: &DefinitionId| {
        let (definition, placed) = (program.definition(*id), placer.placed[id.index()]);
        (placed.phase, placed.rank, definition.flags.runtime, definition.order)
    };
    functions.sort_unstable_by(|a, b| {
        key(a).cmp(&key(b)).then_with(|| program.name(*a).cmp(program.name(*b)))
    });
    for id in functions {
        if placer.said[id.index()] {
            placer.follow(id);
        }
    }
    Placement { placed: placer.placed, page_starts }
}

struct Placer<'p, 'a> {
    program: &'p Program<'a>,
    names: &'p Names,
    placed: Vec<Placed>,
    /// Whether a definition's place is settled.
    said: Vec<bool>,
    next_rank: u32,
}

impl Placer<'_, '_> {
    /// Settles what `function` refers to, directly or through what is settled
    /// on the way, and nobody before it did.
    fn follow(&mut self, function: DefinitionId) {
        let phase = self.placed[function.index()].phase;
        let mut pending = vec![function];
        while let Some(id) = pending.pop() {
            let first = pending.len();
            let object = self.program.object(id);
            for relocation in object.relocations_of(self.program.definition(id)) {
                if let Some(target) = self.unsettled(relocation.target) {
                    self.said[target.index()] = true;
                    self.placed[target.index()] = Placed { phase, rank: self.next_rank };
                    self.next_rank += 1;
                    pending.push(target);
                }
            }
            // In the order of the references.
            pending[first..].reverse();
        }
    }

    fn unsettled(&self, symbol: Symbol) -> Option<DefinitionId> {
        let Some(Target::Definition(id)) = self.names.get(symbol) else { return None };
        (!self.said[id.index()]).then_some(id)
    }
}
