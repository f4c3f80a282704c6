//! What a body does beside computing, itself or in what it calls.

use simple_source::Span;
use simple_source::interner::FxHashSet;

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

/// Something that is more than computing a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Effect {
    /// A script's variable is read or changed.
    Variable,
    /// An instance of a class is made, which is shared and can change.
    Instance,
    /// Something is written to standard output or error.
    Print,
    /// Files, the environment, the clock or the like, by this name.
    Outside(String),
}

/// The first effect of a body, or of a function that it may call, with its
/// place in the body. Only those that `counts` says matter.
pub(crate) fn find(
    program: &Program,
    body: &Body,
    counts: fn(&Effect) -> bool,
) -> Option<(Span, Effect)> {
    let mut search = Search { program, counts, seen: FxHashSet::default() };
    search.body(body, None)
}

struct Search<'p> {
    program: &'p Program,
    counts: fn(&Effect) -> bool,
    seen: FxHashSet<FnId>,
}

impl Search<'_> {
    /// `at` is where the outermost body calls, for effects in functions.
    fn body(&mut self, body: &Body, at: Option<Span>) -> Option<(Span, Effect)> {
        for expr in &body.exprs {
            let span = at.unwrap_or(expr.span);
            let found = match expr.kind {
                ExprKind::Global(_) => Some(Effect::Variable),
                ExprKind::Construct { .. } => match self.program.types.kind(expr.ty) {
                    TyKind::Adt(adt, _) if self.program.adts[adt].kind == AdtKind::Class => {
                        Some(Effect::Instance)
                    }
                    _ => None,
                },
                ExprKind::Call {
                    callee: Callee::Builtin(Builtin::Print | Builtin::Eprint),
                    ..
                } => Some(Effect::Print),
                ExprKind::Call { callee: Callee::Fn(function), .. } | ExprKind::Fn(function) => {
                    self.function(function.function, span)
                }
                ExprKind::Call { callee: Callee::Method(method), .. }
                | ExprKind::Method(method) => match self.resolved(method) {
                    Some(crate::Resolved::Fn(function)) => self.function(function.function, span),
                    _ => None,
                },
                _ => None,
            };
            if let Some(effect) = found.filter(self.counts) {
                return Some((span, effect));
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

    /// The first effect of a function that is called at `span`.
    fn function(&mut self, function: FnId, span: Span) -> Option<Effect> {
        if !self.seen.insert(function) {
            return None;
        }
        let program = self.program;
        let def = &program.functions[function];
        match def.kind {
            FnKind::Extern(symbol) => {
                let symbol = program.text(symbol);
                let is_outside = OUTSIDE.iter().any(|outside| symbol.starts_with(outside));
                is_outside.then(|| {
                    let name = symbol.strip_prefix("rt_").unwrap_or(symbol);
                    Effect::Outside(name.replace('_', "."))
                })
            }
            FnKind::Body(_) => {
                let body = program.body(function)?;
                self.body(body, Some(span)).map(|(_, effect)| effect)
            }
            FnKind::Intrinsic(_) | FnKind::Required => None,
        }
    }
}
