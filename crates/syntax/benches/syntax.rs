//! How fast files are lexed, parsed and formatted.
//!
//! The program is made of functions of about fifteen lines, as the figures in
//! the pipeline's contract are for. Throughput is in bytes; `lines` in the
//! names' stead: the text has 30,000 of them.

use std::fmt::Write;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use simple_source::{FileId, Interner};
use simple_syntax::{format, lex, parse};

const FUNCTIONS: usize = 2000;

/// A program of [`FUNCTIONS`] functions, 15 lines each.
fn program() -> String {
    let mut text = String::new();
    for n in 0..FUNCTIONS {
        write!(
            text,
            "## Sums what passes the test number {n}.\n\
             fn total_{n}(values: [i64], limit: i64 = {n}) -> i64:\n    \
             var total = 0\n    \
             for (index, value) in values.enumerate():\n        \
             if value > limit and index % 2 == 0:\n            \
             total += value * {n} - (index << 2)\n        \
             elif value == 0:\n            \
             continue\n        \
             else:\n            \
             total -= helper_{n}(value, scale: 1.5) # slow\n    \
             val names = [\"a{n}\", 'raw', \"{{total}} of {{limit:>8}}\"]\n    \
             print \"total {{total}} in {{names.len()}}\"\n    \
             match total:\n        \
             case 0 | 1: limit\n        \
             case _: total.max(limit).abs() ?? 0\n\n"
        )
        .expect("a string can be written to");
    }
    text
}

fn benches(criterion: &mut Criterion) {
    let text = program();
    let lines = text.lines().count();
    let mut group = criterion.benchmark_group(format!("syntax of {lines} lines"));
    group.throughput(Throughput::Bytes(text.len() as u64));
    // A fresh interner each time: what a session's first file costs.
    group.bench_function("lex", |bencher| {
        bencher.iter_batched(
            Interner::new,
            |interner| {
                black_box(lex(&text, 1, &interner));
                interner
            },
            BatchSize::LargeInput,
        );
    });
    group.bench_function("parse", |bencher| {
        bencher.iter_batched(
            Interner::new,
            |interner| {
                black_box(parse(&text, 1, FileId(0), &interner));
                interner
            },
            BatchSize::LargeInput,
        );
    });
    let interner = Interner::new();
    group.bench_function("parse, names known", |bencher| {
        bencher.iter(|| black_box(parse(&text, 1, FileId(0), &interner)));
    });
    group.bench_function("format", |bencher| {
        bencher.iter(|| black_box(format(&text, 1, &interner)));
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
