//! Effects that a deferred constant cannot have.

use simple_source::Span;
use simple_source::interner::FxHashSet;

use super::Failure;
use crate::body::*;
use crate::def::{AdtKind, FnId, FnKind, Program};
use crate::ty::TyKind;

/// Functions of the runtime that read or change the world, by the beginning
/// of their names.
const OUTSIDE: &[&str] = &[
    "rt_input",
    "rt_env",
    "rt_file",
    "rt_stdin",
    "rt_process",
    "rt_time",
    "rt_layout",
    "rt_print",
];

/// The first effect of a constant's body, or of a function that it may call.
pub(super) fn find(program: &Program, body: &Body) -> Option<Failure> {
    let mut search = Search { program, seen: FxHashSet::default() };
    search.body(body, None)
}

struct Search<'p> {
    program: &'p Program,
    seen: FxHashSet<FnId>,
}

impl Search<'_> {
    /// `at` is where the constant calls, for effects in functions.
    fn body(&mut self, body: &Body, at: Option<Span>) -> Option<Failure> {
        for expr in &body.exprs {
            let span = at.unwrap_or(expr.span);
            let found = match expr.kind {
                ExprKind::Global(_) => Some("it is a variable, not a `const`"),
                ExprKind::Construct { .. } => match self.program.types.kind(expr.ty) {
                    TyKind::Adt(adt, _) if self.program.adts[adt].kind == AdtKind::Class => {
                        Some("an instance of a class is shared and can change")
                    }
                    _ => None,
                },
                ExprKind::Call {
                    callee: Callee::Builtin(Builtin::Print | Builtin::Eprint),
                    ..
                } => Some("`print` writes, which only a running program does"),
                ExprKind::Call { callee: Callee::Fn(function), .. } | ExprKind::Fn(function) => {
                    if let Some(failure) = self.function(function.function, span) {
                        return Some(failure);
                    }
                    None
                }
                ExprKind::Call { callee: Callee::Method(method), .. }
                | ExprKind::Method(method) => {
                    if let Some(crate::Resolved::Fn(function)) = self.resolved(method)
                        && let Some(failure) = self.function(function.function, span)
                    {
                        return Some(failure);
                    }
                    None
                }
                _ => None,
            };
            if let Some(reason) = found {
                return Some(Failure::Impossible(span, reason.to_owned()));
            }
        }
        None
    }

    /// What a method is, where its types are known.
    fn resolved(&self, method: MethodRef) -> Option<crate::Resolved> {
        let types = &self.program.types;
        let known = types.list(method.args).iter().all(|ty| !types.has_params(*ty));
        if known { self.program.resolve_method(method) } else { None }
    }

    fn function(&mut self, function: FnId, span: Span) -> Option<Failure> {
        if !self.seen.insert(function) {
            return None;
        }
        let program = self.program;
        let def = &program.functions[function];
        match def.kind {
            FnKind::Extern(symbol) => {
                let symbol = program.text(symbol);
                OUTSIDE.iter().any(|outside| symbol.starts_with(outside)).then(|| {
                    let name = symbol.strip_prefix("rt_").unwrap_or(symbol).replace('_', ".");
                    Failure::Impossible(
                        span,
                        format!("`{name}` looks outside, which only a running program does"),
                    )
                })
            }
            FnKind::Body(_) => program.body(function).and_then(|body| self.body(body, Some(span))),
            FnKind::Intrinsic(_) | FnKind::Required => None,
        }
    }
}
