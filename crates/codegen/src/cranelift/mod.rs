//! The back end that compiles through Cranelift.

mod arithmetic;
mod call;
mod code;
pub(crate) mod counting;
mod emit;
mod function;
mod intrinsic;
mod isa;
mod object;
pub(crate) mod outline;
mod place;
mod plan;
pub(crate) mod shared;
mod signature;
mod value;
pub(crate) mod worker;

use crate::{Backend, Options, Program, Target, Worker};

/// Cranelift with its settings for a target. Shared by all workers.
pub struct Cranelift {
    target: Target,
    plain: isa::Isas,
    verified: isa::Isas,
}

impl Cranelift {
    /// A back end for `target`.
    pub fn new(target: Target) -> Self {
        let plain = isa::Isas::new(&target, false);
        let verified = isa::Isas::new(&target, true);
        Self { target, plain, verified }
    }
}

impl Cranelift {
    /// A worker whose parts another back end uses.
    pub(crate) fn own_worker<'a>(
        &'a self,
        program: Program<'a>,
        options: Options,
    ) -> worker::CraneliftWorker<'a> {
        let isas = if options.verify { &self.verified } else { &self.plain };
        worker::CraneliftWorker::new(isas, program, options)
    }
}

impl Default for Cranelift {
    fn default() -> Self {
        Self::new(Target::default())
    }
}

impl Backend for Cranelift {
    fn name(&self) -> &'static str {
        "cranelift"
    }

    fn target(&self) -> &Target {
        &self.target
    }

    fn worker<'a>(&'a self, program: Program<'a>, options: Options) -> Box<dyn Worker + 'a> {
        Box::new(self.own_worker(program, options))
    }
}
