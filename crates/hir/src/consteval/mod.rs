//! Constants evaluated by the compiler.
//!
//! In goes the body of a constant; out comes its value, or the diagnostic that
//! says why it has none. It is an interpreter of checked bodies: everything is
//! typed and resolved, so what can go wrong is what would be a panic at run
//! time, an effect, or too much work.
//!
//! What only computes but needs the runtime (text that is searched, closures,
//! hashes of a type's own) is *deferred*: the program computes it when it first
//! needs the constant. Nobody can tell the difference but by a panic.

mod arithmetic;
mod call;
mod constants;
mod frame;
mod intrinsic;
mod pattern;
mod text;

use std::sync::Arc;

use simple_source::{Diagnostic, IndexVec, Interner, Span};

use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::ty::TyInterner;
pub(crate) use constants::{circle, evaluate_all};
use frame::Frame;

/// Steps after which evaluation gives up.
const MAX_STEPS: u32 = 10_000_000;
/// Making so many bytes of text counts as a step.
const BYTES_OF_A_STEP: usize = 16;
/// Calls and nested expressions after which it gives up: each takes stack of
/// the compiler.
const MAX_DEPTH: u32 = 400;

/// What an evaluation may look at.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) types: &'a TyInterner,
    pub(crate) functions: &'a IndexVec<FnId, FnDef>,
    pub(crate) adts: &'a IndexVec<AdtId, AdtDef>,
    pub(crate) lang: &'a LangItems,
    pub(crate) interner: &'a Interner,
    /// The body of a function, checked if it was not yet.
    pub(crate) body: &'a dyn Fn(FnId) -> Option<&'a Body>,
    /// The value of another constant.
    pub(crate) constant: &'a dyn Fn(ConstId) -> Result<ConstValue, Failure>,
    /// The function that a trait's method is for known types.
    pub(crate) method: &'a dyn Fn(MethodRef) -> Option<FnRef>,
}

/// What more is known of a panic than its message.
type Detail = Option<String>;

/// Why there is no value.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// Something was diagnosed elsewhere.
    Diagnosed,
    /// It would panic with this message, for this reason.
    Panics(Span, String, Detail),
    /// This part has an effect that a constant cannot have, for this reason.
    Impossible(Span, String),
    /// The runtime is needed.
    Deferred,
    /// Too many steps.
    Steps(Span),
}

/// Evaluates the body of a constant.
pub(crate) fn evaluate(context: Context<'_>, body: &Body) -> Result<ConstValue, Failure> {
    let Some(root) = body.root else { return Err(Failure::Diagnosed) };
    let mut machine = Machine { context, steps: 0, depth: 0 };
    let mut frame = Frame::new(body, &[]);
    match machine.expr(&mut frame, root) {
        // The program would hold each part, also those that are shared here.
        Ok(value) if whole(&value) > MAX_STEPS as usize => {
            Err(Failure::Steps(body.exprs[root].span))
        }
        Ok(value) => Ok(value),
        Err(Exit::Failed(failure)) => Err(failure),
        // The checker allows neither outside functions and loops.
        Err(Exit::Return(value) | Exit::Break(value)) => Ok(value),
        Err(Exit::Continue) => Err(Failure::Diagnosed),
    }
}

impl Failure {
    /// What to tell the user.
    pub(crate) fn diagnostic(self) -> Option<Diagnostic> {
        Some(match self {
            Self::Diagnosed | Self::Deferred => return None,
            Self::Panics(span, message, detail) => Diagnostic::error(
                &codes::CONST_PANICS,
                span,
                format!("evaluating this constant panics: {message}"),
            )
            .label(detail.unwrap_or_else(|| "panics".to_owned())),
            Self::Impossible(span, reason) => Diagnostic::error(
                &codes::NOT_CONSTANT,
                span,
                format!("the compiler cannot evaluate this: {reason}"),
            )
            .label("not a constant"),
            Self::Steps(span) => Diagnostic::error(
                &codes::CONST_STEPS,
                span,
                "evaluating this constant takes too many steps",
            )
            .label(format!("given up after {MAX_STEPS} steps")),
        })
    }
}

/// How an expression was left without a value of its own.
#[derive(Clone, Debug)]
enum Exit {
    Failed(Failure),
    Return(ConstValue),
    Break(ConstValue),
    Continue,
}

type Flow = Result<ConstValue, Exit>;

struct Machine<'a> {
    context: Context<'a>,
    steps: u32,
    depth: u32,
}

/// The parts of a value that are copied with it: all but those of lists, dicts
/// and sets, which are shared.
fn parts(value: &ConstValue) -> usize {
    match value {
        ConstValue::Tuple(fields) | ConstValue::Adt(_, fields) => {
            fields.iter().map(|field| 1 + parts(field)).sum()
        }
        _ => 0,
    }
}

/// All parts of a value, shared ones as often as they occur; not much more than
/// [`MAX_STEPS`], so that counting ends.
fn whole(value: &ConstValue) -> usize {
    fn count(value: &ConstValue, sum: &mut usize) {
        *sum += 1;
        if *sum > MAX_STEPS as usize {
            return;
        }
        match value {
            ConstValue::Tuple(parts) | ConstValue::Adt(_, parts) => {
                parts.iter().for_each(|part| count(part, sum));
            }
            ConstValue::List(parts) | ConstValue::Set(parts) => {
                parts.iter().for_each(|part| count(part, sum));
            }
            ConstValue::Dict(pairs) => {
                for (key, value) in pairs.iter() {
                    count(key, sum);
                    count(value, sum);
                }
            }
            _ => {}
        }
    }
    let mut sum = 0;
    count(value, &mut sum);
    sum
}

impl Machine<'_> {
    fn panics<T>(span: Span, message: impl Into<String>) -> Result<T, Exit> {
        Err(Exit::Failed(Failure::Panics(span, message.into(), None)))
    }

    fn impossible<T>(span: Span, reason: impl Into<String>) -> Result<T, Exit> {
        Err(Exit::Failed(Failure::Impossible(span, reason.into())))
    }

    /// What the running program has to compute.
    fn defer<T>() -> Result<T, Exit> {
        Err(Exit::Failed(Failure::Deferred))
    }

    /// Counts work and memory that one step does not cover.
    fn spend(&mut self, amount: usize, span: Span) -> Result<(), Exit> {
        self.steps = self.steps.saturating_add(u32::try_from(amount).unwrap_or(u32::MAX));
        if self.steps > MAX_STEPS {
            return Err(Exit::Failed(Failure::Steps(span)));
        }
        Ok(())
    }

    /// A copy of a value. Parts of tuples and the like are copied too.
    fn copy(&mut self, value: &ConstValue, span: Span) -> Flow {
        self.spend(parts(value), span)?;
        Ok(value.clone())
    }

    fn expr(&mut self, frame: &mut Frame<'_>, id: ExprId) -> Flow {
        let span = frame.body.exprs[id].span;
        self.steps += 1;
        self.depth += 1;
        if self.steps > MAX_STEPS || self.depth > MAX_DEPTH {
            return Err(Exit::Failed(Failure::Steps(span)));
        }
        let result = self.expr_inner(frame, id, span);
        self.depth -= 1;
        result
    }

    fn expr_inner(&mut self, frame: &mut Frame<'_>, id: ExprId, span: Span) -> Flow {
        let body = frame.body;
        let expr = &body.exprs[id];
        Ok(match expr.kind {
            ExprKind::Error => return Err(Exit::Failed(Failure::Diagnosed)),
            ExprKind::Unit => ConstValue::Unit,
            ExprKind::Bool(value) => ConstValue::Bool(value),
            ExprKind::Char(value) => ConstValue::Char(value),
            ExprKind::Int(bits) => self.number(frame.ty(self.context.types, expr.ty), bits),
            ExprKind::Float(value) => ConstValue::Float(value),
            ExprKind::Str(text) => ConstValue::Str(text),
            ExprKind::Interpolated(parts) => return self.interpolate(frame, parts),
            ExprKind::Local(local) => match frame.get(local) {
                Some(value) => return self.copy(value, span),
                None => return Self::impossible(span, "it is a variable, not a `const`"),
            },
            ExprKind::Global(_) => {
                return Self::impossible(span, "it is a variable, not a `const`");
            }
            ExprKind::Const(id) => match (self.context.constant)(id) {
                Ok(value) => value,
                Err(failure) => return Err(Exit::Failed(failure)),
            },
            ExprKind::Fn(function) if function.args == crate::Tys::EMPTY => {
                ConstValue::Fn(function.function)
            }
            ExprKind::Fn(_) | ExprKind::Method(_) | ExprKind::Lambda(_) => return Self::defer(),
            ExprKind::Call { callee, args } => return self.call(frame, callee, args, span),
            ExprKind::Construct { variant, fields } => {
                return self.construct(frame, expr.ty, variant, fields, span);
            }
            ExprKind::Field { base, index } => {
                if let Some(value) = frame.peek(id) {
                    return self.copy(value, span);
                }
                let base = self.expr(frame, base)?;
                match base {
                    ConstValue::Adt(_, mut fields) | ConstValue::Tuple(mut fields)
                        if (index as usize) < fields.len() =>
                    {
                        fields.swap_remove(index as usize)
                    }
                    _ => return Self::defer(),
                }
            }
            ExprKind::ListIndex { base, index } => {
                let base = self.expr(frame, base)?;
                let index = self.int(frame, index)?;
                let ConstValue::List(elements) = base else { return Self::defer() };
                match usize::try_from(index).ok().and_then(|index| elements.get(index)) {
                    Some(element) => return self.copy(element, span),
                    None => {
                        let len = elements.len();
                        let message = format!("index {index} out of range for length {len}");
                        return Self::panics(span, message);
                    }
                }
            }
            ExprKind::DictIndex { base, key } => {
                let base = self.expr(frame, base)?;
                let key = self.expr(frame, key)?;
                let ConstValue::Dict(pairs) = base else { return Self::defer() };
                self.spend(pairs.len() + whole(&key), span)?;
                match pairs.iter().find(|pair| pair.0 == key) {
                    Some((_, value)) => return self.copy(value, span),
                    None => return Self::panics(span, "key not found"),
                }
            }
            ExprKind::Unary { op, operand } => {
                let ty = frame.ty(self.context.types, expr.ty);
                let value = self.expr(frame, operand)?;
                return self.unary(op, ty, value, span);
            }
            ExprKind::Binary { op, left, right } => {
                return self.binary(frame, op, left, right, span);
            }
            ExprKind::Coalesce { value, default } => match self.expr(frame, value)? {
                ConstValue::Adt(0, mut fields) => fields.swap_remove(0),
                _ => return self.expr(frame, default),
            },
            ExprKind::Try(value) => match self.expr(frame, value)? {
                ConstValue::Adt(0, mut fields) => fields.swap_remove(0),
                other => return Err(Exit::Return(other)),
            },
            ExprKind::OptionChain { value, binding, step, flatten } => {
                match self.expr(frame, value)? {
                    ConstValue::Adt(0, mut fields) => {
                        frame.set(binding, fields.swap_remove(0));
                        let result = self.expr(frame, step)?;
                        if flatten { result } else { ConstValue::Adt(0, vec![result]) }
                    }
                    _ => ConstValue::Adt(1, Vec::new()),
                }
            }
            ExprKind::Cast(value) => {
                let from = frame.ty(self.context.types, body.exprs[value].ty);
                let to = frame.ty(self.context.types, expr.ty);
                let value = self.expr(frame, value)?;
                return self.cast(from, to, value, span);
            }
            ExprKind::ToDyn(_) => return Self::defer(),
            ExprKind::Tuple(elements) => ConstValue::Tuple(self.list(frame, elements)?),
            ExprKind::List(elements) => ConstValue::List(Arc::new(self.list(frame, elements)?)),
            ExprKind::Repeat { value, count } => {
                let value = self.expr(frame, value)?;
                let count = self.int(frame, count)?;
                if count < 0 {
                    return Self::panics(span, "negative count in `[value; count]`");
                }
                let each = parts(&value) + 1;
                self.spend((count as usize).saturating_mul(each), span)?;
                ConstValue::List(Arc::new(vec![value; count as usize]))
            }
            ExprKind::Dict(pairs) => {
                let mut result: Vec<(ConstValue, ConstValue)> = Vec::new();
                for pair in body.list(pairs) {
                    let key = self.expr(frame, pair.key)?;
                    let value = self.expr(frame, pair.value)?;
                    match result.iter_mut().find(|entry| entry.0 == key) {
                        Some(entry) => entry.1 = value,
                        None => result.push((key, value)),
                    }
                }
                ConstValue::Dict(Arc::new(result))
            }
            ExprKind::Set(elements) => {
                let mut result: Vec<ConstValue> = Vec::new();
                for value in self.list(frame, elements)? {
                    if !result.contains(&value) {
                        result.push(value);
                    }
                }
                ConstValue::Set(Arc::new(result))
            }
            ExprKind::Comprehension { clauses, element, value } => {
                let clauses = body.list(clauses).to_vec();
                let mut keys = Vec::new();
                let mut values = Vec::new();
                self.clauses(frame, &clauses, &mut |machine, frame| {
                    keys.push(machine.expr(frame, element)?);
                    if let Some(value) = value {
                        values.push(machine.expr(frame, value)?);
                    }
                    Ok(())
                })?;
                self.collect(frame, expr.ty, keys, values)
            }
            ExprKind::Block { stmts, tail } => {
                for stmt in body.list(stmts) {
                    self.statement(frame, stmt)?;
                }
                match tail {
                    Some(tail) => return self.expr(frame, tail),
                    None => ConstValue::Unit,
                }
            }
            ExprKind::If { condition, then, otherwise } => {
                let branch = if self.bool(frame, condition)? { Some(then) } else { otherwise };
                match branch {
                    Some(branch) => return self.expr(frame, branch),
                    None => ConstValue::Unit,
                }
            }
            ExprKind::Match { value, arms } => {
                let value = self.expr(frame, value)?;
                for arm in body.list(arms) {
                    if self.matches(frame, arm.pat, &value)?
                        && match arm.guard {
                            Some(guard) => self.bool(frame, guard)?,
                            None => true,
                        }
                    {
                        return self.expr(frame, arm.body);
                    }
                }
                return Err(Exit::Failed(Failure::Diagnosed));
            }
            ExprKind::While { condition, body } => {
                while self.bool(frame, condition)? {
                    match self.expr(frame, body) {
                        Ok(_) | Err(Exit::Continue) => {}
                        Err(Exit::Break(_)) => break,
                        Err(other) => return Err(other),
                    }
                }
                ConstValue::Unit
            }
            ExprKind::Loop { body } => loop {
                match self.expr(frame, body) {
                    Ok(_) | Err(Exit::Continue) => {}
                    Err(Exit::Break(value)) => break value,
                    Err(other) => return Err(other),
                }
            },
            ExprKind::For { pat, iterable, body, .. } => {
                let clause = Clause::For { pat, iterable, kind: ForKind::List };
                let result = self.clauses(frame, &[clause], &mut |machine, frame| match machine
                    .expr(frame, body)
                {
                    Ok(_) | Err(Exit::Continue) => Ok(()),
                    Err(other) => Err(other),
                });
                match result {
                    Ok(()) | Err(Exit::Break(_)) => ConstValue::Unit,
                    Err(other) => return Err(other),
                }
            }
            ExprKind::Break(value) => {
                let value = match value {
                    Some(value) => self.expr(frame, value)?,
                    None => ConstValue::Unit,
                };
                return Err(Exit::Break(value));
            }
            ExprKind::Continue => return Err(Exit::Continue),
            ExprKind::Return(value) => {
                let value = match value {
                    Some(value) => self.expr(frame, value)?,
                    None => ConstValue::Unit,
                };
                return Err(Exit::Return(value));
            }
        })
    }

    fn list(&mut self, frame: &mut Frame<'_>, ids: List<ExprId>) -> Result<Vec<ConstValue>, Exit> {
        let body = frame.body;
        body.list(ids).iter().map(|id| self.expr(frame, *id)).collect()
    }

    fn bool(&mut self, frame: &mut Frame<'_>, id: ExprId) -> Result<bool, Exit> {
        match self.expr(frame, id)? {
            ConstValue::Bool(value) => Ok(value),
            _ => Err(Exit::Failed(Failure::Diagnosed)),
        }
    }

    fn int(&mut self, frame: &mut Frame<'_>, id: ExprId) -> Result<i64, Exit> {
        match self.expr(frame, id)? {
            ConstValue::Int(bits) => Ok(bits as i64),
            _ => Err(Exit::Failed(Failure::Diagnosed)),
        }
    }

    fn construct(
        &mut self,
        frame: &mut Frame<'_>,
        ty: crate::Ty,
        variant: u32,
        fields: List<Arg>,
        span: Span,
    ) -> Flow {
        if let crate::TyKind::Adt(adt, _) = self.context.types.kind(ty)
            && self.context.adts[adt].kind == AdtKind::Class
        {
            return Self::impossible(span, "an instance of a class is shared and can change");
        }
        let body = frame.body;
        let args = body.list(fields);
        let mut values = vec![ConstValue::Unit; args.len()];
        for arg in args {
            let value = self.expr(frame, arg.value)?;
            if let Some(slot) = values.get_mut(arg.param as usize) {
                *slot = value;
            }
        }
        Ok(ConstValue::Adt(variant, values))
    }

    fn collect(
        &self,
        frame: &Frame<'_>,
        ty: crate::Ty,
        keys: Vec<ConstValue>,
        values: Vec<ConstValue>,
    ) -> ConstValue {
        let ty = frame.ty(self.context.types, ty);
        match self.context.types.kind(ty) {
            crate::TyKind::Adt(adt, _) if adt == self.context.lang.dict => {
                let mut result: Vec<(ConstValue, ConstValue)> = Vec::new();
                for (key, value) in keys.into_iter().zip(values) {
                    match result.iter_mut().find(|entry| entry.0 == key) {
                        Some(entry) => entry.1 = value,
                        None => result.push((key, value)),
                    }
                }
                ConstValue::Dict(Arc::new(result))
            }
            crate::TyKind::Adt(..) => {
                let mut result: Vec<ConstValue> = Vec::new();
                for key in keys {
                    if !result.contains(&key) {
                        result.push(key);
                    }
                }
                ConstValue::Set(Arc::new(result))
            }
            _ => ConstValue::List(Arc::new(keys)),
        }
    }

    fn statement(&mut self, frame: &mut Frame<'_>, stmt: &Stmt) -> Result<(), Exit> {
        match stmt.kind {
            StmtKind::Expr(id) => {
                self.expr(frame, id)?;
            }
            StmtKind::Let { pat, value } => {
                let value = self.expr(frame, value)?;
                self.matches(frame, pat, &value)?;
            }
            StmtKind::Assign { place, value } => {
                let value = self.expr(frame, value)?;
                self.store(frame, place, value)?;
            }
            StmtKind::AssignOp { op, place, value, call } => {
                if call.is_some() {
                    return Self::defer();
                }
                let old = self.expr(frame, place)?;
                let right = self.expr(frame, value)?;
                let ty = frame.ty(self.context.types, frame.body.exprs[place].ty);
                let new = self.operate(op, ty, old, right, stmt.span)?;
                self.store(frame, place, new)?;
            }
            StmtKind::Assert { condition, message } => {
                if !self.bool(frame, condition)? {
                    let text = match self.expr(frame, message)? {
                        ConstValue::Str(text) => self.context.interner.resolve(text),
                        _ => "",
                    };
                    return Self::panics(stmt.span, format!("assertion failed: {text}"));
                }
            }
        }
        Ok(())
    }

    /// Runs `round` for each binding that the clauses give.
    fn clauses(
        &mut self,
        frame: &mut Frame<'_>,
        clauses: &[Clause],
        round: &mut dyn FnMut(&mut Self, &mut Frame<'_>) -> Result<(), Exit>,
    ) -> Result<(), Exit> {
        match clauses {
            [] => round(self, frame),
            [Clause::If(condition), rest @ ..] => {
                if self.bool(frame, *condition)? {
                    self.clauses(frame, rest, round)?;
                }
                Ok(())
            }
            [Clause::For { pat, iterable, .. }, rest @ ..] => {
                let span = frame.body.exprs[*iterable].span;
                let ty = frame.ty(self.context.types, frame.body.exprs[*iterable].ty);
                let value = self.expr(frame, *iterable)?;
                for element in self.elements(ty, value, span)? {
                    self.spend(1, span)?;
                    self.matches(frame, *pat, &element)?;
                    self.clauses(frame, rest, round)?;
                }
                Ok(())
            }
        }
    }
}
