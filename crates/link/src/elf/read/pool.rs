//! Pools of constants: sections whose entries a linker may take one by one.
//!
//! Compilers put the constants of a whole unit into one section (`.rodata.cst8`,
//! `.rodata.str1.1`); taken whole, a program that needs one gets them all.
//! System V ABI, "Section Attribute Flags", `SHF_MERGE` and `SHF_STRINGS`.

use object::read::elf::ElfSection64;
use object::{LittleEndian, ObjectSection, SectionFlags, elf};

/// One constant of a pool: its bytes' offsets in the section.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    pub(super) start: u64,
    pub(super) end: u64,
}

/// The constant at `place` of `section`; none if the section is not a pool, or
/// one that can only be taken whole. A place behind the last is in the last.
pub(super) fn entry_at(
    section: &ElfSection64<'_, '_, LittleEndian>,
    place: i64,
) -> object::Result<Option<Entry>> {
    let SectionFlags::Elf { sh_flags, sh_type } = section.flags() else { return Ok(None) };
    let has = |flag: elf::SectionFlags| sh_flags.0 & flag.0 != 0;
    let width = section.elf_section_header().sh_entsize.get(LittleEndian);
    let Ok(place) = u64::try_from(place) else { return Ok(None) };
    let is_pool = has(elf::SHF_MERGE)
        && !has(elf::SHF_WRITE)
        && sh_type != elf::SHT_NOBITS
        && section.relocations().next().is_none();
    let size = section.size();
    if !is_pool || width == 0 || size == 0 || !size.is_multiple_of(width) || place > size {
        return Ok(None);
    }
    if !has(elf::SHF_STRINGS) {
        let start = place.min(size - width) / width * width;
        return Ok(Some(Entry { start, end: start + width }));
    }
    // Wider characters are rare, and their ends harder to see.
    let bytes = section.data()?;
    if width != 1 || bytes.last() != Some(&0) {
        return Ok(None);
    }
    let place = place.min(size - 1) as usize;
    let start = bytes[..place].iter().rposition(|&byte| byte == 0).map_or(0, |end| end + 1);
    let end =
        bytes[place..].iter().position(|&byte| byte == 0).map_or(bytes.len(), |n| place + n + 1);
    Ok(Some(Entry { start: start as u64, end: end as u64 }))
}
