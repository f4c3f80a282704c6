//! Types of the language, interned.

use std::sync::Mutex;

use simple_source::interner::{FxHashMap, fx_hash};
use simple_source::{Symbol, define_index};

use crate::def::{AdtId, TraitId};

define_index! {
    /// A type, interned: equal types have equal numbers. The numbers depend on
    /// scheduling; nothing that is written out may depend on their order.
    pub struct Ty;
    /// A list of types, interned.
    pub struct Tys;
}

/// Integer types.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum IntTy {
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
}

/// Float types.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum FloatTy {
    F32,
    F64,
}

/// What a type is. Dicts, sets, options, results, ranges and orderings are
/// library types ([`TyKind::Adt`], see [`crate::LangItems`]).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TyKind {
    /// Something wrong was said about already; fits everything, says nothing.
    Error,
    /// The type of `panic(..)`, `return`, `break`: fits any type.
    Never,
    /// `()`
    Unit,
    /// `bool`
    Bool,
    /// `char`
    Char,
    /// `str`
    Str,
    /// `i64` and its kind.
    Int(IntTy),
    /// `f64`, `f32`
    Float(FloatTy),
    /// `[T]`
    List(Ty),
    /// `(A, B)`, at least one element.
    Tuple(Tys),
    /// A struct, class or enum with its type arguments.
    Adt(AdtId, Tys),
    /// `fn(A, B) -> R`
    Fn(Tys, Ty),
    /// `dyn Trait[Args]`; the arguments are without `Self`.
    Dyn(TraitId, Tys),
    /// A generic parameter of the declaration at hand by position, with its
    /// name for messages. In traits number 0 is `Self`.
    Param(u32, Symbol),
    /// A variable of the function that is being inferred; never in a finished
    /// [`crate::Program`].
    Infer(u32),
}

/// What is known of a type without walking through it.
#[derive(Clone, Copy, Debug)]
struct Facts {
    has_params: bool,
    has_error: bool,
    depth: u16,
    size: u32,
}

/// All types of a session, shared by all threads.
pub struct TyInterner {
    kinds: boxcar::Vec<(TyKind, Facts)>,
    lists: boxcar::Vec<Box<[Ty]>>,
    by_kind: [Mutex<FxHashMap<TyKind, Ty>>; 16],
    by_list: [Mutex<FxHashMap<Box<[Ty]>, Tys>>; 16],
}

macro_rules! common {
    ($($(#[$meta:meta])* $name:ident = $kind:expr;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u32)]
        enum Common { $($name),* }
        impl Ty {
            $($(#[$meta])* pub const $name: Ty = Ty(Common::$name as u32);)*
        }
        const COMMON: &[TyKind] = &[$($kind),*];
    };
}

common! {
    /// See [`TyKind::Error`].
    ERROR = TyKind::Error;
    /// See [`TyKind::Never`].
    NEVER = TyKind::Never;
    /// `()`
    UNIT = TyKind::Unit;
    /// `bool`
    BOOL = TyKind::Bool;
    /// `char`
    CHAR = TyKind::Char;
    /// `str`
    STR = TyKind::Str;
    /// `i8`
    I8 = TyKind::Int(IntTy::I8);
    /// `i16`
    I16 = TyKind::Int(IntTy::I16);
    /// `i32`
    I32 = TyKind::Int(IntTy::I32);
    /// `i64`
    I64 = TyKind::Int(IntTy::I64);
    /// `u8`
    U8 = TyKind::Int(IntTy::U8);
    /// `u16`
    U16 = TyKind::Int(IntTy::U16);
    /// `u32`
    U32 = TyKind::Int(IntTy::U32);
    /// `u64`
    U64 = TyKind::Int(IntTy::U64);
    /// `f32`
    F32 = TyKind::Float(FloatTy::F32);
    /// `f64`
    F64 = TyKind::Float(FloatTy::F64);
}

impl Tys {
    /// No types.
    pub const EMPTY: Tys = Tys(0);
}

impl TyInterner {
    /// An interner that knows the types of [`Ty`]'s constants.
    pub fn new() -> Self {
        let interner = Self {
            kinds: boxcar::Vec::with_capacity(1024),
            lists: boxcar::Vec::with_capacity(256),
            by_kind: std::array::from_fn(|_| Mutex::default()),
            by_list: std::array::from_fn(|_| Mutex::default()),
        };
        for (position, kind) in COMMON.iter().enumerate() {
            let ty = interner.intern(*kind);
            debug_assert_eq!(ty.0 as usize, position);
        }
        let empty = interner.intern_list(&[]);
        debug_assert_eq!(empty, Tys::EMPTY);
        interner
    }

    /// The type that is `kind`.
    pub fn intern(&self, kind: TyKind) -> Ty {
        let shard = &self.by_kind[(fx_hash(&kind) >> 40) as usize & 15];
        let mut map = shard.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *map.entry(kind).or_insert_with(|| {
            let facts = self.facts_of(kind);
            Ty(self.kinds.push((kind, facts)) as u32)
        })
    }

    fn facts_of(&self, kind: TyKind) -> Facts {
        let mut facts = Facts {
            has_params: matches!(kind, TyKind::Param(..)),
            has_error: kind == TyKind::Error,
            depth: 0,
            size: 1,
        };
        let mut add = |part: Ty| {
            let part = self.kinds[part.0 as usize].1;
            facts.has_params |= part.has_params;
            facts.has_error |= part.has_error;
            facts.depth = facts.depth.max(part.depth.saturating_add(1));
            facts.size = facts.size.saturating_add(part.size);
        };
        match kind {
            TyKind::List(element) => add(element),
            TyKind::Tuple(list) | TyKind::Adt(_, list) | TyKind::Dyn(_, list) => {
                self.list(list).iter().for_each(|part| add(*part));
            }
            TyKind::Fn(params, result) => {
                self.list(params).iter().for_each(|part| add(*part));
                add(result);
            }
            _ => {}
        }
        facts
    }

    /// What `ty` is.
    #[inline]
    pub fn kind(&self, ty: Ty) -> TyKind {
        self.kinds[ty.0 as usize].0
    }

    /// Whether a [`TyKind::Param`] occurs in `ty`.
    #[inline]
    pub fn has_params(&self, ty: Ty) -> bool {
        self.kinds[ty.0 as usize].1.has_params
    }

    /// Whether a [`TyKind::Error`] occurs in `ty`.
    #[inline]
    pub fn has_error(&self, ty: Ty) -> bool {
        self.kinds[ty.0 as usize].1.has_error
    }

    /// How deep `ty` nests; 0 for a type without parts.
    #[inline]
    pub fn depth(&self, ty: Ty) -> u32 {
        u32::from(self.kinds[ty.0 as usize].1.depth)
    }

    /// How many types `ty` is written with.
    #[inline]
    pub fn size(&self, ty: Ty) -> u32 {
        self.kinds[ty.0 as usize].1.size
    }

    /// The list of these types.
    pub fn intern_list(&self, types: &[Ty]) -> Tys {
        let shard = &self.by_list[(fx_hash(types) >> 40) as usize & 15];
        let mut map = shard.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(list) = map.get(types) {
            return *list;
        }
        let list = Tys(self.lists.push(types.into()) as u32);
        map.insert(types.into(), list);
        list
    }

    /// The types in `list`.
    #[inline]
    pub fn list(&self, list: Tys) -> &[Ty] {
        &self.lists[list.0 as usize]
    }

    /// `[element]`
    pub fn list_of(&self, element: Ty) -> Ty {
        self.intern(TyKind::List(element))
    }

    /// The tuple of these types; unit for none.
    pub fn tuple(&self, types: &[Ty]) -> Ty {
        if types.is_empty() {
            Ty::UNIT
        } else {
            self.intern(TyKind::Tuple(self.intern_list(types)))
        }
    }

    /// Replaces each [`TyKind::Param`] by the type at its position in `args`;
    /// parameters beyond the end stay.
    pub fn substitute(&self, ty: Ty, args: &[Ty]) -> Ty {
        if args.is_empty() || !self.has_params(ty) {
            return ty;
        }
        match self.kind(ty) {
            TyKind::Param(index, _) => args.get(index as usize).copied().unwrap_or(ty),
            TyKind::List(element) => {
                let new = self.substitute(element, args);
                if new == element { ty } else { self.list_of(new) }
            }
            TyKind::Tuple(list) => {
                let new = self.substitute_list(list, args);
                if new == list { ty } else { self.intern(TyKind::Tuple(new)) }
            }
            TyKind::Adt(adt, list) => {
                let new = self.substitute_list(list, args);
                if new == list { ty } else { self.intern(TyKind::Adt(adt, new)) }
            }
            TyKind::Dyn(trait_, list) => {
                let new = self.substitute_list(list, args);
                if new == list { ty } else { self.intern(TyKind::Dyn(trait_, new)) }
            }
            TyKind::Fn(params, result) => {
                let new = self.substitute_list(params, args);
                let new_result = self.substitute(result, args);
                if new == params && new_result == result {
                    ty
                } else {
                    self.intern(TyKind::Fn(new, new_result))
                }
            }
            _ => ty,
        }
    }

    /// [`TyInterner::substitute`] for each type of a list.
    pub fn substitute_list(&self, list: Tys, args: &[Ty]) -> Tys {
        let old = self.list(list);
        if old.is_empty() || args.is_empty() {
            return list;
        }
        let new: Vec<Ty> = old.iter().map(|ty| self.substitute(*ty, args)).collect();
        if new == old { list } else { self.intern_list(&new) }
    }
}

impl Default for TyInterner {
    fn default() -> Self {
        Self::new()
    }
}
