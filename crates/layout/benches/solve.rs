//! How long solving, reading and writing take: `cargo bench -p simple-layout`.

#[path = "../tests/support/mod.rs"]
mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use simple_layout::{Config, Plan, Profile, solve};

fn solving(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("solve");
    group.sample_size(10);
    for (name, shape) in [
        ("2000 functions, 1 scenario", support::SMALL),
        ("100000 functions, 20 scenarios", support::LARGE),
        ("100000 functions, 20 scenarios, no pattern", support::CHAOS),
    ] {
        let profile = support::program(&shape);
        let config = Config::default();
        group.bench_function(name, |bencher| bencher.iter(|| solve(&profile, &config)));
    }
    group.finish();
}

fn files(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("files of 100000 functions");
    group.sample_size(10);
    let profile = support::program(&support::LARGE);
    let text = profile.to_sdn().expect("a profile that holds together");
    group.bench_function("write a profile", |bencher| bencher.iter(|| profile.to_sdn()));
    group.bench_function("read a profile", |bencher| bencher.iter(|| Profile::from_sdn(&text)));
    let plan = solve(&profile, &Config::default()).expect("a plan").plan;
    let text = plan.to_sdn();
    group.bench_function("write a plan", |bencher| bencher.iter(|| plan.to_sdn()));
    group.bench_function("read a plan", |bencher| bencher.iter(|| Plan::from_sdn(&text)));
    group.finish();
}

criterion_group!(benches, solving, files);
criterion_main!(benches);
