//! Builds one function: blocks, locals, places, statements.

use simple_source::{IndexVec, Span, Symbol, sym};

use crate::function::*;
use crate::types::TypeId;

/// A block whose end is not known yet.
struct OpenBlock {
    statements: Vec<Statement>,
    terminator: Option<Terminator>,
    span: Span,
}

/// The function under construction and the block that statements go to.
pub(crate) struct Builder {
    pub(crate) locals: IndexVec<LocalId, Local>,
    blocks: IndexVec<BlockId, OpenBlock>,
    projections: Vec<Projection>,
    args: Vec<Arg>,
    current: BlockId,
    span: Span,
}

impl Builder {
    /// A function with an empty entry block.
    pub(crate) fn new(span: Span) -> Self {
        let mut builder = Self {
            locals: IndexVec::new(),
            blocks: IndexVec::new(),
            projections: Vec::new(),
            args: Vec::new(),
            current: BlockId(0),
            span,
        };
        builder.current = builder.new_block();
        builder
    }

    /// Sets the position of the statements to come; returns the one before.
    pub(crate) fn set_span(&mut self, span: Span) -> Span {
        std::mem::replace(&mut self.span, span)
    }

    /// The position of the statements to come.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// A new local without a name.
    pub(crate) fn temp(&mut self, ty: TypeId) -> LocalId {
        self.locals.push(Local { ty, name: sym::EMPTY })
    }

    /// A new local with the user's name.
    pub(crate) fn named(&mut self, ty: TypeId, name: Symbol) -> LocalId {
        self.locals.push(Local { ty, name })
    }

    /// A new block, open and not yet reached.
    pub(crate) fn new_block(&mut self) -> BlockId {
        self.blocks.push(OpenBlock { statements: Vec::new(), terminator: None, span: Span::NONE })
    }

    /// Makes `block` the one that statements go to.
    pub(crate) fn switch_to(&mut self, block: BlockId) {
        self.current = block;
    }

    /// Appends a statement. After a terminator nothing is appended: the code is
    /// not reached.
    pub(crate) fn push(&mut self, kind: StatementKind) {
        let block = &mut self.blocks[self.current];
        if block.terminator.is_none() {
            block.statements.push(Statement { kind, span: self.span });
        }
    }

    /// `place = value`
    pub(crate) fn assign(&mut self, place: Place, value: Rvalue) {
        self.push(StatementKind::Assign(place, value));
    }

    /// Makes a value in a new temporary.
    pub(crate) fn temp_from(&mut self, ty: TypeId, value: Rvalue) -> Operand {
        let local = self.temp(ty);
        self.assign(Place::local(local), value);
        Operand::Copy(Place::local(local))
    }

    /// Ends the current block, unless it has ended.
    pub(crate) fn terminate(&mut self, terminator: Terminator) {
        let span = self.span;
        let block = &mut self.blocks[self.current];
        if block.terminator.is_none() {
            block.terminator = Some(terminator);
            block.span = span;
        }
    }

    /// Ends the current block with a jump.
    pub(crate) fn goto(&mut self, block: BlockId) {
        self.terminate(Terminator::Goto(block));
    }

    /// Ends the current block with a choice.
    pub(crate) fn branch(&mut self, condition: Operand, then: BlockId, otherwise: BlockId) {
        self.terminate(Terminator::Branch { condition, then, otherwise });
    }

    /// Ends the current block with a choice between values, which are sorted here.
    pub(crate) fn switch(
        &mut self,
        value: Operand,
        mut cases: Vec<(u64, BlockId)>,
        otherwise: BlockId,
    ) {
        cases.sort_unstable_by_key(|case| case.0);
        self.terminate(Terminator::Switch { value, cases: cases.into(), otherwise });
    }

    /// Whether the current block has ended, so that what follows is not reached.
    pub(crate) fn is_terminated(&self) -> bool {
        self.blocks[self.current].terminator.is_some()
    }

    /// `place` with one step more.
    pub(crate) fn project(&mut self, place: Place, step: Projection) -> Place {
        let end = (place.start + place.len) as usize;
        if place.len > 0 && end == self.projections.len() {
            self.projections.push(step);
            return Place { len: place.len + 1, ..place };
        }
        let start = self.projections.len() as u32;
        self.projections.extend_from_within(place.start as usize..end);
        self.projections.push(step);
        Place { local: place.local, start, len: place.len + 1 }
    }

    /// `place.index`
    pub(crate) fn field(&mut self, place: Place, index: u32) -> Place {
        self.project(place, Projection::Field(index))
    }

    /// `*place`
    pub(crate) fn deref(&mut self, place: Place) -> Place {
        self.project(place, Projection::Deref)
    }

    /// Field `index` of `place`, which is variant `variant`.
    pub(crate) fn variant_field(&mut self, place: Place, variant: u32, index: u32) -> Place {
        let variant = self.project(place, Projection::Variant(variant));
        self.field(variant, index)
    }

    /// A list of arguments.
    pub(crate) fn args(&mut self, args: &[Arg]) -> Args {
        let start = self.args.len() as u32;
        self.args.extend_from_slice(args);
        Args { start, len: args.len() as u32 }
    }

    /// A list of values.
    pub(crate) fn values(&mut self, values: &[Operand]) -> Args {
        let start = self.args.len() as u32;
        self.args.extend(values.iter().map(|value| Arg::Value(*value)));
        Args { start, len: values.len() as u32 }
    }

    /// A call whose result goes to `dest`.
    pub(crate) fn call(&mut self, dest: Option<Place>, callee: Callee, args: &[Arg]) {
        let args = self.args(args);
        self.push(StatementKind::Call { dest, callee, args });
    }

    /// An intrinsic whose result goes to `dest`.
    pub(crate) fn intrinsic(&mut self, dest: Option<Place>, op: Intrinsic, args: &[Arg]) {
        let args = self.args(args);
        self.push(StatementKind::Intrinsic { dest, op, args });
    }

    /// The finished function: blocks that cannot be reached are gone, the
    /// others are in the order in which they were made.
    pub(crate) fn finish(mut self, mut header: Function) -> Function {
        let reached = self.reachable();
        let mut numbers = vec![u32::MAX; self.blocks.len()];
        let mut count = 0;
        for (position, number) in numbers.iter_mut().enumerate() {
            if reached[position] {
                *number = count;
                count += 1;
            }
        }
        let renumber = |block: &mut BlockId| block.0 = numbers[block.0 as usize];
        header.blocks = std::mem::take(&mut self.blocks)
            .into_raw()
            .into_iter()
            .zip(&reached)
            .filter(|(_, reached)| **reached)
            .map(|(open, _)| {
                let mut terminator = open.terminator.unwrap_or(Terminator::Unreachable);
                match &mut terminator {
                    Terminator::Goto(block) => renumber(block),
                    Terminator::Branch { then, otherwise, .. } => {
                        renumber(then);
                        renumber(otherwise);
                    }
                    Terminator::Switch { cases, otherwise, .. } => {
                        cases.iter_mut().for_each(|case| renumber(&mut case.1));
                        renumber(otherwise);
                    }
                    Terminator::Return(_) | Terminator::Unreachable => {}
                }
                Block { statements: open.statements, terminator, span: open.span }
            })
            .collect();
        header.locals = self.locals;
        header.projections = self.projections;
        header.args = self.args;
        header
    }

    fn reachable(&self) -> Vec<bool> {
        let mut reached = vec![false; self.blocks.len()];
        let mut work = vec![BlockId(0)];
        reached[0] = true;
        while let Some(block) = work.pop() {
            let mut visit = |target: BlockId| {
                if !std::mem::replace(&mut reached[target.0 as usize], true) {
                    work.push(target);
                }
            };
            match &self.blocks[block].terminator {
                Some(Terminator::Goto(target)) => visit(*target),
                Some(Terminator::Branch { then, otherwise, .. }) => {
                    visit(*then);
                    visit(*otherwise);
                }
                Some(Terminator::Switch { cases, otherwise, .. }) => {
                    cases.iter().for_each(|case| visit(case.1));
                    visit(*otherwise);
                }
                Some(Terminator::Return(_) | Terminator::Unreachable) | None => {}
            }
        }
        reached
    }
}
