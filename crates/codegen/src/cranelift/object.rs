//! Counting and freeing what lies at places of MIR.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Value, types};
use simple_mir::{Place, Shape, Type, TypeId};

use super::code::{Memory, machine_type};
use super::function::Translator;
use super::outline::Outline;
use super::place::{At, Resolved, Val};
use super::shared::{Counted, box_size};
use crate::abi::Scalar;

/// What to do with the counted parts of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Retain,
    Release,
}

impl Translator<'_, '_> {
    /// One more reference to everything counted in a value.
    pub(super) fn retain_value(&mut self, place: Resolved) {
        self.change_counts(place, Change::Retain);
    }

    /// Gives back everything counted in a value.
    pub(super) fn release_value(&mut self, place: Resolved) {
        self.change_counts(place, Change::Release);
    }

    fn change_counts(&mut self, place: Resolved, change: Change) {
        match self.code.shared.counted(place.ty) {
            Counted::No => {}
            Counted::Object { nullable, destroyer } => {
                let object = self.only_leaf(place);
                match change {
                    Change::Retain => self.code.retain(object, nullable, self.counting),
                    Change::Release => {
                        self.code.release(object, nullable, destroyer, self.counting);
                    }
                }
            }
            Counted::Weak { size } => {
                let object = self.only_leaf(place);
                match change {
                    Change::Retain => self.code.retain_weak(object),
                    Change::Release => self.code.release_weak(object, size),
                }
            }
            Counted::Parts => self.change_parts(place, change),
        }
    }

    fn only_leaf(&mut self, place: Resolved) -> Value {
        match self.read(place) {
            Val::Leaves(values) if values.len() == 1 => values[0],
            _ => panic!("a counted pointer is one scalar"),
        }
    }

    fn change_parts(&mut self, place: Resolved, change: Change) {
        let glue = self.code.shared.program.module.glue.retain.get(&place.ty);
        if let (Change::Retain, Some(glue), At::Memory(memory)) = (change, glue, place.at) {
            let name = self.code.shared.program.module.functions[*glue].name;
            let address = self.code.address(memory);
            self.code.call_runtime(name, &[address], None);
            return;
        }
        let types = self.types();
        match (types.get(place.ty), &types.layout(place.ty).shape) {
            (Type::Struct(id), Shape::Fields(offsets)) => {
                let mut first = 0;
                for (field, offset) in types.struct_fields(id).iter().zip(offsets) {
                    let part = self.part(place, field.ty, *offset, first);
                    first += self.class(field.ty).leaves().len() as u8;
                    self.change_counts(part, change);
                }
            }
            (Type::Enum(id), Shape::Tagged { tag_size, variants: offsets }) => {
                let tag = match place.at {
                    At::Memory(memory) => {
                        self.code.load(machine_type(Scalar::integer(*tag_size)), memory)
                    }
                    At::Leaves { local, first, .. } => self.leaf(local, first),
                };
                let done = self.code.block();
                let variants = types.enum_variants(id).iter().zip(offsets).enumerate();
                for (number, (variant, offsets)) in variants {
                    if !variant.fields.iter().any(|field| types.is_counted(field.ty)) {
                        continue;
                    }
                    let (this, next) = (self.code.block(), self.code.block());
                    let is_this = self.code.compare_with(IntCC::Equal, tag, number as u64);
                    self.code.branch(is_this, this, next);
                    self.code.enter(this);
                    for (field, offset) in variant.fields.iter().zip(offsets) {
                        let part = self.part(place, field.ty, *offset, 1);
                        self.change_counts(part, change);
                    }
                    self.code.jump(done, &[]);
                    self.code.enter(next);
                }
                self.code.jump(done, &[]);
                self.code.enter(done);
            }
            _ => panic!("invalid MIR: counting of a value without parts"),
        }
    }

    /// A part of a value at `offset`, whose leaves begin `skipped` behind those
    /// of the whole.
    fn part(&mut self, whole: Resolved, ty: TypeId, offset: u32, skipped: u8) -> Resolved {
        let at = match whole.at {
            At::Memory(memory) => At::Memory(memory.plus(offset)),
            At::Leaves { local, first, .. } => At::Leaves { local, first: first + skipped },
        };
        Resolved { at, ty, route: whole.route }
    }

    /// Gives back the memory of the object at a place.
    pub(super) fn free_object(&mut self, place: Resolved) {
        let types = self.types();
        let object = self.only_leaf(place);
        match types.get(place.ty) {
            Type::Str => self.code.free_text(object),
            Type::List(element) => self.code.free_list(object, types.layout(element).size),
            Type::Box(value) => self.code.free(object, box_size(types.layout(value).size)),
            Type::Class(class) => {
                let size = self.code.shared.classes.class_fields(class).size;
                self.code.free_instance(object, size);
            }
            other => panic!("invalid MIR: the size of a {other:?} is not known"),
        }
    }

    /// Makes the object at a place unique.
    pub(super) fn unshare(&mut self, place: Place) {
        let place = self.place(place);
        let types = self.types();
        let slow = match types.get(place.ty) {
            Type::Str => Unshare::Runtime(self.code.shared.names.str_unshare),
            Type::List(element) => Unshare::List {
                element: types.layout(element).size,
                retain: self.code.shared.retain_glue(element),
            },
            Type::Box(value) => {
                let Counted::Object { destroyer, .. } = self.code.shared.counted(place.ty) else {
                    panic!("a box is a counted object")
                };
                let size = box_size(types.layout(value).size);
                let retain = self.code.shared.retain_glue(value);
                let outline = Outline::UnshareBox { size, retain, destroyer };
                Unshare::Runtime(self.code.shared.outline(outline))
            }
            Type::Dyn(_) => Unshare::Runtime(self.code.shared.outline(Outline::UnshareDyn)),
            other => panic!("invalid MIR: a {other:?} is never shared by value"),
        };
        let slot = self.word_slot(place);
        let spilled = slot.spilled.is_some();
        let object =
            self.code.make_unique(slot.value, slot.memory, spilled, |code, address| match slow {
                Unshare::Runtime(name) => {
                    code.call_runtime(name, &[address], None);
                }
                Unshare::List { element, retain } => {
                    let element = code.word(u64::from(element));
                    let retain = match retain {
                        Some(retain) => code.symbol_address(retain),
                        None => code.word(0),
                    };
                    let unshare = code.shared.names.list_unshare;
                    code.call_runtime(unshare, &[address, element, retain], None);
                }
            });
        self.set_word(&slot, object);
    }

    /// The length or capacity of a list.
    pub(super) fn list_word(&mut self, list: Value, offset: u32) -> Value {
        let region = super::code::Region::Length;
        self.code.load_region(types::I64, Memory::at(list, offset), region)
    }
}

/// How a shared object is copied.
enum Unshare {
    /// By a function that takes the address of the pointer.
    Runtime(simple_source::Symbol),
    List {
        element: u32,
        retain: Option<simple_source::Symbol>,
    },
}
