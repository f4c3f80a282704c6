//! Text to trees: lexer, parser and formatter, one file at a time.
//!
//! In goes one file's text and its base position; out come an [`ast::Ast`] in
//! flat tables and the diagnostics that were met on the way. The parser
//! recovers, so there is always a tree. Nothing here looks at another file,
//! resolves a name or knows a type.

pub mod ast;
pub mod codes;
mod dump;
pub mod foreign;
mod format;
mod lexer;
pub mod limits;
mod parser;
pub mod token;

pub use codes::CODES;
pub use dump::{dump_ast, dump_tokens};
pub use format::{WIDTH, format};
pub use lexer::lex;
pub use parser::{parse, parse_tokens};
