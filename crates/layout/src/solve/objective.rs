//! What an order costs: Σ over scenarios of weight × pages touched.
//!
//! Everything is in integers, so that a sum does not depend on the order of its
//! terms and a difference of two costs is exact.

use super::units::Units;
use crate::PAGE_SIZE;

/// The largest weight of a scenario in units of cost; the others in proportion.
const WEIGHT: f64 = (1u64 << 20) as f64;

/// Scenarios' weights, ready to weigh sets of scenarios.
pub(crate) struct Objective {
    /// By scenario, heaviest first.
    pub(crate) weights: Vec<u64>,
    /// For each byte of a set, the weight of each of its values.
    bytes: Vec<[u64; 256]>,
    words: usize,
}

impl Objective {
    /// `weights` are positive and finite.
    pub(crate) fn new(weights: &[f64], words: usize) -> Self {
        let max = weights.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let weights: Vec<u64> =
            weights.iter().map(|weight| ((weight / max * WEIGHT).round() as u64).max(1)).collect();
        let bytes = weights
            .chunks(8)
            .map(|weights| {
                let mut table = [0u64; 256];
                for (value, sum) in table.iter_mut().enumerate() {
                    let of = |(bit, weight): (usize, &u64)| (value >> bit & 1) as u64 * weight;
                    *sum = weights.iter().enumerate().map(of).sum();
                }
                table
            })
            .collect();
        Self { weights, bytes, words }
    }

    /// The weight of a set of scenarios.
    pub(crate) fn weigh(&self, set: &[u64]) -> u64 {
        let byte = |at: usize| (set[at / 8] >> (at % 8 * 8) & 0xff) as usize;
        self.bytes.iter().enumerate().map(|(at, table)| table[byte(at)]).sum()
    }

    /// The cost of `order`, packed from `start`.
    pub(crate) fn cost(
        &self,
        units: &Units,
        order: impl IntoIterator<Item = Placed>,
        start: u64,
    ) -> u64 {
        let mut cost = 0;
        let mut mask = Mask::new(self.words);
        scan(units, order, start, &mut mask, |set, pages| cost += self.weigh(set) * pages);
        cost
    }

    /// How many pages each scenario touches in `order`, heaviest scenario first.
    pub(crate) fn pages(&self, units: &Units, order: impl IntoIterator<Item = Placed>) -> Vec<u64> {
        let mut counts = vec![0u64; self.weights.len()];
        let mut mask = Mask::new(self.words);
        scan(units, order, 0, &mut mask, |set, pages| {
            for (scenario, count) in counts.iter_mut().enumerate() {
                *count += (set[scenario / 64] >> (scenario % 64) & 1) * pages;
            }
        });
        counts
    }
}

/// A unit in an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Placed {
    pub(crate) unit: u32,
    /// Whether it begins on a page of its own.
    pub(crate) aligned: bool,
}

impl Placed {
    pub(crate) fn packed(unit: u32) -> Self {
        Self { unit, aligned: false }
    }

    /// Where it begins if the one before it ends at `end`.
    #[inline]
    pub(crate) fn offset(self, units: &Units, end: u64) -> u64 {
        let align = units.align[self.unit as usize];
        let align = if self.aligned { align.max(PAGE_SIZE) } else { align };
        // Powers of two: cheaper than a division.
        (end + align - 1) & !(align - 1)
    }
}

/// `order` as it stands, without page alignment.
pub(crate) fn packed(order: &[u32]) -> impl Iterator<Item = Placed> + use<'_> {
    order.iter().copied().map(Placed::packed)
}

/// Room for the set of scenarios of a page; reused by scans.
pub(crate) struct Mask(Vec<u64>);

impl Mask {
    pub(crate) fn new(words: usize) -> Self {
        Self(vec![0; words])
    }
}

/// Goes through `order`, packed from `start`, and says for each page or run of
/// pages which scenarios touch it. Returns where the last unit ends.
#[inline]
pub(crate) fn scan(
    units: &Units,
    order: impl IntoIterator<Item = Placed>,
    start: u64,
    mask: &mut Mask,
    mut touched: impl FnMut(&[u64], u64),
) -> u64 {
    let Mask(mask) = mask;
    mask.fill(0);
    let mut page = 0;
    let mut end = start;
    for placed in order {
        let unit = placed.unit as usize;
        let offset = placed.offset(units, end);
        end = offset + units.size[unit];
        let signature = units.signature[unit];
        if signature == 0 || end == offset {
            continue;
        }
        let set = units.signatures.get(signature);
        let (first, last) = (offset / PAGE_SIZE, (end - 1) / PAGE_SIZE);
        if first != page {
            touched(mask, 1);
            mask.fill(0);
        }
        mask.iter_mut().zip(set).for_each(|(mask, set)| *mask |= set);
        if last != first {
            touched(mask, 1);
            if last - first > 1 {
                touched(set, last - first - 1);
            }
            mask.copy_from_slice(set);
        }
        page = last;
    }
    touched(mask, 1);
    end
}
