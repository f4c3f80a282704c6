//! Code objects made by hand, and the programs that several tests link.

// Each test binary uses its part.
#![allow(dead_code)]

use simple_link::{Input, LinkError, Options};
use simple_object::positions::{Encoder, Position};
use simple_object::{
    CodeObject, Definition, FunctionFlags, Kind, Linkage, Phase, Relocation, RelocationKind,
};
use simple_source::Interner;

/// Collects definitions; `order` rises from one to the next.
pub(crate) struct Assembler<'i> {
    pub(crate) interner: &'i Interner,
    pub(crate) object: CodeObject,
    order: u64,
}

/// Machine code or data with holes to fill.
#[derive(Clone, Default)]
pub(crate) struct Code {
    pub(crate) bytes: Vec<u8>,
    pub(crate) references: Vec<(u32, RelocationKind, String, i64)>,
}

impl Code {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// A field that refers to `target`.
    pub(crate) fn reference(mut self, kind: RelocationKind, target: &str, addend: i64) -> Self {
        self.references.push((self.bytes.len() as u32, kind, target.to_owned(), addend));
        self.bytes.resize(self.bytes.len() + kind.width(), 0);
        self
    }

    /// `call target`
    pub(crate) fn call(self, target: &str) -> Self {
        self.bytes(&[0xe8]).reference(RelocationKind::Relative32, target, -4)
    }

    /// `lea rsi, [rip + target]`
    pub(crate) fn lea_rsi(self, target: &str) -> Self {
        self.bytes(&[0x48, 0x8d, 0x35]).reference(RelocationKind::Relative32, target, -4)
    }

    /// `mov edi, status; mov eax, 231; syscall`: ends the process.
    pub(crate) fn exit(self, status: u8) -> Self {
        self.bytes(&[0xbf, status, 0, 0, 0, 0xb8, 231, 0, 0, 0, 0x0f, 0x05])
    }

    /// Writes `length` bytes from `target` to standard output.
    pub(crate) fn print(self, target: &str, length: u8) -> Self {
        self.lea_rsi(target)
            .bytes(&[0xb8, 1, 0, 0, 0, 0xbf, 1, 0, 0, 0])
            .bytes(&[0xba, length, 0, 0, 0, 0x0f, 0x05])
    }

    /// `push rbp; mov rbp, rsp`
    pub(crate) fn enter(self) -> Self {
        self.bytes(&[0x55, 0x48, 0x89, 0xe5])
    }

    /// `pop rbp; ret`
    pub(crate) fn leave(self) -> Self {
        self.bytes(&[0x5d, 0xc3])
    }
}

impl<'i> Assembler<'i> {
    pub(crate) fn new(interner: &'i Interner) -> Self {
        Self { interner, object: CodeObject::default(), order: 0 }
    }

    /// Adds a definition and returns it for changes.
    pub(crate) fn define(&mut self, name: &str, kind: Kind, code: Code) -> &mut Definition {
        let object = &mut self.object;
        let buffer = match kind {
            Kind::Function => &mut object.text,
            Kind::ReadOnly => &mut object.rodata,
            Kind::Data => &mut object.data,
            Kind::Zeroed => panic!("zeroed data has no bytes"),
        };
        let offset = buffer.len() as u32;
        buffer.extend_from_slice(&code.bytes);
        let start = object.relocations.len() as u32;
        for (offset, kind, target, addend) in code.references {
            let target = self.interner.intern(&target);
            object.relocations.push(Relocation { offset, kind, target, addend });
        }
        let relocations = start..object.relocations.len() as u32;
        self.push(name, kind, offset, code.bytes.len() as u32, relocations)
    }

    pub(crate) fn function(&mut self, name: &str, code: Code) -> &mut Definition {
        self.define(name, Kind::Function, code)
    }

    pub(crate) fn zeroed(&mut self, name: &str, size: u32) -> &mut Definition {
        self.push(name, Kind::Zeroed, 0, size, 0..0)
    }

    /// A function with positions, which begins in file 0 at `line`.
    pub(crate) fn function_at(
        &mut self,
        name: &str,
        line: u32,
        code: Code,
        positions: &[Position],
    ) {
        let start = self.object.positions.len() as u32;
        let mut encoder = Encoder::new(&mut self.object.positions, 0, line);
        positions.iter().for_each(|position| encoder.push(*position));
        let end = self.object.positions.len() as u32;
        self.function(name, code).positions = start..end;
    }

    fn push(
        &mut self,
        name: &str,
        kind: Kind,
        offset: u32,
        size: u32,
        relocations: std::ops::Range<u32>,
    ) -> &mut Definition {
        self.order += 1;
        self.object.definitions.push(Definition {
            name: self.interner.intern(name),
            display: self.interner.intern(&format!("the {name}")),
            kind,
            linkage: Linkage::Global,
            offset,
            size,
            align_log2: if kind == Kind::Function { 4 } else { 3 },
            phase: Phase::Steady,
            flags: FunctionFlags::default(),
            order: self.order,
            relocations,
            positions: 0..0,
        });
        self.object.definitions.last_mut().expect("one was pushed")
    }

    pub(crate) fn link(&self, options: &Options<'_>) -> Result<Vec<u8>, LinkError> {
        let objects = [self.object.view()];
        let input = Input { objects: &objects, runtime: None, interner: self.interner };
        simple_link::link(&input, options)
    }
}

/// Prints `hello` from code, data, zeroed data and through a table slot, so
/// that every segment is needed. Ends with status 7.
pub(crate) fn hello(interner: &Interner) -> Assembler<'_> {
    let mut assembler = Assembler::new(interner);
    let start = Code::new()
        .print("greeting", 6)
        // mov rax, [rip + counter@GOT]; inc dword [rax]
        .bytes(&[0x48, 0x8b, 0x05])
        .reference(RelocationKind::GotRelative32, "counter", -4)
        .bytes(&[0xff, 0x00])
        // inc dword [rip + buffer]
        .bytes(&[0xff, 0x05])
        .reference(RelocationKind::Relative32, "buffer", -4)
        .call("finish");
    assembler.function("_start", start);
    // mov edi, [counter]; add edi, [rip + buffer]; mov eax, 231; syscall
    let finish = Code::new()
        .bytes(&[0x8b, 0x3c, 0x25])
        .reference(RelocationKind::Absolute32Signed, "counter", 0)
        .bytes(&[0x03, 0x3d])
        .reference(RelocationKind::Relative32, "buffer", -4)
        .bytes(&[0xb8, 231, 0, 0, 0, 0x0f, 0x05]);
    assembler.function("finish", finish);
    assembler.function("never called", Code::new().call("missing"));
    assembler.define("greeting", Kind::ReadOnly, Code::new().bytes(b"hello\n"));
    assembler.define("counter", Kind::Data, Code::new().bytes(&5u32.to_le_bytes()));
    assembler.zeroed("buffer", 64);
    assembler
}
