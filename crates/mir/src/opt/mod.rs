//! The optimiser: MIR to better MIR, in the value dialect.
//!
//! In goes a lowered module before the ownership pass; out comes one that does
//! the same with less. `@no_optimize` functions are left as they are.

mod blocks;
mod checks;
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

use crate::function::{Function, Module, OptimizeLevel};
use crate::types::TypeTable;

/// Optimises all functions of `module`.
pub fn optimise(module: &mut Module, types: &TypeTable) {
    let each = |module: &mut Module, pass: fn(&mut Function, &TypeTable)| {
        module.functions.raw_mut().par_iter_mut().for_each(|function| {
            if function.attributes.optimize != Some(OptimizeLevel::Speed(0)) {
                pass(function, types);
            }
        });
    };
    // Small bodies before they are copied.
    each(module, |function, _| {
        simplify::simplify(function);
    });
    // Calls to bodies, callees first.
    inline::inline(module, types);
    // What the copies made visible.
    each(module, |function, types| {
        simplify::simplify(function);
        loops::rotate(function);
        blocks::clean(function);
        loops::peel(function);
        blocks::clean(function);
        unshare::remove(function, types);
        checks::remove(function, types);
        simplify::simplify(function);
    });
}

/// Optimises all functions of `module` once more, in the counted dialect.
pub fn finish(module: &mut Module, types: &TypeTable) {
    module.functions.raw_mut().par_iter_mut().for_each(|function| {
        if function.attributes.optimize != Some(OptimizeLevel::Speed(0)) {
            reuse::reuse(function, types);
        }
    });
}
