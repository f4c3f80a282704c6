//! Attributes validated.
//!
//! In go the attributes of one declaration; out comes what they say, and a
//! diagnostic for each that is unknown, misplaced, contradicted or wrongly
//! filled in. What exists is a table (`table.rs`).

pub mod codes;
mod table;

use simple_source::{Applicability, Diagnostic, Interner, Span, Symbol, sym};
use simple_syntax::ast::{Ast, Attribute, AttributeArg, AttributeValue, List};

use crate::def::{FnAttributes, Phase};
pub(crate) use table::Target;
use table::{ArgSpec, Kind, Place, SPECS, Spec};

/// What the attributes of a declaration say.
#[derive(Clone, Default, Debug)]
pub(crate) struct Attributes {
    /// Those that concern functions.
    pub(crate) function: FnAttributes,
    /// `@lang`: what the language knows the declaration as.
    pub(crate) lang: Option<Symbol>,
    /// `@intrinsic`: the operation.
    pub(crate) intrinsic: Option<Symbol>,
    /// `@boxed`
    pub(crate) boxed: bool,
    /// `@derive`: the traits, with their places.
    pub(crate) derive: Vec<(Symbol, Span)>,
}

/// Validates the attributes of a declaration.
pub(crate) fn check(
    ast: &Ast,
    list: List<Attribute>,
    target: Target,
    is_library: bool,
    interner: &Interner,
    diagnostics: &mut Vec<Diagnostic>,
) -> Attributes {
    let mut checker =
        Checker { ast, target, is_library, interner, diagnostics, out: Attributes::default() };
    let mut seen: Vec<&Attribute> = Vec::new();
    for attribute in ast.list(list) {
        let Some(spec) = table::find(attribute.name.symbol) else {
            checker.unknown(attribute);
            continue;
        };
        if checker.is_placed(attribute, spec) && checker.is_consistent(attribute, spec, &seen) {
            checker.arguments(attribute, spec);
        }
        seen.push(attribute);
    }
    checker.out
}

struct Checker<'a> {
    ast: &'a Ast,
    target: Target,
    is_library: bool,
    interner: &'a Interner,
    diagnostics: &'a mut Vec<Diagnostic>,
    out: Attributes,
}

impl Checker<'_> {
    fn text(&self, symbol: Symbol) -> &str {
        self.interner.resolve(symbol)
    }

    /// `a, b, c`
    fn listed(&self, symbols: impl Iterator<Item = Symbol>) -> String {
        symbols.map(|symbol| self.text(symbol)).collect::<Vec<_>>().join(", ")
    }

    /// The word of `known` that is most like `word`.
    fn nearest(&self, word: &str, known: impl Iterator<Item = Symbol>) -> Option<Symbol> {
        let mut known: Vec<(usize, Symbol)> = known
            .map(|symbol| (distance(word, self.text(symbol)), symbol))
            .collect();
        known.sort_by_key(|candidate| candidate.0);
        known.first().map(|candidate| candidate.1)
    }

    fn unknown(&mut self, attribute: &Attribute) {
        let name = self.text(attribute.name.symbol).to_owned();
        let for_users = || SPECS.iter().filter(|spec| spec.place != Place::Library);
        let nearest = self.nearest(&name, for_users().map(|spec| spec.name));
        let known = self.listed(for_users().map(|spec| spec.name));
        let mut diagnostic = Diagnostic::error(
            &codes::UNKNOWN_ATTRIBUTE,
            attribute.name.span,
            format!("unknown attribute `{name}`"),
        )
        .label("there is no such attribute")
        .note(format!("the known ones are {known}"));
        if let Some(nearest) = nearest {
            let nearest = self.text(nearest).to_owned();
            diagnostic = diagnostic.suggest(
                format!("did you mean `{nearest}`?"),
                attribute.name.span,
                nearest,
                Applicability::Maybe,
            );
        }
        self.diagnostics.push(diagnostic);
    }

    fn is_placed(&mut self, attribute: &Attribute, spec: &Spec) -> bool {
        let name = self.text(spec.name).to_owned();
        let library_only = spec.place == Place::Library && !self.is_library;
        if !library_only && spec.place.allows(self.target) {
            return true;
        }
        let place = spec.place.words();
        self.diagnostics.push(
            Diagnostic::error(
                &codes::MISPLACED_ATTRIBUTE,
                attribute.span,
                format!("`@{name}` means nothing here"),
            )
            .label(format!("it stands on {place}"))
            .suggest("leave it out", attribute.span, "", Applicability::Maybe),
        );
        false
    }

    fn is_consistent(&mut self, attribute: &Attribute, spec: &Spec, seen: &[&Attribute]) -> bool {
        for earlier in seen {
            let other = earlier.name.symbol;
            let again = other == spec.name && spec.name != sym::LAYOUT;
            if !again && !spec.against.contains(&other) {
                continue;
            }
            let name = self.text(spec.name);
            let message = if again {
                format!("`@{name}` is said twice")
            } else {
                format!("`@{name}` contradicts `@{}`", self.text(other))
            };
            self.diagnostics.push(
                Diagnostic::error(&codes::CONTRADICTION, attribute.span, message)
                    .also(earlier.span, "said here first")
                    .suggest("leave it out", attribute.span, "", Applicability::Maybe),
            );
            return false;
        }
        true
    }

    fn arguments(&mut self, attribute: &Attribute, spec: &Spec) {
        let args = self.ast.list(attribute.args);
        if let Some(words) = spec.words {
            self.words(spec, words, args);
            return;
        }
        let mut given: Vec<Option<&AttributeArg>> = vec![None; spec.args.len()];
        let mut fine = true;
        for arg in args {
            let index = match arg.name {
                Some(name) => spec.args.iter().position(|known| known.name == name.symbol),
                None => spec.args.iter().position(|known| known.positional),
            };
            let place = arg.name.map_or(arg.span, |name| name.span);
            match index {
                None => {
                    self.unknown_argument(spec, arg, place);
                    fine = false;
                }
                Some(index) if given[index].is_some() => {
                    let name = self.text(spec.args[index].name).to_owned();
                    self.diagnostics.push(Diagnostic::error(
                        &codes::BAD_ARGUMENT,
                        place,
                        format!("`{name}` is given twice"),
                    ));
                    fine = false;
                }
                Some(index) => {
                    fine &= self.value(spec, &spec.args[index], arg);
                    given[index] = Some(arg);
                }
            }
        }
        let missing = spec.args.iter().zip(&given).find(|(known, arg)| known.required && arg.is_none());
        let empty_layout = spec.name == sym::LAYOUT && args.is_empty();
        if let Some((known, _)) = missing
            && fine
        {
            self.missing_argument(attribute, spec, known);
        } else if empty_layout {
            self.missing_argument(attribute, spec, &spec.args[0]);
        } else if fine {
            self.apply(spec, &given);
        }
    }

    fn missing_argument(&mut self, attribute: &Attribute, spec: &Spec, known: &ArgSpec) {
        let attribute_name = self.text(spec.name).to_owned();
        let name = self.text(known.name).to_owned();
        let filled = if known.positional {
            format!("@{attribute_name}({})", known.example)
        } else {
            format!("@{attribute_name}({name}: {})", known.example)
        };
        self.diagnostics.push(
            Diagnostic::error(
                &codes::BAD_ARGUMENT,
                attribute.span,
                format!("`@{attribute_name}` needs its {name}"),
            )
            .suggest("such as", attribute.span, filled, Applicability::Maybe),
        );
    }

    fn unknown_argument(&mut self, spec: &Spec, arg: &AttributeArg, place: Span) {
        let attribute_name = self.text(spec.name).to_owned();
        let known = self.listed(spec.args.iter().map(|known| known.name));
        let message = if spec.args.is_empty() {
            format!("`@{attribute_name}` takes no arguments")
        } else {
            format!("unknown argument of `@{attribute_name}`")
        };
        let mut diagnostic = Diagnostic::error(&codes::BAD_ARGUMENT, place, message);
        if !spec.args.is_empty() {
            diagnostic = diagnostic.label(format!("it takes {known}"));
            let written = arg.name.map_or(String::new(), |name| self.text(name.symbol).to_owned());
            if let Some(nearest) = self.nearest(&written, spec.args.iter().map(|known| known.name))
                && arg.name.is_some()
            {
                let nearest = self.text(nearest).to_owned();
                diagnostic = diagnostic.suggest(
                    format!("did you mean `{nearest}`?"),
                    place,
                    nearest,
                    Applicability::Maybe,
                );
            }
        }
        self.diagnostics.push(diagnostic);
    }

    /// Whether an argument's value is one that it may have.
    fn value(&mut self, spec: &Spec, known: &ArgSpec, arg: &AttributeArg) -> bool {
        let value = arg.value;
        let wanted = match known.kind {
            Kind::Word(words) => {
                let word = match value {
                    AttributeValue::Str(word) | AttributeValue::Name(word) => Some(word),
                    _ => None,
                };
                if word.is_some_and(|word| words.contains(&word)) {
                    return true;
                }
                let all = self.listed(words.iter().copied());
                let text = word.map_or(String::new(), |word| self.text(word).to_owned());
                let nearest = self.nearest(&text, words.iter().copied()).unwrap_or(words[0]);
                let nearest = format!("\"{}\"", self.text(nearest));
                self.bad_value(spec, known, arg, &format!("one of {all}"), &nearest);
                return false;
            }
            Kind::AnyWord => match value {
                AttributeValue::Str(_) | AttributeValue::Name(_) => return true,
                _ => "a name",
            },
            Kind::Text => match value {
                AttributeValue::Str(_) => return true,
                _ => "a text",
            },
            Kind::Bool => match value {
                AttributeValue::Bool(_) => return true,
                _ => "true or false",
            },
            Kind::Count => match value {
                AttributeValue::Int(count) if count >= 1 => return true,
                _ => "an integer from 1",
            },
            Kind::Seconds => match value {
                AttributeValue::Int(count) if count >= 1 => return true,
                AttributeValue::Float(seconds) if seconds > 0.0 => return true,
                _ => "a number of seconds above 0",
            },
            Kind::Weight => match value {
                AttributeValue::Int(count) if count >= 0 => return true,
                AttributeValue::Float(weight) if weight >= 0.0 => return true,
                _ => "a number from 0",
            },
            Kind::Level => match value {
                AttributeValue::Int(0..=3) => return true,
                AttributeValue::Str(word) | AttributeValue::Name(word)
                    if self.text(word) == "s" =>
                {
                    return true;
                }
                _ => "0, 1, 2, 3 or \"s\"",
            },
        };
        self.bad_value(spec, known, arg, wanted, known.example);
        false
    }

    fn bad_value(
        &mut self,
        spec: &Spec,
        known: &ArgSpec,
        arg: &AttributeArg,
        wanted: &str,
        example: &str,
    ) {
        let attribute = self.text(spec.name);
        let name = self.text(known.name);
        self.diagnostics.push(
            Diagnostic::error(
                &codes::BAD_VALUE,
                arg.span,
                format!("`{name}` of `@{attribute}` cannot be this"),
            )
            .label(format!("it is {wanted}"))
            .suggest("such as", arg.span, example, Applicability::Maybe),
        );
    }

    /// The arguments of `@derive`.
    fn words(&mut self, spec: &Spec, words: &'static [Symbol], args: &[AttributeArg]) {
        for arg in args {
            let word = match arg.value {
                AttributeValue::Name(word) | AttributeValue::Str(word) if arg.name.is_none() => {
                    Some(word)
                }
                _ => None,
            };
            if let Some(word) = word
                && words.contains(&word)
            {
                self.out.derive.push((word, arg.span));
                continue;
            }
            let written = word.map_or(String::new(), |word| self.text(word).to_owned());
            let taken: Vec<Symbol> = args
                .iter()
                .filter_map(|arg| match arg.value {
                    AttributeValue::Name(word) => Some(word),
                    _ => None,
                })
                .collect();
            let free = words.iter().copied().filter(|word| !taken.contains(word));
            let nearest = self.nearest(&written, free.clone().filter(|w| *w == sym::HASH_TRAIT))
                .or_else(|| self.nearest(&written, free));
            let all = self.listed(words.iter().copied());
            let attribute = self.text(spec.name).to_owned();
            let mut diagnostic = Diagnostic::error(
                &codes::BAD_VALUE,
                arg.span,
                format!("`@{attribute}` does not know this"),
            )
            .label(format!("it takes {all}"));
            if let Some(nearest) = nearest {
                let nearest = self.text(nearest).to_owned();
                diagnostic =
                    diagnostic.suggest("such as", arg.span, nearest, Applicability::Maybe);
            }
            self.diagnostics.push(diagnostic);
        }
    }

    /// Notes what an attribute without mistakes says.
    fn apply(&mut self, spec: &Spec, given: &[Option<&AttributeArg>]) {
        let value = |index: usize| given.get(index).copied().flatten().map(|arg| arg.value);
        let word = |index: usize| match value(index) {
            Some(AttributeValue::Str(word) | AttributeValue::Name(word)) => Some(word),
            _ => None,
        };
        let function = &mut self.out.function;
        match spec.name {
            sym::INLINE => function.inline = Some(true),
            sym::NOINLINE => function.inline = Some(false),
            sym::HOT => function.hot = true,
            sym::COLD => function.cold = true,
            sym::SIMD => function.simd = Some(true),
            sym::NO_SIMD => function.simd = Some(false),
            sym::NO_OPTIMIZE => function.optimize = Some(0),
            sym::OPTIMIZE => {
                function.optimize = Some(match value(0) {
                    Some(AttributeValue::Int(level)) => level as u8,
                    // `s`: the size counts, as at level 1.
                    _ => 1,
                });
            }
            sym::PARALLEL => {
                function.parallel = Some(match value(0) {
                    Some(AttributeValue::Int(count)) => Some(count as u64),
                    _ => None,
                });
            }
            sym::SERIAL => function.serial = true,
            sym::CACHED => {
                function.cached = Some(match value(0) {
                    Some(AttributeValue::Int(seconds)) => Some(seconds as f64),
                    Some(AttributeValue::Float(seconds)) => Some(seconds),
                    _ => None,
                });
            }
            sym::LAYOUT => {
                if let Some(phase) = word(0) {
                    function.phase = match phase {
                        sym::STARTUP => Some(Phase::Startup),
                        sym::FIRST_FRAME => Some(Phase::FirstFrame),
                        sym::STEADY => Some(Phase::Steady),
                        _ => Some(Phase::Cold),
                    };
                }
                function.anchor = word(1).or(function.anchor);
                if let Some(AttributeValue::Bool(pinned)) = value(2) {
                    function.pinned = pinned;
                }
            }
            sym::LANG => self.out.lang = word(0),
            sym::INTRINSIC => self.out.intrinsic = word(0),
            sym::BOXED => self.out.boxed = true,
            _ => {}
        }
    }
}

/// The number of single-character edits between two words (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
