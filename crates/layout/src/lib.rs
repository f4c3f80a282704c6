//! Page layout: which function goes on which page.
//!
//! In goes a profile, what recorded runs touched and when; out comes a plan, the
//! order of functions in which starts touch the fewest pages. Everything here is
//! a pure function of its inputs: no files, no clocks, no processes. The design
//! is in `docs/design/layout.md`.

pub mod data;
pub mod feedback;
pub mod map;
mod pattern;
mod phase;
pub mod plan;
pub mod profile;
mod read;
pub mod samples;
pub mod solve;
mod symbol;

pub use phase::{Phase, UnknownPhase};
pub use plan::{
    Fit, Format, Group, Pattern, Plan, PlanScenario, PlanSymbol, Policy, Problem, Statistic,
    order_file,
};
pub use profile::{Edge, Mark, Profile, Scenario, Touch, merge};
pub use read::ReadError;
pub use solve::{Budget, Config, Solution, SolveError, solve};
pub use symbol::{LayoutSymbol, ScenarioIndex, SymbolIndex, linker_name, unique_names};

/// Bytes of a page: what an operating system loads at once.
pub const PAGE_SIZE: u64 = 4096;
