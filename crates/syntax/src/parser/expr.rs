//! Expressions: operators and what stands at their ends.

use simple_source::{Applicability, Diagnostic, Span, sym};

use super::Parser;
use crate::ast::{BinaryOp, Expr, ExprId, UnaryOp};
use crate::codes;
use crate::token::TokenKind;

/// How tightly operators bind, loosest first, as section 5 of the language
/// contract orders them.
pub(super) mod level {
    pub(in crate::parser) const LOOSEST: u8 = 0;
    pub(in crate::parser) const PIPE: u8 = 1;
    pub(in crate::parser) const COALESCE: u8 = 2;
    pub(in crate::parser) const OR: u8 = 3;
    pub(in crate::parser) const AND: u8 = 4;
    pub(in crate::parser) const NOT: u8 = 5;
    pub(in crate::parser) const COMPARE: u8 = 6;
    pub(in crate::parser) const BIT_OR: u8 = 7;
    pub(in crate::parser) const BIT_XOR: u8 = 8;
    pub(in crate::parser) const BIT_AND: u8 = 9;
    pub(in crate::parser) const SHIFT: u8 = 10;
    pub(in crate::parser) const RANGE: u8 = 11;
    pub(in crate::parser) const ADD: u8 = 12;
    pub(in crate::parser) const MUL: u8 = 13;
    pub(in crate::parser) const CAST: u8 = 14;
    pub(in crate::parser) const POW: u8 = 16;
}

/// How long an expression may be to be shown in a suggestion.
pub(super) const MAX_SUGGESTED: u32 = 200;

/// What a token means between two operands.
#[derive(Clone, Copy, PartialEq)]
enum Infix {
    Binary(BinaryOp),
    Range { inclusive: bool },
    Cast,
}

#[inline]
fn infix(kind: TokenKind) -> Option<(Infix, u8)> {
    use TokenKind::*;
    let (op, level) = match kind {
        PipeGt => (BinaryOp::Pipe, level::PIPE),
        QuestionQuestion => (BinaryOp::Coalesce, level::COALESCE),
        Or | PipePipe => (BinaryOp::Or, level::OR),
        And | AmpAmp => (BinaryOp::And, level::AND),
        EqEq => (BinaryOp::Eq, level::COMPARE),
        NotEq => (BinaryOp::Ne, level::COMPARE),
        Lt => (BinaryOp::Lt, level::COMPARE),
        Le => (BinaryOp::Le, level::COMPARE),
        Gt => (BinaryOp::Gt, level::COMPARE),
        Ge => (BinaryOp::Ge, level::COMPARE),
        In => (BinaryOp::In, level::COMPARE),
        Not => (BinaryOp::NotIn, level::COMPARE),
        Is => (BinaryOp::Is, level::COMPARE),
        Pipe => (BinaryOp::BitOr, level::BIT_OR),
        Caret => (BinaryOp::BitXor, level::BIT_XOR),
        Amp => (BinaryOp::BitAnd, level::BIT_AND),
        Shl => (BinaryOp::Shl, level::SHIFT),
        Shr => (BinaryOp::Shr, level::SHIFT),
        Plus => (BinaryOp::Add, level::ADD),
        Minus => (BinaryOp::Sub, level::ADD),
        Star => (BinaryOp::Mul, level::MUL),
        Slash => (BinaryOp::Div, level::MUL),
        Percent => (BinaryOp::Rem, level::MUL),
        StarStar => (BinaryOp::Pow, level::POW),
        DotDot => return Some((Infix::Range { inclusive: false }, level::RANGE)),
        DotDotEq => return Some((Infix::Range { inclusive: true }, level::RANGE)),
        As => return Some((Infix::Cast, level::CAST)),
        _ => return None,
    };
    Some((Infix::Binary(op), level))
}

/// Whether an expression can begin with this token.
#[inline]
pub(crate) fn starts_expr(kind: TokenKind) -> bool {
    use TokenKind::*;
    matches!(
        kind,
        Ident
            | Int
            | Float
            | Str
            | StrStart
            | LParen
            | LBracket
            | LBrace
            | Minus
            | Tilde
            | Not
            | Backslash
            | SelfValue
            | True
            | False
            | Nil
            | If
            | Match
            | Loop
            | While
            | For
            | Return
            | Break
            | Continue
            | DotDot
            | DotDotEq
            | Bang
            | Invalid
    )
}

impl Parser<'_> {
    /// An expression of any kind.
    pub(super) fn expr(&mut self) -> ExprId {
        let lo = self.lo();
        let mut expr =
            if self.enter() { self.operators(level::LOOSEST) } else { self.error_expr() };
        if self.at(TokenKind::Question) && !self.panicking {
            expr = self.foreign_conditional(lo, expr);
        }
        self.leave();
        expr
    }

    /// An expression whose operators all bind at least as tightly as `min`.
    pub(super) fn operators(&mut self, min: u8) -> ExprId {
        let outer = std::mem::replace(&mut self.deepest, self.depth);
        let lo = self.lo();
        let left = self.prefix(min);
        let result = self.infix_chain(left, lo, min);
        self.deepest = self.deepest.max(outer);
        result
    }

    /// The operators after a first operand that began at `lo`.
    #[inline]
    pub(super) fn infix_chain(&mut self, mut left: ExprId, lo: u32, min: u8) -> ExprId {
        let mut last_level = u8::MAX;
        let mut was_chain = false;
        while let Some((infix, level)) = infix(self.kind()) {
            if level < min || self.after_block() {
                break;
            }
            let op_span = self.span();
            match self.kind() {
                TokenKind::Not if self.nth(1) != TokenKind::In => break,
                TokenKind::AmpAmp | TokenKind::PipePipe => self.foreign_logic(),
                TokenKind::Lt if self.nth(1) == TokenKind::Gt => self.foreign_not_equal(),
                _ => {}
            }
            let is_chain = level == last_level && matches!(level, level::COMPARE | level::RANGE);
            let mut is_not = None;
            let expr = match infix {
                Infix::Binary(op) => {
                    self.bump();
                    if op == BinaryOp::NotIn {
                        self.bump();
                    } else if op == BinaryOp::Is && self.at(TokenKind::Not) {
                        is_not = Some(self.span());
                        self.bump();
                    }
                    // `**` and `??` group to the right.
                    let right_min = match level {
                        level::POW | level::COALESCE => level,
                        _ => level + 1,
                    };
                    let right = self.operand(right_min);
                    Expr::Binary { op, left, right }
                }
                Infix::Range { inclusive } => {
                    self.bump();
                    let high = if inclusive || starts_expr(self.kind()) {
                        Some(self.operand(level + 1))
                    } else {
                        if self.open_range(lo) {
                            left = self.error_expr();
                            continue;
                        }
                        None
                    };
                    Expr::Range { low: Some(left), high, inclusive }
                }
                Infix::Cast => {
                    self.bump();
                    let ty = self.ty();
                    Expr::Cast { value: left, ty }
                }
            };
            if is_chain && !was_chain {
                self.chained(level, lo, left, op_span);
            } else if let Some(not) = is_not {
                self.is_not(lo, not);
            }
            left = if self.wrap() { self.add(expr, lo) } else { self.error_expr() };
            last_level = level;
            was_chain = is_chain;
        }
        left
    }

    /// An operand of an operator, one level down.
    pub(super) fn operand(&mut self, min: u8) -> ExprId {
        let expr = if self.enter() { self.operators(min) } else { self.error_expr() };
        self.leave();
        expr
    }

    /// What an expression begins with, prefix operators included.
    fn prefix(&mut self, min: u8) -> ExprId {
        use TokenKind::*;
        let lo = self.lo();
        match self.kind() {
            Ident | Int | Float | Str | StrStart | LParen | LBracket | LBrace | SelfValue => {
                self.postfix()
            }
            Minus => self.unary(UnaryOp::Neg, level::POW),
            Tilde => self.unary(UnaryOp::BitNot, level::POW),
            Not => {
                if min > level::NOT {
                    self.not_needs_parentheses();
                }
                self.unary(UnaryOp::Not, level::NOT)
            }
            Bang => {
                self.foreign_not();
                self.unary(UnaryOp::Not, level::POW)
            }
            DotDot | DotDotEq if min <= level::RANGE => {
                let inclusive = self.at(DotDotEq);
                self.bump();
                let high = if inclusive || starts_expr(self.kind()) {
                    Some(self.operand(level::RANGE + 1))
                } else {
                    None
                };
                self.add(Expr::Range { low: None, high, inclusive }, lo)
            }
            Backslash => self.lambda(),
            If => self.if_expr(),
            Match => self.match_expr(),
            While => self.while_expr(),
            Loop => self.loop_expr(),
            For => self.for_expr(),
            Return => {
                let value = self.leaving_value();
                self.add(Expr::Return(value), lo)
            }
            Break => {
                let value = self.leaving_value();
                self.add(Expr::Break(value), lo)
            }
            Continue => {
                self.bump();
                self.add(Expr::Continue, lo)
            }
            Plus | Amp | AmpAmp | Star | StarStar | PlusPlus | MinusMinus | Pipe | PipePipe => {
                self.foreign_prefix(min)
            }
            _ => self.postfix(),
        }
    }

    fn unary(&mut self, op: UnaryOp, min: u8) -> ExprId {
        let lo = self.lo();
        self.bump();
        let operand = self.operand(min);
        self.add(Expr::Unary { op, operand }, lo)
    }

    /// The value after `return` or `break`, if there is one.
    fn leaving_value(&mut self) -> Option<ExprId> {
        self.bump();
        (starts_expr(self.kind()) && self.on_same_line(0)).then(|| self.expr())
    }

    // ---- literals and names ------------------------------------------------

    /// An operand without its postfix operators.
    #[inline]
    pub(super) fn primary(&mut self) -> ExprId {
        use TokenKind::*;
        let lo = self.lo();
        let expr = match self.kind() {
            Ident => {
                if self.is_foreign_lambda() {
                    return self.foreign_lambda();
                }
                Expr::Name(self.symbol())
            }
            SelfValue => Expr::Name(sym::SELF),
            Int => {
                let number = self.tokens.number(self.pos);
                Expr::Int { value: number.int, suffix: number.suffix }
            }
            Float => {
                let number = self.tokens.number(self.pos);
                Expr::Float { value: number.float, suffix: number.suffix }
            }
            Str => Expr::Str(self.symbol()),
            True => Expr::Bool(true),
            False => Expr::Bool(false),
            Nil => Expr::Nil,
            StrStart => return self.interpolated(),
            LParen => return self.parenthesised(),
            LBracket => return self.list(),
            LBrace => return self.braced(),
            _ => return self.unusual_primary(),
        };
        self.bump();
        self.add(expr, lo)
    }

    /// What stands where an expression is missing.
    #[cold]
    fn unusual_primary(&mut self) -> ExprId {
        use TokenKind::*;
        let lo = self.lo();
        match self.kind() {
            Fn | Dyn if self.types_allowed => {
                let ty = self.ty();
                return self.add(Expr::Type(ty), lo);
            }
            Fn => self.function_as_value(),
            // The function of `std.env`, imported by its name.
            Var if self.nth(1) == LParen => {
                self.bump();
                return self.add(Expr::Name(sym::VAR), lo);
            }
            Spawn | Static => self.reserved_word(),
            Mut => {
                let span = self.span();
                let diagnostic = Diagnostic::error(
                    &codes::EXPECTED_EXPRESSION,
                    span,
                    "`mut` marks arguments and parameters only",
                )
                .label("expected an expression")
                .note("a variable that changes is declared with `var`");
                self.report(diagnostic);
            }
            Newline => {
                let what = match self.kinds[self.pos.saturating_sub(1)] {
                    Eq => "a value after `=`",
                    kind if infix(kind).is_some() => "an operand after the operator",
                    _ => "an expression",
                };
                self.expected(&codes::EXPECTED_EXPRESSION, what);
            }
            Elif | Else | Case => self.stray_branch(),
            Colon | ColonColon if self.types_allowed => self.foreign_slice(),
            _ if infix(self.kind()).is_some() => {
                let found = self.found();
                let diagnostic = Diagnostic::error(
                    &codes::EXPECTED_EXPRESSION,
                    self.span(),
                    format!("expected an expression, found the operator {found}"),
                )
                .label("an operand is missing before this");
                self.report(diagnostic);
            }
            _ => self.expected(&codes::EXPECTED_EXPRESSION, "an expression"),
        }
        self.error_expr()
    }

    // ---- mistakes ----------------------------------------------------------

    /// `a < b < c`: comparisons and ranges do not chain. All was parsed;
    /// `left` is what stands before the second operator, `op`.
    #[cold]
    fn chained(&mut self, level: u8, lo: u32, left: ExprId, op: Span) {
        let span = self.span_from(lo);
        self.spoil(lo);
        if level == level::RANGE {
            let diagnostic = Diagnostic::error(&codes::CHAINED_OPERATOR, op, "ranges do not chain")
                .label("a second range operator")
                .note("a step is written `(a..b).step(n)`");
            return self.note(diagnostic);
        }
        let mut diagnostic =
            Diagnostic::error(&codes::CHAINED_OPERATOR, span, "comparisons do not chain")
                .label("two comparisons without `and` between them");
        if let Expr::Binary { right, .. } = *self.ast.expr(left)
            && matches!(
                self.ast.expr(right),
                Expr::Binary { op: BinaryOp::BitAnd | BinaryOp::BitOr, .. }
            )
        {
            diagnostic = diagnostic
                .note("`&` and `|` combine bits and bind more tightly; conditions are combined by `and` and `or`");
        } else if let Expr::Binary { right, .. } = *self.ast.expr(left) {
            let first = self.snippet(self.ast.span(left));
            let middle = self.snippet(self.ast.span(right));
            let rest = self.snippet(Span::new(op.lo, span.hi));
            let text = format!("{first} and {middle} {rest}");
            if !text.contains('\n') && text.len() <= MAX_SUGGESTED as usize {
                let message = format!("write `{text}`");
                diagnostic = diagnostic.suggest(message, span, text, Applicability::Maybe);
            }
        }
        self.note(diagnostic);
    }

    /// `a is not b`, which was parsed; `not` is that word's place.
    #[cold]
    fn is_not(&mut self, lo: u32, not: Span) {
        let span = self.span_from(lo);
        let diagnostic =
            Diagnostic::error(&codes::FOREIGN_OPERATOR, span, "there is no operator `is not`")
                .label("expected `not … is …`");
        if span.len() > MAX_SUGGESTED {
            return self.note(diagnostic);
        }
        let before = self.snippet(Span::new(lo, not.lo)).trim_end();
        let after = self.snippet(Span::new(not.hi, span.hi)).trim_start();
        if matches!(after, "None" | "nil") {
            // An option is compared by value.
            self.spoil(span.lo);
            let text = format!("{} != {after}", before.trim_end_matches("is").trim_end());
            let message = format!("write `{text}`");
            return self.note(diagnostic.suggest(message, span, text, Applicability::Certain));
        }
        let text = format!("not {before} {after}");
        let message = format!("write `{text}`");
        self.note(diagnostic.suggest(message, span, text, Applicability::Certain));
    }

    /// `0..` outside an index: only slices and patterns may leave the end out.
    /// True if it was reported.
    fn open_range(&mut self, lo: u32) -> bool {
        if self.types_allowed || self.panicking {
            return false;
        }
        let span = self.span_from(lo);
        let diagnostic =
            Diagnostic::error(&codes::EXPECTED_EXPRESSION, span, "this range has no end")
                .label("expected an end after it")
                .note("only slices and patterns may leave it out; `loop` counts on and on");
        self.note(diagnostic);
        true
    }

    #[cold]
    fn not_needs_parentheses(&mut self) {
        let span = self.span();
        let diagnostic = Diagnostic::error(
            &codes::EXPECTED_EXPRESSION,
            span,
            "`not` binds more loosely than the operator before it",
        )
        .label("needs parentheses")
        .note("write `(not …)`");
        self.note(diagnostic);
    }
}
