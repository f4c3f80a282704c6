//! What `benches/` compares does the same in Simple as in Rust, whose compiler
//! is there wherever these tests are.

use std::path::Path;

use xtask::bench::{Options, build, run};

fn simple() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_simple"))
}

fn options(only: &[&str]) -> Options {
    Options { rounds: 1, only: only.iter().map(|&word| word.to_owned()).collect() }
}

#[test]
fn programs_print_the_same() {
    if let Err(error) = run::compare(Some(simple()), "", &options(&["simple", "rustc"])) {
        panic!("{error}");
    }
}

#[test]
fn a_generated_program_prints_the_same() {
    if let Err(error) = build::bench(Some(simple()), 6000, &options(&["simple", "rustc"])) {
        panic!("{error}");
    }
}
