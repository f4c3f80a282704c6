//! Habits from other languages: what Python, Rust, C and their kin write
//! where Simple writes something else. Each gets a message that names the
//! right form, and is read as what was meant where that is clear.

use simple_source::{Applicability, Diagnostic, Label, Span, Suggestion};

use super::Parser;
use super::item::Prefix;
use crate::ast::{Expr, ExprId, ItemKind, Name, Pat, PatId, PatKind, StmtKind};
use crate::codes;
use crate::token::TokenKind;

/// Words that begin a function elsewhere.
const FUNCTION_WORDS: &[&str] = &["def", "func", "function", "fun", "proc", "sub", "fnc"];

/// Words before a declaration elsewhere.
const MODIFIERS: &[&str] = &[
    "public", "private", "protected", "export", "async", "unsafe", "inline", "final", "abstract",
    "override", "virtual", "open", "sealed", "mod", "internal", "default",
];

/// Keywords that a misspelt word may stand for.
const KEYWORDS: &[&str] = &[
    "assert", "break", "case", "class", "const", "continue", "elif", "else", "enum", "extern",
    "for", "impl", "loop", "match", "pass", "return", "struct", "test", "trait", "type", "use",
    "val", "var", "while", "fn", "if", "pub",
];

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

    // ---- operators ---------------------------------------------------------

    /// `&&` and `||` between operands; read as `and` and `or`.
    #[cold]
    pub(super) fn foreign_logic(&mut self) {
        let (shown, right) = match self.kind() {
            TokenKind::AmpAmp => ("&&", "and"),
            _ => ("||", "or"),
        };
        let span = self.span();
        // Words need spaces around them.
        let before = if self.has_gap() { "" } else { " " };
        let next = self.tokens.starts[(self.pos + 1).min(self.kinds.len() - 1)] + self.base;
        let after = if next > span.hi { "" } else { " " };
        let diagnostic = self.foreign_operator(shown, right);
        self.mend(diagnostic, span, &format!("{before}{right}{after}"));
    }

    /// `!x`; the caller reads it as `not x`.
    #[cold]
    pub(super) fn foreign_not(&mut self) {
        let span = self.span();
        let diagnostic = self.foreign_operator("!", "not");
        self.mend(diagnostic, span, "not ");
    }

    /// Prefix operators that do not exist.
    #[cold]
    pub(super) fn foreign_prefix(&mut self, min: u8) -> ExprId {
        use TokenKind::*;
        let span = self.span();
        let kind = self.kind();
        match kind {
            Pipe | PipePipe => return self.foreign_closure(),
            Plus => {
                let diagnostic = self.foreign_operator("+", "an operand").label("there is no unary `+`");
                self.mend(diagnostic, span, "");
            }
            Amp | AmpAmp => {
                let is_mut = self.nth(1) == Mut;
                let hi = if is_mut { self.tokens.span(self.pos + 1, self.base).hi } else { span.hi };
                let span = Span::new(span.lo, hi);
                let diagnostic = self
                    .foreign_expression(span, "there are no references to take")
                    .label("not needed")
                    .note("values are passed without copying; `f(mut x)` lets `f` change `x`");
                self.mend(diagnostic, span, if is_mut { "mut" } else { "" });
                if is_mut {
                    self.bump();
                }
            }
            Star | StarStar => {
                let found = self.found();
                let diagnostic = Diagnostic::error(
                    &codes::EXPECTED_EXPRESSION,
                    span,
                    format!("expected an expression, found the operator {found}"),
                )
                .label("an operand is missing before this, or it is not needed")
                .note("there is nothing to dereference or unpack");
                self.mend(diagnostic, span, "");
            }
            _ => {
                let text = kind.text();
                let diagnostic = self
                    .foreign_operator(text, if kind == PlusPlus { "+= 1" } else { "-= 1" });
                self.note(diagnostic);
            }
        }
        self.bump();
        self.operand(min)
    }

    /// `|x| e`; read as `\x: e`.
    #[cold]
    fn foreign_closure(&mut self) -> ExprId {
        use TokenKind::*;
        let lo = self.lo();
        let start = self.pos;
        if self.eat(Pipe) {
            while matches!(self.kind(), Ident | Comma | Mut | Colon | Amp | LParen | RParen) {
                self.bump();
            }
            if !self.at(Pipe) {
                self.pos = start;
            }
        }
        self.bump();
        let span = self.span_from(lo);
        let params = self.snippet(span).trim_matches('|').trim();
        let is_typed = params.contains([':', '(', '&']);
        let text = if is_typed { format!("\\({params}):") } else { format!("\\{params}:") };
        let diagnostic = self
            .foreign_expression(span, "a lambda is not written with `|`")
            .label("expected `\\`")
            .note("write `\\x: …`, `\\a, b: …` or, without parameters, `\\: …`")
            .suggest(format!("write `{text}`"), span, text, Applicability::Maybe);
        self.report(diagnostic);
        self.error_expr()
    }

    /// `a <> b`; read as `a != b`.
    #[cold]
    pub(super) fn foreign_not_equal(&mut self) {
        let span = self.span().to(self.tokens.span(self.pos + 1, self.base));
        let diagnostic = Diagnostic::error(
            &codes::FOREIGN_OPERATOR,
            span,
            "`<>` is not an operator",
        )
        .label("expected `!=`");
        self.mend(diagnostic, span, "!=");
        self.bump();
    }

    /// `--x` and `++x` as a statement.
    pub(super) fn is_foreign_prefix_step(&self) -> bool {
        use TokenKind::*;
        let kind = self.kind();
        if !matches!(kind, Minus | Plus) || self.nth(1) != kind || self.nth(2) != Ident {
            return false;
        }
        let ends = &self.tokens.ends[self.pos..];
        let starts = &self.tokens.starts[self.pos..];
        ends[0] == starts[1] && ends[1] == starts[2] && matches!(self.nth(3), Newline | Eof | Dedent)
    }

    #[cold]
    pub(super) fn foreign_prefix_step(&mut self) -> StmtKind {
        let lo = self.lo();
        let text = if self.at(TokenKind::Plus) { "+" } else { "-" };
        self.bump();
        self.bump();
        let name = self.token_text(self.pos);
        self.bump();
        let span = self.span_from(lo);
        let right = format!("{name} {text}= 1");
        let diagnostic = Diagnostic::error(
            &codes::FOREIGN_OPERATOR,
            span,
            format!("`{text}{text}` is not an operator"),
        )
        .label(format!("expected `{text}= 1`"))
        .suggest(format!("write `{right}`"), span, right, Applicability::Certain);
        self.note(diagnostic);
        StmtKind::Error
    }

    /// `a::b`; the caller reads it as `a.b`.
    #[cold]
    pub(super) fn foreign_path_separator(&mut self) {
        let span = self.span();
        let text = self.kind().text();
        let diagnostic = self.foreign_operator(text, ".");
        self.mend(diagnostic, span, ".");
    }

    /// `name!(…)`; read as `name(…)`.
    #[cold]
    pub(super) fn foreign_macro(&mut self) {
        let span = self.span();
        let diagnostic = self
            .foreign_expression(span, "there are no macros")
            .label("a call has no `!`");
        self.mend(diagnostic, span, "");
        self.bump();
    }

    /// `x++`; the caller passes it.
    #[cold]
    pub(super) fn foreign_step(&mut self, target: ExprId) {
        let text = self.kind().text();
        let right = if self.at(TokenKind::PlusPlus) { " += 1" } else { " -= 1" };
        let span = Span::new(self.ast.span(target).hi, self.span().hi);
        let diagnostic = self.foreign_operator(text, right.trim());
        self.mend(diagnostic, span, right);
    }

    /// `x := e`; the caller reads it as `x = e`.
    #[cold]
    pub(super) fn foreign_declaration(&mut self) {
        let span = self.span();
        let diagnostic = self
            .foreign_operator(":=", "=")
            .note("a new name is declared by `name = value`; `var` makes one that can change");
        self.mend(diagnostic, span, "=");
    }

    /// `=>` or `->` before a body; the caller reads it as `:`.
    #[cold]
    pub(super) fn foreign_arrow(&mut self) {
        let span = self.span();
        let lo = self.prev_hi();
        let text = self.kind().text();
        let diagnostic = Diagnostic::error(
            &codes::MISSING_COLON,
            span,
            format!("expected `:`, found `{text}`"),
        )
        .label("expected `:`");
        self.mend(diagnostic, Span::new(lo, span.hi), ":");
    }

    /// `f(name=value)`; read as `name: value`.
    #[cold]
    pub(super) fn foreign_named_arg(&mut self, lo: u32) {
        let span = self.span();
        let edit = Span::new(self.prev_hi(), span.hi);
        let has_space = self.tokens.starts[(self.pos + 1).min(self.kinds.len() - 1)] + self.base > span.hi;
        let text = if has_space { ":" } else { ": " };
        let diagnostic = Diagnostic::error(
            &codes::FOREIGN_EXPRESSION,
            span,
            "a named argument is written with `:`",
        )
        .label("expected `:`")
        .also(Span::new(lo, edit.lo), "the argument's name");
        self.mend(diagnostic, edit, text);
    }

    /// `f(*xs)`; read without the star.
    #[cold]
    pub(super) fn foreign_unpacking(&mut self) {
        let span = self.span();
        let text = self.kind().text();
        let diagnostic = self
            .foreign_expression(span, "arguments cannot be unpacked")
            .label(format!("no `{text}` before an argument"))
            .note("every function has a fixed number of parameters");
        self.note(diagnostic);
        self.bump();
    }

    // ---- expressions -------------------------------------------------------

    /// Whether the `?` just passed begins C's `c ? a : b`.
    pub(super) fn is_foreign_conditional(&self) -> bool {
        use TokenKind::*;
        let begins = matches!(
            self.kind(),
            Ident | Int | Float | Str | StrStart | True | False | Nil | SelfValue
        );
        begins && self.on_same_line(0) && self.rest_of_line_has(Colon)
    }

    fn rest_of_line_has(&self, wanted: TokenKind) -> bool {
        self.rest_of_line(0).contains(&wanted)
    }

    /// `c ? a : b`, from after the `?`.
    #[cold]
    pub(super) fn foreign_conditional(&mut self, lo: u32, condition: ExprId) {
        let question = self.prev_span();
        let condition_text = self.snippet(self.ast.span(condition)).to_owned();
        let then = self.expr();
        if self.panicking || !self.eat(TokenKind::Colon) {
            return self.expected(&codes::EXPECTED_TOKEN, "an operator");
        }
        let otherwise = self.expr();
        let span = Span::new(lo, self.prev_hi());
        let (a, b) = (self.snippet(self.ast.span(then)), self.snippet(self.ast.span(otherwise)));
        let text = format!("if {condition_text}: {a} else: {b}");
        let diagnostic = self
            .foreign_expression(question, "a choice between values is an `if` expression")
            .label("`?` only leaves a function early")
            .suggest(format!("write `{text}`"), span, text, Applicability::Maybe);
        self.report(diagnostic);
    }

    /// `x if c else y`, from the `if`.
    #[cold]
    pub(super) fn foreign_ternary(&mut self) {
        let span = self.span();
        self.bump();
        self.expr();
        let has_else = self.at(TokenKind::Else);
        let diagnostic = self
            .foreign_expression(span, "a condition stands before the values, not between them")
            .label("expected the end of the expression")
            .note(if has_else {
                "write `if condition: x else: y`"
            } else {
                "write `if condition: statement`"
            });
        self.report(diagnostic);
    }

    /// `f(x for x in xs)` and `(x for x in xs)`, from the `for`.
    #[cold]
    pub(super) fn foreign_generator(&mut self) {
        let span = self.span();
        let diagnostic = self
            .foreign_expression(span, "a comprehension stands in `[…]` or `{…}`")
            .label("not in parentheses")
            .note("`xs.map(f)` and `xs.filter(f)` on an iterator make no list in between");
        self.report(diagnostic);
        self.skip_to(&[]);
    }

    /// Whether Python's `lambda x: e` stands here.
    #[inline]
    pub(super) fn is_foreign_lambda(&self) -> bool {
        matches!(self.nth(1), TokenKind::Ident | TokenKind::Colon)
            && self.symbol() == self.lambda_word
            && (self.nth(1) == TokenKind::Colon
                || matches!(self.nth(2), TokenKind::Colon | TokenKind::Comma))
    }

    /// `lambda x: e`; read as `\x: e`.
    #[cold]
    pub(super) fn foreign_lambda(&mut self) -> ExprId {
        let lo = self.lo();
        let rest = &self.kinds[self.pos..];
        let colon = rest.iter().position(|kind| *kind == TokenKind::Colon).unwrap_or(0);
        let span = Span::new(lo, self.tokens.span(self.pos + colon, self.base).hi);
        let params = self.snippet(Span::new(self.span().hi, span.hi)).trim_start();
        let text = format!("\\{params}");
        let diagnostic = self
            .foreign_expression(span, "a lambda begins with `\\`")
            .label("expected `\\`");
        self.mend(diagnostic, span, &text);
        // The word stands where the backslash would.
        self.lambda()
    }

    /// `fn(x): e` as a value.
    #[cold]
    pub(super) fn function_as_value(&mut self) {
        let span = self.span();
        let diagnostic = self
            .foreign_expression(span, "a function without a name is a lambda")
            .label("expected `\\`")
            .note("write `\\x: …` or `\\(x: i64) -> i64: …`; `fn` declares a function with a name");
        self.report(diagnostic);
    }

    /// Whether `Name { field: value }` stands here; `base` was parsed.
    pub(super) fn is_foreign_struct_literal(&self, base: ExprId) -> bool {
        use TokenKind::*;
        let name = match self.ast.expr(base) {
            Expr::Name(symbol) => *symbol,
            Expr::Field { name, .. } => name.symbol,
            _ => return false,
        };
        let is_type = self.interner.resolve(name).starts_with(char::is_uppercase);
        let fields = matches!(
            (self.nth(1), self.nth(2)),
            (Ident, Colon | Comma | RBrace) | (DotDot, _) | (RBrace, _)
        );
        is_type && fields
    }

    #[cold]
    pub(super) fn foreign_struct_literal(&mut self, base: ExprId) {
        let open = self.span();
        self.bump();
        self.skip_to(&[]);
        let close = self.span();
        self.eat(TokenKind::RBrace);
        let mut diagnostic = self
            .foreign_expression(open, "a value is made by a call, not with braces")
            .label("expected `(`")
            .note(format!("write `{}(…)`", self.snippet(self.ast.span(base))));
        let gap = Span::new(self.ast.span(base).hi, open.hi);
        diagnostic.suggestions.push(Suggestion {
            message: "write parentheses".into(),
            edits: vec![(gap, "(".into()), (close, ")".into())],
            applicability: Applicability::Maybe,
        });
        self.note(diagnostic);
    }

    // ---- types -------------------------------------------------------------

    /// `&T` and `*T`; read as `T`.
    #[cold]
    pub(super) fn foreign_reference(&mut self) {
        let span = self.span();
        let diagnostic = Diagnostic::error(
            &codes::EXPECTED_TYPE,
            span,
            "there are no references or pointers",
        )
        .label("`&` and `*` are not part of a type")
        .note("values are passed without copying; a `mut` parameter changes the caller's");
        self.mend(diagnostic, span, "");
    }

    // ---- loops -------------------------------------------------------------

    /// `for (i = 0; i < n; i++)`
    pub(super) fn is_foreign_for(&self) -> bool {
        self.at(TokenKind::LParen) && self.rest_of_line_has(TokenKind::Semicolon)
    }

    #[cold]
    pub(super) fn foreign_for(&mut self) -> (PatId, ExprId) {
        let lo = self.lo();
        self.bump();
        self.skip_to(&[]);
        self.eat(TokenKind::RParen);
        let span = self.span_from(lo);
        let diagnostic = self
            .foreign_expression(span, "a `for` runs over the elements of something")
            .label("expected `name in …`")
            .note("write `for i in 0..n:`, or use `while`");
        self.note(diagnostic);
        let pat = self.ast.add_pat(Pat { kind: PatKind::Error, span });
        (pat, self.error_expr())
    }

    /// `for x of xs`
    pub(super) fn is_foreign_of(&self) -> bool {
        self.at(TokenKind::Ident) && self.word(0) == "of"
    }

    #[cold]
    pub(super) fn foreign_of(&mut self) {
        let span = self.span();
        let diagnostic = Diagnostic::error(&codes::EXPECTED_TOKEN, span, "expected `in`, found `of`")
            .label("expected `in`");
        self.mend(diagnostic, span, "in");
    }

    // ---- declarations ------------------------------------------------------

    /// `val mut x`; the caller passes the `mut`.
    #[cold]
    pub(super) fn foreign_mut(&mut self, keyword: Span, is_var: bool) {
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
    pub(super) fn mut_statement(&mut self) -> StmtKind {
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
    pub(super) fn foreign_const(&mut self) -> bool {
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
    pub(super) fn is_foreign_function(&self) -> bool {
        use TokenKind::*;
        self.at(Ident)
            && self.nth(1) == Ident
            && matches!(self.nth(2), LParen | LBracket | Lt | Colon)
            && FUNCTION_WORDS.contains(&self.word(0))
            && self.rest_of_line_has(Colon)
    }

    /// Reports `def`; the caller passes it and reads a function.
    #[cold]
    pub(super) fn foreign_function(&mut self) {
        let span = self.span();
        let text = self.token_text(self.pos);
        let diagnostic = Diagnostic::error(
            &codes::FOREIGN_KEYWORD,
            span,
            format!("a function is declared with `fn`, not `{text}`"),
        )
        .label("expected `fn`");
        self.mend(diagnostic, span, "fn");
    }

    /// Whether a declaration begins here with a word of another language.
    pub(super) fn is_foreign_declaration(&self) -> bool {
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
    pub(super) fn foreign_declaration_item(&mut self, name: &mut Name, prefix: &Prefix) -> ItemKind {
        let span = self.span();
        let text = self.token_text(self.pos);
        let (right, what) = match text {
            "interface" | "protocol" => ("trait", "a trait"),
            "import" | "using" | "include" | "require" => ("use", "a module"),
            _ => {
                self.foreign_function();
                self.bump();
                let rule = super::function::BodyRule::of(&self.ast, prefix);
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

    /// `public fn`, `async fn`: passes the word. Returns the span of one that
    /// means `pub`.
    pub(super) fn foreign_modifier(&mut self) -> Option<Span> {
        use TokenKind::*;
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
        let diagnostic = Diagnostic::error(
            &codes::FOREIGN_KEYWORD,
            span,
            format!("`{text}` is not a keyword"),
        );
        if is_public {
            self.mend(diagnostic.label("expected `pub`"), span, "pub");
        } else {
            let diagnostic = match text {
                "private" | "internal" | "protected" => {
                    diagnostic.note("a declaration without `pub` is private to its file")
                }
                _ => diagnostic,
            };
            let next = self.tokens.starts[self.pos + 1] + self.base;
            self.mend(diagnostic.label("not needed"), Span::new(span.lo, next), "");
        }
        self.bump();
        is_public.then_some(span)
    }

    // ---- statements --------------------------------------------------------

    /// A statement that begins with a word of another language, if one does.
    #[inline]
    pub(super) fn foreign_statement(&mut self) -> Option<StmtKind> {
        use TokenKind::*;
        match self.nth(1) {
            // What mostly follows a name that begins a statement.
            Dot | Eq | LBracket | PlusEq | MinusEq | StarEq | SlashEq | Newline => None,
            LParen if self.word(0) != "let" => None,
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
            "auto" | "my" | "local" if next == Ident && self.nth(2) == Eq => Some(self.foreign_let()),
            "switch" if next != Colon && ends_with_colon() => {
                let diagnostic = self.foreign_keyword("`match` chooses between cases", "match");
                self.mend(diagnostic, span, "match");
                Some(StmtKind::Expr(self.match_expr()))
            }
            "foreach" if next == Ident && self.nth(2) == In => {
                let diagnostic = self.foreign_keyword("`for` runs over elements", "for");
                self.mend(diagnostic, span, "for");
                Some(StmtKind::Expr(self.for_expr()))
            }
            "from" if next == Ident && self.rest_of_line_has(Ident) && self.line_has_word("import") => {
                Some(self.foreign_from())
            }
            "elsif" | "elseif" | "elsf" if ends_with_colon() => {
                self.stray_branch();
                Some(StmtKind::Error)
            }
            "try" | "except" | "catch" | "finally" | "with" | "do" | "repeat" | "unless" | "until"
            | "begin" | "forever" | "when" | "given" | "guard" | "namespace" | "module" | "macro"
            | "union" | "select" | "defer"
                if ends_with_colon() =>
            {
                self.foreign_block(text);
                Some(StmtKind::Error)
            }
            _ => None,
        }
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
        let diagnostic = Diagnostic { primary: Label { span: whole, ..diagnostic.primary }, ..diagnostic };
        self.mend(diagnostic, whole, right);
        self.bump();
        if mutable {
            self.bump();
        }
        self.binding_tail(mutable)
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
            "with" | "defer" => "values are freed as soon as they are not needed; no statement does it",
            "unless" => "write `if not condition:`",
            "until" => "write `while not condition:`",
            "do" | "repeat" | "forever" | "begin" => "write `loop:` with a `break`, or `while`",
            "when" | "given" | "select" => "write `match value:` with `case` lines",
            "guard" => "write `if not condition: return …`",
            "namespace" | "module" => "each file is a module",
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
    pub(super) fn stray_branch(&mut self) {
        let span = self.span();
        let text = self.token_text(self.pos);
        let (message, label) = match self.kind() {
            TokenKind::Case => ("`case` outside a `match`".to_owned(), "no `match` is open here"),
            TokenKind::Else => ("`else` without an `if`".to_owned(), "no `if` ends right above"),
            _ => (format!("`{text}` without an `if`"), "no `if` ends right above"),
        };
        let diagnostic = Diagnostic::error(&codes::STRAY_BRANCH, span, message)
            .label(label)
            .note("a branch has the same indentation as what it belongs to; loops have no `else`");
        let diagnostic = match self.kind() {
            TokenKind::Elif => diagnostic.suggest("write `if`", span, "if", Applicability::Maybe),
            _ => diagnostic,
        };
        self.report(diagnostic);
    }

    /// `spawn` and `static`
    #[cold]
    pub(super) fn reserved_word(&mut self) {
        let span = self.span();
        let text = self.kind().text();
        let diagnostic = Diagnostic::error(
            &codes::RESERVED_WORD,
            span,
            format!("`{text}` is reserved and means nothing yet"),
        )
        .label("cannot be used")
        .suggest("remove it", span, "", Applicability::Maybe);
        let diagnostic = match self.kind() {
            TokenKind::Static => diagnostic.note("a value that never changes is a `const`"),
            _ => diagnostic,
        };
        self.report(diagnostic);
    }

    /// `x: i64 = 3` or a misspelt keyword and a block; `name` was parsed.
    #[cold]
    pub(super) fn foreign_annotation(&mut self, name: ExprId) {
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

    /// A statement is complete, but its line goes on.
    #[cold]
    pub(super) fn unexpected_after_statement(&mut self) {
        use TokenKind::*;
        let span = self.span();
        let kind = self.kind();
        if let Some((word, right)) = self.misspelt_keyword() {
            let text = self.snippet(word);
            let diagnostic = Diagnostic::error(
                &codes::FOREIGN_KEYWORD,
                word,
                format!("`{text}` is not a keyword"),
            )
            .label(format!("did you mean `{right}`?"))
            .suggest(format!("write `{right}`"), word, right, Applicability::Maybe);
            return self.report(diagnostic);
        }
        let at_operand = super::expr::starts_expr(kind) && !matches!(kind, If | For);
        let before = self.kinds[self.pos.saturating_sub(1)];
        let found = self.found();
        let error = |message: String| Diagnostic::error(&codes::END_OF_STATEMENT, span, message);
        let diagnostic = match kind {
            If => return self.foreign_ternary(),
            Else | Elif | Case => return self.stray_branch(),
            Str | StrStart if matches!(before, Str | StrEnd) => return self.adjacent_strings(),
            Eq => error("this cannot be assigned here".into()).label("expected the end of the line"),
            PlusPlus | MinusMinus => {
                let right = if kind == PlusPlus { "+= 1" } else { "-= 1" };
                self.foreign_operator(kind.text(), right).note("an assignment is a statement and has no value")
            }
            FatArrow => self
                .foreign_expression(span, "`=>` means nothing here")
                .label("a lambda is `\\x: …`; a case is `case pattern: …`"),
            LBrace => error("`{` cannot follow an expression".into())
                .label("expected the end of the line")
                .note("a block follows `:`; a value is made by a call, `Point(1.0, 2.0)`"),
            Comma => error("expected the end of the line, found `,`".into())
                .label("expected the end of the line")
                .note("a tuple stands in parentheses"),
            Colon => error("expected the end of the line, found `:`".into())
                .label("no block begins here")
                .note("`if`, `for`, `while`, `match`, `fn` and their kind begin a block"),
            _ if at_operand && before == Ident && matches!(kind, Ident | Str | StrStart | Int | Float | Backslash | SelfValue | True | False | Nil) => {
                return self.call_needs_parentheses();
            }
            _ if at_operand => error(format!("expected the end of the line, found {found}"))
                .label("expected an operator or the end of the line"),
            _ => error(format!("expected the end of the line, found {found}"))
                .label("expected the end of the line"),
        };
        self.report(diagnostic);
    }

    /// `val x = f y`: only a statement may call without parentheses.
    #[cold]
    fn call_needs_parentheses(&mut self) {
        let found = self.found();
        let callee = self.prev_span();
        let name = self.snippet(callee);
        let lo = self.lo();
        let first = self.span();
        if matches!(name, "await" | "new" | "async" | "yield" | "move" | "ref" | "typeof" | "sizeof") {
            let diagnostic = Diagnostic::error(
                &codes::FOREIGN_KEYWORD,
                callee,
                format!("there is no `{name}`"),
            )
            .label("not a keyword")
            .suggest("remove it", Span::new(callee.lo, lo), "", Applicability::Maybe);
            return self.report(diagnostic);
        }
        // What would be the arguments, if they are well-formed.
        self.expr();
        let mut span = self.span_from(lo);
        let mut is_whole =
            !self.panicking && matches!(self.kind(), TokenKind::Newline | TokenKind::Eof);
        if self.snippet(span).contains('\n') {
            is_whole = false;
            span = first;
        }
        let mut diagnostic = Diagnostic::error(
            &codes::CALL_PARENTHESES,
            span,
            format!("expected the end of the line, found {found}"),
        )
        .label("expected an operator or the end of the line")
        .note(format!("only a whole statement may call without parentheses: `{name}(…)`"));
        if is_whole {
            let text = format!("({})", self.snippet(span));
            let message = format!("write `{name}{text}`");
            let edit = Span::new(callee.hi, span.hi);
            diagnostic = diagnostic.suggest(message, edit, text, Applicability::Maybe);
        }
        self.panicking = false;
        self.report(diagnostic);
    }

    /// If the statement begins with a word much like a keyword, that word and
    /// the keyword.
    fn misspelt_keyword(&self) -> Option<(Span, &'static str)> {
        let start = self.statement_start;
        if self.kinds.get(start) != Some(&TokenKind::Ident) || start >= self.pos {
            return None;
        }
        let word = self.token_text(start);
        if word.len() < 3 {
            return None;
        }
        let right = KEYWORDS.iter().find(|keyword| is_one_slip(word, keyword))?;
        Some((self.tokens.span(start, self.base), right))
    }
}

/// Whether one letter too many, too few or wrong, or two swapped neighbours
/// turn `word` into `keyword`.
fn is_one_slip(word: &str, keyword: &str) -> bool {
    let (a, b) = (word.as_bytes(), keyword.as_bytes());
    if a == b || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let prefix = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    match (a.len(), b.len()) {
        (0, 1) | (1, 0) | (1, 1) => true,
        (2, 2) => a[0] == b[1] && a[1] == b[0],
        _ => false,
    }
}
