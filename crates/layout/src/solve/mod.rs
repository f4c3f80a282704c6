//! From a profile to a plan: a pure function, and deterministic.
//!
//! Equal input gives an equal plan, whatever the order of rows where that means
//! nothing: scenarios are taken by weight and name, functions by address, and
//! sums are of integers.

mod affinity;
mod bisect;
mod candidate;
mod group;
mod improve;
mod objective;
mod phase;
mod units;

use std::borrow::Cow;

use crate::plan::{Pattern, Plan, PlanScenario, Policy, Problem, Statistic, names_hash};
use crate::profile::{Profile, ProfileError, ScenarioOrder, stop_orders};
use crate::{PAGE_SIZE, Phase};
use candidate::{Candidates, Early, first_touches};
use improve::Effort;
use objective::{Objective, Placed, packed};
use units::{Phases, Units};

/// What the user wants of a phase.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Budget {
    /// The most pages that it may have.
    pub max_pages: Option<u64>,
    /// It begins on a page of its own even where that does not pay.
    pub align: bool,
}

/// What the user wants of a plan.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Config {
    /// Whether a profile may contradict annotations.
    pub policy: Policy,
    /// Phases by name; the first pattern that matches counts.
    pub patterns: Vec<Pattern>,
    /// Stop marks and weights in place of recorded ones.
    pub scenarios: Vec<PlanScenario>,
    /// By [`Phase::index`].
    pub budgets: [Budget; Phase::ALL.len()],
}

impl Config {
    /// What the user wrote into `plan`, to solve it again. A phase's budget is that
    /// of its first group.
    pub fn of_plan(plan: &Plan) -> Self {
        let mut budgets = [Budget::default(); Phase::ALL.len()];
        for phase in Phase::ALL {
            if let Some(group) = plan.groups.iter().find(|group| group.phase == phase) {
                budgets[phase.index()] = Budget { max_pages: group.max_pages, align: group.align };
            }
        }
        let (patterns, scenarios) = (plan.patterns.clone(), plan.scenarios.clone());
        Self { policy: plan.policy, patterns, scenarios, budgets }
    }

    /// `profile` with the scenarios as the user wants them, and those of the user
    /// that nobody recorded.
    fn apply<'a>(&self, profile: &'a Profile) -> (Cow<'a, Profile>, Vec<Problem>) {
        let mut profile = Cow::Borrowed(profile);
        let mut problems = Vec::new();
        for wanted in &self.scenarios {
            let Some(row) = profile.scenarios.iter().position(|s| s.name == wanted.name) else {
                problems.push(Problem {
                    code: Problem::SCENARIO.to_owned(),
                    text: format!(
                        "scenario `{}` of the plan is not in the profile; record it, or remove \
                         its row",
                        wanted.name
                    ),
                });
                continue;
            };
            let scenario = &mut profile.to_mut().scenarios[row];
            scenario.stop.clone_from(&wanted.stop);
            scenario.weight = wanted.weight;
        }
        (profile, problems)
    }
}

/// A plan, and what to tell the user.
#[derive(Clone, PartialEq, Debug)]
pub struct Solution {
    /// The plan; `plan.problems` are the warnings.
    pub plan: Plan,
    /// Σ over scenarios of weight × pages, for the plan, in units of which the
    /// heaviest scenario's page has 2^20.
    pub cost: u64,
    /// The same for the order that the program had.
    pub input_cost: u64,
    /// The same for phase-sorted greedy packing.
    pub greedy_cost: u64,
}

/// Why there is no plan.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum SolveError {
    /// The profile does not hold together.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The profile contradicts annotations and the policy is strict.
    #[error(
        "the profile contradicts {} annotations, and the policy is strict: {}",
        .0.len(),
        .0.first().map_or("", |first| first.text.as_str())
    )]
    Contradictions(Vec<Problem>),
}

/// Units looked at by local improvement, over all candidates.
const EFFORT: u64 = 16_000_000;
/// So many of the best candidates are improved.
const IMPROVED: usize = 2;
/// Units looked at to find out where page alignment pays.
const ALIGN_EFFORT: u64 = 4_000_000;

/// The order of the functions of `profile` in which its scenarios touch the
/// fewest pages. By that objective never worse than the order that the program
/// had, nor than phase-sorted greedy packing, unless `config` or pinned functions
/// demand it. For one scenario at the bound ⌈bytes / 4096⌉ but for alignment.
pub fn solve(profile: &Profile, config: &Config) -> Result<Solution, SolveError> {
    let (profile, unrecorded) = config.apply(profile);
    let profile = profile.as_ref();
    profile.validate()?;
    let scenarios = ScenarioOrder::new(profile);
    let units = Units::new(profile, &scenarios);
    let weights: Vec<f64> =
        scenarios.rows.iter().map(|row| profile.scenarios[row.index()].weight).collect();
    let objective = Objective::new(&weights, units.signatures.words);

    let (mut phases, contradictions) = phase::assign(profile, &units, config);
    if config.policy == Policy::Strict && !contradictions.is_empty() {
        return Err(SolveError::Contradictions(contradictions));
    }
    group::hold_budgets(&units, &mut phases, config);

    let first = first_touches(profile, &units, &scenarios);
    let candidates = Candidates { units: &units, objective: &objective, first: &first };
    let early = early(&units, &phases);
    let greedy = candidates.greedy(&early);
    let late = late(profile, &units, &phases);

    let whole: Vec<u32> = (0..units.len() as u32).collect();
    let input_cost = objective.cost(&units, packed(&whole), 0);
    let with_late = |early: Vec<Placed>| {
        let mut order = early;
        order.extend(packed(&late));
        align_by_config(&mut order, &phases, config);
        order
    };
    let greedy: Vec<Placed> = with_late(packed(&greedy.order).collect());
    let greedy_cost = objective.cost(&units, greedy.iter().copied(), 0);

    let names: Vec<&str> = profile.symbols.iter().map(|symbol| symbol.name.as_str()).collect();
    let (best, (hash, names_hash)) =
        rayon::join(|| best_early(&candidates, &early), || (profile.hash(), names_hash(&names)));
    // Behind startup, and behind the pinned functions of the first frame.
    let phase_starts = [best.free[0].end, best.free[1].start];
    let mut order: Vec<Placed> = packed(&best.order).collect();
    let mut effort = Effort(ALIGN_EFFORT);
    group::page_align(&units, &objective, &mut order, &phase_starts, &mut effort);
    let mut order = with_late(order);
    let mut cost = objective.cost(&units, order.iter().copied(), 0);
    // What follows the early functions decides nothing unless it is pinned there.
    if greedy_cost < cost {
        (order, cost) = (greedy.clone(), greedy_cost);
    }
    if input_cost < cost && !units.pinned.contains(&true) {
        order = keep_input(&units, &mut phases, &late);
        align_by_config(&mut order, &phases, config);
        cost = objective.cost(&units, order.iter().copied(), 0);
    }

    let order: Vec<(Placed, Phase)> =
        order.into_iter().map(|placed| (placed, phases.phase[placed.unit as usize])).collect();
    let (groups, symbols) = group::rows(profile, &units, config, &order);
    let mut problems = contradictions;
    problems.extend(group::broken_budgets(profile, &units, config, &order));
    problems.extend(missed_stops(profile, &scenarios));
    problems.extend(unrecorded);
    let pages = [
        objective.pages(&units, packed(&whole)),
        objective.pages(&units, greedy),
        objective.pages(&units, order.iter().map(|(placed, _)| *placed)),
    ];
    let plan = Plan {
        program: profile.program.clone(),
        profile: hash,
        names: names_hash,
        policy: config.policy,
        patterns: config.patterns.clone(),
        scenarios: config.scenarios.clone(),
        groups,
        symbols,
        statistics: statistics(profile, &units, &scenarios, &pages),
        problems,
    };
    Ok(Solution { plan, cost, input_cost, greedy_cost })
}

/// What is needed early, in the order that the program had, pinned functions first.
fn early(units: &Units, phases: &Phases) -> Early {
    let mut order = Vec::new();
    let free = [Phase::Startup, Phase::FirstFrame].map(|phase| {
        let of_phase = |pinned: bool| {
            (0..units.len() as u32).filter(move |&unit| {
                let unit = unit as usize;
                phases.phase[unit] == phase && units.pinned[unit] == pinned
            })
        };
        order.extend(of_phase(true));
        let start = order.len();
        order.extend(of_phase(false));
        start..order.len()
    });
    Early { order, free }
}

/// Steady functions by affinity, cold ones by name, pinned ones first.
fn late(profile: &Profile, units: &Units, phases: &Phases) -> Vec<u32> {
    let of = |phase: Phase, pinned: bool| -> Vec<u32> {
        let all = 0..units.len() as u32;
        let is = |unit: &u32| {
            let unit = *unit as usize;
            phases.phase[unit] == phase && units.pinned[unit] == pinned
        };
        all.filter(is).collect()
    };
    let mut order = of(Phase::Steady, true);
    order.extend(affinity::order(profile, units, &of(Phase::Steady, false)));
    order.extend(of(Phase::Cold, true));
    let mut cold = of(Phase::Cold, false);
    cold.sort_by_key(|&unit| profile.symbols[units.members(unit)[0].index()].name.as_str());
    order.extend(cold);
    order
}

/// The best order of what is needed early: the best candidate, improved. The
/// first of equally good ones.
fn best_early(candidates: &Candidates<'_>, early: &Early) -> Early {
    let (units, objective) = (candidates.units, candidates.objective);
    let cost_of = |early: &Early| objective.cost(units, packed(&early.order), 0);
    let mut all = candidates.others(early);
    all.push(candidates.greedy(early));
    all.push(candidates.input(early));
    let mut all: Vec<(u64, Early)> =
        all.into_iter().map(|early| (cost_of(&early), early)).collect();
    all.sort_by_key(|(cost, _)| *cost);
    if all[0].0 == bound(units, objective) {
        return all.swap_remove(0).1;
    }
    let movable = early.free.iter().map(|range| range.len()).sum::<usize>();
    let mut effort = Effort(EFFORT);
    if movable <= improve::MAX_INSERTIONS {
        for (cost, early) in &mut all {
            *cost = improve::insertions(units, objective, early, &mut effort);
        }
        all.sort_by_key(|(cost, _)| *cost);
    } else {
        for (cost, early) in all.iter_mut().take(IMPROVED) {
            let effort = || Effort(EFFORT / (2 * IMPROVED as u64));
            let mut runs = early.clone();
            improve::runs(units, objective, &mut runs, &mut effort());
            // A run is as long as it was where it lay; elsewhere alignment may differ.
            if cost_of(&runs) < *cost {
                *early = runs;
            }
            improve::exchange(units, objective, early, &mut effort());
            *cost = cost_of(early);
        }
        all.sort_by_key(|(cost, _)| *cost);
    }
    all.swap_remove(0).1
}

/// What no order costs less than.
fn bound(units: &Units, objective: &Objective) -> u64 {
    let bytes = touched_bytes(units, objective.weights.len());
    let pages = bytes.iter().map(|bytes| bytes.div_ceil(PAGE_SIZE));
    pages.zip(&objective.weights).map(|(pages, weight)| pages * weight).sum()
}

/// How many bytes each scenario touches, heaviest scenario first.
fn touched_bytes(units: &Units, scenarios: usize) -> Vec<u64> {
    let mut bytes = vec![0u64; scenarios];
    for (unit, &signature) in units.signature.iter().enumerate() {
        for scenario in units.signatures.scenarios(signature) {
            bytes[scenario] += units.size[unit];
        }
    }
    bytes
}

/// The order that the program had, up to the last function that is needed early:
/// what lies between is filler that happens to keep functions off page
/// boundaries. All of it becomes startup.
fn keep_input(units: &Units, phases: &mut Phases, late: &[u32]) -> Vec<Placed> {
    let last = (0..units.len() as u32).rev().find(|&unit| units.is_touched(unit)).unwrap_or(0);
    for unit in 0..=last {
        phases.phase[unit as usize] = Phase::Startup;
    }
    let mut order: Vec<Placed> = (0..=last).map(Placed::packed).collect();
    // Untouched functions that something weaker than a profile calls early.
    for phase in [Phase::Startup, Phase::FirstFrame] {
        let early = last + 1..units.len() as u32;
        let of_phase = early.filter(|&unit| phases.phase[unit as usize] == phase);
        order.extend(of_phase.map(Placed::packed));
    }
    order.extend(late.iter().filter(|&&unit| unit > last).copied().map(Placed::packed));
    order
}

/// Phases that must begin on a page of their own do.
fn align_by_config(order: &mut [Placed], phases: &Phases, config: &Config) {
    for phase in Phase::ALL {
        if config.budgets[phase.index()].align {
            let of_phase = |placed: &Placed| phases.phase[placed.unit as usize] == phase;
            if let Some(at) = order.iter().position(of_phase) {
                order[at].aligned = true;
            }
        }
    }
}

fn missed_stops(profile: &Profile, scenarios: &ScenarioOrder) -> Vec<Problem> {
    let stops = stop_orders(profile);
    let missed = scenarios.rows.iter().filter(|row| {
        let scenario = &profile.scenarios[row.index()];
        !scenario.stop.is_empty() && scenario.runs > 0 && stops[row.index()] == u32::MAX
    });
    missed
        .map(|row| {
            let scenario = &profile.scenarios[row.index()];
            Problem {
                code: Problem::STOP_MARK.to_owned(),
                text: format!(
                    "scenario `{}` never reached its stop mark `{}`, so its whole run counts",
                    scenario.name, scenario.stop
                ),
            }
        })
        .collect()
}

/// `pages`: those of the input, of greedy packing and of the plan, heaviest
/// scenario first.
fn statistics(
    profile: &Profile,
    units: &Units,
    scenarios: &ScenarioOrder,
    pages: &[Vec<u64>; 3],
) -> Vec<Statistic> {
    let bytes = touched_bytes(units, scenarios.len());
    let row = |(at, bytes): (usize, &u64)| Statistic {
        scenario: profile.scenarios[scenarios.rows[at].index()].name.clone(),
        bound: bytes.div_ceil(PAGE_SIZE),
        input_pages: pages[0][at],
        greedy_pages: pages[1][at],
        pages: pages[2][at],
    };
    bytes.iter().enumerate().map(row).collect()
}
