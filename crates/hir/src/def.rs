//! Declarations: what a program consists of.

use std::sync::Arc;

use simple_source::interner::FxHashMap;
use simple_source::{FileId, IndexVec, Span, Symbol, define_index};

use crate::body::Body;
use crate::ty::{Ty, TyInterner, Tys};

define_index! {
    /// A module: one file.
    pub struct ModuleId;
    /// A function, method, default value, test or script body.
    pub struct FnId;
    /// A struct, class or enum.
    pub struct AdtId;
    /// A trait.
    pub struct TraitId;
    /// An `impl` block.
    pub struct ImplId;
    /// A constant.
    pub struct ConstId;
    /// A variable at the top level of a script that functions refer to.
    pub struct GlobalId;
}

/// A checked program. Immutable once it is made; read by all threads.
pub struct Program {
    /// All types.
    pub types: TyInterner,
    /// All modules; those of the library come first.
    pub modules: IndexVec<ModuleId, Module>,
    /// All functions.
    pub functions: IndexVec<FnId, FnDef>,
    /// All structs, classes and enums.
    pub adts: IndexVec<AdtId, AdtDef>,
    /// All traits.
    pub traits: IndexVec<TraitId, TraitDef>,
    /// All impls.
    pub impls: IndexVec<ImplId, ImplDef>,
    /// All constants, evaluated.
    pub consts: IndexVec<ConstId, ConstDef>,
    /// Variables of scripts that functions refer to.
    pub globals: IndexVec<GlobalId, GlobalDef>,
    /// Library declarations that the language itself refers to.
    pub lang: LangItems,
    /// Impls of each trait, for [`crate::Program`]'s queries.
    pub impls_of: FxHashMap<TraitId, Vec<ImplId>>,
    /// Where the program begins; none in a library or with errors.
    pub entry: Option<Entry>,
    /// What the attributes of the entry say of the program.
    pub application: Application,
    /// The tests, in source order.
    pub tests: Vec<FnId>,
    /// What bodies are checked with, and the tables behind the queries.
    pub(crate) session: crate::session::Session,
}

/// The program's entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// `main`, or the script's body.
    pub function: FnId,
    /// Whether it takes the arguments as `[str]`.
    pub takes_args: bool,
    /// Whether its `i64` result is the exit status.
    pub returns_status: bool,
}

/// One file.
#[derive(Debug)]
pub struct Module {
    /// The dotted path: `geometry.shapes`, `std.io`; `main` for the entry.
    pub path: Symbol,
    /// Its text.
    pub file: FileId,
    /// Whether it is part of the standard library.
    pub is_library: bool,
}

/// A generic parameter.
#[derive(Clone, Debug)]
pub struct GenericParam {
    /// Its name.
    pub name: Symbol,
    /// The traits it must implement.
    pub bounds: Vec<TraitRef>,
}

/// Generic parameters, outer ones first: those of an impl before those of its
/// method; in a trait `Self` first, then the trait's, then the method's.
#[derive(Clone, Debug, Default)]
pub struct Generics {
    /// All parameters.
    pub params: Vec<GenericParam>,
    /// How many come from the surrounding impl, trait or function.
    pub inherited: u32,
}

/// A trait with its arguments, for some type: in bounds and impls.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TraitRef {
    /// The trait.
    pub trait_: TraitId,
    /// Its arguments, without `Self`.
    pub args: Tys,
}

/// What a function belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parent {
    /// A module.
    Module,
    /// An impl block; methods in the body of a type are in one too.
    Impl(ImplId),
    /// A trait: a default or required method.
    Trait(TraitId),
    /// Another function.
    Function(FnId),
}

/// How a function uses its receiver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Receiver {
    /// There is none: called as `Type.name()` or `name()`.
    None,
    /// `self`
    Value,
    /// `mut self`
    Mut,
}

/// A function.
#[derive(Debug)]
pub struct FnDef {
    /// Its name.
    pub name: Symbol,
    /// For people and linker names: `geometry.shapes.Circle.area`. Unique
    /// together with the type arguments.
    pub path: Symbol,
    /// Its module.
    pub module: ModuleId,
    /// What it belongs to.
    pub parent: Parent,
    /// Generic parameters, inherited ones first.
    pub generics: Generics,
    /// Parameters in order, the receiver first.
    pub params: Vec<ParamDef>,
    /// What it returns.
    pub result: Ty,
    /// The receiver.
    pub receiver: Receiver,
    /// What its attributes say.
    pub attributes: FnAttributes,
    /// What it does.
    pub kind: FnKind,
    /// For a nested function the outer function's locals that it captures by
    /// value. Its body has a local of its own for each, at the start of
    /// [`crate::Body::params`], before those of `params`; a call adds the values
    /// of the caller's locals (a call from within itself or from a sibling those
    /// of its own copies).
    pub captures: Vec<crate::body::LocalId>,
    /// Whether `pub` was said.
    pub public: bool,
    /// The name in the source.
    pub span: Span,
}

/// What a function does.
#[derive(Debug)]
pub enum FnKind {
    /// It has a body. None if checking found errors in it; not set, for a
    /// library function, if nothing asked for it yet: see [`Program::body`].
    Body(std::sync::OnceLock<Option<Box<Body>>>),
    /// `extern fn`: the runtime's symbol of that name.
    Extern(Symbol),
    /// `@intrinsic("name")`: known to lowering.
    Intrinsic(Symbol),
    /// A trait's method without a default.
    Required,
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct ParamDef {
    /// Its name.
    pub name: Symbol,
    /// Its type.
    pub ty: Ty,
    /// `mut`
    pub mutable: bool,
    /// A function without parameters (but with the same generics) that gives
    /// the default.
    pub default: Option<FnId>,
    /// Where it stands.
    pub span: Span,
}

/// Which phase an attribute asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs)]
pub enum Phase {
    Startup,
    FirstFrame,
    Steady,
    Cold,
}

/// What the attributes of a function say, validated.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct FnAttributes {
    /// `@inline` is true, `@noinline` false.
    pub inline: Option<bool>,
    /// `@hot`
    pub hot: bool,
    /// `@cold`
    pub cold: bool,
    /// `@simd` is true, `@no_simd` false.
    pub simd: Option<bool>,
    /// `@optimize(level)`; `@no_optimize` is level 0.
    pub optimize: Option<OptimizeLevel>,
    /// `@parallel(grain_size: n)` has `Some(Some(n))`; `@serial` is `serial`.
    pub parallel: Option<Option<u64>>,
    /// `@serial`
    pub serial: bool,
    /// `@cached(ttl: s)`, seconds.
    pub cached: Option<Option<f64>>,
    /// `@layout(phase: …)`
    pub phase: Option<Phase>,
    /// `@layout(anchor: …)`
    pub anchor: Option<Symbol>,
    /// `@layout(pin: true)`
    pub pinned: bool,
    /// `@interned`: equal results are one text in memory. Constants of text are
    /// so by themselves.
    pub interned: bool,
    /// `@scenario`, on tests.
    pub scenario: Option<Scenario>,
}

/// How much work the optimiser puts into a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum OptimizeLevel {
    /// 0 (none) to 3, for speed.
    Speed(u8),
    /// `s`: for size.
    Size,
}

/// What a recorded run of a test stands for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scenario {
    /// The mark that ends it; without one the whole run counts.
    pub stop: Option<Symbol>,
    /// How much it counts beside other scenarios; 1 if nothing is said.
    pub weight: f64,
}

/// What `@app_type` and `@window_hints` say of the program.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Application {
    /// How it is used.
    pub kind: Option<AppType>,
    /// What its first window is like.
    pub window: Option<WindowHints>,
}

/// How a program is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum AppType {
    /// It is called, works and ends.
    Cli,
    /// It draws on a terminal.
    Tui,
    /// It has windows.
    Gui,
    /// It runs in the background.
    Service,
    /// It reads a line, answers and reads the next.
    Repl,
}

/// What a program's first window is like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WindowHints {
    /// In pixels.
    pub width: Option<u64>,
    /// In pixels.
    pub height: Option<u64>,
    /// What its frame says.
    pub title: Option<Symbol>,
}

/// What a type declaration makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AdtKind {
    /// A value with fields: one variant.
    Struct,
    /// A value behind a counted pointer (`@boxed struct`, library only).
    BoxedStruct,
    /// A shared object with fields: one variant.
    Class,
    /// One of several variants.
    Enum,
}

/// A struct, class or enum.
#[derive(Debug)]
pub struct AdtDef {
    /// Its name.
    pub name: Symbol,
    /// For people: `geometry.shapes.Circle`; unique.
    pub path: Symbol,
    /// Its module.
    pub module: ModuleId,
    /// What it is.
    pub kind: AdtKind,
    /// Its generic parameters.
    pub generics: Generics,
    /// One for structs and classes.
    pub variants: Vec<VariantDef>,
    /// Whether `pub` was said.
    pub public: bool,
    /// The name in the source.
    pub span: Span,
}

/// A variant of an enum, or the fields of a struct or class.
#[derive(Debug)]
pub struct VariantDef {
    /// Its name; the type's for structs and classes.
    pub name: Symbol,
    /// Its fields in order.
    pub fields: Vec<FieldDef>,
    /// Where it stands.
    pub span: Span,
}

/// A field.
#[derive(Debug)]
pub struct FieldDef {
    /// Its name; the digits of its position if it has none.
    pub name: Symbol,
    /// Its type. For a `weak` field the option that reading gives.
    pub ty: Ty,
    /// `weak`: holds its target without keeping it alive.
    pub weak: bool,
    /// Like [`ParamDef::default`], with the type's generics.
    pub default: Option<FnId>,
    /// Where it stands.
    pub span: Span,
}

/// A trait.
#[derive(Debug)]
pub struct TraitDef {
    /// Its name.
    pub name: Symbol,
    /// For people; unique.
    pub path: Symbol,
    /// Its module.
    pub module: ModuleId,
    /// `Self` and its parameters.
    pub generics: Generics,
    /// Traits that implementors must implement too.
    pub supertraits: Vec<TraitRef>,
    /// Its methods in order; the numbers of `dyn` methods.
    pub methods: Vec<FnId>,
    /// Whether `pub` was said.
    pub public: bool,
    /// The name in the source.
    pub span: Span,
}

/// An impl block.
#[derive(Debug)]
pub struct ImplDef {
    /// Its module.
    pub module: ModuleId,
    /// Its generic parameters.
    pub generics: Generics,
    /// The trait, in terms of these parameters.
    pub trait_: Option<TraitRef>,
    /// The type, in terms of these parameters.
    pub self_ty: Ty,
    /// The methods by name.
    pub methods: FxHashMap<Symbol, FnId>,
    /// The head in the source.
    pub span: Span,
}

/// A constant.
#[derive(Debug)]
pub struct ConstDef {
    /// Its name.
    pub name: Symbol,
    /// Its module.
    pub module: ModuleId,
    /// Its type.
    pub ty: Ty,
    /// Its value; none if evaluation failed and was diagnosed, and where it is
    /// `deferred`.
    pub value: Option<ConstValue>,
    /// Whether the running program computes the value, from
    /// [`Program::const_body`], when it first needs it.
    pub deferred: bool,
    /// Whether `pub` was said.
    pub public: bool,
    /// The name in the source.
    pub span: Span,
}

/// The value of a constant.
#[derive(Clone, Debug, PartialEq)]
pub enum ConstValue {
    /// `()`
    Unit,
    /// `true`
    Bool(bool),
    /// `'x'` as a char
    Char(char),
    /// An integer, extended to 64 bits by its type's sign.
    Int(u64),
    /// A float (an `f32` value is exact in it).
    Float(f64),
    /// Text.
    Str(Symbol),
    /// A list.
    List(Arc<Vec<ConstValue>>),
    /// A tuple.
    Tuple(Vec<ConstValue>),
    /// A struct (variant 0) or enum value.
    Adt(u32, Vec<ConstValue>),
    /// A dict, by its pairs in order.
    Dict(Arc<Vec<(ConstValue, ConstValue)>>),
    /// A set, by its elements in order.
    Set(Arc<Vec<ConstValue>>),
    /// A function without captures.
    Fn(FnId),
}

/// A script's variable that functions refer to.
#[derive(Debug)]
pub struct GlobalDef {
    /// Its name.
    pub name: Symbol,
    /// Its module.
    pub module: ModuleId,
    /// Its type.
    pub ty: Ty,
    /// Whether it is a `var`.
    pub mutable: bool,
    /// Where it is declared.
    pub span: Span,
}

macro_rules! lang_items {
    ($($(#[$meta:meta])* $name:ident: $id:ident = $text:literal,)*) => {
        /// Library declarations that the language itself refers to, marked
        /// there with `@lang("name")`.
        #[derive(Debug, Clone)]
        pub struct LangItems { $($(#[$meta])* pub $name: $id),* }
        impl LangItems {
            /// Numbers that no declaration has, for a library without them.
            pub(crate) fn missing() -> Self {
                Self { $($name: $id(u32::MAX)),* }
            }
            /// Sets the item called `name` to the declaration with number
            /// `id`. False if there is no such name.
            pub(crate) fn set(&mut self, name: &str, id: u32) -> bool {
                match name {
                    $($text => self.$name = $id(id),)*
                    _ => return false,
                }
                true
            }
            /// The names of those that were not set.
            pub(crate) fn unset(&self) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(if self.$name.0 == u32::MAX { names.push($text) })*
                names
            }
        }
        /// Which `@lang` names there are, with the kind of id they have.
        pub const LANG_ITEMS: &[(&str, &str)] = &[$(($text, stringify!($id))),*];
    };
}

lang_items! {
    /// `enum Option[T]: Some(value: T), None`
    option: AdtId = "Option",
    /// `enum Result[T, E]: Ok(value: T), Err(error: E)`
    result: AdtId = "Result",
    /// `enum Ordering: Less, Equal, Greater`
    ordering: AdtId = "Ordering",
    /// `@boxed struct Dict[K, V]`
    dict: AdtId = "Dict",
    /// `@boxed struct Set[T]`
    set: AdtId = "Set",
    /// `struct Range[T]: start: T, end: T, step: i64, inclusive: bool` (the end
    /// is part of it if `inclusive`; any step but 0)
    range: AdtId = "Range",
    /// `trait Add[Rhs, Out]`
    add: TraitId = "Add",
    /// `trait Sub[Rhs, Out]`
    sub: TraitId = "Sub",
    /// `trait Mul[Rhs, Out]`
    mul: TraitId = "Mul",
    /// `trait Div[Rhs, Out]`
    div: TraitId = "Div",
    /// `trait Rem[Rhs, Out]`
    rem: TraitId = "Rem",
    /// `trait Neg[Out]`
    neg: TraitId = "Neg",
    /// `trait Index[I, T]`
    index: TraitId = "Index",
    /// `trait Eq`
    eq: TraitId = "Eq",
    /// `trait Ord`
    ord: TraitId = "Ord",
    /// `trait Hash`
    hash: TraitId = "Hash",
    /// `trait Show`
    show: TraitId = "Show",
    /// `trait Iter[T]`
    iter: TraitId = "Iter",
    /// Sealed: the number types. Arithmetic on a parameter bounded by it is
    /// the primitive one.
    number: TraitId = "Number",
    /// Sealed: the integer types.
    integer: TraitId = "Integer",
    /// Sealed: the float types.
    float: TraitId = "Float",
}
