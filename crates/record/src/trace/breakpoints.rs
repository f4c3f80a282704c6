//! Breakpoints in memory.
//!
//! Which of them are still set differs from process to process, and a copy of
//! that knowledge could be wrong: while a process forks, its other threads run
//! into breakpoints, before or after the copy of memory. So none is kept. Who
//! runs into a breakpoint restores the byte in the memory it runs in, whether or
//! not that was done a moment ago for another thread.

use std::io;

use super::process::Process;
use crate::FunctionIndex;
use crate::program::Program;

/// The instruction `int3`.
const BREAK: u8 = 0xcc;
const PAGE: u64 = 4096;
/// The most pages that are read and written at a time.
const BATCH: u64 = 256;

/// The byte that a breakpoint stands for; none where none can be set: what
/// cannot be written, and functions that begin with a breakpoint of their own.
pub(crate) struct Originals(Vec<Option<u8>>);

impl Originals {
    pub(crate) fn new(functions: usize) -> Self {
        Self(vec![None; functions])
    }

    pub(crate) fn of(&self, function: FunctionIndex) -> Option<u8> {
        self.0[function.0 as usize]
    }
}

/// Sets breakpoints at the entries of some functions, ascending. A page is
/// written once, and neighbouring pages together: the system's calls, not the
/// functions, are what it costs.
pub(crate) fn plant(
    process: &Process,
    program: &Program,
    functions: &[FunctionIndex],
    originals: &mut Originals,
) {
    let address = |function: FunctionIndex| program.functions[function].address;
    let page = |function: FunctionIndex| address(function) / PAGE;
    let mut rest = functions;
    while let Some(&first) = rest.first() {
        // A run of pages without one that has no entries.
        let mut last = page(first);
        let in_run = |&&function: &&FunctionIndex| {
            let near = page(function) <= last + 1 && page(function) < page(first) + BATCH;
            if near {
                last = page(function);
            }
            near
        };
        let count = rest.iter().take_while(in_run).count();
        let (run, behind) = rest.split_at(count);
        rest = behind;
        let start = page(first) * PAGE;
        let end = (page(run[run.len() - 1]) + 1) * PAGE;
        let offsets = run.iter().map(|&f| (f, (address(f) - start) as usize));
        let offsets: Vec<_> = offsets.collect();
        if plant_run(process, start, end, &offsets, originals).is_err() {
            // A symbol that lies outside what is loaded must not take those with
            // it that are fine.
            for &(function, offset) in &offsets {
                let at = start + offset as u64;
                let _unreachable = plant_run(process, at, at + 1, &[(function, 0)], originals);
            }
        }
    }
}

fn plant_run(
    process: &Process,
    start: u64,
    end: u64,
    entries: &[(FunctionIndex, usize)],
    originals: &mut Originals,
) -> io::Result<()> {
    let at = start.wrapping_add(process.bias);
    let mut bytes = vec![0; (end - start) as usize];
    process.read(at, &mut bytes)?;
    let mut found = Vec::with_capacity(entries.len());
    for &(function, offset) in entries {
        let original = std::mem::replace(&mut bytes[offset], BREAK);
        found.push((function, (original != BREAK).then_some(original)));
    }
    process.write(at, &bytes)?;
    for (function, original) in found {
        originals.0[function.0 as usize] = original;
    }
    Ok(())
}

/// Removes a function's breakpoint from the memory of a process.
pub(crate) fn restore(process: &Process, address: u64, original: u8) -> io::Result<()> {
    process.write(address.wrapping_add(process.bias), &[original])
}

/// Sets it again.
pub(crate) fn replant(process: &Process, address: u64) -> io::Result<()> {
    restore(process, address, BREAK)
}
