//! From an image to the bytes of a static executable.
//!
//! The file is headers, the image's segments without padding between them,
//! debug information, symbols, and the table of sections.

use rayon::prelude::*;
use xxhash_rust::xxh3;

use crate::error::LinkError;
use crate::fill::Image;
use crate::layout::{Access, Layout, Packing, Place};
use crate::order::SectionKind;

use super::headers::{self, ElfSection, Names};
use super::symbols::SymbolTable;

/// Where executables lie: at the address that they traditionally have, behind
/// the file's header, the segments and the build id.
pub(crate) const PLACE: Place = Place {
    packing: Packing::File,
    base: 0x40_0000,
    headers: headers::FIXED_SIZE + headers::BUILD_ID_NOTE_SIZE,
};

/// A section that is not loaded.
pub(crate) struct UnloadedSection {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// Writes the executable, without symbols if `strip`.
pub(crate) fn write(
    image: &Image<'_>,
    unloaded: &[UnloadedSection],
    strip: bool,
) -> Result<Vec<u8>, LinkError> {
    let layout = &image.layout;
    let mut names = Names::new();
    let mut sections = vec![ElfSection::null()];
    sections.push(headers::build_id_section(&mut names, PLACE.base));
    sections.extend(layout.sections.iter().map(|s| headers::loaded_section(&mut names, s)));

    // Which bytes go behind the image, and where.
    let mut end = layout.end_offset;
    let mut parts: Vec<(u64, &[u8])> = Vec::new();
    for section in unloaded {
        parts.push((end, &section.bytes));
        sections.push(headers::unloaded_section(&mut names, section, end));
        end += section.bytes.len() as u64;
    }
    let symbols = if strip { None } else { Some(SymbolTable::collect(image)) };
    let strings_size = symbols.as_ref().map_or(0, SymbolTable::strings_size);
    let symbols_at = end.next_multiple_of(8);
    let strings_at = symbols_at + symbols.as_ref().map_or(0, SymbolTable::size);
    if symbols.is_some() {
        let strings_index = sections.len() as u32 + 1;
        sections.push(headers::symbols_section(&mut names, symbols_at..strings_at, strings_index));
        sections.push(headers::strings_section(&mut names, strings_at, strings_size));
    }
    if strings_size > u32::MAX.into() {
        return Err(LinkError::TooLarge("the names of its symbols"));
    }
    let names_at = strings_at + strings_size;
    let section_names = headers::names_section(&mut names, names_at);
    sections.push(section_names);
    let names_bytes = names.into_bytes();
    let table_at = (names_at + names_bytes.len() as u64).next_multiple_of(8);
    let size = table_at + headers::SECTION_HEADER_SIZE * sections.len() as u64;

    // All offsets are known: fill the file.
    let mut file = vec![0; size as usize];
    let (loaded, rest) = file.split_at_mut(layout.end_offset as usize);
    let filled = rayon::join(
        || image.fill(loaded),
        || {
            let at = |offset: u64| (offset - layout.end_offset) as usize;
            for (offset, bytes) in parts {
                rest[at(offset)..][..bytes.len()].copy_from_slice(bytes);
            }
            if let Some(symbols) = &symbols {
                let (records, strings) = rest[at(symbols_at)..at(names_at)]
                    .split_at_mut((strings_at - symbols_at) as usize);
                symbols.write(image, records, strings);
            }
            rest[at(names_at)..][..names_bytes.len()].copy_from_slice(&names_bytes);
            headers::write_sections(&sections, &mut rest[at(table_at)..]);
        },
    );
    filled.0?;
    // Marking starts at the entry, so it has an address.
    let entry = image.address(image.entry).unwrap_or(0);
    headers::write_file_header(&mut file, entry, layout, table_at, sections.len());
    headers::write_build_id(&mut file, build_id);
    Ok(file)
}

/// A hash of everything in the file, computed on all cores.
fn build_id(file: &[u8]) -> [u8; 16] {
    const CHUNK: usize = 1 << 20;
    let hashes: Vec<[u8; 16]> =
        file.par_chunks(CHUNK).map(|chunk| xxh3::xxh3_128(chunk).to_le_bytes()).collect();
    xxh3::xxh3_128(hashes.as_flattened()).to_le_bytes()
}

/// The number of the table's section that `kind` becomes.
pub(super) fn section_index(layout: &Layout, kind: SectionKind) -> u16 {
    // Behind the null section and the build id.
    let position = layout.sections.iter().position(|section| section.kind == kind);
    position.map_or(0, |position| position as u16 + 2)
}

/// The flags of a loaded segment.
pub(super) fn access_flags(access: Access) -> object::elf::ProgramFlags {
    use object::elf::{PF_R, PF_W, PF_X};
    match access {
        Access::Read => PF_R,
        Access::Execute => PF_R | PF_X,
        Access::Write => PF_R | PF_W,
    }
}
