//! Profiles and plans as text: there and back, and what is said of damage.

mod support;

use proptest::prelude::*;
use simple_layout::{
    Budget, Config, Edge, Group, LayoutSymbol, Mark, Pattern, Phase, Plan, PlanScenario,
    PlanSymbol, Policy, Problem, Profile, ReadError, Scenario, ScenarioIndex, Statistic,
    SymbolIndex, Touch, solve,
};

/// Names that a file must keep apart from its own notation.
fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z._]{1,8}",
        "[ -~]{1,12}",
        ".{1,6}",
        prop::sample::select(vec![
            "true",
            "1.0",
            "nil",
            "#x",
            "a|b",
            "x,y",
            "\"",
            "f(int, char)",
            "geo::List[i64]#3",
            "a: b",
            "-",
            "\n",
            "{",
            "~startup",
            "é",
        ])
        .prop_map(str::to_owned),
    ]
}

fn phases() -> impl Strategy<Value = Phase> {
    prop::sample::select(Phase::ALL.to_vec())
}

fn symbols() -> impl Strategy<Value = LayoutSymbol> {
    let phase = || prop::option::of(phases());
    let place = (0u64..1 << 20, 0u32..13, any::<u64>());
    (names(), phase(), phase(), place, any::<bool>(), names(), any::<u64>(), any::<u64>()).prop_map(
        |(name, attribute, reachability, place, pinned, anchor, calls, time_ns)| LayoutSymbol {
            name,
            attribute,
            reachability,
            size: place.0,
            align: 1 << place.1,
            address: place.2,
            pinned,
            anchor: if pinned { anchor } else { String::new() },
            calls,
            time_ns,
        },
    )
}

fn profiles() -> impl Strategy<Value = Profile> {
    let scenario = (names(), names(), f64::MIN_POSITIVE..1e300, any::<u64>());
    let rows = prop::collection::vec((any::<u8>(), any::<u8>(), any::<u32>(), any::<u64>()), 0..12);
    (
        (names(), names()),
        prop::collection::vec(scenario, 0..4),
        prop::collection::vec(symbols(), 0..8),
        rows,
    )
        .prop_map(|((program, build), scenarios, mut symbols, rows)| {
            let mut seen = std::collections::HashSet::new();
            symbols.retain(|symbol| seen.insert(symbol.name.clone()));
            seen.clear();
            let scenarios: Vec<Scenario> = (scenarios.into_iter())
                .filter(|(name, ..)| seen.insert(name.clone()))
                .map(|(name, stop, weight, runs)| Scenario {
                    entry: name.clone(),
                    name,
                    stop,
                    weight,
                    runs,
                })
                .collect();
            let mut profile = Profile { program, build, scenarios, symbols, ..Profile::default() };
            let (scenarios, symbols) = (profile.scenarios.len(), profile.symbols.len());
            let mut touched = std::collections::HashSet::new();
            for (a, b, order, time_ns) in rows {
                if symbols == 0 {
                    break;
                }
                let symbol = |byte: u8| SymbolIndex((byte as usize % symbols) as u32);
                let weight = time_ns;
                profile.edges.push(Edge { caller: symbol(a), callee: symbol(b), weight });
                if scenarios > 0 && touched.insert((a as usize % scenarios, symbol(b))) {
                    let scenario = ScenarioIndex((a as usize % scenarios) as u32);
                    let name = profile.scenarios[scenario.index()].stop.clone();
                    profile.touches.push(Touch { scenario, symbol: symbol(b), order, time_ns });
                    profile.marks.push(Mark { scenario, name, order, time_ns });
                }
            }
            profile.sort();
            profile
        })
}

fn plans() -> impl Strategy<Value = Plan> {
    let group = (any::<u64>(), phases(), prop::option::of(any::<u64>()), any::<bool>());
    let symbol = (names(), phases(), any::<u64>(), any::<bool>());
    let texts = prop::collection::vec((names(), names()), 0..3);
    (
        (names(), names(), names(), any::<bool>()),
        prop::collection::vec((names(), phases()), 0..3),
        prop::collection::vec(group, 0..5),
        prop::collection::vec(symbol, 0..8),
        texts,
        prop::collection::vec((names(), f64::MIN_POSITIVE..1e9), 0..3),
    )
        .prop_map(|(header, patterns, groups, symbols, texts, scenarios)| Plan {
            program: header.0,
            profile: header.1,
            names: header.2,
            policy: if header.3 { Policy::Strict } else { Policy::Lenient },
            patterns: (patterns.into_iter())
                .map(|(pattern, phase)| Pattern { pattern, phase })
                .collect(),
            scenarios: (scenarios.into_iter())
                .map(|(name, weight)| PlanScenario {
                    name: name.clone(),
                    entry: String::new(),
                    stop: name,
                    weight,
                })
                .collect(),
            groups: (groups.into_iter())
                .map(|(id, phase, max_pages, align)| Group {
                    id,
                    phase,
                    max_pages,
                    align,
                    aligned: !align,
                    bytes: id / 2,
                    pages: 3,
                })
                .collect(),
            symbols: (symbols.into_iter())
                .map(|(name, phase, group, pinned)| PlanSymbol { name, phase, group, pinned })
                .collect(),
            statistics: (texts.iter())
                .map(|(scenario, _)| Statistic {
                    scenario: scenario.clone(),
                    bound: 1,
                    input_pages: 2,
                    greedy_pages: 3,
                    pages: 4,
                })
                .collect(),
            problems: texts.into_iter().map(|(code, text)| Problem { code, text }).collect(),
        })
}

/// Cuts, doubles or changes a part of `text`.
fn damage(text: &str, seed: u64) -> String {
    let mut random = support::Random(seed | 1);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=random.below(3) {
        if lines.is_empty() {
            break;
        }
        let at = random.below(lines.len());
        match random.below(6) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            2 => lines[at].push_str(", x"),
            3 => lines[at] = lines[at].replacen(", ", "", 1),
            4 => lines[at].insert(0, ' '),
            _ => {
                let cut = lines[at].floor_char_boundary(random.below(lines[at].len() + 1));
                lines[at].truncate(cut);
            }
        }
    }
    lines.join("\n")
}

fn is_within(error: &ReadError, text: &str) -> bool {
    let line = error.line as usize;
    let columns = text.split('\n').nth(line - 1).map(|line| line.chars().count());
    // Nothing but the end of the text may be behind the last line.
    let last = text.split('\n').count();
    columns.is_some_and(|columns| error.column as usize <= columns + 1) || line == last + 1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn profiles_round_trip(profile in profiles()) {
        let text = profile.to_sdn().expect("a profile that holds together");
        let read = Profile::from_sdn(&text);
        prop_assert_eq!(read.as_ref().map_err(|e| format!("{e}\n{text}")), Ok(&profile));
        prop_assert_eq!(read.expect("read").hash(), profile.hash());
    }

    #[test]
    fn plans_round_trip(plan in plans()) {
        let text = plan.to_sdn();
        let read = Plan::from_sdn(&text);
        prop_assert_eq!(read.as_ref().map_err(|e| format!("{e}\n{text}")), Ok(&plan));
        let updated = plan.update_sdn(&text).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(Plan::from_sdn(&updated), Ok(plan));
    }

    #[test]
    fn damage_is_placed(profile in profiles(), plan in plans(), seed in any::<u64>()) {
        let text = damage(&profile.to_sdn().expect("holds together"), seed);
        match Profile::from_sdn(&text) {
            Ok(profile) => prop_assert!(solve(&profile, &Config::default()).is_ok()),
            Err(error) => prop_assert!(is_within(&error, &text), "{}\n{}", error, text),
        }
        let text = damage(&plan.to_sdn(), seed);
        if let Err(error) = Plan::from_sdn(&text) {
            prop_assert!(is_within(&error, &text), "{}\n{}", error, text);
            prop_assert!(plan.update_sdn(&text).is_err());
        } else {
            prop_assert!(plan.update_sdn(&text).is_ok());
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[a-z:|,\\[\\]{}\"# \n0-9.-]{0,200}") {
        let _ = (Profile::from_sdn(&text), Plan::from_sdn(&text));
    }
}

const PROFILE: &str = r#"profile:
    version: 1
    program: app
    build: "3f0c"
scenarios |name, stop, weight, runs|
    boot, ui.ready, 1.0, 3
symbols |name, phase, size, align, address, pinned, anchor, calls, time_ns|
    main.main, startup, 312, 16, 0x402100, false, "", 1, 52000
    app.draw, ~cold, 100, 16, 0x402240, false, loop, 60, 0
touches |scenario, symbol, order, time_ns|
    boot, main.main, 0, 1200
    boot, libc.open, 1, 1300
edges |caller, callee, weight|
    main.main, app.draw, 60
marks |scenario, name, order, time_ns|
    boot, ui.ready, 151, 4100000
"#;

#[test]
fn a_profile_as_the_design_shows_it() {
    let profile = Profile::from_sdn(PROFILE).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(profile.symbols[0].address, 0x40_2100);
    assert_eq!(profile.symbols[0].attribute, Some(Phase::Startup));
    assert_eq!(profile.symbols[1].attribute, None);
    assert_eq!(profile.symbols[1].reachability, Some(Phase::Cold));
    // Touched, but not listed.
    assert_eq!(profile.symbols[2], LayoutSymbol::new("libc.open", 0));
    assert_eq!(profile.stop_order(ScenarioIndex(0)), Some(151));
}

#[test]
fn mistakes_in_profiles_are_explained_where_they_are() {
    for (from, to, expected) in [
        ("version: 1", "version: 2", "2:14: version 2 of the format is not known"),
        ("1.0, 3", "-1.0, 3", "6:21: scenario `boot` has weight -1.0"),
        ("1.0, 3", "nan, 3", "6:21: scenario `boot` has weight NaN"),
        ("    boot, main.main", "    start, main.main", "11:5: there is no scenario `start`"),
        ("    boot, ui.ready, 151", "    x, ui.ready, 151", "16:5: there is no scenario `x`"),
        ("~cold", "~warm", "9:15: `warm` is not a phase; the phases are startup"),
        ("100, 16", "100, 17", "9:27: symbol `app.draw` has alignment 17"),
        ("app.draw, ~", "main.main, ~", "9:5: there are two symbols called `main.main`"),
        ("boot, libc.open", "boot, main.main", "12:11: scenario `boot` touches `main.main` twice"),
        ("312, ", "x, ", "8:25: "),
        ("time_ns|\n    main", "time|\n    main", "7:"),
        ("edges", "edge", "13:1: "),
    ] {
        let text = PROFILE.replacen(from, to, 1);
        assert_ne!(text, PROFILE, "{from}");
        let error = Profile::from_sdn(&text).expect_err(to).to_string();
        assert!(error.starts_with(expected), "{expected}: {error}");
    }
}

/// A plan that a user wrote before the first solving.
const PLAN: &str = "\
# Our budget.
policy: strict
patterns |pattern, phase|
    \"*.debug_*\", cold # never in a release
scenarios |name, entry, stop, weight|
    boot, main, ui.ready, 2.0
    open_file, main, cmd.done, 0.3
groups |phase, page_size, max_pages, align|
    startup, 4096, 8, true # what the loader reads
    first_frame, 4096, 12, true
";

#[test]
fn a_plan_is_solved_again_into_its_file() {
    let wanted = Plan::from_sdn(PLAN).unwrap_or_else(|error| panic!("{error}"));
    let config = Config::of_plan(&wanted);
    assert_eq!(config.policy, Policy::Strict);
    assert_eq!(config.budgets[0], Budget { max_pages: Some(8), align: true });
    let mut profile = Profile::from_sdn(PROFILE).expect("a profile");
    profile.symbols.push(LayoutSymbol::new("app.debug_draw", 10));
    let solution = solve(&profile, &config).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(solution.plan.problems.len(), 1, "{:?}", solution.plan.problems);
    assert_eq!(solution.plan.problems[0].code, Problem::SCENARIO);

    let text = solution.plan.update_sdn(PLAN).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(Plan::from_sdn(&text), Ok(solution.plan.clone()), "{text}");
    for comment in ["# Our budget.", "# never in a release"] {
        assert!(text.contains(comment), "{text}");
    }
    // Solved again, it says the same, and now that all columns are there, comments
    // of groups stay, too.
    let text = text.replace(
        "    0, startup, 4096, 8, true, true, 312, 1",
        "    0, startup, 4096, 8, true, false, 99, 1 # ours",
    );
    let again = solve(&profile, &Config::of_plan(&Plan::from_sdn(&text).expect("a plan")));
    let again = again.expect("solved").plan;
    assert_eq!(again, solution.plan);
    let updated = again.update_sdn(&text).expect("updated");
    assert!(updated.contains("    0, startup, 4096, 8, true, true, 312, 1 # ours\n"), "{updated}");
}

#[test]
fn mistakes_in_plans_are_explained_where_they_are() {
    for (from, to, expected) in [
        ("4096, 8", "16384, 8", "9:14: pages have 4096 bytes; 16384 are not supported"),
        ("strict", "harsh", "2:9: "),
        (", cold", ", icy", "4:18: "),
        ("0.3", "0.0", "7:32: a weight says how much"),
        ("max_pages", "pages_max", "8:"),
        ("policy:", "policies:", "2:1: "),
    ] {
        let text = PLAN.replacen(from, to, 1);
        let error = Plan::from_sdn(&text).expect_err(to).to_string();
        assert!(error.starts_with(expected), "{expected}: {error}");
    }
}
