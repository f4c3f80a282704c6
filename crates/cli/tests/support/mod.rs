//! What the whole-program tests share: running the command, many at a time.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

pub mod folders;
pub mod programs;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// No test program may take longer than this.
pub const TIME_LIMIT: Duration = Duration::from_secs(60);

/// The repository's root: programs open their data relative to it.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the crate lies in the repository")
}

/// The `simple` command under test, run in the repository's root.
pub fn simple() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_simple"));
    command.current_dir(root()).env("NO_COLOR", "1");
    command
}

/// Runs a command with input, ending it if it takes too long.
pub fn run(command: &mut Command, input: &[u8]) -> std::io::Result<Output> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut stdin = child.stdin.take().expect("it was piped");
    let input = input.to_vec();
    // A program need not read its input.
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let id = child.id();
    let done = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let watched = done.clone();
    let watch = std::thread::spawn(move || {
        let start = Instant::now();
        while !watched.load(Ordering::Relaxed) {
            if start.elapsed() > TIME_LIMIT {
                let _ = Command::new("kill").arg("-9").arg(id.to_string()).status();
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    });
    let output = child.wait_with_output()?;
    done.store(true, Ordering::Relaxed);
    let _ = writer.join();
    if watch.join().unwrap_or(false) {
        return Err(std::io::Error::other("it took too long"));
    }
    Ok(output)
}

/// Checks all cases on all cores and reports those that fail, all at once.
pub fn check_all<T: Sync>(
    cases: &[T],
    name: impl Fn(&T) -> String + Sync,
    check: impl Fn(&T) -> Result<(), String> + Sync,
) {
    let next = AtomicUsize::new(0);
    let failures: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(failure) = check(case) {
                        failures.lock().expect("no check panics").push((name(case), failure));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("no check panics");
    failures.sort();
    if !failures.is_empty() {
        let mut report = String::new();
        for (name, failure) in &failures {
            report.push_str(&format!("--- {name}\n{failure}\n"));
        }
        let names: Vec<&str> = failures.iter().map(|failure| failure.0.as_str()).collect();
        panic!("{report}\n{} of {} failed: {}", failures.len(), cases.len(), names.join(" "));
    }
}

/// Where two texts begin to differ, for people.
pub fn difference(expected: &str, found: &str) -> String {
    let mut expected_lines = expected.lines();
    let mut found_lines = found.lines();
    let mut line = 1;
    loop {
        match (expected_lines.next(), found_lines.next()) {
            (Some(a), Some(b)) if a == b => line += 1,
            (None, None) => return "they differ in line ends".to_owned(),
            (a, b) => {
                return format!(
                    "line {line}:\n  expected {}\n  found    {}",
                    a.map_or("the end".to_owned(), |line| format!("{line:?}")),
                    b.map_or("the end".to_owned(), |line| format!("{line:?}")),
                );
            }
        }
    }
}
