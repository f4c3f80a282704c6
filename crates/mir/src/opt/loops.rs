//! Loops turned so that their condition stands at the end, and the first round
//! of inner loops taken out of them.
//!
//! A loop that has run its first round outside of itself has had everything
//! checked and made unique that does not change in it, so that the passes that
//! follow only have to see what is known already; nothing is ever moved to
//! where it might not have happened.

use simple_source::Idx;

use crate::analysis::{
    Cfg, Dominators, How, Liveness, for_each_occurrence, for_each_successor,
    for_each_terminator_operand, map_successors,
};
use crate::function::*;
use crate::opt::visit;

/// A condition of more statements stays where it is.
const MAX_CONDITION: usize = 12;
/// A loop of more statements keeps its first round.
const MAX_PEELED: usize = 90;
/// A function does not grow beyond this many statements.
const MAX_FUNCTION: usize = 6000;
/// Functions of more blocks are left alone.
const MAX_BLOCKS: usize = 4000;

/// A natural loop.
pub(crate) struct Loop {
    pub(crate) header: BlockId,
    /// All its blocks, the header first.
    pub(crate) blocks: Vec<BlockId>,
}

/// Turns all loops whose header decides whether they go on: before, a copy of
/// the header decides about the first round.
pub(crate) fn rotate(function: &mut Function) -> bool {
    if function.blocks.len() > MAX_BLOCKS {
        return false;
    }
    let cfg = Cfg::new(&function.blocks);
    let loops = find_loops(function, &cfg, &Dominators::new(&cfg, function.blocks.len()));
    let mut inside = vec![false; function.blocks.len()];
    let mut regions = Vec::new();
    for found in &loops {
        let header = &function.blocks[found.header];
        let Terminator::Branch { then, otherwise, .. } = header.terminator else { continue };
        found.blocks.iter().for_each(|block| inside[block.index()] = true);
        // A loop of one block ends with its condition.
        if inside[then.index()] != inside[otherwise.index()]
            && then != found.header
            && otherwise != found.header
            && header.statements.len() <= MAX_CONDITION
        {
            let outside = cfg.predecessors(found.header).iter().copied();
            regions.push(Region {
                header: found.header,
                blocks: vec![found.header],
                outside: outside.filter(|block| !inside[block.index()]).collect(),
            });
        }
        found.blocks.iter().for_each(|block| inside[block.index()] = false);
    }
    copy_regions(function, &cfg, &mut regions);
    !regions.is_empty()
}

/// Takes the first round out of inner loops in which something stays as it is
/// that has to be checked, made unique or looked up.
pub(crate) fn peel(function: &mut Function) -> bool {
    if function.blocks.len() > MAX_BLOCKS {
        return false;
    }
    let cfg = Cfg::new(&function.blocks);
    let loops = find_loops(function, &cfg, &Dominators::new(&cfg, function.blocks.len()));
    let mut headers = vec![false; function.blocks.len()];
    loops.iter().for_each(|found| headers[found.header.index()] = true);
    let mut total: usize = function.blocks.iter().map(|block| block.statements.len()).sum();
    let mut regions = Vec::new();
    for found in loops {
        let inner = found.blocks.iter().filter(|block| headers[block.index()]).count() == 1;
        let sizes = found.blocks.iter().map(|block| function.blocks[*block].statements.len() + 1);
        let size: usize = sizes.sum();
        if !inner || size > MAX_PEELED || total + size > MAX_FUNCTION || !gains(function, &found) {
            continue;
        }
        total += size;
        let outside = cfg.predecessors(found.header).iter().copied();
        let outside = outside.filter(|block| !found.blocks.contains(block)).collect();
        regions.push(Region { header: found.header, blocks: found.blocks, outside });
    }
    copy_regions(function, &cfg, &mut regions);
    !regions.is_empty()
}

/// The loops of a function, outer ones before those in them.
pub(crate) fn find_loops(function: &Function, cfg: &Cfg, dominators: &Dominators) -> Vec<Loop> {
    let mut loops = Vec::new();
    // The number of the loop that found a block last.
    let mut seen = vec![u32::MAX; function.blocks.len()];
    for &header in cfg.order() {
        let latches = cfg.predecessors(header).iter().copied();
        let mut work: Vec<BlockId> =
            latches.filter(|latch| dominators.dominates(header, *latch)).collect();
        if work.is_empty() {
            continue;
        }
        let number = loops.len() as u32;
        seen[header.index()] = number;
        let mut blocks = vec![header];
        while let Some(block) = work.pop() {
            if std::mem::replace(&mut seen[block.index()], number) != number {
                blocks.push(block);
                work.extend_from_slice(cfg.predecessors(block));
            }
        }
        loops.push(Loop { header, blocks });
    }
    loops
}

/// Blocks with one way in, of which a copy is put before them.
struct Region {
    header: BlockId,
    /// The header first.
    blocks: Vec<BlockId>,
    /// The blocks that lead into the header and are to lead into its copy.
    outside: Vec<BlockId>,
}

/// Puts a copy before each of some regions, of which none shares a block with
/// another. Where a block of a region leads to its header, its copy does too.
/// Locals that live in one region only get another name in its copy, so that
/// what was set once still is.
fn copy_regions(function: &mut Function, cfg: &Cfg, regions: &mut [Region]) {
    if regions.is_empty() {
        return;
    }
    let private = private_locals(function, cfg, regions);
    // New ways into headers, from copies of other regions.
    let headers: Vec<BlockId> = regions.iter().map(|region| region.header).collect();
    let mut names = vec![None; function.locals.len()];
    let mut copies: Vec<Option<BlockId>> = vec![None; function.blocks.len()];
    for number in 0..regions.len() {
        let Region { header, blocks, outside } = &regions[number];
        let header = *header;
        let first = function.blocks.len();
        for (index, block) in blocks.iter().enumerate() {
            copies[block.index()] = Some(BlockId::from_usize(first + index));
        }
        for local in &private[number] {
            let copy = function.locals[*local];
            names[local.index()] = Some(function.locals.push(copy));
        }
        for block in outside {
            map_successors(&mut function.blocks[*block].terminator, |target| {
                if target == header { BlockId::from_usize(first) } else { target }
            });
        }
        let mut ways = Vec::new();
        for block in blocks {
            let mut copy = function.blocks[*block].clone();
            map_successors(&mut copy.terminator, |target| match copies.get(target.index()) {
                Some(Some(copy)) if target != header => *copy,
                _ => target,
            });
            let mut renamer = Renamer { function, names: &names };
            copy.statements.iter_mut().for_each(|statement| renamer.statement(&mut statement.kind));
            renamer.terminator(&mut copy.terminator);
            let id = BlockId::from_usize(function.blocks.len());
            for_each_successor(&copy.terminator, |target| ways.push((id, target)));
            function.blocks.push(copy);
        }
        for block in blocks {
            copies[block.index()] = None;
        }
        for local in &private[number] {
            names[local.index()] = None;
        }
        for (from, to) in ways {
            let other = headers.iter().position(|other| *other == to && to != header);
            if let Some(other) = other.filter(|other| *other > number) {
                regions[other].outside.push(from);
            }
        }
    }
}

/// For each region the locals that are used nowhere else and are set anew
/// whenever its header is entered.
fn private_locals(function: &Function, cfg: &Cfg, regions: &[Region]) -> Vec<Vec<LocalId>> {
    const NOWHERE: u32 = u32::MAX;
    const OUTSIDE: u32 = u32::MAX - 1;
    let mut region_of = vec![OUTSIDE; function.blocks.len()];
    for (number, region) in regions.iter().enumerate() {
        region.blocks.iter().for_each(|block| region_of[block.index()] = number as u32);
    }
    let mut homes = vec![NOWHERE; function.locals.len()];
    homes[..function.params.len()].fill(OUTSIDE);
    for (id, block) in function.blocks.iter_enumerated() {
        let region = region_of[id.index()];
        let mut note = |local: LocalId| {
            let home = &mut homes[local.index()];
            *home = if *home == NOWHERE || *home == region { region } else { OUTSIDE };
        };
        let mut note_place = |place: Place| {
            note(place.local);
            for step in function.projections_of(place) {
                if let Projection::Index(index) = step {
                    note(*index);
                }
            }
        };
        for statement in &block.statements {
            for_each_occurrence(function, statement, |occurrence| note_place(occurrence.place));
        }
        for_each_terminator_operand(&block.terminator, |occurrence| note_place(occurrence.place));
    }
    let liveness = Liveness::of_all(function, cfg);
    let mut private = vec![Vec::new(); regions.len()];
    for (index, home) in homes.iter().enumerate() {
        let local = LocalId::from_usize(index);
        if let Some(region) = regions.get(*home as usize)
            && !liveness.is_live_in(region.header, local)
        {
            private[*home as usize].push(local);
        }
    }
    private
}

/// Rewrites statements in terms of other locals.
struct Renamer<'a> {
    function: &'a mut Function,
    names: &'a [Option<LocalId>],
}

impl Renamer<'_> {
    fn statement(&mut self, kind: &mut StatementKind) {
        if let Some(args) = visit::args_mut(kind) {
            let start = self.function.args.len() as u32;
            for index in args.start..args.start + args.len {
                let mut arg = self.function.args[index as usize];
                match &mut arg {
                    Arg::Value(Operand::Copy(place)) | Arg::Address(place) => self.place(place),
                    Arg::Value(Operand::Const(_)) => {}
                }
                self.function.args.push(arg);
            }
            args.start = start;
        }
        visit::own_places_mut(kind, &mut |place| self.place(place));
    }

    fn terminator(&mut self, terminator: &mut Terminator) {
        if let Terminator::Branch { condition: Operand::Copy(place), .. }
        | Terminator::Switch { value: Operand::Copy(place), .. }
        | Terminator::Return(Operand::Copy(place)) = terminator
        {
            self.place(place);
        }
    }

    fn place(&mut self, place: &mut Place) {
        let name = |local: LocalId| self.names.get(local.index()).copied().flatten();
        let steps = place.start as usize..(place.start + place.len) as usize;
        let renames =
            |step: &Projection| matches!(step, Projection::Index(index) if name(*index).is_some());
        if self.function.projections[steps.clone()].iter().any(renames) {
            let start = self.function.projections.len() as u32;
            for step in steps {
                let step = match self.function.projections[step] {
                    Projection::Index(index) => Projection::Index(name(index).unwrap_or(index)),
                    other => other,
                };
                self.function.projections.push(step);
            }
            place.start = start;
        }
        if let Some(new) = name(place.local) {
            place.local = new;
        }
    }
}

/// Whether something in a loop is the same in each round and costs something:
/// a check, making unique, a list that is reached through something else.
fn gains(function: &Function, found: &Loop) -> bool {
    let mut set = vec![false; function.locals.len()];
    for block in &found.blocks {
        for statement in &function.blocks[*block].statements {
            // Whatever is behind a call takes longer than what could be gained.
            if matches!(
                statement.kind,
                StatementKind::Call {
                    callee: Callee::Function(_) | Callee::Closure(_) | Callee::Method(..),
                    ..
                }
            ) {
                return false;
            }
            for_each_occurrence(function, statement, |occurrence| {
                let whole = occurrence.place.len == 0;
                if whole && matches!(occurrence.how, How::Write | How::Address(_)) {
                    set[occurrence.place.local.index()] = true;
                }
            });
        }
    }
    let stays = |place: Place| {
        !set[place.local.index()]
            && function
                .projections_of(place)
                .iter()
                .all(|step| !matches!(step, Projection::Index(index) if set[index.index()]))
    };
    // The way to a list in which an element is used.
    let to_list = |place: Place| {
        let steps = function.projections_of(place);
        let last = steps.iter().rposition(|step| matches!(step, Projection::Index(_)))?;
        Some(Place { len: last as u32, ..place })
    };
    let operand_stays = |operand: &Operand| match operand {
        Operand::Copy(place) => stays(*place),
        Operand::Const(_) => true,
    };
    let mut gains = false;
    for block in &found.blocks {
        for statement in &function.blocks[*block].statements {
            match &statement.kind {
                StatementKind::Unshare(place) => gains |= stays(*place),
                StatementKind::CheckIndex { index, .. } => gains |= operand_stays(index),
                _ => {}
            }
            for_each_occurrence(function, statement, |occurrence| {
                gains |= to_list(occurrence.place).is_some_and(|list| list.len > 0 && stays(list));
            });
        }
    }
    gains
}
