//! Finding, reading and parsing files.
//!
//! Files are read in waves: the entry and the prelude first, then what those
//! `use`, and so on. The files of a wave parse in parallel, and positions are
//! given out in the order in which files were asked for, so nothing depends on
//! which was faster.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use simple_hir::{MissingModule, ParsedFile};
use simple_source::interner::FxHashSet;
use simple_source::source_map::{AddError, SourceBytes};
use simple_source::{Diagnostic, FileId, Interner, SourceMap, Span, Symbol};

use crate::codes;
use crate::library;

/// Files at least this large are mapped instead of read: below, a copy is
/// cheaper than the page faults.
const MAP_FROM: u64 = 64 * 1024;

/// Where a program's text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file and the modules beside it.
    File(PathBuf),
    /// A module of a package.
    Module {
        /// Its file.
        file: PathBuf,
        /// The package's source root.
        root: PathBuf,
        /// Its dotted path from there.
        module: String,
    },
    /// Text in memory, under this name; it can `use` only the library.
    Text(String, String),
}

/// All files of a program, parsed.
pub struct Loaded {
    /// Their text.
    pub sources: Arc<SourceMap>,
    /// Their trees.
    pub files: Vec<ParsedFile>,
    /// Modules that no file was found for.
    pub missing: Vec<MissingModule>,
    /// What was wrong with files and grammar.
    pub diagnostics: Vec<Diagnostic>,
    /// How many lines the user's files have.
    pub lines: usize,
}

/// A module to be read.
struct Request {
    module: String,
    name: String,
    source: Source,
    is_library: bool,
    is_entry: bool,
}

enum Source {
    Text(&'static str),
    Owned(String),
    File(PathBuf),
}

/// Reads and parses a program.
pub fn load(input: &Input, interner: &Interner) -> Loaded {
    let mut loader = Loader {
        interner,
        root: None,
        known: FxHashSet::default(),
        sources: SourceMap::new(),
        files: Vec::new(),
        missing: Vec::new(),
        diagnostics: Vec::new(),
        lines: 0,
    };
    let mut wave = Vec::new();
    if let Some(prelude) = library::find(library::PRELUDE) {
        loader.known.insert(prelude.module.to_owned());
        wave.push(Request::library(prelude));
    }
    let (module, name, source) = match input {
        Input::File(path) => {
            loader.root = Some(path.parent().unwrap_or(Path::new("")).to_owned());
            let stem = path.file_stem().map_or("main".into(), |stem| stem.to_string_lossy());
            loader.known.insert(stem.into_owned());
            ("main".to_owned(), path.display().to_string(), Source::File(path.clone()))
        }
        Input::Module { file, root, module } => {
            loader.root = Some(root.clone());
            loader.known.insert(module.clone());
            (module.clone(), file.display().to_string(), Source::File(file.clone()))
        }
        Input::Text(name, text) => ("main".to_owned(), name.clone(), Source::Owned(text.clone())),
    };
    wave.push(Request { module, name, source, is_library: false, is_entry: true });
    while !wave.is_empty() {
        wave = loader.wave(wave);
    }
    Loaded {
        sources: Arc::new(loader.sources),
        files: loader.files,
        missing: loader.missing,
        diagnostics: loader.diagnostics,
        lines: loader.lines,
    }
}

impl Request {
    fn library(file: &'static library::File) -> Self {
        Self {
            module: file.module.to_owned(),
            name: file.name.to_owned(),
            source: Source::Text(file.text),
            is_library: true,
            is_entry: false,
        }
    }
}

struct Loader<'a> {
    interner: &'a Interner,
    root: Option<PathBuf>,
    known: FxHashSet<String>,
    sources: SourceMap,
    files: Vec<ParsedFile>,
    missing: Vec<MissingModule>,
    diagnostics: Vec<Diagnostic>,
    lines: usize,
}

impl Loader<'_> {
    /// Reads and parses a wave of files; returns what they ask for.
    fn wave(&mut self, requests: Vec<Request>) -> Vec<Request> {
        let read: Vec<(Request, Result<SourceBytes, String>)> = requests
            .into_par_iter()
            .map(|mut request| {
                let bytes = read(&mut request.source);
                (request, bytes)
            })
            .collect();
        let mut added: Vec<(Request, FileId)> = Vec::new();
        for (request, bytes) in read {
            if let Some(file) = self.add(&request, bytes) {
                added.push((request, file));
            }
        }
        let (sources, interner) = (&self.sources, self.interner);
        let parsed: Vec<_> = added
            .par_iter()
            .map(|(_, id)| {
                let file = sources.file(*id);
                simple_syntax::parse(file.text(), file.base, *id, interner)
            })
            .collect();
        let mut next = Vec::new();
        for ((request, file), (ast, diagnostics)) in added.into_iter().zip(parsed) {
            self.diagnostics.extend(diagnostics);
            for import in simple_hir::imports(&ast) {
                self.request(&import, request.is_library, &mut next);
            }
            if !request.is_library {
                let text = self.sources.file(file).text().as_bytes();
                self.lines += text.iter().filter(|byte| **byte == b'\n').count();
            }
            self.files.push(ParsedFile {
                ast: Arc::new(ast),
                path: self.interner.intern(&request.module),
                file,
                is_library: request.is_library,
                is_entry: request.is_entry,
            });
        }
        next
    }

    fn add(&mut self, request: &Request, bytes: Result<SourceBytes, String>) -> Option<FileId> {
        let name = &request.name;
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(cause) => {
                let message = format!("cannot read `{name}`: {cause}");
                self.diagnostics.push(Diagnostic::error(&codes::UNREADABLE, Span::NONE, message));
                return None;
            }
        };
        match self.sources.add(name.clone(), bytes.clone(), request.is_library) {
            Ok(file) => Some(file),
            Err(AddError::NotUtf8 { valid_up_to }) => {
                let before = &(*bytes).as_ref()[..valid_up_to];
                let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                let byte = (*bytes).as_ref().get(valid_up_to).copied().unwrap_or(0);
                let message =
                    format!("`{name}` is not UTF-8 text: line {line} has the byte 0x{byte:02x}");
                self.diagnostics.push(Diagnostic::error(&codes::NOT_UTF8, Span::NONE, message));
                None
            }
            Err(AddError::TooLarge) => {
                let message = format!("`{name}` is too large: all files together may have 4 GiB");
                self.diagnostics.push(Diagnostic::error(&codes::TOO_LARGE, Span::NONE, message));
                None
            }
        }
    }

    /// Asks for the module that an import means, unless it was asked for.
    fn request(
        &mut self,
        import: &simple_hir::Import,
        from_library: bool,
        next: &mut Vec<Request>,
    ) {
        let mut tried = Vec::new();
        let shortest = if import.exact { import.path.len() } else { import.path.len() - 1 };
        for length in (shortest.max(1)..=import.path.len()).rev() {
            let path = &import.path[..length];
            let names: Vec<&str> = path.iter().map(|name| self.interner.resolve(*name)).collect();
            let module = names.join(".");
            if self.known.contains(&module) {
                return;
            }
            if names[0] == "std" {
                if let Some(file) = library::find(&module) {
                    self.known.insert(module);
                    next.push(Request::library(file));
                    return;
                }
                tried.push(format!("{module} (standard library)"));
                continue;
            }
            if from_library {
                continue;
            }
            if let Some(root) = &self.root {
                let mut file = root.clone();
                file.extend(&names);
                file.set_extension("spl");
                if file.is_file() {
                    self.known.insert(module.clone());
                    next.push(Request {
                        module,
                        name: file.display().to_string(),
                        source: Source::File(file),
                        is_library: false,
                        is_entry: false,
                    });
                    return;
                }
                tried.push(file.display().to_string());
            }
        }
        let path: Vec<Symbol> = import.path.clone();
        let names: Vec<&str> = path.iter().map(|name| self.interner.resolve(*name)).collect();
        let (beside, inside) = if names[0] == "std" {
            (library::FILES.iter().map(|file| file.module.to_owned()).collect(), Vec::new())
        } else {
            let (folder, last) = (&names[..names.len() - 1], &names[..]);
            (self.modules_in(folder), self.modules_in(last))
        };
        self.missing.push(MissingModule { path, tried, beside, inside });
    }
}

impl Loader<'_> {
    /// The dotted paths of the modules in a folder of the program, sorted.
    fn modules_in(&self, folder: &[&str]) -> Vec<String> {
        let Some(root) = &self.root else { return Vec::new() };
        let mut path = root.clone();
        path.extend(folder);
        let path = if path.as_os_str().is_empty() { PathBuf::from(".") } else { path };
        let Ok(entries) = std::fs::read_dir(path) else { return Vec::new() };
        let mut modules: Vec<String> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let stem = name.strip_suffix(".spl")?;
                Some(folder.iter().copied().chain([stem]).collect::<Vec<_>>().join("."))
            })
            .collect();
        modules.sort();
        modules
    }
}

/// The bytes of a source: mapped if it is large, else read.
fn read(source: &mut Source) -> Result<SourceBytes, String> {
    match source {
        Source::Text(text) => Ok(Arc::new(*text)),
        Source::Owned(text) => Ok(Arc::new(std::mem::take(text))),
        Source::File(path) => read_file(path).map_err(|error| error_text(&error)),
    }
}

fn read_file(path: &Path) -> std::io::Result<SourceBytes> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    if metadata.is_file() && metadata.len() >= MAP_FROM {
        // SAFETY: the mapping is private and only read. Another process that
        // cuts or rewrites the file while it is compiled could change the
        // bytes under us; every compiler that maps its input accepts that.
        let map = unsafe { memmap2::Mmap::map(&file)? };
        return Ok(Arc::new(map));
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize + 1);
    file.read_to_end(&mut bytes)?;
    Ok(Arc::new(bytes))
}

/// What the system says of an error, without its number.
pub fn error_text(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
