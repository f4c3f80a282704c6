//! `simple explain E0123`

use std::process::ExitCode;

use crate::args::Explain;
use crate::report;

pub(crate) fn explain(explain: Explain) -> ExitCode {
    let text = match &explain.code {
        None => simple_driver::codes::all()
            .iter()
            .map(|code| format!("{}  {}\n", code.id, code.title))
            .collect(),
        Some(id) => match simple_driver::codes::find(id) {
            Some(code) => format!("{}: {}\n\n{}", code.id, code.title, body(code.explanation)),
            None => {
                return report::fail(&format!(
                    "there is no code `{id}`; `simple explain` lists them all"
                ));
            }
        },
    };
    report::print(text.as_bytes()).err().unwrap_or(ExitCode::SUCCESS)
}

/// An explanation without its heading, which the title stands for.
fn body(explanation: &str) -> &str {
    match explanation.split_once("\n\n") {
        Some((heading, body)) if heading.starts_with("# ") => body,
        _ => explanation,
    }
}
