//! Hostile inputs: damaged, endless, deep and large ones, through `simple check`
//! and `simple fmt` under limits of time and memory.
//!
//! `tests/fuzz_seeds/` holds the inputs; its README says what each tool owes to
//! each of them.

mod recipe;
mod verdict;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub use recipe::{Expected, Recipe};

use crate::process::{Cost, Limits, Output, output_within};
use crate::toolchain::root;

/// Address space of a command.
const ADDRESS_SPACE: u64 = 1 << 30;

/// Threads of a command: each reserves address space for its stack, so on a
/// machine of many cores the limit would be used up by stacks.
const JOBS: &str = "-j2";

/// Twice the input may take so many times as long.
const GROWTH: f64 = 3.0;

/// What takes less processor time than this, in seconds, is not compared.
const COMPARABLE: f64 = 0.3;

/// How to check.
#[derive(Clone, Debug)]
pub struct Options {
    /// Time that one command may take.
    pub time: Duration,
    /// Only inputs whose name contains this.
    pub filter: String,
    /// Whether to compare large inputs with inputs twice as large.
    pub growth: bool,
    /// Where inputs are written.
    pub folder: PathBuf,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many inputs there were.
    pub inputs: usize,
    /// The inputs that a tool did not stand, with what it did.
    pub failures: Vec<(String, String)>,
    /// What the slowest command of each input cost, the slowest first.
    pub slowest: Vec<(String, Cost)>,
}

enum Input {
    Literal(PathBuf),
    Recipe(Recipe),
}

impl Input {
    fn name(&self) -> String {
        match self {
            Self::Literal(path) => {
                path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
            }
            Self::Recipe(recipe) => recipe.name.clone(),
        }
    }
}

/// Checks all inputs, on all cores.
///
/// # Errors
/// If the inputs cannot be read or written, or a command cannot be started.
pub fn check_all(simple: &Path, options: &Options) -> Result<Report, String> {
    let inputs = inputs(&options.filter)?;
    std::fs::create_dir_all(&options.folder)
        .map_err(|error| format!("cannot make `{}`: {error}", options.folder.display()))?;
    let tools = Tools { simple, options };
    let next = AtomicUsize::new(0);
    let report = Mutex::new(Report { inputs: inputs.len(), ..Report::default() });
    let broken = Mutex::new(None);
    // Commands run on two threads, but mostly on one: half of the cores would idle.
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(input) = inputs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut worst = Cost::default();
                    let result = tools.check(input, &mut worst);
                    let mut report = report.lock().expect("checking does not panic");
                    report.slowest.push((input.name(), worst));
                    match result {
                        Ok(()) => {}
                        Err(Failure::Tool(text)) => report.failures.push((input.name(), text)),
                        Err(Failure::System(text)) => {
                            *broken.lock().expect("checking does not panic") = Some(text);
                            return;
                        }
                    }
                }
            });
        }
    });
    if let Some(error) = broken.into_inner().expect("checking does not panic") {
        return Err(error);
    }
    let mut report = report.into_inner().expect("checking does not panic");
    report.failures.sort();
    report.slowest.sort_by_key(|(_, cost)| std::cmp::Reverse(cost.wall));
    Ok(report)
}

fn inputs(filter: &str) -> Result<Vec<Input>, String> {
    let folder = root().join("tests/fuzz_seeds");
    let cannot_read = |error| format!("cannot read `{}`: {error}", folder.display());
    let recipes = std::fs::read_to_string(folder.join("generators.txt")).map_err(cannot_read)?;
    // The large ones first, so that no core waits long for another at the end.
    let mut inputs: Vec<Input> =
        Recipe::read_all(&recipes)?.into_iter().map(Input::Recipe).collect();
    let mut literals = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(cannot_read)? {
        let path = entry.map_err(cannot_read)?.path();
        if path.extension().is_some_and(|extension| extension == "spl") {
            literals.push(path);
        }
    }
    literals.sort();
    inputs.extend(literals.into_iter().map(Input::Literal));
    inputs.retain(|input| input.name().contains(filter));
    if inputs.is_empty() { Err("no input has such a name".to_owned()) } else { Ok(inputs) }
}

/// Why an input was not checked well.
enum Failure {
    /// A tool did not stand it.
    Tool(String),
    /// It could not be checked.
    System(String),
}

struct Tools<'a> {
    simple: &'a Path,
    options: &'a Options,
}

impl Tools<'_> {
    fn check(&self, input: &Input, worst: &mut Cost) -> Result<(), Failure> {
        let (expected, bytes) = match input {
            Input::Recipe(recipe) => (recipe.expected, recipe.text().into_bytes()),
            Input::Literal(path) => {
                let bytes = std::fs::read(path).map_err(|error| system(path, &error))?;
                (Expected::Any, bytes)
            }
        };
        // A folder of its own: messages speak of the modules that lie beside.
        let folder = self.options.folder.join(input.name());
        std::fs::create_dir_all(&folder).map_err(|error| system(&folder, &error))?;
        let file = folder.join(input.name() + ".spl");
        std::fs::write(&file, &bytes).map_err(|error| system(&file, &error))?;
        let result = self.check_file(&file, expected, bytes.len(), worst);
        let result = match input {
            Input::Recipe(recipe) if self.options.growth => {
                result.and_then(|()| self.check_growth(recipe, &file))
            }
            _ => result,
        };
        std::fs::remove_dir_all(&folder).map_err(|error| system(&folder, &error))?;
        result
    }

    fn check_file(
        &self,
        file: &Path,
        expected: Expected,
        length: usize,
        worst: &mut Cost,
    ) -> Result<(), Failure> {
        let json = ["check", JOBS, "--message-format", "json"];
        let first = self.run(&json, file, worst)?;
        judge("check", verdict::diagnosed_well(&first, expected, length))?;
        let serial = self.run(&["check", "-j1", "--message-format", "json"], file, worst)?;
        if serial.stderr != first.stderr {
            return Err(Failure::Tool("check says something else on one thread".to_owned()));
        }
        let human = self.run(&["check", JOBS], file, worst)?;
        judge("check, for people,", verdict::ended_well(&human))?;
        if human.finished.status != first.finished.status {
            return Err(Failure::Tool("check refuses in one format only".to_owned()));
        }
        let formatted = self.run(&["fmt"], file, worst)?;
        judge("fmt", verdict::ended_well(&formatted))?;
        if formatted.finished.status.success() {
            let again = self.run(&["fmt", "--check"], file, worst)?;
            judge("fmt", verdict::ended_well(&again))?;
            if !again.finished.status.success() {
                return Err(Failure::Tool("fmt changes what it has formatted".to_owned()));
            }
        }
        Ok(())
    }

    /// Twice the length takes at most thrice the time.
    fn check_growth(&self, recipe: &Recipe, file: &Path) -> Result<(), Failure> {
        let Some(larger) = recipe.larger(2) else { return Ok(()) };
        let arguments = ["check", "-j1", "--message-format", "json"];
        let cost = |text: &str| {
            std::fs::write(file, text).map_err(|error| system(file, &error))?;
            let mut worst = Cost::default();
            let output = self.run(&arguments, file, &mut worst)?;
            judge("check of twice as much", verdict::ended_well(&output))?;
            Ok(output.finished.cost.cpu.as_secs_f64())
        };
        let (once, twice) = (cost(&recipe.text())?, cost(&larger)?);
        if twice > COMPARABLE && twice > GROWTH * once {
            let text = format!("check takes {once:.2} s, and {twice:.2} s for twice as much");
            return Err(Failure::Tool(text));
        }
        Ok(())
    }

    fn run(&self, arguments: &[&str], file: &Path, worst: &mut Cost) -> Result<Output, Failure> {
        let mut command = Command::new(self.simple);
        command.args(arguments).arg(file).env("NO_COLOR", "1");
        let limits = Limits { time: self.options.time, address_space: ADDRESS_SPACE };
        let output =
            output_within(&mut command, limits).map_err(|error| system(self.simple, &error))?;
        if output.finished.cost.wall > worst.wall {
            *worst = output.finished.cost;
        }
        Ok(output)
    }
}

fn judge(tool: &str, verdict: Result<(), String>) -> Result<(), Failure> {
    verdict.map_err(|text| Failure::Tool(format!("{tool} {text}")))
}

fn system(path: &Path, error: &std::io::Error) -> Failure {
    Failure::System(format!("cannot use `{}`: {error}", path.display()))
}
