//! What a statement may do to what lies at places: the one question that all
//! passes ask which remember something of memory.
//!
//! In the value dialect locals share nothing, so only places of the same local
//! meet. What is reached through a class instance, a program-wide variable or a
//! `mut` parameter may meet any other such place.

use crate::analysis::{How, Occurrence, place_type};
use crate::function::*;
use crate::types::{Type, TypeId, TypeTable};

/// How one place lies to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Meeting {
    /// They never share memory.
    Apart,
    /// The first contains the second, or may be it.
    Covers,
    /// The first is surely inside the second.
    Inside,
}

/// How the place `a` lies to the place `b` of the same local.
pub(crate) fn meeting(a: &[Projection], b: &[Projection]) -> Meeting {
    for (x, y) in a.iter().zip(b) {
        match (x, y) {
            (Projection::Field(x), Projection::Field(y)) if x != y => return Meeting::Apart,
            // Different indexes may be equal, and of different variants the
            // fields lie in the same memory.
            _ => {}
        }
        if matches!((x, y), (Projection::Variant(x), Projection::Variant(y)) if x != y) {
            return Meeting::Covers;
        }
    }
    if a.len() > b.len() { Meeting::Inside } else { Meeting::Covers }
}

/// Whether a way leads through memory that others may have a way to.
pub(crate) fn is_shared(types: &TypeTable, function: &Function, place: Place) -> bool {
    let mut way = Place { len: 0, ..place };
    for step in function.projections_of(place) {
        if *step == Projection::Deref {
            let ty = place_type(types, function, way).map(|ty| types.get(ty));
            if !matches!(ty, Some(Type::Box(_))) {
                return true;
            }
        }
        way.len += 1;
    }
    false
}

/// Whether values of a type hold nothing but themselves.
pub(crate) fn is_plain(types: &TypeTable, ty: Option<TypeId>) -> bool {
    ty.is_some_and(|ty| !types.is_counted(ty))
}

/// Whether a statement hands control to code that may change all shared memory.
pub(crate) fn runs_program_code(statement: &StatementKind) -> bool {
    matches!(
        statement,
        StatementKind::Call {
            callee: Callee::Function(_) | Callee::Closure(_) | Callee::Method(..),
            ..
        }
    )
}

/// Operations that leave the list itself as it is and change what is in it.
pub(crate) fn changes_elements_only(statement: &StatementKind) -> bool {
    matches!(
        statement,
        StatementKind::Intrinsic {
            op: Intrinsic::ListPut
                | Intrinsic::ListTake
                | Intrinsic::ListSwap
                | Intrinsic::ListMove,
            ..
        }
    )
}

/// Whether an occurrence may store something else at its place.
pub(crate) fn writes(occurrence: &Occurrence) -> bool {
    matches!(occurrence.how, How::Write | How::Initialise | How::Address(_) | How::Count)
}

/// Whether a way goes through an address, box or instance at its start and then
/// through none any more.
pub(crate) fn leads_once(steps: &[Projection]) -> bool {
    steps.first() == Some(&Projection::Deref)
        && steps.iter().filter(|step| **step == Projection::Deref).count() == 1
}
