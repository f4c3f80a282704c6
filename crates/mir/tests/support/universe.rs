//! The types of random programs, and a function for each that prints its values.

use simple_mir::text::parse_module;
use simple_mir::*;
use simple_source::Interner;

use super::builder::Builder;

const DECLARATIONS: &str = r#"
struct P { a: str, b: i64 }
struct Q { p: P, xs: [P], t: str, n: i64 }
struct Wide { a: str, b: str, c: [str], d: P, e: str?, f: i64 }
struct (str, str) { 0: str, 1: str }
struct Items { items: [str], n: i64, q: (str, str) }
enum str? { None, Some(value: str) }
enum N? { Some(value: N), None }
enum P? { Some(value: P), None }
enum T { A, B(x: str), C(x: [str], y: box T, z: i64), D(p: P, q: (str, str)), E(n: i64) }
enum L { Cons(node: box Node), Nil }
enum Color { Red, Green, Blue }
struct Node { value: str, next: L }
class N { name: str, next: N?, items: [str], count: i64, p: P }
global text: str
global list: [str]
global node: N?
fn types (_0: P, _1: Q, _2: Wide, _3: (str, str), _4: box Items, _5: str?, _6: N?, _7: P?, _8: T, _9: L, _10: Color, _11: [i64], _12: [str], _13: [[str]], _14: [P], _15: [T], _16: N, _17: [N], _18: fn(str) -> str, _19: fn(i64, [str]) -> [str], _20: dyn Show, _21: i64, _22: bool, _23: str, _24: box T, _25: [P?], _26: box Node) -> () {
  bb0:
    return ()
}
"#;

/// Functions that change what others may be looking at.
const HOSTILE: &str = r#"
fn clobber (_0: N) -> () {
    let _1: str
    let _2: [str]
    let _3: P
    let _4: str
  bb0:
    _1 = call extern rt_str_concat("new", "name")
    (*_0).0 = _1
    _2 = list()
    (*_0).2 = _2
    (*_0).1 = variant 1 of N?
    _4 = call extern rt_str_concat("p", "q")
    _3 = struct(_4, 7i64)
    (*_0).4 = _3
    return ()
}
fn clobber_global () -> () {
    let _0: &N?
    let _1: i64
    let _2: N
  bb0:
    _0 = global_address node
    _1 = discriminant (*_0)
    switch _1 -> 0: bb1, else bb2
  bb1:
    _2 = ((*_0) as 0).0
    call clobber(_2)
    goto bb2
  bb2:
    return ()
}
fn look_str (_0: str, _1: N) -> () {
  bb0:
    call clobber(_1)
    call extern rt_out_str(_0)
    return ()
}
fn look_strs (_0: [str], _1: N) -> () {
    let _2: i64
  bb0:
    call clobber(_1)
    _2 = len _0
    call extern rt_out_i64(_2)
    return ()
}
fn look_p (_0: P, _1: N) -> () {
  bb0:
    call clobber(_1)
    call extern rt_out_str(_0.0)
    return ()
}
fn keep_str (_0: str, _1: N) -> str {
  bb0:
    call extern rt_out_str((*_1).0)
    call clobber_global()
    call extern rt_str_append(&_0, "!")
    return _0
}
fn keep_strs (_0: [str], _1: N) -> [str] {
    let _2: i64
  bb0:
    _2 = len (*_1).2
    call extern rt_out_i64(_2)
    call clobber_global()
    list_push(&_0, "!")
    return _0
}
fn keep_p (_0: P, _1: N) -> P {
  bb0:
    call extern rt_out_str((*_1).4.0)
    call clobber_global()
    call extern rt_str_append(&_0.0, "!")
    return _0
}
fn change_str (_0: &str address, _1: N) -> () {
  bb0:
    call clobber(_1)
    call extern rt_str_append(&(*_0), "!")
    call extern rt_out_str((*_0))
    return ()
}
fn change_strs (_0: &[str] address, _1: N) -> () {
  bb0:
    call clobber(_1)
    list_push(&(*_0), "!")
    return ()
}
fn change_p (_0: &P address, _1: N) -> () {
  bb0:
    call clobber(_1)
    call extern rt_str_append(&(*_0).0, "!")
    call extern rt_out_str((*_0).0)
    return ()
}
"#;

/// How a hostile function takes its first argument.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hostile {
    Look,
    Keep,
    Change,
}

/// The types of random programs.
pub(crate) struct Universe {
    pub(crate) types: TypeTable,
    pub(crate) interner: Interner,
    /// All that values are made of.
    pub(crate) all: Vec<TypeId>,
    pub(crate) i64_: TypeId,
    pub(crate) bool_: TypeId,
    pub(crate) str_: TypeId,
    pub(crate) unit: TypeId,
    pub(crate) strs: TypeId,
}

impl Universe {
    pub(crate) fn new() -> (Self, Module) {
        let (types, interner) = (TypeTable::new(), Interner::new());
        let mut module = parse_module(DECLARATIONS, &types, &interner).expect("it is MIR");
        let function = module.functions.raw_mut().pop().expect("there is one");
        let all: Vec<TypeId> = function.locals.iter().map(|local| local.ty).collect();
        let i64_ = types.intern(Type::Int(IntType::I64));
        let str_ = types.intern(Type::Str);
        let universe = Self {
            i64_,
            bool_: types.intern(Type::Bool),
            str_,
            unit: types.intern(Type::Unit),
            strs: types.intern(Type::List(str_)),
            all,
            types,
            interner,
        };
        (universe, module)
    }

    pub(crate) fn int(value: i64) -> Operand {
        Operand::Const(Const::Int(IntType::I64, value as u64))
    }

    pub(crate) fn text(&self, text: &str) -> Operand {
        Operand::Const(Const::Str(self.interner.intern(text)))
    }

    pub(crate) fn runtime(&self, name: &str) -> Callee {
        Callee::Extern(self.interner.intern(name))
    }

    /// Adds `dump T` for every type, in the order of [`Universe::all`], as the
    /// module's first functions.
    pub(crate) fn add_dumps(&self, module: &mut Module) {
        for (position, &ty) in self.all.iter().enumerate() {
            let function = self.dump(position, ty);
            module.functions.push(function);
        }
    }

    /// The function that prints values of type `ty`.
    pub(crate) fn dump_of(&self, ty: TypeId) -> Option<FuncId> {
        let position = self.all.iter().position(|known| *known == ty)?;
        Some(FuncId(position as u32))
    }

    /// Adds the functions that change instances behind the back of others.
    pub(crate) fn add_hostile(&self, module: &mut Module) {
        let text = format!("{DECLARATIONS}{HOSTILE}");
        let parsed = parse_module(&text, &self.types, &self.interner).expect("it is MIR");
        let offset = module.functions.len() as u32 - 1;
        for mut function in parsed.functions.into_raw().into_iter().skip(1) {
            for block in function.blocks.iter_mut() {
                for statement in &mut block.statements {
                    if let StatementKind::Call { callee: Callee::Function(id), .. } =
                        &mut statement.kind
                    {
                        id.0 += offset;
                    }
                }
            }
            module.functions.push(function);
        }
    }

    /// A hostile function for values of type `ty`.
    pub(crate) fn hostile(&self, module: &Module, what: Hostile, ty: TypeId) -> Option<FuncId> {
        let what = match what {
            Hostile::Look => "look",
            Hostile::Keep => "keep",
            Hostile::Change => "change",
        };
        let of = match self.types.get(ty) {
            Type::Str => "str",
            Type::List(_) if ty == self.strs => "strs",
            Type::Struct(_) if ty == self.all[0] => "p",
            _ => return None,
        };
        let name = self.interner.intern(&format!("{what}_{of}"));
        let position = module.functions.iter().position(|function| function.name == name)?;
        Some(FuncId(position as u32))
    }

    fn dump(&self, position: usize, ty: TypeId) -> Function {
        let mut b = Builder::new();
        let value = Place::local(b.local(ty));
        self.dump_into(&mut b, value, ty);
        b.end(Terminator::Return(Operand::Const(Const::Unit)));
        let name = self.interner.intern(&format!("dump {position}"));
        b.finish(name, vec![ParamMode::Undecided], self.unit)
    }

    fn dump_part(&self, b: &mut Builder, place: Place, ty: TypeId) {
        match self.dump_of(ty) {
            Some(id) => b.call(None, Callee::Function(id), &[Arg::Value(Operand::Copy(place))]),
            None => self.dump_into(b, place, ty),
        }
    }

    fn put(&self, b: &mut Builder, text: &str) {
        let text = Arg::Value(self.text(text));
        b.call(None, self.runtime("rt_out_str"), &[text]);
    }

    fn dump_into(&self, b: &mut Builder, place: Place, ty: TypeId) {
        let value = Arg::Value(Operand::Copy(place));
        match self.types.get(ty) {
            Type::Int(_) => b.call(None, self.runtime("rt_out_i64"), &[value]),
            Type::Bool => b.call(None, self.runtime("rt_out_bool"), &[value]),
            Type::Str => {
                b.call(None, self.runtime("rt_out_str"), &[value]);
                self.put(b, ";");
            }
            Type::List(element) => {
                self.put(b, "[");
                let len = b.temp(self.i64_, Rvalue::Len(place));
                let index = b.temp(self.i64_, Rvalue::Use(Self::int(0)));
                let (head, inside, done) = (b.new_block(), b.new_block(), b.new_block());
                b.goto(head);
                b.switch_to(head);
                let more = Rvalue::Binary(BinOp::Lt, Operand::Copy(index), Operand::Copy(len));
                let more = b.temp(self.bool_, more);
                let condition = Operand::Copy(more);
                b.end(Terminator::Branch { condition, then: inside, otherwise: done });
                b.switch_to(inside);
                let part = b.project(place, &[Projection::Index(index.local)]);
                self.dump_part(b, part, element);
                let next =
                    Rvalue::Binary(BinOp::Add(Overflow::Wrap), Operand::Copy(index), Self::int(1));
                b.assign(index, next);
                b.goto(head);
                b.switch_to(done);
                self.put(b, "]");
            }
            Type::Struct(id) => {
                self.put(b, "(");
                for (index, field) in self.types.struct_fields(id).iter().enumerate() {
                    let part = b.project(place, &[Projection::Field(index as u32)]);
                    self.dump_part(b, part, field.ty);
                    self.put(b, ",");
                }
                self.put(b, ")");
            }
            Type::Box(inner) => {
                let part = b.project(place, &[Projection::Deref]);
                self.dump_part(b, part, inner);
            }
            Type::Class(id) => {
                self.put(b, "N(");
                for (index, field) in self.types.class_fields(id).iter().enumerate() {
                    let steps = [Projection::Deref, Projection::Field(index as u32)];
                    let part = b.project(place, &steps);
                    self.dump_part(b, part, field.ty);
                    self.put(b, ",");
                }
                self.put(b, ")");
            }
            Type::Enum(id) => {
                let tag = b.temp(self.i64_, Rvalue::Discriminant(place));
                let variants = self.types.enum_variants(id);
                let blocks: Vec<BlockId> = variants.iter().map(|_| b.new_block()).collect();
                let (never, done) = (b.new_block(), b.new_block());
                let cases =
                    blocks.iter().enumerate().map(|(case, block)| (case as u64, *block)).collect();
                let value = Operand::Copy(tag);
                b.end(Terminator::Switch { value, cases, otherwise: never });
                for (variant, block) in blocks.into_iter().enumerate() {
                    b.switch_to(block);
                    self.put(b, &format!("#{variant}"));
                    for (index, field) in variants[variant].fields.iter().enumerate() {
                        let steps =
                            [Projection::Variant(variant as u32), Projection::Field(index as u32)];
                        let part = b.project(place, &steps);
                        self.dump_part(b, part, field.ty);
                    }
                    b.goto(done);
                }
                b.switch_to(never);
                b.end(Terminator::Unreachable);
                b.switch_to(done);
            }
            Type::Closure(_) => self.put(b, "fn"),
            Type::Dyn(_) => {
                let params = Box::new([]);
                let signature =
                    self.types.intern_signature(Signature { params, result: self.str_ });
                let text = Place::local(b.local(self.str_));
                b.call(Some(text), Callee::Method(place, 0, signature), &[]);
                let text = Arg::Value(Operand::Copy(text));
                b.call(None, self.runtime("rt_out_str"), &[text]);
            }
            _ => self.put(b, "?"),
        }
    }
}
