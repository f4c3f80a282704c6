//! Reads the stream of source positions of a function (`docs/design/objects.md`,
//! positions). `simple-object` has the writer.

/// What lies at a position's address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// The first instruction of something.
    Line,
    /// The return address of a call.
    Call,
    /// A trapping instruction.
    Trap(u8),
}

/// One entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Position {
    pub(crate) kind: Kind,
    /// From the function's start.
    pub(crate) offset: u32,
    pub(crate) file: u32,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

const SWITCH_FILE: u8 = 255;

/// All entries of a stream, up to the first malformed one.
pub(crate) struct Positions<'a> {
    bytes: &'a [u8],
    last: Position,
}

impl<'a> Positions<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let last = Position { kind: Kind::Line, offset: 0, file: 0, line: 0, column: 0 };
        let mut positions = Self { bytes, last };
        positions.last.file = positions.unsigned().unwrap_or(0);
        positions.last.line = positions.unsigned().unwrap_or(0);
        positions
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    /// A little-endian number in groups of seven bits, and how many bits it took.
    #[inline(never)]
    fn groups(&mut self) -> Option<(u64, u32)> {
        let mut value = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some((value, shift + 7));
            }
        }
        None
    }

    fn unsigned(&mut self) -> Option<u32> {
        let (value, _) = self.groups()?;
        u32::try_from(value).ok()
    }

    fn signed(&mut self) -> Option<i32> {
        let (value, bits) = self.groups()?;
        let unused = 64 - bits;
        i32::try_from((value << unused).cast_signed() >> unused).ok()
    }
}

impl Iterator for Positions<'_> {
    type Item = Position;

    fn next(&mut self) -> Option<Position> {
        let mut kind = self.byte()?;
        if kind == SWITCH_FILE {
            self.last.file = self.unsigned()?;
            kind = self.byte()?;
        }
        self.last.kind = match kind {
            0 => Kind::Line,
            1 => Kind::Call,
            trap => Kind::Trap(trap),
        };
        self.last.offset = self.last.offset.checked_add(self.unsigned()?)?;
        self.last.line = self.last.line.checked_add_signed(self.signed()?)?;
        self.last.column = self.unsigned()?;
        Some(self.last)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use simple_object::positions as writer;
    use std::vec::Vec;

    use super::*;

    proptest! {
        #[test]
        fn reads_what_the_compiler_writes(
            entries in proptest::collection::vec(
                (0u32..1000, 0u8..3, 0u32..5, 1u32..5_000_000, 1u32..300), 0..20,
            ),
        ) {
            let mut stream = Vec::new();
            let mut encoder = writer::Encoder::new(&mut stream, 2, 7);
            let mut offset = 0;
            let mut expected = Vec::new();
            for (step, kind, file, line, column) in entries {
                offset += step;
                let (theirs, ours) = match kind {
                    0 => (writer::PositionKind::Line, Kind::Line),
                    1 => (writer::PositionKind::Call, Kind::Call),
                    _ => (writer::PositionKind::Trap(17), Kind::Trap(17)),
                };
                encoder.push(writer::Position { offset, kind: theirs, file, line, column });
                expected.push(Position { kind: ours, offset, file, line, column });
            }
            prop_assert_eq!(Positions::new(&stream).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn garbage_ends_quietly(bytes: Vec<u8>) {
            prop_assert!(Positions::new(&bytes).count() <= bytes.len());
        }
    }
}
