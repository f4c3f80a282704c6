//! `use`: which module a path means, and which names it binds.

use simple_source::interner::FxHashSet;
use simple_source::{Applicability, Diagnostic, Span, Symbol, sym};
use simple_syntax::ast::{self, ItemKind};
use simple_syntax::foreign::generic_type;

use super::collect::bind_import;
use super::{Def, Entry};
use crate::analyze::MissingModule;
use crate::codes;
use crate::def::*;
use crate::names::suggest;

/// One name that a `use` binds.
struct Pending {
    module: ModuleId,
    /// What is bound, as it is called here.
    bound: ast::Name,
    /// The module it comes from.
    from: ModuleId,
    /// Its name there.
    name: ast::Name,
    public: bool,
}

/// Binds everything that is imported. Modules may import each other's imports
/// in any order, so this goes round until nothing changes.
pub(crate) fn resolve_uses(
    program: &mut Program,
    missing: &[MissingModule],
    diags: &mut Vec<Diagnostic>,
) {
    let mut pending = Vec::new();
    for module in program.modules.indices() {
        let ast = program.session.files[module].ast.clone();
        for &item in &ast.items {
            let item = ast.item(item);
            if let ItemKind::Use { path, alias, names } = item.kind {
                let path = ast.list(path);
                // The parser told that a name is missing.
                if path.iter().any(|name| name.symbol == sym::EMPTY) {
                    continue;
                }
                let names = names.map(|names| ast.list(names));
                let public = item.public.is_some();
                use_item(program, module, path, alias, names, public, missing, diags, &mut pending);
            }
        }
    }
    loop {
        let before = pending.len();
        let mut left = Vec::new();
        for import in pending {
            let found = program.session.files[import.from].scope.names.get(&import.name.symbol);
            match found.copied() {
                Some(entry) => {
                    let def = check_access(program, &import, entry, diags);
                    let entry = Entry {
                        def,
                        public: import.public,
                        imported: true,
                        span: import.bound.span,
                    };
                    bind_import(program, import.module, import.bound, entry, diags);
                }
                None => left.push(import),
            }
        }
        pending = left;
        if pending.is_empty() || pending.len() == before {
            break;
        }
    }
    for import in pending {
        unknown_member(program, &import, diags);
        bind_unresolved(program, import.module, import.bound, import.public);
    }
}

fn check_access(
    program: &Program,
    import: &Pending,
    entry: Entry,
    diags: &mut Vec<Diagnostic>,
) -> Def {
    if entry.public || import.from == import.module {
        return entry.def;
    }
    diags.push(private_name(program, import.from, import.name, entry));
    Def::Unresolved
}

/// A name that another module keeps to itself.
pub(crate) fn private_name(
    program: &Program,
    module: ModuleId,
    name: ast::Name,
    entry: Entry,
) -> Diagnostic {
    let text = program.text(name.symbol);
    let path = program.text(program.modules[module].path);
    let diag = Diagnostic::error(
        &codes::PRIVATE_NAME,
        name.span,
        format!("`{text}` is private to the module `{path}`"),
    )
    .label("cannot be used here");
    if entry.imported {
        return diag
            .also(entry.span, "only imported there")
            .note(format!("`pub use` in `{path}` would export it again"));
    }
    let diag = diag.also(entry.span, "declared here without `pub`");
    if program.modules[module].is_library {
        diag
    } else {
        diag.note("write `pub` before its declaration to let other modules use it")
    }
}

/// A name that a module does not have.
pub(crate) fn unknown_member_of(
    program: &Program,
    module: ModuleId,
    name: ast::Name,
) -> Diagnostic {
    let text = program.text(name.symbol);
    let path = program.text(program.modules[module].path);
    let scope = program.scope(module);
    let mut diag = Diagnostic::error(
        &codes::UNKNOWN_MEMBER,
        name.span,
        format!("the module `{path}` has no `{text}`"),
    )
    .label("not found in this module");
    if let Some(owners) = scope.variants.get(&name.symbol)
        && let Some((adt, _)) = owners.first()
    {
        let owner = program.text(program.adts[*adt].name);
        return diag.note(format!(
            "`{text}` is a variant of `{owner}`: variants come with their enum, `use {path}.{{{owner}}}`"
        ));
    }
    let names = scope.names.iter().filter(|(_, entry)| entry.public);
    if let Some(near) = suggest::nearest(text, names.map(|(name, _)| program.text(*name))) {
        diag = diag.suggest(format!("there is `{near}`"), name.span, near, Applicability::Maybe);
    }
    diag
}

fn unknown_member(program: &Program, import: &Pending, diags: &mut Vec<Diagnostic>) {
    diags.push(unknown_member_of(program, import.from, import.name));
}

fn bind_unresolved(program: &mut Program, module: ModuleId, name: ast::Name, public: bool) {
    let entry = Entry { def: Def::Unresolved, public, imported: true, span: name.span };
    program.session.files[module].scope.names.entry(name.symbol).or_insert(entry);
}

#[allow(clippy::too_many_arguments)]
fn use_item(
    program: &mut Program,
    module: ModuleId,
    path: &[ast::Name],
    alias: Option<ast::Name>,
    names: Option<&[ast::UseName]>,
    public: bool,
    missing: &[MissingModule],
    diags: &mut Vec<Diagnostic>,
    pending: &mut Vec<Pending>,
) {
    let Some(last) = path.last().copied() else { return };
    let bound = alias.unwrap_or(last);
    let whole = find_module(program, path);
    match (whole, names) {
        (Some(from), Some(names)) => {
            for name in names {
                let bound = name.alias.unwrap_or(name.name);
                pending.push(Pending { module, bound, from, name: name.name, public });
            }
        }
        (Some(from), None) => {
            let entry = Entry { def: Def::Module(from), public, imported: true, span: bound.span };
            bind_import(program, module, bound, entry, diags);
        }
        (None, None)
            if path.len() > 1 && find_module(program, &path[..path.len() - 1]).is_some() =>
        {
            if let Some(from) = find_module(program, &path[..path.len() - 1]) {
                pending.push(Pending { module, bound, from, name: last, public });
            }
        }
        (None, names) => {
            diags.push(unknown_module(program, path, names.is_none(), missing));
            match names {
                None => bind_unresolved(program, module, bound, public),
                Some(names) => {
                    for name in names {
                        let bound = name.alias.unwrap_or(name.name);
                        bind_unresolved(program, module, bound, public);
                    }
                }
            }
        }
    }
}

fn find_module(program: &Program, path: &[ast::Name]) -> Option<ModuleId> {
    let symbol = if let [name] = path {
        name.symbol
    } else {
        let texts: Vec<&str> = path.iter().map(|name| program.text(name.symbol)).collect();
        program.session.interner.lookup(&texts.join("."))?
    };
    program.session.module_by_path.get(&symbol).copied()
}

fn unknown_module(
    program: &Program,
    path: &[ast::Name],
    may_be_name: bool,
    missing: &[MissingModule],
) -> Diagnostic {
    let texts: Vec<&str> = path.iter().map(|name| program.text(name.symbol)).collect();
    let dotted = texts.join(".");
    let span = path.first().map_or(Span::NONE, |name| name.span);
    let span = path.last().map_or(span, |last| span.to(last.span));
    let symbols: Vec<Symbol> = path.iter().map(|name| name.symbol).collect();
    let mut diag =
        Diagnostic::error(&codes::UNKNOWN_MODULE, span, format!("there is no module `{dotted}`"))
            .label("not found");
    let mut near: Vec<&str> =
        program.modules.iter().map(|module| program.text(module.path)).collect();
    let mut tried: Vec<&str> = Vec::new();
    let mut seen = FxHashSet::default();
    for lost in missing {
        let prefix = symbols.starts_with(&lost.path)
            && (lost.path.len() == symbols.len()
                || (may_be_name && lost.path.len() + 1 == symbols.len()));
        if !prefix {
            continue;
        }
        tried.extend(lost.tried.iter().map(String::as_str).filter(|path| seen.insert(*path)));
        near.extend(lost.beside.iter().map(String::as_str));
        if lost.path.len() == symbols.len() && !lost.inside.is_empty() {
            diag = diag.note(format!(
                "`{dotted}` is a folder, not a module; in it there {} `{}`",
                if lost.inside.len() == 1 { "is" } else { "are" },
                lost.inside.join("`, `")
            ));
            return diag.suggest(
                "use a module in the folder",
                span,
                lost.inside[0].clone(),
                Applicability::Maybe,
            );
        }
    }
    if !tried.is_empty() && texts.first() != Some(&"std") {
        diag = diag.note(format!("looked for {}", tried.join(", ")));
    }
    let own = format!(".{dotted}");
    let in_library = program.session.library_search.as_ref().and_then(|search| {
        search(&dotted).into_iter().find(|path| texts.len() == 1 && path.ends_with(&own))
    });
    let foreign = texts.last().and_then(|last| generic_type(last));
    if let Some(path) = in_library {
        let message = format!("the library has `{path}`");
        diag = diag.suggest(message, span, path, Applicability::Maybe);
    } else if let Some(ours) = foreign {
        let (what, written) = (ours.what, ours.example());
        diag = diag.note(format!("nothing has to be `use`d for {what}: its type is `{written}`"));
    } else if let Some(near) = suggest::nearest(&dotted, near) {
        diag = diag.suggest(format!("there is `{near}`"), span, near, Applicability::Maybe);
    } else if texts.first() == Some(&"std") {
        diag = diag.note("the first name `std` always means the standard library");
    }
    diag
}
