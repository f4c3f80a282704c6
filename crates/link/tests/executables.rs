//! Executables that run.

mod assembly;
mod processes;

use std::process::Command;

use assembly::{Assembler, Code, hello};
use object::{Object, ObjectSection, ObjectSegment, ObjectSymbol};
use processes::run;
use simple_link::Options;
use simple_object::{Kind, Phase, RelocationKind};
use simple_source::Interner;

#[test]
fn hello_runs() {
    let interner = Interner::new();
    let result = run(&hello(&interner).link(&Options::default()).expect("it links"));
    assert_eq!(String::from_utf8_lossy(&result.stdout), "hello\n");
    assert_eq!(result.status.code(), Some(5 + 1 + 1));
}

#[test]
fn stripped_hello_runs_and_is_smaller() {
    let interner = Interner::new();
    let full = hello(&interner).link(&Options::default()).expect("it links");
    let options = Options { strip: true, ..Options::default() };
    let stripped = hello(&interner).link(&options).expect("it links");
    assert_eq!(run(&stripped).status.code(), Some(7));
    assert!(stripped.len() < full.len());
    let elf = object::File::parse(&*stripped).expect("it is ELF");
    assert_eq!(elf.symbols().count(), 0);
}

#[test]
fn hello_is_small_and_has_no_padding() {
    let interner = Interner::new();
    let bytes = hello(&interner).link(&Options::default()).expect("it links");
    assert!(bytes.len() < 2048, "{} bytes", bytes.len());
}

#[test]
fn no_page_is_writable_and_executable() {
    let interner = Interner::new();
    let bytes = hello(&interner).link(&Options::default()).expect("it links");
    let elf = object::File::parse(&*bytes).expect("it is ELF");
    let pages: Vec<(u64, u64, bool)> = elf
        .segments()
        .map(|segment| {
            let object::SegmentFlags::Elf { p_flags, .. } = segment.flags() else {
                panic!("flags of ELF")
            };
            assert_ne!(p_flags.0 & 3, 3, "writable and executable");
            let end = segment.address() + segment.size();
            (segment.address() / 4096, end.div_ceil(4096), p_flags.0 & 1 != 0)
        })
        .collect();
    assert_eq!(pages.len(), 3);
    assert!(pages.windows(2).all(|two| two[0].1 <= two[1].0), "{pages:x?} share pages");
    assert!(pages[1].2 && elf.entry() / 4096 == pages[1].0);
}

#[test]
fn only_what_is_reached_is_linked() {
    let interner = Interner::new();
    let bytes = hello(&interner).link(&Options::default()).expect("it links");
    let elf = object::File::parse(&*bytes).expect("it is ELF");
    let mut names: Vec<_> = elf.symbols().filter_map(|s| s.name().ok()).collect();
    names.sort_unstable();
    assert_eq!(names, ["_start", "buffer", "counter", "finish", "greeting"]);
    for symbol in elf.symbols() {
        let section = symbol.section_index().expect("symbols lie in sections");
        let section = elf.section_by_index(section).expect("the section exists");
        let range = section.address()..=section.address() + section.size();
        assert!(range.contains(&symbol.address()), "{symbol:?} outside {section:?}");
    }
}

#[test]
fn phases_have_sections_in_the_order_of_a_run() {
    let interner = Interner::new();
    let mut assembler = Assembler::new(&interner);
    assembler.function("cold", Code::new().exit(9)).phase = Phase::Cold;
    assembler.function("frame", Code::new().call("steady")).phase = Phase::FirstFrame;
    assembler.function("steady", Code::new().call("cold"));
    assembler.function("_start", Code::new().call("frame")).phase = Phase::Startup;
    let bytes = assembler.link(&Options::default()).expect("it links");
    assert_eq!(run(&bytes).status.code(), Some(9));
    let elf = object::File::parse(&*bytes).expect("it is ELF");
    let sections: Vec<_> =
        elf.sections().filter_map(|s| s.name().ok().map(str::to_owned)).collect();
    let text: Vec<_> = sections.iter().filter(|name| name.starts_with(".text")).collect();
    assert_eq!(text, [".text.startup", ".text.first_frame", ".text", ".text.cold"]);
}

#[test]
fn accesses_that_cannot_be_rewritten_get_slots() {
    let interner = Interner::new();
    let mut assembler = Assembler::new(&interner);
    // xor edi, edi; lea rax, [rip + target]; cmp rax, [rip + target@GOT]; sete dil
    let start = Code::new()
        .bytes(&[0x31, 0xff, 0x48, 0x8d, 0x05])
        .reference(RelocationKind::Relative32, "target", -4)
        .bytes(&[0x48, 0x3b, 0x05])
        .reference(RelocationKind::GotRelative32, "target", -4)
        .bytes(&[0x40, 0x0f, 0x94, 0xc7, 0xb8, 231, 0, 0, 0, 0x0f, 0x05]);
    assembler.function("_start", start);
    assembler.define("target", Kind::ReadOnly, Code::new().bytes(&[1]));
    let bytes = assembler.link(&Options::default()).expect("it links");
    assert_eq!(run(&bytes).status.code(), Some(1));
}

#[test]
fn large_and_aligned_data_lie_where_they_should() {
    let interner = Interner::new();
    let mut assembler = Assembler::new(&interner);
    // test of alignment: lea rdi, [rip + page]; and edi, 4095; or edi, [big's last word]; exit
    let start = Code::new()
        .bytes(&[0x48, 0x8d, 0x3d])
        .reference(RelocationKind::Relative32, "page", -4)
        .bytes(&[0x81, 0xe7, 0xff, 0x0f, 0, 0])
        .bytes(&[0x0b, 0x3d])
        .reference(RelocationKind::Relative32, "big", (64 << 20) - 4 - 4)
        .bytes(&[0x0b, 0x3d])
        .reference(RelocationKind::Relative32, "data", -4)
        .bytes(&[0xb8, 231, 0, 0, 0, 0x0f, 0x05]);
    assembler.function("_start", start);
    assembler.zeroed("big", 64 << 20);
    assembler.zeroed("page", 4096).align_log2 = 12;
    assembler.define("data", Kind::Data, Code::new().bytes(&[42, 0, 0, 0])).align_log2 = 8;
    let bytes = assembler.link(&Options::default()).expect("it links");
    assert!(bytes.len() < 4096, "zeroed data has no bytes in the file");
    assert_eq!(run(&bytes).status.code(), Some(42));
}

#[test]
fn code_alone_is_a_program() {
    let interner = Interner::new();
    let mut assembler = Assembler::new(&interner);
    assembler.function("begin", Code::new().exit(3));
    let options = Options { entry: "begin", ..Options::default() };
    assert_eq!(run(&assembler.link(&options).expect("it links")).status.code(), Some(3));
}

#[test]
fn zeroed_data_alone_is_writable() {
    let interner = Interner::new();
    let mut assembler = Assembler::new(&interner);
    // inc dword [rip + counter]; mov edi, [rip + counter]; exit
    let start = Code::new()
        .bytes(&[0xff, 0x05])
        .reference(RelocationKind::Relative32, "counter", -4)
        .bytes(&[0x8b, 0x3d])
        .reference(RelocationKind::Relative32, "counter", -4)
        .bytes(&[0xb8, 231, 0, 0, 0, 0x0f, 0x05]);
    assembler.function("_start", start);
    assembler.zeroed("counter", 4);
    let bytes = assembler.link(&Options::default()).expect("it links");
    assert_eq!(run(&bytes).status.code(), Some(1));
}

#[test]
fn binutils_find_nothing_to_complain_about() {
    let interner = Interner::new();
    let bytes = hello(&interner).link(&Options::default()).expect("it links");
    let directory = tempfile::tempdir().expect("a directory for the program");
    let path = directory.path().join("program");
    processes::write(&path, &bytes);
    let run = |command: &mut Command| match processes::output(command.arg(&path)) {
        Ok(output) => {
            assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
            Some(String::from_utf8(output.stdout).expect("text"))
        }
        Err(_) => {
            eprintln!("binutils are not installed");
            None
        }
    };
    if let Some(text) = run(Command::new("readelf").args(["-W", "-a"])) {
        assert!(text.contains("Build ID: "), "{text}");
        assert!(!text.to_lowercase().contains("warning"), "{text}");
    }
    if let Some(text) = run(Command::new("objdump").arg("-d")) {
        assert!(text.contains("<finish>:"), "{text}");
        assert!(text.contains("rodata") || text.contains("<greeting>"), "{text}");
    }
}
