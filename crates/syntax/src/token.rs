//! Tokens: what the lexer makes and the parser and the formatter read.

use simple_source::{Span, Symbol, sym};

macro_rules! token_kinds {
    ($($(#[$meta:meta])* $name:ident $text:literal,)*) => {
        /// What a token is.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum TokenKind { $($(#[$meta])* #[doc = concat!("`", $text, "`")] $name),* }

        const NAMES: &[&str] = &[$(stringify!($name)),*];
        const TEXTS: &[&str] = &[$($text),*];
        const KINDS: &[TokenKind] = &[$(TokenKind::$name),*];
    };
}

token_kinds! {
    // Keywords, in the order of their symbols.
    And "and", As "as", Assert "assert", Break "break", Case "case", Class "class",
    Const "const", Continue "continue", Dyn "dyn", Elif "elif", Else "else", Enum "enum",
    Extern "extern", False "false", Fn "fn", For "for", If "if", Impl "impl", In "in", Is "is",
    Loop "loop", Match "match", Mut "mut", Nil "nil", Not "not", Or "or", Pass "pass", Pub "pub",
    Return "return", SelfValue "self", Spawn "spawn", Static "static", Struct "struct",
    Test "test", Trait "trait", True "true", Type "type", Use "use", Val "val", Var "var",
    Weak "weak", While "while",
    // Names and literals.
    Ident "a name", Int "a number", Float "a number", Str "a string",
    /// The opening quotes of a string with interpolation.
    StrStart "a string",
    /// Text between interpolations; its value is the resolved text.
    StrText "text",
    /// `{` in a string.
    InterpOpen "{",
    /// `}` in a string.
    InterpClose "}",
    /// `:` that begins a format spec.
    SpecStart ":",
    /// A piece of a format spec.
    SpecText "a format spec",
    /// The closing quotes of a string with interpolation.
    StrEnd "the end of the string",
    // Layout.
    /// The end of a statement.
    Newline "the end of the line",
    /// The beginning of an indented block.
    Indent "an indented block",
    /// The end of an indented block.
    Dedent "the end of the block",
    /// The end of the file; always the last token.
    Eof "the end of the file",
    /// Characters that are no token; a diagnostic was given.
    Invalid "an invalid character",
    // Brackets. The lexer balances them: see `lexer`.
    LParen "(", RParen ")", LBracket "[", RBracket "]", LBrace "{", RBrace "}",
    // Punctuation.
    Comma ",", Colon ":", Dot ".", QuestionDot "?.", Question "?", DotDot "..", DotDotEq "..=",
    Arrow "->", Backslash "\\", At "@", HashBracket "#[", Tilde "~",
    // Binary operators.
    PipeGt "|>", QuestionQuestion "??", EqEq "==", NotEq "!=", Lt "<", Le "<=", Gt ">", Ge ">=",
    Pipe "|", Caret "^", Amp "&", Shl "<<", Shr ">>", Plus "+", Minus "-", Star "*", Slash "/",
    Percent "%", StarStar "**",
    // Assignment.
    Eq "=", PlusEq "+=", MinusEq "-=", StarEq "*=", SlashEq "/=", PercentEq "%=",
    StarStarEq "**=", AmpEq "&=", PipeEq "|=", CaretEq "^=", ShlEq "<<=", ShrEq ">>=",
    // Not in the language; known so that messages can name what was meant.
    Bang "!", AmpAmp "&&", PipePipe "||", PlusPlus "++", MinusMinus "--", ColonEq ":=",
    ColonColon "::", FatArrow "=>", Semicolon ";",
}

// A keyword's kind has the number of its symbol less one.
const _: () = assert!(TokenKind::And as u32 == sym::AND.raw() - 1);
const _: () = assert!(TokenKind::While as u32 == sym::WHILE.raw() - 1);

impl TokenKind {
    /// The keyword that `symbol` is, if it is one.
    #[inline]
    pub fn keyword(symbol: Symbol) -> Option<TokenKind> {
        let number = symbol.raw().wrapping_sub(sym::AND.raw());
        (number <= TokenKind::While as u32).then(|| KINDS[number as usize])
    }

    /// Whether this is a keyword.
    #[inline]
    pub fn is_keyword(self) -> bool {
        self <= TokenKind::While
    }

    /// The variant's own name, for dumps.
    pub fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// The text of a keyword or punctuation, else a description.
    pub fn text(self) -> &'static str {
        TEXTS[self as usize]
    }

    /// How a message calls it: quoted if it is fixed text.
    pub fn describe(self) -> String {
        match self {
            TokenKind::Ident
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Str
            | TokenKind::StrStart
            | TokenKind::StrText
            | TokenKind::StrEnd
            | TokenKind::SpecText
            | TokenKind::Newline
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::Eof
            | TokenKind::Invalid => self.text().to_owned(),
            _ => format!("`{}`", self.text()),
        }
    }

    /// Whether an expression can end with this token, so that no operand may
    /// follow it directly.
    pub(crate) fn ends_operand(self) -> bool {
        use TokenKind::*;
        matches!(
            self,
            Ident
                | Int
                | Float
                | Str
                | StrEnd
                | RParen
                | RBracket
                | RBrace
                | Question
                | True
                | False
                | Nil
                | SelfValue
        )
    }

    /// Whether a line that ends with this binary operator goes on in the next
    /// one. A range may end in its dots, so they do not count.
    pub(crate) fn continues_line(self) -> bool {
        use TokenKind::*;
        (PipeGt <= self && self <= StarStar)
            || matches!(self, And | Or | In | Is | As | AmpAmp | PipePipe)
    }

    /// Whether this token assigns: `=`, `+=` and their kind.
    pub(crate) fn is_assignment(self) -> bool {
        TokenKind::Eq <= self && self <= TokenKind::ShrEq
    }

    /// For an opening bracket the closing one.
    pub(crate) fn closer(self) -> TokenKind {
        match self {
            TokenKind::LParen => TokenKind::RParen,
            TokenKind::LBrace => TokenKind::RBrace,
            _ => TokenKind::RBracket,
        }
    }
}

/// A number as the lexer read it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Number {
    /// The value of an integer literal.
    pub int: u64,
    /// The value of a float literal.
    pub float: f64,
    /// The type suffix.
    pub suffix: Option<crate::ast::NumberSuffix>,
}

/// A comment, from `#` to before the line's end, as offsets in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Comment {
    /// Offset of the `#`.
    pub start: u32,
    /// Offset one past the last byte.
    pub end: u32,
    /// Whether it documents what follows: exactly two `#`.
    pub is_doc: bool,
}

/// The tokens of one file, as parallel arrays. Offsets are into the file.
#[derive(Default)]
pub struct Tokens {
    pub(crate) kinds: Vec<TokenKind>,
    pub(crate) starts: Vec<u32>,
    pub(crate) ends: Vec<u32>,
    /// For names and strings the symbol, for numbers the index in `numbers`.
    pub(crate) values: Vec<u32>,
    pub(crate) numbers: Vec<Number>,
    /// All comments in the order of the text.
    pub comments: Vec<Comment>,
}

impl Tokens {
    /// Room for the tokens of `len` bytes of ordinary source.
    pub(crate) fn with_capacity_for(len: usize) -> Self {
        let count = len / 4 + 16;
        Self {
            kinds: Vec::with_capacity(count),
            starts: Vec::with_capacity(count),
            ends: Vec::with_capacity(count),
            values: Vec::with_capacity(count),
            ..Self::default()
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, kind: TokenKind, start: u32, end: u32, value: u32) {
        self.kinds.push(kind);
        self.starts.push(start);
        self.ends.push(end);
        self.values.push(value);
    }

    /// How many tokens there are, the end of the file included.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Never true once a file was lexed: there is always the end of the file.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// What token `index` is.
    #[inline]
    pub fn kind(&self, index: usize) -> TokenKind {
        self.kinds[index]
    }

    /// Where token `index` stands, as offsets in the file.
    #[inline]
    pub fn range(&self, index: usize) -> std::ops::Range<usize> {
        self.starts[index] as usize..self.ends[index] as usize
    }

    /// Where token `index` stands in the session.
    #[inline]
    pub fn span(&self, index: usize, base: u32) -> Span {
        Span::new(base + self.starts[index], base + self.ends[index])
    }

    /// The symbol of a name or string.
    #[inline]
    pub fn symbol(&self, index: usize) -> Symbol {
        Symbol::from_raw(self.values[index])
    }

    /// The value of a number.
    #[inline]
    pub fn number(&self, index: usize) -> Number {
        self.numbers[self.values[index] as usize]
    }
}
