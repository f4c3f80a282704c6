//! Lambdas.

use simple_source::{Applicability, Diagnostic, Span, Suggestion};

use super::Parser;
use crate::ast::{Expr, ExprId, List, Name, Param, Stmt, StmtKind, TypeId};
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    /// `\x: e`, `\a, b: e`, `\(a: i64) -> i64: e`, `\: e`
    pub(super) fn lambda(&mut self) -> ExprId {
        let lo = self.lo();
        self.bump();
        let params =
            if self.at(TokenKind::LParen) { self.param_list(true) } else { self.bare_params() };
        self.lambda_tail(lo, params)
    }

    /// A lambda from after its parameters.
    pub(super) fn lambda_tail(&mut self, lo: u32, params: List<Param>) -> ExprId {
        let has_parens = self.pos > 0 && self.kinds[self.pos - 1] == TokenKind::RParen;
        // `\\x -> e`: a result is stated after parentheses only.
        let result = (self.at(TokenKind::Arrow) && has_parens).then(|| {
            self.bump();
            self.ty()
        });
        let body = if self.lambda_colon() { self.lambda_body() } else { self.error_expr() };
        self.add(Expr::Lambda { params, result, body }, lo)
    }

    fn bare_params(&mut self) -> List<Param> {
        let mut params = Vec::new();
        while matches!(self.kind(), TokenKind::Ident | TokenKind::Mut) {
            let lo = self.lo();
            let mutable = self.eat_mut();
            let name: Name = self.name("a parameter");
            let ty = self.bare_type(lo);
            let span = self.span_from(lo);
            params.push(Param { name, mutable, ty, default: None, span });
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.ast.add_list(&params)
    }

    /// A type behind a parameter without parentheses, which would be the body: a
    /// name with another colon behind it is none.
    fn bare_type(&mut self, lo: u32) -> Option<TypeId> {
        let is_type = self.at(TokenKind::Colon)
            && self.nth(1) == TokenKind::Ident
            && self.nth(2) == TokenKind::Colon;
        if !is_type {
            return None;
        }
        self.bump();
        let ty = self.ty();
        let span = self.span_from(lo);
        let mut diagnostic = Diagnostic::error(
            &codes::PARAMETER,
            span,
            "a parameter with a type stands in parentheses",
        )
        .label("written without");
        diagnostic.suggestions.push(Suggestion {
            message: "write parentheses".to_owned(),
            edits: vec![
                (Span::new(span.lo, span.lo), "(".to_owned()),
                (Span::new(span.hi, span.hi), ")".to_owned()),
            ],
            applicability: Applicability::Certain,
        });
        self.note(diagnostic);
        Some(ty)
    }

    fn lambda_colon(&mut self) -> bool {
        use TokenKind::*;
        match self.kind() {
            Colon => {
                self.bump();
                true
            }
            FatArrow | Arrow => {
                self.foreign_arrow();
                self.bump();
                true
            }
            SpecStart => {
                let diagnostic = Diagnostic::error(
                    &codes::UNCLOSED_INTERPOLATION,
                    self.span(),
                    "a `:` here begins the format",
                )
                .label("not the lambda's `:`")
                .note("in an interpolation a lambda stands in parentheses");
                self.report(diagnostic);
                false
            }
            _ => {
                let found = self.found();
                let at = self.insertion();
                let diagnostic = Diagnostic::error(
                    &codes::MISSING_COLON,
                    self.span(),
                    format!("expected `:` before the lambda's body, found {found}"),
                )
                .label("expected `:` before this")
                .suggest("write `:`", at, ":", Applicability::Maybe);
                if super::expr::starts_expr(self.kind()) {
                    self.note(diagnostic);
                    return true;
                }
                self.report(diagnostic);
                false
            }
        }
    }

    /// The body after the colon: a block, or one statement on the same line,
    /// which mostly is an expression.
    fn lambda_body(&mut self) -> ExprId {
        let outer_types = std::mem::take(&mut self.types_allowed);
        let body = if self.at(TokenKind::Newline) && self.nth(1) == TokenKind::Indent {
            self.block_lines()
        } else if self.at(TokenKind::Newline) || self.at(TokenKind::Eof) {
            self.missing_block(self.prev_span());
            self.error_expr()
        } else {
            self.lambda_statement()
        };
        self.types_allowed = outer_types;
        body
    }

    fn lambda_statement(&mut self) -> ExprId {
        self.check_inline_body();
        let lo = self.lo();
        let stmt: Stmt = self.simple_statement();
        if let StmtKind::Expr(expr) = stmt.kind {
            return expr;
        }
        let id = self.ast.add_stmt(stmt);
        let list = self.ast.add_list(&[id]);
        let span: Span = self.span_from(lo);
        self.ast.add_expr(Expr::Block(list), span)
    }
}
