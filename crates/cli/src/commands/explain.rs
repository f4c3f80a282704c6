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
            Some(code) => format!("{}: {}\n\n{}", code.id, code.title, code.explanation),
            None => {
                return report::fail(&format!(
                    "there is no code `{id}`; `simple explain` lists them all"
                ));
            }
        },
    };
    report::print(text.as_bytes()).err().unwrap_or(ExitCode::SUCCESS)
}
