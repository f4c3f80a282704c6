//! Profiles as text.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::{Edge, Mark, Profile, ProfileError, Scenario, Touch};
use crate::read::{At, ReadError, VERSION, check_version};
use crate::symbol::{LayoutSymbol, ScenarioIndex, SymbolIndex};
use crate::{Phase, UnknownPhase};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    #[serde(borrow)]
    profile: Header<'a>,
    #[serde(borrow, default)]
    scenarios: Vec<ScenarioRow<'a>>,
    #[serde(borrow, default)]
    symbols: Vec<SymbolRow<'a>>,
    #[serde(borrow, default)]
    touches: Vec<TouchRow<'a>>,
    #[serde(borrow, default)]
    edges: Vec<EdgeRow<'a>>,
    #[serde(borrow, default)]
    marks: Vec<MarkRow<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'a> {
    version: u32,
    #[serde(borrow)]
    program: Cow<'a, str>,
    #[serde(borrow)]
    build: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScenarioRow<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    entry: Cow<'a, str>,
    #[serde(borrow, default)]
    stop: Cow<'a, str>,
    weight: f64,
    runs: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SymbolRow<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    phase: Cow<'a, str>,
    size: u64,
    align: u64,
    address: u64,
    pinned: bool,
    #[serde(borrow)]
    anchor: Cow<'a, str>,
    calls: u64,
    time_ns: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TouchRow<'a> {
    #[serde(borrow)]
    scenario: Cow<'a, str>,
    #[serde(borrow)]
    symbol: Cow<'a, str>,
    order: u32,
    time_ns: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EdgeRow<'a> {
    #[serde(borrow)]
    caller: Cow<'a, str>,
    #[serde(borrow)]
    callee: Cow<'a, str>,
    weight: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MarkRow<'a> {
    #[serde(borrow)]
    scenario: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    order: u32,
    time_ns: u64,
}

impl Profile {
    /// Reads a profile. Functions that touches and calls name but the table of
    /// symbols does not are added to it without bytes.
    pub fn from_sdn(text: &str) -> Result<Self, ReadError> {
        let file: File<'_> = simple_sdn::from_str(text)?;
        check_version(text, "profile", file.profile.version)?;
        let mut profile = Profile {
            program: file.profile.program.into_owned(),
            build: file.profile.build.into_owned(),
            ..Profile::default()
        };
        let mut scenarios = FxHashMap::default();
        for (row, scenario) in file.scenarios.into_iter().enumerate() {
            scenarios.entry(scenario.name.clone()).or_insert(ScenarioIndex::from_usize(row));
            profile.scenarios.push(Scenario {
                name: scenario.name.into_owned(),
                entry: scenario.entry.into_owned(),
                stop: scenario.stop.into_owned(),
                weight: scenario.weight,
                runs: scenario.runs,
            });
        }
        let mut symbols = Symbols { rows: Vec::new(), index: FxHashMap::default() };
        for (row, symbol) in file.symbols.into_iter().enumerate() {
            let at = [At::Name("symbols"), At::Row(row), At::Name("phase")];
            let phases = read_phases(&symbol.phase);
            let (attribute, reachability) =
                phases.map_err(|error| ReadError::at(text, &at, error))?;
            symbols.index.entry(symbol.name.clone()).or_insert(SymbolIndex::from_usize(row));
            symbols.rows.push(LayoutSymbol {
                name: symbol.name.into_owned(),
                attribute,
                reachability,
                size: symbol.size,
                align: symbol.align,
                address: symbol.address,
                pinned: symbol.pinned,
                anchor: symbol.anchor.into_owned(),
                calls: symbol.calls,
                time_ns: symbol.time_ns,
            });
        }
        let scenario_of = |table: &str, row: usize, name: &str| {
            scenarios.get(name).copied().ok_or_else(|| {
                let at = [At::Name(table), At::Row(row), At::Name("scenario")];
                let message = format!("there is no scenario `{name}` in the table of scenarios");
                ReadError::at(text, &at, message)
            })
        };
        for (row, touch) in file.touches.into_iter().enumerate() {
            profile.touches.push(Touch {
                scenario: scenario_of("touches", row, &touch.scenario)?,
                symbol: symbols.of(touch.symbol),
                order: touch.order,
                time_ns: touch.time_ns,
            });
        }
        for edge in file.edges {
            profile.edges.push(Edge {
                caller: symbols.of(edge.caller),
                callee: symbols.of(edge.callee),
                weight: edge.weight,
            });
        }
        for (row, mark) in file.marks.into_iter().enumerate() {
            profile.marks.push(Mark {
                scenario: scenario_of("marks", row, &mark.scenario)?,
                name: mark.name.into_owned(),
                order: mark.order,
                time_ns: mark.time_ns,
            });
        }
        profile.symbols = symbols.rows;
        profile.validate().map_err(|error| place(text, &profile, &error))?;
        Ok(profile)
    }

    /// The text of a profile: rows whose order means nothing sorted, so that equal
    /// profiles have equal texts. Fails only for what does not hold together.
    pub fn to_sdn(&self) -> Result<String, ProfileError> {
        self.validate()?;
        // Of the rows, not of the names that they have.
        let mut sorted = Profile {
            touches: self.touches.clone(),
            edges: self.edges.clone(),
            marks: self.marks.clone(),
            ..Profile::default()
        };
        sorted.sort();
        let scenario = |index: ScenarioIndex| self.scenarios[index.index()].name.as_str().into();
        let symbol = |index: SymbolIndex| self.symbols[index.index()].name.as_str().into();
        let file = File {
            profile: Header {
                version: VERSION,
                program: self.program.as_str().into(),
                build: self.build.as_str().into(),
            },
            scenarios: (self.scenarios.iter())
                .map(|scenario| ScenarioRow {
                    name: scenario.name.as_str().into(),
                    entry: scenario.entry.as_str().into(),
                    stop: scenario.stop.as_str().into(),
                    weight: scenario.weight,
                    runs: scenario.runs,
                })
                .collect(),
            symbols: (self.symbols.iter())
                .map(|symbol| SymbolRow {
                    name: symbol.name.as_str().into(),
                    phase: write_phases(symbol.attribute, symbol.reachability).into(),
                    size: symbol.size,
                    align: symbol.align,
                    address: symbol.address,
                    pinned: symbol.pinned,
                    anchor: symbol.anchor.as_str().into(),
                    calls: symbol.calls,
                    time_ns: symbol.time_ns,
                })
                .collect(),
            touches: (sorted.touches.iter())
                .map(|touch| TouchRow {
                    scenario: scenario(touch.scenario),
                    symbol: symbol(touch.symbol),
                    order: touch.order,
                    time_ns: touch.time_ns,
                })
                .collect(),
            edges: (sorted.edges.iter())
                .map(|edge| EdgeRow {
                    caller: symbol(edge.caller),
                    callee: symbol(edge.callee),
                    weight: edge.weight,
                })
                .collect(),
            marks: (sorted.marks.iter())
                .map(|mark| MarkRow {
                    scenario: scenario(mark.scenario),
                    name: mark.name.as_str().into(),
                    order: mark.order,
                    time_ns: mark.time_ns,
                })
                .collect(),
        };
        Ok(simple_sdn::to_string(&file).expect("flat structs of text and numbers can be written"))
    }
}

/// Rows of symbols, and which row each name is.
struct Symbols<'a> {
    rows: Vec<LayoutSymbol>,
    index: FxHashMap<Cow<'a, str>, SymbolIndex>,
}

impl<'a> Symbols<'a> {
    /// The row of `name`; a new one if there is none.
    fn of(&mut self, name: Cow<'a, str>) -> SymbolIndex {
        *self.index.entry(name).or_insert_with_key(|name| {
            let row = SymbolIndex::from_usize(self.rows.len());
            self.rows.push(LayoutSymbol::new(name.as_ref(), 0));
            row
        })
    }
}

/// `startup`: an attribute says it; `~startup`: reachability does;
/// `startup~cold`: both say something.
fn read_phases(text: &str) -> Result<(Option<Phase>, Option<Phase>), UnknownPhase> {
    let (attribute, reachability) = match text.split_once('~') {
        Some((attribute, reachability)) => (attribute, Some(reachability)),
        None => (text, None),
    };
    let attribute = (!attribute.is_empty()).then(|| attribute.parse()).transpose()?;
    Ok((attribute, reachability.map(str::parse).transpose()?))
}

fn write_phases(attribute: Option<Phase>, reachability: Option<Phase>) -> String {
    let attribute = attribute.map_or("", Phase::name);
    match reachability {
        Some(reachability) => format!("{attribute}~{reachability}"),
        None => attribute.to_owned(),
    }
}

/// Where in `text` a profile that was read from it does not hold together.
fn place(text: &str, profile: &Profile, error: &ProfileError) -> ReadError {
    let symbol = |name: &str| profile.symbols.iter().position(|s| s.name == name);
    let scenario = |name: &str| profile.scenarios.iter().position(|s| s.name == name);
    let (table, row, column) = match error {
        ProfileError::Scenario { table, row, .. } => (*table, Some(*row), "scenario"),
        ProfileError::Symbol { table, row, .. } => (*table, Some(*row), "symbol"),
        ProfileError::Weight { name, .. } => ("scenarios", scenario(name), "weight"),
        ProfileError::Duplicate { table: "scenarios", name } => {
            ("scenarios", profile.scenarios.iter().rposition(|s| s.name == *name), "name")
        }
        ProfileError::Duplicate { table, name } => {
            (*table, profile.symbols.iter().rposition(|s| s.name == *name), "name")
        }
        ProfileError::Unnamed { table } => {
            let row = match *table {
                "scenarios" => scenario(""),
                "symbols" => symbol(""),
                _ => profile.marks.iter().position(|mark| mark.name.is_empty()),
            };
            (*table, row, "name")
        }
        ProfileError::TouchedTwice { scenario: of, symbol: name } => {
            let (of, name) = (scenario(of), symbol(name));
            let row = profile.touches.iter().rposition(|touch| {
                Some(touch.scenario.index()) == of && Some(touch.symbol.index()) == name
            });
            ("touches", row, "symbol")
        }
        ProfileError::Align { name, .. } => ("symbols", symbol(name), "align"),
        ProfileError::Size { name } => ("symbols", symbol(name), "size"),
        ProfileError::Rows { table, .. } => (*table, None, ""),
    };
    let at = [At::Name(table), At::Row(row.unwrap_or(0)), At::Name(column)];
    ReadError::at(text, if row.is_some() { &at } else { &at[..1] }, error)
}
