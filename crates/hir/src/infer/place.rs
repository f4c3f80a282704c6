//! Places: what can be assigned or passed `mut`. Whether one may be changed is
//! found out when all types are known, see `place_check`.

use simple_source::{Diagnostic, Span, Symbol, sym};
use simple_syntax::ast::{self, Expr as Tree};

use super::Infer;
use super::expect::Expect;
use super::scope::Bound;
use crate::body::*;
use crate::codes;
use crate::names::Def;
use crate::ty::Ty;

/// What a place is used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// It is assigned.
    Assign,
    /// It is an argument that says `mut`.
    MutArgument,
    /// It is the receiver of a `mut self` method of this name.
    MutSelf(Span),
}

/// A use of a place that changes it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlaceUse {
    pub(crate) place: ExprId,
    pub(crate) purpose: Purpose,
    /// The lambda that it stands in.
    pub(crate) lambda: Option<LambdaId>,
}

impl Infer<'_> {
    /// Notes that a place is changed.
    pub(crate) fn use_place(&mut self, place: ExprId, purpose: Purpose) {
        let lambda = self.f.frames.last().and_then(|frame| frame.lambda);
        self.f.place_uses.push(PlaceUse { place, purpose, lambda });
    }

    /// An expression of the tree as a place.
    pub(crate) fn place(&mut self, id: ast::ExprId) -> ExprId {
        let id = self.unwrapped(id);
        let span = self.f.ast.span(id);
        match *self.f.ast.expr(id) {
            Tree::Name(name) => {
                if let Some(diag) = self.assigned_declaration(name, span) {
                    self.error(diag);
                    return self.error_expr(span);
                }
                self.expr(id, Expect::Any)
            }
            Tree::Tuple(parts) => self.place_tuple(parts, span),
            Tree::OptionField { .. } => {
                self.expr(id, Expect::Any);
                let diag = Diagnostic::error(
                    &codes::NOT_A_PLACE,
                    span,
                    "what is reached by `?.` is no place",
                )
                .label("cannot be assigned")
                .note("take the value out, change it, and store the option again");
                self.error(diag);
                self.error_expr(span)
            }
            Tree::Index { args, .. } if self.is_slice(args) => {
                self.expr(id, Expect::Any);
                let diag = Diagnostic::error(&codes::NOT_A_PLACE, span, "a slice is no place")
                    .label("a copy of a part, not the part itself")
                    .note("assign the elements one by one, or build a new list");
                self.error(diag);
                self.error_expr(span)
            }
            Tree::Index { base, args } => {
                let base = self.expr(base, Expect::Any);
                if self.kind_of(base) == crate::ty::TyKind::Str {
                    let diag = Diagnostic::error(
                        &codes::NOT_A_PLACE,
                        span,
                        "a part of a `str` cannot be assigned",
                    )
                    .label("text does not change in place")
                    .note("build a new text, or keep a list of characters: `[char]`");
                    self.error(diag);
                    return self.error_expr(span);
                }
                self.index_value(base, args, None, span)
            }
            _ => self.expr(id, Expect::Any),
        }
    }

    fn is_slice(&self, args: ast::List<ast::ExprId>) -> bool {
        match self.f.ast.list(args) {
            [arg] => matches!(self.f.ast.expr(self.unwrapped(*arg)), Tree::Range { .. }),
            _ => false,
        }
    }

    /// `(a, b)` as a place.
    pub(crate) fn place_tuple(&mut self, parts: ast::List<ast::ExprId>, span: Span) -> ExprId {
        let ast = self.f.ast;
        let start = self.exprs.len();
        let mut types: Vec<Ty> = Vec::with_capacity(parts.len());
        for part in ast.list(parts) {
            let part = self.unwrapped(*part);
            let at = ast.span(part);
            let place = match *ast.expr(part) {
                Tree::Name(sym::UNDERSCORE) => {
                    // Thrown away: no place at all, whatever its type.
                    let ty = self.fresh(at);
                    self.push(ExprKind::Error, ty, at)
                }
                Tree::Tuple(inner) => self.place_tuple(inner, at),
                _ => {
                    let place = self.place(part);
                    self.use_place(place, Purpose::Assign);
                    place
                }
            };
            types.push(self.ty(place));
            self.exprs.push(place);
        }
        let list = self.take_exprs(start);
        let ty = self.table.tuple(&types);
        self.push(ExprKind::Tuple(list), ty, span)
    }

    /// Says that a function, constant or the like cannot be assigned.
    fn assigned_declaration(&mut self, name: Symbol, span: Span) -> Option<Diagnostic> {
        let text = self.text(name);
        let (what, declared) = match self.scopes.find(name) {
            Some(binding) => match binding.bound {
                Bound::Local(..) | Bound::Global(_) => return None,
                Bound::Fn(_) => ("a function", binding.span),
                Bound::Const(_) => ("a constant", binding.span),
            },
            None => {
                let entry = self.program.scope(self.f.module).names.get(&name)?;
                match entry.def {
                    Def::Global(_) | Def::Unresolved => return None,
                    Def::Const(_) => ("a constant", entry.span),
                    def => (def.describe(), entry.span),
                }
            }
        };
        let word = if what == "a constant" { "a `const`" } else { what };
        Some(
            Diagnostic::error(
                &codes::ASSIGN_DECLARATION,
                span,
                format!("`{text}` is {word} and cannot be assigned"),
            )
            .label("cannot be assigned")
            .also(declared, "declared here")
            .note(format!("to declare a variable of this name, write `val {text} = ...`")),
        )
    }
}
