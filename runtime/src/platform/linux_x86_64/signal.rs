//! Faults of the program, as signals on a stack of their own.

use core::arch::naked_asm;

use linux_raw_sys::general;

use super::call::{syscall2, syscall4};
use crate::platform::{Fault, FaultHandler, FaultKind};

/// More than the kernel saves of any processor's registers (11 KiB with AMX)
/// and the backtrace needs.
const STACK_SIZE: usize = 64 * 1024;

/// Zeroed and untouched, so without cost, until something goes wrong.
#[repr(C, align(16))]
struct AlternateStack([u8; STACK_SIZE]);

global! {
    static ALTERNATE_STACK: AlternateStack = AlternateStack([0; STACK_SIZE]);
}

pub(crate) fn catch_faults<H: FaultHandler>() {
    let stack = general::stack_t {
        ss_sp: ALTERNATE_STACK.get().cast(),
        ss_flags: 0,
        ss_size: STACK_SIZE as _,
    };
    let action = general::kernel_sigaction {
        sa_handler_kernel: {
            // SAFETY: with SA_SIGINFO the kernel passes three arguments.
            Some(unsafe {
                core::mem::transmute::<
                    unsafe extern "C" fn(i32, *const u8, *const u8) -> !,
                    unsafe extern "C" fn(i32),
                >(on_signal::<H>)
            })
        },
        // Not deferred: a fault in the handler is a panic in a panic.
        sa_flags: u64::from(
            general::SA_SIGINFO | general::SA_ONSTACK | general::SA_NODEFER | general::SA_RESTORER,
        ),
        sa_restorer: Some(restore),
        sa_mask: general::kernel_sigset_t { sig: [0] },
    };
    // SAFETY: the stack is a static that nothing else uses.
    let _ =
        unsafe { syscall2(general::__NR_sigaltstack, (&raw const stack).expose_provenance(), 0) };
    for signal in [general::SIGSEGV, general::SIGBUS, general::SIGILL, general::SIGFPE] {
        // SAFETY: the kernel reads one action.
        let _ = unsafe {
            syscall4(
                general::__NR_rt_sigaction,
                signal as usize,
                (&raw const action).expose_provenance(),
                0,
                size_of::<general::kernel_sigset_t>(),
            )
        };
    }
}

/// Where a handler returns to. Those of faults do not, but the kernel refuses an
/// action without it.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn restore() {
    naked_asm!("mov eax, {number}", "syscall", "ud2",
        number = const general::__NR_rt_sigreturn);
}

/// Offset of the fault's address in `siginfo_t`.
const INFO_ADDRESS: usize = 16;
/// Offset of the saved registers in `ucontext_t`: after flags, link and stack.
pub(super) const CONTEXT_REGISTERS: usize = 40;
/// Places in the order of `struct sigcontext`: r8 to r15, rdi, rsi, rbp, rbx,
/// rdx, rax, rcx, rsp, rip.
const REGISTER_RBP: usize = 10;
const REGISTER_RSP: usize = 15;
pub(super) const REGISTER_RIP: usize = 16;

#[cold]
unsafe extern "C" fn on_signal<H: FaultHandler>(
    signal: i32,
    info: *const u8,
    context: *const u8,
) -> ! {
    let register = |place: usize| {
        // SAFETY: the kernel passes a whole `ucontext_t`.
        unsafe { context.add(CONTEXT_REGISTERS + 8 * place).cast::<usize>().read() }
    };
    let kind = match signal as u32 {
        general::SIGILL => FaultKind::Instruction,
        general::SIGFPE => FaultKind::Arithmetic,
        // SAFETY: the kernel passes a whole `siginfo_t`.
        _ => FaultKind::Memory(unsafe { info.add(INFO_ADDRESS).cast::<usize>().read() }),
    };
    let fault = Fault {
        kind,
        pc: register(REGISTER_RIP),
        frame: register(REGISTER_RBP),
        stack: register(REGISTER_RSP),
    };
    H::on_fault(&fault)
}
