//! Does a profile hold together?

use rustc_hash::FxHashSet;

use super::Profile;
use crate::symbol::SymbolIndex;

/// The largest program; with [`MAX_SCENARIOS`] a cost stays below 2^60.
const MAX_SIZE: u64 = 1 << 36;
/// The largest alignment: a huge page.
const MAX_ALIGN: u64 = 1 << 21;
/// Rows are numbered with 4 bytes; each stage has room to spare.
const MAX_ROWS: usize = 1 << 30;
const MAX_SCENARIOS: usize = 1 << 16;

/// What is wrong with a profile.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum ProfileError {
    /// A row refers to a scenario that the table does not have.
    #[error("{table} row {row} refers to scenario {index}, but there are {count} scenarios")]
    Scenario {
        /// `touches` or `marks`.
        table: &'static str,
        /// Counted from 0.
        row: usize,
        /// What it says.
        index: u32,
        /// How many there are.
        count: usize,
    },
    /// A row refers to a symbol that the table does not have.
    #[error("{table} row {row} refers to symbol {index}, but there are {count} symbols")]
    Symbol {
        /// `touches` or `edges`.
        table: &'static str,
        /// Counted from 0.
        row: usize,
        /// What it says.
        index: u32,
        /// How many there are.
        count: usize,
    },
    /// A weight that no sum can be made of.
    #[error(
        "scenario `{name}` has weight {weight:?}; a weight says how much a page counts and must be \
         a positive number, such as 1.0; leave out the scenario if it does not count"
    )]
    Weight {
        /// The scenario.
        name: String,
        /// What it says.
        weight: f64,
    },
    /// A table has two rows of one name.
    #[error("there are two {table} called `{name}`; names identify, call the second `{name}#2`")]
    Duplicate {
        /// `scenarios` or `symbols`.
        table: &'static str,
        /// The name.
        name: String,
    },
    /// A name that no file can hold.
    #[error("a row of {table} has an empty name")]
    Unnamed {
        /// `scenarios`, `symbols` or `marks`.
        table: &'static str,
    },
    /// A scenario touches a symbol twice.
    #[error(
        "scenario `{scenario}` touches `{symbol}` twice; only the first touch of a function counts"
    )]
    TouchedTwice {
        /// The scenario.
        scenario: String,
        /// The function.
        symbol: String,
    },
    /// An alignment that is none.
    #[error(
        "symbol `{name}` has alignment {align}; an alignment is a power of two up to {MAX_ALIGN}"
    )]
    Align {
        /// The function.
        name: String,
        /// What it says.
        align: u64,
    },
    /// A size that cannot be.
    #[error("symbol `{name}` brings the code to more than {MAX_SIZE} bytes")]
    Size {
        /// The function.
        name: String,
    },
    /// A table is too long.
    #[error("there are {count} {table}; more than {max} are not supported")]
    Rows {
        /// Which table.
        table: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        max: usize,
    },
}

pub(super) fn validate(profile: &Profile) -> Result<(), ProfileError> {
    for (table, count) in [
        ("scenarios", profile.scenarios.len()),
        ("symbols", profile.symbols.len()),
        ("touches", profile.touches.len()),
        ("edges", profile.edges.len()),
        ("marks", profile.marks.len()),
    ] {
        let max = if table == "scenarios" { MAX_SCENARIOS } else { MAX_ROWS };
        if count > max {
            return Err(ProfileError::Rows { table, count, max });
        }
    }
    scenarios(profile)?;
    symbols(profile)?;
    touches(profile)?;
    for (row, edge) in profile.edges.iter().enumerate() {
        symbol(profile, "edges", row, edge.caller)?;
        symbol(profile, "edges", row, edge.callee)?;
    }
    for (row, mark) in profile.marks.iter().enumerate() {
        scenario(profile, "marks", row, mark.scenario.0)?;
        if mark.name.is_empty() {
            return Err(ProfileError::Unnamed { table: "marks" });
        }
    }
    Ok(())
}

fn scenarios(profile: &Profile) -> Result<(), ProfileError> {
    let mut names = FxHashSet::default();
    for scenario in &profile.scenarios {
        if scenario.name.is_empty() {
            return Err(ProfileError::Unnamed { table: "scenarios" });
        }
        if !names.insert(scenario.name.as_str()) {
            return Err(ProfileError::Duplicate {
                table: "scenarios",
                name: scenario.name.clone(),
            });
        }
        if !(scenario.weight.is_finite() && scenario.weight > 0.0) {
            return Err(ProfileError::Weight {
                name: scenario.name.clone(),
                weight: scenario.weight,
            });
        }
    }
    Ok(())
}

fn symbols(profile: &Profile) -> Result<(), ProfileError> {
    let mut names = FxHashSet::default();
    names.reserve(profile.symbols.len());
    let mut end = 0u64;
    for symbol in &profile.symbols {
        if symbol.name.is_empty() {
            return Err(ProfileError::Unnamed { table: "symbols" });
        }
        if !names.insert(symbol.name.as_str()) {
            return Err(ProfileError::Duplicate { table: "symbols", name: symbol.name.clone() });
        }
        if !symbol.align.is_power_of_two() || symbol.align > MAX_ALIGN {
            return Err(ProfileError::Align { name: symbol.name.clone(), align: symbol.align });
        }
        if symbol.size > MAX_SIZE {
            return Err(ProfileError::Size { name: symbol.name.clone() });
        }
        end = end.next_multiple_of(symbol.align) + symbol.size;
        if end > MAX_SIZE {
            return Err(ProfileError::Size { name: symbol.name.clone() });
        }
    }
    Ok(())
}

fn touches(profile: &Profile) -> Result<(), ProfileError> {
    let mut seen = FxHashSet::default();
    seen.reserve(profile.touches.len());
    for (row, touch) in profile.touches.iter().enumerate() {
        scenario(profile, "touches", row, touch.scenario.0)?;
        symbol(profile, "touches", row, touch.symbol)?;
        if !seen.insert((touch.scenario, touch.symbol)) {
            return Err(ProfileError::TouchedTwice {
                scenario: profile.scenarios[touch.scenario.index()].name.clone(),
                symbol: profile.symbols[touch.symbol.index()].name.clone(),
            });
        }
    }
    Ok(())
}

fn scenario(
    profile: &Profile,
    table: &'static str,
    row: usize,
    index: u32,
) -> Result<(), ProfileError> {
    let count = profile.scenarios.len();
    if index as usize >= count {
        return Err(ProfileError::Scenario { table, row, index, count });
    }
    Ok(())
}

fn symbol(
    profile: &Profile,
    table: &'static str,
    row: usize,
    symbol: SymbolIndex,
) -> Result<(), ProfileError> {
    let count = profile.symbols.len();
    if symbol.index() >= count {
        return Err(ProfileError::Symbol { table, row, index: symbol.0, count });
    }
    Ok(())
}
