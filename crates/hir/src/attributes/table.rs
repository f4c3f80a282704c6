//! Which attributes there are, where they stand and what they take.

use simple_source::{Symbol, sym};

/// What an attribute stands on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    /// A function or method.
    Function,
    /// `main`, or the first statement of a script.
    Entry,
    /// A struct, class or enum.
    Type,
    /// A trait.
    Trait,
    /// A constant.
    Const,
    /// A `test` block.
    Test,
    /// An import, an impl, an alias, a statement.
    Other,
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
    /// Functions that return `str`, and constants.
    Texts,
    /// Tests.
    Tests,
    /// Only in the library.
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

/// An attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    pub(crate) name: Symbol,
    pub(crate) place: Place,
    pub(crate) args: &'static [ArgSpec],
    /// Whether any number of words may stand in it.
    pub(crate) words: Option<&'static [Symbol]>,
    /// Attributes that it contradicts.
    pub(crate) against: &'static [Symbol],
}

impl Place {
    pub(crate) fn allows(self, target: Target) -> bool {
        match self {
            Self::Functions => matches!(target, Target::Function | Target::Entry),
            Self::Entry => target == Target::Entry,
            Self::Types => target == Target::Type,
            Self::Texts => matches!(target, Target::Function | Target::Const),
            Self::Tests => target == Target::Test,
            Self::Library => true,
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Functions => "a function or method",
            Self::Entry => "`main`, or in a script on the first line",
            Self::Types => "a struct, class or enum",
            Self::Texts => "a function that returns `str`, or a constant",
            Self::Tests => "a `test`",
            Self::Library => "the standard library's own declarations",
        }
    }
}

const PHASES: &[Symbol] = &[sym::STARTUP, sym::FIRST_FRAME, sym::STEADY, sym::COLD];
const APP_TYPES: &[Symbol] = &[sym::CLI, sym::TUI, sym::GUI, sym::SERVICE, sym::REPL];
const DERIVABLE: &[Symbol] =
    &[sym::EQ_TRAIT, sym::ORD_TRAIT, sym::HASH_TRAIT, sym::SHOW_TRAIT];

const fn arg(name: Symbol, kind: Kind, example: &'static str) -> ArgSpec {
    ArgSpec { name, kind, positional: false, required: false, example }
}

const fn positional(name: Symbol, kind: Kind, example: &'static str) -> ArgSpec {
    ArgSpec { name, kind, positional: true, required: true, example }
}

const fn plain(name: Symbol, against: &'static [Symbol]) -> Spec {
    Spec { name, place: Place::Functions, args: &[], words: None, against }
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
const SCENARIO_ARGS: &[ArgSpec] = &[
    arg(sym::STOP, Kind::Text, "\"ui.ready\""),
    arg(sym::WEIGHT, Kind::Weight, "1.0"),
];

/// All attributes, those for users first.
pub(crate) static SPECS: &[Spec] = &[
    plain(sym::INLINE, &[sym::NOINLINE]),
    plain(sym::NOINLINE, &[sym::INLINE]),
    plain(sym::HOT, &[sym::COLD]),
    plain(sym::COLD, &[sym::HOT]),
    plain(sym::SIMD, &[sym::NO_SIMD]),
    plain(sym::NO_SIMD, &[sym::SIMD]),
    Spec {
        name: sym::OPTIMIZE,
        place: Place::Functions,
        args: &[positional(sym::LEVEL, Kind::Level, "3")],
        words: None,
        against: &[sym::NO_OPTIMIZE],
    },
    plain(sym::NO_OPTIMIZE, &[sym::OPTIMIZE]),
    Spec {
        name: sym::PARALLEL,
        place: Place::Functions,
        args: &[arg(sym::GRAIN_SIZE, Kind::Count, "64")],
        words: None,
        against: &[sym::SERIAL],
    },
    plain(sym::SERIAL, &[sym::PARALLEL]),
    Spec { name: sym::INTERNED, place: Place::Texts, args: &[], words: None, against: &[] },
    Spec {
        name: sym::CACHED,
        place: Place::Functions,
        args: &[arg(sym::TTL, Kind::Seconds, "60")],
        words: None,
        against: &[],
    },
    Spec { name: sym::LAYOUT, place: Place::Functions, args: LAYOUT_ARGS, words: None, against: &[] },
    Spec {
        name: sym::APP_TYPE,
        place: Place::Entry,
        args: &[positional(sym::TYPE, Kind::Word(APP_TYPES), "\"cli\"")],
        words: None,
        against: &[],
    },
    Spec {
        name: sym::WINDOW_HINTS,
        place: Place::Entry,
        args: WINDOW_ARGS,
        words: None,
        against: &[],
    },
    Spec {
        name: sym::DERIVE,
        place: Place::Types,
        args: &[],
        words: Some(DERIVABLE),
        against: &[],
    },
    Spec {
        name: sym::SCENARIO,
        place: Place::Tests,
        args: SCENARIO_ARGS,
        words: None,
        against: &[],
    },
    Spec {
        name: sym::LANG,
        place: Place::Library,
        args: &[positional(sym::NAME, Kind::Text, "\"Option\"")],
        words: None,
        against: &[],
    },
    Spec {
        name: sym::INTRINSIC,
        place: Place::Library,
        args: &[positional(sym::NAME, Kind::Text, "\"len\"")],
        words: None,
        against: &[],
    },
    Spec { name: sym::BOXED, place: Place::Library, args: &[], words: None, against: &[] },
];

/// The attribute called `name`.
pub(crate) fn find(name: Symbol) -> Option<&'static Spec> {
    SPECS.iter().find(|spec| spec.name == name)
}
