//! Gives back what dies between blocks: locals that are live at the end of a
//! block but not at the start of the next one.

use simple_source::interner::FxHashMap;
use simple_source::{Idx, IndexVec, Span};
use smallvec::SmallVec;

use super::body::{Body, Class};
use super::count::{Count, Tables};
use super::facts::{self, Facts};
use crate::analysis::{LiveSet, Liveness, for_each_successor, map_successors};
use crate::{Block, BlockId, LocalId, Place, Statement, Terminator};

/// What dies on the way from one block to another.
struct Edge {
    from: BlockId,
    dying: Vec<LocalId>,
}

/// Inserts the releases into `blocks`, which are the rewritten blocks of
/// `body`. `looked_at` are the locals that each terminator looks at.
pub(super) fn release(
    body: &Body<'_>,
    liveness: &Liveness,
    facts: &[Facts],
    doomed: &[bool],
    looked_at: &[SmallVec<[LocalId; 1]>],
    blocks: &mut IndexVec<BlockId, Block>,
    tables: &mut Tables<'_>,
) {
    let count = blocks.len();
    let mut incoming: Vec<SmallVec<[Edge; 1]>> = Vec::with_capacity(count);
    incoming.resize_with(count, SmallVec::new);
    let mut live = LiveSet::new(body.function);
    let mut ending = Vec::new();
    for &from in body.cfg.order() {
        ending.clear();
        live.start(body.function, liveness, from, |local| ending.push(local));
        for &local in &looked_at[from.index()] {
            if live.insert(local) {
                ending.push(local);
            }
        }
        let mut targets: SmallVec<[BlockId; 4]> = SmallVec::new();
        for_each_successor(&blocks[from].terminator, |target| {
            if !targets.contains(&target) {
                targets.push(target);
            }
        });
        for target in targets {
            if doomed[target.index()] {
                continue;
            }
            let dying: Vec<LocalId> = ending
                .iter()
                .copied()
                .filter(|local| {
                    body.class[*local] == Class::Owned && !liveness.is_live_in(target, *local)
                })
                .collect();
            if !dying.is_empty() {
                incoming[target.index()].push(Edge { from, dying });
            }
        }
    }
    let mut inserter = Inserter { body, facts, blocks, tables };
    for (position, edges) in incoming.into_iter().enumerate() {
        if !edges.is_empty() {
            inserter.target(BlockId::from_usize(position), edges);
        }
    }
    if !doomed.first().is_some_and(|doomed| *doomed) {
        inserter.unused_params(liveness);
    }
}

struct Inserter<'e, 'a, 'b> {
    body: &'e Body<'a>,
    facts: &'e [Facts],
    blocks: &'e mut IndexVec<BlockId, Block>,
    tables: &'e mut Tables<'b>,
}

impl Inserter<'_, '_, '_> {
    /// Releases what dies on the ways into `target`: what dies on all of them
    /// at its start, the rest on the way.
    fn target(&mut self, target: BlockId, edges: SmallVec<[Edge; 1]>) {
        let body = self.body;
        let predecessors = body.cfg.predecessors(target).len();
        if let [edge] = &*edges
            && predecessors == 1
        {
            let known = facts::on_edge(body, self.facts, edge.from, target);
            let span = self.blocks[edge.from].span;
            return self.at_start(target, &edge.dying, &known, span);
        }
        let mut counts: FxHashMap<LocalId, usize> = FxHashMap::default();
        for edge in &edges {
            for local in &edge.dying {
                *counts.entry(*local).or_default() += 1;
            }
        }
        let everywhere = |local: &LocalId| counts.get(local) == Some(&predecessors);
        let (common, _): (Vec<LocalId>, Vec<LocalId>) =
            edges[0].dying.iter().partition(|local| everywhere(local));
        let span = self.blocks[edges[0].from].span;
        for edge in &edges {
            let rest: Vec<LocalId> =
                edge.dying.iter().copied().filter(|local| !everywhere(local)).collect();
            if rest.is_empty() {
                continue;
            }
            let known = facts::on_edge(body, self.facts, edge.from, target);
            let span = self.blocks[edge.from].span;
            let mut released = Vec::new();
            self.release(&rest, &known, span, &mut released);
            if let Terminator::Goto(_) = self.blocks[edge.from].terminator {
                self.blocks[edge.from].statements.extend(released);
                continue;
            }
            let between = self.blocks.push(Block {
                statements: released,
                terminator: Terminator::Goto(target),
                span,
            });
            map_successors(&mut self.blocks[edge.from].terminator, |successor| {
                if successor == target { between } else { successor }
            });
        }
        self.at_start(target, &common, &Facts::new(), span);
    }

    /// Releases owned parameters that are never used.
    fn unused_params(&mut self, liveness: &Liveness) {
        let body = self.body;
        let entry = BlockId(0);
        let unused: Vec<LocalId> = (0..body.function.params.len() as u32)
            .map(LocalId)
            .filter(|param| {
                body.class[*param] == Class::Owned && !liveness.is_live_in(entry, *param)
            })
            .collect();
        self.at_start(entry, &unused, &Facts::new(), body.function.span);
    }

    fn at_start(&mut self, block: BlockId, locals: &[LocalId], known: &Facts, span: Span) {
        let mut released = Vec::new();
        self.release(locals, known, span, &mut released);
        if !released.is_empty() {
            self.blocks[block].statements.splice(0..0, released);
        }
    }

    fn release(&mut self, locals: &[LocalId], known: &Facts, span: Span, out: &mut Vec<Statement>) {
        for &local in locals {
            let ty = self.body.function.locals[local].ty;
            let place = Place::local(local);
            self.tables.count(Count::Release, place, ty, known, span, out);
        }
    }
}
