//! What the ownership pass makes of small functions: each file of
//! `tests/ownership/` holds a module in the value dialect, the file of the same
//! name in `tests/ownership/expected/` what becomes of it. Likewise
//! `tests/elide/`, in the counted dialect, for the pass that removes pairs. Set
//! `BLESS=1` to write the expected files anew.

use std::path::Path;

use simple_mir::text::{parse_module, print_module};
use simple_mir::validate::expect_valid;
use simple_mir::{Dialect, Module, TypeTable, ownership};
use simple_source::Interner;

fn check_folder(folder: &str, before: Dialect, pass: impl Fn(&mut Module, &TypeTable, &Interner)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("the examples are there")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".mir"))
        .collect();
    names.sort();
    assert!(!names.is_empty());
    let mut failed = Vec::new();
    for name in &names {
        let text = std::fs::read_to_string(folder.join(name)).expect("the example is text");
        let (types, interner) = (TypeTable::new(), Interner::new());
        let mut module =
            parse_module(&text, &types, &interner).unwrap_or_else(|error| panic!("{name}:{error}"));
        expect_valid(&module, &types, &interner, before, name);
        pass(&mut module, &types, &interner);
        expect_valid(&module, &types, &interner, Dialect::Counted, name);
        let found = print_module(&module, &types, &interner);
        let reread = parse_module(&found, &types, &interner)
            .unwrap_or_else(|error| panic!("{name}:{error}\n{found}"));
        assert_eq!(print_module(&reread, &types, &interner), found);
        let path = folder.join("expected").join(name);
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &found).expect("the folder can be written");
            continue;
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if found != expected {
            failed.push(format!("--- {name}: found\n{found}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn ownership() {
    check_folder("ownership", Dialect::Values, ownership::run);
}

#[test]
fn elide() {
    check_folder("elide", Dialect::Counted, |module, _, _| {
        ownership::elide(module);
    });
}
