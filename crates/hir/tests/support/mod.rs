//! Programs for tests: files in memory or on disk, with the real library.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use simple_hir::{
    LibrarySearch, MissingModule, Mode, Options, ParsedFile, Program, analyze, imports,
};
use simple_source::interner::FxHashSet;
use simple_source::{Diagnostic, Interner, SourceMap, Symbol};

/// A checked program with what is needed to look at it.
#[allow(dead_code)] // not every test looks at all of it
pub(crate) struct Checked {
    pub(crate) program: Program,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) sources: Arc<SourceMap>,
    pub(crate) interner: Arc<Interner>,
    /// How long the analysis took, without reading and parsing.
    pub(crate) elapsed: std::time::Duration,
}

/// The folder of the standard library's sources.
pub(crate) fn library() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../library")
}

/// Where modules come from: a name, and its text.
pub(crate) type Find<'a> = &'a dyn Fn(&str) -> Option<(String, String)>;

/// Checks a program. `find` gives the modules beside the entry file by their
/// dotted path.
pub(crate) fn check(name: &str, text: &str, find: Find<'_>, library: Find<'_>) -> Checked {
    let interner = Arc::new(Interner::new());
    let mut sources = SourceMap::new();
    let mut files: Vec<ParsedFile> = Vec::new();
    let mut diagnostics = Vec::new();
    let mut missing: Vec<MissingModule> = Vec::new();
    let mut seen: FxHashSet<Symbol> = FxHashSet::default();
    let mut queue: Vec<(Symbol, String, String, bool, bool)> = Vec::new();
    let main = interner.intern("main");
    queue.push((main, name.to_owned(), text.to_owned(), false, true));
    let prelude = interner.intern("std.prelude");
    if let Some((name, text)) = library("std.prelude") {
        queue.push((prelude, name, text, true, false));
    }
    seen.insert(main);
    seen.insert(prelude);
    while let Some((path, name, text, is_library, is_entry)) = queue.pop() {
        let file = sources
            .add(name.clone(), Arc::new(text.clone()), is_library)
            .expect("test programs are small and UTF-8");
        let base = sources.file(file).base;
        let (ast, found) = simple_syntax::parse(sources.file(file).text(), base, file, &interner);
        diagnostics.extend(found);
        for import in imports(&ast) {
            let mut paths = vec![import.path.clone()];
            if !import.exact && import.path.len() > 1 {
                paths.push(import.path[..import.path.len() - 1].to_vec());
            }
            let mut loaded = false;
            for path in &paths {
                let texts: Vec<&str> = path.iter().map(|name| interner.resolve(*name)).collect();
                let dotted = texts.join(".");
                let symbol = interner.intern(&dotted);
                if seen.contains(&symbol) {
                    loaded = true;
                    break;
                }
                let is_std = texts.first() == Some(&"std");
                let module = if is_std { library(&dotted) } else { find(&dotted) };
                if let Some((name, text)) = module {
                    seen.insert(symbol);
                    queue.push((symbol, name, text, is_std, false));
                    loaded = true;
                    break;
                }
            }
            if !loaded {
                let texts: Vec<&str> =
                    import.path.iter().map(|name| interner.resolve(*name)).collect();
                let folder = if texts[0] == "std" {
                    self::library()
                } else {
                    Path::new(&name).parent().unwrap_or(Path::new(".")).to_path_buf()
                };
                let beside = modules_in(&folder, &texts[..texts.len() - 1]);
                let inside = modules_in(&folder, &texts);
                missing.push(MissingModule {
                    path: import.path.clone(),
                    tried: Vec::new(),
                    beside,
                    inside,
                });
            }
        }
        files.push(ParsedFile { ast: Arc::new(ast), path, file, is_library, is_entry });
    }
    let sources = Arc::new(sources);
    let search: LibrarySearch = Arc::new(library_modules_with);
    let options = Options { mode: Mode::Check, missing, library_search: Some(search) };
    let start = std::time::Instant::now();
    let (program, found) = analyze(files, sources.clone(), interner.clone(), options);
    let elapsed = start.elapsed();
    diagnostics.extend(found);
    simple_source::diagnostic::sort_and_dedup(&mut diagnostics);
    Checked { program, diagnostics, sources, interner, elapsed }
}

/// The dotted paths of the modules in a folder.
fn modules_in(root: &Path, path: &[&str]) -> Vec<String> {
    let folder = path.iter().fold(root.to_path_buf(), |folder, name| folder.join(name));
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<String> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let stem = name.strip_suffix(".spl")?;
            Some(path.iter().copied().chain([stem]).collect::<Vec<_>>().join("."))
        })
        .collect();
    found.sort();
    found
}

/// The library's modules that are called `name` or declare it.
fn library_modules_with(name: &str) -> Vec<String> {
    modules_in(&library(), &["std"])
        .into_iter()
        .filter(|module| {
            let path = library().join(format!("{}.spl", module.replace('.', "/")));
            let text = std::fs::read_to_string(path).unwrap_or_default();
            module.ends_with(&format!(".{name}"))
                || text.lines().any(|line| {
                    let declared = line.strip_prefix("pub ").and_then(|rest| rest.split_once(' '));
                    declared.is_some_and(|(_, rest)| {
                        rest.split(|c: char| !c.is_alphanumeric() && c != '_').next() == Some(name)
                    })
                })
        })
        .collect()
}

/// Finds a module as a file in a folder.
pub(crate) fn in_folder(folder: PathBuf) -> impl Fn(&str) -> Option<(String, String)> {
    move |dotted| {
        let path = folder.join(format!("{}.spl", dotted.replace('.', "/")));
        let text = std::fs::read_to_string(&path).ok()?;
        Some((path.display().to_string(), text))
    }
}

/// Checks a file on disk with the real library.
#[allow(dead_code)]
pub(crate) fn check_file(path: &Path) -> Checked {
    let text = std::fs::read_to_string(path).expect("the file can be read");
    let folder = path.parent().unwrap_or(Path::new(".")).to_path_buf();
    check(&path.display().to_string(), &text, &in_folder(folder), &in_folder(library()))
}

/// A diagnostic in plain lines.
#[allow(dead_code)]
pub(crate) fn render(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let place = |span| match sources.locate(span) {
        Some((file, at)) => {
            let name = &sources.file(file).name;
            let name = name.rsplit('/').next().unwrap_or(name);
            format!("{name}:{}:{}", at.line, at.column)
        }
        None => "nowhere".to_owned(),
    };
    let mut out = format!(
        "{} {} {}\n    {:?} {}\n",
        diagnostic.code.id,
        place(diagnostic.primary.span),
        diagnostic.message,
        sources.snippet(diagnostic.primary.span).lines().next().unwrap_or(""),
        diagnostic.primary.message,
    );
    for label in &diagnostic.secondary {
        out.push_str(&format!("    at {}: {}\n", place(label.span), label.message));
    }
    for note in &diagnostic.notes {
        out.push_str(&format!("    note: {note}\n"));
    }
    for suggestion in &diagnostic.suggestions {
        let edits: Vec<String> =
            suggestion.edits.iter().map(|(_, text)| format!("{text:?}")).collect();
        out.push_str(&format!("    fix: {}: {}\n", suggestion.message, edits.join(", ")));
    }
    out
}
