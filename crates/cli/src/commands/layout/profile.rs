//! Profiles in files, and profiles from recordings.

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;

use simple_layout::{
    Edge, LayoutSymbol, Mark, Phase, Profile, Scenario, ScenarioIndex, SymbolIndex, Touch,
};
use simple_record::{Function, Functions, Recording, Stop};

use super::{read_text, wrong};
use crate::{files, report};

/// Reads a profile.
pub(super) fn read(path: &Path) -> Result<Profile, ExitCode> {
    Profile::from_sdn(&read_text(path)?).map_err(|error| wrong(path, &error))
}

/// The profiles as one.
pub(super) fn merge(profiles: &[Profile]) -> Result<Profile, ExitCode> {
    simple_layout::merge(profiles).map_err(|error| report::fail(&error.to_string()))
}

/// Writes a profile.
pub(super) fn write(path: &Path, profile: &Profile) -> Result<(), ExitCode> {
    let text = profile.to_sdn().map_err(|error| report::fail(&error.to_string()))?;
    files::write(path, text.as_bytes())
}

/// What a recorded run stands for.
pub(super) struct Meaning<'a> {
    pub(super) scenario: &'a str,
    pub(super) weight: f64,
    pub(super) stop: Option<&'a Stop>,
    pub(super) anchor: Option<&'a str>,
}

/// A recording as a profile of one scenario.
pub(super) fn of_recording(
    recording: Recording,
    meaning: &Meaning<'_>,
) -> Result<Profile, ExitCode> {
    let scenario = ScenarioIndex(0);
    let find = |anchor: &str| {
        let index = recording.functions.named(anchor);
        let none = || report::fail(&format!("the program has no function `{anchor}`"));
        index.map(|index| (index, anchor.to_owned())).ok_or_else(none)
    };
    let anchor = meaning.anchor.map(find).transpose()?;
    let Functions { list, build, remarks, .. } = recording.functions;
    let mut symbols = symbols(list);
    if !remarks.is_empty() {
        heed(&mut symbols, &remarks);
    }
    if let Some((index, name)) = anchor {
        symbols[index.0 as usize].anchor = name;
    }
    for touch in &recording.touches {
        symbols[touch.function.0 as usize].calls = 1;
    }
    let program = recording.program.file_name().unwrap_or(recording.program.as_os_str());
    let stop = match meaning.stop {
        Some(Stop::Mark(name) | Stop::Function(name)) => name.as_str(),
        None => "",
    };
    let mut profile = Profile {
        program: program.to_string_lossy().into_owned(),
        build,
        scenarios: vec![Scenario {
            name: meaning.scenario.to_owned(),
            entry: String::new(),
            stop: stop.to_owned(),
            weight: meaning.weight,
            runs: 1,
        }],
        symbols,
        touches: recording
            .touches
            .iter()
            .map(|touch| Touch {
                scenario,
                symbol: SymbolIndex(touch.function.0),
                order: touch.order,
                time_ns: touch.time_ns,
            })
            .collect(),
        edges: recording
            .edges
            .iter()
            .map(|edge| Edge {
                caller: SymbolIndex(edge.caller.0),
                callee: SymbolIndex(edge.callee.0),
                weight: edge.weight,
            })
            .collect(),
        marks: recording
            .marks
            .iter()
            .map(|mark| Mark {
                scenario,
                name: mark.name.clone(),
                order: mark.order,
                time_ns: mark.time_ns,
            })
            .collect(),
    };
    profile.sort();
    Ok(profile)
}

/// Takes over what a program says of its functions itself.
fn heed(symbols: &mut [LayoutSymbol], remarks: &str) {
    let said = match Profile::from_sdn(remarks) {
        Ok(profile) => profile.symbols,
        Err(error) => {
            report::say(&format!(
                "warning: what the program says of its functions is not understood: {error}\n"
            ));
            return;
        }
    };
    let mut said: HashMap<String, LayoutSymbol> =
        said.into_iter().map(|symbol| (symbol.name.clone(), symbol)).collect();
    for symbol in symbols {
        if let Some(said) = said.remove(&symbol.name) {
            symbol.attribute = said.attribute;
            symbol.pinned = said.pinned;
            symbol.anchor = said.anchor;
        }
    }
}

/// The functions of a program. Its sections say what its compiler thought of
/// when they are needed.
pub(super) fn symbols(functions: Vec<Function>) -> Vec<LayoutSymbol> {
    let symbol = |function: Function| LayoutSymbol {
        align: function.align,
        address: function.address,
        reachability: match &*function.section {
            ".text.startup" => Some(Phase::Startup),
            ".text.first_frame" => Some(Phase::FirstFrame),
            ".text.cold" | ".text.unlikely" => Some(Phase::Cold),
            _ => None,
        },
        ..LayoutSymbol::new(function.name, function.size)
    };
    functions.into_iter().map(symbol).collect()
}
