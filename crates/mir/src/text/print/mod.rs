//! Prints modules, functions, statements, places and types.

mod function;
mod module;
mod types;

use simple_source::{Interner, Span, Symbol};

use super::names::{is_plain, write_quoted};
use crate::{FuncId, Function, Module, Place, Statement, TypeId, TypeTable};

/// What names are looked up in while printing.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The program's types.
    pub types: &'a TypeTable,
    /// The session's strings.
    pub interner: &'a Interner,
    /// The module that functions, globals and vtables are named from; without
    /// it they print as numbers.
    pub module: Option<&'a Module>,
    /// Whether positions are printed: ` @lo..hi` behind functions, statements
    /// and terminators.
    pub positions: bool,
}

impl<'a> Context<'a> {
    /// A context without positions.
    pub fn new(types: &'a TypeTable, interner: &'a Interner) -> Self {
        Self { types, interner, module: None, positions: false }
    }
    /// The same context with names from `module`.
    pub fn with_module(self, module: &'a Module) -> Self {
        Self { module: Some(module), ..self }
    }
}

/// The module as text: its types by kind and name, vtables, globals, glue, the
/// entry, then its functions in order. Equal modules give equal text, whatever
/// the numbers of types and symbols are.
pub fn print_module(module: &Module, types: &TypeTable, interner: &Interner) -> String {
    let context = Context::new(types, interner).with_module(module);
    print_module_in(&context, module)
}

fn print_module_in(context: &Context<'_>, module: &Module) -> String {
    let mut printer = Printer { context: *context, out: String::new() };
    printer.module(module);
    printer.out
}

impl Context<'_> {
    /// [`print_module`] with this context's options.
    pub fn module_text(&self, module: &Module) -> String {
        print_module_in(&Context { module: Some(module), ..*self }, module)
    }
}

/// One function as text, without the declarations of its types.
pub fn print_function(context: &Context<'_>, function: &Function) -> String {
    let mut printer = Printer { context: *context, out: String::new() };
    printer.function(function);
    printer.out
}

/// One statement of `function`, without indentation.
pub fn print_statement(
    context: &Context<'_>,
    function: &Function,
    statement: &Statement,
) -> String {
    let mut printer = Printer { context: *context, out: String::new() };
    printer.statement(function, statement);
    printer.out
}

/// A place of `function`, such as `(*_1).2`.
pub fn print_place(function: &Function, place: Place) -> String {
    let mut out = String::new();
    function::write_place(&mut out, function, place);
    out
}

/// A type, such as `[i64]` or `fn(str) -> Point?`.
pub fn print_type(types: &TypeTable, interner: &Interner, ty: TypeId) -> String {
    let mut printer = Printer { context: Context::new(types, interner), out: String::new() };
    printer.ty(ty);
    printer.out
}

struct Printer<'a> {
    context: Context<'a>,
    out: String,
}

impl Printer<'_> {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn number(&mut self, number: impl std::fmt::Display) {
        use std::fmt::Write;
        let _ = write!(self.out, "{number}");
    }

    /// A name, quoted unless it is a plain word.
    fn name(&mut self, name: Symbol) {
        let text = self.context.interner.resolve(name);
        if is_plain(text) {
            self.out.push_str(text);
        } else {
            write_quoted(&mut self.out, text, '"');
        }
    }

    fn quoted(&mut self, name: Symbol) {
        write_quoted(&mut self.out, self.context.interner.resolve(name), '"');
    }

    /// The name of an item of the module, or `?` and its number.
    fn item(&mut self, name: Option<Symbol>, number: u32) {
        match name {
            Some(name) => self.name(name),
            None => {
                self.push("?");
                self.number(number);
            }
        }
    }

    fn function_name(&mut self, id: FuncId) {
        let module = self.context.module;
        let name = module.and_then(|module| module.functions.get(id)).map(|f| f.name);
        self.item(name, id.0);
    }

    fn span(&mut self, span: Span) {
        if self.context.positions {
            self.push(" @");
            self.number(span.lo);
            self.push("..");
            self.number(span.hi);
        }
    }

    /// Writes `items` with commas between them.
    fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut each: impl FnMut(&mut Self, T)) {
        for (position, item) in items.into_iter().enumerate() {
            if position > 0 {
                self.push(", ");
            }
            each(self, item);
        }
    }
}
