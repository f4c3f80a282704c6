//! Where spaces stand within a line.

use crate::parser::starts_operand;
use crate::token::{TokenKind, Tokens};

/// What is known of the tokens so far.
#[derive(Default)]
pub(super) struct Spacing {
    /// The last token that is not layout.
    last: Option<TokenKind>,
    /// Whether that was a prefix operator, or a `??` that ends a type.
    last_is_prefix: bool,
    /// How many brackets of an attribute's arguments are open.
    attribute: u32,
    /// Whether the last tokens were `@name` or `#[name`.
    after_attribute_name: bool,
}

/// Whether a space stands before token `index`; to be asked for each token in
/// order. `is_bare`: the arguments of a call without parentheses begin here.
pub(super) fn space_before(
    state: &mut Spacing,
    tokens: &Tokens,
    index: usize,
    is_bare: bool,
) -> bool {
    use TokenKind::*;
    let kind = match tokens.kind(index) {
        // The library has a function of this name.
        Var if matches!(state.last, Some(Dot | Fn)) => Ident,
        kind => kind,
    };
    if matches!(kind, Newline | Indent | Dedent | Eof) {
        state.last = None;
        state.last_is_prefix = false;
        return false;
    }
    let Some(last) = state.last else {
        state.last = Some(kind);
        state.last_is_prefix = matches!(kind, Minus | Tilde);
        return false;
    };
    let is_prefix = matches!(kind, Minus | Tilde) && (is_bare || !last.ends_operand());
    // `T??` is an option of an option, `a ?? b` an operator.
    let is_suffix = kind == QuestionQuestion && !starts_operand(tokens.kind(index + 1));
    let space = is_bare || wants_space(state, last, kind, is_prefix, is_suffix);
    track_attribute(state, last, kind);
    state.last = Some(if is_suffix { Question } else { kind });
    state.last_is_prefix = is_prefix;
    space
}

/// Follows attributes, whose `name=value` has no spaces.
fn track_attribute(state: &mut Spacing, last: TokenKind, kind: TokenKind) {
    use TokenKind::*;
    match kind {
        LParen if state.attribute > 0 || state.after_attribute_name => state.attribute += 1,
        RParen if state.attribute > 0 => state.attribute -= 1,
        _ => {}
    }
    state.after_attribute_name = kind == Ident && matches!(last, At | HashBracket);
}

fn wants_space(
    state: &Spacing,
    last: TokenKind,
    kind: TokenKind,
    is_prefix: bool,
    is_suffix: bool,
) -> bool {
    use TokenKind::*;
    match last {
        // `- -x` must not become `--x`.
        Minus if state.last_is_prefix => return kind == Minus,
        _ if state.last_is_prefix => return false,
        LParen | LBracket | LBrace | HashBracket | Dot | QuestionDot | At | Backslash => {
            return false;
        }
        Eq if state.attribute > 0 => return false,
        _ => {}
    }
    match kind {
        Comma | Colon | Dot | QuestionDot | Question | RParen | RBracket | RBrace | Semicolon => {
            false
        }
        _ if is_suffix => false,
        Eq if state.attribute > 0 => false,
        LParen => !(last.ends_operand() || last == Fn || is_range(last)),
        LBracket => !(last.ends_operand() || last == Impl || is_range(last)),
        DotDot | DotDotEq => !last.ends_operand(),
        _ if is_range(last) => !(is_prefix || starts_tight_operand(kind)),
        _ => true,
    }
}

fn is_range(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::DotDot | TokenKind::DotDotEq)
}

/// What stands right after `..`.
fn starts_tight_operand(kind: TokenKind) -> bool {
    use TokenKind::*;
    matches!(kind, Ident | Int | Float | Str | StrStart | SelfValue | True | False | Nil)
}
