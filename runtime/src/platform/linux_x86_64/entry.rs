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

/// The word behind a null pointer that ends an array.
///
/// # Safety
/// The array is one that a null pointer ends, with something behind it.
#[cfg(feature = "image")]
unsafe fn behind_null(mut array: *const usize) -> *const usize {
    // SAFETY: not behind the end yet.
    unsafe {
        while array.read() != 0 {
            array = array.add(1);
        }
        array.add(1)
    }
}

/// What the note in the program's headers says, which the kernel's auxiliary
/// vector leads to (System V ABI, 3.4.3; ELF, chapter 5).
#[cfg(feature = "image")]
pub(crate) fn build_id() -> &'static [u8] {
    const HEADERS: usize = 3;
    const HEADER_SIZE: usize = 4;
    const HEADER_COUNT: usize = 5;
    const NOTE: u32 = 4;
    const KIND_OF_BUILD_ID: u32 = 3;
    const OWNER: [u8; 4] = *b"GNU\0";
    let stack = InitialStack::of_process().cast::<usize>();
    if stack.is_null() {
        return &[];
    }
    let (mut headers, mut size, mut count) = (0, 0, 0);
    // SAFETY: behind the arguments comes the environment, and behind that pairs of
    // words, the last of which begins with 0.
    unsafe {
        let mut pair = behind_null(behind_null(stack.add(1)));
        while pair.read() != 0 {
            let value = pair.add(1).read();
            match pair.read() {
                HEADERS => headers = value,
                HEADER_SIZE => size = value,
                HEADER_COUNT => count = value,
                _ => {}
            }
            pair = pair.add(2);
        }
    }
    // None of them is there for a program that was not executed from a file.
    for number in 0..count {
        let header = core::ptr::with_exposed_provenance::<u8>(headers + number * size);
        // SAFETY: the kernel mapped the headers; a header's third and sixth words
        // are where its bytes lie and how many they are. What the linker calls a
        // note is mapped too.
        unsafe {
            if header.cast::<u32>().read() != NOTE {
                continue;
            }
            let start = header.add(16).cast::<usize>().read();
            let length = header.add(40).cast::<usize>().read();
            let note = core::ptr::with_exposed_provenance::<u32>(start);
            let (owner, id, kind) = (note.read(), note.add(1).read(), note.add(2).read());
            let id_at = 12 + OWNER.len();
            if owner as usize == OWNER.len()
                && kind == KIND_OF_BUILD_ID
                && note.add(3).cast::<[u8; 4]>().read() == OWNER
                && id_at + id as usize <= length
            {
                return core::slice::from_raw_parts(note.cast::<u8>().add(id_at), id as usize);
            }
        }
    }
    &[]
}
