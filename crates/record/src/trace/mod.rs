//! Runs a program under a tracer.
//!
//! Three threads: the caller's starts the program and waits for it, one traces
//! it (the system lets only one thread do so, and a thread of its own has no
//! other children that it could confuse with tracees), one watches the time and
//! the signals to this process.

pub(crate) mod breakpoints;
pub(crate) mod inject;
pub(crate) mod log;
mod pads;
pub(crate) mod process;
mod spaces;
mod step;
mod tracer;
pub(crate) mod watch;

use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::panic::resume_unwind;
use std::process::{Child, Command};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::program::Program;
use crate::sys::launch::gate;
use crate::sys::signals::Forwarding;
use crate::sys::ticks::Moment;
use crate::sys::wait;
use crate::{Error, Exit, Faults, Mark, Options, Page, Recording};
use log::Touches;
use tracer::{Tracer, Traces};
use watch::Watch;

/// What a run is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Each function's first touch: jumps or breakpoints everywhere.
    Touches,
    /// Touched pages: mappings of single pages, and no breakpoint in memory.
    Pages,
    /// Time and faults: nothing that the program could feel before the stop.
    Time,
}

/// A run that has ended.
pub(crate) struct Traced {
    pub(crate) program: Arc<Program>,
    touches: Touches,
    /// The stop's place among the marks, if it came.
    pub(crate) stop: Option<usize>,
    pub(crate) exit: Exit,
    began: Moment,
    ended: Moment,
    pub(crate) faults: Faults,
    pub(crate) timed_out: bool,
    pub(crate) pages: Option<Vec<Page>>,
}

impl Traced {
    /// Until the program ended.
    pub(crate) fn duration(&self) -> Duration {
        self.ended.at.saturating_duration_since(self.began.at)
    }

    /// The moment at which the start was over.
    pub(crate) fn stop_mark(&self) -> Option<&Mark> {
        self.stop.map(|stop| &self.touches.marks[stop])
    }

    pub(crate) fn recording(self) -> Recording {
        let duration = self.duration();
        let Touches { touches, stops, edges, marks } = self.touches;
        let (program, functions) = match Arc::try_unwrap(self.program) {
            Ok(program) => (program.path, program.functions),
            Err(kept) => (kept.path.clone(), kept.functions.clone()),
        };
        Recording {
            program,
            functions,
            touches,
            stops,
            edges,
            marks,
            stop: self.stop,
            exit: self.exit,
            timed_out: self.timed_out,
            duration,
            faults: self.faults,
        }
    }
}

/// Runs a command to its end. A program that was read before need not be read
/// again, which would bring its pages into memory.
pub(crate) fn trace(
    mut command: Command,
    options: &Options,
    purpose: Purpose,
    known: Option<Arc<Program>>,
) -> Result<Traced, Error> {
    let name = command.get_program().to_string_lossy().into_owned();
    let gate = gate(&mut command).map_err(Error::system("cannot make a pipe"))?;
    let (signals, mut sink) = io::pipe().map_err(Error::system("cannot make a pipe"))?;
    let watch = Watch::new();
    thread::scope(|scope| {
        let forwarding = options.forward_signals.then(|| Forwarding::begin(&sink)).flatten();
        scope.spawn(|| watch.run(signals, options.timeout));
        let tracer = scope.spawn(|| Tracer::new(options, purpose, known, &watch).run(gate));
        let spawned = command.spawn();
        // With the command goes this process's copy of the new one's end of the
        // gate; if there is no new process, the tracer learns it by that.
        drop(command);
        let traces = tracer.join().unwrap_or_else(|panic| resume_unwind(panic));
        let result = match (traces, spawned) {
            (Err(error), Ok(child)) => {
                end(child);
                Err(error)
            }
            (Err(error), Err(_)) => Err(error),
            (Ok(_), Err(source)) => Err(Error::Start { program: name, source }),
            (Ok(traces), Ok(child)) => finish(traces, child, &watch),
        };
        drop(forwarding);
        // Nobody reads if the watch has ended, which is as good.
        let _ended = sink.write_all(&[watch::FINISHED]);
        result
    })
}

/// Kills a process that cannot be recorded and collects what is left of it.
fn end(mut child: Child) {
    let _ended = child.kill();
    let _collected = child.wait();
}

/// Waits for the command's process if it went on as another program, which is
/// not traced.
fn finish(traces: Traces, mut child: Child, watch: &Watch) -> Result<Traced, Error> {
    let never = || io::Error::other("it ended before it began to execute");
    let (program, began) = traces
        .program
        .zip(traces.origin)
        .ok_or_else(|| Error::system("cannot trace the program")(never()))?;
    // Now, and not after another program has run for whatever time.
    let stop = traces.log.stop;
    let touches = traces.log.finish(&program, &traces.spaces, began, Moment::now());
    let (exit, ended, faults) = match traces.end {
        Some(end) => (end.exit, end.at, end.faults),
        None => {
            let status = child.wait().map_err(Error::system("cannot wait for the program"))?;
            (wait::exit(status.into_raw()), Moment::now(), Faults::default())
        }
    };
    Ok(Traced {
        program,
        touches,
        stop,
        exit,
        began,
        ended,
        faults,
        timed_out: watch.timed_out(),
        pages: traces.pages,
    })
}
