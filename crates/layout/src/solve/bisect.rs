//! Balanced partitioning: the pages are halved again and again so that the
//! halves share as few scenarios as possible.
//!
//! After "Optimizing Function Layout for Mobile Applications" (Hoag, Lee, Mestre,
//! Pupyrev; LCTES 2023), whose utility nodes here are the scenarios. Functions of
//! one signature are interchangeable, so what is divided between halves are runs
//! of one signature; and halves are balanced in bytes, cut between pages, since
//! it is pages that count.

use super::candidate::Early;
use super::objective::Objective;
use super::units::Units;
use crate::PAGE_SIZE;

/// Rounds of moving between two halves.
const ROUNDS: usize = 6;
/// Fewer runs than this are not worth a thread.
const PARALLEL: usize = 2_000;

/// Units of one signature, a range of the order.
#[derive(Clone, Copy)]
struct Run {
    signature: u32,
    from: u32,
    to: u32,
    bytes: u64,
}

struct Bisection<'a> {
    units: &'a Units,
    objective: &'a Objective,
    /// `bytes[i]`: the bytes before unit `i` of the order, padded as if in a row.
    bytes: Vec<u64>,
}

/// Reorders what may move of `early`. Units of one signature must lie together
/// in it; they keep their order.
pub(crate) fn partition(units: &Units, objective: &Objective, early: &mut Early) {
    let order = early.order.clone();
    let mut bytes = Vec::with_capacity(order.len() + 1);
    let mut end = 0u64;
    bytes.push(0);
    for &unit in &order {
        end = end.next_multiple_of(units.align[unit as usize]) + units.size[unit as usize];
        bytes.push(end);
    }
    let bisection = Bisection { units, objective, bytes };
    for range in early.free.clone() {
        let mut runs: Vec<Run> = Vec::new();
        for at in range.clone() {
            let signature = units.signature[order[at] as usize];
            match runs.last_mut() {
                Some(run) if run.signature == signature => run.to = at as u32 + 1,
                _ => runs.push(bisection.run(signature, at, at + 1)),
            }
        }
        for run in &mut runs {
            *run = bisection.run(run.signature, run.from as usize, run.to as usize);
        }
        let start = bisection.bytes[range.start];
        let divided = bisection.divide(runs, start);
        let units = divided.iter().flat_map(|run| &order[run.from as usize..run.to as usize]);
        early.order[range].iter_mut().zip(units).for_each(|(to, unit)| *to = *unit);
    }
}

impl Bisection<'_> {
    fn run(&self, signature: u32, from: usize, to: usize) -> Run {
        let bytes = self.bytes[to] - self.bytes[from];
        Run { signature, from: from as u32, to: to as u32, bytes }
    }

    /// The order of `runs`, which begin at `start`. As deep as the logarithm of
    /// the number of pages.
    fn divide(&self, runs: Vec<Run>, start: u64) -> Vec<Run> {
        let total: u64 = runs.iter().map(|run| run.bytes).sum();
        let within = start % PAGE_SIZE;
        let pages = (within + total).div_ceil(PAGE_SIZE);
        if runs.len() < 2 || pages < 2 {
            return runs;
        }
        let cut = (pages / 2 * PAGE_SIZE).saturating_sub(within);
        let runs = self.separate(runs, cut);
        let (left, right) = self.split(runs, cut);
        // A function larger than the half stays whole: nothing got smaller.
        if left.is_empty() || right.is_empty() {
            return if left.is_empty() { right } else { left };
        }
        let middle = start + left.iter().map(|run| run.bytes).sum::<u64>();
        let (mut left, right) = if left.len() + right.len() < PARALLEL {
            (self.divide(left, start), self.divide(right, middle))
        } else {
            rayon::join(|| self.divide(left, start), || self.divide(right, middle))
        };
        left.extend(right);
        left
    }

    /// Orders `runs` so that what lies before `cut` bytes shares few scenarios with
    /// what lies behind it.
    fn separate(&self, mut runs: Vec<Run>, cut: u64) -> Vec<Run> {
        let scenarios = self.objective.weights.len();
        let signatures = &self.units.signatures;
        let (mut left, mut right) = (vec![0u64; scenarios], vec![0u64; scenarios]);
        let mut best = (u128::MAX, Vec::new());
        for _ in 0..ROUNDS {
            left.fill(0);
            right.fill(0);
            let mut before = 0;
            for run in &runs {
                let on_left = cut.saturating_sub(before).min(run.bytes);
                before += run.bytes;
                for scenario in signatures.scenarios(run.signature) {
                    left[scenario] += on_left;
                    right[scenario] += run.bytes - on_left;
                }
            }
            let sides = left.iter().zip(&right).zip(&self.objective.weights);
            let shared: u128 =
                sides.map(|((l, r), &weight)| u128::from(*l.min(r)) * u128::from(weight)).sum();
            let before = best.0;
            if shared < before {
                best = (shared, runs.clone());
            }
            // What gets little better will not get much better.
            if shared == 0 || shared >= before - before / 64 {
                break;
            }
            let pull: Vec<i64> = (0..scenarios)
                .map(|s| {
                    let weight = (self.objective.weights[s] >> 8).max(1) as i64;
                    (log2(left[s] + PAGE_SIZE / 16) - log2(right[s] + PAGE_SIZE / 16)) * weight
                })
                .collect();
            let mut keyed: Vec<(i64, u32)> = (runs.iter().enumerate())
                .map(|(at, run)| {
                    let pull = signatures.scenarios(run.signature).map(|s| pull[s]).sum::<i64>();
                    (-pull, at as u32)
                })
                .collect();
            keyed.sort_unstable();
            runs = keyed.iter().map(|&(_, at)| runs[at as usize]).collect();
        }
        best.1
    }

    /// The runs before `cut` bytes and those behind it; a run that lies across is
    /// divided between two of its units.
    fn split(&self, runs: Vec<Run>, cut: u64) -> (Vec<Run>, Vec<Run>) {
        let mut left = Vec::new();
        let mut before = 0;
        for (at, run) in runs.iter().enumerate() {
            if before + run.bytes <= cut {
                before += run.bytes;
                left.push(*run);
                continue;
            }
            let (from, to) = (run.from as usize, run.to as usize);
            let limit = self.bytes[from] + (cut - before);
            let fits = self.bytes[from + 1..to].partition_point(|&end| end <= limit);
            let mut right = runs[at + 1..].to_vec();
            let middle = from + fits;
            right.insert(0, self.run(run.signature, middle, to));
            if fits > 0 {
                left.push(self.run(run.signature, from, middle));
            }
            return (left, right);
        }
        (left, Vec::new())
    }
}

/// 256 × log2 of `value`, linear between powers of two; 0 for 0. Integers, so
/// that every machine finds the same order.
fn log2(value: u64) -> i64 {
    let Some(power) = value.checked_ilog2() else { return 0 };
    let rest = value - (1 << power);
    let fraction = if power >= 8 { rest >> (power - 8) } else { rest << (8 - power) };
    i64::from(power) * 256 + fraction as i64
}

#[cfg(test)]
mod tests {
    use super::log2;

    #[test]
    fn logarithms_grow_and_are_exact_for_powers() {
        assert_eq!([log2(0), log2(1), log2(2), log2(1024)], [0, 0, 256, 2560]);
        assert_eq!(log2(3), 256 + 128);
        assert!((1..5000).all(|value| log2(value) <= log2(value + 1)));
        assert_eq!(log2(u64::MAX), 64 * 256 - 1);
    }
}
