//! The back end that writes machine code straight from MIR, for builds that
//! somebody waits for.
//!
//! One pass over a function finds out where its locals live, a second one
//! writes its code: `analysis` and `function`. Temporaries live in registers
//! from where they are set to where they are used; the most used of the other
//! scalars have registers of their own; the rest lies in the frame. Statements
//! that this back end does not know ([`Unsupported`]) are rare in user code: a
//! function that has one goes to Cranelift, whose worker is inside each of this
//! one's, and which also makes the helpers that counting calls.

mod analysis;
mod arithmetic;
mod assembler;
mod call;
mod counting;
mod function;
mod object;
mod operand;
mod place;
mod registers;
mod worker;

use crate::cranelift::Cranelift;
use crate::{Backend, Options, Program, Target, Worker};

/// A function cannot be compiled in this way; the other back end has to.
#[derive(Clone, Copy, Debug)]
struct Unsupported;

/// Code in one pass at [`crate::OptLevel::None`]; everything else by
/// Cranelift. Shared by all workers.
#[derive(Default)]
pub struct Direct {
    cranelift: Cranelift,
}

impl Direct {
    /// A back end for `target`.
    pub fn new(target: Target) -> Self {
        Self { cranelift: Cranelift::new(target) }
    }
}

impl Backend for Direct {
    fn name(&self) -> &'static str {
        "direct"
    }

    fn target(&self) -> &Target {
        self.cranelift.target()
    }

    fn worker<'a>(&'a self, program: Program<'a>, options: Options) -> Box<dyn Worker + 'a> {
        Box::new(worker::DirectWorker::new(self.cranelift.own_worker(program, options)))
    }
}
