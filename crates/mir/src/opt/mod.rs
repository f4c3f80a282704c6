//! The optimiser: MIR to better MIR, in the value dialect.
//!
//! In goes a lowered module before the ownership pass; out comes one that does
//! the same with less. `@no_optimize` functions are left as they are.

mod blocks;
mod facts;
mod fold;
mod inline;
mod simplify;
mod visit;

use rayon::prelude::*;

use crate::function::{Module, OptimizeLevel};
use crate::types::TypeTable;

/// Optimises all functions of `module`.
pub fn optimise(module: &mut Module, types: &TypeTable) {
    let each = |module: &mut Module| {
        module.functions.raw_mut().par_iter_mut().for_each(|function| {
            if function.attributes.optimize != Some(OptimizeLevel::Speed(0)) {
                simplify::simplify(function);
            }
        });
    };
    // Small bodies before they are copied.
    each(module);
    // Calls to bodies, callees first.
    inline::inline(module, types);
    // What the copies made visible.
    each(module);
}
