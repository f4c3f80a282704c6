//! Edits, each with the whole text before and after.

use simple_sdn::{Document, Value};

enum Edit<'a> {
    Set(&'a str, &'a str),
    Insert(&'a str, &'a str),
    Remove(&'a str),
}
use Edit::{Insert, Remove, Set};

fn apply(before: &str, edit: &Edit<'_>) -> Result<String, simple_sdn::Error> {
    let mut document = Document::parse(before).expect("it is valid");
    let value = |text| Value::parse(text).expect("it is valid");
    match edit {
        Set(path, new) => document.set(&path.parse().unwrap(), &value(new))?,
        Insert(path, new) => document.insert(&path.parse().unwrap(), &value(new))?,
        Remove(path) => {
            document.remove(&path.parse().unwrap())?.expect("something is there");
        }
    }
    Ok(document.into_text())
}

#[track_caller]
fn check(before: &str, edit: Edit<'_>, after: &str) {
    assert_eq!(apply(before, &edit).expect("it can be done"), after);
}

#[track_caller]
fn check_error(before: &str, edit: Edit<'_>, wanted: &str) {
    assert_eq!(apply(before, &edit).expect_err("it cannot be done").to_string(), wanted);
}

const MANIFEST: &str = "\
# The package.
name: shapes   # short
version:   0.1.0

# Who wrote it.
authors: [Ada,  Alan] # two
deps:  # none yet
    # nothing
    std: 1.0
";

#[test]
fn scalars_change_in_place() {
    check(MANIFEST, Set("version", "0.2.0"), &MANIFEST.replace("0.1.0", "0.2.0"));
    check(MANIFEST, Set("name", "\"a b\""), &MANIFEST.replace("shapes", "\"a b\""));
    check(MANIFEST, Set("authors[1]", "Grace"), &MANIFEST.replace("Alan", "Grace"));
    check(MANIFEST, Set("authors[2]", "Grace"), &MANIFEST.replace("Alan]", "Alan, Grace]"));
    check(MANIFEST, Set("deps.std", "2"), &MANIFEST.replace("std: 1.0", "std: 2"));
}

#[test]
fn values_become_blocks_and_blocks_values() {
    check(
        "a: 1  # one\nb: 2\n",
        Set("a", "x: 1\ny: [2]"),
        "a:  # one\n    x: 1\n    y: [2]\nb: 2\n",
    );
    check(
        "a:  # one\n    x: 1 # in\n    # in\n    y: 2\nb: 2\n",
        Set("a", "1"),
        "a: 1  # one\nb: 2\n",
    );
    check("a: 1\n", Set("a", "|x|\n    1\n"), "a |x|\n    1\n");
    check("a |x|  # t\n    1\nb: 2\n", Set("a", "[]"), "a: []  # t\nb: 2\n");
    check("a:\n  - 1\n  - b: 2\n    c: 3\n", Set("a[1]", "x"), "a:\n  - 1\n  - x\n");
    check("a:\n  - 1\n", Set("a[0]", "b: 2\nc: 3"), "a:\n  - b: 2\n    c: 3\n");
    check("a:\n  b: 1\n", Set("a.b", "c: {}"), "a:\n  b:\n      c: {}\n");
    check("a: 1\n", Set("", "[1]"), "[1]\n");
}

#[test]
fn missing_names_are_made() {
    check("a: 1\n", Set("b.c.d", "2"), "a: 1\nb:\n    c:\n        d: 2\n");
    check("a:\n  b: 1 # x\nz: 1\n", Set("a.c", "2"), "a:\n  b: 1 # x\n  c: 2\nz: 1\n");
    check("", Set("a.b", "1"), "a:\n    b: 1\n");
    check("# head", Set("a", "1"), "# head\na: 1\n");
    check("a: {}\n", Set("a.b", "c: 1"), "a:\n    b:\n        c: 1\n");
    check("a: {b: 1}\n", Set("a.c", "2"), "a: {b: 1, c: 2}\n");
    check("a: [] # none\n", Set("a[0]", "1"), "a: [1] # none\n");
    check("a: [# none\n]\n", Set("a[0]", "1"), "a: [1 # none\n]\n");
    check("- a: 1\n", Set("[0].b", "2"), "- a: 1\n  b: 2\n");
    check("a: 1", Set("b", "2"), "a: 1\nb: 2");
    check("a: 1\r\n", Set("b.c", "2"), "a: 1\r\nb:\r\n    c: 2\r\n");
}

const TABLE: &str = "\
t |a, b|  # head
  1, 2  # one
  # own
  3, 4
z: 1
";

#[test]
fn tables() {
    check(TABLE, Set("t[1].a", "x"), &TABLE.replace("3, 4", "x, 4"));
    check(TABLE, Set("t[0]", "{b: 9, a: 8}"), &TABLE.replace("1, 2", "8, 9"));
    check(TABLE, Set("t[2]", "[5, 6]"), &TABLE.replace("3, 4\n", "3, 4\n  5, 6\n"));
    check(TABLE, Insert("t[0]", "[5, 6]"), &TABLE.replace("  1, 2", "  5, 6\n  1, 2"));
    check(TABLE, Remove("t[0]"), &TABLE.replace("  1, 2  # one\n", ""));
    check("t |a|\n", Set("t[0]", "[1]"), "t |a|\n    1\n");
    check("- t |a|\n", Set("[0].t[0]", "[1]"), "- t |a|\n      1\n");
    check("t |a|\n    1\n", Remove("t[0]"), "t |a|\n");
    let columns = "the columns are a, b";
    check_error(TABLE, Set("t[0]", "[1]"), &format!("a row of 1 values for 2 columns ({columns})"));
    check_error(TABLE, Set("t[0]", "{a: 1}"), &format!("the row has no value for `b` ({columns})"));
    check_error(TABLE, Set("t[0]", "{c: 1}"), &format!("the table has no column `c` ({columns})"));
    check_error(
        TABLE,
        Set("t[0]", "1"),
        &format!("a row is a map or a list, not an integer ({columns})"),
    );
}

#[test]
fn what_is_removed_goes_with_its_line() {
    check(MANIFEST, Remove("version"), &MANIFEST.replace("version:   0.1.0\n", ""));
    check(MANIFEST, Remove("authors[0]"), &MANIFEST.replace("Ada,  ", ""));
    check(MANIFEST, Remove("authors[1]"), &MANIFEST.replace(",  Alan", ""));
    check("a:\n    b: 1\nc: 2\n", Remove("a.b"), "a: {}\nc: 2\n");
    check("a:\n    - 1\nc: 2\n", Remove("a[0]"), "a: []\nc: 2\n");
    check("a: 1\n", Remove("a"), "");
    check("- a: 1\n  b: 2\n", Remove("[0].a"), "- b: 2\n");
    check("- a: 1\n  # b\n  b: 2\n", Remove("[0].a"), "- \n  # b\n  b: 2\n");
    check("- - 1\n  - 2\n", Remove("[0][0]"), "- - 2\n");
    check("[1, 2, 3,]\n", Remove("[2]"), "[1, 2, ]\n");
    check("[\n    1, # one\n    2, # two\n]\n", Remove("[0]"), "[\n     # one\n    2, # two\n]\n");
    check("{a: 1, b: 2}\n", Remove("a"), "{b: 2}\n");
    check("{a: 1, b: 2}\n", Remove("b"), "{a: 1}\n");
    check("{a: 1}\n", Remove("a"), "{}\n");
}

#[test]
fn items_are_inserted() {
    check(
        "a:\n  - 1 # one\n  - 2\n",
        Insert("a[1]", "x: 1\ny: 2"),
        "a:\n  - 1 # one\n  - x: 1\n    y: 2\n  - 2\n",
    );
    check("a:\n  - 1\n", Insert("a[1]", "2"), "a:\n  - 1\n  - 2\n");
    check("[1, 2]", Insert("[0]", "0"), "[0, 1, 2]");
    check("- - 1\n", Insert("[0][0]", "0"), "- - 0\n  - 1\n");
    check("a: 1\n", Insert("b", "2"), "a: 1\nb: 2\n");
}

#[test]
fn what_cannot_be_done_says_why() {
    check_error("a: 1\n", Insert("a", "2"), "there is a value at `a` already");
    check_error(
        "a: 1\n",
        Set("a.b", "2"),
        "`a` is a single value and has no `b` (nothing is in it)",
    );
    check_error("a: [1]\n", Set("a[2]", "2"), "`a` is a list and has no `[2]` (it has 1 items)");
    check_error("a: [1]\n", Set("a.b", "2"), "`a` is a list and has no `b` (it has 1 items)");
    check_error(
        "a: 1\n",
        Set("[0]", "2"),
        "the text is a map and has no `[0]` (its values have names)",
    );
    check_error(
        TABLE,
        Set("t[0].c", "2"),
        "`t[0]` is a row and has no `c` (a table's columns cannot be changed here)",
    );
    check_error(
        TABLE,
        Remove("t[0].a"),
        "`t[0].a` is a cell, which cannot be removed (a cell without a value is `nil`)",
    );
    check_error(
        "a: [1]\n",
        Set("a[0]", "|x|\n    1\n"),
        "a table inside of brackets or a row (a table has lines of its own)",
    );
    check_error("", Set("a[1]", "1"), "the text is empty and has no `a`");
    check_error("a: 1\n", Remove(""), "the whole text cannot be removed");
}

#[test]
fn documents_are_looked_into() {
    let document = Document::parse(TABLE).expect("it is valid");
    let path = |text: &str| text.parse::<simple_sdn::Path>().unwrap();
    assert_eq!(document.get(&path("t[1].b")), Some(Value::Integer(4)));
    assert_eq!(document.get(&path("t[1].c")), None);
    assert_eq!(document.get(&path("t[0]")), Some(Value::parse("{a: 1, b: 2}").unwrap()));
    assert_eq!(document.read::<u8>(&path("t[0].b")), Ok(2));
    assert_eq!(
        document.read::<std::collections::BTreeMap<String, u8>>(&path("t[1]")).unwrap()["b"],
        4
    );
    assert_eq!(document.read::<(u8, u8)>(&path("t[1]")), Ok((3, 4)));
    assert_eq!(document.read::<u8>(&path("y")).unwrap_err().to_string(), "there is nothing at `y`");
    assert_eq!(document.read::<bool>(&path("z")).unwrap_err().position().unwrap().line, 5);
    assert_eq!(document.position(&path("t[1].b")).unwrap().to_string(), "4:6");
}

/// What separates a name from its value is not taken from the value.
#[test]
fn values_keep_what_they_begin_with() {
    for text in [":K<", "::", ": a", " b"] {
        let mut document = Document::parse("a: nil # why\nb: 1\n").expect("it is valid");
        let path = "a".parse().expect("it is a path");
        document.set(&path, &Value::Text(text.to_owned())).expect("it can be set");
        assert_eq!(document.get(&path), Some(Value::Text(text.to_owned())), "{}", document.text());
    }
}
