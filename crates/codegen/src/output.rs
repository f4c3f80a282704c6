//! The code object that a worker fills, and the data that it makes itself.

use simple_mir::{
    CAP_OFFSET, CLOSURE_CODE_OFFSET, DATA_OFFSET, Function, LEN_OFFSET, VTABLE_METHODS_OFFSET,
};
use simple_object::{
    CodeObject, Definition, FunctionFlags, Kind, Linkage, Phase, Relocation, RelocationKind,
};
use simple_source::interner::FxHashSet;
use simple_source::{Symbol, sym};

use crate::{OptLevel, Program, names};

/// The object of one worker.
pub(crate) struct Output<'a> {
    program: Program<'a>,
    object: CodeObject,
    /// Definitions with [`Linkage::Once`] that the object has already.
    once: FxHashSet<Symbol>,
}

/// What a function's definition says besides its bytes.
pub(crate) struct FunctionInfo {
    pub(crate) name: Symbol,
    pub(crate) display: Symbol,
    pub(crate) linkage: Linkage,
    pub(crate) align_log2: u8,
    pub(crate) phase: Phase,
    pub(crate) flags: FunctionFlags,
    pub(crate) order: u64,
}

/// Code begins at multiples of 16 where speed counts: what processors fetch.
pub(crate) const FAST_ALIGN_LOG2: u8 = 4;

impl FunctionInfo {
    /// What the definition of a function of the program says, compiled with
    /// that effort.
    pub(crate) fn of(function: &Function, level: OptLevel, order: u64) -> Self {
        let attributes = &function.attributes;
        Self {
            name: function.name,
            display: function.display,
            linkage: Linkage::Global,
            align_log2: match level {
                OptLevel::Size => 0,
                OptLevel::None | OptLevel::Less | OptLevel::Speed => FAST_ALIGN_LOG2,
            },
            phase: attributes.effective_phase(),
            flags: FunctionFlags {
                library: attributes.library,
                runtime: false,
                part: attributes.part,
            },
            order,
        }
    }
}

impl<'a> Output<'a> {
    pub(crate) fn new(program: Program<'a>) -> Self {
        Self { program, object: CodeObject::default(), once: FxHashSet::default() }
    }

    pub(crate) fn take(&mut self) -> CodeObject {
        self.once.clear();
        std::mem::take(&mut self.object)
    }

    /// Whether `name` has to be defined: true once for each object.
    pub(crate) fn first_use(&mut self, name: Symbol) -> bool {
        self.once.insert(name)
    }

    /// Appends a function. The callbacks add its relocations and positions.
    pub(crate) fn function(
        &mut self,
        info: FunctionInfo,
        code: &[u8],
        relocations: impl FnOnce(&mut Vec<Relocation>),
        positions: impl FnOnce(&mut Vec<u8>),
    ) {
        let object = &mut self.object;
        let offset = object.text.len() as u32;
        object.text.extend_from_slice(code);
        let first_relocation = object.relocations.len() as u32;
        relocations(&mut object.relocations);
        let first_position = object.positions.len() as u32;
        positions(&mut object.positions);
        object.definitions.push(Definition {
            name: info.name,
            display: info.display,
            kind: Kind::Function,
            linkage: info.linkage,
            offset,
            size: code.len() as u32,
            align_log2: info.align_log2,
            phase: info.phase,
            flags: info.flags,
            order: info.order,
            relocations: first_relocation..object.relocations.len() as u32,
            positions: first_position..object.positions.len() as u32,
        });
    }

    /// The static object of the literal `text`.
    pub(crate) fn text(&mut self, text: Symbol) -> Symbol {
        let interner = self.program.interner;
        let name = names::text(interner, text);
        if self.first_use(name) {
            let bytes = interner.resolve(text).as_bytes();
            let mut object = static_header(DATA_OFFSET as usize + bytes.len());
            put(&mut object, LEN_OFFSET, bytes.len() as u64);
            put(&mut object, CAP_OFFSET, bytes.len() as u64);
            object[DATA_OFFSET as usize..].copy_from_slice(bytes);
            self.constant(
                name,
                Linkage::Once,
                names::order_of(interner.resolve(name)),
                &object,
                [],
            );
        }
        name
    }

    /// The static closure called `name` whose code is `code`.
    pub(crate) fn static_closure(&mut self, name: Symbol, code: Symbol) -> Symbol {
        if self.first_use(name) {
            let order = names::order_of(self.program.interner.resolve(name));
            let object = static_header(DATA_OFFSET as usize);
            let code = [(CLOSURE_CODE_OFFSET, code)];
            self.constant(name, Linkage::Once, order, &object, code);
        }
        name
    }

    /// The vtables and variables of the program.
    pub(crate) fn program_data(&mut self, order: u64) {
        let module = self.program.module;
        let mut order = order..;
        for vtable in &module.vtables {
            let function = |id| module.functions[id].name;
            let methods = vtable.methods.iter().map(|id| function(*id));
            let words = [function(vtable.drop), function(vtable.clone)].into_iter().chain(methods);
            let words: Vec<_> = words.enumerate().map(|(i, name)| (i as u32 * 8, name)).collect();
            debug_assert_eq!(
                words.len() * 8,
                VTABLE_METHODS_OFFSET as usize + vtable.methods.len() * 8
            );
            let bytes = vec![0; words.len() * 8];
            let order = order.next().expect("an endless range");
            self.constant(vtable.name, Linkage::Global, order, &bytes, words);
        }
        for global in &module.globals {
            let layout = self.program.types.layout(global.ty);
            let relocations = self.object.relocations.len() as u32;
            let positions = self.object.positions.len() as u32;
            self.object.definitions.push(Definition {
                name: global.name,
                display: global.name,
                kind: Kind::Zeroed,
                linkage: Linkage::Global,
                offset: 0,
                size: layout.size,
                align_log2: layout.align.trailing_zeros() as u8,
                phase: Phase::default(),
                flags: FunctionFlags::default(),
                order: order.next().expect("an endless range"),
                relocations: relocations..relocations,
                positions: positions..positions,
            });
        }
    }

    /// Appends 8-aligned read-only bytes with addresses of `targets` in them.
    fn constant(
        &mut self,
        name: Symbol,
        linkage: Linkage,
        order: u64,
        bytes: &[u8],
        targets: impl IntoIterator<Item = (u32, Symbol)>,
    ) {
        let object = &mut self.object;
        // The buffer is not aligned for its own sake, but a reader may look at
        // an object's words where they lie.
        object.rodata.resize(object.rodata.len().next_multiple_of(8), 0);
        let offset = object.rodata.len() as u32;
        object.rodata.extend_from_slice(bytes);
        let first_relocation = object.relocations.len() as u32;
        object.relocations.extend(targets.into_iter().map(|(offset, target)| Relocation {
            offset,
            kind: RelocationKind::Absolute64,
            target,
            addend: 0,
        }));
        let positions = object.positions.len() as u32;
        object.definitions.push(Definition {
            name,
            // Literals are no names that anybody looks for.
            display: if linkage == Linkage::Once { sym::EMPTY } else { name },
            kind: Kind::ReadOnly,
            linkage,
            offset,
            size: bytes.len() as u32,
            align_log2: 3,
            phase: Phase::default(),
            flags: FunctionFlags::default(),
            order,
            relocations: first_relocation..object.relocations.len() as u32,
            positions: positions..positions,
        });
    }
}

/// `size` zero bytes: the header of a static object is a count of 0.
fn static_header(size: usize) -> Vec<u8> {
    vec![0; size]
}

fn put(bytes: &mut [u8], offset: u32, word: u64) {
    bytes[offset as usize..][..8].copy_from_slice(&word.to_le_bytes());
}
