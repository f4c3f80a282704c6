//! What a statement may do to what lies at places: the one question that all
//! passes ask which remember something of memory.
//!
//! In the value dialect locals share nothing, so only places of the same local
//! meet. What is reached through a class instance, a program-wide variable or a
//! `mut` parameter may meet any other such place.

use simple_source::Idx;
use simple_source::interner::FxHashMap;

use crate::analysis::{BitMatrix, Cfg, How, Occurrence, place_type};
use crate::function::*;
use crate::types::{Type, TypeId, TypeTable};

/// How one place lies to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Meeting {
    /// They never share memory.
    Apart,
    /// The first contains the second, or may be it.
    Covers,
    /// The first is surely inside the second.
    Inside,
}

/// How the place `a` lies to the place `b` of the same local.
pub(crate) fn meeting(a: &[Projection], b: &[Projection]) -> Meeting {
    for (x, y) in a.iter().zip(b) {
        match (x, y) {
            (Projection::Field(x), Projection::Field(y)) if x != y => return Meeting::Apart,
            // Different indexes may be equal, and of different variants the
            // fields lie in the same memory.
            _ => {}
        }
        if matches!((x, y), (Projection::Variant(x), Projection::Variant(y)) if x != y) {
            return Meeting::Covers;
        }
    }
    if a.len() > b.len() { Meeting::Inside } else { Meeting::Covers }
}

/// Whether a way leads through memory that others may have a way to.
pub(crate) fn is_shared(types: &TypeTable, function: &Function, place: Place) -> bool {
    let mut way = Place { len: 0, ..place };
    for step in function.projections_of(place) {
        if *step == Projection::Deref {
            let ty = place_type(types, function, way).map(|ty| types.get(ty));
            if !matches!(ty, Some(Type::Box(_))) {
                return true;
            }
        }
        way.len += 1;
    }
    false
}

/// Whether values of a type hold nothing but themselves.
pub(crate) fn is_plain(types: &TypeTable, ty: Option<TypeId>) -> bool {
    ty.is_some_and(|ty| !types.is_counted(ty))
}

/// Whether a statement hands control to code that may change all shared memory.
pub(crate) fn runs_program_code(statement: &StatementKind) -> bool {
    matches!(
        statement,
        StatementKind::Call {
            callee: Callee::Function(_) | Callee::Closure(_) | Callee::Method(..),
            ..
        }
    )
}

/// Operations that leave the list itself as it is and change what is in it.
pub(crate) fn changes_elements_only(statement: &StatementKind) -> bool {
    matches!(
        statement,
        StatementKind::Intrinsic {
            op: Intrinsic::ListPut
                | Intrinsic::ListTake
                | Intrinsic::ListSwap
                | Intrinsic::ListMove,
            ..
        }
    )
}

/// Whether an occurrence may store something else at its place.
pub(crate) fn writes(occurrence: &Occurrence) -> bool {
    matches!(occurrence.how, How::Write | How::Initialise | How::Address(_) | How::Count)
}

/// Whether a way goes through an address, box or instance at its start and then
/// through none any more.
pub(crate) fn leads_once(steps: &[Projection]) -> bool {
    steps.first() == Some(&Projection::Deref)
        && steps.iter().filter(|step| **step == Projection::Deref).count() == 1
}

/// Places about which something is remembered, found by what is changed.
#[derive(Default)]
pub(crate) struct Watched {
    /// The places, by number.
    pub(crate) all: Vec<Place>,
    numbers: FxHashMap<(LocalId, Steps), usize>,
    of_local: FxHashMap<LocalId, Vec<usize>>,
    indexed_by: FxHashMap<LocalId, Vec<usize>>,
    /// Those that others may have a way to.
    pub(crate) shared: Vec<usize>,
}

type Steps = smallvec::SmallVec<[Projection; 4]>;

impl Watched {
    /// The number of a place, a new one the first time.
    pub(crate) fn add(&mut self, function: &Function, types: &TypeTable, place: Place) -> usize {
        let key = (place.local, Steps::from_slice(function.projections_of(place)));
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.all.len();
        for step in &key.1 {
            if let Projection::Index(index) = step {
                self.indexed_by.entry(*index).or_default().push(number);
            }
        }
        self.numbers.insert(key, number);
        self.all.push(place);
        self.of_local.entry(place.local).or_default().push(number);
        if is_shared(types, function, place) {
            self.shared.push(number);
        }
        number
    }

    /// The number of a place, if it has one.
    pub(crate) fn number(&self, function: &Function, place: Place) -> Option<usize> {
        if !self.of_local.contains_key(&place.local) {
            return None;
        }
        let key = (place.local, Steps::from_slice(function.projections_of(place)));
        self.numbers.get(&key).copied()
    }

    /// The places on whose way a local is an index.
    pub(crate) fn indexed(&self, local: LocalId, each: &mut dyn FnMut(usize)) {
        self.indexed_by.get(&local).into_iter().flatten().for_each(|number| each(*number));
    }

    /// The places that may lie in `place`, or be it if `itself` says so, or
    /// that are the same shared memory.
    pub(crate) fn met(
        &self,
        function: &Function,
        place: Place,
        itself: bool,
        each: &mut dyn FnMut(usize),
    ) {
        let steps = function.projections_of(place);
        for number in self.of_local.get(&place.local).into_iter().flatten() {
            let other = function.projections_of(self.all[*number]);
            let longer = other.len() > steps.len();
            if (longer || itself) && meeting(steps, other) == Meeting::Covers {
                each(*number);
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
                && leads_once(steps)
                && leads_once(function.projections_of(other));
            if !one_target {
                each(*number);
            }
        }
    }
}

/// Solves a forward analysis of what holds on all ways: for each block what
/// holds at its start. `step` makes of what holds before a block what holds
/// after it.
pub(crate) fn solve_on_all_ways(
    function: &Function,
    cfg: &Cfg,
    facts: usize,
    mut step: impl FnMut(BlockId, &mut [u64]),
) -> BitMatrix {
    let blocks = function.blocks.len();
    let mut entries = BitMatrix::new(blocks, facts);
    let mut exits = BitMatrix::new(blocks, facts);
    // Everything, until a way is found on which it is not so.
    for block in 0..blocks {
        exits.row_mut(block).fill(u64::MAX);
    }
    let mut holds = vec![0u64; facts.div_ceil(64)];
    let mut changed = true;
    while changed {
        changed = false;
        for &block in cfg.order() {
            holds.fill(if block.0 == 0 { 0 } else { u64::MAX });
            for predecessor in cfg.predecessors(block) {
                let exit = exits.row(predecessor.index());
                holds.iter_mut().zip(exit).for_each(|(word, exit)| *word &= exit);
            }
            entries.row_mut(block.index()).copy_from_slice(&holds);
            step(block, &mut holds);
            if exits.row(block.index()) != holds {
                exits.row_mut(block.index()).copy_from_slice(&holds);
                changed = true;
            }
        }
    }
    entries
}

/// Whether a set, as words, has a member.
pub(crate) fn has(set: &[u64], index: usize) -> bool {
    set[index / 64] >> (index % 64) & 1 == 1
}

/// Puts a member into a set.
pub(crate) fn put(set: &mut [u64], index: usize) {
    set[index / 64] |= 1 << (index % 64);
}

/// Takes a member out of a set.
pub(crate) fn take(set: &mut [u64], index: usize) {
    set[index / 64] &= !(1 << (index % 64));
}
