//! Programs to record, and running them.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use simple_record::{Options, Recording, record};
use tempfile::TempDir;

/// Where programs are built; the tests' own folder, not one in memory, so that
/// their files have pages on a disk.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("the target folder can be written")
});

/// `subjects/modes.rs` for the system's dynamic linker.
pub(crate) static MODES: LazyLock<PathBuf> = LazyLock::new(|| build("modes", "modes", &["-O"]));

/// The flags for programs without a library.
const BARE: [&str; 5] = [
    "-Cpanic=abort",
    "-Crelocation-model=static",
    "-Clink-arg=-nostdlib",
    "-Clink-arg=-static",
    "-Clink-arg=-Wl,-z,separate-code",
];

/// Compiles a subject with flags, to a program of its own name.
pub(crate) fn build(subject: &str, name: &str, flags: &[&str]) -> PathBuf {
    let output = FOLDER.path().join(name);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/subjects").join(subject);
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(compiler);
    command.args(["--edition=2024", "-Awarnings", "-o"]);
    command.arg(&output).arg(source.with_extension("rs")).args(flags);
    command.arg("-L").arg(FOLDER.path());
    let status = command.status().expect("the compiler runs");
    assert!(status.success(), "{command:?}");
    output
}

/// The same without a library, and at fixed addresses.
pub(crate) fn build_bare(subject: &str, name: &str, flags: &[&str]) -> PathBuf {
    build(subject, name, &[&BARE, flags].concat())
}

/// A command with its output going nowhere.
pub(crate) fn command(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null());
    command
}

/// What a program says without a recorder.
pub(crate) fn plain_output(program: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect("the program runs");
    String::from_utf8(output.stdout).expect("it writes text")
}

/// Records a run of which nothing is expected but that it works.
pub(crate) fn run(program: &Path, arguments: &[&str]) -> (Recording, String) {
    run_with(program, arguments, &Options::default())
}

pub(crate) fn run_with(
    program: &Path,
    arguments: &[&str],
    options: &Options,
) -> (Recording, String) {
    let output = tempfile::NamedTempFile::new_in(FOLDER.path()).expect("a file can be made");
    let mut command = Command::new(program);
    let file = File::create(output.path()).expect("the file is there");
    command.args(arguments).stdout(file);
    let recording = record(command, options).expect("the program can be recorded");
    let mut text = String::new();
    let mut file = File::open(output.path()).expect("the file is there");
    file.read_to_string(&mut text).expect("it is text");
    (recording, text)
}

/// A path that is not yet used.
pub(crate) fn fresh(name: &str) -> PathBuf {
    let path = FOLDER.path().join(name);
    let _missing = fs::remove_file(&path);
    path
}

/// The touched functions whose names begin with a prefix, in order.
pub(crate) fn touched(recording: &Recording, prefix: &str) -> Vec<String> {
    let names = recording.touches.iter().map(|touch| &recording.functions[touch.function].name);
    names.filter(|name| name.starts_with(prefix)).cloned().collect()
}

/// The number of the process that touched a function first.
pub(crate) fn toucher(recording: &Recording, name: &str) -> Option<u32> {
    let function = recording.functions.named(name).expect("the program has the function");
    let touch = recording.touches.iter().find(|touch| touch.function == function);
    touch.map(|touch| touch.process)
}

/// Waits until something is the case, and not for ever.
pub(crate) fn wait_for<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < end, "{what} did not happen");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a process a signal.
pub(crate) fn send(process: i32, signal: rustix::process::Signal) {
    let process = rustix::process::Pid::from_raw(process).expect("a process has a number");
    rustix::process::kill_process(process, signal).expect("the process is there");
}
