//! The attributes of one declaration against the table.

use simple_source::{Applicability, Diagnostic, Interner, Span, Symbol, sym};
use simple_syntax::ast::{Ast, Attribute, AttributeArg, AttributeValue, List};

use super::table::{self, ArgSpec, Args, Kind, Place, SPECS, Spec, Where};
use super::{Attributes, Promise};
use crate::codes;
use crate::def::{AppType, OptimizeLevel, Phase, Scenario, WindowHints};
use crate::names::suggest::{most_like, nearest};

pub(super) struct Checker<'a> {
    pub(super) ast: &'a Ast,
    pub(super) place: Where,
    pub(super) interner: &'a Interner,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
    /// Which of phase, anchor and pin a `@layout` has said.
    pub(super) layout_said: [bool; 3],
    pub(super) out: Attributes,
}

/// The arguments of an attribute, by the positions of their specs.
type Given<'a> = Vec<Option<&'a AttributeArg>>;

impl<'a> Checker<'a> {
    pub(super) fn all(mut self, list: List<Attribute>) -> Attributes {
        let ast = self.ast;
        let mut seen: Vec<&Attribute> = Vec::new();
        for attribute in ast.list(list) {
            if attribute.name.symbol == sym::EMPTY {
                // The parser told what is wrong with it.
                continue;
            }
            let Some(spec) = table::find(attribute.name.symbol) else {
                self.unknown(attribute);
                continue;
            };
            if self.is_placed(attribute, spec) && self.is_consistent(attribute, spec, &seen) {
                self.arguments(attribute, spec);
            }
            seen.push(attribute);
        }
        self.out
    }

    fn text(&self, symbol: Symbol) -> &'a str {
        self.interner.resolve(symbol)
    }

    /// A value as it would be written.
    fn shown(&self, value: AttributeValue) -> String {
        match value {
            AttributeValue::Str(text) => format!("\"{}\"", self.text(text)),
            AttributeValue::Int(value) => value.to_string(),
            AttributeValue::Float(value) => format!("{value:?}"),
            AttributeValue::Bool(value) => value.to_string(),
            AttributeValue::Name(name) => self.text(name).to_owned(),
        }
    }

    fn texts(&self, symbols: &[Symbol]) -> Vec<&'a str> {
        symbols.iter().map(|symbol| self.text(*symbol)).collect()
    }

    fn unknown(&mut self, attribute: &Attribute) {
        let name = self.text(attribute.name.symbol);
        let known: Vec<&str> = SPECS
            .iter()
            .filter(|spec| spec.place != Place::Library)
            .map(|spec| self.text(spec.name))
            .collect();
        let foreign = table::foreign(name);
        let better = foreign.and_then(|known| known.0).or_else(|| nearest(name, known.clone()));
        let mut diagnostic = Diagnostic::error(
            &codes::UNKNOWN_ATTRIBUTE,
            attribute.name.span,
            format!("there is no attribute `{name}`"),
        )
        .label("not an attribute");
        if let Some((_, note)) = foreign {
            diagnostic = diagnostic.note(note);
        }
        diagnostic = diagnostic.note(format!("the attributes are {}", known.join(", ")));
        if let Some(better) = better {
            diagnostic = diagnostic.suggest(
                format!("did you mean `{better}`?"),
                attribute.name.span,
                better,
                Applicability::Maybe,
            );
        }
        self.diagnostics.push(diagnostic);
    }

    fn is_placed(&mut self, attribute: &Attribute, spec: &Spec) -> bool {
        if spec.place.allows(self.place) {
            return true;
        }
        let name = self.text(spec.name);
        let message = match spec.place {
            Place::Library => format!("`@{name}` is for the standard library alone"),
            _ => format!("`@{name}` means nothing on {}", self.place.target.words()),
        };
        self.diagnostics.push(
            Diagnostic::error(&codes::MISPLACED_ATTRIBUTE, attribute.span, message)
                .label(format!("it stands on {}", spec.place.words()))
                .suggest("leave it out", attribute.span, "", Applicability::Maybe),
        );
        false
    }

    fn is_consistent(&mut self, attribute: &Attribute, spec: &Spec, seen: &[&Attribute]) -> bool {
        let other = seen.iter().find(|earlier| {
            let other = earlier.name.symbol;
            other == spec.name && !spec.repeats || spec.against.contains(&other)
        });
        let Some(other) = other else { return true };
        let name = self.text(spec.name);
        let (message, label) = if other.name.symbol == spec.name {
            (format!("`@{name}` is said twice"), "said again here")
        } else {
            let other = self.text(other.name.symbol);
            (format!("`@{name}` contradicts `@{other}`"), "says the opposite")
        };
        self.diagnostics.push(
            Diagnostic::error(&codes::CONTRADICTION, attribute.span, message)
                .label(label)
                .also(other.span, "said here first")
                .suggest("leave it out", attribute.span, "", Applicability::Maybe),
        );
        false
    }

    fn arguments(&mut self, attribute: &Attribute, spec: &Spec) {
        let args = self.ast.list(attribute.args);
        match spec.args {
            Args::Words(words) => {
                if args.is_empty() {
                    self.missing(attribute, spec, words, self.text(words[0]).to_owned());
                }
                self.words(spec, words, args);
            }
            Args::Named { args: specs, least } => {
                let Some(given) = self.given(spec, specs, args) else { return };
                let required = specs.iter().zip(&given).find(|(known, arg)| {
                    arg.is_none() && (known.required || least && args.is_empty())
                });
                match required {
                    None => self.apply(attribute, spec, &given),
                    Some((known, _)) => {
                        let value = known.filled(self.text(known.name));
                        let names: Vec<Symbol> = match least {
                            true => specs.iter().map(|known| known.name).collect(),
                            false => vec![known.name],
                        };
                        self.missing(attribute, spec, &names, value);
                    }
                }
            }
        }
    }

    /// The arguments by the positions of their specs; none if one is wrong.
    fn given(
        &mut self,
        spec: &Spec,
        specs: &'static [ArgSpec],
        args: &'a [AttributeArg],
    ) -> Option<Given<'a>> {
        let mut given: Given<'a> = vec![None; specs.len()];
        let mut fine = true;
        for arg in args {
            let index = match arg.name {
                Some(name) => specs.iter().position(|known| known.name == name.symbol),
                None => specs.iter().position(|known| known.positional),
            };
            let Some(index) = index else {
                self.unknown_argument(spec, specs, args, arg);
                fine = false;
                continue;
            };
            let known = &specs[index];
            let place = arg.name.map_or(arg.span, |name| name.span);
            if let Some(first) = given[index] {
                let name = self.text(known.name);
                self.diagnostics.push(
                    Diagnostic::error(
                        &codes::ATTRIBUTE_ARGUMENT,
                        place,
                        format!("`{name}` is given twice"),
                    )
                    .label("given again here")
                    .also(first.span, "first given here"),
                );
                fine = false;
                continue;
            }
            fine &= self.value(spec, known, arg);
            given[index] = Some(arg);
        }
        fine.then_some(given)
    }

    fn missing(&mut self, attribute: &Attribute, spec: &Spec, names: &[Symbol], value: String) {
        let name = self.text(spec.name);
        let needed = match names {
            [one] => format!("its {}", self.text(*one)),
            _ => format!("one of {}", self.texts(names).join(", ")),
        };
        self.diagnostics.push(
            Diagnostic::error(
                &codes::ATTRIBUTE_ARGUMENT,
                attribute.span,
                format!("`@{name}` needs {needed}"),
            )
            .label("says nothing without it")
            .suggest(
                "for example",
                attribute.span,
                format!("@{name}({value})"),
                Applicability::Maybe,
            ),
        );
    }

    fn unknown_argument(
        &mut self,
        spec: &Spec,
        specs: &[ArgSpec],
        args: &[AttributeArg],
        arg: &AttributeArg,
    ) {
        let attribute = self.text(spec.name);
        let names: Vec<Symbol> = specs.iter().map(|known| known.name).collect();
        let Some(name) = arg.name else {
            let (message, label) = match names.as_slice() {
                [] => (format!("`@{attribute}` takes no arguments"), "too much".to_owned()),
                _ => (
                    format!("the arguments of `@{attribute}` have names"),
                    format!("it takes {}", self.texts(&names).join(", ")),
                ),
            };
            let diagnostic = Diagnostic::error(&codes::ATTRIBUTE_ARGUMENT, arg.span, message);
            self.diagnostics.push(diagnostic.label(label));
            return;
        };
        let written = self.text(name.symbol);
        if names.is_empty() {
            self.diagnostics.push(
                Diagnostic::error(
                    &codes::ATTRIBUTE_ARGUMENT,
                    name.span.to(arg.span),
                    format!("`@{attribute}` takes no arguments"),
                )
                .label("too much"),
            );
            return;
        }
        let is_given = |symbol: Symbol| {
            args.iter().any(|arg| arg.name.is_some_and(|name| name.symbol == symbol))
        };
        let free: Vec<Symbol> = names.iter().copied().filter(|name| !is_given(*name)).collect();
        let mut diagnostic = Diagnostic::error(
            &codes::ATTRIBUTE_ARGUMENT,
            name.span,
            format!("`@{attribute}` has no argument `{written}`"),
        )
        .label(format!("it takes {}", self.texts(&names).join(", ")));
        if let Some(better) = most_like(written, self.texts(&free)) {
            diagnostic = diagnostic.suggest(
                format!("did you mean `{better}`?"),
                name.span,
                better,
                Applicability::Maybe,
            );
        }
        self.diagnostics.push(diagnostic);
    }

    /// Whether an argument's value is one that it may have.
    fn value(&mut self, spec: &Spec, known: &ArgSpec, arg: &AttributeArg) -> bool {
        let word = match arg.value {
            AttributeValue::Str(word) | AttributeValue::Name(word) => Some(word),
            _ => None,
        };
        if word == Some(sym::EMPTY) && matches!(arg.value, AttributeValue::Name(_)) {
            // The parser told that there is no value.
            return false;
        }
        let fits = match known.kind {
            Kind::Word(words) => word.is_some_and(|word| words.contains(&word)),
            Kind::AnyWord => word.is_some_and(|word| word != sym::EMPTY),
            Kind::Text => matches!(arg.value, AttributeValue::Str(_)),
            Kind::Bool => matches!(arg.value, AttributeValue::Bool(_)),
            Kind::Count => matches!(arg.value, AttributeValue::Int(1..)),
            Kind::Seconds => match arg.value {
                AttributeValue::Int(count) => count >= 1,
                AttributeValue::Float(seconds) => seconds > 0.0,
                _ => false,
            },
            Kind::Weight => match arg.value {
                AttributeValue::Int(count) => count >= 0,
                AttributeValue::Float(weight) => weight >= 0.0,
                _ => false,
            },
            Kind::Level => match arg.value {
                AttributeValue::Int(0..=3) => true,
                _ => word.is_some_and(|word| self.text(word) == "s"),
            },
        };
        if fits {
            return true;
        }
        let (wanted, example) = match known.kind {
            Kind::Word(words) => {
                let words = self.texts(words);
                let written = word.map_or("", |word| self.text(word));
                let example = most_like(written, words.iter().copied()).unwrap_or(words[0]);
                (format!("one of {}", words.join(", ")), format!("\"{example}\""))
            }
            kind => (kind.words().to_owned(), known.example.to_owned()),
        };
        let (attribute, name) = (self.text(spec.name), self.text(known.name));
        self.diagnostics.push(
            Diagnostic::error(
                &codes::ATTRIBUTE_VALUE,
                arg.span,
                format!("`{name}` of `@{attribute}` cannot be `{}`", self.shown(arg.value)),
            )
            .label(format!("expected {wanted}"))
            .suggest("for example", arg.span, example, Applicability::Maybe),
        );
        false
    }

    /// The arguments of `@derive`.
    fn words(&mut self, spec: &Spec, words: &'static [Symbol], args: &[AttributeArg]) {
        for arg in args {
            let word = match arg.value {
                AttributeValue::Name(word) | AttributeValue::Str(word) => word,
                _ => sym::EMPTY,
            };
            if arg.name.is_some() {
                self.named_word(spec, arg);
                continue;
            }
            if words.contains(&word) {
                let again = self.out.derive.iter().find(|(known, _)| *known == word);
                match again {
                    None => self.out.derive.push((word, arg.span)),
                    Some((_, first)) => {
                        let diagnostic = Diagnostic::error(
                            &codes::ATTRIBUTE_ARGUMENT,
                            arg.span,
                            format!("`{}` is derived twice", self.text(word)),
                        )
                        .label("said again here")
                        .also(*first, "said here first");
                        self.diagnostics.push(diagnostic);
                    }
                }
                continue;
            }
            // With the comma that separates it.
            let position = args.iter().position(|other| other.span == arg.span).unwrap_or(0);
            let whole = match (position.checked_sub(1), args.get(position + 1)) {
                (Some(before), _) => Span::new(args[before].span.hi, arg.span.hi),
                (None, Some(after)) => Span::new(arg.span.lo, after.span.lo),
                (None, None) => arg.span,
            };
            self.underivable(spec, words, self.text(word), arg.span, whole);
        }
    }

    /// `@derive(name: Eq)`
    fn named_word(&mut self, spec: &Spec, arg: &AttributeArg) {
        let attribute = self.text(spec.name);
        let place = arg.name.map_or(arg.span, |name| name.span.to(arg.span));
        self.diagnostics.push(
            Diagnostic::error(
                &codes::ATTRIBUTE_ARGUMENT,
                place,
                format!("the arguments of `@{attribute}` have no names"),
            )
            .label("expected the name of a trait"),
        );
    }

    /// `@derive(Clone)`; `whole` is what would be left out.
    fn underivable(
        &mut self,
        spec: &Spec,
        words: &[Symbol],
        written: &str,
        span: Span,
        whole: Span,
    ) {
        let attribute = self.text(spec.name);
        let known = self.texts(words);
        let mut diagnostic = Diagnostic::error(
            &codes::ATTRIBUTE_VALUE,
            span,
            match written {
                "" => format!("`@{attribute}` takes the names of traits"),
                _ => format!("`@{attribute}` does not know `{written}`"),
            },
        )
        .label(format!("it takes {}", known.join(", ")));
        if matches!(written, "Clone" | "Copy") {
            diagnostic = diagnostic
                .note("every value can be copied; there is nothing to derive for it")
                .suggest("leave it out", whole, "", Applicability::Maybe);
        } else if let Some(better) = crate::names::suggest::foreign_trait(written)
            .filter(|better| known.contains(better))
            .or_else(|| nearest(written, known))
        {
            diagnostic = diagnostic.suggest(
                format!("did you mean `{better}`?"),
                span,
                better,
                Applicability::Maybe,
            );
        }
        self.diagnostics.push(diagnostic);
    }

    /// Notes what an attribute without mistakes says.
    fn apply(&mut self, attribute: &Attribute, spec: &Spec, given: &Given<'_>) {
        let value = |index: usize| given.get(index).copied().flatten().map(|arg| arg.value);
        let word = |index: usize| match value(index) {
            Some(AttributeValue::Str(word) | AttributeValue::Name(word)) => Some(word),
            _ => None,
        };
        let count = |index: usize| match value(index) {
            Some(AttributeValue::Int(count)) => u64::try_from(count).ok(),
            _ => None,
        };
        let number = |index: usize| match value(index) {
            Some(AttributeValue::Int(count)) => Some(count as f64),
            Some(AttributeValue::Float(number)) => Some(number),
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
            sym::NO_OPTIMIZE => function.optimize = Some(OptimizeLevel::Speed(0)),
            sym::OPTIMIZE => {
                function.optimize = Some(match value(0) {
                    Some(AttributeValue::Int(level)) => OptimizeLevel::Speed(level as u8),
                    _ => OptimizeLevel::Size,
                });
            }
            sym::PARALLEL => function.parallel = Some(count(0)),
            sym::SERIAL => function.serial = true,
            sym::INTERNED => {
                function.interned = true;
                self.out.promises.push((Promise::Interned, attribute.span));
            }
            sym::CACHED => {
                function.cached = Some(number(0));
                self.out.promises.push((Promise::Cached, attribute.span));
            }
            sym::LAYOUT => self.layout(attribute, word(0), word(1), value(2)),
            sym::APP_TYPE => {
                self.out.application.kind = word(0).map(|word| match word {
                    sym::TUI => AppType::Tui,
                    sym::GUI => AppType::Gui,
                    sym::SERVICE => AppType::Service,
                    sym::REPL => AppType::Repl,
                    _ => AppType::Cli,
                });
            }
            sym::WINDOW_HINTS => {
                self.out.application.window =
                    Some(WindowHints { width: count(0), height: count(1), title: word(2) });
            }
            sym::SCENARIO => {
                let weight = number(1).unwrap_or(1.0);
                function.scenario = Some(Scenario { stop: word(0), weight });
            }
            sym::LANG => self.out.lang = word(0).map(|word| (word, attribute.span)),
            sym::INTRINSIC => self.out.intrinsic = word(0),
            sym::BOXED => self.out.boxed = true,
            _ => {}
        }
    }

    /// `@layout`, which may stand several times with different arguments.
    fn layout(
        &mut self,
        attribute: &Attribute,
        phase: Option<Symbol>,
        anchor: Option<Symbol>,
        pin: Option<AttributeValue>,
    ) {
        let said = [phase.is_some(), anchor.is_some(), pin.is_some()];
        let again = said.iter().zip(&self.layout_said).position(|(now, before)| *now && *before);
        if let Some(again) = again {
            let again = ["phase", "anchor", "pin"][again];
            self.diagnostics.push(
                Diagnostic::error(
                    &codes::CONTRADICTION,
                    attribute.span,
                    format!("`{again}` of `@layout` is said twice"),
                )
                .label("said before")
                .suggest("leave it out", attribute.span, "", Applicability::Maybe),
            );
            return;
        }
        for (before, now) in self.layout_said.iter_mut().zip(said) {
            *before |= now;
        }
        let function = &mut self.out.function;
        if let Some(phase) = phase {
            function.phase = Some(match phase {
                sym::STARTUP => Phase::Startup,
                sym::FIRST_FRAME => Phase::FirstFrame,
                sym::STEADY => Phase::Steady,
                _ => Phase::Cold,
            });
        }
        function.anchor = anchor.or(function.anchor);
        if let Some(AttributeValue::Bool(pin)) = pin {
            function.pinned = pin;
        }
    }
}
