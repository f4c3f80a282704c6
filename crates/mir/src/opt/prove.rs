//! Proofs of inequalities between values, on demand.
//!
//! What comparisons, checks and definitions say is a graph of differences
//! `a - b <= c`; a proof is a path (Bodik, Gupta, Sarkar: ABCD, Eliminating
//! Array-Bounds Checks on Demand). A fact holds from where it was established
//! on. Around loops proofs are by induction: what is to be shown of a phi may
//! be assumed of its value in the round before.

use simple_source::Idx;
use simple_source::interner::FxHashMap;

use crate::analysis::{Cfg, Dominators};
use crate::function::*;
use crate::opt::values::{Made, Site, ValueId, Values, panics, range_of};

/// Steps of one proof.
const MAX_STEPS: u32 = 150;
/// Steps one after the other.
const MAX_DEPTH: u32 = 14;
/// Facts about one value that are tried.
const MAX_FACTS: usize = 24;

/// A point of a function: before a statement, or on an edge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) block: BlockId,
    pub(crate) statement: usize,
    /// The edge's target, if the point lies on one.
    pub(crate) edge: Option<BlockId>,
}

/// `left - right <= most`.
#[derive(Clone, Copy, Debug)]
struct Fact {
    other: Term,
    most: i128,
    from: Point,
}

/// The facts of a function and where they hold.
pub(crate) struct Prover<'a> {
    values: &'a Values,
    dominators: &'a Dominators,
    cfg: &'a Cfg,
    /// Of each value as the left side.
    above: FxHashMap<ValueId, Vec<Fact>>,
    /// Of each value as the right side.
    below: FxHashMap<ValueId, Vec<Fact>>,
    steps: u32,
    /// What is being shown of phis: left, right, and how it was asked first.
    assumed: Vec<(ValueId, Side, i128)>,
    /// Phis whose bounds are being looked for.
    bounding: Vec<ValueId>,
}

/// The other side of an inequality, of which one side is a phi.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    /// `phi - it <= c`.
    Right(Term),
    /// `it - phi <= c`.
    Left(Term),
}

/// A value or zero, with a number added.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Term {
    Zero,
    Value(ValueId),
}

impl<'a> Prover<'a> {
    /// Collects what the branches and checks of `function` say.
    pub(crate) fn new(
        function: &Function,
        values: &'a Values,
        cfg: &'a Cfg,
        dominators: &'a Dominators,
    ) -> Self {
        let mut prover = Self {
            values,
            dominators,
            cfg,
            above: FxHashMap::default(),
            below: FxHashMap::default(),
            steps: 0,
            assumed: Vec::new(),
            bounding: Vec::new(),
        };
        for &block in cfg.order() {
            let Some(condition) = values.conditions[block.index()] else { continue };
            let Terminator::Branch { then, otherwise, .. } = function.blocks[block].terminator
            else {
                continue;
            };
            if then != otherwise {
                prover.learn(condition, true, edge_point(cfg, block, then), 0);
                prover.learn(condition, false, edge_point(cfg, block, otherwise), 0);
            }
        }
        for site in &values.sites {
            if site.result.is_none() {
                prover.checked(site);
            }
        }
        prover
    }

    fn checked(&mut self, site: &Site) {
        let from = Point { block: site.block, statement: site.statement + 1, edge: None };
        self.note(site.left, site.right, -1, from);
        let fact = Fact { other: Term::Zero, most: 0, from };
        self.below.entry(site.left).or_default().push(fact);
    }

    /// What it means that a truth value is `holds`.
    fn learn(&mut self, condition: ValueId, holds: bool, from: Point, depth: u32) {
        match self.values.get(condition).made {
            Made::Not(inner) if depth < 8 => self.learn(inner, !holds, from, depth + 1),
            Made::Binary(BinOp::BitAnd, a, b, _) if holds && depth < 8 => {
                self.learn(a, true, from, depth + 1);
                self.learn(b, true, from, depth + 1);
            }
            Made::Binary(op, a, b, _) => match (op, holds) {
                (BinOp::Lt, true) | (BinOp::Ge, false) => self.note(a, b, -1, from),
                (BinOp::Le, true) | (BinOp::Gt, false) => self.note(a, b, 0, from),
                (BinOp::Gt, true) | (BinOp::Le, false) => self.note(b, a, -1, from),
                (BinOp::Ge, true) | (BinOp::Lt, false) => self.note(b, a, 0, from),
                (BinOp::Eq, true) | (BinOp::Ne, false) => {
                    self.note(a, b, 0, from);
                    self.note(b, a, 0, from);
                }
                // At an end of what it may be, a number that is not the other
                // is on this side of it.
                (BinOp::Ne, true) | (BinOp::Eq, false) => {
                    for (a, b) in [(a, b), (b, a)] {
                        let (x, y) = (self.values.get(a), self.values.get(b));
                        if y.low == y.high && x.low == y.low {
                            self.note(b, a, -1, from);
                        }
                        if y.low == y.high && x.high == y.low {
                            self.note(a, b, -1, from);
                        }
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn note(&mut self, left: ValueId, right: ValueId, most: i128, from: Point) {
        let fact = |other| Fact { other: Term::Value(other), most, from };
        self.above.entry(left).or_default().push(fact(right));
        self.below.entry(right).or_default().push(fact(left));
    }

    /// Whether `left - right <= most` whenever `at` is reached.
    pub(crate) fn at_most(&mut self, left: ValueId, right: ValueId, most: i128, at: Point) -> bool {
        self.steps = 0;
        self.assumed.clear();
        self.bounding.clear();
        self.prove(Term::Value(left), Term::Value(right), most, at, 0)
    }

    /// Whether a value is at least `least` whenever `at` is reached.
    pub(crate) fn is_at_least(&mut self, value: ValueId, least: i128, at: Point) -> bool {
        self.steps = 0;
        self.assumed.clear();
        self.bounding.clear();
        self.prove(Term::Zero, Term::Value(value), -least, at, 0)
    }

    /// Whether a value is at most `most` whenever `at` is reached.
    pub(crate) fn is_at_most(&mut self, value: ValueId, most: i128, at: Point) -> bool {
        self.steps = 0;
        self.assumed.clear();
        self.bounding.clear();
        self.prove(Term::Value(value), Term::Zero, most, at, 0)
    }

    /// Bounds of a value whenever `at` is reached.
    pub(crate) fn bounds(&mut self, value: ValueId, at: Point) -> (i128, i128) {
        self.steps = 0;
        self.assumed.clear();
        self.bounding.clear();
        let high = self.highest(value, at, 0);
        let mut low = self.values.get(value).low;
        if low < 0 {
            self.steps = 0;
            if self.prove(Term::Zero, Term::Value(value), 0, at, 0) {
                low = 0;
            } else {
                self.steps = 0;
                low = self.lowest(value, at, 0);
            }
        }
        (low, high)
    }

    fn holds(&self, fact: &Fact, at: Point) -> bool {
        match fact.from.edge {
            Some(_) => fact.from.block == at.block && fact.from.edge == at.edge,
            None if fact.from.block == at.block => fact.from.statement <= at.statement,
            None => self.dominators.dominates(fact.from.block, at.block),
        }
    }

    fn low_of(&self, term: Term) -> i128 {
        match term {
            Term::Zero => 0,
            Term::Value(value) => self.values.get(value).low,
        }
    }

    fn high_of(&self, term: Term) -> i128 {
        match term {
            Term::Zero => 0,
            Term::Value(value) => self.values.get(value).high,
        }
    }

    /// Shows `left - right <= most`.
    fn prove(&mut self, left: Term, right: Term, most: i128, at: Point, depth: u32) -> bool {
        if left == right {
            return most >= 0;
        }
        if self.high_of(left) - self.low_of(right) <= most {
            return true;
        }
        self.steps += 1;
        if depth > MAX_DEPTH || self.steps > MAX_STEPS {
            return false;
        }
        if let Term::Value(value) = left {
            for index in 0..self.above.get(&value).map_or(0, Vec::len).min(MAX_FACTS) {
                let fact = self.above[&value][index];
                if self.holds(&fact, at)
                    && self.prove(fact.other, right, most - fact.most, at, depth + 1)
                {
                    return true;
                }
            }
            if self.by_left(value, right, most, at, depth) {
                return true;
            }
        }
        if let Term::Value(value) = right {
            for index in 0..self.below.get(&value).map_or(0, Vec::len).min(MAX_FACTS) {
                let fact = self.below[&value][index];
                if self.holds(&fact, at)
                    && self.prove(left, fact.other, most - fact.most, at, depth + 1)
                {
                    return true;
                }
            }
            if self.by_right(left, value, most, at, depth) {
                return true;
            }
        }
        false
    }

    /// By what the left side is made of.
    fn by_left(&mut self, value: ValueId, right: Term, most: i128, at: Point, depth: u32) -> bool {
        match self.values.get(value).made {
            Made::Constant(constant) => {
                self.prove(Term::Zero, right, most - constant, at, depth + 1)
            }
            Made::Cast(from) if self.keeps(value, from) => {
                self.prove(Term::Value(from), right, most, at, depth + 1)
            }
            Made::Binary(BinOp::Min, a, b, _) => {
                self.prove(Term::Value(a), right, most, at, depth + 1)
                    || self.prove(Term::Value(b), right, most, at, depth + 1)
            }
            // `x % y < y` for `y > 0`.
            Made::Binary(BinOp::Rem, a, b, _) => {
                self.prove(Term::Value(b), right, most + 1, at, depth + 1)
                    && self.prove(Term::Zero, Term::Value(b), -1, at, depth + 1)
                    || self.values.get(a).low >= 0
                        && self.prove(Term::Value(a), right, most, at, depth + 1)
            }
            // No number above zero grows by division, nor by leaving bits out.
            Made::Binary(BinOp::Div, a, b, _) => {
                self.values.get(b).low >= 1
                    && self.prove(Term::Zero, Term::Value(a), 0, at, depth + 1)
                    && self.prove(Term::Value(a), right, most, at, depth + 1)
            }
            Made::Binary(BinOp::Shr(_), a, ..) => {
                self.prove(Term::Zero, Term::Value(a), 0, at, depth + 1)
                    && self.prove(Term::Value(a), right, most, at, depth + 1)
            }
            Made::Binary(BinOp::BitAnd, a, b, _) if self.values.get(value).int.is_some() => {
                [a, b].into_iter().any(|part| {
                    self.values.get(part).low >= 0
                        && self.prove(Term::Value(part), right, most, at, depth + 1)
                })
            }
            Made::Phi(_) => self.by_induction(value, Side::Right(right), most, depth),
            _ => match self.sum(value, depth) {
                Some((part, constant)) => {
                    self.prove(Term::Value(part), right, most - constant, at, depth + 1)
                }
                None => self.by_difference(value, right, most, at, depth),
            },
        }
    }

    /// `a - b` is at most `a` less the least `b`.
    fn by_difference(
        &mut self,
        value: ValueId,
        right: Term,
        most: i128,
        at: Point,
        depth: u32,
    ) -> bool {
        let Made::Binary(BinOp::Sub(mode), a, b, _) = self.values.get(value).made else {
            return false;
        };
        let least = self.values.get(b).low;
        (mode == Overflow::Panic || self.is_exact(value, depth))
            && self.prove(Term::Value(a), right, most + least, at, depth + 1)
    }

    /// By what the right side is made of.
    fn by_right(&mut self, left: Term, value: ValueId, most: i128, at: Point, depth: u32) -> bool {
        match self.values.get(value).made {
            Made::Constant(constant) => {
                self.prove(left, Term::Zero, most + constant, at, depth + 1)
            }
            Made::Cast(from) if self.keeps(value, from) => {
                self.prove(left, Term::Value(from), most, at, depth + 1)
            }
            Made::Binary(BinOp::Max, a, b, _) => {
                self.prove(left, Term::Value(a), most, at, depth + 1)
                    || self.prove(left, Term::Value(b), most, at, depth + 1)
            }
            // Quotients of numbers that are not below zero are not either.
            Made::Binary(BinOp::Div | BinOp::Shr(_) | BinOp::Rem, a, b, _)
                if left == Term::Zero && most >= 0 && self.values.get(b).low >= 0 =>
            {
                self.prove(Term::Zero, Term::Value(a), 0, at, depth + 1)
            }
            Made::Phi(_) => self.by_induction(value, Side::Left(left), most, depth),
            _ => match self.sum(value, depth) {
                Some((part, constant)) => {
                    self.prove(left, Term::Value(part), most + constant, at, depth + 1)
                }
                None => self.at_least_sum(left, value, most, at, depth),
            },
        }
    }

    /// `a + b` is at least one of them if the other is not below zero.
    fn at_least_sum(
        &mut self,
        left: Term,
        value: ValueId,
        most: i128,
        at: Point,
        depth: u32,
    ) -> bool {
        let Made::Binary(BinOp::Add(mode), a, b, _) = self.values.get(value).made else {
            return false;
        };
        if mode != Overflow::Panic && !self.is_exact(value, depth) {
            return false;
        }
        [(a, b), (b, a)].into_iter().any(|(one, other)| {
            self.prove(Term::Zero, Term::Value(other), 0, at, depth + 1)
                && self.prove(left, Term::Value(one), most, at, depth + 1)
        })
    }

    /// Whether a conversion leaves the number what it is.
    fn keeps(&self, value: ValueId, from: ValueId) -> bool {
        let (value, from) = (self.values.get(value), self.values.get(from));
        value.low <= from.low && from.high <= value.high
    }

    /// A value as a sum of another one and a number, if it is that as a whole
    /// number and not just in its low bits.
    fn sum(&mut self, value: ValueId, depth: u32) -> Option<(ValueId, i128)> {
        let (part, constant) = match self.values.get(value).made {
            Made::Binary(BinOp::Add(_), a, b, _) => match (self.constant(a), self.constant(b)) {
                (_, Some(constant)) => (a, constant),
                (Some(constant), _) => (b, constant),
                _ => return None,
            },
            Made::Binary(BinOp::Sub(_), a, b, _) => (a, -self.constant(b)?),
            _ => return None,
        };
        self.is_exact(value, depth).then_some((part, constant))
    }

    fn constant(&self, value: ValueId) -> Option<i128> {
        match self.values.get(value).made {
            Made::Constant(constant) => Some(constant),
            _ => None,
        }
    }

    /// Whether a sum or difference is one of whole numbers.
    fn is_exact(&mut self, value: ValueId, depth: u32) -> bool {
        let data = *self.values.get(value);
        let (Made::Binary(op, a, b, block), Some(_)) = (data.made, data.int) else { return false };
        if panics(op) {
            return true;
        }
        let (low, high) = type_bounds(&data);
        // Where it is computed; after all that is checked before in the block
        // is not known, so only what held at its start.
        let at = Point { block: block.unwrap_or(data.block), statement: 0, edge: None };
        match (op, self.constant(a), self.constant(b)) {
            (BinOp::Add(_), _, Some(constant)) => self.stays(a, constant, low, high, at, depth),
            (BinOp::Add(_), Some(constant), _) => self.stays(b, constant, low, high, at, depth),
            (BinOp::Sub(_), _, Some(constant)) => self.stays(a, -constant, low, high, at, depth),
            (BinOp::Add(_) | BinOp::Sub(_), ..) => {
                let (a, b) = (self.values.get(a), self.values.get(b));
                range_of(op, (a.low, a.high), (b.low, b.high))
                    .is_some_and(|range| low <= range.0 && range.1 <= high)
            }
            _ => false,
        }
    }

    /// Whether a value with `by` added stays within bounds.
    fn stays(
        &mut self,
        value: ValueId,
        by: i128,
        low: i128,
        high: i128,
        at: Point,
        depth: u32,
    ) -> bool {
        if by >= 0 {
            self.prove(Term::Value(value), Term::Zero, high - by, at, depth + 1)
        } else {
            self.prove(Term::Zero, Term::Value(value), -(low - by), at, depth + 1)
        }
    }

    /// Shows an inequality of a phi for all of its arguments.
    fn by_induction(&mut self, phi: ValueId, side: Side, most: i128, depth: u32) -> bool {
        let data = self.values.get(phi);
        let Made::Phi(number) = data.made else { return false };
        let (Side::Left(other) | Side::Right(other)) = side;
        // The other side must be what it is for as long as the phi's block is
        // gone through again.
        if let Term::Value(other) = other
            && self.constant(other).is_none()
        {
            let from = self.values.get(other).block;
            if from == data.block || !self.dominators.dominates(from, data.block) {
                return false;
            }
        }
        if let Some(known) =
            self.assumed.iter().find(|(value, known, _)| *value == phi && *known == side)
        {
            return known.2 <= most;
        }
        if self.values.phis[number as usize].args.is_empty() {
            return false;
        }
        self.assumed.push((phi, side, most));
        let block = data.block;
        let mut all = true;
        for index in 0..self.values.phis[number as usize].args.len() {
            let (from, arg) = self.values.phis[number as usize].args[index];
            let at = edge_point(self.cfg, from, block);
            let arg = Term::Value(arg);
            all = match side {
                Side::Right(right) => self.prove(arg, right, most, at, depth + 1),
                Side::Left(left) => self.prove(left, arg, most, at, depth + 1),
            };
            if !all {
                break;
            }
        }
        self.assumed.pop();
        all
    }

    /// An upper bound of a value at a point.
    fn highest(&mut self, value: ValueId, at: Point, depth: u32) -> i128 {
        let data = *self.values.get(value);
        let mut high = data.high;
        self.steps += 1;
        if depth > 6 || self.steps > MAX_STEPS || data.low == data.high {
            return high;
        }
        for index in 0..self.above.get(&value).map_or(0, Vec::len).min(MAX_FACTS) {
            let fact = self.above[&value][index];
            if self.holds(&fact, at) {
                let other = match fact.other {
                    Term::Zero => 0,
                    Term::Value(other) => self.highest(other, at, depth + 3),
                };
                high = high.min(other + fact.most);
            }
        }
        match data.made {
            Made::Phi(number) => {
                if high == data.high && !self.bounding.contains(&value) {
                    self.bounding.push(value);
                    let mut most = None;
                    for index in 0..self.values.phis[number as usize].args.len() {
                        let (from, arg) = self.values.phis[number as usize].args[index];
                        let at = edge_point(self.cfg, from, data.block);
                        let bound = self.highest(arg, at, depth + 1);
                        most = Some(most.map_or(bound, |most: i128| most.max(bound)));
                    }
                    self.bounding.pop();
                    high = most.map_or(high, |most| high.min(most));
                }
            }
            Made::Binary(BinOp::Add(mode), a, b, _) => {
                if mode == Overflow::Panic || self.is_exact(value, depth) {
                    let sum = self.highest(a, at, depth + 1) + self.highest(b, at, depth + 1);
                    high = high.min(sum);
                }
            }
            Made::Binary(BinOp::Sub(mode), a, b, _) => {
                if mode == Overflow::Panic || self.is_exact(value, depth) {
                    high = high.min(self.highest(a, at, depth + 1) - self.values.get(b).low);
                }
            }
            Made::Binary(BinOp::Div, a, b, _) if self.values.get(b).low >= 1 => {
                let most = self.highest(a, at, depth + 1);
                let by = self.values.get(b).low;
                high = high.min(if most >= 0 { most / by } else { 0 });
            }
            Made::Cast(from) if self.keeps(value, from) => {
                high = high.min(self.highest(from, at, depth + 1));
            }
            _ => {}
        }
        high
    }

    /// A lower bound of a value at a point, without looking around loops.
    fn lowest(&mut self, value: ValueId, at: Point, depth: u32) -> i128 {
        let data = *self.values.get(value);
        let mut low = data.low;
        self.steps += 1;
        if depth > 6 || self.steps > MAX_STEPS || low >= 0 {
            return low;
        }
        if self.prove(Term::Zero, Term::Value(value), 0, at, MAX_DEPTH - 4) {
            return 0;
        }
        match data.made {
            Made::Binary(BinOp::Add(mode), a, b, _)
                if mode == Overflow::Panic || self.is_exact(value, depth) =>
            {
                let sum = self.lowest(a, at, depth + 1) + self.lowest(b, at, depth + 1);
                low = low.max(sum);
            }
            Made::Binary(BinOp::Sub(mode), a, b, _)
                if mode == Overflow::Panic || self.is_exact(value, depth) =>
            {
                low = low.max(self.lowest(a, at, depth + 1) - self.highest(b, at, depth + 1));
            }
            Made::Binary(BinOp::Div, a, b, _) if self.values.get(b).low >= 1 => {
                let least = self.lowest(a, at, depth + 1);
                low = low.max(if least < 0 { least / self.values.get(b).low } else { 0 });
            }
            _ => {}
        }
        low
    }
}

fn type_bounds(value: &crate::opt::values::Value) -> (i128, i128) {
    value.int.map_or((0, 1), crate::opt::values::bounds)
}

/// The point on the edge between two blocks: the target's start if there is no
/// other way to it.
fn edge_point(cfg: &Cfg, from: BlockId, to: BlockId) -> Point {
    if cfg.predecessors(to).len() == 1 {
        Point { block: to, statement: 0, edge: None }
    } else {
        Point { block: from, statement: usize::MAX, edge: Some(to) }
    }
}
