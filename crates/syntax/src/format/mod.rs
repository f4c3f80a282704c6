//! stub
use simple_source::{Diagnostic, Interner};
/// stub
pub fn format(_text: &str, _base: u32, _interner: &Interner) -> Result<String, Vec<Diagnostic>> { Err(vec![]) }
