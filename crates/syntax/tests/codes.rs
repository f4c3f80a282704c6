//! The pages of the codes tell the truth: the first example of each gets that
//! code and no other, the second is accepted.

mod support;

use simple_source::Interner;
use simple_syntax::CODES;
use support::parse_text;

/// The fenced blocks of a page. Characters that a page cannot show are
/// written as pictures.
fn examples(page: &str) -> Vec<String> {
    let blocks = page.split("```simple\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap_or(block));
    blocks.map(|block| block.replace('␀', "\0").replace('␍', "\r")).collect()
}

#[test]
fn pages_show_what_they_explain() {
    for code in CODES {
        let heading = std::format!("# {}: {}\n", code.id, code.title);
        assert!(code.explanation.starts_with(&heading), "{}", code.id);
        let examples = examples(code.explanation);
        let [wrong, right] = examples.as_slice() else {
            // Code that is nested too deeply fits on no page.
            assert_eq!((code.id, examples.len()), ("E0119", 0));
            continue;
        };
        let interner = Interner::new();
        let (_, diagnostics) = parse_text(wrong, &interner);
        let mut found: Vec<&str> = diagnostics.iter().map(|d| d.code.id).collect();
        found.dedup();
        assert_eq!(found, [code.id], "the wrong example of {}:\n{wrong}{diagnostics:#?}", code.id);
        let (_, diagnostics) = parse_text(right, &interner);
        assert!(diagnostics.is_empty(), "the right example of {}: {diagnostics:#?}", code.id);
    }
}

#[test]
fn codes_are_in_order_and_distinct() {
    assert!(CODES.windows(2).all(|pair| pair[0].id < pair[1].id));
}
