//! Blocks and the expressions that have them: `if`, `match` and loops.

use simple_source::{Applicability, Diagnostic, Span};

use super::Parser;
use crate::ast::{Expr, ExprId, PatId};
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    // ---- blocks ------------------------------------------------------------

    /// `:` and a block: indented lines, or one statement on the same line.
    /// `after` names what the block belongs to.
    pub(super) fn body(&mut self, after: &str) -> ExprId {
        if !self.block_colon(after) {
            return self.error_expr();
        }
        self.block()
    }

    /// A block after its colon.
    pub(super) fn block(&mut self) -> ExprId {
        use TokenKind::*;
        match self.kind() {
            Newline if self.nth(1) == Indent => self.block_lines(),
            Newline | Eof | Dedent | RParen | RBracket | RBrace | Comma | InterpClose => {
                self.missing_block(self.prev_span());
                self.error_expr()
            }
            _ => {
                self.check_inline_body();
                let lo = self.lo();
                let types_allowed = std::mem::take(&mut self.types_allowed);
                let stmt = self.simple_statement();
                self.types_allowed = types_allowed;
                let stmt = self.ast.add_stmt(stmt);
                let list = self.ast.add_list(&[stmt]);
                self.add(Expr::Block(list), lo)
            }
        }
    }

    /// Reports a body in brackets that begins on a line of its own without
    /// being indented enough to be a block.
    pub(super) fn check_inline_body(&mut self) {
        if self.on_same_line(0) {
            return;
        }
        let diagnostic =
            Diagnostic::error(&codes::MISSING_BLOCK, self.span(), "expected an indented block")
                .label("indent this to put it into the block")
                .also(self.prev_span(), "the block of this `:`");
        self.note(diagnostic);
    }

    /// An indented block, from the line end before it.
    pub(super) fn block_lines(&mut self) -> ExprId {
        let types_allowed = std::mem::take(&mut self.types_allowed);
        let in_inline_if = std::mem::take(&mut self.in_inline_if);
        let block_brackets = std::mem::replace(&mut self.block_brackets, self.brackets);
        self.bump();
        self.bump();
        let lo = self.lo();
        let mark = self.scratch.stmts.len();
        let ended = self.statements();
        // The line ends and dedents after the last statement have no length.
        let span = self.span_from(lo);
        if ended {
            self.eat(TokenKind::Dedent);
        } else {
            self.owed_dedents += 1;
        }
        let list = self.ast.add_list(&self.scratch.stmts[mark..]);
        self.scratch.stmts.truncate(mark);
        self.types_allowed = types_allowed;
        self.in_inline_if = in_inline_if;
        self.block_brackets = block_brackets;
        self.ast.add_expr(Expr::Block(list), span)
    }

    /// Statements up to the block's end. False if it ended at a comma that
    /// belongs to the brackets around the block.
    fn statements(&mut self) -> bool {
        use TokenKind::*;
        let mut extra = 0;
        loop {
            match self.kind() {
                Eof | RParen | RBracket | RBrace | InterpClose => return true,
                Dedent if extra > 0 => {
                    extra -= 1;
                    self.bump();
                }
                Dedent => return true,
                Newline => self.bump(),
                Indent => {
                    extra += 1;
                    self.unexpected_indent();
                }
                _ => {
                    let before = self.pos;
                    self.statement();
                    if self.pos == before {
                        // Nothing that could begin a statement; it was reported.
                        self.bump();
                    }
                    if self.at(Comma) && self.brackets > 0 {
                        return false;
                    }
                }
            }
        }
    }

    /// An indented block that nothing begins: its lines count as the
    /// surrounding block's.
    #[cold]
    pub(super) fn unexpected_indent(&mut self) {
        use TokenKind::*;
        self.bump();
        let first = self.kind();
        let at = self.tokens.starts[self.pos] as usize;
        let line = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        let indentation = Span::new(self.base + line as u32, self.base + at as u32);
        let mut diagnostic = Diagnostic::error(
            &codes::UNEXPECTED_INDENT,
            indentation,
            "this line is indented more than the one above",
        );
        let is_operator = matches!(
            first,
            PipeGt
                | QuestionQuestion
                | And
                | Or
                | EqEq
                | NotEq
                | Lt
                | Le
                | Gt
                | Ge
                | In
                | Is
                | Pipe
                | Caret
                | Amp
                | Shl
                | Shr
                | Plus
                | Minus
                | Star
                | Slash
                | Percent
                | StarStar
                | As
                | AmpAmp
                | PipePipe
        );
        if is_operator {
            diagnostic.primary.span = self.span();
            diagnostic = diagnostic
                .label("the line begins with an operator")
                .note("end the line above with the operator, or put the expression in parentheses");
            return self.report(diagnostic);
        }
        diagnostic = diagnostic.label("no block begins here").note("a block follows a `:`");
        self.note(diagnostic);
    }

    /// The colon before a block. False if there is none and no block either.
    #[inline]
    pub(super) fn block_colon(&mut self, after: &str) -> bool {
        if !self.panicking && self.eat(TokenKind::Colon) {
            return true;
        }
        self.missing_colon(after)
    }

    #[cold]
    fn missing_colon(&mut self, after: &str) -> bool {
        use TokenKind::*;
        if !self.panicking {
            let at = self.insertion();
            let message = format!("expected `:` after {after}");
            let missing = Diagnostic::error(&codes::MISSING_COLON, at, message.clone())
                .label("expected `:`")
                .suggest("write `:`", at, ":", Applicability::Certain);
            match self.kind() {
                LBrace => {
                    self.brace_block();
                    return false;
                }
                FatArrow | Arrow => {
                    self.foreign_arrow();
                    self.bump();
                    return true;
                }
                SpecStart => {
                    let diagnostic = Diagnostic::error(
                        &codes::UNCLOSED_INTERPOLATION,
                        self.span(),
                        "a `:` here begins the format",
                    )
                    .label(format!("not the `:` after {after}"))
                    .note("in an interpolation such an expression stands in parentheses");
                    self.report(diagnostic);
                    return false;
                }
                Newline if self.nth(1) == Indent => {
                    self.note(missing);
                    return true;
                }
                Newline | Eof | Dedent => {
                    self.report(
                        missing.note("its body follows the `:`, indented or on the same line"),
                    );
                    return false;
                }
                _ if self.begins_body() => {
                    self.note(missing);
                    return true;
                }
                _ => {
                    let found = self.found();
                    let diagnostic = Diagnostic::error(
                        &codes::MISSING_COLON,
                        self.span(),
                        format!("{message}, found {found}"),
                    )
                    .label("expected `:` or an operator");
                    self.report(diagnostic);
                }
            }
        }
        // Where the header would end.
        self.skip_to(&[Colon, Newline]);
        if self.at(Colon) || self.at(Newline) && self.nth(1) == Indent {
            self.panicking = false;
            self.eat(Colon);
            return true;
        }
        false
    }

    /// Whether a statement stands here, so that only the colon is missing:
    /// there is no colon later in the line.
    fn begins_body(&self) -> bool {
        use TokenKind::*;
        if !self.on_same_line(0) {
            return false;
        }
        match self.kind() {
            Return | Break | Continue | Pass | Val | Var | Assert => true,
            Ident | SelfValue | Int | Float | Str | StrStart | True | False | Nil => {
                !self.rest_of_line(0).contains(&Colon)
            }
            _ => false,
        }
    }

    /// `{ … }` on one line where a block should be.
    #[cold]
    fn brace_block(&mut self) {
        let span = self.span();
        let diagnostic =
            Diagnostic::error(&codes::BRACES_FOR_BLOCK, span, "a block is not written in braces")
                .label("expected `:`")
                .note("a block follows `:`, indented below or as one statement on the same line");
        self.report(diagnostic);
        self.bump();
        self.skip_to(&[]);
        self.eat(TokenKind::RBrace);
        self.panicking = false;
    }

    /// A colon with nothing after it.
    #[cold]
    pub(super) fn missing_block(&mut self, colon: Span) {
        use TokenKind::*;
        let header = Span::new(self.tokens.span(self.statement_start, self.base).lo, colon.hi);
        self.ast.lost.push(header);
        let next = self.nth(1);
        let declares = matches!(
            next,
            Fn | Pub
                | Struct
                | Class
                | Enum
                | Trait
                | Impl
                | Use
                | Type
                | Test
                | At
                | HashBracket
                | Const
        );
        if self.at(Newline) && !matches!(next, Dedent | Eof) && !declares {
            // The line that was to be indented, probably.
            let diagnostic = Diagnostic::error(
                &codes::MISSING_BLOCK,
                self.tokens.span(self.pos + 1, self.base),
                "expected an indented block",
            )
            .label("indent this to put it into the block")
            .also(colon, "the block of this `:`")
            .suggest(
                "write `pass` if nothing is to be done",
                colon.end(),
                " pass",
                Applicability::Maybe,
            );
            return self.note(diagnostic);
        }
        let diagnostic =
            Diagnostic::error(&codes::MISSING_BLOCK, colon, "the block after this `:` is missing")
                .label("expected an indented block, or a statement on the same line")
                .suggest(
                    "write `pass` if nothing is to be done",
                    colon.end(),
                    " pass",
                    Applicability::Maybe,
                );
        self.note(diagnostic);
    }

    // ---- loops -------------------------------------------------------------

    /// `while c:`
    pub(super) fn while_expr(&mut self) -> ExprId {
        let lo = self.lo();
        self.bump();
        let condition = self.condition();
        let body = self.body("the condition");
        self.add(Expr::While { condition, body }, lo)
    }

    /// `loop:`
    pub(super) fn loop_expr(&mut self) -> ExprId {
        let lo = self.lo();
        self.bump();
        let body = self.body("`loop`");
        self.add(Expr::Loop { body }, lo)
    }

    /// `for p in xs:`
    pub(super) fn for_expr(&mut self) -> ExprId {
        let lo = self.lo();
        self.bump();
        let (pat, iterable) = self.for_header();
        let body = self.body("what the loop runs over");
        self.add(Expr::For { pat, iterable, body }, lo)
    }

    /// `p in xs`
    pub(super) fn for_header(&mut self) -> (PatId, ExprId) {
        if self.is_foreign_for() {
            return self.foreign_for();
        }
        let pat = self.binding_pattern("a loop variable");
        if self.panicking {
            return (pat, self.error_expr());
        }
        if !self.eat(TokenKind::In) {
            if self.is_foreign_of() {
                self.foreign_of();
                self.bump();
            } else {
                self.expected(&codes::EXPECTED_TOKEN, "`in`");
                return (pat, self.error_expr());
            }
        }
        let iterable = self.expr();
        (pat, iterable)
    }
}
