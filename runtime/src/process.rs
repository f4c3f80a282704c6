//! Start and end of the process.

use crate::{io, platform};

/// What the stack may grow to: a little less than the gap that the system keeps
/// below it, so that deep recursion in ordinary programs works.
#[cfg(feature = "image")]
const STACK_SIZE: usize = 120 * 1024 * 1024;

#[cfg(feature = "image")]
unsafe extern "C" {
    /// The program.
    safe fn simple_main() -> i32;
}

/// Runs the program. The platform's entry point has set up what it needs.
#[cfg(feature = "image")]
pub(crate) fn run() -> ! {
    platform::raise_stack_limit(STACK_SIZE);
    platform::catch_faults::<crate::panic::PanicOnFault>();
    exit(simple_main())
}

/// The normal end.
#[unsafe(export_name = "rt_exit")]
extern "C" fn exit(status: i32) -> ! {
    io::flush_all();
    #[cfg(feature = "check")]
    crate::memory::checked::report_leaks();
    platform::exit(status)
}

/// The program ends itself somewhere, with values still alive.
#[unsafe(export_name = "rt_process_exit")]
extern "C" fn process_exit(status: i64) -> ! {
    io::flush_all();
    platform::exit(status as i32)
}
