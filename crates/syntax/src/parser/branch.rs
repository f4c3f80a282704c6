//! `if`, `elif`, `else` and their conditions.

use simple_source::{Applicability, Diagnostic, Span};

use super::Parser;
use super::expr::MAX_SUGGESTED;
use crate::ast::{BinaryOp, Expr, ExprId};
use crate::codes;
use crate::limits::MAX_BRANCHES;
use crate::token::TokenKind;

impl Parser<'_> {
    /// `if c: a elif d: b else: e`
    pub(super) fn if_expr(&mut self) -> ExprId {
        struct Branch {
            lo: u32,
            condition: ExprId,
            then: ExprId,
        }
        let mut branches: Vec<Branch> = Vec::new();
        let mut otherwise = None;
        let mut lo = self.lo();
        self.bump();
        loop {
            let condition = self.condition();
            let foreign_then = self.is_foreign_then().then(|| self.span());
            if foreign_then.is_some() {
                self.bump();
            }
            let then = match foreign_then {
                Some(_) => self.colonless_body(),
                None => self.branch_body("the condition"),
            };
            if let Some(word) = foreign_then {
                otherwise = self.foreign_then(lo, word, condition, then);
                branches.push(Branch { lo, condition, then });
                break;
            }
            if branches.len() < MAX_BRANCHES {
                branches.push(Branch { lo, condition, then });
            } else if branches.len() == MAX_BRANCHES {
                self.too_many_branches(lo);
                branches.push(Branch { lo, condition, then });
            }
            let Some(next) = self.next_branch() else { break };
            lo = next;
            if self.at(TokenKind::Elif) || self.is_foreign_elif() {
                self.bump();
                continue;
            }
            self.bump();
            if self.at(TokenKind::If) && self.on_same_line(0) {
                self.else_if(lo);
                self.bump();
                continue;
            }
            otherwise = Some(self.branch_body("`else`"));
            break;
        }
        let hi = self.prev_hi();
        for branch in branches.into_iter().rev() {
            let Branch { lo, condition, then } = branch;
            let expr = Expr::If { condition, then, otherwise };
            otherwise = Some(self.ast.add_expr(expr, Span::new(lo, hi.max(lo))));
        }
        otherwise.expect("an `if` has at least one branch")
    }

    fn branch_body(&mut self, after: &str) -> ExprId {
        if !self.block_colon(after) {
            return self.error_expr();
        }
        self.colonless_body()
    }

    /// `if c then a else b`
    fn is_foreign_then(&self) -> bool {
        self.at(TokenKind::Ident) && self.token_text_at(0) == "then" && !self.panicking
    }

    /// Reports `then` and reads the `else` of the same line, which needs no `:`
    /// either.
    #[cold]
    fn foreign_then(
        &mut self,
        lo: u32,
        word: Span,
        condition: ExprId,
        then: ExprId,
    ) -> Option<ExprId> {
        let otherwise = (self.at(TokenKind::Else) && !self.panicking).then(|| {
            self.bump();
            self.eat(TokenKind::Colon);
            self.colonless_body()
        });
        let text = |parser: &Self, expr: ExprId| parser.snippet(parser.ast.span(expr)).to_owned();
        let mut better = format!("if {}: {}", text(self, condition), text(self, then));
        if let Some(otherwise) = otherwise {
            better = format!("{better} else: {}", text(self, otherwise));
        }
        let whole = self.span_from(lo);
        let mut diagnostic =
            Diagnostic::error(&codes::MISSING_COLON, word, "an `if` has no `then`")
                .label("expected `:`");
        if !better.contains('\n') && whole.len() <= MAX_SUGGESTED {
            let message = format!("write `{better}`");
            diagnostic = diagnostic.suggest(message, whole, better, Applicability::Maybe);
        }
        self.note(diagnostic);
        otherwise
    }

    fn colonless_body(&mut self) -> ExprId {
        let is_inline = !self.at(TokenKind::Newline);
        let outer = self.in_inline_if;
        self.in_inline_if |= is_inline;
        let body = self.block();
        self.in_inline_if = outer;
        body
    }

    /// If an `elif` or `else` of this `if` follows, goes to it and returns
    /// where it begins.
    fn next_branch(&mut self) -> Option<u32> {
        use TokenKind::*;
        if self.panicking && !self.at(Newline) {
            self.skip_to(&[Newline, Else, Elif]);
        }
        let ahead = match self.kind() {
            Newline => 1,
            _ => 0,
        };
        let is_branch = matches!(self.nth(ahead), Elif | Else)
            || (ahead == 1 || self.after_block())
                && matches!(self.token_text_at(ahead), "elsif" | "elseif" | "elsf")
                && self.nth(ahead) == Ident;
        let is_own_line = ahead == 1 || self.after_block();
        if !is_branch || is_own_line && self.in_inline_if {
            return None;
        }
        if ahead == 1 {
            self.bump();
        }
        self.panicking = false;
        Some(self.lo())
    }

    fn token_text_at(&self, offset: usize) -> &str {
        let index = (self.pos + offset).min(self.kinds.len() - 1);
        self.token_text(index)
    }

    fn is_foreign_elif(&mut self) -> bool {
        if !self.at(TokenKind::Ident) {
            return false;
        }
        let span = self.span();
        let text = self.token_text(self.pos);
        let diagnostic =
            Diagnostic::error(&codes::ELSE_IF, span, format!("`{text}` is not a keyword"))
                .label("expected `elif`")
                .suggest("write `elif`", span, "elif", Applicability::Certain);
        self.note(diagnostic);
        true
    }

    /// `else if`
    #[cold]
    fn else_if(&mut self, lo: u32) {
        let span = Span::new(lo, self.span().hi);
        let diagnostic = Diagnostic::error(&codes::ELSE_IF, span, "`else if` is one word")
            .label("expected `elif`")
            .suggest("write `elif`", span, "elif", Applicability::Certain);
        self.note(diagnostic);
    }

    #[cold]
    fn too_many_branches(&mut self, lo: u32) {
        let diagnostic = Diagnostic::error(
            &codes::TOO_DEEP,
            Span::new(lo, lo + 4),
            format!("this `if` has more than {MAX_BRANCHES} branches"),
        )
        .label("one too many")
        .note("a `match` or a dict does this better");
        self.report(diagnostic);
    }

    /// A condition; `=` in it is reported as meaning `==`.
    pub(super) fn condition(&mut self) -> ExprId {
        if self.at(TokenKind::Ident) && self.is_foreign_if_let() {
            self.foreign_if_let();
            return self.error_expr();
        }
        let lo = self.lo();
        let left = self.expr();
        if !self.at(TokenKind::Eq) && !self.at(TokenKind::ColonEq) || self.panicking {
            return left;
        }
        let span = self.span();
        let diagnostic = if self.at(TokenKind::Eq) {
            Diagnostic::error(
                &codes::ASSIGN_IN_CONDITION,
                span,
                "`=` assigns; a condition compares",
            )
            .label("expected `==`")
            .suggest("write `==`", span, "==", Applicability::Maybe)
        } else {
            Diagnostic::error(
                &codes::ASSIGN_IN_CONDITION,
                span,
                "an assignment is a statement and has no value",
            )
            .label("not in a condition")
            .note("bind the name on a line before")
        };
        self.note(diagnostic);
        self.bump();
        let right = self.expr();
        self.add(Expr::Binary { op: BinaryOp::Eq, left, right }, lo)
    }
}
