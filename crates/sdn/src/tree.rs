//! A read text as one flat table of nodes, in the text's order.
//!
//! A node's descendants follow it directly. Nodes hold no values, only which
//! bytes they are: values are made when somebody asks, so that a reader that
//! wants a million names gets a million slices of the text.

use std::borrow::Cow;

use crate::error::Error;
use crate::scalar;

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Nil,
    True,
    False,
    Integer,
    Float,
    /// Text without quotes; every name without quotes.
    Word,
    /// Text in quotes that holds nothing but itself.
    Quoted,
    /// Text in quotes with escapes.
    Escaped,
    /// `name: value` lines. Children: name, value, name, value.
    BlockMap,
    /// `{name: value}`. The same children.
    InlineMap,
    /// `- value` lines.
    BlockList,
    /// `[value, value]`.
    InlineList,
    /// Children: one [`Kind::Columns`], then [`Kind::Row`]s.
    Table,
    /// A table's head. Children: the names.
    Columns,
    /// Children: as many values as there are columns.
    Row,
}

/// One node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// Offset of the first byte.
    pub(crate) start: u32,
    /// Offset after the last byte.
    pub(crate) end: u32,
    /// How many nodes this is with all its descendants.
    pub(crate) size: u32,
}

/// All nodes and comments of a text. The first node is the whole; an empty text
/// has none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
    /// From the `#` to the line's end, in order.
    pub(crate) comments: Vec<(u32, u32)>,
}

/// A node with its surroundings.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'t, 'a> {
    pub(crate) text: &'a str,
    pub(crate) tree: &'t Tree,
    /// The node's index.
    pub(crate) at: usize,
}

impl<'t, 'a> Cursor<'t, 'a> {
    /// The whole; none if there is nothing in the text.
    pub(crate) fn root(text: &'a str, tree: &'t Tree) -> Option<Cursor<'t, 'a>> {
        (!tree.nodes.is_empty()).then_some(Cursor { text, tree, at: 0 })
    }

    pub(crate) fn node(self) -> Node {
        self.tree.nodes[self.at]
    }

    pub(crate) fn kind(self) -> Kind {
        self.node().kind
    }

    pub(crate) fn start(self) -> usize {
        self.node().start as usize
    }

    pub(crate) fn end(self) -> usize {
        self.node().end as usize
    }

    /// The bytes of the text.
    pub(crate) fn raw(self) -> &'a str {
        &self.text[self.start()..self.end()]
    }

    /// The text that a name or a text node stands for.
    pub(crate) fn as_text(self) -> Option<Cow<'a, str>> {
        let raw = self.raw();
        let inside = || &raw[1..raw.len() - 1];
        match self.kind() {
            Kind::Word => Some(raw.into()),
            Kind::Quoted => Some(inside().into()),
            Kind::Escaped => Some(scalar::unescape(inside()).into()),
            _ => None,
        }
    }

    /// A name's text.
    pub(crate) fn name(self) -> Cow<'a, str> {
        self.as_text().unwrap_or_default()
    }

    /// An integer's value.
    pub(crate) fn integer(self) -> i128 {
        // The parser refused those that do not fit.
        scalar::parse_integer(self.raw()).unwrap_or_default()
    }

    pub(crate) fn children(self) -> Children<'t, 'a> {
        let end = self.at + self.node().size as usize;
        Children { text: self.text, tree: self.tree, at: self.at + 1, end }
    }

    /// A map's names with their values.
    pub(crate) fn entries(self) -> impl Iterator<Item = (Cursor<'t, 'a>, Cursor<'t, 'a>)> {
        let mut children = self.children();
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// A table's columns.
    pub(crate) fn columns(self) -> Children<'t, 'a> {
        Cursor { at: self.at + 1, ..self }.children()
    }

    /// A table's rows.
    pub(crate) fn rows(self) -> Children<'t, 'a> {
        let mut children = self.children();
        children.next();
        children
    }

    /// Says that `error` is about this node, if it does not say something more
    /// exact.
    pub(crate) fn blame(self, error: Error) -> Error {
        error.or_at(self.text, self.start(), self.end())
    }
}

/// Nodes with the same parent.
#[derive(Clone)]
pub(crate) struct Children<'t, 'a> {
    text: &'a str,
    tree: &'t Tree,
    at: usize,
    end: usize,
}

impl<'t, 'a> Iterator for Children<'t, 'a> {
    type Item = Cursor<'t, 'a>;

    fn next(&mut self) -> Option<Cursor<'t, 'a>> {
        if self.at >= self.end {
            return None;
        }
        let cursor = Cursor { text: self.text, tree: self.tree, at: self.at };
        self.at += cursor.node().size as usize;
        Some(cursor)
    }
}
