//! Values: what a text means, apart from how it is written.

use crate::error::Error;
use crate::tree::{Cursor, Kind, Tree};
use crate::{parse, scalar};

/// Names with values, in order. Order does not count for `==`.
pub type Map = indexmap::IndexMap<String, Value>;

/// Any value.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Value {
    /// `nil`
    #[default]
    Nil,
    /// `true`, `false`
    Bool(bool),
    /// All of `i64` and `u64`, and what else fits.
    Integer(i128),
    /// `1.0`, `nan`, `-inf`
    Float(f64),
    /// Text, with or without quotes.
    Text(String),
    /// `[a, b]`, or lines `- a`.
    List(Vec<Value>),
    /// `{name: value}`, or lines `name: value`.
    Map(Map),
    /// `|name, name|` and rows.
    Table(Table),
}

/// Rows of equal shape. For serde it is a list of maps.
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl Table {
    /// One without rows. There must be columns, each with a name of its own.
    pub fn new(columns: Vec<String>) -> Result<Table, Error> {
        if columns.is_empty() {
            return Err(Error::new("a table has at least one column"));
        }
        let mut seen = std::collections::HashSet::new();
        if let Some(twice) = columns.iter().find(|name| !seen.insert(name.as_str())) {
            return Err(Error::new(format!("the column `{twice}` occurs twice")));
        }
        drop(seen);
        Ok(Table { columns, rows: Vec::new() })
    }

    /// Adds a row at the end: a value for each column, none with a table in it,
    /// since no table can be written inside of a line.
    pub fn push(&mut self, row: Vec<Value>) -> Result<(), Error> {
        if row.len() != self.columns.len() {
            let (found, wanted) = (row.len(), self.columns.len());
            return Err(Error::new(format!("a row of {found} values for {wanted} columns")));
        }
        if row.iter().any(Value::has_table) {
            return Err(Error::new("a table inside of a table's row"));
        }
        self.rows.push(row);
        Ok(())
    }

    /// The columns' names.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The rows, each with a value for each column.
    pub fn rows(&self) -> &[Vec<Value>] {
        &self.rows
    }

    /// Row `index` as a map.
    pub fn row(&self, index: usize) -> Option<Map> {
        let row = self.rows.get(index)?;
        Some(self.columns.iter().cloned().zip(row.iter().cloned()).collect())
    }
}

impl Value {
    /// The value of a text. An empty one is an empty map.
    pub fn parse(text: &str) -> Result<Value, Error> {
        let tree = parse::parse(text)?;
        Ok(Value::of_tree(text, &tree))
    }

    /// The same of bytes, which must be UTF-8.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Value, Error> {
        Value::parse(parse::utf8(bytes)?)
    }

    pub(crate) fn of_tree(text: &str, tree: &Tree) -> Value {
        match Cursor::root(text, tree) {
            None => Value::Map(Map::new()),
            Some(root) => Value::of(root),
        }
    }

    pub(crate) fn of(node: Cursor<'_, '_>) -> Value {
        match node.kind() {
            Kind::Nil => Value::Nil,
            Kind::True => Value::Bool(true),
            Kind::False => Value::Bool(false),
            Kind::Integer => Value::Integer(node.integer()),
            Kind::Float => Value::Float(scalar::parse_float(node.raw())),
            Kind::Word | Kind::Quoted | Kind::Escaped => Value::Text(node.name().into_owned()),
            Kind::BlockMap | Kind::InlineMap => Value::Map(
                node.entries()
                    .map(|(name, value)| (name.name().into_owned(), Value::of(value)))
                    .collect(),
            ),
            Kind::BlockList | Kind::InlineList | Kind::Columns => {
                Value::List(node.children().map(Value::of).collect())
            }
            Kind::Table => Value::Table(Table {
                columns: node.columns().map(|name| name.name().into_owned()).collect(),
                rows: node.rows().map(|row| row.children().map(Value::of).collect()).collect(),
            }),
            Kind::Row => Value::List(node.children().map(Value::of).collect()),
        }
    }

    /// The text of the value, in the canonical form. Refused if it is nested
    /// deeper than can be read.
    pub fn print(&self) -> Result<String, Error> {
        crate::print::value(self)
    }

    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Nil => "nil",
            Value::Bool(_) => "a boolean",
            Value::Integer(_) => "an integer",
            Value::Float(_) => "a float",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
            Value::Table(_) => "a table",
        }
    }

    /// Neither list, map nor table.
    pub fn is_scalar(&self) -> bool {
        !matches!(self, Value::List(_) | Value::Map(_) | Value::Table(_))
    }

    fn has_table(&self) -> bool {
        match self {
            Value::Table(_) => true,
            Value::List(items) => items.iter().any(Value::has_table),
            Value::Map(map) => map.values().any(Value::has_table),
            _ => false,
        }
    }

    /// Lists of maps that could be tables become tables, at every depth: all
    /// maps have the same names, in the same order, and scalars for values.
    pub fn with_tables(self) -> Value {
        match self {
            Value::List(items) => {
                list_or_table(items.into_iter().map(Value::with_tables).collect())
            }
            Value::Map(map) => {
                Value::Map(map.into_iter().map(|(name, v)| (name, v.with_tables())).collect())
            }
            other => other,
        }
    }
}

/// A list, or the table that it could be.
pub(crate) fn list_or_table(items: Vec<Value>) -> Value {
    match table_of(&items) {
        Some(table) => Value::Table(table),
        None => Value::List(items),
    }
}

fn table_of(items: &[Value]) -> Option<Table> {
    fn as_map(item: &Value) -> Option<&Map> {
        if let Value::Map(map) = item { Some(map) } else { None }
    }
    let first = as_map(items.first()?)?;
    let fits = |item: &Value| {
        as_map(item)
            .is_some_and(|map| map.keys().eq(first.keys()) && map.values().all(Value::is_scalar))
    };
    if first.is_empty() || !items.iter().all(fits) {
        return None;
    }
    let rows = items.iter().filter_map(as_map).map(|map| map.values().cloned().collect());
    Some(Table { columns: first.keys().cloned().collect(), rows: rows.collect() })
}
