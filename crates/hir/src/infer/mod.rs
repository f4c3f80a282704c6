//! Bodies: names resolved, types inferred and checked, in one walk over the
//! tree.
//!
//! A *group* is what has to be inferred together: one function whose
//! signature is stated, or functions that call each other and state theirs in
//! part only, always with the functions nested in them. A group has one
//! [`table::Table`] of type variables; each function in it has a
//! [`Function`] with the [`Body`] that is being built, whose types may be
//! local to that table until [`finish`] replaces them.
//!
//! What cannot be decided where it stands (a method of a value whose type is
//! not known yet) becomes an [`obligation::Obligation`] and is tried again
//! when a variable that it waits for is bound.

pub(crate) mod table;

mod arguments;
mod bounds;
mod call;
mod collection;
mod construct;
mod control;
mod expect;
mod expr;
mod field;
mod finish;
mod foreign;
mod format;
mod group;
mod index;
mod lambda;
mod literal;
mod method;
mod missing;
mod nested;
mod obligation;
mod operator;
mod path;
mod pattern;
mod place;
mod place_check;
mod scope;
mod select;
mod signature;
mod stmt;

use simple_source::interner::FxHashSet;
use simple_source::{Diagnostic, Span, Symbol};
use simple_syntax::ast::{self, Ast};

pub(crate) use bounds::Cause;
pub(crate) use group::Outcome;
pub(crate) use select::Holds;

use crate::body::*;
use crate::def::*;
use crate::ty::{Ty, TyKind, Tys};
use scope::Scopes;
use table::{Table, Var, VarKind};

/// What owns a body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BodyOwner {
    Fn(FnId),
    Const(ConstId),
}

/// What a local variable is, for messages about changing it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LocalKind {
    /// `val`, a new name, or a name in a `case`.
    Val,
    /// `var`
    Var,
    /// A parameter without `mut`.
    Param,
    /// A parameter with `mut`.
    MutParam,
    /// `self` without `mut`.
    SelfParam,
    /// The variable of a `for` or a comprehension.
    Loop,
    /// A name bound by a `case`.
    Case,
    /// A nested function's copy of an outer variable.
    Captured,
    /// Made by the compiler.
    Hidden,
}

/// What is known of a local beside [`Local`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocalInfo {
    /// The lambda that it belongs to; none for the function itself.
    pub(crate) lambda: Option<LambdaId>,
    pub(crate) kind: LocalKind,
}

/// The function or lambda that `return` leaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) lambda: Option<LambdaId>,
    /// What it returns.
    pub(crate) result: Ty,
    /// Where that is written; `NONE` if it is inferred.
    pub(crate) result_span: Span,
    /// Whether the result is known to be `()` and values are dropped.
    pub(crate) returns: Returns,
    /// How many loops surround it.
    pub(crate) loops: usize,
}

/// What may be returned from a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Returns {
    /// A value of the result type.
    Value,
    /// Nothing: the result is `()`.
    Nothing,
    /// `return` means nothing here: scripts, tests, constants.
    Never,
}

/// A copy of a script's variable for a lambda of the script.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GlobalCopy {
    pub(crate) global: GlobalId,
    /// The outermost lambda that uses it.
    pub(crate) lambda: LambdaId,
    pub(crate) local: LocalId,
}

/// A loop around the expression at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoopFrame {
    /// `loop` rather than `while` or `for`.
    pub(crate) is_loop: bool,
    pub(crate) expect: expect::Expect,
    /// The type of the values of `break`s so far.
    pub(crate) ty: Option<Ty>,
}

/// A body that is being built.
pub(crate) struct Function<'p> {
    /// Its number in the group.
    pub(crate) number: usize,
    pub(crate) owner: BodyOwner,
    pub(crate) module: ModuleId,
    pub(crate) ast: &'p Ast,
    pub(crate) body: Body,
    pub(crate) locals: Vec<LocalInfo>,
    /// The generic parameters in scope, with their bounds.
    pub(crate) generics: Vec<GenericParam>,
    /// What the parameters from `outer_generics` on stand for in a nested
    /// function: rigid variables, as their final numbers are not known yet.
    pub(crate) rigid: Vec<Ty>,
    pub(crate) outer_generics: usize,
    pub(crate) self_ty: Option<Ty>,
    pub(crate) params: Vec<ParamDef>,
    pub(crate) result: Ty,
    pub(crate) frames: Vec<Frame>,
    pub(crate) loops: Vec<LoopFrame>,
    /// How deep in other functions it is nested.
    pub(crate) depth: u16,
    /// The function that it is nested in, by number.
    pub(crate) outer: Option<usize>,
    /// For a nested function: what it captures, with its own copy.
    pub(crate) captured: Vec<nested::Captured>,
    /// Nested functions that it refers to, whose captures it needs too.
    pub(crate) references: Vec<nested::Reference>,
    /// For a nested function: the lambdas of the outer one that it stands in.
    pub(crate) declared_in: lambda::LambdaStack,
    /// Unannotated: generalised at the end.
    pub(crate) inferred: bool,
    pub(crate) level: u16,
    /// For a nested function: the variables that stand for its own generic
    /// parameters, written and inferred.
    pub(crate) quantified: Vec<Var>,
    /// Whether `quantified` and `captured` are final.
    pub(crate) settled: bool,
    pub(crate) literals: Vec<literal::Literal>,
    pub(crate) place_uses: Vec<place::PlaceUse>,
    pub(crate) mut_calls: Vec<ExprId>,
    /// Patterns that were not understood.
    pub(crate) lost_patterns: Vec<Span>,
    /// Locals that were told not to be changed.
    pub(crate) told_fixed: Vec<LocalId>,
    /// Compound assignments: the place, and an expression whose kind tells
    /// the operator's method.
    pub(crate) assign_ops: Vec<(ExprId, ExprId)>,
    /// `for`s whose way was decided later, by iterable.
    pub(crate) late_loops: Vec<(ExprId, ForKind)>,
    /// Statements to look at when types are known.
    pub(crate) dropped: Vec<stmt::Dropped>,
    /// The last values of a `pub` function that states no result.
    pub(crate) result_tails: Vec<ast::ExprId>,
    /// Copies of script variables that lambdas of the script capture.
    pub(crate) global_copies: Vec<GlobalCopy>,
    pub(crate) unknown_names: FxHashSet<Symbol>,
    /// Whether an error was found in it.
    pub(crate) failed: bool,
    /// Whether it is the body of a script.
    pub(crate) is_script: bool,
}

/// Checks bodies. One is used for many groups, one after the other, so that
/// its tables are allocated once.
pub(crate) struct Infer<'p> {
    pub(crate) program: &'p Program,
    pub(crate) table: Table<'p>,
    /// The function at hand.
    pub(crate) f: Box<Function<'p>>,
    /// The group's other functions, by number.
    bodies: Vec<Option<Box<Function<'p>>>>,
    /// Functions of earlier groups, to be used again. They stay boxed: they
    /// move in and out of `bodies` all the time.
    #[allow(clippy::vec_box)]
    spare: Vec<Box<Function<'p>>>,
    pub(crate) scopes: Scopes,
    obligations: Vec<Option<obligation::Pending>>,
    delayed: Vec<signature::Delayed>,
    rigid_bounds: Vec<(Var, Vec<TraitRef>)>,
    /// Whether types have traits: the questions that are being answered.
    goals: Vec<(TraitId, Ty, Tys)>,
    pub(crate) diags: Vec<Diagnostic>,
    checks: Vec<crate::declare::written::TypeCheck>,
    /// Types of results that are `()` unless something decides them: those of
    /// functions that never return.
    unit_unless_decided: Vec<Ty>,
    /// Variables of scripts whose types this group decides.
    global_types: Vec<(GlobalId, Ty)>,
    // Stacks on which lists are collected before they are stored.
    stmts: Vec<Stmt>,
    exprs: Vec<ExprId>,
    too_large_said: bool,
    /// The list that elements are being checked for.
    around: Span,
}

impl<'p> Infer<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        let module = ModuleId(0);
        Self {
            program,
            table: Table::new(&program.types),
            f: Box::new(Function::new(program, module)),
            bodies: Vec::new(),
            spare: Vec::new(),
            scopes: Scopes::default(),
            obligations: Vec::new(),
            delayed: Vec::new(),
            rigid_bounds: Vec::new(),
            goals: Vec::new(),
            diags: Vec::new(),
            checks: Vec::new(),
            unit_unless_decided: Vec::new(),
            global_types: Vec::new(),
            stmts: Vec::new(),
            exprs: Vec::new(),
            too_large_said: false,
            around: Span::NONE,
        }
    }

    /// Prepares for questions about types in terms of some declaration's
    /// generic parameters.
    pub(crate) fn environment(&mut self, module: ModuleId, generics: &Generics) {
        self.f.owner = BodyOwner::Fn(FnId(u32::MAX));
        self.f.module = module;
        self.f.ast = self.program.ast(module);
        self.f.generics.clone_from(&generics.params);
        self.f.outer_generics = self.f.generics.len();
        self.f.rigid.clear();
        self.set_classes();
    }

    pub(crate) fn text(&self, symbol: Symbol) -> &'p str {
        self.program.text(symbol)
    }

    pub(crate) fn snippet(&self, span: Span) -> &'p str {
        self.program.snippet(span)
    }

    /// A type for a message.
    pub(crate) fn show(&self, ty: Ty) -> String {
        self.program.shown(&self.table, ty)
    }

    /// Reports an error in the function at hand.
    pub(crate) fn error(&mut self, diag: Diagnostic) {
        self.f.failed = true;
        self.diags.push(diag);
    }

    pub(crate) fn warn(&mut self, diag: Diagnostic) {
        self.diags.push(diag);
    }

    // ---- building

    /// Adds an expression.
    pub(crate) fn push(&mut self, kind: ExprKind, ty: Ty, span: Span) -> ExprId {
        self.f.body.exprs.push(Expr { kind, ty, span })
    }

    /// An expression for what was refused.
    pub(crate) fn error_expr(&mut self, span: Span) -> ExprId {
        self.f.failed = true;
        self.push(ExprKind::Error, Ty::ERROR, span)
    }

    /// The type of an expression; may be a variable.
    pub(crate) fn ty(&self, id: ExprId) -> Ty {
        self.table.shallow(self.f.body.exprs[id].ty)
    }

    /// What the type of an expression is at its outermost level.
    pub(crate) fn kind_of(&self, id: ExprId) -> TyKind {
        self.table.kind(self.f.body.exprs[id].ty)
    }

    pub(crate) fn span(&self, id: ExprId) -> Span {
        self.f.body.exprs[id].span
    }

    /// A new type variable; a message about it points to `origin`.
    pub(crate) fn fresh(&mut self, origin: Span) -> Ty {
        self.table.fresh(VarKind::General, origin)
    }

    /// Adds a local variable of the function or lambda at hand.
    pub(crate) fn new_local(
        &mut self,
        name: Symbol,
        ty: Ty,
        kind: LocalKind,
        span: Span,
    ) -> LocalId {
        let lambda = self.f.frames.last().and_then(|frame| frame.lambda);
        let mutable = matches!(kind, LocalKind::Var | LocalKind::MutParam);
        self.f.locals.push(LocalInfo { lambda, kind });
        self.f.body.locals.push(Local { name, ty, mutable, span })
    }

    /// The option of a type.
    pub(crate) fn option_of(&mut self, inner: Ty) -> Ty {
        let list = self.table.make_list(&[inner]);
        self.table.make(TyKind::Adt(self.program.lang.option, list))
    }

    /// What an option type is of.
    pub(crate) fn as_option(&self, ty: Ty) -> Option<Ty> {
        match self.table.kind(ty) {
            TyKind::Adt(adt, args) if adt == self.program.lang.option => {
                Some(self.table.part(args, 0))
            }
            _ => None,
        }
    }

    /// The value and error types of a result type.
    pub(crate) fn as_result(&self, ty: Ty) -> Option<(Ty, Ty)> {
        match self.table.kind(ty) {
            TyKind::Adt(adt, args) if adt == self.program.lang.result => {
                Some((self.table.part(args, 0), self.table.part(args, 1)))
            }
            _ => None,
        }
    }

    /// A type of an enum or struct with arguments.
    pub(crate) fn adt_of(&mut self, adt: AdtId, args: &[Ty]) -> Ty {
        let list = self.table.make_list(args);
        self.table.make(TyKind::Adt(adt, list))
    }

    /// Reads a written type of the function at hand; `_` is inferred.
    pub(crate) fn written(&mut self, id: ast::TypeId) -> Ty {
        let from = self.diags.len();
        let ty = crate::declare::written::Written {
            program: self.program,
            ast: self.f.ast,
            module: self.f.module,
            generics: &self.f.generics,
            self_ty: self.f.self_ty,
            sink: &mut self.table,
            diags: &mut self.diags,
            checks: &mut self.checks,
            aliases: Vec::new(),
        }
        .ty(id);
        if self.diags.len() > from {
            self.f.failed = true;
        }
        self.check_written();
        self.localise(ty)
    }

    /// Puts the rigid variables of a nested function in the place of its own
    /// parameters.
    pub(crate) fn localise(&mut self, ty: Ty) -> Ty {
        if self.f.rigid.is_empty() {
            return ty;
        }
        let args = self.identity_args();
        self.table.substitute(ty, &args)
    }

    /// What each generic parameter in scope stands for in the function at
    /// hand: itself, or the rigid variable of a nested function.
    pub(crate) fn identity_args(&mut self) -> Vec<Ty> {
        let outer = self.f.outer_generics;
        let mut args = Vec::with_capacity(self.f.generics.len());
        for index in 0..self.f.generics.len() {
            if index >= outer && !self.f.rigid.is_empty() {
                args.push(self.f.rigid[index - outer]);
            } else {
                let name = self.f.generics[index].name;
                args.push(self.table.make(TyKind::Param(index as u32, name)));
            }
        }
        args
    }

    /// A finished or local list as a vector.
    pub(crate) fn list_vec(&self, list: Tys) -> Vec<Ty> {
        self.table.list(list).to_vec()
    }
}
