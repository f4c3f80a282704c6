//! Functions: locals, places, statements, blocks.

pub use simple_hir::OptimizeLevel;
use simple_object::Phase;
use simple_source::interner::FxHashMap;
use simple_source::{IndexVec, Span, Symbol, define_index};

use crate::types::{EnumId, TypeId};

define_index! {
    /// A function of the program, numbered in a deterministic order.
    pub struct FuncId;
    /// A local of a function. Parameters come first.
    pub struct LocalId;
    /// A basic block of a function; 0 is the entry.
    pub struct BlockId;
}

/// Which of MIR's two dialects a module is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// Before the ownership pass: copies are copies.
    Values,
    /// After it: copies copy bytes, counts are explicit.
    Counted,
}

/// A program, or part of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Module {
    /// All functions.
    pub functions: IndexVec<FuncId, Function>,
    /// Tables of methods behind `dyn` values.
    pub vtables: Vec<Vtable>,
    /// Writable program-wide slots: a script's top-level variables.
    pub globals: Vec<Global>,
    /// Functions that the ownership pass made for types.
    pub glue: Glue,
    /// `simple_main`: calls the user's `main`; none in a library or a test of
    /// a single function.
    pub entry: Option<FuncId>,
}

/// Functions that count and free values of a type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Glue {
    /// For counted pointer types: `fn(object)`, called when the last reference
    /// is gone; releases the parts and frees the object.
    pub destroy: FxHashMap<TypeId, FuncId>,
    /// For counted types: `fn(address of a value)`, retains all its parts.
    pub retain: FxHashMap<TypeId, FuncId>,
    /// For counted types: `fn(address of a value)`, releases all its parts.
    pub release: FxHashMap<TypeId, FuncId>,
}

/// The methods of one type behind one trait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vtable {
    /// Its linker name.
    pub name: Symbol,
    /// The type of the value in the object.
    pub ty: TypeId,
    /// Destroys the object: `fn(object)`.
    pub drop: FuncId,
    /// Copies the object: `fn(object) -> object`.
    pub clone: FuncId,
    /// `fn(address of the value, args…)`, in the trait's order.
    pub methods: Vec<FuncId>,
}

/// A program-wide variable, zero at start and initialised by code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Global {
    /// Its linker name.
    pub name: Symbol,
    /// Its type.
    pub ty: TypeId,
}

/// How an argument is passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ParamMode {
    /// Not decided yet; only before the ownership pass.
    Undecided,
    /// The callee may look at the value; the caller keeps it alive. A borrowed
    /// parameter of type [`crate::Type::Address`] is the captures of a closure:
    /// what lies behind it does not change during the call, so parts of it are
    /// stable.
    Borrowed,
    /// The callee has to release the value or hand it on.
    Owned,
    /// `mut`: the address of a place of the caller; the local's type is
    /// [`crate::Type::Address`].
    Address,
}

/// Effort to put into a function's code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum InlineHint {
    /// The optimiser decides by size and calls.
    #[default]
    Auto,
    /// Wherever possible.
    Always,
    /// Nowhere.
    Never,
}

/// What attributes and origin say about a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub struct Attributes {
    /// `@inline`, `@noinline`.
    pub inline: InlineHint,
    /// `@layout(phase:)`, `@hot` (steady), `@cold`; none if nothing was said.
    pub phase: Option<Phase>,
    /// `@layout(pin: true)`
    pub pinned: bool,
    /// `@layout(anchor:)`: the anchor's name.
    pub anchor: Option<Symbol>,
    /// `@hot`
    pub hot: bool,
    /// `@cold`
    pub cold: bool,
    /// `@optimize(level)`; `@no_optimize` is level 0.
    pub optimize: Option<OptimizeLevel>,
    /// When the function is needed, as far as calls tell (see
    /// [`crate::phase`]); what attributes say is stronger.
    pub reached: Option<Phase>,
    /// Split off from its only caller, in whose name backtraces show it.
    pub part: bool,
    /// From the standard library: panics are reported at its caller, and code
    /// inlined from it takes the position of the call.
    pub library: bool,
}

impl Attributes {
    /// When the function is needed, as its attributes say.
    pub fn said_phase(&self) -> Option<Phase> {
        self.phase.or(self.cold.then_some(Phase::Cold))
    }

    /// When the function is needed, from all that is known without a run.
    pub fn effective_phase(&self) -> Phase {
        self.said_phase().or(self.reached).unwrap_or_default()
    }
}

/// A function: one instance, with all types known.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// The linker name, unique in the program.
    pub name: Symbol,
    /// As people write it: `geometry.area`, `Stack[i64].push`.
    pub display: Symbol,
    /// One for each parameter.
    pub params: Vec<ParamMode>,
    /// What it returns; unit for functions that return nothing.
    pub result: TypeId,
    /// Parameters, then named and temporary locals.
    pub locals: IndexVec<LocalId, Local>,
    /// The blocks; the first is the entry and has no predecessors.
    pub blocks: IndexVec<BlockId, Block>,
    /// The projections of all places.
    pub projections: Vec<Projection>,
    /// The operand lists of all calls and aggregates.
    pub args: Vec<Arg>,
    /// See [`Attributes`].
    pub attributes: Attributes,
    /// The declaration, for positions.
    pub span: Span,
}

impl Function {
    /// The way into `place`.
    #[inline]
    pub fn projections_of(&self, place: Place) -> &[Projection] {
        &self.projections[place.start as usize..][..place.len as usize]
    }
    /// The arguments in a range.
    #[inline]
    pub fn args_of(&self, args: Args) -> &[Arg] {
        &self.args[args.start as usize..][..args.len as usize]
    }
}

/// A local variable or temporary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    /// Its type.
    pub ty: TypeId,
    /// The user's name for it; empty for temporaries.
    pub name: Symbol,
}

/// A basic block.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// In order.
    pub statements: Vec<Statement>,
    /// How it ends.
    pub terminator: Terminator,
    /// The place of the terminator in the source.
    pub span: Span,
}

/// A place in memory: a local and a way into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where the way begins.
    pub local: LocalId,
    /// First element in [`Function::projections`].
    pub start: u32,
    /// How many there are.
    pub len: u32,
}

impl Place {
    /// The local itself.
    pub const fn local(local: LocalId) -> Self {
        Self { local, start: 0, len: 0 }
    }
    /// The local, if this is nothing but a local.
    pub fn as_local(self) -> Option<LocalId> {
        (self.len == 0).then_some(self.local)
    }
}

/// One step into a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Projection {
    /// A field of a struct or class instance (after [`Projection::Deref`]), or
    /// of the variant chosen by the step before.
    Field(u32),
    /// The fields of one variant of an enum. Reading them is only defined if
    /// the value is that variant.
    Variant(u32),
    /// Through a box, a class reference or an address.
    Deref,
    /// An element of a list. The index (an `i64` local) was checked.
    Index(LocalId),
}

/// A range of [`Function::args`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Args {
    /// The first.
    pub start: u32,
    /// How many.
    pub len: u32,
}

/// An argument of a call, or a part of an aggregate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arg {
    /// A value.
    Value(Operand),
    /// The address of a place, for a `mut` parameter. Only in calls.
    Address(Place),
}

/// A value that is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    /// What lies at a place.
    Copy(Place),
    /// A constant.
    Const(Const),
}

/// A constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Const {
    /// `()`
    Unit,
    /// `true`, `false`
    Bool(bool),
    /// A character.
    Char(char),
    /// An integer, sign- or zero-extended to 64 bits, with its type.
    Int(crate::IntType, u64),
    /// An `f32` by its bits.
    F32(u32),
    /// An `f64` by its bits.
    F64(u64),
    /// Static text.
    Str(Symbol),
    /// The static empty list of the given list type.
    EmptyList(TypeId),
    /// A fieldless variant.
    Variant(EnumId, u32),
    /// A function as a value: a static closure. The function takes its
    /// parameters as closures do (no environment is used, all owned).
    Function(FuncId, crate::SignatureId),
    /// A weak reference to nothing.
    NullWeak(crate::ClassId),
}

impl Const {
    /// Whether copies of the constant's type count something. Constants
    /// themselves are static objects, which are not counted.
    pub fn is_counted(&self, types: &crate::TypeTable) -> bool {
        match self {
            Const::Str(_) | Const::EmptyList(_) | Const::Function(..) | Const::NullWeak(_) => true,
            Const::Variant(id, _) => types.is_counted(types.intern(crate::Type::Enum(*id))),
            Const::Unit
            | Const::Bool(_)
            | Const::Char(_)
            | Const::Int(..)
            | Const::F32(_)
            | Const::F64(_) => false,
        }
    }
}

/// What happens when a result does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Overflow {
    /// The program panics.
    Panic,
    /// The low bits count.
    Wrap,
}

/// Operators with two operands of the same type (shifts: any integer count).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BinOp {
    /// Integers and floats; the mode is [`Overflow::Wrap`] for floats.
    Add(Overflow),
    Sub(Overflow),
    Mul(Overflow),
    /// Truncates toward zero; by zero and `MIN / -1` panic (integers).
    Div,
    /// Sign of the dividend; by zero panics, `MIN % -1` is 0 (integers).
    Rem,
    /// With [`Overflow::Panic`] a count outside the width panics; with
    /// [`Overflow::Wrap`] the count is taken modulo the width.
    Shl(Overflow),
    /// Arithmetic for signed types.
    Shr(Overflow),
    BitAnd,
    BitOr,
    BitXor,
    /// Comparisons give a bool: integers, floats, bool, char, fieldless enums.
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    /// Whether two counted references are the same object (also `Weak`).
    Same,
    /// The smaller or larger one, for integers.
    Min,
    Max,
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum UnOp {
    /// Integers (overflow panics or wraps) and floats (wraps).
    Neg(Overflow),
    /// Bitwise for integers, logical for bool.
    Not,
    /// Floats.
    Sqrt,
    Floor,
    Ceil,
    Trunc,
    /// Float: sign cleared. Integer: overflow wraps.
    Abs,
    /// Integers; give the operand's type.
    CountOnes,
    LeadingZeros,
    TrailingZeros,
    /// The bits of a float as the unsigned integer of its width, and back.
    /// `ToBits` of a counted reference is its address as `u64`.
    ToBits,
    FromBits,
}

/// Conversions. The target is the type of the place assigned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CastKind {
    /// Between integers, bool, char and fieldless enums: extend by the
    /// source's sign, or cut.
    Int,
    /// Integer to float, nearest.
    IntToFloat,
    /// Float to integer, saturating, NaN to 0.
    FloatToInt,
    /// Between `f32` and `f64`.
    Float,
}

/// How a value is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rvalue {
    /// The operand itself.
    Use(Operand),
    /// See [`UnOp`].
    Unary(UnOp, Operand),
    /// See [`BinOp`].
    Binary(BinOp, Operand, Operand),
    /// See [`CastKind`].
    Cast(CastKind, Operand),
    /// An integer operation whose result comes as a struct `(result, bool)`,
    /// the bool telling whether it did not fit. Add, Sub, Mul only.
    Overflowing(BinOp, Operand, Operand),
    /// The number of an enum's variant, as `i64`.
    Discriminant(Place),
    /// The length of text (bytes) or a list (elements), as `i64`.
    Len(Place),
    /// A struct of the place's type from its fields.
    Struct(Args),
    /// A variant of the place's enum type from its fields.
    Variant(u32, Args),
    /// A new list of the place's type with these elements.
    List(Args),
    /// A new box around a value.
    Box(Operand),
    /// A new instance of the place's class type from its fields.
    Class(Args),
    /// A new closure of the place's type.
    Closure {
        /// Its code. The first parameter has type [`crate::Type::Address`] of
        /// a struct of the captures and points to them in the object.
        code: FuncId,
        /// Destroys the object; filled in by the ownership pass when there is
        /// something to release.
        drop: Option<FuncId>,
        /// The captured values.
        captures: Args,
    },
    /// A `dyn` value around an operand, with a vtable of [`Module::vtables`].
    Dyn(u32, Operand),
    /// A weak reference to an instance.
    Downgrade(Operand),
    /// The option of an instance that a weak reference stands for.
    Upgrade(Operand),
    /// The address of a program-wide variable of [`Module::globals`]; the
    /// place assigned to has type [`crate::Type::Address`]. The variable is
    /// read and changed through [`Projection::Deref`].
    GlobalAddress(u32),
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Callee {
    /// A function of the program.
    Function(FuncId),
    /// A function of the runtime (System V ABI): values are borrowed, results
    /// owned. Text, lists and the like are passed as object pointers, `mut`
    /// places as addresses, other aggregates by address.
    Extern(Symbol),
    /// A closure value; the arguments are owned.
    Closure(Place),
    /// A method of a `dyn` value by its number in the vtable. The receiver
    /// stays with the caller: the method gets the address of the value inside.
    Method(Place, u32, crate::SignatureId),
}

/// Operations of the library's innermost functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intrinsic {
    /// `(address of list, value)`: appends; makes unique, grows.
    ListPush,
    /// `(address of list) -> T`: moves the last element out; the list is
    /// unique and not empty.
    ListPop,
    /// `(address of list, count i64)`: makes unique with room for `count`
    /// more elements.
    ListReserve,
    /// `(count i64) -> [T]`: an empty list with room for `count`.
    ListWithCapacity,
    /// `(address of list, index i64) -> T`: moves an element out, leaving a
    /// hole that must be filled or cut off before anyone looks. Unique list.
    ListTake,
    /// `(address of list, index i64, value)`: fills a hole. Unique list.
    ListPut,
    /// `(address of list, len i64)`: sets the length; releases nothing and
    /// initialises nothing. Unique list, `len` within the capacity.
    ListSetLen,
    /// `(address of list, from i64, to i64, count i64)`: moves elements as
    /// bytes; the ranges may overlap. Unique list.
    ListMove,
    /// `(list, index i64) -> T`: copies an element, unchecked.
    ListGet,
    /// `(list) -> i64`: capacity.
    ListCapacity,
    /// `(address of list, i i64, j i64)`: exchanges elements as bytes. Unique list.
    ListSwap,
    /// `(text, index i64) -> u8`: a byte, unchecked.
    StrByte,
    /// `(condition bool)`: cold hint; the value itself.
    Unlikely,
}

/// A statement with its place in the source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Where it comes from.
    pub span: Span,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StatementKind {
    /// Nothing; left by passes.
    Nop,
    /// Makes a value and stores it. Before the ownership pass the old value of
    /// the place is implicitly released; after it nothing is implicit.
    Assign(Place, Rvalue),
    /// A call. Without a destination the result is unit, or dropped before
    /// the ownership pass (which gives every counted result a destination).
    Call {
        /// Where the result goes.
        dest: Option<Place>,
        /// What is called.
        callee: Callee,
        /// The arguments.
        args: Args,
    },
    /// An operation of the library.
    Intrinsic {
        /// Where the result goes.
        dest: Option<Place>,
        /// Which.
        op: Intrinsic,
        /// The arguments.
        args: Args,
    },
    /// Makes the counted object at a place (text, list, box, dyn) unique
    /// before a part of it is changed.
    Unshare(Place),
    /// Panics unless `0 <= index < len`.
    CheckIndex {
        /// An `i64`.
        index: Operand,
        /// An `i64`.
        len: Operand,
    },
    /// Stores to a place that holds nothing yet: a program-wide variable before
    /// it is set. Like [`StatementKind::Assign`], but nothing is released. Only
    /// before the ownership pass, which makes it an `Assign`.
    Initialise(Place, Operand),
    /// Releases what a place holds, which then holds nothing: a program-wide
    /// variable at the end. Only before the ownership pass, which makes it a
    /// `Release`.
    Discard(Place),
    /// Uses a value, so that it lives until here: variables whose end can be
    /// seen through weak references live to the end of their block. Only before
    /// the ownership pass, which leaves it out.
    Keep(Place),
    /// Counts one more reference to everything counted in a value. Only after
    /// the ownership pass.
    Retain(Place),
    /// Gives back a value. Only after the ownership pass.
    Release(Place),
    /// Gives the memory of the counted object at a place back without looking
    /// at its count or parts. Only in destroyers.
    Free(Place),
}

/// How a block ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Terminator {
    /// Goes on there.
    Goto(BlockId),
    /// Chooses by a bool.
    Branch {
        /// The bool.
        condition: Operand,
        /// If true.
        then: BlockId,
        /// If false.
        otherwise: BlockId,
    },
    /// Chooses by an integer, char, bool or discriminant.
    Switch {
        /// The value, up to 64 bits.
        value: Operand,
        /// Values with their targets, in rising order.
        cases: Box<[(u64, BlockId)]>,
        /// For all others.
        otherwise: BlockId,
    },
    /// Leaves the function with a value.
    Return(Operand),
    /// Is not reached: the statement before it does not return (a panic), or a
    /// match that was proved to be exhaustive. Traps if it is.
    Unreachable,
}
