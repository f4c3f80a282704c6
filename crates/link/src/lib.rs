//! From code objects to a program: as an executable file, or in memory.
//!
//! In go the code objects of a program, the runtime's, and the session's
//! names; out come the bytes of a static ELF executable ([`link`]), or code in
//! this process that can be entered ([`load`]). The crate reads object files of
//! other compilers ([`elf::read`]) and puts executables in their place
//! ([`output`]), but looks at no file that it is not handed, and prints nothing.
//!
//! A link is a row of passes, each of which only reads what those before it
//! made, and each a loop over independent things. The result depends on what
//! is linked, not on the order in which it comes or on the number of threads.
//! The design is in `docs/design/linker.md`.

mod count;
mod dwarf;
pub mod elf;
mod error;
mod fill;
mod image;
mod interpose;
mod layout;
mod load;
mod mark;
mod order;
pub mod output;
mod placement;
mod program;
mod relocate;
mod resolve;
mod sample;

use simple_object::ObjectView;
use simple_object::blob::{Blob, Selection};
use simple_source::Interner;

pub use error::{DuplicateSymbol, LinkError, OutOfRange, UndefinedSymbol};
pub use load::{
    CallCount, CountedImage, Counts, FunctionCount, LoadedImage, Moment, PassedMark, load,
    load_counted,
};

/// The name of the image tables; see `docs/design/objects.md`.
pub const IMAGE_SYMBOL: &str = "simple_image";

/// Loops over fewer things than this stay on one core.
const ITEMS_PER_TASK: usize = 1024;

/// What is linked.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The program's code, in any order.
    pub objects: &'a [ObjectView<'a>],
    /// The runtime, of which the program gets what it refers to.
    pub runtime: Option<Blob<'a>>,
    /// Where the symbols of `objects` come from.
    pub interner: &'a Interner,
}

impl<'a> Input<'a> {
    /// The program's objects and its part of the runtime.
    fn with(&self, runtime: Option<&'a Selection<'a>>) -> Vec<ObjectView<'a>> {
        self.objects.iter().copied().chain(runtime.map(Selection::view)).collect()
    }
}

/// How it is linked.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The linker name of the function at which the program begins.
    pub entry: &'a str,
    /// Leave out everything that only people read: symbols, names of
    /// functions in the image tables, debug information.
    pub strip: bool,
    /// What debug information is to say, if there is to be any.
    pub debug: Option<DebugInfo<'a>>,
    /// The session's files, indexed by the numbers that positions hold.
    pub files: &'a [SourceFile<'a>],
    /// Where functions lie, if a recording says it.
    pub plan: Option<Plan<'a>>,
    /// What is said of functions for whoever lays programs out, in a section that is not
    /// loaded; if empty, or without symbols, there is none.
    pub remarks: &'a [u8],
    /// Link the sampler of the runtime into an executable, which the program's
    /// environment turns on.
    pub sample: bool,
}

/// The name of the section of [`Options::remarks`].
pub const REMARKS_SECTION: &str = ".simple.layout";

/// A layout plan, as far as it concerns a linker. It makes no program wrong:
/// names that do not exist are passed over.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// Functions in the order in which they are to lie within their phases.
    /// Those that are not named come behind them, in their own phase.
    pub functions: &'a [PlacedFunction<'a>],
}

/// What a plan says about a function.
#[derive(Clone, Copy, Debug)]
pub struct PlacedFunction<'a> {
    /// Its linker name, which symbol tables show.
    pub name: &'a str,
    /// When it is needed.
    pub phase: simple_object::Phase,
    /// It begins a page.
    pub page_start: bool,
}

/// A file that positions mention.
#[derive(Clone, Copy, Debug, Default)]
pub struct SourceFile<'a> {
    /// Its name, as panics and debuggers show it.
    pub name: &'a str,
    /// It is the standard library's: a panic's position is looked for elsewhere.
    pub library: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            entry: "_start",
            strip: false,
            debug: None,
            files: &[],
            plan: None,
            remarks: &[],
            sample: false,
        }
    }
}

/// What debug information says about the compilation as a whole.
#[derive(Clone, Copy, Debug)]
pub struct DebugInfo<'a> {
    /// The directory that relative names of files start from.
    pub directory: &'a str,
    /// The compiler and its version.
    pub producer: &'a str,
}

/// Makes a static executable.
pub fn link(input: &Input<'_>, options: &Options<'_>) -> Result<Vec<u8>, LinkError> {
    // Which part of the runtime does the program need?
    let sampler: &[&str] = if options.sample { &sample::NEEDED } else { &[] };
    let runtime = resolve::select_runtime(input, options, sampler)?;
    let mut objects = input.with(runtime.as_ref());
    let sampled = options.sample.then(|| sample::interpose(&objects, input.interner));
    if let Some(sampled) = &sampled {
        objects = sampled.views(&objects);
    }

    // What lies where?
    let image = arrange(objects, input.interner, options, &elf::write::PLACE)?;

    // Which line does each instruction belong to?
    let mut unloaded = match &options.debug {
        Some(debug) if !options.strip => dwarf::sections(&image, debug, options)?,
        _ => Vec::new(),
    };
    if !options.remarks.is_empty() && !options.strip {
        let bytes = options.remarks.to_vec();
        unloaded.push(elf::write::UnloadedSection { name: REMARKS_SECTION, bytes });
    }

    // Copy everything to its place and fill references in.
    elf::write::write(&image, &unloaded, options.strip)
}

/// The passes that executables and images in memory have in common.
fn arrange<'a>(
    objects: Vec<ObjectView<'a>>,
    interner: &'a Interner,
    options: &Options<'a>,
    place: &layout::Place,
) -> Result<fill::Image<'a>, LinkError> {
    // One table of everything.
    let program = program::Program::new(objects, interner);
    let entry = interner.intern(options.entry);

    // Which definition does each name mean?
    let names = resolve::resolve(&program)?;

    // What can be reached from the entry?
    let live = mark::mark_live(&program, &names, entry)?;

    // When is it needed?
    let placement = placement::place(&program, &names, &live, entry, options.plan.as_ref());

    // In what order does it lie?
    let order = order::order(&program, &live, &placement);

    // What will the image tables hold?
    let tables = if live.image { Some(image::plan(&program, &order, options)?) } else { None };

    // At which address does everything lie?
    let additions = layout::Additions {
        got: 8 * live.got.len() as u64,
        image: tables.as_ref().map_or(0, image::ImageTables::size),
    };
    let layout = layout::lay_out(&program, order, additions, place);
    Ok(fill::Image { program, names, layout, got: live.got, tables, entry })
}
