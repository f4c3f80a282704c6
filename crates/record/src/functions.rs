//! The functions of an executable, from its symbol table.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use object::elf;
use object::read::elf::{ElfFile64, FileHeader};
use object::{Endianness, Object, ObjectSection, ObjectSymbol, SectionIndex, SymbolFlags};
use rustc_hash::FxHashMap;

use crate::Error;

/// A function's row in [`Functions::list`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionIndex(pub u32);

/// All functions of one executable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Functions {
    /// By address; no two have the same one.
    pub list: Vec<Function>,
    /// The build id, or a hash of the file if it has none; in hexadecimal.
    pub build: String,
    /// Where the program's execution begins, a link address.
    pub entry: u64,
    /// Whether the program is loaded at an address that is chosen when it starts.
    pub position_independent: bool,
    /// What the program says of its functions itself: the text of the section
    /// `.simple.layout`, which Simple's linker writes; empty if there is none.
    pub remarks: String,
}

/// One function: what lies at one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Unique in the program: the second and later functions of a name, by
    /// address, are called `name#2`, and so on. Of the names of one address it
    /// is a global one before a weak before a local one.
    pub name: String,
    /// The other names of this address, made unique likewise.
    pub aliases: Vec<String>,
    /// The link address of its first byte.
    pub address: u64,
    /// In bytes. A symbol without a size reaches to the next one, or to the end
    /// of its section.
    pub size: u64,
    /// In bytes: the alignment that is most common in the section, or what the
    /// address has if that is less. Executables do not say more.
    pub align: u64,
    /// The section's name.
    pub section: Arc<str>,
}

impl Function {
    /// Its name, and then its other names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.name).chain(&self.aliases).map(String::as_str)
    }
}

impl Functions {
    /// The function that a link address lies in.
    pub fn at(&self, address: u64) -> Option<FunctionIndex> {
        let index = self.list.partition_point(|f| f.address <= address).checked_sub(1)?;
        let found = &self.list[index];
        (address - found.address < found.size.max(1)).then_some(FunctionIndex(index as u32))
    }

    /// The function that begins at a link address.
    pub fn entered_at(&self, address: u64) -> Option<FunctionIndex> {
        let found = self.list.binary_search_by_key(&address, |f| f.address);
        found.ok().map(|index| FunctionIndex(index as u32))
    }

    /// The function that has a name.
    pub fn named(&self, name: &str) -> Option<FunctionIndex> {
        let found = self.list.iter().position(|f| f.names().any(|n| n == name));
        found.map(|index| FunctionIndex(index as u32))
    }
}

impl std::ops::Index<FunctionIndex> for Functions {
    type Output = Function;

    fn index(&self, index: FunctionIndex) -> &Function {
        &self.list[index.0 as usize]
    }
}

/// The functions of an executable: the entries of its symbol table, of the
/// table for dynamic linking if it has no other, that are functions with code in
/// the file. The resolvers of indirect functions are among them, stubs for
/// dynamic linking are not.
///
/// # Errors
///
/// [`Error::Elf`], [`Error::NotExecutable`] and [`Error::NoSymbols`].
pub fn functions(bytes: &[u8]) -> Result<Functions, Error> {
    symbols(bytes).map(|symbols| symbols.functions)
}

/// What an executable's symbol table says of its code.
pub(crate) struct Symbols {
    pub(crate) functions: Functions,
    /// The addresses that have a symbol of any kind, ascending.
    pub(crate) labels: Vec<u64>,
}

/// The functions of an executable, and the other places in code that have names.
pub(crate) fn symbols(bytes: &[u8]) -> Result<Symbols, Error> {
    let file = executable(bytes)?;
    let mut found = Found::default();
    found.collect(&file, file.symbols())?;
    if found.names.is_empty() {
        found.collect(&file, file.dynamic_symbols())?;
    }
    if found.names.is_empty() {
        return Err(Error::NoSymbols);
    }
    let header = file.elf_header();
    let build = match file.build_id()? {
        Some(id) if !id.is_empty() => hexadecimal(id),
        _ => hexadecimal(&xxhash_rust::xxh3::xxh3_128(bytes).to_be_bytes()),
    };
    let position_independent = header.e_type(Endianness::Little) == elf::ET_DYN;
    // Where the program begins need not have a name.
    found.labels.push(file.entry());
    let (list, labels) = found.finish();
    let remarks = match file.section_by_name(".simple.layout") {
        Some(section) => String::from_utf8_lossy(section.data()?).into_owned(),
        None => String::new(),
    };
    let entry = file.entry();
    let functions = Functions { list, build, entry, position_independent, remarks };
    Ok(Symbols { functions, labels })
}

/// Parses an ELF file and makes sure that it is one that can run here.
pub(crate) fn executable(bytes: &[u8]) -> Result<ElfFile64<'_, Endianness>, Error> {
    let file = ElfFile64::<Endianness>::parse(bytes)?;
    let header = file.elf_header();
    let endian = file.endian();
    let kind = header.e_type(endian);
    let runs = header.e_machine(endian) == elf::EM_X86_64
        && endian == Endianness::Little
        && (kind == elf::ET_EXEC || kind == elf::ET_DYN)
        && header.e_entry(endian) != 0;
    if runs { Ok(file) } else { Err(Error::NotExecutable) }
}

/// What tables say, before each address is one function.
#[derive(Default)]
struct Found<'a> {
    names: Vec<Named<'a>>,
    /// Everything that a symbol of no size can end at.
    labels: Vec<u64>,
    sections: HashMap<SectionIndex, Code>,
}

/// A function's symbol.
struct Named<'a> {
    address: u64,
    /// How strongly it binds: 0 is global.
    strength: u8,
    name: Cow<'a, str>,
    size: u64,
    section: SectionIndex,
}

/// A section with code.
struct Code {
    name: Arc<str>,
    end: u64,
}

impl<'a> Found<'a> {
    fn collect(
        &mut self,
        file: &ElfFile64<'a, Endianness>,
        symbols: impl Iterator<Item = impl ObjectSymbol<'a>>,
    ) -> Result<(), Error> {
        self.sections = code_sections(file)?;
        for symbol in symbols {
            let Some(index) = symbol.section_index() else { continue };
            let Some(section) = self.sections.get(&index) else { continue };
            let SymbolFlags::Elf { st_info, .. } = symbol.flags() else { continue };
            let address = symbol.address();
            self.labels.push(address);
            let is_function = matches!(st_info.st_type(), elf::STT_FUNC | elf::STT_GNU_IFUNC);
            let name = String::from_utf8_lossy(symbol.name_bytes()?);
            if !is_function || name.is_empty() || address >= section.end {
                continue;
            }
            let strength = match st_info.st_bind() {
                elf::STB_LOCAL => 2,
                elf::STB_WEAK => 1,
                _ => 0,
            };
            let size = symbol.size().min(section.end - address);
            self.names.push(Named { address, strength, name, size, section: index });
        }
        Ok(())
    }

    /// Chooses names and guesses sizes and alignments. Also returns the labels in
    /// their order.
    fn finish(mut self) -> (Vec<Function>, Vec<u64>) {
        self.labels.sort_unstable();
        self.labels.dedup();
        // The order in the table decides between names that bind alike.
        self.names.sort_by_key(|named| (named.address, named.strength));
        let at_one = || self.names.chunk_by(|one, other| one.address == other.address);
        let common = common_alignments(at_one().map(|names| (names[0].section, names[0].address)));
        let mut taken = Names::default();
        taken.0.reserve(self.names.len());
        let mut list = Vec::with_capacity(self.names.len());
        let mut unique: Vec<&Cow<'a, str>> = Vec::new();
        for names in at_one() {
            let Named { address, section, .. } = names[0];
            unique.clear();
            for named in names {
                // A table may hold the same name and address twice.
                if !unique.contains(&&named.name) {
                    unique.push(&named.name);
                }
            }
            let mut size = names.iter().map(|named| named.size).max().unwrap_or(0);
            if size == 0 {
                let end = self.sections[&section].end;
                let next = self.labels.partition_point(|&label| label <= address);
                size = self.labels.get(next).map_or(end, |&next| next.min(end)) - address;
            }
            let mut own = unique.iter().map(|name| taken.take((*name).clone()));
            list.push(Function {
                name: own.next().expect("a group has a name"),
                aliases: own.collect(),
                address,
                size,
                align: common[&section].min(alignment(address)),
                section: self.sections[&section].name.clone(),
            });
        }
        (list, self.labels)
    }
}

/// The sections with code that programs call, without stubs for dynamic linking.
fn code_sections(file: &ElfFile64<'_, Endianness>) -> Result<HashMap<SectionIndex, Code>, Error> {
    let mut sections = HashMap::new();
    for section in file.sections() {
        let object::SectionFlags::Elf { sh_flags, .. } = section.flags() else { continue };
        let name = String::from_utf8_lossy(section.name_bytes()?).into_owned();
        let executable = sh_flags.contains(elf::SHF_EXECINSTR);
        if executable && name != ".plt" && !name.starts_with(".plt.") {
            let end = section.address().saturating_add(section.size());
            sections.insert(section.index(), Code { name: name.into(), end });
        }
    }
    Ok(sections)
}

/// The names that are taken, each with how many asked for it.
#[derive(Default)]
struct Names<'a>(FxHashMap<Cow<'a, str>, u32>);

impl<'a> Names<'a> {
    /// The name, or the first of `name#2` and so on that is still free.
    fn take(&mut self, name: Cow<'a, str>) -> String {
        let mut unique = name.clone();
        while self.0.contains_key(&unique) {
            let count = self.0.entry(name.clone()).or_default();
            *count += 1;
            unique = format!("{name}#{count}").into();
        }
        self.0.insert(unique.clone(), 1);
        unique.into_owned()
    }
}

/// The alignment that an address has; more than a cache line is chance.
fn alignment(address: u64) -> u64 {
    1 << address.trailing_zeros().min(6)
}

/// For each section the alignment that most functions in it have, the lesser of
/// two that are as common. Functions aligned to 16 bytes are half at odd
/// multiples of it, so it is not drowned by the higher ones.
fn common_alignments(
    functions: impl Iterator<Item = (SectionIndex, u64)>,
) -> HashMap<SectionIndex, u64> {
    let mut counts: HashMap<SectionIndex, BTreeMap<u64, usize>> = HashMap::new();
    for (section, address) in functions {
        *counts.entry(section).or_default().entry(alignment(address)).or_default() += 1;
    }
    let most = |counts: BTreeMap<u64, usize>| {
        let best = counts.into_iter().max_by_key(|&(align, count)| (count, u64::MAX - align));
        best.map_or(1, |(align, _)| align)
    };
    counts.into_iter().map(|(section, counts)| (section, most(counts))).collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_around_those_that_exist() {
        let mut names = Names::default();
        let asked = ["f", "f", "g#2", "f", "g", "g", "f#2"];
        let got = asked.map(|name| names.take(name.into()));
        assert_eq!(got, ["f", "f#2", "g#2", "f#3", "g", "g#3", "f#2#2"]);
    }

    #[test]
    fn an_address_has_an_alignment() {
        assert_eq!([1, 2, 24, 64, 4096, 0].map(alignment), [1, 2, 8, 64, 64, 64]);
    }
}
