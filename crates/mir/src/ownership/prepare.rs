//! Brings a function into the form that the pass works on: no unreachable
//! blocks, elements read as places.

use simple_source::{Idx, IndexVec};

use crate::analysis::{Cfg, Event, for_each_event, map_successors};
use crate::{
    Arg, BlockId, Const, Function, IntType, Intrinsic, Local, LocalId, Operand, Place, Projection,
    Rvalue, Statement, StatementKind, Type, TypeTable,
};

pub(super) fn prepare(function: &mut Function, types: &TypeTable) {
    remove_unreachable(function);
    remove_unused_copies(function);
    let i64_ty = types.intern(Type::Int(IntType::I64));
    for position in 0..function.blocks.len() {
        let id = BlockId::from_usize(position);
        let mut inserted: Vec<(usize, Statement)> = Vec::new();
        let mut statements = std::mem::take(&mut function.blocks[id].statements);
        for (index, statement) in statements.iter_mut().enumerate() {
            match statement.kind {
                StatementKind::Initialise(place, operand) if place.len == 0 => {
                    statement.kind = StatementKind::Assign(place, Rvalue::Use(operand));
                }
                StatementKind::Intrinsic { dest, op: Intrinsic::ListGet, args } => {
                    let &[Arg::Value(Operand::Copy(list)), Arg::Value(at)] = function.args_of(args)
                    else {
                        continue;
                    };
                    let Some(dest) = dest else {
                        statement.kind = StatementKind::Nop;
                        continue;
                    };
                    let local = match at {
                        Operand::Copy(place) if place.len == 0 => place.local,
                        Operand::Copy(_) | Operand::Const(Const::Int(..)) => {
                            let local = function
                                .locals
                                .push(Local { ty: i64_ty, name: simple_source::sym::EMPTY });
                            let kind = StatementKind::Assign(Place::local(local), Rvalue::Use(at));
                            inserted.push((index, Statement { kind, span: statement.span }));
                            local
                        }
                        Operand::Const(_) => continue,
                    };
                    let element = project(function, list, Projection::Index(local));
                    statement.kind =
                        StatementKind::Assign(dest, Rvalue::Use(Operand::Copy(element)));
                }
                _ => {}
            }
        }
        if !inserted.is_empty() {
            let mut all = Vec::with_capacity(statements.len() + inserted.len());
            let mut inserted = inserted.into_iter().peekable();
            for (index, statement) in statements.into_iter().enumerate() {
                if let Some((_, before)) = inserted.next_if(|(at, _)| *at == index) {
                    all.push(before);
                }
                all.push(statement);
            }
            statements = all;
        }
        function.blocks[id].statements = statements;
    }
}

/// Unused copies are looked for this often.
const MAX_ROUNDS: usize = 3;

/// Drops copies to locals that nobody reads, so that they prolong no life.
/// Patterns that bind more than is used make many of them.
fn remove_unused_copies(function: &mut Function) {
    let mut reads = vec![0u32; function.locals.len()];
    let mut count = |local: LocalId, event| {
        if event == Event::Use {
            reads[local.index()] += 1;
        }
    };
    for block in function.blocks.indices() {
        for_each_event(function, block, &mut count);
    }
    // Dropping one copy may leave its source unused; sources mostly stand
    // before their copies.
    for _ in 0..MAX_ROUNDS {
        let mut again = false;
        let Function { blocks, projections, .. } = &mut *function;
        for statement in blocks.iter_mut().rev().flat_map(|block| block.statements.iter_mut().rev())
        {
            let StatementKind::Assign(Place { local, len: 0, .. }, Rvalue::Use(value)) =
                statement.kind
            else {
                continue;
            };
            if reads[local.index()] > 0 {
                continue;
            }
            statement.kind = StatementKind::Nop;
            if let Operand::Copy(from) = value {
                let steps = &projections[from.start as usize..][..from.len as usize];
                let indexes = steps.iter().filter_map(|step| match step {
                    Projection::Index(index) => Some(*index),
                    _ => None,
                });
                for read in indexes.chain([from.local]) {
                    reads[read.index()] -= 1;
                    again |= reads[read.index()] == 0;
                }
            }
        }
        if !again {
            return;
        }
    }
}

fn project(function: &mut Function, place: Place, step: Projection) -> Place {
    let start = function.projections.len() as u32;
    let old = place.start as usize..(place.start + place.len) as usize;
    function.projections.extend_from_within(old);
    function.projections.push(step);
    Place { local: place.local, start, len: place.len + 1 }
}

/// Drops the blocks that the entry does not reach.
fn remove_unreachable(function: &mut Function) {
    let cfg = Cfg::new(&function.blocks);
    if cfg.order().len() == function.blocks.len() {
        return;
    }
    let mut reached = vec![false; function.blocks.len()];
    for block in cfg.order() {
        reached[block.index()] = true;
    }
    let mut numbers = vec![BlockId(0); function.blocks.len()];
    let mut next = 0;
    for (number, reached) in numbers.iter_mut().zip(&reached) {
        *number = BlockId(next);
        next += u32::from(*reached);
    }
    let blocks = std::mem::take(&mut function.blocks).into_raw();
    function.blocks = blocks
        .into_iter()
        .zip(reached)
        .filter_map(|(mut block, reached)| {
            map_successors(&mut block.terminator, |target| numbers[target.index()]);
            reached.then_some(block)
        })
        .collect::<IndexVec<BlockId, _>>();
}
