//! Local improvement: small moves while the objective falls.
//!
//! How much is tried is counted in units looked at, not in time, so that equal
//! input gives an equal order on every machine.

use std::ops::Range;

use super::candidate::Early;
use super::objective::{Mask, Objective, Placed, packed, scan};
use super::units::Units;
use crate::PAGE_SIZE;

/// Up to so many movable units each is tried at each place.
pub(crate) const MAX_INSERTIONS: usize = 160;
/// The longest row of units that moves together.
const MAX_ROW: usize = 3;

/// Units that may still be looked at.
pub(crate) struct Effort(pub(crate) u64);

impl Effort {
    fn spend(&mut self, units: usize) -> bool {
        let before = self.0;
        self.0 = before.saturating_sub(units as u64 + 1);
        before > 0
    }
}

/// Tries each short row of movable units at each other place of its phase, until
/// nothing helps. Returns the cost.
pub(crate) fn insertions(
    units: &Units,
    objective: &Objective,
    early: &mut Early,
    effort: &mut Effort,
) -> u64 {
    let mut best = objective.cost(units, packed(&early.order), 0);
    loop {
        let before = best;
        for range in early.free.clone() {
            for from in range.clone() {
                for length in 1..=MAX_ROW.min(range.end - from) {
                    for to in range.start..=range.end - length {
                        if to == from {
                            continue;
                        }
                        if !effort.spend(early.order.len()) {
                            return best;
                        }
                        move_row(&mut early.order, from, length, to);
                        let cost = objective.cost(units, packed(&early.order), 0);
                        if cost < best {
                            best = cost;
                        } else {
                            move_row(&mut early.order, to, length, from);
                        }
                    }
                }
            }
        }
        if best == before {
            return best;
        }
    }
}

/// Moves `length` units from position `from` to where they are at `to`.
fn move_row(order: &mut [u32], from: usize, length: usize, to: usize) {
    if from < to {
        order[from..to + length].rotate_left(length);
    } else {
        order[to..from + length].rotate_right(length);
    }
}

/// Moves whole runs of one signature: up to [`MAX_ROW`] of them together, up to
/// [`REACH`] places far, until nothing helps. What matters most is which runs are
/// neighbours, since all but two pages of a long run are its own.
pub(crate) fn runs(units: &Units, objective: &Objective, early: &mut Early, effort: &mut Effort) {
    let runs = Runs::new(units, early);
    let mut order: Vec<u32> = (0..runs.units.len() as u32).collect();
    let mut pages = Pages::new(&runs.units, objective, &mut order);
    for range in runs.free.clone() {
        loop {
            let mut improved = false;
            for from in range.clone() {
                if effort.0 == 0 {
                    break;
                }
                for length in 1..=MAX_ROW.min(range.end - from) {
                    let first = range.start.max(from.saturating_sub(REACH));
                    let last = (range.end - length).min(from + REACH);
                    for to in first..=last {
                        if to != from {
                            improved |= pages.try_move(from, length, to, effort);
                        }
                    }
                }
            }
            if !improved || effort.0 == 0 {
                break;
            }
        }
    }
    early.order = order.iter().flat_map(|&run| runs.members(early, run)).collect();
}

/// How far runs are moved.
const REACH: usize = 40;

/// An order as runs of one signature, each of them a unit of its own.
struct Runs {
    units: Units,
    /// Where they begin in the order, and its end.
    starts: Vec<usize>,
    free: [Range<usize>; 2],
}

impl Runs {
    fn new(units: &Units, early: &Early) -> Self {
        let order = &early.order;
        let signature = |at: usize| units.signature[order[at] as usize];
        let edges: Vec<usize> = early.free.iter().flat_map(|r| [r.start, r.end]).collect();
        let mut starts: Vec<usize> = (0..order.len())
            .filter(|&at| at == 0 || edges.contains(&at) || signature(at) != signature(at - 1))
            .collect();
        let free = early.free.clone().map(|range| {
            let run_of = |at: usize| starts.partition_point(|&start| start < at);
            run_of(range.start)..run_of(range.end)
        });
        let signatures: Vec<u32> = starts.iter().map(|&at| signature(at)).collect();
        starts.push(order.len());
        let mut end = 0;
        let ends: Vec<u64> = packed(order)
            .map(|placed| {
                end = placed.offset(units, end) + units.size[placed.unit as usize];
                end
            })
            .collect();
        let end_of = |at: usize| if at == 0 { 0 } else { ends[at - 1] };
        let sizes = starts.windows(2).map(|run| end_of(run[1]) - end_of(run[0])).collect();
        Self { units: units.of_shape(sizes, signatures), starts, free }
    }

    fn members<'a>(&self, early: &'a Early, run: u32) -> impl Iterator<Item = u32> + use<'a> {
        let run = run as usize;
        early.order[self.starts[run]..self.starts[run + 1]].iter().copied()
    }
}

/// Exchanges units between neighbouring pages: all those of one signature on one
/// page against all those of one signature on the next, or against none, where a
/// page is rid of a scenario by it.
pub(crate) fn exchange(
    units: &Units,
    objective: &Objective,
    early: &mut Early,
    effort: &mut Effort,
) {
    for range in early.free.clone() {
        loop {
            let mut pages = Pages::new(units, objective, &mut early.order);
            let mut improved = false;
            let mut low = range.start;
            while low < range.end && effort.0 > 0 {
                let middle = pages.end_of_page(low, range.end);
                let high = pages.end_of_page(middle, range.end);
                if middle == high {
                    break;
                }
                improved |= pages.improve(low, middle, high, effort);
                // The boundary may have moved, but not to before `low`.
                low = pages.end_of_page(low, range.end);
            }
            if !improved || effort.0 == 0 {
                break;
            }
        }
    }
}

/// An order with its offsets.
struct Pages<'a> {
    units: &'a Units,
    objective: &'a Objective,
    order: &'a mut [u32],
    offsets: Vec<u64>,
    mask: Mask,
    trial: Vec<u32>,
}

/// The units of one signature among those that begin on a page.
struct Class {
    signature: u32,
    /// Without it, a scenario would not need the page.
    lonely: bool,
}

impl<'a> Pages<'a> {
    fn new(units: &'a Units, objective: &'a Objective, order: &'a mut [u32]) -> Self {
        let offsets = vec![0; order.len()];
        let trial = Vec::new();
        let mask = Mask::new(units.signatures.words);
        let mut pages = Self { units, objective, order, offsets, mask, trial };
        pages.place(0, pages.order.len());
        pages
    }

    /// Brings the offsets of `from..to` up to date.
    fn place(&mut self, from: usize, to: usize) {
        let mut end = if from == 0 { 0 } else { self.end(from - 1) };
        for at in from..to {
            self.offsets[at] = Placed::packed(self.order[at]).offset(self.units, end);
            end = self.end(at);
        }
    }

    fn end(&self, at: usize) -> u64 {
        self.offsets[at] + self.units.size[self.order[at] as usize]
    }

    /// The first position behind `at` that does not begin on its page.
    fn end_of_page(&self, at: usize, limit: usize) -> usize {
        if at >= limit {
            return limit;
        }
        let page = self.offsets[at] / PAGE_SIZE;
        let same = |offset: &&u64| **offset / PAGE_SIZE == page;
        at + self.offsets[at..limit].iter().take_while(same).count()
    }

    /// Moves `length` units from position `from` to `to` if that costs less.
    fn try_move(&mut self, from: usize, length: usize, to: usize, effort: &mut Effort) -> bool {
        let (low, high) = (from.min(to), from.max(to) + length);
        let context = self.context(low, high);
        if !effort.spend(2 * context.len()) {
            return false;
        }
        let mut trial = std::mem::take(&mut self.trial);
        trial.clear();
        trial.extend_from_slice(&self.order[context.clone()]);
        let cost = self.cost(&trial, self.offsets[context.start]).0;
        move_row(&mut trial, from - context.start, length, to - context.start);
        self.replace(&context, trial, cost)
    }

    /// Puts `trial` in the place of the units of `context`, if that costs less than
    /// `cost` and moves nothing else.
    fn replace(&mut self, context: &Range<usize>, trial: Vec<u32>, cost: u64) -> bool {
        let (new, end) = self.cost(&trial, self.offsets[context.start]);
        let stays = match self.order.get(context.end) {
            Some(&next) => {
                Placed::packed(next).offset(self.units, end) == self.offsets[context.end]
            }
            None => true,
        };
        let better = new < cost && stays;
        if better {
            self.order[context.clone()].copy_from_slice(&trial);
            self.place(context.start, context.end);
        }
        self.trial = trial;
        better
    }

    /// Tries exchanges between `low..middle` and `middle..high`, two pages.
    fn improve(&mut self, low: usize, middle: usize, high: usize, effort: &mut Effort) -> bool {
        let left = self.classes(low, middle);
        let right = self.classes(middle, high);
        if !left.iter().chain(&right).any(|class| class.lonely) {
            return false;
        }
        let context = self.context(low, high);
        let now = self.order[context.clone()].to_vec();
        let cost = self.cost(&now, self.offsets[context.start]).0;
        let none = || std::iter::once(None);
        for from_left in none().chain(left.iter().map(Some)) {
            for from_right in none().chain(right.iter().map(Some)) {
                let lonely = |class: Option<&Class>| class.is_some_and(|class| class.lonely);
                if !(lonely(from_left) || lonely(from_right)) {
                    continue;
                }
                if !effort.spend(context.len()) {
                    return false;
                }
                let signature = |class: Option<&Class>| class.map_or(0, |class| class.signature);
                let exchanged = (signature(from_left), signature(from_right));
                if self.exchange(low, middle, high, exchanged, &context, cost) {
                    // The classes are no longer what they were.
                    return true;
                }
            }
        }
        false
    }

    /// The units that lie on a page that a change of `low..high` can change.
    fn context(&self, low: usize, high: usize) -> Range<usize> {
        let first = self.offsets[low] / PAGE_SIZE * PAGE_SIZE;
        let mut start = low;
        while start > 0 && self.end(start - 1) > first {
            start -= 1;
        }
        let last = self.end(high - 1).saturating_sub(1) / PAGE_SIZE;
        let mut end = high;
        while end < self.order.len() && self.offsets[end] / PAGE_SIZE <= last {
            end += 1;
        }
        start..end
    }

    /// The signatures of the units at `from..to`, which begin on one page.
    fn classes(&self, from: usize, to: usize) -> Vec<Class> {
        let signature = |at: usize| self.units.signature[self.order[at] as usize];
        let mut found: Vec<u32> = (from..to).map(signature).filter(|&s| s != 0).collect();
        found.sort_unstable();
        found.dedup();
        // What lies across the beginning of the page is on it, too.
        let across = (from > 0 && self.end(from - 1) > self.offsets[from] / PAGE_SIZE * PAGE_SIZE)
            .then(|| signature(from - 1));
        let (mut once, mut more) =
            (vec![0u64; self.units.signatures.words], vec![0u64; self.units.signatures.words]);
        for &signature in found.iter().chain(&across) {
            let set = self.units.signatures.get(signature);
            for (word, set) in set.iter().enumerate() {
                more[word] |= once[word] & set;
                once[word] |= set;
            }
        }
        let is_lonely = |signature: u32| {
            let set = self.units.signatures.get(signature);
            set.iter().zip(&more).any(|(set, more)| set & !more != 0)
        };
        found
            .into_iter()
            .map(|signature| Class { signature, lonely: is_lonely(signature) })
            .collect()
    }

    /// Brings the units of signature `exchanged.0` behind the boundary and those of
    /// `exchanged.1` before it, if that costs less than `cost` and moves nothing else.
    fn exchange(
        &mut self,
        low: usize,
        middle: usize,
        high: usize,
        exchanged: (u32, u32),
        context: &Range<usize>,
        cost: u64,
    ) -> bool {
        let units = self.units;
        let (from_left, from_right) = exchanged;
        let (left, right) = (&self.order[low..middle], &self.order[middle..high]);
        let is = |signature: u32| move |unit: &&u32| units.signature[**unit as usize] == signature;
        let is_not = |signature: u32| move |unit: &&u32| !is(signature)(unit);
        let mut trial = std::mem::take(&mut self.trial);
        trial.clear();
        trial.extend_from_slice(&self.order[context.start..low]);
        trial.extend(left.iter().filter(is_not(from_left)));
        if from_right != 0 {
            trial.extend(right.iter().filter(is(from_right)));
        }
        if from_left != 0 {
            trial.extend(left.iter().filter(is(from_left)));
        }
        trial.extend(right.iter().filter(is_not(from_right)));
        trial.extend_from_slice(&self.order[high..context.end]);

        self.replace(context, trial, cost)
    }

    fn cost(&mut self, order: &[u32], start: u64) -> (u64, u64) {
        let mut cost = 0;
        let objective = self.objective;
        let end = scan(self.units, packed(order), start, &mut self.mask, |set, pages| {
            cost += objective.weigh(set) * pages;
        });
        (cost, end)
    }
}
