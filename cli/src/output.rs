//! Printing results and failures.

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

use api::Error;
use serde::Serialize;
use serde_json::json;

use crate::human;

const FAILED: u8 = 1;
const USAGE: u8 = 2;

/// Prints a result: as one JSON document, or as this text.
pub(crate) fn print<T: Serialize>(
    json: bool,
    result: &T,
    human: impl FnOnce(&T) -> String,
) -> Result<ExitCode, Error> {
    let text = if json {
        serde_json::to_string(result).map_err(|error| Error::new("internal", error.to_string()))?
    } else {
        human(result)
    };
    writeln!(stdout(), "{text}")
        .map_err(|error| Error::new("io", format!("cannot print: {error}")))?;
    Ok(ExitCode::SUCCESS)
}

/// Says what went wrong.
pub(crate) fn fail(json: bool, error: &Error) -> ExitCode {
    let text = if json {
        json!({ "error": error }).to_string()
    } else {
        format!("bcm: {}", human::error(error))
    };
    // Nothing can be done about a closed standard error.
    let _ = writeln!(stderr(), "{text}");
    ExitCode::from(if error.code == "usage" { USAGE } else { FAILED })
}

/// Says how the command line should look.
pub(crate) fn usage(json: bool, error: &clap::Error) -> ExitCode {
    if !json {
        let _ = error.print();
        return ExitCode::from(USAGE);
    }
    let text = error.to_string();
    let lines = text.lines().take_while(|line| !line.starts_with("Usage:"));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    let message = words.join(" ");
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    fail(json, &Error::new("usage", message))
}
