//! The same large program in each language, for measuring compilers.
//!
//! In goes a number of lines; out comes text that is the same every time.
//! Functions have [`LINES`](function::LINES) lines: integer arithmetic, loops,
//! conditions, calls of earlier functions, a record, some floats. Every
//! function is reached from `main`, through groups that call others, and the
//! checksum that `main` prints is equal in all languages.

mod dialects;
mod function;
pub mod grown;
mod printer;
mod program;
mod random;

use clap::ValueEnum;

use function::{Callee, calls_of_a_group};
use program::{Expr, Function, FunctionIndex, MODULUS, Place, Program, Statement, Type};
use random::Random;

/// A language that programs are written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Language {
    /// Simple
    Simple,
    /// C11
    C,
    /// Go
    Go,
    /// Rust, edition 2021
    Rust,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Simple, Self::C, Self::Go, Self::Rust];

    /// How names of its files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Simple => "spl",
            Self::C => "c",
            Self::Go => "go",
            Self::Rust => "rs",
        }
    }
}

/// The text of a program of about so many lines.
pub fn generate(lines: usize, language: Language) -> String {
    let program = make(lines / function::LINES);
    match language {
        Language::Simple => printer::print(&program, &dialects::Simple),
        Language::C => printer::print(&program, &dialects::C),
        Language::Go => printer::print(&program, &dialects::Go),
        Language::Rust => printer::print(&program, &dialects::Rust),
    }
}

/// Any would do; another one makes another program.
const SEED: u64 = 2024;

/// A program of so many functions.
fn make(count: usize) -> Program {
    let mut random = Random::seeded(SEED);
    let mut functions: Vec<Function> = Vec::with_capacity(count);
    let mut callees: Vec<Callee> = Vec::new();
    for index in 0..ordinary(count) {
        let (function, callee) = function::make(FunctionIndex(index), &callees, &mut random);
        functions.push(function);
        callees.push(callee);
    }
    while callees.len() > calls_of_a_group() {
        let mut groups = Vec::new();
        for members in callees.chunks(calls_of_a_group()) {
            let index = FunctionIndex(functions.len());
            let (function, callee) = function::make_group(index, members, &mut random);
            functions.push(function);
            groups.push(callee);
        }
        callees = groups;
    }
    let mut main = vec![Statement::Let { name: "total", ty: Type::Int, value: Expr::Int(1) }];
    for callee in callees {
        let value = function::calls(&[callee], &mut random).rem(MODULUS);
        main.push(Statement::Assign { place: Place { local: "total", field: None }, value });
    }
    Program { functions, main }
}

/// How many of `count` functions are not groups.
fn ordinary(count: usize) -> usize {
    let with_groups = |mut level: usize| {
        let mut sum = level;
        while level > calls_of_a_group() {
            level = level.div_ceil(calls_of_a_group());
            sum += level;
        }
        sum
    };
    (0..=count).rev().find(|&level| with_groups(level) <= count).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_the_lines_that_were_asked_for() {
        for language in Language::ALL {
            let text = generate(30_000, language);
            let lines = text.lines().count();
            assert!((29_900..30_100).contains(&lines), "{language:?}: {lines}");
            assert!(text.lines().all(|line| line.len() < 160), "{language:?}");
        }
    }

    #[test]
    fn functions_have_fifteen_lines_each() {
        let text = generate(15_000, Language::Simple);
        let starts: Vec<usize> = text
            .lines()
            .enumerate()
            .filter(|(_, line)| line.starts_with("fn "))
            .map(|(number, _)| number)
            .collect();
        assert_eq!(starts.len(), 1001);
        assert!(starts.windows(2).all(|pair| pair[1] - pair[0] == function::LINES));
    }

    #[test]
    fn a_program_is_the_same_every_time_and_its_functions_differ() {
        assert_eq!(make(500), make(500));
        let program = make(500);
        let mut bodies: Vec<String> =
            program.functions.iter().map(|function| format!("{:?}", function.body)).collect();
        bodies.sort();
        bodies.dedup();
        assert_eq!(bodies.len(), program.functions.len());
    }

    #[test]
    fn every_function_is_called() {
        let program = make(1000);
        let text = printer::print(&program, &dialects::Simple);
        for function in &program.functions {
            let calls = text.matches(&format!("{}(", function.name)).count();
            assert!(calls >= 2, "{} is declared and not called", function.name);
        }
    }

    #[test]
    fn small_programs_are_whole_programs() {
        for lines in [0, 1, 15, 40, 400] {
            let text = generate(lines, Language::Simple);
            assert!(text.ends_with("    print total\n"), "{text}");
        }
    }
}
