//! What happens before stop marks.

use super::{Profile, Touch};
use crate::symbol::ScenarioIndex;

/// Scenarios, heaviest first, those of equal weight by name: an order that does
/// not depend on the order of rows.
pub(crate) struct ScenarioOrder {
    /// Rows in this order.
    pub(crate) rows: Vec<ScenarioIndex>,
    /// The position of each row in it.
    pub(crate) rank: Vec<u32>,
}

impl ScenarioOrder {
    pub(crate) fn new(profile: &Profile) -> Self {
        let scenarios = &profile.scenarios;
        let mut rows: Vec<_> = (0..scenarios.len()).map(ScenarioIndex::from_usize).collect();
        rows.sort_by(|a, b| {
            let (a, b) = (&scenarios[a.index()], &scenarios[b.index()]);
            b.weight.total_cmp(&a.weight).then_with(|| a.name.cmp(&b.name))
        });
        let mut rank = vec![0; rows.len()];
        for (at, row) in rows.iter().enumerate() {
            rank[row.index()] = at as u32;
        }
        Self { rows, rank }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
}

/// For each scenario the order of the first touch that does not count.
pub(crate) fn stop_orders(profile: &Profile) -> Vec<u32> {
    let mut stops = vec![u32::MAX; profile.scenarios.len()];
    for mark in &profile.marks {
        let scenario = mark.scenario.index();
        if mark.name == profile.scenarios[scenario].stop {
            stops[scenario] = stops[scenario].min(mark.order);
        }
    }
    stops
}

/// Touches before the stop marks.
pub(crate) fn early_touches(profile: &Profile) -> impl Iterator<Item = &Touch> {
    let stops = stop_orders(profile);
    profile.touches.iter().filter(move |touch| touch.order < stops[touch.scenario.index()])
}
