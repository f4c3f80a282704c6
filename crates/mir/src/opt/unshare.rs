//! `Unshare` of what is unique already removed.
//!
//! What was made unique stays so until its value is copied somewhere or
//! something else is stored in its place. A forward analysis over the distinct
//! places that are made unique; a place counts as unique where it is on all
//! ways.

use simple_source::Idx;

use crate::analysis::{
    BitMatrix, Cfg, Dominators, How, Occurrence, Role, for_each_occurrence, map_successors,
    place_type,
};
use crate::function::*;
use crate::opt::loops::find_loops;
use crate::opt::paths::{self, Watched, has, put, take};
use crate::types::{Type, TypeTable};

/// More places are not followed.
const MAX_PLACES: usize = 256;
/// Functions of more blocks keep what they do in loops.
const MAX_BLOCKS: usize = 4000;

/// Removes what need not be done; whether anything was.
pub(crate) fn remove(function: &mut Function, types: &TypeTable) -> bool {
    let places = Places::of(function, types);
    if places.watched.all.is_empty() {
        return false;
    }
    let cfg = Cfg::new(&function.blocks);
    let entries = places.solve(function, types, &cfg);
    let mut removed = Vec::new();
    for &block in cfg.order() {
        let mut unique = entries.row(block.index()).to_vec();
        for (index, statement) in function.blocks[block].statements.iter().enumerate() {
            if let StatementKind::Unshare(place) = statement.kind
                && let Some(number) = places.watched.number(function, place)
                && has(&unique, number)
            {
                removed.push((block, index));
            }
            places.step(function, types, statement, &mut unique);
        }
    }
    for (block, index) in &removed {
        function.blocks[*block].statements[*index].kind = StatementKind::Nop;
    }
    !removed.is_empty()
}

/// Makes unique before a loop what each round of it makes unique and nothing in
/// it shares, so that the rounds need not. Whether there was anything.
pub(crate) fn hoist(function: &mut Function, types: &TypeTable) -> bool {
    let places = Places::of(function, types);
    if places.watched.all.is_empty() || function.blocks.len() > MAX_BLOCKS {
        return false;
    }
    let cfg = Cfg::new(&function.blocks);
    let dominators = Dominators::new(&cfg, function.blocks.len());
    let count = places.watched.all.len();
    let mut state = vec![0u64; count.div_ceil(64)];
    // What an outer loop begins with need not be done again before inner ones.
    let mut hoisted: Vec<(BlockId, usize)> = Vec::new();
    let mut before = Vec::new();
    for found in find_loops(function, &cfg, &dominators) {
        let mut in_loop = vec![false; function.blocks.len()];
        found.blocks.iter().for_each(|block| in_loop[block.index()] = true);
        let latches: Vec<BlockId> = cfg
            .predecessors(found.header)
            .iter()
            .copied()
            .filter(|block| in_loop[block.index()])
            .collect();
        let mut wanted = vec![false; count];
        let mut shared = vec![false; count];
        for block in &found.blocks {
            let each_round = latches.iter().all(|latch| dominators.dominates(*block, *latch));
            for statement in &function.blocks[*block].statements {
                if let StatementKind::Unshare(place) = statement.kind
                    && each_round
                    && is_always_there(function, types, place)
                    && let Some(number) = places.watched.number(function, place)
                {
                    wanted[number] = true;
                }
                state.fill(u64::MAX);
                places.step(function, types, statement, &mut state);
                for (number, shared) in shared.iter_mut().enumerate() {
                    *shared |= !has(&state, number);
                }
            }
        }
        for number in 0..count {
            let again = hoisted.iter().any(|(header, other)| {
                *other == number && dominators.dominates(*header, found.header)
            });
            if wanted[number] && !shared[number] && !again {
                hoisted.push((found.header, number));
                before.push(StatementKind::Unshare(places.watched.all[number]));
            }
        }
        let entries: Vec<BlockId> = cfg
            .predecessors(found.header)
            .iter()
            .copied()
            .filter(|block| !in_loop[block.index()])
            .collect();
        if !before.is_empty() {
            let span = function.blocks[found.header].span;
            let statements = before.drain(..).map(|kind| Statement { kind, span }).collect();
            let terminator = Terminator::Goto(found.header);
            let start = function.blocks.push(Block { statements, terminator, span });
            for entry in entries {
                map_successors(&mut function.blocks[entry].terminator, |target| {
                    if target == found.header { start } else { target }
                });
            }
        }
    }
    !hoisted.is_empty()
}

/// Whether a place is there whenever its local is: no element and no variant.
fn is_always_there(function: &Function, types: &TypeTable, place: Place) -> bool {
    let steps = function.projections_of(place);
    let derefs = steps.iter().filter(|step| **step == Projection::Deref).count();
    steps.iter().all(|step| matches!(step, Projection::Field(_) | Projection::Deref))
        && match types.get(function.locals[place.local].ty) {
            Type::Address(_) => derefs == 1,
            _ => !paths::is_shared(types, function, place),
        }
}

/// What is unique at the start of each block, for the ownership pass, which
/// would make it so again.
pub(crate) struct Unique {
    places: Vec<Place>,
    entries: BitMatrix,
}

impl Unique {
    /// Solves for a function in the value dialect. None if in each block all is
    /// made unique that is changed there, as in functions that were not
    /// optimised.
    pub(crate) fn of(function: &Function, types: &TypeTable, cfg: &Cfg) -> Option<Self> {
        if !changes_what_other_blocks_unshared(function) {
            return None;
        }
        let places = Places::of(function, types);
        if places.watched.all.is_empty() {
            return None;
        }
        let entries = places.solve(function, types, cfg);
        Some(Self { places: places.watched.all, entries })
    }

    /// What is unique at the start of `block`.
    pub(crate) fn at(&self, block: BlockId) -> impl Iterator<Item = Place> + '_ {
        let found = self.entries.iter_row(block.index());
        found.take_while(|number| *number < self.places.len()).map(|number| self.places[number])
    }
}

fn changes_what_other_blocks_unshared(function: &Function) -> bool {
    let mut unshared: smallvec::SmallVec<[LocalId; 8]> = smallvec::SmallVec::new();
    function.blocks.iter().any(|block| {
        unshared.clear();
        block.statements.iter().any(|statement| match statement.kind {
            StatementKind::Unshare(place) => {
                unshared.push(place.local);
                false
            }
            StatementKind::Assign(place, _) => {
                let steps = function.projections_of(place);
                let stored_inside = steps
                    .iter()
                    .any(|step| matches!(step, Projection::Index(_) | Projection::Deref));
                stored_inside && !unshared.contains(&place.local)
            }
            _ => false,
        })
    })
}

/// The places that are made unique somewhere.
struct Places {
    watched: Watched,
}

impl Places {
    fn of(function: &Function, types: &TypeTable) -> Self {
        let mut watched = Watched::default();
        for statement in function.blocks.iter().flat_map(|block| &block.statements) {
            if let StatementKind::Unshare(place) = statement.kind
                && watched.all.len() < MAX_PLACES
            {
                watched.add(function, types, place);
            }
        }
        Self { watched }
    }

    /// For each block the places that are unique at its start.
    fn solve(&self, function: &Function, types: &TypeTable, cfg: &Cfg) -> BitMatrix {
        paths::solve_on_all_ways(function, cfg, self.watched.all.len(), |block, unique| {
            // What a terminator reads is looked at, or the last thing read.
            for statement in &function.blocks[block].statements {
                self.step(function, types, statement, unique);
            }
        })
    }

    /// What is unique after a statement.
    fn step(
        &self,
        function: &Function,
        types: &TypeTable,
        statement: &Statement,
        unique: &mut [u64],
    ) {
        if let StatementKind::Unshare(place) = statement.kind {
            let Some(number) = self.watched.number(function, place) else {
                return self.spread(function, place, unique);
            };
            if !has(unique, number) {
                // It may have been copied now, and what is in it shared.
                self.spread(function, place, unique);
                put(unique, number);
            }
            return;
        }
        if paths::runs_program_code(&statement.kind) {
            self.watched.shared.iter().for_each(|number| take(unique, *number));
        }
        // Elements are moved as bytes, so that only what lies in them changes.
        let (inside_only, grown) = match statement.kind {
            StatementKind::Intrinsic { op, args, .. } => {
                let list = match function.args_of(args).first() {
                    Some(Arg::Address(place)) => Some(*place),
                    _ => None,
                };
                let grows = matches!(op, Intrinsic::ListPush | Intrinsic::ListReserve);
                (list, list.filter(|_| grows))
            }
            _ => (None, None),
        };
        for_each_occurrence(function, statement, |occurrence| match occurrence.how {
            How::Address(0) if inside_only == Some(occurrence.place) => {
                self.spread(function, occurrence.place, unique);
                self.index_set(occurrence.place, unique);
            }
            _ => self.touch(function, types, &statement.kind, &occurrence, unique),
        });
        if let Some(number) = grown.and_then(|list| self.watched.number(function, list)) {
            put(unique, number);
        }
    }

    /// What lies in `place`, but not it itself, may be shared from now on.
    fn spread(&self, function: &Function, place: Place, unique: &mut [u64]) {
        self.watched.met(function, place, false, &mut |number| take(unique, number));
    }

    /// Elements with this index are others from now on.
    fn index_set(&self, place: Place, unique: &mut [u64]) {
        if place.len == 0 {
            self.watched.indexed(place.local, &mut |number| take(unique, number));
        }
    }

    /// What an occurrence of a place in a statement means for the uniqueness of
    /// others.
    fn touch(
        &self,
        function: &Function,
        types: &TypeTable,
        statement: &StatementKind,
        occurrence: &Occurrence,
        unique: &mut [u64],
    ) {
        let place = occurrence.place;
        let plain = || paths::is_plain(types, place_type(types, function, place));
        match occurrence.how {
            How::Inspect | How::Tag | How::Receiver | How::Unshare => return,
            // Operations of the library may give a part of what they look at.
            How::Read(Role::Look) if !matches!(statement, StatementKind::Intrinsic { .. }) => {
                return;
            }
            How::Read(_) if plain() => return,
            How::Read(_) => {}
            How::Write | How::Initialise => {
                self.index_set(place, unique);
                // A number stored somewhere replaces no pointer.
                if plain() {
                    return;
                }
            }
            How::Address(_) | How::Count => self.index_set(place, unique),
        }
        self.watched.met(function, place, true, &mut |number| take(unique, number));
    }
}
