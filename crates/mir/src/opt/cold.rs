//! Code that only leads to a panic, kept apart from code that runs.
//!
//! A block is *doomed* if every way from it ends the program: it formats a
//! message and panics. [`cut`] finds the functions that never return, so that
//! what follows their calls goes; the inliner leaves doomed blocks alone; and
//! [`split`] makes functions of their own from them, which the linker puts
//! with the cold code. The host keeps a call.

use rayon::prelude::*;
use simple_object::Phase;
use simple_source::{Idx, Interner, Symbol};

use crate::analysis::{Cfg, Liveness, for_each_successor};
use crate::function::*;
use crate::opt::{blocks, visit};
use crate::types::{Type, TypeTable};

/// A region of fewer statements stays: a call with its arguments is no smaller.
const MIN_STATEMENTS: usize = 3;
/// More values than this would cost the host too much to hand over.
const MAX_PARAMETERS: usize = 6;
/// What functions of the runtime that end the program are called.
const PANIC_PREFIX: &str = "rt_panic";

/// The functions that never return.
#[derive(Default)]
pub(crate) struct Diverging(Vec<bool>);

impl Diverging {
    fn contains(&self, id: FuncId) -> bool {
        self.0.get(id.index()).copied().unwrap_or(false)
    }
}

/// Ends blocks behind calls that do not return, and marks the functions of
/// which nothing is left but such ends as cold. `callees_first` is all
/// functions, each after what it calls.
pub(crate) fn cut(module: &mut Module, interner: &Interner, callees_first: &[FuncId]) {
    let mut diverging = Diverging(vec![false; module.functions.len()]);
    for &id in callees_first {
        let function = &mut module.functions[id];
        if function.attributes.optimize == Some(OptimizeLevel::Speed(0)) {
            continue;
        }
        if cut_function(function, interner, &diverging) {
            blocks::clean(function);
        }
        if !function.blocks.is_empty() && doomed(function)[0] {
            diverging.0[id.index()] = true;
            // The entry's own end is no error path.
            function.attributes.cold |= module.entry != Some(id)
                && function.attributes.phase.is_none()
                && !function.attributes.hot;
        }
    }
}

fn cut_function(function: &mut Function, interner: &Interner, diverging: &Diverging) -> bool {
    let mut changed = false;
    for block in function.blocks.iter_mut() {
        let end = block.statements.iter().position(|statement| match statement.kind {
            StatementKind::Call { callee: Callee::Extern(name), .. } => {
                interner.resolve(name).starts_with(PANIC_PREFIX)
            }
            StatementKind::Call { callee: Callee::Function(id), .. } => diverging.contains(id),
            _ => false,
        });
        let Some(end) = end else { continue };
        if end + 1 < block.statements.len() || block.terminator != Terminator::Unreachable {
            block.statements.truncate(end + 1);
            block.terminator = Terminator::Unreachable;
            changed = true;
        }
    }
    changed
}

/// For each block, whether every way from it ends the program. Blocks of a
/// loop are not doomed: a server runs in one until it fails.
pub(crate) fn doomed(function: &Function) -> Vec<bool> {
    let mut doomed = vec![false; function.blocks.len()];
    let ends = |block: &Block| block.terminator == Terminator::Unreachable;
    if !function.blocks.iter().any(ends) {
        return doomed;
    }
    let cfg = Cfg::new(&function.blocks);
    for &block in cfg.order().iter().rev() {
        // A way back leads to a block that is not decided yet, and so not doomed.
        let mut all = !matches!(function.blocks[block].terminator, Terminator::Return(_));
        for_each_successor(&function.blocks[block].terminator, |target| {
            all &= doomed[target.index()];
        });
        doomed[block.index()] = all;
    }
    doomed
}

/// Makes functions of the doomed regions of all functions.
pub(crate) fn split(module: &mut Module, types: &TypeTable, interner: &Interner) {
    let entry = module.entry;
    let plans: Vec<Vec<Region>> = module
        .functions
        .as_slice()
        .par_iter()
        .enumerate()
        .map(|(index, function)| match entry == Some(FuncId::from_usize(index)) {
            true => Vec::new(),
            false => regions(function, types),
        })
        .collect();
    // Numbers are given by host, so that threads have no say in them.
    let mut first = module.functions.len();
    let mut firsts = Vec::with_capacity(plans.len());
    for regions in &plans {
        firsts.push(first);
        first += regions.len();
    }
    let parts: Vec<Vec<Function>> = module
        .functions
        .raw_mut()
        .par_iter_mut()
        .zip(plans)
        .zip(firsts)
        .map(|((function, regions), first)| {
            let parts: Vec<Function> = regions
                .iter()
                .enumerate()
                .map(|(number, region)| {
                    let part = part_of(&*function, region, number, types, interner);
                    call_part(&mut *function, region, FuncId::from_usize(first + number));
                    part
                })
                .collect();
            if !parts.is_empty() {
                blocks::clean(function);
            }
            parts
        })
        .collect();
    for part in parts.into_iter().flatten() {
        module.functions.push(part);
    }
}

/// A doomed block that is reached from others, with what follows it.
struct Region {
    entry: BlockId,
    /// In the order of their numbers, the entry first.
    blocks: Vec<BlockId>,
    /// The locals whose values it needs from the host.
    parameters: Vec<LocalId>,
}

fn regions(function: &Function, types: &TypeTable) -> Vec<Region> {
    let attributes = &function.attributes;
    let stays = attributes.optimize == Some(OptimizeLevel::Speed(0))
        || attributes.cold
        || attributes.phase == Some(Phase::Cold)
        || !function.blocks.iter().any(|block| {
            block.terminator == Terminator::Unreachable && !block.statements.is_empty()
        });
    if stays {
        return Vec::new();
    }
    let doomed = doomed(function);
    let cfg = Cfg::new(&function.blocks);
    let is_entry = |block: &&BlockId| {
        doomed[block.index()] && cfg.predecessors(**block).iter().any(|p| !doomed[p.index()])
    };
    let mut entries: Vec<BlockId> = cfg.order().iter().filter(is_entry).copied().collect();
    entries.sort_unstable();
    if entries.is_empty() {
        return Vec::new();
    }
    let liveness = Liveness::of_all(function, &cfg);
    entries
        .into_iter()
        .filter_map(|entry| {
            let blocks = reachable(function, entry);
            let statements: usize =
                blocks.iter().map(|block| function.blocks[*block].statements.len()).sum();
            let mut parameters: Vec<LocalId> = liveness.live_in(entry).collect();
            parameters.sort_unstable();
            let passable = |local: &LocalId| match types.get(function.locals[*local].ty) {
                // An address that is no parameter is of something that has no
                // name in the host.
                Type::Address(_) => local.index() < function.params.len(),
                _ => true,
            };
            let fits = statements >= MIN_STATEMENTS
                && parameters.len() <= MAX_PARAMETERS
                && parameters.iter().all(passable);
            fits.then_some(Region { entry, blocks, parameters })
        })
        .collect()
}

/// `entry` and all blocks that it leads to.
fn reachable(function: &Function, entry: BlockId) -> Vec<BlockId> {
    let mut seen = vec![false; function.blocks.len()];
    let mut blocks = vec![entry];
    seen[entry.index()] = true;
    let mut next = 0;
    while let Some(&block) = blocks.get(next) {
        for_each_successor(&function.blocks[block].terminator, |target| {
            if !std::mem::replace(&mut seen[target.index()], true) {
                blocks.push(target);
            }
        });
        next += 1;
    }
    blocks[1..].sort_unstable();
    blocks
}

/// The function that a region becomes.
fn part_of(
    host: &Function,
    region: &Region,
    number: usize,
    types: &TypeTable,
    interner: &Interner,
) -> Function {
    let mut part = Function {
        name: part_name(host, number, interner),
        display: host.display,
        params: Vec::new(),
        result: types.intern(Type::Unit),
        locals: Default::default(),
        blocks: Default::default(),
        projections: host.projections.clone(),
        args: host.args.clone(),
        attributes: Attributes {
            inline: InlineHint::Never,
            cold: true,
            part: true,
            library: host.attributes.library,
            ..Attributes::default()
        },
        span: host.span,
    };
    let mut new_local: Vec<Option<LocalId>> = vec![None; host.locals.len()];
    for &parameter in &region.parameters {
        let local = host.locals[parameter];
        part.params.push(match types.get(local.ty) {
            Type::Address(_) => ParamMode::Address,
            _ => ParamMode::Undecided,
        });
        new_local[parameter.index()] = Some(part.locals.push(local));
    }
    for &id in &region.blocks {
        let mut block = host.blocks[id].clone();
        visit::successors_mut(&mut block.terminator, &mut |target| {
            let place = region.blocks.iter().position(|other| other == target);
            *target = BlockId::from_usize(place.expect("a region is closed under successors"));
        });
        part.blocks.push(block);
    }
    // Only what the part mentions is renamed: its tables still have the rest.
    let steps_of = std::mem::take(&mut part.projections);
    let mut projections = Vec::new();
    let mut locals = std::mem::take(&mut part.locals);
    let mut rename = |local: LocalId| {
        *new_local[local.index()].get_or_insert_with(|| locals.push(host.locals[local]))
    };
    let mut args = Vec::new();
    for block in part.blocks.iter_mut() {
        for statement in &mut block.statements {
            if let Some(range) = visit::args_mut(&mut statement.kind) {
                let start = args.len() as u32;
                args.extend_from_slice(&part.args[range.start as usize..][..range.len as usize]);
                range.start = start;
            }
        }
    }
    part.args = args;
    visit::all_places_mut(&mut part, &mut |place| {
        let steps = &steps_of[place.start as usize..][..place.len as usize];
        let start = projections.len() as u32;
        for step in steps {
            projections.push(match step {
                Projection::Index(local) => Projection::Index(rename(*local)),
                other => *other,
            });
        }
        *place = Place { local: rename(place.local), start, len: place.len };
    });
    part.projections = projections;
    part.locals = locals;
    part
}

/// `cold main.f`, then `cold main.f 2`: no function that is written can be
/// called so.
fn part_name(host: &Function, number: usize, interner: &Interner) -> Symbol {
    let host = interner.resolve(host.name);
    interner.intern(&match number {
        0 => format!("cold {host}"),
        _ => format!("cold {host} {}", number + 1),
    })
}

/// Leaves nothing in the region's entry but the call of what it became.
fn call_part(host: &mut Function, region: &Region, part: FuncId) {
    let start = host.args.len() as u32;
    for &local in &region.parameters {
        let is_address =
            local.index() < host.params.len() && host.params[local.index()] == ParamMode::Address;
        let place = match is_address {
            true => {
                let start = host.projections.len() as u32;
                host.projections.push(Projection::Deref);
                Place { local, start, len: 1 }
            }
            false => Place::local(local),
        };
        host.args.push(match is_address {
            true => Arg::Address(place),
            false => Arg::Value(Operand::Copy(place)),
        });
    }
    let args = Args { start, len: region.parameters.len() as u32 };
    let block = &mut host.blocks[region.entry];
    let span = block.statements.first().map_or(block.span, |statement| statement.span);
    let kind = StatementKind::Call { dest: None, callee: Callee::Function(part), args };
    block.statements = vec![Statement { kind, span }];
    block.terminator = Terminator::Unreachable;
}

#[cfg(test)]
mod tests;
