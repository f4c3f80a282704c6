//! Structs, classes, enums, traits and impls.

use simple_source::{Applicability, Diagnostic, Span};

use super::Parser;
use super::function::BodyRule;
use crate::ast::{Field, Generics, Item, ItemId, ItemKind, List, Name, TypeKind, Variant};
use crate::codes;
use crate::token::TokenKind;

/// Which declaration a body belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Owner {
    Struct,
    Class,
    Enum,
    Trait,
    Impl,
}

impl Owner {
    fn text(self) -> &'static str {
        match self {
            Owner::Struct => "a struct",
            Owner::Class => "a class",
            Owner::Enum => "an enum",
            Owner::Trait => "a trait",
            Owner::Impl => "an impl",
        }
    }

    fn has_fields(self) -> bool {
        matches!(self, Owner::Struct | Owner::Class)
    }
}

/// What a body holds.
#[derive(Default)]
struct Members {
    fields: Vec<Field>,
    variants: Vec<Variant>,
    methods: Vec<ItemId>,
}

impl Parser<'_> {
    /// `struct`, `data`, `class`, `enum` and `trait`.
    pub(super) fn type_declaration(&mut self, name: &mut Name) -> ItemKind {
        let owner = match self.kind() {
            TokenKind::Class => Owner::Class,
            TokenKind::Enum => Owner::Enum,
            TokenKind::Trait => Owner::Trait,
            _ => Owner::Struct,
        };
        self.bump();
        self.type_declaration_tail(name, owner)
    }

    /// A trait written with a word of another language.
    pub(super) fn foreign_trait_tail(&mut self, name: &mut Name) -> ItemKind {
        self.type_declaration_tail(name, Owner::Trait)
    }

    fn type_declaration_tail(&mut self, name: &mut Name, owner: Owner) -> ItemKind {
        *name = self.name("the name of the type");
        let generics = if self.panicking { Generics::EMPTY } else { self.generics() };
        if (self.at(TokenKind::LParen) || self.is_foreign_base()) && !self.panicking {
            self.inheritance(owner, name.span);
        }
        let mut supertraits = List::EMPTY;
        let mut members = Members::default();
        let mut has_body = true;
        if owner == Owner::Trait && self.is_supertraits() {
            self.bump();
            supertraits = self.bounds();
            has_body = !matches!(self.kind(), TokenKind::Newline | TokenKind::Eof)
                || self.nth(1) == TokenKind::Indent;
        }
        if has_body {
            self.members(owner, &mut members);
        }
        let fields = self.ast.add_list(&members.fields);
        let variants = self.ast.add_list(&members.variants);
        let methods = self.ast.add_list(&members.methods);
        match owner {
            Owner::Struct => ItemKind::Struct { generics, fields, methods },
            Owner::Class => ItemKind::Class { generics, fields, methods },
            Owner::Enum => ItemKind::Enum { generics, variants, methods },
            _ => ItemKind::Trait { generics, supertraits, methods },
        }
    }

    /// Whether the colon after a trait's name begins required traits: a name
    /// follows on the same line.
    fn is_supertraits(&self) -> bool {
        self.at(TokenKind::Colon) && self.nth(1) == TokenKind::Ident
    }

    /// `impl[T] Trait for Type:`
    pub(super) fn impl_declaration(&mut self) -> ItemKind {
        self.bump();
        let generics = self.generics();
        let first = self.ty();
        let mut trait_ = None;
        let mut target = first;
        if !self.panicking && self.eat(TokenKind::For) {
            trait_ = Some(first);
            target = self.ty();
        }
        if let Some(id) = trait_
            && !matches!(self.ast.ty(id).kind, TypeKind::Path { .. } | TypeKind::Error)
        {
            let span = self.ast.ty(id).span;
            let diagnostic =
                Diagnostic::error(&codes::EXPECTED_TYPE, span, "expected the name of a trait")
                    .label("not a trait")
                    .note("`impl Trait for Type:` implements a trait, `impl Type:` adds methods");
            self.note(diagnostic);
        }
        let mut members = Members::default();
        self.members(Owner::Impl, &mut members);
        let methods = self.ast.add_list(&members.methods);
        ItemKind::Impl { generics, trait_, target, methods }
    }

    // ---- bodies ------------------------------------------------------------

    fn members(&mut self, owner: Owner, members: &mut Members) {
        use TokenKind::*;
        self.foreign_where();
        if !self.block_colon("the declaration's header") {
            return;
        }
        if !(self.at(Newline) && self.nth(1) == Indent) {
            if matches!(self.kind(), Newline | Eof | Dedent) {
                return self.missing_block(self.prev_span());
            }
            return self.member_line(owner, members);
        }
        if !self.enter() {
            return self.leave();
        }
        self.bump();
        self.bump();
        let mut extra = 0;
        loop {
            match self.kind() {
                Eof => break,
                Newline => self.bump(),
                Dedent if extra > 0 => {
                    extra -= 1;
                    self.bump();
                }
                Dedent => {
                    self.bump();
                    break;
                }
                Indent => {
                    extra += 1;
                    self.unexpected_indent();
                }
                _ => {
                    let before = self.pos;
                    self.statement_start = before;
                    self.member_line(owner, members);
                    self.end_statement();
                    if self.pos == before {
                        self.bump();
                    }
                }
            }
        }
        self.leave();
    }

    /// The members of one line: mostly one, several fields or variants with
    /// commas between.
    fn member_line(&mut self, owner: Owner, members: &mut Members) {
        use TokenKind::*;
        loop {
            match self.kind() {
                Newline | Eof | Dedent => return,
                Pass => self.bump(),
                Ident
                    if owner.has_fields()
                        && self.nth(1) == Ident
                        && matches!(self.token_text(self.pos), "let" | "private" | "public") =>
                {
                    self.needless_word(self.token_text(self.pos), "fields");
                    self.bump();
                    continue;
                }
                Ident if owner.has_fields() && self.nth(1) != Fn && !self.is_foreign_function() => {
                    self.field(members);
                }
                Ident if owner == Owner::Enum && !self.is_foreign_function() => {
                    self.variant(members);
                }
                Case if owner == Owner::Enum => {
                    self.needless_word("case", "variants");
                    self.bump();
                    continue;
                }
                Val | Var if owner.has_fields() => {
                    self.needless_word(self.kind().text(), "fields");
                    self.bump();
                    continue;
                }
                Pub if self.nth(1) == Ident && (owner.has_fields() || owner == Owner::Enum) => {
                    // Allowed, and adds nothing.
                    self.bump();
                    continue;
                }
                _ => return self.method(owner, members),
            }
            if self.panicking || !self.eat(Comma) {
                return;
            }
        }
    }

    fn field(&mut self, members: &mut Members) {
        let lo = self.lo();
        let doc = self.doc_comment();
        let name = self.name("a field");
        let ty = if self.eat(TokenKind::Colon) {
            self.field_type()
        } else {
            self.missing_field_type(name);
            let span = self.span_from(lo);
            self.ast.add_type(crate::ast::Type { kind: TypeKind::Error, span })
        };
        let mut default = (!self.panicking && self.eat(TokenKind::Eq)).then(|| self.expr());
        if matches!(self.ast.ty(ty).kind, TypeKind::Error) && default.is_some() {
            // Without its type there is nothing to say of the value.
            default = Some(self.error_expr());
        }
        let field = Field { name, ty, default, doc, span: self.span_from(lo) };
        self.check_field_order(&members.fields, &field);
        members.fields.push(field);
    }

    #[cold]
    fn missing_field_type(&mut self, name: Name) {
        if self.panicking {
            return;
        }
        let text = self.snippet(name.span);
        let diagnostic = Diagnostic::error(
            &codes::EXPECTED_TYPE,
            name.span,
            format!("the field `{text}` needs a type"),
        )
        .label(format!("expected `{text}: type`"));
        if matches!(self.kind(), TokenKind::Eq | TokenKind::Newline | TokenKind::Comma) {
            self.note(diagnostic);
        } else {
            self.report(diagnostic);
        }
    }

    fn check_field_order(&mut self, before: &[Field], field: &Field) {
        if field.default.is_some() || self.panicking {
            return;
        }
        let Some(defaulted) = before.last().filter(|field| field.default.is_some()) else { return };
        if matches!(self.ast.ty(defaulted.ty).kind, TypeKind::Error) {
            return;
        }
        let diagnostic = Diagnostic::error(
            &codes::PARAMETER,
            field.name.span,
            "a field without a default after one with",
        )
        .label("needs a default")
        .also(defaulted.name.span, "has a default")
        .note("fields are also the parameters of the constructor");
        // What it is made with is not known.
        self.ast.lost.push(field.span);
        self.note(diagnostic);
    }

    /// `Name`, `Name(T)`, `Name(field: T)`
    fn variant(&mut self, members: &mut Members) {
        let lo = self.lo();
        let doc = self.doc_comment();
        let name = self.name("a variant");
        let fields = if self.at(TokenKind::LParen) { self.variant_fields() } else { List::EMPTY };
        match self.kind() {
            TokenKind::Eq if !self.panicking => {
                let equals = self.span();
                self.bump();
                self.expr();
                let span = Span::new(equals.lo, self.prev_hi());
                let edit = Span::new(name.span.hi, span.hi);
                let diagnostic = Diagnostic::error(
                    &codes::MISPLACED_MEMBER,
                    span,
                    "a variant has no number of its own",
                )
                .label("not here")
                .note("a method with a `match` can give each variant a number")
                .suggest("remove it", edit, "", Applicability::Maybe);
                self.note(diagnostic);
            }
            TokenKind::LBrace if !self.panicking => {
                let diagnostic = Diagnostic::error(
                    &codes::MISPLACED_MEMBER,
                    self.span(),
                    "a variant's fields stand in parentheses",
                )
                .label("expected `(`");
                self.report(diagnostic);
            }
            _ => {}
        }
        members.variants.push(Variant { name, fields, doc, span: self.span_from(lo) });
    }

    fn variant_fields(&mut self) -> List<Field> {
        self.bump();
        let mut fields: Vec<Field> = Vec::new();
        self.in_brackets(|parser| {
            while !parser.at(TokenKind::RParen) {
                let lo = parser.lo();
                let doc = parser.doc_comment();
                let is_named = parser.at(TokenKind::Ident) && parser.nth(1) == TokenKind::Colon;
                let name = if is_named { parser.name("a field") } else { parser.no_name() };
                if is_named {
                    parser.bump();
                }
                let ty = parser.ty();
                let default =
                    (!parser.panicking && parser.eat(TokenKind::Eq)).then(|| parser.expr());
                let field = Field { name, ty, default, doc, span: parser.span_from(lo) };
                parser.check_field_order(&fields, &field);
                fields.push(field);
                parser.recover_in_list();
                if !parser.eat(TokenKind::Comma) {
                    break;
                }
            }
            parser.close(TokenKind::RParen, "field");
        });
        self.ast.add_list(&fields)
    }

    fn method(&mut self, owner: Owner, members: &mut Members) {
        let Some(prefix) = self.item_prefix() else { return };
        let mut name = self.no_name();
        let lo = prefix.public.map_or(self.lo(), |span| span.lo);
        let rule = match owner {
            Owner::Trait => BodyRule::Optional,
            _ => BodyRule::of(&self.ast, &prefix),
        };
        let special = self.python_method();
        let kind = match (self.kind(), special) {
            (_, Some(special)) => self.refuse_python_method(special, &mut name, rule),
            (TokenKind::Fn, _) => self.function(&mut name, rule),
            (TokenKind::Extern, _) => self.extern_function(&mut name),
            (TokenKind::Ident, _) if self.is_foreign_function() => {
                self.foreign_function();
                self.bump();
                self.function_tail(&mut name, rule)
            }
            _ if !prefix.attributes.is_empty() => {
                return self.misplaced_member(owner, true);
            }
            _ => return self.misplaced_member(owner, false),
        };
        let span = self.span_from(lo);
        let super::item::Prefix { attributes, doc, public } = prefix;
        members.methods.push(self.ast.add_item(Item { kind, name, public, attributes, doc, span }));
    }

    // ---- mistakes ----------------------------------------------------------

    #[cold]
    fn misplaced_member(&mut self, owner: Owner, has_attributes: bool) {
        let what = match owner {
            Owner::Struct | Owner::Class => "fields `name: type` and methods",
            Owner::Enum => "variants and methods",
            Owner::Trait | Owner::Impl => "methods",
        };
        let found = self.found();
        let mut span = self.span();
        if self.at(TokenKind::Ident) && self.nth(1) == TokenKind::Colon {
            // A field: all of it.
            let end = self.kinds[self.pos..]
                .iter()
                .position(|kind| matches!(kind, TokenKind::Newline | TokenKind::Eof))
                .unwrap_or(1);
            span.hi = self.tokens.span(self.pos + end - 1, self.base).hi;
        }
        let mut diagnostic = Diagnostic::error(
            &codes::MISPLACED_MEMBER,
            span,
            format!("{found} cannot stand in {}", owner.text()),
        )
        .label(format!("expected {what}"));
        if has_attributes {
            diagnostic = diagnostic.note("an attribute here describes a method");
        } else if owner == Owner::Impl && self.at(TokenKind::Ident) {
            diagnostic = diagnostic.note("fields belong in the struct or class itself");
        } else if owner == Owner::Trait && self.at(TokenKind::Ident) {
            diagnostic = diagnostic.note("a trait has no fields; a method can give a value");
        }
        self.report(diagnostic);
    }

    /// Whether Java's `extends B` or `implements B` stands here.
    fn is_foreign_base(&self) -> bool {
        self.at(TokenKind::Ident)
            && self.on_same_line(0)
            && matches!(self.token_text(self.pos), "extends" | "implements" | "inherits")
    }

    /// `class A(B)`, `class A extends B`; `name` is that of `A`.
    #[cold]
    fn inheritance(&mut self, owner: Owner, name: Span) {
        let lo = self.lo();
        // The space before `extends` goes too.
        let before = self.prev_hi();
        let is_parenthesised = self.at(TokenKind::LParen);
        let is_list_of_fields = is_parenthesised && self.nth(2) == TokenKind::Colon;
        let is_empty = is_parenthesised && self.nth(1) == TokenKind::RParen;
        self.bump();
        if is_parenthesised {
            self.skip_to(&[]);
            self.eat(TokenKind::RParen);
        } else {
            self.skip_to(&[TokenKind::Colon, TokenKind::Newline]);
        }
        let span = Span::new(lo, self.prev_hi());
        let diagnostic = if is_list_of_fields {
            Diagnostic::error(
                &codes::MISPLACED_MEMBER,
                span,
                format!("the fields of {} stand in its body", owner.text()),
            )
            .label("expected `:`")
            .note("one `name: type` a line, indented")
        } else {
            if !is_empty {
                self.ast.bases.push(name);
            }
            Diagnostic::error(&codes::INHERITANCE, span, format!("{} has no base", owner.text()))
                .label("expected `:`")
                .note("what types have in common is a `trait`; what one shares with another is a field")
                .suggest("remove it", Span::new(before, span.hi), "", Applicability::Maybe)
        };
        self.note(diagnostic);
        if is_list_of_fields && matches!(self.kind(), TokenKind::Newline | TokenKind::Eof) {
            self.panicking = true;
        }
    }

    /// `val` before a field, `case` before a variant.
    #[cold]
    fn needless_word(&mut self, word: &str, what: &str) {
        let span = self.span();
        let diagnostic = Diagnostic::error(
            &codes::MISPLACED_MEMBER,
            span,
            format!("{what} are declared without `{word}`"),
        )
        .label("not needed")
        .suggest(
            "remove it",
            Span::new(span.lo, self.next_lo()),
            "",
            Applicability::Certain,
        );
        self.note(diagnostic);
    }
}
