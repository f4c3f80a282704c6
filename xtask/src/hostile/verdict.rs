//! What every tool owes to every input, and whether it gave it.

use std::os::unix::process::ExitStatusExt;

use serde_json::Value;

use super::recipe::Expected;
use crate::process::Output;

/// No file has more diagnostics.
const MOST_DIAGNOSTICS: usize = 1000;

/// No tool writes more about a file: each diagnostic shows some lines, cut to
/// the width of a terminal.
const MOST_OUTPUT: usize = 32 << 20;

/// How names of the library's files begin in messages.
const LIBRARY: &str = "library/";

/// Judges how a command ended: in time, by itself, with status 0 or 1.
pub(super) fn ended_well(output: &Output) -> Result<(), String> {
    let finished = &output.finished;
    if finished.timed_out {
        return Err(format!("takes more than {:.0} s", finished.cost.wall.as_secs_f64()));
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let last = || {
        let lines: Vec<&str> = stderr.lines().collect();
        let last = &lines[lines.len().saturating_sub(5)..];
        last.iter().map(|line| line.chars().take(300).collect::<String>()).collect::<Vec<_>>()
    };
    if let Some(signal) = finished.status.signal() {
        return Err(format!("is ended by signal {signal}:\n{}", last().join("\n")));
    }
    if !matches!(finished.status.code(), Some(0 | 1)) {
        return Err(format!("ends with {}:\n{}", finished.status, last().join("\n")));
    }
    if output.stderr.len() > MOST_OUTPUT {
        return Err(format!("writes {} MB of messages", output.stderr.len() >> 20));
    }
    Ok(())
}

/// Judges what `check --message-format json` said of a file of so many bytes.
pub(super) fn diagnosed_well(
    output: &Output,
    expected: Expected,
    length: usize,
) -> Result<(), String> {
    ended_well(output)?;
    let text = String::from_utf8_lossy(&output.stderr);
    let mut errors = 0;
    let mut count = 0;
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).map_err(|error| {
            let line: String = line.chars().take(300).collect();
            format!("writes what is no JSON ({error}): {line}")
        })?;
        count += 1;
        errors += usize::from(value["severity"] == "error");
        lies_inside(&value, length)?;
    }
    if count > MOST_DIAGNOSTICS {
        return Err(format!("gives {count} diagnostics"));
    }
    let refused = output.finished.status.code() == Some(1);
    if refused != (errors > 0) {
        return Err(format!("ends with {} after {errors} errors", output.finished.status));
    }
    match expected {
        Expected::Ok if refused => {
            let first: String = text.lines().next().unwrap_or_default().chars().take(300).collect();
            Err(format!("is refused and should be accepted: {first}"))
        }
        Expected::Error if !refused => Err("is accepted and should be refused".to_owned()),
        _ => Ok(()),
    }
}

/// Whether all places of a diagnostic lie in the file.
fn lies_inside(value: &Value, length: usize) -> Result<(), String> {
    let edits = value["suggestions"].as_array().into_iter().flatten();
    let edits = edits.filter_map(|suggestion| suggestion["edits"].as_array()).flatten();
    let labels = value["secondary"].as_array().into_iter().flatten();
    for part in std::iter::once(&value["primary"]).chain(labels).chain(edits) {
        let at = &part["at"];
        if at.is_null() {
            continue;
        }
        let byte = |end: &str| at[end]["byte"].as_u64().and_then(|at| usize::try_from(at).ok());
        // A mistake may be shown beside the declaration in the library.
        let library = at["file"].as_str().is_some_and(|file| file.starts_with(LIBRARY));
        let (start, end) = (byte("start"), byte("end"));
        if start.is_none() || end < start || (!library && end > Some(length)) {
            return Err(format!("speaks of a place that is not in the file: {at}"));
        }
    }
    Ok(())
}
