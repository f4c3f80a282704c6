//! The textual form reads back to what was printed, whatever was printed, and
//! reports what it cannot read.

use proptest::prelude::*;
use simple_mir::text::{Context, parse_module, print_module};
use simple_mir::{Module, TypeTable};
use simple_source::{Interner, Span};

const EVERYTHING: &str = include_str!("text/everything.mir");

fn parse(text: &str, types: &TypeTable, interner: &Interner) -> Module {
    parse_module(text, types, interner).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Compares line by line, so that a failure shows the line.
fn assert_text(text: &str, expected: &str) {
    for (number, (line, expected)) in text.lines().zip(expected.lines()).enumerate() {
        assert_eq!(line, expected, "line {}", number + 1);
    }
    assert_eq!(text.lines().count(), expected.lines().count());
}

#[test]
fn everything_prints_as_it_was_written() {
    let (types, interner) = (TypeTable::new(), Interner::new());
    let module = parse(EVERYTHING, &types, &interner);
    let text = print_module(&module, &types, &interner);
    assert_text(&text, EVERYTHING);
    assert_eq!(parse(&text, &types, &interner), module);
}

#[test]
fn the_text_does_not_depend_on_numbers_of_types_and_symbols() {
    let (types, interner) = (TypeTable::new(), Interner::new());
    for name in ["v2", "Unit", "Some", "i64?", "zzz", "main", "all"] {
        interner.intern(name);
    }
    let other = parse("class Zzz { x: [str] }\nenum Expr", &types, &interner);
    assert!(other.functions.is_empty());
    let module = parse(EVERYTHING, &types, &interner);
    assert_text(&print_module(&module, &types, &interner), EVERYTHING);
}

#[test]
fn positions_are_kept_when_asked_for() {
    let (types, interner) = (TypeTable::new(), Interner::new());
    let mut module = parse(EVERYTHING, &types, &interner);
    let mut position = 7;
    for function in module.functions.iter_mut() {
        function.span = Span::new(position, position + 3);
        for block in function.blocks.iter_mut() {
            block.span = Span::new(position + 1, position + 2);
            for statement in &mut block.statements {
                position += 10;
                statement.span = Span::new(position, position + 5);
            }
        }
    }
    let context = Context { positions: true, ..Context::new(&types, &interner) };
    let text = context.module_text(&module);
    assert!(text.contains("    nop @37..42\n"), "{text}");
    assert_eq!(parse(&text, &types, &interner), module);
}

fn error(text: &str) -> String {
    let (types, interner) = (TypeTable::new(), Interner::new());
    parse_module(text, &types, &interner).expect_err("this is not MIR").to_string()
}

#[test]
fn errors_name_the_place() {
    let in_function =
        |line: &str| error(&format!("fn f (_0: i64) -> i64 {{\n  bb0:\n    {line}\n}}"));
    assert_eq!(error("what"), "1:1: expected an item");
    assert_eq!(error("fn f ("), "1:7: expected a local");
    assert_eq!(error("fn f () -> Point {"), "1:12: the type `Point` is not declared");
    assert_eq!(error("fn f () -> i64 {}\n\nfn f"), "3:1: this fn is declared twice");
    assert_eq!(error("struct A { x: i64 "), "1:19: expected `,` or `}`");
    assert_eq!(error("entry main"), "1:7: the function `main` is not declared");
    assert_eq!(in_function("_0 = frob _0"), "3:10: expected a value");
    assert_eq!(in_function("_0 = 300u8"), "3:10: this number does not fit its type");
    assert_eq!(in_function("return \"ü"), "3:12: the closing quote is missing");
    assert_eq!(in_function("goto 1"), "3:10: expected a block");
    assert_eq!(in_function("(*_0 = 1i64"), "3:9: a bracket is not closed");
    assert_eq!(in_function("nop nop"), "3:9: expected the end of the line");
    assert_eq!(
        error(&format!("global g: {}i64", "[".repeat(1_000_000))),
        "1:139: types are nested too deeply"
    );
    let conflict = "struct A { x: i64 }";
    let (types, interner) = (TypeTable::new(), Interner::new());
    parse(conflict, &types, &interner);
    let error = parse_module("struct A { x: i32 }", &types, &interner).expect_err("they differ");
    assert_eq!(error.to_string(), "1:8: this struct has other fields elsewhere");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// Any damage to a text gives an error or another module, which prints
    /// and reads back.
    #[test]
    fn damaged_text_is_an_error_or_reads_back(
        at in 0..EVERYTHING.len(),
        len in 0usize..40,
        with in "[\\PC\n]{0,6}|_[0-9]{1,9}|[(\\[{]{1,5}",
    ) {
        let mut bytes = EVERYTHING.as_bytes().to_vec();
        let end = (at + len).min(bytes.len());
        bytes.splice(at..end, with.bytes());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (types, interner) = (TypeTable::new(), Interner::new());
        if let Ok(module) = parse_module(&text, &types, &interner) {
            let printed = print_module(&module, &types, &interner);
            let again = parse_module(&printed, &types, &interner);
            prop_assert_eq!(again.as_ref(), Ok(&module), "{}", printed);
        }
    }

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        let (types, interner) = (TypeTable::new(), Interner::new());
        let _ = parse_module(&text, &types, &interner);
    }
}
