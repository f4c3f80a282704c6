//! Which modules a file wants, so that the driver can find their files.

use simple_source::{Span, Symbol, sym};
use simple_syntax::ast::{Ast, ItemKind};

/// A module that a file's `use` may mean.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Import {
    /// The names of the path: `geometry`, `shapes`.
    pub path: Vec<Symbol>,
    /// Whether the whole path is the module, as in `use a.b.{c}`. If not, and
    /// there is no such file, the last name may be one of the names in the
    /// module that the others spell: `use geometry.shapes.Circle`.
    pub exact: bool,
    /// The path in the source.
    pub span: Span,
}

/// The modules that the `use`s of a file name, in source order.
pub fn imports(ast: &Ast) -> Vec<Import> {
    let mut found = Vec::new();
    for &item in &ast.items {
        let item = ast.item(item);
        if let ItemKind::Use { path, names, .. } = item.kind {
            let names_of_path = ast.list(path);
            let span = match (names_of_path.first(), names_of_path.last()) {
                (Some(first), Some(last)) => first.span.to(last.span),
                _ => continue,
            };
            // A name that the parser missed names no file.
            if names_of_path.iter().any(|name| name.symbol == sym::EMPTY) {
                continue;
            }
            found.push(Import {
                path: names_of_path.iter().map(|name| name.symbol).collect(),
                exact: names.is_some() || names_of_path.len() == 1,
                span,
            });
        }
    }
    found
}
