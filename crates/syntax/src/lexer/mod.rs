//! Text to tokens, a whole file in one pass over its bytes.
//!
//! The lexer knows about layout: it turns line ends and indentation into
//! [`TokenKind::Newline`], [`TokenKind::Indent`] and [`TokenKind::Dedent`], and
//! it guarantees what the parser's recovery relies on:
//!
//! - brackets, string parts and indented blocks are balanced and properly
//!   nested; where the text's are not, a diagnostic is given and tokens of no
//!   length are added (or a stray closing bracket is left out);
//! - the last token is [`TokenKind::Eof`], and there is no other;
//! - between the brackets of an expression there are no layout tokens, except
//!   for an indented block that begins after the `:` of a lambda, `if`,
//!   `match` or loop: it has its `Newline Indent … Newline Dedent` there too.
//!
//! Nesting lives on a stack of [`Frame`]s in the heap, so that no input can
//! exhaust the machine's stack.

mod brace;
mod bracket;
mod foreign;
mod layout;
mod lookalike;
mod names;
mod number;
mod string;
mod text;

use simple_source::{Diagnostic, Interner, Span};

use crate::limits::MAX_DIAGNOSTICS;
use crate::token::{Comment, TokenKind, Tokens};
use bracket::OpenBrackets;
use layout::Frame;
use names::NameCache;
use string::OpenString;

/// Lexes `text`, whose first byte has the session position `base`.
pub fn lex(text: &str, base: u32, interner: &Interner) -> (Tokens, Vec<Diagnostic>) {
    let mut lexer = Lexer::new(text, base, interner);
    lexer.run();
    (lexer.tokens, lexer.diagnostics)
}

/// Mistakes that a file tends to make on every line; told once, with a count.
#[derive(Default)]
struct Repeated {
    tab: Option<(Diagnostic, usize)>,
    semicolon: Option<(Diagnostic, usize)>,
    brace: Option<(Diagnostic, usize)>,
    carriage_return: Option<(Diagnostic, usize)>,
    lifetime: Option<(Diagnostic, usize)>,
}

pub(crate) struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    base: u32,
    tokens: Tokens,
    diagnostics: Vec<Diagnostic>,
    names: NameCache<'a>,
    frames: Vec<Frame>,
    /// Width of the innermost indented block, whatever brackets lie above it.
    indent: u32,
    /// The frame of that block.
    indent_frame: usize,
    /// Strings with interpolation that are open.
    strings: Vec<OpenString>,
    /// How many of them may not cross a line's end.
    line_strings: u32,
    /// How many interpolations are open.
    open_interps: u32,
    /// The brackets open since the innermost interpolation began, and before.
    open: OpenBrackets,
    outer_open: Vec<OpenBrackets>,
    /// Where the current line begins, and the first tab in its indentation.
    line_tab: Option<usize>,
    line_start: usize,
    /// Whether a backslash ended the line.
    line_joined: bool,
    /// Whether a string without an end swallowed the rest of a line, and
    /// where that line began.
    string_damaged: bool,
    damaged_line: usize,
    /// A width that belongs to no block, and the block it counts as.
    stray_width: Option<(u32, u32)>,
    /// Indentations with tabs, and the widths they count as.
    tabbed: Vec<(&'a str, u32)>,
    /// The last `:` that a word such as `if` waited for, as a token index, and
    /// the width of that word's line.
    block_colon: (usize, u32),
    /// Width of the current line's indentation.
    line_width: u32,
    /// Blocks written in braces that are open.
    brace_blocks: u32,
    repeated: Repeated,
    /// The last string with braces that were meant as characters.
    meant_braces: Option<brace::MeantBraces>,
    /// Reused for strings with escapes.
    buffer: String,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, base: u32, interner: &'a Interner) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            pos: 0,
            base,
            tokens: Tokens::with_capacity_for(text.len()),
            diagnostics: Vec::new(),
            names: NameCache::new(interner, text.len()),
            frames: vec![Frame::file()],
            indent: 0,
            indent_frame: 0,
            strings: Vec::new(),
            line_strings: 0,
            open_interps: 0,
            open: OpenBrackets::default(),
            outer_open: Vec::new(),
            line_tab: None,
            line_start: 0,
            line_joined: false,
            string_damaged: false,
            damaged_line: 0,
            stray_width: None,
            tabbed: Vec::new(),
            block_colon: (usize::MAX - 2, 0),
            line_width: 0,
            brace_blocks: 0,
            repeated: Repeated::default(),
            meant_braces: None,
            buffer: String::new(),
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.base + start as u32, self.base + end as u32)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    #[inline]
    fn byte(&self, offset: usize) -> u8 {
        // Zero past the end; a zero byte in the text is told apart by position.
        self.bytes.get(self.pos + offset).copied().unwrap_or(0)
    }

    fn char_at(&self, pos: usize) -> Option<char> {
        self.text[pos..].chars().next()
    }

    #[inline]
    fn last_kind(&self) -> Option<TokenKind> {
        self.tokens.kinds.last().copied()
    }

    #[inline]
    fn push(&mut self, kind: TokenKind, start: usize, end: usize) {
        self.tokens.push(kind, start as u32, end as u32, 0);
    }

    /// Pushes a token of `len` bytes from the current position and passes it.
    #[inline]
    fn punct(&mut self, kind: TokenKind, len: usize) {
        self.tokens.push(kind, self.pos as u32, (self.pos + len) as u32, 0);
        self.pos += len;
    }

    fn run(&mut self) {
        if self.bytes.starts_with("\u{feff}".as_bytes()) {
            self.pos = 3;
        }
        self.start_of_file();
        while self.pos < self.bytes.len() {
            self.token();
        }
        self.end_of_file();
        self.tell_repeated();
    }

    /// Reads one token, or white space, from the current position.
    #[inline]
    fn token(&mut self) {
        use TokenKind::*;
        match self.bytes[self.pos] {
            b' ' | b'\t' => self.pos += 1,
            b'\n' => self.line_end(1),
            b'\r' => self.carriage_return(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.name(),
            b'0'..=b'9' => self.number(),
            b'"' | b'\'' => self.string(),
            b'#' => self.comment(),
            b'(' => self.open(LParen),
            b'[' => self.open(LBracket),
            b'{' => self.open_brace(),
            b')' => self.close(RParen),
            b']' => self.close(RBracket),
            b'}' => self.close(RBrace),
            b',' => self.punct(Comma, 1),
            b':' => self.colon(),
            b'.' => match (self.byte(1), self.byte(2)) {
                (b'.', b'=') => self.punct(DotDotEq, 3),
                (b'.', _) => self.punct(DotDot, 2),
                (b'0'..=b'9', _) if !self.last_kind().is_some_and(TokenKind::ends_operand) => {
                    self.bare_fraction();
                }
                _ => self.punct(Dot, 1),
            },
            b'?' => match self.byte(1) {
                b'?' => self.punct(QuestionQuestion, 2),
                b'.' if self.byte(2) != b'.' => self.punct(QuestionDot, 2),
                _ => self.question(),
            },
            b'=' => match self.byte(1) {
                b'=' if self.byte(2) == b'=' => self.three_equals(EqEq, "==="),
                b'=' => self.punct(EqEq, 2),
                b'>' => self.punct(FatArrow, 2),
                _ => self.punct(Eq, 1),
            },
            b'!' => match self.byte(1) {
                b'=' if self.byte(2) == b'=' => self.three_equals(NotEq, "!=="),
                b'=' => self.punct(NotEq, 2),
                _ => self.punct(Bang, 1),
            },
            b'<' => match (self.byte(1), self.byte(2)) {
                (b'<', b'=') => self.punct(ShlEq, 3),
                (b'<', _) => self.punct(Shl, 2),
                (b'=', _) => self.punct(Le, 2),
                _ => self.punct(Lt, 1),
            },
            b'>' => match (self.byte(1), self.byte(2)) {
                (b'>', b'=') => self.punct(ShrEq, 3),
                (b'>', _) => self.punct(Shr, 2),
                (b'=', _) => self.punct(Ge, 2),
                _ => self.punct(Gt, 1),
            },
            b'+' => match self.byte(1) {
                b'=' => self.punct(PlusEq, 2),
                b'+' if self.is_step_operator() => self.punct(PlusPlus, 2),
                _ => self.punct(Plus, 1),
            },
            b'-' => match self.byte(1) {
                b'=' => self.punct(MinusEq, 2),
                b'>' => self.punct(Arrow, 2),
                b'-' if self.is_step_operator() => self.punct(MinusMinus, 2),
                _ => self.punct(Minus, 1),
            },
            b'*' => match (self.byte(1), self.byte(2)) {
                (b'*', b'=') => self.punct(StarStarEq, 3),
                (b'*', _) => self.punct(StarStar, 2),
                (b'=', _) => self.punct(StarEq, 2),
                _ => self.punct(Star, 1),
            },
            b'/' => match self.byte(1) {
                b'=' => self.punct(SlashEq, 2),
                b'/' | b'*' => self.foreign_comment(),
                _ => self.punct(Slash, 1),
            },
            b'%' if self.byte(1) == b'=' => self.punct(PercentEq, 2),
            b'%' => self.punct(Percent, 1),
            b'&' => match self.byte(1) {
                b'&' => self.punct(AmpAmp, 2),
                b'=' => self.punct(AmpEq, 2),
                _ => self.punct(Amp, 1),
            },
            b'|' => match self.byte(1) {
                b'>' => self.punct(PipeGt, 2),
                b'|' => self.punct(PipePipe, 2),
                b'=' => self.punct(PipeEq, 2),
                _ => self.punct(Pipe, 1),
            },
            b'^' if self.byte(1) == b'=' => self.punct(CaretEq, 2),
            b'^' => self.punct(Caret, 1),
            b'~' => self.punct(Tilde, 1),
            b'@' => self.punct(At, 1),
            b';' => self.semicolon(),
            b'\\' => self.backslash(),
            _ => self.other(),
        }
    }

    /// `++` or `--` where no operand follows: C's way to count.
    fn is_step_operator(&self) -> bool {
        let mut at = self.pos + 2;
        while matches!(self.bytes.get(at), Some(b' ')) {
            at += 1;
        }
        let ends = matches!(
            self.bytes.get(at),
            None | Some(
                b'\n' | b'\r' | b'#' | b';' | b')' | b'}' | b']' | b',' | b'<' | b'>' | b'=' | b':'
            )
        );
        ends && self.last_kind().is_some_and(TokenKind::ends_operand)
    }

    #[inline]
    fn name(&mut self) {
        let start = self.pos;
        let mut end = start + 1;
        while end < self.bytes.len() && IS_NAME[self.bytes[end] as usize] {
            end += 1;
        }
        if end < self.bytes.len() && self.bytes[end] >= 0x80 {
            end = self.unicode_name_end(end);
        }
        self.finish_name(start, end);
    }

    #[inline]
    fn finish_name(&mut self, start: usize, end: usize) {
        self.pos = end;
        let symbol = self.names.intern(self.text, start, end);
        let kind = match TokenKind::keyword(symbol) {
            // After a dot a keyword is a plain name's place: the parser says so.
            Some(keyword) => {
                self.keyword(keyword);
                keyword
            }
            None => {
                if matches!(self.bytes.get(end), Some(b'"' | b'\''))
                    && self.string_prefix(start, end)
                {
                    return;
                }
                TokenKind::Ident
            }
        };
        self.tokens.push(kind, start as u32, end as u32, symbol.raw());
    }

    /// The end of a name that has letters beyond ASCII.
    fn unicode_name_end(&self, from: usize) -> usize {
        let rest = &self.text[from..];
        let other = rest.find(|c: char| !unicode_ident::is_xid_continue(c));
        other.map_or(self.text.len(), |offset| from + offset)
    }

    /// Notes the words that a block's `:` belongs to.
    #[inline]
    fn keyword(&mut self, keyword: TokenKind) {
        use TokenKind::*;
        let top = self.frames.last_mut().expect("the file's frame is never popped");
        let heads = match keyword {
            If | Elif | Else | Match | For | While | Loop | Case => true,
            Fn | Struct | Class | Enum | Impl | Trait | Test => top.is_indent(),
            _ => false,
        };
        if heads {
            top.pending = top.pending.saturating_add(1);
            top.head_width = self.line_width;
        }
    }

    /// `?`; one that stands apart in a string's braces is that of C's
    /// `c ? a : b`, whose `:` begins no spec.
    fn question(&mut self) {
        let stands_apart = self.bytes[..self.pos].ends_with(b" ") && self.byte(1) == b' ';
        if stands_apart && let Some(top) = self.frames.last_mut().filter(|top| top.is_interp()) {
            top.pending = top.pending.saturating_add(1);
        }
        self.punct(TokenKind::Question, 1);
    }

    fn colon(&mut self) {
        use TokenKind::*;
        if self.at_spec() {
            self.start_spec();
            return;
        }
        match self.byte(1) {
            b'=' => return self.punct(ColonEq, 2),
            b':' => return self.punct(ColonColon, 2),
            _ => {}
        }
        let top = self.frames.last_mut().expect("the file's frame is never popped");
        if top.pending > 0 {
            // In a string's braces the word goes on to say that no `:` begins a spec.
            top.pending -= u16::from(!top.is_interp());
            self.block_colon = (self.tokens.len(), top.head_width);
        }
        self.punct(Colon, 1);
    }

    fn comment(&mut self) {
        let start = self.pos;
        let end = self.comment_end(start);
        if self.open_interps > 0 {
            // In a string on one line this may be its closing quote too.
            self.invalid_character('#');
            if self.line_strings > 0 {
                return;
            }
        } else {
            self.add_comment(start, end);
        }
        self.pos = end;
    }

    /// The end of the comment's line, without `\r`.
    fn comment_end(&self, start: usize) -> usize {
        let rest = &self.bytes[start..];
        let mut end = start + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        if self.bytes[..end].ends_with(b"\r") && end > start + 1 {
            end -= 1;
        }
        end
    }

    fn add_comment(&mut self, start: usize, end: usize) {
        let text = &self.bytes[start..end];
        if let Some(nul) = text.iter().position(|b| *b == 0) {
            self.nul_byte(start + nul);
        }
        let is_doc = text.starts_with(b"##") && !text.starts_with(b"###");
        self.tokens.comments.push(Comment { start: start as u32, end: end as u32, is_doc });
    }
}

/// Whether a byte may stand inside an ASCII name.
static IS_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let b = byte as u8;
        table[byte] = b.is_ascii_alphanumeric() || b == b'_';
        byte += 1;
    }
    table
};
