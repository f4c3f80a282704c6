//! Strings with interpolation.

use simple_source::{Applicability, Diagnostic, Span, Suggestion, sym};

use super::Parser;
use crate::ast::{Expr, ExprId, StrPart};
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    /// A string from its opening quotes to its closing ones.
    pub(super) fn interpolated(&mut self) -> ExprId {
        let lo = self.lo();
        self.bump();
        let mark = self.scratch.parts.len();
        loop {
            match self.kind() {
                TokenKind::StrText => {
                    let text = self.symbol();
                    if text != sym::EMPTY {
                        self.scratch.parts.push(StrPart::Text(text));
                    }
                    self.bump();
                }
                TokenKind::InterpOpen => {
                    let part = self.interpolation();
                    self.scratch.parts.push(part);
                }
                _ => break,
            }
        }
        self.eat(TokenKind::StrEnd);
        let parts = self.ast.add_list(&self.scratch.parts[mark..]);
        self.scratch.parts.truncate(mark);
        self.add(Expr::Interpolated(parts), lo)
    }

    /// `{value}`, `{value:spec}`
    fn interpolation(&mut self) -> StrPart {
        let lo = self.lo();
        self.bump();
        let types_allowed = std::mem::take(&mut self.types_allowed);
        let (value, spec) = self.in_brackets(|parser| {
            if matches!(parser.kind(), TokenKind::InterpClose | TokenKind::SpecStart) {
                parser.empty_interpolation(lo);
            }
            let value_lo = parser.lo();
            let value =
                if parser.at(TokenKind::InterpClose) { parser.error_expr() } else { parser.expr() };
            let is_whole = parser.at(TokenKind::InterpClose) && !parser.panicking;
            if is_whole && parser.has_blocks(value) {
                parser.blocks_need_parentheses(value_lo);
            }
            let spec = if parser.at(TokenKind::SpecStart) && !parser.panicking {
                parser.format_spec()
            } else {
                None
            };
            parser.skip_owed_dedents();
            if !parser.at(TokenKind::InterpClose) {
                if !parser.panicking {
                    parser.unexpected_in_interpolation();
                }
                parser.skip_to(&[]);
            }
            parser.eat(TokenKind::InterpClose);
            parser.panicking = false;
            (value, spec)
        });
        self.types_allowed = types_allowed;
        StrPart::Value { value, spec, span: self.span_from(lo) }
    }

    /// Whether `:` belongs to the blocks of `value`, which stands in no brackets.
    fn has_blocks(&self, value: ExprId) -> bool {
        matches!(
            self.ast.expr(value),
            Expr::If { .. }
                | Expr::Match { .. }
                | Expr::For { .. }
                | Expr::While { .. }
                | Expr::Loop { .. }
                | Expr::Lambda { .. }
        )
    }

    /// Reports what was parsed from `lo` on, whose `:` would begin a format.
    #[cold]
    fn blocks_need_parentheses(&mut self, lo: u32) {
        let span = self.span_from(lo);
        let word = self.snippet(span).split(' ').next().unwrap_or_default();
        let mut diagnostic = Diagnostic::error(
            &codes::UNCLOSED_INTERPOLATION,
            span,
            format!("`{word}` in the braces of a string stands in parentheses"),
        )
        .label("its `:` would begin a format");
        diagnostic.suggestions.push(Suggestion {
            message: "write parentheses around it".into(),
            edits: vec![(span.start(), "(".into()), (Span::new(span.hi, span.hi), ")".into())],
            applicability: Applicability::Certain,
        });
        self.note(diagnostic);
    }

    #[cold]
    fn empty_interpolation(&mut self, lo: u32) {
        let span = Span::new(lo, self.span().hi);
        let diagnostic =
            Diagnostic::error(&codes::UNCLOSED_INTERPOLATION, span, "nothing to interpolate")
                .label("expected an expression between the braces");
        let meant = "the value itself stands in the braces: `\"x = {x}\"`";
        let write = "write `{{}}` for the characters";
        self.report(match self.after_string() {
            Some((TokenKind::Dot, "format")) => diagnostic.note(meant),
            Some((TokenKind::Comma, _)) => {
                diagnostic.suggest(write, span, "{{}}", Applicability::Maybe).note(meant)
            }
            _ => diagnostic.suggest(write, span, "{{}}", Applicability::Maybe),
        });
    }

    /// What follows the string here on its line, and the word after that:
    /// `"{}".format(x)` and `print "{}", x` mean to fill its braces.
    fn after_string(&self) -> Option<(TokenKind, &str)> {
        let mut depth = 0_usize;
        for (offset, kind) in self.rest_of_line(0).iter().enumerate() {
            match kind {
                TokenKind::StrStart => depth += 1,
                TokenKind::StrEnd if depth > 0 => depth -= 1,
                TokenKind::StrEnd => {
                    let word = (self.pos + offset + 2).min(self.kinds.len() - 1);
                    return Some((self.nth(offset + 1), self.token_text(word)));
                }
                _ => {}
            }
        }
        None
    }

    #[cold]
    fn unexpected_in_interpolation(&mut self) {
        let mut span = self.span();
        if self.at(TokenKind::Bang) && self.nth(1) == TokenKind::Ident {
            span.hi = self.tokens.span(self.pos + 1, self.base).hi;
        }
        let text = self.snippet(span);
        let diagnostic =
            |message: String| Diagnostic::error(&codes::UNCLOSED_INTERPOLATION, span, message);
        let diagnostic = match self.kind() {
            TokenKind::If => return self.foreign_ternary(),
            TokenKind::Bang => diagnostic(format!("an interpolation has no conversion `{text}`"))
                .label("expected `}` or `:`")
                .note("`{x}` uses the value's `Show` if it has one, else its debug text"),
            TokenKind::Eq => diagnostic("an interpolation does not show its expression".into())
                .label("expected `}` or `:`")
                .note("write the name before the braces: `x={x}`"),
            _ => {
                let found = self.found();
                diagnostic(format!("expected `}}` or `:`, found {found}"))
                    .label("expected `}` or `:` after the expression")
            }
        };
        self.report(diagnostic);
    }
}
