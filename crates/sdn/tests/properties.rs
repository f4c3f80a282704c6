//! What holds for every value, every text and every edit.

use proptest::prelude::*;
use simple_sdn::{Document, Map, Path, Step, Table, Value};

/// Names and texts: plain, odd, and made of what means something somewhere.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z_][a-z0-9_.:]{0,8}",
        2 => "[ -~]{0,8}",
        2 => proptest::collection::vec(
            prop_oneof![
                Just("true"), Just("nil"), Just("nan"), Just("-inf"), Just("1"), Just("0x1f"),
                Just("1.5"), Just("-"), Just("- "), Just("#"), Just(": "), Just(":"), Just("["),
                Just("]"), Just("{"), Just("}"), Just("|"), Just(","), Just("\""), Just("'"),
                Just("\\"), Just("\n"), Just("\t"), Just("\r"), Just("\u{feff}"), Just("é"),
                Just("\u{a0}"), Just(" "), Just("a"), Just("\0"), Just("\u{202e}")
            ],
            0..4
        ).prop_map(|parts| parts.concat()),
        1 => any::<String>(),
    ]
}

fn integer() -> impl Strategy<Value = i128> {
    prop_oneof![
        (-100_i128..100),
        any::<i64>().prop_map(i128::from),
        any::<u64>().prop_map(i128::from),
        any::<i128>(),
        Just(i128::MIN),
        Just(i128::MAX),
        Just(i128::from(u64::MAX)),
        Just(i128::from(i64::MIN)),
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::Bool),
        integer().prop_map(Value::Integer),
        any::<f64>().prop_map(Value::Float),
        prop_oneof![
            Just(0.0),
            Just(-0.0),
            Just(f64::NAN),
            Just(f64::INFINITY),
            Just(f64::NEG_INFINITY),
            Just(f64::MAX),
            Just(f64::MIN_POSITIVE),
            Just(5e-324),
            Just(1e16),
            Just(1e23)
        ]
        .prop_map(Value::Float),
        text().prop_map(Value::Text),
        text().prop_map(Value::Text),
    ]
}

fn map_of(value: impl Strategy<Value = Value>, len: usize) -> impl Strategy<Value = Value> {
    proptest::collection::vec((text(), value), 0..len)
        .prop_map(|entries| Value::Map(entries.into_iter().collect::<Map>()))
}

/// What may stand on one line: no tables.
fn cell() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            map_of(inner, 4),
        ]
    })
}

fn table() -> impl Strategy<Value = Value> {
    (proptest::collection::hash_set(text(), 1..4), 0..4_usize).prop_flat_map(|(names, rows)| {
        let columns: Vec<String> = names.into_iter().collect();
        let row = proptest::collection::vec(cell(), columns.len());
        proptest::collection::vec(row, rows).prop_map(move |rows| {
            let mut table = Table::new(columns.clone()).expect("names are distinct");
            for row in rows {
                table.push(row).expect("as many cells as columns");
            }
            Value::Table(table)
        })
    })
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![4 => scalar(), 1 => cell(), 1 => table()].prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
            2 => map_of(inner, 5),
        ]
    })
}

/// Equal in everything: NaN too, and the order of names.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => {
            a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
        }
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| same(a, b))
        }
        (Value::Table(a), Value::Table(b)) => {
            let rows = a.rows().iter().flatten().zip(b.rows().iter().flatten());
            a.columns() == b.columns() && a.rows().len() == b.rows().len() && { rows }
                .all(|(a, b)| same(a, b))
        }
        (a, b) => a == b,
    }
}

fn check_same(a: &Value, b: &Value, text: &str) -> Result<(), TestCaseError> {
    prop_assert!(same(a, b), "{:?}\nis not\n{:?}\nin\n{}", a, b, text);
    Ok(())
}

/// Tables as lists of maps, as serde sees them.
fn plain(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(plain).collect()),
        Value::Map(map) => {
            Value::Map(map.iter().map(|(name, value)| (name.clone(), plain(value))).collect())
        }
        Value::Table(table) => {
            let rows = (0..table.rows().len()).filter_map(|index| table.row(index));
            Value::List(rows.map(|row| plain(&Value::Map(row))).collect())
        }
        other => other.clone(),
    }
}

/// What was put somewhere is there. A row may be given as its cells, but is a map.
fn check_put(new: &Value, found: &Value, text: &str) -> Result<(), TestCaseError> {
    match (new, found) {
        (Value::List(cells), Value::Map(row)) => {
            let row = Value::List(row.values().cloned().collect());
            check_same(&Value::List(cells.clone()), &row, text)
        }
        _ => check_same(&plain(new), &plain(found), text),
    }
}

/// All paths in a value.
fn paths(value: &Value, at: &Path, out: &mut Vec<Path>) {
    let mut below = |step: Step, value: &Value| {
        let mut path = at.clone();
        path.steps.push(step);
        paths(value, &path, out);
        out.push(path);
    };
    match value {
        Value::List(items) => {
            items.iter().enumerate().for_each(|(index, item)| below(Step::Index(index), item));
        }
        Value::Map(map) => {
            map.iter().for_each(|(name, value)| below(Step::Name(name.clone()), value));
        }
        Value::Table(table) => {
            for index in 0..table.rows().len() {
                below(Step::Index(index), &Value::Map(table.row(index).expect("it is there")));
            }
        }
        _ => {}
    }
}

/// Puts comments behind lines and on lines of their own: where lines end.
fn with_comments(text: &str, seed: u64) -> (String, usize) {
    let mut out = String::new();
    let (mut state, mut comments) = (seed, 0);
    for line in text.lines() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let indent = line.len() - line.trim_start().len();
        match state >> 60 {
            0..3 => {
                out += &format!("{:indent$}# above {comments}\n", "");
                comments += 1;
            }
            3 => out.push('\n'),
            4 => {
                out += &format!("# far left {comments}\n\n\n");
                comments += 1;
            }
            _ => {}
        }
        out += line;
        if (state >> 56) & 3 == 0 {
            out += &format!(" # beside {comments}");
            comments += 1;
        }
        out.push('\n');
    }
    (out, comments)
}

/// What an edit leaves of a value that it does not concern.
fn without(value: &Value, path: &[Step]) -> Value {
    let Some((step, rest)) = path.split_first() else { return Value::Nil };
    match (value, step) {
        (Value::Map(map), Step::Name(name)) => Value::Map(
            map.iter()
                .map(|(n, v)| (n.clone(), if n == name { without(v, rest) } else { v.clone() }))
                .collect(),
        ),
        (Value::List(items), Step::Index(at)) => Value::List(
            items
                .iter()
                .enumerate()
                .map(|(index, v)| if index == *at { without(v, rest) } else { v.clone() })
                .collect(),
        ),
        (Value::Table(_), _) => without(&plain(value), path),
        _ => value.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1000,
        // Seeds lie beside this file.
        failure_persistence: Some(Box::new(
            proptest::test_runner::FileFailurePersistence::WithSource("proptest-regressions"),
        )),
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_value_can_be_written_and_read(value in value()) {
        let text = value.print().expect("it is not deep");
        let read = Value::parse(&text);
        let read = read.map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        check_same(&value, &read, &text)?;
        prop_assert_eq!(simple_sdn::format(&text), Ok(text.clone()), "it is formatted");
    }

    #[test]
    fn serde_sees_the_same(value in value()) {
        let text = value.print().expect("it is not deep");
        let through_serde: Value = simple_sdn::from_str(&text).expect("it is valid");
        check_same(&plain(&value), &through_serde, &text)?;
        let written = simple_sdn::to_string(&value).expect("it is not deep");
        let read = Value::parse(&written);
        let read = read.map_err(|error| TestCaseError::fail(format!("{error}\n{written}")))?;
        check_same(&plain(&value), &plain(&read), &written)?;
    }

    #[test]
    fn json_and_back(value in value()) {
        // JSON has neither these floats nor these integers.
        fn fits(value: &Value) -> bool {
            match value {
                Value::Float(float) => float.is_finite(),
                Value::Integer(integer) => {
                    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(integer)
                }
                Value::List(items) => items.iter().all(fits),
                Value::Map(map) => map.values().all(fits),
                _ => true,
            }
        }
        let value = plain(&value);
        prop_assume!(fits(&value));
        for pretty in [false, true] {
            let json = simple_sdn::to_json(&value, pretty).expect("all of it is JSON");
            let back = simple_sdn::from_json(&json).expect("it is JSON");
            check_same(&plain(&value), &plain(&back), &json)?;
        }
    }

    #[test]
    fn formatting_keeps_values_and_comments(value in value(), seed in any::<u64>()) {
        let text = value.print().expect("it is not deep");
        let (commented, comments) = with_comments(&text, seed);
        let read = Value::parse(&commented);
        let read = read.map_err(|error| TestCaseError::fail(format!("{error}\n{commented}")))?;
        check_same(&value, &read, &commented)?;
        let formatted = simple_sdn::format(&commented).expect("it is valid");
        check_same(&value, &Value::parse(&formatted).expect("it is valid"), &formatted)?;
        for n in 0..comments {
            let words = [format!("# above {n}"), format!("# far left {n}"), format!("# beside {n}")];
            let found = formatted.lines().any(|line| words.iter().any(|word| line.ends_with(word)));
            prop_assert!(found, "comment {} of\n{}\nis lost in\n{}", n, commented, formatted);
        }
        prop_assert_eq!(simple_sdn::format(&formatted), Ok(formatted.clone()));
    }

    #[test]
    fn sets_change_one_value(
        value in value(), new in prop_oneof![scalar(), cell(), value()], seed in any::<u64>(),
        pick in any::<prop::sample::Index>(),
    ) {
        let (text, _) = with_comments(&value.print().expect("it is not deep"), seed);
        let mut all = vec![Path::default()];
        paths(&value, &Path::default(), &mut all);
        let path = pick.get(&all).clone();
        let mut document = Document::parse(text.clone()).expect("it is valid");
        match document.set(&path, &new) {
            Err(_) => prop_assert_eq!(document.text(), &text, "a refused edit changes nothing"),
            Ok(()) => {
                let now = document.value();
                let found = document.get(&path).expect("it was set");
                check_put(&new, &found, document.text())?;
                let (before, after) = (without(&value, &path.steps), without(&now, &path.steps));
                check_same(&plain(&before), &plain(&after), document.text())?;
            }
        }
    }

    #[test]
    fn removals_and_insertions_undo_each_other(
        value in value(), new in cell(), seed in any::<u64>(), pick in any::<prop::sample::Index>(),
    ) {
        let (text, _) = with_comments(&value.print().expect("it is not deep"), seed);
        let mut all = Vec::new();
        paths(&value, &Path::default(), &mut all);
        prop_assume!(!all.is_empty());
        let path = pick.get(&all).clone();
        let mut document = Document::parse(text.clone()).expect("it is valid");
        if let Some(Step::Index(_)) = path.steps.last() {
            if document.insert(&path, &new).is_err() {
                return Ok(());
            }
            let found = document.get(&path).expect("it was inserted");
            check_put(&new, &found, document.text())?;
            let removed = document.remove(&path);
            let removed = removed
                .map_err(|error| TestCaseError::fail(format!("{error}\n{}", document.text())))?;
            check_put(&new, &removed.expect("it was there"), document.text())?;
            check_same(&plain(&value), &plain(&document.value()), document.text())?;
        } else {
            let old = document.get(&path).expect("it is there");
            let removed = match document.remove(&path) {
                Ok(removed) => removed.expect("it was there"),
                // A cell.
                Err(_) => return Ok(()),
            };
            prop_assert!(same(&removed, &old));
            prop_assert!(document.get(&path).is_none(), "{}", document.text());
            document.set(&path, &old).expect("there is room for it");
            // It comes at the end, and order does not count for `==`.
            let again = document.get(&path).expect("it was set");
            check_same(&plain(&old), &plain(&again), document.text())?;
        }
    }

    #[test]
    fn no_text_does_harm(text in "([a-c:,|\\[\\]{}\"'#\\-\\\\ \n\t0-9.]|: |- |\n  |\n    |nil|é){0,40}") {
        if let Ok(value) = Value::parse(&text) {
            let printed = value.print().expect("what was read can be written");
            check_same(&value, &Value::parse(&printed).expect("it is valid"), &printed)?;
            let formatted = simple_sdn::format(&text).expect("it is valid");
            check_same(&value, &Value::parse(&formatted).expect("it is valid"), &formatted)?;
            prop_assert_eq!(simple_sdn::format(&formatted), Ok(formatted.clone()), "{}", text);
            let through_serde: Value = simple_sdn::from_str(&text).expect("it is valid");
            check_same(&plain(&value), &through_serde, &text)?;
        }
    }

    #[test]
    fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        if let Err(error) = Value::parse_bytes(&bytes) {
            let span = error.span().expect("mistakes have places");
            prop_assert!(span.end <= bytes.len(), "{:?}", error);
        }
        let _ = simple_sdn::from_json(&String::from_utf8_lossy(&bytes));
        let _ = String::from_utf8_lossy(&bytes).parse::<Path>();
    }

    #[test]
    fn damaged_texts_do_no_harm(
        value in value(), at in any::<prop::sample::Index>(), with in text(), cut in 0..3_usize,
    ) {
        let mut text = value.print().expect("it is not deep");
        let at = text.floor_char_boundary(at.index(text.len() + 1));
        let end = text.ceil_char_boundary((at + cut).min(text.len()));
        text.replace_range(at..end, &with);
        match Value::parse(&text) {
            Ok(value) => {
                let formatted = simple_sdn::format(&text).expect("it is valid");
                check_same(&value, &Value::parse(&formatted).expect("it is valid"), &formatted)?;
            }
            Err(error) => {
                let span = error.span().expect("mistakes have places");
                prop_assert!(text.get(span).is_some(), "{:?}", error);
            }
        }
    }

    #[test]
    fn paths_are_read_as_they_are_shown(names in proptest::collection::vec(
        prop_oneof![text().prop_map(Step::Name), any::<usize>().prop_map(Step::Index)], 0..5,
    )) {
        let path = Path { steps: names };
        prop_assert_eq!(path.to_string().parse::<Path>(), Ok(path.clone()), "{}", path);
    }
}
