//! How fast functions become machine code, beside Cranelift alone on the same
//! work: what MIR costs on top. `cargo bench -p simple-codegen`.

mod bare;

use std::fmt::Write;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use simple_codegen::cranelift::Cranelift;
use simple_codegen::{Backend, OptLevel, Options, Program};
use simple_mir::text::parse_module;
use simple_mir::{FuncId, Module, TypeTable};
use simple_source::{Idx, Interner, SourceMap};

const FUNCTIONS: usize = 500;

/// A function of about 15 lines, as a program has them: a loop over a list with
/// a checked index, checked arithmetic, two calls, a text, a branch. Each has
/// constants of its own, so that no two are equal.
fn source(functions: usize) -> String {
    let mut text = String::new();
    for n in 0..functions {
        let other = (n + 1) % functions;
        let _ = write!(
            text,
            "fn work{n} (_0 xs: [i64] borrowed, _1 limit: i64 owned) -> i64 {{
    let _2 total: i64
    let _3 i: i64
    let _4: i64
    let _5: bool
    let _6: i64
    let _7: i64
    let _8: bool
    let _9: str
    let _10: bool
  bb0:
    _2 = {n}i64 @11..14
    _3 = 0i64 @21..24
    goto bb1 @25..28
  bb1:
    _4 = len _0 @31..34
    _5 = lt _3, _4 @31..37
    branch _5 -> bb2, bb5 @31..38
  bb2:
    _4 = len _0 @41..44
    check_index _3, _4 @41..46
    _6 = mul.panic _0[_3], 3i64 @41..48
    _2 = add.panic _2, _6 @41..49
    _10 = gt _2, _1 @51..54
    branch _10 -> bb3, bb4 @51..55
  bb3:
    _2 = sub.panic _2, _1 @61..64
    goto bb4 @61..65
  bb4:
    _3 = add.panic _3, 1i64 @71..74
    goto bb1 @71..75
  bb5:
    _8 = lt _1, {n}i64 @81..84
    branch _8 -> bb6, bb7 @81..85
  bb6:
    _9 = \"limit {n}\" @91..94
    call extern rt_out_str(_9) @91..97
    release _9 @91..97
    _7 = call work{other}(_0, _2) @101..108
    _2 = add.panic _2, _7 @101..109
    goto bb7 @101..109
  bb7:
    _7 = rem _2, 1000i64 @111..114
    return _7 @111..115
}}
"
        );
    }
    text
}

struct Input {
    interner: Interner,
    types: TypeTable,
    sources: SourceMap,
    module: Module,
}

impl Input {
    fn new() -> Self {
        let (interner, types) = (Interner::new(), TypeTable::new());
        let module = parse_module(&source(FUNCTIONS), &types, &interner).expect("valid MIR");
        let mut sources = SourceMap::new();
        sources.add_text("work.spl", "0123456789\n".repeat(20)).expect("ASCII");
        Self { interner, types, sources, module }
    }

    fn compile(
        &self,
        backend: &Cranelift,
        level: OptLevel,
        functions: std::ops::Range<usize>,
    ) -> usize {
        let program = Program {
            module: &self.module,
            types: &self.types,
            interner: &self.interner,
            sources: &self.sources,
        };
        let options = Options { level, statement_rows: true, verify: false };
        let mut worker = backend.worker(program, options);
        for index in functions {
            worker.function(FuncId::from_usize(index), index as u64).expect("it compiles");
        }
        worker.take_object().text.len()
    }
}

fn bench(c: &mut Criterion) {
    let input = Input::new();
    let backend = Cranelift::default();
    let mut group = c.benchmark_group("functions");
    group.throughput(Throughput::Elements(FUNCTIONS as u64)).sample_size(10);
    for (name, level) in [
        ("none", OptLevel::None),
        ("less", OptLevel::Less),
        ("speed", OptLevel::Speed),
        ("size", OptLevel::Size),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| input.compile(&backend, level, 0..FUNCTIONS));
        });
        let settings = bare::Settings::of(level);
        group.bench_function(format!("{name}, bare Cranelift"), |b| {
            b.iter(|| bare::compile(&settings, FUNCTIONS));
        });
    }
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        group.bench_function(format!("none, {threads} threads"), |b| {
            b.iter(|| {
                let half = FUNCTIONS / 2;
                let work = |range| input.compile(&backend, OptLevel::None, range);
                pool.install(|| rayon::join(|| work(0..half), || work(half..FUNCTIONS)))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
