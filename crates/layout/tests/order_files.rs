//! Order files against the linkers that read them, those that this machine has.

use std::path::{Path, PathBuf};
use std::process::Command;

use simple_layout::{Format, Group, Phase, Plan, PlanSymbol, order_file};

/// Functions with the section that a compiler would put each into, in the order
/// of the object.
const FUNCTIONS: [(&str, &str); 8] = [
    ("never", ".text.never"),
    ("hot", ".text.hot.hot"),
    ("geo::List[i64]", ".text.geo::List[i64]"),
    ("f(int, char*)", ".text.f(int, char*)"),
    ("new", ".text.new"),
    ("_start", ".text.startup._start"),
    ("error", ".text.unlikely.error"),
    ("_ZN4core3fmt17h0123E", ".text._ZN4core3fmt17h0123E"),
];

/// What the plan wants; `new` it does not know, `gone` does not exist.
const PLANNED: [(&str, Phase); 8] = [
    ("_start", Phase::Startup),
    ("f(int, char*)", Phase::Startup),
    ("gone", Phase::Startup),
    ("error", Phase::Startup),
    ("geo::List[i64]", Phase::FirstFrame),
    ("_ZN4core3fmt17h0123E", Phase::Steady),
    ("hot", Phase::Steady),
    ("never", Phase::Cold),
];

fn plan() -> Plan {
    let symbol = |&(name, phase): &(&str, Phase)| {
        let group = u64::from(phase != Phase::Startup);
        PlanSymbol { name: name.to_owned(), phase, group, pinned: false }
    };
    let group = |id, phase| Group {
        id,
        phase,
        max_pages: None,
        align: false,
        aligned: true,
        bytes: 1,
        pages: 1,
    };
    Plan {
        groups: vec![group(0, Phase::Startup), group(1, Phase::FirstFrame)],
        symbols: PLANNED.iter().map(symbol).collect(),
        ..Plan::default()
    }
}

/// The output of a tool; none if this machine does not have it.
fn run(command: &mut Command) -> Option<String> {
    let Ok(output) = command.output() else {
        eprintln!("{command:?} is not installed");
        return None;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// An object with [`FUNCTIONS`], in a folder of the test's own.
fn object(test: &str) -> Option<(PathBuf, PathBuf)> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&folder).expect("a folder");
    let function = |(name, section): &(&str, &str)| {
        format!(
            ".section \"{section}\",\"ax\",@progbits\n.globl \"{name}\"\n.type \"{name}\",@function\n\
             \"{name}\": .skip 64, 0xc3\n.size \"{name}\", 64\n"
        )
    };
    let text: String = FUNCTIONS.iter().map(function).collect();
    let (source, object) = (folder.join("a.s"), folder.join("a.o"));
    std::fs::write(&source, text).expect("the source is written");
    run(Command::new("as").arg("-o").arg(&object).arg(&source))?;
    Some((folder, object))
}

/// The functions of the program that `linker` makes, with their addresses.
fn linked(format: Format, linker: &mut Command, option: &str) -> Option<Vec<(u64, String)>> {
    let (folder, object) = object(format.name())?;
    let order = folder.join("order");
    std::fs::write(&order, order_file(&plan(), format)).expect("the order is written");
    let program = folder.join("program");
    linker.arg(option).arg(&order).arg("-o").arg(&program).arg(&object);
    run(linker)?;
    let symbols = run(Command::new("nm").arg("-n").arg(&program))?;
    let functions = symbols.lines().filter_map(|line| {
        let (address, name) = line.split_once(" T ")?;
        Some((u64::from_str_radix(address, 16).expect("an address"), name.to_owned()))
    });
    Some(functions.collect())
}

fn names(functions: &[(u64, String)]) -> Vec<&str> {
    functions.iter().map(|(_, name)| name.as_str()).collect()
}

const WANTED: [&str; 6] =
    ["_start", "f(int, char*)", "error", "geo::List[i64]", "_ZN4core3fmt17h0123E", "hot"];

#[test]
fn gnu_ld_reads_the_script() {
    let Some(functions) = linked(Format::GnuLd, &mut Command::new("ld.bfd"), "-T") else { return };
    let names = names(&functions);
    assert_eq!(names[..6], WANTED);
    assert_eq!(names[6..8], ["new", "never"]);
    // Both groups begin on pages.
    assert_eq!([functions[0].0 % 4096, functions[3].0 % 4096], [0, 0], "{functions:?}");
}

#[test]
fn gold_reads_the_order() {
    let linker = &mut Command::new("ld.gold");
    let Some(functions) = linked(Format::Gold, linker, "--section-ordering-file") else { return };
    assert_eq!(names(&functions)[..6], WANTED);
}

#[test]
fn lld_reads_the_order() {
    // Rust brings it along; nothing else about it differs.
    let sysroot = run(Command::new("rustc").args(["--print", "sysroot"]));
    let host = format!("lib/rustlib/{}-unknown-linux-gnu/bin/rust-lld", std::env::consts::ARCH);
    let lld = sysroot.map(|root| Path::new(root.trim()).join(host)).filter(|lld| lld.exists());
    let Some(lld) = lld else { return };
    let mut linker = Command::new(lld);
    linker.args(["-flavor", "gnu"]);
    let functions = linked(Format::Lld, &mut linker, "--symbol-ordering-file");
    let Some(functions) = functions else { return };
    assert_eq!(names(&functions)[..6], WANTED);
}
