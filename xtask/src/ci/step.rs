//! One step: runs it, shows its output as it comes, measures it.

use super::clock::{self, Clock};
use super::closing::closing;
use crate::cargo;
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

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
    eprintln!("\n=== {name}");
    run_all(name, commands, "")
}

/// The same for rows of steps that run at the same time; each line says whose it is.
pub(super) fn side_by_side<const ROWS: usize>(
    rows: [Vec<(&'static str, Vec<Command>)>; ROWS],
) -> Result<Vec<Outcome>> {
    let all = rows.each_ref().map(|row| row.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    eprintln!("\n=== {}", all.concat().join(", "));
    let row = |steps: Vec<(&'static str, Vec<Command>)>| -> Result<Vec<Outcome>> {
        let each = steps.into_iter();
        each.map(|(name, commands)| run_all(name, commands, &format!("{name:<8}"))).collect()
    };
    let done: Result<Vec<_>> = std::thread::scope(|scope| {
        let running = rows.map(|steps| scope.spawn(move || row(steps)));
        let ended =
            running.map(|row| row.join().unwrap_or_else(|it| std::panic::resume_unwind(it)));
        ended.into_iter().collect()
    });
    Ok(done?.into_iter().flatten().collect())
}

fn run_all(name: &'static str, commands: Vec<Command>, head: &str) -> Result<Outcome> {
    let (start, mut passed, mut said, mut cpu) = (Instant::now(), true, vec![], Some(0.0));
    for command in commands {
        let (lines, cost);
        (passed, lines, cost) = relayed(command, head)?;
        cpu = cpu.zip(cost).map(|(cpu, cost): (f64, f64)| cpu + cost);
        said.extend(closing(&lines));
        if !passed {
            break;
        }
    }
    Ok(Outcome { name, passed, wall: start.elapsed().as_secs_f64(), cpu, closing: said })
}

/// Whether the program succeeded, all that it printed, and the CPU seconds of it and its children.
fn relayed(mut command: Command, head: &str) -> Result<(bool, Vec<String>, Option<f64>)> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{program} does not start"))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (lines, errors) = std::thread::scope(|scope| {
        let errors = scope.spawn(|| relay(err, std::io::stderr(), head));
        (relay(out, std::io::stdout(), head), errors.join().unwrap_or_default())
    });
    let cpu = clock::spent_by(&child);
    let status = child.wait().with_context(|| format!("{program} cannot be waited for"))?;
    Ok((status.success(), [lines, errors].concat(), cpu))
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

/// Copies line by line, each behind this head, and returns the lines.
fn relay(from: Option<impl Read>, mut to: impl Write, head: &str) -> Vec<String> {
    let Some(from) = from else { return vec![] };
    let mut lines = vec![];
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        // Nobody reads any more: the step goes on for its verdict.
        let _closed = writeln!(to, "{head}{line}");
        lines.push(line);
    }
    lines
}
