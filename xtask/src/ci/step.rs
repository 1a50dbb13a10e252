//! One step: runs it, shows its output as it comes, measures it.

use super::clock::Clock;
use super::closing::closing;
use crate::cargo;
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Command, Stdio};

/// How a step ended.
pub(crate) struct Outcome {
    pub(super) name: &'static str,
    pub(super) passed: bool,
    pub(super) wall: f64,
    pub(super) cpu: Option<f64>,
    /// The test runner's own last words.
    pub(super) closing: Vec<String>,
}

/// A call of cargo, its output passed through. What is compiled in one step is found again by the next.
pub(super) fn cargo(name: &'static str, arguments: &[&str]) -> Result<Outcome> {
    measured(name, || {
        let status = cargo::linted(arguments)?.status().context("cargo does not start")?;
        Ok((status.success(), vec![]))
    })
}

/// A check of our own.
pub(super) fn own(name: &'static str, check: impl FnOnce() -> Result<bool>) -> Result<Outcome> {
    measured(name, || Ok((check()?, vec![])))
}

/// Programs that run tests, or prepare them, one after the other until one fails; the closing
/// lines of the runners are kept.
pub(super) fn tests(name: &'static str, commands: Vec<Command>) -> Result<Outcome> {
    measured(name, || {
        let (mut passed, mut said) = (true, vec![]);
        for command in commands {
            let lines;
            (passed, lines) = relayed(command)?;
            said.extend(closing(&lines));
            if !passed {
                break;
            }
        }
        Ok((passed, said))
    })
}

/// Whether the program succeeded, and all that it printed.
fn relayed(mut command: Command) -> Result<(bool, Vec<String>)> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{program} does not start"))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let errors = std::thread::spawn(move || relay(err, std::io::stderr()));
    let mut lines = relay(out, std::io::stdout());
    lines.extend(errors.join().unwrap_or_default());
    let status = child.wait().with_context(|| format!("{program} cannot be waited for"))?;
    Ok((status.success(), lines))
}

/// A call of cargo for [`tests`].
pub(super) fn cargo_tests(arguments: &[&str]) -> Result<Command> {
    let mut command = cargo::linted(arguments)?;
    if std::io::stderr().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    Ok(command)
}

fn measured(
    name: &'static str,
    run: impl FnOnce() -> Result<(bool, Vec<String>)>,
) -> Result<Outcome> {
    eprintln!("\n=== {name}");
    let clock = Clock::start();
    let (passed, closing) = run()?;
    let (wall, cpu) = clock.spent();
    Ok(Outcome { name, passed, wall, cpu, closing })
}

/// Copies line by line, and returns the lines.
fn relay(from: Option<impl Read>, mut to: impl Write) -> Vec<String> {
    let Some(from) = from else { return vec![] };
    let mut lines = vec![];
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        // Nobody reads any more: the step goes on for its verdict.
        let _closed = writeln!(to, "{line}");
        lines.push(line);
    }
    lines
}
