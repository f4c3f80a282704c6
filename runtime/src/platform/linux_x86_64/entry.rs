//! Where the kernel (or the in-memory loader) enters, and what it leaves there.

use core::ffi::{CStr, c_char};

use crate::startup::STARTUP;

/// The stack as the kernel made it: argc, argv, 0, envp, 0 (System V ABI, x86-64
/// supplement, 3.4.1).
#[derive(Clone, Copy)]
pub(crate) struct InitialStack(*const *const c_char);

impl InitialStack {
    /// There is none in unit tests.
    pub(crate) const NONE: Self = Self(core::ptr::null());

    /// A stack as the kernel would make it; stays forever.
    #[cfg(test)]
    pub(crate) fn for_test(arguments: &[&CStr], environment: &[&CStr]) -> Self {
        use std::vec::Vec;
        let mut words: Vec<*const c_char> =
            std::vec![core::ptr::without_provenance(arguments.len())];
        for strings in [arguments, environment] {
            words.extend(strings.iter().map(|&string| {
                std::boxed::Box::leak(std::boxed::Box::<CStr>::from(string)).as_ptr()
            }));
            words.push(core::ptr::null());
        }
        Self(words.leak().as_ptr())
    }

    /// That of the process.
    fn of_process() -> *const *const c_char {
        // SAFETY: written once, at the start.
        unsafe { (*STARTUP.get()).stack.0 }
    }
}

/// Clears the frame pointer, which ends backtraces, and hands over the stack.
#[cfg(feature = "image")]
#[unsafe(naked)]
#[unsafe(export_name = "_start")]
unsafe extern "C" fn start() -> ! {
    core::arch::naked_asm!(
        "xor ebp, ebp",
        "mov rdi, rsp",
        "and rsp, -16",
        "call {rt_start}",
        "ud2",
        rt_start = sym rt_start,
    )
}

#[cfg(feature = "image")]
#[unsafe(export_name = "rt_start")]
unsafe extern "C" fn rt_start(initial_stack: *const *const c_char) -> ! {
    // SAFETY: nothing else refers to the variable yet.
    unsafe { (*STARTUP.get()).stack = InitialStack(initial_stack) };
    crate::process::run()
}

/// The arguments lie above all frames.
pub(crate) fn stack_top() -> usize {
    InitialStack::of_process().addr()
}

/// The strings of an array that a null pointer ends.
#[derive(Clone, Copy)]
struct Strings(*const *const c_char);

impl Iterator for Strings {
    type Item = &'static CStr;

    fn next(&mut self) -> Option<&'static CStr> {
        if self.0.is_null() {
            return None;
        }
        // SAFETY: the array ends with a null pointer, at which we stay.
        let string = unsafe { self.0.read() };
        if string.is_null() {
            return None;
        }
        // SAFETY: not at the end yet; the strings live as long as the process.
        unsafe {
            self.0 = self.0.add(1);
            Some(CStr::from_ptr(string))
        }
    }
}

/// The arguments, the program's name first.
pub(crate) struct Arguments(Strings);

impl Arguments {
    pub(crate) fn new() -> Self {
        let stack = InitialStack::of_process();
        let first = if stack.is_null() {
            stack
        } else {
            // SAFETY: the array follows the count.
            unsafe { stack.add(1) }
        };
        Self(Strings(first))
    }
}

impl Iterator for Arguments {
    type Item = &'static CStr;

    fn next(&mut self) -> Option<&'static CStr> {
        self.0.next()
    }
}

/// The environment, each `NAME=value`.
pub(crate) struct Environment(Strings);

impl Environment {
    pub(crate) fn new() -> Self {
        let stack = InitialStack::of_process();
        let first = if stack.is_null() {
            stack
        } else {
            // SAFETY: the environment follows the arguments and their null.
            unsafe { stack.add(stack.cast::<usize>().read() + 2) }
        };
        Self(Strings(first))
    }
}

impl Iterator for Environment {
    type Item = &'static CStr;

    fn next(&mut self) -> Option<&'static CStr> {
        self.0.next()
    }
}
