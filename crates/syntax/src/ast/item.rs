//! Declarations.

use simple_source::{Span, Symbol, define_index};

use super::{ExprId, Generics, Items, List, Name, StmtId, Type, TypeId};

define_index! {
    /// A declaration of one file.
    pub struct ItemId;
}

/// A declaration, a test, or a statement at top level.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Item {
    /// What it declares.
    pub kind: ItemKind,
    /// Its name; [`Symbol`] of the empty text for impls and statements.
    pub name: Name,
    /// The span of `pub` if it was said.
    pub public: Option<Span>,
    /// The attributes above it.
    pub attributes: List<Attribute>,
    /// The span of the doc comment above it, [`Span::NONE`] if there is none.
    pub doc: Span,
    /// From the keyword (or `pub`) to the end.
    pub span: Span,
}

/// What a declaration declares.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ItemKind {
    /// What could not be parsed.
    Error,
    /// `use a.b`, `use a.b as c`, `use a.b.{c, d as e}`
    Use {
        /// The dotted path.
        path: List<Name>,
        /// `as name`.
        alias: Option<Name>,
        /// `.{names}`; none if there are no braces.
        names: Option<List<UseName>>,
    },
    /// `fn`, also methods, and `extern fn` of the runtime.
    Function(Function),
    /// `struct` (or `data`)
    Struct {
        /// Generic parameters.
        generics: Generics,
        /// The fields in order.
        fields: List<Field>,
        /// Methods.
        methods: Items,
    },
    /// `class`
    Class {
        /// Generic parameters.
        generics: Generics,
        /// The fields in order.
        fields: List<Field>,
        /// Methods.
        methods: Items,
    },
    /// `enum`
    Enum {
        /// Generic parameters.
        generics: Generics,
        /// The variants in order.
        variants: List<Variant>,
        /// Methods.
        methods: Items,
    },
    /// `trait`
    Trait {
        /// Generic parameters.
        generics: Generics,
        /// Traits that an implementor must implement too: `trait A: B + C`.
        supertraits: List<TypeId>,
        /// Methods, with or without a body.
        methods: Items,
    },
    /// `impl Type:`, `impl Trait for Type:`
    Impl {
        /// Generic parameters.
        generics: Generics,
        /// The trait (a path type), if one is implemented.
        trait_: Option<TypeId>,
        /// The type.
        target: TypeId,
        /// Methods.
        methods: Items,
    },
    /// `type Name = T`
    TypeAlias {
        /// Generic parameters.
        generics: Generics,
        /// What it stands for.
        ty: TypeId,
    },
    /// `const NAME: T = e`
    Const {
        /// The written type.
        ty: Option<TypeId>,
        /// The value.
        value: ExprId,
    },
    /// `test "name":`; the item's name is the text.
    Test {
        /// A block.
        body: ExprId,
    },
    /// A statement at top level: the module is a script.
    Stmt(StmtId),
}

/// A function, method or lambda-less nested function.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Function {
    /// Generic parameters.
    pub generics: Generics,
    /// Parameters in order; a method's first one is `self`.
    pub params: List<Param>,
    /// After `->`.
    pub result: Option<TypeId>,
    /// A block; none for trait methods to be implemented, `extern` functions
    /// and intrinsics.
    pub body: Option<ExprId>,
    /// `extern fn`: provided by the runtime.
    pub is_extern: bool,
}

/// A parameter of a function or lambda.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Param {
    /// Its name; `self` for the receiver.
    pub name: Name,
    /// The span of `mut` if it was said.
    pub mutable: Option<Span>,
    /// The written type.
    pub ty: Option<TypeId>,
    /// The default after `=`.
    pub default: Option<ExprId>,
    /// The whole parameter.
    pub span: Span,
}

/// `T: Ord + Show`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct GenericParam {
    /// Its name.
    pub name: Name,
    /// The traits (path types) after the colon.
    pub bounds: List<TypeId>,
}

/// A field of a struct, class or variant.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Field {
    /// Its name; empty for a variant's unnamed field, as in `Num(f64)`.
    pub name: Name,
    /// Its type; [`super::TypeKind::Weak`] for weak references.
    pub ty: TypeId,
    /// The default after `=`.
    pub default: Option<ExprId>,
    /// The doc comment above it, or [`Span::NONE`].
    pub doc: Span,
    /// The whole field.
    pub span: Span,
}

/// A variant of an enum.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Variant {
    /// Its name.
    pub name: Name,
    /// Its fields.
    pub fields: List<Field>,
    /// The doc comment above it, or [`Span::NONE`].
    pub doc: Span,
    /// The whole variant.
    pub span: Span,
}

/// `name` or `name as alias` in `use path.{…}`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct UseName {
    /// The imported name.
    pub name: Name,
    /// `as alias`.
    pub alias: Option<Name>,
}

/// `@name(args)` or `#[name(args)]`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: Name,
    /// Its arguments.
    pub args: List<AttributeArg>,
    /// From `@` or `#[` to the end.
    pub span: Span,
}

/// `value`, `name: value` or `name=value` in an attribute.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AttributeArg {
    /// The name before the value.
    pub name: Option<Name>,
    /// A literal or a name.
    pub value: AttributeValue,
    /// Where the value stands.
    pub span: Span,
}

/// A value in an attribute.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum AttributeValue {
    /// `"text"`
    Str(Symbol),
    /// `42`, `-1`
    Int(i64),
    /// `1.5`
    Float(f64),
    /// `true`
    Bool(bool),
    /// `name`
    Name(Symbol),
}

const _: () = assert!(size_of::<Type>() <= 32 && size_of::<super::Expr>() <= 24);
