//! Where functions and data lie when phases or a plan say it.

mod assembly;
mod processes;

use std::collections::BTreeMap;

use assembly::{Assembler, Code};
use object::{Object, ObjectSection, ObjectSymbol};
use simple_link::{Options, PlacedFunction, Plan};
use simple_object::{Kind, Phase};
use simple_source::Interner;

const PAGE: u64 = 4096;

/// `_start` calls `a` to `f`, which refer to constants of their letter, and
/// ends; `rt_x` is the runtime's and is called by `c` and `e`.
fn program(interner: &Interner) -> Assembler<'_> {
    let mut assembler = Assembler::new(interner);
    let letters = ["a", "b", "c", "d", "e", "f"];
    let start = letters.iter().fold(Code::new(), |code, letter| code.call(letter)).exit(7);
    assembler.function("_start", start);
    for letter in letters {
        let mut code = Code::new().enter().lea_rsi(&format!("const_{letter}"));
        if letter == "c" || letter == "e" {
            code = code.call("rt_x");
        }
        assembler.function(letter, code.leave());
    }
    let shared = Code::new().enter().lea_rsi("const_x").leave();
    assembler.function("rt_x", shared).flags.runtime = true;
    for letter in letters.iter().chain(&["x"]) {
        assembler.define(&format!("const_{letter}"), Kind::ReadOnly, Code::new().bytes(&[1; 8]));
    }
    assembler
}

/// The program's names by rising address, and the section of each.
fn names(bytes: &[u8], filter: impl Fn(&str) -> bool) -> Vec<(u64, String, String)> {
    let file = object::File::parse(bytes).expect("an ELF file");
    let mut found: Vec<_> = file
        .symbols()
        .filter_map(|symbol| {
            let section = file.section_by_index(symbol.section_index()?).ok()?;
            let name = symbol.name().ok()?.trim_start_matches("the ").to_owned();
            filter(&name).then(|| {
                let section = section.name().unwrap_or_default().to_owned();
                (symbol.address(), name, section)
            })
        })
        .collect();
    found.sort();
    found
}

fn order(bytes: &[u8], filter: impl Fn(&str) -> bool) -> String {
    names(bytes, filter).into_iter().map(|(_, name, _)| name).collect::<Vec<_>>().join(" ")
}

fn is_function(name: &str) -> bool {
    !name.starts_with("const")
}

fn placed(name: &str, phase: Phase) -> PlacedFunction<'_> {
    PlacedFunction { name, phase, page_start: false }
}

fn with_plan<'a>(functions: &'a [PlacedFunction<'a>]) -> Options<'a> {
    Options { plan: Some(Plan { functions }), ..Options::default() }
}

#[test]
fn without_a_word_the_order_is_the_programs() {
    let interner = Interner::new();
    let bytes = program(&interner).link(&Options::default()).expect("it links");
    assert_eq!(order(&bytes, is_function), "_start a b c d e f rt_x");
}

#[test]
fn a_plan_orders_functions_and_what_they_refer_to() {
    let interner = Interner::new();
    let plan = [
        placed("e", Phase::Startup),
        placed("no such function", Phase::Startup),
        placed("b", Phase::Startup),
        placed("d", Phase::FirstFrame),
        placed("f", Phase::Cold),
        placed("e", Phase::Cold),
    ];
    let bytes = program(&interner).link(&with_plan(&plan)).expect("it links");
    let sections: BTreeMap<String, String> =
        names(&bytes, is_function).into_iter().map(|(_, name, section)| (name, section)).collect();
    // What is not named comes behind, in its own phase; the runtime's function
    // is needed when the first that calls it is.
    assert_eq!(order(&bytes, is_function), "e b rt_x d _start a c f");
    assert_eq!(sections["e"], ".text.startup");
    assert_eq!(sections["rt_x"], ".text.startup");
    assert_eq!(sections["d"], ".text.first_frame");
    assert_eq!(sections["a"], ".text");
    assert_eq!(sections["f"], ".text.cold");
    assert_eq!(
        order(&bytes, |name| name.starts_with("const")),
        "const_e const_x const_b const_d const_a const_c const_f"
    );
}

/// Makes a function longer.
fn pad(assembler: &mut Assembler<'_>, name: &str, size: usize) {
    let object = &mut assembler.object;
    let name = assembler.interner.intern(name);
    let position = object.definitions.iter().position(|definition| definition.name == name);
    let definition = &mut object.definitions[position.expect("it is a function")];
    let old = definition.offset as usize..(definition.offset + definition.size) as usize;
    let bytes = object.text[old].to_vec();
    definition.offset = object.text.len() as u32;
    object.text.extend(bytes);
    object.text.resize(definition.offset as usize + size, 0x90);
    definition.size = size as u32;
}

#[test]
fn a_group_begins_a_page_in_a_program_that_has_many() {
    let interner = Interner::new();
    let aligned = PlacedFunction { page_start: true, ..placed("d", Phase::Startup) };
    let plan = [placed("e", Phase::Startup), aligned, placed("b", Phase::Startup)];
    let places = |assembler: &Assembler<'_>| -> BTreeMap<String, u64> {
        let bytes = assembler.link(&with_plan(&plan)).expect("it links");
        names(&bytes, is_function).into_iter().map(|(at, name, _)| (name, at)).collect()
    };
    let mut assembler = program(&interner);
    let at = places(&assembler);
    assert!(at["e"] < at["d"] && at["b"] - at["e"] < 128, "all is on one page: {at:?}");
    pad(&mut assembler, "f", 128 << 10);
    let at = places(&assembler);
    assert_eq!(at["d"] % PAGE, 0);
    assert!(at["e"] < at["d"] && at["b"] - at["d"] < 64);
}

/// Attributes alone do it too, with the entry among what starts.
#[test]
fn phases_of_functions_decide_without_a_plan() {
    let interner = Interner::new();
    let mut assembler = program(&interner);
    for definition in &mut assembler.object.definitions {
        match interner.resolve(definition.name) {
            "c" => definition.phase = Phase::Startup,
            "a" => definition.phase = Phase::Cold,
            "_start" => definition.flags.runtime = true,
            _ => {}
        }
    }
    let bytes = assembler.link(&Options::default()).expect("it links");
    assert_eq!(order(&bytes, is_function), "rt_x c _start b d e f a");
    assert_eq!(
        order(&bytes, |name| name.starts_with("const")),
        "const_c const_x const_b const_d const_e const_f const_a"
    );
}

/// A plan moves code and changes nothing that it does.
#[test]
fn a_planned_program_runs() {
    let interner = Interner::new();
    let plan = ["f", "e", "d", "_start", "b", "a"]
        .map(|name| PlacedFunction { page_start: name == "d", ..placed(name, Phase::Startup) });
    let bytes = program(&interner).link(&with_plan(&plan)).expect("it links");
    assert_eq!(processes::run(&bytes).status.code(), Some(7));
}
