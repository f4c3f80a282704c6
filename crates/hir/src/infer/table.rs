//! Types while they are being inferred: variables, and types that contain
//! variables, local to one group of functions.
//!
//! In this module and its siblings a [`Ty`] may be *local*: its top bits tell
//! a variable or a node of this table from a type of the shared interner. So
//! that interner, which all threads share, only ever sees finished types, and
//! two finished types are compared by number. The same goes for [`Tys`].

use std::cell::Cell;

use simple_source::Span;
use simple_source::interner::fx_hash;

use crate::ty::{Ty, TyInterner, TyKind, Tys};

const VARIABLE: u32 = 1 << 31;
const NODE: u32 = 1 << 30;
const NONE: u32 = u32::MAX;

/// How deep a type may nest, and
pub(crate) const MAX_TYPE_DEPTH: u32 = 200;
/// with how many types it may be written, before it is refused. Both bound
/// what later passes do for one type.
pub(crate) const MAX_TYPE_SIZE: u32 = 20_000;

/// How many steps walks through local types may take for one group. Types that
/// share parts can be exponentially larger than what was written; nobody's
/// program comes near this.
const MAX_STEPS: u32 = 50_000_000;

/// A type variable, by number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub(crate) struct Var(pub(crate) u32);

/// What a type variable may become.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum VarKind {
    /// Anything.
    General,
    /// The type of an integer literal: any number type, `i64` if nothing decides.
    Int,
    /// The type of a float literal: any float type, `f64` if nothing decides.
    Float,
    /// A generic parameter of a nested function: equal to itself alone.
    Rigid,
}

/// What a number type is required to be where a parameter stands for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NumberClass {
    /// Not bounded by a trait of numbers.
    None,
    /// `Number`
    Number,
    /// `Integer`
    Integer,
    /// `Float`
    Float,
}

#[derive(Clone, Copy)]
struct Slot {
    /// What the variable stands for; `NONE` while it is open.
    link: u32,
    kind: VarKind,
    level: u16,
    /// Newest entry of `waits` for obligations that wait for it.
    waits: u32,
    /// Where a type was expected first; for messages.
    origin: Span,
}

/// The variables and local types of one group.
pub(crate) struct Table<'p> {
    pub(crate) types: &'p TyInterner,
    recent: Box<[(TyKind, Ty)]>,
    slots: Vec<Slot>,
    nodes: Vec<TyKind>,
    parts: Vec<Ty>,
    lists: Vec<(u32, u32)>,
    waits: Vec<(u32, u32)>,
    /// Obligations whose variable was bound.
    pub(crate) ready: Vec<u32>,
    /// The depth of nested functions.
    pub(crate) level: u16,
    /// What the parameters of the function at hand are, for literals.
    pub(crate) classes: Vec<NumberClass>,
    /// A type grew beyond the limits.
    pub(crate) too_large: bool,
    steps: Cell<u32>,
    /// The last unification failed because a type would contain itself.
    pub(crate) infinite: bool,
}

impl<'p> Table<'p> {
    pub(crate) fn new(types: &'p TyInterner) -> Self {
        Self {
            types,
            recent: vec![(TyKind::Error, Ty::ERROR); 256].into_boxed_slice(),
            slots: Vec::new(),
            nodes: Vec::new(),
            parts: Vec::new(),
            lists: Vec::new(),
            waits: Vec::new(),
            ready: Vec::new(),
            level: 0,
            classes: Vec::new(),
            too_large: false,
            steps: Cell::new(0),
            infinite: false,
        }
    }

    /// Counts a step of a walk; true if there were too many.
    fn exhausted(&self) -> bool {
        self.steps.set(self.steps.get() + 1);
        self.steps.get() > MAX_STEPS
    }

    /// Forgets all variables.
    pub(crate) fn clear(&mut self) {
        self.slots.clear();
        self.nodes.clear();
        self.parts.clear();
        self.lists.clear();
        self.waits.clear();
        self.ready.clear();
        self.level = 0;
        self.classes.clear();
        self.too_large = false;
        self.steps.set(0);
        self.infinite = false;
    }

    // ---- variables

    pub(crate) fn fresh(&mut self, kind: VarKind, origin: Span) -> Ty {
        let number = self.slots.len() as u32;
        self.slots.push(Slot { link: NONE, kind, level: self.level, waits: NONE, origin });
        Ty(VARIABLE | number)
    }

    pub(crate) fn var_kind(&self, var: Var) -> VarKind {
        self.slots[var.0 as usize].kind
    }

    pub(crate) fn origin(&self, var: Var) -> Span {
        self.slots[var.0 as usize].origin
    }

    pub(crate) fn var_level(&self, var: Var) -> u16 {
        self.slots[var.0 as usize].level
    }

    pub(crate) fn make_rigid(&mut self, var: Var) {
        self.slots[var.0 as usize].kind = VarKind::Rigid;
    }

    /// Gives a generic parameter of a nested function its final number.
    pub(crate) fn settle_rigid(&mut self, var: Var, param: TyKind) {
        let ty = self.intern(param);
        self.slots[var.0 as usize].link = ty.0;
    }

    pub(crate) fn var_count(&self) -> u32 {
        self.slots.len() as u32
    }

    /// The type that stands for the variable.
    pub(crate) fn var_ty(var: Var) -> Ty {
        Ty(VARIABLE | var.0)
    }

    /// Has `obligation` put into `ready` when the variable is bound: at once if
    /// it was, since the obligation was found to wait for it.
    pub(crate) fn wait(&mut self, var: Var, obligation: u32) {
        let Some(open) = self.as_var(Self::var_ty(var)) else {
            self.ready.push(obligation);
            return;
        };
        let slot = &mut self.slots[open.0 as usize];
        self.waits.push((obligation, slot.waits));
        slot.waits = self.waits.len() as u32 - 1;
    }

    fn wake(&mut self, mut wait: u32) {
        while wait != NONE {
            let (obligation, next) = self.waits[wait as usize];
            self.ready.push(obligation);
            wait = next;
        }
    }

    /// What `ty` stands for at its outermost level: never a bound variable.
    #[inline]
    pub(crate) fn shallow(&self, ty: Ty) -> Ty {
        let mut ty = ty;
        while ty.0 & VARIABLE != 0 {
            let link = self.slots[(ty.0 & !VARIABLE) as usize].link;
            if link == NONE {
                return ty;
            }
            ty = Ty(link);
        }
        ty
    }

    /// Whether `ty` is of the shared interner.
    #[inline]
    pub(crate) fn is_ground(ty: Ty) -> bool {
        ty.0 & (VARIABLE | NODE) == 0
    }

    /// What `ty` is; [`TyKind::Infer`] for an open variable. Parts may be local.
    #[inline]
    pub(crate) fn kind(&self, ty: Ty) -> TyKind {
        let ty = self.shallow(ty);
        if Self::is_ground(ty) {
            self.types.kind(ty)
        } else if ty.0 & VARIABLE != 0 {
            TyKind::Infer(ty.0 & !VARIABLE)
        } else {
            self.nodes[(ty.0 & !NODE) as usize]
        }
    }

    /// The open variable that `ty` is, if it is one.
    #[inline]
    pub(crate) fn as_var(&self, ty: Ty) -> Option<Var> {
        let ty = self.shallow(ty);
        (ty.0 & VARIABLE != 0).then_some(Var(ty.0 & !VARIABLE))
    }

    // ---- construction

    /// The types in a list.
    #[inline]
    pub(crate) fn list(&self, list: Tys) -> &[Ty] {
        if list.0 & NODE == 0 {
            self.types.list(list)
        } else {
            let (start, len) = self.lists[(list.0 & !NODE) as usize];
            &self.parts[start as usize..][..len as usize]
        }
    }

    /// The `index`th type of a list.
    #[inline]
    pub(crate) fn part(&self, list: Tys, index: usize) -> Ty {
        self.list(list)[index]
    }

    /// A list of types, interned if all are finished.
    pub(crate) fn make_list(&mut self, types: &[Ty]) -> Tys {
        if types.is_empty() {
            return Tys::EMPTY;
        }
        let start = self.parts.len();
        let mut ground = true;
        for ty in types {
            let ty = self.shallow(*ty);
            ground &= Self::is_ground(ty);
            self.parts.push(ty);
        }
        if ground {
            let list = self.types.intern_list(&self.parts[start..]);
            self.parts.truncate(start);
            return list;
        }
        self.lists.push((start as u32, types.len() as u32));
        Tys(NODE | (self.lists.len() as u32 - 1))
    }

    /// The type that is `kind`, interned if its parts are finished.
    pub(crate) fn make(&mut self, kind: TyKind) -> Ty {
        let ground = match kind {
            TyKind::List(element) => Self::is_ground(self.shallow(element)),
            TyKind::Tuple(list) | TyKind::Adt(_, list) | TyKind::Dyn(_, list) => list.0 & NODE == 0,
            TyKind::Fn(params, result) => {
                params.0 & NODE == 0 && Self::is_ground(self.shallow(result))
            }
            TyKind::Infer(var) => return Ty(VARIABLE | var),
            _ => true,
        };
        if !ground {
            self.nodes.push(kind);
            return Ty(NODE | (self.nodes.len() as u32 - 1));
        }
        let kind = match kind {
            TyKind::List(element) => TyKind::List(self.shallow(element)),
            TyKind::Fn(params, result) => TyKind::Fn(params, self.shallow(result)),
            kind => kind,
        };
        self.intern(kind)
    }

    fn intern(&mut self, kind: TyKind) -> Ty {
        let slot = (fx_hash(&kind) >> 32) as usize & 255;
        if self.recent[slot].0 == kind {
            return self.recent[slot].1;
        }
        let ty = self.types.intern(kind);
        let ty = if self.types.depth(ty) > MAX_TYPE_DEPTH || self.types.size(ty) > MAX_TYPE_SIZE {
            self.too_large = true;
            Ty::ERROR
        } else {
            ty
        };
        self.recent[slot] = (kind, ty);
        ty
    }

    /// `[element]`
    pub(crate) fn list_of(&mut self, element: Ty) -> Ty {
        self.make(TyKind::List(element))
    }

    /// The tuple of these types; unit for none.
    pub(crate) fn tuple(&mut self, types: &[Ty]) -> Ty {
        if types.is_empty() {
            return Ty::UNIT;
        }
        let list = self.make_list(types);
        self.make(TyKind::Tuple(list))
    }

    /// Replaces the parameters in a finished type by `args`.
    pub(crate) fn substitute(&mut self, ty: Ty, args: &[Ty]) -> Ty {
        if args.is_empty() || !Self::is_ground(ty) || !self.types.has_params(ty) {
            return ty;
        }
        match self.types.kind(ty) {
            TyKind::Param(index, _) => args.get(index as usize).copied().unwrap_or(ty),
            TyKind::List(element) => {
                let element = self.substitute(element, args);
                self.make(TyKind::List(element))
            }
            TyKind::Tuple(list) => {
                let list = self.substitute_list(list, args);
                self.make(TyKind::Tuple(list))
            }
            TyKind::Adt(adt, list) => {
                let list = self.substitute_list(list, args);
                self.make(TyKind::Adt(adt, list))
            }
            TyKind::Dyn(trait_, list) => {
                let list = self.substitute_list(list, args);
                self.make(TyKind::Dyn(trait_, list))
            }
            TyKind::Fn(params, result) => {
                let params = self.substitute_list(params, args);
                let result = self.substitute(result, args);
                self.make(TyKind::Fn(params, result))
            }
            _ => ty,
        }
    }

    /// [`Table::substitute`] for each type of a finished list.
    pub(crate) fn substitute_list(&mut self, list: Tys, args: &[Ty]) -> Tys {
        let types = self.types;
        let old = types.list(list);
        if args.is_empty() || !old.iter().any(|ty| types.has_params(*ty)) {
            return list;
        }
        let new: Vec<Ty> = old.iter().map(|ty| self.substitute(*ty, args)).collect();
        self.make_list(&new)
    }

    // ---- unification

    /// Makes two types equal. On failure some variables in them may be bound.
    pub(crate) fn unify(&mut self, a: Ty, b: Ty) -> bool {
        self.infinite = false;
        self.unify_at(a, b, 0)
    }

    fn unify_at(&mut self, a: Ty, b: Ty, depth: u32) -> bool {
        let a = self.shallow(a);
        let b = self.shallow(b);
        if a == b {
            return true;
        }
        if a == Ty::ERROR || b == Ty::ERROR {
            // What was refused fits everything, and nothing more is asked of
            // what it meets.
            for ty in [a, b] {
                self.forget(ty);
            }
            return true;
        }
        if Self::is_ground(a)
            && Self::is_ground(b)
            && !self.types.has_error(a)
            && !self.types.has_error(b)
        {
            return false;
        }
        if depth > MAX_TYPE_DEPTH || self.exhausted() {
            self.too_large = true;
            return false;
        }
        let (kind_a, kind_b) = (self.kind(a), self.kind(b));
        match (kind_a, kind_b) {
            (TyKind::Infer(x), TyKind::Infer(y)) => self.join(Var(x), Var(y)),
            (TyKind::Infer(x), _) => self.bind(Var(x), b),
            (_, TyKind::Infer(y)) => self.bind(Var(y), a),
            (TyKind::List(x), TyKind::List(y)) => self.unify_at(x, y, depth + 1),
            (TyKind::Tuple(x), TyKind::Tuple(y)) => self.unify_lists(x, y, depth + 1),
            (TyKind::Adt(x, xs), TyKind::Adt(y, ys)) => {
                x == y && self.unify_lists(xs, ys, depth + 1)
            }
            (TyKind::Dyn(x, xs), TyKind::Dyn(y, ys)) => {
                x == y && self.unify_lists(xs, ys, depth + 1)
            }
            (TyKind::Fn(xs, x), TyKind::Fn(ys, y)) => {
                self.unify_lists(xs, ys, depth + 1) && self.unify_at(x, y, depth + 1)
            }
            _ => false,
        }
    }

    fn unify_lists(&mut self, a: Tys, b: Tys, depth: u32) -> bool {
        if a == b {
            return true;
        }
        let len = self.list(a).len();
        if len != self.list(b).len() {
            return false;
        }
        for index in 0..len {
            let (x, y) = (self.part(a, index), self.part(b, index));
            if !self.unify_at(x, y, depth) {
                return false;
            }
        }
        true
    }

    /// Two open variables become one.
    fn join(&mut self, a: Var, b: Var) -> bool {
        let (x, y) = (self.slots[a.0 as usize], self.slots[b.0 as usize]);
        let (from, to) = match (x.kind, y.kind) {
            (VarKind::Rigid, VarKind::Rigid) => return false,
            (VarKind::Rigid, VarKind::General) => (b, a),
            (VarKind::General, VarKind::Rigid) => (a, b),
            (VarKind::Rigid, _) | (_, VarKind::Rigid) => return false,
            (VarKind::General, _) => (a, b),
            (_, VarKind::General) => (b, a),
            (VarKind::Int, _) => (a, b),
            (_, VarKind::Int) => (b, a),
            (VarKind::Float, VarKind::Float) => (a, b),
        };
        let source = self.slots[from.0 as usize];
        self.slots[from.0 as usize].link = VARIABLE | to.0;
        let target = &mut self.slots[to.0 as usize];
        let target_kind = target.kind;
        target.level = target.level.min(source.level);
        // Whatever waited for `from` now waits for `to`, and is looked at
        // again: the kind may be all that it needs.
        let mut wait = source.waits;
        while wait != NONE {
            let (obligation, next) = self.waits[wait as usize];
            if target_kind == VarKind::General {
                self.wait(to, obligation);
            } else {
                self.ready.push(obligation);
            }
            wait = next;
        }
        true
    }

    /// An open variable becomes `ty`, which is none.
    fn bind(&mut self, var: Var, ty: Ty) -> bool {
        let slot = self.slots[var.0 as usize];
        let fits = match slot.kind {
            VarKind::General => true,
            VarKind::Rigid => false,
            VarKind::Int => match self.kind(ty) {
                TyKind::Int(_) | TyKind::Float(_) | TyKind::Error => true,
                TyKind::Param(index, _) => self.class(index) != NumberClass::None,
                _ => false,
            },
            VarKind::Float => match self.kind(ty) {
                TyKind::Float(_) | TyKind::Error => true,
                TyKind::Param(index, _) => self.class(index) == NumberClass::Float,
                _ => false,
            },
        };
        if !fits {
            return false;
        }
        if !Self::is_ground(ty) && !self.adopt(var, ty, slot.level, 0) {
            return false;
        }
        self.slots[var.0 as usize].link = ty.0;
        self.slots[var.0 as usize].waits = NONE;
        self.wake(slot.waits);
        true
    }

    pub(crate) fn class(&self, param: u32) -> NumberClass {
        self.classes.get(param as usize).copied().unwrap_or(NumberClass::None)
    }

    /// Checks that `var` does not occur in `ty` and brings the variables in it
    /// down to `level`.
    fn adopt(&mut self, var: Var, ty: Ty, level: u16, depth: u32) -> bool {
        let ty = self.shallow(ty);
        if Self::is_ground(ty) {
            return true;
        }
        if depth > MAX_TYPE_DEPTH || self.exhausted() {
            self.too_large = true;
            return false;
        }
        match self.kind(ty) {
            TyKind::Infer(other) => {
                if other == var.0 {
                    self.infinite = true;
                    return false;
                }
                let slot = &mut self.slots[other as usize];
                slot.level = slot.level.min(level);
                true
            }
            TyKind::List(element) => self.adopt(var, element, level, depth + 1),
            TyKind::Tuple(list) | TyKind::Adt(_, list) | TyKind::Dyn(_, list) => {
                self.adopt_list(var, list, level, depth + 1)
            }
            TyKind::Fn(params, result) => {
                self.adopt_list(var, params, level, depth + 1)
                    && self.adopt(var, result, level, depth + 1)
            }
            _ => true,
        }
    }

    fn adopt_list(&mut self, var: Var, list: Tys, level: u16, depth: u32) -> bool {
        (0..self.list(list).len()).all(|index| {
            let part = self.part(list, index);
            self.adopt(var, part, level, depth)
        })
    }

    /// Whether [`Table::unify`] could succeed; binds nothing.
    pub(crate) fn compatible(&self, a: Ty, b: Ty) -> bool {
        self.compatible_at(a, b, 0)
    }

    fn compatible_at(&self, a: Ty, b: Ty, depth: u32) -> bool {
        let a = self.shallow(a);
        let b = self.shallow(b);
        if a == b || a == Ty::ERROR || b == Ty::ERROR || depth > MAX_TYPE_DEPTH || self.exhausted()
        {
            return true;
        }
        let lists = |x: Tys, y: Tys| {
            let (x, y) = (self.list(x), self.list(y));
            x.len() == y.len()
                && x.iter().zip(y).all(|(x, y)| self.compatible_at(*x, *y, depth + 1))
        };
        match (self.kind(a), self.kind(b)) {
            (TyKind::Infer(x), TyKind::Infer(y)) => {
                !(self.var_kind(Var(x)) == VarKind::Rigid
                    && self.var_kind(Var(y)) == VarKind::Rigid)
            }
            (TyKind::Infer(x), other) | (other, TyKind::Infer(x)) => match self.var_kind(Var(x)) {
                VarKind::General => true,
                VarKind::Rigid => false,
                VarKind::Int => match other {
                    TyKind::Int(_) | TyKind::Float(_) => true,
                    TyKind::Param(index, _) => self.class(index) != NumberClass::None,
                    _ => false,
                },
                VarKind::Float => match other {
                    TyKind::Float(_) => true,
                    TyKind::Param(index, _) => self.class(index) == NumberClass::Float,
                    _ => false,
                },
            },
            (TyKind::List(x), TyKind::List(y)) => self.compatible_at(x, y, depth + 1),
            (TyKind::Tuple(x), TyKind::Tuple(y)) => lists(x, y),
            (TyKind::Adt(x, xs), TyKind::Adt(y, ys)) => x == y && lists(xs, ys),
            (TyKind::Dyn(x, xs), TyKind::Dyn(y, ys)) => x == y && lists(xs, ys),
            (TyKind::Fn(xs, x), TyKind::Fn(ys, y)) => {
                lists(xs, ys) && self.compatible_at(x, y, depth + 1)
            }
            _ => false,
        }
    }

    // ---- finishing

    /// The finished type that `ty` stands for. `open` says what an open
    /// variable becomes.
    pub(crate) fn finish(&mut self, ty: Ty, open: &mut dyn FnMut(&Self, Var) -> Ty) -> Ty {
        self.finish_at(ty, open, 0)
    }

    fn finish_at(&mut self, ty: Ty, open: &mut dyn FnMut(&Self, Var) -> Ty, depth: u32) -> Ty {
        let resolved = self.shallow(ty);
        if Self::is_ground(resolved) {
            return resolved;
        }
        if depth > MAX_TYPE_DEPTH {
            self.too_large = true;
            return Ty::ERROR;
        }
        let done = match self.kind(resolved) {
            TyKind::Infer(var) => {
                let done = open(self, Var(var));
                debug_assert!(Self::is_ground(done));
                self.slots[var as usize].link = done.0;
                return done;
            }
            TyKind::List(element) => {
                let element = self.finish_at(element, open, depth + 1);
                self.intern(TyKind::List(element))
            }
            TyKind::Tuple(list) => {
                let list = self.finish_list_at(list, open, depth + 1);
                self.intern(TyKind::Tuple(list))
            }
            TyKind::Adt(adt, list) => {
                let list = self.finish_list_at(list, open, depth + 1);
                self.intern(TyKind::Adt(adt, list))
            }
            TyKind::Dyn(trait_, list) => {
                let list = self.finish_list_at(list, open, depth + 1);
                self.intern(TyKind::Dyn(trait_, list))
            }
            TyKind::Fn(params, result) => {
                let params = self.finish_list_at(params, open, depth + 1);
                let result = self.finish_at(result, open, depth + 1);
                self.intern(TyKind::Fn(params, result))
            }
            _ => resolved,
        };
        // A node that is reached again is not walked again.
        if ty.0 & VARIABLE != 0 {
            self.slots[(ty.0 & !VARIABLE) as usize].link = done.0;
        }
        done
    }

    /// The finished type that `ty` stands for if no variable in it is open.
    pub(crate) fn finish_if_closed(&mut self, ty: Ty, open: &mut bool) -> Ty {
        if self.first_open(ty).is_some() {
            *open = true;
            return ty;
        }
        self.finish(ty, &mut |_, _| Ty::ERROR)
    }

    /// `ty` with some open variables replaced.
    pub(crate) fn replace(&mut self, ty: Ty, map: &[(Var, Ty)]) -> Ty {
        self.replace_at(ty, map, 0)
    }

    fn replace_at(&mut self, ty: Ty, map: &[(Var, Ty)], depth: u32) -> Ty {
        let ty = self.shallow(ty);
        if Self::is_ground(ty) {
            return ty;
        }
        if depth > MAX_TYPE_DEPTH || self.exhausted() {
            self.too_large = true;
            return Ty::ERROR;
        }
        match self.kind(ty) {
            TyKind::Infer(var) => {
                map.iter().find(|(from, _)| from.0 == var).map_or(ty, |(_, to)| *to)
            }
            TyKind::List(element) => {
                let element = self.replace_at(element, map, depth + 1);
                self.make(TyKind::List(element))
            }
            TyKind::Tuple(list) => {
                let list = self.replace_list(list, map, depth);
                self.make(TyKind::Tuple(list))
            }
            TyKind::Adt(adt, list) => {
                let list = self.replace_list(list, map, depth);
                self.make(TyKind::Adt(adt, list))
            }
            TyKind::Dyn(trait_, list) => {
                let list = self.replace_list(list, map, depth);
                self.make(TyKind::Dyn(trait_, list))
            }
            TyKind::Fn(params, result) => {
                let params = self.replace_list(params, map, depth);
                let result = self.replace_at(result, map, depth + 1);
                self.make(TyKind::Fn(params, result))
            }
            _ => ty,
        }
    }

    fn replace_list(&mut self, list: Tys, map: &[(Var, Ty)], depth: u32) -> Tys {
        let new: Vec<Ty> = (0..self.list(list).len())
            .map(|index| {
                let part = self.part(list, index);
                self.replace_at(part, map, depth + 1)
            })
            .collect();
        self.make_list(&new)
    }

    /// [`Table::finish`] for each type of a list.
    pub(crate) fn finish_list(&mut self, list: Tys, open: &mut dyn FnMut(&Self, Var) -> Ty) -> Tys {
        self.finish_list_at(list, open, 0)
    }

    fn finish_list_at(
        &mut self,
        list: Tys,
        open: &mut dyn FnMut(&Self, Var) -> Ty,
        depth: u32,
    ) -> Tys {
        if list.0 & NODE == 0 {
            return list;
        }
        let (start, len) = self.lists[(list.0 & !NODE) as usize];
        for index in start..start + len {
            let part = self.parts[index as usize];
            let part = self.finish_at(part, open, depth);
            self.parts[index as usize] = part;
        }
        self.types.intern_list(&self.parts[start as usize..][..len as usize])
    }

    /// Makes all that is open in a type unknown.
    fn forget(&mut self, ty: Ty) {
        if Self::is_ground(ty) {
            return;
        }
        let mut open = Vec::new();
        self.open_vars(ty, &mut open);
        for var in open {
            self.bind(var, Ty::ERROR);
        }
    }

    /// The open variables that occur in `ty`, each once, in order.
    pub(crate) fn open_vars(&self, ty: Ty, found: &mut Vec<Var>) {
        self.open_vars_at(ty, found, 0);
    }

    fn open_vars_at(&self, ty: Ty, found: &mut Vec<Var>, depth: u32) {
        let ty = self.shallow(ty);
        if Self::is_ground(ty) || depth > MAX_TYPE_DEPTH || self.exhausted() {
            return;
        }
        match self.kind(ty) {
            TyKind::Infer(var) if found.contains(&Var(var)) => {}
            TyKind::Infer(var) => found.push(Var(var)),
            TyKind::List(element) => self.open_vars_at(element, found, depth + 1),
            TyKind::Tuple(list) | TyKind::Adt(_, list) | TyKind::Dyn(_, list) => {
                for part in self.list(list) {
                    self.open_vars_at(*part, found, depth + 1);
                }
            }
            TyKind::Fn(params, result) => {
                for part in self.list(params) {
                    self.open_vars_at(*part, found, depth + 1);
                }
                self.open_vars_at(result, found, depth + 1);
            }
            _ => {}
        }
    }

    /// The first open variable in `ty`.
    pub(crate) fn first_open(&self, ty: Ty) -> Option<Var> {
        let mut found = Vec::new();
        self.open_vars(ty, &mut found);
        found.first().copied()
    }
}
