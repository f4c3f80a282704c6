//! Tokens and trees as text, for `--emit tokens` and `--emit ast` and for
//! tests: one token or node a line, children indented by two spaces.
//!
//! The form is stable. Positions are left out of trees, so that a change of
//! layout alone does not show.

mod expr;
mod item;
mod ty;

use simple_source::{Interner, Symbol};

use crate::ast::Ast;
use crate::token::{TokenKind, Tokens};

/// The tokens of a file: `line:column kind text`.
pub fn dump_tokens(text: &str, tokens: &Tokens) -> String {
    let mut out = String::new();
    let (mut line, mut line_start, mut at) = (1, 0, 0);
    for index in 0..tokens.len() {
        let range = tokens.range(index);
        for (offset, byte) in text.as_bytes()[at..range.start].iter().enumerate() {
            if *byte == b'\n' {
                line += 1;
                line_start = at + offset + 1;
            }
        }
        at = range.start;
        let column = text[line_start..at].chars().count() + 1;
        let kind = tokens.kind(index);
        let shown = &text[range];
        let is_quoted = matches!(
            kind,
            TokenKind::Str | TokenKind::StrText | TokenKind::SpecText | TokenKind::Invalid
        );
        out += &format!("{line}:{column} {}", kind.name());
        if !shown.is_empty() {
            out.push(' ');
            out += &if is_quoted { format!("{shown:?}") } else { shown.to_owned() };
        }
        out.push('\n');
    }
    out
}

/// The tree of a file.
pub fn dump_ast(ast: &Ast, interner: &Interner) -> String {
    let mut dump = Dump { ast, interner, out: String::new(), depth: 0 };
    for item in &ast.items {
        dump.item(*item);
    }
    dump.out
}

struct Dump<'a> {
    ast: &'a Ast,
    interner: &'a Interner,
    out: String,
    depth: usize,
}

impl<'a> Dump<'a> {
    fn text(&self, symbol: Symbol) -> &'a str {
        self.interner.resolve(symbol)
    }

    /// A line at the current depth.
    fn line(&mut self, text: &str) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// A line, and lines below it made by `children`.
    fn nest(&mut self, text: &str, children: impl FnOnce(&mut Self)) {
        self.line(text);
        self.depth += 1;
        children(self);
        self.depth -= 1;
    }
}
