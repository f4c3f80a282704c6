//! Whether a type that is still being inferred has a trait.

use super::Infer;
use super::table::{NumberClass, Table, Var, VarKind};
use crate::def::*;
use crate::select::{Head, Structure};
use crate::ty::{Ty, TyKind, Tys};

/// How far impls may depend on impls.
const MAX_DEPTH: u32 = 40;
/// How many types a type may consist of before it is taken for endless.
const MAX_PARTS: usize = 500;

/// The answer to whether a type has a trait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Holds {
    Yes,
    /// It has not, because of this type, which is it or a part of it.
    No(Ty),
    /// It depends on what this variable stands for.
    Stuck(Var),
}

/// Whether a type is an instance of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Match {
    Yes,
    /// If open variables become the right thing.
    Maybe,
    No,
}

impl Match {
    fn and(self, other: Match) -> Match {
        match (self, other) {
            (Match::No, _) | (_, Match::No) => Match::No,
            (Match::Maybe, _) | (_, Match::Maybe) => Match::Maybe,
            _ => Match::Yes,
        }
    }
}

/// An impl that was found, with what its parameters stand for as far as the
/// type tells.
pub(crate) struct Found {
    pub(crate) impl_: ImplId,
    certain: bool,
}

impl Infer<'_> {
    /// Whether `ty` has `trait_` with these arguments; binds nothing.
    pub(crate) fn holds(&mut self, trait_: TraitId, ty: Ty, args: Tys) -> Holds {
        self.holds_at(trait_, ty, args, 0)
    }

    fn holds_at(&mut self, trait_: TraitId, ty: Ty, args: Tys, depth: u32) -> Holds {
        let ty = self.table.shallow(ty);
        if ty == Ty::ERROR || ty == Ty::NEVER {
            return Holds::Yes;
        }
        if depth > MAX_DEPTH {
            return self.circular(trait_, ty);
        }
        if self.program.is_sealed(trait_) {
            return self.sealed(trait_, ty);
        }
        let program = self.program;
        let plain = args == Tys::EMPTY && Table::is_ground(ty) && !program.types.has_params(ty);
        if plain && program.ground_holds(trait_, ty, &[], 0) {
            return Holds::Yes;
        }
        match self.table.kind(ty) {
            TyKind::Infer(var) => {
                let var = Var(var);
                match self.table.var_kind(var) {
                    VarKind::General => return Holds::Stuck(var),
                    VarKind::Int | VarKind::Float => {
                        return if program.is_structural(trait_) {
                            Holds::Yes
                        } else {
                            Holds::Stuck(var)
                        };
                    }
                    VarKind::Rigid => {
                        let bounds = self.rigid_bounds_of(var);
                        return self.by_bounds(trait_, ty, args, &bounds, NumberClass::None, depth);
                    }
                }
            }
            TyKind::Param(index, _) => {
                let bounds = self.param_bounds(index);
                let class = self.table.class(index);
                return self.by_bounds(trait_, ty, args, &bounds, class, depth);
            }
            TyKind::Dyn(own, own_args)
                if self
                    .dyn_args(own, own_args, trait_)
                    .is_some_and(|found| self.lists_compatible(found, args)) =>
            {
                return Holds::Yes;
            }
            _ => {}
        }
        if self.goals.iter().any(|goal| self.is_goal(goal, trait_, ty, args)) {
            return self.circular(trait_, ty);
        }
        self.goals.push((trait_, ty, args));
        let found = self.find_impls(trait_, ty, args, depth);
        self.goals.pop();
        match found.as_slice() {
            [] => {}
            [one] if one.certain => return Holds::Yes,
            found => {
                return match self.first_open_of(ty, args) {
                    Some(var) if found.len() > 1 => Holds::Stuck(var),
                    _ => Holds::Yes,
                };
            }
        }
        if !program.is_structural(trait_) {
            return Holds::No(ty);
        }
        self.by_structure(trait_, ty, depth)
    }

    /// The answer to a question that is asked again on the way to its answer. A
    /// trait that types have by their structure holds for those that contain
    /// themselves; an impl that is needed so that it applies does not apply.
    fn circular(&self, trait_: TraitId, ty: Ty) -> Holds {
        if self.program.is_structural(trait_) { Holds::Yes } else { Holds::No(ty) }
    }

    fn is_goal(&self, goal: &(TraitId, Ty, Tys), trait_: TraitId, ty: Ty, args: Tys) -> bool {
        let &(asked, asked_ty, asked_args) = goal;
        asked == trait_ && self.alike(asked_ty, ty, 0) && self.lists_alike(asked_args, args, 0)
    }

    /// Whether two types are the same as far as they are known.
    fn alike(&self, a: Ty, b: Ty, depth: u32) -> bool {
        let (a, b) = (self.table.shallow(a), self.table.shallow(b));
        if a == b {
            return true;
        }
        if depth > super::table::MAX_TYPE_DEPTH {
            return false;
        }
        match (self.table.kind(a), self.table.kind(b)) {
            (TyKind::List(x), TyKind::List(y)) => self.alike(x, y, depth + 1),
            (TyKind::Tuple(xs), TyKind::Tuple(ys)) => self.lists_alike(xs, ys, depth + 1),
            (TyKind::Adt(x, xs), TyKind::Adt(y, ys)) => {
                x == y && self.lists_alike(xs, ys, depth + 1)
            }
            (TyKind::Dyn(x, xs), TyKind::Dyn(y, ys)) => {
                x == y && self.lists_alike(xs, ys, depth + 1)
            }
            (TyKind::Fn(xs, x), TyKind::Fn(ys, y)) => {
                self.lists_alike(xs, ys, depth + 1) && self.alike(x, y, depth + 1)
            }
            _ => false,
        }
    }

    fn lists_alike(&self, a: Tys, b: Tys, depth: u32) -> bool {
        let (a, b) = (self.table.list(a), self.table.list(b));
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.alike(*a, *b, depth))
    }

    fn sealed(&mut self, trait_: TraitId, ty: Ty) -> Holds {
        let lang = &self.program.lang;
        let kind = self.table.kind(ty);
        if let Some(holds) = self.program.sealed_holds(trait_, kind) {
            return if holds { Holds::Yes } else { Holds::No(ty) };
        }
        let yes = match kind {
            TyKind::Param(index, _) => match self.table.class(index) {
                NumberClass::None => false,
                NumberClass::Number => trait_ == lang.number,
                NumberClass::Integer => trait_ != lang.float,
                NumberClass::Float => trait_ != lang.integer,
            },
            TyKind::Infer(var) => match self.table.var_kind(Var(var)) {
                VarKind::Int if trait_ == lang.number => true,
                VarKind::Float => trait_ != lang.integer,
                VarKind::General | VarKind::Int => return Holds::Stuck(Var(var)),
                VarKind::Rigid => {
                    let bounds = self.rigid_bounds_of(Var(var));
                    bounds.iter().any(|bound| {
                        bound.trait_ == trait_
                            || (trait_ == lang.number
                                && (bound.trait_ == lang.integer || bound.trait_ == lang.float))
                    })
                }
            },
            _ => false,
        };
        if yes { Holds::Yes } else { Holds::No(ty) }
    }

    /// The bounds of a generic parameter, in the function at hand.
    pub(crate) fn param_bounds(&self, index: u32) -> Vec<TraitRef> {
        self.f.generics.get(index as usize).map_or_else(Vec::new, |param| param.bounds.clone())
    }

    /// The bounds of a parameter of a nested function.
    pub(crate) fn rigid_bounds_of(&self, var: Var) -> Vec<TraitRef> {
        self.rigid_bounds
            .iter()
            .filter(|(known, _)| *known == var)
            .flat_map(|(_, bounds)| bounds.iter().copied())
            .collect()
    }

    /// The arguments with which bounds give `trait_`, through supertraits too.
    pub(crate) fn bound_args(
        &mut self,
        bounds: &[TraitRef],
        ty: Ty,
        trait_: TraitId,
        args: Option<Tys>,
    ) -> Option<Tys> {
        let program = self.program;
        for bound in bounds {
            if bound.trait_ == trait_
                && args.is_none_or(|args| self.lists_compatible(bound.args, args))
            {
                return Some(bound.args);
            }
            for super_ in program.session.tables.supertraits(bound.trait_) {
                if super_.trait_ != trait_ {
                    continue;
                }
                let mut own = vec![ty];
                own.extend_from_slice(self.table.list(bound.args));
                let found = self.table.substitute_list(super_.args, &own);
                if args.is_none_or(|args| self.lists_compatible(found, args)) {
                    return Some(found);
                }
            }
        }
        None
    }

    /// A parameter has what its bounds say, and numbers what all numbers have.
    fn by_bounds(
        &mut self,
        trait_: TraitId,
        ty: Ty,
        args: Tys,
        bounds: &[TraitRef],
        class: NumberClass,
        depth: u32,
    ) -> Holds {
        let lang = &self.program.lang;
        if trait_ == lang.show || self.bound_args(bounds, ty, trait_, Some(args)).is_some() {
            return Holds::Yes;
        }
        if class != NumberClass::None && self.program.is_structural(trait_) {
            return Holds::Yes;
        }
        if self.goals.iter().any(|goal| self.is_goal(goal, trait_, ty, args)) {
            return self.circular(trait_, ty);
        }
        self.goals.push((trait_, ty, args));
        let found = self.find_impls(trait_, ty, args, depth);
        self.goals.pop();
        if found.is_empty() { Holds::No(ty) } else { Holds::Yes }
    }

    /// The arguments with which a `dyn` has a trait.
    pub(crate) fn dyn_args(&mut self, own: TraitId, own_args: Tys, trait_: TraitId) -> Option<Tys> {
        if own == trait_ {
            return Some(own_args);
        }
        let program = self.program;
        let super_ = program
            .session
            .tables
            .supertraits(own)
            .iter()
            .find(|super_| super_.trait_ == trait_)?;
        let mut list = vec![Ty::ERROR];
        list.extend_from_slice(self.table.list(own_args));
        Some(self.table.substitute_list(super_.args, &list))
    }

    /// Whether two lists could be the same; an empty one stands for anything.
    pub(crate) fn lists_compatible(&self, a: Tys, b: Tys) -> bool {
        let (a, b) = (self.table.list(a), self.table.list(b));
        a.is_empty()
            || b.is_empty()
            || (a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.table.compatible(*a, *b)))
    }

    fn first_open_of(&self, ty: Ty, args: Tys) -> Option<Var> {
        let mut open = Vec::new();
        self.table.open_vars(ty, &mut open);
        for arg in self.table.list(args) {
            self.table.open_vars(*arg, &mut open);
        }
        open.retain(|var| self.table.var_kind(*var) != VarKind::Rigid);
        open.first().copied()
    }

    /// The impls that a type may have the trait by. `args` may be empty for
    /// any.
    pub(crate) fn find_impls(
        &mut self,
        trait_: TraitId,
        ty: Ty,
        args: Tys,
        depth: u32,
    ) -> Vec<Found> {
        let program = self.program;
        let head = Head::of(self.table.kind(ty));
        let mut found = Vec::new();
        for impl_ in program.session.tables.candidates(trait_, head) {
            let def = &program.impls[impl_];
            let Some(reference) = def.trait_ else { continue };
            let mut bound = vec![None; def.generics.params.len()];
            let mut fits = self.matches(def.self_ty, ty, &mut bound);
            if fits != Match::No && !self.table.list(args).is_empty() {
                let patterns = program.types.list(reference.args);
                for (index, pattern) in patterns.iter().enumerate() {
                    let arg = self.table.part(args, index);
                    fits = fits.and(self.matches(*pattern, arg, &mut bound));
                }
            }
            if fits == Match::No {
                continue;
            }
            fits = fits.and(self.bounds_fit(def, &bound, depth));
            if fits != Match::No {
                found.push(Found { impl_, certain: fits == Match::Yes });
            }
        }
        found
    }

    /// Whether the bounds of an impl's parameters hold for what they stand for.
    fn bounds_fit(&mut self, def: &ImplDef, bound: &[Option<Ty>], depth: u32) -> Match {
        let mut fits = Match::Yes;
        if def.generics.params.iter().all(|param| param.bounds.is_empty()) {
            return fits;
        }
        let args: Vec<Ty> = bound.iter().map(|ty| ty.unwrap_or(Ty::ERROR)).collect();
        for (param, ty) in def.generics.params.iter().zip(bound) {
            let Some(ty) = ty else { continue };
            for needed in &param.bounds {
                let needed_args = self.table.substitute_list(needed.args, &args);
                let answer = self.holds_at(needed.trait_, *ty, needed_args, depth + 1);
                fits = fits.and(match answer {
                    Holds::Yes => Match::Yes,
                    Holds::Stuck(_) => Match::Maybe,
                    Holds::No(_) => Match::No,
                });
            }
        }
        fits
    }

    fn matches(&self, pattern: Ty, ty: Ty, bound: &mut [Option<Ty>]) -> Match {
        self.matches_at(pattern, ty, bound, 0)
    }

    fn matches_at(&self, pattern: Ty, ty: Ty, bound: &mut [Option<Ty>], depth: u32) -> Match {
        let ty = self.table.shallow(ty);
        if depth > super::table::MAX_TYPE_DEPTH {
            return Match::No;
        }
        let types = &self.program.types;
        if !types.has_params(pattern) && Table::is_ground(ty) && !types.has_params(ty) {
            let same = pattern == ty || types.has_error(pattern) || types.has_error(ty);
            return if same { Match::Yes } else { Match::No };
        }
        let lists = |xs: Tys, ys: Tys, bound: &mut [Option<Ty>]| {
            let (xs, ys) = (types.list(xs), self.table.list(ys));
            if xs.len() != ys.len() {
                return Match::No;
            }
            let mut fits = Match::Yes;
            for (x, y) in xs.iter().zip(ys) {
                fits = fits.and(self.matches_at(*x, *y, bound, depth + 1));
            }
            fits
        };
        match (types.kind(pattern), self.table.kind(ty)) {
            (_, TyKind::Error) => Match::Yes,
            (TyKind::Param(index, _), _) => match bound.get_mut(index as usize) {
                Some(slot @ None) => {
                    *slot = Some(ty);
                    Match::Yes
                }
                Some(Some(known)) => {
                    let known = self.table.shallow(*known);
                    if known == ty {
                        Match::Yes
                    } else if self.table.compatible(known, ty) {
                        Match::Maybe
                    } else {
                        Match::No
                    }
                }
                None => Match::No,
            },
            (pattern_kind, TyKind::Infer(var)) => match self.table.var_kind(Var(var)) {
                VarKind::General => Match::Maybe,
                VarKind::Rigid => Match::No,
                VarKind::Int => match pattern_kind {
                    TyKind::Int(_) | TyKind::Float(_) => Match::Maybe,
                    _ => Match::No,
                },
                VarKind::Float => match pattern_kind {
                    TyKind::Float(_) => Match::Maybe,
                    _ => Match::No,
                },
            },
            (TyKind::List(x), TyKind::List(y)) => self.matches_at(x, y, bound, depth + 1),
            (TyKind::Tuple(xs), TyKind::Tuple(ys)) => lists(xs, ys, bound),
            (TyKind::Adt(x, xs), TyKind::Adt(y, ys)) if x == y => lists(xs, ys, bound),
            (TyKind::Dyn(x, xs), TyKind::Dyn(y, ys)) if x == y => lists(xs, ys, bound),
            (TyKind::Fn(xs, x), TyKind::Fn(ys, y)) => {
                lists(xs, ys, bound).and(self.matches_at(x, y, bound, depth + 1))
            }
            (x, y) if x == y => Match::Yes,
            _ => Match::No,
        }
    }

    /// Whether all parts of a type have a structural trait. Types that contain
    /// themselves have it if nothing else in them lacks it.
    fn by_structure(&mut self, trait_: TraitId, ty: Ty, depth: u32) -> Holds {
        let program = self.program;
        let mut seen: Vec<Ty> = Vec::new();
        let mut queue = vec![ty];
        let mut stuck = None;
        while let Some(part) = queue.pop() {
            let part = self.table.shallow(part);
            if seen.iter().any(|known| self.same(*known, part)) {
                continue;
            }
            seen.push(part);
            if seen.len() > MAX_PARTS {
                return Holds::Yes;
            }
            let kind = self.table.kind(part);
            if part != ty {
                // Parts may have it by an impl of their own.
                let own = match kind {
                    TyKind::Infer(_) | TyKind::Param(..) | TyKind::Dyn(..) => true,
                    _ => Head::of(kind).is_some_and(|head| {
                        program.session.tables.candidates(trait_, Some(head)).next().is_some()
                    }),
                };
                if own {
                    match self.holds_at(trait_, part, Tys::EMPTY, depth + 1) {
                        Holds::Yes => continue,
                        Holds::Stuck(var) => {
                            stuck = Some(var);
                            continue;
                        }
                        Holds::No(why) if why == part => {}
                        no => return no,
                    }
                }
            }
            match program.structure(trait_, kind) {
                Structure::Holds => {}
                Structure::Lacks => return Holds::No(part),
                Structure::Element(element) => queue.push(element),
                Structure::Parts(parts) => queue.extend_from_slice(self.table.list(parts)),
                Structure::Fields(adt, args) => {
                    let args = self.list_vec(args);
                    for variant in &program.adts[adt].variants {
                        for field in &variant.fields {
                            let field = self.table.substitute(field.ty, &args);
                            queue.push(field);
                        }
                    }
                }
            }
        }
        stuck.map_or(Holds::Yes, Holds::Stuck)
    }

    /// Whether two types are plainly the same, without binding anything.
    fn same(&self, a: Ty, b: Ty) -> bool {
        let (a, b) = (self.table.shallow(a), self.table.shallow(b));
        if a == b {
            return true;
        }
        match (self.table.kind(a), self.table.kind(b)) {
            (TyKind::Adt(x, xs), TyKind::Adt(y, ys)) if x == y => {
                let (xs, ys) = (self.table.list(xs), self.table.list(ys));
                xs.iter().zip(ys).all(|(x, y)| self.table.shallow(*x) == self.table.shallow(*y))
            }
            _ => false,
        }
    }
}
