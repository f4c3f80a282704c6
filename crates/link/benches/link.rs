//! Linking and loading a program of 10,000 functions and 2 MB of code, in the
//! objects of two workers; and opening a runtime of 500 definitions.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use simple_link::{DebugInfo, Input, Options, SourceFile};
use simple_object::blob::{self, Blob};
use simple_object::positions::{Encoder, Position, PositionKind};
use simple_object::{
    CodeObject, Definition, FunctionFlags, Kind, Linkage, Phase, Relocation, RelocationKind,
};
use simple_source::Interner;

const FUNCTIONS: u32 = 10_000;
const FUNCTION_SIZE: u32 = 208;
const CALLS: u32 = 6;
const LINES: u32 = 15;
const FUNCTIONS_PER_FILE: u32 = 100;

/// Function `number` calls a few others and refers to a text of its own.
fn add_function(object: &mut CodeObject, number: u32, count: u32, interner: &Interner) {
    let name = |number: u32| {
        let module = number / FUNCTIONS_PER_FILE;
        interner.intern(&format!("module{module}.function_with_a_name_{number}"))
    };
    let text = interner.intern(&format!("text.{number:x}"));
    let relocations = object.relocations.len() as u32;
    for call in 0..CALLS {
        object.relocations.push(Relocation {
            offset: 8 + call * 16,
            kind: RelocationKind::Relative32,
            target: name((number * 2 + 1 + call * 17) % count),
            addend: -4,
        });
    }
    object.relocations.push(Relocation {
        offset: 120,
        kind: RelocationKind::Relative32,
        target: text,
        addend: -4,
    });
    if number == 0 {
        object.relocations.push(Relocation {
            offset: 160,
            kind: RelocationKind::Absolute64,
            target: interner.intern(simple_link::IMAGE_SYMBOL),
            addend: 0,
        });
    }
    let file = number / FUNCTIONS_PER_FILE;
    let first_line = number % FUNCTIONS_PER_FILE * LINES + 1;
    let positions = object.positions.len() as u32;
    let mut encoder = Encoder::new(&mut object.positions, file, first_line);
    for line in 0..LINES {
        for (kind, column) in [(PositionKind::Line, 5), (PositionKind::Call, 12)] {
            let offset = 4 + line * 12 + column;
            let line = first_line + line;
            encoder.push(Position { offset, kind, file, line, column });
        }
    }
    let trap = Position {
        offset: FUNCTION_SIZE - 2,
        kind: PositionKind::Trap(16),
        file,
        line: first_line + 3,
        column: 9,
    };
    encoder.push(trap);
    let definition = |name, kind, offset, size, relocations, positions| Definition {
        name,
        display: name,
        kind,
        linkage: Linkage::Global,
        offset,
        size,
        align_log2: 4,
        phase: Phase::Steady,
        flags: FunctionFlags::default(),
        order: number.into(),
        relocations,
        positions,
    };
    let end = object.relocations.len() as u32;
    let function = definition(
        name(number),
        Kind::Function,
        object.text.len() as u32,
        FUNCTION_SIZE,
        relocations..end,
        positions..object.positions.len() as u32,
    );
    let offset = object.rodata.len() as u32;
    let constant = definition(text, Kind::ReadOnly, offset, 40, end..end, 0..0);
    object.definitions.extend([function, constant]);
    object.text.resize(object.text.len() + FUNCTION_SIZE as usize, 0x90);
    object.rodata.resize(object.rodata.len() + 40, b'x');
}

fn program(interner: &Interner, count: u32) -> [CodeObject; 2] {
    let mut objects = [CodeObject::default(), CodeObject::default()];
    for number in 0..count {
        // Workers take batches as they come.
        let worker = (number / 64 % 2) as usize;
        add_function(&mut objects[worker], number, count, interner);
    }
    objects
}

fn bench(criterion: &mut Criterion) {
    let interner = Interner::new();
    let objects = program(&interner, FUNCTIONS);
    let views = objects.each_ref().map(CodeObject::view);
    let input = Input { objects: &views, runtime: None, interner: &interner };
    let files: Vec<String> =
        (0..FUNCTIONS / FUNCTIONS_PER_FILE).map(|file| format!("src/module{file}.spl")).collect();
    let files: Vec<SourceFile> =
        files.iter().map(|name| SourceFile { name, library: false }).collect();
    let release =
        Options { entry: "module0.function_with_a_name_0", files: &files, ..Options::default() };
    let debug = DebugInfo { directory: "/home/user/project", producer: "simple" };
    let debug = Options { debug: Some(debug), ..release };

    let mut group = criterion.benchmark_group("10000 functions");
    group.throughput(Throughput::Elements(FUNCTIONS.into()));
    group.bench_function("link", |bencher| {
        bencher.iter(|| simple_link::link(black_box(&input), &release).expect("it links"));
    });
    group.bench_function("link with debug information", |bencher| {
        bencher.iter(|| simple_link::link(black_box(&input), &debug).expect("it links"));
    });
    group.bench_function("load", |bencher| {
        bencher.iter(|| simple_link::load(black_box(&input), &release).expect("it loads"));
    });
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    group.bench_function("link on one thread", |bencher| {
        bencher.iter(|| one.install(|| simple_link::link(&input, &release).expect("it links")));
    });
    group.finish();

    let runtime_interner = Interner::new();
    let mut runtime = CodeObject::default();
    for number in 0..500 {
        add_function(&mut runtime, number, 500, &runtime_interner);
    }
    let bytes = blob::write(&runtime, &runtime_interner).expect("small enough");
    criterion.bench_function("select a runtime of 500 functions", |bencher| {
        bencher.iter_batched(
            Interner::new,
            |interner| {
                let blob = Blob::parse(black_box(&bytes)).expect("it is whole");
                let selection = blob.select(["module0.function_with_a_name_0"], &interner);
                black_box(selection.expect("it is whole").view().definitions.len());
                interner
            },
            BatchSize::SmallInput,
        );
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
