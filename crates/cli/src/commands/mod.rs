//! One file a command.

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod layout;
pub(crate) mod package;
pub(crate) mod run;
pub(crate) mod sdn;
pub(crate) mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use simple_driver::{Input, Level, Mode, Options, Session};

use crate::args::{Code, Common};
use crate::report;

/// The options of a session.
pub(crate) fn options(common: &Common, code: Option<&Code>, mode: Mode) -> Options {
    let mut options = Options { mode, ..Options::default() };
    if let Some(jobs) = common.jobs {
        options.jobs = usize::from(jobs);
    }
    if let Some(code) = code {
        options.check_memory = code.check_memory;
        options.level = match code.optimize.as_deref() {
            Some("1") => Level::Less,
            Some("2" | "3") => Level::Release,
            Some("s") => Level::Size,
            Some(_) => Level::Debug,
            None if code.release => Level::Release,
            None => Level::Debug,
        };
    }
    options
}

/// A session, or the exit status that says why there is none.
pub(crate) fn session(options: Options) -> Result<Session, ExitCode> {
    Session::new(options).map_err(|error| report::fail(&format!("cannot start threads: {error}")))
}

/// Refuses a target that no code can be made for.
pub(crate) fn check_target(code: &Code) -> Result<(), ExitCode> {
    match &code.target {
        None => Ok(()),
        Some(triple) => match simple_codegen::Target::parse(triple) {
            Ok(_) => Ok(()),
            Err(error) => Err(report::fail(&error.to_string())),
        },
    }
}

/// The folder of the package around `from`: the nearest one upwards with a
/// manifest.
pub(crate) fn package_root(from: &Path) -> Option<PathBuf> {
    let from = if from.as_os_str().is_empty() { Path::new(".") } else { from };
    if from.join("simple.sdn").is_file() {
        return Some(from.to_owned());
    }
    let absolute = from.canonicalize().ok()?;
    absolute.ancestors().find(|folder| folder.join("simple.sdn").is_file()).map(Path::to_owned)
}

/// The program that a command means: the file that was named, or the
/// package's.
pub(crate) fn program_file(file: Option<&PathBuf>) -> Result<PathBuf, ExitCode> {
    match file {
        Some(file) if file.is_dir() => entry_of(file),
        Some(file) => Ok(file.clone()),
        None => entry_of(Path::new(".")),
    }
}

fn entry_of(folder: &Path) -> Result<PathBuf, ExitCode> {
    let none = || {
        report::say("error[E0904]: no program to run\n");
        report::say("  name a file, or make a package with `simple new NAME` and work in it\n");
        ExitCode::from(report::REFUSED)
    };
    let root = package_root(folder).ok_or_else(none)?;
    let within = |path: &str| {
        let path = root.join(path);
        path.strip_prefix("./").map(Path::to_owned).unwrap_or(path)
    };
    sdn::check_manifest(&within("simple.sdn"))?;
    let entry = within("src/main.spl");
    if entry.is_file() {
        return Ok(entry);
    }
    Err(report::fail(&format!("the package in `{}` has no src/main.spl", root.display())))
}

/// The program of a file: a module of the package whose sources it lies
/// among, or else a program of its own.
pub(crate) fn input(file: &Path) -> Input {
    module_of_package(file).unwrap_or_else(|| Input::File(file.to_owned()))
}

fn module_of_package(file: &Path) -> Option<Input> {
    let absolute = file.canonicalize().ok()?;
    let package = package_root(absolute.parent()?)?;
    let path = absolute.strip_prefix(package.join("src")).ok()?.with_extension("");
    let names: Option<Vec<&str>> = path.iter().map(std::ffi::OsStr::to_str).collect();
    let module = names?.join(".");
    // Other modules are shown as this one is: relative, if it was named so.
    let above = |path: &Path| path.ancestors().nth(module.split('.').count()).map(Path::to_owned);
    let root = above(file).filter(|root| {
        let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
        root.canonicalize().is_ok_and(|root| root == package.join("src"))
    });
    let root = root.or_else(|| above(&absolute))?;
    Some(Input::Module { file: file.to_owned(), root, module })
}

/// All source files below `folder`, sorted.
pub(crate) fn source_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let path = entry.path();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if entry.file_type()?.is_dir() {
                if !hidden && entry.file_name() != "target" {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "spl") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
