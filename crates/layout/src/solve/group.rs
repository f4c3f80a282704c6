//! Pages: which groups begin on one of their own, which page each function lies
//! on, and whether budgets hold.

use super::improve::Effort;
use super::objective::{Objective, Placed};
use super::units::{Phases, Source, Units};
use super::{Budget, Config};
use crate::plan::{Group, PlanSymbol, Problem};
use crate::profile::Profile;
use crate::{PAGE_SIZE, Phase};

/// Moves what need not be early out of phases that have more pages than they may:
/// what only reachability calls early first, then patterns, then annotations; of
/// one kind, the longest. What was recorded or pinned stays.
pub(crate) fn hold_budgets(units: &Units, phases: &mut Phases, config: &Config) {
    for phase in [Phase::Startup, Phase::FirstFrame] {
        let Some(max_pages) = config.budgets[phase.index()].max_pages else { continue };
        let room = max_pages.saturating_mul(PAGE_SIZE);
        let mut bytes = 0u64;
        let mut weak = Vec::new();
        for unit in 0..units.len() {
            if phases.phase[unit] == phase {
                let padded = units.size[unit].next_multiple_of(units.align[unit]);
                bytes += padded;
                if phases.source[unit] < Source::Profile {
                    weak.push((phases.source[unit], std::cmp::Reverse(padded), unit));
                }
            }
        }
        weak.sort_unstable();
        for (_, std::cmp::Reverse(padded), unit) in weak {
            if bytes <= room {
                break;
            }
            phases.phase[unit] = Phase::Steady;
            bytes -= padded;
        }
    }
}

/// Begins functions on pages of their own, in front of which that costs less: one
/// after the other, from the front.
pub(crate) fn page_align(
    units: &Units,
    objective: &Objective,
    order: &mut [Placed],
    phase_starts: &[usize],
    effort: &mut Effort,
) {
    let mut best = objective.cost(units, order.iter().copied(), 0);
    // The phases' beginnings are the likeliest, so they are tried first.
    let others = (1..order.len()).filter(|at| {
        let signature = |at: usize| units.signature[order[at].unit as usize];
        signature(*at) != signature(*at - 1)
    });
    let places: Vec<usize> = phase_starts.iter().copied().chain(others).collect();
    for at in places {
        if at == 0 || at >= order.len() || order[at].aligned {
            continue;
        }
        if effort.0 < order.len() as u64 {
            return;
        }
        effort.0 -= order.len() as u64;
        order[at].aligned = true;
        let cost = objective.cost(units, order.iter().copied(), 0);
        if cost < best {
            best = cost;
        } else {
            order[at].aligned = false;
        }
    }
}

/// The rows of a plan for `order`, each unit with its phase.
pub(crate) fn rows(
    profile: &Profile,
    units: &Units,
    config: &Config,
    order: &[(Placed, Phase)],
) -> (Vec<Group>, Vec<PlanSymbol>) {
    let mut groups: Vec<Group> = Vec::new();
    let mut symbols = Vec::with_capacity(profile.symbols.len());
    let (mut end, mut begin) = (0, 0);
    for &(placed, phase) in order {
        let offset = placed.offset(units, end);
        end = offset + units.size[placed.unit as usize];
        let page = offset / PAGE_SIZE;
        if placed.aligned || groups.last().is_none_or(|group| group.phase != phase) {
            begin = offset;
            let budget = config.budgets[phase.index()];
            let first = groups.last().is_none_or(|group| group.phase != phase);
            groups.push(Group {
                id: page,
                phase,
                max_pages: budget.max_pages,
                align: budget.align && first,
                // Costs are counted from a page's beginning.
                aligned: placed.aligned || groups.is_empty(),
                bytes: 0,
                pages: 0,
            });
        }
        if let Some(group) = groups.last_mut() {
            group.bytes = end - begin;
            group.pages = pages(begin, end);
        }
        // An alias of a pinned function is where that is.
        let pinned = units.pinned[placed.unit as usize];
        symbols.extend(units.members(placed.unit).iter().map(|symbol| {
            let name = profile.symbols[symbol.index()].name.clone();
            PlanSymbol { name, phase, group: page, pinned }
        }));
    }
    keep_budgets(config, &mut groups, end.div_ceil(PAGE_SIZE));
    (groups, symbols)
}

/// Adds a row for each phase that has a budget but no functions, so that the
/// budget is not forgotten.
fn keep_budgets(config: &Config, groups: &mut Vec<Group>, pages: u64) {
    for phase in Phase::ALL {
        let budget = config.budgets[phase.index()];
        if budget == Budget::default() || groups.iter().any(|group| group.phase == phase) {
            continue;
        }
        let at = groups.partition_point(|group| group.phase < phase);
        let id = groups.get(at).map_or(pages, |group| group.id);
        let Budget { max_pages, align } = budget;
        let group = Group { id, phase, max_pages, align, aligned: false, bytes: 0, pages: 0 };
        groups.insert(at, group);
    }
}

/// How many pages the bytes from `begin` to `end` lie on.
fn pages(begin: u64, end: u64) -> u64 {
    if end == begin { 0 } else { (end - 1) / PAGE_SIZE - begin / PAGE_SIZE + 1 }
}

/// How many functions a broken budget names.
const NAMED: usize = 5;

/// What broke the budgets that do not hold.
pub(crate) fn broken_budgets(
    profile: &Profile,
    units: &Units,
    config: &Config,
    order: &[(Placed, Phase)],
) -> Vec<Problem> {
    let mut extents = [(u64::MAX, 0); Phase::ALL.len()];
    let mut end = 0;
    for &(placed, phase) in order {
        let offset = placed.offset(units, end);
        end = offset + units.size[placed.unit as usize];
        let (begin, last) = &mut extents[phase.index()];
        (*begin, *last) = ((*begin).min(offset), end);
    }
    let mut problems = Vec::new();
    for phase in Phase::ALL {
        let (begin, end) = extents[phase.index()];
        let Some(max_pages) = config.budgets[phase.index()].max_pages else { continue };
        if begin == u64::MAX || pages(begin, end) <= max_pages {
            continue;
        }
        let mut longest: Vec<u32> =
            order.iter().filter(|(_, of)| *of == phase).map(|(placed, _)| placed.unit).collect();
        longest.sort_by_key(|&unit| std::cmp::Reverse(units.size[unit as usize]));
        let name = |&unit: &u32| {
            let name = &profile.symbols[units.members(unit)[0].index()].name;
            format!("`{name}` ({} bytes)", units.size[unit as usize])
        };
        let named: Vec<String> = longest.iter().take(NAMED).map(name).collect();
        problems.push(Problem {
            code: Problem::BUDGET.to_owned(),
            text: format!(
                "{phase} has {} pages, {} bytes in {} functions, and may have {max_pages}; the \
                 longest are {}",
                pages(begin, end),
                end - begin,
                longest.len(),
                named.join(", ")
            ),
        });
    }
    problems
}
