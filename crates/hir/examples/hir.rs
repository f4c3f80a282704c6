//! Checks a file and prints what is wrong with it; with `--dump` also its
//! bodies, with `--library` all bodies of the library as well.

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::Path;

fn main() {
    let mut dump = false;
    let mut library = false;
    let mut paths = Vec::new();
    for arg in std::env::args().skip(1) {
        match arg.as_str() {
            "--dump" => dump = true,
            "--library" => library = true,
            _ => paths.push(arg),
        }
    }
    for path in paths {
        let checked = support::check_file(Path::new(&path));
        let elapsed = checked.elapsed;
        for diagnostic in &checked.diagnostics {
            print!("{}", support::render(diagnostic, &checked.sources));
        }
        if library {
            for function in checked.program.functions.indices() {
                checked.program.body(function);
            }
            for diagnostic in checked.program.take_late_diagnostics() {
                print!("{}", support::render(&diagnostic, &checked.sources));
            }
        }
        if dump {
            print!("{}", checked.program.dump());
        }
        eprintln!("{path}: {} diagnostics, {elapsed:?}", checked.diagnostics.len());
    }
}
