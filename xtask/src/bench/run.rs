//! `bench run`: the same algorithms in each language, optimised.
//!
//! `benches/programs/NAME.spl` stands beside `NAME.c`, `NAME.go` and `NAME.rs`.
//! Each takes the size of its problem as an argument and prints the same.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::contender::{Contender, interleave, succeed};
use super::samples::{Samples, geometric_mean};
use super::table::Table;
use super::{Options, print_machine};
use crate::toolchain::{Tool, root, work_folder};

/// A program with the size of its problem: half a second or more of gcc's, and
/// an instant.
struct Program {
    name: &'static str,
    size: &'static str,
    quick: &'static str,
}

const PROGRAMS: [Program; 8] = [
    Program { name: "nbody", size: "5000000", quick: "1000" },
    Program { name: "spectral_norm", size: "2000", quick: "50" },
    Program { name: "fannkuch", size: "10", quick: "7" },
    Program { name: "mandelbrot", size: "1000", quick: "40" },
    Program { name: "binary_trees", size: "17", quick: "8" },
    Program { name: "matrix", size: "800", quick: "20" },
    Program { name: "sieve", size: "50000000", quick: "1000" },
    Program { name: "word_count", size: "5000000", quick: "2000" },
];

/// A language's way to an executable.
struct Language {
    name: &'static str,
    extension: &'static str,
    compiler: Compiler,
}

enum Compiler {
    Simple(PathBuf),
    Other(Tool, &'static [&'static str]),
}

/// What the others are measured by.
const MEASURE: &str = "gcc -O2";

const OTHERS: [(&str, &str, &str, &[&str]); 3] = [
    // Neither fused nor reordered, as in the other languages.
    (MEASURE, "gcc", "c", &["-O2", "-std=gnu11", "-ffp-contract=off"]),
    ("go", "go", "go", &["build"]),
    ("rustc -O", "rustc", "rs", &["--edition=2021", "-O"]),
];

impl Language {
    fn all(simple: Option<&Path>, options: &Options) -> Vec<Self> {
        let mut all = Vec::new();
        if let Some(simple) = simple {
            let compiler = Compiler::Simple(simple.to_owned());
            all.push(Self { name: "simple --release", extension: "spl", compiler });
        }
        for (name, tool, extension, arguments) in OTHERS {
            match Tool::find(tool) {
                Some(tool) => {
                    let compiler = Compiler::Other(tool, arguments);
                    all.push(Self { name, extension, compiler });
                }
                None => println!(
                    "{tool} is not installed and left out (benches/install.sh installs it)"
                ),
            }
        }
        all.retain(|language| language.name == MEASURE || options.wants(language.name));
        all
    }

    /// Builds a program and says where the executable is.
    fn build(&self, program: &Program, folder: &Path) -> Result<PathBuf, String> {
        let source =
            root().join("benches/programs").join(program.name).with_extension(self.extension);
        let path = folder.join(format!("{}_{}", program.name, self.extension));
        let mut command = match &self.compiler {
            Compiler::Simple(simple) => {
                let mut command = Command::new(simple);
                command.args(["build", "--release"]);
                command
            }
            Compiler::Other(tool, arguments) => tool.command(*arguments),
        };
        command.env("GO111MODULE", "off").arg("-o").arg(&path).arg(&source);
        if self.extension == "c" {
            // After the file that needs it.
            command.arg("-lm");
        }
        succeed(&format!("{} for {}", self.name, program.name), &mut command)?;
        Ok(path)
    }
}

/// Builds, compares, measures and prints tables. Without `simple`, only the
/// others.
///
/// # Errors
/// If a program cannot be built, fails, or prints something else than in C.
pub fn bench(simple: Option<&Path>, filter: &str, options: &Options) -> Result<(), String> {
    let folder = work_folder("run")?;
    let languages = Language::all(simple, options);
    print_machine();
    for language in &languages {
        if let Compiler::Other(tool, _) = &language.compiler {
            println!("{}: {}", language.name, tool.version);
        }
    }
    println!();
    let table = |title| {
        let names = languages.iter().map(|language| language.name);
        Table::new(&std::iter::once(title).chain(names).collect::<Vec<_>>())
    };
    let (mut seconds, mut ratios) = (table("seconds"), table("of gcc -O2"));
    let mut memory = table("peak MB");
    let measure = languages.iter().position(|language| language.name == MEASURE);
    let mut ratios_of = vec![Vec::new(); languages.len()];
    for program in PROGRAMS.iter().filter(|program| program.name.contains(filter)) {
        let mut contenders = build(program, program.size, &languages, &folder)?;
        interleave(&mut contenders, options.rounds)?;
        let named = |cells: Vec<String>| {
            std::iter::once(format!("{} {}", program.name, program.size)).chain(cells)
        };
        let samples = || contenders.iter().map(|contender| &contender.samples);
        let walls: Vec<f64> = samples().map(Samples::wall).collect();
        seconds.row(named(walls.iter().map(|wall| format!("{wall:.3}")).collect()));
        let megabytes = samples().map(|samples| samples.peak_memory() as f64 / 1e6);
        memory.row(named(megabytes.map(|megabytes| format!("{megabytes:.0}")).collect()));
        if let Some(measure) = measure {
            let row: Vec<f64> = walls.iter().map(|wall| wall / walls[measure]).collect();
            ratios.row(named(row.iter().map(|ratio| format!("{ratio:.2}")).collect()));
            for (all, ratio) in ratios_of.iter_mut().zip(row) {
                all.push(ratio);
            }
        }
    }
    println!("{seconds}\n{memory}");
    if measure.is_some() {
        let means = ratios_of.iter().map(|ratios| format!("{:.2}", geometric_mean(ratios)));
        ratios.row(std::iter::once("geometric mean".to_owned()).chain(means));
        println!("{ratios}");
    }
    Ok(())
}

/// Builds all programs and compares what they print for small problems.
///
/// # Errors
/// If a program cannot be built, fails, or prints something else in another
/// language.
pub fn compare(simple: Option<&Path>, filter: &str, options: &Options) -> Result<(), String> {
    let folder = work_folder("run")?;
    let languages = Language::all(simple, options);
    for program in PROGRAMS.iter().filter(|program| program.name.contains(filter)) {
        build(program, program.quick, &languages, &folder)?;
        let names: Vec<&str> = languages.iter().map(|language| language.name).collect();
        println!("{}: the same by {}", program.name, names.join(", "));
    }
    Ok(())
}

/// Builds a program in all languages and compares what they print.
fn build(
    program: &Program,
    size: &str,
    languages: &[Language],
    folder: &Path,
) -> Result<Vec<Contender>, String> {
    let mut contenders = Vec::new();
    let mut first: Option<(&str, Vec<u8>)> = None;
    for language in languages {
        let path = language.build(program, folder)?;
        let command = || {
            let mut command = Command::new(&path);
            command.arg(size);
            command
        };
        let name = format!("{} by {}", program.name, language.name);
        let output = succeed(&name, &mut command())?;
        match &first {
            None => first = Some((language.name, output)),
            Some((other, expected)) if *expected != output => {
                return Err(format!(
                    "{name} prints\n{}\nbut by {other}\n{}",
                    String::from_utf8_lossy(&output).trim_end(),
                    String::from_utf8_lossy(expected).trim_end()
                ));
            }
            Some(_) => {}
        }
        contenders.push(Contender::new(name, command()));
    }
    Ok(contenders)
}
