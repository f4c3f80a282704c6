//! Functions and their parameters.

use simple_source::{Applicability, Diagnostic, Span, sym};

use super::Parser;
use super::item::Prefix;
use crate::ast::{Ast, Function, ItemKind, List, Name, Param, Type, TypeId, TypeKind};
use crate::codes;
use crate::token::TokenKind;

/// Whether a function must have a body.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum BodyRule {
    Required,
    /// Trait methods may leave it out; intrinsics do.
    Optional,
    /// `extern` functions have none.
    Forbidden,
}

impl BodyRule {
    /// The rule for a function with the attributes in `prefix`.
    pub(super) fn of(ast: &Ast, prefix: &Prefix) -> Self {
        let attributes = ast.list(prefix.attributes);
        if attributes.iter().any(|attribute| attribute.name.symbol == sym::INTRINSIC) {
            Self::Optional
        } else {
            Self::Required
        }
    }
}

impl Parser<'_> {
    /// `extern fn name(params) -> T`
    pub(super) fn extern_function(&mut self, name: &mut Name) -> ItemKind {
        self.bump();
        if !self.at(TokenKind::Fn) {
            self.expected(&codes::EXPECTED_TOKEN, "`fn` after `extern`");
            return ItemKind::Error;
        }
        match self.function(name, BodyRule::Forbidden) {
            ItemKind::Function(function) => {
                ItemKind::Function(Function { is_extern: true, ..function })
            }
            other => other,
        }
    }

    /// `fn name[T](params) -> T: body`
    pub(super) fn function(&mut self, name: &mut Name, rule: BodyRule) -> ItemKind {
        self.bump();
        self.function_tail(name, rule)
    }

    /// A function from its name.
    pub(super) fn function_tail(&mut self, name: &mut Name, rule: BodyRule) -> ItemKind {
        *name = self.name_or_var("the name of the function");
        if self.panicking {
            // A body is still looked at, for its own mistakes.
            let body = self.body("the function's parameters");
            return ItemKind::Function(Function {
                generics: List::EMPTY,
                params: List::EMPTY,
                result: None,
                body: Some(body),
                is_extern: false,
            });
        }
        let generics = self.generics();
        let params = if self.at(TokenKind::LParen) {
            self.param_list(false)
        } else {
            self.missing_params();
            List::EMPTY
        };
        let result = self.result_type();
        self.foreign_where();
        let body = self.function_body(rule);
        ItemKind::Function(Function { generics, params, result, body, is_extern: false })
    }

    /// Reports `where T: Ord` at the end of a declaration's head, if it stands here.
    pub(super) fn foreign_where(&mut self) {
        use TokenKind::*;
        if !self.at(Ident) || self.panicking || self.token_text(self.pos) != "where" {
            return;
        }
        let lo = self.lo();
        // Of each bound the first colon is its own; one more begins the body.
        let mut is_bound = false;
        let mut depth = 0_usize;
        loop {
            match self.kind() {
                Newline | Eof => break,
                Colon if is_bound && depth == 0 || self.nth(1) == Newline => break,
                Colon => is_bound = true,
                Comma if depth == 0 => is_bound = false,
                LParen | LBracket => depth += 1,
                RParen | RBracket => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.bump();
        }
        let span = self.span_from(lo);
        let diagnostic = Diagnostic::error(&codes::FOREIGN_KEYWORD, span, "there is no `where`")
            .label("not here")
            .note("bounds stand where the parameter is declared: `[T: Ord + Show]`");
        self.spoil(lo);
        self.note(diagnostic);
    }

    fn missing_params(&mut self) {
        if self.panicking {
            return;
        }
        let at = self.insertion();
        let diagnostic =
            Diagnostic::error(&codes::EXPECTED_TOKEN, at, "expected `(` after the function's name")
                .label("expected `(`");
        if matches!(self.kind(), TokenKind::Colon | TokenKind::Arrow) {
            let diagnostic = diagnostic.suggest("write `()`", at, "()", Applicability::Certain);
            return self.note(diagnostic);
        }
        self.report(diagnostic);
    }

    /// `-> T`, if it stands here.
    fn result_type(&mut self) -> Option<TypeId> {
        use TokenKind::*;
        if self.panicking {
            return None;
        }
        match self.kind() {
            Arrow => {
                self.bump();
                Some(self.ty())
            }
            FatArrow => {
                let span = self.span();
                let diagnostic =
                    Diagnostic::error(&codes::EXPECTED_TOKEN, span, "the result type follows `->`")
                        .label("expected `->`")
                        .suggest("write `->`", span, "->", Applicability::Certain);
                self.note(diagnostic);
                self.bump();
                Some(self.ty())
            }
            // `fn f() i64:` and `fn f(): i64:`
            Ident | LBracket if self.on_same_line(0) && self.header_ends_with_colon(0) => {
                let ty = self.ty();
                let span = self.ast.ty(ty).span;
                let text = format!("-> {}", self.snippet(span));
                self.missing_arrow(span, &text);
                Some(ty)
            }
            Colon if matches!(self.nth(1), Ident | LBracket) && self.header_ends_with_colon(1) => {
                let colon = self.span();
                self.missing_arrow(colon, " ->");
                self.bump();
                Some(self.ty())
            }
            Colon
                if self.nth(1) == Ident
                    && is_type_word(self.token_text(self.pos + 1))
                    && self.after_type(1).is_some_and(|(kind, _)| kind == Eq) =>
            {
                Some(self.typed_equation())
            }
            _ => None,
        }
    }

    /// `: i64 =` in front of a body, as other languages have it; read as
    /// `-> i64:`.
    #[cold]
    fn typed_equation(&mut self) -> TypeId {
        let lo = self.lo();
        self.bump();
        let ty = self.ty();
        let text = format!(" -> {}:", self.snippet(self.ast.ty(ty).span));
        self.bump();
        let span = Span::new(lo, self.prev_hi());
        let message = format!("write `{}`", text.trim());
        let diagnostic = Diagnostic::error(
            &codes::EXPECTED_TOKEN,
            span,
            "the result type follows `->`, and the body `:`",
        )
        .label("expected `->`")
        .suggest(message, span, text, Applicability::Certain);
        self.note(diagnostic);
        ty
    }

    /// Whether the line goes on with nothing but a type and a colon from
    /// `offset` tokens ahead on.
    fn header_ends_with_colon(&self, offset: usize) -> bool {
        use TokenKind::*;
        self.after_type(offset)
            .is_some_and(|(kind, end)| kind == Colon && self.nth(end + 1) == Newline)
    }

    /// What follows the tokens of a type from `offset` tokens ahead on, and how far
    /// ahead it is.
    fn after_type(&self, offset: usize) -> Option<(TokenKind, usize)> {
        use TokenKind::*;
        let line = self.rest_of_line(offset);
        let end = line.iter().position(|kind| {
            !matches!(kind, Ident | LBracket | RBracket | Question | Dot | Comma | LParen | RParen)
        });
        let end = end.unwrap_or(0);
        line.get(end).map(|kind| (*kind, offset + end))
    }

    /// A result type without its arrow; `text` is to stand at `span`.
    #[cold]
    fn missing_arrow(&mut self, span: Span, text: &str) {
        let message = format!("write `{}`", text.trim());
        let diagnostic =
            Diagnostic::error(&codes::EXPECTED_TOKEN, span, "the result type follows `->`")
                .label("expected `->` before the type")
                .suggest(message, span, text, Applicability::Certain);
        self.note(diagnostic);
    }

    fn function_body(&mut self, rule: BodyRule) -> Option<crate::ast::ExprId> {
        use TokenKind::*;
        let ends = matches!(self.kind(), Newline | Eof | Dedent) && self.nth(1) != Indent;
        if rule != BodyRule::Required && ends && !self.panicking {
            return None;
        }
        if rule == BodyRule::Forbidden && self.at(Colon) {
            let diagnostic = Diagnostic::error(
                &codes::EXPECTED_TOKEN,
                self.span(),
                "an `extern` function has no body",
            )
            .label("expected the end of the line");
            self.note(diagnostic);
        }
        // What stood above: a one-line `if` around this function does not
        // reach into it.
        let in_inline_if = std::mem::take(&mut self.in_inline_if);
        // An `=` there was told, and stands for the colon.
        let has_begun = self.pos > 0 && self.kinds[self.pos - 1] == Eq;
        let body = if has_begun { self.block() } else { self.body("the function's header") };
        self.in_inline_if = in_inline_if;
        Some(body)
    }

    // ---- parameters --------------------------------------------------------

    /// `(a: T, mut b: U, c: V = e)`
    pub(super) fn param_list(&mut self, is_lambda: bool) -> List<Param> {
        self.bump();
        let mut params: Vec<Param> = Vec::new();
        self.in_brackets(|parser| {
            while !parser.at(TokenKind::RParen) {
                let mut param = parser.param(is_lambda, params.len());
                parser.check_default_order(&params, &mut param);
                if param.name.symbol == sym::SELF {
                    // Where it belongs, if it is not there.
                    params.insert(0, param);
                } else {
                    params.push(param);
                }
                parser.recover_in_list();
                if !parser.eat(TokenKind::Comma) {
                    break;
                }
            }
            parser.close(TokenKind::RParen, "parameter");
        });
        self.ast.add_list(&params)
    }

    fn param(&mut self, is_lambda: bool, index: usize) -> Param {
        use TokenKind::*;
        let lo = self.lo();
        let mut mutable = self.eat_mut();
        if self.at(Amp) {
            self.reference_param();
            self.bump();
            mutable = mutable.or_else(|| self.eat_mut());
        }
        if self.at(SelfValue) {
            return self.self_param(lo, mutable, is_lambda, index);
        }
        if matches!(self.kind(), Star | StarStar | DotDot | Val | Var) {
            self.foreign_param();
        }
        let mut name = self.name("a parameter");
        let mut first_type = None;
        if self.at(Ident) && !self.panicking {
            first_type = Some(self.type_before_name(&mut name));
        }
        let ty = first_type.or_else(|| {
            (!self.panicking && self.eat(Colon)).then(|| {
                if self.at(Mut) {
                    let span = self.span();
                    let diagnostic =
                        Diagnostic::error(&codes::PARAMETER, span, "`mut` stands before the name")
                            .label("not before the type")
                            .suggest("move it", Span::new(lo, lo), "mut ", Applicability::Certain);
                    self.note(diagnostic);
                    self.bump();
                }
                self.ty()
            })
        });
        let equals = self.span();
        let mut default = (!self.panicking && self.eat(Eq)).then(|| self.expr());
        if is_lambda && default.is_some() && !self.panicking {
            let diagnostic =
                Diagnostic::error(&codes::PARAMETER, equals, "a lambda's parameter has no default")
                    .label("not here");
            self.note(diagnostic);
            default = None;
        }
        Param { name, mutable, ty, default, span: self.span_from(lo) }
    }

    fn self_param(
        &mut self,
        lo: u32,
        mutable: Option<Span>,
        is_lambda: bool,
        index: usize,
    ) -> Param {
        let name = Name { symbol: sym::SELF, span: self.span() };
        self.bump();
        let problem = if is_lambda {
            Some("a lambda has no `self` of its own; it captures the method's")
        } else if index > 0 {
            Some("`self` is the first parameter")
        } else {
            None
        };
        if let Some(problem) = problem {
            let diagnostic =
                Diagnostic::error(&codes::PARAMETER, name.span, problem).label("not here");
            self.note(diagnostic);
        }
        if self.at(TokenKind::Colon) {
            let colon = self.span();
            self.bump();
            self.ty();
            if !self.panicking {
                let span = Span::new(colon.lo, self.prev_hi());
                let diagnostic =
                    Diagnostic::error(&codes::PARAMETER, span, "`self` has no written type")
                        .label("its type is known")
                        .suggest("remove it", span, "", Applicability::Certain);
                self.note(diagnostic);
            }
        }
        Param { name, mutable, ty: None, default: None, span: self.span_from(lo) }
    }

    fn check_default_order(&mut self, before: &[Param], param: &mut Param) {
        if param.default.is_some() || self.panicking {
            return;
        }
        let Some(defaulted) = before.last().filter(|param| param.default.is_some()) else { return };
        let diagnostic = Diagnostic::error(
            &codes::PARAMETER,
            param.name.span,
            "a parameter without a default after one with",
        )
        .label("needs a default")
        .also(defaulted.name.span, "has a default")
        .note("parameters with defaults come last");
        self.note(diagnostic);
        // Calls may leave it out until that is mended.
        param.default = Some(self.error_expr());
    }

    #[cold]
    fn reference_param(&mut self) {
        let span = self.span();
        let next_is_mut = self.nth(1) == TokenKind::Mut;
        let what =
            if next_is_mut { "`mut self` or `mut name`" } else { "`self` or the name alone" };
        let diagnostic =
            Diagnostic::error(&codes::PARAMETER, span, "a parameter is not a reference")
                .label(format!("write {what}"))
                .suggest("remove the `&`", span, "", Applicability::Certain);
        self.note(diagnostic);
    }

    #[cold]
    fn foreign_param(&mut self) {
        let span = self.span();
        let text = self.kind().text();
        let diagnostic = Diagnostic::error(
            &codes::PARAMETER,
            span,
            format!("`{text}` cannot stand before a parameter"),
        );
        if matches!(self.kind(), TokenKind::Val | TokenKind::Var) {
            let diagnostic = diagnostic
                .label("not needed")
                .note("a parameter cannot be assigned; `mut` lets the function change the caller's")
                .suggest("remove it", span, "", Applicability::Maybe);
            self.note(diagnostic);
            return self.bump();
        }
        self.note(
            diagnostic
                .label("every function has a fixed number of parameters")
                .note("take a list: `xs: [T]`")
                .suggest("remove it", span, "", Applicability::Maybe),
        );
        self.spoil(span.lo);
        self.bump();
    }

    /// `i64 x` and `x i64`; read as `x: i64`. Gives the type; `name`, which was
    /// read, becomes the parameter's.
    #[cold]
    fn type_before_name(&mut self, name: &mut Name) -> TypeId {
        let first = *name;
        let second = self.span();
        let span = first.span.to(second);
        let (mut ty, mut own) = (self.snippet(first.span), self.snippet(second));
        let type_is_last = is_type_word(own) && !is_type_word(ty);
        let mut message = "a parameter's type follows its name";
        if type_is_last {
            std::mem::swap(&mut ty, &mut own);
            message = "a parameter's type follows a `:`";
        }
        let ours = crate::foreign::plain_type(ty);
        let ty = ours.unwrap_or(ty);
        let diagnostic = Diagnostic::error(&codes::PARAMETER, span, message)
            .label("expected `name: type`")
            .suggest(
                format!("write `{own}: {ty}`"),
                span,
                format!("{own}: {ty}"),
                Applicability::Maybe,
            );
        self.note(diagnostic);
        let mut type_name = first;
        if !type_is_last {
            *name = self.name("a parameter");
        } else if ours.is_some() {
            type_name = self.name("a type");
        } else {
            return self.ty();
        }
        if let Some(ours) = ours {
            type_name.symbol = self.interner.intern(ours);
        }
        let path = self.ast.add_list(&[type_name]);
        let kind = TypeKind::Path { path, args: List::EMPTY };
        self.ast.add_type(Type { kind, span: type_name.span })
    }
}

/// Whether a word is rather the name of a type than of a value.
fn is_type_word(word: &str) -> bool {
    const BUILT_IN: &[&str] = &[
        "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "bool", "char", "str",
    ];
    BUILT_IN.contains(&word)
        || crate::foreign::plain_type(word).is_some()
        || word.starts_with(char::is_uppercase)
}
