//! What stands after a statement that is complete: a forgotten operator, a call
//! without its parentheses, a misspelt keyword.

use simple_source::{Applicability, Diagnostic, Span, Suggestion};

use crate::ast::{Arg, List};
use crate::codes;
use crate::parser::Parser;
use crate::parser::expr::starts_expr;
use crate::token::TokenKind;

/// Keywords that a misspelt word may stand for.
const KEYWORDS: &[&str] = &[
    "assert", "break", "case", "class", "const", "continue", "elif", "else", "enum", "extern",
    "for", "impl", "loop", "match", "pass", "return", "struct", "test", "trait", "type", "use",
    "val", "var", "while", "fn", "if", "pub",
];

impl Parser<'_> {
    /// A statement is complete, but its line goes on.
    #[cold]
    pub(in crate::parser) fn unexpected_after_statement(&mut self) {
        use TokenKind::*;
        let span = self.span();
        let kind = self.kind();
        if let Some((word, right)) = self.misspelt_keyword() {
            let text = self.snippet(word);
            let diagnostic = Diagnostic::error(
                &codes::FOREIGN_KEYWORD,
                word,
                format!("`{text}` is not a keyword"),
            )
            .label(format!("did you mean `{right}`?"))
            .suggest(format!("write `{right}`"), word, right, Applicability::Maybe);
            return self.report(diagnostic);
        }
        if self.foreign_raise() {
            return;
        }
        let at_operand = starts_expr(kind) && !matches!(kind, If | For);
        let before = self.kinds[self.pos.saturating_sub(1)];
        let found = self.found();
        let error = |message: String| Diagnostic::error(&codes::END_OF_STATEMENT, span, message);
        let diagnostic = match kind {
            If => return self.foreign_ternary(),
            Else | Elif | Case => return self.stray_branch(),
            Str | StrStart if matches!(before, Str | StrEnd) => return self.adjacent_strings(),
            Eq => {
                error("this cannot be assigned here".into()).label("expected the end of the line")
            }
            PlusPlus | MinusMinus => {
                let right = if kind == PlusPlus { "+= 1" } else { "-= 1" };
                self.foreign_operator(kind.text(), right)
                    .note("an assignment is a statement and has no value")
            }
            FatArrow => self
                .foreign_expression(span, "`=>` means nothing here")
                .label("a lambda is `\\x: …`; a case is `case pattern: …`"),
            LBrace => error("`{` cannot follow an expression".into())
                .label("expected the end of the line")
                .note("a block follows `:`; a value is made by a call, `Point(1.0, 2.0)`"),
            Comma => error("expected the end of the line, found `,`".into())
                .label("expected the end of the line")
                .note("a tuple stands in parentheses"),
            Colon => error("expected the end of the line, found `:`".into())
                .label("no block begins here")
                .note("`if`, `for`, `while`, `match`, `fn` and their kind begin a block"),
            _ if at_operand
                && before == Ident
                && matches!(
                    kind,
                    Ident
                        | Str
                        | StrStart
                        | Int
                        | Float
                        | Backslash
                        | SelfValue
                        | True
                        | False
                        | Nil
                ) =>
            {
                return self.call_needs_parentheses();
            }
            _ if at_operand => error(format!("expected the end of the line, found {found}"))
                .label("expected an operator or the end of the line"),
            _ => error(format!("expected the end of the line, found {found}"))
                .label("expected the end of the line"),
        };
        self.report(diagnostic);
    }

    /// `raise E(x) from e`, `throw new E(x)`: reported if such a statement goes
    /// on here.
    fn foreign_raise(&mut self) -> bool {
        let start = self.statement_start;
        let word = self.token_text(start);
        if start >= self.pos
            || self.kinds[start] != TokenKind::Ident
            || !matches!(word, "raise" | "throw")
        {
            return false;
        }
        let diagnostic = Diagnostic::error(
            &codes::FOREIGN_KEYWORD,
            self.tokens.span(start, self.base),
            format!("there is no `{word}` statement"),
        )
        .label("not a keyword")
        .note(
            "a function that can fail returns a `Result`: `return Err(..)`; `?` hands an error on",
        )
        .note("`panic(\"…\")` ends the program");
        self.report(diagnostic);
        true
    }

    /// `val x = f y`: only a statement may call without parentheses.
    #[cold]
    fn call_needs_parentheses(&mut self) {
        let found = self.found();
        let callee = self.prev_span();
        let name = self.snippet(callee);
        let lo = self.lo();
        let first = self.span();
        if matches!(
            name,
            "await" | "new" | "async" | "yield" | "move" | "ref" | "typeof" | "sizeof"
        ) {
            let diagnostic =
                Diagnostic::error(&codes::FOREIGN_KEYWORD, callee, format!("there is no `{name}`"))
                    .label("not a keyword")
                    .suggest("remove it", Span::new(callee.lo, lo), "", Applicability::Maybe);
            return self.report(diagnostic);
        }
        if name == "try" {
            return self.foreign_try(callee);
        }
        // What would be the arguments, if they are well-formed.
        self.expr();
        let mut span = self.span_from(lo);
        let mut is_whole =
            !self.panicking && matches!(self.kind(), TokenKind::Newline | TokenKind::Eof);
        if self.snippet(span).contains('\n') {
            is_whole = false;
            span = first;
        }
        let mut diagnostic = Diagnostic::error(
            &codes::CALL_PARENTHESES,
            span,
            format!("expected the end of the line, found {found}"),
        )
        .label("expected an operator or the end of the line")
        .note(format!("only a whole statement may call without parentheses: `{name}(…)`"));
        if is_whole {
            let text = format!("({})", self.snippet(span));
            let message = format!("write `{name}{text}`");
            let edit = Span::new(callee.hi, span.hi);
            diagnostic = diagnostic.suggest(message, edit, text, Applicability::Maybe);
        }
        self.panicking = false;
        self.report(diagnostic);
    }

    /// `val x = try f()`, from what is tried.
    fn foreign_try(&mut self, word: Span) {
        let lo = self.lo();
        self.expr();
        let end = Span::new(self.prev_hi(), self.prev_hi());
        let mut diagnostic = Diagnostic::error(&codes::FOREIGN_KEYWORD, word, "there is no `try`")
            .label("not a keyword");
        diagnostic.suggestions.push(Suggestion {
            message: "`?` after a call hands its error on".into(),
            edits: vec![(Span::new(word.lo, lo), "".into()), (end, "?".into())],
            applicability: Applicability::Maybe,
        });
        self.panicking = false;
        self.report(diagnostic);
    }

    /// Whether a lambda follows a callee that cannot be called without
    /// parentheses here: `val ys = xs.map \x: x`, `[1, 2].each \x: print x`.
    #[inline]
    pub(in crate::parser) fn is_bare_lambda_argument(&self) -> bool {
        !self.panicking
            && self.kinds[self.pos.saturating_sub(1)] == TokenKind::Ident
            && self.on_same_line(0)
    }

    /// Reports such a call and gives its argument.
    #[cold]
    pub(in crate::parser) fn bare_lambda_argument(&mut self) -> List<Arg> {
        let callee = self.prev_span();
        let name = self.snippet(callee);
        let lambda = self.span();
        let mark = self.scratch.args.len();
        self.arg(mark);
        if !self.panicking {
            let end = Span::new(self.prev_hi(), self.prev_hi());
            let mut diagnostic = Diagnostic::error(
                &codes::CALL_PARENTHESES,
                Span::new(callee.lo, lambda.hi),
                format!("the call of `{name}` needs parentheses"),
            )
            .label("expected `(` before the lambda")
            .note(
                "only a statement that begins with a name or a dotted path may call without them",
            );
            diagnostic.suggestions.push(Suggestion {
                message: format!("write `{name}(…)`"),
                edits: vec![(Span::new(callee.hi, lambda.lo), "(".into()), (end, ")".into())],
                applicability: Applicability::Maybe,
            });
            self.note(diagnostic);
        }
        self.take_args(mark)
    }

    /// If the statement begins with a word much like a keyword, that word and
    /// the keyword.
    fn misspelt_keyword(&self) -> Option<(Span, &'static str)> {
        let start = self.statement_start;
        if self.kinds.get(start) != Some(&TokenKind::Ident) || start >= self.pos {
            return None;
        }
        let word = self.token_text(start);
        if word.len() < 3 {
            return None;
        }
        let right = KEYWORDS.iter().find(|keyword| is_one_slip(word, keyword))?;
        Some((self.tokens.span(start, self.base), right))
    }
}

/// Whether one letter too many, too few or wrong, or two swapped neighbours
/// turn `word` into `keyword`.
fn is_one_slip(word: &str, keyword: &str) -> bool {
    let (a, b) = (word.as_bytes(), keyword.as_bytes());
    if a == b || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let prefix = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    match (a.len(), b.len()) {
        (0, 1) | (1, 0) | (1, 1) => true,
        (2, 2) => a[0] == b[1] && a[1] == b[0],
        _ => false,
    }
}
