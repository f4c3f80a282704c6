//! One [`Symbol`] for each distinct string of a session.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Mutex;

use bumpalo::Bump;
use hashbrown::HashTable;
use rustc_hash::FxHasher;

use crate::symbols::PREINTERNED;

/// An interned string: 4 bytes, copied freely, compared as an integer.
///
/// The number depends on which thread interned first, so nothing that is
/// written out may depend on the *order* of symbols; sort by text instead.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Symbol(u32);

impl Symbol {
    /// The symbol with number `raw`; for tables indexed by symbol.
    pub const fn from_raw(raw: u32) -> Self {
        Self(raw)
    }
    /// This symbol's number, dense from zero.
    pub const fn raw(self) -> u32 {
        self.0
    }
}

impl std::fmt::Debug for Symbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Symbol({})", self.0)
    }
}

const SHARD_BITS: u32 = 5;
const SHARDS: usize = 1 << SHARD_BITS;

#[derive(Default)]
struct Shard {
    arena: Bump,
    table: HashTable<(u64, &'static str, Symbol)>,
}

/// The session's table of strings. Shared by reference between all threads.
///
/// A string hashes to one of 32 shards, each behind its own lock; reading a
/// symbol's text takes no lock.
pub struct Interner {
    shards: [Mutex<Shard>; SHARDS],
    strings: boxcar::Vec<&'static str>,
}

impl Interner {
    /// An interner that knows the symbols of [`crate::symbols`].
    pub fn new() -> Self {
        let interner = Self {
            shards: std::array::from_fn(|_| Mutex::new(Shard::default())),
            strings: boxcar::Vec::with_capacity(4096),
        };
        for (position, text) in PREINTERNED.iter().enumerate() {
            let symbol = interner.intern_static(text);
            debug_assert_eq!(symbol.0 as usize, position, "{text} is listed twice");
        }
        interner
    }

    fn hash(text: &str) -> u64 {
        let mut hasher = FxHasher::default();
        text.hash(&mut hasher);
        hasher.finish()
    }

    fn shard(&self, hash: u64) -> std::sync::MutexGuard<'_, Shard> {
        // hashbrown takes its bucket from the low bits and its tag from the
        // top seven, so the shard comes from bits in between.
        let index = (hash >> 40) as usize & (SHARDS - 1);
        self.shards[index].lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn intern_static(&self, text: &'static str) -> Symbol {
        self.intern_with(text, |_, text| text)
    }

    /// The symbol for `text`; the same one for the same text, from any thread.
    pub fn intern(&self, text: &str) -> Symbol {
        self.intern_with(text, |arena, text| {
            let stored: &str = arena.alloc_str(text);
            // SAFETY: the arena lives in `self`, is never reset and never
            // moves what it holds, and `resolve` hands the text out only for
            // as long as `self` is borrowed.
            unsafe { std::mem::transmute::<&str, &'static str>(stored) }
        })
    }

    fn intern_with<'t>(
        &self,
        text: &'t str,
        store: impl FnOnce(&Bump, &'t str) -> &'static str,
    ) -> Symbol {
        let hash = Self::hash(text);
        let mut shard = self.shard(hash);
        let Shard { arena, table } = &mut *shard;
        if let Some(&(_, _, symbol)) = table.find(hash, |entry| entry.0 == hash && entry.1 == text)
        {
            return symbol;
        }
        let stored = store(arena, text);
        let symbol = Symbol(self.strings.push(stored) as u32);
        table.insert_unique(hash, (hash, stored, symbol), |entry| entry.0);
        symbol
    }

    /// The symbol for `text` if it was interned before.
    pub fn lookup(&self, text: &str) -> Option<Symbol> {
        let hash = Self::hash(text);
        let shard = self.shard(hash);
        shard.table.find(hash, |entry| entry.0 == hash && entry.1 == text).map(|entry| entry.2)
    }

    /// The text of `symbol`.
    ///
    /// # Panics
    /// If `symbol` comes from another interner that knows more strings.
    pub fn resolve(&self, symbol: Symbol) -> &str {
        self.strings[symbol.0 as usize]
    }

    /// How many strings are known; symbols are numbered below this.
    pub fn len(&self) -> usize {
        self.strings.count()
    }

    /// Never true: the words of the language are always known.
    pub fn is_empty(&self) -> bool {
        false
    }
}

impl Default for Interner {
    fn default() -> Self {
        Self::new()
    }
}

/// Hash maps keyed by small integers and symbols: fast, and not to be fed by
/// an adversary's choice of keys beyond what the interner already bounds.
pub type FxBuild = rustc_hash::FxBuildHasher;
/// A hash map with the fast hasher.
pub type FxHashMap<K, V> = hashbrown::HashMap<K, V, FxBuild>;
/// A hash set with the fast hasher.
pub type FxHashSet<K> = hashbrown::HashSet<K, FxBuild>;

/// The fast hash of any hashable value, for hand-made tables.
pub fn fx_hash<T: Hash + ?Sized>(value: &T) -> u64 {
    FxBuild::default().hash_one(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_text_same_symbol_from_many_threads() {
        let interner = Interner::new();
        let texts: Vec<String> = (0..2000).map(|i| format!("name{}", i % 500)).collect();
        let all: Vec<Vec<Symbol>> = std::thread::scope(|scope| {
            let handles: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| texts.iter().map(|t| interner.intern(t)).collect()))
                .collect();
            handles.into_iter().map(|h| h.join().expect("no panic")).collect()
        });
        assert!(all.windows(2).all(|w| w[0] == w[1]));
        for (text, symbol) in texts.iter().zip(&all[0]) {
            assert_eq!(interner.resolve(*symbol), text);
        }
        assert_eq!(interner.len(), PREINTERNED.len() + 500);
    }

    #[test]
    fn preinterned_symbols_have_their_constants() {
        let interner = Interner::new();
        assert_eq!(interner.intern("self"), crate::symbols::SELF);
        assert_eq!(interner.resolve(crate::symbols::MAIN), "main");
        assert_eq!(interner.lookup("never seen"), None);
    }
}
