//! Arguments are matched to parameters and checked against their types.

use simple_source::{Applicability, Diagnostic, Span, Symbol};
use simple_syntax::ast::{self, Expr as Tree};

use super::Infer;
use super::bounds::Cause;
use super::expect::{Expect, Why};
use super::signature::{Origin, Sig};
use super::table::Table;
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::names::suggest;
use crate::session::FnSource;
use crate::ty::{Ty, TyKind};

/// An argument as it was given: not looked at yet, or checked already because
/// it was not known then who is called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given {
    pub(crate) name: Option<ast::Name>,
    pub(crate) mutable: Option<Span>,
    pub(crate) tree: ast::ExprId,
    pub(crate) value: Option<ExprId>,
}

impl Given {
    pub(crate) fn of(arg: &ast::Arg) -> Self {
        Self { name: arg.name, mutable: arg.mutable, tree: arg.value, value: None }
    }
}

/// A call, for messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallSite {
    /// The whole call.
    pub(crate) span: Span,
    /// What is called, as it is written: the name of a method, a path.
    pub(crate) name: Span,
}

/// What arguments are matched to.
pub(crate) struct Slot {
    pub(crate) name: Symbol,
    pub(crate) ty: Ty,
    pub(crate) mutable: bool,
    pub(crate) has_default: bool,
    pub(crate) span: Span,
    pub(crate) field: bool,
}

impl<'p> Infer<'p> {
    /// Checks the arguments of a call; the result has all of them in the order
    /// of evaluation, or is none if they do not fit the parameters. `skip` parameters are given otherwise (the receiver).
    pub(crate) fn arguments(
        &mut self,
        sig: &Sig<'p>,
        args: &[Ty],
        given: &[Given],
        skip: usize,
        site: CallSite,
        cause: Cause,
    ) -> Option<Vec<Arg>> {
        let slots: Vec<Slot> = (skip..sig.params.len())
            .map(|index| {
                let param = sig.params[index];
                Slot {
                    name: param.name,
                    ty: self.param_ty(sig, index, args),
                    mutable: param.mutable,
                    has_default: param.default.is_some()
                        || self.nested_default(sig, index).is_some(),
                    span: param.span,
                    field: false,
                }
            })
            .collect();
        let what = self.text(self.program.functions[sig.function].name);
        let Some(positions) = self.match_slots(&slots, given, site, what) else {
            // What is wrong was said; the arguments are looked at for
            // mistakes of their own.
            self.check_loose(given);
            self.f.failed = true;
            return None;
        };
        let mut made: Vec<Arg> = Vec::with_capacity(slots.len());
        let mut values: Vec<Option<ExprId>> = vec![None; given.len()];
        // Lambdas come last: the others decide the types of their parameters.
        for (index, arg) in given.iter().enumerate() {
            if !self.is_lambda(arg) {
                values[index] = Some(self.argument(arg, &slots[positions[index]]));
            }
        }
        self.require_call_bounds(sig, args, given, &positions, skip, site, cause);
        self.solve_ready();
        for (index, arg) in given.iter().enumerate() {
            if values[index].is_none() {
                values[index] = Some(self.argument(arg, &slots[positions[index]]));
            }
        }
        for (index, value) in values.into_iter().enumerate() {
            let Some(value) = value else { continue };
            let position = positions[index];
            made.push(Arg {
                param: (position + skip) as u32,
                mutable: slots[position].mutable,
                value,
            });
        }
        for (position, slot) in slots.iter().enumerate() {
            if positions.contains(&position) || !slot.has_default {
                continue;
            }
            let value = self.default_value(sig, position + skip, args, slot.ty, site.span);
            made.push(Arg { param: (position + skip) as u32, mutable: false, value });
        }
        Some(made)
    }

    /// Which slot each argument is for. None if they do not fit, which was
    /// reported.
    pub(crate) fn match_slots(
        &mut self,
        slots: &[Slot],
        given: &[Given],
        site: CallSite,
        what: &str,
    ) -> Option<Vec<usize>> {
        let mut positions = Vec::with_capacity(given.len());
        let mut taken = vec![false; slots.len()];
        let mut next = 0;
        let mut fits = true;
        for arg in given {
            let position = match arg.name {
                None => {
                    next += 1;
                    if next > slots.len() {
                        if next == slots.len() + 1 {
                            self.too_many(slots, given, arg, what);
                        }
                        fits = false;
                        continue;
                    }
                    next - 1
                }
                Some(name) => match slots.iter().position(|slot| slot.name == name.symbol) {
                    Some(position) => position,
                    None => {
                        self.unknown_argument(slots, name, what);
                        fits = false;
                        continue;
                    }
                },
            };
            if taken[position] {
                let name = arg.name;
                let text = self.text(slots[position].name);
                let span = name.map_or(self.f.ast.span(arg.tree), |name| name.span);
                let mut diag = Diagnostic::error(
                    &codes::NAMED_ARGUMENT,
                    span,
                    format!("the argument `{text}` is given twice"),
                )
                .label("given again here");
                let free = (0..slots.len()).find(|index| !taken[*index]);
                if let Some(free) = free {
                    let free = self.text(slots[free].name);
                    diag = diag.suggest(
                        format!("`{free}` is not given"),
                        span,
                        free,
                        Applicability::Maybe,
                    );
                }
                self.error(diag);
                fits = false;
                continue;
            }
            taken[position] = true;
            positions.push(position);
        }
        if !fits {
            return None;
        }
        let missing: Vec<usize> =
            (0..slots.len()).filter(|index| !taken[*index] && !slots[*index].has_default).collect();
        if missing.is_empty() {
            return Some(positions);
        }
        self.too_few(slots, given, &missing, site, what);
        None
    }

    fn too_many(&mut self, slots: &[Slot], given: &[Given], extra: &Given, what: &str) {
        let span = self.f.ast.span(extra.tree);
        let count = match slots.len() {
            0 => "no arguments".to_owned(),
            1 => "1 argument".to_owned(),
            count => format!("{count} arguments"),
        };
        let found = match given.len() {
            1 => "1 is".to_owned(),
            found => format!("{found} are"),
        };
        let mut diag = Diagnostic::error(
            &codes::ARGUMENT_COUNT,
            span,
            format!("`{what}` takes {count}, and {found} given"),
        )
        .label("one too many");
        if what == "input" {
            diag = diag.note("it asks nothing itself: `print` the question before");
        }
        if let Some(last) = slots.last() {
            let word = if last.field { "the last field" } else { "the last parameter" };
            if !last.span.is_none() {
                diag = diag.also(last.span, word);
            }
        }
        self.error(diag);
    }

    fn too_few(
        &mut self,
        slots: &[Slot],
        given: &[Given],
        missing: &[usize],
        site: CallSite,
        what: &str,
    ) {
        let names: Vec<String> =
            missing.iter().map(|index| format!("`{}`", self.text(slots[*index].name))).collect();
        let span = site.name.to(site.span.end());
        let count = slots.len();
        let plural = if count == 1 { "" } else { "s" };
        let mut diag = Diagnostic::error(
            &codes::ARGUMENT_COUNT,
            span,
            format!(
                "`{what}` takes {count} argument{plural}: {} {} missing",
                names.join(" and "),
                if missing.len() == 1 { "is" } else { "are" }
            ),
        )
        .label(format!("{} not given", names.join(" and ")));
        if let Some(first) = missing.first()
            && !slots[*first].span.is_none()
        {
            diag = diag.also(slots[*first].span, "declared here");
        }
        if what == "split" && given.is_empty() {
            let message = "`split_whitespace` gives the words between white space";
            let text = "split_whitespace()";
            diag = diag.suggest(message, span, text, Applicability::Maybe);
            return self.error(diag);
        }
        let examples: Option<Vec<String>> =
            missing.iter().map(|index| self.default_text(slots[*index].ty)).collect();
        let text = self.snippet(span);
        let plain = given.iter().all(|arg| arg.name.is_none());
        if let (Some(examples), Some(inner), true) = (examples, text.strip_suffix(')'), plain) {
            let separator = if given.is_empty() { "" } else { ", " };
            diag = diag.suggest(
                "give all of them, for example",
                span,
                format!("{inner}{separator}{})", examples.join(", ")),
                Applicability::Maybe,
            );
        }
        self.error(diag);
    }

    fn unknown_argument(&mut self, slots: &[Slot], name: ast::Name, what: &str) {
        let text = self.text(name.symbol);
        let names: Vec<&str> = slots.iter().map(|slot| self.text(slot.name)).collect();
        let word = if slots.first().is_some_and(|slot| slot.field) { "field" } else { "parameter" };
        let mut diag = Diagnostic::error(
            &codes::NAMED_ARGUMENT,
            name.span,
            format!("`{what}` has no {word} `{text}`"),
        )
        .label("not found");
        let starts =
            names.iter().find(|known| text.starts_with(**known) || known.starts_with(text));
        let optional = slots.iter().find(|slot| slot.has_default).map(|slot| self.text(slot.name));
        if let Some(near) =
            suggest::nearest(text, names.iter().copied()).or(starts.copied()).or(optional)
        {
            diag =
                diag.suggest(format!("there is `{near}`"), name.span, near, Applicability::Maybe);
        }
        if !names.is_empty() {
            diag = diag.note(format!("it has `{}`", names.join("`, `")));
        }
        self.error(diag);
    }

    /// Looks at arguments of a call that is wrong anyway.
    pub(crate) fn check_loose(&mut self, given: &[Given]) {
        for arg in given {
            if arg.value.is_none() {
                self.expr(arg.tree, Expect::Any);
            }
        }
    }

    fn is_lambda(&self, arg: &Given) -> bool {
        arg.value.is_none()
            && matches!(self.f.ast.expr(self.unwrapped(arg.tree)), Tree::Lambda { .. })
    }

    /// One argument against its slot.
    pub(crate) fn argument(&mut self, arg: &Given, slot: &Slot) -> ExprId {
        let why = if slot.span.is_none() {
            Why::Plain
        } else if slot.field {
            Why::Field(slot.span)
        } else {
            Why::Parameter(slot.span)
        };
        let value = match (arg.value, slot.mutable) {
            (Some(value), _) => self.coerce(value, slot.ty, why),
            (None, true) => {
                let place = self.place(arg.tree);
                self.coerce(place, slot.ty, why)
            }
            (None, false) => self.expr(arg.tree, Expect::Need(slot.ty, why)),
        };
        let span = self.f.ast.span(arg.tree);
        match (slot.mutable, arg.mutable) {
            (true, Some(_)) => self.use_place(value, super::place::Purpose::MutArgument),
            (true, None) => {
                let text = self.snippet(span);
                let name = self.text(slot.name);
                let diag = Diagnostic::error(
                    &codes::MUT_MISSING,
                    span,
                    format!("the parameter `{name}` is `mut`, so the argument says it too"),
                )
                .label("may be changed by the call")
                .also(slot.span, "the parameter")
                .suggest(
                    "write `mut`",
                    span,
                    format!("mut {text}"),
                    Applicability::Certain,
                );
                self.error(diag);
            }
            (false, Some(mutable)) => {
                let name = self.text(slot.name);
                let mut diag = Diagnostic::error(
                    &codes::MUT_SUPERFLUOUS,
                    mutable,
                    format!("`{name}` is not `mut`"),
                )
                .label("the call cannot change the argument")
                .suggest(
                    "leave `mut` out",
                    Span::new(mutable.lo, span.lo),
                    "",
                    Applicability::Certain,
                );
                if !slot.span.is_none() {
                    diag = diag.also(slot.span, "declared here");
                }
                self.error(diag);
            }
            (false, None) => {}
        }
        value
    }

    /// Requires the bounds of the parameters of a function that is called; a
    /// message points to the argument whose type it is about.
    #[allow(clippy::too_many_arguments)]
    fn require_call_bounds(
        &mut self,
        sig: &Sig<'p>,
        args: &[Ty],
        given: &[Given],
        positions: &[usize],
        skip: usize,
        site: CallSite,
        cause: Cause,
    ) {
        if sig.generics.iter().all(|param| param.bounds.is_empty()) {
            return;
        }
        if matches!(sig.origin, Origin::Nested(_)) {
            return;
        }
        let program = self.program;
        let owner = program.functions[sig.function].parent;
        for (index, param) in sig.generics.iter().enumerate() {
            for bound in &param.bounds {
                if index == 0 && owner == Parent::Trait(bound.trait_) {
                    continue;
                }
                let position = positions.iter().position(|position| {
                    let declared = sig.params[position + skip].ty;
                    Table::is_ground(declared)
                        && matches!(program.types.kind(declared), TyKind::Param(found, _) if found as usize == index)
                });
                let span = match position {
                    Some(position) => self.f.ast.span(given[position].tree),
                    None => site.name,
                };
                let bound_args = self.table.substitute_list(bound.args, args);
                let ty = args.get(index).copied().unwrap_or(Ty::ERROR);
                self.require(bound.trait_, ty, bound_args, span, cause);
            }
        }
    }

    /// The tree of the default of a nested function's parameter.
    fn nested_default(&self, sig: &Sig<'p>, index: usize) -> Option<ast::ExprId> {
        let Origin::Nested(_) = sig.origin else { return None };
        let info = &self.program.session.functions[sig.function];
        let FnSource::Function(item) = info.source else { return None };
        let ast::ItemKind::Function(function) = self.f.ast.item(item).kind else { return None };
        self.f.ast.list(function.params).get(index)?.default
    }

    /// The value of a parameter that is not given.
    fn default_value(
        &mut self,
        sig: &Sig<'p>,
        index: usize,
        args: &[Ty],
        ty: Ty,
        span: Span,
    ) -> ExprId {
        if let Some(tree) = self.nested_default(sig, index) {
            // Defaults see the module's names only.
            let scopes = std::mem::take(&mut self.scopes);
            let value = self.expr(tree, Expect::Need(ty, Why::Plain));
            self.scopes = scopes;
            return value;
        }
        match sig.params[index].default {
            Some(default) => self.default_call(default, args, ty, span),
            None => self.error_expr(span),
        }
    }

    /// A call of the function that gives a default.
    pub(crate) fn default_call(
        &mut self,
        default: FnId,
        args: &[Ty],
        ty: Ty,
        span: Span,
    ) -> ExprId {
        let args = self.arg_list(args);
        let callee = Callee::Fn(FnRef { function: default, args });
        let none = self.f.body.add_list::<Arg>(&[]);
        self.push(ExprKind::Call { callee, args: none }, ty, span)
    }
}
