//! The functions of `str` and `char`.

mod build;
mod case;
mod character;
mod decode;
mod number;
mod search;
mod slice;
mod split;

pub(crate) use build::{lossy, push_lossy};
