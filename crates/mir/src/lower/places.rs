//! Places: variables, fields, elements, entries.
//!
//! A place is lowered in two steps, because the language evaluates a place's
//! parts (indexes, keys) before the value that is stored to it, but looks at
//! the containers only when the store happens. [`Plan`] is the first step's
//! result, [`FunctionLowerer::realise`] the second.

use simple_hir as hir;
use simple_hir::{AdtKind, ExprId, ExprKind, Ty, TyKind};
use simple_source::Span;
use smallvec::SmallVec;

use super::function::FunctionLowerer;
use super::instance::{Instance, Owner};
use crate::function::*;
use crate::types::{Type, TypeId};

/// What a place is realised for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// To look at it.
    Read,
    /// To change it or a part of it: shared containers on the way are copied.
    Write,
}

/// A place whose indexes and keys are evaluated.
pub(crate) struct Plan {
    root: Root,
    steps: SmallVec<[Step; 4]>,
}

enum Root {
    Place(Place),
    Global(hir::GlobalId),
    /// A constant and its slot.
    Const(hir::ConstId, u32),
}

#[derive(Clone, Copy)]
struct Step {
    kind: StepKind,
    /// The type of what the step goes into, substituted.
    base: Ty,
    span: Span,
}

#[derive(Clone, Copy)]
enum StepKind {
    Field(u32),
    Element(LocalId),
    Entry(Operand),
}

impl<'a> FunctionLowerer<'_, '_, 'a> {
    /// Evaluates the parts of a place. What is not a place is evaluated into a
    /// temporary.
    pub(crate) fn plan(&mut self, id: ExprId) -> Plan {
        let expr = self.expr_of(id);
        match expr.kind {
            ExprKind::Local(local) => {
                Plan { root: Root::Place(self.place_of(local)), steps: SmallVec::new() }
            }
            ExprKind::Global(global) => Plan { root: Root::Global(global), steps: SmallVec::new() },
            ExprKind::Const(constant)
                if let Some(slot) = self.shared.const_slots.get(&constant) =>
            {
                Plan { root: Root::Const(constant, *slot), steps: SmallVec::new() }
            }
            ExprKind::Field { base, index } if !self.is_weak_field(base, index) => {
                let mut plan = self.plan(base);
                let base = self.subst(self.expr_of(base).ty);
                plan.steps.push(Step { kind: StepKind::Field(index), base, span: expr.span });
                plan
            }
            ExprKind::ListIndex { base, index } => {
                let mut plan = self.plan(base);
                let base = self.subst(self.expr_of(base).ty);
                let index = self.index_local(index);
                plan.steps.push(Step { kind: StepKind::Element(index), base, span: expr.span });
                plan
            }
            ExprKind::DictIndex { base, key } => {
                let mut plan = self.plan(base);
                let base = self.subst(self.expr_of(base).ty);
                let key = self.stable_operand(key);
                plan.steps.push(Step { kind: StepKind::Entry(key), base, span: expr.span });
                plan
            }
            _ => {
                let value = self.operand(id);
                let place = match value {
                    Operand::Copy(place) if place.len == 0 => place,
                    _ => {
                        let ty = self.ty(expr.ty);
                        let temp = self.b.temp(ty);
                        self.b.assign(Place::local(temp), Rvalue::Use(value));
                        Place::local(temp)
                    }
                };
                Plan { root: Root::Place(place), steps: SmallVec::new() }
            }
        }
    }

    /// Whether `base.index` is a weak field.
    pub(crate) fn is_weak_field(&self, base: ExprId, index: u32) -> bool {
        matches!(self.kind(self.expr_of(base).ty), TyKind::Adt(adt, _)
            if self.program.adts[adt].variants[0].fields[index as usize].weak)
    }

    /// The place of a local of the body.
    pub(crate) fn place_of(&mut self, local: hir::LocalId) -> Place {
        if let Some(place) = self.places[local.0 as usize] {
            return place;
        }
        let declared = self.body().locals[local];
        let ty = self.ty(declared.ty);
        let place = Place::local(self.b.named(ty, declared.name));
        self.places[local.0 as usize] = Some(place);
        place
    }

    /// Walks the plan: checks indexes, finds entries, and for
    /// [`Access::Write`] makes the containers on the way unique.
    pub(crate) fn realise(&mut self, plan: &Plan, access: Access) -> Place {
        let mut place = match plan.root {
            Root::Place(place) => place,
            Root::Global(global) => self.global_place(global),
            Root::Const(constant, slot) => self.const_place(constant, slot),
        };
        for (position, step) in plan.steps.iter().enumerate() {
            // A class instance is shared: what leads to it is only read.
            let leads_to_class =
                plan.steps[position..].iter().any(|step| self.is_class_ty(step.base));
            let access = if leads_to_class { Access::Read } else { access };
            place = self.step(place, *step, access);
        }
        place
    }

    /// Whether code that does not see the function's locals can change what a
    /// place lies in: the way to it leads through a class instance or begins
    /// at a script's variable.
    pub(crate) fn is_shared(&self, plan: &Plan) -> bool {
        matches!(plan.root, Root::Global(_))
            || plan.steps.iter().any(|step| self.is_class_ty(step.base))
    }

    fn is_class_ty(&self, ty: Ty) -> bool {
        matches!(self.program.types.kind(ty), TyKind::Adt(adt, _)
            if self.program.adts[adt].kind == AdtKind::Class)
    }

    fn step(&mut self, place: Place, step: Step, access: Access) -> Place {
        let outer = self.b.set_span(step.span);
        let place = match step.kind {
            StepKind::Field(index) => self.field_of(place, step.base, index, access),
            StepKind::Element(index) => {
                if access == Access::Write {
                    self.b.push(StatementKind::Unshare(place));
                }
                let len = self.b.temp_from(self.types.i64_, Rvalue::Len(place));
                let index_value = Operand::Copy(Place::local(index));
                self.b.push(StatementKind::CheckIndex { index: index_value, len });
                self.b.project(place, Projection::Index(index))
            }
            StepKind::Entry(key) => self.entry_place(place, step.base, key, access),
        };
        self.b.set_span(outer);
        place
    }

    /// Field `index` of the struct, tuple or class instance at `place`.
    pub(crate) fn field_of(&mut self, place: Place, base: Ty, index: u32, access: Access) -> Place {
        let kind = match self.program.types.kind(base) {
            TyKind::Adt(adt, _) => self.program.adts[adt].kind,
            _ => AdtKind::Struct,
        };
        let place = match kind {
            AdtKind::Struct | AdtKind::Enum => place,
            AdtKind::Class => self.b.deref(place),
            AdtKind::BoxedStruct => {
                if access == Access::Write {
                    self.b.push(StatementKind::Unshare(place));
                }
                self.b.deref(place)
            }
        };
        self.b.field(place, index)
    }

    /// The value in the entry of `key` in the dict at `place`.
    fn entry_place(&mut self, place: Place, dict: Ty, key: Operand, access: Access) -> Place {
        let TyKind::Adt(_, args) = self.program.types.kind(dict) else {
            unreachable!("only dicts are indexed by key");
        };
        let library = self.shared.library.dict;
        let find = self.request(Instance::Fn(library.slot, args));
        let slot = self.b.temp(self.types.i64_);
        let args = [Arg::Value(Operand::Copy(place)), Arg::Value(key)];
        self.b.call(Some(Place::local(slot)), Callee::Function(find), &args);
        let entries = self.field_of(place, dict, library.entries_field, access);
        if access == Access::Write {
            self.b.push(StatementKind::Unshare(entries));
        }
        let entry = self.b.project(entries, Projection::Index(slot));
        let slot_ty = self.list_element(self.field_ty(dict, library.entries_field));
        self.variant_field(entry, slot_ty, library.live_variant, library.value_field)
    }

    /// The declared type of a struct's or class's field.
    pub(crate) fn field_ty(&self, ty: Ty, index: u32) -> Ty {
        self.variant_field_ty(ty, 0, index)
    }

    /// The declared type of a variant's field.
    pub(crate) fn variant_field_ty(&self, ty: Ty, variant: u32, index: u32) -> Ty {
        let types = &self.program.types;
        match types.kind(ty) {
            TyKind::Adt(adt, args) => {
                let field =
                    &self.program.adts[adt].variants[variant as usize].fields[index as usize];
                types.substitute(field.ty, types.list(args))
            }
            TyKind::Tuple(elements) => types.list(elements)[index as usize],
            _ => Ty::ERROR,
        }
    }

    /// `T` of `[T]`.
    pub(crate) fn list_element(&self, ty: Ty) -> Ty {
        match self.program.types.kind(ty) {
            TyKind::List(element) => element,
            _ => Ty::ERROR,
        }
    }

    /// Field `index` of the enum of type `ty` at `place`, which is `variant`;
    /// through the box, if the field closes a recursive type.
    pub(crate) fn variant_field(
        &mut self,
        place: Place,
        ty: Ty,
        variant: u32,
        index: u32,
    ) -> Place {
        let boxed = self.is_boxed_field(ty, variant, index);
        let field = self.b.variant_field(place, variant, index);
        if boxed { self.b.deref(field) } else { field }
    }

    /// Whether a variant's field is behind a box because it closes a
    /// recursive type.
    pub(crate) fn is_boxed_field(&mut self, ty: Ty, variant: u32, index: u32) -> bool {
        let declared = self.variant_field_ty(ty, variant, index);
        let declared = self.types.get(declared);
        let ty = self.types.get(ty);
        match self.types.table.get(ty) {
            Type::Enum(id) => {
                let variants = self.types.table.enum_variants(id);
                variants[variant as usize].fields[index as usize].ty != declared
            }
            _ => false,
        }
    }

    /// The place of a script's variable. Outside the script's own body it
    /// panics if the variable was not set yet.
    fn global_place(&mut self, global: hir::GlobalId) -> Place {
        let in_script =
            self.program.entry.is_some_and(|entry| Owner::Fn(entry.function) == self.owner);
        if !in_script {
            let set = self.global_address(super::entry::set_flag(global), self.types.bool_);
            let (ready, unset) = (self.b.new_block(), self.b.new_block());
            self.b.branch(Operand::Copy(set), ready, unset);
            self.b.switch_to(unset);
            let name = self.types.interner.resolve(self.program.globals[global].name);
            self.panic_text(&format!("{name} is used before it is set"));
            self.b.switch_to(ready);
        }
        let ty = self.types.get(self.program.globals[global].ty);
        self.global_address(super::entry::value_slot(global), ty)
    }

    /// The place behind the address of program-wide slot `slot`.
    pub(crate) fn global_address(&mut self, slot: u32, ty: TypeId) -> Place {
        let ty = self.intern(Type::Address(ty));
        let address = self.b.temp(ty);
        self.b.assign(Place::local(address), Rvalue::GlobalAddress(slot));
        self.b.deref(Place::local(address))
    }

    /// An index as an `i64` local that does not change while it is used.
    fn index_local(&mut self, id: ExprId) -> LocalId {
        let ty = self.subst(self.expr_of(id).ty);
        let value = self.operand(id);
        if ty == Ty::I64 {
            if let Operand::Copy(place) = value
                && place.len == 0
                && self.is_stable(id)
            {
                return place.local;
            }
            let temp = self.b.temp(self.types.i64_);
            self.b.assign(Place::local(temp), Rvalue::Use(value));
            return temp;
        }
        let temp = self.b.temp(self.types.i64_);
        self.b.assign(Place::local(temp), Rvalue::Cast(CastKind::Int, value));
        temp
    }
}
