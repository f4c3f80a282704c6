//! Depth and size are bounded, and what is in bounds costs little.

use std::time::{Duration, Instant};

use simple_sdn::{Document, MAX_DEPTH, Map, Value};

fn deep(levels: usize, wrap: fn(Value) -> Value) -> Value {
    (0..levels).fold(Value::Nil, |value, _| wrap(value))
}

#[test]
fn depth_is_limited_in_reading() {
    let stairs = |levels: usize| -> String {
        (0..levels).map(|level| format!("{:1$}a:\n", "", level)).collect::<String>()
            + &format!("{:1$}a: 1\n", "", levels)
    };
    type Text = Box<dyn Fn(usize) -> String>;
    let texts: [(&str, Text); 6] = [
        ("lists", Box::new(|levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels)))),
        ("maps", Box::new(|levels| format!("{}1{}", "{a: ".repeat(levels), "}".repeat(levels)))),
        ("items", Box::new(|levels| format!("{}1", "- ".repeat(levels)))),
        ("blocks", Box::new(move |levels| stairs(levels - 1))),
        (
            "mixed",
            Box::new(|levels| {
                format!(
                    "{}{}{}",
                    "- ".repeat(levels / 2),
                    "[".repeat(levels - levels / 2),
                    "]".repeat(levels - levels / 2)
                )
            }),
        ),
        (
            "cells",
            Box::new(|levels| {
                format!("t |a|\n    {}{}\n", "[".repeat(levels - 2), "]".repeat(levels - 2))
            }),
        ),
    ];
    for (name, text) in &texts {
        let most = Value::parse(&text(MAX_DEPTH));
        assert!(most.is_ok(), "{name}: {most:?}");
        let printed = most.as_ref().unwrap().print().expect("what was read can be written");
        assert_eq!(Value::parse(&printed), most, "{name}");
        for levels in
            [MAX_DEPTH + 1, 100_000].into_iter().filter(|n| *n < 1000 || *name != "blocks")
        {
            let error = Value::parse(&text(levels)).expect_err("it is too deep");
            assert_eq!(error.message(), "nested deeper than 128 levels", "{name}: {error}");
        }
    }
    // What is left open is no worse.
    for text in ["[", "{a:", "- ", "a[", "{a: [", "- |a", "a:\n"] {
        assert!(Value::parse(&text.repeat(100_000)).is_err(), "{text}");
    }
}

#[test]
fn depth_is_limited_in_writing() {
    let in_list: fn(Value) -> Value = |value| Value::List(vec![value]);
    let in_map: fn(Value) -> Value = |value| Value::Map(Map::from_iter([("a".to_owned(), value)]));
    for wrap in [in_list, in_map] {
        assert!(deep(MAX_DEPTH, wrap).print().is_ok());
        let too_deep = deep(MAX_DEPTH + 1, wrap);
        assert!(too_deep.print().is_err());
        assert!(simple_sdn::to_string(&too_deep).is_err());
        assert!(simple_sdn::to_json(&too_deep, false).is_err());
    }
    let mut document = Document::parse("a: 1").expect("it is valid");
    assert!(document.set(&"a".parse().unwrap(), &deep(MAX_DEPTH, in_list)).is_err());
    assert_eq!(document.text(), "a: 1");
}

#[test]
fn time_grows_with_length() {
    // None of these may cost the square of its length; they are large enough that
    // it would show.
    let many = |text: &str| text.repeat(200_000);
    let names: String = (0..200_000).map(|n| format!("name{n}: {n}\n")).collect();
    let inline: String = (0..200_000).map(|n| format!("name{n}: {n}, ")).collect();
    let columns: String = (0..200_000).map(|n| format!("c{n},")).collect();
    let texts = [
        names,
        format!("{{{inline}}}"),
        format!("|{}|", columns.trim_end_matches(',')),
        format!("|a|\n{}", many("    x # c\n")),
        many("- a\n"),
        many("- a: 1\n  b: 2\n"),
        format!("[{}]", many("1,")),
        format!("[{}]", many("1, # c\n")),
        many("# c\n"),
        many("\n"),
        many(" "),
        format!("a: \"{}\"", many("\\n")),
        many("a"),
        many("a[b]"),
        many("é"),
        many("9"),
        many("0.1"),
        many("\""),
        many(":"),
        many("a:\n"),
    ];
    for text in texts {
        let start = Instant::now();
        let shown: String = text.chars().take(20).collect();
        if Value::parse(&text).is_ok() {
            let formatted = simple_sdn::format(&text).expect("it is valid");
            simple_sdn::from_str::<serde::de::IgnoredAny>(&formatted).expect("it is valid");
            let mut document = Document::parse(text).expect("it is valid");
            let _ = document.set(&"[199999]".parse().unwrap(), &Value::Nil);
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{shown}: {:?}", start.elapsed());
    }
}
