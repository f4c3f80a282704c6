//! What a run did, in order.

use std::collections::BTreeSet;

use crate::{Edge, FunctionIndex, Mark, Touch};

/// The notes of a recording.
pub(crate) struct Log {
    pub(crate) touches: Vec<Touch>,
    pub(crate) edges: BTreeSet<Edge>,
    pub(crate) marks: Vec<Mark>,
    /// The first of the marks at which the start is over.
    pub(crate) stop: Option<usize>,
    touched: Vec<bool>,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self {
            touches: Vec::new(),
            edges: BTreeSet::new(),
            marks: Vec::new(),
            stop: None,
            touched: Vec::new(),
        }
    }

    /// Makes room for a program's functions.
    pub(crate) fn prepare(&mut self, functions: usize) {
        self.touched.resize(functions, false);
    }

    pub(crate) fn is_touched(&self, function: FunctionIndex) -> bool {
        self.touched[function.0 as usize]
    }

    /// Notes a first touch; whether it was the first.
    pub(crate) fn touch(&mut self, mut touch: Touch) -> bool {
        let first = !std::mem::replace(&mut self.touched[touch.function.0 as usize], true);
        if first {
            touch.order = self.order();
            self.touches.push(touch);
        }
        first
    }

    pub(crate) fn call(&mut self, caller: FunctionIndex, callee: FunctionIndex) {
        self.edges.insert(Edge { caller, callee, weight: 1 });
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
        self.touches.len() as u32
    }
}
