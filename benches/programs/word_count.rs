//! Counts words, few of which are frequent: a map with texts as keys.

use std::cmp::Reverse;
use std::collections::HashMap;

const SYLLABLES: &str = "ba ce di fo gu ka le mi no pu ra se ti vo zu";
const WORDS: usize = 50000;

/// A generator of pseudo-random numbers (Park and Miller's).
struct Random {
    state: usize,
}

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.state = self.state * 48271 % 2147483647;
        self.state % n
    }
}

fn vocabulary() -> Vec<String> {
    let syllables: Vec<&str> = SYLLABLES.split(' ').collect();
    let mut words = Vec::new();
    for i in 0..WORDS {
        let mut word = String::new();
        let mut rest = i + 1;
        while rest > 0 {
            word += syllables[rest % syllables.len()];
            rest /= syllables.len();
        }
        words.push(word);
    }
    words
}

fn main() {
    let n = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1000);
    let words = vocabulary();
    let mut random = Random { state: 42 };
    let mut counts: HashMap<&str, i64> = HashMap::new();
    for _ in 0..n {
        let word = &words[random.below(WORDS) * random.below(WORDS) / WORDS];
        *counts.entry(word).or_insert(0) += 1;
    }
    let mut entries: Vec<(&str, i64)> = counts.iter().map(|(&word, &count)| (word, count)).collect();
    entries.sort_by_key(|&(word, count)| (Reverse(count), word));
    println!("{n} words, {} different", counts.len());
    for (word, count) in entries.iter().take(10) {
        println!("{count:>8} {word}");
    }
}
