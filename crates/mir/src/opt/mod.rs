//! The optimiser: MIR to better MIR.
//!
//! [`optimise`] works on the value dialect: in goes a lowered module before the
//! ownership pass, out comes one that does the same with less. [`finish`] works
//! on what the ownership pass made of it. `@no_optimize` functions are left as
//! they are. What each pass does and gains is in `docs/design/optimiser.md`.

mod blocks;
mod checks;
mod cold;
mod facts;
mod fold;
mod inline;
mod loops;
mod paths;
mod prove;
mod reuse;
mod simplify;
pub(crate) mod unshare;
mod values;
mod visit;

use rayon::prelude::*;
use simple_source::Interner;

use crate::function::{Dialect, Function, Module, OptimizeLevel};
use crate::types::TypeTable;

/// A pass over one function; whether it changed anything.
pub type Pass = fn(&mut Function, &TypeTable) -> bool;

/// Before inlining: small bodies before they are copied.
const BEFORE: &[(&str, Pass)] = &[("simplify", |function, _| simplify::simplify(function))];

/// After inlining: what the copies made visible, then loops.
const AFTER: &[(&str, Pass)] = &[
    ("simplify", |function, _| simplify::simplify(function)),
    ("rotate", |function, _| loops::rotate(function) && blocks::clean(function)),
    ("peel", |function, _| loops::peel(function) && blocks::clean(function)),
    ("hoist", unshare::hoist),
    ("unshare", unshare::remove),
    ("checks", checks::remove),
    ("simplify", |function, _| simplify::simplify(function)),
];

/// After the ownership pass.
const FINISH: &[(&str, Pass)] = &[("reuse", reuse::reuse)];

/// The pass of that name, to be tested alone, and the dialect it works on.
pub fn pass(name: &str) -> Option<(Pass, Dialect)> {
    let find = |passes: &[(&str, Pass)]| {
        passes.iter().find(|(other, _)| *other == name).map(|(_, pass)| *pass)
    };
    find(AFTER)
        .map(|pass| (pass, Dialect::Values))
        .or_else(|| find(FINISH).map(|pass| (pass, Dialect::Counted)))
}

/// Optimises all functions of `module`, before the ownership pass.
pub fn optimise(module: &mut Module, types: &TypeTable, interner: &Interner) {
    run(module, types, interner, BEFORE, Dialect::Values);
    let order = inline::callees_first(module);
    // Nothing follows what does not return.
    cold::cut(module, interner, &order);
    check(module, types, interner, Dialect::Values, "cut");
    // Calls to bodies, callees first.
    inline::inline(module, types, &order);
    check(module, types, interner, Dialect::Values, "inline");
    run(module, types, interner, AFTER, Dialect::Values);
    // What leads to a panic, to functions of its own.
    cold::split(module, types, interner);
    check(module, types, interner, Dialect::Values, "split");
}

/// Optimises all functions of `module` once more, after the ownership pass.
pub fn finish(module: &mut Module, types: &TypeTable, interner: &Interner) {
    run(module, types, interner, FINISH, Dialect::Counted);
}

/// Runs passes over each function, one after the other. In debug builds all
/// functions go through a pass before the next one, and the validator between.
fn run(
    module: &mut Module,
    types: &TypeTable,
    interner: &Interner,
    passes: &[(&str, Pass)],
    dialect: Dialect,
) {
    if cfg!(debug_assertions) {
        for one in passes {
            run_each(module, types, std::slice::from_ref(one));
            check(module, types, interner, dialect, one.0);
        }
    } else {
        run_each(module, types, passes);
    }
}

fn run_each(module: &mut Module, types: &TypeTable, passes: &[(&str, Pass)]) {
    module.functions.raw_mut().par_iter_mut().for_each(|function| {
        if function.attributes.optimize != Some(OptimizeLevel::Speed(0)) {
            for (_, pass) in passes {
                pass(function, types);
            }
        }
    });
}

/// In debug builds, panics if a pass left something invalid.
fn check(module: &Module, types: &TypeTable, interner: &Interner, dialect: Dialect, pass: &str) {
    if cfg!(debug_assertions) {
        crate::validate::expect_valid(module, types, interner, dialect, pass);
    }
}
