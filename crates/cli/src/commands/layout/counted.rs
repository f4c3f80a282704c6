//! Recording of programs of ours, which count their calls by themselves:
//! `simple run` and `simple test` with `--layout-record`.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};

use simple_driver::{Checked, Level, Optimised, Session};
use simple_layout::{Edge, Mark, Profile, Scenario, ScenarioIndex, SymbolIndex, Touch};
use simple_link::{CountedImage, Counts};
use simple_object::CodeObject;
use simple_record::Exit;
use simple_source::Diagnostic;

use super::profile;
use crate::args::Code;
use crate::commands::build::default_output;
use crate::commands::run::Start;
use crate::{files, report};

/// How a program is compiled that is recorded: as it is released, unless the
/// command line says otherwise. Debug builds have other functions, and no plans.
pub(crate) fn level(code: &Code, level: Level) -> Level {
    if code.optimize.is_none() { Level::Release } else { level }
}

/// The functions of a program, as an executable without a plan has them, in a
/// profile without scenarios.
pub(crate) fn functions(
    session: &mut Session,
    program: &Path,
    checked: &Checked,
    optimised: &Optimised,
    objects: &[CodeObject],
) -> Result<Profile, Vec<Diagnostic>> {
    let bytes = session.link(checked, optimised, objects)?;
    let functions =
        simple_record::functions(&bytes).expect("the linker writes executables with symbols");
    let mut symbols = profile::symbols(functions.list);
    simple_driver::layout::describe(&mut symbols, optimised, &session.interner);
    Ok(Profile {
        program: name_of(&default_output(program)),
        build: functions.build,
        symbols,
        ..Profile::default()
    })
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// What a recorded run stands for.
pub(crate) struct Meaning {
    pub(crate) scenario: String,
    /// Empty: the whole run counts.
    pub(crate) stop: String,
    pub(crate) weight: f64,
}

/// A profile that runs are added to.
pub(crate) struct Recorder {
    path: PathBuf,
    /// What it has already.
    earlier: Option<Profile>,
    /// The program, without a run.
    program: Profile,
    runs: Vec<Profile>,
}

impl Recorder {
    /// Opens a profile: the named one, or the program's in the present folder.
    pub(crate) fn new(output: Option<&Path>, program: Profile) -> Result<Self, ExitCode> {
        let path = match output {
            Some(path) => path.to_owned(),
            None => PathBuf::from(format!("{}.profile.sdn", program.program)),
        };
        // What is there must be a profile, and is said to be none before a run.
        let earlier = match path.is_file() {
            true => Some(profile::read(&path)?),
            false => None,
        };
        Ok(Self { path, earlier, program, runs: Vec::new() })
    }

    /// Whether there was no run yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Adds a run.
    pub(crate) fn add(&mut self, counts: &Counts, meaning: Meaning) {
        let passed = counts.marks.iter().any(|mark| mark.name == meaning.stop);
        if !meaning.stop.is_empty() && !passed {
            report::say(&format!(
                "warning: `{}` ended before the mark `{}`: its whole run counts\n",
                meaning.scenario, meaning.stop
            ));
        }
        if counts.lost > 0 {
            report::say(&format!(
                "warning: `{}`: who made {} calls is not known, the program has too many places \
                 that call\n",
                meaning.scenario, counts.lost
            ));
        }
        self.runs.push(of_counts(&self.program, counts, meaning));
    }

    /// Writes the profile and says what it holds now.
    pub(crate) fn write(self) -> Result<(), ExitCode> {
        let touched = |run: &Profile| run.touches.len();
        let most = self.runs.iter().map(touched).max().unwrap_or(0);
        let all = self.program.symbols.len();
        let of_runs = match self.runs.len() {
            1 => format!("{most} of {all} functions"),
            runs => format!("{runs} scenarios with up to {most} of {all} functions"),
        };
        let profiles: Vec<Profile> = self.earlier.into_iter().chain(self.runs).collect();
        let merged = profile::merge(&profiles)?;
        profile::write(&self.path, &merged)?;
        report::say(&format!(
            "recorded {of_runs} of `{}` in {}\n",
            merged.program,
            files::shown(&self.path)
        ));
        Ok(())
    }
}

/// Runs a program in the foreground, adds the run, and writes the profile.
/// Whatever ended the program, what it did until then counts.
pub(crate) fn run(
    mut recorder: Recorder,
    meaning: Meaning,
    image: &CountedImage,
    start: Start,
) -> Result<Exit, ExitCode> {
    let command = Command::new(&recorder.program.program);
    let spawn = || {
        // SAFETY: the entry is the runtime's `_start`, which expects just that
        // and ends the process.
        unsafe { image.spawn(command, start.arguments, start.environment) }
    };
    let exit = image.relieved(|| simple_record::supervise(spawn));
    let exit = exit.map_err(|error| {
        let cause = simple_driver::load::error_text(&error);
        report::fail(&format!("cannot start the program: {cause}"))
    })?;
    recorder.add(&image.counts(), meaning);
    recorder.write()?;
    Ok(exit)
}

/// Runs a program without input, keeps what it prints, and adds the run if the
/// program ends well: what it does instead of that is not what it is used for.
pub(crate) fn run_captured(
    recorder: &mut Recorder,
    meaning: Meaning,
    image: &CountedImage,
    start: Start,
) -> io::Result<Output> {
    let mut command = Command::new(&recorder.program.program);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = image.relieved(|| {
        // SAFETY: as above.
        let child = unsafe { image.spawn(command, start.arguments, start.environment) };
        child?.wait_with_output()
    })?;
    if output.status.code() == Some(simple_driver::TEST_PASSED) {
        recorder.add(&image.counts(), meaning);
    }
    Ok(output)
}

/// A run as a profile of one scenario.
fn of_counts(program: &Profile, counts: &Counts, meaning: Meaning) -> Profile {
    let scenario = ScenarioIndex(0);
    let mut profile = program.clone();
    profile.scenarios.push(Scenario {
        name: meaning.scenario,
        entry: String::new(),
        stop: meaning.stop,
        weight: meaning.weight,
        runs: 1,
    });
    let by_name: HashMap<&str, usize> =
        program.symbols.iter().enumerate().map(|(row, s)| (s.name.as_str(), row)).collect();
    // A test has functions that its program has not.
    let rows: Vec<Option<usize>> =
        counts.functions.iter().map(|f| by_name.get(f.name.as_str()).copied()).collect();
    for (function, row) in counts.functions.iter().zip(&rows) {
        let Some(row) = *row else { continue };
        profile.symbols[row].calls = function.calls;
        if let Some(first) = function.first {
            let (order, time_ns) = (first.order, first.time_ns);
            let symbol = SymbolIndex::from_usize(row);
            profile.touches.push(Touch { scenario, symbol, order, time_ns });
        }
    }
    for edge in &counts.edges {
        if let (Some(caller), Some(callee)) = (rows[edge.caller], rows[edge.callee]) {
            profile.edges.push(Edge {
                caller: SymbolIndex::from_usize(caller),
                callee: SymbolIndex::from_usize(callee),
                weight: edge.calls,
            });
        }
    }
    profile.marks = counts
        .marks
        .iter()
        .map(|mark| Mark {
            scenario,
            name: mark.name.clone(),
            order: mark.at.order,
            time_ns: mark.at.time_ns,
        })
        .collect();
    profile.sort();
    profile
}
