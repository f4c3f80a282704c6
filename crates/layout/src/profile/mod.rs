//! What was recorded, wherever functions lay at the time.

mod early;
mod hash;
mod merge;
mod sdn;
mod validate;

pub(crate) use early::{ScenarioOrder, early_touches, stop_orders};
pub(crate) use hash::input_order;
pub use merge::{MergeError, merge};
pub use validate::ProfileError;

use crate::symbol::{LayoutSymbol, ScenarioIndex, SymbolIndex};

/// What recorded runs of a program stand for.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenario {
    /// Unique in a profile.
    pub name: String,
    /// The function that it begins with, for people; empty if nobody said.
    pub entry: String,
    /// The mark at which it counts as finished; empty: the whole run counts.
    pub stop: String,
    /// How much a page of it counts; positive and finite.
    pub weight: f64,
    /// How many runs were recorded.
    pub runs: u64,
}

/// A function's first touch in a scenario.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Touch {
    /// In which scenario.
    pub scenario: ScenarioIndex,
    /// Which function.
    pub symbol: SymbolIndex,
    /// How many functions were touched before it.
    pub order: u32,
    /// Since the process began.
    pub time_ns: u64,
}

/// Calls from one function to another, over all scenarios.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Edge {
    /// Who calls.
    pub caller: SymbolIndex,
    /// Who is called.
    pub callee: SymbolIndex,
    /// How often.
    pub weight: u64,
}

/// A named moment of a scenario.
#[derive(Clone, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub struct Mark {
    /// In which scenario.
    pub scenario: ScenarioIndex,
    /// What the program called it.
    pub name: String,
    /// How many functions were touched before it.
    pub order: u32,
    /// Since the process began.
    pub time_ns: u64,
}

/// Recorded runs of one program.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Profile {
    /// The program's name, for people.
    pub program: String,
    /// The build id of what ran.
    pub build: String,
    /// What the runs stand for.
    pub scenarios: Vec<Scenario>,
    /// Every function of the program, touched or not, by address.
    pub symbols: Vec<LayoutSymbol>,
    /// First touches; the order of rows means nothing.
    pub touches: Vec<Touch>,
    /// Calls; the order of rows means nothing.
    pub edges: Vec<Edge>,
    /// Marks that were reached; the order of rows means nothing.
    pub marks: Vec<Mark>,
}

impl Profile {
    /// The number of touches before `scenario` counts as finished: the order of
    /// its stop mark. None if it has no stop mark or never reached it; then
    /// the whole run counts.
    pub fn stop_order(&self, scenario: ScenarioIndex) -> Option<u32> {
        let stop = &self.scenarios[scenario.index()].stop;
        if stop.is_empty() {
            return None;
        }
        let stops = self.marks.iter().filter(|m| m.scenario == scenario && m.name == *stop);
        stops.map(|m| m.order).min()
    }

    /// Whether what is said about indexes, weights and sizes holds; [`crate::solve()`]
    /// and [`merge`] ask this first.
    pub fn validate(&self) -> Result<(), ProfileError> {
        validate::validate(self)
    }

    /// A number over everything that the solver reads, as 32 hexadecimal
    /// digits. Does not depend on the order of rows where that means nothing.
    pub fn hash(&self) -> String {
        hash::hash(self)
    }

    /// Brings rows whose order means nothing into the order of files.
    pub fn sort(&mut self) {
        self.touches.sort_unstable_by_key(|t| (t.scenario, t.order, t.symbol));
        self.edges.sort_unstable();
        self.marks.sort_unstable_by(|a, b| {
            (a.scenario, a.order, a.time_ns, &a.name)
                .cmp(&(b.scenario, b.order, b.time_ns, &b.name))
        });
    }
}
