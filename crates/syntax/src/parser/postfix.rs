//! What follows an operand: calls, indexes, fields and `?`.

use simple_source::{Applicability, Diagnostic, Span};

use super::Parser;
use crate::ast::{Arg, Expr, ExprId, List, Name};
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    /// An operand with its postfix operators.
    pub(super) fn postfix(&mut self) -> ExprId {
        let lo = self.lo();
        let mut expr = self.primary();
        loop {
            use TokenKind::*;
            let kind = self.kind();
            if !matches!(
                kind,
                Dot | LParen
                    | LBracket
                    | Question
                    | QuestionDot
                    | ColonColon
                    | Bang
                    | LBrace
                    | Backslash
                    | PlusPlus
                    | MinusMinus
            ) || self.after_block()
            {
                return expr;
            }
            let node = match kind {
                ColonColon if self.nth(1) == Lt => {
                    self.foreign_turbofish(expr);
                    if self.panicking {
                        return self.error_expr();
                    }
                    continue;
                }
                Dot | ColonColon => {
                    if kind == ColonColon {
                        self.foreign_path_separator();
                    }
                    self.bump();
                    let name = self.member_name();
                    Expr::Field { base: expr, name }
                }
                QuestionDot => {
                    self.bump();
                    let name = self.member_name();
                    Expr::OptionField { base: expr, name }
                }
                Question => {
                    if self.is_foreign_conditional() {
                        // The whole expression so far is its condition.
                        return expr;
                    }
                    self.bump();
                    Expr::Try(expr)
                }
                LParen => Expr::Call { callee: expr, args: self.call_args() },
                LBracket => Expr::Index { base: expr, args: self.index_args() },
                Bang => {
                    if self.nth(1) == LParen && !self.has_gap() {
                        self.foreign_macro();
                        continue;
                    }
                    if self.nth(1) == LBracket && !self.has_gap() {
                        self.foreign_list_macro(expr);
                        expr = self.primary();
                        continue;
                    }
                    return expr;
                }
                LBrace => {
                    if self.is_foreign_struct_literal(expr) {
                        self.foreign_struct_literal(expr);
                        return self.error_expr();
                    }
                    return expr;
                }
                PlusPlus | MinusMinus if !matches!(self.nth(1), Newline | Eof | Dedent) => {
                    self.foreign_step_value();
                    continue;
                }
                Backslash if self.is_bare_lambda_argument() => {
                    Expr::Call { callee: expr, args: self.bare_lambda_argument() }
                }
                _ => return expr,
            };
            expr = if self.wrap() { self.add(node, lo) } else { self.error_expr() };
        }
    }

    /// The name or number after a dot.
    #[inline]
    fn member_name(&mut self) -> Name {
        if self.at(TokenKind::Int) && !self.has_gap() {
            let symbol = self.interner.intern(self.token_text(self.pos));
            let name = Name { symbol, span: self.span() };
            self.bump();
            return name;
        }
        if self.at(TokenKind::Ident) {
            let name = Name { symbol: self.symbol(), span: self.span() };
            self.bump();
            return name;
        }
        // `std.env.var`
        if self.at(TokenKind::Var) {
            return self.name_or_var("a name after `.`");
        }
        self.missing_member()
    }

    #[cold]
    fn missing_member(&mut self) -> Name {
        // Rust's `.await` and `.0f` are not here; a keyword is the likely one.
        if self.kind().is_keyword() {
            let span = self.span();
            let text = self.kind().text();
            let diagnostic = Diagnostic::error(
                &codes::EXPECTED_NAME,
                span,
                format!("expected a name after `.`, found the keyword `{text}`"),
            )
            .label("a keyword cannot be a name");
            self.note(diagnostic);
            let name = Name { symbol: self.symbol(), span };
            self.bump();
            return name;
        }
        self.expected(&codes::EXPECTED_NAME, "a name after `.`");
        self.no_name()
    }

    // ---- calls -------------------------------------------------------------

    /// `(a, name: b, mut c)`
    fn call_args(&mut self) -> List<Arg> {
        self.bump();
        let mark = self.scratch.args.len();
        let types_allowed = std::mem::take(&mut self.types_allowed);
        self.in_brackets(|parser| {
            while !parser.at(TokenKind::RParen) {
                parser.arg(mark);
                parser.skip_owed_dedents();
                if parser.panicking {
                    parser.recover_in_list();
                } else if parser.at(TokenKind::For) {
                    parser.foreign_generator();
                    break;
                }
                if !parser.eat(TokenKind::Comma) {
                    break;
                }
                parser.skip_owed_dedents();
            }
            parser.close(TokenKind::RParen, "argument");
        });
        self.types_allowed = types_allowed;
        self.take_args(mark)
    }

    /// Makes a list of the arguments above `mark`.
    pub(super) fn take_args(&mut self, mark: usize) -> List<Arg> {
        let list = self.ast.add_list(&self.scratch.args[mark..]);
        self.scratch.args.truncate(mark);
        list
    }

    /// One argument; those of the same call before it are above `mark`.
    pub(super) fn arg(&mut self, mark: usize) {
        let lo = self.lo();
        if self.at(TokenKind::Amp) && self.nth(1) == TokenKind::Mut {
            self.foreign_mut_argument();
        }
        let mut mutable = self.eat_mut();
        let mut name = None;
        if self.at(TokenKind::Ident) {
            let separator = self.nth(1);
            if separator == TokenKind::Colon || separator == TokenKind::Eq {
                name = Some(self.name("a name"));
                if separator == TokenKind::Eq {
                    self.foreign_named_arg(lo);
                }
                self.bump();
                mutable = mutable.or_else(|| self.eat_mut());
            }
        } else if matches!(self.kind(), TokenKind::Star | TokenKind::StarStar) {
            self.foreign_unpacking();
        }
        let value = self.expr();
        let before = self.scratch.args[mark..].last().and_then(|arg| arg.name);
        if let Some(named) = before.filter(|_| name.is_none()) {
            self.positional_after_named(named, value);
        }
        self.scratch.args.push(Arg { name, mutable, value });
    }

    /// `mut`, if it stands here.
    pub(super) fn eat_mut(&mut self) -> Option<Span> {
        let span = self.span();
        self.eat(TokenKind::Mut).then_some(span)
    }

    #[cold]
    fn positional_after_named(&mut self, named: Name, value: ExprId) {
        let diagnostic = Diagnostic::error(
            &codes::ARGUMENT_ORDER,
            self.ast.span(value),
            "a positional argument after a named one",
        )
        .label("has no name")
        .also(named.span, "the argument before it is named")
        .note("named arguments come last");
        self.spoil(self.ast.span(value).lo);
        self.note(diagnostic);
    }

    // ---- indexes -----------------------------------------------------------

    /// `[i]`, `[a..b]`, `[T, U]`
    fn index_args(&mut self) -> List<ExprId> {
        let lo = self.lo();
        self.bump();
        let mark = self.scratch.exprs.len();
        let types_allowed = std::mem::replace(&mut self.types_allowed, true);
        self.in_brackets(|parser| {
            if parser.at(TokenKind::RBracket) {
                parser.empty_index(lo);
            }
            while !parser.at(TokenKind::RBracket) {
                let value = parser.expr();
                parser.scratch.exprs.push(value);
                parser.skip_owed_dedents();
                if matches!(parser.kind(), TokenKind::Colon | TokenKind::ColonColon)
                    && !parser.panicking
                {
                    parser.foreign_slice();
                }
                parser.recover_in_list();
                if !parser.eat(TokenKind::Comma) {
                    break;
                }
                parser.skip_owed_dedents();
            }
            parser.close(TokenKind::RBracket, "index");
        });
        self.types_allowed = types_allowed;
        self.take_exprs(mark)
    }

    /// Makes a list of the expressions above `mark`.
    pub(super) fn take_exprs(&mut self, mark: usize) -> List<ExprId> {
        let list = self.ast.add_list(&self.scratch.exprs[mark..]);
        self.scratch.exprs.truncate(mark);
        list
    }

    #[cold]
    fn empty_index(&mut self, lo: u32) {
        let span = Span::new(lo, self.span().hi);
        let diagnostic =
            Diagnostic::error(&codes::EXPECTED_EXPRESSION, span, "this index is empty")
                .label("expected an index or a type")
                .note("the type of a list is written `[T]`, an empty list `[]`");
        self.note(diagnostic);
    }

    /// `xs[a:b]`: slices are ranges here.
    #[cold]
    pub(super) fn foreign_slice(&mut self) {
        let colon = self.span();
        let diagnostic =
            Diagnostic::error(&codes::FOREIGN_EXPRESSION, colon, "a slice is not written with `:`")
                .label("expected `..`")
                .note(
                    "`xs[a..b]` takes from `a` up to but without `b`; `xs[a..]` and `xs[..b]` too",
                );
        let diagnostic = match self.kind() {
            TokenKind::Colon => {
                diagnostic.suggest("write `..`", colon, "..", Applicability::Certain)
            }
            _ => diagnostic.note("a slice has no step; `xs.reversed()` is the list backwards"),
        };
        self.report(diagnostic);
        self.skip_to(&[TokenKind::Comma]);
    }
}
