//! What names stand for, module by module.

pub(crate) mod collect;
pub(crate) mod lookup;
pub(crate) mod lost;
pub(crate) mod suggest;
pub(crate) mod uses;

use simple_source::interner::FxHashMap;
use simple_source::{Span, Symbol, sym};

use crate::def::*;
use crate::session::AliasId;
use crate::ty::{FloatTy, IntTy, Ty};

/// What a module's name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Def {
    Module(ModuleId),
    Fn(FnId),
    Adt(AdtId),
    Trait(TraitId),
    Alias(AliasId),
    Const(ConstId),
    /// A variable of this module's script that its functions use.
    Global(GlobalId),
    /// Something was imported that does not exist; that was said.
    Unresolved,
}

impl Def {
    /// What it is, with its article.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Def::Module(_) => "a module",
            Def::Fn(_) => "a function",
            Def::Adt(_) => "a type",
            Def::Trait(_) => "a trait",
            Def::Alias(_) => "a type",
            Def::Const(_) => "a constant",
            Def::Global(_) => "a variable",
            Def::Unresolved => "unknown",
        }
    }
}

/// A name of a module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) def: Def,
    /// Whether other modules see it.
    pub(crate) public: bool,
    /// Whether a `use` binds it.
    pub(crate) imported: bool,
    /// Where it is declared or imported.
    pub(crate) span: Span,
}

impl Entry {
    /// Whether an entry of the prelude's scope is seen by every module.
    pub(crate) fn is_in_prelude(&self) -> bool {
        (self.public || self.imported) && !matches!(self.def, Def::Module(_))
    }
}

/// The names of a module.
#[derive(Default, Debug)]
pub(crate) struct Scope {
    pub(crate) names: FxHashMap<Symbol, Entry>,
    /// Short names of the variants of enums that the module declares or names
    /// in a `use`.
    pub(crate) variants: FxHashMap<Symbol, Vec<(AdtId, u32)>>,
}

impl Scope {
    pub(crate) fn add_variants(&mut self, adt: AdtId, variants: impl Iterator<Item = Symbol>) {
        for (index, name) in variants.enumerate() {
            let known = self.variants.entry(name).or_default();
            if !known.contains(&(adt, index as u32)) {
                known.push((adt, index as u32));
            }
        }
    }
}

/// The type that a built-in name stands for. `List` takes an argument and is
/// not among them.
pub(crate) fn built_in_type(name: Symbol) -> Option<Ty> {
    Some(match name {
        sym::I8 => Ty::I8,
        sym::I16 => Ty::I16,
        sym::I32 => Ty::I32,
        sym::I64 => Ty::I64,
        sym::U8 => Ty::U8,
        sym::U16 => Ty::U16,
        sym::U32 => Ty::U32,
        sym::U64 => Ty::U64,
        sym::F32 => Ty::F32,
        sym::F64 => Ty::F64,
        sym::BOOL => Ty::BOOL,
        sym::CHAR => Ty::CHAR,
        sym::STR => Ty::STR,
        _ => return None,
    })
}

/// The name of an integer type.
pub(crate) fn int_name(int: IntTy) -> &'static str {
    match int {
        IntTy::I8 => "i8",
        IntTy::I16 => "i16",
        IntTy::I32 => "i32",
        IntTy::I64 => "i64",
        IntTy::U8 => "u8",
        IntTy::U16 => "u16",
        IntTy::U32 => "u32",
        IntTy::U64 => "u64",
    }
}

/// The name of a float type.
pub(crate) fn float_name(float: FloatTy) -> &'static str {
    match float {
        FloatTy::F32 => "f32",
        FloatTy::F64 => "f64",
    }
}
