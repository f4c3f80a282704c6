//! Programs that are refused: `tests/reject/`. Each has a `.want` that says
//! what must be reported, and a snapshot of the whole rendered message. See
//! `tests/reject/README.md`.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// One block of a `.want`.
#[derive(Debug, Default, Clone)]
struct Want {
    fields: BTreeMap<String, Vec<String>>,
}

impl Want {
    fn one(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(|values| values.first()).map(String::as_str)
    }
}

fn folder() -> PathBuf {
    support::root().join("tests/reject")
}

fn programs() -> Vec<PathBuf> {
    let filter = std::env::var("SIMPLE_TEST").unwrap_or_default();
    let mut programs: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("the programs are there")
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "spl"))
        .filter(|path| path.to_string_lossy().contains(&filter))
        .collect();
    programs.sort();
    programs
}

fn name(path: &Path) -> String {
    path.file_stem().expect("it has a name").to_string_lossy().into_owned()
}

fn read_want(text: &str) -> Result<Vec<Want>, String> {
    let mut wants = Vec::new();
    let mut current = Want::default();
    for line in text.lines().chain([""]) {
        if line.trim().is_empty() {
            if !current.fields.is_empty() {
                wants.push(std::mem::take(&mut current));
            }
            continue;
        }
        let (name, value) =
            line.split_once(": ").ok_or_else(|| format!("a line without a field: {line:?}"))?;
        let value = match value.trim().strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => value.trim().to_owned(),
        };
        current.fields.entry(name.to_owned()).or_default().push(value);
    }
    Ok(wants)
}

fn unquote(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return Ok(out),
            '\\' => match characters.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some('0') => out.push('\0'),
                Some('u') => {
                    let digits: String =
                        characters.by_ref().skip(1).take_while(|digit| *digit != '}').collect();
                    let code = u32::from_str_radix(&digits, 16).map_err(|e| e.to_string())?;
                    out.push(char::from_u32(code).ok_or("a code that is no character")?);
                }
                Some(other) => out.push(other),
                None => return Err("a backslash at the end".to_owned()),
            },
            other => out.push(other),
        }
    }
    Err(format!("no closing quote: {text:?}"))
}

fn check_json(path: &Path) -> Result<Vec<Value>, String> {
    let relative = path.strip_prefix(support::root()).unwrap_or(path);
    let mut command = support::simple();
    command.args(["check", "--message-format", "json"]).arg(relative);
    let output = support::run(&mut command, b"").map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stderr);
    let values: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).map_err(|error| format!("{error}: {line}")))
        .collect::<Result<_, _>>()?;
    let refused = values.iter().any(|value| value["severity"] == "error");
    let status = if refused { 1 } else { 0 };
    if output.status.code() != Some(status) {
        return Err(format!("ended with {}, not {status}\n{text}", output.status));
    }
    Ok(values)
}

fn spoken(value: &Value) -> String {
    let mut text = value["message"].as_str().unwrap_or_default().to_owned();
    let mut add = |value: &Value| {
        text.push('\n');
        text.push_str(value.as_str().unwrap_or_default());
    };
    add(&value["primary"]["message"]);
    for label in value["secondary"].as_array().into_iter().flatten() {
        add(&label["message"]);
    }
    for note in value["notes"].as_array().into_iter().flatten() {
        add(note);
    }
    for suggestion in value["suggestions"].as_array().into_iter().flatten() {
        add(&suggestion["message"]);
        for edit in suggestion["edits"].as_array().into_iter().flatten() {
            add(&edit["text"]);
        }
    }
    text.to_lowercase()
}

fn compare(want: &Want, found: &Value, program: &Path) -> Result<(), String> {
    let mut wrong = Vec::new();
    let code = found["code"].as_str().unwrap_or_default();
    if let Some(expected) = want.one("code")
        && expected != "?"
        && expected != code
    {
        wrong.push(format!("code {code}, not {expected}"));
    }
    let severity = want.one("severity").unwrap_or("error");
    if found["severity"] != severity {
        wrong.push(format!("severity {}, not {severity}", found["severity"]));
    }
    let start = &found["primary"]["at"]["start"];
    if let Some(line) = want.one("line")
        && start["line"].as_u64() != line.parse().ok()
    {
        wrong.push(format!("line {}, not {line}", start["line"]));
    }
    let file = want.one("file").map_or_else(|| program.to_owned(), |file| folder().join(file));
    if let Some(span) = want.one("span")
        && !span.is_empty()
        && let Ok(bytes) = std::fs::read(&file)
    {
        let low = start["byte"].as_u64().unwrap_or(0) as usize;
        let high = found["primary"]["at"]["end"]["byte"].as_u64().unwrap_or(0) as usize;
        let under = bytes.get(low..high).map_or_else(String::new, |bytes| {
            String::from_utf8_lossy(bytes).lines().next().unwrap_or_default().to_owned()
        });
        if under != span {
            wrong.push(format!("underlined {under:?}, not {span:?}"));
        }
    }
    let spoken = spoken(found);
    for words in want.fields.get("says").into_iter().flatten() {
        if !spoken.contains(&words.to_lowercase()) {
            wrong.push(format!("does not say {words:?}"));
        }
    }
    for fix in want.fields.get("fix").into_iter().flatten() {
        let offered =
            found["suggestions"].as_array().into_iter().flatten().any(|suggestion| {
                suggestion["edits"].as_array().into_iter().flatten().any(|edit| {
                    edit["text"].as_str().is_some_and(|text| text.contains(fix.as_str()))
                })
            });
        if !offered {
            wrong.push(format!("does not offer {fix:?}"));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("{}\n  in: {}", wrong.join("; "), found["message"]))
}

#[test]
fn what_is_reported_is_what_is_wanted() {
    support::check_all(
        &programs(),
        |path| name(path),
        |path| {
            let text = std::fs::read_to_string(path.with_extension("want"))
                .map_err(|_| "there is no .want".to_owned())?;
            let wants = read_want(&text)?;
            let found = check_json(path)?;
            let mut wrong = Vec::new();
            for (index, want) in wants.iter().enumerate() {
                match found.get(index) {
                    None => wrong.push(format!("missing: {:?}", want.fields)),
                    Some(found) => {
                        if let Err(difference) = compare(want, found, path) {
                            wrong.push(difference);
                        }
                    }
                }
            }
            for extra in found.iter().skip(wants.len()) {
                let line = &extra["primary"]["at"]["start"]["line"];
                wrong.push(format!(
                    "not wanted: {} {} (line {line})",
                    extra["code"], extra["message"]
                ));
            }
            if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
        },
    );
}

/// What is printed for a program, in the form for people.
fn check_human(path: &Path) -> Result<String, String> {
    let relative = path.strip_prefix(support::root()).unwrap_or(path);
    let mut command = support::simple();
    command.args(["check", "--color", "never"]).arg(relative);
    let output = support::run(&mut command, b"").map_err(|error| error.to_string())?;
    if !output.stdout.is_empty() {
        return Err("it prints to standard output".to_owned());
    }
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_whole_message_is_as_recorded() {
    support::check_all(
        &programs(),
        |path| name(path),
        |path| {
            let message = check_human(path)?;
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path("../../../tests/reject/snapshots");
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            let compare = || settings.bind(|| insta::assert_snapshot!(name(path), message));
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(compare)).map_err(|_| {
                "not as recorded: `cargo insta review` shows how it differs".to_owned()
            })
        },
    );
}

#[test]
fn every_recorded_message_has_its_program() {
    let recorded = std::fs::read_dir(folder().join("snapshots")).expect("they are there");
    let orphans: Vec<String> = recorded
        .map(|entry| name(&entry.expect("the folder can be listed").path()))
        .filter(|name| !folder().join(name).with_extension("spl").is_file())
        .collect();
    assert!(orphans.is_empty(), "recorded, but no program: {orphans:?}");
}

#[test]
fn mended_programs_are_accepted() {
    let fixed: Vec<PathBuf> = programs()
        .iter()
        .map(|path| folder().join("fixed").join(path.file_name().expect("it has a name")))
        .filter(|path| path.is_file())
        .collect();
    support::check_all(
        &fixed,
        |path| name(path),
        |path| {
            let found = check_json(path)?;
            if found.is_empty() {
                return Ok(());
            }
            Err(found
                .iter()
                .map(|value| {
                    let line = &value["primary"]["at"]["start"]["line"];
                    format!("{} {} (line {line})", value["code"], value["message"])
                })
                .collect::<Vec<_>>()
                .join("\n"))
        },
    );
}
