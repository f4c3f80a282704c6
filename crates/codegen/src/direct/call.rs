//! Calls: of functions, of the runtime, of closures and `dyn` methods.

use simple_mir::{
    Arg, Args, CLOSURE_CAPTURES_OFFSET, CLOSURE_CODE_OFFSET, Callee, DYN_VALUE_OFFSET,
    DYN_VTABLE_OFFSET, LocalId, Operand, ParamMode, Place, Projection, Type, TypeId,
    VTABLE_METHODS_OFFSET,
};
use simple_source::{Idx, Symbol};
use smallvec::SmallVec;

use super::Unsupported;
use super::analysis::{Held, Home};
use super::assembler::{Gpr, Mem, RAX, RBP, RCX, RDI, RDX, RSI, RSP, Rm, XMM0, XMM1, Xmm};
use super::function::Translator;
use super::operand::Value;
use super::place::{At, Resolved};
use crate::abi::{Class, Scalar};
use crate::mentions::{leaves_local, projections};
use crate::positions::Rank;
use crate::steps::{self, Route};

/// Registers of integer arguments.
pub(super) const ARGUMENTS: [Gpr; 6] = [RDI, RSI, RDX, RCX, Gpr(8), Gpr(9)];
/// How many arguments come in floating-point registers, from the first on.
pub(super) const FLOAT_ARGUMENTS: u8 = 8;
/// Holds the address of code that is called through a pointer.
const TARGET: Gpr = Gpr(11);
/// For exchanging floats; no temporary is in it.
const EXCHANGE: Xmm = Xmm(15);

/// What goes into an argument's register or memory.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    Value(Value, Scalar),
    Address(Mem),
}

/// The arguments of a call, in order.
#[derive(Default)]
pub(super) struct Arguments {
    integers: SmallVec<[(Gpr, Source); 8]>,
    floats: SmallVec<[(Xmm, Source); 8]>,
    stack: SmallVec<[Source; 4]>,
    /// Integers that the callee expects extended: size and sign.
    extended: SmallVec<[(Gpr, u32, bool); 4]>,
    next_integer: usize,
}

impl Arguments {
    fn push(&mut self, source: Source) {
        let float = match source {
            Source::Value(_, scalar) => scalar.is_float(),
            Source::Address(_) => false,
        };
        if float && self.floats.len() < usize::from(FLOAT_ARGUMENTS) {
            self.floats.push((Xmm(self.floats.len() as u8), source));
        } else if !float && let Some(gpr) = ARGUMENTS.get(self.next_integer) {
            self.next_integer += 1;
            self.integers.push((*gpr, source));
        } else {
            self.stack.push(source);
        }
    }
}

impl Translator<'_, '_> {
    pub(super) fn call(
        &mut self,
        dest: Option<Place>,
        callee: &Callee,
        args: Args,
    ) -> Result<(), Unsupported> {
        let args = self.mir.args_of(args);
        let module = self.shared.program.module;
        let mut arguments = Arguments::default();
        let result;
        let target;
        if let Some(dest) = dest {
            self.keep_way(dest);
        }
        match *callee {
            Callee::Function(id) => {
                let function = &module.functions[id];
                result = function.result;
                let memory = self.result_memory(result, false, &mut arguments);
                for (index, arg) in args.iter().enumerate() {
                    let borrowed = function.params.get(index) == Some(&ParamMode::Borrowed);
                    self.argument(arg, borrowed, args, &mut arguments)?;
                }
                self.finish_call(Some(function.name), &arguments);
                return self.take_result(dest, result, memory);
            }
            Callee::Extern(name) => {
                let ty = dest.map(|dest| steps::place_type(self.types, self.mir, dest));
                let memory = match ty {
                    Some(ty) => self.result_memory(ty, true, &mut arguments),
                    None => None,
                };
                for arg in args {
                    self.extern_argument(arg, &mut arguments)?;
                }
                self.finish_call(Some(name), &arguments);
                return match ty {
                    Some(ty) => self.take_result(dest, ty, memory),
                    None => Ok(()),
                };
            }
            Callee::Closure(place) => {
                let closure = self.place(place)?;
                let Type::Closure(signature) = self.types.get(closure.ty) else {
                    panic!("invalid MIR: a call of something else than a closure")
                };
                let value = self.read_at(closure.at);
                let object = self.in_gpr(value)?;
                let code = Mem::at(object, CLOSURE_CODE_OFFSET as i32);
                target = (object, CLOSURE_CAPTURES_OFFSET, code);
                result = self.types.signature(signature).result;
            }
            Callee::Method(place, slot, signature) => {
                let object = self.place(place)?;
                let value = self.read_at(object.at);
                let object = self.in_gpr(value)?;
                let vtable = self.scratch_gpr()?;
                self.asm.load(8, vtable, Mem::at(object, DYN_VTABLE_OFFSET as i32));
                let code = Mem::at(vtable, (VTABLE_METHODS_OFFSET + 8 * slot) as i32);
                target = (object, DYN_VALUE_OFFSET, code);
                result = self.types.signature(signature).result;
            }
        }
        let memory = self.result_memory(result, false, &mut arguments);
        // Both are read now: the moves of arguments know only registers and the
        // frame.
        let (object, offset, code) = target;
        let environment = self.scratch_gpr()?;
        self.asm.lea(environment, Mem::at(object, offset as i32));
        arguments.push(Source::Value(Value::Gpr(environment), Scalar::I64));
        let address = self.scratch_gpr()?;
        self.asm.load(8, address, code);
        arguments.integers.push((TARGET, Source::Value(Value::Gpr(address), Scalar::I64)));
        for arg in args {
            self.argument(arg, false, args, &mut arguments)?;
        }
        self.finish_call(None, &arguments);
        self.take_result(dest, result, memory)
    }

    /// Memory for a result that does not come in registers, whose address is
    /// the first argument.
    fn result_memory(
        &mut self,
        ty: TypeId,
        of_runtime: bool,
        arguments: &mut Arguments,
    ) -> Option<Mem> {
        let class = match of_runtime {
            true => self.shared.classes.extern_class(ty),
            false => self.shared.classes.class(ty),
        };
        class.is_memory().then(|| {
            // The callee may write its result before it has read its
            // arguments, so that it never goes directly where it is wanted.
            let memory = self.scratch(self.types.layout(ty).size);
            arguments.push(Source::Address(memory));
            memory
        })
    }

    /// Passes an argument to a function of the program.
    fn argument(
        &mut self,
        arg: &Arg,
        borrowed: bool,
        all: &[Arg],
        arguments: &mut Arguments,
    ) -> Result<(), Unsupported> {
        let operand = match arg {
            Arg::Address(place) => return self.address_argument(*place, arguments),
            Arg::Value(operand) => operand,
        };
        let ty = self.operand_type(operand);
        let held = self.analysis_held(ty);
        let class = self.shared.classes.class(ty);
        let value = self.value(operand)?;
        match (held, class) {
            (Held::Nothing, _) => {}
            (Held::Scalar(scalar), _) => self.push_scalar(value, scalar, arguments),
            (Held::Memory(size), Class::Leaves(leaves)) => {
                let memory = match value {
                    Value::Mem(memory) => memory,
                    value => {
                        let memory = self.scratch(size);
                        self.write_memory(memory, held, value);
                        memory
                    }
                };
                for leaf in leaves.as_slice() {
                    let part = Value::Mem(memory.plus(leaf.offset));
                    self.push_scalar(part, leaf.scalar, arguments);
                }
            }
            (Held::Memory(size), Class::Memory) => {
                let memory = match (operand, value) {
                    (Operand::Copy(place), Value::Mem(memory))
                        if self.is_stable(*place, borrowed, all) =>
                    {
                        memory
                    }
                    _ => {
                        let memory = self.scratch(size);
                        self.write_memory(memory, held, value);
                        memory
                    }
                };
                self.push_address(memory, arguments);
            }
        }
        Ok(())
    }

    /// Whether memory keeps its value during a call, so that its own address
    /// can be passed for the value.
    fn is_stable(&self, place: Place, borrowed: bool, all: &[Arg]) -> bool {
        let changed = all.iter().any(|arg| {
            matches!(arg, Arg::Address(other)
                if other.local == place.local && !leaves_local(self.mir, *other))
        });
        match steps::place_route(self.types, self.mir, place) {
            Route::Own => !changed,
            // The caller of a borrowing function keeps the local alive and
            // unchanged; an owning one may drop the object that holds this.
            Route::Values => borrowed && !changed,
            Route::Shared => false,
        }
    }

    fn address_argument(
        &mut self,
        place: Place,
        arguments: &mut Arguments,
    ) -> Result<(), Unsupported> {
        let place = self.place(place)?;
        let memory = self.memory_at(place.at)?;
        self.push_address(memory, arguments);
        Ok(())
    }

    /// Passes an argument to the runtime: aggregates by address, small
    /// integers extended.
    fn extern_argument(&mut self, arg: &Arg, arguments: &mut Arguments) -> Result<(), Unsupported> {
        let operand = match arg {
            Arg::Address(place) => return self.address_argument(*place, arguments),
            Arg::Value(operand) => operand,
        };
        let ty = self.operand_type(operand);
        let held = self.analysis_held(ty);
        let value = self.value(operand)?;
        match held {
            Held::Nothing => {}
            Held::Scalar(scalar) => {
                let before = arguments.integers.len();
                self.push_scalar(value, scalar, arguments);
                if scalar.size() < 8 && !scalar.is_float() {
                    let signed = self.is_signed(ty);
                    match arguments.integers.get(before) {
                        Some((gpr, _)) => {
                            arguments.extended.push((*gpr, scalar.size(), signed));
                        }
                        // On the stack, where nothing extends it.
                        None => return Err(Unsupported),
                    }
                }
            }
            Held::Memory(size) => {
                let memory = match value {
                    Value::Mem(memory) => memory,
                    value => {
                        let memory = self.scratch(size);
                        self.write_memory(memory, held, value);
                        memory
                    }
                };
                self.push_address(memory, arguments);
            }
        }
        Ok(())
    }

    fn is_signed(&self, ty: TypeId) -> bool {
        matches!(self.types.get(ty), Type::Int(int) if int.is_signed())
    }

    /// What is behind another pointer than that of the frame is read now, since
    /// the moves of arguments overwrite registers.
    fn push_scalar(&mut self, value: Value, scalar: Scalar, arguments: &mut Arguments) {
        let size = scalar.size();
        let value = match value {
            Value::Mem(mem) if mem.base != RBP || mem.index.is_some() => {
                if scalar.is_float() {
                    match self.scratch_xmm() {
                        Ok(xmm) => {
                            self.asm.load_float(size, xmm, mem);
                            Value::Xmm(xmm)
                        }
                        Err(Unsupported) => self.held_in_frame(size, mem),
                    }
                } else {
                    match self.scratch_gpr() {
                        Ok(gpr) => {
                            self.asm.load(size, gpr, mem);
                            Value::Gpr(gpr)
                        }
                        Err(Unsupported) => self.held_in_frame(size, mem),
                    }
                }
            }
            value => value,
        };
        arguments.push(Source::Value(value, scalar));
    }

    fn held_in_frame(&mut self, size: u32, mem: Mem) -> Value {
        let memory = self.scratch(8);
        self.asm.load(size, RAX, mem);
        self.asm.store(size, memory, RAX);
        Value::Mem(memory)
    }

    fn push_address(&mut self, memory: Mem, arguments: &mut Arguments) {
        if memory.base == RBP && memory.index.is_none() {
            return arguments.push(Source::Address(memory));
        }
        let value = match self.scratch_gpr() {
            Ok(gpr) => {
                self.asm.lea(gpr, memory);
                Value::Gpr(gpr)
            }
            Err(Unsupported) => {
                let held = self.scratch(8);
                self.asm.lea(RAX, memory);
                self.asm.store(8, held, RAX);
                Value::Mem(held)
            }
        };
        arguments.push(Source::Value(value, Scalar::I64));
    }

    /// Moves arguments to where they are expected and calls `symbol`, or what
    /// [`TARGET`] holds.
    fn finish_call(&mut self, symbol: Option<Symbol>, arguments: &Arguments) {
        self.spill_temporaries(false);
        for (index, source) in arguments.stack.iter().enumerate() {
            let to = Mem::at(RSP, 8 * index as i32);
            match *source {
                Source::Value(value, scalar) => {
                    self.write_memory(to, Held::Scalar(scalar), value);
                }
                Source::Address(memory) => {
                    self.asm.lea(RAX, memory);
                    self.asm.store(8, to, RAX);
                }
            }
        }
        self.frame.outgoing = self.frame.outgoing.max(8 * arguments.stack.len() as u32);
        self.move_arguments(&arguments.integers, &arguments.floats);
        for &(gpr, size, signed) in &arguments.extended {
            self.asm.extend(size, signed, gpr, Rm::Gpr(gpr));
        }
        match symbol {
            Some(symbol) => self.asm.call(symbol),
            None => self.asm.call_register(TARGET),
        }
        self.positions.push(self.asm.offset(), Rank::Call, self.position);
    }

    /// Calls `symbol`, whose arguments are where it expects them.
    pub(super) fn call_symbol(&mut self, symbol: Symbol) {
        self.asm.call(symbol);
        self.positions.push(self.asm.offset(), Rank::Call, self.position);
    }

    /// Calls a function of the runtime, or a helper. Sources are registers and
    /// the frame; temporaries that live on are put into the frame.
    pub(super) fn call_runtime(&mut self, symbol: Symbol, sources: &[Source]) {
        self.spill_temporaries(false);
        let integers: SmallVec<[(Gpr, Source); 8]> =
            ARGUMENTS.iter().copied().zip(sources.iter().copied()).collect();
        self.move_arguments(&integers, &[]);
        self.call_symbol(symbol);
    }

    /// Moves between registers come first, in an order in which none is
    /// overwritten before it was read; then what comes from elsewhere.
    fn move_arguments(&mut self, integers: &[(Gpr, Source)], floats: &[(Xmm, Source)]) {
        let mut moves: SmallVec<[(u8, u8); 8]> = integers
            .iter()
            .filter_map(|(to, source)| match source {
                Source::Value(Value::Gpr(from), _) if from != to => Some((to.0, from.0)),
                _ => None,
            })
            .collect();
        while let Some((to, from)) = next_move(&mut moves, RAX.0) {
            self.asm.mov(Gpr(to), Gpr(from));
        }
        let mut moves: SmallVec<[(u8, u8); 8]> = floats
            .iter()
            .filter_map(|(to, source)| match source {
                Source::Value(Value::Xmm(from), _) if from != to => Some((to.0, from.0)),
                _ => None,
            })
            .collect();
        while let Some((to, from)) = next_move(&mut moves, EXCHANGE.0) {
            self.asm.mov_float(Xmm(to), Xmm(from));
        }
        for (to, source) in integers {
            match *source {
                Source::Value(Value::Gpr(_), _) => {}
                Source::Value(value, scalar) => self.load_gpr(scalar.size(), *to, value),
                Source::Address(memory) => self.asm.lea(*to, memory),
            }
        }
        for (to, source) in floats {
            match *source {
                Source::Value(Value::Xmm(_), _) | Source::Address(_) => {}
                Source::Value(value, scalar) => self.load_xmm(scalar.size(), *to, value),
            }
        }
    }

    /// Stores what a call returned.
    fn take_result(
        &mut self,
        dest: Option<Place>,
        ty: TypeId,
        memory: Option<Mem>,
    ) -> Result<(), Unsupported> {
        let Some(dest) = dest else { return Ok(()) };
        let held = self.analysis_held(ty);
        if held == Held::Nothing {
            return Ok(());
        }
        if let Some(memory) = memory {
            let to = self.after_call(dest)?;
            return self.write(&to, Value::Mem(memory), None);
        }
        match held {
            Held::Nothing => Ok(()),
            Held::Scalar(scalar) => {
                // The way to the place may need registers, but not these.
                let to = self.after_call(dest)?;
                let value = match scalar.is_float() {
                    true => Value::Xmm(XMM0),
                    false => Value::Gpr(RAX),
                };
                self.write(&to, value, None)
            }
            Held::Memory(_) => {
                let to = self.after_call(dest)?;
                let At::Memory(memory) = to.at else { return Err(Unsupported) };
                let class = self.shared.classes.class(ty);
                let (mut integers, mut floats) = ([RAX, RDX].iter(), [XMM0, XMM1].iter());
                for leaf in class.leaves() {
                    let to = memory.plus(leaf.offset);
                    let size = leaf.scalar.size();
                    if leaf.scalar.is_float() {
                        let from = floats.next().expect("two registers for two leaves");
                        self.asm.store_float(size, to, *from);
                    } else {
                        let from = integers.next().expect("two registers for two leaves");
                        self.asm.store(size, to, *from);
                    }
                }
                Ok(())
            }
        }
    }

    /// Before a call: puts temporaries into the frame that the way to a place
    /// leads through, which is found when the call is over.
    pub(super) fn keep_way(&mut self, place: Place) {
        if place.len == 0 {
            return;
        }
        self.spill_if_temporary(place.local);
        for step in projections(self.mir, place) {
            if let Projection::Index(index) = step {
                self.spill_if_temporary(*index);
            }
        }
    }

    fn spill_if_temporary(&mut self, local: LocalId) {
        if self.analysis.homes[local.index()] == Home::Temporary {
            self.spill(local);
        }
    }

    /// Finds a place when a call is over, after [`Translator::keep_way`].
    pub(super) fn after_call(&mut self, place: Place) -> Result<Resolved, Unsupported> {
        self.gprs.locked = 0;
        self.xmms.locked = 0;
        self.place(place)
    }
}

/// Takes the next of several moves between registers that are meant to happen
/// at once. `spare` takes part in none.
fn next_move(moves: &mut SmallVec<[(u8, u8); 8]>, spare: u8) -> Option<(u8, u8)> {
    let is_read = |moves: &[(u8, u8)], register| moves.iter().any(|(_, from)| *from == register);
    if let Some(index) = (0..moves.len()).find(|index| !is_read(moves, moves[*index].0)) {
        return Some(moves.swap_remove(index));
    }
    // Only rings are left: what one overwrites is kept aside for its reader.
    let (to, _) = *moves.first()?;
    for (_, from) in moves.iter_mut().filter(|(_, from)| *from == to) {
        *from = spare;
    }
    Some((spare, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_happen_as_if_at_once() {
        let cases: [&[(u8, u8)]; 5] = [
            &[(1, 2), (2, 1)],
            &[(1, 2), (2, 3), (3, 1), (4, 1)],
            &[(1, 2), (2, 3), (3, 4)],
            &[(1, 5), (2, 5), (5, 1)],
            &[(1, 2), (2, 1), (3, 4), (4, 3)],
        ];
        for case in cases {
            let mut registers: [u8; 16] = std::array::from_fn(|number| number as u8);
            let mut moves: SmallVec<[(u8, u8); 8]> = SmallVec::from_slice(case);
            while let Some((to, from)) = next_move(&mut moves, 0) {
                registers[usize::from(to)] = registers[usize::from(from)];
            }
            for (to, from) in case {
                assert_eq!(registers[usize::from(*to)], *from, "{case:?}");
            }
        }
    }
}
