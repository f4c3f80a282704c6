//! Pointers to lists, and their lengths, read once instead of each time. Works
//! on the counted dialect, where a pointer can be copied without being counted.
//!
//! A forward analysis of what was read and cannot have changed since: common
//! subexpressions, by place instead of by number, since pointers in memory are
//! changed by stores. Back ends find less: their memory has no types.

use simple_source::Idx;

use crate::analysis::{Cfg, How, for_each_occurrence, place_type};
use crate::function::*;
use crate::opt::paths::{self, Watched, has, put, take};
use crate::opt::visit;
use crate::types::{IntType, Type, TypeTable};

/// More are not followed.
const MAX_READS: usize = 512;

/// Replaces what was read before; whether anything was.
pub(crate) fn reuse(function: &mut Function, types: &TypeTable) -> bool {
    let reads = Reads::of(function, types);
    if reads.count() == 0 {
        return false;
    }
    let cfg = Cfg::new(&function.blocks);
    let entries = paths::solve_on_all_ways(function, &cfg, reads.count(), |block, known| {
        for statement in &function.blocks[block].statements {
            reads.of_statement(function, statement, &mut |read| put(known, read));
            reads.kill(function, types, statement, known);
        }
    });
    // Only what is read again is kept.
    let mut again = vec![false; reads.count()];
    for &block in cfg.order() {
        let mut known = entries.row(block.index()).to_vec();
        for statement in &function.blocks[block].statements {
            reads.of_statement(function, statement, &mut |read| {
                again[read] |= has(&known, read);
                put(&mut known, read);
            });
            reads.kill(function, types, statement, &mut known);
        }
    }
    if !again.contains(&true) {
        return false;
    }
    let kept = keep(function, types, &reads, &again);
    for &block in cfg.order() {
        let mut known = entries.row(block.index()).to_vec();
        let statements = std::mem::take(&mut function.blocks[block].statements);
        let mut rewriter = Rewriter { reads: &reads, kept: &kept, out: Vec::new() };
        for statement in statements {
            let before = statement;
            rewriter.statement(function, statement, &mut known);
            reads.kill(function, types, &before, &mut known);
        }
        function.blocks[block].statements = rewriter.out;
    }
    true
}

/// For what is read again, the local that keeps it.
fn keep(
    function: &mut Function,
    types: &TypeTable,
    reads: &Reads,
    again: &[bool],
) -> Vec<Option<LocalId>> {
    let name = simple_source::sym::EMPTY;
    again
        .iter()
        .enumerate()
        .map(|(read, again)| {
            let ty = match reads.pointer(read) {
                Some(place) => place_type(types, function, place)?,
                None => types.intern(Type::Int(IntType::I64)),
            };
            again.then(|| function.locals.push(Local { ty, name }))
        })
        .collect()
}

/// What is read: the pointers to lists in memory, then the lengths of lists.
struct Reads {
    pointers: Watched,
    lengths: Watched,
}

impl Reads {
    fn of(function: &Function, types: &TypeTable) -> Self {
        let mut reads = Self { pointers: Watched::default(), lengths: Watched::default() };
        for statement in function.blocks.iter().flat_map(|block| &block.statements) {
            for_each_way(function, statement, &mut |place| {
                if reads.pointers.all.len() < MAX_READS {
                    reads.pointers.add(function, types, place);
                }
            });
            if let StatementKind::Assign(_, Rvalue::Len(place)) = statement.kind
                && reads.lengths.all.len() < MAX_READS
            {
                reads.lengths.add(function, types, place);
            }
        }
        reads
    }

    fn count(&self) -> usize {
        self.pointers.all.len() + self.lengths.all.len()
    }

    /// The place of a pointer, none if the number is a length's.
    fn pointer(&self, read: usize) -> Option<Place> {
        self.pointers.all.get(read).copied()
    }

    fn length(&self, function: &Function, place: Place) -> Option<usize> {
        self.lengths.number(function, place).map(|number| number + self.pointers.all.len())
    }

    /// Calls `each` for what a statement reads and could be given.
    fn of_statement(
        &self,
        function: &Function,
        statement: &Statement,
        each: &mut dyn FnMut(usize),
    ) {
        for_each_way(function, statement, &mut |place| {
            if let Some(read) = self.pointers.number(function, place) {
                each(read);
            }
        });
        if let StatementKind::Assign(_, Rvalue::Len(place)) = statement.kind
            && let Some(read) = self.length(function, place)
        {
            each(read);
        }
    }

    /// Forgets what a statement may change.
    fn kill(
        &self,
        function: &Function,
        types: &TypeTable,
        statement: &Statement,
        known: &mut [u64],
    ) {
        let pointers = self.pointers.all.len();
        if paths::runs_program_code(&statement.kind) {
            self.pointers.shared.iter().for_each(|number| take(known, *number));
            self.lengths.shared.iter().for_each(|number| take(known, pointers + *number));
        }
        let inside_only = paths::changes_elements_only(&statement.kind);
        for_each_occurrence(function, statement, |occurrence| {
            let place = occurrence.place;
            let (of_pointers, itself) = match occurrence.how {
                How::Read(_) | How::Inspect | How::Tag | How::Receiver => return,
                How::Count if matches!(statement.kind, StatementKind::Retain(_)) => return,
                // A copy is as long as what it is one of.
                How::Unshare => (true, true),
                How::Address(_) => (false, !inside_only),
                How::Write | How::Initialise | How::Count => (false, true),
            };
            if place.len == 0 {
                self.pointers.indexed(place.local, &mut |number| take(known, number));
                self.lengths.indexed(place.local, &mut |number| take(known, pointers + number));
            }
            let stored = matches!(occurrence.how, How::Write | How::Initialise);
            if stored && paths::is_plain(types, place_type(types, function, place)) {
                return;
            }
            self.pointers.met(function, place, itself, &mut |number| take(known, number));
            if !of_pointers {
                let mut take = |number| take(known, pointers + number);
                self.lengths.met(function, place, itself, &mut take);
            }
        });
    }
}

/// Calls `each` for the ways to lists that a statement reads elements or
/// lengths of, shorter ones first. Calls are left as they are: their arguments
/// are passed where they lie, and who owns that matters.
fn for_each_way(function: &Function, statement: &Statement, each: &mut dyn FnMut(Place)) {
    if !takes_ways(&statement.kind) {
        return;
    }
    for_each_occurrence(function, statement, |occurrence| {
        if occurrence.how == How::Unshare {
            return;
        }
        let place = occurrence.place;
        for (position, step) in function.projections_of(place).iter().enumerate().skip(1) {
            if matches!(step, Projection::Index(_)) {
                each(Place { len: position as u32, ..place });
            }
        }
        if occurrence.how == How::Inspect && place.len > 0 {
            each(place);
        }
    });
}

fn takes_ways(statement: &StatementKind) -> bool {
    match statement {
        StatementKind::Assign(_, rvalue) => matches!(
            rvalue,
            Rvalue::Use(_)
                | Rvalue::Unary(..)
                | Rvalue::Binary(..)
                | Rvalue::Cast(..)
                | Rvalue::Overflowing(..)
                | Rvalue::Len(_)
        ),
        StatementKind::CheckIndex { .. } => true,
        _ => false,
    }
}

struct Rewriter<'a> {
    reads: &'a Reads,
    kept: &'a [Option<LocalId>],
    out: Vec<Statement>,
}

impl Rewriter<'_> {
    fn statement(&mut self, function: &mut Function, mut statement: Statement, known: &mut [u64]) {
        let span = statement.span;
        let mut ways = Vec::new();
        for_each_way(function, &statement, &mut |place| ways.push(place));
        for place in ways {
            let Some(read) = self.reads.pointers.number(function, place) else { continue };
            if let Some(local) = self.kept[read]
                && !has(known, read)
            {
                let from = self.shorter(function, place, place.len.saturating_sub(1));
                let kind =
                    StatementKind::Assign(Place::local(local), Rvalue::Use(Operand::Copy(from)));
                self.out.push(Statement { kind, span });
            }
            put(known, read);
        }
        if let StatementKind::Assign(dest, Rvalue::Len(place)) = statement.kind
            && let Some(read) = self.reads.length(function, place)
        {
            if let Some(local) = self.kept[read] {
                if !has(known, read) {
                    let from = self.shorter(function, place, place.len);
                    let kind = StatementKind::Assign(Place::local(local), Rvalue::Len(from));
                    self.out.push(Statement { kind, span });
                }
                let copy = Rvalue::Use(Operand::Copy(Place::local(local)));
                statement.kind = StatementKind::Assign(dest, copy);
            }
            put(known, read);
        }
        if takes_ways(&statement.kind) {
            let mut places = Vec::new();
            visit::own_places_mut(&mut statement.kind, &mut |place| places.push(*place));
            let mut new = places.into_iter().map(|place| {
                // A length is looked up in the list itself.
                let most = if matches!(statement.kind, StatementKind::Assign(_, Rvalue::Len(_))) {
                    place.len
                } else {
                    place.len.saturating_sub(1)
                };
                self.shorter(function, place, most)
            });
            let new: Vec<Place> = new.by_ref().collect();
            let mut new = new.into_iter();
            visit::own_places_mut(&mut statement.kind, &mut |place| {
                *place = new.next().expect("the places are walked in the same order");
            });
        }
        self.out.push(statement);
    }

    /// The place by way of the longest pointer that is kept, of at most `most`
    /// steps.
    fn shorter(&self, function: &mut Function, place: Place, most: u32) -> Place {
        for len in (1..=most).rev() {
            let way = Place { len, ..place };
            if let Some(read) = self.reads.pointers.number(function, way)
                && let Some(local) = self.kept[read]
            {
                return Place { local, start: place.start + len, len: place.len - len };
            }
        }
        place
    }
}
