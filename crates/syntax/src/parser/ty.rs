//! Written types.

use simple_source::{Applicability, Diagnostic, Span};

use super::Parser;
use crate::ast::{List, Name, Type, TypeId, TypeKind};
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    /// A type.
    pub(super) fn ty(&mut self) -> TypeId {
        self.nested_type(false)
    }

    /// A field's type, which may be `weak`.
    pub(super) fn field_type(&mut self) -> TypeId {
        self.nested_type(true)
    }

    fn nested_type(&mut self, is_field: bool) -> TypeId {
        let outer = std::mem::replace(&mut self.deepest, self.depth);
        let ty = if self.enter() {
            self.type_with_suffixes(is_field)
        } else {
            self.add_type(TypeKind::Error, self.lo())
        };
        self.leave();
        self.deepest = self.deepest.max(outer);
        ty
    }

    fn add_type(&mut self, kind: TypeKind, lo: u32) -> TypeId {
        let span = self.span_from(lo);
        self.ast.add_type(Type { kind, span })
    }

    fn type_with_suffixes(&mut self, is_field: bool) -> TypeId {
        use TokenKind::*;
        let lo = self.lo();
        if self.at(Weak) {
            if !is_field {
                let diagnostic = Diagnostic::error(
                    &codes::EXPECTED_TYPE,
                    self.span(),
                    "`weak` stands in the types of fields only",
                )
                .label("not here")
                .note("a `weak` field reads as an option: elsewhere the type is `T?`");
                self.note(diagnostic);
            }
            self.bump();
            let target = self.ty();
            if !is_field {
                return target;
            }
            return self.add_type(TypeKind::Weak(target), lo);
        }
        let mut ty = self.simple_type();
        loop {
            let steps = match self.kind() {
                Question => 1,
                QuestionQuestion => 2,
                _ => break,
            };
            self.bump();
            for _ in 0..steps {
                let kind = if self.wrap() { TypeKind::Option(ty) } else { TypeKind::Error };
                ty = self.add_type(kind, lo);
            }
        }
        if !self.panicking {
            self.foreign_type_suffix(lo);
        }
        ty
    }

    fn simple_type(&mut self) -> TypeId {
        use TokenKind::*;
        let lo = self.lo();
        let kind = match self.kind() {
            Ident if self.token_text(self.pos) == "_" => {
                self.bump();
                TypeKind::Infer
            }
            Ident => self.path_type(),
            LBracket => self.list_type(),
            LBrace => self.set_or_dict_type(),
            LParen => match self.tuple_type() {
                Ok(kind) => kind,
                Err(inner) => return inner,
            },
            Fn => self.function_type(),
            Dyn => {
                self.bump();
                // `dyn Show?` is an option of a `dyn`.
                let target_lo = self.lo();
                let kind = if self.at(Ident) {
                    self.path_type()
                } else {
                    self.expected(&codes::EXPECTED_TYPE, "a trait after `dyn`");
                    TypeKind::Error
                };
                let target = self.add_type(kind, target_lo);
                TypeKind::Dyn(target)
            }
            Amp | Star | AmpAmp => {
                self.foreign_reference();
                self.bump();
                self.eat(Mut);
                return self.ty();
            }
            Nil => {
                let span = self.span();
                let diagnostic =
                    Diagnostic::error(&codes::EXPECTED_TYPE, span, "`nil` is a value, not a type")
                        .label("expected a type")
                        .note(
                            "a function that returns nothing has no `->`; the empty type is `()`",
                        );
                self.note(diagnostic);
                self.bump();
                TypeKind::Error
            }
            _ => {
                self.expected(&codes::EXPECTED_TYPE, "a type");
                TypeKind::Error
            }
        };
        self.add_type(kind, lo)
    }

    /// `i64`, `shapes.Circle`, `Stack[i64]`
    fn path_type(&mut self) -> TypeKind {
        let first = self.name("a type");
        let path: List<Name> = if self.at(TokenKind::Dot) || self.at(TokenKind::ColonColon) {
            let mut path = vec![first];
            while matches!(self.kind(), TokenKind::Dot | TokenKind::ColonColon) {
                if self.at(TokenKind::ColonColon) {
                    self.foreign_path_separator();
                }
                self.bump();
                path.push(self.name("a name after `.`"));
            }
            self.ast.add_list(&path)
        } else {
            self.ast.add_list(&[first])
        };
        let args = match self.kind() {
            TokenKind::LBracket if self.nth(1) == TokenKind::RBracket => {
                let kind = TypeKind::Path { path, args: List::EMPTY };
                let element = self.add_type(kind, first.span.lo);
                self.foreign_list_type(first.span);
                return TypeKind::List(element);
            }
            TokenKind::LBracket => self.type_args(TokenKind::RBracket),
            TokenKind::Lt if !self.has_gap() => match self.foreign_type_args(first.span) {
                Some(args) => args,
                None => return TypeKind::Error,
            },
            _ => List::EMPTY,
        };
        TypeKind::Path { path, args }
    }

    /// Types separated by commas, from an opening bracket to `close`.
    fn type_args(&mut self, close: TokenKind) -> List<TypeId> {
        self.types_until(close).0
    }

    fn types_until(&mut self, close: TokenKind) -> (List<TypeId>, bool) {
        self.bump();
        let mut types = Vec::new();
        let mut comma = false;
        self.in_brackets(|parser| {
            while !parser.at(close) {
                // A parameter's name in a function type says nothing; let it be.
                types.push(parser.ty());
                parser.recover_in_list();
                comma = parser.eat(TokenKind::Comma);
                if !comma {
                    break;
                }
            }
            parser.close(close, "type");
        });
        (self.ast.add_list(&types), comma)
    }

    fn list_type(&mut self) -> TypeKind {
        self.bump();
        self.in_brackets(|parser| {
            let element = parser.ty();
            if parser.at(TokenKind::Semicolon) && !parser.panicking {
                let diagnostic = Diagnostic::error(
                    &codes::EXPECTED_TYPE,
                    parser.span(),
                    "the type of a list does not say its length",
                )
                .label("expected `]`")
                .note("every list can grow; `[value; count]` makes one of a given length");
                parser.report(diagnostic);
            }
            parser.close(TokenKind::RBracket, "type");
            TypeKind::List(element)
        })
    }

    fn set_or_dict_type(&mut self) -> TypeKind {
        self.bump();
        self.in_brackets(|parser| {
            let key = parser.ty();
            let kind = if !parser.panicking && parser.eat(TokenKind::Colon) {
                TypeKind::Dict(key, parser.ty())
            } else {
                TypeKind::Set(key)
            };
            parser.close(TokenKind::RBrace, "type");
            kind
        })
    }

    /// A tuple's type; a single type in parentheses is that type.
    fn tuple_type(&mut self) -> Result<TypeKind, TypeId> {
        let (types, comma) = self.types_until(TokenKind::RParen);
        match *self.ast.list(types) {
            [only] if !comma => Err(only),
            _ => Ok(TypeKind::Tuple(types)),
        }
    }

    /// `fn(A, B) -> R`
    fn function_type(&mut self) -> TypeKind {
        self.bump();
        if !self.at(TokenKind::LParen) {
            self.expected(&codes::EXPECTED_TOKEN, "`(` after `fn`");
            return TypeKind::Error;
        }
        let params = self.type_args(TokenKind::RParen);
        let result = self.eat(TokenKind::Arrow).then(|| self.ty());
        TypeKind::Function { params, result }
    }

    // ---- mistakes ----------------------------------------------------------

    /// `T[]`
    #[cold]
    fn foreign_list_type(&mut self, element: Span) {
        let brackets = Span::new(self.lo(), self.tokens.span(self.pos + 1, self.base).hi);
        let text = self.snippet(element);
        let span = element.to(brackets);
        let diagnostic =
            Diagnostic::error(&codes::EXPECTED_TYPE, span, "the type of a list is written `[T]`")
                .label("the brackets stand around the element's type")
                .suggest(
                    format!("write `[{text}]`"),
                    span,
                    format!("[{text}]"),
                    Applicability::Certain,
                );
        self.note(diagnostic);
        self.bump();
        self.bump();
    }

    /// `T<A>`; read as `T[A]`. `name` is where what they belong to stands.
    /// Gives the arguments, unless the type is none of ours.
    #[cold]
    pub(super) fn foreign_type_args(&mut self, name: Span) -> Option<List<TypeId>> {
        let start = self.pos;
        let Some(end) = self.angles_end() else {
            self.foreign_angles(name, "type arguments");
            return None;
        };
        let text = self.snippet(name);
        self.bump();
        self.angles += 1;
        let mut types = Vec::new();
        while !matches!(self.kind(), TokenKind::Gt | TokenKind::Shr) {
            types.push(self.ty());
            if self.panicking || !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.close_angle();
        self.angles -= 1;
        let ours = crate::foreign::generic_type(text);
        if self.angles == 0 {
            let shown: Vec<&str> =
                types.iter().map(|ty| self.snippet(self.ast.ty(*ty).span)).collect();
            self.foreign_angles_of(name, start, ours, &shown);
        }
        self.pos = self.pos.max(end);
        ours.is_none().then(|| self.ast.add_list(&types))
    }

    /// Where the `<` here is closed: after that token; nowhere if what stands
    /// between are no types.
    pub(super) fn angles_end(&self) -> Option<usize> {
        use TokenKind::*;
        if self.angles > 0 {
            return Some(self.pos);
        }
        let mut depth = 0i32;
        for (offset, kind) in self.kinds[self.pos..].iter().enumerate() {
            depth += match kind {
                Lt => 1,
                Shl => 2,
                Gt => -1,
                Shr => -2,
                Ident | Comma | Dot | ColonColon | Question | LParen | RParen | LBracket
                | RBracket | LBrace | RBrace | Amp | Int | Plus | Colon | Fn | Dyn | Arrow
                | QuestionQuestion => 0,
                _ => return None,
            };
            if depth <= 0 {
                return (depth == 0).then_some(self.pos + offset + 1);
            }
        }
        None
    }

    /// Passes a `>`, or one half of `>>`.
    fn close_angle(&mut self) {
        match self.kind() {
            TokenKind::Shr if !self.half_closed && self.angles > 1 => self.half_closed = true,
            TokenKind::Gt | TokenKind::Shr => {
                self.half_closed = false;
                self.bump();
            }
            _ => {}
        }
    }

    /// Reports the `<…>` of a declaration, or one that is not closed.
    #[cold]
    pub(super) fn foreign_angles(&mut self, name: Span, what: &str) {
        let text = self.snippet(name);
        let diagnostic = |span| {
            Diagnostic::error(
                &codes::EXPECTED_TYPE,
                span,
                format!("{what} stand in square brackets"),
            )
            .label(format!("expected `{text}[…]`"))
        };
        let Some(end) = self.angles_end() else {
            return self.report(diagnostic(self.span()));
        };
        let span = self.span().to(self.tokens.span(end - 1, self.base));
        let right = self.snippet(span).replace('<', "[").replace('>', "]");
        let message = format!("write `{text}{right}`");
        self.note(diagnostic(span).suggest(message, span, right, Applicability::Certain));
    }

    /// Reports `Name<A, B>`, which was parsed from the token `open` on. `ours`
    /// is how such a type is written here, if it is one of another language.
    #[cold]
    fn foreign_angles_of(
        &mut self,
        name: Span,
        open: usize,
        ours: Option<crate::foreign::Generic>,
        args: &[&str],
    ) {
        let text = self.snippet(name);
        let span = Span::new(name.lo, self.prev_hi());
        let brackets = Span::new(self.tokens.span(open, self.base).lo, span.hi);
        let diagnostic = match ours {
            Some(ours) => Diagnostic::error(
                &codes::EXPECTED_TYPE,
                span,
                format!("{} is not written `{text}<…>`", ours.what),
            )
            .label(format!("expected `{}`", ours.written(&["…"; 2][..ours.params]))),
            None => Diagnostic::error(
                &codes::EXPECTED_TYPE,
                span,
                "type arguments stand in square brackets",
            )
            .label(format!("expected `{text}[…]`")),
        };
        let right = match ours {
            Some(ours) => ours.written(args),
            None => {
                let right = self.snippet(brackets).replace('<', "[").replace('>', "]");
                format!("{text}{right}")
            }
        };
        let message = format!("write `{right}`");
        self.note(diagnostic.suggest(message, span, right, Applicability::Certain));
    }

    /// `T | None` and `T | U`
    fn foreign_type_suffix(&mut self, lo: u32) {
        if !self.at(TokenKind::Pipe)
            || self.nth(1) != TokenKind::Ident && self.nth(1) != TokenKind::Nil
        {
            return;
        }
        let other = self.token_text(self.pos + 1);
        let bar = self.span();
        let span = Span::new(self.prev_hi(), self.tokens.span(self.pos + 1, self.base).hi);
        let text = self.snippet(Span::new(lo, self.prev_hi()));
        let diagnostic = if matches!(other, "None" | "nil" | "null") {
            Diagnostic::error(&codes::EXPECTED_TYPE, bar, "an option is written `T?`")
                .label("types are not joined by `|`")
                .suggest(format!("write `{text}?`"), span, "?", Applicability::Certain)
        } else {
            Diagnostic::error(&codes::EXPECTED_TYPE, bar, "types are not joined by `|`")
                .label("expected the end of the type")
                .note("an `enum` has one of several forms, a `dyn Trait` any type with that trait")
        };
        self.note(diagnostic);
        self.bump();
        self.bump();
    }
}
