//! `simple layout solve`: from profiles to a plan.

use std::process::ExitCode;

use simple_layout::{Config, Plan, Solution};

use super::{profile, wrong};
use crate::args::layout::Solve;
use crate::{files, report};

pub(super) fn solve(solve: &Solve) -> Result<ExitCode, ExitCode> {
    let profiles: Vec<_> =
        solve.profiles.iter().map(|path| profile::read(path)).collect::<Result<_, _>>()?;
    let profile = profile::merge(&profiles)?;
    // What the user wrote into the plan stays.
    let is_new = files::is_standard(&solve.output) || !solve.output.is_file();
    let old = if is_new { None } else { Some(super::read_text(&solve.output)?) };
    let config = match &old {
        Some(text) => {
            Config::of_plan(&Plan::from_sdn(text).map_err(|error| wrong(&solve.output, &error))?)
        }
        None => Config::default(),
    };
    let solution = simple_layout::solve(&profile, &config)
        .map_err(|error| report::fail(&error.to_string()))?;
    for problem in &solution.plan.problems {
        report::say(&format!("warning: {}\n", problem.text));
    }
    let text = match &old {
        Some(text) => {
            solution.plan.update_sdn(text).map_err(|error| wrong(&solve.output, &error))?
        }
        None => solution.plan.to_sdn(),
    };
    files::write(&solve.output, text.as_bytes())?;
    if !files::is_standard(&solve.output) {
        report::print(table(&solution).as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Pages of text that each scenario touches before its stop mark.
fn table(solution: &Solution) -> String {
    let rows = &solution.plan.statistics;
    let width = rows.iter().map(|row| row.scenario.chars().count()).max().unwrap_or(0).max(8);
    let mut out = format!(
        "{:width$}  {:>7}  {:>7}  {:>7}  {:>7}\n",
        "scenario", "before", "greedy", "planned", "fewest"
    );
    for row in rows {
        out.push_str(&format!(
            "{:width$}  {:>7}  {:>7}  {:>7}  {:>7}\n",
            row.scenario, row.input_pages, row.greedy_pages, row.pages, row.bound
        ));
    }
    out.push_str("pages of text touched before the stop mark\n");
    out
}
