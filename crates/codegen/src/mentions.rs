//! Which locals a statement mentions and what it does with them.

use simple_mir::{
    Arg, Args, BlockId, Callee, Function, Intrinsic, LocalId, Operand, ParamMode, Place,
    Projection, Rvalue, StatementKind, Terminator,
};

/// What a statement does with a local.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mention {
    /// Reads it, or a part of it, or goes through it.
    Use,
    /// Sets all of it.
    Set,
    /// Changes it in part, or through its address.
    Change,
}

/// The `index`th block that `terminator` may go to.
pub(crate) fn successor(terminator: &Terminator, index: u32) -> Option<BlockId> {
    match terminator {
        Terminator::Goto(target) => (index == 0).then_some(*target),
        Terminator::Branch { then, otherwise, .. } => match index {
            0 => Some(*then),
            1 => Some(*otherwise),
            _ => None,
        },
        Terminator::Switch { cases, otherwise, .. } => match index as usize {
            index if index < cases.len() => Some(cases[index].1),
            index if index == cases.len() => Some(*otherwise),
            _ => None,
        },
        Terminator::Return(_) | Terminator::Unreachable => None,
    }
}

/// Tells `note` of each local that a statement mentions, in the order in which it
/// happens.
pub(crate) fn visit_statement(
    function: &Function,
    statement: &StatementKind,
    note: &mut impl FnMut(LocalId, Mention),
) {
    match statement {
        StatementKind::Nop => {}
        StatementKind::Assign(place, value) => {
            visit_rvalue(function, value, note);
            visit_target(function, *place, note);
        }
        StatementKind::Call { dest, callee, args } => {
            match callee {
                Callee::Closure(place) | Callee::Method(place, ..) => {
                    visit_place(function, *place, note);
                }
                Callee::Function(_) | Callee::Extern(_) => {}
            }
            visit_args(function, *args, note);
            if let Some(dest) = dest {
                visit_target(function, *dest, note);
            }
        }
        StatementKind::Intrinsic { dest, op, args } => {
            if matches!(op, Intrinsic::ListPush | Intrinsic::ListReserve) {
                visit_args(function, *args, note);
            } else {
                // The list is changed, but the pointer to it is only read.
                visit_reading_args(function, *args, note);
            }
            if let Some(dest) = dest {
                visit_target(function, *dest, note);
            }
        }
        StatementKind::Initialise(place, value) => {
            visit_operand(function, value, note);
            visit_target(function, *place, note);
        }
        StatementKind::Unshare(place) => visit_address(function, *place, note),
        StatementKind::CheckIndex { index, len } => {
            visit_operand(function, index, note);
            visit_operand(function, len, note);
        }
        StatementKind::Retain(place)
        | StatementKind::Release(place)
        | StatementKind::Free(place)
        | StatementKind::Discard(place)
        | StatementKind::Keep(place) => visit_place(function, *place, note),
    }
}

/// Tells `note` of each local that the end of a block mentions.
pub(crate) fn visit_terminator(
    function: &Function,
    terminator: &Terminator,
    note: &mut impl FnMut(LocalId, Mention),
) {
    match terminator {
        Terminator::Branch { condition: value, .. }
        | Terminator::Switch { value, .. }
        | Terminator::Return(value) => visit_operand(function, value, note),
        Terminator::Goto(_) | Terminator::Unreachable => {}
    }
}

fn visit_rvalue(function: &Function, value: &Rvalue, note: &mut impl FnMut(LocalId, Mention)) {
    match value {
        Rvalue::Use(a)
        | Rvalue::Unary(_, a)
        | Rvalue::Cast(_, a)
        | Rvalue::Box(a)
        | Rvalue::Dyn(_, a)
        | Rvalue::Downgrade(a)
        | Rvalue::Upgrade(a) => visit_operand(function, a, note),
        Rvalue::Binary(_, a, b) | Rvalue::Overflowing(_, a, b) => {
            visit_operand(function, a, note);
            visit_operand(function, b, note);
        }
        Rvalue::Discriminant(place) | Rvalue::Len(place) => visit_place(function, *place, note),
        Rvalue::Struct(args)
        | Rvalue::Variant(_, args)
        | Rvalue::List(args)
        | Rvalue::Class(args)
        | Rvalue::Closure { captures: args, .. } => visit_args(function, *args, note),
        Rvalue::GlobalAddress(_) => {}
    }
}

fn visit_args(function: &Function, args: Args, note: &mut impl FnMut(LocalId, Mention)) {
    for arg in &function.args[args.start as usize..][..args.len as usize] {
        match arg {
            Arg::Value(operand) => visit_operand(function, operand, note),
            Arg::Address(place) => visit_address(function, *place, note),
        }
    }
}

fn visit_reading_args(function: &Function, args: Args, note: &mut impl FnMut(LocalId, Mention)) {
    for arg in &function.args[args.start as usize..][..args.len as usize] {
        match arg {
            Arg::Value(operand) => visit_operand(function, operand, note),
            Arg::Address(place) => visit_place(function, *place, note),
        }
    }
}

fn visit_operand(function: &Function, operand: &Operand, note: &mut impl FnMut(LocalId, Mention)) {
    if let Operand::Copy(place) = operand {
        visit_place(function, *place, note);
    }
}

/// A place that is read.
fn visit_place(function: &Function, place: Place, note: &mut impl FnMut(LocalId, Mention)) {
    note(place.local, Mention::Use);
    visit_indices(function, place, note);
}

/// A place that is assigned to.
fn visit_target(function: &Function, place: Place, note: &mut impl FnMut(LocalId, Mention)) {
    visit_indices(function, place, note);
    if place.len == 0 {
        note(place.local, Mention::Set);
    } else if leaves_local(function, place) {
        note(place.local, Mention::Use);
    } else {
        note(place.local, Mention::Change);
    }
}

/// A place that is read and changed through its address.
fn visit_address(function: &Function, place: Place, note: &mut impl FnMut(LocalId, Mention)) {
    visit_indices(function, place, note);
    if leaves_local(function, place) {
        note(place.local, Mention::Use);
    } else {
        // Also of a whole local: one that lies in memory is changed there.
        note(place.local, Mention::Change);
        if place.len == 0 {
            note(place.local, Mention::Set);
        }
    }
}

fn visit_indices(function: &Function, place: Place, note: &mut impl FnMut(LocalId, Mention)) {
    for projection in projections(function, place) {
        if let Projection::Index(index) = projection {
            note(*index, Mention::Use);
        }
    }
}

/// The steps of `place`.
pub(crate) fn projections(function: &Function, place: Place) -> &[Projection] {
    &function.projections[place.start as usize..][..place.len as usize]
}

/// Whether `place` lies in another object than its local.
pub(crate) fn leaves_local(function: &Function, place: Place) -> bool {
    projections(function, place)
        .iter()
        .any(|step| matches!(step, Projection::Deref | Projection::Index(_)))
}

/// Whether parameter `index` of `function` is held by the caller for the whole
/// call, unchanged.
pub(crate) fn is_borrowed(function: &Function, index: usize) -> bool {
    function.params.get(index) == Some(&ParamMode::Borrowed)
}
