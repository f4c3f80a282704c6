//! Walks over the operands and places of a function.

use crate::function::*;

/// How a statement touches a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Touch {
    /// The value is read.
    Read,
    /// The whole place is overwritten.
    Write,
    /// The value may be changed in part, or made unique: `unshare`, `mut`
    /// arguments.
    Change,
}

/// Calls `visit` for each place of a statement.
pub(crate) fn places_of(
    function: &Function,
    statement: &StatementKind,
    visit: &mut dyn FnMut(Place, Touch),
) {
    match statement {
        StatementKind::Nop => {}
        StatementKind::Assign(place, rvalue) => {
            places_of_rvalue(function, rvalue, visit);
            visit(*place, Touch::Write);
        }
        StatementKind::Call { dest, callee, args } => {
            match callee {
                Callee::Closure(place) | Callee::Method(place, ..) => visit(*place, Touch::Read),
                Callee::Function(_) | Callee::Extern(_) => {}
            }
            places_of_args(function, *args, visit);
            if let Some(dest) = dest {
                visit(*dest, Touch::Write);
            }
        }
        StatementKind::Intrinsic { dest, args, .. } => {
            places_of_args(function, *args, visit);
            if let Some(dest) = dest {
                visit(*dest, Touch::Write);
            }
        }
        StatementKind::Unshare(place)
        | StatementKind::Discard(place)
        | StatementKind::Retain(place)
        | StatementKind::Release(place)
        | StatementKind::Free(place) => visit(*place, Touch::Change),
        StatementKind::Keep(place) => visit(*place, Touch::Read),
        StatementKind::CheckIndex { index, len } => {
            place_of(index, visit);
            place_of(len, visit);
        }
        StatementKind::Initialise(place, operand) => {
            place_of(operand, visit);
            visit(*place, Touch::Write);
        }
    }
}

fn place_of(operand: &Operand, visit: &mut dyn FnMut(Place, Touch)) {
    if let Operand::Copy(place) = operand {
        visit(*place, Touch::Read);
    }
}

fn places_of_args(function: &Function, args: Args, visit: &mut dyn FnMut(Place, Touch)) {
    for arg in &function.args[args.start as usize..][..args.len as usize] {
        match arg {
            Arg::Value(operand) => place_of(operand, visit),
            Arg::Address(place) => visit(*place, Touch::Change),
        }
    }
}

/// Calls `visit` for each place that a value is made from.
pub(crate) fn places_of_rvalue(
    function: &Function,
    rvalue: &Rvalue,
    visit: &mut dyn FnMut(Place, Touch),
) {
    match rvalue {
        Rvalue::Use(operand)
        | Rvalue::Unary(_, operand)
        | Rvalue::Cast(_, operand)
        | Rvalue::Box(operand)
        | Rvalue::Dyn(_, operand)
        | Rvalue::Downgrade(operand)
        | Rvalue::Upgrade(operand) => place_of(operand, visit),
        Rvalue::Binary(_, left, right) | Rvalue::Overflowing(_, left, right) => {
            place_of(left, visit);
            place_of(right, visit);
        }
        Rvalue::Discriminant(place) | Rvalue::Len(place) => visit(*place, Touch::Read),
        Rvalue::Struct(args)
        | Rvalue::Variant(_, args)
        | Rvalue::List(args)
        | Rvalue::Class(args)
        | Rvalue::Closure { captures: args, .. } => places_of_args(function, *args, visit),
        Rvalue::GlobalAddress(_) => {}
    }
}

/// Calls `visit` for each place of a block's end.
pub(crate) fn places_of_terminator(terminator: &Terminator, visit: &mut dyn FnMut(Place, Touch)) {
    match terminator {
        Terminator::Branch { condition: operand, .. }
        | Terminator::Switch { value: operand, .. }
        | Terminator::Return(operand) => place_of(operand, visit),
        Terminator::Goto(_) | Terminator::Unreachable => {}
    }
}

/// Calls `visit` for each operand that is read as a value, to be replaced.
pub(crate) fn operands_mut(function: &mut Function, visit: &mut dyn FnMut(&mut Operand)) {
    for block in function.blocks.iter_mut() {
        for statement in &mut block.statements {
            match &mut statement.kind {
                StatementKind::Assign(_, rvalue) => match rvalue {
                    Rvalue::Use(operand)
                    | Rvalue::Unary(_, operand)
                    | Rvalue::Cast(_, operand)
                    | Rvalue::Box(operand)
                    | Rvalue::Dyn(_, operand)
                    | Rvalue::Downgrade(operand)
                    | Rvalue::Upgrade(operand) => visit(operand),
                    Rvalue::Binary(_, left, right) | Rvalue::Overflowing(_, left, right) => {
                        visit(left);
                        visit(right);
                    }
                    _ => {}
                },
                StatementKind::CheckIndex { index, len } => {
                    visit(index);
                    visit(len);
                }
                StatementKind::Initialise(_, operand) => visit(operand),
                _ => {}
            }
        }
        match &mut block.terminator {
            Terminator::Branch { condition: operand, .. }
            | Terminator::Switch { value: operand, .. }
            | Terminator::Return(operand) => visit(operand),
            Terminator::Goto(_) | Terminator::Unreachable => {}
        }
    }
    for arg in &mut function.args {
        if let Arg::Value(operand) = arg {
            visit(operand);
        }
    }
}

/// Calls `visit` for every place that stands anywhere in the function, to be
/// replaced: also those written.
pub(crate) fn all_places_mut(function: &mut Function, visit: &mut dyn FnMut(&mut Place)) {
    for block in function.blocks.iter_mut() {
        for statement in &mut block.statements {
            own_places_mut(&mut statement.kind, visit);
        }
        match &mut block.terminator {
            Terminator::Branch { condition: value, .. }
            | Terminator::Switch { value, .. }
            | Terminator::Return(value) => place_mut(value, visit),
            Terminator::Goto(_) | Terminator::Unreachable => {}
        }
    }
    for arg in &mut function.args {
        match arg {
            Arg::Value(value) => place_mut(value, visit),
            Arg::Address(place) => visit(place),
        }
    }
}

fn place_mut(operand: &mut Operand, visit: &mut dyn FnMut(&mut Place)) {
    if let Operand::Copy(place) = operand {
        visit(place);
    }
}

/// Calls `visit` for every place that stands in the statement itself, not in
/// its list of arguments.
pub(crate) fn own_places_mut(statement: &mut StatementKind, visit: &mut dyn FnMut(&mut Place)) {
    match statement {
        StatementKind::Nop => {}
        StatementKind::Assign(place, rvalue) => {
            visit(place);
            match rvalue {
                Rvalue::Use(value)
                | Rvalue::Unary(_, value)
                | Rvalue::Cast(_, value)
                | Rvalue::Box(value)
                | Rvalue::Dyn(_, value)
                | Rvalue::Downgrade(value)
                | Rvalue::Upgrade(value) => place_mut(value, visit),
                Rvalue::Binary(_, left, right) | Rvalue::Overflowing(_, left, right) => {
                    place_mut(left, visit);
                    place_mut(right, visit);
                }
                Rvalue::Discriminant(place) | Rvalue::Len(place) => visit(place),
                Rvalue::Struct(_)
                | Rvalue::Variant(..)
                | Rvalue::List(_)
                | Rvalue::Class(_)
                | Rvalue::Closure { .. }
                | Rvalue::GlobalAddress(_) => {}
            }
        }
        StatementKind::Call { dest, callee, .. } => {
            if let Callee::Closure(place) | Callee::Method(place, ..) = callee {
                visit(place);
            }
            if let Some(dest) = dest {
                visit(dest);
            }
        }
        StatementKind::Intrinsic { dest, .. } => {
            if let Some(dest) = dest {
                visit(dest);
            }
        }
        StatementKind::Unshare(place)
        | StatementKind::Discard(place)
        | StatementKind::Keep(place)
        | StatementKind::Retain(place)
        | StatementKind::Release(place)
        | StatementKind::Free(place) => visit(place),
        StatementKind::CheckIndex { index, len } => {
            place_mut(index, visit);
            place_mut(len, visit);
        }
        StatementKind::Initialise(place, value) => {
            visit(place);
            place_mut(value, visit);
        }
    }
}

/// The blocks that a block's end leads to.
pub(crate) fn successors(terminator: &Terminator, visit: &mut dyn FnMut(BlockId)) {
    match terminator {
        Terminator::Goto(target) => visit(*target),
        Terminator::Branch { then, otherwise, .. } => {
            visit(*then);
            visit(*otherwise);
        }
        Terminator::Switch { cases, otherwise, .. } => {
            cases.iter().for_each(|case| visit(case.1));
            visit(*otherwise);
        }
        Terminator::Return(_) | Terminator::Unreachable => {}
    }
}

/// The same, to be replaced.
pub(crate) fn successors_mut(terminator: &mut Terminator, visit: &mut dyn FnMut(&mut BlockId)) {
    match terminator {
        Terminator::Goto(target) => visit(target),
        Terminator::Branch { then, otherwise, .. } => {
            visit(then);
            visit(otherwise);
        }
        Terminator::Switch { cases, otherwise, .. } => {
            cases.iter_mut().for_each(|case| visit(&mut case.1));
            visit(otherwise);
        }
        Terminator::Return(_) | Terminator::Unreachable => {}
    }
}

/// The list of arguments or parts that a statement has.
pub(crate) fn args_mut(statement: &mut StatementKind) -> Option<&mut Args> {
    match statement {
        StatementKind::Call { args, .. } | StatementKind::Intrinsic { args, .. } => Some(args),
        StatementKind::Assign(_, rvalue) => match rvalue {
            Rvalue::Struct(args)
            | Rvalue::Variant(_, args)
            | Rvalue::List(args)
            | Rvalue::Class(args)
            | Rvalue::Closure { captures: args, .. } => Some(args),
            _ => None,
        },
        _ => None,
    }
}
