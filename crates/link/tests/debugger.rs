//! What debuggers see.

mod assembly;

use std::fs;
use std::process::Command;

use assembly::{Assembler, Code};
use gimli::{EndianSlice, LittleEndian};
use object::{Object, ObjectSection, ObjectSymbol};
use simple_link::{DebugInfo, Options, SourceFile, output};
use simple_object::positions::{Position, PositionKind};
use simple_source::Interner;

const MAIN: &str = "fn main():
    helper()

fn helper():
    trap()
";
const LIBRARY: &str = "pub fn trap():
    pass
    panic(\"\")
";

/// `main` and `helper` of `main.spl` lie around `trap` of `lib/trap.spl`, which
/// ends in an undefined instruction.
fn program(interner: &Interner) -> Assembler<'_> {
    let at = |offset, kind, file, line, column| Position { offset, kind, file, line, column };
    let mut assembler = Assembler::new(interner);
    let start = Code::new().bytes(&[0x31, 0xed]).call("main").exit(1);
    assembler.function("_start", start);
    assembler.function_at(
        "main",
        1,
        Code::new().enter().call("helper").leave(),
        &[
            at(4, PositionKind::Line, 0, 2, 5),
            at(9, PositionKind::Call, 0, 2, 5),
            at(9, PositionKind::Line, 0, 3, 1),
        ],
    );
    let trap = Code::new().enter().bytes(&[0x90, 0xeb, 2, 0x5d, 0xc3, 0x0f, 0x0b]);
    let mut other = Assembler::new(interner);
    other.function_at(
        "trap",
        1,
        trap,
        &[at(4, PositionKind::Line, 0, 2, 5), at(9, PositionKind::Trap(26), 0, 3, 5)],
    );
    // The same, but in file 1.
    let mut positions = std::mem::take(&mut other.object.positions);
    positions[0] = 1;
    let definition = &other.object.definitions[0];
    let code = Code { bytes: other.object.bytes(definition).to_vec(), references: Vec::new() };
    let first = assembler.object.positions.len() as u32;
    assembler.object.positions.extend(&positions);
    let range = first..assembler.object.positions.len() as u32;
    assembler.function("trap", code).positions = range;
    assembler.function_at(
        "helper",
        4,
        Code::new().enter().call("trap").leave(),
        &[at(4, PositionKind::Line, 0, 5, 5), at(9, PositionKind::Line, 0, 6, 1)],
    );
    for (function, display) in assembler.object.definitions.iter_mut().zip([
        "_start",
        "program.main",
        "lib.trap",
        "program.helper",
    ]) {
        function.display = interner.intern(display);
    }
    assembler
}

fn link(directory: &str) -> Vec<u8> {
    let options = Options {
        debug: Some(DebugInfo { directory, producer: "simple of this test" }),
        files: &[
            SourceFile { name: "main.spl", library: false },
            SourceFile { name: "lib/trap.spl", library: true },
        ],
        ..Options::default()
    };
    program(&Interner::new()).link(&options).expect("it links")
}

fn dwarf<'b>(elf: &object::File<'b>) -> gimli::Dwarf<EndianSlice<'b, LittleEndian>> {
    let section = |id: gimli::SectionId| {
        let section = elf.section_by_name(id.name());
        let data = section.map(|section| section.data().expect("sections have bytes"));
        Ok::<_, gimli::Error>(EndianSlice::new(data.unwrap_or_default(), LittleEndian))
    };
    gimli::Dwarf::load(section).expect("it loads")
}

#[test]
fn every_instruction_has_its_line() {
    let bytes = link("/somewhere");
    let elf = object::File::parse(&*bytes).expect("it is ELF");
    let dwarf = dwarf(&elf);
    let address = |name: &str| {
        elf.symbols().find(|s| s.name() == Ok(name)).expect("the symbol is there").address()
    };
    let mut units = dwarf.units();
    let mut found = Vec::new();
    while let Some(header) = units.next().expect("units can be read") {
        let unit = dwarf.unit(header).expect("the unit can be read");
        let text = |attribute| {
            let text = dwarf.attr_string(&unit, attribute).expect("it is text");
            text.to_string().expect("it is UTF-8").to_owned()
        };
        let mut entries = unit.entries();
        while let Some(entry) = entries.next_dfs().expect("entries can be read") {
            let name = text(entry.attr_value(gimli::DW_AT_name).expect("a name"));
            if entry.tag() == gimli::DW_TAG_compile_unit {
                let directory = entry.attr_value(gimli::DW_AT_comp_dir).expect("a directory");
                assert_eq!(text(directory), "/somewhere");
                found.push(name);
                let mut ranges = dwarf.unit_ranges(&unit).expect("ranges");
                while let Some(range) = ranges.next().expect("ranges can be read") {
                    found.push(format!("range of {}", range.end - range.begin));
                }
            } else {
                let low = entry.attr_value(gimli::DW_AT_low_pc);
                let linker_name = name.rsplit('.').next().expect("the last part");
                assert_eq!(low, Some(gimli::AttributeValue::Addr(address(linker_name))));
                found.push(name);
            }
        }
        let program = unit.line_program.clone().expect("lines");
        let mut rows = program.rows();
        while let Some((header, row)) = rows.next_row().expect("rows can be read") {
            if row.end_sequence() {
                found.push("end".to_owned());
                continue;
            }
            let file = row.file(header).expect("the file is listed");
            let part = |value| text(value).to_owned();
            let directory = part(file.directory(header).expect("its directory is listed"));
            let owner = elf
                .symbols()
                .filter(|s| s.address() <= row.address())
                .max_by_key(|s| s.address())
                .expect("all code has symbols");
            found.push(format!(
                "{directory}/{}:{}{} {}+{}",
                part(file.path_name()),
                row.line().map_or(0, u64::from),
                if row.prologue_end() { " body" } else { "" },
                owner.name().expect("a name"),
                row.address() - owner.address(),
            ));
        }
    }
    assert_eq!(
        found,
        [
            "main.spl",
            "range of 11",
            "range of 11",
            "program.main",
            "program.helper",
            "/somewhere/main.spl:1 main+0",
            "/somewhere/main.spl:2 body main+4",
            "/somewhere/main.spl:3 main+9",
            "end",
            "/somewhere/main.spl:4 helper+0",
            "/somewhere/main.spl:5 body helper+4",
            "/somewhere/main.spl:6 helper+9",
            "end",
            "lib/trap.spl",
            "range of 11",
            "lib.trap",
            "lib/trap.spl:1 trap+0",
            "lib/trap.spl:2 body trap+4",
            "lib/trap.spl:3 trap+9",
            "end",
        ]
    );
}

#[test]
fn there_is_none_unless_asked_for() {
    let interner = Interner::new();
    let bytes = program(&interner).link(&Options::default()).expect("it links");
    let elf = object::File::parse(&*bytes).expect("it is ELF");
    assert!(elf.sections().all(|s| s.name().is_ok_and(|name| !name.starts_with(".debug"))));
}

/// The session that a person would have.
#[test]
fn gdb_shows_the_source() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().canonicalize().expect("it exists");
    fs::create_dir(path.join("lib")).expect("a directory");
    fs::write(path.join("main.spl"), MAIN).expect("a file");
    fs::write(path.join("lib/trap.spl"), LIBRARY).expect("a file");
    let program = path.join("program");
    let bytes = link(path.to_str().expect("UTF-8"));
    output::write_executable(&program, &bytes).expect("it can be written");
    let commands = [
        "set debuginfod enabled off",
        "set pagination off",
        "set width 0",
        "break main.spl:5",
        "break lib.trap",
        "run",
        "backtrace",
        "continue",
        "next",
        "backtrace",
        "info symbol $pc",
        "next",
        "list program.main",
    ];
    let mut gdb = Command::new("gdb");
    gdb.args(["-nx", "-batch"]);
    commands.iter().for_each(|command| {
        gdb.args(["-ex", command]);
    });
    let Ok(output) = gdb.arg(&program).output() else {
        eprintln!("gdb is not installed");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    for expected in [
        "main.spl, line 5.",
        "lib/trap.spl, line 2.",
        "Breakpoint 1, program.helper () at main.spl:5",
        "5\t    trap()",
        "#0  program.helper () at main.spl:5",
        " in program.main () at main.spl:2",
        "Breakpoint 2, lib.trap () at lib/trap.spl:2",
        "Program received signal SIGILL",
        "#0  lib.trap () at lib/trap.spl:3",
        " in program.helper () at main.spl:5",
        "trap + 9 in section .text",
        "1\tfn main():",
    ] {
        assert!(text.contains(expected), "`{expected}` is not in:\n{text}\n{errors}");
    }
}
