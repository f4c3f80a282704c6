//! The product of two matrices, row by row: vectors of vectors of floats.

type Matrix = Vec<Vec<f64>>;

fn multiply(a: &Matrix, b: &Matrix) -> Matrix {
    let n = a.len();
    let mut c = vec![vec![0.0; n]; n];
    for i in 0..n {
        for k in 0..n {
            let x = a[i][k];
            for j in 0..n {
                c[i][j] += x * b[k][j];
            }
        }
    }
    c
}

fn main() {
    let n: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(20);
    let made = |cell: fn(i64, i64) -> i64| -> Matrix {
        let size = n as i64;
        let row = |i| (0..size).map(|j| cell(i, j) as f64 / n as f64).collect();
        (0..size).map(row).collect()
    };
    let a = made(|i, j| i * 7 + j * 3);
    let b = made(|i, j| i * 5 - j * 2);
    let c = multiply(&a, &b);
    let mut trace = 0.0;
    for i in 0..n {
        trace += c[i][i];
    }
    println!("{trace:.6} {:.6} {:.6} {:.6}", c[0][n - 1], c[n - 1][0], c[n / 2][n / 3]);
}
