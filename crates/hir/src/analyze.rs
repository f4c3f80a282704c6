//! From syntax trees to a program.

use std::sync::Arc;

use simple_source::diagnostic::sort_and_dedup;
use simple_source::{Diagnostic, FileId, Interner, SourceMap, Symbol, sym};
use simple_syntax::ast::Ast;

use crate::attributes::check_promises;
use crate::consteval::evaluate_all;
use crate::declare::{check, declare};
use crate::def::{FnKind, LangItems, Program};
use crate::endless;
use crate::exhaustive;
use crate::groups::{check_bodies, script_variables};
use crate::names::collect::collect;
use crate::names::lost::{drop_consequences, tell_types_once};
use crate::names::uses::resolve_uses;
use crate::names::{Def, Entry};
use crate::session::{LibrarySearch, Session};
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
    /// The dotted paths of modules in the same folder, to offer one that is
    /// spelt alike.
    pub beside: Vec<String>,
    /// If the path is a folder: the dotted paths of the modules in it.
    pub inside: Vec<String>,
}

/// Options of the analysis.
#[derive(Clone)]
pub struct Options {
    /// What it is for.
    pub mode: Mode,
    /// Modules that were not found.
    pub missing: Vec<MissingModule>,
    /// Finds names in modules of the library that are not loaded, to offer
    /// them; asked only when a name is unknown.
    pub library_search: Option<LibrarySearch>,
}

/// Checks a whole program. The diagnostics are in source order; the program
/// can be lowered if there is no error among them.
///
/// The prelude is the library's module `std.prelude`: its `pub` names and
/// those that it imports are visible everywhere.
pub fn analyze(
    mut files: Vec<ParsedFile>,
    sources: Arc<SourceMap>,
    interner: Arc<Interner>,
    options: Options,
) -> (Program, Vec<Diagnostic>) {
    // Numbers of declarations must not depend on the order in which files
    // were found.
    files.sort_by(|a, b| {
        let text = |file: &ParsedFile| interner.resolve(file.path);
        (b.is_library, text(a)).cmp(&(a.is_library, text(b)))
    });
    let mut diags = Vec::new();
    let mut program = Program {
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
        application: Default::default(),
        tests: Vec::new(),
        session: Session::new(interner, sources),
    };
    program.session.library_search = options.library_search;
    // Names: declarations are numbered, imports bound.
    collect(&mut program, files, &mut diags);
    let prelude = program.intern("std.prelude");
    program.session.prelude = program.session.module_by_path.get(&prelude).copied();
    resolve_uses(&mut program, &options.missing, &mut diags);
    // Types: declarations, then what has to hold between them.
    let deferred = declare(&mut program, &mut diags);
    if program.lang.unset().is_empty() {
        check(&program, deferred, &mut diags);
        // Bodies.
        script_variables(&mut program);
        diags.extend(check_bodies(&program));
        settle(&mut program);
        evaluate_all(&mut program, &mut diags);
        diags.extend(exhaustive::check_waiting(&mut program));
        check_promises(&program, &mut diags);
        diags.extend(endless::check_functions(&program));
        find_entry(&mut program);
    }
    drop_consequences(&program, &mut diags);
    hide_library(&program, &mut diags);
    sort_and_dedup(&mut diags);
    tell_types_once(&program, &mut diags);
    (program, diags)
}

/// A user's mistake shows the user's own lines: those of the library could not
/// be changed.
fn hide_library(program: &Program, diags: &mut [Diagnostic]) {
    let sources = &program.session.sources;
    let is_library = |span| sources.file_of(span).is_some_and(|file| sources.file(file).is_library);
    for diag in diags.iter_mut().filter(|diag| !diag.secondary.is_empty()) {
        if !is_library(diag.primary.span) {
            diag.secondary.retain(|label| !is_library(label.span));
        }
    }
}

/// Puts what was inferred into the declarations.
fn settle(program: &mut Program) {
    for function in program.functions.indices() {
        if let Some(signature) = program.session.functions[function].inferred.take() {
            let def = &mut program.functions[function];
            def.generics = signature.generics;
            def.params = signature.params;
            def.result = signature.result;
            def.parent = signature.parent;
            def.path = signature.path;
            def.captures = signature.captures;
        }
        program.session.functions[function].stated = true;
        if let FnKind::Body(cell) = &program.functions[function].kind
            && program.session.functions[function].nested
        {
            // A nested function that was never reached has errors around it.
            let _ = cell.set(None);
        }
    }
    for constant in program.consts.indices() {
        if let Some(ty) = program.session.consts[constant].ty.get() {
            program.consts[constant].ty = *ty;
        }
    }
    for global in program.globals.indices() {
        if let Some(ty) = program.session.globals[global].get() {
            program.globals[global].ty = *ty;
        }
    }
}

/// Finds where the program begins: `main` of the entry file, or its script.
fn find_entry(program: &mut Program) {
    for module in program.modules.indices() {
        let file = &program.session.files[module];
        if !file.is_entry {
            continue;
        }
        let main = match file.scope.names.get(&sym::MAIN) {
            Some(Entry { def: Def::Fn(main), imported: false, .. }) => Some(*main),
            _ => None,
        };
        let Some(function) = main.or(file.script) else { continue };
        let def = &program.functions[function];
        program.entry = Some(crate::def::Entry {
            function,
            takes_args: !def.params.is_empty(),
            returns_status: def.result == crate::ty::Ty::I64,
        });
    }
}
