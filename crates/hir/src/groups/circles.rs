//! Constants whose types would have to be known to infer them.

use simple_source::Diagnostic;

use super::schedule::{module_of, references};
use crate::consteval::circle;
use crate::def::{ConstId, Program};
use crate::infer::BodyOwner;
use crate::names::Def;
use crate::ty::Ty;

/// Takes constants that need themselves out of a group that is to be inferred
/// together, and reports each circle. Their types are unknown.
pub(super) fn refuse_circles(program: &Program, members: &mut Vec<BodyOwner>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let constants = |members: &[BodyOwner]| {
        members.iter().filter(|owner| matches!(owner, BodyOwner::Const(_))).count()
    };
    while constants(members) > 0 {
        let Some(way) = find(program, members) else { break };
        diagnostics.push(circle(program, &way));
        for &constant in &way {
            let info = &program.session.consts[constant];
            let _ = info.ty.set(Ty::ERROR);
            let _ = info.body.set(None);
        }
        members.retain(|owner| !matches!(owner, BodyOwner::Const(known) if way.contains(known)));
    }
    diagnostics
}

/// A circle of constants that name each other, beginning with the first of
/// them.
fn find(program: &Program, members: &[BodyOwner]) -> Option<Vec<ConstId>> {
    let mut done: Vec<ConstId> = Vec::new();
    for owner in members {
        let BodyOwner::Const(start) = *owner else { continue };
        let mut way = vec![start];
        let mut choices = vec![named(program, members, start)];
        while let Some(next) = choices.last_mut() {
            match next.pop() {
                Some(constant) => {
                    if let Some(from) = way.iter().position(|known| *known == constant) {
                        let mut circle = way.split_off(from);
                        let first = circle.iter().enumerate().min_by_key(|(_, id)| id.0);
                        let first = first.map_or(0, |(position, _)| position);
                        circle.rotate_left(first);
                        return Some(circle);
                    }
                    if !done.contains(&constant) {
                        way.push(constant);
                        choices.push(named(program, members, constant));
                    }
                }
                None => {
                    choices.pop();
                    done.extend(way.pop());
                }
            }
        }
    }
    None
}

/// The constants among `members` that the value of another one names.
fn named(program: &Program, members: &[BodyOwner], constant: ConstId) -> Vec<ConstId> {
    let owner = BodyOwner::Const(constant);
    let scope = program.scope(module_of(program, owner));
    let names = references(program, owner).names;
    let mut found: Vec<ConstId> = names
        .iter()
        .filter_map(|name| match scope.names.get(name)?.def {
            Def::Const(constant) => Some(constant),
            _ => None,
        })
        .filter(|constant| members.contains(&BodyOwner::Const(*constant)))
        .collect();
    found.sort_unstable_by_key(|constant| constant.0);
    found
}
