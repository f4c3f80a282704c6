//! Checks that cannot fail removed: of indexes, of overflow, comparisons whose
//! result is known.

use crate::analysis::{Cfg, Dominators};
use crate::function::*;
use crate::opt::prove::{Point, Prover};
use crate::opt::values::{Site, Values, bounds, range_of};
use crate::types::TypeTable;

/// Functions with more blocks are left alone.
const MAX_BLOCKS: usize = 4000;

/// Removes the checks of `function` that can be proved to succeed; whether
/// there were any.
pub(crate) fn remove(function: &mut Function, types: &TypeTable) -> bool {
    if function.blocks.len() > MAX_BLOCKS {
        return false;
    }
    let cfg = Cfg::new(&function.blocks);
    let dominators = Dominators::new(&cfg, function.blocks.len());
    let values = Values::of(function, types, &cfg);
    if values.sites.is_empty() {
        return false;
    }
    let mut prover = Prover::new(function, &values, &cfg, &dominators);
    let mut changed = false;
    for site in &values.sites {
        let statement = &function.blocks[site.block].statements[site.statement].kind;
        if let Some(new) = better(statement, site, &values, &mut prover) {
            function.blocks[site.block].statements[site.statement].kind = new;
            changed = true;
        }
    }
    changed
}

/// What a statement can be replaced by.
fn better(
    statement: &StatementKind,
    site: &Site,
    values: &Values,
    prover: &mut Prover<'_>,
) -> Option<StatementKind> {
    let at = Point { block: site.block, statement: site.statement, edge: None };
    match statement {
        StatementKind::CheckIndex { .. } => {
            let inside = prover.at_most(site.left, site.right, -1, at)
                && prover.is_at_least(site.left, 0, at);
            inside.then_some(StatementKind::Nop)
        }
        StatementKind::Assign(place, Rvalue::Binary(op, a, b)) => {
            let rvalue = match op {
                BinOp::Add(Overflow::Panic)
                | BinOp::Sub(Overflow::Panic)
                | BinOp::Mul(Overflow::Panic) => {
                    if !fits(*op, site, values, prover, at) {
                        return None;
                    }
                    let op = match op {
                        BinOp::Add(_) => BinOp::Add(Overflow::Wrap),
                        BinOp::Sub(_) => BinOp::Sub(Overflow::Wrap),
                        _ => BinOp::Mul(Overflow::Wrap),
                    };
                    Rvalue::Binary(op, *a, *b)
                }
                BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge | BinOp::Eq | BinOp::Ne => {
                    let known = compare(*op, site, prover, at)?;
                    Rvalue::Use(Operand::Const(Const::Bool(known)))
                }
                _ => return None,
            };
            Some(StatementKind::Assign(*place, rvalue))
        }
        _ => None,
    }
}

/// Whether the result of an operation surely fits its type.
fn fits(op: BinOp, site: &Site, values: &Values, prover: &mut Prover<'_>, at: Point) -> bool {
    let Some(int) = site.result.and_then(|result| values.get(result).int) else { return false };
    let (low, high) = bounds(int);
    let (left, right) = (values.get(site.left), values.get(site.right));
    // A constant step: one proof, which may go around loops.
    let step = match op {
        BinOp::Add(_) if right.low == right.high => Some((site.left, right.low)),
        BinOp::Add(_) if left.low == left.high => Some((site.right, left.low)),
        BinOp::Sub(_) if right.low == right.high => Some((site.left, -right.low)),
        _ => None,
    };
    if let Some((value, by)) = step
        && if by >= 0 {
            prover.is_at_most(value, high - by, at)
        } else {
            prover.is_at_least(value, low - by, at)
        }
    {
        return true;
    }
    // Otherwise what is known of both sides has to be enough.
    let (left, right) = (prover.bounds(site.left, at), prover.bounds(site.right, at));
    range_of(op, left, right).is_some_and(|range| low <= range.0 && range.1 <= high)
}

/// The result of a comparison, if it is known.
fn compare(op: BinOp, site: &Site, prover: &mut Prover<'_>, at: Point) -> Option<bool> {
    let (a, b) = (site.left, site.right);
    let (yes, no) = match op {
        BinOp::Lt => ((a, b, -1), (b, a, 0)),
        BinOp::Le => ((a, b, 0), (b, a, -1)),
        BinOp::Gt => ((b, a, -1), (a, b, 0)),
        BinOp::Ge => ((b, a, 0), (a, b, -1)),
        _ => {
            let apart = prover.at_most(a, b, -1, at) || prover.at_most(b, a, -1, at);
            let same = !apart && prover.at_most(a, b, 0, at) && prover.at_most(b, a, 0, at);
            return match op {
                BinOp::Eq if same => Some(true),
                BinOp::Eq if apart => Some(false),
                BinOp::Ne if same => Some(false),
                BinOp::Ne if apart => Some(true),
                _ => None,
            };
        }
    };
    if prover.at_most(yes.0, yes.1, yes.2, at) {
        Some(true)
    } else if prover.at_most(no.0, no.1, no.2, at) {
        Some(false)
    } else {
        None
    }
}
