//! The variables of one call.

use std::sync::Arc;

use super::{Exit, Failure, Machine};
use crate::body::*;
use crate::def::ConstValue;
use crate::ty::{Ty, TyInterner};

/// A body that is being evaluated, with its variables and type arguments.
pub(super) struct Frame<'b> {
    pub(super) body: &'b Body,
    locals: Vec<Option<ConstValue>>,
    type_args: Vec<Ty>,
}

impl<'b> Frame<'b> {
    pub(super) fn new(body: &'b Body, type_args: &[Ty]) -> Self {
        Self { body, locals: vec![None; body.locals.len()], type_args: type_args.to_vec() }
    }

    pub(super) fn get(&self, local: LocalId) -> Option<&ConstValue> {
        self.locals[local.0 as usize].as_ref()
    }

    pub(super) fn set(&mut self, local: LocalId, value: ConstValue) {
        self.locals[local.0 as usize] = Some(value);
    }

    /// The part of a variable that a path of fields leads to, where that is
    /// plain to see: reading it copies nothing else.
    pub(super) fn peek(&self, id: ExprId) -> Option<&ConstValue> {
        match self.body.exprs[id].kind {
            ExprKind::Local(local) => self.get(local),
            ExprKind::Field { base, index } => match self.peek(base)? {
                ConstValue::Adt(_, fields) | ConstValue::Tuple(fields) => {
                    fields.get(index as usize)
                }
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn take(&mut self, local: LocalId) -> Option<ConstValue> {
        self.locals[local.0 as usize].take()
    }

    /// A type of the body with the call's types put in.
    pub(super) fn ty(&self, types: &TyInterner, ty: Ty) -> Ty {
        types.substitute(ty, &self.type_args)
    }

    pub(super) fn type_args(&self) -> &[Ty] {
        &self.type_args
    }
}

/// One step into a value.
enum Step {
    Field(u32),
    Element(i64),
    Entry(ConstValue),
}

impl Machine<'_> {
    /// Stores to a place inside a variable.
    pub(super) fn store(
        &mut self,
        frame: &mut Frame<'_>,
        place: ExprId,
        value: ConstValue,
    ) -> Result<(), Exit> {
        let body = frame.body;
        if let ExprKind::Tuple(places) = body.exprs[place].kind {
            if let ConstValue::Tuple(values) = value {
                for (place, value) in body.list(places).iter().zip(values) {
                    self.store(frame, *place, value)?;
                }
            }
            return Ok(());
        }
        let mut steps = Vec::new();
        let mut at = place;
        let span = body.exprs[place].span;
        let local = loop {
            match body.exprs[at].kind {
                ExprKind::Local(local) => break local,
                ExprKind::Field { base, index } => {
                    steps.push(Step::Field(index));
                    at = base;
                }
                ExprKind::ListIndex { base, index } => {
                    steps.push(Step::Element(self.int(frame, index)?));
                    at = base;
                }
                ExprKind::DictIndex { base, key } => {
                    steps.push(Step::Entry(self.expr(frame, key)?));
                    at = base;
                }
                _ => return Self::impossible(span, "it changes something outside"),
            }
        };
        if steps.is_empty() {
            frame.set(local, value);
            return Ok(());
        }
        let Some(root) = frame.locals[local.0 as usize].as_mut() else {
            return Err(Exit::Failed(Failure::Diagnosed));
        };
        let mut target = root;
        let mut copied = 0;
        for step in steps.iter().rev() {
            target = match (step, target) {
                (Step::Field(index), ConstValue::Adt(_, fields) | ConstValue::Tuple(fields)) => {
                    match fields.get_mut(*index as usize) {
                        Some(field) => field,
                        None => return Err(Exit::Failed(Failure::Diagnosed)),
                    }
                }
                (Step::Element(index), ConstValue::List(elements)) => {
                    let len = elements.len();
                    if Arc::strong_count(elements) > 1 {
                        copied += len;
                    }
                    let elements = Arc::make_mut(elements);
                    match usize::try_from(*index).ok().and_then(|index| elements.get_mut(index)) {
                        Some(element) => element,
                        None => {
                            let message = format!("index {index} out of range for length {len}");
                            return Self::panics(span, message);
                        }
                    }
                }
                (Step::Entry(key), ConstValue::Dict(pairs)) => {
                    // Looking for the key takes as long as a copy.
                    copied += pairs.len();
                    let pairs = Arc::make_mut(pairs);
                    let position = match pairs.iter().position(|pair| pair.0 == *key) {
                        Some(position) => position,
                        None => {
                            pairs.push((key.clone(), ConstValue::Unit));
                            pairs.len() - 1
                        }
                    };
                    &mut pairs[position].1
                }
                _ => return Self::defer(),
            };
        }
        *target = value;
        self.spend(copied, span)
    }
}
