//! Calls of what only other languages have.

use simple_source::{Applicability, Diagnostic, Span, Symbol};
use simple_syntax::ast::{self, Expr as Tree};

use super::Infer;
use super::arguments::Given;
use crate::body::{ExprId, ExprKind};
use crate::codes;
use crate::names::suggest;
use crate::ty::Ty;

impl Infer<'_> {
    /// A call of a function that other languages have and that is a method or
    /// an operator here.
    pub(crate) fn foreign_call(
        &mut self,
        name: Symbol,
        given: &[Given],
        span: Span,
    ) -> Option<Diagnostic> {
        let text = self.text(name);
        if given.is_empty() {
            let better = suggest::foreign_empty(text)?;
            return Some(self.foreign_function(text, better.to_owned(), span));
        }
        let pattern = suggest::foreign_call(text)?;
        let first = given.first()?;
        let operand = self.tree_operand(first.tree);
        let better = match (text, given) {
            ("range", [low, high]) => {
                format!("{}..{}", self.tree_operand(low.tree), self.tree_operand(high.tree))
            }
            ("range", [low, high, step]) => format!(
                "({}..{}).step({})",
                self.tree_operand(low.tree),
                self.tree_operand(high.tree),
                self.ast_text(step.tree)
            ),
            ("min" | "max", [a, b]) => {
                format!("{}.{text}({})", self.tree_operand(a.tree), self.ast_text(b.tree))
            }
            (_, [_]) => pattern.replace("{}", &operand),
            _ => return None,
        };
        Some(self.foreign_function(text, better, span))
    }

    fn foreign_function(&self, text: &str, better: String, span: Span) -> Diagnostic {
        Diagnostic::error(&codes::UNKNOWN_NAME, span, format!("there is no function `{text}`"))
            .label("not found")
            .suggest(format!("this is written `{better}`"), span, better, Applicability::Maybe)
    }

    /// `raise ValueError("odd")`: an error of another language.
    pub(crate) fn raised(
        &mut self,
        callee: ast::ExprId,
        name: Symbol,
        args: ast::List<ast::Arg>,
        span: Span,
    ) -> ExprId {
        let ast = self.f.ast;
        let mut diag = self.foreign_beginning(callee, name).note(
            "a function that can fail returns a `Result`: `return Err(..)`; `?` hands an error on",
        );
        let args = ast.list(args);
        let thrown = args.first().map(|arg| arg.value);
        match thrown.map(|thrown| *ast.expr(thrown)) {
            Some(Tree::Call { args: inner, .. }) => {
                if let [message] = ast.list(inner) {
                    let text = format!("panic({})", self.ast_text(message.value));
                    diag = diag.suggest("to end the program", span, text, Applicability::Maybe);
                }
            }
            _ => {
                let at = ast.span(callee);
                diag = diag.suggest("to end the program", at, "panic", Applicability::Maybe);
            }
        }
        self.tell_once(name, diag);
        self.push(ExprKind::Error, Ty::NEVER, span)
    }

    /// An unknown name that is the beginning of what other languages have here.
    fn foreign_beginning(&self, callee: ast::ExprId, name: Symbol) -> Diagnostic {
        let (text, at) = (self.text(name), self.f.ast.span(callee));
        Diagnostic::error(&codes::UNKNOWN_NAME, at, format!("there is no `{text}` here"))
            .label("not found")
    }

    /// Says what is wrong with an unknown name, the first time that it occurs.
    fn tell_once(&mut self, name: Symbol, diag: Diagnostic) {
        self.f.failed = true;
        if self.f.unknown_names.insert(name) {
            self.error(diag);
        }
    }

    /// The text of an expression of the tree, in parentheses if an operator
    /// would take it apart.
    fn tree_operand(&self, id: ast::ExprId) -> String {
        let text = self.ast_text(id);
        match self.f.ast.expr(id) {
            Tree::Binary { .. }
            | Tree::Unary { .. }
            | Tree::Cast { .. }
            | Tree::Range { .. }
            | Tree::Lambda { .. }
            | Tree::If { .. } => format!("({text})"),
            _ => text.to_owned(),
        }
    }

    /// Whether a name is that of a statement of another language that reads as
    /// a call: `del xs[0]`, `global count`.
    pub(crate) fn is_foreign_statement(&self, name: Symbol) -> bool {
        matches!(self.text(name), "del" | "delete" | "global" | "nonlocal") && self.is_unknown(name)
    }

    /// Such a statement. What it speaks of is not looked at.
    pub(crate) fn foreign_statement(
        &mut self,
        callee: ast::ExprId,
        name: Symbol,
        args: ast::List<ast::Arg>,
        span: Span,
    ) -> ExprId {
        let ast = self.f.ast;
        let text = self.text(name);
        let diag = self.foreign_beginning(callee, name);
        let first = ast.list(args).first().map(|arg| self.unwrapped(arg.value));
        let needless = |diag: Diagnostic| diag.suggest("remove it", span, "", Applicability::Maybe);
        let diag = match (text, first.map(|first| *ast.expr(first))) {
            ("global", _) => needless(diag).note(
                "the functions of a script can assign its variables; nothing needs to be declared",
            ),
            ("nonlocal", _) => diag.note(
                "a nested function has copies of the variables around it and cannot assign them: \
                 let it return the new value, or keep the value in a class",
            ),
            (_, Some(Tree::Index { base, args: index })) if ast.list(args).len() == 1 => {
                match *ast.list(index) {
                    [index] if !matches!(ast.expr(index), Tree::Range { .. }) => {
                        let better =
                            format!("{}.remove({})", self.tree_operand(base), self.ast_text(index));
                        let message = format!("this is written `{better}`");
                        diag.suggest(message, span, better, Applicability::Maybe)
                    }
                    _ => diag
                        .note("`xs[..a] + xs[b..]` is a list without the elements from `a` to `b`"),
                }
            }
            (_, Some(Tree::Name(_))) => needless(diag)
                .note("a value is freed as soon as nothing needs it; nothing is written for that"),
            _ => diag.note("`d.remove(key)` and `xs.remove(index)` take one thing out"),
        };
        self.tell_once(name, diag);
        self.error_expr(span)
    }
}
