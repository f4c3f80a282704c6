//! How long the solver takes: `cargo bench -p simple-layout`.

#[path = "../tests/support/mod.rs"]
mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use simple_layout::{Config, solve};

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

criterion_group!(benches, solving);
criterion_main!(benches);
