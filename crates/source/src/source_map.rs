//! Files and the positions in them.
//!
//! All files of a session share one space of byte positions: a file gets a
//! base when it is added, and a [`Span`] is two such positions. Eight bytes
//! name any place in any file, and no stage has to carry a file along.

use std::sync::Arc;

use crate::define_index;
use crate::index::{Idx, IndexVec};

define_index! {
    /// A file of the session, numbered in the order in which it was added.
    pub struct FileId;
}

/// A half-open range of byte positions in the session's source text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub lo: u32,
    /// One past the last byte.
    pub hi: u32,
}

impl Span {
    /// The span that stands for no place at all.
    pub const NONE: Span = Span { lo: 0, hi: 0 };

    /// The range `lo..hi`.
    pub const fn new(lo: u32, hi: u32) -> Self {
        Self { lo, hi }
    }
    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        if self.is_none() {
            return other;
        }
        if other.is_none() {
            return self;
        }
        Span { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }
    /// The empty span at this one's end.
    pub fn end(self) -> Span {
        Span { lo: self.hi, hi: self.hi }
    }
    /// The empty span at this one's start.
    pub fn start(self) -> Span {
        Span { lo: self.lo, hi: self.lo }
    }
    /// Whether this is [`Span::NONE`].
    pub fn is_none(self) -> bool {
        self == Span::NONE
    }
    /// Length in bytes.
    pub fn len(self) -> u32 {
        self.hi - self.lo
    }
    /// Whether the span covers no byte.
    pub fn is_empty(self) -> bool {
        self.lo == self.hi
    }
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..{}", self.lo, self.hi)
    }
}

/// Bytes that somebody keeps alive: a mapped file, a string, a test's text.
pub type SourceBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// One file: its name as the user wrote it, its text and its place in the
/// session's space of positions.
pub struct SourceFile {
    /// The path to show in messages.
    pub name: String,
    /// Position of the first byte.
    pub base: u32,
    /// True for the standard library's files: panics found in them are
    /// reported at the user's expression that called in.
    pub is_library: bool,
    bytes: SourceBytes,
    line_starts: std::sync::OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// The text. The driver checks that a file is UTF-8 before it adds it.
    pub fn text(&self) -> &str {
        let bytes: &[u8] = (*self.bytes).as_ref();
        // SAFETY: `SourceMap::add` checked these bytes, and what `AsRef`
        // returns for a mapped file or a string does not change afterwards.
        unsafe { std::str::from_utf8_unchecked(bytes) }
    }

    /// The span of the whole file.
    pub fn span(&self) -> Span {
        Span::new(self.base, self.base + self.text().len() as u32)
    }

    /// Offsets in the file at which lines start; the first is 0.
    pub fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let text = self.text().as_bytes();
            let mut starts = vec![0];
            starts.extend(
                text.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i as u32 + 1),
            );
            starts
        })
    }

    /// Line and column of the session position `position`.
    pub fn line_column(&self, position: u32) -> LineColumn {
        let offset = position.saturating_sub(self.base).min(self.text().len() as u32);
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset) - 1;
        let before = &self.text().as_bytes()[starts[line] as usize..offset as usize];
        // Every byte that does not continue a UTF-8 sequence begins a character.
        let column = before.iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
        LineColumn { line: line as u32 + 1, column: column as u32 + 1 }
    }
}

/// A place as people name it, both counted from 1; columns count characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineColumn {
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
}

/// Why a file could not be added.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AddError {
    /// The bytes are not UTF-8; `valid_up_to` is the offset of the first bad one.
    NotUtf8 {
        /// Offset of the first byte that is not part of a valid sequence.
        valid_up_to: usize,
    },
    /// All files together would exceed 4 GiB, the range of a position.
    TooLarge,
}

/// All files of a session.
#[derive(Default)]
pub struct SourceMap {
    files: IndexVec<FileId, SourceFile>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and gives it the next range of positions.
    ///
    /// # Errors
    /// If the bytes are not UTF-8 or positions would no longer fit in 32 bits.
    pub fn add(
        &mut self,
        name: impl Into<String>,
        bytes: SourceBytes,
        is_library: bool,
    ) -> Result<FileId, AddError> {
        let text: &[u8] = (*bytes).as_ref();
        if let Err(error) = std::str::from_utf8(text) {
            return Err(AddError::NotUtf8 { valid_up_to: error.valid_up_to() });
        }
        // Position 0 belongs to no file, so that `Span::NONE` is no place; and
        // one position lies between files, so that a span at a file's end is
        // not also the next one's start.
        let base = match self.files.as_slice().last() {
            None => 1,
            Some(last) => last.span().hi as u64 + 1,
        };
        if base + text.len() as u64 >= u32::MAX as u64 {
            return Err(AddError::TooLarge);
        }
        Ok(self.files.push(SourceFile {
            name: name.into(),
            base: base as u32,
            is_library,
            bytes,
            line_starts: Default::default(),
        }))
    }

    /// Adds text that lives in memory.
    ///
    /// # Errors
    /// As [`SourceMap::add`].
    pub fn add_text(
        &mut self,
        name: impl Into<String>,
        text: impl Into<String>,
    ) -> Result<FileId, AddError> {
        self.add(name, Arc::new(text.into()), false)
    }

    /// The file `id`.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id]
    }

    /// All files in the order of their positions.
    pub fn files(&self) -> &IndexVec<FileId, SourceFile> {
        &self.files
    }

    /// The file that `span` lies in; none for [`Span::NONE`].
    pub fn file_of(&self, span: Span) -> Option<FileId> {
        if span.is_none() {
            return None;
        }
        let after = self.files.as_slice().partition_point(|file| file.base <= span.lo);
        (after > 0).then(|| FileId::from_usize(after - 1))
    }

    /// The text under `span`.
    pub fn snippet(&self, span: Span) -> &str {
        let Some(file) = self.file_of(span) else { return "" };
        let file = self.file(file);
        let lo = (span.lo - file.base) as usize;
        let hi = (span.hi.saturating_sub(file.base)) as usize;
        file.text().get(lo..hi).unwrap_or("")
    }

    /// The file and the line and column where `span` begins.
    pub fn locate(&self, span: Span) -> Option<(FileId, LineColumn)> {
        let id = self.file_of(span)?;
        Some((id, self.file(id).line_column(span.lo)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_lead_back_to_their_file() {
        let mut map = SourceMap::new();
        let a = map.add_text("a.spl", "one\nzwei\n").expect("utf-8");
        let b = map.add_text("b.spl", "é = 1\nx").expect("utf-8");
        let base = map.file(b).base;
        assert_eq!(map.file_of(Span::new(1, 2)), Some(a));
        assert_eq!(map.file_of(Span::new(base, base)), Some(b));
        assert_eq!(map.file_of(Span::NONE), None);
        let span = Span::new(base + 5, base + 6);
        assert_eq!(map.snippet(span), "1");
        let (_, place) = map.locate(span).expect("in b");
        assert_eq!(place, LineColumn { line: 1, column: 5 });
        assert_eq!(map.file(a).line_column(5), LineColumn { line: 2, column: 1 });
    }

    #[test]
    fn bytes_that_are_not_utf8_are_refused() {
        let mut map = SourceMap::new();
        let bytes: SourceBytes = Arc::new(vec![b'a', 0xff]);
        assert_eq!(map.add("x", bytes, false), Err(AddError::NotUtf8 { valid_up_to: 1 }));
    }
}
