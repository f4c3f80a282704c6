//! A plan learns from programs in use.
//!
//! A recording is exact about the runs that somebody thought of; samples are
//! coarse, but of all runs that there were. So they move functions where they are
//! sure: what runs is not cold, what runs before the first mark belongs to the
//! start, and what hardly ever runs need not lie between what does.

use rustc_hash::FxHashMap;

use crate::plan::{Group, Plan, PlanSymbol};
use crate::{PAGE_SIZE, Phase};

/// Samples before a function counts as running: one alone may be a signal that
/// came late.
pub const SURE: u64 = 2;

/// Samples in all before none of a function says something: then, with 95 %
/// certainty, it takes less than 3 in so many of the time (the "rule of three").
pub const ENOUGH: u64 = 3000;

/// Samples of a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sampled {
    /// Before the first mark.
    pub before: u64,
    /// After it.
    pub after: u64,
}

/// A function of the program that was sampled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extent {
    /// Bytes of code.
    pub size: u64,
    /// A power of two.
    pub align: u64,
}

/// What programs in use did.
#[derive(Clone, Debug, Default)]
pub struct Observed<'a> {
    /// How many there were.
    pub runs: u64,
    /// By the function's name; those that are missing were never seen.
    pub samples: FxHashMap<&'a str, Sampled>,
    /// All functions of the program.
    pub extents: FxHashMap<&'a str, Extent>,
}

/// A function that got another phase.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// What the plan said.
    pub from: Phase,
    /// What it says now.
    pub to: Phase,
    /// Why, in words.
    pub reason: String,
}

/// Changes the phases of a plan by what was observed, and says what and why.
/// Functions that get another phase come last in it, in the order that they had;
/// pinned ones, and those that the program does not have, stay.
pub fn feedback(plan: &mut Plan, observed: &Observed<'_>) -> Vec<Change> {
    let all: u64 = observed.samples.values().map(|s| s.before + s.after).sum();
    let mut changes = Vec::new();
    let mut moved: Vec<PlanSymbol> = Vec::new();
    let starts = group_starts(plan);
    let symbols = std::mem::take(&mut plan.symbols);
    for mut symbol in symbols {
        let name = symbol.name.as_str();
        let is_known = !symbol.pinned && observed.extents.contains_key(name);
        let sampled = observed.samples.get(name).copied().unwrap_or_default();
        match verdict(symbol.phase, sampled, all, observed.runs).filter(|_| is_known) {
            Some((to, reason)) => {
                let from = std::mem::replace(&mut symbol.phase, to);
                changes.push(Change { name: symbol.name.clone(), from, to, reason });
                moved.push(symbol);
            }
            None => plan.symbols.push(symbol),
        }
    }
    if changes.is_empty() {
        return changes;
    }
    plan.symbols.append(&mut moved);
    plan.symbols.sort_by_key(|symbol| symbol.phase);
    renumber(plan, &starts, observed);
    changes
}

/// The phase that a function should have, if not `phase`, and why.
fn verdict(phase: Phase, sampled: Sampled, all: u64, runs: u64) -> Option<(Phase, String)> {
    let Sampled { before, after } = sampled;
    let is_early = matches!(phase, Phase::Startup | Phase::FirstFrame);
    if before >= SURE && !is_early {
        let reason = format!(
            "it ran before the first mark: {before} samples there, {after} after it, in {runs} runs"
        );
        return Some((Phase::Startup, reason));
    }
    match phase {
        Phase::Cold if before + after >= SURE => {
            let share = 100.0 * (before + after) as f64 / all as f64;
            let reason =
                format!("it runs: {} of {all} samples, {share:.2} % of the time", before + after);
            Some((Phase::Steady, reason))
        }
        Phase::Steady if before + after == 0 && all >= ENOUGH => {
            let share = 100.0 * 3.0 / all as f64;
            let reason = format!(
                "it hardly ever runs: no sample of {all}, so less than {share:.2} % of the time"
            );
            Some((Phase::Cold, reason))
        }
        _ => None,
    }
}

/// What is known of a group, by the function that it begins with.
fn group_starts(plan: &Plan) -> FxHashMap<String, Group> {
    let mut starts = FxHashMap::default();
    for (index, group) in plan.groups.iter().enumerate() {
        let later = plan.groups[index + 1..].iter().find(|next| next.phase == group.phase);
        let end = later.map_or(u64::MAX, |next| next.id);
        let of_group = |symbol: &&PlanSymbol| {
            symbol.phase == group.phase
                && symbol.group >= group.id
                && symbol.group < end.max(group.id + 1)
        };
        if let Some(first) = plan.symbols.iter().find(of_group) {
            starts.insert(first.name.clone(), group.clone());
        }
    }
    starts
}

/// Says anew which page each function begins on, and what each group holds.
fn renumber(plan: &mut Plan, starts: &FxHashMap<String, Group>, observed: &Observed<'_>) {
    let unused = Extent { size: 0, align: 1 };
    let mut groups: Vec<Group> = Vec::new();
    let mut offset = 0u64;
    let mut begin = 0u64;
    for symbol in &mut plan.symbols {
        let extent = observed.extents.get(symbol.name.as_str()).unwrap_or(&unused);
        let start = starts.get(&symbol.name).filter(|group| group.phase == symbol.phase);
        let is_new = groups.last().is_none_or(|group| group.phase != symbol.phase);
        if is_new || start.is_some_and(|group| group.aligned) {
            // The user's words about a phase are on each of its groups.
            let of_phase = plan.groups.iter().find(|group| group.phase == symbol.phase);
            // A phase keeps its page though another function begins it now.
            let aligned = groups.is_empty()
                || start.is_some_and(|group| group.aligned)
                || (is_new && of_phase.is_some_and(|group| group.aligned));
            offset = offset.next_multiple_of(if aligned { PAGE_SIZE } else { extent.align.max(1) });
            begin = offset;
            groups.push(Group {
                id: offset / PAGE_SIZE,
                phase: symbol.phase,
                max_pages: of_phase.and_then(|group| group.max_pages),
                align: of_phase.is_some_and(|group| group.align),
                aligned,
                bytes: 0,
                pages: 0,
            });
        }
        offset = offset.next_multiple_of(extent.align.max(1));
        symbol.group = offset / PAGE_SIZE;
        offset += extent.size;
        if let Some(group) = groups.last_mut() {
            group.bytes = offset - begin;
            group.pages = offset.div_ceil(PAGE_SIZE) - begin / PAGE_SIZE;
        }
    }
    // A phase without functions stays for its budget.
    for group in &plan.groups {
        let is_gone = groups.iter().all(|other| other.phase != group.phase);
        if is_gone && (group.max_pages.is_some() || group.align) {
            let at = groups.partition_point(|other| other.phase < group.phase);
            let id = groups.get(at).map_or(offset.div_ceil(PAGE_SIZE), |next| next.id);
            groups.insert(at, Group { id, bytes: 0, pages: 0, aligned: false, ..group.clone() });
        }
    }
    plan.groups = groups;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        let symbol = |(name, phase, group): (&str, Phase, u64)| PlanSymbol {
            name: name.to_owned(),
            phase,
            group,
            pinned: name == "pinned",
        };
        let group = |id, phase, aligned| Group {
            id,
            phase,
            max_pages: (phase == Phase::Startup).then_some(4),
            align: false,
            aligned,
            bytes: 1,
            pages: 1,
        };
        Plan {
            groups: vec![
                group(0, Phase::Startup, true),
                group(1, Phase::Steady, true),
                group(2, Phase::Cold, false),
            ],
            symbols: [
                ("boot", Phase::Startup, 0),
                ("late", Phase::Startup, 0),
                ("work", Phase::Steady, 1),
                ("idle", Phase::Steady, 1),
                ("pinned", Phase::Steady, 1),
                ("early", Phase::Steady, 1),
                ("gone", Phase::Cold, 2),
                ("error", Phase::Cold, 2),
                ("retry", Phase::Cold, 2),
            ]
            .map(symbol)
            .to_vec(),
            ..Plan::default()
        }
    }

    fn observed(samples: &[(&'static str, u64, u64)]) -> Observed<'static> {
        let names = ["boot", "late", "work", "idle", "pinned", "early", "error", "retry"];
        Observed {
            runs: 9,
            samples: samples
                .iter()
                .map(|&(name, before, after)| (name, Sampled { before, after }))
                .collect(),
            extents: names.iter().map(|&name| (name, Extent { size: 3000, align: 16 })).collect(),
        }
    }

    fn told(changes: &[Change]) -> Vec<(&str, Phase, Phase)> {
        changes.iter().map(|c| (c.name.as_str(), c.from, c.to)).collect()
    }

    #[test]
    fn what_runs_is_not_cold_and_what_never_does_is() {
        let mut plan = plan();
        let samples = [("work", 0, 5000), ("early", 3, 1), ("retry", 0, 40), ("error", 0, 1)];
        let changes = feedback(&mut plan, &observed(&samples));
        assert_eq!(
            told(&changes),
            [
                ("idle", Phase::Steady, Phase::Cold),
                ("early", Phase::Steady, Phase::Startup),
                ("retry", Phase::Cold, Phase::Steady),
            ]
        );
        let reasons: Vec<&str> = changes.iter().map(|change| change.reason.as_str()).collect();
        assert_eq!(
            reasons,
            [
                "it hardly ever runs: no sample of 5045, so less than 0.06 % of the time",
                "it ran before the first mark: 3 samples there, 1 after it, in 9 runs",
                "it runs: 40 of 5045 samples, 0.79 % of the time",
            ]
        );
        let order: Vec<(&str, u64)> =
            plan.symbols.iter().map(|s| (s.name.as_str(), s.group)).collect();
        // Steady code still begins on a page of its own, by the same function.
        assert_eq!(
            order,
            [
                ("boot", 0),
                ("late", 0),
                ("early", 1),
                ("work", 3),
                ("pinned", 3),
                ("retry", 4),
                ("gone", 5),
                ("error", 5),
                ("idle", 5),
            ]
        );
        let groups: Vec<(u64, Phase, bool)> =
            plan.groups.iter().map(|g| (g.id, g.phase, g.aligned)).collect();
        assert_eq!(
            groups,
            [(0, Phase::Startup, true), (3, Phase::Steady, true), (5, Phase::Cold, false)]
        );
        assert_eq!((plan.groups[0].max_pages, plan.groups[0].pages), (Some(4), 3));
        // Saying it again changes nothing more.
        let before = plan.clone();
        assert_eq!(feedback(&mut plan, &observed(&samples)), []);
        assert_eq!(plan, before);
    }

    #[test]
    fn few_samples_say_nothing_of_what_they_missed() {
        let mut plan = plan();
        assert_eq!(feedback(&mut plan, &observed(&[("work", 0, ENOUGH - 1)])), []);
        assert_eq!(plan, self::plan());
        let changes = feedback(&mut plan, &observed(&[("work", 0, ENOUGH)]));
        assert_eq!(
            told(&changes),
            [("idle", Phase::Steady, Phase::Cold), ("early", Phase::Steady, Phase::Cold),]
        );
    }
}
