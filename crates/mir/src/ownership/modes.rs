//! Which parameters are owned, and which functions touch shared memory: what
//! has to be known of the whole program before any function is rewritten.
//!
//! Each function is summarised on its own, in parallel. Then facts travel
//! backwards along calls: a parameter that is passed on at its last use is
//! owned if the callee's is; a function that calls one that writes to class
//! instances may do so itself. Both are reachability, linear in the number of
//! calls.

use rayon::prelude::*;
use simple_source::interner::FxHashMap;
use simple_source::{Idx, IndexVec};

use super::body::{Body, MAX_CHAIN};
use super::regions::Region;
use crate::analysis::{
    How, LiveSet, Occurrence, Role, for_each_occurrence, for_each_terminator_operand,
};
use crate::{
    Arg, Callee, Const, FuncId, Function, LocalId, Module, Operand, ParamMode, Place, Projection,
    Rvalue, StatementKind, Terminator, Type, TypeId, TypeTable,
};

/// What a function may do to memory that others reach: class instances and
/// program-wide variables. What it does to places whose addresses it was given
/// counts where they were given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Effects {
    /// It may change such memory.
    pub(super) writes: bool,
    /// It may look at such memory.
    pub(super) reads: bool,
}

impl Effects {
    /// Of code that is not known.
    pub(super) const UNKNOWN: Effects = Effects { writes: true, reads: true };

    fn add(&mut self, other: Effects) -> bool {
        let before = *self;
        self.writes |= other.writes;
        self.reads |= other.reads;
        *self != before
    }
}

/// What is known of the whole program.
#[derive(Default)]
pub(super) struct Program {
    modes: IndexVec<FuncId, Box<[ParamMode]>>,
    results: IndexVec<FuncId, TypeId>,
    effects: IndexVec<FuncId, Effects>,
}

impl Program {
    /// What `function` returns.
    pub(super) fn result(&self, function: FuncId) -> Option<TypeId> {
        self.results.get(function).copied()
    }

    /// How `function` takes its parameter `index`.
    pub(super) fn mode(&self, function: FuncId, index: u32) -> ParamMode {
        let modes = self.modes.get(function);
        modes.and_then(|modes| modes.get(index as usize)).copied().unwrap_or(ParamMode::Borrowed)
    }

    /// What calling `callee` may do.
    pub(super) fn effects(&self, callee: &Callee) -> Effects {
        match callee {
            Callee::Function(id) => self.effects.get(*id).copied().unwrap_or(Effects::UNKNOWN),
            // The runtime changes nothing but what it is given the address of.
            Callee::Extern(_) => Effects::default(),
            Callee::Closure(_) | Callee::Method(..) => Effects::UNKNOWN,
        }
    }
}

/// A parameter of a function.
type Param = (FuncId, u32);

/// What one function says by itself.
#[derive(Default)]
struct Summary {
    effects: Effects,
    calls: Vec<FuncId>,
    /// Functions that are used as values here.
    values: Vec<FuncId>,
    /// Parameters that the body takes over or changes.
    owned: Vec<u32>,
    /// Parameters that are passed on at their last use, and where to.
    passed: Vec<(u32, Param)>,
}

impl Summary {
    fn add_call(&mut self, callee: &Callee, program: &Program) {
        match callee {
            Callee::Function(id) => self.calls.push(*id),
            callee => {
                self.effects.add(program.effects(callee));
            }
        }
    }
}

/// Decides all modes of `module`.
pub(super) fn solve(module: &mut Module, types: &TypeTable) -> Program {
    fix_plain_modes(module, types);
    let mut program = Program {
        modes: module.functions.iter().map(|f| f.params.clone().into_boxed_slice()).collect(),
        results: module.functions.iter().map(|function| function.result).collect(),
        effects: IndexVec::new(),
    };
    let summaries: Vec<Summary> = module
        .functions
        .as_slice()
        .par_iter()
        .map(|function| summarise(function, types, &program))
        .collect();
    solve_modes(module, &summaries);
    program.modes = module.functions.iter().map(|f| f.params.clone().into_boxed_slice()).collect();
    program.effects = solve_effects(&summaries);
    program
}

/// Decides the modes that types alone decide.
fn fix_plain_modes(module: &mut Module, types: &TypeTable) {
    let mut codes = Vec::new();
    for function in &module.functions {
        for_each_value(function, |id, is_closure| {
            if is_closure {
                codes.push(id);
            }
        });
    }
    for code in codes {
        // The captures of a closure.
        if let Some(function) = module.functions.raw_mut().get_mut(code.index())
            && let Some(mode @ ParamMode::Undecided) = function.params.first_mut()
            && matches!(types.get(function.locals[LocalId(0)].ty), Type::Address(_))
        {
            *mode = ParamMode::Borrowed;
        }
    }
    for function in module.functions.iter_mut() {
        for (index, mode) in function.params.iter_mut().enumerate() {
            let ty = function.locals[LocalId(index as u32)].ty;
            let address = matches!(types.get(ty), Type::Address(_));
            match (*mode, address) {
                (ParamMode::Undecided | ParamMode::Owned, true) => *mode = ParamMode::Address,
                (ParamMode::Undecided, false) if !types.is_counted(ty) => *mode = ParamMode::Owned,
                _ => {}
            }
        }
    }
}

/// Calls `each` for functions used as values, and whether as a closure's code.
fn for_each_value(function: &Function, mut each: impl FnMut(FuncId, bool)) {
    let mut constant = |operand: Operand| {
        if let Operand::Const(Const::Function(id, _)) = operand {
            each(id, true);
        }
    };
    for arg in &function.args {
        if let Arg::Value(operand) = arg {
            constant(*operand);
        }
    }
    for block in &function.blocks {
        if let Terminator::Return(operand) = block.terminator {
            constant(operand);
        }
        for statement in &block.statements {
            match statement.kind {
                StatementKind::Assign(_, rvalue) => match rvalue {
                    Rvalue::Closure { code, .. } => {
                        constant(Operand::Const(Const::Function(code, crate::SignatureId(0))))
                    }
                    Rvalue::Use(operand) | Rvalue::Box(operand) | Rvalue::Dyn(_, operand) => {
                        constant(operand);
                    }
                    _ => {}
                },
                StatementKind::Initialise(_, operand) => constant(operand),
                _ => {}
            }
        }
    }
}

fn solve_modes(module: &mut Module, summaries: &[Summary]) {
    let mut owned: Vec<Param> = Vec::new();
    for vtable in &module.vtables {
        for &method in &vtable.methods {
            let params = module.functions.get(method).map_or(0, |f| f.params.len());
            owned.extend((0..params as u32).map(|index| (method, index)));
        }
    }
    let mut passed_to: FxHashMap<Param, Vec<Param>> = FxHashMap::default();
    for (position, summary) in summaries.iter().enumerate() {
        let id = FuncId::from_usize(position);
        owned.extend(summary.owned.iter().map(|&index| (id, index)));
        for &value in &summary.values {
            let params = module.functions.get(value).map_or(0, |f| f.params.len());
            owned.extend((0..params as u32).map(|index| (value, index)));
        }
        for &(index, to) in &summary.passed {
            passed_to.entry(to).or_default().push((id, index));
        }
    }
    // Parameters that were owned from the beginning.
    for (id, function) in module.functions.iter_enumerated() {
        for (index, mode) in function.params.iter().enumerate() {
            if *mode == ParamMode::Owned && passed_to.contains_key(&(id, index as u32)) {
                owned.push((id, index as u32));
            }
        }
    }
    while let Some(param) = owned.pop() {
        let Some(function) = module.functions.raw_mut().get_mut(param.0.index()) else { continue };
        match function.params.get_mut(param.1 as usize) {
            Some(mode @ ParamMode::Undecided) => *mode = ParamMode::Owned,
            Some(ParamMode::Owned) => {}
            _ => continue,
        }
        if let Some(passing) = passed_to.remove(&param) {
            owned.extend(passing);
        }
    }
    for function in module.functions.iter_mut() {
        for mode in &mut function.params {
            if *mode == ParamMode::Undecided {
                *mode = ParamMode::Borrowed;
            }
        }
    }
}

fn solve_effects(summaries: &[Summary]) -> IndexVec<FuncId, Effects> {
    let mut effects: Vec<Effects> = summaries.iter().map(|summary| summary.effects).collect();
    let mut callers: Vec<Vec<u32>> = vec![Vec::new(); summaries.len()];
    for (position, summary) in summaries.iter().enumerate() {
        for callee in &summary.calls {
            match callers.get_mut(callee.index()) {
                Some(callers) => callers.push(position as u32),
                None => effects[position] = Effects::UNKNOWN,
            }
        }
    }
    let mut work: Vec<u32> = (0..summaries.len() as u32).collect();
    while let Some(function) = work.pop() {
        let found = effects[function as usize];
        for &caller in &callers[function as usize] {
            if effects[caller as usize].add(found) {
                work.push(caller);
            }
        }
    }
    IndexVec::from_raw(effects)
}

fn summarise(function: &Function, types: &TypeTable, program: &Program) -> Summary {
    let mut summary = Summary::default();
    for_each_value(function, |id, _| summary.values.push(id));
    // Where nothing is reached through a pointer and the modes are known, only
    // calls are of interest.
    if !function.projections.contains(&Projection::Deref)
        && !function.params.contains(&ParamMode::Undecided)
    {
        for statement in function.blocks.iter().flat_map(|block| &block.statements) {
            if let StatementKind::Call { callee, .. } = &statement.kind {
                summary.add_call(callee, program);
            }
        }
        summary.calls.sort_unstable();
        summary.calls.dedup();
        return summary;
    }
    let body = Body::new(types, program, function);
    for &block in body.cfg.order() {
        let block = &function.blocks[block];
        for statement in &block.statements {
            if let StatementKind::Call { callee, .. } = &statement.kind {
                summary.add_call(callee, program);
            }
            for_each_occurrence(function, statement, |occurrence| {
                summary.effects.add(effects_of(&body, &occurrence));
            });
        }
        for_each_terminator_operand(&block.terminator, |occurrence| {
            summary.effects.add(effects_of(&body, &occurrence));
        });
    }
    summary.calls.sort_unstable();
    summary.calls.dedup();
    if function.params.contains(&ParamMode::Undecided) {
        summarise_params(&body, &mut summary);
    }
    summary
}

fn effects_of(body: &Body<'_>, occurrence: &Occurrence) -> Effects {
    let function = body.function;
    if !function.projections_of(occurrence.place).contains(&Projection::Deref) {
        return Effects::default();
    }
    let is_shared = |region: Region| match region {
        Region::Shared(_) => true,
        Region::Behind(local) => local.index() >= function.params.len(),
        Region::Local(_) | Region::Frozen => false,
    };
    let way = body.way(occurrence.place);
    let (last, before) = way.segments.split_last().expect("a way ends somewhere");
    let reached = is_shared(last.region);
    let changes = !matches!(occurrence.how, How::Read(_) | How::Inspect | How::Tag | How::Receiver);
    Effects {
        writes: changes && reached,
        reads: reached || before.iter().any(|segment| is_shared(segment.region)),
    }
}

/// Why the local at hand is not needed after a statement that reads it.
enum Taken {
    /// It is stored, returned, changed: whoever had it has lost it.
    Over,
    /// It is passed to this parameter, whose mode is not known.
    To(Param),
    /// It is copied to another local, which goes by the same rules.
    By(LocalId),
}

/// How often a local is defined.
#[derive(Clone, Copy, Default)]
struct Definitions {
    all: u32,
    /// By copies from `origin`.
    copies: u32,
    origin: Option<LocalId>,
    /// Whether a part of it is changed.
    changed: bool,
}

impl Definitions {
    fn add_copy(&mut self, from: LocalId) {
        if *self.origin.get_or_insert(from) == from {
            self.copies += 1;
        }
    }

    /// Whether it is more than another name for one value, or, if it is
    /// copied from the same local wherever it is defined, for parts of one.
    fn is_variable(&self, is_param: bool) -> bool {
        self.changed || if is_param { self.all > 0 } else { self.all > 1 && self.copies < self.all }
    }
}

/// Finds out what happens to parameters whose mode is not decided.
fn summarise_params(body: &Body<'_>, summary: &mut Summary) {
    let function = body.function;
    let liveness = body.liveness();
    let mut live = LiveSet::new(body.function);
    let mut definitions = vec![Definitions::default(); function.locals.len()];
    let mut taken: Vec<(LocalId, Taken)> = Vec::new();
    for &block in body.cfg.order() {
        live.start(body.function, &liveness, block, |_| {});
        let block = &function.blocks[block];
        for_each_terminator_operand(&block.terminator, |occurrence| {
            note(body, &occurrence, &live, None, &mut taken);
            live.insert(occurrence.place.local);
        });
        for statement in block.statements.iter().rev() {
            let mut copied_to = None;
            if let StatementKind::Assign(Place { local, len: 0, .. }, rvalue) = statement.kind
                && let Rvalue::Use(Operand::Copy(from)) = rvalue
            {
                copied_to = Some(local);
                definitions[local.index()].add_copy(from.local);
            }
            for_each_occurrence(function, statement, |occurrence| {
                let local = occurrence.place.local;
                if occurrence.how == How::Write && occurrence.place.len == 0 {
                    definitions[local.index()].all += 1;
                    live.remove(local);
                }
            });
            for_each_occurrence(function, statement, |occurrence| {
                let changes = !matches!(
                    occurrence.how,
                    How::Read(_) | How::Inspect | How::Tag | How::Receiver
                );
                let local = occurrence.place.local;
                if changes && occurrence.place.len > 0 || occurrence.how == How::Unshare {
                    let region = body.way(occurrence.place).segments.last().map(|s| s.region);
                    definitions[local.index()].changed |= region == Some(Region::Local(local));
                } else if changes && !matches!(occurrence.how, How::Write) {
                    definitions[local.index()].changed = true;
                } else {
                    note(body, &occurrence, &live, copied_to, &mut taken);
                }
            });
            for_each_occurrence(function, statement, |occurrence| {
                if occurrence.how != How::Write || occurrence.place.len > 0 {
                    live.insert(occurrence.place.local);
                }
            });
        }
    }
    resolve(body, &taken, &definitions, summary);
}

fn note(
    body: &Body<'_>,
    occurrence: &Occurrence,
    live: &LiveSet,
    copied_to: Option<LocalId>,
    taken: &mut Vec<(LocalId, Taken)>,
) {
    let place = occurrence.place;
    let How::Read(role) = occurrence.how else { return };
    if live.contains(place.local) || !body.counted[place.local] || !is_taken_apart(body, place) {
        return;
    }
    let how = match (role, copied_to) {
        (Role::Store, Some(copy)) => Taken::By(copy),
        (Role::Store | Role::OwnedArg | Role::Return, _) => Taken::Over,
        (Role::Param(function, index), _) => match body.program.mode(function, index) {
            ParamMode::Owned => Taken::Over,
            ParamMode::Undecided => Taken::To((function, index)),
            ParamMode::Borrowed | ParamMode::Address => return,
        },
        (Role::Look | Role::ExternArg, _) => return,
    };
    if body.is_counted(place) {
        taken.push((place.local, how));
    }
}

/// Whether taking `place` over takes its local's value apart: the whole of it,
/// or what a variant holds. Then the rest is of no use, and owning the whole
/// lets the part stay unique. Fields of structs are rather copied: that is what
/// accessors do.
fn is_taken_apart(body: &Body<'_>, place: Place) -> bool {
    let steps = body.function.projections_of(place);
    let inside = steps.iter().rev().skip_while(|step| **step == Projection::Deref);
    let ends_in_variant = match inside.clone().next() {
        None => steps.is_empty(),
        Some(Projection::Field(_)) => {
            matches!(inside.clone().nth(1), Some(Projection::Variant(_)))
        }
        Some(_) => false,
    };
    ends_in_variant
        && !steps.iter().any(|step| matches!(step, Projection::Index(_)))
        && body.way(place).segments.len() == 1
}

fn resolve(
    body: &Body<'_>,
    taken: &[(LocalId, Taken)],
    definitions: &[Definitions],
    summary: &mut Summary,
) {
    let function = body.function;
    let params = function.params.len();
    let is_variable =
        |local: LocalId| definitions[local.index()].is_variable(local.index() < params);
    // Which local a copy stands for.
    let mut stands_for: FxHashMap<LocalId, LocalId> = FxHashMap::default();
    for (local, how) in taken {
        if let Taken::By(copy) = how
            && !is_variable(*copy)
        {
            stands_for.insert(*copy, *local);
        }
    }
    let undecided =
        |local: LocalId| function.params.get(local.index()) == Some(&ParamMode::Undecided);
    let param_of = |mut local: LocalId| {
        // Longer chains of copies than this are not worth following.
        for _ in 0..4 * MAX_CHAIN {
            match stands_for.get(&local) {
                Some(&origin) => local = origin,
                None => break,
            }
        }
        undecided(local).then_some(local.0)
    };
    for index in 0..params {
        let local = LocalId(index as u32);
        if undecided(local) && is_variable(local) {
            summary.owned.push(local.0);
        }
    }
    for (local, how) in taken {
        let Some(param) = param_of(*local) else { continue };
        match how {
            Taken::Over => summary.owned.push(param),
            Taken::To(to) => summary.passed.push((param, *to)),
            Taken::By(copy) => {
                if is_variable(*copy) {
                    summary.owned.push(param);
                }
            }
        }
    }
}
