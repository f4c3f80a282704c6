//! What of a file a diagnostic shows: the lines of its labels, but no line is
//! shown whole that no screen could hold. The renderer looks at all it is
//! given, and a file may be one line of a megabyte.

use std::ops::Range;

use simple_source::{SourceFile, Span};

/// Labels so many lines from the primary one are shown with it, with what lies
/// between left out; others stand apart. A label shows no more lines.
pub(super) const NEAR: usize = 100;

/// Longer lines are cut, in bytes.
const LONGEST: usize = 500;

/// What is left of a cut line before its first label and behind its last one.
const AROUND: usize = 60;

/// What is left of it at most behind the start of its first label.
const BEHIND: usize = 300;

/// Stands where a line was cut.
const CUT: &str = "...";

/// Lines of a file, with a map from the file's positions to theirs.
pub(super) struct Excerpt {
    pub(super) text: String,
    /// The number of the first line.
    pub(super) first_line: usize,
    /// Whether a line was cut, so that columns are not the file's.
    pub(super) is_cut: bool,
    pieces: Vec<Piece>,
}

/// A part of the file that the excerpt has, and where.
struct Piece {
    file: Range<usize>,
    at: usize,
    base: u32,
}

/// The number of the line of a position, from 0.
pub(super) fn line_of(file: &SourceFile, position: u32) -> usize {
    let offset = position.saturating_sub(file.base);
    file.line_starts().partition_point(|start| *start <= offset).saturating_sub(1)
}

/// Whether one excerpt can show both spans.
pub(super) fn fit_together(file: &SourceFile, a: Span, b: Span) -> bool {
    let (line, other) = (line_of(file, a.lo), line_of(file, b.lo));
    if line != other {
        return line.abs_diff(other) <= NEAR;
    }
    let starts = file.line_starts();
    let end = starts.get(line + 1).map_or(file.text().len(), |start| *start as usize);
    let is_cut = end - starts[line] as usize > LONGEST;
    !is_cut || a.lo.abs_diff(b.lo) as usize <= BEHIND - AROUND
}

impl Excerpt {
    /// The lines of `spans`, of which there is one; of those that lie far from
    /// the first one, none.
    pub(super) fn new(file: &SourceFile, spans: impl Iterator<Item = Span> + Clone) -> Self {
        let text = file.text();
        let starts = file.line_starts();
        let line_end =
            |line: usize| starts.get(line + 1).map_or(text.len(), |start| *start as usize);
        let first = spans.clone().map(|span| line_of(file, span.lo)).min().unwrap_or(0);
        let last = spans.clone().map(|span| line_of(file, span.hi)).max().unwrap_or(first);
        let last = last.min(first + 2 * NEAR);
        let offset = |position: u32| (position.saturating_sub(file.base) as usize).min(text.len());
        let mut excerpt =
            Self { text: String::new(), first_line: first + 1, is_cut: false, pieces: Vec::new() };
        for (line, start) in starts.iter().enumerate().take(last + 1).skip(first) {
            let whole = *start as usize..line_end(line);
            let mut shown = whole.clone();
            if whole.len() > LONGEST {
                let here = spans
                    .clone()
                    .flat_map(|span| [offset(span.lo), offset(span.hi)])
                    .filter(|at| whole.contains(at) || *at == text.len());
                let low = here.clone().min().unwrap_or(whole.start);
                let high = here.max().unwrap_or(low);
                let start = low.saturating_sub(AROUND).max(whole.start);
                let end = (high + AROUND).min(low + BEHIND).min(whole.end);
                shown = floor(text, start)..floor(text, end);
                excerpt.is_cut = true;
            }
            if shown.start > whole.start {
                excerpt.text.push_str(CUT);
            }
            let at = excerpt.text.len();
            excerpt.text.push_str(&text[shown.clone()]);
            if shown.end < whole.end {
                excerpt.text.push_str(CUT);
                excerpt.text.push('\n');
            }
            excerpt.pieces.push(Piece { file: shown, at, base: file.base });
        }
        excerpt
    }

    /// `span` as a range of bytes of the excerpt, on whole characters; as much
    /// of it as there is.
    pub(super) fn local(&self, span: Span) -> Range<usize> {
        let low = self.position(span.lo);
        low..self.position(span.hi).max(low)
    }

    fn position(&self, position: u32) -> usize {
        let find = |piece: &Piece| piece.file.start <= position.saturating_sub(piece.base) as usize;
        let Some(piece) = self.pieces[..self.pieces.partition_point(find)].last() else {
            return self.pieces.first().map_or(0, |piece| piece.at);
        };
        let offset = position.saturating_sub(piece.base) as usize;
        floor(&self.text, piece.at + offset.min(piece.file.end) - piece.file.start)
    }
}

/// The start of the character at or around a position.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use simple_source::SourceMap;

    fn excerpt(text: &str, spans: &[(u32, u32)]) -> (String, usize, Vec<String>) {
        let mut sources = SourceMap::new();
        let id = sources.add_text("a.spl".to_owned(), text.to_owned()).expect("it is small");
        let file = sources.file(id);
        let spans: Vec<Span> =
            spans.iter().map(|(lo, hi)| Span { lo: file.base + lo, hi: file.base + hi }).collect();
        let excerpt = Excerpt::new(file, spans.iter().copied());
        let shown =
            spans.iter().map(|span| excerpt.text[excerpt.local(*span)].to_owned()).collect();
        (excerpt.text, excerpt.first_line, shown)
    }

    #[test]
    fn ordinary_lines_are_whole() {
        let (text, line, shown) = excerpt("one\ntwo\nthree\nfour\n", &[(5, 6), (8, 13)]);
        assert_eq!(text, "two\nthree\n");
        assert_eq!((line, shown), (2, vec!["w".to_owned(), "three".to_owned()]));
    }

    #[test]
    fn long_lines_are_cut_around_labels() {
        let text = format!("short\n{}HERE{}\nshort\n", "é".repeat(5000), "x".repeat(5000));
        let (cut, line, shown) = excerpt(&text, &[(10_006, 10_010)]);
        assert_eq!(cut, format!("...{}HERE{}...\n", "é".repeat(30), "x".repeat(60)));
        assert_eq!((line, shown), (2, vec!["HERE".to_owned()]));
    }

    #[test]
    fn a_long_label_shows_its_start() {
        let text = "y".repeat(100_000);
        let (cut, _, shown) = excerpt(&text, &[(500, 99_000), (100_000, 100_000)]);
        assert_eq!(cut.len(), AROUND + BEHIND + CUT.len() * 2 + 1);
        assert_eq!(shown, ["y".repeat(BEHIND), String::new()]);
    }

    #[test]
    fn labels_far_apart_on_a_cut_line_have_their_own_excerpts() {
        let mut sources = SourceMap::new();
        let text = format!("{}\n{}\n", "x".repeat(400), "y".repeat(4000));
        let id = sources.add_text("a.spl".to_owned(), text).expect("it is small");
        let file = sources.file(id);
        let at = |lo: u32| Span::new(file.base + lo, file.base + lo + 1);
        assert!(fit_together(file, at(0), at(399)), "the line is shown whole");
        assert!(fit_together(file, at(399), at(3000)), "other lines do not matter");
        assert!(fit_together(file, at(1000), at(1100)));
        assert!(!fit_together(file, at(1000), at(3000)));
    }

    #[test]
    fn far_lines_are_left_out() {
        let text = "line\n".repeat(10_000);
        let (cut, line, shown) = excerpt(&text, &[(5, 49_000)]);
        assert_eq!((cut.lines().count(), line), (2 * NEAR + 1, 2));
        assert_eq!(shown[0].len(), cut.len());
    }
}
