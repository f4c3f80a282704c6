//! The command line of `simple layout`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Args, Debug)]
pub(crate) struct Layout {
    #[command(subcommand)]
    pub(crate) command: LayoutCommand,
}

#[derive(Subcommand, Debug)]
pub(crate) enum LayoutCommand {
    /// Run a program and write down which functions it touches first
    #[command(
        after_help = "Any x86-64 program with a symbol table will do, whoever compiled it.\n\nExamples:\n  simple layout record -- ./app file.txt\n  simple layout record --stop ui.ready -o app.profile.sdn -- ./app\n  simple layout record --scenario open --weight 0.3 -o app.profile.sdn -- ./app big.txt"
    )]
    Record(Record),
    /// Make a plan from profiles
    #[command(
        after_help = "Examples:\n  simple layout solve app.profile.sdn\n  simple layout solve boot.sdn open.sdn -o layout.sdn"
    )]
    Solve(Solve),
    /// Change a plan by what programs in use did
    #[command(
        after_help = "The program must be built with --layout-sample and run with SIMPLE_LAYOUT_SAMPLES=FILE\nin its environment.\n\nExamples:\n  simple layout feedback app app.samples\n  simple layout feedback --dry-run app monday.samples tuesday.samples"
    )]
    Feedback(Feedback),
    /// Write a plan in the form that another linker takes
    #[command(
        after_help = "Examples:\n  simple layout order --format lld layout.sdn -o order.txt\n    cc -ffunction-sections -fuse-ld=lld -Wl,--symbol-ordering-file=order.txt ..."
    )]
    Order(Order),
    /// Draw the pages of a program and what a start touches
    #[command(
        after_help = "Examples:\n  simple layout show app --profile app.profile.sdn\n  simple layout show app --before app.old --profile app.profile.sdn --html pages.html"
    )]
    Show(Show),
    /// Time the start of a program, beside another
    #[command(
        after_help = "Examples:\n  simple layout measure app -- file.txt\n  simple layout measure app --against app.old --stop ui.ready"
    )]
    Measure(Measure),
}

/// Where a start ends.
#[derive(Args, Debug)]
pub(crate) struct StopAt {
    /// The start ends when the program calls `std.layout.mark` with this name
    #[arg(long, value_name = "MARK", conflicts_with = "stop_function")]
    pub(crate) stop: Option<String>,
    /// The start ends when this function is entered
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) stop_function: Option<String>,
    /// End the program there: for programs that do not end by themselves
    #[arg(long)]
    pub(crate) kill: bool,
    /// End the program after so many seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<f64>,
}

/// Recording of a program of ours that is run in memory.
#[derive(Args, Debug)]
pub(crate) struct RecordRun {
    /// Record this run in a layout profile, by default the program's name with
    /// .profile.sdn; what it has of other runs is kept. Implies --release
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    pub(crate) layout_record: Option<Option<PathBuf>>,
    /// What the recorded run stands for
    #[arg(long, value_name = "NAME", default_value = "run", requires = "layout_record")]
    pub(crate) scenario: String,
    /// How much its pages count beside those of other scenarios
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0, requires = "layout_record")]
    pub(crate) weight: f64,
    /// The recorded start ends at this `std.layout.mark`
    #[arg(long, value_name = "MARK", requires = "layout_record")]
    pub(crate) stop: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Record {
    /// The profile; what it has of other scenarios is kept. By default the
    /// program's name with .profile.sdn
    #[arg(short = 'o', value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// What this run stands for
    #[arg(long, value_name = "NAME", default_value = "run")]
    pub(crate) scenario: String,
    /// How much its pages count beside those of other scenarios
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0)]
    pub(crate) weight: f64,
    #[command(flatten)]
    pub(crate) stop: StopAt,
    /// The function where startup ends and the first frame begins
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) anchor: Option<String>,
    /// Stop the program at every function instead of making functions report
    /// themselves where they can; slower, and changes less of the program
    #[arg(long)]
    pub(crate) breakpoints: bool,
    /// The program and its arguments
    #[arg(last = true, required = true)]
    pub(crate) command: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(crate) struct Solve {
    /// The plan; policy, patterns and budgets in it are kept
    #[arg(short = 'o', value_name = "FILE", default_value = "layout.sdn")]
    pub(crate) output: PathBuf,
    /// What was recorded
    #[arg(required = true)]
    pub(crate) profiles: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Feedback {
    /// The plan; only phases and what follows from them change
    #[arg(short = 'o', value_name = "FILE", default_value = "layout.sdn")]
    pub(crate) output: PathBuf,
    /// Only say what would change
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The program, with its symbols
    pub(crate) program: PathBuf,
    /// What its runs noted
    #[arg(required = true)]
    pub(crate) samples: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Order {
    /// The linker: lld, gnu, gold or msvc
    #[arg(long, value_name = "LINKER", value_parser = ["lld", "gnu", "gold", "msvc"])]
    pub(crate) format: String,
    /// Where it goes; by default standard output
    #[arg(short = 'o', value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The plan
    #[arg(default_value = "layout.sdn")]
    pub(crate) plan: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Show {
    /// What a start touches
    #[arg(long, value_name = "FILE")]
    pub(crate) profile: Option<PathBuf>,
    /// The same program with another layout, to be drawn beside it
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) before: Option<PathBuf>,
    /// Draw it as a picture
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Draw it as a page for a browser
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// The program
    pub(crate) program: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Measure {
    /// The program that it is compared with
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) against: Option<PathBuf>,
    /// How often each is run
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) runs: u32,
    /// What each run reads from standard input; nothing by default
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) stop: StopAt,
    /// The program
    pub(crate) program: PathBuf,
    /// The arguments of both
    #[arg(last = true)]
    pub(crate) args: Vec<OsString>,
}
