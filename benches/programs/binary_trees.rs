//! Many short-lived trees beside a long-lived one: making and freeing small values.

struct Tree {
    left: Option<Box<Tree>>,
    right: Option<Box<Tree>>,
}

fn build(depth: i64) -> Box<Tree> {
    if depth == 0 {
        return Box::new(Tree { left: None, right: None });
    }
    Box::new(Tree { left: Some(build(depth - 1)), right: Some(build(depth - 1)) })
}

fn count(tree: &Tree) -> i64 {
    match (&tree.left, &tree.right) {
        (Some(left), Some(right)) => 1 + count(left) + count(right),
        _ => 1,
    }
}

fn main() {
    let n = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(10);
    let least = 4;
    let most = i64::max(n, least + 2);
    println!("stretch tree of depth {}: {}", most + 1, count(&build(most + 1)));
    let long_lived = build(most);
    for depth in (least..=most).step_by(2) {
        let rounds = 1 << (most - depth + least);
        let mut total = 0;
        for _ in 0..rounds {
            total += count(&build(depth));
        }
        println!("{rounds} trees of depth {depth}: {total}");
    }
    println!("long-lived tree of depth {most}: {}", count(&long_lived));
}
