//! Plans that builds apply.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Deserialize;
use simple_layout::Plan;

use super::read_text;
use crate::commands::package_root;
use crate::{files, report};

/// Reads a plan.
pub(crate) fn read(path: &Path) -> Result<Plan, ExitCode> {
    Plan::from_sdn(&read_text(path)?)
        .map_err(|error| report::fail(&format!("in `{}`: {error}", files::shown(path))))
}

/// What of a manifest concerns layouts.
#[derive(Deserialize)]
struct Manifest {
    layout: Option<PathBuf>,
}

/// The plan of a program: the one that the command line names, or the
/// package's; with its path for messages.
pub(crate) fn of_program(
    named: Option<&Path>,
    program: &Path,
) -> Result<Option<(PathBuf, Plan)>, ExitCode> {
    if let Some(path) = named {
        return Ok(Some((path.to_owned(), read(path)?)));
    }
    let Some(root) = program.parent().and_then(package_root) else { return Ok(None) };
    let text = read_text(&root.join("simple.sdn"))?;
    // What else is in a manifest, and whether it is right, is said elsewhere.
    let Ok(Manifest { layout: Some(layout) }) = simple_sdn::from_str(&text) else {
        return Ok(None);
    };
    let path = root.join(layout);
    let plan = read(&path)?;
    Ok(Some((path, plan)))
}

/// Warns if the plan at `path` was made for another program than the
/// executable `bytes`.
pub(crate) fn warn_if_stale(path: &Path, plan: &Plan, bytes: &[u8]) {
    // A program without names cannot be compared.
    let Ok(functions) = simple_record::functions(bytes) else { return };
    let names: Vec<&str> = functions.list.iter().map(|function| function.name.as_str()).collect();
    let fit = plan.fit(&names);
    if !fit.is_complete() {
        report::say(&format!(
            "warning: the plan `{}` was made for another build: {fit}\n  record and solve again \
             to place the rest\n",
            path.display()
        ));
    }
}
