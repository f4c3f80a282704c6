//! Specs and values with what Python makes of them: `testdata/format.txt`, which
//! `testdata/format.py` writes.

use std::string::String;
use std::vec::Vec;

use super::float::{format_f32, format_f64, show_f64};
use super::integer::{format_i64, format_u64};
use super::text::{format_bool, format_char, format_str};
use crate::object::Text;

/// A spec packed as the compiler would pack it.
struct Packed {
    flags: u64,
    width: i64,
    precision: i64,
}

/// Reads `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.
fn pack(spec: &str) -> Packed {
    let align = |character: Option<&char>| {
        character.and_then(|character| "<>^=".find(*character)).map(|at| at as u64 + 1)
    };
    let characters: Vec<char> = spec.chars().collect();
    let mut rest = &characters[..];
    let mut flags = 0u64;
    if let Some(align) = align(rest.get(1)) {
        flags |= u64::from(rest[0] as u32) | align << 24;
        rest = &rest[2..];
    } else if let Some(align) = align(rest.first()) {
        flags |= align << 24;
        rest = &rest[1..];
    }
    let mut take = |wanted: char| {
        let found = rest.first() == Some(&wanted);
        rest = &rest[usize::from(found)..];
        u64::from(found)
    };
    let minus = take('-');
    assert!(minus <= 1);
    flags |= take('+') << 28 | take(' ') << 29;
    flags |= take('z') << 34 | take('#') << 30 | take('0') << 31;
    let number = |rest: &mut &[char]| {
        let digits: String = rest.iter().take_while(|digit| digit.is_ascii_digit()).collect();
        *rest = &rest[digits.len()..];
        digits.parse::<i64>().unwrap_or(-1)
    };
    let width = number(&mut rest);
    if let Some(grouping) = rest.first().and_then(|character| ",_".find(*character)) {
        flags |= (grouping as u64 + 1) << 32;
        rest = &rest[1..];
    }
    let mut precision = -1;
    if rest.first() == Some(&'.') {
        rest = &rest[1..];
        precision = number(&mut rest);
    }
    if let Some(letter) = rest.first() {
        flags |= u64::from(*letter as u32) << 40;
        rest = &rest[1..];
    }
    assert!(rest.is_empty(), "{spec}");
    Packed { flags, width, precision }
}

/// A JSON string, as far as Python's `json.dumps` uses its escapes.
fn unescape(json: &str) -> String {
    let mut units = Vec::new();
    let mut characters = json.trim_matches('"').chars();
    while let Some(character) = characters.next() {
        let mut unit = character as u16;
        if character == '\\' {
            match characters.next() {
                Some('u') => {
                    let code: String = characters.by_ref().take(4).collect();
                    unit = u16::from_str_radix(&code, 16).expect("four hex digits");
                }
                other => unit = other.expect("something is escaped") as u16,
            }
        }
        units.push(unit);
    }
    String::from_utf16(&units).expect("surrogates come in pairs")
}

#[test]
fn formats_as_python_does() {
    let vectors = include_str!("../../testdata/format.txt");
    let mut failures = Vec::new();
    for line in vectors.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [kind, spec, value, expected] = fields[..] else { panic!("{line}") };
        let Packed { flags, width, precision } = pack(spec);
        let mut out = Text::new("before ");
        match kind {
            "f" => {
                let bits = u64::from_str_radix(value, 16).expect("sixteen hex digits");
                let value = f64::from_bits(bits);
                format_f64(&mut out, value, flags, width, precision);
                if spec.is_empty() {
                    let mut shown = Text::new("before ");
                    show_f64(&mut shown, value);
                    assert_eq!(shown.as_str(), out.as_str());
                }
                // What a narrower float holds exactly has the same text.
                if f64::from(value as f32) == value && flags >> 40 != 0 {
                    let mut narrow = Text::new("before ");
                    format_f32(&mut narrow, value as f32, flags, width, precision);
                    assert_eq!(narrow.as_str(), out.as_str());
                }
            }
            "i" => {
                let value = value.parse().expect("an integer");
                format_i64(&mut out, value, flags, width, precision);
            }
            "u" => {
                let value = value.parse().expect("an integer");
                format_u64(&mut out, value, flags, width, precision);
            }
            _ => {
                let text = unescape(value);
                let object = Text::new(&text);
                format_str(&mut out, object.as_ref(), flags, width, precision);
                let mut characters = text.chars();
                if let (Some(character), None) = (characters.next(), characters.next()) {
                    let mut single = Text::new("before ");
                    format_char(&mut single, character, flags, width, precision);
                    assert_eq!(single.as_str(), out.as_str());
                }
            }
        }
        let expected = std::format!("before {}", unescape(expected));
        if out.as_str() != expected {
            failures.push(std::format!("{line}: {:?}", out.as_str()));
        }
    }
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn bools_are_text() {
    let Packed { flags, width, precision } = pack("*>6");
    let mut out = Text::empty();
    format_bool(&mut out, 0xff00, flags, width, precision);
    format_bool(&mut out, 1, flags, -1, 2);
    assert_eq!(out.as_str(), "*falsetr");
}
