//! Object files of other compilers.

mod assembly;
mod processes;

use object::read::elf::ElfFile64;
use object::write::{Object, Relocation, StandardSection, Symbol, SymbolId, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, LittleEndian, Object as _, ObjectSection as _,
    RelocationFlags, SectionFlags, SectionKind, SymbolFlags, SymbolKind, SymbolScope, elf,
};
use simple_link::elf::read::{ImportError, ImportOptions, import_archive, import_objects};
use simple_link::{Input, Options};
use simple_object::{CodeObject, FunctionFlags, Kind, Linkage, Phase};
use simple_source::Interner;

/// An object file to be written.
struct ObjectFile(Object<'static>);

impl ObjectFile {
    fn new() -> Self {
        Self(Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little))
    }

    fn section(&mut self, name: &str, kind: SectionKind, bytes: &[u8]) -> object::write::SectionId {
        let section = self.0.add_section(Vec::new(), name.as_bytes().to_vec(), kind);
        self.0.append_section_data(section, bytes, 16);
        section
    }

    fn symbol(
        &mut self,
        name: &str,
        section: SymbolSection,
        value: u64,
        change: impl FnOnce(&mut Symbol),
    ) -> SymbolId {
        let mut symbol = Symbol {
            name: name.as_bytes().to_vec(),
            value,
            size: 1,
            kind: SymbolKind::Text,
            scope: SymbolScope::Linkage,
            weak: false,
            section,
            flags: SymbolFlags::None,
        };
        change(&mut symbol);
        self.0.add_symbol(symbol)
    }

    fn function(&mut self, name: &str, bytes: &[u8]) -> object::write::SectionId {
        let section = self.section(&format!(".text.{name}"), SectionKind::Text, bytes);
        self.symbol(name, SymbolSection::Section(section), 0, |_| ());
        section
    }

    fn undefined(&mut self, name: &str) -> SymbolId {
        self.symbol(name, SymbolSection::Undefined, 0, |symbol| symbol.scope = SymbolScope::Unknown)
    }

    fn reference(
        &mut self,
        section: object::write::SectionId,
        offset: u64,
        kind: elf::RelocationType,
        symbol: SymbolId,
        addend: i64,
    ) {
        let flags = RelocationFlags::Elf { r_type: kind };
        let relocation = Relocation { offset, symbol, addend, flags };
        self.0.add_relocation(section, relocation).expect("a relocation of ELF");
    }

    fn write(self) -> Vec<u8> {
        self.0.write().expect("it can be written")
    }
}

fn import(files: &[Vec<u8>], interner: &Interner) -> Result<CodeObject, ImportError> {
    let names: Vec<String> = (0..files.len()).map(|number| format!("{number}.o")).collect();
    let objects: Vec<(&str, &[u8])> =
        names.iter().zip(files).map(|(name, file)| (name.as_str(), file.as_slice())).collect();
    import_objects(&objects, &options(), interner)
}

fn options() -> ImportOptions<'static> {
    ImportOptions {
        is_root: &|name| name == "_start" || name.starts_with("rt_"),
        readable: &|name| name.trim_start_matches("mangled_").to_owned(),
        flags: FunctionFlags { library: false, runtime: true, part: false },
    }
}

fn message(file: ObjectFile) -> String {
    import(&[file.write()], &Interner::new()).expect_err("this must be refused").to_string()
}

/// Links and runs a program and returns its status.
fn run(object: &CodeObject, interner: &Interner) -> Option<i32> {
    let objects = [object.view()];
    let input = Input { objects: &objects, runtime: None, interner };
    let bytes = simple_link::link(&input, &Options::default()).expect("it links");
    processes::run(&bytes).status.code()
}

fn names<'i>(object: &CodeObject, interner: &'i Interner) -> Vec<(&'i str, Kind)> {
    object.definitions.iter().map(|d| (interner.resolve(d.name), d.kind)).collect()
}

/// `mov edi, [rip + value]; add edi, [rip + common]; mov rax, [rip + table@GOT];
/// add edi, [rax + 4]; jmp finish`, over two files, with every kind of section.
#[test]
fn sections_become_definitions_that_run() {
    let mut first = ObjectFile::new();
    let start = first.function(
        "_start",
        &[
            0x8b, 0x3d, 0, 0, 0, 0, // 2: value
            0x03, 0x3d, 0, 0, 0, 0, // 8: common
            0x48, 0x8b, 0x05, 0, 0, 0, 0, // 15: table
            0x03, 0x78, 4, // add edi, [rax + 4]
            0xe9, 0, 0, 0, 0, // 23: finish
        ],
    );
    // Local data, reached through the section and an offset, as compilers do.
    let data = first.section(".data..L.anonymous", SectionKind::Data, &[9, 0, 0, 0, 20, 0, 0, 0]);
    let data_symbol = first.0.section_symbol(data);
    let common = first.symbol("common", SymbolSection::Common, 8, |symbol| {
        (symbol.kind, symbol.size) = (SymbolKind::Data, 4);
    });
    let table = first.undefined("mangled_table");
    let finish = first.undefined("mangled_finish");
    first.reference(start, 2, elf::R_X86_64_PC32, data_symbol, 4 - 4);
    first.reference(start, 8, elf::R_X86_64_PC32, common, -4);
    first.reference(start, 15, elf::R_X86_64_REX_GOTPCRELX, table, -4);
    first.reference(start, 23, elf::R_X86_64_PLT32, finish, -4);
    // Nobody needs these, so what they are does not matter.
    let unused = first.function("unused", &[0; 8]);
    let missing = first.undefined("missing");
    first.reference(unused, 0, elf::R_X86_64_PC32, missing, 0);

    let mut second = ObjectFile::new();
    let section =
        second.section(".rodata.table", SectionKind::ReadOnlyData, &[1, 0, 0, 0, 22, 0, 0, 0]);
    second
        .symbol("mangled_table", SymbolSection::Section(section), 0, |s| s.kind = SymbolKind::Data);
    let finish = second.section(
        ".text.unlikely.finish",
        SectionKind::Text,
        &[0xb8, 231, 0, 0, 0, 0x0f, 0x05],
    );
    second.symbol("mangled_finish", SymbolSection::Section(finish), 0, |_| ());

    let interner = Interner::new();
    let object = import(&[first.write(), second.write()], &interner).expect("it is imported");
    assert_eq!(
        names(&object, &interner),
        [
            ("_start", Kind::Function),
            (".Ldata..L.anonymous", Kind::Data),
            ("common", Kind::Zeroed),
            ("table", Kind::ReadOnly),
            ("finish", Kind::Function),
        ]
    );
    assert!(object.definitions.iter().all(|d| d.flags.runtime));
    assert_eq!(object.definitions[4].phase, Phase::Cold);
    assert_eq!(run(&object, &interner), Some(20 + 22));
}

/// The writer knows no section with entries but those of text.
fn set_entry_size(bytes: &mut [u8], section: &str, width: u64) {
    let file = ElfFile64::<LittleEndian>::parse(&*bytes).expect("it was just written");
    let index = file.section_by_name(section).expect("it has that section").index();
    let headers = file.elf_header().e_shoff.get(LittleEndian) as usize;
    let field = headers + index.0 * size_of::<elf::SectionHeader64<LittleEndian>>() + 56;
    bytes[field..][..8].copy_from_slice(&width.to_le_bytes());
}

/// `mov edi, [rip + .LC1]; add edi, [rip + .LC2 + 4]; mov rax, OFFSET .rodata.str1.1+5;
/// movzx eax, [rax]; add edi, eax; jmp`: of two pools, one constant of the first and one
/// text of the second are taken, through a label and through the section.
#[test]
fn of_a_pool_of_constants_only_the_needed_are_taken() {
    let mut file = ObjectFile::new();
    let start = file.function(
        "_start",
        &[
            0x8b, 0x3d, 0, 0, 0, 0, // 2: second constant
            0x03, 0x3d, 0, 0, 0, 0, // 8: its second half
            0x0f, 0xb6, 0x04, 0x25, 0, 0, 0, 0, // 16: the text's second byte
            0x01, 0xc7, // add edi, eax
            0xb8, 231, 0, 0, 0, 0x0f, 0x05,
        ],
    );
    let mut words: Vec<u8> = Vec::new();
    for word in [7u32, 7, 10, 20, 9, 9] {
        words.extend(word.to_le_bytes());
    }
    let constants = file.section(".rodata.cst8", SectionKind::ReadOnlyData, &words);
    let sh_flags = elf::SectionFlags(elf::SHF_ALLOC.0 | elf::SHF_MERGE.0);
    file.0.section_mut(constants).flags =
        SectionFlags::Elf { sh_type: elf::SHT_PROGBITS, sh_flags };
    let label = file.symbol(".LC1", SymbolSection::Section(constants), 8, |symbol| {
        (symbol.kind, symbol.scope) = (SymbolKind::Label, SymbolScope::Compilation);
    });
    let texts = b"ab\0\x01\x0c\0cd\0";
    let texts = file.section(".rodata.str1.1", SectionKind::ReadOnlyString, texts);
    let section = file.0.section_symbol(texts);
    file.reference(start, 2, elf::R_X86_64_PC32, label, -4);
    file.reference(start, 8, elf::R_X86_64_PC32, label, 4 - 4);
    file.reference(start, 16, elf::R_X86_64_32S, section, 4);
    let interner = Interner::new();
    let mut bytes = file.write();
    set_entry_size(&mut bytes, ".rodata.cst8", 8);
    let object = import(&[bytes], &interner).expect("it is imported");
    let sizes: Vec<_> = object
        .definitions
        .iter()
        .map(|d| (interner.resolve(d.name), d.size, d.align_log2))
        .collect();
    assert_eq!(sizes[1..], [(".Lrodata.cst8+8", 8, 3), (".Lrodata.str1.1+3", 3, 0)],);
    assert_eq!(run(&object, &interner), Some(10 + 20 + 12));
}

#[test]
fn local_names_are_made_unique_and_roots_keep_theirs() {
    let file = |root: &str| {
        let mut file = ObjectFile::new();
        let section = file.function(root, &[0xe8, 0, 0, 0, 0, 0xc3]);
        let local = file.section(".text.local", SectionKind::Text, &[0xc3]);
        let local = file.symbol("mangled_rt_a", SymbolSection::Section(local), 0, |symbol| {
            symbol.scope = SymbolScope::Compilation;
        });
        file.reference(section, 1, elf::R_X86_64_PLT32, local, -4);
        file.write()
    };
    let interner = Interner::new();
    let object = import(&[file("rt_a"), file("rt_b")], &interner).expect("it is imported");
    let names: Vec<_> = names(&object, &interner).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["rt_a", "rt_a.2", "rt_b", "rt_a.3"]);
}

#[test]
fn other_names_of_a_function_are_definitions_too() {
    let mut file = ObjectFile::new();
    let section = file.function("rt_one", &[0xc3]);
    file.symbol("rt_two", SymbolSection::Section(section), 0, |symbol| symbol.weak = true);
    let interner = Interner::new();
    let object = import(&[file.write()], &interner).expect("it is imported");
    let names: Vec<_> = names(&object, &interner).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["rt_two", "rt_one"]);
    let [two, one] = &object.definitions[..] else { panic!("two definitions") };
    assert_eq!((two.offset, two.size), (one.offset, one.size));
    assert_eq!((two.linkage, one.linkage), (Linkage::Once, Linkage::Global));
}

#[test]
fn weak_definitions_give_way() {
    let file = |weak: bool, byte: u8| {
        let mut file = ObjectFile::new();
        let section = file.section(".text.rt_f", SectionKind::Text, &[byte]);
        file.symbol("rt_f", SymbolSection::Section(section), 0, |symbol| symbol.weak = weak);
        file.write()
    };
    let interner = Interner::new();
    let strong = import(&[file(true, 1), file(false, 2), file(false, 3)], &interner).expect("fine");
    assert_eq!(
        (strong.text.as_slice(), strong.definitions[0].linkage),
        (&[2][..], Linkage::Global)
    );
    let weak = import(&[file(true, 1), file(true, 2)], &interner).expect("fine");
    assert_eq!((weak.text.as_slice(), weak.definitions[0].linkage), (&[1][..], Linkage::Once));
}

#[test]
fn what_cannot_be_expressed_is_refused() {
    let with = |change: &dyn Fn(&mut ObjectFile, object::write::SectionId)| {
        let mut file = ObjectFile::new();
        let section = file.function("rt_f", &[0; 16]);
        change(&mut file, section);
        message(file)
    };
    let refer = |file: &mut ObjectFile, from, symbol| {
        file.reference(from, 0, elf::R_X86_64_PC32, symbol, 0);
    };
    let thread_local = with(&|file, from| {
        let section = file.section(".tdata.x", SectionKind::Tls, &[0; 4]);
        let symbol = file.symbol("own", SymbolSection::Section(section), 0, |symbol| {
            symbol.kind = SymbolKind::Tls;
        });
        refer(file, from, symbol);
    });
    assert_eq!(thread_local, "0.o: thread-local storage is not supported (symbol `own`)");
    let constructors = with(&|file, _| {
        let section = file.section(".init_array", SectionKind::Data, &[0; 8]);
        let flags = (elf::SHT_INIT_ARRAY, elf::SHF_ALLOC | elf::SHF_WRITE);
        file.0.section_mut(section).flags =
            SectionFlags::Elf { sh_type: flags.0, sh_flags: flags.1 };
    });
    assert_eq!(constructors, "0.o(.init_array): constructors and destructors are not supported");
    let absolute = with(&|file, from| {
        let symbol = file.symbol("number", SymbolSection::Absolute, 5, |_| ());
        refer(file, from, symbol);
    });
    assert_eq!(absolute, "0.o: absolute symbols are not supported (symbol `number`)");
    let weak = with(&|file, from| {
        let symbol = file.undefined("perhaps");
        file.0.symbol_mut(symbol).weak = true;
        refer(file, from, symbol);
    });
    assert_eq!(weak, "0.o: the weak symbol `perhaps` is not defined");
    let relocation = with(&|file, from| {
        let symbol = file.undefined("own");
        file.reference(from, 0, elf::R_X86_64_TLSGD, symbol, 0);
    });
    assert_eq!(relocation, "0.o(.text.rt_f): relocation 19 against `own` is not supported");
    let inside = with(&|file, from| {
        file.symbol("rt_inner", SymbolSection::Section(from), 4, |_| ());
    });
    assert!(inside.starts_with("0.o: `rt_inner` does not begin its section"), "{inside}");
    let alias = with(&|file, _| {
        let section = file.section(".data.x", SectionKind::Data, &[0; 4]);
        file.symbol("rt_x", SymbolSection::Section(section), 0, |_| ());
        file.symbol("rt_y", SymbolSection::Section(section), 0, |_| ());
    });
    assert!(alias.ends_with("is another name for writable data"), "{alias}");
}

#[test]
fn other_files_are_refused() {
    let interner = Interner::new();
    let arm = Object::new(BinaryFormat::Elf, Architecture::Aarch64, Endianness::Little);
    let arm = arm.write().expect("it can be written");
    let error = import(&[arm], &interner).expect_err("this must be refused");
    assert_eq!(error.to_string(), "0.o: not a relocatable file for x86-64");
    let error = import(&[b"text".to_vec()], &interner).expect_err("this must be refused");
    assert!(error.to_string().starts_with("0.o: "), "{error}");
    let archive = import_archive("lib.a", b"!<arch>\n", &options(), &interner);
    assert_eq!(archive.expect("an empty archive").definitions, []);
    let error = import_archive("lib.a", b"!<thin>\n", &options(), &interner);
    let error = error.expect_err("this must be refused").to_string();
    assert_eq!(error, "lib.a: thin archives are not supported");
}

/// Bytes that were changed or cut off are an error or give an object, but
/// never end the reader.
#[test]
fn damage_never_panics() {
    let mut file = ObjectFile::new();
    let start = file.function("_start", &[0xe8, 0, 0, 0, 0, 0xc3]);
    let text = file.0.section_id(StandardSection::ReadOnlyData);
    file.0.append_section_data(text, b"constant", 8);
    let symbol = file.0.section_symbol(text);
    file.reference(start, 1, elf::R_X86_64_PC32, symbol, -4);
    let bytes = file.write();
    let interner = Interner::new();
    assert!(import(std::slice::from_ref(&bytes), &interner).is_ok());
    for length in 0..bytes.len() {
        let _ = import(&[bytes[..length].to_vec()], &interner);
    }
    for at in 0..bytes.len() {
        for byte in [0, 1, 0x7f, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] = byte;
            if let Ok(object) = import(&[damaged], &interner) {
                let objects = [object.view()];
                let input = Input { objects: &objects, runtime: None, interner: &interner };
                let _ = simple_link::link(&input, &Options::default());
            }
        }
    }
}
