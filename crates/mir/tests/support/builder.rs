//! Builds one function, block by block.

use simple_mir::*;
use simple_source::{IndexVec, Span, sym};

struct Open {
    statements: Vec<Statement>,
    terminator: Option<Terminator>,
}

pub(crate) struct Builder {
    pub(crate) locals: IndexVec<LocalId, Local>,
    pub(crate) projections: Vec<Projection>,
    pub(crate) args: Vec<Arg>,
    blocks: Vec<Open>,
    current: usize,
}

impl Builder {
    pub(crate) fn new() -> Self {
        let mut builder = Self {
            locals: IndexVec::new(),
            projections: Vec::new(),
            args: Vec::new(),
            blocks: Vec::new(),
            current: 0,
        };
        builder.new_block();
        builder
    }

    pub(crate) fn local(&mut self, ty: TypeId) -> LocalId {
        self.locals.push(Local { ty, name: sym::EMPTY })
    }

    pub(crate) fn new_block(&mut self) -> BlockId {
        self.blocks.push(Open { statements: Vec::new(), terminator: None });
        BlockId(self.blocks.len() as u32 - 1)
    }

    pub(crate) fn switch_to(&mut self, block: BlockId) {
        self.current = block.0 as usize;
    }

    pub(crate) fn is_open(&self) -> bool {
        self.blocks[self.current].terminator.is_none()
    }

    pub(crate) fn push(&mut self, kind: StatementKind) {
        let block = &mut self.blocks[self.current];
        if block.terminator.is_none() {
            block.statements.push(Statement { kind, span: Span::NONE });
        }
    }

    pub(crate) fn assign(&mut self, place: Place, value: Rvalue) {
        self.push(StatementKind::Assign(place, value));
    }

    pub(crate) fn temp(&mut self, ty: TypeId, value: Rvalue) -> Place {
        let place = Place::local(self.local(ty));
        self.assign(place, value);
        place
    }

    pub(crate) fn args(&mut self, list: &[Arg]) -> Args {
        if list.is_empty() {
            return Args::default();
        }
        let start = self.args.len() as u32;
        self.args.extend_from_slice(list);
        Args { start, len: list.len() as u32 }
    }

    pub(crate) fn values(&mut self, list: &[Operand]) -> Args {
        let list: Vec<Arg> = list.iter().copied().map(Arg::Value).collect();
        self.args(&list)
    }

    pub(crate) fn call(&mut self, dest: Option<Place>, callee: Callee, args: &[Arg]) {
        let args = self.args(args);
        self.push(StatementKind::Call { dest, callee, args });
    }

    pub(crate) fn intrinsic(&mut self, dest: Option<Place>, op: Intrinsic, args: &[Arg]) {
        let args = self.args(args);
        self.push(StatementKind::Intrinsic { dest, op, args });
    }

    pub(crate) fn end(&mut self, terminator: Terminator) {
        let block = &mut self.blocks[self.current];
        if block.terminator.is_none() {
            block.terminator = Some(terminator);
        }
    }

    pub(crate) fn goto(&mut self, target: BlockId) {
        self.end(Terminator::Goto(target));
    }

    pub(crate) fn project(&mut self, place: Place, steps: &[Projection]) -> Place {
        if steps.is_empty() {
            return place;
        }
        let start = self.projections.len() as u32;
        let old: Vec<Projection> = self.steps(place).to_vec();
        self.projections.extend(old);
        self.projections.extend_from_slice(steps);
        Place { local: place.local, start, len: place.len + steps.len() as u32 }
    }

    pub(crate) fn steps(&self, place: Place) -> &[Projection] {
        &self.projections[place.start as usize..][..place.len as usize]
    }

    pub(crate) fn finish(
        self,
        name: simple_source::Symbol,
        params: Vec<ParamMode>,
        result: TypeId,
    ) -> Function {
        let blocks = self
            .blocks
            .into_iter()
            .map(|open| Block {
                statements: open.statements,
                terminator: open.terminator.unwrap_or(Terminator::Unreachable),
                span: Span::NONE,
            })
            .collect();
        Function {
            name,
            display: name,
            params,
            result,
            locals: self.locals,
            blocks,
            projections: self.projections,
            args: self.args,
            attributes: Attributes::default(),
            span: Span::NONE,
        }
    }
}
