//! Copies and constants propagated, parts of known aggregates taken directly,
//! dead assignments removed. All on the value dialect, where a local that is
//! written once and never changed in part stands for one value.

use crate::function::*;
use crate::opt::facts::{LocalFacts, facts};
use crate::opt::{fold, visit};
use crate::types::IntType;

/// Runs to a fixed point, or this often.
const MAX_ROUNDS: usize = 8;

/// Simplifies `function`; whether anything changed.
pub(crate) fn simplify(function: &mut Function) -> bool {
    let mut changed_at_all = false;
    for _ in 0..MAX_ROUNDS {
        let facts = facts(function);
        let known = Known::find(function, &facts);
        let mut changed = known.replace(function);
        changed |= fold_values(function, &known);
        changed |= remove_dead(function);
        changed |= super::blocks::clean(function);
        changed_at_all |= changed;
        if !changed {
            break;
        }
    }
    changed_at_all
}

/// What single assignments say about locals.
struct Known {
    /// The operand that each constant local stands for.
    values: Vec<Option<Operand>>,
    /// The aggregate that each constant local was made as.
    makers: Vec<Option<Rvalue>>,
}

impl Known {
    fn find(function: &Function, facts: &[LocalFacts]) -> Self {
        let mut known = Self {
            values: vec![None; function.locals.len()],
            makers: vec![None; function.locals.len()],
        };
        for block in &function.blocks {
            for statement in &block.statements {
                let StatementKind::Assign(place, rvalue) = &statement.kind else { continue };
                let Some(local) = place.as_local() else { continue };
                if !facts[local.0 as usize].is_constant() {
                    continue;
                }
                match rvalue {
                    Rvalue::Use(Operand::Const(constant)) => {
                        known.values[local.0 as usize] = Some(Operand::Const(*constant));
                    }
                    Rvalue::Use(Operand::Copy(source)) => {
                        if let Some(source) = source.as_local()
                            && facts[source.0 as usize].is_constant()
                            && source != local
                        {
                            known.values[local.0 as usize] =
                                Some(Operand::Copy(Place::local(source)));
                        }
                    }
                    Rvalue::Struct(_) | Rvalue::Variant(..) => {
                        known.makers[local.0 as usize] = Some(*rvalue);
                    }
                    _ => {}
                }
            }
        }
        // Chains of copies end at their root. A cycle is dead code.
        for local in 0..known.values.len() {
            let mut value = known.values[local];
            let mut steps = 0;
            while let Some(Operand::Copy(place)) = value
                && let Some(next) = known.values[place.local.0 as usize]
            {
                value = Some(next);
                steps += 1;
                if steps > known.values.len() {
                    value = None;
                }
            }
            known.values[local] = value;
        }
        // Parts are only taken from operands that stay what they are.
        for local in 0..known.makers.len() {
            let (Some(Rvalue::Struct(args)) | Some(Rvalue::Variant(_, args))) = known.makers[local]
            else {
                continue;
            };
            let stable = function.args[args.start as usize..][..args.len as usize].iter().all(
                |arg| match arg {
                    Arg::Value(Operand::Const(_)) => true,
                    Arg::Value(Operand::Copy(place)) => {
                        place.len == 0 && facts[place.local.0 as usize].is_constant()
                    }
                    Arg::Address(_) => false,
                },
            );
            if !stable {
                known.makers[local] = None;
            }
        }
        known
    }

    /// Replaces copies by what they copy, and parts of aggregates by what they
    /// were made from.
    fn replace(&self, function: &mut Function) -> bool {
        let mut changed = false;
        // Whole values and parts that are read.
        let projections = std::mem::take(&mut function.projections);
        let args = function.args.clone();
        visit::operands_mut(function, &mut |operand| {
            let Operand::Copy(place) = operand else { return };
            if let Some(new) = self.part(&projections, &args, *place) {
                *operand = new;
                changed = true;
            } else if place.len == 0
                && let Some(value) = self.values[place.local.0 as usize]
            {
                *operand = value;
                changed = true;
            }
        });
        function.projections = projections;
        // Ways that begin at a copy begin at what it copies.
        visit::all_places_mut(function, &mut |place| {
            if place.len > 0
                && let Some(Operand::Copy(source)) = self.values[place.local.0 as usize]
            {
                place.local = source.local;
                changed = true;
            }
        });
        // Indexes too.
        for step in &mut function.projections {
            if let Projection::Index(local) = step
                && let Some(Operand::Copy(source)) = self.values[local.0 as usize]
            {
                *local = source.local;
                changed = true;
            }
        }
        // Whole places that are looked at without being operands.
        let redirect = |place: &mut Place| {
            if place.len == 0
                && let Some(Operand::Copy(source)) = self.values[place.local.0 as usize]
            {
                place.local = source.local;
                return true;
            }
            false
        };
        for block in function.blocks.iter_mut() {
            for statement in &mut block.statements {
                match &mut statement.kind {
                    StatementKind::Assign(_, Rvalue::Discriminant(place) | Rvalue::Len(place))
                    | StatementKind::Call {
                        callee: Callee::Closure(place) | Callee::Method(place, ..),
                        ..
                    } => changed |= redirect(place),
                    _ => {}
                }
            }
        }
        changed
    }

    /// The operand that a part of a known aggregate was made from.
    fn part(&self, projections: &[Projection], args: &[Arg], place: Place) -> Option<Operand> {
        let steps = &projections[place.start as usize..][..place.len as usize];
        let maker = self.makers[place.local.0 as usize]?;
        let (list, index) = match (maker, steps) {
            (Rvalue::Struct(list), [Projection::Field(index)]) => (list, *index),
            (
                Rvalue::Variant(made, list),
                [Projection::Variant(variant), Projection::Field(index)],
            ) if made == *variant => (list, *index),
            _ => return None,
        };
        match args[(list.start + index) as usize] {
            Arg::Value(operand) => Some(operand),
            Arg::Address(_) => None,
        }
    }
}

/// Computes what is constant.
fn fold_values(function: &mut Function, known: &Known) -> bool {
    let mut changed = false;
    for block in function.blocks.iter_mut() {
        for statement in &mut block.statements {
            let StatementKind::Assign(_, rvalue) = &mut statement.kind else { continue };
            let folded = match *rvalue {
                Rvalue::Binary(op, Operand::Const(left), Operand::Const(right)) => {
                    fold::binary(op, left, right)
                }
                Rvalue::Unary(op, Operand::Const(value)) => fold::unary(op, value),
                Rvalue::Discriminant(place) if place.len == 0 => {
                    match (
                        known.makers[place.local.0 as usize],
                        known.values[place.local.0 as usize],
                    ) {
                        (Some(Rvalue::Variant(variant, _)), _)
                        | (_, Some(Operand::Const(Const::Variant(_, variant)))) => {
                            Some(Const::Int(IntType::I64, u64::from(variant)))
                        }
                        _ => None,
                    }
                }
                _ => None,
            };
            if let Some(constant) = folded {
                *rvalue = Rvalue::Use(Operand::Const(constant));
                changed = true;
            }
        }
    }
    changed
}

/// Removes assignments to locals that nobody reads.
fn remove_dead(function: &mut Function) -> bool {
    let mut changed = false;
    loop {
        let facts = facts(function);
        let params = function.params.len();
        let mut removed = false;
        for block in function.blocks.iter_mut() {
            for statement in &mut block.statements {
                let dead = match &statement.kind {
                    StatementKind::Assign(place, rvalue) => {
                        place.as_local().is_some_and(|local| {
                            facts[local.0 as usize].reads == 0 && local.0 as usize >= params
                        }) && has_no_effect(rvalue)
                    }
                    _ => false,
                };
                if dead {
                    statement.kind = StatementKind::Nop;
                    removed = true;
                }
            }
            block.statements.retain(|statement| statement.kind != StatementKind::Nop);
        }
        changed |= removed;
        if !removed {
            return changed;
        }
    }
}

/// Whether a value can be made, or not, without anybody noticing.
pub(crate) fn has_no_effect(rvalue: &Rvalue) -> bool {
    match rvalue {
        Rvalue::Binary(op, ..) => !matches!(
            op,
            BinOp::Add(Overflow::Panic)
                | BinOp::Sub(Overflow::Panic)
                | BinOp::Mul(Overflow::Panic)
                | BinOp::Shl(Overflow::Panic)
                | BinOp::Shr(Overflow::Panic)
                | BinOp::Div
                | BinOp::Rem
        ),
        Rvalue::Unary(op, _) => !matches!(op, UnOp::Neg(Overflow::Panic)),
        _ => true,
    }
}
