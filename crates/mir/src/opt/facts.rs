//! How often each local is written, read and changed.

use crate::function::*;
use crate::opt::visit::{Touch, places_of, places_of_terminator};

/// What is known of a local.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct LocalFacts {
    /// Whole writes; a parameter counts as written once.
    pub(crate) writes: u32,
    /// Partial writes, `unshare`, address taken.
    pub(crate) changes: u32,
    /// Reads of it or of a part, also as an index.
    pub(crate) reads: u32,
}

impl LocalFacts {
    /// Whether the local has one value for as long as it lives.
    pub(crate) fn is_constant(self) -> bool {
        self.writes == 1 && self.changes == 0
    }
}

/// Counts for all locals.
pub(crate) fn facts(function: &Function) -> Vec<LocalFacts> {
    let mut facts = vec![LocalFacts::default(); function.locals.len()];
    for fact in facts.iter_mut().take(function.params.len()) {
        fact.writes = 1;
    }
    let mut note = |place: Place, touch: Touch| {
        let steps = &function.projections[place.start as usize..][..place.len as usize];
        for step in steps {
            if let Projection::Index(local) = step {
                facts[local.0 as usize].reads += 1;
            }
        }
        // Behind an address, box or class lies other memory; a box belongs to
        // its local all the same, so only what is surely elsewhere is a read.
        let fact = &mut facts[place.local.0 as usize];
        match touch {
            Touch::Read => fact.reads += 1,
            Touch::Write if place.len == 0 => fact.writes += 1,
            Touch::Write | Touch::Change => {
                fact.changes += 1;
                fact.reads += 1;
            }
        }
    };
    for block in &function.blocks {
        for statement in &block.statements {
            places_of(function, &statement.kind, &mut note);
        }
        places_of_terminator(&block.terminator, &mut note);
    }
    facts
}
