//! Plans as text.

use serde::{Deserialize, Serialize};
use simple_sdn::{Document, Path, Step, Value, to_value};

use super::{Group, Pattern, Plan, PlanScenario, PlanSymbol, Policy, Problem, Statistic};
use crate::read::{At, ReadError, VERSION, check_version};
use crate::{PAGE_SIZE, Phase};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    plan: Header,
    #[serde(default)]
    policy: Policy,
    #[serde(default)]
    patterns: Vec<Pattern>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    scenarios: Vec<PlanScenario>,
    #[serde(default)]
    groups: Vec<GroupRow>,
    #[serde(default)]
    symbols: Vec<PlanSymbol>,
    #[serde(default)]
    statistics: Vec<Statistic>,
    #[serde(default)]
    problems: Vec<Problem>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    version: u32,
    #[serde(default)]
    program: String,
    #[serde(default)]
    profile: String,
    #[serde(default)]
    names: String,
}

impl Default for Header {
    /// Of a plan that a user began to write.
    fn default() -> Self {
        let empty = String::new;
        Self { version: VERSION, program: empty(), profile: empty(), names: empty() }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupRow {
    #[serde(default)]
    id: u64,
    phase: Phase,
    #[serde(default = "page_size")]
    page_size: u64,
    #[serde(default)]
    max_pages: Option<u64>,
    #[serde(default)]
    align: bool,
    #[serde(default)]
    aligned: bool,
    #[serde(default)]
    bytes: u64,
    #[serde(default)]
    pages: u64,
}

fn page_size() -> u64 {
    PAGE_SIZE
}

impl Plan {
    /// Reads a plan. What a user need not write is filled in: a plan may consist
    /// of nothing but budgets.
    pub fn from_sdn(text: &str) -> Result<Self, ReadError> {
        let file: File = simple_sdn::from_str(text)?;
        check_version(text, "plan", file.plan.version)?;
        let mut groups = Vec::with_capacity(file.groups.len());
        for (row, group) in file.groups.into_iter().enumerate() {
            let GroupRow { id, phase, page_size, max_pages, align, aligned, bytes, pages } = group;
            if page_size != PAGE_SIZE {
                let at = [At::Name("groups"), At::Row(row), At::Name("page_size")];
                let message =
                    format!("pages have {PAGE_SIZE} bytes; {page_size} are not supported");
                return Err(ReadError::at(text, &at, message));
            }
            groups.push(Group { id, phase, max_pages, align, aligned, bytes, pages });
        }
        for (row, scenario) in file.scenarios.iter().enumerate() {
            if !(scenario.weight.is_finite() && scenario.weight > 0.0) {
                let at = [At::Name("scenarios"), At::Row(row), At::Name("weight")];
                let message = "a weight says how much a page of the scenario counts and must be a \
                               positive number, such as 1.0";
                return Err(ReadError::at(text, &at, message));
            }
        }
        Ok(Plan {
            program: file.plan.program,
            profile: file.plan.profile,
            names: file.plan.names,
            policy: file.policy,
            patterns: file.patterns,
            scenarios: file.scenarios,
            groups,
            symbols: file.symbols,
            statistics: file.statistics,
            problems: file.problems,
        })
    }

    /// The text of a plan.
    pub fn to_sdn(&self) -> String {
        simple_sdn::to_string(&self.file())
            .expect("flat structs of text and numbers can be written")
    }

    /// The text of a plan that was solved anew for the file with the text `old`:
    /// what the solver found is replaced, what the user wrote stays, with its
    /// comments. This plan's own policy, patterns and scenarios are not written.
    pub fn update_sdn(&self, old: &str) -> Result<String, ReadError> {
        let before = Plan::from_sdn(old)?;
        let mut document = Document::parse(old)?;
        let file = self.file();
        let set = |document: &mut Document, path: &[At<'_>], value: &Value| {
            let steps = path.iter().map(|step| match *step {
                At::Name(name) => Step::Name(name.to_owned()),
                At::Row(row) => Step::Index(row),
            });
            document.set(&Path { steps: steps.collect() }, value)
        };
        set(&mut document, &[At::Name("plan")], &to_value(&file.plan)?)?;
        let same_groups = self.groups.len() == before.groups.len()
            && self.groups.iter().zip(&before.groups).all(|(new, old)| new.phase == old.phase);
        // Cell by cell, so that comments stay, if all columns are there.
        let columns = ["id", "aligned", "bytes", "pages"];
        if same_groups && columns.iter().all(|name| document.get(&column(0, name)).is_some()) {
            for (row, group) in self.groups.iter().enumerate() {
                for (name, value) in [
                    ("id", to_value(&group.id)?),
                    ("aligned", to_value(&group.aligned)?),
                    ("bytes", to_value(&group.bytes)?),
                    ("pages", to_value(&group.pages)?),
                ] {
                    let path = column(row, name);
                    if document.get(&path).is_some_and(|old| old != value) {
                        document.set(&path, &value)?;
                    }
                }
            }
        } else {
            set(&mut document, &[At::Name("groups")], &to_value(&file.groups)?)?;
        }
        for (name, value) in [
            ("symbols", to_value(&file.symbols)?),
            ("statistics", to_value(&file.statistics)?),
            ("problems", to_value(&file.problems)?),
        ] {
            set(&mut document, &[At::Name(name)], &value)?;
        }
        Ok(document.into_text())
    }

    fn file(&self) -> File {
        File {
            plan: Header {
                version: VERSION,
                program: self.program.clone(),
                profile: self.profile.clone(),
                names: self.names.clone(),
            },
            policy: self.policy,
            patterns: self.patterns.clone(),
            scenarios: self.scenarios.clone(),
            groups: (self.groups.iter())
                .map(|group| GroupRow {
                    id: group.id,
                    phase: group.phase,
                    page_size: PAGE_SIZE,
                    max_pages: group.max_pages,
                    align: group.align,
                    aligned: group.aligned,
                    bytes: group.bytes,
                    pages: group.pages,
                })
                .collect(),
            symbols: self.symbols.clone(),
            statistics: self.statistics.clone(),
            problems: self.problems.clone(),
        }
    }
}

/// The path to a cell of the table of groups.
fn column(row: usize, name: &str) -> Path {
    let steps = vec![Step::Name("groups".into()), Step::Index(row), Step::Name(name.into())];
    Path { steps }
}
