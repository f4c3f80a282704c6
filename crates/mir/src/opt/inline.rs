//! Calls replaced by the bodies of what they call.
//!
//! Callees come before callers, so that what is inlined is inlined into
//! already. On the value dialect an argument is a copy and a `mut` argument
//! stands for its place, so nothing has to be known about ownership.

use simple_source::{Idx, Span};

use crate::function::*;
use crate::opt::{cold, simplify, visit};
use crate::types::{Type, TypeTable};

/// Callees up to this many statements are inlined wherever they are called.
const SMALL: usize = 14;
/// Callees of the library may be larger: they are made to be.
const SMALL_LIBRARY: usize = 40;
/// `@inline`d callees may be as large as this.
const LARGE: usize = 400;
/// A caller does not grow beyond this many statements.
const MAX_CALLER: usize = 4000;
/// Rounds of inlining into one caller: what was inlined may show new calls.
const MAX_ROUNDS: usize = 4;

/// Inlines in all functions of a module, `order`ed so that callees come first.
pub(crate) fn inline(module: &mut Module, types: &TypeTable, order: &[FuncId]) {
    // Functions that may be copied: finished, and not recursive.
    let mut done = vec![false; module.functions.len()];
    for &id in order {
        // The entry runs once, and backtraces are to name what it calls.
        if module.entry == Some(id) {
            continue;
        }
        let mut caller = std::mem::replace(&mut module.functions[id], empty(types));
        for _ in 0..MAX_ROUNDS {
            devirtualise(&mut caller, module, types);
            if !inline_into(&mut caller, id, module, &done, types) {
                break;
            }
            simplify::simplify(&mut caller);
        }
        // A copy of a function that calls itself would only be its first round.
        done[id.index()] = !calls(&caller, id);
        module.functions[id] = caller;
    }
}

fn empty(types: &TypeTable) -> Function {
    Function {
        name: simple_source::sym::EMPTY,
        display: simple_source::sym::EMPTY,
        params: Vec::new(),
        result: types.intern(Type::Unit),
        locals: Default::default(),
        blocks: Default::default(),
        projections: Vec::new(),
        args: Vec::new(),
        attributes: Attributes::default(),
        span: Span::NONE,
    }
}

/// All functions, each after those that it calls, as far as calls are no
/// circles.
pub(crate) fn callees_first(module: &Module) -> Vec<FuncId> {
    let count = module.functions.len();
    let mut order = Vec::with_capacity(count);
    let mut state = vec![0u8; count];
    let mut callees: Vec<Vec<FuncId>> = Vec::with_capacity(count);
    for function in &module.functions {
        let mut list = Vec::new();
        for block in &function.blocks {
            for statement in &block.statements {
                match &statement.kind {
                    StatementKind::Call { callee: Callee::Function(id), .. } => list.push(*id),
                    StatementKind::Assign(_, Rvalue::Closure { code, .. }) => list.push(*code),
                    StatementKind::Assign(
                        _,
                        Rvalue::Use(Operand::Const(Const::Function(id, _))),
                    ) => {
                        list.push(*id);
                    }
                    _ => {}
                }
            }
        }
        for arg in &function.args {
            if let Arg::Value(Operand::Const(Const::Function(id, _))) = arg {
                list.push(*id);
            }
        }
        callees.push(list);
    }
    for root in 0..count {
        if state[root] != 0 {
            continue;
        }
        let mut stack = vec![(root, 0)];
        state[root] = 1;
        while let Some((function, next)) = stack.last_mut() {
            if let Some(callee) = callees[*function].get(*next) {
                *next += 1;
                if state[callee.index()] == 0 {
                    state[callee.index()] = 1;
                    stack.push((callee.index(), 0));
                }
            } else {
                order.push(FuncId::from_usize(*function));
                stack.pop();
            }
        }
    }
    order
}

fn calls(function: &Function, id: FuncId) -> bool {
    function.blocks.iter().flat_map(|block| &block.statements).any(|statement| {
        matches!(statement.kind, StatementKind::Call { callee: Callee::Function(callee), .. }
            if callee == id)
    })
}

fn size(function: &Function) -> usize {
    function.blocks.iter().map(|block| block.statements.len() + 1).sum()
}

/// Whether `callee` is worth a copy of its body; not if the call is `doomed`, on
/// the way to a panic.
fn is_worth_it(callee: &Function, caller: &Function, doomed: bool) -> bool {
    let size = size(callee);
    match callee.attributes.inline {
        // The end of the startup is to be seen in the program.
        _ if callee.attributes.anchor.is_some() => false,
        InlineHint::Never => false,
        InlineHint::Always => size <= LARGE,
        InlineHint::Auto => {
            if doomed
                || callee.attributes.cold
                || callee.attributes.phase != caller.attributes.phase
                    && callee.attributes.phase.is_some()
            {
                return false;
            }
            size <= if callee.attributes.library { SMALL_LIBRARY } else { SMALL }
        }
    }
}

/// Replaces calls; whether there were any.
fn inline_into(
    caller: &mut Function,
    caller_id: FuncId,
    module: &Module,
    done: &[bool],
    types: &TypeTable,
) -> bool {
    if caller.attributes.optimize == Some(OptimizeLevel::Speed(0)) {
        return false;
    }
    let mut inlined = false;
    let mut total = size(caller);
    // Blocks that are added later come from callees, and those are no ends.
    let doomed = cold::doomed(caller);
    let mut block = 0;
    while block < caller.blocks.len() {
        let id = BlockId::from_usize(block);
        let mut index = 0;
        while index < caller.blocks[id].statements.len() {
            let statement = caller.blocks[id].statements[index];
            if let StatementKind::Call { dest, callee: Callee::Function(callee_id), args } =
                statement.kind
                && callee_id != caller_id
                && done[callee_id.index()]
                && total <= MAX_CALLER
                && is_worth_it(
                    &module.functions[callee_id],
                    caller,
                    doomed.get(block) == Some(&true),
                )
                && let Some(plan) =
                    Plan::new(caller, &module.functions[callee_id], dest, args, types)
            {
                total += size(&module.functions[callee_id]);
                plan.apply(caller, &module.functions[callee_id], id, index, statement.span);
                inlined = true;
                // The rest of the block moved to a new one, visited later.
                break;
            }
            index += 1;
        }
        block += 1;
    }
    inlined
}

/// How a callee's locals appear in the caller.
struct Plan {
    /// The caller's local for each of the callee's, except address parameters.
    locals: Vec<LocalId>,
    /// For each address parameter the caller's place behind it.
    addresses: Vec<Option<Place>>,
    /// Values to assign to parameters.
    values: Vec<(LocalId, Operand)>,
    dest: Option<Place>,
}

impl Plan {
    fn new(
        caller: &mut Function,
        callee: &Function,
        dest: Option<Place>,
        args: Args,
        types: &TypeTable,
    ) -> Option<Self> {
        if callee.blocks.is_empty() {
            return None;
        }
        let args = caller.args[args.start as usize..][..args.len as usize].to_vec();
        if args.len() != callee.params.len() {
            return None;
        }
        let mut addresses = vec![None; callee.locals.len()];
        for (index, arg) in args.iter().enumerate() {
            let Arg::Address(place) = arg else { continue };
            if !is_stable_way(caller, *place, types) || !only_behind(callee, LocalId(index as u32))
            {
                return None;
            }
            addresses[index] = Some(*place);
        }
        let mut values = Vec::new();
        let locals = callee
            .locals
            .iter_enumerated()
            .map(|(id, local)| {
                let new = caller.locals.push(*local);
                if let Some(Arg::Value(value)) = args.get(id.index()) {
                    values.push((new, *value));
                }
                new
            })
            .collect();
        Some(Self { locals, addresses, values, dest })
    }

    /// Puts the callee's body in place of statement `index` of `block`.
    fn apply(
        self,
        caller: &mut Function,
        callee: &Function,
        block: BlockId,
        index: usize,
        call_span: Span,
    ) {
        let take_span = callee.attributes.library && !caller.attributes.library;
        let span_of = |span: Span| if take_span { call_span } else { span };
        let first = caller.blocks.len() as u32;
        let rest_block = BlockId(first + callee.blocks.len() as u32);
        // The caller's block ends with the arguments' values.
        let rest = caller.blocks[block].statements.split_off(index + 1);
        caller.blocks[block].statements.pop();
        for (local, value) in &self.values {
            caller.blocks[block].statements.push(Statement {
                kind: StatementKind::Assign(Place::local(*local), Rvalue::Use(*value)),
                span: call_span,
            });
        }
        let terminator = std::mem::replace(
            &mut caller.blocks[block].terminator,
            Terminator::Goto(BlockId(first)),
        );
        let rest_span = caller.blocks[block].span;
        caller.blocks[block].span = call_span;
        // A copy of the callee with its own numbers moved up.
        let mut body = callee.clone();
        self.rename(caller, &mut body);
        let args_base = caller.args.len() as u32;
        caller.args.append(&mut body.args);
        for mut new in body.blocks.into_raw() {
            for statement in &mut new.statements {
                statement.span = span_of(statement.span);
                move_args(&mut statement.kind, args_base);
            }
            visit::successors_mut(&mut new.terminator, &mut |target| target.0 += first);
            new.span = span_of(new.span);
            if let Terminator::Return(value) = new.terminator {
                if let Some(dest) = self.dest {
                    new.statements.push(Statement {
                        kind: StatementKind::Assign(dest, Rvalue::Use(value)),
                        span: call_span,
                    });
                }
                new.terminator = Terminator::Goto(rest_block);
            }
            caller.blocks.push(new);
        }
        caller.blocks.push(Block { statements: rest, terminator, span: rest_span });
    }

    /// Rewrites the places of `body` in the caller's terms; their projections
    /// go to the caller's table.
    fn rename(&self, caller: &mut Function, body: &mut Function) {
        let steps_of = std::mem::take(&mut body.projections);
        visit::all_places_mut(body, &mut |place| {
            let steps = &steps_of[place.start as usize..][..place.len as usize];
            let start = caller.projections.len() as u32;
            let (local, prefix, rest) = match self.addresses[place.local.0 as usize] {
                // The first step goes through the address.
                Some(target) => (target.local, (target.start, target.len), &steps[1..]),
                None => (self.locals[place.local.0 as usize], (0, 0), steps),
            };
            caller
                .projections
                .extend_from_within(prefix.0 as usize..(prefix.0 + prefix.1) as usize);
            for step in rest {
                caller.projections.push(match step {
                    Projection::Index(local) => Projection::Index(self.locals[local.0 as usize]),
                    other => *other,
                });
            }
            let len = caller.projections.len() as u32 - start;
            *place = Place { local, start, len };
        });
    }
}

fn move_args(statement: &mut StatementKind, by: u32) {
    if let Some(args) = visit::args_mut(statement) {
        args.start += by;
    }
}

/// Whether a place means the same memory during the whole callee: not if an
/// element is reached through a class instance or a program-wide variable,
/// where the list may be replaced meanwhile (a call pins it, inlined code
/// would not).
fn is_stable_way(function: &Function, place: Place, types: &TypeTable) -> bool {
    let steps = &function.projections[place.start as usize..][..place.len as usize];
    if !steps.iter().any(|step| matches!(step, Projection::Index(_))) {
        return true;
    }
    let is_param = (place.local.0 as usize) < function.params.len();
    let mut ty = function.locals[place.local].ty;
    let mut variant = None;
    let mut shared = false;
    for step in steps {
        match (types.get(ty), step) {
            (Type::Address(inner), Projection::Deref) => {
                shared |= !is_param;
                ty = inner;
            }
            (Type::Box(inner), Projection::Deref) => ty = inner,
            (Type::Class(_), Projection::Deref) => shared = true,
            (Type::Class(class), Projection::Field(index)) => {
                ty = types.class_fields(class)[*index as usize].ty;
            }
            (Type::Struct(id), Projection::Field(index)) => {
                ty = types.struct_fields(id)[*index as usize].ty;
            }
            (Type::Enum(_), Projection::Variant(index)) => variant = Some(*index),
            (Type::Enum(id), Projection::Field(index)) => {
                let Some(variant) = variant.take() else { return false };
                ty = types.enum_variants(id)[variant as usize].fields[*index as usize].ty;
            }
            (Type::List(element), Projection::Index(_)) => {
                if shared {
                    return false;
                }
                ty = element;
            }
            _ => return false,
        }
    }
    true
}

/// Whether `callee` uses an address parameter only to go through it.
fn only_behind(callee: &Function, param: LocalId) -> bool {
    let mut fine = true;
    let mut check = |place: Place, _: visit::Touch| {
        if place.local == param
            && !(place.len > 0 && callee.projections[place.start as usize] == Projection::Deref)
        {
            fine = false;
        }
    };
    for block in &callee.blocks {
        for statement in &block.statements {
            visit::places_of(callee, &statement.kind, &mut check);
        }
        visit::places_of_terminator(&block.terminator, &mut check);
    }
    fine
}

/// Calls of closures whose code is known become calls of that code.
fn devirtualise(function: &mut Function, module: &Module, types: &TypeTable) {
    let facts = super::facts::facts(function);
    let mut codes: Vec<Option<(FuncId, Option<Args>)>> = vec![None; function.locals.len()];
    for block in &function.blocks {
        for statement in &block.statements {
            let StatementKind::Assign(place, rvalue) = &statement.kind else { continue };
            let Some(local) = place.as_local() else { continue };
            if !facts[local.index()].is_constant() {
                continue;
            }
            codes[local.index()] = match rvalue {
                Rvalue::Use(Operand::Const(Const::Function(code, _))) => Some((*code, None)),
                Rvalue::Closure { code, captures, .. } => Some((*code, Some(*captures))),
                _ => None,
            };
        }
    }
    if codes.iter().all(Option::is_none) {
        return;
    }
    // A closure's captures are kept in a local of their own beside it, which
    // costs nothing once the calls are inlined.
    let mut environments: Vec<Option<LocalId>> = vec![None; codes.len()];
    for block in 0..function.blocks.len() {
        let id = BlockId::from_usize(block);
        let mut index = 0;
        while index < function.blocks[id].statements.len() {
            let statement = function.blocks[id].statements[index];
            if let StatementKind::Assign(place, Rvalue::Closure { code, captures, .. }) =
                statement.kind
                && let Some(local) = place.as_local()
                && codes[local.index()].is_some()
                && let Some(environment) = environment_of(module, code, types)
            {
                let kept = match environments[local.index()] {
                    Some(kept) => kept,
                    None => {
                        let name = simple_source::sym::EMPTY;
                        function.locals.push(Local { ty: environment, name })
                    }
                };
                environments[local.index()] = Some(kept);
                let keep = Statement {
                    kind: StatementKind::Assign(Place::local(kept), Rvalue::Struct(captures)),
                    span: statement.span,
                };
                function.blocks[id].statements.insert(index, keep);
                index += 1;
            }
            index += 1;
        }
    }
    for block in 0..function.blocks.len() {
        let id = BlockId::from_usize(block);
        for index in 0..function.blocks[id].statements.len() {
            let statement = function.blocks[id].statements[index];
            let StatementKind::Call { dest, callee: Callee::Closure(place), args } = statement.kind
            else {
                continue;
            };
            let Some(local) = place.as_local() else { continue };
            let Some((code, captures)) = codes.get(local.index()).copied().flatten() else {
                continue;
            };
            let first = match (captures, environments[local.index()]) {
                (Some(_), Some(kept)) => Arg::Address(Place::local(kept)),
                (None, _) => {
                    // No captures: any place serves, since nothing is read.
                    let Some(ty) = environment_of(module, code, types) else { continue };
                    let name = simple_source::sym::EMPTY;
                    let kept = function.locals.push(Local { ty, name });
                    Arg::Address(Place::local(kept))
                }
                _ => continue,
            };
            let mut list = vec![first];
            list.extend_from_slice(&function.args[args.start as usize..][..args.len as usize]);
            let start = function.args.len() as u32;
            let len = list.len() as u32;
            function.args.extend(list);
            function.blocks[id].statements[index].kind = StatementKind::Call {
                dest,
                callee: Callee::Function(code),
                args: Args { start, len },
            };
        }
    }
}

/// The struct of captures that `code` finds behind its first parameter.
fn environment_of(module: &Module, code: FuncId, types: &TypeTable) -> Option<crate::TypeId> {
    let function = &module.functions[code];
    let first = function.locals.iter().next()?;
    match types.get(first.ty) {
        Type::Address(inner) => Some(inner),
        _ => None,
    }
}
