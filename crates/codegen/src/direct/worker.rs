//! One thread's compiler: this back end, and Cranelift's worker for the rest.

use simple_mir::FuncId;
use simple_object::CodeObject;

use super::analysis::Analysis;
use super::assembler::Assembler;
use super::function::{Buffers, Translator};
use crate::cranelift::worker::CraneliftWorker;
use crate::output::FunctionInfo;
use crate::{Error, OptLevel, Worker};

pub(super) struct DirectWorker<'a> {
    cranelift: CraneliftWorker<'a>,
    analysis: Analysis,
    assembler: Assembler,
    buffers: Buffers,
}

impl<'a> DirectWorker<'a> {
    pub(super) fn new(cranelift: CraneliftWorker<'a>) -> Self {
        Self {
            cranelift,
            analysis: Analysis::default(),
            assembler: Assembler::default(),
            buffers: Buffers::default(),
        }
    }
}

impl Worker for DirectWorker<'_> {
    fn function(&mut self, id: FuncId, order: u64) -> Result<(), Error> {
        let Self { cranelift, analysis, assembler, buffers } = self;
        let function = &cranelift.shared.program.module.functions[id];
        let level = cranelift.level(&function.attributes);
        if level != OptLevel::None {
            return cranelift.function(id, order);
        }
        let rows = cranelift.options.statement_rows;
        let (shared, positions) = (&mut cranelift.shared, &mut cranelift.positions);
        let translator =
            Translator::new(shared, function, analysis, assembler, buffers, positions, rows);
        if translator.translate().is_err() {
            return cranelift.function(id, order);
        }
        let (lines, positions) = (&mut cranelift.lines, &mut cranelift.positions);
        cranelift.shared.output.function(
            FunctionInfo::of(function, level, order),
            &assembler.code,
            |out| out.append(&mut assembler.relocations),
            |out| positions.write(lines, function.span.lo, out),
        );
        cranelift.compile_helpers()
    }

    fn data(&mut self, order: u64) {
        self.cranelift.data(order);
    }

    fn take_object(&mut self) -> CodeObject {
        self.cranelift.take_object()
    }
}
