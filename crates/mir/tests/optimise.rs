//! What each pass of the optimiser makes of small functions: the folders of
//! `tests/opt/` are called as the passes are; each file in one is a module, the
//! file of the same name in its `expected/` what the pass makes of it. Set
//! `BLESS=1` to write the expected files anew.

use std::path::Path;

use simple_mir::text::{parse_module, print_module};
use simple_mir::validate::expect_valid;
use simple_mir::{TypeTable, opt};
use simple_source::Interner;

fn check_pass(name: &str) {
    let (pass, dialect) = opt::pass(name).expect("folders are called as passes are");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/opt").join(name);
    let mut files: Vec<String> = std::fs::read_dir(&folder)
        .expect("the examples are there")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|file| file.ends_with(".mir"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let mut failed = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(folder.join(file)).expect("the example is text");
        let (types, interner) = (TypeTable::new(), Interner::new());
        let mut module =
            parse_module(&text, &types, &interner).unwrap_or_else(|error| panic!("{file}:{error}"));
        expect_valid(&module, &types, &interner, dialect, file);
        for function in module.functions.raw_mut() {
            pass(function, &types);
        }
        expect_valid(&module, &types, &interner, dialect, file);
        let found = print_module(&module, &types, &interner);
        let path = folder.join("expected").join(file);
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &found).expect("the folder can be written");
            continue;
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if found != expected {
            failed.push(format!("--- {name}/{file}: found\n{found}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn rotate() {
    check_pass("rotate");
}

#[test]
fn peel() {
    check_pass("peel");
}

#[test]
fn hoist() {
    check_pass("hoist");
}

#[test]
fn unshare() {
    check_pass("unshare");
}

#[test]
fn checks() {
    check_pass("checks");
}

#[test]
fn reuse() {
    check_pass("reuse");
}
