//! Expressions, types and loop headers of other languages.

use simple_source::{Applicability, Diagnostic, Span, Suggestion};

use crate::ast::{Expr, ExprId, Pat, PatId, PatKind};
use crate::codes;
use crate::parser::Parser;
use crate::parser::expr::MAX_SUGGESTED;
use crate::token::TokenKind;

impl Parser<'_> {
    /// Whether the `?` here begins C's `c ? a : b` rather than ending an operand.
    #[inline]
    pub(in crate::parser) fn is_foreign_conditional(&self) -> bool {
        use TokenKind::*;
        let begins = match self.nth(1) {
            Ident | Int | Float | Str | StrStart | True | False | Nil | SelfValue => true,
            Minus | LParen | LBracket | Not => self.has_gap(),
            _ => false,
        };
        begins && self.on_same_line(1) && self.rest_of_line_has(Colon)
    }

    /// `c ? a : b`, from the `?`; read as an `if`.
    #[cold]
    pub(in crate::parser) fn foreign_conditional(&mut self, lo: u32, condition: ExprId) -> ExprId {
        let question = self.span();
        let condition_text = self.snippet(self.ast.span(condition));
        self.bump();
        let then = self.expr();
        if self.panicking || !self.eat(TokenKind::Colon) {
            self.expected(&codes::EXPECTED_TOKEN, "an operator");
            return self.error_expr();
        }
        let otherwise = self.expr();
        let span = self.span_from(lo);
        let mut diagnostic = self
            .foreign_expression(question, "a choice between values is an `if` expression")
            .label("`?` only leaves a function early");
        if span.len() <= MAX_SUGGESTED {
            let (a, b) = (self.ast.span(then), self.ast.span(otherwise));
            let (a, b) = (self.snippet(a), self.snippet(b));
            let mut text = format!("if {condition_text}: {a} else: {b}");
            if self.at(TokenKind::InterpClose) {
                text = format!("({text})");
            }
            let message = format!("write `{text}`");
            diagnostic = diagnostic.suggest(message, span, text, Applicability::Maybe);
        }
        self.report(diagnostic);
        self.error_expr()
    }

    /// `x if c else y`, from the `if`.
    #[cold]
    pub(in crate::parser) fn foreign_ternary(&mut self) {
        let span = self.span();
        self.bump();
        self.expr();
        let has_else = self.at(TokenKind::Else);
        let diagnostic = self
            .foreign_expression(span, "a condition stands before the values, not between them")
            .label("expected the end of the expression")
            .note(if has_else {
                "write `if condition: x else: y`"
            } else {
                "write `if condition: statement`"
            });
        self.report(diagnostic);
    }

    /// `f(x for x in xs)` and `(x for x in xs)`, from the `for`.
    #[cold]
    pub(in crate::parser) fn foreign_generator(&mut self) {
        let span = self.span();
        let diagnostic = self
            .foreign_expression(span, "a comprehension stands in `[…]` or `{…}`")
            .label("not in parentheses")
            .note("`xs.map(f)` and `xs.filter(f)` on an iterator make no list in between");
        self.report(diagnostic);
        self.skip_to(&[]);
    }

    /// Whether Python's `lambda x: e` or Rust's `move |x| e` stands here.
    #[inline]
    pub(in crate::parser) fn is_foreign_lambda(&self) -> bool {
        if matches!(self.nth(1), TokenKind::Pipe | TokenKind::PipePipe) {
            return self.word(0) == "move";
        }
        matches!(self.nth(1), TokenKind::Ident | TokenKind::Colon)
            && self.symbol() == self.lambda_word
            && (self.nth(1) == TokenKind::Colon
                || matches!(self.nth(2), TokenKind::Colon | TokenKind::Comma))
    }

    /// `lambda x: e`; read as `\x: e`.
    #[cold]
    pub(in crate::parser) fn foreign_lambda(&mut self) -> ExprId {
        if self.word(0) == "move" {
            self.bump();
            return self.foreign_prefix(0);
        }
        let lo = self.lo();
        let rest = &self.kinds[self.pos..];
        let colon = rest.iter().position(|kind| *kind == TokenKind::Colon).unwrap_or(0);
        let span = Span::new(lo, self.tokens.span(self.pos + colon, self.base).hi);
        let params = self.snippet(Span::new(self.span().hi, span.hi)).trim_start();
        let text = format!("\\{params}");
        let diagnostic =
            self.foreign_expression(span, "a lambda begins with `\\`").label("expected `\\`");
        self.mend(diagnostic, span, &text);
        // The word stands where the backslash would.
        self.lambda()
    }

    /// `fn(x): e` as a value.
    #[cold]
    pub(in crate::parser) fn function_as_value(&mut self) {
        let span = self.span();
        let diagnostic = self
            .foreign_expression(span, "a function without a name is a lambda")
            .label("expected `\\`")
            .note("write `\\x: …` or `\\(x: i64) -> i64: …`; `fn` declares a function with a name");
        self.report(diagnostic);
    }

    /// Whether `Name { field: value }` stands here; `base` was parsed.
    pub(in crate::parser) fn is_foreign_struct_literal(&self, base: ExprId) -> bool {
        use TokenKind::*;
        let name = match self.ast.expr(base) {
            Expr::Name(symbol) => *symbol,
            Expr::Field { name, .. } => name.symbol,
            _ => return false,
        };
        let is_type = self.interner.resolve(name).starts_with(char::is_uppercase);
        let fields = matches!(
            (self.nth(1), self.nth(2)),
            (Ident, Colon | Comma | RBrace) | (DotDot, _) | (RBrace, _)
        );
        is_type && fields
    }

    #[cold]
    pub(in crate::parser) fn foreign_struct_literal(&mut self, base: ExprId) {
        let open = self.span();
        self.bump();
        let inside = self.lo();
        self.skip_to(&[]);
        let close = Span::new(self.prev_hi(), self.span().hi);
        self.eat(TokenKind::RBrace);
        let mut diagnostic = self
            .foreign_expression(open, "a value is made by a call, not with braces")
            .label("expected `(`")
            .note(format!("write `{}(…)`", self.snippet(self.ast.span(base))));
        let gap = Span::new(self.ast.span(base).hi, inside.min(close.lo).max(open.hi));
        diagnostic.suggestions.push(Suggestion {
            message: "write parentheses".into(),
            edits: vec![(gap, "(".into()), (close, ")".into())],
            applicability: Applicability::Maybe,
        });
        self.note(diagnostic);
    }

    /// `parse::<i64>`, from the `::`: passes the type arguments.
    #[cold]
    pub(in crate::parser) fn foreign_turbofish(&mut self, base: ExprId) {
        let colons = self.span();
        self.bump();
        let name = self.ast.span(base);
        let Some(end) = self.angles_end() else {
            return self.foreign_angles(name, "type arguments");
        };
        let inner = Span::new(self.span().hi, self.tokens.span(end - 1, self.base).lo);
        let span = Span::new(colons.lo, self.tokens.span(end - 1, self.base).hi);
        let right = format!("[{}]", self.snippet(inner).replace('<', "[").replace('>', "]"));
        let message = format!("write `{right}`");
        let diagnostic = Diagnostic::error(
            &codes::EXPECTED_TYPE,
            span,
            "type arguments stand in square brackets",
        )
        .label("expected `[…]`")
        .suggest(message, span, right, Applicability::Certain);
        self.spoil(span.lo);
        self.note(diagnostic);
        self.pos = end;
    }

    /// `vec![a, b]`, from the `!`; the caller reads the list.
    #[cold]
    pub(in crate::parser) fn foreign_list_macro(&mut self, base: ExprId) {
        let span = self.ast.span(base).to(self.span());
        let diagnostic = self
            .foreign_expression(span, "there are no macros")
            .label("a list is written `[a, b]`");
        self.mend(diagnostic, span, "");
        self.bump();
    }

    /// `&T` and `*T`; read as `T`.
    #[cold]
    pub(in crate::parser) fn foreign_reference(&mut self) {
        let span = self.span();
        let diagnostic =
            Diagnostic::error(&codes::EXPECTED_TYPE, span, "there are no references or pointers")
                .label("`&` and `*` are not part of a type")
                .note("values are passed without copying; a `mut` parameter changes the caller's");
        // A lifetime after it was passed with it.
        let next = self.tokens.span(self.pos + 1, self.base);
        let whole = if self.at(TokenKind::Amp) { Span::new(span.lo, next.lo) } else { span };
        self.mend(diagnostic, whole, "");
    }

    /// `for (i = 0; i < n; i++)`
    pub(in crate::parser) fn is_foreign_for(&self) -> bool {
        use TokenKind::*;
        if !self.at(LParen) {
            return false;
        }
        // `[v; n]` may stand further right, or in a bracket of the pattern.
        let mut depth = 0usize;
        for kind in self.rest_of_line(0) {
            match kind {
                LParen | LBracket | LBrace => depth += 1,
                RParen | RBracket | RBrace if depth <= 1 => return false,
                RParen | RBracket | RBrace => depth -= 1,
                Semicolon if depth == 1 => return true,
                _ => {}
            }
        }
        false
    }

    #[cold]
    pub(in crate::parser) fn foreign_for(&mut self) -> (PatId, ExprId) {
        let lo = self.lo();
        self.bump();
        self.skip_to(&[]);
        self.eat(TokenKind::RParen);
        let span = self.span_from(lo);
        let diagnostic = self
            .foreign_expression(span, "a `for` runs over the elements of something")
            .label("expected `name in …`")
            .note("write `for i in 0..n:`, or use `while`");
        self.note(diagnostic);
        self.ast.lost.push(span);
        let pat = self.ast.add_pat(Pat { kind: PatKind::Error, span });
        (pat, self.error_expr())
    }

    /// `for x of xs`
    pub(in crate::parser) fn is_foreign_of(&self) -> bool {
        self.at(TokenKind::Ident) && self.word(0) == "of"
    }

    #[cold]
    pub(in crate::parser) fn foreign_of(&mut self) {
        let span = self.span();
        let diagnostic =
            Diagnostic::error(&codes::EXPECTED_TOKEN, span, "expected `in`, found `of`")
                .label("expected `in`");
        self.mend(diagnostic, span, "in");
    }
}
