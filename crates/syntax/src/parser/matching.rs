//! `match` and its arms.

use simple_source::{Applicability, Diagnostic, Span, Suggestion};

use super::Parser;
use crate::ast::{Arm, Expr, ExprId, Pat, PatKind};
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    /// `match x:` and its arms.
    pub(super) fn match_expr(&mut self) -> ExprId {
        let lo = self.lo();
        self.bump();
        let keyword = self.prev_span();
        let value = self.expr();
        let mark = self.scratch.arms.len();
        if self.block_colon("what is matched") {
            self.arms(keyword);
        }
        let arms = self.ast.add_list(&self.scratch.arms[mark..]);
        self.scratch.arms.truncate(mark);
        self.add(Expr::Match { value, arms }, lo)
    }

    /// The arms of the `match` whose keyword is at `keyword`.
    fn arms(&mut self, keyword: Span) {
        use TokenKind::*;
        if self.at(Case) {
            return self.arm();
        }
        if !(self.at(Newline) && self.nth(1) == Indent) {
            if self.at(Newline) || self.at(Eof) || self.at(Dedent) {
                return self.missing_arms(keyword);
            }
            return self.expected(&codes::EXPECTED_TOKEN, "`case`");
        }
        let in_inline_if = std::mem::take(&mut self.in_inline_if);
        let types_allowed = std::mem::take(&mut self.types_allowed);
        self.bump();
        self.bump();
        if self.at(Pass) {
            self.missing_arms(keyword);
            self.bump();
        }
        let mut extra = 0;
        let mut is_told = false;
        loop {
            let before = self.pos;
            self.statement_start = before;
            match self.kind() {
                Case => self.arm(),
                Newline => {
                    self.bump();
                    continue;
                }
                Dedent if extra > 0 => {
                    extra -= 1;
                    self.bump();
                    continue;
                }
                Dedent => {
                    self.bump();
                    break;
                }
                Eof | RParen | RBracket | RBrace | InterpClose => break,
                Indent => {
                    extra += 1;
                    self.unexpected_indent();
                    continue;
                }
                _ => self.not_an_arm(&mut is_told),
            }
            if self.at(Comma) && self.brackets > 0 && !self.panicking {
                self.owed_dedents += 1;
                break;
            }
            self.end_statement();
            if self.pos == before {
                self.bump();
            }
        }
        self.in_inline_if = in_inline_if;
        self.types_allowed = types_allowed;
    }

    /// `case p if c: body`
    fn arm(&mut self) {
        let lo = self.lo();
        self.bump();
        let pat = self.case_pattern();
        let guard = (!self.panicking && self.eat(TokenKind::If)).then(|| self.condition());
        let body = self.body("the pattern");
        let span = self.span_from(lo);
        self.scratch.arms.push(Arm { pat, guard, body, span });
    }

    #[cold]
    fn missing_arms(&mut self, keyword: Span) {
        let diagnostic =
            Diagnostic::error(&codes::MISSING_BLOCK, keyword, "this `match` has no cases")
                .label("expected `case` lines below it")
                .note("each case is a line `case pattern:`, indented under the `match`");
        self.note(diagnostic);
    }

    /// A line among the arms that does not begin with `case`. Rust's arms are
    /// told once a match.
    #[cold]
    fn not_an_arm(&mut self, is_told: &mut bool) {
        use TokenKind::*;
        let span = self.span();
        let text = self.token_text(self.pos);
        if self.at(Else) || matches!(text, "default" | "otherwise") || text == "_" {
            let diagnostic = Diagnostic::error(
                &codes::STRAY_BRANCH,
                span,
                format!("a `match` has no `{text}` branch"),
            )
            .label("expected `case _`")
            .suggest("write `case _`", span, "case _", Applicability::Certain);
            if !*is_told {
                self.note(diagnostic);
            }
            let lo = self.lo();
            let pat = self.ast.add_pat(Pat { kind: PatKind::Wildcard, span });
            self.bump();
            let body = if self.at(FatArrow) {
                *is_told = true;
                self.bump();
                self.block()
            } else {
                self.body("the pattern")
            };
            let span = self.span_from(lo);
            return self.scratch.arms.push(Arm { pat, guard: None, body, span });
        }
        let mut diagnostic = Diagnostic::error(
            &codes::EXPECTED_TOKEN,
            span,
            format!("expected `case`, found {}", self.found()),
        )
        .label("expected `case`");
        let line = self.rest_of_line(0);
        if let Some(arrow) = line.iter().position(|kind| *kind == FatArrow) {
            let arrow = self.pos + arrow;
            let hi = self.tokens.span(arrow, self.base).hi;
            let lo = self.tokens.span(arrow - 1, self.base).hi;
            diagnostic.suggestions.push(Suggestion {
                message: "an arm is `case pattern: value`".into(),
                edits: vec![(span.start(), "case ".into()), (Span::new(lo, hi), ":".into())],
                applicability: Applicability::Maybe,
            });
            if std::mem::replace(is_told, true) {
                self.panicking = true;
                return;
            }
        } else if line.contains(&Colon) {
            let text = format!("case {text}");
            diagnostic =
                diagnostic.suggest("write `case` before it", span, text, Applicability::Maybe);
        }
        self.report(diagnostic);
    }
}
