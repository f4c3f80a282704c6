//! The refused programs of `tests/reject`, as far as this stage is concerned:
//! each is told what its `.want` says and nothing else, and its mended twin
//! is accepted. The `fix` of a `.want` is an intent, often with a value that
//! nobody can know, and is not compared.

mod support;

use std::path::{Path, PathBuf};

use simple_source::{Diagnostic, SourceMap};
use support::{Checked, check_file, render};

/// One expected diagnostic.
#[derive(Default, Debug)]
struct Want {
    code: String,
    line: u32,
    span: String,
    says: String,
    file: Option<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reject")
}

fn unquote(text: &str) -> String {
    let inner = text.trim().trim_start_matches('"');
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('0') => out.push('\0'),
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

fn parse(text: &str) -> Vec<Want> {
    let mut wants = Vec::new();
    for block in text.split("\n\n") {
        let mut want = Want::default();
        for line in block.lines() {
            let Some((key, value)) = line.split_once(": ") else { continue };
            match key {
                "code" => want.code = value.trim().to_owned(),
                "line" => want.line = value.trim().parse().expect("a line number"),
                "span" => want.span = unquote(value),
                "says" => want.says = unquote(value),
                "file" => want.file = Some(unquote(value)),
                _ => {}
            }
        }
        if !want.code.is_empty() {
            wants.push(want);
        }
    }
    wants
}

/// Whether a code is of this stage: what attributes, exhaustiveness and
/// constant evaluation say is tested where they are, grammar in its crate.
fn is_ours(code: &str) -> bool {
    simple_hir::codes::CODES.iter().any(|ours| ours.id == code)
}

fn words(diagnostic: &Diagnostic) -> String {
    let mut text = diagnostic.message.clone();
    let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
    for part in labels.map(|label| &label.message).chain(&diagnostic.notes) {
        text.push('\n');
        text.push_str(part);
    }
    for suggestion in &diagnostic.suggestions {
        text.push('\n');
        text.push_str(&suggestion.message);
        for (_, edit) in &suggestion.edits {
            text.push('\n');
            text.push_str(edit);
        }
    }
    text.to_lowercase()
}

fn differs(want: &Want, found: &Diagnostic, sources: &SourceMap) -> Option<String> {
    if want.code != found.code.id {
        return Some(format!("code {} wanted", want.code));
    }
    let Some((file, at)) = sources.locate(found.primary.span) else {
        return Some("no place".to_owned());
    };
    if let Some(name) = &want.file
        && !sources.file(file).name.ends_with(name.as_str())
    {
        return Some(format!("file {name} wanted"));
    }
    if at.line != want.line {
        return Some(format!("line {} wanted", want.line));
    }
    let span = sources.snippet(found.primary.span).lines().next().unwrap_or("");
    let first = want.span.lines().next().unwrap_or("");
    if !want.span.is_empty() && span.trim_end() != first.trim_end() {
        return Some(format!("span {first:?} wanted"));
    }
    if !words(found).contains(&want.says.to_lowercase()) {
        return Some(format!("{:?} is not said", want.says));
    }
    None
}

fn compare(wants: &[Want], checked: &Checked) -> Vec<String> {
    let mut problems = Vec::new();
    for (index, found) in checked.diagnostics.iter().enumerate() {
        match wants.get(index) {
            None => problems.push(format!("too much: {}", render(found, &checked.sources))),
            Some(want) => {
                if let Some(problem) = differs(want, found, &checked.sources) {
                    problems.push(format!("{problem}: {}", render(found, &checked.sources)));
                }
            }
        }
    }
    for want in wants.iter().skip(checked.diagnostics.len()) {
        problems.push(format!("not said: {want:?}"));
    }
    problems
}

#[test]
fn refused_programs_are_told_why() {
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("the folder is there")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "want"))
        .collect();
    names.sort();
    let mut failures = Vec::new();
    let mut count = 0;
    for want_path in names {
        let text = std::fs::read_to_string(&want_path).expect("it can be read");
        let wants = parse(&text);
        if !wants.iter().all(|want| is_ours(&want.code)) {
            continue;
        }
        count += 1;
        let path = want_path.with_extension("spl");
        let problems = compare(&wants, &check_file(&path));
        if !problems.is_empty() {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            failures.push(format!("== {name}\n{}", problems.join("\n")));
        }
    }
    assert!(count > 100, "the programs are there");
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn mended_programs_are_accepted() {
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder().join("fixed"))
        .expect("the folder is there")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "spl"))
        .collect();
    names.sort();
    let mut failures = Vec::new();
    for path in names {
        let checked = check_file(&path);
        if !checked.diagnostics.is_empty() {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let said: Vec<String> = checked
                .diagnostics
                .iter()
                .map(|diagnostic| render(diagnostic, &checked.sources))
                .collect();
            failures.push(format!("== {name}\n{}", said.join("")));
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
}
