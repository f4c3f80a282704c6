//! Which locals need no counting, because another one keeps alive what they
//! hold (rule 5 of `docs/design/mir.md`).
//!
//! A local is an alias of a root if all it is ever assigned are copies of
//! places that begin at the root. Then, while it is live, the root is kept
//! live too, and nothing may change what the copied place depends on. Three
//! liveness solutions do it: the plain one decides where an alias would only
//! prolong a life; one with all candidates finds those whose root changes too
//! early; the caller makes the last one.

use simple_source::IndexVec;
use smallvec::SmallVec;

use super::body::{Body, Class, MAX_CHAIN};
use super::regions::{Region, Segment};
use crate::analysis::{How, LiveSet, Liveness, for_each_occurrence, for_each_terminator_operand};
use crate::{
    BlockId, Callee, LocalId, Operand, ParamMode, Place, Rvalue, Statement, StatementKind,
};

/// What is known about a local's definitions.
#[derive(Clone, Default)]
struct Candidate {
    /// What it is copied from, place by place.
    sources: SmallVec<[Place; 1]>,
    constants: u32,
    /// It is changed in part, or assigned something that is new.
    is_own: bool,
    /// A copy takes over what is not needed any more: owning it is free.
    takes_over: bool,
}

/// What aliases are copies of.
pub(super) struct Aliases {
    sources: IndexVec<LocalId, SmallVec<[Place; 1]>>,
    segments: IndexVec<LocalId, SmallVec<[Segment; 2]>>,
}

impl Aliases {
    /// The places that an alias is a copy of, all of its root.
    pub(super) fn sources(&self, local: LocalId) -> &[Place] {
        &self.sources[local]
    }

    /// The memory on the ways there, which must not change while it lives.
    pub(super) fn segments(&self, local: LocalId) -> &[Segment] {
        &self.segments[local]
    }
}

/// Turns owned locals of `body` into aliases where that saves counting.
pub(super) fn select(body: &mut Body<'_>) -> Aliases {
    let mut candidates = collect(body);
    let plain = body.liveness();
    find_takeovers(body, &plain, &mut candidates);
    for local in body.function.locals.indices() {
        decide(body, &candidates, local);
    }
    drop_prolonging(body, &plain, &candidates);
    let segments = body
        .function
        .locals
        .indices()
        .map(|local| match body.class[local] {
            Class::Alias(_) => {
                let sources = candidates[local].sources.iter();
                sources.flat_map(|source| body.way(*source).segments).collect()
            }
            _ => SmallVec::new(),
        })
        .collect();
    let sources = candidates.into_raw().into_iter().map(|candidate| candidate.sources).collect();
    let aliases = Aliases { sources, segments };
    drop_unstable(body, &aliases);
    aliases
}

fn collect(body: &Body<'_>) -> IndexVec<LocalId, Candidate> {
    let function = body.function;
    let mut candidates: IndexVec<LocalId, Candidate> =
        function.locals.iter().map(|_| Candidate::default()).collect();
    for index in 0..function.params.len() {
        candidates[LocalId(index as u32)].is_own = true;
    }
    for &block in body.cfg.order() {
        for statement in &function.blocks[block].statements {
            for_each_occurrence(function, statement, |occurrence| {
                let place = occurrence.place;
                if !body.counted[place.local] {
                    return;
                }
                let candidate = &mut candidates[place.local];
                match occurrence.how {
                    How::Read(_) | How::Inspect | How::Tag | How::Receiver => {}
                    How::Write if place.len == 0 => match statement.kind {
                        StatementKind::Assign(_, Rvalue::Use(Operand::Copy(source)))
                            if source.local != place.local =>
                        {
                            let root = candidate.sources.first().map(|first| first.local);
                            candidate.is_own |= root.is_some_and(|root| root != source.local);
                            candidate.sources.push(source);
                        }
                        StatementKind::Assign(_, Rvalue::Use(Operand::Const(_))) => {
                            candidate.constants += 1;
                        }
                        _ => candidate.is_own = true,
                    },
                    _ => {
                        let last = body.way(place).segments.last().map(|segment| segment.region);
                        candidate.is_own |= last == Some(Region::Local(place.local));
                    }
                }
            });
        }
    }
    for candidate in candidates.iter_mut() {
        candidate.is_own |= candidate.constants > 0 && !candidate.sources.is_empty();
    }
    candidates
}

/// Walks every block backwards. `each` sees each statement with the locals that
/// are live after it by their own uses alone.
fn walk_back(
    body: &Body<'_>,
    liveness: &Liveness,
    mut each: impl FnMut(BlockId, Option<&Statement>, &LiveSet),
) {
    let mut live = LiveSet::new(body.function);
    for &id in body.cfg.order() {
        let block = &body.function.blocks[id];
        live.start(body.function, liveness, id, |_| {});
        each(id, None, &live);
        for_each_terminator_operand(&block.terminator, |occurrence| {
            live.insert(occurrence.place.local);
        });
        for statement in block.statements.iter().rev() {
            each(id, Some(statement), &live);
            for_each_occurrence(body.function, statement, |occurrence| {
                if occurrence.how == How::Write && occurrence.place.len == 0 {
                    live.remove(occurrence.place.local);
                }
            });
            for_each_occurrence(body.function, statement, |occurrence| {
                if occurrence.how != How::Write || occurrence.place.len > 0 {
                    live.insert(occurrence.place.local);
                }
            });
        }
    }
}

/// Marks candidates whose copy is the last use of its source, which so can be
/// moved from.
fn find_takeovers(
    body: &Body<'_>,
    plain: &Liveness,
    candidates: &mut IndexVec<LocalId, Candidate>,
) {
    walk_back(body, plain, |_, statement, live| {
        if let Some(Statement {
            kind:
                StatementKind::Assign(Place { local, len: 0, .. }, Rvalue::Use(Operand::Copy(source))),
            ..
        }) = statement
            && body.class[*local] == Class::Owned
            && !live.contains(source.local)
            && body.is_inline(*source)
        {
            candidates[*local].takes_over = true;
        }
    });
}

/// Decides what `local` is, after what it is copied from.
fn decide(body: &mut Body<'_>, candidates: &IndexVec<LocalId, Candidate>, local: LocalId) {
    // The locals on the way to one that is decided.
    let mut chain: SmallVec<[LocalId; 8]> = SmallVec::new();
    let mut current = local;
    loop {
        let candidate = &candidates[current];
        let undecided = body.class[current] == Class::Owned && !candidate.is_own;
        if !undecided || candidate.sources.is_empty() && candidate.constants == 0 {
            break;
        }
        if chain.contains(&current) || chain.len() == MAX_CHAIN {
            break;
        }
        chain.push(current);
        match candidate.sources.first() {
            Some(source) => current = source.local,
            None => break,
        }
    }
    for &local in chain.iter().rev() {
        let candidate = &candidates[local];
        let Some(source) = candidate.sources.first() else {
            body.class[local] = Class::Static;
            continue;
        };
        body.class[local] = match body.class[source.local] {
            Class::Owned if candidate.takes_over => Class::Owned,
            Class::Static if source.len == 0 => Class::Static,
            Class::Plain => Class::Owned,
            _ if chain_len(body, source.local) >= MAX_CHAIN => Class::Owned,
            _ => Class::Alias(source.local),
        };
    }
}

fn chain_len(body: &Body<'_>, mut local: LocalId) -> usize {
    let mut len = 0;
    while let Class::Alias(root) = body.class[local] {
        local = root;
        len += 1;
        if len > MAX_CHAIN {
            break;
        }
    }
    len
}

/// Makes aliases own again that are handed on when nobody needs their root any
/// more: keeping the root alive until then would keep its parts from being
/// unique.
fn drop_prolonging(
    body: &mut Body<'_>,
    plain: &Liveness,
    candidates: &IndexVec<LocalId, Candidate>,
) {
    let mut prolonging = Vec::new();
    let note = |local: LocalId, live: &LiveSet, prolonging: &mut Vec<LocalId>| {
        let mut root = local;
        while let Class::Alias(next) = body.class[root] {
            root = next;
            if live.contains(root) {
                return;
            }
        }
        if root != local && body.class[root] == Class::Owned {
            prolonging.push(local);
        }
    };
    walk_back(body, plain, |block, statement, live| match statement {
        Some(statement) => {
            if body.is_alias_definition(statement) {
                return;
            }
            for_each_occurrence(body.function, statement, |occurrence| {
                if body.consumes(&occurrence) {
                    note(occurrence.place.local, live, &mut prolonging);
                }
            });
        }
        None => {
            let terminator = &body.function.blocks[block].terminator;
            for_each_terminator_operand(terminator, |occurrence| {
                if body.consumes(&occurrence) {
                    note(occurrence.place.local, live, &mut prolonging);
                }
            });
        }
    });
    for local in prolonging {
        debug_assert!(!candidates[local].is_own);
        body.class[local] = Class::Owned;
    }
}

/// Makes aliases own again whose root may change while they are live.
fn drop_unstable(body: &mut Body<'_>, aliases: &Aliases) {
    let liveness = body.liveness();
    let mut live = LiveSet::new(body.function);
    // Aliases that became live in the block at hand, and may still be.
    let mut seen: Vec<LocalId> = Vec::new();
    let mut changes: SmallVec<[Segment; 4]> = SmallVec::new();
    for id in body.cfg.order().to_vec() {
        let function = body.function;
        let block = &function.blocks[id];
        seen.clear();
        let is_alias = |class: Class| matches!(class, Class::Alias(_));
        live.start(body.function, &liveness, id, |local| {
            if is_alias(body.class[local]) {
                seen.push(local);
            }
        });
        let mark = |body: &Body<'_>, local: LocalId, live: &mut LiveSet, seen: &mut Vec<_>| {
            body.for_each_kept(local, |local| {
                if live.insert(local) && is_alias(body.class[local]) {
                    seen.push(local);
                }
            });
        };
        for_each_terminator_operand(&block.terminator, |occurrence| {
            mark(body, occurrence.place.local, &mut live, &mut seen);
        });
        for statement in block.statements.iter().rev() {
            changes.clear();
            let shared = changes_of(body, statement, &mut changes);
            if shared || !changes.is_empty() {
                seen.retain(|&local| {
                    if !live.contains(local) || !is_alias(body.class[local]) {
                        return false;
                    }
                    let unstable = aliases.segments(local).iter().any(|segment| {
                        shared && segment.region.is_shared()
                            || changes.iter().any(|change| change.overlaps(segment, function))
                    });
                    if unstable {
                        body.class[local] = Class::Owned;
                    }
                    !unstable
                });
            }
            for_each_occurrence(function, statement, |occurrence| {
                if occurrence.how == How::Write && occurrence.place.len == 0 {
                    live.remove(occurrence.place.local);
                }
            });
            for_each_occurrence(function, statement, |occurrence| {
                if occurrence.how != How::Write || occurrence.place.len > 0 {
                    mark(body, occurrence.place.local, &mut live, &mut seen);
                }
            });
        }
    }
}

/// Collects what a statement changes; whether it may also change any memory
/// that others reach.
pub(super) fn changes_of(
    body: &Body<'_>,
    statement: &Statement,
    changes: &mut SmallVec<[Segment; 4]>,
) -> bool {
    let callee = match &statement.kind {
        StatementKind::Call { callee, .. } => Some(callee),
        _ => None,
    };
    for_each_occurrence(body.function, statement, |occurrence| {
        let changes_place = match occurrence.how {
            How::Read(_) | How::Inspect | How::Tag | How::Receiver => false,
            How::Address(index) => !is_frozen_param(body, callee, index),
            How::Write | How::Initialise | How::Unshare | How::Count => true,
        };
        if changes_place {
            changes.extend(body.written(occurrence.place));
        }
    });
    callee.is_some_and(|callee| body.program.effects(callee).writes)
}

/// Whether the callee only looks at what it gets the address of.
pub(super) fn is_frozen_param(body: &Body<'_>, callee: Option<&Callee>, index: u32) -> bool {
    matches!(callee, Some(Callee::Function(id))
        if body.program.mode(*id, index) == ParamMode::Borrowed)
}
