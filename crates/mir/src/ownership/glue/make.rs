//! Makes one function of glue.

use simple_source::{IndexVec, Interner, Span, sym};

use super::super::count::{Count, Tables};
use super::{Glue, Item, requests};
use crate::{
    Arg, Attributes, BinOp, Block, BlockId, Callee, Const, FieldDef, FuncId, Function, IntType,
    Local, LocalId, Module, Operand, Overflow, ParamMode, Place, Projection, Rvalue, Shape,
    Signature, Statement, StatementKind, Terminator, Type, TypeId, TypeTable, text,
};

/// What glue is made from.
pub(super) struct Maker<'m> {
    pub(super) module: &'m Module,
    pub(super) types: &'m TypeTable,
    pub(super) interner: &'m Interner,
}

/// The function that is being made, until its number is known.
const SELF: FuncId = FuncId(u32::MAX);

impl Maker<'_> {
    /// The linker name of an item.
    pub(super) fn name(&self, item: Item) -> String {
        let ty = |ty| text::print_type(self.types, self.interner, ty);
        let function = |id: FuncId| self.interner.resolve(self.module.functions[id].name);
        let vtable = |index: u32| self.interner.resolve(self.module.vtables[index as usize].name);
        match item {
            Item::Retain(of) => format!("retain {}", ty(of)),
            Item::Release(of) => format!("release {}", ty(of)),
            Item::Destroy(of) => format!("destroy {}", ty(of)),
            Item::DropClosure(code) => format!("drop {}", function(code)),
            Item::DropVtable(index) => format!("drop {}", vtable(index)),
            Item::CloneVtable(index) => format!("clone {}", vtable(index)),
        }
    }

    /// Makes the function of `item`. With `bounded`, it follows the protocol
    /// that bounds the depth of destroyers.
    pub(super) fn make(&self, item: Item, bounded: bool) -> Glue {
        let unit = self.types.intern(Type::Unit);
        let mut maker = FunctionMaker {
            types: self.types,
            interner: self.interner,
            tables: Tables::empty(self.types),
            locals: IndexVec::new(),
            blocks: IndexVec::new(),
            statements: Vec::new(),
        };
        let mut result = unit;
        let mut mode = ParamMode::Borrowed;
        match item {
            Item::Retain(ty) | Item::Release(ty) => {
                let address = self.types.intern(Type::Address(ty));
                let value = maker.local(address);
                mode = ParamMode::Address;
                let count = if let Item::Retain(_) = item { Count::Retain } else { Count::Release };
                maker.count_at(count, value, ty);
            }
            Item::Destroy(ty) => {
                let object = maker.local(ty);
                maker.destroyer(object, bounded, |maker| match self.types.get(ty) {
                    Type::List(element) => maker.release_elements(object, element),
                    Type::Box(value) => maker.release_behind(object, value),
                    Type::Class(id) => {
                        for (index, field) in self.types.class_fields(id).iter().enumerate() {
                            let steps = [Projection::Deref, Projection::Field(index as u32)];
                            let place = maker.tables.project(Place::local(object), &steps);
                            maker.count(Count::Release, place, field.ty);
                        }
                    }
                    _ => {}
                });
            }
            Item::DropClosure(code) => {
                let environment = self.environment(code);
                let object = maker.local(self.object("closure", 2, environment));
                maker.destroyer(object, bounded, |maker| {
                    maker.release_payload(object, 2, environment);
                });
            }
            Item::DropVtable(index) => {
                let ty = self.module.vtables[index as usize].ty;
                let object = maker.local(self.object("dyn", 1, ty));
                maker.destroyer(object, bounded, |maker| maker.release_payload(object, 1, ty));
            }
            Item::CloneVtable(index) => {
                let ty = self.module.vtables[index as usize].ty;
                let boxed = self.object("dyn", 1, ty);
                result = boxed;
                maker.clone_object(boxed, ty);
            }
        }
        let (function, calls) = maker.finish(mode, result);
        let found = requests::of(&function, &calls, self.types);
        Glue { function, calls, requests: found.requests }
    }

    /// The captures of closures with this code.
    fn environment(&self, code: FuncId) -> TypeId {
        let code = &self.module.functions[code];
        let address = code.locals.iter().next().map(|local| self.types.get(local.ty));
        match address {
            Some(Type::Address(captures)) => captures,
            _ => self.types.intern(Type::Unit),
        }
    }

    /// The type of an object with `words` words between its header and its
    /// payload, as a box.
    fn object(&self, kind: &str, words: usize, payload: TypeId) -> TypeId {
        let word = self.types.intern(Type::Int(IntType::I64));
        let payload_name = text::print_type(self.types, self.interner, payload);
        let name = self.interner.intern(&format!("{kind} object {payload_name}"));
        let id = self.types.declare_struct(name);
        let field =
            |index: usize, ty| FieldDef { name: self.interner.intern(&index.to_string()), ty };
        let mut fields: Vec<FieldDef> = (0..words).map(|index| field(index, word)).collect();
        fields.push(field(words, payload));
        self.types.define_struct(id, fields);
        let contents = self.types.intern(Type::Struct(id));
        self.types.intern(Type::Box(contents))
    }
}

/// Puts the function's own number where it names itself: a destroyer hands its
/// address to the runtime.
pub(super) fn number_self(function: &mut Function, id: FuncId) {
    for arg in &mut function.args {
        if let Arg::Value(Operand::Const(Const::Function(named @ SELF, _))) = arg {
            *named = id;
        }
    }
}

struct FunctionMaker<'m> {
    types: &'m TypeTable,
    interner: &'m Interner,
    tables: Tables<'m>,
    locals: IndexVec<LocalId, Local>,
    blocks: IndexVec<BlockId, Block>,
    /// Of the block at hand.
    statements: Vec<Statement>,
}

impl FunctionMaker<'_> {
    fn local(&mut self, ty: TypeId) -> LocalId {
        self.locals.push(Local { ty, name: sym::EMPTY })
    }

    fn push(&mut self, kind: StatementKind) {
        self.statements.push(Statement { kind, span: Span::NONE });
    }

    fn assign(&mut self, local: LocalId, value: Rvalue) {
        self.push(StatementKind::Assign(Place::local(local), value));
    }

    fn call_runtime(&mut self, dest: Option<LocalId>, name: &str, args: &[Arg]) {
        let callee = Callee::Extern(self.interner.intern(name));
        let args = self.tables.args(args);
        self.push(StatementKind::Call { dest: dest.map(Place::local), callee, args });
    }

    /// Ends the block at hand. Blocks get their numbers in this order.
    fn end(&mut self, terminator: Terminator) {
        let statements = std::mem::take(&mut self.statements);
        self.blocks.push(Block { statements, terminator, span: Span::NONE });
    }

    fn next_block(&self, ahead: u32) -> BlockId {
        BlockId(self.blocks.len() as u32 + ahead)
    }

    fn count(&mut self, count: Count, place: Place, ty: TypeId) {
        self.tables.count(count, place, ty, &[], Span::NONE, &mut self.statements);
    }

    fn field(&mut self, place: Place, steps: &[Projection]) -> Place {
        self.tables.project(place, steps)
    }

    /// The body of `retain T` or `release T`.
    fn count_at(&mut self, count: Count, address: LocalId, ty: TypeId) {
        let value = self.field(Place::local(address), &[Projection::Deref]);
        let unit = Terminator::Return(Operand::Const(Const::Unit));
        match (self.types.get(ty), &self.types.layout(ty).shape) {
            (Type::Struct(id), _) => {
                for (index, field) in self.types.struct_fields(id).iter().enumerate() {
                    let part = self.field(value, &[Projection::Field(index as u32)]);
                    self.count(count, part, field.ty);
                }
                self.end(unit);
            }
            (Type::Enum(id), Shape::Tagged { .. }) => {
                let variants = self.types.enum_variants(id);
                let i64_ty = self.types.intern(Type::Int(IntType::I64));
                let tag = self.local(i64_ty);
                self.assign(tag, Rvalue::Discriminant(value));
                let counted: Vec<u32> = (0..variants.len() as u32)
                    .filter(|variant| {
                        let fields = &variants[*variant as usize].fields;
                        fields.iter().any(|field| self.types.is_counted(field.ty))
                    })
                    .collect();
                let done = self.next_block(1 + counted.len() as u32);
                let cases = counted
                    .iter()
                    .enumerate()
                    .map(|(position, &variant)| {
                        (u64::from(variant), self.next_block(1 + position as u32))
                    })
                    .collect();
                let tag = Operand::Copy(Place::local(tag));
                self.end(Terminator::Switch { value: tag, cases, otherwise: done });
                for variant in counted {
                    let step = Projection::Variant(variant);
                    for (index, field) in variants[variant as usize].fields.iter().enumerate() {
                        let part = self.field(value, &[step, Projection::Field(index as u32)]);
                        self.count(count, part, field.ty);
                    }
                    self.end(Terminator::Goto(done));
                }
                self.end(unit);
            }
            _ => {
                self.count(count, value, ty);
                self.end(unit);
            }
        }
    }

    /// The frame of a destroyer: `parts` releases what the object holds.
    fn destroyer(&mut self, object: LocalId, bounded: bool, parts: impl FnOnce(&mut Self)) {
        let unit = Terminator::Return(Operand::Const(Const::Unit));
        if bounded {
            let bool_ty = self.types.intern(Type::Bool);
            let entered = self.local(bool_ty);
            self.call_runtime(Some(entered), "rt_drop_enter", &[]);
            let (later, now) = (self.next_block(1), self.next_block(2));
            let condition = Operand::Copy(Place::local(entered));
            self.end(Terminator::Branch { condition, then: now, otherwise: later });
            let params = [self.locals[object].ty].into();
            let result = self.types.intern(Type::Unit);
            let signature = self.types.intern_signature(Signature { params, result });
            let args = [
                Arg::Value(Operand::Copy(Place::local(object))),
                Arg::Value(Operand::Const(Const::Function(SELF, signature))),
            ];
            self.call_runtime(None, "rt_defer_drop", &args);
            self.end(unit.clone());
        }
        parts(self);
        self.push(StatementKind::Free(Place::local(object)));
        if bounded {
            self.call_runtime(None, "rt_drop_leave", &[]);
        }
        self.end(unit);
    }

    /// Releases the elements of a list, first to last.
    fn release_elements(&mut self, list: LocalId, element: TypeId) {
        let i64_ty = self.types.intern(Type::Int(IntType::I64));
        let bool_ty = self.types.intern(Type::Bool);
        let (len, index, more) = (self.local(i64_ty), self.local(i64_ty), self.local(bool_ty));
        let read = |local| Operand::Copy(Place::local(local));
        let int = |value| Operand::Const(Const::Int(IntType::I64, value));
        self.assign(len, Rvalue::Len(Place::local(list)));
        self.assign(index, Rvalue::Use(int(0)));
        let head = self.next_block(1);
        self.end(Terminator::Goto(head));
        self.assign(more, Rvalue::Binary(BinOp::Lt, read(index), read(len)));
        let (inside, done) = (self.next_block(1), self.next_block(2));
        self.end(Terminator::Branch { condition: read(more), then: inside, otherwise: done });
        let place = self.field(Place::local(list), &[Projection::Index(index)]);
        self.count(Count::Release, place, element);
        let next = Rvalue::Binary(BinOp::Add(Overflow::Wrap), read(index), int(1));
        self.assign(index, next);
        self.end(Terminator::Goto(head));
    }

    fn release_behind(&mut self, object: LocalId, value: TypeId) {
        let place = self.field(Place::local(object), &[Projection::Deref]);
        self.count(Count::Release, place, value);
    }

    /// Releases field `index` of what a box holds.
    fn release_payload(&mut self, object: LocalId, index: u32, payload: TypeId) {
        let steps = [Projection::Deref, Projection::Field(index)];
        let place = self.field(Place::local(object), &steps);
        self.count(Count::Release, place, payload);
    }

    /// The body of `clone V`: a new box with the same contents.
    fn clone_object(&mut self, boxed: TypeId, payload: TypeId) {
        let object = self.local(boxed);
        let Type::Box(contents) = self.types.get(boxed) else { return };
        let value = self.local(contents);
        let copy = self.local(boxed);
        let inside = self.field(Place::local(object), &[Projection::Deref]);
        self.assign(value, Rvalue::Use(Operand::Copy(inside)));
        let part = self.field(Place::local(value), &[Projection::Field(1)]);
        self.count(Count::Retain, part, payload);
        self.assign(copy, Rvalue::Box(Operand::Copy(Place::local(value))));
        self.end(Terminator::Return(Operand::Copy(Place::local(copy))));
    }

    fn finish(self, mode: ParamMode, result: TypeId) -> (Function, super::GlueCalls) {
        let Tables { projections, args, glue, .. } = self.tables;
        let function = Function {
            name: sym::EMPTY,
            display: sym::EMPTY,
            params: vec![mode],
            result,
            locals: self.locals,
            blocks: self.blocks,
            projections,
            args,
            attributes: Attributes { library: true, ..Attributes::default() },
            span: Span::NONE,
        };
        (function, glue)
    }
}
