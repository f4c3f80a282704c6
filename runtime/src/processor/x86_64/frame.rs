//! Stack frames.

/// The frame pointer of the function that this is inlined into. At it lie the
/// caller's frame pointer and the return address.
#[inline(always)]
pub(crate) fn current_frame() -> usize {
    let frame;
    // SAFETY: reads a register.
    unsafe {
        core::arch::asm!("mov {}, rbp", out(reg) frame,
            options(nomem, nostack, preserves_flags));
    }
    frame
}
