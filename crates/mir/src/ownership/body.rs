//! A function under analysis: what each of its locals is to the pass.

use simple_source::{Idx, IndexVec};

use super::modes::Program;
use crate::analysis::{
    Cfg, Event, How, Liveness, Occurrence, Role, for_each_occurrence, for_each_terminator_operand,
    place_type,
};
use crate::{
    Function, LocalId, Operand, ParamMode, Place, Rvalue, Statement, StatementKind, Type, TypeTable,
};

/// What a local is to the pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Class {
    /// Its values count nothing.
    Plain,
    /// The address of a `mut` parameter's place or of a program-wide variable.
    Address,
    /// The address of memory that nobody changes during the call: captures,
    /// the value in a `dyn` object.
    Frozen,
    /// A borrowed parameter: somebody else keeps it alive during the call.
    Borrowed,
    /// It owns what it holds.
    Owned,
    /// It holds a copy of a part of another local, which owns it (or is an
    /// alias itself), and is not counted.
    Alias(LocalId),
    /// It only ever holds constants, which are static objects.
    Static,
}

/// An alias of an alias of … is cut here: each use of the last one uses all of
/// them, so that longer chains would cost more than a count.
pub(super) const MAX_CHAIN: usize = 8;

/// A function and what is known about it.
pub(super) struct Body<'a> {
    pub(super) types: &'a TypeTable,
    pub(super) program: &'a Program,
    pub(super) function: &'a Function,
    pub(super) cfg: Cfg,
    /// Whether copies of a local's value count something.
    pub(super) counted: IndexVec<LocalId, bool>,
    pub(super) class: IndexVec<LocalId, Class>,
}

impl<'a> Body<'a> {
    /// `function` with every local that counts anything owned, but for
    /// parameters that are not.
    pub(super) fn new(types: &'a TypeTable, program: &'a Program, function: &'a Function) -> Self {
        let counted: IndexVec<LocalId, bool> =
            function.locals.iter().map(|local| types.is_counted(local.ty)).collect();
        let class = function
            .locals
            .iter_enumerated()
            .map(|(id, local)| {
                let mode = function.params.get(id.index()).copied();
                match (types.get(local.ty), mode) {
                    (Type::Address(_), Some(ParamMode::Borrowed)) => Class::Frozen,
                    (Type::Address(_), _) => Class::Address,
                    _ if !counted[id] => Class::Plain,
                    (_, Some(ParamMode::Borrowed)) => Class::Borrowed,
                    _ => Class::Owned,
                }
            })
            .collect();
        Self { types, program, function, cfg: Cfg::new(&function.blocks), counted, class }
    }

    /// Whether a copy of the value at `place` counts something.
    pub(super) fn is_counted(&self, place: Place) -> bool {
        match place.as_local() {
            Some(local) => self.counted[local],
            None => place_type(self.types, self.function, place)
                .is_some_and(|ty| self.types.is_counted(ty)),
        }
    }

    /// The liveness of owned locals and aliases. A use of an alias is a use of
    /// what keeps it alive.
    pub(super) fn liveness(&self) -> Liveness {
        let function = self.function;
        Liveness::new(function, &self.cfg, |block, each| {
            let block = &function.blocks[block];
            for statement in &block.statements {
                for_each_occurrence(function, statement, |occurrence| {
                    if occurrence.how == How::Write
                        && let Some(local) = occurrence.place.as_local()
                    {
                        if self.counted[local] {
                            each(local, Event::Definition);
                        }
                    } else {
                        self.for_each_kept(occurrence.place.local, |local| each(local, Event::Use));
                    }
                });
            }
            for_each_terminator_operand(&block.terminator, |occurrence| {
                self.for_each_kept(occurrence.place.local, |local| each(local, Event::Use));
            });
        })
    }

    /// Calls `each` for `local` and every local that keeps it alive, as far as
    /// this function owns them.
    pub(super) fn for_each_kept(&self, local: LocalId, mut each: impl FnMut(LocalId)) {
        let mut local = local;
        loop {
            match self.class[local] {
                Class::Owned => return each(local),
                Class::Alias(root) => {
                    each(local);
                    local = root;
                }
                Class::Plain | Class::Address | Class::Frozen | Class::Borrowed | Class::Static => {
                    return;
                }
            }
        }
    }

    /// The local at the end of the chain of aliases that `local` begins.
    pub(super) fn root_of(&self, mut local: LocalId) -> LocalId {
        while let Class::Alias(root) = self.class[local] {
            local = root;
        }
        local
    }

    /// Whether the statement only gives another name to what is owned already.
    pub(super) fn is_alias_definition(&self, statement: &Statement) -> bool {
        matches!(
            statement.kind,
            StatementKind::Assign(Place { local, len: 0, .. }, Rvalue::Use(Operand::Copy(_)))
                if matches!(self.class[local], Class::Alias(_))
        )
    }

    /// Whether what happens to a place takes one reference of its value over.
    pub(super) fn consumes(&self, occurrence: &Occurrence) -> bool {
        let How::Read(role) = occurrence.how else { return false };
        let consumes = match role {
            Role::Store | Role::OwnedArg | Role::Return => true,
            Role::Param(function, index) => self.program.mode(function, index) == ParamMode::Owned,
            Role::Look | Role::ExternArg => false,
        };
        consumes && self.is_counted(occurrence.place)
    }
}
