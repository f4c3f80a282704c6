//! From positions in the session's text to file, line and column, for many
//! positions that lie near each other.

use simple_source::source_map::SourceFile;
use simple_source::{FileId, SourceMap, Span};

/// A place as the image's tables name it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Location {
    /// Number of the file in the session.
    pub(crate) file: u32,
    /// From 1.
    pub(crate) line: u32,
    /// From 1, in characters.
    pub(crate) column: u32,
}

impl Location {
    /// The place of what the compiler made without any text: line 0.
    pub(crate) const UNKNOWN: Location = Location { file: 0, line: 0, column: 0 };
}

/// Remembers the line of the last position: the next one is mostly on it or
/// on a neighbour, and then neither file nor line is searched for.
pub(crate) struct LineCursor<'a> {
    sources: &'a SourceMap,
    file: Option<Current<'a>>,
}

struct Current<'a> {
    id: FileId,
    file: &'a SourceFile,
    text: &'a [u8],
    starts: &'a [u32],
    /// Index in `starts` of the last position's line.
    line: usize,
}

impl<'a> LineCursor<'a> {
    pub(crate) fn new(sources: &'a SourceMap) -> Self {
        Self { sources, file: None }
    }

    /// Where `position` is; none if it lies in no file.
    pub(crate) fn locate(&mut self, position: u32) -> Option<Location> {
        let current = match &mut self.file {
            Some(current) if current.contains(position) => current,
            slot => {
                // A position after the last file's end belongs to that file
                // for the map; `offset` below keeps it inside.
                let id = self.sources.file_of(Span::new(position, position.max(1)))?;
                let file = self.sources.file(id);
                let (text, starts) = (file.text().as_bytes(), file.line_starts());
                slot.insert(Current { id, file, text, starts, line: 0 })
            }
        };
        let offset = (position - current.file.base).min(current.text.len() as u32);
        current.line = current.line_of(offset);
        let before = &current.text[current.starts[current.line] as usize..offset as usize];
        // Every byte that does not continue a UTF-8 sequence begins a character.
        let column = before.iter().filter(|byte| (**byte & 0xC0) != 0x80).count() as u32 + 1;
        Some(Location { file: current.id.0, line: current.line as u32 + 1, column })
    }
}

impl Current<'_> {
    fn contains(&self, position: u32) -> bool {
        let base = self.file.base;
        (base..=base + self.text.len() as u32).contains(&position)
    }

    /// The index of the line with `offset`, looked for near the last one first.
    fn line_of(&self, offset: u32) -> usize {
        const NEAR: usize = 8;
        let from = self.line.saturating_sub(NEAR);
        let to = (self.line + NEAR).min(self.starts.len());
        if self.starts[from] <= offset && self.starts.get(to).is_none_or(|start| offset < *start) {
            return from + self.starts[from..to].partition_point(|start| *start <= offset) - 1;
        }
        self.starts.partition_point(|start| *start <= offset) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_source_map() {
        let mut map = SourceMap::new();
        let many: String = (0..200).map(|i| format!("zeile {i} äöü\n")).collect();
        for text in ["one\ntwo", "", many.as_str(), "\n\n\n", "last"] {
            map.add_text("x.spl", text).expect("UTF-8");
        }
        let end = map.files().as_slice().last().expect("five files").span().hi;
        let mut cursor = LineCursor::new(&map);
        assert_eq!(cursor.locate(0), None);
        // Forwards, backwards and in leaps.
        let leaps = (1..=end).map(|i| 1 + i.wrapping_mul(7919) % end);
        for position in (1..=end).chain((1..=end).rev()).chain(leaps) {
            let (file, place) = map.locate(Span::new(position, position)).expect("in a file");
            let expected = Location { file: file.0, line: place.line, column: place.column };
            assert_eq!(cursor.locate(position), Some(expected), "at {position}");
        }
        assert_eq!(cursor.locate(end + 50), cursor.locate(end));
    }
}
