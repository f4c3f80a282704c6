//! Operations of the library's innermost functions.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use simple_mir::{
    Arg, Args, CAP_OFFSET, DATA_OFFSET, Intrinsic, LEN_OFFSET, Operand, Place, Type, TypeId,
};

use super::code::{Memory, Region};
use super::function::{Translator, WordSlot};
use super::place::{At, Resolved, Route, Val};

/// The element type of a list with its size.
#[derive(Clone, Copy)]
struct Element {
    ty: TypeId,
    size: u32,
    region: Region,
}

impl Translator<'_, '_> {
    pub(super) fn intrinsic(&mut self, dest: Option<Place>, op: Intrinsic, args: Args) {
        let mir = self.mir;
        let args = &mir.args[args.start as usize..][..args.len as usize];
        let result = match (op, args) {
            (Intrinsic::ListPush, [list, value]) => {
                self.list_push(address(list), operand(value));
                None
            }
            (Intrinsic::ListPop, [list]) => {
                let (list, element) = self.list_at(address(list));
                let len = self.list_word(list, LEN_OFFSET);
                let last = self.code.add_constant(len, u64::MAX);
                self.set_len(list, last);
                Some(self.element_value(list, last, element))
            }
            (Intrinsic::ListReserve, [list, count]) => {
                let element = self.element_of_place(address(list));
                let (count, _) = self.scalar(operand(count));
                let place = self.place(address(list));
                let slot = self.word_slot(place);
                if slot.spilled.is_some() {
                    self.code.store(slot.value, slot.memory);
                }
                let list = self.reserve(&slot, count, element);
                self.set_word(&slot, list);
                None
            }
            (Intrinsic::ListWithCapacity, [count]) => {
                let list = dest.map(|dest| self.place_type(dest));
                let element = self.element_of(list.expect("a new list goes somewhere"));
                let (count, _) = self.scalar(operand(count));
                let size = self.code.word(u64::from(element.size));
                let make = self.code.shared.names.list_with_capacity;
                Some(Val::leaf(self.code.call_for_word(make, &[count, size])))
            }
            (Intrinsic::ListTake, [list, index]) => {
                let (list, element) = self.list_at(address(list));
                let (index, _) = self.scalar(operand(index));
                Some(self.element_value(list, index, element))
            }
            (Intrinsic::ListPut, [list, index, value]) => {
                let (list, element) = self.list_at(address(list));
                let (index, _) = self.scalar(operand(index));
                let value = self.value(operand(value));
                let memory = self.code.element(list, index, element.size, element.region);
                self.write_memory(memory, element.ty, value);
                None
            }
            (Intrinsic::ListSetLen, [list, len]) => {
                let (list, _) = self.list_at(address(list));
                let (len, _) = self.scalar(operand(len));
                self.set_len(list, len);
                None
            }
            (Intrinsic::ListMove, [list, from, to, count]) => {
                let (list, element) = self.list_at(address(list));
                let (from, _) = self.scalar(operand(from));
                let (to, _) = self.scalar(operand(to));
                let (count, _) = self.scalar(operand(count));
                self.list_move(list, from, to, count, element);
                None
            }
            (Intrinsic::ListGet, [list, index]) => {
                let list_type = self.operand_type(operand(list));
                let element = self.element_of(list_type);
                let (list, _) = self.scalar(operand(list));
                let (index, _) = self.scalar(operand(index));
                Some(self.element_value(list, index, element))
            }
            (Intrinsic::ListCapacity, [list]) => {
                let (list, _) = self.scalar(operand(list));
                Some(Val::leaf(self.list_word(list, CAP_OFFSET)))
            }
            (Intrinsic::ListSwap, [list, i, j]) => {
                let (list, element) = self.list_at(address(list));
                let (i, _) = self.scalar(operand(i));
                let (j, _) = self.scalar(operand(j));
                self.list_swap(list, i, j, element);
                None
            }
            (Intrinsic::StrByte, [text, index]) => {
                let (text, _) = self.scalar(operand(text));
                let (index, _) = self.scalar(operand(index));
                let at = self.code.element(text, index, 1, Region::Data);
                Some(Val::leaf(self.code.load(types::I8, at)))
            }
            (Intrinsic::Unlikely, [condition]) => {
                self.unlikely = dest.and_then(Place::as_local);
                Some(self.value(operand(condition)))
            }
            (op, args) => panic!("invalid MIR: {op:?} with {} arguments", args.len()),
        };
        if let (Some(dest), Some(result)) = (dest, result) {
            self.assign_value(dest, result);
        }
    }

    fn element_of(&self, list: TypeId) -> Element {
        match self.types().get(list) {
            Type::List(ty) => {
                let size = self.types().layout(ty).size;
                Element { ty, size, region: self.element_region(ty) }
            }
            other => panic!("invalid MIR: {other:?} has no elements"),
        }
    }

    fn element_of_place(&mut self, list: Place) -> Element {
        let list = self.place_type(list);
        self.element_of(list)
    }

    /// The list at a place.
    fn list_at(&mut self, place: Place) -> (Value, Element) {
        (self.pointer(place), self.element_of_place(place))
    }

    fn element_value(&mut self, list: Value, index: Value, element: Element) -> Val {
        let memory = self.code.element(list, index, element.size, element.region);
        self.read(Resolved { at: At::Memory(memory), ty: element.ty, route: Route::Values })
    }

    fn set_len(&mut self, list: Value, len: Value) {
        self.code.store_region(len, Memory::at(list, LEN_OFFSET), Region::Length);
    }

    /// A unique list with room goes the short way: two comparisons.
    fn list_push(&mut self, place: Place, value: &Operand) {
        let element = self.element_of_place(place);
        let value = self.pushed_value(value, element);
        let place = self.place(place);
        let slot = self.word_slot(place);
        let (shared, unique) = (self.code.block(), self.code.block());
        let ready = self.code.block();
        let list = self.code.b.append_block_param(ready, types::I64);
        let len = self.code.b.append_block_param(ready, types::I64);
        let count = self.code.load_count(slot.value);
        let only = self.code.compare_with(IntCC::Equal, count, 1);
        self.code.branch(only, unique, shared);
        self.code.enter(unique);
        let old_len = self.list_word(slot.value, LEN_OFFSET);
        let capacity = self.list_word(slot.value, CAP_OFFSET);
        let room = self.code.compare(IntCC::SignedLessThan, old_len, capacity);
        let args = [slot.value.into(), old_len.into()];
        self.code.b.ins().brif(room, ready, &args, shared, &[]);
        self.code.enter(shared);
        if slot.spilled.is_some() {
            self.code.store(slot.value, slot.memory);
        }
        let one = self.code.word(1);
        let grown = self.reserve(&slot, one, element);
        let grown_len = self.list_word(grown, LEN_OFFSET);
        self.code.jump(ready, &[grown, grown_len]);
        self.code.enter(ready);
        self.set_word(&slot, list);
        let to = self.code.element(list, len, element.size, element.region);
        self.write_memory(to, element.ty, value);
        let len = self.code.add_constant(len, 1);
        self.set_len(list, len);
    }

    /// A value that stays where it is while a list grows, of which it may be a
    /// part.
    fn pushed_value(&mut self, operand: &Operand, element: Element) -> Val {
        let value = self.value(operand);
        match (operand, &value) {
            (Operand::Copy(place), Val::Memory(_)) if self.place_route(*place) != Route::Own => {
                let held = self.code.scratch(element.size);
                self.write_memory(held, element.ty, value);
                Val::Memory(held)
            }
            _ => value,
        }
    }

    /// Makes the list in the slot's memory unique with room for `count` more.
    fn reserve(&mut self, slot: &WordSlot, count: Value, element: Element) -> Value {
        let address = self.code.address(slot.memory);
        let size = self.code.word(u64::from(element.size));
        let retain = match self.code.shared.retain_glue(element.ty) {
            Some(retain) => self.code.symbol_address(retain),
            None => self.code.word(0),
        };
        let reserve = self.code.shared.names.list_reserve;
        self.code.call_runtime(reserve, &[address, count, size, retain], None);
        self.code.load(types::I64, slot.memory)
    }

    fn list_move(&mut self, list: Value, from: Value, to: Value, count: Value, element: Element) {
        let data = self.code.add_constant(list, u64::from(DATA_OFFSET));
        let mut bytes = |index| self.code.scale(index, element.size);
        let (from, to, count) = (bytes(from), bytes(to), bytes(count));
        let from = self.code.b.ins().iadd(data, from);
        let to = self.code.b.ins().iadd(data, to);
        let memmove = self.code.shared.names.memmove;
        self.code.call_runtime(memmove, &[to, from, count], Some(types::I64));
    }

    fn list_swap(&mut self, list: Value, i: Value, j: Value, element: Element) {
        let i = self.code.element(list, i, element.size, element.region);
        let j = self.code.element(list, j, element.size, element.region);
        let at = |memory| Resolved { at: At::Memory(memory), ty: element.ty, route: Route::Values };
        match (self.read(at(i)), self.read(at(j))) {
            (Val::Leaves(a), Val::Leaves(b)) => {
                self.write(at(i), Val::Leaves(b));
                self.write(at(j), Val::Leaves(a));
            }
            _ => {
                let held = self.code.scratch(element.size);
                self.code.copy(held, i, element.size);
                self.code.copy(i, j, element.size);
                self.code.copy(j, held, element.size);
            }
        }
    }
}

fn operand(arg: &Arg) -> &Operand {
    match arg {
        Arg::Value(operand) => operand,
        Arg::Address(_) => panic!("invalid MIR: an address for a value"),
    }
}

fn address(arg: &Arg) -> Place {
    match arg {
        Arg::Address(place) => *place,
        Arg::Value(_) => panic!("invalid MIR: a value for an address"),
    }
}
