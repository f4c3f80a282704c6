//! What indentation makes: entries, items, tables.

use super::{Parser, Result};
use crate::error::Error;
use crate::tree::Kind;

impl Kind {
    /// Whether it is made of lines.
    pub(crate) fn is_block(self) -> bool {
        matches!(self, Kind::BlockMap | Kind::BlockList | Kind::Table)
    }

    /// Whether it is neither made of lines nor of brackets.
    pub(crate) fn is_scalar(self) -> bool {
        !self.is_block() && !matches!(self, Kind::InlineMap | Kind::InlineList)
    }
}

impl Parser<'_> {
    /// What begins here, in `column`: entries, items, a table, or, where
    /// `lone`, a value on this line. Ends at the start of a later line.
    pub(super) fn block(&mut self, column: usize, lone: bool) -> Result<()> {
        if self.is_item() {
            return self.list(column);
        }
        match self.peek() {
            Some(b'|') => return self.table(column),
            Some(b'[' | b'{') => return self.lone_value(column, lone),
            _ => {}
        }
        let map = self.open(Kind::BlockMap);
        let start = self.pos;
        self.name()?;
        if !self.is_after_name() {
            self.pos = start;
            self.tree.nodes.truncate(map);
            return self.lone_value(column, lone);
        }
        self.enter()?;
        loop {
            self.entry(column)?;
            if !self.goes_on(column)? {
                break;
            }
            if self.is_item() || matches!(self.peek(), Some(b'|' | b'[' | b'{')) {
                let message = format!("expected `name: value`, found {}", self.found());
                return Err(self.error(message));
            }
            self.name()?;
            if !self.is_after_name() {
                return Err(self.no_colon());
            }
        }
        self.close(map);
        self.depth -= 1;
        self.check_names(map, 2, "the name")
    }

    /// Whether the line that begins here is the next one of the block in
    /// `column`.
    fn goes_on(&self, column: usize) -> Result<bool> {
        match self.indent {
            Some(indent) if indent > column => Err(self.bad_indent(column)),
            indent => Ok(indent == Some(column)),
        }
    }

    pub(super) fn bad_indent(&self, column: usize) -> Error {
        let found = self.indent.unwrap_or_default();
        self.error("the indentation fits no block").with_hint(format!(
            "lines of a block begin in one column: the block above is indented by {column}, this \
             line by {found}"
        ))
    }

    /// Whether here begins an item of a list.
    fn is_item(&self) -> bool {
        self.peek() == Some(b'-')
            && matches!(self.peek_at(1), None | Some(b' ' | b'\n' | b'\r' | b'\t'))
    }

    /// Whether a `:` or a table's head follows. Goes to a table's head.
    fn is_after_name(&mut self) -> bool {
        let spaces = self.bytes[self.pos..].iter().take_while(|byte| **byte == b' ').count();
        match self.peek_at(spaces) {
            Some(b':') => spaces == 0,
            Some(b'|') => {
                self.pos += spaces;
                true
            }
            _ => false,
        }
    }

    pub(super) fn no_colon(&self) -> Error {
        let name = &self.text[self.start_of_last()..self.pos];
        let rest = self.text[self.pos..].trim_start_matches(' ');
        let error = self.error(format!("expected `:` after the name `{name}`"));
        match name.split_once(':') {
            _ if rest.starts_with(':') => error.with_hint("no space stands before a `:`"),
            Some((name, value)) if !name.is_empty() && !value.starts_with(':') => {
                error.with_hint(format!("a space follows a `:`, as in `{name}: {value}`"))
            }
            _ => error.with_hint(format!("as in `{name}: value`; text with spaces needs quotes")),
        }
    }

    /// Something follows the value that began at `start`, which may have been
    /// meant as a name.
    fn no_name(&mut self, start: usize) -> Error {
        if self.start_of_last() != start {
            return self.no_line_end();
        }
        self.pos = self.token_end;
        self.no_colon()
    }

    pub(super) fn start_of_last(&self) -> usize {
        self.tree.nodes.last().map_or(0, |node| node.start as usize)
    }

    /// A value on a line of its own, where that may be.
    fn lone_value(&mut self, column: usize, lone: bool) -> Result<()> {
        let start = self.pos;
        if !lone {
            self.inline()?;
            if self.rest_is_empty()? {
                let hint = "a value stands on the line of its name or its `-`";
                let message = "expected `name: value`, found a value";
                return Err(self.error_at(start, self.token_end, message).with_hint(hint));
            }
            return Err(self.no_name(start));
        }
        self.inline()?;
        if !self.rest_is_empty()? {
            return Err(self.no_name(start));
        }
        self.next_line()?;
        match self.indent {
            Some(indent) if indent > column => Err(self.bad_indent(column)),
            _ => Ok(()),
        }
    }

    /// What follows a name: a value, a block or a table.
    fn entry(&mut self, column: usize) -> Result<()> {
        if self.peek() == Some(b'|') {
            return self.table(column);
        }
        self.pos += 1;
        let after = self.pos;
        if !self.rest_is_empty()? {
            self.inline()?;
            return self.line_end();
        }
        self.next_line()?;
        match self.indent {
            Some(indent) if indent > column => {
                if self.peek() == Some(b'|') {
                    let hint = "a table's columns stand beside its name: `name |column, column|`";
                    return Err(self.error("a table without a name").with_hint(hint));
                }
                self.block(indent, false)
            }
            indent => {
                let error = self.error_at(after, after, "the name has no value");
                Err(if indent == Some(column) && self.is_item() {
                    error.with_hint("the items of a list are indented below its name")
                } else {
                    error.with_hint("nothing is written `nil`, `\"\"`, `[]` or `{}`")
                })
            }
        }
    }

    /// The line's end after a value, and on to the next line.
    fn line_end(&mut self) -> Result<()> {
        if self.rest_is_empty()? {
            return self.next_line();
        }
        Err(self.no_line_end())
    }

    fn no_line_end(&self) -> Error {
        let error = self.error(format!("expected the line's end, found {}", self.found()));
        match self.peek() {
            Some(b',') => error.with_hint("a list stands in `[` `]`, text with commas in quotes"),
            Some(b':') => error.with_hint("text with a colon before a space stands in quotes"),
            Some(b'\r') => error.with_hint("lines end in LF or CR LF"),
            _ => error.with_hint("text with spaces, brackets or `|` stands in quotes"),
        }
    }

    fn list(&mut self, column: usize) -> Result<()> {
        self.enter()?;
        let list = self.open(Kind::BlockList);
        loop {
            let dash = self.pos;
            self.pos += 1;
            if self.rest_is_empty()? {
                self.next_line()?;
                match self.indent {
                    Some(indent) if indent > column => self.block(indent, false)?,
                    _ => {
                        let hint = "nothing is written `nil`, `\"\"`, `[]` or `{}`";
                        let error = self.error_at(dash, dash + 1, "the item has no value");
                        return Err(error.with_hint(hint));
                    }
                }
            } else {
                self.block(column + (self.pos - dash), true)?;
            }
            if !self.goes_on(column)? {
                break;
            }
            if !self.is_item() {
                let message = format!("expected `- value`, found {}", self.found());
                return Err(self.error(message));
            }
        }
        self.close(list);
        self.depth -= 1;
        Ok(())
    }

    /// A table from its head's first `|`; its rows are indented deeper than
    /// `column`.
    fn table(&mut self, column: usize) -> Result<()> {
        self.enter()?;
        let table = self.open(Kind::Table);
        let columns = self.open(Kind::Columns);
        let mut count = 0;
        self.pos += 1;
        loop {
            self.spaces()?;
            if matches!(self.peek(), Some(b'|' | b',')) {
                let hint = "as in `name |column, column|`";
                return Err(self.error("expected a column's name").with_hint(hint));
            }
            self.name()?;
            count += 1;
            self.spaces()?;
            match self.peek() {
                Some(b',') => self.pos += 1,
                Some(b'|') => break,
                _ => {
                    let message = format!("expected `,` or `|`, found {}", self.found());
                    return Err(self.error(message));
                }
            }
        }
        self.pos += 1;
        self.token_end = self.pos;
        self.close(columns);
        self.check_names(columns, 1, "the column")?;
        if !self.rest_is_empty()? {
            return Err(self.error("rows stand on lines of their own below the columns"));
        }
        self.next_line()?;
        if let Some(indent) = self.indent
            && indent > column
        {
            loop {
                self.row(columns, count)?;
                if !self.goes_on(indent)? {
                    break;
                }
            }
        }
        self.close(table);
        self.depth -= 1;
        Ok(())
    }

    fn row(&mut self, columns: usize, count: usize) -> Result<()> {
        let row = self.open(Kind::Row);
        let mut cells = 0;
        loop {
            if matches!(self.peek(), Some(b',')) || (cells > 0 && self.rest_is_empty()?) {
                let hint = "an empty cell is written `nil` or `\"\"`";
                let message = format!("expected a value, found {}", self.found());
                return Err(self.error(message).with_hint(hint));
            }
            let start = self.pos;
            self.inline()?;
            cells += 1;
            if cells > count {
                return Err(self.wrong_count(columns, cells).or_at(
                    self.text,
                    start,
                    self.token_end,
                ));
            }
            if self.rest_is_empty()? {
                break;
            }
            if self.peek() != Some(b',') {
                let message = format!("expected `,` or the line's end, found {}", self.found());
                let hint = "text with spaces, commas or brackets stands in quotes";
                return Err(self.error(message).with_hint(hint));
            }
            self.pos += 1;
            self.spaces()?;
        }
        if cells < count {
            let end = self.token_end;
            return Err(self.wrong_count(columns, cells).or_at(self.text, end, end));
        }
        self.close(row);
        self.next_line()
    }

    fn wrong_count(&self, columns: usize, cells: usize) -> Error {
        let columns = crate::tree::Cursor { text: self.text, tree: &self.tree, at: columns };
        let count = columns.children().count();
        let at_least = if cells > count { "more than " } else { "" };
        let cells = cells.min(count);
        let number = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        Error::new(format!(
            "the row has {at_least}{}, the table {}",
            number(cells, "value"),
            number(count, "column")
        ))
        .with_hint(format!("the columns are {}", columns.raw()))
    }
}
