//! Simple beside other languages, in one run on one machine.
//!
//! What is compared runs in turns, forwards and backwards, so that a machine
//! that grows slower or busier is so for all. Medians are shown, since the mean
//! of a few runs says more of the worst one.

pub mod build;
mod contender;
mod foreign;
pub mod layout;
pub mod record;
pub mod run;
mod samples;
pub mod start;
mod table;

use crate::toolchain;

/// What all benchmarks can be told.
#[derive(Clone, Debug)]
pub struct Options {
    /// How often each contender is measured.
    pub rounds: usize,
    /// Only contenders whose name contains one of these; all if it is empty.
    pub only: Vec<String>,
}

impl Options {
    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|word| name.contains(word.as_str()))
    }
}

/// Says on what machine the figures were measured, and whether it was quiet.
fn print_machine() {
    println!("{}", toolchain::machine());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if let Some(load) = toolchain::load().filter(|load| *load > 0.5 * cores as f64) {
        println!("The machine is busy (load {load:.1}): take the figures as provisional.");
    }
    println!();
}
