//! Expressions, statements, patterns and types.

use simple_source::{Span, Symbol, define_index};

use super::{GenericParam, ItemId, List, Name, Param};

define_index! {
    /// An expression of one file.
    pub struct ExprId;
    /// A statement of one file.
    pub struct StmtId;
    /// A pattern of one file.
    pub struct PatId;
    /// A written type of one file.
    pub struct TypeId;
}

/// The type that a literal's suffix names.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs)]
pub enum NumberSuffix {
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
}

/// Operators with one operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum UnaryOp {
    /// `-x`
    Neg,
    /// `~x`
    BitNot,
    /// `not x`
    Not,
}

/// Operators with two operands, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs)]
pub enum BinaryOp {
    /// `x |> f`
    Pipe,
    /// `x ?? y`
    Coalesce,
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
    Is,
    BitOr,
    BitXor,
    BitAnd,
    Shl,
    Shr,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Pow,
}

impl BinaryOp {
    /// How it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Pipe => "|>",
            Self::Coalesce => "??",
            Self::Or => "or",
            Self::And => "and",
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Is => "is",
            Self::BitOr => "|",
            Self::BitXor => "^",
            Self::BitAnd => "&",
            Self::Shl => "<<",
            Self::Shr => ">>",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
            Self::Pow => "**",
        }
    }
}

/// An expression. Its span is kept beside it, see [`super::Ast::span`].
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Expr {
    /// What could not be parsed; a diagnostic was given.
    Error,
    /// `()`
    Unit,
    /// An integer literal; the sign is a separate operator. Literals above
    /// `u64::MAX` are diagnosed by the lexer.
    Int {
        /// The digits' value.
        value: u64,
        /// The suffix, if one was written.
        suffix: Option<NumberSuffix>,
    },
    /// A float literal (or an integer one with a float suffix).
    Float {
        /// The nearest `f64`. For an `f32` the literal is read again from the text.
        value: f64,
        /// The suffix, if one was written.
        suffix: Option<NumberSuffix>,
    },
    /// `true`, `false`
    Bool(bool),
    /// `nil` (the name `None` is a [`Expr::Name`])
    Nil,
    /// A string without interpolation, escapes resolved.
    Str(Symbol),
    /// A string with interpolation.
    Interpolated(List<StrPart>),
    /// A name, also `self` and `Self`.
    Name(Symbol),
    /// `base.name`; also a path such as `shapes.Circle` or `Point.origin`, and
    /// `pair.0`, whose name is the digits.
    Field {
        /// Left of the dot.
        base: ExprId,
        /// Right of it.
        name: Name,
    },
    /// `base?.name`
    OptionField {
        /// Left of the `?.`.
        base: ExprId,
        /// Right of it.
        name: Name,
    },
    /// `callee(args)`, or a call without parentheses as a statement.
    Call {
        /// What is called.
        callee: ExprId,
        /// The arguments in the order written.
        args: List<Arg>,
    },
    /// `base[i]`, `base[a..b]`, and type arguments: `Stack[i64]`, `f[i64, str]`.
    /// More than one argument only stands for types.
    Index {
        /// What is indexed.
        base: ExprId,
        /// Between the brackets; a type that is no expression is [`Expr::Type`].
        args: List<ExprId>,
    },
    /// A type where an expression may stand (between brackets only), such as
    /// `fn(i64) -> i64` or `dyn Show`.
    Type(TypeId),
    /// `base?`
    Try(ExprId),
    /// `-x`, `~x`, `not x`
    Unary {
        /// Which.
        op: UnaryOp,
        /// Its operand.
        operand: ExprId,
    },
    /// `a + b` and all the others, also `|>`, `??`, `and`, `or`, `in`, `is`.
    Binary {
        /// Which.
        op: BinaryOp,
        /// Left.
        left: ExprId,
        /// Right.
        right: ExprId,
    },
    /// `x as T`
    Cast {
        /// What is converted.
        value: ExprId,
        /// To what.
        ty: TypeId,
    },
    /// `a..b`, `a..=b`, `a..`, `..b`, `..`
    Range {
        /// The lower end.
        low: Option<ExprId>,
        /// The upper end.
        high: Option<ExprId>,
        /// Whether the upper end belongs to it.
        inclusive: bool,
    },
    /// `(a, b)`; `(a,)` has one element.
    Tuple(List<ExprId>),
    /// `(a)`: kept for the formatter and for messages.
    Paren(ExprId),
    /// `[a, b]`
    List(List<ExprId>),
    /// `[v; n]`
    Repeat {
        /// The element.
        value: ExprId,
        /// How many.
        count: ExprId,
    },
    /// `[e for p in xs if c]`
    ListComp {
        /// What each round yields.
        element: ExprId,
        /// `for` and `if` clauses in order; the first is a `for`.
        clauses: List<Clause>,
    },
    /// `{k: v}`; `{}` too.
    Dict(List<Pair>),
    /// `{k: v for p in xs}`
    DictComp {
        /// What each round yields (a list of one pair).
        pair: List<Pair>,
        /// The clauses.
        clauses: List<Clause>,
    },
    /// `{a, b}`
    Set(List<ExprId>),
    /// `{e for p in xs}`
    SetComp {
        /// What each round yields.
        element: ExprId,
        /// The clauses.
        clauses: List<Clause>,
    },
    /// `\x: e`
    Lambda {
        /// The parameters; types are optional.
        params: List<Param>,
        /// The result type after `->`.
        result: Option<TypeId>,
        /// The body; an indented one is a [`Expr::Block`].
        body: ExprId,
    },
    /// Statements; the value is that of the last, if that is an expression.
    Block(List<StmtId>),
    /// `if c: a else: b`; `elif` is an `If` in `otherwise`. Such a chain does
    /// not count as nesting and can have thousands of branches
    /// ([`crate::limits::MAX_BRANCHES`]): walk it in a loop.
    If {
        /// The condition.
        condition: ExprId,
        /// A block.
        then: ExprId,
        /// A block or another `If`.
        otherwise: Option<ExprId>,
    },
    /// `match x:` with its arms.
    Match {
        /// What is matched.
        value: ExprId,
        /// The cases in order.
        arms: List<Arm>,
    },
    /// `while c:`
    While {
        /// The condition.
        condition: ExprId,
        /// A block.
        body: ExprId,
    },
    /// `loop:`
    Loop {
        /// A block.
        body: ExprId,
    },
    /// `for p in xs:`
    For {
        /// What each element is bound to.
        pat: PatId,
        /// What is run over.
        iterable: ExprId,
        /// A block.
        body: ExprId,
    },
    /// `break`, `break value`
    Break(Option<ExprId>),
    /// `continue`
    Continue,
    /// `return`, `return value`
    Return(Option<ExprId>),
}

/// A piece of an interpolated string.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum StrPart {
    /// Text between the braces, escapes resolved.
    Text(Symbol),
    /// `{value}` or `{value:spec}`.
    Value {
        /// The expression.
        value: ExprId,
        /// What follows the colon.
        spec: Option<FormatSpec>,
        /// From `{` to `}`.
        span: Span,
    },
}

/// A format spec in parts, after Python's mini-language:
/// `[[fill]align][sign][#][0][width][,][.precision][type]`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FormatSpec {
    /// The fill character, if written.
    pub fill: Option<char>,
    /// `<`, `>`, `^` or `=`; 0 if none was written.
    pub align: u8,
    /// `+`, `-` or a space; 0 if none was written.
    pub sign: u8,
    /// `#`
    pub alternate: bool,
    /// A `0` before the width.
    pub zero: bool,
    /// `,` or `_` between groups of digits; 0 if none.
    pub grouping: u8,
    /// The minimal width in characters.
    pub width: FormatCount,
    /// The precision.
    pub precision: FormatCount,
    /// `d x X b o e E f F g G % s c`; 0 if none.
    pub kind: u8,
    /// The text of the spec, without the colon.
    pub span: Span,
}

/// A width or precision in a format spec.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum FormatCount {
    /// Not written.
    None,
    /// A number.
    Fixed(u32),
    /// `{expr}`: computed when the string is made.
    Computed(ExprId),
}

/// An argument of a call.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Arg {
    /// `name:` before the value.
    pub name: Option<Name>,
    /// The span of `mut` if it was said.
    pub mutable: Option<Span>,
    /// The value.
    pub value: ExprId,
}

/// `key: value` in a dict.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pair {
    /// Left of the colon.
    pub key: ExprId,
    /// Right of it.
    pub value: ExprId,
}

/// A clause of a comprehension.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Clause {
    /// `for p in xs`
    For {
        /// What each element is bound to.
        pat: PatId,
        /// What is run over.
        iterable: ExprId,
    },
    /// `if c`
    If(ExprId),
}

/// `case p if c: body`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Arm {
    /// The pattern.
    pub pat: PatId,
    /// The condition after `if`.
    pub guard: Option<ExprId>,
    /// A block.
    pub body: ExprId,
    /// The whole arm, from `case`.
    pub span: Span,
}

/// A statement with its place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// The whole statement.
    pub span: Span,
}

/// The statements. `if`, `for`, `return` and the like are expressions.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum StmtKind {
    /// What could not be parsed.
    Error,
    /// An expression; as the last of a block it is the block's value.
    Expr(ExprId),
    /// `val p: T = e`, `var p: T = e`
    Let {
        /// `var` rather than `val`.
        mutable: bool,
        /// What is bound.
        pat: PatId,
        /// The written type.
        ty: Option<TypeId>,
        /// The value.
        value: ExprId,
    },
    /// `place = e`; with a single new name it declares that name as `val`
    /// would. The target is an expression: a place, or a tuple of places.
    Assign {
        /// Left of `=`.
        target: ExprId,
        /// Right of it.
        value: ExprId,
    },
    /// `place += e` and its kind.
    AssignOp {
        /// The operator before `=`.
        op: BinaryOp,
        /// Left.
        target: ExprId,
        /// Right.
        value: ExprId,
    },
    /// `assert c`, `assert c, "message"`
    Assert {
        /// What must hold.
        condition: ExprId,
        /// What to say if it does not.
        message: Option<ExprId>,
    },
    /// `pass`
    Pass,
    /// A nested function or another declaration.
    Item(ItemId),
}

/// A pattern with its place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pat {
    /// What it matches.
    pub kind: PatKind,
    /// Where it stands.
    pub span: Span,
}

/// What a pattern matches.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum PatKind {
    /// What could not be parsed.
    Error,
    /// `_`
    Wildcard,
    /// A lone name: binds, unless it is a fieldless variant's or a constant's.
    Name(Symbol),
    /// A literal: `1`, `-1`, `2.5`, `"x"`, `true`, `nil`, `()`.
    Literal(ExprId),
    /// `1..=9`, `'a'..='z'`, `1..`, `..5`: literals, possibly negative.
    Range {
        /// The lower end.
        low: Option<ExprId>,
        /// The upper end.
        high: Option<ExprId>,
        /// Whether the upper end belongs to it.
        inclusive: bool,
    },
    /// `(p, q)`
    Tuple(List<PatId>),
    /// `[p, ..rest, q]`; elements may be [`PatKind::Rest`], at most once.
    List(List<PatId>),
    /// `..` or `..name` in a list pattern.
    Rest(Option<Name>),
    /// `Circle(r)`, `Point(x: 0.0, y)`, `shapes.Circle(r)`, `Shape.Empty`.
    /// Without parentheses and with a single name it is a [`PatKind::Name`].
    Constructor {
        /// The path, at least one name.
        path: List<Name>,
        /// Between the parentheses; none if there are no parentheses.
        fields: Option<List<FieldPat>>,
    },
    /// `p | q`
    Or(List<PatId>),
}

/// A field in a constructor pattern.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FieldPat {
    /// `name:` before the pattern.
    pub name: Option<Name>,
    /// The pattern.
    pub pat: PatId,
}

/// A written type with its place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Type {
    /// What was written.
    pub kind: TypeKind,
    /// Where it stands.
    pub span: Span,
}

/// A written type.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum TypeKind {
    /// What could not be parsed.
    Error,
    /// `i64`, `Point`, `shapes.Circle`, `Stack[i64]`, `Self`.
    Path {
        /// At least one name.
        path: List<Name>,
        /// Between brackets.
        args: List<TypeId>,
    },
    /// `[T]`
    List(TypeId),
    /// `{K: V}`
    Dict(TypeId, TypeId),
    /// `{T}`
    Set(TypeId),
    /// `(A, B)`; `()` is the empty one.
    Tuple(List<TypeId>),
    /// `T?`
    Option(TypeId),
    /// `fn(A, B) -> R`
    Function {
        /// Parameter types.
        params: List<TypeId>,
        /// The result; `()` if none was written.
        result: Option<TypeId>,
    },
    /// `dyn Trait`
    Dyn(TypeId),
    /// `weak T?`: for fields of classes.
    Weak(TypeId),
    /// `_`: to be inferred.
    Infer,
}

/// Generic parameters as they are written on functions, types, traits, impls.
pub type Generics = List<GenericParam>;
/// Declarations inside another one.
pub type Items = List<ItemId>;
