//! `simple test`: each `test` block in a process of its own.

use std::collections::HashSet;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};

use simple_driver::Mode;
use simple_layout::Profile;
use simple_source::Diagnostic;

use super::layout::counted::{self, Meaning, Recorder};
use super::run::Start;
use super::{input, options, package_root, program_file, session, source_files};
use crate::args::Test;
use crate::report;

pub(crate) fn test(test: Test) -> ExitCode {
    match try_test(&test) {
        Ok(status) | Err(status) => status,
    }
}

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    refused: bool,
    /// The tests that ran, by file and name: modules are part of every program
    /// that uses them.
    ran: HashSet<(String, String)>,
}

fn try_test(test: &Test) -> Result<ExitCode, ExitCode> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in &test.files {
        if path.is_dir() {
            files.extend(list(path)?);
        } else {
            files.push(path.clone());
        }
    }
    if test.files.is_empty() {
        let Some(root) = package_root(Path::new(".")) else {
            return Err(report::fail("no package here: name the files to test"));
        };
        files = list(&root.join("src"))?;
    }
    let mut tally = Tally::default();
    let mut recorder = match &test.layout_record {
        None => None,
        Some(output) => {
            let program = recorded_program(test, &files)?;
            Some(Recorder::new(output.as_deref(), program)?)
        }
    };
    for file in &files {
        test_file(test, file, &mut tally, recorder.as_mut())?;
    }
    if let Some(recorder) = recorder {
        if recorder.is_empty() {
            report::say("warning: no test with `@scenario` passed: nothing was recorded\n");
        } else {
            recorder.write()?;
        }
    }
    report::print(format!("{} passed, {} failed\n", tally.passed, tally.failed).as_bytes())?;
    Ok(if tally.failed > 0 || tally.refused {
        ExitCode::from(report::REFUSED)
    } else {
        ExitCode::SUCCESS
    })
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, ExitCode> {
    source_files(folder).map_err(|error| {
        let cause = simple_driver::load::error_text(&error);
        report::fail(&format!("cannot read `{}`: {cause}", folder.display()))
    })
}

/// The program whose start the scenarios tell about: that of the package, or
/// the first file.
fn recorded_program(test: &Test, files: &[PathBuf]) -> Result<Profile, ExitCode> {
    let first = files.first().map_or(Path::new("."), PathBuf::as_path);
    let folder = if first.is_dir() { Some(first) } else { first.parent() };
    let of_package = folder.and_then(package_root).map(|root| root.join("src/main.spl"));
    let file = match of_package.filter(|main| main.is_file()) {
        Some(main) => main,
        None => program_file(Some(&first.to_owned()))?,
    };
    let mut options = options(&test.common, Some(&test.code), Mode::Program);
    options.level = counted::level(&test.code, options.level);
    let mut session = session(options)?;
    let checked = session.check(&input(&file));
    let refuse = |list: Vec<Diagnostic>| report::refuse(&test.common, &list, &checked.sources);
    if checked.has_errors() {
        return Err(refuse(checked.diagnostics));
    }
    let optimised = session.lower(&checked).map_err(refuse)?;
    let objects = session.compile(&checked, &optimised).map_err(refuse)?;
    counted::functions(&mut session, &file, &checked, &optimised, &objects).map_err(refuse)
}

/// A test that is run.
struct Chosen {
    /// Its number in the program of tests.
    index: usize,
    /// Its file.
    place: String,
    name: String,
    /// What its run stands for, if it is recorded.
    meaning: Option<Meaning>,
}

fn test_file(
    test: &Test,
    file: &Path,
    tally: &mut Tally,
    mut recorder: Option<&mut Recorder>,
) -> Result<(), ExitCode> {
    let mut options = options(&test.common, Some(&test.code), Mode::Tests);
    if recorder.is_some() {
        options.level = counted::level(&test.code, options.level);
    }
    let mut session = session(options)?;
    let checked = session.check(&input(file));
    if checked.has_errors() {
        report::diagnostics(&test.common, &checked.diagnostics, &checked.sources);
        tally.refused = true;
        return Ok(());
    }
    report::diagnostics(&test.common, &checked.diagnostics, &checked.sources);
    let text = |symbol| session.interner.resolve(symbol).to_owned();
    let mut chosen: Vec<Chosen> = Vec::new();
    for (index, id) in checked.program.tests.iter().enumerate() {
        let function = &checked.program.functions[*id];
        let name = text(function.name);
        let place = checked.sources.file_of(function.span);
        let place = place.map_or(String::new(), |id| checked.sources.file(id).name.clone());
        if test.filter.as_ref().is_none_or(|text| name.contains(text))
            && tally.ran.insert((place.clone(), name.clone()))
        {
            let scenario = function.attributes.scenario.filter(|_| recorder.is_some());
            let meaning = scenario.map(|scenario| Meaning {
                scenario: name.clone(),
                stop: scenario.stop.map_or(String::new(), text),
                weight: scenario.weight,
            });
            chosen.push(Chosen { index, place, name, meaning });
        }
    }
    if chosen.is_empty() {
        return Ok(());
    }
    let refuse = |list: Vec<Diagnostic>| report::refuse(&test.common, &list, &checked.sources);
    let optimised = session.lower(&checked).map_err(refuse)?;
    let objects = session.compile(&checked, &optimised).map_err(refuse)?;
    let bytes = session.link(&checked, &optimised, &objects).map_err(refuse)?;
    let program =
        Executable(std::env::temp_dir().join(format!("simple-test-{}", std::process::id())));
    session.write(&program.0, &bytes).map_err(refuse)?;
    for chosen in chosen {
        let output = match (&mut recorder, chosen.meaning) {
            (Some(recorder), Some(meaning)) => {
                let image = session.load_counted(&checked, &objects).map_err(refuse)?;
                let start = Start::new(&program.0, &[chosen.index.to_string().into()])?;
                counted::run_captured(recorder, meaning, &image, start)
            }
            _ => {
                Command::new(&program.0).arg(chosen.index.to_string()).stdin(Stdio::null()).output()
            }
        };
        tally.add(&chosen.place, &chosen.name, output)?;
    }
    report::profile(&test.common, &session)
}

/// An executable that goes when it is no longer needed.
struct Executable(PathBuf);

impl Drop for Executable {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Tally {
    /// Counts a test that ended, and says how.
    fn add(
        &mut self,
        file: &str,
        name: &str,
        output: std::io::Result<Output>,
    ) -> Result<(), ExitCode> {
        let failure = match output {
            Err(error) => simple_driver::load::error_text(&error),
            Ok(output) if output.status.code() == Some(simple_driver::TEST_PASSED) => {
                self.passed += 1;
                return report::print(format!("ok      {file}: {name}\n").as_bytes());
            }
            Ok(output) => {
                let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
                text.push_str(&String::from_utf8_lossy(&output.stderr));
                if output.status.success() {
                    text.push_str("it ended the program before the test was over\n");
                }
                if let Some(signal) = output.status.signal() {
                    text.push_str(&format!("ended by signal {signal}\n"));
                }
                text
            }
        };
        self.failed += 1;
        let mut text = format!("FAILED  {file}: {name}\n");
        for line in failure.lines() {
            text.push_str(&format!("    {line}\n"));
        }
        report::print(text.as_bytes())
    }
}
