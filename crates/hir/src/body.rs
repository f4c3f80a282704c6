//! Bodies: what functions do, with everything resolved.

use std::marker::PhantomData;

use simple_source::{IndexVec, Span, Symbol, define_index};
use simple_syntax::ast::BinaryOp;

use crate::def::{ConstId, FnId, GlobalId, TraitId};
use crate::ty::{Ty, Tys};

define_index! {
    /// A local variable of a body.
    pub struct LocalId;
    /// An expression of a body.
    pub struct ExprId;
    /// A pattern of a body.
    pub struct PatId;
    /// A lambda of a body.
    pub struct LambdaId;
}

/// A range of one of a body's side tables.
pub struct List<T> {
    /// The first element.
    pub start: u32,
    /// How many.
    pub len: u32,
    marker: PhantomData<fn() -> T>,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for List<T> {}
impl<T> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.start, self.len) == (other.start, other.len)
    }
}
impl<T> std::fmt::Debug for List<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}; {}]", self.start, self.len)
    }
}

/// A type with a side table in [`Body`].
pub trait Listed: Copy + 'static {
    /// The table.
    fn table(lists: &Lists) -> &Vec<Self>;
    /// The table, to append to.
    fn table_mut(lists: &mut Lists) -> &mut Vec<Self>;
}

macro_rules! lists {
    ($($field:ident: $ty:ty,)*) => {
        /// The side tables of child lists.
        #[derive(Default, Clone, Debug)]
        pub struct Lists { $($field: Vec<$ty>),* }
        impl Lists {
            fn clear(&mut self) {
                $(self.$field.clear();)*
            }
        }
        $(impl Listed for $ty {
            fn table(lists: &Lists) -> &Vec<Self> { &lists.$field }
            fn table_mut(lists: &mut Lists) -> &mut Vec<Self> { &mut lists.$field }
        })*
    };
}

lists! {
    exprs: ExprId,
    pats: PatId,
    stmts: Stmt,
    args: Arg,
    arms: Arm,
    clauses: Clause,
    pairs: Pair,
    parts: Part,
    field_pats: FieldPat,
}

/// The body of a function, default, test or script.
#[derive(Default, Debug)]
pub struct Body {
    /// One local for each parameter, in order. A parameter of a lambda that is
    /// a pattern is bound by a `Let` at the start of its body.
    pub params: Vec<LocalId>,
    /// All locals, also those of lambdas.
    pub locals: IndexVec<LocalId, Local>,
    /// All expressions.
    pub exprs: IndexVec<ExprId, Expr>,
    /// All patterns.
    pub pats: IndexVec<PatId, Pat>,
    /// All lambdas.
    pub lambdas: IndexVec<LambdaId, Lambda>,
    /// Child lists.
    pub lists: Lists,
    /// The value; its type is the function's result or `Never`, or anything if
    /// the function returns unit.
    pub root: Option<ExprId>,
}

impl Body {
    /// Adds a list of children.
    pub fn add_list<T: Listed>(&mut self, elements: &[T]) -> List<T> {
        let table = T::table_mut(&mut self.lists);
        let start = table.len() as u32;
        table.extend_from_slice(elements);
        List { start, len: elements.len() as u32, marker: PhantomData }
    }
    /// The elements of a list.
    pub fn list<T: Listed>(&self, list: List<T>) -> &[T] {
        &T::table(&self.lists)[list.start as usize..][..list.len as usize]
    }

    /// Empties everything and keeps the allocations.
    pub(crate) fn clear(&mut self) {
        self.params.clear();
        self.locals.raw_mut().clear();
        self.exprs.raw_mut().clear();
        self.pats.raw_mut().clear();
        self.lambdas.raw_mut().clear();
        self.lists.clear();
        self.root = None;
    }

    /// A copy that takes no more memory than it needs.
    pub(crate) fn compact(&self) -> Body {
        Body {
            params: self.params.clone(),
            locals: self.locals.clone(),
            exprs: self.exprs.clone(),
            pats: self.pats.clone(),
            lambdas: self.lambdas.clone(),
            lists: self.lists.clone(),
            root: self.root,
        }
    }
}

/// A local variable.
#[derive(Clone, Copy, Debug)]
pub struct Local {
    /// Its name; empty for what the compiler made.
    pub name: Symbol,
    /// Its type.
    pub ty: Ty,
    /// `var`, or a `mut` parameter.
    pub mutable: bool,
    /// Its declaration.
    pub span: Span,
}

/// A lambda. It captures by value: inside its body the captured locals keep
/// their ids but are its own copies.
#[derive(Clone, Debug)]
pub struct Lambda {
    /// Its parameters.
    pub params: Vec<LocalId>,
    /// The locals of the surrounding function (or lambda) that it uses.
    pub captures: Vec<LocalId>,
    /// Its value.
    pub body: ExprId,
}

/// An expression.
#[derive(Clone, Copy, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type. An expression of type `Never` may stand where any other type
    /// is expected.
    pub ty: Ty,
    /// Where it stands.
    pub span: Span,
}

/// A function with its type arguments.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FnRef {
    /// The function.
    pub function: FnId,
    /// One for each of its [`crate::Generics`].
    pub args: Tys,
}

/// A trait's method for a type that may still be a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct MethodRef {
    /// The trait.
    pub trait_: TraitId,
    /// The trait's own declaration of the method.
    pub method: FnId,
    /// `Self`, the trait's arguments, the method's own.
    pub args: Tys,
}

/// What is called.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Callee {
    /// A known function. Arguments follow its parameters; for one that
    /// captures, lowering adds the captured locals.
    Fn(FnRef),
    /// A trait's method, to be found when the types are known. For `Eq`, `Ord`,
    /// `Hash` and `Show` there may be no impl: then it is the structural one.
    Method(MethodRef),
    /// A method of a `dyn` value, the first argument; `method` is the trait's.
    Dyn(MethodRef),
    /// A closure or function value.
    Value(ExprId),
    /// Something that the compiler does itself.
    Builtin(Builtin),
}

/// Functions of the prelude that take any number or any type of arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Builtin {
    /// `print(a, b)`
    Print,
    /// `eprint(a, b)`
    Eprint,
    /// `panic(msg)`
    Panic,
    /// `x.to_str()` and `str(x)`-like: the text of any value, as interpolation
    /// gives it.
    ToStr,
}

/// Where values come from and go to.
#[derive(Clone, Copy, Debug)]
pub enum ExprKind {
    /// Was diagnosed. Bodies with it are not lowered.
    Error,
    /// `()`
    Unit,
    /// A bool.
    Bool(bool),
    /// A char (a one-character string where a char is expected).
    Char(char),
    /// An integer of the expression's type, extended to 64 bits by its sign.
    /// `-128i8` is one literal.
    Int(u64),
    /// A float of the expression's type.
    Float(f64),
    /// Text.
    Str(Symbol),
    /// `"a{b}c"`
    Interpolated(List<Part>),
    /// A variable.
    Local(LocalId),
    /// A script's variable, inside a function or the script itself.
    Global(GlobalId),
    /// A constant.
    Const(ConstId),
    /// A function as a value.
    Fn(FnRef),
    /// A trait's method as a value (`words.map(Shape.describe)`).
    Method(MethodRef),
    /// A lambda.
    Lambda(LambdaId),
    /// A call. Arguments in the order in which they are evaluated.
    Call {
        /// What is called.
        callee: Callee,
        /// The arguments, defaults filled in.
        args: List<Arg>,
    },
    /// A struct, class instance or variant of the expression's type. `param`
    /// in the arguments is the field's position.
    Construct {
        /// The variant; 0 for structs and classes.
        variant: u32,
        /// The fields in the order in which they are evaluated, all of them.
        fields: List<Arg>,
    },
    /// A field of a struct, tuple or class instance. A weak field reads as an
    /// option.
    Field {
        /// The value.
        base: ExprId,
        /// The field's position.
        index: u32,
    },
    /// An element of a list: `xs[i]`, `i: i64` or another integer type.
    ListIndex {
        /// The list.
        base: ExprId,
        /// The index.
        index: ExprId,
    },
    /// The value of a dict at a key: `d[k]`; panics if it is missing.
    DictIndex {
        /// The dict.
        base: ExprId,
        /// The key.
        key: ExprId,
    },
    /// `-x`, `~x`, `not x` on numbers and bools.
    Unary {
        /// Which.
        op: simple_syntax::ast::UnaryOp,
        /// The operand.
        operand: ExprId,
    },
    /// Arithmetic, bitwise and shift operators on numbers (or a parameter
    /// bounded by `Number` and its kind): both sides have one type, except a
    /// shift's count and the exponent of `**`, which may be any integer.
    /// `+` also on two texts or two lists. `== != < <= > >=` on any type that
    /// has them: structural unless `Eq`/`Ord` are implemented; both sides have
    /// one type. `and`, `or`, `is`.
    /// Other overloaded operators, `in`, `|>` and `??` are elaborated away.
    Binary {
        /// Which.
        op: BinaryOp,
        /// Left.
        left: ExprId,
        /// Right.
        right: ExprId,
    },
    /// `x ?? y`
    Coalesce {
        /// An option.
        value: ExprId,
        /// Evaluated only if it is `None`.
        default: ExprId,
    },
    /// `x?`: the option's or result's value, or an early return of `None` or
    /// `Err(e)` from the surrounding function or lambda.
    Try(ExprId),
    /// `x?.step`: `binding` is set to the value inside the option and `step`
    /// evaluated; the result is `Some(step)`, or `step` itself if `flatten`.
    OptionChain {
        /// An option.
        value: ExprId,
        /// The value inside.
        binding: LocalId,
        /// Uses `binding`.
        step: ExprId,
        /// Whether `step` is an option already.
        flatten: bool,
    },
    /// `x as T`: `T` is the expression's type.
    Cast(ExprId),
    /// A value put behind a trait: the expression's type is a `dyn`.
    ToDyn(ExprId),
    /// `(a, b)`
    Tuple(List<ExprId>),
    /// `[a, b]`
    List(List<ExprId>),
    /// `[v; n]`
    Repeat {
        /// The element.
        value: ExprId,
        /// How many; negative panics.
        count: ExprId,
    },
    /// `{k: v}`
    Dict(List<Pair>),
    /// `{a, b}`
    Set(List<ExprId>),
    /// A comprehension: a list, set or dict of the expression's type.
    Comprehension {
        /// The clauses, outermost first.
        clauses: List<Clause>,
        /// The element, or the key of a dict.
        element: ExprId,
        /// The value of a dict.
        value: Option<ExprId>,
    },
    /// Statements, then the value; unit if there is none.
    Block {
        /// The statements.
        stmts: List<Stmt>,
        /// The value.
        tail: Option<ExprId>,
    },
    /// `if`
    If {
        /// A bool.
        condition: ExprId,
        /// Its value if true.
        then: ExprId,
        /// Its value if false.
        otherwise: Option<ExprId>,
    },
    /// `match`, exhaustive.
    Match {
        /// What is matched, evaluated once.
        value: ExprId,
        /// The first arm that fits is taken.
        arms: List<Arm>,
    },
    /// `while`
    While {
        /// A bool.
        condition: ExprId,
        /// The body; its value is dropped.
        body: ExprId,
    },
    /// `loop`; its type is that of its `break` values, `Never` without any.
    Loop {
        /// The body.
        body: ExprId,
    },
    /// `for`
    For {
        /// What each element is bound to; cannot fail.
        pat: PatId,
        /// What is run over.
        iterable: ExprId,
        /// How.
        kind: ForKind,
        /// The body.
        body: ExprId,
    },
    /// `break` out of the innermost loop, with its value.
    Break(Option<ExprId>),
    /// `continue` the innermost loop.
    Continue,
    /// `return` from the function or lambda.
    Return(Option<ExprId>),
}

/// How a `for` runs over its iterable, by the iterable's type.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ForKind {
    /// A `Range[T]` of an integer type (or of a parameter bounded by `Integer`).
    Range,
    /// A list.
    List,
    /// A dict: elements are `(key, value)`.
    Dict,
    /// A set.
    Set,
    /// Anything that implements `Iter[T]`: `next` called on a copy of its own.
    Iter(Callee),
}

/// An argument.
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// The position of the parameter or field that it is for.
    pub param: u32,
    /// Whether the parameter is `mut` (also a `mut self` receiver): the value
    /// is then a place in a mutable variable. If it is no such place (a class
    /// instance's temporary), lowering makes a temporary for it.
    pub mutable: bool,
    /// The value.
    pub value: ExprId,
}

/// `key: value`
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The key.
    pub key: ExprId,
    /// The value.
    pub value: ExprId,
}

/// A clause of a comprehension.
#[derive(Clone, Copy, Debug)]
pub enum Clause {
    /// `for p in xs`
    For {
        /// What each element is bound to.
        pat: PatId,
        /// What is run over.
        iterable: ExprId,
        /// How.
        kind: ForKind,
    },
    /// `if c`
    If(ExprId),
}

/// An arm of a match.
#[derive(Clone, Copy, Debug)]
pub struct Arm {
    /// The pattern. Alternatives of an or-pattern bind the same locals.
    pub pat: PatId,
    /// The guard.
    pub guard: Option<ExprId>,
    /// The value.
    pub body: ExprId,
}

/// A piece of an interpolated string.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// Text as it is.
    Text(Symbol),
    /// The text of a value.
    Value {
        /// The value.
        value: ExprId,
        /// How to write it; valid for the value's type.
        spec: Option<FormatSpec>,
    },
}

/// A checked format spec. See [`simple_syntax::ast::FormatSpec`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FormatSpec {
    /// Fill, align, sign, alternate, zero, grouping, kind: as written. The
    /// widths in it are not used.
    pub written: simple_syntax::ast::FormatSpec,
    /// The width, an integer expression.
    pub width: Option<ExprId>,
    /// The precision, an integer expression.
    pub precision: Option<ExprId>,
}

/// A statement.
#[derive(Clone, Copy, Debug)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where it stands.
    pub span: Span,
}

/// What a statement does.
#[derive(Clone, Copy, Debug)]
pub enum StmtKind {
    /// Evaluates; the value is dropped.
    Expr(ExprId),
    /// Binds the names of a pattern that cannot fail.
    Let {
        /// The pattern.
        pat: PatId,
        /// The value.
        value: ExprId,
    },
    /// Stores to a place: a local, global, field, list element or dict entry
    /// (which is added if missing), or a tuple of places.
    Assign {
        /// The place.
        place: ExprId,
        /// The value; evaluated first, but after the place's own parts.
        value: ExprId,
    },
    /// `place op= value`. `call` is the overloaded operator's method, if the
    /// type is not primitive.
    AssignOp {
        /// The operator.
        op: BinaryOp,
        /// The place; its parts are evaluated once.
        place: ExprId,
        /// The value.
        value: ExprId,
        /// `add` and its kind: `place = call(place, value)`.
        call: Option<Callee>,
    },
    /// `assert`. If the condition is a comparison, a failure shows both sides.
    Assert {
        /// A bool.
        condition: ExprId,
        /// What to say: if nothing is written, the condition's text.
        message: ExprId,
    },
}

/// A pattern.
#[derive(Clone, Copy, Debug)]
pub struct Pat {
    /// What it matches.
    pub kind: PatKind,
    /// The type of what is matched.
    pub ty: Ty,
    /// Where it stands.
    pub span: Span,
}

/// What a pattern matches.
#[derive(Clone, Copy, Debug)]
pub enum PatKind {
    /// Anything.
    Wildcard,
    /// Anything; binds it.
    Bind(LocalId),
    /// Exactly this: a literal or constant expression (`Int`, `Float`, `Bool`,
    /// `Char`, `Str`, `Unit`, `Const`).
    Literal(ExprId),
    /// A range of integers, chars or floats by literals.
    Range {
        /// The lower end, included.
        low: Option<ExprId>,
        /// The upper end.
        high: Option<ExprId>,
        /// Whether it is included.
        inclusive: bool,
    },
    /// All elements of a tuple.
    Tuple(List<PatId>),
    /// A struct or a variant, with patterns for some of its fields.
    Variant {
        /// The variant; 0 for structs and classes.
        variant: u32,
        /// Patterns by field position.
        fields: List<FieldPat>,
    },
    /// A list: the first ones, then possibly a rest, then the last ones.
    List {
        /// Elements at the start.
        prefix: List<PatId>,
        /// Whether more elements may lie between.
        rest: bool,
        /// The local that takes them as a list.
        rest_binding: Option<LocalId>,
        /// Elements at the end; empty without a rest.
        suffix: List<PatId>,
    },
    /// Any of these, tried in order.
    Or(List<PatId>),
}

/// A pattern for a field.
#[derive(Clone, Copy, Debug)]
pub struct FieldPat {
    /// The field's position.
    pub index: u32,
    /// Its pattern.
    pub pat: PatId,
}
