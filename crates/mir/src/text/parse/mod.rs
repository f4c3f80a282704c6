//! Reads the textual form.
//!
//! Two passes: the first declares what the lines at the left margin name, so
//! that everything may be used before it stands; the second reads everything.

mod cursor;
mod function;
mod items;
mod operand;
mod types;

use simple_source::interner::FxHashMap;
use simple_source::{Interner, Symbol};

use crate::{EnumId, FuncId, Module, StructId, TypeTable};
use cursor::Cursor;

/// Why a text is not MIR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for ParseError {}

type Result<T> = std::result::Result<T, ParseError>;

/// Types nest no deeper than this in the text; a limit for hostile input only.
const MAX_TYPE_DEPTH: u32 = 128;

/// Reads a module. Types and names go to `types` and `interner`, which may
/// hold others already; a struct, enum or class that `types` knows must be
/// declared as it is there.
///
/// # Errors
/// If `text` is not of the form that [`super::print_module`] writes. What is
/// read is well-formed text, not necessarily a valid module: see
/// [`crate::validate`].
pub fn parse_module(text: &str, types: &TypeTable, interner: &Interner) -> Result<Module> {
    let mut parser = Parser {
        cursor: Cursor::new(text),
        types,
        interner,
        names: Names::default(),
        type_depth: 0,
    };
    parser.declare_items()?;
    parser.cursor = Cursor::new(text);
    parser.items()
}

/// What the first pass finds.
#[derive(Default)]
struct Names {
    functions: FxHashMap<Symbol, FuncId>,
    vtables: FxHashMap<Symbol, u32>,
    globals: FxHashMap<Symbol, u32>,
    structs: FxHashMap<Symbol, StructId>,
    enums: FxHashMap<Symbol, EnumId>,
    classes: FxHashMap<Symbol, crate::ClassId>,
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    types: &'a TypeTable,
    interner: &'a Interner,
    names: Names,
    type_depth: u32,
}
