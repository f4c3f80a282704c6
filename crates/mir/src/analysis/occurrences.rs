//! What statements do with places.

use crate::{
    Arg, Callee, FuncId, Function, Intrinsic, Operand, Place, Rvalue, Statement, StatementKind,
    Terminator,
};

/// Why a value is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// To compute with it: nobody keeps it.
    Look,
    /// To store it or make it a part of something.
    Store,
    /// As an argument of a program function, counted from 0.
    Param(FuncId, u32),
    /// As an argument of a closure or method.
    OwnedArg,
    /// As an argument of the runtime.
    ExternArg,
    /// As the function's result.
    Return,
}

/// What happens to a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// Its value is read.
    Read(Role),
    /// Its length is looked at.
    Inspect,
    /// Its variant is looked at.
    Tag,
    /// The closure or `dyn` value there is called.
    Receiver,
    /// Its address is passed, as argument so-and-so; the callee reads and
    /// changes it.
    Address(u32),
    /// A value is stored there.
    Write,
    /// A value is stored there, where nothing was before.
    Initialise,
    /// It is made unique.
    Unshare,
    /// What is there is counted, given back or freed.
    Count,
}

/// A place in a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Occurrence {
    /// The place.
    pub place: Place,
    /// What happens to it.
    pub how: How,
    /// Which operand it is: the first is 0, constants count. Destinations have
    /// the number after the last operand's.
    pub slot: u32,
}

/// Calls `each` for every place of a statement, in order of evaluation:
/// operands first, destinations last.
pub fn for_each_occurrence(
    function: &Function,
    statement: &Statement,
    mut each: impl FnMut(Occurrence),
) {
    let mut visitor = Visitor { function, slot: 0, each: &mut each };
    match statement.kind {
        StatementKind::Nop => {}
        StatementKind::Assign(place, rvalue) => {
            visitor.rvalue(rvalue);
            visitor.place(place, How::Write);
        }
        StatementKind::Call { dest, callee, args } => {
            match callee {
                Callee::Closure(place) | Callee::Method(place, ..) => {
                    visitor.place(place, How::Receiver);
                }
                Callee::Function(_) | Callee::Extern(_) => {}
            }
            for (index, arg) in function.args_of(args).iter().enumerate() {
                let role = match callee {
                    Callee::Function(id) => Role::Param(id, index as u32),
                    Callee::Extern(_) => Role::ExternArg,
                    Callee::Closure(_) | Callee::Method(..) => Role::OwnedArg,
                };
                visitor.arg(*arg, role, index as u32);
            }
            if let Some(place) = dest {
                visitor.place(place, How::Write);
            }
        }
        StatementKind::Intrinsic { dest, op, args } => {
            for (index, arg) in function.args_of(args).iter().enumerate() {
                let stored = match op {
                    Intrinsic::ListPush => index == 1,
                    Intrinsic::ListPut => index == 2,
                    _ => false,
                };
                visitor.arg(*arg, if stored { Role::Store } else { Role::Look }, index as u32);
            }
            if let Some(place) = dest {
                visitor.place(place, How::Write);
            }
        }
        StatementKind::Unshare(place) => visitor.place(place, How::Unshare),
        StatementKind::CheckIndex { index, len } => {
            visitor.operand(index, Role::Look);
            visitor.operand(len, Role::Look);
        }
        StatementKind::Initialise(place, operand) => {
            visitor.operand(operand, Role::Store);
            visitor.place(place, How::Initialise);
        }
        StatementKind::Keep(place) => visitor.operand(Operand::Copy(place), Role::Look),
        StatementKind::Discard(place)
        | StatementKind::Retain(place)
        | StatementKind::Release(place)
        | StatementKind::Free(place) => visitor.place(place, How::Count),
    }
}

/// Calls `each` for the place that a terminator reads, if it reads one.
pub fn for_each_terminator_operand(terminator: &Terminator, mut each: impl FnMut(Occurrence)) {
    let (operand, role) = match terminator {
        Terminator::Branch { condition, .. } => (*condition, Role::Look),
        Terminator::Switch { value, .. } => (*value, Role::Look),
        Terminator::Return(value) => (*value, Role::Return),
        Terminator::Goto(_) | Terminator::Unreachable => return,
    };
    if let Operand::Copy(place) = operand {
        each(Occurrence { place, how: How::Read(role), slot: 0 });
    }
}

struct Visitor<'a, F> {
    function: &'a Function,
    slot: u32,
    each: &'a mut F,
}

impl<F: FnMut(Occurrence)> Visitor<'_, F> {
    fn place(&mut self, place: Place, how: How) {
        (self.each)(Occurrence { place, how, slot: self.slot });
        self.slot += 1;
    }

    fn operand(&mut self, operand: Operand, role: Role) {
        match operand {
            Operand::Copy(place) => self.place(place, How::Read(role)),
            Operand::Const(_) => self.slot += 1,
        }
    }

    fn arg(&mut self, arg: Arg, role: Role, index: u32) {
        match arg {
            Arg::Value(operand) => self.operand(operand, role),
            Arg::Address(place) => self.place(place, How::Address(index)),
        }
    }

    fn rvalue(&mut self, rvalue: Rvalue) {
        match rvalue {
            Rvalue::Use(operand) | Rvalue::Box(operand) | Rvalue::Dyn(_, operand) => {
                self.operand(operand, Role::Store);
            }
            Rvalue::Unary(_, operand)
            | Rvalue::Cast(_, operand)
            | Rvalue::Downgrade(operand)
            | Rvalue::Upgrade(operand) => self.operand(operand, Role::Look),
            Rvalue::Binary(_, a, b) | Rvalue::Overflowing(_, a, b) => {
                self.operand(a, Role::Look);
                self.operand(b, Role::Look);
            }
            Rvalue::Discriminant(place) => self.place(place, How::Tag),
            Rvalue::Len(place) => self.place(place, How::Inspect),
            Rvalue::Struct(args)
            | Rvalue::Variant(_, args)
            | Rvalue::List(args)
            | Rvalue::Class(args)
            | Rvalue::Closure { captures: args, .. } => {
                for (index, arg) in self.function.args_of(args).iter().enumerate() {
                    self.arg(*arg, Role::Store, index as u32);
                }
            }
            Rvalue::GlobalAddress(_) => {}
        }
    }
}
