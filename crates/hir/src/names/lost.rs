//! What follows from mistakes in the grammar.
//!
//! Where the parser could not know what was meant, a statement, a declaration
//! or a line of a type is lost ([`simple_syntax::ast::Ast::lost`]). Names that
//! occur in the lost text may be declared there, so nothing is said of them
//! elsewhere: the mistake in the grammar is the only one.

use simple_source::{Diagnostic, Span};
use simple_syntax::ast::{Ast, ItemKind};

use crate::codes;
use crate::def::{AdtId, ModuleId, Program};

impl Program {
    /// Whether a type was written with a base class: it may have been meant to
    /// have any member.
    pub(crate) fn has_lost_base(&self, adt: AdtId) -> bool {
        let def = &self.adts[adt];
        self.ast(def.module).bases.contains(&def.span)
    }
}

/// Takes out what says that something is missing that may be in lost text.
pub(crate) fn drop_consequences(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let has_lost = |module: &ModuleId| !program.ast(*module).lost.is_empty();
    let modules: Vec<ModuleId> = program.modules.indices().filter(has_lost).collect();
    if !modules.is_empty() {
        diagnostics.retain(|found| !is_consequence(program, &modules, found));
    }
    let lacking = program.session.lacking_self.lock();
    let lacking = lacking.unwrap_or_else(|poisoned| poisoned.into_inner());
    if !lacking.is_empty() {
        // Called with a `self` that they were told to take.
        let is_lacking =
            |span: Span| lacking.iter().any(|function| program.functions[*function].span == span);
        diagnostics.retain(|found| {
            found.code.id != codes::RECEIVER.id
                || !found.secondary.iter().any(|label| is_lacking(label.span))
        });
    }
}

/// An unknown type is told once in each declaration, with what is declared in
/// it. The diagnostics are in order.
pub(crate) fn tell_types_once(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let mut told: Vec<(Option<Span>, &str)> = Vec::new();
    diagnostics.retain(|found| {
        if found.code.id != codes::UNKNOWN_TYPE.id {
            return true;
        }
        let span = found.primary.span;
        let module = program.modules.indices().find(|module| {
            program.session.sources.file_of(span) == Some(program.modules[*module].file)
        });
        let around = module.and_then(|module| declaration_around(program.ast(module), span));
        let name = program.snippet(span);
        let is_new = !told.iter().any(|(told_in, told)| {
            *told == name
                && (*told_in == around || told_in.is_some_and(|told_in| within(span, told_in)))
        });
        if is_new {
            told.push((around, name));
        }
        is_new
    });
}

/// The innermost declaration that `span` is in.
fn declaration_around(ast: &Ast, span: Span) -> Option<Span> {
    let around = all_items(ast).map(|(_, whole)| whole).filter(|whole| within(span, *whole));
    around.min_by_key(|whole| whole.len())
}

fn is_consequence(program: &Program, modules: &[ModuleId], found: &Diagnostic) -> bool {
    let code = found.code.id;
    let is = |of: &[&simple_source::Code]| of.iter().any(|of| of.id == code);
    let span = found.primary.span;
    let name = program.snippet(span);
    let own = |module: &ModuleId| {
        program.session.sources.file_of(span) == Some(program.modules[*module].file)
    };
    if is(&[&codes::UNKNOWN_NAME, &codes::UNKNOWN_TYPE, &codes::UNKNOWN_TRAIT]) {
        // Declared in this file: at top level, or in the same function.
        return modules.iter().filter(|module| own(module)).any(|module| {
            let ast = program.ast(*module);
            let around = function_around(ast, span);
            ast.lost.iter().any(|lost| {
                let function = function_around(ast, *lost);
                // What is lost of a type are members, which have no names here.
                (function == around || function.is_none() && !is_member(ast, *lost))
                    && mentions(program.snippet(*lost), name)
            })
        });
    }
    if is(&[
        &codes::UNKNOWN_MEMBER,
        &codes::UNKNOWN_FIELD,
        &codes::UNKNOWN_METHOD,
        &codes::UNKNOWN_VARIANT,
        &codes::UNKNOWN_PATTERN_NAME,
    ]) {
        return modules.iter().any(|module| {
            let lost = &program.ast(*module).lost;
            lost.iter().any(|lost| mentions(program.snippet(*lost), name))
        });
    }
    if is(&[
        &codes::ARGUMENT_COUNT,
        &codes::NAMED_ARGUMENT,
        &codes::PATTERN_FIELDS,
        &codes::MISSING_METHODS,
        &codes::FOREIGN_METHOD,
    ]) {
        // Compared with a type or trait of which a part is lost.
        let mut spans = std::iter::once(span).chain(found.secondary.iter().map(|label| label.span));
        return spans.any(|span| {
            modules.iter().any(|module| {
                let ast = program.ast(*module);
                type_around(ast, span)
                    .is_some_and(|whole| ast.lost.iter().any(|lost| within(*lost, whole)))
            })
        });
    }
    false
}

fn within(inner: Span, outer: Span) -> bool {
    outer.lo <= inner.lo && inner.hi <= outer.hi
}

/// The function, test or constant at top level or in a type that `span` is in.
fn function_around(ast: &Ast, span: Span) -> Option<Span> {
    let bodies = all_items(ast).filter(|(kind, _)| {
        matches!(kind, ItemKind::Function(_) | ItemKind::Test { .. } | ItemKind::Const { .. })
    });
    // The outermost one: nested functions see its names.
    bodies
        .map(|(_, whole)| whole)
        .filter(|whole| within(span, *whole))
        .max_by_key(|whole| whole.len())
}

/// Whether `span` is in the body of a type whose members are reached by a dot.
fn is_member(ast: &Ast, span: Span) -> bool {
    all_items(ast).any(|(kind, whole)| {
        let has_members = matches!(
            kind,
            ItemKind::Struct { .. }
                | ItemKind::Class { .. }
                | ItemKind::Trait { .. }
                | ItemKind::Impl { .. }
        );
        has_members && within(span, whole)
    })
}

/// The type, trait or impl that `span` is in.
fn type_around(ast: &Ast, span: Span) -> Option<Span> {
    let types = all_items(ast).filter(|(kind, _)| {
        matches!(
            kind,
            ItemKind::Struct { .. }
                | ItemKind::Class { .. }
                | ItemKind::Enum { .. }
                | ItemKind::Trait { .. }
                | ItemKind::Impl { .. }
        )
    });
    types.map(|(_, whole)| whole).find(|whole| within(span, *whole))
}

fn all_items(ast: &Ast) -> impl Iterator<Item = (ItemKind, Span)> {
    (0..ast.item_count()).map(|number| {
        let item = ast.item(simple_syntax::ast::ItemId(number as u32));
        (item.kind, item.span)
    })
}

/// Whether `name` occurs in a text as a word. A lost `use` of everything may
/// mean any name.
fn mentions(text: &str, name: &str) -> bool {
    let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let is_use = matches!(text.split_whitespace().next(), Some("use" | "from" | "import"));
    is_use && text.contains('*') || words.any(|word| word == name)
}
