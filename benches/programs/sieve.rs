//! Primes below a limit by Eratosthenes' sieve: a large vector of truth values.

fn main() {
    let limit = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1000);
    let mut prime = vec![true; limit];
    prime[0] = false;
    prime[1] = false;
    let mut n = 2;
    while n * n < limit {
        if prime[n] {
            for multiple in (n * n..limit).step_by(n) {
                prime[multiple] = false;
            }
        }
        n += 1;
    }
    let (mut count, mut last) = (0, 0);
    for (i, is_prime) in prime.iter().enumerate() {
        if *is_prime {
            count += 1;
            last = i;
        }
    }
    println!("{count} primes below {limit}, the last is {last}");
}
