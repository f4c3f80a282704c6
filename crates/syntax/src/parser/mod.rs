//! Tokens to a tree: recursive descent, with precedence climbing for operators.
//!
//! A mistake is reported once: after a report the parser is *panicking* and
//! says no more until it has found firm ground, which is the next separator of
//! a bracketed list or the end of the statement. Since the lexer balances
//! brackets and blocks, skipping to that place never runs too far.
//!
//! Depth is bounded by [`MAX_DEPTH`] in two ways. Going down, every recursion
//! passes [`Parser::enter`]. Building up, each link that puts what was parsed
//! so far one level deeper (`a + b`, `a.b`) adds to [`Parser::deepest`], the
//! depth of the deepest node below the current one.

mod attribute;
mod block;
mod bracket;
mod branch;
mod expr;
mod function;
mod habit;
mod item;
mod lambda;
mod matching;
mod pattern;
mod postfix;
mod recover;
mod spec;
mod spoilt;
mod stmt;
mod string;
mod ty;
mod type_body;

use simple_source::{Diagnostic, FileId, Interner, Span, Symbol, diagnostic::sort_and_dedup};

pub(crate) use expr::starts_expr as starts_operand;

use crate::ast::{Arg, Arm, Ast, Expr, ExprId, Name, Pair, PatId, StmtId, StrPart};
use crate::codes;
use crate::lexer::lex;
use crate::limits::{MAX_DEPTH, MAX_FILE_LEN};
use crate::token::{TokenKind, Tokens};

/// Parses one file. `base` is the session position of its first byte.
///
/// There is always a tree; what could not be parsed is an error node in it.
/// The diagnostics of lexer and parser are in source order.
pub fn parse(text: &str, base: u32, file: FileId, interner: &Interner) -> (Ast, Vec<Diagnostic>) {
    let (tokens, diagnostics) = if text.len() > MAX_FILE_LEN {
        let (tokens, _) = lex("", base, interner);
        let limit = MAX_FILE_LEN >> 20;
        let error = Diagnostic::error(
            &codes::TOO_DEEP,
            Span::new(base, base),
            format!("this file is longer than {limit} MiB"),
        );
        (tokens, vec![error])
    } else {
        lex(text, base, interner)
    };
    parse_tokens(text, base, file, interner, &tokens, diagnostics)
}

/// Parses a file that was lexed already; `diagnostics` are the lexer's.
pub fn parse_tokens(
    text: &str,
    base: u32,
    file: FileId,
    interner: &Interner,
    tokens: &Tokens,
    diagnostics: Vec<Diagnostic>,
) -> (Ast, Vec<Diagnostic>) {
    let mut parser = Parser::new(text, base, file, interner, tokens);
    parser.lexers_spoils(&diagnostics);
    parser.diagnostics = diagnostics;
    parser.file();
    if !parser.diagnostics.is_empty() {
        parser.forget_spoilt();
    }
    let Parser { ast, mut diagnostics, .. } = parser;
    sort_and_dedup(&mut diagnostics);
    (ast, diagnostics)
}

/// How many tokens ahead a habit of another language is looked for.
const MAX_LOOKAHEAD: usize = 128;

/// Lists under construction. Nested lists share these stacks, each from a
/// mark up, so that building a list allocates nothing.
#[derive(Default)]
struct Scratch {
    exprs: Vec<ExprId>,
    stmts: Vec<StmtId>,
    pats: Vec<PatId>,
    args: Vec<Arg>,
    arms: Vec<Arm>,
    pairs: Vec<Pair>,
    parts: Vec<StrPart>,
}

struct Parser<'a> {
    text: &'a str,
    base: u32,
    interner: &'a Interner,
    tokens: &'a Tokens,
    kinds: &'a [TokenKind],
    pos: usize,
    ast: Ast,
    diagnostics: Vec<Diagnostic>,
    scratch: Scratch,
    /// Where mistakes were made after which the meaning is not clear.
    spoils: Vec<spoilt::Spoil>,
    /// A mistake was reported and firm ground not yet reached.
    panicking: bool,
    /// The lexer reported something in this statement; the parser says
    /// nothing about the rest of it.
    muted: bool,
    /// How deep the current construct is.
    depth: u32,
    /// The depth of the deepest node of what is being built.
    deepest: u32,
    /// Whether this declaration's depth was reported.
    depth_reported: bool,
    /// How many brackets are open.
    brackets: u32,
    /// How many brackets were open where the innermost block began: a comma
    /// belongs to a statement of the block only if no more are open.
    block_brackets: u32,
    /// Blocks in brackets that ended at a comma: their `Dedent` is still to come.
    owed_dedents: u32,
    /// In the one-line body of an `if`: an `else` on the next line is not the
    /// inner one's.
    in_inline_if: bool,
    /// The token that the current statement begins with.
    statement_start: usize,
    /// In `<…>` that was reported: those inside need not be. `>>` closes two;
    /// this tells whether one of them is closed.
    angles: u32,
    half_closed: bool,
    /// Python's word for what is `\\` here.
    lambda_word: Symbol,
    /// Between index brackets, where types may stand.
    types_allowed: bool,
}

impl<'a> Parser<'a> {
    fn new(
        text: &'a str,
        base: u32,
        file: FileId,
        interner: &'a Interner,
        tokens: &'a Tokens,
    ) -> Self {
        Self {
            text,
            base,
            interner,
            tokens,
            kinds: &tokens.kinds,
            pos: 0,
            ast: Ast::for_file(file, tokens.len()),
            diagnostics: Vec::new(),
            scratch: Scratch::default(),
            spoils: Vec::new(),
            panicking: false,
            muted: false,
            depth: 0,
            deepest: 0,
            depth_reported: false,
            brackets: 0,
            block_brackets: 0,
            owed_dedents: 0,
            in_inline_if: false,
            types_allowed: false,
            angles: 0,
            half_closed: false,
            statement_start: 0,
            lambda_word: interner.intern("lambda"),
        }
    }

    // ---- the cursor --------------------------------------------------------

    #[inline]
    fn kind(&self) -> TokenKind {
        self.kinds[self.pos]
    }

    /// The kind of the token `offset` tokens ahead.
    #[inline]
    fn nth(&self, offset: usize) -> TokenKind {
        self.kinds.get(self.pos + offset).copied().unwrap_or(TokenKind::Eof)
    }

    #[inline]
    fn at(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    /// Passes the current token; the end of the file is never passed.
    #[inline]
    fn bump(&mut self) {
        self.pos += usize::from(self.pos + 1 < self.kinds.len());
    }

    #[inline]
    fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    /// Where the current token begins.
    #[inline]
    fn lo(&self) -> u32 {
        self.base + self.tokens.starts[self.pos]
    }

    /// Where the token after the current one begins.
    fn next_lo(&self) -> u32 {
        let next = (self.pos + 1).min(self.kinds.len() - 1);
        self.base + self.tokens.starts[next]
    }

    /// Where the token before ends.
    #[inline]
    fn prev_hi(&self) -> u32 {
        self.base + if self.pos == 0 { 0 } else { self.tokens.ends[self.pos - 1] }
    }

    /// Whether the token before closed a block, so that nothing goes on.
    #[inline]
    fn after_block(&self) -> bool {
        self.pos > 0 && self.kinds[self.pos - 1] == TokenKind::Dedent
    }

    /// The current token's span.
    #[inline]
    fn span(&self) -> Span {
        self.tokens.span(self.pos, self.base)
    }

    /// The span of the token before.
    fn prev_span(&self) -> Span {
        self.tokens.span(self.pos.saturating_sub(1), self.base)
    }

    /// From `lo` to the end of the token before; nothing at all, right after
    /// that token, if none was passed since `lo`.
    #[inline]
    fn span_from(&self, lo: u32) -> Span {
        let hi = self.prev_hi();
        Span::new(lo.min(hi), hi)
    }

    /// The text of token `index`.
    fn token_text(&self, index: usize) -> &'a str {
        &self.text[self.tokens.range(index)]
    }

    /// The text under `span`.
    fn snippet(&self, span: Span) -> &'a str {
        let (lo, hi) = ((span.lo - self.base) as usize, (span.hi - self.base) as usize);
        self.text.get(lo..hi).unwrap_or("")
    }

    #[inline]
    fn symbol(&self) -> Symbol {
        self.tokens.symbol(self.pos)
    }

    /// Whether white space stands before the current token.
    fn has_gap(&self) -> bool {
        self.has_gap_at(0)
    }

    /// Whether white space stands before the token `offset` ahead.
    fn has_gap_at(&self, offset: usize) -> bool {
        let index = self.pos + offset;
        index > 0
            && index < self.kinds.len()
            && self.tokens.ends[index - 1] < self.tokens.starts[index]
    }

    /// The tokens from `offset` ahead to the line's end, or as many of them as
    /// messages are worth.
    fn rest_of_line(&self, offset: usize) -> &'a [TokenKind] {
        use TokenKind::*;
        let rest = &self.kinds[(self.pos + offset).min(self.kinds.len())..];
        let rest = &rest[..rest.len().min(MAX_LOOKAHEAD)];
        let end = rest.iter().position(|kind| matches!(kind, Newline | Eof | Dedent));
        &rest[..end.unwrap_or(rest.len())]
    }

    /// Whether the token `offset` ahead begins on the line where the one
    /// before it ends.
    fn on_same_line(&self, offset: usize) -> bool {
        let index = self.pos + offset;
        if index == 0 || index >= self.kinds.len() {
            return true;
        }
        let from = self.tokens.ends[index - 1] as usize;
        let to = self.tokens.starts[index] as usize;
        self.brackets == 0 || !self.text.as_bytes()[from..to].contains(&b'\n')
    }

    // ---- nodes -------------------------------------------------------------

    #[inline]
    fn add(&mut self, expr: Expr, lo: u32) -> ExprId {
        let span = self.span_from(lo);
        self.ast.add_expr(expr, span)
    }

    fn error_expr(&mut self) -> ExprId {
        let span = self.insertion();
        self.ast.add_expr(Expr::Error, span)
    }

    /// The empty name at the current position.
    fn no_name(&self) -> Name {
        Name { symbol: simple_source::sym::EMPTY, span: Span::new(self.lo(), self.lo()) }
    }

    // ---- depth -------------------------------------------------------------

    /// Goes one level down. If that is too deep, reports it, skips what would
    /// be nested and returns false; [`Parser::leave`] is due either way.
    #[inline]
    fn enter(&mut self) -> bool {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        if self.depth <= MAX_DEPTH {
            return true;
        }
        self.too_deep();
        self.skip_to(&[TokenKind::Comma, TokenKind::Newline]);
        false
    }

    #[inline]
    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Puts what was built since `deepest` was last set one level deeper.
    /// Returns false if it is too deep now.
    #[inline]
    fn wrap(&mut self) -> bool {
        self.deepest += 1;
        if self.deepest <= MAX_DEPTH {
            return true;
        }
        self.too_deep();
        self.deepest = self.depth;
        false
    }

    #[cold]
    fn too_deep(&mut self) {
        if !self.depth_reported {
            let diagnostic =
                Diagnostic::error(&codes::TOO_DEEP, self.span(), "this code is nested too deeply")
                    .label(format!("more than {MAX_DEPTH} levels"))
                    .note("give a part of it a name, or move it to a function of its own");
            self.report(diagnostic);
            self.depth_reported = true;
        }
        self.panicking = true;
    }

    /// Runs `f` between brackets: what is particular to the surrounding
    /// statement does not hold there.
    fn in_brackets<R>(&mut self, f: impl FnOnce(&mut Self) -> R) -> R {
        let owed = std::mem::take(&mut self.owed_dedents);
        let inline = std::mem::take(&mut self.in_inline_if);
        self.brackets += 1;
        let result = f(self);
        self.brackets -= 1;
        self.in_inline_if = inline;
        self.owed_dedents = owed;
        result
    }
}
