//! The order of functions that run all the time: callers before what they call.
//!
//! C3 of "Optimizing Function Placement for Large-Scale Data-Center Applications"
//! (Ottoni, Maher; CGO 2017): from the hottest function on, each cluster is
//! appended to the cluster of its likeliest caller while the two fit on a page;
//! then clusters go by density. Everything in integers, ties by the order that
//! the program had.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::units::Units;
use crate::PAGE_SIZE;
use crate::profile::Profile;

/// No unit.
const NONE: u32 = u32::MAX;

/// The order of `members`, which are given in the order that the program had.
pub(crate) fn order(profile: &Profile, units: &Units, members: &[u32]) -> Vec<u32> {
    // Members are called by their position from here on.
    let mut position = vec![NONE; units.len()];
    for (at, &unit) in members.iter().enumerate() {
        position[unit as usize] = at as u32;
    }
    let calls = calls(profile, units, &position);
    let heat = heat(profile, units, members, &calls);

    let mut callers = vec![(0u64, Reverse(NONE)); members.len()];
    for (&(caller, callee), &weight) in &calls {
        let likeliest = &mut callers[callee as usize];
        *likeliest = (*likeliest).max((weight, Reverse(caller)));
    }
    let mut clusters = Clusters::new(units, members, &heat);
    let mut hottest: Vec<u32> = (0..members.len() as u32).collect();
    hottest.sort_by_key(|&at| Reverse(heat[at as usize]));
    for callee in hottest {
        let (weight, Reverse(caller)) = callers[callee as usize];
        if weight > 0 {
            clusters.append(caller, callee);
        }
    }
    clusters.by_density().map(|at| members[at as usize]).collect()
}

/// Calls between two different members.
fn calls(profile: &Profile, units: &Units, position: &[u32]) -> FxHashMap<(u32, u32), u64> {
    let mut calls = FxHashMap::default();
    for edge in &profile.edges {
        let at = |symbol: crate::SymbolIndex| position[units.of_symbol[symbol.index()] as usize];
        let (caller, callee) = (at(edge.caller), at(edge.callee));
        if caller != callee && caller != NONE && callee != NONE {
            let weight: &mut u64 = calls.entry((caller, callee)).or_default();
            *weight = weight.saturating_add(edge.weight);
        }
    }
    calls
}

/// How hot each member is: by time if anybody measured it, else by calls, else
/// by the calls from other members.
fn heat(
    profile: &Profile,
    units: &Units,
    members: &[u32],
    calls: &FxHashMap<(u32, u32), u64>,
) -> Vec<u64> {
    let sum = |of: fn(&crate::LayoutSymbol) -> u64| -> Vec<u64> {
        let unit = |&unit: &u32| {
            let symbols = units.members(unit).iter();
            symbols.fold(0, |sum: u64, s| sum.saturating_add(of(&profile.symbols[s.index()])))
        };
        members.iter().map(unit).collect()
    };
    let any = |heat: &Vec<u64>| heat.iter().any(|&heat| heat > 0);
    Some(sum(|symbol| symbol.time_ns))
        .filter(any)
        .or_else(|| Some(sum(|symbol| symbol.calls)).filter(any))
        .unwrap_or_else(|| {
            let mut heat = vec![0u64; members.len()];
            for (&(_, callee), &weight) in calls {
                let heat = &mut heat[callee as usize];
                *heat = heat.saturating_add(weight);
            }
            heat
        })
}

/// Disjoint rows of members.
struct Clusters {
    /// Towards the cluster's first member, shortened as it is asked.
    parent: Vec<u32>,
    /// The member behind each.
    next: Vec<u32>,
    /// Of first members: the last one, bytes and heat of the cluster.
    last: Vec<u32>,
    bytes: Vec<u64>,
    heat: Vec<u64>,
}

impl Clusters {
    fn new(units: &Units, members: &[u32], heat: &[u64]) -> Self {
        let all: Vec<u32> = (0..members.len() as u32).collect();
        let bytes =
            |&unit: &u32| units.size[unit as usize].next_multiple_of(units.align[unit as usize]);
        Self {
            parent: all.clone(),
            next: vec![NONE; all.len()],
            last: all,
            bytes: members.iter().map(bytes).collect(),
            heat: heat.to_vec(),
        }
    }

    fn first(&mut self, mut at: u32) -> u32 {
        while self.parent[at as usize] != at {
            let up = self.parent[self.parent[at as usize] as usize];
            self.parent[at as usize] = up;
            at = up;
        }
        at
    }

    /// Appends the cluster of `callee` to the one of `caller` if they fit on a page.
    fn append(&mut self, caller: u32, callee: u32) {
        let (caller, callee) = (self.first(caller) as usize, self.first(callee) as usize);
        if caller == callee || self.bytes[caller] + self.bytes[callee] > PAGE_SIZE {
            return;
        }
        self.next[self.last[caller] as usize] = callee as u32;
        self.last[caller] = self.last[callee];
        self.parent[callee] = caller as u32;
        self.bytes[caller] += self.bytes[callee];
        self.heat[caller] = self.heat[caller].saturating_add(self.heat[callee]);
    }

    /// All members, the clusters with most heat a byte first.
    fn by_density(&self) -> impl Iterator<Item = u32> {
        let mut firsts: Vec<u32> =
            (0..self.parent.len() as u32).filter(|&at| self.parent[at as usize] == at).collect();
        firsts.sort_by(|&a, &b| {
            let (a, b) = (a as usize, b as usize);
            let times = |x: u64, y: u64| u128::from(x) * u128::from(y.max(1));
            times(self.heat[b], self.bytes[a]).cmp(&times(self.heat[a], self.bytes[b]))
        });
        firsts.into_iter().flat_map(|first| {
            std::iter::successors(Some(first), |&at| {
                Some(self.next[at as usize]).filter(|&next| next != NONE)
            })
        })
    }
}
