//! Running the command in a folder of a test's own.

use std::path::{Path, PathBuf};
use std::process::Output;

use simple_layout::Profile;

/// An empty folder: the test binary's, and in it one for each name.
pub fn folder(test: &str, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

/// The same with a program in it, `app.spl`.
pub fn with_program(test: &str, name: &str, text: &str) -> PathBuf {
    let folder = folder(test, name);
    std::fs::write(folder.join("app.spl"), text).expect("the target folder can be written");
    folder
}

/// Runs `simple` in a folder.
pub fn run(folder: &Path, args: &[&str]) -> Output {
    run_with(folder, args, b"")
}

/// The same with input.
pub fn run_with(folder: &Path, args: &[&str], input: &[u8]) -> Output {
    let mut command = super::simple();
    command.current_dir(folder).args(args);
    super::run(&mut command, input).expect("it can be run")
}

/// Runs a command that must succeed and returns both of its outputs.
pub fn succeed(folder: &Path, args: &[&str]) -> (String, String) {
    succeed_with(folder, args, b"")
}

/// The same with input.
pub fn succeed_with(folder: &Path, args: &[&str], input: &[u8]) -> (String, String) {
    let output = run_with(folder, args, input);
    assert!(output.status.success(), "{args:?}\n{}", text(&output.stderr));
    (text(&output.stdout), text(&output.stderr))
}

/// Runs a command that must be refused, and returns what it says.
pub fn run_refused(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    assert_eq!(output.status.code(), Some(1), "{args:?}");
    text(&output.stderr)
}

/// What a program wrote, for people.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Reads a profile.
pub fn profile(path: &Path) -> Profile {
    let text = std::fs::read_to_string(path).expect("the profile is there");
    Profile::from_sdn(&text).expect("the profile reads")
}
