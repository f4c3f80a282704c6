//! Texts that are refused, with what is said, and texts to format, with what
//! comes out: the files in `errors/` and `format/`.
//!
//! A file in `errors/` holds texts between lines of `---`; each begins with a
//! line `# LINE:COLUMN: message (hint)`, which is what must be said about the
//! text below that line. A file in `format/` holds pairs: a text, a line `--->`
//! and the formatted text.

use std::path::PathBuf;

use simple_sdn::{Document, Value};

fn files(folder: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be listed").path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        (path.file_name().expect("it has a name").to_string_lossy().into_owned(), text)
    };
    files.into_iter().map(read).collect()
}

/// Characters that a page cannot show are written as pictures.
fn unshown(text: &str) -> String {
    text.replace('␉', "\t").replace('␍', "\r").replace('␀', "\0").replace('␣', " ")
}

#[test]
fn refused_texts_say_what_is_wrong_and_where() {
    let mut failures = Vec::new();
    let mut count = 0;
    for (name, file) in files("errors") {
        for case in file.split("---\n").filter(|case| !case.trim().is_empty()) {
            let (wanted, text) = case.split_once('\n').expect("a message and a text");
            let wanted = wanted.strip_prefix("# ").expect("the message stands behind `# `");
            let text = unshown(text);
            // The last line's end belongs to the file.
            let text = text.strip_suffix('\n').unwrap_or(&text);
            count += 1;
            let found = match Value::parse(text) {
                Ok(value) => format!("no error, but {value:?}"),
                Err(error) => error.to_string(),
            };
            if found != wanted {
                failures.push(format!("{name}:\n{text}\nwanted: {wanted}\nfound:  {found}\n"));
            }
        }
    }
    assert!(failures.is_empty(), "{}\n{} of {count}", failures.join("\n"), failures.len());
}

#[test]
fn texts_are_formatted_as_shown() {
    let mut failures = Vec::new();
    for (name, file) in files("format") {
        for case in file.split("---\n").filter(|case| !case.trim().is_empty()) {
            let (text, wanted) = case.split_once("--->\n").expect("a text and its layout");
            let document = Document::parse(unshown(text));
            let document = document.unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
            let found = document.format();
            if found != wanted {
                failures.push(format!("{name}:\n{text}\nwanted:\n{wanted}\nfound:\n{found}"));
            }
            let again = Document::parse(found.as_str()).expect("it is valid");
            assert_eq!(again.value(), document.value(), "{name}:\n{found}");
            assert_eq!(again.format(), found, "{name}");
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn examples_in_the_documentation_are_valid() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    for page in ["docs/reference/sdn.md", "crates/driver/src/codes/E0908.md"] {
        let page = std::fs::read_to_string(root.join(page)).expect("the page is there");
        let blocks: Vec<&str> = page.split("```\n").skip(1).step_by(2).collect();
        assert!(!blocks.is_empty());
        for block in blocks {
            assert_eq!(simple_sdn::format(block).as_deref(), Ok(block));
        }
    }
}
