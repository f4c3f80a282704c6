//! Attributes: which there are, where they stand, what they take and what they
//! promise.
//!
//! [`read`] is the only place that looks at attributes in a tree. In go those
//! of one declaration; out comes what they say, and a diagnostic for each that
//! is unknown, misplaced, contradicted or wrongly filled in. What exists is a
//! table (`table.rs`). What an attribute promises of a declaration's types or
//! body is checked when those are known (`promises.rs`).

mod check;
mod promises;
mod table;

use simple_source::{Diagnostic, Interner, Span, Symbol};
use simple_syntax::ast::{Ast, Attribute, List};

use crate::def::{Application, FnAttributes};
pub(crate) use promises::{Promise, check_promises};
pub(crate) use table::{Target, Where};

/// What the attributes of a declaration say.
#[derive(Clone, Default, Debug)]
pub(crate) struct Attributes {
    /// Those that concern functions.
    pub(crate) function: FnAttributes,
    /// `@app_type` and `@window_hints`.
    pub(crate) application: Application,
    /// `@lang`: what the language knows the declaration as.
    pub(crate) lang: Option<(Symbol, Span)>,
    /// `@intrinsic`: the operation.
    pub(crate) intrinsic: Option<Symbol>,
    /// `@boxed`
    pub(crate) boxed: bool,
    /// `@derive`: the traits, with their places.
    pub(crate) derive: Vec<(Symbol, Span)>,
    /// `@interned` and `@cached`, with their places.
    pub(crate) promises: Vec<(Promise, Span)>,
}

/// Reads the attributes of a declaration.
pub(crate) fn read(
    ast: &Ast,
    list: List<Attribute>,
    place: Where,
    interner: &Interner,
    diagnostics: &mut Vec<Diagnostic>,
) -> Attributes {
    if list.is_empty() {
        return Attributes::default();
    }
    let out = Attributes::default();
    check::Checker { ast, place, interner, diagnostics, layout_said: [false; 3], out }.all(list)
}
