//! The Mandelbrot set, counted: floats in a loop whose end depends on them.

const LIMIT: i64 = 200;

fn escape_time(re: f64, im: f64) -> i64 {
    let (mut x, mut y) = (0.0, 0.0);
    for step in 0..LIMIT {
        let xx = x * x;
        let yy = y * y;
        if xx + yy > 4.0 {
            return step;
        }
        y = 2.0 * x * y + im;
        x = xx - yy + re;
    }
    LIMIT
}

fn main() {
    let n: i64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(40);
    let (mut inside, mut steps) = (0, 0);
    for row in 0..n {
        let im = 2.0 * row as f64 / n as f64 - 1.0;
        for column in 0..n {
            let re = 2.0 * column as f64 / n as f64 - 1.5;
            let time = escape_time(re, im);
            if time == LIMIT {
                inside += 1;
            }
            steps += time;
        }
    }
    println!("{inside} of {} inside, {steps} steps", n * n);
}
