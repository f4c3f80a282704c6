//! `cargo run -p xtask -- COMMAND`: see `--help`, and `benches/README.md`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use xtask::bench::{build, layout, record, run, start};
use xtask::generate::{Language, generate};
use xtask::hostile;
use xtask::toolchain;

#[derive(Parser, Debug)]
#[command(name = "xtask", about = "Development commands", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Write a large program, the same in every language
    Generate {
        /// About how many lines
        #[arg(long, value_name = "N", default_value_t = 150_000)]
        lines: usize,
        /// Its language
        #[arg(long, value_enum)]
        language: Language,
        /// Where it goes; standard output if left out
        #[arg(short = 'o', value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Set Simple beside other languages
    #[command(subcommand)]
    Bench(Bench),
    /// Feed hostile inputs to `simple check` and `simple fmt`, under limits
    FuzzSeeds {
        #[command(flatten)]
        simple: Simple,
        /// Only inputs whose name contains this
        #[arg(long, value_name = "TEXT", default_value = "")]
        filter: String,
        /// Seconds that one command may take
        #[arg(long, value_name = "N", default_value_t = 10)]
        seconds: u64,
        /// Also compare large inputs with inputs twice as large
        #[arg(long)]
        growth: bool,
    },
}

#[derive(Subcommand, Debug)]
enum Bench {
    /// How fast compilers compile
    Build {
        #[command(flatten)]
        simple: Simple,
        #[command(flatten)]
        choice: Choice,
        /// About how many lines the program has
        #[arg(long, value_name = "N", default_value_t = 150_000)]
        lines: usize,
    },
    /// How small executables are and how fast they start
    Start {
        #[command(flatten)]
        simple: Simple,
        #[command(flatten)]
        choice: Choice,
    },
    /// What page layout does to starts
    Layout {
        #[command(flatten)]
        simple: Simple,
        #[command(flatten)]
        choice: Choice,
    },
    /// What the recorder costs a start
    Record {
        #[command(flatten)]
        simple: Simple,
        #[command(flatten)]
        choice: Choice,
    },
    /// How fast programs run
    Run {
        #[command(flatten)]
        simple: Simple,
        #[command(flatten)]
        choice: Choice,
        /// Only programs whose name contains this
        #[arg(long, value_name = "TEXT", default_value = "")]
        filter: String,
        /// Only compare what the programs print for small problems
        #[arg(long)]
        quick: bool,
    },
}

#[derive(Args, Debug)]
struct Simple {
    /// The `simple` to use; by default this tree's is built with optimisation
    #[arg(long, value_name = "FILE")]
    simple: Option<PathBuf>,
}

impl Simple {
    fn path(&self) -> Result<PathBuf, String> {
        match &self.simple {
            Some(path) => std::fs::canonicalize(path)
                .map_err(|error| format!("cannot use `{}`: {error}", path.display())),
            None => toolchain::build_simple(),
        }
    }

    /// None if only others are to be measured.
    fn wanted(&self, choice: &Choice) -> Result<Option<PathBuf>, String> {
        let wanted = choice.only.is_empty() || choice.only.iter().any(|w| w.contains("simple"));
        if wanted { self.path().map(Some) } else { Ok(None) }
    }
}

#[derive(Args, Debug)]
struct Choice {
    /// How often each is measured
    #[arg(long, value_name = "N")]
    rounds: Option<usize>,
    /// Only these, such as `simple,tcc`: whatever contains one of the words
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    only: Vec<String>,
}

impl Choice {
    fn options(&self, rounds: usize) -> xtask::bench::Options {
        xtask::bench::Options {
            rounds: self.rounds.unwrap_or(rounds).max(1),
            only: self.only.clone(),
        }
    }
}

fn main() -> ExitCode {
    match try_main(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn try_main(command: Command) -> Result<(), String> {
    match command {
        Command::Generate { lines, language, output } => {
            let text = generate(lines, language);
            match output {
                None => {
                    print!("{text}");
                    Ok(())
                }
                Some(path) => std::fs::write(&path, text)
                    .map_err(|error| format!("cannot write `{}`: {error}", path.display())),
            }
        }
        Command::Bench(Bench::Build { simple, choice, lines }) => {
            build::bench(simple.wanted(&choice)?.as_deref(), lines, &choice.options(5))
        }
        Command::Bench(Bench::Start { simple, choice }) => {
            start::bench(simple.wanted(&choice)?.as_deref(), &choice.options(1000))
        }
        Command::Bench(Bench::Layout { simple, choice }) => {
            layout::bench(&simple.path()?, &choice.options(40))
        }
        Command::Bench(Bench::Record { simple, choice }) => {
            record::bench(&simple.path()?, &choice.options(15))
        }
        Command::Bench(Bench::Run { simple, choice, filter, quick }) => {
            let simple = simple.wanted(&choice)?;
            if quick {
                run::compare(simple.as_deref(), &filter, &choice.options(1))
            } else {
                run::bench(simple.as_deref(), &filter, &choice.options(5))
            }
        }
        Command::FuzzSeeds { simple, filter, seconds, growth } => {
            let options = hostile::Options {
                time: std::time::Duration::from_secs(seconds),
                filter,
                growth,
                folder: toolchain::work_folder("fuzz")?,
            };
            report_hostile(&hostile::check_all(&simple.path()?, &options)?)
        }
    }
}

/// Prints what was found in hostile inputs.
fn report_hostile(report: &hostile::Report) -> Result<(), String> {
    for (name, failure) in &report.failures {
        println!("{name}\n    {}", failure.replace('\n', "\n    "));
    }
    println!("{} of {} inputs fail", report.failures.len(), report.inputs);
    println!("the slowest:");
    for (name, cost) in report.slowest.iter().take(10) {
        let seconds = cost.wall.as_secs_f64();
        println!("    {seconds:7.3} s {:5} MB  {name}", cost.peak_memory >> 20);
    }
    if report.failures.is_empty() { Ok(()) } else { Err("hostile inputs fail".to_owned()) }
}
