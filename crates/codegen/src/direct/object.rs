//! New objects: lists, boxes, instances, closures, `dyn` values.

use simple_mir::{
    Args, BOX_OFFSET, CAP_OFFSET, CLOSURE_CAPTURES_OFFSET, CLOSURE_CODE_OFFSET,
    CLOSURE_DROP_OFFSET, DATA_OFFSET, DYN_VALUE_OFFSET, DYN_VTABLE_OFFSET, FuncId, LEN_OFFSET,
    Operand, Place, Shape, Type, TypeId,
};
use simple_source::Symbol;

use super::Unsupported;
use super::analysis::Held;
use super::assembler::{Gpr, Mem, RAX};
use super::call::Source;
use super::function::Translator;
use super::operand::Value;
use crate::abi::Scalar;
use crate::cranelift::counting::{NEW_INSTANCE, NEW_OBJECT};
use crate::cranelift::outline::Outline;
use crate::cranelift::shared::box_size;
use crate::names;

impl Translator<'_, '_> {
    /// A new object of `size` bytes with its header, in a register that stays
    /// until the end of the statement. All temporaries are in the frame then.
    fn allocate(&mut self, size: u64, header: u64) -> Result<Gpr, Unsupported> {
        self.spill_temporaries(true);
        let alloc = self.shared.names.alloc;
        self.call_runtime(alloc, &[Source::Value(Value::Constant(size), Scalar::I64)]);
        self.gprs.locked = 0;
        self.xmms.locked = 0;
        let object = self.scratch_gpr()?;
        self.asm.mov(object, RAX);
        let word = Held::Scalar(Scalar::I64);
        self.write_memory(Mem::at(object, 0), word, Value::Constant(header));
        Ok(object)
    }

    /// Stores an operand into a new object.
    fn fill(
        &mut self,
        object: Gpr,
        offset: u32,
        ty: TypeId,
        operand: &Operand,
    ) -> Result<(), Unsupported> {
        let kept = (self.gprs.locked, self.xmms.locked);
        let value = self.value(operand)?;
        self.write_memory(Mem::at(object, offset as i32), Held::of(self.types, ty), value);
        (self.gprs.locked, self.xmms.locked) = kept;
        Ok(())
    }

    fn fill_word(&mut self, object: Gpr, offset: u32, value: Value) {
        self.write_memory(Mem::at(object, offset as i32), Held::Scalar(Scalar::I64), value);
    }

    fn finish_object(&mut self, place: Place, object: Gpr) -> Result<(), Unsupported> {
        let to = self.place(place)?;
        self.write(&to, Value::Gpr(object), None)
    }

    pub(super) fn new_list(&mut self, place: Place, elements: Args) -> Result<(), Unsupported> {
        let to = self.place(place)?;
        let Type::List(element) = self.types.get(to.ty) else {
            panic!("invalid MIR: a list is made for something else")
        };
        if elements.len == 0 {
            let empty = Value::Symbol(self.shared.names.empty_list);
            return self.write(&to, empty, None);
        }
        let size = self.types.layout(element).size;
        let bytes = u64::from(DATA_OFFSET) + u64::from(size) * u64::from(elements.len);
        if i32::try_from(bytes).is_err() {
            return Err(Unsupported);
        }
        let object = self.allocate(bytes, NEW_OBJECT)?;
        self.fill_word(object, LEN_OFFSET, Value::Constant(u64::from(elements.len)));
        self.fill_word(object, CAP_OFFSET, Value::Constant(u64::from(elements.len)));
        for (index, operand) in self.operands(elements).iter().enumerate() {
            self.fill(object, DATA_OFFSET + size * index as u32, element, operand)?;
        }
        self.finish_object(place, object)
    }

    pub(super) fn new_box(&mut self, place: Place, value: &Operand) -> Result<(), Unsupported> {
        let ty = self.operand_type(value);
        let size = box_size(self.types.layout(ty).size);
        let object = self.allocate(u64::from(size), NEW_OBJECT)?;
        self.fill(object, BOX_OFFSET, ty, value)?;
        self.finish_object(place, object)
    }

    pub(super) fn new_instance(&mut self, place: Place, fields: Args) -> Result<(), Unsupported> {
        let ty = crate::steps::place_type(self.types, self.mir, place);
        let Type::Class(class) = self.types.get(ty) else {
            panic!("invalid MIR: an instance is made for something else")
        };
        let size = self.shared.classes.class_fields(class).size;
        let object = self.allocate(u64::from(size), NEW_INSTANCE)?;
        for (index, operand) in self.operands(fields).iter().enumerate() {
            let offset = self.shared.classes.class_fields(class).offsets[index];
            let ty = self.types.class_fields(class)[index].ty;
            self.fill(object, offset, ty, operand)?;
        }
        self.finish_object(place, object)
    }

    pub(super) fn new_dyn(
        &mut self,
        place: Place,
        vtable: u32,
        value: &Operand,
    ) -> Result<(), Unsupported> {
        let ty = self.operand_type(value);
        let size = DYN_VALUE_OFFSET + self.types.layout(ty).size;
        let object = self.allocate(u64::from(size.next_multiple_of(8)), NEW_OBJECT)?;
        let name = self.shared.program.module.vtables[vtable as usize].name;
        self.fill_word(object, DYN_VTABLE_OFFSET, Value::Symbol(name));
        self.fill(object, DYN_VALUE_OFFSET, ty, value)?;
        self.finish_object(place, object)
    }

    pub(super) fn new_closure(
        &mut self,
        place: Place,
        function: FuncId,
        drop: Option<FuncId>,
        captures: Args,
    ) -> Result<(), Unsupported> {
        let module = self.shared.program.module;
        let code = module.functions[function].name;
        let captured = module.functions[function].locals.as_slice()[0].ty;
        let Type::Address(captured) = self.types.get(captured) else {
            panic!("invalid MIR: a closure's code takes the address of its captures first")
        };
        let layout = self.types.layout(captured);
        if layout.size == 0 {
            let name = names::static_closure(self.shared.program.interner, code);
            let closure = self.shared.output.static_closure(name, code);
            let to = self.place(place)?;
            return self.write(&to, Value::Symbol(closure), None);
        }
        let size = (CLOSURE_CAPTURES_OFFSET + layout.size).next_multiple_of(8);
        let drop: Symbol = match drop {
            Some(drop) => module.functions[drop].name,
            None => self.shared.outline(Outline::FreeClosure { size }),
        };
        let object = self.allocate(u64::from(size), NEW_OBJECT)?;
        self.fill_word(object, CLOSURE_CODE_OFFSET, Value::Symbol(code));
        self.fill_word(object, CLOSURE_DROP_OFFSET, Value::Symbol(drop));
        let (Type::Struct(id), Shape::Fields(offsets)) = (self.types.get(captured), &layout.shape)
        else {
            panic!("invalid MIR: captures are a struct")
        };
        let fields = self.types.struct_fields(id);
        for ((operand, field), offset) in self.operands(captures).iter().zip(fields).zip(offsets) {
            self.fill(object, CLOSURE_CAPTURES_OFFSET + offset, field.ty, operand)?;
        }
        self.finish_object(place, object)
    }
}
