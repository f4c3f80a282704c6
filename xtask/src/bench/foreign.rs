//! Large programs of other languages, built here.

use std::path::Path;
use std::process::Command;

use super::contender::succeed;
use crate::toolchain::{Tool, lld_folder, root};

/// What the compiler of [`compiler`] is started with.
pub(super) const COMPILED: [&str; 2] = ["start.c", "start.o"];

/// Links a C compiler of 100,000 functions from the libraries of Debian's clang with
/// lld, and writes a file for it to compile; false if what it takes is not installed.
///
/// # Errors
/// If building it fails.
pub(super) fn compiler(folder: &Path, output: &str, flags: &[String]) -> Result<bool, String> {
    let Some(lld) = lld_folder() else { return Ok(false) };
    if Tool::find("g++").is_none() || Tool::find("apt-get").is_none() {
        return Ok(false);
    }
    let program = "struct node { struct node *next; int value; };\n\
                   static int sum(const struct node *at) {\n\
                   \x20   int total = 0;\n\
                   \x20   for (; at; at = at->next) total += at->value;\n\
                   \x20   return total;\n\
                   }\n\
                   int main(int count, char **arguments) {\n\
                   \x20   struct node last = {0, count}, first = {&last, arguments[0][0]};\n\
                   \x20   return sum(&first);\n\
                   }\n";
    std::fs::write(folder.join(COMPILED[0]), program)
        .map_err(|error| format!("cannot write `{}`: {error}", COMPILED[0]))?;
    let mut script = Command::new("bash");
    script.arg(root().join("benches/compiler.sh")).arg(folder).arg(lld).arg(output).args(flags);
    succeed("benches/compiler.sh", &mut script)?;
    Ok(true)
}
