//! Programs and their trees: each `trees/NAME.spl` has a `NAME.tree`, the
//! dump of its tree, followed by its diagnostics if it has any.
//!
//! `BLESS=1 cargo test` writes the files anew; read the change before you
//! commit it.

mod support;

use std::path::Path;

use simple_source::Interner;
use simple_syntax::dump_ast;
use support::{parse_text, place};

#[test]
fn trees_are_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trees");
    let entries = std::fs::read_dir(&folder).expect("the folder is part of the crate");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "spl"));
    paths.sort();
    assert!(!paths.is_empty());
    let mut changed = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("readable");
        let interner = Interner::new();
        let (ast, diagnostics) = parse_text(&text, &interner);
        let mut found = dump_ast(&ast, &interner);
        for diagnostic in diagnostics {
            found += &std::format!(
                "{} {}: {}\n",
                place(&text, diagnostic.primary.span),
                diagnostic.code.id,
                diagnostic.message
            );
        }
        let recorded = path.with_extension("tree");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&recorded, &found).expect("writable");
        }
        if std::fs::read_to_string(&recorded).unwrap_or_default() != found {
            changed.push(path);
        }
    }
    assert!(changed.is_empty(), "the trees of {changed:#?} differ from what is recorded");
}
