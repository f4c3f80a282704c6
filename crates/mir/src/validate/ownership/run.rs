//! The abstract run of a block.

use simple_source::Idx;

use super::super::Checker;
use super::state::{Kind, Object, State, Tree};
use crate::analysis::{
    How, Liveness, Role, for_each_occurrence, for_each_terminator_operand, known_variant,
    place_type,
};
use crate::{
    Arg, Args, BlockId, Callee, FuncId, LocalId, Operand, ParamMode, Place, Projection, Rvalue,
    Shape, Statement, StatementKind, Terminator, Type, TypeId,
};

pub(super) struct Run<'c, 'a> {
    checker: &'c mut Checker<'a>,
    /// What was read from memory in the block at hand, by place: whoever stores
    /// there afterwards owns it.
    read_from: Vec<(Place, Tree)>,
    /// Whether what is overwritten must be given back in the block at hand.
    complete: bool,
}

impl<'c, 'a> Run<'c, 'a> {
    pub(super) fn new(checker: &'c mut Checker<'a>) -> Self {
        Self { checker, read_from: Vec::new(), complete: true }
    }

    pub(super) fn failed(&self) -> bool {
        !self.checker.errors.is_empty()
    }

    /// Reports an error about the ways into `block`.
    pub(super) fn fail(&mut self, block: BlockId, message: &str) {
        self.checker.place = Some((block, 0));
        self.checker.error(message);
    }

    /// The state at the entry.
    pub(super) fn start(&self) -> State {
        let function = self.checker.function;
        let mut state =
            State { locals: vec![Tree::Nothing; function.locals.len()], accounts: Vec::new() };
        for (index, mode) in function.params.iter().enumerate() {
            let ty = function.locals.as_slice()[index].ty;
            let (kind, tokens) = match mode {
                ParamMode::Owned => (Kind::Own, 1),
                _ => (Kind::Lent, 0),
            };
            state.locals[index] = self.tree(&mut state, ty, kind, tokens);
        }
        state
    }

    /// The pointers in a value of type `ty`, each with an account of its own.
    fn tree(&self, state: &mut State, ty: TypeId, kind: Kind, tokens: i32) -> Tree {
        let types = self.checker.types;
        if !types.is_counted(ty) {
            return Tree::Nothing;
        }
        match types.get(ty) {
            Type::Struct(id) => {
                let fields = types.struct_fields(id);
                Tree::Fields(
                    fields.iter().map(|field| self.tree(state, field.ty, kind, tokens)).collect(),
                )
            }
            _ => Tree::Leaf(state.new_object(kind, tokens)),
        }
    }

    /// Runs a block; the state at its end, or none if something is wrong.
    pub(super) fn block(&mut self, id: BlockId, mut state: State, complete: bool) -> Option<State> {
        let function = self.checker.function;
        self.read_from.clear();
        self.complete = complete;
        let block = &function.blocks[id];
        for (index, statement) in block.statements.iter().enumerate() {
            self.checker.place = Some((id, index));
            self.statement(&mut state, statement);
            if self.failed() {
                return None;
            }
        }
        self.checker.place = Some((id, block.statements.len()));
        for_each_terminator_operand(&block.terminator, |occurrence| {
            self.look(&mut state, occurrence.place);
        });
        if let Terminator::Return(value) = block.terminator {
            self.take(&mut state, value);
            if !self.failed() {
                self.nothing_left(&state, &|_| false);
            }
        }
        (!self.failed()).then_some(state)
    }

    /// Prepares the state at the end of `from` for `target`; false if this way
    /// is never taken, because an enum is another variant. With `complete`,
    /// what is not needed any more must have been given back.
    pub(super) fn arrive(
        &mut self,
        state: &mut State,
        from: BlockId,
        target: BlockId,
        liveness: &Liveness,
        complete: bool,
    ) -> bool {
        let (types, function) = (self.checker.types, self.checker.function);
        if let Some((place, variant)) = known_variant(types, function, from, target)
            && !self.open_at(state, place, variant)
        {
            return false;
        }
        for (index, tree) in state.locals.iter_mut().enumerate() {
            if !liveness.is_live_in(target, LocalId(index as u32)) {
                drop_free(tree);
            }
        }
        self.checker.place = Some((target, 0));
        if complete {
            self.nothing_left(state, &|local| liveness.is_live_in(target, local));
        }
        for (index, tree) in state.locals.iter_mut().enumerate() {
            if !liveness.is_live_in(target, LocalId(index as u32)) {
                *tree = Tree::Nothing;
            }
        }
        state.normalise();
        true
    }

    /// Every object that has tokens is named by a local that is still needed.
    fn nothing_left(&mut self, state: &State, is_live: &dyn Fn(LocalId) -> bool) {
        let mut named = vec![false; state.accounts.len()];
        for (index, tree) in state.locals.iter().enumerate() {
            if is_live(LocalId(index as u32)) {
                tree.for_each(&mut |object| named[object.0 as usize] = true);
            }
        }
        for (index, account) in state.accounts.iter().enumerate() {
            if account.tokens <= 0 || account.kind == Kind::Free || named[index] {
                continue;
            }
            let holder = state.locals.iter().position(|tree| {
                let mut holds = false;
                tree.for_each(&mut |object| holds |= object.0 as usize == index);
                holds
            });
            let message = match holder {
                Some(local) => format!("what _{local} holds is never given back"),
                None => "a value that no local names any more is never given back".to_owned(),
            };
            return self.checker.error(message);
        }
    }

    /// Takes `place` as the known `variant`; false if it cannot be that one.
    fn open_at(&self, state: &mut State, place: Place, variant: u32) -> bool {
        let mut can_be = true;
        self.with_part(state, place, &mut |state, tree, ty| {
            self.open(state, tree, ty, variant);
            can_be = !matches!(tree, Tree::Variant(found, _) if *found != variant);
        });
        can_be
    }

    /// Calls `each` with the pointers and the type of the part of a local that
    /// `place` is; not if the way leads through memory. Enums on the way are
    /// taken as the variants that it names.
    fn with_part(
        &self,
        state: &mut State,
        place: Place,
        each: &mut dyn FnMut(&mut State, &mut Tree, TypeId),
    ) {
        let function = self.checker.function;
        let index = place.local.index();
        // Out of its local, so that other names can be told from it.
        let mut tree = std::mem::replace(&mut state.locals[index], Tree::Nothing);
        let ty = function.locals[place.local].ty;
        self.descend(state, &mut tree, ty, function.projections_of(place), each);
        state.locals[index] = tree;
    }

    fn descend(
        &self,
        state: &mut State,
        tree: &mut Tree,
        ty: TypeId,
        steps: &[Projection],
        each: &mut dyn FnMut(&mut State, &mut Tree, TypeId),
    ) {
        let types = self.checker.types;
        match (steps, types.get(ty)) {
            ([], _) => each(state, tree, ty),
            ([Projection::Field(index), rest @ ..], Type::Struct(id)) => {
                let ty = types.struct_fields(id)[*index as usize].ty;
                if let Tree::Fields(parts) = tree {
                    self.descend(state, &mut parts[*index as usize], ty, rest, each);
                }
            }
            (
                [Projection::Variant(variant), Projection::Field(index), rest @ ..],
                Type::Enum(id),
            ) => {
                self.open(state, tree, ty, *variant);
                let ty = types.enum_variants(id)[*variant as usize].fields[*index as usize].ty;
                if let Tree::Variant(found, parts) = tree
                    && found == variant
                {
                    self.descend(state, &mut parts[*index as usize], ty, rest, each);
                }
            }
            _ => {}
        }
    }

    /// Makes a leaf that is an enum of type `ty` the known `variant`.
    fn open(&self, state: &mut State, tree: &mut Tree, ty: TypeId, variant: u32) {
        let Tree::Leaf(object) = *tree else { return };
        let types = self.checker.types;
        let Type::Enum(id) = types.get(ty) else { return };
        let fields = &types.enum_variants(id)[variant as usize].fields;
        if let Shape::Nullable { null, .. } = types.layout(ty).shape {
            if variant == null {
                state.account(object).kind = Kind::Free;
                *tree = Tree::Variant(variant, Box::new([]));
            } else {
                *tree = Tree::Variant(variant, Box::new([Tree::Leaf(object)]));
            }
            return;
        }
        // The tree itself was taken out of its local: any other name is one too
        // many for the accounts to be split.
        let others = state.names()[object.0 as usize] > 0;
        let account = *state.account(object);
        let kind = if others { Kind::Free } else { account.kind };
        if others {
            state.account(object).kind = Kind::Free;
        } else {
            state.account(object).tokens = 0;
        }
        let parts = fields.iter().map(|field| self.tree(state, field.ty, kind, account.tokens));
        *tree = Tree::Variant(variant, parts.collect());
    }

    /// The pointers in the value at `place`.
    fn read(&mut self, state: &mut State, place: Place) -> Tree {
        let function = self.checker.function;
        let steps = function.projections_of(place);
        let in_memory =
            steps.iter().any(|step| matches!(step, Projection::Deref | Projection::Index(_)));
        if in_memory {
            let ty = place_type(self.checker.types, function, place).expect("places were checked");
            let tree = self.tree(state, ty, Kind::Memory, 0);
            if tree != Tree::Nothing {
                self.read_from.push((place, tree.clone()));
            }
            return tree;
        }
        let mut found = Tree::Nothing;
        self.with_part(state, place, &mut |_, tree, _| found = tree.clone());
        found
    }

    /// Checks that what is at `place`, or holds it, has not been given back.
    fn look(&mut self, state: &mut State, place: Place) {
        let local = place.local;
        let steps = self.checker.function.projections_of(place);
        let inline = steps
            .iter()
            .take_while(|step| !matches!(step, Projection::Deref | Projection::Index(_)))
            .count();
        let prefix =
            if inline == 0 { Place::local(local) } else { Place { len: inline as u32, ..place } };
        let is_value = place_type(self.checker.types, self.checker.function, prefix).is_some();
        if !is_value {
            return;
        }
        let tree = self.read(state, prefix);
        let mut gone = false;
        tree.for_each(&mut |object| {
            let account = state.accounts[object.0 as usize];
            gone |= account.kind == Kind::Own && account.tokens <= 0;
        });
        if gone {
            let text = crate::text::print_place(self.checker.function, prefix);
            self.checker.error(format!("{text} is used after it was given back or handed on"));
        }
    }

    fn count(&mut self, state: &mut State, tree: &Tree, by: i32) {
        let mut broken = false;
        tree.for_each(&mut |object: Object| {
            let account = state.account(object);
            account.tokens += by;
            let least = match account.kind {
                Kind::Own | Kind::Lent => 0,
                // What was overwritten belongs to whoever did so.
                Kind::Memory => -1,
                Kind::Free => i32::MIN,
            };
            broken |= account.tokens < least;
        });
        if broken {
            self.checker.error("this gives back or hands on a reference that nobody here owns");
        }
    }

    /// Hands an operand on.
    fn take(&mut self, state: &mut State, operand: Operand) {
        if let Operand::Copy(place) = operand {
            let tree = self.read(state, place);
            self.count(state, &tree, -1);
        }
    }

    fn value(&mut self, state: &mut State, operand: Operand, ty: TypeId) -> Tree {
        match operand {
            Operand::Copy(place) => self.read(state, place),
            Operand::Const(_) => self.tree(state, ty, Kind::Free, 0),
        }
    }

    /// Stores to a place: a local's part takes the value's names over, memory
    /// its references.
    fn write(&mut self, state: &mut State, place: Place, value: Tree) {
        let function = self.checker.function;
        let steps = function.projections_of(place);
        if steps.is_empty() {
            state.locals[place.local.index()] = value;
            return;
        }
        if steps.iter().any(|step| matches!(step, Projection::Deref | Projection::Index(_))) {
            self.count(state, &value, -1);
            return self.overwrite(state, place);
        }
        self.with_part(state, place, &mut |_, tree, _| *tree = value.clone());
    }

    /// What lay at a place in memory belongs to the function now.
    fn overwrite(&mut self, state: &mut State, place: Place) {
        let function = self.checker.function;
        let steps = function.projections_of(place);
        let read = self.read_from.iter().rposition(|(known, _)| {
            known.local == place.local && function.projections_of(*known) == steps
        });
        match read {
            Some(read) => {
                let (_, tree) = self.read_from.remove(read);
                tree.for_each(&mut |object| {
                    let account = state.account(object);
                    if account.kind == Kind::Memory {
                        account.kind = Kind::Own;
                        account.tokens += 1;
                    }
                });
            }
            None if self.is_variable(place.local) || !self.complete => {}
            None if self.checker.types.is_counted(self.type_of(place)) => {
                self.checker.error("what lay there is lost");
            }
            None => {}
        }
    }

    /// Whether a local holds the address of a program-wide variable, which may
    /// be stored to for the first time.
    fn is_variable(&self, local: LocalId) -> bool {
        let function = self.checker.function;
        local.index() >= function.params.len()
            && matches!(self.checker.types.get(function.locals[local].ty), Type::Address(_))
    }

    /// The place may hold something else after a call: what it held is given
    /// up, what it holds is owned.
    fn replaced(&mut self, state: &mut State, place: Place) {
        let steps = self.checker.function.projections_of(place);
        let in_memory =
            steps.iter().any(|step| matches!(step, Projection::Deref | Projection::Index(_)));
        if in_memory {
            return;
        }
        let ty = place_type(self.checker.types, self.checker.function, place)
            .expect("places were checked");
        let old = self.read(state, place);
        self.count(state, &old, -1);
        let new = self.tree(state, ty, Kind::Own, 1);
        self.write(state, place, new);
    }

    fn type_of(&self, place: Place) -> TypeId {
        place_type(self.checker.types, self.checker.function, place).expect("places were checked")
    }

    fn statement(&mut self, state: &mut State, statement: &Statement) {
        let function = self.checker.function;
        // Glue counts what lies at an address.
        if let StatementKind::Call { callee: Callee::Function(id), args, .. } = statement.kind
            && let Some(by) = self.counting_glue(id)
            && let [Arg::Address(place)] = *function.args_of(args)
        {
            if by < 0 {
                self.look(state, place);
            }
            let tree = self.read(state, place);
            return self.count(state, &tree, by);
        }
        let mut looked = Vec::new();
        for_each_occurrence(function, statement, |occurrence| {
            if !matches!(occurrence.how, How::Write | How::Tag) {
                looked.push(occurrence.place);
            }
        });
        for place in looked {
            self.look(state, place);
        }
        match statement.kind {
            StatementKind::Nop
            | StatementKind::CheckIndex { .. }
            | StatementKind::Free(_)
            | StatementKind::Initialise(..)
            | StatementKind::Discard(_)
            | StatementKind::Keep(_) => {}
            StatementKind::Retain(place) => {
                let tree = self.read(state, place);
                self.count(state, &tree, 1);
            }
            StatementKind::Release(place) => {
                let tree = self.read(state, place);
                self.count(state, &tree, -1);
            }
            StatementKind::Unshare(place) => self.replaced(state, place),
            StatementKind::Assign(place, rvalue) => {
                let value = self.rvalue(state, place, rvalue);
                self.write(state, place, value);
                if let Some(local) = place.as_local() {
                    self.forget_index(local);
                }
            }
            StatementKind::Call { dest, args, .. }
            | StatementKind::Intrinsic { dest, args, .. } => {
                let mut taken = Vec::new();
                for_each_occurrence(function, statement, |occurrence| {
                    if let How::Read(role) = occurrence.how
                        && self.takes(role)
                    {
                        taken.push(occurrence.place);
                    }
                });
                for place in taken {
                    self.take(state, Operand::Copy(place));
                }
                self.addresses(state, &statement.kind, args);
                if let Some(dest) = dest {
                    let ty = self.type_of(dest);
                    let value = self.tree(state, ty, Kind::Own, 1);
                    self.write(state, dest, value);
                }
            }
        }
    }

    /// The index in `local` is another one now.
    fn forget_index(&mut self, local: LocalId) {
        let function = self.checker.function;
        self.read_from.retain(|(place, _)| {
            !function.projections_of(*place).contains(&Projection::Index(local))
        });
    }

    fn addresses(&mut self, state: &mut State, kind: &StatementKind, args: Args) {
        for (index, arg) in self.checker.function.args_of(args).iter().enumerate() {
            let Arg::Address(place) = *arg else { continue };
            let frozen = match kind {
                StatementKind::Call { callee: Callee::Function(id), .. } => {
                    let callee = &self.checker.module.functions[*id];
                    callee.params.get(index) == Some(&ParamMode::Borrowed)
                }
                _ => false,
            };
            if !frozen {
                self.replaced(state, place);
            }
        }
    }

    fn takes(&self, role: Role) -> bool {
        match role {
            Role::Store | Role::OwnedArg | Role::Return => true,
            Role::Param(id, index) => {
                let callee = &self.checker.module.functions[id];
                callee.params.get(index as usize) == Some(&ParamMode::Owned)
            }
            Role::Look | Role::ExternArg => false,
        }
    }

    /// Whether calling `id` retains (1) or releases (-1) what is at an address.
    fn counting_glue(&self, id: FuncId) -> Option<i32> {
        let glue = &self.checker.module.glue;
        if !self.checker.glue.contains(&id) {
            return None;
        }
        let is = |map: &simple_source::interner::FxHashMap<TypeId, FuncId>| {
            map.values().any(|found| *found == id)
        };
        if is(&glue.retain) {
            Some(1)
        } else if is(&glue.release) {
            Some(-1)
        } else {
            None
        }
    }

    /// The pointers in a new value.
    fn rvalue(&mut self, state: &mut State, dest: Place, rvalue: Rvalue) -> Tree {
        let types = self.checker.types;
        let ty = self.type_of(dest);
        let operands = |args: Args| -> Vec<Operand> {
            let list = self.checker.function.args_of(args).iter();
            list.filter_map(|arg| match arg {
                Arg::Value(operand) => Some(*operand),
                Arg::Address(_) => None,
            })
            .collect()
        };
        match rvalue {
            Rvalue::Use(operand) => self.value(state, operand, ty),
            Rvalue::Struct(args) => {
                let operands = operands(args);
                let Type::Struct(id) = types.get(ty) else { return Tree::Nothing };
                if !types.is_counted(ty) {
                    return Tree::Nothing;
                }
                let fields = types.struct_fields(id);
                let parts = operands
                    .into_iter()
                    .zip(fields)
                    .map(|(operand, field)| self.value(state, operand, field.ty))
                    .collect();
                Tree::Fields(parts)
            }
            Rvalue::Variant(variant, args) => {
                let operands = operands(args);
                let Type::Enum(id) = types.get(ty) else { return Tree::Nothing };
                if !types.is_counted(ty) {
                    return Tree::Nothing;
                }
                let fields = &types.enum_variants(id)[variant as usize].fields;
                let parts = operands
                    .into_iter()
                    .zip(fields)
                    .map(|(operand, field)| self.value(state, operand, field.ty))
                    .collect();
                Tree::Variant(variant, parts)
            }
            Rvalue::List(args) | Rvalue::Class(args) | Rvalue::Closure { captures: args, .. } => {
                for operand in operands(args) {
                    self.take(state, operand);
                }
                self.tree(state, ty, Kind::Own, 1)
            }
            Rvalue::Box(operand) | Rvalue::Dyn(_, operand) => {
                self.take(state, operand);
                self.tree(state, ty, Kind::Own, 1)
            }
            Rvalue::Downgrade(_) | Rvalue::Upgrade(_) => self.tree(state, ty, Kind::Own, 1),
            Rvalue::Unary(..)
            | Rvalue::Binary(..)
            | Rvalue::Cast(..)
            | Rvalue::Overflowing(..)
            | Rvalue::Discriminant(_)
            | Rvalue::Len(_)
            | Rvalue::GlobalAddress(_) => Tree::Nothing,
        }
    }
}

/// Nothing has to be done for a tree whose variant is known to hold nothing.
fn drop_free(tree: &mut Tree) {
    if matches!(tree, Tree::Variant(_, parts) if parts.is_empty()) {
        *tree = Tree::Nothing;
    }
}
