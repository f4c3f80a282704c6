//! How fast a profile of 100,000 rows is read and written, beside JSON.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Profile<'a> {
    version: u32,
    #[serde(borrow)]
    touches: Vec<Touch<'a>>,
}

#[derive(Serialize, Deserialize)]
struct Touch<'a> {
    name: &'a str,
    scenario: &'a str,
    first: u64,
    calls: u64,
    share: f64,
}

const ROWS: u64 = 100_000;

fn bench(criterion: &mut Criterion) {
    let names: Vec<String> =
        (0..ROWS).map(|n| format!("app::module_{}::List[i64]#{n}", n % 97)).collect();
    let touches = names.iter().zip(0..).map(|(name, n)| Touch {
        name,
        scenario: "boot",
        first: n * 1013,
        calls: n % 1000,
        share: n as f64 / ROWS as f64,
    });
    let profile = Profile { version: 1, touches: touches.collect() };
    let text = simple_sdn::to_string(&profile).expect("it can be written");
    let json = serde_json::to_string(&profile).expect("it can be written");

    let mut group = criterion.benchmark_group("profile_100k_rows");
    group.sample_size(20);
    group.throughput(Throughput::Elements(ROWS));
    group.bench_function("read", |bencher| {
        bencher.iter(|| simple_sdn::from_str::<Profile>(black_box(&text)).expect("it is valid"));
    });
    group.bench_function("read_value", |bencher| {
        bencher.iter(|| simple_sdn::Value::parse(black_box(&text)).expect("it is valid"));
    });
    group.bench_function("write", |bencher| {
        bencher.iter(|| simple_sdn::to_string(black_box(&profile)).expect("it can be written"));
    });
    group.bench_function("format", |bencher| {
        bencher.iter(|| simple_sdn::format(black_box(&text)).expect("it is valid"));
    });
    group.bench_function("read_json", |bencher| {
        bencher.iter(|| serde_json::from_str::<Profile>(black_box(&json)).expect("it is valid"));
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
