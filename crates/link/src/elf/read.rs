//! Object files and archives of other compilers, as code objects.
//!
//! A section becomes a definition; compilers that give every function and
//! every datum a section (`-ffunction-sections -fdata-sections`, Rust's
//! default) keep the linker free to leave each out. Only what is reached from
//! the roots is taken, and only that must be something the linker can express.
//! A pool of constants (a section that linkers may merge) is a definition for
//! each of them.

mod convert;
mod pool;
mod reach;

use object::read::archive::ArchiveFile;
use simple_object::{CodeObject, FunctionFlags};
use simple_source::Interner;

/// What is taken from object files, and under which names.
pub struct ImportOptions<'a> {
    /// Whether a global symbol is kept, with all that it needs, under its name.
    pub is_root: &'a dyn Fn(&str) -> bool,
    /// The name for people of a symbol that is not a root. It is made unique.
    pub readable: &'a dyn Fn(&str) -> String,
    /// What is said of all functions.
    pub flags: FunctionFlags,
}

/// Why an object file cannot be taken.
#[derive(Debug, thiserror::Error)]
#[error("{}{}: {problem}", member, section.as_ref().map(|s| format!("({s})")).unwrap_or_default())]
pub struct ImportError {
    /// The object file, or the archive's member.
    pub member: String,
    /// The section in it, if it is about one.
    pub section: Option<String>,
    /// What is wrong.
    pub problem: ImportProblem,
}

/// What is wrong with an object file.
#[derive(Debug, thiserror::Error)]
pub enum ImportProblem {
    /// It is not what it should be.
    #[error("{0}")]
    Format(#[from] object::Error),
    /// It is for another machine, or not an object file.
    #[error("not a relocatable file for x86-64")]
    Machine,
    /// The archive only names files.
    #[error("thin archives are not supported")]
    Thin,
    /// It has variables of which every thread has its own.
    #[error("thread-local storage is not supported (symbol `{0}`)")]
    ThreadLocal(String),
    /// It has code that would have to run before the entry.
    #[error("constructors and destructors are not supported")]
    Constructors,
    /// An implementation is chosen at run time.
    #[error("indirect functions are not supported (symbol `{0}`)")]
    Indirect(String),
    /// A symbol stands for a number and not for a place.
    #[error("absolute symbols are not supported (symbol `{0}`)")]
    Absolute(String),
    /// A reference that may lead nowhere.
    #[error("the weak symbol `{0}` is not defined")]
    WeakUndefined(String),
    /// A root lies inside another definition.
    #[error("`{0}` does not begin its section; compile with a section for each function")]
    Inside(String),
    /// Two names for the same writable bytes.
    #[error("`{0}` is another name for writable data")]
    WritableAlias(String),
    /// A reference of a kind that is not known.
    #[error("relocation {kind} against `{symbol}` is not supported")]
    Relocation {
        /// The number of the kind, `R_X86_64_…`.
        kind: u32,
        /// What it refers to.
        symbol: String,
    },
    /// A section or everything together is too large.
    #[error("larger than 4 GiB")]
    TooLarge,
}

impl ImportProblem {
    fn of(self, member: &str) -> ImportError {
        ImportError { member: member.to_owned(), section: None, problem: self }
    }

    fn of_section(self, member: &str, section: &str) -> ImportError {
        ImportError { section: Some(section.to_owned()), ..self.of(member) }
    }
}

/// Reads the object files in `archive`, called `name` in errors. Members that
/// are something else are passed over.
pub fn import_archive(
    name: &str,
    archive: &[u8],
    options: &ImportOptions<'_>,
    interner: &Interner,
) -> Result<CodeObject, ImportError> {
    let format = |error: object::Error| ImportProblem::from(error).of(name);
    let file = ArchiveFile::parse(archive).map_err(format)?;
    if file.is_thin() {
        return Err(ImportProblem::Thin.of(name));
    }
    let mut objects = Vec::new();
    for member in file.members() {
        let member = member.map_err(format)?;
        let bytes = member.data(archive).map_err(format)?;
        if bytes.starts_with(&object::elf::ELFMAG) {
            let member = String::from_utf8_lossy(member.name());
            objects.push((format!("{name}({member})"), bytes));
        }
    }
    let objects: Vec<(&str, &[u8])> =
        objects.iter().map(|(n, bytes)| (n.as_str(), *bytes)).collect();
    import_objects(&objects, options, interner)
}

/// Reads object files, each with its name for errors. If several define a
/// symbol, the first definition that is not weak is meant.
pub fn import_objects(
    objects: &[(&str, &[u8])],
    options: &ImportOptions<'_>,
    interner: &Interner,
) -> Result<CodeObject, ImportError> {
    let inputs = reach::Inputs::parse(objects)?;
    let reached = reach::reach(&inputs, options.is_root)?;
    convert::convert(&inputs, &reached, options, interner)
}
