//! Measurements of one thing, many times.

use std::time::Duration;

use crate::process::Cost;

#[derive(Clone, Debug, Default)]
pub(super) struct Samples(Vec<Cost>);

impl Samples {
    pub(super) fn push(&mut self, cost: Cost) {
        self.0.push(cost);
    }

    /// The median time that passed, in seconds.
    pub(super) fn wall(&self) -> f64 {
        self.median(|cost| cost.wall)
    }

    /// The shortest time that passed, in seconds.
    pub(super) fn least_wall(&self) -> f64 {
        self.0.iter().map(|cost| cost.wall).min().unwrap_or_default().as_secs_f64()
    }

    /// The median processor time, in seconds.
    pub(super) fn cpu(&self) -> f64 {
        self.median(|cost| cost.cpu)
    }

    /// The most memory of any run, in bytes.
    pub(super) fn peak_memory(&self) -> u64 {
        self.0.iter().map(|cost| cost.peak_memory).max().unwrap_or(0)
    }

    /// The fewest page faults of any run: those the program cannot do without.
    pub(super) fn least_faults(&self) -> u64 {
        self.0.iter().map(|cost| cost.minor_faults).min().unwrap_or(0)
    }

    fn median(&self, of: impl Fn(&Cost) -> Duration) -> f64 {
        median(self.0.iter().map(|cost| of(cost).as_secs_f64()).collect())
    }
}

/// The middle value, or the mean of the two middle ones.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// The mean of ratios.
pub(super) fn geometric_mean(ratios: &[f64]) -> f64 {
    let sum: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (sum / ratios.len().max(1) as f64).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(milliseconds: &[u64]) -> Samples {
        let mut samples = Samples::default();
        for &time in milliseconds {
            samples.push(Cost { wall: Duration::from_millis(time), ..Cost::default() });
        }
        samples
    }

    #[test]
    fn the_median_is_the_middle_or_between_two() {
        assert!((samples(&[9000, 1000, 2000]).wall() - 2.0).abs() < 1e-9);
        assert!((samples(&[9000, 1000, 2000, 3000]).wall() - 2.5).abs() < 1e-9);
        assert!((samples(&[9000, 1000]).least_wall() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn twice_and_half_are_once() {
        assert!((geometric_mean(&[0.5, 2.0]) - 1.0).abs() < 1e-9);
        assert!((geometric_mean(&[4.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
    }
}
