//! What the solver moves: functions, with everything it asks about them in flat
//! arrays.
//!
//! Symbols of the same address are one body of code and so one unit. Units are
//! numbered in the order that the program had.

use rustc_hash::FxHashMap;

use crate::profile::{Profile, ScenarioOrder, early_touches, input_order};
use crate::{Phase, SymbolIndex};

/// No touch.
pub(crate) const NEVER: u32 = u32::MAX;

/// All functions of a program.
pub(crate) struct Units {
    pub(crate) size: Vec<u64>,
    pub(crate) align: Vec<u64>,
    pub(crate) pinned: Vec<bool>,
    /// The set of scenarios that touch it before their stop mark, as a row of
    /// `signatures`; row 0 is the empty set.
    pub(crate) signature: Vec<u32>,
    pub(crate) signatures: Signatures,
    /// Of the symbols of unit `u`: `members[starts[u]..starts[u + 1]]`.
    starts: Vec<u32>,
    members: Vec<SymbolIndex>,
    /// Which unit each symbol is of.
    pub(crate) of_symbol: Vec<u32>,
}

/// Sets of scenarios, `words` words each.
#[derive(Clone)]
pub(crate) struct Signatures {
    pub(crate) words: usize,
    bits: Vec<u64>,
}

impl Signatures {
    pub(crate) fn get(&self, signature: u32) -> &[u64] {
        let at = signature as usize * self.words;
        &self.bits[at..at + self.words]
    }

    pub(crate) fn len(&self) -> usize {
        self.bits.len() / self.words
    }

    /// The scenarios of a signature, heaviest first.
    pub(crate) fn scenarios(&self, signature: u32) -> impl Iterator<Item = usize> {
        self.get(signature).iter().enumerate().flat_map(|(word, &bits)| {
            let mut bits = bits;
            std::iter::from_fn(move || {
                let bit = bits.trailing_zeros() as usize;
                (bits != 0).then(|| {
                    bits &= bits - 1;
                    word * 64 + bit
                })
            })
        })
    }
}

impl Units {
    pub(crate) fn new(profile: &Profile, scenarios: &ScenarioOrder) -> Self {
        let symbols = &profile.symbols;
        let order = input_order(profile);
        let (mut starts, mut members) = (Vec::new(), Vec::with_capacity(order.len()));
        let mut of_symbol = vec![0u32; symbols.len()];
        let mut units = Units {
            size: Vec::new(),
            align: Vec::new(),
            pinned: Vec::new(),
            signature: Vec::new(),
            signatures: Signatures { words: scenarios.len().div_ceil(64).max(1), bits: Vec::new() },
            starts: Vec::new(),
            members: Vec::new(),
            of_symbol: Vec::new(),
        };
        let mut before = 0;
        for &row in &order {
            let symbol = &symbols[row as usize];
            if symbol.address == 0 || symbol.address != before || starts.is_empty() {
                starts.push(members.len() as u32);
                units.size.push(0);
                units.align.push(1);
                units.pinned.push(false);
            }
            before = symbol.address;
            let unit = starts.len() - 1;
            units.size[unit] = units.size[unit].max(symbol.size);
            units.align[unit] = units.align[unit].max(symbol.align);
            units.pinned[unit] |= symbol.pinned;
            of_symbol[row as usize] = unit as u32;
            members.push(SymbolIndex(row));
        }
        starts.push(members.len() as u32);
        units.starts = starts;
        units.members = members;
        units.of_symbol = of_symbol;
        units.set_signatures(profile, scenarios);
        units
    }

    fn set_signatures(&mut self, profile: &Profile, scenarios: &ScenarioOrder) {
        let words = self.signatures.words;
        let mut sets = vec![0u64; self.len() * words];
        for touch in early_touches(profile) {
            let unit = self.of_symbol[touch.symbol.index()] as usize;
            let bit = scenarios.rank[touch.scenario.index()] as usize;
            sets[unit * words + bit / 64] |= 1 << (bit % 64);
        }
        let mut known: FxHashMap<&[u64], u32> = FxHashMap::default();
        let empty = vec![0u64; words];
        self.signatures.bits = empty.clone();
        known.insert(&empty, 0);
        self.signature = Vec::with_capacity(self.len());
        for set in sets.chunks_exact(words) {
            let next = known.len() as u32;
            let signature = *known.entry(set).or_insert_with(|| {
                self.signatures.bits.extend_from_slice(set);
                next
            });
            self.signature.push(signature);
        }
    }

    /// Units without symbols, of the same sets of scenarios as these.
    pub(crate) fn of_shape(&self, size: Vec<u64>, signature: Vec<u32>) -> Self {
        Units {
            align: vec![1; size.len()],
            pinned: vec![false; size.len()],
            starts: vec![0; size.len() + 1],
            members: Vec::new(),
            of_symbol: Vec::new(),
            signatures: self.signatures.clone(),
            size,
            signature,
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.size.len()
    }

    /// The symbols of `unit`: the longest first, then by name.
    pub(crate) fn members(&self, unit: u32) -> &[SymbolIndex] {
        let unit = unit as usize;
        &self.members[self.starts[unit] as usize..self.starts[unit + 1] as usize]
    }

    /// Whether a scenario touches it before its stop mark.
    pub(crate) fn is_touched(&self, unit: u32) -> bool {
        self.signature[unit as usize] != 0
    }
}

/// The phase of each unit and why.
pub(crate) struct Phases {
    pub(crate) phase: Vec<Phase>,
    pub(crate) source: Vec<Source>,
}

/// What decided a phase, weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Source {
    Nothing,
    Reachability,
    Pattern,
    Annotation,
    Profile,
    Pin,
}
