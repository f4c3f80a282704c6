//! From values to counted objects: the ownership pass.
//!
//! In goes a module in the value dialect, where a copy is a copy; out comes the
//! same module in the counted dialect, where a copy copies bytes and every
//! reference is retained, moved or released by a statement that says so. The
//! rules are in `docs/design/mir.md`, the objects in `docs/design/memory.md`.
//!
//! The method is that of Perceus (Reinking, Xie, de Moura, Leijen, 2021) and
//! "Counting Immutable Beans" (Ullrich, de Moura, 2019), carried over from
//! expressions to places in a control-flow graph: values are released at their
//! last use, the last use itself moves, and what only looks does not count.

mod aliases;
mod body;
mod count;
mod edges;
mod elide;
mod facts;
mod glue;
mod insert;
mod modes;
mod plan;
mod prepare;
mod regions;
mod unique;

use rayon::prelude::*;
use simple_source::Interner;

use crate::{FuncId, Module, ParamMode, TypeTable};

/// Makes ownership explicit in the whole of `module`, which is valid in the
/// value dialect: decides how parameters are passed, inserts counting, adds
/// glue. The functions keep their numbers; glue follows them.
pub fn run(module: &mut Module, types: &TypeTable, interner: &Interner) {
    let program = modes::solve(module, types);
    let glue: Vec<_> = module
        .functions
        .raw_mut()
        .par_iter_mut()
        .map(|function| {
            let glue = insert::rewrite(function, types, &program);
            elide::elide(function, &|id, index| program.mode(id, index));
            glue
        })
        .collect();
    glue::add(module, glue, types, interner);
}

/// Removes retains whose release follows with nothing between that needs them,
/// in a module in the counted dialect. [`run`] has done so; again after a pass
/// that brought them together. Returns how many pairs there were.
pub fn elide(module: &mut Module) -> usize {
    let modes: Vec<Box<[ParamMode]>> =
        module.functions.iter().map(|function| function.params.clone().into()).collect();
    let mode = |id: FuncId, index: u32| {
        let modes = modes.get(id.0 as usize);
        modes.and_then(|modes| modes.get(index as usize)).copied().unwrap_or(ParamMode::Owned)
    };
    let functions = module.functions.raw_mut().par_iter_mut();
    functions.map(|function| elide::elide(function, &mode)).sum()
}
