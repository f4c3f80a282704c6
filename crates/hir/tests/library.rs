//! The standard library checks: every module, and every body in it, also
//! those that no program asked for yet.

mod support;

use std::path::Path;

use simple_hir::FnKind;
use support::{Checked, check, in_folder, library, render};

/// The dotted paths of all modules of the library.
fn modules() -> Vec<String> {
    let folder = library().join("std");
    let mut modules: Vec<String> = std::fs::read_dir(&folder)
        .expect("the library is part of the repository")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "spl"))
        .map(|path| format!("std.{}", path.file_stem().expect("has a name").to_string_lossy()))
        .collect();
    modules.sort();
    modules
}

/// Checks a program that uses all modules, each as `find` gives it, and all of
/// their bodies. Gives the diagnostics as text and how many bodies there are.
fn check_all(find: support::Find<'_>) -> (String, usize) {
    let mut program = String::new();
    for (index, module) in modules().iter().enumerate() {
        program += &format!("use {module} as module{index}\n");
    }
    program += "fn main(): pass\n";
    let Checked { program, mut diagnostics, sources, .. } =
        check("main.spl", &program, &|_| None, find);
    let mut bodies = 0;
    for function in program.functions.indices() {
        if matches!(program.functions[function].kind, FnKind::Body(_)) {
            bodies += 1;
            let body = program.body(function);
            assert!(
                body.is_some() || !diagnostics.is_empty() || {
                    diagnostics.extend(program.take_late_diagnostics());
                    !diagnostics.is_empty()
                },
                "a body is missing and nobody says why"
            );
        }
    }
    diagnostics.extend(program.take_late_diagnostics());
    let text = diagnostics.iter().map(|diagnostic| render(diagnostic, &sources)).collect();
    (text, bodies)
}

#[test]
fn every_body_checks() {
    let find = in_folder(library());
    let (diagnostics, bodies) = check_all(&find);
    assert!(diagnostics.is_empty(), "{diagnostics}");
    assert!(bodies > 300, "only {bodies} bodies were checked");
}

#[test]
fn a_mistake_in_a_body_is_found() {
    let find = in_folder(library());
    let broken = |module: &str| {
        let (name, text) = find(module)?;
        let text = text.replace("Some(list_pop(mut self))", "Some(list_pop(mut self) + 1)");
        Some((name, text))
    };
    let (diagnostics, _) = check_all(&broken);
    assert!(diagnostics.contains("list.spl"), "found only: {diagnostics}");
}

/// Each name that a program can use has its place in the reference.
#[test]
fn the_reference_names_everything() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let reference = std::fs::read_to_string(root.join("docs/reference/library.md"))
        .expect("the reference is part of the repository");
    let words: std::collections::HashSet<&str> =
        reference.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let mut missing = Vec::new();
    // What only the compiler and the library itself refer to.
    let inner = ["std.cached", "std.sort", "std.traits"];
    for module in modules().iter().filter(|module| !inner.contains(&module.as_str())) {
        let (_, text) = in_folder(library())(module).expect("was listed");
        for line in text.lines() {
            let line = line.trim_start();
            let rest = line.strip_prefix("pub fn ").or_else(|| line.strip_prefix("pub const "));
            let Some(rest) = rest else { continue };
            let name: &str =
                rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
            if !name.starts_with('_') && !words.contains(name) {
                missing.push(format!("{module}: {name}"));
            }
        }
    }
    assert!(missing.is_empty(), "not in docs/reference/library.md: {missing:#?}");
}
