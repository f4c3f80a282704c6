//! What a worker keeps from one function to the next.

use simple_mir::{FuncId, Shape, Type, TypeId};
use simple_source::Symbol;

use super::outline::Outline;
use crate::Program;
use crate::abi::Classes;
use crate::names::RuntimeNames;
use crate::output::Output;

/// The parts of a worker that code generation of any function uses.
pub(crate) struct Shared<'a> {
    pub(crate) program: Program<'a>,
    pub(crate) names: RuntimeNames,
    pub(crate) classes: Classes<'a>,
    pub(crate) output: Output<'a>,
    /// Helpers that were called and are still to be made.
    pub(crate) pending: Vec<(Symbol, Outline)>,
}

/// How the last reference to an object is given back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Destroyer {
    /// By a function of the program, `fn(object)`. It expects the `count` of a
    /// class instance to be 0.
    Function {
        name: Symbol,
        class: bool,
    },
    Text,
    /// A list whose elements need nothing.
    List {
        element: u32,
    },
    /// A box whose value needs nothing, `size` bytes with its header.
    Box {
        size: u32,
    },
    /// An instance whose fields need nothing.
    Class {
        size: u32,
    },
    /// By the function in the object.
    Closure,
    /// By the function in its vtable.
    Dyn,
}

/// What counting has to do for a value.
pub(crate) enum Counted {
    /// Nothing.
    No,
    /// It is a pointer to a counted object, or null where that is possible.
    Object { nullable: bool, destroyer: Destroyer },
    /// It is a weak reference to an instance of `size` bytes, or null.
    Weak { size: u32 },
    /// It has counted parts.
    Parts,
}

impl Shared<'_> {
    /// What counting has to do for values of type `ty`.
    pub(crate) fn counted(&mut self, ty: TypeId) -> Counted {
        let types = self.program.types;
        let layout = types.layout(ty);
        if !layout.counted {
            return Counted::No;
        }
        let object = |destroyer| Counted::Object { nullable: false, destroyer };
        let declared = self.program.module.glue.destroy.get(&ty).copied();
        let function = |function: FuncId, class| Destroyer::Function {
            name: self.program.module.functions[function].name,
            class,
        };
        match types.get(ty) {
            Type::Str => object(Destroyer::Text),
            Type::List(element) => object(match declared {
                Some(destroy) => function(destroy, false),
                None => Destroyer::List { element: types.layout(element).size },
            }),
            Type::Box(value) => object(match declared {
                Some(destroy) => function(destroy, false),
                None => Destroyer::Box { size: box_size(types.layout(value).size) },
            }),
            Type::Class(class) => object(match declared {
                Some(destroy) => function(destroy, true),
                None => Destroyer::Class { size: self.classes.class_fields(class).size },
            }),
            Type::Closure(_) => object(Destroyer::Closure),
            Type::Dyn(_) => object(Destroyer::Dyn),
            Type::Weak(class) => Counted::Weak { size: self.classes.class_fields(class).size },
            Type::Struct(_) => Counted::Parts,
            Type::Enum(id) => match layout.shape {
                Shape::Nullable { some, .. } => {
                    let pointer = types.enum_variants(id)[some as usize].fields[0].ty;
                    match self.counted(pointer) {
                        Counted::Object { destroyer, .. } => {
                            Counted::Object { nullable: true, destroyer }
                        }
                        other => other,
                    }
                }
                _ => Counted::Parts,
            },
            Type::Unit
            | Type::Bool
            | Type::Char
            | Type::Int(_)
            | Type::F32
            | Type::F64
            | Type::Address(_) => Counted::No,
        }
    }

    /// The function that retains the parts of a value at an address, if copies
    /// of the type have to count anything.
    ///
    /// # Panics
    /// If the module has none for a type with several parts.
    pub(crate) fn retain_glue(&mut self, ty: TypeId) -> Option<Symbol> {
        let module = self.program.module;
        if let Some(function) = module.glue.retain.get(&ty) {
            return Some(module.functions[*function].name);
        }
        match self.counted(ty) {
            Counted::No => None,
            Counted::Object { .. } => Some(self.outline(Outline::RetainAt)),
            Counted::Weak { .. } => Some(self.outline(Outline::RetainWeakAt)),
            Counted::Parts => panic!("the module has no retain glue for a type in a list or box"),
        }
    }

    /// Asks for a helper and says what it is called.
    pub(crate) fn outline(&mut self, outline: Outline) -> Symbol {
        let name = outline.name(self.program.interner);
        if self.output.first_use(name) {
            self.pending.push((name, outline));
        }
        name
    }
}

/// Bytes of a box around a value of `size` bytes. What is freed must be what
/// was asked for, so that all boxes are rounded the same way.
pub(crate) fn box_size(size: u32) -> u32 {
    (simple_mir::BOX_OFFSET + size).next_multiple_of(8)
}
