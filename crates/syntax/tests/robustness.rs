//! Whatever the input: no panic, no overflow of a 2 MB stack, time in
//! proportion to length, spans that lie in the file and tokens that nest.

mod support;

use std::time::{Duration, Instant};

use proptest::prelude::*;
use simple_source::Interner;
use simple_syntax::token::TokenKind;
use simple_syntax::{dump_ast, format, lex};
use support::{check_tree, parse_text, seeds};

/// Runs `f` on a stack of the size that worker threads have.
fn on_small_stack<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> R {
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    thread.spawn(f).expect("threads can be made").join().expect("the parser does not panic")
}

/// Everything that must hold for any text.
fn check(text: &str) {
    let interner = Interner::new();
    let (tokens, lexed) = lex(text, 1, &interner);
    let mut open = Vec::new();
    let mut end = 0;
    for index in 0..tokens.len() {
        let range = tokens.range(index);
        assert!(end <= range.start && range.end <= text.len(), "tokens overlap or lie outside");
        assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end));
        end = range.end;
        use TokenKind::*;
        let kind = tokens.kind(index);
        match kind {
            LParen | LBracket | LBrace | HashBracket | InterpOpen | StrStart | Indent => {
                open.push(kind)
            }
            RParen => assert_eq!(open.pop(), Some(LParen)),
            RBracket => assert!(matches!(open.pop(), Some(LBracket | HashBracket))),
            RBrace => assert_eq!(open.pop(), Some(LBrace)),
            InterpClose => assert_eq!(open.pop(), Some(InterpOpen)),
            StrEnd => assert_eq!(open.pop(), Some(StrStart)),
            Dedent => assert_eq!(open.pop(), Some(Indent)),
            Eof => assert_eq!(index, tokens.len() - 1),
            _ => {}
        }
    }
    assert!(open.is_empty());
    assert_eq!(tokens.kind(tokens.len() - 1), TokenKind::Eof);

    let (ast, diagnostics) = parse_text(text, &interner);
    assert!(diagnostics.len() >= lexed.len().min(1));
    for diagnostic in &diagnostics {
        let suggestions = diagnostic.suggestions.iter().flat_map(|s| &s.edits).map(|edit| edit.0);
        let others = diagnostic.secondary.iter().map(|label| label.span);
        for span in std::iter::once(diagnostic.primary.span).chain(others).chain(suggestions) {
            let (lo, hi) = (span.lo as usize - 1, span.hi as usize - 1);
            assert!(lo <= hi && hi <= text.len(), "{diagnostic:?}");
            assert!(text.is_char_boundary(lo) && text.is_char_boundary(hi), "{diagnostic:?}");
        }
    }
    check_tree(&ast, text);
    dump_ast(&ast, &interner);

    if let Ok(formatted) = format(text, 1, &interner) {
        assert!(diagnostics.iter().all(|d| !d.is_error()));
        support::check_format(text, &formatted, &interner);
    }
}

fn repeat(part: &str, count: usize) -> String {
    part.repeat(count)
}

/// A name, and what makes an input of about so many bytes.
type Hostile = (&'static str, Box<dyn Fn(usize) -> String>);

/// Inputs that break parsers: depth, length, and things without an end.
fn hostile() -> Vec<Hostile> {
    fn case(name: &'static str, make: impl Fn(usize) -> String + 'static) -> Hostile {
        (name, Box::new(make))
    }
    vec![
        case("parentheses", |n| repeat("(", n) + "x" + &repeat(")", n)),
        case("open parentheses", |n| repeat("(", n)),
        case("closing parentheses", |n| repeat(")", n)),
        case("mismatched brackets", |n| repeat("([{", n / 6) + &repeat(")]}", n / 6)),
        case("wrong closers", |n| repeat("(", n / 2) + &repeat("]", n / 2)),
        case("lists", |n| repeat("[", n) + &repeat("]", n)),
        case("dicts", |n| repeat("{1: ", n / 4) + "1" + &repeat("}", n / 4)),
        case("braces", |n| repeat("{", n) + &repeat("}", n)),
        case("calls", |n| repeat("f(", n / 2) + &repeat(")", n / 2)),
        case("indexes", |n| repeat("f[", n / 2) + "0" + &repeat("]", n / 2)),
        case("sum", |n| "x = 1".to_owned() + &repeat(" + 1", n / 4)),
        case("power", |n| "x = 1".to_owned() + &repeat(" ** 1", n / 5)),
        case("coalesce", |n| "x = a".to_owned() + &repeat(" ?? a", n / 5)),
        case("comparisons", |n| "x = a".to_owned() + &repeat(" < a", n / 4)),
        case("mixed operators", |n| "x = 1".to_owned() + &repeat(" + 1 * 2 - 3 ** 4", n / 17)),
        case("casts", |n| "x = a".to_owned() + &repeat(" as i64", n / 7)),
        case("methods", |n| "a".to_owned() + &repeat(".f()", n / 4)),
        case("method lines", |n| "a".to_owned() + &repeat("\n    .f()", n / 9)),
        case("questions", |n| "x = a".to_owned() + &repeat("?", n)),
        case("minus", |n| "x = ".to_owned() + &repeat("-", n) + "1"),
        case("spaced minus", |n| "x = ".to_owned() + &repeat("- ", n / 2) + "1"),
        case("not", |n| "x = ".to_owned() + &repeat("not ", n / 4) + "a"),
        case("lambdas", |n| "x = ".to_owned() + &repeat("\\a: ", n / 4) + "1"),
        case("lambda lines", |n| {
            let lines = (n as f64).sqrt() as usize;
            (0..lines).map(|i| repeat(" ", i) + "f(\\x:\n").collect()
        }),
        case("inline ifs", |n| repeat("if a: ", n / 6) + "b"),
        case("inline else", |n| repeat("if a: b else: ", n / 14) + "b"),
        case("blocks", |n| {
            let lines = (n as f64).sqrt() as usize;
            (0..lines).map(|i| repeat(" ", i) + "if a:\n").collect::<String>()
                + &repeat(" ", lines)
                + "pass"
        }),
        case("blocks and back", |n| {
            let lines = (n as f64 / 2.0).sqrt() as usize;
            let down = (0..lines).map(|i| repeat(" ", i) + "if a:\n").collect::<String>();
            down + &(0..lines).rev().map(|i| repeat(" ", i + 1) + "x\n").collect::<String>()
        }),
        case("elif", |n| "if a: b\n".to_owned() + &repeat("elif a: b\n", n / 10)),
        case("functions", |n| {
            let lines = (n as f64).sqrt() as usize;
            (0..lines).map(|i| repeat(" ", i) + "fn f():\n").collect()
        }),
        case("matches", |n| {
            let lines = (n as f64 / 4.0).sqrt() as usize;
            (0..lines)
                .map(|i| repeat(" ", 2 * i) + "match a:\n" + &repeat(" ", 2 * i + 1) + "case b:\n")
                .collect()
        }),
        case("interpolation", |n| repeat("\"{", n / 2) + "x" + &repeat("}\"", n / 2)),
        case("open interpolation", |n| repeat("\"{", n / 2)),
        case("specs", |n| "\"{a".to_owned() + &repeat(":{a", n / 3)),
        case("triple interpolation", |n| repeat("\"\"\"{", n / 4)),
        case("triple lines", |n| "x = \"\"\"\n".to_owned() + &repeat("  {a}\n", n / 6) + "\"\"\""),
        case("patterns", |n| "match a:\n case ".to_owned() + &repeat("(", n)),
        case("constructor patterns", |n| "match a:\n case ".to_owned() + &repeat("A(", n / 2)),
        case("or patterns", |n| "match a:\n case 1".to_owned() + &repeat(" | 1", n / 4) + ": b"),
        case("types", |n| "type A = ".to_owned() + &repeat("[", n)),
        case("option types", |n| "type A = i64".to_owned() + &repeat("?", n)),
        case("function types", |n| "type A = ".to_owned() + &repeat("fn(", n / 3)),
        case("generic types", |n| "type A = ".to_owned() + &repeat("A[", n / 2)),
        case("angle types", |n| "type A = A".to_owned() + &repeat("<A", n / 2)),
        case("attributes", |n| repeat("@a\n", n / 3)),
        case("attribute arguments", |n| "@a".to_owned() + &repeat("(", n)),
        case("hash attributes", |n| repeat("#[a]\n", n / 5)),
        case("doc comments", |n| repeat("## a\n", n / 5) + "fn f(): pass"),
        case("documented functions", |n| repeat("## a\nfn f(): pass\n", n / 18)),
        case("comments", |n| repeat("# a\n", n / 4)),
        case("empty lines", |n| repeat("\n", n)),
        case("spaces", |n| repeat(" ", n)),
        case("tabs", |n| repeat("\t", n)),
        case("tab lines", |n| repeat("\tx\n", n / 3)),
        case("commas", |n| repeat(",", n)),
        case("colons", |n| repeat(":", n)),
        case("semicolons", |n| repeat(";", n)),
        case("dots", |n| repeat(".", n)),
        case("quotes", |n| repeat("\"", n)),
        case("quotes and text", |n| repeat("\"a", n / 2)),
        case("backslashes", |n| repeat("\\", n)),
        case("backslash lines", |n| repeat("\\\n", n / 2)),
        case("ats", |n| repeat("@", n)),
        case("NUL", |n| repeat("\0", n)),
        case("BOM", |n| repeat("\u{feff}", n / 3)),
        case("invalid", |n| repeat("§", n / 2)),
        case("returns", |n| repeat("\r", n)),
        case("digits", |n| repeat("9", n)),
        case("underscores", |n| "1".to_owned() + &repeat("_", n)),
        case("one name", |n| repeat("a", n)),
        case("names", |n| (0..n / 7).map(|i| std::format!("n{i} ")).collect()),
        case("missing commas", |n| "f(".to_owned() + &repeat("a b, ", n / 5) + ")"),
        case("mistakes", |n| repeat("x = = 1\n", n / 8)),
        case("open calls", |n| repeat("f(a\n", n / 4)),
        case("open calls and words", |n| repeat("f(a\nval x = 1\n", n / 14)),
        case("open in triple", |n| {
            "\"\"\"{".to_owned() + &repeat("(", n / 2) + &repeat("a\na\n", n / 8)
        }),
        case("closers in triple", |n| {
            "[\"\"\"{".to_owned() + &repeat("(", n / 2) + &repeat("]", n / 2)
        }),
        case("data", |n| repeat("data A[", n / 7)),
        case("struct fields", |n| "struct A:\n".to_owned() + &repeat("  a: i64\n", n / 9)),
        case("dangling else", |n| repeat("else:\n", n / 6)),
        case("indents", |n| {
            let lines = (n as f64).sqrt() as usize;
            (0..lines).map(|i| repeat(" ", i) + "x\n").collect()
        }),
        case("zigzag", |n| repeat("if a:\n   x\n  y\n z\n", n / 18)),
        case("embedded blocks", |n| "f(".to_owned() + &repeat("\\x:\n  y,\n", n / 11) + ")"),
        case("braces for blocks", |n| repeat("if a {\n", n / 7) + &repeat("}\n", n / 2)),
        case("ternaries", |n| "x = ".to_owned() + &repeat("a ? a : ", n / 8) + "a"),
        case("python ternaries", |n| "x = a".to_owned() + &repeat(" if a else a", n / 12)),
        case("macros", |n| repeat("a!(", n / 3)),
        case("struct literals", |n| "x = ".to_owned() + &repeat("A{a: ", n / 5)),
        case("generators", |n| "f(".to_owned() + &repeat("x for x in ", n / 11)),
        case("use", |n| "use a".to_owned() + &repeat(".a", n / 2)),
        case("assignments", |n| repeat("a = ", n / 4) + "a"),
        case("bare calls", |n| repeat("f ", n / 2)),
        case("bare arguments", |n| "f a".to_owned() + &repeat(", a", n / 3)),
        case("tuples", |n| "x = a".to_owned() + &repeat(", a", n / 3)),
        case("ranges", |n| "x = a".to_owned() + &repeat("..a", n / 3)),
        case("pipes", |n| repeat("|a", n / 2)),
        case("stars", |n| repeat("* ", n / 2)),
        case("const", |n| repeat("const ", n / 6)),
        case("pub", |n| repeat("pub ", n / 4)),
        case("try blocks", |n| repeat("try:\n  a\nexcept:\n  b\n", n / 22)),
    ]
}

#[test]
fn hostile_inputs_are_survived() {
    on_small_stack(|| {
        for (_, make) in hostile() {
            for n in [1, 7, 40, 300, 3000, 20000] {
                check(&make(n));
                check(&(String::from("fn f():\n    ") + &make(n)));
                check(&(make(n) + "\nval y = 1\n"));
            }
        }
    });
}

/// Eight times the length may take thirty-two times as long, on a busy
/// machine; what is quadratic takes sixty-four times.
#[test]
fn time_is_linear() {
    fn time(text: &str) -> Duration {
        let run = || {
            let interner = Interner::new();
            let start = Instant::now();
            let (ast, _) = parse_text(text, &interner);
            let _ = format(text, 1, &interner);
            drop(ast);
            start.elapsed()
        };
        (0..3).map(|_| run()).min().expect("there were three runs")
    }
    on_small_stack(|| {
        let mut slow = Vec::new();
        for (name, make) in hostile() {
            let small = time(&make(1 << 14)).max(Duration::from_millis(5));
            let large = time(&make(1 << 17));
            if large > small * 32 {
                slow.push(std::format!("{name}: {small:?} for 16 KB, {large:?} for 128 KB"));
            }
        }
        assert!(slow.is_empty(), "{slow:#?}");
    });
}

/// A program with `edits` made to it: pieces removed, repeated, swapped with
/// pieces of other programs, characters put in.
fn mutate(mut text: String, edits: &[(usize, usize, u8)], all: &[String]) -> String {
    const INSERTIONS: &[&str] = &[
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'",
        "\"\"\"",
        ":",
        ",",
        "\n",
        "\n    ",
        "\n        ",
        "\t",
        "\\",
        "\\x:",
        "if ",
        "else:",
        "match x:",
        "case ",
        "fn ",
        "=",
        "==",
        ".",
        "..",
        "?",
        "@",
        "#",
        "##",
        "#[",
        ";",
        "\u{feff}",
        "\0",
        "é",
        "not ",
        "mut ",
        "pub ",
        "data ",
        "test ",
        "=>",
        "->",
        "let ",
        "def ",
        "lambda ",
        " \\\n",
        "\r",
        "\r\n",
        "{{",
        "}}",
        "{x:",
        "0x",
        "1_",
    ];
    for &(at, len, what) in edits {
        let mut start = at % (text.len() + 1);
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let mut end = (start + len % 40).min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        let replacement = match what % 5 {
            0 => String::new(),
            1 => text[start..end].repeat(2),
            2 | 3 => INSERTIONS[len % INSERTIONS.len()].to_owned(),
            _ => {
                let other = &all[at % all.len()];
                let lines: Vec<&str> = other.split_inclusive('\n').collect();
                lines[len % lines.len()].to_owned()
            }
        };
        let end = if what % 5 == 3 { start } else { end };
        text.replace_range(start..end, &replacement);
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn any_tokens_are_survived(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "a", "b ", "x: ", "1", "2.5", "\"s\"", "\"{a}\"", "\"{", "}\"", "'r'", "(", ")",
                "[", "]", "{", "}", ",", ":", ".", "..", "?", "?.", "->", "\\", "\\x: ", "@", "#[",
                "+", " - ", "*", "**", "=", "==", "<", ">", "|", "|>", "??", " and ", " or ",
                " not ", " in ", " is ", " as ", "if ", "elif ", "else", "match ", "case ", "for ",
                "while ", "loop", "fn ", "struct ", "enum ", "class ", "trait ", "impl ", "test ",
                "use ", "val ", "var ", "const ", "type ", "pub ", "mut ", "return ", "break ",
                "pass", "\n", "\n", "\n    ", "\n        ", "\n  ", " ", "# c", "## d", ";", "\"\"\"",
            ]),
            0..60,
        )
    ) {
        check(&parts.concat());
    }

    #[test]
    fn mutated_programs_are_survived(
        seed in any::<usize>(),
        edits in prop::collection::vec((any::<usize>(), any::<usize>(), any::<u8>()), 1..6),
    ) {
        let all = seeds();
        let text = mutate(all[seed % all.len()].clone(), &edits, all);
        check(&text);
    }
}

#[test]
fn real_programs_hold_what_must_hold() {
    for text in seeds() {
        check(text);
    }
}

#[test]
fn arbitrary_bytes_that_are_utf8_are_survived() {
    // A fixed sequence of pseudo-random bytes, cut at what is not UTF-8.
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..2000 {
        let len = next() % 120;
        let bytes: Vec<u8> = (0..len).map(|_| (next() >> 32) as u8 & 0x7f).collect();
        check(&String::from_utf8_lossy(&bytes));
    }
}
