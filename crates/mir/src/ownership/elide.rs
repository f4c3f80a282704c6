//! Removes pairs of a retain and a release between which nothing needs the
//! extra reference (rule 7 of `docs/design/mir.md`).
//!
//! Works on the counted dialect, block by block. Between the two, nothing may
//! give anything back, make anything unique, run code that does, or hand the
//! reference on: then whoever kept the value alive before the retain still does
//! after the release.

use smallvec::SmallVec;

use crate::analysis::{How, Occurrence, Role, for_each_occurrence};
use crate::{
    Arg, Args, Callee, FuncId, Function, LocalId, Operand, ParamMode, Place, Rvalue, Statement,
    StatementKind,
};

/// More retains than this are not kept in mind at a time.
const MAX_PENDING: usize = 16;

/// A retain whose release has not been met.
struct Pending {
    statement: usize,
    /// What was counted.
    place: Place,
    /// Locals that hold the same value, if it was a whole local.
    names: SmallVec<[LocalId; 2]>,
}

/// Removes what can be removed in `function`; `modes` tells how functions take
/// their parameters. Returns how many pairs there were.
pub(super) fn elide(function: &mut Function, modes: &impl Fn(FuncId, u32) -> ParamMode) -> usize {
    let mut removed = 0;
    let mut pending: Vec<Pending> = Vec::new();
    let mut dropped: Vec<usize> = Vec::new();
    for position in 0..function.blocks.len() {
        pending.clear();
        dropped.clear();
        let block = &function.blocks.as_slice()[position];
        for (index, statement) in block.statements.iter().enumerate() {
            match statement.kind {
                StatementKind::Retain(place) => {
                    if pending.len() == MAX_PENDING {
                        pending.remove(0);
                    }
                    let names = place.as_local().into_iter().collect();
                    pending.push(Pending { statement: index, place, names });
                }
                StatementKind::Release(place) => {
                    let found = pending.iter().rposition(|known| known.is(function, place));
                    if let Some(found) = found {
                        dropped.extend([pending.remove(found).statement, index]);
                    } else {
                        pending.clear();
                    }
                }
                _ => step(function, statement, modes, &mut pending),
            }
        }
        removed += dropped.len() / 2;
        let block = &mut function.blocks.raw_mut()[position];
        for &index in &dropped {
            block.statements[index].kind = StatementKind::Nop;
        }
        if !dropped.is_empty() {
            block.statements.retain(|statement| statement.kind != StatementKind::Nop);
        }
    }
    removed
}

impl Pending {
    /// Whether `place` is what was counted.
    fn is(&self, function: &Function, place: Place) -> bool {
        match place.as_local() {
            Some(local) => self.names.contains(&local),
            None => {
                place.local == self.place.local
                    && function.projections_of(place) == function.projections_of(self.place)
            }
        }
    }
}

/// Forgets the retains that a statement may need.
fn step(
    function: &Function,
    statement: &Statement,
    modes: &impl Fn(FuncId, u32) -> ParamMode,
    pending: &mut Vec<Pending>,
) {
    if pending.is_empty() {
        return;
    }
    if may_give_back(function, &statement.kind) {
        return pending.clear();
    }
    let takes = |occurrence: &Occurrence| match occurrence.how {
        How::Read(Role::Param(id, index)) => modes(id, index) == ParamMode::Owned,
        How::Read(Role::Store | Role::OwnedArg | Role::Return) => true,
        _ => false,
    };
    let copy = match statement.kind {
        StatementKind::Assign(
            Place { local, len: 0, .. },
            Rvalue::Use(Operand::Copy(Place { local: from, len: 0, .. })),
        ) => Some((local, from)),
        _ => None,
    };
    for_each_occurrence(function, statement, |occurrence| {
        let local = occurrence.place.local;
        let changes = matches!(occurrence.how, How::Write | How::Initialise);
        if changes {
            pending.retain_mut(|known| {
                if known.place.local == local {
                    // A part of it, or what leads there, may be another value.
                    return false;
                }
                known.names.retain(|name| *name != local);
                true
            });
        } else if takes(&occurrence) && copy.is_none() {
            pending.retain(|known| known.place.local != local && !known.names.contains(&local));
        }
    });
    if let Some((to, from)) = copy {
        for known in pending.iter_mut() {
            if known.names.contains(&from) {
                known.names.push(to);
            }
        }
    }
}

/// Whether a statement may give a reference back or look at a count.
fn may_give_back(function: &Function, kind: &StatementKind) -> bool {
    let addresses =
        |args: Args| function.args_of(args).iter().any(|arg| matches!(arg, Arg::Address(_)));
    match kind {
        StatementKind::Nop
        | StatementKind::Assign(..)
        | StatementKind::CheckIndex { .. }
        | StatementKind::Retain(_)
        | StatementKind::Initialise(..) => false,
        // The runtime gives back only what lies in slots that it is given.
        StatementKind::Call { callee: Callee::Extern(_), args, .. }
        | StatementKind::Intrinsic { args, .. } => addresses(*args),
        StatementKind::Call { .. }
        | StatementKind::Unshare(_)
        | StatementKind::Release(_)
        | StatementKind::Free(_)
        | StatementKind::Discard(_)
        | StatementKind::Keep(_) => true,
    }
}
