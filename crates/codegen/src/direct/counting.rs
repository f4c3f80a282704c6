//! Counting references: calls of helpers, as at this level of effort
//! everywhere (`docs/design/codegen.md`).

use simple_mir::{Operand, Place, Shape, Type};

use super::Unsupported;
use super::assembler::{Alu, Cond, Mem, Rm};
use super::call::Source;
use super::function::Translator;
use super::operand::Value;
use super::place::{At, Resolved};
use crate::abi::Scalar;
use crate::cranelift::outline::Outline;
use crate::cranelift::shared::{Counted, box_size};
use crate::steps::Route;

/// What to do with the counted parts of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Retain,
    Release,
}

impl Translator<'_, '_> {
    /// Counts one reference more or less to everything counted in a value.
    pub(super) fn change_counts(
        &mut self,
        place: Place,
        change: Change,
    ) -> Result<(), Unsupported> {
        let place = self.place(place)?;
        if let Counted::Parts = self.shared.counted(place.ty) {
            // Their places have to survive the calls.
            if place.route != Route::Own {
                return Err(Unsupported);
            }
        }
        self.change_place(&place, change)
    }

    fn change_place(&mut self, place: &Resolved, change: Change) -> Result<(), Unsupported> {
        let (helper, size) = match (self.shared.counted(place.ty), change) {
            (Counted::No, _) => return Ok(()),
            (Counted::Object { .. }, Change::Retain) => {
                (self.shared.outline(Outline::Retain), None)
            }
            (Counted::Object { destroyer, .. }, Change::Release) => {
                (self.shared.outline(Outline::Release(destroyer)), None)
            }
            (Counted::Weak { .. }, Change::Retain) => (self.shared.names.weak_retain, None),
            (Counted::Weak { size }, Change::Release) => {
                (self.shared.names.weak_release, Some(size))
            }
            (Counted::Parts, _) => return self.change_parts(place, change),
        };
        let object = self.read_at(place.at);
        self.call_with_object(helper, object, size)
    }

    /// Calls a function with an object and perhaps a number.
    fn call_with_object(
        &mut self,
        function: simple_source::Symbol,
        object: Value,
        size: Option<u32>,
    ) -> Result<(), Unsupported> {
        let object = Source::Value(Value::Gpr(self.in_gpr(object)?), Scalar::I64);
        match size {
            None => self.call_runtime(function, &[object]),
            Some(size) => {
                let size = Source::Value(Value::Constant(u64::from(size)), Scalar::I64);
                self.call_runtime(function, &[object, size]);
            }
        }
        // The registers that the place was found through hold nothing now.
        self.gprs.locked = 0;
        self.xmms.locked = 0;
        Ok(())
    }

    fn change_parts(&mut self, place: &Resolved, change: Change) -> Result<(), Unsupported> {
        let At::Memory(memory) = place.at else { return Err(Unsupported) };
        // Only the frame is still there after a call.
        if memory.base != super::assembler::RBP {
            return Err(Unsupported);
        }
        let module = self.shared.program.module;
        if let (Change::Retain, Some(glue)) = (change, module.glue.retain.get(&place.ty)) {
            let name = module.functions[*glue].name;
            self.call_runtime(name, &[Source::Address(memory)]);
            return Ok(());
        }
        let types = self.types;
        match (types.get(place.ty), &types.layout(place.ty).shape) {
            (Type::Struct(id), Shape::Fields(offsets)) => {
                for (field, offset) in types.struct_fields(id).iter().zip(offsets) {
                    let part = self.part(place, memory, field.ty, *offset);
                    self.change_place(&part, change)?;
                }
            }
            (Type::Enum(id), Shape::Tagged { tag_size, variants: offsets }) => {
                // What is put into the frame on one way is there on all.
                self.spill_temporaries(false);
                let done = self.asm.label();
                let variants = types.enum_variants(id).iter().zip(offsets).enumerate();
                for (number, (variant, offsets)) in variants {
                    if !variant.fields.iter().any(|field| types.is_counted(field.ty)) {
                        continue;
                    }
                    let next = self.asm.label();
                    let tag = Rm::Mem(memory);
                    self.asm.alu_constant(Alu::Cmp, *tag_size, tag, number as i32);
                    self.asm.jump_if(Cond::NotEqual, next);
                    for (field, offset) in variant.fields.iter().zip(offsets) {
                        let part = self.part(place, memory, field.ty, *offset);
                        self.change_place(&part, change)?;
                    }
                    self.asm.jump(done);
                    self.asm.bind(next);
                }
                self.asm.bind(done);
            }
            _ => panic!("invalid MIR: counting of a value without parts"),
        }
        Ok(())
    }

    fn part(&self, whole: &Resolved, memory: Mem, ty: simple_mir::TypeId, offset: u32) -> Resolved {
        let held = super::analysis::Held::of(self.types, ty);
        Resolved { at: At::Memory(memory.plus(offset)), ty, held, ..*whole }
    }

    /// Gives back the memory of the object at a place.
    pub(super) fn free_object(&mut self, place: Place) -> Result<(), Unsupported> {
        let place = self.place(place)?;
        let (function, size) = match self.types.get(place.ty) {
            Type::Str => (self.shared.names.list_free, 1),
            Type::List(element) => (self.shared.names.list_free, self.types.layout(element).size),
            Type::Box(value) => (self.shared.names.free, box_size(self.types.layout(value).size)),
            Type::Class(class) => {
                (self.shared.names.class_free, self.shared.classes.class_fields(class).size)
            }
            other => panic!("invalid MIR: the size of a {other:?} is not known"),
        };
        let object = self.read_at(place.at);
        self.call_with_object(function, object, Some(size))
    }

    /// Makes the object at a place unique.
    pub(super) fn unshare(&mut self, place: Place) -> Result<(), Unsupported> {
        let place = self.place(place)?;
        // The object is a pointer in memory that the runtime may replace.
        let memory = self.memory_at(place.at)?;
        let object = self.scratch_gpr()?;
        self.asm.load(8, object, memory);
        let unique = self.asm.label();
        // Both ways must leave temporaries in the same places.
        self.spill_temporaries(false);
        self.asm.alu_constant(Alu::Cmp, 4, Rm::Mem(Mem::at(object, 0)), 1);
        self.asm.jump_if(Cond::Equal, unique);
        let address = Source::Value(Value::Gpr(object), Scalar::I64);
        let word = |value: u32| Source::Value(Value::Constant(u64::from(value)), Scalar::I64);
        self.asm.lea(object, memory);
        match self.types.get(place.ty) {
            Type::Str => {
                let unshare = self.shared.names.str_unshare;
                self.call_runtime(unshare, &[address]);
            }
            Type::List(element) => {
                let size = word(self.types.layout(element).size);
                let retain = match self.shared.retain_glue(element) {
                    Some(retain) => Source::Value(Value::Symbol(retain), Scalar::I64),
                    None => word(0),
                };
                let unshare = self.shared.names.list_unshare;
                self.call_runtime(unshare, &[address, size, retain]);
            }
            Type::Box(value) => {
                let Counted::Object { destroyer, .. } = self.shared.counted(place.ty) else {
                    panic!("a box is a counted object")
                };
                let size = box_size(self.types.layout(value).size);
                let retain = self.shared.retain_glue(value);
                let outline = Outline::UnshareBox { size, retain, destroyer };
                let unshare = self.shared.outline(outline);
                self.call_runtime(unshare, &[address]);
            }
            Type::Dyn(_) => {
                let unshare = self.shared.outline(Outline::UnshareDyn);
                self.call_runtime(unshare, &[address]);
            }
            other => panic!("invalid MIR: a {other:?} is never shared by value"),
        }
        self.asm.bind(unique);
        Ok(())
    }

    /// `place = weak reference to object`
    pub(super) fn downgrade(&mut self, place: Place, object: &Operand) -> Result<(), Unsupported> {
        self.spill_temporaries(true);
        let value = self.value(object)?;
        let retain = self.shared.names.weak_retain;
        self.call_with_object(retain, value, None)?;
        let to = self.after_call(place)?;
        let value = self.value(object)?;
        self.write(&to, value, None)
    }

    /// `place = the instance behind weak, if it is still there`
    pub(super) fn upgrade(&mut self, place: Place, weak: &Operand) -> Result<(), Unsupported> {
        self.keep_way(place);
        let value = self.value(weak)?;
        let upgrade = self.shared.names.weak_upgrade;
        self.call_with_object(upgrade, value, None)?;
        let to = self.after_call(place)?;
        self.write(&to, Value::Gpr(super::assembler::RAX), None)
    }
}
