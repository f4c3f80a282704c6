use simple_source::{FileId, Interner};
use std::time::Instant;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let lines = text.lines().count() as f64;
    for _ in 0..6 {
        let interner = Interner::new();
        let t = Instant::now();
        let (tokens, d) = simple_syntax::lex(&text, 1, &interner);
        let lex = t.elapsed().as_secs_f64();
        let t = Instant::now();
        let (ast, d2) = simple_syntax::parse(&text, 1, FileId(0), &interner);
        let both = t.elapsed().as_secs_f64();
        println!("lex {:.1} MB/s ({} tokens, {:.1} ns each) both {:.2} Mlines/s {:.1} MB/s exprs {} diags {} {}", text.len() as f64/lex/1e6, tokens.len(), lex*1e9/tokens.len() as f64, lines/both/1e6, text.len() as f64/both/1e6, ast.expr_count(), d.len(), d2.len());
    }
}
