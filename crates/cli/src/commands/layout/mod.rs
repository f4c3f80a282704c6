//! `simple layout`: record, solve, show, measure. See `docs/design/layout.md`.

pub(crate) mod counted;
mod feedback;
mod measure;
mod order;
pub(crate) mod plan;
mod profile;
mod record;
mod show;
mod solve;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use simple_record::{AtStop, Options, Stop};

use crate::args::layout::{Layout, LayoutCommand, StopAt};
use crate::{files, report};

pub(crate) fn layout(layout: Layout) -> ExitCode {
    let result = match layout.command {
        LayoutCommand::Record(record) => record::record(record),
        LayoutCommand::Solve(solve) => solve::solve(&solve),
        LayoutCommand::Feedback(feedback) => feedback::feedback(&feedback),
        LayoutCommand::Order(order) => order::order(&order),
        LayoutCommand::Show(show) => show::show(&show),
        LayoutCommand::Measure(measure) => measure::measure(&measure),
    };
    result.unwrap_or_else(|status| status)
}

impl StopAt {
    /// What the recorder is to do.
    fn options(&self) -> Result<Options, ExitCode> {
        let mark = self.stop.clone().map(Stop::Mark);
        let stop = mark.or_else(|| self.stop_function.clone().map(Stop::Function));
        if self.kill && stop.is_none() {
            return Err(report::fail("`--kill` needs a moment: `--stop` or `--stop-function`"));
        }
        let timeout = self.timeout.map(Duration::try_from_secs_f64).transpose();
        let timeout = timeout.map_err(|_| report::fail("`--timeout` takes a number of seconds"))?;
        let at_stop = if self.kill { AtStop::Kill } else { AtStop::Continue };
        Ok(Options { stop, at_stop, timeout, ..Options::default() })
    }
}

/// A scenario's weight, if it is one.
pub(super) fn weight(weight: f64) -> Result<f64, ExitCode> {
    match weight.is_finite() && weight > 0.0 {
        true => Ok(weight),
        false => Err(report::fail("`--weight` takes a number above 0")),
    }
}

/// Reports what is wrong in a file.
fn wrong(path: &Path, error: &dyn std::error::Error) -> ExitCode {
    report::fail(&format!("in `{}`: {error}", files::shown(path)))
}

/// A file's text.
fn read_text(path: &Path) -> Result<String, ExitCode> {
    String::from_utf8(files::read(path)?)
        .map_err(|_| report::fail(&format!("`{}` is not UTF-8 text", files::shown(path))))
}
