//! Bounds on what a file may contain, so that no input can exhaust the stack
//! or memory of this stage or of a later one.

/// How deep the syntax tree may be: blocks in blocks, brackets in brackets,
/// operands of operators, links of a method chain. Every recursive walk over
/// a tree therefore ends within this many levels and fits a 2 MB stack.
///
/// The branches of one `if`/`elif`/`else` lie beside each other and do not
/// count: see [`crate::ast::Expr::If`].
pub const MAX_DEPTH: u32 = 256;

/// How many branches one `if`/`elif` chain may have. They are linked through
/// `otherwise`, so a pass that recurses there instead of looping goes this deep.
pub const MAX_BRANCHES: usize = 8192;

/// How long a file may be, in bytes.
pub const MAX_FILE_LEN: usize = 1 << 30;

/// How many diagnostics one file yields at most; the rest are noise.
pub const MAX_DIAGNOSTICS: usize = 1000;
