//! The symbol table: names and addresses for debuggers and profilers.

use object::elf::{STB_GLOBAL, STT_FUNC, STT_OBJECT, Sym64, SymbolInfo, SymbolSection};
use object::{LittleEndian as LE, U16, U32, U64, pod};
use rayon::prelude::*;

use crate::fill::Image;
use crate::order::SectionKind;
use crate::program::DefinitionId;
use crate::{IMAGE_SYMBOL, ITEMS_PER_TASK};

use super::headers::SYMBOL_SIZE;
use super::write::section_index;

/// Names that begin so are of no interest to anyone, as for assemblers.
const LOCAL_PREFIX: &str = ".L";

/// The symbols of an image by rising address.
pub(super) struct SymbolTable<'a> {
    rows: Vec<Row<'a>>,
    strings_size: u64,
}

struct Row<'a> {
    name: &'a str,
    /// Where its name begins.
    name_at: u64,
    meaning: Meaning,
}

enum Meaning {
    Definition(DefinitionId),
    Image,
}

impl<'a> SymbolTable<'a> {
    pub(super) fn collect(image: &Image<'a>) -> Self {
        let definitions = image.layout.definitions.iter().map(|id| {
            // A name ends at a NUL, which the linker's names do not have.
            let name = image.program.name(*id);
            (name.split('\0').next().unwrap_or(name), Meaning::Definition(*id))
        });
        let tables = image.tables.as_ref().map(|_| (IMAGE_SYMBOL, Meaning::Image));
        let mut strings_size = 1;
        let row = |(name, meaning): (&'a str, Meaning)| {
            let name_at = strings_size;
            strings_size += name.len() as u64 + 1;
            Row { name, name_at, meaning }
        };
        let rows = definitions
            .chain(tables)
            .filter(|(name, _)| !name.starts_with(LOCAL_PREFIX))
            .map(row)
            .collect();
        Self { rows, strings_size }
    }

    /// Bytes of the table, with its null symbol.
    pub(super) fn size(&self) -> u64 {
        SYMBOL_SIZE * (self.rows.len() as u64 + 1)
    }

    /// Bytes of the names.
    pub(super) fn strings_size(&self) -> u64 {
        self.strings_size
    }

    /// Writes the table and the names, both to zeroed memory of just their size.
    pub(super) fn write(&self, image: &Image<'_>, records: &mut [u8], strings: &mut [u8]) {
        let size = SYMBOL_SIZE as usize;
        self.rows
            .par_iter()
            .zip(records[size..].par_chunks_exact_mut(size))
            .with_min_len(ITEMS_PER_TASK)
            .for_each(|(row, record)| record.copy_from_slice(pod::bytes_of(&row.encode(image))));
        for row in &self.rows {
            strings[row.name_at as usize..][..row.name.len()].copy_from_slice(row.name.as_bytes());
        }
    }
}

impl Row<'_> {
    fn encode(&self, image: &Image<'_>) -> Sym64<LE> {
        let (section, address, size) = match self.meaning {
            Meaning::Definition(id) => {
                let definition = image.program.definition(id);
                let address = image.layout.address(id);
                let section = image.layout.section_at(definition.kind, address);
                (section, address, definition.size.into())
            }
            Meaning::Image => match image.layout.section(SectionKind::Image) {
                Some(section) => (SectionKind::Image, section.address, section.size),
                None => (SectionKind::Image, 0, 0),
            },
        };
        let kind = if section.is_text() { STT_FUNC } else { STT_OBJECT };
        Sym64 {
            st_name: U32::new(LE, self.name_at as u32),
            st_info: SymbolInfo::new(STB_GLOBAL, kind),
            st_other: Default::default(),
            st_shndx: U16::new(LE, SymbolSection(section_index(&image.layout, section))),
            st_value: U64::new(LE, address),
            st_size: U64::new(LE, size),
        }
    }
}
