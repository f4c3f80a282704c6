//! Packages: modules in folders and in circles, from `simple new` on.

mod support;

use std::path::{Path, PathBuf};

/// A package with these files below `src`.
fn package(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages").join(name);
    let _ = std::fs::remove_dir_all(&root);
    let write = |path: PathBuf, text: &str| {
        let folder = path.parent().expect("it lies in the package");
        std::fs::create_dir_all(folder).expect("the target folder can be written");
        std::fs::write(&path, text).expect("the target folder can be written");
    };
    write(root.join("simple.sdn"), &format!("name: {name}\nversion: 0.1.0\n"));
    for (path, text) in files {
        write(root.join("src").join(path), text);
    }
    root
}

/// What a command prints when it is run in `folder`, and whether it succeeds.
fn output(folder: &Path, args: &[&str]) -> (bool, String) {
    let mut command = support::simple();
    command.current_dir(folder).args(args);
    let output = support::run(&mut command, b"").expect("it can be run");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// A package whose modules need each other. Tests run side by side, so each has
/// a folder of its own.
fn circle(name: &str) -> PathBuf {
    package(
        name,
        &[
            ("main.spl", "use stock.item.{total}\npub const STEP = 3\nfn main(): print total()\n"),
            (
                "stock/item.spl",
                "use money.{cents}\npub fn total() -> i64: cents() + 1\n\
                 test \"total\": assert total() == 3\n",
            ),
            (
                "money.spl",
                "use main.{STEP}\npub fn cents() -> i64: STEP - 1\n\
                 test \"cents\": assert cents() == 2\n",
            ),
        ],
    )
}

#[test]
fn every_module_is_tested_under_its_own_path() {
    let root = circle("circle");
    assert_eq!(output(&root, &["run"]), (true, "3\n".to_owned()));
    let (passes, text) = output(&root, &["test"]);
    assert!(passes && text.ends_with("2 passed, 0 failed\n"), "{text}");
}

/// From wherever a module of a package is named, its package is found.
#[test]
fn one_module_is_checked_within_its_package() {
    let root = circle("circle_checked");
    let absolute = root.join("src/stock/item.spl");
    let absolute = absolute.to_str().expect("the target folder has a name in UTF-8");
    for (folder, file) in [
        (root.clone(), "src/stock/item.spl"),
        (root.join("src"), "stock/item.spl"),
        (root.join("src/stock"), "item.spl"),
        (root.join("src/stock"), "../money.spl"),
        (PathBuf::from("/"), absolute),
    ] {
        assert_eq!(output(&folder, &["check", file]), (true, String::new()), "{file}");
    }
}

#[test]
fn a_new_package_runs_and_passes() {
    let parent = package("new", &[]);
    let (made, text) = output(&parent, &["new", "fresh"]);
    assert!(made, "{text}");
    let root = parent.join("fresh");
    assert_eq!(output(&root, &["run"]), (true, "Hello, world!\n".to_owned()));
    let (passes, text) = output(&root, &["test"]);
    assert!(passes && text.ends_with("1 passed, 0 failed\n"), "{text}");
}

/// A test has passed when it comes to its end, and not when the program ends well.
#[test]
fn a_test_that_exits_has_failed() {
    let text = "use std.process\n\ntest \"exits\":\n    process.exit(0)\n    assert false\n\n\
                test \"good\": assert 1 + 1 == 2\n";
    let folder = support::folders::with_program("packages", "exits", text);
    for level in ["-O0", "-O2"] {
        let output = support::folders::run(&folder, &["test", level, "app.spl"]);
        assert_eq!(output.status.code(), Some(1), "{level}");
        let said = "FAILED  app.spl: exits\n    it ended the program before the test was over\n\
                    ok      app.spl: good\n1 passed, 1 failed\n";
        assert_eq!(support::folders::text(&output.stdout), said, "{level}");
    }
}
