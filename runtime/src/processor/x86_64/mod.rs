//! x86-64.

mod float;
#[cfg(any(not(test), feature = "check"))]
mod frame;
#[cfg(any(feature = "image", test))]
mod memory;
mod search;

pub(crate) use float::{fmod, sqrt};
#[cfg(any(not(test), feature = "check"))]
pub(crate) use frame::current_frame;
pub(crate) use search::find_byte;
