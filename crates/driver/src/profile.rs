//! Clocks: how long each stage takes, on how many cores, with how much memory.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// What one stage cost.
#[derive(Clone, Debug)]
pub struct StageCost {
    /// The stage.
    pub name: &'static str,
    /// When it began, from the session's start.
    pub start: Duration,
    /// Time that passed.
    pub wall: Duration,
    /// Processor time of all threads.
    pub cpu: Duration,
    /// The process's peak memory at its end, in bytes.
    pub peak: u64,
    /// How many things it worked on, and what they are.
    pub items: (usize, &'static str),
}

/// Measures the stages of a session.
pub struct Profile {
    begin: Instant,
    stages: Vec<StageCost>,
}

impl Default for Profile {
    fn default() -> Self {
        Self { begin: Instant::now(), stages: Vec::new() }
    }
}

impl Profile {
    /// Runs a stage; it returns its result and how many items it worked on.
    pub fn stage<T>(
        &mut self,
        name: &'static str,
        unit: &'static str,
        work: impl FnOnce() -> (T, usize),
    ) -> T {
        let start = self.begin.elapsed();
        let before = Usage::now();
        let (result, count) = work();
        let after = Usage::now();
        self.stages.push(StageCost {
            name,
            start,
            wall: self.begin.elapsed() - start,
            cpu: after.cpu.saturating_sub(before.cpu),
            peak: after.peak,
            items: (count, unit),
        });
        result
    }

    /// The stages so far, in order.
    pub fn stages(&self) -> &[StageCost] {
        &self.stages
    }

    /// The table that `--profile` prints.
    pub fn table(&self) -> String {
        let total: Duration = self.stages.iter().map(|stage| stage.wall).sum();
        let mut out =
            String::from("stage          wall ms    cpu ms   share   busy   peak MB   items\n");
        for stage in &self.stages {
            let wall = stage.wall.as_secs_f64() * 1e3;
            let cpu = stage.cpu.as_secs_f64() * 1e3;
            let share = 100.0 * stage.wall.as_secs_f64() / total.as_secs_f64().max(1e-9);
            let busy = if wall > 0.0 { cpu / wall } else { 0.0 };
            let (count, unit) = stage.items;
            let _ = writeln!(
                out,
                "{:<12} {wall:>9.2} {cpu:>9.2} {share:>6.1}% {busy:>6.2} {:>9.1}   {count} {unit}",
                stage.name,
                stage.peak as f64 / 1e6,
            );
        }
        let cpu: Duration = self.stages.iter().map(|stage| stage.cpu).sum();
        let _ = writeln!(
            out,
            "{:<12} {:>9.2} {:>9.2}",
            "total",
            total.as_secs_f64() * 1e3,
            cpu.as_secs_f64() * 1e3
        );
        out
    }

    /// The stages as a trace that Perfetto and chrome://tracing open ("Trace
    /// Event Format", complete events).
    pub fn trace(&self) -> String {
        let events: Vec<serde_json::Value> = self
            .stages
            .iter()
            .map(|stage| {
                serde_json::json!({
                    "name": stage.name,
                    "ph": "X",
                    "pid": 1,
                    "tid": 1,
                    "ts": stage.start.as_secs_f64() * 1e6,
                    "dur": stage.wall.as_secs_f64() * 1e6,
                    "args": {
                        "cpu_ms": stage.cpu.as_secs_f64() * 1e3,
                        "peak_bytes": stage.peak,
                        stage.items.1: stage.items.0,
                    },
                })
            })
            .collect();
        serde_json::json!({ "traceEvents": events, "displayTimeUnit": "ms" }).to_string()
    }
}

/// What the process has used so far.
struct Usage {
    cpu: Duration,
    peak: u64,
}

impl Usage {
    fn now() -> Self {
        let stat = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let peak = stat
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| rest.trim().trim_end_matches(" kB").trim().parse::<u64>().ok())
            .unwrap_or(0)
            * 1024;
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        let cpu = Duration::new(time.tv_sec as u64, time.tv_nsec as u32);
        Self { cpu, peak }
    }
}
