//! Comments at the ends of neighbouring lines stand below each other.

use super::WIDTH;

/// A line of the output that ends in a comment.
struct Line {
    /// Where it begins.
    start: usize,
    /// Where the comment begins.
    comment: usize,
    indent: usize,
    /// Characters before the comment.
    width: usize,
    /// Characters of the comment.
    comment_width: usize,
}

/// Moves the comments that begin at `comments`, offsets in `out` in rising
/// order, to one column in each run of neighbouring lines of one indentation.
pub(super) fn trailing_comments(out: &str, comments: &[usize]) -> String {
    let mut aligned = String::with_capacity(out.len() + comments.len() * 8);
    let mut done = 0;
    let mut run: Vec<Line> = Vec::new();
    let mut run_end = usize::MAX;
    for &comment in comments {
        let start = out[..comment].rfind('\n').map_or(0, |end| end + 1);
        let end = out[comment..].find('\n').map_or(out.len(), |len| comment + len);
        let text = &out[start..comment];
        let line = Line {
            start,
            comment,
            indent: text.len() - text.trim_start_matches(' ').len(),
            width: text.chars().count(),
            comment_width: out[comment..end].chars().count(),
        };
        let goes_on = run_end.wrapping_add(1) == start
            && run.last().is_some_and(|last| last.indent == line.indent);
        if !goes_on {
            flush(out, &mut aligned, &mut done, &mut run);
        }
        run.push(line);
        run_end = end;
    }
    flush(out, &mut aligned, &mut done, &mut run);
    aligned.push_str(&out[done..]);
    aligned
}

/// Writes the lines of a run, and what stands before them.
fn flush(out: &str, aligned: &mut String, done: &mut usize, run: &mut Vec<Line>) {
    let column = run.iter().map(|line| line.width).max().unwrap_or(0);
    let widest = run.iter().map(|line| line.comment_width).max().unwrap_or(0);
    // A column that pushes comments out of sight is no help.
    let fits = column + widest <= WIDTH;
    for line in run.drain(..) {
        aligned.push_str(&out[*done..line.start]);
        aligned.push_str(&out[line.start..line.comment]);
        if fits {
            aligned.extend(std::iter::repeat_n(' ', column - line.width));
        }
        *done = line.comment;
    }
}
