//! Statements.

use simple_source::{Applicability, Diagnostic, Span, Suggestion, sym};

use super::Parser;
use super::expr::starts_expr;
use crate::ast::{BinaryOp, Expr, ExprId, Stmt, StmtKind, TypeId, TypeKind};
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    /// A statement with its end, pushed on the scratch list.
    pub(super) fn statement(&mut self) {
        self.statement_start = self.pos;
        let stmt = self.statement_or_item();
        let id = self.ast.add_stmt(stmt);
        self.scratch.stmts.push(id);
        self.end_statement();
    }

    /// A statement in a block, which may be a nested declaration.
    fn statement_or_item(&mut self) -> Stmt {
        use TokenKind::*;
        let lo = self.lo();
        let before = self.pos;
        let kind = match self.kind() {
            At | HashBracket | Fn | Const | Extern | Pub | Use | Struct | Class | Enum | Trait
            | Impl | Type | Test => match self.nested_item() {
                Some(item) => StmtKind::Item(item),
                // The statement below attributes that should not be there.
                None if !self.panicking
                    && self.pos > before
                    && !matches!(self.kind(), Newline | Eof | Dedent) =>
                {
                    return self.simple_statement();
                }
                None => StmtKind::Error,
            },
            Elif | Else | Case => {
                self.stray_branch();
                StmtKind::Error
            }
            Ident => {
                if let Some(kind) = self.foreign_statement() {
                    kind
                } else if self.is_data_declaration() || self.is_foreign_declaration() {
                    self.item_statement()
                } else {
                    self.expression_statement()
                }
            }
            _ => return self.simple_statement(),
        };
        Stmt { kind, span: self.span_from(lo) }
    }

    /// A statement that may also stand on the line of a block's colon.
    pub(super) fn simple_statement(&mut self) -> Stmt {
        use TokenKind::*;
        let lo = self.lo();
        let kind = match self.kind() {
            Val | Var => self.binding(),
            Assert => self.assertion(),
            Pass => {
                self.bump();
                StmtKind::Pass
            }
            Fn | Const if self.nth(1) == Ident => self.item_statement(),
            Mut if self.nth(1) == Ident => self.mut_statement(),
            Elif | Case => {
                self.stray_branch();
                StmtKind::Error
            }
            _ => self.expression_statement(),
        };
        Stmt { kind, span: self.span_from(lo) }
    }

    fn item_statement(&mut self) -> StmtKind {
        self.nested_item().map_or(StmtKind::Error, StmtKind::Item)
    }

    // ---- bindings ----------------------------------------------------------

    /// `val p: T = e`, `var p: T = e`
    fn binding(&mut self) -> StmtKind {
        let mutable = self.at(TokenKind::Var);
        let keyword = self.span();
        self.bump();
        if self.at(TokenKind::Mut) {
            self.foreign_mut(keyword, mutable);
            self.bump();
        }
        self.binding_tail(mutable)
    }

    /// A binding from after its keyword.
    pub(super) fn binding_tail(&mut self, mutable: bool) -> StmtKind {
        let pat = self.binding_pattern("a name");
        if self.panicking {
            return StmtKind::Error;
        }
        let ty = self.eat(TokenKind::Colon).then(|| self.ty());
        if self.panicking {
            return StmtKind::Error;
        }
        match self.kind() {
            TokenKind::Eq => self.bump(),
            TokenKind::ColonEq => {
                self.foreign_declaration();
                self.bump();
            }
            TokenKind::Newline | TokenKind::Eof | TokenKind::Dedent => {
                let span = self.ast.pat(pat).span;
                let at = self.insertion();
                let diagnostic = Diagnostic::error(
                    &codes::MISSING_VALUE,
                    span,
                    "a variable needs a value from the start",
                )
                .label("has no value");
                let text = format!(" = {}", self.first_value(ty));
                let message = format!("write `{}`", text.trim_start());
                self.report(diagnostic.suggest(message, at, text, Applicability::Maybe));
                return StmtKind::Error;
            }
            _ => {
                self.expected(&codes::EXPECTED_TOKEN, "`=`");
                return StmtKind::Error;
            }
        }
        let value = self.value();
        StmtKind::Let { mutable, pat, ty, value }
    }

    /// A value that a variable of the written type `ty` may begin with.
    fn first_value(&self, ty: Option<TypeId>) -> &'static str {
        let Some(ty) = ty.map(|ty| self.ast.ty(ty)) else { return "…" };
        match ty.kind {
            TypeKind::List(_) => "[]",
            TypeKind::Dict(..) => "{}",
            TypeKind::Option(_) => "None",
            TypeKind::Path { .. } => match self.snippet(ty.span) {
                "str" => "\"\"",
                "bool" => "false",
                "f32" | "f64" => "0.0",
                "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => "0",
                _ => "…",
            },
            _ => "…",
        }
    }

    /// What stands right of `=`.
    pub(super) fn value(&mut self) -> ExprId {
        let value = self.expr();
        if self.at(TokenKind::Eq) && !self.panicking {
            let diagnostic = Diagnostic::error(
                &codes::ASSIGN_IN_CONDITION,
                self.span(),
                "an assignment has no value, so it cannot be assigned",
            )
            .label("a second `=`")
            .note("assign on two lines; `==` compares");
            self.report(diagnostic);
        } else if self.at(TokenKind::Comma) && self.brackets == 0 && !self.panicking {
            self.bare_tuple(value);
        }
        value
    }

    /// `a, b` where a tuple is meant; `first` was parsed.
    #[cold]
    fn bare_tuple(&mut self, first: ExprId) {
        let lo = self.ast.span(first).lo;
        let mut last = self.ast.span(first);
        let was = self.pos;
        while self.eat(TokenKind::Comma) && starts_expr(self.kind()) {
            let value = self.expr();
            last = self.ast.span(value);
            if self.panicking {
                return;
            }
        }
        let hi = last.hi.max(self.tokens.span(was, self.base).hi);
        self.needs_parentheses("a tuple stands in parentheses", Span::new(lo, hi));
    }

    /// Reports a tuple without its parentheses.
    #[cold]
    fn needs_parentheses(&mut self, message: &str, span: Span) {
        let text = format!("({})", self.snippet(span).trim_end_matches([',', ' ']));
        let diagnostic = Diagnostic::error(&codes::PATTERN_PARENTHESES, span, message)
            .label("expected parentheses around this")
            .suggest(format!("write `{text}`"), span, text, Applicability::Certain);
        self.report(diagnostic);
    }

    // ---- assert ------------------------------------------------------------

    /// `assert c`, `assert c, "message"`
    fn assertion(&mut self) -> StmtKind {
        self.bump();
        let condition = self.condition();
        let mut message = None;
        if !self.panicking && self.owns_comma() {
            self.bump();
            message = Some(self.expr());
        }
        StmtKind::Assert { condition, message }
    }

    /// Whether a comma stands here that belongs to the current statement, not
    /// to brackets around it.
    fn owns_comma(&self) -> bool {
        self.at(TokenKind::Comma) && self.brackets == self.block_brackets
    }

    // ---- expressions, assignments, calls without parentheses ---------------

    fn expression_statement(&mut self) -> StmtKind {
        if let Some(call) = self.bare_call() {
            return StmtKind::Expr(call);
        }
        if self.is_foreign_prefix_step() {
            return self.foreign_prefix_step();
        }
        let expr = self.expr();
        if self.panicking {
            return StmtKind::Expr(expr);
        }
        let kind = self.kind();
        if kind.is_assignment() && !self.after_block() {
            return self.assignment(expr);
        }
        use TokenKind::*;
        match kind {
            ColonEq => {
                self.foreign_declaration();
                self.bump();
                let value = self.value();
                StmtKind::Assign { target: expr, value }
            }
            PlusPlus | MinusMinus => {
                self.foreign_step(expr);
                self.bump();
                StmtKind::Error
            }
            Comma if self.brackets == 0 && !self.after_block() => {
                self.bare_tuple_statement(expr);
                StmtKind::Error
            }
            Colon if matches!(self.ast.expr(expr), Expr::Name(_)) => {
                self.foreign_annotation(expr);
                StmtKind::Error
            }
            _ => StmtKind::Expr(expr),
        }
    }

    fn assignment(&mut self, target: ExprId) -> StmtKind {
        use TokenKind::*;
        let op = match self.kind() {
            PlusEq => Some(BinaryOp::Add),
            MinusEq => Some(BinaryOp::Sub),
            StarEq => Some(BinaryOp::Mul),
            SlashEq => Some(BinaryOp::Div),
            PercentEq => Some(BinaryOp::Rem),
            StarStarEq => Some(BinaryOp::Pow),
            AmpEq => Some(BinaryOp::BitAnd),
            PipeEq => Some(BinaryOp::BitOr),
            CaretEq => Some(BinaryOp::BitXor),
            ShlEq => Some(BinaryOp::Shl),
            ShrEq => Some(BinaryOp::Shr),
            _ => None,
        };
        let is_target = self.check_target(target, op.is_none());
        self.bump();
        let value = self.value();
        match op {
            _ if !is_target => StmtKind::Error,
            Some(op) => StmtKind::AssignOp { op, target, value },
            None => StmtKind::Assign { target, value },
        }
    }

    /// Whether `target` has the form of a place, or, if `tuples` are allowed,
    /// of a tuple of places. Reports it if not.
    fn check_target(&mut self, target: ExprId, tuples: bool) -> bool {
        let what = match *self.ast.expr(target) {
            Expr::Error | Expr::Name(_) | Expr::Field { .. } | Expr::Index { .. } => return true,
            Expr::Paren(inner) => return self.check_target(inner, tuples),
            Expr::Tuple(places) if tuples => {
                for index in 0..places.len() {
                    let place = self.ast.list(places)[index];
                    if !self.check_target(place, tuples) {
                        return false;
                    }
                }
                return true;
            }
            Expr::OptionField { .. } => "`?.` may find nothing to assign to",
            Expr::Call { .. } => "the result of a call is not a place",
            Expr::Tuple(_) => "this operator takes one place",
            Expr::List(_) => "a list is taken apart by its indexes",
            Expr::Binary { .. } | Expr::Unary { .. } => "the result of an operator is not a place",
            Expr::Bool(_) | Expr::Nil => "a keyword is not a place",
            _ => "not a place",
        };
        let span = self.ast.span(target);
        let is_comparison = matches!(self.ast.expr(target), Expr::Binary { .. });
        let mut diagnostic =
            Diagnostic::error(&codes::INVALID_TARGET, span, "this cannot be assigned")
                .label(what)
                .note("a variable, a field or an indexed element can be assigned");
        if is_comparison && self.at(TokenKind::Eq) {
            diagnostic = diagnostic.note("`==` compares");
        }
        self.report(diagnostic);
        // The right side is read as usual.
        self.panicking = false;
        false
    }

    /// `print x, y`: a call whose callee is a dotted path, with a name, a
    /// literal or a lambda after a space on the same line.
    fn bare_call(&mut self) -> Option<ExprId> {
        use TokenKind::*;
        if !matches!(self.kind(), Ident | SelfValue) {
            return None;
        }
        let mut ahead = 1;
        while self.nth(ahead) == Dot && self.nth(ahead + 1) == Ident {
            ahead += 2;
        }
        match self.nth(ahead) {
            Ident | SelfValue | Int | Float | Str | StrStart | True | False | Nil | Backslash
            | LBrace => {}
            LBracket if self.is_bare_list(ahead) => {}
            Minus | LParen if self.is_printed(ahead) => {}
            // Not allowed, but what is meant is clear.
            LParen if self.is_printed_call(ahead) => {}
            Not if self.nth(ahead + 1) != In => {}
            Mut | If | Match | Tilde => {}
            // `name!(…)` is a macro's call elsewhere.
            Bang if self.nth(ahead + 1) != LParen => {}
            _ => return None,
        }
        if !self.on_same_line(ahead) || !self.fits_bare_call(ahead) {
            return None;
        }
        let lo = self.lo();
        let needs_parentheses = matches!(self.nth(ahead), Not | Mut | If | Match | Tilde)
            || self.nth(ahead) == LParen && !self.is_printed(ahead);
        let outer = std::mem::replace(&mut self.deepest, self.depth + 1);
        let mut callee = self.primary();
        while self.at(Dot) {
            self.bump();
            let name = self.name("a name after `.`");
            let field = Expr::Field { base: callee, name };
            callee = if self.wrap() { self.add(field, lo) } else { self.error_expr() };
        }
        let args_at = self.pos;
        self.ast.bare_arguments.push(args_at as u32);
        if !self.has_gap() {
            self.bare_call_without_space();
        }
        let told = self.diagnostics.len();
        let mark = self.scratch.args.len();
        loop {
            self.arg(mark);
            // Inside brackets the comma goes on to separate what they hold,
            // unless it stands in a block there.
            if self.panicking || !self.owns_comma() {
                break;
            }
            self.bump();
        }
        if needs_parentheses && !self.panicking {
            self.bare_call_needs_parentheses(args_at);
        } else if self.kinds[args_at] == Bang && !self.panicking {
            self.bare_call_of_not(args_at, told);
        }
        let args = self.take_args(mark);
        let call =
            if self.wrap() { self.add(Expr::Call { callee, args }, lo) } else { self.error_expr() };
        self.deepest = self.deepest.max(outer);
        Some(call)
    }

    /// Whether the bracket at `ahead` begins a list that is passed: it stands
    /// apart, and what it would be an index of is not assigned.
    fn is_bare_list(&self, ahead: usize) -> bool {
        self.has_gap_at(ahead) && !self.rest_of_line(ahead).iter().any(|kind| kind.is_assignment())
    }

    /// Whether what stands at `ahead` is an operand after `print` or `eprint`.
    /// As they have no value, `print -x` cannot be a subtraction, nor can
    /// `print (a + b) * 2` multiply what `print (a + b)` returns.
    fn is_printed(&self, ahead: usize) -> bool {
        if ahead != 1
            || ![sym::PRINT, sym::EPRINT].contains(&self.symbol())
            || !self.has_gap_at(ahead)
        {
            return false;
        }
        if self.nth(ahead) == TokenKind::Minus {
            return !self.has_gap_at(ahead + 1);
        }
        let after = self.after_parentheses(ahead);
        after.is_some_and(|kind| kind.continues_line() || kind == TokenKind::Dot)
    }

    /// Whether what stands in parentheses at `ahead`, after `print` or `eprint`,
    /// is itself called or indexed: `print (p.0)(5)`.
    fn is_printed_call(&self, ahead: usize) -> bool {
        use TokenKind::*;
        ahead == 1
            && [sym::PRINT, sym::EPRINT].contains(&self.symbol())
            && self.has_gap_at(ahead)
            && matches!(
                self.after_parentheses(ahead),
                Some(LParen | LBracket | Question | QuestionDot)
            )
    }

    /// What follows the parentheses that open at `ahead`.
    fn after_parentheses(&self, ahead: usize) -> Option<TokenKind> {
        let mut depth = 0;
        let line = self.rest_of_line(ahead);
        let close = line.iter().position(|kind| {
            match kind {
                TokenKind::LParen => depth += 1,
                TokenKind::RParen => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        line.get(close? + 1).copied()
    }

    /// Tells a bare call from other things that begin with two names.
    fn fits_bare_call(&self, ahead: usize) -> bool {
        use TokenKind::*;
        match self.nth(ahead) {
            // `x if c else y` is Python's; `a is not b` is reported elsewhere.
            If => {
                ahead == 1 && !self.rest_of_line(ahead).contains(&Else) || self.is_block_if(ahead)
            }
            // A misspelt keyword, as in `whlie x:`; or `i64 x = 3`.
            Ident => match self.nth(ahead + 1) {
                Colon => !matches!(self.nth(ahead + 2), Newline | Eof),
                Eq => false,
                _ => true,
            },
            _ => true,
        }
    }

    fn is_block_if(&self, ahead: usize) -> bool {
        self.rest_of_line(ahead).contains(&TokenKind::Colon)
    }

    #[cold]
    fn bare_call_without_space(&mut self) {
        let at = self.insertion();
        let diagnostic = Diagnostic::error(
            &codes::CALL_PARENTHESES,
            self.span(),
            "a call without parentheses has a space before its argument",
        )
        .label("expected a space before this")
        .suggest("write a space", at, " ", Applicability::Certain);
        self.note(diagnostic);
    }

    #[cold]
    fn bare_call_needs_parentheses(&mut self, first: usize) {
        let lo = self.tokens.span(first, self.base).lo;
        let span = Span::new(lo, self.prev_hi());
        let word = self.kinds[first].text();
        let edit = Span::new(self.tokens.span(first - 1, self.base).hi, span.hi);
        let text = format!("({})", self.snippet(span));
        let diagnostic = Diagnostic::error(
            &codes::CALL_PARENTHESES,
            span,
            format!("an argument that begins with `{word}` needs parentheses"),
        )
        .label("without parentheses a name, a literal or a lambda must follow")
        .suggest(format!("write `{text}`"), edit, text, Applicability::Certain);
        self.note(diagnostic);
    }

    /// `print !x`: the `!` was told, by the diagnostic `told`; what is written
    /// for it needs parentheses.
    #[cold]
    fn bare_call_of_not(&mut self, bang: usize, told: usize) {
        let from = self.tokens.span(bang - 1, self.base).hi;
        let bang = self.tokens.span(bang, self.base);
        let end = Span::new(self.prev_hi(), self.prev_hi());
        let rest = self.snippet(Span::new(bang.hi, end.lo));
        let Some(told) = self.diagnostics.get_mut(told) else { return };
        if told.primary.span == bang {
            told.suggestions = vec![Suggestion {
                message: format!("write `(not {rest})`"),
                edits: vec![(Span::new(from, bang.hi), "(not ".into()), (end, ")".into())],
                applicability: Applicability::Certain,
            }];
        }
    }

    /// The parenthesis, by its token, that follows the name or dotted path at
    /// the start of `expr` after a space, as that of a call without parentheses
    /// would: `print (a)(b)`.
    fn spaced_parenthesis(&self, expr: ExprId) -> Option<usize> {
        use TokenKind::*;
        let lo = self.ast.span(expr).lo - self.base;
        let mut at = self.tokens.starts.partition_point(|start| *start < lo);
        if !matches!(self.kinds[at], Ident | SelfValue) {
            return None;
        }
        at += 1;
        while self.kinds[at] == Dot && self.kinds[at + 1] == Ident {
            at += 2;
        }
        let is_spaced = self.tokens.ends[at - 1] < self.tokens.starts[at];
        (self.kinds[at] == LParen && is_spaced).then_some(at)
    }

    /// `x, y = …` and `x, y` as a statement.
    #[cold]
    fn bare_tuple_statement(&mut self, first: ExprId) {
        let spaced = self.spaced_parenthesis(first);
        let first = match *self.ast.expr(first) {
            Expr::Return(Some(value)) | Expr::Break(Some(value)) => value,
            _ => first,
        };
        let lo = self.ast.span(first).lo;
        while self.eat(TokenKind::Comma) && starts_expr(self.kind()) {
            self.expr();
        }
        if self.panicking {
            return;
        }
        let places = Span::new(lo, self.prev_hi());
        if !self.at(TokenKind::Eq) {
            if let Some(first) = spaced {
                self.bare_call_needs_parentheses(first);
                self.spoil(lo);
                return;
            }
            return self.needs_parentheses("a tuple stands in parentheses", places);
        }
        self.bump();
        let value_lo = self.lo();
        self.expr();
        let mut is_list = false;
        while self.eat(TokenKind::Comma) && starts_expr(self.kind()) {
            is_list = true;
            self.expr();
        }
        if self.panicking {
            return;
        }
        let value = Span::new(value_lo, self.prev_hi());
        let (left, right) = (self.snippet(places), self.snippet(value));
        let right = if is_list { format!("({right})") } else { right.to_owned() };
        let text = format!("({left}) = {right}");
        let span = places.to(value);
        let diagnostic = Diagnostic::error(
            &codes::PATTERN_PARENTHESES,
            span,
            "several places that are assigned stand in parentheses",
        )
        .label("expected parentheses")
        .suggest(format!("write `{text}`"), span, text, Applicability::Certain);
        self.report(diagnostic);
    }
}
