//! Functions, blocks, statements, terminators.

use simple_object::Phase;
use simple_source::{IndexVec, Span, sym};

use super::super::names::intrinsic_named;
use super::{Parser, Result};
use crate::{
    Args, Attributes, Block, BlockId, Callee, Function, InlineHint, Local, OptimizeLevel,
    ParamMode, Place, Statement, StatementKind, Terminator,
};

impl Parser<'_> {
    /// What follows the word `fn`.
    pub(super) fn function(&mut self) -> Result<Function> {
        let name = self.name()?;
        let display = match self.cursor.peek() {
            Some(b'"') => self.name()?,
            _ => name,
        };
        let mut function = Function {
            name,
            display,
            params: Vec::new(),
            result: self.types.intern(crate::Type::Unit),
            locals: IndexVec::new(),
            blocks: IndexVec::new(),
            projections: Vec::new(),
            args: Vec::new(),
            attributes: Attributes::default(),
            span: Span::NONE,
        };
        let params = self.bracketed("(", ")", |parser| {
            parser.local_declaration(&mut function)?;
            Ok(parser.mode())
        })?;
        function.params = params;
        self.cursor.expect("->")?;
        function.result = self.ty()?;
        function.attributes = self.attributes()?;
        function.span = self.span()?;
        self.cursor.expect("{")?;
        self.end_of_line()?;
        self.cursor.skip_lines();
        while self.cursor.eat("let") {
            self.local_declaration(&mut function)?;
            self.end_of_line()?;
            self.cursor.skip_lines();
        }
        while !self.cursor.eat("}") {
            self.block(&mut function)?;
            self.cursor.skip_lines();
        }
        Ok(function)
    }

    /// `_3 total: i64`; locals are declared in the order of their numbers.
    fn local_declaration(&mut self, function: &mut Function) -> Result<()> {
        let start = self.cursor.position();
        let id = self.local()?;
        if id != function.locals.next_index() {
            let message = format!("expected `_{}`", function.locals.len());
            return Err(self.cursor.error_at(start, message));
        }
        let name = match self.cursor.peek() {
            Some(b':') => sym::EMPTY,
            _ => self.name()?,
        };
        self.cursor.expect(":")?;
        let ty = self.ty()?;
        function.locals.push(Local { ty, name });
        Ok(())
    }

    fn mode(&mut self) -> ParamMode {
        if self.cursor.eat("borrowed") {
            ParamMode::Borrowed
        } else if self.cursor.eat("owned") {
            ParamMode::Owned
        } else if self.cursor.eat("address") {
            ParamMode::Address
        } else {
            ParamMode::Undecided
        }
    }

    fn attributes(&mut self) -> Result<Attributes> {
        let mut attributes = Attributes::default();
        loop {
            let start = self.cursor.position();
            let word = self.cursor.peek_word();
            if word.is_empty() || !self.cursor.eat(word) {
                return Ok(attributes);
            }
            match word {
                "inline" => attributes.inline = InlineHint::Always,
                "noinline" => attributes.inline = InlineHint::Never,
                "pin" => attributes.pinned = true,
                "hot" => attributes.hot = true,
                "cold" => attributes.cold = true,
                "library" => attributes.library = true,
                "part" => attributes.part = true,
                "phase" => attributes.phase = Some(self.phase()?),
                "reached" => attributes.reached = Some(self.phase()?),
                "anchor" => {
                    self.cursor.expect("(")?;
                    attributes.anchor = Some(self.name()?);
                    self.cursor.expect(")")?;
                }
                "optimize" => {
                    self.cursor.expect("(")?;
                    attributes.optimize = Some(if self.cursor.eat("s") {
                        OptimizeLevel::Size
                    } else {
                        let level = u8::try_from(self.cursor.index()?);
                        let level = level
                            .map_err(|_| self.cursor.error_at(start, "this level is too large"))?;
                        OptimizeLevel::Speed(level)
                    });
                    self.cursor.expect(")")?;
                }
                _ => return Err(self.cursor.error_at(start, "unknown attribute")),
            }
        }
    }

    fn phase(&mut self) -> Result<Phase> {
        self.cursor.expect("(")?;
        let word = self.cursor.peek_word();
        let phase = match word {
            "startup" => Phase::Startup,
            "first_frame" => Phase::FirstFrame,
            "steady" => Phase::Steady,
            "cold" => Phase::Cold,
            _ => return Err(self.cursor.error("unknown phase")),
        };
        self.cursor.eat(word);
        self.cursor.expect(")")?;
        Ok(phase)
    }

    /// ` @lo..hi`, or nothing.
    fn span(&mut self) -> Result<Span> {
        if !self.cursor.eat("@") {
            return Ok(Span::NONE);
        }
        let lo = self.cursor.index()?;
        self.cursor.expect("..")?;
        let hi = self.cursor.index()?;
        Ok(Span { lo, hi })
    }

    fn block_id(&mut self) -> Result<BlockId> {
        let start = self.cursor.position();
        if !self.cursor.rest().starts_with("bb") {
            return Err(self.cursor.error_at(start, "expected a block"));
        }
        self.cursor.advance(2);
        Ok(BlockId(self.cursor.index()?))
    }

    fn block(&mut self, function: &mut Function) -> Result<()> {
        let start = self.cursor.position();
        let id = self.block_id()?;
        if id != function.blocks.next_index() {
            let message = format!("expected `bb{}`", function.blocks.len());
            return Err(self.cursor.error_at(start, message));
        }
        self.cursor.expect(":")?;
        self.end_of_line()?;
        let mut statements = Vec::new();
        loop {
            self.cursor.skip_lines();
            if let Some(terminator) = self.terminator(function)? {
                let span = self.span()?;
                self.end_of_line()?;
                function.blocks.push(Block { statements, terminator, span });
                return Ok(());
            }
            let kind = self.statement(function)?;
            let span = self.span()?;
            self.end_of_line()?;
            statements.push(Statement { kind, span });
        }
    }

    /// The terminator that stands here, or none if something else does.
    fn terminator(&mut self, function: &mut Function) -> Result<Option<Terminator>> {
        let word = self.cursor.peek_word();
        if !matches!(word, "goto" | "branch" | "switch" | "return" | "unreachable") {
            return Ok(None);
        }
        self.cursor.eat(word);
        Ok(Some(match word {
            "goto" => Terminator::Goto(self.block_id()?),
            "branch" => {
                let condition = self.operand(function)?;
                self.cursor.expect("->")?;
                let then = self.block_id()?;
                self.cursor.expect(",")?;
                Terminator::Branch { condition, then, otherwise: self.block_id()? }
            }
            "switch" => {
                let value = self.operand(function)?;
                self.cursor.expect("->")?;
                let mut cases = Vec::new();
                while !self.cursor.eat("else") {
                    let case = self.cursor.decimal()?;
                    self.cursor.skip_spaces();
                    self.cursor.expect(":")?;
                    cases.push((case, self.block_id()?));
                    self.cursor.expect(",")?;
                }
                let otherwise = self.block_id()?;
                Terminator::Switch { value, cases: cases.into(), otherwise }
            }
            "return" => Terminator::Return(self.operand(function)?),
            _ => Terminator::Unreachable,
        }))
    }

    fn statement(&mut self, function: &mut Function) -> Result<StatementKind> {
        let cursor = &mut self.cursor;
        if cursor.eat("nop") {
            return Ok(StatementKind::Nop);
        }
        if cursor.eat("unshare") {
            return Ok(StatementKind::Unshare(self.place(function)?));
        }
        if cursor.eat("retain") {
            return Ok(StatementKind::Retain(self.place(function)?));
        }
        if cursor.eat("release") {
            return Ok(StatementKind::Release(self.place(function)?));
        }
        if cursor.eat("free") {
            return Ok(StatementKind::Free(self.place(function)?));
        }
        if cursor.eat("discard") {
            return Ok(StatementKind::Discard(self.place(function)?));
        }
        if cursor.eat("keep") {
            return Ok(StatementKind::Keep(self.place(function)?));
        }
        if cursor.eat("initialise") {
            let place = self.place(function)?;
            self.cursor.expect("=")?;
            return Ok(StatementKind::Initialise(place, self.operand(function)?));
        }
        if cursor.eat("check_index") {
            let index = self.operand(function)?;
            self.cursor.expect(",")?;
            return Ok(StatementKind::CheckIndex { index, len: self.operand(function)? });
        }
        if let Some(kind) = self.call_or_intrinsic(function, None)? {
            return Ok(kind);
        }
        if !self.at_place() {
            return Err(self.cursor.error("expected a statement"));
        }
        let place = self.place(function)?;
        self.cursor.expect("=")?;
        match self.call_or_intrinsic(function, Some(place))? {
            Some(kind) => Ok(kind),
            None => Ok(StatementKind::Assign(place, self.rvalue(function)?)),
        }
    }

    fn call_or_intrinsic(
        &mut self,
        function: &mut Function,
        dest: Option<Place>,
    ) -> Result<Option<StatementKind>> {
        let word = self.cursor.peek_word();
        if let Some(op) = intrinsic_named(word) {
            self.cursor.eat(word);
            let args = self.args(function)?;
            return Ok(Some(StatementKind::Intrinsic { dest, op, args }));
        }
        if !self.cursor.eat("call") {
            return Ok(None);
        }
        let callee = if self.cursor.eat("extern") {
            Callee::Extern(self.name()?)
        } else if self.cursor.eat("closure") {
            Callee::Closure(self.place(function)?)
        } else if self.cursor.eat("method") {
            let slot = self.cursor.index()?;
            self.cursor.expect("of")?;
            let place = self.place(function)?;
            self.cursor.expect("as")?;
            Callee::Method(place, slot, self.signature()?)
        } else {
            Callee::Function(self.function_name()?)
        };
        let args: Args = self.args(function)?;
        Ok(Some(StatementKind::Call { dest, callee, args }))
    }
}
