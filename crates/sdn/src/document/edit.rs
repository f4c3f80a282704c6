//! Edits.

use super::{Document, Link, dash_of};
use crate::error::Error;
use crate::parse;
use crate::path::{Path, Step};
use crate::print;
use crate::tree::{Cursor, Kind};
use crate::value::{Map, Value};

type Result<T, E = Error> = std::result::Result<T, E>;

/// Bytes to replace and what comes there. Those of one edit do not overlap.
struct Splice {
    start: usize,
    end: usize,
    text: String,
}

fn splice(start: usize, end: usize, text: impl Into<String>) -> Splice {
    Splice { start, end, text: text.into() }
}

impl Document {
    /// Makes `value` the value at `path`. What is missing of a path of names is
    /// made; the index after the last adds an item or a row. A row takes a map
    /// of its columns or a list of its cells.
    ///
    /// Comments beside and above a value stay; those inside of a replaced block
    /// go with it.
    pub fn set(&mut self, path: &Path, value: &Value) -> Result<()> {
        let links = self.walk(path);
        let splices = if links.len() == path.steps.len() + 1 {
            self.replace(&links, value)?
        } else {
            self.add(path, &links, value)?
        };
        self.apply(splices)
    }

    /// Adds `value`: before the item or row that has the index of `path` now, or
    /// under a name that does not exist yet.
    pub fn insert(&mut self, path: &Path, value: &Value) -> Result<()> {
        let links = self.walk(path);
        let splices = match (path.steps.last(), links.len() == path.steps.len() + 1) {
            (Some(Step::Index(_)), true) => self.put_before(&links, value)?,
            (_, true) => return Err(Error::new(format!("there is a value at `{path}` already"))),
            (_, false) => self.add(path, &links, value)?,
        };
        self.apply(splices)
    }

    /// Takes the entry, item or row at `path` away, with the comment that stands
    /// behind it, and gives its value; none if there is none. Comments above it
    /// stay.
    pub fn remove(&mut self, path: &Path) -> Result<Option<Value>> {
        let Some(value) = self.get(path) else { return Ok(None) };
        let Some(links) = self.find(path).filter(|links| links.len() > 1) else {
            return Err(Error::new("the whole text cannot be removed"));
        };
        let splices = self.take(path, &links)?;
        self.apply(splices)?;
        Ok(Some(value))
    }

    fn apply(&mut self, mut splices: Vec<Splice>) -> Result<()> {
        splices.sort_by_key(|splice| (splice.start, splice.end));
        let line_end = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut text = String::with_capacity(self.text.len() + 64);
        let mut at = 0;
        for Splice { start, end, text: new } in &splices {
            debug_assert!(at <= *start && start <= end, "splices do not overlap");
            text.push_str(&self.text[at..*start]);
            text.push_str(&new.replace('\n', line_end));
            at = *end;
            // A `#` that began a comment must not become part of a word.
            if !new.is_empty() && self.text[at..].starts_with('#') {
                text.push(' ');
            }
        }
        text.push_str(&self.text[at..]);
        let tree = parse::parse(&text)?;
        *self = Document { text, tree };
        Ok(())
    }

    /// The offset of the end of the line that `offset` is in.
    fn line_end(&self, offset: usize) -> usize {
        let end = self.text[offset..].find('\n').map_or(self.text.len(), |at| offset + at);
        if self.text[offset..end].ends_with('\r') { end - 1 } else { end }
    }

    /// The offset of the start of the line after the one that `offset` is in.
    fn next_line(&self, offset: usize) -> usize {
        self.text[offset..].find('\n').map_or(self.text.len(), |at| offset + at + 1)
    }

    fn line_start(&self, offset: usize) -> usize {
        self.text[..offset].rfind('\n').map_or(0, |at| at + 1)
    }

    fn column(&self, offset: usize) -> usize {
        // Only spaces and dashes stand before what begins a block.
        offset - self.line_start(offset)
    }

    fn is_first_on_line(&self, offset: usize) -> bool {
        self.text[self.line_start(offset)..offset].bytes().all(|byte| byte == b' ')
    }

    /// Replaces the value at the end of `links`.
    fn replace(&self, links: &[Link], value: &Value) -> Result<Vec<Splice>> {
        let (link, parents) = links.split_last().expect("the whole is always on the way");
        let old = self.cursor(link.node);
        let Some(parent) = parents.last() else {
            let text = print::item(value, self.column(old.start()))?;
            return Ok(vec![splice(old.start(), old.end(), text)]);
        };
        let parent = self.cursor(parent.node);
        match (parent.kind(), link.name) {
            (Kind::BlockMap, Some(name)) => {
                self.replace_entry(parent, self.cursor(name), old, value)
            }
            (Kind::BlockList, _) => {
                let dash = dash_of(parent, link.index);
                let text = print::item(value, self.column(dash) + 2)?;
                if !old.kind().is_block() && !text.contains('\n') {
                    return Ok(vec![splice(old.start(), old.end(), text)]);
                }
                let end = if old.kind().is_block() { self.line_end(old.end()) } else { old.end() };
                Ok(vec![splice(dash + 1, end, format!(" {text}"))])
            }
            (Kind::Table, _) => {
                Ok(vec![splice(old.start(), old.end(), print::row(&cells(parent, value)?)?)])
            }
            _ => Ok(vec![splice(old.start(), old.end(), print::inline(value)?)]),
        }
    }

    fn replace_entry(
        &self,
        map: Cursor<'_, '_>,
        name: Cursor<'_, '_>,
        old: Cursor<'_, '_>,
        value: &Value,
    ) -> Result<Vec<Splice>> {
        let text = print::after_name(value, self.column(map.start()))?;
        let (head, body) = match text.find('\n') {
            Some(at) => text.split_at(at),
            None => (text.as_str(), ""),
        };
        if let Some(text) = head.strip_prefix(": ")
            && !old.kind().is_block()
            && body.is_empty()
        {
            return Ok(vec![splice(old.start(), old.end(), text)]);
        }
        // The head with its comment stays a line; the body is what is below.
        let head_end = match old.kind() {
            Kind::Table => Cursor { at: old.at + 1, ..old }.end(),
            Kind::BlockMap | Kind::BlockList => name.end() + 1,
            _ => old.end(),
        };
        let body_start = self.line_end(head_end);
        let body_end = self.line_end(old.end()).max(body_start);
        Ok(vec![splice(name.end(), head_end, head), splice(body_start, body_end, body)])
    }

    /// Adds what is missing of `path` below the end of `links`.
    fn add(&self, path: &Path, links: &[Link], value: &Value) -> Result<Vec<Splice>> {
        let missing = &path.steps[links.len().saturating_sub(1)..];
        // The names further in make maps of their own.
        let mut value = value.clone();
        for step in missing.iter().skip(1).rev() {
            value = match step {
                Step::Name(name) => Value::Map(Map::from_iter([(name.clone(), value)])),
                Step::Index(0) => Value::List(vec![value]),
                Step::Index(_) => return Err(self.nothing_at(path, links)),
            };
        }
        let Some(link) = links.last() else {
            return match missing.first() {
                None => self.fill(&value),
                Some(Step::Name(name)) => {
                    self.fill(&Value::Map(Map::from_iter([(name.clone(), value)])))
                }
                Some(Step::Index(0)) => self.fill(&Value::List(vec![value])),
                Some(Step::Index(_)) => Err(self.nothing_at(path, links)),
            };
        };
        let node = self.cursor(link.node);
        // Empty brackets where a block may stand are filled anew, since a block
        // may hold what brackets may not.
        let in_block = links.len() < 2
            || matches!(
                self.cursor(links[links.len() - 2].node).kind(),
                Kind::BlockMap | Kind::BlockList
            );
        let refill = in_block && node.raw().len() == 2;
        match (node.kind(), &missing[0]) {
            (Kind::InlineMap, Step::Name(name)) if refill => {
                self.replace(links, &Value::Map(Map::from_iter([(name.clone(), value)])))
            }
            (Kind::InlineList, Step::Index(0)) if refill => {
                self.replace(links, &Value::List(vec![value]))
            }
            (Kind::BlockMap, Step::Name(name)) => {
                let column = self.column(node.start());
                let mut text = format!("\n{:column$}", "");
                print::name(&mut text, name);
                text += &print::after_name(&value, column)?;
                let at = self.line_end(node.end());
                Ok(vec![splice(at, at, text)])
            }
            (Kind::InlineMap, Step::Name(name)) => {
                let mut text = String::new();
                print::name(&mut text, name);
                text += &format!(": {}", print::inline(&value)?);
                Ok(vec![append(node, text)])
            }
            (Kind::InlineList, Step::Index(index)) if *index == node.children().count() => {
                Ok(vec![append(node, print::inline(&value)?)])
            }
            (Kind::BlockList, Step::Index(index)) if *index == node.children().count() => {
                let column = self.column(node.start());
                let text = format!("\n{:column$}- {}", "", print::item(&value, column + 2)?);
                let at = self.line_end(node.end());
                Ok(vec![splice(at, at, text)])
            }
            (Kind::Table, Step::Index(index)) if *index == node.rows().count() => {
                let column = match node.rows().next() {
                    Some(row) => self.column(row.start()),
                    // The table stands beside its name, or for itself.
                    None => self.indentation(node.start()) + print::INDENT,
                };
                let row = print::row(&cells(node, &value)?)?;
                let at = self.line_end(node.end());
                Ok(vec![splice(at, at, format!("\n{:column$}{row}", ""))])
            }
            _ => Err(self.nothing_at(path, links)),
        }
    }

    /// The column of the block that the line of `offset` is in: spaces and the
    /// dashes of items do not count.
    fn indentation(&self, offset: usize) -> usize {
        let line = &self.text[self.line_start(offset)..offset];
        let mut column = line.len() - line.trim_start_matches(' ').len();
        while let Some(rest) = line[column..].strip_prefix("- ") {
            column = line.len() - rest.trim_start_matches(' ').len();
        }
        column
    }

    /// Gives a text that has no value one.
    fn fill(&self, value: &Value) -> Result<Vec<Splice>> {
        let at = self.text.len();
        let breaks = !self.text.is_empty() && !self.text.ends_with('\n');
        let text = format!("{}{}", if breaks { "\n" } else { "" }, print::value(value)?);
        Ok(vec![splice(at, at, text)])
    }

    fn nothing_at(&self, path: &Path, links: &[Link]) -> Error {
        let known = links.len().saturating_sub(1);
        let step = Path { steps: path.steps[known..=known].to_vec() };
        let parent = Path { steps: path.steps[..known].to_vec() };
        let parent = match parent.steps.is_empty() {
            true => "the text".to_owned(),
            false => format!("`{parent}`"),
        };
        let Some(link) = links.last() else {
            return Error::new(format!("{parent} is empty and has no `{step}`"));
        };
        let node = self.cursor(link.node);
        let (is, hint) = match node.kind() {
            Kind::BlockMap | Kind::InlineMap => ("a map", "its values have names".to_owned()),
            Kind::BlockList | Kind::InlineList => {
                ("a list", format!("it has {} items", node.children().count()))
            }
            Kind::Table => ("a table", format!("it has {} rows", node.rows().count())),
            Kind::Row => ("a row", "a table's columns cannot be changed here".to_owned()),
            _ => ("a single value", "nothing is in it".to_owned()),
        };
        Error::new(format!("{parent} is {is} and has no `{step}`")).with_hint(hint)
    }

    /// Adds an item or a row before the one at the end of `links`.
    fn put_before(&self, links: &[Link], value: &Value) -> Result<Vec<Splice>> {
        let (link, parents) = links.split_last().expect("the whole is always on the way");
        let parent = self.cursor(parents.last().expect("an item has a list").node);
        let (at, text) = match parent.kind() {
            Kind::BlockList => {
                let at = dash_of(parent, link.index);
                let column = self.column(at);
                (at, format!("- {}\n{:column$}", print::item(value, column + 2)?, ""))
            }
            Kind::Table => {
                let at = self.cursor(link.node).start();
                let column = self.column(at);
                (at, format!("{}\n{:column$}", print::row(&cells(parent, value)?)?, ""))
            }
            _ => {
                let at = self.cursor(link.node).start();
                (at, format!("{}, ", print::inline(value)?))
            }
        };
        Ok(vec![splice(at, at, text)])
    }

    /// Takes away what is at the end of `links`.
    fn take(&self, path: &Path, links: &[Link]) -> Result<Vec<Splice>> {
        let (link, parents) = links.split_last().expect("the whole is always on the way");
        let parent = self.cursor(parents.last().expect("a part has a whole").node);
        let node = self.cursor(link.node);
        let is_only = |count: usize| count == 1;
        match parent.kind() {
            Kind::BlockMap => {
                if is_only(parent.entries().count()) && parents.len() > 1 {
                    return self.replace(parents, &Value::Map(Map::new()));
                }
                let name = self.cursor(link.name.expect("an entry has a name"));
                let next = parent.entries().nth(link.index + 1).map(|(name, _)| name.start());
                Ok(vec![self.take_lines(name.start(), node.end(), next)])
            }
            Kind::BlockList => {
                if is_only(parent.children().count()) {
                    return self.replace(parents, &Value::List(Vec::new()));
                }
                let has_next = parent.children().nth(link.index + 1).is_some();
                let next = has_next.then(|| dash_of(parent, link.index + 1));
                Ok(vec![self.take_lines(dash_of(parent, link.index), node.end(), next)])
            }
            Kind::Table => Ok(vec![self.take_lines(node.start(), node.end(), None)]),
            Kind::Row => {
                let error = Error::new(format!("`{path}` is a cell, which cannot be removed"));
                Err(error.with_hint("a cell without a value is `nil`"))
            }
            _ => Ok(self.take_from_brackets(parent, link)),
        }
    }

    /// Takes lines away; `next` is where the block's next part begins.
    fn take_lines(&self, start: usize, end: usize, next: Option<usize>) -> Splice {
        if self.is_first_on_line(start) {
            return splice(self.line_start(start), self.next_line(end), "");
        }
        // It stands beside a `-`: the next part moves up there, unless comments
        // are between.
        let line_end = self.line_end(end);
        match next {
            Some(next) if self.text[line_end..next].trim().is_empty() => splice(start, next, ""),
            _ => splice(start, line_end, ""),
        }
    }

    /// Takes an item or entry out of brackets, with one comma.
    fn take_from_brackets(&self, parent: Cursor<'_, '_>, link: &Link) -> Vec<Splice> {
        let node = self.cursor(link.node);
        let start = link.name.map_or(node.start(), |name| self.cursor(name).start());
        if let Some(comma) = self.comma_after(node.end()) {
            let after = comma + 1;
            let spaces = self.text[after..].bytes().take_while(|byte| *byte == b' ').count();
            // Before a comment or a line's end the spaces stay.
            let rest = self.text.as_bytes().get(after + spaces);
            let keep = matches!(rest, Some(b'#' | b'\n' | b'\r'));
            let after = if keep { after } else { after + spaces };
            return vec![splice(start, node.end(), ""), splice(comma, after, "")];
        }
        // The last one: the comma before it goes.
        let before = link.index.checked_sub(1).and_then(|index| {
            let per_part = if link.name.is_some() { 2 } else { 1 };
            parent.children().nth((index + 1) * per_part - 1)
        });
        let comma = before.and_then(|before| self.comma_after(before.end()));
        match comma {
            Some(comma) if self.text[comma + 1..start].trim().is_empty() => {
                vec![splice(comma, node.end(), "")]
            }
            Some(comma) => vec![splice(comma, comma + 1, ""), splice(start, node.end(), "")],
            None => vec![splice(start, node.end(), "")],
        }
    }

    /// Where the comma behind a value that ended at `end` is, if there is one
    /// before the closing bracket.
    fn comma_after(&self, end: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = end;
        loop {
            match bytes.get(at)? {
                b',' => return Some(at),
                b'#' => at = self.next_line(at),
                b' ' | b'\n' | b'\r' => at += 1,
                _ => return None,
            }
        }
    }
}

/// Adds to the end of what brackets hold.
fn append(node: Cursor<'_, '_>, text: String) -> Splice {
    match node.children().last() {
        Some(last) => splice(last.end(), last.end(), format!(", {text}")),
        None => splice(node.start() + 1, node.start() + 1, text),
    }
}

/// The cells that `value` means for a row of `table`.
fn cells(table: Cursor<'_, '_>, value: &Value) -> Result<Vec<Value>> {
    let columns: Vec<_> = table.columns().map(Cursor::name).collect();
    let wrong = |found: String| {
        Error::new(found).with_hint(format!("the columns are {}", columns.join(", ")))
    };
    match value {
        Value::List(items) if items.len() == columns.len() => Ok(items.clone()),
        Value::List(items) => {
            Err(wrong(format!("a row of {} values for {} columns", items.len(), columns.len())))
        }
        Value::Map(map) => {
            if let Some(name) = map.keys().find(|name| !columns.iter().any(|c| c == *name)) {
                return Err(wrong(format!("the table has no column `{name}`")));
            }
            columns
                .iter()
                .map(|name| {
                    let cell = map.get(name.as_ref()).cloned();
                    cell.ok_or_else(|| wrong(format!("the row has no value for `{name}`")))
                })
                .collect()
        }
        other => Err(wrong(format!("a row is a map or a list, not {}", other.kind()))),
    }
}
