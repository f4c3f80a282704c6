//! One thread's compiler: its buffers, and the way of a function through them.

use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::UserFuncName;
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::{CodegenError, Context};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use simple_mir::{Attributes, FuncId, Function, OptimizeLevel};
use simple_object::{CodeObject, FunctionFlags, Linkage, Phase};
use simple_source::Symbol;
use smallvec::SmallVec;

use super::code::Code;
use super::emit::{self, UnknownReference};
use super::function::{Buffers, Translator};
use super::isa::Isas;
use super::outline::Outline;
use super::shared::Shared;
use super::signature;
use crate::abi::Classes;
use crate::lines::LineCursor;
use crate::names::{self, RuntimeNames};
use crate::output::{FAST_ALIGN_LOG2, FunctionInfo, Output};
use crate::positions::PositionWriter;
use crate::{Error, OptLevel, Options, Program, Worker};

/// Functions with more blocks or statements than this get the register
/// allocator whose time is proportional to their size.
const HUGE: usize = 20_000;

pub(crate) struct CraneliftWorker<'a> {
    isas: &'a Isas,
    pub(crate) options: Options,
    pub(crate) shared: Shared<'a>,
    context: Context,
    builder: FunctionBuilderContext,
    control: ControlPlane,
    buffers: Buffers,
    pub(crate) lines: LineCursor<'a>,
    pub(crate) positions: PositionWriter,
}

impl<'a> CraneliftWorker<'a> {
    pub(super) fn new(isas: &'a Isas, program: Program<'a>, options: Options) -> Self {
        Self {
            isas,
            options,
            shared: Shared {
                program,
                names: RuntimeNames::new(program.interner),
                classes: Classes::new(program.types),
                output: Output::new(program),
                pending: Vec::new(),
            },
            context: Context::new(),
            builder: FunctionBuilderContext::new(),
            control: ControlPlane::default(),
            buffers: Buffers::default(),
            lines: LineCursor::new(program.sources),
            positions: PositionWriter::default(),
        }
    }

    /// The effort to put into a function.
    pub(crate) fn level(&self, attributes: &Attributes) -> OptLevel {
        match attributes.optimize {
            Some(OptimizeLevel::Speed(0)) => OptLevel::None,
            Some(OptimizeLevel::Speed(1)) => OptLevel::Less,
            Some(OptimizeLevel::Speed(_)) => OptLevel::Speed,
            Some(OptimizeLevel::Size) => OptLevel::Size,
            // Nobody waits for what runs rarely, but everybody loads it.
            None if attributes.cold && self.options.level == OptLevel::Speed => OptLevel::Size,
            None => self.options.level,
        }
    }

    fn compile_function(&mut self, id: FuncId, order: u64) -> Result<(), Error> {
        let function = &self.shared.program.module.functions[id];
        let level = self.level(&function.attributes);
        self.context.clear();
        self.context.func.name = UserFuncName::user(0, 0);
        self.context.func.signature = signature::of_function(&mut self.shared, id).signature();
        let builder = FunctionBuilder::new(&mut self.context.func, &mut self.builder);
        let builder =
            Translator::translate(builder, &mut self.shared, &mut self.buffers, function, level);
        let isa = if is_huge(function) { self.isas.huge() } else { self.isas.get(level) };
        builder.finalize(isa.frontend_config());
        let info = FunctionInfo::of(function, level, order);
        let isa = isa.clone();
        self.finish(&*isa, info, function.span.lo)
    }

    /// Compiles the helpers that were asked for. Helpers may need helpers; each
    /// is made once for an object.
    pub(crate) fn compile_helpers(&mut self) -> Result<(), Error> {
        while let Some((name, outline)) = self.shared.pending.pop() {
            self.compile_outline(name, outline)?;
        }
        Ok(())
    }

    fn compile_outline(&mut self, name: Symbol, outline: Outline) -> Result<(), Error> {
        self.context.clear();
        self.context.func.signature = outline.signature(&mut self.shared).signature();
        let builder = FunctionBuilder::new(&mut self.context.func, &mut self.builder);
        let optimized = self.options.level != OptLevel::None;
        let mut code = Code::new(builder, &mut self.shared, &mut self.buffers.imports, optimized);
        let entry = code.block();
        code.b.append_block_params_for_function_params(entry);
        code.enter(entry);
        let params: SmallVec<[_; 8]> = code.b.block_params(entry).into();
        outline.build(&mut code, &params);
        let isa = self.isas.get(self.options.level).clone();
        code.b.finalize(isa.frontend_config());
        let text = self.shared.program.interner.resolve(name);
        let info = FunctionInfo {
            name,
            display: name,
            linkage: Linkage::Once,
            align_log2: FAST_ALIGN_LOG2,
            phase: Phase::default(),
            // Backtraces leave it out, as they do the runtime.
            flags: FunctionFlags { library: false, runtime: true, part: false },
            order: names::order_of(text),
        };
        self.finish(&*isa, info, 0)
    }

    /// Compiles what was built and appends it to the object.
    fn finish(&mut self, isa: &dyn TargetIsa, info: FunctionInfo, start: u32) -> Result<(), Error> {
        let display = info.display;
        let code = match self.context.compile(isa, &mut self.control) {
            Ok(_) => self.context.compiled_code().expect("it was just compiled"),
            Err(error) => {
                let error = error.inner;
                return Err(self.error(display, error));
            }
        };
        let mut relocations = Vec::new();
        if let Err(UnknownReference(message)) =
            emit::relocations(code, &self.context.func, info.name, &mut relocations)
        {
            return Err(Error::Internal { function: self.text(display), message });
        }
        let align_log2 = info.align_log2.max(code.buffer.alignment.trailing_zeros() as u8);
        let info = FunctionInfo { align_log2, ..info };
        let (lines, positions) = (&mut self.lines, &mut self.positions);
        positions.clear();
        emit::positions(code, self.options.statement_rows, positions);
        self.shared.output.function(
            info,
            code.code_buffer(),
            |out| out.append(&mut relocations),
            |out| positions.write(lines, start, out),
        );
        Ok(())
    }

    fn text(&self, symbol: Symbol) -> String {
        self.shared.program.interner.resolve(symbol).to_owned()
    }

    fn error(&self, function: Symbol, error: CodegenError) -> Error {
        let function = self.text(function);
        match error {
            CodegenError::ImplLimitExceeded => Error::TooLarge {
                function,
                limit: "its values need too much memory on the stack".to_owned(),
            },
            CodegenError::CodeTooLarge => {
                Error::TooLarge { function, limit: "it has too many instructions".to_owned() }
            }
            CodegenError::Verifier(errors) => {
                Error::Internal { function, message: errors.to_string() }
            }
            other => Error::Internal { function, message: other.to_string() },
        }
    }
}

impl Worker for CraneliftWorker<'_> {
    fn function(&mut self, function: FuncId, order: u64) -> Result<(), Error> {
        self.compile_function(function, order)?;
        self.compile_helpers()
    }

    fn data(&mut self, order: u64) {
        self.shared.output.program_data(order);
    }

    fn take_object(&mut self) -> CodeObject {
        self.shared.output.take()
    }
}

/// Whether a function is beyond what the better allocator does in good time.
fn is_huge(function: &Function) -> bool {
    let statements: usize = function.blocks.iter().map(|block| block.statements.len() + 1).sum();
    statements > HUGE
}
