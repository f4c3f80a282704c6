//! What is refused, and what is said about it.

mod assembly;

use assembly::{Assembler, Code, hello};
use simple_link::{Input, LinkError, Options};
use simple_object::{Definition, Kind, Linkage, RelocationKind};
use simple_source::Interner;

fn message(assembler: &Assembler<'_>) -> String {
    assembler.link(&Options::default()).expect_err("this must not link").to_string()
}

#[test]
fn a_missing_entry_is_named() {
    let interner = Interner::new();
    let assembler = Assembler::new(&interner);
    assert_eq!(message(&assembler), "undefined symbol `_start`, the program's entry");
}

#[test]
fn missing_symbols_are_named_with_those_who_need_them() {
    let interner = Interner::new();
    let mut assembler = Assembler::new(&interner);
    let all = ["a", "b", "c", "d", "e"];
    let start = all.iter().fold(Code::new(), |code, name| code.call(name));
    assembler.function("_start", start.call("also missing"));
    for name in all.iter().rev() {
        assembler.function(name, Code::new().call("missing").call("missing"));
    }
    assembler.function("unreached", Code::new().call("missing from what nobody needs"));
    assert_eq!(
        message(&assembler),
        "undefined symbol `also missing`, needed by `the _start`\n\
         undefined symbol `missing`, needed by `the a`, `the b`, `the c` and 2 more"
    );
}

#[test]
fn second_definitions_are_refused() {
    let interner = Interner::new();
    let mut assembler = hello(&interner);
    let other = {
        let mut other = Assembler::new(&interner);
        for _ in 0..2 {
            let name = other.interner.intern("another finish");
            other.function("finish", Code::new().exit(0)).display = name;
        }
        other.object
    };
    assembler.function("simple_image", Code::new().exit(0));
    let objects = [other.view(), assembler.object.view()];
    let input = Input { objects: &objects, runtime: None, interner: &interner };
    let error = simple_link::link(&input, &Options::default()).expect_err("this must not link");
    assert_eq!(
        error.to_string(),
        "`finish` is defined 3 times: by `another finish`, `another finish`, `the finish`\n\
         `simple_image` is defined 2 times: by `the linker`, `the simple_image`"
    );
}

#[test]
fn interchangeable_definitions_are_merged_and_give_way() {
    let interner = Interner::new();
    let mut assembler = Assembler::new(&interner);
    assembler.function("_start", Code::new().call("status"));
    for _ in 0..3 {
        assembler.function("status", Code::new().exit(1)).linkage = Linkage::Once;
    }
    assert!(assembler.link(&Options::default()).is_ok());
    assembler.function("status", Code::new().exit(0));
    assert!(assembler.link(&Options::default()).is_ok());
}

#[test]
fn references_out_of_range_are_refused() {
    let interner = Interner::new();
    let mut assembler = Assembler::new(&interner);
    let start = Code::new().reference(RelocationKind::Relative32, "_start", 1 << 40).reference(
        RelocationKind::Absolute32,
        "_start",
        -(1 << 40),
    );
    assembler.function("_start", start);
    assert_eq!(
        message(&assembler),
        "`the _start` cannot reach `_start`: 0x10000000000 does not fit the 32-bit reference at offset 0x0\n\
         `the _start` cannot reach `_start`: -0xffffbfee80 does not fit the 32-bit reference at offset 0x4 \
         (the image must lie below 2 GiB)"
    );
}

#[test]
fn a_program_beyond_the_reach_of_references_is_refused() {
    let interner = Interner::new();
    let mut assembler = Assembler::new(&interner);
    let start = Code::new().lea_rsi("first").lea_rsi("second");
    assembler.function("_start", start);
    assembler.zeroed("first", u32::MAX);
    assembler.zeroed("second", u32::MAX);
    assert!(message(&assembler).starts_with("`the _start` cannot reach `second`: 0x1000"));
}

#[test]
fn malformed_definitions_are_refused() {
    let check = |change: &dyn Fn(&mut Definition), expected: &str| {
        let interner = Interner::new();
        let mut assembler = Assembler::new(&interner);
        assembler.function("_start", Code::new().call("_start"));
        change(&mut assembler.object.definitions[0]);
        assert_eq!(message(&assembler), format!("malformed definition `_start`: {expected}"));
    };
    check(&|d| d.size = 500, "its bytes lie outside the object");
    check(&|d| d.kind = Kind::ReadOnly, "its bytes lie outside the object");
    check(&|d| d.size = 4, "a relocation at offset 0x1 lies outside it");
    check(&|d| d.relocations = 0..2, "its relocations lie outside the object");
    check(&|d| d.positions = 9..10, "its positions lie outside the object");
    check(&|d| d.align_log2 = 63, "it is aligned to more than a page");
}

#[test]
fn a_damaged_runtime_is_refused() {
    let interner = Interner::new();
    let mut assembler = Assembler::new(&interner);
    assembler.function("_start", Code::new().call("_start"));
    let mut bytes = simple_object::blob::write(&assembler.object, &interner).expect("small enough");
    // The kind of its only definition: header, one or two symbols, 40 bytes.
    let symbols = u32::from_le_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]) as usize;
    bytes[44 + 12 * symbols + 40] = 9;
    let runtime = simple_object::blob::Blob::parse(&bytes).ok();
    assert!(runtime.is_some());
    let input = Input { objects: &[], runtime, interner: &interner };
    let error = simple_link::link(&input, &Options::default()).expect_err("this must not link");
    assert!(matches!(error, LinkError::Runtime(_)));
    assert_eq!(
        error.to_string(),
        "the runtime: damaged serialised code object: bad kind of definition"
    );
}
