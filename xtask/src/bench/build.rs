//! `bench build`: the same generated program through each compiler.
//!
//! Whole processes are measured, from source text to an executable on disk,
//! with the files in the page cache and without any compiler's own cache. The
//! executables are then run: they print the same checksum.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::contender::{Contender, interleave, succeed};
use super::table::{Table, thousands};
use super::{Options, print_machine};
use crate::generate::{Language, generate};
use crate::toolchain::{Tool, work_folder};

/// A contender, and how many lines it reads.
struct Compiler {
    contender: Contender,
    lines: usize,
}

/// The program in all languages.
struct Sources {
    folder: PathBuf,
    lines: Vec<(Language, usize)>,
}

impl Sources {
    fn write(folder: PathBuf, lines: usize) -> Result<Self, String> {
        let mut counts = Vec::new();
        for language in Language::ALL {
            let text = generate(lines, language);
            let path = folder.join("program").with_extension(language.extension());
            counts.push((language, text.lines().count()));
            std::fs::write(&path, text)
                .map_err(|error| format!("cannot write `{}`: {error}", path.display()))?;
        }
        Ok(Self { folder, lines: counts })
    }

    fn path(&self, language: Language) -> PathBuf {
        self.folder.join("program").with_extension(language.extension())
    }

    fn lines(&self, language: Language) -> usize {
        self.lines.iter().find(|(other, _)| *other == language).map_or(0, |(_, lines)| *lines)
    }
}

/// Measures compilers and prints a table. Without `simple`, only the others.
///
/// # Errors
/// If one of them fails or the checksums differ.
pub fn bench(simple: Option<&Path>, lines: usize, options: &Options) -> Result<(), String> {
    let sources = Sources::write(work_folder("build")?, lines)?;
    let mut tools = Vec::new();
    let mut compilers = simple.map_or_else(Vec::new, |simple| simples(simple, &sources));
    for (name, make) in OTHERS {
        let Some(tool) = Tool::find(name) else {
            println!("{name} is not installed and left out (benches/install.sh installs it)");
            continue;
        };
        compilers.extend(make(&tool, &sources)?);
        tools.push(tool);
    }
    compilers.retain(|compiler| options.wants(&compiler.contender.name));
    print_machine();
    for tool in &tools {
        println!("{}: {}", tool.name, tool.version);
    }
    let (mut contenders, lines): (Vec<Contender>, Vec<usize>) =
        compilers.into_iter().map(|compiler| (compiler.contender, compiler.lines)).unzip();
    interleave(&mut contenders, options.rounds)?;
    println!("\n{}", table(&contenders, &lines));
    compare(&contenders)
}

fn table(contenders: &[Contender], lines: &[usize]) -> Table {
    let titles =
        ["compiler", "lines/s", "s", "least s", "CPU s", "of `simple build`", "peak MB", "B/line"];
    let mut table = Table::new(&titles);
    let simple = contenders.iter().find(|contender| contender.name == "simple build");
    let simple = simple.map(|contender| contender.samples.wall());
    for (contender, lines) in contenders.iter().zip(lines) {
        let samples = &contender.samples;
        let (wall, lines) = (samples.wall(), *lines as f64);
        table.row([
            contender.name.clone(),
            thousands(lines / wall),
            format!("{wall:.3}"),
            format!("{:.3}", samples.least_wall()),
            format!("{:.3}", samples.cpu()),
            simple.map_or(String::new(), |simple| format!("{:.2}", wall / simple)),
            format!("{:.0}", samples.peak_memory() as f64 / 1e6),
            format!("{:.0}", samples.peak_memory() as f64 / lines),
        ]);
    }
    table
}

/// Runs the executables, which must print the same.
fn compare(contenders: &[Contender]) -> Result<(), String> {
    let mut first: Option<(&str, Vec<u8>)> = None;
    for contender in contenders {
        let Some(executable) = &contender.output else { continue };
        let name = contender.name.as_str();
        let output = succeed(&format!("what {name} made"), &mut Command::new(executable))?;
        match &first {
            None => first = Some((name, output)),
            Some((other, expected)) if *expected != output => {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
                return Err(format!(
                    "what {name} made prints {}, but what {other} made {}",
                    text(&output),
                    text(expected)
                ));
            }
            Some(_) => {}
        }
    }
    if let Some((_, checksum)) = first {
        println!("all print {}", String::from_utf8_lossy(&checksum).trim());
    }
    Ok(())
}

fn simples(simple: &Path, sources: &Sources) -> Vec<Compiler> {
    let source = sources.path(Language::Simple);
    let make = |name: &str, arguments: &[&str], builds: bool| {
        let mut command = Command::new(simple);
        command.args(arguments).arg(&source);
        let executable = sources.folder.join("by_".to_owned() + &name.replace(' ', "_"));
        let contender = if builds {
            command.arg("-o").arg(&executable);
            Contender::new(name, command).making(executable)
        } else {
            Contender::new(name, command)
        };
        Compiler { contender, lines: sources.lines(Language::Simple) }
    };
    vec![
        make("simple build", &["build"], true),
        make("simple build -j1", &["build", "-j1"], true),
        make("simple check", &["check"], false),
        make("simple check -j1", &["check", "-j1"], false),
    ]
}

type Make = fn(&Tool, &Sources) -> Result<Vec<Compiler>, String>;

/// The other compilers and how each is called.
const OTHERS: [(&str, Make); 5] = [
    ("gcc", |tool, sources| {
        Ok(vec![
            driver(tool, sources, Language::C, &["-O0"], true),
            driver(tool, sources, Language::C, &["-fsyntax-only"], false),
        ])
    }),
    ("clang", |tool, sources| {
        Ok(vec![
            driver(tool, sources, Language::C, &["-O0"], true),
            driver(tool, sources, Language::C, &["-fsyntax-only"], false),
        ])
    }),
    ("tcc", |tool, sources| Ok(vec![driver(tool, sources, Language::C, &[], true)])),
    ("go", |tool, sources| Ok(vec![go(tool, sources)?])),
    ("rustc", |tool, sources| {
        let check = ["--edition=2021", "--emit=metadata"];
        Ok(vec![
            driver(tool, sources, Language::Rust, &["--edition=2021"], true),
            driver(tool, sources, Language::Rust, &check, false),
        ])
    }),
];

/// A compiler that takes options, a file and `-o`.
fn driver(
    tool: &Tool,
    sources: &Sources,
    language: Language,
    options: &[&str],
    builds: bool,
) -> Compiler {
    let output = sources.folder.join(format!("by_{}", tool.name));
    let mut command = tool.command(options);
    command.arg(sources.path(language));
    if builds {
        command.arg("-o").arg(&output);
    } else if language == Language::Rust {
        command.arg("-o").arg(sources.folder.join("metadata"));
    }
    let shown = options.iter().filter(|option| !option.starts_with("--edition"));
    let name = std::iter::once(tool.name).chain(shown.copied()).collect::<Vec<_>>().join(" ");
    let mut contender = Contender::new(name, command);
    if builds {
        contender = contender.making(output);
    }
    Compiler { contender, lines: sources.lines(language) }
}

/// Go cannot build without a cache. Each run has one that knows the standard
/// library, which other languages have compiled too, and nothing else.
fn go(tool: &Tool, sources: &Sources) -> Result<Compiler, String> {
    let known = sources.folder.join("go_cache_of_library");
    let cache = sources.folder.join("go_cache");
    let hello = sources.folder.join("hello.go");
    let text = "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(1)\n}\n";
    std::fs::write(&hello, text).map_err(|error| format!("cannot write hello.go: {error}"))?;
    let output = sources.folder.join("by_go");
    let build = |cache: &Path, source: &Path| {
        let mut command = tool.command(["build", "-o"]);
        command.arg(&output).arg(source).env("GOCACHE", cache);
        command.env("GO111MODULE", "off").env("CGO_ENABLED", "0").env("GOTOOLCHAIN", "local");
        command
    };
    succeed("go", &mut build(&known, &hello))?;
    let command = build(&cache, &sources.path(Language::Go));
    let renew = move || {
        renew_folder(&known, &cache)
            .map_err(|error| format!("cannot copy `{}`: {error}", known.display()))
    };
    let contender = Contender::new("go build", command).making(output).prepared(renew);
    Ok(Compiler { contender, lines: sources.lines(Language::Go) })
}

/// Makes `to` a copy of `from`.
fn renew_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    if to.exists() {
        std::fs::remove_dir_all(to)?;
    }
    copy_folder(from, to)
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
