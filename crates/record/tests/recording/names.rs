use std::fs;

use object::{Object, ObjectSymbol};
use simple_record::{Error, Function, functions, references};

use crate::build::{MODES, build, build_bare};

fn is_contiguous(list: &[Function]) -> bool {
    list.windows(2).all(|pair| pair[0].address < pair[1].address)
}

#[test]
fn names_are_unique_and_sizes_known() {
    build(
        "names",
        "libinner.rlib",
        &["--cfg", "inner", "--crate-type=rlib", "--crate-name=inner", "-Cpanic=abort"],
    );
    let program = build_bare("names", "names", &["-Clink-arg=-Wl,--no-gc-sections"]);
    let found = functions(&fs::read(program).expect("it was built")).expect("it has names");
    assert!(is_contiguous(&found.list));
    let helpers: Vec<_> = ["helper", "helper#2"].map(|name| found.named(name)).to_vec();
    let [Some(first), Some(second)] = helpers[..] else { panic!("{:?}", found.list) };
    assert!(found[first].address < found[second].address);
    assert_eq!(found.named("helper#3"), None);

    let global = &found[found.named("c_global").expect("it is a function")];
    assert_eq!(global.name, "c_global");
    assert_eq!(global.aliases, ["b_weak", "a_local"]);
    assert_eq!(global.size, 2);
    assert_eq!(&*global.section, ".text");
    assert_eq!(found.named("not_a_function"), None);
    assert_eq!(found.named("a_local"), found.named("c_global"));

    let inside = found.at(global.address + 1).expect("its second byte is in it");
    assert_eq!(found[inside].name, "c_global");
    assert_eq!(found.entered_at(global.address + 1), None);
    assert_eq!(found.at(0), None);
}

#[test]
fn a_real_program() {
    let bytes = fs::read(&*MODES).expect("it was built");
    let found = functions(&bytes).expect("it has names");
    assert!(is_contiguous(&found.list));
    assert!(found.list.len() > 100, "{}", found.list.len());
    assert!(found.list.iter().all(|f| f.size > 0 && f.address % f.align == 0));
    assert!(found.list.iter().all(|f| !f.section.starts_with(".plt")));
    assert!(found.build.len() >= 16 && found.build.bytes().all(|b| b.is_ascii_hexdigit()));
    let entry = found.entered_at(found.entry).expect("it begins with a function");
    assert_eq!(found[entry].name, "_start");
}

/// Damaged files are errors or have other functions; they never do harm.
#[test]
fn damaged_files() {
    let bytes = fs::read(build_bare("bare", "damaged", &[])).expect("it was built");
    assert!(matches!(functions(b""), Err(Error::Elf(_))));
    assert!(matches!(functions(b"#!/bin/sh\n"), Err(Error::Elf(_))));
    for length in (0..bytes.len()).step_by(97) {
        assert!(functions(&bytes[..length]).is_err(), "{length} bytes are enough");
    }
    let mut wrong = bytes.clone();
    for at in 0..bytes.len().min(4096) {
        for value in [0, 0x7f, 0xff] {
            wrong[at] = value;
            if let Ok(found) = functions(&wrong) {
                assert!(is_contiguous(&found.list));
            }
        }
        wrong[at] = bytes[at];
    }
    // e_machine: AArch64.
    wrong[18] = 183;
    assert!(matches!(functions(&wrong), Err(Error::NotExecutable)));
}

/// The data that code has addresses of, by whatever it does with them.
#[test]
fn references_of_functions() {
    let program = build_bare("bare", "references", &[]);
    let bytes = std::fs::read(&program).expect("it was built");
    let functions = functions(&bytes).expect("it has symbols");
    let references = references(&bytes, &functions).expect("they are found");
    assert!(references.is_sorted());
    let data = |name: &str| {
        let file = object::File::parse(&*bytes).expect("it is an executable");
        let symbol = file.symbols().find(|symbol| symbol.name() == Ok(name));
        symbol.expect("the symbol is there").address()
    };
    let of = |name: &str| -> Vec<u64> {
        let function = functions.named(name).expect("the function is there");
        let own = references.iter().filter(|reference| reference.function == function);
        own.map(|reference| reference.address).collect()
    };
    assert_eq!(of("_start"), [data("ready"), data("done")]);
    assert_eq!(of("one"), [data("read_page")]);
    assert_eq!(of("two"), [data("write_page"), data("data_page")]);
    assert_eq!(of("twice"), []);
}
