//! Plans that builds apply.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Deserialize;
use simple_driver::Level;
use simple_layout::Plan;

use super::{read_text, wrong};
use crate::commands::package_root;
use crate::report;

/// Reads a plan.
pub(crate) fn read(path: &Path) -> Result<Plan, ExitCode> {
    Plan::from_sdn(&read_text(path)?).map_err(|error| wrong(path, &error))
}

/// What of a manifest concerns layouts.
#[derive(Deserialize)]
struct Manifest {
    layout: Option<PathBuf>,
}

/// The plan that a build of `program` applies, with its path for messages: the
/// one that the command line names, or that of the package whose program it
/// is. Debug builds have none, and look for none.
pub(crate) fn of_program(
    named: Option<&Path>,
    program: &Path,
    level: Level,
) -> Result<Option<(PathBuf, Plan)>, ExitCode> {
    if level == Level::Debug {
        return Ok(None);
    }
    let path = match named {
        Some(path) => Some(path.to_owned()),
        None => of_package(program)?,
    };
    let Some(path) = path else { return Ok(None) };
    let plan = read(&path)?;
    Ok(Some((path, plan)))
}

/// What the package's manifest says, if `program` is the package's.
fn of_package(program: &Path) -> Result<Option<PathBuf>, ExitCode> {
    let Some(root) = program.parent().and_then(package_root) else { return Ok(None) };
    let is_packages = match (root.join("src/main.spl").canonicalize(), program.canonicalize()) {
        (Ok(main), Ok(program)) => main == program,
        _ => false,
    };
    if !is_packages {
        return Ok(None);
    }
    let text = read_text(&root.join("simple.sdn"))?;
    // What else is in a manifest, and whether it is right, is said elsewhere.
    let manifest = simple_sdn::from_str::<Manifest>(&text).ok();
    Ok(manifest.and_then(|manifest| manifest.layout).map(|layout| root.join(layout)))
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
