//! Orders of what is needed early, each good for some programs.

use super::bisect;
use super::objective::Objective;
use super::units::{NEVER, Units};
use crate::profile::{Profile, ScenarioOrder, early_touches};
use std::cmp::Reverse;
use std::ops::Range;

/// Everything of the phases startup and first frame, in an order.
#[derive(Clone)]
pub(crate) struct Early {
    /// Units; pinned ones first in each phase.
    pub(crate) order: Vec<u32>,
    /// Where the units of startup and of first frame are that may move.
    pub(crate) free: [Range<usize>; 2],
}

/// For each unit the heaviest scenario that touches it early, and the order of
/// its first touch there.
pub(crate) fn first_touches(
    profile: &Profile,
    units: &Units,
    scenarios: &ScenarioOrder,
) -> Vec<(u32, u32)> {
    let mut first = vec![(NEVER, NEVER); units.len()];
    for touch in early_touches(profile) {
        let first = &mut first[units.of_symbol[touch.symbol.index()] as usize];
        *first = (*first).min((scenarios.rank[touch.scenario.index()], touch.order));
    }
    first
}

/// Chains compare each signature with each.
const MAX_CHAIN: usize = 512;

/// What candidates are made from.
pub(crate) struct Candidates<'a> {
    pub(crate) units: &'a Units,
    pub(crate) objective: &'a Objective,
    /// See [`first_touches`].
    pub(crate) first: &'a [(u32, u32)],
}

impl Candidates<'_> {
    /// The order that the program had, but in phases.
    pub(crate) fn input(&self, early: &Early) -> Early {
        sorted(early, |unit| unit)
    }

    /// Plain greedy packing: what is worth most first.
    pub(crate) fn greedy(&self, early: &Early) -> Early {
        let signatures = &self.units.signatures;
        let weights: Vec<u64> = (0..signatures.len() as u32)
            .map(|signature| self.objective.weigh(signatures.get(signature)))
            .collect();
        sorted(early, |unit| {
            let weight = weights[self.units.signature[unit as usize] as usize];
            (Reverse(weight), self.first[unit as usize], unit)
        })
    }

    /// All others.
    pub(crate) fn others(&self, early: &Early) -> Vec<Early> {
        let first = |unit: u32| (self.first[unit as usize], unit);
        let mut all = vec![
            sorted(early, first),
            // No padding before what needs less alignment.
            sorted(early, |unit| (Reverse(self.units.align[unit as usize]), first(unit))),
        ];
        let used = self.used(early);
        if used.len() < 2 {
            return all;
        }
        let by_rank = |ranks: &[u32]| {
            sorted(early, |unit| (ranks[self.units.signature[unit as usize] as usize], first(unit)))
        };
        let nested = self.ranks(self.nested(used.clone(), false));
        all.push(by_rank(&nested));
        all.push(by_rank(&self.ranks(self.nested(used.clone(), true))));
        if used.len() <= MAX_CHAIN {
            all.push(by_rank(&self.ranks(self.chain(self.nested(used, false)))));
        }
        let mut halved = by_rank(&nested);
        bisect::partition(self.units, self.objective, &mut halved);
        all.push(halved);
        all
    }

    /// The signatures of what may move.
    fn used(&self, early: &Early) -> Vec<u32> {
        let free = early.free.iter().flat_map(|range| &early.order[range.clone()]);
        let mut used: Vec<u32> = free.map(|&unit| self.units.signature[unit as usize]).collect();
        used.sort_unstable();
        used.dedup();
        used
    }

    /// Signatures by whether the heaviest scenario is in them, then the next
    /// heaviest and so on. With `reflected` as in a Gray code: in what the scenario
    /// is not in, the order of the rest is turned around, so that neighbours
    /// differ in little.
    fn nested(&self, mut used: Vec<u32>, reflected: bool) -> Vec<u32> {
        let signatures = &self.units.signatures;
        used.sort_by_cached_key(|&signature| {
            let mut turned = false;
            let words = signatures.get(signature).iter().map(|&word| {
                // The first scenario is the lowest bit and decides first.
                let word = word.reverse_bits();
                if !reflected {
                    return !word;
                }
                let rank = from_gray(!word, turned);
                turned = rank & 1 == 1;
                rank
            });
            words.collect::<Vec<u64>>()
        });
        used
    }

    /// From the first signature on always the one that has most in common with
    /// the one before it.
    fn chain(&self, mut left: Vec<u32>) -> Vec<u32> {
        let signatures = &self.units.signatures;
        let mut chain = Vec::with_capacity(left.len());
        let mut common = vec![0; signatures.words];
        if left.is_empty() {
            return chain;
        }
        let mut last = left.remove(0);
        chain.push(last);
        while !left.is_empty() {
            let set = signatures.get(last);
            let likeness = |&signature: &u32| {
                let other = signatures.get(signature);
                common.iter_mut().zip(set.iter().zip(other)).for_each(|(c, (a, b))| *c = a & b);
                let common = self.objective.weigh(&common);
                // What both have counts for it, what only one has against it.
                2 * common as i128 - self.objective.weigh(other) as i128
            };
            let best: Vec<i128> = left.iter().map(likeness).collect();
            let (at, _) = (best.iter().enumerate())
                .max_by_key(|&(at, likeness)| (likeness, Reverse(at)))
                .unwrap_or((0, &0));
            last = left.remove(at);
            chain.push(last);
        }
        chain
    }

    /// The position of each signature in `order`.
    fn ranks(&self, order: Vec<u32>) -> Vec<u32> {
        let mut ranks = vec![0; self.units.signatures.len()];
        for (rank, signature) in order.into_iter().enumerate() {
            ranks[signature as usize] = rank as u32;
        }
        ranks
    }
}

/// The position of `code` among Gray codes of 64 bits, from the other end if `turned`.
fn from_gray(code: u64, turned: bool) -> u64 {
    let mut rank = code;
    for shift in [1, 2, 4, 8, 16, 32] {
        rank ^= rank >> shift;
    }
    if turned { !rank } else { rank }
}

fn sorted<K: Ord>(early: &Early, key: impl Fn(u32) -> K) -> Early {
    let mut sorted = early.clone();
    for range in early.free.clone() {
        sorted.order[range].sort_unstable_by_key(|&unit| key(unit));
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::from_gray;

    #[test]
    fn neighbours_of_a_gray_code_differ_in_one_bit() {
        let mut codes: Vec<u64> = (0..64).collect();
        for turned in [false, true] {
            codes.sort_by_key(|&code| from_gray(code, turned));
            assert!(codes.windows(2).all(|w| (w[0] ^ w[1]).count_ones() == 1), "{codes:?}");
        }
    }
}
