//! The order of functions in the image, as the solver found it.

mod fit;
mod order_file;
mod sdn;

pub use fit::Fit;
pub use order_file::{Format, UnknownFormat, order_file};

use serde::{Deserialize, Serialize};

use crate::Phase;

/// What a profile that contradicts an annotation is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// A warning; the profile counts.
    #[default]
    Lenient,
    /// An error; no plan is made.
    Strict,
}

/// A phase for all functions of a pattern.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// `*` stands for any text, `?` for any one character.
    pub pattern: String,
    /// Their phase.
    pub phase: Phase,
}

/// How the user wants a scenario to count, whatever its recording says.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanScenario {
    /// The scenario's.
    pub name: String,
    /// The function that it begins with, for people.
    #[serde(default)]
    pub entry: String,
    /// The mark at which it counts as finished; empty: the whole run counts.
    #[serde(default)]
    pub stop: String,
    /// How much a page of it counts; positive and finite.
    pub weight: f64,
}

/// A run of functions that share pages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// The page of text that it begins on; pages are counted from the first
    /// startup function.
    pub id: u64,
    /// The phase of its functions.
    pub phase: Phase,
    /// The most pages that its phase may have; none: as many as it needs.
    pub max_pages: Option<u64>,
    /// The user's: it begins on a page of its own even where that does not pay.
    pub align: bool,
    /// Whether it begins on a page of its own.
    pub aligned: bool,
    /// From the beginning of its first function to the end of its last.
    pub bytes: u64,
    /// How many pages these bytes lie on.
    pub pages: u64,
}

/// A function's place.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanSymbol {
    /// Its name.
    pub name: String,
    /// Its part of text.
    pub phase: Phase,
    /// The page of text that it begins on: it is of the last group of its phase
    /// whose id is not greater.
    #[serde(default)]
    pub group: u64,
    /// Whether `@layout(pin: true)` put it there.
    #[serde(default)]
    pub pinned: bool,
}

/// Pages that a scenario touches before its stop mark.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statistic {
    /// The scenario.
    pub scenario: String,
    /// The fewest that can be: the bytes of what it touches by the size of a page.
    pub bound: u64,
    /// In the order that the program had.
    pub input_pages: u64,
    /// In phase-sorted greedy packing.
    pub greedy_pages: u64,
    /// In the plan's order.
    pub pages: u64,
}

/// Something about a plan that its user should know.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// Which kind; one of the constants of this type.
    pub code: String,
    /// What, and what to do.
    pub text: String,
}

impl Problem {
    /// A profile says another phase than an annotation.
    pub const CONTRADICTION: &'static str = "contradiction";
    /// A phase has more pages than its `max_pages`.
    pub const BUDGET: &'static str = "budget";
    /// A scenario never reached its stop mark.
    pub const STOP_MARK: &'static str = "stop_mark";
    /// A scenario that the user names was never recorded.
    pub const SCENARIO: &'static str = "scenario";
}

/// The order of functions, what it was made from and how good it is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plan {
    /// The program's name, for people.
    pub program: String,
    /// [`crate::Profile::hash`] of what the solver read.
    pub profile: String,
    /// [`names_hash`] of the program's functions.
    pub names: String,
    /// The user's.
    pub policy: Policy,
    /// The user's; the first that matches counts.
    pub patterns: Vec<Pattern>,
    /// The user's.
    pub scenarios: Vec<PlanScenario>,
    /// In the order of the image. Each phase that has a budget or functions has one.
    pub groups: Vec<Group>,
    /// In the order of the image.
    pub symbols: Vec<PlanSymbol>,
    /// One a scenario.
    pub statistics: Vec<Statistic>,
    /// What the solver had to say.
    pub problems: Vec<Problem>,
}

impl Plan {
    /// For each row of `symbols`, whether it must begin on a page of its own: the
    /// first of each aligned group.
    pub fn page_aligned(&self) -> Vec<bool> {
        let mut aligned = vec![false; self.symbols.len()];
        for group in self.groups.iter().filter(|group| group.aligned) {
            let of_group = |s: &PlanSymbol| s.phase == group.phase && s.group >= group.id;
            if let Some(first) = self.symbols.iter().position(of_group) {
                aligned[first] = true;
            }
        }
        aligned
    }
}

/// A number over a set of names, as 32 hexadecimal digits; the order does not
/// matter. What a plan compares to say quickly that it fits.
pub fn names_hash<S: AsRef<str>>(names: &[S]) -> String {
    let mut sorted: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    sorted.sort_unstable();
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    for name in sorted {
        hash.update(&(name.len() as u64).to_le_bytes());
        hash.update(name.as_bytes());
    }
    format!("{:032x}", hash.digest128())
}
