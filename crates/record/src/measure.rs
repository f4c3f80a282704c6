//! How long starts take and what they fault in, one program beside another.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use crate::program::Program;
use crate::sys::cache;
use crate::trace::{Purpose, Traced, trace};
use crate::{Error, Faults, Options, PageKind, Pages, Stop};

/// The runs of several programs, in turn.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// In the order of the commands.
    pub programs: Vec<Measurement>,
}

/// The runs of one program.
#[derive(Clone, Debug)]
pub struct Measurement {
    /// The executable.
    pub program: PathBuf,
    /// With the file in memory.
    pub warm: Medians,
    /// With none of the executable's pages in memory at the start; libraries that
    /// it needs stay there. None if the system kept some of the pages, as it does
    /// while another process runs the file, or if the file lies in memory; and if
    /// the file is one that this user may not write, since then it does not say.
    pub cold: Option<Medians>,
    /// How many of the executable's pages the system kept, at most.
    pub kept: usize,
    /// How many of the executable's pages were touched, as [`pages`](crate::pages)
    /// sees them; from runs of their own, of which no time was taken.
    pub touched: TouchedPages,
}

/// Numbers of pages, medians of several runs, until the stop mark or the end.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TouchedPages {
    /// Of code.
    pub text: f64,
    /// Of constants.
    pub read_only: f64,
    /// Of variables.
    pub data: f64,
}

impl TouchedPages {
    /// Each number divided by the other's; 1 where both are 0.
    #[must_use]
    pub fn ratio(&self, other: &Self) -> Self {
        Self {
            text: ratio(self.text, other.text),
            read_only: ratio(self.read_only, other.read_only),
            data: ratio(self.data, other.data),
        }
    }
}

/// Of several runs, until the stop mark or the end.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Medians {
    /// Since just before the system was asked to execute the program, in
    /// nanoseconds. The time that the recorder needs in between is left out.
    pub time_ns: f64,
    /// Faults that needed no reading, since then; to the end of a run they are
    /// those of the process and the children that it waited for.
    pub minor_faults: f64,
    /// Faults that waited for a read. Each reads as much around it as the system is
    /// set to (`read_ahead_kb`), and other faults may wait for the same read.
    pub major_faults: f64,
}

impl Medians {
    /// Each value divided by the other's; 1 where both are 0.
    #[must_use]
    pub fn ratio(&self, other: &Self) -> Self {
        Self {
            time_ns: ratio(self.time_ns, other.time_ns),
            minor_faults: ratio(self.minor_faults, other.minor_faults),
            major_faults: ratio(self.major_faults, other.major_faults),
        }
    }
}

fn ratio(a: f64, b: f64) -> f64 {
    if a == b { 1.0 } else { a / b }
}

/// Measures starts: `runs` of each program with its file in memory, then as many
/// without, then as many to see which pages they touch. The programs take turns,
/// so that what else the machine does meets all of them alike. A command is made
/// anew for each run.
///
/// Programs run as they are: the stop is noticed with a debug register of the
/// processor where there is one, so that no page is touched for it.
///
/// # Errors
///
/// As [`record`](crate::record); [`Error::NotReached`] if a run ends or is over
/// time before its stop.
pub fn measure(
    commands: &mut [&mut dyn FnMut() -> Command],
    runs: usize,
    options: &Options,
) -> Result<Comparison, Error> {
    let runs = runs.max(1);
    let mut programs = Vec::new();
    for command in &mut *commands {
        // The first brings the file into memory.
        programs.push(trace(command(), options, Purpose::Time, None)?.program);
    }
    let mut warm = vec![Vec::with_capacity(runs); programs.len()];
    for _ in 0..runs {
        for ((command, program), samples) in commands.iter_mut().zip(&programs).zip(&mut warm) {
            samples.push(sample(command(), options, program)?);
        }
    }
    let mut cold = vec![Vec::with_capacity(runs); programs.len()];
    let mut kept = vec![0; programs.len()];
    for _ in 0..runs {
        for (index, (command, program)) in commands.iter_mut().zip(&programs).enumerate() {
            kept[index] = kept[index].max(evict(&program.path)?);
            if kept[index] == 0 {
                cold[index].push(sample(command(), options, program)?);
            }
        }
    }
    let mut touched = vec![Vec::with_capacity(runs); programs.len()];
    for _ in 0..runs {
        for ((command, program), seen) in commands.iter_mut().zip(&programs).zip(&mut touched) {
            let known = Some(Arc::clone(program));
            seen.push(Pages::of(trace(command(), options, Purpose::Pages, known)?)?);
        }
    }
    let measured = (0..programs.len()).map(|index| Measurement {
        program: programs[index].path.clone(),
        warm: medians(&warm[index]),
        cold: (kept[index] == 0).then(|| medians(&cold[index])),
        kept: kept[index],
        touched: touched_medians(&touched[index]),
    });
    Ok(Comparison { programs: measured.collect() })
}

/// How many pages of a file stay in memory although they should not.
fn evict(path: &Path) -> Result<usize, Error> {
    cache::evict(path).map_err(Error::system("cannot write back the executable"))?;
    cache::resident(path).map_err(Error::system("cannot see the executable's pages"))
}

/// Time and faults of one run.
#[derive(Clone, Copy)]
struct Sample {
    time_ns: u64,
    faults: Faults,
}

fn sample(command: Command, options: &Options, program: &Arc<Program>) -> Result<Sample, Error> {
    let traced = trace(command, options, Purpose::Time, Some(Arc::clone(program)))?;
    until_stop(&traced, options)
}

fn until_stop(traced: &Traced, options: &Options) -> Result<Sample, Error> {
    if let Some(mark) = traced.stop_mark() {
        return Ok(Sample { time_ns: mark.time_ns, faults: mark.faults });
    }
    match &options.stop {
        Some(Stop::Function(name) | Stop::Mark(name)) => Err(Error::NotReached(name.clone())),
        None if traced.timed_out => Err(Error::NotReached("the end".to_owned())),
        None => Ok(Sample { time_ns: traced.duration().as_nanos() as u64, faults: traced.faults }),
    }
}

fn medians(samples: &[Sample]) -> Medians {
    let of = |value: fn(&Sample) -> u64| median(samples.iter().map(value).collect());
    Medians {
        time_ns: of(|sample| sample.time_ns),
        minor_faults: of(|sample| sample.faults.minor),
        major_faults: of(|sample| sample.faults.major),
    }
}

fn touched_medians(runs: &[Pages]) -> TouchedPages {
    let of = |kind| median(runs.iter().map(|pages| pages.touched(kind) as u64).collect());
    TouchedPages {
        text: of(PageKind::Text),
        read_only: of(PageKind::ReadOnly),
        data: of(PageKind::Data),
    }
}

/// The middle value, or the mean of the two middle ones.
fn median(mut values: Vec<u64>) -> f64 {
    values.sort_unstable();
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        length if length % 2 == 1 => values[middle] as f64,
        _ => (values[middle - 1] as f64 + values[middle] as f64) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_even_and_odd_numbers() {
        assert_eq!(median(vec![]), 0.0);
        assert_eq!(median(vec![7]), 7.0);
        assert_eq!(median(vec![9, 1, 4]), 4.0);
        assert_eq!(median(vec![9, 1, 4, 5]), 4.5);
    }

    #[test]
    fn ratios_of_nothing_to_nothing_are_one() {
        let some = Medians { time_ns: 3.0, minor_faults: 8.0, major_faults: 0.0 };
        let other = Medians { time_ns: 6.0, minor_faults: 4.0, major_faults: 0.0 };
        let ratio = Medians { time_ns: 0.5, minor_faults: 2.0, major_faults: 1.0 };
        assert_eq!(some.ratio(&other), ratio);
    }
}
