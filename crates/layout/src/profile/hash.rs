//! One number for what the solver reads of a profile.

use xxhash_rust::xxh3::Xxh3;

use super::Profile;
use crate::Phase;

/// Feeds values so that no two different profiles feed the same bytes: what
/// has no fixed length has its length before it.
struct Feed(Xxh3);

impl Feed {
    fn number(&mut self, value: u64) {
        self.0.update(&value.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.update(text.as_bytes());
    }

    fn phase(&mut self, phase: Option<Phase>) {
        self.number(phase.map_or(0, |phase| phase.index() as u64 + 1));
    }
}

pub(super) fn hash(profile: &Profile) -> String {
    let mut feed = Feed(Xxh3::new());
    let mut scenarios: Vec<u32> = (0..profile.scenarios.len() as u32).collect();
    scenarios.sort_unstable_by_key(|&row| &profile.scenarios[row as usize].name);
    let mut scenario_rank = vec![0u32; scenarios.len()];
    feed.number(scenarios.len() as u64);
    for (rank, &row) in scenarios.iter().enumerate() {
        scenario_rank[row as usize] = rank as u32;
        let scenario = &profile.scenarios[row as usize];
        feed.text(&scenario.name);
        feed.text(&scenario.stop);
        feed.number(scenario.weight.to_bits());
    }

    let order = input_order(profile);
    let mut rank_of = vec![0u32; order.len()];
    feed.number(order.len() as u64);
    for (rank, &row) in order.iter().enumerate() {
        rank_of[row as usize] = rank as u32;
        let symbol = &profile.symbols[row as usize];
        feed.text(&symbol.name);
        feed.phase(symbol.attribute);
        feed.phase(symbol.reachability);
        feed.text(&symbol.anchor);
        for number in [symbol.size, symbol.align, symbol.address, u64::from(symbol.pinned)] {
            feed.number(number);
        }
        feed.number(symbol.calls);
        feed.number(symbol.time_ns);
    }

    let mut touches: Vec<[u32; 3]> = profile
        .touches
        .iter()
        .map(|t| [scenario_rank[t.scenario.index()], t.order, rank_of[t.symbol.index()]])
        .collect();
    touches.sort_unstable();
    feed.number(touches.len() as u64);
    for [scenario, order, symbol] in touches {
        feed.number(u64::from(scenario) << 32 | u64::from(order));
        feed.number(u64::from(symbol));
    }

    let mut edges: Vec<(u32, u32, u64)> = profile
        .edges
        .iter()
        .map(|e| (rank_of[e.caller.index()], rank_of[e.callee.index()], e.weight))
        .collect();
    edges.sort_unstable();
    feed.number(edges.len() as u64);
    for (caller, callee, weight) in edges {
        feed.number(u64::from(caller) << 32 | u64::from(callee));
        feed.number(weight);
    }

    let mut marks: Vec<(u32, u32, &str)> = profile
        .marks
        .iter()
        .map(|m| (scenario_rank[m.scenario.index()], m.order, m.name.as_str()))
        .collect();
    marks.sort_unstable();
    feed.number(marks.len() as u64);
    for (scenario, order, name) in marks {
        feed.number(u64::from(scenario) << 32 | u64::from(order));
        feed.text(name);
    }
    format!("{:032x}", feed.0.digest128())
}

/// Rows of symbols in the order that the program had: by address, then those
/// whose address is not known, as they stand.
pub(crate) fn input_order(profile: &Profile) -> Vec<u32> {
    let symbols = &profile.symbols;
    let mut order: Vec<u32> = (0..symbols.len() as u32).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (&symbols[a as usize], &symbols[b as usize]);
        let unknown = (a.address == 0).cmp(&(b.address == 0));
        unknown.then(a.address.cmp(&b.address)).then_with(|| {
            // Aliases: the order of their names. Unknown addresses: the order of rows.
            if a.address == 0 {
                std::cmp::Ordering::Equal
            } else {
                b.size.cmp(&a.size).then_with(|| a.name.cmp(&b.name))
            }
        })
    });
    order
}
