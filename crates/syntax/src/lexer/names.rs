//! A per-file cache in front of the session's interner.
//!
//! A name occurs many times in a file; only its first occurrence goes to the
//! shared, locked table.

use simple_source::{Interner, Symbol};

#[derive(Clone, Copy)]
struct Entry {
    hash: u32,
    start: u32,
    len: u32,
    /// The symbol's number; [`FREE`] for a free place.
    symbol: u32,
}

const FREE: u32 = u32::MAX;
const EMPTY: Entry = Entry { hash: 0, start: 0, len: 0, symbol: FREE };

/// An open-addressing table of the names seen in one file.
pub(super) struct NameCache<'a> {
    interner: &'a Interner,
    entries: Vec<Entry>,
    count: usize,
}

impl<'a> NameCache<'a> {
    pub(super) fn new(interner: &'a Interner, file_len: usize) -> Self {
        let places = (file_len / 64).next_power_of_two().clamp(64, 1 << 12);
        Self { interner, entries: vec![EMPTY; places], count: 0 }
    }

    /// The symbol of `text[start..end]`.
    #[inline]
    pub(super) fn intern(&mut self, text: &str, start: usize, end: usize) -> Symbol {
        let bytes = text.as_bytes();
        let name = &bytes[start..end];
        let hash = hash(name);
        let mask = self.entries.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let entry = self.entries[place];
            if entry.symbol == FREE {
                return self.insert(text, start, end, hash);
            }
            if entry.hash == hash
                && entry.len as usize == name.len()
                && &bytes[entry.start as usize..][..name.len()] == name
            {
                return Symbol::from_raw(entry.symbol);
            }
            place = (place + 1) & mask;
        }
    }

    #[cold]
    fn insert(&mut self, text: &str, start: usize, end: usize, hash: u32) -> Symbol {
        if (self.count + 1) * 2 > self.entries.len() {
            let doubled = vec![EMPTY; self.entries.len() * 2];
            let old = std::mem::replace(&mut self.entries, doubled);
            for entry in old.into_iter().filter(|entry| entry.symbol != FREE) {
                self.put(entry);
            }
        }
        let symbol = self.interner.intern(&text[start..end]);
        let len = (end - start) as u32;
        self.put(Entry { hash, start: start as u32, len, symbol: symbol.raw() });
        self.count += 1;
        symbol
    }

    fn put(&mut self, entry: Entry) {
        let mask = self.entries.len() - 1;
        let mut place = entry.hash as usize & mask;
        while self.entries[place].symbol != FREE {
            place = (place + 1) & mask;
        }
        self.entries[place] = entry;
    }

    /// The symbol of a text that does not stand in the file as such.
    pub(super) fn intern_text(&self, text: &str) -> Symbol {
        self.interner.intern(text)
    }
}

/// A multiplicative hash over words, folded so that the low bits depend on
/// all of the text.
#[inline]
fn hash(name: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut state = name.len() as u64;
    let mut rest = name;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        state = (state.rotate_left(5) ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR);
        rest = after;
    }
    // The tail in at most two overlapping reads.
    let tail = match rest.len() {
        0 => 0,
        1..=3 => {
            let last = rest.len() - 1;
            u64::from(rest[0])
                | u64::from(rest[last / 2 + last % 2]) << 8
                | u64::from(rest[last]) << 16
        }
        len => {
            let low = u32::from_le_bytes([rest[0], rest[1], rest[2], rest[3]]);
            let high =
                u32::from_le_bytes([rest[len - 4], rest[len - 3], rest[len - 2], rest[len - 1]]);
            u64::from(low) | u64::from(high) << 32
        }
    };
    state = (state.rotate_left(5) ^ tail).wrapping_mul(FACTOR);
    (state ^ (state >> 32)) as u32
}
