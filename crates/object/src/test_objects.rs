//! Code objects to test with.

use proptest::prelude::*;
use simple_source::Interner;

use crate::{
    CodeObject, Definition, FunctionFlags, Kind, Linkage, Phase, Relocation, RelocationKind,
};

/// An object with one definition of each kind; `text` refers to `data`, and
/// `data` to a symbol that is not defined.
pub(crate) fn sample(interner: &Interner) -> CodeObject {
    let definition = |name: &str, kind, size, relocations, positions| Definition {
        name: interner.intern(name),
        display: interner.intern(&format!("display of {name}")),
        kind,
        linkage: Linkage::Global,
        offset: 0,
        size,
        align_log2: 4,
        phase: Phase::Cold,
        flags: FunctionFlags { library: true, runtime: false, part: false },
        order: 1 << 40,
        relocations,
        positions,
    };
    CodeObject {
        text: vec![0xe8, 0, 0, 0, 0, 0xc3],
        rodata: b"constant".to_vec(),
        data: vec![7; 16],
        definitions: vec![
            definition("text", Kind::Function, 6, 0..1, 0..4),
            definition("rodata", Kind::ReadOnly, 8, 2..2, 4..4),
            definition("data", Kind::Data, 16, 1..2, 4..4),
            definition("zeroed", Kind::Zeroed, 1 << 30, 2..2, 4..4),
        ],
        relocations: vec![
            Relocation {
                offset: 1,
                kind: RelocationKind::Relative32,
                target: interner.intern("data"),
                addend: -4,
            },
            Relocation {
                offset: 8,
                kind: RelocationKind::Absolute64,
                target: interner.intern("elsewhere"),
                addend: i64::MIN,
            },
        ],
        positions: vec![1, 2, 3, 4],
    }
}

/// How to build a random well-formed object; symbols are numbers until then.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    definitions: Vec<DefinitionRecipe>,
}

#[derive(Clone, Debug)]
struct DefinitionRecipe {
    bytes: Vec<u8>,
    kind: u8,
    once: bool,
    order: u64,
    /// Code of the relocation's kind, target, addend.
    references: Vec<(u8, u8, i64)>,
}

/// Any [`Recipe`].
pub(crate) fn arbitrary() -> impl Strategy<Value = Recipe> {
    let relocation = (0u8..6, any::<u8>(), any::<i64>());
    let definition = (
        prop::collection::vec(any::<u8>(), 0..24),
        0u8..4,
        any::<bool>(),
        any::<u64>(),
        prop::collection::vec(relocation, 0..4),
    )
        .prop_map(|(bytes, kind, once, order, references)| DefinitionRecipe {
            bytes,
            kind,
            once,
            order,
            references,
        });
    prop::collection::vec(definition, 0..8).prop_map(|definitions| Recipe { definitions })
}

impl Recipe {
    pub(crate) fn build(&self, interner: &Interner) -> CodeObject {
        let mut object = CodeObject::default();
        for (number, recipe) in self.definitions.iter().enumerate() {
            let DefinitionRecipe { bytes, kind, once, order, references } = recipe;
            let (kind, offset) = match kind {
                0 => (Kind::Function, object.text.len()),
                1 => (Kind::ReadOnly, object.rodata.len()),
                2 => (Kind::Data, object.data.len()),
                _ => (Kind::Zeroed, 0),
            };
            match kind {
                Kind::Function => object.text.extend_from_slice(bytes),
                Kind::ReadOnly => object.rodata.extend_from_slice(bytes),
                Kind::Data => object.data.extend_from_slice(bytes),
                Kind::Zeroed => (),
            }
            let first = object.relocations.len() as u32;
            if kind != Kind::Zeroed && bytes.len() >= 8 {
                for (code, target, addend) in references {
                    object.relocations.push(Relocation {
                        offset: u32::from(*target) % (bytes.len() as u32 - 7),
                        kind: [
                            RelocationKind::Absolute64,
                            RelocationKind::Relative32,
                            RelocationKind::Absolute32,
                            RelocationKind::Absolute32Signed,
                            RelocationKind::Relative64,
                            RelocationKind::GotRelative32,
                        ][*code as usize],
                        target: interner.intern(&format!("f{}", target % 12)),
                        addend: *addend,
                    });
                }
            }
            object.definitions.push(Definition {
                name: interner.intern(&format!("f{number}")),
                display: interner.intern(&format!("function {number}")),
                kind,
                linkage: if *once { Linkage::Once } else { Linkage::Global },
                offset: offset as u32,
                size: bytes.len() as u32,
                align_log2: bytes.len() as u8 % 5,
                phase: [Phase::Startup, Phase::FirstFrame, Phase::Steady, Phase::Cold]
                    [*order as usize % 4],
                flags: FunctionFlags { library: *once, runtime: !*once, part: !*once },
                order: *order,
                relocations: first..object.relocations.len() as u32,
                positions: 0..0,
            });
        }
        object
    }
}
