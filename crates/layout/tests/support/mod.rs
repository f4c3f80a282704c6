//! Programs that tests and benchmarks lay out.
#![allow(dead_code, reason = "each test uses a part")]

use simple_layout::{
    Edge, LayoutSymbol, Mark, Profile, Scenario, ScenarioIndex, SymbolIndex, Touch,
};

/// Numbers that look random and are the same everywhere (xorshift64*).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Less than `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 33) as usize % limit
    }
}

/// How a large program behaves.
pub(crate) struct Shape {
    pub(crate) symbols: usize,
    pub(crate) scenarios: usize,
    /// Functions that every scenario touches.
    pub(crate) common: usize,
    /// Features, each a set of functions that a scenario uses or not.
    pub(crate) features: usize,
    pub(crate) per_feature: usize,
    /// Functions that each scenario picks by itself.
    pub(crate) noise: usize,
}

/// A program of functions of 16 to 600 bytes in no useful order.
pub(crate) fn program(shape: &Shape) -> Profile {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut address = 0x40_1000;
    let symbols: Vec<LayoutSymbol> = (0..shape.symbols)
        .map(|row| {
            let size = 16 + random.below(40) as u64 * random.below(16) as u64;
            let mut symbol = LayoutSymbol::new(format!("app.m{}.f{row}", row % 97), size);
            (symbol.align, symbol.address) = (16, address);
            symbol.calls = random.below(1000) as u64;
            address = (address + size).next_multiple_of(16);
            symbol
        })
        .collect();
    let pick = |count: usize, random: &mut Random| -> Vec<usize> {
        (0..count).map(|_| random.below(shape.symbols)).collect()
    };
    let common = pick(shape.common, &mut random);
    let features: Vec<_> =
        (0..shape.features).map(|_| pick(shape.per_feature, &mut random)).collect();
    let mut profile = Profile {
        program: "app".into(),
        build: "1".into(),
        scenarios: Vec::new(),
        touches: Vec::new(),
        edges: (0..shape.symbols * 3)
            .map(|_| Edge {
                caller: SymbolIndex(random.below(shape.symbols) as u32),
                callee: SymbolIndex(random.below(shape.symbols) as u32),
                weight: 1 + random.below(10_000) as u64,
            })
            .collect(),
        marks: Vec::new(),
        symbols,
    };
    for row in 0..shape.scenarios {
        let scenario = ScenarioIndex(row as u32);
        profile.scenarios.push(Scenario {
            name: format!("scenario_{row}"),
            entry: "main".into(),
            stop: "ready".into(),
            weight: 1.0 / (1 + row % 5) as f64,
            runs: 3,
        });
        let mut touched = common.clone();
        for feature in &features {
            if random.below(3) == 0 {
                touched.extend(feature);
            }
        }
        touched.extend(pick(shape.noise, &mut random));
        let mut seen = vec![false; shape.symbols];
        touched.retain(|&symbol| !std::mem::replace(&mut seen[symbol], true));
        let order = touched.len() as u32;
        profile.touches.extend(touched.into_iter().enumerate().map(|(order, symbol)| Touch {
            scenario,
            symbol: SymbolIndex(symbol as u32),
            order: order as u32,
            time_ns: order as u64 * 100,
        }));
        profile.marks.push(Mark { scenario, name: "ready".into(), order, time_ns: 1_000_000 });
    }
    profile
}

/// 100,000 functions and 20 scenarios that touch a fifth of them: a large
/// program with features.
pub(crate) const LARGE: Shape = Shape {
    symbols: 100_000,
    scenarios: 20,
    common: 3_000,
    features: 40,
    per_feature: 400,
    noise: 200,
};

/// The same number of functions, nearly every one touched by a set of scenarios
/// of its own: the worst that can be asked.
pub(crate) const CHAOS: Shape = Shape {
    symbols: 100_000,
    scenarios: 20,
    common: 0,
    features: 0,
    per_feature: 0,
    noise: 50_000,
};

/// 2,000 functions of which one start touches 150.
pub(crate) const SMALL: Shape =
    Shape { symbols: 2_000, scenarios: 1, common: 150, features: 0, per_feature: 0, noise: 0 };
