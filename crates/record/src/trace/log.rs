//! What a run did, in order.
//!
//! First touches are in memory that the traced programs write to as well, those
//! whose functions have pads ([`super::pads`]): a count, a byte for each function
//! that says whether it was entered, and an entry for each that was. Whoever is the
//! first to set a function's byte takes the next entry, and writes the entry's
//! function last. So a program can be killed at any moment, and an entry is whole,
//! or left out.

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use super::spaces::Spaces;
use crate::program::Program;
use crate::sys::shared::Shared;
use crate::sys::ticks::{Moment, Scale, Ticks};
use crate::{Edge, FunctionIndex, Mark, Touch};

/// The notes of a recording.
pub(crate) struct Log {
    pub(crate) marks: Vec<Mark>,
    /// The first of the marks at which the start is over.
    pub(crate) stop: Option<usize>,
    touched: Option<Touched>,
}

/// The memory of first touches.
pub(super) struct Touched {
    pub(super) memory: Shared,
    functions: usize,
}

/// Where the bytes are that say which functions were entered.
pub(super) const CLAIMS: usize = 64;
/// The bytes of an entry: the function's number and 1; the number of the space and 1,
/// or [`BY_TRACER`] and that of the process; ticks; where the function returns to; what
/// tells the thread from others of its space, or its number.
const ENTRY: usize = 32;
const BY_TRACER: u32 = 1 << 31;

/// A first touch, as the tracer sees it.
pub(crate) struct Seen {
    pub(crate) function: FunctionIndex,
    pub(crate) process: u32,
    pub(crate) thread: u32,
    /// The word on top of the stack, as a link address.
    pub(crate) back: Option<u64>,
}

/// A recording's touches and calls.
#[derive(Default)]
pub(crate) struct Touches {
    pub(crate) touches: Vec<Touch>,
    /// How many of them the tracer saw.
    pub(crate) stops: u32,
    pub(crate) edges: Vec<Edge>,
    pub(crate) marks: Vec<Mark>,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self { marks: Vec::new(), stop: None, touched: None }
    }

    /// Makes room for first touches of a program's functions.
    pub(crate) fn prepare(&mut self, functions: usize) -> io::Result<()> {
        let memory = Shared::new(entries(functions) + functions * ENTRY)?;
        self.touched = Some(Touched { memory, functions });
        Ok(())
    }

    pub(super) fn touched(&self) -> Option<&Touched> {
        self.touched.as_ref()
    }

    pub(crate) fn is_touched(&self, function: FunctionIndex) -> bool {
        self.touched.as_ref().is_some_and(|touched| touched.claim(function).load(Acquire) != 0)
    }

    /// Notes that a function is entered, if it is for the first time, and there is
    /// room for it.
    pub(crate) fn touch(&self, seen: &Seen) {
        let Some(touched) = &self.touched else { return };
        if touched.claim(seen.function).swap(1, AcqRel) != 0 {
            return;
        }
        let memory = &touched.memory;
        let index = memory.long(0).fetch_add(1, AcqRel) as usize;
        if index >= touched.functions {
            return;
        }
        let at = touched.entries() + index * ENTRY;
        memory.word(at + 4).store(BY_TRACER | seen.process, Relaxed);
        memory.long(at + 8).store(Ticks::now().0, Relaxed);
        memory.long(at + 16).store(seen.back.unwrap_or(0), Relaxed);
        memory.long(at + 24).store(seen.thread.into(), Relaxed);
        memory.word(at).store(seen.function.0 + 1, Release);
    }

    /// Notes a mark; whether it is the one at which the start is over.
    pub(crate) fn mark(&mut self, mark: Mark, is_stop: bool) -> bool {
        let first = is_stop && self.stop.is_none();
        if first {
            self.stop = Some(self.marks.len());
        }
        self.marks.push(mark);
        first
    }

    /// How many functions were touched so far.
    pub(crate) fn order(&self) -> u32 {
        // The program could write there too, whatever it likes.
        let count = |touched: &Touched| {
            touched.memory.long(0).load(Acquire).min(touched.functions as u64) as u32
        };
        self.touched.as_ref().map_or(0, count)
    }

    /// The log of a program that has ended; times are since it began.
    pub(crate) fn finish(
        self,
        program: &Program,
        spaces: &Spaces,
        began: Moment,
        ended: Moment,
    ) -> Touches {
        let Some(touched) = &self.touched else {
            return Touches { marks: self.marks, ..Touches::default() };
        };
        let memory = &touched.memory;
        let scale = Scale::new(began, ended);
        let count = self.order();
        let mut touches: Vec<Touch> = Vec::with_capacity(count as usize);
        let mut stops = 0;
        let mut edges = BTreeSet::new();
        // What entries that are not whole change in the order of the marks.
        let mut orders = Vec::with_capacity(count as usize);
        for index in 0..count {
            orders.push(touches.len() as u32);
            let at = touched.entries() + index as usize * ENTRY;
            let Some(function) = memory.word(at).load(Acquire).checked_sub(1) else {
                continue;
            };
            if function as usize >= touched.functions {
                continue;
            }
            let function = FunctionIndex(function);
            let by = memory.word(at + 4).load(Relaxed);
            let ticks = Ticks(memory.long(at + 8).load(Relaxed));
            let back = memory.long(at + 16).load(Relaxed);
            let thread = memory.long(at + 24).load(Relaxed);
            let (process, thread, back) = if by & BY_TRACER != 0 {
                stops += 1;
                (by & !BY_TRACER, thread as u32, back)
            } else {
                let space = by.saturating_sub(1);
                let who = spaces.who(space, thread, ticks);
                (who.process, who.number, back.wrapping_sub(spaces.bias(space)))
            };
            // Threads that enter functions at the same moment read their clocks in
            // any order.
            let time_ns = scale.ns(ticks).max(touches.last().map_or(0, |last| last.time_ns));
            let order = touches.len() as u32;
            touches.push(Touch { function, order, time_ns, process, thread });
            // The last byte of the call: what follows can be another function.
            let called = program.follows_call(back).then(|| program.functions.at(back - 1));
            if let Some(caller) = called.flatten() {
                edges.insert(Edge { caller, callee: function, weight: 1 });
            }
        }
        let whole = touches.len() as u32;
        let mut marks = self.marks;
        for mark in &mut marks {
            mark.order = orders.get(mark.order as usize).copied().unwrap_or(whole);
        }
        Touches { touches, stops, edges: edges.into_iter().collect(), marks }
    }
}

impl Touched {
    fn claim(&self, function: FunctionIndex) -> &AtomicU8 {
        self.memory.byte(CLAIMS + function.0 as usize)
    }

    /// Where the entries are in the memory.
    pub(super) fn entries(&self) -> usize {
        entries(self.functions)
    }
}

fn entries(functions: usize) -> usize {
    (CLAIMS + functions).next_multiple_of(64)
}
