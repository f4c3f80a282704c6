//! Lists the standard library's files, so that the compiler can carry them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../library");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let mut code = String::from("&[\n");
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        let relative = file.strip_prefix(&root).expect("it was found below the root");
        let name = relative.to_str().expect("library files have plain names");
        let path = file.canonicalize().expect("it was just listed");
        let module = name.trim_end_matches(".spl").replace('/', ".");
        writeln!(
            code,
            "    File {{ module: {module:?}, name: {:?}, text: include_str!({:?}) }},",
            format!("library/{name}"),
            path.display().to_string()
        )
        .expect("writing to a string cannot fail");
    }
    code.push_str("]\n");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    std::fs::write(out.join("library.rs"), code).expect("the build folder can be written");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("the library lies beside the compiler");
    for entry in entries {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "spl") {
            files.push(path);
        }
    }
}
