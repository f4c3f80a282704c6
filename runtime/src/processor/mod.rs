//! What depends on the processor but not on the system: memory functions,
//! frames, and the float operations that are instructions.
//!
//! One folder per architecture, each with the same functions.

#[cfg(target_arch = "x86_64")]
#[path = "x86_64/mod.rs"]
mod architecture;

#[cfg(any(not(test), feature = "check"))]
pub(crate) use architecture::current_frame;
pub(crate) use architecture::{find_byte, fmod, sqrt};
