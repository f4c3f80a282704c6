//! The command line.

pub(crate) mod layout;

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
        after_help = "Examples:\n  simple run hello.spl\n  simple run --release sim.spl 1000\n  simple run --layout-record --stop ui.ready app.spl"
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
    /// Look into, edit and convert files in SDN, the notation of `simple.sdn`
    #[command(
        after_help = "Examples:\n  simple sdn check simple.sdn\n  simple sdn get simple.sdn version\n  simple sdn set simple.sdn version 0.2.0\n  simple sdn to-json layout.sdn"
    )]
    Sdn(Sdn),
    /// Put what a start touches on few pages: record, solve, show, measure
    #[command(
        after_help = "Examples:\n  simple layout record -- ./app\n  simple layout solve app.profile.sdn\n  simple build --release --layout layout.sdn app.spl\n  simple layout show app --profile app.profile.sdn"
    )]
    Layout(layout::Layout),
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
    /// The layout plan to apply; by default the package's. Not at -O 0
    #[arg(long, value_name = "FILE")]
    pub(crate) layout: Option<PathBuf>,
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
    #[command(flatten)]
    pub(crate) record: layout::RecordRun,
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
    /// Let the program note where its time goes, a hundred times a second, when
    /// SIMPLE_LAYOUT_SAMPLES in its environment names a file
    #[arg(long)]
    pub(crate) layout_sample: bool,
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
    /// Record the tests that say `@scenario` in a layout profile, by default the
    /// program's name with .profile.sdn. Implies --release
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub(crate) layout_record: Option<Option<PathBuf>>,
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
pub(crate) struct Sdn {
    /// Colours in messages
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN", global = true)]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: SdnCommand,
}

#[derive(Subcommand, Debug)]
pub(crate) enum SdnCommand {
    /// Look for mistakes
    #[command(
        after_help = "Examples:\n  simple sdn check simple.sdn layout.sdn\n  simple sdn check - < a.sdn"
    )]
    Check {
        /// The files; `-` reads standard input
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Format files in place; values, comments and order stay
    #[command(
        after_help = "Examples:\n  simple sdn fmt simple.sdn\n  simple sdn fmt --check *.sdn\n  simple sdn fmt - < a.sdn"
    )]
    Fmt {
        /// Change nothing; fail if a file is not formatted
        #[arg(long)]
        check: bool,
        /// The files; `-` reads standard input and writes standard output
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Write as JSON; tables become lists of objects
    #[command(
        after_help = "Examples:\n  simple sdn to-json layout.sdn\n  simple sdn to-json --compact -o a.json a.sdn"
    )]
    ToJson {
        /// Everything on one line
        #[arg(long)]
        compact: bool,
        /// Where the result goes, instead of standard output
        #[arg(short = 'o', value_name = "FILE")]
        output: Option<PathBuf>,
        /// The file; by default standard input
        #[arg(default_value = "-")]
        file: PathBuf,
    },
    /// Write JSON as SDN; lists of flat objects become tables
    #[command(
        after_help = "Examples:\n  simple sdn from-json a.json\n  simple sdn from-json -o a.sdn a.json"
    )]
    FromJson {
        /// Where the result goes, instead of standard output
        #[arg(short = 'o', value_name = "FILE")]
        output: Option<PathBuf>,
        /// The file; by default standard input
        #[arg(default_value = "-")]
        file: PathBuf,
    },
    /// Print a value: text as it is, all else as SDN
    #[command(
        after_help = "Examples:\n  simple sdn get simple.sdn version\n  simple sdn get layout.sdn groups[0].max_pages\n  simple sdn get --json layout.sdn groups"
    )]
    Get {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// The file; `-` reads standard input
        file: PathBuf,
        /// Names with `.` between, `[N]` for items and rows from 0; quotes around names with dots
        path: String,
    },
    /// Change a value in place; comments and all else stay
    #[command(
        after_help = "Examples:\n  simple sdn set simple.sdn version 0.2.0\n  simple sdn set simple.sdn authors '[Ada, Alan]'\n  simple sdn set --text simple.sdn title 'Shapes and sizes'\n  simple sdn set --remove simple.sdn title"
    )]
    Set {
        /// Take VALUE as text, whatever it looks like
        #[arg(long, conflicts_with = "remove")]
        text: bool,
        /// Take the value away, with its name
        #[arg(long, conflicts_with = "value")]
        remove: bool,
        /// Where the result goes, instead of FILE; `-` is standard output
        #[arg(short = 'o', value_name = "FILE")]
        output: Option<PathBuf>,
        /// The file; `-` reads standard input and writes standard output
        file: PathBuf,
        /// As for `get`; names that are missing are made, the index after the last one adds
        path: String,
        /// A value in SDN
        #[arg(required_unless_present = "remove", allow_hyphen_values = true)]
        value: Option<String>,
    },
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
