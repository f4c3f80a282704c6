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
    if let Some(reason) = refused_name(name) {
        let better = usable_name(name);
        let hint = if better.is_empty() {
            String::new()
        } else {
            let path = path.with_file_name(better);
            format!("; `simple new {}` would do", path.display())
        };
        return report::fail(&format!("`{name}` is no name for a package: {reason}{hint}"));
    }
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

/// Why a package cannot have this name, which stands in its manifest and is
/// that of its executable.
fn refused_name(name: &str) -> Option<String> {
    if let Some(strange) = name.chars().find(|c| !is_of_name(*c)) {
        let shown = if strange == ' ' { "a space".to_owned() } else { format!("{strange:?}") };
        return Some(format!("it contains {shown}; letters, digits, `-` and `_` may stand in it"));
    }
    let begins_well = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    (!begins_well).then(|| "it does not begin with a letter".to_owned())
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

/// What is left of a name without what cannot stand in one; nothing if nothing is.
fn usable_name(name: &str) -> String {
    let words: Vec<&str> = name.split(|c| !is_of_name(c)).filter(|word| !word.is_empty()).collect();
    let joined = words.join("-");
    let start = joined.find(|c: char| c.is_alphabetic() || c == '_').unwrap_or(joined.len());
    joined[start..].to_owned()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_packages_are_words() {
        for name in ["app", "my-app", "my_app2", "_x", "größe"] {
            assert_eq!(refused_name(name), None, "{name}");
        }
        for (name, reason, better) in [
            ("my app", "contains a space", "my-app"),
            (" app ", "contains a space", "app"),
            ("a:b", "contains ':'", "a-b"),
            ("a\nb", "contains '\\n'", "a-b"),
            ("2048", "begin with a letter", ""),
            ("3d game", "contains a space", "d-game"),
            ("...", "contains '.'", ""),
        ] {
            let found = refused_name(name).unwrap_or_default();
            assert!(found.contains(reason), "{name:?}: {found}");
            assert_eq!(usable_name(name), better, "{name:?}");
        }
    }
}
