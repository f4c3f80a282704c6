//! What later stages shall not look at.
//!
//! After most mistakes the parser goes on as if the right thing had been
//! written. Where it cannot know what was meant, the statement around the
//! mistake is spoilt: its tree says something that nobody meant, and whatever
//! is wrong with that is no mistake of its own. Such a statement becomes an
//! error node, and so does a function whose head is spoilt; the names in them
//! may have been declared there.

use simple_source::{Diagnostic, Span};

use super::Parser;
use crate::ast::{ItemKind, StmtId, StmtKind};
use crate::codes;

/// A mistake after which the meaning is not clear.
pub(super) struct Spoil {
    /// Where it is.
    pub(super) at: u32,
    /// Whether a function in whose head it is says nothing any more.
    pub(super) spoils_head: bool,
}

impl Parser<'_> {
    /// Notes that what stands around `at` says nothing.
    #[cold]
    pub(super) fn spoil(&mut self, at: u32) {
        self.spoils.push(Spoil { at, spoils_head: true });
    }

    /// Notes what the lexer could not read. Where it knew what was meant, all
    /// is well.
    pub(super) fn lexers_spoils(&mut self, diagnostics: &[Diagnostic]) {
        const UNREADABLE: [&str; 6] = [
            codes::INCONSISTENT_INDENTATION.id,
            codes::INVALID_CHARACTER.id,
            codes::UNTERMINATED_STRING.id,
            codes::UNCLOSED_INTERPOLATION.id,
            codes::UNCLOSED_BRACKET.id,
            codes::UNMATCHED_BRACKET.id,
        ];
        let unreadable = diagnostics.iter().filter(|found| UNREADABLE.contains(&found.code.id));
        self.spoils
            .extend(unreadable.map(|found| Spoil { at: found.primary.span.lo, spoils_head: true }));
    }

    /// Makes error nodes of what was spoilt.
    pub(super) fn forget_spoilt(&mut self) {
        let mut stmts: Vec<(Span, StmtId)> =
            self.ast.stmts_mut().iter_enumerated().map(|(id, stmt)| (stmt.span, id)).collect();
        stmts.sort_by_key(|(span, _)| (span.lo, std::cmp::Reverse(span.hi)));
        for Spoil { at, spoils_head } in std::mem::take(&mut self.spoils) {
            // The last that begins before it and reaches it is the innermost.
            let before = stmts.partition_point(|(span, _)| span.lo <= at);
            let around =
                stmts[..before].iter().rev().find(|(span, _)| at <= self.line_end(span.hi));
            if let Some(&(span, id)) = around {
                self.ast.stmts_mut()[id].kind = StmtKind::Error;
                self.ast.lost.push(Span::new(span.lo, self.line_end(span.hi)));
            } else {
                self.forget_declaration(at, spoils_head);
            }
        }
        let Self { ast, .. } = self;
        let items: Vec<Span> = ast
            .items_mut()
            .iter()
            .filter(|item| matches!(item.kind, ItemKind::Error))
            .map(|item| item.span)
            .collect();
        for span in items {
            let whole = Span::new(span.lo, self.line_end(span.hi));
            self.ast.lost.push(whole);
        }
        let errors = self.ast.stmts_mut().iter().filter(|stmt| stmt.kind == StmtKind::Error);
        let errors: Vec<Span> = errors.map(|stmt| stmt.span).collect();
        self.ast.lost.extend(errors);
        self.ast.lost.sort_unstable_by_key(|span| (span.lo, span.hi));
        self.ast.lost.dedup();
    }

    /// A function whose head is spoilt says nothing; of other declarations
    /// only the line is lost.
    fn forget_declaration(&mut self, at: u32, spoils_head: bool) {
        let mut innermost = None;
        for (id, item) in self.ast.items_mut().iter_enumerated() {
            let Span { lo, hi } = item.span;
            if lo <= at && at <= hi && innermost.is_none_or(|(least, _)| least <= lo) {
                innermost = Some((lo, id));
            }
        }
        if let Some((_, id)) = innermost
            && matches!(self.ast.item(id).kind, ItemKind::Function(_))
        {
            if spoils_head {
                self.ast.items_mut()[id].kind = ItemKind::Error;
            }
            return;
        }
        let line = Span::new(self.line_start(at), self.line_end(at));
        self.ast.lost.push(line);
    }

    fn line_start(&self, at: u32) -> u32 {
        let offset = (at - self.base) as usize;
        let mut before = self.text.as_bytes()[..offset.min(self.text.len())].iter();
        self.base + before.rposition(|byte| *byte == b'\n').map_or(0, |end| end as u32 + 1)
    }

    fn line_end(&self, at: u32) -> u32 {
        let offset = ((at - self.base) as usize).min(self.text.len());
        let rest = self.text.as_bytes()[offset..].iter();
        let length = rest.clone().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        self.base + (offset + length) as u32
    }
}
