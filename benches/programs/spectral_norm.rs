//! The spectral norm of an infinite matrix: divisions and calls in nested loops.

fn cell(i: i64, j: i64) -> f64 {
    1.0 / ((i + j) * (i + j + 1) / 2 + i + 1) as f64
}

fn times(v: &[f64]) -> Vec<f64> {
    let row = |i| (0..).zip(v).map(|(j, x)| cell(i, j) * x).sum();
    (0..v.len() as i64).map(row).collect()
}

fn times_transposed(v: &[f64]) -> Vec<f64> {
    let row = |i| (0..).zip(v).map(|(j, x)| cell(j, i) * x).sum();
    (0..v.len() as i64).map(row).collect()
}

fn main() {
    let n = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(100);
    let mut u = vec![1.0; n];
    let mut v = u.clone();
    for _ in 0..10 {
        v = times_transposed(&times(&u));
        u = times_transposed(&times(&v));
    }
    let (mut vbv, mut vv) = (0.0, 0.0);
    for (u, v) in u.iter().zip(&v) {
        vbv += u * v;
        vv += v * v;
    }
    println!("{:.9}", f64::sqrt(vbv / vv));
}
