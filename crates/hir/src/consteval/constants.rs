//! All constants of a program.

use std::cell::{Cell, OnceCell};

use simple_source::{Diagnostic, IndexVec};

use super::{Context, Failure, evaluate};
use crate::body::{ExprKind, MethodRef};
use crate::codes;
use crate::def::{ConstId, ConstValue, Program};
use crate::effects::{self, Effect};
use crate::program::Resolved;

/// What became of a constant.
#[derive(Clone, Debug)]
enum Outcome {
    /// The compiler knows its value.
    Known(ConstValue),
    /// The running program computes it when it first needs it.
    Deferred,
    /// It was refused.
    Refused,
}

/// Evaluates every constant whose body was checked without errors, each once
/// and after those that it needs.
pub(crate) fn evaluate_all(program: &mut Program, diagnostics: &mut Vec<Diagnostic>) {
    let evaluation = Evaluation {
        program,
        outcomes: (0..program.consts.len()).map(|_| OnceCell::new()).collect(),
        running: (0..program.consts.len()).map(|_| Cell::new(false)).collect(),
        stack: Default::default(),
        diagnostics: Default::default(),
    };
    for constant in program.consts.indices() {
        evaluation.outcome(constant);
    }
    let Evaluation { outcomes, diagnostics: found, .. } = evaluation;
    diagnostics.extend(found.into_inner());
    for (constant, outcome) in outcomes.into_raw().into_iter().enumerate() {
        let def = &mut program.consts[ConstId(constant as u32)];
        match outcome.into_inner() {
            Some(Outcome::Known(value)) => def.value = Some(value),
            Some(Outcome::Deferred) => def.deferred = true,
            Some(Outcome::Refused) | None => {}
        }
    }
}

struct Evaluation<'p> {
    program: &'p Program,
    outcomes: IndexVec<ConstId, OnceCell<Outcome>>,
    running: IndexVec<ConstId, Cell<bool>>,
    /// The constants that are being evaluated, outermost first.
    stack: std::cell::RefCell<Vec<ConstId>>,
    diagnostics: std::cell::RefCell<Vec<Diagnostic>>,
}

impl Evaluation<'_> {
    /// What a constant is, evaluated if it was not yet. A circle is refused at
    /// the first of its constants that is met.
    fn outcome(&self, constant: ConstId) -> &Outcome {
        const REFUSED: &Outcome = &Outcome::Refused;
        if let Some(known) = self.outcomes[constant].get() {
            return known;
        }
        if self.running[constant].get() {
            self.report_circle(constant);
            return REFUSED;
        }
        self.running[constant].set(true);
        self.stack.borrow_mut().push(constant);
        let outcome = self.compute(constant);
        self.stack.borrow_mut().pop();
        self.outcomes[constant].get_or_init(|| outcome)
    }

    fn compute(&self, constant: ConstId) -> Outcome {
        let program = self.program;
        let Some(body) = program.const_body(constant) else { return Outcome::Refused };
        let context = Context {
            types: &program.types,
            functions: &program.functions,
            adts: &program.adts,
            lang: &program.lang,
            interner: &program.session.interner,
            body: &|function| program.body(function),
            constant: &|constant| match self.outcome(constant) {
                Outcome::Known(value) => Ok(value.clone()),
                Outcome::Deferred => Err(Failure::Deferred),
                Outcome::Refused => Err(Failure::Diagnosed),
            },
            method: &|method: MethodRef| match program.resolve_method(method) {
                Some(Resolved::Fn(function)) => Some(function),
                _ => None,
            },
        };
        let failure = match evaluate(context, body) {
            Ok(value) => return Outcome::Known(value),
            Err(failure) => failure,
        };
        let failure = match failure {
            Failure::Deferred => {
                let effect = || {
                    effects::find(program, body, |_| true)
                        .map(|(span, effect)| Failure::Impossible(span, why_not_constant(&effect)))
                };
                match self.refused_part(body).or_else(effect) {
                    Some(failure) => failure,
                    None => return Outcome::Deferred,
                }
            }
            other => other,
        };
        self.diagnostics.borrow_mut().extend(failure.diagnostic());
        Outcome::Refused
    }

    /// A constant in a body that is itself refused: nothing more is said.
    fn refused_part(&self, body: &crate::Body) -> Option<Failure> {
        let refused = body.exprs.iter().any(|expr| match expr.kind {
            ExprKind::Const(constant) => matches!(self.outcome(constant), Outcome::Refused),
            _ => false,
        });
        refused.then_some(Failure::Diagnosed)
    }

    fn report_circle(&self, constant: ConstId) {
        let stack = self.stack.borrow();
        let start = stack.iter().position(|other| *other == constant).unwrap_or(0);
        self.diagnostics.borrow_mut().push(circle(self.program, &stack[start..]));
    }
}

/// Says that constants need each other; the first one is told.
pub(crate) fn circle(program: &Program, way: &[ConstId]) -> Diagnostic {
    let name = |constant: ConstId| program.text(program.consts[constant].name);
    let first = way[0];
    let names: Vec<String> =
        way.iter().chain([&first]).map(|constant| format!("`{}`", name(*constant))).collect();
    Diagnostic::error(
        &codes::CONST_CIRCLE,
        program.consts[first].span,
        format!("the value of `{}` depends on itself", name(first)),
    )
    .label("needs its own value")
    .note(match names.as_slice() {
        [first, second, rest @ ..] if first != second => {
            let rest: String = rest.iter().map(|name| format!(", which needs {name}")).collect();
            format!("{first} needs {second}{rest}")
        }
        _ => format!("`{}` stands in its own value", name(first)),
    })
}

/// Why a constant cannot do this.
fn why_not_constant(effect: &Effect) -> String {
    match effect {
        Effect::Variable => "it is a variable, not a `const`".to_owned(),
        Effect::Instance => "an instance of a class is shared and can change".to_owned(),
        Effect::Print => "`print` writes, which only a running program does".to_owned(),
        Effect::Outside(name) => {
            format!("`{name}` looks outside, which only a running program does")
        }
    }
}
