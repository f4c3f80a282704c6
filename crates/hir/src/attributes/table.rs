//! Which attributes there are, where they stand and what they take.

use simple_source::{Symbol, sym};

/// What an attribute stands on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    /// A function or method.
    Function,
    /// A method of a trait without a body.
    Required,
    /// `main`.
    Main,
    /// A struct, class or enum.
    Type,
    /// A trait.
    Trait,
    /// A constant.
    Const,
    /// A `test` block.
    Test,
    /// An `impl` block.
    Impl,
    /// A `type Name = T`.
    Alias,
    /// A `use`.
    Use,
    /// A statement.
    Statement,
}

/// Where an attribute stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Where {
    /// On what.
    pub(crate) target: Target,
    /// Whether that begins a script.
    pub(crate) starts_script: bool,
    /// Whether it is in the standard library.
    pub(crate) in_library: bool,
}

/// Where an attribute may stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// Functions and methods.
    Functions,
    /// `main` and the start of a script.
    Entry,
    /// Structs, classes and enums.
    Types,
    /// Functions that return `str`, and constants of it.
    Texts,
    /// Tests.
    Tests,
    /// Anything, but only in the library.
    Library,
}

/// What an argument may be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Kind {
    /// One of these words, as text or bare.
    Word(&'static [Symbol]),
    /// Any word.
    AnyWord,
    /// Any text.
    Text,
    /// An integer from 1.
    Count,
    /// A number of seconds above 0.
    Seconds,
    /// A number from 0 upwards.
    Weight,
    /// `true` or `false`.
    Bool,
    /// 0 to 3, or "s".
    Level,
}

/// An argument.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ArgSpec {
    /// What it is called.
    pub(crate) name: Symbol,
    /// What it may be.
    pub(crate) kind: Kind,
    /// Whether it may stand without its name.
    pub(crate) positional: bool,
    /// Whether it must be there.
    pub(crate) required: bool,
    /// A value that makes sense, as source.
    pub(crate) example: &'static str,
}

/// The arguments of an attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Args {
    /// These; with `least`, at least one of them.
    Named { args: &'static [ArgSpec], least: bool },
    /// Any number of these words, but at least one.
    Words(&'static [Symbol]),
}

/// An attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    pub(crate) name: Symbol,
    pub(crate) place: Place,
    pub(crate) args: Args,
    /// Attributes that it contradicts.
    pub(crate) against: &'static [Symbol],
    /// Whether it may stand several times.
    pub(crate) repeats: bool,
}

impl Target {
    /// For messages: "means nothing on ...".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Function => "a function",
            Self::Required => "a method without a body",
            Self::Main => "`main`",
            Self::Type => "a type",
            Self::Trait => "a trait",
            Self::Const => "a constant",
            Self::Test => "a test",
            Self::Impl => "an `impl`",
            Self::Alias => "an alias",
            Self::Use => "a `use`",
            Self::Statement => "a statement",
        }
    }
}

impl Place {
    pub(crate) fn allows(self, place: Where) -> bool {
        let target = place.target;
        match self {
            Self::Functions => matches!(target, Target::Function | Target::Main),
            Self::Entry => target == Target::Main || place.starts_script,
            Self::Types => target == Target::Type,
            Self::Texts => matches!(target, Target::Function | Target::Const),
            Self::Tests => target == Target::Test,
            Self::Library => place.in_library,
        }
    }

    /// For messages: "it stands on ...".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Functions => "a function or method",
            Self::Entry => "`main`, or on the first line of a script",
            Self::Types => "a struct, class or enum",
            Self::Texts => "a function that returns `str`, or a constant of it",
            Self::Tests => "a `test`",
            Self::Library => "the standard library's own declarations",
        }
    }
}

impl Kind {
    /// For messages: "it is ...".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Word(_) => "one of its words",
            Self::AnyWord => "a name",
            Self::Text => "a text",
            Self::Count => "an integer from 1",
            Self::Seconds => "a number of seconds above 0",
            Self::Weight => "a number from 0",
            Self::Bool => "`true` or `false`",
            Self::Level => "0, 1, 2, 3 or \"s\"",
        }
    }
}

impl ArgSpec {
    /// The argument with its example, as source.
    pub(crate) fn filled(&self, name: &str) -> String {
        if self.positional { self.example.to_owned() } else { format!("{name}: {}", self.example) }
    }
}

const PHASES: &[Symbol] = &[sym::STARTUP, sym::FIRST_FRAME, sym::STEADY, sym::COLD];
const APP_TYPES: &[Symbol] = &[sym::CLI, sym::TUI, sym::GUI, sym::SERVICE, sym::REPL];
const DERIVABLE: &[Symbol] = &[sym::EQ_TRAIT, sym::ORD_TRAIT, sym::HASH_TRAIT, sym::SHOW_TRAIT];

const fn arg(name: Symbol, kind: Kind, example: &'static str) -> ArgSpec {
    ArgSpec { name, kind, positional: false, required: false, example }
}

const fn positional(name: Symbol, kind: Kind, example: &'static str) -> ArgSpec {
    ArgSpec { name, kind, positional: true, required: true, example }
}

const NONE: Args = Args::Named { args: &[], least: false };

const fn spec(name: Symbol, place: Place, args: Args, against: &'static [Symbol]) -> Spec {
    Spec { name, place, args, against, repeats: false }
}

const fn plain(name: Symbol, against: &'static [Symbol]) -> Spec {
    spec(name, Place::Functions, NONE, against)
}

const fn taking(name: Symbol, place: Place, args: &'static [ArgSpec]) -> Spec {
    spec(name, place, Args::Named { args, least: false }, &[])
}

const LAYOUT_ARGS: &[ArgSpec] = &[
    arg(sym::PHASE, Kind::Word(PHASES), "\"startup\""),
    arg(sym::ANCHOR, Kind::AnyWord, "\"event_loop\""),
    arg(sym::PIN, Kind::Bool, "true"),
];
const WINDOW_ARGS: &[ArgSpec] = &[
    arg(sym::WIDTH, Kind::Count, "800"),
    arg(sym::HEIGHT, Kind::Count, "600"),
    arg(sym::TITLE, Kind::Text, "\"Title\""),
];
const SCENARIO_ARGS: &[ArgSpec] =
    &[arg(sym::STOP, Kind::Text, "\"ui.ready\""), arg(sym::WEIGHT, Kind::Weight, "1.0")];

const OPTIMIZE_ARGS: &[ArgSpec] = &[positional(sym::LEVEL, Kind::Level, "3")];
const PARALLEL_ARGS: &[ArgSpec] = &[arg(sym::GRAIN_SIZE, Kind::Count, "64")];
const CACHED_ARGS: &[ArgSpec] = &[arg(sym::TTL, Kind::Seconds, "60")];
const APP_TYPE_ARGS: &[ArgSpec] = &[positional(sym::TYPE, Kind::Word(APP_TYPES), "\"cli\"")];
const LANG_ARGS: &[ArgSpec] = &[positional(sym::NAME, Kind::Text, "\"Option\"")];
const INTRINSIC_ARGS: &[ArgSpec] = &[positional(sym::NAME, Kind::Text, "\"len\"")];

/// All attributes, those for users first.
pub(crate) static SPECS: &[Spec] = &[
    plain(sym::INLINE, &[sym::NOINLINE]),
    plain(sym::NOINLINE, &[sym::INLINE]),
    plain(sym::HOT, &[sym::COLD]),
    plain(sym::COLD, &[sym::HOT]),
    plain(sym::SIMD, &[sym::NO_SIMD]),
    plain(sym::NO_SIMD, &[sym::SIMD]),
    Spec { against: &[sym::NO_OPTIMIZE], ..taking(sym::OPTIMIZE, Place::Functions, OPTIMIZE_ARGS) },
    plain(sym::NO_OPTIMIZE, &[sym::OPTIMIZE]),
    Spec { against: &[sym::SERIAL], ..taking(sym::PARALLEL, Place::Functions, PARALLEL_ARGS) },
    plain(sym::SERIAL, &[sym::PARALLEL]),
    spec(sym::INTERNED, Place::Texts, NONE, &[]),
    taking(sym::CACHED, Place::Functions, CACHED_ARGS),
    Spec {
        args: Args::Named { args: LAYOUT_ARGS, least: true },
        repeats: true,
        ..plain(sym::LAYOUT, &[])
    },
    taking(sym::APP_TYPE, Place::Entry, APP_TYPE_ARGS),
    spec(sym::WINDOW_HINTS, Place::Entry, Args::Named { args: WINDOW_ARGS, least: true }, &[]),
    spec(sym::DERIVE, Place::Types, Args::Words(DERIVABLE), &[]),
    taking(sym::SCENARIO, Place::Tests, SCENARIO_ARGS),
    taking(sym::LANG, Place::Library, LANG_ARGS),
    taking(sym::INTRINSIC, Place::Library, INTRINSIC_ARGS),
    spec(sym::BOXED, Place::Library, NONE, &[]),
];

/// The attribute called `name`.
pub(crate) fn find(name: Symbol) -> Option<&'static Spec> {
    SPECS.iter().find(|spec| spec.name == name)
}

/// What an attribute of another language is here: ours, if there is one, and
/// why.
pub(crate) fn foreign(name: &str) -> Option<(Option<&'static str>, &'static str)> {
    Some(match name {
        "staticmethod" | "classmethod" | "static" => {
            (None, "a function without `self` belongs to the type itself")
        }
        "property" | "getter" => (None, "a method without parameters is called with `()`"),
        "dataclass" | "data" => (None, "a `struct` has its constructor, `==` and text by itself"),
        "override" | "abstractmethod" | "abstract" => {
            (None, "a method in `impl Trait for T` gives the trait's method a body")
        }
        "test" => (None, "a test is a block: `test \"name\":`"),
        "allow" | "warn" | "deny" | "SuppressWarnings" => {
            (None, "warnings are not switched off one by one")
        }
        "cfg" => (None, "there is no conditional compilation"),
        "cache" | "lru_cache" | "memoize" | "memo" => {
            (Some("cached"), "`@cached` keeps the results of a function")
        }
        "fast" => (Some("hot"), "`@hot` is for what runs often"),
        "slow" => (Some("cold"), "`@cold` is for what runs rarely"),
        "always_inline" | "forceinline" | "inline_always" => {
            (Some("inline"), "`@inline` copies a function into its callers")
        }
        "no_inline" | "never_inline" | "inline_never" => {
            (Some("noinline"), "`@noinline` keeps a function out of its callers")
        }
        "main" => (None, "the function called `main` is the entry"),
        _ => return None,
    })
}
