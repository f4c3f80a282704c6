//! Recipes: large inputs in a line each. `tests/fuzz_seeds/README.md` describes
//! the notation.

/// Counts from here on are what makes an input large; smaller ones are limits
/// of the language that an input stays below.
const LARGE: usize = 1000;

/// What `check` owes to an input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    /// It is accepted.
    Ok,
    /// It is refused, with a diagnostic.
    Error,
    /// Either.
    Any,
}

/// A line of `generators.txt`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recipe {
    /// What it is called.
    pub name: String,
    /// What `check` owes to it.
    pub expected: Expected,
    terms: Vec<Term>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Term {
    Text(Repeated),
    Each(usize, Vec<Repeated>),
    Stairs(usize, String),
}

/// `"text"*N`
#[derive(Clone, PartialEq, Eq, Debug)]
struct Repeated {
    text: String,
    count: usize,
}

impl Recipe {
    /// Reads all recipes of a file; empty lines and those that begin with `#`
    /// are none.
    ///
    /// # Errors
    /// The number of the first line that is not understood, and why.
    pub fn read_all(text: &str) -> Result<Vec<Self>, String> {
        let lines = text.lines().zip(1..);
        lines
            .filter(|(line, _)| !line.trim().is_empty() && !line.starts_with('#'))
            .map(|(line, number)| {
                Self::read(line).map_err(|error| format!("line {number}: {error}"))
            })
            .collect()
    }

    /// Reads `name | expected | recipe`.
    fn read(line: &str) -> Result<Self, String> {
        let mut parts = line.splitn(3, '|').map(str::trim);
        let (Some(name), Some(expected), Some(recipe)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err("three parts are expected".to_owned());
        };
        let expected = match expected {
            "ok" => Expected::Ok,
            "error" => Expected::Error,
            "any" => Expected::Any,
            other => return Err(format!("`{other}` is neither `ok`, `error` nor `any`")),
        };
        let mut reader = Reader { rest: recipe };
        let mut terms = Vec::new();
        while !reader.at_end() {
            terms.push(reader.term()?);
        }
        Ok(Self { name: name.to_owned(), expected, terms })
    }

    /// The input.
    pub fn text(&self) -> String {
        self.scaled(1)
    }

    /// The input, so many times as large in what makes it large; none if
    /// nothing does.
    pub fn larger(&self, times: usize) -> Option<String> {
        let large = self.terms.iter().any(|term| match term {
            Term::Text(repeated) => repeated.count >= LARGE,
            Term::Each(count, _) => *count >= LARGE,
            // The text of stairs grows by the square.
            Term::Stairs(..) => false,
        });
        large.then(|| self.scaled(times))
    }

    fn scaled(&self, times: usize) -> String {
        let scale = |count: usize| if count >= LARGE { count * times } else { count };
        let mut out = String::new();
        for term in &self.terms {
            match term {
                Term::Text(repeated) => {
                    out.push_str(&repeated.text.repeat(scale(repeated.count)));
                }
                Term::Each(count, parts) => {
                    for index in 0..scale(*count) {
                        let index = index.to_string();
                        for part in parts {
                            let text = part.text.replace("$i", &index);
                            out.push_str(&text.repeat(part.count));
                        }
                    }
                }
                Term::Stairs(count, text) => {
                    for index in 0..*count {
                        out.extend(std::iter::repeat_n(' ', index));
                        out.push_str(&text.replace("$i", &index.to_string()));
                        out.push('\n');
                    }
                }
            }
        }
        out
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn at_end(&mut self) -> bool {
        self.rest = self.rest.trim_start();
        self.rest.is_empty()
    }

    fn eat(&mut self, text: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, text: &str) -> Result<(), String> {
        if self.eat(text) {
            Ok(())
        } else {
            Err(format!("`{text}` is expected at `{}`", self.rest))
        }
    }

    fn term(&mut self) -> Result<Term, String> {
        if self.eat("each(") {
            let count = self.number()?;
            self.expect(",")?;
            let mut parts = Vec::new();
            while !self.eat(")") {
                parts.push(self.repeated()?);
            }
            return Ok(Term::Each(count, parts));
        }
        if self.eat("stairs(") {
            let count = self.number()?;
            self.expect(",")?;
            let text = self.text()?;
            self.expect(")")?;
            return Ok(Term::Stairs(count, text));
        }
        self.repeated().map(Term::Text)
    }

    fn repeated(&mut self) -> Result<Repeated, String> {
        let text = self.text()?;
        let count = if self.eat("*") { self.number()? } else { 1 };
        Ok(Repeated { text, count })
    }

    fn number(&mut self) -> Result<usize, String> {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        digits.parse().map_err(|_| format!("a number is expected at `{rest}`"))
    }

    /// `"text"` with its escapes resolved.
    fn text(&mut self) -> Result<String, String> {
        self.expect("\"")?;
        let mut text = String::new();
        let mut characters = self.rest.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                '\\' => match characters.next().map(|(_, escape)| escape) {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    Some('0') => text.push('\0'),
                    Some(same @ ('"' | '\\')) => text.push(same),
                    Some('u') => {
                        let code: String = characters
                            .by_ref()
                            .map(|(_, c)| c)
                            .skip_while(|c| *c == '{')
                            .take_while(|c| *c != '}')
                            .collect();
                        let value = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                        text.push(value.ok_or_else(|| format!("`{code}` is no character"))?);
                    }
                    other => return Err(format!("`\\{}` is no escape", other.unwrap_or(' '))),
                },
                other => text.push(other),
            }
        }
        Err("a text does not end".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(recipe: &str) -> String {
        Recipe::read(&format!("name | any | {recipe}")).expect("it is understood").text()
    }

    #[test]
    fn terms_are_joined() {
        assert_eq!(text(r#""a" "b"*3 "c""#), "abbbc");
        assert_eq!(text(r#"each(3, "$i" "-"*2)"#), "0--1--2--");
        assert_eq!(text(r#"stairs(3, "x$i:")"#), "x0:\n x1:\n  x2:\n");
        assert_eq!(text(r#""\n\t\r\0\"\\\u{1F600}|""#), "\n\t\r\0\"\\\u{1F600}|");
    }

    #[test]
    fn only_large_counts_grow() {
        let recipe = Recipe::read(r#"n | ok | "("*200 "x"*1000"#).expect("it is understood");
        let larger = recipe.larger(2).expect("it is large");
        assert_eq!(larger, "(".repeat(200) + &"x".repeat(2000));
        let small = Recipe::read(r#"n | ok | "("*200"#).expect("it is understood");
        assert_eq!(small.larger(2), None);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for recipe in ["", "a", "a | ok", "a | never | \"x\"", "a | ok | x", "a | ok | \"x"] {
            assert!(Recipe::read(recipe).is_err(), "{recipe}");
        }
        for recipe in [r#""\q""#, r#""\u{d800}""#, r#"each("x")"#, r#"stairs(2, "x""#, r#""x"*"#] {
            assert!(Recipe::read(&format!("a | ok | {recipe}")).is_err(), "{recipe}");
        }
        let error = Recipe::read_all("# note\n\na | ok | x\n").expect_err("`x` is no term");
        assert!(error.starts_with("line 3: "), "{error}");
    }

    #[test]
    fn all_recipes_of_the_tree_are_understood() {
        let file = crate::toolchain::root().join("tests/fuzz_seeds/generators.txt");
        let text = std::fs::read_to_string(file).expect("the recipes are there");
        let recipes = Recipe::read_all(&text).expect("they are understood");
        assert!(recipes.len() > 100);
        assert!(recipes.iter().all(|recipe| !recipe.text().is_empty()));
    }
}
