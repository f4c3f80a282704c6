//! Constants of the program.
//!
//! What holds no memory is built where it is used. The others have a slot of
//! the program: the first use fills it, so that later ones cost a look at a
//! flag. What the running program must compute is filled in the same way.

use simple_hir::{ConstValue, FnRef, Ty, TyKind, Tys};

use simple_hir::{ConstId, Program};
use simple_source::interner::FxHashMap;
use simple_source::{Interner, Symbol};

use super::builder::Builder;
use super::function::FunctionLowerer;
use super::instance::Instance;
use super::types::Types;
use crate::function::*;
use crate::types::{TypeId, TypeTable};

/// Parts that a constant may have to be built where it is used.
const MAX_INLINE_PARTS: usize = 8;

/// The constants with slots, and the first slot of each: its value's, which
/// the flag's follows.
pub(crate) fn slots(program: &Program, from: u32) -> FxHashMap<ConstId, u32> {
    let with_slots = program.consts.indices().filter(|id| {
        let def = &program.consts[*id];
        match &def.value {
            Some(value) => !is_inline(value),
            None => def.deferred,
        }
    });
    with_slots.enumerate().map(|(position, id)| (id, from + 2 * position as u32)).collect()
}

/// The program-wide slots of constants, in the order that [`slots`] gives.
pub(crate) fn globals(
    program: &Program,
    slots: &FxHashMap<ConstId, u32>,
    table: &TypeTable,
    interner: &Interner,
) -> Vec<Global> {
    let mut types = Types::new(program, table, interner);
    let mut ordered: Vec<(u32, ConstId)> = slots.iter().map(|(id, slot)| (*slot, *id)).collect();
    ordered.sort_unstable();
    let mut globals = Vec::with_capacity(ordered.len() * 2);
    for (slot, id) in ordered {
        let def = &program.consts[id];
        let name = const_name(program, interner, id, slot);
        globals.push(Global { name: interner.intern(&name), ty: types.get(def.ty) });
        let flag = interner.intern(&format!("{name}.set"));
        globals.push(Global { name: flag, ty: types.bool_ });
    }
    globals
}

/// A name for linkers; the slot keeps apart constants of blocks that have the
/// same name.
fn const_name(program: &Program, interner: &Interner, id: ConstId, slot: u32) -> String {
    let def = &program.consts[id];
    let module = interner.resolve(program.modules[def.module].path);
    format!("{module}.{} slot {slot}", interner.resolve(def.name))
}

/// Whether a value holds no memory and is small.
fn is_inline(value: &ConstValue) -> bool {
    fn parts(value: &ConstValue) -> usize {
        match value {
            ConstValue::List(elements) => {
                if elements.is_empty() {
                    1
                } else {
                    usize::MAX
                }
            }
            ConstValue::Dict(_) | ConstValue::Set(_) => usize::MAX,
            ConstValue::Tuple(fields) | ConstValue::Adt(_, fields) => {
                fields.iter().fold(1usize, |sum, field| sum.saturating_add(parts(field)))
            }
            _ => 1,
        }
    }
    parts(value) <= MAX_INLINE_PARTS
}

impl FunctionLowerer<'_, '_, '_> {
    /// Where a constant with a slot lies; filled if it was not yet.
    pub(crate) fn const_place(&mut self, id: ConstId, slot: u32) -> Place {
        let fill = self.request(Instance::Const(id));
        let set = self.global_address(slot + 1, self.types.bool_);
        let (ready, unset) = (self.b.new_block(), self.b.new_block());
        self.b.branch(Operand::Copy(set), ready, unset);
        self.b.switch_to(unset);
        self.b.call(None, Callee::Function(fill), &[]);
        self.b.goto(ready);
        self.b.switch_to(ready);
        let ty = self.types.get(self.program.consts[id].ty);
        self.global_address(slot, ty)
    }

    /// The function that fills a constant's slot.
    pub(crate) fn lower_const(&mut self, name: Symbol, id: ConstId) -> Function {
        let program = self.program;
        let def = &program.consts[id];
        let mut header = self.header(name, None);
        header.span = def.span;
        header.attributes.library = program.modules[def.module].is_library;
        header.attributes.inline = InlineHint::Never;
        self.b = Builder::new(def.span);
        let value = match &def.value {
            Some(value) => self.build_operand(def.ty, value),
            None => {
                self.enter_const(id);
                self.result_ty = def.ty;
                match self.body.and_then(|body| body.root) {
                    Some(root) => self.operand(root),
                    // Errors were found in it; such programs are not lowered.
                    None => Operand::Const(Const::Unit),
                }
            }
        };
        if let Some(slot) = self.shared.const_slots.get(&id) {
            let ty = self.types.get(def.ty);
            let value = self.b.temp_from(ty, Rvalue::Use(value));
            let place = self.global_address(*slot, ty);
            self.b.push(StatementKind::Initialise(place, value));
            let flag = self.global_address(*slot + 1, self.types.bool_);
            self.b.assign(flag, Rvalue::Use(Operand::Const(Const::Bool(true))));
        }
        self.b.terminate(Terminator::Return(Operand::Const(Const::Unit)));
        self.finish(header)
    }

    /// The function that gives back, at the program's end, what the slots of
    /// constants and of kept `results` hold.
    pub(crate) fn lower_release(
        &mut self,
        name: Symbol,
        used: &[ConstId],
        results: &[(u32, TypeId)],
    ) -> Function {
        let mut header = self.header(name, None);
        header.attributes.inline = InlineHint::Never;
        self.b = Builder::new(header.span);
        for id in used {
            let ty = self.types.get(self.program.consts[*id].ty);
            if let Some(slot) = self.shared.const_slots.get(id).copied()
                && self.types.table.is_counted(ty)
            {
                self.discard_slot(slot, slot + 1, ty);
            }
        }
        for (slot, ty) in results {
            let place = self.global_address(*slot, *ty);
            self.b.push(StatementKind::Discard(place));
        }
        self.b.terminate(Terminator::Return(Operand::Const(Const::Unit)));
        self.finish(header)
    }

    /// The value of a constant without a slot.
    pub(crate) fn const_value(&mut self, id: ConstId) -> Rvalue {
        let program = self.program;
        let def = &program.consts[id];
        match &def.value {
            Some(value) => self.build(def.ty, value),
            // It was diagnosed; such programs are not lowered.
            None => Rvalue::Use(Operand::Const(Const::Unit)),
        }
    }

    fn build_operand(&mut self, ty: Ty, value: &ConstValue) -> Operand {
        match self.build(ty, value) {
            Rvalue::Use(operand) => operand,
            rvalue => {
                let memory = self.types.get(ty);
                self.b.temp_from(memory, rvalue)
            }
        }
    }

    fn build(&mut self, ty: Ty, value: &ConstValue) -> Rvalue {
        let constant = |constant| Rvalue::Use(Operand::Const(constant));
        match value {
            ConstValue::Unit => constant(Const::Unit),
            ConstValue::Bool(value) => constant(Const::Bool(*value)),
            ConstValue::Char(value) => constant(Const::Char(*value)),
            ConstValue::Int(bits) => constant(self.int_const(ty, *bits)),
            ConstValue::Float(value) => constant(self.float_const(ty, *value)),
            ConstValue::Str(text) => constant(Const::Str(*text)),
            ConstValue::List(elements) if elements.is_empty() => {
                constant(Const::EmptyList(self.types.get(ty)))
            }
            ConstValue::List(elements) => {
                let element_ty = self.list_element(ty);
                let values: Vec<Operand> =
                    elements.iter().map(|value| self.build_operand(element_ty, value)).collect();
                Rvalue::List(self.b.values(&values))
            }
            ConstValue::Tuple(elements) => {
                let values: Vec<Operand> = elements
                    .iter()
                    .enumerate()
                    .map(|(index, value)| {
                        let ty = self.field_ty(ty, index as u32);
                        self.build_operand(ty, value)
                    })
                    .collect();
                Rvalue::Struct(self.b.values(&values))
            }
            ConstValue::Adt(variant, fields) => {
                let values: Vec<Operand> = fields
                    .iter()
                    .enumerate()
                    .map(|(index, value)| {
                        let ty = self.variant_field_ty(ty, *variant, index as u32);
                        self.build_operand(ty, value)
                    })
                    .collect();
                self.construct_values(ty, *variant, values)
            }
            ConstValue::Dict(pairs) => {
                let dict = self.empty_collection(ty);
                let (key_ty, value_ty) = self.type_args2(ty);
                for (key, value) in pairs.iter() {
                    let key = self.build_operand(key_ty, key);
                    let value = self.build_operand(value_ty, value);
                    self.dict_insert(dict, ty, key, value);
                }
                Rvalue::Use(Operand::Copy(dict))
            }
            ConstValue::Set(elements) => {
                let set = self.empty_collection(ty);
                let (element_ty, _) = self.type_args2(ty);
                for value in elements.iter() {
                    let value = self.build_operand(element_ty, value);
                    self.set_insert(set, ty, value);
                }
                Rvalue::Use(Operand::Copy(set))
            }
            ConstValue::Fn(function) => {
                let function = FnRef { function: *function, args: Tys::EMPTY };
                self.function_value(function)
            }
        }
    }

    /// The first two type arguments of a library type; the second repeats the
    /// first if there is only one.
    fn type_args2(&self, ty: Ty) -> (Ty, Ty) {
        match self.program.types.kind(ty) {
            TyKind::Adt(_, args) => match *self.program.types.list(args) {
                [key, value] => (key, value),
                [one] => (one, one),
                _ => (Ty::ERROR, Ty::ERROR),
            },
            _ => (Ty::ERROR, Ty::ERROR),
        }
    }
}
