//! Statements: declarations and assignments.

use simple_source::{Applicability, Diagnostic, Span, Symbol, sym};
use simple_syntax::ast::{self, BinaryOp, Expr as Tree, StmtKind as TreeStmt};

use super::expect::{Expect, Why};
use super::scope::Bound;
use super::{Infer, LocalKind};
use crate::body::*;
use crate::codes;
use crate::names::Def;
use crate::session::ItemDef;
use crate::ty::{Ty, TyKind};
use crate::walk;

/// A statement whose value is dropped, to be looked at when types are known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dropped {
    pub(crate) value: ExprId,
    pub(crate) tree: ast::ExprId,
}

impl Infer<'_> {
    /// Checks a statement that is not a block's value. True if nothing after
    /// it is reached.
    pub(crate) fn stmt(&mut self, stmt: &ast::Stmt) -> bool {
        let span = stmt.span;
        match stmt.kind {
            TreeStmt::Error => {
                self.lost_stmt(span);
                false
            }
            TreeStmt::Pass => false,
            TreeStmt::Expr(value) => {
                let tree = value;
                let value = self.expr(tree, Expect::Drop);
                self.f.dropped.push(Dropped { value, tree });
                self.stmts.push(Stmt { kind: StmtKind::Expr(value), span });
                self.ty(value) == Ty::NEVER
            }
            TreeStmt::Let { mutable, pat, ty, value } => {
                self.let_stmt(mutable, pat, ty, value, span);
                false
            }
            TreeStmt::Assign { target, value } => {
                self.assign(target, value, span);
                false
            }
            TreeStmt::AssignOp { op, target, value } => {
                self.assign_op(op, target, value, span);
                false
            }
            TreeStmt::Assert { condition, message } => {
                let written = self.f.ast.span(condition);
                let condition = self.condition(condition);
                let message = match message {
                    Some(message) => self.expr(message, Expect::Need(Ty::STR, Why::Plain)),
                    None => {
                        let text = self.snippet(written);
                        let one_line = text
                            .contains('\n')
                            .then(|| text.split_whitespace().collect::<Vec<_>>().join(" "));
                        let text = self.program.intern(one_line.as_deref().unwrap_or(text));
                        self.push(ExprKind::Str(text), Ty::STR, written)
                    }
                };
                self.stmts.push(Stmt { kind: StmtKind::Assert { condition, message }, span });
                false
            }
            TreeStmt::Item(item) => {
                self.local_item(item);
                false
            }
        }
    }

    /// A statement that was not understood. A name that it seems to declare or
    /// to assign may be anything from here on.
    fn lost_stmt(&mut self, span: Span) {
        self.f.failed = true;
        let text = self.snippet(span);
        let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let name = words
            .filter(|word| !word.is_empty())
            .find(|word| !matches!(*word, "val" | "var" | "let" | "mut" | "const"));
        let Some(name) = name else { return };
        let name = self.program.intern(name);
        if let Some(binding) = self.scopes.find(name)
            && matches!(binding.bound, Bound::Local(..))
        {
            let local = self.new_local(name, Ty::ERROR, LocalKind::Var, span);
            self.scopes.shadow(name, Bound::Local(self.f.number, local), span);
        }
    }

    /// A constant of a block, or a declaration that does not belong there.
    fn local_item(&mut self, id: ast::ItemId) {
        let item = *self.f.ast.item(id);
        match (item.kind, self.program.session.files[self.f.module].items[id.0 as usize]) {
            (ast::ItemKind::Const { .. }, ItemDef::Const(constant)) => {
                self.nested_const(constant);
                self.bind_name(item.name.symbol, Bound::Const(constant), item.name.span);
            }
            (ast::ItemKind::Error, _) => self.f.failed = true,
            _ => {
                let what = match item.kind {
                    ast::ItemKind::Use { .. } => "`use`",
                    ast::ItemKind::Struct { .. } => "`struct`",
                    ast::ItemKind::Class { .. } => "`class`",
                    ast::ItemKind::Enum { .. } => "`enum`",
                    ast::ItemKind::Trait { .. } => "`trait`",
                    ast::ItemKind::Impl { .. } => "`impl`",
                    ast::ItemKind::TypeAlias { .. } => "`type`",
                    ast::ItemKind::Test { .. } => "`test`",
                    _ => "this declaration",
                };
                let span = self.forget_item(id);
                let diag = Diagnostic::error(
                    &codes::MISPLACED_DECLARATION,
                    span,
                    format!("{what} cannot stand in a block"),
                )
                .label("belongs at top level")
                .note("a block may declare functions and constants");
                self.error(diag);
            }
        }
    }

    /// A declaration that is refused: nothing more is said of the names that
    /// it would have declared. Gives the place to underline.
    fn forget_item(&mut self, id: ast::ItemId) -> Span {
        let ast = self.f.ast;
        let item = *ast.item(id);
        self.f.unknown_names.insert(item.name.symbol);
        if let ast::ItemKind::Enum { variants, .. } = item.kind {
            let names = ast.list(variants).iter().map(|variant| variant.name.symbol);
            self.f.unknown_names.extend(names);
        }
        if let ast::ItemKind::Use { path, alias, names } = item.kind {
            let bound = alias.or(ast.list(path).last().copied());
            self.f.unknown_names.extend(bound.map(|name| name.symbol));
            for name in names.iter().flat_map(|names| ast.list(*names)) {
                self.f.unknown_names.insert(name.alias.unwrap_or(name.name).symbol);
            }
            return item.span;
        }
        let text = self.snippet(item.span);
        let word = text.split_whitespace().next().map_or(0, str::len) as u32;
        Span::new(item.span.lo, item.span.lo + word)
    }

    fn let_stmt(
        &mut self,
        mutable: bool,
        pat: ast::PatId,
        ty: Option<ast::TypeId>,
        value: ast::ExprId,
        span: Span,
    ) {
        let kind = if mutable { LocalKind::Var } else { LocalKind::Val };
        let (value, ty) = match ty {
            Some(written) => {
                let ty = self.written(written);
                let why = Why::Annotation(self.f.ast.ty(written).span);
                (self.expr(value, Expect::Need(ty, why)), ty)
            }
            None => {
                let value = self.expr(value, Expect::Any);
                (value, self.ty(value))
            }
        };
        self.let_value(pat, value, ty, kind, span);
    }

    /// Binds a pattern to a value, or sets variables of the script that
    /// functions use.
    fn let_value(&mut self, pat: ast::PatId, value: ExprId, ty: Ty, kind: LocalKind, span: Span) {
        if let ast::PatKind::Name(name) = self.f.ast.pat(pat).kind
            && let Some(global) = self.global_here(name)
        {
            let at = self.f.ast.pat(pat).span;
            self.bind_name(name, Bound::Global(global), at);
            self.set_global_type(global, ty, value);
            let place = self.push(ExprKind::Global(global), ty, at);
            self.stmts.push(Stmt { kind: StmtKind::Assign { place, value }, span });
            return;
        }
        let pat = self.binding_pattern(pat, ty, kind);
        self.stmts.push(Stmt { kind: StmtKind::Let { pat, value }, span });
        self.promote_bound(pat, span);
    }

    /// After a pattern of a script was bound: sets those of its names that
    /// are variables of the script.
    fn promote_bound(&mut self, pat: PatId, span: Span) {
        if !self.at_script_level() {
            return;
        }
        let mut bound = Vec::new();
        self.f.body.bound_locals(pat, &mut bound);
        for local in bound {
            let Local { name, ty, span: at, .. } = self.f.body.locals[local];
            if let Some(global) = self.global_here(name) {
                let value = self.push(ExprKind::Local(local), ty, at);
                self.set_global_type(global, ty, value);
                self.rebind_global(name, global, at);
                let place = self.push(ExprKind::Global(global), ty, at);
                self.stmts.push(Stmt { kind: StmtKind::Assign { place, value }, span });
            }
        }
    }

    /// `target = value`
    fn assign(&mut self, target: ast::ExprId, value: ast::ExprId, span: Span) {
        let at = self.f.ast.span(target);
        match *self.f.ast.expr(self.unwrapped(target)) {
            Tree::Name(sym::UNDERSCORE) => {
                let value = self.expr(value, Expect::Any);
                let ty = self.ty(value);
                let pat = self.f.body.pats.push(Pat { kind: PatKind::Wildcard, ty, span: at });
                self.stmts.push(Stmt { kind: StmtKind::Let { pat, value }, span });
            }
            Tree::Name(name) if !self.is_assignable_name(name) => {
                self.new_name(name, value, at, span);
            }
            Tree::Tuple(parts) => self.assign_tuple(parts, value, at, span),
            _ => {
                let place = self.place(target);
                if let Tree::Name(name) = *self.f.ast.expr(self.unwrapped(target))
                    && matches!(self.f.body.exprs[place].kind, ExprKind::Error)
                {
                    // From here on the name may be anything.
                    let local = self.new_local(name, Ty::ERROR, LocalKind::Var, at);
                    self.scopes.shadow(name, Bound::Local(self.f.number, local), at);
                }
                let ty = self.ty(place);
                let place_span = self.span(place);
                let value = self.expr(value, Expect::Need(ty, Why::Place(place_span)));
                self.use_place(place, super::place::Purpose::Assign);
                self.stmts.push(Stmt { kind: StmtKind::Assign { place, value }, span });
            }
        }
    }

    /// Whether assigning a name means something that exists: a local, or a
    /// variable of the script.
    fn is_assignable_name(&self, name: Symbol) -> bool {
        match self.scopes.find(name) {
            Some(binding) => match binding.bound {
                Bound::Local(..) | Bound::Global(_) => true,
                Bound::Fn(_) | Bound::Const(_) => true,
            },
            None => match self.program.scope(self.f.module).names.get(&name) {
                // The script's own statements know a variable of the script
                // from its declaration on, which this statement may be.
                Some(entry) if matches!(entry.def, Def::Global(_)) => !self.f.is_script,
                Some(entry) => !matches!(entry.def, Def::Unresolved),
                None => false,
            },
        }
    }

    /// `name = value` with a new name declares it.
    fn new_name(&mut self, name: Symbol, value: ast::ExprId, at: Span, span: Span) {
        let value = self.expr(value, Expect::Any);
        let ty = self.ty(value);
        if let Some(global) = self.global_here(name) {
            self.bind_name(name, Bound::Global(global), at);
            self.set_global_type(global, ty, value);
            let place = self.push(ExprKind::Global(global), ty, at);
            self.stmts.push(Stmt { kind: StmtKind::Assign { place, value }, span });
            return;
        }
        let local = self.declare(name, ty, LocalKind::Val, at);
        let pat = self.f.body.pats.push(Pat { kind: PatKind::Bind(local), ty, span: at });
        self.stmts.push(Stmt { kind: StmtKind::Let { pat, value }, span });
    }

    /// `(a, b) = value`: places, or new names if none of the names is known.
    fn assign_tuple(
        &mut self,
        parts: ast::List<ast::ExprId>,
        value: ast::ExprId,
        at: Span,
        span: Span,
    ) {
        let mut names = Vec::new();
        let all_names = self.tuple_names(parts, &mut names);
        let new: Vec<(Symbol, Span)> =
            names.iter().filter(|(name, _)| !self.is_assignable_name(*name)).copied().collect();
        if all_names && new.len() == names.len() && !names.is_empty() {
            let value = self.expr(value, Expect::Any);
            let ty = self.ty(value);
            let pat = self.tuple_of_names(parts, ty, at);
            self.stmts.push(Stmt { kind: StmtKind::Let { pat, value }, span });
            self.promote_bound(pat, span);
            return;
        }
        if let Some((name, place)) = new.first() {
            let text = self.text(*name);
            let diag = Diagnostic::error(
                &codes::SOME_NEW,
                *place,
                format!("`{text}` is not declared, but other names here are"),
            )
            .label("new")
            .note(format!(
                "an assignment either declares all of its names or none: declare `var {text} = ...` before"
            ));
            self.error(diag);
            for (name, place) in new {
                self.declare(name, Ty::ERROR, LocalKind::Var, place);
            }
        }
        let place = self.place_tuple(parts, at);
        let ty = self.ty(place);
        let value = self.expr(value, Expect::Need(ty, Why::Place(at)));
        self.stmts.push(Stmt { kind: StmtKind::Assign { place, value }, span });
    }

    /// Collects the names in a tuple of places; true if there is nothing else.
    fn tuple_names(&self, parts: ast::List<ast::ExprId>, names: &mut Vec<(Symbol, Span)>) -> bool {
        let mut only_names = true;
        for part in self.f.ast.list(parts) {
            let part = self.unwrapped(*part);
            match *self.f.ast.expr(part) {
                Tree::Name(sym::UNDERSCORE) => {}
                Tree::Name(name) => names.push((name, self.f.ast.span(part))),
                Tree::Tuple(inner) => only_names &= self.tuple_names(inner, names),
                _ => only_names = false,
            }
        }
        only_names
    }

    /// A pattern that declares the names in a tuple.
    fn tuple_of_names(&mut self, parts: ast::List<ast::ExprId>, ty: Ty, at: Span) -> PatId {
        let ast = self.f.ast;
        let list = ast.list(parts);
        let types: Vec<Ty> = list.iter().map(|part| self.fresh(ast.span(*part))).collect();
        let tuple = self.table.tuple(&types);
        if !self.table.unify(ty, tuple) {
            let (have, want) = (self.show(ty), list.len());
            let diag = Diagnostic::error(
                &codes::PATTERN_TYPE,
                at,
                format!("`{have}` cannot be taken apart into {want} names"),
            )
            .label(format!("this is `{have}`"));
            self.error(diag);
            for ty in &types {
                self.table.unify(*ty, Ty::ERROR);
            }
        }
        let mut pats = Vec::with_capacity(list.len());
        for (part, ty) in list.iter().zip(&types) {
            let part = self.unwrapped(*part);
            let span = ast.span(part);
            let kind = match *ast.expr(part) {
                Tree::Name(sym::UNDERSCORE) => PatKind::Wildcard,
                Tree::Name(name) => PatKind::Bind(self.declare(name, *ty, LocalKind::Val, span)),
                Tree::Tuple(inner) => {
                    pats.push(self.tuple_of_names(inner, *ty, span));
                    continue;
                }
                _ => PatKind::Wildcard,
            };
            pats.push(self.f.body.pats.push(Pat { kind, ty: *ty, span }));
        }
        let pats = self.f.body.add_list(&pats);
        self.f.body.pats.push(Pat { kind: PatKind::Tuple(pats), ty, span: at })
    }

    /// `place op= value`
    fn assign_op(&mut self, op: BinaryOp, target: ast::ExprId, value: ast::ExprId, span: Span) {
        let place = self.place(target);
        self.use_place(place, super::place::Purpose::Assign);
        let ty = self.ty(place);
        let hint = match op {
            BinaryOp::Shl | BinaryOp::Shr | BinaryOp::Pow => None,
            _ => Some(ty),
        };
        let expect = match hint {
            Some(ty) if self.is_plain_operand(op, ty) => {
                Expect::Need(ty, Why::Place(self.span(place)))
            }
            Some(ty) => Expect::Hint(ty),
            None => Expect::Any,
        };
        let errors = self.diags.len();
        let value = self.expr(value, expect);
        if self.diags.len() == errors || !matches!(expect, Expect::Need(..)) {
            self.assign_operator(op, place, value, span);
        }
        self.stmts.push(Stmt { kind: StmtKind::AssignOp { op, place, value, call: None }, span });
    }

    /// Looks at the statements whose values are dropped. Types are finished.
    pub(crate) fn settle_dropped(&mut self) {
        let mut lacks_result = false;
        for dropped in std::mem::take(&mut self.f.dropped) {
            let tree = self.unwrapped(dropped.tree);
            let Expr { ty, span, kind } = self.f.body.exprs[dropped.value];
            if matches!(kind, ExprKind::Error) || ty == Ty::ERROR {
                continue;
            }
            let is_result = matches!(
                self.program.types.kind(ty),
                TyKind::Adt(adt, _) if adt == self.program.lang.result
            );
            let branches = matches!(
                self.f.ast.expr(tree),
                Tree::If { .. } | Tree::Match { .. } | Tree::Block(_) | Tree::Loop { .. }
            );
            if branches {
                continue;
            }
            if self.f.result_tails.contains(&dropped.tree) {
                lacks_result = lacks_result || self.dropped_tail(dropped.tree, span, ty);
                if lacks_result || (self.f.result_tails.len() == 1 && !is_result) {
                    continue;
                }
            }
            if is_result {
                let text = self.snippet(span);
                let diag = Diagnostic::warning(
                    &codes::UNUSED_RESULT,
                    span,
                    "this `Result` may be an error that nobody looks at",
                )
                .label("dropped here")
                .suggest("drop it knowingly", span, format!("_ = {text}"), Applicability::Maybe)
                .note("`?` hands an error on, `match` and `.unwrap()` look at it");
                self.warn(diag);
            } else if walk::has_no_effect(self.f.ast, tree) {
                self.unused_value(tree, span);
            }
        }
    }

    /// The last value of a function without `->` that is `pub`, or of `main`,
    /// whose last value may be anything. True if the result was forgotten.
    fn dropped_tail(&mut self, tree: ast::ExprId, span: Span, ty: Ty) -> bool {
        let super::BodyOwner::Fn(function) = self.f.owner else { return false };
        let def = &self.program.functions[function];
        if def.name == sym::MAIN
            || ty == Ty::UNIT
            || ty == Ty::NEVER
            || !walk::is_for_its_value(self.f.ast, tree)
        {
            return false;
        }
        let shown = self.show(ty);
        let name = self.text(def.name);
        let head = self.head_end(function).unwrap_or(def.span);
        let diag = Diagnostic::error(
            &codes::UNSTATED_RESULT,
            head,
            format!("`{name}` ends in a value, but says nothing of a result"),
        )
        .label("a `pub` function states what it returns")
        .also(span, format!("this is `{shown}`"))
        .suggest("state it", head, format!(" -> {shown}"), Applicability::Certain);
        self.error(diag);
        true
    }

    fn unused_value(&mut self, tree: ast::ExprId, span: Span) {
        let mut diag =
            Diagnostic::warning(&codes::UNUSED_VALUE, span, "this value is computed and not used")
                .label("has no effect");
        if let Tree::Str(_) = *self.f.ast.expr(tree) {
            diag = diag.note("a comment begins with `#`; `##` above a declaration describes it");
        } else if let Tree::Binary { op: BinaryOp::Eq, left, right } = *self.f.ast.expr(tree) {
            let text = format!("{} = {}", self.ast_text(left), self.ast_text(right));
            diag = diag.suggest("`=` assigns, `==` compares", span, text, Applicability::Maybe);
        }
        self.warn(diag);
    }
}
