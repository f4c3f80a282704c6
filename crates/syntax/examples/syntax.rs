//! Prints the tokens or the tree of a file, and its diagnostics.

use simple_source::{Interner, SourceMap};

fn main() {
    let mut args = std::env::args().skip(1);
    let what = args.next().expect("tokens or ast");
    let path = args.next().expect("a file");
    let text = std::fs::read_to_string(&path).expect("readable");
    let mut map = SourceMap::new();
    let file = map.add_text(path, text.clone()).expect("small");
    let base = map.file(file).base;
    let interner = Interner::new();
    let diagnostics = match what.as_str() {
        "tokens" => {
            let (tokens, diagnostics) = simple_syntax::lex(&text, base, &interner);
            print!("{}", simple_syntax::dump_tokens(&text, &tokens));
            diagnostics
        }
        _ => {
            let (ast, diagnostics) = simple_syntax::parse(&text, base, file, &interner);
            if what == "ast" {
                print!("{}", simple_syntax::dump_ast(&ast, &interner));
            }
            diagnostics
        }
    };
    if what == "json" {
        return print_json(&map, &diagnostics);
    }
    for d in diagnostics {
        let (_, at) = map.locate(d.primary.span).expect("in the file");
        println!("{}:{}: {} {} [{}] ({})", at.line, at.column, d.code.id, d.message, d.primary.message, map.snippet(d.primary.span));
        for s in d.suggestions {
            println!("    fix: {} {:?}", s.message, s.edits);
        }
        for n in d.notes {
            println!("    note: {n}");
        }
    }
}

/// One JSON object a line, for scripts that compare diagnostics.
fn print_json(map: &SourceMap, diagnostics: &[simple_source::Diagnostic]) {
    for d in diagnostics {
        let (_, at) = map.locate(d.primary.span).expect("in the file");
        let mut text = vec![d.message.clone(), d.primary.message.clone()];
        text.extend(d.secondary.iter().map(|label| label.message.clone()));
        text.extend(d.notes.iter().cloned());
        text.extend(d.suggestions.iter().map(|s| s.message.clone()));
        let fixes = d.suggestions.iter().flat_map(|s| s.edits.iter().map(|edit| quote(&edit.1)));
        let fixes: Vec<String> = fixes.collect();
        println!(
            r#"{{"line":{},"code":"{}","msg":{},"span":{},"text":{},"fixes":[{}]}}"#,
            at.line,
            d.code.id,
            quote(&d.message),
            quote(map.snippet(d.primary.span)),
            quote(&text.join("\n")),
            fixes.join(",")
        );
    }
}

fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out += &format!("\\u{:04x}", c as u32),
            c => out.push(c),
        }
    }
    out + "\""
}
