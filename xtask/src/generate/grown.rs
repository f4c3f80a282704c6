//! An application that grew: many functions, of which a start needs few, and
//! those lie scattered between the others.

use std::fmt::Write;

/// All functions but `start`, `all` and `main`.
pub const FUNCTIONS: usize = 2000;
/// Those that its start needs.
pub const NEEDED: usize = 150;

/// The program in Simple. Each feature that has something to register brings a
/// function for it, which the start calls; the features themselves, of different
/// sizes, run if the program gets an argument. The start is over at the mark
/// `ready`.
pub fn program() -> String {
    let mut text = "use std.layout\n".to_owned();
    let mut registered = Vec::new();
    for n in 0..FUNCTIONS {
        if n * NEEDED / FUNCTIONS == (n + 1) * NEEDED / FUNCTIONS {
            feature(&mut text, n);
        } else {
            registered.push(n);
            let _ = write!(
                text,
                "\n@noinline\nfn register_{n}(mut features: [i64]):\n    features.push({n})\n"
            );
        }
    }
    text.push_str("\nfn start(mut features: [i64]):\n");
    for n in &registered {
        let _ = writeln!(text, "    register_{n}(mut features)");
    }
    text.push_str("\nfn all(x: i64) -> i64:\n    var t = x\n");
    for n in (0..FUNCTIONS).filter(|n| !registered.contains(n)) {
        let _ = writeln!(text, "    t = (t + feature_{n}(t)) % 1000003");
    }
    text.push_str(
        "    t\n\nfn main(args: [str]):\n    var features: [i64] = []\n    \
         start(mut features)\n    layout.mark(\"ready\")\n    \
         print features.len(), if args.is_empty(): 0 else: all(1)\n",
    );
    text
}

fn feature(text: &mut String, n: usize) {
    let _ = write!(text, "\n@noinline\nfn feature_{n}(x: i64) -> i64:\n    var a = x + {n}\n");
    for line in 0..2 + n % 5 * 3 {
        let _ = writeln!(text, "    if a % {} == {line}: a = a * {} + {n}", n + 9, line + 3);
        let _ = writeln!(text, "    a = a % 1000003 + {line}");
    }
    text.push_str("    a\n");
}
