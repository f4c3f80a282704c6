//! Operators of other languages.

use simple_source::{Applicability, Diagnostic, Span};

use crate::ast::{ExprId, StmtKind};
use crate::codes;
use crate::parser::Parser;
use crate::token::TokenKind;

impl Parser<'_> {
    /// `&&` and `||` between operands; read as `and` and `or`.
    #[cold]
    pub(in crate::parser) fn foreign_logic(&mut self) {
        let (shown, right) = match self.kind() {
            TokenKind::AmpAmp => ("&&", "and"),
            _ => ("||", "or"),
        };
        let span = self.span();
        // Words need spaces around them.
        let before = if self.has_gap() { "" } else { " " };
        let next = self.next_lo();
        let after = if next > span.hi { "" } else { " " };
        let diagnostic = self.foreign_operator(shown, right);
        self.mend(diagnostic, span, &format!("{before}{right}{after}"));
    }

    /// `!x`; the caller reads it as `not x`.
    #[cold]
    pub(in crate::parser) fn foreign_not(&mut self) {
        let span = self.span();
        let diagnostic = self.foreign_operator("!", "not");
        self.mend(diagnostic, span, "not ");
    }

    /// `f(&mut x)`: passes the `&`; what follows is an argument.
    #[cold]
    pub(in crate::parser) fn foreign_mut_argument(&mut self) {
        self.no_references();
        self.bump();
    }

    /// Reports the `&` or `&mut` here.
    fn no_references(&mut self) {
        let span = self.span();
        let is_mut = self.nth(1) == TokenKind::Mut;
        let hi = if is_mut { self.tokens.span(self.pos + 1, self.base).hi } else { span.hi };
        let span = Span::new(span.lo, hi);
        let diagnostic = self
            .foreign_expression(span, "there are no references to take")
            .label("not needed")
            .note("values are passed without copying; `f(mut x)` lets `f` change `x`");
        self.mend(diagnostic, span, if is_mut { "mut" } else { "" });
    }

    /// Prefix operators that do not exist.
    #[cold]
    pub(in crate::parser) fn foreign_prefix(&mut self, min: u8) -> ExprId {
        use TokenKind::*;
        let span = self.span();
        let kind = self.kind();
        match kind {
            Pipe | PipePipe => return self.foreign_closure(),
            Plus => {
                let diagnostic =
                    self.foreign_operator("+", "an operand").label("there is no unary `+`");
                self.mend(diagnostic, span, "");
            }
            Amp | AmpAmp => {
                self.no_references();
                if self.nth(1) == Mut {
                    self.bump();
                }
            }
            Star | StarStar => {
                let found = self.found();
                let diagnostic = Diagnostic::error(
                    &codes::EXPECTED_EXPRESSION,
                    span,
                    format!("expected an expression, found the operator {found}"),
                )
                .label("an operand is missing before this, or it is not needed")
                .note("there is nothing to dereference or unpack");
                self.mend(diagnostic, span, "");
            }
            _ => {
                let text = kind.text();
                let diagnostic =
                    self.foreign_operator(text, if kind == PlusPlus { "+= 1" } else { "-= 1" });
                self.note(diagnostic);
            }
        }
        self.bump();
        self.operand(min)
    }

    /// `|x| e`; read as `\x: e`.
    #[cold]
    fn foreign_closure(&mut self) -> ExprId {
        use TokenKind::*;
        let lo = self.lo();
        let start = self.pos;
        if self.eat(Pipe) {
            while matches!(self.kind(), Ident | Comma | Mut | Colon | Amp | LParen | RParen) {
                self.bump();
            }
            if !self.at(Pipe) {
                self.pos = start;
            }
        }
        self.bump();
        let mut span = self.span_from(lo);
        let params = self.snippet(span).trim_matches('|').trim();
        let is_typed = params.contains([':', '(', '&']);
        let text = if is_typed { format!("\\({params}):") } else { format!("\\{params}:") };
        if start > 0 && self.token_text(start - 1) == "move" {
            // Captures are always by value.
            span.lo = self.tokens.span(start - 1, self.base).lo;
        }
        let diagnostic = self
            .foreign_expression(span, "a lambda is not written with `|`")
            .label("expected `\\`")
            .note("write `\\x: …`, `\\a, b: …` or, without parameters, `\\: …`")
            .suggest(format!("write `{text}`"), span, text, Applicability::Maybe);
        self.report(diagnostic);
        self.error_expr()
    }

    /// `a <> b`; read as `a != b`.
    #[cold]
    pub(in crate::parser) fn foreign_not_equal(&mut self) {
        let span = self.span().to(self.tokens.span(self.pos + 1, self.base));
        let diagnostic =
            Diagnostic::error(&codes::FOREIGN_OPERATOR, span, "`<>` is not an operator")
                .label("expected `!=`");
        self.mend(diagnostic, span, "!=");
        self.bump();
    }

    /// `--x` and `++x` as a statement.
    pub(in crate::parser) fn is_foreign_prefix_step(&self) -> bool {
        use TokenKind::*;
        let kind = self.kind();
        if !matches!(kind, Minus | Plus) || self.nth(1) != kind || self.nth(2) != Ident {
            return false;
        }
        let ends = &self.tokens.ends[self.pos..];
        let starts = &self.tokens.starts[self.pos..];
        ends[0] == starts[1]
            && ends[1] == starts[2]
            && matches!(self.nth(3), Newline | Eof | Dedent)
    }

    #[cold]
    pub(in crate::parser) fn foreign_prefix_step(&mut self) -> StmtKind {
        let lo = self.lo();
        let text = if self.at(TokenKind::Plus) { "+" } else { "-" };
        self.bump();
        self.bump();
        let name = self.token_text(self.pos);
        self.bump();
        let span = self.span_from(lo);
        let right = format!("{name} {text}= 1");
        let diagnostic = Diagnostic::error(
            &codes::FOREIGN_OPERATOR,
            span,
            format!("`{text}{text}` is not an operator"),
        )
        .label(format!("expected `{text}= 1`"))
        .suggest(format!("write `{right}`"), span, right, Applicability::Certain);
        self.note(diagnostic);
        StmtKind::Error
    }

    /// `a::b`; the caller reads it as `a.b`.
    #[cold]
    pub(in crate::parser) fn foreign_path_separator(&mut self) {
        let span = self.span();
        let text = self.kind().text();
        let diagnostic = self.foreign_operator(text, ".");
        self.mend(diagnostic, span, ".");
    }

    /// `name!(…)`; read as `name(…)`.
    #[cold]
    pub(in crate::parser) fn foreign_macro(&mut self) {
        let span = self.span();
        let diagnostic =
            self.foreign_expression(span, "there are no macros").label("a call has no `!`");
        self.mend(diagnostic, span, "");
        self.bump();
    }

    /// `x++` in an expression; read without it.
    #[cold]
    pub(in crate::parser) fn foreign_step_value(&mut self) {
        let kind = self.kind();
        let right = if kind == TokenKind::PlusPlus { "+= 1" } else { "-= 1" };
        let diagnostic = self
            .foreign_operator(kind.text(), right)
            .note("an assignment is a statement and has no value");
        self.spoil(self.lo());
        self.note(diagnostic);
        self.bump();
    }

    /// `x++` as a statement; the caller passes it.
    #[cold]
    pub(in crate::parser) fn foreign_step(&mut self, target: ExprId) {
        let text = self.kind().text();
        let right = if self.at(TokenKind::PlusPlus) { " += 1" } else { " -= 1" };
        let span = Span::new(self.ast.span(target).hi, self.span().hi);
        let diagnostic = self.foreign_operator(text, right.trim());
        self.mend(diagnostic, span, right);
    }

    /// `x := e`; the caller reads it as `x = e`.
    #[cold]
    pub(in crate::parser) fn foreign_declaration(&mut self) {
        let span = self.span();
        let diagnostic = self
            .foreign_operator(":=", "=")
            .note("a new name is declared by `name = value`; `var` makes one that can change");
        self.mend(diagnostic, span, "=");
    }

    /// `=>` or `->` before a body; the caller reads it as `:`.
    #[cold]
    pub(in crate::parser) fn foreign_arrow(&mut self) {
        let span = self.span();
        let lo = self.prev_hi();
        let text = self.kind().text();
        let diagnostic =
            Diagnostic::error(&codes::MISSING_COLON, span, format!("expected `:`, found `{text}`"))
                .label("expected `:`");
        self.mend(diagnostic, Span::new(lo, span.hi), ":");
    }

    /// `f(name=value)`; read as `name: value`.
    #[cold]
    pub(in crate::parser) fn foreign_named_arg(&mut self, lo: u32) {
        let span = self.span();
        let edit = Span::new(self.prev_hi(), span.hi);
        let has_space = self.next_lo() > span.hi;
        let text = if has_space { ":" } else { ": " };
        let diagnostic = Diagnostic::error(
            &codes::FOREIGN_EXPRESSION,
            span,
            "a named argument is written with `:`",
        )
        .label("expected `:`")
        .also(Span::new(lo, edit.lo), "the argument's name");
        self.mend(diagnostic, edit, text);
    }

    /// `f(*xs)`; read without the star.
    #[cold]
    pub(in crate::parser) fn foreign_unpacking(&mut self) {
        let span = self.span();
        let text = self.kind().text();
        let diagnostic = self
            .foreign_expression(span, "arguments cannot be unpacked")
            .label(format!("no `{text}` before an argument"))
            .note("every function has a fixed number of parameters");
        self.spoil(span.lo);
        self.note(diagnostic);
        self.bump();
    }
}
