//! Patterns.

use simple_source::{Applicability, Diagnostic};

use super::Parser;
use crate::ast::{Expr, ExprId, FieldPat, List, Pat, PatId, PatKind, UnaryOp};
use crate::codes;
use crate::token::TokenKind;

impl Parser<'_> {
    /// The pattern after `case`.
    pub(super) fn case_pattern(&mut self) -> PatId {
        let lo = self.lo();
        let pat = self.pattern();
        let separator = self.span();
        let is_or = self.at(TokenKind::Or) || self.at(TokenKind::PipePipe);
        if self.panicking || !(is_or || self.at(TokenKind::Comma)) {
            return pat;
        }
        let text = self.kind().text();
        let mut diagnostic = Diagnostic::error(
            &codes::EXPECTED_PATTERN,
            separator,
            format!("alternatives are separated by `|`, not by `{text}`"),
        )
        .label("expected `|`");
        let mut edits = Vec::new();
        while matches!(self.kind(), TokenKind::Or | TokenKind::PipePipe | TokenKind::Comma) {
            let text = if self.at(TokenKind::Comma) { " |" } else { "|" };
            edits.push((self.span(), text.to_owned()));
            self.bump();
            self.pattern();
        }
        diagnostic.suggestions.push(simple_source::Suggestion {
            message: "write `|`".into(),
            edits,
            applicability: Applicability::Maybe,
        });
        if !is_or {
            diagnostic = diagnostic.note("a tuple's pattern stands in parentheses");
        }
        self.note(diagnostic);
        let span = self.span_from(lo);
        self.ast.lost.push(span);
        self.add_pat(PatKind::Error, lo)
    }

    /// The pattern of `val`, `for` and comprehensions. `what` is said if
    /// there is none.
    pub(super) fn binding_pattern(&mut self, what: &str) -> PatId {
        let lo = self.lo();
        if self.kind().is_keyword()
            && !matches!(self.kind(), TokenKind::True | TokenKind::False | TokenKind::Nil)
        {
            let name = self.name(what);
            return self.add_pat(PatKind::Name(name.symbol), lo);
        }
        let pat = self.pattern();
        if !self.at(TokenKind::Comma) || self.panicking || self.brackets > self.block_brackets {
            return pat;
        }
        let mut parts = vec![pat];
        while self.eat(TokenKind::Comma) && self.starts_pattern() {
            parts.push(self.pattern());
        }
        let span = self.span_from(lo);
        let text = format!("({})", self.snippet(span));
        let diagnostic = Diagnostic::error(
            &codes::PATTERN_PARENTHESES,
            span,
            "several names stand in parentheses",
        )
        .label("expected parentheses around this")
        .suggest(format!("write `{text}`"), span, text, Applicability::Certain);
        self.note(diagnostic);
        let parts = self.ast.add_list(&parts);
        self.add_pat(PatKind::Tuple(parts), lo)
    }

    fn starts_pattern(&self) -> bool {
        use TokenKind::*;
        matches!(
            self.kind(),
            Ident
                | Int
                | Float
                | Str
                | Minus
                | True
                | False
                | Nil
                | LParen
                | LBracket
                | DotDot
                | DotDotEq
        )
    }

    fn add_pat(&mut self, kind: PatKind, lo: u32) -> PatId {
        let span = self.span_from(lo);
        self.ast.add_pat(Pat { kind, span })
    }

    /// A pattern, alternatives included.
    pub(super) fn pattern(&mut self) -> PatId {
        let lo = self.lo();
        if !self.enter() {
            self.leave();
            return self.add_pat(PatKind::Error, lo);
        }
        let first = self.single_pattern();
        let pat = if self.at(TokenKind::Pipe) {
            let mark = self.scratch.pats.len();
            self.scratch.pats.push(first);
            while self.eat(TokenKind::Pipe) {
                let pat = self.single_pattern();
                self.scratch.pats.push(pat);
            }
            let list = self.take_pats(mark);
            self.add_pat(PatKind::Or(list), lo)
        } else {
            first
        };
        self.leave();
        pat
    }

    fn take_pats(&mut self, mark: usize) -> List<PatId> {
        let list = self.ast.add_list(&self.scratch.pats[mark..]);
        self.scratch.pats.truncate(mark);
        list
    }

    fn single_pattern(&mut self) -> PatId {
        use TokenKind::*;
        let lo = self.lo();
        let kind = match self.kind() {
            Ident => self.name_pattern(),
            Int | Float | Str | Minus | True | False | Nil => {
                let literal = self.literal();
                match self.kind() {
                    DotDot | DotDotEq => self.range_pattern(Some(literal)),
                    _ => PatKind::Literal(literal),
                }
            }
            DotDot | DotDotEq if self.nth(1) != Ident && self.ends_range(1) => {
                self.range_pattern(None)
            }
            DotDot => {
                self.bump();
                let name = self.at(Ident).then(|| self.name("a name"));
                PatKind::Rest(name)
            }
            LParen => return self.tuple_pattern(),
            LBracket => {
                self.bump();
                let mark = self.scratch.pats.len();
                self.patterns_until(RBracket);
                PatKind::List(self.take_pats(mark))
            }
            Star | StarStar | Amp | AmpAmp | Mut | LBrace | Val | Var | StrStart | Is => {
                self.foreign_pattern();
                PatKind::Error
            }
            SelfValue => {
                let diagnostic = Diagnostic::error(
                    &codes::EXPECTED_PATTERN,
                    self.span(),
                    "`self` cannot be bound again",
                )
                .label("not a pattern");
                self.report(diagnostic);
                PatKind::Error
            }
            _ => {
                self.expected(&codes::EXPECTED_PATTERN, "a pattern");
                PatKind::Error
            }
        };
        self.add_pat(kind, lo)
    }

    /// Whether the token `offset` ahead can be the upper end of a range.
    fn ends_range(&self, offset: usize) -> bool {
        use TokenKind::*;
        matches!(self.nth(offset), Int | Float | Str | Minus)
    }

    fn range_pattern(&mut self, low: Option<ExprId>) -> PatKind {
        let inclusive = self.at(TokenKind::DotDotEq);
        self.bump();
        let high = if self.ends_range(0) {
            Some(self.literal())
        } else {
            if inclusive {
                self.expected(&codes::EXPECTED_PATTERN, "the upper end of the range");
            }
            None
        };
        PatKind::Range { low, high, inclusive }
    }

    /// A literal, possibly with a minus.
    fn literal(&mut self) -> ExprId {
        use TokenKind::*;
        let lo = self.lo();
        if self.eat(Minus) {
            if !matches!(self.kind(), Int | Float) {
                self.expected(&codes::EXPECTED_PATTERN, "a number after `-`");
                return self.error_expr();
            }
            let operand = self.primary();
            return self.add(Expr::Unary { op: UnaryOp::Neg, operand }, lo);
        }
        self.primary()
    }

    /// `x`, `_`, `Empty`, `Circle(r)`, `shapes.Circle(r)`
    fn name_pattern(&mut self) -> PatKind {
        use TokenKind::*;
        if self.token_text(self.pos) == "_" {
            self.bump();
            return PatKind::Wildcard;
        }
        let first = self.name("a name");
        if !matches!(self.kind(), Dot | ColonColon | LParen | LBrace | At) {
            return PatKind::Name(first.symbol);
        }
        let mut path = vec![first];
        while matches!(self.kind(), Dot | ColonColon) {
            if self.at(ColonColon) {
                self.foreign_path_separator();
            }
            self.bump();
            path.push(self.name("a name after `.`"));
        }
        if self.at(LBrace) || self.at(At) {
            self.foreign_pattern();
            return PatKind::Error;
        }
        let fields = self.at(LParen).then(|| self.field_patterns());
        if fields.is_none() && path.len() == 1 {
            return PatKind::Name(first.symbol);
        }
        let path = self.ast.add_list(&path);
        PatKind::Constructor { path, fields }
    }

    /// `(r, name: p, ..)`
    fn field_patterns(&mut self) -> List<FieldPat> {
        self.bump();
        let mut fields = Vec::new();
        self.in_brackets(|parser| {
            while !parser.at(TokenKind::RParen) {
                let is_named = parser.at(TokenKind::Ident)
                    && matches!(parser.nth(1), TokenKind::Colon | TokenKind::Eq);
                let name = is_named.then(|| {
                    let lo = parser.lo();
                    let name = parser.name("a field");
                    if parser.at(TokenKind::Eq) {
                        parser.foreign_named_arg(lo);
                    }
                    parser.bump();
                    name
                });
                let pat = parser.pattern();
                fields.push(FieldPat { name, pat });
                parser.recover_in_list();
                if !parser.eat(TokenKind::Comma) {
                    break;
                }
            }
            parser.close(TokenKind::RParen, "pattern");
        });
        self.ast.add_list(&fields)
    }

    /// Patterns separated by commas up to `close`, pushed on the scratch
    /// list. Returns whether the last one is followed by a comma.
    fn patterns_until(&mut self, close: TokenKind) -> bool {
        self.in_brackets(|parser| {
            let mut comma = false;
            while !parser.at(close) {
                let pat = parser.pattern();
                parser.scratch.pats.push(pat);
                parser.recover_in_list();
                comma = parser.eat(TokenKind::Comma);
                if !comma {
                    break;
                }
            }
            parser.close(close, "pattern");
            comma
        })
    }

    /// `()`, `(p)`, `(p, q)`
    fn tuple_pattern(&mut self) -> PatId {
        let lo = self.lo();
        self.bump();
        if self.eat(TokenKind::RParen) {
            let unit = self.add(Expr::Unit, lo);
            return self.add_pat(PatKind::Literal(unit), lo);
        }
        let mark = self.scratch.pats.len();
        let comma = self.patterns_until(TokenKind::RParen);
        match self.scratch.pats[mark..] {
            [only] if !comma => {
                self.scratch.pats.truncate(mark);
                only
            }
            _ => {
                let list = self.take_pats(mark);
                self.add_pat(PatKind::Tuple(list), lo)
            }
        }
    }

    /// Patterns of other languages.
    #[cold]
    fn foreign_pattern(&mut self) {
        use TokenKind::*;
        let kind = self.kind();
        let text = kind.text();
        let diagnostic = Diagnostic::error(
            &codes::EXPECTED_PATTERN,
            self.span(),
            format!("`{text}` cannot stand in a pattern"),
        );
        let diagnostic = match kind {
            Star | StarStar => diagnostic.label("the rest of a list is `..rest`").suggest(
                "write `..`",
                self.span(),
                "..",
                Applicability::Certain,
            ),
            Amp | AmpAmp => diagnostic.label("there are no references to look through"),
            Mut | Val | Var => diagnostic
                .label("names in patterns cannot be assigned")
                .note("bind a `var` to the name in the body"),
            LBrace => {
                diagnostic.label("fields stand in parentheses").note("such as `Point(x: 0.0, y)`")
            }
            At => diagnostic
                .label("a pattern is not given a name")
                .note("match a name, with a guard: `case n if n > 9:`"),
            StrStart => diagnostic.label("a pattern's text is fixed: no interpolation"),
            Is => diagnostic.label("a type is not a pattern"),
            _ => diagnostic,
        };
        self.report(diagnostic);
    }
}
