//! Reporting mistakes, and finding firm ground after one.

use simple_source::{Applicability, Code, Diagnostic, Span, sym};

use super::Parser;
use super::spoilt::Spoil;
use crate::ast::Name;
use crate::codes;
use crate::limits::MAX_DIAGNOSTICS;
use crate::token::TokenKind;

impl Parser<'_> {
    /// Reports a mistake and starts panicking.
    #[cold]
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        let at = diagnostic.primary.span.lo;
        // What a head's type was to be is unknown, but not that it is a type.
        let spoils_head = diagnostic.code.id != codes::EXPECTED_TYPE.id;
        let before = self.diagnostics.len();
        self.note(diagnostic);
        if self.diagnostics.len() > before {
            self.spoils.push(Spoil { at, spoils_head });
        }
        self.panicking = true;
    }

    /// Reports a mistake whose meaning is clear: parsing goes on as if the
    /// right thing had been written.
    #[cold]
    pub(super) fn note(&mut self, diagnostic: Diagnostic) {
        if self.is_lexers_fault() {
            self.muted = true;
            self.spoil(self.lo());
        }
        if !self.panicking && !self.muted && self.diagnostics.len() < 2 * MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether the current token exists only because the lexer mended
    /// something, and reported that.
    fn is_lexers_fault(&self) -> bool {
        use TokenKind::*;
        match self.kind() {
            Invalid => true,
            RParen | RBracket | RBrace | InterpClose => self.tokens.range(self.pos).is_empty(),
            // A block in braces whose lines are not indented.
            Newline => {
                self.pos > 0
                    && self.token_text(self.pos - 1) == "{"
                    && self.kinds[self.pos - 1] == Colon
            }
            _ => {
                // Something later in the line: a string that swallowed the rest.
                self.rest_of_line(0).contains(&Invalid)
            }
        }
    }

    /// What stands at the current position, for a message.
    pub(super) fn found(&self) -> String {
        use TokenKind::*;
        let kind = self.kind();
        let text = self.token_text(self.pos);
        match kind {
            Ident | Int | Float if text.len() <= 40 => format!("`{text}`"),
            _ if kind.is_keyword() => format!("the keyword `{text}`"),
            _ => kind.describe(),
        }
    }

    /// Reports that `what` was expected here.
    #[cold]
    pub(super) fn expected(&mut self, code: &'static Code, what: &str) {
        let found = self.found();
        let diagnostic =
            Diagnostic::error(code, self.span(), format!("expected {what}, found {found}"))
                .label(format!("expected {what}"));
        self.report(diagnostic);
    }

    /// Passes `kind` or reports that it is missing.
    #[inline]
    pub(super) fn expect(&mut self, kind: TokenKind) -> bool {
        if self.eat(kind) {
            return true;
        }
        self.expected(&codes::EXPECTED_TOKEN, &kind.describe());
        false
    }

    /// A name, of `what`.
    #[inline]
    pub(super) fn name(&mut self, what: &str) -> Name {
        if self.at(TokenKind::Ident) {
            let name = Name { symbol: self.symbol(), span: self.span() };
            self.bump();
            return name;
        }
        self.missing_name(what)
    }

    /// A name where `var` is one too, because it can mean nothing else there:
    /// after `fn`, after a dot and in a `use`. `std.env` has a function of
    /// that name.
    #[inline]
    pub(super) fn name_or_var(&mut self, what: &str) -> Name {
        if self.at(TokenKind::Var) {
            let name = Name { symbol: sym::VAR, span: self.span() };
            self.bump();
            return name;
        }
        self.name(what)
    }

    #[cold]
    fn missing_name(&mut self, what: &str) -> Name {
        let name = self.no_name();
        let kind = self.kind();
        if !kind.is_keyword() {
            self.expected(&codes::EXPECTED_NAME, what);
            return name;
        }
        let text = kind.text();
        let span = self.span();
        let other = format!("{text}_");
        let diagnostic = Diagnostic::error(
            &codes::EXPECTED_NAME,
            span,
            format!("expected {what}, found the keyword `{text}`"),
        )
        .label("a keyword cannot be a name")
        .suggest(format!("write `{other}`"), span, other, Applicability::Maybe);
        // The keyword certainly stands for the name if what follows fits one.
        use TokenKind::*;
        if matches!(
            self.nth(1),
            Eq | Colon | LParen | Comma | RParen | Dot | In | Newline | RBracket
        ) {
            self.note(diagnostic);
            let name = Name { symbol: self.symbol(), span };
            self.bump();
            return name;
        }
        self.report(diagnostic);
        name
    }

    // ---- firm ground -------------------------------------------------------

    /// Skips to one of `stops` in the same brackets and block, or to the end
    /// of those.
    pub(super) fn skip_to(&mut self, stops: &[TokenKind]) {
        use TokenKind::*;
        let mut depth = 0usize;
        loop {
            let kind = self.kind();
            match kind {
                Eof => return,
                _ if depth == 0 && stops.contains(&kind) => return,
                LParen | LBracket | LBrace | HashBracket | InterpOpen | StrStart | Indent => {
                    depth += 1
                }
                RParen | RBracket | RBrace | InterpClose | StrEnd | Dedent => {
                    if depth == 0 {
                        return;
                    }
                    depth -= 1;
                }
                _ => {}
            }
            self.bump();
        }
    }

    /// After a mistake in a bracketed list: skips to the next separator or
    /// the list's end. Returns whether a mistake had been made.
    pub(super) fn recover_in_list(&mut self) {
        if self.panicking {
            self.skip_to(&[TokenKind::Comma]);
            self.panicking = false;
        }
    }

    /// Passes the closing bracket `close`, which the lexer guarantees, after
    /// anything that should not stand before it.
    pub(super) fn close(&mut self, close: TokenKind, what: &str) {
        self.skip_owed_dedents();
        if !self.at(close) {
            if !self.panicking {
                self.unexpected_in_brackets(close, what);
            }
            self.skip_to(&[]);
            // A block that began and did not end in these brackets.
            while matches!(self.kind(), TokenKind::Dedent) && self.owed_dedents > 0 {
                self.skip_owed_dedents();
                self.skip_to(&[]);
            }
        }
        if self.eat(close) {
            self.panicking = false;
        }
    }

    /// Passes what remains of blocks that ended at a comma.
    #[inline]
    pub(super) fn skip_owed_dedents(&mut self) {
        while self.owed_dedents > 0 {
            match self.kind() {
                TokenKind::Newline => self.bump(),
                TokenKind::Dedent => {
                    self.bump();
                    self.owed_dedents -= 1;
                }
                _ => return,
            }
        }
    }

    /// Ends a statement: passes its line end, or reports what stands there
    /// instead and skips the rest.
    #[inline]
    pub(super) fn end_statement(&mut self) {
        if !self.panicking && !self.muted {
            match self.kind() {
                TokenKind::Newline => return self.bump(),
                TokenKind::Dedent | TokenKind::Eof => return,
                _ if self.after_block() => return,
                // A comma that ends a block in brackets.
                TokenKind::Comma if self.brackets > 0 => return,
                _ => self.unexpected_after_statement(),
            }
        }
        self.sync_statement();
    }

    /// Skips to the next statement.
    #[cold]
    pub(super) fn sync_statement(&mut self) {
        self.panicking = false;
        self.muted = false;
        if self.after_block() && !self.at(TokenKind::Newline) && self.pos > self.statement_start {
            return;
        }
        loop {
            self.skip_to(&[TokenKind::Newline]);
            // A closing bracket cannot end the skipping between statements,
            // unless it ends the block too.
            use TokenKind::*;
            match self.kind() {
                RParen | RBracket | RBrace | InterpClose | StrEnd if self.brackets == 0 => {
                    self.bump()
                }
                _ => break,
            }
        }
        if self.eat(TokenKind::Newline) && self.at(TokenKind::Indent) {
            self.skip_block();
        }
    }

    /// Skips an indented block.
    pub(super) fn skip_block(&mut self) {
        self.bump();
        self.skip_to(&[]);
        self.eat(TokenKind::Dedent);
    }

    /// A span of no length right after the token before.
    pub(super) fn insertion(&self) -> Span {
        Span::new(self.prev_hi(), self.prev_hi())
    }
}
