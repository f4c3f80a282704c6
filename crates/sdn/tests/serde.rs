//! Types to text and back.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use simple_sdn::{from_str, to_string};

#[track_caller]
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, text: &str) {
    assert_eq!(to_string(value).expect("it can be written"), text);
    assert_eq!(&from_str::<T>(text).expect("it can be read"), value);
}

#[track_caller]
fn check_error<T: DeserializeOwned + Debug>(text: &str, wanted: &str) {
    let error = from_str::<T>(text).expect_err("it is refused");
    assert_eq!(error.to_string(), wanted);
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
#[serde(deny_unknown_fields)]
struct Group {
    phase: Phase,
    max_pages: Option<u32>,
    align: bool,
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone, Copy, Eq, Hash, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
enum Phase {
    Startup,
    FirstFrame,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
enum Shape {
    Empty,
    Circle(f64),
    Line(i64, i64),
    Rect { w: u8, h: u8 },
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Plan {
    version: u32,
    groups: Vec<Group>,
}

fn group(phase: Phase, max_pages: Option<u32>) -> Group {
    Group { phase, max_pages, align: true }
}

#[test]
fn plans_are_read_and_written() {
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Layout {
        scenarios: Vec<Scenario>,
        symbols: Vec<Symbol>,
    }
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Scenario {
        name: String,
        entry: String,
        stop: String,
        weight: f64,
    }
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Symbol {
        name: String,
        address: u64,
    }
    let scenario = |name: &str, stop: &str, weight| {
        let (name, entry, stop) = (name.to_owned(), "main".to_owned(), stop.to_owned());
        Scenario { name, entry, stop, weight }
    };
    let symbol = |name: &str, address| Symbol { name: name.to_owned(), address };
    check(
        &Layout {
            scenarios: vec![
                scenario("boot", "ui.ready", 1.0),
                scenario("open_file", "cmd.done", 0.3),
            ],
            symbols: vec![
                symbol("geo::List[i64]#3", 4096),
                symbol("operator new(unsigned long, int)", u64::MAX),
                symbol("123", 0),
            ],
        },
        "scenarios |name, entry, stop, weight|\n    boot, main, ui.ready, 1.0\n    open_file, main, \
         cmd.done, 0.3\nsymbols |name, address|\n    geo::List[i64]#3, 4096\n    \"operator \
         new(unsigned long, int)\", 18446744073709551615\n    \"123\", 0\n",
    );
}

#[test]
fn lists_of_flat_structs_are_tables() {
    let groups = vec![group(Phase::Startup, Some(8)), group(Phase::FirstFrame, None)];
    let text = "version: 1\ngroups |phase, max_pages, align|\n    startup, 8, true\n    \
                first_frame, nil, true\n";
    check(&Plan { version: 1, groups: groups.clone() }, text);
    check(&Plan { version: 1, groups: Vec::new() }, "version: 1\ngroups: []\n");
    check(&groups[..1].to_vec(), "|phase, max_pages, align|\n    startup, 8, true\n");
    // A list of maps and a table in another order say the same.
    let maps =
        "- align: true\n  max_pages: 8\n  phase: startup\n- {phase: first_frame, align: true}\n";
    assert_eq!(from_str::<Vec<Group>>(maps).unwrap(), groups);
    let table = "|align, phase|\n    true, startup\n";
    assert_eq!(from_str::<Vec<Group>>(table).unwrap(), [group(Phase::Startup, None)]);
    assert_eq!(from_str::<Vec<(bool, Phase)>>(table).unwrap(), [(true, Phase::Startup)]);
}

#[test]
fn structs_that_are_not_flat_are_blocks() {
    #[derive(Serialize, Deserialize, PartialEq, Debug)]
    struct Deep {
        name: String,
        inner: Vec<Deep>,
    }
    let leaf = |name: &str| Deep { name: name.to_owned(), inner: Vec::new() };
    let value = vec![Deep { inner: vec![leaf("b")], ..leaf("a") }, leaf("c d")];
    check(
        &value,
        "- name: a\n  inner:\n      - name: b\n        inner: []\n- name: \"c d\"\n  inner: []\n",
    );
}

#[test]
fn enums() {
    check(&Shape::Empty, "Empty\n");
    check(&Shape::Circle(1.0), "Circle: 1.0\n");
    check(&Shape::Line(-1, 2), "Line: [-1, 2]\n");
    check(&Shape::Rect { w: 1, h: 2 }, "Rect:\n    w: 1\n    h: 2\n");
    let all = vec![Shape::Empty, Shape::Circle(f64::INFINITY), Shape::Line(0, 0)];
    check(&all, "- Empty\n- Circle: inf\n- Line: [0, 0]\n");
    check(&vec![Shape::Rect { w: 1, h: 2 }], "- Rect:\n      w: 1\n      h: 2\n");
    assert_eq!(from_str::<Shape>("{Rect: {h: 2, w: 1}}").unwrap(), Shape::Rect { w: 1, h: 2 });
    // A list of one newtype variant looks like a table, and is read from one.
    check(&vec![Shape::Circle(1.0), Shape::Circle(2.0)], "|Circle|\n    1.0\n    2.0\n");
}

#[test]
fn numbers_keep_their_range() {
    check(&vec![u64::MAX, 0], "[18446744073709551615, 0]\n");
    check(&vec![i64::MIN, i64::MAX], "[-9223372036854775808, 9223372036854775807]\n");
    check(&i128::MIN, "-170141183460469231731687303715884105728\n");
    check(&0.1_f32, "0.1\n");
    check(&[f32::MAX, f32::MIN_POSITIVE, 1.0], "[3.4028235e+38, 1.1754944e-38, 1.0]\n");
    check(&[0.1_f64, -0.0, 1e300], "[0.1, -0.0, 1e+300]\n");
    assert!(from_str::<f64>("nan").unwrap().is_nan());
    assert_eq!(from_str::<f64>("1").unwrap(), 1.0);
    assert_eq!(from_str::<u8>("0xff").unwrap(), 255);
    assert!(to_string(&u128::MAX).is_err());
}

#[test]
fn maps_options_and_the_rest() {
    check(&BTreeMap::from([(1_u32, 'a'), (20, ':')]), "1: a\n20: \":\"\n");
    check(&BTreeMap::from([(Phase::Startup, true)]), "startup: true\n");
    check(&HashMap::from([("a b".to_owned(), ())]), "\"a b\": nil\n");
    check(&BTreeMap::from([(true, Some(1)), (false, None)]), "false: nil\ntrue: 1\n");
    check(&BTreeMap::<String, u8>::new(), "");
    check(&Some("nil".to_owned()), "\"nil\"\n");
    check(&None::<String>, "nil\n");
    check(&(1, "a".to_owned(), [true]), "- 1\n- a\n- [true]\n");
    check(&vec![BTreeMap::from([("a".to_owned(), 1)]); 2], "|a|\n    1\n    1\n");
    assert!(to_string(&BTreeMap::from([(vec![1], 1)])).is_err());
}

#[test]
fn text_is_borrowed_where_it_can_be() {
    #[derive(Deserialize)]
    struct Names<'a> {
        plain: &'a str,
        quoted: &'a str,
        #[serde(borrow)]
        escaped: Cow<'a, str>,
        rows: Vec<(&'a str, &'a str)>,
    }
    let text =
        String::from("plain: a.b\nquoted: 'c d'\nescaped: \"e\\n\"\nrows |x, y|\n    f, \"g\"\n");
    let names: Names = from_str(&text).expect("it can be read");
    assert_eq!((names.plain, names.quoted, &*names.escaped), ("a.b", "c d", "e\n"));
    assert_eq!(names.rows, [("f", "g")]);
    assert!(text.as_bytes().as_ptr_range().contains(&names.plain.as_ptr()));
    let error = from_str::<&str>("\"a\\n\"").expect_err("there is nothing to borrow");
    assert_eq!(error.position().unwrap().to_string(), "1:1");
}

#[test]
fn errors_say_where() {
    let head = "version: 1\ngroups |phase, max_pages, align|\n";
    check_error::<Plan>(
        &format!("{head}    startup, x, true\n"),
        "3:14: invalid type: string \"x\", expected u32",
    );
    check_error::<Plan>(
        &format!("{head}    startup, 1, true\n    later, 2, true\n"),
        "4:5: unknown variant `later`, expected `startup` or `first_frame`",
    );
    check_error::<Plan>("version: 1\ngroups |phase|\n    startup\n", "3:5: missing field `align`");
    check_error::<Plan>(
        "version: 1\ngroups:\n    - phase: startup\n      colour: red\n",
        "4:7: unknown field `colour`, expected one of `phase`, `max_pages`, `align`",
    );
    check_error::<Plan>("groups: []\n", "1:1: missing field `version`");
    check_error::<Plan>("", "1:1: missing field `version`");
    check_error::<Plan>("version: -1", "1:10: invalid value: integer `-1`, expected u32");
    check_error::<Plan>("version: 1.5", "1:10: invalid type: floating point `1.5`, expected u32");
    check_error::<u8>("300", "1:1: invalid value: integer `300`, expected u8");
    check_error::<String>("1.0", "1:1: invalid type: floating point `1.0`, expected a string");
    check_error::<Shape>("Circle", "1:1: the variant `Circle` needs a value (as in `{Circle: …}`)");
    check_error::<Shape>("Empty: 1", "1:8: the variant `Empty` has no value");
    check_error::<(u8, u8)>("[1]", "1:1: invalid length 1, expected a tuple of size 2");
    // A mistake in the notation comes before any in what it says.
    check_error::<Plan>("version: x\ngroups: [", "2:9: `[` is not closed (a `]` is missing)");
}
