//! From a code object to bytes.

use simple_source::interner::{FxHashMap, Interner, Symbol};

use super::{BlobError, MAGIC, UNDEFINED, VERSION};
use crate::{CodeObject, Definition, FunctionFlags, Kind, Linkage, Phase, RelocationKind};

/// The blob of `object`. Equal objects give equal bytes, whatever the numbers
/// of their symbols.
///
/// If several definitions have one name, [`super::Blob::select`] will find the
/// global one, else the first.
pub fn write(object: &CodeObject, interner: &Interner) -> Result<Vec<u8>, BlobError> {
    let symbols = SymbolTable::collect(object, interner);
    let names: usize = symbols.sorted.iter().map(|s| interner.resolve(*s).len()).sum();
    let counts = [
        symbols.sorted.len(),
        object.definitions.len(),
        object.relocations.len(),
        names,
        object.text.len(),
        object.rodata.len(),
        object.data.len(),
        object.positions.len(),
    ];
    let mut out = Vec::new();
    out.extend_from_slice(&MAGIC);
    push(&mut out, VERSION);
    for count in counts {
        push(&mut out, u32::try_from(count).map_err(|_| BlobError::TooLarge)?);
    }

    let mut name_offset = 0;
    for symbol in &symbols.sorted {
        let length = interner.resolve(*symbol).len() as u32;
        push(&mut out, name_offset);
        push(&mut out, length);
        push(&mut out, symbols.definitions.get(symbol).copied().unwrap_or(UNDEFINED));
        name_offset += length;
    }
    for definition in &object.definitions {
        write_definition(&mut out, definition, &symbols);
    }
    for relocation in &object.relocations {
        push(&mut out, relocation.offset);
        push(&mut out, symbols.numbers[&relocation.target]);
        out.extend_from_slice(&relocation.addend.to_le_bytes());
        out.push(relocation_code(relocation.kind));
    }
    for symbol in &symbols.sorted {
        out.extend_from_slice(interner.resolve(*symbol).as_bytes());
    }
    for buffer in [&object.text, &object.rodata, &object.data, &object.positions] {
        out.extend_from_slice(buffer);
    }
    Ok(out)
}

/// All symbols of an object, numbered by rising text.
struct SymbolTable {
    sorted: Vec<Symbol>,
    numbers: FxHashMap<Symbol, u32>,
    /// Which definition each defined symbol means.
    definitions: FxHashMap<Symbol, u32>,
}

impl SymbolTable {
    fn collect(object: &CodeObject, interner: &Interner) -> Self {
        let mut sorted: Vec<Symbol> = object
            .definitions
            .iter()
            .flat_map(|d| [d.name, d.display])
            .chain(object.relocations.iter().map(|r| r.target))
            .collect();
        sorted.sort_unstable_by_key(|symbol| symbol.raw());
        sorted.dedup();
        sorted.sort_unstable_by_key(|symbol| interner.resolve(*symbol));
        let numbers = sorted.iter().enumerate().map(|(i, s)| (*s, i as u32)).collect();
        let mut definitions = FxHashMap::default();
        for (number, definition) in object.definitions.iter().enumerate() {
            let chosen = definitions.entry(definition.name).or_insert(number as u32);
            if definition.linkage == Linkage::Global
                && object.definitions[*chosen as usize].linkage == Linkage::Once
            {
                *chosen = number as u32;
            }
        }
        Self { sorted, numbers, definitions }
    }
}

fn write_definition(out: &mut Vec<u8>, definition: &Definition, symbols: &SymbolTable) {
    push(out, symbols.numbers[&definition.name]);
    push(out, symbols.numbers[&definition.display]);
    push(out, definition.offset);
    push(out, definition.size);
    out.extend_from_slice(&definition.order.to_le_bytes());
    push(out, definition.relocations.start);
    push(out, definition.relocations.end);
    push(out, definition.positions.start);
    push(out, definition.positions.end);
    out.push(match definition.kind {
        Kind::Function => 0,
        Kind::ReadOnly => 1,
        Kind::Data => 2,
        Kind::Zeroed => 3,
    });
    out.push(match definition.linkage {
        Linkage::Global => 0,
        Linkage::Once => 1,
    });
    out.push(definition.align_log2);
    out.push(match definition.phase {
        Phase::Startup => 0,
        Phase::FirstFrame => 1,
        Phase::Steady => 2,
        Phase::Cold => 3,
    });
    let FunctionFlags { library, runtime, part } = definition.flags;
    out.push(u8::from(library) | u8::from(runtime) << 1 | u8::from(part) << 2);
    out.extend_from_slice(&[0; 3]);
}

fn relocation_code(kind: RelocationKind) -> u8 {
    match kind {
        RelocationKind::Absolute64 => 0,
        RelocationKind::Relative32 => 1,
        RelocationKind::Absolute32 => 2,
        RelocationKind::Absolute32Signed => 3,
        RelocationKind::Relative64 => 4,
        RelocationKind::GotRelative32 => 5,
    }
}

fn push(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}
