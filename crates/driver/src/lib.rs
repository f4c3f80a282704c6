//! One session of the compiler: files, threads, clocks, and the stages in
//! order.
//!
//! In goes what to compile and how; out come diagnostics, executables or a
//! running program. Only this crate touches files, clocks, the environment and
//! threads; what it never does is to look inside a stage.

pub mod codes;
pub mod layout;
pub mod library;
pub mod load;
pub mod profile;
pub mod render;
pub mod session;

pub use load::Input;
pub use render::{MessageFormat, render};
pub use simple_mir::lower::TEST_PASSED;

pub use session::{Checked, Level, Mode, Optimised, Options, Session};
