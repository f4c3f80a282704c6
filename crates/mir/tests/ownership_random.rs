//! Random programs do the same before and after the ownership pass, and what
//! they allocate they free.

mod support;

use simple_mir::interpret::{Fault, Limits, Machine, Outcome};
use simple_mir::text::print_module;
use simple_mir::validate::{expect_valid, validate};
use simple_mir::{BlockId, Dialect, FuncId, Module, StatementKind, ownership};
use support::Random;
use support::generate::{Size, program};
use support::universe::Universe;

fn limits() -> Limits {
    Limits { steps: 400_000, frames: 200, memory: 400_000 }
}

fn run(
    universe: &Universe,
    module: &Module,
    dialect: Dialect,
) -> Result<(Option<Outcome>, String), Fault> {
    let mut machine = Machine::new(module, &universe.types, &universe.interner, dialect, limits());
    let entry = module.entry.expect("programs have an entry");
    match machine.run(entry, Vec::new()) {
        Ok(outcome) => {
            if let Outcome::Returned(value) = &outcome {
                machine.finish(value)?;
            }
            Ok((Some(outcome), machine.output().to_owned()))
        }
        Err(Fault::Limit(_)) => Ok((None, String::new())),
        Err(fault) => Err(fault),
    }
}

/// Whether the program ran to its end.
fn check(seed: u64, size: Size) -> bool {
    let (universe, module) = program(seed, size);
    expect_valid(&module, &universe.types, &universe.interner, Dialect::Values, "generation");
    let before = print_module(&module, &universe.types, &universe.interner);
    let values = run(&universe, &module, Dialect::Values);
    let mut counted = module;
    ownership::run(&mut counted, &universe.types, &universe.interner);
    let after = || print_module(&counted, &universe.types, &universe.interner);
    let explain = |what: &str| {
        let path = std::env::temp_dir().join("simple-mir-random.mir");
        let text = format!("# seed {seed}\n{before}\n# after\n{}", after());
        let _ = std::fs::write(&path, text);
        format!("seed {seed}, size {}: {what}; see {}", size.statements, path.display())
    };
    if let Err(errors) = validate(&counted, &universe.types, &universe.interner, Dialect::Counted) {
        panic!("{}", explain(&format!("{:#?}", errors[0])));
    }
    let found = run(&universe, &counted, Dialect::Counted);
    let found = found.unwrap_or_else(|fault| panic!("{}", explain(&fault.to_string())));
    if size.overlapping {
        return found.0.is_some();
    }
    let expected =
        values.unwrap_or_else(|fault| panic!("{}", explain(&format!("values: {fault}"))));
    if expected.0.is_none() || found.0.is_none() {
        return false;
    }
    if expected != found {
        panic!("{}", explain(&format!("expected {expected:?}\nfound {found:?}")));
    }
    true
}

fn seeds() -> u64 {
    std::env::var("SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(300)
}

fn check_all(overlapping: bool) {
    let mut ended = 0;
    let mut all = 0;
    for (functions, statements, depth) in [(0, 4, 1), (1, 8, 2), (2, 14, 2), (4, 30, 3), (6, 60, 4)]
    {
        for seed in 0..seeds() {
            let size = Size { functions, statements, depth, overlapping };
            ended += u32::from(check(seed, size));
            all += 1;
        }
    }
    assert!(ended * 2 > all, "most programs should end: {ended} of {all}");
}

#[test]
fn both_dialects_agree() {
    check_all(false);
}

#[test]
fn overlapping_addresses_are_safe() {
    check_all(true);
}

/// Sites where a statement counts something, in functions that are not glue.
fn counting_sites(module: &Module) -> Vec<(FuncId, BlockId, usize)> {
    let mut sites = Vec::new();
    for (id, function) in module.functions.iter_enumerated() {
        if function.attributes.library {
            continue;
        }
        for (block_id, block) in function.blocks.iter_enumerated() {
            for (index, statement) in block.statements.iter().enumerate() {
                if matches!(statement.kind, StatementKind::Retain(_) | StatementKind::Release(_)) {
                    sites.push((id, block_id, index));
                }
            }
        }
    }
    sites
}

#[test]
fn the_validator_notices_a_count_too_many_or_too_few() {
    let (mut noticed, mut all) = (0, 0);
    for seed in 0..60 {
        let size = Size { functions: 3, statements: 20, depth: 2, overlapping: false };
        let (universe, mut module) = program(seed, size);
        ownership::run(&mut module, &universe.types, &universe.interner);
        let sites = counting_sites(&module);
        let mut random = Random::new(seed);
        for _ in 0..10.min(sites.len()) {
            let (function, block, index) = sites[random.below(sites.len())];
            let mut broken = module.clone();
            let statements =
                &mut broken.functions.raw_mut()[function.0 as usize].blocks[block].statements;
            if random.chance(50) {
                statements[index].kind = StatementKind::Nop;
            } else {
                let again = statements[index];
                statements.insert(index, again);
            }
            let valid = validate(&broken, &universe.types, &universe.interner, Dialect::Counted);
            noticed += u32::from(valid.is_err());
            all += 1;
        }
    }
    assert!(noticed * 10 > all * 7, "{noticed} of {all}");
}
