//! The ledger: the example `ledger` of `manager` in one process, then `bench ledger` of `scenarios`,
//! which starts managers and an app as processes of their own.

use super::rows::{self, Row};
use super::{build, built};
use anyhow::{Context, Result, ensure};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

const BUILDS: [&[&str]; 3] = [
    &["build", "--release", "--locked", "--package", "manager", "--example", "ledger"],
    NODE,
    BENCH,
];
pub(super) const NODE: &[&str] = &["build", "--release", "--locked", "--package", "node"];
pub(super) const BENCH: &[&str] =
    &["build", "--release", "--locked", "--package", "scenarios", "--bin", "bench"];

/// Measures and prints.
pub(super) fn run() -> Result<bool> {
    BUILDS.iter().try_for_each(|arguments| build(arguments))?;
    let mut rows = vec![];
    let mut measured = true;
    for mut command in [Command::new(built("examples/ledger")?), processes("ledger")?] {
        measured &= collect(&mut command, &mut rows)?;
    }
    // What was measured before a failure is true all the same.
    print!("\n{}", rows::text(&rows));
    println!("\nthe chain's file beside other stores: cargo xtask bench stores");
    Ok(measured)
}

/// `bench` of `scenarios`, which starts what it measures in processes of its own.
pub(super) fn processes(part: &str) -> Result<Command> {
    let mut bench = Command::new(built("bench")?);
    // No keychain: a measurement leaves nothing in the one of the person who started it.
    bench.arg(part).env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
    Ok(bench)
}

/// Takes a program's rows as they come; true if it came to its end.
pub(super) fn collect(command: &mut Command, rows: &mut Vec<Row>) -> Result<bool> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().context("a measurement does not start")?;
    let lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    for line in lines {
        let line = line?;
        let row = Row::parse(&line);
        ensure!(row.is_some(), "not a row: {line}");
        eprintln!("{}", line.replace('\t', "  "));
        rows.extend(row);
    }
    Ok(child.wait()?.success())
}
