//! Functions and constants declared in blocks.

use simple_source::Span;
use simple_syntax::ast;

use super::lambda::LambdaStack;
use super::scope::Bound;
use super::table::{Var, VarKind};
use super::{BodyOwner, Function, Infer, LocalInfo, LocalKind};
use crate::body::*;
use crate::def::*;
use crate::session::{FnSource, ItemDef};
use crate::ty::Ty;

/// What a nested function captures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Captured {
    /// The local of the function that it is declared in.
    pub(crate) source: LocalId,
    /// Its own copy.
    pub(crate) local: LocalId,
}

/// A place at which a function refers to a nested one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reference {
    pub(crate) function: FnId,
    /// The lambdas around it.
    pub(crate) place: LambdaStack,
}

impl<'p> Infer<'p> {
    /// Whether an item of a block is a function.
    pub(crate) fn is_nested_function(&self, item: ast::ItemId) -> bool {
        matches!(self.f.ast.item(item).kind, ast::ItemKind::Function(_))
            && matches!(
                self.program.session.files[self.f.module].items[item.0 as usize],
                ItemDef::Fn(_)
            )
    }

    /// The function with a number, whether it is the one at hand or not.
    pub(crate) fn function_mut(&mut self, number: usize) -> &mut Function<'p> {
        if number == self.f.number {
            return &mut self.f;
        }
        self.bodies[number].as_mut().expect("only the function at hand is taken out")
    }

    /// See [`Infer::function_mut`].
    pub(crate) fn body_numbered(&self, number: usize) -> &Function<'p> {
        if number == self.f.number {
            return &self.f;
        }
        self.bodies[number].as_ref().expect("only the function at hand is taken out")
    }

    /// The number of the function or constant of this group that `owner` is.
    pub(crate) fn number_of(&self, owner: BodyOwner) -> Option<usize> {
        if self.f.owner == owner {
            return Some(self.f.number);
        }
        self.bodies.iter().flatten().find(|body| body.owner == owner).map(|body| body.number)
    }

    /// Makes another function the one at hand.
    pub(crate) fn enter(&mut self, number: usize) {
        if number == self.f.number {
            return;
        }
        let next = self.bodies[number].take().expect("only the function at hand is taken out");
        let before = std::mem::replace(&mut self.f, next);
        match self.bodies.get_mut(before.number) {
            Some(slot) => *slot = Some(before),
            // The function of no group that is there between groups.
            None => self.spare.push(before),
        }
        self.set_classes();
    }

    /// Does something in another function of the group.
    pub(crate) fn in_body<R>(&mut self, number: usize, with: impl FnOnce(&mut Self) -> R) -> R {
        let here = self.f.number;
        self.enter(number);
        let result = with(self);
        self.enter(here);
        result
    }

    /// Tells the table what numbers the parameters of the function at hand are.
    pub(crate) fn set_classes(&mut self) {
        self.table.classes.clear();
        for param in &self.f.generics {
            self.table.classes.push(Self::class_of(self.program, &param.bounds));
        }
    }

    /// The copy that function `number` has of a local of a function around it.
    pub(crate) fn captured_copy(
        &mut self,
        number: usize,
        declaring: usize,
        local: LocalId,
    ) -> LocalId {
        let Some(outer) = self.body_numbered(number).outer else { return local };
        let source =
            if outer == declaring { local } else { self.captured_copy(outer, declaring, local) };
        let place = self.body_numbered(number).declared_in.clone();
        self.function_mut(outer).capture_at(&place, source);
        let known =
            self.body_numbered(number).captured.iter().find(|captured| captured.source == source);
        if let Some(known) = known {
            return known.local;
        }
        let original = self.body_numbered(outer).body.locals[source];
        let f = self.function_mut(number);
        f.locals.push(LocalInfo { lambda: None, kind: LocalKind::Captured });
        let local = f.body.locals.push(Local { mutable: false, ..original });
        f.captured.push(Captured { source, local });
        local
    }

    /// Notes that a function is called or handed on: a nested one needs its
    /// captures there.
    pub(crate) fn refer_to_function(&mut self, function: FnId) {
        if !self.program.session.functions[function].nested {
            return;
        }
        let reference = Reference { function, place: self.f.lambda_stack() };
        if !self.f.references.contains(&reference) {
            self.pass_captures_on(self.f.number, &reference);
            self.f.references.push(reference);
        }
    }

    /// Has function `user` and its lambdas capture what a function that it
    /// refers to captures. True if something is new to the function.
    fn pass_captures_on(&mut self, user: usize, reference: &Reference) -> bool {
        let Some(number) = self.number_of(BodyOwner::Fn(reference.function)) else { return false };
        let Some(declaring) = self.body_numbered(number).outer else { return false };
        let captured = self.body_numbered(number).captured.clone();
        let before = self.body_numbered(user).captured.len();
        for Captured { source, local } in captured {
            let local = if number == user {
                local
            } else if declaring == user {
                source
            } else {
                self.captured_copy(user, declaring, source)
            };
            self.function_mut(user).capture_at(&reference.place, local);
        }
        self.body_numbered(user).captured.len() > before
    }

    /// Whether a function is `outer` or nested in it.
    fn is_within(&self, number: usize, outer: usize) -> bool {
        let outer_of = |number: &usize| self.body_numbered(*number).outer;
        std::iter::successors(Some(number), outer_of).any(|number| number == outer)
    }

    /// Functions that follow each other in a block: they see each other.
    pub(crate) fn nested_functions(&mut self, run: &[ast::ItemId]) {
        let outer = self.f.number;
        self.table.level += 1;
        let mut numbers = Vec::with_capacity(run.len());
        for &item_id in run {
            let item = *self.f.ast.item(item_id);
            let items = &self.program.session.files[self.f.module].items;
            let ItemDef::Fn(function) = items[item_id.0 as usize] else { continue };
            self.bind_name(item.name.symbol, Bound::Fn(function), item.name.span);
            numbers.push(self.begin_nested(function, &item));
        }
        for &number in &numbers {
            self.enter(number);
            self.check_function_body();
            self.enter(outer);
        }
        self.table.level -= 1;
        // Functions of the run call each other: what one captures, all that
        // refer to it need.
        let users: Vec<usize> = (0..self.bodies.len())
            .filter(|&number| number == outer || self.bodies[number].is_some())
            .filter(|&number| !self.body_numbered(number).references.is_empty())
            .filter(|&number| self.is_within(number, outer))
            .collect();
        loop {
            let mut changed = false;
            for &user in &users {
                for reference in self.body_numbered(user).references.clone() {
                    changed |= self.pass_captures_on(user, &reference);
                }
            }
            if !changed {
                break;
            }
        }
        self.keep_captured(&numbers);
        self.generalise_nested(&numbers);
        for &number in &numbers {
            self.function_mut(number).settled = true;
        }
    }

    /// Captures are values: a variable that may change later is copied where
    /// the functions stand.
    fn keep_captured(&mut self, numbers: &[usize]) {
        let mut copies: Vec<(LocalId, LocalId)> = Vec::new();
        for &number in numbers {
            let captured = self.body_numbered(number).captured.clone();
            for (index, Captured { source, .. }) in captured.into_iter().enumerate() {
                if !self.f.body.locals[source].mutable {
                    continue;
                }
                let known = copies.iter().find(|(from, _)| *from == source).map(|(_, to)| *to);
                let copy = match known {
                    Some(copy) => copy,
                    None => {
                        let Local { name, ty, span, .. } = self.f.body.locals[source];
                        let copy = self.new_local(name, ty, LocalKind::Hidden, span);
                        self.f.capture_in_lambdas(source);
                        let value = self.push(ExprKind::Local(source), ty, span);
                        let pat =
                            self.f.body.pats.push(Pat { kind: PatKind::Bind(copy), ty, span });
                        self.stmts.push(Stmt { kind: StmtKind::Let { pat, value }, span });
                        copies.push((source, copy));
                        copy
                    }
                };
                self.function_mut(number).captured[index].source = copy;
            }
        }
    }

    /// Prepares a nested function: its parameters have types, its body is
    /// still to be checked.
    fn begin_nested(&mut self, function: FnId, item: &ast::Item) -> usize {
        let outer = self.f.number;
        let number = self.new_function(BodyOwner::Fn(function), self.f.module);
        let declared_in = self.f.lambda_stack();
        let (generics, rigid, outer_generics, self_ty, depth, level) = (
            self.f.generics.clone(),
            self.f.rigid.clone(),
            self.f.outer_generics,
            self.f.self_ty,
            self.f.depth,
            self.table.level,
        );
        let f = self.function_mut(number);
        f.outer_generics = outer_generics;
        f.generics = generics;
        f.rigid = rigid;
        f.self_ty = self_ty;
        f.depth = depth + 1;
        f.outer = Some(outer);
        f.declared_in = declared_in;
        f.level = level;
        self.enter(number);
        self.nested_signature(item);
        self.enter(outer);
        number
    }

    fn nested_signature(&mut self, item: &ast::Item) {
        let ast::ItemKind::Function(function) = item.kind else { return };
        let ast = self.f.ast;
        let start = self.f.generics.len();
        for param in ast.list(function.generics) {
            let name = param.name;
            let var = self.table.fresh(VarKind::Rigid, name.span);
            self.f.rigid.push(var);
            self.f.generics.push(GenericParam { name: name.symbol, bounds: Vec::new() });
        }
        for (index, param) in ast.list(function.generics).iter().enumerate() {
            let position = start + index;
            let var = self.f.rigid[position - self.f.outer_generics];
            let bounds = self.written_bounds(param.bounds, var);
            self.f.generics[position].bounds = bounds.clone();
            if let Some(var) = self.table.as_var(var) {
                self.f.quantified.push(var);
                self.rigid_bounds.push((var, bounds));
            }
        }
        self.set_classes();
        self.f.inferred = function.result.is_none();
        let mut params = Vec::with_capacity(function.params.len());
        for (index, param) in ast.list(function.params).iter().enumerate() {
            let ty = match param.ty {
                Some(ty) => self.written(ty),
                None => {
                    self.f.inferred = true;
                    self.fresh(param.name.span)
                }
            };
            if ast.list(function.params)[..index]
                .iter()
                .any(|other| other.name.symbol == param.name.symbol)
            {
                self.duplicate_param(param.name);
            }
            params.push(ParamDef {
                name: param.name.symbol,
                ty,
                mutable: param.mutable.is_some(),
                default: None,
                span: param.name.span,
            });
        }
        self.f.params = params;
        self.f.result = match function.result {
            Some(result) => self.written(result),
            None => {
                let body = function.body;
                let plain = body.is_some_and(|body| self.plainly_unit(body));
                if plain { Ty::UNIT } else { self.fresh(item.name.span) }
            }
        };
    }

    fn duplicate_param(&mut self, name: ast::Name) {
        let text = self.text(name.symbol);
        let diag = simple_source::Diagnostic::error(
            &crate::codes::DUPLICATE_PARAMETER,
            name.span,
            format!("the parameter `{text}` is declared twice"),
        )
        .label("declared again here");
        self.error(diag);
    }

    /// Reads the bounds of a nested function's parameter.
    fn written_bounds(&mut self, bounds: ast::List<ast::TypeId>, var: Ty) -> Vec<TraitRef> {
        let ast = self.f.ast;
        let from = self.diags.len();
        let mut found = Vec::new();
        for bound in ast.list(bounds) {
            let reference = crate::declare::written::Written {
                program: self.program,
                ast,
                module: self.f.module,
                generics: &self.f.generics,
                self_ty: self.f.self_ty,
                sink: &mut self.table,
                diags: &mut self.diags,
                checks: &mut self.checks,
                aliases: Vec::new(),
            }
            .trait_ref(*bound, Some(var));
            if let Some(mut reference) = reference {
                let args: Vec<Ty> = self.list_vec(reference.args);
                let args: Vec<Ty> = args.into_iter().map(|arg| self.localise(arg)).collect();
                reference.args = self.table.make_list(&args);
                found.push(reference);
            }
        }
        if self.diags.len() > from {
            self.f.failed = true;
        }
        self.check_written();
        found
    }

    /// Makes generic parameters of what is open in the signatures of nested
    /// functions and belongs to nothing around them.
    fn generalise_nested(&mut self, numbers: &[usize]) {
        self.solve_ready();
        let mut open: Vec<Var> = Vec::new();
        for &number in numbers {
            if !self.body_numbered(number).inferred {
                continue;
            }
            let body = self.body_numbered(number);
            let types: Vec<Ty> =
                body.params.iter().map(|param| param.ty).chain([body.result]).collect();
            for ty in types {
                self.table.open_vars(ty, &mut open);
            }
        }
        let level = self.table.level;
        open.retain(|var| {
            self.table.var_kind(*var) == VarKind::General && self.table.var_level(*var) > level
        });
        if open.is_empty() {
            return;
        }
        self.default_operators_of(numbers);
        open.retain(|var| self.table.as_var(super::table::Table::var_ty(*var)) == Some(*var));
        open.retain(|var| self.table.var_kind(*var) == VarKind::General);
        // What still waits for more than a bound stays as it is: later uses
        // in the function around may decide it.
        open.retain(|var| self.only_bounds_wait(*var));
        for var in &open {
            let bounds = self.take_bounds_of(*var);
            self.table.make_rigid(*var);
            self.rigid_bounds.push((*var, bounds));
        }
        for &number in numbers {
            let f = self.function_mut(number);
            if f.inferred {
                f.quantified.extend(open.iter().copied());
            }
        }
    }

    /// Requires of instances of a nested function's parameters what is
    /// required of these.
    pub(crate) fn require_quantified(&mut self, map: &[(Var, Ty)], span: Span) {
        for (var, ty) in map {
            for bound in self.rigid_bounds_of(*var) {
                let args = self.list_vec(bound.args);
                let args: Vec<Ty> =
                    args.into_iter().map(|arg| self.table.replace(arg, map)).collect();
                let args = self.table.make_list(&args);
                self.require(bound.trait_, *ty, args, span, super::bounds::Cause::Bound);
            }
        }
    }

    /// A constant of a block. It sees no locals.
    pub(crate) fn nested_const(&mut self, constant: ConstId) {
        let outer = self.f.number;
        let constants = self.scopes.constants();
        let scopes = std::mem::replace(&mut self.scopes, constants);
        let number = self.new_function(BodyOwner::Const(constant), self.f.module);
        self.enter(number);
        self.check_const_body(constant);
        self.enter(outer);
        self.scopes = scopes;
    }

    /// The name of a function's source item.
    pub(crate) fn item_of(&self, function: FnId) -> Option<ast::ItemId> {
        match self.program.session.functions[function].source {
            FnSource::Function(item) | FnSource::Test(item) => Some(item),
            FnSource::Script | FnSource::Default(_) => None,
        }
    }
}
