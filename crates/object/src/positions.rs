//! The encoded map from instruction addresses to source positions: see
//! `docs/design/objects.md` for the format.

/// What lies at an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PositionKind {
    /// The first instruction of a statement or expression.
    Line,
    /// The return address of a call.
    Call,
    /// A trapping instruction with its kind, at least 16.
    Trap(u8),
}

/// One decoded entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// Offset from the function's start.
    pub offset: u32,
    /// What lies there.
    pub kind: PositionKind,
    /// Number of the file in the session.
    pub file: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

const SWITCH_FILE: u8 = 255;

/// Writes one function's positions, in order of address.
pub struct Encoder<'a> {
    out: &'a mut Vec<u8>,
    last: Position,
}

impl<'a> Encoder<'a> {
    /// Begins a function whose first position is in `file` at `line`.
    pub fn new(out: &'a mut Vec<u8>, file: u32, line: u32) -> Self {
        write_unsigned(out, file);
        write_unsigned(out, line);
        let last = Position { offset: 0, kind: PositionKind::Line, file, line, column: 0 };
        Self { out, last }
    }

    /// Appends `position`, whose offset must not be below the last one's.
    pub fn push(&mut self, position: Position) {
        debug_assert!(position.offset >= self.last.offset);
        if position.file != self.last.file {
            self.out.push(SWITCH_FILE);
            write_unsigned(self.out, position.file);
        }
        self.out.push(match position.kind {
            PositionKind::Line => 0,
            PositionKind::Call => 1,
            PositionKind::Trap(kind) => {
                debug_assert!((16..SWITCH_FILE).contains(&kind));
                kind
            }
        });
        write_unsigned(self.out, position.offset - self.last.offset);
        write_signed(self.out, position.line as i32 - self.last.line as i32);
        write_unsigned(self.out, position.column);
        self.last = position;
    }
}

/// Reads what an [`Encoder`] wrote. Ends at the end of `bytes` or at the first
/// malformed entry.
pub struct Decoder<'a> {
    bytes: &'a [u8],
    last: Position,
}

impl<'a> Decoder<'a> {
    /// A decoder for one function's stream.
    pub fn new(mut bytes: &'a [u8]) -> Self {
        let file = read_unsigned(&mut bytes).unwrap_or(0);
        let line = read_unsigned(&mut bytes).unwrap_or(0);
        let last = Position { offset: 0, kind: PositionKind::Line, file, line, column: 0 };
        Self { bytes, last }
    }

    /// The file and line with which the stream begins.
    pub fn start(&self) -> (u32, u32) {
        (self.last.file, self.last.line)
    }
}

impl Iterator for Decoder<'_> {
    type Item = Position;

    fn next(&mut self) -> Option<Position> {
        let mut kind = take(&mut self.bytes)?;
        if kind == SWITCH_FILE {
            self.last.file = read_unsigned(&mut self.bytes)?;
            kind = take(&mut self.bytes)?;
        }
        self.last.kind = match kind {
            0 => PositionKind::Line,
            1 => PositionKind::Call,
            trap => PositionKind::Trap(trap),
        };
        self.last.offset = self.last.offset.checked_add(read_unsigned(&mut self.bytes)?)?;
        self.last.line = self.last.line.checked_add_signed(read_signed(&mut self.bytes)?)?;
        self.last.column = read_unsigned(&mut self.bytes)?;
        Some(self.last)
    }
}

fn take(bytes: &mut &[u8]) -> Option<u8> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*first)
}

fn write_unsigned(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn write_signed(out: &mut Vec<u8>, mut value: i32) {
    loop {
        let byte = value as u8 & 0x7f;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return;
        }
        out.push(byte | 0x80);
    }
}

fn read_unsigned(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0u32;
    for shift in (0..35).step_by(7) {
        let byte = take(bytes)?;
        value |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn read_signed(bytes: &mut &[u8]) -> Option<i32> {
    let mut value = 0i64;
    for shift in (0..35).step_by(7) {
        let byte = take(bytes)?;
        value |= i64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            if byte & 0x40 != 0 {
                value -= 1 << (shift + 7);
            }
            return i32::try_from(value).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_is_decoded() {
        let entries: Vec<Position> = [
            (0, PositionKind::Line, 3, 10, 1),
            (5, PositionKind::Call, 3, 12, 200),
            (5, PositionKind::Trap(16), 3, 2, 5),
            (700_000, PositionKind::Call, 1, 4_000_000, 1),
            (700_001, PositionKind::Trap(254), 3, 1, 70_000),
        ]
        .map(|(offset, kind, file, line, column)| Position { offset, kind, file, line, column })
        .to_vec();
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 3, 9);
        entries.iter().for_each(|entry| encoder.push(*entry));
        let decoder = Decoder::new(&bytes);
        assert_eq!(decoder.start(), (3, 9));
        assert_eq!(decoder.collect::<Vec<_>>(), entries);
    }

    #[test]
    fn cut_streams_end_quietly() {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 0, 1);
        encoder.push(Position {
            offset: 300,
            kind: PositionKind::Call,
            file: 9,
            line: 7,
            column: 2,
        });
        for length in 0..bytes.len() {
            assert_eq!(Decoder::new(&bytes[..length]).count(), 0);
        }
    }
}
