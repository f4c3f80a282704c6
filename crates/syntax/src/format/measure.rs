//! What is known of a file before it is printed: partners of brackets, widths
//! and places where a line must break.

use super::spacing::{Spacing, space_before};
use crate::token::{TokenKind, Tokens};

/// Facts about the tokens of a file.
pub(super) struct Measure {
    /// For an opening bracket, string or block the token that closes it.
    partner: Vec<u32>,
    /// Width of all tokens before each one, printed on one line.
    widths: Vec<u32>,
    /// How many reasons to break the line there are before each token.
    breaks: Vec<u32>,
    /// Whether each token has a space before it.
    spaces: Vec<bool>,
}

impl Measure {
    /// `bare_arguments`: the tokens with which arguments without parentheses
    /// begin.
    pub(super) fn new(text: &str, tokens: &Tokens, bare_arguments: &[u32]) -> Self {
        let count = tokens.len();
        let partner = partners(tokens);
        let mut spaces = vec![false; count];
        let mut spacing = Spacing::default();
        for (index, space) in spaces.iter_mut().enumerate() {
            let is_bare = bare_arguments.binary_search(&(index as u32)).is_ok();
            *space = space_before(&mut spacing, tokens, index, is_bare);
        }
        let mut widths = Vec::with_capacity(count + 1);
        let mut breaks = Vec::with_capacity(count + 1);
        let (mut width, mut forced) = (0, 0);
        let mut comment = 0;
        let mut string_end = 0;
        for index in 0..count {
            widths.push(width);
            breaks.push(forced);
            let range = tokens.range(index);
            while tokens.comments.get(comment).is_some_and(|c| (c.start as usize) < range.start) {
                comment += 1;
                forced += 1;
            }
            if index < string_end {
                continue;
            }
            match tokens.kind(index) {
                TokenKind::StrStart => {
                    string_end = partner[index] as usize + 1;
                    let whole = &text[range.start..tokens.range(string_end - 1).end];
                    width += first_line_width(whole) + u32::from(spaces[index]);
                }
                TokenKind::Newline => forced += 1,
                _ => width += first_line_width(&text[range.clone()]) + u32::from(spaces[index]),
            }
            if is_opener(tokens.kind(index)) && opens_lines(text, tokens, index) {
                forced += 1;
            }
        }
        widths.push(width);
        breaks.push(forced);
        Self { partner, widths, breaks, spaces }
    }

    /// The token that closes what `open` opens.
    pub(super) fn partner(&self, open: usize) -> usize {
        self.partner[open] as usize
    }

    /// The width of tokens `from..to` on one line.
    pub(super) fn width(&self, from: usize, to: usize) -> usize {
        (self.widths[to] - self.widths[from]) as usize
    }

    /// Whether something between tokens `from..to` must break the line.
    pub(super) fn must_break(&self, from: usize, to: usize) -> bool {
        self.breaks[to] > self.breaks[from]
    }

    /// Whether `token` has a space before it.
    pub(super) fn space(&self, token: usize) -> bool {
        self.spaces[token]
    }
}

pub(super) fn is_opener(kind: TokenKind) -> bool {
    use TokenKind::*;
    matches!(kind, LParen | LBracket | LBrace | HashBracket)
}

/// Whether the line of text ends after the opening bracket `open`.
pub(super) fn opens_lines(text: &str, tokens: &Tokens, open: usize) -> bool {
    if tokens.kind(open + 1) == TokenKind::Newline {
        return true;
    }
    let gap = &text[tokens.range(open).end..tokens.range(open + 1).start];
    // A bracket with nothing in it is written on one line.
    let is_empty = matches!(
        tokens.kind(open + 1),
        TokenKind::RParen | TokenKind::RBracket | TokenKind::RBrace
    );
    gap.contains('\n') && !(is_empty && gap.trim().is_empty())
}

fn first_line_width(text: &str) -> u32 {
    let line = text.split('\n').next().unwrap_or(text);
    line.chars().count() as u32
}

fn partners(tokens: &Tokens) -> Vec<u32> {
    use TokenKind::*;
    let mut partner = vec![0; tokens.len()];
    let mut open = Vec::new();
    for index in 0..tokens.len() {
        match tokens.kind(index) {
            LParen | LBracket | LBrace | HashBracket | InterpOpen | StrStart | Indent => {
                open.push(index);
            }
            RParen | RBracket | RBrace | InterpClose | StrEnd | Dedent => {
                let opener = open.pop().expect("the lexer balances tokens");
                partner[opener] = index as u32;
            }
            _ => {}
        }
    }
    partner
}
