//! One compilation: options, threads, and the stages in order.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use simple_codegen::direct::Direct;
use simple_codegen::{Backend, OptLevel, Target};
use simple_hir::Program;
use simple_mir::lower::LowerOptions;
use simple_mir::validate::expect_valid;
use simple_mir::{Dialect, FuncId, Module, TypeTable};
use simple_object::CodeObject;
use simple_object::blob::Blob;
use simple_source::{Diagnostic, Interner, SourceMap, Span};

use crate::codes;
use crate::layout::{self, placed};
use crate::load::{Input, load};
use crate::profile::Profile;

/// Stack of each worker. Passes over trees recurse as deep as the parser lets
/// trees be; only what is touched becomes memory.
const WORKER_STACK: usize = 64 << 20;

/// Functions that a worker takes at a time in code generation: few enough to
/// balance, enough for one object to be worth it.
const FUNCTIONS_PER_BATCH: usize = 64;

/// How to compile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Threads; 1 is serial.
    pub jobs: usize,
    /// Effort in the code.
    pub level: Level,
    /// What the process does.
    pub mode: Mode,
    /// Leave names and debug information out.
    pub strip: bool,
    /// Link the runtime that checks for leaks and uses after free.
    pub check_memory: bool,
    /// Link the runtime's sampler into executables.
    pub sample: bool,
}

/// `-O`
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Level {
    /// `-O0`: compiles fastest, keeps debug information.
    #[default]
    Debug,
    /// `-O1`
    Less,
    /// `-O2`, `-O3`, `--release`
    Release,
    /// `-Os`
    Size,
}

/// What is compiled of a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// The program from its `main` or script.
    #[default]
    Program,
    /// Nothing: it is only checked.
    Check,
    /// Its tests; the first argument chooses one by number.
    Tests,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            level: Level::Debug,
            mode: Mode::Program,
            strip: false,
            check_memory: false,
            sample: false,
        }
    }
}

/// A session: its strings, its threads, its clocks.
pub struct Session {
    /// All strings.
    pub interner: Arc<Interner>,
    /// How to compile.
    pub options: Options,
    /// Where functions lie; debug builds do not ask.
    pub plan: Option<simple_layout::Plan>,
    /// What each stage cost so far.
    pub profile: Profile,
    pool: rayon::ThreadPool,
}

/// A program that was read and checked.
pub struct Checked {
    /// Its text.
    pub sources: Arc<SourceMap>,
    /// The program; only to be compiled if there is no error.
    pub program: Program,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// Whether the program is refused.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// A program as MIR with its types.
pub struct Optimised {
    /// Its functions, in the counted dialect.
    pub module: Module,
    /// Their types.
    pub types: TypeTable,
}

impl Session {
    /// A session with its own threads.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub fn new(options: Options) -> Result<Self, rayon::ThreadPoolBuildError> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(options.jobs.max(1))
            .stack_size(WORKER_STACK)
            .thread_name(|index| format!("worker {index}"))
            .build()?;
        let interner = Arc::new(Interner::new());
        Ok(Self { interner, options, plan: None, profile: Profile::default(), pool })
    }

    /// Reads, parses and checks a program.
    pub fn check(&mut self, input: &Input) -> Checked {
        let Self { interner, options, profile, pool, .. } = self;
        let mode = match options.mode {
            Mode::Program => simple_hir::Mode::Program,
            Mode::Check => simple_hir::Mode::Check,
            Mode::Tests => simple_hir::Mode::Test,
        };
        pool.install(|| {
            // Files to trees.
            let loaded = profile.stage("parse", "lines", || {
                let loaded = load(input, interner);
                let lines = loaded.lines;
                (loaded, lines)
            });
            // Trees to a checked program.
            let hir_options = simple_hir::Options {
                mode,
                missing: loaded.missing,
                library_search: Some(Arc::new(crate::library::modules_with)),
            };
            let (program, mut diagnostics) = profile.stage("check", "functions", || {
                let (files, sources) = (loaded.files, loaded.sources.clone());
                let result = simple_hir::analyze(files, sources, interner.clone(), hir_options);
                let count = result.0.functions.len();
                (result, count)
            });
            diagnostics.extend(loaded.diagnostics);
            simple_source::diagnostic::sort_and_dedup(&mut diagnostics);
            Checked { sources: loaded.sources, program, diagnostics }
        })
    }

    /// Makes MIR of a checked program, optimised as the options say, with
    /// ownership made explicit.
    ///
    /// # Errors
    /// What only shows in instances.
    pub fn lower(&mut self, checked: &Checked) -> Result<Optimised, Vec<Diagnostic>> {
        let Self { interner, options, profile, pool, .. } = self;
        let mode = match options.mode {
            Mode::Tests => simple_mir::lower::Mode::Tests,
            Mode::Program | Mode::Check => simple_mir::lower::Mode::Program,
        };
        pool.install(|| {
            let types = TypeTable::new();
            // HIR to MIR, instance by instance.
            let lowered = profile.stage("lower", "instances", || {
                let lower_options = LowerOptions { mode };
                let lowered =
                    simple_mir::lower::lower(&checked.program, &types, interner, lower_options);
                let count = lowered.module.functions.len();
                (lowered, count)
            });
            let mut late = checked.program.take_late_diagnostics();
            late.extend(lowered.diagnostics);
            if late.iter().any(Diagnostic::is_error) {
                return Err(late);
            }
            let mut module = lowered.module;
            let check = |module: &Module, dialect, pass| {
                if cfg!(debug_assertions) {
                    expect_valid(module, &types, interner, dialect, pass);
                }
            };
            check(&module, Dialect::Values, "lowering");
            // MIR to better MIR.
            if options.level != Level::Debug {
                profile.stage("optimise", "functions", || {
                    simple_mir::opt::optimise(&mut module, &types, interner);
                    ((), module.functions.len())
                });
            }
            // Counts made explicit.
            profile.stage("ownership", "functions", || {
                simple_mir::ownership::run(&mut module, &types, interner);
                ((), module.functions.len())
            });
            check(&module, Dialect::Counted, "ownership");
            if options.level != Level::Debug {
                profile.stage("finish", "functions", || {
                    simple_mir::opt::finish(&mut module, &types, interner);
                    ((), module.functions.len())
                });
            }
            // What runs before the anchor.
            simple_mir::phase::assign(&mut module, &types);
            Ok(Optimised { module, types })
        })
    }

    /// Compiles MIR to code objects.
    ///
    /// # Errors
    /// If a function exceeds a limit of the back end.
    pub fn compile(
        &mut self,
        checked: &Checked,
        optimised: &Optimised,
    ) -> Result<Vec<CodeObject>, Vec<Diagnostic>> {
        let Self { interner, options, profile, pool, .. } = self;
        let backend = Direct::new(Target::default());
        let program = simple_codegen::Program {
            module: &optimised.module,
            types: &optimised.types,
            interner,
            sources: &checked.sources,
        };
        let code_options = simple_codegen::Options {
            level: match options.level {
                Level::Debug => OptLevel::None,
                Level::Less => OptLevel::Less,
                Level::Release => OptLevel::Speed,
                Level::Size => OptLevel::Size,
            },
            statement_rows: options.level == Level::Debug && !options.strip,
            verify: cfg!(debug_assertions),
        };
        let count = optimised.module.functions.len();
        let result = pool.install(|| {
            profile.stage("codegen", "functions", || {
                (generate(&backend, program, code_options, count), count)
            })
        });
        result.map_err(|error| {
            vec![Diagnostic::error(&codes::CANNOT_COMPILE, Span::NONE, error.to_string())]
        })
    }

    /// Links code objects to an executable.
    ///
    /// # Errors
    /// If they do not fit together.
    pub fn link(
        &mut self,
        checked: &Checked,
        optimised: &Optimised,
        objects: &[CodeObject],
    ) -> Result<Vec<u8>, Vec<Diagnostic>> {
        let debug = self.options.level == Level::Debug && !self.options.strip;
        let directory = std::env::current_dir().unwrap_or_default();
        let directory = directory.to_string_lossy();
        let info = simple_link::DebugInfo { directory: &directory, producer: PRODUCER };
        let remarks = layout::remarks(optimised, &self.interner);
        self.with_link_input(checked, objects, debug.then_some(info), |input, options| {
            let options = simple_link::Options { remarks: remarks.as_bytes(), ..*options };
            simple_link::link(input, &options).map(|bytes| {
                let size = bytes.len();
                (bytes, size)
            })
        })
    }

    /// Puts code objects into memory, ready to run.
    ///
    /// # Errors
    /// If they do not fit together, or there is no memory for them.
    pub fn load(
        &mut self,
        checked: &Checked,
        objects: &[CodeObject],
    ) -> Result<simple_link::LoadedImage, Vec<Diagnostic>> {
        self.with_link_input(checked, objects, None, |input, options| {
            simple_link::load(input, options).map(|image| (image, objects.len()))
        })
    }

    /// Puts code objects into memory with counters in front of all functions,
    /// ready to run once.
    ///
    /// # Errors
    /// As for [`Self::load`].
    pub fn load_counted(
        &mut self,
        checked: &Checked,
        objects: &[CodeObject],
    ) -> Result<simple_link::CountedImage, Vec<Diagnostic>> {
        self.with_link_input(checked, objects, None, |input, options| {
            simple_link::load_counted(input, options).map(|image| (image, objects.len()))
        })
    }

    fn with_link_input<T: Send>(
        &mut self,
        checked: &Checked,
        objects: &[CodeObject],
        debug: Option<simple_link::DebugInfo<'_>>,
        work: impl FnOnce(
            &simple_link::Input<'_>,
            &simple_link::Options<'_>,
        ) -> Result<(T, usize), simple_link::LinkError>
        + Send,
    ) -> Result<T, Vec<Diagnostic>> {
        let Self { interner, options, plan, profile, pool } = self;
        let runtime = if options.check_memory {
            simple_runtime_image::checked()
        } else {
            simple_runtime_image::plain()
        };
        let runtime = Blob::parse(runtime).map_err(|error| cannot_link(&error))?;
        let views: Vec<_> = objects.iter().map(CodeObject::view).collect();
        let files: Vec<simple_link::SourceFile<'_>> = checked
            .sources
            .files()
            .iter()
            .map(|file| simple_link::SourceFile { name: &file.name, library: file.is_library })
            .collect();
        let input = simple_link::Input { objects: &views, runtime: Some(runtime), interner };
        let placed = match plan {
            Some(plan) if options.level != Level::Debug => placed(plan),
            _ => Vec::new(),
        };
        let link_options = simple_link::Options {
            strip: options.strip,
            sample: options.sample,
            debug,
            files: &files,
            plan: (!placed.is_empty()).then_some(simple_link::Plan { functions: &placed }),
            ..simple_link::Options::default()
        };
        pool.install(|| {
            profile.stage("link", "bytes", || match work(&input, &link_options) {
                Ok((result, count)) => (Ok(result), count),
                Err(error) => (Err(cannot_link(&error)), 0),
            })
        })
    }

    /// Writes an executable.
    ///
    /// # Errors
    /// If it cannot be written; nothing is left behind then.
    pub fn write(&mut self, path: &Path, bytes: &[u8]) -> Result<(), Vec<Diagnostic>> {
        let result = self.profile.stage("write", "bytes", || {
            (simple_link::output::write_executable(path, bytes), bytes.len())
        });
        result.map_err(|error| {
            let cause = crate::load::error_text(&error.source);
            let message = format!("cannot write `{}`: {cause}", path.display());
            vec![Diagnostic::error(&codes::CANNOT_WRITE, Span::NONE, message)]
        })
    }
}

/// The compiler, as debug information names it.
const PRODUCER: &str = concat!("simple ", env!("CARGO_PKG_VERSION"));

fn cannot_link(error: &dyn std::error::Error) -> Vec<Diagnostic> {
    let message = format!("cannot link the program: {error}");
    vec![Diagnostic::error(&codes::CANNOT_LINK, Span::NONE, message)]
}

/// Compiles all functions. Workers take batches as they get free, so objects
/// depend on the schedule; what is in them, and where the linker puts it, does
/// not.
fn generate(
    backend: &Direct,
    program: simple_codegen::Program<'_>,
    options: simple_codegen::Options,
    count: usize,
) -> Result<Vec<CodeObject>, simple_codegen::Error> {
    let next = AtomicUsize::new(0);
    let workers = rayon::current_num_threads().min(count.div_ceil(FUNCTIONS_PER_BATCH)).max(1);
    let objects: Result<Vec<CodeObject>, (usize, simple_codegen::Error)> = (0..workers)
        .into_par_iter()
        .with_max_len(1)
        .map(|index| {
            let mut worker = backend.worker(program, options);
            if index == 0 {
                worker.data(count as u64);
            }
            loop {
                let start = next.fetch_add(FUNCTIONS_PER_BATCH, Ordering::Relaxed);
                if start >= count {
                    break;
                }
                for function in start..(start + FUNCTIONS_PER_BATCH).min(count) {
                    worker
                        .function(FuncId(function as u32), function as u64)
                        .map_err(|error| (function, error))?;
                }
            }
            Ok(worker.take_object())
        })
        .collect();
    objects.map_err(|(_, error)| error)
}
