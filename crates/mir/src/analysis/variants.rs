//! What a switch says about an enum.

use super::{How, for_each_occurrence, for_each_successor, place_type};
use crate::{
    BlockId, Function, Operand, Place, Rvalue, StatementKind, Terminator, Type, TypeTable,
};

/// If block `from` ends in a switch on the variant of an enum, and the way to
/// `target` says which one it is: the enum's place and the variant.
pub fn known_variant(
    types: &TypeTable,
    function: &Function,
    from: BlockId,
    target: BlockId,
) -> Option<(Place, u32)> {
    let block = &function.blocks[from];
    let Terminator::Switch { value: Operand::Copy(tag), cases, otherwise } = &block.terminator
    else {
        return None;
    };
    let tag = tag.as_local()?;
    let place = block.statements.iter().rposition(|statement| {
        matches!(statement.kind, StatementKind::Assign(dest, _) if dest.as_local() == Some(tag))
    })?;
    let (before, after) = block.statements.split_at(place + 1);
    let StatementKind::Assign(_, Rvalue::Discriminant(place)) = before.last()?.kind else {
        return None;
    };
    // What stands between must leave the enum alone.
    let mut changed = false;
    for statement in after {
        for_each_occurrence(function, statement, |occurrence| {
            let looks =
                matches!(occurrence.how, How::Read(_) | How::Inspect | How::Tag | How::Receiver);
            changed |= !looks && occurrence.place.local == place.local;
        });
    }
    let mut ways = 0;
    for_each_successor(&block.terminator, |successor| ways += u32::from(successor == target));
    if changed || ways != 1 {
        return None;
    }
    if let Some((variant, _)) = cases.iter().find(|(_, block)| *block == target) {
        return Some((place, u32::try_from(*variant).ok()?));
    }
    if *otherwise != target {
        return None;
    }
    // All variants but one have their own way.
    let Type::Enum(id) = types.get(place_type(types, function, place)?) else { return None };
    let count = types.enum_variants(id).len();
    if cases.len() + 1 != count {
        return None;
    }
    let rest = (0..count as u32)
        .find(|variant| cases.iter().all(|(case, _)| *case != u64::from(*variant)))?;
    Some((place, rest))
}
