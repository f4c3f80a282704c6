//! A text with its tree, to look into and to edit in place.
//!
//! An edit replaces the bytes of what it is about and nothing else: comments,
//! order and layout of the rest stay. The text is read again afterwards, so a
//! document is valid at all times; an edit that would make it invalid is an
//! error and leaves it as it was.

mod edit;

use serde::Deserialize;

use crate::error::{Error, Position};
use crate::parse;
use crate::path::{Path, Step};
use crate::tree::{Cursor, Kind, Tree};
use crate::value::Value;

/// A text that has been read.
#[derive(Clone, Debug)]
pub struct Document {
    text: String,
    tree: Tree,
}

/// One step of the way to a node.
#[derive(Clone, Copy, Debug)]
struct Link {
    node: usize,
    /// The node's name, if its parent is a map.
    name: Option<usize>,
    /// Its place among its parent's entries, items, rows or cells.
    index: usize,
}

impl Document {
    /// Reads a text. A byte order mark is dropped.
    pub fn parse(text: impl Into<String>) -> Result<Document, Error> {
        let mut text = text.into();
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let tree = parse::parse(&text)?;
        Ok(Document { text, tree })
    }

    /// The text as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text as it is now.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The text in the layout of `simple sdn fmt`.
    pub fn format(&self) -> String {
        crate::format::format_tree(&self.text, &self.tree)
    }

    /// The whole value.
    pub fn value(&self) -> Value {
        Value::of_tree(&self.text, &self.tree)
    }

    /// The value at `path`, a row as a map; none if there is nothing.
    pub fn get(&self, path: &Path) -> Option<Value> {
        if path.steps.is_empty() {
            return Some(self.value());
        }
        let links = self.find(path)?;
        let node = self.cursor(links.last()?.node);
        if node.kind() != Kind::Row {
            return Some(Value::of(node));
        }
        let table = self.cursor(links.get(links.len().checked_sub(2)?)?.node);
        let cells = table.columns().zip(node.children());
        let entries = cells.map(|(name, cell)| (name.name().into_owned(), Value::of(cell)));
        Some(Value::Map(entries.collect()))
    }

    /// Reads a `T` from the value at `path`.
    pub fn read<'de, T: Deserialize<'de>>(&'de self, path: &Path) -> Result<T, Error> {
        if path.steps.is_empty() {
            return crate::from_str(&self.text);
        }
        let links = self.find(path);
        let links = links.ok_or_else(|| Error::new(format!("there is nothing at `{path}`")))?;
        let nodes: Vec<_> = links.iter().map(|link| self.cursor(link.node)).collect();
        match *nodes.as_slice() {
            [.., table, row] if row.kind() == Kind::Row => {
                let record = crate::de::Record { row, columns: table.columns() };
                T::deserialize(record).map_err(|error| row.blame(error))
            }
            [.., node] => T::deserialize(crate::de::Node(node)),
            [] => crate::from_str(&self.text),
        }
    }

    /// Where the value at `path` begins.
    pub fn position(&self, path: &Path) -> Option<Position> {
        let links = self.find(path)?;
        Some(Position::of(&self.text, self.cursor(links.last()?.node).start()))
    }

    fn cursor(&self, at: usize) -> Cursor<'_, '_> {
        Cursor { text: &self.text, tree: &self.tree, at }
    }

    /// The nodes on the way to `path`, the whole first; none if it leads nowhere.
    fn find(&self, path: &Path) -> Option<Vec<Link>> {
        let links = self.walk(path);
        (links.len() == path.steps.len() + 1).then_some(links)
    }

    /// The nodes on the way to `path`, as far as there are some.
    fn walk(&self, path: &Path) -> Vec<Link> {
        let mut links = Vec::new();
        if self.tree.nodes.is_empty() {
            return links;
        }
        links.push(Link { node: 0, name: None, index: 0 });
        for step in &path.steps {
            let node = self.cursor(links[links.len() - 1].node);
            let next = match (node.kind(), step) {
                (Kind::BlockMap | Kind::InlineMap, Step::Name(wanted)) => {
                    let mut entries = node.entries().enumerate();
                    entries.find(|(_, (name, _))| name.name() == wanted.as_str()).map(
                        |(index, (name, value))| Link {
                            node: value.at,
                            name: Some(name.at),
                            index,
                        },
                    )
                }
                (Kind::BlockList | Kind::InlineList, Step::Index(index)) => {
                    let item = node.children().nth(*index);
                    item.map(|item| Link { node: item.at, name: None, index: *index })
                }
                (Kind::Table, Step::Index(index)) => {
                    let row = node.rows().nth(*index);
                    row.map(|row| Link { node: row.at, name: None, index: *index })
                }
                (Kind::Row, Step::Name(wanted)) => {
                    // A row's parent is its table.
                    let table = links.len().checked_sub(2).map(|at| self.cursor(links[at].node));
                    let index = table.and_then(|table| {
                        table.columns().position(|name| name.name() == wanted.as_str())
                    });
                    index.and_then(|index| {
                        let cell = node.children().nth(index)?;
                        Some(Link { node: cell.at, name: None, index })
                    })
                }
                _ => None,
            };
            match next {
                Some(link) => links.push(link),
                None => break,
            }
        }
        links
    }
}

/// Where the `-` of item `index` of a list of lines is.
fn dash_of(list: Cursor<'_, '_>, index: usize) -> usize {
    let before = match index.checked_sub(1) {
        None => return list.start(),
        Some(before) => list.children().nth(before).map_or(list.start(), Cursor::end),
    };
    // Only spaces, line ends and comments stand between an item and the next `-`.
    dash_after(list.text, before)
}

/// The first `-` from `at` on that is not in a comment, where no other token
/// comes before it.
pub(crate) fn dash_after(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'#' => at += text[at..].find('\n').unwrap_or(text.len() - at),
            b'-' => break,
            _ => at += 1,
        }
    }
    at
}
