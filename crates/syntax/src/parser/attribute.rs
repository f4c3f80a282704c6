//! Attributes.

use simple_source::{Applicability, Diagnostic, Span};

use super::Parser;
use crate::ast::{Attribute, AttributeArg, AttributeValue, List};
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    /// The attributes that stand here, with the line ends after them. None if
    /// there are some but nothing that they could describe.
    pub(super) fn attributes(&mut self) -> Option<List<Attribute>> {
        if !matches!(self.kind(), TokenKind::At | TokenKind::HashBracket) {
            return Some(List::EMPTY);
        }
        let mut attributes = Vec::new();
        while matches!(self.kind(), TokenKind::At | TokenKind::HashBracket) {
            attributes.push(self.attribute());
            if self.panicking {
                self.skip_to(&[TokenKind::Newline]);
                self.panicking = false;
            }
            self.eat(TokenKind::Newline);
            if self.at(TokenKind::Indent) {
                // The declaration is indented more than its attribute.
                self.unexpected_indent();
            }
        }
        let list = self.ast.add_list(&attributes);
        if matches!(self.kind(), TokenKind::Eof | TokenKind::Dedent) {
            self.misplaced_attribute(list);
            return None;
        }
        Some(list)
    }

    /// `@name(args)`, `#[name(args)]`
    fn attribute(&mut self) -> Attribute {
        let lo = self.lo();
        let is_bracketed = self.at(TokenKind::HashBracket);
        self.bump();
        let (name, args) = if is_bracketed {
            self.in_brackets(|parser| {
                let parts = parser.attribute_parts();
                if !parser.at(TokenKind::RBracket) && !parser.panicking {
                    let found = parser.found();
                    let diagnostic = Diagnostic::error(
                        &codes::MISPLACED_ATTRIBUTE,
                        parser.span(),
                        format!("expected `]` after the attribute, found {found}"),
                    )
                    .label("expected `]`")
                    .note(
                        "`#[` at the start of a line is an attribute; a comment begins with `# `",
                    );
                    parser.report(diagnostic);
                }
                parser.close(TokenKind::RBracket, "attribute");
                parts
            })
        } else {
            self.attribute_parts()
        };
        Attribute { name, args, span: self.span_from(lo) }
    }

    fn attribute_parts(&mut self) -> (crate::ast::Name, List<AttributeArg>) {
        if !self.at(TokenKind::Ident)
            && self.pos > 0
            && self.kinds[self.pos - 1] == TokenKind::HashBracket
        {
            let diagnostic = Diagnostic::error(
                &codes::MISPLACED_ATTRIBUTE,
                self.span(),
                "expected the name of an attribute",
            )
            .label("expected a name")
            .note("`#[` at the start of a line is an attribute; a comment begins with `# `");
            self.report(diagnostic);
            return (self.no_name(), List::EMPTY);
        }
        let name = self.name("the name of an attribute");
        if !self.at(TokenKind::LParen) || self.panicking {
            return (name, List::EMPTY);
        }
        self.bump();
        let mut args = Vec::new();
        self.in_brackets(|parser| {
            while !parser.at(TokenKind::RParen) {
                args.push(parser.attribute_arg());
                parser.recover_in_list();
                if !parser.eat(TokenKind::Comma) {
                    break;
                }
            }
            parser.close(TokenKind::RParen, "argument");
        });
        (name, self.ast.add_list(&args))
    }

    fn attribute_arg(&mut self) -> AttributeArg {
        let has_name = (self.at(TokenKind::Ident) || self.kind().is_keyword())
            && matches!(self.nth(1), TokenKind::Colon | TokenKind::Eq);
        let name = has_name.then(|| {
            let name = self.name("a name");
            self.bump();
            name
        });
        let lo = self.lo();
        let value = self.attribute_value();
        AttributeArg { name, value, span: self.span_from(lo) }
    }

    fn attribute_value(&mut self) -> AttributeValue {
        use TokenKind::*;
        let is_negative = self.at(Minus) && matches!(self.nth(1), Int | Float);
        if is_negative {
            self.bump();
        }
        let value = match self.kind() {
            Str => AttributeValue::Str(self.symbol()),
            Ident => AttributeValue::Name(self.symbol()),
            True => AttributeValue::Bool(true),
            False => AttributeValue::Bool(false),
            Int => {
                let magnitude = i64::try_from(self.tokens.number(self.pos).int).unwrap_or(i64::MAX);
                AttributeValue::Int(if is_negative { -magnitude } else { magnitude })
            }
            Float => {
                let value = self.tokens.number(self.pos).float;
                AttributeValue::Float(if is_negative { -value } else { value })
            }
            _ => {
                let found = self.found();
                let diagnostic = Diagnostic::error(
                    &codes::MISPLACED_ATTRIBUTE,
                    self.span(),
                    format!("expected a value, found {found}"),
                )
                .label("expected a number, a string, `true`, `false` or a name");
                self.report(diagnostic);
                return AttributeValue::Name(simple_source::sym::EMPTY);
            }
        };
        self.bump();
        value
    }

    /// Attributes with no declaration after them.
    #[cold]
    pub(super) fn misplaced_attribute(&mut self, attributes: List<Attribute>) {
        let list = self.ast.list(attributes);
        let span = list.last().map_or(Span::NONE, |attribute| attribute.span);
        let diagnostic = Diagnostic::error(
            &codes::MISPLACED_ATTRIBUTE,
            span,
            "this attribute describes nothing",
        )
        .label("expected a declaration below it")
        .suggest("remove it", span, "", Applicability::Maybe);
        self.note(diagnostic);
    }
}
