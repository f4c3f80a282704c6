//! When each function is needed, by the strongest source that says it.

use super::Config;
use super::units::{Phases, Source, Units};
use crate::pattern;
use crate::plan::Problem;
use crate::profile::{Profile, stop_orders};
use crate::{Phase, SymbolIndex};

/// What the scenarios say of a unit, the strongest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    /// Before an anchor.
    Startup,
    /// Behind an anchor, before a stop mark.
    FirstFrame,
    /// Behind the stop marks.
    Later,
    Never,
}

/// The phases, and what contradicts itself, in the order of the program.
pub(crate) fn assign(profile: &Profile, units: &Units, config: &Config) -> (Phases, Vec<Problem>) {
    let seen = seen(profile, units);
    let recorded = !profile.scenarios.is_empty();
    let count = units.len();
    let mut phases = Phases { phase: Vec::with_capacity(count), source: Vec::with_capacity(count) };
    let mut contradictions = Vec::new();
    for unit in 0..count as u32 {
        let weaker = without_profile(profile, units, config, unit);
        let recorded = recorded.then(|| by_profile(seen[unit as usize], weaker));
        let (phase, source) = match (units.pinned[unit as usize], recorded) {
            (true, _) if weaker.1 == Source::Annotation => (weaker.0, Source::Pin),
            (true, Some((phase, _))) => (phase, Source::Pin),
            (true, None) => (weaker.0, Source::Pin),
            (false, Some((phase, source))) => {
                if weaker.1 == Source::Annotation && weaker.0 != phase {
                    contradictions.push(contradiction(profile, units, unit, weaker.0, &seen));
                }
                (phase, source)
            }
            (false, None) => weaker,
        };
        phases.phase.push(phase);
        phases.source.push(source);
    }
    (phases, contradictions)
}

fn seen(profile: &Profile, units: &Units) -> Vec<Seen> {
    let stops = stop_orders(profile);
    // The first touch of an anchor ends startup in its scenario.
    let mut anchors = vec![u32::MAX; profile.scenarios.len()];
    for touch in &profile.touches {
        if !profile.symbols[touch.symbol.index()].anchor.is_empty() {
            let anchor = &mut anchors[touch.scenario.index()];
            *anchor = (*anchor).min(touch.order);
        }
    }
    let mut seen = vec![Seen::Never; units.len()];
    for touch in &profile.touches {
        let scenario = touch.scenario.index();
        let now = if touch.order >= stops[scenario] {
            Seen::Later
        } else if touch.order >= anchors[scenario] {
            Seen::FirstFrame
        } else {
            Seen::Startup
        };
        let seen = &mut seen[units.of_symbol[touch.symbol.index()] as usize];
        *seen = (*seen).min(now);
    }
    seen
}

fn by_profile(seen: Seen, weaker: (Phase, Source)) -> (Phase, Source) {
    match seen {
        Seen::Startup => (Phase::Startup, Source::Profile),
        Seen::FirstFrame => (Phase::FirstFrame, Source::Profile),
        Seen::Later => (Phase::Steady, Source::Profile),
        // No scenario needs it; that it is hot later is something that no
        // scenario can deny.
        Seen::Never if weaker.0 == Phase::Steady && weaker.1 != Source::Nothing => weaker,
        Seen::Never => (Phase::Cold, Source::Profile),
    }
}

/// What annotations, patterns and reachability say, in this order.
fn without_profile(
    profile: &Profile,
    units: &Units,
    config: &Config,
    unit: u32,
) -> (Phase, Source) {
    let members = units.members(unit).iter();
    let symbols = members.map(|symbol: &SymbolIndex| &profile.symbols[symbol.index()]);
    if let Some(phase) = symbols.clone().filter_map(|symbol| symbol.attribute).min() {
        return (phase, Source::Annotation);
    }
    let of_names = |pattern: &str| symbols.clone().any(|s| pattern::matches(pattern, &s.name));
    if let Some(found) = config.patterns.iter().find(|p| of_names(&p.pattern)) {
        return (found.phase, Source::Pattern);
    }
    match symbols.filter_map(|symbol| symbol.reachability).min() {
        Some(phase) => (phase, Source::Reachability),
        None => (Phase::Steady, Source::Nothing),
    }
}

fn contradiction(
    profile: &Profile,
    units: &Units,
    unit: u32,
    annotation: Phase,
    seen: &[Seen],
) -> Problem {
    let name = &profile.symbols[units.members(unit)[0].index()].name;
    let fact = match seen[unit as usize] {
        Seen::Startup => "a scenario touches it in startup",
        Seen::FirstFrame => "a scenario touches it between the anchor and its stop mark",
        Seen::Later => "scenarios touch it only after their stop marks",
        Seen::Never => "no scenario touches it",
    };
    Problem {
        code: Problem::CONTRADICTION.to_owned(),
        text: format!(
            "`{name}` is annotated {annotation}, but {fact}; remove the annotation, pin the \
             function, or record the scenario that needs it"
        ),
    }
}
