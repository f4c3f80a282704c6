//! A look at the program whenever it has used some time, by a signal.

use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use linux_raw_sys::general;

use super::call::{syscall3, syscall4};
use super::signal::{CONTEXT_REGISTERS, REGISTER_RIP, restore};

/// The handler, as a pointer.
static HANDLER: AtomicPtr<()> = AtomicPtr::new(core::ptr::null_mut());

pub(crate) fn sample(interval: u32, handler: extern "C" fn(pc: usize)) {
    HANDLER.store(handler as *mut (), Relaxed);
    let action = general::kernel_sigaction {
        sa_handler_kernel: {
            // SAFETY: with SA_SIGINFO the kernel passes three arguments.
            Some(unsafe {
                core::mem::transmute::<
                    unsafe extern "C" fn(i32, *const u8, *const u8),
                    unsafe extern "C" fn(i32),
                >(on_signal)
            })
        },
        // Calls that it interrupts go on; deep in a recursion there is no room on
        // the program's stack.
        sa_flags: u64::from(
            general::SA_SIGINFO | general::SA_ONSTACK | general::SA_RESTART | general::SA_RESTORER,
        ),
        sa_restorer: Some(restore),
        sa_mask: general::kernel_sigset_t { sig: [0] },
    };
    // SAFETY: the kernel reads one action.
    let handled = unsafe {
        syscall4(
            general::__NR_rt_sigaction,
            general::SIGPROF as usize,
            (&raw const action).expose_provenance(),
            0,
            size_of::<general::kernel_sigset_t>(),
        )
    };
    if handled.is_err() {
        return;
    }
    let time = general::__kernel_old_timeval { tv_sec: 0, tv_usec: interval.into() };
    let timer = [time, time];
    // SAFETY: the kernel reads an interval and a first time.
    let _ = unsafe {
        syscall3(
            general::__NR_setitimer,
            general::ITIMER_PROF as usize,
            timer.as_ptr().expose_provenance(),
            0,
        )
    };
}

unsafe extern "C" fn on_signal(_signal: i32, _info: *const u8, context: *const u8) {
    let handler = HANDLER.load(Relaxed);
    // SAFETY: the kernel passes a whole `ucontext_t`; the pointer was made of such
    // a function, before there were signals.
    unsafe {
        let pc = context.add(CONTEXT_REGISTERS + 8 * REGISTER_RIP).cast::<usize>().read();
        core::mem::transmute::<*mut (), extern "C" fn(usize)>(handler)(pc);
    }
}
