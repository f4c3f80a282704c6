//! Starting the programs that tests write.
//!
//! A process inherits every file that its parent has open until it becomes
//! another program, and a file that is open for writing cannot be run. So one
//! test must not start anything while another writes what it will run: within
//! a test binary, only one of them writes or runs at a time.

// Each test binary uses its part.
#![allow(dead_code)]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard};

/// Whoever has it may write an executable, or start a process.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Runs a command to its end.
pub(crate) fn output(command: &mut Command) -> std::io::Result<Output> {
    let _turn = turn();
    command.output()
}

/// Writes `bytes` as an executable at `path`.
pub(crate) fn write(path: &Path, bytes: &[u8]) {
    let _turn = turn();
    simple_link::output::write_executable(path, bytes).expect("the program can be written");
}

/// Writes `bytes` to a file of its own and runs it.
pub(crate) fn run(bytes: &[u8]) -> Output {
    let directory = tempfile::tempdir().expect("a directory for the program");
    let path = directory.path().join("program");
    write(&path, bytes);
    output(&mut Command::new(&path)).expect("the program starts")
}
