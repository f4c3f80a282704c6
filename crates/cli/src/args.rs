//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Builds and runs programs in Simple.
#[derive(Parser, Debug)]
#[command(name = "simple", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  simple hello.spl                 run a program
  simple run hello.spl a b         run it with arguments
  simple build hello.spl -o hello  build an executable
  simple check hello.spl           only look for mistakes
  simple test                      run the tests of the package
  simple explain E0301             what a diagnostic means";

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Compile a program in memory and run it
    #[command(
        after_help = "Examples:\n  simple run hello.spl\n  simple run --release sim.spl 1000"
    )]
    Run(Run),
    /// Compile a program to an executable
    #[command(
        after_help = "Examples:\n  simple build hello.spl\n  simple build --release -o sim sim.spl\n  simple build --emit mir hello.spl"
    )]
    Build(Build),
    /// Look for mistakes without building
    Check(Check),
    /// Run the `test` blocks of files
    #[command(
        after_help = "Examples:\n  simple test\n  simple test src/shapes.spl\n  simple test --filter area"
    )]
    Test(Test),
    /// Format source files in place
    #[command(
        after_help = "Examples:\n  simple fmt src/main.spl\n  simple fmt --check .\n  simple fmt - < a.spl"
    )]
    Fmt(Fmt),
    /// Make a new package
    New(New),
    /// Remove what builds have left in a package
    Clean(Clean),
    /// Explain a diagnostic code
    Explain(Explain),
    /// Print a completion script for a shell
    Completions(Completions),
}

#[derive(Args, Debug, Clone)]
pub(crate) struct Common {
    /// Number of threads; 1 is serial
    #[arg(long, short = 'j', value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// Print what each stage cost
    #[arg(long)]
    pub(crate) profile: bool,
    /// Write a trace that Perfetto and chrome://tracing open
    #[arg(long, value_name = "FILE")]
    pub(crate) profile_output: Option<PathBuf>,
    /// Colours in messages
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: Color,
    /// How messages are written
    #[arg(long, value_enum, default_value = "human", value_name = "FORMAT")]
    pub(crate) message_format: Format,
    /// Say more of what is done
    #[arg(long, short = 'v')]
    pub(crate) verbose: bool,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct Code {
    /// Effort in the code: 0, 1, 2, 3 or s
    #[arg(short = 'O', value_name = "LEVEL", value_parser = ["0", "1", "2", "3", "s"], conflicts_with = "release")]
    pub(crate) optimize: Option<String>,
    /// The same as -O 2
    #[arg(long)]
    pub(crate) release: bool,
    /// Link the runtime that finds leaks and uses after free
    #[arg(long)]
    pub(crate) check_memory: bool,
    /// The machine to build for
    #[arg(long, value_name = "TRIPLE")]
    pub(crate) target: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub(crate) enum Format {
    Human,
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub(crate) enum Emit {
    Tokens,
    Ast,
    Hir,
    Mir,
    Asm,
    Obj,
    Exe,
}

#[derive(Args, Debug)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) code: Code,
    /// The program; by default src/main.spl of the package
    pub(crate) file: Option<PathBuf>,
    /// Arguments of the program
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) args: Vec<std::ffi::OsString>,
}

#[derive(Args, Debug)]
pub(crate) struct Build {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) code: Code,
    /// The program; by default src/main.spl of the package
    pub(crate) file: Option<PathBuf>,
    /// Where the result goes; `-` is standard output for text
    #[arg(short = 'o', value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// What to write
    #[arg(long, value_enum, default_value = "exe", value_name = "KIND")]
    pub(crate) emit: Emit,
    /// Leave names and debug information out
    #[arg(long)]
    pub(crate) strip: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) common: Common,
    /// The files; by default src/main.spl of the package
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Test {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) code: Code,
    /// Only tests whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// The files; by default all of the package
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Fmt {
    /// Change nothing; fail if a file is not formatted
    #[arg(long)]
    pub(crate) check: bool,
    /// Colours in messages
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: Color,
    /// Files and folders; `-` reads standard input. By default the package
    pub(crate) paths: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct New {
    /// The package's folder; its last part is the name
    pub(crate) path: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Clean {
    /// The package's folder
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// Such as E0301; without one all codes are listed
    pub(crate) code: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}
