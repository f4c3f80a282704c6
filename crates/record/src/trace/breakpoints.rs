//! Breakpoints in memory, and jumps to pads in place of them.
//!
//! Which of them are still set differs from process to process, and a copy of
//! that knowledge could be wrong: while a process forks, its other threads run
//! into breakpoints, before or after the copy of memory. So none is kept. Who
//! runs into a breakpoint restores the byte in the memory it runs in, whether or
//! not that was done a moment ago for another thread.

use std::io;
use std::ops::Range;

use super::pads::Pads;
use super::process::Process;
use crate::FunctionIndex;
use crate::program::Program;
use crate::sys::pad_code::{JUMP, WORD};

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

/// Sets breakpoints at the entries of some functions, ascending; or jumps, where the
/// process has pads and what a jump replaces is as it is in the file. A page is
/// written once, and neighbouring pages together: the system's calls, not the
/// functions, are what it costs.
pub(crate) fn plant(
    process: &Process,
    program: &Program,
    functions: &[FunctionIndex],
    pads: Option<&Pads>,
    originals: &mut Originals,
) {
    let address = |function: FunctionIndex| program.functions[function].address;
    let page = |function: FunctionIndex| address(function) / PAGE;
    // What is not loaded cannot be entered.
    let is_loaded = |&function: &FunctionIndex| !program.code_at(address(function)).is_empty();
    let functions: Vec<_> = functions.iter().copied().filter(is_loaded).collect();
    let mut rest = &functions[..];
    let mut bytes = Vec::new();
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
        let entry = |&function: &FunctionIndex| Entry {
            function,
            offset: (address(function) - start) as usize,
            first: program.code_at(address(function)),
            jump: pads.and_then(|pads| pads.jump(program, function)),
        };
        let entries: Vec<_> = run.iter().map(entry).collect();
        if plant_run(process, start..end, &mut bytes, &entries, originals).is_err() {
            // A symbol that lies outside what is loaded must not take those with
            // it that are fine.
            for entry in entries {
                let at = start + entry.offset as u64;
                let alone = [Entry { offset: 0, jump: None, ..entry }];
                let _unreachable = plant_run(process, at..at + 1, &mut bytes, &alone, originals);
            }
        }
    }
}

/// Where something is to be set.
struct Entry<'a> {
    function: FunctionIndex,
    /// From the beginning of the run.
    offset: usize,
    /// What the file has there.
    first: &'a [u8],
    jump: Option<[u8; JUMP]>,
}

fn plant_run(
    process: &Process,
    run: Range<u64>,
    bytes: &mut Vec<u8>,
    entries: &[Entry<'_>],
    originals: &mut Originals,
) -> io::Result<()> {
    let at = run.start.wrapping_add(process.bias);
    bytes.resize((run.end - run.start) as usize, 0);
    process.read(at, bytes)?;
    let mut found = Vec::with_capacity(entries.len());
    for &Entry { function, offset, first, jump } in entries {
        let original = bytes[offset];
        found.push((function, (original != BREAK).then_some(original)));
        let replaced = bytes.get(offset..offset + WORD);
        match jump.filter(|_| replaced.is_some_and(|bytes| first.starts_with(bytes))) {
            Some(jump) => bytes[offset..offset + JUMP].copy_from_slice(&jump),
            None => bytes[offset] = BREAK,
        }
    }
    process.write(at, bytes)?;
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
