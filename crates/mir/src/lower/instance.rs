//! What is made: instances, their names and their order.

use simple_hir as hir;
use simple_hir::{FnId, Ty, Tys};
use simple_source::Symbol;

use super::types::Types;

/// Something that becomes one MIR function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Instance {
    /// A function with its type arguments.
    Fn(FnId, Tys),
    /// The body of a `@cached` function; `Fn` is what looks for a result first.
    Computed(FnId, Tys),
    /// A lambda of an instance.
    Lambda(Owner, Tys, hir::LambdaId),
    /// A function as a closure's code: takes the address of the captures and
    /// owned arguments.
    Value(FnId, Tys),
    /// An operation that follows from a type's structure.
    Structural(Structural, Ty),
    /// A method (function, type arguments) as a vtable has it, for values of
    /// the type: takes the value's address.
    Slot(FnId, Tys, Ty),
    /// The text of values of the type as a vtable has it, behind the methods.
    TextSlot(Ty),
    /// What fills the slot of a constant.
    Const(hir::ConstId),
    /// What gives back the slots of constants and kept results.
    ReleaseSlots,
    /// The process entry.
    Entry,
}

/// Whose body a lambda stands in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Owner {
    /// A function.
    Fn(FnId),
    /// A constant whose value the running program computes.
    Const(hir::ConstId),
}

/// Operations that every type has by itself, as far as its parts have them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub(crate) enum Structural {
    /// `fn(a: T, b: T) -> bool`
    Eq,
    /// `fn(a: T, b: T) -> Ordering`
    Cmp,
    /// `fn(x: T) -> u64`
    Hash,
    /// `fn(out: &str, x: T)`: appends the text that a value has inside others
    /// (strings quoted).
    Text,
}

impl Structural {
    fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Cmp => "cmp",
            Self::Hash => "hash",
            Self::Text => "text",
        }
    }
}

/// Where an instance stands among all of a program: independent of the order
/// in which workers found it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct OrderKey {
    group: u8,
    function: u32,
    kind: u8,
    lambda: u32,
    name: String,
}

impl Instance {
    /// The linker name, unique in the program.
    pub(crate) fn name(self, types: &mut Types<'_>) -> Symbol {
        let program = types.program;
        match self {
            Self::Fn(function, args) if args == Tys::EMPTY => program.functions[function].path,
            Self::Entry => types.interner.intern("simple_main"),
            Self::ReleaseSlots => types.interner.intern("simple_release_slots"),
            _ => {
                let mut text = String::new();
                match self {
                    Self::Fn(function, args)
                    | Self::Lambda(Owner::Fn(function), args, _)
                    | Self::Value(function, args)
                    | Self::Computed(function, args)
                    | Self::Slot(function, args, _) => {
                        text.push_str(types.interner.resolve(program.functions[function].path));
                        types.write_args(program.types.list(args), &mut text, 0);
                    }
                    Self::Structural(op, ty) => {
                        text.push_str(op.name());
                        text.push(' ');
                        types.write_name(ty, &mut text, 0);
                    }
                    Self::TextSlot(ty) => {
                        text.push_str("text.slot ");
                        types.write_name(ty, &mut text, 0);
                    }
                    Self::Const(id) | Self::Lambda(Owner::Const(id), ..) => {
                        let def = &program.consts[id];
                        text.push_str(types.interner.resolve(program.modules[def.module].path));
                        text.push('.');
                        text.push_str(types.interner.resolve(def.name));
                        // Constants of blocks may have one name.
                        text.push_str(&format!(" const {}", id.0));
                    }
                    Self::ReleaseSlots | Self::Entry => {}
                }
                match self {
                    Self::Lambda(_, _, lambda) => {
                        text.push_str(&format!(".lambda{}", lambda.0));
                    }
                    Self::Value(..) => text.push_str(".value"),
                    Self::Computed(..) => text.push_str(".computed"),
                    Self::Slot(_, _, ty) => {
                        text.push_str(".slot ");
                        types.write_name(ty, &mut text, 0);
                    }
                    _ => {}
                }
                types.interner.intern(&text)
            }
        }
    }

    /// The key to sort by. Names are only needed where numbers do not decide.
    pub(crate) fn order(self, name: &str) -> OrderKey {
        let key = |group, function: u32, kind, lambda, named: bool| OrderKey {
            group,
            function,
            kind,
            lambda,
            name: if named { name.to_owned() } else { String::new() },
        };
        match self {
            Self::Entry => key(0, 0, 0, 0, false),
            Self::ReleaseSlots => key(0, 1, 0, 0, false),
            Self::Fn(function, args) => key(1, function.0, 0, 0, args != Tys::EMPTY),
            Self::Const(id) => key(2, id.0, 0, 0, false),
            Self::Lambda(Owner::Const(id), _, lambda) => key(2, id.0, 1, lambda.0, false),
            Self::Lambda(Owner::Fn(function), args, lambda) => {
                key(1, function.0, 1, lambda.0, args != Tys::EMPTY)
            }
            Self::Value(function, args) => key(1, function.0, 2, 0, args != Tys::EMPTY),
            Self::Slot(function, ..) => key(1, function.0, 3, 0, true),
            Self::Computed(function, args) => key(1, function.0, 4, 0, args != Tys::EMPTY),
            Self::Structural(op, _) => key(3, 0, op as u8, 0, true),
            Self::TextSlot(_) => key(4, 0, 0, 0, true),
        }
    }
}
