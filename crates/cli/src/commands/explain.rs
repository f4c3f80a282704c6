//! `simple explain E0123`

use std::io::Write;
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
            Some(code) => format!("{}: {}\n\n{}", code.id, code.title, code.explanation),
            None => {
                return report::fail(&format!(
                    "there is no code `{id}`; `simple explain` lists them all"
                ));
            }
        },
    };
    // Whoever closes the pipe has read enough.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}
