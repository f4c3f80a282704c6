//! Going through the expressions of a tree without caring what they are.

use simple_syntax::ast::*;

/// Calls `visit` for each expression directly inside `expr`, in the order of
/// the text. Statements, arms and the like are gone through; the bodies of
/// nested declarations are not.
pub(crate) fn children(ast: &Ast, expr: &Expr, visit: &mut dyn FnMut(ExprId)) {
    let each = |list: List<ExprId>, visit: &mut dyn FnMut(ExprId)| {
        ast.list(list).iter().for_each(|id| visit(*id));
    };
    match *expr {
        Expr::Error
        | Expr::Unit
        | Expr::Int { .. }
        | Expr::Float { .. }
        | Expr::Bool(_)
        | Expr::Nil
        | Expr::Str(_)
        | Expr::Name(_)
        | Expr::Type(_)
        | Expr::Continue => {}
        Expr::Interpolated(parts) => {
            for part in ast.list(parts) {
                if let StrPart::Value { value, spec, .. } = part {
                    visit(*value);
                    if let Some(spec) = spec {
                        for count in [spec.width, spec.precision] {
                            if let FormatCount::Computed(id) = count {
                                visit(id);
                            }
                        }
                    }
                }
            }
        }
        Expr::Field { base, .. } | Expr::OptionField { base, .. } | Expr::Try(base) => visit(base),
        Expr::Call { callee, args } => {
            visit(callee);
            ast.list(args).iter().for_each(|arg| visit(arg.value));
        }
        Expr::Index { base, args } => {
            visit(base);
            each(args, visit);
        }
        Expr::Unary { operand, .. } => visit(operand),
        Expr::Binary { left, right, .. } => {
            visit(left);
            visit(right);
        }
        Expr::Cast { value, .. } => visit(value),
        Expr::Range { low, high, .. } => {
            low.into_iter().for_each(&mut *visit);
            high.into_iter().for_each(&mut *visit);
        }
        Expr::Tuple(list) | Expr::List(list) | Expr::Set(list) => each(list, visit),
        Expr::Paren(inner) => visit(inner),
        Expr::Repeat { value, count } => {
            visit(value);
            visit(count);
        }
        Expr::ListComp { element, clauses } | Expr::SetComp { element, clauses } => {
            clause_children(ast, clauses, visit);
            visit(element);
        }
        Expr::Dict(pairs) => pair_children(ast, pairs, visit),
        Expr::DictComp { pair, clauses } => {
            clause_children(ast, clauses, visit);
            pair_children(ast, pair, visit);
        }
        Expr::Lambda { body, .. } => visit(body),
        Expr::Block(stmts) => {
            for stmt in ast.list(stmts) {
                stmt_children(&ast.stmt(*stmt).kind, visit);
            }
        }
        Expr::If { condition, then, otherwise } => {
            visit(condition);
            visit(then);
            otherwise.into_iter().for_each(visit);
        }
        Expr::Match { value, arms } => {
            visit(value);
            for arm in ast.list(arms) {
                arm.guard.into_iter().for_each(&mut *visit);
                visit(arm.body);
            }
        }
        Expr::While { condition, body } => {
            visit(condition);
            visit(body);
        }
        Expr::Loop { body } => visit(body),
        Expr::For { iterable, body, .. } => {
            visit(iterable);
            visit(body);
        }
        Expr::Break(value) | Expr::Return(value) => value.into_iter().for_each(visit),
    }
}

fn clause_children(ast: &Ast, clauses: List<Clause>, visit: &mut dyn FnMut(ExprId)) {
    for clause in ast.list(clauses) {
        match clause {
            Clause::For { iterable, .. } => visit(*iterable),
            Clause::If(condition) => visit(*condition),
        }
    }
}

fn pair_children(ast: &Ast, pairs: List<Pair>, visit: &mut dyn FnMut(ExprId)) {
    for pair in ast.list(pairs) {
        visit(pair.key);
        visit(pair.value);
    }
}

fn stmt_children(stmt: &StmtKind, visit: &mut dyn FnMut(ExprId)) {
    match *stmt {
        StmtKind::Error | StmtKind::Pass | StmtKind::Item(_) => {}
        StmtKind::Expr(id) => visit(id),
        StmtKind::Let { value, .. } => visit(value),
        StmtKind::Assign { target, value } | StmtKind::AssignOp { target, value, .. } => {
            visit(target);
            visit(value);
        }
        StmtKind::Assert { condition, message } => {
            visit(condition);
            message.into_iter().for_each(visit);
        }
    }
}

/// Whether a function's body leaves with a value before its end: a `return`
/// with a value or a `?` that does not belong to a lambda.
pub(crate) fn leaves_with_value(ast: &Ast, body: ExprId) -> bool {
    let mut stack = vec![body];
    while let Some(id) = stack.pop() {
        match ast.expr(id) {
            Expr::Return(Some(_)) | Expr::Try(_) => return true,
            Expr::Lambda { .. } => {}
            expr => children(ast, expr, &mut |child| stack.push(child)),
        }
    }
    false
}

/// Whether the value of a body is plainly `()`, whatever the types in it:
/// it, or one of the branches that it ends in, ends in a statement without a
/// value. `prints` says whether a name is that of a built-in function without
/// a result.
pub(crate) fn ends_in_unit(
    ast: &Ast,
    body: ExprId,
    prints: &dyn Fn(simple_source::Symbol) -> bool,
) -> bool {
    let mut stack = vec![body];
    while let Some(id) = stack.pop() {
        let unit = match *ast.expr(id) {
            Expr::Unit | Expr::While { .. } | Expr::For { .. } | Expr::Return(None) => true,
            Expr::Paren(inner) => {
                stack.push(inner);
                false
            }
            Expr::Block(stmts) => match ast.list(stmts).last() {
                None => true,
                Some(last) => match ast.stmt(*last).kind {
                    StmtKind::Expr(id) => {
                        stack.push(id);
                        false
                    }
                    StmtKind::Error => false,
                    _ => true,
                },
            },
            Expr::If { then, otherwise, .. } => {
                stack.push(then);
                stack.extend(otherwise);
                otherwise.is_none()
            }
            Expr::Match { arms, .. } => {
                stack.extend(ast.list(arms).iter().map(|arm| arm.body));
                false
            }
            Expr::Call { callee, .. } => match *ast.expr(callee) {
                Expr::Name(name) => prints(name),
                _ => false,
            },
            _ => false,
        };
        if unit {
            return true;
        }
    }
    false
}

/// Whether evaluating an expression plainly changes nothing: there is no call
/// in it and nothing that leaves.
pub(crate) fn has_no_effect(ast: &Ast, id: ExprId) -> bool {
    let mut stack = vec![id];
    while let Some(id) = stack.pop() {
        match *ast.expr(id) {
            Expr::Error
            | Expr::Call { .. }
            | Expr::OptionField { .. }
            | Expr::Try(_)
            | Expr::Binary { op: BinaryOp::Pipe, .. }
            | Expr::Block(_)
            | Expr::If { .. }
            | Expr::Match { .. }
            | Expr::While { .. }
            | Expr::Loop { .. }
            | Expr::For { .. }
            | Expr::Break(_)
            | Expr::Continue
            | Expr::Return(_)
            | Expr::Unit => return false,
            Expr::Lambda { .. } => {}
            ref expr => children(ast, expr, &mut |child| stack.push(child)),
        }
    }
    true
}

/// Whether an expression is written for its value: whatever its parts do, what is
/// done with their values has no effect.
pub(crate) fn is_for_its_value(ast: &Ast, id: ExprId) -> bool {
    use BinaryOp::{And, Coalesce, Or, Pipe};
    match *ast.expr(id) {
        Expr::Binary { op, .. } => !matches!(op, Pipe | Coalesce | Or | And),
        Expr::Unary { .. } => true,
        _ => has_no_effect(ast, id),
    }
}

/// The expressions that a body's value may be that of, in the order of the
/// text: the last one of a block and, with `branches`, those of the branches
/// that it ends in.
pub(crate) fn tails(ast: &Ast, body: ExprId, branches: bool) -> Vec<ExprId> {
    let mut found = Vec::new();
    let mut stack = vec![body];
    while let Some(id) = stack.pop() {
        match *ast.expr(id) {
            Expr::Block(stmts) => {
                if let Some(last) = ast.list(stmts).last()
                    && let StmtKind::Expr(tail) = ast.stmt(*last).kind
                {
                    stack.push(tail);
                }
            }
            Expr::If { then, otherwise: Some(otherwise), .. } if branches => {
                stack.extend([otherwise, then]);
            }
            Expr::Match { arms, .. } if branches => {
                stack.extend(ast.list(arms).iter().rev().map(|arm| arm.body));
            }
            _ => found.push(id),
        }
    }
    found
}

/// Whether a function's body may well end in a value without an effect, or
/// leaves with a value.
pub(crate) fn seems_to_return(ast: &Ast, body: ExprId) -> bool {
    tails(ast, body, true).into_iter().any(|tail| has_no_effect(ast, tail))
        || leaves_with_value(ast, body)
}

/// All statements of a body, those in inner blocks too, outer ones first.
pub(crate) fn statements(ast: &Ast, body: ExprId, found: &mut Vec<StmtId>) {
    let mut stack = vec![body];
    while let Some(id) = stack.pop() {
        let expr = ast.expr(id);
        if let Expr::Block(stmts) = expr {
            found.extend_from_slice(ast.list(*stmts));
        }
        children(ast, expr, &mut |child| stack.push(child));
    }
}
