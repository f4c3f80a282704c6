//! Operands and the values that assignments make.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use simple_mir::{
    Arg, Args, BOX_OFFSET, CAP_OFFSET, CLOSURE_CAPTURES_OFFSET, CLOSURE_CODE_OFFSET,
    CLOSURE_DROP_OFFSET, Const, DATA_OFFSET, DYN_VALUE_OFFSET, DYN_VTABLE_OFFSET, EnumId, FuncId,
    Function, IntType, LEN_OFFSET, Operand, Place, Rvalue, Shape, Type, TypeId,
};
use simple_source::sym;
use smallvec::SmallVec;

use super::code::{Memory, Region, machine_type};
use super::counting::{NEW_INSTANCE, NEW_OBJECT};
use super::function::Translator;
use super::outline::Outline;
use super::place::{At, Resolved, Route, Val, integer_kind};
use super::shared::box_size;
use crate::abi::{Class, Scalar};
use crate::names;

/// What a scalar is computed as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Integers, `bool`, `char`, tags of enums and pointers.
    Int(IntType),
    Float,
}

impl Translator<'_, '_> {
    /// The operand's type.
    pub(super) fn operand_type(&mut self, operand: &Operand) -> TypeId {
        let types = self.types();
        match operand {
            Operand::Copy(place) => self.place_type(*place),
            Operand::Const(value) => types.intern(match *value {
                Const::Unit => Type::Unit,
                Const::Bool(_) => Type::Bool,
                Const::Char(_) => Type::Char,
                Const::Int(int, _) => Type::Int(int),
                Const::F32(_) => Type::F32,
                Const::F64(_) => Type::F64,
                Const::Str(_) => Type::Str,
                Const::EmptyList(list) => return list,
                Const::Variant(id, _) => Type::Enum(id),
                Const::Function(_, signature) => Type::Closure(signature),
                Const::NullWeak(class) => Type::Weak(class),
            }),
        }
    }

    /// The value of an operand of any type.
    pub(super) fn value(&mut self, operand: &Operand) -> Val {
        match operand {
            Operand::Copy(place) => {
                let place = self.place(*place);
                self.read(place)
            }
            Operand::Const(value) => self.constant(value),
        }
    }

    /// The value of an operand that is one scalar, and how to compute with it.
    pub(super) fn scalar(&mut self, operand: &Operand) -> (Value, Kind) {
        let kind = match operand {
            Operand::Const(Const::Int(int, _)) => Kind::Int(*int),
            Operand::Const(Const::F32(_) | Const::F64(_)) => Kind::Float,
            Operand::Const(Const::Bool(_)) => Kind::Int(IntType::U8),
            operand => {
                let ty = self.operand_type(operand);
                match self.types().get(ty) {
                    Type::F32 | Type::F64 => Kind::Float,
                    ty_of_value => {
                        Kind::Int(integer_kind(ty_of_value, self.types().layout(ty).size))
                    }
                }
            }
        };
        match self.value(operand) {
            Val::Leaves(values) if values.len() == 1 => (values[0], kind),
            _ => panic!("invalid MIR: an operand that is not one scalar"),
        }
    }

    fn constant(&mut self, value: &Const) -> Val {
        let code = &mut self.code;
        Val::leaf(match *value {
            Const::Unit => return Val::Leaves(SmallVec::new()),
            Const::Bool(value) => code.iconst(types::I8, u64::from(value)),
            Const::Char(value) => code.iconst(types::I32, u64::from(u32::from(value))),
            Const::Int(int, value) => {
                code.iconst(machine_type(Scalar::integer(int.bits() / 8)), value)
            }
            Const::F32(bits) => code.b.ins().f32const(f32::from_bits(bits)),
            Const::F64(bits) => code.b.ins().f64const(f64::from_bits(bits)),
            Const::Str(text) => {
                let symbol = match text {
                    sym::EMPTY => code.shared.names.empty_str,
                    text => code.shared.output.text(text),
                };
                code.symbol_address(symbol)
            }
            Const::EmptyList(_) => {
                let symbol = code.shared.names.empty_list;
                code.symbol_address(symbol)
            }
            Const::Variant(id, variant) => return self.fieldless_variant(id, variant),
            Const::Function(function, _) => {
                let name = code.shared.program.module.functions[function].name;
                let adaptor = code.shared.outline(Outline::Adaptor(function, name));
                let closure = names::static_closure(code.shared.program.interner, name);
                let closure = code.shared.output.static_closure(closure, adaptor);
                code.symbol_address(closure)
            }
            Const::NullWeak(_) => code.word(0),
        })
    }

    fn fieldless_variant(&mut self, id: EnumId, variant: u32) -> Val {
        let ty = self.types().intern(Type::Enum(id));
        self.variant_value(ty, variant, SmallVec::new())
    }

    /// A variant held in registers, with the leaf of its only field if it has
    /// one; or the tag of one that is held in memory.
    fn variant_value(&mut self, ty: TypeId, variant: u32, payload: SmallVec<[Value; 2]>) -> Val {
        match (&self.types().layout(ty).shape, self.class(ty)) {
            (Shape::Nullable { null, .. }, _) if variant == *null => Val::leaf(self.code.word(0)),
            (Shape::Nullable { .. }, _) => Val::Leaves(payload),
            (Shape::Tagged { tag_size, .. }, Class::Memory) => {
                Val::Tag { variant, size: *tag_size }
            }
            (_, class) => {
                let mut leaves = class.leaves().iter().map(|leaf| machine_type(leaf.scalar));
                let tag_type = leaves.next().expect("an enum has a tag");
                let tag = self.code.iconst(tag_type, u64::from(variant));
                let mut values = SmallVec::from_slice(&[tag]);
                values.extend(leaves.map(|ty| match payload.first() {
                    Some(value) => self.code.reinterpret(*value, ty),
                    None => self.code.zero(ty),
                }));
                Val::Leaves(values)
            }
        }
    }

    /// `place = value`
    pub(super) fn assign(&mut self, place: Place, value: &Rvalue) {
        let value = match *value {
            Rvalue::Use(operand) => self.value(&operand),
            Rvalue::Unary(op, a) => Val::leaf(self.unary(op, &a)),
            Rvalue::Binary(op, a, b) => Val::leaf(self.binary(op, &a, &b)),
            Rvalue::Overflowing(op, a, b) => Val::Leaves(self.overflowing(op, &a, &b)),
            Rvalue::Cast(kind, a) => {
                let to = self.place_type(place);
                Val::leaf(self.cast(kind, &a, to))
            }
            Rvalue::Discriminant(of) => Val::leaf(self.discriminant(of)),
            Rvalue::Len(of) => {
                let object = self.pointer(of);
                Val::leaf(self.code.load_len(object))
            }
            Rvalue::Struct(fields) => return self.assign_struct(place, fields),
            Rvalue::Variant(variant, fields) => return self.assign_variant(place, variant, fields),
            Rvalue::List(elements) => self.new_list(place, elements),
            Rvalue::Box(value) => {
                let ty = self.operand_type(&value);
                let size = box_size(self.types().layout(ty).size);
                let object = self.code.allocate(u64::from(size), NEW_OBJECT);
                self.fill(object, BOX_OFFSET, ty, &value);
                Val::leaf(object)
            }
            Rvalue::Class(fields) => self.new_instance(place, fields),
            Rvalue::Closure { code, drop, captures } => self.new_closure(code, drop, captures),
            Rvalue::Dyn(vtable, value) => {
                let ty = self.operand_type(&value);
                let size = DYN_VALUE_OFFSET + self.types().layout(ty).size;
                let object = self.code.allocate(u64::from(size.next_multiple_of(8)), NEW_OBJECT);
                let name = self.code.shared.program.module.vtables[vtable as usize].name;
                let vtable = self.code.symbol_address(name);
                self.code.store(vtable, Memory::at(object, DYN_VTABLE_OFFSET));
                self.fill(object, DYN_VALUE_OFFSET, ty, &value);
                Val::leaf(object)
            }
            Rvalue::Downgrade(object) => {
                let (object, _) = self.scalar(&object);
                self.code.retain_weak(object);
                Val::leaf(object)
            }
            Rvalue::Upgrade(weak) => {
                let (weak, _) = self.scalar(&weak);
                let upgrade = self.code.shared.names.weak_upgrade;
                Val::leaf(self.code.call_for_word(upgrade, &[weak]))
            }
            Rvalue::GlobalAddress(global) => {
                let name = self.code.shared.program.module.globals[global as usize].name;
                Val::leaf(self.code.symbol_address(name))
            }
        };
        self.assign_value(place, value);
    }

    /// The pointer at a place.
    pub(super) fn pointer(&mut self, place: Place) -> Value {
        let place = self.place(place);
        match self.read(place) {
            Val::Leaves(values) if values.len() == 1 => values[0],
            _ => panic!("invalid MIR: a place that holds no pointer"),
        }
    }

    fn discriminant(&mut self, of: Place) -> Value {
        let of = self.place(of);
        match self.types().layout(of.ty).shape {
            Shape::Nullable { null, .. } => {
                let Val::Leaves(values) = self.read(of) else {
                    panic!("a pointer is held in a register")
                };
                let cc = if null == 0 { IntCC::NotEqual } else { IntCC::Equal };
                let tag = self.code.compare_with(cc, values[0], 0);
                self.code.b.ins().uextend(types::I64, tag)
            }
            Shape::Tag => {
                let Val::Leaves(values) = self.read(of) else {
                    panic!("a tag is held in a register")
                };
                self.code.b.ins().uextend(types::I64, values[0])
            }
            Shape::Tagged { tag_size, .. } => {
                let tag = match of.at {
                    At::Memory(memory) => {
                        self.code.load(machine_type(Scalar::integer(tag_size)), memory)
                    }
                    At::Leaves { local, first, .. } => self.leaf(local, first),
                };
                self.code.b.ins().uextend(types::I64, tag)
            }
            Shape::Scalar | Shape::Fields(_) => {
                panic!("invalid MIR: the discriminant of something else than an enum")
            }
        }
    }

    fn assign_struct(&mut self, place: Place, fields: Args) {
        let mir = self.mir;
        let fields = operands(mir, fields);
        let place = self.place(place);
        let ty = place.ty;
        if !self.class(ty).is_memory() {
            let mut leaves = SmallVec::new();
            for field in fields {
                if let Val::Leaves(values) = self.value(field) {
                    leaves.extend(values);
                }
            }
            return self.write(place, Val::Leaves(leaves));
        }
        let (Type::Struct(id), Shape::Fields(offsets)) =
            (self.types().get(ty), &self.types().layout(ty).shape)
        else {
            panic!("invalid MIR: a struct is made for something else")
        };
        let types = self.types().struct_fields(id).iter().map(|field| field.ty);
        self.assign_parts(place, None, fields, types.zip(offsets.iter().copied()));
    }

    fn assign_variant(&mut self, place: Place, variant: u32, fields: Args) {
        let mir = self.mir;
        let fields = operands(mir, fields);
        let place = self.place(place);
        let ty = place.ty;
        if !self.class(ty).is_memory() {
            let mut payload = SmallVec::new();
            for field in fields {
                if let Val::Leaves(values) = self.value(field) {
                    payload.extend(values);
                }
            }
            let value = self.variant_value(ty, variant, payload);
            return self.write(place, value);
        }
        let (Type::Enum(id), Shape::Tagged { tag_size, variants }) =
            (self.types().get(ty), &self.types().layout(ty).shape)
        else {
            panic!("invalid MIR: a variant is made for something else")
        };
        let tag = Val::Tag { variant, size: *tag_size };
        let types = self.types().enum_variants(id)[variant as usize].fields.iter();
        let offsets = variants[variant as usize].iter().copied();
        self.assign_parts(place, Some(tag), fields, types.map(|field| field.ty).zip(offsets));
    }

    /// Stores the parts of a value that is held in memory.
    fn assign_parts<'o>(
        &mut self,
        place: Resolved,
        tag: Option<Val>,
        operands: impl Iterator<Item = &'o Operand> + Clone,
        parts: impl Iterator<Item = (TypeId, u32)>,
    ) {
        let At::Memory(target) = place.at else {
            panic!("a value that does not fit into registers is held in memory")
        };
        // Everything is read before anything is written: a part of the old
        // value may become another part of the new one. What is itself read
        // from memory while it is written is a reason for a detour.
        let mut overlaps = false;
        let mut values: SmallVec<[Val; 8]> = SmallVec::new();
        for operand in operands {
            let value = match operand {
                Operand::Copy(from) => {
                    let from_place = self.place(*from);
                    let value = self.read(from_place);
                    if let Val::Memory(_) = value {
                        overlaps |= self.may_overlap(place, from_place);
                    }
                    value
                }
                Operand::Const(value) => self.constant(value),
            };
            values.push(value);
        }
        let size = self.types().layout(place.ty).size;
        let memory = if overlaps { self.code.scratch(size) } else { target };
        if let Some(tag) = tag {
            self.write_memory(memory, place.ty, tag);
        }
        for (value, (ty, offset)) in values.into_iter().zip(parts) {
            self.write_memory(memory.plus(offset), ty, value);
        }
        if overlaps {
            self.code.copy(target, memory, size);
        }
    }

    /// Whether two places of memory may share bytes.
    fn may_overlap(&self, a: Resolved, b: Resolved) -> bool {
        let (At::Memory(a_memory), At::Memory(b_memory)) = (a.at, b.at) else { return false };
        match (a.route, b.route) {
            (Route::Own, Route::Own) => same_base(a_memory, b_memory),
            // A local's own memory is nobody else's.
            (Route::Own, _) | (_, Route::Own) => false,
            _ => true,
        }
    }

    /// Stores an operand into a new object.
    fn fill(&mut self, object: Value, offset: u32, ty: TypeId, operand: &Operand) {
        let value = self.value(operand);
        self.write_memory(Memory::at(object, offset), ty, value);
    }

    fn new_list(&mut self, place: Place, elements: Args) -> Val {
        let list = self.place_type(place);
        let Type::List(element) = self.types().get(list) else {
            panic!("invalid MIR: a list is made for something else")
        };
        if elements.len == 0 {
            return self.constant(&Const::EmptyList(list));
        }
        let size = self.types().layout(element).size;
        let bytes = u64::from(DATA_OFFSET) + u64::from(size) * u64::from(elements.len);
        let object = self.code.allocate(bytes, NEW_OBJECT);
        let len = self.code.word(u64::from(elements.len));
        self.code.store_region(len, Memory::at(object, LEN_OFFSET), Region::Length);
        self.code.store_region(len, Memory::at(object, CAP_OFFSET), Region::Length);
        let mir = self.mir;
        let elements = operands(mir, elements);
        let region = self.element_region(element);
        for (index, operand) in elements.enumerate() {
            let at = Memory::at(object, DATA_OFFSET + size * index as u32);
            let value = self.value(operand);
            self.write_memory(at.within(region), element, value);
        }
        Val::leaf(object)
    }

    fn new_instance(&mut self, place: Place, fields: Args) -> Val {
        let ty = self.place_type(place);
        let Type::Class(class) = self.types().get(ty) else {
            panic!("invalid MIR: an instance is made for something else")
        };
        let size = self.code.shared.classes.class_fields(class).size;
        let object = self.code.allocate(u64::from(size), NEW_INSTANCE);
        let mir = self.mir;
        let operands = operands(mir, fields);
        for (index, operand) in operands.enumerate() {
            let offset = self.code.shared.classes.class_fields(class).offsets[index];
            let ty = self.types().class_fields(class)[index].ty;
            self.fill(object, offset, ty, operand);
        }
        Val::leaf(object)
    }

    fn new_closure(&mut self, function: FuncId, drop: Option<FuncId>, captures: Args) -> Val {
        let module = self.code.shared.program.module;
        let code = module.functions[function].name;
        let captured = module.functions[function].locals.as_slice()[0].ty;
        let Type::Address(captured) = self.types().get(captured) else {
            panic!("invalid MIR: a closure's code takes the address of its captures first")
        };
        let layout = self.types().layout(captured);
        if layout.size == 0 {
            let name = names::static_closure(self.code.shared.program.interner, code);
            let closure = self.code.shared.output.static_closure(name, code);
            return Val::leaf(self.code.symbol_address(closure));
        }
        let size = (CLOSURE_CAPTURES_OFFSET + layout.size).next_multiple_of(8);
        let object = self.code.allocate(u64::from(size), NEW_OBJECT);
        let address = self.code.symbol_address(code);
        self.code.store(address, Memory::at(object, CLOSURE_CODE_OFFSET));
        let drop = match drop {
            Some(drop) => module.functions[drop].name,
            None => self.code.shared.outline(Outline::FreeClosure { size }),
        };
        let drop = self.code.symbol_address(drop);
        self.code.store(drop, Memory::at(object, CLOSURE_DROP_OFFSET));
        let (Type::Struct(id), Shape::Fields(offsets)) =
            (self.types().get(captured), &layout.shape)
        else {
            panic!("invalid MIR: captures are a struct")
        };
        let mir = self.mir;
        let operands = operands(mir, captures);
        let fields = self.types().struct_fields(id);
        for ((operand, field), offset) in operands.zip(fields).zip(offsets) {
            self.fill(object, CLOSURE_CAPTURES_OFFSET + offset, field.ty, operand);
        }
        Val::leaf(object)
    }
}

fn same_base(a: Memory, b: Memory) -> bool {
    use super::code::Base;
    match (a.base, b.base) {
        (Base::Slot(a), Base::Slot(b)) => a == b,
        (Base::Pointer(a), Base::Pointer(b)) => a == b,
        _ => false,
    }
}

/// The values among arguments: all of them, where addresses cannot stand.
fn operands(mir: &Function, args: Args) -> impl Iterator<Item = &'_ Operand> + Clone {
    mir.args[args.start as usize..][..args.len as usize].iter().map(|arg| match arg {
        Arg::Value(operand) => operand,
        Arg::Address(_) => panic!("invalid MIR: an address in a value"),
    })
}
