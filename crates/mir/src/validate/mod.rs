//! Checks that a module is well-formed, in one of the two dialects.
//!
//! Passes rely on it instead of checking for themselves; it runs after each of
//! them in debug builds and in tests. What it accepts can be printed, run and
//! compiled without a panic. Its parts: what numbers refer to exists
//! ([`structure`]), values fit where they go ([`types`]), every local is set
//! before it is used ([`definite`]), and, in the counted dialect, every
//! reference is given back exactly once, as far as that can be decided
//! ([`ownership`]).

mod calls;
mod definite;
mod ownership;
mod structure;
mod types;

use simple_source::Interner;
use simple_source::interner::FxHashSet;

use crate::text::{Context, print_statement, print_type};
use crate::{
    BlockId, Dialect, FuncId, Function, Local, LocalId, Module, Statement, TypeId, TypeTable,
};

/// Something that is wrong with a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidationError {
    /// The linker name of the function, or of the item if it is none.
    pub item: String,
    /// The block, and the statement in it; its terminator has the number after
    /// the last one's.
    pub place: Option<(BlockId, usize)>,
    /// The statement as text.
    pub statement: String,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for ValidationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.item)?;
        if let Some((block, statement)) = self.place {
            write!(f, ", bb{}, {statement}", block.0)?;
        }
        if !self.statement.is_empty() {
            write!(f, ", `{}`", self.statement)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for ValidationError {}

/// Checks all of `module`.
///
/// # Errors
/// What is wrong, function by function; a function with a broken structure is
/// not looked at further.
pub fn validate(
    module: &Module,
    types: &TypeTable,
    interner: &Interner,
    dialect: Dialect,
) -> Result<(), Vec<ValidationError>> {
    let mut errors = Vec::new();
    structure::module(module, types, interner, dialect, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    let glue = ownership::glue(module);
    for (id, _) in module.functions.iter_enumerated() {
        errors.extend(function_errors(module, id, types, interner, dialect, &glue));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Checks one function. The rest of the module is relied on for what the
/// function refers to.
pub fn validate_function(
    module: &Module,
    id: FuncId,
    types: &TypeTable,
    interner: &Interner,
    dialect: Dialect,
) -> Vec<ValidationError> {
    function_errors(module, id, types, interner, dialect, &ownership::glue(module))
}

fn function_errors(
    module: &Module,
    id: FuncId,
    types: &TypeTable,
    interner: &Interner,
    dialect: Dialect,
    glue: &FxHashSet<FuncId>,
) -> Vec<ValidationError> {
    let function = &module.functions[id];
    let mut checker = Checker {
        module,
        function,
        types,
        interner,
        dialect,
        glue,
        place: None,
        errors: Vec::new(),
    };
    checker.structure();
    if !checker.errors.is_empty() {
        return checker.errors;
    }
    checker.types();
    if checker.errors.is_empty() {
        checker.definite();
    }
    if checker.errors.is_empty() && dialect == Dialect::Counted && !glue.contains(&id) {
        ownership::check(&mut checker);
    }
    checker.errors
}

/// Checks `module` and panics if anything is wrong: for passes in debug builds.
///
/// # Panics
/// If it is, with all there is to say.
pub fn expect_valid(
    module: &Module,
    types: &TypeTable,
    interner: &Interner,
    dialect: Dialect,
    after: &str,
) {
    if let Err(errors) = validate(module, types, interner, dialect) {
        let lines: Vec<String> = errors.iter().take(20).map(ToString::to_string).collect();
        panic!("the module is not valid after {after}:\n{}", lines.join("\n"));
    }
}

/// A function that is being checked.
struct Checker<'a> {
    module: &'a Module,
    function: &'a Function,
    types: &'a TypeTable,
    interner: &'a Interner,
    dialect: Dialect,
    /// Functions that the ownership pass made.
    glue: &'a FxHashSet<FuncId>,
    /// The statement at hand.
    place: Option<(BlockId, usize)>,
    errors: Vec<ValidationError>,
}

impl<'a> Checker<'a> {
    fn error(&mut self, message: impl Into<String>) {
        let context = Context::new(self.types, self.interner).with_module(self.module);
        let statement = self.place.and_then(|(block, index)| self.statement_at(block, index));
        self.errors.push(ValidationError {
            item: self.interner.resolve(self.function.name).to_owned(),
            place: self.place,
            statement: statement
                .map(|statement| print_statement(&context, self.function, statement))
                .unwrap_or_default(),
            message: message.into(),
        });
    }

    fn statement_at(&self, block: BlockId, index: usize) -> Option<&'a Statement> {
        self.function.blocks.get(block)?.statements.get(index)
    }

    fn type_name(&self, ty: TypeId) -> String {
        print_type(self.types, self.interner, ty)
    }

    fn expect(&mut self, expected: TypeId, found: TypeId, what: &str) {
        if expected != found {
            let (expected, found) = (self.type_name(expected), self.type_name(found));
            self.error(format!("{what}: expected {expected}, found {found}"));
        }
    }

    fn local(&self, id: LocalId) -> Option<&'a Local> {
        self.function.locals.get(id)
    }

    /// Calls `each` for every statement, with its place set for errors.
    fn for_each_statement(&mut self, mut each: impl FnMut(&mut Self, &'a Statement)) {
        let function = self.function;
        for (id, block) in function.blocks.iter_enumerated() {
            for (index, statement) in block.statements.iter().enumerate() {
                self.place = Some((id, index));
                each(self, statement);
            }
        }
        self.place = None;
    }
}
