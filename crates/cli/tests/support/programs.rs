//! The whole programs: `tests/run/` and `examples/`.

use std::path::PathBuf;
use std::process::Output;

/// A program and what it must do.
pub struct Case {
    /// What it is called in reports.
    pub name: String,
    /// Its text or its main file, from the repository's root.
    pub program: PathBuf,
    /// `tests/run/NAME`, to which the endings of side files are added.
    stem: PathBuf,
}

impl Case {
    fn side(&self, ending: &str) -> PathBuf {
        let mut path = self.stem.clone().into_os_string();
        path.push(format!(".{ending}"));
        path.into()
    }

    fn text(&self, ending: &str) -> Option<String> {
        std::fs::read_to_string(self.side(ending)).ok()
    }

    pub fn args(&self) -> Vec<String> {
        self.text("args").map_or(Vec::new(), |text| text.lines().map(str::to_owned).collect())
    }

    pub fn stdin(&self) -> Vec<u8> {
        std::fs::read(self.side("stdin")).unwrap_or_default()
    }

    /// Whether the output is what it must be.
    pub fn judge(&self, output: &Output) -> Result<(), String> {
        let expected = self.text("expected").unwrap_or_default();
        let found = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let status: i32 = match self.text("status") {
            Some(text) => text.trim().parse().map_err(|_| "a .status that is no number")?,
            None => 0,
        };
        if output.status.code() != Some(status) {
            return Err(format!("ended with {}, not {status}\n{stderr}", output.status));
        }
        if found != expected {
            return Err(super::difference(&expected, &found));
        }
        for line in self.text("stderr").unwrap_or_default().lines() {
            if !stderr.contains(line) {
                return Err(format!("standard error lacks {line:?}:\n{stderr}"));
            }
        }
        Ok(())
    }
}

/// All programs, or those whose name contains `SIMPLE_TEST`.
pub fn cases() -> Vec<Case> {
    let root = super::root();
    let folder = root.join("tests/run");
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("the programs are there") {
        let path = entry.expect("the folder can be listed").path();
        let stem = path.with_extension("");
        let name = stem.file_name().expect("it has a name").to_string_lossy().into_owned();
        if path.is_dir() && path.join("main.spl").is_file() {
            let program = path.join("main.spl");
            cases.push(Case { name: name.clone(), program, stem: folder.join(&name) });
        } else if path.extension().is_some_and(|extension| extension == "spl") {
            cases.push(Case { name, program: path, stem });
        }
    }
    for entry in std::fs::read_dir(root.join("examples")).expect("the examples are there") {
        let path = entry.expect("the folder can be listed").path();
        if path.extension().is_some_and(|extension| extension == "spl") {
            let stem = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
            let name = format!("example_{stem}");
            cases.push(Case { stem: folder.join(&name), name, program: path });
        }
    }
    for case in &mut cases {
        if let Ok(relative) = case.program.strip_prefix(&root) {
            case.program = relative.to_owned();
        }
    }
    let filter = std::env::var("SIMPLE_TEST").unwrap_or_default();
    cases.retain(|case| case.name.contains(&filter));
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!cases.is_empty());
    cases
}
