//! Several recordings become one profile.
//!
//! Of the same build, counts add up, and each scenario keeps the touches of the
//! run with the median number of them before the stop mark: one unusual run must
//! not decide, and a mixture of runs would be an order that no run had. Across
//! builds, names are what connects; the symbols are those of the latest build,
//! and a scenario that a later build recorded again is the later build's.

use rustc_hash::FxHashMap;

use super::{Edge, Mark, Profile, ProfileError, Scenario, Touch};
use crate::symbol::{ScenarioIndex, SymbolIndex};

/// Why profiles do not merge.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum MergeError {
    /// There is nothing to merge.
    #[error("there is no profile to merge")]
    Nothing,
    /// One of the profiles does not hold together.
    #[error("profile {position}: {error}")]
    Invalid {
        /// Counted from 1.
        position: usize,
        /// What is wrong.
        error: ProfileError,
    },
    /// The profiles are of different programs.
    #[error(
        "profile {position} is of program `{found}`, the others are of `{expected}`; solve each \
         program by itself"
    )]
    Program {
        /// Counted from 1.
        position: usize,
        /// Its program.
        found: String,
        /// The first one's.
        expected: String,
    },
}

/// One scenario's recording within one profile.
struct Recording<'a> {
    profile: &'a Profile,
    scenario: ScenarioIndex,
    /// Touches before the stop mark.
    early: usize,
    /// Sorted by order, then by name.
    touches: Vec<&'a Touch>,
}

impl<'a> Recording<'a> {
    fn scenario(&self) -> &'a Scenario {
        &self.profile.scenarios[self.scenario.index()]
    }

    /// What tells two runs with the same number of early touches apart.
    fn content(&self) -> impl Iterator<Item = (u32, &'a str, u64)> {
        self.touches.iter().map(|touch| (touch.order, self.name_of(touch), touch.time_ns))
    }

    fn name_of(&self, touch: &Touch) -> &'a str {
        &self.profile.symbols[touch.symbol.index()].name
    }
}

/// Merges `profiles`, earliest first. Of the same build, their order decides
/// nothing but whose stop mark and weight a scenario has: the last one's. Such
/// profiles may call the program differently, as copies of one file do, and one
/// may know of attributes that another does not.
pub fn merge(profiles: &[Profile]) -> Result<Profile, MergeError> {
    let last = profiles.last().ok_or(MergeError::Nothing)?;
    for (position, profile) in profiles.iter().enumerate() {
        let position = position + 1;
        profile.validate().map_err(|error| MergeError::Invalid { position, error })?;
        let first = &profiles[0];
        let is_same = !profile.build.is_empty() && profile.build == first.build;
        if !is_same && profile.program != first.program {
            let (found, expected) = (profile.program.clone(), first.program.clone());
            return Err(MergeError::Program { position, found, expected });
        }
    }
    let mut merged = Profile {
        program: profiles[0].program.clone(),
        build: last.build.clone(),
        symbols: last.symbols.clone(),
        ..Profile::default()
    };
    for symbol in &mut merged.symbols {
        (symbol.calls, symbol.time_ns) = (0, 0);
    }
    let index: FxHashMap<&str, SymbolIndex> = (last.symbols.iter().enumerate())
        .map(|(row, symbol)| (symbol.name.as_str(), SymbolIndex::from_usize(row)))
        .collect();
    counts(profiles, &index, &mut merged);
    let same_build = profiles.iter().filter(|p| !p.build.is_empty() && p.build == last.build);
    same_build.for_each(|profile| attributes(profile, &index, &mut merged));

    for recordings in by_scenario(profiles) {
        add_scenario(recordings, &index, &mut merged);
    }
    merged.sort();
    Ok(merged)
}

/// What `profile` knows of functions that nothing is known of yet.
fn attributes(profile: &Profile, index: &FxHashMap<&str, SymbolIndex>, merged: &mut Profile) {
    for from in &profile.symbols {
        let Some(to) = index.get(from.name.as_str()) else { continue };
        let to = &mut merged.symbols[to.index()];
        to.attribute = to.attribute.or(from.attribute);
        to.reachability = to.reachability.or(from.reachability);
        to.pinned |= from.pinned;
        if to.anchor.is_empty() {
            to.anchor.clone_from(&from.anchor);
        }
    }
}

/// Calls, times and edges, summed by name.
fn counts(profiles: &[Profile], index: &FxHashMap<&str, SymbolIndex>, merged: &mut Profile) {
    let mut edges: FxHashMap<(SymbolIndex, SymbolIndex), u64> = FxHashMap::default();
    for profile in profiles {
        let to_merged: Vec<Option<SymbolIndex>> =
            profile.symbols.iter().map(|s| index.get(s.name.as_str()).copied()).collect();
        for (symbol, to) in profile.symbols.iter().zip(&to_merged) {
            if let Some(to) = to {
                let to = &mut merged.symbols[to.index()];
                to.calls = to.calls.saturating_add(symbol.calls);
                to.time_ns = to.time_ns.saturating_add(symbol.time_ns);
            }
        }
        for edge in &profile.edges {
            let ends = (to_merged[edge.caller.index()], to_merged[edge.callee.index()]);
            if let (Some(caller), Some(callee)) = ends {
                let weight = edges.entry((caller, callee)).or_insert(0);
                *weight = weight.saturating_add(edge.weight);
            }
        }
    }
    merged.edges = edges
        .into_iter()
        .map(|((caller, callee), weight)| Edge { caller, callee, weight })
        .collect();
}

/// The recordings of each scenario that count, scenarios in the order of names.
/// Never an empty list of recordings.
fn by_scenario(profiles: &[Profile]) -> Vec<Vec<Recording<'_>>> {
    let mut all: Vec<Recording<'_>> = Vec::new();
    for profile in profiles {
        let mut touches: Vec<Vec<&Touch>> = vec![Vec::new(); profile.scenarios.len()];
        for touch in &profile.touches {
            touches[touch.scenario.index()].push(touch);
        }
        for (row, mut touches) in touches.into_iter().enumerate() {
            let scenario = ScenarioIndex::from_usize(row);
            touches.sort_unstable_by_key(|t| (t.order, &profile.symbols[t.symbol.index()].name));
            let stop = profile.stop_order(scenario);
            let early = touches.partition_point(|t| stop.is_none_or(|stop| t.order < stop));
            all.push(Recording { profile, scenario, early, touches });
        }
    }
    // Stable: recordings of one scenario stay in the order of the profiles.
    all.sort_by(|a, b| a.scenario().name.cmp(&b.scenario().name));
    let mut scenarios: Vec<Vec<Recording<'_>>> = Vec::new();
    for recording in all {
        match scenarios.last_mut() {
            Some(same) if same[0].scenario().name == recording.scenario().name => {
                same.push(recording);
            }
            _ => scenarios.push(vec![recording]),
        }
    }
    for recordings in &mut scenarios {
        if let Some(latest) = recordings.last().map(|r| r.profile.build.clone()) {
            recordings.retain(|r| r.profile.build == latest);
        }
    }
    scenarios
}

fn add_scenario(
    mut recordings: Vec<Recording<'_>>,
    index: &FxHashMap<&str, SymbolIndex>,
    merged: &mut Profile,
) {
    let Some(definition) = recordings.last().map(|r| r.scenario().clone()) else { return };
    // Those that were never run say nothing, if others were.
    if recordings.iter().any(|r| r.scenario().runs > 0) {
        recordings.retain(|r| r.scenario().runs > 0);
    }
    let runs = recordings.iter().fold(0u64, |sum, r| sum.saturating_add(r.scenario().runs));
    recordings.sort_by(|a, b| a.early.cmp(&b.early).then_with(|| a.content().cmp(b.content())));
    let mut before = 0u64;
    let middle = runs.div_ceil(2);
    let median = recordings
        .iter()
        .position(|r| {
            before = before.saturating_add(r.scenario().runs);
            before >= middle
        })
        .unwrap_or(0);
    let Some(kept) = recordings.get(median) else { return };

    let scenario = ScenarioIndex::from_usize(merged.scenarios.len());
    merged.scenarios.push(Scenario { runs, ..definition });
    merged.touches.extend(kept.touches.iter().filter_map(|touch| {
        let symbol = *index.get(kept.name_of(touch))?;
        Some(Touch { scenario, symbol, ..**touch })
    }));
    let marks = kept.profile.marks.iter().filter(|m| m.scenario == kept.scenario);
    merged.marks.extend(marks.map(|mark| Mark { scenario, ..mark.clone() }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbol::LayoutSymbol;

    /// A run of `boot` that touches `names` and then reaches its stop mark
    /// `late` touches before the end.
    fn run(build: &str, all: &[&str], names: &[&str], late: usize) -> Profile {
        let symbols: Vec<_> = all.iter().map(|name| LayoutSymbol::new(*name, 10)).collect();
        let touch = |(order, name): (usize, &&str)| Touch {
            scenario: ScenarioIndex(0),
            symbol: SymbolIndex::from_usize(all.iter().position(|a| a == name).expect("listed")),
            order: order as u32,
            time_ns: 0,
        };
        let mut profile = Profile {
            program: "app".into(),
            build: build.into(),
            scenarios: vec![Scenario {
                name: "boot".into(),
                entry: "main".into(),
                stop: "ready".into(),
                weight: 1.0,
                runs: 1,
            }],
            symbols,
            touches: names.iter().enumerate().map(touch).collect(),
            edges: vec![Edge { caller: SymbolIndex(0), callee: SymbolIndex(1), weight: 3 }],
            marks: vec![Mark {
                scenario: ScenarioIndex(0),
                name: "ready".into(),
                order: (names.len() - late) as u32,
                time_ns: 5,
            }],
        };
        profile.symbols[0].calls = 7;
        profile
    }

    fn touched(profile: &Profile) -> Vec<&str> {
        profile.touches.iter().map(|t| profile.symbols[t.symbol.index()].name.as_str()).collect()
    }

    const ALL: [&str; 4] = ["a", "b", "c", "d"];

    #[test]
    fn the_median_run_is_kept_and_counts_add() {
        let few = run("1", &ALL, &["a"], 0);
        // More touches in all, but not before the mark.
        let middle = run("1", &ALL, &["b", "a", "c", "d"], 2);
        let many = run("1", &ALL, &["d", "c", "b", "a"], 0);
        let merged = merge(&[many.clone(), few.clone(), middle.clone()]).expect("merges");
        assert_eq!(touched(&merged), ["b", "a", "c", "d"]);
        assert_eq!(merged.scenarios[0].runs, 3);
        assert_eq!(merged.symbols[0].calls, 21);
        assert_eq!(merged.edges[0].weight, 9);
        assert_eq!(merged.marks[0].order, 2);
        assert_eq!(merged, merge(&[few, middle, many]).expect("merges"));
    }

    #[test]
    fn a_merged_profile_stands_for_its_runs() {
        let few = run("1", &ALL, &["a"], 0);
        let many = run("1", &ALL, &["d", "c", "b", "a"], 0);
        let three = merge(&[few.clone(), few.clone(), few]).expect("merges");
        let merged = merge(&[three, many.clone(), many]).expect("merges");
        assert_eq!(touched(&merged), ["a"]);
        assert_eq!(merged.scenarios[0].runs, 5);
    }

    #[test]
    fn builds_merge_by_name_and_the_later_one_counts() {
        let mut old = run("1", &ALL, &["d", "c", "a"], 0);
        old.scenarios[0].name = "open".into();
        let new = run("2", &["c", "a", "e"], &["e", "a"], 0);
        let merged = merge(&[old.clone(), new]).expect("merges");
        let names: Vec<_> = merged.symbols.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["c", "a", "e"]);
        // `boot` of the new build, then `open` of the old one without `d`.
        assert_eq!(touched(&merged), ["e", "a", "c", "a"]);
        assert_eq!(merged.build, "2");

        old.scenarios[0].name = "boot".into();
        let new = run("2", &["c", "a", "e"], &["e"], 0);
        assert_eq!(touched(&merge(&[old, new]).expect("merges")), ["e"]);
    }

    #[test]
    fn what_does_not_merge_is_said() {
        assert_eq!(merge(&[]), Err(MergeError::Nothing));
        let good = run("1", &ALL, &["a"], 0);
        let other = Profile { program: "other".into(), build: "2".into(), ..good.clone() };
        let error = merge(&[good.clone(), other]).expect_err("two programs");
        assert!(matches!(error, MergeError::Program { position: 2, .. }), "{error}");
        let mut broken = good.clone();
        broken.scenarios[0].weight = f64::NAN;
        let error = merge(&[good, broken]).expect_err("a weight that is none");
        assert!(error.to_string().contains("profile 2: scenario `boot` has weight NaN"), "{error}");
    }
    #[test]
    fn recordings_of_a_build_tell_each_other_of_attributes() {
        let mut knows = run("1", &ALL, &["a"], 0);
        knows.symbols[0].attribute = Some(crate::Phase::Steady);
        knows.symbols[0].pinned = true;
        knows.symbols[1].anchor = "loop".into();
        // A copy of the file under another name is the same program.
        let copy = Profile { program: "copy".into(), ..run("1", &ALL, &["b"], 0) };
        let merged = merge(&[knows.clone(), copy]).expect("one build");
        assert_eq!(merged.program, "app");
        assert_eq!(merged.symbols[0].attribute, Some(crate::Phase::Steady));
        assert!(merged.symbols[0].pinned && merged.symbols[1].anchor == "loop");
        // Another build may have other attributes.
        let later = run("2", &ALL, &["b"], 0);
        let merged = merge(&[knows, later]).expect("one program");
        assert!(!merged.symbols[0].pinned && merged.symbols[1].anchor.is_empty());
    }
}
