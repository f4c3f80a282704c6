//! When functions are needed, as far as calls tell.
//!
//! Startup ends where the anchor is entered (`@layout(anchor:)`). What can run
//! before that is startup code, what only the anchor leads to is steady; what
//! attributes say is stronger. Without an anchor nothing is known.
//!
//! In goes a finished module, in the counted dialect; out comes
//! [`Attributes::reached`] of its functions. What the runtime is needed for is
//! the linker's to see.

use simple_object::Phase;
use simple_source::{Idx, IndexVec};

use crate::analysis::{for_each_successor, place_type};
use crate::function::*;
use crate::types::{Type, TypeId, TypeTable};

/// Says of each function whether it is reached before the anchor.
pub fn assign(module: &mut Module, types: &TypeTable) {
    let is_anchor = |function: &Function| function.attributes.anchor.is_some();
    let Some(entry) = module.entry else { return };
    if !module.functions.iter().any(is_anchor) {
        return;
    }
    let graph = Graph::of(module, types);
    let leads = graph.leads_to(|id| is_anchor(&module.functions[id]));
    // Before the anchor: its own function and what follows it are not.
    let before = reach(module, &[entry], |id, out| {
        if !is_anchor(&module.functions[id]) {
            graph.before(module, types, id, &leads, out);
        }
    });
    let anchors: Vec<FuncId> = module
        .functions
        .iter_enumerated()
        .filter_map(|(id, function)| is_anchor(function).then_some(id))
        .collect();
    let behind = reach(module, &anchors, |id, out| out.extend_from_slice(&graph.references[id]));
    for (id, function) in module.functions.iter_mut().enumerate() {
        let id = FuncId::from_usize(id);
        let starts = before[id.index()] && function.attributes.anchor.is_none();
        function.attributes.reached = match (starts, behind[id.index()]) {
            (true, _) => Some(Phase::Startup),
            (false, true) => Some(Phase::Steady),
            (false, false) => None,
        };
    }
}

/// Everything that `next` leads to from `roots`, by function.
fn reach(
    module: &Module,
    roots: &[FuncId],
    mut next: impl FnMut(FuncId, &mut Vec<FuncId>),
) -> Vec<bool> {
    let mut reached = vec![false; module.functions.len()];
    let mut pending = Vec::new();
    let mut found = roots.to_vec();
    loop {
        for id in found.drain(..) {
            if !std::mem::replace(&mut reached[id.index()], true) {
                pending.push(id);
            }
        }
        let Some(id) = pending.pop() else { return reached };
        next(id, &mut found);
    }
}

/// Which functions each refers to.
struct Graph {
    references: IndexVec<FuncId, Vec<FuncId>>,
}

impl Graph {
    fn of(module: &Module, types: &TypeTable) -> Self {
        let references = module
            .functions
            .iter()
            .map(|function| {
                let mut out = Vec::new();
                for block in &function.blocks {
                    for statement in &block.statements {
                        refer(module, types, function, &statement.kind, &mut out);
                    }
                    refer_at_end(&block.terminator, &mut out);
                }
                out.sort_unstable();
                out.dedup();
                out
            })
            .collect();
        Self { references }
    }

    /// The functions that may come to call one of those that `is_goal` names,
    /// themselves included.
    fn leads_to(&self, is_goal: impl Fn(FuncId) -> bool) -> Vec<bool> {
        let mut referrers: Vec<Vec<FuncId>> = vec![Vec::new(); self.references.len()];
        for (id, references) in self.references.iter_enumerated() {
            for reference in references {
                referrers[reference.index()].push(id);
            }
        }
        let mut leads = vec![false; self.references.len()];
        let mut pending: Vec<FuncId> =
            (0..leads.len()).map(FuncId::from_usize).filter(|id| is_goal(*id)).collect();
        while let Some(id) = pending.pop() {
            if !std::mem::replace(&mut leads[id.index()], true) {
                pending.extend(&referrers[id.index()]);
            }
        }
        leads
    }

    /// What function `id` refers to before it calls one that `leads` to the
    /// anchor, and those themselves.
    fn before(
        &self,
        module: &Module,
        types: &TypeTable,
        id: FuncId,
        leads: &[bool],
        out: &mut Vec<FuncId>,
    ) {
        if !leads[id.index()] {
            out.extend_from_slice(&self.references[id]);
            return;
        }
        let function = &module.functions[id];
        let mut seen = vec![false; function.blocks.len()];
        let mut pending = vec![BlockId(0)];
        while let Some(block) = pending.pop() {
            if std::mem::replace(&mut seen[block.index()], true) {
                continue;
            }
            let block = &function.blocks[block];
            let mut passes = true;
            for statement in &block.statements {
                refer(module, types, function, &statement.kind, out);
                if let StatementKind::Call { callee: Callee::Function(callee), .. } = statement.kind
                    && leads[callee.index()]
                {
                    passes = false;
                    break;
                }
            }
            if passes {
                refer_at_end(&block.terminator, out);
                for_each_successor(&block.terminator, |target| pending.push(target));
            }
        }
    }
}

fn refer_at_end(terminator: &Terminator, out: &mut Vec<FuncId>) {
    if let Terminator::Return(Operand::Const(Const::Function(id, _))) = terminator {
        out.push(*id);
    }
}

/// The functions that a statement may call, now or through a value it makes.
fn refer(
    module: &Module,
    types: &TypeTable,
    function: &Function,
    statement: &StatementKind,
    out: &mut Vec<FuncId>,
) {
    let operand = |operand: &Operand, out: &mut Vec<FuncId>| {
        if let Operand::Const(Const::Function(id, _)) = operand {
            out.push(*id);
        }
    };
    let args = |range: Args, out: &mut Vec<FuncId>| {
        for arg in function.args_of(range) {
            if let Arg::Value(value) = arg {
                operand(value, out);
            }
        }
    };
    let of_type = |ty: TypeId, out: &mut Vec<FuncId>| {
        for table in [&module.glue.destroy, &module.glue.retain, &module.glue.release] {
            out.extend(table.get(&ty));
        }
    };
    let glue = |place: Place, out: &mut Vec<FuncId>| {
        let Some(ty) = place_type(types, function, place) else { return };
        of_type(ty, out);
        // Copying an object counts its parts.
        if let Type::List(part) | Type::Box(part) = types.get(ty) {
            of_type(part, out);
        }
    };
    match *statement {
        StatementKind::Assign(_, rvalue) => match rvalue {
            Rvalue::Use(a)
            | Rvalue::Unary(_, a)
            | Rvalue::Cast(_, a)
            | Rvalue::Box(a)
            | Rvalue::Downgrade(a)
            | Rvalue::Upgrade(a) => operand(&a, out),
            Rvalue::Dyn(vtable, a) => {
                operand(&a, out);
                let vtable = &module.vtables[vtable as usize];
                out.extend([vtable.drop, vtable.clone]);
                out.extend(&vtable.methods);
            }
            Rvalue::Closure { code, drop, captures } => {
                out.push(code);
                out.extend(drop);
                args(captures, out);
            }
            Rvalue::Struct(range)
            | Rvalue::Variant(_, range)
            | Rvalue::List(range)
            | Rvalue::Class(range) => args(range, out),
            Rvalue::Binary(..)
            | Rvalue::Overflowing(..)
            | Rvalue::Discriminant(_)
            | Rvalue::Len(_)
            | Rvalue::GlobalAddress(_) => {}
        },
        StatementKind::Call { callee, args: range, .. } => {
            if let Callee::Function(id) = callee {
                out.push(id);
            }
            args(range, out);
        }
        StatementKind::Intrinsic { args: range, .. } => {
            args(range, out);
            // Lists that are copied or grown count and release elements.
            for arg in function.args_of(range) {
                if let Arg::Address(place) = arg {
                    glue(*place, out);
                }
            }
        }
        StatementKind::Initialise(_, value) => operand(&value, out),
        StatementKind::Unshare(place)
        | StatementKind::Retain(place)
        | StatementKind::Release(place)
        | StatementKind::Free(place)
        | StatementKind::Discard(place) => glue(place, out),
        StatementKind::Nop | StatementKind::CheckIndex { .. } | StatementKind::Keep(_) => {}
    }
}

#[cfg(test)]
mod tests;
