//! When is each definition needed?
//!
//! Functions say their phase, or a layout plan does for them, with a place in
//! it. What was said about functions decides about the rest: a constant or a
//! datum is needed when the first function that refers to it is, and so is a
//! function of the runtime that nothing was said about ([`place_data`] has the
//! rule). Where no function is of the startup and there is no plan, all this has
//! no work.

use std::collections::HashMap;

use simple_layout::data::{DataIndex, FunctionIndex, Reference, Referrer, place_data};
use simple_object::{Definition, Kind, Phase};
use simple_source::{Idx, Symbol};

use crate::layout::PAGE;
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
    let rows = plan.map_or(&[][..], |plan| plan.functions);
    let mut by_name: HashMap<&str, (u32, &PlacedFunction<'_>)> = HashMap::with_capacity(rows.len());
    for (rank, function) in rows.iter().enumerate() {
        // Of a function that is there twice the first row counts.
        by_name.entry(function.name).or_insert((rank as u32, function));
    }
    let mut placed: Vec<Placed> = (0..program.len())
        .map(|index| {
            let phase = program.definition(DefinitionId::from_usize(index)).phase;
            Placed { phase, rank: NO_RANK }
        })
        .collect();
    let entry = match names.get(entry) {
        Some(Target::Definition(entry)) => Some(entry),
        _ => None,
    };
    // What is said to lie somewhere, and what follows that.
    let (mut settled, mut followers) = (Vec::new(), Vec::new());
    let mut page_starts = Vec::new();
    for &id in &live.definitions {
        let definition = program.definition(id);
        let planned = by_name.get(program.name(id)).filter(|_| definition.kind == Kind::Function);
        if let Some((rank, function)) = planned {
            placed[id.index()] = Placed { phase: function.phase, rank: *rank };
            if function.page_start {
                page_starts.push(id);
            }
        } else if is_unsaid(definition) {
            if Some(id) != entry {
                followers.push(id);
                continue;
            }
            // Every run begins there.
            placed[id.index()].phase = Phase::Startup;
        }
        settled.push(id);
    }
    if text_size(program, live) <= READ_AHEAD {
        page_starts.clear();
    }
    page_starts.sort_unstable();
    // Those that are needed first are followed first.
    let key = |id: &DefinitionId| {
        let (definition, placed) = (program.definition(*id), placed[id.index()]);
        (placed.phase, placed.rank, definition.flags.runtime, definition.order)
    };
    settled.sort_unstable_by(|a, b| {
        key(a).cmp(&key(b)).then_with(|| program.name(*a).cmp(program.name(*b)))
    });
    let functions: Vec<FunctionIndex> = (0..settled.len() as u32).map(FunctionIndex).collect();
    let references = references(program, names, &settled, &followers);
    let order = place_data(&functions, &references, followers.len());
    let mut following: Vec<(Phase, u64, DefinitionId)> = Vec::new();
    let mut bytes = 0;
    for datum in order {
        if let Some(function) = datum.function {
            let phase = placed[settled[function.0 as usize].index()].phase;
            let follower = followers[datum.data.0 as usize];
            following.push((phase, bytes / PAGE, follower));
            let definition = program.definition(follower);
            if definition.kind != Kind::Function {
                bytes += u64::from(definition.size);
            }
        }
    }
    // Where on a page something lies is all one, and nobody waits for what is cold. So
    // data lie by alignment there, without gaps.
    following.sort_by_key(|&(phase, page, id)| {
        let definition = program.definition(id);
        match definition.kind {
            Kind::Function => (phase, 0, 0),
            _ if phase == Phase::Cold => (phase, 0, u8::MAX - definition.align_log2),
            _ => (phase, page, u8::MAX - definition.align_log2),
        }
    });
    for (place, (phase, _, id)) in following.into_iter().enumerate() {
        placed[id.index()] = Placed { phase, rank: (rows.len() + place) as u32 };
    }
    Placement { placed, page_starts }
}

/// What Linux reads when a page is missing (`read_ahead_kb`, unless somebody changed
/// it); what it maps at one fault is half as much (`fault_around_bytes`). Code that is
/// no larger is there at once or twice, wherever in it a start begins, and would only
/// get longer by beginnings of pages.
const READ_AHEAD: u64 = 128 << 10;

fn text_size(program: &Program<'_>, live: &Live) -> u64 {
    let definitions = live.definitions.iter().map(|id| program.definition(*id));
    let functions = definitions.filter(|definition| definition.kind == Kind::Function);
    functions.map(|function| u64::from(function.size)).sum()
}

/// Whether nothing is said of when a definition is needed. The runtime says of
/// none of its functions that it is needed early, only that it is not needed.
fn is_unsaid(definition: &Definition) -> bool {
    match definition.kind {
        Kind::Function => definition.flags.runtime && definition.phase != Phase::Cold,
        Kind::ReadOnly | Kind::Data | Kind::Zeroed => true,
    }
}

/// All references to `followers`, by their numbers.
fn references(
    program: &Program<'_>,
    names: &Names,
    settled: &[DefinitionId],
    followers: &[DefinitionId],
) -> Vec<Reference> {
    let mut number: Vec<Option<DataIndex>> = vec![None; program.len()];
    for (index, id) in followers.iter().enumerate() {
        number[id.index()] = Some(DataIndex(index as u32));
    }
    let settled = settled.iter().enumerate();
    let settled = settled.map(|(at, id)| (Referrer::Function(FunctionIndex(at as u32)), *id));
    let following = followers.iter().enumerate();
    let following = following.map(|(at, id)| (Referrer::Data(DataIndex(at as u32)), *id));
    let mut references = Vec::new();
    for (from, id) in settled.chain(following) {
        for relocation in program.object(id).relocations_of(program.definition(id)) {
            if let Some(Target::Definition(target)) = names.get(relocation.target)
                && let Some(to) = number[target.index()]
            {
                references.push(Reference { from, to });
            }
        }
    }
    references
}
