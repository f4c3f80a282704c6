//! `simple new`, `simple clean`.

use std::path::Path;
use std::process::ExitCode;

use super::package_root;
use crate::args::{Clean, New};
use crate::report;

const MAIN: &str = "\
fn main():
    print greeting(\"world\")

fn greeting(name: str) -> str: \"Hello, {name}!\"

test \"greets by name\":
    assert greeting(\"Ada\") == \"Hello, Ada!\"
";

const IGNORE: &str = "/target\n";

/// What `simple.sdn` begins with.
#[derive(serde::Serialize)]
struct Manifest<'a> {
    name: &'a str,
    version: &'a str,
}

pub(crate) fn new(new: New) -> ExitCode {
    let path = &new.path;
    let shown = path.display();
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return report::fail(&format!("`{shown}` does not end in a name for the package"));
    };
    if path.exists() {
        return report::fail(&format!("`{shown}` exists already"));
    }
    let manifest = Manifest { name, version: "0.1.0" };
    let manifest = match simple_sdn::to_string(&manifest) {
        Ok(text) => text,
        Err(error) => return report::fail(&error.to_string()),
    };
    let made = std::fs::create_dir_all(path.join("src"))
        .and_then(|()| std::fs::write(path.join("simple.sdn"), manifest))
        .and_then(|()| std::fs::write(path.join("src").join("main.spl"), MAIN))
        .and_then(|()| std::fs::write(path.join(".gitignore"), IGNORE));
    match made {
        Ok(()) => {
            report::say(&format!("made the package `{name}`: cd {shown} && simple run\n"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            let cause = simple_driver::load::error_text(&error);
            report::fail(&format!("cannot make `{shown}`: {cause}"))
        }
    }
}

pub(crate) fn clean(clean: Clean) -> ExitCode {
    let Some(root) = package_root(&clean.path) else {
        return report::fail(&format!("`{}` is not in a package", clean.path.display()));
    };
    match remove(&root.join("target")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = simple_driver::load::error_text(&error);
            report::fail(&format!("cannot remove `{}`: {cause}", root.join("target").display()))
        }
    }
}

fn remove(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
