//! Linker names that the code generator itself knows or makes.
//!
//! What it makes has a colon in its name, which no function of a program has.

use simple_source::{Interner, Symbol};

macro_rules! runtime_names {
    ($($field:ident $text:literal,)*) => {
        /// Names of the runtime that generated code refers to (`docs/design/runtime.md`).
        pub(crate) struct RuntimeNames { $(pub(crate) $field: Symbol,)* }

        impl RuntimeNames {
            pub(crate) fn new(interner: &Interner) -> Self {
                Self { $($field: interner.intern($text),)* }
            }
        }
    };
}

runtime_names! {
    alloc "rt_alloc",
    free "rt_free",
    retain_slow "rt_retain_slow",
    release_slow "rt_release_slow",
    str_release "rt_str_release",
    weak_retain "rt_weak_retain",
    weak_release "rt_weak_release",
    weak_upgrade "rt_weak_upgrade",
    class_free "rt_class_free",
    empty_str "rt_empty_str",
    empty_list "rt_empty_list",
    str_unshare "rt_str_unshare",
    list_unshare "rt_list_unshare",
    list_reserve "rt_list_reserve",
    list_with_capacity "rt_list_with_capacity",
    list_free "rt_list_free",
    panic_index "rt_panic_index",
    fmod "rt_math_fmod",
    memcpy "memcpy",
    memmove "memmove",
}

/// The static object of a text literal. The text is the name, so that equal
/// literals of all functions become one.
pub(crate) fn text(interner: &Interner, text: Symbol) -> Symbol {
    interner.intern(&format!("text:{}", interner.resolve(text)))
}

/// The static closure of a function used as a value.
pub(crate) fn static_closure(interner: &Interner, function: Symbol) -> Symbol {
    interner.intern(&format!("closure:{}", interner.resolve(function)))
}

/// What turns a call of a closure into a call of the function in it.
pub(crate) fn adaptor(interner: &Interner, function: Symbol) -> Symbol {
    interner.intern(&format!("adaptor:{}", interner.resolve(function)))
}

/// The rank of a definition that several objects may have, from its name: the
/// same whichever worker made the copy that is kept. Behind all functions.
pub(crate) fn order_of(name: &str) -> u64 {
    // FNV-1a, which is stable across builds of the compiler.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    1 << 63 | hash >> 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_lie_behind_those_of_functions() {
        assert!(order_of("") >= 1 << 63);
        assert_ne!(order_of("text:a"), order_of("text:b"));
        assert_eq!(order_of("text:a"), order_of("text:a"));
    }
}
