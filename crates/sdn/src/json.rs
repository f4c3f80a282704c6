//! JSON both ways, and values in other formats.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::error::Error;
use crate::parse::MAX_DEPTH;
use crate::value::{Map, Value};

/// The value as JSON, indented if `pretty`. Tables become lists of objects.
/// Refused for `nan` and `inf`, which JSON has no word for.
pub fn to_json(value: &Value, pretty: bool) -> Result<String, Error> {
    check(value, &mut String::new(), 0)?;
    let text =
        if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    text.map_err(|error| Error::new(error.to_string()))
}

/// The value of a JSON text. Lists of flat objects with the same names become
/// tables. Numbers that no 64-bit integer holds become floats.
pub fn from_json(text: &str) -> Result<Value, Error> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let offset = offset_of(text, error.line(), error.column());
        // serde_json says the place at the message's end.
        let message = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        Error::new(message.strip_suffix(&place).unwrap_or(&message)).or_at(text, offset, offset)
    })?;
    Ok(value.with_tables())
}

/// The byte that serde_json means: lines from 1, columns in bytes, 0 before the
/// first.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

/// Refuses what JSON cannot hold, and depths that would exhaust the stack.
fn check(value: &Value, path: &mut String, depth: usize) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(Error::new(format!("nested deeper than {MAX_DEPTH} levels")));
    }
    let len = path.len();
    let below = |path: &mut String, part: String, value: &Value| {
        path.push_str(&part);
        let result = check(value, path, depth + 1);
        path.truncate(len);
        result
    };
    match value {
        Value::Float(float) if !float.is_finite() => {
            let at = if path.is_empty() { String::new() } else { format!(" at `{path}`") };
            Err(Error::new(format!("JSON has no word for the float{at}, which is not finite")))
        }
        Value::List(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| below(path, format!("[{index}]"), item)),
        Value::Map(map) => map.iter().try_for_each(|(name, value)| {
            let dot = if len == 0 { "" } else { "." };
            below(path, format!("{dot}{}", crate::path::shown_name(name)), value)
        }),
        Value::Table(table) => table.rows().iter().enumerate().try_for_each(|(index, row)| {
            table.columns().iter().zip(row).try_for_each(|(name, value)| {
                below(path, format!("[{index}].{}", crate::path::shown_name(name)), value)
            })
        }),
        _ => Ok(()),
    }
}

/// A row of a table, as a map.
struct Row<'a>(&'a [String], &'a [Value]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0.iter().zip(self.1) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Nil => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Integer(value) => match (i64::try_from(*value), u64::try_from(*value)) {
                (Ok(value), _) => serializer.serialize_i64(value),
                (_, Ok(value)) => serializer.serialize_u64(value),
                _ => serializer.serialize_i128(*value),
            },
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(items) => serializer.collect_seq(items),
            Value::Map(map) => serializer.collect_map(map),
            Value::Table(table) => {
                let mut rows = serializer.serialize_seq(Some(table.rows().len()))?;
                for row in table.rows() {
                    rows.serialize_element(&Row(table.columns(), row))?;
                }
                rows.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    /// From any format. Tables of this notation come as lists of maps:
    /// [`Value::parse`] keeps them.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

macro_rules! visit {
    ($($method:ident $type:ty => $build:expr;)*) => {
        $(fn $method<E: serde::de::Error>(self, value: $type) -> Result<Value, E> {
            Ok($build(value))
        })*
    };
}

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    visit! {
        visit_bool bool => Value::Bool;
        visit_i64 i64 => |value: i64| Value::Integer(value.into());
        visit_u64 u64 => |value: u64| Value::Integer(value.into());
        visit_i128 i128 => Value::Integer;
        visit_f64 f64 => Value::Float;
        visit_str &str => |text: &str| Value::Text(text.to_owned());
        visit_string String => Value::Text;
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        Ok(Value::Nil)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Value, E> {
        Ok(Value::Nil)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            if map.contains_key(&name) {
                let message = format!("the name `{name}` occurs twice");
                return Err(serde::de::Error::custom(message));
            }
            map.insert(name, entries.next_value()?);
        }
        Ok(Value::Map(map))
    }
}
