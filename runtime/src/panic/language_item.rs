//! What Rust calls when the runtime's own code finds a fault in itself.

/// The message is not shown: it would bring in all of `core::fmt`. What it is
/// about can be seen from the backtrace of a debugger.
#[cfg(not(test))]
#[panic_handler]
fn on_rust_panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    super::fail(&[super::Part::Text("internal error in the runtime")])
}
