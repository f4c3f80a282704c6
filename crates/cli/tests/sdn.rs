//! `simple sdn`, and the manifest that is written in its notation.

mod support;

use std::path::Path;
use std::process::Output;

/// Runs `simple sdn ARGS` in `folder`.
fn sdn(folder: &Path, args: &[&str], input: &str) -> Output {
    let mut command = support::simple();
    command.current_dir(folder).arg("sdn").args(args);
    support::run(&mut command, input.as_bytes()).expect("the command runs")
}

#[track_caller]
fn expect(output: &Output, status: i32, stdout: &str, stderr: &str) {
    let found = (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    assert_eq!(found, (Some(status), stdout.to_owned(), stderr.to_owned()));
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the files");
    std::fs::write(folder.path().join("plan.sdn"), PLAN).expect("the file can be written");
    folder
}

const PLAN: &str = "\
# A plan.
title: \"boot first\"   # short
groups |phase, max_pages|
    startup, 8  # small
    cold, nil
";

const JSON: &str = r#"{
  "title": "boot first",
  "groups": [
    {
      "phase": "startup",
      "max_pages": 8
    },
    {
      "phase": "cold",
      "max_pages": null
    }
  ]
}
"#;

#[test]
fn check() {
    let folder = folder();
    expect(&sdn(folder.path(), &["check", "plan.sdn", "-"], "a: 1\n"), 0, "", "");
    std::fs::write(folder.path().join("wrong.sdn"), "groups |phase, max_pages|\n    startup\n")
        .expect("the file can be written");
    // Both are reported.
    let message = "\
error[E0908]: expected the line's end, found `b`
 --> <stdin>:1:6
  |
1 | x: a b
  |      ^
  |
  = note: text with spaces, brackets or `|` stands in quotes

1 error
error[E0908]: the row has 1 value, the table 2 columns
 --> wrong.sdn:2:12
  |
2 |     startup
  |            ^
  |
  = note: the columns are |phase, max_pages|

1 error
";
    expect(&sdn(folder.path(), &["check", "-", "wrong.sdn"], "x: a b\n"), 1, "", message);
    let missing = "error: cannot read `none.sdn`: no such file or directory\n";
    expect(&sdn(folder.path(), &["check", "none.sdn"], ""), 1, "", missing);
    std::fs::write(folder.path().join("latin.sdn"), b"a: 1\nb: \xe9\n").expect("it is written");
    let encoding = "error: in `latin.sdn`: 2:4: the text is not UTF-8\n";
    expect(&sdn(folder.path(), &["check", "latin.sdn"], ""), 1, "", encoding);
    assert_eq!(sdn(folder.path(), &["check"], "").status.code(), Some(2), "no file");
}

#[test]
fn fmt() {
    let folder = folder();
    let plan = folder.path().join("plan.sdn");
    let formatted = PLAN.replace("\"   #", "\"  #");
    let complaint = "plan.sdn is not formatted\n";
    expect(&sdn(folder.path(), &["fmt", "--check", "plan.sdn"], ""), 1, "", complaint);
    assert_eq!(std::fs::read_to_string(&plan).expect("it is there"), PLAN);
    expect(&sdn(folder.path(), &["fmt", "plan.sdn"], ""), 0, "", "");
    assert_eq!(std::fs::read_to_string(&plan).expect("it is there"), formatted);
    expect(&sdn(folder.path(), &["fmt", "--check", "plan.sdn"], ""), 0, "", "");
    expect(&sdn(folder.path(), &["fmt", "-"], PLAN), 0, &formatted, "");
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("it can be listed").collect();
    assert_eq!(left.len(), 1, "nothing is left behind: {left:?}");
}

#[test]
fn json_both_ways() {
    let folder = folder();
    expect(&sdn(folder.path(), &["to-json", "plan.sdn"], ""), 0, JSON, "");
    let compact = "{\"a\":[1,null]}\n";
    expect(&sdn(folder.path(), &["to-json", "--compact"], "a: [1, nil]"), 0, compact, "");
    let text = "title: \"boot first\"\ngroups |phase, max_pages|\n    startup, 8\n    cold, nil\n";
    expect(&sdn(folder.path(), &["from-json"], JSON), 0, text, "");
    expect(&sdn(folder.path(), &["from-json", "-o", "new.sdn"], JSON), 0, "", "");
    let written = std::fs::read_to_string(folder.path().join("new.sdn")).expect("it was written");
    assert_eq!(written, text);
    let not_finite = "error: JSON has no word for a float that is not finite at `a[0]`\n";
    expect(&sdn(folder.path(), &["to-json"], "a: [nan]"), 1, "", not_finite);
    let wrong = "error: in `<stdin>`: 2:1: expected `,` or `}`\n";
    expect(&sdn(folder.path(), &["from-json"], "{\"a\": 1\n\"b\": 2}"), 1, "", wrong);
}

#[test]
fn get() {
    let folder = folder();
    for (path, value) in [
        ("title", "boot first\n"),
        ("groups[0].max_pages", "8\n"),
        ("groups[1].max_pages", "nil\n"),
        ("groups[0]", "phase: startup\nmax_pages: 8\n"),
        ("groups", "|phase, max_pages|\n    startup, 8\n    cold, nil\n"),
    ] {
        expect(&sdn(folder.path(), &["get", "plan.sdn", path], ""), 0, value, "");
    }
    let json = "{\n  \"phase\": \"startup\",\n  \"max_pages\": 8\n}\n";
    expect(&sdn(folder.path(), &["get", "--json", "plan.sdn", "groups[0]"], ""), 0, json, "");
    expect(&sdn(folder.path(), &["get", "-", "\"a.b\""], "a.b: -1"), 0, "-1\n", "");
    let nothing = "error: there is nothing at `groups[2]` in `plan.sdn`\n";
    expect(&sdn(folder.path(), &["get", "plan.sdn", "groups[2]"], ""), 1, "", nothing);
    let wrong = "error: `a..b`: in the path: expected a name\n  names with `.` between, `[N]` for \
                 items, as in `groups[0].phase`\n";
    expect(&sdn(folder.path(), &["get", "plan.sdn", "a..b"], ""), 1, "", wrong);
}

#[test]
fn set() {
    let folder = folder();
    let plan = folder.path().join("plan.sdn");
    let set = |args: &[&str], after: &str| {
        let args: Vec<&str> = [&["set"], args].concat();
        expect(&sdn(folder.path(), &args, ""), 0, "", "");
        assert_eq!(std::fs::read_to_string(&plan).expect("it is there"), after);
    };
    let mut text = PLAN.replace("startup, 8", "startup, -1");
    set(&["plan.sdn", "groups[0].max_pages", "-1"], &text);
    text += "    steady, [1, 2]\n";
    set(&["plan.sdn", "groups[2]", "[steady, [1, 2]]"], &text);
    text = text.replace("\"boot first\"", "\"1\"");
    set(&["--text", "plan.sdn", "title", "1"], &text);
    text += "limits:\n    pages: 4\n";
    set(&["plan.sdn", "limits.pages", "4"], &text);
    text = text.replace("    startup, -1  # small\n", "");
    set(&["--remove", "plan.sdn", "groups[0]"], &text);
    // Elsewhere, and through pipes.
    expect(&sdn(folder.path(), &["set", "-", "a", "2"], "a: 1 # x\n"), 0, "a: 2 # x\n", "");
    let other = ["set", "-o", "other.sdn", "plan.sdn", "title", "x"];
    expect(&sdn(folder.path(), &other, ""), 0, "", "");
    assert_eq!(std::fs::read_to_string(&plan).expect("it is there"), text);
    // What is refused changes nothing.
    let spaces = "error: the value is not SDN: 1:2: expected `:` after the name `a` (as in `a: \
                  value`; text with spaces needs quotes)\n  text of any kind can be given with \
                  `--text`\n";
    expect(&sdn(folder.path(), &["set", "plan.sdn", "title", "a b"], ""), 1, "", spaces);
    let nothing = "error: there is nothing at `none` in `plan.sdn`\n";
    expect(&sdn(folder.path(), &["set", "--remove", "plan.sdn", "none"], ""), 1, "", nothing);
    assert_eq!(std::fs::read_to_string(&plan).expect("it is there"), text);
    let both = sdn(folder.path(), &["set", "--remove", "plan.sdn", "title", "x"], "");
    assert_eq!(both.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder();
    let plan = folder.path().join("plan.sdn");
    std::fs::set_permissions(&plan, std::fs::Permissions::from_mode(0o640)).expect("it is ours");
    symlink("plan.sdn", folder.path().join("link.sdn")).expect("a link can be made");
    expect(&sdn(folder.path(), &["set", "link.sdn", "title", "x"], ""), 0, "", "");
    let link = std::fs::symlink_metadata(folder.path().join("link.sdn")).expect("it is there");
    assert!(link.is_symlink());
    let metadata = std::fs::metadata(&plan).expect("it is there");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o640);
    assert!(std::fs::read_to_string(&plan).expect("it is there").contains("title: x"));
}

#[test]
fn help_shows_examples() {
    for command in ["check", "fmt", "to-json", "from-json", "get", "set"] {
        let output = sdn(Path::new("."), &[command, "--help"], "");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains(&format!("Examples:\n  simple sdn {command}")), "{text}");
    }
}

#[test]
fn manifests_are_in_the_notation() {
    let folder = folder();
    let simple = |args: &[&str], folder: &Path| {
        let mut command = support::simple();
        command.current_dir(folder).args(args);
        support::run(&mut command, b"").expect("the command runs")
    };
    // A name that would be another kind of value without quotes.
    assert!(simple(&["new", "nil"], folder.path()).status.success());
    let package = folder.path().join("nil");
    let manifest = package.join("simple.sdn");
    let text = std::fs::read_to_string(&manifest).expect("it is there");
    assert_eq!(text, "name: \"nil\"\nversion: 0.1.0\n");
    expect(&sdn(&package, &["get", "simple.sdn", "name"], ""), 0, "nil\n", "");
    assert!(simple(&["check"], &package).status.success());
    std::fs::write(&manifest, "name: my app\n").expect("it can be written");
    let message = "\
error[E0908]: expected the line's end, found `a`
 --> simple.sdn:1:10
  |
1 | name: my app
  |          ^
  |
  = note: text with spaces, brackets or `|` stands in quotes

1 error
";
    expect(&simple(&["check"], &package), 1, "", message);
}
