//! From syntax trees to a program.

use std::sync::Arc;

use simple_source::{Diagnostic, FileId, Interner, SourceMap, Symbol};
use simple_syntax::ast::Ast;

use crate::def::*;
use crate::session::Session;
use crate::ty::TyInterner;

/// One file, parsed.
#[derive(Clone)]
pub struct ParsedFile {
    /// Its tree.
    pub ast: Arc<Ast>,
    /// The module's dotted path: `geometry.shapes`, `std.io`; `main` for the
    /// entry.
    pub path: Symbol,
    /// Its text.
    pub file: FileId,
    /// Whether it is part of the standard library.
    pub is_library: bool,
    /// Whether it is where the program begins; at most one file is.
    pub is_entry: bool,
}

/// What is asked of the analysis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// A program to build or run: there must be an entry.
    Program,
    /// Only what is wrong.
    Check,
    /// Tests to build.
    Test,
}

/// A module that is `use`d and that no file was found for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MissingModule {
    /// The names of its path.
    pub path: Vec<Symbol>,
    /// The files that were looked for, as the user would write them.
    pub tried: Vec<String>,
}

/// Options of the analysis.
#[derive(Clone, Debug)]
pub struct Options {
    /// What it is for.
    pub mode: Mode,
    /// Modules that were not found.
    pub missing: Vec<MissingModule>,
}

/// Checks a whole program. The diagnostics are in source order; the program
/// can be lowered if there is no error among them.
pub fn analyze(
    files: Vec<ParsedFile>,
    sources: Arc<SourceMap>,
    interner: Arc<Interner>,
    _options: Options,
) -> (Program, Vec<Diagnostic>) {
    let program = Program {
        types: TyInterner::new(),
        modules: Default::default(),
        functions: Default::default(),
        adts: Default::default(),
        traits: Default::default(),
        impls: Default::default(),
        consts: Default::default(),
        globals: Default::default(),
        lang: LangItems::missing(),
        impls_of: Default::default(),
        entry: None,
        tests: Vec::new(),
        session: Session {
            interner,
            sources,
            asts: files.iter().map(|file| file.ast.clone()).collect(),
            late: Default::default(),
        },
    };
    (program, Vec::new())
}
