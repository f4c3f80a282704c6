//! Positions of one function's instructions on their way into an object.

use simple_object::positions::{Encoder, Position, PositionKind};

use crate::lines::{LineCursor, Location};

/// A trap of the table in `docs/design/objects.md`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Trap {
    Add = 16,
    Sub = 17,
    Mul = 18,
    Neg = 19,
    DivideByZero = 20,
    Div = 21,
    RemainderByZero = 22,
    Shift = 23,
    Unreachable = 26,
}

/// A position that code has for want of its own: see [`PositionWriter::write`].
pub(crate) const NO_POSITION: u32 = u32::MAX;

/// What is at an address, in the order in which entries of one address stand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// The return address of a call.
    Call,
    /// The first instruction of a statement.
    Line,
    /// A trap of that kind.
    Trap(u8),
}

/// Collects positions of one function. Keeps its buffer.
#[derive(Default)]
pub(crate) struct PositionWriter {
    entries: Vec<(u32, Rank, u32)>,
}

impl PositionWriter {
    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Notes what lies at `offset`, from `position` in the session's text.
    pub(crate) fn push(&mut self, offset: u32, rank: Rank, position: u32) {
        self.entries.push((offset, rank, position));
    }

    /// Notes that a statement's code begins at `offset`, not before what was
    /// noted last. What has no code at all leaves no row.
    pub(crate) fn push_row(&mut self, offset: u32, position: u32) {
        match self.entries.last_mut() {
            Some(last) if (last.0, last.1) == (offset, Rank::Line) => last.2 = position,
            _ => self.push(offset, Rank::Line, position),
        }
    }

    /// Appends what was noted. What has no position of its own is at `start`.
    pub(crate) fn write(&mut self, lines: &mut LineCursor<'_>, start: u32, out: &mut Vec<u8>) {
        self.entries.sort_unstable();
        if self.entries.is_empty() {
            return;
        }
        let first = lines.locate(start).unwrap_or(Location::UNKNOWN);
        let mut encoder = Encoder::new(out, first.file, first.line);
        let (mut last, mut row) = ((start, first), None);
        for &(offset, rank, position) in &self.entries {
            let position = if position == NO_POSITION { start } else { position };
            if last.0 != position {
                last = (position, lines.locate(position).unwrap_or(Location::UNKNOWN));
            }
            let Location { file, line, column } = last.1;
            let kind = match rank {
                Rank::Call => PositionKind::Call,
                Rank::Line if row == Some(last.1) => continue,
                Rank::Line => {
                    row = Some(last.1);
                    PositionKind::Line
                }
                Rank::Trap(kind) => PositionKind::Trap(kind),
            };
            encoder.push(Position { offset, kind, file, line, column });
        }
    }
}
