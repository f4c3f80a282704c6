//! The standard library, carried in the compiler.

/// A module of the library.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Its dotted path: `std.io`.
    pub module: &'static str,
    /// Its name in messages.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// All modules of the library, sorted by name.
pub const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// The module that every other one sees without `use`.
pub const PRELUDE: &str = "std.prelude";

/// The library's module of that dotted path.
pub fn find(module: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.module == module)
}

/// The modules that are called `name` or declare a `pub` name like that: their
/// dotted paths.
pub fn modules_with(name: &str) -> Vec<String> {
    let declares = |text: &str| {
        text.lines().filter_map(|line| line.strip_prefix("pub ")).any(|rest| {
            let mut words = rest.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.next();
            words.next() == Some(name)
        })
    };
    FILES
        .iter()
        .filter(|file| file.module.ends_with(&format!(".{name}")) || declares(file.text))
        .map(|file| file.module.to_owned())
        .collect()
}
