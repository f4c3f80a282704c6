//! Diagnostics for people and for editors.

mod excerpt;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};
use excerpt::Excerpt;
use simple_source::{Diagnostic, FileId, Label, Severity, SourceFile, SourceMap, Span};

/// How diagnostics are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MessageFormat {
    /// With source lines, for people.
    #[default]
    Human,
    /// One JSON object a line, for editors.
    Json,
}

/// Lines longer than this are cut around what is underlined.
const TERMINAL_WIDTH: usize = 120;

/// Nobody reads more about one file, and a file may have millions.
const MOST_OF_A_FILE: usize = simple_syntax::limits::MAX_DIAGNOSTICS;

/// Renders diagnostics in the order of files and positions. The result ends
/// with a line end, or is empty.
pub fn render(
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    format: MessageFormat,
    color: bool,
) -> String {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    let file_of = |diagnostic: &Diagnostic| sources.file_of(diagnostic.primary.span);
    sorted.sort_by_key(|diagnostic| {
        let name = file_of(diagnostic).map_or("", |file| &sources.file(file).name);
        (name, diagnostic.primary.span)
    });
    let sorted: Vec<&Diagnostic> = sorted
        .chunk_by(|a, b| file_of(a) == file_of(b))
        .flat_map(|of_file| first_ones(of_file))
        .collect();
    let left_out = diagnostics.len() - sorted.len();
    let mut out = String::new();
    for diagnostic in sorted {
        match format {
            MessageFormat::Human => {
                out.push_str(&human(diagnostic, sources, color));
                out.push_str("\n\n");
            }
            MessageFormat::Json => {
                out.push_str(&json(diagnostic, sources).to_string());
                out.push('\n');
            }
        }
    }
    if format == MessageFormat::Human
        && let Some(summary) = summary(diagnostics)
    {
        out.push_str(&summary);
        if left_out > 0 {
            out.push_str(&format!("; {left_out} of them are not shown"));
        }
        out.push('\n');
    }
    out
}

/// As many of a file's diagnostics as are shown, errors rather than warnings.
fn first_ones<'a>(of_file: &[&'a Diagnostic]) -> Vec<&'a Diagnostic> {
    let errors = of_file.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let (mut errors, mut warnings) =
        (errors.min(MOST_OF_A_FILE), MOST_OF_A_FILE.saturating_sub(errors));
    let mut shown = of_file.to_vec();
    shown.retain(|diagnostic| {
        let left = if diagnostic.is_error() { &mut errors } else { &mut warnings };
        let has_place = *left > 0;
        *left = left.saturating_sub(1);
        has_place
    });
    shown
}

/// `2 errors, 1 warning`
fn summary(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let warnings = diagnostics.len() - errors;
    let count = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    match (count(errors, "error"), count(warnings, "warning")) {
        (Some(errors), Some(warnings)) => Some(format!("{errors}, {warnings}")),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => None,
    }
}

fn human(diagnostic: &Diagnostic, sources: &SourceMap, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(TERMINAL_WIDTH);
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.id);
    let mut groups = Vec::new();
    let mut main = match sources.file_of(diagnostic.primary.span) {
        None => Group::with_title(title),
        Some(id) => {
            let mut places: Vec<FileId> = vec![id];
            for label in &diagnostic.secondary {
                if let Some(other) = sources.file_of(label.span)
                    && !places.contains(&other)
                {
                    places.push(other);
                }
            }
            let mut group = Group::with_title(title);
            for place in places {
                group = with_snippets(group, diagnostic, sources, place);
            }
            group
        }
    };
    for note in &diagnostic.notes {
        main = main.element(Level::NOTE.message(note.as_str()));
    }
    groups.push(main);
    for suggestion in &diagnostic.suggestions {
        let title = Level::HELP.secondary_title(suggestion.message.as_str());
        let file = suggestion.edits.first().and_then(|edit| sources.file_of(edit.0));
        let group = Group::with_title(title);
        groups.push(match file {
            None => group,
            Some(id) => {
                let file = sources.file(id);
                let edits = &suggestion.edits;
                let excerpt = Excerpt::new(file, edits.iter().map(|edit| edit.0));
                let patches: Vec<_> = edits
                    .iter()
                    .map(|(span, text)| Patch::new(excerpt.local(*span), text.as_str()))
                    .collect();
                group.element(in_file(excerpt, file).patches(patches))
            }
        });
    }
    without_empty_places(&renderer.render(&groups))
}

/// Leaves out the lines in which the renderer names no place: it does where an
/// excerpt has no path, whose place was written before it.
fn without_empty_places(rendered: &str) -> String {
    let is_empty_place = |line: &str| {
        let mut rest = line;
        let mut shown = String::new();
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            shown.push_str(before);
            rest = after.split_once('m').map_or("", |(_, text)| text);
        }
        shown.push_str(rest);
        shown.trim() == ":::"
    };
    let lines: Vec<&str> = rendered.split('\n').filter(|line| !is_empty_place(line)).collect();
    lines.join("\n")
}

/// Adds what a diagnostic says of the file `id` to its group: the lines with
/// its labels, in pieces if they lie far from each other.
fn with_snippets<'a>(
    mut group: Group<'a>,
    diagnostic: &'a Diagnostic,
    sources: &'a SourceMap,
    id: FileId,
) -> Group<'a> {
    let file = sources.file(id);
    let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
    let here: Vec<&Label> =
        labels.filter(|label| sources.file_of(label.span) == Some(id)).collect();
    let Some(main) = here.first() else { return group };
    // The piece with the primary label comes first: its place is the title's.
    let (first, rest): (Vec<&Label>, Vec<&Label>) =
        here.iter().partition(|label| excerpt::fit_together(file, main.span, label.span));
    let pieces = std::iter::once(first).chain(rest.into_iter().map(|label| vec![label]));
    for (number, piece) in pieces.enumerate() {
        let excerpt = Excerpt::new(file, piece.iter().map(|label| label.span));
        let annotations: Vec<_> = piece
            .iter()
            .map(|label| {
                let kind = if std::ptr::eq(*label, &diagnostic.primary) {
                    AnnotationKind::Primary
                } else {
                    AnnotationKind::Context
                };
                let annotation = kind.span(excerpt.local(label.span));
                if label.message.is_empty() {
                    annotation
                } else {
                    annotation.label(label.message.as_str())
                }
            })
            .collect();
        // Later pieces of cut lines are found by the number of their line.
        if excerpt.is_cut && number == 0 {
            group = group.element(origin(file, piece[0].span.lo));
        }
        group = group.element(in_file(excerpt, file).annotations(annotations));
    }
    group
}

/// The lines of an excerpt. The columns of cut ones are not the file's, so the
/// renderer must not count them.
fn in_file<'a, T: Clone>(excerpt: Excerpt, file: &'a SourceFile) -> Snippet<'a, T> {
    let path = (!excerpt.is_cut).then_some(file.name.as_str());
    Snippet::source(excerpt.text).line_start(excerpt.first_line).path(path)
}

/// A place that the renderer does not find out by itself.
fn origin(file: &SourceFile, position: u32) -> Origin<'_> {
    let at = file.line_column(position);
    Origin::path(file.name.as_str()).line(at.line as usize).char_column(at.column as usize)
}

fn json(diagnostic: &Diagnostic, sources: &SourceMap) -> serde_json::Value {
    let place = |span: Span| match sources.locate(span) {
        None => serde_json::Value::Null,
        Some((id, start)) => {
            let file = sources.file(id);
            let end = file.line_column(span.hi);
            serde_json::json!({
                "file": file.name,
                "start": { "line": start.line, "column": start.column, "byte": span.lo - file.base },
                "end": { "line": end.line, "column": end.column, "byte": span.hi - file.base },
            })
        }
    };
    let label = |label: &simple_source::Label| serde_json::json!({ "at": place(label.span), "message": label.message });
    serde_json::json!({
        "code": diagnostic.code.id,
        "severity": match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "message": diagnostic.message,
        "primary": label(&diagnostic.primary),
        "secondary": diagnostic.secondary.iter().map(label).collect::<Vec<_>>(),
        "notes": diagnostic.notes,
        "suggestions": diagnostic.suggestions.iter().map(|suggestion| serde_json::json!({
            "message": suggestion.message,
            "certain": suggestion.applicability == simple_source::Applicability::Certain,
            "edits": suggestion.edits.iter().map(|(span, text)| serde_json::json!({
                "at": place(*span),
                "text": text,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
