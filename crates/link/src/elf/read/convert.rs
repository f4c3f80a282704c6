//! From the sections that are needed to definitions.

use std::collections::{BTreeMap, HashMap, HashSet};

use object::read::elf::{ElfFile64, ElfSection64, ElfSymbol64};
use object::{
    LittleEndian, Object, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget,
    SectionFlags, SectionIndex, SymbolIndex, elf,
};
use simple_object::{CodeObject, Definition, Kind, Linkage, Phase, Relocation, RelocationKind};
use simple_source::{Interner, Symbol};

use super::pool::entry_at;
use super::reach::{Inputs, Member, Piece, PieceId, Reached, Referent, Root};
use super::{ImportError, ImportOptions, ImportProblem};

/// Names that begin so are left out of symbol tables, as by assemblers.
const LOCAL_PREFIX: &str = ".L";

/// Makes definitions of all reached pieces, in the order of the input.
pub(super) fn convert(
    inputs: &Inputs<'_>,
    reached: &Reached<'_>,
    options: &ImportOptions<'_>,
    interner: &Interner,
) -> Result<CodeObject, ImportError> {
    let names = name_pieces(inputs, reached, options);
    let mut converter =
        Converter { inputs, options, interner, names, object: CodeObject::default() };
    for piece in &reached.pieces {
        let aliases: Vec<&Root<'_>> =
            reached.roots.iter().filter(|root| root.piece == *piece).collect();
        converter.add(*piece, &aliases)?;
    }
    Ok(converter.object)
}

/// Gives each piece a name that nothing else has: that of the first root that
/// begins it, else one made from a symbol that does, else from its section.
fn name_pieces(
    inputs: &Inputs<'_>,
    reached: &Reached<'_>,
    options: &ImportOptions<'_>,
) -> HashMap<PieceId, String> {
    let mut names: HashMap<PieceId, String> = HashMap::new();
    for root in reached.roots.iter().filter(|root| root.offset == 0) {
        names.entry(root.piece).or_insert_with(|| root.name.to_owned());
    }
    let roots = reached.roots.iter().map(|root| root.name);
    let mut taken: HashSet<String> =
        roots.chain(reached.externals.iter().copied()).map(str::to_owned).collect();
    let symbols: Vec<_> = inputs.members.iter().map(symbols_of_sections).collect();
    for piece in &reached.pieces {
        if names.contains_key(piece) {
            continue;
        }
        let (member, part) = *piece;
        let file = &inputs.members[member].file;
        let symbol = match part {
            Piece::Common(symbol) => Some(SymbolIndex(symbol)),
            Piece::Section(section) => symbols[member].get(&section).copied(),
            Piece::Entry(..) => None,
        };
        let symbol = symbol.and_then(|symbol| file.symbol_by_index(symbol).ok()?.name().ok());
        let wanted = match (symbol, part) {
            (Some(name), _) => (options.readable)(name),
            (None, Piece::Section(section)) => local_name(file, section),
            (None, Piece::Entry(section, start)) => {
                format!("{}+{start}", local_name(file, section))
            }
            (None, Piece::Common(_)) => LOCAL_PREFIX.to_owned(),
        };
        names.insert(*piece, unique(&mut taken, wanted));
    }
    names
}

/// A name that no symbol table gets, after the section's.
fn local_name(file: &ElfFile64<'_, LittleEndian>, section: usize) -> String {
    let section = file.section_by_index(SectionIndex(section));
    let name = section.as_ref().ok().and_then(|section| section.name().ok());
    format!("{LOCAL_PREFIX}{}", name.unwrap_or_default().trim_start_matches('.'))
}

/// `wanted`, or `wanted.2` and so on if it is taken.
fn unique(taken: &mut HashSet<String>, wanted: String) -> String {
    let mut name = wanted.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{wanted}.{number}");
        number += 1;
    }
    name
}

/// The symbol that names each section: the first that begins it.
fn symbols_of_sections(member: &Member<'_>) -> BTreeMap<usize, SymbolIndex> {
    let begins = |symbol: &ElfSymbol64<'_, '_, LittleEndian>| {
        let kind = symbol.elf_symbol().st_type();
        symbol.address() == 0
            && (kind == elf::STT_FUNC || kind == elf::STT_OBJECT || kind == elf::STT_NOTYPE)
            && symbol.name().is_ok_and(|name| !name.is_empty())
    };
    let mut symbols = BTreeMap::new();
    for symbol in member.file.symbols().filter(begins) {
        if let Some(section) = symbol.section_index() {
            symbols.entry(section.0).or_insert(symbol.index());
        }
    }
    symbols
}

struct Converter<'c, 'a> {
    inputs: &'c Inputs<'a>,
    options: &'c ImportOptions<'c>,
    interner: &'c Interner,
    names: HashMap<PieceId, String>,
    object: CodeObject,
}

impl<'a> Converter<'_, 'a> {
    /// Adds a definition for `piece`, and one for each other root in `roots`
    /// that begins it.
    fn add(&mut self, piece: PieceId, roots: &[&Root<'_>]) -> Result<(), ImportError> {
        let (member, part) = piece;
        let inputs = self.inputs;
        let owner = &inputs.members[member];
        let mut definition = match part {
            Piece::Section(section) => {
                let format = |error: object::Error| ImportProblem::from(error).of(owner.name);
                let section = owner.file.section_by_index(SectionIndex(section)).map_err(format)?;
                self.section(member, &section).map_err(|problem| {
                    problem.of_section(owner.name, section.name().unwrap_or_default())
                })?
            }
            Piece::Entry(section, start) => {
                let format = |error: object::Error| ImportProblem::from(error).of(owner.name);
                let section = owner.file.section_by_index(SectionIndex(section)).map_err(format)?;
                self.entry(&section, start).map_err(|problem| {
                    problem.of_section(owner.name, section.name().unwrap_or_default())
                })?
            }
            Piece::Common(symbol) => {
                self.common(owner, SymbolIndex(symbol)).map_err(|problem| problem.of(owner.name))?
            }
        };
        definition.name = self.symbol(piece);
        definition.display = definition.name;
        definition.order = self.object.definitions.len() as u64;
        if let Some(root) = roots.iter().find(|root| root.offset != 0) {
            return Err(ImportProblem::Inside(root.name.to_owned()).of(owner.name));
        }
        let linkage = |root: &Root<'_>| if root.weak { Linkage::Once } else { Linkage::Global };
        if let Some(root) = roots.iter().find(|root| root.name == self.names[&piece]) {
            definition.linkage = linkage(root);
        }
        for root in roots.iter().filter(|root| self.names[&piece] != root.name) {
            if matches!(definition.kind, Kind::Data | Kind::Zeroed) {
                return Err(ImportProblem::WritableAlias(root.name.to_owned()).of(owner.name));
            }
            // The same bytes under another name; both are linked if both are needed.
            let name = self.interner.intern(root.name);
            let linkage = linkage(root);
            let alias = Definition { name, display: name, linkage, ..definition.clone() };
            self.object.definitions.push(alias);
        }
        self.object.definitions.push(definition);
        Ok(())
    }

    fn symbol(&self, piece: PieceId) -> Symbol {
        self.interner.intern(&self.names[&piece])
    }

    /// A definition without a name yet, which stands for `section`.
    fn section(
        &mut self,
        member: usize,
        section: &ElfSection64<'a, '_, LittleEndian>,
    ) -> Result<Definition, ImportProblem> {
        let name = section.name()?;
        let kind = section_kind(name, section)?;
        let bytes = if kind == Kind::Zeroed { &[][..] } else { section.data()? };
        let buffer = match kind {
            Kind::Function => &mut self.object.text,
            Kind::ReadOnly => &mut self.object.rodata,
            Kind::Data | Kind::Zeroed => &mut self.object.data,
        };
        let offset = if kind == Kind::Zeroed { 0 } else { small(buffer.len() as u64)? };
        buffer.extend_from_slice(bytes);
        small(buffer.len() as u64)?;

        let first = small(self.object.relocations.len() as u64)?;
        for (offset, relocation) in section.relocations() {
            let relocation = self.relocation(member, offset, &relocation)?;
            self.object.relocations.extend(relocation);
        }
        let end = small(self.object.relocations.len() as u64)?;
        let phase = match name {
            _ if name.starts_with(".text.unlikely") => Phase::Cold,
            _ if name.starts_with(".text.startup") => Phase::Startup,
            _ => Phase::Steady,
        };
        Ok(Definition {
            size: small(section.size())?,
            align_log2: log2(section.align()),
            phase,
            relocations: first..end,
            ..self.blank(kind, offset)
        })
    }

    /// The same for the constant at `start` of the pool `section`.
    fn entry(
        &mut self,
        section: &ElfSection64<'a, '_, LittleEndian>,
        start: u64,
    ) -> Result<Definition, ImportProblem> {
        let bytes = match entry_at(section, start as i64)? {
            Some(entry) => &section.data()?[entry.start as usize..entry.end as usize],
            None => &[],
        };
        let rodata = &mut self.object.rodata;
        let offset = small(rodata.len() as u64)?;
        rodata.extend_from_slice(bytes);
        small(rodata.len() as u64)?;
        // What the place in the pool happened to have is not more than the pool's.
        let of_place = if start == 0 { u64::MAX } else { 1 << start.trailing_zeros() };
        Ok(Definition {
            size: small(bytes.len() as u64)?,
            align_log2: log2(section.align().min(of_place)),
            ..self.blank(Kind::ReadOnly, offset)
        })
    }

    fn common(&self, owner: &Member<'_>, symbol: SymbolIndex) -> Result<Definition, ImportProblem> {
        let symbol = owner.file.symbol_by_index(symbol)?;
        Ok(Definition {
            size: small(symbol.size())?,
            // The value of such a symbol is its alignment.
            align_log2: log2(symbol.elf_symbol().st_value.get(LittleEndian)),
            ..self.blank(Kind::Zeroed, 0)
        })
    }

    fn blank(&self, kind: Kind, offset: u32) -> Definition {
        Definition {
            name: simple_source::sym::EMPTY,
            display: simple_source::sym::EMPTY,
            kind,
            linkage: Linkage::Global,
            offset,
            size: 0,
            align_log2: 0,
            phase: Phase::Steady,
            flags: self.options.flags,
            order: 0,
            relocations: 0..0,
            positions: 0..0,
        }
    }

    fn relocation(
        &self,
        member: usize,
        offset: u64,
        relocation: &object::Relocation,
    ) -> Result<Option<Relocation>, ImportProblem> {
        let RelocationFlags::Elf { r_type } = relocation.flags() else { return Ok(None) };
        let unsupported =
            |symbol: &str| ImportProblem::Relocation { kind: r_type.0, symbol: symbol.to_owned() };
        if r_type.0 == elf::R_X86_64_NONE.0 {
            return Ok(None);
        }
        let RelocationTarget::Symbol(symbol) = relocation.target() else {
            return Err(unsupported("an address"));
        };
        let referent = self.inputs.resolve(member, symbol, relocation.addend());
        let referent = referent.map_err(|error| error.problem)?;
        let (target, distance) = match referent {
            Referent::Inside(piece, distance) => (self.symbol(piece), distance),
            Referent::External(name) => (self.interner.intern(name), 0),
        };
        let kind = relocation_kind(r_type.0);
        // The slot of a table holds an address, not one within a definition.
        let kind = kind.filter(|k| *k != RelocationKind::GotRelative32 || distance == 0);
        let kind = kind.ok_or_else(|| unsupported(self.interner.resolve(target)))?;
        let addend = relocation.addend().wrapping_add(distance);
        Ok(Some(Relocation { offset: small(offset)?, kind, target, addend }))
    }
}

fn relocation_kind(number: u32) -> Option<RelocationKind> {
    const KINDS: [(u32, RelocationKind); 9] = [
        (elf::R_X86_64_64.0, RelocationKind::Absolute64),
        (elf::R_X86_64_PC32.0, RelocationKind::Relative32),
        // There are no tables of procedures: calls go straight to their targets.
        (elf::R_X86_64_PLT32.0, RelocationKind::Relative32),
        (elf::R_X86_64_32.0, RelocationKind::Absolute32),
        (elf::R_X86_64_32S.0, RelocationKind::Absolute32Signed),
        (elf::R_X86_64_PC64.0, RelocationKind::Relative64),
        (elf::R_X86_64_GOTPCREL.0, RelocationKind::GotRelative32),
        (elf::R_X86_64_GOTPCRELX.0, RelocationKind::GotRelative32),
        (elf::R_X86_64_REX_GOTPCRELX.0, RelocationKind::GotRelative32),
    ];
    KINDS.iter().find(|(known, _)| *known == number).map(|(_, kind)| *kind)
}

fn section_kind(
    name: &str,
    section: &ElfSection64<'_, '_, LittleEndian>,
) -> Result<Kind, ImportProblem> {
    let SectionFlags::Elf { sh_flags, sh_type } = section.flags() else {
        return Err(ImportProblem::Machine);
    };
    let has = |flag: elf::SectionFlags| sh_flags.0 & flag.0 != 0;
    if has(elf::SHF_TLS) {
        return Err(ImportProblem::ThreadLocal(name.to_owned()));
    }
    Ok(match () {
        () if has(elf::SHF_EXECINSTR) => Kind::Function,
        () if sh_type == elf::SHT_NOBITS => Kind::Zeroed,
        // Constants that hold addresses: writable only for a dynamic linker.
        () if name.starts_with(".data.rel.ro") => Kind::ReadOnly,
        () if !has(elf::SHF_WRITE) => Kind::ReadOnly,
        () => Kind::Data,
    })
}

/// The power of two that is not below `align`.
fn log2(align: u64) -> u8 {
    (u64::BITS - align.saturating_sub(1).leading_zeros()) as u8
}

/// A number that fits the fields of code objects.
fn small(number: u64) -> Result<u32, ImportProblem> {
    u32::try_from(number).map_err(|_| ImportProblem::TooLarge)
}
