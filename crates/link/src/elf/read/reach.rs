//! Which sections are needed?

use std::collections::{BTreeSet, HashMap};

use object::read::elf::ElfFile64;
use object::{
    LittleEndian, Object, ObjectSection, ObjectSymbol, RelocationTarget, SectionFlags,
    SectionIndex, SymbolIndex, SymbolKind, SymbolSection, elf,
};

use super::pool::entry_at;
use super::{ImportError, ImportProblem};

/// All object files, and where their global symbols are defined.
pub(super) struct Inputs<'a> {
    pub(super) members: Vec<Member<'a>>,
    globals: HashMap<&'a str, Global>,
}

pub(super) struct Member<'a> {
    pub(super) name: &'a str,
    pub(super) file: ElfFile64<'a, LittleEndian>,
}

#[derive(Clone, Copy)]
struct Global {
    member: usize,
    symbol: SymbolIndex,
    weak: bool,
}

/// What is taken whole or not at all.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) enum Piece {
    /// Number of a section.
    Section(usize),
    /// Number of a section that is a pool of constants, and where in it one
    /// of them begins.
    Entry(usize, u64),
    /// Number of a symbol with a size but no section: zeroed data.
    Common(usize),
}

/// A [`Piece`] of a member, by number.
pub(super) type PieceId = (usize, Piece);

/// What a reference leads to.
pub(super) enum Referent<'a> {
    /// So many bytes into a piece, before the reference's own addend.
    Inside(PieceId, i64),
    /// Something that others define.
    External(&'a str),
}

/// A root: its name, its piece and its offset in it.
pub(super) struct Root<'a> {
    pub(super) name: &'a str,
    pub(super) piece: PieceId,
    pub(super) offset: i64,
    pub(super) weak: bool,
}

/// Everything that the roots need.
pub(super) struct Reached<'a> {
    pub(super) roots: Vec<Root<'a>>,
    pub(super) pieces: BTreeSet<PieceId>,
    pub(super) externals: BTreeSet<&'a str>,
}

impl<'a> Inputs<'a> {
    pub(super) fn parse(objects: &[(&'a str, &'a [u8])]) -> Result<Self, ImportError> {
        let mut inputs = Inputs { members: Vec::new(), globals: HashMap::new() };
        for (name, bytes) in objects {
            let format = |error: object::Error| ImportProblem::from(error).of(name);
            let file = ElfFile64::<LittleEndian>::parse(*bytes).map_err(format)?;
            let header = file.elf_header();
            let machine = header.e_machine.get(LittleEndian);
            if machine != elf::EM_X86_64 || header.e_type.get(LittleEndian) != elf::ET_REL {
                return Err(ImportProblem::Machine.of(name));
            }
            let member = inputs.members.len();
            for symbol in file.symbols().filter(|s| s.is_global() && !s.is_undefined()) {
                let global = Global { member, symbol: symbol.index(), weak: symbol.is_weak() };
                let known = inputs.globals.entry(symbol.name().map_err(format)?);
                let known = known.or_insert(global);
                if known.weak && !global.weak {
                    *known = global;
                }
            }
            inputs.members.push(Member { name, file });
        }
        Ok(inputs)
    }

    /// What `symbol` of `member` means to the whole, in a reference that adds
    /// `addend` to it.
    pub(super) fn resolve(
        &self,
        member: usize,
        symbol: SymbolIndex,
        addend: i64,
    ) -> Result<Referent<'a>, ImportError> {
        let owner = &self.members[member];
        let format = |error: object::Error| ImportProblem::from(error).of(owner.name);
        let symbol = owner.file.symbol_by_index(symbol).map_err(format)?;
        if !symbol.is_global() && !symbol.is_undefined() {
            return self.locate(member, symbol.index(), addend);
        }
        let name = symbol.name().map_err(format)?;
        match self.globals.get(name) {
            Some(global) => self.locate(global.member, global.symbol, addend),
            None if symbol.is_weak() => {
                Err(ImportProblem::WeakUndefined(name.to_owned()).of(owner.name))
            }
            None => Ok(Referent::External(name)),
        }
    }

    /// Where a symbol lies that `member` defines. In a pool of constants, the
    /// symbol says which one is meant and `addend` is an offset in that; but
    /// behind the symbol of the section itself, the sum says it (as in other
    /// linkers; assemblers refer so only where the addend is the offset).
    fn locate(
        &self,
        member: usize,
        symbol: SymbolIndex,
        addend: i64,
    ) -> Result<Referent<'a>, ImportError> {
        let owner = &self.members[member];
        let format = |error: object::Error| ImportProblem::from(error).of(owner.name);
        let symbol = owner.file.symbol_by_index(symbol).map_err(format)?;
        let name = || symbol.name().unwrap_or_default().to_owned();
        if symbol.kind() == SymbolKind::Tls {
            return Err(ImportProblem::ThreadLocal(name()).of(owner.name));
        }
        if symbol.elf_symbol().st_type() == elf::STT_GNU_IFUNC {
            return Err(ImportProblem::Indirect(name()).of(owner.name));
        }
        match symbol.section() {
            SymbolSection::Section(index) => {
                let section = owner.file.section_by_index(index).map_err(format)?;
                let place = symbol.address() as i64;
                let of_section = symbol.kind() == SymbolKind::Section;
                let meant = if of_section { place.wrapping_add(addend) } else { place };
                Ok(match entry_at(&section, meant).map_err(format)? {
                    Some(entry) => {
                        let distance = place.wrapping_sub(entry.start as i64);
                        Referent::Inside((member, Piece::Entry(index.0, entry.start)), distance)
                    }
                    None => Referent::Inside((member, Piece::Section(index.0)), place),
                })
            }
            SymbolSection::Common => {
                Ok(Referent::Inside((member, Piece::Common(symbol.index().0)), 0))
            }
            _ => Err(ImportProblem::Absolute(name()).of(owner.name)),
        }
    }
}

/// Follows all references from the global symbols that `is_root` names.
pub(super) fn reach<'a>(
    inputs: &Inputs<'a>,
    is_root: &dyn Fn(&str) -> bool,
) -> Result<Reached<'a>, ImportError> {
    let mut roots = Vec::new();
    for (name, global) in inputs.globals.iter().filter(|(name, _)| is_root(name)) {
        if let Referent::Inside(piece, offset) = inputs.locate(global.member, global.symbol, 0)? {
            roots.push(Root { name, piece, offset, weak: global.weak });
        }
    }
    roots.sort_unstable_by_key(|root| root.name);

    let mut pieces: BTreeSet<PieceId> = roots.iter().map(|root| root.piece).collect();
    let mut externals = BTreeSet::new();
    let mut pending: Vec<PieceId> = pieces.iter().copied().collect();
    while let Some((member, piece)) = pending.pop() {
        let Piece::Section(section) = piece else { continue };
        let owner = &inputs.members[member];
        let format = |error: object::Error| ImportProblem::from(error).of(owner.name);
        let section = owner.file.section_by_index(SectionIndex(section)).map_err(format)?;
        for (_, relocation) in section.relocations() {
            let RelocationTarget::Symbol(symbol) = relocation.target() else { continue };
            match inputs.resolve(member, symbol, relocation.addend())? {
                Referent::Inside(piece, _) => {
                    if pieces.insert(piece) {
                        pending.push(piece);
                    }
                }
                Referent::External(name) => {
                    externals.insert(name);
                }
            }
        }
    }
    refuse_constructors(inputs, &pieces)?;
    Ok(Reached { roots, pieces, externals })
}

/// Nothing refers to constructors, and yet they would have to run for what is
/// reached of their file to work.
fn refuse_constructors(inputs: &Inputs<'_>, pieces: &BTreeSet<PieceId>) -> Result<(), ImportError> {
    let members: BTreeSet<usize> = pieces.iter().map(|(member, _)| *member).collect();
    for member in members {
        let owner = &inputs.members[member];
        for section in owner.file.sections() {
            let SectionFlags::Elf { sh_type, .. } = section.flags() else { continue };
            let name = section.name().unwrap_or_default();
            let kinds = [elf::SHT_INIT_ARRAY, elf::SHT_FINI_ARRAY, elf::SHT_PREINIT_ARRAY];
            let old = [".ctors", ".dtors"].iter().any(|prefix| name.starts_with(prefix));
            if section.size() > 0 && (kinds.contains(&sh_type) || old) {
                return Err(ImportProblem::Constructors.of_section(owner.name, name));
            }
        }
    }
    Ok(())
}
