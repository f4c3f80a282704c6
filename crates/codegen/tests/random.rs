//! Random programs do the same as machine code of each level and in the
//! interpreter of MIR, and what they allocate they free.

#[path = "../../mir/tests/support/mod.rs"]
#[allow(dead_code)]
mod programs;
mod support;

use programs::generate::{Size, program};
use simple_codegen::Program;
use simple_mir::interpret::{Fault, Limits, Machine as Interpreter, Outcome as Expected, Value};
use simple_mir::text::print_module;
use simple_mir::{Dialect, ownership};
use simple_source::SourceMap;
use support::machine::{Machine, Outcome};
use support::{LEVELS, compile, runtime};

/// Whether the program ran to its end.
fn check(seed: u64, size: Size) -> bool {
    let (universe, mut module) = program(seed, size);
    let (types, interner) = (&universe.types, &universe.interner);
    ownership::run(&mut module, types, interner);
    let entry = module.entry.expect("programs have an entry");
    let limits = Limits { steps: 400_000, frames: 200, memory: 400_000 };
    let mut interpreter = Interpreter::new(&module, types, interner, Dialect::Counted, limits);
    let expected = match interpreter.run(entry, Vec::new()) {
        Ok(expected) => expected,
        Err(Fault::Limit(_)) => return false,
        Err(fault) => panic!("seed {seed}: {fault}"),
    };
    let sources = SourceMap::new();
    let code = Program { module: &module, types, interner, sources: &sources };
    for level in LEVELS {
        let machine = Machine::load(compile(code, level), interner, runtime::address_of);
        runtime::take_output();
        let found = machine.call(machine.address(module.functions[entry].name), &[]);
        let output = runtime::take_output();
        let left = runtime::live_objects();
        let agree = match (&expected, &found) {
            (Expected::Returned(Value::Int(bits)), Outcome::Returned(results)) => {
                results[0] == *bits && left == 0
            }
            (Expected::Panicked(_), Outcome::Panicked { .. } | Outcome::Trapped { .. }) => true,
            _ => false,
        };
        runtime::forget_objects();
        if !agree || output != interpreter.output() {
            let path = std::env::temp_dir().join("simple-codegen-random.mir");
            let text = print_module(&module, types, interner);
            let _ = std::fs::write(&path, format!("# seed {seed}\n{text}"));
            panic!(
                "seed {seed}, size {}, at {level:?}: {found:?} with {left} objects left, not \
                 {expected:?};\nprinted\n{output}\nnot\n{}\nsee {}",
                size.statements,
                interpreter.output(),
                path.display()
            );
        }
    }
    true
}

fn check_all(functions: usize, statements: usize, depth: usize) {
    let seeds = std::env::var("SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let size = Size { functions, statements, depth, overlapping: false };
    let ended = (0..seeds).filter(|seed| check(*seed, size)).count();
    assert!(ended as u64 * 2 > seeds, "most programs should end: {ended} of {seeds}");
}

#[test]
fn small_programs_agree() {
    check_all(0, 4, 1);
    check_all(1, 8, 2);
}

#[test]
fn programs_agree() {
    check_all(2, 14, 2);
}

#[test]
fn large_programs_agree() {
    check_all(5, 40, 3);
}
