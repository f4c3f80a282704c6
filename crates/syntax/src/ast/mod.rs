//! The syntax tree of one file, in flat tables.
//!
//! A node is an index into the table of its kind; children are indexes too,
//! and lists of children are ranges of side tables. There is no `Box`, no
//! `String` and no lifetime in a node: text is interned, the whole tree is
//! freed at once and can be read from any thread.

mod item;
mod node;

pub use item::*;
pub use node::*;

use std::marker::PhantomData;

use simple_source::{FileId, IndexVec, Span, Symbol};

/// An identifier with its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Name {
    /// The text.
    pub symbol: Symbol,
    /// Where it stands.
    pub span: Span,
}

/// A range of one of the tree's tables.
pub struct List<T> {
    start: u32,
    len: u32,
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
impl<T> Default for List<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<T> List<T> {
    /// No elements.
    pub const EMPTY: Self = Self { start: 0, len: 0, marker: PhantomData };

    /// How many elements there are.
    pub fn len(self) -> usize {
        self.len as usize
    }
    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// A type that has a side table of its own, so that lists of it can be made.
pub trait Listed: Copy + 'static {
    /// This type's table.
    fn table(lists: &Lists) -> &Vec<Self>;
    /// This type's table, to append to.
    fn table_mut(lists: &mut Lists) -> &mut Vec<Self>;
}

macro_rules! lists {
    ($($field:ident: $ty:ty,)*) => {
        /// The side tables of child lists.
        #[derive(Default, Debug)]
        pub struct Lists { $($field: Vec<$ty>),* }
        $(impl Listed for $ty {
            fn table(lists: &Lists) -> &Vec<Self> { &lists.$field }
            fn table_mut(lists: &mut Lists) -> &mut Vec<Self> { &mut lists.$field }
        })*
    };
}

lists! {
    exprs: ExprId,
    stmts: StmtId,
    pats: PatId,
    types: TypeId,
    items: ItemId,
    args: Arg,
    arms: Arm,
    clauses: Clause,
    pairs: Pair,
    parts: StrPart,
    field_pats: FieldPat,
    params: Param,
    generics: GenericParam,
    fields: Field,
    variants: Variant,
    attributes: Attribute,
    attribute_args: AttributeArg,
    use_names: UseName,
    names: Name,
}

/// The syntax tree of one file.
#[derive(Debug)]
pub struct Ast {
    /// The file it was made from.
    pub file: FileId,
    /// Top-level declarations, tests and, in a script, statements, in order.
    pub items: Vec<ItemId>,
    /// The tokens, by number, with which the arguments of calls without
    /// parentheses begin: what follows a name there is no operator or index.
    pub(crate) bare_arguments: Vec<u32>,
    item_table: IndexVec<ItemId, Item>,
    exprs: IndexVec<ExprId, Expr>,
    expr_spans: IndexVec<ExprId, Span>,
    stmts: IndexVec<StmtId, Stmt>,
    pats: IndexVec<PatId, Pat>,
    types: IndexVec<TypeId, Type>,
    lists: Lists,
    /// What was not understood. The names in it may be declared there.
    pub lost: Vec<Span>,
    /// The names of types that were written with a base class, which was
    /// refused: what they would inherit is not known.
    pub bases: Vec<Span>,
}

impl Default for Ast {
    fn default() -> Self {
        Self::for_file(FileId(0), 0)
    }
}

impl Ast {
    /// An empty tree with room for what `tokens` tokens make.
    pub(crate) fn for_file(file: FileId, tokens: usize) -> Self {
        Self {
            file,
            items: Vec::new(),
            bare_arguments: Vec::new(),
            item_table: IndexVec::new(),
            exprs: IndexVec::with_capacity(tokens / 2),
            expr_spans: IndexVec::with_capacity(tokens / 2),
            stmts: IndexVec::with_capacity(tokens / 8),
            pats: IndexVec::new(),
            types: IndexVec::new(),
            lists: Lists::default(),
            lost: Vec::new(),
            bases: Vec::new(),
        }
    }

    /// Adds an expression.
    pub fn add_expr(&mut self, expr: Expr, span: Span) -> ExprId {
        self.expr_spans.push(span);
        self.exprs.push(expr)
    }
    /// Adds a statement.
    pub fn add_stmt(&mut self, stmt: Stmt) -> StmtId {
        self.stmts.push(stmt)
    }
    /// Adds a pattern.
    pub fn add_pat(&mut self, pat: Pat) -> PatId {
        self.pats.push(pat)
    }
    /// Adds a type.
    pub fn add_type(&mut self, ty: Type) -> TypeId {
        self.types.push(ty)
    }
    /// Adds a declaration.
    pub fn add_item(&mut self, item: Item) -> ItemId {
        self.item_table.push(item)
    }
    /// Adds a list of children.
    pub fn add_list<T: Listed>(&mut self, elements: &[T]) -> List<T> {
        let table = T::table_mut(&mut self.lists);
        let start = table.len() as u32;
        table.extend_from_slice(elements);
        List { start, len: elements.len() as u32, marker: PhantomData }
    }

    /// The expression `id`.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id]
    }
    /// Replaces the expression `id`, keeping its span.
    pub fn set_expr(&mut self, id: ExprId, expr: Expr) {
        self.exprs[id] = expr;
    }
    /// Where the expression `id` stands.
    pub fn span(&self, id: ExprId) -> Span {
        self.expr_spans[id]
    }
    /// The statement `id`.
    pub fn stmt(&self, id: StmtId) -> &Stmt {
        &self.stmts[id]
    }
    /// The pattern `id`.
    pub fn pat(&self, id: PatId) -> &Pat {
        &self.pats[id]
    }
    /// The type `id`.
    pub fn ty(&self, id: TypeId) -> &Type {
        &self.types[id]
    }
    /// The declaration `id`.
    pub fn item(&self, id: ItemId) -> &Item {
        &self.item_table[id]
    }
    /// All statements, in the order in which they end.
    pub(crate) fn stmts_mut(&mut self) -> &mut IndexVec<StmtId, Stmt> {
        &mut self.stmts
    }
    /// All declarations, nested ones included.
    pub(crate) fn items_mut(&mut self) -> &mut IndexVec<ItemId, Item> {
        &mut self.item_table
    }
    /// The elements of a list.
    pub fn list<T: Listed>(&self, list: List<T>) -> &[T] {
        &T::table(&self.lists)[list.start as usize..][..list.len as usize]
    }
    /// How many expressions there are; ids run below this.
    pub fn expr_count(&self) -> usize {
        self.exprs.len()
    }
    /// How many declarations there are, nested ones included.
    pub fn item_count(&self) -> usize {
        self.item_table.len()
    }
}
