//! What is wrong with a program, as data. Rendering is the driver's work.

use crate::source_map::Span;

/// A stable code with its page of explanation.
///
/// `E` codes are errors, `W` codes warnings. The hundreds tell the stage:
/// 00 text and tokens, 01 grammar, 02 names, 03 types, 04 traits and
/// generics, 05 patterns, 06 places and mutation, 07 attributes,
/// 08 constants and instances, 09 files, options and output.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Such as `E0301`.
    pub id: &'static str,
    /// One line that says what the code stands for.
    pub title: &'static str,
    /// The page that `simple explain` prints: Markdown, with a wrong example
    /// and its correction.
    pub explanation: &'static str,
}

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Severity {
    /// The program is not accepted.
    Error,
    /// The program is accepted; the reader should still look.
    Warning,
}

/// A span with something to say about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The text underlined.
    pub span: Span,
    /// What is said below it; may be empty.
    pub message: String,
}

/// Whether a tool may apply a suggestion by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applicability {
    /// It is what the user meant.
    Certain,
    /// It compiles, but the user has to choose.
    Maybe,
}

/// An edit that would mend the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suggestion {
    /// What the edit does, as an imperative: "write `var` to allow it".
    pub message: String,
    /// Each span is replaced by the text beside it.
    pub edits: Vec<(Span, String)>,
    /// Whether it may be applied without asking.
    pub applicability: Applicability,
}

/// One mistake, told once.
#[derive(Clone, PartialEq, Debug)]
pub struct Diagnostic {
    /// The stable code.
    pub code: &'static Code,
    /// Error or warning.
    pub severity: Severity,
    /// The headline: what is wrong, in one line, lower case, no full stop.
    pub message: String,
    /// Where, and what was expected or found there.
    pub primary: Label,
    /// Other places that explain this one, such as the declaration.
    pub secondary: Vec<Label>,
    /// Further sentences: why the rule exists, what was looked for.
    pub notes: Vec<String>,
    /// Ways to mend it.
    pub suggestions: Vec<Suggestion>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, span, message.into())
    }

    /// A warning at `span`.
    pub fn warning(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, span, message.into())
    }

    fn new(code: &'static Code, severity: Severity, span: Span, message: String) -> Self {
        Self {
            code,
            severity,
            message,
            primary: Label { span, message: String::new() },
            secondary: Vec::new(),
            notes: Vec::new(),
            suggestions: Vec::new(),
        }
    }

    /// Sets what stands below the underlined text.
    pub fn label(mut self, message: impl Into<String>) -> Self {
        self.primary.message = message.into();
        self
    }

    /// Underlines another place.
    pub fn also(mut self, span: Span, message: impl Into<String>) -> Self {
        self.secondary.push(Label { span, message: message.into() });
        self
    }

    /// Adds a sentence below the source lines.
    pub fn note(mut self, message: impl Into<String>) -> Self {
        self.notes.push(message.into());
        self
    }

    /// Offers to replace `span` with `text`.
    pub fn suggest(
        mut self,
        message: impl Into<String>,
        span: Span,
        text: impl Into<String>,
        applicability: Applicability,
    ) -> Self {
        self.suggestions.push(Suggestion {
            message: message.into(),
            edits: vec![(span, text.into())],
            applicability,
        });
        self
    }

    /// Whether the program is refused because of this.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Sorts into source order and drops exact repetitions.
pub fn sort_and_dedup(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        (a.primary.span, a.severity, a.code.id, &a.message).cmp(&(
            b.primary.span,
            b.severity,
            b.code.id,
            &b.message,
        ))
    });
    diagnostics.dedup();
}
