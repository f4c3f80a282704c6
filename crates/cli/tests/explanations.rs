//! `simple explain`: each code is explained, and its examples are what they are
//! said to be: a `Wrong:` one gives that code and no other, a `Right:` one nothing.
//! Those of syntax are pieces of programs, whose names mean nothing.

mod support;

use std::path::Path;

fn simple(args: &[&str]) -> (bool, String) {
    let output = support::run(support::simple().args(args), b"").expect("it can be run");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// The program below a line such as `Wrong:`, if there is one.
fn example<'a>(text: &'a str, above: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("\n{above}\n\n```simple\n"))?;
    rest.split_once("```\n").map(|(program, _)| program)
}

/// The codes that a check of a program gives, in order.
fn codes_of(folder: &Path, name: &str, program: &str) -> Vec<String> {
    let path = folder.join(name);
    // Characters that cannot be seen stand there as their pictures.
    let program = program.replace('\u{2400}', "\0").replace('\u{240d}', "\r");
    std::fs::write(&path, program).expect("the folder can be written");
    let (_, text) = simple(&["check", path.to_str().expect("the folder has a name in UTF-8")]);
    let code = |line: &str| {
        let (_, rest) = line.split_once('[')?;
        let is_head = line.starts_with("error[") || line.starts_with("warning[");
        is_head.then(|| rest.split(']').next().unwrap_or("").to_owned())
    };
    text.lines().filter_map(code).collect()
}

/// Of what was found, what an example of `code` is about, each once.
fn relevant(code: &str, mut found: Vec<String>) -> Vec<String> {
    const FIRST_OF_NAMES: &str = "E0200";
    found.retain(|other| code >= FIRST_OF_NAMES || other.as_str() < FIRST_OF_NAMES);
    found.dedup();
    found
}

#[test]
fn every_code_is_explained_by_examples_that_hold() {
    let (_, list) = simple(&["explain"]);
    let titles: Vec<(&str, &str)> = list.lines().filter_map(|line| line.split_once("  ")).collect();
    assert!(titles.len() > 100, "{list}");
    let folder = tempfile::tempdir().expect("a folder for the programs");
    let mut verified = 0;
    let mut wrong = Vec::new();
    for (code, title) in titles {
        let (_, text) = simple(&["explain", code]);
        let heading = format!("{code}: {title}\n\n");
        let Some(body) = text.strip_prefix(&heading).filter(|body| !body.starts_with('#')) else {
            wrong.push(format!("{code}: does not begin with its title once"));
            continue;
        };
        if body.split_whitespace().count() < 15 {
            wrong.push(format!("{code}: is hardly explained"));
        }
        if let Some(program) = example(body, "Wrong:") {
            let codes = codes_of(folder.path(), &format!("{code}_wrong.spl"), program);
            let codes = relevant(code, codes);
            if codes != [code] {
                wrong.push(format!("{code}: the wrong example gives {codes:?}"));
            }
            verified += 1;
        }
        if let Some(program) = example(body, "Right:") {
            let codes = codes_of(folder.path(), &format!("{code}_right.spl"), program);
            let codes = relevant(code, codes);
            if !codes.is_empty() {
                wrong.push(format!("{code}: the right example gives {codes:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(verified > 80, "only {verified} explanations have a wrong example");
}
