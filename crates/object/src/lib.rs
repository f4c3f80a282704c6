//! Code objects: what back ends yield and linkers and loaders consume.
//!
//! In goes machine code with its relocations, definition by definition; out
//! comes one flat, position-free table of it. Knows nothing of ELF, of MIR or
//! of files. The design is in `docs/design/objects.md`.

pub mod blob;
pub mod positions;
#[cfg(test)]
mod test_objects;
mod view;

use std::ops::Range;

use simple_source::Symbol;

pub use view::{Defect, MAX_ALIGN_LOG2, ObjectView};

/// When in a run a function is needed; decides where it lies in the image.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Default)]
pub enum Phase {
    /// From process entry to the anchor.
    Startup,
    /// From the anchor until the first frame is shown.
    FirstFrame,
    /// While running. What nobody said anything about is here.
    #[default]
    Steady,
    /// Rarely or never: panics, error paths.
    Cold,
}

/// What a definition is, and so which part of the image it goes to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Kind {
    /// Machine code in [`CodeObject::text`].
    Function,
    /// Bytes in [`CodeObject::rodata`], never written.
    ReadOnly,
    /// Bytes in [`CodeObject::data`], writable.
    Data,
    /// Writable zeros; has a size but no bytes.
    Zeroed,
}

/// Who sees a definition and what a second one of the same name means.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Linkage {
    /// Seen everywhere; a second one is an error.
    Global,
    /// Seen everywhere; all of the same name are interchangeable and one is kept.
    Once,
}

/// Facts about a function that end up in the image's tables.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct FunctionFlags {
    /// Code of the standard library: panics are reported at its caller.
    pub library: bool,
    /// Code of the runtime, written in Rust.
    pub runtime: bool,
    /// Split off from its only caller: backtraces show the two as one.
    pub part: bool,
}

/// A function or a datum: the unit of linking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The linker name, unique in the program (unless [`Linkage::Once`]).
    pub name: Symbol,
    /// What people call it, for backtraces and pictures: `geometry.area[i64]`.
    pub display: Symbol,
    /// Which buffer it lies in.
    pub kind: Kind,
    /// Who sees it.
    pub linkage: Linkage,
    /// Offset of the first byte in its buffer; 0 for [`Kind::Zeroed`].
    pub offset: u32,
    /// Size in bytes.
    pub size: u32,
    /// Alignment as a power of two: 4 stands for 16 bytes.
    pub align_log2: u8,
    /// When it is needed.
    pub phase: Phase,
    /// For functions.
    pub flags: FunctionFlags,
    /// Position in the program's natural order, whichever worker compiled it.
    pub order: u64,
    /// Its relocations, a range of [`CodeObject::relocations`].
    pub relocations: Range<u32>,
    /// Its encoded positions, a range of [`CodeObject::positions`].
    pub positions: Range<u32>,
}

/// How to compute the bytes of a reference. `S` is the target's address, `A`
/// the addend, `P` the address of the bytes to change (System V ABI, x86-64
/// supplement 1.0, table 4.10).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum RelocationKind {
    /// 8 bytes, `S + A`.
    Absolute64,
    /// 4 bytes, `S + A - P`, signed.
    Relative32,
    /// 4 bytes, `S + A`, zero-extended.
    Absolute32,
    /// 4 bytes, `S + A`, sign-extended.
    Absolute32Signed,
    /// 8 bytes, `S + A - P`.
    Relative64,
    /// 4 bytes, `G + A - P`, where `G` is the address of a slot with `S` in it.
    /// The linker makes the slot or rewrites the instruction.
    GotRelative32,
}

/// A reference from a definition to a symbol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Relocation {
    /// Offset from the start of the definition.
    pub offset: u32,
    /// How to compute it.
    pub kind: RelocationKind,
    /// What is referred to.
    pub target: Symbol,
    /// `A`.
    pub addend: i64,
}

/// Functions and data that one worker compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeObject {
    /// Machine code.
    pub text: Vec<u8>,
    /// Read-only data.
    pub rodata: Vec<u8>,
    /// Writable data.
    pub data: Vec<u8>,
    /// What is in them.
    pub definitions: Vec<Definition>,
    /// All references, grouped by definition.
    pub relocations: Vec<Relocation>,
    /// All encoded positions, grouped by definition; see [`positions`].
    pub positions: Vec<u8>,
}

impl CodeObject {
    /// The bytes of `definition`; empty for zeroed data.
    pub fn bytes(&self, definition: &Definition) -> &[u8] {
        self.view().bytes(definition)
    }

    /// The relocations of `definition`.
    pub fn relocations_of(&self, definition: &Definition) -> &[Relocation] {
        self.view().relocations_of(definition)
    }

    /// The encoded positions of `definition`.
    pub fn positions_of(&self, definition: &Definition) -> &[u8] {
        self.view().positions_of(definition)
    }
}
