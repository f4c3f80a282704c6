//! Declarations of other languages.

use simple_source::{Diagnostic, Span};

use crate::ast::{ItemKind, Name, StmtKind};
use crate::codes;
use crate::parser::Parser;
use crate::parser::function::BodyRule;
use crate::parser::item::Prefix;
use crate::token::TokenKind;

/// Words that begin a function elsewhere.
const FUNCTION_WORDS: &[&str] = &["def", "func", "function", "fun", "proc", "sub", "fnc"];

/// Types that stand before a function's name elsewhere.
const RESULT_WORDS: &[&str] = &["void", "int", "long", "float", "double", "bool", "char"];

/// Words before a declaration elsewhere.
const MODIFIERS: &[&str] = &[
    "public",
    "private",
    "protected",
    "export",
    "async",
    "unsafe",
    "inline",
    "final",
    "abstract",
    "override",
    "virtual",
    "open",
    "sealed",
    "mod",
    "internal",
    "default",
];

impl Parser<'_> {
    /// `val mut x`; the caller passes the `mut`.
    #[cold]
    pub(in crate::parser) fn foreign_mut(&mut self, keyword: Span, is_var: bool) {
        let span = self.span();
        let diagnostic = Diagnostic::error(
            &codes::FOREIGN_KEYWORD,
            span,
            "a variable that can change is declared with `var`",
        )
        .label("not needed");
        if is_var {
            self.mend(diagnostic, Span::new(keyword.hi, span.hi), "");
        } else {
            self.mend(diagnostic, Span::new(keyword.lo, span.hi), "var");
        }
    }

    /// `mut x = e` as a statement.
    #[cold]
    pub(in crate::parser) fn mut_statement(&mut self) -> StmtKind {
        let span = self.span();
        let diagnostic = Diagnostic::error(
            &codes::FOREIGN_KEYWORD,
            span,
            "a variable that can change is declared with `var`",
        )
        .label("expected `var`");
        self.mend(diagnostic, span, "var");
        self.bump();
        self.binding_tail(true)
    }

    /// `const fn` and `const mut`: whether a word to pass stands here.
    pub(in crate::parser) fn foreign_const(&mut self) -> bool {
        if !matches!(self.kind(), TokenKind::Mut | TokenKind::Val | TokenKind::Var) {
            return false;
        }
        let span = self.span();
        let text = self.kind().text();
        let diagnostic = Diagnostic::error(
            &codes::FOREIGN_KEYWORD,
            span,
            format!("`const` is not followed by `{text}`"),
        )
        .label("not needed");
        self.mend(diagnostic, span, "");
        true
    }

    /// `def name(` and its kind.
    pub(in crate::parser) fn is_foreign_function(&self) -> bool {
        use TokenKind::*;
        self.at(Ident)
            && self.nth(1) == Ident
            && match self.nth(2) {
                Ident => self.is_modified_foreign_function(),
                LBracket | Lt | Colon => {
                    FUNCTION_WORDS.contains(&self.word(0)) && self.rest_of_line_has(Colon)
                }
                LParen if FUNCTION_WORDS.contains(&self.word(0)) => {
                    matches!(self.after_params(), Some(Colon | Arrow | Ident | LParen | Star))
                }
                LParen if RESULT_WORDS.contains(&self.word(0)) => {
                    self.after_params() == Some(Colon)
                }
                _ => false,
            }
    }

    /// What follows the parentheses at the third token from here: a block's
    /// colon, unless it is a call (`sub f(b: 1)` calls `sub`).
    fn after_params(&self) -> Option<TokenKind> {
        use TokenKind::*;
        let mut depth = 0_usize;
        let line = self.rest_of_line(2);
        let close = line.iter().position(|kind| {
            match kind {
                LParen | LBracket | LBrace => depth += 1,
                RParen | RBracket | RBrace => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        })?;
        line.get(close + 1).copied()
    }

    /// Reports `def`; the caller passes it and reads a function.
    #[cold]
    pub(in crate::parser) fn foreign_function(&mut self) {
        let mut span = self.span();
        if self.pos > self.statement_start && self.kinds[self.pos - 1] == TokenKind::Ident {
            span.lo = self.prev_span().lo;
        }
        let text = self.snippet(span);
        let diagnostic = Diagnostic::error(
            &codes::FOREIGN_KEYWORD,
            span,
            format!("a function is declared with `fn`, not `{text}`"),
        )
        .label("expected `fn`");
        self.mend(diagnostic, span, "fn");
    }

    /// Whether a declaration begins here with a word of another language.
    pub(in crate::parser) fn is_foreign_declaration(&self) -> bool {
        use TokenKind::*;
        match self.nth(1) {
            Ident => {}
            _ => return false,
        }
        match self.word(0) {
            "import" | "using" | "include" | "require" => {
                matches!(self.nth(2), Newline | Eof | Dot | As | ColonColon | Semicolon | Comma)
            }
            "interface" | "protocol" => matches!(self.nth(2), Colon | LBracket | Lt),
            _ => self.is_foreign_function(),
        }
    }

    /// Such a declaration, from its word.
    #[cold]
    pub(in crate::parser) fn foreign_declaration_item(
        &mut self,
        name: &mut Name,
        prefix: &Prefix,
    ) -> ItemKind {
        let span = self.span();
        let text = self.token_text(self.pos);
        let (right, what) = match text {
            "interface" | "protocol" => ("trait", "a trait"),
            "import" | "using" | "include" | "require" => ("use", "a module"),
            _ => {
                self.foreign_function();
                self.bump();
                let rule = BodyRule::of(&self.ast, prefix);
                return self.function_tail(name, rule);
            }
        };
        let verb = if right == "use" { "named" } else { "declared" };
        let diagnostic = Diagnostic::error(
            &codes::FOREIGN_KEYWORD,
            span,
            format!("{what} is {verb} with `{right}`, not `{text}`"),
        )
        .label(format!("expected `{right}`"));
        self.mend(diagnostic, span, right);
        if right == "use" {
            return self.use_declaration();
        }
        self.bump();
        self.foreign_trait_tail(name)
    }

    /// Whether `async def f(` or its kind stands here.
    fn is_modified_foreign_function(&self) -> bool {
        use TokenKind::*;
        self.at(Ident)
            && self.nth(1) == Ident
            && self.nth(2) == Ident
            && MODIFIERS.contains(&self.word(0))
            && FUNCTION_WORDS.contains(&self.word(1))
    }

    /// `public fn`, `async fn`: passes the word. Returns the span of one that
    /// means `pub`.
    pub(in crate::parser) fn foreign_modifier(&mut self) -> Option<Span> {
        use TokenKind::*;
        if self.is_modified_foreign_function() {
            // `async def`: told with the `def`.
            self.bump();
            return None;
        }
        let is_before_item = matches!(
            self.nth(1),
            Fn | Struct | Class | Enum | Trait | Impl | Const | Type | Val | Var | Static
        );
        if !self.at(Ident) || !is_before_item || !MODIFIERS.contains(&self.word(0)) {
            return None;
        }
        let span = self.span();
        let text = self.token_text(self.pos);
        let is_public = matches!(text, "public" | "export" | "open");
        let diagnostic =
            Diagnostic::error(&codes::FOREIGN_KEYWORD, span, format!("`{text}` is not a keyword"));
        if is_public {
            self.mend(diagnostic.label("expected `pub`"), span, "pub");
        } else {
            let diagnostic = match text {
                "private" | "internal" | "protected" => {
                    diagnostic.note("a declaration without `pub` is private to its file")
                }
                _ => diagnostic,
            };
            let next = self.next_lo();
            self.mend(diagnostic.label("not needed"), Span::new(span.lo, next), "");
        }
        self.bump();
        is_public.then_some(span)
    }
}
