//! What stands in brackets: tuples, lists, dicts, sets and comprehensions.

use simple_source::{Applicability, Diagnostic, Span};

use super::Parser;
use crate::ast::{Clause, Expr, ExprId, List, Pair};
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    /// `()`, `(a)`, `(a,)`, `(a, b)`
    pub(super) fn parenthesised(&mut self) -> ExprId {
        let lo = self.lo();
        self.bump();
        if self.eat(TokenKind::RParen) {
            return self.add(Expr::Unit, lo);
        }
        let mark = self.scratch.exprs.len();
        let trailing_comma = self.in_brackets(|parser| {
            let comma = parser.elements(TokenKind::RParen);
            if parser.at(TokenKind::For) && !parser.panicking {
                parser.foreign_generator();
            }
            parser.close(TokenKind::RParen, "tuple");
            comma
        });
        let expr = match self.scratch.exprs[mark..] {
            [only] if !trailing_comma => {
                self.scratch.exprs.truncate(mark);
                Expr::Paren(only)
            }
            _ => Expr::Tuple(self.take_exprs(mark)),
        };
        self.add(expr, lo)
    }

    /// Expressions separated by commas up to `close`, pushed on the scratch
    /// list. Returns whether the last one is followed by a comma.
    fn elements(&mut self, close: TokenKind) -> bool {
        let mut comma = false;
        while !self.at(close) {
            let value = self.expr();
            self.scratch.exprs.push(value);
            self.skip_owed_dedents();
            self.recover_in_list();
            comma = self.eat(TokenKind::Comma);
            self.skip_owed_dedents();
            if !comma {
                break;
            }
        }
        comma
    }

    /// `[]`, `[a, b]`, `[v; n]`, `[e for p in xs if c]`
    pub(super) fn list(&mut self) -> ExprId {
        let lo = self.lo();
        self.bump();
        let mark = self.scratch.exprs.len();
        let expr = self.in_brackets(|parser| {
            let comma = parser.elements(TokenKind::RBracket);
            let count = parser.scratch.exprs.len() - mark;
            let expr = match parser.kind() {
                TokenKind::Semicolon if count == 1 && !comma => {
                    parser.bump();
                    let count = parser.expr();
                    let value = parser.take_element(mark);
                    Expr::Repeat { value, count }
                }
                TokenKind::For if count == 1 && !comma => {
                    let clauses = parser.clauses();
                    let element = parser.take_element(mark);
                    Expr::ListComp { element, clauses }
                }
                _ => Expr::List(parser.take_exprs(mark)),
            };
            parser.close(TokenKind::RBracket, "element");
            expr
        });
        self.add(expr, lo)
    }

    /// The single expression above `mark`.
    fn take_element(&mut self, mark: usize) -> ExprId {
        let element = self.scratch.exprs[mark];
        self.scratch.exprs.truncate(mark);
        element
    }

    /// `{}`, `{k: v}`, `{a, b}` and their comprehensions.
    pub(super) fn braced(&mut self) -> ExprId {
        let lo = self.lo();
        self.bump();
        let expr = self.in_brackets(|parser| {
            let expr = parser.dict_or_set();
            parser.close(TokenKind::RBrace, "element");
            expr
        });
        self.add(expr, lo)
    }

    fn dict_or_set(&mut self) -> Expr {
        if self.at(TokenKind::RBrace) {
            return Expr::Dict(List::EMPTY);
        }
        let first = self.expr();
        self.skip_owed_dedents();
        if self.at(TokenKind::Colon) && !self.panicking {
            return self.dict(first);
        }
        let mark = self.scratch.exprs.len();
        self.scratch.exprs.push(first);
        self.recover_in_list();
        if self.at(TokenKind::For) {
            let clauses = self.clauses();
            let element = self.take_element(mark);
            return Expr::SetComp { element, clauses };
        }
        if self.eat(TokenKind::Comma) {
            self.skip_owed_dedents();
            self.elements(TokenKind::RBrace);
        }
        Expr::Set(self.take_exprs(mark))
    }

    /// A dict from the colon after its first key.
    fn dict(&mut self, first: ExprId) -> Expr {
        let mark = self.scratch.pairs.len();
        let mut key = first;
        loop {
            let value = if self.expect(TokenKind::Colon) { self.expr() } else { self.error_expr() };
            self.skip_owed_dedents();
            self.scratch.pairs.push(Pair { key, value });
            self.recover_in_list();
            if self.at(TokenKind::For) && self.scratch.pairs.len() == mark + 1 {
                let clauses = self.clauses();
                let pair = self.take_pairs(mark);
                return Expr::DictComp { pair, clauses };
            }
            let comma = self.eat(TokenKind::Comma);
            self.skip_owed_dedents();
            if !comma || self.at(TokenKind::RBrace) {
                return Expr::Dict(self.take_pairs(mark));
            }
            key = self.expr();
            self.skip_owed_dedents();
        }
    }

    fn take_pairs(&mut self, mark: usize) -> List<Pair> {
        let list = self.ast.add_list(&self.scratch.pairs[mark..]);
        self.scratch.pairs.truncate(mark);
        list
    }

    /// `for p in xs if c for q in ys`
    fn clauses(&mut self) -> List<Clause> {
        let mut clauses = Vec::new();
        loop {
            match self.kind() {
                TokenKind::For => {
                    self.bump();
                    let (pat, iterable) = self.for_header();
                    clauses.push(Clause::For { pat, iterable });
                }
                TokenKind::If => {
                    self.bump();
                    let condition = self.condition();
                    clauses.push(Clause::If(condition));
                }
                _ => break,
            }
            self.skip_owed_dedents();
        }
        self.ast.add_list(&clauses)
    }

    /// Something that neither separates elements nor closes the brackets.
    #[cold]
    pub(super) fn unexpected_in_brackets(&mut self, close: TokenKind, what: &str) {
        use TokenKind::*;
        let close = close.text();
        if self.tokens.range(self.pos).is_empty() && !matches!(self.kind(), Eof) {
            // The lexer closed something here.
            self.muted |= matches!(self.kind(), Invalid);
        }
        let at_literal = matches!(self.kind(), Str | StrStart);
        if at_literal && matches!(self.kinds[self.pos - 1], Str | StrEnd) {
            return self.adjacent_strings();
        }
        match self.kind() {
            If => return self.foreign_ternary(),
            FatArrow => {
                let diagnostic = Diagnostic::error(
                    &codes::FOREIGN_EXPRESSION,
                    self.span(),
                    "a lambda is not written with `=>`",
                )
                .label(format!("expected `,` or `{close}`"))
                .note("write `\\x: …` or `\\a, b: …`");
                return self.report(diagnostic);
            }
            Eq => {
                let diagnostic = Diagnostic::error(
                    &codes::ASSIGN_IN_CONDITION,
                    self.span(),
                    "an assignment is a statement and has no value",
                )
                .label(format!("expected `,` or `{close}`"))
                .note("`==` compares");
                return self.report(diagnostic);
            }
            _ => {}
        }
        let found = self.found();
        let mut diagnostic = Diagnostic::error(
            &codes::EXPECTED_TOKEN,
            self.span(),
            format!("expected `,` or `{close}`, found {found}"),
        );
        let before = self.insertion();
        let follows_operand = super::expr::starts_expr(self.kind());
        diagnostic = if follows_operand && what != "index" {
            diagnostic.label(format!("expected `,` or `{close}` before this")).suggest(
                format!("separate the {what}s"),
                before,
                ",",
                Applicability::Maybe,
            )
        } else {
            diagnostic.label(format!("expected `,` or `{close}`"))
        };
        self.report(diagnostic);
    }

    /// `"a" "b"`
    #[cold]
    pub(super) fn adjacent_strings(&mut self) {
        let at = self.insertion();
        let diagnostic = Diagnostic::error(
            &codes::EXPECTED_TOKEN,
            self.span(),
            "strings side by side are not joined",
        )
        .label("expected an operator or `,` before this")
        .also(Span::new(self.prev_span().lo, at.hi), "after this string")
        .suggest("join them with `+`", at, " +", Applicability::Maybe);
        self.report(diagnostic);
    }
}
