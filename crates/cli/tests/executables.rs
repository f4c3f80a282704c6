//! What `simple build` writes: its size, and that nothing but the program and
//! the options decide about its bytes.

mod support;

use std::path::{Path, PathBuf};

use support::programs::{Case, cases};
use xtask::generate::{Language, generate};

/// What hello may take.
const HELLO_BYTES: u64 = 16 * 1024;

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

/// The executable of `program` under `options`.
fn build(program: &Path, output: &Path, options: &[&str]) -> Result<Vec<u8>, String> {
    let mut command = support::simple();
    command.arg("build").args(options).arg("-o").arg(output).arg(program);
    let built = support::run(&mut command, b"").map_err(|error| error.to_string())?;
    if !built.status.success() {
        return Err(String::from_utf8_lossy(&built.stderr).into_owned());
    }
    let bytes = std::fs::read(output).map_err(|error| error.to_string());
    let _ = std::fs::remove_file(output);
    bytes
}

#[test]
fn hello_is_small() {
    let folder = folder("hello");
    let program = folder.join("hello.spl");
    std::fs::write(&program, "print \"hello\"\n").expect("the target folder can be written");
    for options in [&[][..], &["--release"], &["--release", "--strip"]] {
        let bytes = build(&program, &folder.join("hello"), options).expect("hello can be built");
        let size = bytes.len() as u64;
        assert!(size <= HELLO_BYTES, "{options:?}: hello takes {size} bytes");
    }
}

/// Serial and parallel builds of every program, at both levels, are equal.
#[test]
fn threads_do_not_change_an_executable() {
    let folder = folder("jobs");
    support::check_all(
        &cases(),
        |case: &Case| case.name.clone(),
        |case| {
            for level in ["-O0", "-O2"] {
                let output = folder.join(&case.name);
                let serial = build(&case.program, &output, &[level, "-j1"])?;
                let parallel = build(&case.program, &output, &[level, "-j3"])?;
                if serial != parallel {
                    return Err(format!("{level}: one and three threads make different bytes"));
                }
            }
            Ok(())
        },
    );
}

/// The same for a program that is large enough to keep every thread busy, and
/// over and over, since a race shows only at times.
#[test]
fn threads_do_not_change_a_large_executable() {
    let folder = folder("jobs_large");
    let program = folder.join("large.spl");
    let text = generate(20_000, Language::Simple);
    std::fs::write(&program, text).expect("the target folder can be written");
    for level in ["-O0", "-O2"] {
        let output = folder.join("large");
        let serial = build(&program, &output, &[level, "-j1"]).expect("it can be built");
        for jobs in ["-j2", "-j3", "-j8"] {
            let parallel = build(&program, &output, &[level, jobs]).expect("it can be built");
            assert!(
                serial == parallel,
                "{level} {jobs}: the bytes differ from those of one thread"
            );
        }
    }
}
