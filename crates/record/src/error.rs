use std::io;
use std::path::PathBuf;

/// Why a program could not be recorded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are no ELF file, or one that is damaged.
    #[error("not an ELF file: {0}")]
    Elf(#[from] object::read::Error),
    /// An ELF file that is not an x86-64 Linux executable.
    #[error("not an x86-64 Linux executable")]
    NotExecutable,
    /// Stripped, or written without names.
    #[error("there is no symbol table with functions: it was stripped, or linked without one")]
    NoSymbols,
    /// One of the above, for the program that a command started.
    #[error("cannot record `{path}`: {source}", path = .path.display())]
    Program {
        /// The executable, as the kernel names it; for a script its interpreter.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<Error>,
    },
    /// The command did not start.
    #[error("cannot start `{program}`: {source}")]
    Start {
        /// As the command named it.
        program: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The system does not let this process trace others.
    #[error(
        "the system does not allow tracing (ptrace): {0}; \
         containers and `kernel.yama.ptrace_scope` can forbid it"
    )]
    NotPermitted(io::Error),
    /// The program gets rights from its file, which it would not get under a tracer.
    #[error("`{}` is set-user-ID, set-group-ID or has file capabilities: \
             such a program loses its rights when it is traced", .0.display())]
    Privileged(PathBuf),
    /// A program that this user may execute and not read.
    #[error("the program may be executed, but not read: such a program cannot be traced")]
    Unreadable,
    /// The stop function is not one of the program's.
    #[error("the program has no function `{0}` to stop at")]
    NoSuchFunction(String),
    /// A stop mark was asked for in a program that has no marks.
    #[error("the program has no marks: `{0}` will never be reached")]
    NoMarks(String),
    /// A run that was to be measured ended, or was over time, too early.
    #[error("a run ended before it reached `{0}`")]
    NotReached(String),
    /// Something that works on every system that supports tracing failed.
    #[error("{action}: {source}")]
    System {
        /// What was being done.
        action: &'static str,
        /// The system's reason.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err`: what failed while doing `action`.
    pub(crate) fn system<E: Into<io::Error>>(action: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::System { action, source: source.into() }
    }
}
