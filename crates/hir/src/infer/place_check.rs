//! Whether places may be changed. All types are finished here.

use simple_source::{Applicability, Diagnostic, Span};

use super::place::{PlaceUse, Purpose};
use super::{Infer, LocalKind};
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::ty::{Ty, TyKind};

/// A step from a place to a part of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Field(u32),
    /// Any two indexes may be the same.
    Element,
}

impl Infer<'_> {
    /// Checks all uses of places in the function at hand.
    pub(crate) fn check_places(&mut self) {
        for place_use in std::mem::take(&mut self.f.place_uses) {
            self.check_place(place_use);
        }
        for call in std::mem::take(&mut self.f.mut_calls) {
            self.check_overlap(call);
        }
    }

    fn is_class(&self, ty: Ty) -> bool {
        match self.program.types.kind(ty) {
            TyKind::Adt(adt, _) => self.program.adts[adt].kind == AdtKind::Class,
            _ => false,
        }
    }

    fn check_place(&mut self, place_use: PlaceUse) {
        let PlaceUse { place, purpose, .. } = place_use;
        if matches!(purpose, Purpose::MutSelf(_)) && self.is_class(self.f.body.exprs[place].ty) {
            return;
        }
        let mut at = place;
        loop {
            let Expr { kind, span, ty } = self.f.body.exprs[at];
            match kind {
                ExprKind::Error => return,
                ExprKind::Local(local) => {
                    self.check_local(place_use, local, span);
                    return;
                }
                ExprKind::Global(global) => {
                    let def = &self.program.globals[global];
                    if !def.mutable {
                        self.not_mutable(purpose, def.name, def.span, span, LocalKind::Val);
                    }
                    return;
                }
                ExprKind::Field { base, .. } => {
                    // The fields of a class instance can always be assigned.
                    if self.is_class(self.f.body.exprs[base].ty) {
                        return;
                    }
                    at = base;
                }
                ExprKind::ListIndex { base, .. } | ExprKind::DictIndex { base, .. } => at = base,
                ExprKind::Tuple(_) if purpose == Purpose::Assign && at == place => return,
                ExprKind::Const(constant) => {
                    let def = &self.program.consts[constant];
                    let text = self.text(def.name);
                    let diag = Diagnostic::error(
                        &codes::ASSIGN_DECLARATION,
                        span,
                        format!("`{text}` is a `const` and cannot be changed"),
                    )
                    .label("cannot be changed")
                    .also(def.span, "declared here")
                    .note("a `var` that holds a copy can");
                    self.error(diag);
                    return;
                }
                _ => {
                    if ty != Ty::ERROR {
                        self.not_a_place(purpose, at, span);
                    }
                    return;
                }
            }
        }
    }

    fn not_a_place(&mut self, purpose: Purpose, at: ExprId, span: Span) {
        let text = self.snippet(span);
        let by_index = match self.f.body.exprs[at].kind {
            ExprKind::Call { callee: Callee::Method(method), .. } => {
                method.trait_ == self.program.lang.index
            }
            _ => false,
        };
        let diag = if by_index {
            Diagnostic::error(
                &codes::NOT_A_PLACE,
                span,
                "an element by the trait `Index` can be read only",
            )
            .label("cannot be changed")
            .note("give the type a `mut self` method that stores")
        } else {
            match purpose {
                Purpose::Assign => Diagnostic::error(
                    &codes::NOT_A_PLACE,
                    span,
                    format!("`{text}` is no place that can be assigned"),
                )
                .label("a value, not a place")
                .note("variables, their fields and their elements can be assigned"),
                Purpose::MutArgument => Diagnostic::error(
                    &codes::NOT_A_PLACE,
                    span,
                    "a `mut` argument is a place inside a `var`",
                )
                .label("a value, not a place")
                .note("put it in a `var` first"),
                Purpose::MutSelf(name) => {
                    let method = self.snippet(name);
                    Diagnostic::error(
                        &codes::NOT_A_PLACE,
                        span,
                        format!("`{method}` changes its value, and this one is in no variable"),
                    )
                    .label("the change would be lost")
                    .note("put it in a `var` first")
                }
            }
        };
        self.error(diag);
    }

    fn check_local(&mut self, place_use: PlaceUse, local: LocalId, span: Span) {
        let info = self.f.locals[local.0 as usize];
        let Local { name, span: declared, .. } = self.f.body.locals[local];
        let captured = info.lambda != place_use.lambda || info.kind == LocalKind::Captured;
        if captured && info.kind != LocalKind::Hidden {
            let text = self.text(name);
            let what = if info.kind == LocalKind::Captured { "function" } else { "lambda" };
            let diag = Diagnostic::error(
                &codes::ASSIGN_CAPTURED,
                span,
                format!("`{text}` is captured by this {what}, so it cannot be changed in it"),
            )
            .label(format!("a copy of `{text}`; changing it would have no effect outside"))
            .also(declared, "declared here")
            .note("use a loop instead, give the function a `mut` parameter, or keep the state in a class");
            self.error(diag);
            return;
        }
        if self.f.body.locals[local].mutable || self.f.told_fixed.contains(&local) {
            return;
        }
        // The mistake is in the declaration, so one place is enough.
        self.f.told_fixed.push(local);
        self.f.failed = true;
        self.not_mutable(place_use.purpose, name, declared, span, info.kind);
    }

    fn not_mutable(
        &mut self,
        purpose: Purpose,
        name: simple_source::Symbol,
        declared: Span,
        span: Span,
        kind: LocalKind,
    ) {
        let text = self.text(name);
        let action = match purpose {
            Purpose::Assign => "assigned".to_owned(),
            Purpose::MutArgument => "passed `mut`".to_owned(),
            Purpose::MutSelf(method) => format!("changed by `{}`", self.snippet(method)),
        };
        let diag = match kind {
            LocalKind::Val | LocalKind::Var | LocalKind::Captured => {
                let keyword = self.declaring_keyword(declared);
                let diag = Diagnostic::error(
                    &codes::ASSIGN_VAL,
                    span,
                    format!("`{text}` is a `val`, so it cannot be {action}"),
                )
                .label("cannot be changed")
                .also(declared, "declared here; a `var` can be changed");
                match keyword {
                    Some(keyword) => diag.suggest(
                        "declare it with `var`",
                        keyword,
                        "var",
                        Applicability::Certain,
                    ),
                    None => diag.suggest(
                        "declare it with `var`",
                        declared.start(),
                        "var ",
                        Applicability::Maybe,
                    ),
                }
            }
            LocalKind::Case => Diagnostic::error(
                &codes::ASSIGN_VAL,
                span,
                format!("`{text}` is bound by a pattern, so it cannot be {action}"),
            )
            .label("a copy of what was matched")
            .also(declared, "bound here")
            .note(format!("a `var` of its own can be changed: `var copy = {text}`")),
            LocalKind::Param | LocalKind::MutParam => Diagnostic::error(
                &codes::ASSIGN_PARAMETER,
                span,
                format!("`{text}` is a parameter, so it cannot be {action}"),
            )
            .label("cannot be changed")
            .also(declared, "declared here")
            .note(format!(
                "write `mut {text}` to change the caller's variable, \
                 or copy it into a variable of its own: `var copy = {text}`"
            )),
            LocalKind::SelfParam => Diagnostic::error(
                &codes::ASSIGN_PARAMETER,
                span,
                format!("`self` cannot be {action} here"),
            )
            .label("this method does not change its value")
            .also(declared, "declared here")
            .suggest("take `mut self`", declared, "mut self", Applicability::Maybe),
            LocalKind::Loop => Diagnostic::error(
                &codes::ASSIGN_LOOP_VARIABLE,
                span,
                format!("`{text}` is a loop variable, so it cannot be {action}"),
            )
            .label("each round sets it anew")
            .also(declared, "declared here")
            .note(format!("copy it into a variable of its own: `var copy = {text}`")),
            LocalKind::Hidden => Diagnostic::error(
                &codes::NOT_A_PLACE,
                span,
                format!("what is reached by `?.` cannot be {action}"),
            )
            .label("a copy of what is in the option")
            .note("take the value out, change it, and store the option again"),
        };
        self.error(diag);
    }

    /// The `val` before a declared name.
    fn declaring_keyword(&self, declared: Span) -> Option<Span> {
        let sources = &self.program.session.sources;
        let file = sources.file(sources.file_of(declared)?);
        let before = file.text().get(..(declared.lo - file.base) as usize)?;
        let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        let start = line.rfind("val ")?;
        let rest = line[start + 4..].trim_start();
        // Only if nothing but the pattern stands between.
        if rest.contains('=') || rest.contains(':') {
            return None;
        }
        let lo = declared.lo - (line.len() - start) as u32;
        Some(Span::new(lo, lo + 3))
    }

    /// `mut` arguments of one call must be different places.
    fn check_overlap(&mut self, call: ExprId) {
        let ExprKind::Call { args, .. } = self.f.body.exprs[call].kind else { return };
        let places: Vec<ExprId> =
            self.f.body.list(args).iter().filter(|arg| arg.mutable).map(|arg| arg.value).collect();
        let paths: Vec<Option<(LocalId, Vec<Step>)>> =
            places.iter().map(|place| self.path_of(*place)).collect();
        for second in 1..places.len() {
            for first in 0..second {
                let (Some((a, xs)), Some((b, ys))) = (&paths[first], &paths[second]) else {
                    continue;
                };
                let common = xs.len().min(ys.len());
                if a != b || xs[..common] != ys[..common] {
                    continue;
                }
                let root = self.text(self.f.body.locals[*a].name);
                let (one, other) = (self.span(places[first]), self.span(places[second]));
                let (x, y) = (self.snippet(one).to_owned(), self.snippet(other).to_owned());
                let mut diag = Diagnostic::error(
                    &codes::OVERLAPPING_MUT,
                    other,
                    if x == y {
                        format!("`{x}` is changed twice by one call")
                    } else {
                        format!("`{x}` and `{y}` may be the same place in `{root}`")
                    },
                )
                .label("overlaps with the other one")
                .also(one, "changed here too");
                diag = diag.note("copy one of them into a variable of its own before the call");
                self.error(diag);
                return;
            }
        }
    }

    /// The variable that a place is in, and the way into it. None if the way
    /// crosses a class instance or the place is in no variable.
    fn path_of(&self, place: ExprId) -> Option<(LocalId, Vec<Step>)> {
        let mut steps = Vec::new();
        let mut at = place;
        loop {
            match self.f.body.exprs[at].kind {
                ExprKind::Local(local) => {
                    steps.reverse();
                    return Some((local, steps));
                }
                ExprKind::Field { base, index } => {
                    steps.push(Step::Field(index));
                    at = base;
                }
                ExprKind::ListIndex { base, .. } | ExprKind::DictIndex { base, .. } => {
                    steps.push(Step::Element);
                    at = base;
                }
                _ => return None,
            }
        }
    }
}
