//! `Unshare` of what is unique already removed.
//!
//! What was made unique stays so until its value is copied somewhere or
//! something else is stored in its place. A forward analysis over the distinct
//! places that are made unique; a place counts as unique where it is on all
//! ways.

use simple_source::Idx;
use simple_source::interner::FxHashMap;

use crate::analysis::{BitMatrix, Cfg, How, Occurrence, Role, for_each_occurrence, place_type};
use crate::function::*;
use crate::opt::paths::{self, Meeting, meeting};
use crate::types::TypeTable;

/// More places are not followed.
const MAX_PLACES: usize = 256;

/// Removes what need not be done; whether anything was.
pub(crate) fn remove(function: &mut Function, types: &TypeTable) -> bool {
    let places = Places::of(function, types);
    if places.all.is_empty() {
        return false;
    }
    let cfg = Cfg::new(&function.blocks);
    let entries = places.solve(function, types, &cfg);
    let mut removed = Vec::new();
    for &block in cfg.order() {
        let mut unique = entries.row(block.index()).to_vec();
        for (index, statement) in function.blocks[block].statements.iter().enumerate() {
            if let StatementKind::Unshare(place) = statement.kind
                && let Some(number) = places.number(function, place)
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
        if places.all.is_empty() {
            return None;
        }
        let entries = places.solve(function, types, cfg);
        Some(Self { places: places.all, entries })
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

fn has(set: &[u64], index: usize) -> bool {
    set[index / 64] >> (index % 64) & 1 == 1
}

fn put(set: &mut [u64], index: usize) {
    set[index / 64] |= 1 << (index % 64);
}

fn take(set: &mut [u64], index: usize) {
    set[index / 64] &= !(1 << (index % 64));
}

/// The places that are made unique somewhere.
struct Places {
    all: Vec<Place>,
    numbers: FxHashMap<(LocalId, Vec<Projection>), usize>,
    /// Those of each local, as root or as index.
    of_local: FxHashMap<LocalId, Vec<usize>>,
    indexed_by: FxHashMap<LocalId, Vec<usize>>,
    /// Those that others may have a way to.
    shared: Vec<usize>,
}

impl Places {
    fn of(function: &Function, types: &TypeTable) -> Self {
        let mut places = Self {
            all: Vec::new(),
            numbers: FxHashMap::default(),
            of_local: FxHashMap::default(),
            indexed_by: FxHashMap::default(),
            shared: Vec::new(),
        };
        for block in &function.blocks {
            for statement in &block.statements {
                let StatementKind::Unshare(place) = statement.kind else { continue };
                let number = places.all.len();
                let key = (place.local, function.projections_of(place).to_vec());
                if number == MAX_PLACES || places.numbers.contains_key(&key) {
                    continue;
                }
                for step in &key.1 {
                    if let Projection::Index(index) = step {
                        places.indexed_by.entry(*index).or_default().push(number);
                    }
                }
                places.numbers.insert(key, number);
                places.all.push(place);
                places.of_local.entry(place.local).or_default().push(number);
                if paths::is_shared(types, function, place) {
                    places.shared.push(number);
                }
            }
        }
        places
    }

    fn number(&self, function: &Function, place: Place) -> Option<usize> {
        let key = (place.local, function.projections_of(place).to_vec());
        self.numbers.get(&key).copied()
    }

    /// For each block the places that are unique at its start.
    fn solve(&self, function: &Function, types: &TypeTable, cfg: &Cfg) -> BitMatrix {
        let blocks = function.blocks.len();
        let mut entries = BitMatrix::new(blocks, self.all.len());
        let mut exits = BitMatrix::new(blocks, self.all.len());
        let words = self.all.len().div_ceil(64);
        // Everything, until a way is found on which it is not so.
        for block in 0..blocks {
            exits.row_mut(block).fill(u64::MAX);
        }
        let mut unique = vec![0u64; words];
        let mut changed = true;
        while changed {
            changed = false;
            for &block in cfg.order() {
                if block.0 == 0 {
                    unique.fill(0);
                } else {
                    unique.fill(u64::MAX);
                }
                for predecessor in cfg.predecessors(block) {
                    let exit = exits.row(predecessor.index());
                    unique.iter_mut().zip(exit).for_each(|(word, exit)| *word &= exit);
                }
                entries.row_mut(block.index()).copy_from_slice(&unique);
                for statement in &function.blocks[block].statements {
                    self.step(function, types, statement, &mut unique);
                }
                // What a terminator reads is looked at, or the last thing read.
                if exits.row(block.index()) != unique {
                    exits.row_mut(block.index()).copy_from_slice(&unique);
                    changed = true;
                }
            }
        }
        entries
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
            let Some(number) = self.number(function, place) else {
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
            self.shared.iter().for_each(|number| take(unique, *number));
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
        if let Some(number) = grown.and_then(|list| self.number(function, list)) {
            put(unique, number);
        }
    }

    /// What lies in `place`, but not it itself, may be shared from now on.
    fn spread(&self, function: &Function, place: Place, unique: &mut [u64]) {
        self.take_met(function, place, false, unique);
    }

    /// Places that contain `place` stay unique, those in it do not, nor does
    /// it itself if `itself` says so.
    fn take_met(&self, function: &Function, place: Place, itself: bool, unique: &mut [u64]) {
        let steps = function.projections_of(place);
        for number in self.of_local.get(&place.local).into_iter().flatten() {
            let other = function.projections_of(self.all[*number]);
            let longer = other.len() > steps.len();
            if (longer || itself) && meeting(steps, other) == Meeting::Covers {
                take(unique, *number);
            }
        }
        // Shared memory may be any other shared memory, unless both are parts
        // of what one address leads to.
        if !steps.contains(&Projection::Deref) {
            return;
        }
        for number in &self.shared {
            let other = self.all[*number];
            let one_target = other.local == place.local
                && paths::leads_once(steps)
                && paths::leads_once(function.projections_of(other));
            if !one_target {
                take(unique, *number);
            }
        }
    }

    /// Elements with this index are others from now on.
    fn index_set(&self, place: Place, unique: &mut [u64]) {
        if place.len == 0 {
            let indexed = self.indexed_by.get(&place.local).into_iter().flatten();
            indexed.for_each(|number| take(unique, *number));
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
        self.take_met(function, place, true, unique);
    }
}
