//! The wallet: the example `pool` of `shielded`, which runs the bare crate of the circuit beside it, and
//! the example `statement` of the room of that name.

use super::ledger::collect;
use super::{build, built, rows};
use anyhow::Result;
use std::process::Command;

const BUILDS: [&[&str]; 2] = [
    &["build", "--release", "--locked", "--package", "shielded", "--example", "pool"],
    &["build", "--release", "--locked", "--package", "statement", "--example", "speed-statement"],
];

/// Measures and prints.
pub(super) fn run() -> Result<bool> {
    BUILDS.iter().try_for_each(|arguments| build(arguments))?;
    let (mut rows, mut measured) = (vec![], true);
    for example in ["examples/pool", "examples/speed-statement"] {
        measured &= collect(&mut Command::new(built(example)?), &mut rows)?;
    }
    // What was measured before a failure is true all the same.
    print!("\n{}", rows::text(&rows));
    Ok(measured)
}
