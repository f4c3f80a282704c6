//! Questions about finished types without parameters: what lowering asks.

use std::sync::Mutex;

use simple_source::interner::{FxHashMap, FxHashSet, fx_hash};

use super::{Head, Structure};
use crate::body::{FnRef, MethodRef};
use crate::def::*;
use crate::program::{ImplMatch, Resolved};
use crate::ty::{Ty, TyKind, Tys};

/// How far impls may depend on impls before the search is given up.
const MAX_DEPTH: u32 = 100;
/// How many types one type may consist of before it is taken for endless.
const MAX_PARTS: usize = 10_000;
const SHARDS: usize = 16;

type ImplKey = (TraitId, Ty, Tys);

/// Answers that were found before.
pub(crate) struct GroundCache {
    impls: [Mutex<FxHashMap<ImplKey, Option<ImplMatch>>>; SHARDS],
    holds: [Mutex<FxHashMap<(TraitId, Ty), bool>>; SHARDS],
}

impl Default for GroundCache {
    fn default() -> Self {
        Self {
            impls: std::array::from_fn(|_| Mutex::default()),
            holds: std::array::from_fn(|_| Mutex::default()),
        }
    }
}

fn cached<K: Copy + Eq + std::hash::Hash, V: Copy>(
    shards: &[Mutex<FxHashMap<K, V>>; SHARDS],
    key: K,
    make: impl FnOnce() -> V,
) -> V {
    let shard = &shards[(fx_hash(&key) >> 32) as usize % SHARDS];
    let lock = || shard.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(known) = lock().get(&key) {
        return *known;
    }
    // Not under the lock: the answer may need other answers. Whoever else
    // asks meanwhile finds the same one.
    let value = make();
    lock().insert(key, value);
    value
}

impl Program {
    /// See [`Program::find_impl`].
    pub(crate) fn ground_impl(
        &self,
        trait_: TraitId,
        self_ty: Ty,
        args: &[Ty],
        depth: u32,
    ) -> Option<ImplMatch> {
        let key = (trait_, self_ty, self.types.intern_list(args));
        if depth > MAX_DEPTH {
            return None;
        }
        cached(&self.session.ground.impls, key, || {
            let head = Head::of(self.types.kind(self_ty));
            self.session
                .tables
                .candidates(trait_, head)
                .find_map(|impl_| self.match_impl(impl_, self_ty, args, depth))
        })
    }

    fn match_impl(&self, impl_: ImplId, self_ty: Ty, args: &[Ty], depth: u32) -> Option<ImplMatch> {
        let def = &self.impls[impl_];
        let reference = def.trait_?;
        let mut bound = vec![None; def.generics.params.len()];
        if !self.match_ty(def.self_ty, self_ty, &mut bound) {
            return None;
        }
        let patterns = self.types.list(reference.args);
        if args.len() == patterns.len()
            && !patterns
                .iter()
                .zip(args)
                .all(|(pattern, ty)| self.match_ty(*pattern, *ty, &mut bound))
        {
            return None;
        }
        let impl_args: Vec<Ty> = bound.iter().map(|ty| ty.unwrap_or(Ty::ERROR)).collect();
        for (param, ty) in def.generics.params.iter().zip(&impl_args) {
            for needed in &param.bounds {
                let needed_args = self.types.substitute_list(needed.args, &impl_args);
                if !self.ground_holds(needed.trait_, *ty, self.types.list(needed_args), depth + 1) {
                    return None;
                }
            }
        }
        Some(ImplMatch {
            impl_,
            impl_args: self.types.intern_list(&impl_args),
            trait_args: self.types.substitute_list(reference.args, &impl_args),
        })
    }

    /// Whether `ty` is an instance of `pattern`; notes what its parameters
    /// stand for.
    pub(crate) fn match_ty(&self, pattern: Ty, ty: Ty, bound: &mut [Option<Ty>]) -> bool {
        if pattern == ty && !self.types.has_params(pattern) {
            return true;
        }
        let lists = |xs: Tys, ys: Tys, bound: &mut [Option<Ty>]| {
            let (xs, ys) = (self.types.list(xs), self.types.list(ys));
            xs.len() == ys.len() && xs.iter().zip(ys).all(|(x, y)| self.match_ty(*x, *y, bound))
        };
        match (self.types.kind(pattern), self.types.kind(ty)) {
            (_, TyKind::Error) => true,
            (TyKind::Param(index, _), _) => match bound.get_mut(index as usize) {
                Some(Some(known)) => *known == ty,
                Some(slot) => {
                    *slot = Some(ty);
                    true
                }
                None => false,
            },
            (TyKind::List(x), TyKind::List(y)) => self.match_ty(x, y, bound),
            (TyKind::Tuple(xs), TyKind::Tuple(ys)) => lists(xs, ys, bound),
            (TyKind::Adt(x, xs), TyKind::Adt(y, ys)) => x == y && lists(xs, ys, bound),
            (TyKind::Dyn(x, xs), TyKind::Dyn(y, ys)) => x == y && lists(xs, ys, bound),
            (TyKind::Fn(xs, x), TyKind::Fn(ys, y)) => {
                lists(xs, ys, bound) && self.match_ty(x, y, bound)
            }
            _ => false,
        }
    }

    /// Whether a type has a trait with these arguments (or with any, if none
    /// are given), by impl, by structure or by being a `dyn` of it.
    pub(crate) fn ground_holds(&self, trait_: TraitId, ty: Ty, args: &[Ty], depth: u32) -> bool {
        let kind = self.types.kind(ty);
        if kind == TyKind::Error || kind == TyKind::Never {
            return true;
        }
        if self.is_sealed(trait_) {
            return self.sealed_holds(trait_, kind).unwrap_or(false);
        }
        if let TyKind::Dyn(own, own_args) = kind
            && self.dyn_has(own, own_args, trait_, args)
        {
            return true;
        }
        if self.ground_impl(trait_, ty, args, depth).is_some() {
            return true;
        }
        self.is_structural(trait_)
            && cached(&self.session.ground.holds, (trait_, ty), || {
                self.holds_by_structure(trait_, ty, depth)
            })
    }

    /// Whether `dyn own` is usable as `trait_`: it is that trait or one that
    /// requires it.
    pub(crate) fn dyn_has(
        &self,
        own: TraitId,
        own_args: Tys,
        trait_: TraitId,
        args: &[Ty],
    ) -> bool {
        if own == trait_ {
            return args.is_empty() || self.types.list(own_args) == args;
        }
        let mut own_list = vec![Ty::ERROR];
        own_list.extend_from_slice(self.types.list(own_args));
        self.session.tables.supertraits(own).iter().any(|super_| {
            let super_args = self.types.substitute_list(super_.args, &own_list);
            super_.trait_ == trait_ && (args.is_empty() || self.types.list(super_args) == args)
        })
    }

    /// The methods that values of `dyn trait_[args]` are called by, those of the
    /// traits it requires included: what a vtable holds, in its order.
    pub fn dyn_methods(&self, trait_: TraitId, args: Tys) -> Vec<(TraitRef, FnId)> {
        let mut own_list = vec![Ty::ERROR];
        own_list.extend_from_slice(self.types.list(args));
        let supers = self.session.tables.supertraits(trait_).iter().map(|super_| TraitRef {
            args: self.types.substitute_list(super_.args, &own_list),
            ..*super_
        });
        std::iter::once(TraitRef { trait_, args })
            .chain(supers)
            .flat_map(|reference| {
                let methods = self.traits[reference.trait_].methods.iter();
                methods.map(move |method| (reference, *method))
            })
            .filter(|(_, method)| self.is_dyn_method(*method))
            .collect()
    }

    /// Types that contain themselves have a trait if nothing else in them
    /// lacks it, so a type that was met before counts as having it.
    fn holds_by_structure(&self, trait_: TraitId, ty: Ty, depth: u32) -> bool {
        let mut seen = FxHashSet::default();
        let mut queue = vec![ty];
        while let Some(part) = queue.pop() {
            if !seen.insert(part) {
                continue;
            }
            if seen.len() > MAX_PARTS || self.types.depth(part) > MAX_DEPTH {
                // A type that grows without end; lowering says so.
                return true;
            }
            let kind = self.types.kind(part);
            if part != ty {
                if let TyKind::Dyn(own, own_args) = kind
                    && self.dyn_has(own, own_args, trait_, &[])
                {
                    continue;
                }
                if self.ground_impl(trait_, part, &[], depth + 1).is_some() {
                    continue;
                }
            }
            match self.structure(trait_, kind) {
                Structure::Holds => {}
                Structure::Lacks => return false,
                Structure::Element(element) => queue.push(element),
                Structure::Parts(parts) => queue.extend_from_slice(self.types.list(parts)),
                Structure::Fields(adt, args) => {
                    let args = self.types.list(args);
                    for field in self.adts[adt].variants.iter().flat_map(|variant| &variant.fields)
                    {
                        queue.push(self.types.substitute(field.ty, args));
                    }
                }
            }
        }
        true
    }

    /// See [`Program::resolve_method`].
    pub(crate) fn ground_method(&self, method: MethodRef) -> Option<Resolved> {
        let args = self.types.list(method.args);
        let self_ty = *args.first()?;
        let trait_params = self.traits[method.trait_].generics.params.len();
        let trait_args = args.get(1..trait_params)?;
        let own_args = args.get(trait_params..)?;
        let found = self.ground_impl(method.trait_, self_ty, trait_args, 0);
        let default = |trait_args: &[Ty]| {
            let mut all = vec![self_ty];
            all.extend_from_slice(trait_args);
            all.extend_from_slice(own_args);
            FnRef { function: method.method, args: self.types.intern_list(&all) }
        };
        if let Some(found) = found {
            let name = self.functions[method.method].name;
            return Some(Resolved::Fn(match self.impls[found.impl_].methods.get(&name) {
                Some(function) => {
                    let mut all = self.types.list(found.impl_args).to_vec();
                    all.extend_from_slice(own_args);
                    FnRef { function: *function, args: self.types.intern_list(&all) }
                }
                None => default(self.types.list(found.trait_args)),
            }));
        }
        if let TyKind::Dyn(own, own_list) = self.types.kind(self_ty)
            && self.dyn_has(own, own_list, method.trait_, trait_args)
        {
            return Some(if self.is_dyn_method(method.method) {
                Resolved::Dyn(method)
            } else {
                Resolved::Fn(default(trait_args))
            });
        }
        if self.is_structural(method.trait_) && self.ground_holds(method.trait_, self_ty, &[], 0) {
            let required = matches!(self.functions[method.method].kind, FnKind::Required);
            return Some(if required {
                Resolved::Structural(method.trait_)
            } else {
                Resolved::Fn(default(trait_args))
            });
        }
        None
    }
}
