//! Machine code from MIR.
//!
//! In goes a [`simple_mir::Module`] after the ownership pass, one function at a
//! time; out come code objects ([`simple_object::CodeObject`]): bytes,
//! relocations and positions. A back end implements [`Backend`]; there are two:
//! [`direct::Direct`] writes machine code in one pass, for builds that somebody
//! waits for, and [`cranelift::Cranelift`] makes it fast. Functions are independent of
//! each other, so any number of workers compile at once, each with its own
//! buffers. This crate touches no file and starts no thread, and what it yields
//! depends on nothing but its input. The design is in
//! `docs/design/codegen.md`.

pub mod abi;
mod assembly;
pub mod cranelift;
pub mod direct;
mod lines;
mod mentions;
mod names;
mod output;
mod positions;
mod steps;
mod target;

use simple_mir::{FuncId, Module, TypeTable};
use simple_object::CodeObject;
use simple_source::{Interner, SourceMap};

pub use assembly::write_assembly;
pub use target::{Architecture, Target, UnknownTarget};

/// What is compiled, with the tables that it refers to. Shared by all workers.
#[derive(Clone, Copy)]
pub struct Program<'a> {
    /// All functions, after the ownership pass.
    pub module: &'a Module,
    /// The module's types.
    pub types: &'a TypeTable,
    /// The session's strings.
    pub interner: &'a Interner,
    /// The session's files, for positions.
    pub sources: &'a SourceMap,
}

/// Effort to put into code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum OptLevel {
    /// The fastest to compile: one pass of register allocation, no optimiser.
    #[default]
    None,
    /// Quick to compile, without the worst of `None`.
    Less,
    /// The fastest to run.
    Speed,
    /// The smallest that is still fast.
    Size,
}

/// How to compile.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Options {
    /// Effort, where a function's attributes do not say otherwise.
    pub level: OptLevel,
    /// Note where the code of each statement begins, for debuggers and
    /// profilers. Calls and traps are always noted.
    pub statement_rows: bool,
    /// Check the back end's own invariants at each step: for tests, slow.
    pub verify: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { level: OptLevel::None, statement_rows: true, verify: false }
    }
}

/// Why a function could not be compiled.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// A limit of the back end or of the machine was met.
    #[error("the function `{function}` is too large to compile: {limit}")]
    TooLarge {
        /// As people write it.
        function: String,
        /// What there is too much of.
        limit: String,
    },
    /// The back end found its own input wrong: a defect of the compiler.
    #[error("cannot compile the function `{function}`: {message}")]
    Internal {
        /// As people write it.
        function: String,
        /// What it says.
        message: String,
    },
}

/// A way from MIR to machine code.
pub trait Backend: Send + Sync {
    /// What it is called in options and messages.
    fn name(&self) -> &'static str;

    /// The machine that it compiles for.
    fn target(&self) -> &Target;

    /// A worker with its own buffers and its own, empty object.
    fn worker<'a>(&'a self, program: Program<'a>, options: Options) -> Box<dyn Worker + 'a>;
}

/// Compiles functions one after the other into one code object.
pub trait Worker: Send {
    /// Adds the code of a function and of everything that only code refers to:
    /// text literals, static closures, helpers ([`simple_object::Linkage::Once`]).
    /// `order` becomes the definition's [`simple_object::Definition::order`].
    ///
    /// # Errors
    /// If the function is too large. Nothing of it is in the object then.
    ///
    /// # Panics
    /// If the module is not valid MIR after the ownership pass.
    fn function(&mut self, function: FuncId, order: u64) -> Result<(), Error>;

    /// Adds the program's vtables and variables. To be called once a program,
    /// by any worker; their `order` begins at `order`.
    fn data(&mut self, order: u64);

    /// What was compiled since the last call; the next object begins empty.
    fn take_object(&mut self) -> CodeObject;
}
