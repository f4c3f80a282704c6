//! Diagnostics for people and for editors.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use simple_source::{Diagnostic, FileId, Severity, SourceFile, SourceMap, Span};

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

/// Renders diagnostics in the order of files and positions. The result ends
/// with a line end, or is empty.
pub fn render(
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    format: MessageFormat,
    color: bool,
) -> String {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| {
        let file = sources.file_of(diagnostic.primary.span);
        let name = file.map_or("", |file| &sources.file(file).name);
        (name, diagnostic.primary.span)
    });
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
        out.push('\n');
    }
    out
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
                group = group.element(snippet(diagnostic, sources, place));
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
                let (window, start, line) =
                    window(file, suggestion.edits.iter().map(|edit| edit.0));
                let mut snippet = Snippet::source(window).path(file.name.as_str()).line_start(line);
                for (span, text) in &suggestion.edits {
                    snippet = snippet.patch(Patch::new(local(*span, start, window), text.as_str()));
                }
                group.element(snippet)
            }
        });
    }
    renderer.render(&groups)
}

/// The lines of `file` that the diagnostic speaks of.
fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a SourceMap,
    id: FileId,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let file = sources.file(id);
    let labels = || std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
    let here = || labels().filter(|label| sources.file_of(label.span) == Some(id));
    let (window, start, line) = window(file, here().map(|label| label.span));
    let mut snippet = Snippet::source(window).path(file.name.as_str()).line_start(line);
    for label in here() {
        let kind = if std::ptr::eq(label, &diagnostic.primary) {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let mut annotation = kind.span(local(label.span, start, window));
        if !label.message.is_empty() {
            annotation = annotation.label(label.message.as_str());
        }
        snippet = snippet.annotation(annotation);
    }
    snippet
}

/// The whole lines around all spans, with the position of their start and the
/// number of the first line. The renderer looks at all it is given, so a large
/// file is not given whole.
fn window(file: &SourceFile, spans: impl Iterator<Item = Span>) -> (&str, u32, usize) {
    let text = file.text();
    let (mut low, mut high) = (u32::MAX, 0);
    for span in spans {
        low = low.min(span.lo.saturating_sub(file.base));
        high = high.max(span.hi.saturating_sub(file.base));
    }
    let low = (low as usize).min(text.len());
    let high = (high as usize).clamp(low, text.len());
    let starts = file.line_starts();
    let first = starts.partition_point(|start| *start as usize <= low).saturating_sub(1);
    let last = starts.partition_point(|start| *start as usize <= high).saturating_sub(1);
    let begin = starts[first] as usize;
    let end = starts.get(last + 1).map_or(text.len(), |start| *start as usize);
    (&text[begin..end], file.base + begin as u32, first + 1)
}

/// `span` as a range of bytes in `window`, which begins at `start`; on whole
/// characters.
fn local(span: Span, start: u32, window: &str) -> std::ops::Range<usize> {
    let floor = |at: usize| {
        let mut at = at.min(window.len());
        while !window.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let low = floor(span.lo.saturating_sub(start) as usize);
    let high = floor(span.hi.saturating_sub(start) as usize).max(low);
    low..high
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
