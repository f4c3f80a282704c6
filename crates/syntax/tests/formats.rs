//! Programs and their canonical layout: each `format/NAME.spl` becomes
//! `NAME.formatted`. `BLESS=1 cargo test` writes those files anew.

mod support;

use std::path::Path;

use simple_source::Interner;
use simple_syntax::format;
use support::check_format;

#[test]
fn layouts_are_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format");
    let entries = std::fs::read_dir(&folder).expect("the folder is part of the crate");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "spl"));
    paths.sort();
    assert!(!paths.is_empty());
    let mut changed = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("readable");
        let interner = Interner::new();
        let formatted = match format(&text, 1, &interner) {
            Ok(formatted) => formatted,
            Err(diagnostics) => panic!("{}: {diagnostics:#?}", path.display()),
        };
        check_format(&text, &formatted, &interner);
        let windows = text.replace('\n', "\r\n");
        assert_eq!(format(&windows, 1, &interner).ok().as_ref(), Some(&formatted));
        let recorded = path.with_extension("formatted");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&recorded, &formatted).expect("writable");
        }
        if std::fs::read_to_string(&recorded).unwrap_or_default() != formatted {
            changed.push(path);
        }
    }
    assert!(changed.is_empty(), "the layouts of {changed:#?} differ from what is recorded");
}

#[test]
fn programs_with_mistakes_are_refused() {
    let interner = Interner::new();
    let diagnostics = format("val x = = 1\n", 1, &interner).expect_err("it has a mistake");
    assert_eq!(diagnostics[0].code.id, "E0101");
}

#[test]
fn small_programs_have_their_layout() {
    let interner = Interner::new();
    let cases = [
        ("", ""),
        ("\n\n", ""),
        ("# only a comment", "# only a comment\n"),
        ("\u{feff}x = 1", "x = 1\n"),
        ("x=1\r\n\r\n\r\ny=2\r\n", "x = 1\n\ny = 2\n"),
        ("f  (x)", "f(x)\n"),
        ("f x,y", "f x, y\n"),
        ("x = - - y", "x = - -y\n"),
        ("x = a - -b", "x = a - -b\n"),
        ("x = 1 .. 2", "x = 1..2\n"),
        ("x = 1.0 .. 2.0", "x = 1.0..2.0\n"),
        ("type A = i64 ??", "type A = i64??\n"),
        ("x = (a,)", "x = (a,)\n"),
        ("x = (a,b,)", "x = (a, b)\n"),
        ("x = [a,]", "x = [a]\n"),
        ("x = [\na]", "x = [\n    a\n]\n"),
        ("x = [\na,b]", "x = [\n    a, b,\n]\n"),
        ("f(\na)", "f(\n    a,\n)\n"),
        ("x = (\na)", "x = (\n    a\n)\n"),
    ];
    for (text, expected) in cases {
        assert_eq!(format(text, 1, &interner).as_deref(), Ok(expected), "of {text:?}");
    }
}
