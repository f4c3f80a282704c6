//! Format specs: `[[fill]align][sign][#][0][width][,][.precision][type]`.

use simple_source::{Diagnostic, Span};

use super::Parser;
use crate::ast::{ExprId, FormatCount, FormatSpec};
use crate::codes;
use crate::token::TokenKind;

/// The largest width or precision, as choice 8.7 of the reference has it.
const MAX_COUNT: u32 = 65535;

/// A spec's text, a character or a nested interpolation at a time.
#[derive(Clone, Copy)]
enum Piece {
    Char(char),
    Value(ExprId),
}

/// A cursor over the pieces, each with its place.
struct Pieces {
    pieces: Vec<(Piece, Span)>,
    at: usize,
}

impl Pieces {
    fn peek(&self, offset: usize) -> Option<char> {
        match self.pieces.get(self.at + offset)?.0 {
            Piece::Char(character) => Some(character),
            Piece::Value(_) => None,
        }
    }

    /// Passes the next character if it is one of `set`.
    fn take(&mut self, set: &str) -> Option<char> {
        let character = self.peek(0).filter(|c| set.contains(*c))?;
        self.at += 1;
        Some(character)
    }

    fn take_byte(&mut self, set: &str) -> u8 {
        // The sets are ASCII.
        self.take(set).map_or(0, |character| character as u8)
    }

    /// A number or a nested value. An error says where a number is too large.
    fn count(&mut self) -> Result<FormatCount, Span> {
        if let Some((Piece::Value(value), _)) = self.pieces.get(self.at) {
            self.at += 1;
            return Ok(FormatCount::Computed(*value));
        }
        let mut number = None;
        while let Some(digit) = self.peek(0).and_then(|c| c.to_digit(10)) {
            let next = number.unwrap_or(0) * 10 + digit;
            if next > MAX_COUNT {
                return Err(self.pieces[self.at].1);
            }
            number = Some(next);
            self.at += 1;
        }
        Ok(number.map_or(FormatCount::None, FormatCount::Fixed))
    }
}

impl Parser<'_> {
    /// A spec from its colon; ends before the `}`.
    pub(super) fn format_spec(&mut self) -> Option<FormatSpec> {
        self.bump();
        let lo = self.prev_hi();
        let mut pieces = Vec::new();
        loop {
            match self.kind() {
                TokenKind::SpecText => {
                    let start = self.lo();
                    for (offset, character) in self.token_text(self.pos).char_indices() {
                        let at = start + offset as u32;
                        let span = Span::new(at, at + character.len_utf8() as u32);
                        pieces.push((Piece::Char(character), span));
                    }
                    self.bump();
                }
                TokenKind::InterpOpen => {
                    let start = self.lo();
                    self.bump();
                    let value = self.in_brackets(|parser| {
                        let value = parser.expr();
                        if parser.at(TokenKind::SpecStart) {
                            let span = parser.span();
                            parser.bad_spec(span, "a nested value has no format of its own");
                        } else if !parser.at(TokenKind::InterpClose) {
                            parser.expected(&codes::UNCLOSED_INTERPOLATION, "`}`");
                        }
                        parser.skip_to(&[]);
                        parser.eat(TokenKind::InterpClose);
                        value
                    });
                    pieces.push((Piece::Value(value), self.span_from(start)));
                }
                _ => break,
            }
        }
        let span = self.span_from(lo);
        if self.panicking {
            return None;
        }
        self.spec_of(Pieces { pieces, at: 0 }, span)
    }

    fn spec_of(&mut self, mut pieces: Pieces, span: Span) -> Option<FormatSpec> {
        if pieces.pieces.is_empty() {
            self.bad_spec(span, "expected a format after the `:`");
            return None;
        }
        let mut fill = None;
        let mut align = 0;
        if let (Some(first), Some('<' | '>' | '^' | '=')) = (pieces.peek(0), pieces.peek(1)) {
            fill = Some(first);
            pieces.at += 1;
            align = pieces.take_byte("<>^=");
        } else if let Some(found) = pieces.take("<>^=") {
            align = found as u8;
        }
        let sign = pieces.take_byte("+- ");
        let alternate = pieces.take("#").is_some();
        let zero = pieces.take("0").is_some();
        let mut count = |pieces: &mut Pieces| match pieces.count() {
            Ok(count) => Some(count),
            Err(place) => {
                self.bad_spec(place, &format!("a width or precision is at most {MAX_COUNT}"));
                None
            }
        };
        let width = count(&mut pieces)?;
        let grouping = pieces.take_byte(",_");
        let mut precision = FormatCount::None;
        if pieces.take(".").is_some() {
            precision = count(&mut pieces)?;
            if precision == FormatCount::None {
                let place = pieces.pieces.get(pieces.at).map_or(span.end(), |piece| piece.1);
                self.bad_spec(place, "expected the number of digits after `.`");
                return None;
            }
        }
        let kind = pieces.take_byte("dxXboeEfFgG%sc");
        if let Some((piece, place)) = pieces.pieces.get(pieces.at) {
            let message = match (piece, pieces.peek(1)) {
                (Piece::Char(c), None)
                    if c.is_alphabetic() && pieces.at + 1 == pieces.pieces.len() =>
                {
                    format!("`{c}` is not a kind of format")
                }
                (Piece::Char(c), _) => format!("`{c}` is out of place in a format"),
                (Piece::Value(_), _) => "only a width or a precision is computed".into(),
            };
            self.bad_spec(*place, &message);
            return None;
        }
        Some(FormatSpec {
            fill,
            align,
            sign,
            alternate,
            zero,
            grouping,
            width,
            precision,
            kind,
            span,
        })
    }

    #[cold]
    fn bad_spec(&mut self, span: Span, message: &str) {
        let diagnostic = Diagnostic::error(&codes::FORMAT_SPEC, span, message)
            .label("not understood")
            .note("a format is `[[fill]align][sign][#][0][width][,][.precision][kind]`, such as `>8`, `05` or `.2f`")
            .note("the kinds are `d x X b o e E f F g G % s c`; `align` is one of `< > ^ =`");
        self.report(diagnostic);
    }
}
