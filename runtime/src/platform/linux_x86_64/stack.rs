//! The size of the main stack.

use linux_raw_sys::general;

use super::resource_limit;

/// The kernel looks at the soft limit each time the stack grows, so raising it
/// in the running process works. It leaves a gap of at least 128 MiB below the
/// stack for that (`mmap_base` in `arch/x86/mm/mmap.c`), whatever the limit was
/// when the process began; beyond the gap other mappings may lie.
pub(crate) fn raise_stack_limit(size: usize) {
    let mut limit = general::rlimit64 { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel writes one limit.
    let known =
        unsafe { resource_limit(general::RLIMIT_STACK, core::ptr::null(), &raw mut limit).is_ok() };
    let wanted = (size as u64).min(limit.rlim_max);
    if known && limit.rlim_cur < wanted {
        limit.rlim_cur = wanted;
        // SAFETY: the kernel reads one limit. Refusal leaves the old limit.
        let _ = unsafe {
            resource_limit(general::RLIMIT_STACK, &raw const limit, core::ptr::null_mut())
        };
    }
}
