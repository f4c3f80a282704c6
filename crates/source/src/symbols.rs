//! Symbols known when the compiler is built: keywords, types, traits and the
//! other names that the compiler itself looks for.

use crate::interner::Symbol;

macro_rules! symbols {
    ($($name:ident $text:literal,)*) => {
        /// The texts, in the order of their symbols.
        pub const PREINTERNED: &[&str] = &[$($text),*];
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u32)]
        enum Position { $($name),* }
        $(
            #[doc = concat!("`", $text, "`")]
            pub const $name: Symbol = Symbol::from_raw(Position::$name as u32);
        )*
    };
}

symbols! {
    EMPTY "",
    // Keywords, in the order of the language contract.
    AND "and", AS "as", ASSERT "assert", BREAK "break", CASE "case", CLASS "class",
    CONST "const", CONTINUE "continue", DYN "dyn", ELIF "elif", ELSE "else", ENUM "enum",
    EXTERN "extern", FALSE "false", FN "fn", FOR "for", IF "if", IMPL "impl", IN "in", IS "is",
    LOOP "loop", MATCH "match", MUT "mut", NIL "nil", NOT "not", OR "or", PASS "pass", PUB "pub",
    RETURN "return", SELF "self", SPAWN "spawn", STATIC "static", STRUCT "struct", TEST "test",
    TRAIT "trait", TRUE "true", TYPE "type", USE "use", VAL "val", VAR "var", WEAK "weak",
    WHILE "while", DATA "data",
    // Types.
    I8 "i8", I16 "i16", I32 "i32", I64 "i64", U8 "u8", U16 "u16", U32 "u32", U64 "u64",
    F32 "f32", F64 "f64", BOOL "bool", CHAR "char", STR "str", SELF_TYPE "Self",
    OPTION "Option", SOME "Some", NONE "None", RESULT "Result", OK "Ok", ERR "Err",
    ORDERING "Ordering", LESS "Less", EQUAL "Equal", GREATER "Greater",
    LIST "List", DICT "Dict", SET "Set", RANGE "Range",
    // Traits and their methods.
    ADD_TRAIT "Add", SUB_TRAIT "Sub", MUL_TRAIT "Mul", DIV_TRAIT "Div", REM_TRAIT "Rem",
    NEG_TRAIT "Neg", INDEX_TRAIT "Index", EQ_TRAIT "Eq", ORD_TRAIT "Ord", HASH_TRAIT "Hash",
    SHOW_TRAIT "Show", ITER_TRAIT "Iter",
    ADD "add", SUB "sub", MUL "mul", DIV "div", REM "rem", NEG "neg", INDEX "index", EQ "eq",
    CMP "cmp", HASH "hash", SHOW "show", NEXT "next",
    // Names that the compiler treats specially.
    UNDERSCORE "_", MAIN "main", STD "std", PRELUDE "prelude", ARGS "args", PRINT "print",
    EPRINT "eprint", INPUT "input", PANIC "panic", LEN "len", PUSH "push", NEW "new", OF "of",
    ITER "iter", CHARS "chars", STEP "step", REV "rev", MARK "mark",
    // Attributes.
    INLINE "inline", NOINLINE "noinline", HOT "hot", COLD "cold", SIMD "simd",
    NO_SIMD "no_simd", OPTIMIZE "optimize", NO_OPTIMIZE "no_optimize", PARALLEL "parallel",
    SERIAL "serial", INTERNED "interned", CACHED "cached", LAYOUT "layout",
    APP_TYPE "app_type", WINDOW_HINTS "window_hints", DERIVE "derive", SCENARIO "scenario",
    INTRINSIC "intrinsic", BOXED "boxed", LANG "lang", PHASE "phase", ANCHOR "anchor", PIN "pin",
    STARTUP "startup", FIRST_FRAME "first_frame", STEADY "steady", GRAIN_SIZE "grain_size",
    TTL "ttl", LEVEL "level", WIDTH "width", HEIGHT "height", TITLE "title", CLI "cli",
    TUI "tui", STOP "stop", WEIGHT "weight", NAME "name", GUI "gui", SERVICE "service", REPL "repl",
}
