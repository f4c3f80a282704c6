//! Types and patterns, on one line each, as source would have them.

use super::Dump;
use crate::ast::{Expr, ExprId, List, Name, PatId, PatKind, TypeId, TypeKind, UnaryOp};

impl Dump<'_> {
    pub(super) fn path(&self, path: List<Name>) -> String {
        let names: Vec<&str> =
            self.ast.list(path).iter().map(|name| self.text(name.symbol)).collect();
        names.join(".")
    }

    pub(super) fn types(&self, types: List<TypeId>) -> String {
        let types: Vec<String> = self.ast.list(types).iter().map(|ty| self.ty(*ty)).collect();
        types.join(", ")
    }

    pub(super) fn ty(&self, id: TypeId) -> String {
        match self.ast.ty(id).kind {
            TypeKind::Error => "<error>".into(),
            TypeKind::Path { path, args } if args.is_empty() => self.path(path),
            TypeKind::Path { path, args } => format!("{}[{}]", self.path(path), self.types(args)),
            TypeKind::List(element) => format!("[{}]", self.ty(element)),
            TypeKind::Dict(key, value) => format!("{{{}: {}}}", self.ty(key), self.ty(value)),
            TypeKind::Set(element) => format!("{{{}}}", self.ty(element)),
            TypeKind::Tuple(parts) if parts.len() == 1 => format!("({},)", self.types(parts)),
            TypeKind::Tuple(parts) => format!("({})", self.types(parts)),
            TypeKind::Option(inner) => {
                let text = self.ty(inner);
                match self.ast.ty(inner).kind {
                    TypeKind::Function { .. } => format!("({text})?"),
                    _ => format!("{text}?"),
                }
            }
            TypeKind::Function { params, result } => {
                let params = self.types(params);
                match result {
                    Some(result) => format!("fn({params}) -> {}", self.ty(result)),
                    None => format!("fn({params})"),
                }
            }
            TypeKind::Dyn(inner) => format!("dyn {}", self.ty(inner)),
            TypeKind::Weak(inner) => format!("weak {}", self.ty(inner)),
            TypeKind::Infer => "_".into(),
        }
    }

    fn pats(&self, pats: List<PatId>, separator: &str) -> String {
        let pats: Vec<String> = self.ast.list(pats).iter().map(|pat| self.pat(*pat)).collect();
        pats.join(separator)
    }

    pub(super) fn pat(&self, id: PatId) -> String {
        match self.ast.pat(id).kind {
            PatKind::Error => "<error>".into(),
            PatKind::Wildcard => "_".into(),
            PatKind::Name(name) => self.text(name).into(),
            PatKind::Literal(value) => self.literal(value),
            PatKind::Range { low, high, inclusive } => {
                let end = |end: Option<ExprId>| end.map_or(String::new(), |end| self.literal(end));
                format!("{}{}{}", end(low), if inclusive { "..=" } else { ".." }, end(high))
            }
            PatKind::Tuple(parts) if parts.len() == 1 => format!("({},)", self.pats(parts, ", ")),
            PatKind::Tuple(parts) => format!("({})", self.pats(parts, ", ")),
            PatKind::List(parts) => format!("[{}]", self.pats(parts, ", ")),
            PatKind::Rest(name) => {
                format!("..{}", name.map_or("", |name| self.text(name.symbol)))
            }
            PatKind::Constructor { path, fields } => {
                let Some(fields) = fields else { return self.path(path) };
                let fields: Vec<String> = self
                    .ast
                    .list(fields)
                    .iter()
                    .map(|field| match field.name {
                        Some(name) => {
                            format!("{}: {}", self.text(name.symbol), self.pat(field.pat))
                        }
                        None => self.pat(field.pat),
                    })
                    .collect();
                format!("{}({})", self.path(path), fields.join(", "))
            }
            PatKind::Or(parts) => format!("({})", self.pats(parts, " | ")),
        }
    }

    /// A literal as patterns have it.
    fn literal(&self, id: ExprId) -> String {
        match *self.ast.expr(id) {
            Expr::Unary { op: UnaryOp::Neg, operand } => format!("-{}", self.literal(operand)),
            ref expr => self.leaf(expr).unwrap_or_else(|| "<error>".into()),
        }
    }
}
