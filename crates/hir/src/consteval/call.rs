//! Calls of functions that only compute, and text of values.

use simple_source::Span;

use super::frame::Frame;
use super::{Exit, Failure, Flow, Machine};
use crate::body::*;
use crate::def::{ConstValue, FnKind};
use crate::ty::{Ty, TyKind};

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
                    None => return Self::impossible(span, "the operation is not a plain one"),
                }
            }
            Callee::Builtin(Builtin::Panic) => {
                let mut text = String::new();
                if let Some(arg) = args.first() {
                    let ty = frame.ty(self.context.types, body.exprs[arg.value].ty);
                    let value = self.expr(frame, arg.value)?;
                    self.show(ty, &value, true, &mut text, span)?;
                }
                return Self::panics(span, text);
            }
            Callee::Builtin(Builtin::ToStr) => {
                let mut text = String::new();
                for arg in args {
                    let ty = frame.ty(self.context.types, body.exprs[arg.value].ty);
                    let value = self.expr(frame, arg.value)?;
                    self.show(ty, &value, true, &mut text, span)?;
                }
                return Ok(ConstValue::Str(self.context.interner.intern(&text)));
            }
            Callee::Builtin(Builtin::Print | Builtin::Eprint) => {
                return Self::impossible(span, "`print` writes, which only a running program does");
            }
            Callee::Value(value) => match self.expr(frame, value)? {
                ConstValue::Fn(function) => FnRef { function, args: crate::Tys::EMPTY },
                _ => return Self::impossible(span, "closures run only in a program"),
            },
            Callee::Dyn(_) => return Self::impossible(span, "it is called through a `dyn`"),
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
            let value = self.expr(frame, arg.value)?;
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
        let name = self.context.interner.resolve(def.name);
        match &def.kind {
            FnKind::Body(_) => {}
            FnKind::Intrinsic(operation) => {
                let operation = self.context.interner.resolve(*operation);
                return self.intrinsic(operation, type_args, values, span);
            }
            FnKind::Extern(_) | FnKind::Required => {
                return Self::impossible(span, format!("`{name}` runs only in a program"));
            }
        }
        if !def.captures.is_empty() {
            return Self::impossible(span, format!("`{name}` uses variables around it"));
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
            Err(Exit::Failed(Failure::Panics(_, message))) => return Self::panics(span, message),
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

    /// Operations of the library that only compute.
    fn intrinsic(
        &mut self,
        operation: &str,
        type_args: &[Ty],
        mut values: Vec<ConstValue>,
        span: Span,
    ) -> Result<(ConstValue, Vec<(u32, ConstValue)>), Exit> {
        let plain = |value| Ok((value, Vec::new()));
        match (operation, values.as_mut_slice()) {
            ("len", [ConstValue::Str(text)]) => {
                plain(ConstValue::Int(self.context.interner.resolve(*text).len() as u64))
            }
            ("len", [ConstValue::List(elements)]) => plain(ConstValue::Int(elements.len() as u64)),
            ("text", [value]) => {
                let mut text = String::new();
                let ty = type_args.first().copied().unwrap_or(Ty::UNIT);
                self.show(ty, value, true, &mut text, span)?;
                plain(ConstValue::Str(self.context.interner.intern(&text)))
            }
            ("sqrt", [ConstValue::Float(value)]) => plain(ConstValue::Float(value.sqrt())),
            ("floor", [ConstValue::Float(value)]) => plain(ConstValue::Float(value.floor())),
            ("ceil", [ConstValue::Float(value)]) => plain(ConstValue::Float(value.ceil())),
            ("trunc", [ConstValue::Float(value)]) => plain(ConstValue::Float(value.trunc())),
            ("abs", [ConstValue::Float(value)]) => plain(ConstValue::Float(value.abs())),
            ("list_with_capacity", _) => plain(ConstValue::List(Vec::new())),
            ("list_reserve", [list, _]) => {
                let list = std::mem::replace(list, ConstValue::Unit);
                Ok((ConstValue::Unit, vec![(0, list)]))
            }
            ("list_push", [ConstValue::List(elements), value]) => {
                elements.push(std::mem::replace(value, ConstValue::Unit));
                let list = ConstValue::List(std::mem::take(elements));
                Ok((ConstValue::Unit, vec![(0, list)]))
            }
            _ => Self::impossible(span, "this part of the library runs only in a program"),
        }
    }

    pub(super) fn interpolate(&mut self, frame: &mut Frame<'_>, parts: List<Part>) -> Flow {
        let body = frame.body;
        let mut text = String::new();
        for part in body.list(parts) {
            match part {
                Part::Text(symbol) => text.push_str(self.context.interner.resolve(*symbol)),
                Part::Value { value, spec: None } => {
                    let span = body.exprs[*value].span;
                    let ty = frame.ty(self.context.types, body.exprs[*value].ty);
                    let value = self.expr(frame, *value)?;
                    self.show(ty, &value, true, &mut text, span)?;
                }
                Part::Value { value, spec: Some(_) } => {
                    let span = body.exprs[*value].span;
                    return Self::impossible(span, "format specs work only in a program");
                }
            }
        }
        Ok(ConstValue::Str(self.context.interner.intern(&text)))
    }

    /// Appends a value's text; `top` for one that does not stand in another.
    fn show(
        &mut self,
        ty: Ty,
        value: &ConstValue,
        top: bool,
        out: &mut String,
        span: Span,
    ) -> Result<(), Exit> {
        match (value, self.context.types.kind(ty)) {
            (ConstValue::Unit, _) => out.push_str("()"),
            (ConstValue::Bool(value), _) => out.push_str(if *value { "true" } else { "false" }),
            (ConstValue::Char(value), _) if top => out.push(*value),
            (ConstValue::Str(text), _) if top => out.push_str(self.context.interner.resolve(*text)),
            (ConstValue::Int(bits), TyKind::Int(int)) => {
                use crate::ty::IntTy::{I8, I16, I32, I64};
                if matches!(int, I8 | I16 | I32 | I64) {
                    out.push_str(&(*bits as i64).to_string());
                } else {
                    out.push_str(&bits.to_string());
                }
            }
            (ConstValue::List(elements), TyKind::List(element)) => {
                out.push('[');
                for (index, value) in elements.iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    self.show(element, value, false, out, span)?;
                }
                out.push(']');
            }
            _ => return Self::impossible(span, "the text of this value needs a running program"),
        }
        Ok(())
    }
}
