//! The fixed structures of an executable: file header, segments, sections, the
//! note with the build id.

use std::ops::Range;

use object::elf::*;
use object::{LittleEndian as LE, U16, U32, U64, pod};

use crate::layout::{Access, Layout, PAGE, Section};
use crate::order::SectionKind;

use super::write::{UnloadedSection, access_flags};

const FILE_HEADER_SIZE: u64 = size_of::<FileHeader64<LE>>() as u64;
const PROGRAM_HEADER_SIZE: u64 = size_of::<ProgramHeader64<LE>>() as u64;
pub(super) const SECTION_HEADER_SIZE: u64 = size_of::<SectionHeader64<LE>>() as u64;
pub(super) const SYMBOL_SIZE: u64 = size_of::<Sym64<LE>>() as u64;
/// Three loaded segments, the note, the stack.
const MAX_PROGRAM_HEADERS: u64 = 5;
/// The file header and room for all program headers.
pub(super) const FIXED_SIZE: u64 = FILE_HEADER_SIZE + MAX_PROGRAM_HEADERS * PROGRAM_HEADER_SIZE;

const BUILD_ID_SIZE: usize = 16;
/// Sizes and type, the name `GNU`, the id.
pub(super) const BUILD_ID_NOTE_SIZE: u64 = 12 + 4 + BUILD_ID_SIZE as u64;

/// The table of section names.
pub(super) struct Names(Vec<u8>);

impl Names {
    pub(super) fn new() -> Self {
        Self(vec![0])
    }

    fn add(&mut self, name: &str) -> u32 {
        let offset = self.0.len() as u32;
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(0);
        offset
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// A row of the table of sections.
pub(super) struct ElfSection {
    name: u32,
    kind: SectionType,
    flags: SectionFlags,
    address: u64,
    offset: u64,
    size: u64,
    link: u32,
    info: u32,
    align: u64,
    entry_size: u64,
}

impl ElfSection {
    /// The first row, which stands for no section.
    pub(super) fn null() -> Self {
        Self {
            name: 0,
            kind: SHT_NULL,
            flags: SectionFlags(0),
            address: 0,
            offset: 0,
            size: 0,
            link: 0,
            info: 0,
            align: 0,
            entry_size: 0,
        }
    }

    fn bytes(name: u32, kind: SectionType, range: Range<u64>, align: u64) -> Self {
        let (offset, size) = (range.start, range.end - range.start);
        Self { name, kind, offset, size, align, ..Self::null() }
    }
}

pub(super) fn build_id_section(names: &mut Names, base: u64) -> ElfSection {
    let range = FIXED_SIZE..FIXED_SIZE + BUILD_ID_NOTE_SIZE;
    ElfSection {
        flags: SHF_ALLOC,
        address: base + range.start,
        ..ElfSection::bytes(names.add(".note.gnu.build-id"), SHT_NOTE, range, 4)
    }
}

pub(super) fn loaded_section(names: &mut Names, section: &Section) -> ElfSection {
    let name = match section.kind {
        SectionKind::ReadOnly => ".rodata",
        SectionKind::Got => ".got",
        SectionKind::Image => ".simple.image",
        SectionKind::TextStartup => ".text.startup",
        SectionKind::TextFirstFrame => ".text.first_frame",
        SectionKind::Text => ".text",
        SectionKind::TextCold => ".text.cold",
        SectionKind::Data => ".data",
        SectionKind::Zeroed => ".bss",
    };
    let kind = if section.has_bytes() { SHT_PROGBITS } else { SHT_NOBITS };
    let flags = match section.kind.access() {
        Access::Read => SHF_ALLOC,
        Access::Execute => SHF_ALLOC | SHF_EXECINSTR,
        Access::Write => SHF_ALLOC | SHF_WRITE,
    };
    let range = section.offset..section.offset + section.size;
    let bytes = ElfSection::bytes(names.add(name), kind, range, section.align);
    ElfSection { flags, address: section.address, ..bytes }
}

pub(super) fn unloaded_section(
    names: &mut Names,
    section: &UnloadedSection,
    at: u64,
) -> ElfSection {
    let range = at..at + section.bytes.len() as u64;
    ElfSection::bytes(names.add(section.name), SHT_PROGBITS, range, 1)
}

pub(super) fn symbols_section(names: &mut Names, range: Range<u64>, strings: u32) -> ElfSection {
    ElfSection {
        link: strings,
        // The first symbol that is not local: all but the null symbol.
        info: 1,
        entry_size: SYMBOL_SIZE,
        ..ElfSection::bytes(names.add(".symtab"), SHT_SYMTAB, range, 8)
    }
}

pub(super) fn strings_section(names: &mut Names, at: u64, size: u64) -> ElfSection {
    ElfSection::bytes(names.add(".strtab"), SHT_STRTAB, at..at + size, 1)
}

/// The section of section names. Nothing may be added to `names` afterwards.
pub(super) fn names_section(names: &mut Names, at: u64) -> ElfSection {
    let name = names.add(".shstrtab");
    ElfSection::bytes(name, SHT_STRTAB, at..at + names.0.len() as u64, 1)
}

pub(super) fn write_sections(sections: &[ElfSection], out: &mut [u8]) {
    for (section, out) in sections.iter().zip(out.chunks_exact_mut(SECTION_HEADER_SIZE as usize)) {
        let header = SectionHeader64 {
            sh_name: U32::new(LE, section.name),
            sh_type: U32::new(LE, section.kind),
            sh_flags: U64::new(LE, section.flags),
            sh_addr: U64::new(LE, section.address),
            sh_offset: U64::new(LE, section.offset),
            sh_size: U64::new(LE, section.size),
            sh_link: U32::new(LE, section.link),
            sh_info: U32::new(LE, section.info),
            sh_addralign: U64::new(LE, section.align),
            sh_entsize: U64::new(LE, section.entry_size),
        };
        out.copy_from_slice(pod::bytes_of(&header));
    }
}

/// Writes the file header and the segments to the start of `file`.
pub(super) fn write_file_header(
    file: &mut [u8],
    entry: u64,
    layout: &Layout,
    sections_at: u64,
    section_count: usize,
) {
    let note = ProgramHeader {
        kind: PT_NOTE,
        flags: PF_R,
        offset: FIXED_SIZE,
        address: layout.segments.first().map_or(0, |segment| segment.address) + FIXED_SIZE,
        file_size: BUILD_ID_NOTE_SIZE,
        memory_size: BUILD_ID_NOTE_SIZE,
        align: 4,
    };
    // No execution on the stack.
    let stack = ProgramHeader {
        kind: PT_GNU_STACK,
        flags: PF_R | PF_W,
        offset: 0,
        address: 0,
        file_size: 0,
        memory_size: 0,
        align: 16,
    };
    let loaded = layout.segments.iter().map(|segment| ProgramHeader {
        kind: PT_LOAD,
        flags: access_flags(segment.access),
        offset: segment.offset,
        address: segment.address,
        file_size: segment.file_size,
        memory_size: segment.memory_size,
        align: PAGE,
    });
    let programs: Vec<_> = loaded.chain([note, stack]).map(ProgramHeader::encode).collect();
    debug_assert!(programs.len() as u64 <= MAX_PROGRAM_HEADERS);

    let header = FileHeader64 {
        e_ident: Ident {
            magic: ELFMAG,
            class: ELFCLASS64,
            data: ELFDATA2LSB,
            version: EV_CURRENT,
            os_abi: ELFOSABI_NONE,
            abi_version: 0,
            padding: [0; 7],
        },
        e_type: U16::new(LE, ET_EXEC),
        e_machine: U16::new(LE, EM_X86_64),
        e_version: U32::new(LE, u32::from(EV_CURRENT.0)),
        e_entry: U64::new(LE, entry),
        e_phoff: U64::new(LE, FILE_HEADER_SIZE),
        e_shoff: U64::new(LE, sections_at),
        e_flags: U32::new(LE, FileFlags(0)),
        e_ehsize: U16::new(LE, FILE_HEADER_SIZE as u16),
        e_phentsize: U16::new(LE, PROGRAM_HEADER_SIZE as u16),
        e_phnum: U16::new(LE, programs.len() as u16),
        e_shentsize: U16::new(LE, SECTION_HEADER_SIZE as u16),
        e_shnum: U16::new(LE, section_count as u16),
        // The names are the last section.
        e_shstrndx: U16::new(LE, SymbolSection(section_count as u16 - 1)),
    };
    let headers = [pod::bytes_of(&header), pod::bytes_of_slice(&programs)].concat();
    file[..headers.len()].copy_from_slice(&headers);
}

struct ProgramHeader {
    kind: ProgramType,
    flags: ProgramFlags,
    offset: u64,
    address: u64,
    file_size: u64,
    memory_size: u64,
    align: u64,
}

impl ProgramHeader {
    fn encode(self) -> ProgramHeader64<LE> {
        ProgramHeader64 {
            p_type: U32::new(LE, self.kind),
            p_flags: U32::new(LE, self.flags),
            p_offset: U64::new(LE, self.offset),
            p_vaddr: U64::new(LE, self.address),
            p_paddr: U64::new(LE, self.address),
            p_filesz: U64::new(LE, self.file_size),
            p_memsz: U64::new(LE, self.memory_size),
            p_align: U64::new(LE, self.align),
        }
    }
}

/// Writes the note with the id that `hash` gives for the file, in which the
/// bytes of the id itself are zero.
pub(super) fn write_build_id(file: &mut [u8], hash: impl Fn(&[u8]) -> [u8; BUILD_ID_SIZE]) {
    let note = FIXED_SIZE as usize..(FIXED_SIZE + BUILD_ID_NOTE_SIZE) as usize;
    let id = note.end - BUILD_ID_SIZE..note.end;
    let header = NoteHeader32 {
        n_namesz: U32::new(LE, 4),
        n_descsz: U32::new(LE, BUILD_ID_SIZE as u32),
        n_type: U32::new(LE, NT_GNU_BUILD_ID),
    };
    let start = [pod::bytes_of(&header), b"GNU\0"].concat();
    file[note.start..id.start].copy_from_slice(&start);
    let hash = hash(file);
    file[id].copy_from_slice(&hash);
}
