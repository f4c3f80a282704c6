//! What is refused, and what is said about it.

mod assembly;

use assembly::{Assembler, Code, hello};
use proptest::prelude::*;
use simple_link::{DebugInfo, Input, LinkError, Options, SourceFile};
use simple_object::{CodeObject, Definition, Kind, Linkage, Phase, Relocation, RelocationKind};
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

/// Definitions most of whose numbers fit objects with [`BYTES`] bytes and
/// [`COUNT`] relocations and bytes of positions.
fn definitions() -> impl Strategy<Value = Vec<Definition>> {
    let rarely = |usual: u32, most: u32| prop_oneof![40 => 0..=usual, 1 => 0..=most];
    let numbers = (rarely(BYTES / 2, BYTES), 0u8..13, rarely(COUNT, 99), rarely(COUNT, 99));
    let one = (0usize..4, any::<bool>(), 0usize..4, numbers, 0u32..4, any::<u64>());
    let one = one.prop_map(|(kind, once, phase, numbers, references, order)| {
        let (offset, align_log2, first, start) = numbers;
        Definition {
            // Replaced when there is an interner.
            name: simple_source::sym::EMPTY,
            display: simple_source::sym::EMPTY,
            kind: [Kind::Function, Kind::ReadOnly, Kind::Data, Kind::Zeroed][kind],
            linkage: if once { Linkage::Once } else { Linkage::Global },
            offset,
            size: BYTES / 2,
            align_log2,
            phase: [Phase::Startup, Phase::FirstFrame, Phase::Steady, Phase::Cold][phase],
            flags: Default::default(),
            order,
            relocations: if kind == 3 { 0..0 } else { first..(first + references).min(COUNT) },
            positions: start..COUNT,
        }
    });
    prop::collection::vec(one, 5)
}

const BYTES: u32 = 128;
const COUNT: u32 = 24;

proptest! {
    #[test]
    fn no_object_makes_the_linker_panic(
        definitions in definitions(),
        relocations in prop::collection::vec(
            (0u32..56, 0usize..6, 0usize..6, prop_oneof![30 => -9i64..9, 1 => any::<i64>()]),
            COUNT as usize,
        ),
        bytes in prop::collection::vec(any::<u8>(), BYTES as usize),
        positions in prop::collection::vec(prop_oneof![0u8..4, any::<u8>()], COUNT as usize),
    ) {
        let interner = Interner::new();
        let names = ["_start", "a", "b", "c", "d", "simple_image"].map(|n| interner.intern(n));
        let mut object = CodeObject {
            text: bytes.clone(),
            rodata: bytes.clone(),
            data: bytes,
            definitions,
            positions,
            relocations: Vec::new(),
        };
        for (definition, name) in object.definitions.iter_mut().zip(names) {
            (definition.name, definition.display) = (name, name);
        }
        for (offset, kind, target, addend) in relocations {
            let kind = [
                RelocationKind::Absolute64,
                RelocationKind::Relative32,
                RelocationKind::Absolute32,
                RelocationKind::Absolute32Signed,
                RelocationKind::Relative64,
                RelocationKind::GotRelative32,
            ][kind];
            object.relocations.push(Relocation { offset, kind, target: names[target], addend });
        }
        let objects = [object.view()];
        let input = Input { objects: &objects, runtime: None, interner: &interner };
        let debug = Some(DebugInfo { directory: "", producer: "\0" });
        let files = ["", "/", "a/", "b\0"].map(|name| SourceFile { name, library: false });
        let options = Options { debug, files: &files, ..Options::default() };
        let linked = simple_link::link(&input, &options);
        let loaded = simple_link::load(&input, &options);
        // What is out of range depends on the address.
        let far = |result: Option<&LinkError>| matches!(result, Some(LinkError::OutOfRange(_)));
        if !far(linked.as_ref().err()) && !far(loaded.as_ref().err()) {
            prop_assert_eq!(linked.is_ok(), loaded.is_ok());
        }
    }
}
