//! Habits from other languages: what Python, Rust, C and their kin write
//! where Simple writes something else. Each gets a message that names the
//! right form, and is read as what was meant where that is clear.

mod declaration;
mod ending;
mod method;
mod operator;
mod statement;
mod value;

use simple_source::{Applicability, Diagnostic, Span};

use super::Parser;
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    /// A diagnostic with one edit that certainly is what was meant.
    fn mend(&mut self, diagnostic: Diagnostic, span: Span, text: &str) {
        let message =
            if text.is_empty() { "remove it".into() } else { format!("write `{}`", text.trim()) };
        self.note(diagnostic.suggest(message, span, text, Applicability::Certain));
    }

    fn foreign_operator(&self, shown: &str, right: &str) -> Diagnostic {
        Diagnostic::error(
            &codes::FOREIGN_OPERATOR,
            self.span(),
            format!("`{shown}` is not an operator"),
        )
        .label(format!("expected `{right}`"))
    }

    fn foreign_expression(&self, span: Span, message: &str) -> Diagnostic {
        Diagnostic::error(&codes::FOREIGN_EXPRESSION, span, message)
    }

    /// The text of the token `offset` ahead.
    fn word(&self, offset: usize) -> &str {
        let index = (self.pos + offset).min(self.kinds.len() - 1);
        self.token_text(index)
    }

    /// Whether `wanted` stands in the rest of the line.
    fn rest_of_line_has(&self, wanted: TokenKind) -> bool {
        self.rest_of_line(0).contains(&wanted)
    }
}
