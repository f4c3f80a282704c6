//! Where things are: this repository, its `simple`, other languages' compilers.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository")
}

/// A folder for files of the command `name`, which are of no use after it.
///
/// # Errors
/// If it cannot be made.
pub fn work_folder(name: &str) -> Result<PathBuf, String> {
    let folder = target_folder().join("xtask").join(name);
    std::fs::create_dir_all(&folder)
        .map_err(|error| format!("cannot make `{}`: {error}", folder.display()))?;
    Ok(folder)
}

/// Where Cargo builds: this program lies somewhere in it.
fn target_folder() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    program.ancestors().find(marked).map_or_else(|| root().join("target"), Path::to_owned)
}

/// Builds this tree's `simple` with optimisation and says where it is.
///
/// # Errors
/// If Cargo fails.
pub fn build_simple() -> Result<PathBuf, String> {
    cargo_rustc_simple(&[])
}

/// Builds this tree's `simple` with optimisation and with more arguments for its
/// last call of rustc, and says where it is.
///
/// # Errors
/// If Cargo fails.
pub fn cargo_rustc_simple(arguments: &[String]) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = target_folder();
    let status = Command::new(cargo)
        .args(["rustc", "--release", "--package", "simple-cli", "--bin", "simple"])
        .arg("--target-dir")
        .arg(&target)
        .arg("--")
        .args(arguments)
        .current_dir(root())
        .status()
        .map_err(|error| format!("cannot run Cargo: {error}"))?;
    if !status.success() {
        return Err("`simple` cannot be built".to_owned());
    }
    Ok(target.join("release/simple"))
}

/// Where the lld that comes with Rust lies under the name by which compilers of
/// C call it, if it came.
pub fn lld_folder() -> Option<PathBuf> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().ok()?;
    let sysroot = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim_end());
    let folder = sysroot.join("lib/rustlib/x86_64-unknown-linux-gnu/bin/gcc-ld");
    folder.join("ld.lld").is_file().then_some(folder)
}

/// Another language's compiler, or a part of one.
#[derive(Clone, Debug)]
pub struct Tool {
    /// Its command.
    pub name: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// What it says of itself, in one line.
    pub version: String,
}

impl Tool {
    /// Finds a tool and asks for its version; none if it is not installed.
    pub fn find(name: &'static str) -> Option<Self> {
        let path = find_on_path(name)?;
        let question: &[&str] = match name {
            "go" => &["version"],
            "tcc" => &["-v"],
            // It has no version of its own: what is asked is the compiler.
            "musl-gcc" => &["-dumpfullversion"],
            _ => &["--version"],
        };
        let output = Command::new(&path).args(question).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let version = text.lines().next().unwrap_or("of unknown version").to_owned();
        Some(Self { name, path, version })
    }

    /// A command that runs it.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(&self.path);
        command.args(arguments);
        command
    }
}

fn find_on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// The machine in one line: its processor, cores and memory.
pub fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?.to_owned();
        line.split_once(':').map(|(_, value)| value.trim().to_owned())
    };
    let processor = field(&read("/proc/cpuinfo"), "model name");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = field(&read("/proc/meminfo"), "MemTotal")
        .and_then(|text| text.strip_suffix(" kB")?.parse::<u64>().ok())
        .map_or(0, |kilobytes| (kilobytes + (1 << 19)) >> 20);
    let processor = processor.unwrap_or_else(|| "unknown processor".to_owned());
    format!("{processor}, {cores} cores, {memory} GB")
}

/// How busy the machine is with other work, which makes figures worse.
pub fn load() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split(' ').next()?.parse().ok()
}
