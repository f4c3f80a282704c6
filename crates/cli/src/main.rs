//! The `simple` command.
//!
//! In goes a command line; out come exit statuses and text. What a command
//! means is in `commands/`, one file each; how a program is compiled is the
//! driver's.

mod args;
mod commands;
mod files;
mod memory;
mod report;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Cli, Command};

#[global_allocator]
static MEMORY: memory::Memory = memory::Memory;

fn main() -> ExitCode {
    let cli = Cli::parse_from(with_run(std::env::args_os().collect()));
    match cli.command {
        Command::Run(run) => commands::run::run(run),
        Command::Build(build) => commands::build::build(build),
        Command::Check(check) => commands::check::check(check),
        Command::Test(test) => commands::test::test(test),
        Command::Fmt(fmt) => commands::fmt::fmt(fmt),
        Command::Sdn(sdn) => commands::sdn::sdn(sdn),
        Command::Layout(layout) => commands::layout::layout(layout),
        Command::New(new) => commands::package::new(new),
        Command::Clean(clean) => commands::package::clean(clean),
        Command::Explain(explain) => commands::explain::explain(explain),
        Command::Completions(completions) => {
            let mut command = Cli::command();
            let mut script = Vec::new();
            clap_complete::generate(completions.shell, &mut command, "simple", &mut script);
            report::print(&script).err().unwrap_or(ExitCode::SUCCESS)
        }
    }
}

/// `simple FILE.spl args` is `simple run FILE.spl args`.
fn with_run(mut args: Vec<OsString>) -> Vec<OsString> {
    let is_program = args.get(1).is_some_and(|first| {
        std::path::Path::new(first).extension().is_some_and(|extension| extension == "spl")
    });
    if is_program {
        args.insert(1, "run".into());
    }
    args
}
