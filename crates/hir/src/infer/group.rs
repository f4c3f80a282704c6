//! A group of functions is inferred together.

use simple_source::{Diagnostic, Span, sym};
use simple_syntax::ast::{self, ItemKind};

use super::expect::{Expect, Why};
use super::table::{Table, Var, VarKind};
use super::{BodyOwner, Frame, Function, Infer, LocalKind, Returns};
use crate::body::*;
use crate::codes;
use crate::def::*;
use crate::session::{FnSource, Signature};
use crate::ty::{Ty, TyKind};

/// A member of a group.
pub(crate) type Member = BodyOwner;

/// What became of a group.
#[derive(Default)]
pub(crate) struct Outcome {
    /// The bodies; none for those with errors.
    pub(crate) bodies: Vec<(BodyOwner, Option<Body>)>,
    /// Signatures that were inferred, also those of nested functions.
    pub(crate) signatures: Vec<(FnId, Signature)>,
    /// Types of constants that do not state them.
    pub(crate) consts: Vec<(ConstId, Ty)>,
    /// Types of variables of scripts.
    pub(crate) globals: Vec<(GlobalId, Ty)>,
    pub(crate) diags: Vec<Diagnostic>,
}

impl<'p> Function<'p> {
    pub(crate) fn new(program: &'p Program, module: ModuleId) -> Self {
        Self {
            // No function of a group; see `Infer::leave_group`.
            number: usize::MAX,
            owner: BodyOwner::Fn(FnId(u32::MAX)),
            module,
            ast: program.ast(module),
            body: Body::default(),
            locals: Vec::new(),
            generics: Vec::new(),
            rigid: Vec::new(),
            outer_generics: 0,
            self_ty: None,
            params: Vec::new(),
            result: Ty::UNIT,
            frames: Vec::new(),
            loops: Vec::new(),
            depth: 0,
            outer: None,
            captured: Vec::new(),
            references: Vec::new(),
            declared_in: Default::default(),
            inferred: false,
            settled: false,
            quantified: Vec::new(),
            level: 0,
            literals: Vec::new(),
            place_uses: Vec::new(),
            told_fixed: Vec::new(),
            lost_patterns: Vec::new(),
            mut_calls: Vec::new(),
            assign_ops: Vec::new(),
            late_loops: Vec::new(),
            dropped: Vec::new(),
            result_tails: Vec::new(),
            global_copies: Vec::new(),
            unknown_names: Default::default(),
            failed: false,
            is_script: false,
        }
    }

    /// Empties everything but keeps the allocations.
    fn reset(&mut self, program: &'p Program, owner: BodyOwner, module: ModuleId, number: usize) {
        self.number = number;
        self.owner = owner;
        self.module = module;
        self.ast = program.ast(module);
        self.body.clear();
        self.locals.clear();
        self.generics.clear();
        self.rigid.clear();
        self.outer_generics = 0;
        self.self_ty = None;
        self.params.clear();
        self.result = Ty::UNIT;
        self.frames.clear();
        self.loops.clear();
        self.depth = 0;
        self.outer = None;
        self.captured.clear();
        self.references.clear();
        self.declared_in = Default::default();
        self.inferred = false;
        self.settled = false;
        self.quantified.clear();
        self.level = 0;
        self.literals.clear();
        self.place_uses.clear();
        self.mut_calls.clear();
        self.told_fixed.clear();
        self.lost_patterns.clear();
        self.assign_ops.clear();
        self.late_loops.clear();
        self.dropped.clear();
        self.result_tails.clear();
        self.global_copies.clear();
        self.unknown_names.clear();
        self.failed = false;
        self.is_script = false;
    }
}

impl<'p> Infer<'p> {
    /// A new function of the group; gives its number.
    pub(crate) fn new_function(&mut self, owner: BodyOwner, module: ModuleId) -> usize {
        let number = self.bodies.len();
        let mut function = match self.spare.pop() {
            Some(function) => function,
            None => Box::new(Function::new(self.program, module)),
        };
        function.reset(self.program, owner, module, number);
        self.bodies.push(Some(function));
        number
    }

    /// Infers and checks the members of a group and what is nested in them.
    pub(crate) fn check_group(&mut self, members: &[Member]) -> Outcome {
        self.table.clear();
        self.scopes.clear();
        self.too_large_said = false;
        let mut numbers = Vec::with_capacity(members.len());
        for &member in members {
            numbers.extend(self.begin_member(member));
        }
        for &number in &numbers {
            self.enter(number);
            match self.f.owner {
                BodyOwner::Fn(_) => self.check_function_body(),
                BodyOwner::Const(constant) => self.check_const_body(constant),
            }
            self.scopes.clear();
        }
        self.settle_group();
        if !self.delayed.is_empty() {
            self.settle_delayed();
            self.settle_group();
        }
        self.generalise_members(&numbers);
        self.report_undecided();
        let outcome = self.finish_group(&numbers);
        self.leave_group();
        outcome
    }

    /// Makes the function at hand one that belongs to no group, and keeps the
    /// group's for the next one.
    fn leave_group(&mut self) {
        let number = self.f.number;
        if number < self.bodies.len() && self.bodies[number].is_none() {
            let blank = self
                .spare
                .pop()
                .unwrap_or_else(|| Box::new(Function::new(self.program, ModuleId(0))));
            let last = std::mem::replace(&mut self.f, blank);
            self.f.number = usize::MAX;
            self.f.owner = BodyOwner::Fn(FnId(u32::MAX));
            self.bodies[number] = Some(last);
        }
        for body in self.bodies.drain(..).flatten() {
            if self.spare.len() < 64 {
                self.spare.push(body);
            }
        }
        self.obligations.clear();
        self.delayed.clear();
        self.rigid_bounds.clear();
        self.unit_unless_decided.clear();
        self.global_types.clear();
        self.stmts.clear();
        self.exprs.clear();
    }

    /// Prepares a member: its signature has types, its body is still to be
    /// checked. The defaults of parameters without a type come along.
    fn begin_member(&mut self, member: Member) -> Vec<usize> {
        let program = self.program;
        match member {
            BodyOwner::Const(constant) => {
                let number = self.new_function(member, program.consts[constant].module);
                self.enter(number);
                vec![number]
            }
            BodyOwner::Fn(function) => {
                let def = &program.functions[function];
                let info = &program.session.functions[function];
                let number = self.new_function(member, def.module);
                let stated = info.stated;
                self.enter(number);
                let f = self.function_mut(number);
                f.generics = def.generics.params.clone();
                f.outer_generics = f.generics.len();
                f.self_ty = info.self_ty;
                f.params = def.params.clone();
                f.result = def.result;
                f.inferred = !stated;
                f.is_script = info.source == FnSource::Script;
                let mut numbers = vec![number];
                if !stated {
                    self.open_signature(number, function, &mut numbers);
                }
                numbers
            }
        }
    }

    /// Puts variables in the place of the types that a function leaves out.
    fn open_signature(&mut self, number: usize, function: FnId, numbers: &mut Vec<usize>) {
        let program = self.program;
        let FnSource::Function(item) = program.session.functions[function].source else { return };
        let ast = self.body_numbered(number).ast;
        let item = ast.item(item);
        let ItemKind::Function(written) = item.kind else { return };
        for (index, param) in ast.list(written.params).iter().enumerate() {
            if param.ty.is_some() || (index == 0 && param.name.symbol == sym::SELF) {
                continue;
            }
            let ty = self.fresh(param.name.span);
            let f = self.function_mut(number);
            f.params[index].ty = ty;
            if let Some(default) = f.params[index].default {
                let def = &program.functions[default];
                let default_number = self.new_function(BodyOwner::Fn(default), def.module);
                let f = self.function_mut(default_number);
                f.generics = def.generics.params.clone();
                f.outer_generics = f.generics.len();
                f.self_ty = program.session.functions[default].self_ty;
                f.result = ty;
                f.inferred = true;
                numbers.push(default_number);
            }
        }
        let plain =
            written.body.is_some_and(|body| self.in_body(number, |this| this.plainly_unit(body)));
        if written.result.is_none()
            && !plain
            && !program.session.functions[function].result_in_doubt
        {
            let ty = self.fresh(item.name.span);
            self.function_mut(number).result = ty;
        }
    }

    /// Whether a body plainly has no value.
    pub(crate) fn plainly_unit(&self, body: ast::ExprId) -> bool {
        let prints = |name| {
            (name == sym::PRINT || name == sym::EPRINT)
                && self.scopes.find(name).is_none()
                && self.program.lookup(self.f.module, name).is_none()
        };
        crate::walk::ends_in_unit(self.f.ast, body, &prints)
            && !crate::walk::leaves_with_value(self.f.ast, body)
    }

    /// Checks the body of the function at hand.
    pub(crate) fn check_function_body(&mut self) {
        let BodyOwner::Fn(function) = self.f.owner else { return };
        self.set_classes();
        let program = self.program;
        let source = program.session.functions[function].source;
        let ast = self.f.ast;
        match source {
            FnSource::Function(item) => {
                let ItemKind::Function(written) = ast.item(item).kind else { return };
                let Some(body) = written.body else { return };
                let span = written.result.map_or(Span::NONE, |result| ast.ty(result).span);
                self.function_root(function, body, span, written.result.is_some());
            }
            FnSource::Test(item) => {
                let ItemKind::Test { body } = ast.item(item).kind else { return };
                self.begin_frame(Ty::UNIT, Returns::Never, Span::NONE);
                self.scopes.open();
                let root = self.dropped_body(body);
                self.scopes.close();
                self.end_frame(root);
            }
            FnSource::Default(value) => {
                let result = self.f.result;
                self.begin_frame(result, Returns::Never, Span::NONE);
                let root = self.expr(value, Expect::Need(result, Why::Plain));
                self.end_frame(root);
            }
            FnSource::Script => self.script_body(),
        }
    }

    fn begin_frame(&mut self, result: Ty, returns: Returns, result_span: Span) {
        self.f.frames.push(Frame { lambda: None, result, result_span, returns, loops: 0 });
    }

    fn end_frame(&mut self, root: ExprId) {
        self.f.frames.pop();
        self.f.body.root = Some(root);
    }

    fn function_root(
        &mut self,
        function: FnId,
        body: ast::ExprId,
        result_span: Span,
        written: bool,
    ) {
        self.scopes.open();
        let params = std::mem::take(&mut self.f.params);
        let mut locals = Vec::with_capacity(params.len());
        for (index, param) in params.iter().enumerate() {
            let kind = match (param.mutable, index == 0 && param.name == sym::SELF) {
                (true, _) => LocalKind::MutParam,
                (false, true) => LocalKind::SelfParam,
                (false, false) => LocalKind::Param,
            };
            let local = self.new_local(param.name, param.ty, kind, param.span);
            // A second parameter of one name was reported with the signature.
            let seen = params[..index].iter().any(|other| other.name == param.name);
            if !seen {
                self.bind_local(param.name, local, param.span);
            }
            locals.push(local);
        }
        self.f.params = params;
        self.f.body.params = locals;
        let result = self.f.result;
        let nothing = self.table.shallow(result) == Ty::UNIT;
        let open = !written && self.table.as_var(result).is_some();
        let returns = if nothing { Returns::Nothing } else { Returns::Value };
        self.begin_frame(result, returns, result_span);
        let root = if nothing {
            let root = self.dropped_body(body);
            self.note_result_tail(function, body, written);
            root
        } else if open {
            let root = self.expr(body, Expect::Tail);
            let ty = self.ty(root);
            if ty == Ty::NEVER {
                self.unit_unless_decided.push(result);
            } else {
                self.coerce_tail(root, result, Why::Plain);
            }
            root
        } else {
            let why = Why::Result(result_span);
            self.expr(body, Expect::Need(result, why))
        };
        self.scopes.close();
        self.end_frame(root);
    }

    /// The last values of a `pub` function without `->`: if they have no effect
    /// the result was forgotten.
    fn note_result_tail(&mut self, function: FnId, body: ast::ExprId, written: bool) {
        let def = &self.program.functions[function];
        if written || !def.public && def.name != sym::MAIN {
            return;
        }
        let branches = def.public && !self.plainly_unit(body);
        self.f.result_tails = crate::walk::tails(self.f.ast, body, branches);
    }

    /// The statements of a script.
    fn script_body(&mut self) {
        let ast = self.f.ast;
        self.begin_frame(Ty::UNIT, Returns::Never, Span::NONE);
        self.scopes.open();
        let mark = self.stmts.len();
        let mut whole = Span::NONE;
        let is_entry = self.program.session.files[self.f.module].is_entry;
        let main = self.program.scope(self.f.module).names.get(&sym::MAIN);
        let has_main = main
            .is_some_and(|entry| matches!(entry.def, crate::names::Def::Fn(_)) && !entry.imported);
        let mut misplaced = !is_entry || has_main;
        for &item in &ast.items {
            if let ItemKind::Stmt(stmt) = ast.item(item).kind {
                let stmt = *ast.stmt(stmt);
                whole = whole.to(stmt.span);
                if misplaced && !matches!(stmt.kind, ast::StmtKind::Error) {
                    misplaced = false;
                    self.misplaced_statement(&stmt, has_main);
                }
                self.stmt(&stmt);
            }
        }
        let stmts = self.f.body.add_list(&self.stmts[mark..]);
        self.stmts.truncate(mark);
        let root = self.push(ExprKind::Block { stmts, tail: None }, Ty::UNIT, whole);
        self.scopes.close();
        self.end_frame(root);
    }

    /// Statements beside `main`, or in a module that is used.
    fn misplaced_statement(&mut self, stmt: &ast::Stmt, has_main: bool) {
        let text = self.snippet(stmt.span);
        let mut diag = if has_main {
            Diagnostic::error(
                &codes::MISPLACED_STATEMENT,
                stmt.span,
                "a file with `main` has no statements at top level",
            )
            .label("would never run: the program begins with `main`")
        } else {
            Diagnostic::error(
                &codes::MISPLACED_STATEMENT,
                stmt.span,
                "a module that is used has no statements at top level",
            )
            .label("only the file that is run may be a script")
        };
        if text.contains("__name__") {
            let name = self.program.intern("__name__");
            self.f.unknown_names.insert(name);
            diag = diag.note("`main` runs by itself; leave this out");
        } else if let ast::StmtKind::Let { mutable: false, .. } = stmt.kind
            && let Some(rest) = text.strip_prefix("val ")
        {
            diag = diag.suggest(
                "a value that the compiler computes is a constant",
                stmt.span,
                format!("const {rest}"),
                simple_source::Applicability::Maybe,
            );
        } else {
            diag = diag.note("move it into a function");
        }
        self.error(diag);
    }

    /// The value of a constant.
    pub(crate) fn check_const_body(&mut self, constant: ConstId) {
        let info = &self.program.session.consts[constant];
        let ast = self.f.ast;
        let item = ast.item(info.item);
        let ItemKind::Const { ty, value } = item.kind else { return };
        let why = match ty {
            Some(ty) => Why::Annotation(ast.ty(ty).span),
            None => Why::Plain,
        };
        let result = match (info.ty.get(), ty) {
            (Some(known), _) => *known,
            (None, Some(ty)) => self.written(ty),
            (None, None) => self.fresh(item.name.span),
        };
        self.f.result = result;
        self.begin_frame(result, Returns::Never, Span::NONE);
        self.scopes.open();
        let root = self.expr(value, Expect::Need(result, why));
        self.scopes.close();
        self.end_frame(root);
    }

    // ---- variables of scripts

    /// The type of a script's variable.
    pub(crate) fn global_type(&mut self, global: GlobalId, span: Span) -> Ty {
        if let Some(ty) = self.program.session.globals[global].get() {
            return *ty;
        }
        if let Some((_, ty)) = self.global_types.iter().find(|(known, _)| *known == global) {
            return *ty;
        }
        let ty = self.fresh(span);
        self.global_types.push((global, ty));
        ty
    }

    /// Notes the type with which a script's variable is declared.
    pub(crate) fn set_global_type(&mut self, global: GlobalId, ty: Ty, value: ExprId) {
        let span = self.span(value);
        let known = self.global_type(global, span);
        if !self.table.unify(known, ty) {
            self.mismatch(value, known, ty, Why::Plain);
        }
    }

    // ---- generalisation

    /// Makes generic parameters of what stays open in the signatures of
    /// functions that do not state theirs.
    fn generalise_members(&mut self, numbers: &[usize]) {
        let mut all: Vec<Var> = Vec::new();
        let mut count = None;
        for &number in numbers {
            let body = self.body_numbered(number);
            if !body.inferred || !matches!(body.owner, BodyOwner::Fn(_)) {
                continue;
            }
            let types: Vec<Ty> = body.params.iter().map(|param| param.ty).collect();
            let mut open = Vec::new();
            for ty in types {
                self.table.open_vars(ty, &mut open);
            }
            open.retain(|var| self.table.var_kind(*var) == VarKind::General);
            open.retain(|var| self.only_bounds_wait(*var));
            if open.is_empty() {
                continue;
            }
            let written = self.body_numbered(number).generics.len();
            if *count.get_or_insert(written) != written {
                continue;
            }
            for var in open {
                if !all.contains(&var) {
                    all.push(var);
                }
            }
        }
        let Some(start) = count else { return };
        let mut params = Vec::with_capacity(all.len());
        let mut names = self.free_names(numbers);
        for (index, var) in all.iter().enumerate() {
            let bounds = self.take_bounds_of(*var);
            let name = names.next().unwrap_or(sym::UNDERSCORE);
            let ty = self.table.make(TyKind::Param((start + index) as u32, name));
            self.table.unify(Table::var_ty(*var), ty);
            params.push(GenericParam { name, bounds });
        }
        drop(names);
        // Bounds may mention the other parameters.
        for param in &mut params {
            for bound in &mut param.bounds {
                bound.args = self.table.finish_list(bound.args, &mut |_, _| Ty::ERROR);
            }
        }
        for &number in numbers {
            let f = self.function_mut(number);
            if f.inferred && f.generics.len() == start {
                f.generics.extend(params.iter().cloned());
            }
        }
        let here = self.f.number;
        for &number in numbers {
            self.enter(number);
            self.set_classes();
            self.solve_ready();
        }
        self.enter(here);
    }

    /// Names for parameters that were inferred: `T`, `U`, ... without those
    /// that are taken.
    fn free_names(&self, numbers: &[usize]) -> std::vec::IntoIter<simple_source::Symbol> {
        let taken: Vec<simple_source::Symbol> = numbers
            .iter()
            .flat_map(|number| self.body_numbered(*number).generics.iter())
            .map(|param| param.name)
            .collect();
        let letters = "TUVWXYZABCDEFGHIJKLMNOPQRS";
        let mut names: Vec<simple_source::Symbol> = letters
            .chars()
            .map(|letter| self.program.intern(letter.encode_utf8(&mut [0; 4])))
            .collect();
        names.extend((1..256).map(|index| self.program.intern(&format!("T{index}"))));
        names.retain(|name| !taken.contains(name));
        names.into_iter()
    }
}
