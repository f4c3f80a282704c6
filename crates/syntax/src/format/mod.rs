//! `simple fmt`: a program in canonical layout.
//!
//! Only white space changes, and the commas after the last element of a list
//! and after fields or variants on lines of their own. What is kept as it was
//! written: line breaks after operators and before `.`, blank lines (one at
//! most), the rows of a bracketed list whose opening bracket ends its line,
//! and every string and comment.
//!
//! The printer works on the tokens, whose balance the lexer guarantees, so
//! that nothing can be lost: blocks become lines at four spaces a level, and
//! a bracket whose content does not fit into [`WIDTH`] columns is broken into
//! one element a line.

mod align;
mod block;
mod group;
mod measure;
mod spacing;

use simple_source::{Diagnostic, FileId, Interner};

use crate::lexer::lex;
use crate::parser::parse_tokens;
use crate::token::Tokens;
use measure::Measure;

/// The width that lines are kept within where brackets allow.
pub const WIDTH: usize = 100;

/// The spaces of one level.
const STEP: usize = 4;

/// The text of a file in canonical layout. `base` is the session position of
/// its first byte.
///
/// # Errors
/// The file's diagnostics if it has mistakes: what is not understood is not
/// touched.
pub fn format(text: &str, base: u32, interner: &Interner) -> Result<String, Vec<Diagnostic>> {
    let (tokens, diagnostics) = lex(text, base, interner);
    let (ast, diagnostics) = parse_tokens(text, base, FileId(0), interner, &tokens, diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(diagnostics);
    }
    let mut printer = Printer {
        text,
        tokens: &tokens,
        measure: Measure::new(text, &tokens, &ast.bare_arguments),
        out: String::with_capacity(text.len() + text.len() / 8),
        column: 0,
        line_indent: 0,
        at_line_start: true,
        comment: 0,
        last_end: 0,
        trailing: Vec::new(),
    };
    printer.file();
    Ok(align::trailing_comments(&printer.out, &printer.trailing))
}

/// The output and how far it has got.
struct Printer<'a> {
    text: &'a str,
    tokens: &'a Tokens,
    measure: Measure,
    out: String,
    /// Characters on the current line of the output.
    column: usize,
    /// Indentation of the current line of the output.
    line_indent: usize,
    /// Whether nothing but indentation stands on it.
    at_line_start: bool,
    /// The next comment to print.
    comment: usize,
    /// Where what was printed last ends in the text.
    last_end: usize,
    /// Where in the output comments at the end of a line begin.
    trailing: Vec<usize>,
}

impl Printer<'_> {
    /// Ends the current line, if it has anything, and begins one that is
    /// indented by `indent`.
    fn new_line(&mut self, indent: usize) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.line_indent = indent;
        self.column = indent;
        self.at_line_start = true;
    }

    /// An empty line, unless there is one already.
    fn blank_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            if !self.out.ends_with('\n') {
                self.out.push('\n');
            }
            self.out.push('\n');
        }
    }

    /// Appends text without a line break.
    fn write(&mut self, text: &str) {
        if self.at_line_start {
            self.out.extend(std::iter::repeat_n(' ', self.line_indent));
            self.at_line_start = false;
        }
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    /// Appends source text as it is, line breaks of a string included.
    fn write_source(&mut self, start: usize, end: usize) {
        let source = &self.text[start..end];
        let mut lines = source.split('\n');
        if let Some(first) = lines.next() {
            self.write(
                first.strip_suffix('\r').filter(|_| end > start + first.len()).unwrap_or(first),
            );
        }
        let count = source.matches('\n').count();
        for (index, line) in lines.enumerate() {
            let is_last = index + 1 == count;
            let line = if is_last { line } else { line.strip_suffix('\r').unwrap_or(line) };
            self.out.push('\n');
            self.out.push_str(line);
            self.column = line.chars().count();
        }
    }

    /// Whether a line break stands in the text between `from` and `to`.
    fn breaks_between(&self, from: usize, to: usize) -> usize {
        self.text.as_bytes()[from.min(to)..to].iter().filter(|b| **b == b'\n').count()
    }

    // ---- comments ----------------------------------------------------------

    /// The next comment, if it stands before `offset`.
    fn comment_before(&self, offset: usize) -> Option<(usize, usize)> {
        let comment = self.tokens.comments.get(self.comment)?;
        let (start, end) = (comment.start as usize, comment.end as usize);
        (start < offset).then_some((start, end))
    }

    /// Prints the comment on the line of what was printed last, if there is
    /// one before `offset`.
    fn trailing_comment(&mut self, offset: usize) {
        let Some((start, end)) = self.comment_before(offset) else { return };
        if self.at_line_start || self.breaks_between(self.last_end, start) > 0 {
            return;
        }
        self.write("  ");
        self.trailing.push(self.out.len());
        self.print_comment(start, end);
    }

    /// Prints comments before `offset` on lines of their own, indented by
    /// `indent`. Blank lines before them are kept.
    fn own_line_comments(&mut self, offset: usize, indent: usize) {
        while let Some((start, end)) = self.comment_before(offset) {
            if self.breaks_between(self.last_end, start) > 1 && self.last_end > 0 {
                self.blank_line();
            }
            self.new_line(indent);
            self.print_comment(start, end);
        }
    }

    fn print_comment(&mut self, start: usize, end: usize) {
        let text = self.text[start..end].trim_end();
        self.write(text);
        self.comment += 1;
        self.last_end = end;
    }
}
