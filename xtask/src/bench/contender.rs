//! What is compared, and comparing it in turns.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::samples::Samples;
use crate::process;

/// One of those that are compared.
pub(super) struct Contender {
    pub(super) name: String,
    command: Command,
    /// The file that it makes. It is removed before each run: some look at it
    /// first and do nothing if it is theirs.
    pub(super) output: Option<PathBuf>,
    /// What is done before each run and not measured.
    prepare: Option<Box<dyn FnMut() -> Result<(), String>>>,
    pub(super) samples: Samples,
}

impl Contender {
    /// What it writes goes nowhere while it is measured.
    pub(super) fn new(name: impl Into<String>, mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self {
            name: name.into(),
            command,
            output: None,
            prepare: None,
            samples: Samples::default(),
        }
    }

    pub(super) fn making(mut self, output: PathBuf) -> Self {
        self.output = Some(output);
        self
    }

    pub(super) fn prepared(
        mut self,
        prepare: impl FnMut() -> Result<(), String> + 'static,
    ) -> Self {
        self.prepare = Some(Box::new(prepare));
        self
    }

    fn measure(&mut self) -> Result<(), String> {
        if let Some(prepare) = &mut self.prepare {
            prepare()?;
        }
        if let Some(output) = &self.output
            && let Err(error) = std::fs::remove_file(output)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(format!("cannot remove `{}`: {error}", output.display()));
        }
        let finished = process::measure(&mut self.command)
            .map_err(|error| format!("cannot run {}: {error}", self.name))?;
        if !finished.status.success() {
            return Err(format!("{} ended with {}", self.name, finished.status));
        }
        self.samples.push(finished.cost);
        Ok(())
    }
}

/// Measures all in turns, forwards in even rounds and backwards in odd ones.
/// Says when a round takes long enough to wonder.
pub(super) fn interleave(contenders: &mut [Contender], rounds: usize) -> Result<(), String> {
    let start = std::time::Instant::now();
    for round in 0..rounds {
        if round % 2 == 0 {
            contenders.iter_mut().try_for_each(Contender::measure)?;
        } else {
            contenders.iter_mut().rev().try_for_each(Contender::measure)?;
        }
        if start.elapsed().as_secs() > 5 && rounds < 100 {
            eprintln!("round {} of {rounds}, {:.0} s", round + 1, start.elapsed().as_secs_f64());
        }
    }
    Ok(())
}

/// Runs a command that must succeed, for what it makes or writes.
pub(super) fn succeed(name: &str, command: &mut Command) -> Result<Vec<u8>, String> {
    let output = process::output(command).map_err(|error| format!("cannot run {name}: {error}"))?;
    if output.finished.status.success() {
        Ok(output.stdout)
    } else {
        let text = String::from_utf8_lossy(&output.stderr);
        let text: Vec<&str> = text.lines().take(20).collect();
        Err(format!("{name} ended with {}\n{}", output.finished.status, text.join("\n")))
    }
}
