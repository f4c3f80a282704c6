//! Functions as the solver sees them, and their names.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::Phase;

macro_rules! index {
    ($($(#[$meta:meta])* $name:ident;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name(pub u32);
        impl $name {
            /// The position that this index stands for.
            #[inline]
            pub fn index(self) -> usize {
                self.0 as usize
            }
            /// The index of `position`; tables have fewer than 2^32 rows.
            #[inline]
            pub fn from_usize(position: usize) -> Self {
                debug_assert!(position <= u32::MAX as usize);
                Self(position as u32)
            }
        }
    )*};
}

index! {
    /// A row of a profile's table of symbols.
    SymbolIndex;
    /// A row of a profile's table of scenarios.
    ScenarioIndex;
}

/// A function of the program that was recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LayoutSymbol {
    /// What the symbol table calls it; unique in a profile, see [`unique_names`].
    pub name: String,
    /// The phase that its attributes say.
    pub attribute: Option<Phase>,
    /// The phase that the call graph suggests.
    pub reachability: Option<Phase>,
    /// Bytes of code. 0 is legal: a label.
    pub size: u64,
    /// A power of two.
    pub align: u64,
    /// Where it lay when it was recorded; 0 if that is not known.
    pub address: u64,
    /// `@layout(pin: true)`.
    pub pinned: bool,
    /// The name of the anchor that this function is; empty if it is none.
    pub anchor: String,
    /// How often it was called, over all scenarios.
    pub calls: u64,
    /// Time within it, over all scenarios; 0 if nobody measured.
    pub time_ns: u64,
}

impl LayoutSymbol {
    /// A function of which only name and size are known.
    pub fn new(name: impl Into<String>, size: u64) -> Self {
        Self {
            name: name.into(),
            attribute: None,
            reachability: None,
            size,
            align: 1,
            address: 0,
            pinned: false,
            anchor: String::new(),
            calls: 0,
            time_ns: 0,
        }
    }
}

/// Names that identify: the second and later symbols of one name, in the order
/// given (by address), become `name#2` and so on. A suffix that is already
/// somebody's name is passed over.
pub fn unique_names<S: AsRef<str>>(names: &[S]) -> Vec<String> {
    let taken: FxHashSet<&str> = names.iter().map(AsRef::as_ref).collect();
    let mut seen: FxHashMap<&str, u32> = FxHashMap::default();
    let mut unique = Vec::with_capacity(names.len());
    for name in names {
        let name = name.as_ref();
        let count = seen.entry(name).or_insert(0);
        *count += 1;
        if *count == 1 {
            unique.push(name.to_owned());
            continue;
        }
        loop {
            let numbered = format!("{name}#{count}");
            if !taken.contains(numbered.as_str()) {
                unique.push(numbered);
                break;
            }
            *count += 1;
        }
    }
    unique
}

/// The linker's name of `name`, and whether it is the first of that name:
/// `draw#2` gives `("draw", false)`.
pub fn linker_name(name: &str) -> (&str, bool) {
    match name.rsplit_once('#') {
        Some((head, number))
            if !head.is_empty()
                && !number.starts_with('0')
                && number.bytes().all(|b| b.is_ascii_digit())
                && number.parse::<u64>().is_ok_and(|n| n >= 2) =>
        {
            (head, false)
        }
        _ => (name, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_of_a_name_is_numbered() {
        let names = ["a", "b", "a", "a", "a#3", "b"];
        assert_eq!(unique_names(&names), ["a", "b", "a#2", "a#4", "a#3", "b#2"]);
    }

    #[test]
    fn linker_names_drop_the_number() {
        assert_eq!(linker_name("draw#2"), ("draw", false));
        assert_eq!(linker_name("draw"), ("draw", true));
        for name in ["draw#", "#2", "draw#1", "draw#02", "draw#x", "draw#+2"] {
            assert_eq!(linker_name(name), (name, true), "{name}");
        }
    }
}
