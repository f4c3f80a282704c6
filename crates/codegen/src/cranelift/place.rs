//! Places of MIR: from a local and a way into it to registers or memory.

use cranelift_codegen::ir::{Value, types};
use simple_mir::{BOX_OFFSET, LocalId, Place, Projection, Shape, Type, TypeId};
use simple_source::Idx;
use smallvec::SmallVec;

use super::code::{Memory, Region, machine_type};
use super::function::{Storage, Translator};
use crate::abi::Class;
use crate::mentions::projections;
use crate::steps::{self, Step};
pub(super) use crate::steps::{Route, integer_kind};

/// Where a place was found.
#[derive(Clone, Copy, Debug)]
pub(super) enum At {
    /// Leaves from `first` on of a local that is held in registers; how many,
    /// the place's type says.
    Leaves { local: LocalId, first: u8 },
    /// Memory.
    Memory(Memory),
}

/// A place with its type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolved {
    pub(super) at: At,
    pub(super) ty: TypeId,
    pub(super) route: Route,
}

/// A value that was read.
#[derive(Clone, Debug)]
pub(super) enum Val {
    /// Held in registers.
    Leaves(SmallVec<[Value; 2]>),
    /// Held in memory.
    Memory(Memory),
    /// A fieldless variant of an enum that is held in memory: only a tag.
    Tag { variant: u32, size: u32 },
}

impl Val {
    pub(super) fn leaf(value: Value) -> Self {
        Self::Leaves(SmallVec::from_slice(&[value]))
    }
}

impl Translator<'_, '_> {
    /// The place's type.
    pub(super) fn place_type(&mut self, place: Place) -> TypeId {
        steps::place_type(self.types(), self.mir, place)
    }

    /// Finds a place; reads the pointers on the way.
    pub(super) fn place(&mut self, place: Place) -> Resolved {
        let mut at = self.home_of(place.local);
        let mut step = Step::Value(self.mir.locals[place.local].ty);
        let mut route = Route::Own;
        for projection in projections(self.mir, place) {
            let next = step.next(self.types(), projection);
            route = route.max(Route::across(self.types(), self.mir, place.local, step, projection));
            at = match (projection, step) {
                (Projection::Deref, Step::Value(ty)) => {
                    let pointer = self.read_pointer(at);
                    let offset = match self.types().get(ty) {
                        Type::Box(_) => BOX_OFFSET,
                        _ => 0,
                    };
                    At::Memory(Memory::at(pointer, offset))
                }
                (Projection::Index(index), Step::Value(_)) => {
                    let list = self.read_pointer(at);
                    let index = self.leaf(*index, 0);
                    let element = next.ty(self.types());
                    let size = self.types().layout(element).size;
                    let region = self.element_region(element);
                    At::Memory(self.code.element(list, index, size, region))
                }
                (Projection::Field(field), _) => self.field(at, step, *field),
                _ => at,
            };
            step = next;
        }
        Resolved { at, ty: step.ty(self.types()), route }
    }

    /// Where the elements of lists of `element` lie.
    pub(super) fn element_region(&self, element: TypeId) -> Region {
        let apart = self.elements_apart && !self.types().is_counted(element);
        if apart { Region::Elements } else { Region::Data }
    }

    /// What lies between a place and its local.
    pub(super) fn place_route(&self, place: Place) -> Route {
        steps::place_route(self.types(), self.mir, place)
    }

    fn field(&mut self, at: At, step: Step, field: u32) -> At {
        let types = self.types();
        let (skipped, offset) = match step {
            Step::Instance(class) => {
                let offset = self.code.shared.classes.class_fields(class).offsets[field as usize];
                (0, offset)
            }
            Step::Variant(ty, variant) => match &types.layout(ty).shape {
                Shape::Tagged { variants, .. } => (1, variants[variant as usize][field as usize]),
                _ => (0, 0),
            },
            Step::Value(ty) => {
                let (Type::Struct(id), Shape::Fields(offsets)) =
                    (types.get(ty), &types.layout(ty).shape)
                else {
                    panic!("invalid MIR: a field of something else than a struct")
                };
                let fields = types.struct_fields(id);
                let classes = &mut self.code.shared.classes;
                let before = fields[..field as usize].iter();
                let skipped = match at {
                    At::Leaves { .. } => before.map(|f| classes.class(f.ty).leaves().len()).sum(),
                    At::Memory(_) => 0,
                };
                (skipped, offsets[field as usize])
            }
        };
        match at {
            At::Memory(memory) => At::Memory(memory.plus(offset)),
            At::Leaves { local, first, .. } => At::Leaves { local, first: first + skipped as u8 },
        }
    }

    fn home_of(&mut self, local: LocalId) -> At {
        if let Some(memory) = self.memory_of(local) {
            return At::Memory(memory);
        }
        At::Leaves { local, first: 0 }
    }

    fn read_pointer(&mut self, at: At) -> Value {
        match at {
            At::Leaves { local, first, .. } => {
                let value = self.leaf(local, first);
                self.code.reinterpret(value, types::I64)
            }
            At::Memory(memory) => self.code.load(types::I64, memory),
        }
    }

    /// What lies at a place.
    pub(super) fn read(&mut self, place: Resolved) -> Val {
        match (place.at, self.class(place.ty)) {
            (At::Memory(memory), Class::Memory) => Val::Memory(memory),
            (At::Memory(memory), Class::Leaves(leaves)) => Val::Leaves(
                leaves
                    .as_slice()
                    .iter()
                    .map(|leaf| self.code.load(machine_type(leaf.scalar), memory.plus(leaf.offset)))
                    .collect(),
            ),
            (At::Leaves { local, first, .. }, class) => Val::Leaves(
                class
                    .leaves()
                    .iter()
                    .zip(first..)
                    .map(|(leaf, index)| {
                        let value = self.leaf(local, index);
                        self.code.reinterpret(value, machine_type(leaf.scalar))
                    })
                    .collect(),
            ),
        }
    }

    /// Stores a value of the place's type.
    pub(super) fn write(&mut self, place: Resolved, value: Val) {
        match (place.at, value) {
            (At::Leaves { local, first, .. }, Val::Leaves(values)) => {
                for (value, index) in values.into_iter().zip(first..) {
                    self.set_leaf(local, index, value);
                }
            }
            (At::Memory(memory), value) => self.write_memory(memory, place.ty, value),
            (At::Leaves { .. }, Val::Memory(_) | Val::Tag { .. }) => {
                panic!("invalid MIR: an assignment between different types")
            }
        }
    }

    /// Stores a value of type `ty` to memory.
    pub(super) fn write_memory(&mut self, to: Memory, ty: TypeId, value: Val) {
        match value {
            Val::Leaves(values) => {
                let class = self.class(ty);
                for (value, leaf) in values.into_iter().zip(class.leaves()) {
                    let value = self.code.reinterpret(value, machine_type(leaf.scalar));
                    self.code.store(value, to.plus(leaf.offset));
                }
            }
            Val::Memory(from) => {
                let size = self.types().layout(ty).size;
                self.code.copy(to, from, size);
            }
            Val::Tag { variant, size } => {
                let ty = machine_type(crate::abi::Scalar::integer(size));
                let tag = self.code.iconst(ty, u64::from(variant));
                self.code.store(tag, to);
            }
        }
    }

    /// The address of a value of type `ty`: where it is, if that is memory.
    pub(super) fn spill(&mut self, value: Val, ty: TypeId) -> Memory {
        match value {
            Val::Memory(memory) => memory,
            value => {
                let scratch = self.code.scratch(self.types().layout(ty).size);
                self.write_memory(scratch, ty, value);
                scratch
            }
        }
    }

    /// Leaf `index` of a local that is held in registers.
    pub(super) fn leaf(&mut self, local: LocalId, index: u8) -> Value {
        match self.locals[local.index()] {
            Storage::Values(values) => match values[index as usize] {
                Some(value) => value,
                // Not set on this way, so that nobody will look at it.
                None => {
                    let ty = self.leaf_type(local, index);
                    self.code.zero(ty)
                }
            },
            Storage::Variables(variables) => self.code.b.use_var(variables[index as usize]),
            Storage::Memory(memory) => {
                let class = self.class(self.mir.locals[local].ty);
                let leaf = class.leaves()[index as usize];
                self.code.load(machine_type(leaf.scalar), memory.plus(leaf.offset))
            }
            Storage::Nothing => panic!("invalid MIR: a use of a local that is not there"),
        }
    }

    fn set_leaf(&mut self, local: LocalId, index: u8, value: Value) {
        let ty = self.leaf_type(local, index);
        let value = self.code.reinterpret(value, ty);
        match &mut self.locals[local.index()] {
            Storage::Values(values) => values[index as usize] = Some(value),
            Storage::Variables(variables) => {
                self.code.b.def_var(variables[index as usize], value);
            }
            Storage::Memory(_) | Storage::Nothing => {
                panic!("invalid MIR: a change of a local that is not there")
            }
        }
    }

    fn leaf_type(&mut self, local: LocalId, index: u8) -> cranelift_codegen::ir::Type {
        let class = self.class(self.mir.locals[local].ty);
        machine_type(class.leaves()[index as usize].scalar)
    }
}
