//! Pancake flips over all permutations: small vectors of integers, reversed in place.

fn flips(p: &[usize], scratch: &mut [usize]) -> i64 {
    scratch.copy_from_slice(p);
    let mut count = 0;
    while scratch[0] != 0 {
        let (mut low, mut high) = (0, scratch[0]);
        while low < high {
            scratch.swap(low, high);
            low += 1;
            high -= 1;
        }
        count += 1;
    }
    count
}

fn advance(p: &mut [usize], counts: &mut [usize]) -> bool {
    for i in 1..p.len() {
        let first = p[0];
        for j in 0..i {
            p[j] = p[j + 1];
        }
        p[i] = first;
        counts[i] -= 1;
        if counts[i] > 0 {
            return true;
        }
        counts[i] = i + 1;
    }
    false
}

fn main() {
    let n = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(7);
    let mut p: Vec<usize> = (0..n).collect();
    let mut counts: Vec<usize> = (1..=n).collect();
    let mut scratch = p.clone();
    let (mut most, mut checksum, mut even) = (0, 0, true);
    loop {
        let count = flips(&p, &mut scratch);
        most = most.max(count);
        checksum += if even { count } else { -count };
        even = !even;
        if !advance(&mut p, &mut counts) {
            break;
        }
    }
    println!("{checksum}\nPfannkuchen({n}) = {most}");
}
