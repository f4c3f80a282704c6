//! Which impl a type has: the tables, and answers for types without open
//! variables. The same questions about types that are still being inferred
//! are answered in `infer::select`, from the same tables.

mod ground;

pub(crate) use ground::GroundCache;

use simple_source::Symbol;
use simple_source::interner::FxHashMap;

use crate::def::*;
use crate::ty::{FloatTy, IntTy, Ty, TyKind, Tys};

/// The outermost level of a type: what impls are found by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Head {
    /// Any type that meets the bounds of an impl for a parameter.
    Any,
    Never,
    Unit,
    Bool,
    Char,
    Str,
    Int(IntTy),
    Float(FloatTy),
    List,
    Tuple,
    Fn,
    Adt(AdtId),
    Dyn(TraitId),
}

impl Head {
    /// The head of a type that is known at its outermost level.
    pub(crate) fn of(kind: TyKind) -> Option<Head> {
        Some(match kind {
            TyKind::Error | TyKind::Infer(_) | TyKind::Param(..) => return None,
            TyKind::Never => Head::Never,
            TyKind::Unit => Head::Unit,
            TyKind::Bool => Head::Bool,
            TyKind::Char => Head::Char,
            TyKind::Str => Head::Str,
            TyKind::Int(int) => Head::Int(int),
            TyKind::Float(float) => Head::Float(float),
            TyKind::List(_) => Head::List,
            TyKind::Tuple(_) => Head::Tuple,
            TyKind::Fn(..) => Head::Fn,
            TyKind::Adt(adt, _) => Head::Adt(adt),
            TyKind::Dyn(trait_, _) => Head::Dyn(trait_),
        })
    }
}

/// Impls and methods by what they are looked for with.
#[derive(Default)]
pub(crate) struct ImplTables {
    /// Methods of impls without a trait. Several for one name only if the
    /// impls are for different instances of a generic type.
    pub(crate) inherent: FxHashMap<(Head, Symbol), Vec<FnId>>,
    /// Traits that declare a method of a name, with its declaration.
    pub(crate) trait_methods: FxHashMap<Symbol, Vec<(TraitId, FnId)>>,
    /// Impls of a trait for types of a head; those for a parameter under
    /// [`Head::Any`].
    pub(crate) impls: FxHashMap<(TraitId, Head), Vec<ImplId>>,
    /// For each trait the traits that it requires through any number of
    /// steps, in terms of its parameters.
    pub(crate) supertraits: Vec<Vec<TraitRef>>,
}

impl ImplTables {
    /// The impls that may be for a type with this head, those for just this
    /// head first.
    pub(crate) fn candidates(
        &self,
        trait_: TraitId,
        head: Option<Head>,
    ) -> impl Iterator<Item = ImplId> + '_ {
        let own = head.and_then(|head| self.impls.get(&(trait_, head)));
        let any = self.impls.get(&(trait_, Head::Any));
        own.into_iter().chain(any).flatten().copied()
    }

    /// The traits that a trait requires, through any number of steps.
    pub(crate) fn supertraits(&self, trait_: TraitId) -> &[TraitRef] {
        self.supertraits.get(trait_.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether a trait is implemented for types of a head, by whatever impl.
    pub(crate) fn has_own_impl(&self, trait_: TraitId, head: Head) -> bool {
        self.impls.contains_key(&(trait_, head))
    }
}

/// What a type needs so that it has a trait by its structure.
pub(crate) enum Structure {
    /// It has it.
    Holds,
    /// It cannot have it.
    Lacks,
    /// If this type has it.
    Element(Ty),
    /// If these types have it.
    Parts(Tys),
    /// If all fields have it, with these type arguments.
    Fields(AdtId, Tys),
}

impl Program {
    /// Whether `trait_` is one that types may have without an impl.
    pub(crate) fn is_structural(&self, trait_: TraitId) -> bool {
        let lang = &self.lang;
        trait_ == lang.eq || trait_ == lang.ord || trait_ == lang.hash || trait_ == lang.show
    }

    /// Whether `trait_` is one of the sealed traits of numbers.
    pub(crate) fn is_sealed(&self, trait_: TraitId) -> bool {
        let lang = &self.lang;
        trait_ == lang.number || trait_ == lang.integer || trait_ == lang.float
    }

    /// Whether a type has a sealed trait; none if its kind does not tell.
    pub(crate) fn sealed_holds(&self, trait_: TraitId, kind: TyKind) -> Option<bool> {
        let lang = &self.lang;
        match kind {
            TyKind::Int(_) => Some(trait_ != lang.float),
            TyKind::Float(_) => Some(trait_ != lang.integer),
            TyKind::Error => Some(true),
            TyKind::Param(..) | TyKind::Infer(_) => None,
            _ => Some(false),
        }
    }

    /// By what a type that has no impl of `trait_` has it all the same. The
    /// kind is known at its outermost level.
    pub(crate) fn structure(&self, trait_: TraitId, kind: TyKind) -> Structure {
        let lang = &self.lang;
        match kind {
            TyKind::Error
            | TyKind::Never
            | TyKind::Unit
            | TyKind::Bool
            | TyKind::Char
            | TyKind::Str
            | TyKind::Int(_)
            | TyKind::Float(_) => Structure::Holds,
            TyKind::List(element) => Structure::Element(element),
            TyKind::Tuple(parts) => Structure::Parts(parts),
            TyKind::Fn(..) => Structure::Lacks,
            TyKind::Dyn(..) if trait_ == lang.show => Structure::Holds,
            TyKind::Dyn(..) | TyKind::Param(..) | TyKind::Infer(_) => Structure::Lacks,
            TyKind::Adt(adt, args) => {
                let collection = adt == lang.dict || adt == lang.set;
                if collection && trait_ == lang.ord {
                    return Structure::Lacks;
                }
                let eq_replaced =
                    self.session.tables.has_own_impl(lang.eq, Head::Adt(adt)) && !collection;
                if trait_ == lang.hash && eq_replaced {
                    return Structure::Lacks;
                }
                if collection {
                    return Structure::Parts(args);
                }
                if self.adts[adt].kind == AdtKind::Class {
                    if trait_ == lang.eq || trait_ == lang.hash {
                        return Structure::Holds;
                    }
                    if trait_ == lang.ord {
                        return Structure::Lacks;
                    }
                }
                Structure::Fields(adt, args)
            }
        }
    }

    /// The traits that `trait_` requires, in terms of its parameters, through
    /// any number of steps. It is not among them itself.
    pub(crate) fn all_supertraits(&self, trait_: TraitId) -> Vec<TraitRef> {
        let own: Vec<Ty> = self.traits[trait_]
            .generics
            .params
            .iter()
            .enumerate()
            .map(|(index, param)| self.types.intern(TyKind::Param(index as u32, param.name)))
            .collect();
        let mut found: Vec<TraitRef> = Vec::new();
        let mut queue: Vec<(TraitId, Vec<Ty>)> = vec![(trait_, own)];
        while let Some((next, args)) = queue.pop() {
            for super_ in &self.traits[next].supertraits {
                let super_args = self.types.substitute_list(super_.args, &args);
                let reference = TraitRef { trait_: super_.trait_, args: super_args };
                if super_.trait_ != trait_ && !found.contains(&reference) && found.len() < 64 {
                    found.push(reference);
                    let mut inner = vec![args[0]];
                    inner.extend_from_slice(self.types.list(super_args));
                    queue.push((super_.trait_, inner));
                }
            }
        }
        found
    }

    /// Whether a trait's method is called through the vtable of a `dyn`: it
    /// takes `self`, is not generic and mentions `Self` nowhere else. Other
    /// methods of a `dyn` type are the trait's defaults.
    pub fn is_dyn_method(&self, method: FnId) -> bool {
        let def = &self.functions[method];
        def.receiver != Receiver::None
            && def.generics.params.len() == def.generics.inherited as usize
            && !def.params.iter().skip(1).any(|param| self.mentions_self(param.ty))
            && !self.mentions_self(def.result)
    }

    /// Whether parameter 0 occurs in a type.
    pub(crate) fn mentions_self(&self, ty: Ty) -> bool {
        if !self.types.has_params(ty) {
            return false;
        }
        match self.types.kind(ty) {
            TyKind::Param(index, _) => index == 0,
            TyKind::List(element) => self.mentions_self(element),
            TyKind::Tuple(list) | TyKind::Adt(_, list) | TyKind::Dyn(_, list) => {
                self.types.list(list).iter().any(|part| self.mentions_self(*part))
            }
            TyKind::Fn(params, result) => {
                self.mentions_self(result)
                    || self.types.list(params).iter().any(|part| self.mentions_self(*part))
            }
            _ => false,
        }
    }
}
