//! `simple test`: each `test` block in a process of its own.

use std::collections::HashSet;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use simple_driver::Mode;
use simple_source::Diagnostic;

use super::{input, options, package_root, session, source_files};
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
    for file in &files {
        test_file(test, file, &mut tally)?;
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

fn test_file(test: &Test, file: &Path, tally: &mut Tally) -> Result<(), ExitCode> {
    let mut session = session(options(&test.common, Some(&test.code), Mode::Tests))?;
    let checked = session.check(&input(file));
    if checked.has_errors() {
        report::diagnostics(&test.common, &checked.diagnostics, &checked.sources);
        tally.refused = true;
        return Ok(());
    }
    report::diagnostics(&test.common, &checked.diagnostics, &checked.sources);
    let mut chosen: Vec<(usize, String, String)> = Vec::new();
    for (index, id) in checked.program.tests.iter().enumerate() {
        let function = &checked.program.functions[*id];
        let name = session.interner.resolve(function.name).to_owned();
        let place = checked.sources.file_of(function.span);
        let place = place.map_or(String::new(), |id| checked.sources.file(id).name.clone());
        if test.filter.as_ref().is_none_or(|text| name.contains(text))
            && tally.ran.insert((place.clone(), name.clone()))
        {
            chosen.push((index, place, name));
        }
    }
    if chosen.is_empty() {
        return Ok(());
    }
    let refuse = |list: Vec<Diagnostic>| report::refuse(&test.common, &list, &checked.sources);
    let optimised = session.lower(&checked).map_err(refuse)?;
    let objects = session.compile(&checked, &optimised).map_err(refuse)?;
    let bytes = session.link(&checked, &objects).map_err(refuse)?;
    let program = std::env::temp_dir().join(format!("simple-test-{}", std::process::id()));
    session.write(&program, &bytes).map_err(refuse)?;
    for (index, place, name) in chosen {
        let result = run_one(&place, &program, index, &name, tally);
        if result.is_err() {
            let _ = std::fs::remove_file(&program);
            return result;
        }
    }
    let _ = std::fs::remove_file(&program);
    report::profile(&test.common, &session)
}

fn run_one(
    file: &str,
    program: &Path,
    index: usize,
    name: &str,
    tally: &mut Tally,
) -> Result<(), ExitCode> {
    let output = Command::new(program).arg(index.to_string()).stdin(Stdio::null()).output();
    let failure = match output {
        Err(error) => simple_driver::load::error_text(&error),
        Ok(output) if output.status.success() => {
            tally.passed += 1;
            return report::print(format!("ok      {file}: {name}\n").as_bytes());
        }
        Ok(output) => {
            let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
            text.push_str(&String::from_utf8_lossy(&output.stderr));
            if let Some(signal) = output.status.signal() {
                text.push_str(&format!("ended by signal {signal}\n"));
            }
            text
        }
    };
    tally.failed += 1;
    let mut text = format!("FAILED  {file}: {name}\n");
    for line in failure.lines() {
        text.push_str(&format!("    {line}\n"));
    }
    report::print(text.as_bytes())
}
