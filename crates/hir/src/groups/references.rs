//! Which names a body refers to that it does not declare itself.

use simple_source::interner::{FxHashMap, FxHashSet};
use simple_source::{Symbol, sym};
use simple_syntax::ast::*;

use crate::walk;

/// What a body refers to.
#[derive(Default, Debug)]
pub(crate) struct References {
    /// Names that are not declared in it.
    pub(crate) names: FxHashSet<Symbol>,
    /// Names after a dot.
    pub(crate) members: FxHashSet<Symbol>,
}

/// Collects references, minding what is in scope where.
pub(crate) struct Collector<'a> {
    ast: &'a Ast,
    /// Names that an assignment in a function means the outer variable by.
    outer: &'a dyn Fn(Symbol) -> bool,
    bound: FxHashMap<Symbol, u32>,
    undo: Vec<Symbol>,
    pub(crate) found: References,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(ast: &'a Ast, outer: &'a dyn Fn(Symbol) -> bool) -> Self {
        Self {
            ast,
            outer,
            bound: FxHashMap::default(),
            undo: Vec::new(),
            found: References::default(),
        }
    }

    /// A function with its parameters and their defaults.
    pub(crate) fn function(&mut self, function: &Function) {
        let mark = self.undo.len();
        for param in self.ast.list(function.params) {
            if let Some(default) = param.default {
                self.expr(default);
            }
        }
        for param in self.ast.list(function.params) {
            self.bind(param.name.symbol);
        }
        if let Some(body) = function.body {
            self.expr(body);
        }
        self.close(mark);
    }

    fn bind(&mut self, name: Symbol) {
        *self.bound.entry(name).or_insert(0) += 1;
        self.undo.push(name);
    }

    fn close(&mut self, mark: usize) {
        for name in self.undo.drain(mark..) {
            if let Some(count) = self.bound.get_mut(&name) {
                *count -= 1;
            }
        }
    }

    fn is_bound(&self, name: Symbol) -> bool {
        self.bound.get(&name).is_some_and(|count| *count > 0)
    }

    fn name(&mut self, name: Symbol) {
        if !self.is_bound(name) {
            self.found.names.insert(name);
        }
    }

    /// An expression. The tree is at most as deep as the parser allows.
    pub(crate) fn expr(&mut self, id: ExprId) {
        let ast = self.ast;
        match *ast.expr(id) {
            Expr::Name(name) => self.name(name),
            Expr::Field { base, name } | Expr::OptionField { base, name } => {
                self.found.members.insert(name.symbol);
                self.expr(base);
            }
            Expr::Block(stmts) => {
                let mark = self.undo.len();
                for stmt in ast.list(stmts) {
                    self.stmt(*stmt);
                }
                self.close(mark);
            }
            Expr::If { .. } => {
                // The branches of a chain may be thousands.
                let mut at = id;
                while let Expr::If { condition, then, otherwise } = *ast.expr(at) {
                    self.expr(condition);
                    self.expr(then);
                    match otherwise {
                        None => break,
                        Some(next) if matches!(ast.expr(next), Expr::If { .. }) => at = next,
                        Some(next) => {
                            self.expr(next);
                            break;
                        }
                    }
                }
            }
            Expr::Lambda { params, body, .. } => {
                let mark = self.undo.len();
                for param in ast.list(params) {
                    self.bind(param.name.symbol);
                }
                self.expr(body);
                self.close(mark);
            }
            Expr::For { pat, iterable, body } => {
                self.expr(iterable);
                let mark = self.undo.len();
                self.pat(pat);
                self.expr(body);
                self.close(mark);
            }
            Expr::Match { value, arms } => {
                self.expr(value);
                for arm in ast.list(arms) {
                    let mark = self.undo.len();
                    self.pat(arm.pat);
                    if let Some(guard) = arm.guard {
                        self.expr(guard);
                    }
                    self.expr(arm.body);
                    self.close(mark);
                }
            }
            Expr::ListComp { element, clauses } | Expr::SetComp { element, clauses } => {
                let mark = self.undo.len();
                self.clauses(clauses);
                self.expr(element);
                self.close(mark);
            }
            Expr::DictComp { pair, clauses } => {
                let mark = self.undo.len();
                self.clauses(clauses);
                for pair in ast.list(pair) {
                    self.expr(pair.key);
                    self.expr(pair.value);
                }
                self.close(mark);
            }
            ref expr => walk::children(ast, expr, &mut |child| self.expr(child)),
        }
    }

    fn clauses(&mut self, clauses: List<Clause>) {
        for clause in self.ast.list(clauses) {
            match *clause {
                Clause::For { pat, iterable } => {
                    self.expr(iterable);
                    self.pat(pat);
                }
                Clause::If(condition) => self.expr(condition),
            }
        }
    }

    /// A statement; what it declares is in scope afterwards.
    pub(crate) fn stmt(&mut self, id: StmtId) {
        let ast = self.ast;
        match ast.stmt(id).kind {
            StmtKind::Error | StmtKind::Pass => {}
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::Let { pat, value, .. } => {
                self.expr(value);
                self.pat(pat);
            }
            StmtKind::Assign { target, value } => {
                self.expr(value);
                self.target(target);
            }
            StmtKind::AssignOp { target, value, .. } => {
                self.expr(target);
                self.expr(value);
            }
            StmtKind::Assert { condition, message } => {
                self.expr(condition);
                if let Some(message) = message {
                    self.expr(message);
                }
            }
            StmtKind::Item(item) => {
                let item = ast.item(item);
                match item.kind {
                    ItemKind::Function(function) => {
                        self.bind(item.name.symbol);
                        self.function(&function);
                    }
                    ItemKind::Const { value, .. } => {
                        self.expr(value);
                        self.bind(item.name.symbol);
                    }
                    _ => {}
                }
            }
        }
    }

    /// What is assigned: a name that is new here is declared by it.
    fn target(&mut self, id: ExprId) {
        match *self.ast.expr(id) {
            Expr::Name(sym::UNDERSCORE) => {}
            Expr::Name(name) if self.is_bound(name) => {}
            Expr::Name(name) if (self.outer)(name) => self.name(name),
            Expr::Name(name) => self.bind(name),
            Expr::Paren(inner) => self.target(inner),
            Expr::Tuple(parts) => {
                for part in self.ast.list(parts) {
                    self.target(*part);
                }
            }
            _ => self.expr(id),
        }
    }

    /// Binds the names of a pattern. Names of variants and constants are
    /// references too; which they are is not known here.
    fn pat(&mut self, id: PatId) {
        let ast = self.ast;
        match ast.pat(id).kind {
            PatKind::Error | PatKind::Wildcard | PatKind::Literal(_) | PatKind::Range { .. } => {}
            PatKind::Name(name) => {
                self.name(name);
                self.bind(name);
            }
            PatKind::Rest(name) => {
                if let Some(name) = name {
                    self.bind(name.symbol);
                }
            }
            PatKind::Tuple(parts) | PatKind::List(parts) | PatKind::Or(parts) => {
                for part in ast.list(parts) {
                    self.pat(*part);
                }
            }
            PatKind::Constructor { fields, .. } => {
                for field in fields.iter().flat_map(|fields| ast.list(*fields)) {
                    self.pat(field.pat);
                }
            }
        }
    }
}
