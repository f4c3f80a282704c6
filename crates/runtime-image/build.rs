//! Compiles `runtime/` twice, plain and checked, and writes each archive as one
//! serialised code object.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use simple_link::elf::read::{ImportOptions, import_archive};
use simple_object::{CodeObject, FunctionFlags, blob};
use simple_source::Interner;

/// The one system that programs run on so far.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Functions that compilers call by themselves.
const COMPILER_CALLS: [&str; 5] = ["memcpy", "memmove", "memset", "memcmp", "bcmp"];

/// All functions keep the frame pointer, by which panics walk the stack; code
/// is linked to fixed addresses.
const FLAGS: [&str; 2] = ["-Cforce-frame-pointers=yes", "-Crelocation-model=static"];

/// Settings of the build of the toolchain that must not reach the runtime's.
const FOREIGN: [&str; 8] = [
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "CLIPPY_ARGS",
];

/// What `Cargo.toml` cannot say for one crate of a workspace.
const PROFILE: [(&str, &str); 8] = [
    ("CODEGEN_UNITS", "1"),
    ("DEBUG", "false"),
    ("DEBUG_ASSERTIONS", "false"),
    ("INCREMENTAL", "false"),
    ("LTO", "fat"),
    ("OPT_LEVEL", "3"),
    ("OVERFLOW_CHECKS", "false"),
    ("PANIC", "abort"),
];

fn main() {
    let manifests = variable("CARGO_MANIFEST_DIR");
    let root = Path::new(&manifests).join("../..");
    for path in ["runtime/Cargo.toml", "runtime/src", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    let output = PathBuf::from(variable("OUT_DIR"));
    for (name, features) in [("plain", "image"), ("checked", "image,check")] {
        let archive = compile(&root, &output.join("build"), features);
        let bytes = serialise(&archive);
        let path = output.join(name).with_extension("blob");
        fs::write(&path, bytes)
            .unwrap_or_else(|error| fail(&format!("cannot write {}: {error}", path.display())));
    }
}

/// Compiles the runtime to a static library and returns its path.
fn compile(root: &Path, target_directory: &Path, features: &str) -> PathBuf {
    let mut cargo = Command::new(variable("CARGO"));
    cargo
        .current_dir(root)
        .args(["rustc", "--quiet", "--package", "simple-runtime", "--lib", "--release"])
        .args(["--crate-type", "staticlib", "--target", TARGET, "--features", features])
        .arg("--target-dir")
        .arg(target_directory);
    for (name, _) in env::vars_os() {
        let foreign = name
            .to_str()
            .is_some_and(|name| FOREIGN.contains(&name) || name.starts_with("CARGO_PROFILE_"));
        if foreign {
            cargo.env_remove(name);
        }
    }
    for (setting, value) in PROFILE {
        cargo.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
    }
    // Flags are separated as Cargo does it, so that a space is just a space.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\x1f"));
    let result = cargo.output();
    let output = result.unwrap_or_else(|error| fail(&format!("cannot run cargo: {error}")));
    if !output.status.success() {
        let messages = String::from_utf8_lossy(&output.stderr);
        fail(&format!("the runtime does not compile:\n{messages}"));
    }
    target_directory.join(TARGET).join("release/libsimple_runtime.a")
}

/// The part of an archive that programs can refer to, as a blob.
fn serialise(archive: &Path) -> Vec<u8> {
    let bytes = fs::read(archive)
        .unwrap_or_else(|error| fail(&format!("cannot read {}: {error}", archive.display())));
    let interner = Interner::new();
    let options = ImportOptions {
        is_root: &|name| {
            name == "_start" || name.starts_with("rt_") || COMPILER_CALLS.contains(&name)
        },
        readable: &|name| format!("{:#}", rustc_demangle::demangle(name)),
        flags: FunctionFlags { library: false, runtime: true, part: false },
    };
    let object = import_archive("the runtime", &bytes, &options, &interner)
        .unwrap_or_else(|error| fail(&error.to_string()));
    check(&object, &interner);
    blob::write(&object, &interner).unwrap_or_else(|error| fail(&error.to_string()))
}

/// What the runtime may leave to the program that it is linked with.
const PROVIDED: [&str; 3] = ["simple_main", "simple_image", "simple_counters"];

/// Makes sure that every program will link.
fn check(object: &CodeObject, interner: &Interner) {
    let mut missing: HashMap<_, &str> = HashMap::new();
    for definition in &object.definitions {
        for relocation in object.relocations_of(definition) {
            missing.insert(relocation.target, interner.resolve(definition.name));
        }
    }
    for definition in &object.definitions {
        missing.remove(&definition.name);
    }
    for (symbol, referrer) in missing {
        let name = interner.resolve(symbol);
        if !PROVIDED.contains(&name) {
            fail(&format!("the runtime's `{referrer}` refers to `{name}`, which nobody defines"));
        }
    }
    let start = interner.intern("_start");
    if !object.definitions.iter().any(|definition| definition.name == start) {
        fail("the runtime does not define `_start`");
    }
}

fn variable(name: &str) -> OsString {
    env::var_os(name).unwrap_or_else(|| fail(&format!("Cargo did not set {name}")))
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    std::process::exit(1)
}
