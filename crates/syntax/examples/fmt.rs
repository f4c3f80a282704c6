fn main() {
    let text = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    let interner = simple_source::Interner::new();
    match simple_syntax::format(&text, 1, &interner) {
        Ok(out) => print!("{out}"),
        Err(d) => println!("errors: {}", d.len()),
    }
}
