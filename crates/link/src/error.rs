//! What can be wrong with what is linked.

use std::fmt;

use simple_object::blob::BlobError;
use simple_object::{Defect, RelocationKind};

/// Why code objects do not make a program.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Something that runs refers to names that nobody defines.
    #[error("{}", lines(.0))]
    Undefined(Vec<UndefinedSymbol>),
    /// Several definitions of one name that are not interchangeable.
    #[error("{}", lines(.0))]
    Duplicate(Vec<DuplicateSymbol>),
    /// References that do not reach their targets.
    #[error("{}", lines(.0))]
    OutOfRange(Vec<OutOfRange>),
    /// A definition contradicts the object it is in.
    #[error("malformed definition `{name}`: {defect}")]
    Malformed {
        /// Its linker name.
        name: String,
        /// What is wrong.
        defect: Defect,
    },
    /// The embedded runtime cannot be read.
    #[error("the runtime: {0}")]
    Runtime(#[from] BlobError),
    /// A part of the image exceeds what its format can hold.
    #[error("the program is too large: {0} exceed 4 GiB")]
    TooLarge(&'static str),
    /// Debug information could not be expressed.
    #[error("cannot write debug information: {0}")]
    Debug(#[from] gimli::write::Error),
    /// The system gives no memory for the image.
    #[error("cannot map the program into memory: {0}")]
    Map(#[from] rustix::io::Errno),
}

/// A name that is referred to but not defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndefinedSymbol {
    /// The linker name that is missing.
    pub name: String,
    /// Names, for people, of the first few definitions that refer to it, sorted.
    pub referrers: Vec<String>,
    /// How many refer to it in all. None: it is the entry.
    pub referrer_count: usize,
}

/// How many referrers an [`UndefinedSymbol`] names.
pub(crate) const NAMED_REFERRERS: usize = 3;

/// A name that is defined more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateSymbol {
    /// The linker name.
    pub name: String,
    /// What people call the definitions, sorted.
    pub definitions: Vec<String>,
}

/// A reference that cannot be encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    /// What people call the definition that refers.
    pub referrer: String,
    /// Offset of the reference in it.
    pub offset: u32,
    /// What it refers to.
    pub target: String,
    /// How.
    pub kind: RelocationKind,
    /// The value that does not fit.
    pub value: i128,
}

impl fmt::Display for UndefinedSymbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "undefined symbol `{}`", self.name)?;
        if self.referrer_count == 0 {
            return write!(f, ", the program's entry");
        }
        for (position, referrer) in self.referrers.iter().enumerate() {
            write!(f, "{} `{referrer}`", if position == 0 { ", needed by" } else { "," })?;
        }
        match self.referrer_count - self.referrers.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

impl fmt::Display for DuplicateSymbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is defined {} times: by ", self.name, self.definitions.len())?;
        for (position, definition) in self.definitions.iter().enumerate() {
            write!(f, "{}`{definition}`", if position == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { referrer, offset, target, kind, value } = self;
        let sign = if *value < 0 { "-" } else { "" };
        let bits = kind.width() * 8;
        write!(
            f,
            "`{referrer}` cannot reach `{target}`: {sign}{:#x} does not fit the {bits}-bit reference at offset {offset:#x}",
            value.unsigned_abs()
        )?;
        match kind {
            RelocationKind::Absolute32 | RelocationKind::Absolute32Signed => {
                write!(f, " (the image must lie below 2 GiB)")
            }
            _ => Ok(()),
        }
    }
}

fn lines<T: fmt::Display>(errors: &[T]) -> String {
    errors.iter().map(T::to_string).collect::<Vec<_>>().join("\n")
}
