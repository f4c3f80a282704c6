//! One layout for texts that people write, comments included.
//!
//! Words stay as they were written; spaces, indentation, blank lines and line
//! ends become what they should be. Brackets that span lines get a line an item.

use crate::document::dash_after;
use crate::error::Error;
use crate::parse;
use crate::print::INDENT;
use crate::tree::{Cursor, Kind, Tree};

/// The text in the layout of `simple sdn fmt`. It means the same, has the same
/// comments, and formatting it again changes nothing.
pub fn format(text: &str) -> Result<String, Error> {
    Ok(format_tree(text, &parse::parse(text)?))
}

pub(crate) fn format_tree(text: &str, tree: &Tree) -> String {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut formatter =
        Formatter { text, tree, out: String::new(), comment: 0, last: start, breaks: 0 };
    if let Some(root) = Cursor::root(text, tree) {
        formatter.line(0, root.start());
        formatter.value(root, 0);
    }
    formatter.own_comments(0, text.len());
    if !formatter.out.is_empty() {
        formatter.out.push('\n');
    }
    formatter.out
}

struct Formatter<'a> {
    text: &'a str,
    tree: &'a Tree,
    out: String,
    /// The next comment.
    comment: usize,
    /// Where in the source what was written last ended.
    last: usize,
    /// Only so that the first line has no break before it.
    breaks: usize,
}

impl Formatter<'_> {
    /// Begins a line for what is at `start` in the source, after the comments
    /// before it.
    fn line(&mut self, column: usize, start: usize) {
        self.own_comments(column, start);
        self.line_break(column, start);
    }

    /// Writes the comments that begin before `before`, each on a line.
    fn own_comments(&mut self, column: usize, before: usize) {
        while let Some((start, end)) = self.next_comment()
            && start < before
        {
            self.own_comment(column, start, end);
        }
    }

    fn next_comment(&self) -> Option<(usize, usize)> {
        self.tree.comments.get(self.comment).map(|(start, end)| (*start as usize, *end as usize))
    }

    fn own_comment(&mut self, column: usize, start: usize, end: usize) {
        self.line_break(column, start);
        self.out.push_str(self.text[start..end].trim_end());
        self.comment += 1;
        self.last = self.last.max(end);
    }

    fn line_break(&mut self, column: usize, start: usize) {
        if self.breaks > 0 {
            let between = self.text.get(self.last..start).unwrap_or_default();
            // A blank line stays, more become one.
            if between.bytes().filter(|byte| *byte == b'\n').count() > 1 {
                self.out.push('\n');
            }
            self.out.push('\n');
        }
        self.breaks += 1;
        self.out.extend(std::iter::repeat_n(' ', column));
    }

    /// What ended at `end` in the source was written: its comment follows, if
    /// one stands on its line.
    fn trailing(&mut self, end: usize) {
        self.last = self.last.max(end);
        if let Some((start, comment_end)) = self.next_comment()
            && let Some(between) = self.text.get(end..start)
            && between.bytes().all(|byte| matches!(byte, b' ' | b','))
        {
            self.out.push_str("  ");
            self.out.push_str(self.text[start..comment_end].trim_end());
            self.comment += 1;
            self.last = comment_end;
        }
    }

    /// Comments at the end of a block whose lines began in `source_column`.
    fn block_comments(&mut self, column: usize, source_column: usize) {
        while let Some((start, end)) = self.next_comment() {
            let between = self.text.get(self.last..start).unwrap_or_default();
            let belongs = between.bytes().all(|byte| byte.is_ascii_whitespace())
                && self.source_column(start) >= source_column;
            if !belongs {
                break;
            }
            self.own_comment(column, start, end);
        }
    }

    fn source_column(&self, offset: usize) -> usize {
        let line = self.text[..offset].rfind('\n').map_or(0, |at| at + 1);
        self.text[line..offset].trim_start_matches('\u{feff}').len()
    }

    /// A value that begins here, in `column`.
    fn value(&mut self, node: Cursor<'_, '_>, column: usize) {
        match node.kind() {
            Kind::BlockMap => {
                for (index, (name, value)) in node.entries().enumerate() {
                    if index > 0 {
                        self.line(column, name.start());
                    }
                    self.entry(name, value, column);
                }
                self.block_comments(column, self.source_column(node.start()));
            }
            Kind::BlockList => {
                let mut end = node.start();
                for (index, item) in node.children().enumerate() {
                    let dash = dash_after(self.text, end);
                    if index > 0 {
                        self.line(column, dash);
                    }
                    self.item(item, dash, column);
                    end = item.end();
                }
                self.block_comments(column, self.source_column(node.start()));
            }
            Kind::Table => self.table(node, column),
            _ => {
                self.inline(node, column);
                self.trailing(node.end());
            }
        }
    }

    fn entry(&mut self, name: Cursor<'_, '_>, value: Cursor<'_, '_>, column: usize) {
        self.out.push_str(name.raw());
        match value.kind() {
            Kind::Table => {
                self.out.push(' ');
                self.table(value, column);
            }
            Kind::BlockMap | Kind::BlockList => {
                self.out.push(':');
                self.trailing(name.end() + 1);
                self.line(column + INDENT, value.start());
                self.value(value, column + INDENT);
            }
            _ => {
                self.out.push_str(": ");
                self.value(value, column);
            }
        }
    }

    fn item(&mut self, item: Cursor<'_, '_>, dash: usize, column: usize) {
        self.out.push('-');
        let commented = self.next_comment().is_some_and(|(start, _)| start < item.start());
        if commented {
            self.trailing(dash + 1);
            self.line(column + 2, item.start());
        } else {
            self.out.push(' ');
        }
        self.value(item, column + 2);
    }

    fn table(&mut self, table: Cursor<'_, '_>, column: usize) {
        self.out.push('|');
        let mut head_end = table.start();
        for (index, name) in table.columns().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            self.out.push_str(name.raw());
            head_end = name.end();
        }
        self.out.push('|');
        // Only spaces stand between the last name and the `|`.
        head_end += self.text[head_end..].find('|').map_or(0, |at| at + 1);
        self.trailing(head_end);
        let mut source_column = None;
        for row in table.rows() {
            source_column.get_or_insert_with(|| self.source_column(row.start()));
            self.line(column + INDENT, row.start());
            for (index, cell) in row.children().enumerate() {
                if index > 0 {
                    self.out.push_str(", ");
                }
                self.inline(cell, column + INDENT);
            }
            self.trailing(row.end());
        }
        if let Some(source_column) = source_column {
            self.block_comments(column + INDENT, source_column);
        }
    }

    /// A scalar or brackets, in a line that is indented by `column`.
    fn inline(&mut self, node: Cursor<'_, '_>, column: usize) {
        let (opening, closing) = match node.kind() {
            Kind::InlineList => ('[', ']'),
            Kind::InlineMap => ('{', '}'),
            _ => return self.out.push_str(node.raw()),
        };
        let is_list = node.kind() == Kind::InlineList;
        self.out.push(opening);
        // A comment ends with its line, so brackets with one span lines too.
        let spans_lines = node.raw().contains('\n');
        if spans_lines {
            self.trailing(node.start() + 1);
        }
        let mut children = node.children();
        let mut first = true;
        while let Some(child) = children.next() {
            if spans_lines {
                self.line(column + INDENT, child.start());
            } else if !first {
                self.out.push_str(", ");
            }
            first = false;
            let mut value = child;
            if !is_list {
                self.out.push_str(child.raw());
                self.out.push_str(": ");
                value = children.next().unwrap_or(child);
            }
            self.inline(value, column + INDENT);
            if spans_lines {
                self.out.push(',');
                self.trailing(value.end());
            }
        }
        if spans_lines {
            self.own_comments(column + INDENT, node.end());
            if first && self.text[node.start() + 1..node.end() - 1].trim().is_empty() {
                // Nothing at all is in the brackets.
                self.out.push(closing);
                return;
            }
            // No blank line before the closing bracket.
            self.last = node.end();
            self.line_break(column, node.end());
        }
        self.out.push(closing);
    }
}
