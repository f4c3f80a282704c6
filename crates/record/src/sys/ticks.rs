//! The processor's own clock, which a program reads without the system.

use std::arch::x86_64::_rdtsc;
use std::time::{Duration, Instant};

/// A moment as the processor counts: the same on all its cores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticks(pub(crate) u64);

impl Ticks {
    pub(crate) fn now() -> Self {
        // SAFETY: every x86-64 processor has the instruction.
        Self(unsafe { _rdtsc() })
    }
}

/// A moment by both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) ticks: Ticks,
    pub(crate) at: Instant,
}

impl Moment {
    pub(crate) fn now() -> Self {
        Self { ticks: Ticks::now(), at: Instant::now() }
    }
}

/// Makes nanoseconds since a first moment of ticks, by how fast they went until a second
/// one.
pub(crate) struct Scale {
    first: Ticks,
    ticks: u64,
    length: Duration,
}

impl Scale {
    pub(crate) fn new(first: Moment, second: Moment) -> Self {
        Self {
            first: first.ticks,
            ticks: second.ticks.0.saturating_sub(first.ticks.0).max(1),
            length: second.at.saturating_duration_since(first.at),
        }
    }

    pub(crate) fn ns(&self, ticks: Ticks) -> u64 {
        let since = ticks.0.saturating_sub(self.first.0);
        (u128::from(since) * self.length.as_nanos() / u128::from(self.ticks)) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_scaled() {
        let at = Instant::now();
        let first = Moment { ticks: Ticks(1_000), at };
        let second = Moment { ticks: Ticks(4_000), at: at + Duration::from_micros(1) };
        let scale = Scale::new(first, second);
        let ns = [0, 1_000, 1_003, 2_500, 4_000, 5_000].map(|ticks| scale.ns(Ticks(ticks)));
        assert_eq!(ns, [0, 0, 1, 500, 1_000, 1_333]);
    }
}
