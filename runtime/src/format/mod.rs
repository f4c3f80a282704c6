//! Text of values: Python's `repr` for floats, Python's format specs for
//! everything. Nothing here goes through `core::fmt`.

mod cycle;
mod decimal;
mod float;
mod integer;
mod layout;
mod quote;
mod show;
mod spec;
mod text;
#[cfg(test)]
mod vectors;

pub(crate) use float::{repr_f32, repr_f64};
pub(crate) use integer::{decimal_i64, decimal_u64};
pub(crate) use show::bool_text;
