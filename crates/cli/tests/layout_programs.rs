//! Page layout of whole programs: of 2,000 functions of which a start needs 150,
//! and of an application with a scripted session.

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use simple_layout::{Profile, ScenarioIndex};
use support::folders::{self, profile, succeed, succeed_with};
use xtask::generate::grown;

fn folder(name: &str) -> PathBuf {
    folders::folder("layout_programs", name)
}

/// Where what a scenario touches before its stop lies in the recorded build.
struct Start {
    pages: usize,
    bytes: u64,
}

fn start(profile: &Profile, scenario: &str) -> Start {
    let row = profile.scenarios.iter().position(|s| s.name == scenario);
    let scenario = ScenarioIndex::from_usize(row.expect("it was recorded"));
    let stop = profile.stop_order(scenario).unwrap_or(u32::MAX);
    let mut pages = BTreeSet::new();
    let mut bytes = 0;
    for touch in profile.touches.iter().filter(|t| t.scenario == scenario && t.order < stop) {
        let symbol = &profile.symbols[touch.symbol.index()];
        bytes += symbol.size;
        pages.extend(symbol.address / 4096..=(symbol.address + symbol.size.max(1) - 1) / 4096);
    }
    Start { pages: pages.len(), bytes }
}

#[test]
fn a_grown_program_starts_on_a_tenth_of_its_pages() {
    let folder = folder("grown");
    std::fs::write(folder.join("app.spl"), grown::program()).expect("it can be written");
    succeed(&folder, &["build", "--release", "app.spl", "-o", "before"]);
    succeed(&folder, &["run", "--layout-record=p.sdn", "--stop", "ready", "app.spl"]);
    succeed(&folder, &["layout", "solve", "p.sdn"]);
    let build = ["build", "--release", "--layout", "layout.sdn", "app.spl", "-o", "after"];
    assert!(succeed(&folder, &build).1.is_empty(), "the plan fits");
    let record = ["layout", "record", "--stop", "ready", "-o", "q.sdn", "--", "./after"];
    succeed(&folder, &record);
    let before = start(&profile(&folder.join("p.sdn")), "run");
    let after = start(&profile(&folder.join("q.sdn")), "run");
    let bound = after.bytes.div_ceil(4096);
    assert!(after.pages as u64 <= bound + 1, "{} pages, where {bound} would do", after.pages);
    assert!(
        after.pages * 10 <= before.pages,
        "{} pages before, {} after",
        before.pages,
        after.pages
    );
    let output = |name: &str, arguments: &[&str]| {
        let mut command = Command::new(folder.join(name));
        support::run(command.args(arguments), b"").expect("it runs").stdout
    };
    assert_eq!(output("before", &["all"]), output("after", &["all"]));
    let registered = format!("{} ", grown::NEEDED);
    assert!(output("after", &["all"]).starts_with(registered.as_bytes()));
}

/// What its page says to do, with an eye on what comes of it.
#[test]
fn an_application_draws_its_first_frame_from_fewer_pages() {
    let folder = folder("board");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/board");
    std::fs::create_dir_all(folder.join("src")).expect("the target folder can be written");
    for part in ["", "src"] {
        for entry in std::fs::read_dir(example.join(part)).expect("the example is there") {
            let path = entry.expect("it can be listed").path();
            if path.is_file() {
                let name = path.file_name().expect("it has a name");
                std::fs::copy(&path, folder.join(part).join(name)).expect("it can be copied");
            }
        }
    }
    let session = std::fs::read(folder.join("session.txt")).expect("it has a session");
    let (shown, _) = succeed_with(&folder, &["run", "src/main.spl", "garden.board"], &session);
    for expected in [
        "║ Garden 2026 ",
        "\n! `doing` has room for 3 cards only\n",
        "\n  due      2026-11-20 (Friday)\n",
        "\n    [ 1]  2   3   4 [ 5]  6\n",
        "\n6,doing,buy a wheelbarrow,shopping,2026-12-01,1\n",
        "\n  > with \"paths\", and a shed\n",
        "\n! `2026-02-30` is no date like 2026-12-24\n! `fly` is no command; try `help`\nbye\n",
    ] {
        assert!(shown.contains(expected), "{expected:?} in\n{shown}");
    }

    succeed(&folder, &["build", "--release", "-o", "before"]);
    let run = ["run", "--layout-record", "--scenario", "start", "--stop", "ui.ready"];
    let run = [&run[..], &["src/main.spl", "garden.board"]].concat();
    assert_eq!(succeed_with(&folder, &run, &session).0, shown);
    succeed(&folder, &["test", "--layout-record"]);
    succeed(&folder, &["layout", "solve", "board.profile.sdn"]);
    let build = ["build", "--release", "--layout", "layout.sdn", "-o", "after"];
    assert!(succeed(&folder, &build).1.is_empty(), "the plan fits");
    let plan = std::fs::read_to_string(folder.join("layout.sdn")).expect("it was solved");
    assert!(plan.contains(", first_frame, "), "the anchor divides the start");

    let record = ["layout", "record", "--scenario", "start", "--stop", "ui.ready", "-o", "q.sdn"];
    let run = [&record[..], &["--", "./after", "garden.board"]].concat();
    assert_eq!(succeed_with(&folder, &run, &session).0, shown);
    let before = start(&profile(&folder.join("board.profile.sdn")), "start");
    let after = start(&profile(&folder.join("q.sdn")), "start");
    let bound = after.bytes.div_ceil(4096);
    // Three scenarios share the first pages, so one alone may miss its bound.
    assert!(after.pages as u64 <= bound + 2, "{} pages, where {bound} would do", after.pages);
    assert!(after.pages * 3 <= before.pages * 2, "{} before, {} after", before.pages, after.pages);
}
