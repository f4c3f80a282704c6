//! The process entry and program-wide variables.

use simple_hir as hir;
use simple_hir::{Program, Ty, TyKind, Tys};
use simple_source::{Interner, Span, Symbol};

use super::builder::Builder;
use super::function::FunctionLowerer;
use super::instance::Instance;
use super::types::Types;
use crate::function::*;
use crate::types::{IntType, Type, TypeId, TypeTable};

/// What the process does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Runs `main` or the script.
    Program,
    /// Runs the test whose number (in [`Program::tests`]) is the first
    /// argument, and ends with [`TEST_PASSED`]; without one, or with one that is no
    /// number, all in order.
    Tests,
}

/// The slot of a script variable's value.
pub(crate) fn value_slot(global: hir::GlobalId) -> u32 {
    global.0 * 2
}

/// The slot of the flag that says whether a script variable was set.
pub(crate) fn set_flag(global: hir::GlobalId) -> u32 {
    global.0 * 2 + 1
}

/// The program-wide slots: for each variable its value and its flag.
pub(crate) fn globals(program: &Program, table: &TypeTable, interner: &Interner) -> Vec<Global> {
    let mut types = Types::new(program, table, interner);
    let mut globals = Vec::with_capacity(program.globals.len() * 2);
    for global in &program.globals {
        let module = interner.resolve(program.modules[global.module].path);
        let name = interner.resolve(global.name);
        let value = interner.intern(&format!("{module}.{name}"));
        let flag = interner.intern(&format!("{module}.{name}.set"));
        globals.push(Global { name: value, ty: types.get(global.ty) });
        globals.push(Global { name: flag, ty: types.bool_ });
    }
    globals
}

/// The status of a program of tests that ran the one that it was asked for to its end:
/// no other, so that a test that ends the program has not passed.
pub const TEST_PASSED: i32 = 86;

impl FunctionLowerer<'_, '_, '_> {
    /// `simple_main() -> i32`
    pub(crate) fn lower_entry(&mut self, name: Symbol) -> Function {
        let mut header = self.header(name, None);
        self.b = Builder::new(Span::NONE);
        let i32_ty = self.intern(Type::Int(IntType::I32));
        header.result = i32_ty;
        match self.shared.options.mode {
            Mode::Program => self.entry_program(),
            Mode::Tests => self.entry_tests(),
        }
        let zero = Operand::Const(Const::Int(IntType::I32, 0));
        self.b.terminate(Terminator::Return(zero));
        self.finish(header)
    }

    fn entry_program(&mut self) {
        let Some(entry) = self.program.entry else { return };
        let main = self.request(Instance::Fn(entry.function, Tys::EMPTY));
        let mut args = Vec::new();
        if entry.takes_args {
            let list = self.program.types.list_of(Ty::STR);
            let list = self.types.get(list);
            let all = Place::local(self.b.temp(list));
            self.extern_call("rt_env_args", &[], Some(all));
            // The program's own name is not an argument.
            let str_args = self.program.types.intern_list(&[Ty::STR]);
            let slice = self.request(Instance::Fn(self.shared.library.list_slice, str_args));
            let len = self.b.temp_from(self.types.i64_, Rvalue::Len(all));
            let one = Self::i64_const(1);
            let from = self.b.temp_from(self.types.i64_, Rvalue::Binary(BinOp::Min, one, len));
            let rest = Place::local(self.b.temp(list));
            let slice_args = [Arg::Value(Operand::Copy(all)), Arg::Value(from), Arg::Value(len)];
            self.b.call(Some(rest), Callee::Function(slice), &slice_args);
            args.push(Arg::Value(Operand::Copy(rest)));
        }
        if entry.returns_status {
            let status = Place::local(self.b.temp(self.types.i64_));
            self.b.call(Some(status), Callee::Function(main), &args);
            self.release_globals();
            let i32_ty = self.intern(Type::Int(IntType::I32));
            let status =
                self.b.temp_from(i32_ty, Rvalue::Cast(CastKind::Int, Operand::Copy(status)));
            self.b.terminate(Terminator::Return(status));
        } else {
            let result = self.program.functions[entry.function].result;
            let dest = match self.program.types.kind(result) {
                TyKind::Unit | TyKind::Never => None,
                _ => {
                    let memory = self.types.get(result);
                    Some(Place::local(self.b.temp(memory)))
                }
            };
            self.b.call(dest, Callee::Function(main), &args);
            self.release_globals();
        }
    }

    /// Gives back what script variables and constants hold, where they were
    /// set at all.
    fn release_globals(&mut self) {
        for (index, global) in self.program.globals.iter().enumerate() {
            let ty = self.types.get(global.ty);
            if !self.types.table.is_counted(ty) {
                continue;
            }
            let id = hir::GlobalId(index as u32);
            self.discard_slot(value_slot(id), set_flag(id), ty);
        }
        if self.shared.has_slots {
            let release = self.request(Instance::ReleaseSlots);
            self.b.call(None, Callee::Function(release), &[]);
        }
    }

    /// Gives back what a slot holds if its flag says that it was set.
    pub(crate) fn discard_slot(&mut self, value: u32, flag: u32, ty: TypeId) {
        let flag = self.global_address(flag, self.types.bool_);
        let (was_set, next) = (self.b.new_block(), self.b.new_block());
        self.b.branch(Operand::Copy(flag), was_set, next);
        self.b.switch_to(was_set);
        let place = self.global_address(value, ty);
        self.b.push(StatementKind::Discard(place));
        self.b.goto(next);
        self.b.switch_to(next);
    }

    fn entry_tests(&mut self) {
        let list = self.program.types.list_of(Ty::STR);
        let list = self.types.get(list);
        let args = Place::local(self.b.temp(list));
        self.extern_call("rt_env_args", &[], Some(args));
        let len = self.b.temp_from(self.types.i64_, Rvalue::Len(args));
        let chosen = Place::local(self.b.temp(self.types.i64_));
        self.b.assign(chosen, Rvalue::Use(Self::i64_const(-1)));
        let (given, ready) = (self.b.new_block(), self.b.new_block());
        let more = Rvalue::Binary(BinOp::Gt, len, Self::i64_const(1));
        let more = self.b.temp_from(self.types.bool_, more);
        self.b.branch(more, given, ready);
        self.b.switch_to(given);
        let one = self.b.temp(self.types.i64_);
        self.b.assign(Place::local(one), Rvalue::Use(Self::i64_const(1)));
        let first = self.b.project(args, Projection::Index(one));
        let parsed = Place::local(self.b.temp(self.types.bool_));
        let parse = [Arg::Value(Operand::Copy(first)), Arg::Address(chosen)];
        self.extern_call("rt_str_to_int", &parse, Some(parsed));
        self.b.goto(ready);
        self.b.switch_to(ready);
        let tests = self.program.tests.clone();
        let all = self.b.new_block();
        let (passed, end) = (self.b.new_block(), self.b.new_block());
        let cases: Vec<(u64, BlockId)> =
            (0..tests.len()).map(|index| (index as u64, self.b.new_block())).collect();
        self.b.switch(Operand::Copy(chosen), cases.clone(), all);
        let functions: Vec<FuncId> =
            tests.iter().map(|test| self.request(Instance::Fn(*test, Tys::EMPTY))).collect();
        for ((_, block), function) in cases.iter().zip(&functions) {
            self.b.switch_to(*block);
            self.b.call(None, Callee::Function(*function), &[]);
            self.b.goto(passed);
        }
        self.b.switch_to(passed);
        self.release_globals();
        let status = Const::Int(IntType::I32, TEST_PASSED as u64);
        self.b.terminate(Terminator::Return(Operand::Const(status)));
        self.b.switch_to(all);
        for function in &functions {
            self.b.call(None, Callee::Function(*function), &[]);
        }
        self.b.goto(end);
        self.b.switch_to(end);
        self.release_globals();
    }
}
