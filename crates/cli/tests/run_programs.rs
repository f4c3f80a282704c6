//! Whole programs: `tests/run/` and `examples/`, compiled and run in each way,
//! with the output that an independent implementation gave. See
//! `tests/run/README.md` for the files beside a program.

mod support;

use std::path::Path;

use support::programs::{Case, cases};

fn check_run(options: &[&str]) {
    support::check_all(
        &cases(),
        |case: &Case| case.name.clone(),
        |case| {
            let mut command = support::simple();
            command.arg("run").args(options).arg(&case.program).args(case.args());
            let output =
                support::run(&mut command, &case.stdin()).map_err(|error| error.to_string())?;
            case.judge(&output)
        },
    );
}

fn check_build(options: &[&str]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("build{}", options.concat()));
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    support::check_all(
        &cases(),
        |case: &Case| case.name.clone(),
        |case| {
            let program = folder.join(&case.name);
            let mut command = support::simple();
            command.arg("build").args(options).arg("-o").arg(&program).arg(&case.program);
            let built = support::run(&mut command, b"").map_err(|error| error.to_string())?;
            if !built.status.success() {
                return Err(String::from_utf8_lossy(&built.stderr).into_owned());
            }
            let mut command = std::process::Command::new(&program);
            command.current_dir(support::root()).args(case.args());
            let output =
                support::run(&mut command, &case.stdin()).map_err(|error| error.to_string())?;
            let _ = std::fs::remove_file(&program);
            case.judge(&output)
        },
    );
}

#[test]
fn run_at_o0_checking_memory() {
    check_run(&["--check-memory"]);
}

#[test]
fn run_released_checking_memory() {
    check_run(&["--release", "--check-memory"]);
}

#[test]
fn build_at_o0() {
    check_build(&[]);
}

#[test]
fn build_released() {
    check_build(&["--release"]);
}
