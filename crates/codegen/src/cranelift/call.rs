//! Calls: of functions, of the runtime, of closures and `dyn` methods.

use cranelift_codegen::ir::{InstBuilder, Value, types};
use simple_mir::{
    Arg, Args, CLOSURE_CAPTURES_OFFSET, CLOSURE_CODE_OFFSET, Callee, DYN_VALUE_OFFSET,
    DYN_VTABLE_OFFSET, LocalId, Operand, ParamMode, Place, TypeId, VTABLE_METHODS_OFFSET,
};
use smallvec::SmallVec;

use super::code::{Memory, Values};
use super::function::Translator;
use super::place::{At, Resolved, Route, Val};
use super::signature::{self, ExternSignature};
use crate::abi::Class;

/// What has to be done when a call is over.
#[derive(Default)]
pub(super) struct AfterCall {
    /// Places held in registers whose address was passed, with the memory that
    /// stood for them.
    copy_back: SmallVec<[(Resolved, Memory); 2]>,
}

/// Where a call's result goes.
enum ResultPlace {
    Nowhere,
    /// It comes in registers.
    Registers,
    /// The callee writes it where it is wanted.
    InPlace,
    /// The callee writes it to memory, from where it is copied.
    Copied(Memory, TypeId),
}

impl Translator<'_, '_> {
    pub(super) fn call(&mut self, dest: Option<Place>, callee: &Callee, args: Args) {
        let mir = self.mir;
        let args = &mir.args[args.start as usize..][..args.len as usize];
        let module = self.code.shared.program.module;
        let mut after = AfterCall::default();
        let mut values = Values::new();
        let (call, result) = match *callee {
            Callee::Function(id) => {
                let function = &module.functions[id];
                let result = self.result_place(dest, function.result, args, &mut values);
                for (index, arg) in args.iter().enumerate() {
                    let borrowed = function.params.get(index) == Some(&ParamMode::Borrowed);
                    self.argument(arg, borrowed, args, &mut values, &mut after);
                }
                let shape = signature::of_function(self.code.shared, id);
                (self.code.call(function.name, &shape, &values), result)
            }
            Callee::Extern(name) => {
                let ty = dest.map(|dest| self.place_type(dest));
                let (mut shape, in_memory) = ExternSignature::new(self.code.shared, ty);
                let result = match ty {
                    Some(ty) if in_memory => self.memory_result(dest, ty, args, &mut values),
                    Some(_) => ResultPlace::Registers,
                    None => ResultPlace::Nowhere,
                };
                for arg in args {
                    self.extern_argument(arg, &mut shape, &mut values, &mut after);
                }
                (self.code.call(name, &shape.shape, &values), result)
            }
            Callee::Closure(place) => {
                let closure_type = self.place_type(place);
                let simple_mir::Type::Closure(signature) = self.types().get(closure_type) else {
                    panic!("invalid MIR: a call of something else than a closure")
                };
                let signature = self.types().signature(signature);
                let result = self.result_place(dest, signature.result, args, &mut values);
                let closure = self.pointer(place);
                values.push(self.code.add_constant(closure, u64::from(CLOSURE_CAPTURES_OFFSET)));
                for arg in args {
                    self.argument(arg, false, args, &mut values, &mut after);
                }
                let target = self.code.load(types::I64, Memory::at(closure, CLOSURE_CODE_OFFSET));
                (self.call_value(target, signature, &values), result)
            }
            Callee::Method(place, slot, signature) => {
                let signature = self.types().signature(signature);
                let result = self.result_place(dest, signature.result, args, &mut values);
                let object = self.pointer(place);
                values.push(self.code.add_constant(object, u64::from(DYN_VALUE_OFFSET)));
                for arg in args {
                    self.argument(arg, false, args, &mut values, &mut after);
                }
                let vtable = self.code.load(types::I64, Memory::at(object, DYN_VTABLE_OFFSET));
                let target = Memory::at(vtable, VTABLE_METHODS_OFFSET + 8 * slot);
                let target = self.code.load(types::I64, target);
                (self.call_value(target, signature, &values), result)
            }
        };
        let results: SmallVec<[Value; 2]> = self.code.b.inst_results(call).into();
        self.finish_call(after);
        let Some(dest) = dest else { return };
        match result {
            ResultPlace::Nowhere | ResultPlace::InPlace => {}
            ResultPlace::Registers => self.assign_value(dest, Val::Leaves(results)),
            ResultPlace::Copied(memory, ty) => {
                let dest = self.place(dest);
                // A runtime function writes to memory what may be held in registers.
                let value = self.read(Resolved { at: At::Memory(memory), ty, route: Route::Own });
                self.write(dest, value);
            }
        }
    }

    fn call_value(
        &mut self,
        target: Value,
        signature: &simple_mir::Signature,
        args: &[Value],
    ) -> cranelift_codegen::ir::Inst {
        let shape = signature::of_value(self.code.shared, signature);
        let signature = self.code.signature(&shape);
        self.code.b.ins().call_indirect(signature, target, args)
    }

    /// Decides where a result of type `ty` goes; passes its address if it is
    /// not returned in registers.
    fn result_place(
        &mut self,
        dest: Option<Place>,
        ty: TypeId,
        args: &[Arg],
        values: &mut Values,
    ) -> ResultPlace {
        match self.class(ty) {
            Class::Memory => self.memory_result(dest, ty, args, values),
            Class::Leaves(_) if dest.is_none() => ResultPlace::Nowhere,
            Class::Leaves(_) => ResultPlace::Registers,
        }
    }

    fn memory_result(
        &mut self,
        dest: Option<Place>,
        ty: TypeId,
        args: &[Arg],
        values: &mut Values,
    ) -> ResultPlace {
        // The callee may write its result before it has read its arguments.
        // Memory behind a pointer may even be gone when the callee is done.
        let in_place = dest.filter(|dest| !self.is_mentioned(dest.local, args)).and_then(|dest| {
            let place = self.place(dest);
            match place.at {
                At::Memory(memory) if place.route == Route::Own => Some(memory),
                _ => None,
            }
        });
        let (memory, result) = match in_place {
            Some(memory) => (memory, ResultPlace::InPlace),
            None => {
                let scratch = self.code.scratch(self.types().layout(ty).size);
                (scratch, ResultPlace::Copied(scratch, ty))
            }
        };
        values.push(self.code.address(memory));
        result
    }

    /// Whether any argument is `local` or lies in it.
    fn is_mentioned(&self, local: LocalId, args: &[Arg]) -> bool {
        args.iter().any(|arg| match arg {
            Arg::Value(Operand::Copy(place)) | Arg::Address(place) => place.local == local,
            Arg::Value(Operand::Const(_)) => false,
        })
    }

    /// Passes an argument to a function of the program.
    fn argument(
        &mut self,
        arg: &Arg,
        borrowed: bool,
        all: &[Arg],
        values: &mut Values,
        after: &mut AfterCall,
    ) {
        match arg {
            Arg::Address(place) => {
                let address = self.address_argument(*place, after);
                values.push(address);
            }
            Arg::Value(operand) => match self.value(operand) {
                Val::Leaves(leaves) => values.extend(leaves),
                value => {
                    let ty = self.operand_type(operand);
                    let memory = match operand {
                        Operand::Copy(place) if self.is_stable(*place, borrowed, all) => {
                            self.spill(value, ty)
                        }
                        _ => {
                            let scratch = self.code.scratch(self.types().layout(ty).size);
                            self.write_memory(scratch, ty, value);
                            scratch
                        }
                    };
                    values.push(self.code.address(memory));
                }
            },
        }
    }

    /// Whether memory keeps its value during a call, so that its own address
    /// can be passed for the value.
    fn is_stable(&mut self, place: Place, borrowed: bool, all: &[Arg]) -> bool {
        let changed = all.iter().any(|arg| {
            matches!(arg, Arg::Address(other)
                if other.local == place.local && !crate::mentions::leaves_local(self.mir, *other))
        });
        match self.place_route(place) {
            Route::Own => !changed,
            // The caller of a borrowing function keeps the local alive and
            // unchanged; an owning one may drop the object that holds this.
            Route::Values => borrowed && !changed,
            Route::Shared => false,
        }
    }

    /// Passes the address of a place.
    pub(super) fn address_argument(&mut self, place: Place, after: &mut AfterCall) -> Value {
        let place = self.place(place);
        match place.at {
            At::Memory(memory) => self.code.address(memory),
            At::Leaves { .. } => {
                let value = self.read(place);
                let memory = self.spill(value, place.ty);
                after.copy_back.push((place, memory));
                self.code.address(memory)
            }
        }
    }

    /// Passes an argument to the runtime: aggregates by address.
    fn extern_argument(
        &mut self,
        arg: &Arg,
        shape: &mut ExternSignature,
        values: &mut Values,
        after: &mut AfterCall,
    ) {
        match arg {
            Arg::Address(place) => {
                shape.push_address();
                let address = self.address_argument(*place, after);
                values.push(address);
            }
            Arg::Value(operand) => {
                let ty = self.operand_type(operand);
                shape.push(self.code.shared, ty);
                let value = self.value(operand);
                match (self.code.shared.classes.extern_class(ty), value) {
                    (Class::Leaves(_), Val::Leaves(leaves)) => values.extend(leaves),
                    (_, value) => {
                        let memory = self.spill(value, ty);
                        values.push(self.code.address(memory));
                    }
                }
            }
        }
    }

    /// Takes over what a callee stored to memory that stands for registers.
    pub(super) fn finish_call(&mut self, after: AfterCall) {
        for (place, memory) in after.copy_back {
            let value = self.read(Resolved { at: At::Memory(memory), ..place });
            self.write(place, value);
        }
    }
}
