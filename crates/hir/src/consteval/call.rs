//! Calls of functions that only compute.

use simple_source::Span;

use super::frame::Frame;
use super::{Exit, Failure, Flow, Machine};
use crate::body::*;
use crate::def::{ConstValue, FnKind};
use crate::ty::Ty;

impl Machine<'_> {
    pub(super) fn call(
        &mut self,
        frame: &mut Frame<'_>,
        callee: Callee,
        args: List<Arg>,
        span: Span,
    ) -> Flow {
        let body = frame.body;
        let args = body.list(args);
        let function = match callee {
            Callee::Fn(function) => function,
            Callee::Method(method) => {
                let args = self.context.types.substitute_list(method.args, frame.type_args());
                match (self.context.method)(MethodRef { args, ..method }) {
                    Some(function) => function,
                    None => return Self::defer(),
                }
            }
            Callee::Builtin(Builtin::Panic) => {
                let mut text = String::new();
                if let Some(arg) = args.first() {
                    let ty = frame.ty(self.context.types, body.exprs[arg.value].ty);
                    let value = self.expr(frame, arg.value)?;
                    self.show(ty, &value, true, &mut text)?;
                }
                return Self::panics(span, text);
            }
            Callee::Builtin(Builtin::ToStr) => {
                let mut text = String::new();
                for arg in args {
                    let ty = frame.ty(self.context.types, body.exprs[arg.value].ty);
                    let value = self.expr(frame, arg.value)?;
                    self.show(ty, &value, true, &mut text)?;
                }
                return Ok(ConstValue::Str(self.context.interner.intern(&text)));
            }
            Callee::Builtin(Builtin::Print | Builtin::Eprint) => {
                return Self::impossible(span, "`print` writes, which only a running program does");
            }
            Callee::Value(value) => match self.expr(frame, value)? {
                ConstValue::Fn(function) => FnRef { function, args: crate::Tys::EMPTY },
                _ => return Self::defer(),
            },
            Callee::Dyn(_) => return Self::defer(),
        };
        let type_args: Vec<Ty> = self
            .context
            .types
            .list(function.args)
            .iter()
            .map(|ty| frame.ty(self.context.types, *ty))
            .collect();
        let mut values: Vec<ConstValue> = vec![ConstValue::Unit; args.len()];
        for arg in args {
            // A variable that is passed `mut` is moved there and back, so that
            // what it holds has one owner and is changed in place.
            let moved = match body.exprs[arg.value].kind {
                ExprKind::Local(local) if arg.mutable => frame.take(local),
                _ => None,
            };
            let value = match moved {
                Some(value) => value,
                None => self.expr(frame, arg.value)?,
            };
            if let Some(slot) = values.get_mut(arg.param as usize) {
                *slot = value;
            }
        }
        let (result, changed) = self.enter(function, &type_args, values, span)?;
        for (param, value) in changed {
            if let Some(arg) = args.iter().find(|arg| arg.param == param) {
                self.store(frame, arg.value, value)?;
            }
        }
        Ok(result)
    }

    /// Calls a function; also gives back what its `mut` parameters hold then.
    fn enter(
        &mut self,
        function: FnRef,
        type_args: &[Ty],
        values: Vec<ConstValue>,
        span: Span,
    ) -> Result<(ConstValue, Vec<(u32, ConstValue)>), Exit> {
        let def = &self.context.functions[function.function];
        match &def.kind {
            FnKind::Body(_) => {}
            FnKind::Intrinsic(operation) => {
                let operation = self.context.interner.resolve(*operation);
                return self.intrinsic(operation, type_args, values, span);
            }
            FnKind::Extern(name) => {
                let name = self.context.interner.resolve(*name);
                return Ok((self.runtime(name, &values, span)?, Vec::new()));
            }
            FnKind::Required => return Self::defer(),
        }
        if !def.captures.is_empty() {
            return Self::defer();
        }
        let Some(body) = (self.context.body)(function.function) else {
            return Err(Exit::Failed(Failure::Diagnosed));
        };
        let mut frame = Frame::new(body, type_args);
        for (local, value) in body.params.iter().zip(values) {
            frame.set(*local, value);
        }
        let Some(root) = body.root else { return Err(Exit::Failed(Failure::Diagnosed)) };
        let result = match self.expr(&mut frame, root) {
            Ok(value) | Err(Exit::Return(value)) => value,
            // What goes wrong inside is told where the constant calls.
            Err(Exit::Failed(Failure::Panics(_, message, _))) => {
                return Self::panics(span, message);
            }
            Err(Exit::Failed(Failure::Impossible(_, reason))) => {
                return Self::impossible(span, reason);
            }
            Err(Exit::Failed(Failure::Steps(_))) => {
                return Err(Exit::Failed(Failure::Steps(span)));
            }
            Err(other) => return Err(other),
        };
        let mut changed = Vec::new();
        for (index, param) in def.params.iter().enumerate() {
            if param.mutable
                && let Some(value) = frame.take(body.params[index])
            {
                changed.push((index as u32, value));
            }
        }
        Ok((result, changed))
    }
}
