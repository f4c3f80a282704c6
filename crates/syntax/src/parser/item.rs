//! The file and its declarations.

use simple_source::{Applicability, Diagnostic, Span, sym};

use super::Parser;
use crate::ast::{
    Attribute, GenericParam, Generics, Item, ItemId, ItemKind, List, Name, StmtKind, TypeId,
    UseName,
};
use crate::codes;
use crate::token::TokenKind;

/// What stands before a declaration's keyword.
pub(super) struct Prefix {
    pub(super) attributes: List<Attribute>,
    pub(super) doc: Span,
    pub(super) public: Option<Span>,
}

impl Parser<'_> {
    /// A whole file.
    pub(super) fn file(&mut self) {
        use TokenKind::*;
        loop {
            match self.kind() {
                Eof => break,
                Newline | Dedent => self.bump(),
                Indent => self.unexpected_indent(),
                _ => {
                    let before = self.pos;
                    let item = self.top_level_item();
                    self.ast.items.extend(item);
                    self.end_statement();
                    if self.pos == before {
                        // A closing bracket or the like that belongs to nothing.
                        self.bump();
                    }
                    self.depth_reported = false;
                }
            }
        }
    }

    fn top_level_item(&mut self) -> Option<ItemId> {
        self.statement_start = self.pos;
        let prefix = self.item_prefix()?;
        if self.at_declaration() {
            return self.declaration(prefix);
        }
        if let Some(span) = prefix.public {
            self.misplaced_pub(span);
        }
        let lo = self.lo();
        let mark = self.scratch.stmts.len();
        let stmt = self.top_level_statement();
        self.scratch.stmts.truncate(mark);
        let id = self.ast.add_stmt(stmt);
        let span = self.span_from(lo);
        Some(self.ast.add_item(Item {
            kind: ItemKind::Stmt(id),
            name: Name { symbol: sym::EMPTY, span: Span::new(lo, lo) },
            public: None,
            attributes: prefix.attributes,
            doc: Span::NONE,
            span,
        }))
    }

    fn top_level_statement(&mut self) -> crate::ast::Stmt {
        use TokenKind::*;
        let lo = self.lo();
        let kind = match self.kind() {
            Elif | Else | Case => {
                self.stray_branch();
                StmtKind::Error
            }
            Ident => match self.foreign_statement() {
                Some(kind) => kind,
                None => return self.simple_statement(),
            },
            _ => return self.simple_statement(),
        };
        crate::ast::Stmt { kind, span: self.span_from(lo) }
    }

    /// A declaration in a block. Which may stand there is for name resolution
    /// to say.
    pub(super) fn nested_item(&mut self) -> Option<ItemId> {
        if !self.enter() {
            self.leave();
            return None;
        }
        let item = self.item_prefix().and_then(|prefix| {
            if !self.at_declaration() {
                if prefix.attributes.is_empty() {
                    self.expected(&codes::EXPECTED_TOKEN, "a declaration");
                } else {
                    self.misplaced_attribute(prefix.attributes);
                }
                return None;
            }
            self.declaration(prefix)
        });
        self.leave();
        item
    }

    /// Attributes, doc comment and `pub`. None if nothing follows them.
    pub(super) fn item_prefix(&mut self) -> Option<Prefix> {
        let doc = self.doc_comment();
        let attributes = self.attributes()?;
        let doc = if doc.is_none() { self.doc_comment() } else { doc };
        let span = self.span();
        let public = self.eat(TokenKind::Pub).then_some(span).or_else(|| self.foreign_modifier());
        if public.is_some() && self.at(TokenKind::LParen) && self.nth(2) == TokenKind::RParen {
            self.restricted_pub();
        }
        Some(Prefix { attributes, doc, public })
    }

    /// `pub(crate)`, from the parenthesis; read as `pub`.
    #[cold]
    fn restricted_pub(&mut self) {
        let span = self.span().to(self.tokens.span(self.pos + 2, self.base));
        let diagnostic =
            Diagnostic::error(&codes::MISPLACED_PUB, span, "`pub` does not say for whom")
                .label("not needed")
                .note("what is `pub` can be used in every file, anything else in its own alone")
                .suggest("remove it", span, "", Applicability::Certain);
        self.note(diagnostic);
        self.bump();
        self.bump();
        self.bump();
    }

    /// Whether a declaration's keyword stands here.
    pub(super) fn at_declaration(&self) -> bool {
        use TokenKind::*;
        match self.kind() {
            Fn | Const | Extern | Use | Struct | Class | Enum | Trait | Impl | Type | Test => true,
            Ident => self.is_data_declaration() || self.is_foreign_declaration(),
            _ => false,
        }
    }

    /// `data Name:` or `data Name[T]:`
    pub(super) fn is_data_declaration(&self) -> bool {
        use TokenKind::*;
        if self.symbol() != sym::DATA || self.nth(1) != Ident {
            return false;
        }
        match self.nth(2) {
            Colon => true,
            LBracket => {
                let mut depth = 0;
                for (offset, kind) in self.kinds[self.pos + 2..].iter().enumerate() {
                    match kind {
                        LBracket => depth += 1,
                        RBracket => depth -= 1,
                        Newline | Eof => return false,
                        _ => {}
                    }
                    if depth == 0 {
                        return self.nth(offset + 3) == Colon;
                    }
                }
                false
            }
            _ => false,
        }
    }

    /// A declaration from its keyword.
    pub(super) fn declaration(&mut self, prefix: Prefix) -> Option<ItemId> {
        use TokenKind::*;
        let lo = prefix.public.map_or(self.lo(), |span| span.lo);
        let mut name = self.no_name();
        let kind = match self.kind() {
            Fn => self.function(&mut name, super::function::BodyRule::of(&self.ast, &prefix)),
            Extern => self.extern_function(&mut name),
            Use => self.use_declaration(),
            Ident if !self.is_data_declaration() => {
                self.foreign_declaration_item(&mut name, &prefix)
            }
            Struct | Class | Enum | Trait | Ident => self.type_declaration(&mut name),
            Impl => self.impl_declaration(),
            Type => self.type_alias(&mut name),
            Const => self.const_declaration(&mut name),
            _ => self.test(&mut name),
        };
        if let Some(span) = prefix.public
            && matches!(kind, ItemKind::Impl { .. } | ItemKind::Test { .. })
        {
            self.misplaced_pub(span);
        }
        let Prefix { attributes, doc, public } = prefix;
        let span = self.span_from(lo);
        Some(self.ast.add_item(Item { kind, name, public, attributes, doc, span }))
    }

    /// The `##` lines right above the current token.
    pub(super) fn doc_comment(&self) -> Span {
        let comments = &self.tokens.comments;
        if comments.is_empty() {
            return Span::NONE;
        }
        let here = self.tokens.starts[self.pos];
        let after = comments.partition_point(|comment| comment.start < here);
        // The line ends and indents between have no length.
        let mut token = self.pos;
        while token > 0 && self.tokens.range(token - 1).is_empty() {
            token -= 1;
        }
        let from = if token == 0 { 0 } else { self.tokens.ends[token - 1] };
        let own_line = |start: u32| {
            let before = &self.text[..start as usize];
            before.trim_end_matches([' ', '\t']).is_empty()
                || before.trim_end_matches([' ', '\t']).ends_with('\n')
        };
        let mut doc = Span::NONE;
        for comment in comments[..after].iter().rev() {
            if comment.start < from || !comment.is_doc || !own_line(comment.start) {
                break;
            }
            doc = Span::new(self.base + comment.start, self.base + comment.end).to(doc);
        }
        doc
    }

    // ---- use ---------------------------------------------------------------

    /// `use a.b`, `use a.b as c`, `use a.b.{c, d as e}`
    pub(super) fn use_declaration(&mut self) -> ItemKind {
        use TokenKind::*;
        self.bump();
        let mut path = Vec::new();
        let mut names = None;
        let mut is_told = false;
        if matches!(self.kind(), Dot | DotDot | Str | StrStart) {
            self.malformed_use("a path begins with a name", "such as `use geometry.shapes`");
            return ItemKind::Error;
        }
        path.push(self.name("the name of a module"));
        while !self.panicking && matches!(self.kind(), Dot | ColonColon | Slash) {
            if !self.at(Dot) && !std::mem::replace(&mut is_told, true) {
                self.foreign_path_separator();
            }
            self.bump();
            match self.kind() {
                LBrace => {
                    names = Some(self.use_names());
                    break;
                }
                Star => {
                    self.malformed_use(
                        "names are imported one by one",
                        "write `use module.{name, other}`, or `use module` and then `module.name`",
                    );
                    return ItemKind::Error;
                }
                _ => path.push(self.name_or_var("a name after `.`")),
            }
        }
        let mut alias = None;
        if !self.panicking && self.at(As) {
            if names.is_some() {
                self.malformed_use(
                    "names in braces are renamed one by one",
                    "write `{name as other}`",
                );
                return ItemKind::Error;
            }
            self.bump();
            alias = Some(self.name("a name after `as`"));
        }
        if self.at(Comma) && !self.panicking {
            self.malformed_use(
                "a `use` names one module",
                "write another `use` on the next line, or `use module.{a, b}` for names in one module",
            );
        }
        let path = self.ast.add_list(&path);
        ItemKind::Use { path, alias, names }
    }

    fn use_names(&mut self) -> List<UseName> {
        let open = self.lo();
        self.bump();
        let mut names = Vec::new();
        self.in_brackets(|parser| {
            if parser.at(TokenKind::RBrace) {
                let span = Span::new(open, parser.span().hi);
                let diagnostic =
                    Diagnostic::error(&codes::MALFORMED_USE, span, "this `use` names nothing")
                        .label("expected names between the braces");
                parser.note(diagnostic);
            }
            while !parser.at(TokenKind::RBrace) {
                let name = parser.name_or_var("a name");
                let alias = (!parser.panicking && parser.eat(TokenKind::As))
                    .then(|| parser.name("a name after `as`"));
                names.push(UseName { name, alias });
                parser.recover_in_list();
                if !parser.eat(TokenKind::Comma) {
                    break;
                }
            }
            parser.close(TokenKind::RBrace, "name");
        });
        self.ast.add_list(&names)
    }

    #[cold]
    fn malformed_use(&mut self, label: &str, note: &str) {
        let span = self.span();
        let diagnostic = Diagnostic::error(&codes::MALFORMED_USE, span, "this `use` is malformed")
            .label(label)
            .note(note);
        self.report(diagnostic);
    }

    // ---- small declarations ------------------------------------------------

    /// `type Name = T`
    fn type_alias(&mut self, name: &mut Name) -> ItemKind {
        self.bump();
        *name = self.name("the name of a type");
        let generics = self.generics();
        if self.panicking || !self.expect(TokenKind::Eq) {
            return ItemKind::Error;
        }
        let ty = self.ty();
        ItemKind::TypeAlias { generics, ty }
    }

    /// `const NAME: T = e`
    fn const_declaration(&mut self, name: &mut Name) -> ItemKind {
        self.bump();
        if self.foreign_const() {
            self.bump();
        }
        *name = self.name("the name of a constant");
        let ty = (!self.panicking && self.eat(TokenKind::Colon)).then(|| self.ty());
        if self.panicking {
            return ItemKind::Error;
        }
        if matches!(self.kind(), TokenKind::Newline | TokenKind::Eof | TokenKind::Dedent) {
            let diagnostic =
                Diagnostic::error(&codes::MISSING_VALUE, name.span, "a constant needs a value")
                    .label("has no value")
                    .suggest("give it one", self.insertion(), " = …", Applicability::Maybe);
            self.report(diagnostic);
            return ItemKind::Error;
        }
        if !self.expect(TokenKind::Eq) {
            return ItemKind::Error;
        }
        let value = self.value();
        ItemKind::Const { ty, value }
    }

    /// `test "name":`
    fn test(&mut self, name: &mut Name) -> ItemKind {
        self.bump();
        match self.kind() {
            TokenKind::Str => {
                *name = Name { symbol: self.symbol(), span: self.span() };
                self.bump();
            }
            TokenKind::Ident if self.nth(1) == TokenKind::Colon => {
                let text = self.token_text(self.pos);
                let span = self.span();
                let diagnostic = Diagnostic::error(
                    &codes::EXPECTED_TOKEN,
                    span,
                    "the name of a test is a string",
                )
                .label("expected quotes")
                .suggest(
                    "write quotes",
                    span,
                    format!("\"{text}\""),
                    Applicability::Certain,
                );
                self.note(diagnostic);
                *name = Name { symbol: self.symbol(), span };
                self.bump();
            }
            _ => self.expected(&codes::EXPECTED_TOKEN, "the name of the test, a string"),
        }
        let body = self.body("the test's name");
        ItemKind::Test { body }
    }

    // ---- generics ----------------------------------------------------------

    /// `[T: Ord + Show, U]`, if it stands here.
    pub(super) fn generics(&mut self) -> Generics {
        match self.kind() {
            TokenKind::LBracket => {}
            TokenKind::Lt if !self.panicking => return self.angle_generics(),
            _ => return Generics::EMPTY,
        }
        let open = self.lo();
        self.bump();
        let mut params = Vec::new();
        self.in_brackets(|parser| {
            if parser.at(TokenKind::RBracket) {
                let span = Span::new(open, parser.span().hi);
                let diagnostic = Diagnostic::error(
                    &codes::EXPECTED_NAME,
                    span,
                    "this list of type parameters is empty",
                )
                .label("expected a name, or no brackets");
                parser.note(diagnostic);
            }
            while !parser.at(TokenKind::RBracket) {
                let name = parser.name("a type parameter");
                let bounds = if !parser.panicking && parser.eat(TokenKind::Colon) {
                    parser.bounds()
                } else {
                    List::EMPTY
                };
                params.push(GenericParam { name, bounds });
                parser.recover_in_list();
                if !parser.eat(TokenKind::Comma) {
                    break;
                }
            }
            parser.close(TokenKind::RBracket, "parameter");
        });
        self.ast.add_list(&params)
    }

    /// `<T: Ord, U>`; read as `[T: Ord, U]`.
    #[cold]
    fn angle_generics(&mut self) -> Generics {
        let name = self.prev_span();
        if self.nth(1) == TokenKind::Gt {
            // Nothing but lifetimes, which were reported.
            self.bump();
            self.bump();
            return Generics::EMPTY;
        }
        self.foreign_angles(name, "type parameters");
        if self.panicking {
            return Generics::EMPTY;
        }
        self.bump();
        let mut params = Vec::new();
        while self.at(TokenKind::Ident) {
            let name = self.name("a type parameter");
            let bounds = match self.eat(TokenKind::Colon) {
                true => self.bounds(),
                false => List::EMPTY,
            };
            params.push(GenericParam { name, bounds });
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        if !self.eat(TokenKind::Gt) {
            self.expected(&codes::EXPECTED_TOKEN, "the end of the type parameters");
        }
        self.ast.add_list(&params)
    }

    /// `Ord + Show`
    pub(super) fn bounds(&mut self) -> List<TypeId> {
        let mut bounds = vec![self.ty()];
        while !self.panicking && self.eat(TokenKind::Plus) {
            bounds.push(self.ty());
        }
        self.ast.add_list(&bounds)
    }

    #[cold]
    pub(super) fn misplaced_pub(&mut self, span: Span) {
        let is_variable = matches!(self.kind(), TokenKind::Val | TokenKind::Var);
        let diagnostic =
            Diagnostic::error(&codes::MISPLACED_PUB, span, "`pub` has no meaning here")
                .label("not a declaration that other modules can name");
        let diagnostic = if is_variable {
            diagnostic.note("a value for other modules is a `pub const` or comes from a `pub fn`")
        } else {
            diagnostic.suggest("remove it", span, "", Applicability::Maybe)
        };
        self.note(diagnostic);
    }
}
