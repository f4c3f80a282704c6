//! Statements of other languages.

use simple_source::{Applicability, Diagnostic, Label, Span};

use crate::ast::{ExprId, StmtKind};
use crate::codes;
use crate::parser::Parser;
use crate::token::TokenKind;

impl Parser<'_> {
    /// A statement that begins with a word of another language, if one does.
    #[inline]
    pub(in crate::parser) fn foreign_statement(&mut self) -> Option<StmtKind> {
        use TokenKind::*;
        match self.nth(1) {
            // What mostly follows a name that begins a statement.
            Dot | Eq | LBracket | PlusEq | MinusEq | StarEq | SlashEq | Newline => None,
            LParen if !matches!(self.word(0), "let" | "switch") => None,
            _ => self.foreign_statement_word(),
        }
    }

    fn foreign_statement_word(&mut self) -> Option<StmtKind> {
        use TokenKind::*;
        let text = self.token_text(self.pos);
        let next = self.nth(1);
        let span = self.span();
        let ends_with_colon = || self.rest_of_line_has(Colon) && next != Comma;
        match text {
            "let" if matches!(next, Ident | Mut) || next == LParen && self.rest_of_line_has(Eq) => {
                Some(self.foreign_let())
            }
            "auto" | "my" | "local" | "int" | "long" | "float" | "double" | "bool" | "char"
            | "string" | "String" | "str" | "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32"
            | "u64" | "f32" | "f64"
                if next == Ident && self.nth(2) == Eq =>
            {
                Some(self.foreign_let())
            }
            "switch"
                if next != Colon
                    && ends_with_colon()
                    && (next != LParen || self.begins_block()) =>
            {
                let diagnostic = self.foreign_keyword("`match` chooses between cases", "match");
                self.mend(diagnostic, span, "match");
                Some(StmtKind::Expr(self.match_expr()))
            }
            "foreach" if next == Ident && self.nth(2) == In => {
                let diagnostic = self.foreign_keyword("`for` runs over elements", "for");
                self.mend(diagnostic, span, "for");
                Some(StmtKind::Expr(self.for_expr()))
            }
            "from"
                if next == Ident
                    && self.rest_of_line_has(Ident)
                    && self.line_has_word("import") =>
            {
                Some(self.foreign_from())
            }
            "elsif" | "elseif" | "elsf" if ends_with_colon() => {
                self.stray_branch();
                Some(StmtKind::Error)
            }
            "try" | "except" | "catch" | "finally" | "with" | "do" | "repeat" | "unless"
            | "until" | "begin" | "forever" | "when" | "given" | "guard" | "namespace"
            | "module" | "mod" | "macro" | "union" | "select" | "defer"
                if ends_with_colon() =>
            {
                self.foreign_block(text);
                Some(StmtKind::Error)
            }
            _ => None,
        }
    }

    /// Whether an indented block follows this line, and a colon ends it.
    fn begins_block(&self) -> bool {
        let line = self.rest_of_line(0);
        line.last() == Some(&TokenKind::Colon) && self.nth(line.len() + 1) == TokenKind::Indent
    }

    fn line_has_word(&self, word: &str) -> bool {
        let mut rest = self.rest_of_line(0).iter().enumerate();
        rest.any(|(offset, kind)| {
            *kind == TokenKind::Ident && self.token_text(self.pos + offset) == word
        })
    }

    fn foreign_keyword(&self, message: &str, right: &str) -> Diagnostic {
        let text = self.token_text(self.pos);
        Diagnostic::error(
            &codes::FOREIGN_KEYWORD,
            self.span(),
            format!("{message}; `{text}` is not a keyword"),
        )
        .label(format!("expected `{right}`"))
    }

    /// `let x = e`, `let mut x = e`
    #[cold]
    fn foreign_let(&mut self) -> StmtKind {
        let span = self.span();
        let mutable = self.nth(1) == TokenKind::Mut;
        let hi = if mutable { self.tokens.span(self.pos + 1, self.base).hi } else { span.hi };
        let right = if mutable { "var" } else { "val" };
        let diagnostic = self
            .foreign_keyword("a name is declared with `val` or `var`", right)
            .note("`val` cannot be assigned again, `var` can");
        let whole = Span::new(span.lo, hi);
        let diagnostic =
            Diagnostic { primary: Label { span: whole, ..diagnostic.primary }, ..diagnostic };
        self.mend(diagnostic, whole, right);
        self.bump();
        if mutable {
            self.bump();
        }
        self.binding_tail(mutable)
    }

    /// `if let Some(x) = y`, after `if` or `while`.
    pub(in crate::parser) fn is_foreign_if_let(&self) -> bool {
        self.nth(1) == TokenKind::Ident && self.word(0) == "let"
    }

    #[cold]
    pub(in crate::parser) fn foreign_if_let(&mut self) {
        let word = self.prev_span();
        let span = word.to(self.span());
        let text = self.snippet(word);
        let diagnostic =
            Diagnostic::error(&codes::FOREIGN_KEYWORD, span, format!("there is no `{text} let`"))
                .label("not a condition")
                .note(
                    "`match` takes a value apart: `case Some(x):`; `??` gives a value for `None`",
                );
        self.report(diagnostic);
    }

    /// `from a.b import c, d`
    #[cold]
    fn foreign_from(&mut self) -> StmtKind {
        let lo = self.lo();
        let module_lo = self.tokens.span(self.pos + 1, self.base).lo;
        while self.word(0) != "import" || !self.at(TokenKind::Ident) {
            self.bump();
        }
        let module = self.snippet(Span::new(module_lo, self.lo())).trim_end();
        self.bump();
        let names_lo = self.lo();
        self.skip_to(&[TokenKind::Newline]);
        let span = self.span_from(lo);
        let names = self.snippet(self.span_from(names_lo));
        let names = names.trim_start_matches('(').trim_end_matches(')');
        let text = format!("use {module}.{{{names}}}");
        let diagnostic =
            Diagnostic::error(&codes::FOREIGN_KEYWORD, span, "names are imported with `use`")
                .label("expected `use`")
                .suggest(format!("write `{text}`"), span, text, Applicability::Maybe);
        self.note(diagnostic);
        StmtKind::Error
    }

    /// A block statement that does not exist.
    #[cold]
    fn foreign_block(&mut self, word: &str) {
        let span = self.span();
        let advice = match word {
            "try" | "except" | "catch" | "finally" => {
                "a function that can fail returns a `Result`; `?` passes its error on, `match` handles it"
            }
            "with" | "defer" => {
                "values are freed as soon as nothing needs them; `read_file` of `std.io` reads a whole file"
            }
            "unless" => "write `if not condition:`",
            "until" => "write `while not condition:`",
            "do" | "repeat" | "forever" | "begin" => "write `loop:` with a `break`, or `while`",
            "when" | "given" | "select" => "write `match value:` with `case` lines",
            "guard" => "write `if not condition: return …`",
            "namespace" | "module" | "mod" => "each file is a module",
            "union" => "write an `enum`",
            _ => "there is nothing like it in Simple",
        };
        let diagnostic = Diagnostic::error(
            &codes::FOREIGN_KEYWORD,
            span,
            format!("there is no `{word}` statement"),
        )
        .label("not a keyword")
        .note(advice);
        self.report(diagnostic);
        self.skip_companions(word);
    }

    /// Skips a block statement that was reported, with the blocks that belong
    /// to it.
    fn skip_companions(&mut self, word: &str) {
        use TokenKind::*;
        loop {
            self.skip_to(&[Newline]);
            if self.nth(1) != Indent {
                return;
            }
            self.bump();
            self.skip_block();
            self.panicking = false;
            let goes_on = match (word, self.kind()) {
                ("try", Ident) => matches!(self.word(0), "except" | "catch" | "finally"),
                ("try", Else) => true,
                ("do" | "repeat", While) => !self.rest_of_line_has(Colon),
                ("do" | "repeat", Ident) => self.word(0) == "until",
                _ => false,
            };
            if !goes_on {
                return;
            }
        }
    }

    /// `else`, `elif` or `case` that belongs to nothing.
    #[cold]
    pub(in crate::parser) fn stray_branch(&mut self) {
        let span = self.span();
        let text = self.token_text(self.pos);
        let (message, label) = match self.kind() {
            TokenKind::Case => ("`case` outside a `match`".to_owned(), "no `match` is open here"),
            TokenKind::Else => ("`else` without an `if`".to_owned(), "no `if` ends right above"),
            _ => (format!("`{text}` without an `if`"), "no `if` ends right above"),
        };
        let diagnostic = Diagnostic::error(&codes::STRAY_BRANCH, span, message).label(label);
        let diagnostic = diagnostic.note(match self.kind() {
            TokenKind::Case => "the cases of a `match` are indented below it",
            _ => "a branch has the same indentation as what it belongs to; loops have no `else`",
        });
        let diagnostic = match self.kind() {
            TokenKind::Elif => diagnostic.suggest("write `if`", span, "if", Applicability::Maybe),
            _ => diagnostic,
        };
        self.report(diagnostic);
    }

    /// `spawn` and `static`
    #[cold]
    pub(in crate::parser) fn reserved_word(&mut self) {
        let span = self.span();
        let text = self.kind().text();
        let diagnostic = Diagnostic::error(
            &codes::RESERVED_WORD,
            span,
            format!("`{text}` is reserved and means nothing yet"),
        )
        .label("cannot be used")
        .suggest("remove it", Span::new(span.lo, self.next_lo()), "", Applicability::Maybe);
        let diagnostic = match self.kind() {
            TokenKind::Static => diagnostic.note("a value that never changes is a `const`"),
            _ => diagnostic,
        };
        self.report(diagnostic);
    }

    /// `x: i64 = 3` or a misspelt keyword and a block; `name` was parsed.
    #[cold]
    pub(in crate::parser) fn foreign_annotation(&mut self, name: ExprId) {
        if self.nth(1) == TokenKind::Newline {
            return self.unexpected_after_statement();
        }
        let span = self.ast.span(name);
        let diagnostic = Diagnostic::error(
            &codes::END_OF_STATEMENT,
            self.span(),
            "a declaration with a type begins with `val` or `var`",
        )
        .label("expected `=` or the end of the line")
        .suggest("write `val`", span.start(), "val ", Applicability::Maybe);
        self.report(diagnostic);
    }
}
