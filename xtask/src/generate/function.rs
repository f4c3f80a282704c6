//! One function at a time: statements that fill its lines, of expressions that
//! cannot overflow.
//!
//! The four languages differ where numbers overflow, so none may. Every local
//! integer lies within [`LOCAL`]: what is assigned is a remainder, and what is
//! added to it is small ([`ADDED`]). Every float lies within [`FLOAT`]: what is
//! assigned shrinks it. Expressions carry the bound of their value, and take a
//! remainder where it becomes large.

use super::program::{Condition, Expr, Function, FunctionIndex, MODULUS, Operator, Place};
use super::program::{Signature, Statement, Type};
use super::random::Random;

/// Lines of a function, the empty one after it included.
pub(super) const LINES: usize = 15;

/// Lines of a body: without its header, its closing brace and the empty line.
const BODY_LINES: usize = LINES - 3;

/// No integer local, parameter or field is further from 0.
const LOCAL: i64 = 2_000_000;

/// No addition in place adds more. A function has fewer than 12 of them, in
/// loops of at most [`ROUNDS`] rounds: they stay below `LOCAL - MODULUS`.
const ADDED: i64 = 1000;

/// Rounds of a counted loop.
const ROUNDS: i64 = 8;

/// No float is further from 0.
const FLOAT: i64 = 1000;

/// No integer expression is further from 0.
const EXPRESSION: i64 = 1 << 60;

/// Calls within calls. A function has at most two calls, none in a loop, so
/// calling it is `2 ^ DEPTH` calls at most.
const DEPTH: u8 = 4;

const VERBS: [&str; 8] = ["scan", "merge", "score", "weigh", "blend", "trace", "divide", "probe"];

/// An earlier function, as those after it see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Callee {
    pub(super) index: FunctionIndex,
    pub(super) signature: Signature,
    /// Calls within calls in it, 0 if it calls nothing.
    pub(super) depth: u8,
}

/// Makes the function `index`, which may call what is in `earlier`.
pub(super) fn make(
    index: FunctionIndex,
    earlier: &[Callee],
    random: &mut Random,
) -> (Function, Callee) {
    let signature = match random.below(4) {
        0 => Signature::Record,
        1 => Signature::Floats,
        _ => Signature::Integers,
    };
    let mut maker = Maker {
        random,
        earlier,
        integers: Vec::new(),
        fixed: Vec::new(),
        floats: Vec::new(),
        records: Vec::new(),
        calls: 0,
        depth: 0,
    };
    let body = maker.body(signature);
    let depth = maker.depth;
    debug_assert_eq!(body.iter().map(Statement::lines).sum::<usize>(), BODY_LINES);
    let name = format!("{}_{}", maker.random.of(&VERBS), index.0);
    (Function { name, signature, body }, Callee { index, signature, depth })
}

/// Makes a function that calls all of `callees`, which are at most
/// [`calls_of_a_group`].
pub(super) fn make_group(
    index: FunctionIndex,
    callees: &[Callee],
    random: &mut Random,
) -> (Function, Callee) {
    let total = Place { local: "total", field: None };
    let mut body =
        vec![Statement::Let { name: "total", ty: Type::Int, value: Expr::local("a").rem(MODULUS) }];
    let mut pairs = callees.chunks(CALLS_OF_A_LINE);
    for _ in 0..BODY_LINES - 2 {
        let value = match pairs.next() {
            Some(pair) => calls(pair, random),
            None => {
                let factor = Expr::Int(random.between(2, 999));
                let product = Expr::binary(Operator::Mul, Expr::local("total"), factor);
                Expr::binary(Operator::Add, product, Expr::local("b"))
            }
        };
        body.push(Statement::Assign { place: total, value: value.rem(MODULUS) });
    }
    body.push(Statement::Result { value: Expr::local("total") });
    let signature = Signature::Integers;
    let depth = DEPTH;
    (
        Function { name: format!("group_{}", index.0), signature, body },
        Callee { index, signature, depth },
    )
}

const CALLS_OF_A_LINE: usize = 2;

/// How many calls a group makes.
pub(super) const fn calls_of_a_group() -> usize {
    (BODY_LINES - 2) * CALLS_OF_A_LINE
}

/// `total` and the results of some functions, added.
pub(super) fn calls(callees: &[Callee], random: &mut Random) -> Expr {
    let mut value = Expr::local("total");
    for callee in callees {
        let total = Expr::local("total");
        let first = match callee.signature {
            // An integer of any size will do, which keeps the line short.
            Signature::Record => total,
            Signature::Integers | Signature::Floats => total.rem(random.between(3, 999)),
        };
        let second = Expr::Int(random.between(1, 99));
        value = Expr::binary(Operator::Add, value, call(*callee, first, second));
    }
    value
}

/// A call with two integers as arguments; the first lies within [`FLOAT`].
fn call(callee: Callee, first: Expr, second: Expr) -> Expr {
    let call = |first, second| Expr::Call(callee.index, vec![first, second]);
    match callee.signature {
        Signature::Integers => call(first, second),
        Signature::Record => {
            let fields = vec![first, second.clone(), Expr::Float(0.5)];
            call(Expr::Record(fields), second)
        }
        Signature::Floats => {
            let float = call(Expr::ToFloat(Box::new(first)), second);
            let scaled = Expr::binary(Operator::Mul, float, Expr::Float(8.0));
            Expr::ToInt(Box::new(scaled))
        }
    }
}

/// An integer expression and how far from 0 it can be.
struct Bounded {
    expr: Expr,
    bound: i64,
}

struct Maker<'a> {
    random: &'a mut Random,
    earlier: &'a [Callee],
    /// Integer locals that may be assigned.
    integers: Vec<&'static str>,
    /// Integers that may only be read, with their bounds.
    fixed: Vec<(Expr, i64)>,
    /// Float locals that may be assigned.
    floats: Vec<&'static str>,
    /// Record locals, whose fields may be assigned.
    records: Vec<&'static str>,
    calls: u8,
    depth: u8,
}

impl Maker<'_> {
    fn body(&mut self, signature: Signature) -> Vec<Statement> {
        let mut body = Vec::new();
        for (name, ty) in signature.parameters() {
            match ty {
                Type::Int => self.fixed.push((Expr::local(name), LOCAL)),
                Type::Record => {
                    self.fixed.push((Expr::field(name, "low"), LOCAL));
                    self.fixed.push((Expr::field(name, "high"), LOCAL));
                }
                Type::Float => {}
            }
        }
        let total = self.assigned();
        body.push(Statement::Let { name: "total", ty: Type::Int, value: total });
        self.integers.push("total");
        let float = match signature {
            Signature::Integers => None,
            Signature::Record => Some(Expr::field("r", "weight")),
            Signature::Floats => Some(Expr::local("x")),
        };
        if let Some(float) = float {
            let half = Expr::binary(Operator::Mul, float, Expr::Float(0.5));
            body.push(Statement::Let { name: "scale", ty: Type::Float, value: half });
            self.floats.push("scale");
        }
        loop {
            let used: usize = body.iter().map(Statement::lines).sum();
            let left = BODY_LINES - 1 - used;
            if left == 0 {
                break;
            }
            self.statement(left, &mut body);
        }
        let value = self.result(signature.result());
        body.push(Statement::Result { value });
        body
    }

    /// Adds a statement of at most so many lines at the function's level, or a
    /// loop with what it counts down.
    fn statement(&mut self, lines: usize, body: &mut Vec<Statement>) {
        match self.random.below(9) {
            0 if self.integers.len() < 3 => {
                let name = ["total", "count", "best"][self.integers.len()];
                let value = self.assigned();
                body.push(Statement::Let { name, ty: Type::Int, value });
                self.integers.push(name);
            }
            1 if self.records.is_empty() => {
                let low = self.assigned();
                let high = self.small();
                let remainder = self.leaf().expr.rem(self.random.between(2, FLOAT));
                let weight = Expr::ToFloat(Box::new(remainder));
                let value = Expr::Record(vec![low, high, weight]);
                body.push(Statement::Let { name: "sample", ty: Type::Record, value });
                self.records.push("sample");
                self.fixed.push((Expr::field("sample", "low"), LOCAL));
                self.fixed.push((Expr::field("sample", "high"), LOCAL));
            }
            2 if self.floats.is_empty() => {
                let value = Expr::ToFloat(Box::new(self.small()));
                body.push(Statement::Let { name: "scale", ty: Type::Float, value });
                self.floats.push("scale");
            }
            3 | 4 if self.calls < 2 => {
                let value = self.call();
                let place = self.integer_place();
                body.push(Statement::Assign { place, value });
            }
            5 if lines >= 5 && !body.iter().any(|s| matches!(s, Statement::While { .. })) => {
                let mask = Expr::Int(self.random.of(&[255, 511, 1023]));
                let masked = self.integer(1).expr;
                let value = Expr::binary(Operator::And, masked, mask);
                body.push(Statement::Let { name: "rest", ty: Type::Int, value });
                let condition = Condition {
                    left: Expr::local("rest"),
                    comparison: ">",
                    right: Expr::Int(self.random.between(0, 9)),
                };
                self.fixed.push((Expr::local("rest"), 1023));
                let divisor = Expr::Int(self.random.between(3, 7));
                let inner = vec![
                    self.simple(),
                    Statement::Assign {
                        place: Place { local: "rest", field: None },
                        value: Expr::binary(Operator::Div, Expr::local("rest"), divisor),
                    },
                ];
                body.push(Statement::While { condition, body: inner });
            }
            6 if lines >= 7 => {
                let inner = self.conditional(5, "i");
                body.push(self.counted("i", inner));
            }
            6 | 7 if lines >= 4 => {
                let counter = (Expr::local("i"), ROUNDS);
                self.fixed.push(counter);
                let inner = vec![self.simple(), self.simple()];
                self.fixed.pop();
                body.push(self.counted("i", inner));
            }
            8 if lines >= 3 => {
                let statement = self.conditional(lines, "");
                body.push(statement.into_iter().next().expect("it is one statement"));
            }
            _ => body.push(self.simple()),
        }
    }

    fn counted(&mut self, counter: &'static str, body: Vec<Statement>) -> Statement {
        Statement::For { counter, count: self.random.between(2, ROUNDS), body }
    }

    /// An `if`, with an `else` if there are lines for it.
    fn conditional(&mut self, lines: usize, counter: &'static str) -> Vec<Statement> {
        if !counter.is_empty() {
            self.fixed.push((Expr::local(counter), ROUNDS));
        }
        let divisor = self.random.between(2, 9);
        let condition = Condition {
            left: self.leaf().expr.rem(divisor),
            comparison: self.random.of(&["==", "!=", "<", ">"]),
            right: Expr::Int(self.random.between(0, divisor - 1)),
        };
        let then = vec![self.simple()];
        let otherwise =
            if lines >= 5 && !self.random.once_in(3) { vec![self.simple()] } else { Vec::new() };
        if !counter.is_empty() {
            self.fixed.pop();
        }
        vec![Statement::If { condition, then, otherwise }]
    }

    /// A statement of one line that can stand in a loop.
    fn simple(&mut self) -> Statement {
        match self.random.below(6) {
            0 | 1 => Statement::Add { place: self.integer_place(), value: self.small() },
            2 if !self.floats.is_empty() => {
                let local = self.random.of(&self.floats);
                Statement::Assign { place: Place { local, field: None }, value: self.float() }
            }
            _ => Statement::Assign { place: self.integer_place(), value: self.assigned() },
        }
    }

    fn integer_place(&mut self) -> Place {
        if !self.records.is_empty() && self.random.once_in(3) {
            let field = self.random.of(&["low", "high"]);
            return Place { local: self.records[0], field: Some(field) };
        }
        Place { local: self.random.of(&self.integers), field: None }
    }

    /// An integer that any local may be assigned.
    fn assigned(&mut self) -> Expr {
        let value = self.integer(2);
        if value.bound < MODULUS { value.expr } else { value.expr.rem(MODULUS) }
    }

    /// An integer that may be added to any local.
    fn small(&mut self) -> Expr {
        let value = self.integer(1);
        if value.bound < ADDED {
            value.expr
        } else {
            let divisor = self.random.between(2, ADDED);
            value.expr.rem(divisor)
        }
    }

    /// A float that any float local may be assigned: at most
    /// `0.5 * FLOAT + 0.25 * FLOAT + 100 <= FLOAT`.
    fn float(&mut self) -> Expr {
        let factor = |value, factor| Expr::binary(Operator::Mul, value, Expr::Float(factor));
        let half = self.random.of(&[0.5, 0.375, 0.125]);
        let first = match self.floats.first() {
            Some(local) => Expr::local(local),
            None => Expr::ToFloat(Box::new(self.small())),
        };
        let second = Expr::ToFloat(Box::new(self.small()));
        let constant = self.random.between(1, 799);
        let sum = Expr::binary(Operator::Add, factor(first, half), factor(second, 0.25));
        // Eighths are exact.
        Expr::binary(Operator::Add, sum, Expr::Float(constant as f64 / 8.0))
    }

    /// A call of an earlier function, if one is shallow enough.
    fn call(&mut self) -> Expr {
        let shallow = self.earlier.len().min(400);
        let recent = &self.earlier[self.earlier.len() - shallow..];
        let callee = (shallow > 0).then(|| recent[self.random.below(shallow)]);
        let Some(callee) = callee.filter(|callee| callee.depth + 1 < DEPTH) else {
            return self.assigned();
        };
        self.calls += 1;
        self.depth = self.depth.max(callee.depth + 1);
        let first = self.leaf().expr.rem(FLOAT);
        let second = self.leaf().expr.rem(self.random.between(2, ADDED));
        let added = self.leaf().expr;
        Expr::binary(Operator::Add, call(callee, first, second), added).rem(MODULUS)
    }

    /// An integer, of at most `2 ^ depth` leaves.
    fn integer(&mut self, depth: u8) -> Bounded {
        if depth == 0 {
            return self.leaf();
        }
        let left = self.integer(depth - 1);
        let constant = |random: &mut Random, low, high| {
            let value = random.between(low, high);
            Bounded { expr: Expr::Int(value), bound: value }
        };
        let (operator, right, bound) = match self.random.below(10) {
            0..=2 => {
                let right = self.integer(depth - 1);
                let bound = left.bound + right.bound;
                (Operator::Add, right, bound)
            }
            3 => {
                let right = self.integer(depth - 1);
                let bound = left.bound + right.bound;
                (Operator::Sub, right, bound)
            }
            4 | 5 => {
                let right = constant(self.random, 2, 999);
                match left.bound.checked_mul(right.bound) {
                    Some(bound) if bound < EXPRESSION => (Operator::Mul, right, bound),
                    _ => (Operator::Rem, constant(self.random, 7, 9999), 9999),
                }
            }
            6 => (Operator::Rem, constant(self.random, 7, 9999), 9999),
            7 => {
                let right = constant(self.random, 2, 99);
                let bound = left.bound;
                (Operator::Div, right, bound)
            }
            8 => {
                let right = constant(self.random, 15, 4095);
                let bound = right.bound;
                (Operator::And, right, bound)
            }
            _ if self.random.once_in(2) => {
                let right = constant(self.random, 1, 9);
                let bound = left.bound;
                (Operator::Shr, right, bound)
            }
            _ => {
                let right = constant(self.random, 1, 4095);
                // The bits of both.
                let bound = 2 * left.bound.max(right.bound);
                (Operator::Xor, right, bound)
            }
        };
        Bounded { expr: Expr::binary(operator, left.expr, right.expr), bound }
    }

    /// A local, a field or a parameter.
    fn leaf(&mut self) -> Bounded {
        let choice = self.random.below(self.fixed.len() + 2 * self.integers.len());
        match self.fixed.get(choice) {
            Some((expr, bound)) => Bounded { expr: expr.clone(), bound: *bound },
            None => {
                let local = self.integers[(choice - self.fixed.len()) / 2];
                Bounded { expr: Expr::local(local), bound: LOCAL }
            }
        }
    }

    /// A result that depends on every local: Go refuses those that are not read.
    fn result(&mut self, ty: Type) -> Expr {
        let add = |left, right| Expr::binary(Operator::Add, left, right);
        let mut sum = Expr::local(self.integers[0]);
        for name in &self.integers[1..] {
            sum = add(sum, Expr::local(name));
        }
        for name in &self.records {
            sum = add(sum, Expr::field(name, "low"));
        }
        let scaled = self
            .floats
            .first()
            .map(|name| Expr::binary(Operator::Mul, Expr::local(name), Expr::Float(0.5)));
        match (ty, scaled) {
            (Type::Float, Some(scaled)) => add(scaled, Expr::ToFloat(Box::new(sum.rem(100)))),
            (Type::Float, None) => Expr::ToFloat(Box::new(sum.rem(FLOAT))),
            (_, Some(scaled)) => add(sum, Expr::ToInt(Box::new(scaled))).rem(MODULUS),
            (_, None) => sum.rem(MODULUS),
        }
    }
}
