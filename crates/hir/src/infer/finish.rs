//! The end of a group: variables give way to finished types, what was left
//! for later is checked, and bodies are handed over.

use simple_source::interner::FxHashMap;
use simple_source::{Applicability, Diagnostic, Span, Symbol};

use super::group::Outcome;
use super::obligation::Need;
use super::table::{Table, Var, VarKind};
use super::{BodyOwner, Infer};
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::exhaustive::{self, View};
use crate::session::Signature;
use crate::ty::{Ty, TyKind, Tys};

/// The final generic parameters of a member and the functions nested in it.
/// They share one list: the member's own parameters, then those of all its
/// nested functions.
struct Family {
    own: Vec<GenericParam>,
    /// The nested functions' parameters, by the variables that stood for them.
    nested: Vec<(Var, GenericParam)>,
}

impl Infer<'_> {
    /// Finishes all functions of the group.
    pub(crate) fn finish_group(&mut self, members: &[usize]) -> Outcome {
        let mut outcome = Outcome::default();
        let count = self.bodies.len();
        let roots: Vec<usize> = (0..count).map(|number| self.root_of(number)).collect();
        let has_nested = count > members.len();
        let families = if has_nested { self.families(&roots) } else { FxHashMap::default() };
        let globals = std::mem::take(&mut self.global_types);
        for number in 0..count {
            self.enter(number);
            self.finish_types();
        }
        for (global, ty) in globals {
            let ty = self.table.finish(ty, &mut |_, _| Ty::ERROR);
            outcome.globals.push((global, ty));
        }
        for (number, root) in roots.into_iter().enumerate() {
            self.enter(number);
            self.settle_literals();
            self.check_places();
            self.settle_dropped();
            if has_nested {
                self.nested_references(&families[&root]);
            }
            // A question about traits that needs a type too large was answered
            // with no, which was said.
            if self.table.too_large && !self.f.failed {
                let span = self.f.body.root.map_or(Span::NONE, |root| self.span(root));
                self.too_large(span);
            }
            self.hand_over(&families, root, &mut outcome);
        }
        outcome.diags = std::mem::take(&mut self.diags);
        outcome
    }

    /// The member of the group that a function is nested in, by number.
    fn root_of(&self, number: usize) -> usize {
        let mut root = number;
        while let Some(outer) = self.body_numbered(root).outer {
            root = outer;
        }
        root
    }

    /// The final parameters of each member with nested functions; the
    /// variables that stood for them become these.
    fn families(&mut self, roots: &[usize]) -> FxHashMap<usize, Family> {
        let mut families: FxHashMap<usize, Family> = FxHashMap::default();
        for (number, &root) in roots.iter().enumerate() {
            let quantified = self.body_numbered(number).quantified.clone();
            let own = self.body_numbered(root).generics.clone();
            let family = families.entry(root).or_insert_with(|| Family { own, nested: Vec::new() });
            for var in quantified {
                if family.nested.iter().any(|(known, _)| *known == var) {
                    continue;
                }
                let bounds = self.rigid_bounds_of(var);
                let name = self.quantified_name(var, family.nested.len());
                family.nested.push((var, GenericParam { name, bounds }));
            }
        }
        for family in families.values() {
            for (index, (var, param)) in family.nested.iter().enumerate() {
                let position = (family.own.len() + index) as u32;
                self.table.settle_rigid(*var, TyKind::Param(position, param.name));
            }
        }
        // Bounds may mention other parameters.
        for (_, param) in families.values_mut().flat_map(|family| &mut family.nested) {
            for bound in &mut param.bounds {
                bound.args = self.table.finish_list(bound.args, &mut |_, _| Ty::ERROR);
            }
        }
        families
    }

    /// The name of a nested function's parameter: as it is written, or a letter
    /// if it was inferred.
    fn quantified_name(&self, var: Var, position: usize) -> Symbol {
        let written = self.program.snippet(self.table.origin(var));
        if written.chars().next().is_some_and(char::is_uppercase) {
            self.program.intern(written)
        } else {
            self.program.intern(&format!("T{position}"))
        }
    }

    /// Replaces all local types of the function at hand.
    fn finish_types(&mut self) {
        // Parameters and locals first, so that what is undecided is told at
        // the declaration.
        for index in 0..self.f.params.len() {
            let ty = self.f.params[index].ty;
            self.f.params[index].ty = self.finished(ty, Span::NONE);
        }
        let span = self.f.body.root.map_or(Span::NONE, |root| self.span(root));
        self.f.result = self.finished(self.f.result, span);
        for index in 0..self.f.body.locals.len() {
            let id = LocalId(index as u32);
            let Local { ty, span, .. } = self.f.body.locals[id];
            if !Table::is_ground(ty) {
                self.f.body.locals[id].ty = self.finished(ty, span);
            }
        }
        for index in 0..self.f.body.pats.len() {
            let id = PatId(index as u32);
            let Pat { ty, span, .. } = self.f.body.pats[id];
            if !Table::is_ground(ty) {
                self.f.body.pats[id].ty = self.finished(ty, span);
            }
        }
        for index in 0..self.f.body.exprs.len() {
            let id = ExprId(index as u32);
            let Expr { ty, span, kind } = self.f.body.exprs[id];
            if !Table::is_ground(ty) {
                self.f.body.exprs[id].ty = self.finished(ty, span);
            }
            let kind = match kind {
                ExprKind::Fn(function) => ExprKind::Fn(self.finished_fn(function, span)),
                ExprKind::Method(method) => ExprKind::Method(self.finished_method(method, span)),
                ExprKind::Call { callee, args } => {
                    ExprKind::Call { callee: self.finished_callee(callee, span), args }
                }
                ExprKind::For { pat, iterable, kind, body } => {
                    let kind = self.finished_loop(iterable, kind);
                    ExprKind::For { pat, iterable, kind, body }
                }
                _ => continue,
            };
            self.f.body.exprs[id].kind = kind;
        }
        let clauses = std::mem::take(Clause::table_mut(&mut self.f.body.lists));
        let clauses: Vec<Clause> = clauses
            .into_iter()
            .map(|clause| match clause {
                Clause::For { pat, iterable, kind } => {
                    Clause::For { pat, iterable, kind: self.finished_loop(iterable, kind) }
                }
                clause => clause,
            })
            .collect();
        *Clause::table_mut(&mut self.f.body.lists) = clauses;
        self.finish_assign_ops();
    }

    /// Puts the methods of compound assignments into their statements.
    fn finish_assign_ops(&mut self) {
        if self.f.assign_ops.is_empty() {
            return;
        }
        let ops = std::mem::take(&mut self.f.assign_ops);
        let calls: FxHashMap<ExprId, Callee> = ops
            .iter()
            .filter_map(|(place, expr)| match self.f.body.exprs[*expr].kind {
                ExprKind::Call { callee, .. } => Some((*place, callee)),
                _ => None,
            })
            .collect();
        if calls.is_empty() {
            return;
        }
        for stmt in Stmt::table_mut(&mut self.f.body.lists) {
            if let StmtKind::AssignOp { place, call, .. } = &mut stmt.kind {
                *call = calls.get(place).copied();
            }
        }
    }

    fn finished_loop(&mut self, iterable: ExprId, kind: ForKind) -> ForKind {
        let late = self.f.late_loops.iter().find(|(value, _)| *value == iterable);
        match late.map_or(kind, |(_, kind)| *kind) {
            ForKind::Iter(callee) => {
                let span = self.span(iterable);
                ForKind::Iter(self.finished_callee(callee, span))
            }
            kind => kind,
        }
    }

    fn finished_callee(&mut self, callee: Callee, span: Span) -> Callee {
        match callee {
            Callee::Fn(function) => Callee::Fn(self.finished_fn(function, span)),
            Callee::Method(method) => Callee::Method(self.finished_method(method, span)),
            Callee::Dyn(method) => Callee::Dyn(self.finished_method(method, span)),
            callee => callee,
        }
    }

    fn finished_fn(&mut self, function: FnRef, span: Span) -> FnRef {
        FnRef { args: self.finished_list(function.args, span), ..function }
    }

    fn finished_method(&mut self, method: MethodRef, span: Span) -> MethodRef {
        MethodRef { args: self.finished_list(method.args, span), ..method }
    }

    fn finished_list(&mut self, list: Tys, span: Span) -> Tys {
        let mut undecided = Vec::new();
        let done = self.table.finish_list(list, &mut |_, var| {
            undecided.push(var);
            Ty::ERROR
        });
        self.say_undecided(undecided, span);
        done
    }

    /// A finished type; what nothing decides is reported.
    fn finished(&mut self, ty: Ty, span: Span) -> Ty {
        if Table::is_ground(ty) {
            return ty;
        }
        let mut undecided = Vec::new();
        let done = self.table.finish(ty, &mut |table, var| match table.var_kind(var) {
            VarKind::Int => Ty::I64,
            VarKind::Float => Ty::F64,
            VarKind::General | VarKind::Rigid => {
                undecided.push(var);
                Ty::ERROR
            }
        });
        self.say_undecided(undecided, span);
        done
    }

    fn say_undecided(&mut self, undecided: Vec<Var>, span: Span) {
        let Some(var) = undecided.first() else { return };
        if self.f.failed {
            // Very likely a consequence of what was said already.
            return;
        }
        let origin = self.table.origin(*var);
        self.undecided_at(origin, span, Need::Nothing);
    }

    /// Completes the type arguments of references to nested functions.
    fn nested_references(&mut self, family: &Family) {
        for index in 0..self.f.body.exprs.len() {
            let id = ExprId(index as u32);
            let kind = match self.f.body.exprs[id].kind {
                ExprKind::Fn(function) => ExprKind::Fn(self.nested_reference(family, function)),
                ExprKind::Call { callee: Callee::Fn(function), args } => {
                    let function = self.nested_reference(family, function);
                    ExprKind::Call { callee: Callee::Fn(function), args }
                }
                _ => continue,
            };
            self.f.body.exprs[id].kind = kind;
        }
    }

    fn nested_reference(&mut self, family: &Family, function: FnRef) -> FnRef {
        if !self.program.session.functions[function.function].nested {
            return function;
        }
        let Some(callee) = self.number_of(BodyOwner::Fn(function.function)) else {
            return function;
        };
        let given = self.list_vec(function.args);
        let quantified = self.body_numbered(callee).quantified.clone();
        // What the callee and the functions around it declare is of interest
        // to it; anything will do for the rest.
        let mut around: Vec<Var> = Vec::new();
        let mut at = self.body_numbered(callee).outer;
        while let Some(outer) = at {
            around.extend(self.body_numbered(outer).quantified.iter().copied());
            at = self.body_numbered(outer).outer;
        }
        let mut args: Vec<Ty> = Vec::with_capacity(family.own.len() + family.nested.len());
        for (index, param) in family.own.iter().enumerate() {
            args.push(self.table.make(TyKind::Param(index as u32, param.name)));
        }
        for (index, (var, param)) in family.nested.iter().enumerate() {
            let position = (family.own.len() + index) as u32;
            let own = quantified.iter().position(|known| known == var);
            let arg = match own {
                Some(own) => given.get(own).copied(),
                None if around.contains(var) => None,
                None => Some(Ty::UNIT),
            };
            args.push(match arg {
                Some(arg) => arg,
                None => self.table.make(TyKind::Param(position, param.name)),
            });
        }
        FnRef { args: self.table.make_list(&args), ..function }
    }

    /// Adds the function at hand to what comes out of the group.
    fn hand_over(
        &mut self,
        families: &FxHashMap<usize, Family>,
        root: usize,
        outcome: &mut Outcome,
    ) {
        let owner = self.f.owner;
        let nested = self.f.outer.is_some();
        match owner {
            BodyOwner::Const(constant) => outcome.consts.push((constant, self.f.result)),
            BodyOwner::Fn(function) if nested => {
                let signature = self.nested_outcome(function, &families[&root]);
                outcome.signatures.push((function, signature));
            }
            BodyOwner::Fn(function) if self.f.inferred => {
                let def = &self.program.functions[function];
                let generics =
                    Generics { params: self.f.generics.clone(), inherited: def.generics.inherited };
                self.check_leaks(generics.params.len());
                // Whether it has a result after all is part of the mistake.
                let in_doubt = self.program.session.functions[function].result_in_doubt;
                let result = if in_doubt && self.f.failed { Ty::ERROR } else { self.f.result };
                let signature = Signature {
                    generics,
                    params: self.f.params.clone(),
                    result,
                    parent: def.parent,
                    path: def.path,
                    captures: Vec::new(),
                };
                outcome.signatures.push((function, signature));
            }
            BodyOwner::Fn(_) => {}
        }
        if nested {
            let copies: Vec<LocalId> =
                self.f.captured.iter().map(|captured| captured.local).collect();
            self.f.body.params.splice(0..0, copies);
        }
        self.check_patterns();
        let body = (!self.f.failed).then(|| self.f.body.compact());
        outcome.bodies.push((owner, body));
    }

    /// Whether the matches of the function at hand cover every case.
    fn check_patterns(&mut self) {
        let session = &self.program.session;
        if !session.constants_known && exhaustive::needs_constants(&self.f.body) {
            if self.f.failed {
                return;
            }
            let mut waiting =
                session.waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            waiting.push(self.f.owner);
            return;
        }
        let from = self.diags.len();
        let lost = &self.f.lost_patterns;
        exhaustive::check(View::of(self.program), &self.f.body, lost, &mut self.diags);
        self.f.failed |= self.diags[from..].iter().any(Diagnostic::is_error);
    }

    fn nested_outcome(&mut self, function: FnId, family: &Family) -> Signature {
        let def = &self.program.functions[function];
        let outer = self.f.outer.map(|outer| self.body_numbered(outer).owner);
        let parent = match outer {
            Some(BodyOwner::Fn(outer)) => Parent::Function(outer),
            _ => Parent::Module,
        };
        let mut params = family.own.clone();
        params.extend(family.nested.iter().map(|(_, param)| param.clone()));
        Signature {
            generics: Generics { params, inherited: family.own.len() as u32 },
            params: self.f.params.clone(),
            result: self.f.result,
            parent,
            path: self.nested_path(def.name),
            captures: self.f.captured.iter().map(|captured| captured.source).collect(),
        }
    }

    /// A path for a nested function: that of the function around it, its
    /// name, and a number if the function has several of that name.
    fn nested_path(&self, name: Symbol) -> Symbol {
        let mut texts = vec![self.text(name).to_owned()];
        let mut at = self.f.outer;
        let mut root = None;
        while let Some(number) = at {
            let body = self.body_numbered(number);
            root = Some(body.owner);
            if body.outer.is_some()
                && let BodyOwner::Fn(function) = body.owner
            {
                texts.push(self.text(self.program.functions[function].name).to_owned());
            }
            at = body.outer;
        }
        let base = match root {
            Some(BodyOwner::Fn(function)) => {
                self.text(self.program.functions[function].path).to_owned()
            }
            Some(BodyOwner::Const(constant)) => {
                let def = &self.program.consts[constant];
                let module = self.text(self.program.modules[def.module].path);
                format!("{module}.{}", self.text(def.name))
            }
            None => String::new(),
        };
        texts.push(base);
        texts.reverse();
        let same = self
            .bodies
            .iter()
            .flatten()
            .filter(|body| {
                body.number < self.f.number
                    && body.outer.is_some()
                    && matches!(body.owner, BodyOwner::Fn(function)
                        if self.program.functions[function].name == name)
            })
            .count();
        let mut path = texts.join(".");
        if same > 0 {
            path.push_str(&format!(".{}", same + 1));
        }
        self.program.intern(&path)
    }

    /// An inferred signature may not mention parameters of another function
    /// that it was inferred together with.
    fn check_leaks(&mut self, count: usize) {
        let types: Vec<(Ty, Span)> =
            self.f.params.iter().map(|param| (param.ty, param.span)).collect();
        for (ty, span) in types {
            if self.mentions_beyond(ty, count) {
                let diag = Diagnostic::error(
                    &codes::UNDECIDED,
                    span,
                    "the type of this parameter depends on a caller's type parameter",
                )
                .label("its type needs to be written")
                .suggest(
                    "write its type, for example",
                    span,
                    format!("{}: i64", self.snippet(span)),
                    Applicability::Maybe,
                );
                self.error(diag);
            }
        }
    }

    fn mentions_beyond(&self, ty: Ty, count: usize) -> bool {
        let types = &self.program.types;
        if !types.has_params(ty) {
            return false;
        }
        match types.kind(ty) {
            TyKind::Param(index, _) => index as usize >= count,
            TyKind::List(element) => self.mentions_beyond(element, count),
            TyKind::Tuple(list) | TyKind::Adt(_, list) | TyKind::Dyn(_, list) => {
                types.list(list).iter().any(|part| self.mentions_beyond(*part, count))
            }
            TyKind::Fn(params, result) => {
                self.mentions_beyond(result, count)
                    || types.list(params).iter().any(|part| self.mentions_beyond(*part, count))
            }
            _ => false,
        }
    }
}
