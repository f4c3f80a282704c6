//! `bench start`: how large a hello is, how many pages it touches, and how long
//! it takes from start to exit.
//!
//! The measure is a hello in assembly: what the system needs for any process.
//! Faults and times include the making of the process, the same for all.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::contender::{Contender, interleave, succeed};
use super::table::Table;
use super::{Options, print_machine};
use crate::toolchain::{Tool, root, work_folder};

/// What all of them print.
const HELLO: &[u8] = b"Hello, world!\n";

/// A hello that was built.
struct Hello {
    name: &'static str,
    path: PathBuf,
}

/// Builds, measures and prints a table. Without `simple`, only the others.
///
/// # Errors
/// If one cannot be built or fails.
pub fn bench(simple: Option<&Path>, options: &Options) -> Result<(), String> {
    let folder = work_folder("start")?;
    let mut hellos = Vec::new();
    if let Some(simple) = simple {
        hellos.extend(simples(simple, &folder)?);
    }
    hellos.extend(others(&folder)?);
    hellos.retain(|hello| options.wants(hello.name));
    for hello in &hellos {
        let output = succeed(hello.name, &mut Command::new(&hello.path))?;
        if output != HELLO {
            return Err(format!("{} prints something else", hello.name));
        }
    }
    print_machine();
    let mut contenders: Vec<Contender> =
        hellos.iter().map(|hello| Contender::new(hello.name, Command::new(&hello.path))).collect();
    interleave(&mut contenders, options.rounds)?;
    println!("{}", table(&hellos, &contenders)?);
    match simple {
        Some(simple) if options.wants("simple run") => bench_run(simple, options.rounds),
        _ => Ok(()),
    }
}

fn table(hellos: &[Hello], contenders: &[Contender]) -> Result<Table, String> {
    let titles = ["hello", "bytes", "minor faults", "µs", "least µs", "of assembly"];
    let mut table = Table::new(&titles);
    let assembly = contenders.iter().find(|contender| contender.name == ASSEMBLY);
    let assembly = assembly.map(|contender| contender.samples.wall());
    for (hello, contender) in hellos.iter().zip(contenders) {
        let size = std::fs::metadata(&hello.path)
            .map_err(|error| format!("cannot read `{}`: {error}", hello.path.display()))?
            .len();
        let samples = &contender.samples;
        let wall = samples.wall();
        table.row([
            hello.name.to_owned(),
            size.to_string(),
            samples.least_faults().to_string(),
            format!("{:.0}", wall * 1e6),
            format!("{:.0}", samples.least_wall() * 1e6),
            assembly.map_or(String::new(), |assembly| format!("{:.2}", wall / assembly)),
        ]);
    }
    Ok(table)
}

/// `simple run` compiles before it starts: milliseconds, and of all cores.
fn bench_run(simple: &Path, rounds: usize) -> Result<(), String> {
    let run = |name: &str, arguments: &[&str]| {
        let mut command = Command::new(simple);
        command.args(arguments).arg(program("spl"));
        Contender::new(name, command)
    };
    let mut contenders = [
        run("simple run", &["run"]),
        run("simple run -j1", &["run", "-j1"]),
        run("simple check", &["check"]),
    ];
    interleave(&mut contenders, (rounds / 10).max(1))?;
    let mut table = Table::new(&["hello", "CPU ms", "ms", "least ms", "peak MB"]);
    for contender in &contenders {
        let samples = &contender.samples;
        table.row([
            contender.name.clone(),
            format!("{:.2}", samples.cpu() * 1e3),
            format!("{:.2}", samples.wall() * 1e3),
            format!("{:.2}", samples.least_wall() * 1e3),
            format!("{:.1}", samples.peak_memory() as f64 / 1e6),
        ]);
    }
    println!("{table}");
    Ok(())
}

const ASSEMBLY: &str = "assembly";

fn program(extension: &str) -> PathBuf {
    root().join("benches/programs/hello").with_extension(extension)
}

fn simples(simple: &Path, folder: &Path) -> Result<Vec<Hello>, String> {
    let builds: [(&'static str, &[&str]); 3] = [
        ("simple build", &["build"]),
        ("simple build --release", &["build", "--release"]),
        ("simple build --release --strip", &["build", "--release", "--strip"]),
    ];
    let mut hellos = Vec::new();
    for (name, arguments) in builds {
        let path = folder.join(format!("by_{}", name.replace([' ', '-'], "_")));
        let mut command = Command::new(simple);
        command.args(arguments).arg(program("spl")).arg("-o").arg(&path);
        succeed(name, &mut command)?;
        hellos.push(Hello { name, path });
    }
    Ok(hellos)
}

fn others(folder: &Path) -> Result<Vec<Hello>, String> {
    let mut hellos = Vec::new();
    if let Some(hello) = assembly(folder)? {
        hellos.push(hello);
    }
    let builds: [(&'static str, &'static str, &[&str], &str); 6] = [
        ("C, musl, static", "musl-gcc", &["-O2", "-static", "-s"], "c"),
        ("C, glibc, static", "gcc", &["-O2", "-static", "-s"], "c"),
        ("C, glibc, dynamic", "gcc", &["-O2", "-s"], "c"),
        ("C, tcc, dynamic", "tcc", &[], "c"),
        ("Rust", "rustc", &["--edition=2021", "-O", "-Cstrip=symbols"], "rs"),
        ("Go", "go", &["build", "-ldflags=-s -w"], "go"),
    ];
    for (name, tool, arguments, extension) in builds {
        let Some(tool) = Tool::find(tool) else {
            println!("{tool} is not installed and left out (benches/install.sh installs it)");
            continue;
        };
        let path = folder.join(format!("by_{}", name.to_lowercase().replace([',', ' '], "_")));
        let mut command = tool.command(arguments);
        if extension == "go" {
            // Go takes no options after the file.
            command.env("GO111MODULE", "off").arg("-o").arg(&path).arg(program(extension));
        } else {
            command.arg(program(extension)).arg("-o").arg(&path);
        }
        succeed(tool.name, &mut command)?;
        hellos.push(Hello { name, path });
    }
    Ok(hellos)
}

/// The hello in assembly, if there are an assembler and a linker.
fn assembly(folder: &Path) -> Result<Option<Hello>, String> {
    let (Some(assembler), Some(linker)) = (Tool::find("as"), Tool::find("ld")) else {
        println!("as and ld are not installed, nothing to compare with is left");
        return Ok(None);
    };
    let object = folder.join("hello.o");
    let path = folder.join("by_ld");
    let mut assemble = assembler.command(["-o"]);
    succeed("as", assemble.arg(&object).arg(program("s")))?;
    // One segment, so that one page holds the headers, the code and the text.
    let mut link = linker.command(["-N", "-s", "-z", "noseparate-code", "-o"]);
    succeed("ld", link.arg(&path).arg(&object))?;
    Ok(Some(Hello { name: ASSEMBLY, path }))
}
