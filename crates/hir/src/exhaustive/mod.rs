//! Whether matches cover every case, and arms that never match.
//!
//! In goes a finished body; out come diagnostics. The method is Maranget's
//! ("Warnings for pattern matching", 2007): a pattern is useful if some value
//! matches it and none of the rows before it; a match is exhaustive if a
//! wildcard after all its arms would not be useful. Integers are split at the
//! ends of the ranges that are written, lists at the lengths.

mod literals;
mod matrix;
mod pattern;
mod witness;

use simple_source::{Applicability, Diagnostic, IndexVec, Interner, SourceMap, Span};

use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::infer::BodyOwner;
use crate::ty::TyInterner;
use literals::Literals;
use matrix::{Matrix, Search};
use pattern::Simplified;

/// The parts of a program that patterns refer to.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) types: &'a TyInterner,
    pub(crate) adts: &'a IndexVec<AdtId, AdtDef>,
    pub(crate) consts: &'a IndexVec<ConstId, ConstDef>,
    pub(crate) interner: &'a Interner,
    pub(crate) sources: &'a SourceMap,
}

impl<'a> View<'a> {
    pub(crate) fn of(program: &'a Program) -> Self {
        Self {
            types: &program.types,
            adts: &program.adts,
            consts: &program.consts,
            interner: &program.session.interner,
            sources: &program.session.sources,
        }
    }
}

/// Checks all patterns of a body. Nothing is said of those in which mistakes
/// were found: at `lost`, or told among `diagnostics`.
pub(crate) fn check(view: View<'_>, body: &Body, lost: &[Span], diagnostics: &mut Vec<Diagnostic>) {
    let errors = diagnostics.iter().filter(|found| found.is_error());
    let errors = errors.map(|found| found.primary.span).chain(lost.iter().copied()).collect();
    let checker = Checker { view, body, errors };
    for expr in &body.exprs {
        match expr.kind {
            ExprKind::Match { value, arms } => {
                checker.check_match(expr.span, value, arms, diagnostics);
            }
            ExprKind::For { pat, .. } => checker.check_irrefutable(pat, diagnostics),
            ExprKind::Comprehension { clauses, .. } => {
                for clause in body.list(clauses) {
                    if let Clause::For { pat, .. } = clause {
                        checker.check_irrefutable(*pat, diagnostics);
                    }
                }
            }
            ExprKind::Block { stmts, .. } => {
                for stmt in body.list(stmts) {
                    if let StmtKind::Let { pat, .. } = stmt.kind {
                        checker.check_irrefutable(pat, diagnostics);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether the patterns of a body mention constants, whose values decide what
/// they match.
pub(crate) fn needs_constants(body: &Body) -> bool {
    let is_constant = |id: ExprId| matches!(body.exprs[id].kind, ExprKind::Const(_));
    body.pats.iter().any(|pat| match pat.kind {
        PatKind::Literal(literal) => is_constant(literal),
        PatKind::Range { low, high, .. } => low.into_iter().chain(high).any(is_constant),
        _ => false,
    })
}

/// Checks the patterns that waited for constants, which have their values now.
pub(crate) fn check_waiting(program: &mut Program) -> Vec<Diagnostic> {
    program.session.constants_known = true;
    let waiting = std::mem::take(
        program.session.waiting.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner()),
    );
    let mut diagnostics = Vec::new();
    for owner in waiting {
        let body = match owner {
            BodyOwner::Fn(function) => program.body(function),
            BodyOwner::Const(constant) => program.const_body(constant),
        };
        if let Some(body) = body {
            check(View::of(program), body, &[], &mut diagnostics);
        }
    }
    diagnostics
}

/// So many earlier patterns are looked at for the one that makes another
/// superfluous.
const MAX_COVERS: usize = 1000;

struct Checker<'a> {
    view: View<'a>,
    body: &'a Body,
    /// Where mistakes were found.
    errors: Vec<Span>,
}

impl Checker<'_> {
    fn is_refused(&self, pat: PatId) -> bool {
        let span = self.body.pats[pat].span;
        self.errors.iter().any(|error| span.lo <= error.lo && error.hi <= span.hi)
    }

    fn check_match(
        &self,
        span: Span,
        value: ExprId,
        arms: List<Arm>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let arms = self.body.list(arms);
        if arms.is_empty() || arms.iter().any(|arm| self.is_refused(arm.pat)) {
            // There is a mistake that was told.
            return;
        }
        let head = Span::new(span.lo, self.body.exprs[value].span.hi);
        let ty = self.body.exprs[value].ty;
        if self.view.is_unknown(ty) {
            return;
        }
        let mut rows = Matrix::new(vec![ty]);
        let mut search = Search::new(self.view);
        let mut seen = Literals::new();
        // The patterns so far that count, with their places.
        let mut before: Vec<(Simplified, PatId)> = Vec::new();
        let mut guarded = false;
        let mut complete = true;
        for arm in arms {
            let mut simplified = Vec::new();
            if !self.simplify(arm.pat, &mut simplified, diagnostics) {
                // It was diagnosed before: nothing can be said of the whole.
                complete = false;
                continue;
            }
            let what = if simplified.len() > 1 { "alternative" } else { "arm" };
            for (pattern, pat) in simplified {
                let is_useful = match seen.is_useful(&pattern) {
                    Some(plain) => plain,
                    None => search.is_useful(&rows, std::slice::from_ref(&pattern)),
                };
                if complete && !is_useful {
                    // Which one it was is worth a look at a thousand.
                    let cover = before.iter().take(MAX_COVERS).find(|(earlier, _)| {
                        let mut alone = Matrix::new(vec![ty]);
                        alone.push(vec![earlier.clone()]);
                        !search.is_useful(&alone, std::slice::from_ref(&pattern))
                    });
                    self.unreachable(pat, what, cover.map(|(_, cover)| *cover), diagnostics);
                }
                if arm.guard.is_none() {
                    seen.push(&pattern);
                    rows.push(vec![pattern.clone()]);
                    before.push((pattern, pat));
                }
            }
            guarded |= arm.guard.is_some();
        }
        if search.gave_up() {
            diagnostics.push(
                Diagnostic::error(
                    &codes::NOT_EXHAUSTIVE,
                    head,
                    "this `match` is too complex to check",
                )
                .label("its patterns interact in too many ways")
                .note("add a last arm `case _:`, or split the match into several"),
            );
            return;
        }
        if !complete {
            return;
        }
        let missing = self.missing(&mut search, &mut rows);
        if missing.is_empty() {
            return;
        }
        let shown: Vec<String> = missing.iter().map(|case| format!("`{case}`")).collect();
        let (message, label, help) = match shown.as_slice() {
            [one] => (
                format!("this `match` misses the case {one}"),
                format!("{one} is not covered"),
                "add an arm for it",
            ),
            _ => (
                format!("this `match` misses the cases {}", shown.join(", ")),
                "these are not covered".to_owned(),
                "add arms for them",
            ),
        };
        let mut diagnostic = Diagnostic::error(&codes::NOT_EXHAUSTIVE, head, message).label(label);
        if guarded && search.missing_without_guards(self, arms) {
            diagnostic = diagnostic.note(
                "an arm with a guard may not match, so it does not count; the last one can do \
                 without its guard",
            );
        }
        if let (Some(first), Some(last)) = (arms.first(), arms.last()) {
            let indent = self.indentation(first);
            let added: String =
                missing.iter().map(|case| format!("\n{indent}case {case}: panic(\"…\")")).collect();
            let at = self.body.exprs[last.body].span.end();
            diagnostic = diagnostic.suggest(help, at, added, Applicability::Maybe);
        }
        diagnostics.push(diagnostic);
    }

    /// What the rows miss, as patterns, the first few cases of it.
    fn missing(&self, search: &mut Search<'_>, rows: &mut Matrix) -> Vec<String> {
        const MOST: usize = 4;
        let mut found = Vec::new();
        while found.len() < MOST
            && let Some(witness) =
                search.missing(rows).and_then(|missing| missing.into_iter().next())
        {
            found.push(witness.text(self.view));
            rows.push(vec![witness.pattern()]);
        }
        found
    }

    /// The blanks before an arm's `case`.
    fn indentation(&self, arm: &Arm) -> String {
        let span = self.body.pats[arm.pat].span;
        let Some(id) = self.view.sources.file_of(span) else { return String::new() };
        let file = self.view.sources.file(id);
        let text = file.text();
        let at = (span.lo - file.base) as usize;
        let line = text[..at.min(text.len())].rfind('\n').map_or(0, |end| end + 1);
        text[line..].chars().take_while(|character| *character == ' ').collect()
    }

    /// `cover` is a pattern before it that alone matches all that it matches.
    fn unreachable(
        &self,
        pat: PatId,
        what: &str,
        cover: Option<PatId>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let diagnostic = Diagnostic::warning(
            &codes::UNREACHABLE_ARM,
            self.body.pats[pat].span,
            format!("this {what} never matches"),
        );
        diagnostics.push(match cover {
            Some(cover) => diagnostic
                .label("covered already")
                .also(self.body.pats[cover].span, "takes every such value"),
            None => diagnostic.label("what stands before it covers every such value"),
        });
    }

    /// A pattern in a place where it must always match.
    fn check_irrefutable(&self, pat: PatId, diagnostics: &mut Vec<Diagnostic>) {
        if matches!(self.body.pats[pat].kind, PatKind::Bind(_) | PatKind::Wildcard) {
            return;
        }
        let ty = self.body.pats[pat].ty;
        if self.view.is_unknown(ty) || self.is_refused(pat) {
            return;
        }
        let mut simplified = Vec::new();
        if !self.simplify(pat, &mut simplified, diagnostics) {
            return;
        }
        let mut rows = Matrix::new(vec![ty]);
        for (pattern, _) in simplified {
            rows.push(vec![pattern]);
        }
        let mut search = Search::new(self.view);
        let Some(missing) = search.missing(&rows) else { return };
        let shown = missing.first().map_or("_".to_owned(), |witness| witness.text(self.view));
        let mut diagnostic = Diagnostic::error(
            &codes::REFUTABLE,
            self.body.pats[pat].span,
            "this pattern does not match every value",
        )
        .label(format!("`{shown}` is not covered"));
        diagnostic = if shown == "None" {
            diagnostic.note("use `match`, or give a value for `None` with `??`")
        } else {
            diagnostic.note("use `match`, where the other cases have arms of their own")
        };
        diagnostics.push(diagnostic);
    }

    /// The alternatives of a pattern, each with its place. False if it holds
    /// something that was diagnosed.
    fn simplify(
        &self,
        pat: PatId,
        out: &mut Vec<(Simplified, PatId)>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> bool {
        if let PatKind::Or(alternatives) = self.body.pats[pat].kind {
            let mut fine = true;
            for alternative in self.body.list(alternatives) {
                fine &= self.simplify(*alternative, out, diagnostics);
            }
            return fine;
        }
        match Simplified::of(self.view, self.body, pat, diagnostics) {
            Some(pattern) => {
                out.push((pattern, pat));
                true
            }
            None => false,
        }
    }
}

impl Search<'_> {
    /// Whether nothing would be missing if guards always held.
    fn missing_without_guards(&mut self, checker: &Checker<'_>, arms: &[Arm]) -> bool {
        let ty = match arms.first() {
            Some(arm) => checker.body.pats[arm.pat].ty,
            None => return false,
        };
        let mut rows = Matrix::new(vec![ty]);
        let mut ignored = Vec::new();
        for arm in arms {
            let mut simplified = Vec::new();
            checker.simplify(arm.pat, &mut simplified, &mut ignored);
            for (pattern, _) in simplified {
                rows.push(vec![pattern]);
            }
        }
        self.missing(&rows).is_none()
    }
}
