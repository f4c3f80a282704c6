//! The serialised form of a code object, for bytes embedded in the toolchain
//! and for caches.
//!
//! A blob is read where it lies: opening one checks its header, and
//! [`Blob::select`] decodes and interns only what is reached from the names
//! that are asked for, leaving code and data in place. All integers are
//! little-endian; nothing is aligned.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | magic `SIMPLOBJ` |
//! | 4 | version |
//! | 8 × 4 | symbols, definitions, relocations (records); names, text, rodata, data, positions (bytes) |
//! | 12 each | symbols, by rising name: name offset, name length, its definition or -1 |
//! | 48 each | definitions |
//! | 17 each | relocations |
//! | the rest | names, text, rodata, data, positions |
//!
//! Lengths, ranges and numbers are checked whenever they are used. A changed
//! byte of machine code goes unseen: a cache must keep a hash of its own.

mod read;
mod write;

pub use read::{Blob, Selection};
pub use write::write;

const MAGIC: [u8; 8] = *b"SIMPLOBJ";
const VERSION: u32 = 1;
const COUNTS: usize = 8;
const HEADER_SIZE: usize = 12 + 4 * COUNTS;
const SYMBOL_SIZE: usize = 12;
const DEFINITION_SIZE: usize = 48;
const RELOCATION_SIZE: usize = 17;
/// In a symbol record: the symbol is referred to but not defined here.
const UNDEFINED: u32 = u32::MAX;

/// Why bytes are not a usable blob, or why an object cannot become one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BlobError {
    /// It begins with something else.
    #[error("not a serialised code object")]
    Magic,
    /// Written by another version of the toolchain.
    #[error("serialised code object of version {found}, expected {VERSION}")]
    Version {
        /// The version it says it has.
        found: u32,
    },
    /// Its length is not what its header says.
    #[error("serialised code object is {found} bytes long, its header says {expected}")]
    Length {
        /// How many bytes there are.
        found: u64,
        /// How many there should be.
        expected: u64,
    },
    /// A record holds a number that cannot be.
    #[error("damaged serialised code object: bad {0}")]
    Damaged(&'static str),
    /// A part has more than 2^32 - 1 bytes or records.
    #[error("code object too large to be serialised")]
    TooLarge,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_objects::{arbitrary, sample};
    use crate::{CodeObject, Linkage};
    use proptest::prelude::*;
    use simple_source::Interner;

    /// `object` with symbols replaced by their texts, to compare across interners.
    fn readable(object: &CodeObject, interner: &Interner) -> String {
        let name = |symbol| interner.resolve(symbol);
        let definitions: Vec<_> =
            object.definitions.iter().map(|d| (name(d.name), name(d.display), d)).collect();
        let text = format!(
            "{:?} {:?} {:?} {:?} {definitions:?} {:?}",
            object.text,
            object.rodata,
            object.data,
            object.positions,
            object
                .relocations
                .iter()
                .map(|r| (r.offset, r.kind, name(r.target), r.addend))
                .collect::<Vec<_>>(),
        );
        // The numbers of symbols differ from interner to interner.
        let mut parts = text.split("Symbol(");
        let mut clean = parts.next().unwrap_or_default().to_owned();
        parts
            .for_each(|part| clean.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit())));
        clean
    }

    #[test]
    fn what_was_written_is_read() {
        let interner = Interner::new();
        let object = sample(&interner);
        let bytes = write(&object, &interner).expect("small enough");
        let other = Interner::new();
        other.intern("shifts all numbers");
        let read = Blob::parse(&bytes).and_then(|b| b.to_object(&other)).expect("it is whole");
        assert_eq!(readable(&read, &other), readable(&object, &interner));
    }

    #[test]
    fn only_what_is_reached_is_interned() {
        let interner = Interner::new();
        let bytes = write(&sample(&interner), &interner).expect("small enough");
        let blob = Blob::parse(&bytes).expect("it is whole");
        let other = Interner::new();
        let selection = blob.select(["text", "unknown"], &other).expect("it is whole");
        let names: Vec<&str> =
            selection.view().definitions.iter().map(|d| other.resolve(d.name)).collect();
        assert_eq!(names, ["text", "data"]);
        assert_eq!(other.lookup("zeroed"), None);
        let view = selection.view();
        view.definitions.iter().for_each(|d| assert_eq!(view.check(d), Ok(())));
        assert_eq!(other.resolve(view.relocations_of(&view.definitions[0])[0].target), "data");
    }

    #[test]
    fn other_bytes_are_refused() {
        assert_eq!(Blob::parse(b"").err(), Some(BlobError::Magic));
        assert_eq!(Blob::parse(&[b'x'; 100]).err(), Some(BlobError::Magic));
        let interner = Interner::new();
        let bytes = write(&sample(&interner), &interner).expect("small enough");
        for length in 0..bytes.len() {
            assert!(Blob::parse(&bytes[..length]).is_err(), "cut at {length}");
        }
        let mut newer = bytes.clone();
        newer[8] = 77;
        assert_eq!(Blob::parse(&newer).err(), Some(BlobError::Version { found: 77 }));
    }

    proptest! {
        #[test]
        fn any_object_survives(recipe in arbitrary()) {
            let interner = Interner::new();
            let object = recipe.build(&interner);
            let bytes = write(&object, &interner).expect("small enough");
            let blob = Blob::parse(&bytes).expect("it is whole");
            let read = blob.to_object(&interner).expect("it is whole");
            prop_assert_eq!(&read, &object);
            prop_assert_eq!(write(&read, &interner).expect("small enough"), bytes.clone());
            // Everything that is global can be selected by name.
            let names: Vec<&str> = object.definitions.iter()
                .filter(|d| d.linkage == Linkage::Global)
                .map(|d| interner.resolve(d.name)).collect();
            let selection = blob.select(names.iter().copied(), &interner).expect("it is whole");
            let found: Vec<&str> =
                selection.view().definitions.iter().map(|d| interner.resolve(d.name)).collect();
            for name in names {
                prop_assert!(found.contains(&name));
            }
        }

        #[test]
        fn damage_never_panics(recipe in arbitrary(), at in any::<prop::sample::Index>(), byte: u8) {
            let interner = Interner::new();
            let mut bytes = write(&recipe.build(&interner), &interner).expect("small enough");
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(blob) = Blob::parse(&bytes) {
                let _ = blob.to_object(&interner);
                let _ = blob.select(["f0", "f1", "f2", "f3"], &interner);
            }
        }
    }
}
