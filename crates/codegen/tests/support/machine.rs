//! Executable memory: places a code object in it, calls into it, and comes
//! back from traps and panics.

use std::arch::global_asm;
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Once;

use simple_object::positions::{Decoder, Position, PositionKind};
use simple_object::{CodeObject, Definition, Kind, RelocationKind};
use simple_source::{Interner, Symbol};

/// Registers and stack words of a call; offsets are known to the assembly below.
#[repr(C)]
#[derive(Default)]
struct Frame {
    ints: [u64; 6],
    floats: [u64; 8],
    stack_len: u64,
    stack: usize,
    saved_stack: u64,
    results: [u64; 4],
    /// Where the program trapped; 0 if it did not.
    trapped_at: u64,
}

// `enter(function, frame)` calls `function` with the frame's registers.
// `leave(stack)` abandons everything above a frame whose `saved_stack` is given.
global_asm!(
    ".global codegen_test_enter",
    "codegen_test_enter:",
    "push rbp",
    "push rbx",
    "push r12",
    "push r13",
    "push r14",
    "push r15",
    "sub rsp, 8",
    "mov [rsi + 128], rsp",
    "mov rbx, rsi",
    "mov r10, rdi",
    "mov rcx, [rbx + 112]",
    "lea rax, [rcx + 1]",
    "and rax, -2",
    "shl rax, 3",
    "sub rsp, rax",
    "mov rsi, [rbx + 120]",
    "mov rdi, rsp",
    "rep movsq",
    "movsd xmm0, [rbx + 48]",
    "movsd xmm1, [rbx + 56]",
    "movsd xmm2, [rbx + 64]",
    "movsd xmm3, [rbx + 72]",
    "movsd xmm4, [rbx + 80]",
    "movsd xmm5, [rbx + 88]",
    "movsd xmm6, [rbx + 96]",
    "movsd xmm7, [rbx + 104]",
    "mov rdi, [rbx]",
    "mov rsi, [rbx + 8]",
    "mov rdx, [rbx + 16]",
    "mov rcx, [rbx + 24]",
    "mov r8, [rbx + 32]",
    "mov r9, [rbx + 40]",
    "call r10",
    "mov [rbx + 136], rax",
    "mov [rbx + 144], rdx",
    "movsd [rbx + 152], xmm0",
    "movsd [rbx + 160], xmm1",
    "mov rdi, [rbx + 128]",
    ".global codegen_test_leave",
    "codegen_test_leave:",
    "mov rsp, rdi",
    "add rsp, 8",
    "pop r15",
    "pop r14",
    "pop r13",
    "pop r12",
    "pop rbx",
    "pop rbp",
    "ret",
);

unsafe extern "C" {
    fn codegen_test_enter(function: usize, frame: *mut Frame);
    fn codegen_test_leave(stack: u64) -> !;
}

thread_local! {
    static CURRENT: Cell<*mut Frame> = const { Cell::new(std::ptr::null_mut()) };
}

/// Abandons the program's frames; the call gives whatever was recorded.
pub(crate) fn abandon() -> ! {
    let frame = CURRENT.with(Cell::get);
    assert!(!frame.is_null(), "no program is running");
    // SAFETY: the frame belongs to the `call` below us on this thread's stack;
    // between it and here are only frames without destructors.
    unsafe { codegen_test_leave((*frame).saved_stack) }
}

extern "C" fn on_illegal_instruction(
    _: libc::c_int,
    _: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    let frame = CURRENT.with(Cell::get);
    // SAFETY: the kernel gives a valid context; the frame is that of the call
    // that the signal interrupted, on this thread.
    unsafe {
        if frame.is_null() {
            libc::signal(libc::SIGILL, libc::SIG_DFL);
            return;
        }
        let registers = &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs;
        (*frame).trapped_at = registers[libc::REG_RIP as usize] as u64;
        registers[libc::REG_RIP as usize] = codegen_test_leave as *const () as i64;
        registers[libc::REG_RDI as usize] = (*frame).saved_stack as i64;
    }
}

fn install_trap_handler() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // SAFETY: an all-zero `sigaction` is a valid one to fill in.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_illegal_instruction as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_NODEFER;
            let done = libc::sigaction(libc::SIGILL, &action, std::ptr::null_mut());
            assert_eq!(done, 0, "the handler could not be installed");
        }
    });
}

/// An argument in a register of either kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arg {
    Int(u64),
    F64(f64),
    F32(f32),
}

/// How a call ended.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Outcome {
    /// `rax`, `rdx`, `xmm0`, `xmm1`.
    Returned([u64; 4]),
    /// At a trap of this kind, at this line and column.
    Trapped { kind: u8, line: u32, column: u32 },
    /// By calling a panic function of the runtime, from this line and column.
    Panicked { message: String, line: u32, column: u32 },
}

/// A code object in memory, its references resolved.
pub(crate) struct Machine {
    memory: *mut u8,
    size: usize,
    /// Where each definition lies.
    addresses: HashMap<Symbol, usize>,
    functions: Vec<(usize, Definition)>,
    object: CodeObject,
}

const STUB_SIZE: usize = 32;

impl Machine {
    /// Places `object`; `external` gives the addresses of what it does not
    /// define.
    pub(crate) fn load(
        object: CodeObject,
        interner: &Interner,
        external: impl Fn(&str) -> usize,
    ) -> Self {
        install_trap_handler();
        // Definitions, then a jump for each function outside, which may be too
        // far away for a call.
        let mut addresses = HashMap::new();
        let mut size = 0usize;
        for definition in &object.definitions {
            size = size.next_multiple_of(1 << definition.align_log2);
            let old = addresses.insert(definition.name, size);
            assert!(old.is_none(), "{} is defined twice", interner.resolve(definition.name));
            size += definition.size as usize;
        }
        size = size.next_multiple_of(STUB_SIZE);
        let stubs = size;
        let mut outside: Vec<(Symbol, usize)> = Vec::new();
        for relocation in &object.relocations {
            addresses.entry(relocation.target).or_insert_with(|| {
                outside.push((relocation.target, size));
                size += STUB_SIZE;
                size - STUB_SIZE
            });
        }
        let size = size.max(1).next_multiple_of(4096);
        // SAFETY: a new anonymous mapping touches no other memory.
        let memory = unsafe {
            let access = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
            let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            libc::mmap(std::ptr::null_mut(), size, access, kind, -1, 0).cast::<u8>()
        };
        assert_ne!(memory, libc::MAP_FAILED.cast(), "no executable memory");
        // SAFETY: the mapping has this size and nobody else uses it.
        let bytes = unsafe { std::slice::from_raw_parts_mut(memory, size) };
        let base = memory as usize;
        for definition in &object.definitions {
            let offset = addresses[&definition.name];
            let code = object.bytes(definition);
            bytes[offset..offset + code.len()].copy_from_slice(code);
        }
        for (symbol, offset) in outside {
            debug_assert!(offset >= stubs);
            let name = interner.resolve(symbol);
            let target = external(name);
            let stub = &mut bytes[offset..offset + STUB_SIZE];
            if name.starts_with("rt_empty_") {
                // Data: an empty static object with its header, here.
                continue;
            }
            // Panics get the return address as their third argument.
            let load: &[u8] =
                if name.starts_with("rt_panic") { &[0x48, 0x8b, 0x14, 0x24] } else { &[] };
            stub[..load.len()].copy_from_slice(load);
            // jmp [rip]; the address follows.
            stub[load.len()..][..6].copy_from_slice(&[0xff, 0x25, 0, 0, 0, 0]);
            stub[load.len() + 6..][..8].copy_from_slice(&(target as u64).to_le_bytes());
        }
        for definition in &object.definitions {
            let start = addresses[&definition.name];
            for relocation in object.relocations_of(definition) {
                let at = start + relocation.offset as usize;
                let target = (base + addresses[&relocation.target]) as i64 + relocation.addend;
                match relocation.kind {
                    RelocationKind::Absolute64 => {
                        bytes[at..at + 8].copy_from_slice(&target.to_le_bytes());
                    }
                    RelocationKind::Relative32 => {
                        let distance = i32::try_from(target - (base + at) as i64).expect("near");
                        bytes[at..at + 4].copy_from_slice(&distance.to_le_bytes());
                    }
                    other => panic!("{other:?} is not expected from this back end"),
                }
            }
        }
        for address in addresses.values_mut() {
            *address += base;
        }
        let mut functions: Vec<_> = object
            .definitions
            .iter()
            .filter(|definition| definition.kind == Kind::Function)
            .map(|definition| (addresses[&definition.name], definition.clone()))
            .collect();
        functions.sort_by_key(|(start, _)| *start);
        Self { memory, size, addresses, functions, object }
    }

    pub(crate) fn address(&self, symbol: Symbol) -> usize {
        self.addresses[&symbol]
    }

    pub(crate) fn object(&self) -> &CodeObject {
        &self.object
    }

    /// Calls `function` with `args` as the System V ABI says.
    pub(crate) fn call(&self, function: usize, args: &[Arg]) -> Outcome {
        let mut frame = Frame::default();
        let (mut ints, mut floats, mut stack) = (0, 0, Vec::new());
        for arg in args {
            let (is_float, word) = match *arg {
                Arg::Int(word) => (false, word),
                Arg::F64(value) => (true, value.to_bits()),
                // Upper halves are undefined; garbage finds who relies on them.
                Arg::F32(value) => (true, 0xdead_beef_0000_0000 | u64::from(value.to_bits())),
            };
            match is_float {
                true if floats < 8 => {
                    frame.floats[floats] = word;
                    floats += 1;
                }
                false if ints < 6 => {
                    frame.ints[ints] = word;
                    ints += 1;
                }
                _ => stack.push(word),
            }
        }
        frame.stack_len = stack.len() as u64;
        frame.stack = stack.as_ptr() as usize;
        super::runtime::take_panic();
        let outer = CURRENT.with(|current| current.replace(&mut frame));
        // SAFETY: the code was made by the compiler under test for these
        // arguments; what it may call does not unwind.
        unsafe { codegen_test_enter(function, &mut frame) };
        CURRENT.with(|current| current.set(outer));
        if let Some((message, return_address)) = super::runtime::take_panic() {
            let position = self.position(return_address, |kind| kind == PositionKind::Call);
            let (line, column) = position.map_or((0, 0), |p| (p.line, p.column));
            return Outcome::Panicked { message, line, column };
        }
        if frame.trapped_at != 0 {
            let is_trap = |kind| matches!(kind, PositionKind::Trap(_));
            let position = self.position(frame.trapped_at as usize, is_trap);
            let Some(Position { kind: PositionKind::Trap(kind), line, column, .. }) = position
            else {
                panic!("a trap that the tables do not know");
            };
            return Outcome::Trapped { kind, line, column };
        }
        Outcome::Returned(frame.results)
    }

    /// What the tables say of an address.
    fn position(&self, address: usize, wanted: impl Fn(PositionKind) -> bool) -> Option<Position> {
        let after = self.functions.partition_point(|(start, _)| *start <= address);
        let (start, definition) = self.functions.get(after.checked_sub(1)?)?;
        let offset = (address - start) as u32;
        Decoder::new(self.object.positions_of(definition))
            .find(|position| position.offset == offset && wanted(position.kind))
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // SAFETY: it was mapped with this size, and no code in it is running.
        unsafe { libc::munmap(self.memory.cast(), self.size) };
    }
}
