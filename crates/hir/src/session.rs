//! What checking bodies needs beside the finished declarations.

use std::sync::{Arc, Mutex};

use simple_source::{Diagnostic, IndexVec, Interner, SourceMap};
use simple_syntax::ast::Ast;

use crate::def::ModuleId;

/// The inputs, kept so that library bodies can be checked when they are asked
/// for.
pub(crate) struct Session {
    pub(crate) interner: Arc<Interner>,
    pub(crate) sources: Arc<SourceMap>,
    pub(crate) asts: IndexVec<ModuleId, Arc<Ast>>,
    /// What was found in bodies that were checked after the analysis.
    pub(crate) late: Mutex<Vec<Diagnostic>>,
}
