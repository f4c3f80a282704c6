//! Decides, block by block and from the end, what each statement moves and
//! which locals die at it.

use simple_source::Idx;
use simple_source::interner::FxHashMap;
use smallvec::SmallVec;

use super::aliases::Aliases;
use super::body::{Body, Class};
use super::regions::paths_overlap;
use crate::analysis::{
    How, LiveSet, Liveness, Occurrence, Role, for_each_occurrence, for_each_terminator_operand,
};
use crate::{
    BlockId, LocalId, Operand, Place, Projection, Rvalue, Statement, StatementKind, Terminator,
};

/// More accesses than this to one local are not remembered when it is asked
/// whether a part of it may be moved out. Keeps long blocks linear.
const MAX_ACCESSES: usize = 16;

/// Parts are not moved out by statements with more operands than this: each
/// would be compared with all others.
const MAX_OPERANDS: usize = 64;

/// What the pass does at a statement beyond what the statement does.
#[derive(Default, Debug)]
pub(super) struct StatementPlan {
    /// Operands (by slot, rising) that hand their reference on.
    pub(super) moved: SmallVec<[u32; 2]>,
    /// Owned locals whose last use this is, other than by being moved.
    pub(super) deaths: SmallVec<[Death; 1]>,
    /// The whole local assigned to is not used afterwards.
    pub(super) dead_result: bool,
    /// What the place assigned to held was moved out before.
    pub(super) refills: bool,
}

/// A local that dies.
#[derive(Debug)]
pub(super) struct Death {
    pub(super) local: LocalId,
    /// Parts that were moved out before, so that only the rest is given back.
    pub(super) moved_parts: SmallVec<[Place; 2]>,
}

/// The plan of a block.
pub(super) struct BlockPlan {
    /// One for each statement, then one for the terminator.
    pub(super) statements: Vec<StatementPlan>,
    /// Owned locals that the terminator looks at before it jumps.
    pub(super) looked_at: SmallVec<[LocalId; 1]>,
}

/// An access to a place, later in the block than the statement at hand.
#[derive(Clone, Copy)]
struct Access {
    place: Place,
    statement: u32,
    /// The whole place is overwritten, whatever was there.
    overwrites: bool,
}

#[derive(Default)]
struct Accesses {
    list: SmallVec<[Access; 4]>,
    /// Some are missing from the list.
    overflow: bool,
}

/// Makes the plans of a function's blocks.
pub(super) struct Planner<'b, 'a> {
    body: &'b Body<'a>,
    liveness: &'b Liveness,
    aliases: &'b Aliases,
    live: LiveSet,
    later: FxHashMap<LocalId, Accesses>,
    /// Accesses to memory that others reach, by whom; none for unknown code.
    shared: Vec<(u32, Option<LocalId>)>,
    /// Where a local dies in the block: statement and position in its deaths.
    death_of: FxHashMap<LocalId, (u32, u32)>,
    /// Whether parts may be moved out of something in this block.
    tracks_parts: bool,
    mentions: Mentions,
}

/// How often a statement mentions each owned local, also through aliases.
struct Mentions {
    /// By local; valid if `epoch` is the current one.
    counts: Vec<Mention>,
    epoch: u32,
    /// The locals mentioned, in order.
    locals: Vec<LocalId>,
}

#[derive(Clone, Copy, Default)]
struct Mention {
    epoch: u32,
    /// In any way.
    all: u32,
    /// As a whole, by an operand that takes a reference over.
    taken: u32,
    /// The last of those.
    last_taken: u32,
    /// It was handed on.
    moved: bool,
}

impl Mentions {
    fn new(body: &Body<'_>) -> Self {
        let counts = vec![Mention::default(); body.function.locals.len()];
        Self { counts, epoch: 0, locals: Vec::new() }
    }

    fn clear(&mut self) {
        self.epoch += 1;
        self.locals.clear();
    }

    fn of(&mut self, local: LocalId) -> &mut Mention {
        let mention = &mut self.counts[local.index()];
        if mention.epoch != self.epoch {
            *mention = Mention { epoch: self.epoch, ..Mention::default() };
            self.locals.push(local);
        }
        mention
    }
}

impl StatementPlan {
    /// Whether the operand `slot` hands its reference on.
    pub(super) fn moves(&self, slot: u32) -> bool {
        self.moved.binary_search(&slot).is_ok()
    }
}

impl<'b, 'a> Planner<'b, 'a> {
    pub(super) fn new(body: &'b Body<'a>, liveness: &'b Liveness, aliases: &'b Aliases) -> Self {
        Self {
            body,
            liveness,
            aliases,
            live: LiveSet::new(body.function),
            later: FxHashMap::default(),
            shared: Vec::new(),
            death_of: FxHashMap::default(),
            tracks_parts: false,
            mentions: Mentions::new(body),
        }
    }

    pub(super) fn block(&mut self, id: BlockId) -> BlockPlan {
        let body = self.body;
        let block = &body.function.blocks[id];
        let count = block.statements.len();
        let mut plan = BlockPlan {
            statements: std::iter::repeat_with(StatementPlan::default).take(count + 1).collect(),
            looked_at: SmallVec::new(),
        };
        self.later.clear();
        self.shared.clear();
        self.death_of.clear();
        self.tracks_parts = self.takes_parts(id);
        self.live.start(body.function, self.liveness, id, |_| {});
        let mut occurrences: SmallVec<[Occurrence; 8]> = SmallVec::new();
        for_each_terminator_operand(&block.terminator, |occurrence| occurrences.push(occurrence));
        if matches!(block.terminator, Terminator::Return(_)) {
            self.statement(count, None, &occurrences, &mut plan.statements);
        } else {
            for occurrence in &occurrences {
                body.for_each_kept(occurrence.place.local, |local| {
                    self.live.insert(local);
                    if body.class[local] == Class::Owned {
                        plan.looked_at.push(local);
                    }
                });
            }
        }
        for (index, statement) in block.statements.iter().enumerate().rev() {
            occurrences.clear();
            for_each_occurrence(body.function, statement, |occurrence| {
                occurrences.push(occurrence);
            });
            self.statement(index, Some(statement), &occurrences, &mut plan.statements);
        }
        plan
    }

    /// Whether a statement of the block takes a part of something over.
    fn takes_parts(&self, id: BlockId) -> bool {
        let block = &self.body.function.blocks[id];
        let mut found = false;
        let mut look = |occurrence: Occurrence| {
            found |= occurrence.place.len > 0
                && matches!(
                    occurrence.how,
                    How::Read(Role::Store | Role::OwnedArg | Role::Return | Role::Param(..))
                );
        };
        for statement in &block.statements {
            for_each_occurrence(self.body.function, statement, &mut look);
        }
        for_each_terminator_operand(&block.terminator, &mut look);
        found
    }

    fn statement(
        &mut self,
        index: usize,
        statement: Option<&Statement>,
        occurrences: &[Occurrence],
        plans: &mut [StatementPlan],
    ) {
        let body = self.body;
        let assigned = assigned_local(occurrences)
            .filter(|local| matches!(body.class[*local], Class::Owned | Class::Alias(_)));
        if let Some(local) = assigned {
            plans[index].dead_result = !self.live.contains(local);
            self.live.remove(local);
            if self.tracks_parts {
                self.later.remove(&local);
                self.death_of.remove(&local);
            }
        }
        let is_read =
            |occurrence: &&Occurrence| occurrence.how != How::Write || occurrence.place.len > 0;
        let is_alias = statement.is_some_and(|statement| body.is_alias_definition(statement));
        let unused = plans[index].dead_result
            && matches!(
                statement.map(|statement| statement.kind),
                Some(StatementKind::Assign(_, Rvalue::Use(_)))
            );
        let takes = |occurrence: &Occurrence| !is_alias && !unused && body.consumes(occurrence);
        self.mentions.clear();
        for occurrence in occurrences.iter().filter(is_read) {
            let place = occurrence.place;
            body.for_each_kept(place.local, |local| self.mentions.of(local).all += 1);
            if place.len == 0 && body.class[place.local] == Class::Owned && takes(occurrence) {
                let mention = self.mentions.of(place.local);
                mention.taken += 1;
                mention.last_taken = occurrence.slot;
            }
        }
        let plan = &mut plans[index];
        for occurrence in occurrences.iter().filter(|occurrence| takes(occurrence)) {
            let local = occurrence.place.local;
            match body.class[local] {
                Class::Static => plan.moved.push(occurrence.slot),
                Class::Owned if occurrence.place.len == 0 && !self.live.contains(local) => {
                    // The last of the references that are handed on, if nothing
                    // else of the statement relies on the local.
                    let mention = self.mentions.of(local);
                    if mention.all == mention.taken && mention.last_taken == occurrence.slot {
                        mention.moved = true;
                        plan.moved.push(occurrence.slot);
                    }
                }
                _ => {}
            }
        }
        for position in 0..self.mentions.locals.len() {
            let local = self.mentions.locals[position];
            let moved = self.mentions.of(local).moved;
            if body.class[local] == Class::Owned && !self.live.contains(local) && !moved {
                if self.tracks_parts {
                    self.death_of.insert(local, (index as u32, plan.deaths.len() as u32));
                }
                plan.deaths.push(Death { local, moved_parts: SmallVec::new() });
            }
        }
        if self.tracks_parts {
            self.record_write(index, statement, occurrences);
            if occurrences.len() <= MAX_OPERANDS {
                for occurrence in occurrences.iter().filter(|occurrence| takes(occurrence)) {
                    self.part(index, occurrence, occurrences, plans);
                }
                plans[index].moved.sort_unstable();
            }
            for occurrence in occurrences {
                if !matches!(occurrence.how, How::Tag | How::Write) {
                    self.record(index, occurrence.place, false);
                }
            }
        }
        for local in &self.mentions.locals {
            self.live.insert(*local);
        }
    }

    /// Remembers what the statement assigns to, before its operands: they are
    /// read first.
    fn record_write(
        &mut self,
        index: usize,
        statement: Option<&Statement>,
        occurrences: &[Occurrence],
    ) {
        if let Some(Statement { kind: StatementKind::Call { callee, .. }, .. }) = statement {
            let effects = self.body.program.effects(callee);
            if effects.reads || effects.writes {
                self.shared.push((index as u32, None));
            }
        }
        for occurrence in occurrences {
            if occurrence.how == How::Write && occurrence.place.len > 0 {
                self.record(index, occurrence.place, true);
            }
        }
    }

    fn record(&mut self, index: usize, place: Place, overwrites: bool) {
        let statement = index as u32;
        let body = self.body;
        let mut local = place.local;
        self.record_one(Access { place, statement, overwrites });
        while let Class::Alias(root) = body.class[local] {
            for source in self.aliases.sources(local) {
                self.record_one(Access { place: *source, statement, overwrites: false });
            }
            local = root;
        }
    }

    fn record_one(&mut self, access: Access) {
        let body = self.body;
        if !matches!(body.class[access.place.local], Class::Owned | Class::Address)
            && body.function.projections_of(access.place).is_empty()
        {
            return;
        }
        if body.function.projections_of(access.place).contains(&Projection::Deref)
            && body.way(access.place).segments.iter().any(|segment| segment.region.is_shared())
        {
            self.shared.push((access.statement, Some(access.place.local)));
        }
        let accesses = self.later.entry(access.place.local).or_default();
        if accesses.list.len() == MAX_ACCESSES {
            accesses.list.remove(0);
            accesses.overflow = true;
        }
        accesses.list.push(access);
    }

    /// Decides whether a part that the statement takes over is moved out.
    fn part(
        &mut self,
        index: usize,
        occurrence: &Occurrence,
        occurrences: &[Occurrence],
        plans: &mut [StatementPlan],
    ) {
        let body = self.body;
        let place = occurrence.place;
        if place.len == 0 || plans[index].moved.contains(&occurrence.slot) {
            return;
        }
        let steps = body.function.projections_of(place);
        let overlaps = |other: Place| {
            other.local == place.local && paths_overlap(steps, body.function.projections_of(other))
        };
        // Through an alias the same memory may be read at the same time.
        let aliased = |other: LocalId| {
            matches!(body.class[other], Class::Alias(_))
                && body.root_of(other) == body.root_of(place.local)
        };
        let disturbed = occurrences.iter().any(|other| {
            other.slot != occurrence.slot
                && (aliased(other.place.local)
                    || overlaps(other.place) && !matches!(other.how, How::Write | How::Tag))
        });
        if disturbed || matches!(body.class[place.local], Class::Alias(_)) {
            return;
        }
        let accesses = self.later.get(&place.local);
        let next = accesses
            .and_then(|accesses| accesses.list.iter().rev().find(|access| overlaps(access.place)));
        let overflow = accesses.is_some_and(|accesses| accesses.overflow);
        match next {
            None => {
                if !overflow
                    && body.class[place.local] == Class::Owned
                    && body.is_inline(place)
                    && let Some(&(statement, position)) = self.death_of.get(&place.local)
                {
                    plans[index].moved.push(occurrence.slot);
                    let death = &mut plans[statement as usize].deaths[position as usize];
                    death.moved_parts.push(place);
                }
            }
            Some(next) => {
                let same = next.overwrites && body.function.projections_of(next.place) == steps;
                let refill = next.statement;
                if same && self.is_private_until(occurrence, occurrences, refill) {
                    plans[index].moved.push(occurrence.slot);
                    plans[refill as usize].refills = true;
                }
            }
        }
    }

    /// Whether nobody else can look at the place from here to the statement
    /// `until`, so that it may be empty meanwhile.
    fn is_private_until(
        &self,
        occurrence: &Occurrence,
        occurrences: &[Occurrence],
        until: u32,
    ) -> bool {
        let place = occurrence.place;
        let way = self.body.way(place);
        if way.container.is_some() {
            return false;
        }
        let reaches_shared = |place: Place| {
            self.body.way(place).segments.iter().any(|segment| segment.region.is_shared())
        };
        if !reaches_shared(place) {
            return true;
        }
        // The same memory under another name, now or later.
        let elsewhere = occurrences.iter().any(|other| {
            other.place.local != place.local
                && (matches!(self.body.class[other.place.local], Class::Alias(_))
                    || reaches_shared(other.place))
        });
        let mut later = self.shared.iter().rev().take_while(|(statement, _)| *statement <= until);
        !elsewhere && later.all(|(_, by)| *by == Some(place.local))
    }
}

/// The local that a statement assigns to as a whole.
fn assigned_local(occurrences: &[Occurrence]) -> Option<LocalId> {
    let last = occurrences.last()?;
    (last.how == How::Write).then(|| last.place.as_local()).flatten()
}

/// Whether the statement is `local = operand` with a result that nobody uses.
pub(super) fn is_unused_copy(statement: &Statement, plan: &StatementPlan) -> bool {
    plan.dead_result
        && matches!(
            statement.kind,
            StatementKind::Assign(_, Rvalue::Use(Operand::Copy(_) | Operand::Const(_)))
        )
}

/// Blocks after which the program certainly panics: nothing is given back any
/// more.
pub(super) fn doomed(body: &Body<'_>) -> Vec<bool> {
    let blocks = &body.function.blocks;
    let mut doomed = vec![false; blocks.len()];
    // Successors that are not doomed yet, by block.
    let mut open = vec![0u32; blocks.len()];
    let mut work = Vec::new();
    for &id in body.cfg.order() {
        let mut seen: SmallVec<[BlockId; 4]> = SmallVec::new();
        crate::analysis::for_each_successor(&blocks[id].terminator, |target| {
            if !seen.contains(&target) {
                seen.push(target);
            }
        });
        open[id.index()] = seen.len() as u32;
        if matches!(blocks[id].terminator, Terminator::Unreachable) {
            doomed[id.index()] = true;
            work.push(id);
        }
    }
    while let Some(id) = work.pop() {
        for &predecessor in body.cfg.predecessors(id) {
            let open = &mut open[predecessor.index()];
            *open -= 1;
            if *open == 0 {
                doomed[predecessor.index()] = true;
                work.push(predecessor);
            }
        }
    }
    doomed
}
