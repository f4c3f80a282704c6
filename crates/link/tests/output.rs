//! Executables appear whole or not at all.

mod processes;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use simple_link::output::{OutputError, write_executable};

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.expect("an entry").file_name().to_string_lossy().into_owned()
    };
    let mut names: Vec<_> = entries.map(name).collect();
    names.sort();
    names
}

fn message(result: Result<(), OutputError>) -> String {
    result.expect_err("this must fail").to_string()
}

#[test]
fn a_file_is_replaced_and_can_be_executed() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("program");
    fs::write(&path, "an older, longer one").expect("a file");
    write_executable(&path, b"new").expect("it is written");
    assert_eq!(fs::read(&path).expect("it is there"), b"new");
    let mode = fs::metadata(&path).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o700, 0o700);
    assert_eq!(names(directory.path()), ["program"]);
}

#[test]
fn a_running_program_goes_on() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("program");
    let turn = processes::turn();
    fs::copy("/bin/sleep", &path).expect("a copy");
    let mut running = Command::new(&path).arg("60").spawn().expect("it starts");
    drop(turn);
    write_executable(&path, b"new").expect("it is written");
    assert_eq!(running.try_wait().expect("its state"), None);
    running.kill().expect("it runs");
    running.wait().expect("it ran");
}

#[test]
fn what_cannot_be_written_is_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let missing = directory.path().join("missing/program");
    let expected = format!("cannot write `{}`: No such file", missing.display());
    assert!(message(write_executable(&missing, b"x")).starts_with(&expected));
    let text = message(write_executable(directory.path(), b"x"));
    assert!(text.ends_with("is a directory"), "{text}");
    let file = directory.path().join("file");
    fs::write(&file, "").expect("a file");
    assert!(write_executable(&file.join("program"), b"x").is_err());
    assert!(write_executable(Path::new("/proc/program"), b"x").is_err());
    assert_eq!(names(directory.path()), ["file"]);
}

#[test]
fn devices_are_written_to_and_stay() {
    write_executable(Path::new("/dev/null"), b"x").expect("it is written");
    let text = message(write_executable(Path::new("/dev/full"), b"x"));
    assert!(text.starts_with("cannot write `/dev/full`: No space left on device"), "{text}");
    assert!(fs::metadata("/dev/null").is_ok_and(|metadata| !metadata.is_file()));
}

const CHILD: &str = "SIMPLE_LINK_TEST_DIRECTORY";

/// Runs in a process of its own, whose files may have 1,024 bytes.
#[test]
fn a_full_disk_leaves_no_file() {
    if let Ok(directory) = std::env::var(CHILD) {
        let path = Path::new(&directory).join("program");
        write_executable(&path, &[1; 1024]).expect("this much is allowed");
        let text = message(write_executable(&path, &[2; 1025]));
        assert!(text.contains("File too large"), "{text}");
        assert_eq!(fs::read(&path).expect("the first one is there"), [1; 1024]);
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let binary = std::env::current_exe().expect("this binary");
    let mut limited = Command::new("prlimit");
    limited.arg("--fsize=1024").arg(binary).args(["--exact", "a_full_disk_leaves_no_file"]);
    limited.env(CHILD, directory.path());
    let output = processes::output(&mut limited).expect("prlimit of util-linux is installed");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(names(directory.path()), ["program"]);
}
