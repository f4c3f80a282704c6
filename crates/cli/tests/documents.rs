//! The programs in `docs/guide/`: a `simple` block runs, and prints what the
//! `text` block below it says. A `text stderr` block below that gives lines of
//! which each must occur in standard error; the program then ends with 101.
//! A `simple FILE` block is a file, and a `console` block holds commands (`simple`, or
//! programs that it built, with variables in front), all of a page in one folder.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

struct Example {
    name: String,
    program: String,
    expected: String,
    stderr: Vec<String>,
}

/// A fenced block: what stands behind the fence, and its lines.
struct Block {
    kind: String,
    text: String,
    line: usize,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, Some(kind)) => {
                let kind = kind.to_owned();
                open = Some(Block { kind, text: String::new(), line: number + 1 });
            }
            (None, None) => {}
        }
    }
    blocks
}

fn examples(page: &Path) -> Vec<Example> {
    let text = std::fs::read_to_string(page).expect("the page can be read");
    let stem = page.file_stem().expect("it has a name").to_string_lossy();
    let mut examples: Vec<Example> = Vec::new();
    let mut last_was_program = false;
    for block in blocks(&text) {
        match (block.kind.as_str(), examples.last_mut()) {
            ("simple", _) => {
                assert!(!last_was_program, "{stem}: a program without its output");
                examples.push(Example {
                    name: format!("{stem}.md:{}", block.line),
                    program: block.text,
                    expected: String::new(),
                    stderr: Vec::new(),
                });
                last_was_program = true;
                continue;
            }
            ("text", Some(example)) if last_was_program => example.expected = block.text,
            ("text stderr", Some(example)) => {
                example.stderr = block.text.lines().map(str::to_owned).collect();
            }
            _ => {}
        }
        last_was_program = false;
    }
    examples
}

fn pages() -> Vec<PathBuf> {
    let folder = support::root().join("docs/guide");
    let mut pages: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the guide is there")
        .map(|entry| entry.expect("the folder can be listed").path())
        .collect();
    pages.sort();
    pages
}

#[test]
fn programs_of_the_guide_print_what_it_says() {
    let all: Vec<Example> = pages().iter().flat_map(|page| examples(page)).collect();
    assert!(all.len() > 10, "the guide has programs");
    let folder = tempfile::tempdir().expect("a folder for the programs");
    support::check_all(
        &all,
        |example| example.name.clone(),
        |example| {
            let path = folder.path().join(example.name.replace(['.', ':'], "_") + ".spl");
            std::fs::write(&path, &example.program).map_err(|error| error.to_string())?;
            let mut command = support::simple();
            command.args(["run", "--check-memory"]).arg(&path);
            let output = support::run(&mut command, b"").map_err(|error| error.to_string())?;
            let stderr = String::from_utf8_lossy(&output.stderr);
            let found = String::from_utf8_lossy(&output.stdout);
            if found != example.expected {
                let difference = support::difference(&example.expected, &found);
                return Err(format!("{difference}\n{stderr}"));
            }
            for line in &example.stderr {
                if !stderr.contains(line) {
                    return Err(format!("standard error lacks {line:?}:\n{stderr}"));
                }
            }
            let status = if example.stderr.is_empty() { 0 } else { 101 };
            if output.status.code() != Some(status) {
                return Err(format!("ended with {}, not {status}\n{stderr}", output.status));
            }
            Ok(())
        },
    );
}

/// Runs the commands of a page, one after the other.
fn follow(page: &Path) -> Result<usize, String> {
    let text = std::fs::read_to_string(page).map_err(|error| error.to_string())?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut here = folder.path().to_owned();
    let mut commands = 0;
    for block in blocks(&text) {
        if let Some(file) = block.kind.strip_prefix("simple ") {
            std::fs::write(here.join(file), &block.text).map_err(|error| error.to_string())?;
        }
        let lines = block.text.lines().filter(|_| block.kind == "console");
        for line in lines.map(|line| line.strip_prefix("$ ").unwrap_or(line)) {
            if let Some(folder) = line.strip_prefix("cd ") {
                here.push(folder);
                continue;
            }
            let (line, output) = match line.split_once(" > ") {
                Some((line, output)) => (line, Some(output)),
                None => (line, None),
            };
            let mut words = line.split_whitespace().peekable();
            let mut environment = Vec::new();
            while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
                environment.push((name, value));
                words.next();
            }
            let mut command = match words.next() {
                Some("simple") => support::simple(),
                Some(program) if program.starts_with("./") => Command::new(here.join(program)),
                _ => panic!("{line}"),
            };
            command.current_dir(&here).args(words).envs(environment);
            let ran = support::run(&mut command, b"").map_err(|error| error.to_string())?;
            if !ran.status.success() {
                return Err(format!("{line}\n{}", String::from_utf8_lossy(&ran.stderr)));
            }
            if let Some(output) = output {
                std::fs::write(here.join(output), ran.stdout).map_err(|error| error.to_string())?;
            }
            commands += 1;
        }
    }
    Ok(commands)
}

#[test]
fn commands_of_the_guide_work() {
    let commands: usize = pages()
        .iter()
        .map(|page| follow(page).unwrap_or_else(|error| panic!("{}: {error}", page.display())))
        .sum();
    assert!(commands > 5, "the guide has commands");
}
