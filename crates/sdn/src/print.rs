//! Values to text, in the canonical form: the one way of writing each value.

use crate::error::Error;
use crate::parse::MAX_DEPTH;
use crate::scalar;
use crate::value::{Map, Table, Value};

/// Lists of scalars stay on one line up to so many characters.
pub(crate) const WIDTH: usize = 100;
/// Blocks are indented by so much.
pub(crate) const INDENT: usize = 4;

/// The text of a whole value.
pub(crate) fn value(value: &Value) -> Result<String, Error> {
    let mut printer = Printer { out: String::new(), depth: 0 };
    if *value != Value::Map(Map::new()) {
        printer.block_or_line(value, 0)?;
        printer.out.push('\n');
    }
    Ok(printer.out)
}

/// The text of a value on one line.
pub(crate) fn inline(value: &Value) -> Result<String, Error> {
    let mut printer = Printer { out: String::new(), depth: 0 };
    printer.inline(value)?;
    Ok(printer.out)
}

/// What follows a name in `column`, from the `:` or the space before a table's
/// columns. Further lines are indented; no line end is at the end.
pub(crate) fn after_name(value: &Value, column: usize) -> Result<String, Error> {
    let mut printer = Printer { out: String::new(), depth: 0 };
    // The name's own width does not count: it is not known here.
    printer.after_name(value, column)?;
    Ok(printer.out)
}

/// What follows the `- ` of an item whose content begins in `column`.
pub(crate) fn item(value: &Value, column: usize) -> Result<String, Error> {
    let mut printer = Printer { out: String::new(), depth: 0 };
    printer.block_or_line(value, column)?;
    Ok(printer.out)
}

/// Cells between commas.
pub(crate) fn row(cells: &[Value]) -> Result<String, Error> {
    let mut printer = Printer { out: String::new(), depth: 0 };
    printer.row(cells)?;
    Ok(printer.out)
}

/// A name, in quotes where it needs them.
pub(crate) fn name(out: &mut String, name: &str) {
    if scalar::is_bare_name(name) {
        out.push_str(name);
    } else {
        scalar::quote(out, name);
    }
}

/// Text as a value, in quotes where it needs them.
pub(crate) fn text(out: &mut String, text: &str) {
    if scalar::is_bare_value(text) {
        out.push_str(text);
    } else {
        scalar::quote(out, text);
    }
}

/// The shortest text that is read as the same float.
pub(crate) fn float<F: zmij::Float + Copy + Into<f64>>(out: &mut String, value: F) {
    let wide: f64 = value.into();
    if wide.is_nan() {
        out.push_str("nan");
    } else if wide.is_infinite() {
        out.push_str(if wide > 0.0 { "inf" } else { "-inf" });
    } else {
        out.push_str(zmij::Buffer::new().format_finite(value));
    }
}

pub(crate) fn integer(out: &mut String, value: i128) {
    match i64::try_from(value) {
        Ok(small) => out.push_str(itoa::Buffer::new().format(small)),
        Err(_) => out.push_str(itoa::Buffer::new().format(value)),
    }
}

/// A scalar's text; false for other values.
fn scalar(out: &mut String, value: &Value) -> bool {
    match value {
        Value::Nil => out.push_str("nil"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Integer(value) => integer(out, *value),
        Value::Float(value) => float(out, *value),
        Value::Text(value) => text(out, value),
        Value::List(items) if items.is_empty() => out.push_str("[]"),
        Value::Map(map) if map.is_empty() => out.push_str("{}"),
        Value::List(_) | Value::Map(_) | Value::Table(_) => return false,
    }
    true
}

struct Printer {
    out: String,
    depth: usize,
}

impl Printer {
    fn line(&mut self, column: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', column));
    }

    fn enter(&mut self) -> Result<(), Error> {
        if self.depth == MAX_DEPTH {
            return Err(Error::new(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        Ok(())
    }

    /// Writes what fits on this line, which begins at `start` of the text; false
    /// for what needs lines of its own.
    fn on_line(&mut self, value: &Value, start: usize) -> Result<bool, Error> {
        if scalar(&mut self.out, value) {
            // An empty list or map is a level too.
            return match value {
                Value::List(_) | Value::Map(_) => self.enter().map(|()| {
                    self.depth -= 1;
                    true
                }),
                _ => Ok(true),
            };
        }
        let Value::List(items) = value else { return Ok(false) };
        // A scalar takes at least three characters with its comma.
        if items.len() > WIDTH / 3 || !items.iter().all(Value::is_scalar) {
            return Ok(false);
        }
        let before = self.out.len();
        self.inline(value)?;
        if self.out[start..].chars().count() <= WIDTH {
            return Ok(true);
        }
        self.out.truncate(before);
        Ok(false)
    }

    fn after_name(&mut self, value: &Value, column: usize) -> Result<(), Error> {
        if let Value::Table(table) = value {
            self.out.push(' ');
            return self.table(table, column);
        }
        let line_start = self.out.rfind('\n').map_or(0, |at| at + 1);
        self.out.push_str(": ");
        if self.on_line(value, line_start)? {
            return Ok(());
        }
        self.out.pop();
        self.line(column + INDENT);
        self.block(value, column + INDENT)
    }

    /// A value that begins here, in `column`.
    fn block_or_line(&mut self, value: &Value, column: usize) -> Result<(), Error> {
        let line_start = self.out.rfind('\n').map_or(0, |at| at + 1);
        if self.on_line(value, line_start)? { Ok(()) } else { self.block(value, column) }
    }

    /// A map, list or table that begins here, in `column`. A list is not empty.
    fn block(&mut self, value: &Value, column: usize) -> Result<(), Error> {
        match value {
            Value::Table(table) => self.table(table, column),
            Value::Map(map) => {
                self.enter()?;
                for (index, (key, value)) in map.iter().enumerate() {
                    if index > 0 {
                        self.line(column);
                    }
                    name(&mut self.out, key);
                    self.after_name(value, column)?;
                }
                self.depth -= 1;
                Ok(())
            }
            Value::List(items) => {
                self.enter()?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.line(column);
                    }
                    self.out.push_str("- ");
                    self.block_or_line(item, column + 2)?;
                }
                self.depth -= 1;
                Ok(())
            }
            other => self.inline(other),
        }
    }

    fn table(&mut self, table: &Table, column: usize) -> Result<(), Error> {
        self.enter()?;
        self.out.push('|');
        for (index, column) in table.columns().iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            name(&mut self.out, column);
        }
        self.out.push('|');
        for row in table.rows() {
            self.line(column + INDENT);
            self.row(row)?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn row(&mut self, cells: &[Value]) -> Result<(), Error> {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            self.inline(cell)?;
        }
        Ok(())
    }

    fn inline(&mut self, value: &Value) -> Result<(), Error> {
        match value {
            Value::List(items) => {
                self.enter()?;
                self.out.push('[');
                self.row(items)?;
                self.out.push(']');
                self.depth -= 1;
            }
            Value::Map(map) => {
                self.enter()?;
                self.out.push('{');
                for (index, (key, value)) in map.iter().enumerate() {
                    if index > 0 {
                        self.out.push_str(", ");
                    }
                    name(&mut self.out, key);
                    self.out.push_str(": ");
                    self.inline(value)?;
                }
                self.out.push('}');
                self.depth -= 1;
            }
            Value::Table(_) => {
                let hint = "a table has lines of its own";
                return Err(Error::new("a table inside of brackets or a row").with_hint(hint));
            }
            other => {
                scalar(&mut self.out, other);
            }
        }
        Ok(())
    }
}
