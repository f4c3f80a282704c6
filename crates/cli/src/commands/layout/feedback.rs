//! `simple layout feedback`: a plan learns from programs in use.

use std::process::ExitCode;

use simple_layout::Plan;
use simple_layout::feedback::{Change, ENOUGH, Extent, Observed};
use simple_layout::samples::SampleFile;
use simple_record::Functions;

use super::{read_text, wrong};
use crate::args::layout::Feedback;
use crate::{files, report};

pub(super) fn feedback(feedback: &Feedback) -> Result<ExitCode, ExitCode> {
    let functions = simple_record::functions(&files::read(&feedback.program)?)
        .map_err(|error| wrong(&feedback.program, &error))?;
    let mut observed = Observed::default();
    for function in &functions.list {
        let extent = Extent { size: function.size, align: function.align };
        observed.extents.insert(&function.name, extent);
    }
    let mut seen = Seen::default();
    for path in &feedback.samples {
        let file = SampleFile::parse(&files::read(path)?).map_err(|error| wrong(path, &error))?;
        if file.build != functions.build {
            return Err(report::fail(&format!(
                "`{}` has samples of another build than `{}`",
                files::shown(path),
                files::shown(&feedback.program)
            )));
        }
        seen.add(&file, &functions, &mut observed);
    }
    let text = read_text(&feedback.output)?;
    let mut plan = Plan::from_sdn(&text).map_err(|error| wrong(&feedback.output, &error))?;
    let changes = simple_layout::feedback::feedback(&mut plan, &observed);
    report::print(told(&changes, &seen).as_bytes())?;
    if !changes.is_empty() && !feedback.dry_run {
        let text = plan.update_sdn(&text).map_err(|error| wrong(&feedback.output, &error))?;
        files::write(&feedback.output, text.as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What the files hold altogether.
#[derive(Default)]
struct Seen {
    runs: u64,
    samples: u64,
    /// Seconds of processor time.
    seconds: f64,
}

impl Seen {
    fn add<'a>(
        &mut self,
        file: &SampleFile,
        functions: &'a Functions,
        observed: &mut Observed<'a>,
    ) {
        let mut samples = file.elsewhere + file.lost;
        for count in &file.counts {
            samples += count.count;
            let Some(index) = functions.at(count.address) else { continue };
            let sampled = observed.samples.entry(&functions[index].name).or_default();
            let side = if count.after_mark { &mut sampled.after } else { &mut sampled.before };
            *side += count.count;
        }
        observed.runs += file.runs;
        self.runs += file.runs;
        self.samples += samples;
        self.seconds += samples as f64 * f64::from(file.interval_us) / 1e6;
    }
}

fn told(changes: &[Change], seen: &Seen) -> String {
    let mut text = format!(
        "{} runs, {} samples: {:.1} s of processor time\n",
        seen.runs, seen.samples, seen.seconds
    );
    if seen.samples < ENOUGH {
        text.push_str(&format!(
            "below {ENOUGH} samples, functions that were not seen may still run\n"
        ));
    }
    for change in changes {
        let phases = format!("{} to {}", change.from.name(), change.to.name());
        text.push_str(&format!("{phases:<22} {}: {}\n", change.name, change.reason));
    }
    match changes.len() {
        0 => text.push_str("the plan stays as it is\n"),
        count => text.push_str(&format!("{count} functions in another phase\n")),
    }
    text
}
