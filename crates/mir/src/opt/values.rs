//! Numbers for the values that integers, truth values and lengths have: SSA as
//! an analysis, beside MIR instead of in its place.
//!
//! Scalar locals and the lists at places are *variables*; each definition of
//! one has a [`ValueId`], joins have phis (Braun et al.: Simple and Efficient
//! Construction of Static Single Assignment Form). A list's value stands for
//! its length only: storing an element leaves it the same.

use simple_source::Idx;
use simple_source::interner::FxHashMap;

use crate::analysis::{Cfg, How, for_each_occurrence, place_type};
use crate::function::*;
use crate::opt::paths::{self, Watched};
use crate::types::{IntType, Type, TypeTable};

/// Places that are followed, scalar locals not counted.
const MAX_PLACES: usize = 512;
/// Joins looked through one after the other.
const MAX_DEPTH: usize = 200;

/// A value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct ValueId(pub(crate) u32);

/// How a value is made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Made {
    /// Nothing is known.
    Somehow,
    /// An integer.
    Constant(i128),
    /// One of [`Values::phis`].
    Phi(u32),
    /// An operator. One that may wrap is only the same value in one block.
    Binary(BinOp, ValueId, ValueId, Option<BlockId>),
    /// Of a truth value.
    Not(ValueId),
    /// The same number in another type, or cut to fit.
    Cast(ValueId),
    /// The length of a list.
    Len(ValueId),
}

/// A value with what its kind says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value {
    pub(crate) made: Made,
    /// Where it was made first.
    pub(crate) block: BlockId,
    /// The integers that it may be.
    pub(crate) low: i128,
    pub(crate) high: i128,
    /// Its integer type; none for what is no integer.
    pub(crate) int: Option<IntType>,
}

/// A value that depends on the way.
#[derive(Clone, Debug)]
pub(crate) struct Phi {
    pub(crate) args: Vec<(BlockId, ValueId)>,
}

/// The values of an interesting statement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site {
    pub(crate) block: BlockId,
    pub(crate) statement: usize,
    pub(crate) left: ValueId,
    pub(crate) right: ValueId,
    pub(crate) result: Option<ValueId>,
}

/// All values of a function.
pub(crate) struct Values {
    pub(crate) all: Vec<Value>,
    pub(crate) phis: Vec<Phi>,
    /// Arithmetic, comparisons and checks, in order.
    pub(crate) sites: Vec<Site>,
    /// The condition that each block ends with, if it ends with one.
    pub(crate) conditions: Vec<Option<ValueId>>,
}

/// What has values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Variable {
    None,
    Number(u32),
}

struct Builder<'a> {
    function: &'a Function,
    types: &'a TypeTable,
    cfg: &'a Cfg,
    values: Values,
    /// Of scalar and list locals.
    of_local: Vec<Variable>,
    /// Places with projections that hold lists, and their variables.
    places: Watched,
    variables: Vec<u32>,
    /// Whether a variable is a list.
    is_list: Vec<bool>,
    ints: Vec<Option<IntType>>,
    current: FxHashMap<(BlockId, u32), ValueId>,
    made: FxHashMap<(Made, Option<IntType>), ValueId>,
    /// Lengths of lists that were made with one.
    lengths: FxHashMap<ValueId, ValueId>,
    done: Vec<bool>,
    incomplete: Vec<(BlockId, u32, ValueId)>,
    /// What a value turned out to be.
    same: Vec<Option<ValueId>>,
}

impl Values {
    /// Numbers the values of `function`.
    pub(crate) fn of(function: &Function, types: &TypeTable, cfg: &Cfg) -> Self {
        let mut builder = Builder {
            function,
            types,
            cfg,
            values: Values {
                all: Vec::new(),
                phis: Vec::new(),
                sites: Vec::new(),
                conditions: vec![None; function.blocks.len()],
            },
            of_local: Vec::new(),
            places: Watched::default(),
            variables: Vec::new(),
            is_list: Vec::new(),
            ints: Vec::new(),
            current: FxHashMap::default(),
            made: FxHashMap::default(),
            lengths: FxHashMap::default(),
            done: vec![false; function.blocks.len()],
            incomplete: Vec::new(),
            same: Vec::new(),
        };
        builder.find_variables();
        for &block in cfg.order() {
            builder.block(block);
            builder.done[block.index()] = true;
        }
        builder.complete();
        builder.settle();
        builder.values
    }

    /// A value.
    pub(crate) fn get(&self, id: ValueId) -> &Value {
        &self.all[id.0 as usize]
    }
}

impl Builder<'_> {
    fn find_variables(&mut self) {
        let function = self.function;
        let mut addressed = vec![false; function.locals.len()];
        let mut places = Vec::new();
        for block in &function.blocks {
            for statement in &block.statements {
                for_each_occurrence(function, statement, |occurrence| {
                    let place = occurrence.place;
                    match occurrence.how {
                        How::Address(_) if place.len == 0 => addressed[place.local.index()] = true,
                        How::Inspect if place.len > 0 => places.push(place),
                        _ => {}
                    }
                });
                if let StatementKind::Assign(_, Rvalue::Use(Operand::Copy(place))) = statement.kind
                    && place.len > 0
                    && self.holds_list(place)
                {
                    places.push(place);
                }
            }
        }
        for (id, local) in function.locals.iter_enumerated() {
            let (list, int) = match self.types.get(local.ty) {
                Type::Int(int) => (false, Some(int)),
                Type::Bool => (false, None),
                Type::List(_) | Type::Str => (true, None),
                _ => {
                    self.of_local.push(Variable::None);
                    continue;
                }
            };
            let followed = list || !addressed[id.index()];
            let variable = if followed { self.new_variable(list, int) } else { Variable::None };
            self.of_local.push(variable);
        }
        for place in places {
            if self.places.all.len() < MAX_PLACES
                && self.places.add(function, self.types, place) == self.variables.len()
                && let Variable::Number(variable) = self.new_variable(true, None)
            {
                self.variables.push(variable);
            }
        }
    }

    fn holds_list(&self, place: Place) -> bool {
        let ty = place_type(self.types, self.function, place).map(|ty| self.types.get(ty));
        matches!(ty, Some(Type::List(_) | Type::Str))
    }

    fn new_variable(&mut self, list: bool, int: Option<IntType>) -> Variable {
        self.is_list.push(list);
        self.ints.push(int);
        Variable::Number(self.is_list.len() as u32 - 1)
    }

    fn variable(&self, place: Place) -> Option<u32> {
        if place.len == 0 {
            return match self.of_local[place.local.index()] {
                Variable::Number(number) => Some(number),
                Variable::None => None,
            };
        }
        self.places.number(self.function, place).map(|number| self.variables[number])
    }

    // Values.

    fn add(&mut self, made: Made, block: BlockId, int: Option<IntType>) -> ValueId {
        let unique = matches!(made, Made::Somehow | Made::Phi(_));
        if !unique && let Some(known) = self.made.get(&(made, int)) {
            return *known;
        }
        let (low, high) = int.map_or((0, 1), bounds);
        let id = ValueId(self.values.all.len() as u32);
        self.values.all.push(Value { made, block, low, high, int });
        self.same.push(None);
        if !unique {
            self.made.insert((made, int), id);
        }
        id
    }

    fn constant(&mut self, value: i128, int: Option<IntType>) -> ValueId {
        let id = self.add(Made::Constant(value), BlockId(0), int);
        (self.values.all[id.0 as usize].low, self.values.all[id.0 as usize].high) = (value, value);
        id
    }

    fn set(&mut self, block: BlockId, variable: u32, value: ValueId) {
        self.current.insert((block, variable), value);
    }

    fn get(&mut self, block: BlockId, variable: u32, depth: usize) -> ValueId {
        if let Some(value) = self.current.get(&(block, variable)) {
            return self.resolved(*value);
        }
        let int = self.ints[variable as usize];
        let cfg = self.cfg;
        let predecessors = cfg.predecessors(block);
        let value = if predecessors.is_empty() || depth > MAX_DEPTH {
            self.add(Made::Somehow, block, int)
        } else if predecessors.iter().any(|predecessor| !self.done[predecessor.index()]) {
            let phi = self.new_phi(block, int);
            self.incomplete.push((block, variable, phi));
            phi
        } else if let [predecessor] = predecessors {
            self.get(*predecessor, variable, depth + 1)
        } else {
            let phi = self.new_phi(block, int);
            self.set(block, variable, phi);
            self.fill(block, variable, phi, depth)
        };
        self.set(block, variable, value);
        value
    }

    fn new_phi(&mut self, block: BlockId, int: Option<IntType>) -> ValueId {
        let number = self.values.phis.len() as u32;
        self.values.phis.push(Phi { args: Vec::new() });
        self.add(Made::Phi(number), block, int)
    }

    /// Gives a phi its arguments; what it is if all are the same.
    fn fill(&mut self, block: BlockId, variable: u32, phi: ValueId, depth: usize) -> ValueId {
        let cfg = self.cfg;
        let mut args = Vec::new();
        for predecessor in cfg.predecessors(block) {
            args.push((*predecessor, self.get(*predecessor, variable, depth + 1)));
        }
        let Made::Phi(number) = self.values.get(phi).made else { return phi };
        self.values.phis[number as usize].args = args;
        self.simplify(phi)
    }

    fn simplify(&mut self, phi: ValueId) -> ValueId {
        let Made::Phi(number) = self.values.get(phi).made else { return phi };
        let args = self.values.phis[number as usize].args.clone();
        let mut only = None;
        for (_, arg) in args {
            let arg = self.resolved(arg);
            if arg == phi || only == Some(arg) {
                continue;
            }
            if only.is_some() {
                return phi;
            }
            only = Some(arg);
        }
        match only {
            Some(only) => {
                self.same[phi.0 as usize] = Some(only);
                only
            }
            None => phi,
        }
    }

    fn resolved(&mut self, mut id: ValueId) -> ValueId {
        while let Some(other) = self.same[id.0 as usize] {
            if let Some(next) = self.same[other.0 as usize] {
                self.same[id.0 as usize] = Some(next);
            }
            id = other;
        }
        id
    }

    /// Fills the phis of blocks that were reached before their predecessors.
    fn complete(&mut self) {
        while let Some((block, variable, phi)) = self.incomplete.pop() {
            self.fill(block, variable, phi, 0);
        }
    }

    /// Finds values that turned out to be the same, and bounds.
    fn settle(&mut self) {
        for _ in 0..4 {
            let mut changed = false;
            let mut known: FxHashMap<(Made, Option<IntType>), ValueId> = FxHashMap::default();
            for index in 0..self.values.all.len() {
                let id = ValueId(index as u32);
                if self.same[index].is_some() {
                    continue;
                }
                let made = self.values.all[index].made;
                let made = match made {
                    Made::Phi(_) => {
                        changed |= self.simplify(id) != id;
                        continue;
                    }
                    Made::Binary(op, a, b, block) => {
                        Made::Binary(op, self.resolved(a), self.resolved(b), block)
                    }
                    Made::Not(a) => Made::Not(self.resolved(a)),
                    Made::Cast(a) => Made::Cast(self.resolved(a)),
                    Made::Len(list) => {
                        let list = self.resolved(list);
                        if let Some(length) = self.lengths.get(&list).copied() {
                            self.same[index] = Some(length);
                            changed = true;
                            continue;
                        }
                        Made::Len(list)
                    }
                    Made::Somehow | Made::Constant(_) => continue,
                };
                self.values.all[index].made = made;
                let key = (made, self.values.all[index].int);
                if let Some(other) = known.get(&key) {
                    self.same[index] = Some(*other);
                    changed = true;
                } else {
                    known.insert(key, id);
                }
            }
            if !changed {
                break;
            }
        }
        for number in 0..self.values.phis.len() {
            for arg in 0..self.values.phis[number].args.len() {
                let value = self.values.phis[number].args[arg].1;
                self.values.phis[number].args[arg].1 = self.resolved(value);
            }
        }
        for index in 0..self.values.all.len() {
            let made = match self.values.all[index].made {
                Made::Binary(op, a, b, block) => {
                    Made::Binary(op, self.resolved(a), self.resolved(b), block)
                }
                Made::Not(a) => Made::Not(self.resolved(a)),
                Made::Cast(a) => Made::Cast(self.resolved(a)),
                Made::Len(list) => Made::Len(self.resolved(list)),
                other => other,
            };
            self.values.all[index].made = made;
        }
        for index in 0..self.values.sites.len() {
            let site = self.values.sites[index];
            self.values.sites[index] = Site {
                left: self.resolved(site.left),
                right: self.resolved(site.right),
                result: site.result.map(|value| self.resolved(value)),
                ..site
            };
        }
        for block in 0..self.values.conditions.len() {
            let condition = self.values.conditions[block];
            self.values.conditions[block] = condition.map(|value| self.resolved(value));
        }
        self.bound();
    }

    /// Narrows the bounds of values by how they are made.
    fn bound(&mut self) {
        for index in 0..self.values.all.len() {
            let value = self.values.all[index];
            let (low, high) = match value.made {
                Made::Len(_) => (0, value.high),
                Made::Cast(from) => {
                    let from = *self.values.get(from);
                    if from.int.is_some() && value.low <= from.low && from.high <= value.high {
                        (from.low, from.high)
                    } else {
                        continue;
                    }
                }
                Made::Binary(op, a, b, _) if value.int.is_some() => {
                    let (a, b) = (self.values.get(a), self.values.get(b));
                    match range_of(op, (a.low, a.high), (b.low, b.high)) {
                        // What does not fit wraps, or is not reached.
                        Some((low, high)) if value.low <= low && high <= value.high => (low, high),
                        Some((low, high)) if panics(op) => {
                            (low.max(value.low), high.min(value.high))
                        }
                        _ => continue,
                    }
                }
                _ => continue,
            };
            let value = &mut self.values.all[index];
            // Nothing is left of what always panics.
            if low <= high {
                (value.low, value.high) = (low, high);
            }
        }
    }

    // Statements.

    fn operand(&mut self, block: BlockId, operand: &Operand) -> Option<ValueId> {
        match operand {
            Operand::Const(Const::Int(int, bits)) => {
                let value =
                    if int.is_signed() { i128::from(*bits as i64) } else { i128::from(*bits) };
                Some(self.constant(value, Some(*int)))
            }
            Operand::Const(Const::Bool(value)) => Some(self.constant(i128::from(*value), None)),
            Operand::Const(_) => None,
            Operand::Copy(place) => {
                let variable = self.variable(*place)?;
                Some(self.get(block, variable, 0))
            }
        }
    }

    /// A value for an operand of an integer type about which nothing is known
    /// if it is not followed.
    fn integer(&mut self, block: BlockId, operand: &Operand) -> Option<ValueId> {
        if let Some(value) = self.operand(block, operand) {
            return Some(value);
        }
        let Operand::Copy(place) = operand else { return None };
        match self.types.get(place_type(self.types, self.function, *place)?) {
            Type::Int(int) => Some(self.add(Made::Somehow, block, Some(int))),
            _ => None,
        }
    }

    fn block(&mut self, id: BlockId) {
        let function = self.function;
        for (index, statement) in function.blocks[id].statements.iter().enumerate() {
            self.statement(id, index, statement);
        }
        if let Terminator::Branch { condition, .. } = &function.blocks[id].terminator {
            self.values.conditions[id.index()] = self.operand(id, condition);
        }
    }

    fn statement(&mut self, block: BlockId, index: usize, statement: &Statement) {
        let result = match &statement.kind {
            StatementKind::Assign(place, rvalue) => {
                let int = match place_type(self.types, self.function, *place)
                    .map(|ty| self.types.get(ty))
                {
                    Some(Type::Int(int)) => Some(int),
                    _ => None,
                };
                self.rvalue(block, index, rvalue, int)
            }
            StatementKind::CheckIndex { index: element, len } => {
                if let (Some(left), Some(right)) =
                    (self.integer(block, element), self.integer(block, len))
                {
                    let site = Site { block, statement: index, left, right, result: None };
                    self.values.sites.push(site);
                }
                None
            }
            StatementKind::Intrinsic { op, args, .. } => self.intrinsic(block, *op, *args),
            _ => None,
        };
        self.define(block, statement, result);
    }

    fn rvalue(
        &mut self,
        block: BlockId,
        index: usize,
        rvalue: &Rvalue,
        int: Option<IntType>,
    ) -> Option<ValueId> {
        match rvalue {
            Rvalue::Use(Operand::Const(Const::EmptyList(_))) => {
                let list = self.add(Made::Somehow, block, None);
                let zero = self.constant(0, Some(IntType::I64));
                self.lengths.insert(list, zero);
                Some(list)
            }
            Rvalue::Use(operand) => self.operand(block, operand),
            Rvalue::Binary(op, a, b) => {
                let (left, right) = match (self.integer(block, a), self.integer(block, b)) {
                    (Some(left), Some(right)) => (left, right),
                    _ => match (self.operand(block, a)?, self.operand(block, b)?) {
                        // Truth values: only conditions that hold together.
                        (left, right) if *op == BinOp::BitAnd => (left, right),
                        _ => return None,
                    },
                };
                let local = if may_wrap(*op) { Some(block) } else { None };
                let value = self.add(Made::Binary(*op, left, right, local), block, int);
                let site = Site { block, statement: index, left, right, result: Some(value) };
                self.values.sites.push(site);
                Some(value)
            }
            Rvalue::Unary(UnOp::Not, a) if int.is_none() => {
                let value = self.operand(block, a)?;
                Some(self.add(Made::Not(value), block, None))
            }
            Rvalue::Cast(CastKind::Int, a) if int.is_some() => {
                let value = self.integer(block, a)?;
                self.values.get(value).int?;
                Some(self.add(Made::Cast(value), block, int))
            }
            Rvalue::Len(place) => {
                let variable = self.variable(*place)?;
                let list = self.get(block, variable, 0);
                if let Some(length) = self.lengths.get(&list) {
                    return Some(*length);
                }
                let len = self.add(Made::Len(list), block, Some(IntType::I64));
                let size = match self.types.get(place_type(self.types, self.function, *place)?) {
                    Type::List(element) => self.types.layout(element).size,
                    _ => 1,
                };
                let value = &mut self.values.all[len.0 as usize];
                (value.low, value.high) = (0, longest(size));
                Some(len)
            }
            Rvalue::List(args) => {
                let list = self.add(Made::Somehow, block, None);
                let length = self.constant(i128::from(args.len), Some(IntType::I64));
                self.lengths.insert(list, length);
                Some(list)
            }
            _ => None,
        }
    }

    /// The value of an operation's result, or of the list that it sets up.
    fn intrinsic(&mut self, block: BlockId, op: Intrinsic, args: Args) -> Option<ValueId> {
        let args = self.function.args_of(args);
        match (op, args) {
            (Intrinsic::Unlikely, [Arg::Value(condition)]) => self.operand(block, condition),
            (Intrinsic::ListSetLen, [_, Arg::Value(len)]) => {
                let length = self.integer(block, len)?;
                let list = self.add(Made::Somehow, block, None);
                self.lengths.insert(list, length);
                Some(list)
            }
            _ => None,
        }
    }

    /// Notes what a statement changes. `result` is what it makes, if known.
    fn define(&mut self, block: BlockId, statement: &Statement, result: Option<ValueId>) {
        let function = self.function;
        if paths::runs_program_code(&statement.kind) {
            for index in 0..self.places.shared.len() {
                self.forget_place(block, self.places.shared[index]);
            }
        }
        let inside_only = paths::changes_elements_only(&statement.kind);
        let sets_length =
            matches!(statement.kind, StatementKind::Intrinsic { op: Intrinsic::ListSetLen, .. });
        let mut changed: smallvec::SmallVec<[(Place, How); 4]> = smallvec::SmallVec::new();
        for_each_occurrence(function, statement, |occurrence| {
            if paths::writes(&occurrence) {
                changed.push((occurrence.place, occurrence.how));
            }
        });
        for (place, how) in changed {
            let keeps_length = inside_only && matches!(how, How::Address(_));
            let variable = if keeps_length { None } else { self.variable(place) };
            self.forget_met(block, place, keeps_length);
            if let Some(variable) = variable {
                let taken = match how {
                    How::Write => result.filter(|_| !sets_length),
                    How::Address(_) => result.filter(|_| sets_length),
                    _ => None,
                };
                let value = match taken {
                    Some(value) => value,
                    None => self.add(Made::Somehow, block, self.ints[variable as usize]),
                };
                self.set(block, variable, value);
            }
        }
    }

    fn forget_place(&mut self, block: BlockId, index: usize) {
        let variable = self.variables[index];
        let value = self.add(Made::Somehow, block, None);
        self.set(block, variable, value);
    }

    /// Forgets the lists that a change of `place` may change.
    fn forget_met(&mut self, block: BlockId, place: Place, keeps_length: bool) {
        let function = self.function;
        let mut forgotten: smallvec::SmallVec<[usize; 8]> = smallvec::SmallVec::new();
        if place.len == 0 {
            self.places.indexed(place.local, &mut |index| forgotten.push(index));
        }
        // A number that is stored is no list.
        if !paths::is_plain(self.types, place_type(self.types, function, place)) {
            self.places.met(function, place, !keeps_length, &mut |index| forgotten.push(index));
        }
        forgotten.into_iter().for_each(|index| self.forget_place(block, index));
    }
}

/// The numbers of an integer type.
pub(crate) fn bounds(int: IntType) -> (i128, i128) {
    let bits = int.bits();
    if int.is_signed() { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) } else { (0, (1 << bits) - 1) }
}

/// How many elements of `size` bytes a list can have: addresses have at most 57
/// bits, of which a program has half.
fn longest(size: u32) -> i128 {
    if size == 0 { i128::from(i64::MAX) } else { (1 << 56) / i128::from(size) }
}

fn may_wrap(op: BinOp) -> bool {
    matches!(
        op,
        BinOp::Add(Overflow::Wrap)
            | BinOp::Sub(Overflow::Wrap)
            | BinOp::Mul(Overflow::Wrap)
            | BinOp::Shl(_)
    )
}

/// Whether a result that does not fit is never seen.
pub(crate) fn panics(op: BinOp) -> bool {
    matches!(
        op,
        BinOp::Add(Overflow::Panic) | BinOp::Sub(Overflow::Panic) | BinOp::Mul(Overflow::Panic)
    )
}

/// Between which numbers the result of `op` lies, seen as whole numbers.
pub(crate) fn range_of(op: BinOp, a: (i128, i128), b: (i128, i128)) -> Option<(i128, i128)> {
    Some(match op {
        BinOp::Add(_) => (a.0 + b.0, a.1 + b.1),
        BinOp::Sub(_) => (a.0 - b.1, a.1 - b.0),
        BinOp::Mul(_) => {
            let products = [
                a.0.checked_mul(b.0)?,
                a.0.checked_mul(b.1)?,
                a.1.checked_mul(b.0)?,
                a.1.checked_mul(b.1)?,
            ];
            (*products.iter().min()?, *products.iter().max()?)
        }
        // By what is at least one, numbers move toward zero.
        BinOp::Div if b.0 >= 1 => ((a.0 / b.0).min(a.0 / b.1), (a.1 / b.0).max(a.1 / b.1)),
        // The sign is the dividend's.
        BinOp::Rem => {
            let largest = b.0.abs().max(b.1.abs()) - 1;
            let low = if a.0 >= 0 { 0 } else { a.0.max(-largest.max(0)) };
            let high = if a.1 <= 0 { 0 } else { a.1.min(largest.max(0)) };
            (low, high)
        }
        BinOp::BitAnd if a.0 >= 0 && b.0 >= 0 => (0, a.1.min(b.1)),
        BinOp::BitAnd if b.0 >= 0 => (0, b.1),
        BinOp::BitAnd if a.0 >= 0 => (0, a.1),
        BinOp::Shr(_) if b.0 == b.1 && (0..64).contains(&b.0) => (a.0 >> b.0, a.1 >> b.0),
        BinOp::Min => (a.0.min(b.0), a.1.min(b.1)),
        BinOp::Max => (a.0.max(b.0), a.1.max(b.1)),
        _ => return None,
    })
}
