//! From bytes to a code object, or to the part of one that is needed.

use std::ops::Range;

use simple_source::interner::{Interner, Symbol};

use super::{
    BlobError, COUNTS, DEFINITION_SIZE, HEADER_SIZE, MAGIC, RELOCATION_SIZE, SYMBOL_SIZE,
    UNDEFINED, VERSION,
};
use crate::{
    CodeObject, Definition, FunctionFlags, Kind, Linkage, ObjectView, Phase, Relocation,
    RelocationKind,
};

/// A serialised code object, read in place.
#[derive(Clone, Copy, Debug)]
pub struct Blob<'a> {
    symbols: &'a [[u8; SYMBOL_SIZE]],
    definitions: &'a [[u8; DEFINITION_SIZE]],
    relocations: &'a [[u8; RELOCATION_SIZE]],
    names: &'a [u8],
    text: &'a [u8],
    rodata: &'a [u8],
    data: &'a [u8],
    positions: &'a [u8],
}

/// The part of a [`Blob`] that was asked for. Code and data stay in the blob.
#[derive(Clone, Debug)]
pub struct Selection<'a> {
    blob: Blob<'a>,
    definitions: Vec<Definition>,
    relocations: Vec<Relocation>,
}

impl Selection<'_> {
    /// The selected definitions as a code object.
    pub fn view(&self) -> ObjectView<'_> {
        ObjectView {
            text: self.blob.text,
            rodata: self.blob.rodata,
            data: self.blob.data,
            definitions: &self.definitions,
            relocations: &self.relocations,
            positions: self.blob.positions,
        }
    }
}

/// How many definitions may share their relocations on average, as the aliases
/// of one function do. Bounds the work that a damaged blob can ask for.
const MAX_SHARING: usize = 16;

/// A record's number in the symbol table of its blob.
#[derive(Clone, Copy)]
struct SymbolNumber(u32);

impl<'a> Blob<'a> {
    /// Opens a blob. Costs the same for one of any size: records are checked
    /// when they are read.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, BlobError> {
        if !bytes.starts_with(&MAGIC) {
            return Err(BlobError::Magic);
        }
        let (header, mut rest) = bytes
            .split_first_chunk::<HEADER_SIZE>()
            .ok_or(BlobError::Length { found: bytes.len() as u64, expected: HEADER_SIZE as u64 })?;
        let found = u32_at(header, 8);
        if found != VERSION {
            return Err(BlobError::Version { found });
        }
        let counts: [u64; COUNTS] = std::array::from_fn(|i| u64::from(u32_at(header, 12 + 4 * i)));
        let record_sizes = [SYMBOL_SIZE, DEFINITION_SIZE, RELOCATION_SIZE, 1, 1, 1, 1, 1];
        // Eight products of 32 bits by at most 48 do not overflow 64 bits.
        let expected = HEADER_SIZE as u64
            + counts.iter().zip(record_sizes).map(|(count, size)| count * size as u64).sum::<u64>();
        if expected != bytes.len() as u64 {
            return Err(BlobError::Length { found: bytes.len() as u64, expected });
        }
        let mut parts = counts.iter().zip(record_sizes).map(|(count, size)| {
            let (part, after) = rest.split_at(*count as usize * size);
            rest = after;
            part
        });
        let mut part = || parts.next().expect("there are eight parts and eight calls");
        Ok(Self {
            symbols: part().as_chunks().0,
            definitions: part().as_chunks().0,
            relocations: part().as_chunks().0,
            names: part(),
            text: part(),
            rodata: part(),
            data: part(),
            positions: part(),
        })
    }

    /// The definitions called `roots` and all that they need, transitively.
    /// Names that the blob does not define are passed over: whoever links
    /// will miss them and can say who asked.
    pub fn select<'n>(
        &self,
        roots: impl IntoIterator<Item = &'n str>,
        interner: &Interner,
    ) -> Result<Selection<'a>, BlobError> {
        let mut reached = vec![false; self.definitions.len()];
        let mut pending = Vec::new();
        let mut reach = |number: SymbolNumber, pending: &mut Vec<u32>| {
            let definition = u32_at(self.symbol(number)?, 8);
            if definition == UNDEFINED {
                return Ok(());
            }
            let mark = reached
                .get_mut(definition as usize)
                .ok_or(BlobError::Damaged("definition of a symbol"))?;
            if !std::mem::replace(mark, true) {
                pending.push(definition);
            }
            Ok(())
        };
        for root in roots {
            if let Some(number) = self.find(root)? {
                reach(number, &mut pending)?;
            }
        }
        let mut allowed = self.relocations.len() * MAX_SHARING;
        while let Some(definition) = pending.pop() {
            let record = &self.definitions[definition as usize];
            let relocations = self.relocation_records(relocation_range(record))?;
            allowed = allowed
                .checked_sub(relocations.len())
                .ok_or(BlobError::Damaged("ranges of relocations"))?;
            for relocation in relocations {
                reach(SymbolNumber(u32_at(relocation, 4)), &mut pending)?;
            }
        }

        let mut symbols = Symbols::new(self, interner);
        let mut definitions = Vec::new();
        let mut relocations = Vec::new();
        for (record, _) in self.definitions.iter().zip(&reached).filter(|(_, reached)| **reached) {
            let mut definition = self.definition(record, &mut symbols)?;
            let start = relocations.len() as u32;
            for relocation in self.relocation_records(definition.relocations)? {
                relocations.push(self.relocation(relocation, &mut symbols)?);
            }
            definition.relocations = start..relocations.len() as u32;
            definitions.push(definition);
        }
        Ok(Selection { blob: *self, definitions, relocations })
    }

    /// The whole object.
    pub fn to_object(&self, interner: &Interner) -> Result<CodeObject, BlobError> {
        let mut symbols = Symbols::new(self, interner);
        let definitions: Result<_, _> =
            self.definitions.iter().map(|record| self.definition(record, &mut symbols)).collect();
        let relocations: Result<_, _> =
            self.relocations.iter().map(|record| self.relocation(record, &mut symbols)).collect();
        Ok(CodeObject {
            text: self.text.to_vec(),
            rodata: self.rodata.to_vec(),
            data: self.data.to_vec(),
            definitions: definitions?,
            relocations: relocations?,
            positions: self.positions.to_vec(),
        })
    }

    /// The names of all definitions, in the order of the object.
    pub fn defined_names(&self) -> impl Iterator<Item = Result<&'a str, BlobError>> {
        let blob = *self;
        self.definitions.iter().map(move |record| blob.name(SymbolNumber(u32_at(record, 0))))
    }

    fn symbol(&self, number: SymbolNumber) -> Result<&'a [u8; SYMBOL_SIZE], BlobError> {
        self.symbols.get(number.0 as usize).ok_or(BlobError::Damaged("symbol number"))
    }

    fn name_bytes(&self, record: &[u8; SYMBOL_SIZE]) -> Result<&'a [u8], BlobError> {
        let (offset, length) = (u32_at(record, 0) as usize, u32_at(record, 4) as usize);
        let rest = self.names.get(offset..).ok_or(BlobError::Damaged("name"))?;
        rest.get(..length).ok_or(BlobError::Damaged("name"))
    }

    fn name(&self, number: SymbolNumber) -> Result<&'a str, BlobError> {
        let bytes = self.name_bytes(self.symbol(number)?)?;
        std::str::from_utf8(bytes).map_err(|_| BlobError::Damaged("name"))
    }

    /// Finds a symbol in the sorted table. In a damaged table it may be missed.
    fn find(&self, name: &str) -> Result<Option<SymbolNumber>, BlobError> {
        let mut range = 0..self.symbols.len();
        while !range.is_empty() {
            let middle = range.start + range.len() / 2;
            match self.name_bytes(&self.symbols[middle])?.cmp(name.as_bytes()) {
                std::cmp::Ordering::Equal => return Ok(Some(SymbolNumber(middle as u32))),
                std::cmp::Ordering::Less => range.start = middle + 1,
                std::cmp::Ordering::Greater => range.end = middle,
            }
        }
        Ok(None)
    }

    fn relocation_records(
        &self,
        range: Range<u32>,
    ) -> Result<&'a [[u8; RELOCATION_SIZE]], BlobError> {
        self.relocations
            .get(range.start as usize..range.end as usize)
            .ok_or(BlobError::Damaged("range of relocations"))
    }

    fn definition(
        &self,
        record: &[u8; DEFINITION_SIZE],
        symbols: &mut Symbols<'_>,
    ) -> Result<Definition, BlobError> {
        let [kind, linkage, align_log2, phase, flags] =
            *record[40..].first_chunk().expect("a record has 48 bytes");
        let definition = Definition {
            name: symbols.get(SymbolNumber(u32_at(record, 0)))?,
            display: symbols.get(SymbolNumber(u32_at(record, 4)))?,
            kind: match kind {
                0 => Kind::Function,
                1 => Kind::ReadOnly,
                2 => Kind::Data,
                3 => Kind::Zeroed,
                _ => return Err(BlobError::Damaged("kind of definition")),
            },
            linkage: match linkage {
                0 => Linkage::Global,
                1 => Linkage::Once,
                _ => return Err(BlobError::Damaged("linkage")),
            },
            offset: u32_at(record, 8),
            size: u32_at(record, 12),
            align_log2,
            phase: match phase {
                0 => Phase::Startup,
                1 => Phase::FirstFrame,
                2 => Phase::Steady,
                3 => Phase::Cold,
                _ => return Err(BlobError::Damaged("phase")),
            },
            flags: FunctionFlags {
                library: flags & 1 != 0,
                runtime: flags & 2 != 0,
                part: flags & 4 != 0,
            },
            order: u64::from(u32_at(record, 16)) | u64::from(u32_at(record, 20)) << 32,
            relocations: relocation_range(record),
            positions: u32_at(record, 32)..u32_at(record, 36),
        };
        Ok(definition)
    }

    fn relocation(
        &self,
        record: &[u8; RELOCATION_SIZE],
        symbols: &mut Symbols<'_>,
    ) -> Result<Relocation, BlobError> {
        Ok(Relocation {
            offset: u32_at(record, 0),
            target: symbols.get(SymbolNumber(u32_at(record, 4)))?,
            addend: (u64::from(u32_at(record, 8)) | u64::from(u32_at(record, 12)) << 32) as i64,
            kind: match record[16] {
                0 => RelocationKind::Absolute64,
                1 => RelocationKind::Relative32,
                2 => RelocationKind::Absolute32,
                3 => RelocationKind::Absolute32Signed,
                4 => RelocationKind::Relative64,
                5 => RelocationKind::GotRelative32,
                _ => return Err(BlobError::Damaged("kind of relocation")),
            },
        })
    }
}

/// Session symbols of a blob's symbols, each interned when first asked for.
struct Symbols<'b> {
    blob: &'b Blob<'b>,
    interner: &'b Interner,
    interned: Vec<Option<Symbol>>,
}

impl<'b> Symbols<'b> {
    fn new(blob: &'b Blob<'b>, interner: &'b Interner) -> Self {
        Self { blob, interner, interned: vec![None; blob.symbols.len()] }
    }

    fn get(&mut self, number: SymbolNumber) -> Result<Symbol, BlobError> {
        if let Some(Some(symbol)) = self.interned.get(number.0 as usize) {
            return Ok(*symbol);
        }
        let symbol = self.interner.intern(self.blob.name(number)?);
        self.interned[number.0 as usize] = Some(symbol);
        Ok(symbol)
    }
}

fn relocation_range(record: &[u8; DEFINITION_SIZE]) -> Range<u32> {
    u32_at(record, 24)..u32_at(record, 28)
}

/// The number at byte `offset` of a record, which the caller keeps inside it.
fn u32_at<const SIZE: usize>(record: &[u8; SIZE], offset: usize) -> u32 {
    let bytes = record[offset..].first_chunk().expect("offsets are constants within the record");
    u32::from_le_bytes(*bytes)
}
