//! The work-list of instances and the workers that empty it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hashbrown::HashMap;
use rayon::prelude::*;
use simple_hir as hir;
use simple_source::interner::{FxHashMap, FxHashSet, fx_hash};
use simple_source::{Diagnostic, IndexVec, Interner, Span, Symbol};

use super::entry::Mode;
use super::function::FunctionLowerer;
use super::instance::{Instance, OrderKey, Owner};
use super::library::{CachedParts, Library};
use super::types::Types;
use crate::function::*;
use crate::types::TypeTable;

/// More instances than this of one generic function mean that it keeps calling
/// itself with new types.
const MAX_INSTANCES_OF_ONE: usize = 10_000;

/// What lowering needs to know beside the program.
#[derive(Clone, Copy, Debug)]
pub struct LowerOptions {
    /// What the entry does.
    pub mode: Mode,
}

/// A lowered program.
pub struct Lowered {
    /// Its functions, in the value dialect.
    pub module: Module,
    /// What could only be found wrong now: endless instances.
    pub diagnostics: Vec<Diagnostic>,
}

/// Everything that workers share.
pub(crate) struct Shared<'a> {
    pub(crate) program: &'a hir::Program,
    pub(crate) table: &'a TypeTable,
    pub(crate) interner: &'a Interner,
    pub(crate) library: Library,
    pub(crate) options: LowerOptions,
    /// The constants that have slots.
    pub(crate) const_slots: FxHashMap<hir::ConstId, u32>,
    /// The classes that weak fields refer to.
    pub(crate) weak_targets: FxHashSet<hir::AdtId>,
    /// Whether there may be slots to give back at the end.
    pub(crate) has_slots: bool,
    /// Slots of variables and constants; those of kept results follow.
    fixed_slots: u32,
    results: Mutex<ResultSlots>,
    cached: std::sync::OnceLock<CachedParts>,
    shards: [Mutex<HashMap<Instance, u32, rustc_hash::FxBuildHasher>>; 16],
    made: boxcar::Vec<Made>,
    vtables: Mutex<VtableRequests>,
    /// The `dyn` types of which something needs the text.
    dyn_texts: Mutex<FxHashSet<hir::Ty>>,
    /// Caches of idle workers.
    idle: Mutex<Vec<Types<'a>>>,
    per_function: Vec<AtomicUsize>,
    failed: AtomicBool,
    diagnostics: Mutex<Vec<Diagnostic>>,
}

struct Made {
    instance: Instance,
    done: std::sync::OnceLock<Function>,
}

/// The vtables that functions refer to, by name and provisional number.
#[derive(Default)]
struct VtableRequests {
    by_name: FxHashMap<Symbol, u32>,
    list: Vec<VtableRequest>,
}

/// The slots of kept results, by the name of the function they are of and
/// provisional number.
#[derive(Default)]
struct ResultSlots {
    by_name: FxHashMap<Symbol, u32>,
    list: Vec<Global>,
}

/// A vtable that some function refers to.
#[derive(Clone)]
pub(crate) struct VtableRequest {
    pub(crate) name: Symbol,
    pub(crate) ty: crate::TypeId,
    /// Provisional numbers of its methods.
    pub(crate) methods: Vec<FuncId>,
    /// The `dyn` type of the values that have it.
    pub(crate) behind: hir::Ty,
    /// The type of what is inside.
    pub(crate) value: hir::Ty,
    /// Whether the text of what is inside follows the methods.
    pub(crate) has_text: bool,
}

impl<'a> Shared<'a> {
    /// The provisional number of `instance`; queues it if it is new.
    pub(crate) fn request<'s>(
        &'s self,
        scope: &rayon::Scope<'s>,
        instance: Instance,
        span: Span,
    ) -> FuncId {
        let shard = &self.shards[(fx_hash(&instance) >> 40) as usize & 15];
        let mut map = shard.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(number) = map.get(&instance) {
            return FuncId(*number);
        }
        let number = self.made.push(Made { instance, done: Default::default() }) as u32;
        map.insert(instance, number);
        drop(map);
        if let Instance::Fn(function, args) = instance
            && args != hir::Tys::EMPTY
        {
            let count = self.per_function[function.0 as usize].fetch_add(1, Ordering::Relaxed);
            if count >= MAX_INSTANCES_OF_ONE {
                self.report_endless(function, span);
                return FuncId(number);
            }
        }
        // What is given back is known when everything else is made.
        if instance != Instance::ReleaseSlots && !self.failed.load(Ordering::Relaxed) {
            scope.spawn(move |scope| self.make(scope, number));
        }
        FuncId(number)
    }

    /// The constants with slots that something uses, in order of declaration.
    pub(crate) fn used_consts(&self) -> Vec<hir::ConstId> {
        let mut used: Vec<hir::ConstId> = self
            .made
            .iter()
            .filter_map(|(_, made)| match made.instance {
                Instance::Const(id) => Some(id),
                _ => None,
            })
            .collect();
        used.sort_unstable_by_key(|id| id.0);
        used
    }

    /// Reports a generic function whose instances never end, once.
    pub(crate) fn report_endless(&self, function: hir::FnId, span: Span) {
        if self.failed.swap(true, Ordering::Relaxed) {
            return;
        }
        let def = &self.program.functions[function];
        let name = self.interner.resolve(def.name);
        let diagnostic = Diagnostic::error(
            &hir::codes::ENDLESS_INSTANCES,
            def.span,
            format!("`{name}` needs endlessly many instances"),
        )
        .label("each call asks for it with a new, larger type")
        .also(span, "one of those calls")
        .note("a generic function is compiled once for each type it is used with, so a call of itself with an ever larger type never ends");
        self.diagnostics.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(diagnostic);
    }

    /// The provisional number of a vtable.
    pub(crate) fn request_vtable(&self, request: VtableRequest) -> u32 {
        let mut requests = self.vtables.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let next = requests.list.len() as u32;
        let VtableRequests { by_name, list } = &mut *requests;
        *by_name.entry(request.name).or_insert_with(|| {
            list.push(request);
            next
        })
    }

    /// Says that the vtables of a `dyn` type must have the text of their values.
    pub(crate) fn request_dyn_text(&self, ty: hir::Ty) {
        self.dyn_texts.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(ty);
    }

    /// Adds the text to the vtables that need it and have none yet. Whether
    /// there were any; making them may have brought new ones.
    fn add_dyn_texts(&self) -> bool {
        let wanted = self.dyn_texts.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        let vtables = || self.vtables.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let missing: Vec<(usize, hir::Ty)> = vtables()
            .list
            .iter()
            .enumerate()
            .filter(|(_, vtable)| !vtable.has_text && wanted.contains(&vtable.behind))
            .map(|(index, vtable)| (index, vtable.value))
            .collect();
        rayon::scope(|scope| {
            for (index, value) in &missing {
                let text = self.request(scope, Instance::TextSlot(*value), Span::NONE);
                let vtable = &mut vtables().list[*index];
                vtable.methods.push(text);
                vtable.has_text = true;
            }
        });
        !missing.is_empty()
    }

    /// The provisional slot of the results that the function `name` keeps.
    pub(crate) fn request_results(&self, name: Symbol, ty: crate::TypeId) -> u32 {
        let mut results = self.results.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let next = results.list.len() as u32;
        let ResultSlots { by_name, list } = &mut *results;
        let position = *by_name.entry(name).or_insert_with(|| {
            let name = format!("{}.results", self.interner.resolve(name));
            list.push(Global { name: self.interner.intern(&name), ty });
            next
        });
        self.fixed_slots + position
    }

    /// The slots of kept results by name, with their types.
    pub(crate) fn used_results(&self) -> Vec<(u32, crate::TypeId)> {
        let results = self.results.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let order = by_name(&results.list, self.interner);
        order
            .into_iter()
            .map(|index| (self.fixed_slots + index as u32, results.list[index].ty))
            .collect()
    }

    /// What cached functions call.
    pub(crate) fn cached_library(&self) -> CachedParts {
        *self.cached.get_or_init(|| CachedParts::find(self.program, self.interner))
    }

    fn make<'s>(&'s self, scope: &rayon::Scope<'s>, number: u32) {
        if self.failed.load(Ordering::Relaxed) {
            return;
        }
        let made = &self.made[number as usize];
        let idle = || self.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let types =
            idle().pop().unwrap_or_else(|| Types::new(self.program, self.table, self.interner));
        let mut lowerer = FunctionLowerer::new(self, scope, types);
        let function = lowerer.lower(made.instance);
        let types = lowerer.types;
        if types.endless {
            let function = match made.instance {
                Instance::Fn(function, _)
                | Instance::Lambda(Owner::Fn(function), ..)
                | Instance::Value(function, _)
                | Instance::Computed(function, _)
                | Instance::Slot(function, ..) => function,
                Instance::Structural(..)
                | Instance::TextSlot(_)
                | Instance::Lambda(Owner::Const(_), ..)
                | Instance::Const(_)
                | Instance::ReleaseSlots
                | Instance::Entry => {
                    self.program.entry.map_or(hir::FnId(0), |entry| entry.function)
                }
            };
            self.report_endless(function, Span::NONE);
            return;
        }
        idle().push(types);
        // Each number is queued once, so nobody else has set it.
        let _ = made.done.set(function);
    }
}

/// Lowers everything that the program's entry (or its tests) reach.
pub fn lower(
    program: &hir::Program,
    table: &TypeTable,
    interner: &Interner,
    options: LowerOptions,
) -> Lowered {
    let const_slots = super::consts::slots(program, 2 * program.globals.len() as u32);
    let fixed_slots = 2 * (program.globals.len() + const_slots.len()) as u32;
    let is_cached = |def: &hir::FnDef| def.attributes.cached.is_some();
    let has_slots = !const_slots.is_empty() || program.functions.iter().any(is_cached);
    let shared = Shared {
        program,
        table,
        interner,
        library: Library::find(program, interner),
        options,
        const_slots,
        weak_targets: super::lifetime::weak_targets(program),
        has_slots,
        fixed_slots,
        results: Mutex::default(),
        cached: std::sync::OnceLock::new(),
        shards: std::array::from_fn(|_| Mutex::default()),
        made: boxcar::Vec::new(),
        vtables: Mutex::default(),
        dyn_texts: Mutex::default(),
        idle: Mutex::default(),
        per_function: program.functions.iter().map(|_| AtomicUsize::new(0)).collect(),
        failed: AtomicBool::new(false),
        diagnostics: Mutex::default(),
    };
    rayon::scope(|scope| {
        shared.request(scope, Instance::Entry, Span::NONE);
    });
    while shared.add_dyn_texts() {}
    if shared.has_slots {
        rayon::scope(|scope| {
            let release = shared.request(scope, Instance::ReleaseSlots, Span::NONE);
            shared.make(scope, release.0);
        });
    }
    let Shared { made, vtables, diagnostics, const_slots, results, .. } = shared;
    let diagnostics = diagnostics.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    if !diagnostics.is_empty() {
        return Lowered { module: Module::default(), diagnostics };
    }
    let vtables = vtables.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()).list;
    let results = results.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()).list;
    let result_order = by_name(&results, interner);
    let mut result_finals = vec![0; results.len()];
    for (position, index) in result_order.iter().enumerate() {
        result_finals[*index] = fixed_slots + position as u32;
    }
    let slots = Slots { fixed: fixed_slots, results: result_finals };
    let mut module = number(made.into_iter().collect(), vtables, &slots, interner);
    module.globals = super::entry::globals(program, table, interner);
    module.globals.extend(super::consts::globals(program, &const_slots, table, interner));
    module.globals.extend(result_order.iter().map(|index| results[*index].clone()));
    Lowered { module, diagnostics }
}

/// Positions in `globals`, ordered by name.
fn by_name(globals: &[Global], interner: &Interner) -> Vec<usize> {
    let mut order: Vec<usize> = (0..globals.len()).collect();
    order.sort_unstable_by_key(|index| interner.resolve(globals[*index].name));
    order
}

/// The final numbers of slots: those from `fixed` on are kept results, whose
/// provisional numbers depend on the order in which they were asked for.
struct Slots {
    fixed: u32,
    results: Vec<u32>,
}

/// Gives functions, vtables and slots their final numbers.
fn number(
    made: Vec<Made>,
    vtables: Vec<VtableRequest>,
    slots: &Slots,
    interner: &Interner,
) -> Module {
    let done = |made: &Made| made.done.get().expect("every queued instance was made").name;
    let mut order: Vec<(OrderKey, u32)> = made
        .par_iter()
        .enumerate()
        .map(|(number, made)| (made.instance.order(interner.resolve(done(made))), number as u32))
        .collect();
    order.par_sort_unstable();
    let mut finals = vec![FuncId(0); made.len()];
    for (position, (_, number)) in order.iter().enumerate() {
        finals[*number as usize] = FuncId(position as u32);
    }
    let mut vtable_order: Vec<usize> = (0..vtables.len()).collect();
    vtable_order.sort_unstable_by_key(|index| interner.resolve(vtables[*index].name));
    let mut vtable_finals = vec![0; vtables.len()];
    for (position, index) in vtable_order.iter().enumerate() {
        vtable_finals[*index] = position as u32;
    }

    let mut lowered: Vec<Option<Function>> =
        made.into_iter().map(|made| made.done.into_inner()).collect();
    let mut functions: Vec<Function> = order
        .iter()
        .map(|(_, number)| lowered[*number as usize].take().expect("each is placed once"))
        .collect();
    functions
        .par_iter_mut()
        .for_each(|function| renumber(function, &finals, &vtable_finals, slots));

    let vtables = vtable_order
        .iter()
        .map(|index| {
            let request = &vtables[*index];
            Vtable {
                name: request.name,
                ty: request.ty,
                // The ownership pass makes these two.
                drop: FuncId(u32::MAX),
                clone: FuncId(u32::MAX),
                methods: request.methods.iter().map(|id| finals[id.0 as usize]).collect(),
            }
        })
        .collect();
    Module {
        // The entry was requested first and sorts first.
        entry: Some(finals[0]),
        functions: IndexVec::from_raw(functions),
        vtables,
        ..Module::default()
    }
}

/// Replaces provisional numbers by final ones.
fn renumber(function: &mut Function, functions: &[FuncId], vtables: &[u32], slots: &Slots) {
    let fix = |id: &mut FuncId| *id = functions[id.0 as usize];
    let fix_operand = |operand: &mut Operand| {
        if let Operand::Const(Const::Function(id, _)) = operand {
            fix(id);
        }
    };
    for block in function.blocks.iter_mut() {
        for statement in &mut block.statements {
            match &mut statement.kind {
                StatementKind::Call { callee: Callee::Function(id), .. } => fix(id),
                StatementKind::Assign(_, rvalue) => match rvalue {
                    Rvalue::Use(operand) | Rvalue::Box(operand) => fix_operand(operand),
                    Rvalue::Dyn(vtable, operand) => {
                        *vtable = vtables[*vtable as usize];
                        fix_operand(operand);
                    }
                    Rvalue::Closure { code, .. } => fix(code),
                    Rvalue::GlobalAddress(slot) if *slot >= slots.fixed => {
                        *slot = slots.results[(*slot - slots.fixed) as usize];
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        if let Terminator::Return(operand) = &mut block.terminator {
            fix_operand(operand);
        }
    }
    for arg in &mut function.args {
        if let Arg::Value(operand) = arg {
            fix_operand(operand);
        }
    }
}
