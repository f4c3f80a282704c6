//! No input makes the tools panic, hang, or use memory out of proportion:
//! `tests/fuzz_seeds/`, with its README. `cargo run -p xtask -- fuzz-seeds`
//! does the same and says more.

use std::path::Path;
use std::time::Duration;

use xtask::hostile::{Options, check_all};

/// Much more than any input takes, but the machine may be busy.
const TIME: Duration = Duration::from_secs(15);

#[test]
fn hostile_inputs_do_no_harm() {
    let options = Options {
        time: TIME,
        filter: std::env::var("SIMPLE_TEST").unwrap_or_default(),
        growth: false,
        folder: Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile"),
    };
    let simple = Path::new(env!("CARGO_BIN_EXE_simple"));
    let report = check_all(simple, &options).expect("the inputs can be checked");
    let failures: Vec<String> =
        report.failures.iter().map(|(name, failure)| format!("--- {name}\n{failure}")).collect();
    assert!(
        failures.is_empty(),
        "{}\n{} of {} inputs fail",
        failures.join("\n"),
        failures.len(),
        report.inputs
    );
}
