//! What the tests of this crate share; each uses a part of it.

#![allow(dead_code)]

use std::path::Path;
use std::sync::OnceLock;

use simple_source::{Diagnostic, FileId, Interner, Span};
use simple_syntax::ast::{Ast, Clause, Expr, ExprId, StrPart};
use simple_syntax::{dump_ast, parse};

/// Parses `text` at position 1.
pub(crate) fn parse_text(text: &str, interner: &Interner) -> (Ast, Vec<Diagnostic>) {
    parse(text, 1, FileId(0), interner)
}

/// The programs of the repository and of this crate's tests.
pub(crate) fn seeds() -> &'static [String] {
    static SEEDS: OnceLock<Vec<String>> = OnceLock::new();
    SEEDS.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts = Vec::new();
        let folders = [
            "tests/trees",
            "tests/format",
            "../../tests/run",
            "../../tests/reject",
            "../../examples",
            "../../library",
        ];
        for folder in folders {
            collect(&root.join(folder), &mut texts);
        }
        assert!(!texts.is_empty());
        texts
    })
}

fn collect(folder: &Path, texts: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, texts);
        } else if path.extension().is_some_and(|extension| extension == "spl")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            texts.push(text);
        }
    }
}

/// Checks that the spans of expressions lie in the text, on characters'
/// boundaries, and that operands lie within what they are part of.
pub(crate) fn check_tree(ast: &Ast, text: &str) {
    for index in 0..ast.expr_count() {
        let id = ExprId(index as u32);
        let span = ast.span(id);
        let (lo, hi) = (span.lo as usize - 1, span.hi as usize - 1);
        assert!(lo <= hi && hi <= text.len(), "{:?} at {span:?}", ast.expr(id));
        assert!(text.is_char_boundary(lo) && text.is_char_boundary(hi));
        for child in children(ast, id) {
            let inner = ast.span(child);
            let is_error = matches!(ast.expr(child), Expr::Error);
            assert!(
                is_error || span.lo <= inner.lo && inner.hi <= span.hi,
                "{:?} at {inner:?} is not inside {:?} at {span:?} in {text:?}",
                ast.expr(child),
                ast.expr(id)
            );
        }
    }
}

fn children(ast: &Ast, id: ExprId) -> Vec<ExprId> {
    let clause = |clause: &Clause| match *clause {
        Clause::For { iterable, .. } => iterable,
        Clause::If(condition) => condition,
    };
    match *ast.expr(id) {
        Expr::Field { base, .. } | Expr::OptionField { base, .. } | Expr::Try(base) => vec![base],
        Expr::Call { callee, args } => {
            std::iter::once(callee).chain(ast.list(args).iter().map(|arg| arg.value)).collect()
        }
        Expr::Index { base, args } => {
            std::iter::once(base).chain(ast.list(args).iter().copied()).collect()
        }
        Expr::Unary { operand, .. } => vec![operand],
        Expr::Binary { left, right, .. } => vec![left, right],
        Expr::Cast { value, .. } => vec![value],
        Expr::Range { low, high, .. } => low.into_iter().chain(high).collect(),
        Expr::Tuple(parts) | Expr::List(parts) | Expr::Set(parts) => ast.list(parts).to_vec(),
        Expr::Paren(inner) => vec![inner],
        Expr::Repeat { value, count } => vec![value, count],
        Expr::ListComp { element, clauses } | Expr::SetComp { element, clauses } => {
            std::iter::once(element).chain(ast.list(clauses).iter().map(clause)).collect()
        }
        Expr::Dict(pairs) => {
            ast.list(pairs).iter().flat_map(|pair| [pair.key, pair.value]).collect()
        }
        Expr::DictComp { pair, clauses } => {
            let pairs = ast.list(pair).iter().flat_map(|pair| [pair.key, pair.value]);
            pairs.chain(ast.list(clauses).iter().map(clause)).collect()
        }
        Expr::Lambda { body, .. } => vec![body],
        Expr::If { condition, then, otherwise } => {
            [condition, then].into_iter().chain(otherwise).collect()
        }
        Expr::Match { value, arms } => {
            let arms =
                ast.list(arms).iter().flat_map(|arm| arm.guard.into_iter().chain([arm.body]));
            std::iter::once(value).chain(arms).collect()
        }
        Expr::While { condition, body } => vec![condition, body],
        Expr::Loop { body } => vec![body],
        Expr::For { iterable, body, .. } => vec![iterable, body],
        Expr::Break(value) | Expr::Return(value) => value.into_iter().collect(),
        Expr::Interpolated(parts) => ast
            .list(parts)
            .iter()
            .filter_map(|part| match part {
                StrPart::Value { value, .. } => Some(*value),
                StrPart::Text(_) => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Checks that `formatted` is `text` in another layout: the same tree and the
/// same comments, and that formatting it again changes nothing.
pub(crate) fn check_format(text: &str, formatted: &str, interner: &Interner) {
    let (before, _) = parse_text(text, interner);
    let (after, diagnostics) = parse_text(formatted, interner);
    assert!(diagnostics.is_empty(), "{diagnostics:?}\nin formatted\n{formatted}\nfrom\n{text}");
    assert_eq!(
        dump_ast(&before, interner),
        dump_ast(&after, interner),
        "formatting changed the tree of\n{text}\nto that of\n{formatted}"
    );
    assert_eq!(comments(text, interner), comments(formatted, interner), "in\n{formatted}");
    let again = simple_syntax::format(formatted, 1, interner).expect("formatted text parses");
    assert_eq!(formatted, again, "formatting is not idempotent on\n{text}");
}

fn comments(text: &str, interner: &Interner) -> Vec<String> {
    let (tokens, _) = simple_syntax::lex(text, 1, interner);
    let texts = tokens
        .comments
        .iter()
        .map(|comment| text[comment.start as usize..comment.end as usize].trim_end().to_owned());
    texts.collect()
}

/// The position of a span as `line:column`.
pub(crate) fn place(text: &str, span: Span) -> String {
    let before = &text[..span.lo as usize - 1];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    std::format!("{line}:{column}")
}
