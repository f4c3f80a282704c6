//! Operands, and what assignments store.

use simple_mir::{
    Arg, Args, Const, LEN_OFFSET, Operand, Place, Rvalue, Shape, StatementKind, Type, TypeId,
};
use simple_source::{Idx, Symbol, sym};
use smallvec::SmallVec;

use super::Unsupported;
use super::analysis::{Held, Home};
use super::assembler::{Alu, Cond, Gpr, Mem, RAX, RCX, Rm, XMM0, Xmm};
use super::function::Translator;
use super::place::{At, Resolved};
use super::registers::Where;
use crate::abi::Scalar;
use crate::cranelift::outline::Outline;
use crate::names;
use crate::steps::{self, Route, integer_kind};

/// A value that was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Value {
    /// It has no bytes.
    Nothing,
    /// A register; not to be changed.
    Gpr(Gpr),
    /// Likewise.
    Xmm(Xmm),
    /// Memory that holds it.
    Mem(Mem),
    /// An integer.
    Constant(u64),
    /// A float by its bits.
    Float(u64),
    /// The address of something.
    Symbol(Symbol),
    /// A fieldless variant of an enum that lies in memory: only a tag.
    Tag { variant: u32, size: u32 },
}

/// What a scalar is computed as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Kind {
    pub(super) scalar: Scalar,
    /// As an integer; the type does not matter for floats.
    pub(super) int: simple_mir::IntType,
}

/// What the flags say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flags {
    /// This condition.
    Cond(Cond),
    /// Floats are equal: the condition, and they were ordered.
    FloatEqual,
    FloatNotEqual,
}

impl Translator<'_, '_> {
    /// The operand's type.
    pub(super) fn operand_type(&self, operand: &Operand) -> TypeId {
        match operand {
            Operand::Copy(place) => steps::place_type(self.types, self.mir, *place),
            Operand::Const(value) => self.types.intern(match *value {
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
    pub(super) fn value(&mut self, operand: &Operand) -> Result<Value, Unsupported> {
        match operand {
            Operand::Copy(place) => {
                let place = self.place(*place)?;
                Ok(self.read_at(place.at))
            }
            Operand::Const(value) => Ok(self.constant(value)),
        }
    }

    /// The value of an operand that is one scalar, and how to compute with it.
    pub(super) fn scalar(&mut self, operand: &Operand) -> Result<(Value, Kind), Unsupported> {
        use simple_mir::IntType;
        let int = |int: IntType| Kind { scalar: Scalar::integer(int.bits() / 8), int };
        let kind = match operand {
            Operand::Const(Const::Int(ty, _)) => int(*ty),
            Operand::Const(Const::Bool(_)) => int(IntType::U8),
            Operand::Const(Const::F64(_)) => Kind { scalar: Scalar::F64, int: IntType::U64 },
            Operand::Const(Const::F32(_)) => Kind { scalar: Scalar::F32, int: IntType::U32 },
            Operand::Copy(place) => {
                let place = self.place(*place)?;
                let Held::Scalar(scalar) = place.held else { return Err(Unsupported) };
                let int = integer_kind(self.types.get(place.ty), scalar.size());
                return Ok((self.read_at(place.at), Kind { scalar, int }));
            }
            other => {
                let ty = self.operand_type(other);
                let Held::Scalar(scalar) = Held::of(self.types, ty) else {
                    return Err(Unsupported);
                };
                Kind { scalar, int: integer_kind(self.types.get(ty), scalar.size()) }
            }
        };
        Ok((self.value(operand)?, kind))
    }

    pub(super) fn constant(&mut self, value: &Const) -> Value {
        match *value {
            Const::Unit => Value::Nothing,
            Const::Bool(value) => Value::Constant(u64::from(value)),
            Const::Char(value) => Value::Constant(u64::from(u32::from(value))),
            Const::Int(_, value) => Value::Constant(value),
            Const::F32(bits) => Value::Float(u64::from(bits)),
            Const::F64(bits) => Value::Float(bits),
            Const::Str(sym::EMPTY) => Value::Symbol(self.shared.names.empty_str),
            Const::Str(text) => Value::Symbol(self.shared.output.text(text)),
            Const::EmptyList(_) => Value::Symbol(self.shared.names.empty_list),
            Const::Variant(id, variant) => {
                let ty = self.types.intern(Type::Enum(id));
                match self.types.layout(ty).shape {
                    Shape::Nullable { .. } => Value::Constant(0),
                    Shape::Tagged { tag_size, .. } => Value::Tag { variant, size: tag_size },
                    _ => Value::Constant(u64::from(variant)),
                }
            }
            Const::Function(function, _) => {
                let name = self.shared.program.module.functions[function].name;
                let adaptor = self.shared.outline(Outline::Adaptor(function, name));
                let closure = names::static_closure(self.shared.program.interner, name);
                Value::Symbol(self.shared.output.static_closure(closure, adaptor))
            }
            Const::NullWeak(_) => Value::Constant(0),
        }
    }

    // From values to registers.

    /// Loads an integer or pointer of `size` bytes into a register. Leaves the
    /// flags alone.
    pub(super) fn load_gpr(&mut self, size: u32, to: Gpr, value: Value) {
        match value {
            Value::Gpr(gpr) => self.asm.mov(to, gpr),
            Value::Mem(mem) => self.asm.load(size, to, mem),
            Value::Constant(value) | Value::Float(value) => self.asm.constant(to, value),
            Value::Symbol(symbol) => self.asm.symbol(to, symbol),
            Value::Xmm(xmm) => self.asm.float_to_bits(size, to, xmm),
            Value::Nothing | Value::Tag { .. } => unreachable!("this is no scalar"),
        }
    }

    /// Loads a float of `size` bytes into a register.
    pub(super) fn load_xmm(&mut self, size: u32, to: Xmm, value: Value) {
        match value {
            Value::Xmm(xmm) => self.asm.mov_float(to, xmm),
            Value::Mem(mem) => self.asm.load_float(size, to, mem),
            Value::Float(0) | Value::Constant(0) => self.asm.float_zero(to),
            Value::Float(bits) | Value::Constant(bits) => {
                self.asm.constant(RAX, bits);
                self.asm.float_from_bits(size, to, RAX);
            }
            Value::Gpr(gpr) => self.asm.float_from_bits(size, to, gpr),
            Value::Symbol(_) | Value::Nothing | Value::Tag { .. } => {
                unreachable!("this is no float")
            }
        }
    }

    /// A word in a register that stays until the end of the statement.
    pub(super) fn in_gpr(&mut self, value: Value) -> Result<Gpr, Unsupported> {
        if let Value::Gpr(gpr) = value {
            return Ok(gpr);
        }
        let gpr = self.scratch_gpr()?;
        self.load_gpr(8, gpr, value);
        Ok(gpr)
    }

    /// A scalar as the second operand of an instruction with integers; loads
    /// what cannot stand there into `rcx`.
    pub(super) fn rm(&mut self, size: u32, value: Value) -> Rm {
        match value {
            Value::Gpr(gpr) => Rm::Gpr(gpr),
            Value::Mem(mem) => Rm::Mem(mem),
            other => {
                self.load_gpr(size, RCX, other);
                Rm::Gpr(RCX)
            }
        }
    }

    /// A float as the second operand of an instruction; constants are loaded
    /// into `xmm1`.
    pub(super) fn float_rm(&mut self, size: u32, value: Value) -> Rm {
        match value {
            Value::Xmm(xmm) => Rm::Xmm(xmm),
            Value::Mem(mem) => Rm::Mem(mem),
            other => {
                self.load_xmm(size, super::assembler::XMM1, other);
                Rm::Xmm(super::assembler::XMM1)
            }
        }
    }

    // From registers to places.

    /// Where to compute an integer that goes to `to`, given what is read
    /// while it is computed, and the operand that the work begins with, whose
    /// register serves if nobody needs it afterwards.
    pub(super) fn work_gpr(
        &mut self,
        to: &Resolved,
        first: Option<&Operand>,
        others: &[Value],
    ) -> Result<Gpr, Unsupported> {
        let At::Local(local) = to.at else { return Ok(RAX) };
        match self.analysis.homes[local.index()] {
            Home::Temporary => {
                if let Some(Operand::Copy(place)) = first
                    && let Some(from) = place.as_local()
                    && let Where::Gpr(gpr) = self.places[from.index()]
                    && (from == local || self.dies(from))
                    && self.analysis.homes[from.index()] == Home::Temporary
                {
                    return Ok(gpr);
                }
                self.scratch_gpr()
            }
            Home::Gpr(home) => {
                let used = others.iter().any(|value| uses_gpr(*value, home));
                Ok(if used { RAX } else { home })
            }
            _ => Ok(RAX),
        }
    }

    /// Likewise for floats; otherwise in `xmm0`.
    pub(super) fn work_xmm(
        &mut self,
        to: &Resolved,
        first: Option<&Operand>,
        others: &[Value],
    ) -> Result<Xmm, Unsupported> {
        let At::Local(local) = to.at else { return Ok(XMM0) };
        match self.analysis.homes[local.index()] {
            Home::Temporary => {
                if let Some(Operand::Copy(place)) = first
                    && let Some(from) = place.as_local()
                    && let Where::Xmm(xmm) = self.places[from.index()]
                    && (from == local || self.dies(from))
                    && self.analysis.homes[from.index()] == Home::Temporary
                {
                    return Ok(xmm);
                }
                self.scratch_xmm()
            }
            Home::Xmm(home) => {
                let used = others.contains(&Value::Xmm(home));
                Ok(if used { XMM0 } else { home })
            }
            _ => Ok(XMM0),
        }
    }

    /// Stores what was computed in a register that [`Translator::work_gpr`]
    /// gave. `size` is the place's.
    pub(super) fn finish_gpr(&mut self, to: &Resolved, gpr: Gpr, size: u32) {
        match to.at {
            At::Nothing => {}
            At::Memory(mem) => self.asm.store(size, mem, gpr),
            At::Local(local) => match self.analysis.homes[local.index()] {
                Home::Temporary => self.claim_gpr(local, gpr),
                Home::Gpr(home) => self.asm.mov(home, gpr),
                _ => {
                    let Value::Mem(mem) = self.read_at(to.at) else {
                        unreachable!("the local's home is the frame")
                    };
                    self.asm.store(size, mem, gpr);
                }
            },
        }
    }

    pub(super) fn finish_xmm(&mut self, to: &Resolved, xmm: Xmm, size: u32) {
        match to.at {
            At::Nothing => {}
            At::Memory(mem) => self.asm.store_float(size, mem, xmm),
            At::Local(local) => match self.analysis.homes[local.index()] {
                Home::Temporary => self.claim_xmm(local, xmm),
                Home::Xmm(home) => self.asm.mov_float(home, xmm),
                _ => {
                    let Value::Mem(mem) = self.read_at(to.at) else {
                        unreachable!("the local's home is the frame")
                    };
                    self.asm.store_float(size, mem, xmm);
                }
            },
        }
    }

    /// A temporary is in `gpr`, which may have been another's that ends here.
    fn claim_gpr(&mut self, local: simple_mir::LocalId, gpr: Gpr) {
        let owner = self.live.iter().find(|other| self.places[other.index()] == Where::Gpr(gpr));
        if let Some(owner) = owner.copied()
            && owner != local
        {
            self.take_over(owner);
        }
        self.settle_gpr(local, gpr);
    }

    fn claim_xmm(&mut self, local: simple_mir::LocalId, xmm: Xmm) {
        let owner = self.live.iter().find(|other| self.places[other.index()] == Where::Xmm(xmm));
        if let Some(owner) = owner.copied()
            && owner != local
        {
            self.take_over(owner);
        }
        self.settle_xmm(local, xmm);
    }

    /// Stores a value of the place's type. `operand` is where it comes from, if
    /// it comes from one.
    pub(super) fn write(
        &mut self,
        to: &Resolved,
        value: Value,
        operand: Option<&Operand>,
    ) -> Result<(), Unsupported> {
        match (to.held, to.at) {
            (Held::Nothing, _) | (_, At::Nothing) => Ok(()),
            (Held::Memory(_), At::Memory(mem)) => {
                self.write_memory(mem, to.held, value);
                Ok(())
            }
            (Held::Memory(_), At::Local(_)) => unreachable!("aggregates lie in memory"),
            (Held::Scalar(_), At::Memory(mem)) => {
                self.write_memory(mem, to.held, value);
                Ok(())
            }
            (Held::Scalar(scalar), At::Local(_)) if scalar.is_float() => {
                let work = self.work_xmm(to, operand, &[])?;
                self.load_xmm(scalar.size(), work, value);
                self.finish_xmm(to, work, scalar.size());
                Ok(())
            }
            (Held::Scalar(scalar), At::Local(_)) => {
                let work = self.work_gpr(to, operand, &[])?;
                self.load_gpr(scalar.size(), work, value);
                self.finish_gpr(to, work, scalar.size());
                Ok(())
            }
        }
    }

    /// Stores a value to memory.
    pub(super) fn write_memory(&mut self, to: Mem, held: Held, value: Value) {
        match (held, value) {
            (Held::Nothing, _) | (_, Value::Nothing) => {}
            (_, Value::Tag { variant, size }) => {
                self.asm.store_constant(size, to, variant as i32);
            }
            (Held::Memory(size), Value::Mem(from)) => self.copy(to, from, size),
            (Held::Memory(_), _) => unreachable!("aggregates lie in memory"),
            (Held::Scalar(scalar), Value::Gpr(gpr)) => self.asm.store(scalar.size(), to, gpr),
            (Held::Scalar(scalar), Value::Xmm(xmm)) => {
                self.asm.store_float(scalar.size(), to, xmm);
            }
            (Held::Scalar(scalar), Value::Constant(bits) | Value::Float(bits)) => {
                let narrow = i32::try_from(bits as i64);
                match (scalar.size(), narrow) {
                    (size @ (1 | 2 | 4), _) => self.asm.store_constant(size, to, bits as i32),
                    (size, Ok(value)) => self.asm.store_constant(size, to, value),
                    (size, Err(_)) => {
                        self.asm.constant(RAX, bits);
                        self.asm.store(size, to, RAX);
                    }
                }
            }
            (Held::Scalar(scalar), value) => {
                self.load_gpr(scalar.size(), RAX, value);
                self.asm.store(scalar.size(), to, RAX);
            }
        }
    }

    // Assignments.

    /// `place = value`
    pub(super) fn assign(&mut self, place: Place, value: &Rvalue) -> Result<(), Unsupported> {
        match value {
            Rvalue::Use(operand) => {
                let to = self.place(place)?;
                let value = self.value(operand)?;
                self.write(&to, value, Some(operand))
            }
            Rvalue::Unary(op, a) => self.unary(place, *op, a),
            Rvalue::Binary(op, a, b) => self.binary(place, *op, a, b),
            Rvalue::Overflowing(op, a, b) => self.overflowing(place, *op, a, b),
            Rvalue::Cast(kind, a) => self.cast(place, *kind, a),
            Rvalue::Discriminant(of) => self.discriminant(place, *of),
            Rvalue::Len(of) => {
                let to = self.place(place)?;
                let object = self.place(*of)?;
                let object = self.read_at(object.at);
                let object = self.in_gpr(object)?;
                self.write(&to, Value::Mem(Mem::at(object, LEN_OFFSET as i32)), None)
            }
            Rvalue::Struct(fields) => self.assign_struct(place, *fields),
            Rvalue::Variant(variant, fields) => self.assign_variant(place, *variant, *fields),
            Rvalue::GlobalAddress(global) => {
                let to = self.place(place)?;
                let name = self.shared.program.module.globals[*global as usize].name;
                self.write(&to, Value::Symbol(name), None)
            }
            Rvalue::List(elements) => self.new_list(place, *elements),
            Rvalue::Box(value) => self.new_box(place, value),
            Rvalue::Class(fields) => self.new_instance(place, *fields),
            Rvalue::Closure { code, drop, captures } => {
                self.new_closure(place, *code, *drop, *captures)
            }
            Rvalue::Dyn(vtable, value) => self.new_dyn(place, *vtable, value),
            Rvalue::Downgrade(object) => self.downgrade(place, object),
            Rvalue::Upgrade(weak) => self.upgrade(place, weak),
        }
    }

    fn discriminant(&mut self, place: Place, of: Place) -> Result<(), Unsupported> {
        let to = self.place(place)?;
        let of = self.place(of)?;
        let value = self.read_at(of.at);
        match self.types.layout(of.ty).shape {
            Shape::Nullable { null, .. } => {
                let cond = if null == 0 { Cond::NotEqual } else { Cond::Equal };
                self.compare_constant(8, value, 0);
                self.asm.set(cond, RAX);
                self.asm.extend(1, false, RAX, Rm::Gpr(RAX));
            }
            Shape::Tag => {
                let size = self.types.layout(of.ty).size;
                let from = self.rm(size, value);
                self.asm.extend(size, false, RAX, from);
            }
            Shape::Tagged { tag_size, .. } => {
                let Value::Mem(mem) = value else { return Err(Unsupported) };
                self.asm.load(tag_size, RAX, mem);
            }
            Shape::Scalar | Shape::Fields(_) => {
                panic!("invalid MIR: the discriminant of something else than an enum")
            }
        }
        self.write(&to, Value::Gpr(RAX), None)
    }

    /// Compares a scalar with a number that fits into 32 bits with its sign.
    pub(super) fn compare_constant(&mut self, size: u32, value: Value, with: i32) {
        match value {
            Value::Gpr(gpr) if with == 0 => self.asm.test(size, gpr),
            Value::Gpr(gpr) => self.asm.alu_constant(Alu::Cmp, size, Rm::Gpr(gpr), with),
            Value::Mem(mem) => self.asm.alu_constant(Alu::Cmp, size, Rm::Mem(mem), with),
            other => {
                self.load_gpr(size, RAX, other);
                self.asm.alu_constant(Alu::Cmp, size, Rm::Gpr(RAX), with);
            }
        }
    }

    fn assign_struct(&mut self, place: Place, fields: Args) -> Result<(), Unsupported> {
        let to = self.place(place)?;
        let (Type::Struct(id), Shape::Fields(offsets)) =
            (self.types.get(to.ty), &self.types.layout(to.ty).shape)
        else {
            panic!("invalid MIR: a struct is made for something else")
        };
        let parts = self.types.struct_fields(id).iter().map(|field| field.ty);
        self.assign_parts(&to, None, fields, parts.zip(offsets.iter().copied()))
    }

    fn assign_variant(
        &mut self,
        place: Place,
        variant: u32,
        fields: Args,
    ) -> Result<(), Unsupported> {
        let to = self.place(place)?;
        match &self.types.layout(to.ty).shape {
            Shape::Nullable { null, .. } if variant == *null => {
                self.write(&to, Value::Constant(0), None)
            }
            Shape::Nullable { .. } => {
                let [Arg::Value(operand)] = *self.mir.args_of(fields) else {
                    panic!("invalid MIR: the variant has one field")
                };
                let value = self.value(&operand)?;
                self.write(&to, value, Some(&operand))
            }
            Shape::Tag => self.write(&to, Value::Constant(u64::from(variant)), None),
            Shape::Tagged { tag_size, variants } => {
                let Type::Enum(id) = self.types.get(to.ty) else {
                    panic!("invalid MIR: a variant is made for something else")
                };
                let tag = Value::Tag { variant, size: *tag_size };
                let parts = self.types.enum_variants(id)[variant as usize].fields.iter();
                let offsets = variants[variant as usize].iter().copied();
                self.assign_parts(&to, Some(tag), fields, parts.map(|f| f.ty).zip(offsets))
            }
            _ => panic!("invalid MIR: a variant is made for something else"),
        }
    }

    /// Stores the parts of a value that lies in memory.
    fn assign_parts(
        &mut self,
        to: &Resolved,
        tag: Option<Value>,
        fields: Args,
        parts: impl Iterator<Item = (TypeId, u32)>,
    ) -> Result<(), Unsupported> {
        let At::Memory(target) = to.at else { return Ok(()) };
        let Held::Memory(size) = to.held else { unreachable!("aggregates lie in memory") };
        let fields = self.mir.args_of(fields);
        // A part of the old value may become another part of the new one.
        let overlaps = fields.iter().any(|field| match field {
            Arg::Value(Operand::Copy(from)) => {
                from.local == to.local
                    || (to.route != Route::Own
                        && steps::place_route(self.types, self.mir, *from) != Route::Own)
            }
            _ => false,
        });
        let memory = if overlaps { self.scratch(size) } else { target };
        if let Some(tag) = tag {
            self.write_memory(memory, to.held, tag);
        }
        let kept = (self.gprs.locked, self.xmms.locked);
        for (field, (ty, offset)) in fields.iter().zip(parts) {
            let Arg::Value(operand) = field else { panic!("invalid MIR: an address in a value") };
            let value = self.value(operand)?;
            self.write_memory(memory.plus(offset), Held::of(self.types, ty), value);
            // What one field was read through, the next one does not need.
            (self.gprs.locked, self.xmms.locked) = kept;
        }
        if overlaps {
            self.copy(target, memory, size);
        }
        Ok(())
    }

    // Flags.

    /// If a bool is in the flags, and the statement is not one that takes it
    /// from there: puts it into a register.
    pub(super) fn settle_pending_flags(
        &mut self,
        statement: Option<&StatementKind>,
    ) -> Result<(), Unsupported> {
        let Some((local, flags)) = self.flags else { return Ok(()) };
        if let Some(StatementKind::Assign(to, Rvalue::Use(Operand::Copy(from)))) = statement
            && from.as_local() == Some(local)
            && self.dies(local)
            && let Some(to) = to.as_local()
            && self.analysis.homes[to.index()] == Home::Temporary
        {
            // Only its name changes; the statement is done.
            return Ok(());
        }
        self.flags = None;
        let gpr = self.scratch_gpr()?;
        self.set_from_flags(flags, gpr);
        self.gprs.locked &= !(1 << gpr.0);
        self.settle_gpr(local, gpr);
        self.gprs.locked &= !(1 << gpr.0);
        Ok(())
    }

    /// Sets a byte of a register, and perhaps one of `rax`.
    fn set_from_flags(&mut self, flags: Flags, gpr: Gpr) {
        match flags {
            Flags::Cond(cond) => self.asm.set(cond, gpr),
            Flags::FloatEqual => {
                self.asm.set(Cond::NoParity, RAX);
                self.asm.set(Cond::Equal, gpr);
                self.asm.alu(Alu::And, 1, gpr, Rm::Gpr(RAX));
            }
            Flags::FloatNotEqual => {
                self.asm.set(Cond::Parity, RAX);
                self.asm.set(Cond::NotEqual, gpr);
                self.asm.alu(Alu::Or, 1, gpr, Rm::Gpr(RAX));
            }
        }
    }

    /// A comparison was made whose result goes to `to`.
    pub(super) fn finish_flags(&mut self, to: &Resolved, flags: Flags) {
        if let At::Local(local) = to.at
            && self.analysis.homes[local.index()] == Home::Temporary
        {
            self.settle_flags(local);
            self.flags = Some((local, flags));
            return;
        }
        self.set_from_flags(flags, RCX);
        self.finish_gpr(to, RCX, 1);
    }

    /// All operands of an aggregate.
    pub(super) fn operands(&self, args: Args) -> SmallVec<[Operand; 8]> {
        let operand = |arg: &Arg| match arg {
            Arg::Value(operand) => *operand,
            Arg::Address(_) => panic!("invalid MIR: an address in a value"),
        };
        self.mir.args_of(args).iter().map(operand).collect()
    }
}

fn uses_gpr(value: Value, gpr: Gpr) -> bool {
    match value {
        Value::Gpr(other) => other == gpr,
        Value::Mem(mem) => mem.base == gpr || mem.index.is_some_and(|(index, _)| index == gpr),
        _ => false,
    }
}
